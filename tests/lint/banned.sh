#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What no file of ours may contain: functions that can't be used safely, goto, // comments,
# tabs, trailing blanks, long lines, long files; and what every file must begin with.
set -euo pipefail
. "$(dirname "$0")/lint.bash"

check() {
    python3 - <<'END'
import pathlib
import re

TOPS = ("platform libkc daemon kcget libkcshim shell tests scripts cmake completions docs .ci"
        .split())
LINES_MAX = 400
TEST_LINES_MAX = 700  # a table of cases is read in one piece
COLUMNS_MAX = 100

BANNED = re.compile(
    r"\b(strcpy|strcat|sprintf|vsprintf|strncpy|strncat|strtok|atoi|atol|atof|gets|localtime"
    r"|gmtime|ctime|asctime|tmpnam|mktemp|tempnam|system|popen|alloca|rand)\s*\(")
GOTO = re.compile(r"\bgoto\b")
TYPEDEF = re.compile(r"^\s*typedef\s+struct\b", re.M)
# Comments and literals, in the order in which a compiler meets them.
TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def code_of(path, text):
    """The text with comments and literals blanked; says where a // comment stands."""
    def blank(match):
        if match.group().startswith("//"):
            number = text.count("\n", 0, match.start()) + 1
            print(f"{path}:{number}: a // comment")
        return re.sub(r"[^\n]", " ", match.group())
    return TOKEN.sub(blank, text)


def check_c(path, text):
    for number, line in enumerate(code_of(path, text).splitlines(), 1):
        found = BANNED.search(line) or GOTO.search(line) or TYPEDEF.search(line)
        if found:
            print(f"{path}:{number}: {found.group().strip(' (')} is banned")
    count = text.count("\n")
    limit = TEST_LINES_MAX if path.parts[0] == "tests" else LINES_MAX
    if count > limit:
        print(f"{path}: {count} lines; split it before {limit}")


def check_text(path, text):
    is_page = path.suffix == ".md" or re.fullmatch(r"\.[1-8]", path.suffix)
    if not is_page and "SPDX-License-Identifier:" not in "\n".join(text.splitlines()[:3]):
        print(f"{path}: no SPDX tag")
    for number, line in enumerate(text.split("\n"), 1):
        if "\t" in line:
            print(f"{path}:{number}: a tab")
        if line != line.rstrip():
            print(f"{path}:{number}: trailing blanks")
        if len(line) > COLUMNS_MAX and not is_page:
            print(f"{path}:{number}: {len(line)} columns")
    if text and not text.endswith("\n"):
        print(f"{path}: no newline at the end")


files = [pathlib.Path("CMakeLists.txt")]
for top in TOPS:
    files += sorted(pathlib.Path(top).rglob("*"))
for path in files:
    if not path.is_file() or "corpus" in path.parts or path.suffix == ".json":
        continue
    text = path.read_text()
    check_text(path, text)
    if path.suffix in (".c", ".h"):
        check_c(path, text)
END
}

need python3
sample daemon/sample.c <<'END'
typedef struct x { int y; } x;
int main(void) { char a[9]; sprintf(a, "// no comment"); goto end; } // a comment
END
sample libkc/sample.h < <(printf '/* SPDX-License-Identifier: MIT */\nint\tx; \nint %0120d;' 7)
sample libkc/long.c < <(yes '/* SPDX-License-Identifier: MIT */' | head -n 401)
must_find "daemon/sample.c: no SPDX tag" "typedef struct is banned" "sprintf is banned" \
    "sample.c:2: a // comment" "libkc/sample.h:2: a tab" "libkc/sample.h:2: trailing blanks" \
    "columns" "no newline at the end" "401 lines"
sample daemon/sample.c <<<'int main(void) { char a[9]; goto end; }'
must_find "goto is banned"
report
