/* Text checks of a script's file, and running its top level. */
#include "script/loader.h"

#include <lauxlib.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"

enum { NAME_SHOWN = 80 };

static bool starts_with(const char *text, size_t length, const char *start, size_t start_length)
{
	return length >= start_length && memcmp(text, start, start_length) == 0;
}

/* What a file is that begins like this, if it is certainly no script; or NULL. */
static const char *foreign_kind(const char *text, size_t length)
{
	static const struct {
		const char *start;
		size_t length;
		const char *kind;
	} kinds[] = {
	    {"\xFF\xFE", 2, "UTF-16 text: save it as UTF-8"},
	    {"\xFE\xFF", 2, "UTF-16 text: save it as UTF-8"},
	    {"\x1BLua", 4, "compiled Lua: only source text is accepted"},
	    {"\x7F"
	     "ELF",
	     4, "a program: a script is Lua source text"},
	    {"regf", 4, "a registry hive: give it with -t"},
	};
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (starts_with(text, length, kinds[i].start, kinds[i].length))
			return kinds[i].kind;
	return NULL;
}

/* What a script may not hold, be it in a string or a comment: what shows as other code than it is
 * has no place in a text that a person is to judge. */
struct obstacle {
	const char *what;
	const char *why;  /* and the way out, unless it is writable */
	bool is_writable; /* as \u{...} in a string */
};

static bool find_obstacle(uint32_t code_point, bool ends_line, struct obstacle *obstacle)
{
	bool is_blank = code_point == '\t' || code_point == '\n' || code_point == '\f' ||
			(code_point == '\r' && ends_line);
	if (code_point == 0)
		*obstacle = (struct obstacle){
		    "a NUL byte", "not a text file, or UTF-16: save it as UTF-8", false};
	else if (code_point == '\r' && !ends_line)
		*obstacle = (struct obstacle){
		    "a carriage return that ends no line",
		    "it can hide code: save the file with the same line ends throughout", false};
	else if (kbm_text_is_bidirectional(code_point))
		*obstacle = (struct obstacle){"a bidirectional control character",
					      "it can make code look like other code", true};
	else if (code_point == 0x2028 || code_point == 0x2029 || code_point == 0x85)
		*obstacle = (struct obstacle){
		    "a line separator", "some editors end a line there, and Lua does not", true};
	else if ((code_point < ' ' && !is_blank) || (code_point >= 0x7F && code_point < 0xA0))
		*obstacle = (struct obstacle){"a control character", "a terminal obeys it", true};
	else
		return false;
	return true;
}

static enum kbm_code refuse_character(const char *place, uint32_t code_point,
				      const struct obstacle *obstacle, struct kbm_error *error)
{
	if (obstacle->is_writable)
		return kbm_fail(error, KBM_INVALID, "%s: %s, U+%04X: %s; write \\u{%X} in a string",
				place, obstacle->what, (unsigned)code_point, obstacle->why,
				(unsigned)code_point);
	return kbm_fail(error, KBM_INVALID, "%s: %s: %s", place, obstacle->what, obstacle->why);
}

/* How many bytes are printable ASCII, which most of a script is: nothing is wrong with those. */
static size_t plain_bytes(const char *text, size_t length)
{
	size_t count = 0;
	while (count < length && text[count] >= ' ' && text[count] <= '~')
		count++;
	return count;
}

static enum kbm_code check_characters(const char *name, const char *text, size_t length,
				      struct kbm_error *error)
{
	size_t line = 1;
	size_t column = 1; /* in characters */
	size_t size = 0;
	struct obstacle obstacle;
	bool only_returns = memchr(text, '\n', length) == NULL;
	for (size_t at = 0; at < length; at += size) {
		size = plain_bytes(text + at, length - at);
		column += size;
		if (size > 0)
			continue;
		uint32_t code_point = kbm_text_next(text + at, length - at, &size);
		if (code_point == UINT32_MAX || (code_point >= 0xD800 && code_point <= 0xDFFF))
			return kbm_fail(error, KBM_INVALID,
					"%.*s:%zu:%zu: not UTF-8 (byte 0x%02X): save it as UTF-8",
					NAME_SHOWN, name, line, column, (unsigned char)text[at]);
		bool is_pair = code_point == '\r' && at + 1 < length && text[at + 1] == '\n';
		if (find_obstacle(code_point, is_pair || only_returns, &obstacle)) {
			char place[NAME_SHOWN + 48];
			snprintf(place, sizeof place, "%.*s:%zu:%zu", NAME_SHOWN, name, line,
				 column);
			return refuse_character(place, code_point, &obstacle, error);
		}
		bool ends_line = code_point == '\n' || (code_point == '\r' && !is_pair);
		line += ends_line;
		column = ends_line ? 1 : column + 1;
	}
	return KBM_OK;
}

enum kbm_code kbm_loader_check(const char *name, const char *text, size_t length, size_t *skip,
			       struct kbm_error *error)
{
	if (length > KBM_SCRIPT_MAX_BYTES)
		return kbm_fail(error, KBM_LIMIT, "%.*s: %zu bytes, a script has at most %zu",
				NAME_SHOWN, name, length, KBM_SCRIPT_MAX_BYTES);
	size_t start = starts_with(text, length, "\xEF\xBB\xBF", 3) ? 3 : 0;
	const char *kind = foreign_kind(text + start, length - start);
	if (kind != NULL)
		return kbm_fail(error, KBM_INVALID, "%.*s: this is %s", NAME_SHOWN, name, kind);
	enum kbm_code code = check_characters(name, text + start, length - start, error);
	if (code != KBM_OK)
		return code;
	if (starts_with(text + start, length - start, "#", 1))
		while (start < length && text[start] != '\n' && text[start] != '\r')
			start++;
	*skip = start;
	return KBM_OK;
}

void kbm_loader_run(lua_State *L, const char *name, const char *text, size_t length)
{
	const char *chunk = lua_pushfstring(L, "@%s", name);
	if (luaL_loadbufferx(L, text, length, chunk, "t") != LUA_OK)
		lua_error(L);
	lua_pushvalue(L, -3); /* globals chunk function globals */
	if (lua_setupvalue(L, -2, 1) == NULL)
		lua_pop(L, 1);
	lua_call(L, 0, 1);
	lua_replace(L, -3); /* result chunk */
	lua_pop(L, 1);
}
