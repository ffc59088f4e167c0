/* source/hive_log: logs that are written here, whole and broken, replayed into hives that were left
 * dirty. Real ones are tests/agreement_logs.sh. */
#include "base/limits.h"
#include "log_image.h"
#include "source/hive.h"
#include "source/hive_build.h"
#include "source/hive_edit.h"
#include "source/hive_log.h"
#include "source/marvin32.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STATES = 5, SECTOR = 512, BASE = 4096, TIME_AT = 12, FIRST = 10 };
#define HIVE_TIME 0x01D0000000000000ULL

/* A hive, and what it was after each of some changes: state n has the value vn, and all before. */
struct history {
	struct log_state states[STATES];
};

static void build_first(struct kbm_bytes *image)
{
	struct kbm_tree *tree = NULL;
	const struct kbm_build_options options = {
	    .minor = 5, .last_written = HIVE_TIME, .file_name = "SYSTEM"};
	const struct kbm_value value = {"v0", 2, 3, (const uint8_t *)"0", 1};
	kbm_bytes_init(image, KBM_MIB);
	kbm_tree_make("root", &tree, NULL);
	kbm_tree_set_value(tree, "key", &value, NULL);
	cr_assert(eq(int, kbm_tree_build(tree, &options, image, NULL), KBM_OK));
	kbm_tree_free(tree);
}

/* The next state: one value more, large enough to make the hive grow. */
static struct log_state next_state(struct log_state state, size_t number)
{
	enum { ROOM = 1 << 20, DATA = 9000 };
	uint8_t *bytes = calloc(1, state.size + ROOM);
	uint8_t *data = malloc(DATA);
	char name[16];
	struct kbm_hive_editor *editor = NULL;
	size_t length = 0;
	snprintf(name, sizeof name, "v%zu", number);
	memcpy(bytes, state.bytes, state.size);
	memset(data, (int)('0' + number), DATA);
	const struct kbm_value value = {name, strlen(name), 3, data, DATA};
	cr_assert(eq(
	    int, kbm_hive_edit_open(bytes, state.size, state.size + ROOM, HIVE_TIME, &editor, NULL),
	    KBM_OK));
	cr_assert(eq(int, kbm_hive_edit_set_value(editor, "key", &value, NULL), KBM_OK));
	cr_assert(eq(int, kbm_hive_edit_finish(editor, &length, NULL), KBM_OK));
	kbm_hive_edit_close(editor);
	free(data);
	return (struct log_state){bytes, length};
}

static void make_history(struct history *history)
{
	struct kbm_bytes image;
	build_first(&image);
	uint8_t *first = malloc(image.length);
	memcpy(first, image.data, image.length);
	history->states[0] = (struct log_state){first, image.length};
	kbm_bytes_clear(&image);
	for (size_t i = 1; i < STATES; i++)
		history->states[i] = next_state(history->states[i - 1], i);
}

static void clear_history(struct history *history)
{
	for (size_t i = 0; i < STATES; i++)
		free((void *)history->states[i].bytes);
}

/* One replay, and what came of it. */
struct replayed {
	struct history history;
	uint8_t *hive; /* state 0, dirty */
	size_t hive_size;
	struct log_image logs[KBM_HIVE_LOGS];
	struct kbm_hive_recovery recovery;
	uint8_t *image;
	size_t length;
	struct kbm_error error;
	enum kbm_code code;
};

static void set_up(struct replayed *test, uint32_t primary, uint32_t secondary)
{
	*test = (struct replayed){0};
	make_history(&test->history);
	test->hive_size = test->history.states[0].size;
	test->hive = malloc(test->hive_size);
	memcpy(test->hive, test->history.states[0].bytes, test->hive_size);
	log_make_dirty(test->hive, primary, secondary);
}

static void tear_down(struct replayed *test)
{
	clear_history(&test->history);
	for (size_t i = 0; i < KBM_HIVE_LOGS; i++)
		log_free(&test->logs[i]);
	free(test->hive);
	free(test->image);
}

