/* apply/journal: numbers, locks, what is stored, and strict reading. */
#include "apply/journal.h"
#include "apply/journal_examine.h"

#include "apply/hive_file.h"
#include "base/limits.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define OTHER_HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static char root[] = "/tmp/kbmend-journal-XXXXXX";
static char state[80]; /* the state folder */
static char hive[80];
static struct kbm_error error;

static void put(const char *path, const char *text)
{
	FILE *opened = fopen(path, "w");
	if (opened == NULL || fputs(text, opened) < 0 || fclose(opened) != 0)
		abort();
}

static void start(void)
{
	umask(022);
	if (mkdtemp(root) == NULL)
		abort();
	snprintf(state, sizeof state, "%s/state", root);
	snprintf(hive, sizeof hive, "%s/SYSTEM", root);
	put(hive, "before");
}

static void finish(void)
{
	char command[128];
	snprintf(command, sizeof command, "rm -rf %s", root);
	if (system(command) != 0)
		abort();
}

TestSuite(journal, .init = start, .fini = finish);

/* A path in the state folder; valid until the next call but three. */
static const char *in_state(const char *below)
{
	static char paths[4][160];
	static unsigned next;
	char *path = paths[next++ % 4];
	snprintf(path, sizeof paths[0], "%s/journal/%s", state, below);
	return path;
}

static bool exists(const char *path)
{
	struct stat status;
	return lstat(path, &status) == 0;
}

static unsigned mode_of(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 ? (unsigned)status.st_mode & 07777U : 0;
}

/* An entry that is being worked on. */
static struct kbm_journal *begin(struct kbm_journal_entry *entry)
{
	struct kbm_journal *journal = NULL;
	entry->started = 1700000000;
	enum kbm_code code = kbm_journal_begin(state, entry, &journal, &error);
	cr_assert(eq(int, code, KBM_OK), "%s", error.message);
	return journal;
}

/* A whole entry; its number. */
static uint32_t make(enum kbm_journal_command command, uint32_t undoes,
		     enum kbm_journal_state ended)
{
	struct kbm_journal_entry entry = {.command = command, .undoes = undoes};
	struct kbm_journal *journal = begin(&entry);
	entry.state = ended;
	entry.finished = 1700000001;
	cr_assert(eq(int, kbm_journal_save(journal, &entry, &error), KBM_OK));
	kbm_journal_end(journal);
	uint32_t number = entry.number;
	kbm_journal_entry_clear(&entry);
	return number;
}

/* --- numbers and files ------------------------------------------------------------------------ */

Test(journal, counts_from_one_for_the_user_alone)
{
	struct kbm_journal_entry entry = {0};
	struct kbm_journal *journal = begin(&entry);
	cr_assert(eq(uint, entry.number, 1));
	cr_assert(eq(uint, entry.pid, (unsigned)getpid()));
	cr_assert(eq(int, strcmp(entry.version, KBM_VERSION), 0));
	cr_assert(eq(int, strcmp(kbm_journal_folder(journal), in_state("1")), 0));
	cr_assert(eq(int, kbm_journal_store(journal, "plan.json", "{}\n", 3, &error), KBM_OK));
	cr_assert(eq(uint, mode_of(state), 0700));
	cr_assert(eq(uint, mode_of(in_state("1")), 0700));
	cr_assert(eq(uint, mode_of(in_state("1/entry.json")), 0600));
	cr_assert(eq(uint, mode_of(in_state("1/lock")), 0600));
	cr_assert(eq(uint, mode_of(in_state("1/plan.json")), 0600));
	kbm_journal_end(journal);
	kbm_journal_entry_clear(&entry);
	cr_assert(eq(uint, make(KBM_JOURNAL_APPLY, 0, KBM_JOURNAL_FIXED), 2));
}

Test(journal, passes_over_what_is_no_entry)
{
	static const char *const others[] = {"007", "x9", "12x", "1234567890", "-3", ".8", "+4"};
	struct kbm_journal_list list = {0};
	make(KBM_JOURNAL_APPLY, 0, KBM_JOURNAL_FIXED);
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		cr_assert(eq(int, mkdir(in_state(others[i]), 0700), 0));
	cr_assert(eq(uint, make(KBM_JOURNAL_APPLY, 0, KBM_JOURNAL_FIXED), 2));
	cr_assert(eq(int, kbm_journal_list(state, &list, &error), KBM_OK));
	cr_assert(eq(sz, list.count, 2));
	kbm_journal_list_clear(&list);
}

