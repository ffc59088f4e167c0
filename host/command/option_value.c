/* Options' values: checked, and stored. */
#include "command/option_table.h"

#include "base/limits.h"
#include "base/suggest.h"
#include "base/text.h"
#include "command/find_options.h"
#include "source/codepage.h"
#include "source/ldap_uri.h"
#include "source/registry.h"
#include "source/registry_path.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LAST_CODEPAGE = 65535 };

static enum kbm_code parse_number(enum kbm_option_id id, const char *value, unsigned least,
				  unsigned most, unsigned *number, struct kbm_error *error)
{
	char *end;
	errno = 0;
	unsigned long parsed = strtoul(value, &end, 10);
	if (!isdigit((unsigned char)value[0]) || *end != '\0' || errno != 0 || parsed < least ||
	    parsed > most)
		return kbm_fail(error, KBM_USAGE, "--%s: '%s' is not a number from %u to %u",
				kbm_option_rows[id].name, value, least, most);
	*number = (unsigned)parsed;
	return KBM_OK;
}

/* Those that Windows has for REGEDIT4 files, but for the ones of two bytes. */
static enum kbm_code parse_codepage(const char *value, unsigned *codepage, struct kbm_error *error)
{
	static const unsigned east_asian[] = {932, 936, 949, 950};
	unsigned number = 0;
	if (parse_number(KBM_OPTION_CODEPAGE, value, 1, LAST_CODEPAGE, &number, NULL) == KBM_OK &&
	    kbm_codepage_is_known(number)) {
		*codepage = number;
		return KBM_OK;
	}
	for (size_t i = 0; i < sizeof east_asian / sizeof *east_asian; i++)
		if (number == east_asian[i])
			return kbm_fail(error, KBM_USAGE,
					"--codepage: %u is an East Asian code page: those are not "
					"supported, only " KBM_CODEPAGES,
					number);
	return kbm_fail(error, KBM_USAGE, "--codepage: '%.20s' is none of " KBM_CODEPAGES, value);
}

/* Seconds with up to three decimals, as milliseconds. */
static enum kbm_code parse_seconds(enum kbm_option_id id, const char *value, unsigned least,
				   unsigned most, unsigned *milliseconds, struct kbm_error *error)
{
	size_t whole = strspn(value, "0123456789");
	size_t decimals = value[whole] == '.' ? strspn(value + whole + 1, "0123456789") : 0;
	bool has_point = value[whole] == '.';
	unsigned long parsed = strtoul(value, NULL, 10);
	unsigned fraction = 0;
	for (size_t i = 0; i < 3; i++)
		fraction =
		    fraction * 10 + (i < decimals ? (unsigned)(value[whole + 1 + i] - '0') : 0);
	bool is_number = whole > 0 && whole <= 4 && decimals <= 3 && has_point == (decimals > 0) &&
			 value[whole + (has_point ? 1 : 0) + decimals] == '\0';
	unsigned long wanted = parsed * 1000 + fraction;
	if (!is_number || wanted < least || wanted > most)
		return kbm_fail(
		    error, KBM_USAGE, "--%s: '%s' is not a number of seconds from %u.%u to %u",
		    kbm_option_rows[id].name, value, least / 1000, least % 1000 / 100, most / 1000);
	*milliseconds = (unsigned)wanted;
	return KBM_OK;
}

struct word {
	const char *word;
	int value;
};

/* The value of a word in a list that ends with NULL; false when it is none of them. */
static bool parse_word(const struct word *words, const char *given, int *value)
{
	for (; words->word != NULL; words++)
		if (kbm_text_equals_ascii_case(words->word, given)) {
			*value = words->value;
			return true;
		}
	return false;
}

/* A value that is none of the words, nor anything else that `expected` names. */
static enum kbm_code refuse_word(enum kbm_option_id id, const char *value, const char *expected,
				 const struct word *words, struct kbm_error *error)
{
	const char *known[8] = {NULL};
	size_t count = 0;
	for (; words->word != NULL && count < sizeof known / sizeof known[0]; words++)
		known[count++] = words->word;
	const char *near = kbm_suggest(value, known, count);
	if (near != NULL)
		return kbm_fail(error, KBM_USAGE, "--%s: '%s' is not %s; did you mean %s?",
				kbm_option_rows[id].name, value, expected, near);
	return kbm_fail(error, KBM_USAGE, "--%s: '%s' is not %s", kbm_option_rows[id].name, value,
			expected);
}

