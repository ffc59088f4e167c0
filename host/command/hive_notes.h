/* What is said of a hive that was recovered from its logs. */
#ifndef KBM_COMMAND_HIVE_NOTES_H
#define KBM_COMMAND_HIVE_NOTES_H

#include "base/bytes.h"
#include "guard/broker.h"

/* "logs replayed: 23 entries of NTUSER.DAT.LOG1", and what of them was left out. */
void kbm_hive_note_append(const struct kbm_source *source, struct kbm_bytes *out);
/* Says so on stderr, where a source was recovered. */
void kbm_hive_note_tell(const struct kbm_source *source);
/* Says on stderr of a source that is `dirty` why, what helps, and what that means for what was done
 * with it ("read"). */
void kbm_hive_note_doubt(const struct kbm_source *source, const char *done);

/* What that means: it is as it was before a change that its logs hold, or did; */
bool kbm_hive_is_stale(const struct kbm_source *source);
/* or there is more of it than could be read. */
bool kbm_hive_is_in_part(const struct kbm_source *source);

/* A hive that a plan changes and that was recovered; NULL: there is none. */
const struct kbm_source *kbm_hive_note_recovered(const struct kbm_target *target,
						 const struct kbm_plan *plan);
/* Says on stderr what became of one that was written, and of its logs. */
void kbm_hive_note_written(const struct kbm_source *source);

#endif
