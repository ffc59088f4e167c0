/* kbmend-directory: started by kbmend where a directory server is named, with one socket. */
#include "guard/directory_serve.h"

#include "guard/protocol.h"

#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* What libldap's start calls, in place of libc's. It would look this computer's own name up, which
 * waits where no name server answers, and check certificates of "localhost" against what it finds.
 */
int gethostname(char *name, size_t length)
{
	snprintf(name, length, "localhost");
	return 0;
}

/* Nobody else of the user is to look into it, from its first instruction on. */
static int give_up_rights(void)
{
	const struct rlimit none = {0, 0};
#ifndef KBM_SANITIZE /* AddressSanitizer reads /proc to report and to look for leaks */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return 1;
#endif
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || setrlimit(RLIMIT_CORE, &none) != 0;
}

int main(void)
{
	int type = 0;
	socklen_t size = sizeof type;
	if (getsockopt(KBM_WORKER_SOCKET, SOL_SOCKET, SO_TYPE, &type, &size) != 0) {
		fputs("kbmend-directory is started by kbmend, not by hand\n", stderr);
		return 64;
	}
	if (chdir("/") != 0 || give_up_rights() != 0)
		return 1;
	int status = kbm_directory_serve();
	/* No destructor has anything to do here. */
	_exit(status);
}
