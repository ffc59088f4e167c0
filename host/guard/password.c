/* A password: read, kept, wiped. */
#include "guard/password.h"

#include "base/limits.h"
#include "base/text.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

/* Whole pages, so that they can be locked and left out of dumps. */
static size_t room(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static bool make(struct kbm_blob *password)
{
	void *page = mmap(NULL, room(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (page == MAP_FAILED)
		return false;
	/* Where memory cannot be locked the password is still only here. */
	if (mlock(page, room()) != 0)
		errno = 0;
	madvise(page, room(), MADV_DONTDUMP);
	*password = (struct kbm_blob){page, 0};
	return true;
}

static enum kbm_code no_memory(struct kbm_error *error)
{
	return kbm_fail(error, KBM_MEMORY, "no memory for a password");
}

void kbm_password_wipe(struct kbm_blob *password)
{
	if (password->data == NULL)
		return;
	explicit_bzero(password->data, room());
	munmap(password->data, room());
	*password = (struct kbm_blob){0};
}

/* One line break at the end belongs to the file, not to the password. */
static void drop_line_break(struct kbm_blob *password)
{
	if (password->length > 0 && password->data[password->length - 1] == '\n') {
		password->length--;
		if (password->length > 0 && password->data[password->length - 1] == '\r')
			password->length--;
	}
	password->data[password->length] = '\0';
}

/* An empty one would make the bind an anonymous one (RFC 4513 section 5.1.2). */
static enum kbm_code check(const struct kbm_blob *password, const char *what,
			   struct kbm_error *error)
{
	if (password->length == 0)
		return kbm_fail(error, KBM_INVALID, "%s is empty", what);
	if (password->length > KBM_LDAP_MAX_PASSWORD)
		return kbm_fail(error, KBM_INVALID, "%s is longer than %lu bytes", what,
				KBM_LDAP_MAX_PASSWORD);
	if (memchr(password->data, 0, password->length) != NULL)
		return kbm_fail(error, KBM_INVALID, "%s holds a NUL", what);
	return KBM_OK;
}

static enum kbm_code finish(enum kbm_code code, struct kbm_blob *read, struct kbm_blob *password)
{
	if (code != KBM_OK)
		kbm_password_wipe(read);
	else
		*password = *read;
	return code;
}

enum kbm_code kbm_password_read(int descriptor, struct kbm_blob *password, struct kbm_error *error)
{
	struct kbm_blob read_so_far = {0};
	enum kbm_code code = KBM_OK;
	if (!make(&read_so_far))
		return no_memory(error);
	const size_t most = KBM_LDAP_MAX_PASSWORD + 3; /* a line break, and one byte too many */
	while (code == KBM_OK && read_so_far.length < most) {
		ssize_t got = read(descriptor, read_so_far.data + read_so_far.length,
				   most - read_so_far.length);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			code = kbm_fail(error, KBM_UNREADABLE, "the password file: %s",
					strerror(errno));
		if (got <= 0)
			break;
		read_so_far.length += (size_t)got;
	}
	if (code == KBM_OK) {
		drop_line_break(&read_so_far);
		code = check(&read_so_far, "the password file", error);
	}
	return finish(code, &read_so_far, password);
}

/* --- the terminal ---------------------------------------------------------------------------- */

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
	interrupted = number;
}

/* What would end or stop the process: the terminal is put right before. */
static const int caught[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
enum { CAUGHT = sizeof caught / sizeof caught[0] };

static void catch_signals(struct sigaction before[static CAUGHT])
{
	const struct sigaction action = {.sa_handler = on_interrupt};
	for (size_t i = 0; i < CAUGHT; i++)
		sigaction(caught[i], &action, &before[i]);
}

static void restore_signals(const struct sigaction before[static CAUGHT])
{
	for (size_t i = 0; i < CAUGHT; i++)
		sigaction(caught[i], &before[i], NULL);
}

/* A prompt that cannot be shown is no reason to stop: what counts is what is typed. */
static void show(int terminal, const char *text)
{
	ssize_t written = write(terminal, text, strlen(text));
	(void)written;
}

static void prompt(int terminal, const char *name)
{
	struct kbm_bytes text;
	kbm_bytes_init(&text, 8 * KBM_TEXT_MAX_BYTES);
	kbm_bytes_append_text(&text, "Password for ");
	kbm_text_escape(name, strlen(name), &text);
	kbm_bytes_append_text(&text, ": ");
	show(terminal, kbm_bytes_text(&text));
	kbm_bytes_clear(&text);
}

/* Whether something was typed; or a signal came, or the listener is gone. */
static bool await_typing(int terminal, int listener)
{
	struct pollfd polled[] = {{terminal, POLLIN, 0}, {listener, POLLRDHUP, 0}};
	while (interrupted == 0) {
		int ready = poll(polled, sizeof polled / sizeof polled[0], -1);
		if (ready > 0)
			return polled[1].revents == 0;
		if (ready < 0 && errno != EINTR)
			return false;
	}
	return false;
}

static enum kbm_code read_line(int terminal, int listener, struct kbm_blob *password,
			       struct kbm_error *error)
{
	for (;;) {
		uint8_t byte = 0;
		if (!await_typing(terminal, listener))
			return kbm_fail(error, KBM_REFUSED, "no password was given");
		ssize_t got = read(terminal, &byte, 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return kbm_fail(error, KBM_UNREADABLE, "the terminal: %s", strerror(errno));
		if (got == 0 || byte == '\n' || byte == '\r')
			return KBM_OK;
		if (password->length <= KBM_LDAP_MAX_PASSWORD)
			password->data[password->length++] = byte;
	}
}

enum kbm_code kbm_password_ask(int terminal, int listener, const char *name,
			       struct kbm_blob *password, struct kbm_error *error)
{
	struct termios shown;
	struct sigaction before[CAUGHT];
	struct kbm_blob typed = {0};
	if (tcgetattr(terminal, &shown) != 0)
		return kbm_fail(error, KBM_REFUSED,
				"there is no terminal to ask for the password on; give -y FILE");
	enum kbm_code code = KBM_OK;
	if (!make(&typed))
		return no_memory(error);
	struct termios hidden = shown;
	hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK);
	hidden.c_lflag |= ICANON | ECHONL | ISIG;
	catch_signals(before);
	/* Before the prompt: what is typed as soon as that is seen must be neither shown nor lost.
	 */
	if (tcsetattr(terminal, TCSAFLUSH, &hidden) != 0)
		code = kbm_fail(error, KBM_REFUSED, "the terminal would show the password");
	if (code == KBM_OK) {
		prompt(terminal, name);
		code = read_line(terminal, listener, &typed, error);
	}
	tcsetattr(terminal, TCSAFLUSH, &shown);
	restore_signals(before);
	if (code == KBM_REFUSED)
		show(terminal, "\n");
	if (code == KBM_OK)
		code = check(&typed, "the password", error);
	return finish(code, &typed, password);
}
