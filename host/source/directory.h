/* A directory held in memory: entries in a tree indexed by normalised DN, answering searches.
 *
 * Answers come in the file's order. An export may be partial, and what it lacks is not taken for
 * absent: a base of which only entries below are held, or that lies below a name that is not held,
 * is KBM_UNREADABLE; so is an attribute of which only a part is held (member;range=0-1499). Below
 * the root ("") stand the topmost entries of the file; the root DSE answers only to its own base.
 * Asking for an attribute also gives its options (cn;lang-de) and other spellings (commonName). */
#ifndef KBM_SOURCE_DIRECTORY_H
#define KBM_SOURCE_DIRECTORY_H

#include "source/service.h"

struct kbm_directory;

/* Reads LDIF content. On success *directory is the caller's, released with kbm_directory_free();
 * `bytes` must outlive it and stay as they are. KBM_INVALID and the like name the line: bad LDIF,
 * an invalid DN, an entry twice; no entry at all is KBM_INVALID too. */
enum kbm_code kbm_directory_open_ldif(const uint8_t *bytes, size_t length,
				      struct kbm_directory **directory, struct kbm_error *error);
void kbm_directory_free(struct kbm_directory *directory);
size_t kbm_directory_entry_count(const struct kbm_directory *directory);

/* Hands the matching entries out one at a time, however many there are. The codes are those of
 * struct kbm_directory_service. */
enum kbm_code kbm_directory_search(struct kbm_directory *directory,
				   const struct kbm_directory_request *request,
				   kbm_take_entry *take, void *context, struct kbm_error *error);
/* The directory as the interface that checks use; borrowed, valid as long as the directory. */
struct kbm_directory_service kbm_directory_service(struct kbm_directory *directory);

#endif
