/* One connection to a directory server, by libldap; this file alone includes its headers. */
#include "source/ldap.h"

#include "base/limits.h"
#include "base/text.h"

#include <errno.h>
#include <ldap.h>
#include <malloc.h>
#include <openldap.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct kbm_ldap {
	LDAP *handle;
	int socket;
};

/* Trusts every certificate: to look at one that was refused. */
static void *blind_context;

/* --- what holds for the process -------------------------------------------------------------- */

static void wipe_free(void *memory, void *context)
{
	(void)context;
	if (memory == NULL)
		return;
	explicit_bzero(memory, malloc_usable_size(memory));
	free(memory);
}

static void *take(ber_len_t size, void *context)
{
	(void)context;
	return malloc(size);
}

static void *take_zeroed(ber_len_t count, ber_len_t size, void *context)
{
	(void)context;
	return calloc(count, size);
}

static void *take_more(void *memory, ber_len_t size, void *context)
{
	void *grown = malloc(size);
	if (grown == NULL || memory == NULL)
		return grown;
	size_t old = malloc_usable_size(memory);
	memcpy(grown, memory, old < size ? old : size);
	wipe_free(memory, context);
	return grown;
}

enum kbm_code kbm_ldap_prepare(struct kbm_error *error)
{
	static BerMemoryFunctions functions = {take, take_zeroed, take_more, wipe_free};
	const int version = LDAP_VERSION3;
	signal(SIGPIPE, SIG_IGN);
	/* A request is encoded in memory that libldap frees as it is: a password would stay. */
	if (ber_set_option(NULL, LBER_OPT_MEMORY_FNS, &functions) != LBER_OPT_SUCCESS)
		return kbm_fail(error, KBM_INTERNAL, "libldap's memory is in use already");
	/* libldap has libsasl look for plugins, a dozen with libraries of their own. EXTERNAL needs
	 * none: they are looked for where nothing but numbers is. */
	if (setenv("LDAPNOINIT", "1", 1) != 0 || setenv("SASL_PATH", "/proc/self/fd", 1) != 0 ||
	    ldap_set_option(NULL, LDAP_OPT_PROTOCOL_VERSION, &version) != LDAP_OPT_SUCCESS ||
	    ldap_set_option(NULL, LDAP_OPT_REFERRALS, LDAP_OPT_OFF) != LDAP_OPT_SUCCESS ||
	    ldap_set_option(NULL, LDAP_OPT_DEREF, &(int){LDAP_DEREF_NEVER}) != LDAP_OPT_SUCCESS)
		return kbm_fail(error, KBM_INTERNAL, "libldap cannot be set up");
	return KBM_OK;
}

/* TLS contexts are made while files can be read. */
static bool make_context(int demand)
{
	const int client = 0;
	return ldap_set_option(NULL, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand) == LDAP_OPT_SUCCESS &&
	       ldap_set_option(NULL, LDAP_OPT_X_TLS_NEWCTX, &client) == LDAP_OPT_SUCCESS;
}

enum kbm_code kbm_ldap_trust(const char *path, struct kbm_error *error)
{
	if (!make_context(LDAP_OPT_X_TLS_NEVER) ||
	    ldap_get_option(NULL, LDAP_OPT_X_TLS_CTX, &blind_context) != LDAP_OPT_SUCCESS)
		return kbm_fail(error, KBM_INTERNAL, "TLS cannot be set up");
	if (ldap_set_option(NULL, LDAP_OPT_X_TLS_CACERTFILE, path) != LDAP_OPT_SUCCESS ||
	    !make_context(LDAP_OPT_X_TLS_DEMAND))
		return kbm_fail(error, KBM_INVALID, "it holds no certificate in PEM form");
	return KBM_OK;
}

const char *kbm_ldap_version(void)
{
	static char version[64];
	LDAPAPIInfo info = {.ldapai_info_version = LDAP_API_INFO_VERSION};
	if (ldap_get_option(NULL, LDAP_OPT_API_INFO, &info) != LDAP_OPT_SUCCESS)
		return "libldap";
	snprintf(version, sizeof version, "%s libldap %d.%d.%d", info.ldapai_vendor_name,
		 info.ldapai_vendor_version / 10000, info.ldapai_vendor_version / 100 % 100,
		 info.ldapai_vendor_version % 100);
	ldap_memfree(info.ldapai_vendor_name);
	ber_memvfree((void **)info.ldapai_extensions);
	return version;
}

