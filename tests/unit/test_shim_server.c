/* SPDX-License-Identifier: MIT */
/*
 * The Secret Service of the shim, message by message, with a daemon behind it that is a list.
 * links: libkcshim/server.c libkcshim/server_awaited.c libkcshim/server_bus.c
 * links: libkcshim/server_change.c libkcshim/server_collection.c libkcshim/server_dh.c
 * links: libkcshim/server_item.c libkcshim/server_items.c libkcshim/server_kept.c
 * links: libkcshim/server_prompt.c libkcshim/server_rights.c libkcshim/server_service.c
 * links: libkcshim/server_session.c libkcshim/server_socket.c libkcshim/server_trouble.c
 * links: libkcshim/server_value.c libkcshim/map.c libkcshim/map_path.c
 * links: tests/fakes/fake_ask.c tests/fakes/fake_broker.c kc_static -lgio -lgcrypt
 */
#include "libkc/keychain-auth.h"
#include "libkcshim/server_bus.h"
#include "libkcshim/server_internal.h"
#include "tests/fakes/fake_ask.h"
#include "tests/fakes/fake_broker.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define LOGIN "/org/freedesktop/secrets/collection/login"
#define ITEM  LOGIN "/org_2efreedesktop_2eSecret_2eGeneric__a_3d1"

static const char *const generic[] = {NAMING_GENERIC, NULL};

struct peer {
    struct server *server;
    struct server_socket client;
    char *session;
};

/* The answer's body, or NULL and `failed` is the error's name. */
static GVariant *call(struct peer *peer, const char *path, const char *interface,
                      const char *member, GVariant *body, char **ret_failed) {
    GVariant *answer = NULL;
    g_autoptr(GDBusMessage) message =
        g_dbus_message_new_method_call("org.freedesktop.secrets", path, interface, member);
    g_dbus_message_set_serial(message, 7);
    if (body != NULL) {
        g_dbus_message_set_body(message, body);
    }
    assert_true(bus_answer(peer->server, message));
    for (;;) {
        g_autoptr(GDBusMessage) came = server_socket_receive(&peer->client);
        assert_non_null(came);
        if (g_dbus_message_get_message_type(came) == G_DBUS_MESSAGE_TYPE_SIGNAL) {
            continue;
        }
        assert_int_equal(g_dbus_message_get_reply_serial(came), 7);
        if (g_dbus_message_get_error_name(came) != NULL) {
            *ret_failed = g_strdup(g_dbus_message_get_error_name(came));
            return NULL;
        }
        answer = g_dbus_message_get_body(came);
        return answer != NULL ? g_variant_ref(answer) : g_variant_ref_sink(g_variant_new("()"));
    }
}

static GVariant *must(struct peer *peer, const char *path, const char *interface,
                      const char *member, GVariant *body) {
    char *failed = NULL;
    GVariant *answer = call(peer, path, interface, member, body, &failed);
    if (answer == NULL) {
        fail_msg("%s: %s", member, failed);
    }
    return answer;
}

static void fails(struct peer *peer, const char *path, const char *interface, const char *member,
                  GVariant *body, const char *name) {
    g_autofree char *failed = NULL;
    GVariant *answer = call(peer, path, interface, member, body, &failed);
    assert_null(answer);
    assert_string_equal(failed, name);
}

static int setup(void **state) {
    struct peer *peer = g_new0(struct peer, 1);
    struct stat status;
    peer->server = server_new();
    assert_non_null(peer->server);
    assert_int_equal(server_socket_open(&peer->server->socket, &peer->client.descriptor), KC_OK);
    assert_int_equal(fstat(peer->client.descriptor, &status), 0);
    peer->client.device = (uint64_t)status.st_dev;
    peer->client.number = (uint64_t)status.st_ino;
    fake_broker_grant(peer->server->broker, generic, true);
    g_autoptr(GVariant) answer = must(peer, MAP_ROOT, SERVICE_INTERFACE, "OpenSession",
                                      g_variant_new("(sv)", "plain", g_variant_new_string("")));
    g_variant_get(answer, "(vo)", NULL, &peer->session);
    *state = peer;
    return 0;
}

