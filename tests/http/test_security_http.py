"""What ends a message and whom it is for is read strictly; who the client is, is read from the right; HTTPS is what public_url says."""
import pathlib, re, shutil, socket, ssl, subprocess, tempfile, unittest
import varde
from raw import exchange, statuses

CHECK = b'{"password": "violet tractor"}'


class Messages(unittest.TestCase):
    """Where a proxy in front of us could read another message than we do, there must be none."""

    @classmethod
    def setUpClass(cls):
        cls.program = varde.shared()

    def head(self, *lines, method="POST", path="/api/v1/password-check", version="1.1", host=True):
        lines = (["Host: 127.0.0.1:%d" % self.program.port] if host else []) + list(lines)
        return ("%s %s HTTP/%s\r\n%s\r\n" % (method, path, version, "".join(line + "\r\n" for line in lines))).encode()

    def post(self, *lines, body=b"", **more):
        return exchange(self.program.port, self.head("Content-Type: application/json", *lines, **more) + body, 5)

    def test_a_body_ends_in_one_way_only(self):
        chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(CHECK), CHECK)
        length = "Content-Length: %d" % len(CHECK)
        behind = self.head("Connection: close", method="GET", path="/healthz")
        for lines, body, expected in (
                ((length, "Connection: close"), CHECK, [200]),
                (("Transfer-Encoding: chunked", "Connection: close"), chunked, [200]),
                (("Transfer-Encoding: Chunked", "Connection: close"), chunked, [200]),
                (("Transfer-Encoding: xchunked",), chunked + behind, [501]),
                (("Transfer-Encoding: chunkedx",), chunked + behind, [501]),
                (("Transfer-Encoding: chunked, chunked",), chunked + behind, [501]),
                (("Transfer-Encoding: gzip, chunked",), chunked + behind, [501]),
                (("Transfer-Encoding: identity",), chunked + behind, [501]),
                (("Transfer-Encoding: \"chunked\"",), chunked + behind, [501]),
                (("Transfer-Encoding: chunked;x=1",), chunked + behind, [501]),
                (("Transfer-Encoding:",), chunked + behind, [501]),
                (("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"), chunked + behind, [400]),
                (("Transfer-Encoding: chunked", "Transfer-Encoding: identity"), chunked + behind, [400]),
                (("Transfer-Encoding: chunked", length), chunked + behind, [400]),
                ((length, "Transfer-Encoding: chunked"), chunked + behind, [400]),
                (("Transfer-Encoding: xchunked", length), chunked + behind, [400]),
                ((length, "Content-Length: 1"), CHECK + behind, [400]),
                ((length, length), CHECK + behind, [400]),
                (("Content-Length: +30",), CHECK + behind, [400]),
                (("Content-Length: 30, 30",), CHECK + behind, [400]),
                (("Content-Length: 0x1e",), CHECK + behind, [400]),
                (("Transfer-Encoding : chunked",), chunked + behind, [400])):
            with self.subTest(lines=lines):
                self.assertEqual(statuses(self.post(*lines, body=body)), expected)
        self.assertEqual(statuses(self.post("Transfer-Encoding: chunked", body=chunked + behind, version="1.0")), [400])

    def test_a_request_says_once_whom_it_is_for_and_it_is_us(self):
        port = self.program.port
        for hosts, expected in ((["127.0.0.1:%d" % port], 200), (["localhost:%d" % port], 200), (["LocalHost"], 200), (["[::1]:%d" % port], 200),
                                ([], 400), ([""], 400), (["localhost", "localhost"], 400), (["localhost", "evil.example"], 400), (["evil.example", "localhost"], 400),
                                (["evil.example"], 421), (["evil.example:%d" % port], 421), (["localhost.evil.example"], 421), (["localhost:1"], 421), (["127.0.0.2:%d" % port], 421), (["user@localhost"], 421)):
            with self.subTest(hosts=hosts):
                answer = exchange(port, self.head("Connection: close", *("Host: " + h for h in hosts), method="GET", path="/api/v1/session", host=False), 5)
                self.assertEqual(statuses(answer), [expected], answer[:300])
        self.assertIn(b"public_url", exchange(port, self.head("Host: evil.example", method="GET", path="/", host=False), 5))
        self.assertEqual(statuses(exchange(port, self.head(method="GET", path="/api/v1/session", version="1.0", host=False), 5)), [400])
        # A balancer asks by address, or without any.
        for lines in (["Host: 10.0.0.7"], []):
            for path in ("/healthz", "/readyz"):
                self.assertEqual(statuses(exchange(port, self.head("Connection: close", *lines, method="GET", path=path, host=False), 5)), [200])

    def test_metrics_are_not_on_the_public_listener(self):
        answer = exchange(self.program.port, self.head("Connection: close", method="GET", path="/metrics"), 5)
        self.assertNotIn(b"varde_http_requests_total", answer)
        self.assertIn("varde_http_requests_total", self.program.metrics())


