/* Changes an entry of a directory through the broker, as an apply does.
 *
 *   modify [-H URI and the like | -t LDIF] entry=DN attribute=NAME [before=VALUE...]
 * [after=VALUE...] [attribute=...] [look] [wait=FIFO] [again] [increments=N]
 *
 * \XX in a value is a byte. Prints the outcome's name, "unknown" where it is, and its message;
 * exits with the code, 100 more for unknown. look          asks for the attributes before and
 * after, through the cache of answers; prints them wait=FIFO     waits for a line of FIFO when the
 * server is connected and was looked at again         makes the change a second time, whatever the
 * first led to; prints both outcomes increments=N  the attribute holds a number: adds one N times,
 * each to what is read just before, and again where the server refuses; prints how often it did
 * entry= may stand between attributes: they are then of several entries. */
#include "command/options.h"
#include "command/server_options.h"
#include "guard/broker.h"
#include "guard/broker_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_CHANGES = 16, MAX_VALUE = 200000, UNKNOWN = 100, MAX_TRIES = 10000 };

struct work {
	struct kbm_broker *broker;
	struct kbm_source source;
	struct kbm_target target;
	struct kbm_change changes[MAX_CHANGES];
	size_t count;
	bool looks;
	bool again;
	const char *fifo;
	unsigned increments;
};

static void must(enum kbm_code code, const struct kbm_error *error)
{
	if (code == KBM_OK)
		return;
	fprintf(stderr, "modify: %s\n", error->message);
	exit(64);
}

/* --- what is to be done ---------------------------------------------------------------------- */

static void add_value(struct kbm_state *state, const char *text)
{
	static char bytes[MAX_VALUE];
	size_t length = 0;
	for (unsigned byte; *text != '\0' && length < sizeof bytes; length++) {
		if (*text == '\\' && sscanf(text + 1, "%2x", &byte) == 1) {
			bytes[length] = (char)byte;
			text += 3;
		} else {
			bytes[length] = *text++;
		}
	}
	if (*text != '\0' || !kbm_state_add_value(state, bytes, length))
		exit(64);
	state->present = true;
}

static const char *value_of(const char *word, const char *name)
{
	size_t length = strlen(name);
	return strncmp(word, name, length) == 0 && word[length] == '=' ? word + length + 1 : NULL;
}

static void begin_change(struct work *work, const char *dn, const char *attribute)
{
	if (dn == NULL || work->count == MAX_CHANGES)
		exit(64);
	struct kbm_change *change = &work->changes[work->count++];
	change->op = KBM_MODIFY_ENTRY;
	change->place = (struct kbm_place){.kind = KBM_PLACE_ATTRIBUTE,
					   .path = strdup(dn),
					   .name = strdup(attribute),
					   .name_length = strlen(attribute)};
}

static void read_words(struct work *work, char **words, int count)
{
	const char *dn = NULL;
	const char *value;
	for (int i = 0; i < count; i++) {
		struct kbm_change *last = &work->changes[work->count > 0 ? work->count - 1 : 0];
		if ((value = value_of(words[i], "entry")) != NULL)
			dn = value;
		else if ((value = value_of(words[i], "attribute")) != NULL)
			begin_change(work, dn, value);
		else if ((value = value_of(words[i], "before")) != NULL)
			add_value(&last->before, value);
		else if ((value = value_of(words[i], "after")) != NULL)
			add_value(&last->after, value);
		else if ((value = value_of(words[i], "wait")) != NULL)
			work->fifo = value;
		else if ((value = value_of(words[i], "increments")) != NULL)
			work->increments = (unsigned)atoi(value);
		else if (strcmp(words[i], "look") == 0)
			work->looks = true;
		else if (strcmp(words[i], "again") == 0)
			work->again = true;
		else
			exit(64);
	}
}

/* --- who does it ----------------------------------------------------------------------------- */

static void open_target(struct work *work, const struct kbm_options *options)
{
	const struct kbm_broker_options broker = {
	    .worker_path = KBM_WORKER, .directory_path = KBM_DIRECTORY, .stdlib_path = KBM_STDLIB};
	struct kbm_server server = {.password = -1, .authorities = -1};
	struct kbm_error error = {0};
	const char *uri = NULL;
	must(kbm_broker_open(&broker, &work->broker, &error), &error);
	must(kbm_server_options_uri(options, &uri, &error), &error);
	if (uri != NULL) {
		must(kbm_server_options_open(options, uri, &server, &error), &error);
		must(kbm_source_from_server(uri, &server, &work->source, &error), &error);
	} else {
		must(kbm_broker_prepare(work->broker, options->targets[0], KBM_USE_SCRIPTS, 1252,
					-1, &work->source, &error),
		     &error);
	}
	work->target = (struct kbm_target){.sources = &work->source, .source_count = 1};
}

