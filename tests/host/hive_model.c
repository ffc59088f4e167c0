/* A registry held in a test. */
#include "hive_model.h"

#include "random.h"

#include <stdlib.h>
#include <string.h>

/* Letters in both cases: as UTF-8, and the units of the upper one. A letter without two cases is
 * its own other one. */
static const struct letter {
	const char *spelled[2];
	uint16_t upper[2];
	uint8_t units;
} letters[] = {
    {{"a", "A"}, {'A'}, 1},
    {{"e", "E"}, {'E'}, 1},
    {{"k", "K"}, {'K'}, 1},
    {{"s", "S"}, {'S'}, 1},
    {{"i", "I"}, {'I'}, 1},
    {{"z", "Z"}, {'Z'}, 1},
    {{"0", "0"}, {'0'}, 1},
    {{"7", "7"}, {'7'}, 1},
    {{"_", "_"}, {'_'}, 1},
    {{"-", "-"}, {'-'}, 1},
    {{".", "."}, {'.'}, 1},
    {{" ", " "}, {' '}, 1},
    {{"/", "/"}, {'/'}, 1},
    {{"[", "["}, {'['}, 1},
    {{"~", "~"}, {'~'}, 1},
    {{"{", "{"}, {'{'}, 1},
    {{"ä", "Ä"}, {0xC4}, 1},
    {{"ö", "Ö"}, {0xD6}, 1},
    {{"ß", "ß"}, {0xDF}, 1},
    {{"ÿ", "Ÿ"}, {0x178}, 1},
    {{"é", "É"}, {0xC9}, 1},
    {{"ž", "Ž"}, {0x17D}, 1},
    {{"σ", "Σ"}, {0x3A3}, 1},
    {{"я", "Я"}, {0x42F}, 1},
    {{"ж", "Ж"}, {0x416}, 1},
    {{"日", "日"}, {0x65E5}, 1},
    {{"\xEF\xBF\xBD", "\xEF\xBF\xBD"}, {0xFFFD}, 1},
    {{"😀", "😀"}, {0xD83D, 0xDE00}, 2},
};
enum { LETTERS = sizeof letters / sizeof *letters, ASCII_LETTERS = 16 };

static void *need(void *memory)
{
	if (memory == NULL)
		abort();
	return memory;
}

uint64_t model_random(struct model *model)
{
	return random_next(&model->random);
}

size_t model_below(struct model *model, size_t limit)
{
	return random_below(&model->random, limit);
}

/* --- names ---------------------------------------------------------------------------------- */

static void append_letter(struct model_name *name, const struct letter *letter, unsigned spelling)
{
	size_t length = strlen(letter->spelled[spelling]);
	memcpy(name->text + name->length, letter->spelled[spelling], length + 1);
	name->length += length;
	for (unsigned i = 0; i < letter->units; i++)
		name->folded[name->count++] = letter->upper[i];
}

static void name_make(struct model_name *name)
{
	*name = (struct model_name){.text = need(malloc(2 * MODEL_MAX_NAME)),
				    .folded = need(calloc(MODEL_MAX_UNITS + 1, 2))};
	name->text[0] = '\0';
}

/* No more memory than needed: there are many names. */
static void name_copy(const struct model_name *name, struct model_name *copy)
{
	*copy = *name;
	copy->text = need(malloc(name->length + 1));
	copy->folded = need(malloc(2 * name->count + 1));
	memcpy(copy->text, name->text, name->length + 1);
	if (name->count > 0)
		memcpy(copy->folded, name->folded, 2 * name->count);
}

void model_name_clear(struct model_name *name)
{
	free(name->text);
	free(name->folded);
	*name = (struct model_name){0};
}

void model_invent_name(struct model *model, struct model_name *name)
{
	name_make(name);
	size_t kind = model_below(model, 100);
	size_t wanted = kind == 0  ? MODEL_MAX_UNITS
			: kind < 5 ? 1 + model_below(model, MODEL_MAX_UNITS)
				   : 1 + model_below(model, 8);
	size_t from = model_below(model, 2) == 0 ? ASCII_LETTERS : LETTERS;
	while (name->count < wanted) {
		const struct letter *letter = &letters[model_below(model, from)];
		if (name->count + letter->units <= MODEL_MAX_UNITS)
			append_letter(name, letter, model_below(model, 2) != 0);
	}
}

void model_respell(struct model *model, const struct model_name *name, struct model_name *other)
{
	name_make(other);
	for (size_t i = 0; i < name->count;) {
		size_t k = 0;
		while (letters[k].upper[0] != name->folded[i])
			k++;
		append_letter(other, &letters[k], model_below(model, 2) != 0);
		i += letters[k].units;
	}
}

static int compare_names(const struct model_name *left, const struct model_name *right)
{
	for (size_t i = 0; i < left->count && i < right->count; i++)
		if (left->folded[i] != right->folded[i])
			return left->folded[i] < right->folded[i] ? -1 : 1;
	return left->count < right->count ? -1 : left->count > right->count;
}

