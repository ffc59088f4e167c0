/* What a script's cases say of it, in its description. */
#ifndef KBM_REPORT_REPORT_FACTS_H
#define KBM_REPORT_REPORT_FACTS_H

#include "plan/script_facts.h"
#include "report/page.h"

struct json_t;

/* Whether there are facts of this version of the script. */
bool kbm_report_facts_are_known(const struct kbm_script_facts *facts);
/* Why there are none. */
const char *kbm_report_facts_missing(const struct kbm_script_facts *facts);
/* What a script with a fix does by its cases: some only say what people are to do. */
const char *kbm_report_facts_changes(const struct kbm_script_facts *facts);
/* Lines with a label each, in front of `column`, a few of a sort unless -v asks for all, or that
 * there are none; then the sample. Nothing of what is empty. */
void kbm_report_facts(struct kbm_page *page, size_t column, const struct kbm_script_facts *facts);
void kbm_report_facts_sample(struct kbm_page *page, const struct kbm_script_facts *facts);
/* {looks_at, searches, may_change, manual, sample}: a new reference, NULL without memory. */
struct json_t *kbm_report_facts_json(const struct kbm_script_facts *facts);

#endif