static int teardown(void **state) {
    struct peer *peer = *state;
    server_socket_close(&peer->client);
    server_free(peer->server);
    fake_ask_allow(false);
    g_free(peer->session);
    g_free(peer);
    return 0;
}

static GVariant *pairs(const char *const *names) {
    GVariantBuilder builder;
    g_variant_builder_init(&builder, G_VARIANT_TYPE("a{ss}"));
    for (size_t i = 0; names != NULL && names[i] != NULL; i += 2) {
        g_variant_builder_add(&builder, "{ss}", names[i], names[i + 1]);
    }
    return g_variant_builder_end(&builder);
}

static GVariant *create_body(const struct peer *peer, const char *const *names, const char *value,
                             gboolean replace) {
    GVariantDict properties;
    g_variant_dict_init(&properties, NULL);
    g_variant_dict_insert(&properties, ITEM_INTERFACE ".Label", "s", "a label");
    g_variant_dict_insert_value(&properties, ITEM_INTERFACE ".Attributes", pairs(names));
    GVariant *bytes = g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, value, strlen(value), 1);
    return g_variant_new("(@a{sv}(o@ay@ays)b)", g_variant_dict_end(&properties), peer->session,
                         g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, "", 0, 1), bytes,
                         "text/plain", replace);
}

static void create(struct peer *peer, const char *collection, const char *const *names,
                   const char *value, gboolean replace) {
    g_variant_unref(must(peer, collection, COLLECTION_INTERFACE, "CreateItem",
                         create_body(peer, names, value, replace)));
}

/* The value of an item as text; g_free() it. */
static char *read_item(struct peer *peer, const char *path) {
    g_autoptr(GVariant) bytes = NULL;
    gsize length = 0;
    g_autoptr(GVariant) answer =
        must(peer, path, ITEM_INTERFACE, "GetSecret", g_variant_new("(o)", peer->session));
    g_variant_get(answer, "((o@ay@ays))", NULL, NULL, &bytes, NULL);
    const char *data = g_variant_get_fixed_array(bytes, &length, 1);
    return g_strndup(data != NULL ? data : "", length);
}

static gsize count_found(struct peer *peer, const char *const *names) {
    g_autoptr(GVariant) unlocked = NULL;
    g_autoptr(GVariant) answer = must(peer, MAP_ROOT, SERVICE_INTERFACE, "SearchItems",
                                      g_variant_new("(@a{ss})", pairs(names)));
    g_variant_get(answer, "(@ao@ao)", &unlocked, NULL);
    return g_variant_n_children(unlocked);
}

/* The path of the first that is found; g_free() it. */
static char *find_unlocked(struct peer *peer, const char *const *names) {
    g_autofree char **unlocked = NULL;
    g_autoptr(GVariant) answer = must(peer, MAP_ROOT, SERVICE_INTERFACE, "SearchItems",
                                      g_variant_new("(@a{ss})", pairs(names)));
    g_variant_get(answer, "(^a&o@ao)", &unlocked, NULL);
    assert_non_null(unlocked[0]);
    return g_strdup(unlocked[0]);
}

static const char *const one[] = {"a", "1", NULL};
static const char *const two[] = {"a", "1", "b", "2", NULL};

static void test_shim_server_stores_searches_reads_and_deletes(void **state) {
    struct peer *peer = *state;
    create(peer, MAP_ALIAS "default", one, "value", TRUE);
    assert_int_equal(count_found(peer, one), 1);
    assert_int_equal(count_found(peer, NULL), 1);
    g_autofree char *value = read_item(peer, ITEM);
    assert_string_equal(value, "value");
    g_variant_unref(must(peer, ITEM, ITEM_INTERFACE, "Delete", NULL));
    assert_int_equal(count_found(peer, one), 0);
    fails(peer, ITEM, ITEM_INTERFACE, "Delete", NULL, TROUBLE_NO_OBJECT);
}

