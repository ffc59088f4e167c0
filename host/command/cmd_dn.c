/* kbmend dn parse, compare and convert: distinguished names, looked at by hand. */
#include "command/command.h"

#include "base/limits.h"
#include "report/report_dn.h"
#include "source/dn.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { REPORT_COLUMNS = 80 };
#define MAX_REPORT (32 * KBM_DN_MAX_KEY_BYTES)

/* `which` says which name is wrong: "left", "right", or "" when there is one. */
static enum kbm_code parse(const char *text, enum kbm_dn_form form, const char *which,
			   struct kbm_dn **dn, struct kbm_error *error)
{
	struct kbm_error reason;
	enum kbm_code code = kbm_dn_parse(text, strlen(text), form, dn, &reason);
	if (code == KBM_OK)
		return code;
	return kbm_fail(error, code, "%s%sname: %s", which, which[0] != '\0' ? " " : "",
			reason.message);
}

static int run_parse(const struct kbm_call *call)
{
	const struct kbm_options *options = call->options;
	struct kbm_dn *dn = NULL;
	struct kbm_error error;
	struct kbm_bytes out;
	if (parse(call->operands[0], options->left_form, "", &dn, &error) != KBM_OK)
		return kbm_command_fail(&error);
	kbm_bytes_init(&out, MAX_REPORT);
	if (options->format == KBM_FORMAT_TEXT)
		kbm_report_dn_text(dn, &out);
	else
		kbm_report_dn_json(dn, options->format == KBM_FORMAT_JSONL, &out);
	int status = kbm_command_print(&out, KBM_EXIT_OK);
	kbm_bytes_clear(&out);
	kbm_dn_free(dn);
	return status;
}

static int print_comparison(const struct kbm_options *options,
			    const struct kbm_dn_comparison *comparison)
{
	struct kbm_bytes out;
	kbm_bytes_init(&out, MAX_REPORT);
	if (options->format != KBM_FORMAT_TEXT)
		kbm_report_comparison_json(comparison, options->format == KBM_FORMAT_JSONL, &out);
	else if (!options->quiet)
		kbm_report_comparison_text(comparison, REPORT_COLUMNS, &out);
	int status = comparison->verdict == KBM_DN_IDENTICAL ? KBM_EXIT_OK : KBM_EXIT_PROBLEM;
	status = kbm_command_print(&out, status);
	kbm_bytes_clear(&out);
	return status;
}

static int run_compare(const struct kbm_call *call)
{
	const struct kbm_options *options = call->options;
	struct kbm_dn *left = NULL;
	struct kbm_dn *right = NULL;
	struct kbm_dn_comparison comparison;
	struct kbm_error error;
	int status;
	enum kbm_code code = parse(call->operands[0], options->left_form, "left", &left, &error);
	if (code == KBM_OK)
		code = parse(call->operands[1], options->right_form, "right", &right, &error);
	if (code == KBM_OK)
		code = kbm_dn_compare(left, right, &comparison, &error);
	if (code == KBM_OK) {
		status = print_comparison(options, &comparison);
		kbm_dn_comparison_clear(&comparison);
	} else {
		status = kbm_command_fail(&error);
	}
	kbm_dn_free(left);
	kbm_dn_free(right);
	return status;
}

static void convert(const struct kbm_options *options, struct kbm_conversion *conversion)
{
	const char *name = conversion->name;
	struct kbm_error *error = &conversion->error;
	enum kbm_dn_form to = options->to_form;
	if (kbm_dn_parse(name, strlen(name), options->left_form, &conversion->dn, error) != KBM_OK)
		return;
	if (to == KBM_DN_DETECT)
		to = conversion->dn->form == KBM_DN_LDAP ? KBM_DN_X500 : KBM_DN_LDAP;
	conversion->to = to;
	kbm_dn_write(conversion->dn, to, &conversion->converted, error);
}

/* Says which name is wrong when there are several. */
static int note_conversion(const struct kbm_error *error, size_t number, size_t count)
{
	if (count == 1)
		kbm_command_note("name: %s", error->message);
	else
		kbm_command_note("name %zu: %s", number, error->message);
	return KBM_EXIT_UNKNOWN;
}

static bool report_conversions(const struct kbm_options *options,
			       const struct kbm_conversion *conversions, size_t count,
			       struct kbm_bytes *out)
{
	if (options->format == KBM_FORMAT_TEXT)
		return kbm_report_conversions_text(conversions, count, out);
	return kbm_report_conversions_json(conversions, count, options->format == KBM_FORMAT_JSONL,
					   out);
}