Test(journal, leaves_nothing_of_what_could_not_be_begun)
{
	struct kbm_journal_entry entry = {.started = 1};
	struct kbm_journal *journal = NULL;
	make(KBM_JOURNAL_APPLY, 0, KBM_JOURNAL_FIXED);
	entry.title = malloc(KBM_PLAN_MAX_FILE_BYTES + 1);
	cr_assert(ne(ptr, entry.title, NULL));
	memset(entry.title, 'x', KBM_PLAN_MAX_FILE_BYTES);
	entry.title[KBM_PLAN_MAX_FILE_BYTES] = '\0';
	cr_assert(eq(int, kbm_journal_begin(state, &entry, &journal, &error), KBM_LIMIT));
	cr_assert(eq(ptr, journal, NULL));
	cr_assert(exists(in_state("2")) == false);
	kbm_journal_entry_clear(&entry);
}

/* Eight processes at once: no number is given twice. */
Test(journal, gives_each_process_its_own_number)
{
	enum { PROCESSES = 8, ENTRIES = 10 };
	struct kbm_journal_list list = {0};
	for (int i = 0; i < PROCESSES; i++) {
		if (fork() != 0)
			continue;
		for (int j = 0; j < ENTRIES; j++) {
			struct kbm_journal_entry entry = {.started = 1 + i};
			struct kbm_journal *journal = NULL;
			if (kbm_journal_begin(state, &entry, &journal, &error) != KBM_OK)
				_exit(1);
			kbm_journal_end(journal);
		}
		_exit(0);
	}
	for (int i = 0, status = 0; i < PROCESSES; i++) {
		cr_assert(gt(int, (int)wait(&status), 0));
		cr_assert(eq(int, status, 0));
	}
	cr_assert(eq(int, kbm_journal_list(state, &list, &error), KBM_OK));
	cr_assert(eq(sz, list.count, PROCESSES * ENTRIES));
	for (size_t i = 0; i < list.count; i++) {
		cr_expect(eq(uint, list.items[i].number, (unsigned)i + 1));
		cr_expect(eq(int, list.items[i].readable, 1), "%s", list.items[i].problem.message);
	}
	kbm_journal_list_clear(&list);
}

Test(journal, stores_and_fetches_texts)
{
	struct kbm_bytes text;
	struct kbm_journal_entry entry = {0};
	struct kbm_journal *journal = begin(&entry);
	kbm_bytes_init(&text, 100);
	cr_assert(eq(int, kbm_journal_store(journal, "undo.json", "undo", 4, &error), KBM_OK));
	cr_assert(eq(int, kbm_journal_fetch(state, 1, "undo.json", &text, &error), KBM_OK));
	cr_assert(eq(int, strcmp(kbm_bytes_text(&text), "undo"), 0));
	cr_assert(eq(int, kbm_journal_fetch(state, 1, "plan.json", &text, &error), KBM_NOT_FOUND));
	cr_assert(eq(int, kbm_journal_fetch(state, 2, "undo.json", &text, &error), KBM_NOT_FOUND));
	kbm_bytes_clear(&text);
	kbm_journal_end(journal);
	kbm_journal_entry_clear(&entry);
}

Test(journal, says_where_backups_go)
{
	struct kbm_journal_entry entry = {0};
	struct kbm_journal *journal = begin(&entry);
	char *path = kbm_journal_backup_path(journal, NULL, "SYSTEM", 3);
	cr_assert(eq(int, strcmp(path, in_state("1/backup-3")), 0), "%s", path);
	free(path);
	path = kbm_journal_backup_path(journal, "/backups", "SYSTEM", 3);
	cr_assert(eq(int, strcmp(path, "/backups/SYSTEM.kbmend-1"), 0), "%s", path);
	free(path);
	kbm_journal_end(journal);
	kbm_journal_entry_clear(&entry);
}

/* --- reading ---------------------------------------------------------------------------------- */

