/* What the fuzzer of LDIF does with the writer. */
#ifndef KBM_TEST_LDIF_ROUND_TRIP_H
#define KBM_TEST_LDIF_ROUND_TRIP_H

#include <stddef.h>
#include <stdint.h>

/* Writes each entry that is read and reads it again; aborts where another one comes back. */
void ldif_round_trip(const uint8_t *data, size_t size);

#endif
