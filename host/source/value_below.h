/* Values below a key, for services that have nothing better than their other functions. */
#ifndef KBM_SOURCE_VALUE_BELOW_H
#define KBM_SOURCE_VALUE_BELOW_H

#include "base/bytes.h"
#include "source/service.h"

/* A registry service's value_below, made of its subkey_at and get_value. The subkey's path is made
 * in `below`, where the key's name is borrowed from until the next call. KBM_LIMIT: it has no room
 * there. */
enum kbm_code kbm_value_below(const struct kbm_registry_service *service, struct kbm_bytes *below,
			      const char *path, size_t index, const char *name, size_t name_length,
			      struct kbm_key *key, struct kbm_value *value,
			      struct kbm_error *error);

#endif
