#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A store that is locked with a passphrase, and programs that were written for libsecret: a search
# finds a locked item, Unlock gives a prompt, and the prompt runs `keychain-auth unlock`.

load helpers

generic=org.freedesktop.Secret.Generic

setup() {
    local tool
    for tool in secret-tool kc-shim; do
        command -v "$tool" >/dev/null || skip "$tool is missing"
    done
    private_home
    export DBUS_SESSION_BUS_ADDRESS=unix:path=$HOME/nobody
    unset DISPLAY WAYLAND_DISPLAY
    start_daemon
    python=$(readlink -f /usr/bin/python3)
    for tool in /usr/bin/secret-tool "$python"; do
        keychain-auth register "$tool" --read $generic --write $generic --search --jit 2>/dev/null
    done
    printf hello | kc-shim secret-tool store --label 'A label' service x user bob
    with 'correct horse' keychain-auth passphrase set >/dev/null
    keychain-auth lock
}

teardown() {
    stop_daemon
}

# pinentry WAY: what is asked for does WAY when it is asked, and writes down what it heard.
pinentry() {
    export KEYCHAIN_AUTH_SHIM_PINENTRY=$BATS_TEST_TMPDIR/pinentry
    cat >"$KEYCHAIN_AUTH_SHIM_PINENTRY" <<END
#!/bin/bash
env >"$BATS_TEST_TMPDIR/environment"
echo "OK Pleased to meet you"
while IFS= read -r line; do
    echo "\$line" >>"$BATS_TEST_TMPDIR/heard"
    case \$line in
    GETPIN) $1 ;;
    *) echo OK ;;
    esac
done
END
    chmod 0755 "$KEYCHAIN_AUTH_SHIM_PINENTRY"
}

opens='echo "D correct horse"; echo OK'
closes='echo "ERR 83886179 Operation cancelled <Pinentry>"'
# It says its number, and waits for a signal.
waits="echo \$\$ >\"\$HOME/asking\"; exec sleep 60"

# in_time COMMAND…: nothing may take long where nobody has to think.
in_time() {
    timeout --foreground --kill-after=1 20 "$@"
}

# count_asked: how often somebody was asked.
count_asked() {
    grep -c GETPIN "$BATS_TEST_TMPDIR/heard"
}

# is_gone PID
is_gone() {
    ! kill -0 "$1" 2>/dev/null
}

# python: its script, from standard input, with what all of them share before it.
python() {
    "$python" -c "import gi; gi.require_version('Secret', '1')" 2>/dev/null ||
        skip "python3 has no libsecret"
    { cat <<'END'; cat; } >"$HOME/script.py"
import gi, os, signal, sys, threading, time
gi.require_version("Secret", "1")
from gi.repository import Gio, GLib, Secret
schema = Secret.Schema.new("org.freedesktop.Secret.Generic", Secret.SchemaFlags.NONE, {
    "service": Secret.SchemaAttributeType.STRING, "user": Secret.SchemaAttributeType.STRING})
get = lambda: Secret.Service.get_sync(Secret.ServiceFlags.OPEN_SESSION, None)
search = lambda service, flags: service.search_sync(schema, {"service": "x"}, flags, None)
def perform(service, item, window, seconds):
    """A prompt by hand, since libsecret names no window; what its Completed says."""
    connection, ended, loop = service.get_connection(), [], GLib.MainLoop()
    call = lambda path, interface, method, *words: connection.call_sync(
        service.get_name_owner(), path, "org.freedesktop.Secret." + interface, method,
        GLib.Variant(*words), None, 0, -1, None)
    prompt = call(service.get_object_path(), "Service", "Unlock",
                  "(ao)", ([item.get_object_path()],)).unpack()[1]
    connection.signal_subscribe(None, "org.freedesktop.Secret.Prompt", "Completed", prompt, None, 0,
                                lambda *about: (ended.append(about[5].unpack()), loop.quit()))
    call(prompt, "Prompt", "Prompt", "(s)", (window,))
    GLib.timeout_add_seconds(seconds, loop.quit)
    loop.run()
    return ended
def wait_for(path):
    for _ in range(1000):
        if os.path.exists(path) and os.path.getsize(path) > 0:
            return open(path).read().strip()
        time.sleep(0.01)
    sys.exit("waited in vain for " + path)
END
}

