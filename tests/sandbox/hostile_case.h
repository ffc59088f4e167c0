/* Hostile scripts as run_hostile runs them: a folder's MANIFEST.tsv read, each attack put into a
 * whole script. Lists live as long as the program. */
#ifndef KBM_TESTS_HOSTILE_CASE_H
#define KBM_TESTS_HOSTILE_CASE_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stddef.h>

enum { CASE_MAX_SCRIPTS = 8 };

/* What the script's file is. */
enum file_kind {
	FILE_TEXT,
	FILE_UNREADABLE,
	FILE_LINK,
	FILE_FIFO,
	FILE_FOLDER,
	FILE_SOCKET,
	FILE_ELSEWHERE /* the path is absolute: nothing is made */
};

struct hostile_script {
	const char *path; /* as kbmend gets it: relative to the folder of the trial */
	enum file_kind kind;
	struct kbm_bytes text;
	bool is_sound;	     /* it does nothing wrong */
	size_t lines_before; /* the attack's line 1 is this one's next */
	const char *ends;    /* the expected endings: see expectation.h */
};

/* One run of kbmend. */
struct hostile_case {
	const char *name;
	struct hostile_script scripts[CASE_MAX_SCRIPTS];
	size_t script_count;
	bool has_timeout; /* false: kbmend's own is met */
};

struct hostile_cases {
	struct hostile_case *items;
	size_t count;
	size_t capacity;
	size_t skipped; /* rows that do not apply */
};

/* Adds the cases of `folder`. Its MANIFEST.tsv has a line of column names: file, ends (or expected)
 * and, where it is not `check`, place. `adapt` (may be NULL) is another folder, for cases that were
 * written for another program: its prelude.lua goes before each attack, and its ADAPT.tsv gives
 * some files another place or ending, or says `skip`. Ends the program when something cannot be
 * read. */
void hostile_cases_read(struct hostile_cases *cases, const char *folder, const char *adapt);

/* A case of one script that does nothing wrong. */
void hostile_case_make_sound(struct hostile_case *made);

/* The whole file, or the end of the program. */
void read_whole(const char *path, struct kbm_bytes *out);

#endif
