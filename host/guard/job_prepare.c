/* The job `prepare`: what a file is, by its content; a .reg export becomes a hive image. */
#include "guard/job.h"

#include "base/text.h"
#include "guard/job_recover.h"
#include "guard/looks_like.h"
#include "guard/row_sender.h"
#include "source/hive.h"
#include "source/hive_log.h"
#include "source/ldif.h"
#include "source/reg_file.h"
#include "source/registry.h"

#include <stdlib.h>
#include <string.h>

enum { DEFAULT_CODEPAGE = 1252 };

/* "" where an image says nothing. */
static bool fill_texts(struct kbm_source *source)
{
	char **texts[] = {&source->hive, &source->dirty_reason, &source->computer_name,
			  &source->control_set, &source->stored_name};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		if (*texts[i] == NULL)
			*texts[i] = strdup("");
		if (*texts[i] == NULL)
			return false;
	}
	return true;
}

/* The machine's name and control set; what cannot be read stays unknown here: a script that needs
 * it says so. */
static void read_identity(struct kbm_registry *registry, struct kbm_source *source)
{
	static const char path[] =
	    "HKLM\\SYSTEM\\CurrentControlSet\\Control\\ComputerName\\ComputerName";
	static const char name[] = "ComputerName";
	char control_set[32];
	struct kbm_value value;
	struct kbm_bytes text;
	if (kbm_registry_control_set(registry, control_set, NULL) != KBM_OK)
		return;
	source->control_set = strdup(control_set);
	struct kbm_registry_service service = kbm_registry_service(registry);
	if (service.get_value(service.context, path, name, strlen(name), &value, NULL) != KBM_OK ||
	    value.type != KBM_REG_SZ)
		return;
	kbm_bytes_init(&text, KBM_TEXT_MAX_BYTES);
	if (kbm_text_from_utf16(value.data, value.length, &text))
		source->computer_name = strdup(kbm_bytes_text(&text)); /* up to its NUL */
	kbm_bytes_clear(&text);
}

/* --- hives ---------------------------------------------------------------------------------- */

/* NULL without memory. */
static char *describe_damage(const struct kbm_error *damage)
{
	struct kbm_bytes text;
	kbm_bytes_init(&text, KBM_TEXT_MAX_BYTES);
	kbm_bytes_printf(&text, "the hive is damaged: %s", damage->message);
	return kbm_bytes_take(&text, NULL);
}

