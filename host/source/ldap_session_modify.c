/* The change of one entry: guarded as well as the server can, sent once, and what became of it.
 *
 * The values that go are named, so that the server itself refuses where they are not there any more
 * (noSuchAttribute), and those that come where they are there already (attributeOrValueExists).
 * Beyond that the entry must be as it was, where the server has the assertion control (RFC 4528).
 * An attribute without an equality rule has no values that can be named: the server refuses
 * (inappropriateMatching), and nothing is replaced unseen. */
#include "source/ldap_modify_parts.h"

#include "base/limits.h"
#include "source/ldap_outcome.h"
#include "source/secret_attributes.h"

#include <stdlib.h>

enum { RESULT_REFERRAL = 10, RESULT_ASSERTION_FAILED = 122 }; /* RFC 4511, RFC 4528 */

/* --- what is to be done ---------------------------------------------------------------------- */

static void add_part(struct kbm_ldap_writing *writing, bool adds, const char *attribute,
		     const struct kbm_blob *values, size_t count)
{
	if (count > 0)
		writing->parts[writing->part_count++] =
		    (struct kbm_ldap_part){adds, attribute, values, count};
}

/* Of each attribute first the values that go: one that has room for one value only is never asked
 * to hold two. */
static enum kbm_code plan_parts(struct kbm_ldap_writing *writing, struct kbm_error *error)
{
	const struct kbm_entry_change *change = writing->change;
	writing->differences = calloc(change->count + 1, sizeof *writing->differences);
	writing->parts = calloc(2 * change->count + 1, sizeof *writing->parts);
	writing->is_left_out = calloc(change->count + 1, sizeof *writing->is_left_out);
	if (writing->differences == NULL || writing->parts == NULL || writing->is_left_out == NULL)
		return kbm_fail(error, KBM_MEMORY, "no memory for a change");
	for (size_t i = 0; i < change->count; i++) {
		const struct kbm_attribute_change *item = &change->items[i];
		struct kbm_value_difference *difference = &writing->differences[i];
		enum kbm_code code = kbm_attribute_change_compare(item, difference, error);
		if (code != KBM_OK)
			return code;
		add_part(writing, false, item->name, difference->removed,
			 difference->removed_count);
		add_part(writing, true, item->name, difference->added, difference->added_count);
	}
	return KBM_OK;
}

static void clear_writing(struct kbm_ldap_writing *writing)
{
	for (size_t i = 0; writing->differences != NULL && i < writing->change->count; i++)
		kbm_value_difference_clear(&writing->differences[i]);
	free(writing->differences);
	free(writing->parts);
	free(writing->is_left_out);
	kbm_bytes_clear(&writing->assertion);
}

/* --- sending --------------------------------------------------------------------------------- */

static enum kbm_code explain_refusal(const struct kbm_ldap_writing *writing,
				     const struct kbm_ldap_outcome *outcome, const char *referral,
				     struct kbm_error *error)
{
	struct kbm_ldap_outcome said = *outcome;
	if (outcome->code == RESULT_REFERRAL)
		return kbm_fail(error, KBM_REFUSED,
				"the server refers to %.90s; changes are made on the server that "
				"is named, and on no other",
				referral == NULL ? "nowhere" : referral);
	if (outcome->code == RESULT_ASSERTION_FAILED && writing->moved != NULL)
		return kbm_fail(error, KBM_REFUSED, "'%.60s' is not what it was; look again",
				writing->moved);
	/* A server may repeat a value in its words. */
	for (size_t i = 0; i < writing->change->count; i++)
		if (kbm_attribute_is_secret(writing->change->items[i].name))
			said.words[0] = '\0';
	return kbm_ldap_explain(&said, KBM_LDAP_STEP_MODIFY, writing->session->manner.settings,
				error);
}

