"""Whoever is shown what identifies people leaves a record, wherever it is shown."""
import unittest
import varde

PHRASE = "violet tractor sings at dawn"


class ReadingLeavesARecord(unittest.TestCase):
    used = 0

    def setUp(self):
        ReadingLeavesARecord.used += 1
        self.program = varde.shared()
        self.admin = self.program.admin()
        self.persons = [self.admin.ok("POST", "/api/v1/persons", {"email": "read%d-%d@example.org" % (self.used, i), "first_name": "Read", "last_name": str(i)})["id"] for i in range(3)]

    def shown(self, name):
        """Whom a user was shown, as the trail has it."""
        out = set()
        cursor = ""
        while True:
            page = self.admin.ok("GET", "/api/v1/audit?action=persons.shown&limit=100" + cursor)
            for entry in page["items"]:
                if entry["actor"]["name"] == name:
                    for field in entry["fields"]:
                        out |= set(field["new"].split())
            if not page.get("next"):
                return out
            cursor = "&cursor=" + page["next"]

    def reader(self, name):
        email = name.lower().replace(" ", ".") + "@example.org"
        client = self.program.join(self.admin, email, "viewer", PHRASE, name)
        client.login(email, PHRASE)
        return client

    def seen_by(self, name, *persons):
        varde.wait_for(lambda: set(persons) <= self.shown(name), "the readings to be entered")

    def test_one_by_one(self):
        viewer = self.reader("Vera One")
        for person in self.persons:
            viewer.ok("GET", "/api/v1/persons/" + person)
        self.seen_by("Vera One", *self.persons)

    def test_in_pages_and_by_search(self):
        viewer = self.reader("Vera Pages")
        viewer.ok("GET", "/api/v1/persons?q=read&limit=24")
        self.seen_by("Vera Pages", *self.persons)

    def test_who_was_not_shown_is_not_entered(self):
        viewer = self.reader("Vera Less")
        viewer.ok("GET", "/api/v1/persons/" + self.persons[0])
        self.seen_by("Vera Less", self.persons[0])
        self.assertEqual(self.shown("Vera Less"), {self.persons[0]})

    def test_it_is_counted_by_user_and_day(self):
        viewer = self.reader("Vera Counted")
        for _ in range(3):
            viewer.ok("GET", "/api/v1/persons/" + self.persons[1])
        self.seen_by("Vera Counted", self.persons[1])
        row, = [r for r in self.admin.ok("GET", "/api/v1/audit/reads")["items"] if r["name"] == "Vera Counted"]
        self.assertEqual(row["requests"], 3)
        self.assertEqual(viewer.get("/api/v1/audit/reads").status, 403)

    def test_ids_are_sealed_and_the_trail_holds(self):
        viewer = self.reader("Vera Sealed")
        viewer.ok("GET", "/api/v1/persons/" + self.persons[2])
        self.seen_by("Vera Sealed", self.persons[2])
        stored = self.program.sql("SELECT encode(sealed, 'escape') FROM audit_entry WHERE action = 'persons.shown'")
        self.assertFalse([row for row in stored if self.persons[2] in row[0]])

    def test_a_program_that_is_stopped_loses_none(self):
        viewer = self.reader("Vera Stopped")
        viewer.ok("GET", "/api/v1/persons/" + self.persons[0])
        self.program.stop()
        self.program.start()
        self.admin = self.program.admin()
        self.seen_by("Vera Stopped", self.persons[0])


if __name__ == "__main__":
    unittest.main()