static void fill(struct kbm_journal_entry *entry)
{
	entry->number = 7;
	entry->command = KBM_JOURNAL_UNDO;
	entry->undoes = 3;
	entry->state = KBM_JOURNAL_FAILED_CHANGED;
	entry->started = 1700000000;
	entry->finished = 1700000009;
	entry->pid = 4711;
	kbm_journal_set_text(&entry->boot, "70a17d44-dbed-45a5-9358-df9657a67848");
	kbm_journal_set_text(&entry->version, "0.1.0");
	kbm_journal_set_text(&entry->title, "Q298565: 2 \xE2\x80\xAE changes");
	kbm_journal_set_text(&entry->message, "a line\nand another");
	struct kbm_journal_hive *added =
	    kbm_journal_add_hive(entry, "/mnt/SYST\xFF\x45M", "SYSTEM");
	kbm_journal_set_text(&added->backup, "/backups/SYSTEM.kbmend-7");
	kbm_journal_set_text(&added->changed, "/mnt/.SYSTEM.kbmend-7");
	strcpy(added->sha256_before, OTHER_HASH);
	added->phase = KBM_HIVE_BACKED_UP;
	kbm_journal_add_hive(entry, "/mnt/SOFTWARE", "SOFTWARE")->phase = KBM_HIVE_TAKEN_BACK;
	kbm_journal_set_text(&entry->uri, "ldap://server");
	kbm_journal_add_modify(entry, "cn=a,o=b")->phase = KBM_MODIFY_UNKNOWN;
	kbm_journal_add_modify(entry, "cn=c,o=b");
}

static char *written(const struct kbm_journal_entry *entry)
{
	struct kbm_bytes text;
	kbm_bytes_init(&text, 100000);
	cr_assert(eq(int, kbm_journal_entry_write(entry, &text, &error), KBM_OK));
	return kbm_bytes_take(&text, NULL);
}

Test(journal, reads_what_it_wrote)
{
	struct kbm_journal_entry entry = {0};
	struct kbm_journal_entry read = {0};
	fill(&entry);
	char *text = written(&entry);
	cr_assert(eq(int, kbm_journal_entry_read(text, strlen(text), &read, &error), KBM_OK), "%s",
		  error.message);
	char *again = written(&read);
	cr_assert(eq(int, strcmp(text, again), 0), "%s%s", text, again);
	cr_assert(eq(sz, read.hive_count, 2));
	cr_assert(eq(int, strcmp(read.hives[0].path, "/mnt/SYST\xFF\x45M"), 0));
	cr_assert(eq(int, strcmp(read.hives[0].sha256_before, OTHER_HASH), 0));
	cr_assert(eq(ptr, read.hives[1].backup, NULL));
	cr_assert(eq(int, read.hives[1].phase, KBM_HIVE_TAKEN_BACK));
	cr_assert(eq(sz, read.modify_count, 2));
	cr_assert(eq(int, read.modifies[0].phase, KBM_MODIFY_UNKNOWN));
	cr_assert(eq(int, read.state, KBM_JOURNAL_FAILED_CHANGED));
	cr_assert(eq(int, strcmp(read.message, "a line\nand another"), 0));
	cr_assert(eq(ptr, strstr(text, "\xE2\x80\xAE"), NULL), "nothing that turns text around");
	free(text), free(again);
	kbm_journal_entry_clear(&entry);
	kbm_journal_entry_clear(&read);
}

/* The entry's text with one piece replaced. */
static char *with(const char *text, const char *old, const char *new)
{
	char *made = NULL;
	const char *at = strstr(text, old);
	cr_assert(ne(ptr, (void *)at, NULL), "%s", old);
	if (asprintf(&made, "%.*s%s%s", (int)(at - text), text, new, at + strlen(old)) < 0)
		abort();
	return made;
}

