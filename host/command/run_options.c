/* Options of `run` and `plan` that say something only beside others. */
#include "command/run_options.h"

#include "command/server_options.h"

/* What would be passed over in silence must not be: somebody counts on it. */
static enum kbm_code check_apply(const struct kbm_options *options, struct kbm_error *error)
{
	const struct {
		const char *option;
		bool is_given;
	} needed[] = {
	    {"--yes", options->consent != KBM_CONSENT_ASK},
	    {"--recover", options->recovers},
	    {"--verify", options->verify_full},
	    {"--backup-dir", options->backup_dir != NULL},
	};
	for (size_t i = 0; !options->apply && i < sizeof needed / sizeof needed[0]; i++)
		if (needed[i].is_given)
			return kbm_fail(error, KBM_USAGE,
					"%s belongs to --apply, without which nothing is changed",
					needed[i].option);
	if (options->apply && options->dry_run)
		return kbm_fail(error, KBM_USAGE, "--apply and -n exclude each other");
	if (options->apply &&
	    (options->format == KBM_FORMAT_DIGEST || options->format == KBM_FORMAT_CSV))
		return kbm_fail(error, KBM_USAGE,
				"-f %s is of a run that changes nothing: leave --apply out",
				options->format == KBM_FORMAT_CSV ? "csv" : "digest");
	if (options->apply && options->format == KBM_FORMAT_JSON)
		return kbm_fail(error, KBM_USAGE,
				"--apply gives two documents, what was found and what was done: -f "
				"jsonl, a line each");
	return KBM_OK;
}

enum kbm_code kbm_run_options_check(const struct kbm_options *options, struct kbm_error *error)
{
	const char *uri = NULL;
	enum kbm_code code = check_apply(options, error);
	if (code != KBM_OK)
		return code;
	if (options->emit_form != KBM_EMIT_AUTO && options->emit_reg == NULL)
		return kbm_fail(error, KBM_USAGE,
				"--emit-form belongs to --emit reg:FILE, whose form it is");
	code = kbm_server_options_uri(options, &uri, error);
	if (code == KBM_OK && uri == NULL && options->base != NULL)
		return kbm_fail(error, KBM_USAGE,
				"-b is where a directory server is asked: name it with -H");
	return KBM_OK;
}
