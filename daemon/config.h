/* SPDX-License-Identifier: MIT */
/*
 * The file behind the policy: read with owner and mode checked, watched for change, and edited
 * atomically under a lock, with unknown keys kept. Knows JSON; policy.h knows what it means.
 */
#ifndef CONFIG_H
#define CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libkc/protocol.h"
#include "platform/attr.h"
#include "platform/kc_error.h"

struct config;
struct policy;
struct secret;

/* Nothing is read yet. One thread. */
KC_MUST_USE enum kc_error config_new(const char *path, struct config **ret_config);
void config_free(struct config *config);

/* Looks whether the file changed (one stat) and reads it anew if so. Whatever is wrong with the
 * file becomes config_trouble(). True when the policy is another one than before. */
bool config_refresh(struct config *config);
/* How often that was so: who waits for an approval looks at this and needn't ask again. */
uint64_t config_changes(const struct config *config);

/*
 * From now on only a file counts that was sealed with this key (config_seal.h), and whose counter
 * isn't smaller than `counter` or than that of a file that counted already. Any other is told by
 * config_notice(), and what was in force stays so; in the beginning that is the copy, when it has
 * the seal. A key of NULL: any file counts. The path of the copy is kept until then.
 */
struct config_guard {
    struct secret *key; /* taken */
    uint64_t counter;
    const char *copy_path;
};
void config_watch(struct config *config, struct config_guard *take_guard);

/* A sentence about a file that somebody else has changed, "" when there is none. */
const char *config_notice(const struct config *config);

/* NULL when the file is there but can't be used: then everything is denied. A file that
 * isn't there is an empty policy. Borrowed until the next refresh. */
const struct policy *config_policy(const struct config *config);

/* A sentence that names the file and what to do, "" when all is well. */
const char *config_trouble(const struct config *config);

enum config_change_kind {
    CONFIG_REGISTER,   /* new entry; or, with the same hash, the rights are added to it */
    CONFIG_UPGRADE,    /* the entry of this path gets `hash`; its rights stay */
    CONFIG_UNREGISTER, /* the entry goes */
    CONFIG_ALLOW,      /* rights are added, flags set */
    CONFIG_REVOKE,     /* rights are taken away, a service with its globs; none named: all */
    CONFIG_STORE,      /* no entry's business: the daemon is to use `store` from its next start */
    CONFIG_RULE,       /* no entry's business: "caller_rule" becomes `caller_rule` */
    CONFIG_ACCEPT,     /* what the file says now is sealed, whoever wrote it */
    CONFIG_RESTORE,    /* what the copy says is put in its place */
    CONFIG_UNSEAL      /* the seal is taken off */
};

enum config_flag { CONFIG_LEAVE, CONFIG_SET, CONFIG_CLEAR };

/* The keys of an entry that are on or off; docs/policy.md has their meaning. */
enum config_flag_name {
    CONFIG_SEARCH,       /* "can_search" */
    CONFIG_PLAIN,        /* "plain" */
    CONFIG_JIT,          /* "code": "jit" */
    CONFIG_HELPER,       /* "helper" */
    CONFIG_LAUNCHER,     /* "launcher" */
    CONFIG_SESSION_ROOT, /* "session_root" */
    CONFIG_INLINE,       /* "inline" */
    CONFIG_INTERACTIVE,  /* "interactive": cleared is `false`, set takes the key away */
    CONFIG_ANCESTRY,     /* "ancestry": "chain" */
    CONFIG_FLAG_COUNT
};

/* A file that root doesn't vouch for, and that an entry may run code from all the same. */
struct config_library {
    const char *path; /* real path */
    const char *hash; /* 64 digits; NULL where it is taken away */
};

struct config_change {
    enum config_change_kind kind;
    const char *path;        /* real path; NULL: by hash alone */
    const char *hash;        /* 64 digits, or, to find an entry, a unique prefix of >= 8 */
    const char *const *read; /* grants, see policy.h */
    size_t read_count;
    const char *const *write;
    size_t write_count;
    enum config_flag flags[CONFIG_FLAG_COUNT];
    /* Register, upgrade: this absolute path runs the script that the entry is; NULL: as it is. */
    const char *interpreter;
    const struct config_library *libraries;
    size_t library_count;
    const char *store;       /* CONFIG_STORE only */
    const char *caller_rule; /* CONFIG_RULE only: "chain" or "nearest" */
    int64_t now_us;          /* becomes registered_at */
};

/*
 * Edits the file under `path`.lock and replaces it atomically. A daemon that runs notices by
 * itself. `report` is one sentence about what was done, or about what is wrong.
 * KC_NOT_FOUND no such entry; revoke: it holds no such grant or
 *              library, and nothing was changed
 * KC_EXISTS register: the path is there with another hash (say upgrade)
 * KC_INVALID a grant, a path or a hash has the wrong form, or a prefix isn't unique
 * KC_DENIED  a helper would have a right of its own, or a program with rights would be a helper
 * KC_DAMAGED the file can't be parsed; it is left as it is · KC_UNSAFE its owner or mode
 * KC_TOO_BIG it would become longer than POLICY_SIZE_MAX
 * KC_BUSY the lock is held by somebody for more than 5 s
 */
KC_MUST_USE enum kc_error config_change(const char *path, const struct config_change *change,
                                        char report[KC_MESSAGE_MAX]);

/* How a sealed file is changed: only one that counts is a base for a change, the new one gets the
 * counter, and then a copy. */
struct config_sealer {
    const struct secret *key; /* config_seal_key() */
    uint64_t oldest;          /* a file with a smaller counter doesn't count */
    uint64_t counter;
    const char *copy_path;
    bool is_used; /* set: a file with `counter` was written */
};

/* config_change() under a seal; `sealer` NULL: without one. KC_CHANGED: somebody else has changed
 * the file since it was sealed; nothing was done. */
KC_MUST_USE enum kc_error config_change_sealed(const char *path, const struct config_change *change,
                                               struct config_sealer *sealer,
                                               char report[KC_MESSAGE_MAX]);

KC_AUTO_DEFINE(config)

#endif
