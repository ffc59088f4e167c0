/* Parts of a plan's JSON, read: places, states and preconditions. */
#ifndef KBM_PLAN_PLAN_JSON_PARTS_H
#define KBM_PLAN_PLAN_JSON_PARTS_H

#include "plan/json_read.h"
#include "plan/result.h"

/* All fill what starts from {0}; on failure what was filled so far is the caller's to release. */
enum kbm_code kbm_json_read_place(const json_t *value, struct kbm_place *place,
				  const struct kbm_at *at);
enum kbm_code kbm_json_read_state(const json_t *value, enum kbm_place_kind kind,
				  struct kbm_state *state, const struct kbm_at *at);
/* A list of octets: the values of an attribute. */
enum kbm_code kbm_json_read_blobs(const json_t *value, struct kbm_state *state,
				  const struct kbm_at *at);
enum kbm_code kbm_json_read_precondition(const json_t *value, struct kbm_precondition *read,
					 const struct kbm_at *at);

#endif
