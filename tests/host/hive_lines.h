/* A tree as a hive's image, and an image as the lines of its dump, by which two are compared.
 *
 * Aborts where something fails. */
#ifndef KBM_TEST_HIVE_LINES_H
#define KBM_TEST_HIVE_LINES_H

#include "base/bytes.h"
#include "source/hive_build.h"

/* A tree of a root only. */
struct kbm_tree *hive_tree(void);
/* Of format 1.5; *image is cleared by the caller. */
void hive_build(const struct kbm_tree *tree, struct kbm_bytes *image);
/* All that is in it, on the heap. */
char *hive_lines(const struct kbm_bytes *image);
/* For kbm_hive_dump(): appends a line to a struct kbm_bytes. */
enum kbm_code hive_line(void *bytes, const char *line, size_t length, struct kbm_error *error);

#endif
