/* The job `second-read`: read places of a target's registry again, through libregf.
 *
 * libregf is known to crash and to hang on hives that were made for that: then this child ends, and
 * with it no more than the answer. */
#include "guard/job.h"

#include "base/text.h"
#include "source/hive_regf.h"
#include "source/secret_values.h"

#include <string.h>

struct second_read {
	struct kbm_job_call *call;
	struct kbm_start_second start;
	struct kbm_regf *opened[KBM_CHILD_MAX_INPUTS];
	struct kbm_bytes path; /* of the place at hand, as the next */
	struct kbm_bytes data;
	struct kbm_bytes told; /* instead of the data, where they hold a secret */
	struct kbm_bytes more; /* the message with the places at hand */
};

/* --- where a place is ------------------------------------------------------------------------ */

static enum kbm_code open_source(struct second_read *read, size_t index, struct kbm_regf **regf,
				 struct kbm_error *error)
{
	const struct kbm_start_source *source = &read->start.sources[index];
	enum kbm_code code = KBM_OK;
	if (source->problem != NULL)
		return kbm_fail(error, KBM_UNREADABLE, "%s", source->problem);
	if (read->opened[index] == NULL) {
		const struct kbm_job_input *input =
		    &read->call->inputs[kbm_start_source_input(read->start.sources, index)];
		code = kbm_regf_open(input->bytes, input->length, &read->opened[index], error);
	}
	*regf = read->opened[index];
	return code;
}

/* The root keys under which the image of an export holds a hive, as people write them. */
static const struct {
	const char *root;
	bool holds_users;
} image_roots[] = {
    {"HKEY_LOCAL_MACHINE", false}, {"HKLM", false}, {"HKEY_USERS", true}, {"HKU", true}};

/* The path of a place in an image: where one of the roots holds the hive. KBM_NOT_FOUND: none. */
static enum kbm_code find_in_image(struct second_read *read, struct kbm_regf *regf,
				   const struct kbm_second_place *place, struct kbm_error *error)
{
	bool of_users = strncmp(place->hive, "HKU\\", 4) == 0;
	const char *hive = of_users ? place->hive + 4 : place->hive;
	enum kbm_code code = KBM_NOT_FOUND;
	for (size_t i = 0; i < sizeof image_roots / sizeof image_roots[0]; i++) {
		if (image_roots[i].holds_users != of_users)
			continue;
		kbm_bytes_reset(&read->path);
		kbm_bytes_printf(&read->path, "%s\\%s", image_roots[i].root, hive);
		code = kbm_regf_key(regf, kbm_bytes_text(&read->path), error);
		if (code != KBM_NOT_FOUND)
			return code;
	}
	return code;
}

/* Finds the source that a place lies in; its path there is then in read->path. */
static enum kbm_code find_source(struct second_read *read, const struct kbm_second_place *place,
				 struct kbm_regf **regf, struct kbm_error *error)
{
	for (size_t i = 0; i < read->start.source_count; i++) {
		const struct kbm_start_source *source = &read->start.sources[i];
		bool is_image = source->kind == KBM_SOURCE_REG;
		if (!is_image && !kbm_text_equals_ascii_case(source->hive, place->hive))
			continue;
		kbm_bytes_reset(&read->path);
		enum kbm_code code = open_source(read, i, regf, error);
		if (code == KBM_OK && is_image)
			code = find_in_image(read, *regf, place, error);
		if (code == KBM_NOT_FOUND)
			continue;
		if (code == KBM_OK && read->path.length > 0 && place->physical[0] != '\0')
			kbm_bytes_append_byte(&read->path, '\\');
		if (code == KBM_OK && !kbm_bytes_append_text(&read->path, place->physical))
			code = kbm_fail(error, KBM_LIMIT, "its path is too long");
		return code;
	}
	return kbm_fail(error, KBM_UNREADABLE, "no source holds the hive %.60s", place->hive);
}

/* --- reading --------------------------------------------------------------------------------- */

