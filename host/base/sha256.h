/* SHA-256 as lower-case hex. */
#ifndef KBM_BASE_SHA256_H
#define KBM_BASE_SHA256_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

enum { KBM_SHA256_HEX_BYTES = 65 }; /* 64 digits and the NUL */

void kbm_sha256_hex(const void *data, size_t length, char hex[static KBM_SHA256_HEX_BYTES]);
/* Of a whole file, without moving its descriptor's offset. KBM_IO with the system's reason. */
enum kbm_code kbm_sha256_file(int descriptor, char hex[static KBM_SHA256_HEX_BYTES],
			      struct kbm_error *error);

/* The same, and on the way whether `copy` holds the same bytes and no more. After a failure *failed
 * is which of the two descriptors cannot be read. */
enum kbm_code kbm_sha256_compare(int descriptor, int copy, char hex[static KBM_SHA256_HEX_BYTES],
				 bool *same, int *failed, struct kbm_error *error);

enum { KBM_SHA256_LIBRARY_BYTES = 32 };
/* The library that does it, and its version: "nettle 3.8". */
void kbm_sha256_library(char text[static KBM_SHA256_LIBRARY_BYTES]);

#endif
