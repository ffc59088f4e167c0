/* Whether a file is still the one that was looked at. */
#include "base/file_state.h"

static bool is_same_time(struct timespec left, struct timespec right)
{
	return left.tv_sec == right.tv_sec && left.tv_nsec == right.tv_nsec;
}

bool kbm_file_state_same_file(const struct stat *then, const struct stat *now)
{
	return then->st_dev == now->st_dev && then->st_ino == now->st_ino;
}

bool kbm_file_state_same_content(const struct stat *then, const struct stat *now)
{
	return then->st_size == now->st_size && is_same_time(then->st_mtim, now->st_mtim);
}

bool kbm_file_state_same_change(const struct stat *then, const struct stat *now)
{
	return is_same_time(then->st_ctim, now->st_ctim);
}
