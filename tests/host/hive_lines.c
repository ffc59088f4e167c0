/* A tree as a hive's image, and an image as the lines of its dump, by which two are compared. */
#include "hive_lines.h"

#include "source/hive_dump.h"

#include <stdio.h>
#include <stdlib.h>

static void expect_ok(enum kbm_code code, const struct kbm_error *error)
{
	if (code == KBM_OK)
		return;
	fprintf(stderr, "%s\n", error->message);
	abort();
}

struct kbm_tree *hive_tree(void)
{
	struct kbm_tree *tree = NULL;
	struct kbm_error error = {KBM_OK, ""};
	expect_ok(kbm_tree_make("root", &tree, &error), &error);
	return tree;
}

void hive_build(const struct kbm_tree *tree, struct kbm_bytes *image)
{
	const struct kbm_build_options options = {.minor = 5};
	struct kbm_error error = {KBM_OK, ""};
	kbm_bytes_init(image, 1 << 28);
	expect_ok(kbm_tree_build(tree, &options, image, &error), &error);
}

enum kbm_code hive_line(void *bytes, const char *line, size_t length, struct kbm_error *error)
{
	(void)error;
	kbm_bytes_append(bytes, line, length);
	kbm_bytes_append_byte(bytes, '\n');
	return KBM_OK;
}

char *hive_lines(const struct kbm_bytes *image)
{
	struct kbm_hive *hive = NULL;
	struct kbm_dump_report report = {0};
	struct kbm_error error = {KBM_OK, ""};
	struct kbm_bytes lines;
	kbm_bytes_init(&lines, 1 << 28);
	expect_ok(kbm_hive_open(image->data, image->length, &hive, &error), &error);
	expect_ok(kbm_hive_dump(hive, kbm_hive_root(hive), "", hive_line, &lines, &report, &error),
		  &error);
	kbm_hive_close(hive);
	return kbm_bytes_take(&lines, NULL);
}
