"""Everything that somebody sends has a bound: words, lists, secrets, rules, and what strangers add to a person's timeline."""
import re, unittest, urllib.parse
import varde


class Bounds(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.program = varde.shared()
        cls.admin = cls.program.admin()

    def refused(self, answer, pointer):
        self.assertEqual((answer.status, answer.json["errors"][0]["pointer"]), (422, pointer), answer)

    def test_a_search_has_few_words(self):
        self.admin.post("/api/v1/persons", {"email": "search@bounds.example", "first_name": "Anne Marie", "last_name": "von der Heide"})
        self.assertEqual(len(self.admin.ok("GET", "/api/v1/persons?q=" + urllib.parse.quote("anne marie von der heide"))["items"]), 1)
        for q in (" ".join("ab%d" % i for i in range(200)), " ".join("abcdefghi"), "a" * 201):
            self.refused(self.admin.get("/api/v1/persons?q=" + urllib.parse.quote(q)), "/q")

    def test_a_secret_is_no_longer_than_it_says(self):
        guest = self.program.client()
        self.refused(guest.post("/api/v1/session", {"email": "nobody@example.org", "password": "x" * 257}), "/password")
        answer = self.admin.post("/api/v1/providers", {"name": "long", "kind": "smtp", "host": "mail.example.org", "port": 25, "security": "none", "username": "u", "password": "ø" * 257})
        self.refused(answer, "/password")

    def test_lists_and_maps_in_bodies(self):
        person = self.admin.ok("POST", "/api/v1/persons", {"email": "lists@bounds.example"})["id"]
        self.refused(self.admin.post("/api/v1/persons/%s/tags" % person, {"add": ["t%d" % i for i in range(1001)]}), "/add")
        self.refused(self.admin.post("/api/v1/persons", {"email": "maps@bounds.example", "attributes": {"a%d" % i: 1 for i in range(1001)}}), "/attributes")
        self.assertEqual(self.program.sql("SELECT count(*) FROM tag WHERE name ~ '^t[0-9]+$'"), [["0"]])

    def test_rules_of_a_segment(self):
        self.admin.post("/api/v1/attributes", {"key": "bounded", "label": "Bounded", "type": "text", "classification": "plain"})
        rule = lambda count: {"op": "and", "rules": [{"field": "attribute:bounded", "operator": "any_of", "value": ["v%d" % i for i in range(count)]}]}
        self.assertEqual(self.admin.post("/api/v1/segments/preview", {"conditions": rule(200)}).status, 200)
        self.assertEqual(self.admin.post("/api/v1/segments/preview", {"conditions": rule(201)}).status, 422)
        deep = {"field": "language", "operator": "is", "value": "nb"}
        for _ in range(10):
            deep = {"op": "and", "rules": [deep]}
        self.assertEqual(self.admin.post("/api/v1/segments/preview", {"conditions": deep}).status, 422)

    def test_strangers_add_little_to_a_timeline(self):
        person = self.admin.ok("POST", "/api/v1/persons", {"email": "timeline@bounds.example"})["id"]
        form = self.admin.ok("POST", "/api/v1/forms", {"name": "Bounds", "fields": [{"key": "mail", "type": "email", "label": "E-mail", "required": True}]})
        path = urllib.parse.urlsplit(self.admin.ok("POST", "/api/v1/forms/%s/publish" % form["id"])["public_url"]).path
        visitor = self.program.client()
        statuses = []
        for _ in range(25):
            stamp = re.search(r'name="stamp" value="([^"]+)"', visitor.get(path).body.decode())[1]
            self.program.move_clock(30)  # the network's limit is another matter
            statuses.append(visitor.request("POST", path, raw=urllib.parse.urlencode({"stamp": stamp, "website": "", "q_mail": "timeline@bounds.example"}).encode(), headers={"Content-Type": "application/x-www-form-urlencoded"}).status)
        self.assertEqual(statuses, [200] * 20 + [429] * 5)
        self.assertEqual(self.program.sql("SELECT count(*) FROM activity WHERE person_id = '%s' AND kind = 22" % person), [["20"]])


if __name__ == "__main__":
    unittest.main()
