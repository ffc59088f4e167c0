/* Reading .reg exports: lines into a tree.
 *
 * The format has no specification; the cases here are those that exports and hand-written files
 * show. What regedit would guess at or pass over in silence is refused with its line: a value that
 * was misread is worse than none. */
#include "source/reg_file.h"

#include "base/limits.h"
#include "base/text.h"
#include "source/codepage.h"
#include "source/reg_data.h"
#include "source/reg_input.h"

#include <string.h>

static const char HEADER_4[] = "REGEDIT4";
static const char HEADER_5[] = "Windows Registry Editor Version 5.00";

static const struct {
	const char *name;
	const char *canonical;
} ROOTS[] = {
    {"HKLM", "HKEY_LOCAL_MACHINE"},  {"HKEY_LOCAL_MACHINE", "HKEY_LOCAL_MACHINE"},
    {"HKU", "HKEY_USERS"},	     {"HKEY_USERS", "HKEY_USERS"},
    {"HKCU", "HKEY_CURRENT_USER"},   {"HKEY_CURRENT_USER", "HKEY_CURRENT_USER"},
    {"HKCR", "HKEY_CLASSES_ROOT"},   {"HKEY_CLASSES_ROOT", "HKEY_CLASSES_ROOT"},
    {"HKCC", "HKEY_CURRENT_CONFIG"}, {"HKEY_CURRENT_CONFIG", "HKEY_CURRENT_CONFIG"},
    {"HKDD", "HKEY_DYN_DATA"},	     {"HKEY_DYN_DATA", "HKEY_DYN_DATA"},
};

struct reader {
	struct kbm_reg_input input;
	struct kbm_tree *tree;
	bool has_key;	      /* a [key] line was read and not one that deletes */
	struct kbm_bytes key; /* its path, with the root's full name */
	struct kbm_bytes name;
	struct kbm_reg_data data;
	uint64_t deleted_values;
	struct kbm_error *error;
};

static enum kbm_code expected(struct reader *reader, const char *what)
{
	return kbm_reg_input_error(&reader->input, what, reader->error);
}

/* An error of the tree or a buffer, with the line that led to it. */
static enum kbm_code at_line(struct reader *reader, size_t line, enum kbm_code code,
			     const char *reason)
{
	return kbm_fail(reader->error, code, "line %zu: %s", line, reason);
}

/* --- the first line ------------------------------------------------------------------------- */

/* Takes blank lines and the header line; its form. */
static enum kbm_reg_form read_header(struct kbm_reg_input *input)
{
	char line[sizeof HEADER_5];
	size_t length = 0;
	kbm_reg_input_skip_blanks(input);
	while (kbm_reg_input_at_newline(input)) {
		kbm_reg_input_advance(input);
		kbm_reg_input_skip_blanks(input);
	}
	while (kbm_reg_input_has_text(input) && !kbm_reg_input_at_newline(input) &&
	       length + 1 < sizeof line) {
		if (input->current > 0x7F)
			return KBM_REG_FORM_NONE;
		line[length++] = (char)input->current;
		kbm_reg_input_advance(input);
	}
	kbm_reg_input_skip_blanks(input);
	if (!kbm_reg_input_at_line_end(input))
		return KBM_REG_FORM_NONE;
	while (length > 0 && (line[length - 1] == ' ' || line[length - 1] == '\t'))
		length--;
	line[length] = '\0';
	if (strcmp(line, HEADER_4) == 0)
		return KBM_REG_FORM_4;
	return strcmp(line, HEADER_5) == 0 ? KBM_REG_FORM_5 : KBM_REG_FORM_NONE;
}

enum kbm_reg_form kbm_reg_file_form(const uint8_t *bytes, size_t length)
{
	struct kbm_reg_input input;
	kbm_reg_input_init(&input, bytes, length, 0);
	return read_header(&input);
}

/* --- [key] ---------------------------------------------------------------------------------- */

/* The key's name ends at the first ']' that only blanks or a comment follow: names may hold ']'.
 * SIZE_MAX without one. */
static size_t find_key_end(const char *line)
{
	for (const char *end = strchr(line, ']'); end != NULL; end = strchr(end + 1, ']')) {
		size_t blanks = strspn(end + 1, " \t");
		if (end[1 + blanks] == '\0' || end[1 + blanks] == ';')
			return (size_t)(end - line);
	}
	return SIZE_MAX;
}