class Behind(unittest.TestCase):
    """A proxy that speaks HTTPS stands before the program, on the same machine."""

    @classmethod
    def setUpClass(cls):
        cls.program = varde.Program(extra=["--public-url", "https://varde.example", "--host", "other.example", "--trusted-proxy", "127.0.0.1", "--trusted-proxy", "10.0.0.0/8"])
        cls.addClassCleanup(cls.program.remove)
        cls.program.start()

    def network_after(self, *forwarded):
        """The network that a login is entered under; every proxy adds a line or an address of its own."""
        body = ('{"email": "admin@example.org", "password": "%s"}' % varde.PASSWORD).encode()
        head = ("POST /api/v1/session HTTP/1.1\r\nHost: varde.example\r\nConnection: close\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n"
                % ("".join("X-Forwarded-For: %s\r\n" % f for f in forwarded), len(body))).encode()
        answer = exchange(self.program.port, head + body, 30)
        self.assertEqual(statuses(answer), [200], answer[:500])
        return answer, self.program.sql("SELECT network FROM session ORDER BY created_at DESC, session_id DESC LIMIT 1")[0][0]

    def test_the_client_is_who_the_last_trusted_proxy_says(self):
        for forwarded, network in (([], "127.0.0.0/24"), (["198.51.100.7"], "198.51.100.0/24"), (["1.2.3.4, 198.51.100.7"], "198.51.100.0/24"),
                                   (["1.2.3.4", "198.51.100.7"], "198.51.100.0/24"), (["1.2.3.4", "203.0.113.5, 10.1.2.3"], "203.0.113.0/24"),
                                   (["203.0.113.5", "10.1.2.3", "10.4.4.4"], "203.0.113.0/24"), (["::ffff:203.0.113.5"], "203.0.113.0/24")):
            with self.subTest(forwarded=forwarded):
                self.program.move_clock(120)  # whoever logs in often waits
                self.assertEqual(self.network_after(*forwarded)[1], network)

    def test_cookies_are_for_https_whatever_a_header_says(self):
        self.program.move_clock(120)
        answer = self.network_after("198.51.100.9")[0].decode(errors="replace")
        cookie = re.search(r"Set-Cookie: (__Host-varde=[^\r]*)", answer)[1]
        self.assertIn("Secure", cookie)
        self.assertIn("Strict-Transport-Security", answer)
        head = "GET /api/v1/session HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nX-Forwarded-Proto: http\r\n\r\n"
        for host, expected in (("varde.example", 200), ("varde.example:443", 200), ("other.example", 200), ("evil.example", 421)):
            answer = exchange(self.program.port, (head % host).encode(), 10)
            self.assertEqual(statuses(answer), [expected])
            if expected == 200:
                self.assertIn(b"Strict-Transport-Security", answer)


class Plain(unittest.TestCase):
    def test_a_header_does_not_make_plain_http_secure(self):
        answer = exchange(varde.shared().port, b"GET /api/v1/session HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Forwarded-Proto: https\r\n\r\n", 10)
        self.assertEqual(statuses(answer), [200])
        self.assertNotIn(b"Strict-Transport-Security", answer)

    def test_https_without_a_proxy_that_is_named_does_not_start(self):
        directory = pathlib.Path(tempfile.mkdtemp(prefix="varde-test-"))
        self.addCleanup(shutil.rmtree, directory, ignore_errors=True)
        directory.chmod(0o755)
        for extra, said in ((["--public-url", "https://varde.example"], "--trusted-proxy"),
                            (["--trusted-proxy", "proxy.example"], "not an address or a network"),
                            (["--allow-network", "10.0.0.0/40"], "allowed_networks"),
                            (["--metrics-address", "9464"], "127.0.0.1:9464")):
            with self.subTest(extra=extra):
                ended = subprocess.run([varde.BINARY, "up", "--quick-database", "--data", str(directory / "data"), "--port", str(varde.free_port()), "--bounce-port", str(varde.free_port()), *extra],
                                       capture_output=True, text=True, timeout=60)
                self.assertNotEqual(ended.returncode, 0)
                self.assertIn(said, ended.stderr)

    def test_an_ipv4_client_of_an_ipv6_listener_is_an_ipv4_client(self):
        program = varde.Program(extra=["--tls", "--address", "::"])
        self.addCleanup(program.remove)
        program.start()
        context = ssl._create_unverified_context()
        body = ('{"email": "admin@example.org", "password": "%s"}' % varde.PASSWORD).encode()
        with socket.create_connection(("127.0.0.1", program.port), timeout=30) as plain, context.wrap_socket(plain, server_hostname="localhost") as s:
            s.sendall(b"POST /api/v1/session HTTP/1.1\r\nHost: localhost:%d\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (program.port, len(body), body))
            self.assertIn(b" 200 ", s.recv(65536))
        self.assertEqual(program.sql("SELECT network FROM session ORDER BY created_at DESC LIMIT 1"), [["127.0.0.0/24"]])


if __name__ == "__main__":
    unittest.main()
