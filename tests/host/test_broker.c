/* guard/broker with the real worker, and with workers that misbehave: each job ends with a verdict,
 * the next one is fine, nothing is left behind. */
#include "base/limits.h"
#include "guard/broker.h"
#include "guard/broker_internal.h"
#include "source/hive_build.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- what the tests work with --------------------------------------------------------------- */

static char folder[] = "/tmp/kbm-broker-XXXXXX";

static char *path_of(const char *name)
{
	static char path[400];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static void make_folder(void)
{
	char *made = mkdtemp(folder);
	cr_assert(ne(ptr, made, NULL));
}

static void remove_folder(void)
{
	DIR *opened = opendir(folder);
	struct dirent *entry;
	while (opened != NULL && (entry = readdir(opened)) != NULL)
		unlink(path_of(entry->d_name));
	if (opened != NULL)
		closedir(opened);
	rmdir(folder);
}

TestSuite(broker, .init = make_folder, .fini = remove_folder, .timeout = 60);

static void write_file(const char *name, const void *data, size_t length)
{
	FILE *file = fopen(path_of(name), "wb");
	cr_assert(ne(ptr, file, NULL));
	size_t written = fwrite(data, 1, length, file);
	cr_assert(eq(sz, written, length));
	fclose(file);
}

static void write_text(const char *name, const char *text)
{
	write_file(name, text, strlen(text));
}

/* A SYSTEM hive with `count` values under one key. */
static void write_hive(const char *name, unsigned count)
{
	static const uint8_t one[4] = {1, 0, 0, 0};
	struct kbm_error error = {0};
	struct kbm_tree *tree = NULL;
	struct kbm_bytes image;
	kbm_bytes_init(&image, 256 * KBM_MIB);
	enum kbm_code code = kbm_tree_make("SYSTEM", &tree, &error);
	const struct kbm_value current = {"Current", 7, KBM_REG_DWORD, one, 4};
	const char *control = "ControlSet001\\Control\\ComputerName\\ComputerName";
	const struct kbm_value computer = {"ComputerName", 12, KBM_REG_SZ,
					   (const uint8_t *)"E\0X\0\0\0", 6};
	if (code == KBM_OK)
		code = kbm_tree_set_value(tree, "Select", &current, &error);
	if (code == KBM_OK)
		code = kbm_tree_set_value(tree, control, &computer, &error);
	for (unsigned i = 0; i < count && code == KBM_OK; i++) {
		char value_name[32];
		uint8_t data[200] = {0};
		int length = snprintf(value_name, sizeof value_name, "value%06u", i);
		const struct kbm_value value = {value_name, (size_t)length, KBM_REG_BINARY, data,
						sizeof data};
		code = kbm_tree_set_value(tree, "ControlSet001\\Services\\Many", &value, &error);
	}
	const struct kbm_build_options options = {
	    .minor = 5, .last_written = 0, .file_name = "SYSTEM"};
	if (code == KBM_OK)
		code = kbm_tree_build(tree, &options, &image, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	write_file(name, image.data, image.length);
	kbm_bytes_clear(&image);
	kbm_tree_free(tree);
}

static struct kbm_broker *open_broker(const char *worker, unsigned cpu_ms, unsigned wall_ms,
				      unsigned memory_mib)
{
	const struct kbm_broker_options options = {.worker_path = worker,
						   .stdlib_path = KBM_SOURCE_DIR "/stdlib",
						   .cpu_ms = cpu_ms,
						   .wall_ms = wall_ms,
						   .memory_mib = memory_mib};
	struct kbm_broker *broker = NULL;
	struct kbm_error error = {0};
	enum kbm_code code = kbm_broker_open(&options, &broker, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	return broker;
}

static struct kbm_source prepared(struct kbm_broker *broker, const char *name)
{
	struct kbm_source source = {0};
	struct kbm_error error = {0};
	enum kbm_code code =
	    kbm_broker_prepare(broker, path_of(name), KBM_USE_SCRIPTS, 1252, 0, &source, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	return source;
}

#define HEADER                                                                               \
	"return { api = 1, id = 'probe', version = '1.0.0', title = 't', severity = 'low', " \
	"categories = { 'test' }, description = 'd', needs = { registry = { 'SYSTEM' } }, "

static struct kbm_result run_text(struct kbm_broker *broker, const struct kbm_source *sources,
				  size_t count, const char *text)
{
	const struct kbm_target target = {.sources = sources, .source_count = count};
	struct kbm_result result = {0};
	struct kbm_error error = {0};
	const struct kbm_script_order order = {&target, "probe.lua", text, strlen(text), NULL,
					       NULL,	0,	     true, false};
	enum kbm_code code = kbm_broker_run(broker, &order, &result, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	cr_assert(ne(ptr, result.reason, NULL));
	return result;
}

/* A script whose check is these statements. */
static struct kbm_result run_on(struct kbm_broker *broker, const struct kbm_source *sources,
				size_t count, const char *check)
{
	struct kbm_bytes text;
	kbm_bytes_init(&text, 2 * KBM_SCRIPT_MAX_BYTES);
	kbm_bytes_printf(&text, HEADER "check = function(target) %s end }", check);
	struct kbm_result result = run_text(broker, sources, count, kbm_bytes_text(&text));
	kbm_bytes_clear(&text);
	return result;
}

/* The verdict's name and reason are as expected; the result is released. */
static void expect_verdict(struct kbm_result result, const char *verdict, const char *part)
{
	cr_expect(strcmp(kbm_verdict_name(result.verdict), verdict) == 0, "verdict %s: %s",
		  kbm_verdict_name(result.verdict), result.reason);
	cr_expect(strstr(result.reason, part) != NULL, "'%s' lacks '%s'", result.reason, part);
	kbm_result_clear(&result);
}

static size_t open_descriptors(void)
{
	size_t count = 0;
	DIR *opened = opendir("/proc/self/fd");
	while (opened != NULL && readdir(opened) != NULL)
		count++;
	if (opened != NULL)
		closedir(opened);
	return count;
}

/* The worker is gone when this returns, and nobody has been told. */
static void kill_worker(const struct kbm_broker *broker)
{
	siginfo_t ended;
	kill(broker->worker, SIGKILL);
	waitid(P_PID, (id_t)broker->worker, &ended, WEXITED | WNOWAIT);
}

/* Closing leaves no process of the worker's group behind. */
static void close_and_expect_nothing_left(struct kbm_broker *broker)
{
	pid_t group = broker->worker;
	kbm_broker_close(broker);
	if (group == 0)
		return;
	int left = 0;
	for (int i = 0; i < 200 && (left = kill(-group, 0)) == 0; i++)
		usleep(10000);
	cr_expect(eq(int, left, -1), "a process of the worker is still there");
}

/* --- the real worker ------------------------------------------------------------------------ */

Test(broker, tells_what_a_hive_is)
{
	struct kbm_broker *broker = open_broker(KBM_WORKER, 0, 0, 0);
	write_hive("SYSTEM", 3);
	struct kbm_source source = prepared(broker, "SYSTEM");
	cr_expect(eq(int, source.kind, KBM_SOURCE_HIVE));
	cr_expect(eq(str, source.hive, (char *)"SYSTEM"));
	cr_expect(eq(str, source.computer_name, (char *)"EX"));
	cr_expect(eq(str, source.control_set, (char *)"ControlSet001"));
	cr_expect(eq(int, source.dirty, 0));
	cr_expect(eq(str, source.dirty_reason, (char *)""));
	cr_expect(eq(uint, source.reg_version, 0));
	kbm_source_clear(&source);
	close_and_expect_nothing_left(broker);
}

/* The first cell is the root key; where its list of subkeys lies is said at 28. */
static void damage_subkeys_of_root(const char *name)
{
	FILE *file = fopen(path_of(name), "r+b");
	cr_assert(ne(ptr, file, NULL));
	fseek(file, 4096 + 32 + 4 + 28, SEEK_SET);
	fwrite("\x7F\x7F\x7F\x7F", 1, 4, file);
	fclose(file);
}

Test(broker, tells_that_a_hive_is_damaged)
{
	struct kbm_broker *broker = open_broker(KBM_WORKER, 0, 0, 0);
	write_hive("SYSTEM", 3);
	damage_subkeys_of_root("SYSTEM");
	struct kbm_source source = prepared(broker, "SYSTEM");
	cr_expect(eq(str, source.hive, (char *)"SYSTEM"));
	cr_expect(source.dirty && !source.cut);
	cr_expect(strncmp(source.dirty_reason, "the hive is damaged: the ", 25) == 0, "%s",
		  source.dirty_reason);
	struct kbm_result result =
	    run_on(broker, &source, 1,
		   "return target:pass(target.registry:get([[HKLM\\SYSTEM\\Select]], 'a'))");
	expect_verdict(result, "unknown", "HKLM\\SYSTEM\\Select: the ");
	kbm_source_clear(&source);
	close_and_expect_nothing_left(broker);
}

Test(broker, turns_a_reg_export_into_a_sealed_image)
{
	struct kbm_broker *broker = open_broker(KBM_WORKER, 0, 0, 0);
	write_text("x.reg", "REGEDIT4\r\n\r\n[HKEY_LOCAL_MACHINE\\SYSTEM\\Select]\r\n"
			    "\"Current\"=dword:00000001\r\n\r\n"
			    "[HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001]\r\n\"a\"=\"b\"\r\n");
	struct kbm_source source = prepared(broker, "x.reg");
	cr_expect(eq(int, source.kind, KBM_SOURCE_REG));
	cr_assert(eq(sz, source.hives.count, 1));
	cr_expect(eq(str, source.hives.items[0], (char *)"SYSTEM"));
	cr_expect(eq(str, source.control_set, (char *)"ControlSet001"));
	int seals = fcntl(source.descriptor, F_GET_SEALS);
	int all = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
	cr_expect(eq(int, seals &all, all));
	struct kbm_result result =
	    run_on(broker, &source, 1,
		   "local v = target.registry:get([[HKLM\\SYSTEM\\CurrentControlSet]], 'a') "
		   "return target:pass(v.data)");
	expect_verdict(result, "pass", "b");
	kbm_source_clear(&source);
	close_and_expect_nothing_left(broker);
}

Test(broker, tells_the_version_of_a_reg_export)
{
	struct kbm_broker *broker = open_broker(KBM_WORKER, 0, 0, 0);
	write_text("4.reg", "REGEDIT4\r\n\r\n[HKEY_LOCAL_MACHINE\\SYSTEM]\r\n");
	write_text("5.reg", "Windows Registry Editor Version 5.00\r\n\r\n"
			    "[HKEY_LOCAL_MACHINE\\SYSTEM]\r\n");
	struct kbm_source four = prepared(broker, "4.reg");
	struct kbm_source five = prepared(broker, "5.reg");
	cr_expect(eq(uint, four.reg_version, 4));
	cr_expect(eq(uint, five.reg_version, 5));
	kbm_source_clear(&four);
	kbm_source_clear(&five);
	close_and_expect_nothing_left(broker);
}

/* --- the sandbox ----------------------------------------------------------------------------- */

Test(broker, finds_out_what_the_sandbox_is_worth)
{
	struct kbm_broker *broker = open_broker(KBM_WORKER, 0, 0, 0);
	struct kbm_checkup checkup = {0};
	struct kbm_error error = {0};
	enum kbm_code code = kbm_broker_checkup(broker, &checkup, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	cr_expect(eq(int, checkup.jail.errors[KBM_JAIL_NO_NEW_PRIVILEGES], 0));
	cr_expect(eq(int, checkup.jail.errors[KBM_JAIL_PARENT_DEATH], 0));
	cr_expect(eq(sz, checkup.libraries.count, 4)); /* Lua, libregf, libbfio, PCRE2 */
#ifndef KBM_SANITIZE
	cr_expect(eq(int, checkup.jail.errors[KBM_JAIL_LIMITS], 0));
	cr_expect(eq(int, checkup.jail.errors[KBM_JAIL_SYSTEM_CALLS], 0));
	cr_expect(checkup.kills);
#endif
	kbm_checkup_clear(&checkup);
	/* The worker goes on, and what it may do is as before. */
	write_hive("SYSTEM", 3);
	struct kbm_source source = prepared(broker, "SYSTEM");
	cr_expect(eq(int, broker->lenient, 0));
	kbm_source_clear(&source);
	close_and_expect_nothing_left(broker);
}

/* What a plan rests on: a value, its absence, a key, in a hive and in an export. */
static void read_twice(struct kbm_broker *broker, const struct kbm_source *source,
		       struct kbm_second_readings *readings)
{
	const struct kbm_target target = {.sources = source, .source_count = 1};
	kbm_broker_second_read(broker, &target, readings);
}

Test(broker, has_places_read_again)
{
	struct kbm_broker *broker = open_broker(KBM_WORKER, 0, 0, 0);
	write_text("x.reg",
		   "REGEDIT4\r\n\r\n[HKEY_LOCAL_MACHINE\\SYSTEM\\A\\B]\r\n\"v\"=dword:7\r\n");
	struct kbm_source source = prepared(broker, "x.reg");
	struct kbm_place value = {.kind = KBM_PLACE_VALUE,
				  .path = "HKLM\\SYSTEM\\a\\b",
				  .hive = "SYSTEM",
				  .physical = "a\\b",
				  .name = "V",
				  .name_length = 1};
	struct kbm_place absent = value;
	absent.name = "w";
	struct kbm_place key = {.kind = KBM_PLACE_KEY, .hive = "SYSTEM", .physical = "A"};
	struct kbm_place elsewhere = {.kind = KBM_PLACE_KEY, .hive = "SOFTWARE", .physical = "A"};
	struct kbm_state seven = {0};
	struct kbm_state eight = {0};
	struct kbm_state present = {.present = true};
	struct kbm_state none = {0};
	bool set = kbm_state_set_value(&seven, KBM_REG_DWORD, "\7\0\0\0", 4) &&
		   kbm_state_set_value(&eight, KBM_REG_DWORD, "\10\0\0\0", 4);
	cr_assert(set);
	struct kbm_second_reading items[] = {
	    {.place = &value, .first = &seven},	   {.place = &value, .first = &eight},
	    {.place = &absent, .first = &none},	   {.place = &key, .first = &present},
	    {.place = &elsewhere, .first = &none},
	};
	struct kbm_second_readings readings = {items, 5};
	read_twice(broker, &source, &readings);
	static const enum kbm_second_outcome expected[] = {KBM_SECOND_AGREES, KBM_SECOND_DIFFERS,
							   KBM_SECOND_AGREES, KBM_SECOND_AGREES,
							   KBM_SECOND_SILENT};
	for (size_t i = 0; i < 5; i++) {
		cr_expect(eq(int, (int)items[i].outcome, (int)expected[i]), "row %zu: %s", i,
			  items[i].error.message);
		kbm_state_clear(&items[i].second);
	}
	cr_expect(strstr(items[4].error.message, "no source holds the hive SOFTWARE") != NULL, "%s",
		  items[4].error.message);
	kbm_state_clear(&seven);
	kbm_state_clear(&eight);
	kbm_source_clear(&source);
	close_and_expect_nothing_left(broker);
}

/* What is added after the beginning is read by the same child, in its turn. */
Test(broker, has_places_read_that_come_later)
{
	struct kbm_broker *broker = open_broker(KBM_WORKER, 0, 0, 0);
	write_hive("SYSTEM", 3);
	struct kbm_source source = prepared(broker, "SYSTEM");
	const struct kbm_target target = {.sources = &source, .source_count = 1};
	struct kbm_place select = {.kind = KBM_PLACE_KEY, .hive = "SYSTEM", .physical = "Select"};
	struct kbm_place none = {.kind = KBM_PLACE_KEY, .hive = "SYSTEM", .physical = "None"};
	struct kbm_state present = {.present = true};
	struct kbm_state absent = {0};
	struct kbm_second_reading items[] = {
	    {.place = &select, .first = &present},
	    {.place = &none, .first = &absent},
	    {.place = &none, .first = &present},
	};
	static const enum kbm_second_outcome expected[] = {KBM_SECOND_AGREES, KBM_SECOND_AGREES,
							   KBM_SECOND_DIFFERS};
	for (size_t first = 0; first <= 3; first++) {
		struct kbm_second_readings readings = {items, first};
		for (size_t i = 0; i < 3; i++)
			items[i].outcome = KBM_SECOND_SILENT;
		struct kbm_ahead *ahead = kbm_broker_begin_second_read(broker, &target, &readings);
		cr_assert(ne(ptr, ahead, NULL));
		readings.count = 3;
		cr_expect(eq(int, kbm_broker_end_second_read(ahead), KBM_OK));
		for (size_t i = 0; i < 3; i++)
			cr_expect(eq(int, (int)items[i].outcome, (int)expected[i]),
				  "%zu at first, %zu", first, i);
	}
	struct kbm_second_readings readings = {items, 3};
	kbm_ahead_drop(kbm_broker_begin_second_read(broker, &target, &readings));
	kbm_source_clear(&source);
	close_and_expect_nothing_left(broker);
}

/* --- changes in a copy ------------------------------------------------------------------------ */

/* A copy of a file with room behind it; the caller's to close. */
static int copy_with_room(const char *name, const char *copy, size_t room, uint64_t *length)
{
	struct stat status;
	char from[400];
	snprintf(from, sizeof from, "%s", path_of(name));
	int original = open(from, O_RDONLY | O_CLOEXEC);
	int made = open(path_of(copy), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
	cr_assert(original >= 0 && made >= 0 && fstat(original, &status) == 0);
	ssize_t copied = copy_file_range(original, NULL, made, NULL, (size_t)status.st_size, 0);
	cr_assert(copied == status.st_size && ftruncate(made, status.st_size + (off_t)room) == 0);
	close(original);
	*length = (uint64_t)status.st_size;
	return made;
}

/* Value v of ControlSet001\\New\\Key, from nothing to the text of an XML file's size. */
static struct kbm_change new_value(size_t length)
{
	static const uint8_t data[2 * KBM_MIB];
	struct kbm_change change = {.op = KBM_SET_VALUE};
	change.place = (struct kbm_place){.kind = KBM_PLACE_VALUE,
					  .path = (char *)"HKLM\\SYSTEM\\ControlSet001\\New\\Key",
					  .hive = (char *)"SYSTEM",
					  .physical = (char *)"ControlSet001\\New\\Key",
					  .name = (char *)"v",
					  .name_length = 1};
	cr_assert(kbm_state_set_value(&change.after, KBM_REG_BINARY, data, length));
	return change;
}

Test(broker, has_changes_made_in_a_copy)
{
	struct kbm_broker *broker = open_broker(KBM_WORKER, 0, 0, 0);
	struct kbm_error error = {0};
	write_hive("SYSTEM", 3);
	uint64_t length = 0;
	uint64_t edited = 0;
	int copy = copy_with_room("SYSTEM", "copy", KBM_MIB, &length);
	struct kbm_change change = new_value(100000);
	struct kbm_edit edit = {copy, length, 1, &change, 1};
	enum kbm_code code = kbm_broker_edit(broker, &edit, &edited, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	cr_expect(edited > length + 100000 && edited % 4096 == 0);
	cr_assert(eq(int, ftruncate(copy, (off_t)edited), 0));
	struct kbm_source source = prepared(broker, "copy");
	expect_verdict(
	    run_on(broker, &source, 1,
		   "local v = target.registry:get([[HKLM\\SYSTEM\\ControlSet001\\New\\Key]], "
		   "'V'); target:pass(('%d bytes'):format(#v.raw))"),
	    "pass", "100000 bytes");
	/* What a plan was made for must still be so. */
	edit.length = edited;
	code = kbm_broker_edit(broker, &edit, &edited, &error);
	cr_expect(eq(int, code, KBM_REFUSED), "%s", error.message);
	cr_expect(strstr(error.message, "New\\Key\\v is not what the plan was made for") != NULL,
		  "%s", error.message);
	kbm_source_clear(&source);
	kbm_state_clear(&change.after);
	close(copy);
	close_and_expect_nothing_left(broker);
}

Test(broker, says_that_the_room_does_not_suffice)
{
	struct kbm_broker *broker = open_broker(KBM_WORKER, 0, 0, 0);
	struct kbm_error error = {0};
	write_hive("SYSTEM", 3);
	uint64_t length = 0;
	uint64_t edited = 0;
	int copy = copy_with_room("SYSTEM", "copy", KBM_MIB, &length);
	struct kbm_change change = new_value(2 * KBM_MIB);
	const struct kbm_edit edit = {copy, length, 1, &change, 1};
	enum kbm_code code = kbm_broker_edit(broker, &edit, &edited, &error);
	cr_expect(eq(int, code, KBM_LIMIT), "%s", error.message);
	kbm_state_clear(&change.after);
	close(copy);
	close_and_expect_nothing_left(broker);
}

Test(broker, takes_a_second_reader_that_fails_for_silence)
{
	struct kbm_broker *broker = open_broker(KBM_WORKER, 0, 0, 0);
	write_hive("SYSTEM", 3);
	struct kbm_source source = prepared(broker, "SYSTEM");
	/* libregf is given another file: what it says is a failure, and no crash of ours. */
	write_text("text", "regf, but no more than that");
	int other = open(path_of("text"), O_RDONLY | O_CLOEXEC);
	cr_assert(ge(int, other, 0));
	close(source.descriptor);
	source.descriptor = source.file = other;
	struct kbm_place key = {.kind = KBM_PLACE_KEY, .hive = "SYSTEM", .physical = "Select"};
	struct kbm_state present = {.present = true};
	struct kbm_second_reading item = {.place = &key, .first = &present};
	struct kbm_second_readings readings = {&item, 1};
	read_twice(broker, &source, &readings);
	cr_expect(eq(int, (int)item.outcome, KBM_SECOND_SILENT));
	cr_expect(ne(sz, strlen(item.error.message), 0));
	kbm_source_clear(&source);
	close_and_expect_nothing_left(broker);
}

#define BYTES(literal) (literal), sizeof(literal) - 1
static const struct {
	const char *name;
	const char *content; /* NULL: not a file */
	size_t length;
	const char *says;
} unfit[] = {
    {"empty", BYTES(""), "is empty"},
    {"text", BYTES("hello\n"), "it looks like text"},
    {"zip", BYTES("PK\003\004xx"), "it looks like a zip archive"},
    {"wide", BYTES("\xff\xfeh\0i\0"), "it looks like UTF-16 text"},
    {"binary", BYTES("\1\2\3\4"), "it looks like binary data"},
    {"cut", BYTES("regf\0\0\0\0"), "hive"},
    {"absent", NULL, 0, "No such file"},
    {".", NULL, 0, "is a folder"},
    {"bad.reg", BYTES("REGEDIT4\n\n[HKEY_LOCAL_MACHINE\\X]\n\"a\"=what\n"), "line 4"},
};

Test(broker, refuses_unfit_files_with_one_sentence_that_names_them)
{
	struct kbm_broker *broker = open_broker(KBM_WORKER, 0, 0, 0);
	for (size_t i = 0; i < sizeof unfit / sizeof unfit[0]; i++) {
		struct kbm_source source = {0};
		struct kbm_error error = {0};
		if (unfit[i].content != NULL)
			write_file(unfit[i].name, unfit[i].content, unfit[i].length);
		const char *path = path_of(unfit[i].name);
		enum kbm_code code =
		    kbm_broker_prepare(broker, path, KBM_USE_SCRIPTS, 1252, 0, &source, &error);
		cr_expect(code != KBM_OK, "%s was accepted", path);
		cr_expect(strncmp(error.message, path, strlen(path)) == 0 &&
			      strstr(error.message, unfit[i].says) != NULL,
			  "%s", error.message);
	}
	cr_assert(eq(int, mkfifo(path_of("pipe"), 0600), 0));
	struct kbm_error error = {0};
	struct kbm_source source = {0};
	enum kbm_code code =
	    kbm_broker_prepare(broker, path_of("pipe"), KBM_USE_SCRIPTS, 1252, 0, &source, &error);
	cr_expect(eq(int, code, KBM_INVALID));
	close_and_expect_nothing_left(broker);
}

static enum kbm_code count_row(void *context, const struct kbm_registry_row *row,
			       struct kbm_error *error)
{
	(void)row;
	(void)error;
	(*(size_t *)context)++;
	return KBM_OK;
}

Test(broker, shows_a_cut_hive_but_runs_no_script_on_it)
{
	struct kbm_broker *broker = open_broker(KBM_WORKER, 0, 0, 0);
	write_hive("cut", 300);
	int shortened = truncate(path_of("cut"), 8192);
	cr_assert(eq(int, shortened, 0));
	struct kbm_source source = {0};
	struct kbm_error error = {0};
	enum kbm_code code =
	    kbm_broker_prepare(broker, path_of("cut"), KBM_USE_SCRIPTS, 1252, 0, &source, &error);
	cr_expect(eq(int, code, KBM_UNREADABLE));
	cr_expect(strncmp(error.message, path_of("cut"), strlen(path_of("cut"))) == 0 &&
		      strstr(error.message, ": the hive is cut: 4096 of the ") != NULL &&
		      strstr(error.message, "; copy it again") != NULL,
		  "%s", error.message);
	code = kbm_broker_prepare(broker, path_of("cut"), KBM_USE_LOOK, 1252, 0, &source, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	cr_expect(source.cut && source.dirty);
	const struct kbm_registry_query query = {KBM_QUERY_LS, "", NULL, 0, NULL};
	size_t rows = 0;
	kbm_broker_registry(broker, &source, 0, &query, count_row, &rows, &error);
	cr_expect(rows > 0, "%s", error.message);
	kbm_source_clear(&source);
	close_and_expect_nothing_left(broker);
}

Test(broker, answers_registry_questions)
{
	struct kbm_broker *broker = open_broker(KBM_WORKER, 0, 0, 0);
	write_hive("SYSTEM", 3000);
	struct kbm_source source = prepared(broker, "SYSTEM");
	struct kbm_error error = {0};
	static const struct {
		struct kbm_registry_query query;
		enum kbm_code code;
		size_t rows;
	} cases[] = {
	    {{KBM_QUERY_GET, "Select", "Current", 7, NULL}, KBM_OK, 1},
	    {{KBM_QUERY_GET, "HKLM\\SYSTEM\\Select", "current", 7, NULL}, KBM_OK, 1},
	    {{KBM_QUERY_GET, "CurrentControlSet\\Services\\Many", NULL, 0, NULL}, KBM_OK, 3000},
	    {{KBM_QUERY_GET, "Select", "Nothing", 7, NULL}, KBM_NOT_FOUND, 0},
	    {{KBM_QUERY_GET, "Nowhere", "Current", 7, NULL}, KBM_NOT_FOUND, 0},
	    {{KBM_QUERY_LS, "", NULL, 0, NULL}, KBM_OK, 2},
	    {{KBM_QUERY_LS, "CurrentControlSet", NULL, 0, NULL}, KBM_OK, 2},
	    {{KBM_QUERY_LS, "Nowhere", NULL, 0, NULL}, KBM_NOT_FOUND, 0},
	    {{KBM_QUERY_DUMP, "", NULL, 0, NULL}, KBM_OK, 8 + 3002},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		size_t rows = 0;
		enum kbm_code code = kbm_broker_registry(broker, &source, 0, &cases[i].query,
							 count_row, &rows, &error);
		cr_expect(code == cases[i].code && rows == cases[i].rows,
			  "case %zu: code %d, %zu rows, %s", i, code, rows, error.message);
	}
	kbm_source_clear(&source);
	close_and_expect_nothing_left(broker);
}

Test(broker, names_what_a_path_may_have_meant)
{
	struct kbm_broker *broker = open_broker(KBM_WORKER, 0, 0, 0);
	write_hive("hive", 3);
	write_text("one.reg", "REGEDIT4\n[HKEY_LOCAL_MACHINE\\SYSTEM]\n"
			      "[HKEY_LOCAL_MACHINE\\SYSTEM\\Select]\n\"Current\"=dword:1\n"
			      "[HKEY_USERS\\.DEFAULT]\n");
	write_text("two.reg", "REGEDIT4\n[HKEY_LOCAL_MACHINE\\SYSTEM\\Select]\n"
			      "[HKEY_LOCAL_MACHINE\\SOFTWARE]\n");
	static const struct {
		const char *file;
		const char *path;
		enum kbm_code code;
		const char *says;
	} cases[] = {
	    {"hive", "\\Select", KBM_OK, ""},
	    {"hive", "\\", KBM_OK, ""},
	    {"hive", "Selct", KBM_NOT_FOUND, ": no key Selct; did you mean 'Select'?"},
	    {"hive", "HKLM\\SYSTEM\\CurrentControlSet\\Servces\\Many\\", KBM_NOT_FOUND,
	     "\\; did you mean 'Services'?"},
	    {"hive", "Nowhere\\Select", KBM_NOT_FOUND, ": no key Nowhere\\Select"},
	    {"hive", "HKLM/SYSTEM/Select", KBM_NOT_FOUND, "paths are written with backslashes"},
	    {"hive", "\\\\Select", KBM_USAGE, "has an empty part"},
	    {"one.reg", "Select", KBM_OK, ""},
	    {"one.reg", "\\Select\\", KBM_OK, ""},
	    {"one.reg", "HKEY_LOCAL_MACHINE\\SYSTEM\\Select", KBM_OK, ""},
	    {"one.reg", "Selct", KBM_NOT_FOUND, "did you mean 'Select'?"},
	    {"two.reg", "Select", KBM_USAGE,
	     "in which hive is 'Select'? The export holds HKLM\\SOFTWARE, HKLM\\SYSTEM"},
	    {"two.reg", "HKLM/SYSTEM/Select", KBM_USAGE, "paths are written with backslashes"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct kbm_source source = prepared(broker, cases[i].file);
		const struct kbm_registry_query query = {KBM_QUERY_GET, cases[i].path, NULL, 0,
							 NULL};
		struct kbm_error error = {0};
		size_t rows = 0;
		enum kbm_code code =
		    kbm_broker_registry(broker, &source, 0, &query, count_row, &rows, &error);
		cr_expect(code == cases[i].code && strstr(error.message, cases[i].says) != NULL,
			  "case %zu: code %d: %s", i, code, error.message);
		kbm_source_clear(&source);
	}
	close_and_expect_nothing_left(broker);
}

Test(broker, names_no_place_that_a_file_does_not_have)
{
	struct kbm_broker *broker = open_broker(KBM_WORKER, 0, 0, 0);
	write_hive("part", 0);
	struct kbm_source source = prepared(broker, "part");
	free(source.hive);
	source.hive = strdup("");
	static const struct {
		const char *path;
		enum kbm_code code;
		const char *says;
	} cases[] = {
	    {"Select\\\\x", KBM_USAGE, ": the registry path 'Select\\\\x' has"},
	    {"Select", KBM_UNREADABLE, "part: Select: the "},
	    {"", KBM_UNREADABLE, "part: 1 place in the hive could not be read"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct kbm_registry_query query = {KBM_QUERY_LS, cases[i].path, NULL, 0,
							 NULL};
		struct kbm_error error = {0};
		size_t rows = 0;
		if (cases[i].code == KBM_UNREADABLE)
			damage_subkeys_of_root("part");
		enum kbm_code code =
		    kbm_broker_registry(broker, &source, 0, &query, count_row, &rows, &error);
		cr_expect(code == cases[i].code && strstr(error.message, cases[i].says) != NULL,
			  "case %zu: code %d: %s", i, code, error.message);
	}
	kbm_source_clear(&source);
	close_and_expect_nothing_left(broker);
}

static enum kbm_code enough(void *context, const struct kbm_registry_row *row,
			    struct kbm_error *error)
{
	(void)context;
	(void)row;
	return kbm_fail(error, KBM_IO, "nothing more is printed");
}

Test(broker, stops_when_the_reader_of_rows_has_enough)
{
	struct kbm_broker *broker = open_broker(KBM_WORKER, 0, 0, 0);
	write_hive("SYSTEM", 20000);
	struct kbm_source source = prepared(broker, "SYSTEM");
	const struct kbm_registry_query query = {KBM_QUERY_DUMP, "", NULL, 0, NULL};
	struct kbm_error error = {0};
	enum kbm_code code = kbm_broker_registry(broker, &source, 0, &query, enough, NULL, &error);
	cr_expect(eq(int, code, KBM_IO));
	cr_expect(eq(str, error.message, (char *)"nothing more is printed"));
	kbm_source_clear(&source);
	close_and_expect_nothing_left(broker);
}

/* Takes the file's end away while the dump is under way. */
static enum kbm_code shrink(void *context, const struct kbm_registry_row *row,
			    struct kbm_error *error)
{
	(void)row;
	(void)error;
	return truncate(context, 8192) == 0 ? KBM_OK : KBM_IO;
}

Test(broker, says_that_a_file_changed_while_it_was_read)
{
	struct kbm_broker *broker = open_broker(KBM_WORKER, 0, 0, 0);
	write_hive("SYSTEM", 40000);
	struct kbm_source source = prepared(broker, "SYSTEM");
	const struct kbm_registry_query query = {KBM_QUERY_DUMP, "", NULL, 0, NULL};
	struct kbm_error error = {0};
	enum kbm_code code =
	    kbm_broker_registry(broker, &source, 0, &query, shrink, path_of("SYSTEM"), &error);
	cr_expect(eq(int, code, KBM_UNREADABLE));
	cr_expect(strstr(error.message, "changed while it was read") != NULL, "%s", error.message);
	kbm_source_clear(&source);
	close_and_expect_nothing_left(broker);
}

Test(broker, ends_a_script_that_loops_and_runs_the_next)
{
	struct kbm_broker *broker = open_broker(KBM_WORKER, 200, 0, 0);
	struct kbm_result result =
	    run_on(broker, NULL, 0,
		   "print('before') while true do pcall(function() while true do end end) end");
	cr_expect(strncmp(result.output, "before", 6) == 0, "output '%s'", result.output);
	cr_expect(result.place_in_script != NULL &&
		      strncmp(result.place_in_script, "probe.lua:1", 11) == 0,
		  "place %s", result.place_in_script);
	expect_verdict(result, "error", "200 ms of CPU time");
	expect_verdict(run_on(broker, NULL, 0, "return target:pass('fine')"), "pass", "fine");
	close_and_expect_nothing_left(broker);
}

Test(broker, ends_a_script_that_eats_memory_and_runs_the_next)
{
	struct kbm_broker *broker = open_broker(KBM_WORKER, 0, 0, 32);
	expect_verdict(run_on(broker, NULL, 0,
			      "local t = {} while true do pcall(function() t[#t + 1] = "
			      "('x'):rep(100000) .. #t end) end"),
		       "error", "32 MiB");
	expect_verdict(run_on(broker, NULL, 0, "return target:pass('fine')"), "pass", "fine");
	close_and_expect_nothing_left(broker);
}

Test(broker, tells_of_a_result_that_is_too_large)
{
	struct kbm_broker *broker = open_broker(KBM_WORKER, 0, 0, 1024);
	write_hive("SYSTEM", 3);
	struct kbm_source source = prepared(broker, "SYSTEM");
	/* 900 times 120,000 bytes are more than 64 MiB, 500 times are less. */
	static const char form[] =
	    HEADER "check = function(target) print('seen') target:fail{ id = 'x', message = 'm', "
		   "because = 'b' } end, fix = function(target, params, finding, plan) "
		   "for i = 1, %d do plan:set_value([[HKLM\\SYSTEM\\ControlSet001]], 'v' .. i, "
		   "'REG_BINARY', ('x'):rep(120000), { why = 'w' }) end end }";
	char text[sizeof form + 8];
	snprintf(text, sizeof text, form, 900);
	struct kbm_result result = run_text(broker, &source, 1, text);
	cr_expect(eq(sz, result.change_count, 0));
	cr_expect(strncmp(result.output, "seen", 4) == 0, "output '%s'", result.output);
	expect_verdict(result, "error",
		       "what the run found, planned and read is larger than 64 MiB");
	snprintf(text, sizeof text, form, 500);
	result = run_text(broker, &source, 1, text);
	cr_expect(eq(sz, result.change_count, 500));
	expect_verdict(result, "fail", "m");
	kbm_source_clear(&source);
	close_and_expect_nothing_left(broker);
}

Test(broker, keeps_nothing_of_one_run_for_the_next)
{
	struct kbm_broker *broker = open_broker(KBM_WORKER, 0, 0, 0);
	for (int i = 0; i < 3; i++)
		expect_verdict(run_text(broker, NULL, 0,
					"local runs = 0 " HEADER
					"check = function(target) runs = runs + 1 "
					"return target:pass('run ' .. runs) end }"),
			       "pass", "run 1");
	close_and_expect_nothing_left(broker);
}

Test(broker, leaves_out_the_reads_of_what_passes_where_nobody_wants_them)
{
	static const struct {
		const char *text;
		size_t reads;
		size_t reads_left;
	} cases[] = {
	    {"check = function(t) t.registry:key([[HKLM\\SYSTEM\\Select]]) t:pass('p') end }", 1,
	     0},
	    {"applies = function(t) t.registry:key([[HKLM\\SYSTEM\\Select]]) return false, 'a' "
	     "end, "
	     "check = function(t) t:pass('p') end }",
	     1, 0},
	    {"check = function(t) t.registry:key([[HKLM\\SYSTEM\\Select]]) t:fail{ id = 'x', "
	     "message = 'm', because = 'b' } end }",
	     1, 1},
	};
	write_hive("SYSTEM", 3);
	struct kbm_broker *broker = open_broker(KBM_WORKER, 0, 0, 0);
	struct kbm_source source = prepared(broker, "SYSTEM");
	for (size_t omits = 0; omits < 2; omits++) {
		if (omits == 1)
			kbm_broker_omit_reads(broker);
		for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
			char text[1000];
			snprintf(text, sizeof text, "%s%s", HEADER, cases[i].text);
			struct kbm_result result = run_text(broker, &source, 1, text);
			cr_expect(eq(sz, result.read_count,
				     omits == 1 ? cases[i].reads_left : cases[i].reads),
				  "case %zu: %s", i, result.reason);
			kbm_result_clear(&result);
		}
	}
	kbm_source_clear(&source);
	kbm_broker_close(broker);
}

Test(broker, leaks_no_descriptor_over_many_jobs)
{
	struct kbm_broker *broker = open_broker(KBM_WORKER, 0, 0, 0);
	write_hive("SYSTEM", 3);
	size_t before = open_descriptors();
	for (int i = 0; i < 20; i++) {
		struct kbm_source source = prepared(broker, "SYSTEM");
		expect_verdict(run_on(broker, &source, 1, "return target:pass('fine')"), "pass",
			       "fine");
		kbm_source_clear(&source);
	}
	cr_expect(eq(sz, open_descriptors(), before));
	close_and_expect_nothing_left(broker);
}

Test(broker, gives_no_job_the_id_of_the_directory)
{
	struct kbm_broker *broker = open_broker(KBM_WORKER, 0, 0, 0);
	broker->last_id = UINT16_MAX - 1;
	broker->directory.child.id = 1;
	for (int i = 0; i < 3; i++)
		expect_verdict(run_on(broker, NULL, 0, "return target:pass('fine')"), "pass",
			       "fine");
	cr_expect(eq(u16, broker->last_id, 3));
	broker->directory.child.id = 0;
	close_and_expect_nothing_left(broker);
}

Test(broker, survives_the_death_of_its_worker)
{
	struct kbm_broker *broker = open_broker(KBM_WORKER, 0, 0, 0);
	expect_verdict(run_on(broker, NULL, 0, "return target:pass('one')"), "pass", "one");
	kill_worker(broker);
	expect_verdict(run_on(broker, NULL, 0, "return target:pass('two')"), "pass", "two");
	close_and_expect_nothing_left(broker);
}

/* Root has as many processes as it likes: the test goes on as nobody. False when nobody may not
 * even start the worker. */
static bool become_nobody(void)
{
	static const uid_t nobody = 65534;
	if (geteuid() == 0 &&
	    (chown(folder, nobody, nobody) != 0 || setresuid(nobody, nobody, nobody) != 0))
		return false;
	return access(KBM_WORKER, X_OK) == 0 && access(KBM_SOURCE_DIR "/stdlib", R_OK | X_OK) == 0;
}

Test(broker, says_why_a_process_cannot_be_made)
{
	const struct rlimit none = {0, 0};
	if (!become_nobody())
		cr_skip("nobody cannot reach the worker");
	struct kbm_broker *broker = open_broker(KBM_WORKER, 0, 0, 0);
	expect_verdict(run_on(broker, NULL, 0, "return target:pass('one')"), "pass", "one");
	int limited = prlimit(broker->worker, RLIMIT_NPROC, &none, NULL);
	cr_assert(eq(int, limited, 0));
	for (int i = 0; i < 3; i++)
		expect_verdict(run_on(broker, NULL, 0, "return target:pass('two')"), "unknown",
			       "no process can be made: Resource temporarily unavailable");
	close_and_expect_nothing_left(broker);
}

static const char ldif[] = "dn: o=Contoso\nobjectClass: organization\no: Contoso\n\n"
			   "dn: ou=SITE1,o=Contoso\nobjectClass: organizationalUnit\nou: SITE1\n";

#define DIRECTORY_HEADER                                                                     \
	"return { api = 1, id = 'probe', version = '1.0.0', title = 't', severity = 'low', " \
	"categories = { 'test' }, description = 'd', needs = { directory = true }, "

Test(broker, says_that_a_directory_was_cut_while_it_was_searched)
{
	struct kbm_broker *broker = open_broker(KBM_WORKER, 0, 0, 0);
	write_text("x.ldif", ldif);
	struct kbm_source source = prepared(broker, "x.ldif");
	const struct kbm_target target = {.sources = &source, .source_count = 1};
	struct kbm_error error = {0};
	enum kbm_code code = kbm_broker_open_directory(broker, &target, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	int cut = truncate(path_of("x.ldif"), 0);
	cr_assert(eq(int, cut, 0));
	expect_verdict(run_text(broker, &source, 1,
				DIRECTORY_HEADER
				"check = function(target) target.directory:one{ base = "
				"'o=Contoso', scope = 'base' } return target:pass('?') end }"),
		       "unknown", "x.ldif: the file changed while it was read");
	kbm_source_clear(&source);
	close_and_expect_nothing_left(broker);
}

/* Different searches, each with a filter that is slow to match. */
static const char searching[] = DIRECTORY_HEADER
    "check = function(target) local clauses = ('(ou=*s*i*t*e*1*)'):rep(300) "
    "for i = 1, 900 do target.directory:search{ base = 'o=Contoso', scope = 'sub', "
    "filter = '(&(|(ou=' .. i .. ')(ou=*))' .. clauses .. ')' } end "
    "return target:pass('all searched') end }";

Test(broker, ends_a_run_that_searches_too_long)
{
	struct kbm_broker *broker = open_broker(KBM_WORKER, 0, 0, 0);
	write_text("x.ldif", ldif);
	struct kbm_source source = prepared(broker, "x.ldif");
	/* A changed entry's filter is matched by kbmend itself. */
	char value[] = "site1 is a site";
	char dn[] = "ou=SITE1,o=Contoso";
	char attribute[] = "l";
	struct kbm_blob after = {(uint8_t *)value, strlen(value)};
	const struct kbm_change change = {
	    .op = KBM_MODIFY_ENTRY,
	    .place = {.kind = KBM_PLACE_ATTRIBUTE, .path = dn, .name = attribute},
	    .after = {.present = true, .values = &after, .value_count = 1},
	};
	const struct kbm_target target = {.sources = &source, .source_count = 1};
	for (size_t changes = 0; changes < 2; changes++) {
		struct kbm_result result = {0};
		struct kbm_error error = {0};
		kbm_broker_close_directory(broker);
		broker->directory_ms = 1;
		const struct kbm_script_order order = {&target,		  "probe.lua", searching,
						       strlen(searching), NULL,	       &change,
						       changes,		  false,       false};
		enum kbm_code code = kbm_broker_run(broker, &order, &result, &error);
		cr_assert(eq(int, code, KBM_OK), "%s", error.message);
		expect_verdict(result, "unknown", "the directory was searched for more than 0 s");
		broker->directory_ms = KBM_DIRECTORY_MAX_RUN_MS;
		expect_verdict(run_text(broker, &source, 1, searching), "pass", "all searched");
	}
	kbm_source_clear(&source);
	close_and_expect_nothing_left(broker);
}

Test(broker, answers_searches_from_a_child_that_holds_the_directory)
{
	struct kbm_broker *broker = open_broker(KBM_WORKER, 0, 0, 0);
	write_text("x.ldif", ldif);
	struct kbm_source source = prepared(broker, "x.ldif");
	cr_expect(eq(int, source.kind, KBM_SOURCE_LDIF));
	const char *text = DIRECTORY_HEADER
	    "check = function(target) local entry = target.directory:one{ base = 'o=Contoso', "
	    "scope = 'one', filter = '(ou=*)' } return target:pass(entry.dn) end }";
	for (int i = 0; i < 3; i++) {
		struct kbm_result result = run_text(broker, &source, 1, text);
		cr_expect(result.read_count > 0);
		expect_verdict(result, "pass", "ou=SITE1,o=Contoso");
		/* The second run is answered from the cache, the third by a new child. */
		if (i == 1) {
			cr_expect(eq(sz, broker->directory.cached_count, 1));
			kill_worker(broker);
		}
	}
	kbm_source_clear(&source);
	close_and_expect_nothing_left(broker);
}

/* Only kbmend-directory changes anything: the child of a file ends when it is told to. */
Test(broker, has_no_file_changed)
{
	struct kbm_broker *broker = open_broker(KBM_WORKER, 0, 0, 0);
	write_text("x.ldif", ldif);
	struct kbm_source source = prepared(broker, "x.ldif");
	const struct kbm_target target = {.sources = &source, .source_count = 1};
	struct kbm_blob value = {(uint8_t *)"x", 1};
	struct kbm_attribute_change item = {(char *)"description", NULL, 0, &value, 1};
	const struct kbm_entry_change told = {(char *)"o=Contoso", &item, 1};
	struct kbm_change change = {.op = KBM_MODIFY_ENTRY,
				    .place = {.kind = KBM_PLACE_ATTRIBUTE,
					      .path = (char *)"o=Contoso",
					      .name = (char *)"description",
					      .name_length = 11},
				    .after = {true, 0, &value, 1}};
	const struct kbm_directory_request request = {.base = "o=Contoso"};
	const struct kbm_directory_service service = kbm_broker_directory_service(broker);
	struct kbm_entries entries = {0};
	struct kbm_error error = {0};
	bool is_unknown = true;
	enum kbm_code code = kbm_broker_modify(broker, &target, &change, 1, &is_unknown, &error);
	cr_expect(eq(int, code, KBM_UNSUPPORTED));
	cr_expect(eq(int, is_unknown, false));
	code = kbm_broker_open_directory(broker, &target, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	code = service.search(service.context, &request, &entries, &error);
	cr_expect(eq(int, code, KBM_OK), "%s", error.message);
	kbm_entries_clear(&entries);
	kbm_broker_forget_answers(broker);
	cr_expect(eq(sz, broker->directory.cached_count, 0));
	code = kbm_channel_send(&broker->directory.child.channel, KBM_MESSAGE_MODIFY, &told,
				kbm_clock_ms() + 10000, &error);
	cr_expect(eq(int, code, KBM_OK), "%s", error.message);
	code = service.search(service.context, &request, &entries, &error);
	cr_expect(eq(int, code, KBM_UNREADABLE));
	bool said = strstr(error.message, "the message 'modify' is not permitted now") != NULL;
	cr_expect(eq(int, said, true), "%s", error.message);
	kbm_source_clear(&source);
	close_and_expect_nothing_left(broker);
}

Test(broker, leaks_no_descriptor_when_workers_die_beside_a_directory)
{
	struct kbm_broker *broker = open_broker(KBM_WORKER, 0, 0, 0);
	write_text("x.ldif", ldif);
	struct kbm_source source = prepared(broker, "x.ldif");
	size_t before = open_descriptors();
	const struct kbm_target target = {.sources = &source, .source_count = 1};
	struct kbm_error error = {0};
	for (int i = 0; i < 4; i++) {
		enum kbm_code code = kbm_broker_open_directory(broker, &target, &error);
		cr_assert(eq(int, code, KBM_OK), "%s", error.message);
		kill_worker(broker);
		expect_verdict(run_on(broker, NULL, 0, "return target:pass('fine')"), "pass",
			       "fine");
		cr_expect(eq(sz, open_descriptors(), before));
	}
	kbm_source_clear(&source);
	close_and_expect_nothing_left(broker);
}

Test(broker, names_the_bad_line_of_a_directory)
{
	struct kbm_broker *broker = open_broker(KBM_WORKER, 0, 0, 0);
	write_text("bad.ldif", "dn: o=Contoso\nobjectClass: organization\no\n");
	struct kbm_source source = prepared(broker, "bad.ldif");
	const struct kbm_target target = {.sources = &source, .source_count = 1};
	struct kbm_error error = {0};
	enum kbm_code code = kbm_broker_open_directory(broker, &target, &error);
	cr_expect(eq(int, code, KBM_INVALID));
	cr_expect(strstr(error.message, "bad.ldif: line 3") != NULL, "%s", error.message);
	kbm_source_clear(&source);
	close_and_expect_nothing_left(broker);
}

/* --- workers that misbehave ----------------------------------------------------------------- */

static char *fake(const char *mode)
{
	char name[64];
	snprintf(name, sizeof name, "fake-%s", mode);
	char *path = path_of(name);
	int linked = symlink(KBM_FAKE_WORKER, path);
	cr_assert(eq(int, linked, 0));
	return path;
}

static const struct {
	const char *mode;
	const char *says;
} strangers[] = {
    {"version", "0.0.9 (protocol "},
    {"protocol", "(protocol 77)"},
    {"mute", "is no part of kbmend"},
    {"rude", "is no part of kbmend"},
};

/* One place is to be read: what the child says, as tests/tools/fake_worker.c spells it. */
static const struct {
	const char *mode;
	const char *says;
} second_readers[] = {
    {"second-rr", "more readings than there are places"},
    {"second-m", "it wants more places before its time"},
    {"second-rmwr", "more readings than there are places"},
    {"second-rmwm", "it wants more places before its time"},
};

Test(broker, gives_a_second_reader_no_more_than_there_is)
{
	struct kbm_place key = {.kind = KBM_PLACE_KEY, .hive = "SYSTEM", .physical = "Select"};
	struct kbm_state present = {.present = true};
	const struct kbm_target target = {0};
	for (size_t i = 0; i < sizeof second_readers / sizeof second_readers[0]; i++) {
		struct kbm_broker *broker = open_broker(fake(second_readers[i].mode), 0, 300, 0);
		struct kbm_second_reading items[] = {{.place = &key, .first = &present}};
		struct kbm_second_readings readings = {items, 1};
		struct kbm_ahead *ahead = kbm_broker_begin_second_read(broker, &target, &readings);
		struct kbm_error error = {0};
		cr_assert(ne(ptr, ahead, NULL));
		enum kbm_code code = kbm_ahead_end(ahead, &error);
		cr_expect(eq(int, code, KBM_INTERNAL), "%s", second_readers[i].mode);
		cr_expect(strstr(error.message, second_readers[i].says) != NULL, "%s: %s",
			  second_readers[i].mode, error.message);
		kbm_ahead_drop(ahead);
		kbm_broker_close(broker);
	}
}

Test(broker, refuses_a_worker_of_another_kind)
{
	size_t before = open_descriptors();
	for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++) {
		char *path = fake(strangers[i].mode);
		const struct kbm_broker_options options = {.worker_path = path,
							   .stdlib_path = KBM_SOURCE_DIR "/stdlib"};
		struct kbm_broker *broker = NULL;
		struct kbm_error error = {0};
		enum kbm_code code = kbm_broker_open(&options, &broker, &error);
		cr_expect(code == KBM_INTERNAL, "%s", strangers[i].mode);
		cr_expect(strstr(error.message, strangers[i].says) != NULL &&
			      strstr(error.message, path) != NULL,
			  "%s", error.message);
	}
	const struct kbm_broker_options options = {.worker_path = "/nonexistent/worker",
						   .stdlib_path = ""};
	struct kbm_broker *broker = NULL;
	struct kbm_error error = {0};
	enum kbm_code code = kbm_broker_open(&options, &broker, &error);
	cr_expect(eq(int, code, KBM_IO));
	cr_expect(eq(sz, open_descriptors(), before));
	pid_t left = waitpid(-1, NULL, WNOHANG);
	cr_expect(eq(int, left, -1));
}

static const struct {
	const char *mode;
	const char *says;
} misdeeds[] = {
    {"nonsense", "broke the protocol: a message of unknown type"},
    {"oversized", "broke the protocol: the message 'output' is larger than its limit"},
    {"kind", "broke the protocol: the message 'result' has a frame of kind 7"},
    {"empty-frames", "broke the protocol: the message 'output' has an empty frame"},
    {"other-job", "broke the protocol: the message 'result' belongs to another job"},
    {"early-done", "broke the protocol: the message 'done' is not permitted now"},
    {"late-search", "broke the protocol: the message 'search' is not permitted now"},
    {"wrong-message", "broke the protocol: the message 'ready' is not permitted now"},
    {"malformed", "broke the protocol: the message 'result' is malformed"},
    {"pass-with-finding", "broke the protocol: the verdict 'pass' came with findings"},
    {"pass-with-change", "broke the protocol: the verdict 'pass' came with changes"},
    {"fail-alone", "broke the protocol: the verdict 'fail' came without a finding"},
    {"fail-with-change", "broke the protocol: the verdict 'fail' came without a finding"},
    {"unknown-with-finding", "broke the protocol: the verdict 'unknown' came with findings"},
    {"unknown-with-change", "broke the protocol: the verdict 'unknown' came with changes"},
    {"error-with-change", "broke the protocol: the verdict 'error' came with changes"},
    {"notapplicable-with-finding",
     "broke the protocol: the verdict 'notapplicable' came with findings"},
    {"notapplicable-with-change",
     "broke the protocol: the verdict 'notapplicable' came with changes"},
    {"end-with-pass", "broke the protocol: it ended early with the verdict 'pass'"},
    {"flood", "broke the protocol: too many findings"},
    {"tail", "broke the protocol: something follows its last message"},
    {"crash", "crashed (signal 11)"},
    {"cut", "crashed (signal 11)"},
    {"quit", "ended without an answer (status 7)"},
    {"no-done", "ended without an answer (status 0)"},
    {"hang", "took longer than 0.3 s (wall clock)"},
};

Test(broker, ends_a_job_whose_child_misbehaves_and_runs_the_next)
{
	for (size_t i = 0; i < sizeof misdeeds / sizeof misdeeds[0]; i++) {
		size_t before = open_descriptors();
		struct kbm_broker *broker = open_broker(fake(misdeeds[i].mode), 0, 300, 0);
		struct kbm_result result = run_on(broker, NULL, 0, "");
		cr_expect(eq(sz, result.finding_count, 0));
		expect_verdict(result, "error", misdeeds[i].says);
		expect_verdict(run_on(broker, NULL, 0, ""), "pass", "all is well");
		close_and_expect_nothing_left(broker);
		cr_expect(open_descriptors() == before, "%s leaks descriptors", misdeeds[i].mode);
	}
}

Test(broker, takes_a_changed_hive_for_verified_only_when_it_is_told_so)
{
	static const struct {
		const char *mode;
		const char *says;
	} rows[] = {
	    {"no-without-reason", "its answer is no yes and no reasoned no"},
	    {"neither-yes-nor-no", "its answer is no yes and no reasoned no"},
	    {"early-done", "the message 'done' is not permitted now"},
	    {"end-with-pass", "the message 'end' is not permitted now"},
	    {"quit", "ended without an answer (status 7)"},
	};
	write_text("hive", "not looked at");
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct kbm_broker *broker = open_broker(fake(rows[i].mode), 0, 300, 0);
		int file = open(path_of("hive"), O_RDONLY | O_CLOEXEC);
		const struct kbm_verify_order order = {.original = file, .changed = file};
		struct kbm_error error = {0};
		enum kbm_code code = kbm_broker_verify(broker, &order, &error);
		cr_expect(code == KBM_INTERNAL, "%s: %d", rows[i].mode, (int)code);
		cr_expect(strstr(error.message, rows[i].says) != NULL, "%s: %s", rows[i].mode,
			  error.message);
		close(file);
		close_and_expect_nothing_left(broker);
	}
}

static enum kbm_code count_note(void *context, const char *note, struct kbm_error *error)
{
	size_t *count = context;
	(void)error;
	*count += strcmp(note, "x") == 0;
	return KBM_OK;
}

static enum kbm_code count_bytes(void *context, const uint8_t *bytes, size_t length,
				 struct kbm_error *error)
{
	size_t *count = context;
	(void)bytes;
	(void)error;
	*count += length;
	return KBM_OK;
}

enum { AS_DIFFERENCES, AS_REG, AS_EXPORT, AS_CHECK, WAYS };

/* Has /dev/null compared with itself, exported or checked; `count` is what was handed on. */
static enum kbm_code ask_for_rows(struct kbm_broker *broker, int way, size_t *count,
				  struct kbm_error *error)
{
	char path[] = "hive";
	int file = open("/dev/null", O_RDONLY | O_CLOEXEC);
	const struct kbm_source source = {
	    .kind = KBM_SOURCE_HIVE, .path = path, .descriptor = file, .file = file};
	const struct kbm_diff_order diff = {.path = "", .form = way == AS_REG ? 5 : 0};
	const struct kbm_export_order export = {.path = ""};
	const struct kbm_hive_export_sink sink = {count, count_bytes, count_note};
	*count = 0;
	struct kbm_hive_check report;
	enum kbm_code code =
	    way == AS_EXPORT ? kbm_broker_export(broker, &source, &export, &sink, error)
	    : way == AS_CHECK
		? kbm_broker_check(broker, &source, count_row, count, &report, error)
		: kbm_broker_diff(broker, &source, &source, &diff, count_row, count, error);
	close(file);
	return code;
}

Test(broker, takes_of_a_comparison_an_export_and_a_check_what_belongs_to_them)
{
	static const char no_part[] = "broke the protocol: a row is no part of a comparison";
	static const char no_export[] = "broke the protocol: a row is no part of an export";
	static const char notes[] = "broke the protocol: too many notes on a comparison";
	static const char export_notes[] = "broke the protocol: too many notes on an export";
	static const char no_check[] = "broke the protocol: a row is no part of a check";
	static const char counts[] = "broke the protocol: a count of a comparison is out of place";
	static const char no_report[] = "broke the protocol";
	static const char all[] = "broke the protocol: it compared all, and could not read all";
	static const char place[] = "broke the protocol: damage out of place";
	static const struct {
		const char *mode;
		const char *says[WAYS]; /* NULL: it is taken */
		size_t counts[WAYS];
	} rows[] = {
	    {"line", {no_part, no_part, no_export, no_check}, {0, 0, 0, 0}},
	    {"bytes", {no_part, NULL, NULL, no_check}, {0, 1, 1, 0}},
	    {"difference", {NULL, no_part, no_export, no_check}, {1, 0, 0, 0}},
	    {"progress", {NULL, NULL, no_export, no_report}, {1, 1, 0, 1}},
	    {"not-compared", {NULL, NULL, no_export, no_check}, {1, 1, 0, 0}},
	    {"not-compared-twice", {counts, counts, no_export, no_check}, {1, 1, 0, 0}},
	    {"notes", {NULL, NULL, NULL, no_check}, {200, 200, 200, 0}},
	    {"many-notes", {notes, notes, export_notes, no_check}, {200, 200, 200, 0}},
	    {"damage", {all, all, no_export, no_check}, {32, 32, 0, 0}},
	    {"much-damage", {place, place, no_export, no_check}, {16, 16, 0, 0}},
	    {"damage-and-note", {no_part, no_part, no_export, no_check}, {1, 1, 0, 0}},
	    {"damage-back", {place, place, no_export, no_check}, {1, 1, 0, 0}},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char *path = fake(rows[i].mode);
		for (int way = 0; way < WAYS; way++) {
			struct kbm_broker *broker = open_broker(path, 0, 300, 0);
			const char *says = rows[i].says[way];
			struct kbm_error error = {0};
			size_t count = 0;
			enum kbm_code code = ask_for_rows(broker, way, &count, &error);
			cr_expect(code == (says == NULL ? KBM_OK : KBM_INTERNAL), "%s %d: %s",
				  rows[i].mode, way, error.message);
			cr_expect(says == NULL || strstr(error.message, says) != NULL, "%s %d: %s",
				  rows[i].mode, way, error.message);
			cr_expect(eq(sz, count, rows[i].counts[way]), "%s %d", rows[i].mode, way);
			close_and_expect_nothing_left(broker);
		}
	}
}

Test(broker, tells_of_a_worker_that_vanishes)
{
	struct kbm_broker *broker = open_broker(fake("vanish"), 0, 300, 0);
	expect_verdict(run_on(broker, NULL, 0, ""), "error", "the worker ended while it did");
	close_and_expect_nothing_left(broker);
}

Test(broker, ends_a_worker_that_does_not_answer)
{
	struct kbm_broker *broker = open_broker(KBM_WORKER, 0, 300, 0);
	broker->answer_ms = 200;
	expect_verdict(run_on(broker, NULL, 0, "return target:pass('one')"), "pass", "one");
	kill(broker->worker, SIGSTOP);
	expect_verdict(run_on(broker, NULL, 0, "return target:pass('two')"), "error",
		       "the worker did not answer in time about the job 'script' and was ended");
	broker->answer_ms = KBM_WORKER_ANSWER_MS;
	expect_verdict(run_on(broker, NULL, 0, "return target:pass('three')"), "pass", "three");
	close_and_expect_nothing_left(broker);
}

Test(broker, takes_a_control_message_that_comes_in_parts)
{
	struct kbm_broker *broker = open_broker(fake("slow-exit"), 0, 0, 0);
	pid_t first = broker->worker;
	for (int i = 0; i < 3; i++) {
		expect_verdict(run_on(broker, NULL, 0, ""), "pass", "all is well");
		usleep(50000); /* half of it is there */
	}
	cr_expect(eq(int, broker->worker, first));
	close_and_expect_nothing_left(broker);
}

Test(broker, does_not_wait_for_a_child_that_does_not_listen)
{
	struct kbm_broker *broker = open_broker(fake("deaf"), 0, 300, 0);
	size_t length = KBM_SCRIPT_MAX_BYTES / 2;
	char *text = malloc(length + 1);
	memset(text, ' ', length);
	text[length] = '\0';
	expect_verdict(run_on(broker, NULL, 0, text), "error", "(wall clock)");
	free(text);
	close_and_expect_nothing_left(broker);
}
