/* Scripts as lists and descriptions. */
#include "report/report_script.h"

#include "base/limits.h"
#include "report/page.h"
#include "report/report_facts.h"

#include <string.h>

enum { LABEL_COLUMN = 13, SEVERITY_COLUMN = 13, TITLE_COLUMN = 23 };

/* Words, wrapped: blanks and line ends are one, a blank line starts a paragraph. */
static void put_paragraphs(struct kbm_page *page, const char *text)
{
	size_t indent = page->column;
	for (bool first = true; *text != '\0'; first = false) {
		struct kbm_bytes paragraph;
		kbm_bytes_init(&paragraph, KBM_SCRIPT_MAX_BYTES);
		for (size_t breaks = 0; *text != '\0' && breaks < 2;) {
			size_t length = strcspn(text, " \t\n");
			if (length > 0 && paragraph.length > 0)
				kbm_bytes_append_byte(&paragraph, ' ');
			kbm_bytes_append(&paragraph, text, length);
			text += length;
			breaks = 0;
			for (; *text != '\0' && strchr(" \t\n", *text) != NULL; text++)
				breaks += *text == '\n';
		}
		if (!first) {
			kbm_page_end_line(page);
			kbm_page_end_line(page);
			kbm_page_move_to(page, indent);
		}
		kbm_page_wrap(page, indent, kbm_bytes_text(&paragraph));
		kbm_bytes_clear(&paragraph);
	}
	kbm_page_end_line(page);
}

/* A label and a text from outside behind it. */
static void put_labelled(struct kbm_page *page, const char *label, const char *text)
{
	kbm_page_put(page, label);
	kbm_page_move_to(page, LABEL_COLUMN);
	put_paragraphs(page, text);
}

static void put_path(struct kbm_page *page, const char *label, const char *path)
{
	kbm_page_put(page, label);
	kbm_page_move_to(page, LABEL_COLUMN);
	kbm_page_fill(page, LABEL_COLUMN, path, strlen(path));
	kbm_page_end_line(page);
}

void kbm_report_listed_text(const struct kbm_listed_script *script, const char *where,
			    const struct kbm_report_style *style, struct kbm_bytes *out)
{
	struct kbm_page page = {.out = out, .style = style};
	const struct kbm_script_info *info = script->info;
	bool sound = script->problem == NULL;
	kbm_page_fill(&page, 2, info->id, strlen(info->id));
	kbm_page_move_to(&page, SEVERITY_COLUMN);
	kbm_page_put(&page, sound ? kbm_severity_name(info->severity) : "error");
	kbm_page_move_to(&page, TITLE_COLUMN);
	kbm_page_wrap(&page, TITLE_COLUMN, sound ? info->title : script->problem);
	kbm_page_end_line(&page);
	if (where[0] != '\0') {
		kbm_page_move_to(&page, TITLE_COLUMN);
		kbm_page_wrap(&page, TITLE_COLUMN, where);
		kbm_page_end_line(&page);
	}
	if (style->verbose)
		put_path(&page, "", script->path);
	if (script->shadows != NULL)
		put_path(&page, "  hides", script->shadows);
}

static void put_listed_alias(struct kbm_page *page, const struct kbm_alias *alias)
{
	kbm_page_put(page, "  ");
	kbm_page_fill(page, 4, alias->kb, strlen(alias->kb));
	kbm_page_move_to(page, TITLE_COLUMN);
	kbm_page_wrap(page, TITLE_COLUMN, alias->title);
	kbm_page_end_line(page);
}

/* "@exchange55   profile   Exchange Server 5.5 (20 scripts)" */
static void put_listed_profile(struct kbm_page *page, const struct kbm_listed_profile *listed)
{
	const struct kbm_profile *profile = listed->profile;
	struct kbm_bytes line;
	kbm_bytes_init(&line, KBM_TEXT_MAX_BYTES);
	if (listed->problem == NULL)
		kbm_bytes_printf(&line, "%s (%zu script%s)", profile->title, profile->entry_count,
				 profile->entry_count == 1 ? "" : "s");
	kbm_page_put(page, "@");
	kbm_page_fill(page, 2, profile->name, strlen(profile->name));
	kbm_page_move_to(page, SEVERITY_COLUMN);
	kbm_page_put(page, listed->problem == NULL ? "profile" : "error");
	kbm_page_move_to(page, TITLE_COLUMN);
	kbm_page_wrap(page, TITLE_COLUMN,
		      listed->problem == NULL ? kbm_bytes_text(&line) : listed->problem);
	kbm_page_end_line(page);
	if (page->style->verbose)
		put_path(page, "", listed->path);
	if (listed->shadows != NULL)
		put_path(page, "  hides", listed->shadows);
	kbm_bytes_clear(&line);
}

