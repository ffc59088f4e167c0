/* Text checks of a script's file, and running its top level. */
#include "script/loader.h"

#include <lauxlib.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"

enum { NAME_SHOWN = 80 };

/* LRM, RLM, ALM, the embeddings and the isolates [UAX #9, section 2]. */
static bool is_bidirectional_control(uint32_t code_point)
{
	return code_point == 0x061C || code_point == 0x200E || code_point == 0x200F ||
	       (code_point >= 0x202A && code_point <= 0x202E) ||
	       (code_point >= 0x2066 && code_point <= 0x2069);
}

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

static enum kbm_code check_characters(const char *name, const char *text, size_t length,
				      struct kbm_error *error)
{
	size_t line = 1;
	size_t size = 0;
	uint32_t line_end = 0;
	for (size_t at = 0; at < length; at += size) {
		uint32_t code_point = kbm_text_next(text + at, length - at, &size);
		bool is_surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
		if (code_point == 0)
			return kbm_fail(error, KBM_INVALID, "%.*s:%zu: a NUL byte: not a text file",
					NAME_SHOWN, name, line);
		if (code_point == UINT32_MAX || is_surrogate)
			return kbm_fail(error, KBM_INVALID,
					"%.*s:%zu: not UTF-8 (byte 0x%02X): save it as UTF-8",
					NAME_SHOWN, name, line, (unsigned char)text[at]);
		if (is_bidirectional_control(code_point))
			return kbm_fail(error, KBM_INVALID,
					"%.*s:%zu: bidirectional control character U+%04X: it can "
					"make code look like other code",
					NAME_SHOWN, name, line, (unsigned)code_point);
		/* As Lua counts lines: CR LF and LF CR are one end. */
		bool is_end = code_point == '\n' || code_point == '\r';
		bool is_second = is_end && line_end != 0 && line_end != code_point;
		line += is_end && !is_second ? 1 : 0;
		line_end = is_end && !is_second ? code_point : 0;
	}
	return KBM_OK;
}

enum kbm_code kbm_loader_check(const char *name, const char *text, size_t length, size_t *skip,
			       struct kbm_error *error)
{
	if (length > KBM_SCRIPT_MAX_BYTES)
		return kbm_fail(error, KBM_LIMIT, "%.*s: %zu bytes, a script has at most %zu",
				NAME_SHOWN, name, length, KBM_SCRIPT_MAX_BYTES);
	const char *kind = foreign_kind(text, length);
	if (kind != NULL)
		return kbm_fail(error, KBM_INVALID, "%.*s: this is %s", NAME_SHOWN, name, kind);
	enum kbm_code code = check_characters(name, text, length, error);
	if (code != KBM_OK)
		return code;
	size_t start = starts_with(text, length, "\xEF\xBB\xBF", 3) ? 3 : 0;
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
