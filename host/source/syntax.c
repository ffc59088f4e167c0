/* What attributes are called and how their values compare. */
#include "source/syntax.h"

#include "base/text.h"
#include "source/attribute_types.h"
#include "source/dn.h"

#include <string.h>

static uint8_t lower(char letter)
{
	uint8_t byte = (uint8_t)letter;
	return byte >= 'A' && byte <= 'Z' ? (uint8_t)(byte | 0x20) : byte;
}

static bool is_letter(char letter)
{
	return lower(letter) >= 'a' && lower(letter) <= 'z';
}

static bool is_digit(char letter)
{
	return letter >= '0' && letter <= '9';
}

/* --- names ---------------------------------------------------------------------------------- */

bool kbm_attribute_names_equal(const char *left, size_t left_length, const char *right,
			       size_t right_length)
{
	if (left_length != right_length)
		return false;
	for (size_t i = 0; i < left_length; i++) {
		if (lower(left[i]) != lower(right[i]))
			return false;
	}
	return true;
}

/* Names by their hash, since plans compare thousands of them with each other. Open addressing: a
 * slot holds the name's row in the table plus one, 0 is empty. */
enum { NAME_SLOTS = 1024 };
static uint16_t name_slots[NAME_SLOTS];

/* FNV-1a over ASCII letters without case. */
static size_t first_slot(const char *name, size_t length)
{
	uint32_t hash = 2166136261U;
	for (size_t i = 0; i < length; i++)
		hash = (hash ^ lower(name[i])) * 16777619U;
	return (hash ^ hash >> 16) % NAME_SLOTS;
}

static bool type_is_called(const struct kbm_attribute_type *type, const char *name, size_t length)
{
	for (size_t i = 0; i < KBM_ATTRIBUTE_NAMES && type->names[i] != NULL; i++) {
		if (kbm_attribute_names_equal(type->names[i], strlen(type->names[i]), name, length))
			return true;
	}
	return false;
}

static void index_names(void)
{
	for (size_t row = 0; row < kbm_attribute_type_count; row++) {
		const struct kbm_attribute_type *type = &kbm_attribute_types[row];
		for (size_t i = 0; i < KBM_ATTRIBUTE_NAMES && type->names[i] != NULL; i++) {
			size_t slot = first_slot(type->names[i], strlen(type->names[i]));
			while (name_slots[slot] != 0)
				slot = (slot + 1) % NAME_SLOTS;
			name_slots[slot] = (uint16_t)(row + 1);
		}
	}
}

const struct kbm_attribute_type *kbm_attribute_type_find(const char *name, size_t length)
{
	static bool is_indexed;
	if (!is_indexed)
		index_names();
	is_indexed = true;
	for (size_t slot = first_slot(name, length); name_slots[slot] != 0;
	     slot = (slot + 1) % NAME_SLOTS) {
		const struct kbm_attribute_type *type = &kbm_attribute_types[name_slots[slot] - 1];
		if (type_is_called(type, name, length))
			return type;
	}
	return NULL;
}

/* The underscore is no part of RFC 4512, but some directories use it. */
static bool base_is_valid(const char *name, size_t length)
{
	if (length == 0)
		return false;
	bool is_oid = is_digit(name[0]);
	if (!is_oid && !is_letter(name[0]))
		return false;
	for (size_t i = 1; i < length; i++) {
		bool common = is_digit(name[i]) || (is_oid && name[i] == '.' && name[i - 1] != '.');
		if (!common &&
		    (is_oid || !(is_letter(name[i]) || name[i] == '-' || name[i] == '_')))
			return false;
	}
	return name[length - 1] != '.';
}

