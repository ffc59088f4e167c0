/* A plan laid over a registry in memory.
 *
 * The changes stand in a tree of nodes, one a key that a change names or leads through. A key
 * without a node is answered by the registry below; one with a node needs to know only which of the
 * indices below are left out and where new keys come in, so iterating costs what it costs below.
 * Windows' rules are followed: a new subkey stands in its sorted place, a value that is set again
 * keeps its place and the spelling of its name, a new one stands last. New keys have last_written
 * 0; existing keys keep theirs, because the time of a future write is not known. */
#include "plan/overlay.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "source/registry_path.h"
#include "source/value_below.h"

struct edit {
	const struct kbm_change *change; /* set_value or delete_value */
	bool exists_below;
};

/* Where a list of below is changed. Valid once `known`. */
struct layout {
	bool known;
	size_t below_count; /* 0 for a key that is not there below */
	size_t *skipped;    /* ascending indices below that are left out */
	size_t skipped_count;
	size_t *added;	     /* subkeys: ascending indices in the merged list of the new ones */
	size_t *added_items; /* the new child or edit at the same place of `added` */
	size_t added_count;
};

struct node {
	char *name; /* as the plan spells it; UTF-8, no NUL */
	size_t name_length;
	struct node **children;
	size_t child_count;
	struct edit *edits;
	size_t edit_count;
	bool exists;  /* after the changes, whatever is below */
	bool deleted; /* not there after the changes */
	bool masked;  /* deleted at some point: nothing below shows through */
	struct layout keys;
	struct layout values;
};

struct kbm_overlay {
	struct kbm_registry_service below;
	struct node root; /* children: hives */
	struct kbm_bytes path;
	struct kbm_bytes name; /* the name handed out last, when it is not borrowed from below */
	struct kbm_bytes below_path; /* of a key whose value was asked for */
};

/* --- the tree -------------------------------------------------------------------------------- */

static void layout_clear(struct layout *layout)
{
	free(layout->skipped);
	free(layout->added);
	free(layout->added_items);
	memset(layout, 0, sizeof *layout);
}

static void node_clear(struct node *node)
{
	for (size_t i = 0; i < node->child_count; i++) {
		node_clear(node->children[i]);
		free(node->children[i]);
	}
	free(node->children);
	free(node->edits);
	free(node->name);
	layout_clear(&node->keys);
	layout_clear(&node->values);
	memset(node, 0, sizeof *node);
}

static struct node *find_child(const struct node *node, const char *name, size_t length)
{
	for (size_t i = 0; i < node->child_count; i++)
		if (kbm_text_compare_names(node->children[i]->name, node->children[i]->name_length,
					   name, length) == 0)
			return node->children[i];
	return NULL;
}

/* Children are kept in Windows' order of names. */
static struct node *add_child(struct node *node, const char *name, size_t length)
{
	struct node **children =
	    reallocarray(node->children, node->child_count + 1, sizeof(void *));
	if (children == NULL)
		return NULL;
	node->children = children;
	struct node *child = calloc(1, sizeof *child);
	char *copy = child == NULL ? NULL : strndup(name, length);
	if (copy == NULL) {
		free(child);
		return NULL;
	}
	child->name = copy;
	child->name_length = length;
	size_t at = node->child_count;
	for (; at > 0 && kbm_text_compare_names(children[at - 1]->name,
						children[at - 1]->name_length, name, length) > 0;
	     at--)
		children[at] = children[at - 1];
	children[at] = child;
	node->child_count++;
	return child;
}

static struct node *enter_child(struct node *node, const char *name, size_t length)
{
	struct node *child = find_child(node, name, length);
	return child != NULL ? child : add_child(node, name, length);
}

/* The node of a key, made when missing. With `creates` the key and all above it exist then. */
static struct node *enter_key(struct kbm_overlay *overlay, const char *hive, const char *path,
			      bool creates)
{
	struct node *node = enter_child(&overlay->root, hive, strlen(hive));
	while (node != NULL) {
		if (creates) {
			node->exists = true;
			node->deleted = false;
		}
		if (path[0] == '\0')
			return node;
		size_t length = strcspn(path, "\\");
		node = enter_child(node, path, length);
		path += length + (path[length] == '\\');
	}
	return NULL;
}

