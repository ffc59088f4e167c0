/* Inside the hive editor: keys that come and go, with their security descriptors. */
#include "source/hive_edit_parts.h"

#include "base/limits.h"
#include "source/hive_cells.h"
#include "source/hive_format.h"
#include "source/hive_names.h"

/* --- security descriptors ------------------------------------------------------------------- */

static enum kbm_code bad_security(kbm_cell cell, const char *why, struct kbm_error *error)
{
	return kbm_fail(error, KBM_UNREADABLE, "the security descriptor at file offset 0x%llX %s",
			(unsigned long long)kbm_hive_file_offset(cell), why);
}

static enum kbm_code open_security(const struct kbm_hive_editor *editor, kbm_cell cell,
				   uint8_t **record, uint32_t *users, struct kbm_error *error)
{
	enum kbm_code code = kbm_edit_cell(editor, cell, "sk", KBM_SK_DATA, record, error);
	if (code != KBM_OK)
		return code;
	*users = kbm_hive_u32(*record + KBM_SK_USERS);
	return *users > 0 ? KBM_OK : bad_security(cell, "does not count its users", error);
}

/* A new key shares its parent's descriptor. Without one it has none either. */
static enum kbm_code share_security(struct kbm_hive_editor *editor, kbm_cell cell,
				    struct kbm_error *error)
{
	uint8_t *record = NULL;
	uint32_t users = 0;
	if (cell == KBM_CELL_NONE)
		return KBM_OK;
	enum kbm_code code = open_security(editor, cell, &record, &users, error);
	if (code != KBM_OK)
		return code;
	if (users == UINT32_MAX)
		return bad_security(cell, "does not count its users", error);
	kbm_put32(record + KBM_SK_USERS, users + 1);
	return KBM_OK;
}

/* Takes one out of the ring of all descriptors, and gives it back. */
static enum kbm_code drop_security(struct kbm_hive_editor *editor, kbm_cell cell,
				   const uint8_t *record, struct kbm_error *error)
{
	uint8_t *next_record = NULL;
	uint8_t *previous_record = NULL;
	kbm_cell next = kbm_hive_u32(record + KBM_SK_NEXT);
	kbm_cell previous = kbm_hive_u32(record + KBM_SK_PREVIOUS);
	enum kbm_code code = kbm_edit_cell(editor, next, "sk", KBM_SK_DATA, &next_record, error);
	if (code == KBM_OK)
		code = kbm_edit_cell(editor, previous, "sk", KBM_SK_DATA, &previous_record, error);
	if (code != KBM_OK)
		return code;
	if (kbm_hive_u32(next_record + KBM_SK_PREVIOUS) != cell ||
	    kbm_hive_u32(previous_record + KBM_SK_NEXT) != cell)
		return bad_security(cell, "is not in the ring of all", error);
	kbm_put32(next_record + KBM_SK_PREVIOUS, previous);
	kbm_put32(previous_record + KBM_SK_NEXT, next);
	return kbm_edit_give(editor, cell, error);
}

static enum kbm_code leave_security(struct kbm_hive_editor *editor, kbm_cell cell,
				    struct kbm_error *error)
{
	uint8_t *record = NULL;
	uint32_t users = 0;
	if (cell == KBM_CELL_NONE)
		return KBM_OK;
	enum kbm_code code = open_security(editor, cell, &record, &users, error);
	if (code != KBM_OK)
		return code;
	kbm_put32(record + KBM_SK_USERS, users - 1);
	return users > 1 ? KBM_OK : drop_security(editor, cell, record, error);
}

/* --- creating ------------------------------------------------------------------------------- */

static enum kbm_code check_parent(const struct kbm_hive_editor *editor, kbm_cell parent,
				  uint32_t *security, struct kbm_error *error)
{
	struct kbm_key_node node;
	uint8_t *record = NULL;
	enum kbm_code code = kbm_edit_key(editor, parent, &node, &record, error);
	if (code != KBM_OK)
		return code;
	if ((node.flags & (KBM_KEY_PREDEFINED | KBM_KEY_SYMBOLIC_LINK)) != 0)
		return kbm_fail(error, KBM_REFUSED,
				"the key at file offset 0x%llX is a %s: no keys are made below it",
				(unsigned long long)kbm_hive_file_offset(parent),
				(node.flags & KBM_KEY_PREDEFINED) != 0 ? "predefined handle"
								       : "symbolic link");
	*security = kbm_hive_u32(record + KBM_NK_SECURITY);
	return KBM_OK;
}

