/* SPDX-License-Identifier: MIT */
/*
 * What each family of interpreters is told with letters and words. A row names only what leaves
 * alone which code is run; code in an argument, a module, a file that is loaded first, a folder
 * where modules are looked for, and options of a later version are left out on purpose.
 * Sources: the manuals bash(1), dash(1), mksh(1), ksh(1), zshoptions(1), fish(1), python(1),
 * perlrun(1), ruby(1), node(1), php(1), lua(1), tclsh(1), expect(1), gawk(1), mawk(1), R(1).
 */
#include "daemon/interpreter_internal.h"

#include <ctype.h>
#include <string.h>

/* Settings that change nothing about where a shell's code comes from. */
#define SETTINGS                                                                             \
    "allexport braceexpand emacs errexit errtrace extendedglob functrace ignoreeof monitor " \
    "noclobber noglob nolog notify nounset nullglob physical pipefail posix verbose vi xtrace"

/* dash, also as sh, and busybox's. */
static const struct grammar posix_shell = {.flags = "abCefhiIlmnpuvVxE",
                                           .input = "s",
                                           .next = "o",
                                           .values = SETTINGS,
                                           .ends = "- --",
                                           .traits = PLUS_IS_DASH};
static const struct grammar bash = {
    .flags = "abefhiklmnprtuvxBCEHPT",
    .input = "s",
    .next = "oO",
    .values = SETTINGS " dotglob extglob failglob globstar inherit_errexit lastpipe nocasematch",
    .words = "help login noediting noprofile norc posix pretty-print restricted verbose "
             "version",
    .ends = "- --",
    .traits = PLUS_IS_DASH | ONE_DASH_WORDS};
static const struct grammar ksh = {.flags = "abefhiklmnprtuvxBCGUX",
                                   .input = "s",
                                   .next = "o",
                                   .values = SETTINGS,
                                   .ends = "- --",
                                   .traits = PLUS_IS_DASH};
static const struct grammar zsh = {.flags = "adefilmnpruvxCEH",
                                   .input = "s",
                                   .next = "o",
                                   .values = SETTINGS,
                                   .words = "help no-rcs norcs version",
                                   .ends = "- --",
                                   .traits = PLUS_IS_DASH};
static const struct grammar yash = {.flags = "abefhilmnuvxC",
                                    .input = "s",
                                    .next = "o",
                                    .values = SETTINGS,
                                    .words = "help login noprofile norcfile version",
                                    .ends = "- --",
                                    .traits = PLUS_IS_DASH};
static const struct grammar fish = {
    .flags = "hilnvNP",
    .words = "help interactive login no-config no-execute private version",
    .ends = "--"};
/* Other values of -W and -X may name a module to import, or where modules come from. */
static const struct grammar python = {
    .flags = "bBdEhIOPqRsStuvVx3",
    .stays = "i",
    .valued = "WX",
    .values =
        "always default dev error faulthandler ignore importtime module once tracemalloc utf8",
    .words = "help version",
    .ends = "--",
    .traits = DASH_IS_INPUT};
/* " -": perl reads on behind a blank in the same word, as a first line "#!perl -w -T" has it. What
 * stands behind -F between slashes or quotes goes into the program as it is. */
static const struct grammar perl = {
    .flags = "01234567aclnpstTuUvwWX -", .attached = "iC", .ends = "--", .traits = DASH_IS_INPUT};
static const struct grammar ruby = {
    .flags = "acdlnpsvwyhU",
    .attached = "0FiKTW",
    .valued = "E",
    .words = "copyright disable= enable= encoding= external-encoding= help internal-encoding= jit "
             "verbose version yjit",
    .ends = "--",
    .traits = DASH_IS_INPUT};
static const struct grammar node = {
    .flags = "hv",
    .stays = "i",
    .words = "abort-on-uncaught-exception dns-result-order= enable-source-maps expose-gc expose_gc "
             "help max-http-header-size= max-old-space-size= max_old_space_size= "
             "no-deprecation no-warnings pending-deprecation stack-size= stack-trace-limit= "
             "throw-deprecation trace-deprecation trace-uncaught trace-warnings "
             "unhandled-rejections= version",
    .commands = "debug inspect",
    .ends = "--",
    .traits = DASH_IS_INPUT};
