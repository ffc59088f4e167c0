/* What a sound server sends, and the parts that the others send too. */
#include "misbehave.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PAGED_RESULTS "1.2.840.113556.1.4.319"
#define DISCONNECTION "1.3.6.1.4.1.1466.20036"
#define ASSERTION     "1.3.6.1.1.12"
#define ORGANIZATION  "o=Contoso"

bool send_bytes(struct session *session, const void *bytes, size_t length)
{
	const uint8_t *at = bytes;
	while (length > 0) {
		ssize_t sent = write(session->socket, at, session->mode->is_slow ? 1 : length);
		if (sent <= 0)
			return false;
		at += sent;
		length -= (size_t)sent;
		if (session->mode->is_slow)
			nanosleep(&(struct timespec){1, 0}, NULL);
	}
	return true;
}

/* The operation stays open at message_end: callers add to it and call answer_send(). */
void answer_open(struct session *session, int32_t id, uint8_t operation)
{
	session->message.length = 0;
	ber_open(&session->message, BER_SEQUENCE);
	ber_put_number(&session->message, BER_INTEGER, id);
	session->message_end = ber_open(&session->message, operation);
}

static bool send_message(struct session *session)
{
	ber_close(&session->message, 1 + 5);
	return send_bytes(session, session->message.bytes, session->message.length);
}

bool answer_send(struct session *session)
{
	ber_close(&session->message, session->message_end);
	return send_message(session);
}

static void put_result(struct session *session, int32_t code)
{
	const char *words = session->mode->words;
	ber_put_number(&session->message, BER_ENUMERATED, code);
	ber_put_text(&session->message, BER_OCTETS, "");
	ber_put_text(&session->message, BER_OCTETS, words == NULL ? "" : words);
}

bool send_result(struct session *session, int32_t id, uint8_t operation, int32_t code)
{
	answer_open(session, id, operation);
	put_result(session, code);
	return answer_send(session);
}

bool send_page_end(struct session *session, int32_t id, const char *cookie)
{
	struct ber_writer value = {0};
	size_t sequence = ber_open(&value, BER_SEQUENCE);
	ber_put_number(&value, BER_INTEGER, 0);
	ber_put_text(&value, BER_OCTETS, cookie);
	ber_close(&value, sequence);

	answer_open(session, id, ANSWER_DONE);
	put_result(session, RESULT_SUCCESS);
	ber_close(&session->message, session->message_end);
	size_t controls = ber_open(&session->message, 0xA0);
	size_t control = ber_open(&session->message, BER_SEQUENCE);
	ber_put_text(&session->message, BER_OCTETS, PAGED_RESULTS);
	ber_put_bytes(&session->message, BER_OCTETS, value.bytes, value.length);
	ber_close(&session->message, control);
	ber_close(&session->message, controls);
	return send_message(session);
}

bool send_referral(struct session *session, int32_t id, uint8_t operation)
{
	answer_open(session, id, operation);
	put_result(session, RESULT_REFERRAL);
	size_t urls = ber_open(&session->message, 0xA3);
	ber_put_text(&session->message, BER_OCTETS, session->refer);
	ber_close(&session->message, urls);
	return answer_send(session);
}

bool send_reference(struct session *session, int32_t id)
{
	answer_open(session, id, ANSWER_REFERENCE);
	ber_put_text(&session->message, BER_OCTETS, session->refer);
	return answer_send(session);
}

bool send_disconnection(struct session *session)
{
	answer_open(session, 0, ANSWER_EXTENDED);
	put_result(session, RESULT_UNAVAILABLE);
	ber_put_text(&session->message, 0x8A, DISCONNECTION);
	return answer_send(session);
}

static void put_attribute(struct session *session, const void *name, size_t length,
			  const char *value)
{
	size_t attribute = ber_open(&session->message, BER_SEQUENCE);
	ber_put_bytes(&session->message, BER_OCTETS, name, length);
	size_t values = ber_open(&session->message, BER_SET);
	ber_put_text(&session->message, BER_OCTETS, value);
	ber_close(&session->message, values);
	ber_close(&session->message, attribute);
}

bool send_entry(struct session *session, int32_t id, const struct entry *entry)
{
	struct ber_writer *message = &session->message;
	char name[2048];
	size_t length = entry->prefix_length;
	if (length > 0) {
		memcpy(name, entry->prefix, length);
		if (entry->base[0] != '\0')
			name[length++] = ',';
	}
	memcpy(name + length, entry->base, strlen(entry->base));
	length += strlen(entry->base);

	answer_open(session, id, ANSWER_ENTRY);
	ber_put_bytes(message, BER_OCTETS, name, length);
	size_t attributes = ber_open(message, BER_SEQUENCE);
	put_attribute(session, "objectClass", strlen("objectClass"), "Container");
	size_t attribute = ber_open(message, BER_SEQUENCE);
	ber_put_bytes(message, BER_OCTETS, entry->attribute, entry->attribute_length);
	size_t values = ber_open(message, BER_SET);
	for (size_t i = 0; i < entry->count; i++) {
		char value[32];
		snprintf(value, sizeof value, "value %zu", entry->first + i);
		ber_put_text(message, BER_OCTETS, value);
	}
	ber_close(message, values);
	ber_close(message, attribute);
	ber_close(message, attributes);
	return answer_send(session);
}

bool send_only(struct session *session, const struct ldap_request *request,
	       const struct entry *entry)
{
	return send_entry(session, request->id, entry) &&
	       send_result(session, request->id, ANSWER_DONE, RESULT_SUCCESS);
}

bool send_children(struct session *session, const struct ldap_request *request, size_t first,
		   size_t last)
{
	for (size_t i = first; i <= last; i++) {
		char prefix[32];
		snprintf(prefix, sizeof prefix, "cn=E%zu", i);
		struct entry entry = {prefix, strlen(prefix), request->name, "rdn", 3, i, 1};
		if (!send_entry(session, request->id, &entry))
			return false;
	}
	return true;
}

bool send_root(struct session *session, int32_t id)
{
	answer_open(session, id, ANSWER_ENTRY);
	ber_put_text(&session->message, BER_OCTETS, "");
	size_t attributes = ber_open(&session->message, BER_SEQUENCE);
	put_attribute(session, "namingContexts", strlen("namingContexts"), ORGANIZATION);
	put_attribute(session, "supportedLDAPVersion", strlen("supportedLDAPVersion"), "3");
	put_attribute(session, "supportedControl", strlen("supportedControl"),
		      session->mode->has_assertion ? ASSERTION : PAGED_RESULTS);
	ber_close(&session->message, attributes);
	return answer_send(session) && send_result(session, id, ANSWER_DONE, RESULT_SUCCESS);
}

bool answer_bind(struct session *session, const struct ldap_request *request)
{
	return send_result(session, request->id, ANSWER_BIND, RESULT_SUCCESS);
}

/* Three entries, below the base or the base itself. */
bool answer_search(struct session *session, const struct ldap_request *request)
{
	struct entry self = {NULL, 0, request->name, "rdn", 3, 0, 1};
	bool is_sent = request->scope == LDAP_BASE ? send_entry(session, request->id, &self)
						   : send_children(session, request, 1, 3);
	if (!is_sent)
		return false;
	if (request->is_paged)
		return send_page_end(session, request->id, "");
	return send_result(session, request->id, ANSWER_DONE, RESULT_SUCCESS);
}

bool answer_extended(struct session *session, const struct ldap_request *request)
{
	return send_result(session, request->id, ANSWER_EXTENDED, RESULT_PROTOCOL_ERROR);
}
