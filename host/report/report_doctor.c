/* An installation's state as people read it. */
#include "report/report_doctor.h"

#include "base/limits_table.h"
#include "report/page.h"

#include <errno.h>
#include <string.h>

enum {
	INDENT = 2,
	UTF8_MARK = 2,	/* columns of a mark with the blank behind */
	ASCII_MARK = 5, /* "FAIL " */
	NAME = 18,	/* columns of a name with the blanks behind */
	STATE = 12,
	LIMIT = 12 /* columns of a limit's value, right-aligned */
};

static const struct {
	const char *utf8;
	const char *ascii;
	enum kbm_ink color;
} marks[] = {
    [KBM_GRADE_GOOD] = {"✓", "ok", KBM_INK_GOOD},
    [KBM_GRADE_NOTE] = {"~", "~", KBM_INK_DOUBT},
    [KBM_GRADE_UNKNOWN] = {"?", "?", KBM_INK_DOUBT},
    [KBM_GRADE_PROBLEM] = {"✗", "FAIL", KBM_INK_BAD},
};

/* The column behind a mark at `indent`. */
static size_t behind_mark(const struct kbm_page *page, size_t indent)
{
	return indent + (page->style->utf8 ? UTF8_MARK : ASCII_MARK);
}

/* A line's mark; the page then stands behind it. */
static void put_mark(struct kbm_page *page, size_t indent, enum kbm_grade grade)
{
	kbm_page_move_to(page, indent);
	kbm_page_put_colored(page, marks[grade].color,
			     page->style->utf8 ? marks[grade].utf8 : marks[grade].ascii);
	kbm_page_move_to(page, behind_mark(page, indent));
}

static void put_heading(struct kbm_page *page, const char *heading)
{
	if (page->out->length > 0)
		kbm_page_end_line(page);
	kbm_page_put_colored(page, KBM_INK_HEAD, heading);
	kbm_page_end_line(page);
}

/* A name, and from a column of its own a text. */
static void put_named(struct kbm_page *page, const char *name, const char *text)
{
	size_t column = behind_mark(page, INDENT) + NAME;
	kbm_page_move_to(page, behind_mark(page, INDENT));
	kbm_page_put(page, name);
	kbm_page_move_to(page, column);
	kbm_page_wrap(page, column, text);
	kbm_page_end_line(page);
}

/* --- sections -------------------------------------------------------------------------------- */

static void put_program(struct kbm_page *page, const char *name, const char *version,
			const char *path, const struct kbm_error *error)
{
	bool sound = error == NULL || error->code == KBM_OK;
	size_t column = behind_mark(page, INDENT) + NAME;
	put_mark(page, INDENT, sound ? KBM_GRADE_GOOD : KBM_GRADE_PROBLEM);
	if (!sound) {
		put_named(page, name, error->message);
		return;
	}
	kbm_page_put(page, name);
	kbm_page_move_to(page, column);
	kbm_page_put(page, version);
	kbm_page_put(page, "   ");
	kbm_page_fill(page, column, path, strlen(path));
	kbm_page_end_line(page);
}

static void put_programs(struct kbm_page *page, const struct kbm_doctor *doctor)
{
	put_heading(page, "programs");
	put_program(page, "kbmend", doctor->version, doctor->program, NULL);
	put_program(page, "kbmend-worker", doctor->version, doctor->worker, &doctor->worker_error);
	put_program(page, "kbmend-directory", doctor->version, doctor->directory,
		    &doctor->directory_error);
}

/* What a person can do, or need not do, about a layer that does not hold. */
static void put_missing_layer(struct kbm_page *page, enum kbm_jail_layer layer, int error)
{
	const struct kbm_jail_text *text = &kbm_jail_texts[layer];
	struct kbm_bytes line;
	kbm_bytes_init(&line, page->out->maximum);
	kbm_bytes_printf(&line, "not here: %s", kbm_doctor_layer_reason(layer, error));
	if (text->since != NULL && (error == EINVAL || error == ENOSYS))
		kbm_bytes_printf(&line, "; in Linux from %s on", text->since);
	if (error != ENOPKG)
		kbm_bytes_append_text(&line, text->required
						 ? "; required, nothing is run or read without it"
						 : "; the other layers hold without it");
	put_named(page, "", kbm_bytes_text(&line));
	kbm_bytes_clear(&line);
}

