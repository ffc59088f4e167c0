/* A registry tree in memory: what a .reg export or a test says, before it becomes a hive. */
#include "source/hive_tree.h"

#include "base/limits.h"
#include "base/text.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

/* Everything but the search trees' nodes lives in blocks that are released together: a tree of
 * millions of small items costs no more than their bytes. */
enum { BLOCK_BYTES = 64 * 1024, ALIGNMENT = 8 };

struct block {
	struct block *next;
	size_t used;
	size_t size;
	uint8_t bytes[];
};

struct kbm_tree {
	struct kbm_tree_key *root;
	struct block *blocks; /* the first one is filled */
	/* The key that was asked for last: exports set many values on one path. */
	struct kbm_tree_key *recent;
	struct kbm_bytes recent_path;
	uint16_t units[KBM_HIVE_MAX_NAME_UNITS]; /* scratch for one name */
};

static struct block *new_block(size_t room)
{
	struct block *block = malloc(sizeof *block + room);
	if (block == NULL)
		return NULL;
	block->next = NULL;
	block->used = 0;
	block->size = room;
	return block;
}

/* Large items get a block of their own behind the first, which goes on being filled. */
static void *allocate(struct kbm_tree *tree, size_t size)
{
	size_t needed = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	bool large = needed > BLOCK_BYTES / 8;
	struct block *block = tree->blocks;
	if (block == NULL || block->size - block->used < needed) {
		block = new_block(large ? needed : BLOCK_BYTES);
		if (block == NULL)
			return NULL;
		bool behind = large && tree->blocks != NULL;
		struct block **link = behind ? &tree->blocks->next : &tree->blocks;
		block->next = *link;
		*link = block;
	}
	void *memory = block->bytes + block->used;
	block->used += needed;
	return memory;
}

static enum kbm_code no_memory(struct kbm_error *error)
{
	return kbm_fail(error, KBM_MEMORY, "no memory for the registry tree");
}

/* Registry order: unit by unit by Windows' upcase. Takes keys and values alike. */
static int compare_names(const void *left, const void *right)
{
	const struct kbm_tree_name *a = left;
	const struct kbm_tree_name *b = right;
	size_t shared = a->count < b->count ? a->count : b->count;
	for (size_t i = 0; i < shared; i++) {
		int difference = kbm_text_upcase(a->units[i]) - kbm_text_upcase(b->units[i]);
		if (difference != 0)
			return difference;
	}
	return (a->count > b->count) - (a->count < b->count);
}

/* Decodes WTF-8 into the tree's scratch; `probe` is valid until the next call. */
static enum kbm_code decode_name(struct kbm_tree *tree, const char *text, size_t length,
				 size_t maximum, struct kbm_tree_name *probe,
				 struct kbm_error *error)
{
	size_t count = 0;
	for (size_t at = 0, size = 0; at < length; at += size) {
		uint32_t point = kbm_text_next(text + at, length - at, &size);
		if (point == UINT32_MAX)
			return kbm_fail(error, KBM_INVALID, "a name's byte %zu is not UTF-8",
					at + 1);
		size_t units = point > 0xFFFF ? 2 : 1;
		if (units > maximum - count)
			return kbm_fail(error, KBM_LIMIT, "a name of more than %zu UTF-16 units",
					maximum);
		if (units == 2) {
			tree->units[count++] = (uint16_t)(0xD800 + ((point - 0x10000) >> 10));
			tree->units[count++] = (uint16_t)(0xDC00 + (point & 0x3FF));
		} else {
			tree->units[count++] = (uint16_t)point;
		}
	}
	probe->units = tree->units;
	probe->count = count;
	return KBM_OK;
}

static bool copy_name(struct kbm_tree *tree, const struct kbm_tree_name *probe,
		      struct kbm_tree_name *name)
{
	uint16_t *units = allocate(tree, probe->count * sizeof *units);
	if (units == NULL)
		return false;
	if (probe->count > 0)
		memcpy(units, probe->units, probe->count * sizeof *units);
	name->units = units;
	name->count = probe->count;
	return true;
}

static struct kbm_tree_key *new_key(struct kbm_tree *tree, const struct kbm_tree_name *probe)
{
	struct kbm_tree_key *key = allocate(tree, sizeof *key);
	if (key == NULL)
		return NULL;
	memset(key, 0, sizeof *key);
	return copy_name(tree, probe, &key->name) ? key : NULL;
}