static void append_count(struct kbm_bytes *out, size_t count, const char *one, const char *many)
{
	if (count > 0)
		kbm_bytes_printf(out, ", %zu %s", count, count == 1 ? one : many);
}

bool kbm_report_list_text(const struct kbm_listing *listing, const struct kbm_report_style *style,
			  struct kbm_bytes *out)
{
	struct kbm_page page = {.out = out, .style = style};
	size_t aliases = 0;
	for (size_t i = 0; i < listing->script_count; i++) {
		const struct kbm_script_info *info = listing->scripts[i].info;
		kbm_report_listed_text(&listing->scripts[i],
				       info->on_request ? "runs on request only" : "", style, out);
		for (size_t j = 0; j < info->alias_count; j++)
			put_listed_alias(&page, &info->aliases[j]);
		aliases += info->alias_count;
	}
	for (size_t i = 0; i < listing->profile_count; i++)
		put_listed_profile(&page, &listing->profiles[i]);
	if (style->quiet)
		return !out->failed;
	kbm_bytes_printf(out, "%s%zu script%s", out->length > 0 ? "\n" : "", listing->script_count,
			 listing->script_count == 1 ? "" : "s");
	append_count(out, aliases, "alias", "aliases");
	append_count(out, listing->profile_count, "profile", "profiles");
	kbm_bytes_append_text(out, ". `kbmend describe ID` tells more.\n");
	return !out->failed;
}

static void append_symptom(const struct kbm_symptom *symptom, struct kbm_bytes *line)
{
	size_t before = line->length;
	kbm_symptom_append(symptom, line);
	if (symptom->text[0] != '\0')
		kbm_bytes_printf(line, "%s%s", line->length > before ? ": " : "", symptom->text);
}

static void put_symptom(struct kbm_page *page, const char *label, const struct kbm_symptom *symptom)
{
	struct kbm_bytes line;
	kbm_bytes_init(&line, 4 * KBM_TEXT_MAX_BYTES);
	append_symptom(symptom, &line);
	put_labelled(page, label, kbm_bytes_text(&line));
	kbm_bytes_clear(&line);
}

/* "a, b" */
static void join(const struct kbm_text_list *list, struct kbm_bytes *line)
{
	for (size_t i = 0; i < list->count; i++)
		kbm_bytes_printf(line, "%s%s", i == 0 ? "" : ", ", list->items[i]);
}

static void put_list(struct kbm_page *page, const char *label, const struct kbm_text_list *list)
{
	struct kbm_bytes line;
	kbm_bytes_init(&line, KBM_MIB);
	join(list, &line);
	if (list->count > 0)
		put_labelled(page, label, kbm_bytes_text(&line));
	kbm_bytes_clear(&line);
}

static void put_needs(struct kbm_page *page, const struct kbm_script_info *info)
{
	struct kbm_bytes line;
	kbm_bytes_init(&line, KBM_MIB);
	if (info->hives.count > 0)
		kbm_bytes_append_text(&line, "registry ");
	join(&info->hives, &line);
	if (info->needs_directory)
		kbm_bytes_append_text(&line, line.length > 0 ? " and a directory" : "a directory");
	put_labelled(page, "needs", line.length > 0 ? kbm_bytes_text(&line) : "nothing");
	kbm_bytes_clear(&line);
}

static void append_product(const struct kbm_product *product, struct kbm_bytes *line)
{
	kbm_bytes_printf(line, "%s %s", product->name, product->versions);
}

static void put_product(struct kbm_page *page, const char *label, const struct kbm_product *product)
{
	struct kbm_bytes line;
	kbm_bytes_init(&line, 4 * KBM_TEXT_MAX_BYTES);
	append_product(product, &line);
	put_labelled(page, label, kbm_bytes_text(&line));
	kbm_bytes_clear(&line);
}

static void put_param(struct kbm_page *page, const struct kbm_param_info *param)
{
	struct kbm_bytes line;
	kbm_bytes_init(&line, KBM_MIB);
	kbm_bytes_printf(&line, "-p %s=", param->name);
	if (param->type != KBM_PARAM_CHOICE)
		kbm_bytes_append_text(&line, kbm_param_type_name(param->type));
	for (size_t i = 0; i < param->choices.count; i++)
		kbm_bytes_printf(&line, "%s%s", i == 0 ? "" : "|", param->choices.items[i]);
	if (param->fallback != NULL)
		kbm_bytes_printf(&line, "   default %s", param->fallback);
	kbm_page_move_to(page, 2);
	kbm_page_wrap(page, 2, kbm_bytes_text(&line));
	kbm_page_end_line(page);
	kbm_bytes_clear(&line);
	put_labelled(page, "", param->help);
}

/* A line that hangs below an alias. */
static void put_of_alias(struct kbm_page *page, const char *text)
{
	kbm_page_move_to(page, LABEL_COLUMN + 2);
	kbm_page_wrap(page, LABEL_COLUMN + 4, text);
	kbm_page_end_line(page);
}

