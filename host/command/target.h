/* The target of a command: its -t sources, prepared, and what reports and plans say about it. */
#ifndef KBM_COMMAND_TARGET_H
#define KBM_COMMAND_TARGET_H

#include "command/catalog.h"
#include "command/options.h"
#include "command/session.h"
#include "guard/broker.h"
#include "plan/plan.h"

#include <sys/stat.h>

struct kbm_prepared {
	struct kbm_source sources[KBM_TARGET_MAX_FILES + 1]; /* a server is the last one */
	/* The sources' files as they were before they were read. */
	struct stat files[KBM_TARGET_MAX_FILES + 1];
	struct kbm_target target; /* points into sources */
	struct kbm_target_identity identity;
	struct kbm_text_list notes; /* one a source, for the report's head */
};

/* Prepares every -t of the options, of folders what the scripts need (NULL: folders are refused),
 * or a plan's files in their place; takes the session's server over and awaits it, and has
 * an LDIF file's reader begin.
 * KBM_USAGE: no target, or two sources for one thing; KBM_INVALID, KBM_UNREADABLE: a source.
 * *prepared (from {0}) is the caller's, released with kbm_prepared_clear(), also after a failure.
 * It must not move. */
enum kbm_code kbm_target_prepare(struct kbm_session *session, const struct kbm_options *options,
				 const struct kbm_scripts *scripts, struct kbm_prepared *prepared,
				 struct kbm_error *error);
/* Waits until the target's LDIF file, where it has one, can be searched. KBM_INVALID: "PATH: line
 * 17:
 * ...". */
enum kbm_code kbm_target_await_export(struct kbm_broker *broker,
				      const struct kbm_prepared *prepared, struct kbm_error *error);
/* Notes for the report's head what is wrong with that file, as the last function said. */
bool kbm_target_note_export(struct kbm_prepared *prepared, const char *problem);
/* KBM_UNREADABLE when a source's file was written to since it was prepared: what was read of it may
 * be neither its old nor its new content. */
enum kbm_code kbm_target_check_unchanged(const struct kbm_prepared *prepared,
					 struct kbm_error *error);
/* Adds the SHA-256 of each source's file to the identity: for a plan that is kept. */
enum kbm_code kbm_target_hash(struct kbm_prepared *prepared, struct kbm_error *error);
void kbm_prepared_clear(struct kbm_prepared *prepared);

#endif
