/* Hives on which the two readers part: damage, or a rare form, that libregf meets on its way to a
 * value and kbmend's own reader does not. */
#ifndef KBM_TEST_CRAFTED_HIVE_H
#define KBM_TEST_CRAFTED_HIVE_H

#include "base/bytes.h"
#include "base/error.h"

/* Each changes a sound image in place, or makes it a page longer; paths are relative to its root.
 */

/* The key says it has 0x40000001 values, which a size in 32 bits makes 4 bytes of list: libregf
 * 20201007 then reads on behind the list, for 10 s and into 2.6 GB. */
enum kbm_code craft_value_count(struct kbm_bytes *image, const char *path, struct kbm_error *error);
/* The key's list of subkeys becomes an index root (ri) whose one element is itself: libregf follows
 * it until its stack ends. The key must have subkeys. */
enum kbm_code craft_ri_self(struct kbm_bytes *image, const char *path, struct kbm_error *error);
/* The value's text loses its NUL, and ends before `slack`, which stays behind it in the cell:
 * libregf reads text to the first NUL. */
enum kbm_code craft_slack(struct kbm_bytes *image, const char *path, const char *name,
			  const char *slack, struct kbm_error *error);
/* The key gets the values Inline1, Inline2 and Inline3, with "A", "AB" and "ABC" inside their
 * records: libregf takes such data from the wrong end. */
enum kbm_code craft_inline(struct kbm_bytes *image, const char *path, struct kbm_error *error);

/* One of these by its name, on a hive that was made from examples/exch1/SYSTEM.reg:
 *   value-count       in Services\Alerter, a sibling that libregf looks at before MSExchangeIMC
 *   value-count-all   in all the services before MSExchangeIMC
 *   value-count-here  in the key that holds SiteDN
 *   ri-self           in Services\Alerter
 *   ri-self-here      in the key that holds SiteDN
 *   slack             SiteDN
 *   inline            beside SiteDN
 * kbmend's own reader reads SiteDN in all of them. KBM_USAGE: no such kind. */
enum kbm_code craft_hive(struct kbm_bytes *image, const char *kind, struct kbm_error *error);

#endif
