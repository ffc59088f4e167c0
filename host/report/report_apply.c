/* What became of a plan that was to be carried out. */
#include "report/report_apply.h"

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

/* Lines of one search's differences; more are told in JSON. */
enum { MOST_MOVED = 20 };

static const struct kbm_entry *find_entry(const struct kbm_precondition *read, const char *dn)
{
	for (size_t i = 0; i < read->entries.count; i++)
		if (strcmp(read->entries.items[i].dn, dn) == 0)
			return &read->entries.items[i];
	return NULL;
}

/* Borrows; absent where the entry or the attribute is not there. */
static struct kbm_state state_of(const struct kbm_entry *entry, const char *name)
{
	for (size_t i = 0; entry != NULL && i < entry->attribute_count; i++)
		if (strcmp(entry->attributes[i].name, name) == 0)
			return (struct kbm_state){.present = true,
						  .values = entry->attributes[i].values,
						  .value_count = entry->attributes[i].value_count};
	return (struct kbm_state){0};
}

/* As a change of the attribute that somebody made. */
static size_t put_moved_attribute(struct kbm_page *page, const char *dn, const char *name,
				  struct kbm_state before, struct kbm_state after)
{
	struct kbm_change change = {.op = KBM_MODIFY_ENTRY,
				    .place = {.kind = KBM_PLACE_ATTRIBUTE,
					      .path = (char *)dn,
					      .name = (char *)name,
					      .name_length = strlen(name)},
				    .before = before,
				    .after = after};
	const struct kbm_plan moved = {.changes = &change, .change_count = 1};
	if (kbm_state_equal(&before, &after))
		return 0;
	kbm_report_plan_changes(page, INNER, &moved, NULL, false);
	return 1;
}

static size_t put_moved_entry(struct kbm_page *page, const struct kbm_entry *then,
			      const struct kbm_entry *now)
{
	size_t count = 0;
	for (size_t i = 0; i < then->attribute_count; i++) {
		const char *name = then->attributes[i].name;
		count += put_moved_attribute(page, then->dn, name, state_of(then, name),
					     state_of(now, name));
	}
	for (size_t i = 0; i < now->attribute_count; i++) {
		const char *name = now->attributes[i].name;
		if (!state_of(then, name).present)
			count += put_moved_attribute(page, now->dn, name, state_of(then, name),
						     state_of(now, name));
	}
	return count;
}

static size_t put_entry_line(struct kbm_page *page, const char *what, const char *dn)
{
	kbm_page_move_to(page, INNER);
	kbm_page_put(page, what);
	kbm_page_fill(page, INNER, dn, strlen(dn));
	kbm_page_end_line(page);
	return 1;
}

/* What differs between two answers that were kept whole. */
static void put_moved(struct kbm_page *page, const struct kbm_precondition *then,
		      const struct kbm_precondition *now)
{
	size_t count = 0;
	if (then->kind != KBM_READ_SEARCH || then->entries_sha256 != NULL ||
	    now->entries_sha256 != NULL)
		return;
	for (size_t i = 0; i < then->entries.count && count < MOST_MOVED; i++) {
		const struct kbm_entry *entry = &then->entries.items[i];
		const struct kbm_entry *found = find_entry(now, entry->dn);
		count += found == NULL ? put_entry_line(page, "gone: ", entry->dn)
				       : put_moved_entry(page, entry, found);
	}
	for (size_t i = 0; i < now->entries.count && count < MOST_MOVED; i++)
		if (find_entry(then, now->entries.items[i].dn) == NULL)
			count += put_entry_line(page, "new: ", now->entries.items[i].dn);
	if (count >= MOST_MOVED)
		put_entry_line(page, "and more", "");
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
			put_moved(&page, stale->items[i].then, stale->items[i].now);
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
	    kbm_json_put(root, "target",
			 plan == NULL ? json_null() : kbm_json_target(&plan->target)) &&
	    kbm_json_put(root, "changes", plan == NULL ? json_array() : kbm_json_changes(plan)) &&
	    kbm_json_put(root, "prediction",
			 plan == NULL ? json_null() : kbm_json_prediction(plan)) &&
	    kbm_json_put(root, "stale", stale_json(applied->stale)) &&
	    kbm_json_put(root, "backups", texts_json(applied->backups)) &&
	    kbm_json_put(root, "manual", texts_json(applied->manual)) &&
	    kbm_json_put_text(root, "undo", applied->undo) &&
	    kbm_json_put(root, "exit_status", json_integer(applied->exit_status));
	return kbm_json_write_and_drop(kbm_json_whole(root, done), !line, out);
}