static enum kbm_code parse_control_set(const char *value, int *selection, struct kbm_error *error)
{
	static const struct word words[] = {{"current", KBM_CONTROL_SET_CURRENT},
					    {"default", KBM_CONTROL_SET_DEFAULT},
					    {"lastknowngood", KBM_CONTROL_SET_LAST_KNOWN_GOOD},
					    {NULL, 0}};
	unsigned number = 0;
	char expected[80];
	snprintf(expected, sizeof expected,
		 "current, default, lastknowngood or a number from 1 to %u",
		 KBM_REGISTRY_MAX_CONTROL_SET);
	if (parse_word(words, value, selection))
		return KBM_OK;
	if (parse_number(KBM_OPTION_CONTROL_SET, value, 1, KBM_REGISTRY_MAX_CONTROL_SET, &number,
			 NULL) != KBM_OK)
		return refuse_word(KBM_OPTION_CONTROL_SET, value, expected, words, error);
	*selection = (int)number;
	return KBM_OK;
}

static enum kbm_code parse_parameter(const char *value, struct kbm_params *params,
				     struct kbm_error *error)
{
	const char *equals = strchr(value, '=');
	if (equals == NULL || equals == value)
		return kbm_fail(error, KBM_USAGE, "-p: '%s' is not NAME=VALUE", value);
	if (params->count >= KBM_PARAMETER_MAX)
		return kbm_fail(error, KBM_USAGE, "-p: more than %u parameters", KBM_PARAMETER_MAX);
	char *name = strndup(value, (size_t)(equals - value));
	if (name == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; i < params->count; i++)
		if (strcmp(params->items[i].name, name) == 0)
			code = kbm_fail(error, KBM_USAGE, "-p %s is given twice", name);
	if (code == KBM_OK && !kbm_params_set(params, name, equals + 1))
		code = kbm_fail(error, KBM_MEMORY, "out of memory");
	free(name);
	return code;
}

static enum kbm_code parse_emit(const char *value, struct kbm_options *options,
				struct kbm_error *error)
{
	bool is_ldif = strncmp(value, "ldif:", 5) == 0;
	const char *file = is_ldif ? value + 5 : strncmp(value, "reg:", 4) == 0 ? value + 4 : "";
	const char **kept = is_ldif ? &options->emit_ldif : &options->emit_reg;
	if (file[0] == '\0')
		return kbm_fail(error, KBM_USAGE, "--emit: '%s' is not reg:FILE or ldif:FILE",
				value);
	if (strcmp(file, "-") == 0)
		return kbm_fail(error, KBM_USAGE,
				"--emit: two files are written; name one, not standard output");
	if (*kept != NULL)
		return kbm_fail(error, KBM_USAGE, "--emit %s is given twice",
				is_ldif ? "ldif:" : "reg:");
	*kept = file;
	return KBM_OK;
}

/* NULL: --yes alone. */
static enum kbm_code parse_yes(const char *value, enum kbm_consent_given *consent,
			       struct kbm_error *error)
{
	if (value != NULL && strcmp(value, "high") != 0)
		return kbm_fail(error, KBM_USAGE,
				"--yes: '%.40s' is not high; plain --yes stands alone", value);
	*consent = value == NULL ? KBM_CONSENT_YES : KBM_CONSENT_HIGH;
	return KBM_OK;
}

