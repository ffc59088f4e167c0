/* Values of a script's header: what they must be, and copies of them.
 *
 * All look at the value on top of the stack and leave it there (of a view, the table behind);
 * `path` is its place in the header, for messages: "symptoms[2].event". All raise; what they return
 * as copies is heap. */
#ifndef KBM_SCRIPT_HEADER_VALUE_H
#define KBM_SCRIPT_HEADER_VALUE_H

#include <lua.h>

#include <stdbool.h>
#include <stddef.h>

#include "plan/script_info.h"

/* "path: expected an integer, got a string"; `expected` comes with its article. */
_Noreturn void kbm_header_refuse(lua_State *L, const char *path, const char *expected);

void kbm_header_check_table(lua_State *L, const char *path);
/* The length of a proper list: keys 1 to n and no other. */
lua_Integer kbm_header_check_list(lua_State *L, const char *path);
lua_Integer kbm_header_check_long_list(lua_State *L, const char *path, size_t maximum);
/* Text of 1 to `maximum` bytes; `lines`: may have several. Borrowed from the value. */
const char *kbm_header_check_text(lua_State *L, const char *path, size_t maximum, bool lines);

/* Push a field of the table, or an item of the list, on top; its path, returned, is below it.
 * [-0, +2, e] */
const char *kbm_header_push_field(lua_State *L, const char *path, const char *field);
const char *kbm_header_push_item(lua_State *L, const char *path, lua_Integer index);

char *kbm_header_copy(lua_State *L, const char *text);
/* The one-line text on top. */
char *kbm_header_take_text(lua_State *L, const char *path);
/* The field of the table on top; "" when it is missing. */
char *kbm_header_take_optional(lua_State *L, const char *path, const char *field);
/* The list of one-line texts on top. */
void kbm_header_take_texts(lua_State *L, const char *path, struct kbm_text_list *list);
/* Zeroed memory for `count` items and one more. */
void *kbm_header_take_items(lua_State *L, lua_Integer count, size_t size);

/* One of `first`, then any of `rest`, at most `maximum` bytes. */
bool kbm_header_is_word(const char *text, const char *first, const char *rest, size_t maximum);

#endif
