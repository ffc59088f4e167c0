/* plan/plan_json: what is read is sound, and is written back to the same bytes again and again.
 * What can go to .reg files is read back from them; what can be taken back gives a sound plan,
 * twice. */
#include "apply/emit_ldif.h"
#include "apply/emit_reg.h"
#include "base/limits.h"
#include "plan/plan_invert.h"
#include "plan/plan_json.h"
#include "source/reg_file.h"

#include <stdlib.h>
#include <string.h>

static void read_reg(const struct kbm_bytes *file)
{
	struct kbm_tree *tree = NULL;
	struct kbm_error error;
	if (kbm_tree_make("", &tree, &error) != KBM_OK)
		abort();
	enum kbm_code code = kbm_reg_file_read(file->data, file->length, 1252, tree, &error);
	if (code != KBM_OK && code != KBM_LIMIT) /* too deep with its hive's name before it */
		abort();
	kbm_tree_free(tree);
}

static void emit_reg(const struct kbm_plan *plan, bool regedit4)
{
	struct kbm_bytes fix;
	struct kbm_bytes undo;
	struct kbm_error error = {0};
	kbm_bytes_init(&fix, KBM_PLAN_MAX_FILE_BYTES);
	kbm_bytes_init(&undo, KBM_PLAN_MAX_FILE_BYTES);
	if (kbm_emit_reg(plan, regedit4, 1252, &fix, &undo, &error) == KBM_OK) {
		read_reg(&fix);
		read_reg(&undo);
	} else if (error.message[0] == 0) {
		abort();
	}
	kbm_bytes_clear(&fix);
	kbm_bytes_clear(&undo);
}

static void emit_ldif(const struct kbm_plan *plan)
{
	struct kbm_bytes fix;
	struct kbm_bytes undo;
	struct kbm_error error = {0};
	kbm_bytes_init(&fix, KBM_PLAN_MAX_FILE_BYTES);
	kbm_bytes_init(&undo, KBM_PLAN_MAX_FILE_BYTES);
	if (kbm_emit_ldif(plan, &fix, &undo, &error) != KBM_OK && error.message[0] == 0)
		abort();
	for (size_t i = 0; i < fix.length; i++)
		if (fix.data[i] != '\n' && fix.data[i] < ' ')
			abort();
	kbm_bytes_clear(&fix);
	kbm_bytes_clear(&undo);
}

/* What takes a plan back is a plan, or there is a reason why there is none. */
static void invert(const struct kbm_plan *plan, enum kbm_inverse_by by)
{
	struct kbm_plan inverse = {0};
	struct kbm_error error = {0};
	if (kbm_plan_invert(plan, by, &inverse, &error) == KBM_OK) {
		if (kbm_plan_validate(&inverse, &error) != KBM_OK)
			abort();
	} else if (error.message[0] == 0) {
		abort();
	}
	kbm_plan_clear(&inverse);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kbm_plan plan = {0};
	struct kbm_plan again = {0};
	struct kbm_error error = {0};
	struct kbm_bytes first;
	struct kbm_bytes second;
	if (kbm_plan_from_json((const char *)data, size, &plan, &error) != KBM_OK) {
		if (error.message[0] == 0)
			abort();
		return 0;
	}
	kbm_bytes_init(&first, KBM_PLAN_MAX_FILE_BYTES);
	kbm_bytes_init(&second, KBM_PLAN_MAX_FILE_BYTES);
	if (kbm_plan_to_json(&plan, &first, &error) != KBM_OK ||
	    kbm_plan_from_json(kbm_bytes_text(&first), first.length, &again, &error) != KBM_OK ||
	    kbm_plan_to_json(&again, &second, &error) != KBM_OK || first.length != second.length ||
	    memcmp(first.data, second.data, first.length) != 0)
		abort();
	emit_reg(&plan, true);
	emit_reg(&plan, false);
	emit_ldif(&plan);
	invert(&plan, KBM_INVERSE_BY_CHANGES);
	invert(&plan, KBM_INVERSE_BY_BACKUP);
	kbm_bytes_clear(&first);
	kbm_bytes_clear(&second);
	kbm_plan_clear(&plan);
	kbm_plan_clear(&again);
	return 0;
}
