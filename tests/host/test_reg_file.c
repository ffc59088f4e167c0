/* source/reg_file: every odd case of .reg exports, in every encoding, and what is refused. */
#include "base/limits.h"
#include "base/text.h"
#include "source/codepage.h"
#include "source/reg_file.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(items) (sizeof(items) / sizeof *(items))
#define H4	     "REGEDIT4\r\n\r\n"
#define H5	     "Windows Registry Editor Version 5.00\r\n\r\n"
#define KEY	     "[HKEY_LOCAL_MACHINE\\K]\r\n"

static enum kbm_code read_bytes(const void *bytes, size_t length, struct kbm_tree **tree,
				struct kbm_error *error)
{
	*error = (struct kbm_error){0};
	kbm_tree_make("root", tree, NULL);
	return kbm_reg_file_read(bytes, length, 1252, *tree, error);
}

static enum kbm_code read_text(const char *text, struct kbm_tree **tree, struct kbm_error *error)
{
	return read_bytes(text, strlen(text), tree, error);
}

/* Type and data of a value as "type:hex". */
static const char *shown(struct kbm_tree *tree, const char *path, const char *name)
{
	static char text[4096];
	struct kbm_value value;
	if (kbm_tree_get_value(tree, path, name, strlen(name), &value, NULL) != KBM_OK)
		return "absent";
	int at = snprintf(text, sizeof text, "%x:", value.type);
	for (size_t i = 0; i < value.length && at < 4000; i++)
		at += snprintf(text + at, 3, "%02x", value.data[i]);
	return text;
}

/* What stands below a key line, the name of the value that is looked at, and what it should be. */
static const struct {
	const char *header;
	const char *lines;
	const char *name;
	const char *expected;
} VALUES[] = {
    {H5, "\"a\"=\"x\"\r\n", "a", "1:78000000"},
    {H5, "\"a\"=\"\"\r\n", "a", "1:0000"},
    {H5, "\"a\"=\"x\"", "a", "1:78000000"},
    {H5, "\"a\"=\"x\"\n", "a", "1:78000000"},
    {H5, "\"a\"=\"x\"\r\"b\"=\"y\"\r", "b", "1:79000000"},
    {H5, "  \"a\"\t = \t\"x\" \t\r\n", "a", "1:78000000"},
    {H5, "\"a\"=\"x\" ; a comment\r\n", "a", "1:78000000"},
    {H5, "\"a\"=\"x;y\";z\r\n", "a", "1:78003b0079000000"},
    {H5, "\"a\"=\"C:\\\\x\\\"\"\r\n", "a", "1:43003a005c00780022000000"},
    {H5, "\"a\\\\b\\\"=]\"=\"x\"\r\n", "a\\b\"=]", "1:78000000"},
    {H5, "\"a\"=\"x\r\ny\"\r\n\"b\"=\"z\"\r\n", "a", "1:78000d000a0079000000"},
    {H5, "\"a\"=\"x\ny\"\r\n\"b\"=\"z\"\r\n", "b", "1:7a000000"},
    {H5, "\"\"=\"x\"\r\n", "", "1:78000000"},
    {H5, "@=\"x\"\r\n", "", "1:78000000"},
    {H5, "@ = dword:a\r\n", "", "4:0a000000"},
    {H5, "@=\"x\"\r\n@=-\r\n", "", "absent"},
    {H5, "\"a\"=\"x\"\r\n\"A\"=-\r\n", "a", "absent"},
    {H5, "\"a\"=-\r\n\"b\"=\"x\"\r\n", "b", "1:78000000"},
    {H5, "\"a\"=-;gone\r\n", "a", "absent"},
    {H5, "\"a\"=\"x\"\r\n\"A\"=\"y\"\r\n", "a", "1:79000000"},
    {H5, "\"a\"=dword:1\r\n", "a", "4:01000000"},
    {H5, "\"a\"=dword:DEADbeef;c\r\n", "a", "4:efbeadde"},
    {H5, "\"a\"=DWORD: 00000010\r\n", "a", "4:10000000"},
    {H5, "\"a\"=hex:\r\n", "a", "3:"},
    {H5, "\"a\"=hex: ; none\r\n", "a", "3:"},
    {H5, "\"a\"=hex:01\r\n", "a", "3:01"},
    {H5, "\"a\"=HEX:1,A , bC\r\n", "a", "3:010abc"},
    {H5, "\"a\"=hex:01,\\\r\n  02\r\n", "a", "3:0102"},
    {H5, "\"a\"=hex:01,\\  \n\t02,03\n", "a", "3:010203"},
    {H5, "\"a\"=hex:\\\r\n  02\r\n", "a", "3:02"},
    {H5, "\"a\"=hex:01\\\r\n,02\r\n", "a", "3:0102"},
    {H5, "\"a\"=hex:01,\\ ; first\r\n; second\r\n  02\r\n", "a", "3:0102"},
    {H5, "\"a\"=hex(0):ff\r\n", "a", "0:ff"},
    {H5, "\"a\"=hex(1):78,00\r\n", "a", "1:7800"},
    {H5, "\"a\"=hex(2):25,00,00,00\r\n", "a", "2:25000000"},
    {H5, "\"a\"=hex(3):01\r\n", "a", "3:01"},
    {H5, "\"a\"=hex(4):01,02\r\n", "a", "4:0102"},
    {H5, "\"a\"=hex(5):00,00,00,01\r\n", "a", "5:00000001"},
    {H5, "\"a\"=hex(6):01\r\n", "a", "6:01"},
    {H5, "\"a\"=hex(7):61,00,00,00,00,00\r\n", "a", "7:610000000000"},
    {H5, "\"a\"=hex(8):01\r\n", "a", "8:01"},
    {H5, "\"a\"=hex(9):01\r\n", "a", "9:01"},
    {H5, "\"a\"=hex(a):01\r\n", "a", "a:01"},
    {H5, "\"a\"=hex(B):01,00,00,00,00,00,00,00\r\n", "a", "b:0100000000000000"},
    {H5, "\"a\"=hex(ffff0012):01\r\n", "a", "ffff0012:01"},
    {H5, "\"\xC3\xA4\"=\"\xE2\x82\xAC\"\r\n", "\xC3\x84", "1:ac200000"},
    {H5, "\"a\"=\"\xF0\x9F\x98\x80\"\r\n", "a", "1:3dd800de0000"},
    {H4, "\"\xE4\"=\"\x80\"\r\n", "\xC3\xA4", "1:ac200000"},
    {H4, "\"a\"=hex(2):25,80,00\r\n", "a", "2:2500ac200000"},
    {H4, "\"a\"=hex(7):61,00,\\\r\n  e4,00,00\r\n", "a", "7:61000000e40000000000"},
    {H4, "\"a\"=hex(1):61\r\n", "a", "1:6100"},
    {H4, "\"a\"=hex(3):61\r\n", "a", "3:61"},
    {H4, "\"a\"=hex(6):61\r\n", "a", "6:61"},
};

