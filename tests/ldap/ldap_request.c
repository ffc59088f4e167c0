#include "ldap_request.h"

#include "ber.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PAGED_RESULTS "1.2.840.113556.1.4.319"
#define ASSERTION     "1.3.6.1.1.12"

static bool read_exactly(int socket, uint8_t *bytes, size_t length)
{
	while (length > 0) {
		ssize_t got = read(socket, bytes, length);
		if (got <= 0)
			return false;
		bytes += got;
		length -= (size_t)got;
	}
	return true;
}

/* Reads one BER element from the socket; 0: there is none of at most `size` bytes. */
static size_t read_message(int socket, uint8_t *bytes, size_t size)
{
	if (!read_exactly(socket, bytes, 2))
		return 0;
	size_t header = 2;
	size_t length = bytes[1];
	if (length >= 0x80) {
		size_t count = length & 0x7F;
		if (count == 0 || count > 4 || !read_exactly(socket, bytes + header, count))
			return 0;
		length = 0;
		for (size_t i = 0; i < count; i++)
			length = length << 8 | bytes[header + i];
		header += count;
	}
	if (length > size - header || !read_exactly(socket, bytes + header, length))
		return 0;
	return header + length;
}

static bool read_bind(struct ber_reader *body, struct ldap_request *request)
{
	if (!ber_take_number(body, BER_INTEGER, &request->version) ||
	    !ber_take_text(body, BER_OCTETS, request->name, sizeof request->name) ||
	    body->left == 0)
		return false;
	request->authentication = body->at[0];
	return true;
}

static bool read_search(struct ber_reader *body, struct ldap_request *request)
{
	int32_t dereference = 0;
	int32_t time_limit = 0;
	uint8_t tag = 0;
	struct ber_reader skipped;
	struct ber_reader attributes;
	if (!ber_take_text(body, BER_OCTETS, request->name, sizeof request->name) ||
	    !ber_take_number(body, BER_ENUMERATED, &request->scope) ||
	    !ber_take_number(body, BER_ENUMERATED, &dereference) ||
	    !ber_take_number(body, BER_INTEGER, &request->size_limit) ||
	    !ber_take_number(body, BER_INTEGER, &time_limit) ||
	    !ber_take_tag(body, BER_BOOLEAN, &skipped) || !ber_take(body, &tag, &skipped) ||
	    !ber_take_tag(body, BER_SEQUENCE, &attributes))
		return false;
	ber_take_text(&attributes, BER_OCTETS, request->attribute, sizeof request->attribute);
	return true;
}

/* What is to be done, without any value. */
static bool read_modify(struct ber_reader *body, struct ldap_request *request)
{
	static const char *const operations[] = {"add", "delete", "replace"};
	struct ber_reader changes;
	struct ber_reader change;
	size_t length = 0;
	if (!ber_take_text(body, BER_OCTETS, request->name, sizeof request->name) ||
	    !ber_take_tag(body, BER_SEQUENCE, &changes))
		return false;
	while (ber_take_tag(&changes, BER_SEQUENCE, &change)) {
		int32_t operation = 0;
		struct ber_reader attribute;
		struct ber_reader values;
		struct ber_reader value;
		char name[128];
		size_t count = 0;
		if (!ber_take_number(&change, BER_ENUMERATED, &operation) || operation < 0 ||
		    operation > 2 || !ber_take_tag(&change, BER_SEQUENCE, &attribute) ||
		    !ber_take_text(&attribute, BER_OCTETS, name, sizeof name) ||
		    !ber_take_tag(&attribute, BER_SET, &values))
			return false;
		while (ber_take_tag(&values, BER_OCTETS, &value))
			count++;
		if (length < sizeof request->parts)
			length += (size_t)snprintf(
			    request->parts + length, sizeof request->parts - length, "%s%s %s %zu",
			    length == 0 ? "" : ", ", operations[operation], name, count);
	}
	return true;
}

static void read_controls(struct ber_reader controls, struct ldap_request *request)
{
	struct ber_reader control;
	struct ber_reader critical;
	char oid[64] = "";
	while (ber_take_tag(&controls, BER_SEQUENCE, &control)) {
		if (!ber_take_text(&control, BER_OCTETS, oid, sizeof oid))
			continue;
		if (strcmp(oid, PAGED_RESULTS) == 0)
			request->is_paged = true;
		if (strcmp(oid, ASSERTION) == 0)
			request->is_asserted = ber_take_tag(&control, BER_BOOLEAN, &critical) &&
					       critical.left == 1 && critical.at[0] != 0;
	}
}

bool ldap_request_read(int socket, struct ldap_request *request)
{
	uint8_t bytes[BER_MAX_MESSAGE];
	struct ber_reader input = {bytes, read_message(socket, bytes, sizeof bytes)};
	struct ber_reader message;
	struct ber_reader body;
	struct ber_reader controls;
	*request = (struct ldap_request){0};
	if (!ber_take_tag(&input, BER_SEQUENCE, &message) ||
	    !ber_take_number(&message, BER_INTEGER, &request->id) ||
	    !ber_take(&message, &request->operation, &body))
		return false;
	if (ber_take_tag(&message, 0xA0, &controls))
		read_controls(controls, request);
	switch (request->operation) {
	case LDAP_BIND:
		return read_bind(&body, request);
	case LDAP_SEARCH:
		return read_search(&body, request);
	case LDAP_MODIFY:
		return read_modify(&body, request);
	case LDAP_EXTENDED:
		return ber_take_text(&body, 0x80, request->name, sizeof request->name);
	default:
		return true;
	}
}

void ldap_request_describe(const struct ldap_request *request, char *line, size_t size)
{
	static const char *const scopes[] = {"base", "one", "sub"};
	switch (request->operation) {
	case LDAP_BIND:
		snprintf(line, size, "bind version=%d name=<%s> %s", request->version,
			 request->name, request->authentication == 0x80 ? "simple" : "sasl");
		break;
	case LDAP_SEARCH:
		snprintf(line, size, "search base=<%s> scope=%s first=<%s>%s", request->name,
			 request->scope >= 0 && request->scope < 3 ? scopes[request->scope] : "?",
			 request->attribute, request->is_paged ? " paged" : "");
		break;
	case LDAP_MODIFY:
		snprintf(line, size, "modify name=<%s> %s%s", request->name, request->parts,
			 request->is_asserted ? " asserted" : "");
		break;
	case LDAP_EXTENDED:
		snprintf(line, size, "extended %s", request->name);
		break;
	case LDAP_UNBIND:
		snprintf(line, size, "unbind");
		break;
	case LDAP_ABANDON:
		snprintf(line, size, "abandon");
		break;
	default:
		snprintf(line, size, "operation 0x%02X", request->operation);
		break;
	}
}