static void test_shim_server_replaces_what_is_exactly_equal(void **state) {
    struct peer *peer = *state;
    create(peer, LOGIN, two, "two", TRUE);
    create(peer, LOGIN, one, "one", TRUE);
    create(peer, LOGIN, one, "new", TRUE);
    assert_int_equal(fake_broker_count(peer->server->broker), 2);
    create(peer, LOGIN, one, "twin", FALSE);
    assert_int_equal(fake_broker_count(peer->server->broker), 3);
    assert_string_equal(fake_broker_target(peer->server->broker, 2), "a=1#2");
    g_autofree char *value = read_item(peer, ITEM);
    assert_string_equal(value, "new");
}

static void test_shim_server_moves_an_item_to_its_new_attributes(void **state) {
    static const char *const other[] = {"c", "3", NULL};
    struct peer *peer = *state;
    create(peer, LOGIN, one, "value", TRUE);
    g_variant_unref(must(peer, ITEM, PROPERTIES_INTERFACE, "Set",
                         g_variant_new("(ssv)", ITEM_INTERFACE, "Attributes", pairs(other))));
    assert_int_equal(fake_broker_count(peer->server->broker), 1);
    assert_string_equal(fake_broker_target(peer->server->broker, 0), "c=3");
    g_autofree char *value = read_item(peer, ITEM);
    assert_string_equal(value, "value");
    g_variant_unref(must(peer, ITEM, PROPERTIES_INTERFACE, "Set",
                         g_variant_new("(ssv)", ITEM_INTERFACE, "Attributes", pairs(one))));
    g_autofree char *again = read_item(peer, ITEM);
    assert_string_equal(again, "value");
}

static void test_shim_server_keeps_the_session_in_memory(void **state) {
    struct peer *peer = *state;
    create(peer, MAP_COLLECTION "session", one, "value", TRUE);
    assert_int_equal(fake_broker_count(peer->server->broker), 0);
    assert_int_equal(count_found(peer, one), 1);
    g_autofree char *value =
        read_item(peer, MAP_COLLECTION "session/org_2efreedesktop_2eSecret_2eGeneric__a_3d1");
    assert_string_equal(value, "value");
}

static void test_shim_server_takes_nothing_of_the_store_for_its_own_memory(void **state) {
    static const char *const pretending[] = {"a", "1", "kc:collection", "session"};
    struct peer *peer = *state;
    const char *target = "a=1";
    const void *value = "value";
    size_t length = 5;
    struct kc_answer *stored = NULL;
    struct trouble trouble = {0};
    const struct kc_query query = {.action = "write",
                                   .service = NAMING_GENERIC,
                                   .targets = &target,
                                   .target_count = 1,
                                   .values = &value,
                                   .value_lengths = &length,
                                   .attributes = pretending,
                                   .attribute_count = 2};
    assert_true(broker_ask(peer->server->broker, &query, &stored, &trouble));
    kc_answer_free(stored);
    g_autofree char *path = find_unlocked(peer, one);
    g_autofree char *read = read_item(peer, path);
    assert_string_equal(read, "value");
    g_variant_unref(must(peer, path, ITEM_INTERFACE, "Delete", NULL));
    assert_int_equal(fake_broker_count(peer->server->broker), 0);
}

static void test_shim_server_finds_the_sessions_items_while_the_store_is_locked(void **state) {
    struct peer *peer = *state;
    create(peer, MAP_COLLECTION "session", one, "value", TRUE);
    fake_ask_allow(true);
    fake_broker_fail(peer->server->broker, TROUBLE_LOCKED);
    g_autofree char *path = find_unlocked(peer, one);
    g_autofree char *value = read_item(peer, path);
    assert_string_equal(value, "value");
}

