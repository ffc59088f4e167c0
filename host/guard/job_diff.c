/* The job `reg-diff`: two hives or .reg exports side by side. */
#include "guard/job.h"

#include "guard/diff_places.h"
#include "guard/key_rows.h"
#include "guard/row_sender.h"
#include "source/hive_compare.h"
#include "source/hive_contents.h"
#include "source/reg_patch.h"
#include "source/registry_path.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct diffing {
	struct kbm_start_diff start;
	struct kbm_diff_places places;
	struct kbm_row_sender sender;
	struct kbm_reg_patch patch;
	struct kbm_bytes path; /* scratch */
	bool differs;
	struct kbm_compare_report report;
	struct kbm_long_work work;
	uint64_t not_shown; /* other differences of keys and values that both have */
};

/* --- differences ----------------------------------------------------------------------------- */

/* With the short root word; what begins with none stays as it is. */
static void shorten(const char *path, size_t length, struct kbm_bytes *out)
{
	const char *rest = path;
	struct kbm_path_part root = kbm_path_next(&rest);
	const char *word = kbm_path_root(root);
	size_t skipped = word == NULL ? 0 : root.length;
	kbm_bytes_reset(out);
	if (word != NULL)
		kbm_bytes_append_text(out, word);
	kbm_bytes_append(out, path + skipped, length - skipped);
}

static char mark_of(enum kbm_difference_kind kind)
{
	switch (kind) {
	case KBM_DIFFERENCE_KEY_ADDED:
	case KBM_DIFFERENCE_VALUE_ADDED:
		return KBM_ROW_ADDED;
	case KBM_DIFFERENCE_KEY_REMOVED:
	case KBM_DIFFERENCE_VALUE_REMOVED:
		return KBM_ROW_REMOVED;
	case KBM_DIFFERENCE_VALUE_CHANGED:
		return KBM_ROW_CHANGED;
	case KBM_DIFFERENCE_KEY_NAME:
	case KBM_DIFFERENCE_FLAGS:
	case KBM_DIFFERENCE_CLASS:
	case KBM_DIFFERENCE_DESCRIPTOR:
	case KBM_DIFFERENCE_WRITTEN:
	case KBM_DIFFERENCE_VALUE_NAME:
		break;
	}
	return '\0';
}

static enum kbm_code send_difference(struct diffing *diffing, char mark,
				     const struct kbm_difference *difference,
				     struct kbm_error *error)
{
	const struct kbm_value *first =
	    difference->before != NULL ? difference->before : difference->after;
	shorten(difference->path, difference->path_length, &diffing->path);
	struct kbm_registry_row row = {.row_kind = mark,
				       .text = kbm_bytes_text(&diffing->path),
				       .text_length = diffing->path.length,
				       .is_value = first != NULL};
	if (first != NULL)
		row.value = *first;
	if (mark == KBM_ROW_CHANGED && difference->after != NULL)
		row.after = *difference->after;
	return kbm_row_sender_add(&diffing->sender, &row, error);
}

static enum kbm_code patch_difference(struct diffing *diffing,
				      const struct kbm_difference *difference,
				      struct kbm_error *error)
{
	const struct kbm_registry_row differ = {.row_kind = KBM_ROW_DIFFER, .text = ""};
	enum kbm_code code = KBM_OK;
	if (!diffing->differs)
		code = kbm_row_sender_add(&diffing->sender, &differ, error);
	return code == KBM_OK ? kbm_reg_patch_add(&diffing->patch, difference, error) : code;
}

static enum kbm_code take_difference(void *context, const struct kbm_difference *difference,
				     struct kbm_error *error)
{
	struct diffing *diffing = context;
	char mark = mark_of(difference->kind);
	if (mark == '\0') {
		diffing->not_shown += difference->kind != KBM_DIFFERENCE_WRITTEN;
		return KBM_OK;
	}
	enum kbm_code code = diffing->start.form == 0
				 ? send_difference(diffing, mark, difference, error)
				 : patch_difference(diffing, difference, error);
	diffing->differs = true;
	return code;
}

