/* Any bytes for a server's certificate, a byte for the name that it had to be for before: there is
 * always a reason, and it is a text. */
#include "base/text.h"
#include "source/ldap_certificate.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const hosts[] = {"exch1", "192.0.2.1", "::1", "*", "a.b.example"};
	struct kbm_error error = {0};
	if (size < 1)
		return 0;
	const char *host = hosts[data[0] % (sizeof hosts / sizeof hosts[0])];
	enum kbm_code code = kbm_certificate_explain(data + 1, size - 1, host, "ca.pem", &error);
	if (code != KBM_UNREADABLE || error.message[0] == 0 ||
	    !kbm_text_is_utf8(error.message, strlen(error.message)))
		abort();
	return 0;
}
