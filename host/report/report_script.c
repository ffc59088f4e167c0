/* Scripts as lists and descriptions. */
#include "report/report_script.h"

#include "base/limits.h"
#include "plan/json.h"
#include "plan/plan_json.h"
#include "report/page.h"

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

bool kbm_report_list_text(const struct kbm_listed_script *scripts, size_t count,
			  const struct kbm_report_style *style, struct kbm_bytes *out)
{
	for (size_t i = 0; i < count; i++)
		kbm_report_listed_text(&scripts[i], "", style, out);
	if (!style->quiet)
		kbm_bytes_printf(out, "%s%zu script%s. `kbmend describe ID` tells more.\n",
				 count > 0 ? "\n" : "", count, count == 1 ? "" : "s");
	return !out->failed;
}

static void put_symptom(struct kbm_page *page, const char *label, const struct kbm_symptom *symptom)
{
	struct kbm_bytes line;
	kbm_bytes_init(&line, 4 * KBM_TEXT_MAX_BYTES);
	kbm_symptom_append(symptom, &line);
	if (symptom->text[0] != '\0')
		kbm_bytes_printf(&line, "%s%s", line.length > 0 ? ": " : "", symptom->text);
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

static void put_product(struct kbm_page *page, const char *label, const struct kbm_product *product)
{
	struct kbm_bytes line;
	kbm_bytes_init(&line, 4 * KBM_TEXT_MAX_BYTES);
	kbm_bytes_printf(&line, "%s %s", product->name, product->versions);
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

bool kbm_report_describe_text(const struct kbm_listed_script *script,
			      const struct kbm_report_style *style, struct kbm_bytes *out)
{
	const struct kbm_script_info *info = script->info;
	struct kbm_page page = {.out = out, .style = style};
	kbm_page_wrap_colored(&page, 2, KBM_INK_HEAD, info->id);
	kbm_page_put(&page, "  ");
	kbm_page_wrap(&page, page.column, info->title);
	kbm_page_end_line(&page);
	kbm_page_end_line(&page);
	put_labelled(&page, "version", info->version);
	put_labelled(&page, "severity", kbm_severity_name(info->severity));
	put_list(&page, "categories", &info->categories);
	for (size_t i = 0; i < info->product_count; i++)
		put_product(&page, i == 0 ? "products" : "", &info->products[i]);
	for (size_t i = 0; i < info->symptom_count; i++)
		put_symptom(&page, i == 0 ? "symptoms" : "", &info->symptoms[i]);
	put_list(&page, "references", &info->references);
	put_needs(&page, info);
	put_labelled(&page, "changes", info->has_fix ? "plans repairs" : "none: it only diagnoses");
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
	return !out->failed;
}

static json_t *json_text(const char *text)
{
	return kbm_json_text(text, strlen(text));
}

static json_t *json_texts(const struct kbm_text_list *list)
{
	json_t *array = json_array();
	for (size_t i = 0; i < list->count; i++)
		json_array_append_new(array, json_text(list->items[i]));
	return array;
}

static json_t *json_symptoms(const struct kbm_script_info *info)
{
	json_t *array = json_array();
	for (size_t i = 0; i < info->symptom_count; i++) {
		const struct kbm_symptom *symptom = &info->symptoms[i];
		json_t *object = json_object();
		if (symptom->event >= 0)
			json_object_set_new(object, "event", json_integer(symptom->event));
		if (symptom->source[0] != '\0')
			json_object_set_new(object, "source", json_text(symptom->source));
		if (symptom->error[0] != '\0')
			json_object_set_new(object, "error", json_text(symptom->error));
		if (symptom->text[0] != '\0')
			json_object_set_new(object, "text", json_text(symptom->text));
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *json_products(const struct kbm_script_info *info)
{
	json_t *array = json_array();
	for (size_t i = 0; i < info->product_count; i++)
		json_array_append_new(
		    array, json_pack("{s:o, s:o}", "name", json_text(info->products[i].name),
				     "versions", json_text(info->products[i].versions)));
	return array;
}

static json_t *json_params(const struct kbm_script_info *info)
{
	json_t *array = json_array();
	for (size_t i = 0; i < info->param_count; i++) {
		const struct kbm_param_info *param = &info->params[i];
		json_t *object =
		    json_pack("{s:o, s:s, s:o}", "name", json_text(param->name), "type",
			      kbm_param_type_name(param->type), "help", json_text(param->help));
		if (param->fallback != NULL)
			json_object_set_new(object, "default", json_text(param->fallback));
		if (param->type == KBM_PARAM_CHOICE)
			json_object_set_new(object, "choices", json_texts(&param->choices));
		json_array_append_new(array, object);
	}
	return array;
}

json_t *kbm_report_script_object(const struct kbm_listed_script *script)
{
	const struct kbm_script_info *info = script->info;
	if (script->problem != NULL)
		return json_pack("{s:s, s:o, s:o, s:o}", "schema", "kbmend.script/1", "id",
				 json_text(info->id), "path", json_text(script->path), "error",
				 json_text(script->problem));
	json_t *object = json_pack(
	    "{s:s, s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:{s:o, s:b}, s:o, s:b, s:o, s:s}",
	    "schema", "kbmend.script/1", "id", json_text(info->id), "version",
	    json_text(info->version), "title", json_text(info->title), "severity",
	    kbm_severity_name(info->severity), "categories", json_texts(&info->categories),
	    "products", json_products(info), "symptoms", json_symptoms(info), "references",
	    json_texts(&info->references), "needs", "registry", json_texts(&info->hives),
	    "directory", info->needs_directory, "params", json_params(info), "has_fix",
	    info->has_fix, "path", json_text(script->path), "sha256", script->sha256);
	if (script->shadows != NULL)
		json_object_set_new(object, "shadows", json_text(script->shadows));
	json_object_set_new(object, "description", json_text(info->description));
	return object;
}

/* Takes the reference. */
static bool append_json(struct kbm_bytes *out, json_t *value, bool one_line)
{
	if (value == NULL || kbm_json_write(value, !one_line, out, NULL) != KBM_OK)
		out->failed = true;
	json_decref(value);
	return !out->failed;
}

bool kbm_report_list_json(const struct kbm_listed_script *scripts, size_t count, bool lines,
			  struct kbm_bytes *out)
{
	if (lines) {
		for (size_t i = 0; i < count; i++)
			append_json(out, kbm_report_script_object(&scripts[i]), true);
		return !out->failed;
	}
	json_t *array = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, kbm_report_script_object(&scripts[i]));
	return append_json(out, array, false);
}

bool kbm_report_describe_json(const struct kbm_listed_script *script, bool lines,
			      struct kbm_bytes *out)
{
	return append_json(out, kbm_report_script_object(script), lines);
}
