/* A registry: one or more hives under the names people write, with control sets resolved. */
#ifndef KBM_SOURCE_REGISTRY_H
#define KBM_SOURCE_REGISTRY_H

#include "source/hive.h"
#include "source/service.h"

struct kbm_registry;

void kbm_place_clear(struct kbm_registry_place *place);

/* On success *registry is the caller's, released with kbm_registry_free(). */
enum kbm_code kbm_registry_make(struct kbm_registry **registry, struct kbm_error *error);
void kbm_registry_free(struct kbm_registry *registry);

/* Mounts what lies under `root` of the hive as HKLM\<name> (SYSTEM, SOFTWARE, SAM, SECURITY) or,
 * for a name "HKU\..", as that. The hive must outlive the registry. KBM_USAGE: mounted twice. */
enum kbm_code kbm_registry_mount(struct kbm_registry *registry, const char *name,
				 const struct kbm_hive *hive, kbm_cell root,
				 struct kbm_error *error);
/* Mounts a hive that is known to be there and cannot be read: what is below that name is
 * KBM_UNREADABLE, with `problem` as the reason (copied). The name "": it cannot be told which hive
 * it is, and it may be any that is not mounted. */
enum kbm_code kbm_registry_mount_unreadable(struct kbm_registry *registry, const char *name,
					    const char *problem, struct kbm_error *error);
/* Why such a hive without a name cannot be read, borrowed; NULL: there is none. */
const char *kbm_registry_unplaced(const struct kbm_registry *registry);
/* The same of a dirty hive, as its logs do not mend it; `why` (copied) says so, and what helps. */
enum kbm_code kbm_registry_mount_dirty(struct kbm_registry *registry, const char *name,
				       const struct kbm_hive *hive, const char *why,
				       struct kbm_error *error);
/* Mounts all hives inside an image that was built from a .reg export: its root's children are
 * HKEY_LOCAL_MACHINE and so on. What the image keeps of the export's gaps counts, here alone: what
 * lies outside the export is KBM_UNREADABLE, and not absent. */
enum kbm_code kbm_registry_mount_image(struct kbm_registry *registry, const struct kbm_hive *hive,
				       struct kbm_error *error);

/* Where the index-th hive is mounted, from 0: "HKLM\SYSTEM"; NULL past the end. */
const char *kbm_registry_mounted(const struct kbm_registry *registry, size_t index);

/* The index-th user, from 0: the name below HKU (a profile's, or a SID), borrowed; NULL past the
 * end. */
const char *kbm_registry_user(const struct kbm_registry *registry, size_t index);

enum {
	KBM_CONTROL_SET_CURRENT = 0,
	KBM_CONTROL_SET_DEFAULT = -1,
	KBM_CONTROL_SET_LAST_KNOWN_GOOD = -2
};
/* `selection`: one of the above or the number of a control set, 1 to 999. */
void kbm_registry_select(struct kbm_registry *registry, int selection);
/* Answers from dirty and cut hives too, and lists those subkeys that an export holds of a key whose
 * others it does not hold; for a person who looks at one, never for a verdict. */
void kbm_registry_allow_dirty(struct kbm_registry *registry);
/* What CurrentControlSet means here: "ControlSet001" (or "CurrentControlSet" where an export holds
 * only that) in `name`. KBM_NOT_FOUND without SYSTEM; KBM_UNREADABLE: Select missing or odd. */
enum kbm_code kbm_registry_control_set(struct kbm_registry *registry, char name[static 32],
				       struct kbm_error *error);

/* The key of a path, in the hive that it lies in. `has_gaps`: the hive is an export's image. As the
 * service's functions answer. */
enum kbm_code kbm_registry_locate(struct kbm_registry *registry, const char *path,
				  const struct kbm_hive **hive, kbm_cell *cell, bool *has_gaps,
				  struct kbm_error *error);
/* KBM_UNREADABLE when an export holds a key, but not all of it; says the way out. */
enum kbm_code kbm_registry_check_whole(struct kbm_registry *registry, const char *path,
				       struct kbm_error *error);
/* Whether an export holds a key, but not all of it. */
enum kbm_code kbm_registry_is_partial(struct kbm_registry *registry, const char *path,
				      bool *is_partial, struct kbm_error *error);

/* The registry as the interface that checks use; borrowed, valid as long as the registry. */
struct kbm_registry_service kbm_registry_service(struct kbm_registry *registry);

/* Guesses a hive's name from its content (root's well-known keys): "SYSTEM", "SOFTWARE", "SAM",
 * "SECURITY", "NTUSER.DAT", "UsrClass.dat", or "" for an unknown one. A constant. Where damage
 * hides the content, the file's name in the base block counts. `damage` (may be NULL): the first
 * damage that was met, its code KBM_OK without. */
const char *kbm_registry_guess_name(const struct kbm_hive *hive, struct kbm_error *damage);

/* The physical HKLM path people read: "HKLM\SYSTEM\ControlSet001\..." from a place; into `out`. */
bool kbm_registry_place_text(const struct kbm_registry_place *place, struct kbm_bytes *out);

#endif
