/* A small writer of transaction logs: from one state of a hive to the next. */
#include "log_image.h"

#include "source/marvin32.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { BASE = 4096, SECTOR = 512, PAGE = 4096, HEADER = 40, REFERENCE = 8 };

void log_put32(uint8_t *at, uint32_t value)
{
	for (size_t i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> 8 * i);
}

uint32_t log_get32(const uint8_t *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

void log_seal(uint8_t *base)
{
	uint32_t sum = 0;
	for (size_t at = 0; at < 508; at += 4)
		sum ^= log_get32(base + at);
	log_put32(base + 508, sum == 0 ? 1 : sum == UINT32_MAX ? UINT32_MAX - 1 : sum);
}

/* Appends zeros; returns where they begin. */
static size_t grow(struct log_image *log, size_t bytes)
{
	size_t at = log->size;
	uint8_t *grown = realloc(log->bytes, at + bytes);
	if (grown == NULL)
		abort();
	memset(grown + at, 0, bytes);
	log->bytes = grown;
	log->size = at + bytes;
	return at;
}

void log_make(struct log_image *log, struct log_state hive, uint32_t type, uint32_t sequence)
{
	*log = (struct log_image){0};
	grow(log, SECTOR);
	memcpy(log->bytes, hive.bytes, SECTOR);
	log_put32(log->bytes + 4, sequence);
	log_put32(log->bytes + 8, sequence);
	log_put32(log->bytes + 28, type);
	log_seal(log->bytes);
}

void log_free(struct log_image *log)
{
	free(log->bytes);
	*log = (struct log_image){0};
}

/* Whether `size` bytes at `at`, counted from the first bin, are others, or new. */
static bool differs(struct log_state before, struct log_state after, size_t at, size_t size)
{
	return BASE + at + size > before.size ||
	       memcmp(before.bytes + BASE + at, after.bytes + BASE + at, size) != 0;
}

static size_t count(struct log_state before, struct log_state after, size_t size)
{
	size_t found = 0;
	for (size_t at = 0; BASE + at < after.size; at += size)
		found += differs(before, after, at, size) ? 1 : 0;
	return found;
}

void log_rehash(struct log_image *log, size_t at)
{
	uint8_t *entry = log->bytes + at;
	uint64_t hash =
	    kbm_marvin32(KBM_MARVIN32_LOG_SEED, entry + HEADER, log_get32(entry + 4) - HEADER);
	log_put32(entry + 24, (uint32_t)hash);
	log_put32(entry + 28, (uint32_t)(hash >> 32));
	hash = kbm_marvin32(KBM_MARVIN32_LOG_SEED, entry, 32);
	log_put32(entry + 32, (uint32_t)hash);
	log_put32(entry + 36, (uint32_t)(hash >> 32));
}

size_t log_add_entry(struct log_image *log, uint32_t sequence, struct log_state before,
		     struct log_state after)
{
	size_t pages = count(before, after, PAGE);
	size_t size = HEADER + pages * (REFERENCE + PAGE);
	size = (size + SECTOR - 1) / SECTOR * SECTOR;
	size_t at = grow(log, size);
	uint8_t *entry = log->bytes + at;
	uint8_t *reference = entry + HEADER;
	uint8_t *page = reference + pages * REFERENCE;
	memcpy(entry, "HvLE", 4);
	log_put32(entry + 4, (uint32_t)size);
	log_put32(entry + 12, sequence);
	log_put32(entry + 16, (uint32_t)(after.size - BASE));
	log_put32(entry + 20, (uint32_t)pages);
	for (size_t offset = 0; BASE + offset < after.size; offset += PAGE) {
		if (!differs(before, after, offset, PAGE))
			continue;
		log_put32(reference, (uint32_t)offset);
		log_put32(reference + 4, PAGE);
		memcpy(page, after.bytes + BASE + offset, PAGE);
		reference += REFERENCE;
		page += PAGE;
	}
	log_rehash(log, at);
	return at;
}

void log_add_pages(struct log_image *log, size_t sector, struct log_state before,
		   struct log_state after)
{
	size_t bits = (after.size - BASE) / SECTOR;
	size_t head = (4 + (bits + 7) / 8 + sector - 1) / sector * sector;
	grow(log, sector - log->size);
	size_t list = grow(log, head);
	size_t at = grow(log, count(before, after, SECTOR) * SECTOR);
	uint8_t *page = log->bytes + at;
	log_put32(log->bytes + 40, (uint32_t)(after.size - BASE));
	log_put32(log->bytes + 44, (uint32_t)(sector / SECTOR));
	log_seal(log->bytes);
	memcpy(log->bytes + list, "DIRT", 4);
	for (size_t bit = 0; bit < bits; bit++) {
		if (!differs(before, after, bit * SECTOR, SECTOR))
			continue;
		log->bytes[list + 4 + bit / 8] |= (uint8_t)(1U << bit % 8);
		memcpy(page, after.bytes + BASE + bit * SECTOR, SECTOR);
		page += SECTOR;
	}
}

void log_make_dirty(uint8_t *hive, uint32_t primary, uint32_t secondary)
{
	log_put32(hive + 4, primary);
	log_put32(hive + 8, secondary);
	log_seal(hive);
}
