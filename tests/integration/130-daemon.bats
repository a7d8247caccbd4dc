#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# How the daemon comes and goes: its address, its files, its signals, its manager, its memory.

load helpers

setup() {
    private_home
}

teardown() {
    stop_daemon
    # One that detached isn't our child. Nobody there is the usual case.
    KEYCHAIN_AUTH_SOCKET=$socket keychain-auth stop >/dev/null 2>&1 || true
}

# refuses_to_start: status 4, and within a time.
refuses_to_start() {
    run -4 --separate-stderr timeout 20 keychain-auth start --foreground --store file "$@"
    is "$output" ""
}

@test "start returns when the daemon is ready, in a session of its own" {
    run -0 --separate-stderr keychain-auth start --store file 3>&-
    is "$output$stderr" ""
    run -0 --separate-stderr keychain-auth status --json
    pid=$(jq .pid <<<"$output")
    is "$(cut -d' ' -f6 "/proc/$pid/stat")" "$pid" "session"
    is "$(cut -d' ' -f7 "/proc/$pid/stat")" 0 "no terminal"
    has "$(cat "$XDG_DATA_HOME/keychain-auth/daemon.log")" "ready: listening"
}

@test "a daemon that detached keeps nothing open that it inherited" {
    run -0 timeout 20 bash -c 'keychain-auth start --store file 3>&- 9>&1 | cat'
    run -0 keychain-auth status
}

@test "start --foreground stays and is the process that was started" {
    start_daemon
    run -0 --separate-stderr keychain-auth status --json
    is "$(jq .pid <<<"$output")" "$daemon_pid"
}

@test "a second start leaves the first daemon its socket and ends with 1" {
    start_daemon
    for option in --foreground ''; do
        # shellcheck disable=SC2086 # no word at all when it is empty
        run -1 --separate-stderr timeout 20 keychain-auth start $option --store file 3>&-
        is "$output" ""
        has "$stderr" "$socket"
    done
    run -0 --separate-stderr keychain-auth status --json
    is "$(jq .pid <<<"$output")" "$daemon_pid"
}

@test "the socket of a daemon that was killed is replaced" {
    start_daemon
    kill -KILL "$daemon_pid"
    wait "$daemon_pid" || true
    [ -S "$socket" ]
    run -3 keychain-auth status
    start_daemon
    run -0 keychain-auth status
}

@test "what isn't a socket stays where it is, and the daemon doesn't start" {
    mkdir -m 0700 "$(dirname "$socket")"
    echo mine >"$socket"
    refuses_to_start
    has "$stderr" "$socket"
    is "$(cat "$socket")" mine
}

@test "a directory that others may enter or write to is no place for the socket" {
    mkdir "$(dirname "$socket")"
    for mode in 0755 0711 0770 0701 1777; do
        chmod "$mode" "$(dirname "$socket")"
        refuses_to_start
        has "$stderr" "mode 0700"
        [ ! -e "$socket" ]
    done
    chmod 0700 "$(dirname "$socket")"
    start_daemon
}

@test "a link to a directory, and another user's directory, are no place for the socket" {
    mkdir -m 0700 "$BATS_TEST_TMPDIR/elsewhere"
    ln -s "$BATS_TEST_TMPDIR/elsewhere" "$(dirname "$socket")"
    refuses_to_start
    refuses_to_start --socket /usr/agent.sock
    is "$(find "$BATS_TEST_TMPDIR/elsewhere" -mindepth 1)" ""
    rm "$(dirname "$socket")"
}

@test "an address longer than a socket's name may be is refused" {
    refuses_to_start --socket "$XDG_RUNTIME_DIR/$(printf '%0108d' 0)"
    has "$stderr" "107"
}

@test "at the end our socket goes, somebody else's file in its place stays" {
    start_daemon
    stop_daemon
    [ ! -e "$socket" ]
    start_daemon
    rm "$socket"
    echo mine >"$socket"
    stop_daemon
    is "$(cat "$socket")" mine
    rm "$socket"
}

