/* The cells of a hive that is changed. Source: the community regf specification. */
#include "source/hive_space.h"

#include "source/hive_cells.h"
#include "source/hive_format.h"
#include "source/hive_records.h"

#include <stdlib.h>
#include <string.h>

enum {
	HEADER = 4, /* a cell's size, negative while it is in use */
	GRAIN = 8,  /* cells lie at, and have, multiples of this */
	WORD_BITS = 64,
	LARGE = KBM_SPACE_EXACT * GRAIN, /* from here on a list holds cells of several sizes */
	MOST_LOOKED_AT = 32,		 /* cells of such a list */
	KEPT_ROOM = 64			 /* bytes too many that a cell keeps */
};

/* --- bits ----------------------------------------------------------------------------------- */

static bool has_bit(const uint64_t *bits, uint32_t index)
{
	return (bits[index / WORD_BITS] >> index % WORD_BITS & 1) != 0;
}

static void set_bit(uint64_t *bits, uint32_t index)
{
	bits[index / WORD_BITS] |= 1ULL << index % WORD_BITS;
}

static void clear_bit(uint64_t *bits, uint32_t index)
{
	bits[index / WORD_BITS] &= ~(1ULL << index % WORD_BITS);
}

/* The last bit below `index` that is set: one is. */
static uint32_t bit_before(const uint64_t *bits, uint32_t index)
{
	uint32_t word = index / WORD_BITS;
	uint64_t rest = bits[word] & ((1ULL << index % WORD_BITS) - 1);
	while (rest == 0)
		rest = bits[--word];
	return word * WORD_BITS + (WORD_BITS - 1) - (uint32_t)__builtin_clzll(rest);
}

/* --- cells ---------------------------------------------------------------------------------- */

static int32_t stored_size(const struct kbm_space *space, uint32_t cell)
{
	return (int32_t)kbm_hive_u32(space->bins + cell);
}

static uint32_t size_of(const struct kbm_space *space, uint32_t cell)
{
	int32_t size = stored_size(space, cell);
	return size < 0 ? 0U - (uint32_t)size : (uint32_t)size;
}

/* A cell begins at `cell`; true when it is free. */
static bool is_free(const struct kbm_space *space, uint32_t cell)
{
	return stored_size(space, cell) > 0;
}

static bool is_bin_start(const struct kbm_space *space, uint32_t offset)
{
	return offset >= space->length ||
	       (offset % KBM_HIVE_PAGE == 0 && has_bit(space->bin_pages, offset / KBM_HIVE_PAGE));
}

bool kbm_space_has(const struct kbm_space *space, uint32_t cell)
{
	return cell < space->length && cell % GRAIN == 0 && has_bit(space->starts, cell / GRAIN) &&
	       !is_free(space, cell);
}

uint8_t *kbm_space_bytes(const struct kbm_space *space, uint32_t cell)
{
	return space->bins + cell + HEADER;
}

uint32_t kbm_space_room(const struct kbm_space *space, uint32_t cell)
{
	return size_of(space, cell) - HEADER;
}

/* --- the index of free cells ---------------------------------------------------------------- */

/* Above LARGE four lists for every doubling. */
static uint32_t list_for(uint32_t size)
{
	if (size < LARGE)
		return size / GRAIN;
	uint32_t doublings = (uint32_t)(31 - __builtin_clz(size / LARGE));
	uint32_t quarter = (size / (LARGE / 4) >> doublings) - 4;
	return KBM_SPACE_EXACT + 4 * doublings + quarter;
}

/* Without memory the cell is merely not found again. */
static void index_free(struct kbm_space *space, uint32_t cell)
{
	uint32_t number = list_for(size_of(space, cell));
	struct kbm_space_list *list = &space->lists[number];
	if (list->count == list->room) {
		uint32_t room = list->room == 0 ? 16 : 2 * list->room;
		uint32_t *cells = realloc(list->cells, room * sizeof *cells);
		if (cells == NULL)
			return;
		list->cells = cells;
		list->room = room;
	}
	list->cells[list->count++] = cell;
	set_bit(space->filled, number);
}

