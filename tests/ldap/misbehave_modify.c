/* What becomes of a change: done and said, done and not said, said wrongly. Nothing is stored. */
#include "misbehave.h"

#include <time.h>

bool answer_modify(struct session *session, const struct ldap_request *request)
{
	return send_result(session, request->id, ANSWER_MODIFIED, RESULT_SUCCESS);
}

bool modify_result(struct session *session, const struct ldap_request *request)
{
	return send_result(session, request->id, ANSWER_MODIFIED, session->mode->code);
}

/* The beginning of an answer, a byte each quarter of a second. */
bool modify_drips(struct session *session, const struct ldap_request *request)
{
	static const uint8_t bytes[] = {0x30, 0x84, 0, 0, 0, 0x0C, 0x02, 0x01};
	(void)request;
	for (size_t i = 0; i < sizeof bytes; i++) {
		if (!send_bytes(session, &bytes[i], 1))
			return false;
		nanosleep(&(struct timespec){0, 250000000}, NULL);
	}
	return true;
}

bool modify_ends(struct session *session, const struct ldap_request *request)
{
	(void)session;
	(void)request;
	return false;
}

/* What it says counts, whatever becomes of the connection. */
bool modify_done_then_ends(struct session *session, const struct ldap_request *request)
{
	answer_modify(session, request);
	return false;
}

bool modify_disconnects(struct session *session, const struct ldap_request *request)
{
	(void)request;
	send_disconnection(session);
	return false;
}

bool modify_other_id(struct session *session, const struct ldap_request *request)
{
	return send_result(session, request->id + 1000, ANSWER_MODIFIED, RESULT_SUCCESS);
}

bool modify_wrong_type(struct session *session, const struct ldap_request *request)
{
	return send_result(session, request->id, ANSWER_DONE, RESULT_SUCCESS);
}

bool modify_refers(struct session *session, const struct ldap_request *request)
{
	return send_referral(session, request->id, ANSWER_MODIFIED);
}