static void test_shim_server_locks_what_a_program_locks(void **state) {
    static const char *const path[] = {ITEM};
    struct peer *peer = *state;
    create(peer, LOGIN, one, "value", TRUE);
    g_variant_unref(must(peer, MAP_ROOT, SERVICE_INTERFACE, "Lock",
                         g_variant_new("(@ao)", g_variant_new_objv(path, 1))));
    assert_int_equal(count_found(peer, one), 0);
    fails(peer, ITEM, ITEM_INTERFACE, "GetSecret", g_variant_new("(o)", peer->session),
          TROUBLE_LOCKED);
    fails(peer, ITEM, ITEM_INTERFACE, "Delete", NULL, TROUBLE_LOCKED);
    g_variant_unref(must(peer, MAP_ROOT, SERVICE_INTERFACE, "Unlock",
                         g_variant_new("(@ao)", g_variant_new_objv(path, 1))));
    assert_int_equal(count_found(peer, one), 1);
}

static void test_shim_server_asks_only_where_it_may_search(void **state) {
    static const char *const mine[] = {NAMING_GENERIC "/a=*", "other", NULL};
    static const char *const schema[] = {"a", "1", NAMING_SCHEMA, "unknown", NULL};
    struct peer *peer = *state;
    create(peer, LOGIN, one, "value", TRUE);
    fake_broker_grant(peer->server->broker, mine, true);
    assert_int_equal(count_found(peer, one), 1);
    fails(peer, MAP_ROOT, SERVICE_INTERFACE, "SearchItems",
          g_variant_new("(@a{ss})", pairs(schema)), TROUBLE_DENIED);
}

static void test_shim_server_lets_one_write_who_may_not_search(void **state) {
    struct peer *peer = *state;
    fake_broker_grant(peer->server->broker, generic, false);
    create(peer, LOGIN, one, "value", TRUE);
    create(peer, LOGIN, one, "other", TRUE);
    assert_int_equal(fake_broker_count(peer->server->broker), 1);
    assert_int_equal(fake_broker_asked(peer->server->broker, "search"), 0);
    fails(peer, LOGIN, COLLECTION_INTERFACE, "CreateItem", create_body(peer, one, "x", FALSE),
          TROUBLE_DENIED);
}

static void test_shim_server_passes_the_daemons_word_on(void **state) {
    static const char *const names[] = {TROUBLE_DENIED, TROUBLE_LOCKED, TROUBLE_NO_DAEMON,
                                        TROUBLE_TIMEOUT, TROUBLE_FAILED};
    struct peer *peer = *state;
    create(peer, LOGIN, one, "value", TRUE);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        fake_broker_fail(peer->server->broker, names[i]);
        fails(peer, ITEM, ITEM_INTERFACE, "GetSecret", g_variant_new("(o)", peer->session),
              names[i]);
        fails(peer, MAP_ROOT, SERVICE_INTERFACE, "SearchItems",
              g_variant_new("(@a{ss})", pairs(one)), names[i]);
        fails(peer, LOGIN, COLLECTION_INTERFACE, "CreateItem", create_body(peer, one, "x", TRUE),
              names[i]);
    }
}

static void test_shim_server_refuses_what_isnt_a_call_of_the_service(void **state) {
    static const char *const ours[] = {"kc:label", "x", NULL};
    struct peer *peer = *state;
    fails(peer, MAP_ROOT, SERVICE_INTERFACE, "Nonsense", NULL, TROUBLE_UNKNOWN);
    fails(peer, MAP_ROOT, SERVICE_INTERFACE, "Lock", NULL, TROUBLE_INVALID);
    fails(peer, MAP_ROOT, SERVICE_INTERFACE, "OpenSession",
          g_variant_new("(sv)", "rot13", g_variant_new_string("")), TROUBLE_UNSUPPORTED);
    fails(peer, "/nowhere", ITEM_INTERFACE, "Delete", NULL, TROUBLE_NO_OBJECT);
    fails(peer, MAP_ALIAS "nobody", COLLECTION_INTERFACE, "Delete", NULL, TROUBLE_NO_OBJECT);
    fails(peer, LOGIN, COLLECTION_INTERFACE, "Delete", NULL, TROUBLE_UNSUPPORTED);
    fails(peer, ITEM, ITEM_INTERFACE, "GetSecret", g_variant_new("(o)", "/no/session"),
          TROUBLE_NO_SESSION);
    fails(peer, LOGIN, COLLECTION_INTERFACE, "CreateItem", create_body(peer, ours, "x", TRUE),
          TROUBLE_INVALID);
    fails(peer, LOGIN, PROPERTIES_INTERFACE, "Set",
          g_variant_new("(ssv)", COLLECTION_INTERFACE, "Locked", g_variant_new_boolean(TRUE)),
          TROUBLE_INVALID);
    fails(peer, MAP_ROOT, PROPERTIES_INTERFACE, "Get",
          g_variant_new("(ss)", SERVICE_INTERFACE, "Nothing"), TROUBLE_INVALID);
}

