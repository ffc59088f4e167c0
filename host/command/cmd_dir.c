/* kbmend dir: a directory looked at by hand; searching it and reading entries. */
#include "command/cmd_dir.h"

#include "base/limits.h"
#include "command/directory_target.h"
#include "report/ldif_writer.h"
#include "report/report_directory.h"
#include "source/ldif_write.h"

#include <string.h>

enum { FLUSH_AT = 64 * 1024 };

/* Entries on their way to standard output. */
struct printer {
	struct kbm_bytes out;
	struct kbm_report_style style;
	enum kbm_format format;
	bool masking;
	size_t entries;
	bool stuck; /* standard output takes no more; that was said, or is no news */
};

static enum kbm_code append_entry(struct printer *printer, const struct kbm_entry *entry,
				  struct kbm_error *error)
{
	struct kbm_bytes *out = &printer->out;
	bool is_first = printer->entries == 0;
	switch (printer->format) {
	case KBM_FORMAT_JSON:
		kbm_bytes_append_byte(out, is_first ? '[' : ',');
		kbm_report_entry_json(entry, printer->masking, out);
		break;
	case KBM_FORMAT_JSONL:
		kbm_report_entry_json(entry, printer->masking, out);
		break;
	case KBM_FORMAT_LDIF:
		if (is_first)
			kbm_ldif_put_version(out);
		return kbm_ldif_write_entry(entry, printer->masking, NULL, out, error);
	case KBM_FORMAT_TEXT:
	case KBM_FORMAT_CSV:
	case KBM_FORMAT_REG:
	case KBM_FORMAT_DIGEST:
		if (!is_first)
			kbm_bytes_append_byte(out, '\n');
		kbm_report_entry_text(entry, printer->masking, &printer->style, out);
		break;
	}
	return KBM_OK;
}

static enum kbm_code print_entry(void *context, const struct kbm_entry *entry,
				 struct kbm_error *error)
{
	struct printer *printer = context;
	size_t before = printer->out.length;
	enum kbm_code code = append_entry(printer, entry, error);
	if (code != KBM_OK) {
		printer->out.length = before; /* no half entry */
		return code;
	}
	printer->entries++;
	return printer->out.failed || printer->out.length >= FLUSH_AT
		   ? kbm_command_flush(&printer->out, &printer->stuck, error)
		   : KBM_OK;
}

/* What tells that the list is whole. */
static void end_entries(struct printer *printer, bool counting)
{
	struct kbm_bytes *out = &printer->out;
	if (printer->format == KBM_FORMAT_JSON)
		kbm_bytes_append_text(out, printer->entries == 0 ? "[]\n" : "]\n");
	else if (printer->format == KBM_FORMAT_LDIF && printer->entries == 0)
		kbm_ldif_put_version(out);
	else if (printer->format == KBM_FORMAT_TEXT && counting && printer->entries > 0)
		kbm_bytes_printf(out, "\n%zu entr%s\n", printer->entries,
				 printer->entries == 1 ? "y" : "ies");
}

/* No program may take a part for the whole: JSON is left without its end, a line of JSON or a
 * comment in LDIF says so. */
static void cut_entries(struct printer *printer, const struct kbm_error *error)
{
	struct kbm_bytes *out = &printer->out;
	if (printer->format == KBM_FORMAT_JSONL)
		kbm_bytes_append_text(out, "{\"incomplete\":true}\n");
	else if (printer->format == KBM_FORMAT_LDIF)
		kbm_ldif_write_comment("incomplete", error->message, strlen(error->message), out);
	else if (printer->format == KBM_FORMAT_TEXT)
		kbm_bytes_append_text(out, "\nincomplete: there may be more entries\n");
}

int kbm_dir_fail(const struct kbm_error *error)
{
	int status = kbm_command_fail(error);
	return error->code == KBM_NOT_FOUND ? KBM_EXIT_PROBLEM : status;
}

/* The last lines on both streams, and the exit status. */
static int finish(struct printer *printer, const struct kbm_call *call, bool counting,
		  const struct kbm_error *error)
{
	bool quiet = call->options->quiet;
	if (printer->stuck)
		return KBM_EXIT_UNKNOWN;
	if (error->code == KBM_OK) {
		end_entries(printer, counting && !quiet);
		int status = kbm_command_print(&printer->out, KBM_EXIT_OK);
		if (printer->entries == 0 && !quiet)
			kbm_command_note("no entry matches");
		return status;
	}
	if (printer->entries > 0) {
		cut_entries(printer, error);
		kbm_command_print(&printer->out, KBM_EXIT_OK);
	}
	return kbm_dir_fail(error);
}

