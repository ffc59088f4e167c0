/* Changes names in many small ways and tries on pairs of them what must hold for all:
 * mutate_dn VECTORS CORPUS COUNT [SEED], with COUNT names in pairs. Same seed and files, same
 * names. Aborts where a property fails; ends with status 1 when too few pairs were of some kind. */
#include "base/file.h"
#include "base/limits.h"
#include "dn_exercise.h"
#include "measure.h"
#include "random.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SEEDS = 2000, MAX_CHANGES = 4, MAX_NAME = 600, PATH_BYTES = 4096 };

struct seeds {
	struct dn_text texts[MAX_SEEDS]; /* the two of a pair stand side by side */
	size_t count;
};

/* --- seeds ----------------------------------------------------------------------------------- */

static void add_seed(struct seeds *seeds, const char *bytes, size_t length, enum kbm_dn_form form)
{
	char *copy = malloc(length + 1);
	if (copy == NULL || seeds->count == MAX_SEEDS)
		abort();
	memcpy(copy, bytes, length);
	copy[length] = '\0';
	seeds->texts[seeds->count++] = (struct dn_text){copy, length, form};
}

/* In place; returns the length. */
static size_t undo_percents(char *text)
{
	size_t length = 0;
	for (size_t at = 0; text[at] != '\0';) {
		unsigned byte = 0;
		if (text[at] == '%' && sscanf(text + at + 1, "%2x", &byte) == 1) {
			text[length++] = (char)byte;
			at += 3;
		} else {
			text[length++] = text[at++];
		}
	}
	return length;
}

/* The columns of tests/data/dn-vectors.tsv: left, right, forms. */
static void add_vectors(struct seeds *seeds, const char *path)
{
	char line[8192];
	FILE *file = fopen(path, "re");
	if (file == NULL) {
		perror(path);
		exit(66);
	}
	while (fgets(line, sizeof line, file) != NULL) {
		char *rest = line;
		char *left = strsep(&rest, "\t\n");
		char *right = strsep(&rest, "\t\n");
		char *forms = strsep(&rest, "\t\n");
		if (line[0] == '#' || forms == NULL)
			continue;
		enum kbm_dn_form left_form =
		    strncmp(forms, "x500", 4) == 0 ? KBM_DN_X500 : KBM_DN_LDAP;
		enum kbm_dn_form right_form =
		    strstr(forms, "|x500") != NULL ? KBM_DN_X500 : KBM_DN_LDAP;
		add_seed(seeds, left, undo_percents(left), left_form);
		add_seed(seeds, right, undo_percents(right), right_form);
	}
	fclose(file);
}

/* As fuzz_dn.c reads it: a byte for the forms, a name, a line feed, a name. */
static void add_corpus_file(struct seeds *seeds, const char *path)
{
	struct kbm_bytes text;
	struct kbm_error error = {KBM_OK, ""};
	kbm_bytes_init(&text, KBM_MIB);
	if (kbm_file_read(path, false, &text, &error) != KBM_OK) {
		fprintf(stderr, "%s\n", error.message);
		exit(66);
	}
	if (text.length > 0) {
		const char *name = (const char *)text.data + 1;
		size_t length = text.length - 1;
		const char *feed = memchr(name, '\n', length);
		size_t left = feed != NULL ? (size_t)(feed - name) : length;
		add_seed(seeds, name, left, (enum kbm_dn_form)(text.data[0] % 3));
		add_seed(seeds, feed != NULL ? feed + 1 : name,
			 feed != NULL ? length - left - 1 : length,
			 (enum kbm_dn_form)(text.data[0] / 3 % 3));
	}
	kbm_bytes_clear(&text);
}

/* All names of three to five parts that are one of two: many can be aligned in several ways. */
static void add_words(struct seeds *seeds)
{
	for (unsigned length = 3; length <= 5; length++) {
		for (unsigned word = 0; word < 1U << length; word++) {
			char text[64] = "";
			for (unsigned i = 0; i < length; i++)
				strcat(text, (word >> i & 1U) != 0 ? "/cn=a" : "/cn=b");
			add_seed(seeds, text, strlen(text), KBM_DN_X500);
		}
	}
}