static void test_shim_server_makes_and_deletes_collections(void **state) {
    struct peer *peer = *state;
    GVariantDict properties;
    const char *path = NULL;
    g_variant_dict_init(&properties, NULL);
    g_variant_dict_insert(&properties, COLLECTION_INTERFACE ".Label", "s", "At work");
    g_autoptr(GVariant) answer =
        must(peer, MAP_ROOT, SERVICE_INTERFACE, "CreateCollection",
             g_variant_new("(@a{sv}s)", g_variant_dict_end(&properties), "work"));
    g_variant_get(answer, "(&oo)", &path, NULL);
    assert_string_equal(path, MAP_COLLECTION "At_20work");
    create(peer, MAP_ALIAS "work", one, "value", TRUE);
    create(peer, LOGIN, one, "other", TRUE);
    assert_int_equal(count_found(peer, one), 2);
    g_variant_unref(must(peer, path, COLLECTION_INTERFACE, "Delete", NULL));
    assert_int_equal(count_found(peer, one), 1);
    fails(peer, path, COLLECTION_INTERFACE, "Delete", NULL, TROUBLE_NO_OBJECT);
}

/* Prompts */

/* The path that stands for what a locked store may hold; g_free() it. */
static char *find_locked(struct peer *peer, const char *const *names) {
    g_autofree char **unlocked = NULL;
    g_autofree char **locked = NULL;
    g_autoptr(GVariant) answer = must(peer, MAP_ROOT, SERVICE_INTERFACE, "SearchItems",
                                      g_variant_new("(@a{ss})", pairs(names)));
    g_variant_get(answer, "(^a&o^a&o)", &unlocked, &locked);
    assert_null(unlocked[0]);
    assert_non_null(locked[0]);
    assert_null(locked[1]);
    return g_strdup(locked[0]);
}

/* The path of the prompt; g_free() it. */
static char *unlock(struct peer *peer, const char *path) {
    char *prompt = NULL;
    g_autofree char **unlocked = NULL;
    g_autoptr(GVariant) answer = must(peer, MAP_ROOT, SERVICE_INTERFACE, "Unlock",
                                      g_variant_new("(@ao)", g_variant_new_objv(&path, 1)));
    g_variant_get(answer, "(^a&oo)", &unlocked, &prompt);
    assert_null(unlocked[0]);
    return prompt;
}

static void perform(struct peer *peer, const char *prompt, const char *member) {
    GVariant *body = strcmp(member, "Prompt") == 0 ? g_variant_new("(s)", "123") : NULL;
    g_variant_unref(must(peer, prompt, PROMPT_INTERFACE, member, body));
}

/* A prompt that was started; g_free() its path. */
static char *ask(struct peer *peer, const char *path) {
    char *prompt = unlock(peer, path);
    perform(peer, prompt, "Prompt");
    return prompt;
}

