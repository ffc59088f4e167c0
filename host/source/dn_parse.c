/* Reading names: RFC 4514 with the spellings of RFC 2253 and 1779, and Exchange's X.500 form. */
#include "source/dn_internal.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct parser {
	const char *text;
	size_t length;
	size_t at;
	struct kbm_dn *dn;
	size_t rdn_capacity;
	size_t ava_capacity;	/* of the last RDN */
	struct kbm_bytes value; /* scratch */
	struct kbm_error *error;
};

/* --- failures ----------------------------------------------------------------------------------
 */

static bool begins(const char *text, size_t length, const char *prefix)
{
	return length >= strlen(prefix) && strncasecmp(text, prefix, strlen(prefix)) == 0;
}

/* The types that Exchange names are made of. */
static bool is_exchange_type(const char *type, size_t length)
{
	static const char *const types[] = {"o", "ou", "cn", "dc", "c"};
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		if (length == strlen(types[i]) && strncasecmp(type, types[i], length) == 0)
			return true;
	}
	return false;
}

/* `separator`, one of those types, `=`. */
static bool begins_component(const char *text, size_t length, char separator)
{
	if (length < 2 || text[0] != separator)
		return false;
	const char *equals = memchr(text + 1, '=', length - 1 < 3 ? length - 1 : 3);
	return equals != NULL && is_exchange_type(text + 1, (size_t)(equals - text) - 1);
}

static bool has_component(const char *text, size_t length, char separator)
{
	for (size_t i = 0; i < length; i++) {
		if (begins_component(text + i, length - i, separator))
			return true;
	}
	return false;
}

/* Forms that people paste, and what makes a name of them (NULL: nothing known). */
static const char *recognise(const char *text, size_t length)
{
	if (begins(text, length, "ldap://") || begins(text, length, "ldaps://"))
		return "this is a URL: leave out everything up to the third '/'";
	if (begins(text, length, "EX:") || begins(text, length, "X500:") ||
	    begins(text, length, "X.500:"))
		return "leave out the address type up to the ':'";
	if (length > 0 && text[0] == '<')
		return "leave out the brackets";
	if (length > 1 && (text[0] == ' ' || text[0] == '"') && text[1] == '/')
		return "leave out what stands before the '/'";
	if (begins_component(text, length, '\\'))
		return "the parts are joined with '\\': write '/'";
	if (length > 0 && text[0] != '/' && has_component(text, length, '/'))
		return "the X.500 form begins with '/': write one before it";
	return NULL;
}

/* `at` counts from 0. */
static enum kbm_code fail_at(const struct parser *parser, size_t at, const char *problem)
{
	const char *hint = recognise(parser->text, parser->length);
	return kbm_fail(parser->error, KBM_INVALID, "byte %zu: %s%s%s", at + 1, problem,
			hint != NULL ? "; " : "", hint != NULL ? hint : "");
}

static enum kbm_code no_memory(const struct parser *parser)
{
	return kbm_fail(parser->error, KBM_MEMORY, "no memory for a name of %zu bytes",
			parser->length);
}

/* --- building ----------------------------------------------------------------------------------
 */

/* Room for one more element; *items is replaced. */
static bool grow(void **items, size_t count, size_t *capacity, size_t size)
{
	if (count < *capacity)
		return true;
	size_t wanted = *capacity == 0 ? 1 : *capacity * 2;
	void *grown = reallocarray(*items, wanted, size);
	if (grown == NULL)
		return false;
	*items = grown;
	*capacity = wanted;
	return true;
}

static enum kbm_code begin_rdn(struct parser *parser)
{
	struct kbm_dn *dn = parser->dn;
	if (dn->rdn_count == KBM_DN_MAX_RDNS)
		return kbm_fail(parser->error, KBM_LIMIT, "byte %zu: more than %u parts",
				parser->at + 1, KBM_DN_MAX_RDNS);
	void *rdns = dn->rdns;
	bool grown = grow(&rdns, dn->rdn_count, &parser->rdn_capacity, sizeof *dn->rdns);
	dn->rdns = rdns;
	if (!grown)
		return no_memory(parser);
	dn->rdns[dn->rdn_count++] = (struct kbm_rdn){0};
	parser->ava_capacity = 0;
	return KBM_OK;
}

