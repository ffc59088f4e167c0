/* LDIF and the searches on it: any bytes, answered or refused; what was read is written back. */
#include "ldif_round_trip.h"

#include "base/limits.h"
#include "source/directory.h"
#include "source/ldif.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void search(struct kbm_directory *directory, const char *base, enum kbm_scope scope,
		   const char *filter)
{
	struct kbm_directory_service service = kbm_directory_service(directory);
	struct kbm_directory_request request = {base, scope, filter, NULL, 0, false};
	struct kbm_entries entries = {0};
	struct kbm_error error;
	enum kbm_code code = service.search(service.context, &request, &entries, &error);
	/* An entry that the directory took is found by its own DN. */
	for (size_t i = 0; i < entries.count && i < 20; i++) {
		struct kbm_directory_request own = {
		    entries.items[i].dn, KBM_SCOPE_BASE, NULL, NULL, 0, false};
		struct kbm_entries one = {0};
		if (service.search(service.context, &own, &one, &error) != KBM_OK || one.count != 1)
			abort();
		kbm_entries_clear(&one);
	}
	if (code != KBM_OK && entries.count != 0)
		abort();
	kbm_entries_clear(&entries);
}

/* All entries stand below the root, but for the root itself. */
static void count_all(struct kbm_directory *directory)
{
	static const char *const none[] = {"1.1"};
	struct kbm_directory_service service = kbm_directory_service(directory);
	const struct kbm_directory_request request = {"", KBM_SCOPE_SUB, NULL, none, 1, false};
	struct kbm_entries entries = {0};
	struct kbm_error error;
	size_t held = kbm_directory_entry_count(directory);
	if (held > KBM_DIRECTORY_MAX_ENTRIES)
		return;
	if (service.search(service.context, &request, &entries, &error) != KBM_OK ||
	    entries.count > held || entries.count + 1 < held)
		abort();
	kbm_entries_clear(&entries);
}

/* A comment in the first line, "#(cn=a)", is a filter to search with. */
static void search_as_asked(struct kbm_directory *directory, const uint8_t *data, size_t size)
{
	char filter[256];
	const uint8_t *end = memchr(data, '\n', size);
	size_t length = end == NULL ? 0 : (size_t)(end - data);
	if (length < 2 || length > sizeof filter || data[0] != '#' || data[1] != '(')
		return;
	memcpy(filter, data + 1, length - 1);
	filter[length - 1] = '\0';
	search(directory, "", KBM_SCOPE_SUB, filter);
	search(directory, "o=A", KBM_SCOPE_ONE, filter);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kbm_directory *directory = NULL;
	struct kbm_error error = {0};
	kbm_ldif_is(data, size);
	ldif_round_trip(data, size);
	if (kbm_directory_open_ldif(data, size, &directory, &error) != KBM_OK) {
		if (error.message[0] == '\0')
			abort();
		return 0;
	}
	count_all(directory);
	search(directory, "", KBM_SCOPE_SUB, NULL);
	search(directory, "", KBM_SCOPE_ONE, "(|(cn=a*b)(Home-MDB=o=A)(USN-Changed>=3)(!(x=y)))");
	search(directory, "o=A", KBM_SCOPE_SUB, "(&(rdn=\xc3\xbc*)(member=*))");
	search_as_asked(directory, data, size);
	kbm_directory_free(directory);
	return 0;
}
