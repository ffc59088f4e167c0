/* Rows and frame headers: decode whatever comes. The first byte is nothing special: all is input.
 */
#include "guard/protocol.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Touches each byte that the row claims to have, then sends it again. */
static enum kbm_code take_row(void *context, const struct kbm_registry_row *row,
			      struct kbm_error *error)
{
	unsigned *sum = context;
	(void)error;
	for (size_t i = 0; row->text != NULL && i < row->text_length; i++)
		*sum += (unsigned char)row->text[i];
	for (size_t i = 0; row->text == NULL && i < row->value.length; i++)
		*sum += row->value.data[i];
	struct kbm_bytes out;
	kbm_bytes_init(&out, 1 << 20);
	if (!kbm_row_encode(row, &out))
		abort();
	kbm_bytes_clear(&out);
	return KBM_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned sum = 0;
	struct kbm_error error;
	if (size >= KBM_FRAME_BYTES) {
		struct kbm_frame frame;
		uint8_t again[KBM_FRAME_BYTES];
		kbm_frame_read(data, &frame);
		kbm_frame_write(&frame, again);
		for (size_t i = 0; i < KBM_FRAME_BYTES; i++) {
			if (again[i] != data[i])
				abort();
		}
	}
	kbm_rows_decode(data, size, take_row, &sum, &error);
	return 0;
}
