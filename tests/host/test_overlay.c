/* plan/overlay: a registry and a directory as planned, against really changed ones. */
#include "plan_fixture.h"

#include "plan/overlay.h"
#include "source/directory.h"
#include "source/hive_build.h"
#include "source/registry.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* --- registries ------------------------------------------------------------------------------ */

/* A SYSTEM hive made from a tree, and what answers for it. */
struct fixture {
	struct kbm_tree *tree;
	struct kbm_bytes image;
	struct kbm_hive *hive;
	struct kbm_registry *registry;
	struct kbm_registry_service service;
};

static void put(struct kbm_tree *tree, const char *path, const char *name, uint32_t type,
		const void *data, size_t length)
{
	struct kbm_value value = {name, strlen(name), type, data, length};
	enum kbm_code code = kbm_tree_set_value(tree, path, &value, NULL);
	cr_assert(eq(int, (int)code, KBM_OK));
}

static void open_tree(struct fixture *fixture)
{
	struct kbm_build_options options = {
	    .minor = 5, .last_written = 1000, .file_name = "SYSTEM"};
	kbm_bytes_init(&fixture->image, 4 * KBM_MIB);
	enum kbm_code code = kbm_tree_build(fixture->tree, &options, &fixture->image, NULL);
	cr_assert(eq(int, (int)code, KBM_OK));
	code = kbm_hive_open(fixture->image.data, fixture->image.length, &fixture->hive, NULL);
	cr_assert(eq(int, (int)code, KBM_OK));
	kbm_registry_make(&fixture->registry, NULL);
	kbm_registry_mount(fixture->registry, "SYSTEM", fixture->hive, kbm_hive_root(fixture->hive),
			   NULL);
	fixture->service = kbm_registry_service(fixture->registry);
}

static void close_tree(struct fixture *fixture)
{
	kbm_registry_free(fixture->registry);
	kbm_hive_close(fixture->hive);
	kbm_bytes_clear(&fixture->image);
	kbm_tree_free(fixture->tree);
}

static void put_select(struct kbm_tree *tree)
{
	static const char *const names[] = {"Current", "Default", "Failed", "LastKnownGood"};
	for (size_t i = 0; i < COUNT(names); i++)
		put(tree, "Select", names[i], KBM_REG_DWORD, "\1\0\0\0", 4);
}

/* The IMC's key with SiteDN and two neighbours, and a few services. */
static struct fixture exchange(void)
{
	struct fixture fixture = {0};
	kbm_tree_make("root", &fixture.tree, NULL);
	put_select(fixture.tree);
	put(fixture.tree, IMC_PHYSICAL, "First", KBM_REG_SZ, "1\0\0\0", 4);
	put(fixture.tree, IMC_PHYSICAL, "SiteDN", KBM_REG_SZ, "o\0\0\0", 4);
	put(fixture.tree, IMC_PHYSICAL, "Last", KBM_REG_SZ, "2\0\0\0", 4);
	kbm_tree_create_key(fixture.tree, "ControlSet001\\Services\\B", NULL);
	kbm_tree_create_key(fixture.tree, "ControlSet001\\Services\\D\\Below\\Deep", NULL);
	kbm_tree_create_key(fixture.tree, "ControlSet001\\Services\\Z", NULL);
	open_tree(&fixture);
	return fixture;
}

static struct kbm_overlay *lay(const struct fixture *fixture, const struct kbm_result *planned)
{
	struct kbm_overlay *overlay = NULL;
	struct kbm_error error = {0};
	enum kbm_code code = kbm_overlay_make(planned->changes, planned->change_count,
					      &fixture->service, &overlay, &error);
	cr_assert(eq(int, (int)code, KBM_OK), "%s", error.message);
	return overlay;
}

/* The names of a key's subkeys, or values, in their order: "A,B,". */
static char *listed(const struct kbm_registry_service *service, const char *path, bool of_values)
{
	struct kbm_bytes out;
	kbm_bytes_init(&out, KBM_MIB);
	for (size_t i = 0;; i++) {
		struct kbm_key key;
		struct kbm_value value;
		enum kbm_code code =
		    of_values ? service->value_at(service->context, path, i, &value, NULL)
			      : service->subkey_at(service->context, path, i, &key, NULL);
		if (code != KBM_OK) {
			cr_expect(eq(int, (int)code, KBM_NOT_FOUND));
			return kbm_bytes_take(&out, NULL);
		}
		kbm_bytes_append(&out, of_values ? value.name : key.name,
				 of_values ? value.name_length : key.name_length);
		kbm_bytes_append_byte(&out, ',');
	}
}