static void put_landlock(struct kbm_page *page, uint32_t version)
{
	struct kbm_bytes line;
	kbm_bytes_init(&line, page->out->maximum);
	kbm_bytes_printf(&line, "the kernel's is version %u", version);
	if (version < 6)
		kbm_bytes_printf(&line, ", which does not know %ssignals (version 6) yet",
				 version < 4 ? "TCP ports (version 4) and " : "");
	put_named(page, "", kbm_bytes_text(&line));
	kbm_bytes_clear(&line);
}

static void put_layer(struct kbm_page *page, const struct kbm_checkup *checkup,
		      enum kbm_jail_layer layer)
{
	const struct kbm_jail_text *text = &kbm_jail_texts[layer];
	int error = checkup->jail.errors[layer];
	put_mark(page, INDENT, kbm_doctor_grade_layer(checkup, layer));
	put_named(page, text->name, text->effect);
	if (error != 0)
		put_missing_layer(page, layer, error);
	else if (layer == KBM_JAIL_LANDLOCK)
		put_landlock(page, checkup->jail.landlock_version);
	else if (layer == KBM_JAIL_SYSTEM_CALLS)
		put_named(page, "",
			  checkup->kills
			      ? "one was made, and the child was ended"
			      : "one was made, and the child was not ended: it does not hold");
}

static void put_sandbox(struct kbm_page *page, const struct kbm_doctor *doctor)
{
	const char *reason = doctor->worker_error.code != KBM_OK
				 ? "could not be looked at without a worker"
				 : doctor->sandbox_error.message;
	put_heading(page, "sandbox, tried in a child process");
	if (doctor->worker_error.code != KBM_OK || doctor->sandbox_error.code != KBM_OK) {
		put_mark(page, INDENT,
			 doctor->worker_error.code != KBM_OK ? KBM_GRADE_UNKNOWN
							     : kbm_doctor_grade_sandbox(doctor));
		kbm_page_wrap(page, page->column, reason);
		kbm_page_end_line(page);
		return;
	}
	for (size_t i = 0; i < KBM_JAIL_LAYER_COUNT; i++)
		put_layer(page, &doctor->checkup, (enum kbm_jail_layer)i);
}

/* Its layers are the same; only what is otherwise is listed. */
static void put_directory_sandbox(struct kbm_page *page, const struct kbm_doctor *doctor)
{
	bool holds = true;
	if (doctor->directory_error.code != KBM_OK)
		return;
	put_heading(page, "sandbox of kbmend-directory, tried");
	for (size_t i = 0; i < KBM_JAIL_LAYER_COUNT; i++) {
		enum kbm_jail_layer layer = (enum kbm_jail_layer)i;
		if (kbm_doctor_grade_layer(&doctor->directory_checkup, layer) == KBM_GRADE_GOOD)
			continue;
		put_layer(page, &doctor->directory_checkup, layer);
		holds = false;
	}
	if (!holds)
		return;
	put_mark(page, INDENT, KBM_GRADE_GOOD);
	put_named(page, "all layers", "as above, but for TCP connections to the servers' ports");
}

static void put_list(struct kbm_page *page, const char *name, const struct kbm_text_list *list)
{
	struct kbm_bytes line;
	kbm_bytes_init(&line, page->out->maximum);
	for (size_t i = 0; i < list->count; i++)
		kbm_bytes_printf(&line, "%s%s", i == 0 ? "" : ", ", list->items[i]);
	if (list->count > 0)
		put_named(page, name, kbm_bytes_text(&line));
	kbm_bytes_clear(&line);
}

