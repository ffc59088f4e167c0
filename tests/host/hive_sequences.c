/* Random edits of hives against a model: hive_sequences COUNT KEYS [SEED], or
 * hive_sequences --write FILE KEYS SEED, which leaves one sequence's hive and prints a line for
 * each of its keys and values, in no order and without names.
 *
 * Each sequence starts from a hive of format 1.2 to 1.6 and comes to up to KEYS keys by about twice
 * as many edits; half of them lose most keys again. After each edit the hive is finished and opened
 * anew, and what the edit touched is compared with the model: the key, its time, values, data, and
 * that what was deleted is absent. All keys, values and data, and the structure, are compared after
 * each edit where there are up to 200 keys, else after every 2,500 edits; always at the end. Data
 * larger than 4 KiB that an edit did not touch is compared in every 16th of these only. At the end
 * libregf reads a sample of the places. Same arguments, same edits. Status 1 at the first that
 * differs. */
#include "hive_model.h"
#include "hive_structure.h"

#include "base/limits.h"
#include "source/hive.h"
#include "source/hive_build.h"
#include "source/hive_check.h"
#include "source/hive_edit.h"
#include "source/hive_regf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

enum {
	SMALL = 200,	   /* keys up to which all is compared each time */
	ALL_EVERY = 2500,  /* edits */
	LARGE_DATA = 4096, /* bytes */
	LONG_LIST = 500,   /* subkeys */
	LARGE_EVERY = 16,  /* times that all is compared */
	SAMPLE = 24,	   /* places that libregf reads */
	MAX_DEPTH = 40,
	MAX_PATH_BYTES = 8192
};
#define CAPACITY (128 * KBM_MIB)

struct sequence {
	uint64_t seed;
	size_t wanted; /* keys */
	struct model model;
	uint8_t *bytes; /* the hive; CAPACITY and zeros behind */
	size_t length;
	uint32_t minor;
	uint64_t now;
	struct kbm_hive_editor *editor;
	struct kbm_bytes name; /* scratch of the reader */
	struct kbm_bytes data;
	size_t edits;
	size_t compared; /* times that all was */
	size_t most;	 /* bytes that the hive had */
};

static void fail(const struct sequence *sequence, const char *format, ...)
    __attribute__((format(printf, 2, 3), noreturn));

static void fail(const struct sequence *sequence, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	printf("seed %llu, format 1.%u, edit %zu: ", (unsigned long long)sequence->seed,
	       sequence->minor, sequence->edits);
	vprintf(format, arguments);
	printf("\n");
	va_end(arguments);
	exit(1);
}

static void expect_ok(const struct sequence *sequence, enum kbm_code code, const char *what,
		      const struct kbm_error *error)
{
	if (code != KBM_OK)
		fail(sequence, "%s: code %d: %s", what, code, error->message);
}

/* --- comparing ------------------------------------------------------------------------------ */

static void compare_value(struct sequence *sequence, const struct kbm_hive *hive, kbm_cell cell,
			  const struct model_value *wanted, bool all_data)
{
	struct kbm_value value;
	struct kbm_error error = {0};
	bool looks = all_data || wanted->length <= LARGE_DATA;
	expect_ok(sequence,
		  kbm_hive_value(hive, cell, &sequence->name, looks ? &sequence->data : NULL,
				 &value, &error),
		  "a value", &error);
	if (value.name_length != wanted->name.length ||
	    memcmp(value.name, wanted->name.text, value.name_length) != 0)
		fail(sequence, "a value '%s' instead of '%s'", value.name, wanted->name.text);
	if (value.type != wanted->type || value.length != wanted->length)
		fail(sequence, "the value '%s' has type %u and %zu bytes, not %u and %zu",
		     value.name, value.type, value.length, wanted->type, wanted->length);
	if (looks && value.length > 0 && memcmp(value.data, wanted->data, value.length) != 0)
		fail(sequence, "the data of '%s', %zu bytes", value.name, value.length);
}

