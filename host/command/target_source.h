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

#endif