Test(reg_file, reads_every_kind_of_value)
{
	for (size_t i = 0; i < COUNT(VALUES); i++) {
		struct kbm_bytes file;
		kbm_bytes_init(&file, 65536);
		kbm_bytes_printf(&file, "%s%s%s", VALUES[i].header, KEY, VALUES[i].lines);
		struct kbm_tree *tree;
		struct kbm_error error;
		int code = read_bytes(file.data, file.length, &tree, &error);
		cr_expect(eq(int, code, KBM_OK), "row %zu: %s", i, error.message);
		const char *found = shown(tree, "HKEY_LOCAL_MACHINE\\K", VALUES[i].name);
		cr_expect(eq(int, strcmp(found, VALUES[i].expected), 0), "row %zu: %s, not %s", i,
			  found, VALUES[i].expected);
		kbm_tree_free(tree);
		kbm_bytes_clear(&file);
	}
}

/* Key lines and what is there afterwards ("+path" or "-path"). */
static const struct {
	const char *lines;
	const char *expected[4];
} KEYS[] = {
    {"[HKEY_LOCAL_MACHINE\\A\\B\\C]\n", {"+HKEY_LOCAL_MACHINE\\A\\B\\C", "+HKEY_LOCAL_MACHINE\\a"}},
    {"[HKLM\\A]\n[hku\\B]\n[hkey_classes_root\\C]\n",
     {"+HKEY_LOCAL_MACHINE\\A", "+HKEY_USERS\\B", "+HKEY_CLASSES_ROOT\\C"}},
    {"[HKCU]\n[HKCC]\n", {"+HKEY_CURRENT_USER", "+HKEY_CURRENT_CONFIG"}},
    {"[HKLM\\A]\n[HKLM\\A\\B]\n[-HKLM\\a]\n", {"-HKEY_LOCAL_MACHINE\\A", "+HKEY_LOCAL_MACHINE"}},
    {"[-HKLM\\none]\n", {"-HKEY_LOCAL_MACHINE\\none"}},
    {"[-HKLM\\A]\n[HKLM\\A]\n\"x\"=dword:1\n", {"+HKEY_LOCAL_MACHINE\\A"}},
    {"[HKLM\\a]b] ; c]\n", {"+HKEY_LOCAL_MACHINE\\a]b"}},
    {"  [HKLM\\A\\]  \n", {"+HKEY_LOCAL_MACHINE\\A"}},
    {"[HKLM\\A; B]\n", {"+HKEY_LOCAL_MACHINE\\A; B"}},
    {"[HKLM\\\xC3\xA4\xE2\x82\xAC]\n", {"+HKEY_LOCAL_MACHINE\\\xC3\x84\xE2\x82\xAC"}},
    {"[HKLM\\A]", {"+HKEY_LOCAL_MACHINE\\A"}},
    {"; nothing\n", {"-HKEY_LOCAL_MACHINE"}},
    {"", {"-HKEY_LOCAL_MACHINE"}},
};

