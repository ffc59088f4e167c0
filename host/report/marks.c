/* Which parts of what is expected differ from what was found. */
#include "report/marks.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "plan/change.h"
#include "source/dn.h"

/* A piece of a text, by byte offsets. */
struct piece {
	const char *text;
	size_t start;
	size_t end;
};

/* One RDN: its type from `start` to the '=', its value from `value` to `end`. */
struct part {
	size_t start;
	size_t value;
	size_t end;
};

struct parts {
	struct part items[KBM_DN_MAX_RDNS];
	size_t count;
};

/* --- comparing ------------------------------------------------------------------------------- */

static bool pieces_equal(const struct piece *left, const struct piece *right)
{
	size_t length = left->end - left->start;
	return right->end - right->start == length &&
	       memcmp(left->text + left->start, right->text + right->start, length) == 0;
}

static bool is_inside_character(const char *text, size_t at)
{
	return ((unsigned char)text[at] & 0xC0) == 0x80;
}

static size_t shorter(const struct piece *left, const struct piece *right)
{
	size_t length = left->end - left->start;
	size_t other = right->end - right->start;
	return length < other ? length : other;
}

static size_t common_prefix(const struct piece *left, const struct piece *right)
{
	size_t most = shorter(left, right);
	size_t length = 0;
	while (length < most &&
	       left->text[left->start + length] == right->text[right->start + length])
		length++;
	return length;
}

/* Behind the first `prefix` bytes. */
static size_t common_suffix(const struct piece *left, const struct piece *right, size_t prefix)
{
	size_t most = shorter(left, right) - prefix;
	size_t length = 0;
	while (length < most &&
	       left->text[left->end - length - 1] == right->text[right->end - length - 1])
		length++;
	return length;
}

/* Marks what lies between the common beginning and the common end, by whole characters. */
static void mark_between(const struct piece *found, const struct piece *expected, bool *marked)
{
	size_t left = found->end - found->start;
	size_t right = expected->end - expected->start;
	size_t prefix = common_prefix(found, expected);
	while (prefix > 0 &&
	       ((prefix < right && is_inside_character(expected->text, expected->start + prefix)) ||
		(prefix < left && is_inside_character(found->text, found->start + prefix))))
		prefix--;
	size_t suffix = common_suffix(found, expected, prefix);
	while (suffix > 0 && is_inside_character(expected->text, expected->end - suffix))
		suffix--;
	size_t from = expected->start + prefix;
	size_t to = expected->end - suffix;
	for (size_t i = from; i < to; i++)
		marked[i] = true;
	if (from >= to)
		marked[from] = true;
}

static bool is_blank(uint32_t code)
{
	return code == ' ' || code == '\t' || code == 0xA0 || code == 0x3000;
}

/* The next character that is no blank, upcased; 0 at the end. */
static uint32_t next_letter(const struct piece *piece, size_t *at)
{
	while (*at < piece->end) {
		size_t size = 0;
		uint32_t code = kbm_text_next(piece->text + *at, piece->end - *at, &size);
		*at += size;
		if (!is_blank(code))
			return code <= UINT16_MAX ? kbm_text_upcase((uint16_t)code) : code;
	}
	return 0;
}

static bool differ_in_case_or_blanks(const struct piece *left, const struct piece *right)
{
	size_t left_at = left->start;
	size_t right_at = right->start;
	for (;;) {
		uint32_t letter = next_letter(left, &left_at);
		if (letter != next_letter(right, &right_at))
			return false;
		if (letter == 0)
			return true;
	}
}

static void mark_whole(const struct piece *piece, bool *marked)
{
	if (piece->start == piece->end)
		marked[piece->start] = true;
	for (size_t i = piece->start; i < piece->end; i++)
		marked[i] = true;
}

static void mark_piece(const struct piece *found, const struct piece *expected, bool *marked)
{
	if (pieces_equal(found, expected))
		return;
	if (differ_in_case_or_blanks(found, expected))
		mark_between(found, expected, marked);
	else
		mark_whole(expected, marked);
}

/* --- names ----------------------------------------------------------------------------------- */

static void add_part(const char *text, size_t start, size_t end, struct parts *parts)
{
	const char *equals = memchr(text + start, '=', end - start);
	if (parts->count < KBM_DN_MAX_RDNS)
		parts->items[parts->count] = (struct part){
		    .start = start,
		    .value = equals == NULL ? start : (size_t)(equals - text) + 1,
		    .end = end,
		};
	parts->count++;
}

/* Each '/' of the X.500 form starts a part; a ',' or ';' of the LDAP form ends one, unless it is
 * escaped or quoted (RFC 4514 section 2.4, RFC 1779). */
