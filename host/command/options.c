/* The options of a command line, by getopt. */
#include "command/options.h"

#include "command/option_table.h"

#include "base/suggest.h"
#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The allowed options, in getopt's two forms. */
struct getopt_tables {
	struct option names[KBM_OPTION_COUNT + 1];
	char letters[2 * KBM_OPTION_COUNT + 4];
	const enum kbm_option_id *allowed;
};

/* "[=high]" may be left out, and is never the next word. */
static int argument_of(const struct kbm_option_row *row)
{
	if (row->argument == NULL)
		return no_argument;
	return row->argument[0] == '[' ? optional_argument : required_argument;
}

static void fill_tables(const enum kbm_option_id *allowed, struct getopt_tables *tables)
{
	size_t names = 0;
	size_t letters = 0;
	tables->allowed = allowed;
	tables->letters[letters++] = '+'; /* operands are passed over here, not by getopt */
	tables->letters[letters++] = ':'; /* a missing argument is reported as ':' */
	for (;; allowed++) {
		enum kbm_option_id id = *allowed == KBM_OPTION_END ? KBM_OPTION_HELP : *allowed;
		const struct kbm_option_row *row = &kbm_option_rows[id];
		tables->names[names++] =
		    (struct option){row->name, argument_of(row), NULL, (int)id + UCHAR_MAX + 1};
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
		if (kbm_option_rows[*allowed].letter == letter)
			return *allowed;
	return KBM_OPTION_HELP;
}

/* Options that are to come, so that nobody takes them for a typing error. */
static const struct {
	const char *name;
	const char *instead;
} later[] = {
    {"targets", "run each target by itself"},
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
		if (strcmp(kbm_option_rows[id].name, typed) == 0)
			return kbm_fail(error, KBM_USAGE,
					"option --%s does not belong to this command", typed);
	const char *meant = meant_option(typed, tables);
	if (meant != NULL)
		return kbm_fail(error, KBM_USAGE, "unknown option --%s; did you mean --%s?", typed,
				meant);
	return kbm_fail(error, KBM_USAGE, "unknown option --%s", typed);
}

static bool allows(const struct getopt_tables *tables, enum kbm_option_id id)
{
	const enum kbm_option_id *allowed = tables->allowed;
	while (*allowed != KBM_OPTION_END && *allowed != id)
		allowed++;
	return *allowed == id;
}

/* What getopt could not take: an option that is unknown or has an argument too many. */
static enum kbm_code refuse_option(const char *given, const struct getopt_tables *tables,
				   struct kbm_error *error)
{
	if (optopt > UCHAR_MAX)
		return kbm_fail(error, KBM_USAGE, "option --%s takes no argument",
				kbm_option_rows[optopt - UCHAR_MAX - 1].name);
	if (optopt == 'w' && allows(tables, KBM_OPTION_BIND_DN))
		return kbm_fail(error, KBM_USAGE,
				"there is no -w: a password never stands on a command line, where "
				"others see it; -W asks, -y FILE reads it");
	if (optopt == 'x' && allows(tables, KBM_OPTION_BIND_DN))
		return kbm_fail(error, KBM_USAGE,
				"-x is not needed: a simple or anonymous bind is the default");
	if (optopt != 0)
		return kbm_fail(error, KBM_USAGE, "unknown option -%c", optopt);
	return refuse_name(given, tables, error);
}

/* Whether getopt took an abbreviation for a name. It does so for any beginning that only one option
 * has, and there is no switch against it. `number` is what stands for a long option, else less. */
static bool is_abbreviated(int number, const char *given)
{
	return number > UCHAR_MAX &&
	       strcspn(given + 2, "=") != strlen(kbm_option_rows[number - UCHAR_MAX - 1].name);
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
	return kbm_option_take(id, optarg, options, error);
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