static void expect_list(const struct kbm_registry_service *service, const char *path,
			bool of_values, const char *expected)
{
	char *names = listed(service, path, of_values);
	EXPECT_TEXT(names, expected);
	free(names);
}

static enum kbm_code ask(const struct kbm_registry_service *service, const char *path,
			 const char *name, struct kbm_value *value)
{
	return service->get_value(service->context, path, name, strlen(name), value, NULL);
}

Test(overlay, shows_set_and_deleted_values_by_any_path)
{
	struct fixture fixture = exchange();
	struct kbm_result planned = result_of("Q1", KBM_VERDICT_FAIL);
	add_set(&planned, "Q1", "SITEDN", "o", "new", KBM_RISK_LOW);
	add_set(&planned, "Q1", "first", "1", NULL, KBM_RISK_LOW);
	add_set(&planned, "Q1", "Added", NULL, "yes", KBM_RISK_LOW);
	struct kbm_overlay *overlay = lay(&fixture, &planned);
	struct kbm_registry_service service = kbm_overlay_service(overlay);
	static const char *const paths[] = {IMC_PATH, ("HKLM\\SYSTEM\\" IMC_PHYSICAL "\\"),
					    "hkey_local_machine\\system\\controlset001" SERVICES};
	for (size_t i = 0; i < COUNT(paths); i++) {
		struct kbm_value value;
		struct kbm_key key;
		enum kbm_code code = ask(&service, paths[i], "SiteDN", &value);
		cr_assert(eq(int, (int)code, KBM_OK));
		cr_expect(eq(sz, value.length, 8));
		EXPECT_TEXT(value.name, "SiteDN"); /* the stored spelling stays */
		code = ask(&service, paths[i], "First", &value);
		cr_expect(eq(int, (int)code, KBM_NOT_FOUND));
		code = ask(&service, paths[i], "Last", &value);
		cr_expect(eq(int, (int)code, KBM_OK));
		code = ask(&service, paths[i], "ADDED", &value);
		cr_assert(eq(int, (int)code, KBM_OK));
		EXPECT_TEXT(value.name, "Added");
		expect_list(&service, paths[i], true, "SiteDN,Last,Added,");
		code = service.get_key(service.context, paths[i], &key, NULL);
		cr_assert(eq(int, (int)code, KBM_OK));
		cr_expect(eq(sz, key.value_count, 3));
		cr_expect(eq(u64, key.last_written, 1000));
	}
	struct kbm_value below;
	enum kbm_code code = ask(&fixture.service, IMC_PATH, "First", &below);
	cr_expect(eq(int, (int)code, KBM_OK)); /* nothing was changed below */
	kbm_overlay_free(overlay);
	kbm_result_clear(&planned);
	close_tree(&fixture);
}

Test(overlay, shows_created_and_deleted_keys)
{
	struct fixture fixture = exchange();
	struct kbm_result planned = result_of("Q1", KBM_VERDICT_FAIL);
	static const char services_path[] = "HKLM\\SYSTEM\\CurrentControlSet\\Services";
	add_key(&planned, "Q1", "controlset001\\services\\d", true);
	add_key(&planned, "Q1", "ControlSet001\\Services\\c\\Sub\\Deep", false);
	add_key(&planned, "Q1", "ControlSet001\\Services\\A", false);
	add_key(&planned, "Q1", "ControlSet001\\Services\\b", false); /* is there */
	struct kbm_overlay *overlay = lay(&fixture, &planned);
	struct kbm_registry_service service = kbm_overlay_service(overlay);
	struct kbm_key key;
	struct kbm_value value;
	expect_list(&service, services_path, false, "A,B,c,MSExchangeIMC,Z,");
	enum kbm_code code = service.get_key(service.context, services_path, &key, NULL);
	cr_expect(eq(int, (int)code, KBM_OK));
	cr_expect(eq(sz, key.subkey_count, 5));
	code = service.get_key(service.context, "HKLM\\SYSTEM\\ControlSet001\\Services\\C\\SUB",
			       &key, NULL);
	cr_assert(eq(int, (int)code, KBM_OK));
	EXPECT_TEXT(key.name, "Sub");
	cr_expect(eq(u64, key.last_written, 0));
	cr_expect(eq(sz, key.subkey_count, 1));
	static const char *const gone[] = {"HKLM\\SYSTEM\\ControlSet001\\Services\\D",
					   "HKLM\\SYSTEM\\ControlSet001\\Services\\D\\Below\\Deep",
					   "HKLM\\SYSTEM\\ControlSet001\\Services\\C\\Nothing"};
	for (size_t i = 0; i < COUNT(gone); i++) {
		code = service.get_key(service.context, gone[i], &key, NULL);
		cr_expect(eq(int, (int)code, KBM_NOT_FOUND), "%s", gone[i]);
		code = service.subkey_at(service.context, gone[i], 0, &key, NULL);
		cr_expect(eq(int, (int)code, KBM_NOT_FOUND), "%s", gone[i]);
		code = ask(&service, gone[i], "x", &value);
		cr_expect(eq(int, (int)code, KBM_NOT_FOUND), "%s", gone[i]);
	}
	kbm_overlay_free(overlay);
	kbm_result_clear(&planned);
	close_tree(&fixture);
}

