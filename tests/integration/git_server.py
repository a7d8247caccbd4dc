# SPDX-License-Identifier: MIT
"""git http-backend behind basic authentication, on 127.0.0.1.

git_server.py PORT_FILE ROOT USER:PASSWORD...   A user may use ROOT/USER/ and ROOT/shared/.
Writes a line for each request to standard error: status, user, method, path.
"""
import base64
import http.server
import os
import subprocess
import sys

port_file, root = sys.argv[1:3]
passwords = dict(word.split(":", 1) for word in sys.argv[3:])


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def user(self):
        kind, _, word = self.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "basic":
            return None
        name, _, password = base64.b64decode(word).decode().partition(":")
        return name if passwords.get(name) == password else None

    def answer(self, status, headers, body):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def body(self):
        if self.headers.get("Transfer-Encoding", "") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", "0")))
        pieces = []
        while size := int(self.rfile.readline(), 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(pieces)

    def run_backend(self, user):
        path, _, query = self.path.partition("?")
        environment = {
            "PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "GIT_PROJECT_ROOT": root,
            "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path, "QUERY_STRING": query,
            "REQUEST_METHOD": self.command, "REMOTE_USER": user, "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        done = subprocess.run(["git", "http-backend"], input=self.body(), env=environment,
                              stdout=subprocess.PIPE, check=True)
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        headers = [line.split(": ", 1) for line in head.decode().split("\r\n")]
        status = [value for name, value in headers if name == "Status"]
        self.answer(int(status[0].split()[0]) if status else 200,
                    [pair for pair in headers if pair[0] != "Status"], body)

    def handle_request(self):
        user = self.user()
        place = self.path.split("/")[1]
        if user is None or place not in (user, "shared"):
            self.body()
            self.answer(401 if user is None else 403,
                        [("WWW-Authenticate", 'Basic realm="a place=of its own"')], b"")
        else:
            self.run_backend(user)

    do_GET = do_POST = handle_request

    def log_request(self, code="-", size="-"):
        print(int(code), self.user() or "-", self.command, self.path, file=sys.stderr, flush=True)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open(port_file + ".new", "w") as file:
    print(server.server_address[1], file=file)
os.rename(port_file + ".new", port_file)
server.serve_forever()
