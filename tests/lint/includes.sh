#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Who may include whom: layers point downwards only, heavy libraries stay in the rooms that are
# named for them and out of every header, and the operating system stays in platform/<os>/.
set -euo pipefail
. "$(dirname "$0")/lint.bash"

check() {
    python3 - <<'END'
import pathlib
import re

# A layer may include itself and what stands here.
BELOW = {
    "platform": {"platform"},
    "libkc": {"libkc", "platform"},
    "daemon": {"daemon", "libkc", "platform"},
    "kcget": {"kcget", "libkc", "platform"},
    "libkcshim": {"libkcshim", "libkc", "platform"},
    "shell": {"shell", "libkc", "platform"},
}

HEAVY = [
    (r"uv\.h", r"daemon/(daemon|accept|channel|rest|worker)\.c|daemon/vault_internal\.h"),
    (r"jansson\.h", r"libkc/message\w*\.[ch]|daemon/(policy|pending|audit|config)\w*\.c"
                    r"|daemon/store/(sealed_file|keyring_text)\w*\.c|daemon/admin/\w+\.c"),
    (r"openssl/.*", r"daemon/(crypto|digest)\w*\.c"),
    (r"zlib\.h", r"daemon/audit_gzip\.c"),
    # The session algorithm that libsecret asks for first, with the library that it has loaded.
    (r"gcrypt\.h", r"libkcshim/server_dh\.c"),
    # The shim lives among GLib's objects: its server speaks D-Bus with GIO, its hook needs the
    # layout of a class, and no more.
    (r"(libsecret|gio|glib)/.*|glib\.h",
     r"daemon/store/libsecret\w*\.[ch]|libkcshim/server\w*\.[ch]"),
    (r"glib-object\.h", r"libkcshim/intercept\.c"),
    (r"readline/.*", r"shell/console/editor\.c"),
]

# The interposing part of the shim is an OS service, and so is the end of a socketpair in
# somebody else's process.
SYSTEM_MAY = {"libkcshim/real.c", "libkcshim/server_socket.c"}

STANDARD = set(
    "assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal "
    "stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string tgmath "
    "threads time uchar wchar wctype".split())

OS_MACRO = re.compile(
    r"^\s*#.*\b(_GNU_SOURCE|_POSIX_C_SOURCE|_XOPEN_SOURCE|_DEFAULT_SOURCE|__linux__|__APPLE__"
    r"|_WIN32|__unix__|__FreeBSD__|__GLIBC__)\b")
# What other people's programs include must say itself how symbols are exported.
OS_MACRO_MAY = {"libkc/keychain-auth.h"}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def trouble_with(path, kind, name):
    layer = path.parts[0]
    in_os_folder = (layer == "platform" and len(path.parts) > 2) or str(path) in SYSTEM_MAY
    if kind == '"':
        if name == "kc_error.h" and str(path) == "libkc/keychain-auth.h":
            return None
        target = name.split("/")[0]
        if "/" not in name:
            return f'"{name}" is not a path from the top'
        if target not in BELOW[layer]:
            return f'{layer}/ must not include "{name}"'
        return None
    for header, places in HEAVY:
        if re.fullmatch(header, name):
            if not re.fullmatch(places, str(path)):
                return f"<{name}> has no place here"
            if path.suffix == ".h" and not path.stem.endswith("_internal"):
                return f"<{name}> in a header"
            return None
    if name.removesuffix(".h") not in STANDARD and not in_os_folder:
        return f"<{name}> belongs to an operating system: platform/<os>/ only"
    return None


for layer in BELOW:
    for path in sorted(pathlib.Path(layer).rglob("*.[ch]")):
        in_os_folder = layer == "platform" and len(path.parts) > 2
        for number, line in enumerate(path.read_text().splitlines(), 1):
            found = INCLUDE.match(line)
            if found:
                trouble = trouble_with(path, *found.groups())
                if trouble:
                    print(f"{path}:{number}: {trouble}")
            if (OS_MACRO.match(line) and not in_os_folder
                    and str(path) not in OS_MACRO_MAY | SYSTEM_MAY):
                print(f"{path}:{number}: an operating system's macro outside platform/<os>/")
END
}

need python3
sample platform/up.c <<<'#include "libkc/line.h"'
sample libkc/across.c <<<'#include "daemon/policy.h"'
sample kcget/os.c <<<'#include <unistd.h>'
sample daemon/heavy.c <<<'#include <uv.h>'
sample daemon/heavy.h <<<'#include <jansson.h>'
sample shell/console/main.c <<<'#include <readline/readline.h>'
sample daemon/macro.c <<<'#ifdef __linux__'
sample daemon/short.c <<<'#include "short.h"'
sample libkcshim/across.c <<<'#include "daemon/policy.h"'
sample libkcshim/map.c <<<'#include <gio/gio.h>'
must_find platform/up.c:1 libkc/across.c:1 kcget/os.c:1 daemon/heavy.c:1 daemon/heavy.h:1 \
    daemon/macro.c:1 daemon/short.c:1 libkcshim/across.c:1 libkcshim/map.c:1 \
    shell/console/main.c:1
report
