# SPDX-License-Identifier: MIT
"""What STS answers to GetCallerIdentity, on 127.0.0.1, after it has computed the signature anew.

sts_server.py PORT_FILE KEY_ID:SECRET[:TOKEN]...
The signature is AWS's version 4. Writes a line for each request to standard error: status, key id.
"""
import hashlib
import hmac
import http.server
import os
import re
import sys
import urllib.parse

port_file = sys.argv[1]
keys = {}
for word in sys.argv[2:]:
    key_id, secret, token = (word.split(":") + [None])[:3]
    keys[key_id] = (secret, token)

AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request, ?"
    r"SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})")

ANSWER = """<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/{0}</Arn><UserId>{0}</UserId>
<Account>123456789012</Account></GetCallerIdentityResult>
<ResponseMetadata><RequestId>0</RequestId></ResponseMetadata></GetCallerIdentityResponse>"""

REFUSAL = """<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error>
<Type>Sender</Type><Code>SignatureDoesNotMatch</Code><Message>no</Message></Error>
<RequestId>0</RequestId></ErrorResponse>"""


def sign(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


class Handler(http.server.BaseHTTPRequestHandler):
    key_id = "-"

    def canonical(self, names, body):
        url = urllib.parse.urlsplit(self.path)
        query = sorted(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        return "\n".join([
            self.command, url.path or "/", urllib.parse.urlencode(query), *(
                f"{name}:{' '.join(self.headers.get(name, '').split())}" for name in names),
            "", ";".join(names), hashlib.sha256(body).hexdigest()])

    def is_signed(self, body):
        found = AUTHORIZATION.fullmatch(self.headers.get("Authorization", ""))
        if not found:
            return False
        self.key_id, day, region, service, names, signature = found.groups()
        names = names.split(";")
        secret, token = keys.get(self.key_id, (None, None))
        if secret is None or self.headers.get("X-Amz-Security-Token") != token:
            return False
        if not {"host", "x-amz-date"} <= set(names):
            return False
        scope = f"{day}/{region}/{service}/aws4_request"
        text = "\n".join([
            "AWS4-HMAC-SHA256", self.headers["X-Amz-Date"], scope,
            hashlib.sha256(self.canonical(names, body).encode()).hexdigest()])
        key = ("AWS4" + secret).encode()
        for word in (day, region, service, "aws4_request"):
            key = sign(key, word)
        return hmac.compare_digest(sign(key, text).hex(), signature)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        is_good = b"Action=GetCallerIdentity" in body and self.is_signed(body)
        answer = (ANSWER.format(self.key_id) if is_good else REFUSAL).encode()
        self.send_response(200 if is_good else 403)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_request(self, code="-", size="-"):
        print(int(code), self.key_id, file=sys.stderr, flush=True)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open(port_file + ".new", "w") as file:
    print(server.server_address[1], file=file)
os.rename(port_file + ".new", port_file)
server.serve_forever()
