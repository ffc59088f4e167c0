/* Whether a run of hostile scripts ended as it must. */
#include "judge.h"

#include "base/text.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define NO_TEXT "(no text)"

enum { SHOWN = 300 };

/* --- any output ------------------------------------------------------------------------------ */

/* Not by the program's own tables: C0 but newline, DEL, C1, bidirectional controls. */
static bool acts_on_terminals(uint32_t code)
{
	return (code < 0x20 && code != '\n') || (code >= 0x7F && code <= 0x9F) || code == 0x061C ||
	       code == 0x200E || code == 0x200F || (code >= 0x202A && code <= 0x202E) ||
	       (code >= 0x2066 && code <= 0x2069);
}

static void judge_stream(const char *name, const struct kbm_bytes *bytes,
			 struct kbm_bytes *complaints)
{
	const char *text = kbm_bytes_text(bytes);
	if (memmem(text, bytes->length, "ESCAPED", strlen("ESCAPED")) != NULL)
		kbm_bytes_printf(complaints, "  %s says ESCAPED\n", name);
	for (size_t at = 0, size = 0; at < bytes->length; at += size) {
		uint32_t code = kbm_text_next(text + at, bytes->length - at, &size);
		if (code != UINT32_MAX && !acts_on_terminals(code))
			continue;
		kbm_bytes_printf(complaints, "  %s holds U+%04X or byte 0x%02X at %zu\n", name,
				 (unsigned)code, (unsigned char)text[at], at);
		return;
	}
}

void judge_text(const struct trial_outcome *outcome, struct kbm_bytes *complaints)
{
	judge_stream("stdout", &outcome->output, complaints);
	judge_stream("stderr", &outcome->errors, complaints);
	if (outcome->hung)
		kbm_bytes_append_text(complaints, "  kbmend hung and was killed\n");
	else if (!WIFEXITED(outcome->status))
		kbm_bytes_printf(complaints, "  kbmend died of signal %d\n",
				 WTERMSIG(outcome->status));
	if (outcome->has_orphan)
		kbm_bytes_append_text(complaints, "  a process outlived kbmend\n");
	if (outcome->left.length > 0)
		kbm_bytes_printf(complaints, "  files:%s\n", kbm_bytes_text(&outcome->left));
}

/* --- a script's ending ----------------------------------------------------------------------- */

/* What was said of one script. */
struct ending {
	const char *verdict;
	const char *reason;
	const char *place;
	const char *file; /* without its folder */
	size_t lines_before;
};

struct meaning {
	const char *word;
	const char *verdict;
	const char *text;  /* in the reason, or NULL */
	bool at_a_line;	   /* a place file:line is said */
	bool is_a_mistake; /* the script's: names its file, and is no limit's message */
};

static const struct meaning meanings[] = {
    {"pass", "pass", NULL, false, false},
    {"ok", "pass", NULL, false, false},
    {"fail", "fail", NULL, false, false},
    {"unknown", "unknown", NULL, false, false},
    {"notapplicable", "notapplicable", NULL, false, false},
    {"cpu", "error", "script exceeded 300 ms of CPU time", true, false},
    {"cpu5000", "error", "script exceeded 5000 ms of CPU time", true, false},
    {"mem", "error", "script needs more than 32 MiB of memory", true, false},
    {"out", "error", "script printed more than 256 KiB", true, false},
    {"rpc", "error", "script asked the directory more than 1000 times", true, false},
    {"plan", "error", "script planned more than 1000 changes", true, false},
    {"findings", "error", "script reported more than 1000 findings", true, false},
    {"reads", "error", "script read more than 10000 places", true, false},
    {"syntax", "error", NULL, true, true},
    {"refused", "error", NULL, false, true},
    {"error", "error", NULL, false, true},
    {"rejected", "error", NULL, false, false},
};

static bool is_at_line(const struct ending *ending, size_t line)
{
	struct kbm_bytes place;
	kbm_bytes_init(&place, SHOWN);
	kbm_bytes_printf(&place, "%s:%zu", ending->file, line + ending->lines_before);
	const char *said = ending->place[0] != 0 ? ending->place : ending->reason;
	bool same = strncmp(said, kbm_bytes_text(&place), place.length) == 0 &&
		    strspn(said + place.length, "0123456789") == 0;
	kbm_bytes_clear(&place);
	return same;
}

static bool names_line(const struct ending *ending, const char *text)
{
	const char *at = strstr(text, ending->file);
	return at != NULL && at[strlen(ending->file)] == ':' &&
	       strspn(at + strlen(ending->file) + 1, "0123456789") > 0;
}

/* Places show the end of a long name, and its controls escaped: some of it is enough. */
static bool names_file(const struct ending *ending)
{
	static const char *const some[] = {"hostile", "/dev/"};
	for (size_t i = 0; i < sizeof some / sizeof some[0]; i++)
		if (strstr(ending->reason, some[i]) != NULL ||
		    strstr(ending->place, some[i]) != NULL)
			return true;
	return false;
}

/* While headers are read, a limit's place stands before its message. */
static const char *after_place(const struct ending *ending)
{
	const char *reason = ending->reason;
	if (ending->place[0] != 0 || !names_line(ending, reason))
		return reason;
	const char *message = strstr(reason, ": ");
	return message == NULL ? reason : message + strlen(": ");
}