Test(journal, refuses_damaged_entries_and_says_where)
{
	static const struct {
		const char *old;
		const char *new;
		const char *words;
	} rows[] = {
	    {"kbmend.journal/1", "kbmend.journal/2", "entry.schema: "},
	    {"\"number\": 7", "\"number\": -7", "entry.number: "},
	    {"\"number\": 7", "\"number\": 7.5", "entry.number: "},
	    {"\"number\": 7", "\"number\": 4294967296", "entry.number: "},
	    {"\"number\": 7", "\"number\": 3", "entry.undoes: "},
	    {"\"undo\"", "\"apply\"", "entry.undoes: "},
	    {"\"undo\"", "\"redo\"", "entry.command: "},
	    {"failed-changed", "broken", "entry.state: "},
	    {"1700000000", "1700000001", "entry.started: "},
	    {"2023-11-14T22:13:29Z", "2024-11-14T22:13:29Z", "entry.finished: "},
	    {"1700000009", "99999999999999", "entry.finished.seconds: "},
	    {"\"pid\": 4711", "\"pid\": \"4711\"", "entry.process.pid: "},
	    {"\"title\"", "\"titel\"", "entry.titel: "},
	    {"\"message\": \"a line\\nand another\",", "", "entry.message: "},
	    {"\"kind\": \"hive\"", "\"kind\": \"file\"", "entry.parts[0]: "},
	    {"/mnt/SOFTWARE", "mnt/SOFTWARE", "entry.parts[1].path: "},
	    {"/mnt/SOFTWARE", "/mnt\\u0000/SOFTWARE", "column"},
	    {"backed up", "backed down", "entry.parts[0].phase: "},
	    {OTHER_HASH, "ab", "entry.parts[0].sha256_before: "},
	    {OTHER_HASH, "0123456789ABCDEF" OTHER_HASH, "entry.parts[0].sha256_before: "},
	    {"\"/backups/SYSTEM.kbmend-7\"", "\"\"", "entry.parts[0].backup: "},
	    {"\"/mnt/.SYSTEM.kbmend-7\"", "7", "entry.parts[0].changed: "},
	    {"\"kind\": \"hive\"", "\"kind\": \"hive\", \"kind\": \"hive\"", "duplicate"},
	    {"\"cn=a,o=b\"", "[]", "entry.parts[2].entries[0].dn: "},
	    {"\"unknown\"", "\"fixed\"", "entry.parts[2].entries[0].phase: "},
	};
	struct kbm_journal_entry entry = {0};
	struct kbm_journal_entry read = {0};
	fill(&entry);
	char *text = written(&entry);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char *damaged = with(text, rows[i].old, rows[i].new);
		enum kbm_code code =
		    kbm_journal_entry_read(damaged, strlen(damaged), &read, &error);
		cr_expect(eq(int, code, KBM_INVALID), "row %zu", i);
		cr_expect(ne(ptr, strstr(error.message, rows[i].words), NULL), "row %zu: %s", i,
			  error.message);
		cr_expect(eq(uint, read.number, 0), "row %zu: untouched", i);
		free(damaged);
	}
	free(text);
	kbm_journal_entry_clear(&entry);
}

/* Cut anywhere, and each byte replaced by each of some: an error, or an entry that is written as it
 * was read. */
Test(journal, survives_every_damage)
{
	static const char bytes[] = "\0\"{}[],:0-9a\\\x80\xFF";
	size_t refused = 0;
	size_t tried = 0;
	struct kbm_journal_entry entry = {0};
	fill(&entry);
	char *text = written(&entry);
	size_t length = strlen(text);
	for (size_t i = 0; i < length; i++) {
		struct kbm_journal_entry read = {0};
		if (i < length - 1) /* more than the last newline is cut */
			cr_expect(ne(int, kbm_journal_entry_read(text, i, &read, &error), KBM_OK),
				  "%zu", i);
		char kept = text[i];
		for (size_t j = 0; j < sizeof bytes - 1; j++, tried++) {
			text[i] = bytes[j];
			if (kbm_journal_entry_read(text, length, &read, &error) != KBM_OK) {
				refused++;
				cr_expect(ne(int, error.message[0], 0));
			}
			kbm_journal_entry_clear(&read);
		}
		text[i] = kept;
	}
	cr_assert(gt(sz, refused, tried / 2), "%zu of %zu", refused, tried);
	free(text);
	kbm_journal_entry_clear(&entry);
}

/* A process that is killed between making the folder and saying what it is for. */
Test(journal, knows_an_apply_that_ended_without_a_word)
{
	struct kbm_journal_entry entry = {0};
	make(KBM_JOURNAL_APPLY, 0, KBM_JOURNAL_FIXED);
	cr_assert(eq(int, unlink(in_state("1/entry.json")), 0));
	cr_assert(eq(int, kbm_journal_load(state, 1, &entry, &error), KBM_OK), "%s", error.message);
	cr_expect(eq(int, (int)entry.state, (int)KBM_JOURNAL_FAILED));
	cr_expect(eq(str, entry.message, (char *)"interrupted before it did anything"));
	kbm_journal_entry_clear(&entry);
}

