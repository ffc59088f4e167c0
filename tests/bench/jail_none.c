/* No jail: linked in the place of guard/jail_linux.c, so that a benchmark has the same processes
 * with the jail entered and without. Never installed. */
#include "guard/jail.h"

void kbm_jail_prepare(void)
{
}

enum kbm_code kbm_jail_enter(const struct kbm_jail_order *order, struct kbm_jail_state *state,
			     struct kbm_error *error)
{
	(void)order;
	(void)error;
	*state = (struct kbm_jail_state){0};
	return KBM_OK;
}

void kbm_jail_provoke(void)
{
}
