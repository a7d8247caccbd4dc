/* SPDX-License-Identifier: MIT */
/*
 * What command lines run: tables of what people write, and of what must not pass for it.
 *
 * links: daemon/interpreter.c daemon/interpreter_grammar.c
 */
#include "daemon/interpreter.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* One call: the arguments have a "|" behind each. */
struct call {
    const char *path;
    const char *arguments;
};

static enum interpreter_use read_call(const char *path, const char *arguments,
                                      const char **ret_script) {
    static char bytes[4096];
    size_t length = strlen(arguments);
    assert_in_range(length, 0, sizeof bytes - 1);
    for (size_t i = 0; i < length; i++) {
        bytes[i] = (char)(arguments[i] == '|' ? '\0' : arguments[i]);
    }
    return interpreter_use(path, bytes, length, ret_script);
}

static void assert_use(const struct call *call, enum interpreter_use use) {
    const char *script = NULL;
    enum interpreter_use found = read_call(call->path, call->arguments, &script);
    if (found != use) {
        print_error("%s: %s\n", call->path, call->arguments);
    }
    assert_int_equal(found, use);
    assert_null(script);
}

static void test_interpreter_is_known_by_its_name(void **state) {
    (void)state;
    static const char *const known[] = {
        "/bin/sh",
        "/usr/bin/dash",
        "/usr/bin/bash",
        "bash5.2",
        "/bin/bash-5.2",
        "/bin/ash",
        "/bin/ksh93",
        "/bin/mksh-static",
        "/usr/bin/zsh",
        "/bin/zsh5",
        "/bin/yash",
        "/usr/bin/fish",
        "/bin/busybox",
        "/bin/busybox.static",
        "/usr/bin/python3",
        "/usr/bin/python3.11",
        "/bin/python3.13t",
        "/bin/python3-dbg",
        "/usr/bin/python2.7",
        "/opt/pypy3.10",
        "/usr/bin/perl",
        "/usr/bin/perl5.36.0",
        "/usr/bin/ruby3.1",
        "/usr/bin/node",
        "/usr/bin/nodejs",
        "/usr/bin/node18",
        "/usr/bin/php8.2",
        "/usr/bin/lua5.4",
        "/bin/luajit-2.1.0",
        "/usr/bin/tclsh8.6",
        "/usr/bin/mawk",
        "/usr/bin/gawk",
        "/usr/bin/deno",
        "/usr/bin/bun",
        "/usr/bin/java",
        "/usr/bin/guile-3.0",
        "/usr/bin/Rscript",
        "/usr/lib/R/bin/exec/R",
        "/usr/bin/perl5.36-x86_64-linux-gnu",
        "/usr/bin/debugperl",
        "/usr/bin/bsd-csh",
        "/usr/bin/gjs-console",
        "/usr/bin/mono-sgen",
        "/usr/bin/gnuplot-nox",
        "/usr/bin/php-cgi8.2",
        "/usr/bin/ocamlrun",
        "/usr/bin/luahbtex",
        "/usr/lib/klibc/bin/sh.shared",
    };
    static const char *const unknown[] = {
        "",
        "/",
        "/usr/bin/",
        "/usr/bin/make",
        "/bin/cat",
        "/bin/dashboard",
        "/usr/bin/shutdown",
        "/usr/bin/nodeenv",
        "/bin/bashful",
        "/sbin/rc-service",
        "/usr/bin/kcget",
        "/usr/bin/Python",
        "/usr/bin/tmux",
        "/usr/bin/node_exporter",
        "/bin/python-config",
        "/python/cat",
        "/usr/bin/r",
        "/usr/bin/pythonic",
        "/usr/bin/-bash",
        "/usr/bin/bash ",
    };
    for (size_t i = 0; i < COUNT(known); i++) {
        if (!interpreter_is_one(known[i])) {
            print_error("%s\n", known[i]);
        }
        assert_true(interpreter_is_one(known[i]));
    }
    for (size_t i = 0; i < COUNT(unknown); i++) {
        const char *script = NULL;
        if (interpreter_is_one(unknown[i])) {
            print_error("%s\n", unknown[i]);
        }
        assert_false(interpreter_is_one(unknown[i]));
        assert_int_equal(read_call(unknown[i], "sh|-c|id|", &script), USE_NONE);
    }
}

