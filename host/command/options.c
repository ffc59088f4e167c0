/* The table of options and its parser. */
#include "command/options.h"

#include "base/limits.h"
#include "base/text.h"
#include "base/suggest.h"
#include "source/registry.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CODEPAGE = 874, LAST_CODEPAGE = 1258 }; /* Windows' own have no others */

struct option_row {
	const char *name;
	char letter;	      /* or 0 */
	const char *argument; /* or NULL */
	const char *help;
};

/* One row an option, in the order of enum kbm_option_id. */
static const struct option_row rows[KBM_OPTION_COUNT] = {
    [KBM_OPTION_TARGET] =
	{"target", 't', "FILE",
	 "a source of the target: hive, .reg export or LDIF (repeat for several)"},
    [KBM_OPTION_NAME] = {"name", 0, "TEXT", "call the target so, instead of by its computer name"},
    [KBM_OPTION_CONTROL_SET] = {"control-set", 0, "WHICH",
				"current (default), default, lastknowngood or a number"},
    [KBM_OPTION_CODEPAGE] = {"codepage", 0, "NUMBER",
			     "Windows code page of REGEDIT4 text: 1252 (default), 1250-1258, 874"},
    [KBM_OPTION_PARAMETER] = {"param", 'p', "NAME=VALUE", "a parameter of the script (repeatable)"},
    [KBM_OPTION_DRY_RUN] = {"dry-run", 'n', NULL, "diagnose and show the plan only: the default"},
    [KBM_OPTION_BASE] = {"base", 'b', "DN", "where in the directory to begin; default: at its top"},
    [KBM_OPTION_SCOPE] = {"scope", 's', "base|one|sub",
			  "the base itself, what is right below it, or all from it on (default)"},
    [KBM_OPTION_DEPTH] = {"depth", 0, "NUMBER", "show so many levels below the top entries"},
    [KBM_OPTION_SECRETS] = {"include-secrets", 0, NULL, "passwords and keys too"},
    [KBM_OPTION_EXPORT] = {"output", 'o', "FILE", "write it there (a new file)"},
    [KBM_OPTION_OUTPUT] = {"output", 'o', "FILE", "write the plan there (a new file)"},
    [KBM_OPTION_EMIT] =
	{"emit", 0, "reg:FILE",
	 "write the plan for regedit, and beside it what takes it back (fix.reg, fix.undo.reg)"},
    [KBM_OPTION_EMIT_FORM] = {"emit-form", 0, "4|5",
			      "REGEDIT4 (Windows NT 4.0) or 5.00; default: what the target uses"},
    [KBM_OPTION_FORMAT] = {"format", 'f', "text|json|jsonl", "how results are printed"},
    [KBM_OPTION_ENTRY_FORMAT] = {"format", 'f', "text|json|jsonl|ldif", "how entries are printed"},
    [KBM_OPTION_CANONICAL] = {"canonical", 0, NULL,
			      "to the byte as other readers dump it, for comparing"},
    [KBM_OPTION_FORM] = {"form", 0, "ldap|x500", "the name's form; default: detected"},
    [KBM_OPTION_LEFT_FORM] = {"left-form", 0, "ldap|x500",
			      "form of the first name; default: detected"},
    [KBM_OPTION_RIGHT_FORM] = {"right-form", 0, "ldap|x500",
			       "form of the second name; default: detected"},
    [KBM_OPTION_TO] = {"to", 0, "ldap|x500", "the form to write; default: the other one"},
    [KBM_OPTION_SCRIPTS] = {"scripts", 0, "DIR", "look for scripts there first"},
    [KBM_OPTION_TIMEOUT] = {"timeout", 0, "SECONDS",
			    "CPU time a script may use (default 5; 0.3 is possible)"},
    [KBM_OPTION_MEMORY] = {"max-memory", 0, "MIB", "memory a script may use (default 128)"},
    [KBM_OPTION_UNSAFE] = {"unsafe-no-sandbox", 0, NULL,
			   "go on, with a warning, where system calls cannot be filtered"},
    [KBM_OPTION_COLOR] = {"color", 0, "auto|always|never", "colours; NO_COLOR is honoured"},
    [KBM_OPTION_VERBOSE] = {"verbose", 'v', NULL, "say more: what was read, where scripts are"},
    [KBM_OPTION_QUIET] = {"quiet", 'q', NULL, "say less: only what was found"},
    [KBM_OPTION_HELP] = {"help", 'h', NULL, "this help"},
    [KBM_OPTION_VERSION] = {"version", 'V', NULL, "the version"},
};

