/* SPDX-License-Identifier: MIT */
/*
 * A program that looks up secrets through libsecret in the ways that are hard on a preload library:
 * it loads libsecret with dlopen(RTLD_LOCAL), so that none of it is in the loader's global scope.
 *
 *     shimclient lookup              prints the secret of service=x
 *     shimclient threads COUNT TIMES COUNT threads look it up TIMES times each
 *     shimclient closes-first        closes all descriptors, then looks up
 *     shimclient forked              looks up in a child, whose parent has loaded libsecret
 *     shimclient again FILE          looks up, waits for FILE to appear, looks up again
 *
 * links: unsanitized
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define THREADS_MAX 64

struct error {
    unsigned domain;
    int code;
    char *message;
};

typedef void *table_new(void *hash, void *equal);
typedef int table_insert(void *table, void *key, void *value);
typedef char *lookup_function(const void *schema, void *attributes, void *cancellable,
                              struct error **error);

struct library {
    table_new *make_table;
    table_insert *insert;
    lookup_function *lookup;
    void *hash;
    void *equal;
};

struct worker {
    pthread_t thread;
    const struct library *library;
    int times;
    int good;
};

static void *need(void *library, const char *name) {
    void *found = dlsym(library, name);
    if (found == NULL) {
        fprintf(stderr, "shimclient: %s\n", dlerror());
        exit(4);
    }
    return found;
}

static struct library load(void) {
    void *secret = dlopen("libsecret-1.so.0", RTLD_NOW | RTLD_LOCAL);
    void *glib = dlopen("libglib-2.0.so.0", RTLD_NOW | RTLD_LOCAL);
    if (secret == NULL || glib == NULL) {
        fprintf(stderr, "shimclient: %s\n", dlerror());
        exit(4);
    }
    struct library library = {.hash = need(glib, "g_str_hash"), .equal = need(glib, "g_str_equal")};
    *(void **)&library.make_table = need(glib, "g_hash_table_new");
    *(void **)&library.insert = need(glib, "g_hash_table_insert");
    *(void **)&library.lookup = need(secret, "secret_password_lookupv_sync");
    return library;
}

/* The secret, or NULL and the reason on stderr. */
static char *look_up(const struct library *library) {
    static char name[] = "service";
    static char value[] = "x";
    struct error *error = NULL;
    void *table = library->make_table(library->hash, library->equal);
    library->insert(table, name, value);
    char *secret = library->lookup(NULL, table, NULL, &error);
    if (error != NULL) {
        fprintf(stderr, "shimclient: %s\n", error->message);
    }
    return secret;
}

static int print_lookup(const struct library *library) {
    char *secret = look_up(library);
    if (secret == NULL) {
        return 1;
    }
    return puts(secret) < 0 ? 4 : 0;
}

static void *work(void *held) {
    struct worker *worker = held;
    for (int i = 0; i < worker->times; i++) {
        char *secret = look_up(worker->library);
        worker->good += secret != NULL && strcmp(secret, "hello") == 0;
        free(secret);
    }
    return NULL;
}

static int run_threads(const struct library *library, int count, int times) {
    struct worker workers[THREADS_MAX];
    int good = 0;
    for (int i = 0; i < count; i++) {
        workers[i] = (struct worker){.library = library, .times = times};
        if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0) {
            return 4;
        }
    }
    for (int i = 0; i < count; i++) {
        (void)pthread_join(workers[i].thread, NULL);
        good += workers[i].good;
    }
    printf("%d of %d\n", good, count * times);
    return good == count * times ? 0 : 1;
}

static void close_all(void) {
    for (int i = 3; i < 1024; i++) {
        (void)close(i);
    }
}

static int run_forked(const struct library *library) {
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        int code = print_lookup(library);
        (void)fflush(stdout);
        _exit(code);
    }
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status)
               ? WEXITSTATUS(status)
               : 4;
}

static int run_again(const struct library *library, const char *path) {
    const struct timespec moment = {.tv_nsec = 20 * 1000 * 1000};
    int code = print_lookup(library);
    (void)fflush(stdout);
    for (int i = 0; i < 500 && access(path, F_OK) != 0; i++) {
        (void)nanosleep(&moment, NULL);
    }
    return code == 0 ? print_lookup(library) : code;
}

int main(int argc, char **argv) {
    const char *way = argc > 1 ? argv[1] : "";
    struct library library = load();
    if (strcmp(way, "lookup") == 0) {
        return print_lookup(&library);
    }
    if (strcmp(way, "threads") == 0 && argc == 4) {
        long count = strtol(argv[2], NULL, 10);
        long times = strtol(argv[3], NULL, 10);
        return count > 0 && count <= THREADS_MAX ? run_threads(&library, (int)count, (int)times)
                                                 : 2;
    }
    if (strcmp(way, "closes-first") == 0) {
        close_all();
        return print_lookup(&library);
    }
    if (strcmp(way, "forked") == 0) {
        return run_forked(&library);
    }
    return strcmp(way, "again") == 0 && argc == 3 ? run_again(&library, argv[2]) : 2;
}
