/* guard/password: files as people make them, and a pseudo terminal that shows nothing. */
#include "guard/password.h"

#include "base/clock.h"
#include "base/limits.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])
#define BYTES(text)  text, sizeof(text) - 1

/* --- files ------------------------------------------------------------------------------------ */

static enum kbm_code read_bytes(const void *bytes, size_t length, struct kbm_blob *password,
				struct kbm_error *error)
{
	int ends[2];
	cr_assert(eq(int, pipe(ends), 0));
	cr_assert(eq(int, (int)write(ends[1], bytes, length), (int)length));
	close(ends[1]);
	enum kbm_code code = kbm_password_read(ends[0], password, error);
	close(ends[0]);
	return code;
}

static const struct {
	const char *bytes;
	size_t length;
	const char *password;
} files[] = {
    {BYTES("secret"), "secret"},
    {BYTES("secret\n"), "secret"},
    {BYTES("secret\r\n"), "secret"},
    {BYTES("secret\n\n"), "secret\n"},
    {BYTES("secret\r\n\r\n"), "secret\r\n"},
    {BYTES("secret\r"), "secret\r"},
    {BYTES("secret\n\r"), "secret\n\r"},
    {BYTES(" secret \n"), " secret "},
    {BYTES("\nsecret"), "\nsecret"},
    {BYTES("\n\n"), "\n"},
    {BYTES("\xff\xc3\x9c\x1b\n"), "\xff\xc3\x9c\x1b"},
};

Test(password, is_the_file_without_one_line_break)
{
	for (size_t i = 0; i < COUNT(files); i++) {
		struct kbm_blob password = {0};
		struct kbm_error error = {0};
		enum kbm_code code = read_bytes(files[i].bytes, files[i].length, &password, &error);
		cr_assert(eq(int, code, KBM_OK), "row %zu: %s", i, error.message);
		cr_expect(eq(sz, password.length, strlen(files[i].password)), "row %zu", i);
		cr_expect(eq(int, strcmp((char *)password.data, files[i].password), 0), "row %zu",
			  i);
		kbm_password_wipe(&password);
		cr_expect(eq(ptr, password.data, NULL));
		cr_expect(eq(sz, password.length, 0));
		kbm_password_wipe(&password);
	}
}

static const struct {
	const char *bytes;
	size_t length;
	const char *why;
} wrong[] = {
    {BYTES(""), "the password file is empty"},
    {BYTES("\n"), "the password file is empty"},
    {BYTES("\r\n"), "the password file is empty"},
    {BYTES("\0"), "the password file holds a NUL"},
    {BYTES("sec\0ret\n"), "the password file holds a NUL"},
    {BYTES("secret\0"), "the password file holds a NUL"},
    {BYTES("secret\0\n"), "the password file holds a NUL"},
};

Test(password, is_not_taken_from_a_file_that_is_none)
{
	for (size_t i = 0; i < COUNT(wrong); i++) {
		struct kbm_blob password = {0};
		struct kbm_error error = {0};
		enum kbm_code code = read_bytes(wrong[i].bytes, wrong[i].length, &password, &error);
		cr_expect(eq(int, code, KBM_INVALID), "row %zu", i);
		cr_expect(eq(int, strcmp(error.message, wrong[i].why), 0), "row %zu: %s", i,
			  error.message);
		cr_expect(eq(ptr, password.data, NULL));
	}
}

Test(password, has_a_longest_one)
{
	static const char *const breaks[] = {"", "\n", "\r\n"};
	char bytes[KBM_LDAP_MAX_PASSWORD + 64];
	for (size_t over = 0; over < 8; over++)
		for (size_t i = 0; i < COUNT(breaks); i++) {
			struct kbm_blob password = {0};
			struct kbm_error error = {0};
			size_t length = KBM_LDAP_MAX_PASSWORD + over;
			memset(bytes, 'x', length);
			strcpy(bytes + length, breaks[i]);
			enum kbm_code code =
			    read_bytes(bytes, length + strlen(breaks[i]), &password, &error);
			cr_expect(eq(int, code, over == 0 ? KBM_OK : KBM_INVALID),
				  "%zu bytes over, line break %zu: %s", over, i, error.message);
			cr_expect(eq(sz, password.length, over == 0 ? length : 0));
			if (over > 0)
				cr_expect(eq(int,
					     strcmp(error.message,
						    "the password file is longer than 1024 bytes"),
					     0),
					  "%s", error.message);
			kbm_password_wipe(&password);
		}
}

