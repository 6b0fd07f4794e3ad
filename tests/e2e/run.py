#!/usr/bin/env python3
"""End to end: run.py BINARY [--ahead DAYS]. A person imports people, writes to them and hears back, in a real browser, against the real
program, through a real Postfix into real Maildirs.

It is one story, in the order in which things happen; every step waits for what it needs and for no fixed time. What a
user does is done in the browser (browser.mjs); mail is read where Postfix put it. Ends with 'N passed, N failed'.
"""
import csv, email, email.policy, re, sys, urllib.parse

from story import Browser, tell
import dkim
import postfix
import varde

ROWS, BAD, SENDER = 10000, 37, "sender.example"
UNKNOWN = ["gone%d@mail.example" % i for i in range(3)]  # refused at RCPT
FAR = ["far%d@far.example" % i for i in range(2)]        # taken, then bounced


class Mail:
    """A message as a mail program sees it."""

    def __init__(self, raw):
        self.raw = raw
        self.message = email.message_from_bytes(raw, policy=email.policy.default)
        self.html = self.message.get_body(("html",)).get_content()

    def link(self, words):
        return re.search(r'<a [^>]*href="([^"]+)"[^>]*>(?:<[^>]+>)*%s' % re.escape(words), self.html)[1].replace("&amp;", "&")


