/* A test's LDAP server that answers wrongly on purpose: its parts. misbehave.c tells how it is run.
 */
#ifndef KBM_TEST_LDAP_MISBEHAVE_H
#define KBM_TEST_LDAP_MISBEHAVE_H

#include "ber.h"
#include "ldap_request.h"

enum {
	RESULT_SUCCESS = 0,
	RESULT_PROTOCOL_ERROR = 2,
	RESULT_SIZE_LIMIT = 4,
	RESULT_REFERRAL = 10,
	RESULT_UNAVAILABLE = 52,
	ANSWER_BIND = 0x61,
	ANSWER_ENTRY = 0x64,
	ANSWER_DONE = 0x65,
	ANSWER_MODIFIED = 0x67,
	ANSWER_REFERENCE = 0x73,
	ANSWER_EXTENDED = 0x78,
	ANSWER_INTERMEDIATE = 0x79
};

/* One connection. */
struct session {
	int socket;
	const struct mode *mode;
	const char *refer;	   /* the URL in referrals */
	size_t number;		   /* of the connection, from 1 */
	size_t pages;		   /* how many were sent */
	struct ber_writer message; /* the answer in the making */
	size_t message_end;	   /* for answer_send() */
};

/* Answers one request. False: the connection is closed. */
typedef bool handler(struct session *session, const struct ldap_request *request);

/* A way to misbehave. What has no handler of its own is answered as a sound server does. */
struct mode {
	const char *name;
	handler *bind;
	handler *search; /* of all but the root DSE */
	handler *extended;
	handler *modify;
	int32_t code;	     /* for handlers that send a result */
	const char *words;   /* in every result; NULL: none */
	const char *bytes;   /* for those that send what is no LDAP, or a name that is none */
	size_t length;	     /* of bytes */
	size_t id_at;	     /* where the message's number goes in bytes; 0: nowhere */
	bool is_mute;	     /* reads nothing, says nothing */
	bool is_slow;	     /* one byte a second */
	bool is_about_lists; /* one entry alone is given as a sound server does */
	bool is_silent_root; /* no answer about the root DSE either */
	bool has_assertion;  /* offers the assertion control (RFC 4528) */
};

/* The mode of that name, or NULL. */
const struct mode *misbehave_mode(const char *name);

/* The mode after `mode`, or the first after NULL; NULL: there is none left. */
const struct mode *misbehave_next(const struct mode *mode);

/* misbehave_answers.c: parts of answers, and a sound server's. */
bool send_bytes(struct session *session, const void *bytes, size_t length);
void answer_open(struct session *session, int32_t id, uint8_t operation);
bool answer_send(struct session *session);
bool send_result(struct session *session, int32_t id, uint8_t operation, int32_t code);
bool send_page_end(struct session *session, int32_t id, const char *cookie);
bool send_referral(struct session *session, int32_t id, uint8_t operation);
bool send_reference(struct session *session, int32_t id);
bool send_disconnection(struct session *session);

/* An entry named PREFIX,BASE, or BASE without a prefix, whose `attribute` has COUNT values. */
struct entry {
	const void *prefix;
	size_t prefix_length;
	const char *base;
	const void *attribute;
	size_t attribute_length;
	size_t first; /* the values are "value N", from this N on */
	size_t count;
};
bool send_entry(struct session *session, int32_t id, const struct entry *entry);
/* That entry and nothing else. */
bool send_only(struct session *session, const struct ldap_request *request,
	       const struct entry *entry);

/* The entries numbered first to last, one level below the base that was asked for. */
bool send_children(struct session *session, const struct ldap_request *request, size_t first,
		   size_t last);
bool send_root(struct session *session, int32_t id);

/* misbehave_ranges.c: an attribute's values in parts, true to what was asked for or not. */
handler search_ranges;
handler search_range_endless;
handler search_range_repeats;
handler search_range_overlaps;
handler search_range_gap;
handler search_range_short;

/* misbehave_modify.c: what becomes of a change. */
handler modify_drips;
handler modify_ends;
handler modify_done_then_ends;
handler modify_disconnects;
handler modify_other_id;
handler modify_wrong_type;
handler modify_refers;
handler modify_result;
handler answer_modify;

handler answer_bind;
handler answer_search;
handler answer_extended;

#endif
