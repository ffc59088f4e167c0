/* The parts of a report that speak of a plan. */
#include "report/report_plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "report/wording.h"

enum { DETAIL = 4 };

/* --- head and prediction --------------------------------------------------------------------- */

static void put_reason(struct kbm_page *page, size_t indent, const struct kbm_plan *plan,
		       const char *before)
{
	if (plan->prediction_reason != NULL && plan->prediction_reason[0] != '\0') {
		kbm_page_put(page, before);
		kbm_page_wrap_lines(page, indent, plan->prediction_reason);
	}
}

/* `remaining`: what the plan does not end, in words, or "". */
static void put_pass(struct kbm_page *page, size_t indent, const char *remaining)
{
	if (remaining[0] == '\0') {
		kbm_page_put_colored(page, KBM_INK_GOOD, "pass");
		kbm_page_put(page, " (simulated)");
		return;
	}
	kbm_page_wrap(page, indent, "what is planned passes (simulated);");
	kbm_page_put(page, " ");
	kbm_page_wrap_colored(page, indent, KBM_INK_DOUBT, remaining);
}

static void put_prediction(struct kbm_page *page, size_t indent, const struct kbm_plan *plan,
			   const char *remaining)
{
	kbm_page_put(page, "; afterwards: ");
	switch (plan->prediction) {
	case KBM_PREDICTION_PASS:
		put_pass(page, indent, remaining);
		break;
	case KBM_PREDICTION_FAIL:
		kbm_page_put_colored(page, KBM_INK_BAD, "STILL FAILS");
		kbm_page_put(page, " (simulated)");
		put_reason(page, indent, plan, ": ");
		break;
	case KBM_PREDICTION_UNKNOWN:
		kbm_page_put_colored(page, KBM_INK_DOUBT, "unknown");
		put_reason(page, indent, plan, ": ");
		break;
	case KBM_PREDICTION_NONE:
		kbm_page_put_colored(page, KBM_INK_DOUBT, "not simulated");
		break;
	}
}

/* In one piece, behind the prediction or below it. */
static void put_second_reading(struct kbm_page *page, size_t indent)
{
	static const char words[] = "read twice, libregf agrees";
	kbm_page_put(page, ";");
	if (page->column + strlen(words) + 1 > page->style->width)
		kbm_page_move_to(page, indent);
	else
		kbm_page_put(page, " ");
	kbm_page_put(page, words);
}

static void put_head(struct kbm_page *page, size_t indent, const struct kbm_plan *plan,
		     const char *remaining)
{
	size_t typed = kbm_plan_count(plan, false);
	size_t manual = kbm_plan_count(plan, true);
	struct kbm_bytes counts;
	kbm_bytes_init(&counts, 200);
	if (typed > 0 || manual == 0)
		kbm_report_count(&counts, typed, "change");
	if (manual > 0) {
		kbm_bytes_append_text(&counts, counts.length > 0 ? ", " : "");
		kbm_report_count(&counts, manual, "manual step");
	}
	kbm_page_put(page, kbm_bytes_text(&counts));
	kbm_bytes_clear(&counts);
	if (typed > 0)
		put_prediction(page, indent, plan, remaining);
	/* Beside a plan that is not to be written it would read as praise. */
	if (plan->read_twice && (typed == 0 || plan->prediction == KBM_PREDICTION_PASS))
		put_second_reading(page, indent);
	kbm_page_end_line(page);
}

void kbm_report_plan_head(struct kbm_page *page, size_t indent, const struct kbm_plan *plan)
{
	put_head(page, indent, plan, "");
}

void kbm_report_plan_common_head(struct kbm_page *page, size_t indent, const struct kbm_plan *plan,
				 const char *remaining)
{
	put_head(page, indent, plan, remaining);
}

