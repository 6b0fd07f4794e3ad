"""What people read instead of ids and pointers: the trail names things, the review says which part is wrong."""
import unittest
import varde


class Words(unittest.TestCase):
    def setUp(self):
        varde.shared().move_clock(1800)
        self.admin = varde.shared().admin()

    def test_the_trail_names_what_it_is_about(self):
        made = {kind: self.admin.ok("POST", "/api/v1/" + kind + "s", {"name": "Named " + kind, **more})["id"] for kind, more in (
            ("list", {}), ("tag", {}), ("campaign", {}), ("journey", {}), ("form", {"title": "T"}), ("template", {"document": {}}),
            ("segment", {"conditions": {"op": "and", "rules": []}}), ("provider", {"kind": "captured"}))}
        made["person"] = self.admin.ok("POST", "/api/v1/persons", {"email": "named@example.org", "first_name": "Named", "last_name": "person"})["id"]
        for kind, id in made.items():
            [entry] = self.admin.ok("GET", "/api/v1/audit?object=" + id)["items"]
            self.assertEqual(entry["object"], {"kind": kind, "id": id, "name": "Named " + kind})
        self.admin.delete("/api/v1/tags/" + made["tag"])
        newest = self.admin.ok("GET", "/api/v1/audit?object=" + made["tag"])["items"][0]
        self.assertNotIn("name", newest["object"], "what is gone has no name")

    def test_the_review_points_at_what_is_wrong(self):
        document = {"version": 1, "blocks": [{"type": "heading", "level": 1, "text": "{{ person.nonsense }}"}, {"type": "button", "label": "", "href": ""}, {"type": "footer"}]}
        campaign = self.admin.ok("POST", "/api/v1/campaigns", {"name": "Wrong", "subject": "S", "document": document})["id"]
        blockers = self.admin.ok("GET", "/api/v1/campaigns/%s/review" % campaign)["blockers"]
        self.assertIn("/document/blocks/1/href", [b.get("pointer") for b in blockers])
        self.assertNotIn("/document", " ".join(b["message"] for b in blockers))


if __name__ == "__main__":
    unittest.main()
