/* Naming what a file is when it is none of the kinds that kbmend reads: for one clear sentence. */
#ifndef KBM_GUARD_LOOKS_LIKE_H
#define KBM_GUARD_LOOKS_LIKE_H

#include <stddef.h>
#include <stdint.h>

/* A few words by the first bytes, a constant: "a gzip archive", "text", "binary data". */
const char *kbm_looks_like(const uint8_t *bytes, size_t length);

#endif
