/* guard/broker with the real worker: a hive's structure checked, and a changed file compared with
 * its original, in jailed children. */
#include "base/limits.h"

#include "hive_image.h"
#include "guard/broker.h"
#include "source/hive_build.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { BASE = 4096 };

/* --- files --------------------------------------------------------------------------------------
 */

static void set(struct kbm_tree *tree, const char *path, const char *name, const char *data)
{
	struct kbm_value value = {name, strlen(name), KBM_REG_SZ, (const uint8_t *)data,
				  strlen(data)};
	cr_assert(eq(int, (int)kbm_tree_set_value(tree, path, &value, NULL), KBM_OK));
}

/* A hive in which A\One is `one`; with another value when `extra` is named. */
static void build(const char *one, const char *extra, struct kbm_bytes *image)
{
	struct kbm_tree *tree = NULL;
	struct kbm_build_options options = {.minor = 5, .last_written = 7};
	kbm_bytes_init(image, KBM_MIB);
	cr_assert(eq(int, (int)kbm_tree_make("root", &tree, NULL), KBM_OK));
	for (int i = 0; i < 200; i++) {
		char path[32];
		snprintf(path, sizeof path, "Services\\Service%d", i);
		set(tree, path, "ImagePath", "a long enough text");
	}
	set(tree, "A", "One", one);
	if (extra != NULL)
		set(tree, "A", extra, "x");
	cr_assert(eq(int, (int)kbm_tree_build(tree, &options, image, NULL), KBM_OK));
	kbm_tree_free(tree);
}

static int file_of(const struct kbm_bytes *image)
{
	int file = memfd_create("hive", MFD_CLOEXEC);
	cr_assert(ge(int, file, 0));
	ssize_t written = pwrite(file, image->data, image->length, 0);
	cr_assert(eq(int, (int)written, (int)image->length));
	return file;
}

static void seal(struct kbm_bytes *image)
{
	struct hive_image whole = {.bytes = image->data, .size = image->length};
	image_seal(&whole);
}

static struct kbm_broker *open_broker(void)
{
	const struct kbm_broker_options options = {.worker_path = KBM_WORKER,
						   .stdlib_path = KBM_SOURCE_DIR "/stdlib"};
	struct kbm_broker *broker = NULL;
	struct kbm_error error = {0};
	enum kbm_code code = kbm_broker_open(&options, &broker, &error);
	cr_assert(eq(int, (int)code, KBM_OK), "%s", error.message);
	return broker;
}

/* --- verify -------------------------------------------------------------------------------------
 */

/* The planned change: A\One becomes "new". */
static struct kbm_change planned(void)
{
	struct kbm_change change = {.op = KBM_SET_VALUE};
	change.place.kind = KBM_PLACE_VALUE;
	change.place.path = strdup("HKLM\\SYSTEM\\A");
	change.place.hive = strdup("SYSTEM");
	change.place.physical = strdup("A");
	change.place.name = strdup("One");
	change.place.name_length = 3;
	kbm_state_set_value(&change.after, KBM_REG_SZ, "new", 3);
	return change;
}

static void count(void *context)
{
	int *runs = context;
	(*runs)++;
}

static enum kbm_code verify(struct kbm_broker *broker, const struct kbm_bytes *before,
			    const struct kbm_bytes *after, bool full, struct kbm_error *error)
{
	struct kbm_change change = planned();
	int runs = 0;
	const struct kbm_verify_order order = {.original = file_of(before),
					       .changed = file_of(after),
					       .changes = &change,
					       .change_count = 1,
					       .full = full,
					       .meanwhile = count,
					       .context = &runs};
	*error = (struct kbm_error){0};
	enum kbm_code code = kbm_broker_verify(broker, &order, error);
	cr_expect(eq(int, runs, 1), "what is done while the child works");
	close(order.original);
	close(order.changed);
	kbm_change_clear(&change);
	return code;
}

static void expect_no(struct kbm_broker *broker, const struct kbm_bytes *before,
		      const struct kbm_bytes *after, enum kbm_code expected, const char *message)
{
	struct kbm_error error;
	enum kbm_code code = verify(broker, before, after, false, &error);
	cr_expect(eq(int, (int)code, (int)expected), "%s: %s", message, error.message);
	cr_expect(ne(ptr, strstr(error.message, message), NULL), "%s", error.message);
}

Test(broker_verify, accepts_the_planned_change, .timeout = 60)
{
	struct kbm_broker *broker = open_broker();
	struct kbm_bytes before;
	struct kbm_bytes after;
	struct kbm_error error;
	build("old", NULL, &before);
	build("new", NULL, &after);
	enum kbm_code code = verify(broker, &before, &after, false, &error);
	cr_expect(eq(int, (int)code, KBM_OK), "%s", error.message);
	code = verify(broker, &before, &after, true, &error);
	cr_expect(eq(int, (int)code, KBM_OK), "%s", error.message);
	/* What an edit writes into the base block. */
	after.data[4] += 2;
	after.data[8] += 2;
	after.data[12] += 1;
	seal(&after);
	code = verify(broker, &before, &after, true, &error);
	cr_expect(eq(int, (int)code, KBM_OK), "%s", error.message);
	kbm_bytes_clear(&before);
	kbm_bytes_clear(&after);
	kbm_broker_close(broker);
}

