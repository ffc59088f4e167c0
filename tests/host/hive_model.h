/* A registry held in a test: what a hive that was edited must contain. It shares nothing with the
 * program: names are spelled and folded by a table of its own, children are plain sorted arrays.
 *
 * Without memory everything here aborts. */
#ifndef KBM_TEST_HIVE_MODEL_H
#define KBM_TEST_HIVE_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MODEL_MAX_UNITS = 255, MODEL_MAX_NAME = 3 * MODEL_MAX_UNITS + 1 };

struct model_name {
	size_t length; /* bytes of text, UTF-8 */
	size_t count;  /* UTF-16 units */
	char *text;
	uint16_t *folded; /* units in upper case */
};

struct model_value {
	struct model_name name;
	uint32_t type;
	uint8_t *data;
	size_t length;
};

struct model_key {
	struct model_name name;
	uint64_t time;
	struct model_key *parent;
	struct model_key **children; /* sorted by their folded names */
	size_t child_count;
	size_t child_room;
	struct model_value *values; /* in the order in which they came */
	size_t value_count;
	size_t value_room;
	size_t position; /* in the model's list of all keys */
	unsigned depth;	 /* 0: the root */
	size_t path_length;
};

struct model {
	struct model_key *root;
	struct model_key **keys; /* all of them */
	size_t key_count;
	size_t key_room;
	uint64_t random;
};

void model_make(struct model *model, uint64_t seed, uint64_t time);
void model_clear(struct model *model);

uint64_t model_random(struct model *model);
/* 0 to limit - 1. */
size_t model_below(struct model *model, size_t limit);

/* A name of random letters, of which some are not ASCII, in random case. It is the caller's. */
void model_invent_name(struct model *model, struct model_name *name);
/* The same name in other case. */
void model_respell(struct model *model, const struct model_name *name, struct model_name *other);
void model_name_clear(struct model_name *name);

struct model_key *model_find_child(const struct model_key *key, const struct model_name *name);
/* Both copy the names. */
struct model_key *model_add_child(struct model *model, struct model_key *key,
				  const struct model_name *name, uint64_t time);
/* With all below it; the parent gets the time. */
void model_remove_key(struct model *model, struct model_key *key, uint64_t time);
struct model_value *model_find_value(const struct model_key *key, const struct model_name *name);
/* Takes `data`. */
void model_set_value(struct model_key *key, const struct model_name *name, uint32_t type,
		     uint8_t *data, size_t length, uint64_t time);
void model_remove_value(struct model_key *key, struct model_value *value, uint64_t time);

/* The key's path, joined with '\'; on the heap, the caller's. */
char *model_path(const struct model_key *key);

#endif
