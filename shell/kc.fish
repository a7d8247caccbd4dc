# SPDX-License-Identifier: MIT
# fish: keychain-auth shellenv prints this, with the directory of its own programs and two files in
# place of the words between @ signs. A program is always run by its whole path; a value never
# passes through the shell.

function kcenv --description 'run a command with secrets that only it gets'
    @KC_BIN@kcget exec $argv
end

function kcshim --description "run a command with libsecret's calls led to keychain-auth"
    if not test -x @KC_BIN@kc-shim
        echo 'kcshim: kc-shim is not installed beside keychain-auth' >&2
        return 127
    end
    @KC_BIN@kc-shim $argv
end

# Another process counts. The file is as old as the moment before the count began, so that a change
# while it lasts is newer.
function __kc_start
    command sh -c '
        : >"$1.$$" && "$2" list-pending --count >"$1.$$.new" &&
            touch -r "$1.$$" "$1.$$.new" && mv -f "$1.$$.new" "$1"
        rm -f "$1.$$" "$1.$$.new"' sh @KC_PROMPT@ @KC_BIN@keychain-auth >/dev/null 2>&1 </dev/null &
    disown 2>/dev/null
end

# Sets KEYCHAIN_AUTH_WAITING to "2 waiting for approval ", or to nothing. Built-in commands only;
# where the list is newer than the count, somebody else counts, and the next prompt shows it.
function __kc_look
    set -g KEYCHAIN_AUTH_WAITING ''
    test -e @KC_PENDING@; or return 0
    if not test -e @KC_PROMPT@; or test @KC_PENDING@ -nt @KC_PROMPT@; or not set -q __kc_counted
        set -g __kc_counted 1
        __kc_start
    end
    set -l count 0
    test -f @KC_PROMPT@; and test -r @KC_PROMPT@; and read count <@KC_PROMPT@
    if string match -qr '^[1-9][0-9]*$' -- "$count"
        set -g KEYCHAIN_AUTH_WAITING "$count waiting for approval "
    end
    return 0
end

# For a prompt of one's own.
function kcprompt --description 'say how many wait for approval'
    __kc_look
    printf '%s' $KEYCHAIN_AUTH_WAITING
end

# What comes behind it sees this exit code.
function __kc_status
    return $argv[1]
end

if test "$KEYCHAIN_AUTH_PROMPT" = 1; and not functions -q __kc_own_prompt
    functions -q fish_prompt; and functions -c fish_prompt __kc_own_prompt
    function fish_prompt
        set -l code $status
        kcprompt
        if functions -q __kc_own_prompt
            __kc_status $code
            __kc_own_prompt
        end
    end
end
true
