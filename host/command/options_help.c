/* Options as --help shows them. */
#include "command/options.h"

#include "command/option_table.h"

#include <string.h>

enum { HELP_COLUMN = 28, HELP_WIDTH = 80 };

/* One line of words; a line that fits is left as it is, with its blanks. */
static void wrap_line(struct kbm_bytes *out, size_t indent, const char *words, size_t length)
{
	if (indent + length <= HELP_WIDTH) {
		kbm_bytes_append(out, words, length);
		return;
	}
	size_t column = indent;
	for (const char *end = words + length; words < end;) {
		size_t word = strcspn(words, " \n");
		if (column > indent && column + 1 + word > HELP_WIDTH) {
			kbm_bytes_printf(out, "\n%*s", (int)indent, "");
			column = indent;
		} else if (column > indent) {
			kbm_bytes_append_byte(out, ' ');
			column++;
		}
		kbm_bytes_append(out, words, word);
		column += word;
		words += word + strspn(words + word, " ");
		if (*words == '\n')
			break;
	}
}

bool kbm_options_wrap(struct kbm_bytes *out, size_t column, size_t indent, const char *words)
{
	if (column > indent) {
		kbm_bytes_append_byte(out, '\n');
		column = 0;
	}
	kbm_bytes_printf(out, "%*s", (int)(indent - column), "");
	while (*words != '\0') {
		size_t length = strcspn(words, "\n");
		wrap_line(out, indent, words, length);
		words += length;
		if (*words == '\n' && *++words != '\0')
			kbm_bytes_printf(out, "\n%*s", (int)indent, "");
	}
	return kbm_bytes_append_byte(out, '\n');
}

bool kbm_options_help(const enum kbm_option_id *allowed, struct kbm_bytes *out)
{
	for (; *allowed != KBM_OPTION_END; allowed++) {
		const struct kbm_option_row *row = &kbm_option_rows[*allowed];
		size_t start = out->length;
		if (row->letter != 0)
			kbm_bytes_printf(out, "  -%c, --%s", row->letter, row->name);
		else
			kbm_bytes_printf(out, "      --%s", row->name);
		if (row->argument != NULL)
			kbm_bytes_printf(out, "%s%s", row->argument[0] == '[' ? "" : " ",
					 row->argument);
		size_t column = out->length - start;
		kbm_options_wrap(out, column < HELP_COLUMN ? column : HELP_COLUMN + 1, HELP_COLUMN,
				 row->help);
	}
	return !out->failed;
}
