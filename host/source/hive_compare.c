/* Two hives side by side. */
#include "source/hive_compare.h"

#include "base/limits.h"
#include "source/hive_format.h"
#include "source/hive_records.h"

#include <stdlib.h>
#include <string.h>

/* One of the two, with what its records are read into. */
struct side {
	const struct kbm_hive *hive;
	struct kbm_bytes name;
	struct kbm_bytes data;
};

struct walk {
	struct side old;
	struct side new;
	struct kbm_bytes path;
	kbm_hive_difference_sink *sink;
	void *context;
	struct kbm_error *error;
};

static enum kbm_code tell(struct walk *walk, enum kbm_hive_difference_kind kind, const char *what,
			  const struct kbm_value *value)
{
	struct kbm_hive_difference difference = {
	    .kind = kind, .path = kbm_bytes_text(&walk->path), .what = what};
	if (value != NULL)
		difference.value = *value;
	return walk->sink(walk->context, &difference, walk->error);
}

/* --- what a key has beside keys and values ------------------------------------------------------
 */

static struct kbm_span class_of(const struct side *side, const uint8_t *record)
{
	struct kbm_span span = {NULL, 0};
	uint32_t length = kbm_hive_u16(record + KBM_NK_CLASS_LENGTH);
	kbm_cell cell = kbm_hive_u32(record + KBM_NK_CLASS);
	if (length == 0 || cell == KBM_CELL_NONE ||
	    kbm_hive_cell(side->hive, cell, &span, NULL) != KBM_OK)
		return (struct kbm_span){NULL, 0};
	span.length = span.length < length ? span.length : length;
	return span;
}

static struct kbm_span security_of(const struct side *side, const uint8_t *record)
{
	struct kbm_span span = {NULL, 0};
	kbm_cell cell = kbm_hive_u32(record + KBM_NK_SECURITY);
	if (cell == KBM_CELL_NONE || kbm_hive_cell(side->hive, cell, &span, NULL) != KBM_OK ||
	    span.length < KBM_SK_DATA)
		return (struct kbm_span){NULL, 0};
	uint32_t length = kbm_hive_u32(span.data + KBM_SK_SIZE);
	span.data += KBM_SK_DATA;
	span.length -= KBM_SK_DATA;
	span.length = span.length < length ? span.length : length;
	return span;
}

static bool are_equal(struct kbm_span left, struct kbm_span right)
{
	return left.length == right.length &&
	       (left.length == 0 || memcmp(left.data, right.data, left.length) == 0);
}

static enum kbm_code compare_key(struct walk *walk, kbm_cell old, kbm_cell new)
{
	struct kbm_span before = {NULL, 0};
	struct kbm_span after = {NULL, 0};
	struct kbm_key_node node;
	enum kbm_code code = kbm_hive_key_node(walk->old.hive, old, &node, walk->error);
	if (code == KBM_OK)
		code = kbm_hive_key_node(walk->new.hive, new, &node, walk->error);
	if (code == KBM_OK)
		code = kbm_hive_cell(walk->old.hive, old, &before, walk->error);
	if (code == KBM_OK)
		code = kbm_hive_cell(walk->new.hive, new, &after, walk->error);
	if (code != KBM_OK)
		return code;
	uint32_t length = kbm_hive_u16(before.data + KBM_NK_NAME_LENGTH);
	const struct {
		const char *what;
		bool is_same;
	} parts[] = {
	    {"spelling",
	     kbm_hive_u16(after.data + KBM_NK_NAME_LENGTH) == length &&
		 memcmp(before.data + KBM_NK_NAME, after.data + KBM_NK_NAME, length) == 0},
	    {"flags",
	     kbm_hive_u16(before.data + KBM_NK_FLAGS) == kbm_hive_u16(after.data + KBM_NK_FLAGS)},
	    {"class",
	     are_equal(class_of(&walk->old, before.data), class_of(&walk->new, after.data))},
	    {"security descriptor",
	     are_equal(security_of(&walk->old, before.data), security_of(&walk->new, after.data))},
	};
	for (size_t i = 0; code == KBM_OK && i < sizeof parts / sizeof parts[0]; i++)
		if (!parts[i].is_same)
			code = tell(walk, KBM_KEY_ALTERED, parts[i].what, NULL);
	if (code == KBM_OK && memcmp(before.data + KBM_NK_TIME, after.data + KBM_NK_TIME, 8) != 0)
		code = tell(walk, KBM_KEY_TOUCHED, NULL, NULL);
	return code;
}

/* --- values -------------------------------------------------------------------------------------
 */

/* Like kbm_hive_find_value(), looking first where the value should be: at `index`, which ends
 * behind it. */