@test "a lookup in a locked store asks, and finds what is there" {
    pinentry "$opens"
    run -0 --separate-stderr in_time kc-shim secret-tool lookup service x user bob
    is "$output" hello
    is "$stderr" ""
    is "$(fact lock)" unlocked
    is "$(count_asked)" 1
    run -0 in_time kc-shim secret-tool lookup service x
    is "$(count_asked)" 1 "it is open"
    keychain-auth lock
    run -1 in_time kc-shim secret-tool lookup service none
    is "$output" ""
}

@test "a search shows that it is locked, and with --unlock it asks" {
    pinentry "$opens"
    run -0 in_time kc-shim secret-tool search service x
    has "$output" "attribute.service = x"
    lacks "$output" hello
    [ ! -e "$BATS_TEST_TMPDIR/heard" ]
    run -0 in_time kc-shim secret-tool search --unlock service x
    has "$output" "secret = hello"
}

@test "a store asks, too, and stores" {
    pinentry "$opens"
    run -0 in_time bash -c 'printf new | kc-shim secret-tool store --label L service y'
    is "$(count_asked)" 1
    run -0 in_time kc-shim secret-tool lookup service y
    is "$output" new
}

@test "what asks hasn't the shim in it, and has what else the program has" {
    pinentry "$opens"
    MARK=here run -0 in_time kc-shim secret-tool lookup service x
    lacks "$(cat "$BATS_TEST_TMPDIR/environment")" LD_PRELOAD
    lacks "$(cat "$BATS_TEST_TMPDIR/environment")" KEYCHAIN_AUTH_SHIM
    has "$(cat "$BATS_TEST_TMPDIR/environment")" MARK=here
    lacks "$(cat "$BATS_TEST_TMPDIR/heard")" parent-wid
    # Nothing is looked for on the PATH.
    mkdir "$HOME/bin"
    printf '#!/bin/sh\ntouch "$HOME/wrong"\n' | tee "$HOME/bin/keychain-auth" >"$HOME/bin/pinentry"
    chmod 0755 "$HOME/bin"/*
    keychain-auth lock
    PATH=$HOME/bin:$PATH run -0 in_time kc-shim secret-tool lookup service x
    [ ! -e "$HOME/wrong" ]
}

@test "a window that is closed, a wrong passphrase and a pinentry that breaks leave it locked" {
    pinentry "$closes"
    run -1 --separate-stderr in_time kc-shim secret-tool lookup service x
    is "$output" ""
    has "$stderr" "no passphrase was given"
    pinentry 'echo "D wrong"; echo OK'
    run -1 --separate-stderr in_time kc-shim secret-tool lookup service x
    is "$output" ""
    has "$stderr" "the passphrase is wrong"
    pinentry 'exit'
    run -1 in_time kc-shim secret-tool lookup service x
    lacks "$output" hello
    is "$(fact lock)" locked
    is "$(record '.reason == "wrong_passphrase"' | wc -l)" 1
}

@test "without a window or a terminal it says at once how to unlock" {
    run -1 --separate-stderr in_time setsid -w kc-shim secret-tool lookup service x
    is "$output" ""
    has "$stderr" "the keychain is locked; unlock it with: keychain-auth unlock"
    export KEYCHAIN_AUTH_SHIM_PINENTRY=$HOME/nothing
    run -1 --separate-stderr in_time setsid -w kc-shim secret-tool lookup service x
    has "$stderr" "unlock it with"
    run -1 --separate-stderr in_time setsid -w \
        bash -c 'printf new | kc-shim secret-tool store --label L service y'
    has "$stderr" "no window and no terminal to ask at"
}

@test "at a terminal it asks there, and not where it would be stopped" {
    run -0 in_time python3 - <<'END'
import os, pty, sys
number, terminal = pty.fork()
if number == 0:
    os.execvp("kc-shim", ["kc-shim", "secret-tool", "lookup", "service", "x"])
shown = b""
while b"passphrase:" not in shown:
    shown += os.read(terminal, 4096)
os.write(terminal, b"correct horse\n")
try:
    while True:
        more = os.read(terminal, 4096)
        if not more:
            break
        shown += more
except OSError:
    pass
code = os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])
sys.exit(0 if code == 0 and shown.rstrip().endswith(b"hello") else shown.decode())
END
    keychain-auth lock
    run -0 in_time python3 - <<'END'
import os, pty, sys
number, terminal = pty.fork()
if number == 0:
    # Job control of an interactive shell: what runs in the background has a group of its own.
    os.execvp("bash", ["bash", "-c", "set -m; kc-shim secret-tool lookup service x & wait $!"])
shown = b""
try:
    while True:
        more = os.read(terminal, 4096)
        if not more:
            break
        shown += more
except OSError:
    pass
code = os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])
sys.exit(0 if code == 1 and b"unlock it with" in shown else shown.decode())
END
}

@test "a program that isn't allowed is asked for the passphrase, and denied all the same" {
    with 'correct horse' keychain-auth unlock
    with 'correct horse' keychain-auth unregister /usr/bin/secret-tool >/dev/null
    keychain-auth lock
    pinentry "$opens"
    run -1 in_time kc-shim secret-tool lookup service x user bob
    lacks "$output" hello
    is "$(fact lock)" unlocked
    has "$(record '.result == "denied"' | jq -r .reason)" unregistered_binary
    run -1 in_time kc-shim secret-tool lookup service x user bob
    is "$(count_asked)" 1 "nobody waits for an approval"
    run -0 keychain-auth list-pending
    has "$output" /usr/bin/secret-tool
}

@test "python: collections are unlocked, items are locked, and unlock_sync() opens one" {
    pinentry "$opens"
    python <<'END'
service = Secret.Service.get_sync(
    Secret.ServiceFlags.OPEN_SESSION | Secret.ServiceFlags.LOAD_COLLECTIONS, None)
assert not any(c.get_locked() for c in service.get_collections())
item, = search(service, Secret.SearchFlags.ALL)
assert item.get_locked() and item.get_attributes()["service"] == "x"
count, opened = service.unlock_sync([item], None)
assert count == 1 and opened == [item] and not item.get_locked()
assert item.load_secret_sync(None) and item.get_secret().get_text() == "hello"
assert service.unlock_sync([item], None)[0] == 1, "it is open"
found, = search(service, Secret.SearchFlags.ALL | Secret.SearchFlags.LOAD_SECRETS)
assert found.get_attributes()["user"] == "bob" and found.get_secret().get_text() == "hello"
os.system("LD_PRELOAD= keychain-auth lock")
assert service.unlock_sync([found], None)[0] == 1, "one that it knew before"
assert found.load_secret_sync(None) and found.get_secret().get_text() == "hello"
os.system("LD_PRELOAD= keychain-auth lock")
assert service.unlock_sync(service.get_collections()[:1], None)[0] == 1
print("well")
END
    run -0 in_time kc-shim "$python" "$HOME/script.py"
    is "${lines[-1]}" well
    is "$(count_asked)" 3
}

@test "python: two threads are asked once, and each gets its answer" {
    pinentry 'sleep 0.5; echo "D correct horse"; echo OK'
    python <<'END'
got = []
def look():
    got.append(Secret.password_lookup_sync(schema, {"service": "x"}, None))
Secret.Service.get_sync(Secret.ServiceFlags.OPEN_SESSION, None)
threads = [threading.Thread(target=look) for _ in range(2)]
[t.start() for t in threads]
[t.join() for t in threads]
print(got)
END
    run -0 in_time kc-shim "$python" "$HOME/script.py"
    is "${lines[-1]}" "['hello', 'hello']"
    is "$(count_asked)" 1
}

@test "python: a prompt may take longer than GDBus waits, in front of a window, and others go on" {
    pinentry 'sleep 27; echo "D correct horse"; echo OK'
    python <<'END'
service = get()
item, = search(service, Secret.SearchFlags.ALL)
def other():
    time.sleep(1)
    before = time.monotonic()
    assert len(service.get_session_dbus_path()) > 0
    assert search(get(), Secret.SearchFlags.ALL)[0].get_locked()
    assert time.monotonic() - before < 5
thread = threading.Thread(target=other)
thread.start()
ended = perform(service, item, "4711", 45)
thread.join()
print(ended)
END
    run -0 timeout 60 kc-shim "$python" "$HOME/script.py"
    is "${lines[-1]}" "[(False, ['/org/freedesktop/secrets/collection/login/locked1'])]"
    has "$(cat "$BATS_TEST_TMPDIR/heard")" "OPTION parent-wid=4711"
}

@test "python: what isn't the number of a window goes no further" {
    pinentry "$opens"
    python <<'END'
service = get()
for window in ["--help", "4711 --timeout", "-1", "9" * 30]:
    item, = search(service, Secret.SearchFlags.ALL)
    print(perform(service, item, window, 15)[0][0])
    os.system("LD_PRELOAD= keychain-auth lock")
END
    run -0 in_time kc-shim "$python" "$HOME/script.py"
    is "$output" $'False\nFalse\nFalse\nFalse'
    lacks "$(cat "$BATS_TEST_TMPDIR/heard")" parent-wid
}

@test "python: a prompt that is dismissed ends at once, and so do those who ask" {
    pinentry "$waits"
    python <<'END'
service = get()
item, = search(service, Secret.SearchFlags.ALL)
cancel, seen = Gio.Cancellable(), []
threading.Thread(target=lambda: seen.append(wait_for(os.environ["HOME"] + "/asking")) or
                 cancel.cancel()).start()
before = time.monotonic()
try:
    print(service.unlock_sync([item], cancel)[0])
except GLib.Error as error:
    print(error.message)
assert time.monotonic() - before < 15 and item.get_locked()
END
    run -0 in_time kc-shim "$python" "$HOME/script.py"
    is "${lines[-1]}" "Operation was cancelled"
    await is_gone "$(cat "$HOME/asking")"
    is "$(fact lock)" locked
}

@test "python: a program that is gone while somebody is asked takes the question with it" {
    pinentry "$waits"
    python <<'END'
Secret.password_lookup_sync(schema, {"service": "x"}, None)
END
    kc-shim "$python" "$HOME/script.py" 3>&- &
    local program=$!
    await test -s "$HOME/asking"
    kill -KILL "$program"
    wait "$program" || true
    await is_gone "$(cat "$HOME/asking")"
}

@test "python: what asks is no child of the program, whatever it does with its children" {
    pinentry "$opens"
    python <<'END'
seen = []
signal.signal(signal.SIGCHLD, lambda *_: seen.append("signal"))
def reap():
    while not done:
        try:
            seen.append(os.waitpid(-1, 0))
        except ChildProcessError:
            time.sleep(0.001)
done = []
thread = threading.Thread(target=reap)
thread.start()
print(Secret.password_lookup_sync(schema, {"service": "x"}, None))
done.append(True)
thread.join()
print(seen)
END
    run -0 in_time kc-shim "$python" "$HOME/script.py"
    is "$output" $'hello\n[]'
}

@test "python: a program that closes its descriptors meanwhile is told that nothing came of it" {
    pinentry "$waits"
    python <<'END'
service = get()
item, = search(service, Secret.SearchFlags.ALL)
before = set(os.listdir("/proc/self/fd"))
def close_new():
    wait_for(os.environ["HOME"] + "/asking")
    for number in set(os.listdir("/proc/self/fd")) - before:
        try:
            if "socket" in os.readlink("/proc/self/fd/" + number):
                os.close(int(number))
                os.open("/dev/null", os.O_RDONLY)
        except OSError:
            pass
threading.Thread(target=close_new).start()
print(service.unlock_sync([item], None)[0])
END
    run -0 in_time kc-shim "$python" "$HOME/script.py"
    is "$output" 0
    await is_gone "$(cat "$HOME/asking")"
}
