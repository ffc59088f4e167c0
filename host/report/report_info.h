/* What `reg info` tells of a file: a list of named facts, as people and programs read it. */
#ifndef KBM_REPORT_REPORT_INFO_H
#define KBM_REPORT_REPORT_INFO_H

#include "base/bytes.h"
#include "plan/script_info.h"
#include "report/report.h"

enum { KBM_INFO_MAX_FACTS = 48 };

enum kbm_fact_kind { KBM_FACT_TEXT, KBM_FACT_NUMBER, KBM_FACT_LIST };
struct kbm_fact {
	const char *name; /* for programs: a constant, snake_case */
	const char *label;
	enum kbm_fact_kind kind;
	uint64_t number;
	struct kbm_text_list texts; /* of a text: one */
};
/* Initialise with {0}; released with kbm_info_clear(). */
struct kbm_info {
	struct kbm_fact facts[KBM_INFO_MAX_FACTS];
	size_t count;
	bool failed; /* without memory, or with more facts than fit */
};
void kbm_info_clear(struct kbm_info *info);
/* Adds a fact; names and labels are constants. "" and NULL texts are left out. */
void kbm_info_add_text(struct kbm_info *info, const char *name, const char *label,
		       const char *text);
void kbm_info_add_number(struct kbm_info *info, const char *name, const char *label,
			 uint64_t number);
/* An empty list that grows by kbm_text_list_add(); NULL after a failure. */
struct kbm_text_list *kbm_info_add_list(struct kbm_info *info, const char *name, const char *label);

/* Adds each fact as a member. False without memory. */
struct json_t;
bool kbm_info_put_json(struct json_t *object, const struct kbm_info *info);

/* Aligned lines; one JSON object (on a line with `line`); field,value rows of CSV, an item of a
 * list each. False when `out` is full or the info failed. */
bool kbm_report_info_text(const struct kbm_info *info, const struct kbm_report_style *style,
			  struct kbm_bytes *out);
bool kbm_report_info_json(const struct kbm_info *info, bool line, struct kbm_bytes *out);
bool kbm_report_info_csv(const struct kbm_info *info, struct kbm_bytes *out);

/* The parts of these. Of a folder's hive, `mounted` (else NULL) is a field in front of each row,
 * and no row of its own. */
bool kbm_report_fact_text(const struct kbm_fact *fact, const struct kbm_report_style *style,
			  struct kbm_bytes *out);
bool kbm_report_info_csv_header(bool of_folder, struct kbm_bytes *out);
bool kbm_report_info_csv_rows(const struct kbm_info *info, const char *mounted,
			      struct kbm_bytes *out);

#endif