static enum kbm_code take_word(enum kbm_option_id id, const char *value, int *parsed,
			       struct kbm_error *error)
{
	static const struct word formats[] = {{"text", KBM_FORMAT_TEXT},
					      {"json", KBM_FORMAT_JSON},
					      {"jsonl", KBM_FORMAT_JSONL},
					      {NULL, 0}};
	static const struct word entry_formats[] = {{"text", KBM_FORMAT_TEXT},
						    {"json", KBM_FORMAT_JSON},
						    {"jsonl", KBM_FORMAT_JSONL},
						    {"ldif", KBM_FORMAT_LDIF},
						    {NULL, 0}};
	static const struct word diff_formats[] = {
	    {"text", KBM_FORMAT_TEXT}, {"json", KBM_FORMAT_JSON}, {"jsonl", KBM_FORMAT_JSONL},
	    {"csv", KBM_FORMAT_CSV},   {"reg", KBM_FORMAT_REG},	  {NULL, 0}};
	static const struct word table_formats[] = {{"text", KBM_FORMAT_TEXT},
						    {"json", KBM_FORMAT_JSON},
						    {"jsonl", KBM_FORMAT_JSONL},
						    {"csv", KBM_FORMAT_CSV},
						    {NULL, 0}};
	static const struct word run_formats[] = {
	    {"text", KBM_FORMAT_TEXT}, {"json", KBM_FORMAT_JSON},     {"jsonl", KBM_FORMAT_JSONL},
	    {"csv", KBM_FORMAT_CSV},   {"digest", KBM_FORMAT_DIGEST}, {NULL, 0}};
	static const struct word scopes[] = {
	    {"base", KBM_SCOPE_BASE}, {"one", KBM_SCOPE_ONE}, {"sub", KBM_SCOPE_SUB}, {NULL, 0}};
	static const struct word forms[] = {
	    {"ldap", KBM_DN_LDAP}, {"x500", KBM_DN_X500}, {NULL, 0}};
	static const struct word emits[] = {
	    {"4", KBM_EMIT_REGEDIT4}, {"5", KBM_EMIT_REGEDIT5}, {NULL, 0}};
	static const struct word colors[] = {{"auto", KBM_COLOR_AUTO},
					     {"always", KBM_COLOR_ALWAYS},
					     {"never", KBM_COLOR_NEVER},
					     {NULL, 0}};
	static const struct word logs[] = {{"auto", KBM_LOGS_AUTO},
					   {"require", KBM_LOGS_REQUIRE},
					   {"ignore", KBM_LOGS_IGNORE},
					   {NULL, 0}};
	static const struct word severities[] = {
	    {"info", KBM_SEVERITY_INFO},	 {"low", KBM_SEVERITY_LOW},
	    {"medium", KBM_SEVERITY_MEDIUM},	 {"high", KBM_SEVERITY_HIGH},
	    {"critical", KBM_SEVERITY_CRITICAL}, {NULL, 0}};
	static const struct word verifications[] = {{"full", 1}, {NULL, 0}};
	const struct word *words = id == KBM_OPTION_FORMAT	   ? formats
				   : id == KBM_OPTION_LOGS	   ? logs
				   : id == KBM_OPTION_RECOVER_LOGS ? logs
				   : id == KBM_OPTION_VERIFY	   ? verifications
				   : id == KBM_OPTION_SEVERITY	   ? severities
				   : id == KBM_OPTION_ENTRY_FORMAT ? entry_formats
				   : id == KBM_OPTION_DIFF_FORMAT  ? diff_formats
				   : id == KBM_OPTION_TABLE_FORMAT ? table_formats
				   : id == KBM_OPTION_RUN_FORMAT   ? run_formats
				   : id == KBM_OPTION_SCOPE	   ? scopes
				   : id == KBM_OPTION_COLOR	   ? colors
				   : id == KBM_OPTION_EMIT_FORM	   ? emits
				   : id == KBM_OPTION_REG_FORM	   ? emits
								   : forms;
	return parse_word(words, value, parsed)
		   ? KBM_OK
		   : refuse_word(id, value, kbm_option_rows[id].argument, words, error);
}

/* Whether it names a file or a folder, which an empty word cannot. */
static bool names_a_path(enum kbm_option_id id)
{
	static const enum kbm_option_id paths[] = {
	    KBM_OPTION_TARGET,	  KBM_OPTION_PASSWORD_FILE, KBM_OPTION_CA_FILE,
	    KBM_OPTION_SCRIPTS,	  KBM_OPTION_OUTPUT,	    KBM_OPTION_EXPORT,
	    KBM_OPTION_STATE_DIR, KBM_OPTION_BACKUP_DIR,    KBM_OPTION_CASES,
	    KBM_OPTION_CASE,	  KBM_OPTION_JUNIT};
	size_t at = 0;
	while (at < sizeof paths / sizeof paths[0] && paths[at] != id)
		at++;
	return at < sizeof paths / sizeof paths[0];
}