/* Adds an AVA to the last RDN. */
static enum kbm_code add_ava(struct parser *parser, const char *type, size_t type_length,
			     const void *value, size_t value_length, bool is_ber)
{
	struct kbm_rdn *rdn = &parser->dn->rdns[parser->dn->rdn_count - 1];
	void *avas = rdn->avas;
	bool grown = grow(&avas, rdn->ava_count, &parser->ava_capacity, sizeof *rdn->avas);
	rdn->avas = avas;
	if (!grown)
		return no_memory(parser);
	struct kbm_ava ava = {.type = strndup(type, type_length),
			      .value = malloc(value_length + 1),
			      .value_length = value_length,
			      .is_ber = is_ber};
	if (ava.type == NULL || ava.value == NULL) {
		free(ava.type);
		free(ava.value);
		return no_memory(parser);
	}
	if (value_length > 0)
		memcpy(ava.value, value, value_length);
	ava.value[value_length] = '\0';
	rdn->avas[rdn->ava_count++] = ava;
	return KBM_OK;
}

/* --- the LDAP form -----------------------------------------------------------------------------
 */

static bool at_end(const struct parser *parser)
{
	return parser->at == parser->length;
}

static bool at_separator(const struct parser *parser)
{
	char c = parser->text[parser->at];
	return c == ',' || c == ';' || c == '+';
}

/* Blanks round separators: RFC 2253 section 4. */
static void skip_blanks(struct parser *parser)
{
	while (!at_end(parser) && parser->text[parser->at] == ' ')
		parser->at++;
}