Test(overlay, does_not_guess_which_control_set_becomes_current)
{
	struct fixture fixture = exchange();
	struct kbm_result planned = result_of("Q1", KBM_VERDICT_FAIL);
	struct kbm_overlay *overlay = NULL;
	struct kbm_error error = {0};
	add_set(&planned, "Q1", "Current", "1", "2", KBM_RISK_LOW);
	free(planned.changes[0].place.physical);
	planned.changes[0].place.physical = strdup("SELECT");
	enum kbm_code code =
	    kbm_overlay_make(planned.changes, 1, &fixture.service, &overlay, &error);
	cr_expect(eq(int, (int)code, KBM_UNSUPPORTED));
	EXPECT_HAS(error.message, "not simulatable");
	free(planned.changes[0].place.physical);
	planned.changes[0].place.physical = NULL;
	code = kbm_overlay_make(planned.changes, 1, &fixture.service, &overlay, &error);
	cr_expect(eq(int, (int)code, KBM_INVALID));
	kbm_result_clear(&planned);
	close_tree(&fixture);
}

/* --- against a really changed hive ------------------------------------------------------------ */

static unsigned random_below(uint64_t *seed, unsigned bound)
{
	*seed = *seed * 6364136223846793005U + 1442695040888963407U;
	return (unsigned)(*seed >> 33) % bound;
}

static const char *const key_names[] = {"A", "bb", "C c", "\xc3\xa4", "z"};
static const char *const value_names[] = {"", "V", "W", "\xc3\x9c", "x/y"};

/* A path of one to three keys below "Root". */
static void random_path(uint64_t *seed, char path[static 64])
{
	snprintf(path, 64, "Root");
	unsigned depth = 1 + random_below(seed, 3);
	for (unsigned i = 0; i < depth; i++) {
		size_t length = strlen(path);
		snprintf(path + length, 64 - length, "\\%s",
			 key_names[random_below(seed, COUNT(key_names))]);
	}
}

static struct kbm_tree *random_tree(uint64_t seed)
{
	struct kbm_tree *tree = NULL;
	char path[64];
	kbm_tree_make("root", &tree, NULL);
	put_select(tree);
	kbm_tree_create_key(tree, "Root", NULL);
	for (int i = 0; i < 25; i++) {
		random_path(&seed, path);
		uint8_t byte = (uint8_t)i;
		put(tree, path, value_names[random_below(&seed, COUNT(value_names))],
		    KBM_REG_BINARY, &byte, 1);
	}
	return tree;
}

/* A change that makes sense on the tree as it is, done there and added to the plan. A value that
 * was deleted is not set again: Windows would then put it last, a plan has one change a place. */