/* What others write to standard output by "-", is written there without the option, if at all. */
static enum kbm_code take_output(const char *value, struct kbm_options *options,
				 struct kbm_error *error)
{
	if (strcmp(value, "-") == 0)
		return kbm_fail(error, KBM_USAGE,
				"-o names a file, and never standard output: a file called - is "
				"./-");
	options->output = value;
	return KBM_OK;
}

static enum kbm_code take_followed(const char *value, struct kbm_server_options *server,
				   struct kbm_error *error)
{
	char *host = NULL;
	uint16_t port = 0;
	struct kbm_error reason = {0};
	enum kbm_code code = kbm_ldap_host_parse(value, &host, &port, &reason);
	free(host);
	if (code != KBM_OK)
		return kbm_fail(error, KBM_USAGE, "--follow-referrals '%.60s': %s", value,
				reason.message);
	if (server->followed_count == KBM_LDAP_MAX_FOLLOWED)
		return kbm_fail(error, KBM_USAGE, "--follow-referrals: more than %u hosts",
				KBM_LDAP_MAX_FOLLOWED);
	server->followed[server->followed_count++] = value;
	return KBM_OK;
}

/* Stores a text that may be given once; an option that has none (text is NULL) stores nothing. */
static enum kbm_code take_once(enum kbm_option_id id, const char *value, const char **text,
			       struct kbm_error *error)
{
	if (text == NULL)
		return KBM_OK;
	if (*text != NULL)
		return kbm_fail(error, KBM_USAGE, "--%s is given twice", kbm_option_rows[id].name);
	*text = value;
	return KBM_OK;
}

/* Texts that are given once; NULL for other options. */
static const char **server_text(enum kbm_option_id id, struct kbm_server_options *server)
{
	return id == KBM_OPTION_URI		? &server->uri
	       : id == KBM_OPTION_BIND_DN	? &server->bind_dn
	       : id == KBM_OPTION_PASSWORD_FILE ? &server->password_file
	       : id == KBM_OPTION_CA_FILE	? &server->ca_file
	       : id == KBM_OPTION_MECHANISM	? &server->mechanism
						: NULL;
}

static enum kbm_code take_server(enum kbm_option_id id, const char *value,
				 struct kbm_server_options *server, struct kbm_error *error)
{
	enum kbm_code code = take_once(id, value, server_text(id, server), error);
	if (code != KBM_OK)
		return code;
	if (id == KBM_OPTION_PROMPT)
		server->prompts = true;
	if (id == KBM_OPTION_START_TLS)
		server->start_tls++;
	if (id == KBM_OPTION_FOLLOW)
		return take_followed(value, server, error);
	if (id == KBM_OPTION_SERVER_TIMEOUT)
		return parse_seconds(id, value, KBM_LDAP_MIN_TIMEOUT_MS, KBM_LDAP_MAX_TIMEOUT_MS,
				     &server->timeout_ms, error);
	return KBM_OK;
}

static enum kbm_code take_root(const char *value, struct kbm_options *options,
			       struct kbm_error *error)
{
	struct kbm_error reason = {0};
	struct kbm_bytes normal;
	kbm_bytes_init(&normal, KBM_PATH_MAX_BYTES);
	enum kbm_code code = kbm_path_normalise(value, &normal, &reason);
	kbm_bytes_clear(&normal);
	options->root = value;
	return code == KBM_OK ? KBM_OK : kbm_fail(error, code, "--root: %s", reason.message);
}

/* Where an option's text goes; NULL for others. */
static const char **test_text(enum kbm_option_id id, struct kbm_test_options *test)
{
	if (id == KBM_OPTION_CASES)
		return &test->cases;
	if (id == KBM_OPTION_CASE)
		return &test->only;
	return id == KBM_OPTION_JUNIT ? &test->junit : NULL;
}

