/* Makes a hive file from a .reg file: fixtures for tests, and large hives for benchmarks.
 *
 *   reg2hive [--minor 2..6] [--hive NAME] [--codepage N] [--time FILETIME] [--big MIB] IN.reg OUT
 *
 * --hive SYSTEM takes HKEY_LOCAL_MACHINE\SYSTEM as the root; without it the root's children are
 * HKEY_LOCAL_MACHINE and so on. --big pads ControlSet001 with made-up services and devices until
 * the hive has that size; the same call gives the same bytes. */
#include "base/limits.h"
#include "base/text.h"
#include "source/reg_file.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_SERVICES = 4000, DEVICES_OF_A_KIND = 400, FIRST_MEASURE = 500 };

struct arguments {
	unsigned long minor;
	unsigned long codepage;
	unsigned long long time;
	unsigned long big; /* MiB, 0: not */
	const char *hive;
	const char *input;
	const char *output;
};

static void fail(const char *what, const char *reason)
{
	fprintf(stderr, "reg2hive: %s: %s\n", what, reason);
	exit(1);
}

static void check(enum kbm_code code, const char *what, const struct kbm_error *error)
{
	if (code != KBM_OK)
		fail(what, error->message);
}

static void read_file(const char *path, struct kbm_bytes *bytes)
{
	FILE *file = fopen(path, "rb");
	if (file == NULL)
		fail(path, strerror(errno));
	uint8_t block[65536];
	size_t got;
	kbm_bytes_init(bytes, KBM_REG_FILE_MAX_BYTES);
	while ((got = fread(block, 1, sizeof block, file)) > 0)
		kbm_bytes_append(bytes, block, got);
	if (ferror(file) || bytes->failed)
		fail(path, "cannot be read, or is too large");
	fclose(file);
}

static void write_file(const char *path, const struct kbm_bytes *bytes)
{
	FILE *file = fopen(path, "wb");
	if (file == NULL)
		fail(path, strerror(errno));
	size_t written = fwrite(bytes->data, 1, bytes->length, file);
	if (fclose(file) != 0 || written != bytes->length)
		fail(path, "cannot be written");
}

/* --- padding -------------------------------------------------------------------------------- */

