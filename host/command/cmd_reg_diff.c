/* kbmend reg diff: what differs between two hives or .reg exports. */
#include "command/cmd_reg.h"

#include "base/limits.h"
#include "command/damage_notes.h"
#include "command/hive_notes.h"
#include "command/progress.h"
#include "command/reg_folder.h"
#include "command/reg_output.h"
#include "command/session.h"
#include "report/report_diff.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { FLUSH_AT = 64 * 1024 };
#define MAX_OUT (10 * KBM_HIVE_MAX_VALUE_BYTES)

/* Differences on their way. */
struct printer {
	const struct kbm_call *call;
	struct kbm_report_style style;
	struct kbm_reg_output output;
	struct kbm_bytes key; /* the path that was printed last */
	bool has_key;
	struct kbm_diff_counts counts;
	struct kbm_diff_extent extent;
	bool is_compared; /* to the end, without damage */
	bool is_in_part;  /* a file is cut or visibly damaged */
	uint64_t rows;
	bool differs;
	const char *files[2];
	struct kbm_damage_notes damage[2]; /* of each; told behind the output */
	struct kbm_bytes damage_json;	   /* of both */
	struct kbm_progress progress;
};

/* --- printing -------------------------------------------------------------------------------- */

static void begin_json(struct printer *printer)
{
	char *const *operands = printer->call->operands;
	kbm_report_diff_head_json(operands[0], operands[1], &printer->output.out);
}

static void print_text(struct printer *printer, const struct kbm_registry_row *row)
{
	bool same =
	    printer->has_key && printer->key.length == row->text_length &&
	    (row->text_length == 0 || memcmp(printer->key.data, row->text, row->text_length) == 0);
	if (printer->rows == 0)
		kbm_report_diff_head(printer->call->operands[0], printer->call->operands[1],
				     &printer->style, &printer->output.out);
	kbm_report_difference_text(row, !same, &printer->style, &printer->output.out);
	kbm_bytes_reset(&printer->key);
	printer->has_key = kbm_bytes_append(&printer->key, row->text, row->text_length);
}

static void print_difference(struct printer *printer, const struct kbm_registry_row *row)
{
	enum kbm_format format = printer->call->options->format;
	if (format == KBM_FORMAT_JSON && printer->rows == 0)
		begin_json(printer);
	else if (format == KBM_FORMAT_JSON)
		kbm_bytes_append_byte(&printer->output.out, ',');
	if (format == KBM_FORMAT_CSV && printer->rows == 0)
		kbm_report_diff_csv_header(&printer->output.out);
	if (format == KBM_FORMAT_TEXT)
		print_text(printer, row);
	else if (format == KBM_FORMAT_CSV)
		kbm_report_difference_csv(row, &printer->output.out);
	else
		kbm_report_difference_json(row, &printer->output.out);
	printer->rows++;
}

static uint64_t count_places(const struct printer *printer)
{
	return printer->damage[0].places + printer->damage[1].places;
}

static bool has_damage(const struct printer *printer)
{
	return count_places(printer) > 0;
}

static void take_damage(struct printer *printer, const struct kbm_registry_row *row)
{
	if (has_damage(printer))
		kbm_bytes_append_byte(&printer->damage_json, ',');
	kbm_report_diff_damage_json(printer->files[row->in_second], row, &printer->damage_json);
	kbm_damage_notes_take(&printer->damage[row->in_second], row);
}

static enum kbm_code take_row(void *context, const struct kbm_registry_row *row,
			      struct kbm_error *error)
{
	struct printer *printer = context;
	switch (row->row_kind) {
	case KBM_ROW_NOTE:
		kbm_progress_erase(&printer->progress);
		kbm_command_note("%s", row->text);
		return KBM_OK;
	case KBM_ROW_PROGRESS:
		kbm_progress_show(&printer->progress, row->looked);
		return KBM_OK;
	case KBM_ROW_NOT_COMPARED:
		printer->extent.not_compared = row->looked;
		return KBM_OK;
	case KBM_ROW_DAMAGE:
		take_damage(printer, row);
		return KBM_OK;
	case KBM_ROW_DIFFER:
		printer->differs = true;
		return KBM_OK;
	case KBM_ROW_BYTES:
		printer->rows++;
		return kbm_reg_output_append(&printer->output, row->text, row->text_length, error);
	default: /* a difference */
		printer->differs = true;
		kbm_diff_count(&printer->counts, row);
		print_difference(printer, row);
		if (!printer->output.out.failed && printer->output.out.length < (size_t)FLUSH_AT)
			return KBM_OK;
		kbm_progress_erase(&printer->progress);
		return kbm_reg_output_flush(&printer->output, error);
	}
}

