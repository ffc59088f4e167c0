/* Differences of two registries as people and programs read them. */
#ifndef KBM_REPORT_REPORT_DIFF_H
#define KBM_REPORT_REPORT_DIFF_H

#include "guard/broker.h"
#include "report/report.h"

/* What was told so far; starts from {0}. */
struct kbm_diff_counts {
	uint64_t removed_keys, removed_values; /* only in the first */
	uint64_t added_keys, added_values;     /* only in the second */
	uint64_t changed_values;
};
/* How much of the two was compared. */
struct kbm_diff_extent {
	bool is_whole;	       /* all could be read */
	bool is_stale;	       /* one of the two was not written to its end */
	uint64_t not_compared; /* keys and values that an export does not hold, or in damage */
};
void kbm_diff_count(struct kbm_diff_counts *counts, const struct kbm_registry_row *row);

/* "--- FIRST", "+++ SECOND". False when `out` is full, as for all of these. */
bool kbm_report_diff_head(const char *first, const char *second,
			  const struct kbm_report_style *style, struct kbm_bytes *out);
/* The beginning of a JSON object, up to where its list of differences begins. */
bool kbm_report_diff_head_json(const char *first, const char *second, struct kbm_bytes *out);
/* A difference, marked '-', '+' or '~'. `names_key`: of a value, its key's path comes first. */
bool kbm_report_difference_text(const struct kbm_registry_row *row, bool names_key,
				const struct kbm_report_style *style, struct kbm_bytes *out);
/* How many there are of each sort, or that there are none. Where not all was compared, more may be
 * there, which is said. */
bool kbm_report_diff_summary(const struct kbm_diff_counts *counts,
			     const struct kbm_diff_extent *extent,
			     const struct kbm_report_style *style, struct kbm_bytes *out);
/* {change: removed added changed, kind: key value, path, name, before, after} on one line. */
bool kbm_report_difference_json(const struct kbm_registry_row *row, struct kbm_bytes *out);
/* {file, path, offset, reason} of a row of damage, without an end of line. */
bool kbm_report_diff_damage_json(const char *file, const struct kbm_registry_row *row,
				 struct kbm_bytes *out);
/* The columns' names, and a difference; data are written as those of report_rows.h. */
bool kbm_report_diff_csv_header(struct kbm_bytes *out);
bool kbm_report_difference_csv(const struct kbm_registry_row *row, struct kbm_bytes *out);
/* A row for each reason why there may be more: its name stands in the place of a change's, and how
 * many keys and values were not compared, or places (`damages`) not read, in that of the data. */
bool kbm_report_diff_extent_csv(const struct kbm_diff_extent *extent, uint64_t damages,
				struct kbm_bytes *out);

#endif