@test "SIGTERM, SIGINT and SIGHUP end it cleanly, and the record says so" {
    local count=0
    for signal in TERM INT HUP; do
        start_daemon
        stop_daemon "$signal"
        count=$((count + 1))
        is "$(record '.event == "stop"' | wc -l)" "$count" "$signal"
        is "$(tail -n 1 "$audit_log" | jq -r .event)" stop "$signal"
        [ ! -e "$socket" ]
    done
    run -0 keychain-auth audit verify
}

@test "a service manager's socket is taken over and left alone at the end" {
    mkdir -m 0700 "$BATS_TEST_TMPDIR/m"
    export KEYCHAIN_AUTH_SOCKET=$BATS_TEST_TMPDIR/m/passed.sock
    activate "$KEYCHAIN_AUTH_SOCKET" keychain-auth start --foreground --store file \
        3>&- </dev/null >>"$daemon_log" 2>&1 &
    adopt $!
    await keychain-auth status
    run -0 --separate-stderr keychain-auth status --json
    is "$(jq -r .socket <<<"$output")" "$KEYCHAIN_AUTH_SOCKET"
    put aws key value
    allow reader --read aws
    run -0 reader aws key
    [ ! -e "$socket" ]
    stop_daemon
    [ -S "$KEYCHAIN_AUTH_SOCKET" ]
}

@test "variables that a service manager meant for another process change nothing" {
    LISTEN_PID=1 LISTEN_FDS=1 start_daemon
    run -0 --separate-stderr keychain-auth status --json
    is "$(jq -r .socket <<<"$output")" "$socket"
}

@test "the service manager hears READY=1, and STOPPING=1 at the end" {
    local heard=$BATS_TEST_TMPDIR/heard
    python3 - "$BATS_TEST_TMPDIR/notify" >"$heard" 3>&- <<'END' &
import socket, sys
ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
ear.bind(sys.argv[1])
ear.settimeout(30)
word = b""
while word != b"STOPPING=1":
    word = ear.recv(4096)
    print(word.decode(), flush=True)
END
    local ear=$!
    await test -S "$BATS_TEST_TMPDIR/notify"
    NOTIFY_SOCKET=$BATS_TEST_TMPDIR/notify start_daemon
    await grep -qx READY=1 "$heard"
    stop_daemon
    wait "$ear"
    is "$(cat "$heard")" $'READY=1\nSTOPPING=1'
}

@test "status tells version, mode, store, socket, policy and who may administer" {
    start_daemon
    allow reader --read aws
    put aws key value
    run -0 --separate-stderr keychain-auth status --json
    is "$(jq -r '[.mode, .store, .socket, .store_path, .policy, .registered, .items] | @tsv' \
        <<<"$output")" $'user\tfile\t'"$socket"$'\t'"$HOME/.keychain-auth"$'\tok\t4\t1'
    is "keychain-auth $(jq -r .version <<<"$output")" "$(keychain-auth --version | head -n 1)"
    is "$(jq -r '.uptime_s | type' <<<"$output")" number
    has "$(jq -r .administration <<<"$output")" "no passphrase"
    has "$(jq -r .store_reason <<<"$output")" "--store"
    run -0 keychain-auth status
    has "$output" "$socket"
    echo nonsense >"$config"
    run -0 --separate-stderr keychain-auth status --json
    has "$(jq -r .policy <<<"$output")" "$config"
}

@test "stop and status without a daemon end with 3" {
    for command in stop status; do
        run -3 --separate-stderr keychain-auth "$command"
        is "$output" ""
        has "$stderr" "$socket"
        has "$stderr" "keychain-auth start"
    done
}

@test "the daemon's memory, environment and descriptors are shut to its own user" {
    [ "$(id -u)" -ne 0 ] || skip "root may look everywhere"
    start_daemon
    sleep 30 3>&- &
    local open=$!
    for file in maps environ mem smaps auxv; do
        run -0 head -c 0 "/proc/$open/$file"
        run -1 head -c 0 "/proc/$daemon_pid/$file"
        has "$output" "ermission denied"
    done
    run -0 readlink "/proc/$open/exe"
    run -1 readlink "/proc/$daemon_pid/exe"
    run -0 ls "/proc/$open/fd"
    run -2 ls "/proc/$daemon_pid/fd"
    kill "$open"
    wait "$open" || true
}