/* The key alone, with its values; `touched` has its data compared even if it is large. */
static void compare_key(struct sequence *sequence, const struct kbm_hive *hive, kbm_cell cell,
			const struct model_key *wanted, bool all_data,
			const struct model_name *touched)
{
	struct kbm_key key;
	struct kbm_error error = {0};
	expect_ok(sequence, kbm_hive_key(hive, cell, &sequence->name, &key, &error), "a key",
		  &error);
	if (key.name_length != wanted->name.length ||
	    memcmp(key.name, wanted->name.text, key.name_length) != 0)
		fail(sequence, "a key '%s' instead of '%s'", key.name, wanted->name.text);
	if (key.last_written != wanted->time)
		fail(sequence, "the time of '%s' is %llu, not %llu", key.name,
		     (unsigned long long)key.last_written, (unsigned long long)wanted->time);
	if (key.subkey_count != wanted->child_count || key.value_count != wanted->value_count)
		fail(sequence, "'%s' has %zu subkeys and %zu values, not %zu and %zu", key.name,
		     key.subkey_count, key.value_count, wanted->child_count, wanted->value_count);
	const struct model_value *edited =
	    touched == NULL ? NULL : model_find_value(wanted, touched);
	for (size_t i = 0; i < wanted->value_count; i++) {
		kbm_cell value = 0;
		expect_ok(sequence, kbm_hive_value_at(hive, cell, i, &value, &error),
			  "a list of values", &error);
		compare_value(sequence, hive, value, &wanted->values[i],
			      all_data || &wanted->values[i] == edited);
	}
}

static void compare_tree(struct sequence *sequence, const struct kbm_hive *hive, kbm_cell cell,
			 const struct model_key *wanted, bool all_data)
{
	struct kbm_error error = {0};
	compare_key(sequence, hive, cell, wanted, all_data, NULL);
	kbm_cell child = 0;
	size_t i = 0;
	for (; i < wanted->child_count; i++) {
		expect_ok(sequence, kbm_hive_subkey_at(hive, cell, i, &child, &error),
			  "a list of subkeys", &error);
		compare_tree(sequence, hive, child, wanted->children[i], all_data);
	}
}

static kbm_cell find(struct sequence *sequence, const struct kbm_hive *hive,
		     const struct model_key *key)
{
	struct kbm_error error = {0};
	kbm_cell cell = 0;
	char *path = model_path(key);
	expect_ok(sequence, kbm_hive_find_key(hive, kbm_hive_root(hive), path, &cell, &error), path,
		  &error);
	free(path);
	return cell;
}

/* The structural check of `kbmend reg check`, and one that knows nothing of it. */
static void check_hive(struct sequence *sequence)
{
	struct kbm_hive_check report;
	struct kbm_error error = {0};
	const char *wrong = hive_structure_check(sequence->bytes, sequence->length, NULL);
	if (wrong != NULL)
		fail(sequence, "the structure is wrong: %s", wrong);
	expect_ok(sequence, kbm_hive_check(sequence->bytes, sequence->length, &report, &error),
		  "checking", &error);
	if (report.problems > 0 || report.oddities > 0)
		fail(sequence, "reg check: %s",
		     report.problems > 0 ? report.first_problems[0] : report.first_oddities[0]);
}

static struct kbm_hive *open_hive(struct sequence *sequence)
{
	struct kbm_hive *hive = NULL;
	struct kbm_error error = {0};
	expect_ok(sequence, kbm_hive_open(sequence->bytes, sequence->length, &hive, &error),
		  "opening", &error);
	if (kbm_hive_info(hive)->state != KBM_HIVE_CLEAN ||
	    kbm_hive_info(hive)->minor != sequence->minor)
		fail(sequence, "the hive is not clean, or of another format");
	return hive;
}

static void compare_all(struct sequence *sequence, bool all_data)
{
	struct kbm_hive *hive = open_hive(sequence);
	compare_tree(sequence, hive, kbm_hive_root(hive), sequence->model.root, all_data);
	kbm_hive_close(hive);
	check_hive(sequence);
}

