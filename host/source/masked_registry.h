/* A registry as scripts see it: with masks in the places of secrets. */
#ifndef KBM_SOURCE_MASKED_REGISTRY_H
#define KBM_SOURCE_MASKED_REGISTRY_H

#include "base/bytes.h"
#include "source/service.h"

/* The caller's; cleared with kbm_masked_registry_clear(). `below` must outlive it. */
struct kbm_masked_registry {
	struct kbm_registry_service below;
	struct kbm_bytes told; /* the data of the last value that was masked */
	struct kbm_bytes path; /* of a key below another one */
};

void kbm_masked_registry_init(struct kbm_masked_registry *masked,
			      const struct kbm_registry_service *below);
struct kbm_registry_service kbm_masked_registry_service(struct kbm_masked_registry *masked);
void kbm_masked_registry_clear(struct kbm_masked_registry *masked);

#endif