static int ask(const struct kbm_call *call, const struct kbm_directory_request *request,
	       bool counting)
{
	const struct kbm_options *options = call->options;
	struct kbm_directory_target target = {0};
	struct kbm_error error = {0};
	struct printer printer = {.style = kbm_session_style(options),
				  .format = options->format,
				  .masking = !options->include_secrets};
	int status;
	if (kbm_directory_target_open(options, &target, &error) != KBM_OK) {
		status = kbm_command_reject(call, &error);
		kbm_directory_target_close(&target);
		return status;
	}
	kbm_bytes_init(&printer.out, KBM_REPORT_MAX_BYTES);
	enum kbm_code code = kbm_broker_search(target.session.broker, &target.prepared.target,
					       request, print_entry, &printer, &error);
	if (code == KBM_OK)
		code = kbm_target_check_unchanged(&target.prepared, &error);
	error.code = code;
	status = finish(&printer, call, counting, &error);
	if (code == KBM_OK && !options->quiet)
		kbm_directory_target_note_lack(&target);
	kbm_bytes_clear(&printer.out);
	kbm_directory_target_close(&target);
	return status;
}

/* The operands from `first` on, as the attributes asked for. */
static enum kbm_code take_attributes(const struct kbm_call *call, size_t first,
				     struct kbm_directory_request *request, struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	if (call->operand_count <= first)
		return KBM_OK;
	for (size_t i = first; code == KBM_OK && i < call->operand_count; i++)
		code = kbm_directory_target_attribute(call->operands[i], error);
	request->attributes = (const char *const *)call->operands + first;
	request->attribute_count = call->operand_count - first;
	return code;
}

static int run_search(const struct kbm_call *call)
{
	const struct kbm_options *options = call->options;
	struct kbm_directory_request request = {.scope = options->scope};
	struct kbm_bytes base;
	struct kbm_bytes filter;
	struct kbm_error error = {0};
	int status;
	kbm_bytes_init(&base, KBM_DN_MAX_BYTES);
	kbm_bytes_init(&filter, KBM_FILTER_MAX_BYTES);
	enum kbm_code code =
	    kbm_directory_target_name(options->base == NULL ? "" : options->base, &base, &error);
	if (code == KBM_OK && call->operand_count > 0)
		code = kbm_directory_target_filter(call->operands[0], &filter, &error);
	if (code == KBM_OK)
		code = take_attributes(call, 1, &request, &error);
	if (code == KBM_OK) {
		request.base = kbm_bytes_text(&base);
		request.filter = filter.length == 0 ? NULL : kbm_bytes_text(&filter);
		status = ask(call, &request, true);
	} else {
		status = kbm_command_reject(call, &error);
	}
	kbm_bytes_clear(&base);
	kbm_bytes_clear(&filter);
	return status;
}

static int run_get(const struct kbm_call *call)
{
	struct kbm_directory_request request = {.scope = KBM_SCOPE_BASE};
	struct kbm_bytes base;
	struct kbm_error error = {0};
	int status;
	kbm_bytes_init(&base, KBM_DN_MAX_BYTES);
	enum kbm_code code = kbm_directory_target_name(call->operands[0], &base, &error);
	if (code == KBM_OK)
		code = take_attributes(call, 1, &request, &error);
	if (code == KBM_OK) {
		request.base = kbm_bytes_text(&base);
		status = ask(call, &request, false);
	} else {
		status = kbm_command_reject(call, &error);
	}
	kbm_bytes_clear(&base);
	return status;
}

static const enum kbm_option_id search_options[] = {
    KBM_OPTION_TARGET,	     KBM_SERVER_OPTIONS, KBM_OPTION_BASE,  KBM_OPTION_SCOPE,
    KBM_OPTION_ENTRY_FORMAT, KBM_OPTION_SECRETS, KBM_OPTION_COLOR, KBM_OPTION_UNSAFE,
    KBM_OPTION_VERBOSE,	     KBM_OPTION_QUIET,	 KBM_OPTION_HELP,  KBM_OPTION_END};

