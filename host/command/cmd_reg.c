/* kbmend reg: the table of its commands, each of which looks at a hive or a .reg export by hand. */
#include "command/command.h"

#include "command/cmd_reg.h"
#include "command/reg_folder.h"

#include <string.h>

static int run_get(const struct kbm_call *call)
{
	struct kbm_registry_query query = {.kind = KBM_QUERY_GET, .path = call->operands[1]};
	if (call->operand_count > 2) {
		query.name = strcmp(call->operands[2], "@") == 0 ? "" : call->operands[2];
		query.name_length = strlen(query.name);
	}
	return kbm_reg_ask(call, &query);
}

static int run_ls(const struct kbm_call *call)
{
	const char *path = call->operand_count > 1 ? call->operands[1] : NULL;
	const char *root = kbm_reg_folder_root(call->operands[0], path);
	const struct kbm_registry_query query = {.kind = KBM_QUERY_LS,
						 .path = path == NULL ? "" : path};
	return root == NULL ? kbm_reg_ask(call, &query) : kbm_reg_ask_roots(call, &query, root);
}

static int run_dump(const struct kbm_call *call)
{
	const struct kbm_registry_query query = {
	    .kind = KBM_QUERY_DUMP, .path = call->operand_count > 1 ? call->operands[1] : ""};
	if (call->options->canonical && call->options->format != KBM_FORMAT_TEXT)
		return kbm_command_usage(call, "--canonical is a form of -f text");
	const char *root = kbm_reg_folder_root(call->operands[0], query.path);
	return root == NULL ? kbm_reg_ask(call, &query) : kbm_reg_ask_roots(call, &query, root);
}

static const enum kbm_option_id reg_options[] = {
    KBM_OPTION_CONTROL_SET, KBM_OPTION_CODEPAGE, KBM_OPTION_LOGS, KBM_OPTION_TABLE_FORMAT,
    KBM_OPTION_UNSAFE,	    KBM_OPTION_QUIET,	 KBM_OPTION_HELP, KBM_OPTION_END};

static const enum kbm_option_id info_options[] = {
    KBM_OPTION_CONTROL_SET,  KBM_OPTION_CODEPAGE, KBM_OPTION_LOGS,
    KBM_OPTION_TABLE_FORMAT, KBM_OPTION_UNSAFE,	  KBM_OPTION_QUIET,
    KBM_OPTION_COLOR,	     KBM_OPTION_HELP,	  KBM_OPTION_END};

static const struct kbm_exit_meaning info_exits[] = {
    {KBM_EXIT_OK, "what info looks at could be read (kbmend reg check reads all)"},
    {KBM_EXIT_UNKNOWN, "it is dirty and its logs do not mend that, or something could not be read"},
    {KBM_EXIT_REFUSED, KBM_REG_REFUSED},
    {KBM_EXIT_USAGE, "the command line is wrong"},
    {0, NULL},
};

static const struct kbm_exit_meaning get_exits[] = {
    {KBM_EXIT_OK, "it is there, and could be read"},
    {KBM_EXIT_UNKNOWN, "no such key or value; or it could not be read whole, or may be stale"},
    {KBM_EXIT_REFUSED, KBM_REG_REFUSED},
    {KBM_EXIT_USAGE, "the command line is wrong, or KEY names no hive of the folder"},
    {0, NULL},
};

static const struct kbm_exit_meaning ls_exits[] = {
    {KBM_EXIT_OK, "all of the key could be read"},
    {KBM_EXIT_UNKNOWN, "no such key; or not all could be read, or what was may be stale"},
    {KBM_EXIT_REFUSED, KBM_REG_REFUSED},
    {KBM_EXIT_USAGE, "the command line is wrong, or KEY names no hive of the folder"},
    {0, NULL},
};

static const struct kbm_exit_meaning dump_exits[] = {
    {KBM_EXIT_OK, "the dump is whole"},
    {KBM_EXIT_UNKNOWN, "no such key; or not all could be read, or what was may be stale"},
    {KBM_EXIT_REFUSED, KBM_REG_REFUSED},
    {KBM_EXIT_USAGE, "the command line is wrong, or KEY names no hive of the folder"},
    {0, NULL},
};

