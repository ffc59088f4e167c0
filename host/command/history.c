/* The journal as commands meet it. */
#include "command/history.h"

#include "apply/settle.h"
#include "apply/state_folder.h"
#include "base/limits.h"
#include "command/command.h"

#include <stdlib.h>
#include <string.h>

/* One note a line. */
static void note_lines(const char *text)
{
	for (const char *line = text; *line != '\0';) {
		size_t length = strcspn(line, "\n");
		kbm_command_note("%.*s", (int)length, line);
		line += length + (line[length] == '\n');
	}
}

enum kbm_code kbm_history_open(const struct kbm_options *options, char **folder,
			       struct kbm_error *error)
{
	struct kbm_bytes said;
	enum kbm_code code = kbm_state_folder_find(options->state_dir, folder, error);
	if (code != KBM_OK)
		return code;
	kbm_bytes_init(&said, KBM_REPORT_MAX_BYTES);
	code = kbm_journal_settle(*folder, &said, error);
	note_lines(kbm_bytes_text(&said));
	kbm_bytes_clear(&said);
	return code;
}

bool kbm_history_number(const char *text, uint32_t *number)
{
	size_t length = strlen(text);
	if (length == 0 || length > 9 || strspn(text, "0123456789") != length)
		return false;
	*number = (uint32_t)strtoul(text, NULL, 10);
	return *number != 0;
}