static const struct grammar php = {.flags = "CehHimnqv", .stays = "a", .script = "f"};
static const struct grammar lua = {
    .flags = "vEW", .stays = "i", .attached = "O", .ends = "--", .traits = DASH_IS_INPUT};
static const struct grammar tcl = {.flags = NULL};
static const struct grammar expect = {
    .flags = "nNv", .script = "f", .ends = "--", .traits = DASH_IS_INPUT};
static const struct grammar awk = {
    .valued = "Fv", .script = "f", .ends = "--", .traits = OPERAND_IS_CODE};
#define R_WORDS                                                                                \
    "encoding= help no-echo no-environ no-restore no-save quiet silent slave vanilla verbose " \
    "version"
static const struct grammar r = {.flags = "q",
                                 .script = "f",
                                 .words = R_WORDS,
                                 .script_word = "file=",
                                 .ends = "--args",
                                 .traits = OPERAND_IS_CODE};
static const struct grammar rscript = {.words = R_WORDS};
static const struct grammar applets = {.traits = CALLS_APPLETS};

static const struct family families[] = {
    {"sh ash dash hush posh", &posix_shell},
    {"bash rbash", &bash},
    {"ksh rksh mksh lksh oksh loksh pdksh", &ksh},
    {"zsh rzsh", &zsh},
    {"yash", &yash},
    {"fish", &fish},
    {"python pypy", &python},
    {"perl debugperl", &perl},
    {"ruby", &ruby},
    {"node nodejs", &node},
    {"php", &php},
    {"lua luajit", &lua},
    {"tclsh wish jimsh", &tcl},
    {"expect", &expect},
    {"awk gawk mawk nawk original-awk", &awk},
    {"R", &r},
    {"Rscript", &rscript},
    {"busybox toybox", &applets},
    {"csh tcsh bsd-csh rc es elvish nu xonsh pwsh sash osh oils-for-unix ion sh.shared", NULL},
    {"deno bun qjs gjs gjs-console cjs cjs-console d8 js electron", NULL},
    {"java jshell jruby groovy scala clojure kotlin mono mono-sgen dotnet", NULL},
    {"guile racket gsi csi scheme sbcl clisp ecl emacs emacs-gtk emacs-lucid emacs-nox", NULL},
    {"ocaml ocamlrun ghci runghc swipl erl beam.smp escript elixir iex", NULL},
    {"julia octave octave-cli octave-gui gnuplot gnuplot-nox gnuplot-qt gnuplot-x11", NULL},
    {"php-cgi phpdbg micropython mruby luatex luahbtex luajittex texlua moar pike newlisp", NULL},
    {"m4 gdb crystal janet goawk osascript", NULL},
};

/* What is found behind a name besides a version. */
#define SUFFIXES "-static .static -dbg -cli .distrib"

bool list_next(const char **list, const char **ret_word, size_t *ret_length) {
    if (*list == NULL || **list == '\0') {
        return false;
    }
    *ret_word = *list;
    *ret_length = strcspn(*list, " ");
    *list += *ret_length;
    *list += strspn(*list, " ");
    return true;
}

bool list_has(const char *list, const char *text) {
    const char *word = NULL;
    size_t length = 0;
    while (list_next(&list, &word, &length)) {
        if (strncmp(word, text, length) == 0 && text[length] == '\0') {
            return true;
        }
    }
    return false;
}

/* "3.11", "-2.1.0-beta3", "-static" or nothing. */
static bool is_version(const char *text) {
    const char *number = text[0] == '-' || text[0] == '.' ? text + 1 : text;
    return text[0] == '\0' || isdigit((unsigned char)number[0]) || list_has(SUFFIXES, text);
}

static bool has_name(const struct family *family, const char *name) {
    const char *list = family->names;
    const char *word = NULL;
    size_t length = 0;
    while (list_next(&list, &word, &length)) {
        if (strncmp(name, word, length) == 0 && is_version(name + length)) {
            return true;
        }
    }
    return false;
}

const struct family *family_find(const char *path) {
    const char *slash = strrchr(path, '/');
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        if (has_name(&families[i], slash != NULL ? slash + 1 : path)) {
            return &families[i];
        }
    }
    return NULL;
}