static void random_change(uint64_t *seed, struct kbm_tree *tree, struct kbm_result *planned,
			  struct kbm_bytes *deleted)
{
	char path[64];
	char mark[100];
	random_path(seed, path);
	const char *name = value_names[random_below(seed, COUNT(value_names))];
	unsigned kind = random_below(seed, 8);
	snprintf(mark, sizeof mark, "<%s|%s>", path, name);
	struct kbm_change change = change_of(KBM_SET_VALUE, "Q1");
	change.place = place_of(kind < 6 ? KBM_PLACE_VALUE : KBM_PLACE_KEY, path, path,
				kind < 6 ? name : NULL);
	uint8_t byte = (uint8_t)(100 + random_below(seed, 100));
	bool done = false;
	if (kind < 4 && strstr(kbm_bytes_text(deleted), mark) == NULL) {
		kbm_state_set_value(&change.after, KBM_REG_BINARY, &byte, 1);
		put(tree, path, name, KBM_REG_BINARY, &byte, 1);
		done = true;
	} else if (kind < 6 &&
		   kbm_tree_delete_value(tree, path, name, strlen(name), NULL) == KBM_OK) {
		change.op = KBM_DELETE_VALUE;
		kbm_bytes_append_text(deleted, mark);
		done = true;
	} else if (kind == 6) {
		change.op = KBM_CREATE_KEY;
		done = kbm_tree_create_key(tree, path, NULL) == KBM_OK;
	} else if (kind == 7) {
		change.op = KBM_DELETE_KEY;
		done = kbm_tree_delete_key(tree, path, NULL) == KBM_OK;
	}
	if (done)
		kbm_result_add_change(planned, &change);
	kbm_change_clear(&change);
}

/* The values of a name in the subkeys. */
static void compare_column(const struct kbm_registry_service *seen,
			   const struct kbm_registry_service *real, const char *path, uint64_t seed)
{
	const char *name = value_names[seed % COUNT(value_names)];
	struct kbm_key key = {.name = ""};
	for (size_t i = 0; key.name != NULL; i++) {
		struct kbm_key other = {0};
		struct kbm_value left = {0};
		struct kbm_value right = {0};
		int code = (int)real->value_below(real->context, path, i, name, strlen(name),
						  &other, &right, NULL);
		int seen_code = (int)seen->value_below(seen->context, path, i, name, strlen(name),
						       &key, &left, NULL);
		cr_assert(eq(int, seen_code, code), "seed %lu: %s %zu", seed, path, i);
		cr_assert(eq(int, key.name == NULL, other.name == NULL), "seed %lu: %s", seed,
			  path);
		if (code == KBM_OK)
			cr_assert(eq(int, left.data[0], right.data[0]), "seed %lu: %s", seed, path);
	}
}

static void compare_key(const struct kbm_registry_service *seen,
			const struct kbm_registry_service *real, const char *path, uint64_t seed)
{
	struct kbm_key one = {0};
	struct kbm_key other = {0};
	enum kbm_code code = real->get_key(real->context, path, &other, NULL);
	enum kbm_code seen_code = seen->get_key(seen->context, path, &one, NULL);
	cr_assert(eq(int, (int)seen_code, (int)code), "seed %lu: %s", seed, path);
	for (int of_values = 0; of_values <= 1; of_values++) {
		char *names = listed(seen, path, of_values);
		char *expected = listed(real, path, of_values);
		cr_assert(eq(str, names, expected), "seed %lu: %s", seed, path);
		free(names);
		free(expected);
	}
	for (size_t i = 0; i < COUNT(value_names); i++) {
		struct kbm_value left = {0};
		struct kbm_value right = {0};
		code = ask(real, path, value_names[i], &right);
		seen_code = ask(seen, path, value_names[i], &left);
		cr_assert(eq(int, (int)seen_code, (int)code), "seed %lu: %s", seed, path);
		if (code == KBM_OK) {
			cr_assert(eq(sz, left.length, right.length));
			cr_assert(eq(int, left.data[0], right.data[0]), "seed %lu: %s", seed, path);
		}
	}
	compare_column(seen, real, path, seed);
	if (seen_code != KBM_NOT_FOUND) {
		cr_assert(eq(sz, one.subkey_count, other.subkey_count), "seed %lu: %s", seed, path);
		cr_assert(eq(sz, one.value_count, other.value_count), "seed %lu: %s", seed, path);
	}
}

static void compare_below(const struct kbm_registry_service *seen,
			  const struct kbm_registry_service *real, const char *path, int depth,
			  uint64_t seed)
{
	compare_key(seen, real, path, seed);
	for (size_t i = 0; depth > 0 && i < COUNT(key_names); i++) {
		char *below = NULL;
		int made = asprintf(&below, "%s\\%s", path, key_names[i]);
		cr_assert(ge(int, made, 0));
		compare_below(seen, real, below, depth - 1, seed);
		free(below);
	}
	/* The counts of subkeys as their parent hands them out, too. */
	for (size_t i = 0;; i++) {
		struct kbm_key one;
		struct kbm_key other;
		if (real->subkey_at(real->context, path, i, &other, NULL) != KBM_OK)
			break;
		enum kbm_code code = seen->subkey_at(seen->context, path, i, &one, NULL);
		cr_assert(eq(int, (int)code, KBM_OK));
		cr_assert(eq(sz, one.subkey_count, other.subkey_count), "seed %lu: %s", seed, path);
		cr_assert(eq(sz, one.value_count, other.value_count), "seed %lu: %s", seed, path);
	}
}