Test(reg_file, reads_every_kind_of_key_line)
{
	for (size_t i = 0; i < COUNT(KEYS); i++) {
		char file[512];
		snprintf(file, sizeof file, "%s%s", H5, KEYS[i].lines);
		struct kbm_tree *tree;
		struct kbm_error error;
		int code = read_text(file, &tree, &error);
		cr_expect(eq(int, code, KBM_OK), "row %zu: %s", i, error.message);
		for (size_t j = 0; j < 4 && KEYS[i].expected[j] != NULL; j++) {
			const char *path = KEYS[i].expected[j];
			int there = kbm_tree_has_key(tree, path + 1, NULL) == KBM_OK;
			cr_expect(eq(int, there, path[0] == '+'), "row %zu: %s", i, path);
		}
		kbm_tree_free(tree);
	}
}

Test(reg_file, merges_keys_that_come_twice)
{
	struct kbm_tree *tree;
	struct kbm_error error;
	int code = read_text(H5 "[HKLM\\A]\n\"x\"=dword:1\n[HKLM\\B]\n[hklm\\a]\n\"y\"=dword:2\n",
			     &tree, &error);
	cr_assert(eq(int, code, KBM_OK));
	int x = strcmp(shown(tree, "HKEY_LOCAL_MACHINE\\A", "x"), "4:01000000");
	int y = strcmp(shown(tree, "HKEY_LOCAL_MACHINE\\A", "y"), "4:02000000");
	cr_expect(eq(int, x, 0));
	cr_expect(eq(int, y, 0));
	kbm_tree_free(tree);
}

/* Text as UTF-16, with a mark or without. */
static void encode(const char *text, bool big, bool mark, struct kbm_bytes *out)
{
	kbm_bytes_init(out, 65536);
	if (mark)
		kbm_text_to_utf16("\xEF\xBB\xBF", 3, out);
	kbm_text_to_utf16(text, strlen(text), out);
	for (size_t i = 0; big && i + 1 < out->length; i += 2) {
		uint8_t first = out->data[i];
		out->data[i] = out->data[i + 1];
		out->data[i + 1] = first;
	}
}

Test(reg_file, knows_every_encoding)
{
	const char *text = H5 "[HKLM\\K]\r\n\"\xC3\xA4\xF0\x9F\x98\x80\"=\"\xE2\x82\xAC\"\r\n";
	const char *name = "\xC3\x84\xF0\x9F\x98\x80";
	for (int variant = 0; variant < 6; variant++) {
		struct kbm_bytes file;
		if (variant < 4) {
			encode(text, variant & 1, variant & 2, &file);
		} else {
			kbm_bytes_init(&file, 65536);
			kbm_bytes_append_text(&file, variant == 4 ? "\xEF\xBB\xBF" : "");
			kbm_bytes_append_text(&file, text);
		}
		cr_expect(eq(int, kbm_reg_file_form(file.data, file.length), KBM_REG_FORM_5),
			  "variant %d", variant);
		struct kbm_tree *tree;
		struct kbm_error error;
		int code = read_bytes(file.data, file.length, &tree, &error);
		cr_expect(eq(int, code, KBM_OK), "variant %d: %s", variant, error.message);
		const char *found = shown(tree, "HKEY_LOCAL_MACHINE\\K", name);
		cr_expect(eq(int, strcmp(found, "1:ac200000"), 0), "variant %d: %s", variant,
			  found);
		kbm_tree_free(tree);
		kbm_bytes_clear(&file);
	}
}

static void expect_value(const char *what, size_t row, const struct kbm_bytes *file,
			 const char *name, const char *expected)
{
	struct kbm_tree *tree;
	struct kbm_error error;
	int code = read_bytes(file->data, file->length, &tree, &error);
	cr_expect(eq(int, code, KBM_OK), "row %zu, %s: %s", row, what, error.message);
	const char *found = shown(tree, "HKEY_LOCAL_MACHINE\\K", name);
	cr_expect(strcmp(found, expected) == 0, "row %zu, %s: %s, not %s", row, what, found,
		  expected);
	kbm_tree_free(tree);
}

