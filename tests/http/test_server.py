"""The server itself: TLS, limits, pages, versions, starting and stopping."""
import http.client, json, pathlib, re, signal, socket, ssl, subprocess, threading, time, unittest
import varde
from outreach import Sink, document


class Server(unittest.TestCase):
    def setUp(self):
        self.program = varde.shared()

    def raw(self, data, seconds=20):
        """What the server answers to bytes, until it hangs up or says nothing more."""
        with socket.create_connection(("127.0.0.1", self.program.port), timeout=seconds) as s:
            s.sendall(data)
            out = b""
            try:
                while part := s.recv(65536):
                    out += part
            except (TimeoutError, ConnectionResetError):
                pass
            return out

    def status(self, data):
        head = self.raw(data)
        found = re.match(rb"HTTP/1\.1 (\d+)", head)
        return int(found[1]) if found else head

    def test_bytes_that_are_no_request(self):
        host = b"Host: localhost\r\n"
        for data, expected in ((b"GARBAGE\r\n\r\n", 400),
                               (b"GET / HTTP/1.1\r\n" + host + b"X: " + b"a" * 70000 + b"\r\n\r\n", 431),
                               (b"POST /api/v1/session HTTP/1.1\r\n" + host + b"Content-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n", 413),
                               (b"POST /api/v1/session HTTP/1.1\r\n" + host + b"Connection: close\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
                               (b"GET /api/v1/../../etc/passwd HTTP/1.1\r\n" + host + b"Connection: close\r\n\r\n", 400),
                               (b"GET /%ff HTTP/1.1\r\n" + host + b"Connection: close\r\n\r\n", 400),
                               (b"GET /%00 HTTP/1.1\r\n" + host + b"Connection: close\r\n\r\n", 400)):
            self.assertEqual(self.status(data), expected, data[:60])

    def test_a_json_body_is_judged_before_it_is_used(self):
        client = self.program.client()
        for body, expected in ((b"{", 400), (b"[]", 422), (b'{"email": 3, "password": "x"}', 422), (b"[" * 5000, 400), (b'{"email":"\xff"}', 400), (b'{"email":"a\\u0000@example.org","password":"x"}', 400), (b'{"email": "a@example.org", "password": "x", "admin": true}', 422)):
            answer = client.request("POST", "/api/v1/session", raw=body, headers={"Content-Type": "application/json"})
            self.assertEqual((answer.status, answer.headers["Content-Type"]), (expected, "application/problem+json"), body[:40])
        # What is kept as it came, in a shape of its own, too; but the six characters that only look like it are text.
        admin = self.program.admin()
        for text, expected in (("\0", 400), ("\\u0000", 201)):
            document = {"version": 1, "theme": {}, "blocks": [{"id": "1", "type": "footer", "text": text}]}
            self.assertEqual(admin.post("/api/v1/templates", {"name": "Nul", "document": document}).status, expected, document)
        answer = client.request("POST", "/api/v1/session", raw=b"email=a", headers={"Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual(answer.status, 415)
        self.assertEqual(client.request("PUT", "/api/v1/session").status, 405)
        self.assertTrue(client.get("/api/v1/session").headers["X-Request-Id"])

    def test_pages_follow_one_another_without_gap_or_overlap(self):
        admin = self.program.admin()
        group = admin.ok("POST", "/api/v1/lists", {"name": "Pages"})["id"]
        admin.import_csv("email\n" + "".join("page%d@example.org\n" % i for i in range(120)), options={"list_id": group})
        seen, cursor = [], ""
        while True:
            page = admin.ok("GET", "/api/v1/persons?list=%s&limit=50%s" % (group, "&cursor=" + cursor if cursor else ""))
            seen += [p["id"] for p in page["items"]]
            cursor = page.get("next")
            if not cursor:
                break
        self.assertEqual((len(seen), len(set(seen))), (120, 120))
        self.assertEqual(admin.get("/api/v1/persons?cursor=nonsense").status, 422)

    def test_metrics_and_health_tell_nothing_about_people(self):
        client = self.program.client()
        self.assertEqual((client.get("/healthz").status, client.get("/readyz").status), (200, 200))
        metrics = self.program.metrics()
        self.assertIn("varde_http_requests_total", metrics)
        self.assertNotIn("@", metrics)


class Life(unittest.TestCase):
    """Programs of their own: how they start, stop, and refuse."""

    def test_https_with_a_certificate_of_its_own_and_one_click_headers(self):
        program = varde.Program(extra=["--tls"])
        sink = Sink()
        try:
            program.start(wait=False)
            varde.wait_for(lambda: "is running at" in program.tail(), "the program to be ready", 60)
            context = ssl.create_default_context()

            def trusted():
                certificate = program.directory / "data" / "localhost.crt"
                if not certificate.exists():
                    return None
                context.load_verify_locations(cadata=certificate.read_text())
                try:
                    connection = http.client.HTTPSConnection("localhost", program.port, context=context, timeout=5)
                    connection.request("GET", "/readyz")
                    return connection if connection.getresponse().read() is not None else None
                except (OSError, http.client.HTTPException):
                    return None
            varde.wait_for(trusted, "the program to answer over TLS, with its certificate trusted", 60)

            class Secure(varde.Client):
                def request(self, *args, **kw):
                    self.connection = self.connection or http.client.HTTPSConnection("localhost", program.port, context=context, timeout=60)
                    return super().request(*args, **kw)
            admin = Secure(program)
            admin.login("admin@example.org")
            self.assertTrue(any(name.startswith("__Host-") for name in admin.cookies), admin.cookies)
            varde.allow_sending(admin, "sender.example")
            group = admin.ok("POST", "/api/v1/lists", {"name": "Secure"})["id"]
            person = admin.ok("POST", "/api/v1/persons", {"email": "secure@example.org", "lists": [group]})["id"]
            admin.ok("POST", "/api/v1/providers", {"name": "sink", "kind": "smtp", "host": "127.0.0.1", "port": sink.port, "security": "none"})
            campaign = admin.ok("POST", "/api/v1/campaigns", {"name": "Secure", "service_reason": "They asked for it.", "subject": "Hi", "from_name": "Org", "from_email": "post@sender.example", "document": document(), "audience": {"lists": [group], "segments": []}})
            admin.ok("POST", "/api/v1/campaigns/%s/send" % campaign["id"], {})
            varde.wait_for(lambda: sink.messages, "the message")
            head = sink.messages[0][2].split(b"\r\n\r\n")[0].replace(b"\r\n ", b" ").decode()
            self.assertIn("List-Unsubscribe-Post: List-Unsubscribe=One-Click", head)
            link = re.search(r"List-Unsubscribe: <https://localhost:\d+(/[^>]+)>", head)[1]
            guest = Secure(program)
            self.assertEqual(guest.request("POST", link, raw=b"List-Unsubscribe=One-Click", headers={"Content-Type": "application/x-www-form-urlencoded"}).status, 200)
            self.assertEqual(admin.ok("GET", "/api/v1/persons/" + person)["lists"][0]["state"], "unsubscribed")
        finally:
            program.remove()

    def test_sessions_survive_a_kill_and_a_request_under_way_a_stop(self):
        program = varde.Program()
        try:
            program.start()
            admin = program.admin()
            program.kill()
            program.start()
            self.assertEqual(admin.get("/api/v1/persons").status, 200)
            answers = []
            slow = threading.Thread(target=lambda: answers.append(varde.Client(program).post("/api/v1/session", {"email": "admin@example.org", "password": varde.PASSWORD}).status))
            with socket.create_connection(("127.0.0.1", program.port)) as s:
                s.sendall(b"POST /api/v1/password-check HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 30\r\n\r\n")
                slow.start()
                slow.join()
                program.process.send_signal(signal.SIGTERM)
                varde.wait_for(program.refuses, "it to take no more connections")
                time.sleep(1)  # it waits for the request, however long that takes
                s.sendall(b'{"password": "violet tractor"}')
                self.assertIn(b"200 OK", s.recv(65536))
            self.assertEqual(program.stop(), 0)
            self.assertEqual(answers, [200])
        finally:
            program.remove()

    def test_what_cannot_be_started_says_why(self):
        program = varde.Program()
        try:
            program.start()
            again = subprocess.run([varde.BINARY, "up", "--data", str(program.directory / "data"), "--port", str(varde.free_port())], capture_output=True, text=True, timeout=60)
            self.assertNotEqual(again.returncode, 0)
            self.assertIn("another Varde is running", again.stderr + again.stdout)
            program.stop()
            (program.directory / "data" / "format").write_text("99\n")
            later = subprocess.run([varde.BINARY, "up", "--data", str(program.directory / "data"), "--port", str(varde.free_port())], capture_output=True, text=True, timeout=60)
            self.assertNotEqual(later.returncode, 0)
            self.assertIn("Start the newer version of Varde", later.stderr + later.stdout)
            plain = subprocess.run([varde.BINARY, "up", "--data", str(program.directory / "other"), "--address", "0.0.0.0", "--port", str(varde.free_port())], capture_output=True, text=True, timeout=60)
            self.assertNotEqual(plain.returncode, 0)
            self.assertIn("plain HTTP is for this machine only", plain.stderr + plain.stdout)
        finally:
            program.remove()


if __name__ == "__main__":
    unittest.main()