Test(journal, lists_damaged_entries_with_their_errors)
{
	struct kbm_journal_list list = {0};
	struct kbm_journal_entry entry = {0};
	for (int i = 0; i < 6; i++)
		make(KBM_JOURNAL_APPLY, 0, KBM_JOURNAL_FIXED);
	put(in_state("2/entry.json"), "{\"schema\": \"kbmend.journal/1\"}");
	cr_assert(eq(int, unlink(in_state("3/entry.json")), 0));
	cr_assert(eq(int, rename(in_state("1/entry.json"), in_state("4/entry.json")), 0));
	cr_assert(eq(int, unlink(in_state("5/entry.json")), 0));
	cr_assert(eq(int, symlink(in_state("6/entry.json"), in_state("5/entry.json")), 0));
	cr_assert(eq(int, kbm_journal_list(state, &list, &error), KBM_OK), "%s", error.message);
	cr_assert(eq(sz, list.count, 6));
	static const struct {
		enum kbm_code code;
		const char *words;
	} rows[] = {{KBM_OK, ""}, /* no entry.json: not damaged */
		    {KBM_INVALID, "2/entry.json: entry.number: this member is missing"},
		    {KBM_OK, ""},
		    {KBM_INVALID, "4/entry.json: is the entry of number 1"},
		    {KBM_REFUSED, "5/entry.json: is a symbolic link"}};
	for (size_t i = 0; i < 5; i++) {
		if (rows[i].code == KBM_OK)
			continue;
		const struct kbm_journal_listed *item = &list.items[i];
		cr_expect(eq(int, item->readable, 0), "%zu", i);
		cr_expect(eq(int, item->problem.code, rows[i].code), "%zu", i);
		cr_expect(ne(ptr, strstr(item->problem.message, rows[i].words), NULL), "%s",
			  item->problem.message);
		cr_expect(
		    eq(int, kbm_journal_load(state, item->number, &entry, &error), rows[i].code));
	}
	cr_assert(eq(int, list.items[5].readable, 1));
	kbm_journal_list_clear(&list);
	cr_assert(eq(int, kbm_journal_load(state, 7, &entry, &error), KBM_NOT_FOUND));
	cr_assert(eq(uint, make(KBM_JOURNAL_APPLY, 0, KBM_JOURNAL_FIXED), 7), "still works");
}

Test(journal, is_empty_where_there_is_none)
{
	struct kbm_journal_list list = {0};
	cr_assert(eq(int, kbm_journal_list(state, &list, &error), KBM_OK));
	cr_assert(eq(sz, list.count, 0));
	kbm_journal_list_clear(&list);
	cr_assert(exists(state) == false, "looking makes nothing");
	cr_assert(eq(int, mkdir(state, 0700), 0));
	cr_assert(eq(int, kbm_journal_list(state, &list, &error), KBM_OK));
	cr_assert(eq(sz, list.count, 0));
	kbm_journal_list_clear(&list);
	char journal[96];
	snprintf(journal, sizeof journal, "%s/journal", state);
	put(journal, "a file");
	cr_assert(eq(int, kbm_journal_list(state, &list, &error), KBM_IO));
	cr_assert(ne(ptr, strstr(error.message, journal), NULL), "%s", error.message);
}

Test(journal, tells_what_was_undone)
{
	struct kbm_journal_entry entry = {0};
	make(KBM_JOURNAL_APPLY, 0, KBM_JOURNAL_FIXED);
	make(KBM_JOURNAL_UNDO, 1, KBM_JOURNAL_FAILED);
	cr_assert(eq(int, kbm_journal_load(state, 1, &entry, &error), KBM_OK));
	cr_assert(eq(uint, entry.undone_by, 0), "a failed undo undid nothing");
	kbm_journal_entry_clear(&entry);
	make(KBM_JOURNAL_UNDO, 1, KBM_JOURNAL_UNDONE);
	cr_assert(eq(int, kbm_journal_load(state, 1, &entry, &error), KBM_OK));
	cr_assert(eq(uint, entry.undone_by, 3));
	kbm_journal_entry_clear(&entry);
	make(KBM_JOURNAL_UNDO, 3, KBM_JOURNAL_UNDONE);
	cr_assert(eq(int, kbm_journal_load(state, 1, &entry, &error), KBM_OK));
	cr_assert(eq(uint, entry.undone_by, 0), "the undo was undone");
	kbm_journal_entry_clear(&entry);
	cr_assert(eq(int, kbm_journal_load(state, 3, &entry, &error), KBM_OK));
	cr_assert(eq(uint, entry.undone_by, 4));
	kbm_journal_entry_clear(&entry);
}