/* xorshift: the same numbers in every run. */
static uint64_t next_number(void)
{
	static uint64_t state = 0x9E3779B97F4A7C15;
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static void set(struct kbm_tree *tree, const char *path, const char *name, uint32_t type,
		const void *data, size_t length)
{
	struct kbm_error error = {0};
	struct kbm_value value = {.name = name,
				  .name_length = strlen(name),
				  .type = type,
				  .data = data,
				  .length = length};
	check(kbm_tree_set_value(tree, path, &value, &error), path, &error);
}

static void set_text(struct kbm_tree *tree, const char *path, const char *name, uint32_t type,
		     const char *text)
{
	struct kbm_bytes data;
	kbm_bytes_init(&data, KBM_HIVE_MAX_VALUE_BYTES);
	kbm_text_to_utf16(text, strlen(text), &data);
	kbm_bytes_append_zeros(&data, type == KBM_REG_MULTI_SZ ? 4 : 2);
	set(tree, path, name, type, data.data, data.length);
	kbm_bytes_clear(&data);
}

static void set_number(struct kbm_tree *tree, const char *path, const char *name, uint32_t number)
{
	uint8_t data[4] = {(uint8_t)number, (uint8_t)(number >> 8), (uint8_t)(number >> 16),
			   (uint8_t)(number >> 24)};
	set(tree, path, name, KBM_REG_DWORD, data, sizeof data);
}

static void set_noise(struct kbm_tree *tree, const char *path, const char *name, size_t length)
{
	uint8_t data[1024];
	for (size_t i = 0; i < length && i < sizeof data; i++)
		data[i] = (uint8_t)next_number();
	set(tree, path, name, KBM_REG_BINARY, data, length);
}

static void add_service(struct kbm_tree *tree, const char *set_path, unsigned index)
{
	static const char *const kinds[] = {"Net", "Disk", "Print", "Video", "Sys", "Bus"};
	char name[64];
	char path[256];
	char text[256];
	snprintf(name, sizeof name, "%s%04u%c%c", kinds[index % 6], index,
		 'a' + (int)(next_number() % 26), 'a' + (int)(next_number() % 26));
	snprintf(path, sizeof path, "%s\\Services\\%s", set_path, name);
	set_number(tree, path, "Type", index % 3 == 0 ? 0x20 : 1);
	set_number(tree, path, "Start", 2 + index % 3);
	set_number(tree, path, "ErrorControl", 1);
	snprintf(text, sizeof text, "%%SystemRoot%%\\System32\\drivers\\%s.sys", name);
	set_text(tree, path, "ImagePath", KBM_REG_EXPAND_SZ, text);
	snprintf(text, sizeof text, "%s service number %u", kinds[index % 6], index);
	set_text(tree, path, "DisplayName", KBM_REG_SZ, text);
	set_text(tree, path, "DependOnService", KBM_REG_MULTI_SZ, "RpcSs");
	snprintf(path, sizeof path, "%s\\Services\\%s\\Parameters", set_path, name);
	set_number(tree, path, "Timeout", (uint32_t)(next_number() % 60000));
	set_number(tree, path, "Flags", (uint32_t)next_number());
	snprintf(text, sizeof text, "C:\\WINNT\\system32\\%s\\data", name);
	set_text(tree, path, "DataPath", KBM_REG_SZ, text);
	set_noise(tree, path, "Tuning", 32 + next_number() % 200);
	snprintf(path, sizeof path, "%s\\Services\\%s\\Security", set_path, name);
	set_noise(tree, path, "Security", 144 + next_number() % 48);
}

static void add_device(struct kbm_tree *tree, const char *set_path, unsigned index)
{
	char path[256];
	char text[256];
	snprintf(path, sizeof path, "%s\\Enum\\PCI\\VEN_%04X&DEV_%04X\\%u&%08X", set_path,
		 index / DEVICES_OF_A_KIND + 0x1000, index / 8 % 50, index % 8,
		 (unsigned)(uint32_t)next_number());
	snprintf(text, sizeof text, "Made-up device %u (revision %u)", index, index % 7);
	set_text(tree, path, "DeviceDesc", KBM_REG_SZ, text);
	set_text(tree, path, "Mfg", KBM_REG_SZ, "(Standard system devices)");
	snprintf(text, sizeof text, "PCI\\VEN_%04X&DEV_%04X", index / DEVICES_OF_A_KIND + 0x1000,
		 index / 8 % 50);
	set_text(tree, path, "HardwareID", KBM_REG_MULTI_SZ, text);
	set_text(tree, path, "Class", KBM_REG_SZ, "System");
	set_number(tree, path, "ConfigFlags", 0);
	set_number(tree, path, "Capabilities", (uint32_t)(next_number() % 256));
	char control[300];
	snprintf(control, sizeof control, "%s\\LogConf", path);
	set_noise(tree, control, "BootConfig", 64 + next_number() % 512);
	snprintf(control, sizeof control, "%s\\Device Parameters", path);
	set_noise(tree, control, "Resources", 64 + next_number() % 900);
}

/* Measuring costs a walk: the next time is half way to where the items so far promise the target.
 */
static void pad(struct kbm_tree *tree, const char *set_path,
		const struct kbm_build_options *options, size_t target)
{
	size_t size = 0;
	unsigned measure_at = FIRST_MEASURE;
	for (unsigned index = 0; size < target; index++) {
		if (index < MOST_SERVICES)
			add_service(tree, set_path, index);
		else
			add_device(tree, set_path, index - MOST_SERVICES);
		if (index < measure_at)
			continue;
		struct kbm_error error = {0};
		check(kbm_tree_measure(tree, options, &size, &error), "--big", &error);
		if (size < target)
			measure_at = index + 1 + (unsigned)((target - size) / (size / index) / 2);
	}
}

/* --- arguments ------------------------------------------------------------------------------ */

static void usage(void)
{
	fputs("usage: reg2hive [--minor 2..6] [--hive NAME] [--codepage N] [--time FILETIME]"
	      " [--big MIB] IN.reg OUT\n",
	      stderr);
	exit(64);
}

static void parse_arguments(int count, char **values, struct arguments *arguments)
{
	static const struct option options[] = {
	    {"minor", required_argument, NULL, 'm'},	{"hive", required_argument, NULL, 'h'},
	    {"codepage", required_argument, NULL, 'c'}, {"time", required_argument, NULL, 't'},
	    {"big", required_argument, NULL, 'b'},	{NULL, 0, NULL, 0},
	};
	int option;
	*arguments = (struct arguments){.minor = 5, .codepage = 1252};
	while ((option = getopt_long(count, values, "", options, NULL)) != -1) {
		switch (option) {
		case 'm':
			arguments->minor = strtoul(optarg, NULL, 10);
			break;
		case 'h':
			arguments->hive = optarg;
			break;
		case 'c':
			arguments->codepage = strtoul(optarg, NULL, 10);
			break;
		case 't':
			arguments->time = strtoull(optarg, NULL, 0);
			break;
		case 'b':
			arguments->big = strtoul(optarg, NULL, 10);
			break;
		default:
			usage();
		}
	}
	if (count - optind != 2)
		usage();
	arguments->input = values[optind];
	arguments->output = values[optind + 1];
}

int main(int count, char **values)
{
	struct arguments arguments;
	struct kbm_error error = {0};
	struct kbm_tree *tree = NULL;
	struct kbm_bytes text;
	struct kbm_bytes image;
	parse_arguments(count, values, &arguments);
	read_file(arguments.input, &text);
	check(kbm_tree_make("registry", &tree, &error), "tree", &error);
	check(kbm_reg_file_read(text.data, text.length, (unsigned)arguments.codepage, tree, &error),
	      arguments.input, &error);
	char root[128] = "";
	if (arguments.hive != NULL) {
		snprintf(root, sizeof root, "HKEY_LOCAL_MACHINE\\%s", arguments.hive);
		check(kbm_tree_set_root(tree, root, &error), root, &error);
	}
	struct kbm_build_options options = {.minor = (uint32_t)arguments.minor,
					    .last_written = arguments.time,
					    .file_name = arguments.hive};
	if (arguments.big > 0)
		pad(tree,
		    arguments.hive != NULL ? "ControlSet001"
					   : "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001",
		    &options, arguments.big * KBM_MIB);
	kbm_bytes_init(&image, KBM_HIVE_MAX_BYTES);
	check(kbm_tree_build(tree, &options, &image, &error), arguments.output, &error);
	write_file(arguments.output, &image);
	kbm_bytes_clear(&text);
	kbm_bytes_clear(&image);
	kbm_tree_free(tree);
	return 0;
}
