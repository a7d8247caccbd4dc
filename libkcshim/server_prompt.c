/* SPDX-License-Identifier: MIT */
/*
 * Whether the store was unlocked is for the daemon to say, not for the exit code of who asked: a
 * passphrase that was wrong, a window that was closed and a question that was taken away all leave
 * it locked, which is what "dismissed" means.
 */
#include "libkcshim/server_prompt.h"

#include "libkcshim/server_ask.h"
#include "libkcshim/server_internal.h"
#include "libkcshim/server_rights.h"

#include <string.h>

#define PROMPTS_MAX 64
#define PROMPT_PATH MAP_ROOT "/prompt/p%u"

struct prompt {
    char *path;
    char **objects;
    bool is_started;
};

struct prompts {
    GPtrArray *all; /* struct prompt *, the oldest first */
    unsigned last;
    struct server_socket asker; /* its descriptor is -1 while nobody is asked */
};

static void prompt_free(gpointer held) {
    struct prompt *prompt = held;
    g_free(prompt->path);
    g_strfreev(prompt->objects);
    g_free(prompt);
}

struct prompts *prompts_new(void) {
    struct prompts *prompts = g_new0(struct prompts, 1);
    prompts->all = g_ptr_array_new_with_free_func(prompt_free);
    prompts->asker.descriptor = -1;
    return prompts;
}

void prompts_free(struct prompts *prompts) {
    if (prompts != NULL) {
        server_socket_close(&prompts->asker);
        g_ptr_array_unref(prompts->all);
        g_free(prompts);
    }
}

bool store_is_locked(struct server *server) {
    struct trouble trouble = {0};
    struct rights rights = {0};
    if (rights_ask(server->broker, &rights, &trouble)) {
        rights_clear(&rights);
        return false;
    }
    return strcmp(trouble.name, TROUBLE_LOCKED) == 0;
}

/* One that a program asked for and never started may go for a new one. */
static bool make_room(struct prompts *prompts) {
    for (guint i = 0; prompts->all->len >= PROMPTS_MAX && i < prompts->all->len; i++) {
        const struct prompt *prompt = prompts->all->pdata[i];
        if (!prompt->is_started) {
            (void)g_ptr_array_remove_index(prompts->all, i);
        }
    }
    return prompts->all->len < PROMPTS_MAX;
}

bool prompts_add(struct call *call, GVariant *objects, const char **ret_path) {
    struct prompts *prompts = call->server->prompts;
    if (!ask_is_possible()) {
        return trouble_set(&call->trouble, TROUBLE_LOCKED,
                           "the keychain is locked, and there is no window and no terminal to ask "
                           "at; unlock it with: keychain-auth unlock");
    }
    if (!make_room(prompts)) {
        return trouble_set(&call->trouble, TROUBLE_LIMITS, "%d prompts wait already", PROMPTS_MAX);
    }
    struct prompt *prompt = g_new0(struct prompt, 1);
    prompts->last++;
    prompt->path = g_strdup_printf(PROMPT_PATH, prompts->last);
    prompt->objects = g_variant_dup_objv(objects, NULL);
    g_ptr_array_add(prompts->all, prompt);
    *ret_path = prompt->path;
    return true;
}

const struct server_socket *prompts_asker(const struct prompts *prompts) {
    return prompts->asker.descriptor >= 0 ? &prompts->asker : NULL;
}

static struct prompt *prompt_of(struct call *call) {
    const struct prompts *prompts = call->server->prompts;
    for (guint i = 0; i < prompts->all->len; i++) {
        struct prompt *prompt = prompts->all->pdata[i];
        if (strcmp(prompt->path, call->path) == 0) {
            return prompt;
        }
    }
    (void)trouble_set(&call->trouble, TROUBLE_NO_OBJECT, "no such prompt");
    return NULL;
}

static bool is_any_started(const struct prompts *prompts) {
    for (guint i = 0; i < prompts->all->len; i++) {
        const struct prompt *prompt = prompts->all->pdata[i];
        if (prompt->is_started) {
            return true;
        }
    }
    return false;
}

/* The prompt is gone afterwards. */
static void complete(struct server *server, struct prompt *prompt, bool is_dismissed) {
    GVariantBuilder opened;
    g_variant_builder_init(&opened, G_VARIANT_TYPE_OBJECT_PATH_ARRAY);
    for (size_t i = 0; !is_dismissed && prompt->objects[i] != NULL; i++) {
        if (unlock_object(server, prompt->objects[i])) {
            g_variant_builder_add(&opened, "o", prompt->objects[i]);
        }
    }
    bus_emit(server, prompt->path, PROMPT_INTERFACE, "Completed",
             g_variant_new("(bv)", is_dismissed, g_variant_builder_end(&opened)));
    (void)g_ptr_array_remove(server->prompts->all, prompt);
}

void prompts_settle(struct server *server) {
    struct prompts *prompts = server->prompts;
    server_socket_close(&prompts->asker);
    bool is_dismissed = store_is_locked(server);
    for (guint i = 0; i < prompts->all->len;) {
        struct prompt *prompt = prompts->all->pdata[i];
        if (prompt->is_started) {
            complete(server, prompt, is_dismissed);
        } else {
            i++;
        }
    }
}

/* Somebody else may have unlocked it by now; then nobody is asked. */
bool prompt_prompt(struct call *call, GVariant **ret_body) {
    struct prompt *prompt = prompt_of(call);
    const char *window = NULL;
    (void)ret_body;
    if (prompt == NULL) {
        return false;
    }
    if (prompt->is_started) {
        return trouble_set(&call->trouble, TROUBLE_INVALID, "the prompt was started already");
    }
    prompt->is_started = true;
    if (prompts_asker(call->server->prompts) != NULL) {
        return true;
    }
    if (!store_is_locked(call->server)) {
        prompts_settle(call->server);
        return true;
    }
    g_variant_get(call->body, "(&s)", &window);
    if (ask_start(window, &call->server->prompts->asker) != KC_OK) {
        (void)g_ptr_array_remove(call->server->prompts->all, prompt);
        return trouble_set(&call->trouble, TROUBLE_FAILED,
                           "the keychain is locked, and nobody can be asked for its passphrase; "
                           "unlock it with: keychain-auth unlock");
    }
    return true;
}

bool prompt_dismiss(struct call *call, GVariant **ret_body) {
    struct prompts *prompts = call->server->prompts;
    struct prompt *prompt = prompt_of(call);
    (void)ret_body;
    if (prompt == NULL) {
        return false;
    }
    complete(call->server, prompt, true);
    if (!is_any_started(prompts)) {
        server_socket_close(&prompts->asker);
    }
    return true;
}