/* Each case again as UTF-16 of both orders and as UTF-8, with a mark and without. */
Test(reg_file, reads_every_kind_of_value_in_every_encoding)
{
	static const char *const encodings[] = {"UTF-16LE", "UTF-16BE", "UTF-16LE with a mark",
						"UTF-16BE with a mark", "UTF-8 with a mark"};
	for (size_t i = 0; i < COUNT(VALUES); i++) {
		if (strcmp(VALUES[i].header, H5) != 0)
			continue;
		struct kbm_bytes text;
		kbm_bytes_init(&text, 65536);
		kbm_bytes_printf(&text, "%s%s%s", VALUES[i].header, KEY, VALUES[i].lines);
		for (size_t k = 0; k < COUNT(encodings); k++) {
			struct kbm_bytes file;
			if (k < 4) {
				encode(kbm_bytes_text(&text), k & 1, k & 2, &file);
			} else {
				kbm_bytes_init(&file, 65536);
				kbm_bytes_append_text(&file, "\xEF\xBB\xBF");
				kbm_bytes_append(&file, text.data, text.length);
			}
			expect_value(encodings[k], i, &file, VALUES[i].name, VALUES[i].expected);
			kbm_bytes_clear(&file);
		}
		kbm_bytes_clear(&text);
	}
}

/* What both forms write the same they mean the same: all but text in hexadecimal, and letters. */
Test(reg_file, reads_what_both_forms_share_alike)
{
	size_t shared = 0;
	for (size_t i = 0; i < COUNT(VALUES); i++) {
		bool is_ascii = true;
		for (const char *at = VALUES[i].lines; *at != '\0'; at++)
			is_ascii = is_ascii && (unsigned char)*at < 0x80;
		bool is_text_in_hex = strstr(VALUES[i].lines, "hex(1)") != NULL ||
				      strstr(VALUES[i].lines, "hex(2)") != NULL ||
				      strstr(VALUES[i].lines, "hex(7)") != NULL;
		if (!is_ascii || is_text_in_hex)
			continue;
		for (int form = 0; form < 2; form++) {
			struct kbm_bytes file;
			kbm_bytes_init(&file, 65536);
			kbm_bytes_printf(&file, "%s%s%s", form == 0 ? H4 : H5, KEY,
					 VALUES[i].lines);
			expect_value(form == 0 ? "REGEDIT4" : "5.00", i, &file, VALUES[i].name,
				     VALUES[i].expected);
			kbm_bytes_clear(&file);
		}
		shared++;
	}
	cr_expect(gt(sz, shared, 30));
}

/* Names and text of REGEDIT4 are bytes of the code page that is asked for, in hexadecimal too. */
Test(reg_file, reads_every_code_page)
{
	static const struct {
		unsigned page;
		const char *bytes; /* of a name, which is its text too */
		const char *name;
		const char *expected;
	} pages[] = {
	    {874, "\xA1", "\xE0\xB8\x81", "1:010e0000"},
	    {1250, "\xB9", "\xC4\x85", "1:05010000"},
	    {1251, "\xFF", "\xD0\xAF", "1:4f040000"},
	    {1252, "\x80", "\xE2\x82\xAC", "1:ac200000"},
	    {1253, "\xE1", "\xCE\xB1", "1:b1030000"},
	    {1254, "\xFD", "\xC4\xB1", "1:31010000"},
	    {1255, "\xE0", "\xD7\x90", "1:d0050000"},
	    {1256, "\xC7", "\xD8\xA7", "1:27060000"},
	    {1257, "\xE0", "\xC4\x85", "1:05010000"},
	    {1258, "\xF5", "\xC6\xA1", "1:a1010000"},
	};
	for (size_t i = 0; i < COUNT(pages); i++) {
		char text[256];
		snprintf(text, sizeof text, H4 KEY "\"%s\"=\"%s\"\r\n\"h\"=hex(2):%02x,00\r\n",
			 pages[i].bytes, pages[i].bytes, (unsigned char)pages[i].bytes[0]);
		struct kbm_tree *tree;
		struct kbm_error error = {0};
		kbm_tree_make("root", &tree, NULL);
		int code = kbm_reg_file_read((const uint8_t *)text, strlen(text), pages[i].page,
					     tree, &error);
		cr_expect(eq(int, code, KBM_OK), "%u: %s", pages[i].page, error.message);
		const char *found = shown(tree, "HKEY_LOCAL_MACHINE\\K", pages[i].name);
		cr_expect(strcmp(found, pages[i].expected) == 0, "%u: %s", pages[i].page, found);
		found = shown(tree, "HKEY_LOCAL_MACHINE\\K", "h");
		cr_expect(strcmp(found + 1, pages[i].expected + 1) == 0, "%u: %s", pages[i].page,
			  found);
		kbm_tree_free(tree);
	}
}

