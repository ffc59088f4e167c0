/* LDIF content (RFC 2849): entries out of lines. */
#include "source/ldif.h"

#include "base/limits.h"
#include "base/text.h"
#include "source/ldif_lines.h"
#include "source/secret_attributes.h"
#include "source/syntax.h"

#include <stdlib.h>
#include <string.h>

/* --- is it LDIF ----------------------------------------------------------------------------- */

/* The file's beginning as ASCII, whatever its encoding; 0 at the end. */
struct glance {
	const uint8_t *bytes;
	size_t length;
	size_t width;	 /* bytes of a unit */
	size_t low_byte; /* where in a unit the ASCII code stands */
};

static struct glance glance_at(const uint8_t *bytes, size_t length)
{
	if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
		return (struct glance){bytes + 3, length - 3, 1, 0};
	if (length >= 2 && bytes[0] == 0xff && bytes[1] == 0xfe)
		return (struct glance){bytes + 2, length - 2, 2, 0};
	if (length >= 2 && bytes[0] == 0xfe && bytes[1] == 0xff)
		return (struct glance){bytes + 2, length - 2, 2, 1};
	return (struct glance){bytes, length, 1, 0};
}

static char glance_letter(const struct glance *glance, size_t index)
{
	if (index >= glance->length / glance->width)
		return 0;
	const uint8_t *unit = glance->bytes + index * glance->width;
	if (glance->width == 2 && unit[1 - glance->low_byte] != 0)
		return '?';
	return (char)unit[glance->low_byte];
}

static bool glance_has(const struct glance *glance, size_t index, const char *word)
{
	for (size_t i = 0; word[i] != 0; i++) {
		char letter[2] = {glance_letter(glance, index + i), 0};
		char wanted[2] = {word[i], 0};
		if (!kbm_text_equals_ascii_case(letter, wanted))
			return false;
	}
	return true;
}

bool kbm_ldif_is(const uint8_t *bytes, size_t length)
{
	struct glance glance = glance_at(bytes, length);
	size_t at = 0;
	bool in_comment = false;
	for (char letter = 0; (letter = glance_letter(&glance, at)) != 0;) {
		in_comment = letter == '#' || (in_comment && letter == ' ');
		if (!in_comment && letter != '\n' && letter != '\r')
			return glance_has(&glance, at, "dn:") ||
			       glance_has(&glance, at, "version:");
		while ((letter = glance_letter(&glance, at)) != 0 && letter != '\n')
			at++;
		at++;
	}
	return false;
}

/* --- reading -------------------------------------------------------------------------------- */

struct gathered_attribute {
	char *name;
	size_t name_length;
	size_t value_count;
};

struct gathered_value {
	size_t attribute;
	struct kbm_blob blob;
};

struct reader {
	struct kbm_ldif_lines lines;
	struct kbm_arena arena; /* of one entry */
	struct gathered_attribute *attributes;
	size_t attribute_count;
	size_t attribute_capacity;
	struct gathered_value *values;
	size_t value_count;
	size_t value_capacity;
	char *dn; /* NULL: between entries */
	size_t dn_line;
	bool may_have_changetype; /* right behind dn */
	enum kbm_code (*record)(void *context, const struct kbm_entry *entry, size_t line,
				struct kbm_error *error);
	void *context;
	struct kbm_error *error;
};

static enum kbm_code no_memory(struct reader *reader, size_t line)
{
	return kbm_fail(reader->error, KBM_MEMORY, "line %zu: no memory", line);
}

/* One line taken apart: name, ':', and the value, base64 decoded. */
struct pair {
	const char *name;
	size_t name_length;
	struct kbm_blob value;
	bool is_base64;
	size_t line;
};

static bool is_named(const struct pair *pair, const char *name)
{
	return kbm_attribute_names_equal(pair->name, pair->name_length, name, strlen(name));
}

static int base64_digit(char letter)
{
	if (letter >= 'A' && letter <= 'Z')
		return letter - 'A';
	if (letter >= 'a' && letter <= 'z')
		return letter - 'a' + 26;
	if (letter >= '0' && letter <= '9')
		return letter - '0' + 52;
	if (letter == '+')
		return 62;
	return letter == '/' ? 63 : -1;
}