static enum kbm_code compare(struct diffing *diffing, bool skips_current_set,
			     struct kbm_error *error)
{
	const struct kbm_diff_places *places = &diffing->places;
	struct kbm_error reason = {0};
	const struct kbm_compare_order order = {
	    .before = places->sides[KBM_BEFORE].hive,
	    .after = places->sides[KBM_AFTER].hive,
	    .before_key = places->cells[KBM_BEFORE],
	    .after_key = places->cells[KBM_AFTER],
	    .path = kbm_bytes_text(&places->path),
	    .before_has_gaps = places->has_gaps[KBM_BEFORE],
	    .after_has_gaps = places->has_gaps[KBM_AFTER],
	    .tells_removed = true,
	    .skips_current_set = skips_current_set,
	    .work = &diffing->work,
	};
	enum kbm_code code =
	    kbm_hive_compare_keys(&order, take_difference, diffing, &diffing->report, &reason);
	if (code == KBM_UNREADABLE)
		return kbm_fail(error, code,
				"one of the two cannot be read whole (kbmend reg check tells "
				"which): %s",
				reason.message);
	return code == KBM_OK ? code : kbm_fail(error, code, "%s", reason.message);
}

static struct kbm_damages *damages_of(struct diffing *diffing, size_t side)
{
	return side == KBM_BEFORE ? &diffing->report.before : &diffing->report.after;
}

static enum kbm_code compare_all(struct diffing *diffing, struct kbm_error *error)
{
	bool has_current_set = kbm_diff_has_current_set(&diffing->places);
	for (size_t i = 0; diffing->places.is_all && i < KBM_SIDES; i++)
		kbm_contents_check_file(diffing->places.sides[i].hive, true,
					damages_of(diffing, i));
	enum kbm_code code = compare(diffing, has_current_set, error);
	if (code != KBM_OK || !has_current_set)
		return code;
	code = kbm_diff_find_current_sets(&diffing->places, error);
	if (code == KBM_NOT_FOUND)
		return KBM_OK;
	return code == KBM_OK ? compare(diffing, false, error) : code;
}

/* --- damage ---------------------------------------------------------------------------------- */

static uint64_t count_damages(const struct diffing *diffing)
{
	return diffing->report.before.count + diffing->report.after.count;
}

/* Keys are called as in differences. */
static void shorten_places(struct diffing *diffing, struct kbm_damages *damages)
{
	for (uint64_t i = 0; i < kbm_damages_kept(damages); i++) {
		struct kbm_damage *damage = &damages->first[i];
		shorten(damage->path, strlen(damage->path), &diffing->path);
		snprintf(damage->path, sizeof damage->path, "%s", kbm_bytes_text(&diffing->path));
	}
}

/* Appends "; FILE: 2 places could not be read". */
static void append_count(const struct diffing *diffing, size_t side, uint64_t count,
			 struct kbm_bytes *out)
{
	if (count > 0)
		kbm_bytes_printf(out, "%s%.60s: %" PRIu64 " place%s could not be read",
				 out->length > 0 ? "; " : "", diffing->start.names[side], count,
				 count == 1 ? "" : "s");
}

/* What could not be read is told behind what could; `code` is what else there was, with *error. */
static enum kbm_code tell_damages(struct diffing *diffing, enum kbm_code code,
				  struct kbm_error *error)
{
	struct kbm_bytes message;
	if (count_damages(diffing) == 0 || (code != KBM_OK && code != KBM_UNREADABLE))
		return code;
	kbm_bytes_init(&message, KBM_TEXT_MAX_BYTES);
	if (code != KBM_OK && error != NULL)
		kbm_bytes_append_text(&message, error->message);
	enum kbm_code sent = KBM_OK;
	for (size_t i = 0; sent == KBM_OK && i < KBM_SIDES; i++) {
		struct kbm_damages *damages = damages_of(diffing, i);
		shorten_places(diffing, damages);
		append_count(diffing, i, damages->count, &message);
		sent = kbm_key_rows_damages(damages, i == KBM_AFTER, kbm_row_sender_add,
					    &diffing->sender, error);
	}
	if (sent == KBM_OK)
		sent = kbm_fail(error, KBM_UNREADABLE, "%s: what differs there is not known",
				kbm_bytes_text(&message));
	kbm_bytes_clear(&message);
	return sent;
}

/* --- the whole ------------------------------------------------------------------------------- */

static enum kbm_code tell(struct diffing *diffing, uint64_t count, const char *words,
			  struct kbm_error *error)
{
	char note[KBM_ERROR_MESSAGE_BYTES];
	if (count == 0)
		return KBM_OK;
	snprintf(note, sizeof note, "%" PRIu64 " %s", count, words);
	return kbm_row_sender_note(&diffing->sender, note, error);
}

/* For the data, which programs read without the notes. */
static enum kbm_code tell_not_compared(struct diffing *diffing, struct kbm_error *error)
{
	const struct kbm_registry_row row = {.row_kind = KBM_ROW_NOT_COMPARED,
					     .looked =
						 diffing->report.not_held + diffing->report.unsure};
	return row.looked == 0 ? KBM_OK : kbm_row_sender_add(&diffing->sender, &row, error);
}

