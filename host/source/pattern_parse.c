/* Regular expressions, read into a tree: POSIX extended ones without collating elements. */
#include "source/pattern_parts.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

enum { HIGH_FIRST = 0xD800, LOW_FIRST = 0xDC00, LOW_LAST = 0xDFFF };

struct parser {
	const uint16_t *units;
	size_t count;
	size_t at;
	unsigned depth;	    /* of brackets */
	uint32_t shared[3]; /* sets that are made once: their numbers and 1; 0: not yet */
	struct kbm_pattern_tree *tree;
	struct kbm_error *error;
};

void kbm_pattern_tree_clear(struct kbm_pattern_tree *tree)
{
	free(tree->nodes);
	free(tree->sets);
	*tree = (struct kbm_pattern_tree){0};
}

enum kbm_code kbm_pattern_add(struct kbm_pattern_tree *tree, struct kbm_pattern_node node,
			      uint32_t *number, struct kbm_error *error)
{
	if (tree->count == tree->room) {
		size_t room = tree->room == 0 ? 64 : 2 * tree->room;
		struct kbm_pattern_node *nodes = realloc(tree->nodes, room * sizeof *nodes);
		if (nodes == NULL)
			return kbm_fail(error, KBM_MEMORY, "no memory for a pattern");
		tree->nodes = nodes;
		tree->room = room;
	}
	*number = (uint32_t)tree->count;
	tree->nodes[tree->count++] = node;
	return KBM_OK;
}

enum kbm_code kbm_pattern_chain(struct kbm_pattern_tree *tree, uint32_t *chain, uint32_t next,
				struct kbm_error *error)
{
	if (tree->nodes[*chain].kind == KBM_NODE_EMPTY) {
		*chain = next;
		return KBM_OK;
	}
	return kbm_pattern_add(tree, (struct kbm_pattern_node){KBM_NODE_BOTH, *chain, next, 0, 0},
			       chain, error);
}

/* --- characters ----------------------------------------------------------------------------- */

/* `at` counts units from 0; a person counts characters from 1. */
static enum kbm_code refuse(const struct parser *parser, size_t at, const char *what)
{
	size_t character = 1;
	for (size_t i = 0; i < at; i++)
		character += parser->units[i] < LOW_FIRST || parser->units[i] > LOW_LAST;
	return kbm_fail(parser->error, KBM_USAGE, "the pattern's character %zu: %s", character,
			what);
}

static bool next_is(const struct parser *parser, char mark)
{
	return parser->at < parser->count && parser->units[parser->at] == (unsigned char)mark;
}

static bool is_pair(const struct parser *parser, size_t at)
{
	return at + 1 < parser->count && parser->units[at] >= HIGH_FIRST &&
	       parser->units[at] < LOW_FIRST && parser->units[at + 1] >= LOW_FIRST &&
	       parser->units[at + 1] <= LOW_LAST;
}

static enum kbm_code add(struct parser *parser, enum kbm_node_kind kind, uint32_t left,
			 uint32_t right, uint32_t *node)
{
	return kbm_pattern_add(parser->tree, (struct kbm_pattern_node){kind, left, right, 0, 0},
			       node, parser->error);
}

static enum kbm_code add_unit(struct parser *parser, uint16_t unit, uint32_t *node)
{
	return add(parser, KBM_NODE_UNIT, kbm_text_upcase(unit), 0, node);
}

/* An ordinary character: one beyond U+FFFF is two units, which are repeated together. */
static enum kbm_code add_character(struct parser *parser, uint32_t *node)
{
	bool pair = is_pair(parser, parser->at);
	uint32_t low = 0;
	enum kbm_code code = add_unit(parser, parser->units[parser->at++], node);
	if (code == KBM_OK && pair)
		code = add_unit(parser, parser->units[parser->at++], &low);
	return code == KBM_OK && pair ? add(parser, KBM_NODE_BOTH, *node, low, node) : code;
}

static bool read_hex(const struct parser *parser, size_t at, uint16_t *unit)
{
	*unit = 0;
	for (size_t i = 0; i < 4; i++) {
		int digit = at + i < parser->count && parser->units[at + i] < 0x80
				? kbm_text_hex_digit(parser->units[at + i])
				: -1;
		if (digit < 0)
			return false;
		*unit = (uint16_t)(*unit << 4 | digit);
	}
	return true;
}

