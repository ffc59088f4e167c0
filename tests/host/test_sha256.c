/* base/sha256: whole files, and a copy compared on the way. */
#include "base/sha256.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { CHUNK = 64 * 1024 };

/* A file of so many bytes, the byte at `odd` another one. */
static int make(size_t length, size_t odd)
{
	int made = memfd_create("sha256", MFD_CLOEXEC);
	uint8_t *bytes = malloc(length + 1);
	if (made < 0 || bytes == NULL)
		abort();
	for (size_t i = 0; i < length; i++)
		bytes[i] = (uint8_t)(i * 7 + (i == odd));
	if (write(made, bytes, length) != (ssize_t)length)
		abort();
	free(bytes);
	return made;
}

Test(sha256, hashes_what_a_file_holds)
{
	static const size_t lengths[] = {0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK};
	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		char of_file[KBM_SHA256_HEX_BYTES];
		char of_bytes[KBM_SHA256_HEX_BYTES];
		int file = make(lengths[i], SIZE_MAX);
		uint8_t *bytes = malloc(lengths[i] + 1);
		cr_assert(eq(sz, (size_t)pread(file, bytes, lengths[i] + 1, 0), lengths[i]));
		kbm_sha256_hex(bytes, lengths[i], of_bytes);
		cr_expect(eq(int, kbm_sha256_file(file, of_file, NULL), KBM_OK));
		cr_expect(eq(str, of_file, of_bytes), "%zu bytes", lengths[i]);
		free(bytes);
		close(file);
	}
}

Test(sha256, tells_whether_a_copy_is_the_same)
{
	static const struct {
		size_t length;
		size_t copy_length;
		size_t odd;
		bool same;
	} rows[] = {
	    {0, 0, SIZE_MAX, true},
	    {CHUNK, CHUNK, SIZE_MAX, true},
	    {3 * CHUNK + 5, 3 * CHUNK + 5, SIZE_MAX, true},
	    {3 * CHUNK + 5, 3 * CHUNK + 5, 3 * CHUNK + 4, false},
	    {3 * CHUNK, 3 * CHUNK, 0, false},
	    {CHUNK, CHUNK + 1, SIZE_MAX, false},
	    {CHUNK + 1, CHUNK, SIZE_MAX, false},
	    {1, 0, SIZE_MAX, false},
	    {0, 1, SIZE_MAX, false},
	    {2 * CHUNK, CHUNK, SIZE_MAX, false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char alone[KBM_SHA256_HEX_BYTES];
		char compared[KBM_SHA256_HEX_BYTES];
		bool same = !rows[i].same;
		int failed = -1;
		int file = make(rows[i].length, SIZE_MAX);
		int copy = make(rows[i].copy_length, rows[i].odd);
		cr_assert(eq(int, kbm_sha256_file(file, alone, NULL), KBM_OK));
		cr_assert(eq(int, kbm_sha256_compare(file, copy, compared, &same, &failed, NULL),
			     KBM_OK));
		cr_expect(eq(str, alone, compared), "row %zu", i);
		cr_expect(eq(int, same, rows[i].same), "row %zu", i);
		close(file);
		close(copy);
	}
}

Test(sha256, says_which_of_the_two_cannot_be_read)
{
	char hex[KBM_SHA256_HEX_BYTES];
	struct kbm_error error = {0};
	bool same = false;
	int failed = -1;
	int file = make(10, SIZE_MAX);
	int pipes[2];
	cr_assert(eq(int, pipe(pipes), 0));
	cr_expect(eq(int, kbm_sha256_file(pipes[0], hex, &error), KBM_IO));
	cr_expect(eq(int, kbm_sha256_compare(file, pipes[0], hex, &same, &failed, &error), KBM_IO));
	cr_expect(eq(int, failed, pipes[0]));
	cr_expect(eq(int, kbm_sha256_compare(pipes[0], file, hex, &same, &failed, &error), KBM_IO));
	cr_expect(eq(int, failed, pipes[0]));
	cr_expect(ne(ptr, strstr(error.message, "cannot be read"), NULL), "%s", error.message);
}
