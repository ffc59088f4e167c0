/* Inside the patterns: a tree as a program, and the classes of units that it tells apart. */
#include "source/pattern_program.h"

#include "base/text.h"

#include <stdlib.h>

struct compiler {
	const struct kbm_pattern_tree *tree;
	struct kbm_pattern_program *program;
	size_t room;
	struct kbm_error *error;
};

static enum kbm_code emit(struct compiler *compiler, enum kbm_step_kind kind, uint32_t unit,
			  uint32_t *number)
{
	struct kbm_pattern_program *program = compiler->program;
	if (program->count == KBM_PATTERN_MAX_STEPS)
		return kbm_fail(
		    compiler->error, KBM_LIMIT,
		    "the pattern is too large: with its repetitions it has more than %u "
		    "steps",
		    KBM_PATTERN_MAX_STEPS);
	if (program->count == compiler->room) {
		size_t room = compiler->room == 0 ? 64 : 2 * compiler->room;
		struct kbm_pattern_step *steps = realloc(program->steps, room * sizeof *steps);
		if (steps == NULL)
			return kbm_fail(compiler->error, KBM_MEMORY, "no memory for a pattern");
		program->steps = steps;
		compiler->room = room;
	}
	*number = (uint32_t)program->count++;
	program->steps[*number] =
	    (struct kbm_pattern_step){kind, unit, (uint32_t)program->count, 0};
	return KBM_OK;
}

/* Each part goes on at the step behind it: one part after the other is a chain. */
static enum kbm_code emit_node(struct compiler *compiler, uint32_t node);

static enum kbm_code emit_either(struct compiler *compiler, const struct kbm_pattern_node *node)
{
	struct kbm_pattern_program *program = compiler->program;
	uint32_t split = 0;
	uint32_t end = 0;
	enum kbm_code code = emit(compiler, KBM_STEP_SPLIT, 0, &split);
	if (code == KBM_OK)
		code = emit_node(compiler, node->left);
	if (code == KBM_OK)
		code = emit(compiler, KBM_STEP_SPLIT, 0, &end);
	if (code != KBM_OK)
		return code;
	program->steps[split].other = (uint32_t)program->count;
	code = emit_node(compiler, node->right);
	program->steps[end].next = (uint32_t)program->count;
	program->steps[end].other = (uint32_t)program->count;
	return code;
}

/* Any number of times. */
static enum kbm_code emit_loop(struct compiler *compiler, uint32_t node)
{
	struct kbm_pattern_program *program = compiler->program;
	uint32_t split = 0;
	uint32_t back = 0;
	enum kbm_code code = emit(compiler, KBM_STEP_SPLIT, 0, &split);
	if (code == KBM_OK)
		code = emit_node(compiler, node);
	if (code == KBM_OK)
		code = emit(compiler, KBM_STEP_SPLIT, 0, &back);
	if (code != KBM_OK)
		return code;
	program->steps[back].next = split;
	program->steps[back].other = split;
	program->steps[split].other = (uint32_t)program->count;
	return KBM_OK;
}

static enum kbm_code emit_optional(struct compiler *compiler, uint32_t node)
{
	uint32_t split = 0;
	enum kbm_code code = emit(compiler, KBM_STEP_SPLIT, 0, &split);
	if (code == KBM_OK)
		code = emit_node(compiler, node);
	if (code == KBM_OK)
		compiler->program->steps[split].other = (uint32_t)compiler->program->count;
	return code;
}

static enum kbm_code emit_repeat(struct compiler *compiler, const struct kbm_pattern_node *node)
{
	enum kbm_code code = KBM_OK;
	for (unsigned i = 0; code == KBM_OK && i < node->least; i++)
		code = emit_node(compiler, node->left);
	if (code == KBM_OK && node->most == KBM_REPEAT_WITHOUT_END)
		return emit_loop(compiler, node->left);
	for (unsigned i = node->least; code == KBM_OK && i < node->most; i++)
		code = emit_optional(compiler, node->left);
	return code;
}

