/* The folder for backups that a person named. */
#ifndef KBM_APPLY_BACKUP_FOLDER_H
#define KBM_APPLY_BACKUP_FOLDER_H

#include "base/error.h"

/* Looks whether backups can be put there: *folder is its absolute path, heap text, the caller's.
 * Nothing is made: a folder that is not there may be a disk that is not mounted. KBM_USAGE: the
 * name is empty. KBM_REFUSED: it is not there, is no folder, or this user may not write there; the
 * message names it, and the way out. */
enum kbm_code kbm_backup_folder_find(const char *given, char **folder, struct kbm_error *error);

#endif
