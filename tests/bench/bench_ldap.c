/* Base reads of a directory server through kbmend's processes, on one connection: as a person's
 * search, and by a script in its jail. Prints what ldap_loop prints, a line each.
 *   bench_ldap WORKER DIRECTORY STDLIB URL COUNT PATTERN */
#include "base/limits.h"
#include "guard/broker.h"
#include "times.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REPEATS = 9 };

struct bench {
	struct kbm_broker_options options;
	const char *url;
	size_t count;
	const char *pattern; /* %06zu becomes the number */
};

static void must(enum kbm_code code, const struct kbm_error *error)
{
	if (code == KBM_OK)
		return;
	fprintf(stderr, "bench_ldap: %s\n", error->message);
	exit(1);
}

static void open_source(const char *url, struct kbm_source *source)
{
	struct kbm_error error = {0};
	struct kbm_server *server = calloc(1, sizeof *server);
	if (server == NULL)
		exit(1);
	server->password = -1;
	server->authorities = -1;
	server->settings.name = strdup(url);
	server->settings.timeout_ms = KBM_LDAP_TIMEOUT_MS;
	must(kbm_ldap_uri_parse(url, &server->settings.uri, &error), &error);
	must(kbm_source_from_server(url, server, source, &error), &error);
}

static enum kbm_code count_values(void *context, const struct kbm_entry *entry,
				  struct kbm_error *error)
{
	size_t *values = context;
	(void)error;
	for (size_t i = 0; i < entry->attribute_count; i++)
		*values += entry->attributes[i].value_count;
	return KBM_OK;
}

static size_t read_as_person(struct kbm_broker *broker, const struct kbm_target *target,
			     const struct bench *bench)
{
	const char *number = strstr(bench->pattern, "%06zu");
	size_t values = 0;
	for (size_t i = 0; i < bench->count; i++) {
		char dn[512];
		struct kbm_error error = {0};
		snprintf(dn, sizeof dn, "%.*s%06zu%s", (int)(number - bench->pattern),
			 bench->pattern, i, number + strlen("%06zu"));
		const struct kbm_directory_request request = {dn, KBM_SCOPE_BASE, NULL, NULL,
							      0,  false};
		must(kbm_broker_search(broker, target, &request, count_values, &values, &error),
		     &error);
	}
	return values;
}

/* The script says how many values it saw. */
static size_t read_as_script(struct kbm_broker *broker, const struct kbm_target *target,
			     const struct bench *bench)
{
	char text[2048];
	struct kbm_result result = {0};
	struct kbm_error error = {0};
	const char *number = strstr(bench->pattern, "%06zu");
	int length = snprintf(
	    text, sizeof text,
	    "return { api = 1, id = 'bench', version = '1.0.0', title = 'Reads', "
	    "severity = 'low', needs = { directory = true }, check = function(target) "
	    "local values = 0 for i = 0, %zu do "
	    "local entry = target.directory:read((\"%.*s%%06d%s\"):format(i)) "
	    "for _, name in ipairs(entry:attributes()) do values = values + #entry:values(name) "
	    "end end target:pass(tostring(values)) end }",
	    bench->count - 1, (int)(number - bench->pattern), bench->pattern,
	    number + strlen("%06zu"));
	const struct kbm_script_order order = {target, "bench.lua", text,  (size_t)length, NULL,
					       NULL,   0,	    false, false};
	must(kbm_broker_run(broker, &order, &result, &error), &error);
	if (result.verdict != KBM_VERDICT_PASS) {
		fprintf(stderr, "bench_ldap: %s\n", result.reason);
		exit(1);
	}
	size_t values = strtoul(result.reason, NULL, 10);
	kbm_result_clear(&result);
	return values;
}

typedef size_t reader(struct kbm_broker *broker, const struct kbm_target *target,
		      const struct bench *bench);

/* Everything is started anew each time, so that no answer is known already. */
static void measure(const struct bench *bench, reader *read)
{
	double whole[REPEATS];
	double reads[REPEATS];
	size_t values = 0;
	for (size_t repeat = 0; repeat < REPEATS; repeat++) {
		struct kbm_broker *broker = NULL;
		struct kbm_source source = {0};
		struct kbm_error error = {0};
		double start = now_ms();
		must(kbm_broker_open(&bench->options, &broker, &error), &error);
		open_source(bench->url, &source);
		const struct kbm_target target = {.sources = &source, .source_count = 1};
		must(kbm_broker_open_directory(broker, &target, &error), &error);
		double connected = now_ms();
		values = read(broker, &target, bench);
		reads[repeat] = now_ms() - connected;
		whole[repeat] = now_ms() - start;
		kbm_broker_close(broker);
		kbm_source_clear(&source);
	}
	qsort(whole, REPEATS, sizeof *whole, compare_times);
	qsort(reads, REPEATS, sizeof *reads, compare_times);
	printf("%.2f %.2f %zu\n", whole[REPEATS / 2], reads[REPEATS / 2], values);
}

int main(int argc, char **argv)
{
	if (argc != 7 || strstr(argv[6], "%06zu") == NULL) {
		fputs("usage: bench_ldap WORKER DIRECTORY STDLIB URL COUNT PATTERN\n", stderr);
		return 64;
	}
	const struct bench bench = {
	    .options = {.worker_path = argv[1], .directory_path = argv[2], .stdlib_path = argv[3]},
	    .url = argv[4],
	    .count = strtoul(argv[5], NULL, 10),
	    .pattern = argv[6],
	};
	measure(&bench, read_as_person);
	measure(&bench, read_as_script);
	return 0;
}
