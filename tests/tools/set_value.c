/* set_value [--dword] HIVE KEY NAME TEXT: sets one value, as somebody might who does not use
 * kbmend: a REG_SZ, or a REG_DWORD below 256. KEY is a path from the hive's root, TEXT is ASCII. */
#include "base/limits.h"
#include "source/hive_edit.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = 1 << 20, MOST_UNITS = 200 };

static enum kbm_code edit(uint8_t *bytes, size_t *length, bool is_number, char **words,
			  struct kbm_error *error)
{
	struct kbm_hive_editor *editor = NULL;
	uint8_t text[2 * MOST_UNITS + 2] = {0};
	size_t units = strlen(words[2]);
	if (units > MOST_UNITS)
		return kbm_fail(error, KBM_USAGE, "the text is too long");
	for (size_t i = 0; i < units; i++)
		text[2 * i] = (uint8_t)words[2][i];
	struct kbm_value value = {words[1], strlen(words[1]), KBM_REG_SZ, text, 2 * units + 2};
	const uint8_t number[4] = {(uint8_t)strtoul(words[2], NULL, 10)};
	if (is_number) {
		value.type = KBM_REG_DWORD;
		value.data = number;
		value.length = sizeof number;
	}
	enum kbm_code code = kbm_hive_edit_open(bytes, *length, *length + ROOM,
						130000000000000000ULL, &editor, error);
	if (code == KBM_OK)
		code = kbm_hive_edit_set_value(editor, words[0], &value, error);
	if (code == KBM_OK)
		code = kbm_hive_edit_finish(editor, length, error);
	kbm_hive_edit_close(editor);
	return code;
}

int main(int argc, char **argv)
{
	struct kbm_error error = {0};
	bool is_number = argc > 1 && strcmp(argv[1], "--dword") == 0;
	argc -= is_number ? 1 : 0;
	argv += is_number ? 1 : 0;
	FILE *file = argc == 5 ? fopen(argv[1], "r+b") : NULL;
	uint8_t *bytes = calloc(1, 64 * KBM_MIB);
	if (file == NULL || bytes == NULL) {
		fprintf(stderr, "usage: set_value [--dword] HIVE KEY NAME TEXT\n");
		return 64;
	}
	size_t length = fread(bytes, 1, 64 * KBM_MIB - ROOM, file);
	enum kbm_code code = edit(bytes, &length, is_number, argv + 2, &error);
	if (code == KBM_OK) {
		rewind(file);
		if (fwrite(bytes, 1, length, file) != length)
			code = KBM_IO;
	}
	if (fclose(file) != 0 || code != KBM_OK) {
		fprintf(stderr, "set_value: %s: %s\n", argv[1], error.message);
		return 1;
	}
	free(bytes);
	return 0;
}
