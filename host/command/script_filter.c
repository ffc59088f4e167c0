/* Which of the scripts are meant: by --severity and --category. */
#include "command/script_filter.h"

#include "base/suggest.h"
#include "base/text.h"

static bool has_category(const struct kbm_script_info *info, const char *category)
{
	for (size_t i = 0; i < info->categories.count; i++)
		if (kbm_text_equals_ascii_case(info->categories.items[i], category))
			return true;
	return false;
}

/* A category that no script has is a typing mistake: it would leave nothing, and that is fine. */
static enum kbm_code check_category(const char *category, const struct kbm_scripts *scripts,
				    struct kbm_error *error)
{
	struct kbm_text_list known = {0};
	bool is_known = false;
	for (size_t i = 0; i < scripts->count && !is_known; i++) {
		const struct kbm_script_info *info = &scripts->items[i].info;
		is_known = has_category(info, category);
		if (!kbm_text_list_add_all(&known, &info->categories))
			break;
	}
	const char *near = kbm_suggest(category, (const char *const *)known.items, known.count);
	enum kbm_code code = KBM_OK;
	if (!is_known && near != NULL)
		code = kbm_fail(error, KBM_USAGE,
				"--category: no script has '%.60s'; did you mean %.60s?", category,
				near);
	else if (!is_known)
		code = kbm_fail(error, KBM_USAGE, "--category: no script has '%.60s'", category);
	kbm_text_list_clear(&known);
	return code;
}

static bool is_meant(const struct kbm_options *options, const struct kbm_script *script)
{
	const struct kbm_script_info *info = &script->info;
	if (script->problem.code != KBM_OK)
		return true;
	if (info->severity < options->severity)
		return false;
	for (size_t i = 0; i < options->category_count; i++)
		if (has_category(info, options->categories[i]))
			return true;
	return options->category_count == 0;
}

bool kbm_script_filter_is_set(const struct kbm_options *options)
{
	return options->severity != KBM_SEVERITY_INFO || options->category_count > 0;
}

enum kbm_code kbm_script_filter(const struct kbm_options *options, struct kbm_scripts *scripts,
				struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	size_t kept = 0;
	for (size_t i = 0; code == KBM_OK && i < options->category_count; i++)
		code = check_category(options->categories[i], scripts, error);
	if (code != KBM_OK)
		return code;
	for (size_t i = 0; i < scripts->count; i++) {
		struct kbm_script *script = &scripts->items[i];
		if (is_meant(options, script))
			scripts->items[kept++] = *script;
		else
			kbm_script_clear(script);
	}
	scripts->count = kept;
	return KBM_OK;
}
