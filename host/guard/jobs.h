/* The table of jobs: what a child may be asked to do, what it gets, what it may say, its limits. */
#ifndef KBM_GUARD_JOBS_H
#define KBM_GUARD_JOBS_H

#include "guard/protocol.h"

#include <stdbool.h>
#include <stdint.h>

enum kbm_job_id {
	KBM_JOB_HEADER,		/* load a script, hand out its header */
	KBM_JOB_PROFILE,	/* load a profile's file, hand out what it names */
	KBM_JOB_PREPARE,	/* what is this file; a .reg export becomes a hive image */
	KBM_JOB_SCRIPT,		/* run a script on a target */
	KBM_JOB_DIRECTORY_FILE, /* index an LDIF file, then answer searches */
	KBM_JOB_SECOND_READ,	/* read places again, through libregf */
	KBM_JOB_EDIT,		/* make a plan's changes in a copy of a hive */
	KBM_JOB_REG_GET,	/* registry questions of a person */
	KBM_JOB_REG_LS,
	KBM_JOB_REG_DUMP,
	KBM_JOB_REG_EXPORT,
	KBM_JOB_REG_DIFF,
	KBM_JOB_REG_FIND,
	KBM_JOB_REG_CHECK, /* the structure of a hive */
	KBM_JOB_VERIFY,	   /* a changed hive against its original */
	KBM_JOB_DOCTOR,	   /* say what of the jail holds */
	KBM_JOB_COUNT
};

struct kbm_job {
	const char *name;
	uint64_t says;		/* the message types that its child may send */
	enum kbm_message start; /* its first message to the child; COUNT: none */
	unsigned max_inputs;	/* descriptors mapped for reading */
	bool padded;		/* zeros lie behind each mapping */
	bool has_output;	/* one descriptor mapped for writing */
	bool runs_lua;		/* needs the engine: its limits, and those of kbmend's options */
	bool may_be_empty;	/* may be DONE without having said anything */
	uint32_t cpu_ms;
	uint32_t wall_ms; /* without the time of the child's requests */
	uint32_t memory_mib;
};
extern const struct kbm_job kbm_jobs[KBM_JOB_COUNT];

#endif