/* After an edit of `key` or of something in it. */
static void compare_edited(struct sequence *sequence, const struct model_key *key,
			   const struct model_name *gone_key, const struct model_name *value)
{
	struct kbm_error error = {0};
	expect_ok(sequence, kbm_hive_edit_finish(sequence->editor, &sequence->length, &error),
		  "finishing", &error);
	if (sequence->length > sequence->most)
		sequence->most = sequence->length;
	struct kbm_hive *hive = open_hive(sequence);
	kbm_cell cell = find(sequence, hive, key);
	compare_key(sequence, hive, cell, key, false, value);
	kbm_cell found = 0;
	/* The reader looks at every subkey before one counts as absent. */
	bool looks = key->child_count <= LONG_LIST || sequence->edits % LARGE_EVERY == 0;
	if (gone_key != NULL && looks &&
	    kbm_hive_find_key(hive, cell, gone_key->text, &found, NULL) != KBM_NOT_FOUND)
		fail(sequence, "'%s' is still there", gone_key->text);
	if (value != NULL && model_find_value(key, value) == NULL &&
	    kbm_hive_find_value(hive, cell, value->text, value->length, &found, NULL) !=
		KBM_NOT_FOUND)
		fail(sequence, "the value '%s' is still there", value->text);
	kbm_hive_close(hive);
	sequence->edits++;
	if (sequence->wanted <= SMALL || sequence->edits % ALL_EVERY == 0)
		compare_all(sequence, ++sequence->compared % LARGE_EVERY == 0);
}

/* --- what an edit is about ------------------------------------------------------------------ */

/* In every other sequence the root has a third of all keys, so that its list has many leaves. */
static struct model_key *any_key(struct sequence *sequence)
{
	struct model *model = &sequence->model;
	if (sequence->seed % 2 == 0 && model_below(model, 3) == 0)
		return model->root;
	for (;;) {
		struct model_key *key = model->keys[model_below(model, model->key_count)];
		if (key->depth < MAX_DEPTH && key->path_length < MAX_PATH_BYTES)
			return key;
	}
}

/* Mostly small; the borders between the ways in which data is kept; rarely large. */
static size_t any_length(struct model *model)
{
	static const size_t borders[] = {0,	4,     5,     8,     4060,  4064,
					 16343, 16344, 16345, 16348, 32688, 32689};
	size_t kind = model_below(model, 1000);
	if (kind == 0)
		return model_below(model, KBM_MIB + 1);
	if (kind < 20)
		return borders[model_below(model, sizeof borders / sizeof *borders)];
	if (kind < 40)
		return model_below(model, 40000);
	return model_below(model, kind < 400 ? 8 : 120);
}

static uint8_t *any_data(struct model *model, size_t length)
{
	uint8_t *data = malloc(length + 8);
	if (data == NULL)
		abort();
	for (size_t i = 0; i < length; i += 8) {
		uint64_t word = model_random(model);
		memcpy(data + i, &word, 8);
	}
	return data;
}

static uint32_t any_type(struct model *model)
{
	return model_below(model, 20) == 0 ? (uint32_t)model_random(model)
					   : (uint32_t)model_below(model, 12);
}

/* A name that is there, perhaps in other case, or a new one. */
static void any_value_name(struct sequence *sequence, const struct model_key *key,
			   struct model_name *name)
{
	struct model *model = &sequence->model;
	if (key->value_count > 0 && model_below(model, 2) == 0)
		model_respell(model, &key->values[model_below(model, key->value_count)].name, name);
	else
		model_invent_name(model, name);
	if (model_below(model, 20) == 0) { /* the default value */
		name->text[0] = '\0';
		name->length = 0;
		name->count = 0;
	}
}

/* The path of `key` with more names behind, at most three; the model gets these keys. */
static struct model_key *add_keys(struct sequence *sequence, struct model_key *key)
{
	struct model *model = &sequence->model;
	size_t count = model_below(model, 8) == 0 ? 1 + model_below(model, 3) : 1;
	for (size_t i = 0; i < count; i++) {
		struct model_name name;
		if (key->child_count > 0 && model_below(model, 6) == 0)
			model_respell(model,
				      &key->children[model_below(model, key->child_count)]->name,
				      &name);
		else
			model_invent_name(model, &name);
		struct model_key *child = model_find_child(key, &name);
		key = child != NULL ? child : model_add_child(model, key, &name, sequence->now);
		model_name_clear(&name);
	}
	return key;
}

/* --- edits ---------------------------------------------------------------------------------- */