enum kbm_code kbm_tree_make(const char *root_name, struct kbm_tree **tree, struct kbm_error *error)
{
	struct kbm_tree *made = calloc(1, sizeof *made);
	if (made == NULL)
		return no_memory(error);
	kbm_bytes_init(&made->recent_path, KBM_PATH_MAX_BYTES);
	struct kbm_tree_name probe;
	enum kbm_code code =
	    decode_name(made, root_name, strlen(root_name), KBM_HIVE_MAX_KEY_UNITS, &probe, error);
	if (code == KBM_OK) {
		made->root = new_key(made, &probe);
		if (made->root == NULL)
			code = no_memory(error);
		else
			made->root->is_present = true;
	}
	if (code != KBM_OK) {
		kbm_tree_free(made);
		return code;
	}
	*tree = made;
	return KBM_OK;
}

static void keep_item(void *item)
{
	(void)item; /* its memory is a block's */
}

/* Releases the search trees at and below `key`; depth is at most KBM_HIVE_MAX_DEPTH. */
static void forget_subtree(struct kbm_tree_key *key)
{
	for (struct kbm_tree_key *child = key->first_child; child != NULL; child = child->next)
		forget_subtree(child);
	tdestroy(key->children, keep_item);
	tdestroy(key->values, keep_item);
	key->children = NULL;
	key->values = NULL;
}

void kbm_tree_free(struct kbm_tree *tree)
{
	if (tree == NULL)
		return;
	if (tree->root != NULL)
		forget_subtree(tree->root);
	while (tree->blocks != NULL) {
		struct block *next = tree->blocks->next;
		free(tree->blocks);
		tree->blocks = next;
	}
	kbm_bytes_clear(&tree->recent_path);
	free(tree);
}

static void *find_item(void *const *items, const struct kbm_tree_name *probe)
{
	void *node = tfind(probe, items, compare_names);
	return node == NULL ? NULL : *(void **)node;
}

/* Nothing is known of the new key but what a whole parent says. */
static struct kbm_tree_key *add_child(struct kbm_tree *tree, struct kbm_tree_key *parent,
				      const struct kbm_tree_name *probe)
{
	struct kbm_tree_key *child = new_key(tree, probe);
	if (child == NULL || tsearch(child, &parent->children, compare_names) == NULL)
		return NULL;
	child->is_whole = parent->is_whole;
	child->parent = parent;
	child->next = parent->first_child;
	if (child->next != NULL)
		child->next->previous = child;
	parent->first_child = child;
	parent->child_count++;
	return child;
}

static void remember(struct kbm_tree *tree, struct kbm_tree_key *key, const char *path)
{
	kbm_bytes_reset(&tree->recent_path);
	tree->recent = kbm_bytes_append_text(&tree->recent_path, path) ? key : NULL;
}

/* One component of a path: decoded, not empty. */
static enum kbm_code decode_component(struct kbm_tree *tree, const char *name, size_t length,
				      size_t depth, struct kbm_tree_name *probe,
				      struct kbm_error *error)
{
	if (length == 0)
		return kbm_fail(error, KBM_INVALID, "key %zu of the path has no name", depth);
	if (depth > KBM_HIVE_MAX_DEPTH)
		return kbm_fail(error, KBM_LIMIT, "a path of more than %u keys",
				KBM_HIVE_MAX_DEPTH);
	struct kbm_error reason = {0};
	enum kbm_code code =
	    decode_name(tree, name, length, KBM_HIVE_MAX_KEY_UNITS, probe, &reason);
	if (code != KBM_OK)
		return kbm_fail(error, code, "key %zu of the path: %s", depth, reason.message);
	return KBM_OK;
}

/* What becomes of a key on the way that is not there. */
enum purpose {
	TO_LOOK,   /* KBM_NOT_FOUND */
	TO_CREATE, /* it is created */
	TO_NOTE	   /* it gets a place, but is not present; KBM_NOT_FOUND below a whole key */
};

/* One step down; *found is NULL where there is none. */
static enum kbm_code step(struct kbm_tree *tree, struct kbm_tree_key *key,
			  const struct kbm_tree_name *probe, enum purpose purpose,
			  struct kbm_tree_key **found, struct kbm_error *error)
{
	struct kbm_tree_key *child = find_item(&key->children, probe);
	bool fails = purpose == TO_LOOK || (purpose == TO_NOTE && key->is_whole);
	if (child == NULL && !fails) {
		child = add_child(tree, key, probe);
		if (child == NULL)
			return no_memory(error);
	} else if (child != NULL && !child->is_present) {
		if (purpose == TO_LOOK)
			child = NULL;
		else if (purpose == TO_CREATE && !copy_name(tree, probe, &child->name))
			return no_memory(error); /* a key that comes back is spelled anew */
	}
	if (child != NULL && purpose == TO_CREATE)
		child->is_present = true;
	*found = child;
	return KBM_OK;
}

