/* Everything the hive reader does, done to one image: what fuzzers and mutation tests run. */
#include "hive_exercise.h"

#include "base/limits.h"
#include "guard/key_rows.h"
#include "source/hive_check.h"
#include "source/hive_compare.h"
#include "source/hive_dump.h"
#include "source/hive_export.h"
#include "source/hive_find.h"
#include "source/reg_file.h"
#include "source/reg_patch.h"
#include "source/registry.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_CHILDREN = 100 };

static void expect(bool holds)
{
	if (!holds)
		abort();
}

static enum kbm_code count_bytes(void *context, const char *line, size_t length,
				 struct kbm_error *error)
{
	uint64_t *bytes = context;
	(void)error;
	expect(line[length] == '\0' && memchr(line, '\n', length) == NULL);
	*bytes += length + 1;
	return KBM_OK;
}

/* Each value that is listed can be found by its name, unless another has the same. */
static void list_values(const struct kbm_hive *hive, kbm_cell key, struct kbm_bytes *name,
			struct kbm_bytes *data)
{
	kbm_cell cell = 0;
	kbm_cell found = 0;
	struct kbm_value value;
	for (size_t i = 0; i < MAX_CHILDREN; i++) {
		if (kbm_hive_value_at(hive, key, i, &cell, NULL) != KBM_OK)
			return;
		if (kbm_hive_value(hive, cell, name, data, &value, NULL) != KBM_OK)
			continue;
		enum kbm_code code =
		    kbm_hive_find_value(hive, key, value.name, value.name_length, &found, NULL);
		expect(code == KBM_OK || code == KBM_LIMIT);
	}
}

/* Of what a person is shown, counted. */
struct shown {
	size_t keys;
	size_t values;
};

static enum kbm_code count_row(void *context, const struct kbm_registry_row *row,
			       struct kbm_error *error)
{
	struct shown *shown = context;
	(void)error;
	if (row->row_kind == KBM_ROW_DAMAGE)
		expect(row->text_length > 0 && strstr(row->text, "offset 0x") != NULL);
	else
		(row->row_kind == KBM_ROW_KEY ? &shown->keys : &shown->values)[0]++;
	return KBM_OK;
}

/* Where a person is told of no damage, a script is told as much, and the other way round. */
static void show_key(const struct kbm_hive *hive, kbm_cell key)
{
	struct shown shown = {0, 0};
	struct kbm_damages damages = {.count = 0};
	struct kbm_error error;
	struct kbm_key asked;
	struct kbm_bytes name;
	kbm_cell cell = 0;
	const struct kbm_key_rows rows = {hive, "path", count_row, &shown, &damages};
	enum kbm_code code = kbm_key_rows_subkeys(&rows, key, &error);
	bool keys_are_sound = code == KBM_OK && damages.count == 0;
	code = code == KBM_OK ? kbm_key_rows_values(&rows, key, &error) : code;
	expect(code == KBM_OK || code == KBM_LIMIT);
	expect(kbm_key_rows_damages(&damages, false, count_row, &shown, &error) == KBM_OK);
	kbm_bytes_init(&name, KBM_MIB);
	size_t listed = 0;
	while (keys_are_sound &&
	       (code = kbm_hive_subkey_at(hive, key, listed, &cell, &error)) == KBM_OK) {
		expect(kbm_hive_key(hive, cell, &name, &asked, &error) == KBM_OK);
		listed++;
	}
	if (keys_are_sound)
		expect(code == KBM_NOT_FOUND && listed == shown.keys);
	kbm_bytes_clear(&name);
}

