/* The job `edit`: a plan's changes made in the copy of a hive that is to take its place. */
#include "guard/job.h"

#include "guard/hive_state.h"
#include "source/hive.h"
#include "source/hive_edit.h"

/* --- what was planned for is still there ----------------------------------------------------- */

static enum kbm_code check_before(const struct kbm_hive *hive, const struct kbm_change *change,
				  struct kbm_error *error)
{
	struct kbm_state now = {0};
	enum kbm_code code = kbm_hive_state_read(hive, &change->place, &now, error);
	if (code == KBM_OK && !kbm_state_equal(&now, &change->before))
		code =
		    kbm_fail(error, KBM_REFUSED, "%.100s%s%.60s is not what the plan was made for",
			     change->place.path, change->place.name == NULL ? "" : "\\",
			     change->place.name == NULL ? "" : change->place.name);
	kbm_state_clear(&now);
	return code;
}

/* No change bears on the place of another: all can be looked at before the first is made. */
static enum kbm_code check_all(const struct kbm_job_call *call, const struct kbm_start_edit *start,
			       struct kbm_error *error)
{
	struct kbm_hive *hive = NULL;
	enum kbm_code code = kbm_hive_open(call->output, start->length, &hive, error);
	for (size_t i = 0; code == KBM_OK && i < start->change_count; i++)
		code = check_before(hive, &start->changes[i], error);
	kbm_hive_close(hive);
	return code;
}

/* --- the changes ------------------------------------------------------------------------------ */

static enum kbm_code set_value(struct kbm_hive_editor *editor, const struct kbm_change *change,
			       struct kbm_error *error)
{
	const struct kbm_place *place = &change->place;
	const struct kbm_value value = {
	    .name = place->name,
	    .name_length = place->name_length,
	    .type = change->after.type,
	    .data = change->after.values[0].data,
	    .length = change->after.values[0].length,
	};
	return kbm_hive_edit_set_value(editor, place->physical, &value, error);
}

static enum kbm_code delete_value(struct kbm_hive_editor *editor, const struct kbm_change *change,
				  struct kbm_error *error)
{
	const struct kbm_place *place = &change->place;
	return kbm_hive_edit_delete_value(editor, place->physical, place->name, place->name_length,
					  error);
}

static enum kbm_code create_key(struct kbm_hive_editor *editor, const struct kbm_change *change,
				struct kbm_error *error)
{
	return kbm_hive_edit_create_key(editor, change->place.physical, error);
}

static enum kbm_code delete_key(struct kbm_hive_editor *editor, const struct kbm_change *change,
				struct kbm_error *error)
{
	return kbm_hive_edit_delete_key(editor, change->place.physical, error);
}

typedef enum kbm_code maker(struct kbm_hive_editor *editor, const struct kbm_change *change,
			    struct kbm_error *error);
static maker *const makers[] = {
    [KBM_SET_VALUE] = set_value,
    [KBM_DELETE_VALUE] = delete_value,
    [KBM_CREATE_KEY] = create_key,
    [KBM_DELETE_KEY] = delete_key,
};

static enum kbm_code make_all(const struct kbm_job_call *call, const struct kbm_start_edit *start,
			      size_t *length, struct kbm_error *error)
{
	struct kbm_hive_editor *editor = NULL;
	enum kbm_code code = kbm_hive_edit_open(call->output, start->length, call->output_length,
						start->now, &editor, error);
	for (size_t i = 0; code == KBM_OK && i < start->change_count; i++)
		code = makers[start->changes[i].op](editor, &start->changes[i], error);
	if (code == KBM_OK)
		code = kbm_hive_edit_finish(editor, length, error);
	kbm_hive_edit_close(editor);
	return code;
}

enum kbm_code kbm_job_edit(struct kbm_job_call *call, struct kbm_error *error)
{
	struct kbm_start_edit start = {0};
	size_t length = 0;
	enum kbm_code code = kbm_message_decode(KBM_MESSAGE_START_EDIT, call->start.data,
						call->start.length, &start, error);
	if (code == KBM_OK && (call->output == NULL || start.length > call->output_length))
		code = kbm_fail(error, KBM_INTERNAL, "there is no room to edit");
	for (size_t i = 0; code == KBM_OK && i < start.change_count; i++)
		code = kbm_hive_state_check_change(&start.changes[i], error);
	if (code == KBM_OK)
		code = check_all(call, &start, error);
	if (code == KBM_OK)
		code = make_all(call, &start, &length, error);
	kbm_message_clear(KBM_MESSAGE_START_EDIT, &start);
	const struct kbm_edited edited = {length};
	if (code == KBM_OK)
		code = kbm_channel_send(call->channel, KBM_MESSAGE_EDITED, &edited, 0, error);
	/* A child that refuses lacks its sandbox: kbm_broker_edit() knows this code for what it is.
	 */
	return code == KBM_REFUSED ? KBM_INVALID : code;
}
