/* A pattern that texts are searched for. Its program's states are found as texts lead to them, and
 * kept: each unit then costs one step in a table. [Thompson 1968; Aho, Sethi, Ullman section 3.7]
 */
#include "source/pattern.h"

#include "base/bytes.h"
#include "base/text.h"
#include "source/pattern_program.h"

#include <stdlib.h>
#include <string.h>

/* What is known of a state. */
enum { MATCHES = 1, MATCHES_AT_END = 2, IS_DEAD = 4 };
enum { WORD_BITS = 64, UNKNOWN = 0 }; /* states count from 1 */
enum {
	SET_ENDS = 0,	 /* scratch */
	SET_NEW = 1,	 /* of these, behind those of the states: what may become one */
	SET_RESTART = 2, /* where a match begins behind a text's beginning */
	SETS_BEYOND = 3
};

struct kbm_pattern {
	struct kbm_pattern_program program;
	struct kbm_unit_set *unit_sets;
	bool begins_anywhere;
	size_t words; /* of a state's set of steps */
	size_t most;  /* states that are kept at once */
	size_t slots; /* of the table of states: a power of 2 */
	size_t count; /* of states */
	uint16_t start;
	uint16_t *next;	 /* most + 1 rows of class_count */
	uint64_t *sets;	 /* of steps, each `words` long: one for each state, and SET_... */
	uint8_t *known;	 /* MATCHES and so on, of each state */
	uint16_t *table; /* of states by their sets */
	uint32_t *stack; /* of steps to be looked at */
	uint64_t *seen;	 /* steps that were */
};

static uint16_t wide_unit(const uint8_t *units, size_t index)
{
	return (uint16_t)(units[2 * index] | units[2 * index + 1] << 8);
}

static bool has(const uint64_t *set, size_t step)
{
	return (set[step / WORD_BITS] >> step % WORD_BITS & 1) != 0;
}

static void put(uint64_t *set, size_t step)
{
	set[step / WORD_BITS] |= UINT64_C(1) << step % WORD_BITS;
}

/* Adds to `set` what can be reached from `step` without taking a unit: the steps that take one,
 * and those that wait for the end. A step is looked at once until `seen` is emptied. */
static void reach(struct kbm_pattern *pattern, uint32_t step, bool at_begin, bool at_end,
		  uint64_t *set)
{
	size_t depth = 0;
	pattern->stack[depth++] = step;
	while (depth > 0) {
		uint32_t at = pattern->stack[--depth];
		const struct kbm_pattern_step *looked = &pattern->program.steps[at];
		if (has(pattern->seen, at))
			continue;
		put(pattern->seen, at);
		switch (looked->kind) {
		case KBM_STEP_SPLIT:
			pattern->stack[depth++] = looked->next;
			pattern->stack[depth++] = looked->other;
			break;
		case KBM_STEP_BEGIN:
			if (at_begin)
				pattern->stack[depth++] = looked->next;
			break;
		case KBM_STEP_END:
			put(set, at);
			if (at_end)
				pattern->stack[depth++] = looked->next;
			break;
		case KBM_STEP_UNIT:
		case KBM_STEP_SET:
		case KBM_STEP_MATCH:
			put(set, at);
			break;
		}
	}
}

static void forget_seen(struct kbm_pattern *pattern)
{
	memset(pattern->seen, 0, pattern->words * sizeof *pattern->seen);
}

static uint64_t *set_of(const struct kbm_pattern *pattern, size_t state)
{
	return pattern->sets + state * pattern->words;
}

/* Whether a set leads to a match where the text ends. */
static bool matches_at_end(struct kbm_pattern *pattern, const uint64_t *set)
{
	uint64_t *ends = set_of(pattern, SET_ENDS);
	memset(ends, 0, pattern->words * sizeof *ends);
	forget_seen(pattern);
	for (size_t step = 0; step < pattern->program.count; step++)
		if (has(set, step) && pattern->program.steps[step].kind == KBM_STEP_END)
			reach(pattern, (uint32_t)step, false, true, ends);
	return has(ends, pattern->program.count - 1);
}

static uint8_t judge(struct kbm_pattern *pattern, const uint64_t *set)
{
	size_t last = pattern->program.count - 1; /* the one step that is a match */
	bool is_empty = true;
	for (size_t i = 0; i < pattern->words; i++)
		is_empty = is_empty && set[i] == 0;
	if (has(set, last))
		return MATCHES | MATCHES_AT_END;
	if (is_empty)
		return pattern->begins_anywhere ? 0 : IS_DEAD;
	return matches_at_end(pattern, set) ? MATCHES_AT_END : 0;
}

