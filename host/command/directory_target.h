/* The directory that `kbmend dir` asks: opened, and what people write turned into questions. */
#ifndef KBM_COMMAND_DIRECTORY_TARGET_H
#define KBM_COMMAND_DIRECTORY_TARGET_H

#include "base/bytes.h"
#include "base/error.h"
#include "command/options.h"
#include "command/session.h"
#include "command/target.h"

#include <stdbool.h>

struct kbm_directory_target {
	struct kbm_session session;
	struct kbm_prepared prepared;
};

/* Prepares the options' sources, of which one must be a directory; others may stand beside it.
 * *target (from {0}) is the caller's, released with kbm_directory_target_close(), also after a
 * failure. It must not move. */
enum kbm_code kbm_directory_target_open(const struct kbm_options *options,
					struct kbm_directory_target *target,
					struct kbm_error *error);
void kbm_directory_target_close(struct kbm_directory_target *target);

/* Whether what was answered may lack entries or attributes that this bind is not shown. */
bool kbm_directory_target_may_lack(const struct kbm_directory_target *target);
/* Says so to the person, where it is so. */
void kbm_directory_target_note_lack(const struct kbm_directory_target *target);

/* A name in either form (/o=Org/ou=Site, ou=Site,o=Org; "" is the root), as a directory is asked
 * for it. KBM_USAGE: not a name. */
enum kbm_code kbm_directory_target_name(const char *text, struct kbm_bytes *name,
					struct kbm_error *error);
/* A filter, whose outer parentheses may be missing. KBM_USAGE: not a filter, and what it is taken
 * for. */
enum kbm_code kbm_directory_target_filter(const char *text, struct kbm_bytes *filter,
					  struct kbm_error *error);
/* KBM_USAGE: this cannot be the name of an attribute. */
enum kbm_code kbm_directory_target_attribute(const char *text, struct kbm_error *error);

#endif
