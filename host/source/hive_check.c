/* Whether a hive image is built as it should be: bins, cells, and what leads to them. */
#include "source/hive_check.h"

#include "base/limits.h"
#include "source/hive_check_parts.h"
#include "source/hive_format.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *text;
	bool is_odd;
} flaws[] = {
    [KBM_FLAW_BIN] = {"bin or cell of an impossible size", false},
    [KBM_FLAW_CELL] = {"reference to what is no cell in use", false},
    [KBM_FLAW_RECORD] = {"record that is not what it should be", false},
    [KBM_FLAW_TWICE] = {"cell that two lead to", false},
    [KBM_FLAW_COUNT] = {"count that is not that of the list", false},
    [KBM_FLAW_LIST] = {"list that the format has not", false},
    [KBM_FLAW_PARENT] = {"key that names another parent", false},
    [KBM_FLAW_DEPTH] = {"key deeper than Windows allows", false},
    [KBM_FLAW_DESCRIPTOR] = {"security descriptor outside the ring", false},
    [KBM_FLAW_USERS] = {"security descriptor with a wrong count of keys", true},
    [KBM_FLAW_ORDER] = {"subkey out of order", true},
    [KBM_FLAW_HASH] = {"hash or hint that is not the name's", true},
    [KBM_FLAW_LARGEST] = {"name or data longer than its key says", true},
    [KBM_FLAW_UNREACHABLE] = {"cell in use that nothing leads to", true},
};

const char *kbm_hive_flaw_text(enum kbm_hive_flaw flaw)
{
	return flaws[flaw].text;
}

bool kbm_hive_flaw_is_odd(enum kbm_hive_flaw flaw)
{
	return flaws[flaw].is_odd;
}

uint64_t kbm_hive_check_count(const struct kbm_hive_check *check, bool odd)
{
	uint64_t count = 0;
	for (size_t i = 0; i < KBM_FLAW_COUNT_OF_KINDS; i++)
		if (flaws[i].is_odd == odd)
			count += check->flaws[i];
	return count;
}

void kbm_check_note(struct kbm_check_walk *walk, enum kbm_hive_flaw flaw, kbm_cell cell,
		    const char *format, ...)
{
	struct kbm_hive_check *check = walk->check;
	va_list arguments;
	check->flaws[flaw]++;
	if (check->kept == KBM_HIVE_CHECK_KEPT)
		return;
	check->first[check->kept].flaw = flaw;
	check->first[check->kept].offset = kbm_hive_file_offset(cell);
	va_start(arguments, format);
	vsnprintf(check->first[check->kept].text, KBM_HIVE_CHECK_TEXT, format, arguments);
	va_end(arguments);
	check->kept++;
}

/* --- bins and cells -----------------------------------------------------------------------------
 */

/* One cell's size in bytes, 0 where it cannot be; *used tells whether something is in it. */
static uint32_t cell_size(const struct kbm_hive *hive, uint32_t at, uint32_t end, bool *used)
{
	int32_t stored = (int32_t)kbm_hive_u32(hive->bins + at);
	*used = stored < 0;
	if (stored == INT32_MIN)
		return 0;
	uint32_t size = (uint32_t)(stored < 0 ? -stored : stored);
	return size >= 8 && size % 8 == 0 && size <= end - at ? size : 0;
}

static bool walk_cells(struct kbm_check_walk *walk, uint32_t from, uint32_t end)
{
	for (uint32_t at = from; at < end;) {
		bool used = false;
		uint32_t size = cell_size(walk->hive, at, end, &used);
		if (size == 0) {
			kbm_check_note(walk, KBM_FLAW_BIN, at, "a cell's size");
			return false;
		}
		if (used) {
			walk->cells[at / 8] = KBM_CHECK_USED;
			walk->check->used_cells++;
		} else {
			walk->check->free_cells++;
			walk->check->free_bytes += size;
		}
		at += size;
	}
	return true;
}

/* What lies behind a broken bin cannot be told from its contents. */
static void walk_bins(struct kbm_check_walk *walk)
{
	const struct kbm_hive *hive = walk->hive;
	uint32_t size = 0;
	uint32_t at = 0;
	for (; at < hive->length; at += size) {
		if (hive->length - at < KBM_HIVE_BIN_HEADER || !kbm_hive_bin_at(hive, at, &size) ||
		    size > hive->length - at) {
			kbm_check_note(walk, KBM_FLAW_BIN, at, "no sound bin (hbin) begins here");
			return;
		}
		walk_cells(walk, at + KBM_HIVE_BIN_HEADER, at + size);
	}
}

