/* Whether a hive is built as it should be. */
#include "hive_structure.h"

#include "base/text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { BASE = 4096, MAX_UNITS = 300 };

struct walk {
	const uint8_t *bins;
	size_t length;
	uint32_t minor;
	uint8_t *cells;	   /* for every 8 bytes: 0 none, 1 in use, 2 reached */
	uint32_t *users;   /* for every 8 bytes: keys that use this descriptor */
	size_t live_bytes; /* of all cells in use */
	const char *wrong; /* the first thing */
};

static uint32_t get32(const uint8_t *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
	       (uint32_t)at[3] << 24;
}

static uint32_t get16(const uint8_t *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8;
}

static void complain(struct walk *walk, const char *what)
{
	if (walk->wrong == NULL)
		walk->wrong = what;
}

/* Bins and cells follow each other. */
static void tile(struct walk *walk)
{
	bool was_free = false;
	for (size_t at = 0; at < walk->length;) {
		const uint8_t *bin = walk->bins + at;
		size_t size = get32(bin + 8);
		if (memcmp(bin, "hbin", 4) != 0 || get32(bin + 4) != at || size % 4096 != 0 ||
		    size == 0 || size > walk->length - at) {
			complain(walk, "a bin");
			return;
		}
		was_free = false;
		for (size_t cell = at + 32; cell < at + size;) {
			int32_t stored = (int32_t)get32(walk->bins + cell);
			size_t bytes = (size_t)(stored < 0 ? -(int64_t)stored : stored);
			if (bytes < 8 || bytes % 8 != 0 || bytes > at + size - cell) {
				complain(walk, "a cell's size");
				return;
			}
			if (stored > 0 && was_free)
				complain(walk, "free cells beside each other");
			was_free = stored > 0;
			walk->cells[cell / 8] = stored < 0;
			if (stored < 0)
				walk->live_bytes += bytes;
			cell += bytes;
		}
		at += size;
	}
}

/* A cell that is reached, for the first time. NULL, and a complaint, if it is not so. */
static const uint8_t *reach(struct walk *walk, uint32_t cell, size_t minimum, const char *what)
{
	if (cell >= walk->length || cell % 8 != 0 || walk->cells[cell / 8] != 1 ||
	    -(int64_t)(int32_t)get32(walk->bins + cell) - 4 < (int64_t)minimum) {
		complain(walk, what);
		return NULL;
	}
	walk->cells[cell / 8] = 2;
	return walk->bins + cell + 4;
}

struct name {
	uint16_t units[MAX_UNITS]; /* as stored */
	size_t count;
};

static void read_name(const uint8_t *at, size_t bytes, bool compressed, struct name *name)
{
	name->count = compressed ? bytes : bytes / 2;
	if (name->count > MAX_UNITS)
		name->count = MAX_UNITS;
	for (size_t i = 0; i < name->count; i++)
		name->units[i] = compressed ? at[i] : (uint16_t)get16(at + 2 * i);
}

static bool is_before(const struct name *left, const struct name *right)
{
	for (size_t i = 0; i < left->count && i < right->count; i++) {
		uint16_t one = kbm_text_upcase(left->units[i]);
		uint16_t other = kbm_text_upcase(right->units[i]);
		if (one != other)
			return one < other;
	}
	return left->count < right->count;
}

static void check_data(struct walk *walk, uint32_t cell, uint32_t length)
{
	if (walk->minor < 4 || length <= 16344) {
		reach(walk, cell, length, "a value's data");
		return;
	}
	const uint8_t *big = reach(walk, cell, 8, "big data");
	if (big == NULL || memcmp(big, "db", 2) != 0 ||
	    get16(big + 2) != (length + 16343) / 16344) {
		complain(walk, "big data's record");
		return;
	}
	const uint8_t *list = reach(walk, get32(big + 4), 4 * (size_t)get16(big + 2), "its list");
	for (uint32_t i = 0; list != NULL && i < get16(big + 2); i++) {
		uint32_t part = length < 16344 ? length : 16344;
		reach(walk, get32(list + (size_t)4 * i), part, "a segment");
		length -= part;
	}
}

