/* kbmend dn parse and compare: distinguished names, looked at by hand. */
#include "command/command.h"

#include "base/limits.h"
#include "report/report_dn.h"
#include "source/dn.h"

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

static const enum kbm_option_id parse_options[] = {KBM_OPTION_FORM, KBM_OPTION_FORMAT,
						   KBM_OPTION_HELP, KBM_OPTION_END};
static const enum kbm_option_id compare_options[] = {KBM_OPTION_LEFT_FORM, KBM_OPTION_RIGHT_FORM,
						     KBM_OPTION_FORMAT,	   KBM_OPTION_QUIET,
						     KBM_OPTION_HELP,	   KBM_OPTION_END};

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
    {0},
};

const struct kbm_command kbm_command_dn = {
    .name = "dn",
    .summary = "Parse and compare distinguished names",
    .children = children,
};
