/* --emit: a plan's changes as files that other programs carry out. */
#ifndef KBM_COMMAND_EMIT_H
#define KBM_COMMAND_EMIT_H

#include "base/bytes.h"
#include "base/error.h"
#include "command/diagnose.h"
#include "command/options.h"

/* Writes what --emit asks for: reg:FILE and ldif:FILE, and beside each what takes it back (fix.reg:
 * fix.undo.reg). All files are new ones; after a failure none is left. KBM_REFUSED: a form that has
 * nothing to hold or cannot hold it, a file that is there already, or secrets in an LDIF file
 * without --include-secrets. Says what was written, unless --quiet. */
enum kbm_code kbm_emit_plan(const struct kbm_case *diagnosed, const struct kbm_options *options,
			    struct kbm_error *error);
/* Appends the options that write all of the plan's changes; false when `out` is full. */
bool kbm_emit_offer(const struct kbm_case *diagnosed, const struct kbm_options *options,
		    struct kbm_bytes *out);

#endif