/* Appends what parts a member from the one before it, or begins the object. */
static void begin_member(struct kbm_bytes *out, bool *has_any)
{
	kbm_bytes_append_byte(out, *has_any ? ',' : '{');
	*has_any = true;
}

/* What else there may be; nothing, where all was compared. */
static bool print_marks(struct printer *printer, bool is_list)
{
	const struct kbm_diff_extent *extent = &printer->extent;
	struct kbm_bytes *out = &printer->output.out;
	bool has_any = is_list;
	if (!extent->is_whole) {
		begin_member(out, &has_any);
		kbm_bytes_append_text(out, "\"incomplete\":true,\"damage\":[");
		kbm_bytes_append(out, printer->damage_json.data, printer->damage_json.length);
		kbm_bytes_printf(out, "],\"places\":%" PRIu64, count_places(printer));
		out->failed = out->failed || printer->damage_json.failed;
	}
	if (extent->not_compared > 0) {
		begin_member(out, &has_any);
		kbm_bytes_printf(out, "\"not_compared\":%" PRIu64, extent->not_compared);
	}
	if (extent->is_stale) {
		begin_member(out, &has_any);
		kbm_bytes_append_text(out, "\"stale\":true");
	}
	return has_any;
}

static void print_json_end(struct printer *printer)
{
	const struct kbm_diff_extent *extent = &printer->extent;
	struct kbm_bytes *out = &printer->output.out;
	bool is_list = printer->call->options->format == KBM_FORMAT_JSON;
	bool is_all = extent->is_whole && !extent->is_stale && extent->not_compared == 0;
	if (is_list && printer->rows == 0)
		begin_json(printer);
	if (is_list) /* of what was not compared nobody knows */
		kbm_bytes_printf(out, "],\"same\":%s",
				 printer->differs ? "false"
				 : is_all	  ? "true"
						  : "null");
	if (print_marks(printer, is_list))
		kbm_bytes_append_text(out, "}\n");
}

/* No program may take a part for the whole. */
static void print_end(struct printer *printer)
{
	const struct kbm_options *options = printer->call->options;
	struct kbm_bytes *out = &printer->output.out;
	bool is_whole = printer->extent.is_whole;
	bool is_read = printer->is_compared || has_damage(printer); /* to the end */
	if (options->format == KBM_FORMAT_JSON || options->format == KBM_FORMAT_JSONL) {
		print_json_end(printer);
	} else if (options->format == KBM_FORMAT_CSV) {
		if (printer->rows == 0)
			kbm_report_diff_csv_header(out);
		kbm_report_diff_extent_csv(&printer->extent, count_places(printer), out);
	} else if (options->format == KBM_FORMAT_TEXT && is_read && !options->quiet) {
		kbm_report_diff_summary(&printer->counts, &printer->extent, &printer->style, out);
	} else if (options->format == KBM_FORMAT_TEXT && !is_whole && printer->rows > 0) {
		kbm_bytes_append_text(out, "\nincomplete: there may be more differences\n");
	}
}

/* --- comparing ------------------------------------------------------------------------------- */

struct pair {
	struct kbm_session session;
	struct kbm_source sources[2];
	struct kbm_reg_file files[2];
};

static enum kbm_code choose_files(const struct kbm_call *call, struct pair *pair,
				  struct kbm_error *error)
{
	const char *key = call->operand_count > 2 ? call->operands[2] : NULL;
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; code == KBM_OK && i < 2; i++)
		code = kbm_reg_file_choose(call->operands[i], key, &pair->files[i], error);
	return code;
}

/* What is left of a path that said which hive of a folder serves for the other file, too. */
static const char *path_in_both(const struct pair *pair)
{
	const struct kbm_reg_file *file = &pair->files[pair->files[0].content != NULL ? 0 : 1];
	return file->path == NULL ? "" : file->path;
}

/* All of one would be all that the other lacks. --root says that they are the same, nevertheless.
 */
static enum kbm_code check_kinds(const struct pair *pair, const char *root, struct kbm_error *error)
{
	const struct kbm_source *first = &pair->sources[0];
	const struct kbm_source *second = &pair->sources[1];
	bool are_known = first->kind == KBM_SOURCE_HIVE && second->kind == KBM_SOURCE_HIVE &&
			 first->hive[0] != '\0' && second->hive[0] != '\0';
	if (!are_known || root != NULL || strcmp(first->hive, second->hive) == 0)
		return KBM_OK;
	return kbm_fail(error, KBM_USAGE,
			"%.100s is by its content a hive of the kind %s, and %.100s of the kind "
			"%s: they have nothing in common; --root compares them as one key",
			first->path, first->hive, second->path, second->hive);
}

