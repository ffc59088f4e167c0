/* Scripts as lists and descriptions. */
#include "report/report_script.h"

#include "base/limits.h"
#include "base/text.h"
#include "plan/json.h"
#include "plan/plan_json.h"

#include <inttypes.h>
#include <string.h>
#include <unistr.h>
#include <uniwidth.h>

enum { LABEL_COLUMN = 13, LIST_ID_COLUMN = 12, LIST_SEVERITY_COLUMN = 9 };

static void append_shown(struct kbm_bytes *out, const char *text)
{
	kbm_text_escape(text, strlen(text), out);
}

static size_t columns(const char *text, size_t length)
{
	int width = u8_width((const uint8_t *)text, length, "UTF-8");
	return width < 0 ? length : (size_t)width;
}

/* Words from `indent` on, wrapped at `width`; a blank line in `text` starts a paragraph. */
static void append_paragraphs(struct kbm_bytes *out, size_t indent, size_t width, const char *text)
{
	size_t column = indent;
	bool first = true;
	while (*text != '\0') {
		size_t blanks = strspn(text, " \t\n");
		size_t breaks = 0;
		for (size_t i = 0; i < blanks; i++)
			breaks += text[i] == '\n';
		text += blanks;
		size_t length = strcspn(text, " \t\n");
		if (length == 0)
			break;
		struct kbm_bytes word;
		kbm_bytes_init(&word, KBM_TEXT_MAX_BYTES * 8);
		kbm_text_escape(text, length, &word);
		size_t wide = columns(kbm_bytes_text(&word), word.length);
		if (!first && breaks > 1) {
			kbm_bytes_printf(out, "\n\n%*s", (int)indent, "");
			column = indent;
		} else if (!first && column + 1 + wide > width) {
			kbm_bytes_printf(out, "\n%*s", (int)indent, "");
			column = indent;
		} else if (!first) {
			kbm_bytes_append_byte(out, ' ');
			column++;
		}
		kbm_bytes_append(out, kbm_bytes_text(&word), word.length);
		kbm_bytes_clear(&word);
		column += wide;
		text += length;
		first = false;
	}
	kbm_bytes_append_byte(out, '\n');
}

static void append_label(struct kbm_bytes *out, const char *label)
{
	kbm_bytes_printf(out, "%-*s", LABEL_COLUMN, label);
}

bool kbm_report_list_text(const struct kbm_listed_script *scripts, size_t count,
			  const struct kbm_report_style *style, struct kbm_bytes *out)
{
	for (size_t i = 0; i < count; i++) {
		const struct kbm_script_info *info = scripts[i].info;
		kbm_bytes_printf(out, "%-*s %-*s ", LIST_ID_COLUMN, info->id, LIST_SEVERITY_COLUMN,
				 kbm_severity_name(info->severity));
		append_paragraphs(out, LIST_ID_COLUMN + LIST_SEVERITY_COLUMN + 2, style->width,
				  info->title);
		if (style->verbose) {
			kbm_bytes_printf(out, "%*s", LIST_ID_COLUMN + 1, "");
			append_shown(out, scripts[i].path);
			kbm_bytes_append_byte(out, '\n');
		}
		if (scripts[i].shadows != NULL) {
			kbm_bytes_printf(out, "%*shides the stock script ", LIST_ID_COLUMN + 1, "");
			append_shown(out, scripts[i].shadows);
			kbm_bytes_append_byte(out, '\n');
		}
	}
	if (!style->quiet)
		kbm_bytes_printf(out, "%s%zu script%s. `kbmend describe ID` tells more.\n",
				 count > 0 ? "\n" : "", count, count == 1 ? "" : "s");
	return !out->failed;
}

/* A raw text that was put together, wrapped behind its label; releases it. */
static void append_line(struct kbm_bytes *out, size_t width, struct kbm_bytes *line)
{
	append_paragraphs(out, LABEL_COLUMN, width, kbm_bytes_text(line));
	if (line->failed)
		out->failed = true;
	kbm_bytes_clear(line);
}

static void append_symptom(struct kbm_bytes *out, size_t width, const struct kbm_symptom *symptom)
{
	struct kbm_bytes line;
	kbm_bytes_init(&line, 4 * KBM_TEXT_MAX_BYTES);
	if (symptom->event >= 0)
		kbm_bytes_printf(&line, "event %" PRId64 "%s", symptom->event,
				 symptom->source[0] == '\0' ? "" : " of ");
	kbm_bytes_append_text(&line, symptom->source);
	if (symptom->error[0] != '\0')
		kbm_bytes_printf(&line, "%serror %s", line.length > 0 ? ", " : "", symptom->error);
	if (symptom->text[0] != '\0')
		kbm_bytes_printf(&line, "%s%s", line.length > 0 ? ": " : "", symptom->text);
	append_line(out, width, &line);
}