static bool is_letter(uint16_t unit)
{
	return unit == '_' || unit >= 0x80 || (unit >= '0' && unit <= '9') ||
	       ((unit | 0x20) >= 'a' && (unit | 0x20) <= 'z');
}

static enum kbm_code add_escaped(struct parser *parser, uint32_t *node)
{
	size_t start = parser->at++;
	uint16_t unit = 0;
	if (parser->at == parser->count)
		return refuse(parser, start, "a backslash ends it: write \\\\ for a backslash");
	if (next_is(parser, 'u') && read_hex(parser, parser->at + 1, &unit)) {
		parser->at += 5;
		return add_unit(parser, unit, node);
	}
	if (is_letter(parser->units[parser->at]))
		return refuse(parser, start,
			      "a backslash in front of a letter: write \\\\ for a backslash, "
			      "\\uXXXX for a UTF-16 unit");
	return add_character(parser, node);
}

/* --- sets ----------------------------------------------------------------------------------- */

static void set_range(struct kbm_unit_set *set, uint32_t first, uint32_t last)
{
	for (uint32_t unit = first; unit <= last; unit++) {
		uint16_t up = kbm_text_upcase((uint16_t)unit);
		set->bits[up / 8] |= (uint8_t)(1U << up % 8);
	}
}

static const struct {
	const char *name;
	const char *ranges; /* pairs of first and last */
} classes[] = {
    {"alpha", "AZaz"}, {"digit", "09"},	    {"alnum", "09AZaz"},	 {"upper", "AZ"},
    {"lower", "az"},   {"space", "\t\r  "}, {"blank", "\t\t  "},	 {"punct", "!/:@[`{~"},
    {"print", " ~"},   {"graph", "!~"},	    {"cntrl", "\1\x1F\x7F\x7F"}, {"xdigit", "09AFaf"},
};

/* Behind "[:". */
static enum kbm_code read_class(struct parser *parser, struct kbm_unit_set *set)
{
	size_t start = parser->at - 2;
	char name[8] = "";
	size_t length = 0;
	while (length + 1 < sizeof name && parser->at < parser->count && !next_is(parser, ':') &&
	       parser->units[parser->at] < 0x80)
		name[length++] = (char)parser->units[parser->at++];
	for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
		if (strcmp(name, classes[i].name) != 0 || !next_is(parser, ':'))
			continue;
		parser->at++;
		if (!next_is(parser, ']'))
			break;
		parser->at++;
		for (const char *range = classes[i].ranges; *range != '\0'; range += 2)
			set_range(set, (unsigned char)range[0], (unsigned char)range[1]);
		if (strcmp(name, "cntrl") == 0)
			set_range(set, 0, 0);
		return KBM_OK;
	}
	return refuse(parser, start,
		      "no such class: alpha digit alnum upper lower space blank punct print graph "
		      "cntrl xdigit are, as in [[:digit:]]");
}

/* One member of a set, or a range of them. */
static enum kbm_code read_member(struct parser *parser, struct kbm_unit_set *set)
{
	size_t start = parser->at;
	uint16_t first = parser->units[parser->at++];
	if (first == '[' &&
	    (next_is(parser, ':') || next_is(parser, '.') || next_is(parser, '='))) {
		if (parser->units[parser->at++] == ':')
			return read_class(parser, set);
		return refuse(parser, start, "collating elements ([. [=) are not known");
	}
	uint16_t last = first;
	bool range = next_is(parser, '-') && parser->at + 1 < parser->count &&
		     parser->units[parser->at + 1] != ']';
	if (is_pair(parser, start) || (range && is_pair(parser, start + 2)))
		return refuse(parser, start,
			      "a character beyond U+FFFF in brackets: write (x|y) instead");
	if (range) {
		last = parser->units[start + 2];
		parser->at = start + 3;
	}
	if (last < first)
		return refuse(parser, start, "a range that ends before it begins");
	set_range(set, first, last);
	return KBM_OK;
}

static enum kbm_code new_set(struct parser *parser, struct kbm_unit_set **set)
{
	struct kbm_pattern_tree *tree = parser->tree;
	if (tree->set_count == KBM_PATTERN_MAX_SETS)
		return kbm_fail(parser->error, KBM_LIMIT, "the pattern has more than %u sets",
				KBM_PATTERN_MAX_SETS);
	if (tree->sets == NULL)
		tree->sets = calloc(KBM_PATTERN_MAX_SETS, sizeof *tree->sets);
	if (tree->sets == NULL)
		return kbm_fail(parser->error, KBM_MEMORY, "no memory for a pattern");
	*set = &tree->sets[tree->set_count++];
	return KBM_OK;
}