/* How many objects the next prompt that completes has unlocked; -1: it was dismissed. */
static int completed(struct peer *peer, const char *prompt) {
    for (;;) {
        gboolean is_dismissed = FALSE;
        g_autoptr(GVariant) result = NULL;
        g_autoptr(GDBusMessage) came = server_socket_receive(&peer->client);
        assert_non_null(came);
        if (strcmp(g_dbus_message_get_member(came), "Completed") != 0) {
            continue;
        }
        assert_string_equal(g_dbus_message_get_path(came), prompt);
        g_variant_get(g_dbus_message_get_body(came), "(bv)", &is_dismissed, &result);
        assert_true(g_variant_is_of_type(result, G_VARIANT_TYPE_OBJECT_PATH_ARRAY));
        return is_dismissed ? -1 : (int)g_variant_n_children(result);
    }
}

/* With somebody there who could unlock it. */
static void lock_store(struct peer *peer) {
    fake_ask_allow(true);
    fake_broker_fail(peer->server->broker, TROUBLE_LOCKED);
    items_forget(peer->server);
}

/* As the server does when it sees the question's end; `failure` is what the daemon says then. */
static void answer(struct peer *peer, const char *failure) {
    assert_non_null(prompts_asker(peer->server->prompts));
    fake_ask_answer();
    assert_int_equal(
        server_socket_wait(&peer->server->socket, prompts_asker(peer->server->prompts), 1000),
        SERVER_SOCKET_SECOND);
    fake_broker_fail(peer->server->broker, failure);
    prompts_settle(peer->server);
    assert_null(prompts_asker(peer->server->prompts));
}

static void test_shim_prompt_unlocks_what_a_search_was_for(void **state) {
    struct peer *peer = *state;
    create(peer, LOGIN, two, "value", TRUE);
    lock_store(peer);
    g_autofree char *path = find_locked(peer, one);
    g_autofree char *same = find_locked(peer, one);
    assert_string_equal(path, same);
    fails(peer, path, ITEM_INTERFACE, "GetSecret", g_variant_new("(o)", peer->session),
          TROUBLE_LOCKED);
    g_autofree char *prompt = ask(peer, path);
    assert_int_equal(fake_ask_count(), 1);
    answer(peer, NULL);
    assert_int_equal(completed(peer, prompt), 1);
    g_autofree char *value = read_item(peer, path);
    assert_string_equal(value, "value");
    g_variant_unref(must(peer, path, ITEM_INTERFACE, "Delete", NULL));
    assert_int_equal(fake_broker_count(peer->server->broker), 0);
    fails(peer, prompt, PROMPT_INTERFACE, "Dismiss", NULL, TROUBLE_NO_OBJECT);
}

static void test_shim_prompt_shows_what_is_known_of_a_locked_item(void **state) {
    static const char *const paths[] = {ITEM, NULL};
    struct peer *peer = *state;
    lock_store(peer);
    g_autofree char *path = find_locked(peer, one);
    const char *const both[] = {path, paths[0]};
    for (size_t i = 0; i < 2; i++) {
        g_autoptr(GVariant) properties = NULL;
        g_autoptr(GVariant) attributes = NULL;
        gboolean is_locked_now = FALSE;
        const char *value = NULL;
        g_autoptr(GVariant) body = must(peer, both[i], PROPERTIES_INTERFACE, "GetAll",
                                        g_variant_new("(s)", ITEM_INTERFACE));
        g_variant_get(body, "(@a{sv})", &properties);
        assert_true(g_variant_lookup(properties, "Locked", "b", &is_locked_now));
        assert_true(is_locked_now);
        assert_true(g_variant_lookup(properties, "Attributes", "@a{ss}", &attributes));
        assert_true(g_variant_lookup(attributes, "a", "&s", &value));
        assert_string_equal(value, "1");
    }
}

static void test_shim_prompt_leaves_collections_unlocked(void **state) {
    struct peer *peer = *state;
    g_autoptr(GVariant) value = NULL;
    lock_store(peer);
    g_autoptr(GVariant) body = must(peer, LOGIN, PROPERTIES_INTERFACE, "Get",
                                    g_variant_new("(ss)", COLLECTION_INTERFACE, "Locked"));
    g_variant_get(body, "(v)", &value);
    assert_false(g_variant_get_boolean(value));
}

