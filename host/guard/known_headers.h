/* Headers that need not be read again: those of the stock scripts, and the stock profiles, which
 * were read when kbmend was built. A header is what its file's text and the stdlib make of it, so
 * both must be as they were then, to the byte. */
#ifndef KBM_GUARD_KNOWN_HEADERS_H
#define KBM_GUARD_KNOWN_HEADERS_H

#include "base/error.h"
#include "guard/protocol.h"

#include <stddef.h>
#include <stdint.h>

struct kbm_known_header {
	enum kbm_message type;	/* what is known: KBM_MESSAGE_INFO, KBM_MESSAGE_PROFILE */
	const char *sha256;	/* of the file's text, as kbm_sha256_hex() */
	const uint8_t *encoded; /* the message */
	size_t length;
};

/* A table that guard/header_table.c writes, when kbmend is built. */
struct kbm_known_headers {
	const char *stdlib; /* as kbm_broker_stdlib_sha256() has it */
	const struct kbm_known_header *items;
	size_t count;
};

/* What is known of a text, or NULL. */
const struct kbm_known_header *kbm_known_headers_find(const struct kbm_known_headers *known,
						      enum kbm_message type, const char *text,
						      size_t length);
/* *structure: as of kbm_message_decode(). */
enum kbm_code kbm_known_header_read(const struct kbm_known_header *header, void *structure,
				    struct kbm_error *error);

#endif
