/* A plan laid over a registry or a directory in memory: reads see the planned state. */
#ifndef KBM_PLAN_OVERLAY_H
#define KBM_PLAN_OVERLAY_H

#include "plan/change.h"

/* A registry that answers as if the changes had been made. On success *overlay is the caller's,
 * released with kbm_overlay_free(); changes and `below` must outlive it. KBM_INVALID: a change
 * whose place cannot be resolved. */
struct kbm_overlay;
enum kbm_code kbm_overlay_make(const struct kbm_change *changes, size_t count,
			       const struct kbm_registry_service *below,
			       struct kbm_overlay **overlay, struct kbm_error *error);
void kbm_overlay_free(struct kbm_overlay *overlay);
struct kbm_registry_service kbm_overlay_service(struct kbm_overlay *overlay);

/* A directory search that sees planned modifications: the answer of `below` without modified
 * entries, plus those that match base, scope and filter after the change. KBM_UNSUPPORTED where
 * that cannot be decided: "not simulatable: ...". Same contract as the service's search. */
enum kbm_code kbm_overlay_search(const struct kbm_change *changes, size_t count,
				 const struct kbm_directory_service *below,
				 const struct kbm_directory_request *request,
				 struct kbm_entries *entries, struct kbm_error *error);

#endif
