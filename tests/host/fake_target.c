/* A small registry and directory held in tables, and runs of scripts on them. */
#include "fake_target.h"

#include "base/limits.h"
#include "plan/change.h"
#include "source/value_below.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- registry: HKLM\SYSTEM\CurrentControlSet\X is ControlSet001\X ---------------------------- */

struct fake_value {
	const char *path;
	const char *name; /* NULL: the key alone */
	uint32_t type;
	const char *data;
	size_t length;
};

static const struct fake_value fake_values[] = {
    {"HKLM\\SYSTEM\\CurrentControlSet\\Services\\IMC", NULL, 0, NULL, 0},
    {"HKLM\\SYSTEM\\CurrentControlSet\\Services\\IMC", "Text", KBM_REG_SZ, "a\0b\0\0", 6},
    {"HKLM\\SYSTEM\\CurrentControlSet\\Services\\IMC", "Unended", KBM_REG_SZ, "a\0b", 4},
    {"HKLM\\SYSTEM\\CurrentControlSet\\Services\\IMC", "Odd", KBM_REG_SZ, "a\0b\0c", 5},
    {"HKLM\\SYSTEM\\CurrentControlSet\\Services\\IMC", "Inner", KBM_REG_SZ, "a\0\0\0b\0\0", 8},
    {"HKLM\\SYSTEM\\CurrentControlSet\\Services\\IMC", "Broken", KBM_REG_SZ, "\0\xD8x\0\0", 6},
    {"HKLM\\SYSTEM\\CurrentControlSet\\Services\\IMC", "Many", KBM_REG_MULTI_SZ, "a\0\0\0b\0\0\0\0",
     10},
    {"HKLM\\SYSTEM\\CurrentControlSet\\Services\\IMC", "Gap", KBM_REG_MULTI_SZ,
     "a\0\0\0\0\0b\0\0\0\0", 12},
    {"HKLM\\SYSTEM\\CurrentControlSet\\Services\\IMC", "Number", KBM_REG_DWORD, "\x02\x01\0\xFF",
     4},
    {"HKLM\\SYSTEM\\CurrentControlSet\\Services\\IMC", "Big", KBM_REG_DWORD_BIG_ENDIAN,
     "\0\0\x01\x02", 4},
    {"HKLM\\SYSTEM\\CurrentControlSet\\Services\\IMC", "Quad", KBM_REG_QWORD,
     "\x01\0\0\0\x01\0\0\0", 8},
    {"HKLM\\SYSTEM\\CurrentControlSet\\Services\\IMC", "Short", KBM_REG_DWORD, "\x01\0", 2},
    {"HKLM\\SYSTEM\\CurrentControlSet\\Services\\IMC", "Bytes", KBM_REG_BINARY, "\0\x01\xFF", 3},
    {"HKLM\\SYSTEM\\CurrentControlSet\\Services\\IMC", "Strange", 200, "xy", 2},
    {"HKLM\\SYSTEM\\CurrentControlSet\\Services\\IMC\\One", NULL, 0, NULL, 0},
    {"HKLM\\SYSTEM\\CurrentControlSet\\Services\\IMC\\Two", NULL, 0, NULL, 0},
    {"HKLM\\SYSTEM\\Rows", NULL, 0, NULL, 0},
    {"HKLM\\SYSTEM\\Rows\\a", NULL, 0, NULL, 0},
    {"HKLM\\SYSTEM\\Rows\\a", "Type", KBM_REG_DWORD, "\x10\0\0\0", 4},
    {"HKLM\\SYSTEM\\Rows\\b", NULL, 0, NULL, 0},
    {"HKLM\\SYSTEM\\Rows\\c", NULL, 0, NULL, 0},
    {"HKLM\\SYSTEM\\Rows\\c", "type", KBM_REG_SZ, "x\0\0", 4},
    {"HKLM\\SYSTEM\\Broken", NULL, 0, NULL, 0},
    {"HKLM\\SYSTEM\\Broken\\a", NULL, 0, NULL, 0},
    {"HKLM\\SYSTEM\\Broken\\Damaged", NULL, 0, NULL, 0},
};
enum { FAKE_VALUES = sizeof fake_values / sizeof fake_values[0] };

