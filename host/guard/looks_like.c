/* Naming what a file is when it is none of the kinds that kbmend reads. */
#include "guard/looks_like.h"

#include "base/text.h"

#include <string.h>

enum { LOOKED_AT_BYTES = 512 };

static const struct magic {
	const char *bytes;
	size_t length;
	const char *name;
} magics[] = {
    {"HvLE", 4, "a registry transaction log; give the hive beside it"},
    {"DIRT", 4, "a part of a registry transaction log; give the hive beside it"},
    {"CREG", 4, "a registry file of Windows 95 or 98"},
    {"\x1f\x8b", 2, "a gzip archive; unpack it first"},
    {"PK\x03\x04", 4, "a zip archive; unpack it first"},
    {"\xfd"
     "7zXZ",
     5, "an xz archive; unpack it first"},
    {"7z\xbc\xaf", 4, "a 7-Zip archive; unpack it first"},
    {"BZh", 3, "a bzip2 archive; unpack it first"},
    {"\x28\xb5\x2f\xfd", 4, "a zstd archive; unpack it first"},
    {"MSCF", 4, "a cabinet archive; unpack it first"},
    {"ElfFile", 7, "a Windows event log"},
    {"\x7f"
     "ELF",
     4, "a program"},
    {"MZ", 2, "a Windows program"},
    {"SQLite format 3", 15, "an SQLite database"},
    {"%PDF", 4, "a PDF document"},
    {"\x1bLua", 4, "compiled Lua"},
    {"<?xml", 5, "an XML document"},
};

/* Mostly letters, with the controls of text at most. */
static int is_text(const uint8_t *bytes, size_t length, size_t step)
{
	for (size_t i = 0; i + step <= length; i += step) {
		if (step == 2 && bytes[i + 1] != 0)
			continue;
		if (bytes[i] < ' ' && strchr("\t\r\n\f", bytes[i]) == NULL)
			return 0;
		if (bytes[i] == 0)
			return 0;
	}
	return 1;
}

const char *kbm_looks_like(const uint8_t *bytes, size_t length)
{
	static const uint8_t zeros[LOOKED_AT_BYTES];
	if (length == 0)
		return "an empty file";
	for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++) {
		if (length >= magics[i].length &&
		    memcmp(bytes, magics[i].bytes, magics[i].length) == 0)
			return magics[i].name;
	}
	size_t looked = length < LOOKED_AT_BYTES ? length : LOOKED_AT_BYTES;
	if (memcmp(bytes, zeros, looked) == 0)
		return "a file of zeros";
	if (length >= 2 && bytes[0] == 0xff && bytes[1] == 0xfe)
		return is_text(bytes + 2, looked - 2, 2) ? "UTF-16 text" : "binary data";
	return is_text(bytes, looked, 1) ? "text" : "binary data";
}