/* Where the state of a set stands in the table, or could. */
static uint16_t *find_slot(const struct kbm_pattern *pattern, const uint64_t *set)
{
	uint64_t hash = 0;
	for (size_t i = 0; i < pattern->words; i++)
		hash = (hash ^ set[i]) * UINT64_C(0x9E3779B97F4A7C15);
	size_t slot = (size_t)(hash >> 32) & (pattern->slots - 1);
	while (pattern->table[slot] != UNKNOWN && memcmp(set_of(pattern, pattern->table[slot]), set,
							 pattern->words * sizeof *set) != 0)
		slot = (slot + 1) & (pattern->slots - 1);
	return &pattern->table[slot];
}

static void forget_states(struct kbm_pattern *pattern)
{
	pattern->count = 0;
	pattern->start = UNKNOWN;
	memset(pattern->table, 0, pattern->slots * sizeof *pattern->table);
	memset(pattern->next, 0,
	       (pattern->most + 1) * pattern->program.class_count * sizeof *pattern->next);
}

/* The state of a set, which becomes a new one where it is not known. There is room for it. */
static uint16_t state_of(struct kbm_pattern *pattern, const uint64_t *set)
{
	uint16_t *slot = find_slot(pattern, set);
	if (*slot != UNKNOWN)
		return *slot;
	size_t state = ++pattern->count;
	memcpy(set_of(pattern, state), set, pattern->words * sizeof *set);
	pattern->known[state] = judge(pattern, set_of(pattern, state));
	*slot = (uint16_t)state;
	return (uint16_t)state;
}

static uint16_t start_of(struct kbm_pattern *pattern)
{
	if (pattern->start != UNKNOWN)
		return pattern->start;
	uint64_t *set = set_of(pattern, pattern->most + SET_NEW);
	if (pattern->count == pattern->most)
		forget_states(pattern);
	memset(set, 0, pattern->words * sizeof *set);
	forget_seen(pattern);
	reach(pattern, 0, true, false, set);
	pattern->start = state_of(pattern, set);
	return pattern->start;
}

static bool takes(const struct kbm_pattern *pattern, const struct kbm_pattern_step *step,
		  uint16_t unit)
{
	if (step->kind == KBM_STEP_UNIT)
		return step->unit == unit;
	return step->kind == KBM_STEP_SET &&
	       kbm_unit_set_has(&pattern->unit_sets[step->unit], unit);
}

/* The state behind a unit of this class, for the first time. */
static uint16_t advance(struct kbm_pattern *pattern, uint16_t state, uint16_t class)
{
	const uint64_t *from = set_of(pattern, state);
	uint64_t *to = set_of(pattern, pattern->most + SET_NEW);
	uint16_t unit = pattern->program.representative[class];
	memcpy(to, set_of(pattern, pattern->most + SET_RESTART), pattern->words * sizeof *to);
	forget_seen(pattern);
	for (size_t word = 0; word < pattern->words; word++)
		for (uint64_t left = from[word]; left != 0; left &= left - 1) {
			size_t at = word * WORD_BITS + (size_t)__builtin_ctzll(left);
			const struct kbm_pattern_step *step = &pattern->program.steps[at];
			if (takes(pattern, step, unit))
				reach(pattern, step->next, false, false, to);
		}
	if (pattern->count == pattern->most) { /* the state that led here is forgotten, too */
		forget_states(pattern);
		return state_of(pattern, to);
	}
	uint16_t next = state_of(pattern, to);
	pattern->next[(size_t)state * pattern->program.class_count + class] = next;
	return next;
}

bool kbm_pattern_matches(struct kbm_pattern *pattern, const uint8_t *units, size_t count,
			 bool compressed)
{
	const struct kbm_pattern_program *program = &pattern->program;
	uint16_t state = start_of(pattern);
	for (size_t i = 0; i < count; i++) {
		if ((pattern->known[state] & (MATCHES | IS_DEAD)) != 0)
			return (pattern->known[state] & MATCHES) != 0;
		uint16_t unit = compressed ? units[i] : wide_unit(units, i);
		uint16_t class = program->class_of[unit];
		uint16_t next = pattern->next[(size_t)state * program->class_count + class];
		state = next != UNKNOWN ? next : advance(pattern, state, class);
	}
	return (pattern->known[state] & MATCHES_AT_END) != 0;
}

/* --- making one ----------------------------------------------------------------------------- */

