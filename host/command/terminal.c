/* How wide the terminal is that a descriptor leads to. */
#include "command/terminal.h"

#include <sys/ioctl.h>

enum { DEFAULT_WIDTH = 80, LEAST_WIDTH = 40, MOST_WIDTH = 200 };

size_t kbm_terminal_width(int descriptor)
{
	struct winsize size;
	if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return DEFAULT_WIDTH;
	return size.ws_col < LEAST_WIDTH  ? LEAST_WIDTH
	       : size.ws_col > MOST_WIDTH ? MOST_WIDTH
					  : size.ws_col;
}
