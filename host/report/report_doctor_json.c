/* An installation's state as programs read it: kbmend.doctor/1. */
#include "report/report_doctor.h"

#include "base/limits_table.h"
#include "plan/json.h"
#include "plan/plan_json.h"

#include <string.h>

#define DOCTOR_SCHEMA "kbmend.doctor/1"

static bool put_flag(json_t *object, const char *name, bool flag)
{
	return kbm_json_put(object, name, json_boolean(flag));
}

/* The message of an error, or null. */
static bool put_error(json_t *object, const struct kbm_error *error)
{
	return kbm_json_put_text(object, "error", error->code == KBM_OK ? NULL : error->message);
}

static json_t *program_json(const char *path, const char *version, const struct kbm_error *error)
{
	json_t *object = json_object();
	bool done = object != NULL && kbm_json_put_text(object, "path", path) &&
		    kbm_json_put_text(object, "version", version) && put_error(object, error);
	return kbm_json_whole(object, done);
}

static json_t *layer_json(const struct kbm_checkup *checkup, enum kbm_jail_layer layer)
{
	int error = checkup->jail.errors[layer];
	json_t *object = json_object();
	bool done =
	    object != NULL && kbm_json_put_text(object, "name", kbm_jail_texts[layer].name) &&
	    kbm_json_put_text(object, "effect", kbm_jail_texts[layer].effect) &&
	    put_flag(object, "required", kbm_jail_texts[layer].required) &&
	    put_flag(object, "holds", kbm_doctor_grade_layer(checkup, layer) == KBM_GRADE_GOOD) &&
	    kbm_json_put_text(object, "error",
			      error == 0 ? NULL : kbm_doctor_layer_reason(layer, error));
	return kbm_json_whole(object, done);
}

/* null where it could not be looked at */
static json_t *sandbox_json(const struct kbm_doctor *doctor)
{
	const struct kbm_checkup *checkup = &doctor->checkup;
	if (doctor->worker_error.code != KBM_OK || doctor->sandbox_error.code != KBM_OK)
		return json_null();
	json_t *object = json_object();
	json_t *layers = json_array();
	bool done =
	    object != NULL && kbm_json_put(object, "layers", layers) &&
	    kbm_json_put_number(object, "landlock_version", checkup->jail.landlock_version) &&
	    put_flag(object, "forbidden_call_ended_child", checkup->kills);
	for (size_t i = 0; done && i < KBM_JAIL_LAYER_COUNT; i++)
		done = kbm_json_append(layers, layer_json(checkup, (enum kbm_jail_layer)i));
	return kbm_json_whole(object, done);
}

static json_t *file_json(const struct kbm_installed_file *file)
{
	json_t *object = json_object();
	bool done =
	    object != NULL && kbm_json_put_text(object, "path", file->path) &&
	    kbm_json_put_text(object, "state", kbm_file_state_name(file->state)) &&
	    kbm_json_put_text(object, "sha256", file->sha256[0] == '\0' ? NULL : file->sha256) &&
	    kbm_json_put_text(object, "hides", file->hides) &&
	    kbm_json_put_text(object, "error", file->reason);
	return kbm_json_whole(object, done);
}

static json_t *folder_json(const struct kbm_installed_folder *folder)
{
	json_t *object = json_object();
	json_t *files = NULL;
	bool optional = folder->absent && !folder->must_exist;
	bool done = object != NULL && kbm_json_put_text(object, "path", folder->path) &&
		    put_flag(object, "required", folder->must_exist) &&
		    put_flag(object, "present", !folder->absent) &&
		    kbm_json_put_text(object, "error", optional ? NULL : folder->reason) &&
		    kbm_json_put_array(object, "files", &files);
	for (size_t i = 0; done && i < folder->file_count; i++)
		done = kbm_json_append(files, file_json(&folder->files[i]));
	return kbm_json_whole(object, done);
}

static json_t *folders_json(const struct kbm_doctor *doctor)
{
	json_t *array = json_array();
	bool done = array != NULL;
	for (size_t i = 0; done && i < doctor->folder_count; i++)
		done = kbm_json_append(array, folder_json(&doctor->folders[i]));
	return kbm_json_whole(array, done);
}