void kbm_report_plan_remain(struct kbm_page *page, size_t indent, const struct kbm_plan *plan)
{
	for (size_t i = 0; i < plan->remain.count; i++) {
		kbm_page_move_to(page, indent);
		kbm_page_put(page, "remain ");
		kbm_page_wrap_lines(page, indent + 7, plan->remain.items[i]);
		kbm_page_end_line(page);
	}
}

/* --- states ---------------------------------------------------------------------------------- */

static void append_value(struct kbm_bytes *out, const struct kbm_state *state)
{
	struct kbm_bytes text;
	kbm_bytes_init(&text, 8 * KBM_HIVE_MAX_VALUE_BYTES);
	if (state->value_count == 1 &&
	    kbm_value_text(state->type, state->values[0].data, state->values[0].length, &text))
		kbm_report_cut(out, &text, state->values[0].length, "-f json");
	kbm_bytes_clear(&text);
}

static void append_blob(struct kbm_bytes *out, const struct kbm_blob *blob)
{
	struct kbm_bytes text;
	kbm_bytes_init(&text, blob->length + 1);
	if (kbm_bytes_append(&text, blob->data, blob->length)) {
		kbm_bytes_append_byte(out, '"');
		kbm_report_cut(out, &text, blob->length, "-f json");
		kbm_bytes_append_byte(out, '"');
	}
	kbm_bytes_clear(&text);
}

/* As people read it; for a value without its type. Not escaped. */
static void append_state(struct kbm_bytes *out, enum kbm_place_kind kind,
			 const struct kbm_state *state)
{
	if (!state->present) {
		kbm_bytes_append_text(out, "(absent)");
		return;
	}
	if (kind == KBM_PLACE_VALUE) {
		append_value(out, state);
		return;
	}
	if (kind != KBM_PLACE_ATTRIBUTE)
		kbm_bytes_append_text(out, "present");
	for (size_t i = 0; i < state->value_count; i++) {
		kbm_bytes_append_text(out, i == 0 ? "" : ", ");
		append_blob(out, &state->values[i]);
	}
}

/* --- changes --------------------------------------------------------------------------------- */

static const char *change_mark(const struct kbm_change *change)
{
	switch (change->op) {
	case KBM_SET_VALUE:
	case KBM_MODIFY_ENTRY:
		if (!change->before.present)
			return "+";
		return change->after.present ? "~" : "-";
	case KBM_DELETE_VALUE:
	case KBM_DELETE_KEY:
		return "-";
	case KBM_CREATE_KEY:
		return "+";
	case KBM_MANUAL:
		break;
	}
	return "!";
}

/* "REG_SZ  " in front of data, for values only. */
static void append_type(struct kbm_bytes *out, const struct kbm_change *change,
			const struct kbm_state *state)
{
	if (change->place.kind == KBM_PLACE_VALUE) {
		char name[32];
		kbm_bytes_printf(out, "%s  ", kbm_value_type_name(state->type, name));
	}
}

struct change_texts {
	struct kbm_bytes type; /* "REG_SZ  ", or empty */
	struct kbm_bytes before;
	struct kbm_bytes after;
};

/* The type stands once in front when it stays. */
static void make_texts(const struct kbm_change *change, struct change_texts *texts)
{
	const struct kbm_state *before = &change->before;
	const struct kbm_state *after = &change->after;
	size_t most = 8 * KBM_HIVE_MAX_VALUE_BYTES;
	kbm_bytes_init(&texts->type, 64);
	kbm_bytes_init(&texts->before, most);
	kbm_bytes_init(&texts->after, most);
	bool both = before->present && after->present;
	if (both && before->type == after->type)
		append_type(&texts->type, change, before);
	if (before->present) {
		if (texts->type.length == 0)
			append_type(&texts->before, change, before);
		append_state(&texts->before, change->place.kind, before);
	}
	if (after->present) {
		if (texts->type.length == 0)
			append_type(&texts->after, change, after);
		append_state(&texts->after, change->place.kind, after);
	}
}