/* A path with this word in it cannot be read. */
#define FAKE_DAMAGE "Damaged"
#define FAKE_LACK   "Lack" /* there is no memory for it */

static enum kbm_code fake_damaged(const char *path, struct kbm_error *error)
{
	if (strstr(path, FAKE_LACK) != NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory for a registry path");
	if (strstr(path, FAKE_DAMAGE) == NULL)
		return KBM_OK;
	return kbm_fail(error, KBM_UNREADABLE, "%s: cell 0x20 is damaged", path);
}

static enum kbm_code fake_get_value(void *context, const char *path, const char *name,
				    size_t name_length, struct kbm_value *value,
				    struct kbm_error *error)
{
	(void)context;
	enum kbm_code code = fake_damaged(path, error);
	for (size_t i = 0; i < FAKE_VALUES && code == KBM_OK; i++) {
		const struct fake_value *row = &fake_values[i];
		if (row->name == NULL || strcasecmp(row->path, path) != 0 ||
		    strlen(row->name) != name_length ||
		    strncasecmp(row->name, name, name_length) != 0)
			continue;
		*value = (struct kbm_value){.name = row->name,
					    .name_length = name_length,
					    .type = row->type,
					    .data = (const uint8_t *)row->data,
					    .length = row->length};
		return KBM_OK;
	}
	return code != KBM_OK ? code : KBM_NOT_FOUND;
}

static enum kbm_code fake_get_key(void *context, const char *path, struct kbm_key *key,
				  struct kbm_error *error)
{
	(void)context;
	enum kbm_code code = fake_damaged(path, error);
	for (size_t i = 0; i < FAKE_VALUES && code == KBM_OK; i++) {
		if (strcasecmp(fake_values[i].path, path) != 0)
			continue;
		const char *name = strrchr(fake_values[i].path, '\\') + 1;
		/* 2001-08-06 12:34:56 UTC */
		*key = (struct kbm_key){.name = name,
					.name_length = strlen(name),
					.last_written = 126415748960000000ULL};
		return KBM_OK;
	}
	return code != KBM_OK ? code : KBM_NOT_FOUND;
}

static enum kbm_code fake_value_at(void *context, const char *path, size_t index,
				   struct kbm_value *value, struct kbm_error *error)
{
	for (size_t i = 0; i < FAKE_VALUES; i++) {
		const struct fake_value *row = &fake_values[i];
		if (row->name == NULL || strcasecmp(row->path, path) != 0 || index-- > 0)
			continue;
		return fake_get_value(context, path, row->name, strlen(row->name), value, error);
	}
	return KBM_NOT_FOUND;
}

static enum kbm_code fake_subkey_at(void *context, const char *path, size_t index,
				    struct kbm_key *key, struct kbm_error *error)
{
	size_t length = strlen(path);
	for (size_t i = 0; i < FAKE_VALUES; i++) {
		const char *row = fake_values[i].path;
		if (fake_values[i].name != NULL || strncasecmp(row, path, length) != 0 ||
		    row[length] != '\\' || strchr(row + length + 1, '\\') != NULL || index-- > 0)
			continue;
		return fake_get_key(context, row, key, error);
	}
	return KBM_NOT_FOUND;
}

static enum kbm_code fake_value_below(void *context, const char *path, size_t index,
				      const char *name, size_t name_length, struct kbm_key *key,
				      struct kbm_value *value, struct kbm_error *error)
{
	static struct kbm_bytes below;
	const struct kbm_registry_service service = {.get_value = fake_get_value,
						     .subkey_at = fake_subkey_at};
	(void)context;
	if (below.data == NULL)
		kbm_bytes_init(&below, KBM_PATH_MAX_BYTES);
	return kbm_value_below(&service, &below, path, index, name, name_length, key, value, error);
}

static enum kbm_code fake_resolve(void *context, const char *path, struct kbm_registry_place *place,
				  struct kbm_error *error)
{
	static const char prefix[] = "HKLM\\SYSTEM\\CurrentControlSet";
	(void)context;
	bool current = strncasecmp(path, prefix, strlen(prefix)) == 0;
	if (asprintf(&place->path, "%s%s", current ? "ControlSet001" : "",
		     current ? path + strlen(prefix) : path) < 0)
		return kbm_fail(error, KBM_MEMORY, "no memory");
	place->hive = strdup("SYSTEM");
	return KBM_OK;
}

static const struct kbm_registry_service fake_registry = {.get_value = fake_get_value,
							  .get_key = fake_get_key,
							  .subkey_at = fake_subkey_at,
							  .value_at = fake_value_at,
							  .value_below = fake_value_below,
							  .resolve = fake_resolve};

/* --- directory: two entries below o=Contoso; the answer goes by the filter -------------------- */

static void fake_entry(struct kbm_entry *entry, const char *dn, const char *rdn)
{
	static struct kbm_blob values[2];
	static struct kbm_blob other = {(uint8_t *)"x", 1};
	static struct kbm_attribute attributes[] = {
	    {(char *)"Rdn", values, 2},
	    {(char *)"homeMDB", &other, 1},
	    {(char *)"userCertificate;binary", &other, 1},
	    {(char *)"sn;lang-de", &other, 1},
	    {(char *)"member;range=0-1499", &other, 1},
	};
	values[0] = (struct kbm_blob){(uint8_t *)rdn, strlen(rdn)};
	values[1] = (struct kbm_blob){(uint8_t *)"\xFF\0z", 3};
	struct kbm_entry borrowed = {(char *)dn, attributes,
				     sizeof attributes / sizeof attributes[0]};
	kbm_entry_copy(&borrowed, entry);
}

/* Filters: (cn=none) nothing, (cn=two) two entries, (cn=dead) a failure; else one entry. A base
 * with "Missing" does not exist. */
static enum kbm_code fake_search(void *context, const struct kbm_directory_request *request,
				 struct kbm_entries *entries, struct kbm_error *error)
{
	char *asked = context; /* where to note the filter, or NULL */
	if (asked != NULL)
		snprintf(asked, 256, "%s|%s|%d|%zu", request->base, request->filter,
			 (int)request->scope, request->attribute_count);
	if (strcmp(request->filter, "(cn=dead)") == 0 || strstr(request->base, "Dead") != NULL)
		return kbm_fail(error, KBM_UNREADABLE, "the server went away");
	if (strstr(request->base, "Missing") != NULL)
		return KBM_NOT_FOUND;
	if (strcmp(request->filter, "(cn=none)") == 0)
		return KBM_OK;
	bool two = strcmp(request->filter, "(cn=two)") == 0;
	entries->items = calloc(2, sizeof *entries->items);
	entries->count = two ? 2 : 1;
	fake_entry(&entries->items[0], "ou=SITE1,o=Contoso", "SITE1");
	if (two)
		fake_entry(&entries->items[1], "ou=SITE2,o=Contoso", "SITE2");
	return KBM_OK;
}

/* --- running --------------------------------------------------------------------------------- */

static void fake_describe_state(const struct kbm_state *state, char *text, size_t size)
{
	size_t used = 0;
	used += (size_t)snprintf(text, size, "%s", state->present ? "" : "absent");
	for (size_t i = 0; i < state->value_count && used + 64 < size; i++)
		for (size_t j = 0; j < state->values[i].length && used + 8 < size; j++)
			used += (size_t)snprintf(text + used, size - used, "%02x%s",
						 state->values[i].data[j],
						 j + 1 == state->values[i].length ? ";" : "");
}

__attribute__((format(printf, 2, 3))) static void fake_add(struct fake_outcome *outcome,
							   const char *format, ...)
{
	size_t used = strlen(outcome->text);
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(outcome->text + used, sizeof outcome->text - used, format, arguments);
	va_end(arguments);
}

static const char *fake_or(const char *text)
{
	return text == NULL ? "-" : text;
}

static void fake_describe(const struct kbm_result *result, struct fake_outcome *outcome)
{
	char before[512];
	char after[512];
	outcome->verdict = result->verdict;
	outcome->findings = result->finding_count;
	outcome->changes = result->change_count;
	outcome->reads = result->read_count;
	snprintf(outcome->reason, sizeof outcome->reason, "%s", fake_or(result->reason));
	snprintf(outcome->place, sizeof outcome->place, "%s", fake_or(result->place_in_script));
	snprintf(outcome->output, sizeof outcome->output, "%s", fake_or(result->output));
	outcome->output_length = result->output == NULL ? 0 : strlen(result->output);
	for (size_t i = 0; i < result->finding_count && i < 20; i++) {
		const struct kbm_finding *f = &result->findings[i];
		fake_add(outcome, "finding %s|%s|%s|%s|%s|%s|%s|%s|%d\n", f->id, f->message,
			 fake_or(f->found), fake_or(f->expected), f->because,
			 fake_or(f->place.path), fake_or(f->place.physical), fake_or(f->place.name),
			 f->has_changes);
	}
	for (size_t i = 0; i < result->observation_count && i < 20; i++) {
		const struct kbm_observation *row = &result->observations[i];
		fake_add(outcome, "observation %s|%s|%s|%s|%s|%s|%s|%s\n", row->what,
			 fake_or(row->found), fake_or(row->expected), fake_or(row->difference),
			 fake_or(row->kb), fake_or(row->place.path), fake_or(row->place.physical),
			 fake_or(row->place.name));
	}
	for (size_t i = 0; i < result->change_count && i < 20; i++) {
		const struct kbm_change *c = &result->changes[i];
		fake_describe_state(&c->before, before, sizeof before);
		fake_describe_state(&c->after, after, sizeof after);
		fake_add(outcome, "%s %s|%s|%s|%s|%s -> %s|%s|%s|%s|%s\n",
			 kbm_change_op_name(c->op), c->script, c->finding,
			 fake_or(c->place.physical), fake_or(c->place.name), before, after, c->why,
			 c->step, fake_or(c->text), kbm_risk_name(c->risk));
	}
	for (size_t i = 0; i < result->read_count && i < 40; i++) {
		const struct kbm_precondition *r = &result->reads[i];
		fake_describe_state(&r->state, before, sizeof before);
		if (r->kind == KBM_READ_SEARCH)
			fake_add(outcome, "search %s|%s|%d|%zu\n", r->base, r->filter,
				 r->base_exists, r->entries.count);
		else
			fake_add(outcome, "read %s|%s|%s\n", r->place.physical,
				 fake_or(r->place.name), before);
	}
}

struct fake_end {
	struct kbm_engine *engine;
	struct fake_outcome *outcome;
};

static void fake_ended(void *context, enum kbm_verdict verdict, const char *reason,
		       const char *place)
{
	struct fake_end *end = context;
	fake_describe(kbm_engine_partial(end->engine), end->outcome);
	end->outcome->ended = true;
	end->outcome->verdict = verdict;
	snprintf(end->outcome->reason, sizeof end->outcome->reason, "%s", reason);
	snprintf(end->outcome->place, sizeof end->outcome->place, "%s", place);
	_exit(0);
}

/* In this process: loads and runs, fills *outcome. */
void fake_run_here(const char *script, size_t length, const struct fake_options *options,
		   struct fake_outcome *outcome)
{
	struct kbm_engine_limits limits = {
	    .memory_bytes = options->memory_bytes == 0 ? 32 * KBM_MIB : options->memory_bytes,
	    .cpu_ms = options->cpu_ms};
	struct kbm_engine *engine = NULL;
	struct kbm_error error = {0};
	struct kbm_script_info info = {0};
	struct kbm_result result = {0};
	struct fake_end end = {.outcome = outcome};
	struct kbm_directory_service directory = {outcome->asked, fake_search};
	struct kbm_engine_input input = {
	    .registry = options->without_registry ? NULL : &fake_registry,
	    .directory = options->without_directory ? NULL : &directory,
	    .params = &options->params,
	    .target_name = NULL,
	    .computer_name = "EXCH1",
	    .control_set = "ControlSet001",
	    .users = options->users,
	    .with_fix = !options->without_fix,
	    .omits_reads = options->omits_reads};
	outcome->load = kbm_engine_make(&limits, &engine, &error);
	if (outcome->load == KBM_OK && options->module != NULL)
		outcome->load = kbm_engine_add_module(engine, "kb.test", options->module,
						      strlen(options->module), &error);
	end.engine = engine;
	if (outcome->load == KBM_OK)
		outcome->load = kbm_engine_enter(engine, &limits, fake_ended, &end, &error);
	if (outcome->load == KBM_OK)
		outcome->load = kbm_engine_load(engine, "Q1.lua", script, length, &info, &error);
	if (outcome->load == KBM_OK) {
		outcome->run = kbm_engine_run(engine, &input, &result, &error);
		if (outcome->run == KBM_OK)
			fake_describe(&result, outcome);
	}
	snprintf(outcome->error, sizeof outcome->error, "%s", error.message);
	kbm_result_clear(&result);
	kbm_script_info_clear(&info);
	kbm_engine_free(engine);
}

/* In a child, so that a run may end. The outcome is in a shared mapping; the caller forgets it. */
struct fake_outcome *fake_run_text(const char *script, size_t length,
				   const struct fake_options *options)
{
	static const struct fake_options usual;
	struct fake_outcome *outcome =
	    mmap(NULL, sizeof *outcome, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (outcome == MAP_FAILED)
		abort();
	pid_t child = fork();
	if (child == 0) {
		fake_run_here(script, length, options == NULL ? &usual : options, outcome);
		_exit(0);
	}
	waitpid(child, &outcome->status, 0);
	return outcome;
}

/* A whole script around a check's body. */
struct fake_outcome *fake_check(const char *body, const struct fake_options *options)
{
	static char script[65536];
	snprintf(script, sizeof script,
		 "return { api = 1, id = \"Q1\", version = \"1.0.0\", title = \"t\", severity = "
		 "\"low\", needs = { registry = { \"SYSTEM\" }, directory = true },\n"
		 "params = { s = { type = \"string\", help = \"h\" },\n"
		 "n = { type = \"integer\", help = \"h\", default = 7 },\n"
		 "b = { type = \"boolean\", help = \"h\" },\n"
		 "c = { type = \"choice\", help = \"h\", choices = { \"site\", \"server\" } } },\n"
		 "check = function(target, params)\n%s\nend }\n",
		 body);
	return fake_run_text(script, strlen(script), options);
}

/* A check that fails once and a fix with the given body. */
struct fake_outcome *fake_fix(const char *body, const struct fake_options *options)
{
	static char script[65536];
	snprintf(
	    script, sizeof script,
	    "local IMC = \"HKLM\\\\SYSTEM\\\\CurrentControlSet\\\\Services\\\\IMC\"\n"
	    "return { api = 1, id = \"Q1\", version = \"1.0.0\", title = \"t\", severity = "
	    "\"low\", needs = { registry = { \"SYSTEM\" }, directory = true },\n"
	    "check = function(target) target:fail{ id = \"f\", message = \"m\", because = \"b\", "
	    "expected = \"e\", x_own = 5 } end,\n"
	    "fix = function(target, params, finding, plan)\n%s\nend }\n",
	    body);
	return fake_run_text(script, strlen(script), options);
}
