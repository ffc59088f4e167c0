/* BER as LDAP uses it (X.690, RFC 4511 section 5.1): written into a bounded buffer, read from one.
 */
#ifndef KBM_TEST_LDAP_BER_H
#define KBM_TEST_LDAP_BER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	BER_BOOLEAN = 0x01,
	BER_INTEGER = 0x02,
	BER_OCTETS = 0x04,
	BER_ENUMERATED = 0x0A,
	BER_SEQUENCE = 0x30,
	BER_SET = 0x31,
	BER_MAX_MESSAGE = 65536
};

/* What is written. Ends the process when it gets too long: a test's own mistake. */
struct ber_writer {
	size_t length;
	uint8_t bytes[BER_MAX_MESSAGE];
};

/* Begins something constructed; what it returns goes to ber_close(). */
size_t ber_open(struct ber_writer *writer, uint8_t tag);
void ber_close(struct ber_writer *writer, size_t opened);

/* Sets the length of something opened to what the caller says, be it true or not. */
void ber_set_length(struct ber_writer *writer, size_t opened, size_t length);
void ber_put_bytes(struct ber_writer *writer, uint8_t tag, const void *bytes, size_t length);
void ber_put_text(struct ber_writer *writer, uint8_t tag, const char *text);
void ber_put_number(struct ber_writer *writer, uint8_t tag, int32_t number);

/* What is left to read. */
struct ber_reader {
	const uint8_t *at;
	size_t left;
};

/* Takes the next element; false: there is none, or it does not fit into what is left. */
bool ber_take(struct ber_reader *reader, uint8_t *tag, struct ber_reader *content);

/* The same, of one tag only. */
bool ber_take_tag(struct ber_reader *reader, uint8_t tag, struct ber_reader *content);
bool ber_take_number(struct ber_reader *reader, uint8_t tag, int32_t *number);

/* Copies the next element's text, cut to what fits; NULs become '.'. */
bool ber_take_text(struct ber_reader *reader, uint8_t tag, char *text, size_t size);

#endif
