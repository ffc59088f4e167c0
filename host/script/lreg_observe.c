/* target:observe: a row of the table of what a check looked at. */
#include "script/lreg_observe.h"

#include <lauxlib.h>
#include <string.h>

#include "base/limits.h"
#include "script/header_articles.h"
#include "script/lreg_say.h"
#include "script/lua_util.h"

static const char method[] = "target:observe";

static void check_count(lua_State *L, const struct kbm_run *run)
{
	if (run->result->observation_count >= KBM_SCRIPT_MAX_OBSERVED)
		kbm_lua_end_limit(kbm_lua_of(L), "script reported more than %u observations",
				  KBM_SCRIPT_MAX_OBSERVED);
}

static bool is_given(lua_State *L, const char *field)
{
	bool given = kbm_push_text_field(L, 2, method, field, false, NULL) != NULL;
	lua_pop(L, 1);
	return given;
}

static void check_what(lua_State *L)
{
	size_t length = 0;
	const char *what = kbm_push_text_field(L, 2, method, "what", true, &length);
	if (length > KBM_HEADER_MAX_TEXT || strpbrk(what, "\r\n") != NULL)
		luaL_error(L, "%s: what: expected a label of one line and at most %d bytes", method,
			   (int)KBM_HEADER_MAX_TEXT);
	lua_pop(L, 1);
}

static void check_article(lua_State *L)
{
	size_t length = 0;
	const char *kb = kbm_push_text_field(L, 2, method, "kb", false, &length);
	if (kb != NULL && (length > KBM_ID_MAX_BYTES || !kbm_header_is_article(kb)))
		luaL_error(L, "%s: kb: '%s' is no article: \"Q298565\"", method, kb);
	lua_pop(L, 1);
}

/* All that may be wrong is told before anything is taken, so that nothing is lost. */
static void check_texts(lua_State *L)
{
	static const char *const texts[] = {"found", "expected", "difference"};
	check_what(L);
	check_article(L);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		kbm_push_text_field(L, 2, method, texts[i], false, NULL);
		lua_pop(L, 1);
	}
	/* What is absent where something is expected does not agree. */
	if (!is_given(L, "found") && is_given(L, "expected") && !is_given(L, "difference"))
		luaL_error(L, "%s: difference is missing: nothing is found where '%s' is expected",
			   method, kbm_push_text_field(L, 2, method, "expected", true, NULL));
}

int kbm_lreg_observe(lua_State *L)
{
	static const char *const fields[] = {"what",	   "where", "found", "expected",
					     "difference", "kb",    NULL};
	struct kbm_run *run = kbm_lreg_begin_saying(L, "observe");
	luaL_checktype(L, 2, LUA_TTABLE);
	lua_settop(L, 2);
	check_count(L, run);
	kbm_check_fields(L, 2, method, fields, true);
	check_texts(L);
	struct kbm_observation row = {0};
	kbm_lreg_take_place(L, "target:observe: where", &row.place);
	kbm_lua_charge(run->state, sizeof row + kbm_run_place_size(&row.place));
	row.what = kbm_lreg_take_text(L, method, "what", true);
	row.found = kbm_lreg_take_text(L, method, "found", false);
	row.expected = kbm_lreg_take_text(L, method, "expected", false);
	row.difference = kbm_lreg_take_text(L, method, "difference", false);
	row.kb = kbm_lreg_take_text(L, method, "kb", false);
	kbm_lua_hold(run->state);
	bool added = kbm_result_add_observation(run->result, &row);
	kbm_lua_release(run->state);
	if (!added)
		kbm_lua_out_of_memory(L);
	kbm_lua_end_strict(L);
	return 0;
}
