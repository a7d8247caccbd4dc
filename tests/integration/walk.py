# SPDX-License-Identifier: MIT
"""Does what a page says: types the commands of its marked blocks into a shell at a terminal, one
page a shell, and compares what is shown with what the page shows.

    walk.py PAGE            does it; says what differs, and exits with 1
    walk.py --unmarked PAGE…  blocks with a prompt in them that have no mark

A block of a page is indented, or fenced, and its mark stands on a line before it:

    <!-- run -->            each line that begins with "$ " is typed, with the lines that go on
                            behind a backslash; it must succeed, and what stands below is what it
                            shows
    <!-- run: exit 1 0 -->  the first command ends with 1; each that has no code here, with 0
    <!-- shown: WHY -->     isn't run, for the reason that is given

In a manual the mark is a comment before .Bd -literal. Blanks and line ends count as one blank, "…"
stands for anything, and so do the examples of STAND_INS for their like. "keychain-auth approve" is
typed with the digits that were shown last. A question for a value is answered with "an example",
one for a yes with "y".
"""
import re
import subprocess
import sys

PROMPT = "ready> "
QUESTIONS = {"value: ": "an example", "again: ": "an example", "[y/N] ": "y"}
MARK = re.compile(r'(?:<!-- |\.\\" )(run|shown)(?:: (.*?))?(?: -->)?$')
STAND_INS = [
    (r"\b[0-9a-f]{16}\b", "[0-9a-f]{16}"),
    (r"\bpid\\ [0-9]+", "pid [0-9]+"),
    (re.escape(re.escape("/usr/local/bin/")), r"/\\S*/"),
    (re.escape(re.escape("/usr/libexec/gnome-terminal-server")), r"/\\S*"),
    (re.escape(re.escape("(your session manager)")), r"\\([a-z ]*\\)"),
]


class Block:
    def __init__(self, line, kind, detail):
        self.line, self.kind, self.detail = line, kind, detail
        self.lines = []


def is_inside(line, style):
    if style == "indent":
        return line.startswith("    ") or not line.strip()
    return not line.startswith("```" if style == "fence" else ".Ed")


def blocks_of(path):
    lines = open(path, encoding="utf-8").read().split("\n")
    mark, style, block = None, None, None
    for number, line in enumerate(lines, 1):
        if style is not None and is_inside(line, style):
            block.lines.append(line[4:] if style == "indent" else line)
            continue
        if style is not None:
            yield block
            was, style = style, None
            if was != "indent":
                continue
        found = MARK.match(line)
        if found:
            mark = found
        elif line.startswith("```") or line.startswith(".Bd -literal"):
            style = "fence" if line[0] == "`" else "man"
        elif line.startswith("    ") and (number == 1 or not lines[number - 2].strip()):
            style = "indent"
        elif line.strip() and not line.startswith(".Pp"):
            mark = None
        if style is not None:
            kind, detail = (mark.group(1), mark.group(2)) if mark else (None, None)
            block, mark = Block(number, kind, detail), None
            if style == "indent":
                block.lines.append(line[4:])
    if style is not None:
        yield block


def steps_of(block):
    """(command, what it shows) for each."""
    command, shows, steps, goes_on = None, [], [], False
    for line in block.lines:
        line = re.sub(r"^\\&", "", line)
        if goes_on:
            command += " " + line.strip().removesuffix("\\").rstrip()
            goes_on = line.endswith("\\")
        elif line.startswith("$ "):
            if command is not None:
                steps.append((command, "\n".join(shows)))
            command, shows = line[2:].removesuffix("\\").rstrip(), []
            goes_on = line.endswith("\\")
        else:
            shows.append(line)
    if command is not None:
        steps.append((command, "\n".join(shows)))
    return steps


def pattern_of(text):
    words = [re.escape(part) for part in " ".join(text.split()).split("…")]
    pattern = "(?s:.*)".join(words)
    for example, any_like_it in STAND_INS:
        pattern = re.sub(example, any_like_it, pattern)
    return re.compile(pattern)


class Shell:
    def __init__(self):
        command = ["session"]
        for question in QUESTIONS:
            command += ["--question", question]
        self.process = subprocess.Popen(command + ["bash", "--norc", "--noprofile"],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.digits = "0" * 16
        self.read()

    def read(self):
        """What is shown up to the next prompt, and that prompt."""
        shown = b""
        ends = [PROMPT, *QUESTIONS]
        while True:
            for end in ends:
                if shown.endswith(end.encode()):
                    return shown.decode("utf-8", "replace").replace("\r", "")[:-len(end)], end
            byte = self.process.stdout.read(1)
            if not byte:
                sys.exit("the shell ended:\n" + shown.decode("utf-8", "replace"))
            shown += byte

    def type(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def run(self, line):
        """What the command shows, and how it ended."""
        self.type(re.sub(r"(?<=keychain-auth approve )[0-9a-f]{16}", self.digits, line))
        shown, end = self.read()
        while end != PROMPT:
            self.type(QUESTIONS[end])
            more, end = self.read()
            shown += more
        shown = shown.split("\n", 1)[1] if "\n" in shown else ""
        for digits in re.findall(r"approve ([0-9a-f]{16})\b", shown):
            self.digits = digits
        self.type("echo $?")
        return shown, int(self.read()[0].split("\n")[1])

    def close(self):
        self.process.stdin.close()
        self.process.stdout.read()
        self.process.wait()


def walk(path):
    shell, count, wrong = Shell(), 0, 0
    for block in blocks_of(path):
        if block.kind != "run":
            continue
        codes = [int(code) for code in (block.detail or "exit").split()[1:]]
        for number, (command, shows) in enumerate(steps_of(block)):
            wanted = codes[number] if number < len(codes) else 0
            shown, code = shell.run(command)
            count += 1
            plain = " ".join(shown.split())
            if code != wanted or (shows.strip() and not pattern_of(shows).fullmatch(plain)):
                wrong += 1
                print(f"{path}:{block.line}: $ {command}\n  exit {code}, wanted {wanted}\n"
                      f"  the page: {' '.join(shows.split())}\n  in truth: {plain}")
    shell.close()
    print(f"{path}: {count} commands")
    return count > 0 and wrong == 0


def unmarked(paths):
    found = False
    for path in paths:
        for block in blocks_of(path):
            if block.kind is None and any(line.startswith("$ ") for line in block.lines):
                print(f"{path}:{block.line}: a block with a prompt and without a mark")
                found = True
    return not found


if sys.argv[1] == "--unmarked":
    sys.exit(0 if unmarked(sys.argv[2:]) else 1)
sys.exit(0 if walk(sys.argv[1]) else 1)
