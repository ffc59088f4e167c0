/* Registry data between its stored bytes and what scripts see. */
#ifndef KBM_SCRIPT_REGISTRY_DATA_H
#define KBM_SCRIPT_REGISTRY_DATA_H

#include <lua.h>

#include "base/bytes.h"
#include "source/service.h"

/* Pushes a value's data as scripts see them; whether they are what the type asks for. [-0, +1, e]
 */
bool kbm_data_push(lua_State *L, const struct kbm_value *value);
/* Pushes a kbm.Value table (stdlib/meta/registry.lua). `value` is read before anything is called
 * that could end its loan. [-0, +1, e] */
void kbm_data_push_value(lua_State *L, const struct kbm_value *value);

/* Encodes the Lua value at `index` for a registry type into `out`; raises for data that the type
 * cannot hold. `out` must be no loss when it raises: the state's scratch. [-0, +0, e] */
void kbm_data_encode(lua_State *L, int index, uint32_t type, struct kbm_bytes *out);

#endif
