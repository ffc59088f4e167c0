/* base/bytes: growth, the maximum, and the failure that stays. */
#include "base/bytes.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdlib.h>
#include <string.h>

Test(bytes, keeps_what_is_appended)
{
	struct kbm_bytes bytes;
	kbm_bytes_init(&bytes, 1000);
	for (int i = 0; i < 100; i++)
		kbm_bytes_printf(&bytes, "%02d", i);
	cr_assert(eq(sz, bytes.length, 200));
	cr_assert(eq(int, strncmp(kbm_bytes_text(&bytes), "00010203", 8), 0));
	cr_assert(eq(int, strcmp(kbm_bytes_text(&bytes) + 196, "9899"), 0));
	kbm_bytes_clear(&bytes);
}

Test(bytes, refuses_more_than_the_maximum_and_stays_failed)
{
	struct kbm_bytes bytes;
	kbm_bytes_init(&bytes, 4);
	int fits = kbm_bytes_append(&bytes, "abcd", 4);
	int over = kbm_bytes_append_byte(&bytes, 'e');
	int later = kbm_bytes_append(&bytes, "", 0);
	cr_expect(eq(int, fits, 1));
	cr_expect(eq(int, over, 0));
	cr_expect(eq(int, later, 0));
	cr_expect(eq(sz, bytes.length, 4));
	char *taken = kbm_bytes_take(&bytes, NULL);
	cr_expect(eq(ptr, taken, NULL));
	kbm_bytes_clear(&bytes);
}

Test(bytes, hands_out_its_contents_once)
{
	struct kbm_bytes bytes;
	kbm_bytes_init(&bytes, 16);
	kbm_bytes_append(&bytes, "a\0b", 3);
	size_t length = 0;
	char *taken = kbm_bytes_take(&bytes, &length);
	cr_assert(eq(sz, length, 3));
	cr_expect(eq(int, memcmp(taken, "a\0b", 4), 0));
	cr_expect(eq(sz, bytes.length, 0));
	free(taken);
	kbm_bytes_clear(&bytes);
}

Test(bytes, takes_nothing_as_an_empty_text)
{
	struct kbm_bytes bytes;
	kbm_bytes_init(&bytes, 16);
	char *taken = kbm_bytes_take(&bytes, NULL);
	cr_assert(eq(str, taken, (char *)""));
	free(taken);
}

Test(bytes, writes_bytes_as_hexadecimal_digits)
{
	static const uint8_t data[] = {0x00, 0x0F, 0xA0, 0xFF};
	struct kbm_bytes bytes;
	kbm_bytes_init(&bytes, 9);
	int fits = kbm_bytes_append_hex(&bytes, data, sizeof data);
	int nothing = kbm_bytes_append_hex(&bytes, data, 0);
	int over = kbm_bytes_append_hex(&bytes, data, 1);
	cr_expect(eq(int, fits, 1));
	cr_expect(eq(int, nothing, 1));
	cr_expect(eq(int, over, 0));
	cr_expect(eq(str, (char *)kbm_bytes_text(&bytes), "000fa0ff"));
	kbm_bytes_reset(&bytes);
	over = kbm_bytes_append_hex(&bytes, data, SIZE_MAX / 2 + 1);
	cr_expect(eq(int, over, 0));
	cr_expect(eq(int, bytes.failed, 1));
	kbm_bytes_clear(&bytes);
}

Test(bytes, writes_numbers_in_decimal)
{
	static const uint64_t numbers[] = {0, 9, 10, UINT32_MAX, UINT64_MAX};
	struct kbm_bytes bytes;
	kbm_bytes_init(&bytes, 100);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		kbm_bytes_append_number(&bytes, numbers[i]);
		kbm_bytes_append_byte(&bytes, ' ');
	}
	cr_expect(
	    eq(str, (char *)kbm_bytes_text(&bytes), "0 9 10 4294967295 18446744073709551615 "));
	kbm_bytes_clear(&bytes);
}