/* What the index says of a cell may be over: it was taken, or merged with another one. */
static bool is_indexed_right(const struct kbm_space *space, uint32_t cell, uint32_t number)
{
	return cell < space->length && has_bit(space->starts, cell / GRAIN) &&
	       is_free(space, cell) && list_for(size_of(space, cell)) == number;
}

static void drop_entry(struct kbm_space *space, uint32_t number, uint32_t index)
{
	struct kbm_space_list *list = &space->lists[number];
	list->cells[index] = list->cells[--list->count];
	if (list->count == 0)
		clear_bit(space->filled, number);
}

/* The smallest of the last entries that fits; it leaves the list. */
static bool take_from_list(struct kbm_space *space, uint32_t number, uint32_t size, uint32_t *cell)
{
	struct kbm_space_list *list = &space->lists[number];
	uint32_t best = UINT32_MAX;
	uint32_t looked_at = 0;
	for (uint32_t i = list->count; i > 0 && looked_at < MOST_LOOKED_AT; i--) {
		uint32_t found = list->cells[i - 1];
		if (!is_indexed_right(space, found, number)) {
			/* The last entry comes here; it was looked at, or it is this one. */
			if (best == list->count - 1)
				best = i - 1;
			drop_entry(space, number, i - 1);
			continue;
		}
		looked_at++;
		if (size_of(space, found) >= size &&
		    (best == UINT32_MAX ||
		     size_of(space, found) < size_of(space, list->cells[best])))
			best = i - 1;
		if (number < KBM_SPACE_EXACT)
			break; /* they are all the same */
	}
	if (best == UINT32_MAX)
		return false;
	*cell = list->cells[best];
	drop_entry(space, number, best);
	return true;
}

static bool find_free(struct kbm_space *space, uint32_t size, uint32_t *cell)
{
	uint32_t number = list_for(size);
	while (number < KBM_SPACE_LISTS) {
		uint64_t word = space->filled[number / WORD_BITS] >> number % WORD_BITS;
		if (word == 0) {
			number += WORD_BITS - number % WORD_BITS;
			continue;
		}
		number += (uint32_t)__builtin_ctzll(word);
		if (take_from_list(space, number, size, cell))
			return true;
		number++;
	}
	return false;
}

/* --- opening -------------------------------------------------------------------------------- */

static enum kbm_code damaged(uint32_t offset, const char *what, struct kbm_error *error)
{
	return kbm_fail(error, KBM_UNREADABLE, "at file offset 0x%llX %s",
			(unsigned long long)kbm_hive_file_offset(offset), what);
}

static enum kbm_code index_bin(struct kbm_space *space, uint32_t start, uint32_t end,
			       struct kbm_error *error)
{
	set_bit(space->bin_pages, start / KBM_HIVE_PAGE);
	for (uint32_t cell = start + KBM_HIVE_BIN_HEADER; cell < end;) {
		uint32_t size = size_of(space, cell);
		if (size < GRAIN || size % GRAIN != 0 || size > end - cell)
			return damaged(cell, "a cell has no sound size", error);
		set_bit(space->starts, cell / GRAIN);
		if (is_free(space, cell)) {
			index_free(space, cell);
		} else {
			space->used += size;
			space->used_end = end;
		}
		cell += size;
	}
	return KBM_OK;
}

static enum kbm_code index_bins(struct kbm_space *space, struct kbm_error *error)
{
	for (uint32_t start = 0; start < space->length;) {
		const uint8_t *bin = space->bins + start;
		if (space->length - start < KBM_HIVE_PAGE || memcmp(bin, "hbin", 4) != 0 ||
		    kbm_hive_u32(bin + KBM_BIN_OFFSET) != start)
			return damaged(start, "no bin (hbin) begins where one should", error);
		uint32_t size = kbm_hive_u32(bin + KBM_BIN_SIZE);
		if (size == 0 || size % KBM_HIVE_PAGE != 0 || size > space->length - start)
			return damaged(start, "a bin (hbin) has no sound size", error);
		enum kbm_code code = index_bin(space, start, start + size, error);
		if (code != KBM_OK)
			return code;
		start += size;
	}
	return KBM_OK;
}

