# SPDX-License-Identifier: MIT
"""What the rows of the bench, and of other measurements, have in common: a private home with a
daemon of its own, programs below a session of their own, loads over many connections, and peers.

Whatever is started here is ended by its number, in the reverse order, when the Bench is closed.
Homes are in memory where that is possible, because the daemon makes each record durable; programs
are on the disk of the build, because the daemon remembers hashes only where the file system's
times can be trusted (platform/linux/image.c).
"""
import contextlib
import hashlib
import json
import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import tempfile
import time

SERVICE = "bench"
READ = ('{"type":"REQUEST","action":"read","service":"bench","targets":["item-@@@@@"],'
        '"nonce":"@NONCE@"}')
WRITE = ('{"type":"REQUEST","action":"write","service":"bench","targets":["item-@@@@@"],'
         '"values":["0123456789abcdef0123456789abcdef"],"nonce":"@NONCE@"}')
SUCCESS = '"status":"success"'
LOADS = 18        # copies of load: a daemon gives one program 64 connections
SETTLED_S = 2.1   # the hash of a younger file isn't remembered
STARTED_S = 30    # for a daemon to be ready; under a tracer that takes longer


class Missing(Exception):
    """A row can't be had here: which program, or which right, is missing."""


def need(program):
    """The program's path."""
    path = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if path is None:
        raise Missing(program)
    return path


def memory_place():
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def wait_for(is_true, what, patience_s=STARTED_S):
    end = time.monotonic() + patience_s
    while not is_true():
        if time.monotonic() > end:
            raise RuntimeError(f"waited in vain for {what}")
        time.sleep(0.0005)


def can_connect(address):
    try:
        with socket.socket(socket.AF_UNIX) as wire:
            wire.connect(address)
            return True
    except OSError:
        return False


