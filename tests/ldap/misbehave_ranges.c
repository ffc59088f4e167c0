/* Lists of values that come in parts, as Active Directory sends long ones
 * ([MS-ADTS] 3.1.1.3.1.3.3). */
#include "misbehave.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RANGE_STEP   5
#define RANGE_VALUES 12

/* What is asked for as NAME or NAME;range=FIRST-*. */
struct range {
	char name[64];
	size_t first;
};

static struct range asked_range(const struct ldap_request *request)
{
	struct range range = {"member", 0};
	size_t length = strcspn(request->attribute, ";");
	if (length > 0 && length < sizeof range.name && strcmp(request->attribute, "*") != 0) {
		memcpy(range.name, request->attribute, length);
		range.name[length] = '\0';
	}
	const char *first = strstr(request->attribute, ";range=");
	if (first != NULL)
		range.first = strtoul(first + strlen(";range="), NULL, 10);
	return range;
}

/* COUNT values from FIRST on, said to be a part; `is_last`: the last one. */
static bool send_range(struct session *session, const struct ldap_request *request, size_t first,
		       size_t count, bool is_last)
{
	struct range range = asked_range(request);
	char name[128];
	if (is_last)
		snprintf(name, sizeof name, "%s;range=%zu-*", range.name, first);
	else
		snprintf(name, sizeof name, "%s;range=%zu-%zu", range.name, first,
			 first + RANGE_STEP - 1);
	bool is_base = request->scope == LDAP_BASE;
	struct entry entry = {"cn=E1",	    is_base ? 0 : 5, request->name, name,
			      strlen(name), first,	     count};
	return send_only(session, request, &entry);
}

bool search_ranges(struct session *session, const struct ldap_request *request)
{
	size_t first = asked_range(request).first;
	if (first + RANGE_STEP < RANGE_VALUES)
		return send_range(session, request, first, RANGE_STEP, false);
	return send_range(session, request, first, RANGE_VALUES - first, true);
}

bool search_range_endless(struct session *session, const struct ldap_request *request)
{
	return send_range(session, request, asked_range(request).first, RANGE_STEP, false);
}

bool search_range_repeats(struct session *session, const struct ldap_request *request)
{
	return send_range(session, request, 0, RANGE_STEP, false);
}

bool search_range_overlaps(struct session *session, const struct ldap_request *request)
{
	size_t first = asked_range(request).first;
	size_t from = first > 2 ? first - 2 : 0;
	return send_range(session, request, from, RANGE_STEP, first >= RANGE_VALUES);
}

bool search_range_gap(struct session *session, const struct ldap_request *request)
{
	size_t first = asked_range(request).first;
	return send_range(session, request, first > 0 ? first + 2 : 0, RANGE_STEP,
			  first >= RANGE_VALUES);
}

/* Fewer values than the range says. */
bool search_range_short(struct session *session, const struct ldap_request *request)
{
	size_t first = asked_range(request).first;
	return send_range(session, request, first, 2, first >= RANGE_VALUES);
}