static enum kbm_code emit_node(struct compiler *compiler, uint32_t number)
{
	const struct kbm_pattern_node *node = &compiler->tree->nodes[number];
	uint32_t step = 0;
	enum kbm_code code;
	switch (node->kind) {
	case KBM_NODE_EMPTY:
		return KBM_OK;
	case KBM_NODE_UNIT:
		return emit(compiler, KBM_STEP_UNIT, node->left, &step);
	case KBM_NODE_SET:
		return emit(compiler, KBM_STEP_SET, node->left, &step);
	case KBM_NODE_BEGIN:
		return emit(compiler, KBM_STEP_BEGIN, 0, &step);
	case KBM_NODE_END:
		return emit(compiler, KBM_STEP_END, 0, &step);
	case KBM_NODE_BOTH:
		code = emit_node(compiler, node->left);
		return code == KBM_OK ? emit_node(compiler, node->right) : code;
	case KBM_NODE_EITHER:
		return emit_either(compiler, node);
	case KBM_NODE_REPEAT:
		return emit_repeat(compiler, node);
	}
	return KBM_OK;
}

/* --- classes -------------------------------------------------------------------------------- */

/* Parts each class into those units that are in the set and those that are not. */
static enum kbm_code part_by_set(const struct kbm_unit_set *set,
				 struct kbm_pattern_program *program, struct kbm_error *error)
{
	uint16_t *inside = calloc(program->class_count, sizeof *inside); /* 0: none yet */
	bool *outside = calloc(program->class_count, sizeof *outside);
	enum kbm_code code = KBM_OK;
	size_t before = program->class_count;
	if (inside == NULL || outside == NULL) {
		code = kbm_fail(error, KBM_MEMORY, "no memory for a pattern");
		goto out;
	}
	for (size_t unit = 0; unit < KBM_PATTERN_UNITS; unit++)
		if (!kbm_unit_set_has(set, (uint16_t)unit))
			outside[program->class_of[unit]] = true;
	for (size_t unit = 0; unit < KBM_PATTERN_UNITS; unit++) {
		uint16_t class = program->class_of[unit];
		if (class >= before || !outside[class] || !kbm_unit_set_has(set, (uint16_t)unit))
			continue;
		if (inside[class] == 0) {
			if (program->class_count == KBM_PATTERN_MAX_CLASSES) {
				code =
				    kbm_fail(error, KBM_LIMIT,
					     "the pattern tells more than %u kinds of characters "
					     "apart",
					     KBM_PATTERN_MAX_CLASSES);
				goto out;
			}
			inside[class] = program->class_count++;
		}
		program->class_of[unit] = inside[class];
	}
out:
	free(inside);
	free(outside);
	return code;
}

/* Gives each unit that the program asks for by itself a class of its own. */
static enum kbm_code part_by_units(struct kbm_pattern_program *program, struct kbm_error *error)
{
	size_t before = program->class_count;
	for (size_t i = 0; i < program->count; i++) {
		const struct kbm_pattern_step *step = &program->steps[i];
		if (step->kind != KBM_STEP_UNIT || program->class_of[step->unit] >= before)
			continue;
		if (program->class_count == KBM_PATTERN_MAX_CLASSES)
			return kbm_fail(error, KBM_LIMIT,
					"the pattern has more than %u different characters",
					KBM_PATTERN_MAX_CLASSES);
		program->class_of[step->unit] = program->class_count++;
	}
	return KBM_OK;
}

/* Until here classes are those of upcased units. */
static void spread_classes(struct kbm_pattern_program *program)
{
	for (size_t unit = KBM_PATTERN_UNITS; unit-- > 0;)
		program->representative[program->class_of[unit]] = (uint16_t)unit;
	for (size_t unit = 0; unit < KBM_PATTERN_UNITS; unit++) {
		uint16_t up = kbm_text_upcase((uint16_t)unit);
		if (up != unit)
			program->class_of[unit] = program->class_of[up];
	}
}

enum kbm_code kbm_pattern_compile(const struct kbm_pattern_tree *tree, bool is_exact,
				  struct kbm_pattern_program *program, struct kbm_error *error)
{
	struct compiler compiler = {tree, program, 0, error};
	uint32_t step = 0;
	enum kbm_code code = is_exact ? emit(&compiler, KBM_STEP_BEGIN, 0, &step) : KBM_OK;
	if (code == KBM_OK)
		code = emit_node(&compiler, tree->top);
	if (code == KBM_OK && is_exact)
		code = emit(&compiler, KBM_STEP_END, 0, &step);
	if (code == KBM_OK)
		code = emit(&compiler, KBM_STEP_MATCH, 0, &step);
	program->class_count = 1;
	for (size_t i = 0; code == KBM_OK && i < tree->set_count; i++)
		code = part_by_set(&tree->sets[i], program, error);
	if (code == KBM_OK)
		code = part_by_units(program, error);
	if (code == KBM_OK)
		spread_classes(program);
	return code;
}
