/* libFuzzer: everything the hive reader does, done to the input. */
#include "hive_exercise.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	exercise_hive(data, size);
	return 0;
}
