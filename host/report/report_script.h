/* Scripts as lists and descriptions. Pure: structures in, bytes out. */
#ifndef KBM_REPORT_REPORT_SCRIPT_H
#define KBM_REPORT_REPORT_SCRIPT_H

#include "base/bytes.h"
#include "plan/profile_info.h"
#include "plan/script_facts.h"
#include "plan/script_info.h"
#include "report/report.h"

struct json_t;

/* One script and where it comes from. */
struct kbm_listed_script {
	const struct kbm_script_info *info;
	const char *path;
	const char *sha256;
	const char *shadows;		      /* or NULL */
	const char *problem;		      /* why it cannot be used, or NULL */
	const struct kbm_text_list *asked_as; /* aliases by which it was named, or NULL */
	const struct kbm_script_facts *facts; /* what its cases say of it, or NULL */
};

/* One profile and where it comes from. */
struct kbm_listed_profile {
	const struct kbm_profile *profile;
	const char *path;
	const char *shadows; /* or NULL */
	const char *problem; /* why it cannot be used, or NULL */
};
/* All that `kbmend list` lists. */
struct kbm_listing {
	const struct kbm_listed_script *scripts;
	size_t script_count;
	const struct kbm_listed_profile *profiles;
	size_t profile_count;
};

/* `kbmend list`; false when `out` is full. */
bool kbm_report_list_text(const struct kbm_listing *listing, const struct kbm_report_style *style,
			  struct kbm_bytes *out);
bool kbm_report_list_json(const struct kbm_listing *listing, bool lines, struct kbm_bytes *out);
/* Rows: one a script, and behind it one an alias, which says who serves it; then the profiles. */
bool kbm_report_list_csv(const struct kbm_listing *listing, struct kbm_bytes *out);
/* One script of a list. `where` (may be "") stands below its title. */
void kbm_report_listed_text(const struct kbm_listed_script *script, const char *where,
			    const struct kbm_report_style *style, struct kbm_bytes *out);
/* kbmend.script/1: a new reference, NULL without memory. */
struct json_t *kbm_report_script_object(const struct kbm_listed_script *script);
/* `kbmend describe`: one script in full. */
bool kbm_report_describe_text(const struct kbm_listed_script *script,
			      const struct kbm_report_style *style, struct kbm_bytes *out);
/* The same of a profile. */
bool kbm_report_profile_text(const struct kbm_listed_profile *listed,
			     const struct kbm_report_style *style, struct kbm_bytes *out);
bool kbm_report_profile_json(const struct kbm_listed_profile *listed, bool lines,
			     struct kbm_bytes *out);
bool kbm_report_describe_json(const struct kbm_listed_script *script, bool lines,
			      struct kbm_bytes *out);

#endif
