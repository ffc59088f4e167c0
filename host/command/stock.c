/* The manifest and the headers that were written when kbmend was built. */
#include "command/stock.h"

#include <stdbool.h>
#include <string.h>

static const struct kbm_stock_file files[] = {
#include "stock_manifest.inc"
};
const struct kbm_stock kbm_stock = {files, sizeof files / sizeof files[0]};

#include "stock_headers.inc"
const struct kbm_known_headers kbm_stock_headers = {stdlib_sha256, headers,
						    sizeof headers / sizeof headers[0]};

const char *kbm_stock_below(const struct kbm_stock_file *file, const char *folder)
{
	size_t length = strlen(folder);
	bool inside = strncmp(file->path, folder, length) == 0 && file->path[length] == '/';
	return inside ? file->path + length + 1 : NULL;
}

const struct kbm_stock_file *kbm_stock_find(const struct kbm_stock *stock, const char *folder,
					    const char *path)
{
	for (size_t i = 0; i < stock->count; i++) {
		const char *below = kbm_stock_below(&stock->files[i], folder);
		if (below != NULL && strcmp(below, path) == 0)
			return &stock->files[i];
	}
	return NULL;
}