static void list_key(const struct kbm_hive *hive, kbm_cell key, unsigned depth)
{
	struct kbm_bytes name;
	struct kbm_bytes data;
	kbm_bytes_init(&name, KBM_MIB);
	kbm_bytes_init(&data, KBM_HIVE_MAX_VALUE_BYTES);
	list_values(hive, key, &name, &data);
	show_key(hive, key);
	for (size_t i = 0; i < MAX_CHILDREN; i++) {
		kbm_cell cell = 0;
		kbm_cell found = 0;
		struct kbm_key child;
		if (kbm_hive_subkey_at(hive, key, i, &cell, NULL) != KBM_OK)
			break;
		if (kbm_hive_key(hive, cell, &name, &child, NULL) != KBM_OK)
			continue;
		if (child.name_length > 0 && strlen(child.name) == child.name_length &&
		    strchr(child.name, '\\') == NULL)
			expect(kbm_hive_find_key(hive, key, child.name, &found, NULL) == KBM_OK);
		bool is_link = false;
		kbm_hive_is_link(hive, cell, &is_link, NULL);
		if (depth < 3)
			list_key(hive, cell, depth + 1);
	}
	kbm_bytes_clear(&name);
	kbm_bytes_clear(&data);
}

static void ask_key(struct kbm_registry *registry, const char *path)
{
	struct kbm_registry_service service = kbm_registry_service(registry);
	struct kbm_value value;
	struct kbm_key key;
	struct kbm_registry_place place;
	struct kbm_error error;
	bool is_partial = false;
	service.get_value(service.context, path, "Text", 4, &value, &error);
	bool is_there = service.get_key(service.context, path, &key, &error) == KBM_OK;
	for (size_t i = 0; is_there && i < 4; i++) {
		service.subkey_at(service.context, path, i, &key, &error);
		service.value_at(service.context, path, i, &value, &error);
	}
	kbm_registry_is_partial(registry, path, &is_partial, &error);
	if (service.resolve(service.context, path, &place, &error) == KBM_OK) {
		expect(place.hive != NULL && place.path != NULL);
		kbm_place_clear(&place);
	}
}

/* As a SYSTEM hive, or as an image made of an export. */
static void ask_registry(const struct kbm_hive *hive, bool is_export, bool allow_dirty)
{
	static const char *const paths[] = {"HKLM\\SYSTEM",
					    "HKLM\\SYSTEM\\CurrentControlSet\\Services\\Two",
					    "HKLM\\SYSTEM\\ControlSet001\\Control\\None"};
	struct kbm_registry *registry = NULL;
	struct kbm_error error;
	if (kbm_registry_make(&registry, &error) != KBM_OK)
		return;
	if (allow_dirty)
		kbm_registry_allow_dirty(registry);
	if (is_export)
		kbm_registry_mount_image(registry, hive, &error);
	else
		kbm_registry_mount(registry, "SYSTEM", hive, kbm_hive_root(hive), &error);
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
		ask_key(registry, paths[i]);
	for (size_t i = 0; i < 8 && kbm_registry_mounted(registry, i) != NULL; i++)
		ask_key(registry, kbm_registry_mounted(registry, i));
	kbm_registry_free(registry);
}

static enum kbm_code find_difference(void *context, const struct kbm_difference *difference,
				     struct kbm_error *error)
{
	(void)context;
	(void)difference;
	(void)error;
	abort(); /* between a hive and itself */
}

static enum kbm_code count_hit(void *context, const struct kbm_find_hit *hit,
			       struct kbm_error *error)
{
	uint64_t *hits = context;
	(void)error;
	++*hits;
	expect(hit->matched != 0 && (hit->matched & ~(unsigned)KBM_FIND_ALL) == 0 &&
	       hit->path[hit->path_length] == '\0');
	return KBM_OK;
}

/* A search for everything finds what a dump shows, but for the root, and meets damage where a dump
 * does. */