@test "OPENSSL_CONF loads nothing into it and changes nothing" {
    # A process that believed it would have no SHA-256.
    cat >"$BATS_TEST_TMPDIR/openssl.cnf" <<'END'
openssl_conf = all
[all]
providers = list
[list]
null = one
[one]
activate = 1
END
    export OPENSSL_CONF=$BATS_TEST_TMPDIR/openssl.cnf
    start_daemon
    put aws key value
    allow reader --read aws
    is "$(reader aws key)" value
}

# attach PID: the kernel's answer to PTRACE_SEIZE.
attach() {
    python3 -c '
import ctypes, errno, os, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
child = os.fork()
if child == 0:
    while True:
        os.read(0, 1) or os._exit(0)
pid = child if sys.argv[1] == "child" else int(sys.argv[1])
failed = libc.ptrace(0x4206, pid, None, None) != 0
print(errno.errorcode[ctypes.get_errno()] if failed else "attached")
os.kill(child, 9)
' "$1" </dev/null
}

@test "a debugger of the same user can't attach to the daemon" {
    [ "$(id -u)" -ne 0 ] || skip "root may attach to everything"
    start_daemon
    [ "$(attach child)" = attached ] || skip "nobody may trace here"
    is "$(attach "$daemon_pid")" EPERM
}

@test "the daemon leaves no core file" {
    start_daemon
    is "$(awk '/^Max core file size/ { print $5, $6 }' "/proc/$daemon_pid/limits")" "0 0"
}

@test "whatever the umask, files are 0600 and directories 0700" {
    (umask 000 && keychain-auth start --store file 3>&-)
    (umask 000 && put aws key value && allow reader --read aws && reader aws key)
    run -1 reader github token
    (umask 000 && other_program "$BATS_TEST_TMPDIR/other" && ! "$BATS_TEST_TMPDIR/other" aws key)
    await test -e "$pending"
    [ -e "$config" ] && [ -e "$audit_log" ] && [ -e "$XDG_DATA_HOME/keychain-auth/daemon.log" ]
    is "$(find "$HOME" "$XDG_RUNTIME_DIR" \( -type f -o -type s \) ! -perm 600)" ""
    is "$(find "$HOME" "$XDG_RUNTIME_DIR" -type d ! -perm 700)" ""
    is "$(stat -c %a "$socket")" 600
}

@test "a client doesn't trust a socket in a directory that others may write to" {
    start_daemon
    put aws key h1dden
    allow reader --read aws
    for mode in 0720 0702 0777 1777; do
        chmod "$mode" "$(dirname "$socket")"
        run -4 --separate-stderr reader aws key
        is "$output" "" "$mode"
        has "$stderr" "$socket"
        run -4 keychain-auth status
    done
    chmod 0700 "$(dirname "$socket")"
    run -0 reader aws key
}

@test "KEYCHAIN_AUTH_SOCKET and --socket lead to another address, --socket first" {
    local address=$BATS_TEST_TMPDIR/s/other.sock
    KEYCHAIN_AUTH_SOCKET=$address start_daemon --socket "$address"
    KEYCHAIN_AUTH_SOCKET=$address put aws key value
    allow reader --read aws
    run -3 reader aws key
    run -0 --separate-stderr env KEYCHAIN_AUTH_SOCKET="$address" reader aws key
    is "$output" value
    run -0 --separate-stderr env KEYCHAIN_AUTH_SOCKET=/nowhere reader --socket "$address" aws key
    is "$output" value
    run -3 env KEYCHAIN_AUTH_SOCKET=/nowhere reader aws key
    run -0 keychain-auth stop --socket "$address"
    daemon_ended
}

@test "a store that doesn't exist is refused, and nothing is left listening" {
    run --separate-stderr timeout 20 keychain-auth start --foreground --store attic
    [ "$status" -eq 2 ] || [ "$status" -eq 4 ]
    has "$stderr" "is no store"
    [ ! -e "$socket" ]
}

@test "with its standard streams closed it writes into no file by mistake" {
    keychain-auth start --foreground --store file <&- >&- 2>&- 3>&- &
    adopt $!
    await keychain-auth status
    allow reader --read aws
    put aws key value
    run -0 reader aws key
    echo nonsense >"$config"
    run -1 reader aws key
    stop_daemon
    run -0 keychain-auth audit verify
}

