/* Where the parts of this installation are, found from the program itself, never through PATH. */
#ifndef KBM_COMMAND_PATHS_H
#define KBM_COMMAND_PATHS_H

#include "base/error.h"

/* Heap texts; start from {0}. */
struct kbm_paths {
	char *program;	    /* bin/kbmend: this one */
	char *worker;	    /* libexec/kbmend/kbmend-worker */
	char *directory;    /* libexec/kbmend/kbmend-directory */
	char *stdlib;	    /* share/kbmend/stdlib */
	char *scripts;	    /* share/kbmend/scripts: the stock scripts */
	char *tests;	    /* share/kbmend/tests: their cases */
	char *facts;	    /* share/kbmend/facts: what their cases say of them */
	char *user_scripts; /* the user's configuration folder; NULL without a home */
};

enum kbm_code kbm_paths_find(struct kbm_paths *paths, struct kbm_error *error);
void kbm_paths_clear(struct kbm_paths *paths);

#endif