static enum kbm_code parse_number(enum kbm_option_id id, const char *value, unsigned least,
				  unsigned most, unsigned *number, struct kbm_error *error)
{
	char *end;
	errno = 0;
	unsigned long parsed = strtoul(value, &end, 10);
	if (!isdigit((unsigned char)value[0]) || *end != '\0' || errno != 0 || parsed < least ||
	    parsed > most)
		return kbm_fail(error, KBM_USAGE, "--%s: '%s' is not a number from %u to %u",
				rows[id].name, value, least, most);
	*number = (unsigned)parsed;
	return KBM_OK;
}

/* Seconds with up to three decimals, as milliseconds. */
static enum kbm_code parse_seconds(enum kbm_option_id id, const char *value, unsigned *milliseconds,
				   struct kbm_error *error)
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
	if (!is_number || wanted < KBM_CHILD_MIN_CPU_MS || wanted > KBM_CHILD_MAX_CPU_MS)
		return kbm_fail(error, KBM_USAGE,
				"--%s: '%s' is not a number of seconds from %u.%u to %u",
				rows[id].name, value, KBM_CHILD_MIN_CPU_MS / 1000,
				KBM_CHILD_MIN_CPU_MS % 1000 / 100, KBM_CHILD_MAX_CPU_MS / 1000);
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
				rows[id].name, value, expected, near);
	return kbm_fail(error, KBM_USAGE, "--%s: '%s' is not %s", rows[id].name, value, expected);
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

static enum kbm_code parse_emit(const char *value, const char **file, struct kbm_error *error)
{
	if (strncmp(value, "reg:", 4) == 0 && strcmp(value + 4, "-") == 0)
		return kbm_fail(error, KBM_USAGE,
				"--emit: two files are written; name one, not standard output");
	if (strncmp(value, "reg:", 4) != 0 || value[4] == '\0')
		return kbm_fail(error, KBM_USAGE,
				"--emit: '%s' is not reg:FILE (ldif:FILE is not there yet)", value);
	*file = value + 4;
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
	const struct word *words = id == KBM_OPTION_FORMAT	   ? formats
				   : id == KBM_OPTION_ENTRY_FORMAT ? entry_formats
				   : id == KBM_OPTION_SCOPE	   ? scopes
				   : id == KBM_OPTION_COLOR	   ? colors
				   : id == KBM_OPTION_EMIT_FORM	   ? emits
								   : forms;
	return parse_word(words, value, parsed)
		   ? KBM_OK
		   : refuse_word(id, value, rows[id].argument, words, error);
}

/* Stores one option's value. */
static enum kbm_code take(enum kbm_option_id id, const char *value, struct kbm_options *options,
			  struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	int word = 0;
	switch (id) {
	case KBM_OPTION_TARGET:
		if (options->target_count == KBM_MAX_TARGETS)
			return kbm_fail(error, KBM_USAGE, "-t: more than %u sources",
					KBM_MAX_TARGETS);
		options->targets[options->target_count++] = value;
		return KBM_OK;
	case KBM_OPTION_NAME:
		options->name = value;
		return KBM_OK;
	case KBM_OPTION_CONTROL_SET:
		options->selection_text = value;
		return parse_control_set(value, &options->selection, error);
	case KBM_OPTION_CODEPAGE:
		return parse_number(id, value, FIRST_CODEPAGE, LAST_CODEPAGE, &options->codepage,
				    error);
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
		options->output = value;
		return KBM_OK;
	case KBM_OPTION_EMIT:
		return parse_emit(value, &options->emit, error);
	case KBM_OPTION_SCRIPTS:
		options->scripts = value;
		return KBM_OK;
	case KBM_OPTION_TIMEOUT:
		return parse_seconds(id, value, &options->timeout_ms, error);
	case KBM_OPTION_MEMORY:
		return parse_number(id, value, KBM_CHILD_MIN_MEMORY_MIB, KBM_CHILD_MAX_MEMORY_MIB,
				    &options->memory_mib, error);
	case KBM_OPTION_FORMAT:
	case KBM_OPTION_ENTRY_FORMAT:
	case KBM_OPTION_SCOPE:
	case KBM_OPTION_EMIT_FORM:
	case KBM_OPTION_FORM:
	case KBM_OPTION_LEFT_FORM:
	case KBM_OPTION_RIGHT_FORM:
	case KBM_OPTION_TO:
	case KBM_OPTION_COLOR:
		code = take_word(id, value, &word, error);
		if (code != KBM_OK)
			return code;
		if (id == KBM_OPTION_FORMAT || id == KBM_OPTION_ENTRY_FORMAT)
			options->format = (enum kbm_format)word;
		else if (id == KBM_OPTION_SCOPE)
			options->scope = (enum kbm_scope)word;
		else if (id == KBM_OPTION_EMIT_FORM)
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
	case KBM_OPTION_DRY_RUN:
	case KBM_OPTION_END:
	case KBM_OPTION_COUNT:
		break;
	}
	return KBM_OK;
}

