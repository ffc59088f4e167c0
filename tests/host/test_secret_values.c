/* source/secret_values: where secrets are, what of a value is one, and what is told instead. */
#include "source/secret_values.h"

#include "base/limits.h"
#include "base/text.h"
#include "source/service.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define KMS	     "ControlSet001\\Services\\MSExchangeKMS"

static void put(const char *text, size_t length, struct kbm_bytes *data)
{
	kbm_bytes_init(data, KBM_MIB);
	cr_assert(kbm_text_to_utf16(text, length, data));
}

Test(secret_values, are_known_by_their_places)
{
	static const struct {
		const char *physical;
		const char *name;
		bool is;
	} places[] = {
	    {KMS, "ImagePath", true},
	    {"controlset002\\SERVICES\\msexchangekms", "IMAGEPATH", true},
	    {"CurrentControlSet\\Services\\MSExchangeKMS", "ImagePath", true},
	    {KMS, "ImagePaths", false},
	    {KMS, "", false},
	    {KMS "\\Parameters", "ImagePath", false},
	    {"ControlSet001\\Services\\MSExchangeKMS2", "ImagePath", false},
	    {"ControlSet001\\Services\\MSExchangeIS", "ImagePath", false},
	    {"ControlSet001\\Control\\MSExchangeKMS", "ImagePath", false},
	    {"MSExchangeKMS", "ImagePath", false},
	    {"", "ImagePath", false},
	};
	for (size_t i = 0; i < COUNT(places); i++) {
		bool is = kbm_value_may_be_secret(places[i].physical, places[i].name,
						  strlen(places[i].name));
		cr_expect(eq(int, is, places[i].is), "row %zu", i);
	}
	bool is = kbm_value_name_may_be_secret("imagepath", 9);
	cr_expect(eq(int, is, true));
	is = kbm_value_name_may_be_secret("ImagePat", 8);
	cr_expect(eq(int, is, false));
}

#define TEXT(literal) literal, sizeof(literal) - 1

/* NUL-terminated where the row has a NUL; `told` NULL: nothing is secret in it. */
static const struct {
	uint32_t type;
	const char *text;
	size_t length;
	const char *told;
} values[] = {
    {KBM_REG_SZ, TEXT("C:\\B\\Kmserver.exe pass\0"), "C:\\B\\Kmserver.exe " KBM_SECRET_MASK},
    {KBM_REG_EXPAND_SZ, TEXT("%X%\\KMSERVER.EXE pass\0"), "%X%\\KMSERVER.EXE " KBM_SECRET_MASK},
    {KBM_REG_SZ, TEXT("C:\\K.exepass\0"), "C:\\K.exe " KBM_SECRET_MASK},
    {KBM_REG_SZ, TEXT("\"C:\\K.exe\" pass\0"), "\"C:\\K.exe\" " KBM_SECRET_MASK},
    {KBM_REG_SZ, TEXT("C:\\K.exe pass"), "C:\\K.exe " KBM_SECRET_MASK},
    {KBM_REG_SZ, TEXT("C:\\K.exe\0pass\0"), "C:\\K.exe " KBM_SECRET_MASK},
    {KBM_REG_SZ, TEXT("C:\\K.exe pass.exe x\0"), "C:\\K.exe " KBM_SECRET_MASK},
    {KBM_REG_SZ, TEXT("pass\0"), KBM_SECRET_MASK},
    {KBM_REG_SZ, TEXT("pass C:\\K.exe\0"), KBM_SECRET_MASK},
    {KBM_REG_SZ, TEXT(" pass \"C:\\K.exe\"\0"), KBM_SECRET_MASK},
    {KBM_REG_SZ, TEXT("pass K.exe\0"), KBM_SECRET_MASK},
    {KBM_REG_SZ, TEXT("K.exe pass\0"), "K.exe " KBM_SECRET_MASK},
    {KBM_REG_SZ, TEXT("C:\\P F\\K.exe pass\0"), "C:\\P F\\K.exe " KBM_SECRET_MASK},
    {KBM_REG_SZ, TEXT("\\\\S\\P F\\K.exe pass\0"), "\\\\S\\P F\\K.exe " KBM_SECRET_MASK},
    {KBM_REG_SZ, TEXT(" C:\\P F\\K.exe\0"), NULL},
    {KBM_REG_SZ, TEXT("\"C:\\P F\\K.exe\"\0"), NULL},
    {KBM_REG_SZ, TEXT("K.exe\0"), NULL},
    {KBM_REG_SZ, TEXT(".ex\0"), KBM_SECRET_MASK},
    {KBM_REG_SZ, TEXT("C:\\K.exe\0"), NULL},
    {KBM_REG_SZ, TEXT("C:\\K.exe"), NULL},
    {KBM_REG_SZ, TEXT("\"C:\\K.exe\"\0"), NULL},
    {KBM_REG_SZ, TEXT("C:\\K.exe \t \0\0"), NULL},
    {KBM_REG_SZ, TEXT("\0"), NULL},
    {KBM_REG_SZ, TEXT(""), NULL},
    {KBM_REG_BINARY, TEXT("C:\\K.exe pass\0"), KBM_SECRET_MASK},
    {KBM_REG_DWORD, TEXT("pass"), KBM_SECRET_MASK},
    {200, TEXT("C:\\K.exe\0"), KBM_SECRET_MASK},
};

