/* A line on the terminal that tells how far long work is, and goes away with it. */
#ifndef KBM_COMMAND_PROGRESS_H
#define KBM_COMMAND_PROGRESS_H

#include "command/options.h"
#include "guard/broker.h"

#include <stdbool.h>
#include <stdint.h>

struct kbm_progress {
	const char *what; /* "keys and values searched": a constant */
	uint64_t next_ms; /* when the line is due */
	bool is_wanted;
	bool is_shown;
};

/* Nothing is shown where standard error is no terminal, with --quiet, or while work is short. */
void kbm_progress_begin(struct kbm_progress *progress, const struct kbm_options *options,
			const char *what);
/* The work begins now: it did not before, as something else did. */
void kbm_progress_restart(struct kbm_progress *progress);
/* So much is done now. */
void kbm_progress_show(struct kbm_progress *progress, uint64_t count);
/* A kbm_row_sink for work that gives nothing else: shows rows of progress. */
enum kbm_code kbm_progress_take(void *progress, const struct kbm_registry_row *row,
				struct kbm_error *error);
/* Erases the line: before anything else is printed, and at the end. It may come again. */
void kbm_progress_erase(struct kbm_progress *progress);

#endif
