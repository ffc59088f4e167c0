/* Judging an installation. */
#include "report/doctor.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *kbm_file_state_name(enum kbm_file_state state)
{
	static const char *const names[KBM_FILE_STATE_COUNT] = {
	    [KBM_FILE_STOCK] = "stock",
	    [KBM_FILE_EDITED] = "edited",
	    [KBM_FILE_SITE] = "site",
	    [KBM_FILE_MISSING] = "missing",
	    [KBM_FILE_UNREADABLE] = "unreadable",
	};
	return names[state];
}

const char *kbm_doctor_layer_reason(enum kbm_jail_layer layer, int error)
{
	if (error == ENOPKG)
		return "left out of this build, which is for tests only";
	if (error == EPROTO)
		return "entered, but what it forbids went through all the same";
	if (error == EOPNOTSUPP && layer == KBM_JAIL_LANDLOCK)
		return "switched off when the system was started (lsm=)";
	return strerror(error);
}

/* --- grades ---------------------------------------------------------------------------------- */

enum kbm_grade kbm_doctor_grade_layer(const struct kbm_checkup *checkup, enum kbm_jail_layer layer)
{
	if (layer == KBM_JAIL_SYSTEM_CALLS && !checkup->kills)
		return KBM_GRADE_PROBLEM;
	if (checkup->jail.errors[layer] == 0)
		return KBM_GRADE_GOOD;
	return kbm_jail_texts[layer].required ? KBM_GRADE_PROBLEM : KBM_GRADE_NOTE;
}

enum kbm_grade kbm_doctor_grade_sandbox(const struct kbm_doctor *doctor)
{
	if (doctor->sandbox_error.code == KBM_OK)
		return KBM_GRADE_GOOD;
	/* A required layer that could not be had is known to be missing. */
	return doctor->sandbox_error.code == KBM_REFUSED ? KBM_GRADE_PROBLEM : KBM_GRADE_UNKNOWN;
}

/* Other commands pass over a folder that need not be there, and tell so. */
static enum kbm_grade grade_unreadable(const struct kbm_installed_folder *folder)
{
	return folder->must_exist ? KBM_GRADE_PROBLEM : KBM_GRADE_NOTE;
}

enum kbm_grade kbm_doctor_grade_folder(const struct kbm_installed_folder *folder)
{
	if (folder->reason == NULL || (folder->absent && !folder->must_exist))
		return KBM_GRADE_GOOD;
	return grade_unreadable(folder);
}

enum kbm_grade kbm_doctor_grade_file(const struct kbm_installed_folder *folder,
				     const struct kbm_installed_file *file)
{
	switch (file->state) {
	case KBM_FILE_EDITED:
		return KBM_GRADE_NOTE;
	case KBM_FILE_SITE:
		return folder->is_library || file->hides != NULL ? KBM_GRADE_NOTE : KBM_GRADE_GOOD;
	case KBM_FILE_MISSING:
		return KBM_GRADE_PROBLEM;
	case KBM_FILE_UNREADABLE:
		return grade_unreadable(folder);
	case KBM_FILE_STOCK:
	case KBM_FILE_STATE_COUNT:
		break;
	}
	return KBM_GRADE_GOOD;
}

enum kbm_grade kbm_doctor_grade_whole(const struct kbm_installed_folder *folder)
{
	enum kbm_grade worst = kbm_doctor_grade_folder(folder);
	for (size_t i = 0; i < folder->file_count; i++) {
		enum kbm_grade grade = kbm_doctor_grade_file(folder, &folder->files[i]);
		worst = grade > worst ? grade : worst;
	}
	return worst;
}

bool kbm_doctor_says_load_error(const struct kbm_doctor *doctor)
{
	return doctor->load_error.code != KBM_OK &&
	       kbm_doctor_grade_whole(doctor->stdlib) != KBM_GRADE_PROBLEM;
}

/* --- remarks --------------------------------------------------------------------------------- */

