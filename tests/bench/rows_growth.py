# SPDX-License-Identifier: MIT
"""What must not grow: the cost of a read with what the daemon knows, that of a write faster than
the file, and what others wait for when somebody is slow."""
import os
import shutil
import subprocess

from measure import SERVICE, medians, on_one_processor
from report import Figures, row, times
from rows_daemon import request_for, store_size, write_ms

ROUNDS = 21
PENDING_MAX = 256  # daemon/pending.h


def read_us(bench, home, items, *options):
    return bench.reads(home, 1, items, *bench.span(0.1), *options)[1]


def flat(bench, more, items, few, *options):
    """A read's median in two homes; over connections that are there, or new ones."""
    bench.settle()
    with on_one_processor([more, few]):
        return Figures(*medians([lambda: read_us(bench, more, items, *options),
                                 lambda: read_us(bench, few, 1, *options)],
                                bench.rounds(ROUNDS)))


@row("grow-items", "a read among 10,000 items", times(1.1), unit="µs", peer="of a single one")
def grow_items(bench):
    return flat(bench, bench.home(bench.many), bench.many, bench.home(1))


def registered_home(bench):
    """With 10,000 programs that don't exist in its policy, before those that do."""
    def make():
        first = bench.entries()[0]
        others = [{**first, "path": f"/opt/tool-{number}/bin/tool", "hash": f"{number:064x}"}
                  for number in range(bench.many)]
        return bench.new_home(1, others)
    return bench.once("registered", make)


@row("grow-binaries", "a read, 10,000 programs registered", times(1.1), unit="µs",
     peer="20 of them")
def grow_binaries(bench):
    return flat(bench, registered_home(bench), 1, bench.home(1))


@row("grow-binaries-connect", "a connection and a read, 10,000 programs registered", times(1.1),
     unit="µs", peer="20 of them")
def grow_binaries_connect(bench):
    return flat(bench, registered_home(bench), 1, bench.home(1), "--connect")


def pending_home(bench):
    """With a full list of programs that were turned away."""
    def make():
        home = bench.new_home(1)
        for number in range(bench.rounds(PENDING_MAX)):
            path = f"{bench.programs}/stranger"
            shutil.copy2(bench.programs + "/reader", path)
            with open(path, "ab") as file:
                file.write(str(number).encode())
            subprocess.run([path, SERVICE, "item-00000"], env=home.environment,
                           capture_output=True, check=False)
            os.unlink(path)
        return home
    return bench.once("pending", make)


@row("grow-pending", "a connection and a read, 256 programs waiting for approval", times(1.1),
     unit="µs", peer="none of them")
def grow_pending(bench):
    return flat(bench, pending_home(bench), 1, bench.home(1), "--connect")


@row("grow-write", "how a write grows from 1,000 items to 10,000", times(1), unit="times",
     peer="how the file does")
def grow_write(bench):
    counts = (bench.many // 10, bench.many)
    homes = [bench.new_home(count) for count in counts]
    few, many = medians([lambda: write_ms(bench, homes[0], counts[0], 5),
                         lambda: write_ms(bench, homes[1], counts[1], 5)], bench.rounds(10))
    return Figures(many / few, store_size(homes[1]) / store_size(homes[0]))


@row("slow-client", "the 99th percentile over 1,000 connections, one of them slow", times(2),
     unit="µs", peer="none of them slow", slack=0.25)
def slow_client(bench):
    home = bench.new_home(2000)
    heavy = request_for(action="read", match="prefix", targets=["item-00"])
    span = bench.span(0.6)

    def tail(*options):
        return bench.reads(home, 1000, 1000, *span, *options)[2]
    return Figures(*medians([lambda: tail("--slow", heavy), tail], bench.rounds(5)))
