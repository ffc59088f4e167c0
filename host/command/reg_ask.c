/* One question to a hive or a .reg export, and its answer's rows. */
#include "command/cmd_reg.h"

#include "command/hive_notes.h"
#include "command/reg_folder.h"
#include "command/reg_rows.h"
#include "command/session.h"

struct asking {
	const struct kbm_call *call;
	struct kbm_session session;
	struct kbm_source source;
	bool prepared;
	struct kbm_reg_rows rows;
	size_t found; /* of them, without marks */
};

static enum kbm_code ask(struct asking *asking, const struct kbm_registry_query *asked,
			 struct kbm_error *error)
{
	const struct kbm_options *options = asking->call->options;
	const char *given = asking->call->operands[0];
	struct kbm_registry_query query = *asked;
	struct kbm_reg_file chosen = {0};
	enum kbm_code code = kbm_reg_file_choose(given, asked->path, &chosen, error);
	if (code == KBM_OK)
		code = kbm_session_open(options, &asking->session, error);
	if (code == KBM_OK) {
		code = kbm_reg_file_prepare(asking->session.broker, options, chosen.file,
					    chosen.content, KBM_USE_LOOK, &asking->source, error);
		asking->prepared = code == KBM_OK;
	}
	if (code == KBM_OK && asking->source.kind == KBM_SOURCE_LDIF)
		code =
		    kbm_fail(error, KBM_INVALID, "%.160s: is an LDIF file, not a registry", given);
	bool asks_times = asked->find != NULL && asked->find->since != 0;
	if (code == KBM_OK && asking->source.kind == KBM_SOURCE_REG && asks_times)
		code = kbm_fail(error, KBM_USAGE,
				"--newer is for hives: %.160s is a .reg export, which has no times",
				given);
	query.path = chosen.path;
	if (code == KBM_OK)
		code =
		    kbm_broker_registry(asking->session.broker, &asking->source, options->selection,
					&query, kbm_reg_rows_take, &asking->rows, error);
	kbm_reg_file_clear(&chosen);
	return code;
}

/* What is said behind the rows. */
static int tell(const struct asking *asking, enum kbm_code code, int status,
		const struct kbm_error *error)
{
	const struct kbm_source *source = &asking->source;
	bool is_quiet = asking->call->options->quiet;
	bool found_nothing =
	    code == KBM_OK && asking->rows.kind == KBM_QUERY_FIND && asking->found == 0;
	if (code != KBM_OK)
		status = kbm_command_fail(error);
	else if (found_nothing)
		status = KBM_EXIT_UNKNOWN;
	if (found_nothing && !is_quiet)
		kbm_command_note("%s: nothing was found", source->path);
	if (!is_quiet)
		kbm_damage_notes_print(&asking->rows.damage, source->path);
	if (source->dirty)
		status = kbm_exit_worst(status, KBM_EXIT_UNKNOWN);
	if (asking->prepared && !is_quiet)
		kbm_hive_note_tell(source);
	if (source->dirty && !is_quiet)
		kbm_hive_note_doubt(source, "read");
	return status;
}

int kbm_reg_ask(const struct kbm_call *call, const struct kbm_registry_query *asked)
{
	struct asking asking = {.call = call, .source = {.descriptor = -1, .file = -1}};
	struct kbm_error error = {0};
	int status = KBM_EXIT_OK;
	kbm_reg_rows_begin(&asking.rows, call->options, asked);
	enum kbm_code code = ask(&asking, asked, &error);
	kbm_progress_erase(&asking.rows.progress);
	if (asking.rows.stuck) {
		status = KBM_EXIT_UNKNOWN;
	} else {
		asking.found = asking.rows.count;
		if (code == KBM_OK || asking.found > 0) {
			kbm_reg_rows_end(&asking.rows,
					 code == KBM_OK && !kbm_hive_is_in_part(&asking.source),
					 kbm_hive_is_stale(&asking.source));
			status = kbm_command_print(&asking.rows.out, KBM_EXIT_OK);
		}
		status = tell(&asking, code, status, &error);
	}
	kbm_reg_rows_clear(&asking.rows);
	kbm_source_clear(&asking.source);
	kbm_session_close(&asking.session);
	return status;
}