/* A log of entries that lead from one state to another, one a state. */
static void add_entries(struct replayed *test, size_t log, uint32_t sequence, size_t from,
			size_t to)
{
	const struct log_state *states = test->history.states;
	log_make(&test->logs[log], states[from], LOG_ENTRIES, sequence);
	for (size_t i = from; i < to; i++)
		log_add_entry(&test->logs[log], sequence + (uint32_t)(i - from), states[i],
			      states[i + 1]);
}

static void add_pages(struct replayed *test, size_t log, uint32_t sequence, size_t to)
{
	log_make(&test->logs[log], test->history.states[0], LOG_PAGES, sequence);
	log_add_pages(&test->logs[log], SECTOR, test->history.states[0], test->history.states[to]);
}

static void replay(struct replayed *test)
{
	struct kbm_hive_log logs[KBM_HIVE_LOGS];
	for (size_t i = 0; i < KBM_HIVE_LOGS; i++)
		logs[i] = (struct kbm_hive_log){test->logs[i].bytes, test->logs[i].size};
	size_t room = kbm_hive_log_room(test->hive_size, logs);
	test->image = calloc(1, room);
	memcpy(test->image, test->hive, test->hive_size);
	test->code = kbm_hive_log_replay(test->hive, test->hive_size, logs, test->image, room,
					 &test->length, &test->recovery, &test->error);
}

/* The image is the state, but for its sequence numbers. */
static void assert_state(const struct replayed *test, size_t number, uint32_t sequence)
{
	const struct log_state *state = &test->history.states[number];
	cr_assert(eq(int, test->code, KBM_OK), "%s", test->error.message);
	cr_assert(eq(u64, test->length, state->size));
	cr_assert(zero(memcmp(test->image + BASE, state->bytes + BASE, state->size - BASE)));
	cr_assert(eq(u32, log_get32(test->image + 4), sequence));
	cr_assert(eq(u32, log_get32(test->image + 8), sequence));
	cr_assert(eq(u32, test->recovery.sequence, sequence));
	struct kbm_hive *hive = NULL;
	cr_assert(eq(int, kbm_hive_open(test->image, test->length, &hive, NULL), KBM_OK));
	cr_expect(eq(int, kbm_hive_info(hive)->state, KBM_HIVE_CLEAN));
	kbm_hive_close(hive);
}

static void assert_reason(const struct replayed *test, size_t log, const char *words)
{
	const char *message = test->recovery.logs[log].reason.message;
	bool has = words[0] == '\0' ? message[0] == '\0' : strstr(message, words) != NULL;
	cr_expect(has, "log %zu: \"%s\" is not in \"%s\"", log, words, message);
}

static void assert_refused(const struct replayed *test, size_t log, const char *words)
{
	cr_expect(eq(int, test->code, KBM_UNREADABLE));
	cr_expect(not(test->recovery.logs[log].replayed));
	assert_reason(test, log, words);
}

/* --- the hash ------------------------------------------------------------------------------- */

