/* command/options: what is taken, and how a typing error is answered. */
#include "command/options.h"

#include "source/registry.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

static const enum kbm_option_id allowed[] = {
    KBM_OPTION_TARGET, KBM_OPTION_CONTROL_SET, KBM_OPTION_PARAMETER, KBM_OPTION_DRY_RUN,
    KBM_OPTION_FORMAT, KBM_OPTION_EMIT,	       KBM_OPTION_TIMEOUT,   KBM_OPTION_CODEPAGE,
    KBM_OPTION_MEMORY, KBM_OPTION_VERBOSE,     KBM_OPTION_END};

/* Splits a line at blanks, parses it, and leaves operands from *first on. */
static enum kbm_code parse(char *line, struct kbm_options *options, char **argv, int *first,
			   struct kbm_error *error)
{
	int argc = 0;
	argv[argc++] = "run";
	for (char *word = strtok(line, " "); word != NULL; word = strtok(NULL, " "))
		argv[argc++] = word;
	argv[argc] = NULL;
	memset(options, 0, sizeof *options);
	return kbm_options_parse(argc, argv, allowed, options, first, error);
}

Test(options, takes_both_spellings_and_leaves_operands)
{
	char line[] =
	    "Q298565 -t SYSTEM --target=x.ldif -p depth=site -p server= -nv --format jsonl "
	    "--control-set 2 --timeout 7.25 --emit reg:fix.reg --emit ldif:x other";
	struct kbm_options options;
	struct kbm_error error = {0};
	char *argv[32];
	int first = 0;
	cr_assert(parse(line, &options, argv, &first, &error) == KBM_OK, "%s", error.message);
	cr_expect(options.target_count == 2 && strcmp(options.targets[1], "x.ldif") == 0);
	cr_expect(options.params.count == 2 && strcmp(options.params.items[0].name, "depth") == 0);
	cr_expect(strcmp(options.params.items[1].value, "") == 0);
	cr_expect(options.verbose && options.format == KBM_FORMAT_JSONL);
	cr_expect(options.selection == 2 && options.timeout_ms == 7250);
	cr_expect(strcmp(options.emit_reg, "fix.reg") == 0);
	cr_expect(strcmp(options.emit_ldif, "x") == 0);
	cr_expect(strcmp(argv[first], "Q298565") == 0 && strcmp(argv[first + 1], "other") == 0);
	kbm_options_clear(&options);
}

/* "-1 a -v" becomes "-1 a" when numbers are taken. */
static void expect_operands(const char *words, bool takes_numbers, const char *expected)
{
	char line[200];
	char found[KBM_ERROR_MESSAGE_BYTES] = "";
	char *argv[32] = {"run"};
	int argc = 1;
	int first = 0;
	struct kbm_options options = {.takes_numbers = takes_numbers};
	struct kbm_error error = {0};
	snprintf(line, sizeof line, "%s", words);
	for (char *word = strtok(line, " "); word != NULL; word = strtok(NULL, " "))
		argv[argc++] = word;
	if (kbm_options_parse(argc, argv, allowed, &options, &first, &error) != KBM_OK)
		snprintf(found, sizeof found, "%s", error.message);
	for (int i = first; error.code == KBM_OK && i < argc; i++) {
		size_t length = strlen(found);
		snprintf(found + length, sizeof found - length, "%s%s", i > first ? " " : "",
			 argv[i]);
	}
	cr_expect(strcmp(found, expected) == 0, "'%s': '%s', not '%s'", words, found, expected);
	kbm_options_clear(&options);
}

Test(options, takes_negative_numbers_where_they_are_wanted)
{
	expect_operands("-1328", true, "-1328");
	expect_operands("-1 -v a -f json -2x - b -nv -3", true, "-1 a -2x - b -3");
	expect_operands("error -1605 -v", true, "error -1605");
	expect_operands("a -- -v -1 b", true, "a -v -1 b");
	expect_operands("a -v -- --", true, "a --");
	expect_operands("-f -1 a", true, "--format: '-1' is not text|json|jsonl");
	expect_operands("a -1 b", false, "unknown option -1");
	expect_operands("-v1", true, "unknown option -1");
	expect_operands("a -v b -- -1", false, "a b -1");
}

