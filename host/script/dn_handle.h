/* Names as Lua handles: a parsed name that the collector releases. */
#ifndef KBM_SCRIPT_DN_HANDLE_H
#define KBM_SCRIPT_DN_HANDLE_H

#include <lua.h>

#include <stddef.h>

#include "base/error.h"
#include "source/dn.h"

#define KBM_DN_HANDLE_TYPE "kbm.Dn"

/* Its closer: __gc and __close; may run twice. */
int kbm_dn_handle_close(lua_State *L);
/* The name at `index`, borrowed from its handle. [-0, +0, e] */
const struct kbm_dn *kbm_dn_handle_check(lua_State *L, int index);
/* Parses a text; on KBM_OK a handle is pushed. [-0, +0 or +1, e] */
enum kbm_code kbm_dn_handle_parse(lua_State *L, const char *text, size_t length,
				  enum kbm_dn_form form, struct kbm_error *error);
/* What tostring writes the name at `index` as. [-0, +0, e] */
void kbm_dn_handle_set_form(lua_State *L, int index, enum kbm_dn_form form);
/* The form named by the argument at `index`, or `otherwise`. [-0, +0, e] */
enum kbm_dn_form kbm_dn_handle_form(lua_State *L, int index, enum kbm_dn_form otherwise);

#endif
