/* Small sound hives, and random changes that break them. */
#include "mutation.h"

#include "hive_image.h"
#include "random.h"
#include "source/hive_build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void set(struct kbm_tree *tree, const char *path, const char *name, uint32_t type,
		const void *data, size_t length)
{
	struct kbm_value value = {name, strlen(name), type, data, length};
	if (kbm_tree_set_value(tree, path, &value, NULL) != KBM_OK)
		abort();
}

/* What a builder makes: a SYSTEM hive with names, types and data of many kinds. */
static void build(uint32_t minor, struct mutation_base *base)
{
	static const uint8_t large[17000];
	struct kbm_tree *tree = NULL;
	struct kbm_bytes image;
	struct kbm_build_options options = {
	    .minor = minor, .last_written = 1000, .file_name = "SYSTEM"};
	kbm_bytes_init(&image, 1 << 20);
	if (kbm_tree_make("root", &tree, NULL) != KBM_OK)
		abort();
	set(tree, "Select", "Current", 4, "\1\0\0\0", 4);
	for (int i = 0; i < 40; i++) {
		char path[64];
		snprintf(path, sizeof path, "ControlSet001\\Services\\Service%d", i);
		set(tree, path, "", 1, "a\0b\0\0\0", 6);
	}
	set(tree, "ControlSet001\\Services\\Two", "Text", 1, "t\0e\0x\0t\0\0\0", 10);
	set(tree, "ControlSet001\\Services\\Two",
	    "Gr\xC3\xB6\xC3\x9F"
	    "e",
	    3, "\1\2\3", 3);
	set(tree, "ControlSet001\\Control\\\xD0\x9F\xD1\x80", "\xD0\x9A", 7, large, 100);
	if (minor >= 4)
		set(tree, "ControlSet001\\Control", "Large", 3, large, sizeof large);
	if (kbm_tree_build(tree, &options, &image, NULL) != KBM_OK)
		abort();
	kbm_tree_free(tree);
	base->bytes = (uint8_t *)kbm_bytes_take(&image, &base->size);
}

/* What it does not make: li lists, an index root over leaves of several kinds. */
static void assemble(uint32_t minor, struct mutation_base *base)
{
	static const char *const kinds[] = {"li", "lf", "lh"};
	struct hive_image image;
	uint32_t leaves[3];
	image_make(&image, minor, 2 * 4096);
	uint32_t root = image_key(&image, "root");
	for (uint32_t i = 0; i < 3; i++) {
		uint32_t cells[6];
		for (uint32_t k = 0; k < 6; k++) {
			char name[8];
			snprintf(name, sizeof name, "k%u%u", i, k);
			cells[k] = image_key(&image, name);
		}
		uint32_t values[] = {image_data(&image, "a", 4, "\1\2\3\4", 4),
				     image_data(&image, "b", 3, "0123456789", 10)};
		image_set_values(&image, cells[i], values, 2);
		leaves[i] = image_list(&image, kinds[i], cells, 6);
	}
	uint32_t list = image_list(&image, "ri", leaves, 3);
	image_set_subkeys(&image, root, list, 18);
	base->bytes = image.bytes;
	base->size = image.size;
}

void mutation_make_bases(struct mutation_base bases[static MUTATION_BASES])
{
	build(3, &bases[0]);
	build(5, &bases[1]);
	assemble(2, &bases[2]);
	assemble(6, &bases[3]);
	for (size_t i = 0; i < MUTATION_BASES; i++)
		for (size_t at = 0; at < bases[i].size; at++)
			if (bases[i].bytes[at] != 0)
				bases[i].used = at + 1;
}

static void put32(uint8_t *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> 8 * i);
}

void mutation_change(uint8_t *bytes, size_t used, uint64_t *state)
{
	static const uint32_t numbers[] = {0,	       1,	   0x20,       0x7FFFFFFF,
					   0x80000000, 0x80000004, 0xFFFFFFFF, 0xFFFFFFF8,
					   0xFFFF,     0x40000001, 0x1000,     0x69726972};
	size_t words = used / 4;
	size_t at = 4 * random_below(state, words);
	switch (random_below(state, 6)) {
	case 0:
		bytes[random_below(state, used)] ^= (uint8_t)(1U << random_below(state, 8));
		break;
	case 1:
		bytes[random_below(state, used)] = (uint8_t)random_below(state, 256);
		break;
	case 2:
		put32(bytes + at, numbers[random_below(state, sizeof numbers / sizeof *numbers)]);
		break;
	case 3: /* the offset of some cell */
		put32(bytes + at, (uint32_t)(8 * random_below(state, used / 8)));
		break;
	case 4: /* another word of the hive */
		memmove(bytes + at, bytes + 4 * random_below(state, words), 4);
		break;
	default: { /* a cell over another */
		size_t from = 8 * random_below(state, used / 8);
		size_t to = 8 * random_below(state, used / 8);
		size_t length = random_below(state, 128);
		if (from + length <= used && to + length <= used)
			memmove(bytes + to, bytes + from, length);
		break;
	}
	}
}
