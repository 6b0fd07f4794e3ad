"""Live events: what moves is told; and home and set-up answer."""
import unittest
import outreach, varde


class Live(unittest.TestCase):
    def setUp(self):
        program = varde.shared()
        program.move_clock(1800)
        self.admin = program.admin()
        self.stream = self.admin.stream("/api/v1/events", timeout=20)
        self.addCleanup(self.stream.close)

    def read_until(self, text):
        seen = ""
        while text not in seen:
            line = self.stream.readline().decode()
            self.assertTrue(line, "the stream ended before it told " + text)
            seen += line
        return seen

    def test_an_import_is_told_while_it_runs(self):
        self.assertEqual(self.stream.getheader("Content-Type"), "text/event-stream")
        done = self.admin.import_csv("email\n" + "\n".join("live%d@example.org" % i for i in range(50)))
        self.assertIn("event: import.progress", self.read_until(done["id"]))

    def test_a_captured_message_is_told(self):
        self.admin.request("PATCH", "/api/v1/settings", {"postal_address": "Storgata 1, 0155 Oslo"}, {"If-Match": "*"})
        campaign = self.admin.ok("POST", "/api/v1/campaigns", {"name": "Told live", "service_reason": "They asked for it.", "subject": "Told", "from_name": "Org", "from_email": "post@sender.example", "document": outreach.document(), "audience": {"lists": [], "segments": []}})
        self.admin.ok("POST", "/api/v1/campaigns/%s/test" % campaign["id"], {"emails": ["admin@example.org"]})
        self.read_until("event: mailbox.message")

    def test_who_enters_a_journey_is_told(self):
        members = self.admin.ok("POST", "/api/v1/lists", {"name": "Told live", "double_opt_in": False})["id"]
        journey = self.admin.ok("POST", "/api/v1/journeys", {"name": "Told live", "trigger": {"kind": "list_joined", "list_id": members}, "start": "a",
                                                             "steps": [{"id": "a", "kind": "tag", "add": ["told"]}]})
        self.admin.ok("POST", "/api/v1/journeys/%s/start" % journey["id"])
        self.admin.ok("POST", "/api/v1/persons", {"email": "told@example.org", "lists": [members]})
        self.assertIn("event: journey.counts", self.read_until(journey["id"]))

    def test_home_and_setup(self):
        admin = varde.shared().admin()
        self.assertIn("attention", admin.ok("GET", "/api/v1/home"))
        steps = {s["id"]: s["done"] for s in admin.ok("GET", "/api/v1/setup")["steps"]}
        self.assertEqual(set(steps), {"sending_domain", "provider", "import", "test_send", "invite", "totp"})


if __name__ == "__main__":
    unittest.main()