/* The key at `path`. */
static enum kbm_code walk(struct kbm_tree *tree, const char *path, enum purpose purpose,
			  struct kbm_tree_key **found, struct kbm_error *error)
{
	if (tree->recent != NULL && strcmp(path, kbm_bytes_text(&tree->recent_path)) == 0) {
		*found = tree->recent;
		return KBM_OK;
	}
	struct kbm_tree_key *key = tree->root;
	const char *rest = *path == '\0' ? NULL : path;
	for (size_t depth = 1; rest != NULL; depth++) {
		size_t length = strcspn(rest, "\\");
		struct kbm_tree_name probe;
		struct kbm_tree_key *child = NULL;
		enum kbm_code code = decode_component(tree, rest, length, depth, &probe, error);
		if (code == KBM_OK)
			code = step(tree, key, &probe, purpose, &child, error);
		if (code != KBM_OK)
			return code;
		if (child == NULL)
			return kbm_fail(error, KBM_NOT_FOUND, "key %zu of the path is not there",
					depth);
		key = child;
		rest = rest[length] == '\0' ? NULL : rest + length + 1;
	}
	if (purpose != TO_NOTE)
		remember(tree, key, path);
	*found = key;
	return KBM_OK;
}

enum kbm_code kbm_tree_create_key(struct kbm_tree *tree, const char *path, struct kbm_error *error)
{
	struct kbm_tree_key *key = NULL;
	return walk(tree, path, TO_CREATE, &key, error);
}

enum kbm_code kbm_tree_has_key(struct kbm_tree *tree, const char *path, struct kbm_error *error)
{
	struct kbm_tree_key *key = NULL;
	return walk(tree, path, TO_LOOK, &key, error);
}

static struct kbm_tree_value *add_value(struct kbm_tree *tree, struct kbm_tree_key *key,
					const struct kbm_tree_name *probe)
{
	struct kbm_tree_value *value = allocate(tree, sizeof *value);
	if (value == NULL)
		return NULL;
	memset(value, 0, sizeof *value);
	if (!copy_name(tree, probe, &value->name) ||
	    tsearch(value, &key->values, compare_names) == NULL)
		return NULL;
	value->previous = key->last_value;
	if (value->previous != NULL)
		value->previous->next = value;
	else
		key->first_value = value;
	key->last_value = value;
	key->value_count++;
	return value;
}

enum kbm_code kbm_tree_set_value(struct kbm_tree *tree, const char *path,
				 const struct kbm_value *value, struct kbm_error *error)
{
	if (value->length > KBM_HIVE_MAX_VALUE_BYTES)
		return kbm_fail(error, KBM_LIMIT, "a value of %zu bytes, at most %lu",
				value->length, KBM_HIVE_MAX_VALUE_BYTES);
	struct kbm_tree_key *key = NULL;
	enum kbm_code code = walk(tree, path, TO_CREATE, &key, error);
	if (code != KBM_OK)
		return code;
	struct kbm_tree_name probe;
	code = decode_name(tree, value->name, value->name_length, KBM_HIVE_MAX_NAME_UNITS, &probe,
			   error);
	if (code != KBM_OK)
		return code;
	struct kbm_tree_value *item = find_item(&key->values, &probe);
	size_t room = item == NULL ? 0 : item->room;
	uint8_t *data = item == NULL ? NULL : item->data;
	if (data == NULL || value->length > room) {
		room = value->length;
		data = allocate(tree, room);
		if (data == NULL)
			return no_memory(error);
	}
	if (item == NULL)
		item = add_value(tree, key, &probe);
	if (item == NULL)
		return no_memory(error);
	item->data = data;
	item->room = room;
	item->length = value->length;
	item->type = value->type;
	if (value->length > 0)
		memmove(data, value->data, value->length);
	return KBM_OK;
}

static enum kbm_code find_value(struct kbm_tree *tree, const char *path, const char *name,
				size_t name_length, struct kbm_tree_key **key,
				struct kbm_tree_value **value, struct kbm_error *error)
{
	enum kbm_code code = walk(tree, path, TO_LOOK, key, error);
	if (code != KBM_OK)
		return code;
	struct kbm_tree_name probe;
	code = decode_name(tree, name, name_length, KBM_HIVE_MAX_NAME_UNITS, &probe, error);
	if (code != KBM_OK)
		return code;
	*value = find_item(&(*key)->values, &probe);
	return *value == NULL ? kbm_fail(error, KBM_NOT_FOUND, "the value is not there") : KBM_OK;
}

enum kbm_code kbm_tree_get_value(struct kbm_tree *tree, const char *path, const char *name,
				 size_t name_length, struct kbm_value *value,
				 struct kbm_error *error)
{
	struct kbm_tree_key *key = NULL;
	struct kbm_tree_value *item = NULL;
	enum kbm_code code = find_value(tree, path, name, name_length, &key, &item, error);
	if (code != KBM_OK)
		return code;
	*value = (struct kbm_value){.name = name,
				    .name_length = name_length,
				    .type = item->type,
				    .data = item->data,
				    .length = item->length};
	return KBM_OK;
}

