"""What breaks underneath, and how the program goes on: outcomes that cannot be written, databases that die, a queue that is refused, damaged rows, clocks."""
import contextlib, os, re, signal, struct, subprocess, unittest, urllib.parse, zlib
import varde
from outreach import OutreachCase


def postmaster(program, cluster="main"):
    return int((program.directory / "data" / cluster / "data" / "postmaster.pid").read_text().split()[0])


def random_png(side):
    """One that takes the room of its pixels."""
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(b"".join(b"\0" + os.urandom(side * 3) for _ in range(side)), 0)) + chunk(b"IEND", b"")


class Survival(OutreachCase):
    """A program of its own, for it is broken on purpose."""

    @classmethod
    def setUpClass(cls):
        cls.program = varde.Program(extra=["--no-backup"])
        cls.program.start(tenant="second", admin="other@example.org")
        cls.addClassCleanup(cls.program.remove)
        cls.program.stop()
        cls.program.start()
        cls.admin = cls.program.admin()
        cls.admin.request("PATCH", "/api/v1/settings", {"postal_address": "Storgata 1, 0155 Oslo"}, headers={"If-Match": "*"})

    def setUp(self):
        Survival.admin = self.admin = self.program.admin()

    def attention(self):
        return [a["text"] for a in self.admin.ok("GET", "/api/v1/home")["attention"]]

    def ready(self):
        return self.program.client().get("/readyz").status

    # ---- outcomes

    def test_outcomes_that_cannot_be_written_repeat_nothing(self):
        sink, provider = self.provider()
        campaign = self.campaign(self.list_of("unwritten", 40), provider_id=provider["id"])
        self.program.sql("ALTER TABLE delivery ADD CONSTRAINT broken CHECK (state <> 1) NOT VALID")
        try:
            self.admin.ok("POST", "/api/v1/campaigns/%s/send" % campaign["id"], {})
            varde.wait_for(lambda: any("cannot be written down" in a for a in self.attention()), "home to tell")
            varde.wait_for(lambda: self.program.complaints().count("Outcomes could not be written") >= 4, "some attempts")
            self.assertLessEqual(len(sink.messages), 4, "as many as connections")
        finally:
            self.program.sql("ALTER TABLE delivery DROP CONSTRAINT broken")
        self.assertEqual(self.reach(campaign, ("sent",))["counts"]["sent"], 40)
        self.assertEqual((len(sink.messages), len({to for _, to, _ in sink.messages})), (40, 40))
        varde.wait_for(lambda: not any("cannot be written down" in a for a in self.attention()), "that it is over")

    # ---- databases

    def answers(self, cluster):
        with contextlib.suppress(AssertionError):
            return self.program.sql("SELECT 1", cluster=cluster) == [["1"]]

    def test_a_postmaster_that_is_killed_is_started_again(self):
        for cluster in ("main", "keystore"):
            with self.subTest(cluster):
                made = self.admin.ok("POST", "/api/v1/persons", {"email": "before-%s@example.org" % cluster})["id"]
                before = postmaster(self.program, cluster)
                os.kill(before, signal.SIGKILL)
                # What is asked meanwhile waits rather than fails; a write that was on its way may be refused, and then did nothing.
                self.assertEqual([self.admin.get("/api/v1/persons/" + made).status for _ in range(5)], [200] * 5)
                during = self.admin.post("/api/v1/persons", {"email": "during-%s@example.org" % cluster}).status
                self.assertIn(during, (201, 503))
                self.assertEqual(self.admin.post("/api/v1/persons", {"email": "during-%s@example.org" % cluster}).status, 409 if during == 201 else 201)
                varde.wait_for(lambda: self.ready() == 200 and postmaster(self.program, cluster) != before, "the new one")
                varde.wait_for(lambda: self.answers(cluster), "its answer: readiness is remembered for a second")
        self.assertIn("has stopped and is being started again", self.program.complaints())
        done = self.admin.import_csv("email\nafter-the-kill@example.org\n")
        self.assertEqual(done["counts"]["created"], 1, "the queue goes on")

    def test_readiness_is_true(self):
        for cluster, words in (("main", b"main database"), ("keystore", b"keystore")):
            pid = postmaster(self.program, cluster)
            children = [int(p) for p in subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split()]
            for process in [pid, *children]:
                os.kill(process, signal.SIGSTOP)
            try:
                varde.wait_for(lambda: self.ready() == 503, "not to be ready")
                self.assertEqual(self.program.client().get("/healthz").status, 200, "the process is well")
            finally:
                for process in [*children, pid]:
                    os.kill(process, signal.SIGCONT)
            varde.wait_for(lambda: self.ready() == 200, "to be ready")

    # ---- the queue

    def test_a_refusal_by_the_database_ends_no_loop_of_the_queue(self):
        self.program.sql("REVOKE UPDATE ON job FROM varde_system")
        try:
            self.admin.upload("refused.csv", b"email\nx@example.org\n")
            varde.wait_for(lambda: re.search(r'varde_alarms\{kind="queue"\} [1-9]', self.program.metrics()), "an alarm")  # of two organisations none is the operator
        finally:
            self.program.sql("GRANT UPDATE ON job TO varde_system")
        done = self.admin.import_csv("email\nafter-refusal@example.org\n")
        self.assertEqual(done["counts"]["created"], 1)
        # As a DBA would: what waits for a lock is cancelled.
        with self.program.locked("job"):
            varde.wait_for(lambda: self.program.sql("SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%job%' AND usename = 'varde_system'") != [["0"]], "something to cancel")
        done = self.admin.import_csv("email\nafter-cancel@example.org\n")
        self.assertEqual(done["counts"]["created"], 1)
        varde.wait_for(lambda: re.search(r'varde_alarms\{kind="queue"\} 0', self.program.metrics()), "that it is over")

    def give_up(self, kind, failing, mend, start, state):
        """Has a job fail ten times by a broken statement; returns when what it was about says so."""
        self.program.sql(failing)
        try:
            start()
            for _ in range(14):
                varde.wait_for(lambda: state() or self.program.sql("SELECT count(*) FROM job WHERE kind = '%s' AND lease_until IS NULL AND attempts + outages > 0" % kind) != [["0"]], "an attempt")
                if state():
                    break
                self.program.move_clock(1100)
            return varde.wait_for(state, "it to be given up")
        finally:
            self.program.sql(mend)

    def test_what_gives_up_says_so_and_can_be_tried_again(self):
        sink, provider = self.provider()
        campaign = self.campaign(self.list_of("gives", 6), provider_id=provider["id"])
        self.admin.proves = True

        def state():
            self.admin = Survival.admin = self.program.admin()
            now = self.admin.ok("GET", "/api/v1/campaigns/" + campaign["id"])
            return now if now["state"] == "failed" else None
        # A statement of the run that always fails, and is nobody's outage.
        failed = self.give_up("campaign.send", "ALTER TABLE chunk RENAME COLUMN due_at TO broken", "ALTER TABLE chunk RENAME COLUMN broken TO due_at",
                              lambda: self.admin.ok("POST", "/api/v1/campaigns/%s/send" % campaign["id"], {}), state)
        self.assertIn("tried ten times", failed["error"])
        self.assertTrue(any("could not be sent" in a for a in self.attention()))
        self.assertEqual(self.admin.post("/api/v1/campaigns/%s/resume" % campaign["id"], {}).status, 200)
        self.assertEqual(self.reach(campaign, ("sent",))["counts"]["sent"], 6)
        self.assertEqual(len(sink.messages), 6)

    def test_failed_work_is_listed_retried_and_dropped(self):
        tenant = self.admin.ok("GET", "/api/v1/session")["tenant"]["id"]
        ids = [r[0] for r in self.program.sql("INSERT INTO job (job_id, kind, tenant_id, payload, run_at, attempts, failed_at, error, created_at) SELECT gen_random_uuid(), 'person.claims', '%s', '{}', now(), 10, now(), 'broken', now() FROM generate_series(1, 2) RETURNING job_id" % tenant)]
        listed = self.admin.ok("GET", "/api/v1/jobs?state=failed")["items"]
        self.assertEqual(({j["id"] for j in listed}, listed[0]["error"]), (set(ids), "broken"))
        other = self.program.client()
        other.login("other@example.org")
        self.assertEqual((other.ok("GET", "/api/v1/jobs")["items"], other.post("/api/v1/jobs/%s/retry" % ids[0]).status), ([], 404))
        varde.wait_for(lambda: any("were given up" in a for a in self.attention()), "home to tell")
        self.assertIn("varde_jobs_failed 2", self.program.metrics())
        cli = lambda *words: subprocess.run([varde.BINARY, "jobs", *words, "--data", str(self.program.directory / "data")], capture_output=True, text=True)
        self.assertIn(ids[0], cli("list").stdout)
        self.assertEqual(cli("retry", ids[0]).returncode, 0)
        self.assertEqual(self.admin.delete("/api/v1/jobs/" + ids[1]).status, 204)
        self.assertNotEqual(cli("drop", ids[1]).returncode, 0)
        varde.wait_for(lambda: not any("given up" in a for a in self.attention()), "that it is over")

    # ---- damaged rows

    def test_one_damaged_person_is_one_damaged_person(self):
        people = [self.admin.ok("POST", "/api/v1/persons", {"email": "damaged%d@example.org" % i, "first_name": "Dam%d" % i})["id"] for i in range(6)]
        list_id = self.admin.ok("POST", "/api/v1/lists", {"name": "damaged"})["id"]
        for person in people:
            self.admin.ok("PUT", "/api/v1/persons/%s/lists/%s" % (person, list_id), {"state": "subscribed"})
        self.program.sql("UPDATE person SET sealed = set_byte(sealed, 40, get_byte(sealed, 40) # 1) WHERE person_id = '%s'" % people[1])
        self.program.sql("UPDATE person_key SET wrapped = set_byte(wrapped, 30, get_byte(wrapped, 30) # 1) WHERE person_id = '%s'" % people[2], cluster="keystore")
        self.program.stop()
        self.program.start()
        self.admin = Survival.admin = self.program.admin()
        shown = {p["id"] for p in self.admin.ok("GET", "/api/v1/persons?list=%s&limit=200" % list_id)["items"]}
        self.assertEqual(shown, set(people) - {people[1], people[2]})
        for person in people[1:3]:
            answer = self.admin.get("/api/v1/persons/" + person)
            self.assertEqual((answer.status, answer.json["kind"]), (409, "undecipherable"), answer)
            self.assertTrue(any(person in a and "damaged" in a for a in self.attention()), person)
        # Everything else goes on.
        self.assertEqual(self.admin.post("/api/v1/persons/%s/tags" % people[0], {"add": ["still"]}).status, 200)
        done = self.admin.import_csv("email,first name\ndamaged0@example.org,Zero\ndamaged1@example.org,One\ndamaged3@example.org,Three\n")
        self.assertEqual((done["counts"]["updated"], done["counts"]["rejected"]), (2, 1), done)
        sink, provider = self.provider()
        campaign = self.campaign(list_id, provider_id=provider["id"])
        self.send(campaign)
        self.assertEqual(len(sink.messages), 4)
        export = self.admin.ok("POST", "/api/v1/exports", {"what": "persons", "format": "csv", "list_id": list_id})["id"]
        varde.wait_for(lambda: self.admin.ok("GET", "/api/v1/exports/" + export)["state"] == "done", "the export")
        self.assertEqual(self.admin.get("/api/v1/exports/%s/file" % export).body.decode().count("@example.org"), 4)
        # She is not dropped from an erasure.
        for person in people[1:3]:
            self.assertEqual(self.admin.delete("/api/v1/persons/" + person).status, 204)
        self.assertEqual(self.program.sql("SELECT count(*) FROM person WHERE person_id IN ('%s', '%s')" % (people[1], people[2])), [["0"]])

    def test_a_damaged_upload_is_said_at_once(self):
        made = self.admin.upload("damaged.csv", b"email\na@damaged.example\n")
        self.program.sql("UPDATE import_piece SET sealed = set_byte(sealed, 40, get_byte(sealed, 40) # 1) WHERE import_id = '%s'" % made["id"])
        self.admin.ok("POST", "/api/v1/imports/%s/start" % made["id"], {"encoding": made["encoding"], "delimiter": made["delimiter"], "header": True, "mapping": [{"column": 0, "target": "email"}], "options": {}})
        done = self.admin.finished_import(made["id"])
        self.assertEqual(done["state"], "failed")
        self.assertIn("damaged on the disk", done["error"])

    # ---- clocks

    def test_a_clock_that_steps_heals_within_a_minute(self):
        for step in (3600, -3600, 86400, -86400, 400 * 86400, -400 * 86400):
            with self.subTest(step):
                admin = self.program.admin()
                self.program.move_clock(step)
                self.admin = Survival.admin = self.program.admin()  # logs in, limits and second factor as ever
                if step < 0:
                    self.assertEqual(admin.get("/api/v1/session").json["state"], "ready", "who was logged in still is")
                varde.wait_for(lambda: self.program.sql("SELECT count(*) FROM job WHERE unique_key LIKE 'schedule:%%' AND run_at > to_timestamp(%f) + interval '25 hours'" % self.program.now()) == [["0"]], "schedules to be pulled in")
                done = self.admin.import_csv("email\nstep%d@example.org\n" % abs(step))
                self.assertEqual(done["state"], "done")


