/* The journal as people and programs read it. */
#include "report/report_history.h"

#include "base/limits.h"
#include "plan/json.h"
#include "plan/plan_json.h"
#include "report/page.h"
#include "report/report_plan.h"

#include <stdio.h>
#include <string.h>

enum { TIME_AT = 6, WHAT_AT = 28, DETAIL_AT = 12 };

/* --- one line an entry --------------------------------------------------------------------------
 */

static const char *state_of(const struct kbm_journal_entry *entry)
{
	if (entry->alive)
		return "working";
	return entry->state == KBM_JOURNAL_WORKING ? "interrupted"
						   : kbm_journal_state_word(entry->state);
}

static enum kbm_ink ink_of(const struct kbm_journal_entry *entry)
{
	switch (entry->state) {
	case KBM_JOURNAL_FIXED:
	case KBM_JOURNAL_UNDONE:
		return KBM_INK_GOOD;
	case KBM_JOURNAL_FAILED_CHANGED:
	case KBM_JOURNAL_FAILED_UNKNOWN:
		return KBM_INK_BAD;
	case KBM_JOURNAL_WORKING:
	case KBM_JOURNAL_FAILED:
		break;
	}
	return KBM_INK_DOUBT;
}

static void put_what(struct kbm_page *page, const struct kbm_journal_entry *entry)
{
	struct kbm_bytes what;
	kbm_bytes_init(&what, KBM_TEXT_MAX_BYTES);
	if (entry->undoes != 0)
		kbm_bytes_printf(&what, "undo of %u", entry->undoes);
	else
		kbm_bytes_printf(&what, "apply %s", entry->title == NULL ? "" : entry->title);
	if (entry->undone_by != 0)
		kbm_bytes_printf(&what, ", taken back by %u", entry->undone_by);
	if (entry->message != NULL && entry->message[0] != '\0')
		kbm_bytes_printf(&what, ": %s", entry->message);
	kbm_page_put(page, " ");
	kbm_page_wrap(page, WHAT_AT, kbm_bytes_text(&what));
	kbm_bytes_clear(&what);
}

/* What was written to: one cannot choose a number without. */
static void put_files(struct kbm_page *page, const struct kbm_journal_entry *entry)
{
	for (size_t i = 0; i < entry->hive_count; i++) {
		kbm_page_move_to(page, WHAT_AT);
		kbm_page_fill(page, WHAT_AT, entry->hives[i].path, strlen(entry->hives[i].path));
		kbm_page_end_line(page);
	}
	if (entry->uri != NULL && entry->uri[0] != '\0') {
		kbm_page_move_to(page, WHAT_AT);
		kbm_page_fill(page, WHAT_AT, entry->uri, strlen(entry->uri));
		kbm_page_end_line(page);
	}
}

static void put_number(struct kbm_page *page, uint32_t number)
{
	char text[16];
	snprintf(text, sizeof text, "%4u", number);
	kbm_page_put(page, text);
	kbm_page_move_to(page, TIME_AT);
}

static void put_entry(struct kbm_page *page, const struct kbm_journal_entry *entry)
{
	char time[KBM_JOURNAL_TIME_BYTES];
	kbm_journal_time(entry->started, time);
	put_number(page, entry->number);
	kbm_page_put(page, time);
	kbm_page_move_to(page, WHAT_AT);
	kbm_page_put_colored(page, ink_of(entry), state_of(entry));
	put_what(page, entry);
	kbm_page_end_line(page);
}

bool kbm_report_history_text(const struct kbm_journal_list *list,
			     const struct kbm_report_style *style, struct kbm_bytes *out)
{
	struct kbm_page page = {.out = out, .style = style};
	for (size_t i = 0; i < list->count; i++) {
		const struct kbm_journal_listed *listed = &list->items[i];
		if (listed->readable) {
			put_entry(&page, &listed->entry);
			put_files(&page, &listed->entry);
			continue;
		}
		put_number(&page, listed->number);
		kbm_page_put_colored(&page, KBM_INK_BAD, "damaged");
		kbm_page_put(&page, " ");
		kbm_page_wrap(&page, WHAT_AT, listed->problem.message);
		kbm_page_end_line(&page);
	}
	if (list->count == 0) {
		kbm_page_put(&page, "nothing was applied here");
		kbm_page_end_line(&page);
	}
	return !out->failed;
}

/* --- one in full --------------------------------------------------------------------------------
 */

static void put_detail(struct kbm_page *page, const char *label, const char *text)
{
	if (text == NULL || text[0] == '\0')
		return;
	kbm_page_move_to(page, 2);
	kbm_page_put(page, label);
	kbm_page_move_to(page, DETAIL_AT);
	kbm_page_fill(page, DETAIL_AT, text, strlen(text));
	kbm_page_end_line(page);
}

