/* String preparation for caseIgnoreMatch: RFC 4518 with full Unicode case folding.
 *
 * Deviations, each to keep what is different apart and never fail: code points that section 2.4
 * prohibits (unassigned in Unicode 3.2, private use) are compared as they are, since the rest of
 * the world has moved to newer Unicode; an outcome without any character is the empty text. */
#include "source/dn_internal.h"

#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

struct range {
	ucs4_t first;
	ucs4_t last;
};

/* RFC 4518 section 2.2, the lists of what is mapped to SPACE and to nothing; both sorted. */
static const struct range to_space[] = {
    {0x0009, 0x000D}, {0x0020, 0x0020}, {0x0085, 0x0085}, {0x00A0, 0x00A0}, {0x1680, 0x1680},
    {0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000},
};
static const struct range to_nothing[] = {
    {0x0000, 0x0008}, {0x000E, 0x001F}, {0x007F, 0x0084},   {0x0086, 0x009F},	{0x00AD, 0x00AD},
    {0x034F, 0x034F}, {0x06DD, 0x06DD}, {0x070F, 0x070F},   {0x1806, 0x1806},	{0x180B, 0x180E},
    {0x200B, 0x200F}, {0x202A, 0x202E}, {0x2060, 0x2063},   {0x206A, 0x206F},	{0xFE00, 0xFE0F},
    {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFC}, {0x1D173, 0x1D17A}, {0xE0001, 0xE0001}, {0xE0020, 0xE007F},
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static bool contains(const struct range *ranges, size_t count, ucs4_t code_point)
{
	for (size_t i = 0; i < count && ranges[i].first <= code_point; i++) {
		if (code_point <= ranges[i].last)
			return true;
	}
	return false;
}

static void append_mapped(const uint8_t *text, size_t length, struct kbm_bytes *out)
{
	for (size_t at = 0; at < length;) {
		ucs4_t code_point;
		size_t size = (size_t)u8_mbtouc_unsafe(&code_point, text + at, length - at);
		if (contains(to_space, COUNT(to_space), code_point))
			kbm_bytes_append_byte(out, ' ');
		else if (!contains(to_nothing, COUNT(to_nothing), code_point))
			kbm_bytes_append(out, text + at, size);
		at += size;
	}
}

/* A SPACE that carries a combining mark is no blank (section 2.6). */
static bool is_blank(const uint8_t *text, size_t length, size_t at)
{
	if (text[at] != ' ')
		return false;
	if (at + 1 == length || text[at + 1] < 0x80)
		return true;
	ucs4_t next;
	u8_mbtouc(&next, text + at + 1, length - at - 1);
	return !uc_is_general_category_withtable(next, UC_CATEGORY_MASK_M);
}

/* Text whose runs of blanks are being taken out: Section 2.6.1, with no blank at the ends and one
 * within, where the RFC keeps one and two. */
struct squeezer {
	struct kbm_bytes *out;
	size_t start;		  /* of this text in `out` */
	size_t pending;		  /* blanks since the last other character */
	struct kbm_bytes *blanks; /* NULL: nobody asks */
};

/* What stands before the next other character, or the end. */
static void end_run(struct squeezer *squeezer, bool at_end)
{
	size_t place = squeezer->out->length - squeezer->start;
	bool kept = squeezer->pending > 0 && place > 0 && !at_end;
	const size_t note[] = {place, squeezer->pending - (kept ? 1 : 0)};
	if (squeezer->blanks != NULL && squeezer->pending > 0 && note[1] > 0)
		kbm_bytes_append(squeezer->blanks, note, sizeof note);
	if (kept)
		kbm_bytes_append_byte(squeezer->out, ' ');
	squeezer->pending = 0;
}

static void append_without_blanks(const uint8_t *text, size_t length, struct kbm_bytes *out,
				  struct kbm_bytes *blanks)
{
	struct squeezer squeezer = {out, out->length, 0, blanks};
	for (size_t at = 0; at < length;) {
		if (is_blank(text, length, at)) {
			squeezer.pending++;
			at++;
			continue;
		}
		const uint8_t *next = memchr(text + at + 1, ' ', length - at - 1);
		size_t run = next != NULL ? (size_t)(next - text) : length;
		end_run(&squeezer, false);
		kbm_bytes_append(out, text + at, run - at);
		at = run;
	}
	end_run(&squeezer, true);
}

/* ASCII, and text in an unknown code page: letters are folded one byte at a time. */
static void append_bytewise(const uint8_t *text, size_t length, unsigned steps,
			    struct kbm_bytes *out, struct kbm_bytes *blanks)
{
	struct squeezer squeezer = {out, out->length, 0, blanks};
	for (size_t i = 0; i < length; i++) {
		uint8_t byte = text[i];
		if ((steps & KBM_DN_STEP_UNICODE) != 0 && (byte < 0x20 || byte == 0x7F)) {
			if (byte < 0x09 || byte > 0x0D)
				continue;
			byte = ' ';
		}
		if ((steps & KBM_DN_STEP_BLANKS) != 0 && byte == ' ') {
			squeezer.pending++;
			continue;
		}
		if ((steps & KBM_DN_STEP_FOLD) != 0 && byte >= 'A' && byte <= 'Z')
			byte = (uint8_t)(byte - 'A' + 'a');
		if (squeezer.pending > 0)
			end_run(&squeezer, false);
		kbm_bytes_append_byte(out, byte);
	}
	end_run(&squeezer, true);
}

static bool is_ascii(const uint8_t *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (text[i] >= 0x80)
			return false;
	}
	return true;
}

