/* Windows' single-byte code pages 874 and 1250 to 1258: text of REGEDIT4 files, both ways. */
#ifndef KBM_SOURCE_CODEPAGE_H
#define KBM_SOURCE_CODEPAGE_H

#include <stdbool.h>
#include <stdint.h>

/* Which there are, in words. */
#define KBM_CODEPAGES "874 and 1250 to 1258"

bool kbm_codepage_is_known(unsigned codepage);
/* A byte as a UTF-16 unit, and back; no best fit: false where the page has no such character, or
 * the page is not known (whose ASCII half still works). */
bool kbm_codepage_decode(unsigned codepage, uint8_t byte, uint16_t *unit);
bool kbm_codepage_encode(unsigned codepage, uint16_t unit, uint8_t *byte);

#endif
