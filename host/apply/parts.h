/* Inside apply: a plan's changes by the source that they are made in. */
#ifndef KBM_APPLY_PARTS_H
#define KBM_APPLY_PARTS_H

#include "apply/applier.h"

/* Fills apply->parts. KBM_REFUSED: the target has no source for a change. */
enum kbm_code kbm_parts_split(struct kbm_apply *apply, struct kbm_error *error);
/* Notes all parts down in the journal's entry. */
enum kbm_code kbm_parts_record(struct kbm_apply *apply, struct kbm_error *error);
/* Asks the hook whether the target is as predicted. Not `committed`: hives as their new files,
 * a directory with its changes laid over it. Otherwise as all is now. */
enum kbm_code kbm_parts_check(const struct kbm_apply *apply, bool committed,
			      struct kbm_error *error);
/* Releases the parts, with their locks and new files. */
void kbm_parts_close(struct kbm_apply *apply);

#endif
