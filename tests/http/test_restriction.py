"""A restricted person is stored and nothing else: not sent to, not exported, not counted, not asked; as soon as it is said."""
import unittest
import varde


class Restriction(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.program = varde.Program().start()
        cls.addClassCleanup(cls.program.remove)
        cls.admin = cls.program.admin()
        cls.admin.import_csv("email,first_name,tags\nheld@example.org,Hel,kept\nfree@example.org,Fri,kept\n",
                             options={"list_id": cls.admin.ok("POST", "/api/v1/lists", {"name": "Both"})["id"]})
        people = cls.admin.ok("GET", "/api/v1/persons?limit=10")["items"]
        cls.held, cls.free = (next(p["id"] for p in people if p["email"].startswith(name)) for name in ("held", "free"))
        cls.list = cls.admin.ok("GET", "/api/v1/lists")["items"][0]["id"]

    def numbers(self):
        """What is counted: members of the list, persons with the tag."""
        lists = {l["id"]: l["persons"] for l in self.admin.ok("GET", "/api/v1/lists")["items"]}
        tags = {t["name"]: t["persons"] for t in self.admin.ok("GET", "/api/v1/tags")["items"]}
        return lists[self.list], tags["kept"]

    def exported(self):
        id = self.admin.ok("POST", "/api/v1/exports", {"what": "persons", "format": "csv"})["id"]
        varde.wait_for(lambda: self.admin.ok("GET", "/api/v1/exports/" + id)["state"] == "done", "the export")
        return self.admin.get("/api/v1/exports/%s/file" % id).body

    def test_within_a_second_on_every_path(self):
        self.assertEqual(self.numbers(), (2, 2))
        self.assertIn(b"held@example.org", self.exported())
        self.admin.ok("POST", "/api/v1/persons/%s/restrict" % self.held, {"reason": "asked for it by letter"})
        self.assertEqual(self.numbers(), (1, 1))
        self.assertEqual(self.admin.ok("GET", "/api/v1/persons/" + self.held)["state"], "restricted")
        out = self.exported()
        self.assertNotIn(b"held@example.org", out)
        self.assertIn(b"free@example.org", out)
        self.admin.ok("POST", "/api/v1/persons/%s/lift-restriction" % self.held, {"reason": "settled"})
        self.assertEqual(self.numbers(), (2, 2))
        self.assertIn(b"held@example.org", self.exported())


if __name__ == "__main__":
    unittest.main()
