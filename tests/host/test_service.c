/* Entries of a directory's answer: copying and finding an attribute. */
#include "source/service.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static char text_dn[] = "cn=A,o=Org";
static char text_cn[] = "cn";
static char text_blob[] = "Blob";
static uint8_t one[] = "A";
static uint8_t with_nul[] = {'x', 0, 'y', 0};
static struct kbm_blob cn_values[] = {{one, 1}, {one, 0}};
static struct kbm_blob blob_values[] = {{with_nul, 3}};
static struct kbm_attribute attributes[] = {{text_cn, cn_values, 2}, {text_blob, blob_values, 1}};
static const struct kbm_entry entry = {text_dn, attributes, 2};

static char text_other[] = "homeMDB";
static char text_certificate[] = "userCertificate;binary";
static char text_cut[] = "member;range=0-1";
static struct kbm_attribute others[] = {
    {text_other, cn_values, 1}, {text_certificate, blob_values, 1}, {text_cut, cn_values, 1}};
static const struct kbm_entry other_entry = {text_dn, others, 3};

Test(service, copies_entries_deeply)
{
	struct kbm_entry copy;
	cr_assert(eq(int, kbm_entry_copy(&entry, &copy), 1));
	cr_assert(eq(int, strcmp(copy.dn, text_dn), 0));
	cr_assert(ne(ptr, copy.dn, text_dn));
	cr_assert(eq(sz, copy.attribute_count, 2));
	cr_assert(eq(sz, copy.attributes[0].value_count, 2));
	cr_assert(eq(sz, copy.attributes[0].values[1].length, 0));
	cr_assert(eq(int, copy.attributes[0].values[1].data[0], 0), "an empty value ends in NUL");
	cr_assert(eq(sz, copy.attributes[1].values[0].length, 3));
	cr_assert(eq(int, memcmp(copy.attributes[1].values[0].data, "x\0y", 4), 0));
	kbm_entry_clear(&copy);
	cr_assert(eq(sz, copy.attribute_count, 0));
}

Test(service, copies_an_entry_without_attributes)
{
	struct kbm_entry bare = {text_dn, NULL, 0};
	struct kbm_entry copy;
	cr_assert(eq(int, kbm_entry_copy(&bare, &copy), 1));
	cr_assert(eq(sz, copy.attribute_count, 0));
	kbm_entry_clear(&copy);
}

Test(service, clears_entries_twice)
{
	struct kbm_entries entries = {calloc(2, sizeof(struct kbm_entry)), 2};
	cr_assert(ne(ptr, entries.items, NULL));
	cr_assert(eq(int, kbm_entry_copy(&entry, &entries.items[0]), 1));
	kbm_entries_clear(&entries);
	kbm_entries_clear(&entries);
	cr_assert(eq(sz, entries.count, 0));
}

Test(service, finds_attributes_whatever_their_case)
{
	cr_assert(eq(ptr, (void *)kbm_entry_attribute(&entry, "BLOB"), &attributes[1]));
	cr_assert(eq(ptr, (void *)kbm_entry_attribute(&entry, "Cn"), &attributes[0]));
	cr_assert(eq(ptr, (void *)kbm_entry_attribute(&entry, "sn"), NULL));
	cr_assert(eq(ptr, (void *)kbm_entry_attribute(&entry, ""), NULL));
}

Test(service, finds_attributes_under_their_other_names)
{
	cr_assert(eq(ptr, (void *)kbm_entry_attribute(&entry, "commonName"), &attributes[0]));
	cr_assert(eq(ptr, (void *)kbm_entry_attribute(&other_entry, "Home-MDB"), &others[0]));
	cr_assert(
	    eq(ptr, (void *)kbm_entry_attribute(&other_entry, "usercertificate"), &others[1]));
	cr_assert(eq(ptr, (void *)kbm_entry_attribute(&other_entry, "member"), NULL),
		  "a part of the values is not the attribute");
}
