/* kbmend reg find: a hive or a .reg export searched. */
#include "command/cmd_reg.h"

#include "base/bytes.h"
#include "command/reg_folder.h"
#include "source/pattern_text.h"

#include <string.h>

int kbm_reg_find(const struct kbm_call *call)
{
	struct kbm_find_order order = call->options->find;
	struct kbm_bytes text;
	struct kbm_error error = {0};
	order.pattern = call->operands[1];
	order.pattern_length = strlen(order.pattern);
	if (order.type_count > 0 && order.parts == KBM_FIND_KEY)
		return kbm_command_usage(call, "--type is about values, --in keys leaves them out");
	if (order.parts == 0)
		order.parts = KBM_FIND_ALL;
	/* Whether it is a regular expression, the job tells, which has the library for it. */
	enum kbm_code code = kbm_pattern_read(order.pattern, order.pattern_length, &text, &error);
	kbm_bytes_clear(&text);
	if (code != KBM_OK)
		return kbm_command_usage(call, "%s", error.message);
	const struct kbm_registry_query query = {
	    .kind = KBM_QUERY_FIND,
	    .path = call->operand_count > 2 ? call->operands[2] : "",
	    .find = &order,
	};
	const char *root = kbm_reg_folder_root(call->operands[0], query.path);
	return root == NULL ? kbm_reg_ask(call, &query) : kbm_reg_ask_roots(call, &query, root);
}

const char kbm_reg_find_details[] =
    "PATTERN is plain text, upper and lower case alike as Windows has it in names; '' is in "
    "everything. Searched are the values of KEY and all below it (default: the whole "
    "file); " KBM_REG_PATH_HELP " Without one, and for HKLM or HKU, all hives of a folder are "
    "searched, and paths begin so, too.\n"
    "Data: text is searched as text; numbers as 4086 and 0xff6; other bytes for those that PATTERN "
    "names (0a1b, '0a 1b', hex:0a,1b), or, with --regex, as hexadecimal digits.\n"
    "--regex: a regular expression of PCRE2, by Unicode and case alike, . is any character. \\\\ "
    "is "
    "a backslash, \\uXXXX a UTF-16 unit; of other letters only d D s S w W B (not in front of a "
    "letter), b and xHH may follow a backslash. One that takes too long ends the search.\n"
    "A line tells what matched (key, value, data), the path, and a value's name, type and data, "
    "with tabs between them. Long data are cut; the other formats have all of it.\n"
    "csv: a header, fields quoted as in RFC 4180, lines ended by a line feed, times in UTC. "
    "Control characters, NUL and unpaired surrogates are escaped; json has them exactly.\n"
    "What cannot be read is passed over, and told behind what was found: how many places, and the "
    "first 16 of them with key and offset; json and jsonl have rows of the kind damage for them, "
    "csv ends with a row that begins with incomplete, and how many in the column data (stale: what "
    "was searched may be).";

const enum kbm_option_id kbm_reg_find_options[] = {
    KBM_OPTION_IN,	     KBM_OPTION_REGEX,	     KBM_OPTION_EXACT,	  KBM_OPTION_NEWER,
    KBM_OPTION_TYPE,	     KBM_OPTION_CONTROL_SET, KBM_OPTION_CODEPAGE, KBM_OPTION_LOGS,
    KBM_OPTION_TABLE_FORMAT, KBM_OPTION_UNSAFE,	     KBM_OPTION_QUIET,	  KBM_OPTION_HELP,
    KBM_OPTION_END};

const struct kbm_exit_meaning kbm_reg_find_exits[] = {
    {KBM_EXIT_OK, "something was found, and everything was searched"},
    {KBM_EXIT_UNKNOWN, "nothing was found, or not all could be read, or it is dirty; it is said"},
    {KBM_EXIT_REFUSED, KBM_REG_REFUSED},
    {KBM_EXIT_USAGE, "the command line, PATTERN or KEY is wrong"},
    {0, NULL},
};