static void test_shim_prompt_lets_a_store_be_tried_again(void **state) {
    struct peer *peer = *state;
    lock_store(peer);
    fails(peer, LOGIN, COLLECTION_INTERFACE, "CreateItem", create_body(peer, one, "x", TRUE),
          TROUBLE_LOCKED);
    g_autofree char *prompt = ask(peer, LOGIN);
    answer(peer, NULL);
    assert_int_equal(completed(peer, prompt), 1);
    create(peer, LOGIN, one, "x", TRUE);
}

static void test_shim_prompt_isnt_needed_when_another_has_unlocked_the_store(void **state) {
    struct peer *peer = *state;
    g_autofree char **unlocked = NULL;
    const char *prompt = NULL;
    create(peer, LOGIN, one, "value", TRUE);
    lock_store(peer);
    g_autofree char *path = find_locked(peer, one);
    const char *const paths[] = {path};
    fake_broker_fail(peer->server->broker, NULL);
    g_autoptr(GVariant) body = must(peer, MAP_ROOT, SERVICE_INTERFACE, "Unlock",
                                    g_variant_new("(@ao)", g_variant_new_objv(paths, 1)));
    g_variant_get(body, "(^a&o&o)", &unlocked, &prompt);
    assert_string_equal(prompt, "/");
    assert_string_equal(unlocked[0], path);
    g_autofree char *value = read_item(peer, path);
    assert_string_equal(value, "value");
    assert_int_equal(fake_ask_count(), 0);
}

static void test_shim_prompt_that_opens_nothing_is_dismissed(void **state) {
    struct peer *peer = *state;
    create(peer, LOGIN, one, "value", TRUE);
    lock_store(peer);
    g_autofree char *path = find_locked(peer, one);
    g_autofree char *prompt = ask(peer, path);
    answer(peer, TROUBLE_LOCKED);
    assert_int_equal(completed(peer, prompt), -1);
    fails(peer, path, ITEM_INTERFACE, "GetSecret", g_variant_new("(o)", peer->session),
          TROUBLE_LOCKED);
}

static void test_shim_prompt_finds_nothing_where_nothing_is(void **state) {
    struct peer *peer = *state;
    lock_store(peer);
    g_autofree char *path = find_locked(peer, one);
    g_autofree char *prompt = ask(peer, path);
    answer(peer, NULL);
    assert_int_equal(completed(peer, prompt), 0);
}

static void test_shim_prompt_keeps_a_denied_program_denied(void **state) {
    struct peer *peer = *state;
    create(peer, LOGIN, one, "value", TRUE);
    lock_store(peer);
    g_autofree char *path = find_locked(peer, one);
    g_autofree char *prompt = ask(peer, path);
    answer(peer, TROUBLE_DENIED);
    assert_int_equal(completed(peer, prompt), 1);
    fails(peer, path, ITEM_INTERFACE, "GetSecret", g_variant_new("(o)", peer->session),
          TROUBLE_DENIED);
    g_autoptr(GVariant) body =
        must(peer, MAP_ROOT, SERVICE_INTERFACE, "Unlock",
             g_variant_new("(@ao)", g_variant_new_objv((const char *[]){ITEM}, 1)));
    const char *at_once = NULL;
    g_variant_get(body, "(@ao&o)", NULL, &at_once);
    assert_string_equal(at_once, "/");
}

static void test_shim_prompts_ask_once_for_all_of_them(void **state) {
    struct peer *peer = *state;
    create(peer, LOGIN, one, "value", TRUE);
    lock_store(peer);
    g_autofree char *path = find_locked(peer, one);
    g_autofree char *first = ask(peer, path);
    g_autofree char *second = ask(peer, path);
    g_autofree char *third = ask(peer, path);
    g_autofree char *never = unlock(peer, path);
    fails(peer, third, PROMPT_INTERFACE, "Prompt", g_variant_new("(s)", ""), TROUBLE_INVALID);
    assert_int_equal(fake_ask_count(), 1);
    perform(peer, second, "Dismiss");
    assert_false(fake_ask_is_over());
    answer(peer, NULL);
    assert_int_equal(completed(peer, first), 1);
    assert_int_equal(completed(peer, third), 1);
    perform(peer, never, "Prompt");
    assert_int_equal(fake_ask_count(), 1);
}

