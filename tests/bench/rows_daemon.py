# SPDX-License-Identifier: MIT
"""What the daemon carries: connections, batches, writes, the record, its beginning, its memory."""
import json
import os
import resource
import subprocess
import time

import peers
from measure import READ, SERVICE, SUCCESS, WRITE, Home, Missing, end_process, medians
from report import Figures, beyond, information, most, row, share, times

ROUNDS = 5


def rates(bench, connections, seconds, ours=(), echoes=()):
    """Answers a second: the daemon's and the echo's, in turns."""
    bench.settle()
    address = peers.echo(bench)
    home = bench.home(100)
    return Figures(*medians([
        lambda: bench.reads(home, connections, 100, *bench.span(seconds), *ours)[0],
        lambda: bench.load(address, connections, READ, *bench.span(seconds), *echoes)[0],
    ], bench.rounds(ROUNDS)))


def persistent(connections, target, seconds):
    @row(f"persistent-{connections}",
         f"reads over {connections:,} connection{'s' if connections > 1 else ''}",
         target, unit="/s", peer="a libuv echo")
    def measure(bench):
        return rates(bench, connections, seconds)
    return measure


persistent(1, information(), 0.3)
persistent(10, information(), 0.3)
persistent(100, share(0.25), 0.5)
persistent(1000, information(), 0.5)


@row("connect", "reads, a connection for each, 10 at once", share(0.5), unit="/s",
     peer="a libuv echo")
def connect(bench):
    return rates(bench, 10, 0.4, ["--connect"], ["--connect", "--plain"])


@row("connect-nonce", "reads, a connection for each, 10 at once", information(), unit="/s",
     peer="an echo of both questions")
def connect_nonce(bench):
    return rates(bench, 10, 0.4, ["--connect"], ["--connect"])


# In one process: what a program pays that keeps its connection to the bus.
GET_SECRET = """
import statistics, sys, time
import gi
from gi.repository import Gio, GLib
bus = Gio.bus_get_sync(Gio.BusType.SESSION)
def call(path, interface, method, arguments):
    return bus.call_sync("org.freedesktop.secrets", path, interface, method, arguments, None,
                         Gio.DBusCallFlags.NONE, -1, None)
service, name = "/org/freedesktop/secrets", "org.freedesktop.Secret."
plain = GLib.Variant("(sv)", ("plain", GLib.Variant("s", "")))
session = call(service, name + "Service", "OpenSession", plain)[1]
asked = GLib.Variant("(a{ss})", ({"service": "bench"},))
item = call(service, name + "Service", "SearchItems", asked)[0][0]
found = []
for _ in range(int(sys.argv[1])):
    begin = time.perf_counter()
    call(item, name + "Item", "GetSecret", GLib.Variant("(o)", (session,)))
    found.append(time.perf_counter() - begin)
print(statistics.median(found) * 1e6)
"""


@row("get-secret", "a read over a connection that is there", information(), unit="µs",
     peer="GNOME Keyring's GetSecret")
def get_secret(bench):
    desktop, _ = peers.desktop(bench)
    count = str(bench.rounds(500))

    def peer():
        done = subprocess.run(["/usr/bin/python3", "-c", GET_SECRET, count], env=desktop,
                              capture_output=True, text=True, check=False)
        if "No module named" in done.stderr:
            raise Missing("python3-gi")
        return float(done.stdout)
    home = bench.home(100)
    return Figures(*medians([
        lambda: bench.reads(home, 1, 100, *bench.span(0.3))[1], peer], bench.rounds(3)))


def request_for(**members):
    return json.dumps({"type": "REQUEST", "service": SERVICE, "nonce": "@NONCE@", **members})


@row("batch-100", "a read of 100 items", information(), unit="µs", peer="100 reads of one")
def batch(bench):
    home = bench.home(bench.many)
    names = [f"item-{number:05}" for number in range(100)]
    many = request_for(action="read", targets=names)

    def ours():
        return bench.load(home.socket, 1, many, "--expect", SUCCESS, *bench.span(0.3))[1]
    return Figures(*medians([
        ours, lambda: 100 * bench.reads(home, 1, 100, *bench.span(0.3))[1]], bench.rounds(3)))


