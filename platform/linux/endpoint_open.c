/* SPDX-License-Identifier: MIT */
/*
 * Claiming an address. Everything between the look at what stands there and the bind happens
 * under a lock, in a directory that is ours alone.
 */
#define _GNU_SOURCE
#include "platform/linux/endpoint_internal.h"

#include "platform/linux/wire_internal.h"
#include "platform/unix/descriptor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BACKLOG      512
/* A command that asks whether a daemon lives holds the lock for a moment. */
#define LOCK_WAIT_MS 250

static enum kc_error claim_directory(const char *address) {
    KC_AUTO_TEXT parent = NULL;
    enum kc_error error = descriptor_parent_path(address, &parent);
    if (error == KC_OK) {
        error = file_make_directory(parent);
    }
    if (error != KC_OK) {
        return error;
    }
    KC_AUTO_DESCRIPTOR directory = open(parent, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (directory < 0) {
        return errno == ENOTDIR || errno == ELOOP ? KC_UNSAFE : descriptor_error(errno);
    }
    struct stat status;
    if (fstat(directory, &status) != 0) {
        return descriptor_error(errno);
    }
    return status.st_uid == geteuid() && (status.st_mode & 077) == 0 ? KC_OK : KC_UNSAFE;
}

static enum kc_error claim_lock(const char *address, struct file_lock **ret_lock) {
    size_t size = strlen(address) + sizeof ".lock";
    KC_AUTO_TEXT path = malloc(size);
    if (path == NULL) {
        return KC_NO_MEMORY;
    }
    (void)snprintf(path, size, "%s.lock", address);
    enum kc_error error = file_lock(path, LOCK_WAIT_MS, ret_lock);
    return error == KC_BUSY ? KC_EXISTS : error;
}

static enum kc_error open_socket(int *ret_descriptor) {
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) {
        return descriptor_error(errno);
    }
    *ret_descriptor = descriptor;
    return KC_OK;
}

/* Whether somebody answers there. A full backlog (EAGAIN) belongs to somebody alive. */
static enum kc_error check_dead(const struct sockaddr_un *name) {
    KC_AUTO_DESCRIPTOR caller = -1;
    enum kc_error error = open_socket(&caller);
    if (error != KC_OK) {
        return error;
    }
    if (connect(caller, (const struct sockaddr *)name, sizeof *name) == 0 || errno == EAGAIN) {
        return KC_EXISTS;
    }
    return errno == ECONNREFUSED ? KC_OK : KC_UNSAFE;
}

static enum kc_error remove_dead_socket(const struct sockaddr_un *name) {
    struct stat status;
    if (lstat(name->sun_path, &status) != 0) {
        return errno == ENOENT ? KC_OK : descriptor_error(errno);
    }
    if (!S_ISSOCK(status.st_mode) || status.st_uid != geteuid()) {
        return KC_UNSAFE;
    }
    enum kc_error error = check_dead(name);
    if (error != KC_OK) {
        return error;
    }
    return unlink(name->sun_path) == 0 || errno == ENOENT ? KC_OK : descriptor_error(errno);
}

static enum kc_error listen_at(int descriptor, const struct sockaddr_un *name) {
    /* Before bind: nobody can have written yet, so no byte goes without its writer's number. */
    enum kc_error error = wire_ask_for_writers(descriptor);
    if (error != KC_OK) {
        return error;
    }
    /* bind(2) gives the file the mode of the socket itself, so it is 0600 from its first
     * moment and the umask of other threads stays alone. */
    if (fchmod(descriptor, 0600) != 0) {
        return descriptor_error(errno);
    }
    if (bind(descriptor, (const struct sockaddr *)name, sizeof *name) != 0) {
        return errno == EADDRINUSE ? KC_EXISTS : descriptor_error(errno);
    }
    return listen(descriptor, BACKLOG) == 0 ? KC_OK : descriptor_error(errno);
}

enum kc_error endpoint_open(const char *address, struct endpoint **ret_endpoint) {
    KC_AUTO(endpoint) endpoint = NULL;
    struct sockaddr_un name;
    enum kc_error error = wire_fill_address(address, &name);
    if (error == KC_OK) {
        error = endpoint_new(address, &endpoint);
    }
    if (error == KC_OK) {
        error = claim_directory(address);
    }
    if (error == KC_OK) {
        error = claim_lock(address, &endpoint->lock);
    }
    if (error == KC_OK) {
        error = remove_dead_socket(&name);
    }
    if (error == KC_OK) {
        error = open_socket(&endpoint->listener);
    }
    if (error == KC_OK) {
        error = listen_at(endpoint->listener, &name);
    }
    if (error == KC_OK) {
        error = endpoint_remember_place(endpoint);
    }
    if (error != KC_OK) {
        return error;
    }
    *ret_endpoint = endpoint;
    endpoint = NULL;
    return KC_OK;
}
