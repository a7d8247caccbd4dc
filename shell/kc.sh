# SPDX-License-Identifier: MIT
# What bash and zsh have in common: keychain-auth shellenv prints this, with the directory of its
# own programs and two files in place of the words between @ signs. A program is always run by its
# whole path, so that nothing in PATH can take its place; a value never passes through the shell.
# shellcheck shell=bash

# kcenv NAME=SERVICE/TARGET... -- COMMAND...: runs it with secrets that only it gets.
kcenv() {
    @KC_BIN@kcget exec "$@"
}

# kcshim COMMAND...: runs it with libsecret's calls led to keychain-auth.
kcshim() {
    if [ ! -x @KC_BIN@kc-shim ]; then
        printf '%s\n' 'kcshim: kc-shim is not installed beside keychain-auth' >&2
        return 127
    fi
    @KC_BIN@kc-shim "$@"
}

# The number of those who wait, counted by another process. The file is as old as the moment before
# the count began, so that a change while it lasts is newer.
__kc_count() {
    : >|@KC_PROMPT@."$1" &&
        @KC_BIN@keychain-auth list-pending --count >|@KC_PROMPT@."$1".new &&
        command touch -r @KC_PROMPT@."$1" @KC_PROMPT@."$1".new &&
        command mv -f @KC_PROMPT@."$1".new @KC_PROMPT@
    command rm -f @KC_PROMPT@."$1" @KC_PROMPT@."$1".new
}

# __kc_look: sets KEYCHAIN_AUTH_WAITING to "2 waiting for approval ", or to nothing. Built-in
# commands only; where the list is newer than the count, or the count ten minutes old, somebody
# else counts, and the next prompt shows it.
__kc_look() {
    local count=0
    KEYCHAIN_AUTH_WAITING=
    [ -e @KC_PENDING@ ] || return 0
    if [ ! -e @KC_PROMPT@ ] || [ @KC_PENDING@ -nt @KC_PROMPT@ ] ||
        [ "${SECONDS%.*}" -ge "${__kc_next:-0}" ]; then
        __kc_next=$((${SECONDS%.*} + 600))
        __kc_start
    fi
    if [ -f @KC_PROMPT@ ] && [ -r @KC_PROMPT@ ]; then
        read -r count <@KC_PROMPT@ || :
    fi
    case $count in
    '' | 0 | *[!0-9]*) ;;
    *) KEYCHAIN_AUTH_WAITING="$count waiting for approval " ;;
    esac
}

# kcprompt: prints it, for a prompt of one's own: PS1='$(kcprompt)\w \$ '.
kcprompt() {
    __kc_look
    printf '%s' "$KEYCHAIN_AUTH_WAITING"
}