enum kbm_code kbm_space_open(struct kbm_space *space, uint8_t *bins, uint32_t length,
			     uint32_t capacity, struct kbm_error *error)
{
	*space = (struct kbm_space){
	    .bins = bins, .length = length, .capacity = capacity - capacity % KBM_HIVE_PAGE};
	size_t pages = capacity / KBM_HIVE_PAGE + 1;
	space->starts = calloc(pages * KBM_HIVE_PAGE / GRAIN / WORD_BITS, sizeof(uint64_t));
	space->bin_pages = calloc(pages / WORD_BITS + 1, sizeof(uint64_t));
	if (space->starts == NULL || space->bin_pages == NULL) {
		kbm_space_close(space);
		return kbm_fail(error, KBM_MEMORY, "no memory to index a hive's cells");
	}
	enum kbm_code code = index_bins(space, error);
	if (code != KBM_OK)
		kbm_space_close(space);
	return code;
}

void kbm_space_close(struct kbm_space *space)
{
	free(space->starts);
	free(space->bin_pages);
	for (size_t i = 0; i < KBM_SPACE_LISTS; i++)
		free(space->lists[i].cells);
	*space = (struct kbm_space){0};
}

/* --- changing ------------------------------------------------------------------------------- */

static void mark_used(struct kbm_space *space, uint32_t cell, uint32_t size)
{
	kbm_put32(space->bins + cell, 0U - size);
}

static void mark_free(struct kbm_space *space, uint32_t cell, uint32_t size)
{
	kbm_put32(space->bins + cell, size);
	set_bit(space->starts, cell / GRAIN);
	index_free(space, cell);
}

/* Cuts what is behind `size` bytes off a cell that has `whole` of them. */
static void split(struct kbm_space *space, uint32_t cell, uint32_t size, uint32_t whole)
{
	if (whole > size)
		mark_free(space, cell + size, whole - size);
	mark_used(space, cell, size);
}

/* Bytes of the free cell behind; 0: there is none in this bin. */
static uint32_t free_behind(const struct kbm_space *space, uint32_t end)
{
	return !is_bin_start(space, end) && is_free(space, end) ? size_of(space, end) : 0;
}

void kbm_space_give(struct kbm_space *space, uint32_t cell)
{
	uint32_t size = size_of(space, cell);
	uint32_t behind = free_behind(space, cell + size);
	space->used -= size;
	if (behind > 0) {
		clear_bit(space->starts, (cell + size) / GRAIN);
		size += behind;
	}
	if (!is_bin_start(space, cell - KBM_HIVE_BIN_HEADER)) {
		uint32_t before = bit_before(space->starts, cell / GRAIN) * GRAIN;
		if (is_free(space, before)) {
			clear_bit(space->starts, cell / GRAIN);
			size += cell - before;
			cell = before;
		}
	}
	mark_free(space, cell, size);
}

/* A new bin whose only cell is in use. */
static enum kbm_code add_bin(struct kbm_space *space, uint32_t size, uint32_t *cell,
			     struct kbm_error *error)
{
	uint32_t start = space->length;
	uint32_t bytes = (KBM_HIVE_BIN_HEADER + size + KBM_HIVE_PAGE - 1) / KBM_HIVE_PAGE;
	bytes *= KBM_HIVE_PAGE;
	if (bytes > space->capacity - start)
		return kbm_fail(error, KBM_LIMIT,
				"the hive would grow beyond the %llu bytes that there are for it",
				(unsigned long long)kbm_hive_file_offset(space->capacity));
	uint8_t *bin = space->bins + start;
	memset(bin, 0, bytes);
	kbm_put_ascii(bin, "hbin");
	kbm_put32(bin + KBM_BIN_OFFSET, start);
	kbm_put32(bin + KBM_BIN_SIZE, bytes);
	set_bit(space->bin_pages, start / KBM_HIVE_PAGE);
	space->length += bytes;
	space->used_end = space->length;
	*cell = start + KBM_HIVE_BIN_HEADER;
	set_bit(space->starts, *cell / GRAIN);
	kbm_put32(space->bins + *cell, bytes - KBM_HIVE_BIN_HEADER);
	return KBM_OK;
}

