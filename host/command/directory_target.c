/* The directory that `kbmend dir` asks. */
#include "command/directory_target.h"

#include "base/limits.h"
#include "base/text.h"
#include "command/command.h"
#include "source/dn.h"
#include "source/filter.h"
#include "source/syntax.h"

#include <string.h>

enum { SHOWN_BYTES = 60 };

enum kbm_code kbm_directory_target_open(const struct kbm_options *options,
					struct kbm_directory_target *target,
					struct kbm_error *error)
{
	struct kbm_prepared *prepared = &target->prepared;
	if (options->target_count == 0 && options->server.uri == NULL)
		return kbm_fail(error, KBM_USAGE,
				"no directory; -t FILE names an LDIF file, -H URI a server");
	enum kbm_code code = kbm_session_open(options, &target->session, error);
	if (code == KBM_OK)
		code = kbm_target_prepare(&target->session, options, NULL, prepared, error);
	if (code == KBM_OK && kbm_target_directory(&prepared->target) == NULL)
		code = kbm_fail(
		    error, KBM_USAGE,
		    "-t %.140s: is not a directory; -t FILE names an LDIF file, -H URI a server",
		    options->targets[0]);
	if (code == KBM_OK)
		code = kbm_target_await_export(target->session.broker, prepared, error);
	for (size_t i = 0; code == KBM_OK && options->verbose && i < prepared->notes.count; i++)
		kbm_command_note("%s: %s", prepared->sources[i].path, prepared->notes.items[i]);
	return code;
}

bool kbm_directory_target_may_lack(const struct kbm_directory_target *target)
{
	return kbm_broker_server_state(target->session.broker).is_doubtful;
}

void kbm_directory_target_note_lack(const struct kbm_directory_target *target)
{
	if (kbm_directory_target_may_lack(target))
		kbm_command_note("who has not bound may not be shown everything (Exchange 5.5: "
				 "recipients only); -D and -W bind");
}

void kbm_directory_target_close(struct kbm_directory_target *target)
{
	kbm_prepared_clear(&target->prepared);
	kbm_session_close(&target->session);
}

/* How much of an operand a message shows, without half a character at its end. */
static int shown_bytes(const char *text)
{
	return (int)kbm_text_whole_characters(text, strlen(text), SHOWN_BYTES);
}

enum kbm_code kbm_directory_target_name(const char *text, struct kbm_bytes *name,
					struct kbm_error *error)
{
	struct kbm_error reason = {0};
	if (text[0] == '(')
		return kbm_fail(error, KBM_USAGE,
				"'%.*s' is a filter, not a name (DN); `kbmend dir search` takes it",
				shown_bytes(text), text);
	/* <GUID=...> and the like are Active Directory's own: MS-ADTS 3.1.1.3.1.2.4 */
	if (text[0] == '<')
		return kbm_bytes_append_text(name, text)
			   ? KBM_OK
			   : kbm_fail(error, KBM_LIMIT, "the name is too long");
	enum kbm_code code = kbm_dn_text_to_ldap(text, name, &reason);
	if (code == KBM_INVALID || code == KBM_LIMIT)
		return kbm_fail(error, KBM_USAGE, "'%.*s' is not a name (DN): %s",
				shown_bytes(text), text, reason.message);
	return code == KBM_OK ? KBM_OK : kbm_fail(error, code, "%s", reason.message);
}

/* Whether a text without parentheses is a DN of several parts rather than one comparison. */
static bool looks_like_name(const char *text)
{
	struct kbm_dn *dn = NULL;
	bool is_name =
	    text[0] == '/' || (kbm_dn_parse(text, strlen(text), KBM_DN_LDAP, &dn, NULL) == KBM_OK &&
			       dn->rdn_count > 1);
	kbm_dn_free(dn);
	return is_name;
}

enum kbm_code kbm_directory_target_filter(const char *text, struct kbm_bytes *filter,
					  struct kbm_error *error)
{
	bool is_bare = text[0] != '(';
	struct kbm_filter *parsed = NULL;
	struct kbm_error reason = {0};
	if (is_bare && looks_like_name(text))
		return kbm_fail(
		    error, KBM_USAGE,
		    "'%.*s' is a name (DN), not a filter; `kbmend dir get` reads it, -b "
		    "searches below it (a filter on such a value stands in "
		    "parentheses)",
		    shown_bytes(text), text);
	if (is_bare && strchr(text, '=') == NULL)
		return kbm_fail(error, KBM_USAGE,
				"'%.*s' is not a filter (NAME=VALUE); for attributes of every "
				"entry write '(objectClass=*)' before them",
				shown_bytes(text), text);
	kbm_bytes_printf(filter, is_bare ? "(%s)" : "%s", text);
	if (filter->failed)
		return kbm_fail(error, KBM_USAGE, "the filter is longer than %lu bytes",
				KBM_FILTER_MAX_BYTES);
	/* What only servers understand is theirs to refuse. */
	enum kbm_code code = kbm_filter_parse(kbm_bytes_text(filter), &parsed, &reason);
	kbm_filter_free(parsed);
	if (code == KBM_OK || code == KBM_UNSUPPORTED)
		return KBM_OK;
	if (code == KBM_USAGE || code == KBM_LIMIT)
		return kbm_fail(error, KBM_USAGE, "'%.*s': %s", shown_bytes(kbm_bytes_text(filter)),
				kbm_bytes_text(filter), reason.message);
	return kbm_fail(error, code, "%s", reason.message);
}

enum kbm_code kbm_directory_target_attribute(const char *text, struct kbm_error *error)
{
	bool is_plain = kbm_attribute_name_is_valid(text, strlen(text));
	if (is_plain || (text[0] != '\0' && strpbrk(text, "=(/,") == NULL))
		return KBM_OK;
	return kbm_fail(error, KBM_USAGE,
			"'%.*s' is not the name of an attribute; those come last, and -b DN says "
			"where to search",
			shown_bytes(text), text);
}
