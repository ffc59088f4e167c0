/* The ways to misbehave, in one table. */
#include "misbehave.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define HUGE_BYTES ((size_t)400 << 20)
#define BEFORE_END 2 /* entries that come before the connection ends */
#define LIMIT	   100

static bool say_nothing(struct session *session, const struct ldap_request *request)
{
	(void)session;
	(void)request;
	return true;
}

static bool bind_result(struct session *session, const struct ldap_request *request)
{
	return send_result(session, request->id, ANSWER_BIND, session->mode->code);
}

static bool search_result(struct session *session, const struct ldap_request *request)
{
	return send_result(session, request->id, ANSWER_DONE, session->mode->code);
}

static bool extended_result(struct session *session, const struct ldap_request *request)
{
	return send_result(session, request->id, ANSWER_EXTENDED, session->mode->code);
}

/* A value whose length is announced truly and that is sent whole, when somebody reads it. */
static bool search_huge_entry(struct session *session, const struct ldap_request *request)
{
	static uint8_t chunk[1 << 16];
	memset(chunk, 'x', sizeof chunk);
	struct ber_writer *message = &session->message;
	size_t opened[5];
	answer_open(session, request->id, ANSWER_ENTRY);
	opened[0] = 1 + 5;
	opened[1] = session->message_end;
	ber_put_text(message, BER_OCTETS, request->name);
	opened[2] = ber_open(message, BER_SEQUENCE);
	opened[3] = ber_open(message, BER_SEQUENCE);
	ber_put_text(message, BER_OCTETS, "rdn");
	opened[4] = ber_open(message, BER_SET);
	size_t value = ber_open(message, BER_OCTETS);
	ber_set_length(message, value, HUGE_BYTES);
	for (size_t i = 0; i < sizeof opened / sizeof opened[0]; i++)
		ber_set_length(message, opened[i], message->length - opened[i] + HUGE_BYTES);
	if (!send_bytes(session, message->bytes, message->length))
		return false;
	for (size_t sent = 0; sent < HUGE_BYTES; sent += sizeof chunk) {
		if (!send_bytes(session, chunk, sizeof chunk))
			return false;
	}
	return send_result(session, request->id, ANSWER_DONE, RESULT_SUCCESS);
}

static bool search_endless(struct session *session, const struct ldap_request *request)
{
	return send_children(session, request, 1, SIZE_MAX - 1);
}

static bool search_endless_intermediate(struct session *session, const struct ldap_request *request)
{
	do {
		answer_open(session, request->id, ANSWER_INTERMEDIATE);
		ber_put_text(&session->message, 0x80, "1.3.6.1.4.1.4203.1.9.1.4");
	} while (answer_send(session));
	return false;
}

static bool search_other_id(struct session *session, const struct ldap_request *request)
{
	struct ldap_request other = *request;
	other.id += 1000;
	return answer_search(session, &other);
}

static bool say_bytes(struct session *session, const struct ldap_request *request)
{
	const struct mode *mode = session->mode;
	uint8_t bytes[256];
	memcpy(bytes, mode->bytes, mode->length);
	if (mode->id_at > 0)
		bytes[mode->id_at] = (uint8_t)request->id;
	return send_bytes(session, bytes, mode->length);
}

static bool say_bytes_end(struct session *session, const struct ldap_request *request)
{
	say_bytes(session, request);
	return false;
}

static bool search_referral(struct session *session, const struct ldap_request *request)
{
	return send_referral(session, request->id, ANSWER_DONE);
}

static bool search_reference(struct session *session, const struct ldap_request *request)
{
	return send_children(session, request, 1, 2) && send_reference(session, request->id) &&
	       send_result(session, request->id, ANSWER_DONE, RESULT_SUCCESS);
}

static bool search_ends_early(struct session *session, const struct ldap_request *request)
{
	send_children(session, request, 1, BEFORE_END);
	return false;
}

/* Once: whoever connects again is served well. */
static bool search_ends_once(struct session *session, const struct ldap_request *request)
{
	return session->number == 1 ? search_ends_early(session, request)
				    : answer_search(session, request);
}

static bool search_disconnects(struct session *session, const struct ldap_request *request)
{
	(void)request;
	send_disconnection(session);
	return false;
}

static bool search_size_limit(struct session *session, const struct ldap_request *request)
{
	return send_children(session, request, 1, LIMIT) &&
	       send_result(session, request->id, ANSWER_DONE, RESULT_SIZE_LIMIT);
}

static bool search_endless_pages(struct session *session, const struct ldap_request *request)
{
	session->pages++;
	return send_children(session, request, session->pages, session->pages) &&
	       send_page_end(session, request->id, "more");
}

static bool search_empty_pages(struct session *session, const struct ldap_request *request)
{
	return send_page_end(session, request->id, "more");
}

