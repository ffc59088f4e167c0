/* Where a path that a person wrote leads in one source: a hive or a .reg export (jobs only). */
#ifndef KBM_GUARD_REGISTRY_QUESTION_H
#define KBM_GUARD_REGISTRY_QUESTION_H

#include "guard/protocol.h"
#include "source/registry.h"

struct kbm_registry_question {
	const struct kbm_start_registry *start; /* borrowed */
	const char *asked;			/* its path without a '\' in front */
	struct kbm_hive *hive;			/* the question's own, when it was opened */
	struct kbm_registry *registry;		/* likewise */
	struct kbm_registry_service service;
	struct kbm_bytes path; /* as the registry takes it, when it was completed */
};

/* The question is released with kbm_question_clear(). */
void kbm_question_init(struct kbm_registry_question *question,
		       const struct kbm_start_registry *start);
void kbm_question_clear(struct kbm_registry_question *question);

/* Whether a path begins with a root key, as HKLM\.. or HKEY_.. */
bool kbm_question_is_absolute(const char *path);
/* Mounts the question's hive, which is open, where its content belongs. */
enum kbm_code kbm_question_open_registry(struct kbm_registry_question *question,
					 struct kbm_error *error);
/* The question's path with the mount point in front of one that counts from the hive's root.
 * KBM_USAGE: it names no place in this source. */
enum kbm_code kbm_question_complete_path(struct kbm_registry_question *question,
					 struct kbm_error *error);
/* Says that the key is absent, and what its name may have been meant to be. KBM_NOT_FOUND. */
enum kbm_code kbm_question_no_key(struct kbm_registry_question *question, struct kbm_error *error);
/* The same of a value ("": the default value) of the question's key, which is there. */
enum kbm_code kbm_question_no_value(struct kbm_registry_question *question, const char *name,
				    struct kbm_error *error);
/* Appends what a .reg file calls a hive's root: `root` as given, or, for "", by the hive's name;
 * and what it calls the question's key, whose path is complete, and which need not be there.
 * KBM_USAGE: neither says where the hive is in a registry. */
enum kbm_code kbm_question_name_root(const char *hive, const char *root, struct kbm_bytes *path,
				     struct kbm_error *error);
enum kbm_code kbm_question_name_key(struct kbm_registry_question *question, const char *root,
				    struct kbm_bytes *path, struct kbm_error *error);
/* A hive whose place in a registry is not known was mounted somewhere: what is said names the path
 * in the file instead. */
void kbm_question_forget_elsewhere(const struct kbm_registry_question *question,
				   struct kbm_error *error);

#endif
