/* One file of a target as a source: prepared, and mounted where it belongs. */
#ifndef KBM_COMMAND_TARGET_SOURCE_H
#define KBM_COMMAND_TARGET_SOURCE_H

#include "command/options.h"
#include "command/target_files.h"
#include "guard/broker.h"

/* Prepares the file for scripts. A user's hive gets its place below HKU: the one that the file was
 * found for, or else what its own place says (user_hive.h). A file of a folder that cannot be read,
 * or holds something else than its place says, becomes a source with a problem; others fail, as
 * kbm_broker_prepare(). On success *source is the caller's, released with kbm_source_clear(). */
enum kbm_code kbm_target_source_prepare(struct kbm_broker *broker,
					const struct kbm_options *options,
					const struct kbm_target_file *file,
					struct kbm_source *source, struct kbm_error *error);

/* What a folder promises must be in the file: `content`, as of its place (windows_folder.h). A
 * machine's hive without its well-known keys is a part of one, in which others' absence says
 * nothing; of a user's there is none that all have. KBM_INVALID: it is not; the message ends with
 * `help`. */
enum kbm_code kbm_target_source_check(const struct kbm_source *source, const char *path,
				      const char *content, const char *help,
				      struct kbm_error *error);

#endif
