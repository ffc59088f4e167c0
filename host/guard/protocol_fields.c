/* The walks over structures of plan/ and source/ that messages are made of. */
#include "guard/protocol_fields.h"

#include "base/limits.h"

/* The least a text, a list's count or a choice takes on the wire. */
#define TEXT_BYTES   ((size_t)5)
#define COUNT_BYTES  ((size_t)4)
#define CHOICE_BYTES ((size_t)1)

static void sentence(struct kbm_wire *wire, char **text)
{
	kbm_wire_text(wire, text, KBM_TEXT_MAX_BYTES);
}

void kbm_wire_text_list(struct kbm_wire *wire, struct kbm_text_list *list, size_t maximum_bytes)
{
	KBM_WIRE_ITEMS(wire, list->items, list->count, KBM_WIRE_MAX_LIST, TEXT_BYTES);
	for (size_t i = 0; i < list->count && wire->problem == NULL; i++)
		kbm_wire_text(wire, &list->items[i], maximum_bytes);
}

static void blobs(struct kbm_wire *wire, struct kbm_blob **values, size_t *count, size_t maximum)
{
	KBM_WIRE_ITEMS(wire, *values, *count, KBM_WIRE_MAX_VALUES, TEXT_BYTES);
	for (size_t i = 0; i < *count && wire->problem == NULL; i++)
		kbm_wire_blob(wire, &(*values)[i].data, &(*values)[i].length, maximum);
}

static void entry(struct kbm_wire *wire, struct kbm_entry *walked)
{
	kbm_wire_text(wire, &walked->dn, KBM_DN_MAX_BYTES);
	KBM_WIRE_ITEMS(wire, walked->attributes, walked->attribute_count, KBM_WIRE_MAX_VALUES,
		       TEXT_BYTES + COUNT_BYTES);
	for (size_t i = 0; i < walked->attribute_count && wire->problem == NULL; i++) {
		struct kbm_attribute *attribute = &walked->attributes[i];
		sentence(wire, &attribute->name);
		blobs(wire, &attribute->values, &attribute->value_count, KBM_HIVE_MAX_VALUE_BYTES);
	}
}

void kbm_wire_entries(struct kbm_wire *wire, struct kbm_entries *entries)
{
	KBM_WIRE_ITEMS(wire, entries->items, entries->count, KBM_DIRECTORY_MAX_ENTRIES,
		       TEXT_BYTES + COUNT_BYTES);
	for (size_t i = 0; i < entries->count && wire->problem == NULL; i++)
		entry(wire, &entries->items[i]);
}

void kbm_wire_entry_change(struct kbm_wire *wire, struct kbm_entry_change *change)
{
	kbm_wire_text(wire, &change->dn, KBM_DN_MAX_BYTES);
	KBM_WIRE_ITEMS(wire, change->items, change->count, KBM_PLAN_MAX_CHANGES,
		       TEXT_BYTES + 2 * COUNT_BYTES);
	for (size_t i = 0; i < change->count && wire->problem == NULL; i++) {
		struct kbm_attribute_change *item = &change->items[i];
		sentence(wire, &item->name);
		blobs(wire, &item->before, &item->before_count, KBM_PLAN_MAX_VALUE_BYTES);
		blobs(wire, &item->after, &item->after_count, KBM_PLAN_MAX_VALUE_BYTES);
	}
}

void kbm_wire_params(struct kbm_wire *wire, struct kbm_params *params)
{
	KBM_WIRE_ITEMS(wire, params->items, params->count, KBM_PARAMETER_MAX, 2 * TEXT_BYTES);
	for (size_t i = 0; i < params->count && wire->problem == NULL; i++) {
		sentence(wire, &params->items[i].name);
		sentence(wire, &params->items[i].value);
	}
}

static void products(struct kbm_wire *wire, struct kbm_product **items, size_t *count)
{
	KBM_WIRE_ITEMS(wire, *items, *count, KBM_WIRE_MAX_LIST, 2 * TEXT_BYTES);
	for (size_t i = 0; i < *count && wire->problem == NULL; i++) {
		sentence(wire, &(*items)[i].name);
		sentence(wire, &(*items)[i].versions);
	}
}