/* Known answers, as the tests of .NET's runtime have them. */
Test(marvin32, gives_known_answers)
{
	static const struct {
		uint64_t seed;
		const char *bytes;
		size_t length;
		uint64_t hash;
	} cases[] = {
	    {0x004FB61A001BDBCC, "", 0, 0x30ED35C100CD3C7D},
	    {0x004FB61A001BDBCC, "\xAF", 1, 0x48E73FC77D75DDC1},
	    {0x004FB61A001BDBCC, "\xE7\x0F", 2, 0xB5F6E1FC485DBFF8},
	    {0x004FB61A001BDBCC, "\x37\xF4\x95", 3, 0xF0B07C789B8CF7E8},
	    {0x004FB61A001BDBCC, "\x86\x42\xDC\x59", 4, 0x7008F2E87E9CF556},
	    {0x004FB61A001BDBCC, "\x15\x3F\xB7\x98\x26", 5, 0xE6C08C6DA2AFA997},
	    {0x004FB61A001BDBCC, "\x09\x32\xE6\x24\x6C\x47", 6, 0x6F04BF1A5EA24060},
	    {0x004FB61A001BDBCC, "\xAB\x42\x7E\xA8\xD1\x0F\xC7", 7, 0xE11847E4F0678C41},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		cr_expect(eq(u64,
			     kbm_marvin32(cases[i].seed, (const uint8_t *)cases[i].bytes,
					  cases[i].length),
			     cases[i].hash),
			  "row %zu", i);
}

/* --- entries -------------------------------------------------------------------------------- */

Test(hive_log, replays_entries)
{
	struct replayed test;
	set_up(&test, FIRST + 1, FIRST);
	add_entries(&test, 1, FIRST, 0, 3);
	replay(&test);
	assert_state(&test, 3, FIRST + 3);
	cr_expect(eq(int, test.recovery.logs[1].kind, KBM_LOG_ENTRIES));
	cr_expect(eq(u32, test.recovery.logs[1].count, 3));
	cr_expect(eq(u32, test.recovery.logs[1].first, FIRST));
	cr_expect(eq(u32, test.recovery.logs[1].last, FIRST + 2));
	cr_expect(not(test.recovery.base_from_log));
	assert_reason(&test, 1, "");
	tear_down(&test);
}

Test(hive_log, replays_two_logs_the_earlier_first)
{
	for (size_t earlier = 1; earlier <= 2; earlier++) {
		struct replayed test;
		set_up(&test, FIRST + 1, FIRST);
		add_entries(&test, earlier, FIRST, 0, 2);
		add_entries(&test, 3 - earlier, FIRST + 2, 2, 4);
		replay(&test);
		assert_state(&test, 4, FIRST + 4);
		cr_expect(eq(u32, test.recovery.logs[1].count, 2));
		cr_expect(eq(u32, test.recovery.logs[2].count, 2));
		tear_down(&test);
	}
}

/* A hive that was written in part has the earlier entries already: Windows leaves its base block
 * alone then. */
Test(hive_log, begins_above_the_hive_s_number)
{
	struct replayed test;
	set_up(&test, FIRST + 1, FIRST);
	add_entries(&test, 1, FIRST + 70, 2, 4);
	add_entries(&test, 2, FIRST + 68, 0, 2);
	replay(&test);
	assert_state(&test, 4, FIRST + 72);
	tear_down(&test);
}

/* The second log alone would leave a hive that lacks changes in between. */
Test(hive_log, leaves_entries_that_follow_a_damaged_log)
{
	for (size_t how = 0; how < 3; how++) {
		struct replayed test;
		set_up(&test, FIRST + 1, FIRST);
		add_entries(&test, 1, FIRST, 0, 2);
		add_entries(&test, 2, FIRST + 2, 2, 4);
		if (how == 0)
			test.logs[1].bytes[SECTOR + 1000] ^= 1;
		else if (how == 1)
			test.logs[1].bytes[508] ^= 1;
		else
			test.logs[1].size = 100;
		replay(&test);
		assert_refused(&test, 1,
			       how == 0	  ? "the hash of entry 10"
			       : how == 1 ? "the checksum"
					  : "is cut");
		assert_refused(&test, 2,
			       "its entries begin with 12; those from 10 on may have been in");
		tear_down(&test);
	}
}

/* A damaged log that can only have held what follows is in nobody's way. */
Test(hive_log, replays_a_log_before_a_damaged_one)
{
	for (size_t how = 0; how < 2; how++) {
		struct replayed test;
		set_up(&test, FIRST + 1, FIRST);
		add_entries(&test, 1, FIRST, 0, 2);
		add_entries(&test, 2, FIRST + 2, 2, 4);
		test.logs[2].bytes[how == 0 ? SECTOR + 1000 : 508] ^= 1;
		replay(&test);
		assert_state(&test, 2, FIRST + 2);
		assert_reason(&test, 2, how == 0 ? "the hash of entry 12" : "the checksum");
		tear_down(&test);
	}
}

Test(hive_log, leaves_a_log_that_does_not_go_on)
{
	struct replayed test;
	set_up(&test, FIRST + 1, FIRST);
	add_entries(&test, 1, FIRST, 0, 2);
	add_entries(&test, 2, FIRST + 3, 2, 4);
	replay(&test);
	assert_state(&test, 2, FIRST + 2);
	assert_reason(&test, 2, "its entries begin with 13; 12 would be next");
	tear_down(&test);
}

Test(hive_log, leaves_a_log_that_the_hive_has)
{
	struct replayed test;
	set_up(&test, FIRST + 1, FIRST);
	add_entries(&test, 1, FIRST - 1, 0, 2);
	add_entries(&test, 2, FIRST, 0, 1);
	replay(&test);
	assert_state(&test, 1, FIRST + 1);
	assert_reason(&test, 1, "its entries begin with 9: the hive has all that came before 10");
	tear_down(&test);
}

/* What an earlier use of the file left behind the last entry is no news. */
Test(hive_log, stops_at_an_old_entry)
{
	struct replayed test;
	set_up(&test, FIRST + 1, FIRST);
	add_entries(&test, 1, FIRST, 0, 1);
	log_add_entry(&test.logs[1], FIRST - 5, test.history.states[1], test.history.states[2]);
	replay(&test);
	assert_state(&test, 1, FIRST + 1);
	assert_reason(&test, 1, "");
	tear_down(&test);
}

Test(hive_log, stops_at_a_gap)
{
	struct replayed test;
	set_up(&test, FIRST + 1, FIRST);
	add_entries(&test, 1, FIRST, 0, 1);
	log_add_entry(&test.logs[1], FIRST + 2, test.history.states[1], test.history.states[2]);
	replay(&test);
	assert_state(&test, 1, FIRST + 1);
	assert_reason(&test, 1, "has the sequence number 12; 11 is missing");
	tear_down(&test);
}

/* What may be wrong with the second of three entries. */
static void spoil(struct log_image *log, size_t at, size_t how)
{
	uint8_t *entry = log->bytes + at;
	switch (how) {
	case 0:
		entry[3000] ^= 1;
		break;
	case 1:
		entry[9] ^= 1; /* a flag without meaning, so that the header's hash alone tells */
		break;
	case 2:
		log_put32(entry + 4, 4097);
		break;
	case 3:
		log_put32(entry + 4, 0x7FFFFE00);
		break;
	case 4:
		log_put32(entry + 16, 5000);
		log_rehash(log, at);
		break;
	case 5:
		log_put32(entry + 16, 0x7FFFF000);
		log_rehash(log, at);
		break;
	case 6:
		log_put32(entry + 20, 0xFFFFFFFF);
		log_rehash(log, at);
		break;
	case 7:
		log_put32(entry + 40, 0x00FFF000); /* the first page's place */
		log_rehash(log, at);
		break;
	case 8:
		log_put32(entry + 44, 0xFFFFF000); /* the first page's size */
		log_rehash(log, at);
		break;
	default:
		log->size = at + 700;
	}
}

Test(hive_log, stops_at_an_entry_that_does_not_fit)
{
	static const char *const reasons[] = {
	    "the hash of entry 11 at offset 0x",
	    "the hash of the header of entry 11 at offset 0x",
	    "has the size 4097, which is no multiple of 512",
	    "is cut: ",
	    "is for a hive of 5000 bytes, which is no multiple of 4096",
	    "is for a hive of 2147479552 bytes, more than the hive and its logs hold",
	    "has no room for the 4294967295 pages it counts",
	    "goes behind the end of the hive (0xFFF000, 4096 bytes)",
	    "ends behind the entry",
	    "is cut: 700 of its ",
	};
	for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
		for (size_t entry = 0; entry < 2; entry++) {
			struct replayed test;
			set_up(&test, FIRST + 1, FIRST);
			uint32_t first = FIRST + 1 - (uint32_t)entry;
			add_entries(&test, 1, first, 0, 3);
			size_t at = SECTOR;
			if (entry == 1)
				at += log_get32(test.logs[1].bytes + SECTOR + 4);
			spoil(&test.logs[1], at, i);
			replay(&test);
			if (entry == 0)
				assert_refused(&test, 1, reasons[i]);
			else
				assert_state(&test, 1, FIRST + 1);
			assert_reason(&test, 1, reasons[i]);
			tear_down(&test);
		}
	}
}

