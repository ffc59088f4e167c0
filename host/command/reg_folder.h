/* The hive of a folder that a registry path leads into: for commands that look at one hive. */
#ifndef KBM_COMMAND_REG_FOLDER_H
#define KBM_COMMAND_REG_FOLDER_H

#include "base/error.h"
#include "command/command.h"
#include "command/windows_folder.h"
#include "guard/broker.h"
#include "report/report_info.h"

#include <stdbool.h>

struct kbm_reg_file {
	char *file;	     /* the hive's */
	char *path;	     /* below its root, or as given; NULL: none was */
	const char *content; /* in a folder: what a hive of its place holds; NULL: in none */
};

/* Where `given` is a folder with hives (windows_folder.h), *chosen is the one that `path` (HKLM\..,
 * HKU\NAME\..) lies in and what is left of the path; any other file is taken as it is, with the
 * path as it is. `path` may be NULL. KBM_USAGE: it names no hive of the folder; the message says
 * which there are. KBM_UNREADABLE: that hive cannot be read. *chosen (from {0}) is the caller's,
 * released with kbm_reg_file_clear(). */
enum kbm_code kbm_reg_file_choose(const char *given, const char *path, struct kbm_reg_file *chosen,
				  struct kbm_error *error);
void kbm_reg_file_clear(struct kbm_reg_file *chosen);

/* As kbm_broker_prepare(). A file of a folder has to hold what its place says (`content`; NULL: it
 * is of none), or it is KBM_INVALID; of one that is dirty or damaged it need not be known. */
enum kbm_code kbm_reg_file_prepare(struct kbm_broker *broker, const struct kbm_options *options,
				   const char *file, const char *content, enum kbm_source_use use,
				   struct kbm_source *source, struct kbm_error *error);

bool kbm_reg_is_folder(const char *given);
/* Where `given` is a folder and `path` (NULL: none was given) lies above its hives: HKLM, HKU, or
 * "" for no path, constants; else NULL. */
const char *kbm_reg_folder_root(const char *given, const char *path);
/* All hives of the folder that a command was given; what was passed over in it is told. *found
 * (from {0}) is the caller's, also after a failure. */
enum kbm_code kbm_reg_folder_find(const struct kbm_call *call, struct kbm_folder_hives *found,
				  struct kbm_error *error);
/* The machine's hives that are not in the folder (windows_folder.h): as a list of facts, and told.
 */
void kbm_reg_folder_add_missing(const struct kbm_folder_hives *found, struct kbm_info *facts);
void kbm_reg_folder_tell_missing(const char *folder, const struct kbm_folder_hives *found);
/* Says that a path (NULL: none was given) leads into none of them. KBM_USAGE. */
enum kbm_code kbm_reg_folder_refuse(const char *folder, const char *path,
				    const struct kbm_folder_hives *found, struct kbm_error *error);

#endif