/* --- a connection's life --------------------------------------------------------------------- */

/* The library's URI: it only has to tell TLS which host was meant. */
static char *name_server(const struct kbm_ldap_uri *uri)
{
	char *text = NULL;
	bool is_bracketed = strchr(uri->host, ':') != NULL; /* IPv6 */
	if (uri->scheme == KBM_LDAP_SOCKET)
		return strdup("ldapi://");
	int length = asprintf(&text, "ldap://%s%s%s:%u", is_bracketed ? "[" : "", uri->host,
			      is_bracketed ? "]" : "", (unsigned)uri->port);
	return length < 0 ? NULL : text;
}

static bool set_options(LDAP *handle, bool blindly)
{
	ber_len_t largest = KBM_LDAP_MAX_MESSAGE;
	const int never = LDAP_OPT_X_TLS_NEVER;
	Sockbuf *buffer = NULL;
	if (ldap_get_option(handle, LDAP_OPT_SOCKBUF, &buffer) != LDAP_OPT_SUCCESS ||
	    ber_sockbuf_ctrl(buffer, LBER_SB_OPT_SET_MAX_INCOMING, &largest) != 1)
		return false;
	return !blindly ||
	       (ldap_set_option(handle, LDAP_OPT_X_TLS_REQUIRE_CERT, &never) == LDAP_OPT_SUCCESS &&
		ldap_set_option(handle, LDAP_OPT_X_TLS_CTX, blind_context) == LDAP_OPT_SUCCESS);
}

enum kbm_code kbm_ldap_open(int socket, const struct kbm_ldap_uri *uri, bool blindly,
			    struct kbm_ldap **ldap, struct kbm_error *error)
{
	int protocol = uri->scheme == KBM_LDAP_SOCKET ? LDAP_PROTO_IPC : LDAP_PROTO_TCP;
	struct kbm_ldap *opened = calloc(1, sizeof *opened);
	char *name = name_server(uri);
	int failed = LDAP_NO_MEMORY;
	if (opened != NULL && name != NULL)
		failed = ldap_init_fd(socket, protocol, name, &opened->handle);
	free(name);
	if (failed != LDAP_SUCCESS || opened == NULL) {
		free(opened);
		close(socket);
		return kbm_fail(error, KBM_INTERNAL, "libldap does not take the connection: %s",
				ldap_err2string(failed));
	}
	opened->socket = socket;
	if (!set_options(opened->handle, blindly)) {
		kbm_ldap_close(opened);
		return kbm_fail(error, KBM_INTERNAL, "libldap cannot be set up");
	}
	*ldap = opened;
	return KBM_OK;
}

void kbm_ldap_close(struct kbm_ldap *ldap)
{
	if (ldap == NULL)
		return;
	ldap_unbind_ext(ldap->handle, NULL, NULL);
	free(ldap);
}

int kbm_ldap_socket(const struct kbm_ldap *ldap)
{
	return ldap->socket;
}

/* --- outcomes -------------------------------------------------------------------------------- */

static void take_words(struct kbm_ldap_outcome *outcome, const char *words)
{
	size_t length = words == NULL ? 0 : strnlen(words, sizeof outcome->words - 1);
	memcpy(outcome->words, words == NULL ? "" : words, length);
	/* Active Directory ends its words with NUL and newline. */
	while (length > 0 && strchr(" \r\n", outcome->words[length - 1]) != NULL)
		length--;
	outcome->words[length] = '\0';
	kbm_text_drop_cut(outcome->words);
}

/* What libldap itself found; `system` is errno as the call left it. */
static int own_code(int code, int system)
{
	switch (code) {
	case LDAP_SERVER_DOWN:
	case LDAP_TIMEOUT:
		return system == ERANGE ? KBM_LDAP_TOO_LARGE : KBM_LDAP_GONE;
	case LDAP_DECODING_ERROR:
		return KBM_LDAP_GARBLED;
	case LDAP_CONNECT_ERROR:
		return KBM_LDAP_NO_TLS;
	default:
		return code >= 0 ? code : KBM_LDAP_OWN_FAULT;
	}
}