/* Exports of two parts of a registry may have no more in common than its roots. */
static bool has_nothing_in_common(const struct diffing *diffing)
{
	const struct kbm_compare_report *report = &diffing->report;
	return report->compared == 0 && report->not_held > 0 && report->unsure == 0 &&
	       !diffing->differs && count_damages(diffing) == 0;
}

static enum kbm_code conclude(struct diffing *diffing, struct kbm_error *error)
{
	if (has_nothing_in_common(diffing))
		return kbm_fail(error, KBM_UNREADABLE,
				"%.100s, %.100s: no key or value that the one holds is in the "
				"other's part of a registry: nothing was compared",
				diffing->start.names[KBM_BEFORE], diffing->start.names[KBM_AFTER]);
	const struct kbm_diff_places *places = &diffing->places;
	const struct kbm_reg_patch_doubt doubt = {.has_damage = diffing->start.is_in_part ||
								count_damages(diffing) > 0,
						  .is_stale = diffing->start.is_stale,
						  .not_held = diffing->report.not_held};
	bool has_export =
	    kbm_diff_is_export(places, KBM_BEFORE) || kbm_diff_is_export(places, KBM_AFTER);
	enum kbm_code code = tell_not_compared(diffing, error);
	if (code == KBM_OK)
		code = tell(diffing, diffing->report.not_held,
			    "of the keys and values were not compared: an export that is a "
			    "part of a registry does not hold their places",
			    error);
	if (code == KBM_OK)
		code = tell(diffing, diffing->report.unsure,
			    "of the keys and values that one has were not compared: where the "
			    "other one may have them it cannot be read",
			    error);
	if (code == KBM_OK && !has_export) /* which has nothing of the kind */
		code = tell(diffing, diffing->not_shown,
			    "of the keys and values that both have differ in spelling, class, "
			    "flags or security descriptor, which is not shown",
			    error);
	if (code == KBM_OK && diffing->start.form != 0)
		code = kbm_reg_patch_end(&diffing->patch, &doubt, error);
	return tell_damages(diffing, code, error);
}

static enum kbm_code open_both(struct kbm_job_call *call, struct diffing *diffing,
			       struct kbm_error *error)
{
	for (size_t i = 0; i < KBM_SIDES; i++) {
		struct kbm_error reason = {0};
		kbm_job_name_input(call, i, diffing->start.names[i]);
		enum kbm_code code = kbm_hive_open(call->inputs[i].bytes, call->inputs[i].length,
						   &diffing->places.sides[i].hive, &reason);
		if (code != KBM_OK)
			return kbm_diff_fail_about(&diffing->places, i, code, &reason, error);
	}
	return KBM_OK;
}

static enum kbm_code run(struct kbm_job_call *call, struct diffing *diffing,
			 struct kbm_error *error)
{
	const struct kbm_hive_export_sink sink = {&diffing->sender, kbm_row_sender_bytes,
						  kbm_row_sender_note};
	enum kbm_code code = kbm_reg_patch_begin(&diffing->patch, diffing->start.form == 4,
						 diffing->start.codepage, &sink, error);
	if (code == KBM_OK)
		code = open_both(call, diffing, error);
	if (code == KBM_OK)
		code = kbm_diff_find(&diffing->places, error);
	if (code == KBM_OK)
		code = compare_all(diffing, error);
	if (code == KBM_OK)
		code = conclude(diffing, error);
	kbm_reg_patch_clear(&diffing->patch);
	return kbm_row_sender_end(&diffing->sender, code, error);
}

enum kbm_code kbm_job_diff(struct kbm_job_call *call, struct kbm_error *error)
{
	struct diffing diffing = {.differs = false};
	enum kbm_code code = kbm_message_decode(KBM_MESSAGE_START_DIFF, call->start.data,
						call->start.length, &diffing.start, error);
	if (code != KBM_OK)
		return code;
	if (call->input_count != KBM_SIDES)
		return kbm_fail(error, KBM_INTERNAL, "the comparison takes two files");
	kbm_diff_places_init(&diffing.places, &diffing.start);
	kbm_row_sender_init(&diffing.sender, call->channel);
	diffing.work = (struct kbm_long_work){kbm_row_sender_word, &diffing.sender, 0};
	kbm_bytes_init(&diffing.path, KBM_HIVE_DUMP_MAX_PATH);
	code = run(call, &diffing, error);
	kbm_row_sender_clear(&diffing.sender);
	kbm_bytes_clear(&diffing.path);
	kbm_diff_places_clear(&diffing.places);
	return code;
}