static void put_libraries(struct kbm_page *page, const struct kbm_doctor *doctor)
{
	put_heading(page, "libraries");
	put_list(page, "kbmend", &doctor->libraries);
	put_list(page, "kbmend-worker", &doctor->checkup.libraries);
	put_list(page, "kbmend-directory", &doctor->directory_checkup.libraries);
	put_named(page, "seccomp filter", doctor->filter_library);
}

/* --- files ----------------------------------------------------------------------------------- */

static void put_file(struct kbm_page *page, const struct kbm_installed_folder *folder,
		     const struct kbm_installed_file *file)
{
	size_t mark = behind_mark(page, INDENT);
	size_t column = behind_mark(page, mark) + STATE;
	enum kbm_grade grade = kbm_doctor_grade_file(folder, file);
	if (grade != KBM_GRADE_GOOD)
		put_mark(page, mark, grade);
	kbm_page_move_to(page, behind_mark(page, mark));
	kbm_page_put(page, kbm_file_state_name(file->state));
	kbm_page_move_to(page, column);
	kbm_page_fill(page, column, file->path, strlen(file->path));
	if (file->hides != NULL) {
		kbm_page_put(page, "  ");
		kbm_page_wrap(page, column, "hides the stock script");
		kbm_page_put(page, " ");
		kbm_page_fill(page, column, file->hides, strlen(file->hides));
	}
	kbm_page_end_line(page);
	if (file->reason != NULL) {
		kbm_page_move_to(page, column);
		kbm_page_wrap(page, column, file->reason);
		kbm_page_end_line(page);
	}
	if (page->style->verbose && file->sha256[0] != '\0') {
		kbm_page_move_to(page, behind_mark(page, mark));
		kbm_page_put(page, file->sha256);
		kbm_page_end_line(page);
	}
}

/* "3 stock, 1 edited" */
static void append_counts(const struct kbm_installed_folder *folder, struct kbm_bytes *line)
{
	size_t counts[KBM_FILE_STATE_COUNT] = {0};
	for (size_t i = 0; i < folder->file_count; i++)
		counts[folder->files[i].state]++;
	for (size_t i = 0; i < KBM_FILE_STATE_COUNT; i++)
		if (counts[i] > 0)
			kbm_bytes_printf(line, "%s%zu %s", line->length == 0 ? "" : ", ", counts[i],
					 kbm_file_state_name((enum kbm_file_state)i));
	if (line->length == 0)
		kbm_bytes_append_text(line, "empty");
}

static void put_folder(struct kbm_page *page, const struct kbm_installed_folder *folder)
{
	size_t column = behind_mark(page, INDENT);
	enum kbm_grade grade = kbm_doctor_grade_whole(folder);
	struct kbm_bytes line;
	kbm_bytes_init(&line, page->out->maximum);
	if (grade == KBM_GRADE_GOOD && folder->absent)
		kbm_bytes_append_text(&line, "not there");
	else if (folder->reason != NULL)
		kbm_bytes_append_text(&line, folder->reason);
	else
		append_counts(folder, &line);
	if (grade != KBM_GRADE_GOOD || !folder->absent)
		put_mark(page, INDENT, grade);
	kbm_page_move_to(page, column);
	kbm_page_fill(page, column, folder->path, strlen(folder->path));
	if (page->column + 3 + line.length > kbm_page_edge(page, column)) {
		kbm_page_end_line(page);
		kbm_page_move_to(page, column);
	} else {
		kbm_page_put(page, "   ");
	}
	kbm_page_wrap(page, column, kbm_bytes_text(&line));
	kbm_page_end_line(page);
	kbm_bytes_clear(&line);
	for (size_t i = 0; i < folder->file_count; i++)
		if (folder->files[i].state != KBM_FILE_STOCK || page->style->verbose)
			put_file(page, folder, &folder->files[i]);
}