Test(hive_log, sets_the_flag_that_an_entry_has)
{
	enum { FLAGS_AT = 144 };
	struct replayed test;
	set_up(&test, FIRST + 1, FIRST);
	log_put32(test.hive + FLAGS_AT, 2);
	log_seal(test.hive);
	add_entries(&test, 1, FIRST, 0, 1);
	log_put32(test.logs[1].bytes + SECTOR + 8, 0xFFFFFFFF);
	log_rehash(&test.logs[1], SECTOR);
	replay(&test);
	assert_state(&test, 1, FIRST + 1);
	cr_expect(eq(u32, log_get32(test.image + FLAGS_AT), 3));
	tear_down(&test);
}

/* --- pages ---------------------------------------------------------------------------------- */

Test(hive_log, replays_pages)
{
	static const uint32_t types[] = {LOG_PAGES, LOG_PAGES_2000};
	for (size_t i = 0; i < 2; i++) {
		struct replayed test;
		set_up(&test, FIRST + 1, FIRST);
		log_make(&test.logs[0], test.history.states[0], types[i], FIRST + 1);
		log_add_pages(&test.logs[0], SECTOR, test.history.states[0],
			      test.history.states[3]);
		replay(&test);
		assert_state(&test, 3, FIRST + 2);
		cr_expect(eq(int, test.recovery.logs[0].kind, KBM_LOG_PAGES));
		cr_expect(gt(u32, test.recovery.logs[0].count, 27000 / SECTOR));
		assert_reason(&test, 0, "");
		tear_down(&test);
	}
}

