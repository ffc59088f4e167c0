/* What the headers of the stock scripts, and the stock profiles, say, as a table in C.
 *
 * This program runs once, while kbmend is built: the worker, in its jail, reads each of them, as it
 * does for any other. So kbmend knows them without running Lua, as long as neither the file nor the
 * stdlib was edited (known_headers.h). */
#include "guard/broker.h"
#include "guard/known_headers.h"

#include "base/file.h"
#include "base/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct table {
	struct kbm_broker *broker;
	const char *source; /* the folder that paths are below */
	FILE *out;
	size_t count;
};

/* A file, and what it says. */
struct row {
	enum kbm_message type;
	struct kbm_bytes text;
	struct kbm_bytes encoded;
};

static enum kbm_code read_header(const struct table *table, const char *path, struct row *row,
				 struct kbm_error *error)
{
	struct kbm_script_info info = {0};
	enum kbm_code code = kbm_broker_header(table->broker, path, kbm_bytes_text(&row->text),
					       row->text.length, &info, error);
	if (code == KBM_OK)
		code = kbm_message_encode(row->type, &info, &row->encoded, error);
	kbm_script_info_clear(&info);
	return code;
}

static enum kbm_code read_profile(const struct table *table, const char *path, struct row *row,
				  struct kbm_error *error)
{
	struct kbm_profile profile = {0};
	enum kbm_code code = kbm_broker_profile(table->broker, path, kbm_bytes_text(&row->text),
						row->text.length, &profile, error);
	if (code == KBM_OK)
		code = kbm_message_encode(row->type, &profile, &row->encoded, error);
	kbm_profile_clear(&profile);
	return code;
}

static enum kbm_code read_row(const struct table *table, const char *path, struct row *row,
			      struct kbm_error *error)
{
	char *whole = NULL;
	if (asprintf(&whole, "%s/%s", table->source, path) < 0)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	enum kbm_code code = kbm_file_read(whole, false, &row->text, error);
	free(whole);
	if (code != KBM_OK)
		return code;
	return row->type == KBM_MESSAGE_PROFILE ? read_profile(table, path, row, error)
						: read_header(table, path, row, error);
}

static void write_row(const struct table *table, const char *path, const struct row *row)
{
	enum { A_LINE = 20 };
	char sha256[KBM_SHA256_HEX_BYTES];
	kbm_sha256_hex(row->text.data, row->text.length, sha256);
	fprintf(table->out, "/* %s */\n#define HEADER_%zu %s, \"%s\"\n", path, table->count,
		row->type == KBM_MESSAGE_PROFILE ? "KBM_MESSAGE_PROFILE" : "KBM_MESSAGE_INFO",
		sha256);
	fprintf(table->out, "static const uint8_t header_%zu[] = {", table->count);
	for (size_t i = 0; i < row->encoded.length; i++)
		fprintf(table->out, "%s%u,", i % A_LINE == 0 ? "\n" : "", row->encoded.data[i]);
	fputs("};\n", table->out);
}

static enum kbm_code add_file(struct table *table, const char *path, struct kbm_error *error)
{
	struct row row = {.type = strstr(path, "/profiles/") == NULL ? KBM_MESSAGE_INFO
								     : KBM_MESSAGE_PROFILE};
	kbm_bytes_init(&row.text, KBM_SCRIPT_MAX_BYTES);
	kbm_bytes_init(&row.encoded, kbm_message_maximum(row.type));
	enum kbm_code code = read_row(table, path, &row, error);
	if (code == KBM_OK)
		write_row(table, path, &row);
	table->count++;
	kbm_bytes_clear(&row.text);
	kbm_bytes_clear(&row.encoded);
	return code;
}

static enum kbm_code write_table(struct table *table, FILE *list, struct kbm_error *error)
{
	char stdlib[KBM_SHA256_HEX_BYTES];
	char *line = NULL;
	size_t size = 0;
	enum kbm_code code = KBM_OK;
	fputs("/* Written by guard/header_table.c. */\n", table->out);
	while (code == KBM_OK && getline(&line, &size, list) > 0) {
		line[strcspn(line, "\n")] = '\0';
		code = add_file(table, line, error);
	}
	free(line);
	if (code == KBM_OK)
		code = kbm_broker_stdlib_sha256(table->broker, stdlib, error);
	if (code != KBM_OK)
		return code;
	fprintf(table->out, "static const char stdlib_sha256[] = \"%s\";\n", stdlib);
	fputs("static const struct kbm_known_header headers[] = {\n", table->out);
	for (size_t i = 0; i < table->count; i++)
		fprintf(table->out, "    {HEADER_%zu, header_%zu, sizeof header_%zu},\n", i, i, i);
	fputs("};\n", table->out);
	return KBM_OK;
}

static enum kbm_code make_table(char **paths, FILE *list, FILE *out, struct kbm_error *error)
{
	struct table table = {.source = paths[2], .out = out};
	const struct kbm_broker_options options = {
	    .worker_path = paths[0],
	    .stdlib_path = paths[1],
	    .unsafe = true, /* these are our own scripts, and who builds may have no sandbox */
	};
	enum kbm_code code = kbm_broker_open(&options, &table.broker, error);
	if (code == KBM_OK)
		code = write_table(&table, list, error);
	kbm_broker_close(table.broker);
	return code;
}

static int fail(const char *what, const char *why)
{
	fprintf(stderr, "header_table: %s: %s\n", what, why);
	return 1;
}

int main(int argc, char **argv)
{
	struct kbm_error error = {0};
	if (argc != 6)
		return fail("usage", "header_table WORKER STDLIB SOURCE LIST OUTPUT");
	FILE *list = fopen(argv[4], "r");
	if (list == NULL)
		return fail(argv[4], "cannot be opened");
	FILE *out = fopen(argv[5], "w");
	if (out == NULL) {
		fclose(list);
		return fail(argv[5], "cannot be opened");
	}
	enum kbm_code code = make_table(argv + 1, list, out, &error);
	fclose(list);
	if (fclose(out) != 0 && code == KBM_OK)
		return fail(argv[5], "cannot be written");
	if (code == KBM_OK)
		return 0;
	remove(argv[5]);
	return fail("a stock file", error.message);
}