static enum kbm_code prepare(const struct kbm_call *call, struct pair *pair,
			     struct kbm_error *error)
{
	const struct kbm_options *options = call->options;
	enum kbm_code code = kbm_session_open(options, &pair->session, error);
	for (size_t i = 0; code == KBM_OK && i < 2; i++)
		code = kbm_reg_file_prepare(pair->session.broker, options, pair->files[i].file,
					    pair->files[i].content, KBM_USE_LOOK, &pair->sources[i],
					    error);
	bool exports =
	    pair->sources[0].kind == KBM_SOURCE_REG && pair->sources[1].kind == KBM_SOURCE_REG;
	if (code == KBM_OK && exports && options->root != NULL)
		return kbm_fail(error, KBM_USAGE,
				"--root is for hives: exports name their root keys themselves");
	return code == KBM_OK ? check_kinds(pair, options->root, error) : code;
}

static void look_for_doubt(const struct pair *pair, struct printer *printer,
			   struct kbm_diff_order *order)
{
	for (size_t i = 0; i < 2; i++) {
		order->is_stale |= kbm_hive_is_stale(&pair->sources[i]);
		order->is_in_part |= kbm_hive_is_in_part(&pair->sources[i]);
	}
	printer->extent.is_stale = order->is_stale;
	printer->is_in_part = order->is_in_part;
}

static enum kbm_code compare(const struct kbm_call *call, struct pair *pair,
			     struct printer *printer, struct kbm_error *error)
{
	const struct kbm_options *options = call->options;
	bool as_reg = options->format == KBM_FORMAT_REG;
	enum kbm_code code = choose_files(call, pair, error);
	for (size_t i = 0; i < 2; i++)
		printer->files[i] = pair->files[i].file;
	struct kbm_diff_order order = {
	    .path = path_in_both(pair),
	    .root = options->root,
	    .form = !as_reg				      ? 0
		    : options->emit_form == KBM_EMIT_REGEDIT4 ? 4
							      : 5,
	    .codepage = options->codepage,
	    .selection = options->selection,
	};
	if (!as_reg && options->emit_form != KBM_EMIT_AUTO)
		return kbm_fail(error, KBM_USAGE,
				"--form says which .reg file is written: -f reg is missing");
	if (code == KBM_OK && as_reg)
		code = kbm_reg_output_check(options, error);
	if (code == KBM_OK)
		code = kbm_reg_output_begin(&printer->output, options, error);
	if (code == KBM_OK)
		code = prepare(call, pair, error);
	if (code != KBM_OK)
		return code;
	look_for_doubt(pair, printer, &order);
	kbm_progress_begin(&printer->progress, options, "keys and values read");
	code = kbm_broker_diff(pair->session.broker, &pair->sources[0], &pair->sources[1], &order,
			       take_row, printer, error);
	kbm_progress_erase(&printer->progress);
	return code;
}

/* Writes the end, and the file; a part of a comparison is kept where it says that it is one, and on
 * standard output, where a part of it may be already, whatever ended it. */
static enum kbm_code end(struct printer *printer, enum kbm_code code, struct kbm_error *error)
{
	bool has_part = printer->rows > 0 || has_damage(printer);
	bool is_shown =
	    !printer->output.has_file && printer->call->options->format != KBM_FORMAT_REG;
	bool is_kept = code == KBM_OK || (has_part && (code == KBM_UNREADABLE || is_shown));
	printer->is_compared = code == KBM_OK;
	printer->extent.is_whole = code == KBM_OK && !printer->is_in_part;
	if (is_kept && !printer->output.stuck)
		print_end(printer);
	return kbm_reg_output_end(&printer->output, code, is_kept, error);
}

static bool tell_dirty(const struct pair *pair, bool quiet)
{
	bool is_dirty = false;
	for (size_t i = 0; i < 2; i++) {
		if (!quiet)
			kbm_hive_note_tell(&pair->sources[i]);
		if (!pair->sources[i].dirty)
			continue;
		kbm_hive_note_doubt(&pair->sources[i], "compared");
		is_dirty = true;
	}
	return is_dirty;
}

static void tell_damage(const struct printer *printer)
{
	for (size_t i = 0; i < 2 && !printer->call->options->quiet; i++)
		kbm_damage_notes_print_of(&printer->damage[i], printer->files[i]);
}

