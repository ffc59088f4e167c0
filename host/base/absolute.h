/* A path as it is from the root on, and its last name. */
#ifndef KBM_BASE_ABSOLUTE_H
#define KBM_BASE_ABSOLUTE_H

/* The path itself where it begins with a slash, otherwise below the working folder; nothing is
 * looked at, and "..", "." and symbolic links stay. Heap text, the caller's. NULL, with errno: no
 * memory, or a working folder that has no name any more. */
char *kbm_path_absolute(const char *path);
/* Where a relative path leads, for a person to read: without "..", "." and symbolic links where
 * there is something. The same ownership; NULL as above. */
char *kbm_path_resolved(const char *path);

/* What stands behind the last slash; the path itself where it has none. Borrowed. */
const char *kbm_path_last(const char *path);
/* A message without "PATH: " at its beginning, where it has that, for whoever shows the path beside
 * it. Borrowed. */
const char *kbm_path_without(const char *message, const char *path);

#endif
