/* Search filters as text: RFC 4515 with the empty lists of RFC 4526. */
#include "source/filter_node.h"

#include "base/limits.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

struct parser {
	struct kbm_filter *filter;
	const char *text;
	size_t at;
	size_t depth;
	struct kbm_error *error;
};

static enum kbm_code fail(struct parser *parser, const char *what)
{
	return kbm_fail(parser->error, KBM_USAGE, "filter, byte %zu: %s", parser->at + 1, what);
}

static enum kbm_code no_memory(struct parser *parser)
{
	return kbm_fail(parser->error, KBM_MEMORY, "filter: no memory");
}

static void skip_blanks(struct parser *parser)
{
	while (parser->text[parser->at] == ' ')
		parser->at++;
}

/* One value or piece: up to '*' or ')', with \XX replaced. */
static enum kbm_code read_value(struct parser *parser, struct kbm_bytes *value)
{
	const char *text = parser->text;
	while (text[parser->at] != '*' && text[parser->at] != ')') {
		char letter = text[parser->at];
		if (letter == 0)
			return fail(parser, "the ')' is missing");
		if (letter == '(')
			return fail(parser, "a '(' inside a value is written \\28");
		if (letter == '\\') {
			int high = kbm_text_hex_digit(text[parser->at + 1]);
			int low = high < 0 ? -1 : kbm_text_hex_digit(text[parser->at + 2]);
			if (low < 0)
				return fail(parser, "two hexadecimal digits must follow '\\'; a "
						    "backslash itself is \\5c");
			letter = (char)(uint8_t)(high * 16 + low);
			parser->at += 2;
		}
		parser->at++;
		kbm_bytes_append_byte(value, (uint8_t)letter);
	}
	return value->failed ? no_memory(parser) : KBM_OK;
}

/* Appends a piece, brought to the form that compares. A value that breaks the attribute's syntax is
 * not a mistake of the filter: it makes the assertion undefined (RFC 4511 section 4.5.1.7). */
static enum kbm_code add_piece(struct parser *parser, struct kbm_filter_node *node,
			       enum kbm_value_part part, const struct kbm_bytes *value)
{
	struct kbm_arena *arena = &parser->filter->arena;
	struct kbm_bytes normal;
	if (part == KBM_VALUE_WHOLE && node->syntax == KBM_SYNTAX_CLASS)
		node->object_class = kbm_object_class_find(kbm_bytes_text(value), value->length);
	kbm_bytes_init(&normal, KBM_FILTER_MAX_NORMAL_BYTES);
	enum kbm_code code =
	    kbm_syntax_normalize(node->syntax, part, (const uint8_t *)kbm_bytes_text(value),
				 value->length, &normal, parser->error);
	if (code == KBM_OK) {
		struct kbm_filter_piece *piece = kbm_arena_take(arena, sizeof *piece);
		char *text = kbm_arena_copy(arena, kbm_bytes_text(&normal), normal.length);
		if (piece == NULL || text == NULL) {
			code = no_memory(parser);
		} else {
			*piece = (struct kbm_filter_piece){NULL, part, text, normal.length};
			struct kbm_filter_piece **end = &node->pieces;
			while (*end != NULL)
				end = &(*end)->next;
			*end = piece;
		}
	} else if (code == KBM_INVALID) {
		node->value_is_valid = false;
		code = KBM_OK;
	}
	kbm_bytes_clear(&normal);
	return code;
}

/* What follows '=': a value, pieces with '*' between them, or '*' alone. */
static enum kbm_code read_equality(struct parser *parser, struct kbm_filter_node *node)
{
	struct kbm_bytes value;
	kbm_bytes_init(&value, KBM_FILTER_MAX_BYTES);
	enum kbm_code code = read_value(parser, &value);
	if (code == KBM_OK && parser->text[parser->at] == ')') {
		code = add_piece(parser, node, KBM_VALUE_WHOLE, &value);
		goto out;
	}
	node->kind = KBM_FILTER_SUBSTRINGS;
	enum kbm_value_part part = KBM_VALUE_INITIAL;
	while (code == KBM_OK) {
		bool is_last = parser->text[parser->at] == ')';
		if (is_last)
			part = KBM_VALUE_FINAL;
		if (value.length > 0)
			code = add_piece(parser, node, part, &value);
		if (is_last || code != KBM_OK)
			break;
		parser->at++; /* the '*' */
		part = KBM_VALUE_ANY;
		kbm_bytes_reset(&value);
		code = read_value(parser, &value);
	}
	if (node->pieces == NULL && node->value_is_valid)
		node->kind = KBM_FILTER_PRESENT;
out:
	kbm_bytes_clear(&value);
	return code;
}

static enum kbm_code read_ordering(struct parser *parser, struct kbm_filter_node *node)
{
	struct kbm_bytes value;
	kbm_bytes_init(&value, KBM_FILTER_MAX_BYTES);
	enum kbm_code code = read_value(parser, &value);
	if (code == KBM_OK && parser->text[parser->at] == '*')
		code = fail(parser, "a '*' inside this value is written \\2a");
	if (code == KBM_OK)
		code = add_piece(parser, node, KBM_VALUE_WHOLE, &value);
	kbm_bytes_clear(&value);
	return code;
}