static enum kbm_code plain_tree(const uint16_t *units, size_t count, struct kbm_pattern_tree *tree,
				struct kbm_error *error)
{
	const struct kbm_pattern_node empty = {.kind = KBM_NODE_EMPTY};
	enum kbm_code code = kbm_pattern_add(tree, empty, &tree->top, error);
	for (size_t i = 0; code == KBM_OK && i < count; i++) {
		const struct kbm_pattern_node node = {.kind = KBM_NODE_UNIT,
						      .left = kbm_text_upcase(units[i])};
		uint32_t unit = 0;
		code = kbm_pattern_add(tree, node, &unit, error);
		if (code == KBM_OK)
			code = kbm_pattern_chain(tree, &tree->top, unit, error);
	}
	return code;
}

/* All the memory that searching takes. */
static enum kbm_code allocate(struct kbm_pattern *pattern, struct kbm_error *error)
{
	size_t classes = pattern->program.class_count;
	size_t most = KBM_PATTERN_MAX_TRANSITIONS / classes;
	pattern->most = most < KBM_PATTERN_MAX_STATES ? most : KBM_PATTERN_MAX_STATES;
	pattern->slots = 1;
	while (pattern->slots < 2 * pattern->most)
		pattern->slots *= 2;
	pattern->words = pattern->program.count / WORD_BITS + 1;
	pattern->next = calloc((pattern->most + 1) * classes, sizeof *pattern->next);
	pattern->sets =
	    calloc((pattern->most + SETS_BEYOND) * pattern->words, sizeof *pattern->sets);
	pattern->known = calloc(pattern->most + 1, sizeof *pattern->known);
	pattern->table = calloc(pattern->slots, sizeof *pattern->table);
	pattern->stack = calloc(2 * pattern->program.count + 2, sizeof *pattern->stack);
	pattern->seen = calloc(pattern->words, sizeof *pattern->seen);
	if (pattern->next == NULL || pattern->sets == NULL || pattern->known == NULL ||
	    pattern->table == NULL || pattern->stack == NULL || pattern->seen == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory for a pattern");
	uint64_t *restart = set_of(pattern, pattern->most + SET_RESTART);
	reach(pattern, 0, false, false, restart);
	for (size_t i = 0; i < pattern->words; i++)
		pattern->begins_anywhere = pattern->begins_anywhere || restart[i] != 0;
	return KBM_OK;
}

static enum kbm_code make(struct kbm_pattern *pattern, const uint16_t *units, size_t count,
			  bool is_regex, bool is_exact, struct kbm_error *error)
{
	struct kbm_pattern_tree tree = {0};
	enum kbm_code code = is_regex ? kbm_pattern_parse(units, count, &tree, error)
				      : plain_tree(units, count, &tree, error);
	if (code == KBM_OK)
		code = kbm_pattern_compile(&tree, is_exact, &pattern->program, error);
	pattern->unit_sets = tree.sets;
	tree.sets = NULL;
	kbm_pattern_tree_clear(&tree);
	return code == KBM_OK ? allocate(pattern, error) : code;
}

enum kbm_code kbm_pattern_make(const char *text, size_t length, bool is_regex, bool is_exact,
			       struct kbm_pattern **pattern, struct kbm_error *error)
{
	struct kbm_pattern *made = calloc(1, sizeof *made);
	struct kbm_bytes utf16;
	uint16_t *units = NULL;
	enum kbm_code code = KBM_OK;
	kbm_bytes_init(&utf16, 2UL * KBM_PATTERN_MAX_UNITS);
	if (!kbm_text_to_utf16(text, length, &utf16)) {
		code = utf16.failed
			   ? kbm_fail(error, KBM_LIMIT, "the pattern has more than %u characters",
				      KBM_PATTERN_MAX_UNITS)
			   : kbm_fail(error, KBM_USAGE, "the pattern is not UTF-8");
		goto out;
	}
	units = calloc(utf16.length / 2 + 1, sizeof *units);
	if (made == NULL || units == NULL) {
		code = kbm_fail(error, KBM_MEMORY, "no memory for a pattern");
		goto out;
	}
	for (size_t i = 0; i < utf16.length / 2; i++)
		units[i] = wide_unit(utf16.data, i);
	code = make(made, units, utf16.length / 2, is_regex, is_exact, error);
	if (code == KBM_OK) {
		*pattern = made;
		made = NULL;
	}
out:
	kbm_pattern_free(made);
	free(units);
	kbm_bytes_clear(&utf16);
	return code;
}

void kbm_pattern_free(struct kbm_pattern *pattern)
{
	if (pattern == NULL)
		return;
	free(pattern->program.steps);
	free(pattern->unit_sets);
	free(pattern->next);
	free(pattern->sets);
	free(pattern->known);
	free(pattern->table);
	free(pattern->stack);
	free(pattern->seen);
	free(pattern);
}
