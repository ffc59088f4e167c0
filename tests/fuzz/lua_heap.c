/* The heap of the newest Lua state, known block by block. */
#include "lua_heap.h"

#include <lua.h>
#include <stdalign.h>
#include <stddef.h>
#include <stdlib.h>

/* Stands before each block. */
struct block {
	alignas(max_align_t) struct block *next;
	struct block *previous;
	size_t kind; /* of a new block: LUA_TUSERDATA and so on */
};

static struct block blocks = {&blocks, &blocks, 0};
static struct block *kept; /* userdata of states that were left */
static lua_Alloc inner;

/* `inner` may end the run and not return: the list holds at any time. */
static void *allocate(void *context, void *memory, size_t old_size, size_t new_size)
{
	struct block *block = memory == NULL ? NULL : (struct block *)memory - 1;
	struct block *moved;
	if (block == NULL && new_size == 0)
		return NULL;
	if (new_size == 0) {
		block->previous->next = block->next;
		block->next->previous = block->previous;
		return inner(context, block, old_size + sizeof *block, 0);
	}
	if (block != NULL) {
		moved = inner(context, block, old_size + sizeof *block, new_size + sizeof *block);
	} else {
		moved = inner(context, NULL, old_size, new_size + sizeof *block);
		if (moved != NULL)
			*moved = (struct block){&blocks, blocks.previous, old_size};
	}
	if (moved == NULL)
		return NULL;
	moved->previous->next = moved;
	moved->next->previous = moved;
	return moved + 1;
}

lua_State *__real_lua_newstate(lua_Alloc function, void *context);
lua_State *__wrap_lua_newstate(lua_Alloc function, void *context);

lua_State *__wrap_lua_newstate(lua_Alloc function, void *context)
{
	inner = function;
	return __real_lua_newstate(allocate, context);
}

void lua_heap_abandon(void)
{
	struct block *next = NULL;
	for (struct block *block = blocks.next; block != &blocks; block = next) {
		next = block->next;
		if (block->kind == LUA_TUSERDATA) {
			block->next = kept;
			kept = block;
		} else {
			free(block);
		}
	}
	blocks.next = &blocks;
	blocks.previous = &blocks;
}
