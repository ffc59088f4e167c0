/* The JSON form of a plan, kbmend.plan/1: stable bytes out, hostile bytes in. */
#ifndef KBM_PLAN_PLAN_JSON_H
#define KBM_PLAN_PLAN_JSON_H

#include "base/bytes.h"
#include "plan/plan.h"

struct json_t;

#define KBM_PLAN_SCHEMA "kbmend.plan/1"

/* Same plan, same bytes: members in a fixed order, two-space indent, a final newline. KBM_INVALID
 * for a plan that kbm_plan_validate() refuses; KBM_LIMIT for one that could not be read again. */
enum kbm_code kbm_plan_to_json(const struct kbm_plan *plan, struct kbm_bytes *out,
			       struct kbm_error *error);
/* The same on one line. */
enum kbm_code kbm_plan_to_json_line(const struct kbm_plan *plan, struct kbm_bytes *out,
				    struct kbm_error *error);
/* On success *plan (start from {0}) is the caller's, released with kbm_plan_clear(). KBM_INVALID
 * names line and column, or the member's path ("changes[2].after.type"), counted from 0. Unknown
 * members, duplicate keys and plans that kbm_plan_validate() refuses are refused. KBM_UNSUPPORTED:
 * a newer schema. */
enum kbm_code kbm_plan_from_json(const char *text, size_t length, struct kbm_plan *plan,
				 struct kbm_error *error);

/* Pieces that results share: a new reference each, NULL without memory. Text that is no clean UTF-8
 * or holds NUL travels as {"hex": "..."}. */
struct json_t *kbm_json_text(const char *text, size_t length);
/* Sets a member to such a text, or null. */
bool kbm_json_put_text(struct json_t *object, const char *name, const char *text);
struct json_t *kbm_json_text_list(const struct kbm_text_list *list);
struct json_t *kbm_json_place(const struct kbm_place *place);
struct json_t *kbm_json_state(enum kbm_place_kind kind, const struct kbm_state *state);
struct json_t *kbm_json_change(const struct kbm_change *change);
struct json_t *kbm_json_changes(const struct kbm_plan *plan);
struct json_t *kbm_json_target(const struct kbm_target_identity *target);
struct json_t *kbm_json_read(const struct kbm_precondition *read);
/* {verdict: none pass fail unknown, reason, remain, read_twice} */
struct json_t *kbm_json_prediction(const struct kbm_plan *plan);

#endif
