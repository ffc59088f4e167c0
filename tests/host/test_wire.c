/* guard/wire: fields come back as they were written; what is cut, too long or odd is refused. */
#include "guard/wire.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdlib.h>
#include <string.h>

/* One of everything. */
struct sample {
	uint8_t byte;
	uint16_t half;
	uint32_t word;
	uint64_t wide;
	int number;
	int64_t large;
	bool flag;
	unsigned choice;
	char *text;
	char *absent;
	uint8_t *blob;
	size_t blob_length;
	uint32_t *items;
	size_t item_count;
	char fixed[8];
};

static void walk(struct kbm_wire *wire, struct sample *sample)
{
	kbm_wire_u8(wire, &sample->byte);
	kbm_wire_u16(wire, &sample->half);
	kbm_wire_u32(wire, &sample->word);
	kbm_wire_u64(wire, &sample->wide);
	kbm_wire_i32(wire, &sample->number);
	kbm_wire_i64(wire, &sample->large);
	kbm_wire_bool(wire, &sample->flag);
	KBM_WIRE_CHOICE(wire, sample->choice, 4);
	kbm_wire_text(wire, &sample->text, 100);
	kbm_wire_optional_text(wire, &sample->absent, 100);
	kbm_wire_blob(wire, &sample->blob, &sample->blob_length, 100);
	KBM_WIRE_ITEMS(wire, sample->items, sample->item_count, 10, 4);
	for (size_t i = 0; i < sample->item_count && wire->problem == NULL; i++)
		kbm_wire_u32(wire, &sample->items[i]);
	kbm_wire_fixed_text(wire, sample->fixed, sizeof sample->fixed);
}

static void clear(struct sample *sample)
{
	free(sample->text);
	free(sample->absent);
	free(sample->blob);
	free(sample->items);
}

static void write_sample(struct kbm_bytes *out)
{
	uint32_t items[] = {7, 8, 9};
	uint8_t blob[] = {1, 0, 2};
	char text[] = "SiteDN";
	struct sample sample = {
	    .byte = 0xab,
	    .half = 0x1234,
	    .word = 0xfedcba98,
	    .wide = 0x0123456789abcdefULL,
	    .number = -2,
	    .large = INT64_MIN,
	    .flag = true,
	    .choice = 4,
	    .text = text,
	    .blob = blob,
	    .blob_length = sizeof blob,
	    .items = items,
	    .item_count = 3,
	    .fixed = "seven77",
	};
	struct kbm_wire wire;
	kbm_wire_write(&wire, out);
	walk(&wire, &sample);
	bool finished = kbm_wire_finish(&wire);
	cr_assert(finished);
}

Test(wire, gives_back_what_was_written)
{
	struct kbm_bytes out;
	kbm_bytes_init(&out, 1000);
	write_sample(&out);
	struct kbm_wire wire;
	struct sample read = {0};
	kbm_wire_read(&wire, out.data, out.length);
	walk(&wire, &read);
	bool finished = kbm_wire_finish(&wire);
	cr_assert(finished, "%s", wire.problem);
	cr_expect(eq(u8, read.byte, 0xab));
	cr_expect(eq(u16, read.half, 0x1234));
	cr_expect(eq(u32, read.word, 0xfedcba98));
	cr_expect(eq(u64, read.wide, 0x0123456789abcdefULL));
	cr_expect(eq(int, read.number, -2));
	cr_expect(eq(i64, read.large, INT64_MIN));
	cr_expect(eq(int, read.flag, 1));
	cr_expect(eq(uint, read.choice, 4));
	cr_expect(eq(str, read.text, (char *)"SiteDN"));
	cr_expect(eq(ptr, read.absent, NULL));
	cr_assert(eq(sz, read.blob_length, 3));
	cr_expect(eq(int, memcmp(read.blob, "\1\0\2", 4), 0));
	cr_assert(eq(sz, read.item_count, 3));
	cr_expect(eq(u32, read.items[2], 9));
	cr_expect(eq(str, read.fixed, (char *)"seven77"));
	clear(&read);
	kbm_bytes_clear(&out);
}

Test(wire, refuses_every_shorter_message)
{
	struct kbm_bytes out;
	kbm_bytes_init(&out, 1000);
	write_sample(&out);
	for (size_t length = 0; length < out.length; length++) {
		/* A copy of its own, so that a sanitizer sees a read past the end. */
		uint8_t *cut = malloc(length + 1);
		memcpy(cut, out.data, length);
		uint8_t *exact = realloc(cut, length > 0 ? length : 1);
		struct kbm_wire wire;
		struct sample read = {0};
		kbm_wire_read(&wire, exact, length);
		walk(&wire, &read);
		bool finished = kbm_wire_finish(&wire);
		cr_expect(finished == false, "length %zu was accepted", length);
		clear(&read);
		free(exact);
	}
	kbm_bytes_clear(&out);
}

