/* A path as it is from the root on. */
#ifndef KBM_BASE_ABSOLUTE_H
#define KBM_BASE_ABSOLUTE_H

/* The path itself where it begins with a slash, otherwise below the working folder; nothing is
 * looked at, and "..", "." and symbolic links stay. Heap text, the caller's. NULL, with errno: no
 * memory, or a working folder that has no name any more. */
char *kbm_path_absolute(const char *path);

#endif