bool kbm_report_journal_text(const struct kbm_journal_entry *entry,
			     const struct kbm_report_style *style, struct kbm_bytes *out)
{
	struct kbm_page page = {.out = out, .style = style};
	char time[KBM_JOURNAL_TIME_BYTES];
	put_entry(&page, entry);
	kbm_journal_time(entry->finished, time);
	put_detail(&page, "ended", time);
	for (size_t i = 0; i < entry->hive_count; i++) {
		const struct kbm_journal_hive *hive = &entry->hives[i];
		put_detail(&page, hive->hive, hive->path);
		put_detail(&page, "is", kbm_hive_phase_word(hive->phase));
		put_detail(&page, "before", hive->sha256_before);
		put_detail(&page, "after", hive->sha256_after);
		put_detail(&page, "backup", hive->backup);
	}
	put_detail(&page, "server", entry->uri);
	for (size_t i = 0; i < entry->modify_count; i++) {
		put_detail(&page, "entry", entry->modifies[i].dn);
		put_detail(&page, "is", kbm_modify_phase_word(entry->modifies[i].phase));
	}
	kbm_page_end_line(&page);
	return !out->failed;
}

bool kbm_report_undo_text(const struct kbm_journal_entry *entry, const struct kbm_plan *plan,
			  const struct kbm_text_list *restored,
			  const struct kbm_report_style *style, struct kbm_bytes *out)
{
	struct kbm_page page = {.out = out, .style = style};
	kbm_page_put(&page, "takes back");
	kbm_page_end_line(&page);
	put_entry(&page, entry);
	for (size_t i = 0; i < restored->count; i++) {
		kbm_page_move_to(&page, 2);
		kbm_page_wrap(&page, 2, restored->items[i]);
		kbm_page_end_line(&page);
	}
	kbm_report_plan_changes(&page, 2, plan, NULL, false);
	return !out->failed;
}

/* --- for programs -------------------------------------------------------------------------------
 */

static json_t *entry_json(const struct kbm_journal_listed *listed)
{
	char time[KBM_JOURNAL_TIME_BYTES];
	const struct kbm_journal_entry *entry = &listed->entry;
	json_t *object = json_object();
	bool done = object != NULL && kbm_json_put(object, "number", json_integer(listed->number));
	if (!listed->readable)
		return kbm_json_whole(
		    object, done && kbm_json_put_text(object, "state", "damaged") &&
				kbm_json_put_text(object, "message", listed->problem.message));
	kbm_journal_time(entry->started, time);
	done = done && kbm_json_put_text(object, "state", state_of(entry)) &&
	       kbm_json_put_text(object, "started", time) &&
	       kbm_json_put_text(object, "title", entry->title) &&
	       kbm_json_put(object, "undoes", json_integer(entry->undoes)) &&
	       kbm_json_put(object, "undone_by", json_integer(entry->undone_by)) &&
	       kbm_json_put_text(object, "message", entry->message);
	json_t *list = NULL;
	done = done && kbm_json_put_array(object, "hives", &list);
	for (size_t i = 0; done && i < entry->hive_count; i++) {
		const struct kbm_journal_hive *hive = &entry->hives[i];
		json_t *item = json_object();
		bool whole = item != NULL && kbm_json_put_text(item, "hive", hive->hive) &&
			     kbm_json_put_text(item, "path", hive->path) &&
			     kbm_json_put_text(item, "phase", kbm_hive_phase_word(hive->phase)) &&
			     kbm_json_put_text(item, "sha256_before", hive->sha256_before) &&
			     kbm_json_put_text(item, "sha256_after", hive->sha256_after) &&
			     kbm_json_put_text(item, "backup", hive->backup);
		done = kbm_json_append(list, kbm_json_whole(item, whole));
	}
	done = done && kbm_json_put_text(object, "server", entry->uri) &&
	       kbm_json_put_array(object, "entries", &list);
	for (size_t i = 0; done && i < entry->modify_count; i++) {
		json_t *item = json_object();
		bool whole = item != NULL && kbm_json_put_text(item, "dn", entry->modifies[i].dn) &&
			     kbm_json_put_text(item, "phase",
					       kbm_modify_phase_word(entry->modifies[i].phase));
		done = kbm_json_append(list, kbm_json_whole(item, whole));
	}
	return kbm_json_whole(object, done);
}

bool kbm_report_history_json(const struct kbm_journal_list *list, bool lines, struct kbm_bytes *out)
{
	for (size_t i = 0; lines && i < list->count; i++)
		if (!kbm_json_write_and_drop(entry_json(&list->items[i]), false, out))
			return false;
	if (lines)
		return true;
	json_t *root = json_object();
	json_t *entries = NULL;
	bool done = root != NULL && kbm_json_put(root, "schema", json_string("kbmend.history/1")) &&
		    kbm_json_put_array(root, "entries", &entries);
	for (size_t i = 0; done && i < list->count; i++)
		done = kbm_json_append(entries, entry_json(&list->items[i]));
	return kbm_json_write_and_drop(kbm_json_whole(root, done), true, out);
}
