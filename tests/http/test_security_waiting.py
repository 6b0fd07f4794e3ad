"""Nobody holds a connection of the database while waiting for somebody else: a stranger's body, a slow reader, a silent mail server.

A program has eight connections for requests. Each attack here opens more sockets than that and then says nothing more; whoever
else asks meanwhile is answered as if nothing were."""
import contextlib, re, socket, threading, time, unittest, urllib.parse
import varde
from outreach import OutreachCase
from raw import Held, slowest, status_of

SOCKETS = 14
QUICK = 4  # seconds; waiting for a connection gives up after five
FORM = "application/x-www-form-urlencoded"


class Waiting(OutreachCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reader = cls.program.admin()

    def head(self, method, path, *lines, length=100):
        cookies = "; ".join("%s=%s" % item for item in self.admin.cookies.items())
        more = ["Content-Length: %d" % length] if length else []
        return ("%s %s HTTP/1.1\r\nHost: localhost\r\nCookie: %s\r\n%s\r\n" % (method, path, cookies, "".join(line + "\r\n" for line in [*more, *lines]))).encode()

    def holds_nobody_up(self, head, count=SOCKETS, receive=None):
        with Held(self.program.port, head, count, receive) as held:
            time.sleep(0.3)  # for all of them to be read
            self.assertLess(slowest(self.reader, "/api/v1/persons?limit=1"), QUICK)
            self.assertLess(slowest(self.program.client(), "/api/v1/session"), QUICK)
        return held

    def form(self, slug):
        form = self.admin.ok("POST", "/api/v1/forms", {"name": "Wait", "slug": slug, "title": "Tell us", "fields": [{"key": "email", "type": "email", "label": "E-mail", "required": True}]})["id"]
        self.admin.ok("POST", "/api/v1/forms/%s/publish" % form, {})
        return "/p/f/first/" + slug

    def preferences(self):
        sink, _ = self.provider()
        self.send(self.campaign(self.list_of("waits", 1)))
        varde.wait_for(lambda: sink.messages, "the message")
        return re.search(r"(/p/preferences/\S+)", self.parts(sink.messages[0][2])[2])[1]

    def test_bodies_of_public_pages(self):
        for path in (self.form("waiting"), "/p/requests/first", "/p/me/first/code", self.preferences()):
            with self.subTest(path=path):
                self.holds_nobody_up(self.head("POST", path, "Content-Type: " + FORM) + b"a")

    def test_bodies_of_the_api(self):
        key = "Idempotency-Key: waits-%d"
        for n, (method, path, kind) in enumerate((("POST", "/api/v1/tags", "application/json"), ("POST", "/api/v1/session", "application/json"),
                                                  ("POST", "/api/v1/images", "image/png"), ("POST", "/api/v1/imports?filename=slow.csv", "text/csv"),
                                                  ("POST", "/api/v1/shifts/import", "text/csv"))):
            with self.subTest(path=path):
                self.holds_nobody_up(self.head(method, path, "Content-Type: " + kind, key % n) + b"a")

    def test_a_body_that_does_not_come_ends(self):
        tries = ((self.form("ends"), FORM), ("/api/v1/tags", "application/json"))
        with contextlib.ExitStack() as stack:
            held = [stack.enter_context(Held(self.program.port, self.head("POST", path, "Content-Type: " + kind, length=60000) + b"a", 1)) for path, kind in tries]
            begun = time.monotonic()
            while time.monotonic() - begun < 8:  # a byte a second is no progress
                for one in held:
                    one.sockets[0].sendall(b"a")
                time.sleep(1)
            for one in held:
                self.assertEqual(status_of(one.sockets[0]), 408)
            self.assertLess(time.monotonic() - begun, 15)

    def test_the_answer_to_a_repeated_request_is_still_found(self):
        for _ in range(2):
            answer = self.admin.request("POST", "/api/v1/tags", {"name": "Once waited"}, headers={"Idempotency-Key": "once-waited"})
            self.assertEqual(answer.status, 201, answer)
        self.assertEqual(answer.headers["Idempotency-Replayed"], "true")

    def test_slow_readers_of_what_is_streamed(self):
        self.admin.import_csv("email,first name\n" + "".join("reader%d@example.org,Reader %d\n" % (i, i) for i in range(8000)))
        form = self.admin.ok("GET", "/api/v1/forms")["items"]
        paths = ["/api/v1/audit/export", "/api/v1/contract/export", "/api/v1/events"]
        paths += ["/api/v1/forms/%s/answers.csv" % form[0]["id"]] if form else []
        for path in paths:
            with self.subTest(path=path):
                self.holds_nobody_up(self.head("GET", path, length=0), count=10, receive=4096)
        evidence = b"{}"
        self.holds_nobody_up(self.head("POST", "/api/v1/evidence", "Content-Type: application/json", length=len(evidence)) + evidence, count=10, receive=4096)
        # What is streamed is whole for one who reads it, however late he begins.
        with Held(self.program.port, self.head("GET", "/api/v1/audit/export", "Connection: close", length=0), 1, 4096) as held:
            time.sleep(1)
            s, out = held.sockets[0], b""
            while part := s.recv(1 << 20):
                out += part
        self.assertTrue(out.endswith(b"\r\n0\r\n\r\n"), out[-50:])
        self.assertGreater(len(out), 1 << 20)

    def test_a_silent_mail_server(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            made = self.admin.ok("POST", "/api/v1/providers", {"name": "silent", "kind": "smtp", "host": "127.0.0.1", "port": port, "security": "none"})
            self.addCleanup(self.admin.delete, "/api/v1/providers/" + made["id"])
            self.holds_nobody_up(self.head("POST", "/api/v1/providers/%s/check" % made["id"], length=0))

    def test_nothing_of_this_waited_with_a_transaction(self):
        """Every scenario runs with such a wait an error; this looks whether one was counted here."""
        self.assertNotIn("varde_waits_with_transaction_total{", self.program.metrics())


class Shares(unittest.TestCase):
    def test_one_organisation_leaves_connections_to_others(self):
        program = varde.shared()
        first, second = program.admin(), program.admin("other@example.org")
        cookies = "; ".join("%s=%s" % item for item in first.cookies.items())
        head = ("POST /api/v1/tags HTTP/1.1\r\nHost: localhost\r\nCookie: %s\r\nContent-Type: application/json\r\nContent-Length: 17\r\n\r\n{\"name\": \"share\"}" % cookies).encode()
        second.ok("GET", "/api/v1/tags")
        with program.locked("tag"), Held(program.port, head, SOCKETS):
            # A statement that waits for a lock stands for one that takes long.
            varde.wait_for(lambda: int(program.sql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'varde_app' AND wait_event_type = 'Lock'")[0][0]) >= 4, "statements to wait")
            self.assertLess(slowest(second, "/api/v1/persons?limit=1"), QUICK)


class Unread(unittest.TestCase):
    def test_bodies_under_way_have_a_bound_in_all(self):
        program = varde.shared()
        admin = program.admin()
        cookies = "; ".join("%s=%s" % item for item in admin.cookies.items())
        size = 4 << 20
        head = ("POST /api/v1/shifts/import HTTP/1.1\r\nHost: localhost\r\nCookie: %s\r\nContent-Type: text/csv\r\nContent-Length: %d\r\n\r\n" % (cookies, size)).encode()
        answers, most = [], 44  # 176 MB, of which 128 may be held
        piece = b"a" * (size - 1)

        def send(s):
            with contextlib.suppress(OSError):
                s.sendall(piece)
                s.settimeout(3)
                answers.append(status_of(s))
        with Held(program.port, head, most) as held:
            threads = [threading.Thread(target=send, args=(s,)) for s in held.sockets]
            for t in threads:
                t.start()
            for t in threads:
                t.join()
            self.assertIn(503, answers)
            self.assertLess(slowest(admin, "/api/v1/persons?limit=1"), QUICK)


if __name__ == "__main__":
    unittest.main()
