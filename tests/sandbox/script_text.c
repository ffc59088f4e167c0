/* Attacks put into whole scripts: the one place that knows what stands around them. */
#include "script_text.h"

#include "base/limits.h"

#include <err.h>
#include <string.h>

enum { FAILED = 2 };

/* --- whole scripts --------------------------------------------------------------------------- */

/* ID becomes the script's id. What the bodies may use: KEY, target, params, finding, plan. */
#define KEY_LINE       \
	"local KEY = " \
	"\"HKLM\\\\SYSTEM\\\\CurrentControlSet\\\\Services\\\\MSExchangeIMC\\\\Parameters\"\n"
#define ATTACK KEY_LINE "local function attack(target, params, finding, plan)\n"
#define HEAD                                                                        \
	"return { api = 1, id = \"ID\", version = \"1.0.0\", title = \"Hostile\", " \
	"severity = \"low\",\n"                                                     \
	"needs = { registry = { \"SYSTEM\" }, directory = true },\n"                \
	"params = { word = { type = \"string\", help = \"any\", default = \"word\" } },\n"
#define SOUND                                                                                \
	"check = function(target)\n"                                                         \
	"assert(target.registry:get(\"HKLM\\\\SYSTEM\\\\Select\", \"Current\").data == 1)\n" \
	"assert(#target.directory:search{ base = \"o=Contoso\" } > 30)\n"                    \
	"return target:pass(\"sound\") end,\n"

struct wrapper {
	const char *place;
	const char *before;
	const char *after;
};

static const struct wrapper wrappers[] = {
    {"check", ATTACK,
     "\nend\n" HEAD "check = function(target, params) attack(target, params) "
     "target:pass(\"nothing came of it\") end }\n"},
    {"applies", ATTACK,
     "\nend\n" HEAD SOUND
     "applies = function(target, params) attack(target, params) return true end }\n"},
    {"fix", ATTACK,
     "\nend\n" HEAD "check = function(target) target:fail{ id = \"one\", message = \"m\", "
     "because = \"b\", where = { key = KEY, value = \"SiteDN\" }, found = \"f\", expected = 2, "
     "x_list = { 1, 2 } } end, fix = attack }\n"},
    {"top", "", "\n" KEY_LINE HEAD SOUND "}\n"},
    {"header", KEY_LINE HEAD SOUND, "\n}\n"},
    {"raw", "", ""},
};

static const struct wrapper *find_wrapper(const char *place)
{
	for (size_t i = 0; i < sizeof wrappers / sizeof wrappers[0]; i++)
		if (strcmp(wrappers[i].place, place) == 0)
			return &wrappers[i];
	errx(FAILED, "no place '%s'", place);
}

static void append_with_id(struct kbm_bytes *out, const char *text, const char *id)
{
	const char *mark = strstr(text, "\"ID\"");
	if (mark == NULL) {
		kbm_bytes_append_text(out, text);
		return;
	}
	kbm_bytes_append(out, text, (size_t)(mark - text) + 1);
	kbm_bytes_append_text(out, id);
	kbm_bytes_append_text(out, mark + strlen("\"ID"));
}

void script_wrap(struct hostile_script *script, const char *place, const char *id,
		 const struct kbm_bytes *prelude, const struct kbm_bytes *body)
{
	const struct wrapper *wrapper = find_wrapper(place);
	kbm_bytes_init(&script->text, 2 * KBM_SCRIPT_MAX_BYTES);
	append_with_id(&script->text, wrapper->before, id);
	if (strcmp(place, "check") == 0 || strcmp(place, "fix") == 0)
		kbm_bytes_append(&script->text, kbm_bytes_text(prelude), prelude->length);
	for (size_t i = 0; i < script->text.length; i++)
		script->lines_before += script->text.data[i] == '\n' ? 1 : 0;
	kbm_bytes_append(&script->text, kbm_bytes_text(body), body->length);
	append_with_id(&script->text, wrapper->after, id);
}

/* --- files that are made here ---------------------------------------------------------------- */

static void make_long(struct hostile_script *script, size_t length)
{
	static const struct kbm_bytes none;
	script_wrap(script, "top", "hostile", &none, &none);
	while (script->text.length < length)
		kbm_bytes_append_byte(&script->text, '\n');
}

/* The body again and again, up to the largest script. */
static void make_repeated(struct hostile_script *script, const struct kbm_bytes *body)
{
	kbm_bytes_init(&script->text, KBM_SCRIPT_MAX_BYTES);
	while (script->text.length + body->length <= KBM_SCRIPT_MAX_BYTES)
		kbm_bytes_append(&script->text, body->data, body->length);
}

/* The body is the file's name. */
static void make_named(struct hostile_script *script, const struct kbm_bytes *name)
{
	struct kbm_bytes path;
	struct kbm_bytes body;
	static const struct kbm_bytes none;
	kbm_bytes_init(&path, KBM_KIB);
	kbm_bytes_init(&body, KBM_KIB);
	kbm_bytes_printf(&path, "./%s", kbm_bytes_text(name));
	kbm_bytes_append_text(&body, "error(\"named\")");
	script->path = kbm_bytes_take(&path, NULL);
	script_wrap(script, "check", "hostile", &none, &body);
	kbm_bytes_clear(&body);
}

bool script_make_special(struct hostile_script *script, const char *place,
			 const struct kbm_bytes *body)
{
	static const struct {
		const char *place;
		enum file_kind kind;
	} kinds[] = {{"symlink", FILE_LINK},	 {"fifo", FILE_FIFO},
		     {"folder", FILE_FOLDER},	 {"socket", FILE_SOCKET},
		     {"device", FILE_ELSEWHERE}, {"unreadable", FILE_UNREADABLE}};
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (strcmp(kinds[i].place, place) != 0)
			continue;
		script->kind = kinds[i].kind;
		if (script->kind == FILE_ELSEWHERE)
			script->path = "/dev/zero";
		make_long(script, 0);
		return true;
	}
	if (strcmp(place, "longest") == 0)
		make_long(script, KBM_SCRIPT_MAX_BYTES);
	else if (strcmp(place, "longer") == 0)
		make_long(script, KBM_SCRIPT_MAX_BYTES + 1);
	else if (strcmp(place, "repeat") == 0)
		make_repeated(script, body);
	else if (strcmp(place, "named") == 0)
		make_named(script, body);
	else
		return false;
	return true;
}
