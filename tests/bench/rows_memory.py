# SPDX-License-Identifier: MIT
"""What the daemon keeps. These rows come first, and end their daemons: another one would share the
pages of the libraries, and each would seem smaller than it is."""
import contextlib
import subprocess

import peers
from measure import READ, Missing, end_process
from report import Figures, beyond, information, most, row


def pss_kib(pid):
    """What a process takes of the memory, shared pages in proportion."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("Pss:"))
    except PermissionError:
        raise Missing("root, to look at a daemon's memory") from None


def pss_mib(pid):
    return pss_kib(pid) / 1024


def idle_mib(bench):
    with contextlib.closing(bench.new_home()) as home:
        return pss_mib(home.daemon.pid)


@row("pss-idle", "memory (PSS), nothing asked yet", most(3), unit="MiB", peer="GNOME Keyring")
def pss_idle(bench):
    ours = idle_mib(bench)
    try:
        _, keyring = peers.desktop(bench)
    except Missing:
        return Figures(ours)
    return Figures(ours, pss_mib(keyring.pid))


@row("pss-ssh-agent", "memory (PSS), nothing asked yet", information(), unit="MiB",
     peer="ssh-agent")
def pss_ssh_agent(bench):
    _, process = peers.ssh_agent(bench)
    bench.stack.callback(end_process, process)
    return Figures(idle_mib(bench), pss_mib(process.pid))


@row("pss-gpg-agent", "memory (PSS), nothing asked yet", information(), unit="MiB",
     peer="gpg-agent")
def pss_gpg_agent(bench):
    _, pid = peers.gpg(bench)
    return Figures(idle_mib(bench), pss_mib(pid))


@row("pss-10000", "memory (PSS), 10,000 items, after 1,000 reads", most(15), unit="MiB")
def pss_10000(bench):
    with contextlib.closing(bench.new_home(bench.many)) as home:
        home.stop()
        home.start()
        bench.reads(home, 1, bench.many, "--count", "1000")
        return Figures(pss_mib(home.daemon.pid))


def growth_kib(bench, pid, address, count):
    """What so many connections, each of which asked once, add to a process, for each of them. A few
    come and go before: code that is used for the first time isn't theirs."""
    bench.load(address, 10, READ, "--count", "1000")
    before = pss_kib(pid)
    words = [f"{bench.programs}/load", "--for", "1", "--hold", address, str(count), READ]
    with subprocess.Popen(words, env=bench.plain_environment(), stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as held:
        held.stdout.readline()
        after = pss_kib(pid)
        held.stdin.close()
    return (after - before) / count


@row("pss-connection", "memory (PSS) of an idle connection", beyond(4), unit="KiB",
     peer="a libuv echo's", slack=0.25)
def pss_connection(bench):
    count = 1000
    address, echo = peers.new_echo(bench)
    with contextlib.closing(bench.new_home(100)) as home:
        return Figures(growth_kib(bench, home.daemon.pid, home.socket, count),
                       growth_kib(bench, echo.pid, address, count))
