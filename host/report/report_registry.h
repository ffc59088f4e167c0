/* Registry keys and values as people and programs read them. Pure: structures in, bytes out. */
#ifndef KBM_REPORT_REPORT_REGISTRY_H
#define KBM_REPORT_REPORT_REGISTRY_H

#include "base/bytes.h"
#include "guard/broker.h"

/* One row of `reg ls`: a key as `Name\`, a value as name, type and data, of which `is_cut` leaves
 * out what is long (kbm_report_cut). False when `out` is full. */
bool kbm_report_row_text(const struct kbm_registry_row *row, bool is_cut, struct kbm_bytes *out);
/* A value's data alone, for use in a command line: text as it is (escaped for terminals), a list
 * one string a line, numbers in decimal, other bytes in hex. */
bool kbm_report_data_text(const struct kbm_value *value, struct kbm_bytes *out);
/* The same as one text that is not escaped, in which a list's strings keep the NULs between them.
 */
bool kbm_report_data_raw(const struct kbm_value *value, struct kbm_bytes *out);
/* The same for a table's cell: half a character behind a text would be gone, so that such a text is
 * hexadecimal, as in JSON. */
bool kbm_report_data_cell(const struct kbm_value *value, struct kbm_bytes *out);
/* A line of a dump, checked: whatever was handed in, no control character but its tabs comes out,
 * and what a terminal would obey or hide is written %XXXX. `canonical`: only what the canonical
 * form writes so, that equal hives give equal bytes everywhere. Both are the same names. */
bool kbm_report_dump_text(const struct kbm_registry_row *row, bool canonical,
			  struct kbm_bytes *out);
/* A row as one JSON object on a line of its own. */
bool kbm_report_row_json(const struct kbm_registry_row *row, struct kbm_bytes *out);

#endif
