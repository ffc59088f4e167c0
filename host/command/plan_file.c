/* A saved plan, read from its file. */
#include "command/plan_file.h"

#include "base/file.h"
#include "base/limits.h"
#include "plan/plan_json.h"

enum kbm_code kbm_plan_file_read(const char *path, struct kbm_plan *plan, struct kbm_error *error)
{
	struct kbm_bytes text;
	kbm_bytes_init(&text, KBM_PLAN_MAX_FILE_BYTES);
	enum kbm_code code = kbm_file_read(path, true, &text, error);
	if (code == KBM_OK) {
		struct kbm_error inner = {0};
		code = kbm_plan_from_json(kbm_bytes_text(&text), text.length, plan, &inner);
		if (code != KBM_OK)
			kbm_fail(error, code, "%.90s: not a sound plan: %s", path, inner.message);
	}
	kbm_bytes_clear(&text);
	/* Whatever is wrong with it: it is no plan. */
	if (code != KBM_OK && error != NULL)
		error->code = KBM_INVALID;
	return code == KBM_OK ? KBM_OK : KBM_INVALID;
}
