/* The entries of an answer as the tree that they are. */
#include "report/directory_tree.h"

#include "base/limits.h"
#include "base/text.h"
#include "plan/json.h"
#include "plan/plan_json.h"
#include "source/dn.h"

#include <stdlib.h>
#include <string.h>

enum { SHOWN_NAME_BYTES = 80, FIRST_CAPACITY = 256 };

enum kbm_code kbm_directory_tree_init(struct kbm_directory_tree *tree, struct kbm_error *error)
{
	*tree = (struct kbm_directory_tree){.first_top = KBM_NAME_NONE, .last_top = KBM_NAME_NONE};
	return kbm_dn_tree_init(&tree->names, error);
}

void kbm_directory_tree_clear(struct kbm_directory_tree *tree)
{
	kbm_dn_tree_clear(&tree->names);
	kbm_arena_clear(&tree->arena);
	free(tree->entries);
	*tree = (struct kbm_directory_tree){0};
}

static enum kbm_code no_memory(struct kbm_error *error)
{
	return kbm_fail(error, KBM_MEMORY, "no memory for the directory's tree");
}

static bool grow(struct kbm_directory_tree *tree)
{
	if (tree->count < tree->capacity)
		return true;
	uint32_t capacity = tree->capacity == 0 ? FIRST_CAPACITY : 2 * tree->capacity;
	struct kbm_tree_entry *entries =
	    capacity < tree->capacity ? NULL
				      : reallocarray(tree->entries, capacity, sizeof *entries);
	if (entries == NULL)
		return false;
	tree->entries = entries;
	tree->capacity = capacity;
	return true;
}

static enum kbm_code fail_about(const char *dn, const char *what, enum kbm_code code,
				struct kbm_error *error)
{
	size_t length = strlen(dn);
	size_t shown = kbm_text_whole_characters(dn, length, SHOWN_NAME_BYTES);
	return kbm_fail(error, code, "entry '%.*s%s': %s", (int)shown, dn,
			shown < length ? "..." : "", what);
}

enum kbm_code kbm_directory_tree_add(struct kbm_directory_tree *tree, const char *dn,
				     struct kbm_error *error)
{
	struct kbm_error reason = {0};
	struct kbm_tree_entry added = {
	    .dn = kbm_arena_copy(&tree->arena, dn, strlen(dn)),
	    .above = KBM_NAME_NONE,
	    .first_below = KBM_NAME_NONE,
	    .last_below = KBM_NAME_NONE,
	    .next = KBM_NAME_NONE,
	};
	if (added.dn == NULL || !grow(tree))
		return no_memory(error);
	enum kbm_code code = kbm_dn_tree_add(&tree->names, added.dn, &added.node, &reason);
	if (code != KBM_OK)
		return fail_about(dn, reason.message, code, error);
	tree->entries[tree->count++] = added;
	return KBM_OK;
}

/* --- linking --------------------------------------------------------------------------------- */

/* Puts an entry behind the others below `above`. */
static void append(struct kbm_directory_tree *tree, uint32_t above, uint32_t number)
{
	uint32_t *first = &tree->first_top;
	uint32_t *last = &tree->last_top;
	if (above != KBM_NAME_NONE) {
		first = &tree->entries[above].first_below;
		last = &tree->entries[above].last_below;
	}
	if (*first == KBM_NAME_NONE)
		*first = number;
	else
		tree->entries[*last].next = number;
	*last = number;
	tree->entries[number].above = above;
}

static void link_entry(struct kbm_directory_tree *tree, const uint32_t *entry_of, uint32_t number)
{
	uint32_t node = tree->entries[number].node;
	uint32_t above = KBM_NAME_NONE;
	while (node != KBM_DN_ROOT && above == KBM_NAME_NONE) {
		node = kbm_dn_tree_parent(&tree->names, node);
		/* the root DSE is above nothing, RFC 4512 section 5.1 */
		above = node == KBM_DN_ROOT ? KBM_NAME_NONE : entry_of[node];
	}
	append(tree, above, number);
}

