# SPDX-License-Identifier: MIT
"""What doesn't depend on the hour: system calls and instructions of a request. The targets are
what was counted when a row was last looked at, so that a regression is seen; the slack is for
threads, which meet in another way each time."""
import os
import re
import socket
import subprocess
import threading

from measure import READ, SERVICE, SUCCESS, Missing, need, wait_for
from report import Figures, information, most, row

NONCE = b'{"type":"HELLO","version":1,"nonce":"' + b"0" * 32 + b'"}\n'
VALUE = b'{"type":"RESPONSE","status":"success","results":[{"target":"item-00000","value":"v"}]}\n'


class Broker:
    """Says yes to whatever is asked: a program that is traced would be turned away by a real
    daemon, and does the same here."""

    def __init__(self, bench):
        self.address = bench.private_place() + "/broker"
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.address)
        self.listener.listen()
        bench.stack.callback(self.listener.close)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                wire, _ = self.listener.accept()
            except OSError:
                return
            with wire, wire.makefile("rb") as lines:
                for line in lines:
                    wire.sendall(NONCE if b"HELLO" in line else VALUE)


def broker_environment(bench):
    broker = bench.once("broker", lambda: Broker(bench))
    return {**bench.plain_environment(), "KEYCHAIN_AUTH_SOCKET": broker.address}


def sum_of_calls(path):
    """The calls in a table of strace -c."""
    with open(path, encoding="ascii") as file:
        return sum(int(found.group(1)) for found in re.finditer(r"^ *(\d+) (?!total)\w+$",
                                                                file.read(), re.M))


STRACE = ["-f", "-c", "-U", "calls,name", "-o"]


def traced_calls(bench, home, ask):
    """The calls of a daemon's life in which that was asked."""
    home.stop()
    path = home.place + "/calls"
    # -D: the tracer is the daemon's child, so that the process that was started is the daemon.
    home.start(need("strace"), "-D", *STRACE, path)
    ask()
    home.stop()
    wait_for(lambda: os.path.exists(path) and os.path.getsize(path) > 0, "strace's table")
    calls = sum_of_calls(path)
    os.unlink(path)
    return calls


def calls_each(bench, ask, count):
    """The difference between twice as many and so many, for each."""
    home = bench.once("traced", lambda: bench.new_home(1))
    bench.settle()
    few = traced_calls(bench, home, lambda: ask(home, count))
    many = traced_calls(bench, home, lambda: ask(home, 2 * count))
    return Figures((many - few) / count)


@row("calls-read", "the daemon's system calls: a read", most(33), unit="calls", slack=0.15)
def calls_read(bench):
    return calls_each(bench, lambda home, count: bench.reads(home, 1, 1, "--count", str(count)),
                      bench.rounds(500, 100))


@row("calls-connect", "the daemon's system calls: a connection and a read", most(102),
     unit="calls", slack=0.15)
def calls_connect(bench):
    return calls_each(bench, lambda home, count: bench.reads(home, 1, 1, "--connect", "--count",
                                                             str(count)),
                      bench.rounds(300, 100))


@row("calls-kcget-daemon", "the daemon's system calls: kcget and its two callers", most(108),
     unit="calls", slack=0.15)
def calls_kcget_daemon(bench):
    def ask(home, count):  # turns runs each twice
        bench.output(f"{bench.programs}/session", "--no-terminal", f"{bench.programs}/turns", "1",
                     str(count), "kcget", SERVICE, "item-00000", environment=home.environment)
    each = calls_each(bench, ask, bench.rounds(60, 20))
    return Figures(each.ours / 2)


def instructions_each(bench, count, *options):
    """The daemon's for each read: the difference between twice as many and so many."""
    home = bench.home(1)
    bench.settle()

    def instructions(reads):
        done = subprocess.run(
            [need("perf"), "stat", "-x,", "-e", "instructions:u", "-p", str(home.daemon.pid), "--",
             bench.programs + "/load", "--span", "1", "--expect", SUCCESS, "--count", str(reads),
             *options, home.socket, "1", READ], env=bench.plain_environment(),
            capture_output=True, text=True, check=False)
        counted = re.search(r"^(\d+),.*instructions", done.stderr, re.M)
        if done.returncode != 0 or counted is None:
            raise Missing("the processor's counter of instructions")
        return int(counted.group(1))
    few = instructions(count)
    return Figures((instructions(2 * count) - few) / count / 1000)


@row("instructions-read", "the daemon's instructions: a read", information(), unit="k")
def instructions_read(bench):
    return instructions_each(bench, bench.rounds(1000, 100))


@row("instructions-connect", "the daemon's instructions: a connection and a read", information(),
     unit="k")
def instructions_connect(bench):
    return instructions_each(bench, bench.rounds(500, 100), "--connect")


@row("calls-kcget", "kcget's own system calls", most(40), unit="calls", slack=0.05)
def calls_kcget(bench):
    path = bench.private_place() + "/calls"
    subprocess.run([need("strace"), *STRACE, path, bench.programs + "/kcget", SERVICE,
                    "item-00000"], env=broker_environment(bench), check=True,
                   stdout=subprocess.DEVNULL)
    return Figures(sum_of_calls(path))


@row("instructions-kcget", "kcget's instructions, with those that load it", most(140), unit="k",
     slack=0.05)
def instructions_kcget(bench):
    done = subprocess.run(
        [need("valgrind"), "--tool=callgrind", "--callgrind-out-file=/dev/null",
         bench.programs + "/kcget", SERVICE, "item-00000"], env=broker_environment(bench),
        check=True, capture_output=True, text=True)
    return Figures(int(re.search(r"Collected : (\d+)", done.stderr).group(1)) / 1000)
