# SPDX-License-Identifier: MIT
# What every bats file here loads: a private home for each test, a daemon of its own, and
# comparison that prints both sides. Waiting is always for an event, and bounded.
# shellcheck shell=bash
bats_require_minimum_version 1.5.0

# is GOT WANTED [WHAT]
is() {
    if [ "$1" != "$2" ]; then
        printf '%s\n  wanted: %q\n  got:    %q\n' "${3:-not the same}" "$2" "$1" >&2
        return 1
    fi
}

# has TEXT PIECE: PIECE stands somewhere in TEXT.
has() {
    if [[ $1 != *"$2"* ]]; then
        printf 'not found\n  wanted: %q\n  in:     %q\n' "$2" "$1" >&2
        return 1
    fi
}

# lacks TEXT PIECE
lacks() {
    if [[ $1 == *"$2"* ]]; then
        printf 'must not be there\n  piece: %q\n  in:    %q\n' "$2" "$1" >&2
        return 1
    fi
}

# await COMMAND…: until it succeeds, for at most ten seconds.
await() {
    local end=$((SECONDS + 10))
    until "$@" >/dev/null 2>&1; do
        if [ "$SECONDS" -ge "$end" ]; then
            echo "waited in vain for: $*" >&2
            return 1
        fi
        sleep 0.02
    done
}

# A home where nobody has been. Short names: a socket's path has 107 bytes.
private_home() {
    export HOME=$BATS_TEST_TMPDIR/h
    export XDG_RUNTIME_DIR=$BATS_TEST_TMPDIR/r
    export XDG_CONFIG_HOME=$HOME/.config XDG_DATA_HOME=$HOME/.local/share
    unset KEYCHAIN_AUTH_SOCKET
    mkdir -m 0700 "$HOME" "$XDG_RUNTIME_DIR"
    socket=$XDG_RUNTIME_DIR/keychain-auth/agent.sock
    config=$XDG_CONFIG_HOME/keychain-auth/config.json
    pending=$XDG_CONFIG_HOME/keychain-auth/pending.json
    audit_log=$XDG_DATA_HOME/keychain-auth/audit.log
    daemon_log=$BATS_TEST_TMPDIR/daemon.log
    export socket config pending audit_log daemon_log
}

# start_daemon [OPTION…]: in the foreground of a background job, ready when this returns.
start_daemon() {
    keychain-auth start --foreground --store file "$@" 3>&- </dev/null >>"$daemon_log" 2>&1 &
    daemon_pid=$!
    if ! await daemon_is_decided; then
        cat "$daemon_log" >&2
        return 1
    fi
    daemon_is_alive
}

# start_detached [OPTION…]: in the background, as a person would. Descriptor 3 is bats' own: who
# keeps it keeps bats waiting. A test that doesn't stop it leaves it to the reaper, and fails.
start_detached() {
    local code=0
    keychain-auth start --store file "$@" 3>&- </dev/null >"$BATS_TEST_TMPDIR/start" 2>&1 ||
        code=$?
    cat "$BATS_TEST_TMPDIR/start"
    return "$code"
}

# It answers, or it has ended.
daemon_is_decided() {
    ! daemon_is_alive || keychain-auth status
}

daemon_is_alive() {
    [ -n "${daemon_pid-}" ] && kill -0 "$daemon_pid" 2>/dev/null
}

# stop_daemon [SIGNAL]: it must end well, which under a sanitizer also means without a leak.
stop_daemon() {
    [ -n "${daemon_pid-}" ] || return 0
    kill -s "${1:-TERM}" "$daemon_pid" 2>/dev/null || true
    daemon_ended
}

# daemon_ended: waits for the daemon and checks how it went.
daemon_ended() {
    local code=0
    wait "$daemon_pid" || code=$?
    unset daemon_pid
    if [ "$code" -ne 0 ]; then
        echo "the daemon ended with $code:" >&2
        cat "$daemon_log" >&2
        return 1
    fi
}

# forget_helpers: our own, which the daemon registered as it started (260-own-helpers.bats); for
# suites in which config.json is what the test makes it.
forget_helpers() {
    rm "$config"
}

# start_deaf PATH: a socket that takes connections and says nothing; stop_deaf ends it.
start_deaf() {
    mkdir -m 0700 "$(dirname "$1")"
    python3 - "$1" 3>&- <<'END' &
import socket, sys, time
deaf = socket.socket(socket.AF_UNIX)
deaf.bind(sys.argv[1])
deaf.listen()
time.sleep(60)
END
    deaf_pid=$!
    await test -S "$1"
}

stop_deaf() {
    kill "$deaf_pid"
    wait "$deaf_pid" || true
}

# put SERVICE TARGET VALUE: stores a value the way a person would.
put() {
    printf '%s' "$3" | keychain-auth set "$1" "$2"
}

# allow PROGRAM OPTION…: registers a program by its name on the PATH.
allow() {
    keychain-auth register "$(command -v "$1")" "${@:2}"
}

# raw [OPTION…]: standard input, byte for byte, to the daemon (programs/rawclient.c).
raw() {
    rawclient "$@" "$socket"
}