class Story:
    """Each method is a step of the path; they share what they find in self."""

    program = postfix = browser = None

    def begin(self):
        self.in_bodo = ["bodo%d@mail.example" % i for i in range(245)]
        self.program = varde.Program(extra=["--tls"]).start()  # one-click unsubscribe is for https only (RFC 8058)
        self.postfix = postfix.Postfix(self.in_bodo, self.program.bounce_port).start()
        self.browser = Browser("browser.mjs", "https://localhost:%d" % self.program.port)

    def end(self):
        for part, end in ((self.browser, Browser.end), (self.postfix, postfix.Postfix.remove), (self.program, varde.Program.remove)):
            if part is not None:
                end(part)

    def counts(self):
        return self.admin.ok("GET", "/api/v1/campaigns/%s/progress" % self.campaign)["counts"]

    def mail_of(self, box, subject, seconds=30):
        found = lambda: [m for m in map(Mail, self.postfix.messages(box)) if subject in m.message["subject"]]
        mails = varde.wait_for(found, "%r to arrive at %s" % (subject, box), seconds)
        assert len(mails) == 1, "%s got %r %d times" % (box, subject, len(mails))
        return mails[0]

    def step_01_an_administrator_logs_in_with_a_second_factor(self):
        self.browser.logIn(email="admin@example.org", password=varde.PASSWORD)
        self.browser.secondFactor(code=varde.totp(self.program.now()))
        self.admin = self.program.admin()
        self.admin.ok("POST", "/api/v1/attributes", {"key": "city", "label": "City", "type": "text", "classification": "plain"})
        self.admin.ok("POST", "/api/v1/lists", {"name": "Members"})
        self.admin.ok("POST", "/api/v1/purposes", {"key": "newsletter", "label": "Newsletter"})
        varde.allow_sending(self.admin, SENDER)
        self.admin.ok("POST", "/api/v1/providers", {"name": "Postfix", "kind": "smtp", "host": "127.0.0.1", "port": self.postfix.port, "security": "none", "connections": 4, "default": True})
        form = self.admin.ok("POST", "/api/v1/forms", {"name": "Summer", "title": "Are you coming?", "thanks_text": "Thank you!", "fields": [
            {"key": "coming", "type": "choice", "label": "Are you coming?", "required": True, "choices": ["Yes", "No"]},
            {"key": "more", "type": "text", "label": "Anything else?", "required": False}]})
        self.form = self.admin.ok("POST", "/api/v1/forms/%s/publish" % form["id"])
        text = {"id": "a", "type": "text", "doc": {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "See you, {{ person.first_name }}."}]}]}}
        journey = self.admin.ok("POST", "/api/v1/journeys", {"name": "Thanks", "trigger": {"kind": "form_submitted", "form_id": form["id"]}, "start": "wait", "steps": [
            {"id": "wait", "kind": "wait", "minutes": 10, "next": "send"},
            {"id": "send", "kind": "send", "subject": "Good that you come", "from_name": "Varde e2e", "from_email": "post@" + SENDER, "document": {"version": 1, "blocks": [text, {"id": "f", "type": "footer"}]}}]})
        self.admin.ok("POST", "/api/v1/journeys/%s/start" % journey["id"])

    def step_02_a_file_with_bad_rows_is_imported_and_accounted_for(self):
        bodo = self.in_bodo + UNKNOWN + FAR
        people = bodo + ["oslo%d@mail.example" % i for i in range(ROWS - BAD - len(bodo))]
        rows = [[address, "Name%d" % i, "Bodø" if i < len(bodo) else "Oslo"] for i, address in enumerate(people)]
        bad = [["not-an-address", "Bad", "Oslo"], ["", "Nobody", "Oslo"], ["two@@mail.example", "Twice", "Oslo"]]
        for i in range(BAD):  # among the others, not at the end
            rows.insert(200 + 260 * i, bad[i % len(bad)])
        assert len(rows) == ROWS
        path = self.program.directory / "people.csv"
        with open(path, "w", newline="", encoding="utf-8") as file:
            csv.writer(file, delimiter=";").writerows([["E-mail", "First name", "City"]] + rows)
        done = self.browser.importFile(path=str(path), list="Members", purpose="Newsletter")
        assert (done["read"], done["created"], done["rejected"]) == (ROWS, ROWS - BAD, BAD), done
        with open(done["rejects"], newline="", encoding="utf-8-sig") as file:
            rejects = list(csv.reader(file, delimiter=";"))
        assert len(rejects) == 1 + BAD and all(row[-1] for row in rejects[1:]), rejects[:3]
        assert self.browser.personsOnList(list="Members") == ROWS - BAD

    def step_03_a_segment_counts_while_it_is_built(self):
        self.audience = len(self.in_bodo) + len(UNKNOWN) + len(FAR)
        found = self.browser.makeSegment(name="In Bodø", field="City", value="Bodø")
        assert found == self.audience, found

    def step_04_a_campaign_is_written_reviewed_and_sent(self):
        getting = self.browser.writeCampaign(name="Summer", subject="Hello ", segment="In Bodø", purpose="Newsletter", **{"from": "post@" + SENDER},
                                             buttons=[["Tell us", self.form["public_url"]], ["Read more", "http://example.org/read"]])
        assert getting == self.audience, getting
        self.campaign = self.browser.send(count=getting)
        counts = self.counts()
        assert (counts["sent"], counts["failed"]) == (self.audience - len(UNKNOWN), len(UNKNOWN)), counts

    def step_05_postfix_delivers_and_dkim_holds(self):
        published = {name.rstrip(".").encode(): value.encode() for name, value in self.browser.dkimRecords()}
        assert len(published) == 2, published
        for box in self.in_bodo:
            mail = self.mail_of(box, "Hello Name")
            assert mail.message["to"].addresses[0].addr_spec == box
            signatures = len(mail.message.get_all("DKIM-Signature"))
            assert signatures == 2, signatures
            for index in range(signatures):
                checker = dkim.DKIM(mail.raw)
                assert checker.verify(index, dnsfunc=lambda name, timeout=5: published.get(name.rstrip(b"."))), (box, index)

    def step_06_a_link_is_clicked(self):
        self.program.move_clock(120)  # somebody who reads first; a scanner is faster
        arrived = self.browser.follow(url=self.mail_of(self.in_bodo[0], "Hello").link("Read more"))
        assert arrived == {"text": "Arrived", "at": "http://example.org/read"}, arrived

    def step_07_a_form_is_answered(self):
        title = self.browser.openForm(url=self.mail_of(self.in_bodo[1], "Hello").link("Tell us"))
        assert title == "Are you coming?", title
        self.program.move_clock(10)
        self.browser.answerForm(choice="Yes", comment="With a friend")

    def step_08_one_click_unsubscribes(self):
        mail = self.mail_of(self.in_bodo[2], "Hello")
        assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click", mail.message.keys()
        url = urllib.parse.urlsplit(re.search(r"<(https[^>]+)>", mail.message["List-Unsubscribe"])[1])
        answer = self.program.client().request("POST", url.path, raw=b"List-Unsubscribe=One-Click", headers={"Content-Type": "application/x-www-form-urlencoded"})
        assert answer.status == 200, answer

    def step_09_bounces_come_back_through_the_receiver(self):
        varde.wait_for(lambda: self.counts()["bounced_hard"] == len(FAR + UNKNOWN), "the bounces; Postfix says:\n" + self.postfix.log()[-1500:])
        for address in FAR:
            assert self.admin.ok("POST", "/api/v1/suppressions/check", {"email": address})["suppressed"], address

    def step_10_the_journey_writes_by_itself(self):
        assert not any(b"Good that you come" in raw for box in self.in_bodo for raw in self.postfix.messages(box))
        self.program.move_clock(600)
        mail = self.mail_of(self.in_bodo[1], "Good that you come")
        assert "See you, Name1." in mail.html
        assert sum(b"Subject: Good that you come" in raw for box in self.in_bodo for raw in self.postfix.messages(box)) == 1

    def step_11_every_number_of_the_report_opens_its_people(self):
        found = self.browser.report(id=self.campaign)
        for what, number in found.items():
            assert number["shown"] == len(number["people"]) == len(set(number["people"])), (what, number["shown"], len(number["people"]))
        people = {what: set(number["people"]) for what, number in found.items()}
        expected = {"what=recipients": set(self.in_bodo + FAR + UNKNOWN), "what=sent": set(self.in_bodo + FAR), "what=clicked": set(self.in_bodo[:2]), "what=answered": {self.in_bodo[1]}, "what=bounced_hard": set(FAR + UNKNOWN), "what=bounced_soft": set(),
                    "what=unsubscribed": {self.in_bodo[2]}, "what=failed": set(UNKNOWN), "what=complained": set(), "what=deferred": set(), "what=skipped_suppressed": set()}
        for what, persons in expected.items():
            assert people[what] == persons, (what, sorted(people[what] ^ persons)[:5])
        links = [persons for what, persons in people.items() if "link=" in what]
        assert sorted(map(sorted, links)) == [[self.in_bodo[0]], [self.in_bodo[1]]], links


sys.exit(tell(Story(), each_builds_on_the_last=True))
