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

/* Fills a chunk from there on; less only at the end of the file. -1: errno tells. */
static ssize_t read_chunk(int descriptor, uint8_t chunk[static CHUNK], off_t at)
{
	size_t filled = 0;
	while (filled < CHUNK) {
		ssize_t got = TEMP_FAILURE_RETRY(
		    pread(descriptor, chunk + filled, CHUNK - filled, at + (off_t)filled));
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		filled += (size_t)got;
	}
	return (ssize_t)filled;
}

static enum kbm_code unreadable(struct kbm_error *error)
{
	return kbm_fail(error, KBM_IO, "cannot be read: %s", strerror(errno));
}

enum kbm_code kbm_sha256_file(int descriptor, char hex[static KBM_SHA256_HEX_BYTES],
			      struct kbm_error *error)
{
	struct sha256_ctx context;
	uint8_t chunk[CHUNK];
	ssize_t got = CHUNK;
	sha256_init(&context);
	for (off_t at = 0; got == CHUNK; at += got) {
		got = read_chunk(descriptor, chunk, at);
		if (got < 0)
			return unreadable(error);
		sha256_update(&context, (size_t)got, chunk);
	}
	finish(&context, hex);
	return KBM_OK;
}

enum kbm_code kbm_sha256_compare(int descriptor, int copy, char hex[static KBM_SHA256_HEX_BYTES],
				 bool *same, int *failed, struct kbm_error *error)
{
	struct sha256_ctx context;
	uint8_t chunk[CHUNK];
	uint8_t copied[CHUNK];
	ssize_t got = CHUNK;
	bool equal = true;
	sha256_init(&context);
	for (off_t at = 0; got == CHUNK; at += got) {
		got = read_chunk(descriptor, chunk, at);
		ssize_t other = got < 0 ? 0 : read_chunk(copy, copied, at);
		if (got < 0 || other < 0) {
			*failed = got < 0 ? descriptor : copy;
			return unreadable(error);
		}
		sha256_update(&context, (size_t)got, chunk);
		equal = equal && got == other && memcmp(chunk, copied, (size_t)got) == 0;
	}
	finish(&context, hex);
	*same = equal;
	return KBM_OK;
}

void kbm_sha256_library(char text[static KBM_SHA256_LIBRARY_BYTES])
{
	snprintf(text, KBM_SHA256_LIBRARY_BYTES, "nettle %d.%d", nettle_version_major(),
		 nettle_version_minor());
}
