"""Restriction comes before every exception, tests go to who takes them, and who only knows a return path can have nobody suppressed."""
import re, smtplib, unittest
import varde
from outreach import OutreachCase

DAY = 86400


class BounceCase(OutreachCase):
    """What scenarios of reports share."""

    def setUp(self):
        self.admin = self.program.admin()
        for domain in self.admin.ok("GET", "/api/v1/domains")["items"]:
            if domain["domain"] != "sender.example":
                self.admin.delete("/api/v1/domains/" + domain["id"])

    def sent(self, name, count=3):
        """Messages that left through a server, by address: (return path, bytes)."""
        sink, provider = self.provider()
        campaign = self.campaign(self.list_of(name, count), provider_id=provider["id"])
        self.send(campaign)
        return {m[1]: (m[0], m[2]) for m in sink.messages}, campaign

    def deliver(self, program, path, report):
        with smtplib.SMTP("127.0.0.1", program.bounce_port) as smtp:
            smtp.sendmail("", [path], report)

    def suppressed(self, address):
        return self.admin.ok("POST", "/api/v1/suppressions/check", {"email": address})["suppressed"]

    def failure(self, path, address, original):
        return (b"From: MAILER-DAEMON@mx.example.org\r\nTo: <%s>\r\nSubject: failure\r\nMIME-Version: 1.0\r\n"
                b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nNo such user.\r\n"
                b"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.org\r\n\r\nFinal-Recipient: rfc822; %s\r\n"
                b"Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n%s\r\n--b--\r\n") % (path.encode(), address.encode(), original)

    def complaint(self, path, original, kind=b"message/rfc822"):
        return (b"From: fbl@example.org\r\nTo: <%s>\r\nSubject: complaint\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n"
                b"--b\r\nContent-Type: text/plain\r\n\r\nThis is an abuse report.\r\n--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: F/1\r\nVersion: 1\r\n\r\n"
                b"--b\r\nContent-Type: %s\r\n\r\n%s\r\n--b--\r\n") % (path.encode(), kind, original)

    def headers(self, raw):
        return raw.split(b"\r\n\r\n")[0] + b"\r\n"