Test(reg_file, keeps_unpaired_surrogates_of_utf16)
{
	const char *text = H5 KEY "\"a\"=\"\xED\xA0\xBDx\"\r\n";
	struct kbm_bytes file;
	encode(text, false, true, &file);
	struct kbm_tree *tree;
	struct kbm_error error;
	int code = read_bytes(file.data, file.length, &tree, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	int same = strcmp(shown(tree, "HKEY_LOCAL_MACHINE\\K", "a"), "1:3dd878000000");
	cr_expect(eq(int, same, 0));
	kbm_tree_free(tree);
	kbm_bytes_clear(&file);
}

Test(reg_file, tells_its_form_by_the_first_line)
{
	static const struct {
		const char *text;
		int form;
	} cases[] = {
	    {"REGEDIT4", KBM_REG_FORM_4},
	    {"REGEDIT4\n", KBM_REG_FORM_4},
	    {"\r\n \nREGEDIT4 \t\r\n", KBM_REG_FORM_4},
	    {"Windows Registry Editor Version 5.00", KBM_REG_FORM_5},
	    {"Windows Registry Editor Version 5.00   \t      \n", KBM_REG_FORM_5},
	    {"Windows Registry Editor Version 5.001\n", KBM_REG_FORM_NONE},
	    {"Windows Registry Editor Version 6.00\n", KBM_REG_FORM_NONE},
	    {"REGEDIT\n", KBM_REG_FORM_NONE},
	    {"REGEDIT4x\n", KBM_REG_FORM_NONE},
	    {"[HKLM\\A]\n", KBM_REG_FORM_NONE},
	    {"regf", KBM_REG_FORM_NONE},
	    {"\xFF\xFE", KBM_REG_FORM_NONE},
	    {"", KBM_REG_FORM_NONE},
	};
	for (size_t i = 0; i < COUNT(cases); i++) {
		const uint8_t *bytes = (const uint8_t *)cases[i].text;
		int form = kbm_reg_file_form(bytes, strlen(cases[i].text));
		cr_expect(eq(int, form, cases[i].form), "row %zu", i);
	}
}

static const struct {
	const char *file;
	const char *message; /* a part of it */
} WRONG[] = {
    {"", "line 1: expected 'REGEDIT4'"},
    {"hello\n", "line 1: expected 'REGEDIT4'"},
    {H5 "hello\n", "line 3: expected [key], \"name\"=data, @=data or ; comment, found 'h'"},
    {H5 "[HKLM\\A\n", "line 3: expected ']' behind the key's name, found the end of the line"},
    {H5 "[HKLM\\A", "line 3: expected ']' behind the key's name, found the end of the file"},
    {H5 "[HKLM\\A] x\n", "line 3: expected ']'"},
    {H5 "[SYSTEM\\Select]\n", "line 3: 'SYSTEM' is no root key"},
    {H5 "[\\HKLM\\A]\n", "line 3: '' is no root key"},
    {H5 "[]\n", "line 3: '' is no root key"},
    {H5 "[ControlSet001\x1B]\n", "line 3: 'ControlSet001\\x1B' is no root key"},
    {H5 "[HKLM\\A\\\\B]\n", "line 3: key 3 of the path has no name"},
    {H5 "[-HKLM]\n", "line 3: a root key cannot be deleted"},
    {H5 "\"a\"=\"x\"\n", "line 3: a value that stands below no [key] line"},
    {H5 KEY "[-HKLM\\K]\n\"a\"=\"x\"\n", "line 5: a value that stands below no [key] line"},
    {H5 KEY "\"a\"\n", "line 4: expected '=' behind the value's name, found the end of the line"},
    {H5 KEY "\"a\"=\n", "line 4: expected \"text\", dword:, hex: or -, found the end of the line"},
    {H5 KEY "\"a\"=x\n", "line 4: expected \"text\", dword:, hex: or -, found 'x'"},
    {H5 KEY "\"a\"=dwords:1\n", "line 4: expected \"text\", dword:, hex: or -, found 's'"},
    {H5 KEY "\"a\"=dword:\n", "line 4: expected 1 to 8 hexadecimal digits"},
    {H5 KEY "\"a\"=dword:123456789\n", "line 4: expected the end of the line"},
    {H5 KEY "\"a\"=dword:0x1\n", "line 4: expected the end of the line behind the data, found 'x'"},
    {H5 KEY "\"a\"=\"x\" y\n", "line 4: expected the end of the line behind the data, found 'y'"},
    {H5 KEY "\"a\"=\"x\n\n[HKLM]\n", "line 4: the text that begins here has no closing quote"},
    {H5 KEY "\"a\"=\"x\n\n[HKLM\\B]\n",
     "line 6: expected \\\\ or \\\" in the text that begins in line 4, found 'B'"},
    {H5 KEY "\"a\"=\"C:\\Windows\"\n", "line 4: expected \\\\ or \\\" in the text, found 'W'"},
    {H5 KEY "\"a=dword:1\n", "line 4: the text that begins here has no closing quote"},
    {H5 KEY "\"a\"=hex\n", "line 4: expected ':' before the bytes"},
    {H5 KEY "\"a\"=hex(:01\n", "line 4: expected the type's number"},
    {H5 KEY "\"a\"=hex(123456789):01\n", "line 4: expected ')'"},
    {H5 KEY "\"a\"=hex:01,\n", "line 4: expected a byte of two hexadecimal digits"},
    {H5 KEY "\"a\"=hex:01,,02\n", "line 4: expected a byte of two hexadecimal digits, found ','"},
    {H5 KEY "\"a\"=hex:012\n", "line 4: expected the end of the line behind the data, found '2'"},
    {H5 KEY "\"a\"=hex:01 02\n", "line 4: expected the end of the line behind the data, found '0'"},
    {H5 KEY "\"a\"=hex:01,\\ 02\n", "line 4: expected the end of the line behind '\\', found '0'"},
    {H5 KEY "\"a\"=hex:01,\\\n",
     "line 5: expected the rest of the bytes, found the end of the file"},
    {H5 KEY "\"a\"=hex:01,\\\n\n02", "line 5: expected a byte"},
    {H5 KEY "\"a\"=hex:01,\\\r\n  02,\\\r\n  0g\r\n", "line 6: expected the end of the line"},
    {H5 KEY "\"\xE4\"=\"x\"\n", "line 4: byte 0xE4 is not UTF-8"},
    {H5 KEY "; \xFF\n", "line 4: byte 0xFF is not UTF-8"},
    {H5 KEY "\xE2\x82\xAC\n",
     "line 4: expected [key], \"name\"=data, @=data or ; comment, found U+20AC"},
    {H4 KEY "\"\x81\xA0\"=hex(2):ag\n", "line 4: expected the end of the line"},
};

Test(reg_file, refuses_with_the_line_and_what_was_expected)
{
	for (size_t i = 0; i < COUNT(WRONG); i++) {
		struct kbm_tree *tree;
		struct kbm_error error;
		int code = read_text(WRONG[i].file, &tree, &error);
		cr_expect(eq(int, code, KBM_INVALID), "row %zu", i);
		char *there = strstr(error.message, WRONG[i].message);
		cr_expect(ne(ptr, there, NULL), "row %zu: %s", i, error.message);
		kbm_tree_free(tree);
	}
}

Test(reg_file, refuses_bytes_that_are_no_characters)
{
	struct kbm_tree *tree;
	struct kbm_error error;
	const char nul[] = H5 KEY "\"a\0b\"=\"x\"\n";
	int code = read_bytes(nul, sizeof nul - 1, &tree, &error);
	cr_expect(eq(int, code, KBM_INVALID));
	cr_expect(eq(str, error.message, (char *)"line 4: a NUL character"));
	kbm_tree_free(tree);

	struct kbm_bytes file;
	encode(H5 KEY, false, true, &file);
	kbm_bytes_append_byte(&file, 'x');
	code = read_bytes(file.data, file.length, &tree, &error);
	cr_expect(eq(int, code, KBM_INVALID));
	cr_expect(eq(str, error.message, (char *)"line 4: half a UTF-16 character at the end"));
	kbm_tree_free(tree);
	kbm_bytes_clear(&file);

	/* Byte DB is no character of the Thai code page. */
	const char *thai = H4 KEY "\"a\"=\"\xDB\"\n";
	kbm_tree_make("root", &tree, NULL);
	code = kbm_reg_file_read((const uint8_t *)thai, strlen(thai), 874, tree, &error);
	cr_expect(eq(int, code, KBM_INVALID));
	cr_expect(
	    eq(str, error.message, (char *)"line 4: byte 0xDB is no character of code page 874"));
	code = kbm_reg_file_read((const uint8_t *)thai, strlen(thai), 932, tree, &error);
	cr_expect(eq(int, code, KBM_USAGE));
	kbm_tree_free(tree);
}

Test(reg_file, meets_its_limits_by_name)
{
	struct kbm_tree *tree;
	struct kbm_error error;
	struct kbm_bytes file;
	kbm_bytes_init(&file, 64 * KBM_MIB);
	kbm_bytes_append_text(&file, H5 "[HKLM\\");
	for (int i = 0; i < 256; i++)
		kbm_bytes_append_byte(&file, 'k');
	kbm_bytes_append_text(&file, "]\n");
	int code = read_bytes(file.data, file.length, &tree, &error);
	cr_expect(eq(int, code, KBM_LIMIT));
	cr_expect(ne(ptr, strstr(error.message, "line 3: "), NULL));
	cr_expect(ne(ptr, strstr(error.message, "255"), NULL));
	kbm_tree_free(tree);

	kbm_bytes_reset(&file);
	kbm_bytes_append_text(&file, H5 "[HKLM");
	for (int i = 0; i < 512; i++)
		kbm_bytes_append_text(&file, "\\k");
	kbm_bytes_append_text(&file, "]\n");
	code = read_bytes(file.data, file.length, &tree, &error);
	cr_expect(eq(int, code, KBM_LIMIT));
	cr_expect(ne(ptr, strstr(error.message, "512"), NULL));
	kbm_tree_free(tree);

	kbm_bytes_reset(&file);
	kbm_bytes_append_text(&file, H5 KEY "\"a\"=\"");
	for (size_t i = 0; i < KBM_HIVE_MAX_VALUE_BYTES / 2; i++)
		kbm_bytes_append_byte(&file, 'x'); /* with its NUL two bytes too long */
	kbm_bytes_append_text(&file, "\"\n");
	code = read_bytes(file.data, file.length, &tree, &error);
	cr_expect(eq(int, code, KBM_LIMIT), "%s", error.message);
	kbm_tree_free(tree);
	kbm_bytes_clear(&file);

	kbm_tree_make("root", &tree, NULL);
	code =
	    kbm_reg_file_read((const uint8_t *)"", KBM_REG_FILE_MAX_BYTES + 1, 1252, tree, &error);
	cr_expect(eq(int, code, KBM_LIMIT));
	kbm_tree_free(tree);
}

Test(reg_file, becomes_a_hive_image_within_its_bound)
{
	static const char *const files[] = {
	    H5,
	    H5 "[HKLM\\a\\a\\a\\a\\a\\a\\a\\a\\a\\a\\a\\a\\a\\a\\a\\a\\a\\a\\a\\a\\a\\a\\a\\a\\a]",
	    H4 "[HKU\\a]\n@=dword:1\n[HKU\\b]\n@=hex:0,0,0,0,0\n",
	};
	for (size_t i = 0; i < COUNT(files); i++) {
		size_t capacity = kbm_reg_file_image_bound(strlen(files[i]));
		uint8_t *image = malloc(capacity);
		size_t length = 0;
		struct kbm_error error = {0};
		const uint8_t *bytes = (const uint8_t *)files[i];
		int code = kbm_reg_file_to_image(bytes, strlen(files[i]), 1252, image, capacity,
						 &length, NULL, &error);
		cr_assert(eq(int, code, KBM_OK), "%s", error.message);
		cr_expect(eq(int, memcmp(image, "regf", 4), 0));
		cr_expect(eq(sz, length % 4096, 0));
		size_t none = 0;
		code = kbm_reg_file_to_image(bytes, strlen(files[i]), 1252, image, length - 1,
					     &none, NULL, &error);
		cr_expect(eq(int, code, KBM_LIMIT));
		cr_expect(eq(sz, none, 0));
		free(image);
	}
	cr_expect(eq(sz, kbm_reg_file_image_bound(KBM_REG_FILE_MAX_BYTES), KBM_HIVE_MAX_BYTES));
}

/* The image of a file's tree, with its gaps or without. */
static void make_image(const char *text, bool keeps_gaps, struct kbm_bytes *image)
{
	const struct kbm_build_options options = {.minor = 5, .keeps_gaps = keeps_gaps};
	struct kbm_tree *tree = NULL;
	struct kbm_error error = {0};
	int code = read_text(text, &tree, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	kbm_bytes_init(image, 64 * KBM_MIB);
	code = kbm_tree_build(tree, &options, image, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	kbm_tree_free(tree);
}

Test(reg_file, leaves_no_trace_of_gaps_in_a_plain_hive)
{
	/* The same keys: listed in part, deleted, known as a whole. */
	static const char *const files[] = {
	    H5 "[HKLM\\A\\B]\n[HKLM\\D]\n",
	    H5 "[HKLM]\n[HKLM\\A]\n[HKLM\\A\\B]\n[HKLM\\D]\n",
	    H5
	    "[HKLM\\D]\n[HKLM\\A\\b\\C]\n[-HKLM\\A\\B]\n[-HKLM\\N\\O]\n[-HKU\\X]\n[HKLM\\A\\B]\n",
	};
	struct kbm_bytes first;
	struct kbm_bytes with_gaps;
	make_image(files[0], false, &first);
	for (size_t i = 1; i < COUNT(files); i++) {
		struct kbm_bytes image;
		make_image(files[i], false, &image);
		cr_assert(eq(sz, image.length, first.length), "row %zu", i);
		cr_expect(eq(int, memcmp(image.data, first.data, first.length), 0), "row %zu", i);
		kbm_bytes_clear(&image);
	}
	make_image(files[0], true, &with_gaps);
	cr_assert(eq(sz, with_gaps.length, first.length));
	cr_expect(ne(int, memcmp(with_gaps.data, first.data, first.length), 0));
	kbm_bytes_clear(&with_gaps);
	kbm_bytes_clear(&first);
}

Test(reg_file, spells_a_key_that_comes_back_anew)
{
	static const char file[] = H5 "[HKLM\\old]\n[-HKLM\\OLD]\n[HKLM\\Old]\n";
	struct kbm_bytes image;
	make_image(file, true, &image);
	cr_expect(memmem(image.data, image.length, "Old", 3) != NULL);
	cr_expect(memmem(image.data, image.length, "OLD", 3) == NULL);
	kbm_bytes_clear(&image);
}

Test(reg_file, bounds_the_image_of_the_worst_file)
{
	/* Two bytes a key, 512 deep, over and over. */
	struct kbm_bytes file;
	kbm_bytes_init(&file, 64 * KBM_MIB);
	kbm_bytes_append_text(&file, "REGEDIT4\n");
	for (int i = 0; i < 200; i++) {
		kbm_bytes_printf(&file, "[HKU\\%c%c", 'A' + i % 26, 'A' + i / 26);
		for (int j = 0; j < 510; j++)
			kbm_bytes_append_text(&file, "\\a");
		kbm_bytes_append_text(&file, "]\n");
	}
	kbm_bytes_append_text(&file, "[-HKU\\zz");
	for (int j = 0; j < 510; j++)
		kbm_bytes_append_text(&file, "\\a");
	kbm_bytes_append_text(&file, "]\n");
	size_t bound = kbm_reg_file_image_bound(file.length);
	uint8_t *image = malloc(bound);
	size_t length = 0;
	struct kbm_error error = {0};
	int code = kbm_reg_file_to_image(file.data, file.length, 1252, image, bound, &length, NULL,
					 &error);
	cr_expect(eq(int, code, KBM_OK), "%s", error.message);
	cr_expect(gt(sz, length, 40 * file.length)); /* the bound is not idle */
	free(image);
	kbm_bytes_clear(&file);
}

Test(reg_file, code_pages_go_both_ways)
{
	static const unsigned pages[] = {874, 1250, 1251, 1252, 1253, 1254, 1255, 1256, 1257, 1258};
	for (size_t i = 0; i < COUNT(pages); i++) {
		unsigned known = 0;
		for (unsigned byte = 0; byte < 256; byte++) {
			uint16_t unit = 0;
			uint8_t back = 0;
			if (!kbm_codepage_decode(pages[i], (uint8_t)byte, &unit))
				continue;
			known++;
			bool encoded = kbm_codepage_encode(pages[i], unit, &back);
			cr_expect(eq(int, encoded, true), "%u: %02X", pages[i], byte);
			cr_expect(eq(int, back, (int)byte), "%u: %02X", pages[i], byte);
		}
		cr_expect(ge(int, (int)known, 240), "%u", pages[i]);
	}
	uint16_t unit = 0;
	uint8_t byte = 0;
	cr_expect(eq(int, kbm_codepage_decode(1251, 0xC0, &unit), true));
	cr_expect(eq(int, unit, 0x410));
	cr_expect(eq(int, kbm_codepage_encode(1252, 0x410, &byte), false));
	cr_expect(eq(int, kbm_codepage_encode(1252, 0x20AC, &byte), true));
	cr_expect(eq(int, byte, 0x80));
	cr_expect(eq(int, kbm_codepage_decode(437, 0xC0, &unit), false));
	cr_expect(eq(int, kbm_codepage_is_known(1259), false));
}

Test(reg_file, counts_the_values_that_a_file_deletes)
{
	static const char text[] =
	    H5 "[HKEY_LOCAL_MACHINE\\K]\r\n\"a\"=-\r\n\"b\"=\"c\"\r\n@ = - ; x\r\n"
	       "[-HKEY_LOCAL_MACHINE\\L]\r\n";
	uint64_t count = 7;
	struct kbm_error error = {0};
	enum kbm_code code =
	    kbm_reg_file_deleted_values((const uint8_t *)text, strlen(text), 1252, &count, &error);
	cr_expect(eq(int, code, KBM_OK), "%s", error.message);
	cr_expect(eq(u64, count, 2));
	code = kbm_reg_file_deleted_values((const uint8_t *)"x", 1, 1252, &count, &error);
	cr_expect(eq(int, code, KBM_INVALID));
}
