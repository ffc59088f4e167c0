/* From what a person says about a directory server to what kbmend-directory is given. */
#include "command/server_options.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "command/command.h"
#include "source/dn.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- which server ---------------------------------------------------------------------------- */

static bool says_something(const struct kbm_server_options *server)
{
	return server->bind_dn != NULL || server->prompts || server->password_file != NULL ||
	       server->start_tls > 0 || server->mechanism != NULL || server->ca_file != NULL ||
	       server->followed_count > 0 || server->timeout_ms > 0;
}

enum kbm_code kbm_server_options_uri(const struct kbm_options *options, const char **uri,
				     struct kbm_error *error)
{
	*uri = options->server.uri;
	for (size_t i = 0; i < options->target_count; i++) {
		if (!kbm_ldap_uri_is(options->targets[i]))
			continue;
		if (*uri != NULL)
			return kbm_fail(error, KBM_USAGE,
					"%.90s and %.90s are both directory servers; a target has "
					"one",
					*uri, options->targets[i]);
		*uri = options->targets[i];
	}
	if (*uri == NULL && says_something(&options->server))
		return kbm_fail(error, KBM_USAGE,
				"-D, -W, -y, -Y, -Z, --ca-file, --follow-referrals and "
				"--server-timeout are about a directory server: name it with -H");
	return KBM_OK;
}

/* --- whether it goes together ---------------------------------------------------------------- */

static enum kbm_code check_bind(const struct kbm_server_options *said, struct kbm_error *error)
{
	bool has_password = said->prompts || said->password_file != NULL;
	if (said->mechanism != NULL && !kbm_text_equals_ascii_case(said->mechanism, "EXTERNAL"))
		return kbm_fail(error, KBM_USAGE,
				"-Y: '%.40s' is not EXTERNAL, the one mechanism that there is",
				said->mechanism);
	if (said->mechanism != NULL && (said->bind_dn != NULL || has_password))
		return kbm_fail(error, KBM_USAGE,
				"-Y EXTERNAL takes neither name (-D) nor password (-W, -y)");
	if (said->prompts && said->password_file != NULL)
		return kbm_fail(error, KBM_USAGE, "-W and -y both give the password; use one");
	if (has_password && (said->bind_dn == NULL || said->bind_dn[0] == '\0'))
		return kbm_fail(error, KBM_USAGE, "whose password is it? -D gives the name");
	if (said->bind_dn != NULL && !has_password)
		return kbm_fail(error, KBM_USAGE,
				"-D needs a password: -W asks for it, -y FILE reads it");
	return KBM_OK;
}

static enum kbm_code check_tls(const struct kbm_server_options *said,
			       const struct kbm_ldap_settings *settings, struct kbm_error *error)
{
	bool is_plain = settings->uri.scheme == KBM_LDAP_PLAIN;
	if (said->start_tls > 2)
		return kbm_fail(error, KBM_USAGE,
				"-Z tries StartTLS, -ZZ insists; there is no more");
	if (said->start_tls > 0 && !is_plain)
		return kbm_fail(error, KBM_USAGE, "-Z is for ldap://, which begins in the clear");
	if (said->ca_file != NULL && !kbm_ldap_settings_use_tls(settings))
		return kbm_fail(error, KBM_USAGE,
				"--ca-file is for encrypted connections: ldaps://, -Z or -ZZ");
	if (said->mechanism != NULL && settings->uri.scheme != KBM_LDAP_SOCKET)
		return kbm_fail(error, KBM_USAGE,
				"-Y EXTERNAL is for ldapi://, where the system knows who you are");
	return KBM_OK;
}

/* --- texts ----------------------------------------------------------------------------------- */

static enum kbm_code copy_text(const char *from, char **to, struct kbm_error *error)
{
	if (from == NULL || (*to = strdup(from)) != NULL)
		return KBM_OK;
	return kbm_fail(error, KBM_MEMORY, "out of memory");
}

/* A DN in either form, in LDAP's. */
static enum kbm_code take_base(const char *text, char **base, struct kbm_error *error)
{
	struct kbm_error reason = {0};
	struct kbm_bytes written;
	kbm_bytes_init(&written, KBM_DN_MAX_BYTES);
	enum kbm_code code = kbm_dn_text_to_ldap(text, &written, &reason);
	if (code == KBM_OK)
		code = copy_text(kbm_bytes_text(&written), base, error);
	else
		code = kbm_fail(error, KBM_USAGE, "the base '%.80s' is not a name (DN): %s", text,
				reason.message);
	kbm_bytes_clear(&written);
	return code;
}