static const struct {
	const char *line;
	const char *message;
} mistakes[] = {
    {"--tagret x", "unknown option --tagret; did you mean --target?"},
    {"--formta=json", "did you mean --format?"},
    {"--frobnicate", "unknown option --frobnicate"},
    {"--left-form ldap", "does not belong to this command"},
    {"--targ x", "unknown option --targ; did you mean --target?"},
    {"--targe=x", "unknown option --targe; did you mean --target?"},
    {"--targ", "unknown option --targ; did you mean --target?"},
    {"-v --dry", "unknown option --dry; did you mean --dry-run?"},
    {"--verb=yes", "unknown option --verb; did you mean --verbose?"},
    {"--c 1", "unknown option --c; did you mean --control-set?"},
    {"--form ldap", "option --form does not belong to this command"},
    {"--=x", "unknown option --"},
    {"-x", "unknown option -x"},
    {"-vx", "unknown option -x"},
    {"-t", "option -t needs an argument"},
    {"--target", "option --target needs an argument"},
    {"--verbose=yes", "option --verbose takes no argument"},
    {"-f xml", "'xml' is not text|json|jsonl"},
    {"-f jsn", "'jsn' is not text|json|jsonl; did you mean json?"},
    {"--control-set curent", "number from 1 to 999; did you mean current?"},
    {"-p depth", "'depth' is not NAME=VALUE"},
    {"-p =x", "is not NAME=VALUE"},
    {"-p a=1 -p a=2", "-p a is given twice"},
    {"--control-set 0", "'0' is not current"},
    {"--control-set 1000", "number from 1 to 999"},
    {"--timeout 0", "number of seconds from 0.1 to 3600"},
    {"--timeout 0.09", "number of seconds from 0.1 to 3600"},
    {"--timeout 5s", "number of seconds from 0.1 to 3600"},
    {"--timeout -1", "number of seconds from 0.1 to 3600"},
    {"--timeout 1.", "number of seconds from 0.1 to 3600"},
    {"--timeout .5", "number of seconds from 0.1 to 3600"},
    {"--timeout 1.2345", "number of seconds from 0.1 to 3600"},
    {"--timeout 3600.001", "number of seconds from 0.1 to 3600"},
    {"--emit fix.reg", "is not reg:FILE"},
    {"--emit reg:", "is not reg:FILE"},
    {"--emit ldif:", "is not reg:FILE or ldif:FILE"},
    {"--emit ldif:-", "two files are written"},
    {"--emit reg:a --emit reg:b", "--emit reg: is given twice"},
    {"--emit ldif:a --emit ldif:b", "--emit ldif: is given twice"},
    {"--codepage 1259", "none of 874 and 1250 to 1258"},
    {"--max-memory 15", "number from 16 to 4096"},
    {"--max-memory 4097", "number from 16 to 4096"},
};

Test(options, answers_a_mistake_with_a_way_out)
{
	for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
		char line[200];
		snprintf(line, sizeof line, "%s", mistakes[i].line);
		struct kbm_options options;
		struct kbm_error error = {0};
		char *argv[32];
		int first;
		cr_expect(parse(line, &options, argv, &first, &error) == KBM_USAGE, "%s",
			  mistakes[i].line);
		cr_expect(strstr(error.message, mistakes[i].message) != NULL, "%s gave: %s",
			  mistakes[i].line, error.message);
		kbm_options_clear(&options);
	}
}

/* -f and -o are other options of `dir`: the letter means the one that the command takes. */
Test(options, takes_a_letter_as_the_command_has_it)
{
	static const enum kbm_option_id dir[] = {
	    KBM_OPTION_ENTRY_FORMAT, KBM_OPTION_SCOPE,	 KBM_OPTION_DEPTH, KBM_OPTION_BASE,
	    KBM_OPTION_EXPORT,	     KBM_OPTION_SECRETS, KBM_OPTION_END};
	char *argv[] = {
	    "search", "-f", "ldif", "-sone", "-b", "o=Org", "--depth", "0", "--include-secrets",
	    "-oX",    NULL};
	struct kbm_options options = {.scope = KBM_SCOPE_SUB};
	struct kbm_error error = {0};
	int first = 0;
	cr_assert(kbm_options_parse(10, argv, dir, &options, &first, &error) == KBM_OK, "%s",
		  error.message);
	cr_expect(options.format == KBM_FORMAT_LDIF && options.scope == KBM_SCOPE_ONE);
	cr_expect(strcmp(options.base, "o=Org") == 0 && strcmp(options.output, "X") == 0);
	cr_expect(options.has_depth && options.depth == 0 && options.include_secrets);
	kbm_options_clear(&options);
	char *help[] = {"search", "-h", NULL};
	cr_assert(kbm_options_parse(2, help, dir, &options, &first, &error) == KBM_OK);
	cr_expect(options.help);
	kbm_options_clear(&options);
}

Test(options, explains_itself_within_80_columns)
{
	struct kbm_bytes out;
	kbm_bytes_init(&out, 65536);
	cr_assert(kbm_options_help(allowed, &out));
	for (const char *line = kbm_bytes_text(&out); *line != '\0';
	     line += strcspn(line, "\n") + 1)
		cr_expect(strcspn(line, "\n") <= 80, "%.100s", line);
	cr_expect(strstr(kbm_bytes_text(&out), "-t, --target WHAT") != NULL);
	kbm_bytes_clear(&out);
}