static const enum kbm_option_id get_options[] = {
    KBM_OPTION_TARGET, KBM_SERVER_OPTIONS, KBM_OPTION_ENTRY_FORMAT, KBM_OPTION_SECRETS,
    KBM_OPTION_COLOR,  KBM_OPTION_UNSAFE,  KBM_OPTION_VERBOSE,	    KBM_OPTION_QUIET,
    KBM_OPTION_HELP,   KBM_OPTION_END};

static const enum kbm_option_id tree_options[] = {
    KBM_OPTION_TARGET, KBM_SERVER_OPTIONS, KBM_OPTION_BASE,  KBM_OPTION_DEPTH, KBM_OPTION_FORMAT,
    KBM_OPTION_UNSAFE, KBM_OPTION_VERBOSE, KBM_OPTION_QUIET, KBM_OPTION_HELP,  KBM_OPTION_END};

static const enum kbm_option_id export_options[] = {
    KBM_OPTION_TARGET, KBM_SERVER_OPTIONS, KBM_OPTION_BASE,  KBM_OPTION_EXPORT, KBM_OPTION_SECRETS,
    KBM_OPTION_UNSAFE, KBM_OPTION_VERBOSE, KBM_OPTION_QUIET, KBM_OPTION_HELP,	KBM_OPTION_END};

static const struct kbm_exit_meaning exits[] = {
    {KBM_EXIT_OK, "done; it is no failure that nothing matches"},
    {KBM_EXIT_UNKNOWN, "could not tell: not readable, or not completely"},
    {KBM_EXIT_PROBLEM, "no entry of that name"},
    {KBM_EXIT_REFUSED, "refused: no sandbox here, or -o names a file that is there already"},
    {KBM_EXIT_USAGE, "the command line is wrong"},
    {0, NULL},
};

#define NAME_HELP \
	"A name is written as LDAP does (ou=Site,o=Org) or as Exchange does (/o=Org/ou=Site). "

#define SECRET_HELP "Values of attributes that hold passwords or keys are masked."

static const struct kbm_command children[] = {
    {
	.name = "search",
	.operands = "[FILTER [ATTRIBUTE...]] -t FILE|-H URI [OPTIONS]",
	.summary = "Print the entries that match a filter",
	.details = "FILTER is RFC 4515's: '(&(objectClass=Computer)(rdn=EXCH1))', or rdn=EXCH1; "
		   "without it every entry matches. ATTRIBUTEs limit what is printed of an entry; "
		   "1.1 is none.\n" NAME_HELP SECRET_HELP,
	.exits = exits,
	.options = search_options,
	.most_operands = 1 + KBM_DIRECTORY_MAX_ATTRIBUTES,
	.run = run_search,
    },
    {
	.name = "get",
	.operands = "DN [ATTRIBUTE...] -t FILE|-H URI [OPTIONS]",
	.summary = "Print one entry",
	.details = NAME_HELP "'' is the root DSE. " SECRET_HELP,
	.exits = exits,
	.options = get_options,
	.least_operands = 1,
	.most_operands = 1 + KBM_DIRECTORY_MAX_ATTRIBUTES,
	.run = run_get,
    },
    {
	.name = "tree",
	.operands = "[BASE] -t FILE|-H URI [OPTIONS]",
	.summary = "Show which entries there are below each other",
	.details = NAME_HELP "Without BASE everything is shown.",
	.exits = exits,
	.options = tree_options,
	.most_operands = 1,
	.run = kbm_dir_run_tree,
    },
    {
	.name = "export",
	.operands = "[BASE] -t FILE|-H URI [-o FILE] [OPTIONS]",
	.summary = "Write BASE and everything below it as LDIF",
	.details = "For working on a case without the directory: scripts come to the same verdicts "
		   "on the copy. " SECRET_HELP
		   " A copy that lacks them says so, one that has them is its owner's alone. "
		   "It is written when "
		   "all of it is there, or not at all.\n" NAME_HELP,
	.exits = exits,
	.options = export_options,
	.most_operands = 1,
	.run = kbm_dir_run_export,
    },
    {.name = NULL},
};

const struct kbm_command kbm_command_dir = {
    .name = "dir",
    .summary = "Look into a directory: search, get, tree, export",
    .children = children,
};