static int is_shown(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void add_corpus(struct seeds *seeds, const char *folder)
{
	struct dirent **entries = NULL;
	int count = scandir(folder, &entries, is_shown, alphasort);
	if (count < 0) {
		perror(folder);
		exit(66);
	}
	for (int i = 0; i < count; i++) {
		char path[PATH_BYTES];
		snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
		add_corpus_file(seeds, path);
		free(entries[i]);
	}
	free(entries);
}

/* --- changes --------------------------------------------------------------------------------- */

struct name {
	char bytes[MAX_NAME];
	size_t length;
};

/* `size` bytes over the `removed` at `at`; nothing when it would grow too long. */
static void splice(struct name *name, size_t at, size_t removed, const char *bytes, size_t size)
{
	if (name->length - removed + size > sizeof name->bytes)
		return;
	memmove(name->bytes + at + size, name->bytes + at + removed, name->length - at - removed);
	memcpy(name->bytes + at, bytes, size);
	name->length = name->length - removed + size;
}

static void insert_piece(struct name *name, size_t at, uint64_t *state)
{
	static const char *const pieces[] = {"cn=",
					     "CommonName=",
					     "2.5.4.3=",
					     "oid.2.5.4.11=",
					     "ou=",
					     "O=",
					     ",ou=S",
					     ",dc=",
					     "/cn=",
					     "/o=Org",
					     "+sn=",
					     "+CN=",
					     "\\,",
					     "\\20",
					     "\\00",
					     "\\C3\\9F",
					     "\\ff",
					     "#0C0161",
					     "#1E020061",
					     "#0401E9",
					     "\"",
					     ";",
					     " ",
					     "  ",
					     "\xC3\x9F",
					     "\xC2\xAD",
					     "\xE2\x80\x83",
					     "\xEF\xBC\xB3",
					     "\xE2\x84\xAB",
					     "\xEF\xAC\x81",
					     "e\xCC\x81",
					     "\xC3\x89",
					     "\xEF\xB7\xBA",
					     "\xE9",
					     "\xCC\x81",
					     "/"};
	const char *piece = pieces[random_below(state, sizeof pieces / sizeof *pieces)];
	splice(name, at, 0, piece, strlen(piece));
}

static void flip_case(struct name *name, size_t at)
{
	char c = name->bytes[at];
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
		name->bytes[at] = (char)(c ^ 0x20);
}

static void escape(struct name *name, size_t at)
{
	char escaped[4];
	snprintf(escaped, sizeof escaped, "\\%02x", (unsigned)(unsigned char)name->bytes[at]);
	splice(name, at, 1, escaped, 3);
}

/* Where some part begins: behind a separator, or at the start. */
static size_t some_part(const struct name *name, uint64_t *state)
{
	size_t at = random_below(state, name->length + 1);
	while (at > 0 && strchr(",;+/", name->bytes[at - 1]) == NULL)
		at--;
	return at;
}

/* A part is taken out, or stands at another place as well. */
static void move_part(struct name *name, uint64_t *state)
{
	char part[MAX_NAME];
	size_t from = some_part(name, state);
	size_t end = from;
	while (end < name->length && strchr(",;+/", name->bytes[end]) == NULL)
		end++;
	if (end == name->length)
		return;
	size_t size = end + 1 - from;
	memcpy(part, name->bytes + from, size);
	if (random_below(state, 4) != 0)
		splice(name, from, size, "", 0);
	if (random_below(state, 4) != 0)
		splice(name, some_part(name, state), 0, part, size);
}

/* Most often what is still a name, and often the same one. */
static void change(struct name *name, const struct dn_text *other, uint64_t *state)
{
	size_t kind = random_below(state, 12);
	size_t at = random_below(state, name->length + 1);
	size_t here = name->length == 0 ? 0 : at % name->length;
	if (name->length == 0 && kind > 1)
		return;
	switch (kind) {
	case 0: {
		size_t from = random_below(state, other->length + 1);
		splice(name, at, 0, other->bytes + from,
		       random_below(state, other->length - from + 1));
		break;
	}
	case 1:
	case 2:
		insert_piece(name, at, state);
		break;
	case 3:
		splice(name, here, random_below(state, name->length - here) % 8 + 1, "", 0);
		break;
	case 4:
		name->bytes[here] = (char)random_below(state, 256);
		break;
	case 5:
	case 6:
		escape(name, here);
		break;
	case 7:
	case 8:
		move_part(name, state);
		break;
	default:
		flip_case(name, here);
	}
}

static bool is_name(const char *bytes, size_t length, enum kbm_dn_form form)
{
	struct kbm_dn *dn = NULL;
	struct kbm_error error;
	bool read = kbm_dn_parse(bytes, length, form, &dn, &error) == KBM_OK;
	if (read)
		kbm_dn_free(dn);
	return read;
}

/* A seed after some changes, of which most that make it no name are taken back. In memory of
 * exactly its size, for the sanitizer; the caller's. */
static struct dn_text make_name(const struct seeds *seeds, size_t seed, uint64_t *state)
{
	struct name name = {.length = 0};
	struct dn_text made = seeds->texts[seed];
	splice(&name, 0, 0, made.bytes, made.length < MAX_NAME ? made.length : MAX_NAME);
	for (size_t left = random_below(state, MAX_CHANGES); left > 0; left--) {
		struct name before = name;
		change(&name, &seeds->texts[random_below(state, seeds->count)], state);
		if (random_below(state, 8) != 0 && !is_name(name.bytes, name.length, made.form))
			name = before;
	}
	char *bytes = malloc(name.length > 0 ? name.length : 1);
	if (bytes == NULL)
		abort();
	memcpy(bytes, name.bytes, name.length);
	made.bytes = bytes;
	made.length = name.length;
	return made;
}

/* --- runs ------------------------------------------------------------------------------------ */

/* Seldom one that is no name. */
static size_t choose(const struct seeds *seeds, uint64_t *state)
{
	size_t chosen = random_below(state, seeds->count);
	const struct dn_text *text = &seeds->texts[chosen];
	if (random_below(state, 8) != 0 && !is_name(text->bytes, text->length, text->form))
		return choose(seeds, state);
	return chosen;
}

/* A pair of a seed and its partner, of one name twice, or of two that have nothing to do with each
 * other; each side is then changed. */
static enum dn_outcome mutate(const struct seeds *seeds, uint64_t *state)
{
	size_t chosen = choose(seeds, state);
	size_t partner = chosen;
	size_t kind = random_below(state, 8);
	if (kind == 0)
		partner = choose(seeds, state);
	else if (kind < 4)
		partner = chosen ^ 1U;
	struct dn_text left = make_name(seeds, chosen, state);
	struct dn_text right = make_name(seeds, partner, state);
	enum dn_outcome outcome = exercise_dns(&left, &right);
	free((char *)left.bytes);
	free((char *)right.bytes);
	return outcome;
}

static int run(const struct seeds *seeds, unsigned long count, uint64_t seed)
{
	unsigned long met[DN_UNREADABLE + 1] = {0};
	unsigned long pairs = count / 2;
	uint64_t state = seed;
	double start = measure_seconds();
	for (unsigned long i = 0; i < pairs; i++)
		met[mutate(seeds, &state)]++;
	printf("%lu names of seed %llu from %zu, in pairs, in %.1f s: %lu identical, %lu "
	       "equivalent, %lu different, %lu with one that is no name\n",
	       2 * pairs, (unsigned long long)seed, seeds->count, measure_seconds() - start,
	       met[DN_IDENTICAL], met[DN_EQUIVALENT], met[DN_DIFFERENT], met[DN_UNREADABLE]);
	/* Were there hardly any of a kind, the test would show little of it. */
	for (size_t i = 0; i <= DN_UNREADABLE; i++) {
		if (met[i] < pairs / 50)
			return 1;
	}
	return 0;
}

int main(int count, char **arguments)
{
	static struct seeds seeds;
	if (count != 4 && count != 5) {
		fputs("usage: mutate_dn VECTORS CORPUS COUNT [SEED]\n", stderr);
		return 64;
	}
	add_vectors(&seeds, arguments[1]);
	add_corpus(&seeds, arguments[2]);
	add_words(&seeds);
	int status = run(&seeds, strtoul(arguments[3], NULL, 10),
			 count == 5 ? strtoull(arguments[4], NULL, 10) : 2140);
	for (size_t i = 0; i < seeds.count; i++)
		free((char *)seeds.texts[i].bytes);
	return status;
}