/* RFC 4648 section 4, padding demanded: a missing one means that the line was cut. */
static enum kbm_code decode_base64(struct reader *reader, const char *text, size_t length,
				   struct pair *pair)
{
	size_t digits = length;
	while (digits > 0 && length - digits < 2 && text[digits - 1] == '=')
		digits--;
	for (size_t i = 0; i < digits; i++) {
		if (base64_digit(text[i]) < 0)
			return kbm_fail(reader->error, KBM_INVALID,
					"line %zu: character %zu of the value is no base64; export "
					"the entry again",
					pair->line, i + 1);
	}
	if (length % 4 != 0)
		return kbm_fail(reader->error, KBM_INVALID,
				"line %zu: %zu characters of base64, which is no multiple of 4: "
				"the value was cut; export the entry again",
				pair->line, length);
	size_t size = digits / 4 * 3 + (digits % 4 == 0 ? 0 : digits % 4 - 1);
	uint8_t *decoded = kbm_arena_take(&reader->arena, size + 1);
	if (decoded == NULL)
		return no_memory(reader, pair->line);
	uint32_t bits = 0;
	size_t at = 0;
	for (size_t i = 0; i < digits; i++) {
		bits = bits << 6 | (uint32_t)base64_digit(text[i]);
		if (i % 4 != 0)
			decoded[at++] = (uint8_t)(bits >> (6 - 2 * (i % 4)));
	}
	decoded[size] = 0;
	pair->value = (struct kbm_blob){decoded, size};
	return KBM_OK;
}

static enum kbm_code take_apart(struct reader *reader, const struct kbm_ldif_line *line,
				struct pair *pair)
{
	struct kbm_error *error = reader->error;
	if (line->length == 1 && line->text[0] == '-')
		return kbm_fail(error, KBM_INVALID,
				"line %zu: a '-' belongs to changes, not to entries; export the "
				"entries themselves",
				line->number);
	if (line->text[0] == '\t')
		return kbm_fail(error, KBM_INVALID,
				"line %zu: begins with a tab; a folded line begins with a blank",
				line->number);
	const char *colon = memchr(line->text, ':', line->length);
	if (colon == NULL)
		return kbm_fail(error, KBM_INVALID,
				"line %zu: no ':'; a line is 'attribute: value', and begins with a "
				"blank where it continues the one before",
				line->number);
	*pair = (struct pair){
	    .name = line->text, .name_length = (size_t)(colon - line->text), .line = line->number};
	if (!kbm_attribute_name_is_valid(pair->name, pair->name_length))
		return kbm_fail(error, KBM_INVALID,
				"line %zu: what stands before ':' is not the name of an attribute; "
				"a value of several lines must be folded or base64",
				line->number);
	const char *end = line->text + line->length;
	const char *value = colon + 1;
	if (value < end && *value == '<')
		return kbm_fail(error, KBM_UNSUPPORTED,
				"line %zu: a value given as a URL (':<') is never followed; put "
				"the value itself into the file",
				line->number);
	pair->is_base64 = value < end && *value == ':';
	value += pair->is_base64;
	while (value < end && *value == ' ')
		value++;
	size_t length = (size_t)(end - value);
	if (pair->is_base64)
		return decode_base64(reader, value, length, pair);
	/* Reading only: a blob that points into the file is never written to. */
	pair->value = (struct kbm_blob){(uint8_t *)value, length};
	return KBM_OK;
}

/* Makes room for one item more. */
static bool grow(void **items, size_t count, size_t *capacity, size_t size)
{
	if (count < *capacity)
		return true;
	size_t wanted = *capacity == 0 ? 64 : *capacity * 2;
	void *grown = reallocarray(*items, wanted, size);
	if (grown == NULL)
		return false;
	*items = grown;
	*capacity = wanted;
	return true;
}

