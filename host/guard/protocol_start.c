/* The walks over what a job is told in its first message. */
#include "guard/protocol_start.h"

#include "base/limits.h"
#include "guard/protocol.h"
#include "guard/protocol_fields.h"

#include <stdlib.h>

void kbm_walk_start_header(struct kbm_wire *wire, void *structure)
{
	struct kbm_start_header *start = structure;
	kbm_wire_borrow_text(wire, &start->name, KBM_PATH_MAX_BYTES);
	kbm_wire_borrow(wire, &start->text, &start->length, KBM_SCRIPT_MAX_BYTES);
}

void kbm_walk_start_prepare(struct kbm_wire *wire, void *structure)
{
	struct kbm_start_prepare *start = structure;
	kbm_wire_u32(wire, &start->codepage);
	kbm_wire_i32(wire, &start->selection);
	kbm_wire_u32(wire, &start->logs);
}

static void walk_sources(struct kbm_wire *wire, struct kbm_start_source **sources, size_t *count)
{
	KBM_WIRE_ITEMS(wire, *sources, *count, KBM_CHILD_MAX_INPUTS, 13);
	for (size_t i = 0; i < *count && wire->problem == NULL; i++) {
		kbm_wire_choice(wire, &(*sources)[i].kind, KBM_SOURCE_REG);
		kbm_wire_borrow_text(wire, &(*sources)[i].path, KBM_PATH_MAX_BYTES);
		kbm_wire_borrow_text(wire, &(*sources)[i].hive, KBM_TEXT_MAX_BYTES);
		kbm_wire_borrow_optional_text(wire, &(*sources)[i].problem, KBM_TEXT_MAX_BYTES);
		kbm_wire_borrow_optional_text(wire, &(*sources)[i].logs_reason, KBM_TEXT_MAX_BYTES);
	}
}

size_t kbm_start_source_input(const struct kbm_start_source *sources, size_t index)
{
	size_t input = 0;
	for (size_t i = 0; i < index; i++)
		input += sources[i].problem == NULL;
	return input;
}

static void walk_changes(struct kbm_wire *wire, struct kbm_change **changes, size_t *count)
{
	KBM_WIRE_ITEMS(wire, *changes, *count, KBM_PLAN_MAX_CHANGES, 16);
	for (size_t i = 0; i < *count && wire->problem == NULL; i++)
		kbm_wire_change(wire, &(*changes)[i]);
}

static void free_changes(struct kbm_change *changes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		kbm_change_clear(&changes[i]);
	free(changes);
}

void kbm_walk_start_script(struct kbm_wire *wire, void *structure)
{
	struct kbm_start_script *start = structure;
	kbm_wire_borrow_text(wire, &start->name, KBM_PATH_MAX_BYTES);
	kbm_wire_borrow(wire, &start->text, &start->length, KBM_SCRIPT_MAX_BYTES);
	kbm_wire_borrow_optional_text(wire, &start->target_name, KBM_TEXT_MAX_BYTES);
	kbm_wire_borrow_optional_text(wire, &start->computer_name, KBM_TEXT_MAX_BYTES);
	kbm_wire_borrow_optional_text(wire, &start->control_set, KBM_TEXT_MAX_BYTES);
	kbm_wire_i32(wire, &start->selection);
	kbm_wire_bool(wire, &start->with_fix);
	kbm_wire_bool(wire, &start->has_directory);
	kbm_wire_bool(wire, &start->omits_reads);
	walk_sources(wire, &start->sources, &start->source_count);
	kbm_wire_params(wire, &start->params);
	walk_changes(wire, &start->overlay, &start->overlay_count);
}

void kbm_clear_start_script(void *structure)
{
	struct kbm_start_script *start = structure;
	free(start->sources);
	kbm_params_clear(&start->params);
	free_changes(start->overlay, start->overlay_count);
}

static void walk_find(struct kbm_wire *wire, struct kbm_find_order *find)
{
	const uint8_t *pattern = (const uint8_t *)find->pattern;
	kbm_wire_borrow(wire, &pattern, &find->pattern_length, 4UL * KBM_PATTERN_MAX_UNITS);
	find->pattern = (const char *)pattern;
	kbm_wire_bool(wire, &find->is_regex);
	kbm_wire_bool(wire, &find->is_exact);
	kbm_wire_choice(wire, &find->parts, KBM_FIND_ALL);
	kbm_wire_u64(wire, &find->since);
	unsigned count = (unsigned)find->type_count;
	kbm_wire_choice(wire, &count, KBM_FIND_MAX_TYPES);
	for (unsigned i = 0; i < count && wire->problem == NULL; i++)
		kbm_wire_u32(wire, &find->types[i]);
	if (wire->out == NULL && wire->problem == NULL)
		find->type_count = count;
}

void kbm_walk_start_registry(struct kbm_wire *wire, void *structure)
{
	struct kbm_start_registry *start = structure;
	kbm_wire_choice(wire, &start->kind, KBM_SOURCE_REG);
	kbm_wire_borrow_text(wire, &start->hive, KBM_TEXT_MAX_BYTES);
	kbm_wire_i32(wire, &start->selection);
	kbm_wire_borrow_text(wire, &start->path, KBM_PATH_MAX_BYTES);
	bool named = start->name != NULL;
	kbm_wire_bool(wire, &named);
	if (named)
		kbm_wire_borrow(wire, &start->name, &start->name_length,
				3UL * KBM_HIVE_MAX_NAME_UNITS);
	kbm_wire_bool(wire, &start->itself);
	bool finds = start->find.pattern != NULL;
	kbm_wire_bool(wire, &finds);
	if (finds)
		walk_find(wire, &start->find);
}

