/* SHA-256 as lower-case hex. */
#ifndef KBM_BASE_SHA256_H
#define KBM_BASE_SHA256_H

#include <stddef.h>

enum { KBM_SHA256_HEX_BYTES = 65 }; /* 64 digits and the NUL */

void kbm_sha256_hex(const void *data, size_t length, char hex[static KBM_SHA256_HEX_BYTES]);

#endif