static void check_values(struct walk *walk, const uint8_t *nk)
{
	uint32_t count = get32(nk + 36);
	if (count == 0) {
		if (get32(nk + 40) != UINT32_MAX)
			complain(walk, "a list of no values");
		return;
	}
	const uint8_t *list = reach(walk, get32(nk + 40), 4 * (size_t)count, "a list of values");
	for (uint32_t i = 0; list != NULL && i < count; i++) {
		const uint8_t *vk = reach(walk, get32(list + (size_t)4 * i), 20, "a value");
		if (vk == NULL || memcmp(vk, "vk", 2) != 0) {
			complain(walk, "a value's signature");
			return;
		}
		uint32_t size = get32(vk + 4);
		uint32_t units = get16(vk + 2) / ((vk[16] & 1) != 0 ? 1 : 2);
		if ((size & 0x80000000) == 0)
			check_data(walk, get32(vk + 8), size);
		else if ((size & 0x7FFFFFFF) > 4)
			complain(walk, "a value inside its record");
		if (2 * units > get32(nk + 60) || (size & 0x7FFFFFFF) > get32(nk + 64))
			complain(walk, "the largest name or data of a key's values");
	}
}

static void check_key(struct walk *walk, uint32_t cell, uint32_t parent, bool is_root,
		      struct name *name);

/* One leaf; *before is the name of the last key of the leaf before. */
static uint32_t check_leaf(struct walk *walk, uint32_t list, uint32_t parent, const uint8_t *nk,
			   struct name *before)
{
	const uint8_t *leaf = reach(walk, list, 4, "a leaf");
	if (leaf == NULL)
		return 0;
	uint32_t count = get16(leaf + 2);
	uint8_t kind = leaf[1];
	size_t stride = kind == 'i' ? 4 : 8;
	size_t room = (size_t)(-(int64_t)(int32_t)get32(leaf - 4) - 8);
	if (leaf[0] != 'l' || count == 0 || stride * count > room ||
	    count > (kind == 'i' ? 1012 : 507) || (kind == 'h' && walk->minor < 5)) {
		complain(walk, "a leaf's kind or count");
		return 0;
	}
	for (uint32_t i = 0; i < count; i++) {
		const uint8_t *entry = leaf + 4 + stride * i;
		struct name name = {.count = 0};
		check_key(walk, get32(entry), parent, false, &name);
		uint32_t hash = 0;
		uint32_t hint = 0;
		for (size_t k = 0; k < name.count; k++)
			hash = 37 * hash + kbm_text_upcase(name.units[k]);
		for (size_t k = 0; k < name.count && k < 4; k++)
			hint |= (uint32_t)(name.units[k] & 0xFF) << 8 * k;
		bool wide = false;
		for (size_t k = 0; k < name.count && k < 4; k++)
			wide = wide || name.units[k] > 0xFF;
		if (kind == 'h' && get32(entry + 4) != hash)
			complain(walk, "a hash");
		if (kind == 'f' && get32(entry + 4) != (wide ? 0 : hint))
			complain(walk, "a hint");
		if (2 * name.count > get16(nk + 52))
			complain(walk, "the longest name of subkeys");
		if (before->count > 0 && !is_before(before, &name))
			complain(walk, "the order of subkeys");
		*before = name;
	}
	return count;
}

static void check_subkeys(struct walk *walk, const uint8_t *nk, uint32_t cell)
{
	uint32_t said = get32(nk + 20);
	uint32_t list = get32(nk + 28);
	struct name before = {.count = 0};
	if (said == 0) {
		if (list != UINT32_MAX)
			complain(walk, "a list of no subkeys");
		return;
	}
	if (list >= walk->length || memcmp(walk->bins + list + 4, "ri", 2) != 0) {
		if (check_leaf(walk, list, cell, nk, &before) != said)
			complain(walk, "the count of subkeys");
		return;
	}
	const uint8_t *root = reach(walk, list, 4, "an index root");
	uint32_t seen = 0;
	for (uint32_t i = 0; root != NULL && i < get16(root + 2) && walk->wrong == NULL; i++)
		seen += check_leaf(walk, get32(root + 4 + (size_t)4 * i), cell, nk, &before);
	if (root != NULL && (seen != said || get16(root + 2) < 2))
		complain(walk, "the count of subkeys below an index root");
}

