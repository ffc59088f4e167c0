/* Registry data between its stored bytes and what scripts see. */
#include "script/registry_data.h"

#include <lauxlib.h>
#include <stdbool.h>
#include <string.h>

#include "base/text.h"
#include "plan/change.h"
#include "script/state.h"

enum { UNIT = 2, DWORD_BYTES = 4, QWORD_BYTES = 8, BITS = 8 };

static bool is_text(uint32_t type)
{
	return type == KBM_REG_SZ || type == KBM_REG_EXPAND_SZ || type == KBM_REG_LINK;
}

static size_t integer_size(uint32_t type)
{
	if (type == KBM_REG_DWORD || type == KBM_REG_DWORD_BIG_ENDIAN)
		return DWORD_BYTES;
	return type == KBM_REG_QWORD ? QWORD_BYTES : 0;
}

static bool is_nul(const uint8_t *data, size_t unit)
{
	return data[UNIT * unit] == 0 && data[UNIT * unit + 1] == 0;
}

/* --- decoding -------------------------------------------------------------------------------- */

static void push_utf16(lua_State *L, const uint8_t *data, size_t units)
{
	struct kbm_lua *state = kbm_lua_of(L);
	kbm_lua_hold(state);
	kbm_bytes_reset(&state->scratch);
	bool done = kbm_text_from_utf16(data, UNIT * units, &state->scratch);
	kbm_lua_release(state);
	if (!done)
		kbm_lua_out_of_memory(L);
	lua_pushlstring(L, kbm_bytes_text(&state->scratch), state->scratch.length);
}

/* Without the NULs at its end; one that stands before other text stays. [-0, +1, e] */
static bool push_text(lua_State *L, const uint8_t *data, size_t length)
{
	size_t stored = length / UNIT;
	size_t units = stored;
	while (units > 0 && is_nul(data, units - 1))
		units--;
	bool well_formed = length % UNIT == 0 && stored == units + 1;
	for (size_t i = 0; i < units && well_formed; i++)
		well_formed = !is_nul(data, i);
	push_utf16(L, data, units);
	return well_formed;
}

/* Texts, each ended by a NUL, and one more NUL at the end. An empty text in between stays (Windows
 * stops there); without text at all the list is empty. [-0, +1, e] */
static bool push_texts(lua_State *L, const uint8_t *data, size_t length)
{
	size_t units = length / UNIT;
	size_t used = units;
	while (used > 0 && is_nul(data, used - 1))
		used--;
	bool well_formed =
	    length % UNIT == 0 && (used == 0 ? units == 1 || units == 2 : units == used + 2);
	lua_newtable(L);
	lua_Integer count = 0;
	for (size_t start = 0; start < used;) {
		size_t end = start;
		while (end < used && !is_nul(data, end))
			end++;
		well_formed = well_formed && end > start;
		push_utf16(L, data + UNIT * start, end - start);
		lua_rawseti(L, -2, ++count);
		start = end + 1;
	}
	return well_formed;
}

/* nil where the size is wrong. [-0, +1, e] */
static bool push_integer(lua_State *L, uint32_t type, const uint8_t *data, size_t length)
{
	size_t size = integer_size(type);
	uint64_t sum = 0;
	if (length != size) {
		lua_pushnil(L);
		return false;
	}
	for (size_t i = 0; i < size; i++)
		sum = sum << BITS | data[type == KBM_REG_DWORD_BIG_ENDIAN ? i : size - 1 - i];
	lua_pushinteger(L, (lua_Integer)sum);
	return true;
}

bool kbm_data_push(lua_State *L, const struct kbm_value *value)
{
	luaL_checkstack(L, 4, NULL);
	if (is_text(value->type))
		return push_text(L, value->data, value->length);
	if (value->type == KBM_REG_MULTI_SZ)
		return push_texts(L, value->data, value->length);
	if (integer_size(value->type) > 0)
		return push_integer(L, value->type, value->data, value->length);
	lua_pushlstring(L, value->length == 0 ? "" : (const char *)value->data, value->length);
	return true;
}