enum kbm_code kbm_directory_tree_link(struct kbm_directory_tree *tree, struct kbm_error *error)
{
	uint32_t nodes = kbm_dn_tree_count(&tree->names);
	uint32_t *entry_of = malloc(nodes * sizeof *entry_of);
	enum kbm_code code = KBM_OK;
	if (entry_of == NULL)
		return no_memory(error);
	for (uint32_t node = 0; node < nodes; node++)
		entry_of[node] = KBM_NAME_NONE;
	for (uint32_t i = 0; code == KBM_OK && i < tree->count; i++) {
		uint32_t *entry = &entry_of[tree->entries[i].node];
		if (*entry != KBM_NAME_NONE)
			code = fail_about(tree->entries[i].dn, "the directory gave it twice",
					  KBM_INVALID, error);
		*entry = i;
	}
	for (uint32_t i = 0; code == KBM_OK && i < tree->count; i++)
		link_entry(tree, entry_of, i);
	for (uint32_t i = 0; code == KBM_OK && i < tree->count; i++)
		for (uint32_t above = tree->entries[i].above; above != KBM_NAME_NONE;
		     above = tree->entries[above].above)
			tree->entries[above].below++;
	free(entry_of);
	return code;
}

/* The entries from the tops down to `number`, that one last; how many there are. */
static size_t list_line(const struct kbm_directory_tree *tree, uint32_t number,
			uint32_t line[static KBM_DN_MAX_RDNS])
{
	size_t count = 0;
	for (uint32_t at = number; at != KBM_NAME_NONE; at = tree->entries[at].above)
		count++;
	size_t left = count;
	for (uint32_t at = number; at != KBM_NAME_NONE; at = tree->entries[at].above)
		line[--left] = at;
	return count;
}

enum kbm_code kbm_directory_tree_order(const struct kbm_directory_tree *tree, uint32_t *order,
				       struct kbm_error *error)
{
	bool *is_placed = calloc((size_t)tree->count + 1, sizeof *is_placed);
	uint32_t line[KBM_DN_MAX_RDNS];
	size_t placed = 0;
	if (is_placed == NULL)
		return no_memory(error);
	for (uint32_t i = 0; i < tree->count; i++) {
		size_t count = list_line(tree, i, line);
		for (size_t j = 0; j < count; j++) {
			if (!is_placed[line[j]])
				order[placed++] = line[j];
			is_placed[line[j]] = true;
		}
	}
	free(is_placed);
	return KBM_OK;
}

/* --- showing --------------------------------------------------------------------------------- */

/* A walk from the tops down, as far as `depth` levels. */
struct walk {
	const struct kbm_directory_tree *tree;
	size_t depth;
	uint32_t at;
	size_t level; /* of `at`; tops are at 0 */
};

static struct walk walk_from_top(const struct kbm_directory_tree *tree, size_t depth)
{
	return (struct walk){tree, depth, tree->first_top, 0};
}

static bool goes_down(const struct walk *walk)
{
	return walk->level < walk->depth &&
	       walk->tree->entries[walk->at].first_below != KBM_NAME_NONE;
}

static void walk_on(struct walk *walk)
{
	const struct kbm_tree_entry *entries = walk->tree->entries;
	if (goes_down(walk)) {
		walk->at = entries[walk->at].first_below;
		walk->level++;
		return;
	}
	while (entries[walk->at].next == KBM_NAME_NONE &&
	       entries[walk->at].above != KBM_NAME_NONE) {
		walk->at = entries[walk->at].above;
		walk->level--;
	}
	walk->at = entries[walk->at].next;
}

/* What stands before a name: the lines of those above that go on below it, and its own. */
static void put_lines(const struct walk *walk, bool utf8, struct kbm_bytes *out)
{
	const struct kbm_directory_tree *tree = walk->tree;
	uint32_t line[KBM_DN_MAX_RDNS];
	size_t count = list_line(tree, walk->at, line);
	for (size_t i = 1; i < count; i++) {
		bool is_own = i + 1 == count;
		bool goes_on = tree->entries[line[i]].next != KBM_NAME_NONE;
		if (is_own && goes_on)
			kbm_bytes_append_text(out, utf8 ? "├── " : "|-- ");
		else if (is_own)
			kbm_bytes_append_text(out, utf8 ? "└── " : "`-- ");
		else if (goes_on)
			kbm_bytes_append_text(out, utf8 ? "│   " : "|   ");
		else
			kbm_bytes_append_text(out, "    ");
	}
}