static enum kbm_code take_test(enum kbm_option_id id, const char *value,
			       struct kbm_test_options *test, struct kbm_error *error)
{
	if (id == KBM_OPTION_JOBS)
		return parse_number(id, value, 1, KBM_TRIAL_MAX_JOBS, &test->jobs, error);
	enum kbm_code code = take_once(id, value, test_text(id, test), error);
	if (code != KBM_OK)
		return code;
	if (id == KBM_OPTION_ACCEPT)
		test->accepts = true;
	if (id == KBM_OPTION_COMPLETE)
		test->is_strict = true;
	return KBM_OK;
}

enum kbm_code kbm_option_take(enum kbm_option_id id, const char *value, struct kbm_options *options,
			      struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	int word = 0;
	if (names_a_path(id) && value[0] == '\0')
		return kbm_fail(error, KBM_USAGE, "--%s: '' is no name; %s is needed",
				kbm_option_rows[id].name, kbm_option_rows[id].argument);
	switch (id) {
	case KBM_OPTION_TARGET:
		if (options->target_count == KBM_MAX_TARGETS)
			return kbm_fail(error, KBM_USAGE, "-t: more than %u sources",
					KBM_MAX_TARGETS);
		options->targets[options->target_count++] = value;
		return KBM_OK;
	case KBM_OPTION_URI:
	case KBM_OPTION_BIND_DN:
	case KBM_OPTION_PROMPT:
	case KBM_OPTION_PASSWORD_FILE:
	case KBM_OPTION_START_TLS:
	case KBM_OPTION_MECHANISM:
	case KBM_OPTION_CA_FILE:
	case KBM_OPTION_FOLLOW:
	case KBM_OPTION_SERVER_TIMEOUT:
		return take_server(id, value, &options->server, error);
	case KBM_OPTION_NAME:
		options->name = value;
		return KBM_OK;
	case KBM_OPTION_CONTROL_SET:
		options->selection_text = value;
		return parse_control_set(value, &options->selection, error);
	case KBM_OPTION_CODEPAGE:
		return parse_codepage(value, &options->codepage, error);
	case KBM_OPTION_PARAMETER:
		return parse_parameter(value, &options->params, error);
	case KBM_OPTION_BASE:
		options->base = value;
		return KBM_OK;
	case KBM_OPTION_DEPTH:
		options->has_depth = true;
		return parse_number(id, value, 0, KBM_DN_MAX_RDNS, &options->depth, error);
	case KBM_OPTION_SECRETS:
		options->include_secrets = true;
		return KBM_OK;
	case KBM_OPTION_OUTPUT:
	case KBM_OPTION_EXPORT:
		return take_output(value, options, error);
	case KBM_OPTION_EMIT:
		return parse_emit(value, options, error);
	case KBM_OPTION_ROOT:
		return take_root(value, options, error);
	case KBM_OPTION_SCRIPTS:
		options->scripts = value;
		return KBM_OK;
	case KBM_OPTION_CATEGORY:
		if (options->category_count == KBM_MAX_CATEGORIES)
			return kbm_fail(error, KBM_USAGE, "--category: more than %u",
					KBM_MAX_CATEGORIES);
		options->categories[options->category_count++] = value;
		return KBM_OK;
	case KBM_OPTION_CASES:
	case KBM_OPTION_CASE:
	case KBM_OPTION_ACCEPT:
	case KBM_OPTION_COMPLETE:
	case KBM_OPTION_JUNIT:
	case KBM_OPTION_JOBS:
		return take_test(id, value, &options->test, error);
	case KBM_OPTION_TIMEOUT:
		return parse_seconds(id, value, KBM_CHILD_MIN_CPU_MS, KBM_CHILD_MAX_CPU_MS,
				     &options->timeout_ms, error);
	case KBM_OPTION_MEMORY:
		return parse_number(id, value, KBM_CHILD_MIN_MEMORY_MIB, KBM_CHILD_MAX_MEMORY_MIB,
				    &options->memory_mib, error);
	case KBM_OPTION_FORMAT:
	case KBM_OPTION_ENTRY_FORMAT:
	case KBM_OPTION_DIFF_FORMAT:
	case KBM_OPTION_TABLE_FORMAT:
	case KBM_OPTION_RUN_FORMAT:
	case KBM_OPTION_SCOPE:
	case KBM_OPTION_EMIT_FORM:
	case KBM_OPTION_LOGS:
	case KBM_OPTION_RECOVER_LOGS:
	case KBM_OPTION_REG_FORM:
	case KBM_OPTION_VERIFY:
	case KBM_OPTION_SEVERITY:
	case KBM_OPTION_FORM:
	case KBM_OPTION_LEFT_FORM:
	case KBM_OPTION_RIGHT_FORM:
	case KBM_OPTION_TO:
	case KBM_OPTION_COLOR:
		code = take_word(id, value, &word, error);
		if (code != KBM_OK)
			return code;
		if (id == KBM_OPTION_FORMAT || id == KBM_OPTION_ENTRY_FORMAT ||
		    id == KBM_OPTION_DIFF_FORMAT || id == KBM_OPTION_TABLE_FORMAT ||
		    id == KBM_OPTION_RUN_FORMAT)
			options->format = (enum kbm_format)word;
		else if (id == KBM_OPTION_LOGS || id == KBM_OPTION_RECOVER_LOGS)
			options->logs = (enum kbm_logs_use)word;
		else if (id == KBM_OPTION_SEVERITY)
			options->severity = (enum kbm_severity)word;
		else if (id == KBM_OPTION_VERIFY)
			options->verify_full = true;
		else if (id == KBM_OPTION_SCOPE)
			options->scope = (enum kbm_scope)word;
		else if (id == KBM_OPTION_EMIT_FORM || id == KBM_OPTION_REG_FORM)
			options->emit_form = (enum kbm_emit_form)word;
		else if (id == KBM_OPTION_LEFT_FORM || id == KBM_OPTION_FORM)
			options->left_form = (enum kbm_dn_form)word;
		else if (id == KBM_OPTION_RIGHT_FORM)
			options->right_form = (enum kbm_dn_form)word;
		else if (id == KBM_OPTION_TO)
			options->to_form = (enum kbm_dn_form)word;
		else
			options->color = (enum kbm_color)word;
		return KBM_OK;
	case KBM_OPTION_IN:
	case KBM_OPTION_REGEX:
	case KBM_OPTION_EXACT:
	case KBM_OPTION_NEWER:
	case KBM_OPTION_TYPE:
		return kbm_find_option_take(id, value, &options->find, error);
	case KBM_OPTION_YES:
		return parse_yes(value, &options->consent, error);
	case KBM_OPTION_NO_INPUT:
		options->no_input = true;
		return KBM_OK;
	case KBM_OPTION_APPLY:
		options->apply = true;
		return KBM_OK;
	case KBM_OPTION_RECOVER:
		options->recovers = true;
		return KBM_OK;
	case KBM_OPTION_ONLY:
		options->only = value;
		return KBM_OK;
	case KBM_OPTION_STATE_DIR:
		options->state_dir = value;
		return KBM_OK;
	case KBM_OPTION_BACKUP_DIR:
		options->backup_dir = value;
		return KBM_OK;
	case KBM_OPTION_READ_ONLY:
		options->read_only = true;
		return KBM_OK;
	case KBM_OPTION_DRY_RUN:
		options->dry_run = true;
		return KBM_OK;
	case KBM_OPTION_CANONICAL:
		options->canonical = true;
		return KBM_OK;
	case KBM_OPTION_UNSAFE:
		options->unsafe = true;
		return KBM_OK;
	case KBM_OPTION_VERBOSE:
		options->verbose = true;
		return KBM_OK;
	case KBM_OPTION_QUIET:
		options->quiet = true;
		return KBM_OK;
	case KBM_OPTION_HELP:
		options->help = true;
		return KBM_OK;
	case KBM_OPTION_VERSION:
		options->version = true;
		return KBM_OK;
	case KBM_OPTION_END:
	case KBM_OPTION_COUNT:
		break;
	}
	return KBM_OK;
}
