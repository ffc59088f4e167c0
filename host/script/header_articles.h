/* What a script's header says of the articles that it serves: products, symptoms, references. */
#ifndef KBM_SCRIPT_HEADER_ARTICLES_H
#define KBM_SCRIPT_HEADER_ARTICLES_H

#include <lua.h>

#include <stdbool.h>

#include "plan/script_info.h"

/* "Q298565" or "KB298565". */
bool kbm_header_is_article(const char *text);

/* Each reads the field on top, at `path`, into *info as kbm_header_read() says. [-0, +0, e] */
void kbm_header_read_products(lua_State *L, const char *path, struct kbm_script_info *info);
void kbm_header_read_symptoms(lua_State *L, const char *path, struct kbm_script_info *info);
void kbm_header_read_references(lua_State *L, const char *path, struct kbm_script_info *info);
/* Wants the id to be read: an alias is another one. */
void kbm_header_read_aliases(lua_State *L, const char *path, struct kbm_script_info *info);

#endif
