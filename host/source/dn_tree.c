/* The tree of a directory's names. */
#include "source/dn_tree.h"

#include "base/limits.h"
#include "source/dn.h"

#include <stdbool.h>
#include <string.h>

enum kbm_code kbm_dn_tree_init(struct kbm_dn_tree *tree, struct kbm_error *error)
{
	*tree = (struct kbm_dn_tree){0};
	kbm_bytes_init(&tree->key, KBM_DN_MAX_KEY_BYTES);
	uint32_t root = 0;
	return kbm_name_index_add(&tree->index, KBM_NAME_NONE, "", 0, &root, error);
}

void kbm_dn_tree_clear(struct kbm_dn_tree *tree)
{
	kbm_name_index_clear(&tree->index);
	kbm_bytes_clear(&tree->key);
}

uint32_t kbm_dn_tree_parent(const struct kbm_dn_tree *tree, uint32_t node)
{
	return tree->index.names[node].scope;
}

uint32_t kbm_dn_tree_count(const struct kbm_dn_tree *tree)
{
	return tree->index.count;
}

/* The node of one RDN below `parent`; with `make` it is made. */
static enum kbm_code step(struct kbm_dn_tree *tree, uint32_t parent, struct kbm_rdn *rdn, bool make,
			  uint32_t *node, struct kbm_error *error)
{
	struct kbm_dn single = {KBM_DN_LDAP, rdn, 1};
	kbm_bytes_reset(&tree->key);
	enum kbm_code code = kbm_dn_normalize(&single, &tree->key, error);
	if (code != KBM_OK)
		return code;
	const char *key = kbm_bytes_text(&tree->key);
	if (make)
		return kbm_name_index_add(&tree->index, parent, key, tree->key.length, node, error);
	*node = kbm_name_index_find(&tree->index, parent, key, tree->key.length);
	return *node == KBM_NAME_NONE ? KBM_NOT_FOUND : KBM_OK;
}

/* From `from` down the RDNs of `text`. *node is the last one reached, *leaf_parent the one above it
 * when all were. */
static enum kbm_code walk(struct kbm_dn_tree *tree, uint32_t from, const char *text, size_t length,
			  bool make, uint32_t *node, size_t *depth, struct kbm_error *error)
{
	struct kbm_dn *dn = NULL;
	enum kbm_code code = kbm_dn_parse(text, length, KBM_DN_LDAP, &dn, error);
	if (code != KBM_OK)
		return code;
	*node = from;
	for (size_t i = 0; i < dn->rdn_count && code == KBM_OK; i++) {
		uint32_t next = 0;
		code = step(tree, *node, &dn->rdns[i], make, &next, error);
		if (code == KBM_OK)
			*node = next;
	}
	*depth = dn->rdn_count;
	kbm_dn_free(dn);
	return code;
}

/* Where the text behind the first RDN begins, when that can be told without parsing: no escape or
 * quote before the first comma, no blank round the RDN, no other separator. NULL otherwise. */
static const char *plain_parent(const char *dn)
{
	size_t length = strcspn(dn, ",;+\"\\#<>");
	if (length == 0 || dn[length] != ',' || dn[0] == ' ' || dn[length - 1] == ' ')
		return NULL;
	return dn + length + 1;
}

enum kbm_code kbm_dn_tree_add(struct kbm_dn_tree *tree, const char *dn, uint32_t *node,
			      struct kbm_error *error)
{
	size_t length = strlen(dn);
	size_t depth = 0;
	const char *parent_text = plain_parent(dn);
	if (parent_text != NULL && tree->last_parent_text != NULL &&
	    strcmp(parent_text, tree->last_parent_text) == 0 && length <= KBM_DN_MAX_BYTES &&
	    tree->last_parent_depth < KBM_DN_MAX_RDNS)
		return walk(tree, tree->last_parent, dn, (size_t)(parent_text - dn) - 1, true, node,
			    &depth, error);
	enum kbm_code code = walk(tree, KBM_DN_ROOT, dn, length, true, node, &depth, error);
	if (code == KBM_OK && parent_text != NULL && depth > 1) {
		tree->last_parent_text = parent_text;
		tree->last_parent = kbm_dn_tree_parent(tree, *node);
		tree->last_parent_depth = (uint32_t)depth - 1;
	}
	return code;
}

enum kbm_code kbm_dn_tree_find(struct kbm_dn_tree *tree, const char *dn, uint32_t *node,
			       struct kbm_error *error)
{
	size_t depth = 0;
	return walk(tree, KBM_DN_ROOT, dn, strlen(dn), false, node, &depth, error);
}
