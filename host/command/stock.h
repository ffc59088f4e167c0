/* What was installed: every stock script and every file of the stdlib, with its hash, and what the
 * scripts' headers say.
 *
 * All that is part of the program: who edits a script cannot edit it beside the script. */
#ifndef KBM_COMMAND_STOCK_H
#define KBM_COMMAND_STOCK_H

#include "guard/known_headers.h"

#include <stddef.h>

struct kbm_stock_file {
	const char *path;   /* "scripts/exchange/Q298565.lua" */
	const char *sha256; /* as kbm_sha256_hex() */
};

struct kbm_stock {
	const struct kbm_stock_file *files;
	size_t count;
};

extern const struct kbm_stock kbm_stock;
extern const struct kbm_known_headers kbm_stock_headers;

/* The file `path` of the stock folder "scripts" or "stdlib", or NULL. */
const struct kbm_stock_file *kbm_stock_find(const struct kbm_stock *stock, const char *folder,
					    const char *path);
/* Whether `file` lies in that folder; its path below it, else NULL. */
const char *kbm_stock_below(const struct kbm_stock_file *file, const char *folder);

#endif