static void append_list(struct kbm_bytes *out, size_t width, const char *label,
			const struct kbm_text_list *list)
{
	if (list->count == 0)
		return;
	struct kbm_bytes line;
	kbm_bytes_init(&line, KBM_MIB);
	for (size_t i = 0; i < list->count; i++)
		kbm_bytes_printf(&line, "%s%s", i == 0 ? "" : ", ", list->items[i]);
	append_label(out, label);
	append_line(out, width, &line);
}

static void append_needs(struct kbm_bytes *out, const struct kbm_script_info *info)
{
	append_label(out, "needs");
	for (size_t i = 0; i < info->hives.count; i++) {
		kbm_bytes_append_text(out, i == 0 ? "registry " : ", ");
		append_shown(out, info->hives.items[i]);
	}
	if (info->needs_directory)
		kbm_bytes_append_text(out,
				      info->hives.count == 0 ? "a directory" : " and a directory");
	if (!info->needs_directory && info->hives.count == 0)
		kbm_bytes_append_text(out, "nothing");
	kbm_bytes_append_byte(out, '\n');
}

static void append_param(struct kbm_bytes *out, const struct kbm_param_info *param, size_t width)
{
	kbm_bytes_append_text(out, "  -p ");
	append_shown(out, param->name);
	kbm_bytes_append_byte(out, '=');
	if (param->type == KBM_PARAM_CHOICE) {
		for (size_t i = 0; i < param->choices.count; i++) {
			kbm_bytes_append_text(out, i == 0 ? "" : "|");
			append_shown(out, param->choices.items[i]);
		}
	} else {
		kbm_bytes_append_text(out, kbm_param_type_name(param->type));
	}
	if (param->fallback != NULL) {
		kbm_bytes_append_text(out, "   default ");
		append_shown(out, param->fallback);
	}
	kbm_bytes_printf(out, "\n%*s", LABEL_COLUMN, "");
	append_paragraphs(out, LABEL_COLUMN, width, param->help);
}

bool kbm_report_describe_text(const struct kbm_listed_script *script,
			      const struct kbm_report_style *style, struct kbm_bytes *out)
{
	const struct kbm_script_info *info = script->info;
	kbm_bytes_printf(out, "%s  ", info->id);
	append_paragraphs(out, strlen(info->id) + 2, style->width, info->title);
	kbm_bytes_append_byte(out, '\n');
	append_label(out, "version");
	append_shown(out, info->version);
	kbm_bytes_append_byte(out, '\n');
	append_label(out, "severity");
	kbm_bytes_printf(out, "%s\n", kbm_severity_name(info->severity));
	append_list(out, style->width, "categories", &info->categories);
	for (size_t i = 0; i < info->product_count; i++) {
		append_label(out, i == 0 ? "products" : "");
		append_shown(out, info->products[i].name);
		kbm_bytes_append_byte(out, ' ');
		append_shown(out, info->products[i].versions);
		kbm_bytes_append_byte(out, '\n');
	}
	for (size_t i = 0; i < info->symptom_count; i++) {
		append_label(out, i == 0 ? "symptoms" : "");
		append_symptom(out, style->width, &info->symptoms[i]);
	}
	append_list(out, style->width, "references", &info->references);
	append_needs(out, info);
	append_label(out, "changes");
	kbm_bytes_append_text(out, info->has_fix ? "plans repairs\n" : "none: it only diagnoses\n");
	append_label(out, "file");
	append_shown(out, script->path);
	kbm_bytes_append_byte(out, '\n');
	if (script->shadows != NULL) {
		append_label(out, "");
		kbm_bytes_append_text(out, "hides the stock script ");
		append_shown(out, script->shadows);
		kbm_bytes_append_byte(out, '\n');
	}
	if (info->param_count > 0)
		kbm_bytes_append_text(out, "\nparameters\n");
	for (size_t i = 0; i < info->param_count; i++)
		append_param(out, &info->params[i], style->width);
	if (info->description[0] != '\0') {
		kbm_bytes_append_byte(out, '\n');
		append_paragraphs(out, 0, style->width, info->description);
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

static json_t *json_script(const struct kbm_listed_script *script)
{
	const struct kbm_script_info *info = script->info;
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
			append_json(out, json_script(&scripts[i]), true);
		return !out->failed;
	}
	json_t *array = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, json_script(&scripts[i]));
	return append_json(out, array, false);
}

bool kbm_report_describe_json(const struct kbm_listed_script *script, bool lines,
			      struct kbm_bytes *out)
{
	return append_json(out, json_script(script), lines);
}
