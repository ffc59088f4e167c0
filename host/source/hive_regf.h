/* The second reader: libregf over a hive in memory, asked place by place.
 *
 * It re-reads what a plan rests on, so that no verdict hangs on one reader's mistake. What path
 * leads where, which record a name has, types, and the data as a rule are libregf's. Decoded here,
 * at the offset that libregf gives, is only what libregf 20201007 is known to get wrong: inline
 * data of 1 to 3 bytes, big data in format 1.4, text that does not end at its first NUL, and the
 * names of kbm_regf_name_is_sound().
 *
 * libregf may crash, hang or take gigabytes on a hostile hive: this belongs into a jailed child.
 * Logs are not its concern either: what it is given is what `prepare` made. */
#ifndef KBM_SOURCE_HIVE_REGF_H
#define KBM_SOURCE_HIVE_REGF_H

#include "base/bytes.h"
#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

struct kbm_regf;

/* Readable zeros that must follow the hive. libbfio's memory range copies as many bytes as it is
 * asked for, also over its end, and only then says how many there were. */
#define KBM_REGF_PADDING_BYTES (16UL * 4096)

/* "20201007", of the two libraries. */
const char *kbm_regf_version(void);
const char *kbm_regf_io_version(void);

/* `bytes` must outlive *regf and be followed by KBM_REGF_PADDING_BYTES readable zero bytes. On
 * success *regf is the caller's, released with kbm_regf_close(). KBM_UNREADABLE: libregf does not
 * open it; KBM_UNSUPPORTED: not one of the formats 1.2 to 1.6. One thread at a time. */
enum kbm_code kbm_regf_open(const uint8_t *bytes, size_t length, struct kbm_regf **regf,
			    struct kbm_error *error);
void kbm_regf_close(struct kbm_regf *regf);

/* For both, names compare by Windows' upcase, unit by unit, and the codes mean:
 *   KBM_NOT_FOUND   absent: libregf read every sibling and none has that name
 *   KBM_UNREADABLE  libregf failed, perhaps at a sibling only, and the answer cannot be told; or a
 *                   sibling on the way cost it so much that the hive was made for that
 *   KBM_LIMIT       there are more siblings, or more bytes, than are looked at
 *
 * `path` is WTF-8, components joined with '\', relative to the hive's root; "" is the root. */
enum kbm_code kbm_regf_key(struct kbm_regf *regf, const char *path, struct kbm_error *error);
/* `name` is WTF-8 and may hold NULs; "" is the default value. On success *type is set and `data`
 * (reset first) holds the raw bytes, at most KBM_HIVE_MAX_VALUE_BYTES and its own maximum. */
enum kbm_code kbm_regf_value(struct kbm_regf *regf, const char *path, const char *name,
			     size_t name_length, uint32_t *type, struct kbm_bytes *data,
			     struct kbm_error *error);

#endif
