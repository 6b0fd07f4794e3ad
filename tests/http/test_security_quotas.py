"""What one organisation may hold and send, so that there is room for the others: set by the operator, said to whoever meets it."""
import contextlib, re, subprocess, unittest, urllib.parse
import varde
from outreach import OutreachCase
from pictures import png


class Quotas(OutreachCase):
    @classmethod
    def setUpClass(cls):
        cls.program = varde.Program()
        cls.program.start(tenant="second", admin="other@example.org")
        cls.addClassCleanup(cls.program.remove)
        cls.program.stop()
        cls.program.start()
        cls.admin = cls.program.admin()
        cls.admin.request("PATCH", "/api/v1/settings", {"postal_address": "Storgata 1, 0155 Oslo"}, headers={"If-Match": "*"})

    def quota(self, *words, tenant="first", ok=True):
        done = subprocess.run([varde.BINARY, "tenant", "quota", tenant, *words, "--data", str(self.program.directory / "data")], capture_output=True, text=True)
        self.assertEqual(done.returncode == 0, ok, done)
        return done.stdout + done.stderr

    def restart(self):
        """A node remembers for a minute what it counted."""
        self.program.stop()
        self.program.start()
        self.admin = Quotas.admin = self.program.admin()

    def refused(self, answer, words):
        self.assertEqual((answer.status, answer.json["kind"]), (409, "quota-used-up"), answer)
        self.assertIn(words, answer.json["detail"])
        self.assertIn("Whoever runs this installation can allow more.", answer.json["detail"])

    def used(self, what, client=None):
        return next(q["used"] for q in (client or self.admin).ok("GET", "/api/v1/quotas")["items"] if q["quota"] == what)

    def test_the_operator_sets_and_sees_them(self):
        self.assertIn("5,000,000 persons (the installation's)", self.quota())
        self.assertIn("of 7 users\n", self.quota("--users", "7"))
        self.assertIn("of 2 GB of files\n", self.quota("--file-gigabytes", "2"))
        self.assertIn("of 1,000 users (the installation's)", self.quota("--users", "default"))
        self.assertIn("is no quota", self.quota("--users", "many", ok=False))
        self.assertIn("is no quota", self.quota("--users", "-1", ok=False))
        self.assertIn("there is no organisation", self.quota(tenant="nobody", ok=False))
        self.assertEqual(self.program.sql("SELECT count(*) > 0, bool_and(network LIKE 'login %') FROM audit_entry WHERE action = 'quota.set'"), [["t", "t"]])
        answer = {q["quota"]: q for q in self.admin.ok("GET", "/api/v1/quotas")["items"]}
        self.assertEqual((answer["users"]["most"], answer["users"]["own"], answer["file_bytes"]["most"], answer["file_bytes"]["own"]), (1000, False, 2_000_000_000, True))
        self.quota("--file-gigabytes", "default")

    def test_persons(self):
        have = self.used("persons")
        self.quota("--persons", str(have + 2))
        self.addCleanup(self.quota, "--persons", "default")
        self.restart()
        first = self.admin.ok("POST", "/api/v1/persons", {"email": "one@quota.example"})["id"]
        done = self.admin.import_csv("email\ntwo@quota.example\nthree@quota.example\nfour@quota.example\n")
        self.assertEqual((done["counts"]["created"], done["counts"]["rejected"]), (1, 2))
        rejected = self.admin.get("/api/v1/imports/%s/rejects" % done["id"]).body.decode()
        self.assertEqual(rejected.count("persons, and that is used up"), 2, rejected)
        self.refused(self.admin.post("/api/v1/persons", {"email": "five@quota.example"}), "%d persons" % (have + 2))
        # Who is there is changed as ever, the other organisation notices nothing, and room that is made is found.
        self.assertEqual(self.admin.request("PATCH", "/api/v1/persons/" + first, {"first_name": "One"}, headers={"If-Match": "*"}).status, 200)
        other = self.program.client()
        other.login("other@example.org")
        other.ok("POST", "/api/v1/persons", {"email": "other@quota.example"})
        self.assertTrue(any(a["kind"] == "quota" for a in self.admin.ok("GET", "/api/v1/home")["attention"]))
        self.assertFalse(any(a["kind"] == "quota" for a in other.ok("GET", "/api/v1/home")["attention"]))
        self.assertEqual(self.admin.delete("/api/v1/persons/" + first).status, 204)
        varde.wait_for(lambda: self.admin.post("/api/v1/persons", {"email": "five@quota.example"}).status == 201, "the room that was made")

    def test_what_persons_do_is_never_refused(self):
        form = self.admin.ok("POST", "/api/v1/forms", {"name": "Quota", "fields": [{"key": "mail", "type": "email", "label": "E-mail", "required": True}]})
        path = urllib.parse.urlsplit(self.admin.ok("POST", "/api/v1/forms/%s/publish" % form["id"])["public_url"]).path
        self.quota("--persons", "0")
        self.addCleanup(self.quota, "--persons", "default")
        self.restart()
        self.refused(self.admin.post("/api/v1/persons", {"email": "no@quota.example"}), "0 persons")
        visitor = self.program.client()
        stamp = re.search(r'name="stamp" value="([^"]+)"', visitor.get(path).body.decode())[1]
        self.program.move_clock(30)
        body = urllib.parse.urlencode({"stamp": stamp, "website": "", "q_mail": "answer@quota.example"}).encode()
        self.assertEqual(visitor.request("POST", path, raw=body, headers={"Content-Type": "application/x-www-form-urlencoded"}).status, 200)
        self.assertEqual(len(self.admin.ok("GET", "/api/v1/persons?q=answer")["items"]), 1)

    def test_files(self):
        picture = png(60, 60)
        self.admin.ok("POST", "/api/v1/images", raw=picture, headers={"Content-Type": "image/png"})
        self.assertGreaterEqual(self.used("file_bytes"), len(picture) - 100)
        self.quota("--file-gigabytes", "0")
        self.addCleanup(self.quota, "--file-gigabytes", "default")
        self.restart()
        self.refused(self.admin.request("POST", "/api/v1/images", raw=picture, headers={"Content-Type": "image/png"}), "0 MB of files")
        self.refused(self.admin.request("POST", "/api/v1/imports?filename=a.csv", raw=b"email\na@b.example\n"), "0 MB of files")
        self.assertEqual(self.program.sql("SELECT count(*) FROM import WHERE state = 0"), [["0"]])

    def test_users(self):
        have = self.used("users")
        self.quota("--users", str(have + 1))
        self.addCleanup(self.quota, "--users", "default")
        self.restart()
        self.assertEqual(self.admin.post("/api/v1/users/invitations", {"email": "one@users.example", "role": "viewer"}).status, 201)
        self.refused(self.admin.post("/api/v1/users/invitations", {"email": "two@users.example", "role": "viewer"}), "%d users" % (have + 1))

    def test_mails_of_a_day(self):
        self.restart()
        sink, provider = self.provider()
        list_id = self.list_of("daily", 40)
        today = self.used("mails_per_day")
        self.quota("--mails-per-day", str(today + 15))
        self.addCleanup(self.quota, "--mails-per-day", "default")
        self.restart()
        campaign = self.campaign(list_id, provider_id=provider["id"])
        self.admin.ok("POST", "/api/v1/campaigns/%s/send" % campaign["id"], {})
        trouble = varde.wait_for(lambda: self.admin.ok("GET", "/api/v1/campaigns/%s" % campaign["id"]).get("error"), "the campaign to say why it waits")
        self.assertIn("%d e-mails a day, and that is used up. It goes on tomorrow" % (today + 15), trouble)
        self.assertEqual(len(sink.messages), 15)
        varde.wait_for(lambda: self.used("mails_per_day") == today + 15, "the count")
        # A restart forgets nothing, and the next day is another one.
        self.restart()
        self.program.move_clock(60)
        self.assertEqual(len(sink.messages), 15)
        self.program.move_clock(86400)
        self.quota("--mails-per-day", "30")
        self.admin = Quotas.admin = self.program.admin()
        for _ in range(8):  # the run looks again each half minute, and the count of the new day is learned within a second
            self.program.move_clock(31)
            with contextlib.suppress(AssertionError):
                varde.wait_for(lambda: len(sink.messages) == 40, "the rest on the next day", 3)
        self.assertEqual(len(sink.messages), 40)
        self.assertEqual(self.reach(campaign, ("sent",))["counts"]["sent"], 40)
        varde.wait_for(lambda: self.used("mails_per_day") == 25, "the count of the next day")
        self.assertEqual(len({to for _, to, _ in sink.messages}), 40)


if __name__ == "__main__":
    unittest.main()
