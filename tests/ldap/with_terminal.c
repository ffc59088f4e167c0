/* with_terminal PROMPT FILE COMMAND...: runs a command on a terminal of its own; when PROMPT is
 * seen there, types FILE's bytes and Enter, once. What the terminal shows goes to stdout; exit
 * status as the command's. The command's stdin is /dev/null and its stdout and stderr are the
 * terminal's. */
#include <fcntl.h>
#include <pty.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SHOWN_BYTES  ((size_t)1 << 16)
#define MOST_SECONDS 60

static bool type(int terminal, const char *path)
{
	char bytes[512];
	int file = open(path, O_RDONLY);
	ssize_t length = file < 0 ? -1 : read(file, bytes, sizeof bytes - 1);
	if (length < 0)
		return false;
	close(file);
	bytes[length] = '\n';
	return write(terminal, bytes, (size_t)length + 1) == length + 1;
}

/* The terminal ends with EIO when nobody has it open any more. */
static void relay(int terminal, const char *prompt, const char *path)
{
	static char shown[SHOWN_BYTES];
	size_t length = 0;
	bool is_typed = false;
	while (length < sizeof shown - 1) {
		ssize_t got = read(terminal, shown + length, sizeof shown - 1 - length);
		if (got <= 0)
			break;
		fwrite(shown + length, 1, (size_t)got, stdout);
		fflush(stdout);
		length += (size_t)got;
		shown[length] = '\0';
		if (!is_typed && strstr(shown, prompt) != NULL)
			is_typed = type(terminal, path);
	}
}

int main(int argc, char **argv)
{
	int terminal = -1;
	int status = 0;
	if (argc < 4) {
		fprintf(stderr, "usage: with_terminal PROMPT FILE COMMAND...\n");
		return 64;
	}
	pid_t command = forkpty(&terminal, NULL, NULL, NULL);
	if (command == 0) {
		int nothing = open("/dev/null", O_RDONLY);
		dup2(nothing, STDIN_FILENO);
		execvp(argv[3], argv + 3);
		perror(argv[3]);
		_exit(127);
	}
	if (command < 0) {
		perror("forkpty");
		return 1;
	}
	alarm(MOST_SECONDS); /* ends this, hence the terminal, hence the command */
	relay(terminal, argv[1], argv[2]);
	close(terminal);
	waitpid(command, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
