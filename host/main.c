/* kbmend: arguments in, exit status out. */
#include "command/command.h"

#include <locale.h>
#include <signal.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	setlocale(LC_CTYPE, "");
	signal(SIGPIPE, SIG_IGN);
	exit(kbm_command_main(argc, argv));
}