bool kbm_attribute_name_is_valid(const char *name, size_t length)
{
	const char *semicolon = memchr(name, ';', length);
	size_t base = semicolon == NULL ? length : (size_t)(semicolon - name);
	if (!base_is_valid(name, base))
		return false;
	for (size_t i = base; i < length; i++) {
		if (name[i] == ';') {
			if (i + 1 == length || name[i + 1] == ';')
				return false;
		} else if (!is_letter(name[i]) && !is_digit(name[i]) &&
			   strchr("-_=*", name[i]) == NULL) { /* range=0-* */
			return false;
		}
	}
	return true;
}

size_t kbm_attribute_base_length(const char *name)
{
	return strcspn(name, ";");
}

struct kbm_attribute_query kbm_attribute_query(const char *asked)
{
	size_t length = kbm_attribute_base_length(asked);
	return (struct kbm_attribute_query){asked, length, kbm_attribute_type_find(asked, length)};
}

static bool has_option(const char *options, const char *option, size_t length)
{
	while (*options == ';') {
		options++;
		size_t size = strcspn(options, ";");
		if (kbm_attribute_names_equal(options, size, option, length))
			return true;
		options += size;
	}
	return false;
}

/* Whether each option of `few` but ;binary is one of `many`. Both begin at their first ';'. */
static bool options_are_among(const char *few, const char *many)
{
	while (*few == ';') {
		few++;
		size_t size = strcspn(few, ";");
		if (!kbm_attribute_names_equal(few, size, "binary", strlen("binary")) &&
		    !has_option(many, few, size))
			return false;
		few += size;
	}
	return true;
}

static bool base_matches(const struct kbm_attribute_query *query, const char *held,
			 size_t held_length)
{
	if (kbm_attribute_names_equal(query->asked, query->base_length, held, held_length))
		return true;
	return query->type != NULL && held_length > 0 &&
	       type_is_called(query->type, held, held_length);
}

bool kbm_attribute_includes(const struct kbm_attribute_query *query, const char *held)
{
	size_t length = kbm_attribute_base_length(held);
	return base_matches(query, held, length) &&
	       options_are_among(query->asked + query->base_length, held + length);
}

bool kbm_attribute_is_same(const struct kbm_attribute_query *query, const char *held)
{
	size_t length = kbm_attribute_base_length(held);
	return kbm_attribute_includes(query, held) &&
	       options_are_among(held + length, query->asked + query->base_length);
}

bool kbm_attribute_is_cut(const char *name)
{
	for (const char *at = strchr(name, ';'); at != NULL; at = strchr(at + 1, ';')) {
		if (kbm_attribute_names_equal(at + 1, strcspn(at + 1, "=;"), "range",
					      strlen("range")))
			return true;
	}
	return false;
}

/* --- values --------------------------------------------------------------------------------- */

bool kbm_syntax_has_equality(enum kbm_syntax syntax)
{
	return syntax != KBM_SYNTAX_OPAQUE;
}

bool kbm_syntax_has_substrings(enum kbm_syntax syntax)
{
	return syntax == KBM_SYNTAX_TEXT || syntax == KBM_SYNTAX_EXACT_TEXT ||
	       syntax == KBM_SYNTAX_IA5 || syntax == KBM_SYNTAX_TELEPHONE;
}

static enum kbm_code finish(const struct kbm_bytes *out, struct kbm_error *error)
{
	if (out->failed)
		return kbm_fail(error, KBM_MEMORY, "no memory to compare a value");
	return KBM_OK;
}

static bool is_ascii(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if ((uint8_t)text[i] > 0x7f)
			return false;
	}
	return true;
}

static bool is_printable_ascii(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (text[i] < ' ' || text[i] > '~')
			return false;
	}
	return true;
}

/* RFC 4518 sections 2.2 to 2.4. A digit on either side keeps the blanks at the edges, which mean
 * something in a piece of a substrings filter; no digit composes with what follows. */
