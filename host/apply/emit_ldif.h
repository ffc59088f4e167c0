/* A plan's directory changes as a pair of LDIF files, for ldapmodify. */
#ifndef KBM_APPLY_EMIT_LDIF_H
#define KBM_APPLY_EMIT_LDIF_H

#include "base/bytes.h"
#include "base/error.h"
#include "plan/plan.h"

/* Writes what makes the changes into `fix` and what takes them back, in reverse order, into `undo`
 * (both empty): RFC 2849, `changetype: modify`, one record an entry, at the place of the entry's
 * first change. Each change deletes all the old values and adds all the new ones, so that the
 * server refuses the record when one of the old values is not there any more; records before it in
 * the file are made by then. Where nothing was there before, only an attribute of one value is so
 * guarded. The plan is a valid one (kbm_plan_validate), and not masked. No clock: same plan, same
 * bytes. Manual steps and registry changes are named in comments. KBM_REFUSED, with the change's
 * number: a name that LDIF cannot hold; or a plan without directory changes. */
enum kbm_code kbm_emit_ldif(const struct kbm_plan *plan, struct kbm_bytes *fix,
			    struct kbm_bytes *undo, struct kbm_error *error);

#endif
