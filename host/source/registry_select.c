/* Inside the registry: which control set CurrentControlSet means. */
#include "source/registry_mounts.h"

#include <stdio.h>
#include <string.h>

void kbm_registry_select(struct kbm_registry *registry, int selection)
{
	registry->selection = selection;
	kbm_registry_forget(registry);
}

/* A value of Select as a number, 1 to 999. */
static enum kbm_code read_select(struct kbm_registry *registry, const struct kbm_mount *system,
				 kbm_cell select, const char *name, unsigned *number,
				 struct kbm_error *error)
{
	kbm_cell cell = 0;
	struct kbm_value value = {.data = NULL};
	enum kbm_code code =
	    kbm_hive_find_value(system->hive, select, name, strlen(name), &cell, error);
	if (code == KBM_NOT_FOUND)
		return kbm_fail(error, KBM_UNREADABLE,
				"HKLM\\SYSTEM\\Select has no value %s: which control set counts "
				"is unknown; name it with --control-set",
				name);
	if (code == KBM_OK)
		code = kbm_hive_value(system->hive, cell, &registry->name, &registry->data, &value,
				      error);
	if (code != KBM_OK)
		return code;
	if (value.type != KBM_REG_DWORD || value.length != 4)
		return kbm_fail(error, KBM_UNREADABLE,
				"HKLM\\SYSTEM\\Select\\%s is no REG_DWORD (type %u, %zu bytes): "
				"name the control set with --control-set",
				name, value.type, value.length);
	uint32_t found = (uint32_t)value.data[0] | (uint32_t)value.data[1] << 8 |
			 (uint32_t)value.data[2] << 16 | (uint32_t)value.data[3] << 24;
	if (found < 1 || found > KBM_REGISTRY_MAX_CONTROL_SET)
		return kbm_fail(error, KBM_UNREADABLE,
				"HKLM\\SYSTEM\\Select\\%s is %u, which is no control set (1 to "
				"%u): name one with --control-set",
				name, found, KBM_REGISTRY_MAX_CONTROL_SET);
	*number = found;
	return KBM_OK;
}

/* An export may hold CurrentControlSet itself, and nothing else of SYSTEM. */
static enum kbm_code use_literal(const struct kbm_mount *system, char name[static 32],
				 struct kbm_error *error)
{
	kbm_cell cell = 0;
	enum kbm_code code =
	    kbm_hive_find_key(system->hive, system->root, "CurrentControlSet", &cell, error);
	if (code == KBM_OK)
		snprintf(name, 32, "CurrentControlSet");
	return code;
}

/* An export that holds a part of SYSTEM only. */
static bool is_fragment(const struct kbm_mount *system)
{
	bool is_partial = false;
	return kbm_mount_is_partial(system, system->root, &is_partial, NULL) == KBM_OK &&
	       is_partial;
}

static enum kbm_code choose_control_set(struct kbm_registry *registry,
					const struct kbm_mount *system, char name[static 32],
					struct kbm_error *error)
{
	static const char *const values[] = {"Current", "Default", "LastKnownGood"};
	unsigned number = (unsigned)registry->selection;
	enum kbm_code code = KBM_OK;
	const char *by = "--control-set";
	kbm_cell cell = 0;
	if (registry->selection <= 0) {
		by = values[-registry->selection];
		code = kbm_hive_find_key(system->hive, system->root, "Select", &cell, error);
		if (code == KBM_NOT_FOUND && use_literal(system, name, NULL) == KBM_OK)
			return KBM_OK;
		if (code == KBM_NOT_FOUND)
			return kbm_fail(error, KBM_UNREADABLE,
					"%s, so CurrentControlSet is unknown: name it with "
					"--control-set N",
					is_fragment(system)
					    ? "the export does not hold HKLM\\SYSTEM\\Select"
					    : "HKLM\\SYSTEM has no Select key");
		if (code == KBM_OK)
			code = read_select(registry, system, cell, by, &number, error);
	}
	if (code != KBM_OK)
		return code;
	char chosen[32];
	snprintf(chosen, sizeof chosen, "ControlSet%03u", number);
	code = kbm_hive_find_key(system->hive, system->root, chosen, &cell, error);
	if (code == KBM_NOT_FOUND && registry->selection <= 0 &&
	    use_literal(system, name, NULL) == KBM_OK)
		return KBM_OK;
	if (code == KBM_NOT_FOUND)
		return kbm_fail(error, KBM_UNREADABLE,
				"%s %s, which %s names: name another one with --control-set N",
				is_fragment(system) ? "the export does not hold"
						    : "HKLM\\SYSTEM has no",
				chosen, by);
	if (code == KBM_OK)
		memcpy(name, chosen, sizeof chosen);
	return code;
}

const struct kbm_mount *kbm_registry_system(const struct kbm_registry *registry)
{
	const char *rest = NULL;
	return kbm_registry_find_mount(registry, "HKLM\\SYSTEM", &rest);
}

enum kbm_code kbm_registry_control_set(struct kbm_registry *registry, char name[static 32],
				       struct kbm_error *error)
{
	const struct kbm_mount *system = kbm_registry_system(registry);
	if (system == NULL)
		return KBM_NOT_FOUND;
	enum kbm_code code = kbm_mount_check(registry, system, error);
	if (code == KBM_OK && registry->control_set[0] == '\0')
		code = choose_control_set(registry, system, registry->control_set, error);
	if (code == KBM_OK)
		memcpy(name, registry->control_set, sizeof registry->control_set);
	return code;
}
