/* Having two sources compared. */
#include "guard/broker_internal.h"

static struct kbm_start_registry side_of(const struct kbm_source *source,
					 const struct kbm_diff_order *order)
{
	return (struct kbm_start_registry){
	    .kind = source->kind,
	    .hive = source->hive == NULL ? "" : source->hive,
	    .selection = order->selection,
	    .path = order->path,
	};
}

static enum kbm_code check_source(const struct kbm_source *source, struct kbm_error *error)
{
	if (source->kind == KBM_SOURCE_HIVE || source->kind == KBM_SOURCE_REG)
		return KBM_OK;
	return kbm_fail(error, KBM_INVALID, "%.160s: is %s, not a registry", source->path,
			source->kind == KBM_SOURCE_LDIF ? "an LDIF file" : "a directory server");
}

enum kbm_code kbm_broker_diff(struct kbm_broker *broker, const struct kbm_source *before,
			      const struct kbm_source *after, const struct kbm_diff_order *order,
			      kbm_row_sink *sink, void *context, struct kbm_error *error)
{
	const int inputs[] = {before->descriptor, after->descriptor};
	const struct kbm_start_diff start = {
	    .sides = {side_of(before, order), side_of(after, order)},
	    .names = {before->path, after->path},
	    .root = order->root == NULL ? "" : order->root,
	    .form = order->form,
	    .codepage = order->codepage,
	};
	struct kbm_child child = {0};
	struct kbm_exchange exchange = {
	    .broker = broker,
	    .order = {KBM_JOB_REG_DIFF, inputs, 2, -1},
	    .start = &start,
	    .child = &child,
	    .sink = sink,
	    .sink_context = context,
	};
	enum kbm_code code = check_source(before, error);
	if (code == KBM_OK)
		code = check_source(after, error);
	return code == KBM_OK ? kbm_exchange_run(&exchange, error) : code;
}