static void complement(struct kbm_unit_set *set)
{
	for (size_t i = 0; i < sizeof set->bits; i++)
		set->bits[i] = (uint8_t)~set->bits[i];
}

enum shared_set { HIGH_HALVES, LOW_HALVES, ANY_UNIT };

static enum kbm_code add_shared(struct parser *parser, enum shared_set which, uint32_t *node)
{
	static const uint32_t ranges[][2] = {
	    {HIGH_FIRST, LOW_FIRST - 1}, {LOW_FIRST, LOW_LAST}, {0, UINT16_MAX}};
	struct kbm_unit_set *set = NULL;
	if (parser->shared[which] == 0) {
		enum kbm_code code = new_set(parser, &set);
		if (code != KBM_OK)
			return code;
		set_range(set, ranges[which][0], ranges[which][1]);
		parser->shared[which] = (uint32_t)(set - parser->tree->sets) + 1;
	}
	return add(parser, KBM_NODE_SET, parser->shared[which] - 1, 0, node);
}

/* A set that has no bounds holds every character beyond U+FFFF, too: two units. */
static enum kbm_code add_pairs(struct parser *parser, uint32_t *node)
{
	uint32_t high = 0;
	uint32_t low = 0;
	enum kbm_code code = add_shared(parser, HIGH_HALVES, &high);
	if (code == KBM_OK)
		code = add_shared(parser, LOW_HALVES, &low);
	if (code == KBM_OK)
		code = add(parser, KBM_NODE_BOTH, high, low, &high);
	return code == KBM_OK ? add(parser, KBM_NODE_EITHER, *node, high, node) : code;
}

static enum kbm_code add_any(struct parser *parser, uint32_t *node)
{
	parser->at++;
	enum kbm_code code = add_shared(parser, ANY_UNIT, node);
	return code == KBM_OK ? add_pairs(parser, node) : code;
}

static enum kbm_code add_set(struct parser *parser, uint32_t *node)
{
	size_t start = parser->at++;
	struct kbm_unit_set *set = NULL;
	enum kbm_code code = new_set(parser, &set);
	bool negated = next_is(parser, '^');
	if (negated)
		parser->at++;
	size_t first = parser->at; /* a ']' there is a member */
	while (code == KBM_OK && !(next_is(parser, ']') && parser->at > first)) {
		if (parser->at >= parser->count)
			return refuse(parser, start, "a '[' without its ']'");
		code = read_member(parser, set);
	}
	if (code != KBM_OK)
		return code;
	parser->at++;
	if (negated)
		complement(set);
	code = add(parser, KBM_NODE_SET, (uint32_t)(set - parser->tree->sets), 0, node);
	return code == KBM_OK && negated ? add_pairs(parser, node) : code;
}

/* --- the grammar ---------------------------------------------------------------------------- */

static enum kbm_code parse_either(struct parser *parser, uint32_t *node);

static enum kbm_code parse_group(struct parser *parser, uint32_t *node)
{
	size_t start = parser->at++;
	if (++parser->depth > KBM_PATTERN_MAX_DEPTH)
		return kbm_fail(parser->error, KBM_LIMIT,
				"the pattern has more than %u groups inside each other",
				KBM_PATTERN_MAX_DEPTH);
	enum kbm_code code = parse_either(parser, node);
	if (code != KBM_OK)
		return code;
	if (!next_is(parser, ')'))
		return refuse(parser, start, "a '(' without its ')'");
	parser->at++;
	parser->depth--;
	return KBM_OK;
}

static bool read_number(const struct parser *parser, size_t *at, unsigned *number)
{
	size_t start = *at;
	*number = 0;
	while (*at < parser->count && parser->units[*at] >= '0' && parser->units[*at] <= '9' &&
	       *number <= KBM_PATTERN_MAX_REPEAT)
		*number = *number * 10 + parser->units[(*at)++] - '0';
	return *at > start;
}

