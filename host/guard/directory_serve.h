/* The life of kbmend-directory: told which server, connected, jailed, asked until kbmend hangs up.
 */
#ifndef KBM_GUARD_DIRECTORY_SERVE_H
#define KBM_GUARD_DIRECTORY_SERVE_H

/* Returns the process's exit status. */
int kbm_directory_serve(void);

#endif
