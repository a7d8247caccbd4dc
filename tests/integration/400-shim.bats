#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Programs that were written for libsecret, through the shim, against a real daemon and with no
# session bus anywhere.

load helpers

generic=org.freedesktop.Secret.Generic

setup() {
    local tool
    for tool in secret-tool kc-shim; do
        command -v "$tool" >/dev/null || skip "$tool is missing"
    done
    private_home
    export DBUS_SESSION_BUS_ADDRESS=unix:path=$HOME/nobody
    start_daemon
}

teardown() {
    stop_daemon
}

# may_use PROGRAM SERVICE[,SERVICE…]: everything with these services.
may_use() {
    keychain-auth register "$(command -v "$1")" --read "$2" --write "$2" --search 2>/dev/null
}

# store_hello: what the programs look up.
store_hello() {
    printf hello | kc-shim secret-tool store --label 'A label' service x user bob
}

# In time: nothing may take longer, whatever happened.
in_time() {
    timeout --foreground --kill-after=1 5 "$@"
}

@test "secret-tool stores, looks up, searches and clears" {
    may_use secret-tool $generic
    run -0 store_hello
    run -0 kc-shim secret-tool lookup service x user bob
    is "$output" hello
    run -0 kc-shim secret-tool lookup user bob
    is "$output" hello "a subset finds it"
    run -0 --separate-stderr kc-shim secret-tool search --all service x
    has "$output" "label = A label"
    has "$output" "secret = hello"
    has "$stderr" "attribute.user = bob"
    run -0 keychain-auth search $generic
    has "$output" "service=x&user=bob"
    run -0 kc-shim secret-tool clear service x
    run -1 kc-shim secret-tool lookup service x user bob
    is "$output" ""
}

@test "an item is replaced by one of exactly the same attributes, and by no other" {
    may_use secret-tool $generic
    printf one | kc-shim secret-tool store --label L a 1
    printf two | kc-shim secret-tool store --label L a 1 b 2
    printf three | kc-shim secret-tool store --label L a 1
    run -0 kc-shim secret-tool lookup a 1 b 2
    is "$output" two
    run -0 keychain-auth search $generic
    is "$(cut -f1 <<<"$output")" $'a=1\na=1&b=2'
}

@test "what a person stores by hand, a program finds" {
    may_use secret-tool $generic
    put $generic 'service=x&user=bob' hello
    run -0 kc-shim secret-tool lookup service x user bob
    is "$output" hello
    printf changed | kc-shim secret-tool store --label L service x user bob
    run -0 kc-shim secret-tool lookup service x user bob
    is "$output" changed
}

@test "the record names the program, one line for each secret, and says via shim" {
    may_use secret-tool $generic
    store_hello
    run -0 kc-shim secret-tool lookup service x
    is "$(record '.action == "read"' |
        jq -r '[.result, .binary_path, .target, .via] | join(" ")')" \
        "success /usr/bin/secret-tool service=x&user=bob shim"
    is "$(record '.event == "request" and .via == null and .service == "'$generic'"')" "" \
        "each request went through the shim"
}

@test "a program that isn't registered is denied, listed, and told nothing" {
    put $generic 'service=x' hello
    run -1 --separate-stderr in_time kc-shim secret-tool lookup service x
    is "$output" ""
    run -0 keychain-auth list-pending
    has "$output" /usr/bin/secret-tool
    is "$(record '.result == "denied"' | jq -r .binary_path | sort -u)" /usr/bin/secret-tool
}

@test "a pattern divides one schema among programs" {
    put $generic 'service=mine&user=bob' hello
    put $generic 'service=yours&user=bob' other
    keychain-auth register /usr/bin/secret-tool --read "$generic/service=mine&*" --search
    run -0 kc-shim secret-tool lookup service mine user bob
    is "$output" hello
    run -1 kc-shim secret-tool lookup service yours user bob
    is "$output" ""
    run -0 --separate-stderr kc-shim secret-tool search --all user bob
    is "$(grep secret <<<"$output")" ""
    is "$(record '.result == "denied"')" "" "it asks only for what it may have"
    run -1 in_time bash -c 'printf new | kc-shim secret-tool store --label L service mine user bob'
    is "$(record '.result == "denied"' | jq -r .action)" write
}