static int run_convert(const struct kbm_call *call)
{
	size_t count = call->operand_count;
	struct kbm_conversion *conversions = calloc(count, sizeof *conversions);
	struct kbm_bytes out;
	int status = KBM_EXIT_OK;
	if (conversions == NULL) {
		kbm_command_note("out of memory");
		return KBM_EXIT_UNKNOWN;
	}
	for (size_t i = 0; i < count; i++) {
		conversions[i].name = call->operands[i];
		kbm_bytes_init(&conversions[i].converted, KBM_DN_MAX_KEY_BYTES);
		convert(call->options, &conversions[i]);
		if (conversions[i].error.code != KBM_OK)
			status = note_conversion(&conversions[i].error, i + 1, count);
	}
	kbm_bytes_init(&out, KBM_REPORT_MAX_BYTES);
	report_conversions(call->options, conversions, count, &out);
	status = kbm_command_print(&out, status);
	kbm_bytes_clear(&out);
	for (size_t i = 0; i < count; i++) {
		kbm_bytes_clear(&conversions[i].converted);
		kbm_dn_free(conversions[i].dn);
	}
	free(conversions);
	return status;
}

static const enum kbm_option_id parse_options[] = {KBM_OPTION_FORM, KBM_OPTION_FORMAT,
						   KBM_OPTION_HELP, KBM_OPTION_END};
static const enum kbm_option_id compare_options[] = {KBM_OPTION_LEFT_FORM, KBM_OPTION_RIGHT_FORM,
						     KBM_OPTION_FORMAT,	   KBM_OPTION_QUIET,
						     KBM_OPTION_HELP,	   KBM_OPTION_END};

static const enum kbm_option_id convert_options[] = {
    KBM_OPTION_TO, KBM_OPTION_FORM, KBM_OPTION_FORMAT, KBM_OPTION_HELP, KBM_OPTION_END};

static const struct kbm_exit_meaning convert_exits[] = {
    {KBM_EXIT_OK, "every name is converted"},
    {KBM_EXIT_UNKNOWN, "one is no name, or the form cannot hold it; the others are printed"},
    {KBM_EXIT_USAGE, "the command line is wrong"},
    {0, NULL},
};

static const struct kbm_command children[] = {
    {
	.name = "parse",
	.operands = "NAME [OPTIONS]",
	.summary = "Show a name's parts, and the name in both forms",
	.details = "A name that begins with '/' is read as Exchange writes it (/o=Org/ou=Site),\n"
		   "any other as LDAP does (ou=Site,o=Org). Exit status 1: not a name.\n",
	.options = parse_options,
	.least_operands = 1,
	.most_operands = 1,
	.run = run_parse,
    },
    {
	.name = "compare",
	.operands = "LEFT RIGHT [OPTIONS]",
	.summary = "Compare two names, in either form, part by part",
	.details = "identical   the same types and values, octet for octet\n"
		   "equivalent  equal for a directory (RFC 4517), in spite of:\n"
		   "            typecase   the type in other letters: CN, cn\n"
		   "            typealias  another name of the type: cn, 2.5.4.3\n"
		   "            case       the value in other letters\n"
		   "            space      blanks at the ends, or more than one\n"
		   "            unicode    another spelling of the same characters\n"
		   "            ber        #hex against text\n"
		   "            order      the same types and values of a part in another order\n"
		   "different   type, value: another one; missing: left lacks the part; extra:\n"
		   "            right lacks it; charset: likely the same in a code page;\n"
		   "            reversed: the same read backwards\n"
		   "Exit status 0 identical, 2 equivalent or different, 1 not a name.\n",
	.options = compare_options,
	.least_operands = 2,
	.most_operands = 2,
	.run = run_compare,
    },
    {
	.name = "convert",
	.operands = "NAME... [OPTIONS]",
	.summary = "Write names in the other form, each on a line",
	.details =
	    "/o=Org/ou=Site becomes ou=Site,o=Org and the other way round. --to says which\n"
	    "form is wanted; a name that is in it already is written anew, so that --to ldap\n"
	    "brings all names into the spelling of RFC 4514. Types and values stay as they\n"
	    "are. Exchange's form has no escapes: a name with a '/' in a value, a part of\n"
	    "several types, or #hex has none, and the message says so.\n",
	.exits = convert_exits,
	.options = convert_options,
	.least_operands = 1,
	.most_operands = SIZE_MAX,
	.run = run_convert,
    },
    {0},
};

const struct kbm_command kbm_command_dn = {
    .name = "dn",
    .summary = "Parse, compare and convert distinguished names",
    .children = children,
};
