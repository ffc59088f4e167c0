/* Replays logs into a hive; all of them are in the input (log_packed.h). */
#include "log_packed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct log_case unpacked;
	if (!log_unpack(data, size, &unpacked))
		return 0;
	exercise_logs(&unpacked);
	log_case_clear(&unpacked);
	return 0;
}