Test(secret_values, are_masked_and_nothing_else_is)
{
	for (size_t i = 0; i < COUNT(values); i++) {
		struct kbm_bytes data;
		struct kbm_bytes told;
		struct kbm_bytes expected;
		put(values[i].text, values[i].length, &data);
		kbm_bytes_init(&told, KBM_MIB);
		bool masked = kbm_value_mask_secret(values[i].type, data.data, data.length, &told);
		cr_expect(eq(int, masked, values[i].told != NULL), "row %zu", i);
		bool is_masked = kbm_value_is_masked(told.data, told.length);
		cr_expect(eq(int, is_masked, masked), "row %zu", i);
		if (values[i].told != NULL) {
			put(values[i].told, strlen(values[i].told) + 1, &expected);
			cr_expect(eq(sz, told.length, expected.length), "row %zu", i);
			bool same = told.length == expected.length &&
				    memcmp(told.data, expected.data, told.length) == 0;
			cr_expect(same, "row %zu", i);
			kbm_bytes_clear(&expected);
		} else {
			cr_expect(eq(sz, told.length, 0), "row %zu", i);
		}
		kbm_bytes_clear(&told);
		kbm_bytes_clear(&data);
	}
}

Test(secret_values, are_masked_in_lists_as_lists)
{
	struct kbm_bytes data;
	struct kbm_bytes told;
	static const uint8_t nuls[4] = {0};
	put(TEXT("pass\0"), &data);
	kbm_bytes_init(&told, KBM_MIB);
	cr_assert(kbm_value_mask_secret(KBM_REG_MULTI_SZ, data.data, data.length, &told));
	cr_assert(eq(sz, told.length, 2 * strlen(KBM_SECRET_MASK) + sizeof nuls));
	int same = memcmp(told.data + told.length - sizeof nuls, nuls, sizeof nuls);
	cr_expect(eq(int, same, 0));
	cr_expect(kbm_value_is_masked(told.data, told.length));
	kbm_bytes_clear(&told);
	kbm_bytes_clear(&data);
}

Test(secret_values, are_masked_when_half_a_character_is_left)
{
	struct kbm_bytes data;
	struct kbm_bytes told;
	put(TEXT("C:\\K.exe"), &data);
	kbm_bytes_append_byte(&data, 'p');
	kbm_bytes_init(&told, KBM_MIB);
	cr_expect(kbm_value_mask_secret(KBM_REG_SZ, data.data, data.length, &told));
	kbm_bytes_clear(&told);
	kbm_bytes_clear(&data);
}

Test(secret_values, without_memory_tell_nothing)
{
	struct kbm_bytes data;
	struct kbm_bytes told;
	put(TEXT("C:\\K.exe pass\0"), &data);
	kbm_bytes_init(&told, 8);
	cr_expect(kbm_value_mask_secret(KBM_REG_SZ, data.data, data.length, &told));
	cr_expect(told.failed);
	kbm_bytes_clear(&told);
	kbm_bytes_clear(&data);
}

Test(secret_values, masks_are_known_by_their_whole_text_at_the_end)
{
	static const struct {
		const char *text;
		size_t length;
		bool is;
	} texts[] = {
	    {TEXT(KBM_SECRET_MASK), true},
	    {TEXT("x" KBM_SECRET_MASK "\0\0"), true},
	    {TEXT(KBM_SECRET_MASK "x"), false},
	    {TEXT("a secret, not told)"), false},
	    {TEXT(""), false},
	    {TEXT("\0"), false},
	};
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct kbm_bytes data;
		put(texts[i].text, texts[i].length, &data);
		bool is = kbm_value_is_masked(data.data, data.length);
		cr_expect(eq(int, is, texts[i].is), "row %zu", i);
		kbm_bytes_clear(&data);
	}
}
