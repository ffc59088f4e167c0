/* kbmend reg get, ls, dump, find, info and check: a hive or a .reg export, looked at by hand. */
#include "command/command.h"

#include "base/limits.h"
#include "base/text.h"
#include "command/cmd_reg.h"
#include "command/damage_notes.h"
#include "command/hive_notes.h"
#include "command/progress.h"
#include "command/reg_folder.h"
#include "command/session.h"
#include "report/report_dump.h"
#include "report/report_registry.h"
#include "report/report_rows.h"

#include <string.h>

enum { FLUSH_AT = 64 * 1024 };
#define MAX_ROW (10 * KBM_HIVE_MAX_VALUE_BYTES)

/* Rows on their way to standard output. */
struct printer {
	struct kbm_bytes out;
	enum kbm_format format;
	enum kbm_registry_query_kind kind;
	bool data_only; /* get of one value, as text */
	bool canonical; /* dump */
	size_t rows;
	struct kbm_dump_line line;   /* dump, for programs: the line under way */
	struct kbm_text_list damage; /* told behind the rows */
	struct kbm_progress progress;
	bool stuck; /* standard output takes no more; that was said, or is no news */
};

/* A list's rows begin with what parts them from those before. */
static void begin_row(struct printer *printer)
{
	if (printer->format == KBM_FORMAT_JSON)
		kbm_bytes_append_byte(&printer->out, printer->rows == 0 ? '[' : ',');
}

static enum kbm_code append_dumped(struct printer *printer, const struct kbm_registry_row *row,
				   struct kbm_error *error)
{
	struct kbm_bytes *out = &printer->out;
	if (printer->format == KBM_FORMAT_TEXT) {
		kbm_report_dump_text(row, printer->canonical, out);
		return KBM_OK;
	}
	enum kbm_code code = kbm_dump_line_read(row->text, row->text_length, &printer->line, error);
	if (code != KBM_OK)
		return code;
	begin_row(printer);
	if (printer->format == KBM_FORMAT_CSV)
		kbm_report_dump_csv(&printer->line, out);
	else
		kbm_report_dump_json(&printer->line, out);
	return KBM_OK;
}

static enum kbm_code append_row(struct printer *printer, const struct kbm_registry_row *row,
				struct kbm_error *error)
{
	struct kbm_bytes *out = &printer->out;
	bool is_damage = row->row_kind == KBM_ROW_DAMAGE;
	if (printer->kind == KBM_QUERY_DUMP && !is_damage) {
		return append_dumped(printer, row, error);
	} else if (printer->format == KBM_FORMAT_JSON || printer->format == KBM_FORMAT_JSONL) {
		begin_row(printer);
		kbm_report_row_json(row, out);
	} else if (is_damage) {
		return KBM_OK; /* is talk */
	} else if (printer->format == KBM_FORMAT_CSV) {
		kbm_report_row_csv(row, out);
	} else if (printer->kind == KBM_QUERY_FIND) {
		kbm_report_hit_text(row, out);
	} else if (printer->data_only) {
		kbm_report_data_text(&row->value, out);
		kbm_bytes_append_byte(out, '\n');
	} else {
		kbm_report_row_text(row, out);
	}
	return KBM_OK;
}

static enum kbm_code print_row(void *context, const struct kbm_registry_row *row,
			       struct kbm_error *error)
{
	struct printer *printer = context;
	if (row->row_kind == KBM_ROW_DAMAGE)
		kbm_damage_notes_take(&printer->damage, row);
	if (row->row_kind == KBM_ROW_PROGRESS) {
		kbm_progress_show(&printer->progress, row->looked);
		return KBM_OK;
	}
	enum kbm_code code = append_row(printer, row, error);
	if (code != KBM_OK)
		return code;
	printer->rows++;
	if (printer->kind != KBM_QUERY_FIND)
		kbm_progress_show(&printer->progress, printer->rows);
	if (!printer->out.failed && printer->out.length < FLUSH_AT)
		return KBM_OK;
	kbm_progress_erase(&printer->progress);
	return kbm_command_flush(&printer->out, &printer->stuck, error);
}

static void begin_rows(struct printer *printer)
{
	if (printer->format != KBM_FORMAT_CSV)
		return;
	if (printer->kind == KBM_QUERY_DUMP)
		kbm_report_dump_csv_header(&printer->out);
	else
		kbm_report_rows_csv_header(printer->kind == KBM_QUERY_FIND, &printer->out);
}

/* No program may take a part for the whole. */
static void end_rows(struct printer *printer, bool is_whole)
{
	bool is_list = printer->format == KBM_FORMAT_JSON;
	if (!is_whole && (is_list || printer->format == KBM_FORMAT_JSONL)) {
		begin_row(printer);
		kbm_bytes_append_text(&printer->out, "{\"incomplete\":true}\n");
		printer->rows++;
	}
	if (is_list)
		kbm_bytes_append_text(&printer->out, printer->rows == 0 ? "[]\n" : "]\n");
}