static enum kbm_code describe_hive(const struct kbm_hive *hive, int selection,
				   struct kbm_source *source, struct kbm_error *error)
{
	const struct kbm_hive_info *info = kbm_hive_info(hive);
	source->kind = KBM_SOURCE_HIVE;
	struct kbm_error damage;
	source->hive = strdup(kbm_registry_guess_name(hive, &damage));
	source->stored_name = strdup(info->file_name);
	source->major = info->major;
	source->minor = info->minor;
	source->primary_sequence = info->primary_sequence;
	source->secondary_sequence = info->secondary_sequence;
	source->last_written = info->last_written;
	source->dirty = info->state != KBM_HIVE_CLEAN || damage.code != KBM_OK;
	source->cut = info->state == KBM_HIVE_TRUNCATED;
	source->dirty_reason = info->state == KBM_HIVE_CLEAN && damage.code != KBM_OK
				   ? describe_damage(&damage)
				   : strdup(kbm_hive_state_text(hive));
	if (source->hive == NULL || source->stored_name == NULL || source->dirty_reason == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory");
	if (strcmp(source->hive, "SYSTEM") != 0)
		return KBM_OK;
	struct kbm_registry *registry = NULL;
	enum kbm_code code = kbm_registry_make(&registry, error);
	if (code == KBM_OK)
		code = kbm_registry_mount(registry, source->hive, hive, kbm_hive_root(hive), error);
	if (code == KBM_OK) {
		kbm_registry_select(registry, selection);
		read_identity(registry, source);
	}
	kbm_registry_free(registry);
	return code;
}

/* What the hive holds with its logs replayed; its base block's numbers identify the file. */
static enum kbm_code describe_recovered(const struct kbm_job_call *call, size_t length,
					const struct kbm_hive_recovery *recovery, int selection,
					struct kbm_source *source, struct kbm_error *error)
{
	struct kbm_hive *hive = NULL;
	enum kbm_code code = kbm_hive_open(call->output, length, &hive, error);
	if (code == KBM_OK)
		code = describe_hive(hive, selection, source, error);
	kbm_hive_close(hive);
	source->recovered = true;
	source->recovered_sequence = recovery->sequence;
	source->base_from_log = recovery->base_from_log;
	source->primary_sequence = recovery->file_primary_sequence;
	source->secondary_sequence = recovery->file_secondary_sequence;
	source->last_written = recovery->file_last_written;
	return code;
}

/* KBM_NOT_FOUND: the logs do not help, answer->log_failure says why. */
static enum kbm_code recover(struct kbm_job_call *call, const struct kbm_start_prepare *start,
			     struct kbm_prepare_answer *answer, struct kbm_error *error)
{
	struct kbm_hive_recovery recovery = {0};
	struct kbm_error *failure = &answer->log_failure;
	size_t length = 0;
	enum kbm_code code = kbm_job_recover(call, start->logs, &recovery, &length, failure);
	for (size_t i = 0; i < KBM_HIVE_LOGS; i++)
		answer->source.logs[i].report = recovery.logs[i];
	if (code == KBM_MEMORY || code == KBM_INTERNAL)
		return kbm_fail(error, code, "%s", failure->message);
	if (code != KBM_OK)
		return KBM_NOT_FOUND;
	answer->image_bytes = length;
	return describe_recovered(call, length, &recovery, start->selection, &answer->source,
				  error);
}

/* What the base block of a hive tells of which no key can be read, where it is whole. */
static enum kbm_code describe_closed(const struct kbm_job_input *input, int selection,
				     struct kbm_source *source, struct kbm_error *error)
{
	struct kbm_hive *hive = NULL;
	struct kbm_error broken;
	enum kbm_code code = kbm_hive_open_damaged(input->bytes, input->length, &hive, &broken);
	if (code == KBM_OK)
		code = describe_hive(hive, selection, source, error);
	else if (code == KBM_MEMORY)
		kbm_fail(error, code, "%s", broken.message);
	else
		code = KBM_OK;
	kbm_hive_close(hive);
	return code;
}

/* A hive that cannot be opened is no failure yet: kbmend looks for the logs that it needs, and goes
 * on without it where it is one of several. */
static enum kbm_code prepare_hive(struct kbm_job_call *call, const struct kbm_start_prepare *start,
				  struct kbm_prepare_answer *answer, struct kbm_error *error)
{
	const struct kbm_job_input *input = &call->inputs[0];
	struct kbm_hive *hive = NULL;
	enum kbm_code code = KBM_NOT_FOUND;
	answer->needs_logs = kbm_hive_log_is_needed(input->bytes, input->length);
	if (answer->needs_logs && start->logs != 0)
		code = recover(call, start, answer, error);
	if (code != KBM_NOT_FOUND)
		return code;
	code = kbm_hive_open(input->bytes, input->length, &hive, &answer->closed);
	if (code == KBM_OK)
		code = describe_hive(hive, start->selection, &answer->source, error);
	else if (code == KBM_UNREADABLE || (answer->needs_logs && code != KBM_MEMORY))
		code = describe_closed(input, start->selection, &answer->source, error);
	else
		kbm_fail(error, code, "%s", answer->closed.message);
	kbm_hive_close(hive);
	return code;
}

/* --- .reg exports --------------------------------------------------------------------------- */

static enum kbm_code add_name(struct kbm_text_list *list, const struct kbm_key *key,
			      struct kbm_error *error)
{
	char *name = strndup(key->name, key->name_length);
	bool added = name != NULL && kbm_text_list_add(list, name);
	free(name);
	return added ? KBM_OK : kbm_fail(error, KBM_MEMORY, "no memory");
}

/* Adds the names of the subkeys of `parent`; instead of HKEY_LOCAL_MACHINE, those below it. */
static enum kbm_code list_hives(const struct kbm_hive *hive, kbm_cell parent,
				struct kbm_text_list *list, struct kbm_error *error)
{
	static const char machine[] = "HKEY_LOCAL_MACHINE";
	struct kbm_bytes name;
	kbm_bytes_init(&name, KBM_PATH_MAX_BYTES);
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; code == KBM_OK; i++) {
		struct kbm_key key;
		kbm_cell cell;
		code = kbm_hive_subkey_at(hive, parent, i, &cell, error);
		if (code == KBM_OK)
			code = kbm_hive_key(hive, cell, &name, &key, error);
		if (code != KBM_OK)
			break;
		bool descend = parent == kbm_hive_root(hive) &&
			       kbm_text_compare_names(key.name, key.name_length, machine,
						      strlen(machine)) == 0;
		code = descend ? list_hives(hive, cell, list, error) : add_name(list, &key, error);
	}
	kbm_bytes_clear(&name);
	return code == KBM_NOT_FOUND ? KBM_OK : code;
}

