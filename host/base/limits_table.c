/* The table of limits, and how a value is written. */
#include "base/limits_table.h"

#include "base/limits.h"

#include <inttypes.h>
#include <stdio.h>

/* clang-format off */
#define BYTES(macro, meaning) {GROUP, #macro, (uint64_t)(macro), KBM_UNIT_BYTES, meaning, NULL}
#define COUNT(macro, meaning) {GROUP, #macro, (uint64_t)(macro), KBM_UNIT_COUNT, meaning, NULL}
#define TIMES(macro, meaning) {GROUP, #macro, (uint64_t)(macro), KBM_UNIT_TIMES, meaning, NULL}
#define MIB(macro, meaning)   {GROUP, #macro, (uint64_t)(macro), KBM_UNIT_MIB, meaning, NULL}
#define MS(macro, meaning)    {GROUP, #macro, (uint64_t)(macro), KBM_UNIT_MS, meaning, NULL}
#define MIB_BY(option, macro, meaning) {GROUP, #macro, (uint64_t)(macro), KBM_UNIT_MIB, meaning, option}
#define MS_BY(option, macro, meaning)  {GROUP, #macro, (uint64_t)(macro), KBM_UNIT_MS, meaning, option}

const struct kbm_limit kbm_limits[] = {
#define GROUP "hives and .reg exports"
	BYTES(KBM_HIVE_MAX_BYTES, "a hive file"),
	BYTES(KBM_HIVE_LOG_MAX_BYTES, "a hive's transaction log"),
	COUNT(KBM_HIVE_MAX_DEPTH, "keys from the root down, as Windows has it"),
	COUNT(KBM_HIVE_MAX_NAME_UNITS, "UTF-16 units of a value's name"),
	COUNT(KBM_HIVE_MAX_KEY_UNITS, "UTF-16 units of a key's name"),
	BYTES(KBM_HIVE_MAX_VALUE_BYTES, "a value's data"),
	BYTES(KBM_HIVE_MAX_LIST_BYTES, "all values of a key, read at once"),
	COUNT(KBM_HIVE_MAX_BAD_CELLS, "damaged places that one listing passes over"),
	COUNT(KBM_HIVE_DAMAGES_KEPT, "damaged places that one reading tells of"),
	BYTES(KBM_HIVE_DAMAGE_MAX_PATH, "a key's path where damage is told"),
	TIMES(KBM_HIVE_DUMP_EXPANSION, "as large as its hive a dump may be"),
	BYTES(KBM_HIVE_DUMP_MIN_BYTES, "of dump that the smallest hive may make"),
	BYTES(KBM_HIVE_DUMP_MAX_PATH, "a key's path in a dump"),
	BYTES(KBM_HIVE_DUMP_MAX_MEMORY, "names that a dump keeps for sorting"),
	TIMES(KBM_HIVE_FIND_EXPANSION, "as much as its hive a search may look at"),
	BYTES(KBM_HIVE_FIND_MIN_BYTES, "looked at in the smallest hive"),
	COUNT(KBM_PATTERN_MAX_UNITS, "UTF-16 units of a pattern"),
	COUNT(KBM_PATTERN_MAX_DEPTH, "groups of a pattern inside each other"),
	COUNT(KBM_PATTERN_MAX_STEPS, "steps of an expression from one character on"),
	COUNT(KBM_PATTERN_MAX_BACKTRACKS, "places that an expression may go back to"),
	BYTES(KBM_PATTERN_MAX_MEMORY, "that keep these"),
	COUNT(KBM_PATTERN_FIRST_STARTS, "characters up to the first look at the clock"),
	MS(KBM_PATTERN_MAX_MS, "CPU time of an expression on one text"),
	COUNT(KBM_REGF_MAX_SUBKEYS, "keys of a key that libregf reads"),
	COUNT(KBM_REGF_MAX_VALUES, "values of a key that libregf reads"),
	MS(KBM_REGF_MAX_SIBLING_MS, "CPU time of libregf for one of them"),
	COUNT(KBM_REGISTRY_MAX_MOUNTS, "hives of one registry"),
	COUNT(KBM_REGISTRY_MAX_CONTROL_SET, "highest number of a control set"),
	BYTES(KBM_REG_FILE_MAX_BYTES, "a .reg export"),
	BYTES(KBM_REG_TEXT_MAX_BYTES, "text of a .reg file written at once"),
	COUNT(KBM_EXPORT_MAX_NOTES, "things told that a .reg file cannot hold"),
	BYTES(KBM_PATH_MAX_BYTES, "a registry path as text"),
#undef GROUP
#define GROUP "directory"
	BYTES(KBM_LDIF_MAX_BYTES, "an LDIF file"),
	BYTES(KBM_LDIF_MAX_LINE_BYTES, "a line of LDIF, unfolded"),
	COUNT(KBM_LDIF_MAX_ATTRIBUTES, "different attributes of an entry"),
	BYTES(KBM_FILTER_MAX_BYTES, "a search filter"),
	BYTES(KBM_FILTER_MAX_NORMAL_BYTES, "a value as a filter compares it"),
	COUNT(KBM_FILTER_MAX_DEPTH, "filters inside each other"),
	COUNT(KBM_DIRECTORY_MAX_ENTRIES, "entries of an answer"),
	BYTES(KBM_DIRECTORY_MAX_ANSWER, "an answer"),
	COUNT(KBM_DIRECTORY_MAX_REQUESTS, "requests of one script's run"),
	MS(KBM_DIRECTORY_MAX_RUN_MS, "all searches of one script's run"),
	COUNT(KBM_DIRECTORY_MAX_ATTRIBUTES, "attributes that one request names"),
	COUNT(KBM_INDEX_MAX_PROBES, "steps of one look-up in an index"),
#undef GROUP
#define GROUP "directory servers"
	BYTES(KBM_LDAP_MAX_URI_BYTES, "a server's URI"),
	MS_BY("--server-timeout", KBM_LDAP_TIMEOUT_MS, "to connect, to bind, or one answer"),
	MS(KBM_LDAP_MIN_TIMEOUT_MS, "least time that can be asked for"),
	MS(KBM_LDAP_MAX_TIMEOUT_MS, "most time that can be asked for"),
	BYTES(KBM_LDAP_MAX_PASSWORD, "a password"),
	BYTES(KBM_LDAP_MAX_MESSAGE, "one message of a server"),
	COUNT(KBM_LDAP_PAGE_ENTRIES, "entries asked for at once"),
	COUNT(KBM_LDAP_MAX_ENTRIES, "entries that one search of a server gives"),
	BYTES(KBM_LDAP_MAX_PAGE_BYTES, "entries that came at once"),
	BYTES(KBM_LDAP_MAX_ASSERTION, "a filter that guards an entry's change"),
	COUNT(KBM_LDAP_MAX_EMPTY_PAGES, "empty pages one after the other"),
	COUNT(KBM_LDAP_MAX_RANGES, "parts that one list of values comes in"),
	COUNT(KBM_LDAP_MAX_FOLLOWED, "hosts that referrals may lead to"),
	COUNT(KBM_LDAP_MAX_REFERRALS, "referrals of one search"),
	COUNT(KBM_LDAP_MAX_ADDRESSES, "addresses of one host"),
	MIB(KBM_LDAP_MEMORY_MIB, "memory of the program that talks to servers"),
#undef GROUP
#define GROUP "distinguished names"
	BYTES(KBM_DN_MAX_BYTES, "a name"),
	COUNT(KBM_DN_MAX_RDNS, "parts of a name"),
	BYTES(KBM_DN_MAX_KEY_BYTES, "a name, made comparable"),
#undef GROUP
#define GROUP "scripts and plans"
	BYTES(KBM_SCRIPT_MAX_BYTES, "a script file"),
	COUNT(KBM_ID_MAX_BYTES, "letters of an id or a parameter's name"),
	BYTES(KBM_HEADER_MAX_TEXT, "a one-line text of a script's header"),
	COUNT(KBM_HEADER_MAX_ITEMS, "items of a list in a script's header"),
	BYTES(KBM_SCRIPT_MAX_REASON, "a script's error message"),
	BYTES(KBM_SCRIPT_MAX_OUTPUT, "what a script prints"),
	COUNT(KBM_SCRIPT_MAX_FINDINGS, "findings of a script"),
	COUNT(KBM_SCRIPT_MAX_OBSERVED, "observations of a script"),
	COUNT(KBM_PLAN_MAX_KNOWN_SECRETS, "secrets that are looked for in what a plan says"),
	COUNT(KBM_PLAN_MAX_CHANGES, "changes of a plan"),
	BYTES(KBM_PLAN_MAX_VALUE_BYTES, "a value that a change writes"),
	COUNT(KBM_PLAN_MAX_READS, "values and entries that one script reads"),
	COUNT(KBM_PLAN_MAX_ALL_READS, "values and entries that all scripts read"),
	BYTES(KBM_PLAN_MAX_ANSWER, "a search's answer that a plan keeps"),
	COUNT(KBM_SECOND_MAX_PLACES, "places that are read again by libregf"),
	COUNT(KBM_PLAN_MAX_SCRIPTS, "scripts of a plan, or named for a run"),
	COUNT(KBM_CONFLICTS_TOLD, "pairs of changes told that cannot both be made"),
	COUNT(KBM_PLAN_MAX_SOURCES, "sources of a plan's target"),
	BYTES(KBM_PLAN_MAX_FILE_BYTES, "a plan file"),
	COUNT(KBM_PLAN_MAX_JSON_ITEMS, "JSON values in a plan file"),
	COUNT(KBM_PLAN_MAX_JSON_DEPTH, "JSON values inside each other"),
	BYTES(KBM_TEXT_MAX_BYTES, "a text of a finding or a change"),
	COUNT(KBM_PARAMETER_MAX, "parameters of a script"),
	COUNT(KBM_PROFILE_MAX_SCRIPTS, "scripts that a profile names"),
#undef GROUP
#define GROUP "apply and its journal"
	BYTES(KBM_APPLY_ROOM_BYTES, "behind a hive that is edited, at first"),
	BYTES(KBM_APPLY_MORE_ROOM_BYTES, "where that did not suffice"),
	MS(KBM_APPLY_LOCK_WAIT_MS, "waiting for a file that another process has locked"),
	COUNT(KBM_JOURNAL_MAX_ENTRIES, "entries of a journal"),
#undef GROUP
#define GROUP "the command line"
	COUNT(KBM_MAX_TARGETS, "files and folders of a target (-t)"),
	COUNT(KBM_MAX_CATEGORIES, "categories that are meant (--category)"),
	COUNT(KBM_JOBS_AHEAD, "jobs that are begun before their turn"),
	COUNT(KBM_TARGET_MAX_FILES, "files of a target, with those in its folders"),
	COUNT(KBM_FOLDER_MAX_USERS, "users' profiles in a target's folder"),
	COUNT(KBM_FOLDER_MAX_NAMES, "names looked through in a target's folder"),
	COUNT(KBM_SEARCH_MAX_WORDS, "words of a search"),
	COUNT(KBM_FOLDERS_MAX_FILES, "Lua files in a folder, or in all that are searched"),
	BYTES(KBM_REPORT_MAX_BYTES, "a report"),
	BYTES(KBM_REPORT_MAX_DATA, "a value that a report shows in full; JSON has all"),
#undef GROUP
#define GROUP "tests of scripts"
	COUNT(KBM_TRIAL_MAX_CASES, "cases of a script"),
	BYTES(KBM_TRIAL_MAX_BYTES, "what a case expects, or what was found"),
	BYTES(KBM_TRIAL_MAX_PARAMS, "a case's file of parameters"),
	COUNT(KBM_TRIAL_MAX_JOBS, "cases run at once"),
	COUNT(KBM_LINE_DIFF_MAX_PAIRS, "pairs of lines compared to show a difference"),
#undef GROUP
#define GROUP "a script's child process"
	MS_BY("--timeout", KBM_CHILD_CPU_MS, "CPU time of a script"),
	MS_BY("--timeout", KBM_CHILD_WALL_MS, "a script by the wall's clock, or twice its CPU time"),
	MIB_BY("--max-memory", KBM_CHILD_MEMORY_MIB, "memory of a script"),
	MS(KBM_CHILD_CPU_GRACE_MS, "CPU time to say why, before the forced end"),
	MS(KBM_CHILD_CPU_WATCH_MS, "CPU time beyond, or 10 %, until the worker ends it"),
#undef GROUP
#define GROUP "other child processes"
	MS(KBM_CHILD_LARGE_CPU_MS, "CPU time for reading a whole file or a dump"),
	MS(KBM_CHILD_LARGE_WALL_MS, "the same by the wall's clock"),
	MIB(KBM_CHILD_LARGE_MEMORY_MIB, "memory for it"),
	MS(KBM_CHILD_DIRECTORY_CPU_MS, "CPU time for an LDIF file's searches, all runs"),
	MIB(KBM_CHILD_SECOND_MEMORY_MIB, "memory for the second reading, by libregf"),
	MS(KBM_CHILD_MIN_CPU_MS, "least CPU time that can be asked for"),
	MS(KBM_CHILD_MAX_CPU_MS, "most CPU time that can be asked for"),
	MS(KBM_CHILD_MAX_WALL_MS, "the same by the wall's clock"),
	MIB(KBM_CHILD_MIN_MEMORY_MIB, "least memory that can be asked for"),
	MIB(KBM_CHILD_MAX_MEMORY_MIB, "most memory that can be asked for"),
	BYTES(KBM_CHILD_BASE_BYTES, "memory of every child beside its job's"),
	BYTES(KBM_CHILD_STACK_BYTES, "stack of the worker and its children"),
	COUNT(KBM_CHILD_MAX_INPUTS, "files that one job reads"),
	TIMES(KBM_IMAGE_PER_REG_BYTE, "as large as its .reg export a hive may be"),
	MS(KBM_WORKER_START_MS, "until the worker greets"),
	MS(KBM_WORKER_STOP_MS, "until the worker is ended by force"),
	MS(KBM_WORKER_ANSWER_MS, "until the worker answers"),
#undef GROUP
#define GROUP "the stdlib"
	COUNT(KBM_STDLIB_MAX_MODULES, "modules"),
	BYTES(KBM_STDLIB_MAX_FILE_BYTES, "a module's file"),
#undef GROUP
#define GROUP "messages between the programs"
	BYTES(KBM_WIRE_MAX_UP, "a frame from a child"),
	BYTES(KBM_WIRE_MAX_DOWN, "a frame to a child"),
	BYTES(KBM_WIRE_MAX_BATCH, "small messages that are sent at once"),
	BYTES(KBM_WIRE_MAX_START, "what a job is given: script, parameters, overlay"),
	BYTES(KBM_WIRE_MAX_RESULT, "all that comes of one script's run"),
	BYTES(KBM_WIRE_MAX_ENTRIES, "directory entries that are sent at once"),
	BYTES(KBM_WIRE_PART_BYTES, "of entries, after which they are sent"),
	BYTES(KBM_WIRE_MAX_ROW, "a row of an answer"),
	BYTES(KBM_WIRE_MAX_MESSAGE, "any other message"),
	COUNT(KBM_WIRE_MAX_LIST, "items of a list of a script's header"),
	COUNT(KBM_WIRE_MAX_VALUES, "values of an attribute, attributes of an entry"),
	BYTES(KBM_DIRECTORY_MAX_CACHE, "directory answers that are kept"),
#undef GROUP
};
/* clang-format on */
const size_t kbm_limit_count = sizeof kbm_limits / sizeof kbm_limits[0];