/* Each is done to the model, and by the editor; or to a tree, for the hive that a sequence starts
 * from. */
static void set_value(struct sequence *sequence, struct kbm_tree *tree, struct model_key *key)
{
	struct model *model = &sequence->model;
	struct model_name name;
	struct kbm_error error = {0};
	any_value_name(sequence, key, &name);
	size_t length = any_length(model);
	uint32_t type = any_type(model);
	uint8_t *data = any_data(model, length);
	const struct model_value *old = model_find_value(key, &name);
	if (old != NULL && old->length <= length && model_below(model, 3) == 0) {
		length = old->length; /* the same length, at times the same data */
		if (model_below(model, 4) == 0) {
			type = old->type;
			memcpy(data, old->data, length);
		}
	}
	char *path = model_path(key);
	struct kbm_value value = {name.text, name.length, type, data, length};
	expect_ok(sequence,
		  tree != NULL ? kbm_tree_set_value(tree, path, &value, &error)
			       : kbm_hive_edit_set_value(sequence->editor, path, &value, &error),
		  "setting a value", &error);
	free(path);
	model_set_value(key, &name, type, data, length, sequence->now);
	if (tree == NULL)
		compare_edited(sequence, key, NULL, &name);
	model_name_clear(&name);
}

static void create_key(struct sequence *sequence, struct kbm_tree *tree)
{
	struct kbm_error error = {0};
	struct model_key *key = add_keys(sequence, any_key(sequence));
	if (model_below(&sequence->model, 3) == 0) { /* by a value in it */
		set_value(sequence, tree, key);
		return;
	}
	char *path = model_path(key);
	expect_ok(sequence,
		  tree != NULL ? kbm_tree_create_key(tree, path, &error)
			       : kbm_hive_edit_create_key(sequence->editor, path, &error),
		  "creating a key", &error);
	free(path);
	if (tree == NULL)
		compare_edited(sequence, key, NULL, NULL);
}

static void delete_value(struct sequence *sequence)
{
	struct model_name name;
	struct kbm_error error = {0};
	struct model_key *key = any_key(sequence);
	any_value_name(sequence, key, &name);
	struct model_value *value = model_find_value(key, &name);
	char *path = model_path(key);
	enum kbm_code code =
	    kbm_hive_edit_delete_value(sequence->editor, path, name.text, name.length, &error);
	free(path);
	if (code != (value == NULL ? KBM_NOT_FOUND : KBM_OK))
		fail(sequence, "deleting the value '%s': %s", name.text, error.message);
	if (value != NULL)
		model_remove_value(key, value, sequence->now);
	compare_edited(sequence, key, NULL, &name);
	model_name_clear(&name);
}

static size_t keys_below(const struct model_key *key)
{
	size_t count = 1;
	for (size_t i = 0; i < key->child_count; i++)
		count += keys_below(key->children[i]);
	return count;
}

/* Not too many at once, or no hive would ever grow. */
static void delete_key(struct sequence *sequence)
{
	struct kbm_error error = {0};
	struct model_key *key =
	    sequence->model.keys[model_below(&sequence->model, sequence->model.key_count)];
	struct model_key *parent = key->parent;
	size_t most = 1 + sequence->model.key_count / 8;
	if (parent == NULL || (keys_below(key) > most && model_below(&sequence->model, 50) != 0))
		return;
	struct model_name name;
	model_respell(&sequence->model, &key->name, &name);
	char *path = model_path(key);
	expect_ok(sequence, kbm_hive_edit_delete_key(sequence->editor, path, &error),
		  "deleting a key", &error);
	if (kbm_hive_edit_delete_key(sequence->editor, path, &error) != KBM_NOT_FOUND)
		fail(sequence, "a key could be deleted twice");
	free(path);
	model_remove_key(&sequence->model, key, sequence->now);
	compare_edited(sequence, parent, &name, NULL);
	model_name_clear(&name);
}

/* --- a sequence ----------------------------------------------------------------------------- */

/* A hive that kbm_tree_build() makes. It makes formats 1.3 and 1.5; 1.2 and 1.4 have no lists or
 * data that 1.3 has not, and 1.6 none that 1.5 has not. */