static enum kbm_code fold_unicode(const char *text, size_t length, struct kbm_bytes *out,
				  struct kbm_error *error)
{
	struct kbm_bytes fenced;
	struct kbm_bytes folded;
	kbm_bytes_init(&fenced, length + 2);
	kbm_bytes_init(&folded, out->maximum);
	kbm_bytes_append_byte(&fenced, '0');
	kbm_bytes_append(&fenced, text, length);
	kbm_bytes_append_byte(&fenced, '0');
	enum kbm_code code = finish(&fenced, error);
	if (code == KBM_OK)
		code = kbm_dn_prepare_value(kbm_bytes_text(&fenced), fenced.length, &folded, error);
	if (code == KBM_OK) {
		/* Blanks that the preparation put outside the fence are not the text's. */
		const char *first = memchr(folded.data, '0', folded.length);
		const char *last = memrchr(folded.data, '0', folded.length);
		if (first == NULL || last <= first)
			code = kbm_fail(error, KBM_INTERNAL,
					"the preparation of a text lost its edges");
		else
			kbm_bytes_append(out, first + 1, (size_t)(last - first) - 1);
	}
	kbm_bytes_clear(&fenced);
	kbm_bytes_clear(&folded);
	return code;
}

/* Insignificant blanks: none at the ends of a whole value, one between words. A piece of a
 * substrings filter keeps one at an end where it has any. RFC 4518 section 2.6.1 would let a
 * piece's blank meet the beginning of a value; servers (OpenLDAP was measured) do not, and so do
 * we. */
static void append_words(enum kbm_value_part part, const char *text, size_t length, bool fold_ascii,
			 struct kbm_bytes *out)
{
	size_t before = out->length;
	if (!kbm_bytes_append_zeros(out, length))
		return;
	uint8_t *to = out->data + before;
	size_t start = 0;
	size_t end = length;
	while (part == KBM_VALUE_WHOLE && start + 1 < end && text[start] == ' ')
		start++;
	while (part == KBM_VALUE_WHOLE && end > start + 1 && text[end - 1] == ' ')
		end--;
	for (size_t i = start; i < end; i++) {
		if (text[i] == ' ' && i > start && text[i - 1] == ' ')
			continue;
		*to++ = fold_ascii ? lower(text[i]) : (uint8_t)text[i];
	}
	*to = 0;
	out->length = (size_t)(to - out->data);
}

/* RFC 4517 section 4.2.29: blanks and hyphens do not count. */
static void append_telephone(const char *text, size_t length, struct kbm_bytes *out)
{
	for (size_t i = 0; i < length; i++) {
		if (text[i] != ' ' && text[i] != '-')
			kbm_bytes_append_byte(out, lower(text[i]));
	}
}

static enum kbm_code normalize_text(enum kbm_syntax syntax, enum kbm_value_part part,
				    const char *text, size_t length, struct kbm_bytes *out,
				    struct kbm_error *error)
{
	struct kbm_bytes folded;
	kbm_bytes_init(&folded, out->maximum);
	/* Of these syntaxes only IA5 has an empty value (RFC 4517 section 3.3). */
	if (length == 0 && syntax != KBM_SYNTAX_IA5)
		return kbm_fail(error, KBM_INVALID, "empty");
	bool is_plain = is_printable_ascii(text, length);
	if (!is_plain && !kbm_text_is_utf8(text, length))
		return kbm_fail(error, KBM_INVALID, "not UTF-8");
	if (!is_plain && syntax == KBM_SYNTAX_IA5 && !is_ascii(text, length))
		return kbm_fail(error, KBM_INVALID, "not ASCII");
	if (!is_plain && syntax != KBM_SYNTAX_EXACT_TEXT) {
		enum kbm_code code = fold_unicode(text, length, &folded, error);
		if (code == KBM_OK)
			code = finish(&folded, error);
		if (code != KBM_OK) {
			kbm_bytes_clear(&folded);
			return code;
		}
		text = kbm_bytes_text(&folded);
		length = folded.length;
	}
	if (syntax == KBM_SYNTAX_TELEPHONE)
		append_telephone(text, length, out);
	else
		append_words(part, text, length, syntax != KBM_SYNTAX_EXACT_TEXT, out);
	kbm_bytes_clear(&folded);
	return KBM_OK;
}

