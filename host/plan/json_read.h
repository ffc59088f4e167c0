/* Reading JSON from strangers: every member known, typed and in range, or a refusal that names its
 * path ("changes[2].after.type"). Readers append to or fill what starts from {0}; on failure what
 * was filled so far is the caller's to release. */
#ifndef KBM_PLAN_JSON_READ_H
#define KBM_PLAN_JSON_READ_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/error.h"
#include "plan/script_info.h"

/* A step on the way from the root to a value: a member's name, or a place in an array. It points
 * at the step above, which must outlive it. The root's member is "". */
struct kbm_at {
	const struct kbm_at *up;
	const char *member; /* NULL: `index` counts */
	size_t index;
	struct kbm_error *error;
};

struct kbm_at kbm_json_below(const struct kbm_at *up, const char *member);
struct kbm_at kbm_json_item(const struct kbm_at *up, size_t index);
/* KBM_INVALID with "PATH: why". */
enum kbm_code kbm_json_refuse(const struct kbm_at *at, const char *why);
enum kbm_code kbm_json_no_memory(const struct kbm_at *at);

/* A member that an object may have; `value` is set when it is there. */
struct kbm_member {
	const char *name;
	bool optional;
	json_t *value; /* borrowed */
};

/* Refuses what is no object, unknown members and missing ones. */
enum kbm_code kbm_json_members(const json_t *value, struct kbm_member *members, size_t count,
			       const struct kbm_at *at);
enum kbm_code kbm_json_array(const json_t *value, size_t most, const struct kbm_at *at);
/* Makes room for an array's items, all zero; none for an empty array. */
enum kbm_code kbm_json_make_items(const json_t *value, size_t most, size_t size, void **items,
				  const struct kbm_at *at);

enum kbm_code kbm_json_read_hex(const json_t *value, struct kbm_bytes *out,
				const struct kbm_at *at);
/* Text, or {"hex": ...} for what is no clean text. */
enum kbm_code kbm_json_read_octets(const json_t *value, struct kbm_bytes *out,
				   const struct kbm_at *at);
/* On success *text is heap memory, without NUL inside. */
enum kbm_code kbm_json_read_text(const json_t *value, char **text, const struct kbm_at *at);
enum kbm_code kbm_json_read_text_or_null(const json_t *value, char **text, const struct kbm_at *at);
enum kbm_code kbm_json_read_text_list(const json_t *value, size_t most, struct kbm_text_list *list,
				      const struct kbm_at *at);
enum kbm_code kbm_json_read_unsigned(const json_t *value, uint64_t most, uint64_t *number,
				     const struct kbm_at *at);
enum kbm_code kbm_json_read_u32(const json_t *value, uint32_t *number, const struct kbm_at *at);
/* A 64-bit number as decimal text without leading zeros: one spelling a number. */
enum kbm_code kbm_json_read_decimal(const json_t *value, uint64_t *number, const struct kbm_at *at);
enum kbm_code kbm_json_read_word(const json_t *value, const char *const *words, size_t count,
				 size_t *index, const struct kbm_at *at);

#endif