static enum kbm_code fill_settings(const struct kbm_options *options, const char *uri,
				   struct kbm_ldap_settings *settings, struct kbm_error *error)
{
	const struct kbm_server_options *said = &options->server;
	struct kbm_error reason = {0};
	enum kbm_code code = kbm_ldap_uri_parse(uri, &settings->uri, &reason);
	if (code != KBM_OK) /* what stands before an @ may be a password */
		return kbm_fail(error, code, "'%.80s': %s", strchr(uri, '@') != NULL ? "-H" : uri,
				reason.message);
	if (settings->uri.scheme == KBM_LDAP_SOCKET && settings->uri.base != NULL &&
	    strchr(settings->uri.base, '=') == NULL)
		return kbm_fail(error, KBM_USAGE,
				"'%.80s': in a socket's path each / is written %%2F, as in "
				"ldapi://%%2Ftmp%%2Fldapi",
				uri);
	settings->bind = said->mechanism != NULL ? KBM_LDAP_EXTERNAL
			 : said->bind_dn != NULL ? KBM_LDAP_SIMPLE
						 : KBM_LDAP_ANONYMOUS;
	settings->start_tls = said->start_tls == 0   ? KBM_LDAP_NO_START_TLS
			      : said->start_tls == 1 ? KBM_LDAP_TRY_START_TLS
						     : KBM_LDAP_START_TLS;
	settings->timeout_ms = said->timeout_ms == 0 ? KBM_LDAP_TIMEOUT_MS : said->timeout_ms;
	const char *base = options->base != NULL ? options->base : settings->uri.base;
	code = copy_text(uri, &settings->name, error);
	if (code == KBM_OK)
		code = copy_text(said->bind_dn, &settings->bind_dn, error);
	if (code == KBM_OK && base != NULL && base[0] != '\0')
		code = take_base(base, &settings->base, error);
	for (size_t i = 0; code == KBM_OK && i < said->followed_count; i++) {
		code = copy_text(said->followed[i], &settings->followed[i], error);
		settings->followed_count += code == KBM_OK;
	}
	return code;
}

/* --- files ----------------------------------------------------------------------------------- */

static enum kbm_code open_file(const char *path, const char *what, int *descriptor,
			       struct stat *status, struct kbm_error *error)
{
	*descriptor = kbm_file_open_above(path, O_RDONLY | O_NONBLOCK);
	if (*descriptor < 0 || fstat(*descriptor, status) != 0)
		return kbm_fail(error, KBM_IO, "the %s %.140s: %s", what, path, strerror(errno));
	if (!S_ISREG(status->st_mode))
		return kbm_fail(error, KBM_INVALID, "the %s %.140s is no regular file", what, path);
	return KBM_OK;
}

static enum kbm_code open_password(const struct kbm_server_options *said, struct kbm_server *server,
				   struct kbm_error *error)
{
	struct stat status = {0};
	if (said->prompts) {
		server->prompts = true;
		server->password = kbm_file_open_above("/dev/tty", O_RDWR);
		return server->password >= 0
			   ? KBM_OK
			   : kbm_fail(error, KBM_REFUSED,
				      "-W: there is no terminal to ask on; -y FILE reads it");
	}
	if (said->password_file == NULL)
		return KBM_OK;
	enum kbm_code code =
	    open_file(said->password_file, "password file", &server->password, &status, error);
	if (code == KBM_OK && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		kbm_command_note("warning: others may read the password file %.160s (chmod 600)",
				 said->password_file);
	return code;
}

/* The system's own list of authorities. */
static const char *system_authorities(void)
{
	static const char *const files[] = {
	    "/etc/ssl/certs/ca-certificates.crt", /* Debian, Arch */
	    "/etc/pki/tls/certs/ca-bundle.crt",	  /* Fedora */
	    "/etc/ssl/ca-bundle.pem",		  /* SUSE */
	};
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		if (access(files[i], R_OK) == 0)
			return files[i];
	return NULL;
}

static enum kbm_code open_authorities(const struct kbm_server_options *said,
				      struct kbm_server *server, struct kbm_error *error)
{
	struct stat status = {0};
	if (!kbm_ldap_settings_use_tls(&server->settings))
		return KBM_OK;
	const char *path = said->ca_file != NULL ? said->ca_file : system_authorities();
	if (path == NULL)
		return kbm_fail(error, KBM_UNREADABLE,
				"this system has no list of certificate authorities; give one with "
				"--ca-file FILE");
	enum kbm_code code = open_file(path, "CA file", &server->authorities, &status, error);
	return code == KBM_OK ? copy_text(path, &server->settings.authorities, error) : code;
}

/* --- the whole ------------------------------------------------------------------------------- */

enum kbm_code kbm_server_options_open(const struct kbm_options *options, const char *uri,
				      struct kbm_server *server, struct kbm_error *error)
{
	const struct kbm_server_options *said = &options->server;
	struct kbm_server opened = {.password = -1, .authorities = -1};
	enum kbm_code code = check_bind(said, error);
	if (code == KBM_OK)
		code = fill_settings(options, uri, &opened.settings, error);
	if (code == KBM_OK)
		code = check_tls(said, &opened.settings, error);
	if (code == KBM_OK)
		code = open_authorities(said, &opened, error);
	if (code == KBM_OK)
		code = open_password(said, &opened, error);
	if (code != KBM_OK) {
		kbm_server_clear(&opened);
		return code;
	}
	*server = opened;
	return KBM_OK;
}