Test(hive_log, replays_pages_of_large_sectors)
{
	struct replayed test;
	set_up(&test, FIRST + 1, FIRST);
	log_make(&test.logs[1], test.history.states[0], LOG_PAGES, FIRST + 1);
	log_add_pages(&test.logs[1], 8 * SECTOR, test.history.states[0], test.history.states[2]);
	replay(&test);
	assert_state(&test, 2, FIRST + 2);
	tear_down(&test);
}

Test(hive_log, takes_the_newer_of_two_logs_of_pages)
{
	struct replayed test;
	set_up(&test, FIRST + 1, FIRST);
	add_pages(&test, 1, FIRST + 1, 2);
	add_pages(&test, 2, FIRST + 2, 3);
	replay(&test);
	assert_state(&test, 3, FIRST + 3);
	assert_reason(&test, 1, "another log is newer than this one (11)");
	tear_down(&test);
}

Test(hive_log, takes_the_other_log_of_pages_when_one_is_broken)
{
	struct replayed test;
	set_up(&test, FIRST + 1, FIRST);
	add_pages(&test, 1, FIRST + 1, 2);
	add_pages(&test, 2, FIRST + 2, 3);
	test.logs[2].size -= SECTOR;
	replay(&test);
	assert_state(&test, 2, FIRST + 2);
	assert_reason(&test, 2, "it is cut: ");
	tear_down(&test);
}