/* --- keys ----------------------------------------------------------------------------------- */

/* Doubles an array that is full. */
static void *grow(void *items, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return items;
	*room = *room == 0 ? 4 : 2 * *room;
	return need(realloc(items, *room * size));
}

static struct model_key *key_make(struct model *model, const struct model_name *name, uint64_t time)
{
	struct model_key *key = need(calloc(1, sizeof *key));
	name_copy(name, &key->name);
	key->time = time;
	model->keys = grow(model->keys, model->key_count, &model->key_room, sizeof *model->keys);
	key->position = model->key_count;
	model->keys[model->key_count++] = key;
	return key;
}

static void value_clear(struct model_value *value)
{
	model_name_clear(&value->name);
	free(value->data);
}

static void key_free(struct model *model, struct model_key *key)
{
	for (size_t i = 0; i < key->child_count; i++)
		key_free(model, key->children[i]);
	for (size_t i = 0; i < key->value_count; i++)
		value_clear(&key->values[i]);
	struct model_key *last = model->keys[--model->key_count];
	model->keys[key->position] = last;
	last->position = key->position;
	model_name_clear(&key->name);
	free(key->children);
	free(key->values);
	free(key);
}

void model_make(struct model *model, uint64_t seed, uint64_t time)
{
	struct model_name name;
	*model = (struct model){.random = seed * 0x9E3779B97F4A7C15ULL + 1};
	name_make(&name);
	append_letter(&name, &letters[0], 0);
	model->root = key_make(model, &name, time);
	model_name_clear(&name);
}

void model_clear(struct model *model)
{
	key_free(model, model->root);
	free(model->keys);
	*model = (struct model){0};
}

/* Where a child stands, or would stand. */
static size_t child_place(const struct model_key *key, const struct model_name *name)
{
	size_t low = 0;
	size_t high = key->child_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (compare_names(&key->children[middle]->name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct model_key *model_find_child(const struct model_key *key, const struct model_name *name)
{
	size_t place = child_place(key, name);
	if (place == key->child_count || compare_names(&key->children[place]->name, name) != 0)
		return NULL;
	return key->children[place];
}

struct model_key *model_add_child(struct model *model, struct model_key *key,
				  const struct model_name *name, uint64_t time)
{
	struct model_key *child = key_make(model, name, time);
	size_t place = child_place(key, name);
	key->children = grow(key->children, key->child_count, &key->child_room, sizeof child);
	memmove(key->children + place + 1, key->children + place,
		(key->child_count - place) * sizeof child);
	key->children[place] = child;
	key->child_count++;
	key->time = time;
	child->parent = key;
	child->depth = key->depth + 1;
	child->path_length = key->path_length + name->length + 1;
	return child;
}

void model_remove_key(struct model *model, struct model_key *key, uint64_t time)
{
	struct model_key *parent = key->parent;
	size_t place = child_place(parent, &key->name);
	parent->child_count--;
	memmove(parent->children + place, parent->children + place + 1,
		(parent->child_count - place) * sizeof key);
	parent->time = time;
	key_free(model, key);
}

char *model_path(const struct model_key *key)
{
	char *path = need(malloc(key->path_length + 1));
	size_t at = key->path_length;
	path[at > 0 ? at - 1 : 0] = '\0';
	for (; key->parent != NULL; key = key->parent) {
		at -= key->name.length + 1;
		memcpy(path + at, key->name.text, key->name.length);
		if (at > 0)
			path[at - 1] = '\\';
	}
	return path;
}

/* --- values --------------------------------------------------------------------------------- */

struct model_value *model_find_value(const struct model_key *key, const struct model_name *name)
{
	for (size_t i = 0; i < key->value_count; i++)
		if (compare_names(&key->values[i].name, name) == 0)
			return &key->values[i];
	return NULL;
}

void model_set_value(struct model_key *key, const struct model_name *name, uint32_t type,
		     uint8_t *data, size_t length, uint64_t time)
{
	struct model_value *value = model_find_value(key, name);
	if (value != NULL && value->type == type && value->length == length &&
	    (length == 0 || memcmp(value->data, data, length) == 0)) {
		free(data); /* no change */
		return;
	}
	if (value == NULL) {
		key->values = grow(key->values, key->value_count, &key->value_room, sizeof *value);
		value = &key->values[key->value_count++];
		name_copy(name, &value->name);
	} else {
		free(value->data);
	}
	value->type = type;
	value->data = data;
	value->length = length;
	key->time = time;
}

void model_remove_value(struct model_key *key, struct model_value *value, uint64_t time)
{
	value_clear(value);
	size_t place = (size_t)(value - key->values);
	key->value_count--;
	memmove(value, value + 1, (key->value_count - place) * sizeof *value);
	key->time = time;
}
