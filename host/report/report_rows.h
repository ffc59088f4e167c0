/* Registry rows in a table: what `reg find` found, and rows as comma-separated values. */
#ifndef KBM_REPORT_REPORT_ROWS_H
#define KBM_REPORT_REPORT_ROWS_H

#include "base/bytes.h"
#include "guard/broker.h"

/* A hit of `reg find` on a line of its own, escaped: what matched, the path, and of a value its
 * name, type and data, with tabs between them. Long data are cut, which is said. The root's path is
 * '\'. False when `out` is full. */
bool kbm_report_hit_text(const struct kbm_registry_row *row, struct kbm_bytes *out);

/* A value's fields; the columns' names, and a row. Data are text without the NULs that end it,
 * numbers in decimal, or bytes in hex. */
struct kbm_csv;
void kbm_report_value_csv(struct kbm_csv *csv,
			  const struct kbm_value *value); /* name, type, data */
bool kbm_report_rows_csv_header(bool of_hits, struct kbm_bytes *out);
bool kbm_report_row_csv(const struct kbm_registry_row *row, struct kbm_bytes *out);
/* Two fields, a value's type and its data; both are empty for NULL. */
void kbm_report_data_csv(struct kbm_csv *csv, const struct kbm_value *value);

#endif