/* {m} {m,} {m,n}; false: the '{' begins none of them. */
static bool read_braces(const struct parser *parser, size_t *end, unsigned *least, unsigned *most)
{
	size_t at = parser->at + 1;
	if (!read_number(parser, &at, least))
		return false;
	*most = *least;
	if (at < parser->count && parser->units[at] == ',') {
		at++;
		if (!read_number(parser, &at, most))
			*most = KBM_REPEAT_WITHOUT_END;
	}
	if (at >= parser->count || parser->units[at] != '}')
		return false;
	*end = at + 1;
	return true;
}

/* The repetition that stands here, if one does. */
static bool read_repeat(const struct parser *parser, size_t *end, unsigned *least, unsigned *most)
{
	*least = next_is(parser, '+') ? 1 : 0;
	*most = next_is(parser, '?') ? 1 : KBM_REPEAT_WITHOUT_END;
	*end = parser->at + 1;
	if (next_is(parser, '{'))
		return read_braces(parser, end, least, most);
	return next_is(parser, '*') || next_is(parser, '+') || next_is(parser, '?');
}

static enum kbm_code parse_atom(struct parser *parser, uint32_t *node)
{
	size_t end = 0;
	unsigned least = 0;
	unsigned most = 0;
	if (read_repeat(parser, &end, &least, &most))
		return refuse(parser, parser->at,
			      "there is nothing in front of it to repeat: write a backslash in "
			      "front of it for the mark itself");
	switch (parser->units[parser->at]) {
	case '(':
		return parse_group(parser, node);
	case '[':
		return add_set(parser, node);
	case '.':
		return add_any(parser, node);
	case '\\':
		return add_escaped(parser, node);
	case '^':
	case '$':
		return add(parser,
			   parser->units[parser->at++] == '^' ? KBM_NODE_BEGIN : KBM_NODE_END, 0, 0,
			   node);
	default:
		return add_character(parser, node);
	}
}

static enum kbm_code parse_piece(struct parser *parser, uint32_t *node)
{
	size_t end = 0;
	unsigned least = 0;
	unsigned most = 0;
	unsigned repeats = 0;
	enum kbm_code code = parse_atom(parser, node);
	while (code == KBM_OK && read_repeat(parser, &end, &least, &most)) {
		if (least > KBM_PATTERN_MAX_REPEAT ||
		    (most > KBM_PATTERN_MAX_REPEAT && most != KBM_REPEAT_WITHOUT_END))
			return refuse(parser, parser->at, "a repetition of more than 255 times");
		if (most < least)
			return refuse(parser, parser->at,
				      "a repetition that ends before it begins");
		if (++repeats > KBM_PATTERN_MAX_DEPTH)
			return kbm_fail(parser->error, KBM_LIMIT,
					"the pattern repeats something more than %u times over",
					KBM_PATTERN_MAX_DEPTH);
		code = kbm_pattern_add(parser->tree,
				       (struct kbm_pattern_node){KBM_NODE_REPEAT, *node, 0,
								 (uint16_t)least, (uint16_t)most},
				       node, parser->error);
		parser->at = end;
	}
	return code;
}

static enum kbm_code parse_both(struct parser *parser, uint32_t *node)
{
	enum kbm_code code = add(parser, KBM_NODE_EMPTY, 0, 0, node);
	while (code == KBM_OK && parser->at < parser->count && !next_is(parser, '|') &&
	       !next_is(parser, ')')) {
		uint32_t piece = 0;
		code = parse_piece(parser, &piece);
		if (code == KBM_OK)
			code = kbm_pattern_chain(parser->tree, node, piece, parser->error);
	}
	return code;
}

static enum kbm_code parse_either(struct parser *parser, uint32_t *node)
{
	enum kbm_code code = parse_both(parser, node);
	while (code == KBM_OK && next_is(parser, '|')) {
		uint32_t other = 0;
		parser->at++;
		code = parse_both(parser, &other);
		if (code == KBM_OK)
			code = add(parser, KBM_NODE_EITHER, *node, other, node);
	}
	return code;
}

enum kbm_code kbm_pattern_parse(const uint16_t *units, size_t count, struct kbm_pattern_tree *tree,
				struct kbm_error *error)
{
	struct parser parser = {.units = units, .count = count, .tree = tree, .error = error};
	enum kbm_code code = parse_either(&parser, &tree->top);
	if (code == KBM_OK && parser.at < count)
		code = refuse(&parser, parser.at, "a ')' without its '('");
	return code;
}