static enum kbm_code cell_size(const struct kbm_space *space, size_t payload, uint32_t *size,
			       struct kbm_error *error)
{
	if (payload > space->capacity)
		return kbm_fail(error, KBM_LIMIT, "no room in the hive for %zu bytes", payload);
	*size = (uint32_t)((HEADER + payload + GRAIN - 1) / GRAIN * GRAIN);
	return KBM_OK;
}

enum kbm_code kbm_space_take(struct kbm_space *space, size_t payload, uint32_t *cell,
			     struct kbm_error *error)
{
	uint32_t size = 0;
	uint32_t found = 0;
	enum kbm_code code = cell_size(space, payload, &size, error);
	if (code == KBM_OK && !find_free(space, size, &found))
		code = add_bin(space, size, &found, error);
	if (code != KBM_OK)
		return code;
	split(space, found, size, size_of(space, found));
	space->used += size;
	memset(space->bins + found + HEADER, 0, size - HEADER);
	*cell = found;
	return KBM_OK;
}

/* Grows a cell over the free one behind it. */
static bool grow_in_place(struct kbm_space *space, uint32_t cell, uint32_t size)
{
	uint32_t old = size_of(space, cell);
	uint32_t behind = free_behind(space, cell + old);
	if (old + behind < size)
		return false;
	clear_bit(space->starts, (cell + old) / GRAIN);
	split(space, cell, size, old + behind);
	space->used += size - old;
	memset(space->bins + cell + old, 0, size - old);
	return true;
}

/* What is cut off is given back as a cell of its own, so that it is merged. */
static void shrink(struct kbm_space *space, uint32_t cell, uint32_t size)
{
	uint32_t old = size_of(space, cell);
	if (old - size < KEPT_ROOM)
		return;
	mark_used(space, cell, size);
	mark_used(space, cell + size, old - size);
	set_bit(space->starts, (cell + size) / GRAIN);
	kbm_space_give(space, cell + size);
}

enum kbm_code kbm_space_resize(struct kbm_space *space, uint32_t *cell, size_t payload,
			       struct kbm_error *error)
{
	uint32_t size = 0;
	enum kbm_code code = cell_size(space, payload, &size, error);
	if (code != KBM_OK)
		return code;
	if (size <= size_of(space, *cell)) {
		shrink(space, *cell, size);
		return KBM_OK;
	}
	if (grow_in_place(space, *cell, size))
		return KBM_OK;
	uint32_t moved = 0;
	code = kbm_space_take(space, payload, &moved, error);
	if (code != KBM_OK)
		return code;
	memcpy(kbm_space_bytes(space, moved), kbm_space_bytes(space, *cell),
	       kbm_space_room(space, *cell));
	kbm_space_give(space, *cell);
	*cell = moved;
	return KBM_OK;
}

void kbm_space_trim(struct kbm_space *space)
{
	uint32_t end = space->length;
	while (end > KBM_HIVE_PAGE) {
		uint32_t start = bit_before(space->bin_pages, end / KBM_HIVE_PAGE) * KBM_HIVE_PAGE;
		uint32_t first = start + KBM_HIVE_BIN_HEADER;
		if (start == 0 || !is_free(space, first) || first + size_of(space, first) != end)
			break;
		end = start;
	}
	if (end >= space->used_end)
		return;
	for (uint32_t at = end; at < space->length; at += GRAIN)
		clear_bit(space->starts, at / GRAIN);
	for (uint32_t at = end; at < space->length; at += KBM_HIVE_PAGE)
		clear_bit(space->bin_pages, at / KBM_HIVE_PAGE);
	space->length = end;
	space->used_end = end;
}
