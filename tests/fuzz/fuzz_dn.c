/* Two names, a byte for their forms before and a line feed between. */
#include "dn_exercise.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	const char *text = (const char *)data + 1;
	const char *feed = memchr(text, '\n', size - 1);
	struct dn_text left = {text, feed != NULL ? (size_t)(feed - text) : size - 1,
			       (enum kbm_dn_form)(data[0] % 3)};
	struct dn_text right = {feed != NULL ? feed + 1 : text,
				feed != NULL ? size - 2 - left.length : left.length,
				(enum kbm_dn_form)(data[0] / 3 % 3)};
	exercise_dns(&left, &right);
	return 0;
}
