/* A script's header: the table that its file returns, checked field by field. */
#ifndef KBM_SCRIPT_HEADER_H
#define KBM_SCRIPT_HEADER_H

#include <lua.h>

#include "plan/script_info.h"

/* Reads the table on top into *info (start from {0}; the caller's also after an error). Raises with
 * the field's path: "symptoms[2].event: expected an integer, got a string". Calls no function of
 * the script. [-0, +0, e] */
void kbm_header_read(lua_State *L, struct kbm_script_info *info);

/* The hive that a registry path begins with, as needs.registry names it: "SYSTEM" of
 * HKLM\System\..., "HKU" of HKEY_USERS\...; NULL for a path that names none. A constant. */
const char *kbm_header_hive(const char *path);
/* Whether it begins with HKCU, which no target has. */
bool kbm_header_is_current_user(const char *path);

#endif
