"""The auditor: sees how the data is looked after, and none of it. Every endpoint there is, is asked as an auditor, while the organisation
is full of one person's name, address and number."""
import base64, io, json, random, re, unittest, urllib.parse, zipfile
import varde
from outreach import document
from pictures import png
from sms import noon
from test_evidence import verify
from test_isolation import sample
from test_requests import PAGE, Visitor

NAME, EMAIL, PHONE = "Zyxomarka", "zyxomarka@hidden.example", "+4791777666"
MARKS = (NAME.lower(), "hidden.example", "91777666", "zyxo-address")
PASSWORD = "violet tractor sings at dawn"
# What an auditor reads. A new endpoint is in neither list: decide which.
READS = {
    "/api/v1/session", "/api/v1/me/sessions", "/api/v1/me/events", "/api/v1/settings", "/api/v1/home", "/api/v1/setup", "/api/v1/events", "/api/v1/notifications",
    "/api/v1/audit", "/api/v1/audit/key", "/api/v1/audit/heads", "/api/v1/audit/entries/{id}/proof", "/api/v1/audit/growth", "/api/v1/programme",
    "/api/v1/erasures", "/api/v1/erasures/{id}/receipt", "/api/v1/retention", "/api/v1/retention/{category}/preview", "/api/v1/backups"}
# What is about the own login, or needs none.
OWN = ("/api/v1/session", "/api/v1/me", "/api/v1/password-", "/api/v1/invitations/", "/api/v1/terms", "/api/v1/totp", "/api/v1/passkeys")


