"""What a stranger says about a person is a claim until it is proved: forwarded links, anonymous posts, and how long links and sessions last."""
import re, unittest, urllib.parse
import varde
from outreach import BROWSER, OutreachCase
from sms import noon
from test_portal import HOME, Visitor

DAY = 86400
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Claims(OutreachCase):
    used = 0

    def setUp(self):
        noon(self.program)  # a new day: limits are full again
        self.admin = self.program.admin()
        Claims.used += 1
        self.victim = "victim%d@example.org" % Claims.used

    def person(self, **fields):
        return self.admin.ok("POST", "/api/v1/persons", {"email": self.victim, "first_name": "Vera", **fields})["id"]

    def stored(self, id):
        return self.admin.ok("GET", "/api/v1/persons/" + id)

    def purpose(self):
        return self.admin.ok("POST", "/api/v1/purposes", {"key": "purpose-%d" % Claims.used, "label": "News %d" % Claims.used})["id"]

    def form(self, fields=(), **more):
        form = self.admin.ok("POST", "/api/v1/forms", {"name": "Form %d %d" % (Claims.used, len(fields)), "fields": list(fields) or [
            {"key": "mail", "type": "email", "label": "E-mail", "required": False},
            {"key": "first", "type": "text", "label": "First name", "required": False, "attribute": "first_name"},
            *([{"key": "yes", "type": "consent", "label": "I agree", "required": False}] if "purpose_id" in more else [])], **more})
        return urllib.parse.urlsplit(self.admin.ok("POST", "/api/v1/forms/%s/publish" % form["id"])["public_url"])

    def answer(self, path, **values):
        visitor = self.program.client()
        text = visitor.get(path).body.decode()
        hidden = dict(re.findall(r'type="hidden" name="(stamp|t)"\s+value="([^"]*)"', text))
        self.program.move_clock(5)
        posted = [(k, v) for k, v in hidden.items()] + [("website", "")] + [("q_" + k, v) for k, v in values.items()]
        answer = visitor.request("POST", path.split("?")[0], raw=urllib.parse.urlencode(posted).encode(), headers=FORM)
        self.assertEqual(answer.status, 200, answer)

    def mails(self, address, subject):
        items = [i for i in self.admin.ok("GET", "/api/v1/mailbox?q=" + address)["items"] if subject in i["subject"]]
        return [self.admin.ok("GET", "/api/v1/mailbox/" + i["id"]) for i in items]

    def links(self, address, place, count=1):
        found = varde.wait_for(lambda: (m := self.mails(address, "onfirm")) and len(m) >= count and m, "a message that asks")
        return [re.search(r"https?://[^/\s]+(%s\S+)" % place, m["text"])[1] for m in found]

    def settled(self):
        varde.wait_for(lambda: self.program.sql("SELECT count(*) FROM job WHERE kind IN ('outreach.outbox', 'portal.code') AND failed_at IS NULL AND run_at <= to_timestamp(%f)" % self.program.now()) == [["0"]], "messages to leave")

    def mailed(self, person, href):
        """A campaign with a link, sent to the person: its html and text, and the campaign."""
        list_id = self.admin.ok("POST", "/api/v1/lists", {"name": "List %d" % Claims.used})["id"]
        self.admin.ok("PUT", "/api/v1/persons/%s/lists/%s" % (person, list_id), {"state": "subscribed"})
        document = {"version": 1, "blocks": [{"id": "1", "type": "button", "label": "Answer", "href": href}, {"id": "2", "type": "footer", "text": "You asked for it."}]}
        campaign = self.campaign(list_id, subject="Hello there", document=document)
        self.send(campaign)
        mail, = self.mails(self.victim, "Hello there")
        return mail, campaign, list_id

    def clicked(self, mail):
        self.program.move_clock(3600)
        link = re.search(r'href="[^"]*?(/t/c/[^"]+)"', mail["html"])[1]
        answer = self.program.client().get(link, headers=BROWSER)
        self.assertEqual(answer.status, 302, answer)
        parts = urllib.parse.urlsplit(answer.headers["Location"])
        return parts.path + ("?" + parts.query if parts.query else "")

    # ---- what is said of somebody

    def test_a_forwarded_form_link_changes_no_address_and_opens_no_portal(self):
        person = self.person()
        self.admin.ok("PUT", "/api/v1/substitutes/" + person, {"pools": []})
        attacker = "attacker%d@example.org" % Claims.used
        mail, campaign, _ = self.mailed(person, self.form().geturl())
        self.answer(self.clicked(mail), mail=attacker, first="Mallory")
        stored = self.stored(person)
        self.assertEqual((stored["email"], stored["first_name"]), (self.victim, "Vera"))
        # Whoever writes another address is somebody else, and gets no code to the victim's pages.
        other, = self.admin.ok("GET", "/api/v1/persons?q=" + attacker)["items"]
        self.assertNotEqual(other["id"], person)
        visitor = Visitor(self.program)
        visitor.page()
        visitor.done("/code", contact=attacker)
        self.settled()
        self.assertEqual(self.mails(attacker, "code"), [])

    def test_an_answer_counts_for_its_message_and_proves_nobody(self):
        person = self.person()
        mail, campaign, _ = self.mailed(person, self.form().geturl())
        place = self.clicked(mail)
        self.answer(place, first="Mallory")
        self.assertEqual(self.admin.ok("GET", "/api/v1/campaigns/%s/progress" % campaign["id"])["counts"]["answered"], 1)
        self.assertIn("submitted", [i["kind"] for i in self.admin.ok("GET", "/api/v1/persons/%s/timeline" % person)["items"]])
        self.assertEqual(self.stored(person)["first_name"], "Vera")
        link, = self.links(self.victim, "/p/confirm/")
        guest = self.program.client()
        page = guest.get(link)
        self.assertIn(b"Mallory", page.body)
        guest.request("HEAD", link)
        self.assertEqual(self.stored(person)["first_name"], "Vera", "looking changes nothing")
        self.assertEqual(guest.request("POST", link, raw=b"", headers=FORM).status, 200)
        self.assertEqual(self.stored(person)["first_name"], "Mallory", "the person said so")
        self.assertEqual(guest.request("POST", link, raw=b"", headers=FORM).status, 410, "it is good for once")
        # The same token at another form says nothing.
        other = self.form([{"key": "mail", "type": "email", "label": "E-mail", "required": False}])
        self.answer(other.path + "?" + urllib.parse.urlsplit(place).query)
        self.assertEqual(self.admin.ok("GET", "/api/v1/campaigns/%s/progress" % campaign["id"])["counts"]["answered"], 1)

    def test_an_anonymous_post_lifts_no_withdrawal(self):
        person, purpose = self.person(), self.purpose()
        place = "/api/v1/persons/%s/consents/%s" % (person, purpose)
        self.admin.ok("PUT", place, {"state": "given", "source": "a meeting"})
        self.admin.ok("PUT", place, {"state": "withdrawn", "source": "a call"})
        consent = lambda: [(c["state"], c["source"]) for c in self.stored(person)["consents"]]
        self.answer(self.form(purpose_id=purpose).path, mail=self.victim, yes="yes")
        self.assertEqual(consent(), [("withdrawn", "a call")])
        link, = self.links(self.victim, "/p/confirm/")
        guest = self.program.client()
        self.assertIn("News %d" % Claims.used, guest.get(link).body.decode())
        self.assertEqual(consent(), [("withdrawn", "a call")])
        guest.request("POST", link, raw=b"", headers=FORM)
        self.assertEqual(consent()[0][0], "given", "the address on record said so")

    def test_nobody_gives_the_consent_of_somebody_new(self):
        purpose = self.purpose()
        self.answer(self.form(purpose_id=purpose).path, mail=self.victim, yes="yes")
        person, = self.admin.ok("GET", "/api/v1/persons?q=" + self.victim)["items"]
        self.assertEqual(self.stored(person["id"])["consents"], [])
        link, = self.links(self.victim, "/p/confirm/")
        self.program.client().request("POST", link, raw=b"", headers=FORM)
        self.assertEqual([c["state"] for c in self.stored(person["id"])["consents"]], ["given"])

    def test_list_and_tag_of_who_exists_wait_for_the_address_on_record(self):
        person = self.person()
        list_id = self.admin.ok("POST", "/api/v1/lists", {"name": "Open list %d" % Claims.used})["id"]
        tag = self.admin.ok("POST", "/api/v1/tags", {"name": "keen %d" % Claims.used})["id"]
        path = self.form(list_id=list_id, tags=[tag]).path
        for _ in range(5):
            self.answer(path, mail=self.victim)
        stored = self.stored(person)
        self.assertEqual(([l["state"] for l in stored["lists"]], stored["tags"]), (["pending"], []))
        self.settled()
        links = self.links(self.victim, "/p/confirm/", 3)
        self.assertEqual(len(links), 3, "nobody is written to more often than that in a day")
        self.program.client().request("POST", links[0], raw=b"", headers=FORM)
        stored = self.stored(person)
        self.assertEqual(([l["state"] for l in stored["lists"]], stored["tags"]), (["subscribed"], ["keen %d" % Claims.used]))
        # Who left the list is not shown as if waiting for it, either.
        self.admin.ok("PUT", "/api/v1/persons/%s/lists/%s" % (person, list_id), {"state": "unsubscribed"})
        self.program.move_clock(DAY)
        self.answer(path, mail=self.victim)
        self.admin = self.program.admin()
        self.assertEqual([l["state"] for l in self.stored(person)["lists"]], ["unsubscribed"])

    def test_whoever_holds_the_choices_link_leaves_at_once_and_joins_by_mail(self):
        person, purpose = self.person(), self.purpose()
        mail, _, list_id = self.mailed(person, "https://example.org/")
        choices = re.search(r"(/p/preferences/\S+)", mail["text"])[1]
        guest = self.program.client()
        save = lambda body: guest.request("POST", choices, raw=body.encode(), headers=FORM)
        save("consent=" + purpose)
        stored = self.stored(person)
        self.assertEqual(([l["state"] for l in stored["lists"]], stored["consents"]), (["unsubscribed"], []))
        answer = save("list=%s&consent=%s" % (list_id, purpose))
        self.assertIn("sent you a message", answer.body.decode())
        self.assertEqual([l["state"] for l in self.stored(person)["lists"]], ["unsubscribed"])
        link = self.links(self.victim, "/p/confirm/", 2)[0]
        guest.request("POST", link, raw=b"", headers=FORM)
        stored = self.stored(person)
        self.assertEqual(([l["state"] for l in stored["lists"]], [c["state"] for c in stored["consents"]]), (["subscribed"], ["given"]))

    def test_a_clerk_lifts_a_withdrawal_with_a_reason_and_an_import_never(self):
        person, purpose = self.person(), self.purpose()
        place = "/api/v1/persons/%s/consents/%s" % (person, purpose)
        self.admin.ok("PUT", place, {"state": "given"})
        self.admin.ok("PUT", place, {"state": "withdrawn"})
        refused = self.admin.put(place, {"state": "given"})
        self.assertEqual((refused.status, refused.json["errors"][0]["pointer"]), (422, "/source"))
        done = self.admin.import_csv("email\n%s\n" % self.victim, options={"purpose_id": purpose, "consent_source": "an old file"})
        self.assertEqual((done["counts"]["rejected"], self.stored(person)["consents"][0]["state"]), (0, "withdrawn"))
        self.admin.ok("PUT", place, {"state": "given", "source": "signed paper of 12 May"})
        self.assertEqual(self.stored(person)["consents"][0]["state"], "given")

    def test_claims_are_handed_out_and_erased_and_forgotten(self):
        person, purpose = self.person(), self.purpose()
        path = self.form(purpose_id=purpose).path
        self.answer(path, mail=self.victim, yes="yes")
        count = lambda: self.program.sql("SELECT count(*) FROM person_claim WHERE person_id = '%s'" % person)[0][0]
        self.assertEqual(count(), "1")
        link, = self.links(self.victim, "/p/confirm/")
        self.program.move_clock(15 * DAY)
        self.assertEqual(self.program.client().get(link).status, 410)
        varde.wait_for(lambda: count() == "0", "what is too old to go")
        self.answer(path, mail=self.victim, yes="yes")
        self.assertEqual(count(), "1")
        self.program.admin().ok("DELETE", "/api/v1/persons/" + person)
        self.assertEqual(count(), "0")

    # ---- links and sessions end

    def test_links_are_good_for_a_time_and_say_how_to_get_a_new_one(self):
        person = self.person()
        mail, campaign, list_id = self.mailed(person, "https://example.org/read")
        choices, leave = re.search(r"(/p/preferences/\S+)", mail["text"])[1], re.search(r"(/u/\S+)", mail["text"])[1]
        click = re.search(r'href="[^"]*?(/t/c/[^"]+)"', mail["html"])[1]
        guest = self.program.client()
        self.assertEqual(guest.get(leave.replace("/u/", "/p/preferences/")).status, 404, "good for one purpose")
        self.assertEqual(guest.get(choices).status, 200)
        self.program.move_clock(91 * DAY)
        answer = guest.request("POST", choices, raw=b"", headers=FORM)
        self.assertEqual(answer.status, 410)
        self.assertIn("newest message", answer.body.decode())
        answer = guest.get(click, headers=BROWSER)
        self.assertEqual((answer.status, answer.headers["Location"]), (302, "https://example.org/read"))
        self.admin = self.program.admin()
        self.assertEqual(self.admin.ok("GET", "/api/v1/campaigns/%s/progress" % campaign["id"])["counts"]["clicked"], 0, "too old to count")
        self.assertEqual([l["state"] for l in self.stored(person)["lists"]], ["subscribed"])
        self.assertEqual(guest.request("POST", leave, raw=b"List-Unsubscribe=One-Click", headers=FORM).status, 200, "leaving works for longer")
        self.assertEqual([l["state"] for l in self.stored(person)["lists"]], ["unsubscribed"])

    def test_a_portal_session_ends_however_often_it_is_used(self):
        person = self.person()
        self.admin.ok("PUT", "/api/v1/substitutes/" + person, {"pools": []})
        visitor = Visitor(self.program)
        visitor.page()
        visitor.done("/code", contact=self.victim)
        code = varde.wait_for(lambda: (m := self.mails(self.victim, "code")) and m, "the code")[0]["subject"][:6]
        visitor.done("/sign-in", code=code)
        visitor.page("/profile")
        feed = re.search(r"<code>http://[^/]+(/p/me/calendar/[\w-]+\.ics)</code>", visitor.send("/profile", action="feed").body.decode())[1]
        reader = self.program.client()
        for _ in range(4):
            self.assertIn("<nav", visitor.page())
            self.program.move_clock(22 * DAY)
        self.assertIn("<nav", visitor.page(), "88 days")
        self.program.move_clock(3 * DAY)
        self.assertNotIn("<nav", visitor.page(), "91 days")
        self.assertEqual(reader.get(feed).status, 200)
        self.program.move_clock(275 * DAY)
        self.assertEqual(reader.get(feed).status, 404, "a year is over: a new address is made, or none")

    # ---- links of ours lead where the sender wrote

    def test_a_link_is_no_field_that_strangers_fill_in(self):
        self.admin.post("/api/v1/attributes", {"key": "site", "label": "Site", "type": "text", "classification": "plain"})
        document = {"version": 1, "blocks": [{"id": "1", "type": "button", "label": "Go", "href": "{{ person.site }}"}, {"id": "2", "type": "footer", "text": "You asked for it."}]}
        shown = self.admin.ok("POST", "/api/v1/render", {"document": document, "subject": "Hi"})
        self.assertEqual([p["pointer"] for p in shown["problems"]], ["/document/blocks/0/href"])
        # One that was stored before the rule leads nowhere.
        person = self.person(attributes={"site": "https://evil.example/"})
        mail, campaign, _ = self.mailed(person, "https://example.org/a")
        self.program.sql("UPDATE link SET url = '{{ person.site }}' WHERE source_id = '%s'" % campaign["id"])
        link = re.search(r'href="[^"]*?(/t/c/[^"]+)"', mail["html"])[1]
        self.assertEqual(self.program.client().get(link, headers=BROWSER).status, 404)

    def test_numbers_that_are_none_do_no_harm(self):
        person = self.person()
        mail, campaign, _ = self.mailed(person, "https://example.org/b")
        self.clicked(mail)
        rule = {"op": "and", "rules": [{"field": "clicked", "operator": "happened", "value": {"campaign_id": campaign["id"], "within_days": 1e300}}]}
        self.assertEqual(self.admin.ok("POST", "/api/v1/segments/preview", {"conditions": rule})["count"], 1)
        visitor = self.program.client()
        path = self.form().path
        for stamp in ("9223372036854775807.x.y", "-9223372036854775808.x.y", "99999999999999.x.y", "..", "1e9.x.y"):
            answer = visitor.request("POST", path, raw=urllib.parse.urlencode({"stamp": stamp}).encode(), headers=FORM)
            self.assertEqual(answer.status, 422, stamp)


if __name__ == "__main__":
    unittest.main()