static struct edit *find_edit(const struct node *node, const char *name, size_t length)
{
	for (size_t i = 0; i < node->edit_count; i++) {
		const struct kbm_place *place = &node->edits[i].change->place;
		if (kbm_text_compare_names(place->name, place->name_length, name, length) == 0)
			return &node->edits[i];
	}
	return NULL;
}

/* The last change of a value wins. */
static bool add_edit(struct node *node, const struct kbm_change *change)
{
	struct edit *edit = find_edit(node, change->place.name, change->place.name_length);
	if (edit == NULL) {
		struct edit *edits = reallocarray(node->edits, node->edit_count + 1, sizeof *edits);
		if (edits == NULL)
			return false;
		node->edits = edits;
		edit = &edits[node->edit_count++];
	}
	*edit = (struct edit){.change = change, .exists_below = false};
	return true;
}

static void delete_node(struct node *node)
{
	struct node emptied = {
	    .name = node->name, .name_length = node->name_length, .deleted = true, .masked = true};
	node->name = NULL;
	node_clear(node);
	*node = emptied;
}

/* --- making ---------------------------------------------------------------------------------- */

/* Which set CurrentControlSet means is decided below, from the registry as it is. */
static bool moves_control_set(const struct kbm_place *place)
{
	static const char select[] = "Select";
	return kbm_text_compare_names(place->hive, strlen(place->hive), "SYSTEM", 6) == 0 &&
	       kbm_text_compare_names(place->physical, strlen(place->physical), select,
				      sizeof select - 1) == 0;
}

static enum kbm_code apply(struct kbm_overlay *overlay, const struct kbm_change *change,
			   struct kbm_error *error)
{
	const struct kbm_place *place = &change->place;
	bool of_value = change->op == KBM_SET_VALUE || change->op == KBM_DELETE_VALUE;
	if (place->hive == NULL || place->physical == NULL || (of_value && place->name == NULL) ||
	    (change->op == KBM_SET_VALUE && change->after.value_count != 1))
		return kbm_fail(error, KBM_INVALID, "a change without a physical place: %s",
				place->path == NULL ? "?" : place->path);
	if (moves_control_set(place))
		return kbm_fail(error, KBM_UNSUPPORTED,
				"not simulatable: the plan changes which control set is current");
	bool creates = change->op == KBM_SET_VALUE || change->op == KBM_CREATE_KEY;
	struct node *node = enter_key(overlay, place->hive, place->physical, creates);
	bool done = node != NULL;
	if (done && change->op == KBM_DELETE_KEY)
		delete_node(node);
	else if (done && change->op != KBM_CREATE_KEY)
		done = add_edit(node, change);
	return done ? KBM_OK : kbm_fail(error, KBM_MEMORY, "no memory for a plan's overlay");
}

enum kbm_code kbm_overlay_make(const struct kbm_change *changes, size_t count,
			       const struct kbm_registry_service *below,
			       struct kbm_overlay **overlay, struct kbm_error *error)
{
	struct kbm_overlay *made = calloc(1, sizeof *made);
	if (made == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory for a plan's overlay");
	made->below = *below;
	kbm_bytes_init(&made->path, 2 * KBM_PATH_MAX_BYTES);
	kbm_bytes_init(&made->name, KBM_PATH_MAX_BYTES);
	kbm_bytes_init(&made->below_path, 2 * KBM_PATH_MAX_BYTES);
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; code == KBM_OK && i < count; i++)
		if (changes[i].op != KBM_MANUAL && changes[i].op != KBM_MODIFY_ENTRY)
			code = apply(made, &changes[i], error);
	if (code != KBM_OK) {
		kbm_overlay_free(made);
		return code;
	}
	*overlay = made;
	return KBM_OK;
}

void kbm_overlay_free(struct kbm_overlay *overlay)
{
	if (overlay == NULL)
		return;
	node_clear(&overlay->root);
	kbm_bytes_clear(&overlay->path);
	kbm_bytes_clear(&overlay->name);
	kbm_bytes_clear(&overlay->below_path);
	free(overlay);
}

