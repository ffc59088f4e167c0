/* The primitives as interfaces: how a check asks a registry and a directory, whoever answers.
 *
 * A script's run sees these and nothing below. The codes mean, for every function here:
 *   KBM_OK          found
 *   KBM_NOT_FOUND   absent, for certain
 *   KBM_USAGE       the question is wrong (a hive that the script did not name, a malformed filter)
 *   anything else   could not look (damaged, cut, unreachable, over a limit): the run is `unknown`
 */
#ifndef KBM_SOURCE_SERVICE_H
#define KBM_SOURCE_SERVICE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* --- registry ------------------------------------------------------------------------------- */

/* Value types [winnt.h]; others occur and are kept as numbers. */
enum kbm_value_type {
	KBM_REG_NONE = 0,
	KBM_REG_SZ = 1,
	KBM_REG_EXPAND_SZ = 2,
	KBM_REG_BINARY = 3,
	KBM_REG_DWORD = 4,
	KBM_REG_DWORD_BIG_ENDIAN = 5,
	KBM_REG_LINK = 6,
	KBM_REG_MULTI_SZ = 7,
	KBM_REG_RESOURCE_LIST = 8,
	KBM_REG_FULL_RESOURCE_DESCRIPTOR = 9,
	KBM_REG_RESOURCE_REQUIREMENTS_LIST = 10,
	KBM_REG_QWORD = 11
};

/* A value. Text is WTF-8 (base/text.h) and may hold NUL; `data` is raw, as stored. */
struct kbm_value {
	const char *name; /* as stored; "" for the default value */
	size_t name_length;
	uint32_t type;
	const uint8_t *data;
	size_t length;
};

struct kbm_key {
	const char *name; /* as stored */
	size_t name_length;
	uint64_t last_written; /* FILETIME: 100 ns since 1601-01-01 UTC */
	size_t subkey_count;
	size_t value_count;
};

/* Where a path leads: the physical place, which plans name. `hive` is SYSTEM, SOFTWARE, SAM, ...;
 * `path` is relative to the hive's root, components joined with '\', as in
 * ControlSet001\Services\X, spelled as stored as far as the keys exist. Both are heap texts, the
 * caller's, released with kbm_place_clear() (source/registry.h). */
struct kbm_registry_place {
	char *hive;
	char *path;
};

/* Paths are as people write them: HKLM\SYSTEM\CurrentControlSet\..., HKEY_LOCAL_MACHINE\...;
 * WTF-8; a trailing '\' is accepted; '/' is an ordinary character. */
struct kbm_registry_service {
	void *context;
	/* What *value and *key point to is borrowed until the next call of this service. */
	enum kbm_code (*get_value)(void *context, const char *path, const char *name,
				   size_t name_length, struct kbm_value *value,
				   struct kbm_error *error);
	enum kbm_code (*get_key)(void *context, const char *path, struct kbm_key *key,
				 struct kbm_error *error);
	/* The index-th subkey or value in the hive's order, from 0. KBM_NOT_FOUND: no such key, or
	 * past the end (tell them apart with get_key). Ascending calls on one path cost O(1) each.
	 */
	enum kbm_code (*subkey_at)(void *context, const char *path, size_t index,
				   struct kbm_key *key, struct kbm_error *error);
	enum kbm_code (*value_at)(void *context, const char *path, size_t index,
				  struct kbm_value *value, struct kbm_error *error);
	/* The value of that name in the index-th subkey of a key, as get_value with the subkey's
	 * path answers. KBM_NOT_FOUND: that subkey has none; where key->name is NULL the index is
	 * past the end, or there is no such key. */
	enum kbm_code (*value_below)(void *context, const char *path, size_t index,
				     const char *name, size_t name_length, struct kbm_key *key,
				     struct kbm_value *value, struct kbm_error *error);
	/* The physical place of a path, whether the key exists or not. */
	enum kbm_code (*resolve)(void *context, const char *path, struct kbm_registry_place *place,
				 struct kbm_error *error);
};

/* --- directory ------------------------------------------------------------------------------ */

enum kbm_scope { KBM_SCOPE_BASE, KBM_SCOPE_ONE, KBM_SCOPE_SUB }; /* RFC 4511 section 4.5.1.2 */

struct kbm_directory_request {
	const char *base; /* RFC 4514; "" is the root */
	enum kbm_scope scope;
	const char *filter;	       /* RFC 4515; NULL means (objectClass=*) */
	const char *const *attributes; /* none: all */
	size_t attribute_count;
	bool for_person; /* who is told what may be missing, instead of having no answer */
};

/* Bytes with their length; `data` has a NUL behind it. */
struct kbm_blob {
	uint8_t *data;
	size_t length;
};

struct kbm_attribute {
	char *name; /* as the directory spells it */
	struct kbm_blob *values;
	size_t value_count;
};

struct kbm_entry {
	char *dn; /* as the directory spells it, UTF-8 */
	struct kbm_attribute *attributes;
	size_t attribute_count;
};

/* Entries in the directory's order. Initialise with {0}; released with kbm_entries_clear(). */
struct kbm_entries {
	struct kbm_entry *items;
	size_t count;
};

void kbm_entries_clear(struct kbm_entries *entries);
/* Deep copies; false without memory, *to then is empty. */
bool kbm_entry_copy(const struct kbm_entry *from, struct kbm_entry *to);
void kbm_entry_clear(struct kbm_entry *entry);
/* The attribute of that name (ASCII case ignored) or NULL. */
const struct kbm_attribute *kbm_entry_attribute(const struct kbm_entry *entry, const char *name);

/* Receives an entry, which is its own from then on, also on failure. A code other than KBM_OK ends
 * the search and is returned. */
typedef enum kbm_code kbm_take_entry(void *context, struct kbm_entry *entry,
				     struct kbm_error *error);

struct kbm_directory_service {
	void *context;
	/* KBM_NOT_FOUND: the base does not exist. An empty result is KBM_OK with count 0. The whole
	 * answer or none: a cut one is a failure. On success *entries is the caller's. */
	enum kbm_code (*search)(void *context, const struct kbm_directory_request *request,
				struct kbm_entries *entries, struct kbm_error *error);
};

#endif
