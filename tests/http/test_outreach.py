"""Outreach end to end: a campaign through a real SMTP dialogue, and what comes back of it."""
import re, smtplib, unittest
import varde
from outreach import BROWSER, OutreachCase, document


class Outreach(OutreachCase):
    def test_campaign_is_sent_followed_and_left(self):
        sink, provider = self.provider()
        self.assertTrue(self.admin.ok("POST", "/api/v1/providers/%s/check" % provider["id"], {})["ok"])
        list_id = self.list_of("follow", 30)
        sink.answers["follow3@example.org"] = "550 5.1.1 no such user"
        sink.answers["follow4@example.org"] = "451 4.2.0 later"
        campaign = self.campaign(list_id, provider_id=provider["id"])
        review = self.admin.ok("GET", "/api/v1/campaigns/%s/review" % campaign["id"])
        self.assertEqual((review["blockers"], review["recipients"]), ([], 30))
        self.admin.ok("POST", "/api/v1/campaigns/%s/send" % campaign["id"], {})

        def counted():
            counts = self.admin.ok("GET", "/api/v1/campaigns/%s/progress" % campaign["id"])["counts"]
            return counts if counts["queued"] == 0 and counts["recipients"] == 30 else None
        counts = varde.wait_for(counted, "all to have an outcome")
        self.assertEqual((counts["sent"], counts["failed"], counts["deferred"]), (28, 1, 1))
        self.assertEqual(len({m[1] for m in sink.messages}), 28)
        self.assertEqual(len(sink.messages), 28, "nobody gets it twice")
        # The deferred one is tried again when its time has come.
        del sink.answers["follow4@example.org"]
        self.program.move_clock(200)
        counts = self.reach(campaign, ("sent",))["counts"]
        self.assertEqual((counts["sent"], counts["failed"], counts["deferred"]), (29, 1, 0))

        sender, to, raw = next(m for m in sink.messages if m[1] == "follow7@example.org")
        message, html, text = self.parts(raw)
        self.assertEqual(message["Subject"], "Hi follow7")
        self.assertIn("Hello follow7", html)
        self.assertEqual(raw.count(b"DKIM-Signature:"), 2)
        self.assertIn("Storgata 1, 0155 Oslo", text)

        # Clicks: a person's, a scanner's; the redirect leads where the sender wrote.
        links = re.findall(r'href="[^"]*?(/t/c/[^"]+)"', html)
        targets = set()
        self.program.move_clock(3600)
        guest = varde.Client(self.program)
        hidden = re.search(r'href="[^"]*?(/t/c/[^"]+)" style="display:none', html)[1]
        for link in dict.fromkeys(l for l in links if l != hidden):  # as somebody who sees the message
            answer = guest.get(link, headers=BROWSER)
            self.assertEqual(answer.status, 302)
            targets.add(answer.headers["Location"])
        self.assertTrue({"https://example.org/read?who=follow7", "https://example.org/more"} <= targets, targets)
        self.assertEqual(guest.get(links[-1][:-2] + "xx", headers=BROWSER).status, 404)
        self.assertEqual(guest.get(re.search(r'src="[^"]*?(/t/o/[^"]+)"', html)[1], headers=BROWSER).headers["Content-Type"], "image/gif")
        other = self.parts(next(m for m in sink.messages if m[1] == "follow8@example.org")[2])[1]
        guest.request("HEAD", re.search(r'href="[^"]*?(/t/c/[^"]+)"', other)[1])
        counts = self.admin.ok("GET", "/api/v1/campaigns/%s/progress" % campaign["id"])["counts"]
        self.assertEqual((counts["opened"], counts["clicked"]), (1, 1))
        self.assertGreaterEqual(counts["clicked_scanner"], 1)

        # Leaving: a GET changes nothing, the mail program's POST does (RFC 8058).
        leave = re.search(r"(/u/\S+)", text)[1]
        self.assertEqual(guest.get(leave).status, 200)
        self.assertEqual(self.admin.ok("GET", "/api/v1/lists/" + list_id)["persons"], 30)
        answer = guest.request("POST", leave, raw=b"List-Unsubscribe=One-Click", headers={"Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(self.admin.ok("GET", "/api/v1/lists/" + list_id)["persons"], 29)
        choices = re.search(r"(/p/preferences/\S+)", text)[1]
        page = guest.get(choices)
        self.assertEqual(page.status, 200)
        self.assertLess(len(page.body), 15000)
        self.assertNotIn(b"<script", page.body)
        # The link may have been forwarded: joining again waits for the address on record.
        guest.request("POST", choices, raw=("list=" + list_id).encode(), headers={"Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual(self.admin.ok("GET", "/api/v1/lists/" + list_id)["persons"], 29)

        asks = lambda: [m[2] for m in sink.messages if m[1] == "follow7@example.org" and b"/p/confirm/" in m[2]]
        confirm = re.search(r"(/p/confirm/\S+)", self.text_of(varde.wait_for(asks, "the message that asks")[0]))[1]
        guest.request("POST", confirm, raw=b"", headers={"Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual(self.admin.ok("GET", "/api/v1/lists/" + list_id)["persons"], 30)

        # A bounce under the message's own return address suppresses, once.
        sender9, _, raw9 = next(m for m in sink.messages if m[1] == "follow9@example.org")
        report = ("From: MAILER-DAEMON@mx.example.org\r\nTo: <%s>\r\nSubject: failure\r\nMIME-Version: 1.0\r\n"
                  "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nNo such user.\r\n"
                  "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.org\r\n\r\nFinal-Recipient: rfc822; follow9@example.org\r\n"
                  "Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\n"
                  "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n%s\r\n--b--\r\n") % (sender9, raw9.split(b"\r\n\r\n")[0].decode())
        for _ in range(2):
            with smtplib.SMTP("127.0.0.1", self.program.bounce_port) as smtp:
                smtp.sendmail("", [sender9], report)
        with smtplib.SMTP("127.0.0.1", self.program.bounce_port) as smtp:
            self.assertRaises(smtplib.SMTPRecipientsRefused, smtp.sendmail, "", ["b-nobody@" + sender9.split("@")[1]], report)
        self.assertTrue(self.admin.ok("POST", "/api/v1/suppressions/check", {"email": "Follow9@example.org"})["suppressed"])
        counts = self.admin.ok("GET", "/api/v1/campaigns/%s/progress" % campaign["id"])["counts"]
        self.assertEqual((counts["bounced_hard"], counts["unsubscribed"]), (2, 1), "one was refused at once, one by a report")
        report = self.admin.ok("GET", "/api/v1/campaigns/%s/report" % campaign["id"])
        self.assertEqual([(l["no"], l["people"]) for l in report["links"]], [(1, 1), (2, 1)])
        self.assertEqual(sum(h["opened"] for h in report["by_hour"]), 1)
        again = self.admin.ok("POST", "/api/v1/campaigns/%s/copy" % campaign["id"], {})
        review = self.admin.ok("GET", "/api/v1/campaigns/%s/review" % again["id"])
        self.assertEqual((review["recipients"], review["excluded"]["suppressed"]), (28, 2))

    def test_a_crash_loses_none_and_repeats_at_most_one_per_connection(self):
        sink, provider = self.provider()
        self.admin.patch("/api/v1/providers/" + provider["id"], {"per_second": 300}, provider["version"])
        campaign = self.campaign(self.list_of("crash", 600), provider_id=provider["id"])
        self.admin.ok("POST", "/api/v1/campaigns/%s/send" % campaign["id"], {})
        varde.wait_for(lambda: len(sink.messages) > 200, "the first messages")
        self.program.kill()
        self.program.start(tenant="second", admin="other@example.org")
        counts = self.reach(campaign, ("sent",))["counts"]
        self.assertEqual((counts["sent"], counts["failed"]), (600, 0))
        self.assertEqual(len({m[1] for m in sink.messages}), 600)
        self.assertLessEqual(len(sink.messages), 604)

    def test_a_clock_that_jumps_sends_nothing_twice(self):
        """A machine that slept, a corrected clock: leases are of the database's time, and each jump here is past all of them."""
        sink, provider = self.provider()
        self.admin.patch("/api/v1/providers/" + provider["id"], {"per_second": 300}, provider["version"])
        campaign = self.campaign(self.list_of("jump", 900), provider_id=provider["id"])
        self.admin.ok("POST", "/api/v1/campaigns/%s/send" % campaign["id"], {})
        for share in (100, 300, 500, 700):
            varde.wait_for(lambda: len(sink.messages) > share, "%d messages" % share)
            self.program.move_clock(31)
        counts = self.reach(campaign, ("sent",))["counts"]
        self.assertEqual((counts["sent"], counts["failed"], len(sink.messages)), (900, 0, 900))

    def test_the_built_in_mailbox_refuses_a_pace_that_it_would_not_keep(self):
        for field in ("per_second", "per_window"):
            answer = self.admin.post("/api/v1/providers", {"name": "slow box", "kind": "captured", field: 5, "window_seconds": 60})
            self.assertEqual((answer.status, answer.json["errors"][0]["pointer"]), (422, "/" + field))

    def test_built_in_mailbox_and_render(self):
        list_id = self.list_of("box", 3)
        campaign = self.campaign(list_id)
        self.assertEqual(self.send(campaign)["counts"]["sent"], 3)
        found = self.admin.ok("GET", "/api/v1/mailbox?q=box1")["items"]
        self.assertEqual(len(found), 1)
        mail = self.admin.ok("GET", "/api/v1/mailbox/" + found[0]["id"])
        self.assertIn("Hello box1", mail["html"])
        self.assertTrue(mail["links"])
        self.assertEqual(self.admin.ok("POST", "/api/v1/campaigns/%s/test" % campaign["id"], {"emails": ["admin@example.org"]})["sent"], 1)
        varde.wait_for(lambda: self.admin.ok("GET", "/api/v1/mailbox?q=admin@example.org")["items"], "the test message")
        shown = self.admin.ok("POST", "/api/v1/render", {"document": document(), "subject": "Hi {{ person.nobody }}"})
        self.assertEqual([p["pointer"] for p in shown["problems"]], ["/subject"])
        shown = self.admin.ok("POST", "/api/v1/render", {"document": document(), "subject": "Hi"})
        self.assertEqual((shown["problems"], "Hello Ola" in shown["html"]), ([], True))


if __name__ == "__main__":
    unittest.main()