static enum kbm_code read_attribute(struct parser *parser, struct kbm_filter_node *node)
{
	const char *start = parser->text + parser->at;
	size_t length = strcspn(start, "=~<>:()*\\");
	if (start[length] == ':')
		return kbm_fail(parser->error, KBM_UNSUPPORTED,
				"filter, byte %zu: extensible match (':=') is not supported; use "
				"=, >=, <= or *",
				parser->at + length + 1);
	if (length == 0)
		return fail(parser, "the name of an attribute is missing");
	if (!kbm_attribute_name_is_valid(start, length))
		return fail(parser, "this is not the name of an attribute (letters, digits, '-'; "
				    "no blanks)");
	char *name = kbm_arena_copy(&parser->filter->arena, start, length);
	if (name == NULL)
		return no_memory(parser);
	parser->at += length;
	node->attribute = kbm_attribute_query(name);
	node->is_known = node->attribute.type != NULL;
	node->syntax = node->is_known ? node->attribute.type->syntax : KBM_SYNTAX_TEXT;
	return KBM_OK;
}

static enum kbm_code read_assertion(struct parser *parser, struct kbm_filter_node *node)
{
	node->position = parser->at;
	node->value_is_valid = true;
	enum kbm_code code = read_attribute(parser, node);
	if (code != KBM_OK)
		return code;
	char sign = parser->text[parser->at];
	if (sign == '=') {
		parser->at++;
		node->kind = KBM_FILTER_EQUAL;
		return read_equality(parser, node);
	}
	if (sign == 0 || strchr("~<>", sign) == NULL || parser->text[parser->at + 1] != '=')
		return fail(parser, "one of = ~= >= <= must follow the attribute");
	parser->at += 2;
	/* Approximate match is left to the server's choice; equality is the strictest one. */
	node->kind = KBM_FILTER_EQUAL;
	if (sign == '>')
		node->kind = KBM_FILTER_AT_LEAST;
	else if (sign == '<')
		node->kind = KBM_FILTER_AT_MOST;
	return read_ordering(parser, node);
}

static enum kbm_code read_filter(struct parser *parser, struct kbm_filter_node **node);

/* The filters behind & | or !, up to the ')'. */
static enum kbm_code read_list(struct parser *parser, struct kbm_filter_node *node)
{
	struct kbm_filter_node *last = NULL;
	skip_blanks(parser);
	while (parser->text[parser->at] == '(') {
		struct kbm_filter_node *child = NULL;
		enum kbm_code code = read_filter(parser, &child);
		if (code != KBM_OK)
			return code;
		if (last == NULL)
			node->child = child;
		else
			last->next = child;
		last = child;
		skip_blanks(parser);
	}
	if (node->kind == KBM_FILTER_NOT && (node->child == NULL || node->child->next != NULL))
		return fail(parser, "exactly one filter must follow '!'");
	if (parser->text[parser->at] != ')')
		return fail(parser, "a filter in '(' and ')', or the closing ')', is missing");
	return KBM_OK;
}

static enum kbm_code read_filter(struct parser *parser, struct kbm_filter_node **node)
{
	if (parser->text[parser->at] != '(')
		return fail(parser, "a filter begins with '('");
	if (++parser->depth > KBM_FILTER_MAX_DEPTH)
		return kbm_fail(parser->error, KBM_LIMIT,
				"filter, byte %zu: nested deeper than %u (KBM_FILTER_MAX_DEPTH)",
				parser->at + 1, KBM_FILTER_MAX_DEPTH);
	struct kbm_filter_node *made = kbm_arena_take(&parser->filter->arena, sizeof *made);
	if (made == NULL)
		return no_memory(parser);
	*made = (struct kbm_filter_node){0};
	parser->at++;
	skip_blanks(parser);
	enum kbm_code code;
	switch (parser->text[parser->at]) {
	case '&':
	case '|':
	case '!':
		made->kind = parser->text[parser->at] == '&'   ? KBM_FILTER_AND
			     : parser->text[parser->at] == '|' ? KBM_FILTER_OR
							       : KBM_FILTER_NOT;
		parser->at++;
		code = read_list(parser, made);
		break;
	default:
		code = read_assertion(parser, made);
		break;
	}
	if (code != KBM_OK)
		return code;
	parser->at++; /* the ')' that both have stopped at */
	parser->depth--;
	*node = made;
	return KBM_OK;
}

static enum kbm_code check_text(struct parser *parser, size_t length)
{
	if (length > KBM_FILTER_MAX_BYTES)
		return kbm_fail(parser->error, KBM_LIMIT,
				"filter: %zu bytes, at most %lu (KBM_FILTER_MAX_BYTES)", length,
				KBM_FILTER_MAX_BYTES);
	while (parser->at < length) {
		size_t size = 1;
		uint32_t code_point =
		    kbm_text_next(parser->text + parser->at, length - parser->at, &size);
		if (code_point == UINT32_MAX || !kbm_text_is_utf8(parser->text + parser->at, size))
			return fail(parser, "not UTF-8; other bytes are written \\XX");
		parser->at += size;
	}
	parser->at = 0;
	return KBM_OK;
}

enum kbm_code kbm_filter_parse(const char *text, struct kbm_filter **filter,
			       struct kbm_error *error)
{
	struct kbm_filter *made = calloc(1, sizeof *made);
	if (made == NULL)
		return kbm_fail(error, KBM_MEMORY, "filter: no memory");
	struct parser parser = {.filter = made, .text = text, .error = error};
	enum kbm_code code = check_text(&parser, strlen(text));
	if (code == KBM_OK) {
		skip_blanks(&parser);
		code = read_filter(&parser, &made->root);
	}
	if (code == KBM_OK) {
		skip_blanks(&parser);
		if (text[parser.at] != 0)
			code = fail(&parser, "the filter ends before this");
	}
	if (code != KBM_OK) {
		kbm_filter_free(made);
		return code;
	}
	*filter = made;
	return KBM_OK;
}
