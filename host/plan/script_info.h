/* A script's header as checked plain data: what `list`, `describe`, `-p` and reports need. */
#ifndef KBM_PLAN_SCRIPT_INFO_H
#define KBM_PLAN_SCRIPT_INFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"

enum kbm_severity {
	KBM_SEVERITY_INFO,
	KBM_SEVERITY_LOW,
	KBM_SEVERITY_MEDIUM,
	KBM_SEVERITY_HIGH,
	KBM_SEVERITY_CRITICAL
};
enum kbm_param_type { KBM_PARAM_STRING, KBM_PARAM_INTEGER, KBM_PARAM_BOOLEAN, KBM_PARAM_CHOICE };

/* All texts are heap UTF-8, owned by the struct, never NULL unless said. */
struct kbm_text_list {
	char **items;
	size_t count;
};
struct kbm_symptom {
	int64_t event; /* -1: none */
	char *source;  /* of the event, "" for none */
	char *error;   /* an error code as written in the header ("2140"), "" for none */
	char *text;    /* words of a message, "" for none */
};
struct kbm_product {
	char *name;
	char *versions; /* "" for none */
};
/* An article whose check is the script's, too. */
struct kbm_alias {
	char *kb; /* "Q314148": as good as the script's id */
	char *title;
	struct kbm_product *products;
	size_t product_count;
	struct kbm_symptom *symptoms;
	size_t symptom_count;
};
struct kbm_param_info {
	char *name;
	enum kbm_param_type type;
	char *help;
	char *fallback;		      /* the default, written as -p takes it; NULL for none */
	struct kbm_text_list choices; /* of KBM_PARAM_CHOICE */
};
struct kbm_script_info {
	int64_t api;
	char *id;
	char *version;
	char *title;
	char *description;
	enum kbm_severity severity;
	struct kbm_text_list categories;
	struct kbm_product *products;
	size_t product_count;
	struct kbm_symptom *symptoms;
	size_t symptom_count;
	struct kbm_text_list references; /* "Q298565" or a URL */
	struct kbm_alias *aliases;
	size_t alias_count;
	struct kbm_text_list hives; /* needs.registry: "SYSTEM", ... */
	bool needs_directory;
	struct kbm_param_info *params; /* sorted by name */
	size_t param_count;
	bool on_request;  /* run when it is named only, alone or by a profile */
	bool has_applies; /* else it applies to every target */
	bool has_fix;
};

/* Starts from {0}; clear releases everything and leaves {0}. */
void kbm_script_info_clear(struct kbm_script_info *info);
const struct kbm_param_info *kbm_script_info_param(const struct kbm_script_info *info,
						   const char *name);
/* The alias of that id, in any case, or NULL. */
const struct kbm_alias *kbm_script_info_alias(const struct kbm_script_info *info, const char *kb);
/* Forgets an alias; `kb` may be its own. */
void kbm_script_info_drop_alias(struct kbm_script_info *info, const char *kb);
/* Whether needs.registry names that hive: "HKU" in it stands for every user's. */
bool kbm_script_info_needs_hive(const struct kbm_script_info *info, const char *hive);
/* "info", "low", ...; and back, false when unknown. */
const char *kbm_severity_name(enum kbm_severity severity);
bool kbm_severity_parse(const char *name, enum kbm_severity *severity);
const char *kbm_param_type_name(enum kbm_param_type type);
bool kbm_param_type_parse(const char *name, enum kbm_param_type *type);

/* "event 4086 of MSExchangeIMC, error 2140", without the text; false when `out` is full. */
bool kbm_symptom_append(const struct kbm_symptom *symptom, struct kbm_bytes *out);

/* Adding copies; false without memory, what was added before stays then. Sorting goes by bytes. */
bool kbm_text_list_add(struct kbm_text_list *list, const char *text);
bool kbm_text_list_add_all(struct kbm_text_list *list, const struct kbm_text_list *more);
void kbm_text_list_sort(struct kbm_text_list *list);
void kbm_text_list_clear(struct kbm_text_list *list);

/* Parameters given with -p, as texts; types are the script's. */
struct kbm_param {
	char *name;
	char *value;
};
struct kbm_params {
	struct kbm_param *items; /* sorted by name */
	size_t count;
};
bool kbm_params_set(struct kbm_params *params, const char *name, const char *value);
/* The value of a parameter, borrowed; NULL: it is not given. */
const char *kbm_params_get(const struct kbm_params *params, const char *name);
void kbm_params_clear(struct kbm_params *params);

#endif
