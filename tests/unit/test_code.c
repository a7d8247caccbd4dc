/* SPDX-License-Identifier: MIT */
/*
 * What a process has mapped to execute: children that run what they should, and children that map
 * memory or files, write to their text, or were told by the environment to load something; and the
 * lines of maps, which a process can influence by the names of its files.
 * links: tests/unit/temp_directory.c tests/unit/victim.c platform
 */
#define _GNU_SOURCE
#include "platform/code.h"

#include "platform/linux/code_internal.h"
#include "platform/linux/process_internal.h"
#include "platform/process.h"
#include "tests/unit/temp_directory.h"
#include "tests/unit/victim.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define SLEEP "/bin/sleep"
#define PAGE  4096

/* A file that isn't trusted, whoever runs the tests: everybody may write to it. */
struct place {
    char *directory;
    char *file;
};

static struct place place_new(void) {
    struct place place;
    place.directory = temp_directory_new();
    place.file = temp_path(place.directory, "library.so");
    char page[PAGE] = {0};
    temp_file_write(place.file, page, sizeof page);
    assert_int_equal(chmod(place.file, 0777), 0);
    assert_int_equal(chmod(place.directory, 0777), 0);
    return place;
}

static void place_remove(struct place *place) {
    free(place->file);
    temp_directory_remove(place->directory);
}

/* A child that was prepared, and what is seen of it. */
struct scene {
    struct victim victim;
    struct process *process;
    struct image *image;
    struct code code;
};

static void scene_pin(struct scene *scene) {
    const char *why = NULL;
    assert_int_equal(process_pin((uint64_t)scene->victim.pid, &scene->process), KC_OK);
    assert_int_equal(process_open_image(scene->process, &scene->image, &why), KC_OK);
}

static struct scene scene_start(bool (*prepare)(void *context), void *context) {
    struct scene scene = {.process = NULL};
    bool prepared = false;
    scene.victim = victim_start(prepare, context, &prepared);
    assert_true(prepared);
    scene_pin(&scene);
    return scene;
}

static enum code_flaw scene_look(struct scene *scene) {
    code_clear(&scene->code);
    assert_int_equal(code_look(scene->process, scene->image, &scene->code), KC_OK);
    return scene->code.flaw;
}

static void scene_end(struct scene *scene) {
    code_clear(&scene->code);
    image_free(scene->image);
    process_free(scene->process);
    victim_end(&scene->victim);
}

static void test_code_of_a_plain_child_is_sound(void **state) {
    (void)state;
    struct scene scene = scene_start(NULL, NULL);
    assert_int_equal(scene_look(&scene), CODE_SOUND);
    assert_string_equal(scene.code.subject, "");
    assert_false(scene.code.makes_code);
    assert_int_equal(scene.code.file_count, 0);
    scene_end(&scene);
}

static void test_code_of_an_executed_program_is_sound(void **state) {
    (void)state;
    bool prepared = false;
    struct scene scene = {.victim = victim_start(NULL, NULL, &prepared)};
    victim_execute(&scene.victim, SLEEP);
    scene_pin(&scene);
    assert_int_equal(scene_look(&scene), CODE_SOUND);
    assert_false(scene.code.makes_code);
    assert_int_equal(scene.code.file_count, 0);
    scene_end(&scene);
}

static void test_code_is_not_looked_at_after_an_exec_or_an_end(void **state) {
    (void)state;
    struct scene scene = scene_start(NULL, NULL);
    victim_execute(&scene.victim, SLEEP);
    assert_int_equal(code_look(scene.process, scene.image, &scene.code), KC_CHANGED);
    victim_kill(&scene.victim);
    assert_int_equal(code_look(scene.process, scene.image, &scene.code), KC_END);
    scene_end(&scene);
}

static void test_code_elsewhere_than_in_the_image_is_seen(void **state) {
    (void)state;
    struct scene scene = scene_start(NULL, NULL);
    const char *why = NULL;
    image_free(scene.image);
    scene.image = NULL;
    assert_int_equal(image_open(SLEEP, &scene.image, &why), KC_OK);
    assert_int_equal(scene_look(&scene), CODE_ELSEWHERE);
    scene_end(&scene);
}

