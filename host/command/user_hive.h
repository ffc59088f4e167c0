/* Where a user's hive is mounted: all look alike inside, so that the place of the file decides. */
#ifndef KBM_COMMAND_USER_HIVE_H
#define KBM_COMMAND_USER_HIVE_H

#include "base/bytes.h"

#include <stdbool.h>

/* The folders between a profile and its UsrClass.dat: of Windows Vista and later, of 2000 and XP,
 * of a German XP. */
enum { KBM_USER_HIVE_WAY = 4, KBM_USER_HIVE_WAYS = 3 };
extern const char *const kbm_user_hive_ways[KBM_USER_HIVE_WAYS][KBM_USER_HIVE_WAY];

/* Whether a hive of that content (kbm_registry_guess_name()) is a user's: NTUSER.DAT, UsrClass.dat.
 */
bool kbm_user_hive_is(const char *content);

/* What of both a hive is, NTUSER.DAT or UsrClass.dat: by its content, or where that is not known
 * ("") by its file's name, also DEFAULT. A constant; NULL: it is none of a user. */
const char *kbm_user_hive_content(const char *content, const char *path);

/* Appends where a user's hive is mounted whose file has that absolute path: HKU\.DEFAULT for a file
 * DEFAULT, HKU\alice for .../alice/NTUSER.DAT, HKU\alice\Software\Classes for UsrClass.dat in
 * .../alice/AppData/Local/Microsoft/Windows or in alice itself, and HKU\<the file's name> for one
 * of another name. All by their names in any letter case. False when no registry has such a name
 * (it holds a backslash or is no UTF-8) or `out` is full. */
bool kbm_user_hive_append(const char *content, const char *path, struct kbm_bytes *out);

/* Whether a plan may say that a hive of that content, or of an unknown one (""), is mounted there:
 * a user's as HKU\... and nothing else so. */
bool kbm_user_hive_may_be(const char *content, const char *mounted);

/* Whether that is a name below HKU: not empty, UTF-8, without a backslash, of 255 units at most. */
bool kbm_user_hive_is_name(const char *name, size_t length);
/* Appends HKU\NAME, or with `classes` the place of that user's classes. */
bool kbm_user_hive_append_name(const char *name, size_t length, bool classes,
			       struct kbm_bytes *out);

#endif