Test(hive_log, refuses_pages_with_another_timestamp)
{
	struct replayed test;
	set_up(&test, FIRST + 1, FIRST);
	add_pages(&test, 1, FIRST + 1, 2);
	test.logs[1].bytes[TIME_AT]++;
	log_seal(test.logs[1].bytes);
	replay(&test);
	assert_refused(&test, 1, "it was made for another state of the hive: its timestamp is ");
	tear_down(&test);
}

Test(hive_log, refuses_pages_that_make_no_bin)
{
	struct replayed test;
	set_up(&test, FIRST + 1, FIRST);
	add_pages(&test, 1, FIRST + 1, 2);
	uint8_t *page =
	    memmem(test.logs[1].bytes + BASE / 4, test.logs[1].size - BASE / 4, "hbin\0\x10", 6);
	cr_assert(ne(ptr, page, NULL));
	page[0] = 'H';
	replay(&test);
	assert_refused(&test, 1, "the bin that it has for file offset 0x2000 is none");
	tear_down(&test);
}

Test(hive_log, refuses_pages_without_a_list)
{
	struct replayed test;
	set_up(&test, FIRST + 1, FIRST);
	add_pages(&test, 1, FIRST + 1, 2);
	test.logs[1].bytes[SECTOR] = 'd';
	replay(&test);
	assert_refused(&test, 1, "it has no list of pages (DIRT) at offset 0x200");
	tear_down(&test);
}

/* --- base blocks ---------------------------------------------------------------------------- */

Test(hive_log, refuses_what_is_no_log)
{
	static const struct {
		size_t at;
		uint32_t value;
		bool sealed;
		const char *reason;
	} cases[] = {
	    {508, 0x4C564E49, false, "the checksum of its base block is wrong (0x4C564E49, "},
	    {0, 0x12345678, true, "it is no transaction log"},
	    {28, 0, true, "it is a hive, not a transaction log"},
	    {28, 3, true, "it is of the unknown type 3"},
	    {4, 99, true, "it was not written to its end: its sequence numbers 99 and 10 differ"},
	    {44, 0, true, "it is for sectors of 0 times 512 bytes"},
	    {44, 9, true, "it is for sectors of 9 times 512 bytes"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct replayed test;
		set_up(&test, FIRST + 1, FIRST);
		add_entries(&test, 1, FIRST, 0, 2);
		log_put32(test.logs[1].bytes + cases[i].at, cases[i].value);
		if (cases[i].sealed)
			log_seal(test.logs[1].bytes);
		replay(&test);
		assert_refused(&test, 1, cases[i].reason);
		tear_down(&test);
	}
}

Test(hive_log, refuses_logs_that_are_too_short)
{
	static const struct {
		size_t size;
		const char *reason;
	} cases[] = {{0, ""},
		     {1, "it is cut: 1 bytes"},
		     {511, "it is cut"},
		     {512, "has no entry"},
		     {551, "has no entry"}};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct replayed test;
		set_up(&test, FIRST + 1, FIRST);
		add_entries(&test, 1, FIRST, 0, 1);
		test.logs[1].size = cases[i].size;
		replay(&test);
		assert_refused(&test, 1, cases[i].reason);
		tear_down(&test);
	}
}

Test(hive_log, calls_a_blank_log_blank)
{
	struct replayed test;
	set_up(&test, FIRST + 1, FIRST);
	test.logs[2] = (struct log_image){calloc(1, 65536), 65536};
	replay(&test);
	assert_refused(&test, 2, "it is blank");
	cr_expect(eq(str, test.error.message, "it has no transaction log that can be replayed"));
	tear_down(&test);
}

Test(hive_log, needs_no_log_for_a_clean_hive)
{
	struct replayed test;
	set_up(&test, FIRST, FIRST);
	add_entries(&test, 1, FIRST, 0, 1);
	replay(&test);
	cr_expect(eq(int, test.code, KBM_NOT_FOUND));
	cr_expect(not(kbm_hive_log_is_needed(test.hive, test.hive_size)));
	tear_down(&test);
}

