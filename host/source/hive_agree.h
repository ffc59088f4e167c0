/* A whole hive read twice: each key and value of our own reader asked of libregf again. */
#ifndef KBM_SOURCE_HIVE_AGREE_H
#define KBM_SOURCE_HIVE_AGREE_H

#include "source/hive.h"
#include "source/hive_regf.h"

struct kbm_hive_agreement {
	uint64_t keys;
	uint64_t values;
	uint64_t unread; /* of them: libregf cannot read them, before the change neither */
};

/* `regf` is the second reader of the same bytes. What libregf cannot read there, it is asked for in
 * `original` (may be NULL): what it could not read before is its own weakness, not something's
 * work, and is counted. KBM_OK: everything else is the same. KBM_REFUSED: the readers part, the
 * message names the first place. KBM_UNREADABLE, KBM_LIMIT: one of them cannot read a place. Names
 * that no path can hold are passed over. */
enum kbm_code kbm_hive_agree(const struct kbm_hive *hive, struct kbm_regf *regf,
			     struct kbm_regf *original, struct kbm_hive_agreement *agreement,
			     struct kbm_error *error);

#endif