static bool search_bad_dn(struct session *session, const struct ldap_request *request)
{
	const struct mode *mode = session->mode;
	struct entry entry = {mode->bytes, mode->length, request->name, "rdn", 3, 0, 1};
	return send_only(session, request, &entry);
}

static bool search_elsewhere(struct session *session, const struct ldap_request *request)
{
	struct entry entry = {NULL, 0, "cn=EXCH1,o=Elsewhere", "rdn", 3, 0, 1};
	return send_only(session, request, &entry);
}

static bool search_bad_attribute(struct session *session, const struct ldap_request *request)
{
	const struct mode *mode = session->mode;
	bool is_base = request->scope == LDAP_BASE;
	struct entry entry = {"cn=E1", is_base ? 0 : 5, request->name, mode->bytes, mode->length, 0,
			      1};
	return send_only(session, request, &entry);
}

/* Agrees to StartTLS, then goes on in plain text with the answer to a bind that nobody made. */
static bool starttls_plain(struct session *session, const struct ldap_request *request)
{
	return send_result(session, request->id, ANSWER_EXTENDED, RESULT_SUCCESS) &&
	       send_result(session, request->id + 1, ANSWER_BIND, RESULT_SUCCESS);
}

#define BYTES(text) .bytes = (text), .length = sizeof(text) - 1

