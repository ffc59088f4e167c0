/* Any bytes as a .reg file; what is read must build into images of both formats, one with its gaps.
 */
#include "base/limits.h"
#include "source/reg_file.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kbm_tree *tree = NULL;
	struct kbm_error error = {0};
	if (kbm_tree_make("root", &tree, &error) != KBM_OK)
		return 0;
	if (kbm_reg_file_read(data, size, 1252, tree, &error) == KBM_OK) {
		for (uint32_t minor = 3; minor <= 5; minor += 2) {
			struct kbm_build_options options = {.minor = minor,
							    .keeps_gaps = minor == 5};
			struct kbm_bytes image;
			kbm_bytes_init(&image, kbm_reg_file_image_bound(size));
			if (kbm_tree_build(tree, &options, &image, &error) != KBM_OK)
				abort(); /* the bound was wrong */
			kbm_bytes_clear(&image);
		}
	} else if (error.message[0] == '\0') {
		abort();
	}
	kbm_tree_free(tree);
	return 0;
}