static void test_interpreter_finds_the_script(void **state) {
    (void)state;
    static const struct {
        struct call call;
        const char *script;
    } cases[] = {
        {{"/bin/dash", "sh|deploy.sh|"}, "deploy.sh"},
        {{"/bin/dash", "/bin/sh|-eu|./deploy.sh|-c|id|"}, "./deploy.sh"},
        {{"/bin/dash", "sh|-|deploy.sh|"}, "deploy.sh"},
        {{"/bin/dash", "sh|-e|--|-odd.sh|"}, "-odd.sh"},
        {{"/bin/dash", "sh|-o|errexit|+x|a.sh|"}, "a.sh"},
        {{"/bin/bash", "bash|/tmp/with blank\nand newline|"}, "/tmp/with blank\nand newline"},
        {{"/bin/bash", "bash|-euxo|pipefail|deploy.sh|"}, "deploy.sh"},
        {{"/bin/bash", "bash|-euo|pipefail|-O|extglob|deploy.sh|x|"}, "deploy.sh"},
        {{"/bin/bash", "bash|+o|posix|+O|globstar|+e|a.sh|"}, "a.sh"},
        {{"/bin/bash", "bash|--norc|--noprofile|--posix|-p|a.sh|"}, "a.sh"},
        {{"/bin/bash", "bash|-posix|a.sh|"}, "a.sh"},
        {{"/bin/bash", "bash|-norc|-e|a.sh|"}, "a.sh"},
        {{"/bin/bash", "bash|-l|-|a.sh|"}, "a.sh"},
        {{"/bin/bash", "called-otherwise|a.sh|"}, "a.sh"},
        {{"/bin/bash", "bash|a.sh||"}, "a.sh"},
        {{"/bin/ksh93", "ksh|-o|pipefail|a.ksh|"}, "a.ksh"},
        {{"/bin/mksh", "mksh|-e|-u|a.ksh|"}, "a.ksh"},
        {{"/bin/zsh", "zsh|-f|-e|a.zsh|"}, "a.zsh"},
        {{"/bin/zsh", "zsh|--no-rcs|-o|pipefail|a.zsh|"}, "a.zsh"},
        {{"/bin/yash", "yash|-e|--|a.sh|"}, "a.sh"},
        {{"/bin/fish", "fish|-N|a.fish|-c|x|"}, "a.fish"},
        {{"/bin/fish", "fish|--no-config|a.fish|"}, "a.fish"},
        {{"/bin/busybox", "sh|-e|a.sh|"}, "a.sh"},
        {{"/bin/busybox", "/bin/busybox|sh|a.sh|"}, "a.sh"},
        {{"/bin/busybox", "busybox|awk|-f|a.awk|data|"}, "a.awk"},
        {{"/usr/bin/python3.11", "python3|script.py|-c|x|"}, "script.py"},
        {{"/usr/bin/python3.11", "/usr/bin/python3|-uIBb|a.py|"}, "a.py"},
        {{"/usr/bin/python3.11", "python3|-W|ignore|-Xdev|-X|utf8|a.py|"}, "a.py"},
        {{"/usr/bin/python3.11", "python3|--|-odd.py|"}, "-odd.py"},
        {{"/usr/bin/python3.11", "python3|+x|"}, "+x"},
        {{"/usr/bin/pypy3", "pypy3|-OO|a.py|"}, "a.py"},
        {{"/usr/bin/perl", "perl|-w|a.pl|"}, "a.pl"},
        {{"/usr/bin/perl", "/usr/bin/perl|-w -T|a.pl|"}, "a.pl"},
        {{"/usr/bin/perl", "perl|-lpi.bak|a.pl|-e|x|"}, "a.pl"},
        {{"/usr/bin/perl", "perl|-0777|-n|-CSDA|a.pl|"}, "a.pl"},
        {{"/usr/bin/ruby3.1", "ruby|-w|a.rb|"}, "a.rb"},
        {{"/usr/bin/ruby3.1", "ruby|-W:no-deprecated|-E|UTF-8|--yjit|--disable=gems|a.rb|"},
         "a.rb"},
        {{"/usr/bin/node", "node|server.js|--eval|x|"}, "server.js"},
        {{"/usr/bin/node", "node|--max-old-space-size=4096|--no-warnings|a.js|"}, "a.js"},
        {{"/usr/bin/node", "node|--|-odd.js|"}, "-odd.js"},
        {{"/usr/bin/nodejs", "nodejs|/usr/bin/npm|install|"}, "/usr/bin/npm"},
        {{"/usr/bin/php8.2", "php|a.php|-r|x|"}, "a.php"},
        {{"/usr/bin/php8.2", "php|-n|-f|a.php|x|"}, "a.php"},
        {{"/usr/bin/php8.2", "php|-fa.php|"}, "a.php"},
        {{"/usr/bin/lua5.4", "lua|a.lua|"}, "a.lua"},
        {{"/usr/bin/lua5.4", "lua|-E|-W|--|a.lua|"}, "a.lua"},
        {{"/usr/bin/luajit", "luajit|-O3|a.lua|"}, "a.lua"},
        {{"/usr/bin/tclsh8.6", "tclsh|a.tcl|-c|x|"}, "a.tcl"},
        {{"/usr/bin/expect", "/usr/bin/expect|-f|./a.exp|x|"}, "./a.exp"},
        {{"/usr/bin/expect", "expect|-n|a.exp|"}, "a.exp"},
        {{"/usr/bin/mawk", "/usr/bin/awk|-f|./a.awk|data|"}, "./a.awk"},
        {{"/usr/bin/gawk", "gawk|-F|:|-v|x=1|-fa.awk|--|data|"}, "a.awk"},
        {{"/usr/lib/R/bin/exec/R", "/usr/lib/R/bin/exec/R|--no-echo|--no-restore|--file=a.R|"},
         "a.R"},
        {{"/usr/lib/R/bin/exec/R", "R|--vanilla|-f|a.R|--args|-e|x|"}, "a.R"},
        {{"/usr/bin/Rscript", "Rscript|--vanilla|a.R|-e|x|"}, "a.R"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *script = NULL;
        enum interpreter_use use = read_call(cases[i].call.path, cases[i].call.arguments, &script);
        if (use != USE_SCRIPT || strcmp(script, cases[i].script) != 0) {
            print_error("%s\n", cases[i].call.arguments);
        }
        assert_int_equal(use, USE_SCRIPT);
        assert_string_equal(script, cases[i].script);
    }
}

static void test_interpreter_without_a_script_reads_its_input(void **state) {
    (void)state;
    static const struct call cases[] = {
        {"/bin/bash", "-bash|"},
        {"/bin/bash", "bash|"},
        {"/bin/bash", "/bin/bash|--login|-i|"},
        {"/bin/bash", "bash|-il|"},
        {"/bin/bash", "bash|-|"},
        {"/bin/bash", "bash|--|"},
        {"/bin/bash", "bash|-s|a.sh|"},
        {"/bin/bash", "bash|-es|--|a.sh|-c|"},
        {"/bin/bash", "bash|-e|-o|pipefail|"},
        {"/bin/bash", "sh|"},
        {"/bin/dash", "sh|-s|"},
        {"/bin/zsh", "-zsh|"},
        {"/bin/zsh", "zsh|-i|"},
        {"/bin/fish", "fish|-l|"},
        {"/bin/fish", "fish|--interactive|"},
        {"/bin/busybox", "sh|"},
        {"/bin/busybox", "-ash|"},
        {"/bin/busybox", "busybox|sh|-i|"},
        {"/usr/bin/python3.11", "python3|"},
        {"/usr/bin/python3.11", "python3|-i|-q|"},
        {"/usr/bin/python3.11", "python3|-|x|"},
        {"/usr/bin/python3.11", "python3|--|-|"},
        {"/usr/bin/perl", "perl|"},
        {"/usr/bin/perl", "perl|-w|-|"},
        {"/usr/bin/ruby3.1", "ruby|-|"},
        {"/usr/bin/node", "node|"},
        {"/usr/bin/node", "node|-|x|"},
        {"/usr/bin/node", "node|-i|"},
        {"/usr/bin/php8.2", "php|-a|"},
        {"/usr/bin/lua5.4", "lua|-i|"},
        {"/usr/bin/lua5.4", "lua|-|"},
        {"/usr/bin/tclsh8.6", "tclsh|"},
        {"/usr/bin/expect", "expect|-|"},
        {"/usr/lib/R/bin/exec/R", "R|--vanilla|"},
        {"/usr/bin/deno", "deno|"},
        {"/usr/bin/bun", "bun|"},
        {"/usr/bin/guile-3.0", "guile|"},
        {"/usr/bin/tcsh", "-tcsh|"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_use(&cases[i], USE_INPUT);
    }
}

static void test_interpreter_with_code_that_has_no_name_is_inline(void **state) {
    (void)state;
    static const struct call cases[] = {
        {"/bin/dash", "sh|-c|id|"},
        {"/bin/dash", "sh|-ec|id|a.sh|"},
        {"/bin/dash", "sh|-c|id|a.sh|"},
        {"/bin/dash", "sh|-s|-c|id|"},
        {"/bin/bash", "bash|-c|id|"},
        {"/bin/bash", "bash|-euxo|pipefail|-c|id|"},
        {"/bin/bash", "bash|+c|id|a.sh|"},
        {"/bin/bash", "bash|--rcfile|evil|"},
        {"/bin/bash", "bash|--rcfile|evil|-i|"},
        {"/bin/bash", "bash|--init-file|evil|a.sh|"},
        {"/bin/bash", "bash|-rcfile|evil|a.sh|"},
        {"/bin/bash", "bash|--debugger|a.sh|"},
        {"/bin/zsh", "zsh|-c|id|"},
        {"/bin/zsh", "zsh|--emulate|sh|a.sh|"},
        {"/bin/ksh93", "ksh|-R|db|a.sh|"},
        {"/bin/yash", "yash|--rcfile=evil|"},
        {"/bin/fish", "fish|-c|id|"},
        {"/bin/fish", "fish|-C|id|a.fish|"},
        {"/bin/fish", "fish|--init-command=id|a.fish|"},
        {"/bin/busybox", "sh|-c|id|"},
        {"/bin/busybox", "busybox|sh|-c|id|"},
        {"/bin/busybox", "busybox|xargs|sh|"},
        {"/bin/busybox", "busybox|busybox|sh|a.sh|"},
        {"/bin/busybox", "busybox|"},
        {"/bin/busybox", "find|a.sh|"},
        {"/usr/bin/python3.11", "python3|-c|x|"},
        {"/usr/bin/python3.11", "python3|-cx|"},
        {"/usr/bin/python3.11", "python3|-m|http.server|"},
        {"/usr/bin/python3.11", "python3|-Im|pip|a.py|"},
        {"/usr/bin/python3.11", "python3|-W|error::evil.Warning|a.py|"},
        {"/usr/bin/python3.11", "python3|-X|pycache_prefix=/tmp|a.py|"},
        {"/usr/bin/perl", "perl|-e|x|"},
        {"/usr/bin/perl", "perl|-lane|x|"},
        {"/usr/bin/perl", "perl|-E|x|a.pl|"},
        {"/usr/bin/perl", "perl|-Mevil|a.pl|"},
        {"/usr/bin/perl", "perl|-mevil|a.pl|"},
        {"/usr/bin/perl", "perl|-I.|a.pl|"},
        {"/usr/bin/perl", "perl|-d:evil|a.pl|"},
        {"/usr/bin/perl", "perl|-w -Mevil|a.pl|"},
        {"/usr/bin/perl", "perl|-i.bak -Mevil|a.pl|"},
        {"/usr/bin/perl", "perl|-i.bak\t-Mevil|a.pl|"},
        {"/usr/bin/perl", "perl|-F/,/);evil(/,/|a.pl|"},
        {"/usr/bin/ruby3.1", "ruby|-e|x|"},
        {"/usr/bin/ruby3.1", "ruby|-revil|a.rb|"},
        {"/usr/bin/ruby3.1", "ruby|-wr|evil|a.rb|"},
        {"/usr/bin/ruby3.1", "ruby|-I|.|a.rb|"},
        {"/usr/bin/node", "node|-e|x|"},
        {"/usr/bin/node", "node|-pe|x|"},
        {"/usr/bin/node", "node|--eval=x|"},
        {"/usr/bin/node", "node|-r|./evil.js|a.js|"},
        {"/usr/bin/node", "node|--require=./evil.js|a.js|"},
        {"/usr/bin/node", "node|--import|./evil.mjs|a.js|"},
        {"/usr/bin/node", "node|--env-file=evil|a.js|"},
        {"/usr/bin/node", "node|--inspect|a.js|"},
        {"/usr/bin/node", "node|inspect|a.js|"},
        {"/usr/bin/node", "node|--test|"},
        {"/usr/bin/php8.2", "php|-r|x|"},
        {"/usr/bin/php8.2", "php|-d|auto_prepend_file=evil|a.php|"},
        {"/usr/bin/php8.2", "php|-c|evil.ini|a.php|"},
        {"/usr/bin/php8.2", "php|-S|localhost:1|"},
        {"/usr/bin/lua5.4", "lua|-e|x|"},
        {"/usr/bin/lua5.4", "lua|-l|evil|a.lua|"},
        {"/usr/bin/expect", "expect|-c|x|a.exp|"},
        {"/usr/bin/mawk", "awk|BEGIN{}|"},
        {"/usr/bin/mawk", "awk|-F:|{print}|file|"},
        {"/usr/bin/gawk", "gawk|-e|x|"},
        {"/usr/bin/gawk", "gawk|-i|evil|-f|a.awk|"},
        {"/usr/bin/gawk", "gawk|-l|evil|-f|a.awk|"},
        {"/usr/lib/R/bin/exec/R", "R|-e|x|"},
        {"/usr/bin/Rscript", "Rscript|-e|x|"},
        {"/usr/bin/deno", "deno|run|a.ts|"},
        {"/usr/bin/bun", "bun|a.ts|"},
        {"/usr/bin/java", "java|-jar|a.jar|"},
        {"/usr/bin/guile-3.0", "guile|a.scm|"},
        {"/usr/bin/tcsh", "tcsh|a.csh|"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_use(&cases[i], USE_INLINE);
    }
}

static void test_interpreter_in_doubt_is_inline(void **state) {
    (void)state;
    static const struct call cases[] = {
        {"/bin/bash", ""},          /* no arguments at all */
        {"/bin/bash", "bash|a.sh"}, /* cut */
        {"/bin/bash", "bash"},      /* cut */
        {"/bin/bash", "bash|-|x"},
        {"/usr/bin/python3.11", "python3|-|x"},
        {"/usr/bin/mawk", "awk|-f|a.awk|-f"}, /* a second script may follow */
        {"/usr/bin/mawk", "awk|-f|a.awk|-v|x=1|-v"},
        {"/usr/lib/R/bin/exec/R", "R|--file=a.R|--file=b"},
        {"/bin/bash", "bash|-Z|a.sh|"}, /* no such option */
        {"/bin/bash", "bash|--unheard-of|a.sh|"},
        {"/bin/bash", "bash|-o|"}, /* its value is missing */
        {"/bin/bash", "bash|-o|unheard-of|a.sh|"},
        {"/bin/bash", "bash|-oerrexit|posix|a.sh|"}, /* bash and mksh differ */
        {"/bin/bash", "bash|-Oeu|nullglob|a.sh|"},
        {"/bin/bash", "bash|+s|a.sh|"}, /* bash and dash differ */
        {"/bin/bash", "bash|+|a.sh|"},
        {"/bin/bash", "bash||a.sh|"}, /* an empty operand */
        {"/bin/bash", "|"},           /* an empty name */
        {"/bin/bash", "|||"},
        {"/bin/bash", "bash|-|-|"},
        {"/bin/yash", "yash|-o|stdin|a.sh|"},
        {"/bin/zsh", "zsh|-o|shinstdin|a.sh|"},
        {"/bin/zsh", "zsh|-b|-c|"},
        {"/bin/fish", "fish|-|"},
        {"/usr/bin/python3.11", "python3|-i|a.py|"}, /* goes on with its input */
        {"/usr/bin/python3.11", "python3|-W|"},
        {"/usr/bin/python3.11", "python3|--help-all|"},
        {"/usr/bin/perl", "perl|-S|a.pl|"}, /* by PATH */
        {"/usr/bin/perl", "perl|--unheard-of|a.pl|"},
        {"/usr/bin/ruby3.1", "ruby|-S|rake|"},
        {"/usr/bin/ruby3.1", "ruby|-C|/tmp|a.rb|"},
        {"/usr/bin/node", "node|-i|a.js|"},
        {"/usr/bin/node", "node|-vh2|"},
        {"/usr/bin/node", "npm install||||||||"}, /* a title that it gave itself … */
        {"/usr/bin/node", "npm install|"},        /* … and one as long as its arguments were */
        {"/usr/bin/perl", "a worker|"},
        {"/usr/bin/deno", "a title|"},
        {"/usr/bin/php8.2", "php|-a|a.php|"},
        {"/usr/bin/php8.2", "php|--|a.php|"}, /* reads its input */
        {"/usr/bin/php8.2", "php|-f|a.php|-f|b.php|"},
        {"/usr/bin/lua5.4", "lua|-i|a.lua|"},
        {"/usr/bin/tclsh8.6", "tclsh|--|a.tcl|"}, /* reads its input */
        {"/usr/bin/tclsh8.6", "tclsh|-encoding|utf-8|a.tcl|"},
        {"/usr/bin/mawk", "awk|-f|a.awk|-f|b.awk|"}, /* two */
        {"/usr/bin/mawk", "awk|-f|-|"},
        {"/usr/bin/mawk", "awk|-f|"},
        {"/usr/lib/R/bin/exec/R", "R|--file=|"},
        {"/usr/lib/R/bin/exec/R", "R|a.R|"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_use(&cases[i], USE_INLINE);
    }
}

static void test_interpreter_with_a_script_may_have_any_number_of_arguments(void **state) {
    (void)state;
    static const struct call cases[] = {
        {"/bin/bash", "bash|-e|a|x"},
        {"/usr/bin/python3.11", "python3|a|x|y"},
        {"/usr/bin/mawk", "awk|-f|a|x|-"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *script = NULL;
        assert_int_equal(read_call(cases[i].path, cases[i].arguments, &script), USE_SCRIPT);
        assert_string_equal(script, "a");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_interpreter_is_known_by_its_name),
        cmocka_unit_test(test_interpreter_finds_the_script),
        cmocka_unit_test(test_interpreter_without_a_script_reads_its_input),
        cmocka_unit_test(test_interpreter_with_code_that_has_no_name_is_inline),
        cmocka_unit_test(test_interpreter_in_doubt_is_inline),
        cmocka_unit_test(test_interpreter_with_a_script_may_have_any_number_of_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
