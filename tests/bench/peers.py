# SPDX-License-Identifier: MIT
"""What stands beside us: a libuv echo, GNOME Keyring, and the agents of GnuPG and OpenSSH. Each in
a home of its own, started when a row asks, and ended by its number with the Bench."""
import os
import signal
import subprocess
import time

from measure import Missing, can_connect, need, wait_for


def echo(bench):
    """The address of a libuv echo that rows share."""
    return bench.once("echo", lambda: new_echo(bench))[0]


def new_echo(bench):
    """Its address, and its process."""
    address = bench.private_place() + "/echo"
    process = subprocess.Popen([bench.tests + "/bench/echo", address], stdin=subprocess.PIPE)
    bench.stack.callback(process.wait)
    bench.stack.callback(process.stdin.close)
    wait_for(lambda: can_connect(address), "the echo")
    return address, process


def ssh_agent(bench):
    """Its milliseconds until it takes connections, and its process, which the caller ends."""
    address = bench.private_place() + "/agent"
    begin = time.perf_counter()
    process = subprocess.Popen([need("ssh-agent"), "-D", "-a", address],
                               stdout=subprocess.DEVNULL)
    wait_for(lambda: can_connect(address), "ssh-agent")
    return (time.perf_counter() - begin) * 1000, process


def gpg(bench):
    """The environment in which gpg has a key without a passphrase, and its agent's number."""
    return bench.once("gpg", lambda: start_gpg(bench))


def start_gpg(bench):
    program, place = need("gpg"), bench.private_place()
    environment = {"PATH": "/usr/bin:/bin", "HOME": place, "GNUPGHOME": place}
    subprocess.run([program, "--batch", "--quiet", "--passphrase", "", "--quick-generate-key",
                    "bench@h.example", "default", "default", "never"], env=environment,
                   capture_output=True, check=True)
    agent = subprocess.run(["gpg-connect-agent", "--no-autostart", "getinfo pid", "/bye"],
                           env=environment, capture_output=True, text=True, check=True)
    pid = int(agent.stdout.split()[1])
    bench.stack.callback(end_agent, pid)
    return environment, pid


def end_agent(pid):
    """It isn't our child: it put itself into the background."""
    os.kill(pid, signal.SIGTERM)
    wait_for(lambda: not os.path.exists(f"/proc/{pid}"), "gpg-agent's end")


def desktop(bench):
    """The environment in which GNOME Keyring, unlocked, has one item (service bench), and its
    process."""
    return bench.once("desktop", lambda: start_desktop(bench))


def start_desktop(bench):
    for program in ("dbus-daemon", "gnome-keyring-daemon", "secret-tool", "dbus-send"):
        need(program)
    place = bench.private_place()
    environment = {**bench.plain_environment(), "HOME": place, "XDG_RUNTIME_DIR": place,
                   "DBUS_SESSION_BUS_ADDRESS": f"unix:path={place}/bus"}

    def has_owner(name):
        asked = subprocess.run(
            ["dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/",
             "org.freedesktop.DBus.NameHasOwner", "string:" + name], env=environment,
            capture_output=True, check=False)
        return b"true" in asked.stdout
    bus = bench.spawn(["dbus-daemon", "--session", f"--address=unix:path={place}/bus", "--nofork",
                       "--nopidfile"], environment)
    wait_for(lambda: bus.poll() is not None or has_owner("org.freedesktop.DBus"), "the bus")
    if bus.poll() is not None:
        raise Missing("a session bus, which wants a user with a name")
    keyring = bench.spawn(["gnome-keyring-daemon", "--foreground", "--components=secrets",
                           "--unlock"], environment, b"a password")
    wait_for(lambda: has_owner("org.freedesktop.secrets"), "GNOME Keyring")
    subprocess.run(["secret-tool", "store", "--label", "bench", "service", "bench"],
                   env=environment, input=b"value", check=True)
    return environment, keyring
