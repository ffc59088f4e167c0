/* The parameters that a script's header declares. */
#ifndef KBM_SCRIPT_HEADER_PARAMS_H
#define KBM_SCRIPT_HEADER_PARAMS_H

#include <lua.h>

#include "plan/script_info.h"

/* Reads the table on top, or nothing from nil, into info->params, sorted by name. [-0, +0, e] */
void kbm_header_read_params(lua_State *L, const char *path, struct kbm_script_info *info);

#endif