Test(password, is_not_read_from_a_folder)
{
	struct kbm_blob password = {0};
	struct kbm_error error = {0};
	int folder = open("/", O_RDONLY | O_DIRECTORY);
	enum kbm_code code = kbm_password_read(folder, &password, &error);
	cr_expect(eq(int, code, KBM_UNREADABLE));
	cr_expect(eq(int, strcmp(error.message, "the password file: Is a directory"), 0), "%s",
		  error.message);
	close(folder);
}

/* --- a terminal --------------------------------------------------------------------------------
 */

/* A child asks on a pseudo terminal, which is its own; what it was told comes through a pipe. */
struct talk {
	int terminal; /* the person's side */
	int told;
	int listener; /* kbmend's end of what the child's answer would go to */
	pid_t child;
	char shown[4096];
	size_t shown_length;
};

/* Never returns; Criterion must not see the child. */
static void ask(const char *name, int listener, int tells)
{
	struct kbm_blob password = {0};
	struct kbm_error error = {0};
	enum kbm_code code = kbm_password_ask(STDIN_FILENO, listener, name, &password, &error);
	const char *said = code == KBM_OK ? (char *)password.data : error.message;
	size_t length = code == KBM_OK ? password.length : strlen(error.message);
	if (write(tells, said, length) != (ssize_t)length)
		_exit(99);
	_exit((int)code);
}

static struct termios look(const struct talk *talk)
{
	struct termios now = {0};
	tcgetattr(talk->terminal, &now);
	return now;
}

/* Takes what is shown until the whole prompt is; whether the echo is off by then. */
static bool await_prompt(struct talk *talk)
{
	uint64_t deadline = kbm_clock_ms() + 10000;
	while (strstr(talk->shown, ": ") == NULL && kbm_clock_ms() < deadline) {
		struct pollfd polled = {talk->terminal, POLLIN, 0};
		size_t room = sizeof talk->shown - 1 - talk->shown_length;
		if (poll(&polled, 1, 100) <= 0)
			continue;
		ssize_t got = read(talk->terminal, talk->shown + talk->shown_length, room);
		talk->shown_length += got > 0 ? (size_t)got : 0;
	}
	struct termios now = look(talk);
	return strstr(talk->shown, ": ") != NULL && (now.c_lflag & ECHO) == 0;
}

static void begin(struct talk *talk, const char *name)
{
	int ends[2];
	int listeners[2];
	*talk = (struct talk){0};
	cr_assert(eq(int, pipe(ends), 0));
	cr_assert(eq(int, socketpair(AF_UNIX, SOCK_STREAM, 0, listeners), 0));
	talk->child = forkpty(&talk->terminal, NULL, NULL, NULL);
	if (talk->child == 0) {
		close(ends[0]);
		close(listeners[0]);
		ask(name, listeners[1], ends[1]);
	}
	close(ends[1]);
	close(listeners[1]);
	talk->told = ends[0];
	talk->listener = listeners[0];
	bool hidden = await_prompt(talk);
	cr_assert(eq(int, hidden, true), "no prompt, or the echo is on behind it: %s", talk->shown);
}

static void type(const struct talk *talk, const char *text)
{
	cr_assert(eq(int, (int)write(talk->terminal, text, strlen(text)), (int)strlen(text)));
}

/* The child's wait status; `said`: the password, or the error's message. */
static int end(struct talk *talk, char *said, size_t size)
{
	int status = -1;
	size_t length = 0;
	ssize_t got = 0;
	while (length < size - 1 && (got = read(talk->told, said + length, size - 1 - length)) > 0)
		length += (size_t)got;
	said[length] = 0;
	waitpid(talk->child, &status, 0);
	/* A read may fail now with EIO: the other side is gone. */
	struct pollfd polled = {talk->terminal, POLLIN, 0};
	while (poll(&polled, 1, 50) > 0) {
		got = read(talk->terminal, talk->shown + talk->shown_length,
			   sizeof talk->shown - 1 - talk->shown_length);
		if (got <= 0)
			break;
		talk->shown_length += (size_t)got;
	}
	talk->shown[talk->shown_length] = 0;
	return status;
}

static void finish(const struct talk *talk)
{
	struct termios now = look(talk);
	cr_expect(ne(int, (int)(now.c_lflag & ECHO), 0), "the echo stays off");
	cr_expect(ne(int, (int)(now.c_lflag & ICANON), 0));
	close(talk->terminal);
	close(talk->told);
	close(talk->listener);
}

static void check_answer(const char *typed, enum kbm_code wanted, const char *told)
{
	struct talk talk;
	char said[KBM_LDAP_MAX_PASSWORD + 512];
	begin(&talk, "cn=A");
	type(&talk, typed);
	int status = end(&talk, said, sizeof said);
	bool exited = WIFEXITED(status);
	cr_assert(eq(int, exited, true), "status %x", status);
	cr_expect(eq(int, WEXITSTATUS(status), (int)wanted), "%s", said);
	cr_expect(eq(int, strcmp(said, told), 0), "'%s', not '%s'", said, told);
	cr_expect(eq(int, strcmp(talk.shown, "Password for cn=A: \r\n"), 0), "shown: %s",
		  talk.shown);
	finish(&talk);
}

