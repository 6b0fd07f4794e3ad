"""One organisation brought back to an earlier minute beside the running program: exactly it, exactly then, and nothing goes out again."""
import datetime, http.client, json, signal, subprocess, time, unittest
import outreach, test_evidence, varde
from test_backup import cli, database_time, looked
from test_trail import verify

# What goes back as it was, to the byte.
BACK = ("person", "person_prefix", "person_attribute", "person_tag", "attribute", "tag", "list", "purpose", "activity", "segment", "template", "form", "form_answer", "workplace", "skill", "pool", "booking", "retention_rule")


def columns(program, table):
    return [r[0] for r in program.sql("SELECT attname FROM pg_attribute WHERE attrelid = '%s'::regclass AND attnum > 0 AND NOT attisdropped" % table)]


def rows_of(program, slug, tables):
    """What an organisation has in each of these tables, in one word each."""
    [[tenant]] = program.sql("SELECT tenant_id FROM tenant WHERE slug = '%s'" % slug)
    text = " UNION ALL ".join("SELECT '%s', count(*) || ' ' || coalesce(md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))), '') FROM %s t WHERE tenant_id = '%s'" % (t, t, tenant) for t in tables)
    return dict(program.sql(text))


class TenantRestore(outreach.OutreachCase):
    @classmethod
    def setUpClass(cls):
        cls.program = varde.Program(extra=["--backup"])
        cls.addClassCleanup(cls.program.remove)
        cls.program.start(tenant="second", admin="other@example.org")
        cls.program.stop()
        cls.program.start()
        looked(cls.program)
        cls.data = cls.program.directory / "data"
        cls.tables = [r[0] for r in cls.program.sql("SELECT relname FROM pg_class WHERE relkind = 'r' AND relforcerowsecurity ORDER BY 1")]
        # The minute's sealing adds to the trail of everybody; what is compared is the rest.
        cls.others = [t for t in cls.tables if not t.startswith("audit_") and t != "restore_point_state"]

    def setUp(self):
        self.admin, self.other = self.program.admin(), self.program.admin("other@example.org")
        self.verifier = self.admin.ok("GET", "/api/v1/audit/key")["verifier"]
        self.admin.patch("/api/v1/settings", {"postal_address": "Storgata 1, 0155 Oslo"}, self.admin.ok("GET", "/api/v1/settings")["version"])

    def restore(self, *words, ok=True):
        return cli(self.program, "restore", "--tenant", "first", *words, ok=ok)

    def person(self, name, admin=None, **fields):
        return (admin or self.admin).ok("POST", "/api/v1/persons", {"email": name + "@example.org", "first_name": name, **fields})

    def keys(self, *ids):
        return {row[0] for row in self.program.sql("SELECT person_id FROM person_key WHERE person_id = ANY('{%s}')" % ",".join(ids), "keystore")}

    def one(self, query):
        return self.program.sql(query)[0][0]

    def test_1_it_is_as_it_was_and_the_others_as_they_are(self):
        self.admin.ok("POST", "/api/v1/attributes", {"key": "town", "label": "Town", "type": "text", "classification": "plain"})
        recipients = self.list_of("reader", 5)
        stays, changes, goes = (self.person(name, attributes={"town": "Oslo"}) for name in ("stays", "changes", "goes"))
        tag = self.admin.ok("POST", "/api/v1/tags", {"name": "kept"})["id"]
        now = lambda plus: datetime.datetime.fromtimestamp(self.program.now() + plus, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        sent, waits, began = (self.campaign(recipients, name=name) for name in ("sent later", "waits", "began"))
        self.send(began)
        self.admin.ok("POST", "/api/v1/campaigns/%s/send" % waits["id"], {"at": now(86400)})
        journey = self.admin.ok("POST", "/api/v1/journeys", {"name": "Welcome", "trigger": {"kind": "list_joined", "list_id": recipients}, "start": "wait",
                                "steps": [{"id": "wait", "kind": "wait", "days": 1, "next": "tag"}, {"id": "tag", "kind": "tag", "add": ["welcomed"]}]})
        self.admin.ok("POST", "/api/v1/journeys/%s/start" % journey["id"])
        self.person("elsewhere", self.other)
        # A booking, whose minutes the database derives, as it does what texts are compared by.
        place = self.admin.ok("POST", "/api/v1/workplaces", {"name": "School"})["id"]
        pool = self.admin.ok("POST", "/api/v1/pools", {"name": "Teachers"})["id"]
        self.admin.ok("PUT", "/api/v1/substitutes/" + stays["id"], {"pools": [pool]})
        shift = self.admin.ok("POST", "/api/v1/shifts", {"workplace_id": place, "starts_at": now(5 * 86400), "ends_at": now(5 * 86400 + 7200), "pool_ids": [pool]})["id"]
        self.admin.ok("POST", "/api/v1/shifts/%s/publish" % shift, {})
        self.admin.ok("POST", "/api/v1/shifts/%s/book" % shift, {"person_id": stays["id"]})
        early = self.admin.ok("POST", "/api/v1/audit/heads")["note"]
        varde.wait_for(lambda: self.one("SELECT count(*) FROM job WHERE lease_until > now() AND tenant_id IS NOT NULL") == "0", "work to end")

        was, at = rows_of(self.program, "first", BACK), database_time(self.program)

        made = self.person("made")
        self.admin.patch("/api/v1/persons/" + changes["id"], {"first_name": "Changed"}, changes["version"])
        self.assertEqual(self.admin.delete("/api/v1/persons/" + goes["id"]).status, 204)
        self.admin.delete("/api/v1/tags/" + tag)
        self.admin.delete("/api/v1/persons/%s" % self.admin.ok("GET", "/api/v1/persons?q=reader3@example.org")["items"][0]["id"])
        self.assertEqual(self.send(sent)["counts"]["sent"], 4)
        self.program.sql("UPDATE person SET state = 2 WHERE person_id = '%s'" % stays["id"])
        mails = self.one("SELECT count(*) FROM captured_message")
        export = self.admin.ok("POST", "/api/v1/exports", {"what": "persons", "format": "csv"})["id"]
        varde.wait_for(lambda: self.admin.ok("GET", "/api/v1/exports/" + export)["state"] == "done", "the export")
        witnessed = self.admin.ok("POST", "/api/v1/audit/heads")["note"]
        self.program.readings_entered()
        others = rows_of(self.program, "second", self.others)

        [[kept]] = self.program.sql("SELECT xmin FROM person_attribute WHERE person_id = '%s'" % stays["id"])
        said = self.restore("--to", at)
        self.assertIn("gone with their keys: 1;", said)
        self.assertEqual(self.program.sql("SELECT xmin, text_key FROM person_attribute WHERE person_id = '%s'" % stays["id"]), [[kept, "OSLO"]], "what did not change is not written")
        self.assertEqual(self.one("SELECT minutes FROM booking WHERE person_id = '%s'" % stays["id"]), "120")
        self.assertIn("staying so: 2.", said)
        self.assertIn("campaigns stopped: 1; journeys paused: 1;", said)
        self.assertEqual(rows_of(self.program, "second", self.others), others)
        self.assertEqual(len(self.other.ok("GET", "/api/v1/persons?q=elsewhere@example.org")["items"]), 1)

        # Everybody signs in again.
        self.assertEqual(self.admin.get("/api/v1/persons").status, 401)
        self.admin = self.program.admin()
        # As it was, but for whom was erased, and who has been restricted since.
        self.assertEqual(self.admin.get("/api/v1/persons/" + goes["id"]).status, 404)
        self.assertEqual(self.admin.get("/api/v1/persons/" + made["id"]).status, 404)
        self.assertEqual(self.admin.ok("GET", "/api/v1/persons/" + changes["id"])["first_name"], "changes")
        self.assertEqual(self.admin.ok("GET", "/api/v1/persons/" + stays["id"])["state"], "restricted")
        self.assertEqual([t["id"] for t in self.admin.ok("GET", "/api/v1/tags")["items"] if t["name"] == "kept"], [tag])
        back = rows_of(self.program, "first", BACK)
        differ = {t for t in BACK if was[t] != back[t]}
        self.assertEqual(differ, {"person", "person_prefix", "person_attribute", "activity"}, "those of the erased and the restricted alone")
        # The keys of those who were made since go, and so does the file that lay ready.
        varde.wait_for(lambda: self.keys(made["id"], export, stays["id"], goes["id"]) == {stays["id"]}, "the keys to go")
        self.assertEqual(self.admin.get("/api/v1/exports/%s" % export).status, 404)

        # What was sent is sent, what was queued waits, with a reason.
        self.assertEqual(self.admin.ok("GET", "/api/v1/campaigns/%s/progress" % sent["id"])["counts"]["sent"], 4)
        self.assertEqual(self.admin.ok("GET", "/api/v1/campaigns/%s/progress" % began["id"])["state"], "sent")
        held = self.admin.ok("GET", "/api/v1/campaigns/" + waits["id"])
        self.assertEqual(held["state"], "draft")
        self.assertIn("brought back to " + at[:19], self.one("SELECT error FROM campaign WHERE campaign_id = '%s'" % waits["id"]))
        self.assertEqual(self.admin.ok("GET", "/api/v1/journeys/" + journey["id"])["state"], "paused")
        self.program.move_clock(2 * 86400)
        self.admin = self.program.admin()
        time.sleep(2)  # what would go out by itself, would go now
        self.assertEqual(self.one("SELECT count(*) FROM captured_message"), mails)
        self.assertIn("brought back", self.admin.ok("GET", "/api/v1/notifications")["items"][0]["text"])

        # The trail grew.
        report = verify(self.admin.get("/api/v1/audit/export").body, self.verifier, early, witnessed)
        self.assertTrue(report["ok"], report)
        self.assertEqual(report["witnessed"], 2)
        [entry] = self.admin.ok("GET", "/api/v1/audit?action=tenant.restore")["items"]
        self.assertTrue(entry["fields"][0]["field"].startswith("restored to " + at[:19]), entry)
        self.assertIn("campaigns stopped: 1", [f["field"] for f in entry["fields"]])
        self.assertFalse(list(self.data.glob("one.*")))

        # It goes on from there, and what was taken back can be had as well.
        self.person("goeson")
        self.assertIn("there again: 0;", self.restore("--to", "latest"))

    def test_1_what_is_damaged_of_a_person_is_brought_back(self):
        flip = lambda table, column, person, cluster="main": self.program.sql("UPDATE %s SET %s = set_byte(%s, 40, get_byte(%s, 40) # 1) WHERE person_id = '%s'" % (table, column, column, column, person), cluster)
        restored = lambda person, ok=True, to=None: cli(self.program, "restore", "--tenant", "first", "--person", person, "--to", to or at, ok=ok)
        home = lambda: " ".join(a["text"] for a in self.admin.ok("GET", "/api/v1/home")["attention"] if a["kind"] == "alarm_damaged")
        row, key, gone, whole = (self.person(name, phone="+4790000%03d" % i) for i, name in enumerate(("brow", "bkey", "bgone", "bwhole")))
        recipients = self.list_of("breader", 1)
        self.admin.request("PUT", "/api/v1/persons/%s/lists/%s" % (row["id"], recipients), {"state": "subscribed"})
        self.assertEqual(self.send(self.campaign(recipients, name="before the damage"))["counts"]["sent"], 2)
        self.admin.ok("PATCH", "/api/v1/persons/" + row["id"], {"first_name": "Then"}, headers={"If-Match": '"v%d"' % self.admin.ok("GET", "/api/v1/persons/" + row["id"])["version"]})
        at = database_time(self.program)

        # Since then she left the list, which stays; her row, her mail in the built-in mailbox and another one's key are damaged.
        self.admin.request("PUT", "/api/v1/persons/%s/lists/%s" % (row["id"], recipients), {"state": "unsubscribed"})
        flip("person", "sealed", row["id"])
        flip("captured_message", "sealed", row["id"])
        flip("person_key", "wrapped", key["id"], "keystore")
        flip("person", "sealed", gone["id"])
        self.assertEqual(self.admin.delete("/api/v1/persons/" + gone["id"]).status, 204)
        varde.wait_for(lambda: self.keys(gone["id"]) == set(), "her key to go")
        self.program.stop()  # keys that were read are remembered for a while
        self.program.start()
        self.admin = self.program.admin()
        for person in (row, key):
            self.assertEqual(self.admin.get("/api/v1/persons/" + person["id"]).status, 409)
            self.assertIn(person["id"], home())

        self.assertIn("Her key: not damaged.\nRows put back: 1 captured_message, 1 person.\n", restored(row["id"]))
        self.assertIn("Her key: brought back.\nRows put back: none.\n", restored(key["id"]))
        self.assertIn("can be read. Nothing was changed.", restored(whole["id"]))
        self.assertIn("Whoever was erased is not brought back.", restored(gone["id"], ok=False))
        self.assertIn("is not a person's id", restored("somebody", ok=False))
        self.assertNotIn("damaged", home())
        for person, name in ((row, "Then"), (key, "bkey")):
            shown = self.admin.ok("GET", "/api/v1/persons/" + person["id"])
            self.assertEqual((shown["first_name"], shown["phone"]), (name, person["phone"]))
            self.assertEqual([p["id"] for p in self.admin.ok("GET", "/api/v1/persons?q=" + person["email"])["items"]], [person["id"]])
        self.assertEqual(self.program.sql("SELECT state FROM list_member WHERE person_id = '%s'" % row["id"]), [["3"]], "what she said since stands")
        entries = [e for e in self.admin.ok("GET", "/api/v1/audit?limit=200")["items"] if e["action"] == "person.restore"]
        self.assertEqual(sorted(e["object"]["id"] for e in entries), sorted([row["id"], key["id"]]))
        # Damaged before the moment: said, and nothing is made worse.
        flip("person", "sealed", whole["id"])
        late = database_time(self.program)
        self.assertIn("cannot be read and were not there, or not to be read, at that moment: 1 person", restored(whole["id"], to=late))
        self.assertIn("Rows put back: 1 person.", restored(whole["id"]))
        self.assertEqual(sorted(p.name for p in self.data.glob("one.*")), [], "nothing of then is left lying about")

    def test_2_closed_for_its_own_and_killed_it_is_as_it_was(self):
        before = self.person("before 2".replace(" ", ""))
        at = database_time(self.program)
        tag = self.admin.ok("POST", "/api/v1/tags", {"name": "after 2"})["id"]
        self.program.readings_entered()
        now = rows_of(self.program, "first", self.others)
        lock = subprocess.Popen(self.program.psql(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/")
        lock.stdin.write("BEGIN; SELECT 'locked' FROM tag WHERE tag_id = '%s' FOR UPDATE;\n" % tag)
        lock.stdin.flush()
        self.assertEqual(lock.stdout.readline(), "locked\n")
        node = varde.Node(self.program).start()  # another node knows at once too
        self.addCleanup(node.stop)
        beside = node.admin()
        restore = subprocess.Popen([varde.BINARY, "restore", "--tenant", "first", "--to", at, "--data", str(self.data)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            answer = varde.wait_for(lambda: (lambda a: a if a.status == 503 else None)(self.admin.get("/api/v1/tags")), "the organisation to be closed", 60)
            self.assertEqual(answer.json["kind"], "tenant-closed")
            self.assertIn("being brought back", answer.json["detail"])
            self.assertTrue(answer.headers["Retry-After"])
            self.assertEqual(self.admin.post("/api/v1/tags", {"name": "not now"}).status, 503)
            self.assertEqual(beside.get("/api/v1/tags").status, 503)
            self.assertEqual(self.other.get("/api/v1/tags").status, 200)
            self.other.ok("POST", "/api/v1/tags", {"name": "meanwhile"})
            restore.kill()
            restore.wait()
        finally:
            lock.stdin.close()
            lock.wait()
            restore.poll() is None and restore.kill()
        varde.wait_for(lambda: self.admin.get("/api/v1/tags").status == 200, "the organisation to be open again", 20)
        self.assertEqual(rows_of(self.program, "first", self.others), now)
        # What it left goes with the next one, which is done whole.
        self.assertTrue(list(self.data.glob("one.*")))
        varde.wait_for(lambda: self.one("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'varde-restore'") == "0", "its connections to end")
        self.restore("--to", at)
        self.assertFalse(list(self.data.glob("one.*")))
        self.admin = self.program.admin()
        self.assertNotIn("after 2", {t["name"] for t in self.admin.ok("GET", "/api/v1/tags")["items"]})
        self.assertEqual(self.admin.get("/api/v1/persons/" + before["id"]).status, 200)
        self.assertEqual(self.one("SELECT count(*) FROM tenant_rest"), "0")

    def test_2_what_is_being_sent_goes_to_everybody_once(self):
        sink = outreach.Sink()
        self.admin.request("POST", "/api/v1/domains", {"domain": "sender.example"})
        self.program.sql("UPDATE sending_domain SET verified_at = now()")
        provider = self.admin.ok("POST", "/api/v1/providers", {"name": "slow", "kind": "smtp", "host": "127.0.0.1", "port": sink.port, "security": "none", "connections": 1, "per_second": 1})
        campaign = self.campaign(self.list_of("once", 120), provider_id=provider["id"])
        self.admin.ok("POST", "/api/v1/campaigns/%s/send" % campaign["id"], {})
        varde.wait_for(lambda: len(sink.messages) > 1, "some to be sent")
        at = database_time(self.program)
        varde.wait_for(lambda: len(sink.messages) > 3, "more to be sent")
        said = self.restore("--to", at)
        self.assertIn("campaigns stopped: 1;", said)
        self.admin = self.program.admin()
        sent = len(sink.messages)
        self.assertLess(sent, 120, "it was stopped on its way")
        held = self.admin.ok("GET", "/api/v1/campaigns/" + campaign["id"])
        self.assertEqual(held["state"], "paused")
        self.assertIn("brought back to " + at[:19], held["error"])
        self.assertEqual(self.admin.ok("GET", "/api/v1/campaigns/%s/progress" % campaign["id"])["counts"]["sent"], sent)
        time.sleep(1)
        self.assertEqual(len(sink.messages), sent)
        self.admin.request("PATCH", "/api/v1/providers/" + provider["id"], {"per_second": 1000}, headers={"If-Match": "*"})
        self.admin.ok("POST", "/api/v1/campaigns/%s/resume" % campaign["id"])
        self.assertEqual(self.reach(campaign, ("sent",))["counts"]["sent"], 120)
        self.assertEqual(sorted(to for _, to, _ in sink.messages), sorted("once%d@example.org" % i for i in range(120)))

    def test_3_a_copy_shows_and_changes_nothing(self):
        first, second = self.person("shown"), self.person("erasedmeanwhile")
        at = database_time(self.program)
        self.admin.patch("/api/v1/persons/" + first["id"], {"first_name": "Later"}, first["version"])
        port = varde.free_port()
        output = open(self.program.directory / "copy.log", "ab")
        process = subprocess.Popen([varde.BINARY, "restore", "--tenant", "first", "--to", at, "--copy", "--port", str(port), "--data", str(self.data), "--test-clock", str(self.program.clock)],
                                   stdout=output, stderr=output)
        said = lambda: (self.program.directory / "copy.log").read_text()
        try:
            varde.wait_for(lambda: "read-only: http" in said() or process.poll() is not None, "the copy", 60)
            self.assertIsNone(process.poll(), said())
            shown = type("Shown", (), {"connect": lambda _, timeout: http.client.HTTPConnection("127.0.0.1", port, timeout=timeout),
                                       "move_clock": lambda _, seconds: self.program.move_clock(seconds), "now": lambda _: self.program.now()})()
            copy = varde.Client(shown)
            self.assertEqual(copy.login("admin@example.org")["notices"][0]["text"][:40], "Read-only copy of " + at[:22])
            self.assertEqual(copy.ok("GET", "/api/v1/persons/" + first["id"])["first_name"], "shown")
            self.assertEqual(copy.ok("GET", "/api/v1/persons/" + second["id"])["first_name"], "erasedmeanwhile")
            for refused in (copy.post("/api/v1/tags", {"name": "no"}), copy.delete("/api/v1/persons/" + first["id"]), copy.post("/p/f/anything")):
                self.assertEqual((refused.status, refused.json["kind"]), (403, "read-only-copy"))
                self.assertIn("Nothing can be changed in it", refused.json["detail"])
            # The login to the program is another one.
            self.assertEqual(self.admin.get("/api/v1/tags").status, 200)
            self.assertEqual(self.admin.delete("/api/v1/persons/" + second["id"]).status, 204)
            gone = copy.get("/api/v1/persons/" + second["id"])
            self.assertNotIn(b"erasedmeanwhile", gone.body)
            # Nobody else's rows are there, and nobody who is no administrator of it.
            [folder] = self.data.glob("one.*")
            rows = lambda query: self.program.sql(query, cluster=folder.name)
            self.assertEqual(rows("SELECT count(*) FROM tenant"), [["1"]])
            self.assertEqual(rows("SELECT count(*) FROM account"), [["1"]])
            [[tenant]] = self.program.sql("SELECT tenant_id FROM tenant WHERE slug = 'first'")
            for (table,) in rows("SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'tenant_id'"):
                # The trail of accounts belongs to nobody: the login to the copy stands in it.
                self.assertEqual(rows("SELECT count(*) FROM %s WHERE tenant_id <> '%s' AND tenant_id <> '00000000-0000-0000-0000-000000000000'" % (table, tenant)), [["0"]], table)
            self.assertEqual(rows("SELECT count(*) FROM job"), [["0"]])
        finally:
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(60), 0, said())
        self.assertFalse(list(self.data.glob("one.*")))
        self.assertEqual(len(self.admin.ok("GET", "/api/v1/audit?action=tenant.copy")["items"]), 2)

    def test_4_evidence_proves_them(self):
        bundle = self.admin.post("/api/v1/evidence", {}).body
        self.assertEqual(test_evidence.verify(bundle, self.verifier)["problem"], "")
        files, _, entries = test_evidence.checked(bundle, self.verifier)
        told = json.loads(files["restores.json"])
        self.assertLessEqual({"tenant.restore", "tenant.copy", "tenant.copy-end"}, {d["action"] for d in told})
        self.assertTrue(all(entries[d["entry"]]["action"] == d["action"] for d in told))
        self.assertIn(b"data of this organisation alone", files["index.html"])

    def test_4_what_cannot_be_is_said(self):
        self.assertIn("no organisation with the short name nobody", cli(self.program, "restore", "--tenant", "nobody", "--to", "latest", ok=False))
        for wrong, why in (("2020-01-01T00:00:00Z", "out of reach. Any moment from"), ("2999-01-01T00:00:00Z", "still to come"), ("yesterday", "is not a moment")):
            self.assertIn(why, self.restore("--to", wrong, ok=False))
        self.assertIn("which moment", self.restore(ok=False))
        self.assertIn("--tenant goes with", self.restore("--to", "latest", "--force", ok=False))
        at = database_time(self.program)
        self.program.stop()
        try:
            self.assertIn("Varde does not run", self.restore("--to", at, ok=False))
        finally:
            self.program.start(tenant="young", admin="young@example.org")
        self.assertIn("was not there yet", cli(self.program, "restore", "--tenant", "young", "--to", at, ok=False))
        self.assertFalse(list(self.data.glob("one.*")))

    def test_5_every_column_of_the_organisations_own_row_is_thought_of(self):
        """Settings go back; whose it is and what became of its contract does not."""
        settings = {"name", "colour", "time_zone", "locale", "postal_address", "open_tracking", "click_tracking", "quiet_from", "quiet_to"}
        todays = {"tenant_id", "slug", "state", "demo", "totp_roles", "version", "created_at"}
        self.assertEqual(set(columns(self.program, "tenant")), settings | todays, "say in exchange.cpp (kSettings) whether the new column goes back, and here")


if __name__ == "__main__":
    unittest.main()
