/* Scripts as programs read them: kbmend.script/1. */
#include "report/report_script.h"

#include "base/limits.h"
#include "plan/json.h"
#include "plan/plan_json.h"
#include "report/report_facts.h"

#include <string.h>

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

static json_t *json_symptoms(const struct kbm_symptom *items, size_t count)
{
	json_t *array = json_array();
	for (size_t i = 0; i < count; i++) {
		const struct kbm_symptom *symptom = &items[i];
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

static json_t *json_products(const struct kbm_product *items, size_t count)
{
	json_t *array = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(array,
				      json_pack("{s:o, s:o}", "name", json_text(items[i].name),
						"versions", json_text(items[i].versions)));
	return array;
}

static json_t *json_aliases(const struct kbm_script_info *info)
{
	json_t *array = json_array();
	for (size_t i = 0; i < info->alias_count; i++) {
		const struct kbm_alias *alias = &info->aliases[i];
		json_array_append_new(
		    array,
		    json_pack("{s:o, s:o, s:o, s:o}", "kb", json_text(alias->kb), "title",
			      json_text(alias->title), "products",
			      json_products(alias->products, alias->product_count), "symptoms",
			      json_symptoms(alias->symptoms, alias->symptom_count)));
	}
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
	    "{s:s, s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:{s:o, s:b}, s:o, s:b, s:b, s:o, "
	    "s:s}",
	    "schema", "kbmend.script/1", "id", json_text(info->id), "version",
	    json_text(info->version), "title", json_text(info->title), "severity",
	    kbm_severity_name(info->severity), "categories", json_texts(&info->categories),
	    "products", json_products(info->products, info->product_count), "symptoms",
	    json_symptoms(info->symptoms, info->symptom_count), "references",
	    json_texts(&info->references), "aliases", json_aliases(info), "needs", "registry",
	    json_texts(&info->hives), "directory", info->needs_directory, "params",
	    json_params(info), "on_request", info->on_request, "has_fix", info->has_fix, "path",
	    json_text(script->path), "sha256", script->sha256);
	if (script->shadows != NULL)
		json_object_set_new(object, "shadows", json_text(script->shadows));
	if (script->asked_as != NULL && script->asked_as->count > 0)
		json_object_set_new(object, "asked_as", json_texts(script->asked_as));
	if (kbm_report_facts_are_known(script->facts)) {
		json_object_set_new(object, "cases", kbm_report_facts_json(script->facts));
	} else if (script->facts != NULL) {
		json_object_set_new(object, "cases", json_null());
		json_object_set_new(object, "no_cases",
				    json_string(kbm_report_facts_missing(script->facts)));
	}
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

static json_t *json_entries(const struct kbm_profile *profile)
{
	json_t *array = json_array();
	for (size_t i = 0; i < profile->entry_count; i++) {
		const struct kbm_profile_entry *entry = &profile->entries[i];
		json_t *params = json_object();
		for (size_t j = 0; j < entry->params.count; j++)
			json_object_set_new(params, entry->params.items[j].name,
					    json_text(entry->params.items[j].value));
		json_array_append_new(
		    array, json_pack("{s:o, s:o}", "id", json_text(entry->id), "params", params));
	}
	return array;
}

static json_t *profile_object(const struct kbm_listed_profile *listed)
{
	const struct kbm_profile *profile = listed->profile;
	if (listed->problem != NULL)
		return json_pack("{s:s, s:o, s:o, s:o}", "schema", "kbmend.profile/1", "profile",
				 json_text(profile->name), "path", json_text(listed->path), "error",
				 json_text(listed->problem));
	json_t *object =
	    json_pack("{s:s, s:o, s:o, s:o, s:o}", "schema", "kbmend.profile/1", "profile",
		      json_text(profile->name), "title", json_text(profile->title), "scripts",
		      json_entries(profile), "path", json_text(listed->path));
	if (listed->shadows != NULL)
		json_object_set_new(object, "shadows", json_text(listed->shadows));
	json_object_set_new(object, "description", json_text(profile->description));
	return object;
}

bool kbm_report_list_json(const struct kbm_listing *listing, bool lines, struct kbm_bytes *out)
{
	json_t *array = json_array();
	for (size_t i = 0; i < listing->script_count; i++)
		json_array_append_new(array, kbm_report_script_object(&listing->scripts[i]));
	for (size_t i = 0; i < listing->profile_count; i++)
		json_array_append_new(array, profile_object(&listing->profiles[i]));
	if (!lines)
		return append_json(out, array, false);
	for (size_t i = 0; i < json_array_size(array); i++)
		append_json(out, json_incref(json_array_get(array, i)), true);
	json_decref(array);
	return !out->failed;
}

bool kbm_report_profile_json(const struct kbm_listed_profile *listed, bool lines,
			     struct kbm_bytes *out)
{
	return append_json(out, profile_object(listed), lines);
}

bool kbm_report_describe_json(const struct kbm_listed_script *script, bool lines,
			      struct kbm_bytes *out)
{
	return append_json(out, kbm_report_script_object(script), lines);
}
