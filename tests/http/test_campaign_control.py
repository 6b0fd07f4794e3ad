"""What people do with a campaign while it runs, when it shall run, and what comes back besides clicks."""
import datetime, re, smtplib, unittest
import varde
from outreach import BROWSER, OutreachCase
from pictures import png


class CampaignControl(OutreachCase):
    def setUp(self):
        self.admin = self.program.admin()  # the clock of the test before may have ended the session

    def act(self, campaign, verb, status=200):
        answer = self.admin.post("/api/v1/campaigns/%s/%s" % (campaign["id"], verb), {})
        self.assertEqual(answer.status, status, answer)
        return answer.json

    def progress(self, campaign):
        return self.admin.ok("GET", "/api/v1/campaigns/%s/progress" % campaign["id"])

    def attention(self, campaign):
        """What the home screen says of the campaign."""
        return {a["kind"]: a["count"] for a in self.admin.ok("GET", "/api/v1/home")["attention"] if campaign["id"] in a["href"]}

    def stopped(self, campaign):
        """Waits until nothing works on the campaign any more."""
        varde.wait_for(lambda: self.program.sql("SELECT runner IS NULL FROM campaign WHERE campaign_id = '%s'" % campaign["id"]) == [["t"]], "the run to end")

    def slow(self, provider, per_second):
        return self.admin.patch("/api/v1/providers/" + provider["id"], {"per_second": per_second}, provider["version"]).json

    def test_pause_resume_and_cancel(self):
        sink, provider = self.provider()
        provider = self.slow(provider, 200)
        campaign = self.campaign(self.list_of("pausing", 300), provider_id=provider["id"])
        self.act(campaign, "pause", 409)  # nothing runs yet
        self.act(campaign, "send")
        varde.wait_for(lambda: len(sink.messages) > 20, "the first messages")
        self.act(campaign, "pause")
        self.act(campaign, "send", 409)
        self.stopped(campaign)
        settled = len(sink.messages)
        self.assertEqual(self.progress(campaign)["counts"]["sent"], settled)
        self.assertLess(settled, 300)
        self.assertEqual(self.progress(campaign)["state"], "paused")
        self.assertEqual(self.attention(campaign), {"campaign_paused": 1})
        self.act(campaign, "resume")
        varde.wait_for(lambda: len(sink.messages) > settled + 20, "it to go on")
        self.act(campaign, "cancel")
        self.act(campaign, "resume", 409)
        self.stopped(campaign)
        state = self.progress(campaign)
        self.assertEqual((state["state"], state["counts"]["sent"]), ("cancelled", len(sink.messages)))
        self.assertLess(len(sink.messages), 300)
        self.assertEqual(len({m[1] for m in sink.messages}), len(sink.messages), "pausing repeats nothing")

    def test_failed_ones_are_tried_again_and_nobody_else(self):
        sink, provider = self.provider()
        for i in range(4):
            sink.answers["again%d@example.org" % i] = "554 5.7.1 not today"
        campaign = self.campaign(self.list_of("again", 12), provider_id=provider["id"])
        counts = self.send(campaign)["counts"]
        self.assertEqual((counts["sent"], counts["failed"]), (8, 4))
        for i in range(6):  # newer ones do not hide it
            self.admin.ok("POST", "/api/v1/campaigns", {"name": "Newer %d" % i})
        self.assertEqual(self.attention(campaign), {"campaign_failed": 4})
        sink.answers.clear()
        self.act(campaign, "retry-failed")
        counts = self.reach(campaign, ("sent",))["counts"]
        self.assertEqual((counts["sent"], counts["failed"], counts["queued"]), (12, 0, 0))
        self.assertEqual(self.attention(campaign), {})
        self.assertEqual(sorted(m[1] for m in sink.messages), sorted("again%d@example.org" % i for i in range(12)))

    def test_a_scheduled_campaign_starts_at_its_time_and_not_before(self):
        sink, provider = self.provider()
        campaign = self.campaign(self.list_of("later", 3), provider_id=provider["id"])
        at = datetime.datetime.fromtimestamp(self.program.now() + 7200, datetime.timezone.utc).isoformat().replace("+00:00", "Z")
        made = self.admin.ok("POST", "/api/v1/campaigns/%s/send" % campaign["id"], {"at": at})
        self.assertEqual(made["state"], "scheduled")
        self.program.move_clock(7000)
        self.assertEqual(self.progress(campaign)["state"], "scheduled")
        self.act(campaign, "cancel")  # back to a draft, which can be changed and scheduled anew
        self.assertEqual(self.progress(campaign)["state"], "draft")
        at = datetime.datetime.fromtimestamp(self.program.now() + 300, datetime.timezone.utc).isoformat().replace("+00:00", "Z")
        self.admin.ok("POST", "/api/v1/campaigns/%s/send" % campaign["id"], {"at": at})
        self.assertEqual(sink.messages, [])
        self.program.move_clock(301)
        self.assertEqual(self.reach(campaign, ("sent",))["counts"]["sent"], 3)
        self.assertEqual(len(sink.messages), 3)

    def test_everybody_gets_it_at_the_same_hour_of_their_own(self):
        sink, provider = self.provider()
        list_id = self.admin.ok("POST", "/api/v1/lists", {"name": "zones"})["id"]
        zones = {"tokyo": "Asia/Tokyo", "oslo": "Europe/Oslo", "lima": "America/Lima"}
        for name, zone in zones.items():
            self.admin.ok("POST", "/api/v1/persons", {"email": name + "@zones.example.org", "time_zone": zone, "lists": [list_id]})
        campaign = self.campaign(list_id, provider_id=provider["id"], time_mode="recipient_time_zone")
        # Ten in the morning, two days ahead, by the organisation's clock (Europe/Oslo unless set).
        zone = self.admin.ok("GET", "/api/v1/settings")["time_zone"]
        import zoneinfo
        wall = (datetime.datetime.fromtimestamp(self.program.now(), zoneinfo.ZoneInfo(zone)) + datetime.timedelta(days=2)).replace(hour=10, minute=0, second=0, microsecond=0)
        at = wall.astimezone(datetime.timezone.utc).isoformat().replace("+00:00", "Z")
        self.admin.ok("POST", "/api/v1/campaigns/%s/send" % campaign["id"], {"at": at})
        due = {name: wall.replace(tzinfo=zoneinfo.ZoneInfo(z)).timestamp() for name, z in zones.items()}
        for name in sorted(due, key=due.get):
            self.program.move_clock(due[name] - 60 - self.program.now())
            self.admin.login("admin@example.org")  # days went by
            got = {m[1].split("@")[0] for m in sink.messages}
            self.assertNotIn(name, got)
            self.program.move_clock(61)
            varde.wait_for(lambda: any(m[1].startswith(name) for m in sink.messages), name + "'s message")
        self.reach(campaign, ("sent",))
        self.assertEqual(len(sink.messages), 3)

    def test_a_window_of_the_provider_is_kept(self):
        sink, provider = self.provider()
        answer = self.admin.patch("/api/v1/providers/" + provider["id"], {"per_window": 25, "window_seconds": 3600}, provider["version"])
        self.assertEqual(answer.status, 200, answer)
        campaign = self.campaign(self.list_of("window", 60), provider_id=provider["id"])
        self.act(campaign, "send")
        varde.wait_for(lambda: len(sink.messages) == 25, "the first window's messages")
        self.assertEqual(varde.wait_for(lambda: self.progress(campaign)["counts"]["sent"] == 25 and 25, "their outcomes"), 25)
        answer = self.admin.patch("/api/v1/providers/" + provider["id"], {"per_window": 1000}, self.admin.ok("GET", "/api/v1/providers/" + provider["id"])["version"])
        self.assertEqual(len(sink.messages), 25)
        self.act(campaign, "pause")
        self.act(campaign, "resume")
        self.assertEqual(self.reach(campaign, ("sent",))["counts"]["sent"], 60)

    def test_a_complaint_suppresses_and_a_reply_is_counted(self):
        sink, provider = self.provider()
        campaign = self.campaign(self.list_of("arf", 3), provider_id=provider["id"])
        self.send(campaign)
        by = {m[1]: m for m in sink.messages}
        sender, _, raw = by["arf1@example.org"]
        report = (b"From: fbl@example.org\r\nTo: <%s>\r\nSubject: complaint\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n"
                  b"--b\r\nContent-Type: text/plain\r\n\r\nThis is an abuse report.\r\n--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: F/1\r\nVersion: 1\r\n\r\n"
                  b"--b\r\nContent-Type: message/rfc822\r\n\r\n%s\r\n--b--\r\n") % (sender.encode(), raw)
        with smtplib.SMTP("127.0.0.1", self.program.bounce_port) as smtp:
            smtp.sendmail("fbl@example.org", [sender], report)
        with smtplib.SMTP("127.0.0.1", self.program.bounce_port) as smtp:
            smtp.sendmail("arf2@example.org", [by["arf2@example.org"][0]], b"From: arf2@example.org\r\nSubject: Re: Hi\r\n\r\nThank you!\r\n")
        held = self.admin.ok("POST", "/api/v1/suppressions/check", {"email": "arf1@example.org"})
        self.assertTrue(held["suppressed"])
        counts = self.progress(campaign)["counts"]
        self.assertEqual((counts["complained"], counts["bounced_hard"]), (1, 0), counts)
        people = self.admin.ok("GET", "/api/v1/campaigns/%s/people?what=complained" % campaign["id"])["items"]
        self.assertEqual([p["person"]["email"] for p in people], ["arf1@example.org"])

    def test_every_number_of_the_report_opens_its_people(self):
        sink, provider = self.provider()
        sink.answers["number0@example.org"] = "550 5.1.1 no such user"
        list_id = self.list_of("number", 7)
        self.admin.ok("POST", "/api/v1/suppressions", {"email": "number6@example.org"})
        self.admin.ok("POST", "/api/v1/persons", {"phone": "+4798765432", "lists": [list_id]})
        campaign = self.campaign(list_id, provider_id=provider["id"])
        self.send(campaign)
        self.program.move_clock(3600)
        guest = varde.Client(self.program)
        html = self.parts(next(m for m in sink.messages if m[1] == "number1@example.org")[2])[1]
        guest.get(re.search(r'href="[^"]*?(/t/c/[^"]+)"', html)[1], headers=BROWSER)
        html = self.parts(next(m for m in sink.messages if m[1] == "number2@example.org")[2])[1]
        guest.request("HEAD", re.search(r'href="[^"]*?(/t/c/[^"]+)"', html)[1])
        sender, raw = next((m[0], m[2]) for m in sink.messages if m[1] == "number3@example.org")
        with smtplib.SMTP("127.0.0.1", self.program.bounce_port) as smtp:
            smtp.sendmail("", [sender], b"From: MAILER-DAEMON@example.org\r\nSubject: failure notice\r\n\r\n<number3@example.org>:\r\nSorry, no mailbox here by that name. (#5.1.1)\r\n\r\n--- Below this line is a copy of the message.\r\n\r\n" + raw)
        report = self.admin.ok("GET", "/api/v1/campaigns/%s/report" % campaign["id"])
        counts = report["counts"]
        # Who was refused at once bounced as much as who was refused by a report.
        self.assertEqual((counts["sent"], counts["delivered"], counts["bounced"], counts["bounced_hard"]), (5, 4, 2, 2))
        self.assertEqual((counts["recipients"], counts["failed"], counts["clicked"], counts["clicked_scanner"], counts["skipped_suppressed"], counts["skipped_no_address"]), (6, 1, 1, 1, 1, 1))
        for what in counts:
            people = self.admin.ok("GET", "/api/v1/campaigns/%s/people?what=%s" % (campaign["id"], what))
            self.assertEqual((len(people["items"]), people["total"]), (counts[what], counts[what]), what)
        self.assertEqual([(l["label"], l["people"]) for l in report["links"]], [("Read", 1), ("More", 0)])


