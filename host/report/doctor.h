/* What `kbmend doctor` found, and which of it is a problem. Pure: no looking, only judging. */
#ifndef KBM_REPORT_DOCTOR_H
#define KBM_REPORT_DOCTOR_H

#include "base/error.h"
#include "base/sha256.h"
#include "guard/broker.h"

#include <stdbool.h>
#include <stddef.h>

enum kbm_file_state {
	KBM_FILE_STOCK,	 /* as it was installed */
	KBM_FILE_EDITED, /* installed, but changed since */
	KBM_FILE_SITE,	 /* somebody's own */
	KBM_FILE_MISSING,
	KBM_FILE_UNREADABLE,
	KBM_FILE_STATE_COUNT
};
const char *kbm_file_state_name(enum kbm_file_state state);

struct kbm_installed_file {
	char *path; /* below its folder */
	enum kbm_file_state state;
	char sha256[KBM_SHA256_HEX_BYTES]; /* "" when it was not read */
	char *hides;  /* the stock script's path that it is used for, or NULL */
	char *reason; /* why it was not read, or NULL */
};

struct kbm_installed_folder {
	char *path;
	bool must_exist;
	bool is_library; /* of the stdlib: every script gets what lies there */
	bool absent;
	char *reason; /* why it was not looked through, or NULL */
	struct kbm_installed_file *files;
	size_t file_count;
};

/* Everything is borrowed by the functions below. */
struct kbm_doctor {
	const char *version; /* of kbmend; a worker that answers has the same */
	const char *program;
	const char *worker;
	struct kbm_error worker_error;	/* KBM_OK: it answers */
	struct kbm_error sandbox_error; /* KBM_OK: `checkup` is filled */
	struct kbm_checkup checkup;
	const char *directory;		  /* kbmend-directory */
	struct kbm_error directory_error; /* KBM_OK: it answers, `directory_checkup` is filled */
	struct kbm_checkup directory_checkup;
	struct kbm_error load_error;	/* KBM_OK: a script was loaded, or it was not tried */
	struct kbm_text_list libraries; /* of kbmend: "jansson 2.14" */
	const char *filter_library;	/* "libseccomp 2.5.4" */
	const struct kbm_installed_folder *folders; /* of scripts, in the order of search */
	size_t folder_count;
	const struct kbm_installed_folder *stdlib;
};

enum kbm_grade { KBM_GRADE_GOOD, KBM_GRADE_NOTE, KBM_GRADE_UNKNOWN, KBM_GRADE_PROBLEM };

enum kbm_grade kbm_doctor_grade_layer(const struct kbm_checkup *checkup, enum kbm_jail_layer layer);
enum kbm_grade kbm_doctor_grade_folder(const struct kbm_installed_folder *folder);
enum kbm_grade kbm_doctor_grade_file(const struct kbm_installed_folder *folder,
				     const struct kbm_installed_file *file);
/* The worst of a folder and its files. */
enum kbm_grade kbm_doctor_grade_whole(const struct kbm_installed_folder *folder);
/* The sandbox as a whole, where it could not be looked at. */
enum kbm_grade kbm_doctor_grade_sandbox(const struct kbm_doctor *doctor);

/* Whether load_error tells something new: where a part of the stdlib is missing, or cannot be read,
 * that is said already. */
bool kbm_doctor_says_load_error(const struct kbm_doctor *doctor);
/* Why a layer does not hold, as a half sentence. */
const char *kbm_doctor_layer_reason(enum kbm_jail_layer layer, int error);

/* All that is not good, a sentence each. */
struct kbm_remark {
	enum kbm_grade grade;
	char *text;
};
struct kbm_remarks {
	struct kbm_remark *items;
	size_t count;
	size_t problem_count;
	size_t note_count;
	bool complete; /* everything could be looked at */
};
/* Fills *remarks (from {0}; the caller's, released with kbm_remarks_clear()). False without memory.
 */
bool kbm_doctor_judge(const struct kbm_doctor *doctor, struct kbm_remarks *remarks);
void kbm_remarks_clear(struct kbm_remarks *remarks);

#endif
