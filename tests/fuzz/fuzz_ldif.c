/* LDIF and the searches on it: any bytes, answered or refused. */
#include "source/directory.h"
#include "source/ldif.h"

#include <stdint.h>
#include <stdlib.h>

static void search(struct kbm_directory *directory, const char *base, enum kbm_scope scope,
		   const char *filter)
{
	struct kbm_directory_service service = kbm_directory_service(directory);
	struct kbm_directory_request request = {base, scope, filter, NULL, 0};
	struct kbm_entries entries = {0};
	struct kbm_error error;
	enum kbm_code code = service.search(service.context, &request, &entries, &error);
	/* An entry that the directory took is found by its own DN. */
	for (size_t i = 0; i < entries.count && i < 20; i++) {
		struct kbm_directory_request own = {entries.items[i].dn, KBM_SCOPE_BASE, NULL, NULL,
						    0};
		struct kbm_entries one = {0};
		if (service.search(service.context, &own, &one, &error) != KBM_OK || one.count != 1)
			abort();
		kbm_entries_clear(&one);
	}
	if (code != KBM_OK && entries.count != 0)
		abort();
	kbm_entries_clear(&entries);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kbm_directory *directory = NULL;
	struct kbm_error error;
	kbm_ldif_is(data, size);
	if (kbm_directory_open_ldif(data, size, &directory, &error) != KBM_OK)
		return 0;
	search(directory, "", KBM_SCOPE_SUB, NULL);
	search(directory, "", KBM_SCOPE_ONE, "(|(cn=a*b)(Home-MDB=o=A)(USN-Changed>=3)(!(x=y)))");
	search(directory, "o=A", KBM_SCOPE_SUB, "(&(rdn=\xc3\xbc*)(member=*))");
	kbm_directory_free(directory);
	return 0;
}