/* "\x30\x0C" "\x02\x01N" "\x65\x07" "\x0A\x01\x00" "\x04\x00" "\x04\x00" is a whole result. */
static const struct mode modes[] = {
    {.name = "sound"},

    /* too slow */
    {.name = "mute", .is_mute = true},
    {.name = "silent-bind", .bind = say_nothing},
    {.name = "silent-root", .search = say_nothing, .is_silent_root = true},
    {.name = "silent-search", .search = say_nothing},
    {.name = "drip", .is_slow = true},

    /* too much */
    {.name = "huge-entry", .search = search_huge_entry},
    {.name = "endless-entries", .search = search_endless, .is_about_lists = true},
    {.name = "endless-intermediate", .search = search_endless_intermediate},
    {.name = "endless-pages", .search = search_endless_pages, .is_about_lists = true},
    {.name = "empty-pages", .search = search_empty_pages, .is_about_lists = true},

    /* no BER, or another's */
    {.name = "other-id", .search = search_other_id},
    {.name = "ber-huge-length", .search = say_bytes, BYTES("\x30\x84\x7F\xFF\xFF\xFF\x02\x01")},
    {.name = "ber-length-of-length",
     .search = say_bytes,
     BYTES("\x30\x88\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02\x01\x02")},
    {.name = "ber-indefinite",
     .search = say_bytes,
     BYTES("\x30\x80\x02\x01\x00\x65\x07\x0A\x01\x00\x04\x00\x04\x00\x00\x00"),
     .id_at = 4},
    {.name = "ber-negative-id",
     .search = say_bytes,
     BYTES("\x30\x0C\x02\x01\xFF\x65\x07\x0A\x01\x00\x04\x00\x04\x00")},
    {.name = "ber-no-id",
     .search = say_bytes,
     BYTES("\x30\x0B\x02\x00\x65\x07\x0A\x01\x00\x04\x00\x04\x00")},
    {.name = "ber-long-id",
     .search = say_bytes,
     BYTES("\x30\x14\x02\x09\x01\x01\x01\x01\x01\x01\x01\x01\x01\x65\x07\x0A\x01\x00\x04\x00\x04"
	   "\x00")},
    {.name = "ber-truncated",
     .search = say_bytes_end,
     BYTES("\x30\x2E\x02\x01\x00\x64\x29\x04\x09o=Con"),
     .id_at = 4},
    {.name = "ber-empty", .search = say_bytes, BYTES("\x30\x00")},
    {.name = "ber-inner-overrun",
     .search = say_bytes,
     BYTES("\x30\x0C\x02\x01\x00\x64\x07\x04\x7Fo=Con"),
     .id_at = 4},
    {.name = "ber-entry-of-nothing",
     .search = say_bytes,
     BYTES("\x30\x05\x02\x01\x00\x64\x00"),
     .id_at = 4},
    {.name = "ber-result-of-nothing",
     .search = say_bytes,
     BYTES("\x30\x05\x02\x01\x00\x65\x00"),
     .id_at = 4},
    {.name = "ber-unknown-operation",
     .search = say_bytes,
     BYTES("\x30\x0C\x02\x01\x00\x7E\x07\x0A\x01\x00\x04\x00\x04\x00"),
     .id_at = 4},
    {.name = "no-ldap", .search = say_bytes, BYTES("HTTP/1.1 400 Bad Request\r\n\r\n")},

    /* elsewhere */
    {.name = "referral", .search = search_referral},
    {.name = "reference", .search = search_reference, .is_about_lists = true},

    /* cut short, or refused */
    {.name = "ends-in-search", .search = search_ends_early, .is_about_lists = true},
    {.name = "ends-once", .search = search_ends_once, .is_about_lists = true},
    {.name = "disconnects", .search = search_disconnects},
    {.name = "size-limit", .search = search_size_limit, .is_about_lists = true},
    {.name = "operations-error", .search = search_result, .code = 1},
    {.name = "time-limit", .search = search_result, .code = 3},
    {.name = "admin-limit", .search = search_result, .code = 11},
    {.name = "insufficient-access", .search = search_result, .code = 50},
    {.name = "busy", .search = search_result, .code = 51},
    {.name = "unavailable", .search = search_result, .code = RESULT_UNAVAILABLE},
    {.name = "result-of-no-table", .search = search_result, .code = 4711},
    {.name = "bind-protocol-error", .bind = bind_result, .code = RESULT_PROTOCOL_ERROR},
    {.name = "bind-stronger", .bind = bind_result, .code = 8},
    {.name = "bind-credentials", .bind = bind_result, .code = 49},
    {.name = "bind-unwilling", .bind = bind_result, .code = 53},
    {.name = "starttls-error", .extended = extended_result, .code = RESULT_PROTOCOL_ERROR},
    {.name = "starttls-unavailable", .extended = extended_result, .code = RESULT_UNAVAILABLE},
    {.name = "starttls-silent", .extended = say_nothing},
    {.name = "starttls-plain", .extended = starttls_plain},

    /* lists in parts: the first is honest */
    {.name = "ranges", .search = search_ranges},
    {.name = "range-endless", .search = search_range_endless},
    {.name = "range-repeats", .search = search_range_repeats},
    {.name = "range-overlaps", .search = search_range_overlaps},
    {.name = "range-gap", .search = search_range_gap},
    {.name = "range-short", .search = search_range_short},

    /* changes: what is asked before them is answered soundly */
    {.name = "modify-asserted", .has_assertion = true},
    {.name = "modify-silent", .modify = say_nothing},
    {.name = "modify-drip", .modify = modify_drips},
    {.name = "modify-ends", .modify = modify_ends},
    {.name = "modify-done-then-ends", .modify = modify_done_then_ends},
    {.name = "modify-disconnects", .modify = modify_disconnects},
    {.name = "modify-other-id", .modify = modify_other_id},
    {.name = "modify-wrong-type", .modify = modify_wrong_type},
    {.name = "modify-refers", .modify = modify_refers},
    {.name = "modify-no-control", .modify = modify_result, .code = 12, .has_assertion = true},
    {.name = "modify-busy", .modify = modify_result, .code = 51},
    {.name = "modify-chatty", .modify = modify_result, .code = 19, .words = "it was Gr8 secret"},
    {.name = "modify-result-of-no-table", .modify = modify_result, .code = 4711},
    {.name = "modify-no-ldap", .modify = say_bytes, BYTES("HTTP/1.1 400 Bad Request\r\n\r\n")},
    {.name = "modify-ber-truncated",
     .modify = say_bytes_end,
     BYTES("\x30\x2E\x02\x01\x00\x67\x29\x0A\x01\x00"),
     .id_at = 4},
    {.name = "modify-ber-of-nothing",
     .modify = say_bytes,
     BYTES("\x30\x05\x02\x01\x00\x67\x00"),
     .id_at = 4},
    {.name = "modify-ber-huge-length",
     .modify = say_bytes,
     BYTES("\x30\x84\x7F\xFF\xFF\xFF\x02\x01")},

    /* names that are none */
    {.name = "dn-nul", .search = search_bad_dn, BYTES("cn=E\x00")},
    {.name = "dn-bytes", .search = search_bad_dn, BYTES("cn=\xFF\xFE")},
    {.name = "dn-no-dn", .search = search_bad_dn, BYTES("EXCH1")},
    {.name = "dn-elsewhere", .search = search_elsewhere, .is_about_lists = true},
    {.name = "attribute-empty", .search = search_bad_attribute, BYTES("")},
    {.name = "attribute-blank", .search = search_bad_attribute, BYTES("r dn")},
    {.name = "attribute-nul", .search = search_bad_attribute, BYTES("rdn\x00")},
    {.name = "attribute-escape", .search = search_bad_attribute, BYTES("\x1B[2J")},
};

#define MODE_COUNT (sizeof modes / sizeof modes[0])

const struct mode *misbehave_next(const struct mode *mode)
{
	if (mode == NULL)
		return modes;
	return mode + 1 < modes + MODE_COUNT ? mode + 1 : NULL;
}

const struct mode *misbehave_mode(const char *name)
{
	for (size_t i = 0; i < MODE_COUNT; i++) {
		if (strcmp(modes[i].name, name) == 0)
			return &modes[i];
	}
	return NULL;
}
