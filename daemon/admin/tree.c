/* SPDX-License-Identifier: MIT */
/* Draws. Everything that comes from outside is escaped; nothing is decided here. */
#include "daemon/admin/tree.h"

#include "daemon/admin/colour.h"
#include "daemon/admin/print.h"
#include "daemon/admin/say.h"
#include "daemon/caller.h"
#include "daemon/exchange.h"

#include <jansson.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define TEXT_SIZE (2 * SHOWN_SIZE + 64)
#define WIDTH_MAX 72 /* a longer line pushes its remark to the right */
#define INDENT    4
#define STEP      2 /* each process stands this much further to the right */

void remarks_judge(const struct policy *policy, const struct exchange *exchange,
                   struct remarks *ret_remarks) {
    const struct chain *chain = exchange->identity->chain;
    for (size_t i = 0; i < chain->count; i++) {
        enum link_verdict verdict = caller_verdict(policy, exchange, i);
        ret_remarks->passes[i] = link_verdict_passes(verdict);
        ret_remarks->texts[i] = verdict == LINK_CANT_BE_TOLD && chain->links[i].why != NULL
                                    ? chain->links[i].why
                                    : link_verdict_text(verdict);
    }
}

void tree_describe(const struct chain_link *link, char *text, size_t size) {
    struct shown path;
    struct shown script;
    say_show(link->path, &path);
    switch (link->kind) {
    case LINK_BINARY:
        (void)snprintf(text, size, "%s", path.text);
        break;
    case LINK_INTERACTIVE:
    case LINK_INLINE:
        (void)snprintf(text, size, "%s, %s", path.text, link_kind_word(link->kind));
        break;
    case LINK_SCRIPT:
        (void)snprintf(text, size, "%s, script of %s", say_show(link->script, &script), path.text);
        break;
    case LINK_UNKNOWN:
        (void)snprintf(text, size, "%s, unknown", link->path[0] == '\0' ? "a process" : path.text);
        break;
    }
}

/* Columns of UTF-8 text without wide characters: good enough to align with. */
static int columns(const char *text) {
    int count = 0;
    for (const char *next = text; *next != '\0'; next++) {
        count += ((unsigned char)*next & 0xc0) != 0x80;
    }
    return count;
}

static int indent_of(size_t depth) {
    return INDENT + STEP * (int)depth;
}

static void describe(const struct chain_link *link, bool with_pid, char text[TEXT_SIZE]) {
    tree_describe(link, text, TEXT_SIZE);
    if (with_pid) {
        size_t length = strlen(text);
        (void)snprintf(text + length, TEXT_SIZE - length, " (pid %" PRIu64 ")", link->pid);
    }
}

static int widest(const struct chain *chain, bool with_pids) {
    int width = 0;
    for (size_t i = 0; i < chain->count; i++) {
        char text[TEXT_SIZE];
        describe(&chain->links[i], with_pids, text);
        int own = indent_of(i) + columns(text);
        width = own > width && own <= WIDTH_MAX ? own : width;
    }
    return width;
}

static void print_end(const struct chain *chain) {
    static const char *const words[] = {[CHAIN_END_FIRST] = "the first process",
                                        [CHAIN_END_MANAGER] = "your session manager",
                                        [CHAIN_END_OTHER] = "another user's process, as at a login",
                                        [CHAIN_END_DOUBT] = "it can't be told"};
    const char *why = chain->end == CHAIN_END_DOUBT ? chain->why : NULL;
    (void)printf("%*s└ (%s%s%s)\n", indent_of(chain->count), "", words[chain->end],
                 why == NULL ? "" : ": ", why == NULL ? "" : why);
}

void tree_print(const struct chain *chain, const struct remarks *remarks, bool with_pids) {
    int width = widest(chain, with_pids);
    for (size_t i = 0; i < chain->count; i++) {
        char text[TEXT_SIZE];
        describe(&chain->links[i], with_pids, text);
        int rest = width - indent_of(i) - columns(text);
        (void)printf("%*s└ %s", indent_of(i), "", text);
        if (remarks->texts[i] != NULL) {
            (void)printf("%*s  %s%s %s%s", rest > 0 ? rest : 0, "",
                         colour_good_or_bad(remarks->passes[i]), remarks->passes[i] ? "✓" : "✗",
                         remarks->texts[i], colour_end());
        }
        (void)putchar('\n');
    }
    print_end(chain);
}

static json_t *link_to_json(const struct chain_link *link, const char *remark, bool passes) {
    json_t *object =
        json_pack("{s:s, s:I, s:o, s:s, s:b, s:s}", "kind", link_kind_word(link->kind), "pid",
                  (json_int_t)link->pid, "path", print_text(link->path), "hash", link->hash,
                  "passes", (int)passes, "remark", remark == NULL ? "" : remark);
    if (link->kind == LINK_SCRIPT &&
        (json_object_set_new(object, "script", print_text(link->script)) != 0 ||
         json_object_set_new(object, "script_hash", json_string(link->script_hash)) != 0)) {
        json_decref(object);
        return NULL;
    }
    return object;
}

struct json_t *tree_to_json(const struct chain *chain, const struct remarks *remarks) {
    json_t *links = json_array();
    for (size_t i = 0; i < chain->count; i++) {
        json_t *one = link_to_json(&chain->links[i], remarks->texts[i], remarks->passes[i]);
        if (json_array_append_new(links, one) != 0) {
            json_decref(links);
            return NULL;
        }
    }
    return links;
}