/* --- finding --------------------------------------------------------------------------------- */

/* A key as the overlay sees it: its node, or NULL; what is above it decides the rest. */
struct view {
	struct node *node;
	bool deleted;
	bool masked;
};

static struct view look_up(const struct kbm_overlay *overlay, const char *hive, const char *path)
{
	struct view view = {.node = find_child(&overlay->root, hive, strlen(hive))};
	while (view.node != NULL) {
		view.deleted = view.deleted || view.node->deleted;
		view.masked = view.masked || view.node->masked;
		if (path[0] == '\0')
			break;
		size_t length = strcspn(path, "\\");
		view.node = find_child(view.node, path, length);
		path += length + (path[length] == '\\');
	}
	return view;
}

/* Finds the view of a path as people write it. */
static enum kbm_code view_of(struct kbm_overlay *overlay, const char *path, struct view *view,
			     struct kbm_error *error)
{
	struct kbm_registry_place place = {0};
	enum kbm_code code = overlay->below.resolve(overlay->below.context, path, &place, error);
	if (code == KBM_OK)
		*view = look_up(overlay, place.hive, place.path);
	free(place.hive);
	free(place.path);
	return code;
}

static enum kbm_code absent(const char *path, struct kbm_error *error)
{
	return kbm_fail(error, KBM_NOT_FOUND, "not there after the plan: %.160s", path);
}

/* The key below, where it may show through: KBM_NOT_FOUND when it may not or is not there. */
static enum kbm_code key_below(struct kbm_overlay *overlay, const struct view *view,
			       const char *path, struct kbm_key *key, struct kbm_error *error)
{
	if (view->masked)
		return absent(path, error);
	return overlay->below.get_key(overlay->below.context, path, key, error);
}

/* --- the merged lists ------------------------------------------------------------------------ */

static bool push(size_t **items, size_t *count, size_t item)
{
	size_t *grown = reallocarray(*items, *count + 1, sizeof *grown);
	if (grown == NULL)
		return false;
	grown[*count] = item;
	*items = grown;
	(*count)++;
	return true;
}

static size_t merged_count(const struct layout *layout)
{
	return layout->below_count - layout->skipped_count + layout->added_count;
}

/* The index below for the index-th item that is not left out. */
static size_t index_below(const struct layout *layout, size_t index)
{
	for (size_t i = 0; i < layout->skipped_count && layout->skipped[i] <= index; i++)
		index++;
	return index;
}

/* Whether the merged list has a new item at `index`: then *item says which. Else *index becomes the
 * index below. */
static bool is_added(const struct layout *layout, size_t *index, size_t *item)
{
	size_t before = 0;
	while (before < layout->added_count && layout->added[before] < *index)
		before++;
	if (before < layout->added_count && layout->added[before] == *index) {
		*item = layout->added_items[before];
		return true;
	}
	*index = index_below(layout, *index - before);
	return false;
}

/* Goes through the subkeys below once: which are deleted, and in front of which the new ones
 * stand. */
struct key_walk {
	struct layout layout;
	const struct node *node;
	size_t next;	    /* child that comes next in Windows' order */
	bool *exists_below; /* of each child */
};

/* Adds the new children that stand in front of `name`; all that are left for NULL. */
static bool add_until(struct key_walk *walk, const char *name, size_t length)
{
	for (; walk->next < walk->node->child_count; walk->next++) {
		const struct node *child = walk->node->children[walk->next];
		if (name != NULL &&
		    kbm_text_compare_names(child->name, child->name_length, name, length) >= 0)
			return true;
		if (!child->exists || walk->exists_below[walk->next])
			continue;
		size_t count = walk->layout.added_count;
		if (!push(&walk->layout.added, &count, merged_count(&walk->layout)) ||
		    !push(&walk->layout.added_items, &walk->layout.added_count, walk->next))
			return false;
	}
	return true;
}

static size_t child_index(const struct node *node, const char *name, size_t length)
{
	size_t i = 0;
	while (i < node->child_count &&
	       kbm_text_compare_names(node->children[i]->name, node->children[i]->name_length, name,
				      length) != 0)
		i++;
	return i;
}