static void clear_printer(struct printer *printer)
{
	kbm_reg_output_clear(&printer->output);
	kbm_bytes_clear(&printer->key);
	kbm_bytes_clear(&printer->damage_json);
	for (size_t i = 0; i < 2; i++)
		kbm_damage_notes_clear(&printer->damage[i]);
}

static void clear_pair(struct pair *pair)
{
	for (size_t i = 0; i < 2; i++) {
		kbm_source_clear(&pair->sources[i]);
		kbm_reg_file_clear(&pair->files[i]);
	}
	kbm_session_close(&pair->session);
}

int kbm_reg_diff(const struct kbm_call *call)
{
	const struct kbm_options *options = call->options;
	struct pair pair = {
	    .sources = {{.descriptor = -1, .file = -1}, {.descriptor = -1, .file = -1}}};
	struct printer printer = {.call = call};
	struct kbm_error error = {0};
	printer.style = kbm_session_style(options);
	if (options->output != NULL) /* whose colours would be the terminal's */
		printer.style.color = options->color == KBM_COLOR_ALWAYS;
	kbm_reg_output_init(&printer.output, MAX_OUT);
	kbm_bytes_init(&printer.key, KBM_HIVE_DUMP_MAX_PATH);
	kbm_bytes_init(&printer.damage_json, KBM_REPORT_MAX_BYTES);
	enum kbm_code code = compare(call, &pair, &printer, &error);
	code = end(&printer, code, &error);
	int status = printer.differs ? KBM_EXIT_PROBLEM : KBM_EXIT_OK;
	error.code = code;
	bool is_doubtful =
	    printer.output.stuck || (code == KBM_OK && tell_dirty(&pair, options->quiet));
	if (!printer.output.stuck && code != KBM_OK)
		status = kbm_command_reject(call, &error);
	else if (is_doubtful)
		status = KBM_EXIT_UNKNOWN;
	if (!printer.output.stuck)
		tell_damage(&printer);
	if (code == KBM_OK)
		kbm_reg_output_tell(options);
	clear_printer(&printer);
	clear_pair(&pair);
	return status;
}

/* --- help ------------------------------------------------------------------------------------ */

const char kbm_reg_diff_details[] =
    "A and B are hives or .reg exports, KEY a key in both: a path below the hive's root "
    "(ControlSet001\\Services) or as people write it (HKLM\\SYSTEM\\CurrentControlSet\\Services).\n"
    "A folder may be given for either, as to run -t: KEY then says which hive.\n"
    "Marked - is what only A has, + what only B has, ~ a value that differs in type or data. Key "
    "names and values are compared; times are not, and other differences (spelling, class, flags, "
    "security descriptor) are counted only. Of an export that is a part of a registry what it does "
    "not hold is not compared, and that is said (in JSON: \"not_compared\" counts it, and \"same\" "
    "is null where nothing else differs). In csv such a reason why more may differ (incomplete, "
    "not_compared, stale) is a last row, with a count in before_data.\n"
    "Hives whose content tells that they are of two kinds (SYSTEM, SAM, a user's) are not "
    "compared, unless --root says what both are called.\n"
    "What cannot be read in A or B is passed over, and so is what the other one has where it "
    "may lie: nothing is told of it. The first 16 such places of each are named (file, key, "
    "offset), and the exit status is 1, not 2, as more may differ.\n"
    "-f reg writes a .reg file that turns A into B: [-key] and \"name\"=- for what only A has. "
    "What no such file can say is named, and the exit status is 1. Without -o its bytes go to "
    "standard output, as those of kbmend reg export.\n";

const enum kbm_option_id kbm_reg_diff_options[] = {
    KBM_OPTION_DIFF_FORMAT, KBM_OPTION_EXPORT, KBM_OPTION_REG_FORM, KBM_OPTION_CODEPAGE,
    KBM_OPTION_LOGS,	    KBM_OPTION_ROOT,   KBM_OPTION_COLOR,    KBM_OPTION_CONTROL_SET,
    KBM_OPTION_UNSAFE,	    KBM_OPTION_QUIET,  KBM_OPTION_HELP,	    KBM_OPTION_END};

const struct kbm_exit_meaning kbm_reg_diff_exits[] = {
    {KBM_EXIT_OK, "no difference, of an export that is a part in what it holds"},
    {KBM_EXIT_UNKNOWN, "could not tell: unreadable, logs needed, or nothing is in both"},
    {KBM_EXIT_PROBLEM, "they differ, and all was compared"},
    {KBM_EXIT_REFUSED, "the file is there already, no sandbox, or no logs as --logs require asks"},
    {KBM_EXIT_USAGE, "the command line is wrong, or A and B are two kinds of hives"},
    {0, NULL},
};