static void symptoms(struct kbm_wire *wire, struct kbm_symptom **items, size_t *count)
{
	KBM_WIRE_ITEMS(wire, *items, *count, KBM_WIRE_MAX_LIST, 3 * TEXT_BYTES + sizeof(int64_t));
	for (size_t i = 0; i < *count && wire->problem == NULL; i++) {
		struct kbm_symptom *symptom = &(*items)[i];
		kbm_wire_i64(wire, &symptom->event);
		sentence(wire, &symptom->source);
		sentence(wire, &symptom->error);
		sentence(wire, &symptom->text);
	}
}

static void aliases(struct kbm_wire *wire, struct kbm_script_info *info)
{
	KBM_WIRE_ITEMS(wire, info->aliases, info->alias_count, KBM_WIRE_MAX_LIST,
		       2 * TEXT_BYTES + 2 * COUNT_BYTES);
	for (size_t i = 0; i < info->alias_count && wire->problem == NULL; i++) {
		struct kbm_alias *alias = &info->aliases[i];
		sentence(wire, &alias->kb);
		sentence(wire, &alias->title);
		products(wire, &alias->products, &alias->product_count);
		symptoms(wire, &alias->symptoms, &alias->symptom_count);
	}
}

static void parameters(struct kbm_wire *wire, struct kbm_script_info *info)
{
	KBM_WIRE_ITEMS(wire, info->params, info->param_count, KBM_PARAMETER_MAX,
		       2 * TEXT_BYTES + 2 * CHOICE_BYTES + COUNT_BYTES);
	for (size_t i = 0; i < info->param_count && wire->problem == NULL; i++) {
		struct kbm_param_info *param = &info->params[i];
		sentence(wire, &param->name);
		KBM_WIRE_CHOICE(wire, param->type, KBM_PARAM_CHOICE);
		sentence(wire, &param->help);
		kbm_wire_optional_text(wire, &param->fallback, KBM_TEXT_MAX_BYTES);
		kbm_wire_text_list(wire, &param->choices, KBM_TEXT_MAX_BYTES);
	}
}

void kbm_wire_script_info(struct kbm_wire *wire, struct kbm_script_info *info)
{
	kbm_wire_i64(wire, &info->api);
	sentence(wire, &info->id);
	sentence(wire, &info->version);
	sentence(wire, &info->title);
	kbm_wire_text(wire, &info->description, KBM_SCRIPT_MAX_BYTES);
	KBM_WIRE_CHOICE(wire, info->severity, KBM_SEVERITY_CRITICAL);
	kbm_wire_text_list(wire, &info->categories, KBM_TEXT_MAX_BYTES);
	products(wire, &info->products, &info->product_count);
	symptoms(wire, &info->symptoms, &info->symptom_count);
	kbm_wire_text_list(wire, &info->references, KBM_TEXT_MAX_BYTES);
	aliases(wire, info);
	kbm_wire_text_list(wire, &info->hives, KBM_TEXT_MAX_BYTES);
	kbm_wire_bool(wire, &info->needs_directory);
	parameters(wire, info);
	kbm_wire_bool(wire, &info->on_request);
	kbm_wire_bool(wire, &info->has_applies);
	kbm_wire_bool(wire, &info->has_fix);
}

void kbm_wire_profile(struct kbm_wire *wire, struct kbm_profile *profile)
{
	kbm_wire_i64(wire, &profile->api);
	sentence(wire, &profile->name);
	sentence(wire, &profile->title);
	kbm_wire_text(wire, &profile->description, KBM_SCRIPT_MAX_BYTES);
	KBM_WIRE_ITEMS(wire, profile->entries, profile->entry_count, KBM_PROFILE_MAX_SCRIPTS,
		       TEXT_BYTES + COUNT_BYTES);
	for (size_t i = 0; i < profile->entry_count && wire->problem == NULL; i++) {
		sentence(wire, &profile->entries[i].id);
		kbm_wire_params(wire, &profile->entries[i].params);
	}
}

