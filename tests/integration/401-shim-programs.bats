#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The programs that people have: git's helper, docker's, Python's libraries, msmtp; unmodified,
# through the shim, with no session bus anywhere.

load helpers

setup() {
    command -v kc-shim >/dev/null || skip "this build has no shim"
    private_home
    export DBUS_SESSION_BUS_ADDRESS=unix:path=$HOME/nobody
    start_daemon
}

teardown() {
    stop_daemon
}

# may_use PROGRAM SERVICE[,SERVICE…]: everything with these services.
may_use() {
    keychain-auth register "$1" --read "$2" --write "$2" --search 2>/dev/null
}

# python NAME: the system's, registered; skipped where it hasn't that module.
python() {
    python=$(readlink -f /usr/bin/python3)
    "$python" -c "import $1" 2>/dev/null || skip "python3 has no module $1"
    may_use "$python" org.mock.Schema,org.freedesktop.Secret.Generic,org.gnome.keyring.Note
}

@test "git's own libsecret helper stores, gets and erases" {
    local source=/usr/share/doc/git/contrib/credential/libsecret/git-credential-libsecret.c
    [ -f "$source" ] || skip "git's contrib directory isn't installed"
    local flags service=org.gnome.keyring.NetworkPassword
    read -ra flags < <(pkg-config --cflags --libs libsecret-1 glib-2.0)
    cc -o "$HOME/git-credential-libsecret" "$source" "${flags[@]}"
    may_use "$HOME/git-credential-libsecret" $service,org.git.Password
    export GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0
    git config --global credential.helper "$HOME/git-credential-libsecret"
    printf 'url=https://bob@example.com\npassword=pw one\n\n' | kc-shim git credential approve
    run -0 kc-shim git credential fill <<<url=https://example.com
    has "$output" $'username=bob\npassword=pw one'
    run -0 keychain-auth search $service
    has "$output" "protocol=https&server=example.com&user=bob"
    is "$(record '.action == "read"' | jq -r .binary_path)" "$HOME/git-credential-libsecret" \
        "the helper asks, not git"
    printf 'url=https://bob@example.com\n\n' | kc-shim git credential reject
    run kc-shim git credential fill <<<url=https://example.com
    lacks "$output" password
}

@test "docker's secretservice helper stores, gets, lists and erases" {
    local helper service=io.docker.Credentials
    helper=$(command -v docker-credential-secretservice) || skip "docker's helper isn't installed"
    may_use "$helper" $service
    run -0 kc-shim "$helper" store \
        <<<'{"ServerURL":"https://reg.example/v1","Username":"u","Secret":"s3cret"}'
    run -0 --separate-stderr kc-shim "$helper" get <<<https://reg.example/v1
    is "$(jq -r '.Username + " " + .Secret' <<<"$output")" "u s3cret"
    run -0 --separate-stderr kc-shim "$helper" list
    is "$(jq -c . <<<"$output")" '{"https://reg.example/v1":"u"}'
    run -0 kc-shim "$helper" erase <<<https://reg.example/v1
    run -0 --separate-stderr kc-shim "$helper" list
    is "$(jq -c . <<<"$output")" '{}'
}

