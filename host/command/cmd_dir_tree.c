/* kbmend dir tree and export: everything below a name. */
#include "command/cmd_dir.h"

#include "apply/new_file.h"
#include "base/limits.h"
#include "command/directory_target.h"
#include "report/directory_tree.h"
#include "report/ldif_writer.h"
#include "source/ldif_write.h"

#include <stdlib.h>
#include <string.h>

/* The entries that came, in a tree; for an export with their LDIF. */
struct gathering {
	struct kbm_directory_tree tree;
	bool exporting;
	bool masking;
	struct kbm_bytes text; /* of all entries, as they came */
	size_t *ends;	       /* of each one's part */
	size_t capacity;
	size_t masked;
};

static bool note_end(struct gathering *gathering)
{
	size_t number = gathering->tree.count - 1;
	if (number >= gathering->capacity) {
		size_t capacity = gathering->capacity == 0 ? 256 : 2 * gathering->capacity;
		size_t *ends = reallocarray(gathering->ends, capacity, sizeof *ends);
		if (ends == NULL)
			return false;
		gathering->ends = ends;
		gathering->capacity = capacity;
	}
	gathering->ends[number] = gathering->text.length;
	return true;
}

static enum kbm_code gather(void *context, const struct kbm_entry *entry, struct kbm_error *error)
{
	struct gathering *gathering = context;
	enum kbm_code code = kbm_directory_tree_add(&gathering->tree, entry->dn, error);
	if (code != KBM_OK || !gathering->exporting)
		return code;
	code = kbm_ldif_write_entry(entry, gathering->masking, &gathering->masked, &gathering->text,
				    error);
	if (code == KBM_OK && !note_end(gathering))
		code = kbm_fail(error, KBM_MEMORY, "no memory for the entries");
	return code;
}

static void clear(struct gathering *gathering)
{
	kbm_directory_tree_clear(&gathering->tree);
	kbm_bytes_clear(&gathering->text);
	free(gathering->ends);
}

/* An export holds its root DSE as an entry, which no search but one of its own gives. A server's is
 * the server's affair: other servers do not take it. */
static enum kbm_code ask_root(struct kbm_directory_target *target, const char *base,
			      struct gathering *gathering, struct kbm_error *error)
{
	static const char *const all[] = {"*"};
	const struct kbm_directory_request request = {
	    .base = "", .scope = KBM_SCOPE_BASE, .attributes = all, .attribute_count = 1};
	if (base[0] != '\0' ||
	    kbm_target_directory(&target->prepared.target)->kind != KBM_SOURCE_LDIF)
		return KBM_OK;
	enum kbm_code code = kbm_broker_search(target->session.broker, &target->prepared.target,
					       &request, gather, gathering, error);
	return code == KBM_NOT_FOUND ? KBM_OK : code;
}

static enum kbm_code ask(struct kbm_directory_target *target, const char *base,
			 struct gathering *gathering, struct kbm_error *error)
{
	const char *const attributes[] = {gathering->exporting ? "*" : "1.1"};
	const struct kbm_directory_request request = {
	    .base = base, .scope = KBM_SCOPE_SUB, .attributes = attributes, .attribute_count = 1};
	enum kbm_code code = kbm_directory_tree_init(&gathering->tree, error);
	if (code == KBM_OK)
		code = ask_root(target, base, gathering, error);
	if (code == KBM_OK)
		code = kbm_broker_search(target->session.broker, &target->prepared.target, &request,
					 gather, gathering, error);
	if (code == KBM_OK)
		code = kbm_directory_tree_link(&gathering->tree, error);
	if (code == KBM_OK)
		code = kbm_target_check_unchanged(&target->prepared, error);
	return code;
}

/* BASE, -b or the top. */
static enum kbm_code take_base(const struct kbm_call *call, struct kbm_bytes *base,
			       struct kbm_error *error)
{
	const char *given = call->options->base;
	if (given != NULL && call->operand_count > 0)
		return kbm_fail(error, KBM_USAGE, "BASE and -b are the same: give one of them");
	if (call->operand_count > 0)
		given = call->operands[0];
	return kbm_directory_target_name(given == NULL ? "" : given, base, error);
}

/* --- tree ------------------------------------------------------------------------------------ */

static int print_tree(const struct kbm_call *call, const struct kbm_directory_tree *tree)
{
	const struct kbm_options *options = call->options;
	const struct kbm_report_style style = kbm_session_style(options);
	size_t depth = options->has_depth ? options->depth : KBM_DN_MAX_RDNS;
	struct kbm_bytes out;
	kbm_bytes_init(&out, KBM_LDIF_MAX_BYTES);
	if (options->format == KBM_FORMAT_TEXT)
		kbm_report_tree_text(tree, depth, &style, &out);
	else
		kbm_report_tree_json(tree, depth, options->format == KBM_FORMAT_JSONL, &out);
	int status = kbm_command_print(&out, KBM_EXIT_OK);
	if (tree->count == 0 && !options->quiet)
		kbm_command_note("no entry matches");
	kbm_bytes_clear(&out);
	return status;
}

