/* Lines of the kernel's tables in /proc. */
#include "apply/proc_table.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

size_t kbm_proc_fields(char *line, char **fields, size_t room)
{
	char *rest = NULL;
	size_t count = 0;
	for (char *field = strtok_r(line, " \t\n", &rest); field != NULL && count < room;
	     field = strtok_r(NULL, " \t\n", &rest))
		fields[count++] = field;
	return count;
}

bool kbm_proc_number(const char **at, int base, char end, uintmax_t *number)
{
	char *behind = NULL;
	if (strchr("0123456789abcdef", **at) == NULL || **at == '\0')
		return false;
	errno = 0;
	*number = strtoumax(*at, &behind, base);
	if (errno != 0 || behind == *at || *behind != end)
		return false;
	*at = behind + (end == '\0' ? 0 : 1);
	return true;
}

static bool is_octal(char letter)
{
	return letter >= '0' && letter <= '7';
}

void kbm_proc_unescape(char *text)
{
	char *to = text;
	for (const char *at = text; *at != '\0'; to++) {
		if (at[0] == '\\' && is_octal(at[1]) && is_octal(at[2]) && is_octal(at[3])) {
			*to = (char)((at[1] - '0') * 64 + (at[2] - '0') * 8 + (at[3] - '0'));
			at += 4;
		} else {
			*to = *at++;
		}
	}
	*to = '\0';
}