static enum kbm_code find_value(const struct side *side, kbm_cell key, size_t *index,
				const struct kbm_value *wanted, kbm_cell *found,
				struct kbm_error *error)
{
	struct kbm_value_node node;
	struct kbm_wanted units = {NULL, 0};
	enum kbm_code code = kbm_hive_make_wanted(wanted->name, wanted->name_length, &units, error);
	if (code != KBM_OK)
		return code;
	bool is_here = kbm_hive_value_at(side->hive, key, *index, found, NULL) == KBM_OK &&
		       kbm_hive_value_node(side->hive, *found, &node, NULL) == KBM_OK &&
		       kbm_hive_name_compare(units.units, units.count, &node.name) == 0;
	free(units.units);
	if (is_here) {
		(*index)++;
		return KBM_OK;
	}
	return kbm_hive_find_value(side->hive, key, wanted->name, wanted->name_length, found,
				   error);
}

static enum kbm_code compare_value(struct walk *walk, kbm_cell old, kbm_cell new)
{
	struct kbm_value before = {0};
	struct kbm_value after = {0};
	enum kbm_code code = kbm_hive_value(walk->old.hive, old, &walk->old.name, &walk->old.data,
					    &before, walk->error);
	if (code == KBM_OK)
		code = kbm_hive_value(walk->new.hive, new, &walk->new.name, &walk->new.data, &after,
				      walk->error);
	if (code != KBM_OK)
		return code;
	bool is_same = before.type == after.type && before.length == after.length &&
		       (after.length == 0 || memcmp(before.data, after.data, after.length) == 0) &&
		       before.name_length == after.name_length &&
		       memcmp(before.name, after.name, after.name_length) == 0;
	return is_same ? KBM_OK : tell(walk, KBM_VALUE_CHANGED, NULL, &after);
}

/* The old values: changed, or removed. */
static enum kbm_code compare_old_values(struct walk *walk, kbm_cell old, kbm_cell new)
{
	enum kbm_code code = KBM_OK;
	size_t beside = 0;
	for (size_t i = 0; code == KBM_OK; i++) {
		kbm_cell cell = 0;
		kbm_cell found = 0;
		struct kbm_value value = {0};
		code = kbm_hive_value_at(walk->old.hive, old, i, &cell, walk->error);
		if (code == KBM_NOT_FOUND)
			return KBM_OK;
		if (code == KBM_OK)
			code = kbm_hive_value(walk->old.hive, cell, &walk->old.name, NULL, &value,
					      walk->error);
		if (code != KBM_OK)
			return code;
		code = find_value(&walk->new, new, &beside, &value, &found, walk->error);
		if (code == KBM_OK)
			code = compare_value(walk, cell, found);
		else if (code == KBM_NOT_FOUND)
			code = tell(walk, KBM_VALUE_REMOVED, NULL, &value);
	}
	return code;
}

/* The new values that the old key has not; KBM_CELL_NONE: there is no old key. */
static enum kbm_code find_new_values(struct walk *walk, kbm_cell old, kbm_cell new)
{
	enum kbm_code code = KBM_OK;
	size_t beside = 0;
	for (size_t i = 0; code == KBM_OK; i++) {
		kbm_cell cell = 0;
		kbm_cell found = 0;
		struct kbm_value value = {0};
		code = kbm_hive_value_at(walk->new.hive, new, i, &cell, walk->error);
		if (code == KBM_NOT_FOUND)
			return KBM_OK;
		if (code == KBM_OK)
			code = kbm_hive_value(walk->new.hive, cell, &walk->new.name,
					      &walk->new.data, &value, walk->error);
		if (code == KBM_OK)
			code = old == KBM_CELL_NONE ? KBM_NOT_FOUND
						    : find_value(&walk->old, old, &beside, &value,
								 &found, walk->error);
		if (code == KBM_NOT_FOUND)
			code = tell(walk, KBM_VALUE_ADDED, NULL, &value);
	}
	return code;
}

/* --- keys ---------------------------------------------------------------------------------------
 */

static enum kbm_code compare_keys(struct walk *walk, kbm_cell old, kbm_cell new, unsigned depth);
static enum kbm_code tell_added(struct walk *walk, kbm_cell new, unsigned depth);

/* Appends a subkey's name to the path; *length is what the path had before. */
static enum kbm_code enter(struct walk *walk, struct side *side, kbm_cell key, size_t *length)
{
	struct kbm_key_node node;
	*length = walk->path.length;
	enum kbm_code code = kbm_hive_key_node(side->hive, key, &node, walk->error);
	if (code == KBM_OK)
		code = kbm_hive_name_text(&node.name, &side->name, walk->error);
	if (code != KBM_OK)
		return code;
	if (walk->path.length > 0)
		kbm_bytes_append_byte(&walk->path, '\\');
	kbm_bytes_append(&walk->path, side->name.data, side->name.length);
	return walk->path.failed ? kbm_fail(walk->error, KBM_LIMIT, "a key's path is too long")
				 : KBM_OK;
}