static size_t depth_of(const struct kbm_directory_tree *tree, uint32_t node)
{
	size_t depth = 0;
	for (; node != KBM_DN_ROOT; node = kbm_dn_tree_parent(&tree->names, node))
		depth++;
	return depth;
}

/* The part of the name that the entry above does not have: one RDN, unless one between them is not
 * in the answer. */
static void put_name(const struct walk *walk, struct kbm_bytes *out)
{
	const struct kbm_directory_tree *tree = walk->tree;
	const struct kbm_tree_entry *entry = &tree->entries[walk->at];
	struct kbm_dn *dn = NULL;
	struct kbm_bytes name;
	if (entry->above == KBM_NAME_NONE || entry->node == KBM_DN_ROOT) {
		const char *whole = entry->node == KBM_DN_ROOT ? "(root DSE)" : entry->dn;
		kbm_text_escape(whole, strlen(whole), out);
		return;
	}
	size_t skipped = depth_of(tree, tree->entries[entry->above].node);
	kbm_bytes_init(&name, KBM_DN_MAX_KEY_BYTES);
	bool done = kbm_dn_parse(entry->dn, strlen(entry->dn), KBM_DN_LDAP, &dn, NULL) == KBM_OK &&
		    dn->rdn_count >= skipped;
	if (done) {
		const struct kbm_dn rest = {KBM_DN_LDAP, dn->rdns + skipped,
					    dn->rdn_count - skipped};
		done = kbm_dn_write(&rest, KBM_DN_LDAP, &name, NULL) == KBM_OK;
	}
	if (done)
		kbm_text_escape(kbm_bytes_text(&name), name.length, out);
	else
		out->failed = true;
	kbm_bytes_clear(&name);
	kbm_dn_free(dn);
}

bool kbm_report_tree_text(const struct kbm_directory_tree *tree, size_t depth,
			  const struct kbm_report_style *style, struct kbm_bytes *out)
{
	size_t shown = 0;
	struct walk walk = walk_from_top(tree, depth);
	for (; walk.at != KBM_NAME_NONE && !out->failed; walk_on(&walk)) {
		put_lines(&walk, style->utf8, out);
		put_name(&walk, out);
		if (!goes_down(&walk) && tree->entries[walk.at].below > 0)
			kbm_bytes_printf(out, "  (%u below)", tree->entries[walk.at].below);
		kbm_bytes_append_byte(out, '\n');
		shown++;
	}
	if (!style->quiet && tree->count > 0) {
		kbm_bytes_printf(out, "\n%u entr%s", tree->count, tree->count == 1 ? "y" : "ies");
		if (shown < tree->count)
			kbm_bytes_printf(out, ", %zu shown", shown);
		kbm_bytes_append_byte(out, '\n');
	}
	return !out->failed;
}

static json_t *json_entry(const struct walk *walk)
{
	const struct kbm_tree_entry *entry = &walk->tree->entries[walk->at];
	json_t *object = json_object();
	bool done = object != NULL &&
		    kbm_json_put(object, "dn", kbm_json_text(entry->dn, strlen(entry->dn))) &&
		    kbm_json_put_number(object, "depth", walk->level) &&
		    kbm_json_put_number(object, "below", entry->below);
	return kbm_json_whole(object, done);
}

bool kbm_report_tree_json(const struct kbm_directory_tree *tree, size_t depth, bool lines,
			  struct kbm_bytes *out)
{
	const char *before = "[";
	struct walk walk = walk_from_top(tree, depth);
	for (; walk.at != KBM_NAME_NONE && !out->failed; walk_on(&walk)) {
		json_t *object = json_entry(&walk);
		kbm_bytes_append_text(out, lines ? "" : before);
		before = ",";
		if (object == NULL || kbm_json_write(object, false, out, NULL) != KBM_OK)
			out->failed = true;
		json_decref(object);
	}
	if (!lines)
		kbm_bytes_append_text(out, tree->count == 0 ? "[]\n" : "]\n");
	return !out->failed;
}
