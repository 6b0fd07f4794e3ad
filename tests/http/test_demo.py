"""The demo: its recipients do to the real program what people and mail servers do, and are labelled as simulated."""
import json, pathlib, sys, threading, time, unittest, unittest.mock
import varde

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "demo"))
import demo  # noqa: E402

PERSONS = 300


class Demo(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.program = varde.Program(extra=["--demo"])
        cls.program.move_clock(-varde.AHEAD * 86400)  # the demo's own processes go by the real time
        cls.program.start()
        cls.addClassCleanup(cls.program.remove)
        cls.directory = cls.program.directory / "data"
        cls.login = json.loads((cls.directory / "demo" / "login.json").read_text())
        cls.client = demo.connect_to("http://127.0.0.1:%d" % cls.program.port)
        demo.log_in(cls.client, cls.login)
        cls.admin = cls.program.client()
        cls.admin.cookies = cls.client.cookies
        with unittest.mock.patch.object(demo, "PERSONS", PERSONS):
            demo.fill(cls.client)
        varde.wait_for(lambda: {c["state"] for c in cls.admin.ok("GET", "/api/v1/campaigns")["items"]} == {"sent"}, "both campaigns to be sent")
        cls.party = next(c["id"] for c in cls.admin.ok("GET", "/api/v1/campaigns")["items"] if c["name"] == "Summer party")
        cls.recipients(cls.login["simulation_token"]).read_new()

    @classmethod
    def recipients(cls, token):
        return demo.Recipients(cls.client, token, cls.directory)

    def people(self, what):
        """Address to whether it was simulated."""
        return {p["person"]["email"]: p["simulated"] for p in self.admin.ok("GET", "/api/v1/campaigns/%s/people?what=%s&limit=200" % (self.party, what))["items"]}

    def fated(self, why):
        addresses = ["demo%05d@example.org" % i for i in range(PERSONS)]
        return {address: True for address in addresses if demo.fate(address) == why}

    def message_to(self, address):
        rows = self.admin.ok("GET", "/api/v1/mailbox?q=" + address)["items"]
        row = next(r for r in rows if r.get("campaign_id") == self.party)
        self.assertRegex(row["return_path"], r"^b-[\w-]+@bounces\.localhost$")
        return self.admin.ok("GET", "/api/v1/mailbox/" + row["id"])

    def timeline(self, address):
        person = self.admin.ok("GET", "/api/v1/persons?q=" + address)["items"][0]
        return person, self.admin.ok("GET", "/api/v1/persons/%s/timeline" % person["id"])["items"]

    def test_opens_and_clicks_are_labelled(self):
        for what in ("opened", "clicked"):
            people = self.people(what)
            self.assertGreater(len(people), 3, what)
            self.assertEqual(set(people.values()), {True}, what)

    def test_bounces_and_complaints_are_counted_like_real_ones_and_labelled(self):
        labelled = lambda what: {address: True for address, simulated in self.people(what).items() if simulated}
        self.assertEqual(labelled("bounced_hard"), self.fated("unknown"))
        self.assertEqual(labelled("bounced_soft"), self.fated("full"))
        self.assertEqual(labelled("complained"), self.fated("complaint"))
        for address, kind, reason in ((next(iter(self.fated("unknown"))), "bounced", "bounce"), ("demo00123@example.org", "complained", "complaint")):
            held = self.admin.ok("POST", "/api/v1/suppressions/check", {"email": address})
            self.assertEqual((held["suppressed"], held.get("reason")), (True, reason))
            person, items = self.timeline(address)
            self.assertTrue([i for i in items if i["kind"] == kind])
            self.assertEqual({i["simulated"] for i in items if i["kind"] == kind}, {True})

    def test_new_mail_is_read_when_the_events_tell_of_it_and_what_was_read_is_not_read_again(self):
        recipients = self.recipients(self.login["simulation_token"])
        mark = recipients.read_to
        self.assertTrue(mark)
        recipients.client = demo.connect_to("http://127.0.0.1:%d" % self.program.port)
        recipients.client.cookies = self.client.cookies
        asked = []
        ask = recipients.client.request
        recipients.client.request = lambda method, path, *args, **kw: (asked.append(path), ask(method, path, *args, **kw))[1]
        thread = threading.Thread(target=recipients.run, args=(lambda: None,), daemon=True)
        thread.start()
        varde.wait_for(lambda: asked, "the first look")
        copy = self.admin.ok("POST", "/api/v1/campaigns/%s/copy" % self.party)
        self.admin.ok("POST", "/api/v1/campaigns/%s/send" % copy["id"], {})
        counts = lambda: self.admin.ok("GET", "/api/v1/campaigns/%s/progress" % copy["id"])["counts"]
        varde.wait_for(lambda: counts()["sent"] > 200 and counts()["opened"] > 20, "the recipients to read")
        messages = [path for path in asked if "?" not in path]
        self.assertEqual(len(messages), len(set(messages)), "none is read twice")
        self.assertGreater(min(messages), "/api/v1/mailbox/" + mark, "nor what was read before this start")

    def test_without_the_token_nothing_is_labelled(self):
        spared = [a for a in ("demo%05d@example.org" % i for i in range(PERSONS)) if demo.fate(a) is None]
        for address, token in zip(spared, ("", "guessed")):
            self.recipients(token).bounce(self.message_to(address), "unknown")
            self.assertEqual(self.people("bounced_hard")[address], False)
            person, items = self.timeline(address)
            self.assertEqual([i["simulated"] for i in items if i["kind"] == "bounced"], [False])

    def test_substitutes_answer_by_themselves_and_a_shift_fills(self):
        demo.staff(self.client)
        self.assertEqual(len([1 for page in (self.admin.ok("GET", "/api/v1/substitutes?limit=200"),) for _ in page["items"]]), 200)
        shifts = lambda: self.admin.ok("GET", "/api/v1/shifts?from=%s&until=%s" % tuple(time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(time.time() + days * 86400)) for days in (0, 15)))["items"]
        self.assertEqual({"draft"} - {s["state"] for s in shifts()}, set(), "one to publish oneself")
        recipients = self.recipients(self.login["simulation_token"])
        recipients.rng.uniform = lambda least, most: 0

        def answered():
            recipients.read_new()
            recipients.read_sms()
            recipients.do_what_is_due()
            answered = {o["channel"] for s in shifts() if s["state"] != "draft" for o in self.admin.ok("GET", "/api/v1/shifts/%s/offers" % s["id"])["items"]}
            return any(s["state"] == "filled" for s in shifts()) and {"link", "sms"} <= answered
        varde.wait_for(answered, "a shift to fill by itself", 60)
        offers = [o for s in shifts() if s["state"] != "draft" for o in self.admin.ok("GET", "/api/v1/shifts/%s/offers" % s["id"])["items"] if o.get("answered_at")]
        self.assertEqual({(o["simulated"], o["channel"]) for o in offers}, {(True, "link"), (True, "sms")})


if __name__ == "__main__":
    unittest.main()
