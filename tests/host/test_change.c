/* plan/change: places, states and values as people read them. */
#include "plan_fixture.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static bool places_equal(struct kbm_place left, struct kbm_place right)
{
	bool equal = kbm_place_equal(&left, &right);
	kbm_place_free(&left);
	kbm_place_free(&right);
	return equal;
}

Test(change, compares_registry_places_by_their_physical_path)
{
	int same = places_equal(place_of(KBM_PLACE_VALUE, "HKLM\\a", "ControlSet001\\X", "SiteDN"),
				place_of(KBM_PLACE_VALUE, "HKLM\\b", "CONTROLSET001\\x", "sitedn"));
	int other_name = places_equal(value_place("SiteDN"), value_place("SiteDNs"));
	int other_kind = places_equal(place_of(KBM_PLACE_KEY, "a", "b", NULL),
				      place_of(KBM_PLACE_VALUE, "a", "b", ""));
	int other_set = places_equal(place_of(KBM_PLACE_KEY, "a", "ControlSet001\\X", NULL),
				     place_of(KBM_PLACE_KEY, "a", "ControlSet002\\X", NULL));
	int unresolved = places_equal(place_of(KBM_PLACE_KEY, "HKLM\\a", NULL, NULL),
				      place_of(KBM_PLACE_KEY, "hklm\\A", NULL, NULL));
	cr_expect(eq(int, same, 1));
	cr_expect(eq(int, other_name, 0));
	cr_expect(eq(int, other_kind, 0));
	cr_expect(eq(int, other_set, 0));
	cr_expect(eq(int, unresolved, 1));
}

Test(change, compares_directory_places_by_matching_rules)
{
	int same =
	    places_equal(place_of(KBM_PLACE_ATTRIBUTE, "cn=A, o=Contoso", NULL, "displayName"),
			 place_of(KBM_PLACE_ATTRIBUTE, "CN=a,O=contoso", NULL, "DISPLAYNAME"));
	int other = places_equal(place_of(KBM_PLACE_ENTRY, "cn=A,o=Contoso", NULL, NULL),
				 place_of(KBM_PLACE_ENTRY, "cn=B,o=Contoso", NULL, NULL));
	int broken = places_equal(place_of(KBM_PLACE_ENTRY, "no name", NULL, NULL),
				  place_of(KBM_PLACE_ENTRY, "NO NAME", NULL, NULL));
	cr_expect(eq(int, same, 1));
	cr_expect(eq(int, other, 0));
	cr_expect(eq(int, broken, 0));
}

