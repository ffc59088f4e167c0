/* base/file_state: what tells that a file is another one, or was changed. */
#include "base/file_state.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static const struct stat then = {.st_dev = 1,
				 .st_ino = 2,
				 .st_size = 3,
				 .st_mtim = {4, 5},
				 .st_ctim = {6, 7},
				 .st_atim = {8, 9}};

/* Which of the three questions has "no" for an answer, as bits. */
static int differs(const struct stat *now)
{
	return (kbm_file_state_same_file(&then, now) ? 0 : 1) |
	       (kbm_file_state_same_content(&then, now) ? 0 : 2) |
	       (kbm_file_state_same_change(&then, now) ? 0 : 4);
}

Test(file_state, each_field_counts_once)
{
	struct stat now = then;
	now.st_atim.tv_sec = 0;
	cr_expect(eq(int, differs(&now), 0), "being read changes nothing");
	now = then;
	now.st_dev = 0;
	cr_expect(eq(int, differs(&now), 1), "device");
	now = then;
	now.st_ino = 0;
	cr_expect(eq(int, differs(&now), 1), "inode");
	now = then;
	now.st_size = 0;
	cr_expect(eq(int, differs(&now), 2), "size");
	now = then;
	now.st_mtim.tv_sec = 0;
	cr_expect(eq(int, differs(&now), 2), "written");
	now = then;
	now.st_mtim.tv_nsec = 0;
	cr_expect(eq(int, differs(&now), 2), "written, nanoseconds");
	now = then;
	now.st_ctim.tv_sec = 0;
	cr_expect(eq(int, differs(&now), 4), "changed");
	now = then;
	now.st_ctim.tv_nsec = 0;
	cr_expect(eq(int, differs(&now), 4), "changed, nanoseconds");
}
