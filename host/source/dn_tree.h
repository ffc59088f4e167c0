/* The tree of a directory's names: each DN is a node below its parent's; node 0 is the root. */
#ifndef KBM_SOURCE_DN_TREE_H
#define KBM_SOURCE_DN_TREE_H

#include "base/bytes.h"
#include "source/name_index.h"

#include <stddef.h>
#include <stdint.h>

enum { KBM_DN_ROOT = 0 };

/* Nodes are numbered with parents before children. */
struct kbm_dn_tree {
	struct kbm_name_index index; /* scope: the parent's number; text: the RDN, normalised */
	struct kbm_bytes key;	     /* scratch */
	/* Exports list siblings together: what follows the last DN's first RDN, and its node. */
	const char *last_parent_text;
	uint32_t last_parent;
	uint32_t last_parent_depth;
};

enum kbm_code kbm_dn_tree_init(struct kbm_dn_tree *tree, struct kbm_error *error);
void kbm_dn_tree_clear(struct kbm_dn_tree *tree);

/* The node of a DN, made (with the nodes above it) where it is new. `dn` must outlive the tree. */
enum kbm_code kbm_dn_tree_add(struct kbm_dn_tree *tree, const char *dn, uint32_t *node,
			      struct kbm_error *error);
/* The node of a DN; KBM_NOT_FOUND: *node is the nearest one above it. */
enum kbm_code kbm_dn_tree_find(struct kbm_dn_tree *tree, const char *dn, uint32_t *node,
			       struct kbm_error *error);
uint32_t kbm_dn_tree_parent(const struct kbm_dn_tree *tree, uint32_t node);
uint32_t kbm_dn_tree_count(const struct kbm_dn_tree *tree);

#endif
