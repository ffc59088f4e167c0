/* The parts of target.directory: what a script asks, and the entries it is given. */
#ifndef KBM_SCRIPT_LREG_DIRECTORY_H
#define KBM_SCRIPT_LREG_DIRECTORY_H

#include <lua.h>

#include "base/limits.h"
#include "source/service.h"

/* A request whose texts stand on the stack or in the state's scratch. */
struct kbm_lreg_request {
	struct kbm_directory_request asked;
	const char *attributes[KBM_DIRECTORY_MAX_ATTRIBUTES];
};

/* Fill a request that starts from {0}. All raise for what is no request. */
/* From the options table at 2; its texts stay on the stack. */
void kbm_lreg_take_search(lua_State *L, struct kbm_lreg_request *request);
/* From dn at 2, attributes at 3. */
void kbm_lreg_take_read(lua_State *L, struct kbm_lreg_request *request);

/* Makes the entries' type; once a state. [-0, +0, e] */
void kbm_lreg_open_entry(lua_State *L);
/* Pushes a copy of the entry as scripts see it. [-0, +1, e] */
void kbm_lreg_push_entry(lua_State *L, const struct kbm_entry *entry);
/* Ends the run: the attribute is a secret that the script was not told. */
_Noreturn void kbm_lreg_end_untold(lua_State *L, const char *attribute, const char *dn);

#endif
