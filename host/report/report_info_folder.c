/* What `reg info` tells of a folder with hives: of the machine, and of each of them. */
#include "report/report_info_folder.h"

#include "report/page.h"
#include "report/report_folder.h"

#include <string.h>

enum { TEXT_COLUMN = 18 };
#define FOLDER_SCHEMA "kbmend.info_folder/1"

/* --- the machine ------------------------------------------------------------------------------
 */

/* Facts about the machine, and not about the hive that tells them. */
static bool is_of_machine(const struct kbm_fact *fact)
{
	static const char *const names[] = {"computer_name", "product_type", "windows_"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strncmp(fact->name, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

static const struct kbm_fact *find_fact(const struct kbm_info *info, const char *name)
{
	for (size_t i = 0; i < info->count; i++)
		if (strcmp(info->facts[i].name, name) == 0)
			return &info->facts[i];
	return NULL;
}

static void add_fact(struct kbm_info *info, const struct kbm_fact *fact)
{
	if (find_fact(info, fact->name) != NULL)
		return;
	if (fact->kind == KBM_FACT_NUMBER)
		kbm_info_add_number(info, fact->name, fact->label, fact->number);
	else
		kbm_info_add_text(info, fact->name, fact->label,
				  fact->texts.count == 0 ? NULL : fact->texts.items[0]);
}

void kbm_folder_info_add_machine(struct kbm_folder_info *info)
{
	for (size_t i = 0; i < info->count; i++)
		for (size_t j = 0; j < info->hives[i].count; j++)
			if (is_of_machine(&info->hives[i].facts[j]))
				add_fact(&info->facts, &info->hives[i].facts[j]);
}

/* --- text -------------------------------------------------------------------------------------
 */

static const char *text_of(const struct kbm_info *info, const char *name)
{
	const struct kbm_fact *fact = find_fact(info, name);
	return fact == NULL || fact->texts.count == 0 ? "" : fact->texts.items[0];
}

/* In a line only: with its logs it is whole. */
static const char *summary_of(const struct kbm_info *hive, const char *name)
{
	if (strcmp(name, "state") == 0 && text_of(hive, "recovered")[0] != '\0')
		return "recovered from its logs";
	return text_of(hive, name);
}

/* "1.3, clean, last written 2002-03-04T00:00:00Z; logs beside it: SYSTEM.LOG2, 1024 bytes" */
static void append_summary(const struct kbm_info *hive, struct kbm_bytes *line)
{
	static const struct {
		const char *name;
		const char *before;
	} parts[] = {{"format", ""}, {"state", ", "}, {"last_written", ", last written "}};
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		const char *text = summary_of(hive, parts[i].name);
		if (text[0] != '\0')
			kbm_bytes_printf(line, "%s%s", parts[i].before, text);
	}
	const struct kbm_fact *logs = find_fact(hive, "logs");
	for (size_t i = 0; logs != NULL && i < logs->texts.count; i++)
		kbm_bytes_printf(line, "; %s%s", i == 0 ? "logs beside it: " : "",
				 logs->texts.items[i]);
}

static void put_hive(struct kbm_page *page, const struct kbm_info *hive)
{
	const char *mounted = text_of(hive, "mounted");
	const char *path = text_of(hive, "path");
	bool is_read = find_fact(hive, "format") != NULL;
	struct kbm_bytes line;
	kbm_bytes_init(&line, page->out->maximum);
	kbm_page_fill(page, 0, mounted, strlen(mounted));
	kbm_page_move_to(page, TEXT_COLUMN);
	if (is_read) {
		kbm_page_fill(page, TEXT_COLUMN, path, strlen(path));
		kbm_page_end_line(page);
		kbm_page_move_to(page, TEXT_COLUMN);
		append_summary(hive, &line);
	} else { /* the reason begins with the path */
		kbm_bytes_printf(&line, "not readable: %s", text_of(hive, "unreadable"));
	}
	kbm_page_wrap(page, TEXT_COLUMN, kbm_bytes_text(&line));
	kbm_page_end_line(page);
	kbm_bytes_clear(&line);
}

bool kbm_report_info_folder_text(const struct kbm_folder_info *info,
				 const struct kbm_report_style *style, struct kbm_bytes *out)
{
	struct kbm_page page = {.out = out, .style = style};
	kbm_report_info_text(&info->facts, style, out);
	kbm_bytes_append_byte(out, '\n');
	for (size_t i = 0; i < info->count; i++)
		put_hive(&page, &info->hives[i]);
	for (size_t i = 0; !style->quiet && i < info->count; i++) {
		const struct kbm_info *hive = &info->hives[i];
		if (find_fact(hive, "format") == NULL)
			continue; /* all of it was said */
		kbm_bytes_append_byte(out, '\n');
		for (size_t j = 0; j < hive->count; j++)
			if (!is_of_machine(&hive->facts[j]))
				kbm_report_fact_text(&hive->facts[j], style, out);
	}
	return !out->failed;
}

/* --- for programs -----------------------------------------------------------------------------
 */

bool kbm_report_info_folder_json(const struct kbm_folder_info *info, struct kbm_bytes *out)
{
	kbm_report_folder_begin_json(FOLDER_SCHEMA, &info->facts, out);
	for (size_t i = 0; i < info->count; i++) {
		kbm_report_folder_item_json(i, out);
		kbm_report_info_json(&info->hives[i], true, out);
	}
	return kbm_report_folder_end_json(out);
}

bool kbm_report_info_folder_csv(const struct kbm_folder_info *info, struct kbm_bytes *out)
{
	kbm_report_info_csv_header(true, out);
	kbm_report_info_csv_rows(&info->facts, "", out);
	for (size_t i = 0; i < info->count; i++)
		kbm_report_info_csv_rows(&info->hives[i], text_of(&info->hives[i], "mounted"), out);
	return !out->failed;
}