static void split(const char *text, enum kbm_dn_form form, struct parts *parts)
{
	size_t length = strlen(text);
	size_t start = form == KBM_DN_X500 && length > 0 ? 1 : 0;
	bool quoted = false;
	size_t i = start;
	for (; i < length; i++) {
		if (form == KBM_DN_LDAP && text[i] == '\\' && i + 1 < length) {
			i++;
			continue;
		}
		if (form == KBM_DN_LDAP && text[i] == '"')
			quoted = !quoted;
		if (form == KBM_DN_X500 ? text[i] != '/'
					: quoted || (text[i] != ',' && text[i] != ';'))
			continue;
		add_part(text, start, i, parts);
		start = i + 1;
	}
	add_part(text, start, i, parts);
}

static bool read_name(const char *text, enum kbm_dn_form *form, struct parts *parts)
{
	struct kbm_dn *dn = NULL;
	if (kbm_dn_parse(text, strlen(text), KBM_DN_DETECT, &dn, NULL) != KBM_OK)
		return false;
	*form = dn->form;
	split(text, *form, parts);
	bool agrees = parts->count == dn->rdn_count && parts->count > 0;
	kbm_dn_free(dn);
	return agrees;
}

static struct piece type_of(const char *text, const struct part *part)
{
	return (struct piece){.text = text, .start = part->start, .end = part->value};
}

static struct piece value_of(const char *text, const struct part *part)
{
	return (struct piece){.text = text, .start = part->value, .end = part->end};
}

static struct piece whole_of(const char *text, const struct part *part)
{
	return (struct piece){.text = text, .start = part->start, .end = part->end};
}

static void mark_parts(const char *found, const struct parts *left, const char *expected,
		       const struct parts *right, bool *marked)
{
	size_t most = left->count < right->count ? left->count : right->count;
	size_t first = 0; /* equal parts at the beginning, and at the end */
	size_t last = 0;
	for (; first < most; first++) {
		struct piece one = whole_of(found, &left->items[first]);
		struct piece other = whole_of(expected, &right->items[first]);
		if (!pieces_equal(&one, &other))
			break;
	}
	for (; last < most - first; last++) {
		struct piece one = whole_of(found, &left->items[left->count - 1 - last]);
		struct piece other = whole_of(expected, &right->items[right->count - 1 - last]);
		if (!pieces_equal(&one, &other))
			break;
	}
	bool pairwise = left->count == right->count;
	for (size_t i = first; i < right->count - last; i++) {
		struct piece type = type_of(expected, &right->items[i]);
		struct piece value = value_of(expected, &right->items[i]);
		if (pairwise || i < left->count - last) {
			struct piece other_type = type_of(found, &left->items[i]);
			struct piece other_value = value_of(found, &left->items[i]);
			mark_piece(&other_type, &type, marked);
			mark_piece(&other_value, &value, marked);
		} else {
			mark_whole(&type, marked);
			mark_whole(&value, marked);
		}
	}
	if (left->count > right->count)
		marked[last == 0 ? strlen(expected) : right->items[right->count - last].start] =
		    true;
}

/* --- other texts ----------------------------------------------------------------------------- */

static bool is_value_type(const char *text)
{
	uint32_t type = 0;
	return kbm_value_type_parse(text, &type);
}

/* Words that have little in common are not compared letter by letter, and types of values never: of
 * REG_DWORD and REG_SZ the beginning says nothing. */
static bool are_different_words(const struct piece *found, const struct piece *expected)
{
	if (is_value_type(found->text) && is_value_type(expected->text))
		return true;
	size_t prefix = common_prefix(found, expected);
	size_t suffix = common_suffix(found, expected, prefix);
	size_t left = found->end - found->start;
	size_t right = expected->end - expected->start;
	return 2 * (prefix + suffix) < (left > right ? left : right);
}

void kbm_marks_find(const char *found, const char *expected, bool *marked)
{
	if (strcmp(found, expected) == 0)
		return;
	struct parts left = {.count = 0};
	struct parts right = {.count = 0};
	enum kbm_dn_form left_form = KBM_DN_DETECT;
	enum kbm_dn_form right_form = KBM_DN_DETECT;
	bool are_names =
	    read_name(found, &left_form, &left) && read_name(expected, &right_form, &right);
	if (are_names && left_form == right_form) {
		mark_parts(found, &left, expected, &right, marked);
		size_t length = strlen(expected);
		for (size_t i = 0; i <= length; i++)
			if (marked[i])
				return;
		/* They differ between the parts only. */
	}
	struct piece one = {.text = found, .start = 0, .end = strlen(found)};
	struct piece other = {.text = expected, .start = 0, .end = strlen(expected)};
	if (!are_names && !differ_in_case_or_blanks(&one, &other) &&
	    are_different_words(&one, &other))
		mark_whole(&other, marked);
	else
		mark_between(&one, &other, marked);
}