/* --- processes that live and those that do not ------------------------------------------------ */

/* A process that begins an entry and waits to be killed; what it holds is in `entry`. */
static pid_t start_working(void)
{
	char sent = 0;
	int ready[2];
	cr_assert(eq(int, pipe(ready), 0));
	pid_t child = fork();
	if (child == 0) {
		struct kbm_journal_entry entry = {.started = 5};
		struct kbm_journal *journal = NULL;
		if (kbm_journal_begin(state, &entry, &journal, &error) != KBM_OK ||
		    write(ready[1], "x", 1) != 1)
			_exit(1);
		pause();
		_exit(0);
	}
	close(ready[1]);
	cr_assert(eq(int, (int)read(ready[0], &sent, 1), 1));
	close(ready[0]);
	return child;
}

Test(journal, tells_interrupted_entries_from_those_at_work)
{
	char pid[32];
	struct kbm_journal_entry entry = {0};
	struct kbm_journal *journal = NULL;
	pid_t child = start_working();
	cr_assert(eq(int, kbm_journal_load(state, 1, &entry, &error), KBM_OK));
	cr_assert(eq(int, entry.alive, 1));
	cr_assert(eq(int, kbm_journal_is_interrupted(&entry), 0));
	kbm_journal_entry_clear(&entry);
	snprintf(pid, sizeof pid, "process %ld;", (long)child);
	cr_assert(eq(int, kbm_journal_reopen(state, 1, &entry, &journal, &error), KBM_REFUSED));
	cr_assert(ne(ptr, strstr(error.message, pid), NULL), "%s", error.message);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	cr_assert(eq(int, kbm_journal_load(state, 1, &entry, &error), KBM_OK));
	cr_assert(eq(int, kbm_journal_is_interrupted(&entry), 1));
	kbm_journal_entry_clear(&entry);
	cr_assert(eq(int, kbm_journal_reopen(state, 1, &entry, &journal, &error), KBM_OK), "%s",
		  error.message);
	entry.state = KBM_JOURNAL_FAILED;
	cr_assert(eq(int, kbm_journal_save(journal, &entry, &error), KBM_OK));
	kbm_journal_end(journal);
	kbm_journal_entry_clear(&entry);
	cr_assert(eq(int, kbm_journal_reopen(state, 1, &entry, &journal, &error), KBM_REFUSED));
	cr_assert(ne(ptr, strstr(error.message, "came to its end: failed"), NULL), "%s",
		  error.message);
}

/* --- examining and cleaning ------------------------------------------------------------------- */

static void hash(const char *text, char sha256[static KBM_SHA256_HEX_BYTES])
{
	kbm_sha256_hex(text, strlen(text), sha256);
}

/* An entry about the hive, which was "before" and becomes "after". */
static struct kbm_journal *begin_on_hive(struct kbm_journal_entry *entry)
{
	struct kbm_journal_hive *added = kbm_journal_add_hive(entry, hive, "SYSTEM");
	hash("before", added->sha256_before);
	hash("after", added->sha256_after);
	struct kbm_journal *journal = begin(entry);
	char *changed = kbm_hive_file_changed_name("SYSTEM", entry->number);
	cr_assert(gt(int, asprintf(&added->changed, "%s/%s", root, changed), 0));
	free(changed);
	added->backup = kbm_journal_backup_path(journal, NULL, "SYSTEM", 0);
	return journal;
}

Test(journal, tells_what_a_hive_is_now)
{
	struct kbm_journal_entry entry = {0};
	struct kbm_hive_standing now;
	struct kbm_journal *journal = begin_on_hive(&entry);
	kbm_journal_examine(&entry, &now);
	cr_assert(eq(int, now.file, KBM_STANDING_BEFORE));
	cr_assert(eq(int, now.left_over, 0));
	cr_assert(eq(int, now.backup_whole, 0));
	put(entry.hives[0].backup, "before");
	put(entry.hives[0].changed, "aft");
	put(hive, "after");
	kbm_journal_examine(&entry, &now);
	cr_assert(eq(int, now.file, KBM_STANDING_AFTER));
	cr_assert(eq(int, now.left_over, 1));
	cr_assert(eq(int, now.backup_whole, 1));
	put(entry.hives[0].backup, "BEFORE");
	put(hive, "other");
	kbm_journal_examine(&entry, &now);
	cr_assert(eq(int, now.file, KBM_STANDING_NEITHER));
	cr_assert(eq(int, now.backup_whole, 0));
	unlink(hive);
	kbm_journal_examine(&entry, &now);
	cr_assert(eq(int, now.file, KBM_STANDING_MISSING));
	cr_assert(eq(int, symlink("elsewhere", hive), 0));
	kbm_journal_examine(&entry, &now);
	cr_assert(eq(int, now.file, KBM_STANDING_UNREADABLE));
	unlink(hive);
	cr_assert(eq(int, mkdir(hive, 0700), 0));
	kbm_journal_examine(&entry, &now);
	cr_assert(eq(int, now.file, KBM_STANDING_UNREADABLE));
	cr_assert(ne(ptr, strstr(now.problem.message, "no regular file"), NULL), "%s",
		  now.problem.message);
	kbm_journal_end(journal);
	kbm_journal_entry_clear(&entry);
}