@test "a socket that was moved away is noticed, told and recorded, and serves nobody" {
    start_daemon
    allow reader --read aws
    put aws key value
    coproc KEPT { exec keeper "$socket" 3>&-; }
    local kept=$KEPT_PID to=${KEPT[1]} from=${KEPT[0]} answer
    echo '{"type":"ADMIN","action":"status"}' >&"$to"
    IFS= read -r -t 10 -u "$from" answer
    is "$(jq -r '.results[0].attributes.socket_state' <<<"$answer")" ok

    mv "$socket" "$socket.moved"
    await grep -q '"event":"socket_replaced"' "$audit_log"
    await grep -q 'WARNING: the socket was removed or replaced' "$daemon_log"
    run -3 --separate-stderr keychain-auth status
    has "$stderr" "its socket"
    has "$stderr" "was removed or replaced"
    run -4 reader --socket "$socket.moved" aws key
    lacks "$output" value
    echo '{"type":"ADMIN","action":"status"}' >&"$to"
    IFS= read -r -t 10 -u "$from" answer
    has "$(jq -r '.results[0].attributes.socket_state' <<<"$answer")" REPLACED

    mv "$socket.moved" "$socket"
    await grep -q '"event":"socket_restored"' "$audit_log"
    is "$(reader aws key)" value
    kill "$kept"
    wait "$kept" || true
    stop_daemon
}

# hello: the kept connection is answered, within a second.
hello() {
    echo '{"type":"HELLO"}' >&"$to"
    IFS= read -r -t 1 -u "$from" answer
    has "$answer" '"nonce"'
}

# hello_until PIECE: it is answered all the time until PIECE stands in the daemon's log.
hello_until() {
    local end=$((SECONDS + 10))
    until grep -q "$1" "$daemon_log"; do
        hello
        [ "$SECONDS" -lt "$end" ]
        sleep 0.05
    done
}

@test "who holds the record's lock and moves the socket keeps nobody waiting" {
    start_daemon
    coproc KEPT { exec keeper "$socket" 3>&-; }
    local kept=$KEPT_PID to=${KEPT[1]} from=${KEPT[0]} answer lock i
    hello
    exec {lock}<>"$audit_log.lock"
    flock "$lock"
    mv "$socket" "$socket.moved"
    hello_until 'WARNING: the socket was removed or replaced'
    hello_until 'written to the record; trying again'
    for ((i = 0; i < 10; i++)); do
        mv "$socket.moved" "$socket"
        (: | raw || true) >/dev/null 2>&1
        hello
        mv "$socket" "$socket.moved"
        rawclient "$socket.moved" </dev/null >/dev/null 2>&1 || true
        hello
    done
    mv "$socket.moved" "$socket"
    hello_until 'the socket is ours again'
    lacks "$(jq -r .event "$audit_log")" socket_replaced
    exec {lock}>&-
    await grep -q '"event":"socket_restored"' "$audit_log"
    is "$(record '.event == "socket_replaced"' | wc -l)" 1
    kill "$kept"
    wait "$kept" || true
    stop_daemon
    run -0 keychain-auth audit verify
}

@test "log, and a start that fails, show paths as text, whatever is in them" {
    local home=$BATS_TEST_TMPDIR/$'h\e[31m\nx'
    mkdir -m 0700 "$home"
    HOME=$home XDG_CONFIG_HOME='' XDG_DATA_HOME='' XDG_RUNTIME_DIR='' start_daemon
    stop_daemon
    has "$(cat "$daemon_log")" '/h\x1b[31m\x0ax/'
    lacks "$(cat "$daemon_log")" $'\e'
    rm "$home/.keychain-auth/keyslots"
    echo bad >"$home/.keychain-auth/keyslots"
    chmod 0600 "$home/.keychain-auth/keyslots"
    for way in --foreground --no-foreground; do
        HOME=$home run -4 timeout 20 keychain-auth start --store file \
            ${way/--no-foreground/} 3>&- </dev/null
        has "$output" '/h\x1b[31m\x0ax/.keychain-auth/keyslots" is damaged'
        lacks "$output" $'\e'
        is "${#lines[@]}" 1
    done
}
