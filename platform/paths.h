/* SPDX-License-Identifier: MIT */
/*
 * Where things are, by the system's own conventions (XDG base directories on Linux). Each
 * returns text that the caller frees with free(); an empty `name` means the directory itself.
 * KC_NOT_FOUND: neither HOME nor /etc/passwd says where the user's home is; no other table of
 * accounts (nsswitch.conf) is asked, and who stands in one of those needs HOME. KC_INVALID: it is
 * a relative path. An XDG variable that isn't an absolute path is ignored, as XDG asks.
 */
#ifndef PLATFORM_PATHS_H
#define PLATFORM_PATHS_H

#include "platform/attr.h"
#include "platform/kc_error.h"

/* The policy's directory plus "/name": ~/.config/keychain-auth (XDG_CONFIG_HOME). */
KC_MUST_USE enum kc_error paths_config(const char *name, char **ret_path);

/* Records and logs: ~/.local/share/keychain-auth (XDG_DATA_HOME). */
KC_MUST_USE enum kc_error paths_data(const char *name, char **ret_path);

/* The sealed store: ~/.keychain-auth. */
KC_MUST_USE enum kc_error paths_store(const char *name, char **ret_path);

/* Where the daemon listens: $XDG_RUNTIME_DIR/keychain-auth/agent.sock, else agent.sock in the
 * policy's directory. Clients ask KEYCHAIN_AUTH_SOCKET first (libkc/client.c). */
KC_MUST_USE enum kc_error paths_address(char **ret_address);

#endif