static enum kbm_code make_key(struct kbm_hive_editor *editor, kbm_cell parent,
			      const struct kbm_edit_name *name, kbm_cell security, kbm_cell *cell,
			      struct kbm_error *error)
{
	size_t bytes = kbm_hive_name_bytes(name->units, name->count);
	enum kbm_code code = kbm_edit_take(editor, KBM_NK_NAME + bytes, cell, error);
	if (code != KBM_OK)
		return code;
	uint8_t *record = kbm_space_bytes(&editor->space, *cell);
	kbm_put_ascii(record, "nk");
	if (kbm_hive_name_compresses(name->units, name->count))
		kbm_put16(record + KBM_NK_FLAGS, KBM_NK_COMPRESSED);
	kbm_put64(record + KBM_NK_TIME, editor->now);
	kbm_put32(record + KBM_NK_PARENT, parent);
	kbm_put32(record + KBM_NK_SUBKEY_LIST, KBM_CELL_NONE);
	kbm_put32(record + KBM_NK_VOLATILE_LIST, KBM_CELL_NONE);
	kbm_put32(record + KBM_NK_VALUE_LIST, KBM_CELL_NONE);
	kbm_put32(record + KBM_NK_SECURITY, security);
	kbm_put32(record + KBM_NK_CLASS, KBM_CELL_NONE);
	kbm_put16(record + KBM_NK_NAME_LENGTH, (uint32_t)bytes);
	kbm_hive_name_put(record + KBM_NK_NAME, name->units, name->count);
	return KBM_OK;
}

enum kbm_code kbm_edit_create_key(struct kbm_hive_editor *editor, kbm_cell parent,
				  const struct kbm_edit_place *place,
				  const struct kbm_edit_name *name, kbm_cell *created,
				  struct kbm_error *error)
{
	kbm_cell security = 0;
	enum kbm_code code = check_parent(editor, parent, &security, error);
	if (code == KBM_OK)
		code = share_security(editor, security, error);
	if (code == KBM_OK)
		code = make_key(editor, parent, name, security, created, error);
	return code == KBM_OK
		   ? kbm_edit_insert_subkey(editor, parent, *place, *created, name, error)
		   : code;
}

/* --- deleting ------------------------------------------------------------------------------- */

static enum kbm_code drop_at_depth(struct kbm_hive_editor *editor, kbm_cell key, unsigned depth,
				   struct kbm_error *error);

static enum kbm_code drop_leaf(struct kbm_hive_editor *editor, kbm_cell cell, unsigned depth,
			       struct kbm_error *error)
{
	struct kbm_edit_leaf leaf;
	enum kbm_code code = kbm_edit_leaf(editor, cell, &leaf, error);
	for (uint32_t i = 0; code == KBM_OK && i < leaf.count; i++) {
		/* Anew each time: in a damaged hive a subkey may have given the list back. */
		code = kbm_edit_leaf(editor, cell, &leaf, error);
		if (code == KBM_OK && i < leaf.count)
			code =
			    drop_at_depth(editor, kbm_edit_leaf_entry(&leaf, i), depth + 1, error);
	}
	return code == KBM_OK ? kbm_edit_give(editor, cell, error) : code;
}

static enum kbm_code drop_subkeys(struct kbm_hive_editor *editor, const struct kbm_key_node *node,
				  unsigned depth, struct kbm_error *error)
{
	struct kbm_edit_leaves leaves = {0};
	enum kbm_code code = kbm_edit_leaves(editor, node, &leaves, error);
	for (uint32_t i = 0; code == KBM_OK && i < leaves.count; i++) {
		kbm_cell cell = 0;
		code = kbm_edit_leaf_cell(editor, &leaves, i, &cell, error);
		if (code == KBM_OK)
			code = drop_leaf(editor, cell, depth, error);
	}
	if (code == KBM_OK && leaves.root != 0)
		code = kbm_edit_give(editor, leaves.root, error);
	return code;
}

/* Each key is given back once: a list that leads to one of them again meets a free cell. A loop
 * ends at the limit of depth, which ends all. */
static enum kbm_code drop_at_depth(struct kbm_hive_editor *editor, kbm_cell key, unsigned depth,
				   struct kbm_error *error)
{
	struct kbm_key_node node;
	uint8_t *record = NULL;
	if (depth > KBM_HIVE_MAX_DEPTH)
		return kbm_fail(error, KBM_UNREADABLE, "keys lie in each other more than %u deep",
				KBM_HIVE_MAX_DEPTH);
	enum kbm_code code = kbm_edit_key(editor, key, &node, &record, error);
	if (code != KBM_OK)
		return code;
	if ((node.flags & KBM_KEY_PREDEFINED) != 0)
		return kbm_fail(error, KBM_REFUSED,
				"the key at file offset 0x%llX stands for a predefined handle",
				(unsigned long long)kbm_hive_file_offset(key));
	kbm_cell security = kbm_hive_u32(record + KBM_NK_SECURITY);
	kbm_cell class_name = kbm_hive_u32(record + KBM_NK_CLASS);
	bool has_class =
	    class_name != KBM_CELL_NONE && kbm_hive_u16(record + KBM_NK_CLASS_LENGTH) > 0;
	code = drop_subkeys(editor, &node, depth, error);
	if (code == KBM_OK)
		code = kbm_edit_drop_values(editor, &node, error);
	if (code == KBM_OK && has_class)
		code = kbm_edit_give(editor, class_name, error);
	if (code == KBM_OK)
		code = leave_security(editor, security, error);
	kbm_cell *known = kbm_edit_sorted_slot(editor, key);
	if (*known == key)
		*known = 0;
	return code == KBM_OK ? kbm_edit_give(editor, key, error) : code;
}

enum kbm_code kbm_edit_drop_key(struct kbm_hive_editor *editor, kbm_cell key,
				struct kbm_error *error)
{
	return drop_at_depth(editor, key, 1, error);
}