static void note_local(struct kbm_ldap *ldap, int code, int system,
		       struct kbm_ldap_outcome *outcome)
{
	char *words = NULL;
	outcome->code = own_code(code, system);
	ldap_get_option(ldap->handle, LDAP_OPT_DIAGNOSTIC_MESSAGE, &words);
	take_words(outcome, words != NULL && words[0] != '\0' ? words : ldap_err2string(code));
	ldap_memfree(words);
}

/* Waits for the one answer of an operation. NULL: *outcome says why there is none. */
static LDAPMessage *await(struct kbm_ldap *ldap, int number, struct kbm_ldap_outcome *outcome)
{
	LDAPMessage *message = NULL;
	errno = 0;
	int type = ldap_result(ldap->handle, number, LDAP_MSG_ONE, NULL, &message);
	int system = errno;
	if (type > 0)
		return message;
	int code = LDAP_SERVER_DOWN;
	ldap_get_option(ldap->handle, LDAP_OPT_RESULT_CODE, &code);
	note_local(ldap, code, system, outcome);
	ldap_msgfree(message);
	return NULL;
}

/* The result that ends an operation. *referrals and *controls may be NULL where they are not
 * wanted; they and the message are released by the caller. */
static void take_result(struct kbm_ldap *ldap, LDAPMessage *message, char ***referrals,
			LDAPControl ***controls, struct kbm_ldap_outcome *outcome)
{
	int code = LDAP_SUCCESS;
	char *words = NULL;
	int failed =
	    ldap_parse_result(ldap->handle, message, &code, NULL, &words, referrals, controls, 0);
	if (failed != LDAP_SUCCESS) {
		outcome->code = KBM_LDAP_GARBLED;
		take_words(outcome, "");
	} else {
		outcome->code = code < 0 ? KBM_LDAP_GARBLED : code;
		take_words(outcome, words);
	}
	ldap_memfree(words);
}

/* How an operation of one answer ended, which was sent (`failed`: or not) under that number. */
static void finish(struct kbm_ldap *ldap, int failed, int number, int expected,
		   struct kbm_ldap_outcome *outcome)
{
	if (failed != LDAP_SUCCESS) {
		note_local(ldap, failed, 0, outcome);
		return;
	}
	LDAPMessage *message = await(ldap, number, outcome);
	if (message == NULL)
		return;
	take_result(ldap, message, NULL, NULL, outcome);
	if (ldap_msgtype(message) != expected)
		outcome->code = KBM_LDAP_GARBLED;
	ldap_msgfree(message);
}

/* --- TLS and binding ------------------------------------------------------------------------- */

void kbm_ldap_ask_tls(struct kbm_ldap *ldap, struct kbm_ldap_outcome *outcome)
{
	int number = 0;
	int failed = ldap_start_tls(ldap->handle, NULL, NULL, &number);
	finish(ldap, failed, number, LDAP_RES_EXTENDED, outcome);
}

void kbm_ldap_shake_hands(struct kbm_ldap *ldap, struct kbm_ldap_outcome *outcome)
{
	int failed = ldap_install_tls(ldap->handle);
	*outcome = (struct kbm_ldap_outcome){0};
	if (failed == LDAP_SUCCESS)
		return;
	note_local(ldap, failed, 0, outcome);
	outcome->code = KBM_LDAP_NO_TLS;
}

bool kbm_ldap_certificate(struct kbm_ldap *ldap, uint8_t **bytes, size_t *length)
{
	struct berval certificate = {0, NULL};
	if (ldap_get_option(ldap->handle, LDAP_OPT_X_TLS_PEERCERT, &certificate) !=
		LDAP_OPT_SUCCESS ||
	    certificate.bv_val == NULL)
		return false;
	uint8_t *copy = malloc(certificate.bv_len + 1);
	if (copy != NULL)
		memcpy(copy, certificate.bv_val, certificate.bv_len);
	*bytes = copy;
	*length = certificate.bv_len;
	ldap_memfree(certificate.bv_val);
	return copy != NULL;
}