Test(journal, has_words_for_what_a_hive_is_now)
{
	char expected[400];
	struct kbm_bytes text;
	struct kbm_hive_standing now;
	struct kbm_journal_entry entry = {0};
	struct kbm_journal *journal = begin_on_hive(&entry);
	kbm_bytes_init(&text, 1000);
	put(entry.hives[0].changed, "aft");
	put(entry.hives[0].backup, "before");
	kbm_journal_examine(&entry, &now);
	cr_assert(kbm_journal_tell(&entry, &now, &text) == true);
	snprintf(expected, sizeof expected,
		 "%s: not replaced: it is as it was before; a new file is left over: %s; the "
		 "backup is whole: %s\n",
		 hive, entry.hives[0].changed, entry.hives[0].backup);
	cr_assert(eq(int, strcmp(kbm_bytes_text(&text), expected), 0), "%s", kbm_bytes_text(&text));
	kbm_bytes_clear(&text);
	kbm_journal_end(journal);
	kbm_journal_entry_clear(&entry);
}

Test(journal, removes_new_files_that_are_left_over)
{
	struct kbm_journal_entry entry = {0};
	struct kbm_journal *journal = begin_on_hive(&entry);
	const char *changed = entry.hives[0].changed;
	cr_assert(eq(int, kbm_journal_clean(journal, &entry, &error), KBM_OK), "there is none");
	put(changed, "aft");
	int opened = open(changed, O_RDONLY);
	cr_assert(eq(int, flock(opened, LOCK_EX), 0));
	cr_assert(eq(int, kbm_journal_clean(journal, &entry, &error), KBM_REFUSED));
	cr_assert(exists(changed) == true, "somebody writes it");
	close(opened);
	cr_assert(eq(int, kbm_journal_clean(journal, &entry, &error), KBM_OK));
	cr_assert(exists(changed) == false);
	cr_assert(exists(hive) == true);
	kbm_journal_end(journal);
	kbm_journal_entry_clear(&entry);
}

/* What somebody wrote into an entry leads to nobody else's file. */
Test(journal, removes_no_other_file)
{
	static const char *const names[] = {
	    "%s/SYSTEM",	  "%s/.SYSTEM.kbmend-2",   "%s/.SYSTEM.kbmend-1x",
	    "%s/.OTHER.kbmend-1", "%s/x/.SYSTEM.kbmend-1", "%s/x/../.SYSTEM.kbmend-1"};
	char path[128];
	struct kbm_journal_entry entry = {0};
	struct kbm_journal *journal = begin_on_hive(&entry);
	snprintf(path, sizeof path, "%s/x", root);
	cr_assert(eq(int, mkdir(path, 0700), 0));
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		snprintf(path, sizeof path, names[i], root);
		put(path, "before");
		kbm_journal_set_text(&entry.hives[0].changed, path);
		cr_expect(eq(int, kbm_journal_clean(journal, &entry, &error), KBM_OK));
		cr_expect(exists(path) == true, "%s", path);
	}
	snprintf(path, sizeof path, "%s/.SYSTEM.kbmend-1", root);
	unlink(path);
	cr_assert(eq(int, symlink(hive, path), 0));
	kbm_journal_set_text(&entry.hives[0].changed, path);
	cr_assert(eq(int, kbm_journal_clean(journal, &entry, &error), KBM_IO));
	cr_assert(exists(hive) == true && exists(path) == true);
	kbm_journal_end(journal);
	kbm_journal_entry_clear(&entry);
}
