/* Hostile scripts: from lists of them to runs of kbmend. */
#include "hostile_case.h"

#include "base/error.h"
#include "base/file.h"
#include "base/limits.h"
#include "script_text.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

enum { FAILED = 2, ROW_MAX = 16 };

/* --- cases ----------------------------------------------------------------------------------- */

static struct hostile_script *add_script(struct hostile_case *made, const char *path,
					 const char *ends)
{
	if (made->script_count == CASE_MAX_SCRIPTS)
		errx(FAILED, "%s: more than %d scripts", made->name, CASE_MAX_SCRIPTS);
	struct hostile_script *script = &made->scripts[made->script_count++];
	script->path = path;
	script->ends = ends;
	return script;
}

static void add_sound(struct hostile_case *made, const char *path, const char *id, const char *ends)
{
	static const struct kbm_bytes none;
	struct hostile_script *script = add_script(made, path, ends);
	script->is_sound = true;
	script_wrap(script, "top", id, &none, &none);
}

void hostile_case_make_sound(struct hostile_case *made)
{
	*made = (struct hostile_case){.name = "sound", .has_timeout = true};
	add_sound(made, "./next.lua", "next", "pass:sound");
}

void read_whole(const char *path, struct kbm_bytes *out)
{
	struct kbm_error error = {0};
	kbm_bytes_init(out, 16 * KBM_MIB);
	if (kbm_file_read(path, true, out, &error) != KBM_OK)
		errx(FAILED, "%s", error.message);
	kbm_bytes_append(out, "", 0);
}

/* --- lists ----------------------------------------------------------------------------------- */

/* A table of texts: its lines' fields, borrowed from `text`. */
struct table {
	struct kbm_bytes text;
	const char *names[ROW_MAX];
	const char *(*rows)[ROW_MAX];
	size_t count;
};

/* Cuts the line at its tabs; missing fields are "". */
static void cut_line(char *line, const char *fields[static ROW_MAX])
{
	for (size_t i = 0; i < ROW_MAX; i++) {
		fields[i] = line == NULL ? "" : strsep(&line, "\t");
	}
}

static void read_table(const char *folder, const char *name, struct table *table)
{
	struct kbm_bytes path;
	kbm_bytes_init(&path, KBM_PATH_MAX_BYTES);
	kbm_bytes_printf(&path, "%s/%s", folder, name);
	read_whole(kbm_bytes_text(&path), &table->text);
	kbm_bytes_clear(&path);
	char *rest = (char *)table->text.data;
	cut_line(strsep(&rest, "\n"), table->names);
	while (rest != NULL) {
		char *line = strsep(&rest, "\n");
		if (line[0] == 0 || line[0] == '#')
			continue;
		table->rows = reallocarray(table->rows, table->count + 1, sizeof *table->rows);
		if (table->rows == NULL)
			err(FAILED, "%s", name);
		cut_line(line, table->rows[table->count++]);
	}
}

/* A field by its column's name, or `otherwise`. */
static const char *field(const struct table *table, size_t row, const char *name,
			 const char *otherwise)
{
	for (size_t i = 0; i < ROW_MAX; i++)
		if (strcmp(table->names[i], name) == 0 && table->rows[row][i][0] != 0)
			return table->rows[row][i];
	return otherwise;
}

/* The row of that file, or the table's count. */
static size_t find_row(const struct table *table, const char *file)
{
	size_t row = 0;
	while (row < table->count && strcmp(field(table, row, "file", ""), file) != 0)
		row++;
	return row;
}

/* --- from lists to cases --------------------------------------------------------------------- */

struct source {
	const char *folder;
	struct kbm_bytes prelude;
};

static void read_body(const struct source *source, const char *file, struct kbm_bytes *body)
{
	struct kbm_bytes path;
	kbm_bytes_init(&path, KBM_PATH_MAX_BYTES);
	kbm_bytes_printf(&path, "%s/%s", source->folder, file);
	read_whole(kbm_bytes_text(&path), body);
	kbm_bytes_clear(&path);
}

/* One script and a sound one behind it. */
static void fill_single(const struct source *source, struct hostile_case *made, const char *file,
			const char *place, const char *ends)
{
	struct kbm_bytes body = {0};
	bool has_file = strchr(file, '.') != NULL;
	if (has_file)
		read_body(source, file, &body);
	struct hostile_script *script = add_script(made, "./hostile.lua", ends);
	if (!script_make_special(script, place, &body))
		script_wrap(script, place, "hostile", &source->prelude, &body);
	add_sound(made, "./next.lua", "next", "pass:sound");
	kbm_bytes_clear(&body);
}

/* Several scripts in one run: files and endings in lists; `-` is a sound script. */
static void fill_several(const struct source *source, struct hostile_case *made, const char *files,
			 const char *place, const char *ends)
{
	char *file_list = strdup(files);
	char *end_list = strdup(ends);
	for (unsigned number = 1; file_list != NULL && end_list != NULL; number++) {
		const char *file = strsep(&file_list, ",");
		const char *end = strsep(&end_list, ",");
		struct kbm_bytes path;
		struct kbm_bytes body;
		kbm_bytes_init(&path, KBM_KIB);
		kbm_bytes_printf(&path, "./hostile%u.lua", number);
		const char *shown = kbm_bytes_take(&path, NULL);
		kbm_bytes_printf(&path, "hostile%u", number);
		if (strcmp(file, "-") == 0) {
			add_sound(made, shown, kbm_bytes_text(&path), end);
		} else {
			read_body(source, file, &body);
			script_wrap(add_script(made, shown, end), place, kbm_bytes_text(&path),
				    &source->prelude, &body);
			kbm_bytes_clear(&body);
		}
		kbm_bytes_clear(&path);
	}
}

static void add_case(struct hostile_cases *cases, const struct source *source, const char *file,
		     const char *place, const char *ends)
{
	if (cases->count == cases->capacity) {
		cases->capacity = 2 * cases->capacity + 64;
		cases->items = reallocarray(cases->items, cases->capacity, sizeof *cases->items);
		if (cases->items == NULL)
			err(FAILED, "cases");
	}
	struct hostile_case *made = &cases->items[cases->count++];
	*made = (struct hostile_case){.name = file, .has_timeout = strstr(ends, "cpu5000") == NULL};
	if (strchr(file, ',') != NULL)
		fill_several(source, made, file, place, ends);
	else
		fill_single(source, made, file, place, ends);
}

void hostile_cases_read(struct hostile_cases *cases, const char *folder, const char *adapt)
{
	struct source source = {.folder = folder};
	struct table list = {0};
	struct table changes = {0};
	read_table(folder, "MANIFEST.tsv", &list);
	if (adapt != NULL) {
		read_table(adapt, "ADAPT.tsv", &changes);
		struct source at = {.folder = adapt};
		read_body(&at, "prelude.lua", &source.prelude);
	}
	for (size_t row = 0; row < list.count; row++) {
		const char *file = field(&list, row, "file", "");
		const char *place = field(&list, row, "place", "check");
		const char *ends = field(&list, row, "ends", field(&list, row, "expected", ""));
		size_t change = find_row(&changes, file);
		if (change < changes.count) {
			place = field(&changes, change, "place", place);
			ends = field(&changes, change, "ends", ends);
		}
		if (strcmp(ends, "skip") == 0)
			cases->skipped++;
		else
			add_case(cases, &source, file, place, ends);
	}
}