static void bind_by(struct kbm_ldap *ldap, const char *mechanism, const char *dn,
		    struct berval *credentials, struct kbm_ldap_outcome *outcome)
{
	int number = 0;
	int failed = ldap_sasl_bind(ldap->handle, dn, mechanism, credentials, NULL, NULL, &number);
	finish(ldap, failed, number, LDAP_RES_BIND, outcome);
}

void kbm_ldap_bind(struct kbm_ldap *ldap, const char *dn, const char *password, size_t length,
		   struct kbm_ldap_outcome *outcome)
{
	struct berval credentials = {length, (char *)password}; /* only read */
	bind_by(ldap, LDAP_SASL_SIMPLE, dn, &credentials, outcome);
}

void kbm_ldap_bind_external(struct kbm_ldap *ldap, struct kbm_ldap_outcome *outcome)
{
	/* RFC 4422 appendix A.1: an empty initial response, which is not the same as none. */
	struct berval nobody = {0, (char *)""};
	bind_by(ldap, "EXTERNAL", "", &nobody, outcome);
}

/* --- entries --------------------------------------------------------------------------------- */

static char *copy_text(const struct berval *from)
{
	char *text = malloc(from->bv_len + 1);
	if (text == NULL)
		return NULL;
	if (from->bv_len > 0)
		memcpy(text, from->bv_val, from->bv_len);
	text[from->bv_len] = '\0';
	return text;
}

static bool copy_values(const struct berval *values, struct kbm_attribute *attribute)
{
	size_t count = 0;
	while (values != NULL && values[count].bv_val != NULL)
		count++;
	attribute->values = calloc(count + 1, sizeof *attribute->values);
	for (size_t i = 0; attribute->values != NULL && i < count; i++) {
		uint8_t *data = (uint8_t *)copy_text(&values[i]);
		if (data == NULL)
			return false;
		attribute->values[attribute->value_count++] =
		    (struct kbm_blob){data, values[i].bv_len};
	}
	return attribute->values != NULL;
}

static bool add_attribute(struct kbm_entry *entry, const struct berval *name,
			  const struct berval *values)
{
	struct kbm_attribute *grown =
	    reallocarray(entry->attributes, entry->attribute_count + 1, sizeof *grown);
	if (grown == NULL)
		return false;
	entry->attributes = grown;
	struct kbm_attribute *attribute = &grown[entry->attribute_count++];
	*attribute = (struct kbm_attribute){.name = copy_text(name)};
	return attribute->name != NULL && copy_values(values, attribute);
}

static enum kbm_code take_attributes(struct kbm_ldap *ldap, LDAPMessage *message, BerElement *ber,
				     struct kbm_entry *entry, struct kbm_error *error)
{
	for (;;) {
		struct berval name = {0, NULL};
		struct berval *values = NULL;
		int failed = ldap_get_attribute_ber(ldap->handle, message, ber, &name, &values);
		if (failed != LDAP_SUCCESS)
			return kbm_fail(error, KBM_UNREADABLE,
					"an entry that came is malformed: %.100s", entry->dn);
		if (name.bv_val == NULL)
			return KBM_OK;
		bool is_text = memchr(name.bv_val, 0, name.bv_len) == NULL;
		bool added = is_text && add_attribute(entry, &name, values);
		ber_memfree(values);
		if (!is_text)
			return kbm_fail(error, KBM_UNREADABLE,
					"an attribute's name holds a NUL: %.100s", entry->dn);
		if (!added)
			return kbm_fail(error, KBM_MEMORY, "no memory for an entry");
	}
}

static enum kbm_code take_entry(struct kbm_ldap *ldap, LDAPMessage *message,
				struct kbm_entry *entry, struct kbm_error *error)
{
	BerElement *ber = NULL;
	struct berval dn = {0, NULL};
	/* ldap_get_dn() has no answer for a DN with a NUL. */
	if (ldap_get_dn_ber(ldap->handle, message, &ber, &dn) != LDAP_SUCCESS) {
		ber_free(ber, 0);
		return kbm_fail(error, KBM_UNREADABLE, "an entry that came is malformed");
	}
	enum kbm_code code = KBM_OK;
	if (dn.bv_len > KBM_DN_MAX_BYTES || memchr(dn.bv_val, 0, dn.bv_len) != NULL)
		code =
		    kbm_fail(error, KBM_UNREADABLE,
			     "an entry's DN holds a NUL, or more than %lu bytes", KBM_DN_MAX_BYTES);
	else if ((entry->dn = copy_text(&dn)) == NULL)
		code = kbm_fail(error, KBM_MEMORY, "no memory for an entry");
	if (code == KBM_OK)
		code = take_attributes(ldap, message, ber, entry, error);
	ber_free(ber, 0);
	return code;
}

