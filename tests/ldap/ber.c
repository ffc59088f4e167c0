#include "ber.h"

#include <stdlib.h>
#include <string.h>

/* Lengths are always written in this many bytes, the first of which says so. */
#define LENGTH_BYTES 5

static uint8_t *reserve(struct ber_writer *writer, size_t length)
{
	if (length > sizeof writer->bytes - writer->length)
		abort();
	uint8_t *place = writer->bytes + writer->length;
	writer->length += length;
	return place;
}

size_t ber_open(struct ber_writer *writer, uint8_t tag)
{
	*reserve(writer, 1) = tag;
	reserve(writer, LENGTH_BYTES);
	return writer->length;
}

void ber_set_length(struct ber_writer *writer, size_t opened, size_t length)
{
	uint8_t *place = writer->bytes + opened - LENGTH_BYTES;
	place[0] = 0x80 | (LENGTH_BYTES - 1);
	for (size_t i = 1; i < LENGTH_BYTES; i++)
		place[i] = (uint8_t)(length >> 8 * (LENGTH_BYTES - 1 - i));
}

void ber_close(struct ber_writer *writer, size_t opened)
{
	ber_set_length(writer, opened, writer->length - opened);
}

void ber_put_bytes(struct ber_writer *writer, uint8_t tag, const void *bytes, size_t length)
{
	size_t opened = ber_open(writer, tag);
	if (length > 0)
		memcpy(reserve(writer, length), bytes, length);
	ber_close(writer, opened);
}

void ber_put_text(struct ber_writer *writer, uint8_t tag, const char *text)
{
	ber_put_bytes(writer, tag, text, strlen(text));
}

void ber_put_number(struct ber_writer *writer, uint8_t tag, int32_t number)
{
	uint8_t bytes[4] = {(uint8_t)(number >> 24), (uint8_t)(number >> 16),
			    (uint8_t)(number >> 8), (uint8_t)number};
	size_t first = 0;
	while (first < 3 && ((bytes[first] == 0 && bytes[first + 1] < 0x80) ||
			     (bytes[first] == 0xFF && bytes[first + 1] >= 0x80)))
		first++;
	ber_put_bytes(writer, tag, bytes + first, sizeof bytes - first);
}

bool ber_take(struct ber_reader *reader, uint8_t *tag, struct ber_reader *content)
{
	if (reader->left < 2)
		return false;
	size_t header = 2;
	size_t length = reader->at[1];
	if (length >= 0x80) {
		size_t count = length & 0x7F;
		if (count == 0 || count > 4 || reader->left < header + count)
			return false;
		length = 0;
		for (size_t i = 0; i < count; i++)
			length = length << 8 | reader->at[header + i];
		header += count;
	}
	if (length > reader->left - header)
		return false;
	*tag = reader->at[0];
	*content = (struct ber_reader){reader->at + header, length};
	reader->at += header + length;
	reader->left -= header + length;
	return true;
}

bool ber_take_tag(struct ber_reader *reader, uint8_t tag, struct ber_reader *content)
{
	uint8_t found = 0;
	return reader->left > 0 && reader->at[0] == tag && ber_take(reader, &found, content);
}

bool ber_take_number(struct ber_reader *reader, uint8_t tag, int32_t *number)
{
	struct ber_reader content;
	if (!ber_take_tag(reader, tag, &content) || content.left < 1 || content.left > 4)
		return false;
	uint32_t bits = content.at[0] >= 0x80 ? UINT32_MAX : 0;
	for (size_t i = 0; i < content.left; i++)
		bits = bits << 8 | content.at[i];
	*number = (int32_t)bits;
	return true;
}

bool ber_take_text(struct ber_reader *reader, uint8_t tag, char *text, size_t size)
{
	struct ber_reader content;
	if (!ber_take_tag(reader, tag, &content))
		return false;
	size_t length = content.left < size - 1 ? content.left : size - 1;
	for (size_t i = 0; i < length; i++)
		text[i] = content.at[i] == '\0' ? '.' : (char)content.at[i];
	text[length] = '\0';
	return true;
}