static void put_files(struct kbm_page *page, const struct kbm_doctor *doctor)
{
	put_heading(page, "scripts, in the order of search");
	for (size_t i = 0; i < doctor->folder_count; i++)
		put_folder(page, &doctor->folders[i]);
	put_heading(page, "stdlib");
	put_folder(page, doctor->stdlib);
	if (!kbm_doctor_says_load_error(doctor))
		return;
	put_mark(page, INDENT, KBM_GRADE_PROBLEM);
	kbm_page_put(page, "no script can be loaded: ");
	kbm_page_wrap(page, behind_mark(page, INDENT), doctor->load_error.message);
	kbm_page_end_line(page);
}

/* --- limits ---------------------------------------------------------------------------------- */

static void put_limits(struct kbm_page *page)
{
	put_heading(page, "limits");
	for (size_t i = 0; i < kbm_limit_count; i++) {
		const struct kbm_limit *limit = &kbm_limits[i];
		char text[KBM_LIMIT_TEXT_BYTES];
		kbm_limit_text(limit, text);
		size_t width = strlen(text);
		if (i == 0 || strcmp(limit->group, kbm_limits[i - 1].group) != 0) {
			kbm_page_move_to(page, INDENT);
			kbm_page_put_colored(page, KBM_INK_HEAD, limit->group);
			kbm_page_end_line(page);
		}
		kbm_page_move_to(page, INDENT + (width < LIMIT ? LIMIT - width : 0));
		kbm_page_put(page, text);
		kbm_page_move_to(page, INDENT + LIMIT + 2);
		kbm_page_wrap(page, INDENT + LIMIT + 2, limit->meaning);
		if (limit->option != NULL) {
			kbm_page_put(page, "   ");
			kbm_page_put(page, limit->option);
		}
		kbm_page_end_line(page);
	}
}

/* --- the whole ------------------------------------------------------------------------------- */

static void put_remarks(struct kbm_page *page, const struct kbm_remarks *remarks)
{
	for (size_t i = 0; i < remarks->count; i++) {
		put_mark(page, 0, remarks->items[i].grade);
		kbm_page_wrap(page, behind_mark(page, 0), remarks->items[i].text);
		kbm_page_end_line(page);
	}
}

static const char *plural(size_t count)
{
	return count == 1 ? "" : "s";
}

static void put_verdict(struct kbm_page *page, const struct kbm_remarks *remarks)
{
	struct kbm_bytes line;
	kbm_bytes_init(&line, page->out->maximum);
	enum kbm_ink ink = remarks->problem_count > 0 ? KBM_INK_BAD
			   : !remarks->complete	      ? KBM_INK_DOUBT
						      : KBM_INK_GOOD;
	if (remarks->problem_count > 0)
		kbm_bytes_printf(&line, "This installation is not sound: %zu problem%s",
				 remarks->problem_count, plural(remarks->problem_count));
	else if (!remarks->complete)
		kbm_bytes_append_text(&line,
				      "Whether this installation is sound could not be found out");
	else
		kbm_bytes_append_text(&line, "This installation is sound");
	if (remarks->note_count > 0)
		kbm_bytes_printf(&line, "; %zu note%s (~)", remarks->note_count,
				 plural(remarks->note_count));
	kbm_bytes_append_text(&line, ".");
	kbm_page_end_line(page);
	kbm_page_wrap_colored(page, 0, ink, kbm_bytes_text(&line));
	kbm_page_end_line(page);
	kbm_bytes_clear(&line);
}

bool kbm_report_doctor_text(const struct kbm_doctor *doctor, const struct kbm_remarks *remarks,
			    const struct kbm_report_style *style, struct kbm_bytes *out)
{
	struct kbm_page page = {.out = out, .style = style};
	if (style->quiet) {
		put_remarks(&page, remarks);
		return !out->failed;
	}
	put_programs(&page, doctor);
	put_sandbox(&page, doctor);
	put_directory_sandbox(&page, doctor);
	put_libraries(&page, doctor);
	put_files(&page, doctor);
	put_limits(&page);
	/* Once more, and together: the marks stand a hundred lines above. */
	if (remarks->count > 0)
		kbm_page_end_line(&page);
	put_remarks(&page, remarks);
	put_verdict(&page, remarks);
	return !out->failed;
}