/* The allowed options, in getopt's two forms. */
struct getopt_tables {
	struct option names[KBM_OPTION_COUNT + 1];
	char letters[2 * KBM_OPTION_COUNT + 4];
	const enum kbm_option_id *allowed;
};

static void fill_tables(const enum kbm_option_id *allowed, struct getopt_tables *tables)
{
	size_t names = 0;
	size_t letters = 0;
	tables->allowed = allowed;
	tables->letters[letters++] = '+'; /* operands are passed over here, not by getopt */
	tables->letters[letters++] = ':'; /* a missing argument is reported as ':' */
	for (;; allowed++) {
		enum kbm_option_id id = *allowed == KBM_OPTION_END ? KBM_OPTION_HELP : *allowed;
		const struct option_row *row = &rows[id];
		tables->names[names++] = (struct option){
		    row->name, row->argument == NULL ? no_argument : required_argument, NULL,
		    (int)id + UCHAR_MAX + 1};
		if (row->letter != 0) {
			tables->letters[letters++] = row->letter;
			if (row->argument != NULL)
				tables->letters[letters++] = ':';
		}
		if (*allowed == KBM_OPTION_END)
			break;
	}
	tables->names[names] = (struct option){NULL, 0, NULL, 0};
	tables->letters[letters] = '\0';
}

/* The one of the allowed options: others may have the same letter. */
static enum kbm_option_id by_letter(int letter, const enum kbm_option_id *allowed)
{
	for (; *allowed != KBM_OPTION_END; allowed++)
		if (rows[*allowed].letter == letter)
			return *allowed;
	return KBM_OPTION_HELP;
}

/* Options that are to come, so that nobody takes them for a typing error. */
static const struct {
	const char *name;
	const char *instead;
} later[] = {
    {"apply", "--emit reg:FILE writes the plan for regedit"},
    {"yes", "nothing is applied yet, so nothing asks"},
    {"targets", "run each target by itself"},
    {"logs", "a hive with transaction logs to replay is said to be dirty"},
    {"follow-referrals", "-t FILE takes an LDIF export of the directory"},
};

/* The allowed option that was meant: the nearest one, or the first that begins so; or NULL. */
static const char *meant_option(const char *typed, const struct getopt_tables *tables)
{
	const char *words[KBM_OPTION_COUNT] = {NULL};
	const char *longer = NULL;
	size_t count = 0;
	for (const struct option *row = tables->names; row->name != NULL; row++) {
		words[count++] = row->name;
		if (longer == NULL && typed[0] != '\0' &&
		    strncmp(row->name, typed, strlen(typed)) == 0)
			longer = row->name;
	}
	const char *near = kbm_suggest(typed, words, count);
	return near != NULL ? near : longer;
}

/* A long option whose name is none of the allowed ones. */
static enum kbm_code refuse_name(const char *given, const struct getopt_tables *tables,
				 struct kbm_error *error)
{
	char typed[64];
	size_t length = strcspn(given + 2, "=");
	if (length >= sizeof typed)
		return kbm_fail(error, KBM_USAGE, "unknown option %.40s...", given);
	memcpy(typed, given + 2, length);
	typed[length] = '\0';
	for (size_t i = 0; i < sizeof later / sizeof later[0]; i++)
		if (strcmp(later[i].name, typed) == 0)
			return kbm_fail(error, KBM_USAGE, "--%s is not in this version: %s", typed,
					later[i].instead);
	for (enum kbm_option_id id = KBM_OPTION_END + 1; id < KBM_OPTION_COUNT; id++)
		if (strcmp(rows[id].name, typed) == 0)
			return kbm_fail(error, KBM_USAGE,
					"option --%s does not belong to this command", typed);
	const char *meant = meant_option(typed, tables);
	if (meant != NULL)
		return kbm_fail(error, KBM_USAGE, "unknown option --%s; did you mean --%s?", typed,
				meant);
	return kbm_fail(error, KBM_USAGE, "unknown option --%s", typed);
}

/* What getopt could not take: an option that is unknown or has an argument too many. */
static enum kbm_code refuse_option(const char *given, const struct getopt_tables *tables,
				   struct kbm_error *error)
{
	if (optopt > UCHAR_MAX)
		return kbm_fail(error, KBM_USAGE, "option --%s takes no argument",
				rows[optopt - UCHAR_MAX - 1].name);
	if (optopt == 'H')
		return kbm_fail(
		    error, KBM_USAGE,
		    "LDAP servers are not in this version: -t FILE takes an LDIF export");
	if (optopt != 0)
		return kbm_fail(error, KBM_USAGE, "unknown option -%c", optopt);
	return refuse_name(given, tables, error);
}

/* Whether getopt took an abbreviation for a name. It does so for any beginning that only one option
 * has, and there is no switch against it. `number` is what stands for a long option, else less. */