static const enum kbm_option_id dump_options[] = {
    KBM_OPTION_CANONICAL, KBM_OPTION_TABLE_FORMAT, KBM_OPTION_CONTROL_SET,
    KBM_OPTION_CODEPAGE,  KBM_OPTION_LOGS,	   KBM_OPTION_UNSAFE,
    KBM_OPTION_QUIET,	  KBM_OPTION_HELP,	   KBM_OPTION_END};

static const enum kbm_option_id check_options[] = {
    KBM_OPTION_TABLE_FORMAT, KBM_OPTION_LOGS, KBM_OPTION_UNSAFE, KBM_OPTION_QUIET,
    KBM_OPTION_COLOR,	     KBM_OPTION_HELP, KBM_OPTION_END};

static const struct kbm_exit_meaning check_exits[] = {
    {KBM_EXIT_OK, "the hive is sound, or every one of the folder"},
    {KBM_EXIT_UNKNOWN, "could not tell: one cannot be read, or its logs are needed"},
    {KBM_EXIT_PROBLEM, "there is a problem"},
    {KBM_EXIT_REFUSED, KBM_REG_REFUSED},
    {KBM_EXIT_USAGE, "the command line is wrong"},
    {0, NULL},
};

static const enum kbm_option_id recover_options[] = {
    KBM_OPTION_EXPORT, KBM_OPTION_RECOVER_LOGS, KBM_OPTION_TABLE_FORMAT, KBM_OPTION_UNSAFE,
    KBM_OPTION_QUIET,  KBM_OPTION_COLOR,	KBM_OPTION_HELP,	 KBM_OPTION_END};

static const struct kbm_exit_meaning recover_exits[] = {
    {KBM_EXIT_OK, "the new hive is written, or the hive is clean: nothing to recover"},
    {KBM_EXIT_UNKNOWN, "could not tell: it cannot be read"},
    {KBM_EXIT_PROBLEM, "the new hive is written; its structure has problems"},
    {KBM_EXIT_REFUSED, "refused: no log can be replayed, there is such a file, or no sandbox"},
    {KBM_EXIT_USAGE, "the command line is wrong"},
    {0, NULL},
};

