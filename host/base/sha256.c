/* SHA-256 through nettle. */
#include "base/sha256.h"

#include <errno.h>
#include <nettle/sha2.h>
#include <nettle/version.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 64 * 1024 };

static void finish(struct sha256_ctx *context, char hex[static KBM_SHA256_HEX_BYTES])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t digest[SHA256_DIGEST_SIZE];
	sha256_digest(context, sizeof digest, digest);
	for (size_t i = 0; i < sizeof digest; i++) {
		hex[2 * i] = digits[digest[i] >> 4];
		hex[2 * i + 1] = digits[digest[i] & 0xF];
	}
	hex[2 * sizeof digest] = '\0';
}

void kbm_sha256_hex(const void *data, size_t length, char hex[static KBM_SHA256_HEX_BYTES])
{
	struct sha256_ctx context;
	sha256_init(&context);
	sha256_update(&context, length, data);
	finish(&context, hex);
}

enum kbm_code kbm_sha256_file(int descriptor, char hex[static KBM_SHA256_HEX_BYTES],
			      struct kbm_error *error)
{
	struct sha256_ctx context;
	uint8_t chunk[CHUNK];
	sha256_init(&context);
	for (off_t at = 0;;) {
		ssize_t got = pread(descriptor, chunk, sizeof chunk, at);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return kbm_fail(error, KBM_IO, "cannot be read: %s", strerror(errno));
		if (got == 0)
			break;
		sha256_update(&context, (size_t)got, chunk);
		at += got;
	}
	finish(&context, hex);
	return KBM_OK;
}

void kbm_sha256_library(char text[static KBM_SHA256_LIBRARY_BYTES])
{
	snprintf(text, KBM_SHA256_LIBRARY_BYTES, "nettle %d.%d", nettle_version_major(),
		 nettle_version_minor());
}
