/* A profile's file: the table that it returns, checked field by field. */
#ifndef KBM_SCRIPT_HEADER_PROFILE_H
#define KBM_SCRIPT_HEADER_PROFILE_H

#include <lua.h>

#include "plan/profile_info.h"

/* Reads the table on top into *profile (start from {0}; the caller's also after an error). Raises
 * with the field's path: "scripts[2].params.server: expected a text, ...". [-0, +0, e] */
void kbm_header_read_profile(lua_State *L, struct kbm_profile *profile);

#endif