# One line of the record that answers a jq filter: record '.event == "request"'
record() {
    jq -c "select($1)" "$audit_log"
}

# xs COUNT: so many bytes of one letter.
xs() {
    head -c "$1" /dev/zero | tr '\0' x
}

# request ACTION SERVICE [MEMBERS]: one line with the nonce's place in it; MEMBERS is JSON.
request() {
    printf '{"type":"REQUEST","action":"%s","service":"%s",%s"nonce":"@NONCE@"}\n' "$1" "$2" \
        "${3:+$3,}"
}

# verdicts: status and reason of each answer on standard input, a line each.
verdicts() {
    jq -r '.status + (if .reason then " " + .reason else "" end)'
}

# suggested TEXT: the command at the end of a denial.
suggested() {
    sed -n 's/.*\(keychain-auth [a-z]* .*\)$/\1/p' <<<"$1" | tail -n 1
}

# other_program PATH [BYTES]: reader's work under another path, and with BYTES at its end
# another file: what stands behind an ELF file's last section is never loaded.
other_program() {
    cp "$(command -v reader)" "$1"
    printf '%s' "${2-}" >>"$1"
}

# edit_json FILE FILTER: edits it with jq as a person would, in one step.
edit_json() {
    (umask 077 && jq "$2" "$1" >"$1.new" && mv "$1.new" "$1")
}

# adopt PID: a daemon that the test started in its own way; it is stopped like any other.
adopt() {
    daemon_pid=$1
}

# with PASSPHRASES COMMAND…: each line of PASSPHRASES is one that is asked for.
with() {
    "${@:2}" --passphrase-fd 7 7< <(printf '%s\n' "$1")
}

# fact NAME: what status says.
fact() {
    keychain-auth status --json | jq -r ".$1"
}

# What a suite about the desktop's keyring can't do without; else it is skipped.
need_desktop() {
    local tool
    for tool in dbus-daemon gnome-keyring-daemon secret-tool; do
        command -v "$tool" >/dev/null || skip "$tool is missing"
    done
    [[ $(keychain-auth --version) == *libsecret* ]] || skip "built without libsecret"
}

# private_bus: a session bus of this test's own, which starts nothing by itself.
private_bus() {
    bus_address=unix:path=$XDG_RUNTIME_DIR/bus
    cat >"$BATS_TEST_TMPDIR/bus.conf" <<END
<busconfig>
<type>session</type>
<listen>$bus_address</listen>
<policy context="default">
<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
</policy>
</busconfig>
END
    with_a_name dbus-daemon --config-file="$BATS_TEST_TMPDIR/bus.conf" --nofork --nopidfile \
        --nosyslog 3>&- </dev/null >/dev/null 2>&1 &
    bus_pid=$!
    export DBUS_SESSION_BUS_ADDRESS=$bus_address
    await bus_has org.freedesktop.DBus
}

# with_a_name COMMAND…: under the same number, where /etc/passwd has a name for it. The bus wants
# one, and the runner takes a number that is nobody's.
with_a_name() {
    if getent passwd "$(id -u)" >/dev/null; then
        exec "$@"
    fi
    echo "somebody:x:$(id -u):$(id -g)::/:/bin/sh" >"$BATS_TEST_TMPDIR/passwd"
    # shellcheck disable=SC2016
    exec unshare --user --map-root-user --mount \
        sh -c 'mount --bind "$1" /etc/passwd && shift && exec "$@"' sh "$BATS_TEST_TMPDIR/passwd" \
        unshare --user "--map-user=$(id -u)" "--map-group=$(id -g)" "$@"
}

# bus_has NAME: somebody answers to it.
bus_has() {
    [[ $(dbus-send --session --print-reply --dest=org.freedesktop.DBus / \
        org.freedesktop.DBus.NameHasOwner "string:$1") == *true* ]]
}

bus_lacks() {
    ! bus_has "$1"
}

# start_keyring: a real one, unlocked. start_keyring locked: with nobody who could unlock it.
start_keyring() {
    local options=(--foreground --components=secrets)
    [ "${1-}" = locked ] || options+=(--unlock)
    printf 'a password' | gnome-keyring-daemon "${options[@]}" 3>&- >/dev/null \
        2>>"$BATS_TEST_TMPDIR/keyring.log" &
    keyring_pid=$!
    await bus_has org.freedesktop.secrets
}

# odd_keyring WAY: one that behaves so (programs/oddkeyring.c).
odd_keyring() {
    oddkeyring "$1" 3>&- </dev/null >/dev/null 2>&1 &
    keyring_pid=$!
    await bus_has org.freedesktop.secrets
}

# stop_keyring [SIGNAL]
stop_keyring() {
    [ -n "${keyring_pid-}" ] || return 0
    kill -s "${1:-TERM}" "$keyring_pid" 2>/dev/null || true
    kill -s CONT "$keyring_pid" 2>/dev/null || true
    wait "$keyring_pid" 2>/dev/null || true
    unset keyring_pid
    await bus_lacks org.freedesktop.secrets
}

stop_bus() {
    [ -n "${bus_pid-}" ] || return 0
    kill "$bus_pid" 2>/dev/null || true
    wait "$bus_pid" 2>/dev/null || true
    unset bus_pid
}