class Bounces(BounceCase):
    # ---- bounces and complaints

    def test_a_hard_bounce_shows_the_message_it_is_about(self):
        sent, campaign = self.sent("hard", 5)
        path, raw = sent["hard1@example.org"]
        other = self.headers(sent["hard2@example.org"][1])
        guessed = re.sub(rb"(?mi)^Message-ID: <.*?@", b"Message-ID: <0123456789abcdef0123456789abcdef@", self.headers(raw))
        for forged in (b"", b"Subject: Hi\r\n", other, guessed):
            self.deliver(self.program, path, self.failure(path, "hard1@example.org", forged))
            self.assertFalse(self.suppressed("hard1@example.org"), forged)
        counts = self.admin.ok("GET", "/api/v1/campaigns/%s/progress" % campaign["id"])["counts"]
        self.assertEqual((counts["bounced_hard"], counts["bounced_soft"]), (0, 1))
        self.deliver(self.program, path, self.failure(path, "hard1@example.org", self.headers(raw)))
        self.assertTrue(self.suppressed("hard1@example.org"))

    def test_a_return_path_ends(self):
        sent, _ = self.sent("late", 2)
        path, raw = sent["late1@example.org"]
        self.program.move_clock(16 * DAY)
        with smtplib.SMTP("127.0.0.1", self.program.bounce_port) as smtp:
            self.assertRaises(smtplib.SMTPRecipientsRefused, smtp.sendmail, "", [path], self.failure(path, "late1@example.org", self.headers(raw)))
        self.admin = self.program.admin()
        self.assertFalse(self.suppressed("late1@example.org"))

    def test_a_complaint_returns_what_we_signed(self):
        sent, campaign = self.sent("fbl", 6)
        path, raw = sent["fbl1@example.org"]
        other = sent["fbl2@example.org"][1]
        unsigned = re.sub(rb"(?ms)^DKIM-Signature:.*?\r\n(?=\S)", b"", raw)
        self.assertNotIn(b"DKIM-Signature", unsigned)
        # Another's signature over this one's Message-ID, and a signed subject that was changed.
        signatures = b"".join(re.findall(rb"(?ms)^DKIM-Signature:.*?\r\n(?=\S)", other))
        changed = raw.replace(b"Subject: Hi fbl1", b"Subject: Hi fbl9")
        self.assertNotEqual(changed, raw)
        for forged in (b"", b"Subject: Hi\r\n\r\nHi\r\n", unsigned, other, signatures + unsigned, changed):
            self.deliver(self.program, path, self.complaint(path, forged))
            self.assertFalse(self.suppressed("fbl1@example.org"), forged[:200])
        self.assertEqual(self.admin.ok("GET", "/api/v1/campaigns/%s/progress" % campaign["id"])["counts"]["complained"], 0)
        self.deliver(self.program, path, self.complaint(path, raw))
        self.assertTrue(self.suppressed("fbl1@example.org"))
        # Headers alone say as well which message it was, with either kind of line end.
        path, raw = sent["fbl3@example.org"]
        self.deliver(self.program, path, self.complaint(path, self.headers(raw), b"text/rfc822-headers"))
        self.assertTrue(self.suppressed("fbl3@example.org"))

    def test_a_loop_of_a_provider_is_believed(self):
        sent, _ = self.sent("loop", 2)
        path, _ = sent["loop1@example.org"]
        node = varde.Node(self.program)
        node.bounce_port = varde.free_port()
        text = node.config.read_text().replace("bounce_port = 0", "bounce_port = %d" % node.bounce_port)
        node.config.write_text(text + 'complaint_loops = ["192.0.2.0/24", "127.0.0.0/8"]\n')
        node.start()
        self.addCleanup(node.stop)
        varde.wait_for((self.program.directory / node.name / "bounce-address").exists, "the receiver")
        self.deliver(node, path, self.complaint(path, b"Subject: redacted\r\n\r\n"))
        self.assertTrue(self.suppressed("loop1@example.org"))

    # ---- restriction and tests

    def test_a_restricted_persons_data_goes_into_no_test_and_no_preview(self):
        person = self.admin.ok("POST", "/api/v1/persons", {"email": "held@example.org", "first_name": "Hel"})["id"]
        campaign = self.campaign(self.list_of("rest", 1))
        self.admin.ok("POST", "/api/v1/persons/%s/restrict" % person, {"reason": "asked for it"})
        for to in (["admin@example.org"], ["held@example.org"], ["anybody@example.org"]):
            answer = self.admin.post("/api/v1/campaigns/%s/test" % campaign["id"], {"emails": to, "person_id": person})
            self.assertEqual((answer.status, answer.json["errors"][0]["pointer"]), (422, "/person_id"), to)
        answer = self.admin.post("/api/v1/render", {"document": {"version": 1, "blocks": [{"id": "1", "type": "heading", "level": 1, "text": "{{ person.first_name }}"}, {"id": "2", "type": "footer", "text": "x"}]}, "subject": "Hi", "person_id": person})
        self.assertEqual(answer.status, 422)
        self.assertEqual(self.admin.ok("GET", "/api/v1/mailbox?q=held@example.org")["items"], [])

    def test_a_test_that_waits_when_its_person_is_restricted_does_not_leave(self):
        sink, provider = self.provider()
        person = self.admin.ok("POST", "/api/v1/persons", {"email": "waits@example.org", "first_name": "Wai"})["id"]
        campaign = self.campaign(self.list_of("wait", 1), provider_id=provider["id"])
        for address in ("waits@example.org", "admin@example.org"):
            sink.answers[address] = "450 4.2.1 later"
        self.admin.ok("POST", "/api/v1/campaigns/%s/test" % campaign["id"], {"emails": ["waits@example.org", "admin@example.org"], "person_id": person})
        state = lambda: sorted(self.program.sql("SELECT state, attempts FROM outbox WHERE person_id = '%s'" % person))
        varde.wait_for(lambda: state() == [["1", "1"], ["1", "1"]], "both to be deferred")
        self.admin.ok("POST", "/api/v1/persons/%s/restrict" % person, {"reason": "asked for it"})
        sink.answers.clear()
        self.program.move_clock(6 * 3600)
        varde.wait_for(lambda: [s[0] for s in state()] == ["3", "3"], "both to be given up")
        self.assertEqual(sink.messages, [])

    def test_tests_go_to_who_takes_them(self):
        person = self.admin.ok("POST", "/api/v1/persons", {"email": "shown@example.org", "first_name": "Sho"})["id"]
        campaign = self.campaign(self.list_of("tests", 1))
        path = "/api/v1/campaigns/%s/test" % campaign["id"]
        answer = self.admin.post(path, {"emails": ["admin@example.org", "stranger@elsewhere.example"]})
        self.assertEqual((answer.status, answer.json["errors"][0]["pointer"]), (422, "/emails/1"))
        self.assertEqual(self.admin.post(path, {"emails": ["shown@example.org"]}).status, 422, "a person is a stranger, but to a test of her own")
        self.assertEqual(self.admin.ok("POST", path, {"emails": ["shown@example.org", "Admin@Example.org"], "person_id": person})["sent"], 2)
        # A colleague says yes, behind a link in a mail, by a button.
        made = self.admin.ok("POST", "/api/v1/test-addresses", {"email": "colleague@example.org"})
        self.assertEqual(self.admin.post("/api/v1/test-addresses", {"email": "Colleague@example.org"}).status, 409)
        self.assertEqual(self.admin.post(path, {"emails": ["colleague@example.org"]}).status, 422)

        def asked():
            for item in self.admin.ok("GET", "/api/v1/mailbox?q=colleague@example.org")["items"]:
                if found := re.search(r"https?://[^/\s]+(/p/test-address/\S+)", self.admin.ok("GET", "/api/v1/mailbox/" + item["id"])["text"]):
                    return found[1]
        link = varde.wait_for(asked, "the question")
        guest = self.program.client()
        self.assertEqual(guest.get(link).status, 200)
        self.assertEqual(self.admin.post(path, {"emails": ["colleague@example.org"]}).status, 422, "looking says nothing")
        self.assertEqual(guest.request("POST", link, raw=b"", headers={"Content-Type": "application/x-www-form-urlencoded"}).status, 200)
        self.assertEqual(self.admin.ok("POST", path, {"emails": ["colleague@example.org"]})["sent"], 1)
        self.assertEqual([a["email"] for a in self.admin.ok("GET", "/api/v1/test-addresses")["items"] if a.get("verified_at")], ["colleague@example.org"])
        self.admin.ok("DELETE", "/api/v1/test-addresses/" + made["id"])
        self.assertEqual(self.admin.post(path, {"emails": ["colleague@example.org"]}).status, 422)
        self.assertEqual(guest.get(link).status, 410)


if __name__ == "__main__":
    unittest.main()