static void test_shim_prompt_that_is_dismissed_takes_the_question_away(void **state) {
    struct peer *peer = *state;
    lock_store(peer);
    g_autofree char *path = find_locked(peer, one);
    g_autofree char *prompt = ask(peer, path);
    assert_false(fake_ask_is_over());
    perform(peer, prompt, "Dismiss");
    assert_true(fake_ask_is_over());
    assert_null(prompts_asker(peer->server->prompts));
}

static void test_shim_prompt_needs_somebody_to_ask(void **state) {
    struct peer *peer = *state;
    lock_store(peer);
    g_autofree char *prompt = unlock(peer, ITEM);
    fake_ask_allow(false);
    fails(peer, prompt, PROMPT_INTERFACE, "Prompt", g_variant_new("(s)", ""), TROUBLE_FAILED);
    fails(peer, MAP_ROOT, SERVICE_INTERFACE, "Unlock",
          g_variant_new("(@ao)", g_variant_new_objv((const char *[]){ITEM}, 1)), TROUBLE_LOCKED);
    fails(peer, MAP_ROOT, SERVICE_INTERFACE, "SearchItems", g_variant_new("(@a{ss})", pairs(one)),
          TROUBLE_LOCKED);
}

static void test_shim_prompts_and_locked_items_have_a_bound(void **state) {
    struct peer *peer = *state;
    lock_store(peer);
    for (unsigned i = 0; i < 200; i++) {
        char number[16];
        (void)snprintf(number, sizeof number, "%u", i);
        const char *const names[] = {"n", number, NULL};
        g_free(find_locked(peer, names));
        g_free(unlock(peer, ITEM));
    }
    assert_int_equal(peer->server->awaited->len, 64);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        CASE(test_shim_server_stores_searches_reads_and_deletes),
        CASE(test_shim_server_replaces_what_is_exactly_equal),
        CASE(test_shim_server_moves_an_item_to_its_new_attributes),
        CASE(test_shim_server_keeps_the_session_in_memory),
        CASE(test_shim_server_takes_nothing_of_the_store_for_its_own_memory),
        CASE(test_shim_server_finds_the_sessions_items_while_the_store_is_locked),
        CASE(test_shim_server_locks_what_a_program_locks),
        CASE(test_shim_server_asks_only_where_it_may_search),
        CASE(test_shim_server_lets_one_write_who_may_not_search),
        CASE(test_shim_server_passes_the_daemons_word_on),
        CASE(test_shim_server_refuses_what_isnt_a_call_of_the_service),
        CASE(test_shim_server_makes_and_deletes_collections),
        CASE(test_shim_prompt_unlocks_what_a_search_was_for),
        CASE(test_shim_prompt_shows_what_is_known_of_a_locked_item),
        CASE(test_shim_prompt_leaves_collections_unlocked),
        CASE(test_shim_prompt_lets_a_store_be_tried_again),
        CASE(test_shim_prompt_isnt_needed_when_another_has_unlocked_the_store),
        CASE(test_shim_prompt_that_opens_nothing_is_dismissed),
        CASE(test_shim_prompt_finds_nothing_where_nothing_is),
        CASE(test_shim_prompt_keeps_a_denied_program_denied),
        CASE(test_shim_prompts_ask_once_for_all_of_them),
        CASE(test_shim_prompt_that_is_dismissed_takes_the_question_away),
        CASE(test_shim_prompt_needs_somebody_to_ask),
        CASE(test_shim_prompts_and_locked_items_have_a_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