static void put_alias(struct kbm_page *page, const char *label, const struct kbm_alias *alias)
{
	struct kbm_bytes line;
	kbm_bytes_init(&line, 4 * KBM_TEXT_MAX_BYTES);
	kbm_bytes_printf(&line, "%s: %s", alias->kb, alias->title);
	put_labelled(page, label, kbm_bytes_text(&line));
	for (size_t i = 0; i < alias->product_count; i++) {
		kbm_bytes_reset(&line);
		append_product(&alias->products[i], &line);
		put_of_alias(page, kbm_bytes_text(&line));
	}
	for (size_t i = 0; i < alias->symptom_count; i++) {
		kbm_bytes_reset(&line);
		append_symptom(&alias->symptoms[i], &line);
		put_of_alias(page, kbm_bytes_text(&line));
	}
	kbm_bytes_clear(&line);
}

bool kbm_report_describe_text(const struct kbm_listed_script *script,
			      const struct kbm_report_style *style, struct kbm_bytes *out)
{
	const struct kbm_script_info *info = script->info;
	struct kbm_page page = {.out = out, .style = style};
	kbm_page_wrap_colored(&page, 2, KBM_INK_HEAD, info->id);
	kbm_page_put(&page, "  ");
	kbm_page_wrap(&page, page.column, info->title);
	kbm_page_end_line(&page);
	for (size_t i = 0; script->asked_as != NULL && i < script->asked_as->count; i++)
		kbm_bytes_printf(out, "%s is served by %s\n", script->asked_as->items[i], info->id);
	kbm_page_end_line(&page);
	put_labelled(&page, "version", info->version);
	put_labelled(&page, "severity", kbm_severity_name(info->severity));
	put_list(&page, "categories", &info->categories);
	for (size_t i = 0; i < info->product_count; i++)
		put_product(&page, i == 0 ? "products" : "", &info->products[i]);
	for (size_t i = 0; i < info->symptom_count; i++)
		put_symptom(&page, i == 0 ? "symptoms" : "", &info->symptoms[i]);
	put_list(&page, "references", &info->references);
	for (size_t i = 0; i < info->alias_count; i++)
		put_alias(&page, i == 0 ? "aliases" : "", &info->aliases[i]);
	put_needs(&page, info);
	if (info->on_request)
		put_labelled(&page, "runs", "on request only: by its id, or by a profile");
	put_labelled(&page, "changes",
		     info->has_fix ? kbm_report_facts_changes(script->facts)
				   : "none: it only diagnoses");
	if (script->facts != NULL)
		kbm_report_facts(&page, LABEL_COLUMN, script->facts);
	put_path(&page, "file", script->path);
	if (script->shadows != NULL)
		put_path(&page, "hides", script->shadows);
	if (info->param_count > 0)
		kbm_bytes_append_text(out, "\nparameters\n");
	for (size_t i = 0; i < info->param_count; i++)
		put_param(&page, &info->params[i]);
	if (info->description[0] != '\0') {
		kbm_page_end_line(&page);
		put_paragraphs(&page, info->description);
	}
	if (script->facts != NULL)
		kbm_report_facts_sample(&page, script->facts);
	return !out->failed;
}

static void put_entry(struct kbm_page *page, const char *label,
		      const struct kbm_profile_entry *entry)
{
	struct kbm_bytes line;
	kbm_bytes_init(&line, KBM_MIB);
	kbm_bytes_append_text(&line, entry->id);
	for (size_t i = 0; i < entry->params.count; i++)
		kbm_bytes_printf(&line, "  -p %s=%s", entry->params.items[i].name,
				 entry->params.items[i].value);
	put_labelled(page, label, kbm_bytes_text(&line));
	kbm_bytes_clear(&line);
}

bool kbm_report_profile_text(const struct kbm_listed_profile *listed,
			     const struct kbm_report_style *style, struct kbm_bytes *out)
{
	const struct kbm_profile *profile = listed->profile;
	struct kbm_page page = {.out = out, .style = style};
	kbm_page_put_colored(&page, KBM_INK_HEAD, "@");
	kbm_page_wrap_colored(&page, 2, KBM_INK_HEAD, profile->name);
	kbm_page_put(&page, "  ");
	kbm_page_wrap(&page, page.column, profile->title);
	kbm_page_end_line(&page);
	kbm_page_end_line(&page);
	for (size_t i = 0; i < profile->entry_count; i++)
		put_entry(&page, i == 0 ? "scripts" : "", &profile->entries[i]);
	put_path(&page, "file", listed->path);
	if (listed->shadows != NULL)
		put_path(&page, "hides", listed->shadows);
	if (profile->description[0] != '\0') {
		kbm_page_end_line(&page);
		put_paragraphs(&page, profile->description);
	}
	return !out->failed;
}
