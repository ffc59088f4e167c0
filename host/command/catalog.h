/* The scripts that can be named: found in folders, by id, or given as a path. */
#ifndef KBM_COMMAND_CATALOG_H
#define KBM_COMMAND_CATALOG_H

#include "base/sha256.h"
#include "command/paths.h"
#include "guard/broker.h"
#include "plan/script_info.h"

/* A script file, read and its header checked. One that could not be read, or whose header is wrong,
 * has a `problem`: its info is empty but for the id, which is the file's name. */
struct kbm_script {
	char *path;
	const char *file_name; /* the last component of path */
	char *text;
	size_t length;
	char sha256[KBM_SHA256_HEX_BYTES];
	char *shadows;		       /* the script of the same id that this one hides, or NULL */
	size_t rank;		       /* of its folder in the order of search */
	struct kbm_text_list asked_as; /* the aliases by which it was named */
	bool by_user;		       /* it was typed; else a profile has it, or all are meant */
	bool by_path;		       /* it is named by its path, not found by its id */
	bool by_own_name;	       /* it was typed, by its id or path */
	struct kbm_params params;      /* that profiles give it */
	struct kbm_script_info info;
	struct kbm_error problem; /* KBM_OK: none */
};

struct kbm_scripts {
	struct kbm_script *items;
	size_t count;
};

/* Finds scripts by id, alias or path (a name with '/' or ending in .lua), or those of a profile
 * (its name behind '@'), in the order: --scripts,
 * the user's configuration folder, /etc/kbmend/scripts, the installation. Without names: every
 * script, sorted by id. Headers are read in the worker; a bad file costs itself only. A script that
 * is named in several ways is there once. KBM_USAGE: an unknown id, with the nearest, or a path
 * that leads nowhere. On success *scripts (from {0}) is the caller's. */
enum kbm_code kbm_scripts_load(struct kbm_broker *broker, const struct kbm_paths *paths,
			       const char *first_folder, char *const *names, size_t name_count,
			       struct kbm_scripts *scripts, struct kbm_error *error);
void kbm_script_clear(struct kbm_script *script);
void kbm_scripts_clear(struct kbm_scripts *scripts);

#endif
