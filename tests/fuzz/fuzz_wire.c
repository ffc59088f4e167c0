/* Rows and frame headers: all is input. What was read is written again to the same bytes. */
#include "base/limits.h"
#include "guard/protocol.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct taken {
	struct kbm_bytes again;
	unsigned sum;
};

/* Touches each byte that the row claims to have, then sends it again. */
static enum kbm_code take_row(void *context, const struct kbm_registry_row *row,
			      struct kbm_error *error)
{
	struct taken *taken = context;
	(void)error;
	for (size_t i = 0; row->text != NULL && i < row->text_length; i++)
		taken->sum += (unsigned char)row->text[i];
	for (size_t i = 0; row->text == NULL && i < row->value.length; i++)
		taken->sum += row->value.data[i];
	if (!kbm_row_encode(row, &taken->again))
		abort();
	return KBM_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct taken taken = {.sum = 0};
	struct kbm_error error;
	if (size >= KBM_FRAME_BYTES) {
		struct kbm_frame frame;
		uint8_t again[KBM_FRAME_BYTES];
		kbm_frame_read(data, &frame);
		kbm_frame_write(&frame, again);
		if (memcmp(again, data, KBM_FRAME_BYTES) != 0)
			abort();
	}
	kbm_bytes_init(&taken.again, KBM_WIRE_MAX_ROW);
	if (kbm_rows_decode(data, size, take_row, &taken, &error) == KBM_OK && size > 0 &&
	    (taken.again.length != size || memcmp(taken.again.data, data, size) != 0))
		abort();
	kbm_bytes_clear(&taken.again);
	return 0;
}
