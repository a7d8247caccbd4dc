# SPDX-License-Identifier: MIT
"""What a person waits for: programs that begin, ask once, and end."""
import hashlib
import os
import shutil
import subprocess
import time

import peers
from measure import READ, SERVICE, Missing, entry, in_turns, need, on_one_processor, timed_ms
from report import Figures, faster, information, row, times

KCGET = ["kcget", SERVICE, "item-00000"]
PLACE = "protocol=https\nhost=h.example\n"
ACCOUNT = PLACE + "username=bob\npassword=pw\n"
PASSPHRASE = b"correct horse battery"


def write(path, text, mode=0o644):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)
    return path


def is_static(program):
    """Whether nothing is loaded with it: it names no interpreter."""
    with open(program, "rb") as file:
        return b"/ld-" not in file.read(4096)


def bare_client(bench):
    """The least that a client can be, linked as kcget is."""
    path = bench.programs + "/bare_client"
    if not os.path.exists(path):
        suffix = "_static" if is_static(bench.programs + "/kcget") else ""
        shutil.copy2(f"{bench.tests}/bench/bare_client{suffix}", path)
        bench.newest = time.monotonic()
    return path


def bare_home(bench):
    """For the bare client, which has no nonce and the same callers as kcget."""
    return bench.once("bare", lambda: bench.new_home(1, [
        entry(bare_client(bench), plain=True, helper=True)]))


@row("kcget-bare", "kcget", times(1.3), peer="a bare C client, linked and called alike")
def kcget_bare(bench):
    home = bare_home(bench)
    asks = READ.replace("@@@@@", "00000").replace(',"nonce":"@NONCE@"', "")
    return Figures(*bench.turns(home, 1000, KCGET, [bare_client(bench), home.socket, asks]))


@row("kcget-echo", "kcget", information(), peer="a bare C client that asks an echo")
def kcget_echo(bench):
    bare = [bare_client(bench), peers.echo(bench), '{"type":"HELLO"}']
    return Figures(*bench.turns(bench.home(1), 500, KCGET, bare))


@row("kcget-secret-tool", "kcget", faster(15), peer="secret-tool lookup, GNOME Keyring")
def kcget_secret_tool(bench):
    desktop, _ = peers.desktop(bench)
    bus = "DBUS_SESSION_BUS_ADDRESS=" + desktop["DBUS_SESSION_BUS_ADDRESS"]
    lookup = [bus, "secret-tool", "lookup", "service", "bench"]
    return Figures(*bench.turns(bench.home(1), 150, KCGET, lookup))


def git_helper(name):
    path = f"{subprocess.check_output(['git', '--exec-path'], text=True).strip()}/{name}"
    if not os.path.exists(path):
        raise Missing(name)
    return path


@row("kcget-git-cache", "kcget", information(), peer="git-credential-cache get")
def kcget_git_cache(bench):
    home, place = bench.home(1), bench.private_place()
    cache = git_helper("git-credential-cache")
    words = [cache, f"--socket={place}/socket"]
    environment = {**home.environment, "HOME": place}
    # The daemon stays in the foreground here, so that it can be ended by its number.
    bench.spawn([git_helper("git-credential-cache--daemon"), "--debug", f"{place}/socket"],
                environment)
    subprocess.run([*words, "store"], env=environment, input=ACCOUNT.encode(), check=True)
    asked = write(place + "/asked", PLACE)
    return Figures(*bench.turns(home, 300, KCGET, ["<" + asked, *words, "get"]))


@row("kcget-git-store", "kcget", information(), peer="git-credential-store get")
def kcget_git_store(bench):
    home, place = bench.home(1), bench.private_place()
    kept = write(place + "/kept", "https://bob:pw@h.example\n", 0o600)
    asked = write(place + "/asked", PLACE)
    get = ["<" + asked, git_helper("git-credential-store"), f"--file={kept}", "get"]
    return Figures(*bench.turns(home, 300, KCGET, get))


@row("kcget-gpg", "kcget", information(), peer="gpg -d, key without passphrase")
def kcget_gpg(bench):
    environment, _ = peers.gpg(bench)
    place = environment["HOME"]
    sealed = place + "/sealed"
    subprocess.run(["gpg", "--batch", "--quiet", "--trust-model", "always", "-r",
                    "bench@h.example", "-o", sealed, "-e"], env=environment, input=b"value",
                   capture_output=True, check=True)
    decrypt = ["GNUPGHOME=" + place, "gpg", "--batch", "--quiet", "-d", sealed]
    return Figures(*bench.turns(bench.home(1), 100, KCGET, decrypt))


