/* Any bytes as a .reg file; what is read must build into images of both formats, one with its gaps,
 * which the hive's reader opens as clean and finds no damage in. */
#include "hive_exercise.h"

#include "base/limits.h"
#include "source/hive_dump.h"
#include "source/reg_file.h"

#include <stdlib.h>
#include <string.h>

static enum kbm_code pass_over(void *context, const char *line, size_t length,
			       struct kbm_error *error)
{
	(void)context;
	(void)line;
	(void)length;
	(void)error;
	return KBM_OK;
}

static void read_back(const struct kbm_bytes *image)
{
	struct kbm_hive *hive = NULL;
	struct kbm_error error = {0};
	struct kbm_dump_report report;
	if (kbm_hive_open(image->data, image->length, &hive, &error) != KBM_OK ||
	    kbm_hive_info(hive)->state != KBM_HIVE_CLEAN)
		abort();
	enum kbm_code code =
	    kbm_hive_dump(hive, kbm_hive_root(hive), "", pass_over, NULL, &report, &error);
	if (code != KBM_OK && code != KBM_LIMIT)
		abort();
	kbm_hive_close(hive);
}

/* The way that a job takes gives the same image as the tree, or asks for the room it needs. */
static void compare_image(const uint8_t *data, size_t size, const struct kbm_bytes *image)
{
	size_t length = 0;
	struct kbm_error error = {0};
	uint8_t *made = malloc(image->length);
	if (made == NULL)
		return;
	if (kbm_reg_file_to_image(data, size, 1252, made, image->length, &length, NULL, &error) !=
		KBM_OK ||
	    length != image->length || memcmp(made, image->data, length) != 0)
		abort();
	free(made);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kbm_tree *tree = NULL;
	struct kbm_error error = {0};
	if (kbm_tree_make("registry", &tree, &error) != KBM_OK)
		return 0;
	if (kbm_reg_file_read(data, size, 1252, tree, &error) == KBM_OK) {
		for (uint32_t minor = 3; minor <= 5; minor += 2) {
			struct kbm_build_options options = {.minor = minor,
							    .keeps_gaps = minor == 5};
			struct kbm_bytes image;
			kbm_bytes_init(&image, kbm_reg_file_image_bound(size));
			if (kbm_tree_build(tree, &options, &image, &error) != KBM_OK)
				abort(); /* the bound was wrong */
			read_back(&image);
			if (options.keeps_gaps) {
				exercise_hive(image.data, image.length);
				compare_image(data, size, &image);
			}
			kbm_bytes_clear(&image);
		}
	} else if (error.message[0] == '\0') {
		abort();
	}
	kbm_tree_free(tree);
	return 0;
}
