/* Which attributes of a directory hold passwords, keys, or what they can be found from. */
#ifndef KBM_SOURCE_SECRET_ATTRIBUTES_H
#define KBM_SOURCE_SECRET_ATTRIBUTES_H

#include <stdbool.h>

/* By its name alone, in any spelling. Options (;binary) do not count. */
bool kbm_attribute_is_secret(const char *name);

#endif
