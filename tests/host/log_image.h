/* A small writer of transaction logs: from one state of a hive to the next. It shares the hash with
 * the program, which known answers and real logs prove; nothing else.
 *
 * Without memory everything here aborts. */
#ifndef KBM_TEST_LOG_IMAGE_H
#define KBM_TEST_LOG_IMAGE_H

#include <stddef.h>
#include <stdint.h>

struct log_image {
	uint8_t *bytes; /* on the heap */
	size_t size;
};

/* A hive's file. */
struct log_state {
	const uint8_t *bytes;
	size_t size;
};

enum { LOG_PAGES = 1, LOG_PAGES_2000 = 2, LOG_ENTRIES = 6 };

/* A log's base block, made from the hive's: with this file type, and the number twice. */
void log_make(struct log_image *log, struct log_state hive, uint32_t type, uint32_t sequence);
void log_free(struct log_image *log);
/* Puts the checksum of the base block right (a hive's, too). */
void log_seal(uint8_t *base);
void log_put32(uint8_t *at, uint32_t value);
uint32_t log_get32(const uint8_t *at);

/* An entry with each page of 4096 bytes that differs. Returns its offset. */
size_t log_add_entry(struct log_image *log, uint32_t sequence, struct log_state before,
		     struct log_state after);
/* Puts the hashes of the entry at `at` right. */
void log_rehash(struct log_image *log, size_t at);
/* The bitmap and each page of 512 bytes that differs; `sector` bytes, as the base block says. */
void log_add_pages(struct log_image *log, size_t sector, struct log_state before,
		   struct log_state after);

/* Leaves a hive as a crash leaves it. */
void log_make_dirty(uint8_t *hive, uint32_t primary, uint32_t secondary);

#endif
