/* What `reg info` tells of a file: a list of named facts, as people and programs read it. */
#include "report/report_info.h"

#include "plan/json.h"
#include "plan/plan_json.h"
#include "report/csv.h"
#include "report/page.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_COLUMN = 18 };
#define INFO_SCHEMA "kbmend.info/1"

void kbm_info_clear(struct kbm_info *info)
{
	for (size_t i = 0; i < info->count; i++)
		kbm_text_list_clear(&info->facts[i].texts);
	*info = (struct kbm_info){.count = 0};
}

static struct kbm_fact *add_fact(struct kbm_info *info, const char *name, const char *label,
				 enum kbm_fact_kind kind)
{
	if (info->count == KBM_INFO_MAX_FACTS) {
		info->failed = true;
		return NULL;
	}
	struct kbm_fact *fact = &info->facts[info->count++];
	*fact = (struct kbm_fact){.name = name, .label = label, .kind = kind};
	return fact;
}

void kbm_info_add_text(struct kbm_info *info, const char *name, const char *label, const char *text)
{
	if (text == NULL || text[0] == '\0')
		return;
	struct kbm_fact *fact = add_fact(info, name, label, KBM_FACT_TEXT);
	if (fact != NULL && !kbm_text_list_add(&fact->texts, text))
		info->failed = true;
}

void kbm_info_add_number(struct kbm_info *info, const char *name, const char *label,
			 uint64_t number)
{
	struct kbm_fact *fact = add_fact(info, name, label, KBM_FACT_NUMBER);
	if (fact != NULL)
		fact->number = number;
}

struct kbm_text_list *kbm_info_add_list(struct kbm_info *info, const char *name, const char *label)
{
	struct kbm_fact *fact = add_fact(info, name, label, KBM_FACT_LIST);
	return fact == NULL ? NULL : &fact->texts;
}

/* A fact on lines of its own: each item of a list begins one. */
static void put_fact(struct kbm_page *page, const struct kbm_fact *fact)
{
	kbm_page_put(page, fact->label);
	if (fact->kind == KBM_FACT_NUMBER) {
		char number[24];
		snprintf(number, sizeof number, "%" PRIu64, fact->number);
		kbm_page_move_to(page, TEXT_COLUMN);
		kbm_page_put(page, number);
	}
	for (size_t i = 0; i < fact->texts.count; i++) {
		if (i > 0)
			kbm_page_end_line(page);
		kbm_page_move_to(page, TEXT_COLUMN);
		kbm_page_wrap(page, TEXT_COLUMN, fact->texts.items[i]);
	}
	kbm_page_end_line(page);
}

bool kbm_report_fact_text(const struct kbm_fact *fact, const struct kbm_report_style *style,
			  struct kbm_bytes *out)
{
	struct kbm_page page = {.out = out, .style = style};
	if (fact->kind != KBM_FACT_LIST || fact->texts.count > 0)
		put_fact(&page, fact);
	return !out->failed;
}

bool kbm_report_info_text(const struct kbm_info *info, const struct kbm_report_style *style,
			  struct kbm_bytes *out)
{
	for (size_t i = 0; i < info->count; i++)
		kbm_report_fact_text(&info->facts[i], style, out);
	return !out->failed && !info->failed;
}

static json_t *fact_json(const struct kbm_fact *fact)
{
	const char *text = fact->texts.count == 0 ? "" : fact->texts.items[0];
	switch (fact->kind) {
	case KBM_FACT_NUMBER:
		return json_integer((json_int_t)fact->number);
	case KBM_FACT_LIST:
		return kbm_json_text_list(&fact->texts);
	case KBM_FACT_TEXT:
		break;
	}
	return kbm_json_text(text, strlen(text));
}

bool kbm_info_put_json(json_t *object, const struct kbm_info *info)
{
	bool done = true;
	for (size_t i = 0; done && i < info->count; i++)
		done = kbm_json_put(object, info->facts[i].name, fact_json(&info->facts[i]));
	return done;
}

bool kbm_report_info_json(const struct kbm_info *info, bool line, struct kbm_bytes *out)
{
	json_t *object = json_object();
	bool done = object != NULL && !info->failed &&
		    kbm_json_put_text(object, "schema", INFO_SCHEMA) &&
		    kbm_info_put_json(object, info);
	done = kbm_json_write_and_drop(kbm_json_whole(object, done), !line, out);
	if (!done)
		out->failed = true;
	return done;
}

bool kbm_report_info_csv_header(bool of_folder, struct kbm_bytes *out)
{
	return kbm_csv_header(out, of_folder ? "mounted,field,value" : "field,value");
}

static void begin_row(struct kbm_csv *csv, const char *mounted, const char *field)
{
	if (mounted != NULL)
		kbm_csv_word(csv, mounted);
	kbm_csv_word(csv, field);
}

bool kbm_report_info_csv_rows(const struct kbm_info *info, const char *mounted,
			      struct kbm_bytes *out)
{
	struct kbm_csv csv = {out, false};
	for (size_t i = 0; i < info->count; i++) {
		const struct kbm_fact *fact = &info->facts[i];
		if (mounted != NULL && strcmp(fact->name, "mounted") == 0)
			continue;
		if (fact->kind == KBM_FACT_NUMBER) {
			begin_row(&csv, mounted, fact->name);
			kbm_csv_number(&csv, fact->number);
			kbm_csv_end(&csv);
		}
		for (size_t j = 0; j < fact->texts.count; j++) {
			begin_row(&csv, mounted, fact->name);
			kbm_csv_word(&csv, fact->texts.items[j]);
			kbm_csv_end(&csv);
		}
	}
	return !out->failed && !info->failed;
}

bool kbm_report_info_csv(const struct kbm_info *info, struct kbm_bytes *out)
{
	return kbm_report_info_csv_header(false, out) && kbm_report_info_csv_rows(info, NULL, out);
}
