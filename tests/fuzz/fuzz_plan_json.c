/* plan/plan_json: what is read is sound, and is written back to the same bytes again and again. */
#include "base/limits.h"
#include "plan/plan_json.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kbm_plan plan = {0};
	struct kbm_plan again = {0};
	struct kbm_error error = {0};
	struct kbm_bytes first;
	struct kbm_bytes second;
	if (kbm_plan_from_json((const char *)data, size, &plan, &error) != KBM_OK)
		return 0;
	kbm_bytes_init(&first, KBM_PLAN_MAX_FILE_BYTES);
	kbm_bytes_init(&second, KBM_PLAN_MAX_FILE_BYTES);
	if (kbm_plan_to_json(&plan, &first, &error) != KBM_OK ||
	    kbm_plan_from_json(kbm_bytes_text(&first), first.length, &again, &error) != KBM_OK ||
	    kbm_plan_to_json(&again, &second, &error) != KBM_OK || first.length != second.length ||
	    memcmp(first.data, second.data, first.length) != 0)
		abort();
	kbm_bytes_clear(&first);
	kbm_bytes_clear(&second);
	kbm_plan_clear(&plan);
	kbm_plan_clear(&again);
	return 0;
}