/* A directory knows one attribute by several names. */
Test(change, knows_an_attribute_by_each_of_its_names)
{
	static const struct {
		const char *left;
		const char *right;
		bool same;
	} rows[] = {
	    {"userPassword", "2.5.4.35", true},
	    {"cn", "commonName", true},
	    {"2.5.4.35;x-a", "USERPASSWORD;X-A", true},
	    {"userPassword;x-a", "2.5.4.35", false},
	    {"rdn", "RDN", true},
	    {"rdn", "cn", false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct kbm_place left =
		    place_of(KBM_PLACE_ATTRIBUTE, "cn=A,o=B", NULL, rows[i].left);
		struct kbm_place right =
		    place_of(KBM_PLACE_ATTRIBUTE, "CN=a, O=b", NULL, rows[i].right);
		bool same = kbm_place_equal(&left, &right);
		cr_expect(eq(int, same, rows[i].same), "row %zu", i);
		kbm_place_free(&left);
		kbm_place_free(&right);
	}
}

Test(change, takes_an_attributes_values_as_a_set)
{
	struct kbm_state left = {0};
	struct kbm_state right = {0};
	kbm_state_add_value(&left, "a", 1);
	kbm_state_add_value(&left, "b", 1);
	kbm_state_add_value(&left, "b", 1);
	kbm_state_add_value(&right, "b", 1);
	kbm_state_add_value(&right, "a", 1);
	kbm_state_add_value(&right, "b", 1);
	int equal = kbm_state_equal(&left, &right);
	right.values[0].data[0] = 'a'; /* now a, a, b */
	int other = kbm_state_equal(&left, &right);
	cr_expect(eq(int, equal, 1));
	cr_expect(eq(int, other, 0));
	kbm_state_clear(&left);
	kbm_state_clear(&right);
}

Test(change, tells_absent_empty_and_types_apart)
{
	struct kbm_state absent = {0};
	struct kbm_state empty = {0};
	struct kbm_state binary = {0};
	kbm_state_set_value(&empty, KBM_REG_SZ, NULL, 0);
	kbm_state_set_value(&binary, KBM_REG_BINARY, NULL, 0);
	int absent_empty = kbm_state_equal(&absent, &empty);
	int types = kbm_state_equal(&empty, &binary);
	int itself = kbm_state_equal(&empty, &empty);
	cr_expect(eq(int, absent_empty, 0));
	cr_expect(eq(int, types, 0));
	cr_expect(eq(int, itself, 1));
	kbm_state_clear(&empty);
	kbm_state_clear(&binary);
}

Test(change, copies_deeply)
{
	struct kbm_result result = {0};
	add_set(&result, "Q1", "SiteDN", "old", "new", KBM_RISK_HIGH);
	struct kbm_change copy = {0};
	int done = kbm_change_copy(&result.changes[0], &copy);
	int same = kbm_change_same(&result.changes[0], &copy);
	kbm_result_clear(&result);
	cr_expect(eq(int, done, 1));
	cr_expect(eq(int, same, 1));
	EXPECT_TEXT(copy.place.name, "SiteDN");
	cr_expect(eq(int, (int)copy.risk, KBM_RISK_HIGH));
	cr_expect(eq(sz, copy.after.values[0].length, 8));
	kbm_change_clear(&copy);
}

Test(change, names_types_in_one_spelling)
{
	char name[32];
	uint32_t type = 99;
	for (uint32_t i = 0; i < 300; i++) {
		uint32_t back = UINT32_MAX;
		int parsed = kbm_value_type_parse(kbm_value_type_name(i, name), &back);
		cr_expect(eq(int, parsed, 1), "type %u", i);
		cr_expect(eq(u32, back, i));
	}
	static const char *const wrong[] = {"",
					    "REG_FOO",
					    "reg_sz",
					    "type 1",
					    "type 012",
					    "type ",
					    "type 4294967296",
					    "type -1",
					    "type 99999999999999999999"};
	for (size_t i = 0; i < COUNT(wrong); i++) {
		int parsed = kbm_value_type_parse(wrong[i], &type);
		cr_expect(eq(int, parsed, 0), "'%s'", wrong[i]);
	}
	cr_expect(eq(u32, type, 99));
	int parsed = kbm_value_type_parse("type 4294967295", &type);
	cr_expect(eq(int, parsed, 1));
	cr_expect(eq(u32, type, UINT32_MAX));
}

static const struct {
	uint32_t type;
	size_t length;
	char data[24];
	const char *text;
} values[] = {
    {KBM_REG_SZ, 6, "a\0b\0\0\0", "\"ab\""},
    {KBM_REG_SZ, 4, "\"\0\0\0", "\"\"\"\""},
    {KBM_REG_SZ, 2, "\0\0", "\"\""},
    {KBM_REG_SZ, 0, "", "\"\" (no NUL at its end)"},
    {KBM_REG_SZ, 4, "a\0b\0", "\"ab\" (no NUL at its end)"},
    {KBM_REG_SZ, 3, "a\0b", "\"a\" (no NUL at its end) (and 1 more byte: 62)"},
    {KBM_REG_SZ, 8, "a\0\0\0b\0\0\0", "\"a\" (and 4 more bytes: 62 00 00 00)"},
    {KBM_REG_EXPAND_SZ, 4, "%\0\0\0", "\"%\""},
    {KBM_REG_MULTI_SZ, 10, "a\0\0\0b\0\0\0\0\0", "{ \"a\", \"b\" }"},
    {KBM_REG_MULTI_SZ, 2, "\0\0", "{ }"},
    {KBM_REG_MULTI_SZ, 0, "", "{ } (no NUL at its end)"},
    {KBM_REG_MULTI_SZ, 4, "a\0\0\0", "{ \"a\" } (no NUL at its end)"},
    {KBM_REG_MULTI_SZ, 8, "a\0\0\0\0\0b\0", "{ \"a\" } (and 2 more bytes: 62 00)"},
    {KBM_REG_DWORD, 4, "\x01\0\0\0", "0x1 (1)"},
    {KBM_REG_DWORD, 4, "\xff\xff\xff\xff", "0xffffffff (4294967295)"},
    {KBM_REG_DWORD_BIG_ENDIAN, 4, "\0\0\0\x02", "0x2 (2)"},
    {KBM_REG_DWORD, 3, "\x01\0\0", "01 00 00 (3 bytes, not 4)"},
    {KBM_REG_QWORD, 8, "\xff\xff\xff\xff\xff\xff\xff\xff",
     "0xffffffffffffffff (18446744073709551615)"},
    {KBM_REG_BINARY, 3, "\x01\xab\xff", "01 ab ff"},
    {KBM_REG_BINARY, 0, "", "(no bytes)"},
    {KBM_REG_LINK, 2, "a\0", "\"a\""},
    {200, 1, "\x07", "07"},
};

Test(change, shows_values_and_their_broken_forms)
{
	for (size_t i = 0; i < COUNT(values); i++) {
		struct kbm_bytes out;
		kbm_bytes_init(&out, 1000);
		int done = kbm_value_text(values[i].type, (const uint8_t *)values[i].data,
					  values[i].length, &out);
		cr_expect(eq(int, done, 1), "row %zu", i);
		cr_expect(eq(str, (char *)kbm_bytes_text(&out), (char *)values[i].text), "row %zu",
			  i);
		kbm_bytes_clear(&out);
	}
}

Test(change, says_when_a_values_text_does_not_fit)
{
	struct kbm_bytes out;
	kbm_bytes_init(&out, 4);
	int done = kbm_value_text(KBM_REG_BINARY, (const uint8_t *)"\1\2\3", 3, &out);
	cr_expect(eq(int, done, 0));
	kbm_bytes_clear(&out);
}