Test(broker_verify, refuses_other_contents, .timeout = 60)
{
	struct kbm_broker *broker = open_broker();
	struct kbm_bytes before;
	struct kbm_bytes after;
	build("old", NULL, &before);
	expect_no(broker, &before, &before, KBM_REFUSED,
		  "change 1 (set_value) is not there: A : One");
	build("new", "Two", &after);
	expect_no(broker, &before, &after, KBM_REFUSED, "the value 'Two' was added");
	kbm_bytes_clear(&after);
	build("neW", NULL, &after);
	expect_no(broker, &before, &after, KBM_REFUSED, "the value 'One' differs");
	kbm_bytes_clear(&after);
	build("new", NULL, &after);
	after.data[48] = 'x'; /* the hive's name in the base block */
	seal(&after);
	expect_no(broker, &before, &after, KBM_REFUSED, "the base block differs at 0x30");
	kbm_bytes_clear(&before);
	kbm_bytes_clear(&after);
	kbm_broker_close(broker);
}

/* Where a cell of the image begins whose content begins so. */
static uint8_t *find_cell(struct kbm_bytes *image, const char *content)
{
	uint8_t *found = memmem(image->data + BASE, image->length - BASE, content, strlen(content));
	cr_assert(ne(ptr, found, NULL));
	return found - 4;
}

Test(broker_verify, refuses_a_file_that_is_not_sound, .timeout = 60)
{
	struct kbm_broker *broker = open_broker();
	struct kbm_bytes before;
	struct kbm_bytes after;
	build("old", NULL, &before);
	build("new", NULL, &after);
	uint8_t *descriptor = find_cell(&after, "sk");
	descriptor[4 + 12]++;
	expect_no(broker, &before, &after, KBM_REFUSED,
		  "the changed file is not sound: the security descriptor at file offset");
	expect_no(broker, &after, &before, KBM_UNREADABLE,
		  "the original is not sound: the security descriptor at file offset");
	descriptor[4 + 12]--;
	after.data[4]++;
	seal(&after);
	expect_no(broker, &before, &after, KBM_REFUSED,
		  "the changed file is not sound: the hive is dirty");
	after.data[4]--;
	seal(&after);
	after.data[0] = 'x';
	expect_no(broker, &before, &after, KBM_REFUSED, "the changed file is not a registry hive");
	expect_no(broker, &after, &before, KBM_INVALID, "the original file is not a registry hive");
	kbm_bytes_clear(&before);
	kbm_bytes_clear(&after);
	kbm_broker_close(broker);
}

/* A cell that nothing refers to is odd: as many as the original had may be there. */
Test(broker_verify, refuses_a_file_with_more_odd_places, .timeout = 60)
{
	struct kbm_broker *broker = open_broker();
	struct kbm_bytes before;
	struct kbm_bytes after;
	struct kbm_error error;
	build("old", NULL, &before);
	build("new", NULL, &after);
	uint8_t *files[] = {before.data, after.data};
	uint8_t *last[2];
	for (size_t i = 0; i < 2; i++) { /* the free cell at the end of the bins */
		for (uint8_t *at = files[i] + BASE; at < files[i] + before.length;) {
			int32_t size;
			if (memcmp(at, "hbin", 4) == 0)
				at += 32;
			memcpy(&size, at, 4);
			last[i] = at;
			at += size < 0 ? -size : size;
		}
		int32_t rest;
		memcpy(&rest, last[i], 4);
		cr_assert(gt(int, (int)rest, 8));
		rest = -rest;
		memcpy(last[i], &rest, 4);
	}
	enum kbm_code code = verify(broker, &before, &after, false, &error);
	cr_expect(eq(int, (int)code, KBM_OK), "%s", error.message);
	int32_t rest;
	memcpy(&rest, last[0], 4);
	rest = -rest;
	memcpy(last[0], &rest, 4);
	expect_no(broker, &before, &after, KBM_REFUSED,
		  "more odd places than the original; its first: nothing refers to the cell");
	kbm_bytes_clear(&before);
	kbm_bytes_clear(&after);
	kbm_broker_close(broker);
}

/* --- check --------------------------------------------------------------------------------------
 */

static enum kbm_code ignore_row(void *context, const struct kbm_registry_row *row,
				struct kbm_error *error)
{
	(void)context;
	(void)row;
	(void)error;
	return KBM_OK;
}

Test(broker_verify, checks_the_structure_of_a_source, .timeout = 60)
{
	struct kbm_broker *broker = open_broker();
	struct kbm_bytes image;
	struct kbm_hive_check report;
	struct kbm_error error = {0};
	char path[] = "some file";
	build("old", NULL, &image);
	struct kbm_source source = {.kind = KBM_SOURCE_HIVE, .path = path};
	source.descriptor = file_of(&image);
	enum kbm_code code = kbm_broker_check(broker, &source, ignore_row, NULL, &report, &error);
	cr_expect(eq(int, (int)code, KBM_OK), "%s", error.message);
	cr_expect(eq(u64, report.problems, 0));
	cr_expect(eq(u64, report.keys, 203));
	find_cell(&image, "sk")[4 + 12]++;
	close(source.descriptor);
	source.descriptor = file_of(&image);
	code = kbm_broker_check(broker, &source, ignore_row, NULL, &report, &error);
	cr_expect(eq(int, (int)code, KBM_OK), "%s", error.message);
	cr_expect(eq(u64, report.problems, 1));
	cr_expect(eq(u64, report.counts[KBM_CHECK_USERS], 1));
	cr_expect(ne(ptr, strstr(report.first_problems[0], "keys use it"), NULL));
	source.kind = KBM_SOURCE_LDIF;
	code = kbm_broker_check(broker, &source, ignore_row, NULL, &report, &error);
	cr_expect(eq(int, (int)code, KBM_INVALID));
	cr_expect(
	    eq(int, strcmp(error.message, "some file: is an LDIF file, not a registry hive"), 0),
	    "%s", error.message);
	close(source.descriptor);
	kbm_bytes_clear(&image);
	kbm_broker_close(broker);
}