/* --- searching ------------------------------------------------------------------------------- */

static enum kbm_code hand_references(char **references, const struct kbm_ldap_sink *sink,
				     struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	if (references != NULL && references[0] != NULL)
		code = sink->reference(sink->context, references, error);
	return code;
}

static enum kbm_code take_reference(struct kbm_ldap *ldap, LDAPMessage *message,
				    const struct kbm_ldap_sink *sink, struct kbm_error *error)
{
	char **references = NULL;
	if (ldap_parse_reference(ldap->handle, message, &references, NULL, 0) != LDAP_SUCCESS)
		return kbm_fail(error, KBM_UNREADABLE, "a reference that came is malformed");
	enum kbm_code code =
	    references == NULL || references[0] == NULL
		? kbm_fail(error, KBM_UNREADABLE, "a reference that came leads nowhere")
		: hand_references(references, sink, error);
	ber_memvfree((void **)references);
	return code;
}

static enum kbm_code take_cookie(struct kbm_ldap *ldap, LDAPControl **controls,
				 struct kbm_blob *cookie, struct kbm_error *error)
{
	LDAPControl *control = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, controls, NULL);
	struct berval value = {0, NULL};
	ber_int_t estimate = 0;
	if (control == NULL)
		return KBM_OK;
	/* libldap asserts that there is a value, and crashes on an empty one. */
	if (control->ldctl_value.bv_len == 0 ||
	    ldap_parse_pageresponse_control(ldap->handle, control, &estimate, &value) !=
		LDAP_SUCCESS)
		return kbm_fail(error, KBM_UNREADABLE, "the server's paging is malformed");
	if (value.bv_len > 0) {
		cookie->data = (uint8_t *)copy_text(&value);
		cookie->length = value.bv_len;
	}
	bool failed = value.bv_len > 0 && cookie->data == NULL;
	ldap_memfree(value.bv_val);
	return failed ? kbm_fail(error, KBM_MEMORY, "no memory for a page") : KBM_OK;
}

static enum kbm_code take_end(struct kbm_ldap *ldap, LDAPMessage *message,
			      const struct kbm_ldap_sink *sink, struct kbm_ldap_outcome *outcome,
			      struct kbm_blob *cookie, struct kbm_error *error)
{
	char **referrals = NULL;
	LDAPControl **controls = NULL;
	take_result(ldap, message, &referrals, &controls, outcome);
	enum kbm_code code = hand_references(referrals, sink, error);
	if (code == KBM_OK && outcome->code == LDAP_SUCCESS)
		code = take_cookie(ldap, controls, cookie, error);
	ber_memvfree((void **)referrals);
	ldap_controls_free(controls);
	return code;
}

/* Messages until the one that ends the search. */
static enum kbm_code take_messages(struct kbm_ldap *ldap, int number,
				   const struct kbm_ldap_sink *sink,
				   struct kbm_ldap_outcome *outcome, struct kbm_blob *cookie,
				   struct kbm_error *error)
{
	enum kbm_code code = KBM_OK;
	bool ended = false;
	while (code == KBM_OK && !ended) {
		struct kbm_entry entry = {0};
		LDAPMessage *message = await(ldap, number, outcome);
		if (message == NULL)
			return KBM_OK;
		switch (ldap_msgtype(message)) {
		case LDAP_RES_SEARCH_ENTRY:
			code = take_entry(ldap, message, &entry, error);
			if (code == KBM_OK)
				code = sink->entry(sink->context, &entry, error);
			else
				kbm_entry_clear(&entry);
			break;
		case LDAP_RES_SEARCH_REFERENCE:
			code = take_reference(ldap, message, sink, error);
			break;
		case LDAP_RES_SEARCH_RESULT:
			ended = true;
			code = take_end(ldap, message, sink, outcome, cookie, error);
			break;
		case LDAP_RES_INTERMEDIATE:
			break;
		default:
			ended = true;
			outcome->code = KBM_LDAP_GARBLED;
		}
		ldap_msgfree(message);
	}
	if (!ended)
		ldap_abandon_ext(ldap->handle, number, NULL, NULL);
	return code;
}

