/* What a directory server sends, to a session that asks it for a subtree with a list of values in
 * parts: the root DSE is message 1, the search message 2, parts and pages follow. And to one that
 * changes an entry: message 2 looks at it, others after that where it is not what it was, the last
 * one changes it. */
#include "source/collect.h"
#include "source/deadline.h"
#include "source/ldap_session_internal.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MAX_INPUT = 65536, TIMEOUT_MS = 1000 };

static char base[] = "o=Org";

static void prepare(void)
{
	static bool is_prepared;
	struct kbm_error error;
	if (is_prepared)
		return;
	if (kbm_ldap_prepare(&error) != KBM_OK || kbm_deadline_prepare(&error) != KBM_OK)
		abort();
	is_prepared = true;
}

/* A connection whose other end has said all that it will say. */
static struct kbm_ldap *connect_to(const uint8_t *data, size_t size)
{
	const struct kbm_ldap_uri uri = {.scheme = KBM_LDAP_SOCKET, .host = (char *)"/x"};
	const int room = 4 * MAX_INPUT;
	struct kbm_ldap *connection = NULL;
	struct kbm_error error;
	int pair[2];
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
		abort();
	setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
	if (write(pair[1], data, size) != (ssize_t)size)
		abort();
	shutdown(pair[1], SHUT_WR);
	if (kbm_ldap_open(pair[0], &uri, false, &connection, &error) != KBM_OK)
		abort();
	/* What is asked goes there, too, until the end below. */
	static int other = -1;
	if (other >= 0)
		close(other);
	other = pair[1];
	return connection;
}

/* libldap 2.5 forgets a message or two of a connection that ends badly, which the process's end
 * takes with it. Its memory comes from liblber; what we forget does not. */
const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void)
{
	return "leak:ber_memalloc_x\nleak:ber_memcalloc_x\n";
}

/* A connection that has all of that to read. */
static struct kbm_ldap_session *begin(const uint8_t *data, size_t size)
{
	static const struct kbm_ldap_settings settings = {
	    .name = (char *)"ldapi://x", .base = base, .timeout_ms = TIMEOUT_MS};
	struct kbm_ldap_session *session = calloc(1, sizeof *session);
	if (session == NULL)
		abort();
	session->manner.settings = &settings;
	session->server.connection = connect_to(data, size);
	return session;
}

static void search(const uint8_t *data, size_t size)
{
	const struct kbm_directory_request request = {"", KBM_SCOPE_SUB, "(Home-MDB=cn=x)", NULL,
						      0,  false};
	struct kbm_collected answer = kbm_collect_answer();
	struct kbm_error error;
	struct kbm_ldap_session *session = begin(data, size);
	kbm_ldap_session_search(session, &request, kbm_collect_next, &answer, &error);
	kbm_entries_clear(&answer.entries);
	kbm_ldap_session_free(session);
}

/* Whatever comes is one of: done, refused, not sent, not known. */
static void change(const uint8_t *data, size_t size)
{
	struct kbm_blob before[] = {{(uint8_t *)"A", 1}, {(uint8_t *)"(*", 2}};
	struct kbm_blob after[] = {{(uint8_t *)"A", 1}, {(uint8_t *)"", 0}};
	struct kbm_attribute_change items[] = {{(char *)"description", before, 2, after, 2},
					       {(char *)"cn;lang-de", NULL, 0, after, 1}};
	const struct kbm_entry_change wanted = {(char *)"cn=Test,o=Org", items, 2};
	struct kbm_error error = {0};
	bool is_unknown = false;
	struct kbm_ldap_session *session = begin(data, size);
	enum kbm_code code = kbm_ldap_session_modify(session, &wanted, &is_unknown, &error);
	if (code != KBM_OK && code != KBM_REFUSED && code != KBM_UNREADABLE)
		abort();
	if ((is_unknown && code != KBM_UNREADABLE) || (code != KBM_OK && error.message[0] == '\0'))
		abort();
	kbm_ldap_session_free(session);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* A notice (RFC 4511 section 4.4) whose OID is empty ends libldap 2.5 by an assertion: that
	 * is kbmend-directory's end, too, and known. */
	if (size > MAX_INPUT || memmem(data, size, "\x8a\x00", 2) != NULL)
		return 0;
	prepare();
	search(data, size);
	change(data, size);
	return 0;
}
