"""The end of a contract: announced, ended, taken along, removed, proved; and a restore that does not bring it back."""
import base64, csv, datetime, hashlib, io, json, pathlib, re, subprocess, tempfile, unittest, zipfile, zoneinfo
import varde
from outreach import document
from pictures import png
from test_backup import database_time, program_with_backups
from sms import noon
from test_requests import PAGE, Visitor, verify_note
from test_trail import open_head, verify

DAY = 86400


def cli(program, *words, ok=True):
    done = subprocess.run([varde.BINARY, *words, "--data", str(program.directory / "data")], capture_output=True, text=True, timeout=120)
    assert (done.returncode == 0) == ok, (done.returncode, done.stdout, done.stderr)
    return done.stdout + done.stderr


class Contract(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.program = varde.Program()
        cls.program.start(tenant="other", admin="other@example.org")
        cls.program.stop()
        cls.program.start()
        cls.addClassCleanup(cls.program.remove)
        cls.admin = cls.program.admin()
        cls.fill(cls.admin)
        cls.verifier = cls.admin.ok("GET", "/api/v1/audit/key")["verifier"]

    @classmethod
    def fill(cls, admin):
        """Something of everything that is sealed."""
        admin.ok("PATCH", "/api/v1/settings", {"postal_address": "Storgata 1, 0155 Oslo"}, headers={"If-Match": "*"})
        admin.ok("PUT", "/api/v1/audit/mail", {"address": "keeper@auditors.example", "confirm": "keeper@auditors.example"})
        admin.ok("POST", "/api/v1/attributes", {"key": "shoe", "label": "Shoe size", "type": "number", "classification": "sensitive"})
        cls.person = admin.ok("POST", "/api/v1/persons", {"email": "kari.export@example.org", "phone": "+4791234567", "first_name": "Kari \u00d8", "last_name": "Export", "attributes": {"shoe": 41}})["id"]
        cls.erased = admin.ok("POST", "/api/v1/persons", {"email": "gone.export@example.org", "first_name": "Gone"})["id"]
        admin.ok("PATCH", "/api/v1/persons/" + cls.person, {"last_name": "Exporter"}, headers={"If-Match": "*"})
        admin.ok("POST", "/api/v1/persons/%s/notes" % cls.person, {"text": "Called, and was friendly"})
        list_id = admin.ok("POST", "/api/v1/lists", {"name": "All"})["id"]
        admin.ok("PUT", "/api/v1/persons/%s/lists/%s" % (cls.person, list_id), {"state": "subscribed"})
        campaign = admin.ok("POST", "/api/v1/campaigns", {"name": "Last", "service_reason": "They asked for it.", "subject": "Hi {{ person.first_name }}", "from_name": "Org", "from_email": "post@sender.example",
                                                          "document": document(), "audience": {"lists": [list_id], "segments": []}})
        admin.ok("POST", "/api/v1/campaigns/%s/send" % campaign["id"], {})
        varde.wait_for(lambda: admin.ok("GET", "/api/v1/campaigns/%s/progress" % campaign["id"])["state"] == "sent", "the campaign")
        admin.ok("POST", "/api/v1/images", raw=png(40, 30), headers={"Content-Type": "image/png"})
        admin.ok("PUT", "/api/v1/substitutes/" + cls.person, {})
        assert admin.request("PUT", "/api/v1/substitutes/%s/picture" % cls.person, raw=png(200, 150), headers={"Content-Type": "image/png"}).status == 204
        assert admin.delete("/api/v1/persons/" + cls.erased).status == 204

    def setUp(self):
        if "test_7" not in self.id():
            self.admin = self.program.admin()

    def rows(self, archive, table):
        return [json.loads(line) for line in archive.read("tables/%s.jsonl" % table).decode().splitlines()]

    def settled(self, state):
        varde.wait_for(lambda: self.program.sql("SELECT state FROM contract_end") == [[str(state)]], "the contract to be in state %d" % state)

    def test_1_who_may_and_what_is_asked(self):
        self.assertEqual(self.admin.ok("GET", "/api/v1/contract")["state"], "active")
        self.assertEqual(self.program.client().get("/api/v1/contract").status, 401)
        for body, where in (({"wanted": "removal", "confirm": "second"}, "/confirm"), ({"wanted": "removal", "confirm": "first", "ends_at": "2050-01-01T00:00:00Z"}, "/ends_at"), ({"wanted": "sale", "confirm": "first"}, "/wanted")):
            answer = self.admin.post("/api/v1/contract/end", body)
            self.assertEqual(answer.status, 422, answer.body)
            self.assertEqual(json.loads(answer.body)["errors"][0]["pointer"], where)
        self.assertEqual(self.admin.delete("/api/v1/contract/end").status, 404)
        self.assertEqual(self.admin.ok("GET", "/api/v1/contract")["state"], "active")

    def test_2_announced_changed_and_withdrawn(self):
        ends = datetime.datetime.fromtimestamp(self.program.now() + 40 * DAY, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        told = self.admin.ok("POST", "/api/v1/contract/end", {"wanted": "return_and_removal", "confirm": "first", "ends_at": ends, "reason": "We move"})
        self.assertEqual((told["state"], told["ends_at"][:19], told["reason"]), ("announced", ends[:19], "We move"))
        self.assertTrue(any("announced" in n["text"] for n in self.admin.ok("GET", "/api/v1/notifications")["items"]))
        self.admin.ok("GET", "/api/v1/persons")
        told = self.admin.ok("DELETE", "/api/v1/contract/end")
        self.assertEqual(told["state"], "active")
        actions = [e["action"] for e in self.admin.ok("GET", "/api/v1/audit")["items"]]
        self.assertLessEqual({"contract.announce", "contract.withdraw"}, set(actions))

    def test_3_ended_there_is_one_thing_left(self):
        form = self.admin.ok("POST", "/api/v1/forms", {"name": "F", "slug": "late", "title": "Tell us", "fields": [{"key": "email", "type": "email", "label": "E-mail", "required": True}]})["id"]
        self.admin.ok("POST", "/api/v1/forms/%s/publish" % form, {})
        self.assertEqual(self.program.client().get("/p/f/first/late").status, 200)
        self.admin.ok("POST", "/api/v1/contract/end", {"wanted": "return_and_removal", "confirm": "first"})
        self.settled(2)
        self.assertEqual(self.admin.get("/api/v1/persons").status, 401, "sessions end")
        self.admin = self.program.admin()
        state = self.admin.ok("GET", "/api/v1/session")
        self.assertEqual((state["state"], sorted(state["rights"]), state["tenant"]["ended"]), ("ready", ["contract.end", "requests.handle"], True))
        for path in ("/api/v1/persons", "/api/v1/home", "/api/v1/audit", "/api/v1/settings"):
            answer = self.admin.get(path)
            self.assertEqual((answer.status, json.loads(answer.body)["kind"]), (403, "contract-ended"), path)
        self.assertEqual(self.admin.post("/api/v1/persons", {"email": "late@example.org"}).status, 403)
        for path in ("/p/f/first/late", "/p/me/first"):
            answer = self.program.client().get(path)
            self.assertEqual(answer.status, 410, path)
            self.assertIn("ended", answer.body.decode())
        # What the platform says still reaches the administrators.
        mails = lambda: self.program.sql("SELECT count(*) FROM captured_message")[0][0]
        self.assertTrue(varde.wait_for(lambda: self.program.sql("SELECT count(*) FROM outbox WHERE source_kind = 6 AND state = 2")[0][0] != "0", "the notice by mail"), mails())
        # The other organisation notices nothing.
        other = self.program.client()
        other.login("other@example.org")
        self.assertEqual(other.get("/api/v1/persons").status, 200)
        self.assertEqual(other.ok("GET", "/api/v1/contract")["state"], "active")

    def test_3_persons_still_ask_about_their_data(self):
        """The controller holds the data until the removal, and answers for it (Art. 12): page, code, desk, file."""
        contract = self.admin.ok("GET", "/api/v1/contract")
        removed = datetime.datetime.fromisoformat(contract["remove_at"]).astimezone(zoneinfo.ZoneInfo("Europe/Oslo"))
        day = "%d %s" % (removed.day, removed.strftime("%B"))
        page = self.program.client().get(PAGE).body.decode()
        self.assertRegex(page, r"removed for good on \w+ %s\." % day)
        self.assertIn("slettes for godt", self.program.client().get(PAGE, headers={"Accept-Language": "nb"}).body.decode())
        # What waits in the same queue stays there.
        self.program.sql("UPDATE sms SET state = 3 WHERE state <= 2")
        codes = lambda table, column: self.program.sql("SELECT count(*) FROM %s WHERE %s" % (table, column))[0][0]
        found = {}
        noon(self.program)
        self.admin = self.program.admin()
        for contact, table, sent in (("+4791234567", "sms", "kind = 6 AND state >= 3"), ("kari.export@example.org", "outbox", "source_kind = 6 AND state = 2")):
            with self.subTest(contact):
                before = int(codes(table, sent))
                visitor = Visitor(self.program)
                answer = visitor.ask("access", contact, "Kari", "What do you have?")
                self.assertEqual(answer.status, 303, answer.body)
                link = answer.headers["Location"][len(PAGE):]
                varde.wait_for(lambda: int(codes(table, sent)) > before, "the code to leave")
                self.assertRegex(visitor.get(PAGE + link).body.decode(), day)
                found[contact] = (visitor, link)
        self.assertEqual(codes("sms", "kind <> 6 AND state <= 2"), "0")
        # The code itself: the mailbox is closed to everybody, and the database has only its hash.
        visitor, link = found["kari.export@example.org"]
        code = self.code_in_export("kari.export@example.org")
        told = int(self.program.sql("SELECT count(*) FROM notification WHERE text LIKE 'A person asks%'")[0][0])
        self.assertEqual(visitor.send(link, {"action": "confirm", "code": code}).status, 303)
        self.assertEqual(int(self.program.sql("SELECT count(*) FROM notification WHERE text LIKE 'A person asks%'")[0][0]), told + 1)
        [request] = self.admin.ok("GET", "/api/v1/requests")["items"]
        self.assertLessEqual(request["due_at"], contract["remove_at"])
        self.assertIn(day, visitor.get(PAGE + link).body.decode())
        detail = self.admin.ok("GET", "/api/v1/requests/" + request["id"])
        self.assertEqual(detail["person"]["id"], self.person)
        self.admin.ok("POST", "/api/v1/requests/%s/package" % request["id"], {})
        varde.wait_for(lambda: self.admin.ok("GET", "/api/v1/requests/" + request["id"])["package"]["state"] == "ready", "the file")
        self.admin.ok("POST", "/api/v1/requests/%s/package/send" % request["id"], {})
        self.program.move_clock(1300)
        visitor.send(link, {"action": "again"})
        varde.wait_for(lambda: self.program.sql("SELECT count(*) FROM subject_request WHERE request_id = '%s' AND code_hash IS NOT NULL" % request["id"])[0][0] == "1", "another code")
        varde.wait_for(lambda: self.code_in_export("kari.export@example.org") != code, "its mail")
        fetched = visitor.send(link, {"action": "fetch", "code": self.code_in_export("kari.export@example.org")})
        self.assertEqual((fetched.status, fetched.headers["Content-Type"]), (200, "application/zip"))
        self.assertIn(b"manifest.json", fetched.body)
        # Everything else stays closed, and so it does to those who are no administrators.
        self.assertEqual(self.admin.get("/api/v1/persons").status, 403)
        self.assertEqual(self.admin.put("/api/v1/request-settings", {"keep_months": 3}).status, 403)

    def code_in_export(self, address):
        """The newest code that went to an address, out of what administrators can take along."""
        archive = zipfile.ZipFile(io.BytesIO(self.admin.get("/api/v1/contract/export").body))
        texts = [json.dumps(r) for r in self.rows(archive, "captured_message")]
        return [m[1] for text in texts if address in text and (m := re.search(r"\b(\d{6}) is your code", text))][-1]

    def test_4_everything_is_taken_along(self):
        answer = self.admin.get("/api/v1/contract/export")
        self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "application/zip"))
        archive = zipfile.ZipFile(io.BytesIO(answer.body))
        self.assertIsNone(archive.testzip())
        manifest = json.loads(archive.read("manifest.json"))
        text = verify_note(archive.read("manifest.sig").decode(), manifest["verifier"])
        origin, digest, at = text.splitlines()
        self.assertTrue(origin.endswith("/organisation-export"))
        self.assertEqual(base64.b64decode(digest), hashlib.sha256(archive.read("manifest.json")).digest())
        self.assertEqual({f["name"] for f in manifest["files"]} | {"manifest.json", "manifest.sig"}, set(archive.namelist()))
        for file in manifest["files"]:
            self.assertEqual((hashlib.sha256(archive.read(file["name"])).hexdigest(), len(archive.read(file["name"]))), (file["sha256"], file["bytes"]), file["name"])
        # What is sealed in the database is open here.
        [person] = self.rows(archive, "person")
        self.assertEqual(person["sealed"], {"email": "kari.export@example.org", "phone": "+4791234567", "first_name": "Kari \u00d8", "last_name": "Exporter", "attributes": {"shoe": 41}})
        self.assertEqual([r["sealed"] for r in self.rows(archive, "head_mail")], ["keeper@auditors.example"])
        self.assertIn("Called, and was friendly", [r["sealed"] for r in self.rows(archive, "activity")])
        self.assertIn("Hi Kari \u00d8", json.dumps([r["sealed_head"] for r in self.rows(archive, "captured_message")], ensure_ascii=False))
        values = json.dumps([r["sealed"] for r in self.rows(archive, "audit_entry")], ensure_ascii=False)
        self.assertIn("Exporter", values)
        self.assertNotIn("gone.export", answer.body.decode("latin-1"))
        self.assertNotIn("gone.export", "".join(archive.read(n).decode(errors="replace") for n in archive.namelist() if n.endswith((".jsonl", ".csv"))))
        [user] = self.rows(archive, "membership")
        self.assertTrue(user["name"])
        pictures = [n for n in archive.namelist() if n.startswith("files/")]
        self.assertEqual(sorted({n.split("/")[1] for n in pictures}), ["image", "person_picture"])
        for name in pictures:
            self.assertIn(archive.read(name)[:3], (b"\xff\xd8\xff", b"\x89PN"), name)
        # Both forms of a table say the same, and every row of the database is there.
        left_out = set(re.findall(r"<li><code>(\w+)</code>", archive.read("index.html").decode()))
        for (table,) in self.program.sql("SELECT relname FROM pg_class WHERE relforcerowsecurity AND relkind IN ('r', 'p') ORDER BY 1"):
            with self.subTest(table):
                name = "tables/%s.jsonl" % table
                self.assertEqual(name in archive.namelist(), table not in left_out)
                if table in left_out or table in ("contract_end", "audit_entry", "notification", "read_count"):  # the export itself adds to these
                    continue
                tenant = manifest["tenant"]
                rows = self.rows(archive, table)
                self.assertEqual(len(rows), int(self.program.sql("SELECT count(*) FROM \"%s\" WHERE tenant_id = '%s'" % (table, tenant))[0][0]))
                self.assertFalse([r for r in rows if "tenant_id" in r])
                if rows:
                    cells = list(csv.reader(io.StringIO(archive.read("tables/%s.csv" % table).decode("utf-8-sig"))))
                    self.assertEqual(len(cells), len(rows) + 1)
                    self.assertEqual(set(cells[0]), set(rows[0]) - {c for c in rows[0] if table in ("image", "person_picture", "person_document") and c in ("bytes", "sealed")})
        report = verify(archive.read("trail.jsonl"), manifest["verifier"])
        self.assertTrue(report["ok"], report)
        index = archive.read("index.html").decode()
        self.assertIn("1 active, 2 restricted", index)
        self.assertNotIn("<script", index)
        varde.wait_for(lambda: self.admin.ok("GET", "/api/v1/contract").get("exported_at"), "that it was taken along")
        # The operator can have it too.
        out = pathlib.Path(tempfile.mkdtemp()) / "all.zip"
        out.parent.chmod(0o777)
        cli(self.program, "tenant", "export", "first", "--out", str(out))
        with zipfile.ZipFile(out) as second:
            self.assertEqual(second.read("tables/person.jsonl"), archive.read("tables/person.jsonl"))

    def test_5_every_sealed_column_can_be_opened(self):
        """A module that seals a column says how it is opened, or the table is left out with a reason."""
        archive = zipfile.ZipFile(io.BytesIO(self.admin.get("/api/v1/contract/export").body))
        index = archive.read("index.html").decode()
        Contract.manifest = hashlib.sha256(archive.read("manifest.json")).hexdigest()
        varde.wait_for(lambda: self.program.sql("SELECT encode(manifest, 'hex') FROM contract_end") == [[Contract.manifest]], "that it was taken along")
        opened = set()
        for table, body in re.findall(r"<h3>(\w+)</h3>(.*?)</table>", index, re.S):
            opened |= {(table, c) for c in re.findall(r"<code>(\w+)</code></td><td>(?:opened|a file)", body)}
        left_out = set(re.findall(r"<li><code>(\w+)</code>", index))
        sealed = {tuple(r) for r in self.program.sql(
            "SELECT relname, attname FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid WHERE relforcerowsecurity AND atttypid = 'bytea'::regtype AND attname ~ 'sealed|payload' AND NOT attisdropped")}
        with_rows = {t for (t,) in self.program.sql("SELECT relname FROM pg_class WHERE relforcerowsecurity") if "<h3>%s</h3>" % t in index}
        missing = {(t, c) for t, c in sealed if t in with_rows and t not in left_out} - opened
        self.assertFalse(missing)

    def test_6_removed_and_proved(self):
        tenant = self.admin.ok("GET", "/api/v1/session")["tenant"]["id"]
        told = self.admin.ok("GET", "/api/v1/contract")
        link = told["certificate_link"].split("/p/", 1)[1]
        self.assertEqual(self.program.client().get("/p/" + link).status, 404, "not yet")
        self.program.move_clock(24 * DAY)
        varde.wait_for(lambda: self.program.sql("SELECT count(*) FROM notification WHERE text LIKE '%removed on%certificate%'")[0][0] != "0", "the reminder")
        verifier = self.verifier
        self.program.move_clock(7 * DAY)
        self.settled(4)
        varde.wait_for(lambda: self.program.sql("SELECT cardinality(members) FROM contract_end") == [["0"]], "the accounts")
        for (table,) in self.program.sql("SELECT c.oid::regclass FROM pg_class c JOIN pg_attribute a ON attrelid = c.oid AND attname = 'tenant_id' WHERE relkind IN ('r', 'p') AND relname <> 'contract_end' AND relnamespace = 'public'::regnamespace"):
            with self.subTest(table):
                self.assertEqual(self.program.sql("SELECT count(*) FROM %s WHERE tenant_id = '%s'" % (table, tenant)), [["0"]])
        self.assertEqual(self.program.sql("SELECT count(*) FROM person_key WHERE tenant_id = '%s'" % tenant, cluster="keystore"), [["0"]])
        self.assertEqual(self.program.sql("SELECT count(*) FROM tenant_key WHERE tenant_id = '%s'" % tenant, cluster="keystore"), [["0"]])
        self.assertEqual(self.program.sql("SELECT count(*) FROM account"), [["1"]])
        self.assertEqual(self.program.client().post("/api/v1/session", {"email": "admin@example.org", "password": varde.PASSWORD}).status, 401)
        # The certificate is to be had by those who were told where, and holds.
        self.assertEqual(self.program.client().get("/p/certificate/" + tenant + "." + "A" * 22).status, 404)
        note = self.program.client().get("/p/" + link).body.decode()
        title, sentence, data, *_ = verify_note(note, verifier).splitlines()
        certificate = json.loads(data)
        self.assertEqual(title, "Varde certificate of removal 1")
        self.assertIn(tenant, sentence)
        removed = {r["table"]: r["rows"] for r in certificate["rows"]}
        self.assertEqual(removed["person"], 1)
        self.assertGreater(certificate["keys"], 0)
        self.assertEqual(certificate["exported_manifest"], Contract.manifest)
        self.assertTrue(open_head(certificate["head"], verifier)[0].endswith(tenant))
        self.assertEqual(cli(self.program, "tenant", "certificate", "first"), note)
        self.assertIn("removed", cli(self.program, "tenant", "list"))
        self.assertIn("no organisation", cli(self.program, "tenant", "reopen", "first", ok=False))
        other = self.program.client()
        other.login("other@example.org")
        self.assertEqual(other.get("/api/v1/persons").status, 200)

    def test_7_the_operator_ends_and_reopens(self):
        said = cli(self.program, "tenant", "end", "other", "--reason", "Test")
        self.assertIn("is removed at", said)
        self.assertRegex(said, r"http://\S+/p/certificate/")
        other = self.program.client()
        other.login("other@example.org")
        self.assertEqual(other.get("/api/v1/persons").status, 403)
        cli(self.program, "tenant", "reopen", "other")
        other = self.program.client()
        other.login("other@example.org")
        self.assertEqual(other.get("/api/v1/persons").status, 200)
        self.assertIn("no organisation", cli(self.program, "tenant", "end", "nobody", ok=False))
        self.assertIn("is not a moment", cli(self.program, "tenant", "end", "other", "--at", "soon", ok=False))