Test(wire, refuses_a_longer_message)
{
	struct kbm_bytes out;
	kbm_bytes_init(&out, 1000);
	write_sample(&out);
	kbm_bytes_append_byte(&out, 0);
	struct kbm_wire wire;
	struct sample read = {0};
	kbm_wire_read(&wire, out.data, out.length);
	walk(&wire, &read);
	bool finished = kbm_wire_finish(&wire);
	cr_expect(finished == false);
	clear(&read);
	kbm_bytes_clear(&out);
}

Test(wire, refuses_a_text_over_its_limit_in_both_directions)
{
	char text[] = "12345";
	char *given = text;
	struct kbm_bytes out;
	kbm_bytes_init(&out, 1000);
	struct kbm_wire wire;
	kbm_wire_write(&wire, &out);
	kbm_wire_text(&wire, &given, 4);
	cr_expect(ne(ptr, (void *)wire.problem, NULL));

	kbm_wire_write(&wire, &out);
	kbm_wire_text(&wire, &given, 5);
	cr_expect(eq(ptr, (void *)wire.problem, NULL));
	char *taken = NULL;
	kbm_wire_read(&wire, out.data, out.length);
	kbm_wire_text(&wire, &taken, 4);
	cr_expect(ne(ptr, (void *)wire.problem, NULL));
	cr_expect(eq(ptr, taken, NULL));
	kbm_bytes_clear(&out);
}

struct refused {
	const char *bytes;
	size_t length;
	int field; /* 0 text, 1 bool, 2 choice to 4, 3 items, 4 blob */
};
static const struct refused refused[] = {
    {"\3\0\0\0a\0b\0", 8, 0}, /* a NUL inside */
    {"\1\0\0\0ab", 6, 0},     /* no NUL behind */
    {"\xff\xff\xff\xff"
     "a",
     5, 0}, /* a length beyond everything */
    {"\2", 1, 1},
    {"\5", 1, 2},
    {"\xff", 1, 2},
    {"\4\0\0\0\0\0\0\0", 8, 3}, /* four items announced, room for one */
    {"\xff\0\0\0", 4, 3},
    {"\1\0\0\0xy", 6, 4},
};

Test(wire, refuses_malformed_fields)
{
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		struct kbm_wire wire;
		char *text = NULL;
		bool flag = false;
		unsigned choice = 0;
		uint32_t *items = NULL;
		uint8_t *blob = NULL;
		size_t count = 0;
		kbm_wire_read(&wire, (const uint8_t *)refused[i].bytes, refused[i].length);
		switch (refused[i].field) {
		case 0:
			kbm_wire_text(&wire, &text, 100);
			break;
		case 1:
			kbm_wire_bool(&wire, &flag);
			break;
		case 2:
			KBM_WIRE_CHOICE(&wire, choice, 4);
			break;
		case 3:
			KBM_WIRE_ITEMS(&wire, items, count, 10, 4);
			break;
		default:
			kbm_wire_blob(&wire, &blob, &count, 100);
			break;
		}
		cr_expect(wire.problem != NULL, "row %zu was accepted", i);
		cr_expect(text == NULL && items == NULL && blob == NULL && count == 0, "row %zu",
			  i);
	}
}

Test(wire, does_not_write_a_choice_that_is_none)
{
	struct kbm_bytes out;
	kbm_bytes_init(&out, 1000);
	struct kbm_wire wire;
	unsigned choice = 5;
	kbm_wire_write(&wire, &out);
	KBM_WIRE_CHOICE(&wire, choice, 4);
	cr_expect(ne(ptr, (void *)wire.problem, NULL));
	cr_expect(eq(sz, out.length, 0));
	kbm_bytes_clear(&out);
}

Test(wire, notes_that_the_output_is_full)
{
	struct kbm_bytes out;
	kbm_bytes_init(&out, 6);
	struct kbm_wire wire;
	uint32_t word = 1;
	kbm_wire_write(&wire, &out);
	kbm_wire_u32(&wire, &word);
	kbm_wire_u32(&wire, &word);
	bool finished = kbm_wire_finish(&wire);
	cr_expect(finished == false);
	kbm_bytes_clear(&out);
}

Test(wire, lays_a_frame_header_out_little_endian)
{
	static const uint8_t expected[] = {4, 3, 2, 1, 9, 1, 0xcd, 0xab};
	struct kbm_frame frame = {0x01020304, 9, KBM_FRAME_MORE, 0xabcd};
	uint8_t header[KBM_FRAME_BYTES];
	kbm_frame_write(&frame, header);
	cr_expect(eq(int, memcmp(header, expected, sizeof header), 0));
	struct kbm_frame read;
	kbm_frame_read(header, &read);
	cr_expect(eq(u32, read.length, frame.length));
	cr_expect(eq(u8, read.type, frame.type));
	cr_expect(eq(u8, read.kind, frame.kind));
	cr_expect(eq(u16, read.id, frame.id));
}
