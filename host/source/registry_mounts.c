/* Inside the registry: which hives are mounted where. */
#include "source/registry_mounts.h"

#include "base/text.h"
#include "source/hive_gaps.h"
#include "source/registry_path.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define COPY_IT "use reg export on the server, or copy it after a clean shutdown"

enum kbm_code kbm_registry_make(struct kbm_registry **registry, struct kbm_error *error)
{
	struct kbm_registry *made = calloc(1, sizeof *made);
	if (made == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory for a registry");
	kbm_bytes_init(&made->asked, KBM_PATH_MAX_BYTES);
	kbm_bytes_init(&made->above_asked, KBM_PATH_MAX_BYTES);
	kbm_bytes_init(&made->above_spelled, 3 * KBM_PATH_MAX_BYTES);
	kbm_bytes_init(&made->path, KBM_PATH_MAX_BYTES);
	kbm_bytes_init(&made->name, 3 * KBM_PATH_MAX_BYTES);
	kbm_bytes_init(&made->data, KBM_HIVE_MAX_VALUE_BYTES);
	kbm_bytes_init(&made->below, 3 * KBM_PATH_MAX_BYTES);
	*registry = made;
	return KBM_OK;
}

void kbm_registry_free(struct kbm_registry *registry)
{
	if (registry == NULL)
		return;
	for (size_t i = 0; i < registry->mount_count; i++) {
		free(registry->mounts[i].name);
		free(registry->mounts[i].prefix);
		free(registry->mounts[i].problem);
	}
	free(registry->unplaced);
	kbm_bytes_clear(&registry->asked);
	kbm_bytes_clear(&registry->above_asked);
	kbm_bytes_clear(&registry->above_spelled);
	kbm_bytes_clear(&registry->path);
	kbm_bytes_clear(&registry->name);
	kbm_bytes_clear(&registry->data);
	kbm_bytes_clear(&registry->below);
	free(registry);
}

void kbm_registry_forget(struct kbm_registry *registry)
{
	registry->control_set[0] = '\0';
	registry->at = NULL;
	registry->above = NULL;
}

static enum kbm_code add_mount(struct kbm_registry *registry, const struct kbm_mount *mount,
			       struct kbm_error *error)
{
	for (size_t i = 0; i < registry->mount_count; i++)
		if (kbm_text_compare_names(registry->mounts[i].prefix,
					   strlen(registry->mounts[i].prefix), mount->prefix,
					   strlen(mount->prefix)) == 0)
			return kbm_fail(error, KBM_USAGE,
					"two hives for %s: a target is one machine, name one of "
					"them",
					mount->prefix);
	if (registry->mount_count == KBM_REGISTRY_MAX_MOUNTS)
		return kbm_fail(error, KBM_LIMIT, "a registry of more than %u hives",
				KBM_REGISTRY_MAX_MOUNTS);
	registry->mounts[registry->mount_count++] = *mount;
	kbm_registry_forget(registry);
	return KBM_OK;
}

/* Takes the hive, root, problem and gaps of *what; its names are made here. Frees the problem, too,
 * on failure. */
static enum kbm_code mount_as(struct kbm_registry *registry, const char *name,
			      const struct kbm_mount *what, struct kbm_error *error)
{
	static const char *const known[] = {"SYSTEM", "SOFTWARE", "SAM", "SECURITY"};
	if (*name == '\0') {
		free(what->problem);
		return kbm_fail(error, KBM_USAGE,
				"a hive whose name is unknown cannot be part of a registry");
	}
	struct kbm_bytes prefix;
	kbm_bytes_init(&prefix, KBM_PATH_MAX_BYTES);
	kbm_path_of_hive(name, &prefix);
	/* Exports spell it as they like, plans should not. */
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (kbm_text_equals_ascii_case(name, known[i]))
			name = known[i];
	struct kbm_mount mount = *what;
	mount.name = strdup(name);
	mount.prefix = kbm_bytes_take(&prefix, NULL);
	enum kbm_code code = mount.name == NULL || mount.prefix == NULL
				 ? kbm_fail(error, KBM_MEMORY, "no memory to mount a hive")
				 : add_mount(registry, &mount, error);
	if (code != KBM_OK) {
		free(mount.name);
		free(mount.prefix);
		free(mount.problem);
	}
	return code;
}

static enum kbm_code mount_hive(struct kbm_registry *registry, const char *name,
				const struct kbm_hive *hive, kbm_cell root, bool has_gaps,
				struct kbm_error *error)
{
	const struct kbm_mount mount = {.hive = hive, .root = root, .has_gaps = has_gaps};
	return mount_as(registry, name, &mount, error);
}

/* One reason is enough for whoever asks. */
static enum kbm_code keep_unplaced(struct kbm_registry *registry, const char *problem,
				   struct kbm_error *error)
{
	if (registry->unplaced == NULL)
		registry->unplaced = strdup(problem);
	return registry->unplaced == NULL ? kbm_fail(error, KBM_MEMORY, "no memory for a problem")
					  : KBM_OK;
}

const char *kbm_registry_unplaced(const struct kbm_registry *registry)
{
	return registry->unplaced;
}

enum kbm_code kbm_registry_mount_unreadable(struct kbm_registry *registry, const char *name,
					    const char *problem, struct kbm_error *error)
{
	if (*name == '\0')
		return keep_unplaced(registry, problem, error);
	const struct kbm_mount mount = {.problem = strdup(problem)};
	return mount.problem == NULL ? kbm_fail(error, KBM_MEMORY, "no memory to mount a hive")
				     : mount_as(registry, name, &mount, error);
}

enum kbm_code kbm_registry_mount_dirty(struct kbm_registry *registry, const char *name,
				       const struct kbm_hive *hive, const char *why,
				       struct kbm_error *error)
{
	const struct kbm_mount mount = {
	    .hive = hive, .root = kbm_hive_root(hive), .problem = strdup(why)};
	return mount.problem == NULL ? kbm_fail(error, KBM_MEMORY, "no memory to mount a hive")
				     : mount_as(registry, name, &mount, error);
}

enum kbm_code kbm_registry_mount(struct kbm_registry *registry, const char *name,
				 const struct kbm_hive *hive, kbm_cell root,
				 struct kbm_error *error)
{
	return mount_hive(registry, name, hive, root, false, error);
}

/* Mounts the children of HKEY_LOCAL_MACHINE or HKEY_USERS, each a hive of its own. */
static enum kbm_code mount_children(struct kbm_registry *registry, const struct kbm_hive *hive,
				    kbm_cell parent, const char *before, struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	struct kbm_bytes name;
	kbm_bytes_init(&name, KBM_PATH_MAX_BYTES);
	for (size_t i = 0; code == KBM_OK; i++) {
		kbm_cell cell = 0;
		struct kbm_key key;
		code = kbm_hive_subkey_at(hive, parent, i, &cell, error);
		if (code == KBM_OK)
			code = kbm_hive_key(hive, cell, &registry->name, &key, error);
		if (code != KBM_OK)
			break;
		kbm_bytes_reset(&name);
		kbm_bytes_append_text(&name, before);
		kbm_bytes_append(&name, key.name, key.name_length);
		code = mount_hive(registry, kbm_bytes_text(&name), hive, cell, true, error);
	}
	kbm_bytes_clear(&name);
	return code == KBM_NOT_FOUND ? KBM_OK : code;
}

enum kbm_code kbm_registry_mount_image(struct kbm_registry *registry, const struct kbm_hive *hive,
				       struct kbm_error *error)
{
	for (size_t i = 0;; i++) {
		kbm_cell cell = 0;
		struct kbm_key key;
		enum kbm_code code = kbm_hive_subkey_at(hive, kbm_hive_root(hive), i, &cell, error);
		if (code == KBM_NOT_FOUND)
			return KBM_OK;
		if (code == KBM_OK)
			code = kbm_hive_key(hive, cell, &registry->name, &key, error);
		if (code != KBM_OK)
			return code;
		struct kbm_path_part part = {key.name, key.name_length};
		const char *root = kbm_path_root(part);
		if (root == NULL)
			return kbm_fail(error, KBM_INVALID,
					"'%.100s' is none of the registry's root keys", key.name);
		if (strcmp(root, "HKLM") == 0)
			code = mount_children(registry, hive, cell, "", error);
		else if (strcmp(root, "HKU") == 0)
			code = mount_children(registry, hive, cell, "HKU\\", error);
		else
			code = mount_hive(registry, root, hive, cell, true, error);
		if (code != KBM_OK)
			return code;
	}
}

const char *kbm_registry_mounted(const struct kbm_registry *registry, size_t index)
{
	return index < registry->mount_count ? registry->mounts[index].prefix : NULL;
}

const struct kbm_mount *kbm_registry_find_mount(const struct kbm_registry *registry,
						const char *path, const char **rest)
{
	const struct kbm_mount *best = NULL;
	for (size_t i = 0; i < registry->mount_count; i++) {
		const struct kbm_mount *mount = &registry->mounts[i];
		const char *below = kbm_path_below(path, mount->prefix);
		if (below != NULL && (best == NULL || strlen(below) < strlen(*rest))) {
			best = mount;
			*rest = below;
		}
	}
	return best;
}

enum kbm_code kbm_registry_no_mount(const struct kbm_registry *registry, const char *path,
				    struct kbm_error *error)
{
	const char *rest = path;
	struct kbm_path_part root = kbm_path_next(&rest);
	struct kbm_path_part hive = kbm_path_next(&rest);
	bool below_hklm = kbm_path_part_is(root, "HKLM");
	if (hive.length == 0 && (below_hklm || kbm_path_part_is(root, "HKU")))
		return kbm_fail(error, KBM_USAGE, "the path %s names no hive, as %s would", path,
				below_hklm ? "HKLM\\SYSTEM" : "HKU\\.DEFAULT");
	if (kbm_path_is_volatile(path))
		return kbm_fail(error, KBM_UNREADABLE,
				"HARDWARE is volatile: it exists in memory while Windows runs, and "
				"in no hive file");
	if (kbm_path_part_is(root, "HKCC"))
		return kbm_fail(error, KBM_UNREADABLE,
				"HKCC is volatile: look below "
				"HKLM\\SYSTEM\\CurrentControlSet\\Hardware Profiles");
	if (kbm_path_part_is(root, "HKCU"))
		return kbm_registry_no_current_user(registry, error);
	if (registry->unplaced != NULL)
		return kbm_fail(error, KBM_UNREADABLE, "%s", registry->unplaced);
	return kbm_fail(error, KBM_UNREADABLE, "the target has no %s%.*s hive",
			below_hklm ? "" : "HKU\\", kbm_path_shown(hive), hive.text);
}

void kbm_registry_allow_dirty(struct kbm_registry *registry)
{
	registry->allow_dirty = true;
}

enum kbm_code kbm_mount_check(const struct kbm_registry *registry, const struct kbm_mount *mount,
			      struct kbm_error *error)
{
	/* With the reason why logs do not mend it there is no room for all of the state's text. */
	static const struct {
		const char *in_short; /* before that reason, which says what to do */
		const char *way_out;  /* without it */
	} words[] = {
	    [KBM_HIVE_TRUNCATED] = {NULL, "copy it again"},
	    [KBM_HIVE_DIRTY_SEQUENCE] = {"the hive is dirty: ", COPY_IT},
	    [KBM_HIVE_DIRTY_CHECKSUM] = {"the hive is dirty: the checksum of its base block is "
					 "wrong; ",
					 COPY_IT},
	};
	if (mount->hive == NULL)
		return kbm_fail(error, KBM_UNREADABLE, "%s", mount->problem);
	if (registry->allow_dirty)
		return KBM_OK;
	enum kbm_hive_state state = kbm_hive_info(mount->hive)->state;
	if (state == KBM_HIVE_CLEAN)
		return KBM_OK;
	if (words[state].in_short != NULL && mount->problem != NULL)
		return kbm_fail(error, KBM_UNREADABLE, "%s%s", words[state].in_short,
				mount->problem);
	return kbm_fail(error, KBM_UNREADABLE, "%s; %s", kbm_hive_state_text(mount->hive),
			words[state].way_out);
}

enum kbm_code kbm_mount_is_partial(const struct kbm_mount *mount, kbm_cell key, bool *is_partial,
				   struct kbm_error *error)
{
	*is_partial = false;
	return mount->has_gaps ? kbm_hive_is_partial(mount->hive, key, is_partial, error) : KBM_OK;
}

enum kbm_code kbm_mount_not_held(const struct kbm_mount *mount, const char *what,
				 struct kbm_error *error)
{
	return kbm_fail(error, KBM_UNREADABLE, "the export %s; export the whole of %.60s", what,
			mount->prefix);
}

/* ...\config\SYSTEM and its copy SYSTEM.ALT are SYSTEM; "" for a file of another name. */
static const char *guess_by_file(const char *file)
{
	static const char *const names[] = {"SYSTEM",	"SOFTWARE",   "SAM",
					    "SECURITY", "NTUSER.DAT", "UsrClass.dat"};
	static const char *const copies[] = {"", ".ALT", ".SAV", ".BAK", ".OLD"};
	const char *slash = strrchr(file, '\\');
	const char *base = slash == NULL ? file : slash + 1;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		size_t length = strlen(names[i]);
		if (strncasecmp(base, names[i], length) != 0)
			continue;
		for (size_t j = 0; j < sizeof copies / sizeof *copies; j++)
			if (kbm_text_equals_ascii_case(base + length, copies[j]))
				return names[i];
	}
	return "";
}

