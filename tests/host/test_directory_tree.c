/* report/directory_tree: an answer's entries below each other, shown and in order. */
#include "report/directory_tree.h"

#include "base/limits.h"

#include <criterion/criterion.h>

#include <string.h>

enum { MOST = 12 };
#define EVERYTHING KBM_DN_MAX_RDNS

static const struct kbm_report_style ascii = {.width = 80};
static const struct kbm_report_style utf8 = {.width = 80, .utf8 = true};

static enum kbm_code make(const char *const *names, struct kbm_directory_tree *tree,
			  struct kbm_error *error)
{
	enum kbm_code code = kbm_directory_tree_init(tree, error);
	for (; code == KBM_OK && *names != NULL; names++)
		code = kbm_directory_tree_add(tree, *names, error);
	return code == KBM_OK ? kbm_directory_tree_link(tree, error) : code;
}

static const struct {
	const char *names[MOST];
	const char *text;
	const char *order; /* the numbers of arrival, one letter each: a is the first */
} trees[] = {
    {{NULL}, "", ""},
    {{"o=A"}, "o=A\n\n1 entry\n", "a"},
    {{"o=A", "ou=1,o=A", "cn=x,ou=1,o=A", "cn=y,ou=1,o=A", "ou=2,o=A", "cn=z,ou=2,o=A"},
     "o=A\n"
     "|-- ou=1\n"
     "|   |-- cn=x\n"
     "|   `-- cn=y\n"
     "`-- ou=2\n"
     "    `-- cn=z\n"
     "\n6 entries\n",
     "abcdef"},
    /* children first; spellings that are the same name */
    {{"cn=x,ou=1,o=A", "OU=1, O=a", "cn=y, ou=1,o=A", "o=A"},
     "o=A\n"
     "`-- OU=1\n"
     "    |-- cn=x\n"
     "    `-- cn=y\n"
     "\n4 entries\n",
     "dbac"},
    /* the entry between them may not be seen; several tops; a comma that is part of a name */
    {{"o=A", "cn=x,ou=hidden,o=A", "o=B", "cn=a\\, b,o=B", "cn=far,dc=c,dc=d"},
     "o=A\n"
     "`-- cn=x,ou=hidden\n"
     "o=B\n"
     "`-- cn=a\\, b\n"
     "cn=far,dc=c,dc=d\n"
     "\n5 entries\n",
     "abcde"},
    {{"", "o=A", "cn=x\xe2\x80\xaey\\0A,o=A"},
     "(root DSE)\n"
     "o=A\n"
     "`-- cn=x\\u{202E}y\\n\n"
     "\n3 entries\n",
     "abc"},
};

Test(directory_tree, shows_and_orders)
{
	for (size_t i = 0; i < sizeof trees / sizeof trees[0]; i++) {
		struct kbm_directory_tree tree;
		struct kbm_error error = {0};
		struct kbm_bytes out;
		uint32_t order[MOST] = {0};
		char letters[MOST + 1] = "";
		kbm_bytes_init(&out, KBM_MIB);
		cr_assert(make(trees[i].names, &tree, &error) == KBM_OK, "%s", error.message);
		cr_expect(kbm_report_tree_text(&tree, EVERYTHING, &ascii, &out));
		cr_expect(strcmp(kbm_bytes_text(&out), trees[i].text) == 0, "tree %zu:\n%s", i,
			  kbm_bytes_text(&out));
		cr_assert(kbm_directory_tree_order(&tree, order, &error) == KBM_OK);
		for (size_t j = 0; j < tree.count; j++)
			letters[j] = (char)('a' + order[j]);
		cr_expect(strcmp(letters, trees[i].order) == 0, "tree %zu: %s", i, letters);
		kbm_bytes_clear(&out);
		kbm_directory_tree_clear(&tree);
	}
}

static const char *const sample[] = {"o=A", "ou=1,o=A", "cn=x,ou=1,o=A", "ou=2,o=A", NULL};

Test(directory_tree, counts_what_it_does_not_show)
{
	static const char *const texts[] = {
	    "o=A  (3 below)\n\n4 entries, 1 shown\n",
	    "o=A\n├── ou=1  (1 below)\n└── ou=2\n\n4 entries, 3 shown\n",
	    "o=A\n├── ou=1\n│   └── cn=x\n└── ou=2\n\n4 entries\n",
	};
	struct kbm_directory_tree tree;
	struct kbm_error error = {0};
	cr_assert(make(sample, &tree, &error) == KBM_OK, "%s", error.message);
	for (size_t depth = 0; depth < sizeof texts / sizeof texts[0]; depth++) {
		struct kbm_bytes out;
		kbm_bytes_init(&out, KBM_MIB);
		cr_expect(kbm_report_tree_text(&tree, depth, &utf8, &out));
		cr_expect(strcmp(kbm_bytes_text(&out), texts[depth]) == 0, "%s",
			  kbm_bytes_text(&out));
		kbm_bytes_clear(&out);
	}
	kbm_directory_tree_clear(&tree);
}

Test(directory_tree, is_json_too)
{
	struct kbm_directory_tree tree;
	struct kbm_error error = {0};
	struct kbm_bytes out;
	kbm_bytes_init(&out, KBM_MIB);
	cr_assert(make(sample, &tree, &error) == KBM_OK, "%s", error.message);
	cr_expect(kbm_report_tree_json(&tree, 1, true, &out));
	cr_expect(strcmp(kbm_bytes_text(&out),
			 "{\"dn\":\"o=A\",\"depth\":0,\"below\":3}\n"
			 "{\"dn\":\"ou=1,o=A\",\"depth\":1,\"below\":1}\n"
			 "{\"dn\":\"ou=2,o=A\",\"depth\":1,\"below\":0}\n") == 0,
		  "%s", kbm_bytes_text(&out));
	kbm_bytes_reset(&out);
	cr_expect(kbm_report_tree_json(&tree, 0, false, &out));
	cr_expect(strcmp(kbm_bytes_text(&out), "[{\"dn\":\"o=A\",\"depth\":0,\"below\":3}\n]\n") ==
		      0,
		  "%s", kbm_bytes_text(&out));
	kbm_bytes_clear(&out);
	kbm_directory_tree_clear(&tree);
}

Test(directory_tree, refuses_what_no_directory_gives)
{
	static const struct {
		const char *names[3];
		const char *message;
	} wrong[] = {
	    {{"o=A", "no name"}, "entry 'no name': byte "},
	    {{"o=A", "O=a"}, "entry 'O=a': the directory gave it twice"},
	};
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct kbm_directory_tree tree;
		struct kbm_error error = {0};
		enum kbm_code code = make(wrong[i].names, &tree, &error);
		cr_expect(code == KBM_INVALID && strstr(error.message, wrong[i].message) != NULL,
			  "%d %s", (int)code, error.message);
		kbm_directory_tree_clear(&tree);
	}
}

Test(directory_tree, says_when_there_is_no_room)
{
	struct kbm_directory_tree tree;
	struct kbm_error error = {0};
	cr_assert(make(sample, &tree, &error) == KBM_OK, "%s", error.message);
	for (size_t room = 0; room < 40; room++) {
		struct kbm_bytes out;
		kbm_bytes_init(&out, room);
		cr_expect(!kbm_report_tree_text(&tree, EVERYTHING, &utf8, &out));
		kbm_bytes_reset(&out);
		cr_expect(!kbm_report_tree_json(&tree, EVERYTHING, false, &out));
		kbm_bytes_clear(&out);
	}
	kbm_directory_tree_clear(&tree);
}