static bool add(struct kbm_remarks *remarks, enum kbm_grade grade, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool add(struct kbm_remarks *remarks, enum kbm_grade grade, const char *format, ...)
{
	char *text = NULL;
	va_list arguments;
	va_start(arguments, format);
	int length = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (length < 0)
		return false;
	struct kbm_remark *items =
	    realloc(remarks->items, (remarks->count + 1) * sizeof *remarks->items);
	if (items == NULL) {
		free(text);
		return false;
	}
	remarks->items = items;
	items[remarks->count++] = (struct kbm_remark){grade, text};
	remarks->problem_count += grade == KBM_GRADE_PROBLEM;
	remarks->note_count += grade == KBM_GRADE_NOTE;
	return true;
}

static bool judge_layer(const struct kbm_checkup *checkup, enum kbm_jail_layer layer,
			const char *whose, struct kbm_remarks *remarks)
{
	const struct kbm_jail_text *text = &kbm_jail_texts[layer];
	enum kbm_grade grade = kbm_doctor_grade_layer(checkup, layer);
	int error = checkup->jail.errors[layer];
	if (grade == KBM_GRADE_GOOD)
		return true;
	if (error == 0)
		return add(remarks, grade,
			   "%s: a forbidden system call was made, and did not end it", whose);
	return add(remarks, grade, "%s: no %s (%s): %s", whose, text->name, text->effect,
		   kbm_doctor_layer_reason(layer, error));
}

static bool judge_sandbox(const struct kbm_doctor *doctor, struct kbm_remarks *remarks)
{
	bool done = true;
	if (doctor->worker_error.code != KBM_OK)
		return add(remarks, KBM_GRADE_PROBLEM, "%s", doctor->worker_error.message);
	if (doctor->sandbox_error.code != KBM_OK)
		return add(remarks, kbm_doctor_grade_sandbox(doctor), "sandbox: %s",
			   doctor->sandbox_error.message);
	for (size_t i = 0; done && i < KBM_JAIL_LAYER_COUNT; i++)
		done = judge_layer(&doctor->checkup, (enum kbm_jail_layer)i, "sandbox", remarks);
	return done;
}

/* What the worker lacks is said already; what is said here is that it is otherwise. */
static bool judge_directory(const struct kbm_doctor *doctor, struct kbm_remarks *remarks)
{
	bool done = true;
	bool has_worker =
	    doctor->worker_error.code == KBM_OK && doctor->sandbox_error.code == KBM_OK;
	if (doctor->directory_error.code != KBM_OK)
		return add(remarks, KBM_GRADE_PROBLEM, "%s", doctor->directory_error.message);
	for (size_t i = 0; done && i < KBM_JAIL_LAYER_COUNT; i++) {
		enum kbm_jail_layer layer = (enum kbm_jail_layer)i;
		if (!has_worker || kbm_doctor_grade_layer(&doctor->checkup, layer) !=
				       kbm_doctor_grade_layer(&doctor->directory_checkup, layer))
			done = judge_layer(&doctor->directory_checkup, layer,
					   "sandbox of kbmend-directory", remarks);
	}
	return done;
}

static bool judge_file(const struct kbm_installed_folder *folder,
		       const struct kbm_installed_file *file, struct kbm_remarks *remarks)
{
	enum kbm_grade grade = kbm_doctor_grade_file(folder, file);
	if (grade == KBM_GRADE_GOOD)
		return true;
	if (file->reason != NULL)
		return add(remarks, grade, "%s/%s: %s%s%s", folder->path, file->path, file->reason,
			   file->hides == NULL ? "" : "; it hides the stock script ",
			   file->hides == NULL ? "" : file->hides);
	if (file->hides != NULL)
		return add(remarks, grade, "%s/%s: hides the stock script %s", folder->path,
			   file->path, file->hides);
	return add(remarks, grade, "%s/%s: %s", folder->path, file->path,
		   file->state == KBM_FILE_SITE ? "is no file of kbmend; every script gets it"
						: kbm_file_state_name(file->state));
}

static bool judge_folder(const struct kbm_installed_folder *folder, struct kbm_remarks *remarks)
{
	enum kbm_grade grade = kbm_doctor_grade_folder(folder);
	bool done = true;
	if (grade != KBM_GRADE_GOOD)
		done = add(remarks, grade, "%s: %s", folder->path, folder->reason);
	for (size_t i = 0; done && i < folder->file_count; i++)
		done = judge_file(folder, &folder->files[i], remarks);
	return done;
}

bool kbm_doctor_judge(const struct kbm_doctor *doctor, struct kbm_remarks *remarks)
{
	bool done = judge_sandbox(doctor, remarks) && judge_directory(doctor, remarks);
	for (size_t i = 0; done && i < doctor->folder_count; i++)
		done = judge_folder(&doctor->folders[i], remarks);
	done = done && judge_folder(doctor->stdlib, remarks);
	if (done && kbm_doctor_says_load_error(doctor))
		done = add(remarks, KBM_GRADE_PROBLEM, "no script can be loaded: %s",
			   doctor->load_error.message);
	remarks->complete = doctor->worker_error.code == KBM_OK &&
			    kbm_doctor_grade_sandbox(doctor) != KBM_GRADE_UNKNOWN;
	return done;
}

void kbm_remarks_clear(struct kbm_remarks *remarks)
{
	for (size_t i = 0; i < remarks->count; i++)
		free(remarks->items[i].text);
	free(remarks->items);
	*remarks = (struct kbm_remarks){0};
}
