"""Every connection and stream has a bound per client and in all; a stream of live events ends with its session."""
import socket, time, unittest
import varde
from raw import Held, slowest


class Connections(unittest.TestCase):
    def test_one_client_leaves_room_for_others(self):
        program = varde.shared()
        # Not a full request: nothing is asked, only connections are kept.
        with Held(program.port, b"GET / HTTP/1.1\r\n", 400, source="127.0.0.9") as held:
            def closed(s):
                s.settimeout(0.01)
                try:
                    return s.recv(1) == b""
                except TimeoutError:
                    return False
                except ConnectionResetError:
                    return True
            count = varde.wait_for(lambda: (n := sum(map(closed, held.sockets))) >= 100 and n, "connections to be refused", 8)
            self.assertEqual(count, 400 - 256)
            self.assertLess(slowest(program.client(), "/api/v1/session"), 1)


class Live(unittest.TestCase):
    def setUp(self):
        self.program = varde.shared()
        self.program.move_clock(1800)

    def ends(self, stream, seconds=5):
        """Whether the stream's end comes; a second passes between two looks."""
        begun = time.monotonic()
        while time.monotonic() - begun < seconds:
            if not stream.readline():
                return True
        return False

    def test_a_stream_ends_with_the_session(self):
        admin = self.program.admin()
        stream = admin.stream("/api/v1/events", timeout=8)
        self.addCleanup(stream.close)
        self.assertTrue(stream.readline())
        self.assertEqual(admin.delete("/api/v1/session").status // 100, 2)
        self.assertTrue(self.ends(stream))

    def test_a_stream_ends_with_the_membership(self):
        admin = self.program.admin()
        stream = admin.stream("/api/v1/events", timeout=8)
        self.addCleanup(stream.close)
        self.assertTrue(stream.readline())
        where = "account_id = '%s'" % admin.ok("GET", "/api/v1/session")["user"]["id"]
        self.program.sql("UPDATE membership SET suspended = true WHERE " + where)
        self.addCleanup(self.program.sql, "UPDATE membership SET suspended = false WHERE " + where)
        self.assertTrue(self.ends(stream))

    def test_an_account_has_some_streams_and_not_more(self):
        admin = self.program.admin()
        streams = []
        self.addCleanup(lambda: [s.close() for s in streams])
        for _ in range(12):
            streams.append(admin.stream("/api/v1/events", timeout=10))
        answer = admin.get("/api/v1/events")
        self.assertEqual(answer.status, 429, answer)
        self.assertTrue(answer.headers["Retry-After"])
        # A window that is closed makes room.
        streams.pop().close()
        varde.wait_for(lambda: self.opens(admin, streams), "room for a stream", 10)

    def opens(self, admin, streams):
        try:
            streams.append(admin.stream("/api/v1/events", timeout=10))
            return True
        except AssertionError:
            raise
        except Exception:
            return False


class Gone(unittest.TestCase):
    def test_a_statement_ends_when_whoever_asked_has_gone(self):
        program = varde.shared()
        admin = program.admin()
        cookies = "; ".join("%s=%s" % item for item in admin.cookies.items())

        def running():
            return program.sql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'varde_app' AND state = 'active' AND wait_event_type = 'Lock'") != [["0"]]
        with program.locked("tag"):
            head = ("POST /api/v1/tags HTTP/1.1\r\nHost: localhost\r\nCookie: %s\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{\"name\": \"gone\"}" % cookies).encode()
            s = socket.create_connection(("127.0.0.1", program.port))
            s.sendall(head)
            varde.wait_for(running, "the statement to wait", 10)
            s.close()
            varde.wait_for(lambda: not running(), "the statement to end", 6)


class Deadline(unittest.TestCase):
    def test_a_request_works_in_the_database_for_so_long_and_no_longer(self):
        program = varde.Program(extra=["--request-timeout", "1"])
        self.addCleanup(program.remove)
        program.start()
        admin = program.admin()
        with program.locked("tag"):
            answer = admin.post("/api/v1/tags", {"name": "waits"})
            self.assertEqual((answer.status, admin.get("/api/v1/tags").status), (503, 200), answer)
            self.assertIn("Try again", answer.json["detail"])
        self.assertEqual(admin.post("/api/v1/tags", {"name": "waits"}).status, 201, "nothing of it was left")


if __name__ == "__main__":
    unittest.main()
