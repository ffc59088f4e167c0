/* A hive and its logs in one file, for the fuzzer: a byte that says whether hashes are put right
 * ('h') or left ('-'), three sizes of 4 bytes (the hive, LOG, LOG1), then the four files; LOG2 has
 * the rest. A size of all ones: there is no such log. */
#ifndef KBM_TEST_LOG_PACKED_H
#define KBM_TEST_LOG_PACKED_H

#include "log_exercise.h"

/* The caller's, as are the files of *unpacked. */
struct log_image log_pack(const struct log_case *logs);
/* False: too short to be one. Sizes are cut to what is there. */
bool log_unpack(const uint8_t *data, size_t size, struct log_case *unpacked);

#endif
