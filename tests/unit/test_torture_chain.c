/* SPDX-License-Identifier: MIT */
/*
 * Walking up, when memory runs out: never a shorter chain than with it, and no pin is left.
 * links: daemon/chain.c daemon/chain_kept.c daemon/chain_link.c daemon/chain_name.c
 * links: daemon/chain_words.c daemon/crypto.c daemon/digest.c daemon/interpreter.c
 * links: daemon/interpreter_grammar.c tests/unit/family.c platform
 * links: tests/fakes/fake_alloc.c tests/unit/torture.c kc_static -ljansson -lcrypto
 * links: -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup,--wrap=strndup
 * links: -Wl,--wrap=secmem_alloc
 */
#include "daemon/chain.h"
#include "daemon/digest.h"
#include "platform/process.h"
#include "tests/fakes/fake_alloc.h"
#include "tests/unit/family.h"
#include "tests/unit/torture.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#define GENERATIONS 4

struct scene {
    struct process *child;
    struct ancestors *ancestors; /* NULL: nothing is kept */
    struct digest *digest;
    enum link_kind nearest;
    char id[HASH_TEXT_SIZE];
};

static enum kc_error walk_with(struct scene *scene, struct ancestors *ancestors) {
    struct chain *chain = UNTOUCHED;
    const struct chain_walk how = {.ancestors = ancestors, .may_read = true};
    enum kc_error error = chain_walk(&how, scene->child, "/bin/asks", "", &chain);
    if (error != KC_OK) {
        assert_ptr_equal(chain, UNTOUCHED);
        return error;
    }
    assert_int_equal(chain->links[0].kind, scene->nearest);
    if (scene->id[0] == '\0') {
        memcpy(scene->id, chain->id, sizeof scene->id);
    }
    assert_string_equal(chain->id, scene->id);
    chain_free(chain);
    return KC_OK;
}

static enum kc_error run_walk(void *context) {
    struct scene *scene = context;
    if (scene->ancestors != NULL) {
        return walk_with(scene, scene->ancestors);
    }
    struct ancestors *ancestors = UNTOUCHED;
    enum kc_error error = ancestors_new(scene->digest, &ancestors);
    if (error != KC_OK) {
        assert_ptr_equal(ancestors, UNTOUCHED);
        return error;
    }
    error = walk_with(scene, ancestors);
    ancestors_free(ancestors); /* ends the test when a pin was left */
    return error;
}

static void walk_again_and_again(struct family *family, enum link_kind nearest) {
    struct scene scene = {.nearest = nearest};
    assert_int_equal(digest_new(&scene.digest), KC_OK);
    assert_int_equal(process_pin((uint64_t)family_last(family), &scene.child), KC_OK);
    assert_int_equal(run_walk(&scene), KC_OK);
    torture(&(struct torture){.run = run_walk, .context = &scene});
    assert_int_equal(ancestors_new(scene.digest, &scene.ancestors), KC_OK);
    torture(&(struct torture){.run = run_walk, .context = &scene});
    ancestors_free(scene.ancestors);
    process_free(scene.child);
    digest_free(scene.digest);
    family_end(family);
}

static void test_torture_chain_walk(void **state) {
    (void)state;
    struct family family = family_fork(GENERATIONS);
    walk_again_and_again(&family, LINK_BINARY);
}

static void test_torture_chain_walk_above_an_interpreter(void **state) {
    (void)state;
    const char *const arguments[] = {"/bin/sh", "-c", "sleep 60 & echo $!; wait", NULL};
    struct family family = family_run(arguments, NULL, NULL);
    walk_again_and_again(&family, LINK_INLINE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_torture_chain_walk),
        cmocka_unit_test(test_torture_chain_walk_above_an_interpreter),
    };
    fake_alloc_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
