/* The table of jobs. */
#include "guard/jobs.h"

#include "base/limits.h"
#include "guard/channel.h"

#define BIT(type) KBM_MESSAGE_BIT(KBM_MESSAGE_##type)
#define ENDS	  (BIT(FAILED) | BIT(DONE))

const struct kbm_job kbm_jobs[KBM_JOB_COUNT] = {
    [KBM_JOB_HEADER] =
	{
	    .name = "header",
	    .start = KBM_MESSAGE_START_HEADER,
	    .says = BIT(INFO) | BIT(OUTPUT) | BIT(END) | ENDS,
	    .runs_lua = true,
	    .cpu_ms = KBM_CHILD_CPU_MS,
	    .wall_ms = KBM_CHILD_WALL_MS,
	    .memory_mib = KBM_CHILD_MEMORY_MIB,
	},
    [KBM_JOB_PROFILE] =
	{
	    .name = "profile",
	    .start = KBM_MESSAGE_START_HEADER,
	    .says = BIT(PROFILE) | BIT(OUTPUT) | BIT(END) | ENDS,
	    .runs_lua = true,
	    .cpu_ms = KBM_CHILD_CPU_MS,
	    .wall_ms = KBM_CHILD_WALL_MS,
	    .memory_mib = KBM_CHILD_MEMORY_MIB,
	},
    [KBM_JOB_PREPARE] =
	{
	    .name = "prepare",
	    .start = KBM_MESSAGE_START_PREPARE,
	    .says = BIT(ROWS) | BIT(PREPARED) | ENDS, /* rows: how far it is */
	    .max_inputs = 1 + KBM_HIVE_LOGS,
	    .has_output = true,
	    .cpu_ms = KBM_CHILD_LARGE_CPU_MS,
	    .wall_ms = KBM_CHILD_LARGE_WALL_MS,
	    .memory_mib = KBM_CHILD_LARGE_MEMORY_MIB,
	},
    [KBM_JOB_SCRIPT] =
	{
	    .name = "script",
	    .start = KBM_MESSAGE_START_SCRIPT,
	    .says = BIT(SEARCH) | BIT(OUTPUT) | BIT(FINDING) | BIT(OBSERVATION) | BIT(CHANGE) |
		    BIT(READ) | BIT(RESULT) | BIT(END) | ENDS,
	    .max_inputs = KBM_CHILD_MAX_INPUTS,
	    .runs_lua = true,
	    .cpu_ms = KBM_CHILD_CPU_MS,
	    .wall_ms = KBM_CHILD_WALL_MS,
	    .memory_mib = KBM_CHILD_MEMORY_MIB,
	},
    [KBM_JOB_DIRECTORY_FILE] =
	{
	    .name = "directory-file",
	    .start = KBM_MESSAGE_COUNT,
	    .says = BIT(READY) | BIT(ANSWER) | ENDS,
	    .max_inputs = 1,
	    .cpu_ms = KBM_CHILD_DIRECTORY_CPU_MS,
	    .wall_ms = KBM_CHILD_LARGE_WALL_MS,
	    .memory_mib = KBM_CHILD_LARGE_MEMORY_MIB,
	},
    [KBM_JOB_SECOND_READ] =
	{
	    .name = "second-read",
	    .start = KBM_MESSAGE_START_SECOND,
	    .says = BIT(READING) | BIT(MORE) | ENDS,
	    .max_inputs = KBM_CHILD_MAX_INPUTS,
	    .padded = true,
	    .may_be_empty = true,
	    .cpu_ms = KBM_CHILD_CPU_MS,
	    .wall_ms = KBM_CHILD_WALL_MS,
	    .memory_mib = KBM_CHILD_SECOND_MEMORY_MIB,
	},
    [KBM_JOB_EDIT] =
	{
	    .name = "edit",
	    .start = KBM_MESSAGE_START_EDIT,
	    .says = BIT(EDITED) | ENDS,
	    .has_output = true,
	    .cpu_ms = KBM_CHILD_LARGE_CPU_MS,
	    .wall_ms = KBM_CHILD_LARGE_WALL_MS,
	    .memory_mib = KBM_CHILD_LARGE_MEMORY_MIB,
	},
    [KBM_JOB_REG_GET] =
	{
	    .name = "reg-get",
	    .start = KBM_MESSAGE_START_REGISTRY,
	    .says = BIT(ROWS) | ENDS,
	    .max_inputs = 1,
	    .may_be_empty = true,
	    .cpu_ms = KBM_CHILD_CPU_MS,
	    .wall_ms = KBM_CHILD_WALL_MS,
	    .memory_mib = KBM_CHILD_MEMORY_MIB,
	},
    [KBM_JOB_REG_LS] =
	{
	    .name = "reg-ls",
	    .start = KBM_MESSAGE_START_REGISTRY,
	    .says = BIT(ROWS) | ENDS,
	    .max_inputs = 1,
	    .may_be_empty = true,
	    .cpu_ms = KBM_CHILD_CPU_MS,
	    .wall_ms = KBM_CHILD_WALL_MS,
	    .memory_mib = KBM_CHILD_MEMORY_MIB,
	},
    [KBM_JOB_REG_DUMP] =
	{
	    .name = "reg-dump",
	    .start = KBM_MESSAGE_START_REGISTRY,
	    .says = BIT(ROWS) | ENDS,
	    .max_inputs = 1,
	    .may_be_empty = true,
	    .cpu_ms = KBM_CHILD_LARGE_CPU_MS,
	    .wall_ms = KBM_CHILD_LARGE_WALL_MS,
	    .memory_mib = KBM_CHILD_LARGE_MEMORY_MIB,
	},
    [KBM_JOB_REG_FIND] =
	{
	    .name = "reg-find",
	    .start = KBM_MESSAGE_START_REGISTRY,
	    .says = BIT(ROWS) | ENDS,
	    .max_inputs = 1,
	    .may_be_empty = true,
	    .cpu_ms = KBM_CHILD_LARGE_CPU_MS,
	    .wall_ms = KBM_CHILD_LARGE_WALL_MS,
	    .memory_mib = KBM_CHILD_LARGE_MEMORY_MIB,
	},
    [KBM_JOB_REG_EXPORT] =
	{
	    .name = "reg-export",
	    .start = KBM_MESSAGE_START_EXPORT,
	    .says = BIT(ROWS) | ENDS,
	    .max_inputs = 2,
	    .may_be_empty = true,
	    .cpu_ms = KBM_CHILD_LARGE_CPU_MS,
	    .wall_ms = KBM_CHILD_LARGE_WALL_MS,
	    .memory_mib = KBM_CHILD_LARGE_MEMORY_MIB,
	},
    [KBM_JOB_REG_DIFF] =
	{
	    .name = "reg-diff",
	    .start = KBM_MESSAGE_START_DIFF,
	    .says = BIT(ROWS) | ENDS,
	    .max_inputs = 2,
	    .may_be_empty = true,
	    .cpu_ms = KBM_CHILD_LARGE_CPU_MS,
	    .wall_ms = KBM_CHILD_LARGE_WALL_MS,
	    .memory_mib = KBM_CHILD_LARGE_MEMORY_MIB,
	},
    [KBM_JOB_REG_CHECK] =
	{
	    .name = "reg-check",
	    .start = KBM_MESSAGE_COUNT,
	    .says = BIT(ROWS) | BIT(CHECKED) | ENDS,
	    .max_inputs = 1,
	    .cpu_ms = KBM_CHILD_LARGE_CPU_MS,
	    .wall_ms = KBM_CHILD_LARGE_WALL_MS,
	    .memory_mib = KBM_CHILD_LARGE_MEMORY_MIB,
	},
    [KBM_JOB_VERIFY] =
	{
	    .name = "verify",
	    .start = KBM_MESSAGE_START_VERIFY,
	    .says = BIT(VERIFIED) | ENDS,
	    .max_inputs = 2,
	    .padded = true,
	    .cpu_ms = KBM_CHILD_LARGE_CPU_MS,
	    .wall_ms = KBM_CHILD_LARGE_WALL_MS,
	    .memory_mib = KBM_CHILD_LARGE_MEMORY_MIB,
	},
    [KBM_JOB_DOCTOR] =
	{
	    .name = "doctor",
	    .start = KBM_MESSAGE_START_DOCTOR,
	    .says = BIT(DOCTOR) | ENDS,
	    .cpu_ms = KBM_CHILD_CPU_MS,
	    .wall_ms = KBM_CHILD_WALL_MS,
	    .memory_mib = KBM_CHILD_MEMORY_MIB,
	},
};