void kbm_walk_start_export(struct kbm_wire *wire, void *structure)
{
	struct kbm_start_export *start = structure;
	kbm_walk_start_registry(wire, &start->registry);
	kbm_wire_borrow_text(wire, &start->root, KBM_PATH_MAX_BYTES);
	kbm_wire_bool(wire, &start->regedit4);
	kbm_wire_u32(wire, &start->codepage);
}

void kbm_walk_start_diff(struct kbm_wire *wire, void *structure)
{
	struct kbm_start_diff *start = structure;
	for (size_t i = 0; i < 2; i++) {
		kbm_walk_start_registry(wire, &start->sides[i]);
		kbm_wire_borrow_text(wire, &start->names[i], KBM_PATH_MAX_BYTES);
	}
	kbm_wire_borrow_text(wire, &start->root, KBM_PATH_MAX_BYTES);
	kbm_wire_choice(wire, &start->form, 5);
	kbm_wire_bool(wire, &start->is_stale);
	kbm_wire_bool(wire, &start->is_in_part);
	kbm_wire_u32(wire, &start->codepage);
}

void kbm_walk_start_doctor(struct kbm_wire *wire, void *structure)
{
	struct kbm_start_doctor *start = structure;
	kbm_wire_bool(wire, &start->provokes);
}

void kbm_walk_places(struct kbm_wire *wire, void *structure)
{
	struct kbm_second_places *places = structure;
	KBM_WIRE_ITEMS(wire, places->items, places->count, KBM_SECOND_MAX_PLACES, 11);
	for (size_t i = 0; i < places->count && wire->problem == NULL; i++) {
		struct kbm_second_place *place = &places->items[i];
		kbm_wire_borrow_text(wire, &place->hive, KBM_TEXT_MAX_BYTES);
		kbm_wire_borrow_text(wire, &place->physical, KBM_PATH_MAX_BYTES);
		bool named = place->name != NULL;
		kbm_wire_bool(wire, &named);
		if (named)
			kbm_wire_borrow(wire, &place->name, &place->name_length,
					3UL * KBM_HIVE_MAX_NAME_UNITS);
	}
}

void kbm_clear_places(void *structure)
{
	struct kbm_second_places *places = structure;
	free(places->items);
}

void kbm_walk_start_second(struct kbm_wire *wire, void *structure)
{
	struct kbm_start_second *start = structure;
	walk_sources(wire, &start->sources, &start->source_count);
	kbm_walk_places(wire, &start->places);
}

void kbm_clear_start_second(void *structure)
{
	struct kbm_start_second *start = structure;
	free(start->sources);
	kbm_clear_places(&start->places);
}

void kbm_walk_start_edit(struct kbm_wire *wire, void *structure)
{
	struct kbm_start_edit *start = structure;
	kbm_wire_u64(wire, &start->length);
	kbm_wire_u64(wire, &start->now);
	walk_changes(wire, &start->changes, &start->change_count);
}

void kbm_clear_start_edit(void *structure)
{
	struct kbm_start_edit *start = structure;
	free_changes(start->changes, start->change_count);
}

void kbm_walk_start_verify(struct kbm_wire *wire, void *structure)
{
	struct kbm_start_verify *start = structure;
	kbm_wire_bool(wire, &start->full);
	walk_changes(wire, &start->changes, &start->change_count);
}

void kbm_clear_start_verify(void *structure)
{
	struct kbm_start_verify *start = structure;
	free_changes(start->changes, start->change_count);
}

static void walk_settings(struct kbm_wire *wire, struct kbm_ldap_settings *settings)
{
	struct kbm_ldap_uri *uri = &settings->uri;
	kbm_wire_text(wire, &settings->name, KBM_LDAP_MAX_URI_BYTES);
	KBM_WIRE_CHOICE(wire, uri->scheme, KBM_LDAP_SOCKET);
	kbm_wire_text(wire, &uri->host, KBM_LDAP_MAX_URI_BYTES);
	kbm_wire_u16(wire, &uri->port);
	kbm_wire_optional_text(wire, &uri->base, KBM_LDAP_MAX_URI_BYTES);
	kbm_wire_optional_text(wire, &settings->base, KBM_DN_MAX_BYTES);
	KBM_WIRE_CHOICE(wire, settings->bind, KBM_LDAP_EXTERNAL);
	kbm_wire_optional_text(wire, &settings->bind_dn, KBM_TEXT_MAX_BYTES);
	KBM_WIRE_CHOICE(wire, settings->start_tls, KBM_LDAP_START_TLS);
	kbm_wire_optional_text(wire, &settings->authorities, KBM_TEXT_MAX_BYTES);
	unsigned count = (unsigned)settings->followed_count;
	kbm_wire_choice(wire, &count, KBM_LDAP_MAX_FOLLOWED);
	for (size_t i = 0; i < count && wire->problem == NULL; i++) {
		kbm_wire_text(wire, &settings->followed[i], KBM_LDAP_MAX_URI_BYTES);
		if (wire->out == NULL)
			settings->followed_count = i + 1;
	}
	kbm_wire_u32(wire, &settings->timeout_ms);
}

void kbm_walk_start_server(struct kbm_wire *wire, void *structure)
{
	struct kbm_start_server *start = structure;
	walk_settings(wire, &start->settings);
	kbm_wire_bool(wire, &start->has_password);
	kbm_wire_bool(wire, &start->prompts);
	kbm_wire_bool(wire, &start->has_authorities);
	kbm_wire_bool(wire, &start->lenient);
	kbm_wire_bool(wire, &start->tries);
	kbm_wire_bool(wire, &start->provokes);
}

void kbm_clear_start_server(void *structure)
{
	struct kbm_start_server *start = structure;
	kbm_ldap_settings_clear(&start->settings);
}