Test(overlay, agrees_with_a_hive_that_was_really_changed, .timeout = 60)
{
	for (uint64_t seed = 1; seed <= 60; seed++) {
		struct fixture below = {.tree = random_tree(seed)};
		struct fixture changed = {.tree = random_tree(seed)};
		struct kbm_result planned = result_of("Q1", KBM_VERDICT_FAIL);
		struct kbm_bytes deleted;
		uint64_t state = seed * 7919;
		kbm_bytes_init(&deleted, KBM_MIB);
		for (int i = 0; i < 12; i++)
			random_change(&state, changed.tree, &planned, &deleted);
		open_tree(&below);
		open_tree(&changed);
		struct kbm_overlay *overlay = lay(&below, &planned);
		struct kbm_registry_service seen = kbm_overlay_service(overlay);
		compare_below(&seen, &changed.service, "HKLM\\SYSTEM\\Root", 3, seed);
		kbm_overlay_free(overlay);
		kbm_bytes_clear(&deleted);
		kbm_result_clear(&planned);
		close_tree(&below);
		close_tree(&changed);
	}
}

/* --- directories ----------------------------------------------------------------------------- */

static const char ldif[] = "dn: o=Contoso\nobjectClass: organization\no: Contoso\n\n"
			   "dn: ou=SITE1,o=Contoso\nobjectClass: organizationalUnit\nou: SITE1\n\n"
			   "dn: cn=A,ou=SITE1,o=Contoso\nobjectClass: person\ncn: A\n"
			   "displayName: Anna\ntitle: boss\n\n"
			   "dn: cn=B,ou=SITE1,o=Contoso\nobjectClass: person\ncn: B\n"
			   "displayName: Bert\n\n"
			   "dn: cn=C,ou=SITE1,o=Contoso\nobjectClass: person\ncn: C\n"
			   "displayName: Carla\n";

struct searched {
	struct kbm_directory *directory;
	struct kbm_directory_service service;
	struct kbm_result planned;
	struct kbm_entries entries;
	struct kbm_error error;
};

static struct searched directory_of(void)
{
	struct searched searched = {.planned = result_of("Q1", KBM_VERDICT_FAIL)};
	enum kbm_code code = kbm_directory_open_ldif((const uint8_t *)ldif, sizeof ldif - 1,
						     &searched.directory, &searched.error);
	cr_assert(eq(int, (int)code, KBM_OK), "%s", searched.error.message);
	searched.service = kbm_directory_service(searched.directory);
	return searched;
}

static enum kbm_code search(struct searched *searched, const char *base, enum kbm_scope scope,
			    const char *filter, const char *attribute)
{
	struct kbm_directory_request request = {.base = base, .scope = scope, .filter = filter};
	request.attributes = &attribute;
	request.attribute_count = attribute == NULL ? 0 : 1;
	kbm_entries_clear(&searched->entries);
	return kbm_overlay_search(searched->planned.changes, searched->planned.change_count,
				  &searched->service, &request, &searched->entries,
				  &searched->error);
}

/* The names found: "A,B,". */
static void expect_found(struct searched *searched, const char *base, enum kbm_scope scope,
			 const char *filter, const char *expected)
{
	struct kbm_bytes names;
	kbm_bytes_init(&names, KBM_MIB);
	enum kbm_code code = search(searched, base, scope, filter, "cn");
	cr_expect(eq(int, (int)code, KBM_OK), "%s", searched->error.message);
	for (size_t i = 0; i < searched->entries.count; i++)
		kbm_bytes_printf(&names, "%c,", searched->entries.items[i].dn[3]);
	EXPECT_TEXT(kbm_bytes_text(&names), expected);
	kbm_bytes_clear(&names);
}

static void close_directory(struct searched *searched)
{
	kbm_entries_clear(&searched->entries);
	kbm_result_clear(&searched->planned);
	kbm_directory_free(searched->directory);
}

