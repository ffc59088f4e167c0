/* guard/broker_stdlib, guard/known_headers: modules come in the order in which they need each
 * other; what is known of a file is what its header says, and holds for one stdlib only. */
#include "base/file.h"
#include "base/limits.h"
#include "command/stock.h"
#include "guard/broker.h"
#include "guard/broker_internal.h"
#include "guard/protocol.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SCRIPT(title)                                                                         \
	"return { api = 1, id = 'probe', version = '1.0.0', title = '" title "', severity = " \
	"'low', categories = { 'test' }, description = 'd', check = function() end }"

static struct kbm_broker *open_broker(const char *folder, const struct kbm_known_headers *headers)
{
	const struct kbm_broker_options options = {
	    .worker_path = KBM_WORKER, .stdlib_path = folder, .headers = headers};
	struct kbm_broker *broker = NULL;
	struct kbm_error error = {0};
	enum kbm_code code = kbm_broker_open(&options, &broker, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	return broker;
}

static struct kbm_script_info header_of(struct kbm_broker *broker, const char *text, size_t length)
{
	struct kbm_script_info info = {0};
	struct kbm_error error = {0};
	enum kbm_code code = kbm_broker_header(broker, "probe.lua", text, length, &info, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	return info;
}

static struct kbm_bytes encoded(enum kbm_message type, const void *structure)
{
	struct kbm_bytes bytes;
	kbm_bytes_init(&bytes, kbm_message_maximum(type));
	cr_assert(eq(int, kbm_message_encode(type, structure, &bytes, NULL), KBM_OK));
	return bytes;
}

/* What the worker makes of a file now. */
static struct kbm_bytes read_anew(struct kbm_broker *broker, enum kbm_message type,
				  const struct kbm_bytes *text)
{
	const char *lua = (const char *)text->data;
	struct kbm_profile profile = {0};
	struct kbm_error error = {0};
	if (type == KBM_MESSAGE_INFO) {
		struct kbm_script_info info = header_of(broker, lua, text->length);
		struct kbm_bytes bytes = encoded(type, &info);
		kbm_script_info_clear(&info);
		return bytes;
	}
	enum kbm_code code =
	    kbm_broker_profile(broker, "probe.lua", lua, text->length, &profile, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	struct kbm_bytes bytes = encoded(type, &profile);
	kbm_profile_clear(&profile);
	return bytes;
}

static void expect_known(struct kbm_broker *broker, const char *name)
{
	enum kbm_message type =
	    strstr(name, "profiles/") == NULL ? KBM_MESSAGE_INFO : KBM_MESSAGE_PROFILE;
	char path[1024];
	struct kbm_bytes text;
	snprintf(path, sizeof path, "%s/scripts/%s", KBM_SOURCE_DIR, name);
	kbm_bytes_init(&text, KBM_SCRIPT_MAX_BYTES);
	cr_assert(eq(int, kbm_file_read(path, false, &text, NULL), KBM_OK), "%s", path);
	const struct kbm_known_header *known =
	    kbm_known_headers_find(&kbm_stock_headers, type, (const char *)text.data, text.length);
	cr_assert(ne(ptr, (void *)known, NULL), "%s", path);
	struct kbm_bytes read = read_anew(broker, type, &text);
	cr_expect(read.length == known->length &&
		      memcmp(read.data, known->encoded, read.length) == 0,
		  "%s", path);
	kbm_bytes_clear(&read);
	kbm_bytes_clear(&text);
}

Test(broker_stdlib, known_headers_are_those_that_the_worker_reads, .timeout = 60)
{
	struct kbm_broker *broker = open_broker(KBM_SOURCE_DIR "/stdlib", NULL);
	size_t known = 0;
	for (size_t i = 0; i < kbm_stock.count; i++) {
		const char *name = kbm_stock_below(&kbm_stock.files[i], "scripts");
		if (name == NULL)
			continue;
		expect_known(broker, name);
		known++;
	}
	cr_expect(eq(sz, kbm_stock_headers.count, known));
	cr_expect(gt(sz, known, 0));
	kbm_broker_close(broker);
}

/* --- a stdlib of their own -------------------------------------------------------------------- */

static char stdlib[] = "/tmp/kbmend-stdlib.XXXXXX";

static const char *below(const char *name)
{
	static char path[sizeof stdlib + 64];
	snprintf(path, sizeof path, "%s/%s", stdlib, name);
	return path;
}

static void write_module(const char *name, const char *text)
{
	FILE *file = fopen(below(name), "w");
	cr_assert(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

static void make_stdlib(void)
{
	cr_assert(ne(ptr, mkdtemp(stdlib), NULL));
	cr_assert(eq(int, mkdir(below("kb"), 0700), 0));
}

static void remove_stdlib(void)
{
	static const char *const names[] = {"kb/a.lua", "kb/b.lua", "kb/c.lua", "kb/d.lua",
					    "top.lua"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		unlink(below(names[i]));
	cr_expect(eq(int, rmdir(below("kb")), 0));
	cr_expect(eq(int, rmdir(stdlib), 0));
}

/* --- their order ------------------------------------------------------------------------------ */

#define REQUIRES(name) "local needed = require \"kb." name "\"\nreturn { x = needed.x }"
#define CALLS(name)    "local needed = require('kb." name "') return needed"
#define LAST	       "return { x = 1 }"

/* Modules a to d; what the worker says of them, NULL: they are there. */
static const struct library {
	const char *texts[4];
	const char *says;
} libraries[] = {
    {{LAST, LAST, LAST, LAST}, NULL},
    {{REQUIRES("b"), REQUIRES("c"), REQUIRES("d"), LAST}, NULL},
    {{REQUIRES("d"), CALLS("a"), CALLS("b"), LAST}, NULL},
    {{"-- as require \"kb.d\" has it\n" LAST, LAST, LAST, REQUIRES("a")}, NULL},
    {{"-- require 'kb.b'\n" LAST, REQUIRES("a"), "-- who would require b, or kb.d\n" LAST,
      "local name = 'kb.c' return require(name)"},
     NULL},
    {{"-- require\n" LAST, LAST, LAST, "return { x = 1 } -- require("}, NULL},
    {{REQUIRES("b"), REQUIRES("a"), LAST, LAST},
     "stdlib: module kb.a: kb/a.lua:1: no module 'kb.b'"},
    {{REQUIRES("e"), LAST, LAST, LAST}, "stdlib: module kb.a: kb/a.lua:1: no module 'kb.e'"},
    {{REQUIRES("b"), REQUIRES("c"), "return {", LAST},
     "stdlib: module kb.c: kb/c.lua:1: unexpected symbol"},
};

Test(broker_stdlib, modules_come_in_the_order_in_which_they_need_each_other, .timeout = 60)
{
	static const char *const names[] = {"kb/a.lua", "kb/b.lua", "kb/c.lua", "kb/d.lua"};
	make_stdlib();
	for (size_t i = 0; i < sizeof libraries / sizeof libraries[0]; i++) {
		for (size_t j = 0; j < sizeof names / sizeof names[0]; j++)
			write_module(names[j], libraries[i].texts[j]);
		struct kbm_broker *broker = open_broker(stdlib, NULL);
		struct kbm_script_info info = {0};
		struct kbm_error error = {0};
		enum kbm_code code = kbm_broker_header(broker, "probe.lua", SCRIPT("read"),
						       strlen(SCRIPT("read")), &info, &error);
		const char *says = libraries[i].says;
		cr_expect(eq(int, code == KBM_OK, says == NULL), "%zu: %s", i, error.message);
		cr_expect(says == NULL || strstr(error.message, says) != NULL, "%zu: '%s'", i,
			  error.message);
		kbm_script_info_clear(&info);
		kbm_broker_close(broker);
	}
	remove_stdlib();
}

/* --- what is known with them ------------------------------------------------------------------ */

/* A table that says of SCRIPT("read") what SCRIPT("known") says. */
struct table {
	char script[KBM_SHA256_HEX_BYTES];
	char stdlib[KBM_SHA256_HEX_BYTES];
	struct kbm_bytes info;
	struct kbm_known_header header;
	struct kbm_known_headers headers;
};

static void make_table(struct table *table)
{
	struct kbm_broker *broker = open_broker(stdlib, NULL);
	struct kbm_script_info info = header_of(broker, SCRIPT("known"), strlen(SCRIPT("known")));
	table->info = encoded(KBM_MESSAGE_INFO, &info);
	kbm_script_info_clear(&info);
	kbm_sha256_hex(SCRIPT("read"), strlen(SCRIPT("read")), table->script);
	cr_assert(eq(int, kbm_broker_stdlib_sha256(broker, table->stdlib, NULL), KBM_OK));
	kbm_broker_close(broker);
	table->header = (struct kbm_known_header){KBM_MESSAGE_INFO, table->script, table->info.data,
						  table->info.length};
	table->headers = (struct kbm_known_headers){table->stdlib, &table->header, 1};
}

static void expect_title(const struct table *table, const char *script, const char *title)
{
	struct kbm_broker *broker = open_broker(stdlib, &table->headers);
	for (int i = 0; i < 2; i++) {
		struct kbm_script_info info = header_of(broker, script, strlen(script));
		cr_expect(eq(str, info.title, (char *)title));
		kbm_script_info_clear(&info);
	}
	kbm_broker_close(broker);
}

/* After each change, and when it is taken back. */
static void expect_read(const struct table *table)
{
	expect_title(table, SCRIPT("read"), "read");
}

static void expect_taken(const struct table *table)
{
	expect_title(table, SCRIPT("read"), "known");
}

Test(broker_stdlib, known_headers_hold_for_one_text_and_one_stdlib_only, .timeout = 60)
{
	struct table table;
	char other[sizeof stdlib + 64];
	make_stdlib();
	write_module("kb/a.lua", "return {}");
	write_module("top.lua", "return {}");
	make_table(&table);
	expect_taken(&table);
	expect_title(&table, SCRIPT("other"), "other");
	write_module("kb/a.lua", "return {} ");
	expect_read(&table);
	write_module("kb/a.lua", "return {}");
	expect_taken(&table);
	write_module("kb/b.lua", "return {}");
	expect_read(&table);
	unlink(below("kb/b.lua"));
	expect_taken(&table);
	snprintf(other, sizeof other, "%s", below("kb/c.lua"));
	cr_assert(eq(int, rename(below("top.lua"), other), 0));
	expect_read(&table);
	cr_assert(eq(int, rename(other, below("top.lua")), 0));
	expect_taken(&table);
	remove_stdlib();
	kbm_bytes_clear(&table.info);
}