/* A byte from two hex digits at `at`, or -1. */
static int hex_pair(const struct parser *parser, size_t at)
{
	if (parser->length - at < 2)
		return -1;
	int high = kbm_text_hex_digit(parser->text[at]);
	int low = kbm_text_hex_digit(parser->text[at + 1]);
	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

static enum kbm_code parse_escape(struct parser *parser)
{
	size_t next = parser->at + 1;
	bool more = next < parser->length;
	char c = parser->text[more ? next : parser->at];
	if (more && c != '\0' && strchr(" \"#+,;<=>\\", c) != NULL) {
		kbm_bytes_append_byte(&parser->value, (uint8_t)c);
		parser->at += 2;
		return KBM_OK;
	}
	int byte = more ? hex_pair(parser, next) : -1;
	if (byte < 0)
		return fail_at(parser, parser->at,
			       "'\\' needs two hex digits or one of \" # + , ; < = > \\ behind it");
	kbm_bytes_append_byte(&parser->value, (uint8_t)byte);
	parser->at += 3;
	return KBM_OK;
}

static enum kbm_code parse_hex_value(struct parser *parser)
{
	size_t start = parser->at++;
	for (;;) {
		if (at_end(parser) || at_separator(parser) || parser->text[parser->at] == ' ')
			break;
		int byte = hex_pair(parser, parser->at);
		if (byte < 0)
			return fail_at(parser, parser->at,
				       "a value that begins with '#' is pairs of hex digits (write "
				       "\\# for the sign itself)");
		kbm_bytes_append_byte(&parser->value, (uint8_t)byte);
		parser->at += 2;
	}
	if (parser->value.length == 0)
		return fail_at(parser, start, "no hex digits behind '#'");
	return KBM_OK;
}

/* RFC 1779 and 2253: "..." with the same escapes inside. */
static enum kbm_code parse_quoted_value(struct parser *parser)
{
	size_t start = parser->at++;
	while (!at_end(parser) && parser->text[parser->at] != '"') {
		char c = parser->text[parser->at];
		if (c == '\0')
			return fail_at(parser, parser->at, "a NUL must be written \\00");
		if (c == '\\') {
			enum kbm_code code = parse_escape(parser);
			if (code != KBM_OK)
				return code;
			continue;
		}
		kbm_bytes_append_byte(&parser->value, (uint8_t)c);
		parser->at++;
	}
	if (at_end(parser))
		return fail_at(parser, start, "this quotation mark has no partner");
	parser->at++;
	return KBM_OK;
}

static enum kbm_code parse_plain_value(struct parser *parser)
{
	size_t kept = 0; /* without unescaped blanks at the end */
	while (!at_end(parser) && !at_separator(parser)) {
		char c = parser->text[parser->at];
		switch (c) {
		case '\\': {
			enum kbm_code code = parse_escape(parser);
			if (code != KBM_OK)
				return code;
			kept = parser->value.length;
			continue;
		}
		case '"':
			return fail_at(parser, parser->at,
				       "a '\"' in a value must be written \\\"");
		case '<':
			return fail_at(parser, parser->at, "a '<' in a value must be written \\<");
		case '>':
			return fail_at(parser, parser->at, "a '>' in a value must be written \\>");
		case '\0':
			return fail_at(parser, parser->at, "a NUL must be written \\00");
		default:
			kbm_bytes_append_byte(&parser->value, (uint8_t)c);
			if (c != ' ')
				kept = parser->value.length;
			parser->at++;
		}
	}
	parser->value.length = kept;
	return KBM_OK;
}

/* Up to the separator or the end. */
static enum kbm_code parse_value(struct parser *parser, bool *is_ber)
{
	enum kbm_code code = KBM_OK;
	kbm_bytes_reset(&parser->value);
	skip_blanks(parser);
	*is_ber = false;
	if (at_end(parser) || at_separator(parser))
		return KBM_OK;
	if (parser->text[parser->at] == '#') {
		*is_ber = true;
		code = parse_hex_value(parser);
	} else if (parser->text[parser->at] == '"') {
		code = parse_quoted_value(parser);
	} else {
		code = parse_plain_value(parser);
	}
	if (code != KBM_OK)
		return code;
	skip_blanks(parser);
	if (!at_end(parser) && !at_separator(parser))
		return fail_at(parser, parser->at, "only ',' ';' or '+' may follow the value here");
	return parser->value.failed ? no_memory(parser) : KBM_OK;
}

static enum kbm_code parse_ldap_ava(struct parser *parser)
{
	skip_blanks(parser);
	size_t start = parser->at;
	while (!at_end(parser) && parser->text[parser->at] != '=' && !at_separator(parser))
		parser->at++;
	size_t end = parser->at;
	while (end > start && parser->text[end - 1] == ' ')
		end--;
	if (end == start && at_end(parser))
		return fail_at(parser, start, "an attribute type is expected, but the name ends");
	if (at_end(parser) || parser->text[parser->at] != '=')
		return fail_at(
		    parser, start,
		    "no type= here (a ',' ';' or '+' in a value must be written \\, \\; \\+)");
	if (!kbm_dn_is_type(parser->text + start, end - start))
		return fail_at(parser, start, "what stands before the '=' is no attribute type");
	parser->at++;
	bool is_ber = false;
	enum kbm_code code = parse_value(parser, &is_ber);
	if (code != KBM_OK)
		return code;
	return add_ava(parser, parser->text + start, end - start, parser->value.data,
		       parser->value.length, is_ber);
}

static void reverse(struct kbm_dn *dn)
{
	for (size_t i = 0; i < dn->rdn_count / 2; i++) {
		struct kbm_rdn swapped = dn->rdns[i];
		dn->rdns[i] = dn->rdns[dn->rdn_count - 1 - i];
		dn->rdns[dn->rdn_count - 1 - i] = swapped;
	}
}

static enum kbm_code parse_ldap(struct parser *parser)
{
	enum kbm_code code = parser->length == 0 ? KBM_OK : begin_rdn(parser);
	while (code == KBM_OK && parser->length > 0) {
		code = parse_ldap_ava(parser);
		if (code != KBM_OK || at_end(parser))
			break;
		if (parser->text[parser->at++] != '+')
			code = begin_rdn(parser);
	}
	reverse(parser->dn);
	return code;
}

/* --- the X.500 form ----------------------------------------------------------------------------
 */

/* One `type=value` between slashes; nothing is trimmed and nothing is escaped. */
static enum kbm_code parse_component(struct parser *parser)
{
	const char *component = parser->text + parser->at;
	const char *slash = memchr(component, '/', parser->length - parser->at);
	size_t length = slash != NULL ? (size_t)(slash - component) : parser->length - parser->at;
	const char *equals = memchr(component, '=', length);
	const char *nul = memchr(component, '\0', length);
	if (length == 0 && slash != NULL)
		return fail_at(parser, parser->at, "a part is empty: two '/' in a row");
	if (length == 0)
		return fail_at(parser, parser->at - 1, "the name ends with a '/'");
	if (length == 2 && memcmp(component, "..", 2) == 0)
		return fail_at(parser, parser->at, "'..' stands for parts that were left out");
	if (nul != NULL)
		return fail_at(parser, (size_t)(nul - parser->text), "a NUL in the name");
	if (equals == NULL)
		return fail_at(parser, parser->at,
			       "no type= behind the '/' (this form cannot hold a '/' in a value)");
	if (!kbm_dn_is_type(component, (size_t)(equals - component)))
		return fail_at(parser, parser->at,
			       "what stands between the '/' and the '=' is no attribute type");
	enum kbm_code code = begin_rdn(parser);
	if (code == KBM_OK)
		code = add_ava(parser, component, (size_t)(equals - component), equals + 1,
			       length - (size_t)(equals - component) - 1, false);
	parser->at += length;
	return code;
}

static enum kbm_code parse_x500(struct parser *parser)
{
	if (parser->length == 0)
		return fail_at(parser, 0, "the name is empty");
	if (parser->text[0] != '/')
		return fail_at(parser, 0, "the X.500 form begins with '/'");
	enum kbm_code code = KBM_OK;
	while (code == KBM_OK && !at_end(parser)) {
		parser->at++;
		code = parse_component(parser);
	}
	return code;
}

/* --- both --------------------------------------------------------------------------------------
 */

/* In the LDAP form o=Org/ou=Site is one part with an odd value; who did not say that the form is
 * LDAP has most likely forgotten the first slash. */
static bool lost_its_slash(const struct kbm_dn *dn)
{
	if (dn->rdn_count != 1 || dn->rdns[0].ava_count != 1)
		return false;
	const struct kbm_ava *ava = &dn->rdns[0].avas[0];
	return !ava->is_ber && is_exchange_type(ava->type, strlen(ava->type)) &&
	       has_component(ava->value, ava->value_length, '/');
}

enum kbm_code kbm_dn_parse(const char *text, size_t length, enum kbm_dn_form form,
			   struct kbm_dn **dn, struct kbm_error *error)
{
	if (length > KBM_DN_MAX_BYTES)
		return kbm_fail(error, KBM_LIMIT, "a name of %zu bytes, at most %lu", length,
				KBM_DN_MAX_BYTES);
	struct parser parser = {.text = text, .length = length, .error = error};
	enum kbm_dn_form used = form;
	if (form == KBM_DN_DETECT)
		used = length > 0 && text[0] == '/' ? KBM_DN_X500 : KBM_DN_LDAP;
	parser.dn = calloc(1, sizeof *parser.dn);
	if (parser.dn == NULL)
		return no_memory(&parser);
	parser.dn->form = used;
	kbm_bytes_init(&parser.value, KBM_DN_MAX_BYTES);
	enum kbm_code code = used == KBM_DN_X500 ? parse_x500(&parser) : parse_ldap(&parser);
	kbm_bytes_clear(&parser.value);
	if (code == KBM_OK && form == KBM_DN_DETECT && used == KBM_DN_LDAP &&
	    lost_its_slash(parser.dn))
		code = fail_at(&parser, 0, "this is one part with '/' in its value");
	if (code != KBM_OK) {
		kbm_dn_free(parser.dn);
		return code;
	}
	*dn = parser.dn;
	return KBM_OK;
}