static void leave(struct walk *walk, size_t length)
{
	walk->path.length = length;
	walk->path.data[length] = '\0';
}

/* The subkey of `parent` that has the name just entered. */
static enum kbm_code find_subkey(const struct side *side, kbm_cell parent,
				 const struct kbm_bytes *name, kbm_cell *found,
				 struct kbm_error *error)
{
	return kbm_hive_find_key(side->hive, parent, kbm_bytes_text(name), found, error);
}

static enum kbm_code compare_old_subkeys(struct walk *walk, kbm_cell old, kbm_cell new,
					 unsigned depth)
{
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; code == KBM_OK; i++) {
		kbm_cell cell = 0;
		kbm_cell found = 0;
		size_t length = 0;
		code = kbm_hive_subkey_at(walk->old.hive, old, i, &cell, walk->error);
		if (code == KBM_NOT_FOUND)
			return KBM_OK;
		if (code == KBM_OK)
			code = enter(walk, &walk->old, cell, &length);
		if (code != KBM_OK)
			return code;
		code = find_subkey(&walk->new, new, &walk->old.name, &found, walk->error);
		if (code == KBM_OK)
			code = compare_keys(walk, cell, found, depth + 1);
		else if (code == KBM_NOT_FOUND)
			code = tell(walk, KBM_KEY_REMOVED, NULL, NULL);
		leave(walk, length);
	}
	return code;
}

/* KBM_CELL_NONE for `old`: all are new. */
static enum kbm_code find_new_subkeys(struct walk *walk, kbm_cell old, kbm_cell new, unsigned depth)
{
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; code == KBM_OK; i++) {
		kbm_cell cell = 0;
		kbm_cell found = 0;
		size_t length = 0;
		code = kbm_hive_subkey_at(walk->new.hive, new, i, &cell, walk->error);
		if (code == KBM_NOT_FOUND)
			return KBM_OK;
		if (code == KBM_OK)
			code = enter(walk, &walk->new, cell, &length);
		if (code != KBM_OK)
			return code;
		code = old == KBM_CELL_NONE
			   ? KBM_NOT_FOUND
			   : find_subkey(&walk->old, old, &walk->new.name, &found, walk->error);
		if (code == KBM_NOT_FOUND)
			code = tell_added(walk, cell, depth + 1);
		leave(walk, length);
	}
	return code;
}

static enum kbm_code check_depth(const struct walk *walk, unsigned depth)
{
	return depth <= KBM_HIVE_MAX_DEPTH
		   ? KBM_OK
		   : kbm_fail(walk->error, KBM_LIMIT, "a path of more than %u keys",
			      KBM_HIVE_MAX_DEPTH);
}

static enum kbm_code tell_added(struct walk *walk, kbm_cell new, unsigned depth)
{
	enum kbm_code code = check_depth(walk, depth);
	if (code == KBM_OK)
		code = tell(walk, KBM_KEY_ADDED, NULL, NULL);
	if (code == KBM_OK)
		code = find_new_values(walk, KBM_CELL_NONE, new);
	return code == KBM_OK ? find_new_subkeys(walk, KBM_CELL_NONE, new, depth) : code;
}

static enum kbm_code compare_keys(struct walk *walk, kbm_cell old, kbm_cell new, unsigned depth)
{
	enum kbm_code code = check_depth(walk, depth);
	if (code == KBM_OK)
		code = compare_key(walk, old, new);
	if (code == KBM_OK)
		code = compare_old_values(walk, old, new);
	if (code == KBM_OK)
		code = find_new_values(walk, old, new);
	if (code == KBM_OK)
		code = compare_old_subkeys(walk, old, new, depth);
	return code == KBM_OK ? find_new_subkeys(walk, old, new, depth) : code;
}

enum kbm_code kbm_hive_compare(const struct kbm_hive *old, const struct kbm_hive *new,
			       kbm_hive_difference_sink *sink, void *context,
			       struct kbm_error *error)
{
	struct walk walk = {.old = {.hive = old},
			    .new = {.hive = new},
			    .sink = sink,
			    .context = context,
			    .error = error};
	struct kbm_bytes *all[] = {&walk.old.name, &walk.old.data, &walk.new.name, &walk.new.data};
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		kbm_bytes_init(all[i], KBM_HIVE_MAX_VALUE_BYTES);
	kbm_bytes_init(&walk.path, KBM_HIVE_DUMP_MAX_PATH);
	enum kbm_code code = kbm_bytes_append(&walk.path, "", 0)
				 ? compare_keys(&walk, kbm_hive_root(old), kbm_hive_root(new), 0)
				 : kbm_fail(error, KBM_MEMORY, "no memory to compare hives");
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		kbm_bytes_clear(all[i]);
	kbm_bytes_clear(&walk.path);
	return code;
}