/* WTF-8 takes up to three bytes a UTF-16 unit. */
static void place(struct kbm_wire *wire, struct kbm_place *walked)
{
	KBM_WIRE_CHOICE(wire, walked->kind, KBM_PLACE_ATTRIBUTE);
	kbm_wire_optional_text(wire, &walked->path, KBM_PATH_MAX_BYTES);
	kbm_wire_optional_text(wire, &walked->hive, KBM_TEXT_MAX_BYTES);
	kbm_wire_optional_text(wire, &walked->physical, KBM_PATH_MAX_BYTES);
	bool named = walked->name != NULL;
	kbm_wire_bool(wire, &named);
	if (!named)
		return;
	uint8_t *name = (uint8_t *)walked->name;
	kbm_wire_blob(wire, &name, &walked->name_length, 3UL * KBM_HIVE_MAX_NAME_UNITS);
	if (wire->out == NULL)
		walked->name = (char *)name;
}

static void state(struct kbm_wire *wire, struct kbm_state *walked)
{
	kbm_wire_bool(wire, &walked->present);
	kbm_wire_u32(wire, &walked->type);
	blobs(wire, &walked->values, &walked->value_count, KBM_HIVE_MAX_VALUE_BYTES);
}

void kbm_wire_finding(struct kbm_wire *wire, struct kbm_finding *finding)
{
	sentence(wire, &finding->id);
	sentence(wire, &finding->message);
	place(wire, &finding->place);
	kbm_wire_optional_text(wire, &finding->found, KBM_TEXT_MAX_BYTES);
	kbm_wire_optional_text(wire, &finding->expected, KBM_TEXT_MAX_BYTES);
	sentence(wire, &finding->because);
	kbm_wire_bool(wire, &finding->has_changes);
}

void kbm_wire_observation(struct kbm_wire *wire, struct kbm_observation *observation)
{
	sentence(wire, &observation->what);
	place(wire, &observation->place);
	kbm_wire_optional_text(wire, &observation->found, KBM_TEXT_MAX_BYTES);
	kbm_wire_optional_text(wire, &observation->expected, KBM_TEXT_MAX_BYTES);
	kbm_wire_optional_text(wire, &observation->difference, KBM_TEXT_MAX_BYTES);
	kbm_wire_optional_text(wire, &observation->kb, KBM_ID_MAX_BYTES);
}

void kbm_wire_change(struct kbm_wire *wire, struct kbm_change *change)
{
	KBM_WIRE_CHOICE(wire, change->op, KBM_MANUAL);
	kbm_wire_optional_text(wire, &change->script, KBM_TEXT_MAX_BYTES);
	kbm_wire_optional_text(wire, &change->finding, KBM_TEXT_MAX_BYTES);
	place(wire, &change->place);
	state(wire, &change->before);
	state(wire, &change->after);
	kbm_wire_optional_text(wire, &change->why, KBM_TEXT_MAX_BYTES);
	kbm_wire_optional_text(wire, &change->step, KBM_TEXT_MAX_BYTES);
	kbm_wire_optional_text(wire, &change->text, KBM_TEXT_MAX_BYTES);
	KBM_WIRE_CHOICE(wire, change->risk, KBM_RISK_HIGH);
}

void kbm_wire_precondition(struct kbm_wire *wire, struct kbm_precondition *read)
{
	KBM_WIRE_CHOICE(wire, read->kind, KBM_READ_SEARCH);
	place(wire, &read->place);
	state(wire, &read->state);
	kbm_wire_optional_text(wire, &read->base, KBM_DN_MAX_BYTES);
	KBM_WIRE_CHOICE(wire, read->scope, KBM_SCOPE_SUB);
	kbm_wire_optional_text(wire, &read->filter, KBM_FILTER_MAX_BYTES);
	kbm_wire_text_list(wire, &read->attributes, KBM_TEXT_MAX_BYTES);
	kbm_wire_bool(wire, &read->base_exists);
	kbm_wire_entries(wire, &read->entries);
}

void kbm_wire_result(struct kbm_wire *wire, struct kbm_result *result)
{
	kbm_wire_optional_text(wire, &result->script, KBM_TEXT_MAX_BYTES);
	/* `fixed` is what an apply says, never a script */
	KBM_WIRE_CHOICE(wire, result->verdict, KBM_VERDICT_NOTAPPLICABLE);
	sentence(wire, &result->reason);
	kbm_wire_optional_text(wire, &result->place_in_script, KBM_TEXT_MAX_BYTES);
}
