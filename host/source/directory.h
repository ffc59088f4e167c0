/* A directory held in memory: entries in a tree indexed by normalised DN, answering searches. */
#ifndef KBM_SOURCE_DIRECTORY_H
#define KBM_SOURCE_DIRECTORY_H

#include "source/service.h"

struct kbm_directory;

/* Reads LDIF content. On success *directory is the caller's, released with kbm_directory_free();
 * `bytes` must outlive it. KBM_INVALID names the line: bad LDIF, an invalid DN, an entry twice. */
enum kbm_code kbm_directory_open_ldif(const uint8_t *bytes, size_t length,
				      struct kbm_directory **directory, struct kbm_error *error);
void kbm_directory_free(struct kbm_directory *directory);
size_t kbm_directory_entry_count(const struct kbm_directory *directory);

/* The directory as the interface that checks use; borrowed, valid as long as the directory. */
struct kbm_directory_service kbm_directory_service(struct kbm_directory *directory);

#endif
