/* The head of a report: what was diagnosed. */
#include "report/report_target.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"

enum {
	GAP = 3,       /* columns between a path and what is said of it */
	USERS_TOLD = 6 /* users' hives that are named one by one, without -v */
};

static const char *note_at(const struct kbm_text_list *notes, size_t index)
{
	return notes != NULL && index < notes->count ? notes->items[index] : "";
}

static bool is_system(const struct kbm_source_identity *source)
{
	return source->hive != NULL && kbm_text_equals_ascii_case(source->hive, "SYSTEM");
}

static bool is_export(const struct kbm_source_identity *source)
{
	return source->kind != NULL && strcmp(source->kind, "reg") == 0;
}

/* Whether the control set is this source's. An identity does not say what an export holds: the only
 * one does when no hive is SYSTEM, since a control set was found; of several the note tells. */
static bool holds_system(const struct kbm_target_identity *target, size_t index,
			 const struct kbm_text_list *notes)
{
	size_t exports = 0;
	if (is_system(&target->sources[index]))
		return true;
	if (!is_export(&target->sources[index]))
		return false;
	for (size_t i = 0; i < target->source_count; i++) {
		if (is_system(&target->sources[i]))
			return false;
		exports += is_export(&target->sources[i]);
	}
	return exports == 1 || strstr(note_at(notes, index), " SYSTEM") != NULL;
}

/* "ControlSet001 (Current)", or nothing. */
static void append_control_set(struct kbm_bytes *out, const struct kbm_target_identity *target)
{
	const char *set = target->control_set;
	const char *source = target->control_set_source;
	if (set == NULL || set[0] == '\0')
		return;
	kbm_bytes_append_text(out, set);
	if (source != NULL && source[0] != '\0')
		kbm_bytes_printf(out, " (%s)", source);
}

/* Behind what is on the line, when `columns` more fit there. */
static void put_gap(struct kbm_page *page, size_t indent, size_t columns)
{
	if (page->column + GAP + columns > page->style->width)
		kbm_page_move_to(page, indent);
	else
		kbm_page_move_to(page, page->column + GAP);
}

/* What is read from such a source may be stale or missing. */
static bool is_doubtful(const char *note)
{
	static const char *const words[] = {" dirty", " cut", " damaged", ", unreadable: "};
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strstr(note, words[i]) != NULL)
			return true;
	return false;
}

static void put_source_notes(struct kbm_page *page, size_t indent,
			     const struct kbm_target_identity *target, size_t index,
			     const struct kbm_text_list *notes)
{
	const char *note = note_at(notes, index);
	size_t note_columns = kbm_page_columns(note, strlen(note));
	struct kbm_bytes set;
	kbm_bytes_init(&set, 4 * KBM_TEXT_MAX_BYTES);
	if (holds_system(target, index, notes))
		append_control_set(&set, target);
	if (set.length > 0) { /* both on one line rather than each where it fits */
		size_t columns = kbm_page_columns(kbm_bytes_text(&set), set.length);
		put_gap(page, indent, columns + (note_columns > 0 ? GAP + note_columns : 0));
		kbm_page_wrap(page, indent, kbm_bytes_text(&set));
	}
	if (note_columns > 0) {
		put_gap(page, indent, note_columns);
		kbm_page_wrap_colored(page, indent,
				      is_doubtful(note) ? KBM_INK_DOUBT : KBM_INK_NONE, note);
	}
	kbm_bytes_clear(&set);
}

static void put_source(struct kbm_page *page, size_t indent,
		       const struct kbm_target_identity *target, size_t index,
		       const struct kbm_text_list *notes)
{
	const char *path = target->sources[index].path;
	kbm_page_move_to(page, indent);
	kbm_page_fill(page, indent, path, strlen(path));
	put_source_notes(page, indent, target, index, notes);
	kbm_page_end_line(page);
}

/* A folder may hold a hundred of these, of which a person reads the odd ones. */
static bool is_usual_user(const struct kbm_source_identity *source, const char *note)
{
	static const char users[] = "HKU\\";
	return source->hive != NULL && strncmp(source->hive, users, strlen(users)) == 0 &&
	       !is_doubtful(note);
}

static void put_more_users(struct kbm_page *page, size_t indent, size_t count)
{
	struct kbm_bytes line;
	kbm_bytes_init(&line, KBM_TEXT_MAX_BYTES);
	kbm_bytes_printf(&line, "and %zu more of users (-v names %s)", count,
			 count == 1 ? "it" : "them");
	kbm_page_move_to(page, indent);
	kbm_page_wrap(page, indent, kbm_bytes_text(&line));
	kbm_page_end_line(page);
	kbm_bytes_clear(&line);
}

static void put_sources(struct kbm_page *page, size_t indent,
			const struct kbm_target_identity *target, const struct kbm_text_list *notes)
{
	size_t users = 0;
	for (size_t i = 0; i < target->source_count; i++) {
		bool is_usual =
		    notes != NULL && is_usual_user(&target->sources[i], note_at(notes, i));
		users += is_usual;
		if (!is_usual || users <= USERS_TOLD || page->style->verbose)
			put_source(page, indent, target, i, notes);
	}
	if (users > USERS_TOLD && !page->style->verbose)
		put_more_users(page, indent, users - USERS_TOLD);
}

void kbm_report_target(struct kbm_page *page, const struct kbm_target_identity *target,
		       const struct kbm_text_list *notes)
{
	kbm_page_put(page, "target ");
	if ((target->name == NULL || target->name[0] == '\0') && target->source_count == 0)
		kbm_page_put(page, "(nothing)");
	if (target->name != NULL && target->name[0] != '\0') {
		kbm_page_fill(page, 7, target->name, strlen(target->name));
		kbm_page_put(page, "   ");
	}
	size_t indent = page->column;
	put_sources(page, indent, target, notes);
	if (target->source_count == 0)
		kbm_page_end_line(page);
}
