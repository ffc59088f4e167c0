/* Base64 (RFC 4648 section 4), written. */
#ifndef KBM_BASE_BASE64_H
#define KBM_BASE_BASE64_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Appends the encoding in one piece, padded. False when `out` is full. */
bool kbm_base64_encode(const uint8_t *data, size_t length, struct kbm_bytes *out);

#endif
