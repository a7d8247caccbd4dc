# SPDX-License-Identifier: MIT
"""The rows of the bench: what each is to reach, what came of it, and how that is shown.

A row is a function that takes a Bench and returns Figures, registered with @row. Its target is
one of

    times(X)      ours takes at most X times as long (or as much) as the peer
    faster(X)     the peer takes at least X times as long as ours
    share(X)      ours does at least this part of what the peer does a second
    most(X)       ours is at most X, whatever a peer does
    beyond(X)     ours is at most X more than the peer
    information() nothing is judged

and is missed when the figure is worse than the target by more than the row's slack, a part of it.
"""
import dataclasses
import datetime
import json
import os
import platform
import re
import subprocess

FORMAT = 1
ROWS = {}


@dataclasses.dataclass
class Figures:
    """What was measured, both in the row's unit."""
    ours: float
    peer: float = None


@dataclasses.dataclass
class Target:
    kind: str
    limit: float = None


@dataclasses.dataclass
class Row:
    name: str
    what: str
    peer_name: str
    unit: str
    target: Target
    slack: float
    measure: object


def times(limit):
    return Target("times", limit)


def faster(limit):
    return Target("faster", limit)


def share(limit):
    return Target("share", limit)


def most(limit):
    return Target("most", limit)


def beyond(limit):
    return Target("beyond", limit)


def information():
    return Target("information")


def row(name, what, target, unit="ms", peer="", slack=0.1):
    def register(measure):
        ROWS[name] = Row(name, what, peer, unit, target, slack, measure)
        return measure
    return register


def judged(target, figures):
    """The figure that the target is about."""
    if target.kind == "beyond":
        return figures.ours - figures.peer
    if target.kind == "most" or not figures.peer or not figures.ours:
        return figures.ours
    return figures.peer / figures.ours if target.kind == "faster" else figures.ours / figures.peer


def verdict_of(target, slack, figures):
    """met, in the slack, or MISSED; empty where nothing is judged."""
    if target.kind == "information":
        return ""
    value = judged(target, figures)
    if target.kind in ("faster", "share"):
        is_met, is_near = value >= target.limit, value >= target.limit / (1 + slack)
    else:
        is_met, is_near = value <= target.limit, value <= target.limit * (1 + slack)
    return "met" if is_met else "in the slack" if is_near else "MISSED"


def number(value):
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def ratio_text(record):
    if record["ratio"] is None:
        return ""
    if record["kind"] == "share":
        return f"{record['ratio'] * 100:.0f} %"
    return f"{record['ratio']:.3g} ×" + (" faster" if record["kind"] == "faster" else "")


def target_text(record):
    limit = record["target"]
    return {
        "times": lambda: f"≤ {limit:g} ×",
        "faster": lambda: f"≥ {limit:g} × faster",
        "share": lambda: f"≥ {limit * 100:g} %",
        "most": lambda: f"≤ {limit:,g} {record['unit']}",
        "beyond": lambda: f"≤ {limit:g} {record['unit']} more",
        "information": lambda: "",
    }[record["kind"]]()


def record_of(entry, figures):
    """A row as the JSON has it."""
    ratio = None
    if figures.peer and figures.ours:
        is_faster = entry.target.kind == "faster"
        ratio = figures.peer / figures.ours if is_faster else figures.ours / figures.peer
    return {"name": entry.name, "what": entry.what, "unit": entry.unit, "ours": figures.ours,
            "peer": figures.peer, "peer_name": entry.peer_name, "kind": entry.target.kind,
            "target": entry.target.limit, "slack": entry.slack, "ratio": ratio,
            "verdict": verdict_of(entry.target, entry.slack, figures)}


def record_without(entry, verdict, reason):
    """A row that isn't here, or that broke."""
    return {"name": entry.name, "what": entry.what, "unit": entry.unit, "ours": None, "peer": None,
            "peer_name": entry.peer_name, "kind": entry.target.kind, "target": entry.target.limit,
            "slack": entry.slack, "ratio": None, "verdict": f"{verdict}: {reason}"}


HEADINGS = ("row", "floor or peer", "ours", "ratio", "target", "verdict")


def cells(record):
    def with_unit(value):
        return f"{number(value)} {record['unit']}" if value is not None else ""
    peer = with_unit(record["peer"])
    if record["peer_name"]:
        peer = f"{record['peer_name']}: {peer}" if peer else record["peer_name"]
    return (record["what"], peer, with_unit(record["ours"]), ratio_text(record),
            target_text(record), record["verdict"])


WIDTHS = (56, 44, 14, 13, 16, 0)


def line(words):
    return " ".join(word.ljust(width) for word, width in zip(words, WIDTHS)).rstrip()


def markdown(document):
    machine = document["machine"]
    rows = ["| " + " | ".join(cells(record)) + " |" for record in document["rows"]]
    about = (f"{document['date'][:10]}, {machine['cpu']}, {machine['processors']} processors, "
             f"Linux {machine['kernel']}, {machine['libc']}; {machine['build']}.")
    return "\n".join([about, "", "| " + " | ".join(HEADINGS) + " |", "|---" * len(HEADINGS) + "|",
                      *rows])


def first_match(path, pattern, otherwise):
    with open(path, encoding="utf-8") as file:
        found = re.search(pattern, file.read(), re.M)
    return found.group(1).strip() if found else otherwise


def build_text(bench):
    """The compiler, and what it was told about code: of the daemon's first file."""
    with open(bench.build + "/compile_commands.json", encoding="utf-8") as file:
        command = next(each["command"] for each in json.load(file)
                       if each["file"].endswith("/daemon/main.c"))
    flags = [word for word in command.split()
             if re.match(r"-(O|f(?!visibility|PI)|D_FORTIFY|DNDEBUG|m|g$)", word)]
    compiler = subprocess.run([bench.option("CMAKE_C_COMPILER"), "--version"], check=True,
                              capture_output=True, text=True).stdout.splitlines()[0]
    return f"{compiler}, {bench.option('CMAKE_BUILD_TYPE')}: {' '.join(dict.fromkeys(flags))}"


def describe_machine(bench):
    return {"cpu": first_match("/proc/cpuinfo", r"^model name\s*: (.*)", platform.machine()),
            "processors": len(os.sched_getaffinity(0)), "kernel": platform.release(),
            "libc": " ".join(platform.libc_ver()), "build": build_text(bench)}


def document_of(bench, records):
    """What --json writes; docs/performance.md describes it."""
    return {"format": FORMAT, "is_quick": bench.is_quick,
            "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "machine": describe_machine(bench), "rows": records}


def is_failure(record):
    return record["verdict"].startswith(("MISSED", "broken"))
