/* The command line: one table of verbs, one table of options, and what every command is given. */
#ifndef KBM_COMMAND_COMMAND_H
#define KBM_COMMAND_COMMAND_H

#include "base/bytes.h"
#include "base/error.h"
#include "command/options.h"

#include <stdbool.h>
#include <stddef.h>

/* Exit statuses: over several results the worst counts, in the order 5 4 3 1 2 0. */
enum kbm_exit {
	KBM_EXIT_OK = 0,      /* nothing wrong, or not applicable */
	KBM_EXIT_UNKNOWN = 1, /* could not tell: input unreadable, script error, unknown */
	KBM_EXIT_PROBLEM = 2, /* a problem is present or a change is pending */
	KBM_EXIT_REFUSED = 3, /* before anything was written */
	KBM_EXIT_FAILED = 4,  /* an apply failed, the target is as before */
	KBM_EXIT_BROKEN = 5,  /* an apply failed, the target is not as before */
	KBM_EXIT_USAGE = 64
};
int kbm_exit_worst(int left, int right);

/* A line of --help. */
struct kbm_exit_meaning {
	int status;
	const char *meaning;
};

/* Of all that may carry a plan out. */
extern const struct kbm_exit_meaning kbm_apply_exits[];

struct kbm_command;

/* What a command is given. Everything is borrowed. */
struct kbm_call {
	const struct kbm_command *command;
	const struct kbm_options *options;
	char *const *operands; /* what is left after verbs and options */
	size_t operand_count;
};

/* A verb. One with `children` only groups them ("reg get"). */
struct kbm_command {
	const char *name;
	const char *operands;		      /* usage: "[SCRIPT...] -t TARGET" */
	const char *summary;		      /* one line */
	const char *details;		      /* more, for --help; lines are wrapped; may be NULL */
	const struct kbm_exit_meaning *exits; /* for --help, up to a NULL; NULL: the common ones */
	const enum kbm_option_id *options;    /* ends with KBM_OPTION_END */
	bool takes_numbers;		      /* an operand may be a negative one: "-1328" */
	size_t least_operands;
	size_t most_operands;
	int (*run)(const struct kbm_call *call); /* returns the exit status */
	const struct kbm_command *children;	 /* ends with a NULL name; NULL for a plain verb */
};

/* Runs the program; returns its exit status. */
int kbm_command_main(int argc, char **argv);

/* For commands: one line on stderr ("kbmend: ..."), escaped; on a terminal folded. Nothing else in
 * a command writes there, for what it says may hold an operand, or text of a script, a hive or a
 * child. */
void kbm_command_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A question on stderr, escaped, which waits for its answer on the same line. */
void kbm_command_prompt(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A line on the terminal behind stderr that takes the place of the one before it; "" erases it. */
void kbm_command_status(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The exit status that fits a failure; and the same after a note of it. */
int kbm_exit_of(enum kbm_code code);
int kbm_command_fail(const struct kbm_error *error);
int kbm_command_usage(const struct kbm_call *call, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Whichever of the two it is: a command line that is wrong (KBM_USAGE), or a failure. */
int kbm_command_reject(const struct kbm_call *call, const struct kbm_error *error);
/* Writes all of `out` to stdout; the exit status to return: `status`, or 1 with a message when
 * stdout cannot be written. */
int kbm_command_print(const struct kbm_bytes *out, int status);
/* A part of what is to be printed: writes and empties it. KBM_IO, and *stuck: stdout takes no more;
 * that was said, or is no news. */
enum kbm_code kbm_command_flush(struct kbm_bytes *out, bool *stuck, struct kbm_error *error);

/* The verbs, one file each. */
extern const struct kbm_command kbm_command_run;
extern const struct kbm_command kbm_command_plan;
extern const struct kbm_command kbm_command_apply;
extern const struct kbm_command kbm_command_undo;
extern const struct kbm_command kbm_command_history;
extern const struct kbm_command kbm_command_show;
extern const struct kbm_command kbm_command_list;
extern const struct kbm_command kbm_command_search;
extern const struct kbm_command kbm_command_describe;
extern const struct kbm_command kbm_command_reg;
extern const struct kbm_command kbm_command_dir;
extern const struct kbm_command kbm_command_dn;
extern const struct kbm_command kbm_command_test;
extern const struct kbm_command kbm_command_doctor;

#endif