@test "without a daemon the error is clear, and the real keyring isn't asked" {
    may_use secret-tool $generic
    stop_daemon
    run -1 --separate-stderr in_time kc-shim secret-tool lookup service x
    is "$output" ""
    has "$stderr" "the keychain-auth daemon isn't running"
    run -1 --separate-stderr env KEYCHAIN_AUTH_SHIM_FALLBACK=1 \
        timeout 5 kc-shim secret-tool lookup service x
    has "$stderr" "using the session's own keyring, as KEYCHAIN_AUTH_SHIM_FALLBACK says"
}

@test "a daemon that doesn't answer keeps nobody waiting" {
    may_use secret-tool $generic
    store_hello
    kill -STOP "$daemon_pid"
    run -1 --separate-stderr in_time kc-shim secret-tool lookup service x
    kill -CONT "$daemon_pid"
    has "$stderr" "doesn't answer"
    run -0 kc-shim secret-tool lookup service x
    is "$output" hello
}

@test "a daemon that was restarted between two calls is found again" {
    may_use secret-tool $generic
    may_use shimclient $generic
    store_hello
    kc-shim shimclient again "$HOME/go" 3>&- >"$HOME/out" 2>&1 &
    local client=$!
    await grep -q hello "$HOME/out"
    stop_daemon
    start_daemon
    touch "$HOME/go"
    wait "$client"
    is "$(cat "$HOME/out")" $'hello\nhello'
}

# has_sockets PID COUNT
has_sockets() {
    [ "$(find "/proc/$1/fd" -lname 'socket:*' 2>/dev/null | wc -l)" -eq "$2" ]
}

@test "a program that asks nothing for a while gives its connection back" {
    may_use secret-tool $generic
    may_use shimclient $generic
    store_hello
    kc-shim shimclient again "$HOME/go" 3>&- >"$HOME/out" 2>&1 &
    local client=$! sockets
    await grep -q hello "$HOME/out"
    sockets=$(find "/proc/$client/fd" -lname 'socket:*' | wc -l)
    await has_sockets "$client" $((sockets - 1))
    touch "$HOME/go"
    wait "$client"
    is "$(cat "$HOME/out")" $'hello\nhello'
}

@test "a client that loads libsecret for itself alone is served" {
    may_use secret-tool $generic
    may_use shimclient $generic
    store_hello
    run -0 kc-shim shimclient lookup
    is "$output" hello
    is "$(record '.action == "read"' | jq -r .binary_path)" "$(command -v shimclient)"
}

@test "eight threads look up a hundred times each" {
    may_use secret-tool $generic
    may_use shimclient $generic
    store_hello
    run -0 timeout 60 kc-shim shimclient threads 8 100
    is "$output" "800 of 800"
}

@test "programs that close all descriptors first, and children, are served" {
    may_use secret-tool $generic
    may_use shimclient $generic
    store_hello
    run -0 in_time kc-shim shimclient closes-first
    is "$output" hello
    run -0 in_time kc-shim shimclient forked
    is "$output" hello
    run -0 in_time kc-shim sh -c 'sh -c "secret-tool lookup service x"; true'
    is "$output" hello "an exec'd grandchild"
}

@test "it is asked for by KEYCHAIN_AUTH_SHIM or by the socket's name, and by nothing else" {
    may_use secret-tool $generic
    store_hello
    local library
    library=$(kc-shim printenv LD_PRELOAD)
    [ -f "$library" ]
    run -0 env LD_PRELOAD="$library" KEYCHAIN_AUTH_SHIM=1 secret-tool lookup service x
    is "$output" hello
    run -0 env LD_PRELOAD="$library" KEYCHAIN_AUTH_SOCKET="$socket" secret-tool lookup service x
    is "$output" hello
    run -1 --separate-stderr env LD_PRELOAD="$library" secret-tool lookup service x
    is "$output" ""
    has "$stderr" "connect" "the session bus, which isn't there"
    run -1 env LD_PRELOAD="$library" KEYCHAIN_AUTH_SHIM=0 KEYCHAIN_AUTH_SOCKET="$socket" \
        secret-tool lookup service x
    lacks "$output" hello
}

@test "the hook needs libc only and isn't in the way of other programs" {
    local library
    library=$(kc-shim printenv LD_PRELOAD)
    is "$(LC_ALL=C readelf -d "$library" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')" libc.so.6
    run -0 kc-shim true
    is "$output" ""
    run -7 kc-shim sh -c 'exit 7'
    run -127 --separate-stderr kc-shim "$HOME/nothing"
    has "$stderr" "no such command"
    run -2 kc-shim
    run -0 kc-shim --version
}

