/* kbmend-worker: started by kbmend, with one socket and nothing else. */
#include "guard/worker.h"

#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void)
{
	int type = 0;
	socklen_t size = sizeof type;
	if (getsockopt(KBM_WORKER_SOCKET, SOL_SOCKET, SO_TYPE, &type, &size) != 0) {
		fputs("kbmend-worker is started by kbmend, not by hand\n", stderr);
		return 64;
	}
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || chdir("/") != 0)
		return 1;
	int status = kbm_worker_serve();
	/* No destructor has anything to do here. */
	_exit(status);
}