@unittest.skipUnless(os.geteuid() == 0, "mounts a small disk")
class Room(unittest.TestCase):
    """The data on a disk of its own that is filled and freed."""

    def setUp(self):
        self.disk = varde.SmallDisk("1500m")
        self.addCleanup(self.disk.remove)
        self.program = varde.Program(directory=self.disk.folder / "program", extra=["--no-backup"])
        self.addCleanup(self.program.stop)
        self.program.start()
        self.admin = self.program.admin()

    def told(self, words):
        return any(words in a["text"] for a in self.admin.ok("GET", "/api/v1/home")["attention"])

    def test_the_last_of_a_disk_is_kept_for_what_must_not_be_refused(self):
        form = self.admin.ok("POST", "/api/v1/forms", {"name": "Full", "fields": [{"key": "mail", "type": "email", "label": "E-mail", "required": True}]})
        path = urllib.parse.urlsplit(self.admin.ok("POST", "/api/v1/forms/%s/publish" % form["id"])["public_url"]).path
        self.disk.fill(200_000_000)
        varde.wait_for(lambda: self.told("is nearly full"), "home to tell")
        answer = self.admin.request("POST", "/api/v1/imports?filename=a.csv", raw=b"email\na@b.example\n")
        self.assertEqual((answer.status, answer.json["kind"]), (503, "no-room"), answer)
        self.assertIn("too little room on the disk", answer.json["detail"])
        # What is small goes on: an answer, a person, an erasure, a login.
        visitor = self.program.client()
        stamp = re.search(r'name="stamp" value="([^"]+)"', visitor.get(path).body.decode())[1]
        self.program.move_clock(30)
        body = urllib.parse.urlencode({"stamp": stamp, "website": "", "q_mail": "answers@full.example"}).encode()
        self.assertEqual(visitor.request("POST", path, raw=body, headers={"Content-Type": "application/x-www-form-urlencoded"}).status, 200)
        person = self.admin.ok("POST", "/api/v1/persons", {"email": "small@full.example"})["id"]
        self.assertEqual(self.admin.delete("/api/v1/persons/" + person).status, 204)
        self.program.admin()
        self.disk.free()
        varde.wait_for(lambda: not self.told("is nearly full"), "that it is over")
        self.assertEqual(self.admin.import_csv("email\nroom@full.example\n")["state"], "done")

    def test_a_full_disk_is_said_and_survived(self):
        kept = self.admin.ok("POST", "/api/v1/persons", {"email": "kept@full.example"})["id"]
        picture = random_png(400)
        self.disk.fill(0)
        refused = []

        def full():
            self.disk.fill(0)  # segments of the log that are no longer needed are freed meanwhile
            answer = self.admin.request("POST", "/api/v1/images", raw=picture, headers={"Content-Type": "image/png"})
            refused.append(answer.status)
            self.assertIn(answer.status, (201, 503), answer)
            return answer.status == 503
        varde.wait_for(full, "the disk to be full")
        varde.wait_for(lambda: self.program.client().get("/readyz").status == 503 or "disk" in self.program.metrics().partition("varde_alarms{")[2][:40], "somebody to be told")
        self.disk.free()
        varde.wait_for(lambda: self.program.client().get("/readyz").status == 200 and self.admin.post("/api/v1/persons", {"email": "after%d@full.example" % len(refused)}).status in (201, 409), "it to go on", 60)
        self.assertEqual(self.admin.get("/api/v1/persons/" + kept).status, 200)
        self.assertEqual(int(self.program.sql("SELECT count(*) FROM image")[0][0]), refused.count(201), "what was acknowledged is there, and nothing else")


if __name__ == "__main__":
    unittest.main()