/* Whether the root has both keys. What cannot be told is no, and remembered as damage. */
static bool root_has(const struct kbm_hive *hive, const char *const keys[2],
		     struct kbm_error *damage)
{
	for (size_t i = 0; i < 2; i++) {
		struct kbm_error why = {0};
		kbm_cell cell = 0;
		enum kbm_code code =
		    kbm_hive_find_key(hive, kbm_hive_root(hive), keys[i], &cell, &why);
		if (code == KBM_OK)
			continue;
		if (code != KBM_NOT_FOUND && damage->code == KBM_OK)
			*damage = why;
		return false;
	}
	return true;
}

const char *kbm_registry_guess_name(const struct kbm_hive *hive, struct kbm_error *damage)
{
	/* In this order: a user's hive has Software, SOFTWARE has Microsoft. */
	static const struct {
		const char *name;
		const char *keys[2]; /* both below the root */
	} hives[] = {
	    {"SYSTEM", {"Select", "ControlSet001"}},
	    {"SYSTEM", {"Select", "ControlSet002"}},
	    {"SYSTEM", {"Select", "CurrentControlSet"}},
	    {"NTUSER.DAT", {"Software", "Control Panel"}},
	    {"NTUSER.DAT", {"Software", "Environment"}},
	    {"SOFTWARE", {"Microsoft", "Classes"}},
	    {"SOFTWARE", {"Microsoft", "Program Groups"}},
	    {"SECURITY", {"Policy", ""}},
	    {"SAM", {"SAM", ""}},
	    {"UsrClass.dat", {"Local Settings", ""}},
	};
	struct kbm_error met = {.code = KBM_OK};
	const char *name = "";
	for (size_t i = 0; *name == '\0' && i < sizeof hives / sizeof *hives; i++)
		if (root_has(hive, hives[i].keys, &met))
			name = hives[i].name;
	/* An intact hive without the keys of its name is a part of one, or another one. */
	if (*name == '\0' && met.code != KBM_OK)
		name = guess_by_file(kbm_hive_info(hive)->file_name);
	if (damage != NULL)
		*damage = met;
	return name;
}
