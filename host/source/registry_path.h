/* Inside the registry: paths as people write them, taken apart and compared. Pure text. */
#ifndef KBM_SOURCE_REGISTRY_PATH_H
#define KBM_SOURCE_REGISTRY_PATH_H

#include "base/bytes.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* The piece up to the next '\', length 0 at the end. */
struct kbm_path_part {
	const char *text;
	size_t length;
};
/* Takes the first part off *path, which then stands behind the '\' that follows it. */
struct kbm_path_part kbm_path_next(const char **path);
/* A precision for "%.*s" that keeps messages short. */
static inline int kbm_path_shown(struct kbm_path_part part)
{
	return part.length < 100 ? (int)part.length : 100;
}
/* A part and a NUL-terminated name are the same by Windows' upcase. */
bool kbm_path_part_is(struct kbm_path_part part, const char *name);

/* Brings a path into one form: the short root word (HKLM, HKU, HKCU, HKCR, HKCC; in any case, long
 * or short, also as PowerShell writes it, HKLM:), no '\' at the end. KBM_USAGE: no such root, or
 * an empty part. */
enum kbm_code kbm_path_normalise(const char *path, struct kbm_bytes *out, struct kbm_error *error);
/* Whether a path, however written, leads to HKLM\HARDWARE, which no hive file holds. */
bool kbm_path_is_volatile(const char *path);
/* The part of `path` below `prefix`, or NULL when it does not lie there. Both normalised. */
const char *kbm_path_below(const char *path, const char *prefix);

/* Takes the first part off *path, without the ':' that PowerShell writes behind a root. */
struct kbm_path_part kbm_path_take_root(const char **path);
/* The short word for HKEY_LOCAL_MACHINE and so on (or for itself), NULL for no root. */
const char *kbm_path_root(struct kbm_path_part part);

/* A path without what it was copied with: the Computer\ of regedit's address bar, the brackets of
 * a .reg file; both only around a root key. The caller's; NULL: no memory. */
char *kbm_path_unwrap(const char *path);

/* Where the machine's own classes lie, which HKCR shows: HKLM\SOFTWARE\Classes and `below`, which
 * may point into *out. The path is in normal form. */
enum kbm_code kbm_path_of_classes(const char *below, struct kbm_bytes *out,
				  struct kbm_error *error);

/* Puts the path of a key's subkey into *out, in place of what is there; false when it has no room.
 * A '\' at the end of `path` is accepted. */
bool kbm_path_child(const char *path, const char *name, size_t length, struct kbm_bytes *out);

/* Appends a normalised path with its root's long name, as .reg files have it. */
bool kbm_path_long(const char *path, struct kbm_bytes *out);

/* Where a hive of that name is seen: HKLM\SYSTEM for SYSTEM, HKCU for NTUSER.DAT,
 * HKU\.DEFAULT for itself. */
bool kbm_path_of_hive(const char *name, struct kbm_bytes *out);

#endif