static json_t *limits_json(void)
{
	json_t *array = json_array();
	bool done = array != NULL;
	for (size_t i = 0; done && i < kbm_limit_count; i++) {
		const struct kbm_limit *limit = &kbm_limits[i];
		json_t *object = json_object();
		done = object != NULL && kbm_json_put_text(object, "name", limit->name) &&
		       kbm_json_put_number(object, "value", limit->value) &&
		       kbm_json_put_text(object, "unit", kbm_limit_unit_name(limit->unit)) &&
		       kbm_json_put_text(object, "group", limit->group) &&
		       kbm_json_put_text(object, "meaning", limit->meaning) &&
		       kbm_json_put_text(object, "option", limit->option);
		done = kbm_json_append(array, kbm_json_whole(object, done));
	}
	return kbm_json_whole(array, done);
}

static json_t *remarks_json(const struct kbm_remarks *remarks, enum kbm_grade grade)
{
	json_t *array = json_array();
	bool done = array != NULL;
	for (size_t i = 0; done && i < remarks->count; i++) {
		const char *text = remarks->items[i].text;
		if (remarks->items[i].grade == grade)
			done = kbm_json_append(array, kbm_json_text(text, strlen(text)));
	}
	return kbm_json_whole(array, done);
}

/* true, false, or null where it could not be found out */
static json_t *sound_json(const struct kbm_remarks *remarks)
{
	if (remarks->problem_count > 0)
		return json_false();
	return remarks->complete ? json_true() : json_null();
}

static json_t *libraries_json(const struct kbm_doctor *doctor)
{
	json_t *object = json_object();
	bool done =
	    object != NULL &&
	    kbm_json_put(object, "kbmend", kbm_json_text_list(&doctor->libraries)) &&
	    kbm_json_put(object, "kbmend-worker", kbm_json_text_list(&doctor->checkup.libraries)) &&
	    kbm_json_put(object, "kbmend-directory",
			 kbm_json_text_list(&doctor->directory_checkup.libraries)) &&
	    kbm_json_put_text(object, "seccomp_filter", doctor->filter_library);
	return kbm_json_whole(object, done);
}

static json_t *doctor_json(const struct kbm_doctor *doctor, const struct kbm_remarks *remarks)
{
	static const struct kbm_error none = {0};
	const struct kbm_error *worker_error = &doctor->worker_error;
	const char *worker_version = worker_error->code == KBM_OK ? doctor->version : NULL;
	const char *directory_version =
	    doctor->directory_error.code == KBM_OK ? doctor->version : NULL;
	json_t *object = json_object();
	bool done =
	    object != NULL && kbm_json_put_text(object, "schema", DOCTOR_SCHEMA) &&
	    kbm_json_put(object, "sound", sound_json(remarks)) &&
	    kbm_json_put(object, "problems", remarks_json(remarks, KBM_GRADE_PROBLEM)) &&
	    kbm_json_put(object, "unknown", remarks_json(remarks, KBM_GRADE_UNKNOWN)) &&
	    kbm_json_put(object, "notes", remarks_json(remarks, KBM_GRADE_NOTE)) &&
	    kbm_json_put(object, "kbmend", program_json(doctor->program, doctor->version, &none)) &&
	    kbm_json_put(object, "worker",
			 program_json(doctor->worker, worker_version, worker_error)) &&
	    kbm_json_put(
		object, "directory",
		program_json(doctor->directory, directory_version, &doctor->directory_error)) &&
	    kbm_json_put(object, "sandbox", sandbox_json(doctor)) &&
	    kbm_json_put(object, "libraries", libraries_json(doctor)) &&
	    kbm_json_put(object, "scripts", folders_json(doctor)) &&
	    kbm_json_put(object, "stdlib", folder_json(doctor->stdlib)) &&
	    kbm_json_put(object, "limits", limits_json());
	return kbm_json_whole(object, done);
}

bool kbm_report_doctor_json(const struct kbm_doctor *doctor, const struct kbm_remarks *remarks,
			    bool line, struct kbm_bytes *out)
{
	json_t *value = doctor_json(doctor, remarks);
	if (value == NULL || kbm_json_write(value, !line, out, NULL) != KBM_OK)
		out->failed = true;
	json_decref(value);
	return !out->failed;
}
