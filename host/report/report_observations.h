/* What a check looked at, as a table: source, found, expected, whether they agree, article. */
#ifndef KBM_REPORT_REPORT_OBSERVATIONS_H
#define KBM_REPORT_REPORT_OBSERVATIONS_H

#include "plan/result.h"
#include "report/page.h"

struct json_t;

/* Lines from column `indent` on, within the page's width; with -v each row's place stands below it.
 * Nothing when there is no row. */
void kbm_report_observations(struct kbm_page *page, size_t indent, const struct kbm_result *result);
/* The rows as a JSON array; a new reference, NULL without memory. */
struct json_t *kbm_report_observations_json(const struct kbm_result *result);

#endif
