/* JSON as the program writes it: stable, safe to show on a terminal, within limits. */
#ifndef KBM_PLAN_JSON_H
#define KBM_PLAN_JSON_H

#include <jansson.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/error.h"

/* Appends `value` as text: members in their order, two-space indent or all in one line, a final
 * newline. Characters that a terminal obeys or hides (kbm_text_escape) stand as \uXXXX. */
enum kbm_code kbm_json_write(const json_t *value, bool indent, struct kbm_bytes *out,
			     struct kbm_error *error);
/* The same, and the value's reference gone; false also for NULL. */
bool kbm_json_write_and_drop(json_t *value, bool indent, struct kbm_bytes *out);

/* Refuses a text whose parsing would take too much memory or stack: KBM_LIMIT beyond
 * KBM_PLAN_MAX_FILE_BYTES, KBM_PLAN_MAX_JSON_ITEMS or KBM_PLAN_MAX_JSON_DEPTH. */
enum kbm_code kbm_json_check_size(const char *text, size_t length, struct kbm_error *error);

/* Parses a stranger's text: within these limits, each key once. KBM_INVALID: "line 3, column 4:
 * why". *value is the caller's. */
enum kbm_code kbm_json_load(const char *text, size_t length, json_t **value,
			    struct kbm_error *error);

/* Sets a member and takes the value's reference; false, and the reference gone, without memory
 * (also for a NULL value). */
bool kbm_json_put(json_t *object, const char *name, json_t *value);
bool kbm_json_append(json_t *array, json_t *value);
/* Sets a member to a number below 2^63. */
bool kbm_json_put_number(json_t *object, const char *name, uint64_t number);
/* Makes an array and sets it; *array is borrowed. */
bool kbm_json_put_array(json_t *object, const char *name, json_t **array);
/* `value`, or NULL, and its reference gone, when not everything was `done`. */
json_t *kbm_json_whole(json_t *value, bool done);

#endif
