/* Inside the registry: which hives are mounted where. */
#ifndef KBM_SOURCE_REGISTRY_MOUNTS_H
#define KBM_SOURCE_REGISTRY_MOUNTS_H

#include "base/bytes.h"
#include "base/limits.h"
#include "source/registry.h"

struct kbm_mount {
	char *name;		     /* SYSTEM, HKU\.DEFAULT, ...: as places say it */
	char *prefix;		     /* the normalised path where it is seen */
	const struct kbm_hive *hive; /* NULL: it cannot be read */
	kbm_cell root;
	char *problem; /* why, or why a dirty one is not mended; or NULL */
	bool has_gaps; /* of an export: may hold a part only, hive_gaps.h says which */
};

struct kbm_registry {
	struct kbm_mount mounts[KBM_REGISTRY_MAX_MOUNTS];
	size_t mount_count;
	char *unplaced; /* why a hive cannot be read of which its place is not known; or NULL */
	int selection;
	bool allow_dirty;
	char control_set[32];	    /* what CurrentControlSet means, "" until it was asked */
	struct kbm_bytes asked;	    /* the path that was found last, as it was written */
	const struct kbm_mount *at; /* where that was: NULL for none */
	kbm_cell cell;
	/* The key that one was sought in last, whose way need not be gone again. */
	const struct kbm_mount *above; /* where it lies: NULL for none */
	kbm_cell above_cell;
	struct kbm_bytes above_asked;	/* below the mount, with a backslash at its end */
	struct kbm_bytes above_spelled; /* as the hive spells it */
	struct kbm_bytes path;		/* scratch */
	struct kbm_bytes name;		/* what the last answer points to, as the next */
	struct kbm_bytes data;
	struct kbm_bytes below; /* of a value below: the name of its key, or that one's path */
};

/* The mount that a normalised path lies in (the innermost, as UsrClass.dat lies in NTUSER.DAT) and
 * what of the path lies below it; NULL for none. */
const struct kbm_mount *kbm_registry_find_mount(const struct kbm_registry *registry,
						const char *path, const char **rest);
/* Nothing is mounted at that path: says what is missing, and for HKCU which users there are. */
enum kbm_code kbm_registry_no_mount(const struct kbm_registry *registry, const char *path,
				    struct kbm_error *error);
/* HKCU is whose session it is: a registry that does not run has users, and no current one. Says
 * which there are. */
enum kbm_code kbm_registry_no_current_user(const struct kbm_registry *registry,
					   struct kbm_error *error);
/* KBM_UNREADABLE for a hive that cannot be read, and unless such are allowed for one that is dirty
 * or cut. */
enum kbm_code kbm_mount_check(const struct kbm_registry *registry, const struct kbm_mount *mount,
			      struct kbm_error *error);
/* Whether other keys and values may be in a key than the mount knows of. */
enum kbm_code kbm_mount_is_partial(const struct kbm_mount *mount, kbm_cell key, bool *is_partial,
				   struct kbm_error *error);
/* KBM_UNREADABLE: the export does not hold `what`; the way out is said. */
enum kbm_code kbm_mount_not_held(const struct kbm_mount *mount, const char *what,
				 struct kbm_error *error);
/* HKLM\SYSTEM or NULL. */
const struct kbm_mount *kbm_registry_system(const struct kbm_registry *registry);
/* What was found may be elsewhere now. */
void kbm_registry_forget(struct kbm_registry *registry);

#endif
