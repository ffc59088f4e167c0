/* Runs a command on a system that lacks something: without LIST COMMAND [ARGUMENT...]
 * LIST: seccomp, landlock, mdwe, separated by commas. */
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#endif

/* What each of them is asked for by, and how a kernel without it answers. */
static const struct missing {
	const char *feature;
	const char *call;
	int option; /* of prctl(), 0: the whole call */
	int answer;
} missing[] = {
    {"seccomp", "seccomp", 0, ENOSYS},
    {"seccomp", "prctl", PR_SET_SECCOMP, EINVAL},
    {"landlock", "landlock_create_ruleset", 0, ENOSYS},
    {"landlock", "landlock_restrict_self", 0, ENOSYS},
    {"mdwe", "prctl", PR_SET_MDWE, EINVAL},
};
enum { MISSING_COUNT = sizeof missing / sizeof missing[0] };

static void fail(const char *what)
{
	fprintf(stderr, "without: %s\n", what);
	exit(125);
}

/* Adds the rules of one feature to the filter. */
static void take_away(scmp_filter_ctx filter, const char *feature)
{
	int known = 0;
	for (size_t i = 0; i < MISSING_COUNT; i++) {
		const struct missing *row = &missing[i];
		const struct scmp_arg_cmp option = {0, SCMP_CMP_EQ, (scmp_datum_t)row->option, 0};
		if (strcmp(row->feature, feature) != 0)
			continue;
		known = 1;
		if (seccomp_rule_add_array(filter, SCMP_ACT_ERRNO((unsigned)row->answer),
					   seccomp_syscall_resolve_name(row->call),
					   row->option == 0 ? 0 : 1, &option) != 0)
			fail(row->call);
	}
	if (!known)
		fail(feature);
}

int main(int argc, char **argv)
{
	if (argc < 3)
		fail("usage: without seccomp,landlock,mdwe COMMAND...");
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	if (filter == NULL)
		fail("no filter");
	for (char *feature = strtok(argv[1], ","); feature != NULL; feature = strtok(NULL, ","))
		take_away(filter, feature);
	if (seccomp_load(filter) != 0)
		fail("the filter cannot be loaded");
	seccomp_release(filter);
	execvp(argv[2], argv + 2);
	fail(argv[2]);
}
