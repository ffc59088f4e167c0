/* Breaks small .reg files in many small ways, in every encoding, and makes hives of them:
 * mutate_reg COUNT [SEED]; KBM_MUTATIONS in the environment goes before COUNT. Same seed, same
 * files. Ends with status 1 when one takes a second or 256 MiB; sanitizers end it sooner. */
#include "base/limits.h"
#include "base/text.h"
#include "measure.h"
#include "random.h"
#include "source/reg_file.h"

#include <stdint.h>
#include <string.h>

/* Any bytes as a .reg file (fuzz_reg_file.c): what is read builds into hives that read back. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define COUNT(items) (sizeof(items) / sizeof *(items))
enum { MAX_CHANGES = 4, MAX_BYTES = 16384 };

/* What a file is made of before it is broken. */
static const char *const headers[] = {"REGEDIT4\r\n\r\n",
				      "Windows Registry Editor Version 5.00\r\n\r\n"};
static const char *const lines[] = {
    "[HKEY_LOCAL_MACHINE\\SYSTEM\\Select]\r\n",
    "[HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services\\A/B]\r\n",
    "[HKLM\\SOFTWARE\\A]B; C] ; a comment\r\n",
    "[-HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\Services]\r\n",
    "[HKEY_USERS\\.DEFAULT\\]\n",
    "[HKEY_CURRENT_USER]\r",
    "; a comment\r\n",
    "\r\n",
    "@=\"default\"\r\n",
    "@=-\r\n",
    "\"Current\"=dword:1\r\n",
    "\"a\" = DWORD:deadBEEF ; so\r\n",
    "\"quote\\\"back\\\\slash\"=\"C:\\\\x\\\"y\\\"\"\r\n",
    "\"lines\"=\"one\r\ntwo\"\r\n",
    "\"a\"=-\r\n",
    "\"none\"=hex(0):\r\n",
    "\"text\"=hex(1):78,00,00,00\r\n",
    "\"expand\"=hex(2):25,00,\\\r\n  00,00\r\n",
    "\"long\"=hex:01,02,03,04,05,06,07,08,09,0a,0b,0c,\\\r\n  10,11,12,\\ ; on\r\n  13\r\n",
    "\"list\"=hex(7):61,00,00,00,62,00,00,00,00,00\r\n",
    "\"q\"=hex(b):01,00,00,00,00,00,00,00\r\n",
    "\"odd\"=hex(ffff0012):1,2\r\n",
    "\"\xC3\xA4\xE2\x82\xAC\"=\"\xF0\x9F\x98\x80\"\r\n",
    "\"last\"=\"without a newline\"",
};

enum encoding { BYTES, MARKED_UTF8, UTF16_LITTLE, UTF16_BIG, ENCODINGS };

static void compose(uint64_t *state, struct kbm_bytes *text)
{
	kbm_bytes_reset(text);
	kbm_bytes_append_text(text, headers[random_below(state, COUNT(headers))]);
	kbm_bytes_append_text(text, lines[random_below(state, 3)]);
	for (size_t i = random_below(state, 24); i > 0; i--)
		kbm_bytes_append_text(text, lines[random_below(state, COUNT(lines))]);
}

static void encode(const struct kbm_bytes *text, enum encoding encoding, struct kbm_bytes *file)
{
	kbm_bytes_reset(file);
	if (encoding != BYTES)
		kbm_bytes_append_text(file, "\xEF\xBB\xBF");
	kbm_bytes_append(file, text->data, text->length);
	if (encoding < UTF16_LITTLE)
		return;
	struct kbm_bytes units;
	kbm_bytes_init(&units, 2UL * MAX_BYTES);
	kbm_text_to_utf16(kbm_bytes_text(file), file->length, &units);
	kbm_bytes_reset(file);
	for (size_t i = 0; i + 1 < units.length; i += 2) {
		kbm_bytes_append_byte(file, units.data[encoding == UTF16_BIG ? i + 1 : i]);
		kbm_bytes_append_byte(file, units.data[encoding == UTF16_BIG ? i : i + 1]);
	}
	kbm_bytes_clear(&units);
}

/* Takes a part of the file to another place, or away, or writes over it. */
static void change(struct kbm_bytes *file, uint64_t *state)
{
	static const char syntax[] = "[]-\"\\=@;:,()\r\n \t0fxHhd\xC3\xFF";
	uint8_t part[256];
	if (file->length < 2)
		return;
	size_t at = random_below(state, file->length);
	size_t length = random_below(state, file->length - at);
	length = length < sizeof part ? length : sizeof part;
	switch (random_below(state, 6)) {
	case 0:
		file->data[at] ^= (uint8_t)(1U << random_below(state, 8));
		break;
	case 1:
		file->data[at] = (uint8_t)random_below(state, 256);
		break;
	case 2:
		file->data[at] = (uint8_t)syntax[random_below(state, sizeof syntax - 1)];
		break;
	case 3: /* cut out */
		memmove(file->data + at, file->data + at + length, file->length - at - length);
		kbm_bytes_cut(file, file->length - length);
		break;
	case 4: /* once more, at the end */
		memcpy(part, file->data + at, length);
		if (file->length + length <= MAX_BYTES)
			kbm_bytes_append(file, part, length);
		break;
	default: /* cut off */
		kbm_bytes_cut(file, at);
		break;
	}
}

static bool is_read(const struct kbm_bytes *file)
{
	struct kbm_tree *tree = NULL;
	if (kbm_tree_make("registry", &tree, NULL) != KBM_OK)
		return false;
	enum kbm_code code = kbm_reg_file_read(file->data, file->length, 1252, tree, NULL);
	kbm_tree_free(tree);
	return code == KBM_OK;
}

static int run(unsigned long count, uint64_t seed)
{
	uint64_t state = seed;
	unsigned long read = 0;
	double worst = 0;
	double start = measure_seconds();
	struct kbm_bytes text;
	struct kbm_bytes file;
	kbm_bytes_init(&text, MAX_BYTES);
	kbm_bytes_init(&file, 4UL * MAX_BYTES);
	int status = 0;
	for (unsigned long i = 0; status == 0 && i < count; i++) {
		compose(&state, &text);
		encode(&text, (enum encoding)(i % ENCODINGS), &file);
		for (size_t k = random_below(&state, MAX_CHANGES); k > 0; k--)
			change(&file, &state);
		uint8_t *exact = malloc(file.length + (file.length == 0));
		if (exact == NULL)
			abort();
		memcpy(exact, kbm_bytes_text(&file), file.length);
		double before = measure_seconds();
		LLVMFuzzerTestOneInput(exact, file.length);
		double took = measure_seconds() - before;
		free(exact);
		read += is_read(&file);
		worst = took > worst ? took : worst;
		if (!measure_is_within(took, "file", i, (unsigned long long)seed))
			status = 1;
	}
	kbm_bytes_clear(&text);
	kbm_bytes_clear(&file);
	printf("%lu broken .reg files of seed %llu in %.1f s, %lu of them read; the longest took "
	       "%.1f ms, at most %ld MiB\n",
	       count, (unsigned long long)seed, measure_seconds() - start, read, worst * 1e3,
	       measure_peak_mib());
	/* Were none read at all, or all of them, the test would show nothing. */
	return status == 0 && read > 0 && read < count ? 0 : 1;
}

int main(int count, char **arguments)
{
	if (count == 2 || count == 3)
		return run(measure_count(arguments[1]),
			   count == 3 ? strtoull(arguments[2], NULL, 10) : 20011);
	fputs("usage: mutate_reg COUNT [SEED]\n", stderr);
	return 64;
}