Test(password, is_asked_for_and_not_shown)
{
	check_answer("secret\n", KBM_OK, "secret");
	check_answer("secret\r", KBM_OK, "secret"); /* the key that people press */
	check_answer(" a b \n", KBM_OK, " a b ");
	check_answer("secrex\x7ft\n", KBM_OK, "secret"); /* a key to correct with */
	check_answer("\xc3\x9c\n", KBM_OK, "\xc3\x9c");
}

Test(password, is_refused_when_it_is_none)
{
	check_answer("\n", KBM_INVALID, "the password is empty");
	struct talk talk;
	char said[512];
	begin(&talk, "cn=A");
	type(&talk, "\x04"); /* the end of input */
	int status = end(&talk, said, sizeof said);
	cr_expect(eq(int, WEXITSTATUS(status), KBM_INVALID), "%s", said);
	finish(&talk);
}

Test(password, may_be_too_long_to_be_typed)
{
	char typed[KBM_LDAP_MAX_PASSWORD + 32];
	char longest[KBM_LDAP_MAX_PASSWORD + 1];
	memset(longest, 'x', sizeof longest - 1);
	longest[sizeof longest - 1] = 0;
	snprintf(typed, sizeof typed, "%s\n", longest);
	check_answer(typed, KBM_OK, longest);
	snprintf(typed, sizeof typed, "%sy\n", longest);
	check_answer(typed, KBM_INVALID, "the password is longer than 1024 bytes");
	snprintf(typed, sizeof typed, "%syyyyyyyy\n", longest);
	check_answer(typed, KBM_INVALID, "the password is longer than 1024 bytes");
}

/* Whatever ends it, the terminal is as it was, and what was typed so far is nowhere. Without a
 * signal's number: kbmend goes. */
static void check_interrupt(const char *key, int number)
{
	struct talk talk;
	char said[512];
	begin(&talk, "cn=A");
	/* Behind a signal from elsewhere, what is still on its way is shown, rightly. */
	if (key != NULL) {
		type(&talk, "secr");
		type(&talk, key);
	} else if (number != 0) {
		kill(talk.child, number);
	} else {
		shutdown(talk.listener, SHUT_RDWR);
	}
	int status = end(&talk, said, sizeof said);
	bool exited = WIFEXITED(status);
	cr_assert(eq(int, exited, true), "signal %d: status %x", number, status);
	cr_expect(eq(int, WEXITSTATUS(status), KBM_REFUSED), "signal %d: %s", number, said);
	cr_expect(eq(int, strcmp(said, "no password was given"), 0), "signal %d: %s", number, said);
	bool shown = strstr(talk.shown, "secr") != NULL;
	cr_expect(eq(int, shown, false), "signal %d: %s", number, talk.shown);
	finish(&talk);
}

Test(password, leaves_the_terminal_as_it_was, .timeout = 60)
{
	check_interrupt("\x03", SIGINT);
	check_interrupt("\x1c", SIGQUIT);
	check_interrupt("\x1a", SIGTSTP);
	check_interrupt(NULL, SIGINT);
	check_interrupt(NULL, SIGTERM);
	check_interrupt(NULL, SIGHUP);
	check_interrupt(NULL, 0);
}

Test(password, escapes_the_name)
{
	struct talk talk;
	char said[512];
	begin(&talk, "cn=\x1b[31mA\n\xff\xe2\x80\xae");
	type(&talk, "x\n");
	end(&talk, said, sizeof said);
	cr_expect(
	    eq(int, strcmp(talk.shown, "Password for cn=\\x1B[31mA\\n\\xFF\\u{202E}: \r\n"), 0),
	    "shown: %s", talk.shown);
	finish(&talk);
}

Test(password, is_not_asked_for_where_it_would_be_shown)
{
	struct kbm_blob password = {0};
	struct kbm_error error = {0};
	int ends[2];
	cr_assert(eq(int, pipe(ends), 0));
	enum kbm_code code = kbm_password_ask(ends[0], -1, "cn=A", &password, &error);
	cr_expect(eq(int, code, KBM_REFUSED));
	bool says = strstr(error.message, "give -y FILE") != NULL;
	cr_expect(eq(int, says, true), "%s", error.message);
	cr_expect(eq(ptr, password.data, NULL));
	close(ends[0]);
	close(ends[1]);
}