static bool map_anonymous(void *context) {
    const int *rights = context;
    return mmap(NULL, PAGE, *rights, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static void test_code_without_a_file_is_told_and_data_is_not(void **state) {
    (void)state;
    static const struct {
        int rights;
        bool makes_code;
    } rows[] = {
        {PROT_READ | PROT_WRITE, false},
        {PROT_READ | PROT_EXEC, true},
        {PROT_READ | PROT_WRITE | PROT_EXEC, true},
        {PROT_EXEC, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int rights = rows[i].rights;
        struct scene scene = scene_start(map_anonymous, &rights);
        assert_int_equal(scene_look(&scene), CODE_SOUND);
        assert_int_equal(scene.code.makes_code, rows[i].makes_code);
        scene_end(&scene);
    }
}

/* Somebody writes into the child, which has this function at the same address as we. */
static void test_code_that_was_written_to_is_seen(void **state) {
    (void)state;
    char path[64];
    char byte = 0;
    struct scene scene = scene_start(NULL, NULL);
    off_t address = (off_t)(uintptr_t)test_code_that_was_written_to_is_seen;
    (void)snprintf(path, sizeof path, "/proc/%ld/mem", (long)scene.victim.pid);
    assert_int_equal(scene_look(&scene), CODE_SOUND);
    int memory = open(path, O_RDWR | O_CLOEXEC);
    assert_true(memory >= 0);
    assert_int_equal(pread(memory, &byte, 1, address), 1);
    assert_int_equal(scene_look(&scene), CODE_SOUND);
    assert_int_equal(pwrite(memory, &byte, 1, address), 1); /* even the byte that was there */
    assert_int_equal(close(memory), 0);
    assert_int_equal(scene_look(&scene), CODE_ALTERED);
    assert_string_equal(scene.code.subject, image_path(scene.image));
    scene_end(&scene);
}

static void *map_file(const char *path, int rights) {
    int file = open(path, O_RDONLY | O_CLOEXEC);
    void *at = file < 0 ? MAP_FAILED : mmap(NULL, PAGE, rights, MAP_PRIVATE, file, 0);
    (void)close(file);
    return at;
}

static bool map_and_change(void *context) {
    char *at = map_file(context, PROT_READ | PROT_WRITE);
    if (at == MAP_FAILED) {
        return false;
    }
    at[0] = 'x';
    return mprotect(at, PAGE, PROT_READ | PROT_EXEC) == 0;
}

static void test_code_that_was_changed_before_it_became_code_is_seen(void **state) {
    (void)state;
    struct place place = place_new();
    struct scene scene = scene_start(map_and_change, place.file);
    assert_int_equal(scene_look(&scene), CODE_ALTERED);
    assert_string_equal(scene.code.subject, place.file);
    scene_end(&scene);
    place_remove(&place);
}

static bool map_twice(void *context) {
    return map_file(context, PROT_READ | PROT_EXEC) != MAP_FAILED &&
           map_file(context, PROT_EXEC) != MAP_FAILED && map_file(context, PROT_READ) != MAP_FAILED;
}

static void test_code_in_a_file_that_is_not_trusted_is_told_once(void **state) {
    (void)state;
    struct place place = place_new();
    struct scene scene = scene_start(map_twice, place.file);
    assert_int_equal(scene_look(&scene), CODE_SOUND);
    assert_int_equal(scene.code.file_count, 1);
    assert_string_equal(image_path(scene.code.files[0]), place.file);
    scene_end(&scene);
    place_remove(&place);
}

static bool map_system_file(void *context) {
    (void)context;
    return map_file(SLEEP, PROT_READ | PROT_EXEC) != MAP_FAILED;
}

static void test_code_in_a_trusted_file_is_not_told(void **state) {
    (void)state;
    struct scene scene = scene_start(map_system_file, NULL);
    assert_int_equal(scene_look(&scene), CODE_SOUND);
    assert_int_equal(scene.code.file_count, 0);
    scene_end(&scene);
}

/* The name leads to nothing, or to another file than the one that is mapped. */
static void test_code_that_is_not_under_its_name_is_unknown(void **state) {
    (void)state;
    struct place place = place_new();
    struct scene scene = scene_start(map_twice, place.file);
    char *other = temp_path(place.directory, "other");
    assert_int_equal(rename(place.file, other), 0);
    assert_int_equal(scene_look(&scene), CODE_SOUND); /* maps tells the name of today */
    temp_file_write(place.file, "new", 3);
    assert_int_equal(rename(place.file, other), 0);
    assert_int_equal(scene_look(&scene), CODE_UNKNOWN);
    assert_non_null(strstr(scene.code.subject, "(deleted)"));
    char *deleted = temp_path(place.directory, "other (deleted)");
    temp_file_write(deleted, "same name", 9);
    assert_int_equal(scene_look(&scene), CODE_UNKNOWN);
    free(deleted);
    free(other);
    scene_end(&scene);
    place_remove(&place);
}

/* An open descriptor, and a mapping that outlives it. */
static void test_code_in_a_file_that_somebody_may_write_to_is_seen(void **state) {
    (void)state;
    struct place place = place_new();
    struct scene scene = scene_start(map_twice, place.file);
    int file = open(place.file, O_RDWR | O_CLOEXEC);
    assert_true(file >= 0);
    assert_int_equal(scene_look(&scene), CODE_WRITTEN);
    void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    assert_ptr_not_equal(page, MAP_FAILED);
    assert_int_equal(close(file), 0);
    assert_int_equal(scene_look(&scene), CODE_WRITTEN);
    assert_string_equal(scene.code.subject, place.file);
    assert_int_equal(munmap(page, PAGE), 0);
    assert_int_equal(scene_look(&scene), CODE_SOUND);
    scene_end(&scene);
    place_remove(&place);
}

struct crowd {
    const char *directory;
    int count;
};

static bool map_crowd(void *context) {
    const struct crowd *crowd = context;
    bool mapped = true;
    for (int i = 0; i < crowd->count; i++) {
        char path[PATH_MAX];
        (void)snprintf(path, sizeof path, "%s/%d", crowd->directory, i);
        int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        mapped = mapped && file >= 0 && fchmod(file, 0777) == 0 && ftruncate(file, PAGE) == 0;
        (void)close(file);
        mapped = mapped && map_file(path, PROT_EXEC) != MAP_FAILED;
    }
    return mapped;
}

static void test_code_in_too_many_files_is_a_flaw(void **state) {
    (void)state;
    for (int count = CODE_FILES_MAX; count <= CODE_FILES_MAX + 1; count++) {
        char *directory = temp_directory_new();
        struct crowd crowd = {directory, count};
        struct scene scene = scene_start(map_crowd, &crowd);
        assert_int_equal(scene_look(&scene), count > CODE_FILES_MAX ? CODE_CROWDED : CODE_SOUND);
        assert_int_equal(scene.code.file_count, CODE_FILES_MAX);
        scene_end(&scene);
        temp_directory_remove(directory);
    }
}

/* A directory and a link to the administrator's, which change names all the time. */
struct swapping {
    char *directory;
    char *link;
    atomic_bool is_over;
};

static void *swap_names(void *context) {
    struct swapping *swapping = context;
    while (!atomic_load(&swapping->is_over)) {
        (void)renameat2(AT_FDCWD, swapping->directory, AT_FDCWD, swapping->link, RENAME_EXCHANGE);
    }
    return NULL;
}

/* The file that is found and the file that is trusted must be one: else a name that means a file
 * of ours first, and one of the administrator's then, would make ours trusted. */
static void test_code_is_not_trusted_for_a_file_that_was_there_a_moment_later(void **state) {
    (void)state;
    char *parent = temp_directory_new();
    struct swapping swapping = {temp_path(parent, "own"), temp_path(parent, "link"), false};
    assert_int_equal(mkdir(swapping.directory, 0700), 0);
    assert_int_equal(symlink("/bin", swapping.link), 0);
    char *file = temp_path(swapping.directory, "sleep");
    char page[PAGE] = {0};
    temp_file_write(file, page, sizeof page);
    assert_int_equal(chmod(file, 0777), 0);
    struct scene scene = scene_start(map_twice, file);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, swap_names, &swapping), 0);
    int trusted = 0;
    for (int i = 0; i < 3000; i++) {
        trusted += scene_look(&scene) == CODE_SOUND && scene.code.file_count == 0;
    }
    atomic_store(&swapping.is_over, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(trusted, 0);
    scene_end(&scene);
    free(file);
    free(swapping.directory);
    free(swapping.link);
    temp_directory_remove(parent);
}

/* More than is looked at: nobody can hide behind that. */
static bool map_too_much(void *context) {
    (void)context;
    int file = open(SLEEP, O_RDONLY | O_CLOEXEC);
    void *at = mmap(NULL, (size_t)300 * 1024 * 1024, PROT_EXEC, MAP_PRIVATE, file, 0);
    (void)close(file);
    return at != MAP_FAILED;
}

static void test_code_that_is_too_much_to_look_at_is_unsafe(void **state) {
    (void)state;
    struct scene scene = scene_start(map_too_much, NULL);
    assert_int_equal(code_look(scene.process, scene.image, &scene.code), KC_UNSAFE);
    assert_int_equal(code_look_again(scene.process, scene.image, &scene.code), KC_UNSAFE);
    scene_end(&scene);
}

static void shut(int number) {
    (void)number;
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

static bool shut_on_signal(void *context) {
    (void)context;
    return signal(SIGUSR1, shut) != SIG_ERR;
}

/* A process that is approved may shut itself once it was looked at; whoever can write into it can
 * make it do so, and must not be hidden by that. */
static void test_code_is_seen_after_the_process_shut_its_memory(void **state) {
    (void)state;
    if (geteuid() == 0) {
        skip(); /* root may look all the same */
    }
    char path[64];
    char byte = 0;
    struct scene scene = scene_start(shut_on_signal, NULL);
    off_t address = (off_t)(uintptr_t)shut_on_signal;
    (void)snprintf(path, sizeof path, "/proc/%ld/mem", (long)scene.victim.pid);
    int memory = open(path, O_RDWR | O_CLOEXEC);
    assert_true(memory >= 0);
    assert_int_equal(kill(scene.victim.pid, SIGUSR1), 0);
    while (access(path, R_OK) == 0) {
        (void)usleep(1000);
    }
    assert_int_equal(code_look(scene.process, scene.image, &scene.code), KC_UNSAFE);
    assert_int_equal(code_look_again(scene.process, scene.image, &scene.code), KC_OK);
    assert_int_equal(scene.code.flaw, CODE_SOUND);
    assert_int_equal(pread(memory, &byte, 1, address), 1);
    assert_int_equal(pwrite(memory, &byte, 1, address), 1);
    assert_int_equal(close(memory), 0);
    assert_int_equal(code_look_again(scene.process, scene.image, &scene.code), KC_OK);
    assert_int_equal(scene.code.flaw, CODE_ALTERED);
    scene_end(&scene);
}

/* For the program that the child executes next. Its loader may complain: not to us. */
static bool set_variable(void *context) {
    char *const *variable = context;
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    return nowhere >= 0 && dup2(nowhere, STDERR_FILENO) >= 0 &&
           setenv(variable[0], variable[1], 1) == 0;
}

/* An @ stands for the directory, or the file, that isn't trusted. */
static void check_variable(const struct place *place, const char *name, const char *value,
                           enum code_flaw flaw) {
    char text[PATH_MAX];
    const char *at = strchr(value, '@');
    size_t before = at == NULL ? strlen(value) : (size_t)(at - value);
    bool is_directory = strcmp(name, "LD_LIBRARY_PATH") == 0;
    (void)snprintf(text, sizeof text, "%.*s%s%s", (int)before, value,
                   at == NULL     ? ""
                   : is_directory ? place->directory
                                  : place->file,
                   at == NULL ? "" : at + 1);
    const char *variable[] = {name, text};
    bool prepared = false;
    struct scene scene = {.victim = victim_start(set_variable, variable, &prepared)};
    assert_true(prepared);
    victim_execute(&scene.victim, SLEEP);
    scene_pin(&scene);
    if (scene_look(&scene) != flaw) {
        fail_msg("%s=%s: %s", name, text, code_flaw_text(scene.code.flaw));
    }
    assert_int_equal(strncmp(scene.code.subject, name, strlen(name)) == 0, flaw != CODE_SOUND);
    scene_end(&scene);
}

static void test_code_that_the_loader_is_told_to_load_is_a_flaw(void **state) {
    (void)state;
    static const struct {
        const char *name;
        const char *value;
        enum code_flaw flaw;
    } rows[] = {
        {"LD_PRELOAD", "@", CODE_PRELOADED},
        {"LD_PRELOAD", "libm.so.6 @", CODE_PRELOADED},
        {"LD_PRELOAD", "libm.so.6:@", CODE_PRELOADED},
        {"LD_PRELOAD", "$ORIGIN/x.so", CODE_PRELOADED},
        {"LD_PRELOAD", "./x.so", CODE_PRELOADED},
        {"LD_PRELOAD", "", CODE_SOUND},
        {"LD_PRELOAD", "libm.so.6", CODE_SOUND},
        {"LD_PRELOAD", "/no/such/file.so", CODE_SOUND},
        {"LD_AUDIT", "@", CODE_PRELOADED},
        {"LD_AUDIT", "/no/such/file.so:@", CODE_PRELOADED},
        {"LD_LIBRARY_PATH", "@", CODE_PRELOADED},
        {"LD_LIBRARY_PATH", "/usr/lib;@", CODE_PRELOADED},
        {"LD_LIBRARY_PATH", "/usr/lib:", CODE_PRELOADED},
        {"LD_LIBRARY_PATH", ".", CODE_PRELOADED},
        {"LD_LIBRARY_PATH", "/usr/lib", CODE_SOUND},
        {"LD_LIBRARY_PATH", "", CODE_SOUND},
        {"LD_PRELOADED", "@", CODE_SOUND},
        {"XLD_PRELOAD", "@", CODE_SOUND},
    };
    struct place place = place_new();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        check_variable(&place, rows[i].name, rows[i].value, rows[i].flaw);
    }
    place_remove(&place);
}

static void test_code_trusts_only_what_is_the_administrators(void **state) {
    (void)state;
    struct place place = place_new();
    assert_int_equal(code_check_trusted(SLEEP), KC_OK);
    assert_int_equal(code_check_trusted("/usr"), KC_OK);
    assert_int_equal(code_check_trusted("/dev/null"), KC_UNSAFE);
    assert_int_equal(code_check_trusted("/tmp"), KC_UNSAFE);
    assert_int_equal(code_check_trusted(place.file), KC_UNSAFE);
    assert_int_equal(code_check_trusted(place.directory), KC_UNSAFE);
    assert_int_equal(code_check_trusted("/no/such/file"), KC_NOT_FOUND);
    assert_int_equal(code_check_trusted(SLEEP "/below"), KC_NOT_FOUND);
    place_remove(&place);
}

#define RANGE "7f00-8f00 "
#define REST  " 00001000 fe:01 42"

static void test_code_mappings_are_read_strictly(void **state) {
    (void)state;
    static const struct {
        const char *line;
        enum kc_error error;
        const char *path;
    } rows[] = {
        {RANGE "r-xp" REST, KC_OK, ""},
        {RANGE "r-xp" REST " ", KC_OK, ""},
        {RANGE "r-xp" REST "                 /usr/bin/a b", KC_OK, "/usr/bin/a b"},
        {"0-ffffffffffffffff ---s" REST " /a\\012b", KC_OK, "/a\\012b"},
        {"8f00-7f00 r-xp" REST, KC_INVALID, NULL},
        {"7f00-7f00 r-xp" REST, KC_INVALID, NULL},
        {"7f00 8f00 r-xp" REST, KC_INVALID, NULL},
        {"0-10000000000000000 r-xp" REST, KC_INVALID, NULL},
        {"7F00-8F00 r-xp" REST, KC_INVALID, NULL},
        {"-8f00 r-xp" REST, KC_INVALID, NULL},
        {RANGE "r-x" REST, KC_INVALID, NULL},
        {RANGE "rwxq" REST, KC_INVALID, NULL},
        {RANGE "xwrp" REST, KC_INVALID, NULL},
        {RANGE "r-xp 00001000 fe:01 42/usr/bin/a", KC_INVALID, NULL},
        {RANGE "r-xp 00001000 fe:01 ", KC_INVALID, NULL},
        {RANGE "r-xp 00001000 fe01 42", KC_INVALID, NULL},
        {RANGE "r-xp 00001000 100000000:01 42", KC_INVALID, NULL},
        {RANGE "r-xp 00001000 fe:01 99999999999999999999", KC_INVALID, NULL},
        {RANGE "r-xp", KC_INVALID, NULL},
        {"", KC_INVALID, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct mapping mapping = {.path = NULL};
        size_t length = strlen(rows[i].line);
        assert_int_equal(code_parse_mapping(rows[i].line, length, &mapping), rows[i].error);
        if (rows[i].error == KC_OK) {
            assert_int_equal(mapping.path_length, strlen(rows[i].path));
            assert_memory_equal(mapping.path, rows[i].path, mapping.path_length);
            assert_int_equal(mapping.inode, 42);
            assert_int_equal(mapping.device_major, 0xfe);
            assert_int_equal(mapping.device_minor, 1);
        } else {
            assert_null(mapping.path);
        }
    }
}

static void test_code_mapping_tells_rights_and_range(void **state) {
    (void)state;
    struct mapping mapping;
    const char *line = RANGE "r-xp" REST;
    assert_int_equal(code_parse_mapping(line, strlen(line), &mapping), KC_OK);
    assert_int_equal(mapping.start, 0x7f00);
    assert_int_equal(mapping.end, 0x8f00);
    assert_true(mapping.is_executable);
    assert_false(mapping.is_shared);
    line = RANGE "rw-s" REST;
    assert_int_equal(code_parse_mapping(line, strlen(line), &mapping), KC_OK);
    assert_false(mapping.is_executable);
    assert_true(mapping.is_shared);
}

static void test_code_names_get_their_newlines_back(void **state) {
    (void)state;
    static const struct {
        const char *told;
        const char *meant;
    } rows[] = {
        {"/a\\012b", "/a\nb"},
        {"\\012\\012", "\n\n"},
        {"/a\\01", "/a\\01"},
        {"/a\\134012", "/a\\134012"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char name[16];
        size_t length = strlen(rows[i].meant);
        struct mapping mapping = {.path = rows[i].told, .path_length = strlen(rows[i].told)};
        assert_int_equal(code_unescape_path(&mapping, name, length + 1), KC_OK);
        assert_string_equal(name, rows[i].meant);
        if (length > 0) {
            assert_int_equal(code_unescape_path(&mapping, name, length), KC_TOO_BIG);
        }
    }
}

static void test_code_flaws_have_sentences(void **state) {
    (void)state;
    assert_string_equal(code_flaw_text(CODE_SOUND), "");
    for (int flaw = CODE_ELSEWHERE; flaw <= CODE_PRELOADED; flaw++) {
        assert_true(strlen(code_flaw_text((enum code_flaw)flaw)) > 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_code_of_a_plain_child_is_sound),
        cmocka_unit_test(test_code_of_an_executed_program_is_sound),
        cmocka_unit_test(test_code_is_not_looked_at_after_an_exec_or_an_end),
        cmocka_unit_test(test_code_elsewhere_than_in_the_image_is_seen),
        cmocka_unit_test(test_code_without_a_file_is_told_and_data_is_not),
        cmocka_unit_test(test_code_that_was_written_to_is_seen),
        cmocka_unit_test(test_code_that_was_changed_before_it_became_code_is_seen),
        cmocka_unit_test(test_code_in_a_file_that_is_not_trusted_is_told_once),
        cmocka_unit_test(test_code_in_a_trusted_file_is_not_told),
        cmocka_unit_test(test_code_that_is_not_under_its_name_is_unknown),
        cmocka_unit_test(test_code_in_a_file_that_somebody_may_write_to_is_seen),
        cmocka_unit_test(test_code_in_too_many_files_is_a_flaw),
        cmocka_unit_test(test_code_is_not_trusted_for_a_file_that_was_there_a_moment_later),
        cmocka_unit_test(test_code_that_is_too_much_to_look_at_is_unsafe),
        cmocka_unit_test(test_code_is_seen_after_the_process_shut_its_memory),
        cmocka_unit_test(test_code_that_the_loader_is_told_to_load_is_a_flaw),
        cmocka_unit_test(test_code_trusts_only_what_is_the_administrators),
        cmocka_unit_test(test_code_mappings_are_read_strictly),
        cmocka_unit_test(test_code_mapping_tells_rights_and_range),
        cmocka_unit_test(test_code_names_get_their_newlines_back),
        cmocka_unit_test(test_code_flaws_have_sentences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
