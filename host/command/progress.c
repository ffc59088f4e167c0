/* A line on the terminal that tells how far long work is, and goes away with it. */
#include "command/progress.h"

#include "base/clock.h"
#include "command/command.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FIRST_MS = 400, STEP_MS = 100, NUMBER_BYTES = 32 };

/* A terminal that understands "erase to the end of the line". */
static bool is_terminal(void)
{
	const char *kind = getenv("TERM");
	return isatty(STDERR_FILENO) == 1 && kind != NULL && kind[0] != '\0' &&
	       strcmp(kind, "dumb") != 0;
}

void kbm_progress_begin(struct kbm_progress *progress, const struct kbm_options *options,
			const char *what)
{
	*progress = (struct kbm_progress){.what = what,
					  .next_ms = kbm_clock_ms() + FIRST_MS,
					  .is_wanted = !options->quiet && is_terminal()};
}

void kbm_progress_restart(struct kbm_progress *progress)
{
	progress->next_ms = kbm_clock_ms() + FIRST_MS;
}

/* 1310720 as "1,310,720". */
static void write_number(uint64_t number, char text[static NUMBER_BYTES])
{
	char digits[24];
	int count = snprintf(digits, sizeof digits, "%" PRIu64, number);
	size_t at = 0;
	for (int i = 0; i < count; i++) {
		if (i > 0 && (count - i) % 3 == 0)
			text[at++] = ',';
		text[at++] = digits[i];
	}
	text[at] = '\0';
}

void kbm_progress_show(struct kbm_progress *progress, uint64_t count)
{
	char number[NUMBER_BYTES];
	if (!progress->is_wanted)
		return;
	uint64_t now = kbm_clock_ms();
	if (now < progress->next_ms)
		return;
	progress->next_ms = now + STEP_MS;
	progress->is_shown = true;
	write_number(count, number);
	kbm_command_status("%s %s", number, progress->what);
}

enum kbm_code kbm_progress_take(void *progress, const struct kbm_registry_row *row,
				struct kbm_error *error)
{
	(void)error;
	if (row->row_kind == KBM_ROW_PROGRESS)
		kbm_progress_show(progress, row->looked);
	return KBM_OK;
}

void kbm_progress_erase(struct kbm_progress *progress)
{
	if (progress->is_shown)
		kbm_command_status("%s", "");
	progress->is_shown = false;
}
