/* What became of a plan that was to be carried out. */
#include "report/report_apply.h"

#include "base/limits.h"
#include "plan/json.h"
#include "plan/plan_json.h"
#include "report/report_plan.h"

#include <stdio.h>
#include <string.h>

#define APPLY_SCHEMA "kbmend.apply/1"

enum { INDENT = 2, INNER = 4 };

/* --- what no longer holds ----------------------------------------------------------------------
 */

static void put_read(struct kbm_page *page, const char *label, const struct kbm_precondition *read)
{
	kbm_page_move_to(page, INDENT);
	kbm_page_put(page, label);
	kbm_page_end_line(page);
	kbm_report_reads(page, INNER, read, 1);
}

bool kbm_report_stale_text(const struct kbm_stale_reads *stale,
			   const struct kbm_report_style *style, struct kbm_bytes *out)
{
	struct kbm_page page = {.out = out, .style = style};
	kbm_page_put_colored(&page, KBM_INK_BAD, "stale");
	kbm_page_put(&page, "  the plan rests on what is no longer so:");
	kbm_page_end_line(&page);
	for (size_t i = 0; i < stale->count; i++) {
		put_read(&page, "then", stale->items[i].then);
		if (stale->items[i].now != NULL) {
			put_read(&page, "now", stale->items[i].now);
			continue;
		}
		kbm_page_move_to(&page, INDENT);
		kbm_page_put(&page, "now it is not asked for");
		kbm_page_end_line(&page);
	}
	return !out->failed;
}

/* --- what was done -----------------------------------------------------------------------------
 */

static void put_line(struct kbm_page *page, const char *label, const char *text)
{
	kbm_page_put(page, label);
	kbm_page_move_to(page, 9);
	kbm_page_fill(page, 9, text, strlen(text));
	kbm_page_end_line(page);
}

static enum kbm_ink state_ink(const struct kbm_applied *applied)
{
	return applied->exit_status == 0 ? KBM_INK_GOOD : KBM_INK_BAD;
}

bool kbm_report_applied_text(const struct kbm_applied *applied,
			     const struct kbm_report_style *style, struct kbm_bytes *out)
{
	struct kbm_page page = {.out = out, .style = style};
	kbm_page_put_colored(&page, state_ink(applied), applied->state);
	if (applied->message != NULL) {
		kbm_page_put(&page, ": ");
		kbm_page_wrap(&page, 9, applied->message);
	}
	kbm_page_end_line(&page);
	for (size_t i = 0; applied->backups != NULL && i < applied->backups->count; i++)
		put_line(&page, "backup", applied->backups->items[i]);
	if (applied->entry != 0) {
		char number[16];
		snprintf(number, sizeof number, "%u", applied->entry);
		put_line(&page, "journal", number);
	}
	if (applied->undo != NULL)
		put_line(&page, "undo", applied->undo);
	for (size_t i = 0; applied->manual != NULL && i < applied->manual->count; i++) {
		kbm_page_put(&page, "by hand");
		kbm_page_move_to(&page, 9);
		kbm_page_wrap_lines(&page, 9, applied->manual->items[i]);
		kbm_page_end_line(&page);
	}
	return !out->failed;
}

/* --- for programs ------------------------------------------------------------------------------
 */

static json_t *stale_json(const struct kbm_stale_reads *stale)
{
	json_t *list = json_array();
	bool done = list != NULL;
	for (size_t i = 0; done && stale != NULL && i < stale->count; i++) {
		const struct kbm_stale_read *read = &stale->items[i];
		json_t *object = json_object();
		done = object != NULL && kbm_json_put(object, "then", kbm_json_read(read->then)) &&
		       kbm_json_put(object, "now",
				    read->now == NULL ? json_null() : kbm_json_read(read->now));
		done = kbm_json_append(list, kbm_json_whole(object, done)) && done;
	}
	return kbm_json_whole(list, done);
}

static json_t *changes_json(const struct kbm_plan *plan)
{
	json_t *list = json_array();
	bool done = list != NULL;
	for (size_t i = 0; done && i < plan->change_count; i++)
		done = kbm_json_append(list, kbm_json_change(&plan->changes[i]));
	return kbm_json_whole(list, done);
}

static json_t *texts_json(const struct kbm_text_list *texts)
{
	return texts == NULL ? json_array() : kbm_json_text_list(texts);
}

bool kbm_report_applied_json(const struct kbm_applied *applied, bool line, struct kbm_bytes *out)
{
	const struct kbm_plan *plan = applied->plan;
	json_t *root = json_object();
	bool done =
	    root != NULL && kbm_json_put(root, "schema", json_string(APPLY_SCHEMA)) &&
	    kbm_json_put(root, "state", json_string(applied->state)) &&
	    kbm_json_put_text(root, "message", applied->message) &&
	    kbm_json_put(root, "journal",
			 applied->entry == 0 ? json_null() : json_integer(applied->entry)) &&
	    kbm_json_put(root, "target", kbm_json_target(&plan->target)) &&
	    kbm_json_put(root, "changes", changes_json(plan)) &&
	    kbm_json_put(root, "prediction", kbm_json_prediction(plan)) &&
	    kbm_json_put(root, "stale", stale_json(applied->stale)) &&
	    kbm_json_put(root, "backups", texts_json(applied->backups)) &&
	    kbm_json_put(root, "manual", texts_json(applied->manual)) &&
	    kbm_json_put_text(root, "undo", applied->undo) &&
	    kbm_json_put(root, "exit_status", json_integer(applied->exit_status));
	root = kbm_json_whole(root, done);
	done = root != NULL && kbm_json_write(root, !line, out, NULL) == KBM_OK;
	json_decref(root);
	return done;
}
