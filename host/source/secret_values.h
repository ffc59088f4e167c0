/* Which values of a registry hold a password beside something else, and what may be told of them.
 */
#ifndef KBM_SOURCE_SECRET_VALUES_H
#define KBM_SOURCE_SECRET_VALUES_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What stands in the place of a secret. */
#define KBM_SECRET_MASK "(a secret, not told)"

/* By its place, ControlSet001\Services\... or as people write it, and its name. */
bool kbm_value_may_be_secret(const char *physical, const char *name, size_t name_length);
/* By its name alone: false where none of such a name is secret. */
bool kbm_value_name_may_be_secret(const char *name, size_t name_length);

/* Of a value that may be secret: whether there is a secret in it; *told (empty) is then its data
 * with the mask in the secret's place. Without memory told->failed is set. */
bool kbm_value_mask_secret(uint32_t type, const uint8_t *data, size_t length,
			   struct kbm_bytes *told);
/* Whether data have the mask at their end. */
bool kbm_value_is_masked(const uint8_t *data, size_t length);

#endif
