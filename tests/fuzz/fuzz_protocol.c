/* Every message: a line with its name, then its bytes. What decodes must encode to the same bytes
 * and to no fewer; a failure leaves nothing behind. */
#include "guard/protocol.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void demand(bool holds)
{
	if (!holds)
		abort();
}

/* By name, so that inputs keep their meaning when a message is added. */
static enum kbm_message find_type(const uint8_t *name, size_t length)
{
	enum kbm_message type = KBM_MESSAGE_HELLO;
	while (type < KBM_MESSAGE_COUNT && (strlen(kbm_message_name(type)) != length ||
					    memcmp(kbm_message_name(type), name, length) != 0))
		type++;
	return type;
}

static void expect_failure(enum kbm_message type, const uint8_t *bytes, size_t length,
			   void *structure)
{
	struct kbm_error error = {0};
	const unsigned char *left = structure;
	demand(kbm_message_decode(type, bytes, length, structure, &error) != KBM_OK);
	demand(error.message[0] != '\0');
	for (size_t i = 0; i < kbm_message_structure_bytes(type); i++)
		demand(left[i] == 0);
}

static void check(enum kbm_message type, const uint8_t *bytes, size_t length, void *structure)
{
	struct kbm_bytes out;
	struct kbm_error error;
	kbm_bytes_init(&out, kbm_message_maximum(type));
	demand(kbm_message_encode(type, structure, &out, &error) == KBM_OK &&
	       out.length == length && (length == 0 || memcmp(out.data, bytes, length) == 0));
	kbm_bytes_clear(&out);
	kbm_message_clear(type, structure);
	if (length > 0)
		expect_failure(type, bytes, length - 1, structure);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *feed = size > 0 ? memchr(data, '\n', size) : NULL;
	if (feed == NULL)
		return 0;
	enum kbm_message type = find_type(data, (size_t)(feed - data));
	size_t length = size - (size_t)(feed + 1 - data);
	if (type == KBM_MESSAGE_COUNT || type == KBM_MESSAGE_ROWS ||
	    length > kbm_message_maximum(type))
		return 0;
	struct kbm_error error;
	void *structure = calloc(1, kbm_message_structure_bytes(type) + 1);
	demand(structure != NULL);
	if (kbm_message_decode(type, feed + 1, length, structure, &error) == KBM_OK)
		check(type, feed + 1, length, structure);
	else
		expect_failure(type, feed + 1, length, structure);
	free(structure);
	return 0;
}