bool kbm_check_claim(struct kbm_check_walk *walk, kbm_cell cell, const char *what)
{
	if (cell % 8 != 0 || cell >= walk->hive->length ||
	    walk->cells[cell / 8] == KBM_CHECK_NONE) {
		kbm_check_note(walk, KBM_FLAW_CELL, cell, "%s leads here, where no cell is in use",
			       what);
		return false;
	}
	if (walk->cells[cell / 8] == KBM_CHECK_REACHED) {
		kbm_check_note(walk, KBM_FLAW_TWICE, cell, "%s, which something else leads to, too",
			       what);
		return false;
	}
	walk->cells[cell / 8] = KBM_CHECK_REACHED;
	return true;
}

static void find_unreachable(struct kbm_check_walk *walk)
{
	for (uint32_t i = 0; i < walk->hive->length / 8; i++)
		if (walk->cells[i] == KBM_CHECK_USED)
			kbm_check_note(walk, KBM_FLAW_UNREACHABLE, i * 8, "nothing leads here");
}

/* --- security descriptors ------------------------------------------------------------------------
 */

static const uint8_t *descriptor_at(struct kbm_check_walk *walk, kbm_cell cell)
{
	struct kbm_span span = {NULL, 0};
	if (!kbm_check_claim(walk, cell, "a security descriptor"))
		return NULL;
	if (kbm_hive_cell(walk->hive, cell, &span, NULL) != KBM_OK || span.length < KBM_SK_DATA ||
	    memcmp(span.data, "sk", 2) != 0 ||
	    kbm_hive_u32(span.data + KBM_SK_SIZE) > span.length - KBM_SK_DATA) {
		kbm_check_note(walk, KBM_FLAW_RECORD, cell, "no security descriptor (sk)");
		return NULL;
	}
	return span.data;
}

/* From the root's descriptor round the ring; each is met once, for its cell is claimed. */
static void walk_ring(struct kbm_check_walk *walk, kbm_cell first)
{
	kbm_cell previous = KBM_CELL_NONE;
	kbm_cell at = first;
	const uint8_t *sk = NULL;
	const uint8_t *start = NULL;
	while ((sk = descriptor_at(walk, at)) != NULL) {
		walk->check->descriptors++;
		if (start == NULL)
			start = sk;
		else if (kbm_hive_u32(sk + KBM_SK_PREVIOUS) != previous)
			kbm_check_note(walk, KBM_FLAW_DESCRIPTOR, at,
				       "the ring of security descriptors is broken here");
		if (kbm_hive_u32(sk + KBM_SK_USERS) != walk->users[at / 8])
			kbm_check_note(walk, KBM_FLAW_USERS, at, "%u keys use it, it says %u",
				       walk->users[at / 8], kbm_hive_u32(sk + KBM_SK_USERS));
		walk->users[at / 8] = 0;
		previous = at;
		at = kbm_hive_u32(sk + KBM_SK_NEXT);
		if (at == first)
			break;
	}
	if (sk != NULL && kbm_hive_u32(start + KBM_SK_PREVIOUS) != previous)
		kbm_check_note(walk, KBM_FLAW_DESCRIPTOR, first,
			       "the ring of security descriptors does not close here");
}

static void check_descriptors(struct kbm_check_walk *walk, kbm_cell first)
{
	if (first != KBM_CELL_NONE)
		walk_ring(walk, first);
	for (uint32_t i = 0; i < walk->hive->length / 8; i++)
		if (walk->users[i] != 0)
			kbm_check_note(walk, KBM_FLAW_DESCRIPTOR, i * 8,
				       "%u keys use a security descriptor that the ring lacks",
				       walk->users[i]);
}

/* --- the whole ----------------------------------------------------------------------------------
 */

enum kbm_code kbm_hive_check(const uint8_t *bytes, size_t length, struct kbm_hive_check *check,
			     struct kbm_error *error)
{
	struct kbm_hive *hive = NULL;
	*check = (struct kbm_hive_check){0};
	enum kbm_code code = kbm_hive_open(bytes, length, &hive, error);
	if (code != KBM_OK)
		return code;
	struct kbm_check_walk walk = {.hive = hive, .check = check};
	walk.cells = calloc((size_t)hive->length / 8 + 1, sizeof *walk.cells);
	walk.users = calloc((size_t)hive->length / 8 + 1, sizeof *walk.users);
	if (walk.cells == NULL || walk.users == NULL) {
		code = kbm_fail(error, KBM_MEMORY, "no memory to check a hive");
	} else {
		walk_bins(&walk);
		kbm_cell first = kbm_check_keys(&walk);
		check_descriptors(&walk, first);
		find_unreachable(&walk);
	}
	free(walk.cells);
	free(walk.users);
	kbm_hive_close(hive);
	return code;
}