/* The path with the root's full name into reader->key. */
static enum kbm_code set_key(struct reader *reader, char *path, size_t line)
{
	size_t length = strlen(path);
	if (length > 0 && path[length - 1] == '\\')
		path[--length] = '\0';
	size_t root_length = strcspn(path, "\\");
	const char *rest = path + root_length;
	char root[32] = "";
	if (root_length < sizeof root)
		memcpy(root, path, root_length);
	for (size_t i = 0; i < sizeof ROOTS / sizeof *ROOTS; i++) {
		if (!kbm_text_equals_ascii_case(root, ROOTS[i].name))
			continue;
		kbm_bytes_reset(&reader->key);
		kbm_bytes_append_text(&reader->key, ROOTS[i].canonical);
		if (!kbm_bytes_append_text(&reader->key, rest))
			return at_line(reader, line, KBM_LIMIT, "the key's path is too long");
		return KBM_OK;
	}
	struct kbm_bytes shown;
	kbm_bytes_init(&shown, KBM_PATH_MAX_BYTES);
	kbm_text_escape(path, root_length < 40 ? root_length : 40, &shown);
	enum kbm_code code = kbm_fail(
	    reader->error, KBM_INVALID,
	    "line %zu: '%s' is no root key; expected HKEY_LOCAL_MACHINE, HKEY_USERS or another",
	    line, kbm_bytes_text(&shown));
	kbm_bytes_clear(&shown);
	return code;
}

/* An export lists the keys that it holds, the exported one first, and all below it: a key that is
 * listed is known as a whole. The keys above the first are known only as far as they lead there. */
static enum kbm_code apply_key(struct reader *reader, bool deletes, size_t line)
{
	struct kbm_error reason = {0};
	const char *path = kbm_bytes_text(&reader->key);
	enum kbm_code code;
	if (deletes && strchr(path, '\\') == NULL)
		return at_line(reader, line, KBM_INVALID, "a root key cannot be deleted");
	if (deletes)
		code = kbm_tree_set_absent(reader->tree, path, &reason);
	else
		code = kbm_tree_set_whole(reader->tree, path, &reason);
	if (code != KBM_OK)
		return at_line(reader, line, code, reason.message);
	reader->has_key = !deletes;
	return KBM_OK;
}

static enum kbm_code read_key(struct reader *reader)
{
	struct kbm_reg_input *input = &reader->input;
	struct kbm_bytes *text = &reader->data.text;
	size_t line = input->line;
	kbm_reg_input_advance(input);
	bool deletes = input->current == '-';
	if (deletes)
		kbm_reg_input_advance(input);
	kbm_bytes_reset(text);
	while (kbm_reg_input_has_text(input) && !kbm_reg_input_at_newline(input)) {
		if (!kbm_reg_input_take(input, text))
			return at_line(reader, line, KBM_LIMIT, "the line is too long");
	}
	if (!kbm_reg_input_at_line_end(input))
		return expected(reader, "a key's name");
	char *path = (char *)text->data;
	size_t end = path == NULL ? SIZE_MAX : find_key_end(path);
	if (path == NULL || end == SIZE_MAX)
		return expected(reader, "']' behind the key's name");
	path[end] = '\0';
	enum kbm_code code = set_key(reader, path, line);
	return code == KBM_OK ? apply_key(reader, deletes, line) : code;
}

/* --- name=data ------------------------------------------------------------------------------ */

static enum kbm_code set_value(struct reader *reader, size_t line)
{
	if (reader->data.bytes.failed)
		return at_line(reader, line, KBM_LIMIT, "the value's data is too long");
	struct kbm_error reason = {0};
	struct kbm_value value = {.name = kbm_bytes_text(&reader->name),
				  .name_length = reader->name.length,
				  .type = reader->data.type,
				  .data = reader->data.bytes.data,
				  .length = reader->data.bytes.length};
	enum kbm_code code =
	    kbm_tree_set_value(reader->tree, kbm_bytes_text(&reader->key), &value, &reason);
	return code == KBM_OK ? code : at_line(reader, line, code, reason.message);
}

static enum kbm_code delete_value(struct reader *reader, size_t line)
{
	struct kbm_error reason = {0};
	kbm_reg_input_advance(&reader->input);
	reader->deleted_values++;
	enum kbm_code code =
	    kbm_tree_delete_value(reader->tree, kbm_bytes_text(&reader->key),
				  kbm_bytes_text(&reader->name), reader->name.length, &reason);
	if (code != KBM_OK && code != KBM_NOT_FOUND)
		return at_line(reader, line, code, reason.message);
	return KBM_OK;
}

static enum kbm_code read_value(struct reader *reader)
{
	struct kbm_reg_input *input = &reader->input;
	size_t line = input->line;
	enum kbm_code code = KBM_OK;
	if (!reader->has_key)
		return at_line(reader, line, KBM_INVALID,
			       "a value that stands below no [key] line");
	kbm_bytes_reset(&reader->name);
	if (input->current == '"')
		code = kbm_reg_data_read_quoted(&reader->data, &reader->name);
	else
		kbm_reg_input_advance(input); /* '@', the default value */
	if (code != KBM_OK)
		return code;
	kbm_reg_input_skip_blanks(input);
	if (input->current != '=')
		return expected(reader, "'=' behind the value's name");
	kbm_reg_input_advance(input);
	kbm_reg_input_skip_blanks(input);
	if (input->current == '-') {
		code = delete_value(reader, line);
	} else {
		code = kbm_reg_data_read(&reader->data);
		if (code == KBM_OK)
			code = set_value(reader, line);
	}
	return code == KBM_OK ? kbm_reg_data_take_line_end(&reader->data,
							   "the end of the line behind the data")
			      : code;
}