static bool is_abbreviated(int number, const char *given)
{
	return number > UCHAR_MAX &&
	       strcspn(given + 2, "=") != strlen(rows[number - UCHAR_MAX - 1].name);
}

/* Takes the option that getopt found. */
static enum kbm_code take_found(int got, char **argv, const struct getopt_tables *tables,
				struct kbm_options *options, struct kbm_error *error)
{
	bool is_refused = got == '?' || got == ':';
	bool has_own_word = optarg == argv[optind - 1];
	const char *given = argv[optind - (has_own_word ? 2 : 1)];
	if (is_abbreviated(is_refused ? optopt : got, given))
		return refuse_name(given, tables, error);
	if (got == '?')
		return refuse_option(given, tables, error);
	if (got == ':')
		return kbm_fail(error, KBM_USAGE, "option %s needs an argument", given);
	enum kbm_option_id id = got > UCHAR_MAX ? (enum kbm_option_id)(got - UCHAR_MAX - 1)
						: by_letter(got, tables->allowed);
	return take(id, optarg, options, error);
}

static bool is_operand(const char *word, bool takes_numbers)
{
	return word[0] != '-' || word[1] == '\0' ||
	       (takes_numbers && isdigit((unsigned char)word[1]));
}

enum kbm_code kbm_options_parse(int argc, char **argv, const enum kbm_option_id *allowed,
				struct kbm_options *options, int *first_operand,
				struct kbm_error *error)
{
	struct getopt_tables tables;
	char *nothing[] = {argv[0], NULL};
	char **operands = calloc((size_t)argc + 1, sizeof *operands);
	size_t count = 0;
	enum kbm_code code = KBM_OK;
	if (operands == NULL)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	fill_tables(allowed, &tables);
	opterr = 0;
	optind = 0; /* glibc: start afresh, here without looking at a word */
	(void)getopt_long(1, nothing, tables.letters, tables.names, NULL);
	while (code == KBM_OK && optind < argc) {
		if (is_operand(argv[optind], options->takes_numbers)) {
			operands[count++] = argv[optind++];
			continue;
		}
		int got = getopt_long(argc, argv, tables.letters, tables.names, NULL);
		if (got == -1)
			break;
		code = take_found(got, argv, &tables, options, error);
	}
	while (code == KBM_OK && optind < argc)
		operands[count++] = argv[optind++];
	if (code == KBM_OK) {
		*first_operand = argc - (int)count;
		memcpy(argv + *first_operand, operands, count * sizeof *operands);
	}
	free(operands);
	return code;
}

void kbm_options_clear(struct kbm_options *options)
{
	kbm_params_clear(&options->params);
}

enum { HELP_COLUMN = 28, HELP_WIDTH = 80 };

/* One line of words; a line that fits is left as it is, with its blanks. */
static void wrap_line(struct kbm_bytes *out, size_t indent, const char *words, size_t length)
{
	if (indent + length <= HELP_WIDTH) {
		kbm_bytes_append(out, words, length);
		return;
	}
	size_t column = indent;
	for (const char *end = words + length; words < end;) {
		size_t word = strcspn(words, " \n");
		if (column > indent && column + 1 + word > HELP_WIDTH) {
			kbm_bytes_printf(out, "\n%*s", (int)indent, "");
			column = indent;
		} else if (column > indent) {
			kbm_bytes_append_byte(out, ' ');
			column++;
		}
		kbm_bytes_append(out, words, word);
		column += word;
		words += word + strspn(words + word, " ");
		if (*words == '\n')
			break;
	}
}

bool kbm_options_wrap(struct kbm_bytes *out, size_t column, size_t indent, const char *words)
{
	if (column > indent) {
		kbm_bytes_append_byte(out, '\n');
		column = 0;
	}
	kbm_bytes_printf(out, "%*s", (int)(indent - column), "");
	while (*words != '\0') {
		size_t length = strcspn(words, "\n");
		wrap_line(out, indent, words, length);
		words += length;
		if (*words == '\n' && *++words != '\0')
			kbm_bytes_printf(out, "\n%*s", (int)indent, "");
	}
	return kbm_bytes_append_byte(out, '\n');
}

bool kbm_options_help(const enum kbm_option_id *allowed, struct kbm_bytes *out)
{
	for (; *allowed != KBM_OPTION_END; allowed++) {
		const struct option_row *row = &rows[*allowed];
		size_t start = out->length;
		if (row->letter != 0)
			kbm_bytes_printf(out, "  -%c, --%s", row->letter, row->name);
		else
			kbm_bytes_printf(out, "      --%s", row->name);
		if (row->argument != NULL)
			kbm_bytes_printf(out, " %s", row->argument);
		size_t column = out->length - start;
		kbm_options_wrap(out, column < HELP_COLUMN ? column : HELP_COLUMN + 1, HELP_COLUMN,
				 row->help);
	}
	return !out->failed;
}
