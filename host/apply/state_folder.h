/* The folder in which the journal is kept [XDG Base Directory Specification, XDG_STATE_HOME]. */
#ifndef KBM_APPLY_STATE_FOLDER_H
#define KBM_APPLY_STATE_FOLDER_H

#include "base/error.h"

/* `given` (--state-dir, or NULL; made absolute from the working folder), else
 * $XDG_STATE_HOME/kbmend, else $HOME/.local/state/kbmend; what is not absolute in the environment
 * is passed over. Nothing is looked at or made. *folder is heap text, absolute, the caller's.
 * KBM_USAGE: there is none of them. */
enum kbm_code kbm_state_folder_find(const char *given, char **folder, struct kbm_error *error);
/* Makes it, with parents, each 0700 and durable; one that is there is left as it is. KBM_REFUSED:
 * it is no folder, another user's, or writable by others: who may write there decides what an undo
 * puts in place. KBM_IO with the system's reason. Each message names the way out. */
enum kbm_code kbm_state_folder_make(const char *folder, struct kbm_error *error);

#endif