enum kbm_code kbm_tree_delete_value(struct kbm_tree *tree, const char *path, const char *name,
				    size_t name_length, struct kbm_error *error)
{
	struct kbm_tree_key *key = NULL;
	struct kbm_tree_value *value = NULL;
	enum kbm_code code = find_value(tree, path, name, name_length, &key, &value, error);
	if (code != KBM_OK)
		return code;
	tdelete(value, &key->values, compare_names);
	if (value->previous != NULL)
		value->previous->next = value->next;
	else
		key->first_value = value->next;
	if (value->next != NULL)
		value->next->previous = value->previous;
	else
		key->last_value = value->previous;
	key->value_count--;
	return KBM_OK;
}

/* Takes a key that is not the root from its parent; its own subtree stays whole. */
static void unlink_key(struct kbm_tree *tree, struct kbm_tree_key *key)
{
	struct kbm_tree_key *parent = key->parent;
	tree->recent = NULL;
	tdelete(key, &parent->children, compare_names);
	if (key->previous != NULL)
		key->previous->next = key->next;
	else
		parent->first_child = key->next;
	if (key->next != NULL)
		key->next->previous = key->previous;
	parent->child_count--;
}

enum kbm_code kbm_tree_delete_key(struct kbm_tree *tree, const char *path, struct kbm_error *error)
{
	struct kbm_tree_key *key = NULL;
	enum kbm_code code = walk(tree, path, TO_LOOK, &key, error);
	if (code != KBM_OK || key == NULL)
		return code;
	if (key->parent == NULL)
		return kbm_fail(error, KBM_USAGE, "the root key cannot be deleted");
	unlink_key(tree, key);
	forget_subtree(key);
	return KBM_OK;
}

/* Depth is at most KBM_HIVE_MAX_DEPTH. A whole key is whole to its leaves already, so that no key
 * is visited twice in a tree's life. */
static void make_whole(struct kbm_tree *tree, struct kbm_tree_key *key)
{
	if (key->is_whole)
		return;
	key->is_whole = true;
	struct kbm_tree_key *next = NULL;
	for (struct kbm_tree_key *child = key->first_child; child != NULL; child = next) {
		next = child->next;
		if (child->is_present) {
			make_whole(tree, child);
		} else {
			unlink_key(tree, child);
			forget_subtree(child);
		}
	}
}

enum kbm_code kbm_tree_set_whole(struct kbm_tree *tree, const char *path, struct kbm_error *error)
{
	struct kbm_tree_key *key = NULL;
	enum kbm_code code = walk(tree, path, TO_CREATE, &key, error);
	if (code == KBM_OK && key != NULL)
		make_whole(tree, key);
	return code;
}

enum kbm_code kbm_tree_set_absent(struct kbm_tree *tree, const char *path, struct kbm_error *error)
{
	struct kbm_tree_key *key = NULL;
	enum kbm_code code = kbm_tree_delete_key(tree, path, error);
	if (code == KBM_OK || code == KBM_NOT_FOUND)
		code = walk(tree, path, TO_NOTE, &key, error);
	if (code == KBM_OK && key != NULL)
		make_whole(tree, key);
	return code == KBM_NOT_FOUND ? KBM_OK : code; /* below a whole key nothing needs noting */
}

enum kbm_code kbm_tree_set_root(struct kbm_tree *tree, const char *path, struct kbm_error *error)
{
	struct kbm_tree_key *key = NULL;
	enum kbm_code code = walk(tree, path, TO_LOOK, &key, error);
	if (code != KBM_OK || key == NULL || key->parent == NULL)
		return code;
	unlink_key(tree, key);
	forget_subtree(tree->root);
	key->parent = NULL;
	key->next = NULL;
	key->previous = NULL;
	tree->root = key;
	return KBM_OK;
}

const struct kbm_tree_key *kbm_tree_root(const struct kbm_tree *tree)
{
	return tree->root;
}

struct collection {
	bool present;
	size_t count;
	const struct kbm_tree_key **keys;
};

static void collect(const void *node, VISIT visit, void *closure)
{
	struct collection *collection = closure;
	const struct kbm_tree_key *key = *(const struct kbm_tree_key *const *)node;
	if ((visit == postorder || visit == leaf) && key->is_present == collection->present)
		collection->keys[collection->count++] = key;
}

size_t kbm_tree_sort_children(const struct kbm_tree_key *key, bool present,
			      const struct kbm_tree_key **sorted)
{
	struct collection collection = {present, 0, sorted};
	twalk_r(key->children, collect, &collection);
	return collection.count;
}
