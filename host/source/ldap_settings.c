/* The life of a server's settings. */
#include "source/ldap_settings.h"

#include <stdlib.h>
#include <string.h>

bool kbm_ldap_settings_use_tls(const struct kbm_ldap_settings *settings)
{
	return settings->uri.scheme == KBM_LDAP_TLS || settings->start_tls != KBM_LDAP_NO_START_TLS;
}

static bool copy_text(const char *from, char **to)
{
	*to = from == NULL ? NULL : strdup(from);
	return from == NULL || *to != NULL;
}

bool kbm_ldap_settings_copy(const struct kbm_ldap_settings *from, struct kbm_ldap_settings *to)
{
	struct kbm_ldap_settings copy = {
	    .bind = from->bind, .start_tls = from->start_tls, .timeout_ms = from->timeout_ms};
	bool done = kbm_ldap_uri_copy(&from->uri, &copy.uri) && copy_text(from->name, &copy.name) &&
		    copy_text(from->base, &copy.base) && copy_text(from->bind_dn, &copy.bind_dn) &&
		    copy_text(from->authorities, &copy.authorities);
	for (size_t i = 0; done && i < from->followed_count; i++) {
		done = copy_text(from->followed[i], &copy.followed[i]);
		copy.followed_count += done;
	}
	if (!done) {
		kbm_ldap_settings_clear(&copy);
		return false;
	}
	*to = copy;
	return true;
}

void kbm_ldap_settings_clear(struct kbm_ldap_settings *settings)
{
	free(settings->name);
	kbm_ldap_uri_clear(&settings->uri);
	free(settings->base);
	free(settings->bind_dn);
	free(settings->authorities);
	for (size_t i = 0; i < settings->followed_count; i++)
		free(settings->followed[i]);
	*settings = (struct kbm_ldap_settings){0};
}