@test "python gi: items, collections and their properties, synchronous" {
    python gi
    keychain-auth allow "$python" --jit
    cat >"$HOME/sync.py" <<'END'
import gi
gi.require_version("Secret", "1")
from gi.repository import GLib, Secret
schema = Secret.Schema.new("org.mock.Schema", Secret.SchemaFlags.NONE, {
    "number": Secret.SchemaAttributeType.INTEGER, "string": Secret.SchemaAttributeType.STRING})
store, look = Secret.password_store_sync, lambda **a: Secret.password_lookup_sync(schema, a, None)
eight = {"number": "8", "string": "eight"}
assert store(schema, eight, None, "a label", "acht", None)
assert look(number="8") == "acht"
service = Secret.Service.get_sync(
    Secret.ServiceFlags.OPEN_SESSION | Secret.ServiceFlags.LOAD_COLLECTIONS, None)
assert service.get_session_algorithms().startswith("dh-ietf1024")
assert not any(c.get_locked() for c in service.get_collections())
everything = Secret.SearchFlags.ALL | Secret.SearchFlags.LOAD_SECRETS
item, = service.search_sync(None, {}, everything, None)
assert item.get_secret().get_text() == "acht" and item.get_label() == "a label"
assert item.get_created() > 0 and item.get_modified() >= item.get_created()
assert item.set_label_sync("another", None) and item.get_label() == "another"
assert item.set_attributes_sync(schema, {"number": "9", "string": "neun"}, None)
assert item.get_attributes()["string"] == "neun"
assert look(number="9") == "acht" and look(number="8") is None
assert item.set_secret_sync(Secret.Value.new("neu", -1, "text/plain"), None)
assert look(number="9") == "neu"
work = Secret.Collection.create_sync(service, "Work", None, 0, None)
assert store(schema, eight, work.get_object_path(), "at work", "w", None)
assert store(schema, eight, None, "at home", "h", None)
found = service.search_sync(schema, eight, everything, None)
assert sorted(i.get_secret().get_text() for i in found) == ["h", "w"]
default = Secret.Collection.for_alias_sync(service, "default", Secret.CollectionFlags.LOAD_ITEMS,
                                           None)
assert "another" in [i.get_label() for i in default.get_items()]
assert service.lock_sync([work], None)[0] == 1
locked = service.search_sync(schema, eight, Secret.SearchFlags.ALL, None)
assert sorted((i.get_label(), i.get_locked()) for i in locked) == \
    [("at home", False), ("at work", True)]
assert service.unlock_sync([work], None)[0] == 1
assert work.delete_sync(None)
left, = service.search_sync(schema, eight, Secret.SearchFlags.ALL, None)
assert left.get_label() == "at home"
assert store(schema, {"number": "1"}, Secret.COLLECTION_SESSION, "s", "in memory", None)
assert look(number="1") == "in memory"
for attributes, value, limit in [({"string": "x" * 2000}, "x", "at most 1024 bytes"),
                                 ({"string": "x"}, "x" * 70000, "at most 65536")]:
    try:
        store(schema, attributes, None, "too much", value, None)
        raise SystemExit("too much was taken")
    except GLib.Error as error:
        assert limit in error.message, error.message
print("well")
END
    run -0 kc-shim "$python" "$HOME/sync.py"
    is "${lines[-1]}" well
    run -0 keychain-auth search org.mock.Schema
    lacks "$output" "number=1" "the session's items stay in the program"
}

@test "python gi: the same, asynchronous, and code that it makes meanwhile needs --jit" {
    python gi
    cat >"$HOME/async.py" <<'END'
import gi
gi.require_version("Secret", "1")
from gi.repository import GLib, Secret
schema = Secret.Schema.new("org.mock.Schema", Secret.SchemaFlags.NONE,
                           {"n": Secret.SchemaAttributeType.STRING})
loop = GLib.MainLoop()
left = 20
def looked_up(_, result, want):
    global left
    assert Secret.password_lookup_finish(result) == want
    left -= 1
    if left == 0:
        loop.quit()
def stored(_, result, n):
    assert Secret.password_store_finish(result)
    Secret.password_lookup(schema, {"n": n}, None, looked_up, "value " + n)
for i in range(left):
    Secret.password_store(schema, {"n": str(i)}, None, "label", "value " + str(i), None, stored,
                          str(i))
GLib.timeout_add_seconds(10, loop.quit)
loop.run()
print("left", left)
END
    keychain-auth allow "$python" --jit
    run -0 kc-shim "$python" "$HOME/async.py"
    has "$output" "left 0"
    keychain-auth revoke "$python" --jit
    run -1 kc-shim "$python" -c '
import ctypes, gi
gi.require_version("Secret", "1")
from gi.repository import Secret
made = ctypes.CFUNCTYPE(None)(lambda: None)
Secret.password_lookup_sync(None, {"n": "1"}, None)'
    has "$output" "makes code as it runs"
}