static void clear_texts(struct change_texts *texts)
{
	kbm_bytes_clear(&texts->type);
	kbm_bytes_clear(&texts->before);
	kbm_bytes_clear(&texts->after);
}

/* Columns that a text takes when it is escaped. */
static size_t shown_columns(const struct kbm_bytes *text)
{
	struct kbm_bytes shown;
	kbm_bytes_init(&shown, 16 * text->length + 1);
	size_t columns = SIZE_MAX / 4;
	if (kbm_text_escape(kbm_bytes_text(text), text->length, &shown))
		columns = kbm_page_columns(kbm_bytes_text(&shown), shown.length);
	kbm_bytes_clear(&shown);
	return columns;
}

static void put_text(struct kbm_page *page, size_t indent, const struct kbm_bytes *text)
{
	kbm_page_fill(page, indent, kbm_bytes_text(text), text->length);
}

/* On one line where it fits; else before and after each on lines of their own. */
static void put_states(struct kbm_page *page, size_t indent, const struct kbm_change *change)
{
	struct change_texts texts;
	make_texts(change, &texts);
	bool both = texts.before.length > 0 && texts.after.length > 0;
	size_t needed = page->column + 3 + texts.type.length + shown_columns(&texts.before) +
			shown_columns(&texts.after) + (both ? 4 : 0);
	if (needed <= page->style->width) {
		kbm_page_put(page, "   ");
		put_text(page, indent, &texts.type);
		put_text(page, indent, &texts.before);
		kbm_page_put(page, both ? " -> " : "");
		put_text(page, indent, &texts.after);
	} else {
		if (texts.type.length > 0) {
			kbm_page_put(page, "   ");
			put_text(page, indent, &texts.type);
		}
		if (texts.before.length > 0) {
			kbm_page_end_line(page);
			kbm_page_move_to(page, indent);
			kbm_page_put(page, "   ");
			put_text(page, indent + 3, &texts.before);
		}
		if (texts.after.length > 0) {
			kbm_page_end_line(page);
			kbm_page_move_to(page, indent);
			kbm_page_put(page, both ? "-> " : "   ");
			put_text(page, indent + 3, &texts.after);
		}
	}
	clear_texts(&texts);
}

static void put_name(struct kbm_page *page, size_t indent, const struct kbm_place *place)
{
	if (place->name_length == 0)
		kbm_page_put(page, "(default)");
	else
		kbm_page_fill(page, indent, place->name, place->name_length);
}

static void put_detail(struct kbm_page *page, size_t indent, const char *label, const char *text)
{
	if (text == NULL || text[0] == '\0')
		return;
	kbm_page_move_to(page, indent);
	kbm_page_put(page, label);
	kbm_page_wrap_lines(page, page->column, text);
	kbm_page_end_line(page);
}

/* Why, and the risk where somebody must think about it. */
static void put_details(struct kbm_page *page, size_t indent, const struct kbm_change *change)
{
	bool risky = change->risk != KBM_RISK_LOW;
	if (risky || page->style->verbose)
		put_detail(page, indent, "why  ", change->why);
	if (page->style->verbose)
		put_detail(page, indent, "step ", change->step);
	if (!risky)
		return;
	bool high = change->risk == KBM_RISK_HIGH;
	kbm_page_move_to(page, indent);
	kbm_page_put(page, "risk ");
	kbm_page_put_colored(page, high ? KBM_INK_BAD : KBM_INK_DOUBT, kbm_risk_name(change->risk));
	if (high && change->op != KBM_MANUAL)
		kbm_page_wrap(page, indent + 5, ": plain --yes will not apply this");
	kbm_page_end_line(page);
}

static void put_path(struct kbm_page *page, size_t indent, const char *path)
{
	kbm_page_move_to(page, indent);
	kbm_page_fill(page, indent + 2, path, strlen(path));
	kbm_page_end_line(page);
}