static void check_key(struct walk *walk, uint32_t cell, uint32_t parent, bool is_root,
		      struct name *name)
{
	const uint8_t *nk = reach(walk, cell, 76, "a key");
	if (nk == NULL || walk->wrong != NULL)
		return;
	if (memcmp(nk, "nk", 2) != 0 || (!is_root && get32(nk + 16) != parent))
		complain(walk, "a key's signature or parent");
	read_name(nk + 76, get16(nk + 72), (nk[2] & 0x20) != 0, name);
	uint32_t security = get32(nk + 44);
	if (security != UINT32_MAX) {
		if (security >= walk->length)
			complain(walk, "a key's descriptor");
		else
			walk->users[security / 8]++;
	}
	if (get32(nk + 48) != UINT32_MAX && get16(nk + 74) > 0)
		reach(walk, get32(nk + 48), get16(nk + 74), "a class name");
	check_values(walk, nk);
	check_subkeys(walk, nk, cell);
}

/* From the root's descriptor round the ring. */
static void check_security(struct walk *walk, uint32_t first)
{
	for (uint32_t at = first; first != UINT32_MAX && walk->wrong == NULL;) {
		const uint8_t *sk = reach(walk, at, 20, "a descriptor");
		if (sk == NULL)
			return;
		uint32_t next = get32(sk + 4);
		if (memcmp(sk, "sk", 2) != 0 || next >= walk->length ||
		    get32(walk->bins + next + 4 + 8) != at)
			complain(walk, "the ring of descriptors");
		if (get32(sk + 12) != walk->users[at / 8])
			complain(walk, "the users of a descriptor");
		walk->users[at / 8] = 0;
		at = next;
		if (at == first)
			break;
	}
	for (size_t i = 0; i < walk->length / 8; i++)
		if (walk->users[i] != 0)
			complain(walk, "a descriptor that is not in the ring");
}

static void check_base(struct walk *walk, const uint8_t *bytes)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < 508; i += 4)
		sum ^= get32(bytes + i);
	sum = sum == 0 ? 1 : sum == UINT32_MAX ? UINT32_MAX - 1 : sum;
	if (sum != get32(bytes + 508))
		complain(walk, "the checksum");
	if (get32(bytes + 4) != get32(bytes + 8))
		complain(walk, "the sequence numbers");
	if (memcmp(bytes + 12, walk->bins + 20, 8) != 0)
		complain(walk, "the first bin's time");
}

const char *hive_structure_check(const uint8_t *bytes, size_t length, size_t *live_bytes)
{
	struct walk walk = {
	    .bins = bytes + BASE, .length = get32(bytes + 40), .minor = get32(bytes + 24)};
	struct name name = {.count = 0};
	if (live_bytes != NULL)
		*live_bytes = 0;
	if (length < 2 * BASE || walk.length + BASE > length)
		return "the file's length";
	walk.cells = calloc(walk.length / 8 + 1, 1);
	walk.users = calloc(walk.length / 8 + 1, sizeof *walk.users);
	if (walk.cells == NULL || walk.users == NULL)
		abort();
	check_base(&walk, bytes);
	tile(&walk);
	uint32_t root = get32(bytes + 36);
	if (walk.wrong == NULL)
		check_key(&walk, root, 0, true, &name);
	if (walk.wrong == NULL)
		check_security(&walk, get32(walk.bins + root + 4 + 44));
	for (size_t i = 0; i < walk.length / 8; i++)
		if (walk.cells[i] == 1)
			complain(&walk, "a cell in use that nothing leads to");
	free(walk.cells);
	free(walk.users);
	if (live_bytes != NULL)
		*live_bytes = walk.live_bytes;
	return walk.wrong;
}