/* `asked`: a path in it counts from a folder, too, where one was given in place of a hive. */
int kbm_reg_ask(const struct kbm_call *call, const struct kbm_registry_query *asked)
{
	struct kbm_registry_query in_hive = *asked;
	const struct kbm_registry_query *query = &in_hive;
	struct kbm_reg_file chosen = {0};
	const struct kbm_options *options = call->options;
	struct kbm_session session = {0};
	struct kbm_source source = {0};
	struct kbm_error error = {0};
	struct printer printer = {.format = options->format,
				  .kind = query->kind,
				  .data_only = query->kind == KBM_QUERY_GET && query->name != NULL,
				  .canonical = options->canonical};
	kbm_bytes_init(&printer.out, MAX_ROW);
	kbm_dump_line_init(&printer.line);
	kbm_progress_begin(&printer.progress, options,
			   query->kind == KBM_QUERY_FIND ? "keys and values searched" : "lines");
	begin_rows(&printer);
	enum kbm_code code = kbm_reg_file_choose(call->operands[0], asked->path, &chosen, &error);
	if (code == KBM_OK)
		code = kbm_session_open(options, &session, &error);
	in_hive.path = chosen.path;
	bool prepared = false;
	if (code == KBM_OK) {
		code = kbm_broker_prepare(session.broker, chosen.file, KBM_USE_LOOK,
					  options->codepage, options->selection, &source, &error);
		prepared = code == KBM_OK;
	}
	if (prepared && source.kind == KBM_SOURCE_LDIF)
		code = kbm_fail(&error, KBM_INVALID, "%.160s: is an LDIF file, not a registry",
				call->operands[0]);
	if (code == KBM_OK)
		code = kbm_broker_registry(session.broker, &source, options->selection, query,
					   print_row, &printer, &error);
	kbm_progress_erase(&printer.progress);
	int status = KBM_EXIT_OK;
	if (printer.stuck) {
		status = KBM_EXIT_UNKNOWN;
		goto out;
	}
	if (code == KBM_OK || printer.rows > 0) {
		end_rows(&printer, code == KBM_OK);
		status = kbm_command_print(&printer.out, KBM_EXIT_OK);
	}
	bool found_nothing = code == KBM_OK && query->kind == KBM_QUERY_FIND && printer.rows == 0;
	if (code != KBM_OK)
		status = kbm_command_fail(&error);
	else if (found_nothing)
		status = KBM_EXIT_UNKNOWN;
	if (found_nothing && !options->quiet)
		kbm_command_note("%s: nothing was found", source.path);
	if (!options->quiet)
		kbm_damage_notes_print(&printer.damage);
	if (source.dirty)
		status = kbm_exit_worst(status, KBM_EXIT_UNKNOWN);
	if (prepared && !options->quiet)
		kbm_hive_note_tell(&source);
	if (source.dirty && !options->quiet)
		kbm_hive_note_doubt(&source, "read");
out:
	kbm_bytes_clear(&printer.out);
	kbm_dump_line_clear(&printer.line);
	kbm_text_list_clear(&printer.damage);
	kbm_reg_file_clear(&chosen);
	if (prepared)
		kbm_source_clear(&source);
	kbm_session_close(&session);
	return status;
}

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
	const struct kbm_registry_query query = {
	    .kind = KBM_QUERY_LS, .path = call->operand_count > 1 ? call->operands[1] : ""};
	return kbm_reg_ask(call, &query);
}

static int run_dump(const struct kbm_call *call)
{
	const struct kbm_registry_query query = {
	    .kind = KBM_QUERY_DUMP, .path = call->operand_count > 1 ? call->operands[1] : ""};
	if (call->options->canonical && call->options->format != KBM_FORMAT_TEXT)
		return kbm_command_usage(call, "--canonical is a form of -f text");
	return kbm_reg_ask(call, &query);
}

static const enum kbm_option_id reg_options[] = {
    KBM_OPTION_CONTROL_SET, KBM_OPTION_CODEPAGE, KBM_OPTION_LOGS, KBM_OPTION_TABLE_FORMAT,
    KBM_OPTION_UNSAFE,	    KBM_OPTION_QUIET,	 KBM_OPTION_HELP, KBM_OPTION_END};

static const enum kbm_option_id info_options[] = {
    KBM_OPTION_CONTROL_SET,  KBM_OPTION_CODEPAGE, KBM_OPTION_LOGS,
    KBM_OPTION_TABLE_FORMAT, KBM_OPTION_UNSAFE,	  KBM_OPTION_QUIET,
    KBM_OPTION_COLOR,	     KBM_OPTION_HELP,	  KBM_OPTION_END};

