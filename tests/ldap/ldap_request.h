/* An LDAP client's requests (RFC 4511), as far as a test's server looks into them. */
#ifndef KBM_TEST_LDAP_LDAP_REQUEST_H
#define KBM_TEST_LDAP_LDAP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ldap_operation {
	LDAP_BIND = 0x60,
	LDAP_UNBIND = 0x42,
	LDAP_SEARCH = 0x63,
	LDAP_MODIFY = 0x66,
	LDAP_ABANDON = 0x50,
	LDAP_EXTENDED = 0x77
};

enum ldap_scope { LDAP_BASE, LDAP_ONE, LDAP_SUBTREE };

struct ldap_request {
	int32_t id;
	uint8_t operation; /* enum ldap_operation, or another */
	char name[1024];   /* bind, modify: the DN; search: the base; extended: the OID */
	int32_t version;
	uint8_t authentication; /* 0x80 simple, 0xA3 SASL */
	int32_t scope;
	int32_t size_limit;
	char attribute[128]; /* the first that is asked for, or "" */
	bool is_paged;	     /* the paged results control (RFC 2696) is there */
	bool is_asserted;    /* the assertion control (RFC 4528) is there, and critical */
	char parts[512];     /* of a modify: "delete NAME 1, add NAME 2", with counts of values */
};

/* Waits for the next request. False: the connection ended, or what came is none. */
bool ldap_request_read(int socket, struct ldap_request *request);

/* One line for a log, without its end; no password. */
void ldap_request_describe(const struct ldap_request *request, char *line, size_t size);

#endif
