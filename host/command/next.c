/* The command to type next, as a shell takes it. */
#include "command/next.h"

#include "base/limits.h"

#include <stdio.h>
#include <string.h>

void kbm_next_word(struct kbm_bytes *out, const char *word)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
				    "-_./=:,+@%";
	kbm_bytes_append_byte(out, ' ');
	if (word[0] != '\0' && word[strspn(word, plain)] == '\0') {
		kbm_bytes_append_text(out, word);
		return;
	}
	kbm_bytes_append_byte(out, '\'');
	for (; *word != '\0'; word++) {
		if (*word == '\'')
			kbm_bytes_append_text(out, "'\\''");
		else
			kbm_bytes_append_byte(out, (uint8_t)*word);
	}
	kbm_bytes_append_byte(out, '\'');
}

void kbm_next_option(struct kbm_bytes *out, const char *option, const char *value)
{
	kbm_bytes_printf(out, " %s", option);
	kbm_next_word(out, value);
}

void kbm_next_server(const struct kbm_options *options, struct kbm_bytes *out)
{
	const struct kbm_server_options *server = &options->server;
	const struct {
		const char *option;
		const char *value;
	} texts[] = {{"-H", server->uri},	{"-b", options->base},
		     {"-D", server->bind_dn},	{"-y", server->password_file},
		     {"-Y", server->mechanism}, {"--ca-file", server->ca_file}};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (texts[i].value != NULL)
			kbm_next_option(out, texts[i].option, texts[i].value);
	if (server->prompts)
		kbm_bytes_append_text(out, " -W");
	if (server->start_tls > 0)
		kbm_bytes_append_text(out, server->start_tls > 1 ? " -ZZ" : " -Z");
	for (size_t i = 0; i < server->followed_count; i++)
		kbm_next_option(out, "--follow-referrals", server->followed[i]);
	if (server->timeout_ms != 0) {
		char seconds[16];
		snprintf(seconds, sizeof seconds, "%g", server->timeout_ms / 1000.0);
		kbm_next_option(out, "--server-timeout", seconds);
	}
}

void kbm_next_options(const struct kbm_options *options, struct kbm_bytes *out)
{
	char number[16];
	for (size_t i = 0; i < options->target_count; i++)
		kbm_next_option(out, "-t", options->targets[i]);
	kbm_next_server(options, out);
	for (size_t i = 0; i < options->params.count; i++) {
		struct kbm_bytes pair;
		kbm_bytes_init(&pair, KBM_TEXT_MAX_BYTES);
		kbm_bytes_printf(&pair, "%s=%s", options->params.items[i].name,
				 options->params.items[i].value);
		kbm_next_option(out, "-p", kbm_bytes_text(&pair));
		kbm_bytes_clear(&pair);
	}
	if (options->selection_text != NULL)
		kbm_next_option(out, "--control-set", options->selection_text);
	if (options->codepage != KBM_DEFAULT_CODEPAGE) {
		snprintf(number, sizeof number, "%u", options->codepage);
		kbm_next_option(out, "--codepage", number);
	}
	if (options->logs != KBM_LOGS_AUTO)
		kbm_next_option(out, "--logs",
				options->logs == KBM_LOGS_REQUIRE ? "require" : "ignore");
	if (options->name != NULL)
		kbm_next_option(out, "--name", options->name);
	if (options->scripts != NULL)
		kbm_next_option(out, "--scripts", options->scripts);
	if (options->severity != KBM_SEVERITY_INFO)
		kbm_next_option(out, "--severity", kbm_severity_name(options->severity));
	for (size_t i = 0; i < options->category_count; i++)
		kbm_next_option(out, "--category", options->categories[i]);
	if (options->timeout_ms != 0) {
		snprintf(number, sizeof number, "%g", options->timeout_ms / 1000.0);
		kbm_next_option(out, "--timeout", number);
	}
	if (options->memory_mib != 0) {
		snprintf(number, sizeof number, "%u", options->memory_mib);
		kbm_next_option(out, "--max-memory", number);
	}
	if (options->include_secrets)
		kbm_bytes_append_text(out, " --include-secrets");
	if (options->unsafe)
		kbm_bytes_append_text(out, " --unsafe-no-sandbox");
}

/* Whether a change lies in what can be written to: a hive's file or a server, no export. */
static bool is_writable(const struct kbm_target *target, const struct kbm_change *change)
{
	if (change->op == KBM_MANUAL)
		return true;
	const struct kbm_source *source = kbm_target_source_of(target, change);
	return source != NULL &&
	       (source->kind == KBM_SOURCE_HIVE || source->kind == KBM_SOURCE_LDAP);
}

bool kbm_next_can_apply(const struct kbm_plan *plan, const struct kbm_target *target)
{
	for (size_t i = 0; i < plan->change_count; i++)
		if (!is_writable(target, &plan->changes[i]))
			return false;
	return true;
}
