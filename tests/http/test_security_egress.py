"""Connections go out to the public Internet only, unless the installation names more; a stored secret goes only where it belongs."""
import http.server, socket, threading, unittest
import varde
from outreach import Sink

INSIDE = ["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "198.18.0.1",
          "192.0.0.8", "0.0.0.0", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "::7f00:1", "fec0::1", "fe80::1", "fd00::1", "localhost"]


class Outside(unittest.TestCase):
    """No network inside the house is allowed: what a program does unless told otherwise."""

    @classmethod
    def setUpClass(cls):
        cls.program = varde.Program(inside=False)
        cls.addClassCleanup(cls.program.remove)
        cls.program.start()
        cls.admin = cls.program.admin()

    def setUp(self):
        self.calls = []
        calls = self.calls

        class Call(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                calls.append(self.path)
                self.send_response(200)
                self.end_headers()
            do_POST = do_GET

            def log_message(self, *_):
                pass
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Call)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)

    def check(self, **fields):
        made = self.admin.ok("POST", "/api/v1/providers", {"name": "inside", **fields})
        answer = self.admin.ok("POST", "/api/v1/providers/%s/check" % made["id"])
        self.admin.delete("/api/v1/providers/" + made["id"])
        return answer

    def test_mail_servers_inside_the_house(self):
        sink = Sink()
        for host in INSIDE:
            with self.subTest(host=host):
                answer = self.check(kind="smtp", host=host, port=sink.port, security="none")
                self.assertFalse(answer["ok"])
                self.assertIn("not one of the public Internet", answer["message"])
                self.assertFalse(answer["steps"][0]["ok"], answer)

    def test_gateways_inside_the_house(self):
        port = self.server.server_address[1]
        for host in INSIDE:
            written = "[%s]" % host if ":" in host else host
            with self.subTest(host=host):
                sms = {"sender": "Org", "url": "https://%s:%d/" % (written, port), "body": "{to} {text}", "content_type": "text/plain"}
                answer = self.check(kind="sms_http", sms=sms)
                self.assertFalse(answer["ok"], answer)
                self.assertIn("public", answer["message"])
        self.assertEqual(self.calls, [])


class Named(unittest.TestCase):
    def test_only_what_is_named_is_reached(self):
        program = varde.Program(inside=False, extra=["--allow-network", "127.0.0.1/32"])
        self.addCleanup(program.remove)
        program.start()
        admin, sink = program.admin(), Sink()
        for host, ok in (("127.0.0.1", True), ("localhost", True), ("127.0.0.2", False), ("10.0.0.1", False)):
            made = admin.ok("POST", "/api/v1/providers", {"name": "named", "kind": "smtp", "host": host, "port": sink.port, "security": "none"})
            answer = admin.ok("POST", "/api/v1/providers/%s/check" % made["id"])
            self.assertEqual(answer["ok"], ok, (host, answer))
            admin.delete("/api/v1/providers/" + made["id"])


class Secrets(unittest.TestCase):
    """Whoever may change a provider does not know its password, and does not learn it by naming a host of her own."""

    def setUp(self):
        self.admin = varde.shared().admin()

    def provider(self, **fields):
        made = self.admin.ok("POST", "/api/v1/providers", {"name": "secret", **fields})
        self.addCleanup(self.admin.delete, "/api/v1/providers/" + made["id"])
        return "/api/v1/providers/" + made["id"]

    def refused(self, path, fields):
        before = self.admin.ok("GET", path)
        answer = self.admin.request("PATCH", path, fields, headers={"If-Match": "*"})
        self.assertEqual(answer.status, 422, (fields, answer))
        self.assertEqual([e["pointer"] for e in answer.json["errors"]], ["/password"])
        self.assertEqual(self.admin.ok("GET", path), before)

    def taken(self, path, fields, has):
        answer = self.admin.request("PATCH", path, fields, headers={"If-Match": "*"})
        self.assertEqual((answer.status, answer.json.get("has_password")), (200, has), answer)

    def test_of_a_mail_server(self):
        path = self.provider(kind="smtp", host="smtp.example.org", port=587, security="starttls", username="org", password="a secret")
        for change in ({"host": "evil.example.org"}, {"port": 2525}, {"security": "none"}, {"username": "other"}, {"host": "evil.example.org", "name": "New"}):
            self.refused(path, change)
        self.taken(path, {"name": "New name", "connections": 3, "host": "SMTP.example.org"}, True)
        self.taken(path, {"host": "new.example.org", "password": "another"}, True)
        self.taken(path, {"host": "newer.example.org", "password": None}, False)
        self.taken(path, {"host": "newest.example.org"}, False)

    def test_of_a_gateway(self):
        sms = {"sender": "Org", "url": "https://gate.example.org/send?p={password}", "body": "{to} {text}", "content_type": "text/plain"}
        path = self.provider(kind="sms_http", username="org", password="a secret", sms=sms)
        for url in ("https://evil.example.org/send?p={password}", "https://gate.example.org:8443/send?p={password}", "http://gate.example.org/send?p={password}"):
            self.refused(path, {"sms": {**sms, "url": url}})
        self.taken(path, {"sms": {**sms, "url": "https://gate.example.org/v2/send?p={password}"}}, True)
        self.taken(path, {"sms": {**sms, "url": "https://other.example.org/send"}, "password": "another"}, True)


if __name__ == "__main__":
    unittest.main()