void kbm_data_push_value(lua_State *L, const struct kbm_value *value)
{
	char type[32];
	luaL_checkstack(L, 4, NULL);
	lua_createtable(L, 0, 6);
	lua_pushlstring(L, value->name, value->name_length);
	lua_setfield(L, -2, "name");
	lua_pushstring(L, kbm_value_type_name(value->type, type));
	lua_setfield(L, -2, "type");
	lua_pushinteger(L, value->type);
	lua_setfield(L, -2, "type_number");
	lua_pushlstring(L, value->length == 0 ? "" : (const char *)value->data, value->length);
	lua_setfield(L, -2, "raw");
	bool well_formed = kbm_data_push(L, value);
	lua_setfield(L, -2, "data");
	lua_pushboolean(L, well_formed);
	lua_setfield(L, -2, "well_formed");
}

/* --- encoding -------------------------------------------------------------------------------- */

static void encode_text(lua_State *L, int index, struct kbm_bytes *out)
{
	static const uint8_t end[UNIT] = {0, 0};
	size_t length;
	if (lua_type(L, index) != LUA_TSTRING)
		luaL_error(L, "data: expected a string, got a %s", luaL_typename(L, index));
	const char *text = lua_tolstring(L, index, &length);
	if (!kbm_text_to_utf16(text, length, out) || !kbm_bytes_append(out, end, sizeof end))
		luaL_error(L, out->failed ? "data: too long" : "data: not UTF-8 text");
}

static void encode_texts(lua_State *L, int index, struct kbm_bytes *out)
{
	static const uint8_t end[UNIT] = {0, 0};
	if (!lua_istable(L, index))
		luaL_error(L, "data: expected a list of strings, got a %s",
			   luaL_typename(L, index));
	lua_Integer count = luaL_len(L, index);
	for (lua_Integer i = 1; i <= count; i++) {
		lua_geti(L, index, i);
		size_t length = 0;
		const char *text =
		    lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &length) : NULL;
		/* An empty text would end the list, and a NUL would make two of one. */
		if (text == NULL || length == 0 || memchr(text, 0, length) != NULL)
			luaL_error(L, "data: item %I: expected a string, not empty and without NUL",
				   (LUAI_UACINT)i);
		encode_text(L, lua_gettop(L), out);
		lua_pop(L, 1);
	}
	if (!kbm_bytes_append(out, end, sizeof end))
		luaL_error(L, "data: too long");
}

static void encode_integer(lua_State *L, int index, uint32_t type, struct kbm_bytes *out)
{
	size_t size = integer_size(type);
	const char *range =
	    size == DWORD_BYTES ? "0 to 4294967295" : "-9223372036854775808 to 9223372036854775807";
	if (lua_type(L, index) != LUA_TNUMBER)
		luaL_error(L, "data: expected an integer, got a %s", luaL_typename(L, index));
	/* 2^31 is a float of integral value: one that fits is meant as the integer it is. */
	int exact = 0;
	lua_Integer number = lua_tointegerx(L, index, &exact);
	if (!exact)
		luaL_error(L, "data: %f is not an integer from %s", lua_tonumber(L, index), range);
	if (size == DWORD_BYTES && (number < 0 || number > UINT32_MAX))
		luaL_error(L, "data: %I does not fit: %s", (LUAI_UACINT)number, range);
	uint64_t bits = (uint64_t)number;
	for (size_t i = 0; i < size; i++) {
		size_t shift = type == KBM_REG_DWORD_BIG_ENDIAN ? size - 1 - i : i;
		kbm_bytes_append_byte(out, (uint8_t)(bits >> (BITS * shift)));
	}
}

void kbm_data_encode(lua_State *L, int index, uint32_t type, struct kbm_bytes *out)
{
	index = lua_absindex(L, index);
	if (is_text(type)) {
		encode_text(L, index, out);
	} else if (type == KBM_REG_MULTI_SZ) {
		encode_texts(L, index, out);
	} else if (integer_size(type) > 0) {
		encode_integer(L, index, type, out);
	} else {
		size_t length;
		if (lua_type(L, index) != LUA_TSTRING)
			luaL_error(L, "data: expected a string of bytes, got a %s",
				   luaL_typename(L, index));
		const char *bytes = lua_tolstring(L, index, &length);
		kbm_bytes_append(out, bytes, length);
	}
}