/* An attribute as the cache or the server has it; the entries are the caller's. */
static enum kbm_code ask(struct work *work, const struct kbm_place *place,
			 struct kbm_entries *entries, struct kbm_error *error)
{
	const char *const attributes[] = {place->name};
	const struct kbm_directory_request request = {
	    .base = place->path, .attributes = attributes, .attribute_count = 1};
	const struct kbm_directory_service service = kbm_broker_directory_service(work->broker);
	enum kbm_code code = kbm_broker_open_directory(work->broker, &work->target, error);
	return code == KBM_OK ? service.search(service.context, &request, entries, error) : code;
}

static void print_values(struct work *work, const char *when)
{
	for (size_t i = 0; i < work->count; i++) {
		const struct kbm_place *place = &work->changes[i].place;
		struct kbm_entries entries = {0};
		struct kbm_error error = {0};
		if (ask(work, place, &entries, &error) != KBM_OK) {
			printf("%s: %s\n", when, error.message);
			continue;
		}
		const struct kbm_attribute *found =
		    entries.count == 0 ? NULL : kbm_entry_attribute(entries.items, place->name);
		printf("%s %s:", when, place->name);
		for (size_t j = 0; found != NULL && j < found->value_count; j++)
			printf(" <%s>", (const char *)found->values[j].data);
		printf("\n");
		kbm_entries_clear(&entries);
	}
}

static enum kbm_code change(struct work *work, bool *is_unknown)
{
	static const char *const names[] = {
	    [KBM_OK] = "OK",
	    [KBM_NOT_FOUND] = "NOT_FOUND",
	    [KBM_INVALID] = "INVALID",
	    [KBM_UNREADABLE] = "UNREADABLE",
	    [KBM_LIMIT] = "LIMIT",
	    [KBM_UNSUPPORTED] = "UNSUPPORTED",
	    [KBM_REFUSED] = "REFUSED",
	    [KBM_USAGE] = "USAGE",
	    [KBM_IO] = "IO",
	    [KBM_MEMORY] = "MEMORY",
	    [KBM_INTERNAL] = "INTERNAL",
	};
	struct kbm_error error = {0};
	enum kbm_code code = kbm_broker_modify(work->broker, &work->target, work->changes,
					       work->count, is_unknown, &error);
	printf("%s%s%s%s\n", names[code], *is_unknown ? " unknown" : "", code == KBM_OK ? "" : " ",
	       code == KBM_OK ? "" : error.message);
	return code;
}

static void wait_for(const char *fifo)
{
	printf("ready\n");
	fflush(stdout);
	FILE *opened = fopen(fifo, "r");
	if (opened == NULL)
		exit(64);
	(void)fgetc(opened);
	fclose(opened);
}

static int increment(struct work *work)
{
	struct kbm_change *only = &work->changes[0];
	unsigned done = 0;
	for (unsigned tries = 0; done < work->increments && tries < MAX_TRIES; tries++) {
		struct kbm_entries entries = {0};
		struct kbm_error error = {0};
		bool is_unknown = false;
		char number[32];
		must(ask(work, &only->place, &entries, &error), &error);
		const struct kbm_attribute *found =
		    kbm_entry_attribute(entries.items, only->place.name);
		if (found == NULL || found->value_count != 1)
			exit(64);
		snprintf(number, sizeof number, "%ld",
			 strtol((const char *)found->values[0].data, NULL, 10) + 1);
		kbm_state_clear(&only->before);
		kbm_state_clear(&only->after);
		add_value(&only->before, (const char *)found->values[0].data);
		add_value(&only->after, number);
		kbm_entries_clear(&entries);
		enum kbm_code code =
		    kbm_broker_modify(work->broker, &work->target, only, 1, &is_unknown, &error);
		if (code != KBM_REFUSED || is_unknown)
			must(code, &error);
		done += code == KBM_OK;
	}
	printf("%u\n", done);
	return done < work->increments;
}

static int do_all(struct work *work)
{
	bool is_unknown = false;
	if (work->increments > 0)
		return increment(work);
	if (work->looks)
		print_values(work, "before");
	if (work->fifo != NULL)
		wait_for(work->fifo);
	enum kbm_code code = change(work, &is_unknown);
	if (work->again)
		code = change(work, &is_unknown);
	if (work->looks)
		print_values(work, "after");
	return (int)code + (is_unknown ? UNKNOWN : 0);
}

int main(int argc, char **argv)
{
	static const enum kbm_option_id allowed[] = {KBM_SERVER_OPTIONS, KBM_OPTION_TARGET,
						     KBM_OPTION_END};
	static struct work work;
	struct kbm_options options = {0};
	struct kbm_error error = {0};
	int first = 0;
	must(kbm_options_parse(argc, argv, allowed, &options, &first, &error), &error);
	read_words(&work, argv + first, argc - first);
	open_target(&work, &options);
	int status = do_all(&work);
	kbm_broker_close(work.broker);
	kbm_source_clear(&work.source);
	for (size_t i = 0; i < work.count; i++)
		kbm_change_clear(&work.changes[i]);
	kbm_options_clear(&options);
	return status;
}
