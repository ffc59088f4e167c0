/* kbmend: arguments in, exit status out. */
#include "command/command.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

/* A standard stream that is closed would be the number of the next file that is opened, and what is
 * meant for it would be written there. Reading from it gives nothing, writing to it fails. */
static void fill_standard_streams(void)
{
	for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++)
		if (fcntl(stream, F_GETFD) == -1 && open("/dev/null", O_RDONLY) == -1)
			abort();
}

int main(int argc, char **argv)
{
	fill_standard_streams();
	setlocale(LC_CTYPE, "");
	signal(SIGPIPE, SIG_IGN);
	exit(kbm_command_main(argc, argv));
}
