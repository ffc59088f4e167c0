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
}

static void walk_sources(struct kbm_wire *wire, struct kbm_start_source **sources, size_t *count)
{
	KBM_WIRE_ITEMS(wire, *sources, *count, KBM_CHILD_MAX_INPUTS, 11);
	for (size_t i = 0; i < *count && wire->problem == NULL; i++) {
		kbm_wire_choice(wire, &(*sources)[i].kind, KBM_SOURCE_REG);
		kbm_wire_borrow_text(wire, &(*sources)[i].path, KBM_PATH_MAX_BYTES);
		kbm_wire_borrow_text(wire, &(*sources)[i].hive, KBM_TEXT_MAX_BYTES);
	}
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
	walk_sources(wire, &start->sources, &start->source_count);
	kbm_wire_params(wire, &start->params);
	KBM_WIRE_ITEMS(wire, start->overlay, start->overlay_count, KBM_PLAN_MAX_CHANGES, 16);
	for (size_t i = 0; i < start->overlay_count && wire->problem == NULL; i++)
		kbm_wire_change(wire, &start->overlay[i]);
}

void kbm_clear_start_script(void *structure)
{
	struct kbm_start_script *start = structure;
	free(start->sources);
	kbm_params_clear(&start->params);
	for (size_t i = 0; i < start->overlay_count; i++)
		kbm_change_clear(&start->overlay[i]);
	free(start->overlay);
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
}

void kbm_walk_start_doctor(struct kbm_wire *wire, void *structure)
{
	struct kbm_start_doctor *start = structure;
	kbm_wire_bool(wire, &start->provokes);
}

void kbm_walk_start_second(struct kbm_wire *wire, void *structure)
{
	struct kbm_start_second *start = structure;
	walk_sources(wire, &start->sources, &start->source_count);
	KBM_WIRE_ITEMS(wire, start->places, start->place_count, KBM_SECOND_MAX_PLACES, 11);
	for (size_t i = 0; i < start->place_count && wire->problem == NULL; i++) {
		struct kbm_second_place *place = &start->places[i];
		kbm_wire_borrow_text(wire, &place->hive, KBM_TEXT_MAX_BYTES);
		kbm_wire_borrow_text(wire, &place->physical, KBM_PATH_MAX_BYTES);
		bool named = place->name != NULL;
		kbm_wire_bool(wire, &named);
		if (named)
			kbm_wire_borrow(wire, &place->name, &place->name_length,
					3UL * KBM_HIVE_MAX_NAME_UNITS);
	}
}

void kbm_clear_start_second(void *structure)
{
	struct kbm_start_second *start = structure;
	free(start->sources);
	free(start->places);
}