/* As the first reader tells it: with a mask in the place of a secret. */
static enum kbm_code tell(struct second_read *read, const struct kbm_second_place *place,
			  struct kbm_reading *reading, struct kbm_error *error)
{
	const char *name = (const char *)place->name;
	reading->data = read->data.data;
	reading->length = read->data.length;
	kbm_bytes_reset(&read->told);
	if (!kbm_value_may_be_secret(place->physical, name, place->name_length) ||
	    !kbm_value_mask_secret(reading->type, reading->data, reading->length, &read->told))
		return KBM_OK;
	if (read->told.failed)
		return kbm_fail(error, KBM_MEMORY, "out of memory");
	reading->data = read->told.data;
	reading->length = read->told.length;
	return KBM_OK;
}

static enum kbm_code read_place(struct second_read *read, const struct kbm_second_place *place,
				struct kbm_reading *reading, struct kbm_error *error)
{
	struct kbm_regf *regf = NULL;
	enum kbm_code code = find_source(read, place, &regf, error);
	if (code != KBM_OK)
		return code;
	const char *path = kbm_bytes_text(&read->path);
	if (place->name == NULL) {
		code = kbm_regf_key(regf, path, error);
	} else {
		code = kbm_regf_value(regf, path, (const char *)place->name, place->name_length,
				      &reading->type, &read->data, error);
		if (code == KBM_OK)
			code = tell(read, place, reading, error);
	}
	reading->present = code == KBM_OK;
	return code == KBM_NOT_FOUND ? KBM_OK : code;
}

static enum kbm_code answer(struct second_read *read, const struct kbm_second_place *place,
			    struct kbm_error *error)
{
	struct kbm_reading reading = {0};
	kbm_bytes_reset(&read->data);
	enum kbm_code code = read_place(read, place, &reading, &reading.error);
	if (code != KBM_OK || !reading.present) {
		reading = (struct kbm_reading){.error = reading.error};
		reading.error.code = code;
	}
	return kbm_channel_send(read->call->channel, KBM_MESSAGE_READING, &reading, 0, error);
}

static enum kbm_code answer_all(struct second_read *read, const struct kbm_second_places *places,
				struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	for (size_t i = 0; code == KBM_OK && i < places->count; i++)
		code = answer(read, &places->items[i], error);
	return code;
}

/* What there is to read is not known as a whole when the job begins. */
static enum kbm_code answer_more(struct second_read *read, bool *is_over, struct kbm_error *error)
{
	static const uint64_t wanted = KBM_MESSAGE_BIT(KBM_MESSAGE_PLACES);
	struct kbm_channel *channel = read->call->channel;
	struct kbm_second_places places = {0};
	enum kbm_message type;
	uint16_t id;
	enum kbm_code code = kbm_channel_send(channel, KBM_MESSAGE_MORE, NULL, 0, error);
	if (code == KBM_OK)
		code = kbm_channel_receive(channel, wanted, 0, &read->more, &type, &id, error);
	if (code == KBM_OK)
		code = kbm_message_decode(KBM_MESSAGE_PLACES, read->more.data, read->more.length,
					  &places, error);
	*is_over = places.count == 0;
	if (code == KBM_OK)
		code = answer_all(read, &places, error);
	kbm_message_clear(KBM_MESSAGE_PLACES, &places);
	return code;
}

enum kbm_code kbm_job_second_read(struct kbm_job_call *call, struct kbm_error *error)
{
	struct second_read read = {.call = call};
	bool is_over = false;
	kbm_bytes_init(&read.path, KBM_PATH_MAX_BYTES);
	kbm_bytes_init(&read.data, KBM_HIVE_MAX_VALUE_BYTES);
	kbm_bytes_init(&read.told, KBM_HIVE_MAX_VALUE_BYTES);
	kbm_bytes_init(&read.more, 0);
	enum kbm_code code = kbm_message_decode(KBM_MESSAGE_START_SECOND, call->start.data,
						call->start.length, &read.start, error);
	if (code == KBM_OK)
		code =
		    kbm_job_name_sources(call, read.start.sources, read.start.source_count, error);
	if (code == KBM_OK)
		code = answer_all(&read, &read.start.places, error);
	while (code == KBM_OK && !is_over)
		code = answer_more(&read, &is_over, error);
	for (size_t i = 0; i < KBM_CHILD_MAX_INPUTS; i++)
		kbm_regf_close(read.opened[i]);
	kbm_message_clear(KBM_MESSAGE_START_SECOND, &read.start);
	kbm_bytes_clear(&read.path);
	kbm_bytes_clear(&read.data);
	kbm_bytes_clear(&read.told);
	kbm_bytes_clear(&read.more);
	return code;
}
