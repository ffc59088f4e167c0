/* guard/broker's jobs that work before their turn: each answers as one that did not, whatever
 * happens to the others. */
#include "base/limits.h"
#include "base/processors.h"
#include "guard/broker.h"
#include "guard/broker_internal.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- what the tests work with --------------------------------------------------------------- */

/* More than may work before their turn. */
enum { MANY = KBM_JOBS_AHEAD + 5, TEXT = 400 };

static const struct kbm_target nothing = {0};

static struct kbm_broker *broker;
static char texts[MANY][TEXT];
static struct kbm_script_order orders[MANY];
static struct kbm_ahead *ahead[MANY];

static void open_broker(void)
{
	const struct kbm_broker_options options = {
	    .worker_path = KBM_WORKER, .stdlib_path = KBM_SOURCE_DIR "/stdlib", .cpu_ms = 300};
	struct kbm_error error = {0};
	enum kbm_code code = kbm_broker_open(&options, &broker, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
}

/* Closing leaves no process of the worker's group behind. */
static void close_broker(void)
{
	pid_t group = broker->worker;
	int left = group == 0 ? -1 : 0;
	kbm_broker_close(broker);
	for (int i = 0; i < 200 && left == 0; i++) {
		usleep(10000);
		left = kill(-group, 0);
	}
	cr_expect(eq(int, left, -1), "a process of the worker is still there");
}

TestSuite(ahead, .init = open_broker, .fini = close_broker, .timeout = 60);

/* Begins a script whose check is these statements. */
static void begin(size_t index, const char *check)
{
	snprintf(
	    texts[index], TEXT,
	    "return { api = 1, id = 'probe', version = '1.0.0', title = 't', severity = 'low', "
	    "categories = { 'test' }, description = 'd', "
	    "check = function(target) %s end }",
	    check);
	orders[index] = (struct kbm_script_order){.target = &nothing,
						  .name = "probe.lua",
						  .text = texts[index],
						  .length = strlen(texts[index])};
	ahead[index] = kbm_broker_begin_run(broker, &orders[index]);
	cr_assert(ne(ptr, ahead[index], NULL));
}

static void begin_pass(size_t index)
{
	char check[64];
	snprintf(check, sizeof check, "target:pass('number %zu')", index);
	begin(index, check);
}

/* Ends it: the verdict's name and a part of the reason. */
static void expect_end(size_t index, const char *verdict, const char *part)
{
	struct kbm_result result = {0};
	struct kbm_error error = {0};
	enum kbm_code code = kbm_broker_end_run(ahead[index], &result, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	cr_expect(strcmp(kbm_verdict_name(result.verdict), verdict) == 0, "%zu: %s: %s", index,
		  kbm_verdict_name(result.verdict), result.reason);
	cr_expect(strstr(result.reason, part) != NULL, "%zu: '%s' lacks '%s'", index, result.reason,
		  part);
	kbm_result_clear(&result);
}

static void expect_pass(size_t index)
{
	char reason[32];
	snprintf(reason, sizeof reason, "number %zu", index);
	expect_end(index, "pass", reason);
}

static size_t count_ahead(void)
{
	size_t count = 0;
	for (size_t i = 0; i < KBM_JOBS_AHEAD; i++)
		count += broker->ahead[i] != NULL;
	return count;
}

/* --- turns ---------------------------------------------------------------------------------- */

Test(ahead, each_answers_at_its_turn)
{
	for (size_t i = 0; i < MANY; i++)
		begin_pass(i);
	cr_expect(eq(sz, count_ahead(), KBM_JOBS_AHEAD));
	for (size_t i = 0; i < MANY; i++)
		expect_pass(i);
	cr_expect(eq(sz, count_ahead(), 0));
}

Test(ahead, turns_may_come_in_any_order)
{
	for (size_t i = 0; i < MANY; i++)
		begin_pass(i);
	for (size_t i = MANY; i > 0; i--)
		expect_pass(i - 1);
}

static size_t count_ended(void)
{
	size_t count = 0;
	kbm_broker_drain(broker);
	for (size_t i = 0; i < KBM_JOBS_AHEAD; i++)
		count += broker->ahead[i] != NULL && broker->ahead[i]->has_ended;
	return count;
}

Test(ahead, they_work_before_their_turn)
{
	for (size_t i = 0; i < 3; i++)
		begin(i, "while true do end");
	for (int i = 0; i < 1000 && count_ended() < 3; i++)
		usleep(10000);
	cr_expect(eq(sz, count_ended(), 3));
	for (size_t i = 0; i < 3; i++)
		expect_end(i, "error", "300 ms of CPU time");
}

Test(ahead, headers_too)
{
	static const char *const ids[] = {"one", "two", "three"};
	struct kbm_ahead *headers[3];
	char script[3][TEXT];
	for (size_t i = 0; i < 3; i++) {
		snprintf(script[i], TEXT,
			 "return { api = 1, id = '%s', version = '1.0.0', title = 't', "
			 "severity = 'low', categories = { 'test' }, description = 'd', "
			 "check = function() end }",
			 ids[i]);
		headers[i] =
		    kbm_broker_begin_header(broker, "probe.lua", script[i], strlen(script[i]));
	}
	for (size_t i = 0; i < 3; i++) {
		struct kbm_script_info info = {0};
		struct kbm_error error = {0};
		enum kbm_code code = kbm_broker_end_header(headers[i], &info, &error);
		cr_assert(eq(int, code, KBM_OK), "%s", error.message);
		cr_expect(eq(str, info.id, (char *)ids[i]));
		kbm_script_info_clear(&info);
	}
}

/* --- when another one begins ------------------------------------------------------------------ */

enum { LONG_MS = 20000 };

/* Of so many processors that all are at work before the first has done its work. */
static size_t keep_to_two_processors(void)
{
	cpu_set_t own;
	cpu_set_t two;
	CPU_ZERO(&two);
	cr_assert(eq(int, sched_getaffinity(0, sizeof own, &own), 0));
	for (int i = 0; i < CPU_SETSIZE && CPU_COUNT(&two) < 2; i++)
		if (CPU_ISSET(i, &own))
			CPU_SET(i, &two);
	cr_assert(eq(int, sched_setaffinity(0, sizeof two, &two), 0));
	return (size_t)CPU_COUNT(&two);
}

static void drop(size_t index)
{
	kbm_ahead_drop(ahead[index]);
	ahead[index] = NULL;
}

Test(ahead, there_is_room_for_one_a_processor_and_two)
{
	size_t processors = keep_to_two_processors();
	size_t begun = 0;
	for (; begun < MANY && kbm_broker_has_room(broker); begun++) {
		begin(begun, "while true do end");
		broker->cpu_ms = LONG_MS;
	}
	cr_expect(eq(sz, begun, processors + 2));
	cr_expect(kbm_broker_await_room(broker)); /* the first has used its time up */
	cr_expect(kbm_broker_has_room(broker));
	expect_end(0, "error", "of CPU time");
	for (size_t i = 1; i < begun; i++)
		drop(i);
}

static void await_due(size_t index)
{
	for (int i = 0; i < 1000 && !kbm_broker_is_run_due(ahead[index]); i++)
		usleep(10000);
	cr_expect(kbm_broker_is_run_due(ahead[index]));
}

/* Nor for those that still work, where there is room beside them. */
Test(ahead, nobody_is_waited_for_who_has_spoken_meanwhile)
{
	cr_expect(kbm_broker_await_room(broker));
	begin_pass(0);
	await_due(0);
	cr_expect(kbm_broker_await_room(broker));
	broker->cpu_ms = LONG_MS;
	begin(1, "while true do end");
	cr_expect(kbm_broker_await_room(broker));
	expect_pass(0);
	drop(1);
}

Test(ahead, who_has_answered_needs_no_room)
{
	for (size_t i = 0; i < KBM_JOBS_AHEAD; i++) {
		begin_pass(i);
		await_due(i);
		cr_expect(eq(int, kbm_broker_has_room(broker), i + 1 < KBM_JOBS_AHEAD));
	}
	cr_expect(not(kbm_broker_await_room(broker)));
	for (size_t i = 0; i < KBM_JOBS_AHEAD; i++)
		expect_pass(i);
}

Test(ahead, who_works_is_not_due)
{
	begin(0, "while true do end");
	cr_expect(not(kbm_broker_is_run_due(ahead[0])));
	expect_end(0, "error", "300 ms of CPU time");
}

enum { NICEST = 19 };

/* How nice the worker's children are, beside this process; the last of so many at most. */
static size_t list_children(int *nicer, size_t most)
{
	char path[64];
	int pid = 0;
	size_t count = 0;
	snprintf(path, sizeof path, "/proc/%d/task/%d/children", broker->worker, broker->worker);
	FILE *children = fopen(path, "r");
	if (children == NULL)
		cr_skip_test("this system does not list a process's children");
	while (count < most && fscanf(children, "%d", &pid) == 1)
		nicer[count++] =
		    getpriority(PRIO_PROCESS, (id_t)pid) - getpriority(PRIO_PROCESS, 0);
	fclose(children);
	return count;
}

/* A child is told of its job after it has set itself up: it runs when its time goes by. */
Test(ahead, who_runs_beside_the_directory_yields_to_it)
{
	char ldif[] = "/tmp/kbmend-ahead.XXXXXX";
	int file = mkstemp(ldif);
	cr_assert(file >= 0 && dprintf(file, "dn: o=x\nobjectClass: organization\n") > 0);
	struct kbm_source source = {0};
	const struct kbm_target target = {.sources = &source, .source_count = 1};
	int nicer[4] = {0};
	if (getpriority(PRIO_PROCESS, 0) == NICEST)
		cr_skip_test("nobody can be nicer than this process");
	struct kbm_error error = {0};
	close(file);
	enum kbm_code code =
	    kbm_broker_prepare(broker, ldif, KBM_USE_SCRIPTS, 1252, 0, &source, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	broker->cpu_ms = LONG_MS;
	begin(0, "while true do end");
	orders[1] = orders[0];
	orders[1].target = &target;
	ahead[1] = kbm_broker_begin_run(broker, &orders[1]);
	cr_assert(ne(ptr, ahead[1], NULL));
	size_t count = 0;
	for (int i = 0; i < 1000 && (count != 3 || nicer[2] == 0); i++) {
		usleep(1000);
		count = list_children(nicer, 4);
	}
	cr_expect(eq(sz, count, 3)); /* a script without a directory, the file, and one with it */
	cr_expect(eq(int, nicer[0], 0));
	cr_expect(eq(int, nicer[1], 0));
	cr_expect(gt(int, nicer[2], 0));
	drop(0);
	drop(1);
	kbm_source_clear(&source);
	unlink(ldif);
}

/* --- what happens to others ------------------------------------------------------------------- */

Test(ahead, an_end_before_the_turn_is_told_at_the_turn)
{
	begin(0, "while true do end");
	begin_pass(1);
	begin_pass(2);
	usleep(600000);
	/* That it ended is heard while these have their turns. */
	expect_pass(2);
	expect_pass(1);
	expect_end(0, "error", "300 ms of CPU time");
}

Test(ahead, a_worker_that_ends_costs_none_of_them)
{
	for (size_t i = 0; i < 4; i++)
		begin_pass(i);
	expect_pass(0);
	siginfo_t ended;
	/* A child that was just made still holds the worker's socket: its end would be heard late.
	 */
	for (int i = 0; i < 1000 && count_ended() < 3; i++)
		usleep(10000);
	kill(broker->worker, SIGKILL);
	waitid(P_PID, (id_t)broker->worker, &ended, WEXITED | WNOWAIT);
	for (size_t i = 1; i < 4; i++)
		expect_pass(i);
	cr_expect(eq(uint, broker->worker_number, 2));
}

Test(ahead, who_is_given_up_leaves_its_place_to_others)
{
	for (size_t i = 0; i < MANY; i++)
		begin_pass(i);
	for (size_t i = 0; i < MANY; i++)
		kbm_ahead_drop(ahead[i]);
	kbm_ahead_drop(NULL);
	cr_expect(eq(sz, count_ahead(), 0));
	begin_pass(0);
	expect_pass(0);
}

Test(ahead, a_wrong_target_is_told_at_the_turn)
{
	struct kbm_source hives[KBM_CHILD_MAX_INPUTS + 1] = {0};
	for (size_t i = 0; i <= KBM_CHILD_MAX_INPUTS; i++)
		hives[i] = (struct kbm_source){.kind = KBM_SOURCE_HIVE, .descriptor = -1};
	const struct kbm_target target = {.sources = hives,
					  .source_count = KBM_CHILD_MAX_INPUTS + 1};
	begin_pass(0);
	kbm_ahead_drop(ahead[0]);
	orders[0].target = &target;
	ahead[0] = kbm_broker_begin_run(broker, &orders[0]);
	begin_pass(1);
	cr_expect(eq(sz, count_ahead(), 1));
	expect_pass(1);
	expect_end(0, "error", "224 registry files at most");
}

/* --- the directory ------------------------------------------------------------------------------
 */

static const char entries[] = "dn: o=Contoso\nobjectClass: top\nobjectClass: organization\n"
			      "o: Contoso\n";
static const char broken[] = "dn: o=Contoso\nobjectClass: top\nthis is no line of LDIF\n";

/* An LDIF file of that text. */
static void make_ldif(const char *text, struct kbm_source *source)
{
	char path[] = "/tmp/kbm-ahead-XXXXXX";
	struct kbm_error error = {0};
	int descriptor = mkstemp(path);
	cr_assert(ge(int, descriptor, 0));
	ssize_t written = write(descriptor, text, strlen(text));
	cr_assert(eq(sz, (size_t)written, strlen(text)));
	close(descriptor);
	enum kbm_code code =
	    kbm_broker_prepare(broker, path, KBM_USE_SCRIPTS, 1252, 0, source, &error);
	unlink(path);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
}

#define SEARCHING                                                                            \
	"return { api = 1, id = 'probe', version = '1.0.0', title = 't', severity = 'low', " \
	"categories = { 'test' }, description = 'd', needs = { directory = true }, "         \
	"check = function(target) local dn = require 'dn' "                                  \
	"target:pass('found ' .. #target.directory:search{ base = dn.parse('o=Contoso'), "   \
	"scope = 'base' }) end }"

static void begin_searching(size_t index, const struct kbm_target *target)
{
	orders[index] = (struct kbm_script_order){
	    .target = target, .name = "probe.lua", .text = SEARCHING, .length = strlen(SEARCHING)};
	ahead[index] = kbm_broker_begin_run(broker, &orders[index]);
	cr_assert(ne(ptr, ahead[index], NULL));
}

Test(ahead, a_directory_is_opened_while_scripts_work)
{
	struct kbm_source source = {0};
	struct kbm_error error = {0};
	make_ldif(entries, &source);
	const struct kbm_target target = {.sources = &source, .source_count = 1};
	for (size_t i = 0; i < 3; i++)
		begin_searching(i, &target);
	cr_expect(ne(ptr, (void *)broker->directory.opening, NULL));
	cr_expect(eq(sz, count_ahead(), 4)); /* one child for all of them */
	for (size_t i = 0; i < 3; i++)
		expect_end(i, "pass", "found 1");
	cr_expect(eq(ptr, (void *)broker->directory.opening, NULL));
	enum kbm_code code = kbm_broker_open_directory(broker, &target, &error);
	cr_expect(eq(int, code, KBM_OK));
	kbm_source_clear(&source);
}

Test(ahead, a_directory_that_is_broken_is_told_at_the_turn)
{
	struct kbm_source source = {0};
	struct kbm_error error = {0};
	make_ldif(broken, &source);
	const struct kbm_target target = {.sources = &source, .source_count = 1};
	begin_searching(0, &target);
	begin_pass(1);
	expect_end(0, "unknown", "line 3");
	expect_pass(1);
	enum kbm_code code = kbm_broker_open_directory(broker, &target, &error);
	cr_expect(ne(int, code, KBM_OK));
	cr_expect(strstr(error.message, "line 3") != NULL, "%s", error.message);
	cr_expect(eq(sz, count_ahead(), 0));
	kbm_source_clear(&source);
}

Test(ahead, a_directory_that_nobody_waits_for_is_given_up)
{
	struct kbm_source source = {0};
	struct kbm_source other = {0};
	struct kbm_error error = {0};
	make_ldif(broken, &other);
	make_ldif(entries, &source);
	const struct kbm_target target = {.sources = &source, .source_count = 1};
	const struct kbm_target another = {.sources = &other, .source_count = 1};
	const struct kbm_target *const begun[] = {&target, &target, &another, &target};
	for (size_t i = 0; i < 4; i++) {
		enum kbm_code code = kbm_broker_begin_directory(broker, begun[i], &error);
		cr_assert(eq(int, code, KBM_OK), "%s", error.message);
		cr_expect(eq(sz, count_ahead(), 1));
	}
	enum kbm_code code = kbm_broker_open_directory(broker, &target, &error);
	cr_expect(eq(int, code, KBM_OK), "%s", error.message);
	cr_expect(eq(sz, count_ahead(), 0));
	code = kbm_broker_begin_directory(broker, &another, &error);
	cr_expect(eq(int, code, KBM_OK));
	kbm_broker_close_directory(broker);
	cr_expect(eq(sz, count_ahead(), 0));
	kbm_source_clear(&source);
	kbm_source_clear(&other);
}