@row("kcget-pass", "kcget", information(), peer="pass show")
def kcget_pass(bench):
    need("pass")
    environment, _ = peers.gpg(bench)
    place = environment["HOME"]
    for words in (["init", "bench@h.example"], ["insert", "-m", "key"]):
        subprocess.run(["pass", *words], env=environment, input=b"value\n", capture_output=True,
                       check=True)
    show = ["GNUPGHOME=" + place, f"PASSWORD_STORE_DIR={place}/.password-store", "pass", "show",
            "key"]
    return Figures(*bench.turns(bench.home(1), 60, KCGET, show))


@row("kcget-age", "kcget", information(), peer="age -d, key file")
def kcget_age(bench):
    need("age")
    place = bench.private_place()
    key, sealed = place + "/key", place + "/sealed"
    made = subprocess.run(["age-keygen", "-o", key], capture_output=True, text=True, check=True)
    subprocess.run(["age", "-r", made.stderr.split()[-1], "-o", sealed], input=b"value",
                   check=True)
    decrypt = ["age", "-d", "-i", key, sealed]
    return Figures(*bench.turns(bench.home(1), 100, KCGET, decrypt))


def kcget_at(bench, items):
    home = bench.home(items)
    few = bench.home(1)
    other = ["KEYCHAIN_AUTH_SOCKET=" + home.socket, "kcget", SERVICE, f"item-{items - 1:05}"]
    with on_one_processor([home, few]):
        return Figures(*bench.turns(few, 500, other, KCGET))


@row("kcget-100", "kcget, 100 items", times(1.1), peer="kcget, 1 item", slack=0.05)
def kcget_100(bench):
    return kcget_at(bench, 100)


@row("kcget-10000", "kcget, 10,000 items", times(1.1), peer="kcget, 1 item", slack=0.05)
def kcget_10000(bench):
    return kcget_at(bench, bench.many)


@row("chain-six", "kcget below six approved processes", times(1.5), peer="a direct client")
def chain_six(bench):
    reader = ["reader", SERVICE, "item-00000"]
    return Figures(*bench.turns(bench.home(1), 500, KCGET, reader, generations=5))


NOOP = """#include <stdio.h>
int main(void) {
    char line[4096];
    while (fgets(line, sizeof line, stdin) != NULL) {}
    return puts("username=bob\\npassword=pw") < 0;
}
"""


def git_home(bench):
    """A home with a password for git and a key for AWS."""
    def make():
        # git runs a shell, with code that has no name, which runs git's other program.
        gits = {os.path.realpath(path) for path in (need("git"), git_helper("git"))}
        home = bench.new_home(1, [*(entry(git, ["git"], ["git"]) for git in gits),
                                  entry("/bin/sh", launcher=True, inline=True)])
        noop = bench.programs + "/git-credential-noop"
        source = write(home.place + "/noop.c", NOOP)
        subprocess.run(["cc", "-O2", source, "-o", noop], check=True)
        stored = write(home.place + "/account", ACCOUNT, 0o600)
        bench.turns(home, 2, ["<" + stored, "git-credential-keychain-auth", "store"])
        home.run("set", "--json", "aws", "prod",
                 feed=b'{"AccessKeyId":"AKIA1","SecretAccessKey":"s"}')
        return home
    return bench.once("git", make)


@row("git-fill", "git credential fill", times(1.15), peer="a helper that prints a constant",
     slack=0.05)
def git_fill(bench):
    need("git")
    home = git_home(bench)
    asked = write(home.place + "/asked", PLACE)
    words = ["GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0", "<" + asked, "git", "-c",
             "credential.helper={}", "credential", "fill"]
    return Figures(*bench.turns(home, 400, *([word.format(helper) for word in words]
                                            for helper in ("keychain-auth", "noop"))))


AWS = ["aws-credential-keychain-auth", "prod"]


@row("aws", "the AWS helper", times(1.5), peer="kcget")
def aws(bench):
    return Figures(*bench.turns(git_home(bench), 500, AWS, ["kcget", "aws", "prod"]))


@row("aws-cli", "the AWS helper", times(0.01), peer="aws --version, the AWS CLI by itself")
def aws_cli(bench):
    cli = "/usr/bin/aws" if os.path.exists("/usr/bin/aws") else need("aws")
    return Figures(*bench.turns(git_home(bench), 10, AWS, [cli, "--version"]))