@row("prefix-1000", "a prefix read of 1,000 items", information(), peer="1,000 reads of one")
def prefix(bench):
    home = bench.home(bench.many)
    start = "item-00" if bench.many > 1000 else "item-0"
    many = request_for(action="read", match="prefix", targets=[start])

    def ours():
        return bench.load(home.socket, 1, many, "--expect", SUCCESS, *bench.span(0.4))[1] / 1000
    return Figures(*medians([
        ours, lambda: bench.reads(home, 1, 1000, *bench.span(0.3))[1]], bench.rounds(3)))


@row("identify-cached", "a program's file, looked at and found in the cache", most(50), unit="µs")
def identify_cached(bench):
    costs = bench.costs()
    return Figures(costs["image_mount"] + costs["hash_age"])


@row("chain-walk", "the walk over six ancestors, pinned anew", most(150), unit="µs")
def chain_walk(bench):
    return Figures(bench.costs()["chain_cold"])


# ---- writes ----

def fsync_ms(place, size):
    """For a new file of that size, in that directory."""
    path = place + "/fsync"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, os.urandom(size))
        begin = time.perf_counter()
        os.fsync(descriptor)
        return (time.perf_counter() - begin) * 1000
    finally:
        os.close(descriptor)
        os.unlink(path)


def store_size(home):
    return os.path.getsize(home.place + "/.keychain-auth/keyring.json")


def write_ms(bench, home, items, count):
    return bench.load(home.socket, 1, WRITE, "--count", str(count), "--span", str(items),
                      "--expect", SUCCESS)[1] / 1000


def write_and_fsync(bench, place):
    home = bench.new_home(bench.many, place=place)
    size = store_size(home)
    return Figures(*medians([lambda: write_ms(bench, home, bench.many, 5),
                             lambda: fsync_ms(home.place, size)], bench.rounds(10)))


@row("write-10000", "a write among 10,000 items, in memory", beyond(5), peer="an fsync there")
def write_in_memory(bench):
    return write_and_fsync(bench, None)


@row("write-10000-disk", "a write among 10,000 items, on disk", beyond(5), slack=1,
     peer="an fsync there")
def write_on_disk(bench):
    return write_and_fsync(bench, bench.build)


# ---- the record ----

def record(bench):
    """A home of nobody's with a record of so many lines."""
    def make():
        lines = bench.rounds(400000, 2000)
        home = Home(bench.programs)
        bench.stack.callback(home.close)
        directory = home.place + "/.local/share/keychain-auth"
        os.makedirs(directory, mode=0o700)
        path = directory + "/audit.log"
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            begin = time.perf_counter()
            subprocess.run([bench.tests + "/bench/audit_lines", str(lines)], stdout=file,
                           check=True)
            return home, path, (time.perf_counter() - begin) * 1e6 / lines
    return bench.once("record", make)


def processor_ms(command, environment):
    """The processor's time for it. Not to /dev/null: grep(1) would stop at the first match."""
    def used():
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return 1000 * (usage.ru_utime + usage.ru_stime)
    before = used()
    with open(environment["HOME"] + "/out", "wb") as out:
        subprocess.run(command, env=environment, stdout=out, check=True)
    return used() - before


def beside(bench, ours, peer):
    home, _, _ = record(bench)
    return Figures(*medians([lambda: processor_ms(ours, home.environment),
                             lambda: processor_ms(peer, home.environment)], bench.rounds(5)))


@row("audit-append", "a line of the record: made, chained, in the file", information(), unit="µs")
def audit_append(bench):
    return Figures(record(bench)[2])


@row("audit-verify", "audit verify, 400,000 lines, the processor's time", times(2),
     peer="sha256sum of the file", slack=0.25)
def audit_verify(bench):
    _, path, _ = record(bench)
    return beside(bench, [bench.programs + "/keychain-auth", "audit", "verify"],
                  ["sha256sum", path])


@row("audit-search", "audit with filters, 400,000 lines, the processor's time", times(3),
     peer="grep for the same words", slack=0.25)
def audit_search(bench):
    _, path, _ = record(bench)
    return beside(bench, [bench.programs + "/keychain-auth", "audit", "--json", "--service", "npm",
                          "--target", "prod-api-key-3*"],
                  ["grep", "-E", '"service":"npm","target":"prod-api-key-3[^"]*"', path])


# ---- the beginning ----

@row("start", "start to ready", information(), peer="ssh-agent")
def start(bench):
    home = bench.new_home(1)

    def ours():
        home.stop()
        return home.start()

    def peer():
        took, process = peers.ssh_agent(bench)
        end_process(process)
        return took
    return Figures(*medians([ours, peer], bench.rounds(10)))
