/* kbmend reg find: a hive or a .reg export searched. */
#include "command/cmd_reg.h"

#include "base/bytes.h"
#include "source/pattern_text.h"

#include <string.h>

int kbm_reg_find(const struct kbm_call *call)
{
	struct kbm_find_order order = call->options->find;
	struct kbm_bytes text;
	struct kbm_error error = {0};
	order.pattern = call->operands[1];
	order.pattern_length = strlen(order.pattern);
	if (order.type_count > 0 && order.parts == KBM_FIND_KEY)
		return kbm_command_usage(call, "--type is about values, --in keys leaves them out");
	if (order.parts == 0)
		order.parts = KBM_FIND_ALL;
	/* Whether it is a regular expression, the job tells, which has the library for it. */
	enum kbm_code code = kbm_pattern_read(order.pattern, order.pattern_length, &text, &error);
	kbm_bytes_clear(&text);
	if (code != KBM_OK)
		return kbm_command_usage(call, "%s", error.message);
	const struct kbm_registry_query query = {
	    .kind = KBM_QUERY_FIND,
	    .path = call->operand_count > 2 ? call->operands[2] : "",
	    .find = &order,
	};
	return kbm_reg_ask(call, &query);
}
