/* From what a person says about a directory server to what kbmend-directory is given. */
#ifndef KBM_COMMAND_SERVER_OPTIONS_H
#define KBM_COMMAND_SERVER_OPTIONS_H

#include "command/options.h"
#include "guard/broker.h"

/* The one URI among -H and -t; *uri is NULL where there is none. KBM_USAGE: several, or options
 * about a server without one. */
enum kbm_code kbm_server_options_uri(const struct kbm_options *options, const char **uri,
				     struct kbm_error *error);
/* Checks that the options go together, and opens the files that they name: kbmend reads neither
 * password nor certificates. On success *server is the caller's, released with
 * kbm_server_clear(). */
enum kbm_code kbm_server_options_open(const struct kbm_options *options, const char *uri,
				      struct kbm_server *server, struct kbm_error *error);

#endif
