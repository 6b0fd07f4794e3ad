"""People: persons, search, import, export, segments, erasure."""
import random, unicodedata, unittest, urllib.parse
import varde


class People(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.program = varde.shared()
        cls.admin = cls.program.admin()
        for key, kind in (("city", "text"), ("age", "number"), ("born", "date"), ("member", "boolean")):
            cls.admin.post("/api/v1/attributes", {"key": key, "label": key.title(), "type": kind, "classification": "plain"})
        cls.admin.post("/api/v1/attributes", {"key": "health", "label": "Health", "type": "text", "classification": "sensitive"})

    def count(self, rule):
        return self.admin.ok("POST", "/api/v1/segments/preview", {"conditions": {"op": "and", "rules": [rule] if "field" in rule else rule["rules"]}})["count"]

    def test_person_is_found_by_prefixes_and_stored_sealed(self):
        person = self.admin.ok("POST", "/api/v1/persons", {"email": "Zoe.Quist@Example.org", "phone": "912 34 567", "first_name": "Zoë", "last_name": "Quistgård",
                                                           "attributes": {"city": "Bodø", "age": "41,5", "health": "allergy"}})
        self.assertEqual(person["phone"], "+4791234567")
        self.assertEqual(person["attributes"], {"city": "Bodø", "age": 41.5, "health": "allergy"})
        for q in ("zoë", "ZOË", "quis", "quistgård", "zoe.quist@example.org", "zoe.q", "zo quist", "91234567", "+4791234567"):
            found = self.admin.ok("GET", "/api/v1/persons?q=" + varde.urllib.parse.quote(q))["items"]
            self.assertEqual([p["id"] for p in found], [person["id"]], q)
        for q in ("zoez", "quistx", "zoe.x@example.org"):
            self.assertEqual(self.admin.ok("GET", "/api/v1/persons?q=" + q)["items"], [], q)
        dump = "".join("".join(r) for t in ("person", "person_attribute", "activity", "audit_entry", "person_prefix") for r in self.program.sql("SELECT t::text FROM %s t" % t))
        for secret in ("Zoe", "Quist", "91234567", "allergy", "example.org"):
            self.assertFalse(secret in dump, secret)
            if len(secret) > 4:  # shorter ones occur in ciphertext by chance
                self.assertFalse(secret.encode().hex() in dump, secret)

    def test_versions_guard_updates(self):
        person = self.admin.ok("POST", "/api/v1/persons", {"email": "version@example.org"})
        path = "/api/v1/persons/" + person["id"]
        self.assertEqual(self.admin.patch(path, {"first_name": "A"}).status, 428)
        self.assertEqual(self.admin.patch(path, {"first_name": "A"}, 1).status, 200)
        self.assertEqual(self.admin.patch(path, {"first_name": "B"}, 1).status, 412)
        self.assertEqual(self.admin.get(path).headers["ETag"], '"v2"')

    def test_bad_input_says_everything_at_once(self):
        answer = self.admin.post("/api/v1/persons", {"email": "nope", "time_zone": "Mars", "typo": 1})
        self.assertEqual(answer.status, 422)
        self.assertEqual({e["pointer"] for e in answer.json["errors"]}, {"/email", "/time_zone", "/typo"})
        self.assertEqual(self.admin.post("/api/v1/persons", {"email": "ok2@example.org", "attributes": {"age": "old", "nothing": 1}}).json["errors"].__len__(), 2)
        self.assertEqual(self.admin.request("POST", "/api/v1/persons", raw=b"{", headers={"Content-Type": "application/json"}).status, 400)
        self.assertEqual(self.admin.request("POST", "/api/v1/persons", raw=b"{}", headers={"Content-Type": "text/plain"}).status, 415)

    def test_import_keeps_good_rows_and_returns_bad_ones(self):
        lines = ["E-post;Fornavn;City;Age"]
        for i in range(1000):
            lines.append("not an address;X;;" if i % 200 == 7 else ";Nobody;Oslo;1" if i % 200 == 107 else "imp%d@example.org;Navn%d;%s;%d" % (i, i, "Tromsø" if i % 2 else "Oslo", i % 80))
        text = "\r\n".join(lines)
        done = self.admin.import_csv(text.encode("cp1252"), options={"tags": ["imp"]})
        self.assertEqual((done["counts"]["created"], done["counts"]["rejected"]), (990, 10), done)
        rejects = self.admin.get("/api/v1/imports/%s/rejects" % done["id"]).body.decode("utf-8-sig").splitlines()
        self.assertEqual(len(rejects), 11)
        self.assertEqual(rejects[1].split(";")[0], "9", "the line in the file")
        again = self.admin.import_csv(text.encode("cp1252"), options={"tags": ["imp"]})
        self.assertEqual((again["counts"]["created"], again["counts"]["updated"], again["counts"]["unchanged"]), (0, 0, 990))
        self.assertEqual(self.count({"field": "attribute:city", "operator": "is", "value": "Tromsø"}), 490)

    def test_import_survives_two_rows_of_one_person(self):
        done = self.admin.import_csv("email,first_name\ntwice@example.org,One\nTWICE@example.org,Two\n")
        self.assertEqual((done["counts"]["created"], done["counts"]["updated"]), (1, 1))
        found = self.admin.ok("GET", "/api/v1/persons?q=twice@example.org")["items"]
        self.assertEqual([p["first_name"] for p in found], ["Two"])

    def test_segments_by_hand(self):
        tag = self.admin.ok("POST", "/api/v1/tags", {"name": "seg"})["id"]
        people = [("a", 10, "2020-01-01", True), ("b", 20, "2021-01-01", False), ("c", 30, None, None)]
        for name, age, born, member in people:
            attributes = {k: v for k, v in (("age", age), ("born", born), ("member", member)) if v is not None}
            self.admin.ok("POST", "/api/v1/persons", {"email": "seg-%s@example.org" % name, "attributes": attributes, "tags": ["seg"], "language": "nb" if name == "a" else "sv"})
        has = {"field": "tag", "operator": "has", "value": tag}
        table = [({"field": "attribute:age", "operator": "gte", "value": 20}, 2), ({"field": "attribute:age", "operator": "between", "value": [10, 20]}, 2),
                 ({"field": "attribute:age", "operator": "ne", "value": 10}, 2), ({"field": "attribute:born", "operator": "lt", "value": "2020-06-01"}, 1),
                 ({"field": "attribute:born", "operator": "is_not_set"}, 1), ({"field": "attribute:member", "operator": "is", "value": True}, 1),
                 ({"field": "language", "operator": "is", "value": "sv"}, 2), ({"field": "opened", "operator": "not_happened", "value": {}}, 3),
                 ({"op": "or", "rules": [{"field": "attribute:age", "operator": "eq", "value": 10}, {"field": "attribute:age", "operator": "eq", "value": 30}]}, 2),
                 ({"op": "and", "not": True, "rules": [{"field": "attribute:age", "operator": "eq", "value": 10}]}, 2)]
        for rule, expected in table:
            answer = self.admin.ok("POST", "/api/v1/segments/preview", {"conditions": {"op": "and", "rules": [has, rule]}})
            self.assertEqual((answer["count"], len(answer["sample"])), (expected, expected), rule)
        bad = self.admin.post("/api/v1/segments/preview", {"conditions": {"op": "and", "rules": [{"field": "attribute:health", "operator": "is", "value": "x"}]}})
        self.assertEqual((bad.status, bad.json["errors"][0]["pointer"]), (422, "/conditions/rules/0/field"))

    def test_segments_mean_what_a_person_would_say(self):
        """Generated trees: the count, the sample and a reading of the same tree in Python agree; restricted persons are in none."""
        tag = self.admin.ok("POST", "/api/v1/tags", {"name": "tree"})["id"]
        other = self.admin.ok("POST", "/api/v1/tags", {"name": "tree-other"})["id"]
        self.admin.ok("POST", "/api/v1/attributes", {"key": "town", "label": "Town", "type": "text", "classification": "plain"})
        people = []
        for i in range(15):
            person = {"age": [None, 10, 20, 30][i % 4], "other": i % 3 == 0, "language": "nb" if i % 2 else "sv", "town": [None, "\u00c5lesund", "\u00c5LESUND", "A\u030alesund", "Stra\u00dfe", "STRASSE", "\u00e5lg\u00e5rd"][i % 7]}
            made = self.admin.ok("POST", "/api/v1/persons", {"email": "tree-%d@example.org" % i, "language": person["language"], "tags": ["tree"] + (["tree-other"] if person["other"] else []),
                                                             "attributes": {k: person[k] for k in ("age", "town") if person[k]}})
            if i == 14:
                self.program.sql("UPDATE person SET state = 2 WHERE person_id = '%s'" % made["id"])
            else:
                people.append(person)
        rng = random.Random(3)
        towns = ["\u00e5lesund", " \u00c5LESUND\u00a0", "a\u030alesund", "strasse", "stra\u00dfe", "nowhere"]
        folded = lambda text: unicodedata.normalize("NFKC", text).strip().upper()

        def tree(depth):
            kind = rng.random()
            if depth == 0 or kind < 0.4:
                return rng.choice([
                    ({"field": "attribute:age", "operator": "gte", "value": 20}, lambda p: p["age"] is not None and p["age"] >= 20),
                    ({"field": "attribute:age", "operator": "ne", "value": 10}, lambda p: p["age"] != 10),
                    ({"field": "attribute:age", "operator": "is_not_set"}, lambda p: p["age"] is None),
                    *[({"field": "attribute:town", "operator": "is", "value": word}, lambda p, word=word: p["town"] is not None and folded(p["town"]) == folded(word)) for word in towns],
                    ({"field": "attribute:town", "operator": "is_not", "value": " \u00e5LESUND "}, lambda p: p["town"] is None or folded(p["town"]) != folded("\u00e5lesund")),
                    ({"field": "attribute:town", "operator": "starts_with", "value": "\u00e5L"}, lambda p: p["town"] is not None and folded(p["town"]).startswith(folded("\u00e5l"))),
                    ({"field": "tag", "operator": "has", "value": other}, lambda p: p["other"]),
                    ({"field": "tag", "operator": "has_not", "value": other}, lambda p: not p["other"]),
                    ({"field": "language", "operator": "is", "value": "sv"}, lambda p: p["language"] == "sv"),
                    ({"field": "email_known", "operator": "is", "value": True}, lambda p: True)])
            op, negated = rng.choice(["and", "or"]), rng.random() < 0.25
            inner = [tree(depth - 1) for _ in range(rng.randint(1, 3))]
            test = (lambda p: all(t(p) for _, t in inner)) if op == "and" else (lambda p: any(t(p) for _, t in inner))
            return {"op": op, "rules": [r for r, _ in inner], "not": negated}, (lambda p: not test(p)) if negated else test

        for _ in range(120):
            rule, test = tree(3)
            answer = self.admin.ok("POST", "/api/v1/segments/preview", {"conditions": {"op": "and", "rules": [{"field": "tag", "operator": "has", "value": tag}, rule]}})
            expected = sum(test(p) for p in people)
            self.assertEqual((answer["count"], len(answer["sample"])), (expected, min(expected, 10)), rule)
        values = lambda q: self.admin.ok("GET", "/api/v1/segments/values?field=attribute:town&q=" + urllib.parse.quote(q))["values"]
        self.assertEqual([folded(v) for v in values("\u00e5l")], ["\u00c5LESUND", "\u00c5LG\u00c5RD"], "each spelling once")
        self.assertEqual((len(values("")), values("x"), values("\ufdfa" * 100)), (3, [], []))
        self.assertEqual(self.admin.get("/api/v1/segments/values?field=attribute:nothing").status, 422)
        long = self.admin.ok("POST", "/api/v1/persons", {"email": "tree-long@example.org", "tags": ["tree"], "attributes": {"town": "\ufdfa" * 400}})
        rule = {"field": "attribute:town", "operator": "is", "value": "\ufdfa" * 400}
        self.assertEqual(self.count(rule), 1)
        self.assertEqual(self.count({**rule, "value": "\ufdfa" * 399}), 0)

    def test_names_on_a_persons_page_follow_the_catalogue(self):
        """They are kept in memory; what changes them is seen by the very next request."""
        admin = self.admin
        group = admin.ok("POST", "/api/v1/lists", {"name": "Before"})
        tag = admin.ok("POST", "/api/v1/tags", {"name": "before"})
        admin.ok("POST", "/api/v1/attributes", {"key": "shoe", "label": "Shoe", "type": "number", "classification": "plain"})
        person = admin.ok("POST", "/api/v1/persons", {"email": "names@example.org", "tags": ["before"], "lists": [group["id"]], "attributes": {"shoe": 43}})["id"]
        page = lambda: admin.ok("GET", "/api/v1/persons/" + person)
        self.assertEqual((page()["tags"], [l["name"] for l in page()["lists"]], page()["attributes"]), (["before"], ["Before"], {"shoe": 43}))
        admin.ok("PATCH", "/api/v1/tags/" + tag["id"], {"name": "after"})
        self.assertEqual(page()["tags"], ["after"])
        admin.patch("/api/v1/lists/" + group["id"], {"name": "After"}, version=group["version"])
        self.assertEqual([l["name"] for l in page()["lists"]], ["After"])
        admin.delete("/api/v1/tags/" + tag["id"])
        admin.delete("/api/v1/attributes/" + next(a["id"] for a in admin.ok("GET", "/api/v1/attributes")["items"] if a["key"] == "shoe"))
        self.assertEqual((page()["tags"], page()["attributes"]), ([], {}))

    def test_erased_person_is_gone_and_the_key_with_it(self):
        person = self.admin.ok("POST", "/api/v1/persons", {"email": "gone@example.org", "tags": ["x"]})
        self.admin.post("/api/v1/persons/%s/notes" % person["id"], {"text": "a note"})
        self.assertEqual(self.admin.delete("/api/v1/persons/" + person["id"]).status, 204)
        self.assertEqual(self.admin.get("/api/v1/persons/" + person["id"]).status, 404)
        for (table,) in self.program.sql("SELECT DISTINCT table_name FROM information_schema.columns WHERE column_name = 'person_id' AND table_schema = 'public'"):
            if table != "audit_entry":
                self.assertEqual(self.program.sql("SELECT count(*) FROM %s WHERE person_id = '%s'" % (table, person["id"])), [["0"]], table)
        self.assertEqual(self.program.sql("SELECT count(*) FROM person_key WHERE person_id = '%s'" % person["id"], cluster="keystore"), [["0"]])
        trail = self.admin.ok("GET", "/api/v1/audit?object=" + person["id"])["items"]
        self.assertEqual(trail[0]["action"], "person.erase")
        self.assertTrue(all("new" not in f for e in trail for f in e["fields"]), "values are unreadable without the key")

    def test_export_has_every_row(self):
        made = self.admin.ok("POST", "/api/v1/exports", {"what": "persons", "format": "json"})
        varde.wait_for(lambda: self.admin.ok("GET", "/api/v1/exports/" + made["id"])["state"] == "done", "the export")
        rows = self.admin.get("/api/v1/exports/%s/file" % made["id"]).json
        (count,), = self.program.sql("SELECT count(*) FROM person p JOIN tenant t USING (tenant_id) WHERE t.slug = 'first'")
        self.assertEqual(len(rows), int(count))


if __name__ == "__main__":
    unittest.main()