@test "without its server the hook leads nowhere, and not to the real keyring" {
    may_use secret-tool $generic
    store_hello
    cp "$(kc-shim printenv LD_PRELOAD)" "$HOME/libkcshim.so"
    run -1 --separate-stderr in_time env LD_PRELOAD="$HOME/libkcshim.so" KEYCHAIN_AUTH_SHIM=1 \
        secret-tool lookup service x
    has "$stderr" "no keyring is used"
}

# own_prefix: everything once more, as the user's own files, with a daemon of its own.
own_prefix() {
    stop_daemon
    cp -r "$(dirname "$(dirname "$(command -v kc-shim)")")" "$HOME/own"
    PATH=$HOME/own/bin:$PATH
    start_daemon
    library=$(kc-shim printenv LD_PRELOAD)
    is "${library#"$HOME"/own/}" "${library##*own/}" "it is the user's own"
}

@test "the shim of a user's own prefix is known by its hash" {
    own_prefix
    may_use secret-tool $generic
    run -0 store_hello
    run -0 kc-shim secret-tool lookup service x
    is "$output" hello
    is "$(record '.action == "read"' | jq -r .via)" shim

    may_use shimclient $generic
    kc-shim shimclient again "$HOME/go" 3>&- >"$HOME/out" 2>&1 &
    local client=$!
    await grep -q hello "$HOME/out"
    run keychain-auth explain "$client"
    has "$output" "libkcshim.so\" is the shim that is installed here"
    has "$output" "libkcshim-server.so\" is the shim that is installed here"
    touch "$HOME/go"
    wait "$client"
}

@test "another library under its name, or one more beside it, is refused" {
    own_prefix
    may_use secret-tool $generic
    store_hello
    mkdir "$HOME/evil"
    cp -r "$(dirname "$library")/." "$HOME/evil"
    printf x >>"$HOME/evil/libkcshim.so"
    run -1 env KEYCHAIN_AUTH_SHIM=1 LD_PRELOAD="$HOME/evil/libkcshim.so" \
        secret-tool lookup service x
    lacks "$output" hello
    run -1 env KEYCHAIN_AUTH_SHIM=1 LD_PRELOAD="$library:$HOME/evil/libkcshim.so" \
        secret-tool lookup service x
    lacks "$output" hello
    cp "$HOME/evil/libkcshim.so" "$HOME/evil/libother.so"
    run -1 env KEYCHAIN_AUTH_SHIM=1 LD_PRELOAD="$library:$HOME/evil/libother.so" \
        secret-tool lookup service x
    lacks "$output" hello
    is "$(record '.result == "denied"' | jq -r .reason | sort -u)" untrusted_process
    cp -f "$library" "$HOME/evil/libkcshim.so"
    printf x >>"$HOME/evil/keychain-auth/libkcshim-server.so"
    run -1 env KEYCHAIN_AUTH_SHIM=1 LD_PRELOAD="$HOME/evil/libkcshim.so" \
        secret-tool lookup service x
    lacks "$output" hello
}

@test "valgrind finds nothing in a store, a search, a lookup and a clear" {
    command -v valgrind >/dev/null || skip "valgrind is missing"
    local tool tools
    # What runs then is valgrind, which makes the code that it runs.
    mapfile -t tools < <(find /usr/libexec/valgrind /usr/lib/valgrind -name 'memcheck-*-linux' \
        2>/dev/null)
    [ ${#tools[@]} -gt 0 ] || skip "valgrind's memcheck isn't where it is looked for"
    for tool in "${tools[@]}"; do
        keychain-auth register "$tool" --read $generic --write $generic --search --jit
    done
    # libsecret 0.20 forgets the answer to GetSecrets in a lookup, with every service.
    cat >"$HOME/known" <<'END'
{
   the-answer-to-getsecrets
   Memcheck:Leak
   match-leak-kinds: definite
   fun:malloc
   ...
   fun:g_dbus_message_new_from_blob
   obj:*/libgio-2.0.so*
   ...
   fun:g_main_context_dispatch
}
END
    local check=(kc-shim valgrind --quiet --error-exitcode=9 --leak-check=full
        --errors-for-leak-kinds=definite --show-leak-kinds=definite --suppressions="$HOME/known")
    export G_SLICE=always-malloc
    run -0 "${check[@]}" secret-tool store --label L service x <<<hello
    run -0 "${check[@]}" secret-tool search --all service x
    run -0 "${check[@]}" secret-tool lookup service x
    has "$output" hello
    run -0 "${check[@]}" secret-tool clear service x
}