static enum kbm_code describe_image(const uint8_t *image, size_t length, int selection,
				    struct kbm_source *source, struct kbm_error *error)
{
	struct kbm_hive *hive = NULL;
	struct kbm_registry *registry = NULL;
	source->kind = KBM_SOURCE_REG;
	enum kbm_code code = kbm_hive_open(image, length, &hive, error);
	if (code == KBM_OK)
		code = list_hives(hive, kbm_hive_root(hive), &source->hives, error);
	if (code == KBM_OK)
		code = kbm_registry_make(&registry, error);
	if (code == KBM_OK)
		code = kbm_registry_mount_image(registry, hive, error);
	if (code == KBM_OK) {
		kbm_registry_select(registry, selection);
		read_identity(registry, source);
	}
	kbm_registry_free(registry);
	kbm_hive_close(hive);
	return code;
}

static enum kbm_code prepare_reg(struct kbm_job_call *call, const struct kbm_start_prepare *start,
				 struct kbm_prepare_answer *answer, struct kbm_error *error)
{
	if (call->output == NULL)
		return kbm_fail(error, KBM_INTERNAL, "there is nowhere to put the hive image");
	const struct kbm_job_input *input = &call->inputs[0];
	size_t length = 0;
	struct kbm_row_sender sender;
	struct kbm_long_work work = {kbm_row_sender_word, &sender, 0};
	kbm_row_sender_init(&sender, call->channel);
	enum kbm_code code = kbm_reg_file_to_image(
	    input->bytes, input->length, start->codepage == 0 ? DEFAULT_CODEPAGE : start->codepage,
	    call->output, call->output_length, &length, &work, error);
	kbm_row_sender_clear(&sender);
	if (code == KBM_OK)
		code =
		    describe_image(call->output, length, start->selection, &answer->source, error);
	if (code == KBM_OK) {
		enum kbm_reg_form form = kbm_reg_file_form(input->bytes, input->length);
		answer->source.reg_version = form == KBM_REG_FORM_4 ? 4 : 5;
		answer->image_bytes = length;
	}
	return code;
}

enum kbm_code kbm_job_prepare(struct kbm_job_call *call, struct kbm_error *error)
{
	struct kbm_start_prepare start = {0};
	struct kbm_prepare_answer answer = {0};
	enum kbm_code code = kbm_message_decode(KBM_MESSAGE_START_PREPARE, call->start.data,
						call->start.length, &start, error);
	if (code != KBM_OK)
		return code;
	if (call->input_count == 0)
		return kbm_fail(error, KBM_INTERNAL, "the job prepare takes a file");
	const struct kbm_job_input *input = &call->inputs[0];
	if ((input->length >= 4 && memcmp(input->bytes, "regf", 4) == 0) ||
	    kbm_hive_log_is_needed(input->bytes, input->length))
		code = prepare_hive(call, &start, &answer, error);
	else if (kbm_reg_file_form(input->bytes, input->length) != KBM_REG_FORM_NONE)
		code = prepare_reg(call, &start, &answer, error);
	else if (kbm_ldif_is(input->bytes, input->length))
		answer.source.kind = KBM_SOURCE_LDIF;
	else
		code = kbm_fail(error, KBM_INVALID,
				"not a hive, a .reg export or an LDIF file (it looks like %s)",
				kbm_looks_like(input->bytes, input->length));
	if (code == KBM_OK && !fill_texts(&answer.source))
		code = kbm_fail(error, KBM_MEMORY, "no memory");
	if (code == KBM_OK)
		code = kbm_channel_send(call->channel, KBM_MESSAGE_PREPARED, &answer, 0, error);
	kbm_source_clear(&answer.source);
	return code;
}