@test "python's keyring, with its libsecret backend" {
    python gi
    python keyring.backends.libsecret
    keychain-auth allow "$python" --jit
    cat >"$HOME/ring.py" <<'END'
from keyring.backends import libsecret
ring = libsecret.Keyring()
ring.set_password("a service", "me", "pw")
assert ring.get_password("a service", "me") == "pw"
assert ring.get_credential("a service", None).password == "pw"
ring.delete_password("a service", "me")
assert ring.get_password("a service", "me") is None
print("well")
END
    run -0 kc-shim "$python" "$HOME/ring.py"
    is "${lines[-1]}" well
}

@test "msmtp finds its password" {
    command -v msmtp >/dev/null || skip "msmtp isn't installed"
    [[ $(ldd "$(command -v msmtp)") == *libsecret* ]] || skip "this msmtp has no libsecret"
    local service=org.gnome.keyring.NetworkPassword
    may_use "$(command -v msmtp)" "$service,org.freedesktop.Secret.Generic"
    cat >"$HOME/smtp.py" <<'END'
import base64, socket
listener = socket.create_server(("127.0.0.1", 0))
listener.settimeout(20)
print(listener.getsockname()[1], flush=True)
peer, _ = listener.accept()
peer.settimeout(20)
lines = peer.makefile("rwb", buffering=0)
lines.write(b"220 here\r\n")
for line in lines:
    word = line.split()[0].upper()
    if word == b"EHLO":
        lines.write(b"250-here\r\n250 AUTH PLAIN\r\n")
    elif word == b"AUTH":
        print(base64.b64decode(line.split()[2]).split(b"\0")[2].decode(), flush=True)
        lines.write(b"535 no\r\n")
    elif word == b"QUIT":
        lines.write(b"221 bye\r\n")
        break
END
    put $service 'protocol=smtp&server=localhost&user=bob' mailpass
    /usr/bin/python3 "$HOME/smtp.py" 3>&- >"$HOME/smtp.out" &
    local server=$!
    await grep -q . "$HOME/smtp.out"
    run kc-shim msmtp --file=/dev/null --host=localhost --port="$(head -n 1 "$HOME/smtp.out")" \
        --auth=plain --tls=off --user=bob --from=bob@example.com alice@example.com <<<hello
    wait "$server" || true
    is "$(sed -n 2p "$HOME/smtp.out")" mailpass
}

@test "svn keeps its password there and not in its own file, and finds it again" {
    local tool
    for tool in svn svnserve svnadmin; do
        command -v "$tool" >/dev/null || skip "$tool isn't installed"
    done
    [[ $(svn --version) == *"Gnome Keyring"* ]] || skip "this svn has no libsecret"
    local service=org.gnome.keyring.NetworkPassword
    may_use "$(command -v svn)" $service,org.freedesktop.Secret.Generic
    svnadmin create "$HOME/repository"
    printf '[general]\nanon-access = none\npassword-db = passwd\nrealm = the realm\n' \
        >"$HOME/repository/conf/svnserve.conf"
    printf '[users]\nbob = svnpass\n' >"$HOME/repository/conf/passwd"
    cat >"$HOME/serve.py" <<'END'
import socket, subprocess, sys
listener = socket.create_server(("127.0.0.1", 0))
listener.settimeout(20)
print(listener.getsockname()[1], flush=True)
for _ in range(2):
    peer, _ = listener.accept()
    with peer:
        subprocess.run(["svnserve", "-i", "-r", sys.argv[1]], stdin=peer, stdout=peer, timeout=20)
END
    /usr/bin/python3 "$HOME/serve.py" "$HOME/repository" 3>&- >"$HOME/port" &
    local server=$!
    await grep -q . "$HOME/port"
    local options=(--non-interactive --username bob
        --config-option config:auth:password-stores=gnome-keyring
        --config-option servers:global:store-passwords=yes)
    local url
    url=svn://127.0.0.1:$(cat "$HOME/port")/
    run -0 kc-shim svn info "${options[@]}" --password svnpass "$url"
    lacks "$(cat "$HOME"/.subversion/auth/svn.simple/*)" svnpass
    run -0 kc-shim svn info "${options[@]}" "$url"
    has "$output" "Revision: 0"
    wait "$server"
    is "$(record '.action == "read"' | jq -r '.binary_path + " " + .result')" \
        "/usr/bin/svn success"
}
