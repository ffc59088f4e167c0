/* Scripts that were found, and where they met what was searched for. Pure: structures in, bytes
 * out. */
#ifndef KBM_REPORT_REPORT_SEARCH_H
#define KBM_REPORT_REPORT_SEARCH_H

#include "plan/script_search.h"
#include "report/report_script.h"

/* `kbmend search`: as `kbmend list`, with a line a script that says where. `scripts` are those that
 * were searched: a hit's index is one of them. False when `out` is full. */
bool kbm_report_search_text(const struct kbm_listed_script *scripts, const struct kbm_hits *hits,
			    const struct kbm_report_style *style, struct kbm_bytes *out);
/* As `kbmend list`, with "matches": [{term, place, found}] in each object. */
bool kbm_report_search_json(const struct kbm_query *query, const struct kbm_listed_script *scripts,
			    const struct kbm_hits *hits, bool lines, struct kbm_bytes *out);

#endif