static const struct kbm_command children[] = {
    {
	.name = "get",
	.operands = "FILE KEY [NAME] [OPTIONS]",
	.summary = "Print a value's data, or all values of a key",
	.details = KBM_REG_PATH_HELP " NAME is a value's name; @ is the default value.",
	.exits = get_exits,
	.options = reg_options,
	.least_operands = 2,
	.most_operands = 3,
	.run = run_get,
    },
    {
	.name = "ls",
	.operands = "FILE [KEY] [OPTIONS]",
	.summary = "List a key's subkeys and values",
	.details = KBM_REG_PATH_HELP
	"\n"
	"Of a folder, HKLM and HKU list the hives that are mounted there, and no "
	"KEY lists all.\n"
	"\n"
	"Of a value's data 4 KiB of text are listed, and how many there are; reg get "
	"FILE KEY NAME shows them all, as do -f json, jsonl and csv.\n",
	.exits = ls_exits,
	.options = reg_options,
	.least_operands = 1,
	.most_operands = 2,
	.run = run_ls,
    },
    {
	.name = "dump",
	.operands = "FILE [KEY] [OPTIONS]",
	.summary = "Print all keys and values, a line each",
	.details =
	    "Of KEY and all below it; default: of the whole file. " KBM_REG_PATH_HELP
	    " Without one, and for HKLM or HKU, all hives of a folder are dumped, one after the "
	    "other, and paths begin so, too.\n"
	    "Sorted lines, tab-separated: K, path, last written (FILETIME); V, path, name, "
	    "type number, data in hex. In names, \\, % and what a terminal would obey or hide "
	    "(control, bidirectional and invisible characters) are %XXXX, a UTF-16 unit each.\n"
	    "--canonical writes only \\, %, U+0000 to U+001F, U+007F and unpaired surrogates "
	    "so, for comparing with dumps of other readers; it is not for a terminal.\n"
	    "json, jsonl: an object for each line, with type and data as ls and get show them; "
	    "csv: "
	    "the header kind,path,name,type,data,last_written. Names stand in them as they are, "
	    "which in csv are escaped as in the others' csv. What says of the rows what they are "
	    "worth (incomplete, stale) is a last one.",
	.exits = dump_exits,
	.options = dump_options,
	.least_operands = 1,
	.most_operands = 2,
	.run = run_dump,
    },
    {
	.name = "export",
	.operands = "FILE [KEY] [-o NEW.reg] [OPTIONS]",
	.summary = "Write a hive, or a part of it, as a .reg file",
	.details = kbm_reg_export_details,
	.exits = kbm_reg_export_exits,
	.options = kbm_reg_export_options,
	.least_operands = 1,
	.most_operands = 2,
	.run = kbm_reg_export,
    },
    {
	.name = "diff",
	.operands = "A B [KEY] [OPTIONS]",
	.summary = "Show what differs between two hives or .reg files",
	.details = kbm_reg_diff_details,
	.exits = kbm_reg_diff_exits,
	.options = kbm_reg_diff_options,
	.least_operands = 2,
	.most_operands = 3,
	.run = kbm_reg_diff,
    },
    {
	.name = "find",
	.operands = "FILE PATTERN [KEY] [OPTIONS]",
	.summary = "Search the names of keys and values, and data",
	.details = kbm_reg_find_details,
	.exits = kbm_reg_find_exits,
	.options = kbm_reg_find_options,
	.least_operands = 2,
	.most_operands = 3,
	.run = kbm_reg_find,
    },
    {
	.name = "info",
	.operands = "FILE|FOLDER [OPTIONS]",
	.summary = "Tell what a hive or a .reg export is",
	.details =
	    "Format, whether it is clean and if not why, transaction logs beside it, times, "
	    "sequence numbers; of a SYSTEM hive the control sets, what Select says and the "
	    "computer's name; of a SOFTWARE hive the version of Windows; of an export the "
	    "hives that it holds parts of. What is not there is left out; what cannot be "
	    "read is said. Only this is looked at: kbmend reg check reads it all.\n"
	    "Of a folder, as run -t takes it: the machine, a summary of every hive, and then "
	    "what info says of each; -q leaves that out.\n"
	    "csv: the header field,value and a line for each, quoted as in RFC 4180; of a "
	    "folder, mounted comes first.",
	.exits = info_exits,
	.options = info_options,
	.least_operands = 1,
	.most_operands = 1,
	.run = kbm_reg_info,
    },
    {
	.name = "check",
	.operands = "FILE|FOLDER [OPTIONS]",
	.summary = "Tell whether a hive's structure is sound",
	.details =
	    "Every bin, cell, list, count and reference is looked at; what keys and values mean "
	    "is not. Each problem is told with its offset in the file.\n"
	    "What Windows' own hives show too, as cells that nothing refers to, is listed as "
	    "odd; a hive may be sound with it.\n"
	    "Of a folder, as run -t takes it, every hive is checked, one after the other; one that "
	    "cannot be read is told. The exit status is that of the worst: 3, 1, 2, 0; what could "
	    "not be told counts more than damage that was found.\n"
	    "csv: the header field,value and a line for each, with mounted in front for a folder.",
	.exits = check_exits,
	.options = check_options,
	.least_operands = 1,
	.most_operands = 1,
	.run = kbm_reg_check,
    },
    {
	.name = "recover",
	.operands = "FILE -o NEW [OPTIONS]",
	.summary = "Write a dirty hive, with its logs replayed, as a clean one",
	.details =
	    "The logs are FILE.LOG, FILE.LOG1 and FILE.LOG2 beside it, in any letter case. What "
	    "of each was replayed, and what was not and why, is told. NEW is a new file: nothing "
	    "is overwritten, and the hive and its logs stay as they are.\n"
	    "Of a clean hive nothing is written: it needs no logs, whatever they hold.\n"
	    "FILE is one hive's file: of a folder, the dirty ones are named, and the command for "
	    "one.\n"
	    "csv: the header field,value and a line for each, of each log, too.",
	.exits = recover_exits,
	.options = recover_options,
	.least_operands = 1,
	.most_operands = 1,
	.run = kbm_reg_recover,
    },
    {.name = NULL},
};

const struct kbm_command kbm_command_reg = {
    .name = "reg",
    .summary = "Look into a hive or a .reg export",
    .details = "Data is shown as it is, passwords and other secrets in it, too: nothing is masked "
	       "here as it is in `kbmend run`.",
    .children = children,
};
