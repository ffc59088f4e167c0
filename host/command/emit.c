/* --emit: a plan's changes as files that other programs carry out. */
#include "command/emit.h"

#include "apply/emit_ldif.h"
#include "apply/emit_reg.h"
#include "apply/new_file.h"
#include "base/limits.h"
#include "base/text.h"
#include "command/command.h"

#include <string.h>
#include <unistd.h>

/* A file for one program, and the one that takes it back. */
struct pair {
	const char *path; /* NULL: not asked for */
	struct kbm_bytes undo_path;
	struct kbm_bytes fix;
	struct kbm_bytes undo;
};

enum { REG, LDIF, PAIRS };
static const char *const endings[PAIRS] = {[REG] = ".reg", [LDIF] = ".ldif"};

static void pair_init(struct pair *pair, const char *path, const char *ending)
{
	*pair = (struct pair){.path = path};
	kbm_bytes_init(&pair->undo_path, KBM_PATH_MAX_BYTES);
	kbm_bytes_init(&pair->fix, KBM_PLAN_MAX_FILE_BYTES);
	kbm_bytes_init(&pair->undo, KBM_PLAN_MAX_FILE_BYTES);
	if (path == NULL)
		return;
	size_t stem = strlen(path);
	size_t length = strlen(ending);
	if (stem > length && kbm_text_equals_ascii_case(path + stem - length, ending))
		stem -= length;
	kbm_bytes_append(&pair->undo_path, path, stem);
	kbm_bytes_printf(&pair->undo_path, ".undo%s", ending);
}

static void pair_clear(struct pair *pair)
{
	kbm_bytes_clear(&pair->undo_path);
	kbm_bytes_clear(&pair->fix);
	kbm_bytes_clear(&pair->undo);
}

/* --- what is in them ------------------------------------------------------------------------- */

/* NT 4.0's regedit reads REGEDIT4 only; its hives are of format 1.3, as are Windows 2000's. */
static bool wants_regedit4(const struct kbm_options *options, const struct kbm_prepared *prepared)
{
	switch (options->emit_form) {
	case KBM_EMIT_REGEDIT4:
		return true;
	case KBM_EMIT_REGEDIT5:
		return false;
	case KBM_EMIT_AUTO:
		break;
	}
	for (size_t i = 0; i < prepared->target.source_count; i++) {
		const struct kbm_source *source = &prepared->sources[i];
		if (source->reg_version == 4 ||
		    (source->kind == KBM_SOURCE_HIVE && source->minor <= 3))
			return true;
	}
	return false;
}

static enum kbm_code compose(const struct kbm_case *diagnosed, const struct kbm_options *options,
			     struct pair *pairs, struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; i < PAIRS; i++)
		if (pairs[i].undo_path.failed)
			return kbm_fail(error, KBM_LIMIT, "--emit: the file's name is too long");
	if (pairs[REG].path != NULL)
		code = kbm_emit_reg(&diagnosed->plan, wants_regedit4(options, &diagnosed->prepared),
				    options->codepage, &pairs[REG].fix, &pairs[REG].undo, error);
	/* Of a secret the plan has but a mask, which is no value. */
	if (code == KBM_OK && pairs[LDIF].path != NULL && diagnosed->masked[0] != '\0')
		code = kbm_fail(error, KBM_REFUSED, "no LDIF is written: %s", diagnosed->masked);
	if (code == KBM_OK && pairs[LDIF].path != NULL)
		code = kbm_emit_ldif(&diagnosed->plan, &pairs[LDIF].fix, &pairs[LDIF].undo, error);
	return code;
}

/* --- writing them ---------------------------------------------------------------------------- */

static enum kbm_code write_pair(const struct pair *pair, struct kbm_error *error)
{
	const char *undo = kbm_bytes_text(&pair->undo_path);
	enum kbm_code code = kbm_new_file_write(undo, pair->undo.data, pair->undo.length, error);
	if (code != KBM_OK)
		return code;
	code = kbm_new_file_write(pair->path, pair->fix.data, pair->fix.length, error);
	if (code != KBM_OK)
		unlink(undo);
	return code;
}

static enum kbm_code write_all(const struct pair *pairs, struct kbm_error *error)
{
	for (size_t i = 0; i < PAIRS; i++) {
		enum kbm_code code = pairs[i].path == NULL ? KBM_OK : write_pair(&pairs[i], error);
		if (code == KBM_OK)
			continue;
		for (size_t j = 0; j < i; j++)
			if (pairs[j].path != NULL) {
				unlink(pairs[j].path);
				unlink(kbm_bytes_text(&pairs[j].undo_path));
			}
		return code;
	}
	return KBM_OK;
}

enum kbm_code kbm_emit_plan(const struct kbm_case *diagnosed, const struct kbm_options *options,
			    struct kbm_error *error)
{
	const char *const paths[PAIRS] = {[REG] = options->emit_reg, [LDIF] = options->emit_ldif};
	struct pair pairs[PAIRS];
	for (size_t i = 0; i < PAIRS; i++)
		pair_init(&pairs[i], paths[i], endings[i]);
	enum kbm_code code = compose(diagnosed, options, pairs, error);
	if (code == KBM_OK)
		code = write_all(pairs, error);
	for (size_t i = 0; i < PAIRS; i++) {
		if (code == KBM_OK && pairs[i].path != NULL && !options->quiet)
			kbm_command_note("wrote %s and, to take it back, %s", pairs[i].path,
					 kbm_bytes_text(&pairs[i].undo_path));
		pair_clear(&pairs[i]);
	}
	return code;
}

bool kbm_emit_offer(const struct kbm_case *diagnosed, const struct kbm_options *options,
		    struct kbm_bytes *out)
{
	size_t registry = 0;
	size_t directory = 0;
	for (size_t i = 0; i < diagnosed->plan.change_count; i++) {
		enum kbm_change_op op = diagnosed->plan.changes[i].op;
		directory += op == KBM_MODIFY_ENTRY;
		registry += op != KBM_MODIFY_ENTRY && op != KBM_MANUAL;
	}
	if (directory > 0 && diagnosed->masked[0] != '\0' && !options->include_secrets)
		kbm_bytes_append_text(out, " --include-secrets");
	if (registry > 0)
		kbm_bytes_append_text(out, " --emit reg:fix.reg");
	if (directory > 0)
		kbm_bytes_append_text(out, " --emit ldif:fix.ldif");
	return !out->failed;
}
