/* A script's header as plain data: names of its words, lists of texts, parameters. */
#include "plan/script_info.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const severity_names[] = {"info", "low", "medium", "high", "critical"};
static const char *const param_type_names[] = {"string", "integer", "boolean", "choice"};

/* The index of `name`, or `count`. */
static size_t find_name(const char *const *names, size_t count, const char *name)
{
	size_t i = 0;
	while (i < count && strcmp(names[i], name) != 0)
		i++;
	return i;
}

const char *kbm_severity_name(enum kbm_severity severity)
{
	return severity_names[severity];
}

bool kbm_severity_parse(const char *name, enum kbm_severity *severity)
{
	size_t count = sizeof severity_names / sizeof severity_names[0];
	size_t i = find_name(severity_names, count, name);
	if (i < count)
		*severity = (enum kbm_severity)i;
	return i < count;
}

const char *kbm_param_type_name(enum kbm_param_type type)
{
	return param_type_names[type];
}

bool kbm_param_type_parse(const char *name, enum kbm_param_type *type)
{
	size_t count = sizeof param_type_names / sizeof param_type_names[0];
	size_t i = find_name(param_type_names, count, name);
	if (i < count)
		*type = (enum kbm_param_type)i;
	return i < count;
}

bool kbm_symptom_append(const struct kbm_symptom *symptom, struct kbm_bytes *out)
{
	bool has_event = symptom->event >= 0 || symptom->source[0] != '\0';
	if (symptom->event >= 0)
		kbm_bytes_printf(out, "event %" PRId64 "%s", symptom->event,
				 symptom->source[0] == '\0' ? "" : " of ");
	kbm_bytes_append_text(out, symptom->source);
	if (symptom->error[0] != '\0')
		kbm_bytes_printf(out, "%serror %s", has_event ? ", " : "", symptom->error);
	return !out->failed;
}

bool kbm_text_list_add(struct kbm_text_list *list, const char *text)
{
	char *copy = strdup(text);
	if (copy == NULL)
		return false;
	char **items = reallocarray(list->items, list->count + 1, sizeof *items);
	if (items == NULL) {
		free(copy);
		return false;
	}
	list->items = items;
	list->items[list->count++] = copy;
	return true;
}

bool kbm_text_list_add_all(struct kbm_text_list *list, const struct kbm_text_list *more)
{
	for (size_t i = 0; i < more->count; i++)
		if (!kbm_text_list_add(list, more->items[i]))
			return false;
	return true;
}

static int compare_texts(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

void kbm_text_list_sort(struct kbm_text_list *list)
{
	if (list->count > 1)
		qsort(list->items, list->count, sizeof *list->items, compare_texts);
}

void kbm_text_list_clear(struct kbm_text_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	memset(list, 0, sizeof *list);
}

static void symptom_clear(struct kbm_symptom *symptom)
{
	free(symptom->source);
	free(symptom->error);
	free(symptom->text);
}

static void product_clear(struct kbm_product *product)
{
	free(product->name);
	free(product->versions);
}

static void products_clear(struct kbm_product *items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		product_clear(&items[i]);
	free(items);
}

static void symptoms_clear(struct kbm_symptom *items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		symptom_clear(&items[i]);
	free(items);
}

static void alias_clear(struct kbm_alias *alias)
{
	free(alias->kb);
	free(alias->title);
	products_clear(alias->products, alias->product_count);
	symptoms_clear(alias->symptoms, alias->symptom_count);
}

static void param_info_clear(struct kbm_param_info *param)
{
	free(param->name);
	free(param->help);
	free(param->fallback);
	kbm_text_list_clear(&param->choices);
}

void kbm_script_info_clear(struct kbm_script_info *info)
{
	free(info->id);
	free(info->version);
	free(info->title);
	free(info->description);
	kbm_text_list_clear(&info->categories);
	products_clear(info->products, info->product_count);
	symptoms_clear(info->symptoms, info->symptom_count);
	kbm_text_list_clear(&info->references);
	for (size_t i = 0; i < info->alias_count; i++)
		alias_clear(&info->aliases[i]);
	free(info->aliases);
	kbm_text_list_clear(&info->hives);
	for (size_t i = 0; i < info->param_count; i++)
		param_info_clear(&info->params[i]);
	free(info->params);
	memset(info, 0, sizeof *info);
}

const struct kbm_param_info *kbm_script_info_param(const struct kbm_script_info *info,
						   const char *name)
{
	for (size_t i = 0; i < info->param_count; i++)
		if (strcmp(info->params[i].name, name) == 0)
			return &info->params[i];
	return NULL;
}

const struct kbm_alias *kbm_script_info_alias(const struct kbm_script_info *info, const char *kb)
{
	for (size_t i = 0; i < info->alias_count; i++)
		if (kbm_text_equals_ascii_case(info->aliases[i].kb, kb))
			return &info->aliases[i];
	return NULL;
}

void kbm_script_info_drop_alias(struct kbm_script_info *info, const char *kb)
{
	for (size_t i = 0; i < info->alias_count; i++) {
		struct kbm_alias dropped = info->aliases[i];
		if (!kbm_text_equals_ascii_case(dropped.kb, kb))
			continue;
		info->alias_count--;
		memmove(&info->aliases[i], &info->aliases[i + 1],
			(info->alias_count - i) * sizeof dropped);
		alias_clear(&dropped);
		return;
	}
}

bool kbm_script_info_needs_hive(const struct kbm_script_info *info, const char *hive)
{
	static const char users[] = "HKU\\";
	bool of_user = strncasecmp(hive, users, strlen(users)) == 0;
	for (size_t i = 0; i < info->hives.count; i++)
		if (kbm_text_equals_ascii_case(info->hives.items[i], of_user ? "HKU" : hive))
			return true;
	return false;
}

/* Where `name` stands or would stand. */
static size_t param_position(const struct kbm_params *params, const char *name)
{
	size_t i = 0;
	while (i < params->count && strcmp(params->items[i].name, name) < 0)
		i++;
	return i;
}

/* A parameter given twice keeps its last value. */
bool kbm_params_set(struct kbm_params *params, const char *name, const char *value)
{
	char *name_copy = NULL;
	char *value_copy = strdup(value);
	if (value_copy == NULL)
		return false;
	size_t position = param_position(params, name);
	if (position < params->count && strcmp(params->items[position].name, name) == 0) {
		free(params->items[position].value);
		params->items[position].value = value_copy;
		return true;
	}
	name_copy = strdup(name);
	struct kbm_param *items = NULL;
	if (name_copy != NULL)
		items = reallocarray(params->items, params->count + 1, sizeof *items);
	if (items == NULL) {
		free(name_copy);
		free(value_copy);
		return false;
	}
	params->items = items;
	memmove(&items[position + 1], &items[position], (params->count - position) * sizeof *items);
	items[position] = (struct kbm_param){.name = name_copy, .value = value_copy};
	params->count++;
	return true;
}

const char *kbm_params_get(const struct kbm_params *params, const char *name)
{
	size_t position = param_position(params, name);
	bool is_given = position < params->count && strcmp(params->items[position].name, name) == 0;
	return is_given ? params->items[position].value : NULL;
}

void kbm_params_clear(struct kbm_params *params)
{
	for (size_t i = 0; i < params->count; i++) {
		free(params->items[i].name);
		free(params->items[i].value);
	}
	free(params->items);
	memset(params, 0, sizeof *params);
}