static bool names_path(const struct kbm_change *change)
{
	return change->place.kind == KBM_PLACE_VALUE || change->place.kind == KBM_PLACE_ATTRIBUTE;
}

void kbm_report_plan_change(struct kbm_page *page, size_t indent, const struct kbm_change *change)
{
	size_t inner = page->column + 2;
	const struct kbm_place *place = &change->place;
	kbm_page_put(page, change_mark(change));
	kbm_page_put(page, " ");
	if (change->op == KBM_MANUAL) {
		kbm_page_wrap_lines(page, inner, change->text == NULL ? "" : change->text);
	} else if (names_path(change)) {
		put_name(page, inner, place);
		put_states(page, inner + 2, change);
	} else if (place->path != NULL) {
		kbm_page_put(page, "key ");
		kbm_page_fill(page, inner + 2, place->path, strlen(place->path));
		if (change->op == KBM_DELETE_KEY)
			kbm_page_put(page, " and everything below it");
	}
	kbm_page_end_line(page);
	put_details(page, inner + indent, change);
}

void kbm_report_plan_changes(struct kbm_page *page, size_t indent, const struct kbm_plan *plan,
			     const char *shown_path, bool numbered)
{
	for (size_t i = 0; i < plan->change_count; i++) {
		const struct kbm_change *change = &plan->changes[i];
		const char *path = change->place.path;
		if (names_path(change) && path != NULL &&
		    (shown_path == NULL || strcmp(shown_path, path) != 0)) {
			put_path(page, indent, path);
			shown_path = path;
		}
		kbm_page_move_to(page, indent);
		if (numbered) {
			struct kbm_bytes number;
			kbm_bytes_init(&number, 32);
			kbm_bytes_printf(&number, "%3zu ", i + 1);
			kbm_page_put(page, kbm_bytes_text(&number));
			kbm_bytes_clear(&number);
		}
		kbm_report_plan_change(page, DETAIL - 2, change);
	}
}

/* --- reads ----------------------------------------------------------------------------------- */

static void append_search(struct kbm_bytes *out, const struct kbm_precondition *read)
{
	static const char *const scopes[] = {"base", "one level below", "all below"};
	bool is_root = read->base == NULL || read->base[0] == '\0';
	kbm_bytes_printf(out, "%s, %s", is_root ? "(root)" : read->base, scopes[read->scope]);
	if (read->filter != NULL)
		kbm_bytes_printf(out, ", %s", read->filter);
	if (!read->base_exists)
		kbm_bytes_append_text(out, " = (no such base)");
	else
		kbm_bytes_append_text(out, " = ");
	if (!read->base_exists)
		return;
	size_t count = read->entries_sha256 == NULL ? read->entries.count : read->entry_count;
	kbm_bytes_printf(out, "%zu %s", count, count == 1 ? "entry" : "entries");
}

void kbm_report_reads(struct kbm_page *page, size_t indent, const struct kbm_precondition *reads,
		      size_t count)
{
	struct kbm_bytes text;
	kbm_bytes_init(&text, 8 * KBM_HIVE_MAX_VALUE_BYTES);
	for (size_t i = 0; i < count; i++) {
		kbm_bytes_reset(&text);
		if (reads[i].kind == KBM_READ_SEARCH) {
			append_search(&text, &reads[i]);
		} else {
			kbm_place_text(&reads[i].place, &text);
			kbm_bytes_append_text(&text, " = ");
			append_state(&text, reads[i].place.kind, &reads[i].state);
		}
		kbm_page_move_to(page, indent);
		kbm_page_put(page, "read ");
		if (reads[i].kind == KBM_READ_SEARCH)
			kbm_page_wrap(page, indent + 5, kbm_bytes_text(&text));
		else
			kbm_page_fill(page, indent + 5, kbm_bytes_text(&text), text.length);
		kbm_page_end_line(page);
	}
	kbm_bytes_clear(&text);
}
