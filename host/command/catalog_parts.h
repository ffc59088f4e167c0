/* What the files of the catalogue share (catalog*.c only). */
#ifndef KBM_COMMAND_CATALOG_PARTS_H
#define KBM_COMMAND_CATALOG_PARTS_H

#include "command/catalog.h"
#include "command/script_files.h"

/* Reads one file and its header into a new item of `scripts`. A file that cannot be used costs
 * itself only. `stock` (may be NULL): what it hides. */
enum kbm_code kbm_catalog_load(struct kbm_broker *broker, const struct kbm_script_file *file,
			       const struct kbm_script_file *stock, struct kbm_scripts *scripts,
			       struct kbm_error *error);
/* Loads every script that no other one hides, by id. */
enum kbm_code kbm_catalog_load_all(struct kbm_broker *broker, struct kbm_catalog *catalog,
				   struct kbm_scripts *scripts, struct kbm_error *error);
/* A script that cannot be used keeps its file's name as id, and why. */
enum kbm_code kbm_catalog_keep_problem(struct kbm_script *script, const struct kbm_error *problem,
				       struct kbm_error *error);
/* KBM_USAGE: there is no script `name`; the nearest of the scripts' ids, of `more`, or of the
 * profiles. */
enum kbm_code kbm_catalog_unknown(const struct kbm_catalog *catalog,
				  const struct kbm_text_list *more, const char *name,
				  struct kbm_error *error);
/* Reads a script's or a profile's file; its text is heap. KBM_NOT_FOUND and the like with the path.
 */
enum kbm_code kbm_catalog_read(const char *path, char **text, size_t *length, char *sha256,
			       struct kbm_error *error);
/* Adds the script of that id, alias or path; one that is there already is not added again. *index
 * is where it stands. `by_user`: it was typed, and must not be typed twice. */
enum kbm_code kbm_catalog_add(struct kbm_broker *broker, const struct kbm_catalog *catalog,
			      const char *name, bool by_user, struct kbm_scripts *scripts,
			      size_t *index, struct kbm_error *error);
/* Adds the scripts of a profile, named as behind the '@', with its parameters. */
enum kbm_code kbm_catalog_add_profile(struct kbm_broker *broker, const struct kbm_catalog *catalog,
				      const char *name, struct kbm_scripts *scripts,
				      struct kbm_error *error);

/* Loads the script that has `name` as an alias. A file in which the name stands is looked at
 * before the others. KBM_INVALID: two scripts of one folder have it, or it stands in a file that
 * cannot be used. */
enum kbm_code kbm_catalog_load_alias(struct kbm_broker *broker, const struct kbm_catalog *catalog,
				     const char *name, struct kbm_scripts *scripts,
				     struct kbm_error *error);
/* Of all scripts: an alias that another script has as id, or as alias, is one's only. In different
 * folders the id, or the folder that is searched first, has it, as a line on stderr says; in one
 * folder the other script has a problem. */
enum kbm_code kbm_catalog_check_aliases(struct kbm_scripts *scripts, struct kbm_error *error);

#endif
