"""Live events: what moves is told; and home and set-up answer."""
import http.client, unittest
import varde


class Live(unittest.TestCase):
    def test_an_import_is_told_while_it_runs(self):
        program = varde.shared()
        program.move_clock(1800)
        admin = program.admin()
        connection = http.client.HTTPConnection("127.0.0.1", program.port, timeout=20)
        connection.request("GET", "/api/v1/events", headers={"Cookie": "varde_session=" + admin.cookies["varde_session"]})
        stream = connection.getresponse()
        self.assertEqual(stream.getheader("Content-Type"), "text/event-stream")
        done = admin.import_csv("email\n" + "\n".join("live%d@example.org" % i for i in range(50)))
        seen = ""
        while done["id"] not in seen:
            line = stream.readline().decode()
            self.assertTrue(line, "the stream ended before the import was told")
            seen += line
        self.assertIn("event: import.progress", seen)
        connection.close()

    def test_a_captured_message_is_told(self):
        program = varde.shared()
        program.move_clock(1800)
        admin = program.admin()
        connection = http.client.HTTPConnection("127.0.0.1", program.port, timeout=20)
        connection.request("GET", "/api/v1/events", headers={"Cookie": "varde_session=" + admin.cookies["varde_session"]})
        stream = connection.getresponse()
        admin.ok("POST", "/api/v1/password-reset", {"email": "admin@example.org"})
        seen = ""
        while "event: mailbox.message" not in seen:
            line = stream.readline().decode()
            self.assertTrue(line, "the stream ended before the message was told")
            seen += line
        connection.close()

    def test_home_and_setup(self):
        admin = varde.shared().admin()
        self.assertIn("attention", admin.ok("GET", "/api/v1/home"))
        steps = {s["id"]: s["done"] for s in admin.ok("GET", "/api/v1/setup")["steps"]}
        self.assertEqual(set(steps), {"sending_domain", "provider", "import", "test_send", "invite", "totp"})


if __name__ == "__main__":
    unittest.main()
