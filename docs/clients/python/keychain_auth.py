# SPDX-License-Identifier: MIT
"""Asks keychain-auth for secrets. Plain Python 3, no package needed.

    import keychain_auth

    with keychain_auth.Client() as client:
        secret = client.read("aws", "prod-api-key")

The program that the daemon sees is the interpreter: register it, or let kcget speak for your
script (docs/policy.md). A value is a Python string: it can't be wiped, and stays in the memory of
this process until that is used again. One thread at a time; a client doesn't survive fork().
"""
import json
import os
import socket
import struct

LINE_MAX = 32 * 1024 * 1024  # bytes of an answer (docs/protocol.md, "Limits")


class Error(Exception):
    """The daemon said no, or there is none. `status` and `reason` are the protocol's words."""

    def __init__(self, message, status="error", reason=""):
        super().__init__(message)
        self.status, self.reason = status, reason


def default_address():
    """Where the daemon listens: KEYCHAIN_AUTH_SOCKET, else the user's own place."""
    if os.environ.get("KEYCHAIN_AUTH_SOCKET"):
        return os.environ["KEYCHAIN_AUTH_SOCKET"]
    config = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    return (os.environ.get("XDG_RUNTIME_DIR") or config) + "/keychain-auth/agent.sock"


class Client:
    def __init__(self, address=None, timeout=30.0):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._buffer = b""
        try:
            self._socket.settimeout(timeout)
            self._socket.connect(address or default_address())
            # unix(7): who called listen(), as the kernel saw it then.
            peer = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
            if struct.unpack("iII", peer)[1] != os.geteuid():
                raise Error("the daemon isn't run by this user")
            self._nonce = self._exchange({"type": "HELLO"})["nonce"]
        except BaseException:
            self._socket.close()
            raise

    def _exchange(self, message):
        self._socket.sendall(json.dumps(message).encode() + b"\n")
        while b"\n" not in self._buffer:
            piece = self._socket.recv(65536)
            if not piece or len(self._buffer) + len(piece) > LINE_MAX:
                raise Error("the connection ended without an answer")
            self._buffer += piece
        line, self._buffer = self._buffer.split(b"\n", 1)
        return json.loads(line)

    def request(self, action, service, **members):
        """One request as docs/protocol.md has it; its results, or Error."""
        answer = self._exchange({"type": "REQUEST", "action": action, "service": service,
                                 "nonce": self._nonce, **members})
        if answer["status"] != "success":
            raise Error(answer.get("message") or answer["reason"], answer["status"],
                        answer["reason"])
        return answer["results"]

    def read(self, service, target):
        """The value of one target, a str. Error with reason not_found: there is none."""
        return self.request("read", service, targets=[target])[0]["value"]

    def write(self, service, target, value, attributes=None):
        self.request("write", service, targets=[target], values=[value],
                     attributes=attributes or {})

    def close(self):
        self._socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