/* `late`: what is said when the time was over; NULL: it was not. */
static enum kbm_code explain_silence(const struct kbm_ldap_writing *writing,
				     const struct kbm_ldap_outcome *outcome,
				     const struct kbm_error *late, struct kbm_error *error)
{
	/* Other results come of notices, which are no answers: the connection is gone. */
	struct kbm_ldap_outcome seen = {.code = KBM_LDAP_GONE};
	struct kbm_error reason = {0};
	if (outcome->code == KBM_LDAP_GARBLED || outcome->code == KBM_LDAP_TOO_LARGE)
		seen.code = KBM_LDAP_GARBLED;
	if (late == NULL)
		kbm_ldap_explain(&seen, KBM_LDAP_STEP_MODIFY, writing->session->manner.settings,
				 &reason);
	return kbm_fail(error, KBM_UNREADABLE,
			"%.110s: whether the entry was changed is not known; look again",
			late == NULL ? reason.message : late->message);
}

static enum kbm_code send_change(struct kbm_ldap_writing *writing, bool *is_unknown,
				 struct kbm_error *error)
{
	struct kbm_ldap_session *session = writing->session;
	struct kbm_ldap_peer *peer = &session->server;
	const struct kbm_ldap_settings *settings = session->manner.settings;
	const struct kbm_ldap_modify modify = {
	    .dn = writing->change->dn,
	    .parts = writing->parts,
	    .count = writing->part_count,
	    .assertion =
		writing->assertion.length == 0 ? NULL : kbm_bytes_text(&writing->assertion),
	};
	struct kbm_ldap_outcome outcome;
	struct kbm_error late;
	char *referral = NULL;
	kbm_ldap_step_begin(peer, settings);
	enum kbm_ldap_progress progress =
	    kbm_ldap_modify(peer->connection, &modify, &outcome, &referral);
	bool in_time = kbm_ldap_step_end(settings, "the change", &late);
	enum kbm_code code = KBM_OK;
	switch (progress) {
	case KBM_LDAP_NOT_SENT:
		code =
		    kbm_fail(error, KBM_UNREADABLE, "the change cannot be sent: %s", outcome.words);
		break;
	case KBM_LDAP_SENT:
		*is_unknown = true;
		code = explain_silence(writing, &outcome, in_time ? NULL : &late, error);
		break;
	case KBM_LDAP_ANSWERED:
		if (outcome.code != KBM_LDAP_SUCCESS)
			code = explain_refusal(writing, &outcome, referral, error);
		break;
	}
	/* The next question makes a new connection: what is there now can be looked at. */
	if (progress != KBM_LDAP_ANSWERED || !in_time)
		kbm_ldap_peer_close(peer);
	free(referral);
	return code;
}

/* --- the whole ------------------------------------------------------------------------------- */

/* Nothing is sent that changes anything: every failure is a "no connection". */
static enum kbm_code get_ready(struct kbm_ldap_writing *writing, struct kbm_error *error)
{
	struct kbm_ldap_session *session = writing->session;
	struct kbm_error reason = {0};
	if (session->dead.code != KBM_OK)
		return kbm_fail(error, KBM_UNREADABLE, "%s", session->dead.message);
	enum kbm_code code = kbm_ldap_guard(writing, &reason);
	if (code == KBM_NOT_FOUND) {
		code = kbm_ldap_reconnect(session, &reason); /* as often as a search: once */
		if (code == KBM_OK)
			code = kbm_ldap_guard(writing, &reason);
		if (code == KBM_NOT_FOUND)
			kbm_fail(&reason, code, "the server closes the connection at every search");
	}
	return code == KBM_OK ? code : kbm_fail(error, KBM_UNREADABLE, "%s", reason.message);
}

enum kbm_code kbm_ldap_session_modify(struct kbm_ldap_session *session,
				      const struct kbm_entry_change *change, bool *is_unknown,
				      struct kbm_error *error)
{
	struct kbm_ldap_writing writing = {.session = session, .change = change};
	kbm_bytes_init(&writing.assertion, KBM_LDAP_MAX_ASSERTION);
	*is_unknown = false;
	enum kbm_code code = plan_parts(&writing, error);
	if (code == KBM_OK)
		code = get_ready(&writing, error);
	if (code == KBM_OK)
		code = send_change(&writing, is_unknown, error);
	clear_writing(&writing);
	return code;
}