static void search_hive(const struct kbm_hive *hive, enum kbm_code dumped,
			const struct kbm_dump_report *report)
{
	static const struct kbm_find_order everything = {.pattern = "", .parts = KBM_FIND_ALL};
	uint64_t hits = 0;
	struct kbm_damages damages = {0};
	struct kbm_error error;
	enum kbm_code code = kbm_hive_find(hive, kbm_hive_root(hive), "", &everything, count_hit,
					   &hits, NULL, &damages, &error);
	expect((code == KBM_UNREADABLE && damages.count > 0) || code == KBM_LIMIT ||
	       (code == KBM_OK && damages.count == 0));
	if (dumped == KBM_OK)
		expect(code == KBM_OK && hits == report->keys + report->values - 1);
	else if (dumped == KBM_UNREADABLE)
		expect(code != KBM_OK);
}

/* The structural check agrees with itself and with the dump. */
static void check_structure(const struct kbm_hive *hive, const uint8_t *bytes, size_t size,
			    enum kbm_code dumped)
{
	struct kbm_hive_check report;
	struct kbm_error error;
	enum kbm_code code = kbm_hive_check(bytes, size, &report, &error);
	uint64_t counted = 0;
	expect(code == KBM_OK);
	for (size_t i = 0; i < KBM_CHECK_KINDS; i++)
		counted += report.counts[i];
	expect(counted == report.problems + report.oddities);
	for (uint64_t i = 0; i < report.problems && i < KBM_HIVE_CHECK_KEPT; i++)
		expect(report.first_problems[i][0] != '\0');
	expect(dumped != KBM_UNREADABLE || report.problems > 0);
	code = kbm_hive_compare(hive, hive, find_difference, NULL, &error);
	expect(code == KBM_OK || report.problems > 0);
}

/* --- .reg files ------------------------------------------------------------------------------ */

static enum kbm_code keep_bytes(void *context, const uint8_t *bytes, size_t length,
				struct kbm_error *error)
{
	(void)error;
	kbm_bytes_append(context, bytes, length);
	return KBM_OK;
}

static enum kbm_code look_at_note(void *context, const char *note, struct kbm_error *error)
{
	(void)context;
	(void)error;
	expect(note[0] != '\0');
	return KBM_OK;
}

/* Whatever is in a hive, our own reader takes the file that is written of it. */
static void read_file(const struct kbm_bytes *file)
{
	struct kbm_tree *tree = NULL;
	struct kbm_error error = {KBM_OK, ""};
	if (file->failed || kbm_tree_make("registry", &tree, &error) != KBM_OK)
		return;
	enum kbm_code code = kbm_reg_file_read(file->data, file->length, 1252, tree, &error);
	expect(code == KBM_OK || code == KBM_LIMIT);
	kbm_tree_free(tree);
}

static void export_hive(const struct kbm_hive *hive, bool regedit4, bool has_gaps)
{
	struct kbm_bytes file;
	struct kbm_error error = {KBM_OK, ""};
	struct kbm_hive_export_report report = {0};
	const struct kbm_hive_export_order order = {
	    .regedit4 = regedit4,
	    .codepage = 1252,
	    .path = has_gaps ? "" : "HKEY_LOCAL_MACHINE\\X",
	    .has_gaps = has_gaps,
	};
	kbm_bytes_init(&file, 64 * KBM_MIB);
	const struct kbm_hive_export_sink sink = {&file, keep_bytes, look_at_note};
	enum kbm_code code =
	    kbm_hive_export(hive, kbm_hive_root(hive), &order, &sink, &report, &error);
	expect(code == KBM_OK || error.message[0] != '\0');
	expect(code != KBM_OK || (report.omitted == 0 && report.damages == 0));
	/* An image's root has root keys below it, which any other hive has not. */
	if (!has_gaps && (code == KBM_OK || code == KBM_UNREADABLE))
		read_file(&file);
	kbm_bytes_clear(&file);
}

static enum kbm_code patch_difference(void *context, const struct kbm_difference *difference,
				      struct kbm_error *error)
{
	return kbm_reg_patch_add(context, difference, error);
}

