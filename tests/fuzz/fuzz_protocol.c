/* Every message: the first byte chooses its type. What decodes must encode to the same bytes. */
#include "guard/protocol.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	enum kbm_message type = data[0] % KBM_MESSAGE_COUNT;
	if (type == KBM_MESSAGE_ROWS || size - 1 > kbm_message_maximum(type))
		return 0;
	size_t structure_bytes = kbm_message_structure_bytes(type);
	void *structure = calloc(1, structure_bytes + 1);
	struct kbm_error error;
	if (kbm_message_decode(type, data + 1, size - 1, structure, &error) == KBM_OK) {
		struct kbm_bytes out;
		kbm_bytes_init(&out, kbm_message_maximum(type));
		if (kbm_message_encode(type, structure, &out, &error) != KBM_OK ||
		    out.length != size - 1 ||
		    (size > 1 && memcmp(out.data, data + 1, size - 1) != 0))
			abort();
		kbm_bytes_clear(&out);
		kbm_message_clear(type, structure);
	}
	free(structure);
	return 0;
}
