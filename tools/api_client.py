"""A client of Varde's API for programs beside it: what a browser keeps (cookies, a connection), and nothing else.

    client = Client(lambda timeout: http.client.HTTPConnection("127.0.0.1", 8080, timeout=timeout))
    client.login("demo@example.org", password, [totp(secret, time.time())])
    client.ok("GET", "/api/v1/campaigns")["items"]
"""
import base64, hashlib, hmac, http.client, json, struct


def totp(secret, at):
    """The code of a base32 secret at a time (RFC 6238: SHA-1, 30 seconds, six digits)."""
    mac = hmac.new(base64.b32decode(secret.upper() + "=" * (-len(secret) % 8)), struct.pack(">Q", int(at // 30)), hashlib.sha1).digest()
    o = mac[19] & 15
    return "%06d" % ((struct.unpack(">I", mac[o:o + 4])[0] & 0x7FFFFFFF) % 1000000)


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body) if self.body else None

    def __repr__(self):
        return "%d %s" % (self.status, self.body[:500])


class Refused(Exception):
    """An answer other than 2xx where only 2xx will do."""

    def __init__(self, what, answer):
        super().__init__("%s: %r" % (what, answer))
        self.answer = answer


class Client:
    """`connect` takes a timeout in seconds and gives a http.client connection."""

    def __init__(self, connect):
        self.connect, self.cookies, self.connection = connect, {}, None

    def request(self, method, path, body=None, headers=None, raw=None):
        """`body` is sent as JSON, `raw` as it is."""
        headers = self._with_cookies(headers)
        data = raw
        if body is not None:
            data = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        elif raw is not None:
            headers.setdefault("Content-Type", "application/octet-stream")
        for attempt in (0, 1):  # a connection that was kept may have been closed meanwhile
            if self.connection is None:
                self.connection = self.connect(60)
            try:
                self.connection.request(method, path, data, headers)
                response = self.connection.getresponse()
                content = response.read()
                break
            except (http.client.HTTPException, OSError):
                self.connection = None
                if attempt:
                    raise
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                pair, *rest = value.split(";")
                key, _, content_of = pair.partition("=")
                if any("max-age=0" in r.lower() for r in rest):
                    self.cookies.pop(key.strip(), None)
                else:
                    self.cookies[key.strip()] = content_of
        return Answer(response.status, dict(response.getheaders()), content)

    def stream(self, path, timeout=60):
        """The response of a GET, to be read line by line (Server-Sent Events); on a connection of its own."""
        connection = self.connect(timeout)
        connection.request("GET", path, headers=self._with_cookies())
        response = connection.getresponse()
        if response.status != 200:
            raise Refused("GET " + path, Answer(response.status, dict(response.getheaders()), response.read()))
        return response

    def _with_cookies(self, headers=None):
        headers = dict(headers or {})
        if self.cookies:
            headers["Cookie"] = "; ".join("%s=%s" % item for item in self.cookies.items())
        return headers

    def ok(self, method, path, body=None, **kw):
        """The JSON of an answer that must succeed."""
        answer = self.request(method, path, body, **kw)
        if not 200 <= answer.status < 300:
            raise Refused("%s %s" % (method, path), answer)
        return answer.json

    def login(self, email, password, codes):
        """Logs in through the second factor and the terms. The next of `codes` is asked for when one is needed: each
        works only once, so the first may be spent."""
        self.cookies.pop("varde_session", None)
        state = self.ok("POST", "/api/v1/session", {"email": email, "password": password})
        if state["state"] == "totp_required":
            for code in codes:
                answer = self.request("POST", "/api/v1/session/totp", {"code": code})
                if answer.status < 300:
                    break
            if answer.status >= 300:
                raise Refused("the second factor", answer)
            state = answer.json
        if state["state"] == "terms_required":
            state = self.ok("POST", "/api/v1/session/terms", {"version": state["terms"]["version"]})
        return state