const char *kbm_limit_unit_name(enum kbm_limit_unit unit)
{
	static const char *const names[] = {
	    [KBM_UNIT_BYTES] = "bytes", [KBM_UNIT_MIB] = "MiB",	    [KBM_UNIT_MS] = "ms",
	    [KBM_UNIT_COUNT] = "count", [KBM_UNIT_TIMES] = "times",
	};
	return names[unit];
}

struct scale {
	uint64_t size;
	const char *unit;
};

/* By the largest unit that leaves a whole number; the last one always does. */
static void write_scaled(uint64_t value, const struct scale *scale,
			 char text[static KBM_LIMIT_TEXT_BYTES])
{
	while (scale->size > 1 && (value < scale->size || value % scale->size != 0))
		scale++;
	snprintf(text, KBM_LIMIT_TEXT_BYTES, "%" PRIu64 "%s", value / scale->size, scale->unit);
}

void kbm_limit_text(const struct kbm_limit *limit, char text[static KBM_LIMIT_TEXT_BYTES])
{
	static const struct scale sizes[] = {
	    {1024UL * KBM_MIB, " GiB"}, {KBM_MIB, " MiB"}, {KBM_KIB, " KiB"}, {1, " bytes"}};
	static const struct scale times[] = {
	    {3600000, " h"}, {60000, " min"}, {1000, " s"}, {1, " ms"}};
	static const struct scale counts[] = {{1, ""}};
	static const struct scale ratios[] = {{1, " times"}};
	switch (limit->unit) {
	case KBM_UNIT_BYTES:
		write_scaled(limit->value, sizes, text);
		break;
	case KBM_UNIT_MIB:
		write_scaled(limit->value * KBM_MIB, sizes, text);
		break;
	case KBM_UNIT_MS:
		write_scaled(limit->value, times, text);
		break;
	case KBM_UNIT_COUNT:
		write_scaled(limit->value, counts, text);
		break;
	case KBM_UNIT_TIMES:
		write_scaled(limit->value, ratios, text);
		break;
	}
}