static void patch_hives(const struct kbm_hive *before, const struct kbm_hive *after, bool has_gaps)
{
	struct kbm_bytes file;
	struct kbm_reg_patch patch;
	struct kbm_error error = {KBM_OK, ""};
	struct kbm_compare_report report = {0};
	const struct kbm_compare_order order = {
	    .before = before,
	    .after = after,
	    .before_key = kbm_hive_root(before),
	    .after_key = kbm_hive_root(after),
	    .path = "HKEY_LOCAL_MACHINE\\X",
	    .before_has_gaps = has_gaps,
	    .after_has_gaps = has_gaps,
	    .tells_removed = true,
	};
	kbm_bytes_init(&file, 64 * KBM_MIB);
	const struct kbm_hive_export_sink sink = {&file, keep_bytes, look_at_note};
	enum kbm_code code = kbm_reg_patch_begin(&patch, has_gaps, 1252, &sink, &error);
	if (code == KBM_OK)
		code = kbm_hive_compare_keys(&order, patch_difference, &patch, &report, &error);
	if (code == KBM_OK) {
		const struct kbm_reg_patch_doubt doubt = {
		    .has_damage = report.before.count + report.after.count > 0};
		code = kbm_reg_patch_end(&patch, &doubt, &error);
		read_file(&file);
	}
	expect(code == KBM_OK || error.message[0] != '\0');
	kbm_reg_patch_clear(&patch);
	kbm_bytes_clear(&file);
}

/* What cannot be opened is no hive, or not sound. */
static void check_unreadable(const uint8_t *bytes, size_t size)
{
	struct kbm_hive_check report;
	struct kbm_error error;
	if (kbm_hive_check(bytes, size, &report, &error) == KBM_OK)
		expect(report.problems > 0);
}

uint64_t exercise_hive(const uint8_t *bytes, size_t size)
{
	struct kbm_hive *hive = NULL;
	struct kbm_error error;
	if (kbm_hive_open(bytes, size, &hive, &error) != KBM_OK) {
		expect(error.message[0] != '\0');
		check_unreadable(bytes, size);
		return 0;
	}
	uint64_t dumped = 0;
	struct kbm_dump_report report;
	enum kbm_code code =
	    kbm_hive_dump(hive, kbm_hive_root(hive), "", count_bytes, &dumped, &report, &error);
	search_hive(hive, code, &report);
	check_structure(hive, bytes, size, code);
	list_key(hive, kbm_hive_root(hive), 0);
	ask_registry(hive, false, kbm_hive_info(hive)->state != KBM_HIVE_CLEAN);
	ask_registry(hive, true, true);
	export_hive(hive, dumped % 3 == 1, dumped % 3 == 2); /* in turn: each takes its time */
	kbm_registry_guess_name(hive, NULL);
	expect((*kbm_hive_state_text(hive) == '\0') ==
	       (kbm_hive_info(hive)->state == KBM_HIVE_CLEAN));
	kbm_hive_close(hive);
	return dumped;
}

static enum kbm_code count_difference(void *context, const struct kbm_difference *difference,
				      struct kbm_error *error)
{
	uint64_t *count = context;
	(void)error;
	expect(difference->path != NULL);
	(*count)++;
	return KBM_OK;
}

uint64_t exercise_compare(const uint8_t *before, size_t before_size, const uint8_t *after,
			  size_t after_size)
{
	struct kbm_hive *old = NULL;
	struct kbm_hive *new = NULL;
	struct kbm_error error = {KBM_OK, ""};
	uint64_t count = 0;
	if (kbm_hive_open(before, before_size, &old, &error) == KBM_OK &&
	    kbm_hive_open(after, after_size, &new, &error) == KBM_OK) {
		enum kbm_code code = kbm_hive_compare(old, new, count_difference, &count, &error);
		expect(code == KBM_OK || error.message[0] != '\0');
		patch_hives(old, new, count % 2 != 0);
	}
	kbm_hive_close(old);
	kbm_hive_close(new);
	return count;
}
