"""Papers of substitutes: a picture, and documents that must be valid before anybody is asked."""
import datetime, unittest
import varde
from pictures import png
from sms import noon

DAY = 86400


class Papers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.program = varde.shared()
        noon(cls.program)
        cls.program.move_clock(31)
        cls.admin = cls.program.admin()

    def substitute(self, name):
        person = self.admin.ok("POST", "/api/v1/persons", {"email": name + "@example.org", "first_name": name})["id"]
        self.admin.ok("PUT", "/api/v1/substitutes/" + person, {})
        return person, "/api/v1/substitutes/" + person

    def put(self, path, raw, kind):
        return self.admin.request("PUT", path, raw=raw, headers={"Content-Type": kind})

    def at(self, seconds):
        return datetime.datetime.fromtimestamp(self.program.now() + seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")

    def test_a_picture_is_small_and_sealed_and_goes_with_its_person(self):
        person, path = self.substitute("portrait")
        self.assertEqual(self.admin.get(path + "/picture").status, 404)
        self.assertEqual(self.put(path + "/picture?x=0.2&y=0&size=0.5", png(200, 150), "image/png").status, 204)
        picture = self.admin.get(path + "/picture")
        self.assertEqual((picture.status, picture.headers["Content-Type"], picture.body[:3]), (200, "image/jpeg", b"\xff\xd8\xff"))
        self.assertNotIn(b"Secret photographer", picture.body)
        self.assertLess(len(picture.body), 40000)
        stored = self.program.sql("SELECT encode(sealed, 'hex') FROM person_picture WHERE person_id = '%s'" % person)[0][0]
        self.assertNotIn(picture.body[:64].hex(), stored)
        for raw in (b"", b"GIF89a", b"\xff\xd8\xff\xe0 broken"):
            self.assertEqual(self.put(path + "/picture", raw, "image/jpeg").status, 422, raw)
        self.assertEqual(self.put(path + "/picture?x=0.9&y=0&size=0.5", png(20, 20), "image/png").status, 422)
        self.assertEqual(self.admin.get(path + "/picture").body, picture.body, "a refused one changes nothing")
        self.assertEqual(self.put("/api/v1/substitutes/01a20000-0000-7000-8000-000000000000/picture", png(20, 20), "image/png").status, 404)
        self.assertEqual(self.admin.delete("/api/v1/persons/" + person).status, 204)
        varde.wait_for(lambda: self.program.sql("SELECT count(*) FROM person_picture WHERE person_id = '%s'" % person) == [["0"]], "the picture to go")

    def test_a_document_is_kept_sealed_and_counts_when_it_was_seen(self):
        kind = self.admin.ok("POST", "/api/v1/document-kinds", {"name": "Police certificate"})["id"]
        place = self.admin.ok("POST", "/api/v1/workplaces", {"name": "Papers school", "time_zone": "Europe/Oslo", "required_documents": [kind]})
        person, path = self.substitute("certificate")
        pool = self.admin.ok("POST", "/api/v1/pools", {"name": "papers"})["id"]
        self.admin.ok("PUT", path, {"pools": [pool]})
        shift = self.admin.ok("POST", "/api/v1/shifts", {"workplace_id": place["id"], "starts_at": self.at(5 * DAY), "ends_at": self.at(5 * DAY + 3600), "pool_ids": [pool], "strategy": {"kind": "direct"}})
        self.admin.ok("POST", "/api/v1/shifts/%s/publish" % shift["id"], {})

        def standing():
            one, = self.admin.ok("GET", "/api/v1/shifts/%s/candidates" % shift["id"])["items"]
            return one["askable"], one["explanation"]
        self.assertEqual(standing()[0], False)
        self.assertIn("Police certificate", standing()[1])
        self.assertEqual(self.admin.post("/api/v1/shifts/%s/book" % shift["id"], {"person_id": person}).status, 409)
        made = self.admin.ok("POST", path + "/documents", {"kind_id": kind, "valid_from": "2026-01-01", "valid_until": self.at(9 * DAY)[:10]})
        self.assertEqual(standing()[0], False, "nobody has seen it yet")
        document = path + "/documents/" + made["id"]
        scan = b"%PDF-1.7 a secret scan"
        self.assertEqual(self.put(document + "/file", scan, "application/pdf").json["media_type"], "application/pdf")
        self.assertEqual(self.program.sql("SELECT count(*) FROM person_document WHERE encode(sealed, 'escape') LIKE '%secret scan%'"), [["0"]])
        seen = self.admin.patch(document, {"seen": True}, 2).json
        self.assertTrue(seen["seen_at"])
        self.assertEqual(standing()[0], True)
        back = self.admin.get(document + "/file")
        self.assertEqual((back.body, back.headers["Content-Disposition"]), (scan, "attachment"))
        self.assertIn("document.read", [e["action"] for e in self.admin.ok("GET", "/api/v1/audit?object=" + person)["items"]])
        again = self.put(document + "/file", scan, "application/pdf").json
        self.assertEqual((again.get("seen_at"), standing()[0]), (None, False), "a new file has not been seen")
        seen = self.admin.patch(document, {"seen": True}, again["version"]).json
        # It runs out before the shift ends.
        self.admin.patch(document, {"valid_until": self.at(4 * DAY)[:10]}, seen["version"])
        self.assertEqual(standing()[0], False)
        self.assertEqual(self.put(document + "/file", b"MZ a program", "application/pdf").status, 422)
        for fields, pointer in (({}, "/kind_id"), ({"kind_id": kind, "valid_from": "2026-02-01", "valid_until": "2026-01-01"}, "/valid_until")):
            answer = self.admin.post(path + "/documents", fields)
            self.assertEqual((answer.status, answer.json["errors"][0]["pointer"]), (422, pointer))
        self.assertEqual(self.admin.delete("/api/v1/document-kinds/" + kind).status, 409, "a workplace asks for it")
        self.admin.patch("/api/v1/workplaces/" + place["id"], {"required_documents": []}, place["version"])
        self.assertEqual(self.admin.delete("/api/v1/document-kinds/" + kind).status, 409, "somebody has it")
        self.assertEqual(self.admin.delete(document).status, 204)
        self.assertEqual(self.admin.delete("/api/v1/document-kinds/" + kind).status, 204)
        self.assertEqual(self.admin.get(document + "/file").status, 404)


if __name__ == "__main__":
    unittest.main()