/* The number of the hive is never above those of the log then: 0 stands for what nobody knows. */
static void break_base(struct replayed *test, size_t how)
{
	if (how == 0)
		test->hive[508] ^= 1;
	else
		memset(test->hive, 0, SECTOR);
}

Test(hive_log, takes_a_broken_base_block_from_the_newest_entries)
{
	for (size_t how = 0; how < 2; how++) {
		struct replayed test;
		set_up(&test, FIRST + 50, FIRST + 49);
		add_entries(&test, 1, FIRST + 9, 0, 2);
		add_entries(&test, 2, FIRST, 0, 1);
		break_base(&test, how);
		replay(&test);
		assert_state(&test, 2, FIRST + 11);
		cr_expect(test.recovery.base_from_log);
		assert_reason(&test, 2, "the hive's base block comes from a newer log");
		tear_down(&test);
	}
}

Test(hive_log, takes_a_broken_base_block_from_pages)
{
	for (size_t how = 0; how < 2; how++) {
		struct replayed test;
		set_up(&test, FIRST + 1, FIRST);
		add_pages(&test, 1, FIRST + 1, 2);
		break_base(&test, how);
		replay(&test);
		assert_state(&test, 2, FIRST + 2);
		cr_expect(test.recovery.base_from_log);
		tear_down(&test);
	}
}

Test(hive_log, compares_the_first_bin_s_timestamp_when_the_base_block_is_broken)
{
	struct replayed test;
	set_up(&test, FIRST + 1, FIRST);
	add_pages(&test, 1, FIRST + 1, 2);
	break_base(&test, 0);
	test.hive[BASE + 20]++;
	replay(&test);
	assert_refused(&test, 1, "it was made for another state of the hive");
	tear_down(&test);
}

/* --- cut hives ------------------------------------------------------------------------------ */

/* The base block tells of bins that only the log has. */
Test(hive_log, completes_a_hive_that_was_to_grow)
{
	struct replayed test;
	set_up(&test, FIRST + 1, FIRST);
	log_put32(test.hive + 40, (uint32_t)(test.history.states[2].size - BASE));
	log_seal(test.hive);
	add_pages(&test, 1, FIRST + 1, 2);
	replay(&test);
	assert_state(&test, 2, FIRST + 2);
	tear_down(&test);
}

Test(hive_log, does_not_complete_a_hive_that_is_cut)
{
	struct replayed test;
	set_up(&test, FIRST + 1, FIRST);
	free(test.hive);
	test.hive_size = test.history.states[2].size - BASE;
	test.hive = malloc(test.hive_size);
	memcpy(test.hive, test.history.states[2].bytes, test.hive_size);
	log_make_dirty(test.hive, FIRST + 1, FIRST);
	add_entries(&test, 1, FIRST, 2, 3);
	replay(&test);
	cr_expect(eq(int, test.code, KBM_UNREADABLE));
	cr_expect(ne(ptr, strstr(test.error.message, "the hive is cut: 4096 bytes"), NULL), "%s",
		  test.error.message);
	tear_down(&test);
}

Test(hive_log, refuses_what_makes_no_hive)
{
	struct replayed test;
	set_up(&test, FIRST + 1, FIRST);
	add_entries(&test, 1, FIRST, 0, 1);
	uint8_t *page = test.logs[1].bytes + SECTOR + 40 + 8 * log_get32(test.logs[1].bytes + 532);
	memset(page, 0, 4096);
	log_rehash(&test.logs[1], SECTOR);
	replay(&test);
	cr_expect(eq(int, test.code, KBM_UNREADABLE));
	cr_expect(
	    ne(ptr,
	       strstr(test.error.message, "with its logs replayed it is a hive whose first bin"),
	       NULL),
	    "%s", test.error.message);
	tear_down(&test);
}
