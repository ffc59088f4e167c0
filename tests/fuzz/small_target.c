/* A target of a few keys and entries. */
#include "small_target.h"

#include "source/directory.h"
#include "source/reg_file.h"
#include "source/registry.h"

#include <stdlib.h>
#include <string.h>

static const char export[] = "REGEDIT4\n"
			     "[HKEY_LOCAL_MACHINE\\SYSTEM]\n"
			     "[HKEY_LOCAL_MACHINE\\SYSTEM\\Select]\n"
			     "\"Current\"=dword:1\n"
			     "[HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001]\n"
			     "[HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\A]\n"
			     "@=\"x\"\n"
			     "\"t\"=\"text\"\n"
			     "\"odd\"=hex(1):41\n"
			     "\"n\"=dword:ff\n"
			     "\"q\"=hex(b):01,00,00,00,00,00,00,80\n"
			     "\"m\"=hex(7):61,00,62,00,00\n"
			     "\"b\"=hex:00,01,ff\n"
			     "[HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\A\\B]\n"
			     "[-HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001\\None]\n";

static const char ldif[] = "dn: o=A\n"
			   "objectClass: organization\n"
			   "\n"
			   "dn: ou=S,o=A\n"
			   "ou: S\n"
			   "rdn: S\n"
			   "\n"
			   "dn: cn=B,ou=S,o=A\n"
			   "objectClass: Computer\n"
			   "cn: B\n"
			   "cn;lang-de:: w7w=\n"
			   "Home-MDB: cn=B,ou=S,o=A\n"
			   "member;range=0-1: cn=a\n"
			   "USN-Changed: 5\n";

static struct kbm_registry_service registry_service;
static struct kbm_directory_service directory_service;

static void make_registry(void)
{
	enum { ROOM = 65536 };
	static uint8_t image[ROOM];
	static struct kbm_registry *registry;
	static struct kbm_hive *hive;
	struct kbm_error error;
	size_t length = 0;
	if (kbm_reg_file_to_image((const uint8_t *)export, strlen(export), 1252, image, ROOM,
				  &length, NULL, &error) != KBM_OK ||
	    kbm_hive_open(image, length, &hive, &error) != KBM_OK ||
	    kbm_registry_make(&registry, &error) != KBM_OK ||
	    kbm_registry_mount_image(registry, hive, &error) != KBM_OK)
		abort();
	registry_service = kbm_registry_service(registry);
}

static void make_directory(void)
{
	static struct kbm_directory *directory;
	struct kbm_error error;
	if (kbm_directory_open_ldif((const uint8_t *)ldif, strlen(ldif), &directory, &error) !=
	    KBM_OK)
		abort();
	directory_service = kbm_directory_service(directory);
}

const struct kbm_engine_input *small_target(void)
{
	static const struct kbm_engine_input input = {.registry = &registry_service,
						      .directory = &directory_service,
						      .computer_name = "B",
						      .control_set = "ControlSet001",
						      .with_fix = true};
	if (registry_service.context == NULL) {
		make_registry();
		make_directory();
	}
	return &input;
}
