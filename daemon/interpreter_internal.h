/* SPDX-License-Identifier: MIT */
/*
 * Between interpreter.c, which reads a command line, and interpreter_grammar.c, which holds what
 * each family of interpreters knows.
 */
#ifndef INTERPRETER_INTERNAL_H
#define INTERPRETER_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

enum trait {
    DASH_IS_INPUT = 1,   /* "-" in the place of the script: standard input */
    PLUS_IS_DASH = 2,    /* options may begin with "+" */
    ONE_DASH_WORDS = 4,  /* long options may have one dash */
    OPERAND_IS_CODE = 8, /* only an option names a script */
    CALLS_APPLETS = 16   /* its name, or its first argument, says what it is */
};

/*
 * Letters of short options, and lists of words with a blank between; NULL: there are none.
 * Letters of `flags`, `input` and `stays` may stand together; any other one ends the word that it
 * stands in. What a grammar doesn't name makes the whole call code without a name.
 */
struct grammar {
    const char *flags;
    const char *input;       /* it reads standard input, and the operands are for that */
    const char *stays;       /* it reads standard input when the script has ended */
    const char *attached;    /* may have a value, in the same word */
    const char *valued;      /* has a value: the rest of the word, or the next word */
    const char *next;        /* has a value: the next word */
    const char *values;      /* those of the two above that are known; NULL: any is good */
    const char *script;      /* has a value, as `valued`: the script */
    const char *words;       /* long options; "x=": with a value in the same word */
    const char *script_word; /* "x=": a long option whose value, in the same word, is the script */
    const char *ends;        /* words, with their dashes, behind which options end */
    const char *commands;    /* first operands that aren't scripts */
    unsigned traits;
};

/* Names that a version may follow. */
struct family {
    const char *names;
    const struct grammar *grammar; /* NULL: anything that it is given is code */
};

/* By the last part of a path; NULL: not an interpreter. */
const struct family *family_find(const char *path);

/* Steps through a list; the words aren't ended. False: there is none any more. */
bool list_next(const char **list, const char **ret_word, size_t *ret_length);
bool list_has(const char *list, const char *text);

#endif