class Restored(unittest.TestCase):
    def test_a_restore_to_before_the_removal_removes_again(self):
        program = program_with_backups()
        self.addCleanup(program.remove)
        program.stop()
        program.start(tenant="other", admin="other@example.org")
        admin = program.admin()
        person = admin.ok("POST", "/api/v1/persons", {"email": "stays.away@example.org"})["id"]
        tenant = admin.ok("GET", "/api/v1/session")["tenant"]["id"]
        at = database_time(program)
        link = admin.ok("POST", "/api/v1/contract/end", {"wanted": "removal", "confirm": "first"})["certificate_link"]
        varde.wait_for(lambda: program.sql("SELECT state FROM contract_end") == [["2"]], "the end")
        program.move_clock(31 * DAY)
        varde.wait_for(lambda: program.sql("SELECT state FROM contract_end") == [["4"]], "the removal")
        program.stop()
        cli(program, "restore", "--to", at)
        program.process = None
        program.start(tenant="other", admin="other@example.org")
        self.assertEqual(program.sql("SELECT slug FROM tenant ORDER BY 1"), [["other"]])
        self.assertEqual(program.sql("SELECT count(*) FROM person WHERE person_id = '%s'" % person), [["0"]])
        self.assertIn(tenant, program.client().get("/p/" + link.split("/p/", 1)[1]).body.decode(), "proved again")


if __name__ == "__main__":
    unittest.main()