class Auditor(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.program = varde.Program().start()
        cls.addClassCleanup(cls.program.remove)
        noon(cls.program)
        cls.admin = cls.program.admin()
        cls.fill(cls.admin)
        cls.auditor = cls.invited("auditor@example.org", "auditor")

    @classmethod
    def invited(cls, email, role, name="Audrey Checker"):
        client = cls.program.join(cls.admin, email, role, PASSWORD, name)
        client.login(email, PASSWORD)
        return client

    @classmethod
    def fill(cls, admin):
        """The person is everywhere where a person can be."""
        admin.ok("PATCH", "/api/v1/settings", {"postal_address": "Storgata 1, 0155 Oslo"}, headers={"If-Match": "*"})
        admin.ok("POST", "/api/v1/attributes", {"key": "nick", "label": "Nick", "type": "text", "classification": "identifying"})
        admin.ok("POST", "/api/v1/attributes", {"key": "plainly", "label": "Plain", "type": "text", "classification": "plain"})
        cls.person = admin.ok("POST", "/api/v1/persons", {"email": EMAIL, "phone": PHONE, "first_name": NAME, "last_name": "Nordmann", "attributes": {"nick": NAME + "ling", "plainly": NAME}, "tags": [NAME]})["id"]
        gone = admin.ok("POST", "/api/v1/persons", {"email": "gone-" + EMAIL, "first_name": NAME})["id"]
        admin.ok("PATCH", "/api/v1/persons/" + cls.person, {"last_name": NAME + "sen"}, headers={"If-Match": "*"})
        admin.ok("POST", "/api/v1/persons/%s/notes" % cls.person, {"text": "Called %s at %s" % (NAME, PHONE)})
        lists = admin.ok("POST", "/api/v1/lists", {"name": "Friends of " + NAME})["id"]
        admin.ok("PUT", "/api/v1/persons/%s/lists/%s" % (cls.person, lists), {"state": "subscribed"})
        admin.ok("POST", "/api/v1/segments", {"name": "Like " + NAME, "conditions": {"op": "and", "rules": [{"field": "email_known", "operator": "is", "value": True}]}})
        for more in ({"name": "To " + NAME, "subject": "Hi {{ person.first_name }}", "from_name": "Org", "from_email": "post@sender.example", "document": document()},
                     {"name": "SMS to " + NAME, "channel": "sms", "text": "Hi " + NAME}):
            campaign = admin.ok("POST", "/api/v1/campaigns", {**more, "service_reason": "They asked for it.", "audience": {"lists": [lists], "segments": []}})["id"]
            admin.ok("POST", "/api/v1/campaigns/%s/send" % campaign, {})
            varde.wait_for(lambda: admin.ok("GET", "/api/v1/campaigns/%s/progress" % campaign)["state"] == "sent", "the campaign")
        admin.ok("POST", "/api/v1/journeys", {"name": "For " + NAME, "steps": [{"id": "a", "kind": "wait", "days": 1}]})
        form = admin.ok("POST", "/api/v1/forms", {"name": "Ask " + NAME, "slug": "ask", "title": "T", "fields": [{"key": "email", "type": "email", "label": "E-mail", "required": True}]})["id"]
        admin.ok("POST", "/api/v1/forms/%s/publish" % form, {})
        admin.ok("POST", "/api/v1/suppressions", {"email": "no-more-" + EMAIL})
        admin.import_csv("email,first name\nimported-%s,%s\nbad\n" % (EMAIL, NAME), filename=NAME + ".csv")
        admin.ok("POST", "/api/v1/exports", {"what": "persons", "format": "csv"})
        # Shifts, and who fills them.
        admin.ok("PUT", "/api/v1/substitutes/" + cls.person, {})
        admin.request("PUT", "/api/v1/substitutes/%s/picture" % cls.person, raw=png(200, 150), headers={"Content-Type": "image/png"})
        # A request from the page, and one from the desk.
        Visitor(cls.program).ask("access", EMAIL, NAME, "I am " + NAME)
        request = admin.ok("POST", "/api/v1/requests", {"kind": "access", "channel": "letter", "name": NAME, "contact": EMAIL, "words": "from " + NAME, "identity": "passport of " + NAME})["id"]
        admin.ok("POST", "/api/v1/requests/%s/refuse" % request, {"reason": "I do not know " + NAME})
        admin.ok("POST", "/api/v1/persons/%s/restrict" % cls.person, {"reason": NAME + " wants it"})
        admin.ok("POST", "/api/v1/persons/%s/lift-restriction" % cls.person, {"reason": NAME + " wants it"})
        admin.ok("PUT", "/api/v1/retention/" + admin.ok("GET", "/api/v1/retention")["items"][0]["category"], {"months": 24})
        assert admin.delete("/api/v1/persons/" + gone).status == 204
        cls.erased = gone
        admin.ok("PUT", "/api/v1/audit/mail", {"address": "zyxo-address@example.org", "confirm": "zyxo-address@example.org"})
        admin.ok("POST", "/api/v1/audit/heads")
        varde.wait_for(lambda: admin.get("/api/v1/erasures/%s/receipt" % gone).status == 200, "the receipt")

    def clean(self, where, *texts):
        for text in texts:
            text = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
            for mark in MARKS:
                self.assertNotIn(mark, text.lower(), where)
                self.assertNotIn(base64.b64encode(mark.encode()).decode().rstrip("=")[:-2], text, where)

    def test_what_an_auditor_may(self):
        session = self.auditor.ok("GET", "/api/v1/session")
        self.assertEqual((session["role"], session["rights"]), ("auditor", ["evidence.read"]))
        me = next(u for u in self.admin.ok("GET", "/api/v1/users")["items"] if u["role"] == "auditor")
        rights = self.admin.ok("GET", "/api/v1/users/%s/rights" % me["id"])["rights"]
        self.assertEqual([r["right"] for r in rights if r["granted"]], ["evidence.read"])
        # An administrator makes and unmakes auditors like others.
        self.assertEqual(self.admin.request("PATCH", "/api/v1/users/" + me["id"], {"role": "viewer"}, {"If-Match": "*"}).status, 204)
        self.assertEqual(self.auditor.get("/api/v1/backups").status, 403)
        self.assertEqual(self.admin.request("PATCH", "/api/v1/users/" + me["id"], {"role": "auditor"}, {"If-Match": "*"}).status, 204)
        self.assertEqual(self.auditor.get("/api/v1/backups").status, 200)

    def test_no_endpoint_shows_anybody(self):
        openapi = json.loads(varde.subprocess.run([varde.BINARY, "openapi"], capture_output=True, check=True).stdout)
        ids = set()
        for (table,) in self.program.sql("SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'tenant_id' ORDER BY 1"):
            for (text,) in self.program.sql("SELECT t::text FROM %s t ORDER BY random() LIMIT 40" % table):
                ids.update(re.findall(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", text))
        rng, opened = random.Random(7), set()
        entries = [r[0] for r in self.program.sql("SELECT entry_id FROM audit_entry ORDER BY entry_id LIMIT 400")]
        for path, methods in openapi["paths"].items():
            if "get" not in methods or path == "/api/v1/events":
                continue
            operation = methods["get"]
            names = [p for p in operation.get("parameters", []) if p["in"] == "path"]
            query = "&".join("%s=%s" % (p["name"], urllib.parse.quote(str(sample(p["schema"], openapi["components"]["schemas"], sorted(ids), rng)))) for p in operation.get("parameters", []) if p["in"] == "query" and p["required"])
            tries = [None] if not names else [self.person, self.erased, *entries[:120], *rng.sample(sorted(ids), min(120, len(ids)))]
            if path == "/api/v1/retention/{category}/preview":
                tries = [c["category"] for c in self.admin.ok("GET", "/api/v1/retention")["items"]]
            for value in tries:
                address = path
                for p in names:
                    address = address.replace("{%s}" % p["name"], str(value))
                answer = self.auditor.get(address + ("?" + query if query else ""))
                if answer.status == 429:
                    self.program.move_clock(700)
                    answer = self.auditor.get(address + ("?" + query if query else ""))
                self.assertNotIn(answer.status, (401, 500), (address, answer.body))
                self.clean(address, answer.body, json.dumps(dict(answer.headers)))
                if answer.status < 300:
                    opened.add(path)
                if answer.status == 403:
                    break
        opened.add("/api/v1/events")
        self.assertEqual(opened, READS)
        # All of the trail, page by page, and what is asked for by name.
        cursor, seen = "", 0
        while True:
            page = self.auditor.ok("GET", "/api/v1/audit?limit=200" + cursor)
            self.clean("the trail", json.dumps(page, ensure_ascii=False))
            seen += len(page["items"])
            for entry in page["items"]:
                self.assertFalse([f for f in entry["fields"] if "old" in f or "new" in f], entry)
                if entry["object"]["kind"] != "user":
                    self.assertNotIn("name", entry["object"])
                self.assertNotIn("name", entry.get("person", {}))
            if not page.get("next"):
                break
            cursor = "&cursor=" + page["next"]
        self.assertGreater(seen, 20)
        by = [e["actor"].get("name") for e in self.auditor.ok("GET", "/api/v1/audit?limit=200&action=person.update")["items"]]
        self.assertTrue(by and all(by), "by whom, is what it is for")
        # Whoever may read the trail sees the values still.
        self.assertIn(NAME, json.dumps(self.admin.ok("GET", "/api/v1/audit?limit=200&action=person.update")))
        self.assertIn(NAME, json.dumps(self.admin.ok("GET", "/api/v1/audit?limit=200&action=list.create")))

    def test_evidence_and_programme(self):
        answer = self.auditor.post("/api/v1/evidence", {})
        self.assertEqual(answer.status, 200, answer.body)
        archive = zipfile.ZipFile(io.BytesIO(answer.body))
        self.clean("the bundle", *[archive.read(n) for n in archive.namelist()], *archive.namelist())
        key = self.auditor.ok("GET", "/api/v1/audit/key")["verifier"]
        self.assertTrue(verify(answer.body, key)["ok"])
        receipt = self.auditor.get("/api/v1/erasures/%s/receipt" % self.erased)
        self.assertTrue(verify(receipt.body, key)["ok"])
        for format in ("html", "pdf"):
            self.clean("the programme", self.auditor.get("/api/v1/programme?format=" + format).body)
        access = json.loads(archive.read("access.json"))
        self.assertIn("auditor", [u["role"] for u in access["users"]])
        self.assertIn("auditor", archive.read("index.html").decode().lower())

    def test_nothing_is_changed(self):
        openapi = json.loads(varde.subprocess.run([varde.BINARY, "openapi"], capture_output=True, check=True).stdout)
        taken = set()
        for path, methods in openapi["paths"].items():
            for method, operation in methods.items():
                if method == "get" or path.startswith(OWN):
                    continue
                address = re.sub(r"{\w+}", self.person, path)
                body = {"raw": b"x"} if "application/json" not in operation.get("requestBody", {}).get("content", {"application/json": 1}) else {"body": {}}
                answer = self.auditor.request(method.upper(), address, headers={"If-Match": "*"}, **body)
                if answer.status != 403:
                    taken.add("%s %s" % (method.upper(), path))
        # A calculation, the own notifications, and the file of proofs.
        self.assertEqual(taken, {"POST /api/v1/sms/measure", "POST /api/v1/notifications/{id}/read", "POST /api/v1/evidence"})
        self.assertIn(b"evidence.make", self.admin.get("/api/v1/audit?action=evidence.make").body, "and that one leaves a trace")


if __name__ == "__main__":
    unittest.main()