/* libldap's list of attributes; NULL: no memory, or none is asked for. */
static char **list_attributes(const struct kbm_directory_request *request)
{
	char **list = calloc(request->attribute_count + 1, sizeof *list);
	for (size_t i = 0; list != NULL && i < request->attribute_count; i++)
		list[i] = (char *)request->attributes[i]; /* only read */
	return list;
}

/* Sends the request: LDAP_SUCCESS, or libldap's code. */
static int send_search(struct kbm_ldap *ldap, const struct kbm_ldap_query *query, int *number)
{
	static const int scopes[] = {[KBM_SCOPE_BASE] = LDAP_SCOPE_BASE,
				     [KBM_SCOPE_ONE] = LDAP_SCOPE_ONELEVEL,
				     [KBM_SCOPE_SUB] = LDAP_SCOPE_SUBTREE};
	const struct kbm_directory_request *request = &query->request;
	struct berval page = {0, NULL};
	struct berval cookie = {0, NULL};
	int failed = LDAP_SUCCESS;
	if (query->cookie != NULL)
		cookie = (struct berval){query->cookie->length, (char *)query->cookie->data};
	if (query->page_entries > 0)
		failed = ldap_create_page_control_value(
		    ldap->handle, (ber_int_t)query->page_entries, &cookie, &page);
	char **attributes = list_attributes(request);
	if (attributes == NULL)
		failed = LDAP_NO_MEMORY;
	LDAPControl paging = {(char *)LDAP_CONTROL_PAGEDRESULTS, page, 0}; /* only read */
	LDAPControl *controls[] = {query->page_entries > 0 ? &paging : NULL, NULL};
	if (failed == LDAP_SUCCESS)
		failed = ldap_search_ext(ldap->handle, request->base, scopes[request->scope],
					 request->filter,
					 request->attribute_count == 0 ? NULL : attributes, 0,
					 controls, NULL, NULL, (int)query->size_limit, number);
	free(attributes);
	ldap_memfree(page.bv_val);
	return failed;
}

enum kbm_code kbm_ldap_search(struct kbm_ldap *ldap, const struct kbm_ldap_query *query,
			      const struct kbm_ldap_sink *sink, struct kbm_ldap_outcome *outcome,
			      struct kbm_blob *cookie, struct kbm_error *error)
{
	int number = 0;
	*outcome = (struct kbm_ldap_outcome){0};
	*cookie = (struct kbm_blob){0};
	int failed = send_search(ldap, query, &number);
	if (failed != LDAP_SUCCESS) {
		note_local(ldap, failed, 0, outcome);
		return KBM_OK;
	}
	enum kbm_code code = take_messages(ldap, number, sink, outcome, cookie, error);
	if (code != KBM_OK || outcome->code != KBM_LDAP_SUCCESS) {
		free(cookie->data);
		*cookie = (struct kbm_blob){0};
	}
	return code;
}

/* --- modifying ------------------------------------------------------------------------------- */

/* A modify's parts in libldap's form: lists of pointers, each with a NULL behind its last. */
struct encoded {
	LDAPMod *parts;
	LDAPMod **part_list;
	struct berval *values; /* of all parts, as the next */
	struct berval **value_lists;
};

static void clear_encoded(struct encoded *encoded)
{
	free(encoded->parts);
	free(encoded->part_list);
	free(encoded->values);
	free(encoded->value_lists);
}

