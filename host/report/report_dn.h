/* Names and their comparison as people and programs read them. Pure: structures in, bytes out. */
#ifndef KBM_REPORT_REPORT_DN_H
#define KBM_REPORT_REPORT_DN_H

#include "base/bytes.h"
#include "source/dn.h"

/* The numbered parts from the root, and the name written in both forms. `width` in columns. */
bool kbm_report_dn_text(const struct kbm_dn *dn, struct kbm_bytes *out);
/* {form, rdns: [[{type, value, ber}]], ldap, x500 (null when it cannot be written), notes}; on one
 * line or indented. */
bool kbm_report_dn_json(const struct kbm_dn *dn, bool one_line, struct kbm_bytes *out);

/* One name and what became of it. */
struct kbm_conversion {
	const char *name;    /* as it was given */
	struct kbm_dn *dn;   /* NULL: it is no name */
	enum kbm_dn_form to; /* never KBM_DN_DETECT where there is a dn */
	struct kbm_bytes converted;
	struct kbm_error error; /* KBM_OK: it is converted */
};

/* The converted names, each on its line; those that have none are left out. */
bool kbm_report_conversions_text(const struct kbm_conversion *conversions, size_t count,
				 struct kbm_bytes *out);
/* An array of {name, form, to, converted}, or these one a line. `reason` too where `converted` is
 * null; `form` and `to` are null for what is no name. */
bool kbm_report_conversions_json(const struct kbm_conversion *conversions, size_t count, bool lines,
				 struct kbm_bytes *out);

/* The verdict, then each part that differs with the difference marked. */
bool kbm_report_comparison_text(const struct kbm_dn_comparison *comparison, size_t width,
				struct kbm_bytes *out);
/* {verdict, differences: [{position, type, left, right, kinds}]}; `right_type` too where it is
 * another. `left` or `right` is null where that side lacks the part. */
bool kbm_report_comparison_json(const struct kbm_dn_comparison *comparison, bool one_line,
				struct kbm_bytes *out);

#endif
