/* The heap of the newest Lua state, known block by block, so that one that was left in the middle
 * of a run can be given back. Link with -Wl,--wrap=lua_newstate. */
#ifndef KBM_TEST_LUA_HEAP_H
#define KBM_TEST_LUA_HEAP_H

/* Frees all of it but userdata: those own host memory, and stay reachable for the leak checker. The
 * state is gone then, and nothing may call lua_close for it. */
void lua_heap_abandon(void);

#endif