static bool has_meaning(const struct ending *ending, const struct meaning *meaning)
{
	if (strcmp(meaning->verdict, ending->verdict) != 0)
		return false;
	if (meaning->text != NULL &&
	    strncmp(after_place(ending), meaning->text, strlen(meaning->text)) != 0)
		return false;
	if (meaning->at_a_line && !names_line(ending, ending->place) &&
	    !names_line(ending, ending->reason))
		return false;
	if (!meaning->is_a_mistake)
		return true;
	return names_file(ending) && strncmp(ending->reason, "script ", strlen("script ")) != 0;
}

/* One WORD[@LINE][:TEXT], which is taken apart. */
static bool meets(const struct ending *ending, char *expectation)
{
	char *text = expectation;
	char *line = strsep(&text, ":");
	const char *word = strsep(&line, "@");
	if (text != NULL && strstr(ending->reason, text) == NULL)
		return false;
	if (line != NULL && !is_at_line(ending, strtoul(line, NULL, 10)))
		return false;
	for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
		if (strcmp(meanings[i].word, word) == 0)
			return has_meaning(ending, &meanings[i]);
	return false;
}

static bool meets_any(const struct ending *ending, const char *expectations)
{
	char *copy = strdup(expectations);
	char *rest = copy;
	bool met = false;
	while (rest != NULL && !met)
		met = meets(ending, strsep(&rest, "|"));
	free(copy);
	return met;
}

static const char *text_of(const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);
	if (value == NULL || json_is_null(value))
		return "";
	return json_is_string(value) ? json_string_value(value) : NO_TEXT;
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash == NULL ? path : slash + 1;
}

static void judge_script(const json_t *object, const struct hostile_script *script,
			 struct kbm_bytes *complaints)
{
	const struct ending ending = {text_of(object, "verdict"), text_of(object, "reason"),
				      text_of(object, "place_in_script"), base_name(script->path),
				      script->lines_before};
	if (strcmp(ending.reason, NO_TEXT) == 0 || strcmp(ending.place, NO_TEXT) == 0)
		kbm_bytes_append_text(complaints, "  the reason or its place is no text\n");
	if (!meets_any(&ending, script->ends))
		kbm_bytes_printf(complaints, "  %s: expected %s, observed %s: %.*s (%s)\n",
				 ending.file, script->ends, ending.verdict, SHOWN, ending.reason,
				 ending.place);
}

/* --- the whole ------------------------------------------------------------------------------- */

/* Whether a plan's proof is one that lets nobody trust the script. */
static bool is_unproved(const json_t *script)
{
	const json_t *plan = json_object_get(script, "plan");
	const char *prediction = text_of(json_object_get(plan, "prediction"), "verdict");
	return strcmp(prediction, "fail") == 0 || strcmp(prediction, "unknown") == 0;
}

/* The worst counts: 1 (could not tell) before 2 (a problem is present). */
static int status_of(const json_t *scripts)
{
	int status = 0;
	for (size_t i = 0; i < json_array_size(scripts); i++) {
		const json_t *script = json_array_get(scripts, i);
		const char *verdict = text_of(script, "verdict");
		if (strcmp(verdict, "error") == 0 || strcmp(verdict, "unknown") == 0 ||
		    is_unproved(script))
			status = 1;
		else if (strcmp(verdict, "fail") == 0 && status == 0)
			status = 2;
	}
	return status;
}

/* Every script may take its CPU time, and a fifth more. */
static void judge_cpu(const struct hostile_case *run, const struct trial_outcome *outcome,
		      long baseline_ms, struct kbm_bytes *complaints)
{
	long most = run->has_timeout ? TRIAL_TIMEOUT_MS : TRIAL_DEFAULT_TIMEOUT_MS;
	long attacks = 0;
	for (size_t i = 0; i < run->script_count; i++)
		attacks += run->scripts[i].is_sound ? 0 : 1;
	long limit = attacks * (most + most / 5) + 2 * baseline_ms;
	if (outcome->cpu_ms > limit)
		kbm_bytes_printf(complaints, "  %ld ms of CPU time, at most %ld\n", outcome->cpu_ms,
				 limit);
}

void judge_json(const struct hostile_case *run, const struct trial_outcome *outcome,
		long baseline_ms, struct kbm_bytes *complaints)
{
	judge_text(outcome, complaints);
	judge_cpu(run, outcome, baseline_ms, complaints);
	json_t *root = json_loadb(kbm_bytes_text(&outcome->output), outcome->output.length,
				  JSON_REJECT_DUPLICATES, NULL);
	const json_t *scripts = json_object_get(root, "scripts");
	if (json_array_size(scripts) != run->script_count) {
		kbm_bytes_printf(complaints, "  no JSON of %zu scripts; stderr: %.*s\n",
				 run->script_count, SHOWN, kbm_bytes_text(&outcome->errors));
	} else {
		for (size_t i = 0; i < run->script_count; i++)
			judge_script(json_array_get(scripts, i), &run->scripts[i], complaints);
		if (WIFEXITED(outcome->status) &&
		    WEXITSTATUS(outcome->status) != status_of(scripts))
			kbm_bytes_printf(complaints, "  exit status %d, the verdicts say %d\n",
					 WEXITSTATUS(outcome->status), status_of(scripts));
	}
	json_decref(root);
}