class Lists(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.program = varde.shared()
        cls.admin = cls.program.admin()

    def test_double_opt_in(self):
        made = self.admin.ok("POST", "/api/v1/lists", {"name": "Confirmed", "double_opt_in": True})
        person = self.admin.ok("POST", "/api/v1/persons", {"email": "doi@example.org", "first_name": "Doi", "lists": [made["id"]]})
        self.assertEqual([l["state"] for l in person["lists"]], ["pending"])
        found = varde.wait_for(lambda: self.admin.ok("GET", "/api/v1/mailbox?q=doi@example.org")["items"], "the question")
        mail = self.admin.ok("GET", "/api/v1/mailbox/" + found[0]["id"])
        self.assertIn("<%s>" % found[0]["from"], [h["value"] for h in mail["headers"] if h["name"] == "From"][0])
        link = re.search(r"https?://[^/\s]+(/\S*confirm\S*|/l/\S+|/c/\S+)", mail["text"])
        self.assertTrue(link, mail["text"])
        guest = varde.Client(self.program)
        page = guest.get(link[1])
        self.assertEqual(page.status, 200)
        self.assertEqual(self.admin.ok("GET", "/api/v1/persons/" + person["id"])["lists"][0]["state"], "pending", "a GET changes nothing")
        self.assertEqual(guest.request("POST", link[1], raw=b"", headers={"Content-Type": "application/x-www-form-urlencoded"}).status, 200)
        self.assertEqual(self.admin.ok("GET", "/api/v1/persons/" + person["id"])["lists"][0]["state"], "subscribed")

    def test_a_picture_is_taken_stripped_and_served(self):
        made = self.admin.ok("POST", "/api/v1/images?filename=two.png", raw=png(2, 2))
        path = re.sub(r"^https?://[^/]+", "", made["url"])
        answer = varde.Client(self.program).get(path)
        self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "image/png"))
        self.assertIn("immutable", answer.headers.get("Cache-Control", ""))
        self.assertIn(b"Secret photographer", png(2, 2))
        self.assertNotIn(b"Secret photographer", answer.body, "what a camera or a program wrote beside the picture goes to nobody")
        self.assertEqual(self.admin.post("/api/v1/images?filename=cut.png", raw=png(20, 20)[:-30]).status, 415)
        refused = self.admin.post("/api/v1/images?filename=x.png", raw=b"<svg onload=alert(1)>")
        self.assertEqual(refused.status, 415, refused)


if __name__ == "__main__":
    unittest.main()