static enum kbm_code normalize_dn(const char *text, size_t length, struct kbm_bytes *out,
				  struct kbm_error *error)
{
	enum kbm_code code = kbm_dn_text_key(text, length, out, error);
	if (code != KBM_OK && code != KBM_MEMORY)
		code = KBM_INVALID;
	return code;
}

/* RFC 4517 section 3.3.16: no leading zeros, so that the text itself compares. */
static enum kbm_code normalize_integer(const char *text, size_t length, struct kbm_bytes *out,
				       struct kbm_error *error)
{
	size_t sign = length > 0 && text[0] == '-' ? 1 : 0;
	if (sign == length)
		return kbm_fail(error, KBM_INVALID, "not an integer");
	for (size_t i = sign; i < length; i++) {
		if (!is_digit(text[i]))
			return kbm_fail(error, KBM_INVALID, "not an integer at byte %zu", i + 1);
	}
	if (text[sign] == '0' && length > 1)
		return kbm_fail(error, KBM_INVALID, "an integer with a leading zero");
	kbm_bytes_append(out, text, length);
	return KBM_OK;
}

static enum kbm_code normalize_class(const char *text, size_t length, struct kbm_bytes *out,
				     struct kbm_error *error)
{
	if (!base_is_valid(text, length))
		return kbm_fail(error, KBM_INVALID, "not the name of an object class");
	for (size_t i = 0; i < length; i++)
		kbm_bytes_append_byte(out, lower(text[i]));
	return KBM_OK;
}

static enum kbm_code normalize(enum kbm_syntax syntax, enum kbm_value_part part, const char *text,
			       size_t length, struct kbm_bytes *out, struct kbm_error *error)
{
	switch (syntax) {
	case KBM_SYNTAX_TEXT:
	case KBM_SYNTAX_EXACT_TEXT:
	case KBM_SYNTAX_IA5:
	case KBM_SYNTAX_TELEPHONE:
		return normalize_text(syntax, part, text, length, out, error);
	case KBM_SYNTAX_DN:
		return normalize_dn(text, length, out, error);
	case KBM_SYNTAX_INTEGER:
		return normalize_integer(text, length, out, error);
	case KBM_SYNTAX_BOOLEAN:
		if (!(length == 4 && memcmp(text, "TRUE", 4) == 0) &&
		    !(length == 5 && memcmp(text, "FALSE", 5) == 0))
			return kbm_fail(error, KBM_INVALID, "neither TRUE nor FALSE");
		kbm_bytes_append(out, text, length);
		return KBM_OK;
	case KBM_SYNTAX_OCTETS:
	case KBM_SYNTAX_OPAQUE:
		kbm_bytes_append(out, text, length);
		return KBM_OK;
	case KBM_SYNTAX_CLASS:
		return normalize_class(text, length, out, error);
	}
	return kbm_fail(error, KBM_INTERNAL, "no such syntax: %d", (int)syntax);
}

enum kbm_code kbm_syntax_normalize(enum kbm_syntax syntax, enum kbm_value_part part,
				   const uint8_t *value, size_t length, struct kbm_bytes *out,
				   struct kbm_error *error)
{
	enum kbm_code code = normalize(syntax, part, (const char *)value, length, out, error);
	return code == KBM_OK ? finish(out, error) : code;
}

int kbm_syntax_order(const char *left, const char *right)
{
	bool left_negative = left[0] == '-';
	bool right_negative = right[0] == '-';
	if (left_negative != right_negative)
		return left_negative ? -1 : 1;
	size_t left_length = strlen(left);
	size_t right_length = strlen(right);
	int order = strcmp(left, right);
	if (left_length != right_length)
		order = left_length < right_length ? -1 : 1;
	return left_negative ? -order : order;
}