static void start(struct sequence *sequence)
{
	static const uint32_t minors[] = {3, 5, 2, 5, 3, 6, 4, 5};
	struct model *model = &sequence->model;
	struct kbm_tree *tree = NULL;
	struct kbm_error error = {0};
	size_t filled = sequence->seed % 3 == 0 ? 0 : model_below(model, sequence->wanted / 2 + 1);
	sequence->minor = minors[sequence->seed % (sizeof minors / sizeof *minors)];
	expect_ok(sequence, kbm_tree_make(model->root->name.text, &tree, &error), "a tree", &error);
	while (model->key_count < filled)
		create_key(sequence, tree);
	struct kbm_build_options options = {.minor = sequence->minor < 5 ? 3 : 5,
					    .last_written = sequence->now,
					    .file_name = "SYSTEM"};
	/* Data over 16,344 bytes would be in one cell in 1.3, in segments in 1.4. */
	if (sequence->minor == 4 && filled > 0)
		options.minor = sequence->minor = 3;
	expect_ok(sequence,
		  kbm_tree_build_into(tree, &options, sequence->bytes, CAPACITY, &sequence->length,
				      &error),
		  "building", &error);
	kbm_tree_free(tree);
	sequence->bytes[24] = (uint8_t)sequence->minor;
	sequence->bytes[508] = (uint8_t)(sequence->bytes[508] ^ options.minor ^ sequence->minor);
}

/* An editor looks at the hive only once: now and then a new one does. */
static void open_editor(struct sequence *sequence)
{
	struct kbm_error error = {0};
	kbm_hive_edit_close(sequence->editor);
	sequence->editor = NULL;
	sequence->now += 10000000;
	expect_ok(sequence,
		  kbm_hive_edit_open(sequence->bytes, sequence->length, CAPACITY, sequence->now,
				     &sequence->editor, &error),
		  "opening the editor", &error);
}

/* While the hive grows, while it stays, and while it shrinks: how many of 100 edits create keys,
 * set values and delete values; the rest delete keys. */
static const struct weights {
	size_t create;
	size_t set;
	size_t delete;
} grows = {50, 30, 10}, stays = {20, 55, 12}, shrinks = {5, 15, 20};

static void edit(struct sequence *sequence, const struct weights *weights)
{
	struct model *model = &sequence->model;
	if (model_below(model, 50) == 0)
		open_editor(sequence);
	size_t kind = model_below(model, 100);
	if (kind < weights->create)
		create_key(sequence, NULL);
	else if (kind < weights->create + weights->set)
		set_value(sequence, NULL, any_key(sequence));
	else if (kind < weights->create + weights->set + weights->delete)
		delete_value(sequence);
	else
		delete_key(sequence);
}

/* --- the second reader ---------------------------------------------------------------------- */

static void ask_regf(struct sequence *sequence, struct kbm_regf *regf, const struct model_key *key)
{
	struct kbm_error error = {0};
	char *path = model_path(key);
	expect_ok(sequence, kbm_regf_key(regf, path, &error), "libregf: a key", &error);
	for (size_t i = 0; i < key->value_count; i++) {
		const struct model_value *value = &key->values[i];
		uint32_t type = 0;
		expect_ok(sequence,
			  kbm_regf_value(regf, path, value->name.text, value->name.length, &type,
					 &sequence->data, &error),
			  "libregf: a value", &error);
		if (type != value->type || sequence->data.length != value->length ||
		    (value->length > 0 &&
		     memcmp(sequence->data.data, value->data, value->length) != 0))
			fail(sequence, "libregf reads the value '%s' as something else",
			     value->name.text);
	}
	free(path);
}

/* Bytes behind the hive are what it was once: libregf's must be zero. */
static void compare_regf(struct sequence *sequence)
{
	struct kbm_regf *regf = NULL;
	struct kbm_error error = {0};
	memset(sequence->bytes + sequence->length, 0, KBM_REGF_PADDING_BYTES);
	expect_ok(sequence, kbm_regf_open(sequence->bytes, sequence->length, &regf, &error),
		  "libregf", &error);
	size_t count = sequence->model.key_count;
	if (count <= SAMPLE)
		for (size_t i = 0; i < count; i++)
			ask_regf(sequence, regf, sequence->model.keys[i]);
	else
		for (size_t i = 0; i < SAMPLE; i++)
			ask_regf(sequence, regf,
				 sequence->model.keys[model_below(&sequence->model, count)]);
	kbm_regf_close(regf);
}