def shim_home(bench):
    """A home in which secret-tool may use what it stored through the shim; and the library."""
    def make():
        shim = bench.programs + "/kc-shim"
        if not os.path.exists(shim):
            raise Missing("kc-shim")
        tool = os.path.realpath(need("secret-tool"))
        home = bench.new_home()
        service = "org.freedesktop.Secret.Generic"
        home.run("register", tool, "--read", service, "--write", service, "--search")
        nobody = {**home.environment, "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nobody"}
        subprocess.run([shim, tool, "store", "--label", "bench", "service", "bench"], env=nobody,
                       input=b"value", check=True)
        library = subprocess.run([shim, "printenv", "LD_PRELOAD"], env=nobody, check=True,
                                 capture_output=True, text=True).stdout.strip()
        return home, library
    return bench.once("shim", make)


@row("shim", "secret-tool lookup through the shim", faster(3), peer="GNOME Keyring")
def shim_lookup(bench):
    desktop, _ = peers.desktop(bench)
    home, library = shim_home(bench)
    lookup = ["secret-tool", "lookup", "service", "bench"]
    ours = ["LD_PRELOAD=" + library, "KEYCHAIN_AUTH_SHIM=1",
            "DBUS_SESSION_BUS_ADDRESS=unix:path=/nobody", *lookup]
    bus = "DBUS_SESSION_BUS_ADDRESS=" + desktop["DBUS_SESSION_BUS_ADDRESS"]
    return Figures(*bench.turns(home, 150, ours, [bus, *lookup]))


@row("shim-true", "/bin/true, the shim preloaded", times(1.05), peer="/bin/true", slack=0.05)
def shim_true(bench):
    home, library = shim_home(bench)
    ours = ["LD_PRELOAD=" + library, "KEYCHAIN_AUTH_SHIM=1", "/bin/true"]
    return Figures(*bench.turns(home, 1000, ours, ["/bin/true"]))


def sealed_home(bench):
    """A home with a passphrase, unlocked."""
    def make():
        home = bench.new_home(1)
        home.run("passphrase", "set", "--passphrase-fd", "0", feed=PASSPHRASE + b"\n")
        return home
    return bench.once("sealed", make)


@row("unlock", "unlock, passphrase", times(1.2), peer="scrypt alone, as its slot says")
def unlock(bench):
    home = sealed_home(bench)
    with open(home.place + "/.keychain-auth/keyslots", encoding="ascii") as slots:
        cost = [int(word) for word in slots.read().split("scrypt ")[1].split()[:3]]

    def ours():
        return timed_ms(lambda: home.run("unlock", "--passphrase-fd", "0",
                                         feed=PASSPHRASE + b"\n"))

    def scrypt():
        return timed_ms(lambda: hashlib.scrypt(PASSPHRASE, salt=bytes(16), n=1 << cost[0],
                                               r=cost[1], p=cost[2], dklen=32, maxmem=1 << 30))
    return Figures(*(min(column) for column in in_turns([ours, scrypt], bench.rounds(9))))


@row("kcget-sealed", "kcget, passphrase set", times(1.1), peer="kcget without", slack=0.05)
def kcget_sealed(bench):
    home, plain = sealed_home(bench), bench.home(1)
    other = ["KEYCHAIN_AUTH_SOCKET=" + home.socket, *KCGET]
    with on_one_processor([home, plain]):
        return Figures(*bench.turns(plain, 300, other, KCGET))


def big_programs(bench, mebibytes):
    """Copies of reader, each made so long, and registered; nobody has looked at them yet."""
    count = bench.rounds(8)
    paths = []
    for number in range(count):
        path = f"{bench.programs}/big-{mebibytes}-{number}"
        shutil.copy2(bench.programs + "/reader", path)
        with open(path, "ab") as file:
            block = os.urandom(1 << 20)
            for _ in range(mebibytes):
                file.write(block)
        paths.append(path)
    bench.newest = time.monotonic()
    return paths


def first_sight(bench, mebibytes):
    need("openssl")
    paths = big_programs(bench, 4 if bench.is_quick else mebibytes)
    home = bench.new_home(1, [entry(path, [SERVICE]) for path in paths])
    bench.settle()

    def run(*command):
        return timed_ms(lambda: subprocess.run(command, env=home.environment, check=True,
                                               stdout=subprocess.DEVNULL))
    left = list(paths)
    ours, peer = in_turns([lambda: run(left.pop(), SERVICE, "item-00000"),
                           lambda: run("openssl", "dgst", "-sha256", paths[0])], len(paths))
    for path in paths:
        os.unlink(path)
    return Figures(sorted(ours)[len(ours) // 2], sorted(peer)[len(peer) // 2])


@row("identify-43", "a program of 43 MB asks for the first time", times(1.3),
     peer="openssl dgst -sha256")
def identify_43(bench):
    return first_sight(bench, 41)


@row("identify-100", "a program of 100 MB asks for the first time", times(1.3),
     peer="openssl dgst -sha256")
def identify_100(bench):
    return first_sight(bench, 96)