/* The attribute of that name, made where it is new. Values of one mostly stand together. */
static enum kbm_code find_attribute(struct reader *reader, const struct pair *pair, size_t *found)
{
	static const char whole_range[] = ";range=0-*"; /* all values in one part: nothing is cut */
	size_t length = pair->name_length;
	size_t suffix = sizeof whole_range - 1;
	if (length > suffix &&
	    kbm_attribute_names_equal(pair->name + length - suffix, suffix, whole_range, suffix))
		length -= suffix;
	for (size_t i = reader->attribute_count; i > 0; i--) {
		const struct gathered_attribute *known = &reader->attributes[i - 1];
		if (kbm_attribute_names_equal(known->name, known->name_length, pair->name,
					      length)) {
			*found = i - 1;
			return KBM_OK;
		}
	}
	if (reader->attribute_count == KBM_LDIF_MAX_ATTRIBUTES)
		return kbm_fail(reader->error, KBM_LIMIT,
				"line %zu: more than %u different attributes in one entry "
				"(KBM_LDIF_MAX_ATTRIBUTES)",
				pair->line, KBM_LDIF_MAX_ATTRIBUTES);
	char *name = kbm_arena_copy(&reader->arena, pair->name, length);
	if (name == NULL || !grow((void **)&reader->attributes, reader->attribute_count,
				  &reader->attribute_capacity, sizeof *reader->attributes))
		return no_memory(reader, pair->line);
	*found = reader->attribute_count++;
	reader->attributes[*found] = (struct gathered_attribute){name, length, 0};
	return KBM_OK;
}

static enum kbm_code add_value(struct reader *reader, const struct pair *pair)
{
	size_t attribute = 0;
	enum kbm_code code = find_attribute(reader, pair, &attribute);
	if (code != KBM_OK)
		return code;
	if (!grow((void **)&reader->values, reader->value_count, &reader->value_capacity,
		  sizeof *reader->values))
		return no_memory(reader, pair->line);
	reader->values[reader->value_count++] = (struct gathered_value){attribute, pair->value};
	reader->attributes[attribute].value_count++;
	return KBM_OK;
}

/* It has its name and no value. */
static enum kbm_code add_left_out(struct reader *reader, const struct kbm_ldif_line *line)
{
	const struct pair pair = {
	    .name = line->text, .name_length = line->length, .line = line->number};
	size_t attribute;
	if (!kbm_attribute_name_is_valid(pair.name, pair.name_length))
		return KBM_OK;
	const char *name = kbm_arena_copy(&reader->arena, line->text, line->length);
	if (name == NULL)
		return no_memory(reader, line->number);
	return kbm_attribute_is_secret(name) ? find_attribute(reader, &pair, &attribute) : KBM_OK;
}

static enum kbm_code end_record(struct reader *reader)
{
	struct kbm_arena *arena = &reader->arena;
	struct kbm_attribute *attributes =
	    kbm_arena_take_array(arena, reader->attribute_count, sizeof *attributes);
	struct kbm_blob *values = kbm_arena_take_array(arena, reader->value_count, sizeof *values);
	if (attributes == NULL || values == NULL)
		return no_memory(reader, reader->dn_line);
	size_t first = 0;
	for (size_t i = 0; i < reader->attribute_count; i++) {
		const struct gathered_attribute *from = &reader->attributes[i];
		attributes[i] = (struct kbm_attribute){from->name, values + first, 0};
		first += from->value_count;
	}
	for (size_t i = 0; i < reader->value_count; i++) {
		struct kbm_attribute *to = &attributes[reader->values[i].attribute];
		to->values[to->value_count++] = reader->values[i].blob;
	}
	struct kbm_entry entry = {reader->dn, attributes, reader->attribute_count};
	enum kbm_code code =
	    reader->record(reader->context, &entry, reader->dn_line, reader->error);
	reader->dn = NULL;
	reader->attribute_count = 0;
	reader->value_count = 0;
	kbm_arena_reset(arena);
	return code;
}

static enum kbm_code begin_record(struct reader *reader, const struct pair *pair)
{
	struct kbm_error *error = reader->error;
	const struct kbm_blob *dn = &pair->value;
	if (is_named(pair, "search") || is_named(pair, "result") || is_named(pair, "ref"))
		return kbm_fail(error, KBM_INVALID,
				"line %zu: '%.*s:' is ldapsearch's report, not an entry; export "
				"again with ldapsearch -LLL",
				pair->line, (int)pair->name_length, pair->name);
	if (!is_named(pair, "dn"))
		return kbm_fail(
		    error, KBM_INVALID,
		    "line %zu: an entry begins with 'dn:', not with '%.*s:'; is there a "
		    "blank line inside an entry?",
		    pair->line, (int)(pair->name_length > 40 ? 40 : pair->name_length), pair->name);
	reader->dn = kbm_arena_copy(&reader->arena, dn->data, dn->length);
	if (reader->dn == NULL)
		return no_memory(reader, pair->line);
	if (strlen(reader->dn) != dn->length || !kbm_text_is_utf8(reader->dn, dn->length))
		return kbm_fail(error, KBM_INVALID,
				"line %zu: the DN is not UTF-8 text; export the entry again",
				pair->line);
	reader->dn_line = pair->line;
	reader->may_have_changetype = true;
	return KBM_OK;
}