/* --- the program ---------------------------------------------------------------------------- */

static void run(struct sequence *sequence, uint64_t seed, size_t keys)
{
	sequence->seed = seed;
	sequence->now = 0x01D0000000000000;
	sequence->edits = 0;
	/* A few small ones are as likely as large ones. */
	model_make(&sequence->model, seed, sequence->now);
	sequence->wanted = 1 + model_below(&sequence->model, keys);
	start(sequence);
	open_editor(sequence);
	compare_all(sequence, true);
	size_t edits = 2 * sequence->wanted + 20;
	for (size_t i = 0; i < edits; i++)
		edit(sequence, sequence->model.key_count < sequence->wanted ? &grows : &stays);
	if (seed % 4 < 2) /* what a sequence leaves is to be large in some of them */
		for (size_t i = 0; i < sequence->wanted; i++)
			edit(sequence, &shrinks);
	compare_all(sequence, true);
	compare_regf(sequence);
	kbm_hive_edit_close(sequence->editor);
	sequence->editor = NULL;
}

/* As `hivexregedit --export` writes it. */
static void print_value(const struct model_value *value)
{
	if (value->type == 4 && value->length == 4) {
		printf("dword:%02x%02x%02x%02x\n", value->data[3], value->data[2], value->data[1],
		       value->data[0]);
		return;
	}
	printf("hex(%x):", value->type);
	for (size_t i = 0; i < value->length; i++)
		printf("%s%02x", i == 0 ? "" : ",", value->data[i]);
	printf("\n");
}

static int write_hive(const struct sequence *sequence, const char *path)
{
	FILE *file = fopen(path, "wbe");
	if (file == NULL ||
	    fwrite(sequence->bytes, 1, sequence->length, file) != sequence->length ||
	    fclose(file) != 0) {
		perror(path);
		return 1;
	}
	for (size_t i = 0; i < sequence->model.key_count; i++) {
		const struct model_key *key = sequence->model.keys[i];
		printf("key\n");
		for (size_t k = 0; k < key->value_count; k++)
			print_value(&key->values[k]);
	}
	return 0;
}

static double seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int count, char **arguments)
{
	bool writes = count == 5 && strcmp(arguments[1], "--write") == 0;
	if (!writes && count != 3 && count != 4) {
		fputs("usage: hive_sequences COUNT KEYS [SEED] | --write FILE KEYS SEED\n", stderr);
		return 64;
	}
	struct sequence sequence = {0};
	sequence.bytes = mmap(NULL, CAPACITY + KBM_REGF_PADDING_BYTES, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (sequence.bytes == MAP_FAILED)
		abort();
	kbm_bytes_init(&sequence.name, KBM_MIB);
	kbm_bytes_init(&sequence.data, KBM_HIVE_MAX_VALUE_BYTES);
	size_t sequences = writes ? 1 : strtoul(arguments[1], NULL, 10);
	size_t keys = strtoul(arguments[writes ? 3 : 2], NULL, 10);
	uint64_t seed = count > 3 ? strtoull(arguments[writes ? 4 : 3], NULL, 10) : 1;
	size_t edits = 0;
	int status = 0;
	double from = seconds();
	for (size_t i = 0; i < sequences && keys > 0; i++) {
		run(&sequence, seed + i, keys);
		edits += sequence.edits;
		if (writes)
			status = write_hive(&sequence, arguments[2]);
		model_clear(&sequence.model);
	}
	if (!writes)
		printf("%zu sequences of up to %zu keys from seed %llu: %zu edits in %.1f s, hives "
		       "of up to %.1f MB\n",
		       sequences, keys, (unsigned long long)seed, edits, seconds() - from,
		       (double)sequence.most / 1e6);
	kbm_bytes_clear(&sequence.name);
	kbm_bytes_clear(&sequence.data);
	return edits > 0 ? status : 1;
}