/* --- export ---------------------------------------------------------------------------------- */

static void write_head(const struct gathering *gathering, const struct kbm_directory_target *target,
		       const char *base, struct kbm_bytes *out)
{
	const char *source = kbm_target_directory(&target->prepared.target)->path;
	kbm_ldif_put_version(out);
	kbm_bytes_append_text(out, "# kbmend dir export\n");
	kbm_ldif_write_comment("source", source, strlen(source), out);
	if (base[0] != '\0')
		kbm_ldif_write_comment("base", base, strlen(base), out);
	kbm_bytes_printf(out, "# entries: %u\n", gathering->tree.count);
	if (kbm_directory_target_may_lack(target))
		kbm_bytes_append_text(out, "# anonymous bind: may lack what others are shown\n");
	if (gathering->masked > 0)
		kbm_bytes_printf(out,
				 "# not whole: %zu value%s of secrets %s left out "
				 "(--include-secrets)\n",
				 gathering->masked, gathering->masked == 1 ? "" : "s",
				 gathering->masked == 1 ? "is" : "are");
}

static enum kbm_code write_all(const struct gathering *gathering,
			       const struct kbm_directory_target *target, const char *base,
			       struct kbm_bytes *out, struct kbm_error *error)
{
	uint32_t count = gathering->tree.count;
	uint32_t *order = calloc((size_t)count + 1, sizeof *order);
	if (order == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory for the export");
	write_head(gathering, target, base, out);
	enum kbm_code code = kbm_directory_tree_order(&gathering->tree, order, error);
	for (uint32_t i = 0; code == KBM_OK && i < count; i++) {
		uint32_t number = order[i];
		size_t start = number == 0 ? 0 : gathering->ends[number - 1];
		kbm_bytes_append(out, gathering->text.data + start,
				 gathering->ends[number] - start);
	}
	free(order);
	if (code == KBM_OK && out->failed)
		code = kbm_fail(error, KBM_LIMIT, "more than %lu bytes of LDIF (%s)",
				KBM_LDIF_MAX_BYTES, "KBM_LDIF_MAX_BYTES");
	return code;
}

static int hand_out(const struct kbm_call *call, const struct gathering *gathering,
		    const struct kbm_bytes *ldif)
{
	const struct kbm_options *options = call->options;
	struct kbm_error error = {0};
	int status = KBM_EXIT_OK;
	if (options->output == NULL)
		status = kbm_command_print(ldif, KBM_EXIT_OK);
	else if (kbm_new_file_write(options->output, ldif->data, ldif->length, &error) != KBM_OK)
		status = kbm_command_fail(&error);
	if (status != KBM_EXIT_OK)
		return status;
	if (options->output != NULL && !options->quiet)
		kbm_command_note("%s: %u entr%s", options->output, gathering->tree.count,
				 gathering->tree.count == 1 ? "y" : "ies");
	if (gathering->masked > 0)
		kbm_command_note("the export is not whole: %zu value%s of secrets left out; "
				 "--include-secrets exports them",
				 gathering->masked, gathering->masked == 1 ? "" : "s");
	return KBM_EXIT_OK;
}

static int print_export(const struct kbm_call *call, const struct kbm_directory_target *target,
			const struct gathering *gathering, const char *base)
{
	struct kbm_bytes ldif;
	struct kbm_error error = {0};
	kbm_bytes_init(&ldif, KBM_LDIF_MAX_BYTES);
	enum kbm_code code = write_all(gathering, target, base, &ldif, &error);
	int status = code == KBM_OK ? hand_out(call, gathering, &ldif) : kbm_command_fail(&error);
	kbm_bytes_clear(&ldif);
	return status;
}

/* --- both ------------------------------------------------------------------------------------ */

static int run(const struct kbm_call *call, bool exporting)
{
	struct kbm_directory_target target = {0};
	struct gathering gathering = {.exporting = exporting,
				      .masking = !call->options->include_secrets};
	struct kbm_bytes base;
	struct kbm_error error = {0};
	int status;
	kbm_bytes_init(&base, KBM_DN_MAX_BYTES);
	kbm_bytes_init(&gathering.text, KBM_LDIF_MAX_BYTES);
	enum kbm_code code = take_base(call, &base, &error);
	if (code == KBM_OK)
		code = kbm_directory_target_open(call->options, &target, &error);
	if (code != KBM_OK)
		status = kbm_command_reject(call, &error);
	else if (ask(&target, kbm_bytes_text(&base), &gathering, &error) != KBM_OK)
		status = kbm_dir_fail(&error);
	else
		status = exporting ? print_export(call, &target, &gathering, kbm_bytes_text(&base))
				   : print_tree(call, &gathering.tree);
	if (status == KBM_EXIT_OK && !call->options->quiet)
		kbm_directory_target_note_lack(&target);
	clear(&gathering);
	kbm_bytes_clear(&base);
	kbm_directory_target_close(&target);
	return status;
}

int kbm_dir_run_tree(const struct kbm_call *call)
{
	return run(call, false);
}

int kbm_dir_run_export(const struct kbm_call *call)
{
	return run(call, true);
}