/* The length of a character that certainly has no case, else 0: by its first byte, in the ranges
 * U+05C0 to U+0FFF, U+3000 to U+9FFF and U+B000 to U+EFFF. */
static size_t without_case(uint8_t first)
{
	if (first < 0x80)
		return first < 'A' || first > 'Z' ? 1 : 0;
	if (first >= 0xD7 && first <= 0xDF)
		return 2;
	if (first == 0xE0 || (first >= 0xE3 && first <= 0xE9) || (first >= 0xEB && first <= 0xEE))
		return 3;
	return 0;
}

static bool has_foldable(const uint8_t *text, size_t length)
{
	for (size_t at = 0; at < length;) {
		size_t passed = without_case(text[at]);
		if (passed > 0) {
			at += passed;
			continue;
		}
		ucs4_t code_point;
		at += (size_t)u8_mbtouc_unsafe(&code_point, text + at, length - at);
		if (uc_is_property_changes_when_casefolded(code_point))
			return true;
	}
	return false;
}

/* Caseless compatibility matching (Unicode section 3.13, D146): fold, NFKC, and the same once more
 * when NFKC brought capitals to light (U+1D400). u8_casefold() with NFKC would always do both.
 * Heap memory, the caller's; NULL without memory. */
static uint8_t *fold_and_normalise(const uint8_t *text, size_t length, size_t *made_length)
{
	size_t folded_length = 0;
	uint8_t *folded = u8_casefold(text, length, NULL, UNINORM_NFC, NULL, &folded_length);
	uint8_t *made = NULL;
	if (folded != NULL)
		made = u8_normalize(UNINORM_NFKC, folded, folded_length, NULL, made_length);
	free(folded);
	if (made == NULL || !has_foldable(made, *made_length))
		return made;
	uint8_t *again = u8_casefold(made, *made_length, NULL, UNINORM_NFKC, NULL, made_length);
	free(made);
	return again;
}

/* Heap memory, the caller's; NULL without memory. `length` > 0. */
static uint8_t *transform(const uint8_t *text, size_t length, unsigned steps, size_t *made_length)
{
	switch (steps & (KBM_DN_STEP_FOLD | KBM_DN_STEP_UNICODE)) {
	case KBM_DN_STEP_FOLD | KBM_DN_STEP_UNICODE:
		return fold_and_normalise(text, length, made_length);
	case KBM_DN_STEP_FOLD:
		return u8_casefold(text, length, NULL, NULL, NULL, made_length);
	case KBM_DN_STEP_UNICODE:
		return u8_normalize(UNINORM_NFKC, text, length, NULL, made_length);
	default:
		return u8_cpy_alloc(text, length);
	}
}

/* Appends UTF-8 that is not ASCII. False without memory. */
static bool append_unicode(const uint8_t *text, size_t length, unsigned steps,
			   struct kbm_bytes *out, struct kbm_bytes *blanks)
{
	struct kbm_bytes mapped;
	kbm_bytes_init(&mapped, length);
	if ((steps & KBM_DN_STEP_UNICODE) != 0) {
		append_mapped(text, length, &mapped);
		text = mapped.data;
		length = mapped.length;
	}
	size_t made_length = length;
	uint8_t *made = length == 0 ? NULL : transform(text, length, steps, &made_length);
	bool done = length == 0 || made != NULL;
	if (made != NULL && (steps & KBM_DN_STEP_BLANKS) != 0)
		append_without_blanks(made, made_length, out, blanks);
	else if (made != NULL)
		kbm_bytes_append(out, made, made_length);
	done = done && !mapped.failed;
	free(made);
	kbm_bytes_clear(&mapped);
	return done;
}

enum kbm_code kbm_dn_prepare(const char *text, size_t length, unsigned steps, struct kbm_bytes *out,
			     struct kbm_bytes *blanks, struct kbm_error *error)
{
	const uint8_t *bytes = (const uint8_t *)text;
	if (is_ascii(bytes, length)) {
		append_bytewise(bytes, length, steps, out, blanks);
	} else if (u8_check(bytes, length) != NULL) {
		/* No mapping: a deleted byte could join two others into a character. */
		append_bytewise(bytes, length, steps & ~(unsigned)KBM_DN_STEP_UNICODE, out, blanks);
	} else if (!append_unicode(bytes, length, steps, out, blanks)) {
		return kbm_fail(error, KBM_MEMORY, "no memory to prepare a value of %zu bytes",
				length);
	}
	if (out->failed || (blanks != NULL && blanks->failed))
		return kbm_fail(error, KBM_LIMIT, "a value of %zu bytes is over %zu when prepared",
				length, out->maximum);
	return KBM_OK;
}

enum kbm_code kbm_dn_prepare_value(const char *value, size_t length, struct kbm_bytes *out,
				   struct kbm_error *error)
{
	return kbm_dn_prepare(value, length, KBM_DN_ALL_STEPS, out, NULL, error);
}