static const struct kbm_exit_meaning info_exits[] = {
    {KBM_EXIT_OK, "all of it could be read"},
    {KBM_EXIT_UNKNOWN, "it is dirty and its logs do not mend that, or something could not be read"},
    {KBM_EXIT_REFUSED, "there is no sandbox"},
    {KBM_EXIT_USAGE, "the command line is wrong"},
    {0, NULL},
};

static const enum kbm_option_id dump_options[] = {
    KBM_OPTION_CANONICAL, KBM_OPTION_TABLE_FORMAT, KBM_OPTION_CONTROL_SET,
    KBM_OPTION_CODEPAGE,  KBM_OPTION_LOGS,	   KBM_OPTION_UNSAFE,
    KBM_OPTION_QUIET,	  KBM_OPTION_HELP,	   KBM_OPTION_END};

static const enum kbm_option_id check_options[] = {
    KBM_OPTION_FORMAT, KBM_OPTION_LOGS, KBM_OPTION_UNSAFE, KBM_OPTION_QUIET,
    KBM_OPTION_COLOR,  KBM_OPTION_HELP, KBM_OPTION_END};

static const struct kbm_exit_meaning check_exits[] = {
    {KBM_EXIT_OK, "the hive is sound"},
    {KBM_EXIT_UNKNOWN, "could not tell: it cannot be read, or its logs are needed"},
    {KBM_EXIT_PROBLEM, "there is a problem"},
    {KBM_EXIT_USAGE, "the command line is wrong"},
    {0, NULL},
};

static const enum kbm_option_id recover_options[] = {
    KBM_OPTION_EXPORT, KBM_OPTION_LOGS,	 KBM_OPTION_FORMAT, KBM_OPTION_UNSAFE,
    KBM_OPTION_QUIET,  KBM_OPTION_COLOR, KBM_OPTION_HELP,   KBM_OPTION_END};

static const struct kbm_exit_meaning recover_exits[] = {
    {KBM_EXIT_OK, "the new hive is written, or the hive is clean: nothing to recover"},
    {KBM_EXIT_UNKNOWN, "could not tell: it cannot be read"},
    {KBM_EXIT_PROBLEM, "the new hive is written; its structure has problems"},
    {KBM_EXIT_REFUSED, "refused: no log can be replayed, or there is such a file"},
    {KBM_EXIT_USAGE, "the command line is wrong"},
    {0, NULL},
};

static const struct kbm_command children[] = {
    {
	.name = "get",
	.operands = "FILE KEY [NAME] [OPTIONS]",
	.summary = "Print a value's data, or all values of a key",
	.details = KBM_REG_PATH_HELP " NAME is a value's name; @ is the default value.",
	.options = reg_options,
	.least_operands = 2,
	.most_operands = 3,
	.run = run_get,
    },
    {
	.name = "ls",
	.operands = "FILE [KEY] [OPTIONS]",
	.summary = "List a key's subkeys and values",
	.details = KBM_REG_PATH_HELP,
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
	    "Of KEY and all below it; default: of the whole file. " PATH_HELP "\n"
	    "Sorted lines, tab-separated: K, path, last written (FILETIME); V, path, name, "
	    "type number, data in hex. In names, \\, % and what a terminal would obey or hide "
	    "(control, bidirectional and invisible characters) are %XXXX, a UTF-16 unit each.\n"
	    "--canonical writes only \\, %, U+0000 to U+001F, U+007F and unpaired surrogates "
	    "so, for comparing with dumps of other readers; it is not for a terminal.\n"
	    "json, jsonl: an object for each line, with type and data as ls and get show them; "
	    "csv: "
	    "the header kind,path,name,type,data,last_written. Names stand in them as they are, "
	    "which in csv are escaped as in the others' csv.",
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
	.operands = "FILE [OPTIONS]",
	.summary = "Tell what a hive or a .reg export is",
	.details = "Format, whether it is clean and if not why, transaction logs beside it, times, "
		   "sequence numbers; of a SYSTEM hive the control sets, what Select says and the "
		   "computer's name; of a SOFTWARE hive the version of Windows; of an export the "
		   "hives that it holds parts of. What is not there is left out; what cannot be "
		   "read is said.\n"
		   "csv: the header field,value and a line for each, quoted as in RFC 4180.",
	.exits = info_exits,
	.options = info_options,
	.least_operands = 1,
	.most_operands = 1,
	.run = kbm_reg_info,
    },
    {
	.name = "check",
	.operands = "FILE [OPTIONS]",
	.summary = "Tell whether a hive's structure is sound",
	.details =
	    "Every bin, cell, list, count and reference is looked at; what keys and values mean "
	    "is not. Each problem is told with its offset in the file.\n"
	    "What Windows' own hives show too, as cells that nothing refers to, is listed as "
	    "odd; a hive may be sound with it.\n",
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
	    "Of a clean hive nothing is written: it needs no logs, whatever they hold.\n",
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
    .children = children,
};