def end_process(process):
    """Asks it to end, and makes it end."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def timed_ms(action):
    before = time.perf_counter()
    action()
    return (time.perf_counter() - before) * 1000


def in_turns(actions, rounds):
    """What each of the actions returned, round by round, the order turned round each time."""
    found = [[] for _ in actions]
    for number in range(rounds):
        order = list(enumerate(actions))
        for which, action in order if number % 2 == 0 else reversed(order):
            found[which].append(action())
    return found


def medians(actions, rounds):
    return [statistics.median(column) for column in in_turns(actions, rounds)]


@contextlib.contextmanager
def on_one_processor(homes):
    """Daemons, and what is started within: so that work is compared, and not the luck of who wakes
    which processor."""
    threads = [0, *(int(thread) for home in homes
                    for thread in os.listdir(f"/proc/{home.daemon.pid}/task"))]
    before = os.sched_getaffinity(0)
    try:
        for thread in threads:
            os.sched_setaffinity(thread, {min(before)})
        yield
    finally:
        for thread in threads:
            os.sched_setaffinity(thread, before)


def entry(path, read=(), write=(), search=False, **flags):
    """A program as config.json has it; docs/man/keychain-auth-config.5 lists the flags."""
    path = os.path.realpath(path)
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"path": path, "hash": digest, "registered_at": "2026-01-01T00:00:00Z",
            "allowed_read_services": list(read), "allowed_write_services": list(write),
            "can_search": search, **flags}


class Home:
    """A daemon of its own, in a private home."""

    def __init__(self, programs, place=None):
        self.programs = programs
        self.place = tempfile.mkdtemp(prefix="kc-", dir=place or memory_place())
        self.socket = self.place + "/keychain-auth/agent.sock"
        self.environment = {"PATH": f"{programs}:/usr/bin:/bin", "HOME": self.place,
                            "XDG_RUNTIME_DIR": self.place, "LC_ALL": "C.UTF-8"}
        self.daemon = None

    def write_policy(self, entries):
        """As an editor would; only while no daemon has sealed it."""
        directory = self.place + "/.config/keychain-auth"
        os.makedirs(directory, mode=0o700, exist_ok=True)
        descriptor = os.open(directory + "/config.json", os.O_WRONLY | os.O_CREAT | os.O_TRUNC,
                             0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            # A record that is packed while something is measured would take part of the machine.
            json.dump({"protocol_version": "1", "audit": {"rotate_bytes": 0},
                       "registered_binaries": entries}, file)

    def start(self, *wrapper):
        """Returns the milliseconds until it took connections; a wrapper must become the daemon."""
        with open(self.place + "/log", "ab") as log:
            begin = time.perf_counter()
            self.daemon = subprocess.Popen(
                [*wrapper, f"{self.programs}/keychain-auth", "start", "--foreground", "--store",
                 "file"], env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            wait_for(lambda: self.daemon.poll() is not None or can_connect(self.socket),
                     "the daemon's socket")
            took = (time.perf_counter() - begin) * 1000
            wait_for(self.is_decided, "the daemon")
            if self.daemon.poll() is not None:
                raise RuntimeError("the daemon has ended: " + self.log())
        except BaseException:
            self.stop()
            raise
        return took

    def log(self):
        return pathlib.Path(self.place + "/log").read_text("utf-8")[-2000:]

    def is_decided(self):
        """It answers, or it has ended."""
        if self.daemon.poll() is not None:
            return True
        try:
            with socket.socket(socket.AF_UNIX) as wire:
                wire.connect(self.socket)
                wire.sendall(b'{"type":"HELLO"}\n')
                return wire.recv(4096) != b""
        except OSError:
            return False

    def stop(self):
        if self.daemon is not None:
            end_process(self.daemon)
            self.daemon = None

    def close(self):
        self.stop()
        shutil.rmtree(self.place, ignore_errors=True)

    def run(self, *words, feed=b"", check=True):
        """keychain-auth, with these words; its output."""
        done = subprocess.run([f"{self.programs}/keychain-auth", *words], env=self.environment,
                              input=feed, capture_output=True, check=False)
        if check and done.returncode != 0:
            raise RuntimeError(f"keychain-auth {words[0]}: {done.stderr.decode()}")
        return done.stdout


class Bench:
    """The programs of a build, installed beside each other, and homes as rows ask for them."""

    def __init__(self, build, scale=1.0, is_quick=False):
        self.build = os.path.realpath(build)
        self.tests = self.build + "/tests"
        self.scale = scale
        self.is_quick = is_quick
        self.many = 1000 if is_quick else 10000
        self.stack = contextlib.ExitStack()
        self.homes = {}
        self.kept = {}
        self.newest = 0  # program, on the monotonic clock

    def __enter__(self):
        place = tempfile.mkdtemp(prefix="place-", dir=self.build)
        self.stack.callback(shutil.rmtree, place)
        self.prefix = place
        self.programs = place + "/bin"
        subprocess.run(["cmake", "--install", self.build, "--prefix", place, "--strip"],
                       stdout=subprocess.DEVNULL, check=True)
        # Sanitized programs are slow, and no tracer runs them: these are without.
        strong = self.tests + "/attacks/strong/"
        if self.option("KC_SANITIZE"):
            for name in ("keychain-auth", "kcget"):
                shutil.copy2(strong + name, self.programs)
            shutil.copy2(strong + "reader", self.programs)
        else:
            shutil.copy2(self.tests + "/reader", self.programs)
        for name in ["load", *(f"load.{number}" for number in range(LOADS))]:
            shutil.copy2(self.tests + "/bench/load", f"{self.programs}/{name}")
        shutil.copy2(self.tests + "/bench/turns", self.programs)
        shutil.copy2(self.tests + "/session", self.programs)
        self.newest = time.monotonic()
        return self

    def __exit__(self, *exception):
        self.stack.close()

    def option(self, name):
        """What the build was configured with; empty where it wasn't."""
        for line in pathlib.Path(self.build + "/CMakeCache.txt").read_text("utf-8").splitlines():
            if line.startswith(name + ":"):
                return line.split("=", 1)[1]
        return ""

    def rounds(self, count, least=2):
        return max(least, int(count * self.scale))

    def once(self, key, make):
        """Something that several rows share, made by the first that asks."""
        if key not in self.kept:
            self.kept[key] = make()
        return self.kept[key]

    def entries(self):
        """Who may do what: the loads and reader for themselves, turns through the helpers."""
        mine = [SERVICE, "aws", "git"]
        return [
            *(entry(f"{self.programs}/load.{n}", [SERVICE], [SERVICE], True)
              for n in range(LOADS)),
            entry(self.programs + "/reader", mine),
            entry(self.programs + "/turns", mine, mine),
            entry(self.programs + "/session", launcher=True, session_root=True),
        ]

    def new_home(self, items=0, more=(), place=None):
        """With a daemon, so many items, and more entries than the usual ones; closed at the end."""
        home = Home(self.programs, place)
        self.stack.callback(home.close)
        home.write_policy(self.once("entries", self.entries) + list(more))
        home.start()
        self.fill(home, items)
        return home

    def home(self, items):
        """The home with so many items that rows share which only read."""
        if items not in self.homes:
            self.homes[items] = self.new_home(items)
        return self.homes[items]

    def fill(self, home, items):
        for first in range(0, items, 1000):
            numbers = range(first, min(first + 1000, items))
            request = {"type": "REQUEST", "action": "write", "service": SERVICE,
                       "targets": [f"item-{number:05}" for number in numbers],
                       "values": [f"the value of number {number}" for number in numbers],
                       "nonce": "@NONCE@"}
            self.load(home.socket, 1, json.dumps(request), "--count", "1", "--expect", SUCCESS)

    def settle(self):
        """Waits until the newest program is old enough to be remembered."""
        time.sleep(max(0, self.newest + SETTLED_S - time.monotonic()))

    def load(self, address, connections, request, *options):
        """Answers a second, and the median and the 99th percentile in microseconds."""
        words = self.output(f"{self.programs}/load", *options, address, str(connections), request)
        return [float(word) for word in words.split()]

    def reads(self, home, connections, items, *options):
        """load, with reads of random items, each of which must succeed."""
        return self.load(home.socket, connections, READ, "--expect", SUCCESS, "--span", str(items),
                         *options)

    def span(self, seconds):
        """The options for a load of so long."""
        return ["--for", str(max(20, int(seconds * 1000 * self.scale)))]

    def output(self, *command, environment=None):
        done = subprocess.run(command, env=environment or self.plain_environment(),
                              stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{command[0]}: {done.stderr.decode()[-500:]}")
        return done.stdout.decode()

    def plain_environment(self):
        return {"PATH": f"{self.programs}:/usr/bin:/bin", "HOME": "/nonexistent",
                "LC_ALL": "C.UTF-8"}

    def turns(self, home, rounds, *commands, generations=1):
        """The median of each command in milliseconds, below a session of its own, in the home's
        environment; measured in turns (turns.c says what may stand before a command)."""
        self.settle()
        words = []
        for command in commands:
            words += [*([","] if words else []), *command]
        output = self.output(f"{self.programs}/session", "--no-terminal",
                             f"{self.programs}/turns", str(generations),
                             str(self.rounds(rounds)), *words,
                             environment=home.environment)
        return [float(word) / 1000 for word in output.split()]

    def costs(self):
        """What costs.c prints: microseconds by name."""
        def make():
            lines = self.output(self.tests + "/bench/costs").splitlines()
            return {name: float(us) for name, us in (line.split() for line in lines)}
        return self.once("costs", make)

    def spawn(self, command, environment, feed=None):
        """A peer that runs until the end."""
        process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.stack.callback(end_process, process)
        if feed is not None:
            process.stdin.write(feed)
        process.stdin.close()
        return process

    def private_place(self):
        place = tempfile.mkdtemp(prefix="kc-", dir=memory_place())
        self.stack.callback(shutil.rmtree, place, ignore_errors=True)
        return place
