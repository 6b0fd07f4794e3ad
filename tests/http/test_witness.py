"""Heads of the trail leave the house: by mail to whom an organisation names, and by HTTP to the installation's witness."""
import contextlib, io, json, pathlib, re, subprocess, tempfile, unittest, zipfile
import varde
from sms import Gateway
from test_trail import open_head

DAY, HOUR, QUARTER = 86400, 3600, 15 * 60 + 61


class Receiver(Gateway):
    """A witness: keeps what it is sent."""

    def __init__(self):
        super().__init__()
        self.kept, self.status = [], 200

    def take(self, method, path, headers, body):
        self.requests.append((method, path, headers, body))
        if self.status == 200:
            self.kept.append(body.decode())
        return self.status, "{}"

    def text(self):
        return "".join(self.kept)


class Witness(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.receiver = Receiver()
        cls.program = varde.Program(extra=["--witness-url", "http://127.0.0.1:%d/heads?token=secret" % cls.receiver.port])
        cls.program.start(tenant="other", admin="other@example.org")
        cls.program.stop()
        cls.program.start()
        cls.addClassCleanup(cls.program.remove)

    def setUp(self):
        self.program.move_clock(61)
        self.admin = self.program.admin()
        self.key = self.admin.ok("GET", "/api/v1/audit/key")["verifier"]
        self.origin = self.admin.ok("GET", "/api/v1/audit/key")["origin"]

    def change(self, n):
        self.admin.ok("POST", "/api/v1/persons", {"email": "witnessed%d@example.org" % n})
        return self.admin.ok("POST", "/api/v1/audit/heads")

    def verified(self, witness):
        """What `varde audit verify` says of the trail with what somebody kept."""
        with tempfile.TemporaryDirectory() as place:
            place = pathlib.Path(place)
            place.chmod(0o755)
            (place / "trail.jsonl").write_bytes(self.admin.get("/api/v1/audit/export").body)
            (place / "kept").write_bytes(witness.encode())
            done = subprocess.run([varde.BINARY, "audit", "verify", str(place / "trail.jsonl"), "--key", self.key, "--witness", str(place / "kept"), "--json"], capture_output=True, text=True, cwd="/")
            return json.loads(done.stdout)

    def mails(self, address):
        return [self.admin.ok("GET", "/api/v1/mailbox/" + item["id"]) for item in self.admin.ok("GET", "/api/v1/mailbox?q=" + address)["items"]]

    def test_new_heads_are_posted(self):
        head = self.change(1)
        self.program.move_clock(61)
        varde.wait_for(lambda: head["note"] in self.receiver.text(), "the head at the witness")
        method, path, headers, body = self.receiver.requests[-1]
        self.assertEqual((method, path, headers["content-type"]), ("POST", "/heads?token=secret", "text/plain; charset=utf-8"))
        origins = set(re.findall(r"^(\S+/[0-9a-f-]{36})$", self.receiver.text(), re.M))
        self.assertEqual(len(origins), 2, "of both organisations")
        self.assertIn(self.origin, origins)
        report = self.verified(self.receiver.text())
        self.assertEqual((report["ok"], report["witnessed"] >= 1), (True, True), report)
        # Each head once.
        sizes = [line for line in self.receiver.text().split("\n\n") if line.startswith(self.origin)]
        self.assertEqual(len(sizes), len(set(sizes)))

    def test_what_is_not_taken_is_sent_again_and_told_after_an_hour(self):
        self.change(2)
        self.receiver.status = 503
        self.addCleanup(setattr, self.receiver, "status", 200)
        seen = len(self.receiver.requests)
        missed = self.change(3)
        self.program.move_clock(61)
        varde.wait_for(lambda: len(self.receiver.requests) > seen, "it to be tried")
        varde.wait_for(lambda: self.program.sql("SELECT failing_since IS NOT NULL, what FROM head_post_state") == [["t", "The witness answered 503."]], "the failure")
        about = lambda: [a for a in self.admin.ok("GET", "/api/v1/home")["attention"] if a["kind"] == "witness"]
        self.assertEqual(about(), [], "not at once")
        # Nothing waits for the witness.
        self.change(4)
        self.program.move_clock(HOUR)
        self.admin = self.program.admin()
        [told] = varde.wait_for(about, "the home screen to say so")
        self.assertIn("have not reached the witness since", told["text"])
        self.assertNotIn("secret", json.dumps(told))
        self.assertNotIn(missed["note"], self.receiver.text())
        self.receiver.status = 200
        self.program.move_clock(QUARTER)  # so long it is left alone by now
        varde.wait_for(lambda: missed["note"] in self.receiver.text(), "what was missed")
        varde.wait_for(lambda: about() == [], "the home screen to be quiet")
        self.assertTrue(self.verified(self.receiver.text())["ok"])

    def test_a_rewritten_trail_is_found_by_what_was_posted(self):
        head = self.change(5)
        self.program.move_clock(61)
        varde.wait_for(lambda: head["note"] in self.receiver.text(), "the head at the witness")
        origin, size, root = open_head(head["note"], self.key)
        note = self.receiver.text().replace("\n%d\n" % size, "\n%d\n" % (size + 1))
        self.assertGreaterEqual(self.verified(self.receiver.text())["witnessed"], 1)
        report = self.verified(note)
        self.assertLess(report["witnessed"], self.verified(self.receiver.text())["witnessed"], "a forged head is none")

    def test_heads_by_mail(self):
        address = "keeper@auditors.example"
        self.assertEqual(self.admin.ok("GET", "/api/v1/audit/mail"), {})
        for body, pointer in (({"address": "nobody", "confirm": "nobody"}, "/address"), ({"address": address, "confirm": "keeper@auditors.exmaple"}, "/confirm")):
            answer = self.admin.put("/api/v1/audit/mail", body)
            self.assertEqual((answer.status, answer.json["errors"][0]["pointer"]), (422, pointer))
        set_ = self.admin.ok("PUT", "/api/v1/audit/mail", {"address": address, "confirm": "Keeper@auditors.example"})
        self.assertEqual(set_["address"], address)
        first = varde.wait_for(lambda: self.mails(address), "the first mail")[0]
        text = first["text"]
        self.assertTrue(text.startswith(self.origin), text)
        self.assertIn("--witness FILE", text)
        for saved in (text.replace("\r\n", "\n"), text.replace("\r\n", "\n").replace("\n", "\r\n")):  # as programs save it
            report = self.verified(saved)
            self.assertEqual((report["ok"], report["witnessed"]), (True, 1), report)
        # One a day, with the newest head.
        self.program.move_clock(HOUR)
        self.admin = self.program.admin()
        head = self.change(6)
        self.program.move_clock(DAY)
        self.admin = self.program.admin()
        varde.wait_for(lambda: len(self.mails(address)) == 2, "the second mail")
        size = lambda mail: int(mail["text"].splitlines()[1])
        self.assertGreaterEqual(max(size(m) for m in self.mails(address)), head["size"])
        self.assertGreater(self.admin.ok("GET", "/api/v1/audit/mail")["sent_size"], size(first))
        # The address is nowhere to be read, and the trail says that it was set.
        self.assertEqual(self.program.sql("SELECT count(*) FROM head_mail t WHERE t::text LIKE '%keeper%'"), [["0"]])
        entries = self.admin.ok("GET", "/api/v1/audit?action=audit.mail")["items"]
        self.assertNotIn("keeper", json.dumps(entries))
        self.assertEqual([f["field"] for e in entries for f in e["fields"]], ["set"])
        # Storage only: nothing is sent until instructions stand again.
        self.program.sql("UPDATE tenant SET state = 2 WHERE slug = 'first'")
        self.assertEqual(self.admin.put("/api/v1/audit/mail", {"address": address, "confirm": address}).status, 403)
        before = self.program.sql("SELECT count(*) FROM outbox")
        self.program.move_clock(DAY + HOUR)
        tried = lambda: self.program.sql("SELECT run_at > to_timestamp(%f) FROM job WHERE kind = 'witness.mail' AND failed_at IS NULL" % self.program.now())
        varde.wait_for(lambda: tried() == [["t"]], "the job to have looked")
        self.assertEqual(self.program.sql("SELECT count(*) FROM outbox"), before)
        self.program.sql("UPDATE tenant SET state = 1 WHERE slug = 'first'")
        self.admin = self.program.admin()
        self.assertEqual(self.admin.ok("DELETE", "/api/v1/audit/mail"), {})
        self.assertEqual(self.program.sql("SELECT count(*) FROM head_mail"), [["0"]])
        self.assertEqual(self.admin.ok("GET", "/api/v1/audit/mail"), {})


class Moved(unittest.TestCase):
    """A program of its own for each, for what it is told at start differs, and some of it is damaged."""

    def begin(self, *extra):
        program = varde.Program(extra=extra)
        self.addCleanup(program.remove)
        program.start(tenant="other", admin="other@example.org")
        program.stop()
        return program.start()

    def newest(self, program):
        """Of each organisation, by its id."""
        return program.sql("SELECT DISTINCT ON (tenant_id) tenant_id, replace(note, E'\\n', '|') FROM audit_head JOIN tenant USING (tenant_id) ORDER BY tenant_id, size DESC")

    def reach(self, program, receiver):
        """Minutes pass until it has the newest head of each."""
        has = lambda: (heads := self.newest(program)) and all(note in receiver.text().replace("\n", "|") for _, note in heads)
        for _ in range(10):
            program.move_clock(61)
            with contextlib.suppress(AssertionError):
                return varde.wait_for(has, "the newest heads", 3)
        self.fail("the newest heads do not arrive")

    def told(self, program):
        """What evidence says of the witness, and the programme."""
        admin = program.admin()
        files = zipfile.ZipFile(io.BytesIO(admin.post("/api/v1/evidence").body))
        settings = {s["setting"]: s["value"] for s in json.loads(files.read("settings.json"))}
        self.assertNotIn("secret", json.dumps(settings))
        return settings["Heads of the trail are handed to a witness each minute"], "do not reach the address" in files.read("index.html").decode()

    def test_another_address_begins_with_the_newest_heads(self):
        first, second = Receiver(), Receiver()
        address = lambda receiver: "http://127.0.0.1:%d/?token=secret" % receiver.port
        program = self.begin("--witness-url", address(first))
        self.reach(program, first)
        said, mend = self.told(program)
        self.assertRegex(said, r"^an address is set, reached last at \S+ \S+ UTC$")
        self.assertFalse(mend)
        self.reach(program, first)
        program.stop()
        # A witness that takes nothing: evidence does not say what the old one had taken.
        second.status = 503
        program.extra = ["--witness-url", address(second)]
        program.start()
        varde.wait_for(lambda: second.requests, "it to be tried")
        varde.wait_for(lambda: program.sql("SELECT failing_since IS NOT NULL, reached_at IS NULL FROM head_post_state") == [["t", "t"]], "the failure")
        said, mend = self.told(program)
        self.assertRegex(said, r"^an address is set, failing since \S+ \S+ UTC, not reached so far$")
        self.assertTrue(mend)
        self.assertEqual(program.sql("SELECT count(*) FROM head_post"), [["0"]])
        second.status = 200
        (other,), = program.sql("SELECT tenant_id FROM tenant WHERE slug = 'other'")
        old = [note for tenant, note in self.newest(program) if tenant == other]
        self.assertIn(old[0], first.text().replace("\n", "|"), "of one nothing is new")
        program.move_clock(61)
        varde.wait_for(lambda: all(note in second.text().replace("\n", "|") for note in old), "what was there before")
        self.assertNotIn("secret", json.dumps(program.sql("SELECT * FROM head_post_state")))
        # And it is not begun anew at every start.
        program.stop()
        taken = second.text()
        program.start()
        program.admin().ok("POST", "/api/v1/audit/heads")
        self.reach(program, second)
        for note in old:
            self.assertEqual(second.text().replace("\n", "|").count(note), 1)
        self.assertTrue(second.text().startswith(taken))

    def test_many_heads_go_in_pieces_and_nothing_is_read_while_it_fails(self):
        receiver = Receiver()
        program = self.begin("--witness-url", "http://127.0.0.1:%d/" % receiver.port)
        varde.wait_for(lambda: len(self.newest(program)) == 2, "both to be sealed")
        self.reach(program, receiver)
        program.sql("INSERT INTO audit_head (tenant_id, size, at, note) SELECT tenant_id, 1000000 + i / 2, now() + i * interval '1 second', 'made ' || slug || i || E'\\n' FROM tenant, generate_series(2, 2501) i")
        program.move_clock(61)
        made = lambda: re.findall(r"^made (\w+?)(\d+)$", receiver.text(), re.M)
        varde.wait_for(lambda: len(made()) >= 5000, "all of them")
        for slug in ("first", "other"):
            self.assertEqual([int(i) for s, i in made() if s == slug], list(range(2, 2502)), "each once, in their order")
        posts = [body.decode().count("made ") for _, _, _, body in receiver.requests if b"made " in body]
        self.assertEqual((len(posts) in (5, 6), max(posts) <= 1001), (True, True), posts)
        # While it fails the time between two tries grows.
        receiver.status = 503
        program.sql("INSERT INTO audit_head (tenant_id, size, at, note) SELECT tenant_id, 2000000, now(), 'late ' || slug || E'\\n' FROM tenant")
        program.move_clock(61)
        failing = lambda: program.sql("SELECT failing_since IS NOT NULL FROM head_post_state") == [["t"]]
        varde.wait_for(failing, "it to fail")
        tries, at = len(receiver.requests), lambda: program.sql("SELECT run_at > to_timestamp(%f) FROM job WHERE kind = 'witness.post' AND lease_until IS NULL" % program.now())
        program.move_clock(HOUR)
        varde.wait_for(lambda: len(receiver.requests) > tries, "one more")
        varde.wait_for(lambda: at() == [["t"]], "the job to end")
        tries = len(receiver.requests)
        for _ in range(5):
            program.move_clock(61)
            varde.wait_for(lambda: at() == [["t"]], "the job to have looked")
        self.assertEqual(len(receiver.requests), tries, "left alone for a quarter of an hour")
        receiver.status = 200
        program.move_clock(QUARTER)
        varde.wait_for(lambda: "late first" in receiver.text() and "late other" in receiver.text(), "what was missed")

    def test_one_damaged_organisation_does_not_stop_the_others(self):
        program = self.begin()
        clients = []
        for email in ("other@example.org", "admin@example.org"):
            clients.append(program.admin(email))
            address = email.replace("@example.org", "@keepers.example")
            clients[-1].ok("PUT", "/api/v1/audit/mail", {"address": address, "confirm": address})
        sent = lambda slug: program.sql("SELECT sent_size FROM head_mail JOIN tenant USING (tenant_id) WHERE slug = '%s'" % slug)
        varde.wait_for(lambda: sent("other") != [[""]] and sent("first") != [[""]], "the first mails")
        program.sql("DELETE FROM audit_leaf WHERE leaf_index = 0 AND tenant_id = (SELECT tenant_id FROM tenant WHERE slug = 'other')")
        heads = lambda slug: int(program.sql("SELECT count(*) FROM audit_head JOIN tenant USING (tenant_id) WHERE slug = '%s'" % slug)[0][0])
        errors = lambda kind: program.sql("SELECT error FROM job WHERE kind = '%s' AND failed_at IS NULL AND error LIKE 'It failed for 1 of %%'" % kind)
        before = sent("first")
        # More often than a job is tried: no schedule ends.
        for n in range(12):
            known, stuck = heads("first"), heads("other")
            for client in clients:
                client.ok("POST", "/api/v1/persons", {"email": "damaged%d@example.org" % n})
            program.move_clock(61)
            varde.wait_for(lambda: heads("first") > known, "the trail of the whole one to be sealed")
            self.assertEqual(heads("other"), stuck)
        varde.wait_for(lambda: errors("trail.seal"), "the job to say so")
        (damaged,), = program.sql("SELECT tenant_id FROM tenant WHERE slug = 'other'")
        told = [json.loads(line) for line in (program.directory / "log").read_text().splitlines() if "it goes on with the others" in line]
        self.assertEqual({(t["kind"], t["tenant_id"]) for t in told}, {("trail.seal", damaged)})
        program.move_clock(DAY)
        varde.wait_for(lambda: sent("first") != before, "the mail of the whole one")
        varde.wait_for(lambda: errors("witness.mail"), "the job to say so")

    def test_what_is_no_address_is_refused_at_start(self):
        with tempfile.TemporaryDirectory() as place:
            config = pathlib.Path(place) / "varde.toml"
            for url in ("witness.example.org/secret", "ftp://witness.example.org", "https://", "http:///heads", "https://:443/secret", "https://user:secret@/", "https://a b/secret", "https://[::1/", "https://witness.example.org:70000/",
                        "HTTPS//secret", "https://witness.example.org/" + "a" * 2000):
                config.write_text("data_directory = %s\nwitness_url = %s\n" % (json.dumps(place + "/data"), json.dumps(url)))
                for command, name in (("up", "--witness-url"), ("serve", "varde.toml: witness_url")):
                    arguments = ["--data", place + "/data", "--witness-url", url] if command == "up" else ["--config", str(config)]
                    with self.subTest(url[:40], command=command):
                        done = subprocess.run([varde.BINARY, command, *arguments], capture_output=True, text=True, cwd="/", timeout=30, stdin=subprocess.DEVNULL)
                        self.assertEqual(done.returncode, 1, done.stderr)
                        self.assertIn(name + " must begin with https:// or http://", done.stderr)
                        self.assertIn("https://witness.example.org/heads", done.stderr)
                        self.assertNotIn("secret", done.stderr)
            for url in ("http://127.0.0.1:9000/heads?token=a", "https://user:word@witness.example.org", "https://[2001:db8::1]:8443/x#y", "http://witness_1.intern:1?x=/"):
                # The file is read whole before anything is begun.
                config.write_text('database = "x"\nwitness_url = %s\n' % json.dumps(url))
                done = subprocess.run([varde.BINARY, "serve", "--config", str(config)], capture_output=True, text=True, cwd="/", timeout=30, stdin=subprocess.DEVNULL)
                self.assertIn('"keystore" is needed too', done.stderr, url)


if __name__ == "__main__":
    unittest.main()