static enum kbm_code read_changetype(struct reader *reader, const struct pair *pair)
{
	const char *kind = (const char *)pair->value.data;
	size_t length = pair->value.length;
	while (length > 0 && kind[length - 1] == ' ')
		length--;
	if (!reader->may_have_changetype)
		return kbm_fail(reader->error, KBM_INVALID,
				"line %zu: 'changetype:' stands right behind 'dn:'", pair->line);
	reader->may_have_changetype = false;
	if (kbm_attribute_names_equal(kind, length, "add", 3))
		return KBM_OK;
	return kbm_fail(reader->error, KBM_UNSUPPORTED,
			"line %zu: 'changetype: %.*s' is a change, not an entry; export the "
			"entries themselves",
			pair->line, (int)(length > 20 ? 20 : length), kind);
}

static enum kbm_code continue_record(struct reader *reader, const struct pair *pair)
{
	if (is_named(pair, "dn"))
		return kbm_fail(reader->error, KBM_INVALID,
				"line %zu: a second 'dn:' in the entry of line %zu; a blank line "
				"must stand between entries",
				pair->line, reader->dn_line);
	if (is_named(pair, "control") && reader->may_have_changetype)
		return kbm_fail(reader->error, KBM_UNSUPPORTED,
				"line %zu: 'control:' belongs to a change; export the entries "
				"themselves",
				pair->line);
	if (is_named(pair, "changetype"))
		return read_changetype(reader, pair);
	reader->may_have_changetype = false;
	return add_value(reader, pair);
}

static enum kbm_code read_version(struct reader *reader, const struct pair *pair)
{
	size_t length = pair->value.length;
	while (length > 0 && pair->value.data[length - 1] == ' ')
		length--;
	if (length == 1 && pair->value.data[0] == '1')
		return KBM_OK;
	return kbm_fail(reader->error, KBM_UNSUPPORTED,
			"line %zu: only 'version: 1' of LDIF is known", pair->line);
}

static enum kbm_code read_records(struct reader *reader)
{
	struct kbm_ldif_line line;
	bool is_first = true;
	enum kbm_code code;
	while ((code = kbm_ldif_lines_next(&reader->lines, &reader->arena, &line, reader->error)) ==
	       KBM_OK) {
		struct pair pair = {.value = {(uint8_t *)line.text, 0}};
		if (line.is_left_out) {
			if (reader->dn != NULL)
				code = add_left_out(reader, &line);
		} else if (line.length == 0) {
			if (reader->dn != NULL)
				code = end_record(reader);
		} else if ((code = take_apart(reader, &line, &pair)) != KBM_OK) {
			return code;
		} else if (is_first && is_named(&pair, "version")) {
			code = read_version(reader, &pair);
		} else if (reader->dn == NULL) {
			code = begin_record(reader, &pair);
		} else {
			code = continue_record(reader, &pair);
		}
		if (code != KBM_OK)
			return code;
		is_first = is_first && (line.length == 0 || line.is_left_out);
	}
	if (code == KBM_NOT_FOUND)
		code = reader->dn == NULL ? KBM_OK : end_record(reader);
	return code;
}

enum kbm_code kbm_ldif_read(const uint8_t *bytes, size_t length,
			    enum kbm_code (*record)(void *context, const struct kbm_entry *entry,
						    size_t line, struct kbm_error *error),
			    void *context, struct kbm_error *error)
{
	struct reader reader = {.record = record, .context = context, .error = error};
	enum kbm_code code = kbm_ldif_lines_open(bytes, length, &reader.lines, error);
	if (code == KBM_OK)
		code = read_records(&reader);
	kbm_ldif_lines_clear(&reader.lines);
	kbm_arena_clear(&reader.arena);
	free(reader.attributes);
	free(reader.values);
	return code;
}