/* Two passes: hives whose lists are not in order exist, and a child that is there below must never
 * be taken for a new one. */
static enum kbm_code walk_keys(struct kbm_overlay *overlay, struct key_walk *walk, const char *path,
			       struct kbm_error *error)
{
	struct kbm_key key;
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0;; i++) {
			enum kbm_code code =
			    overlay->below.subkey_at(overlay->below.context, path, i, &key, error);
			if (code == KBM_NOT_FOUND)
				break;
			if (code != KBM_OK)
				return code;
			size_t child = child_index(walk->node, key.name, key.name_length);
			bool known = child < walk->node->child_count;
			if (pass == 0 && known)
				walk->exists_below[child] = true;
			if (pass == 0)
				continue;
			if (!add_until(walk, key.name, key.name_length))
				return kbm_fail(error, KBM_MEMORY, "no memory for subkeys");
			size_t *count = &walk->layout.skipped_count;
			if (known && walk->node->children[child]->deleted &&
			    !push(&walk->layout.skipped, count, i))
				return kbm_fail(error, KBM_MEMORY, "no memory for subkeys");
			walk->layout.below_count = i + 1;
		}
	}
	return KBM_OK;
}

static enum kbm_code lay_out_keys(struct kbm_overlay *overlay, const struct view *view,
				  const char *path, struct kbm_error *error)
{
	struct node *node = view->node;
	if (node->keys.known)
		return KBM_OK;
	struct key_walk walk = {.node = node};
	enum kbm_code code = KBM_OK;
	walk.exists_below = calloc(node->child_count + 1, sizeof *walk.exists_below);
	if (walk.exists_below == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory for subkeys");
	if (!view->masked)
		code = walk_keys(overlay, &walk, path, error);
	if (code == KBM_OK && !add_until(&walk, NULL, 0))
		code = kbm_fail(error, KBM_MEMORY, "no memory for subkeys");
	free(walk.exists_below);
	if (code != KBM_OK) {
		layout_clear(&walk.layout);
		return code;
	}
	walk.layout.known = true;
	node->keys = walk.layout;
	return KBM_OK;
}

static enum kbm_code walk_values(struct kbm_overlay *overlay, struct node *node,
				 struct layout *layout, const char *path, struct kbm_error *error)
{
	struct kbm_value value;
	for (size_t i = 0;; i++) {
		enum kbm_code code =
		    overlay->below.value_at(overlay->below.context, path, i, &value, error);
		if (code == KBM_NOT_FOUND)
			return KBM_OK;
		if (code != KBM_OK)
			return code;
		layout->below_count = i + 1;
		struct edit *edit = find_edit(node, value.name, value.name_length);
		if (edit == NULL)
			continue;
		edit->exists_below = true;
		if (!edit->change->after.present &&
		    !push(&layout->skipped, &layout->skipped_count, i))
			return kbm_fail(error, KBM_MEMORY, "no memory for values");
	}
}

static enum kbm_code lay_out_values(struct kbm_overlay *overlay, const struct view *view,
				    const char *path, struct kbm_error *error)
{
	struct node *node = view->node;
	struct layout layout = {.known = true};
	enum kbm_code code = KBM_OK;
	if (node->values.known)
		return KBM_OK;
	if (!view->masked)
		code = walk_values(overlay, node, &layout, path, error);
	for (size_t i = 0; code == KBM_OK && i < node->edit_count; i++) {
		if (node->edits[i].exists_below || !node->edits[i].change->after.present)
			continue;
		size_t count = layout.added_count;
		if (!push(&layout.added, &count, merged_count(&layout)) ||
		    !push(&layout.added_items, &layout.added_count, i))
			code = kbm_fail(error, KBM_MEMORY, "no memory for values");
	}
	if (code != KBM_OK) {
		layout_clear(&layout);
		return code;
	}
	node->values = layout;
	return KBM_OK;
}

/* Sets the counts of a key that has a node. Borrowed texts of below are lost by this. */
static enum kbm_code count_merged(struct kbm_overlay *overlay, const struct view *view,
				  const char *path, struct kbm_key *key, struct kbm_error *error)
{
	enum kbm_code code = lay_out_keys(overlay, view, path, error);
	if (code == KBM_OK)
		code = lay_out_values(overlay, view, path, error);
	if (code != KBM_OK)
		return code;
	key->subkey_count = merged_count(&view->node->keys);
	key->value_count = merged_count(&view->node->values);
	return KBM_OK;
}

/* --- the service ----------------------------------------------------------------------------- */

/* Keeps a name that below would forget with its next answer. */
static bool keep_name(struct kbm_overlay *overlay, struct kbm_key *key)
{
	kbm_bytes_reset(&overlay->name);
	if (!kbm_bytes_append(&overlay->name, key->name, key->name_length))
		return false;
	key->name = kbm_bytes_text(&overlay->name);
	return true;
}

/* A key that has a node and is not deleted. */
static enum kbm_code node_key(struct kbm_overlay *overlay, const struct view *view,
			      const char *path, struct kbm_key *key, struct kbm_error *error)
{
	struct kbm_key found = {0};
	enum kbm_code code = key_below(overlay, view, path, &found, error);
	if (code == KBM_NOT_FOUND && view->node->exists) {
		found = (struct kbm_key){.name = view->node->name,
					 .name_length = view->node->name_length};
		code = KBM_OK;
	}
	if (code == KBM_OK && !keep_name(overlay, &found))
		code = kbm_fail(error, KBM_LIMIT, "a key's name is too long: %.160s", path);
	if (code == KBM_OK)
		code = count_merged(overlay, view, path, &found, error);
	if (code == KBM_OK)
		*key = found;
	return code;
}

static enum kbm_code get_key(void *context, const char *path, struct kbm_key *key,
			     struct kbm_error *error)
{
	struct kbm_overlay *overlay = context;
	struct view view = {0};
	enum kbm_code code = view_of(overlay, path, &view, error);
	if (code != KBM_OK)
		return code;
	if (view.deleted || (view.masked && view.node == NULL))
		return absent(path, error);
	if (view.node == NULL)
		return overlay->below.get_key(overlay->below.context, path, key, error);
	return node_key(overlay, &view, path, key, error);
}

static void take_edit(const struct edit *edit, struct kbm_value *value)
{
	value->type = edit->change->after.type;
	value->data = edit->change->after.values[0].data;
	value->length = edit->change->after.values[0].length;
}

/* A value that is set: with the stored spelling of its name when it is there below. */
static enum kbm_code set_value(struct kbm_overlay *overlay, const struct view *view,
			       const char *path, const struct edit *edit, struct kbm_value *value)
{
	const struct kbm_place *place = &edit->change->place;
	struct kbm_value old;
	*value = (struct kbm_value){.name = place->name, .name_length = place->name_length};
	if (!view->masked && overlay->below.get_value(overlay->below.context, path, place->name,
						      place->name_length, &old, NULL) == KBM_OK) {
		value->name = old.name;
		value->name_length = old.name_length;
	}
	take_edit(edit, value);
	return KBM_OK;
}

static enum kbm_code get_value(void *context, const char *path, const char *name,
			       size_t name_length, struct kbm_value *value, struct kbm_error *error)
{
	struct kbm_overlay *overlay = context;
	struct view view = {0};
	enum kbm_code code = view_of(overlay, path, &view, error);
	if (code != KBM_OK)
		return code;
	if (view.deleted)
		return absent(path, error);
	const struct edit *edit =
	    view.node == NULL ? NULL : find_edit(view.node, name, name_length);
	if (edit != NULL && edit->change->after.present)
		return set_value(overlay, &view, path, edit, value);
	if (edit != NULL || view.masked)
		return absent(path, error);
	return overlay->below.get_value(overlay->below.context, path, name, name_length, value,
					error);
}

static enum kbm_code child_key(struct kbm_overlay *overlay, const struct view *parent,
			       const char *path, struct node *child, struct kbm_key *key,
			       struct kbm_error *error)
{
	struct view view = {.node = child, .masked = parent->masked || child->masked};
	if (!kbm_path_child(path, child->name, child->name_length, &overlay->path))
		return kbm_fail(error, KBM_LIMIT, "a key's path is too long: %.160s", path);
	const char *full = kbm_bytes_text(&overlay->path);
	return node_key(overlay, &view, full, key, error);
}

static enum kbm_code subkey_at(void *context, const char *path, size_t index, struct kbm_key *key,
			       struct kbm_error *error)
{
	struct kbm_overlay *overlay = context;
	struct view view = {0};
	size_t item = 0;
	enum kbm_code code = view_of(overlay, path, &view, error);
	if (code != KBM_OK)
		return code;
	if (view.deleted || (view.masked && view.node == NULL))
		return absent(path, error);
	if (view.node == NULL)
		return overlay->below.subkey_at(overlay->below.context, path, index, key, error);
	code = lay_out_keys(overlay, &view, path, error);
	if (code != KBM_OK)
		return code;
	if (index >= merged_count(&view.node->keys))
		return absent(path, error);
	if (is_added(&view.node->keys, &index, &item))
		return child_key(overlay, &view, path, view.node->children[item], key, error);
	struct kbm_key found;
	code = overlay->below.subkey_at(overlay->below.context, path, index, &found, error);
	if (code != KBM_OK)
		return code;
	struct node *child = find_child(view.node, found.name, found.name_length);
	if (child != NULL)
		return child_key(overlay, &view, path, child, key, error);
	*key = found;
	return KBM_OK;
}

static enum kbm_code value_at(void *context, const char *path, size_t index,
			      struct kbm_value *value, struct kbm_error *error)
{
	struct kbm_overlay *overlay = context;
	struct view view = {0};
	size_t item = 0;
	enum kbm_code code = view_of(overlay, path, &view, error);
	if (code != KBM_OK)
		return code;
	if (view.deleted || (view.masked && view.node == NULL))
		return absent(path, error);
	if (view.node == NULL)
		return overlay->below.value_at(overlay->below.context, path, index, value, error);
	code = lay_out_values(overlay, &view, path, error);
	if (code != KBM_OK)
		return code;
	if (index >= merged_count(&view.node->values))
		return absent(path, error);
	if (is_added(&view.node->values, &index, &item))
		return set_value(overlay, &view, path, &view.node->edits[item], value);
	struct kbm_value found;
	code = overlay->below.value_at(overlay->below.context, path, index, &found, error);
	if (code != KBM_OK)
		return code;
	const struct edit *edit = find_edit(view.node, found.name, found.name_length);
	if (edit != NULL)
		take_edit(edit, &found);
	*value = found;
	return KBM_OK;
}

/* Where the plan changes nothing in a key, and nothing below it, the target answers. */
static enum kbm_code value_below(void *context, const char *path, size_t index, const char *name,
				 size_t name_length, struct kbm_key *key, struct kbm_value *value,
				 struct kbm_error *error)
{
	struct kbm_overlay *overlay = context;
	const struct kbm_registry_service *below = &overlay->below;
	const struct kbm_registry_service service = kbm_overlay_service(overlay);
	struct view view = {0};
	key->name = NULL;
	enum kbm_code code = view_of(overlay, path, &view, error);
	if (code != KBM_OK)
		return code;
	if (view.node == NULL && !view.deleted && !view.masked)
		return below->value_below(below->context, path, index, name, name_length, key,
					  value, error);
	return kbm_value_below(&service, &overlay->below_path, path, index, name, name_length, key,
			       value, error);
}

static enum kbm_code resolve(void *context, const char *path, struct kbm_registry_place *place,
			     struct kbm_error *error)
{
	struct kbm_overlay *overlay = context;
	return overlay->below.resolve(overlay->below.context, path, place, error);
}

struct kbm_registry_service kbm_overlay_service(struct kbm_overlay *overlay)
{
	return (struct kbm_registry_service){.context = overlay,
					     .get_value = get_value,
					     .get_key = get_key,
					     .subkey_at = subkey_at,
					     .value_at = value_at,
					     .value_below = value_below,
					     .resolve = resolve};
}