Test(overlay, finds_entries_as_they_will_be)
{
	struct searched searched = directory_of();
	add_modify(&searched.planned, "Q1", "CN=b, ou=site1, o=contoso", "DISPLAYNAME", "Bert",
		   "Anna");
	add_modify(&searched.planned, "Q1", "cn=A,ou=SITE1,o=Contoso", "title", "boss", NULL);
	add_modify(&searched.planned, "Q1", "cn=C,ou=SITE1,o=Contoso", "title", NULL, "boss");
	expect_found(&searched, "o=Contoso", KBM_SCOPE_SUB, "(displayName=Anna)", "A,B,");
	expect_found(&searched, "o=Contoso", KBM_SCOPE_SUB, "(displayName=Bert)", "");
	expect_found(&searched, "o=Contoso", KBM_SCOPE_SUB, "(title=*)", "C,");
	expect_found(&searched, "ou=SITE1,o=Contoso", KBM_SCOPE_ONE, "(!(title=*))", "B,A,");
	expect_found(&searched, "o=Contoso", KBM_SCOPE_ONE, "(displayName=Anna)", "");
	expect_found(&searched, "ou=SITE1,o=Contoso", KBM_SCOPE_ONE, "(displayName=Anna)", "A,B,");
	expect_found(&searched, "cn=B,ou=SITE1,o=Contoso", KBM_SCOPE_BASE, NULL, "B,");
	expect_found(&searched, "cn=A,ou=SITE1,o=Contoso", KBM_SCOPE_SUB, "(title=boss)", "");
	close_directory(&searched);
}

Test(overlay, hands_out_the_attributes_that_are_asked_for)
{
	struct searched searched = directory_of();
	add_modify(&searched.planned, "Q1", "cn=B,ou=SITE1,o=Contoso", "displayname", "Bert", "Bo");
	add_modify(&searched.planned, "Q1", "cn=B,ou=SITE1,o=Contoso", "title", NULL, "clerk");
	enum kbm_code code = search(&searched, "o=Contoso", KBM_SCOPE_SUB, "(cn=B)", "displayName");
	cr_assert(eq(int, (int)code, KBM_OK));
	cr_assert(eq(sz, searched.entries.count, 1));
	cr_expect(eq(sz, searched.entries.items[0].attribute_count, 1));
	const struct kbm_attribute *attribute =
	    kbm_entry_attribute(&searched.entries.items[0], "displayName");
	cr_assert(ne(ptr, (void *)attribute, NULL));
	EXPECT_TEXT(attribute->name, "displayName");
	EXPECT_TEXT((char *)attribute->values[0].data, "Bo");
	code = search(&searched, "o=Contoso", KBM_SCOPE_SUB, "(title=clerk)", NULL);
	cr_assert(eq(int, (int)code, KBM_OK));
	cr_assert(eq(sz, searched.entries.count, 1));
	attribute = kbm_entry_attribute(&searched.entries.items[0], "title");
	cr_assert(ne(ptr, (void *)attribute, NULL));
	EXPECT_TEXT((char *)attribute->values[0].data, "clerk");
	close_directory(&searched);
}

Test(overlay, says_what_cannot_be_simulated)
{
	struct searched searched = directory_of();
	add_modify(&searched.planned, "Q1", "cn=Missing,o=Contoso", "title", NULL, "x");
	enum kbm_code code = search(&searched, "o=Contoso", KBM_SCOPE_SUB, "(title=x)", NULL);
	cr_expect(eq(int, (int)code, KBM_UNSUPPORTED));
	EXPECT_HAS(searched.error.message, "not simulatable");
	kbm_result_clear(&searched.planned);
	add_modify(&searched.planned, "Q1", "cn=A,ou=SITE1,o=Contoso", "CN", "A", "B");
	code = search(&searched, "o=Contoso", KBM_SCOPE_SUB, "(title=x)", NULL);
	cr_expect(eq(int, (int)code, KBM_UNSUPPORTED));
	EXPECT_HAS(searched.error.message, "names its entry");
	close_directory(&searched);
}

Test(overlay, passes_on_what_below_says)
{
	struct searched searched = directory_of();
	add_modify(&searched.planned, "Q1", "cn=A,ou=SITE1,o=Contoso", "title", "boss", "x");
	enum kbm_code code = search(&searched, "o=Nobody", KBM_SCOPE_SUB, NULL, NULL);
	cr_expect(eq(int, (int)code, KBM_NOT_FOUND));
	code = search(&searched, "o=Contoso", KBM_SCOPE_SUB, "(title=", NULL);
	cr_expect(eq(int, (int)code, KBM_USAGE));
	close_directory(&searched);
}
