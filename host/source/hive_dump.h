/* A hive as canonical text: all keys, then all values, in byte order, one line each.
 *
 *   K <tab> path <tab> last written, FILETIME in decimal
 *   V <tab> path <tab> value name <tab> type in decimal <tab> data as lower-case hex
 *
 * The root's path is empty, components are joined with '\'. In names a UTF-16 unit below 0x20,
 * 0x7F, '\', '%' and an unpaired surrogate are written %XXXX; the rest is UTF-8. Lines come in the
 * order of `LC_ALL=C sort`, without a newline. */
#ifndef KBM_SOURCE_HIVE_DUMP_H
#define KBM_SOURCE_HIVE_DUMP_H

#include "source/hive.h"
#include "source/hive_damage.h"

#include <stddef.h>
#include <stdint.h>

/* Receives each line, borrowed for the call. A code other than KBM_OK ends the dump with it; the
 * sink fills *error then. */
typedef enum kbm_code kbm_dump_sink(void *context, const char *line, size_t length,
				    struct kbm_error *error);

/* What was dumped, and what could not be. */
struct kbm_dump_report {
	uint64_t keys;
	uint64_t values;
	struct kbm_damages damages; /* what lies there is missing; paths as in the dump */
};

/* Dumps `key` and all below it; paths begin with `prefix`, a path in WTF-8 ("" for the hive's root,
 * else the key's own path). Damage is passed over and ends in KBM_UNREADABLE with *report (always
 * filled) and a message that counts it. Each cell is read for one place only, and lists and output
 * have budgets, so that a crafted hive ends soon: KBM_LIMIT. */
enum kbm_code kbm_hive_dump(const struct kbm_hive *hive, kbm_cell key, const char *prefix,
			    kbm_dump_sink *sink, void *context, struct kbm_dump_report *report,
			    struct kbm_error *error);

#endif
