/* From a script's file to its checked header: nothing but clean text is compiled. */
#ifndef KBM_SCRIPT_LOADER_H
#define KBM_SCRIPT_LOADER_H

#include <lua.h>

#include <stddef.h>

#include "base/error.h"

/* Refuses what is no clean UTF-8 text: too long, UTF-16, compiled Lua, control characters other
 * than tab, form feed and line ends (LF, CR LF, or CR all through), and what makes code look like
 * other code: bidirectional controls, line separators. The message names line and column. On
 * success *skip is where to begin: behind a byte order mark and a "#!" line (its newline stays:
 * lines keep their numbers). `name` is shown. */
enum kbm_code kbm_loader_check(const char *name, const char *text, size_t length, size_t *skip,
			       struct kbm_error *error);

/* Compiles checked text into a function whose globals are the table on top, and calls it. Raises
 * for syntax errors and errors of the top level. [-1, +1, e] */
void kbm_loader_run(lua_State *L, const char *name, const char *text, size_t length);

#endif