/* --- the file ------------------------------------------------------------------------------- */

static enum kbm_code read_line(struct reader *reader)
{
	kbm_reg_input_skip_blanks(&reader->input);
	switch (reader->input.current) {
	case '[':
		return read_key(reader);
	case '"':
	case '@':
		return read_value(reader);
	default:
		return kbm_reg_data_take_line_end(&reader->data,
						  "[key], \"name\"=data, @=data or ; comment");
	}
}

static enum kbm_code read_lines(struct reader *reader, struct kbm_long_work *work)
{
	enum kbm_code code = KBM_OK;
	enum kbm_reg_form form = read_header(&reader->input);
	if (form == KBM_REG_FORM_NONE)
		return kbm_fail(reader->error, KBM_INVALID, "line %zu: expected 'REGEDIT4' or '%s'",
				reader->input.line, HEADER_5);
	reader->data.ansi_texts = form == KBM_REG_FORM_4;
	if (form == KBM_REG_FORM_5)
		kbm_reg_input_use_utf8(&reader->input);
	while (code == KBM_OK && reader->input.current != KBM_REG_END) {
		size_t before = reader->input.at;
		code = read_line(reader);
		if (code == KBM_OK)
			code = kbm_long_work_add(work, reader->input.at - before, reader->error);
	}
	return code;
}

static enum kbm_code read_file(const uint8_t *bytes, size_t length, unsigned codepage,
			       struct kbm_tree *tree, uint64_t *deleted_values,
			       struct kbm_long_work *work, struct kbm_error *error)
{
	if (length > KBM_REG_FILE_MAX_BYTES)
		return kbm_fail(error, KBM_LIMIT, "a .reg file of %zu bytes, at most %lu MiB",
				length, KBM_REG_FILE_MAX_BYTES / KBM_MIB);
	if (!kbm_codepage_is_known(codepage))
		return kbm_fail(error, KBM_USAGE,
				"code page %u is not known; there are " KBM_CODEPAGES, codepage);
	struct reader reader = {.tree = tree, .error = error};
	kbm_reg_input_init(&reader.input, bytes, length, codepage);
	kbm_bytes_init(&reader.key, KBM_PATH_MAX_BYTES);
	kbm_bytes_init(&reader.name, 3UL * KBM_HIVE_MAX_NAME_UNITS);
	kbm_reg_data_init(&reader.data, &reader.input, error);
	enum kbm_code code = read_lines(&reader, work);
	*deleted_values = reader.deleted_values;
	kbm_bytes_clear(&reader.key);
	kbm_bytes_clear(&reader.name);
	kbm_reg_data_clear(&reader.data);
	return code;
}

enum kbm_code kbm_reg_file_read(const uint8_t *bytes, size_t length, unsigned codepage,
				struct kbm_tree *tree, struct kbm_error *error)
{
	uint64_t ignored = 0;
	return read_file(bytes, length, codepage, tree, &ignored, NULL, error);
}

enum kbm_code kbm_reg_file_deleted_values(const uint8_t *bytes, size_t length, unsigned codepage,
					  uint64_t *count, struct kbm_error *error)
{
	struct kbm_tree *tree = NULL;
	enum kbm_code code = kbm_tree_make("registry", &tree, error);
	if (code == KBM_OK)
		code = read_file(bytes, length, codepage, tree, count, NULL, error);
	kbm_tree_free(tree);
	return code;
}

/* The most that two bytes of a file can make is a key: 80 bytes of nk, its name, and a list of one;
 * bins are filled by half at least. */
size_t kbm_reg_file_image_bound(size_t length)
{
	const size_t once = 64 * KBM_KIB;
	const size_t factor = 128;
	if (length > (KBM_HIVE_MAX_BYTES - once) / factor)
		return KBM_HIVE_MAX_BYTES;
	return once + factor * length;
}

enum kbm_code kbm_reg_file_to_image(const uint8_t *bytes, size_t length, unsigned codepage,
				    uint8_t *image, size_t capacity, size_t *image_length,
				    struct kbm_long_work *work, struct kbm_error *error)
{
	struct kbm_tree *tree = NULL;
	uint64_t ignored = 0;
	const struct kbm_build_options options = {.minor = 5, .keeps_gaps = true};
	enum kbm_code code = kbm_tree_make("registry", &tree, error);
	if (code == KBM_OK)
		code = read_file(bytes, length, codepage, tree, &ignored, work, error);
	if (code == KBM_OK)
		code = kbm_tree_build_into(tree, &options, image, capacity, image_length, error);
	kbm_tree_free(tree);
	return code;
}
