/* Everything the hive reader does, done to one image: what fuzzers and mutation tests run. */
#ifndef KBM_TEST_HIVE_EXERCISE_H
#define KBM_TEST_HIVE_EXERCISE_H

#include <stddef.h>
#include <stdint.h>

/* Opens, finds, lists, dumps. Aborts where the reader contradicts itself. Returns the bytes of the
 * dump; 0 when the image does not open. */
uint64_t exercise_hive(const uint8_t *bytes, size_t size);
/* Compares two images, when both open. Returns how many differences were told. */
uint64_t exercise_compare(const uint8_t *before, size_t before_size, const uint8_t *after,
			  size_t after_size);

#endif