/* False: no memory. */
static bool make_room(const struct kbm_ldap_modify *modify, struct encoded *encoded)
{
	size_t parts = modify->count + 1;
	size_t values = 1;
	for (size_t i = 0; i < modify->count; i++)
		values += modify->parts[i].count;
	encoded->parts = calloc(parts, sizeof(LDAPMod));
	encoded->part_list = calloc(parts, sizeof(void *));
	encoded->values = calloc(values, sizeof(struct berval));
	encoded->value_lists = calloc(values + parts, sizeof(void *));
	return encoded->parts != NULL && encoded->part_list != NULL && encoded->values != NULL &&
	       encoded->value_lists != NULL;
}

/* What libldap takes as char * it only reads. */
static void fill(const struct kbm_ldap_modify *modify, const struct encoded *encoded)
{
	struct berval *value = encoded->values;
	struct berval **list = encoded->value_lists;
	for (size_t i = 0; i < modify->count; i++) {
		const struct kbm_ldap_part *part = &modify->parts[i];
		encoded->part_list[i] = &encoded->parts[i];
		encoded->parts[i] = (LDAPMod){
		    .mod_op = (part->adds ? LDAP_MOD_ADD : LDAP_MOD_DELETE) | LDAP_MOD_BVALUES,
		    .mod_type = (char *)part->attribute,
		    .mod_bvalues = list};
		for (size_t j = 0; j < part->count; j++) {
			*value =
			    (struct berval){part->values[j].length, (char *)part->values[j].data};
			*list++ = value++;
		}
		list++;
	}
}

/* Sends the request: LDAP_SUCCESS, or libldap's code. */
static int send_modify(struct kbm_ldap *ldap, const struct kbm_ldap_modify *modify, int *number)
{
	struct encoded encoded = {0};
	struct berval filter = {0, NULL};
	int failed = make_room(modify, &encoded) ? LDAP_SUCCESS : LDAP_NO_MEMORY;
	if (failed == LDAP_SUCCESS)
		fill(modify, &encoded);
	if (failed == LDAP_SUCCESS && modify->assertion != NULL)
		failed = ldap_create_assertion_control_value(
		    ldap->handle, (char *)modify->assertion, &filter); /* only read */
	LDAPControl assertion = {(char *)LDAP_CONTROL_ASSERT, filter, 1};
	LDAPControl *controls[] = {modify->assertion != NULL ? &assertion : NULL, NULL};
	if (failed == LDAP_SUCCESS)
		failed = ldap_modify_ext(ldap->handle, modify->dn, encoded.part_list, controls,
					 NULL, number);
	ldap_memfree(filter.bv_val);
	clear_encoded(&encoded);
	return failed;
}

/* The answer to a modify; what else comes for it is passed over. NULL: *outcome says why. */
static LDAPMessage *await_modified(struct kbm_ldap *ldap, int number,
				   struct kbm_ldap_outcome *outcome)
{
	LDAPMessage *message = await(ldap, number, outcome);
	while (message != NULL && ldap_msgtype(message) == LDAP_RES_INTERMEDIATE) {
		ldap_msgfree(message);
		message = await(ldap, number, outcome);
	}
	return message;
}

enum kbm_ldap_progress kbm_ldap_modify(struct kbm_ldap *ldap, const struct kbm_ldap_modify *modify,
				       struct kbm_ldap_outcome *outcome, char **referral)
{
	int number = 0;
	char **referrals = NULL;
	*outcome = (struct kbm_ldap_outcome){0};
	*referral = NULL;
	int failed = send_modify(ldap, modify, &number);
	if (failed != LDAP_SUCCESS) {
		note_local(ldap, failed, 0, outcome);
		/* Whatever else it is, some of it may be on its way. */
		return outcome->code == KBM_LDAP_OWN_FAULT ? KBM_LDAP_NOT_SENT : KBM_LDAP_SENT;
	}
	LDAPMessage *message = await_modified(ldap, number, outcome);
	if (message == NULL)
		return KBM_LDAP_SENT;
	take_result(ldap, message, &referrals, NULL, outcome);
	if (ldap_msgtype(message) != LDAP_RES_MODIFY)
		outcome->code = KBM_LDAP_GARBLED;
	ldap_msgfree(message);
	if (referrals != NULL && referrals[0] != NULL)
		*referral = strdup(referrals[0]);
	ber_memvfree((void **)referrals);
	return outcome->code < 0 ? KBM_LDAP_SENT : KBM_LDAP_ANSWERED;
}
