/* Places, states and the typed changes of a plan. All texts are heap UTF-8 (WTF-8 for registry
 * names), owned by their struct; every struct starts from {0} and clear leaves {0}. */
#ifndef KBM_PLAN_CHANGE_H
#define KBM_PLAN_CHANGE_H

#include "base/bytes.h"
#include "source/service.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum kbm_place_kind {
	KBM_PLACE_NONE,
	KBM_PLACE_VALUE,
	KBM_PLACE_KEY,
	KBM_PLACE_ENTRY,
	KBM_PLACE_ATTRIBUTE
};

/* Where something is. A registry place has both paths: `path` as the script wrote it
 * (HKLM\SYSTEM\CurrentControlSet\...), `hive` + `physical` as resolved (SYSTEM,
 * ControlSet001\...). A directory place has the entry's DN in `path`. */
struct kbm_place {
	enum kbm_place_kind kind;
	char *path;
	char *hive;	/* registry only */
	char *physical; /* registry only */
	char *name;	/* value name ("" default) or attribute name; NULL for a key or entry */
	size_t name_length;
};

/* What is or shall be there. For a registry value: type and one blob. For a key: present or not.
 * For an attribute: its values (none: absent). */
struct kbm_state {
	bool present;
	uint32_t type; /* registry value type */
	struct kbm_blob *values;
	size_t value_count;
};

enum kbm_change_op {
	KBM_SET_VALUE,
	KBM_DELETE_VALUE,
	KBM_CREATE_KEY,
	KBM_DELETE_KEY,
	KBM_MODIFY_ENTRY,
	KBM_MANUAL
};
enum kbm_risk { KBM_RISK_LOW, KBM_RISK_MEDIUM, KBM_RISK_HIGH };

struct kbm_change {
	enum kbm_change_op op;
	char *script;		/* id */
	char *finding;		/* id of the finding that asked first */
	struct kbm_place place; /* KBM_PLACE_NONE for a manual step */
	struct kbm_state before;
	struct kbm_state after;
	char *why;
	char *step; /* the article's step, "" for none */
	char *text; /* of a manual step, else NULL */
	enum kbm_risk risk;
};

void kbm_place_free(struct kbm_place *place); /* clears the fields */
bool kbm_place_copy(const struct kbm_place *from, struct kbm_place *to);
/* Same physical place: names by Windows' upcase, DNs and attributes by their rules. */
bool kbm_place_equal(const struct kbm_place *left, const struct kbm_place *right);
/* Whether it is a value or a key. */
bool kbm_place_is_registry(const struct kbm_place *place);
/* Whether two places of a directory are of one entry, or are it. */
bool kbm_place_same_entry(const struct kbm_place *left, const struct kbm_place *right);

/* As people read it: HKLM\...\SiteDN, a key's path, a DN, "DN: attribute"; "" for none. */
bool kbm_place_text(const struct kbm_place *place, struct kbm_bytes *out);

void kbm_state_clear(struct kbm_state *state);
bool kbm_state_copy(const struct kbm_state *from, struct kbm_state *to);
bool kbm_state_equal(const struct kbm_state *left, const struct kbm_state *right);
/* Sets *state to a present registry value with these bytes. */
bool kbm_state_set_value(struct kbm_state *state, uint32_t type, const void *data, size_t length);
bool kbm_state_add_value(struct kbm_state *state, const void *data, size_t length);

void kbm_change_clear(struct kbm_change *change);
bool kbm_change_copy(const struct kbm_change *from, struct kbm_change *to);
/* Same place and same after: such changes merge. Manual steps: same text. */
bool kbm_change_same(const struct kbm_change *left, const struct kbm_change *right);

/* Whether a registry value was there with a secret that kbmend does not tell, so that the change
 * does not hold what it replaces. */
bool kbm_change_lost_secret(const struct kbm_change *change);

/* set_value, delete_value, create_key, delete_key, modify_entry, manual; and back. */
const char *kbm_change_op_name(enum kbm_change_op op);
bool kbm_change_op_parse(const char *name, enum kbm_change_op *op);
const char *kbm_risk_name(enum kbm_risk risk);
bool kbm_risk_parse(const char *name, enum kbm_risk *risk);

/* REG_SZ, REG_DWORD, ... into `name` ("type 200" for an unknown one); and back. */
const char *kbm_value_type_name(uint32_t type, char name[static 32]);
bool kbm_value_type_parse(const char *name, uint32_t *type);
/* Registry data as a person reads it: "text" quoted, 0x1 (1), hex bytes, { "a", "b" }; text whose
 * form is broken (odd size, no NUL) says so. Not escaped for terminals: report/ does that. */
bool kbm_value_text(uint32_t type, const uint8_t *data, size_t length, struct kbm_bytes *out);

#endif
