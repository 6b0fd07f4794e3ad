"""What people met who tried the console and the public pages for the first time."""
import datetime, io, json, re, unittest, zipfile, zoneinfo
import varde
from outreach import OutreachCase, Sink
from sms import SECRET, Gateway, http_settings, noon, number, sign
from staff import DAY, HOUR, Staff
from test_security_bounces import BounceCase

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ONE_CLICK = b"List-Unsubscribe=One-Click"


class Unsubscribing(BounceCase):
    """Who unsubscribes is not reached again: by whatever way, from whatever campaign."""

    used = 0

    def setUp(self):
        Unsubscribing.used += 1
        self.word = "leaver%d" % Unsubscribing.used
        self.address = self.word + "0@example.org"
        self.sink, self.relay = self.provider()
        self.admin.request("PATCH", "/api/v1/providers/" + self.relay["id"], {"default": True}, {"If-Match": "*"})
        self.group = self.list_of(self.word, 2)
        self.purpose = self.admin.ok("POST", "/api/v1/purposes", {"key": self.word, "label": "News of " + self.word})["id"]
        self.people = [self.admin.ok("GET", "/api/v1/persons?q=%s%d@example.org" % (self.word, i))["items"][0]["id"] for i in (0, 1)]
        for person in self.people:
            self.admin.ok("POST", "/api/v1/persons/%s/tags" % person, {"add": [self.word]})
            self.admin.ok("PUT", "/api/v1/persons/%s/consents/%s" % (person, self.purpose), {"state": "given", "source": "a meeting"})
        segment = lambda name, rule: self.admin.ok("POST", "/api/v1/segments", {"name": self.word + name, "conditions": {"op": "and", "rules": [rule]}})["id"]
        self.by_list = segment(" by list", {"field": "list", "operator": "has", "value": self.group})
        self.by_tag = segment(" by tag", {"field": "tag", "operator": "has", "value": self.word})
        self.not_others = segment(" apart", {"op": "and", "not": True, "rules": [{"field": "tag", "operator": "has_not", "value": self.word}]})

    def to(self, lists=(), segments=(), **fields):
        return self.campaign(self.group, provider_id=self.relay["id"], audience={"lists": list(lists), "segments": list(segments)}, **fields)

    def links(self, campaign):
        """The links of leaving and of one's choices that the first person got."""
        before = len(self.sink.messages)
        self.send(campaign)
        raw, = [raw for _, to, raw in self.sink.messages[before:] if to == self.address]
        text = self.text_of(raw)
        return re.search(r"(/u/\S+)", text)[1], re.search(r"(/p/preferences/\S+)", text)[1]

    def press(self, link, body=b""):
        answer = self.program.client().request("POST", link, raw=body, headers=FORM)
        self.assertEqual(answer.status, 200, answer)
        return answer.body.decode()

    def state(self):
        person = self.admin.ok("GET", "/api/v1/persons/" + self.people[0])
        return {"list": [l["state"] for l in person["lists"]], "consent": [c["state"] for c in person["consents"]], "nothing": (person.get("suppressed") or {}).get("reason")}

    def reaches_nobody_of_them(self, campaign):
        """The same again, a new one with the defaults, and one that was planned before one had to choose."""
        self.assertEqual(self.admin.ok("GET", "/api/v1/campaigns/%s/review" % campaign["id"])["recipients"], 1, "the other one is reached as before")
        everywhere = {"lists": [self.group], "segments": [self.by_list, self.by_tag, self.not_others]}
        new = self.admin.ok("POST", "/api/v1/campaigns", {"name": "New", "subject": "Hi", "from_email": "post@sender.example", "provider_id": self.relay["id"], "document": campaign["document"], "audience": everywhere})
        refused = self.admin.post("/api/v1/campaigns/%s/send" % new["id"], {})
        self.assertEqual((refused.status, [e["pointer"] for e in refused.json["errors"]]), (409, ["/no-purpose"]))
        self.admin.patch("/api/v1/campaigns/" + new["id"], {"service_reason": "An old draft."}, new["version"])
        planned = self.admin.ok("POST", "/api/v1/campaigns/%s/send" % new["id"], {"at": datetime.datetime.fromtimestamp(self.program.now() + 3600, datetime.timezone.utc).isoformat()})
        self.assertEqual(planned["state"], "scheduled")
        self.program.sql("UPDATE campaign SET service_reason = '' WHERE campaign_id = '%s'" % new["id"])
        before = len(self.sink.messages)
        self.program.move_clock(3700)
        self.admin = self.program.admin()
        self.reach(new, ("sent",))
        self.assertEqual([to for _, to, _ in self.sink.messages[before:]], [self.word + "1@example.org"])

    def ways(self):
        service = {"service_reason": "About the meeting that they come to."}
        purpose = {"purpose_id": self.purpose}
        left, withdrawn, nothing = {"list": ["unsubscribed"]}, {"consent": ["withdrawn"]}, {"list": ["unsubscribed"], "consent": ["withdrawn"], "nothing": "unsubscribe"}
        return (("a list with a purpose", {"lists": [self.group], **purpose}, {**left, **withdrawn}),
                ("a list as a service message", {"lists": [self.group], **service}, left),
                ("a segment of a list with a purpose", {"segments": [self.by_list], **purpose}, {**left, **withdrawn}),
                ("a segment of a list as a service message", {"segments": [self.by_list], **service}, left),
                ("a segment of no list with a purpose", {"segments": [self.by_tag], **purpose}, withdrawn),
                ("a segment of no list as a service message", {"segments": [self.by_tag], **service}, nothing))

    def test_from_a_list_with_a_purpose(self):
        self.holds(0)

    def test_from_a_list_as_a_service_message(self):
        self.holds(1)

    def test_from_a_segment_of_a_list_with_a_purpose(self):
        self.holds(2)

    def test_from_a_segment_of_a_list_as_a_service_message(self):
        self.holds(3)

    def test_from_a_segment_of_no_list_with_a_purpose(self):
        self.holds(4)

    def test_from_a_segment_of_no_list_as_a_service_message(self):
        self.holds(5)

    def holds(self, which):
        name, audience, expected = self.ways()[which]
        campaign = self.to(**audience)
        leave, _ = self.links(campaign)
        self.press(leave, ONE_CLICK)
        state = self.state()
        for what, value in expected.items():
            self.assertEqual(state[what], value, (name, state))
        if "nothing" not in expected:
            self.assertIsNone(state["nothing"], name)
        if "service_reason" in audience and "nothing" not in expected:
            # By another way than the list she is reached by a message that says it must: the review tells how many.
            again = self.to(segments=[self.by_tag], service_reason="It must.")
            review = self.admin.ok("GET", "/api/v1/campaigns/%s/review" % again["id"])
            self.assertEqual((review["recipients"], review["said_no"]), (2, 1))
            self.assertIn("one person who once said no", [w["message"] for w in review["warnings"] if w["code"] == "service-message"][0])
        self.reaches_nobody_of_them(campaign)

    def test_everything_is_left_by_the_pages_second_button_and_taken_back_by_the_mailbox(self):
        leave, choices = self.links(self.to(lists=[self.group], purpose_id=self.purpose))
        guest = self.program.client()
        asked = guest.get(leave).body.decode()
        self.assertIn("This is about l•••@example.org", asked)
        self.assertIn("You leave the list “%s”" % self.word, asked)
        self.assertEqual(self.state(), {"list": ["subscribed"], "consent": ["given"], "nothing": None}, "a GET changes nothing")
        done = self.press(leave)
        for words in ("l•••@example.org", "You have left the list “%s”" % self.word, "News of " + self.word, "No messages at all from", "I want messages again", "/p/requests/"):
            self.assertIn(words, done)
        self.assertIn("You get no more messages from", self.press(leave, b"everything=1"))
        self.assertEqual(self.state(), {"list": ["unsubscribed"], "consent": ["withdrawn"], "nothing": "unsubscribe"})
        self.assertIn("You have asked for no messages at all", guest.get(choices).body.decode())
        self.assertIn("Look in your mailbox", self.press(leave, b"back=1"))
        self.assertEqual(self.state()["nothing"], "unsubscribe", "whoever has the link cannot take it back")
        found = lambda: [m[0] for _, to, raw in self.sink.messages if to == self.address and (m := re.search(r"/p/confirm/\S+", self.text_of(raw)))]
        link, = varde.wait_for(found, "the question")
        self.assertEqual(guest.get(link).status, 200)
        self.assertEqual(self.state()["nothing"], "unsubscribe", "a GET changes nothing")
        self.press(link)
        self.assertEqual(self.state(), {"list": ["unsubscribed"], "consent": ["withdrawn"], "nothing": None}, "of which lists is for her to choose")
        for _ in range(5):
            self.press(leave, b"everything=1")
            self.press(leave, b"back=1")
        self.assertEqual(self.program.sql("SELECT count(*) FROM outbox WHERE source_kind = 6 AND person_id = '%s'" % self.people[0]), [["3"]], "the questions of a day")
        self.program.move_clock(60)
        varde.wait_for(lambda: len(found()) == 3, "them to come")

    def test_what_was_left_by_mistake_comes_back_by_the_mailbox(self):
        leave, _ = self.links(self.to(segments=[self.by_list], purpose_id=self.purpose))
        self.press(leave)
        self.press(leave, b"back=1")
        self.assertEqual(self.state(), {"list": ["unsubscribed"], "consent": ["withdrawn"], "nothing": None})
        found = lambda: [m[0] for _, to, raw in self.sink.messages if to == self.address and (m := re.search(r"/p/confirm/\S+", self.text_of(raw)))]
        link, = varde.wait_for(found, "the question")
        self.press(link)
        self.assertEqual(self.state(), {"list": ["subscribed"], "consent": ["given"], "nothing": None})

    def test_one_press_is_enough_for_whoever_is_reached_by_more_than_a_list(self):
        campaign = self.to(lists=[self.group], segments=[self.by_tag], service_reason="It must.")
        leave, _ = self.links(campaign)
        reached = lambda: self.admin.ok("GET", "/api/v1/campaigns/%s/review" % campaign["id"])["recipients"]
        self.assertEqual(reached(), 2)
        asked = self.program.client().get(leave).body.decode()
        self.assertIn("You leave the list “%s”" % self.word, asked)
        self.assertIn("you get no more messages at all", asked)
        for _ in range(2):  # mail programs press twice
            self.assertIn("You get no more messages from", self.press(leave, ONE_CLICK))
            self.assertEqual((reached(), self.state()["nothing"]), (1, "unsubscribe"))
        trail = [e["action"] for e in self.admin.ok("GET", "/api/v1/audit?object=" + self.people[0])["items"]]
        self.assertEqual(trail.count("suppression.add"), 1)

    def test_a_list_that_was_left_long_ago_is_not_what_is_left_again(self):
        campaign = self.to(segments=[self.by_tag], lists=[self.group], service_reason="It must.")
        self.admin.ok("PUT", "/api/v1/persons/%s/lists/%s" % (self.people[0], self.group), {"state": "unsubscribed"})
        leave, _ = self.links(campaign)
        self.assertIn("You will get no more messages from", self.program.client().get(leave).body.decode())
        self.press(leave, ONE_CLICK)
        self.assertEqual(self.admin.ok("GET", "/api/v1/campaigns/%s/review" % campaign["id"])["recipients"], 1)

    def test_a_list_is_left_alone_and_a_second_press_leaves_no_more(self):
        leave, _ = self.links(self.to(lists=[self.group], service_reason="It must."))
        for _ in range(2):
            self.press(leave, ONE_CLICK)
            self.assertEqual(self.state(), {"list": ["unsubscribed"], "consent": ["given"], "nothing": None})

    def test_the_page_says_what_was_sent(self):
        leave, _ = self.links(self.to(lists=[self.group], purpose_id=self.purpose))
        self.assertIn("You have not left", self.press(leave, b"back=1"))
        self.press(leave, b"everything=1")
        for words in ("We have sent you a message",) * 3 + ("several messages today already",):
            self.assertIn(words, self.press(leave, b"back=1"))

    def test_an_old_letter_does_not_let_in_who_has_left_again(self):
        leave, _ = self.links(self.to(lists=[self.group], purpose_id=self.purpose))
        found = lambda: [m[0] for _, to, raw in self.sink.messages if to == self.address and (m := re.search(r"/p/confirm/\S+", self.text_of(raw)))]
        self.press(leave, b"everything=1")
        self.press(leave, b"back=1")
        first, = varde.wait_for(found, "the letter")
        self.press(first)
        self.assertIsNone(self.state()["nothing"])
        self.program.move_clock(60)
        self.press(leave, b"everything=1")
        late = self.program.client().request("POST", first, raw=b"", headers=FORM)
        self.assertEqual((late.status, self.state()["nothing"]), (410, "unsubscribe"))
        self.press(leave, b"back=1")
        varde.wait_for(lambda: len(found()) == 2, "the newest letter")
        self.press(found()[1])
        self.assertIsNone(self.state()["nothing"])

    # ---- that nothing is wanted is a fact of its own

    used_numbers = 0

    def gateway(self):
        gateway = Gateway()
        made = self.admin.ok("POST", "/api/v1/providers", {"name": "gateway", "kind": "sms_http", "password": "key", "connections": 4, "default": True, "callback_secret": SECRET, "sms": http_settings(gateway)})
        self.addCleanup(lambda: self.admin.delete("/api/v1/providers/" + made["id"]))
        return gateway, made

    def reached_by_sms(self):
        campaign = self.admin.ok("POST", "/api/v1/campaigns", {"name": "SMS", "service_reason": "It must.", "channel": "sms", "text": "Hi", "audience": {"lists": [], "segments": [self.by_tag]}})
        return self.admin.ok("GET", "/api/v1/campaigns/%s/review" % campaign["id"])["recipients"]

    def with_numbers(self):
        for person in self.people:
            Unsubscribing.used_numbers += 1
            self.admin.request("PATCH", "/api/v1/persons/" + person, {"phone": number(960000 + Unsubscribing.used_numbers)}, {"If-Match": "*"})

    def test_a_bounce_before_or_after_does_not_take_its_place(self):
        noon(self.program)
        self.admin = self.program.admin()
        self.with_numbers()
        gateway, _ = self.gateway()
        leave, _ = self.links(self.to(lists=[self.group], purpose_id=self.purpose))
        again = self.admin.ok("POST", "/api/v1/lists", {"name": "again " + self.word})["id"]
        journey = self.admin.ok("POST", "/api/v1/journeys", {"name": self.word, "trigger": {"kind": "list_joined", "list_id": again}, "start": "a", "steps": [{"id": "a", "kind": "sms", "text": "Hi again"}]})
        self.admin.ok("POST", "/api/v1/journeys/%s/start" % journey["id"], {})
        self.addCleanup(lambda: self.admin.post("/api/v1/journeys/%s/pause" % journey["id"]))
        hold = lambda reason: self.admin.ok("POST", "/api/v1/suppressions", {"email": self.address, "reason": reason})
        lift = lambda: self.admin.ok("DELETE", "/api/v1/persons/%s/suppressions/mail" % self.people[0])
        self.assertEqual(self.reached_by_sms(), 2)
        hold("bounce")
        self.assertEqual(self.reached_by_sms(), 2, "a mailbox that is gone says nothing of the telephone")
        self.press(leave, b"everything=1")
        self.assertEqual((self.reached_by_sms(), self.state()["nothing"]), (1, "bounce"))
        self.admin.ok("PUT", "/api/v1/persons/%s/lists/%s" % (self.people[0], again), {"state": "subscribed"})
        ended = lambda: self.program.sql("SELECT state, reason FROM sms WHERE person_id = '%s'" % self.people[0])
        self.assertEqual(varde.wait_for(lambda: (e := ended()) and e[0][0] > "2" and e, "the SMS of the journey to end"), [["6", "suppressed"]])
        lift()
        self.assertEqual((self.reached_by_sms(), self.state()["nothing"]), (1, "unsubscribe"), "taking the bounce away leaves what she said")
        for late in ("bounce", "complaint"):
            hold(late)
        self.assertEqual((self.reached_by_sms(), self.state()["nothing"]), (1, "bounce"))
        self.assertEqual(gateway.messages, [])
        # What she said is handed out, and taken back by herself alone; the bounce stays.
        with zipfile.ZipFile(io.BytesIO(self.admin.post("/api/v1/persons/%s/export" % self.people[0]).body)) as package:
            self.assertTrue(any(b"unsubscribed_at" in package.read(name) for name in package.namelist()))
        lift()
        self.press(leave, b"back=1")
        found = lambda: [m[0] for _, to, raw in self.sink.messages if to == self.address and (m := re.search(r"/p/confirm/\S+", self.text_of(raw)))]
        link, = varde.wait_for(found, "the letter")
        hold("bounce")
        self.press(link)
        self.assertEqual((self.reached_by_sms(), self.state()["nothing"]), (2, "bounce"))

    def test_those_of_before_are_known(self):
        with open("db/migrations/main/0058_wants_nothing.sql") as f:
            steps = f.read()
        (tenant,), = self.program.sql("SELECT tenant_id FROM tenant WHERE slug = 'first'")
        rows = ", ".join("('%s', '\\x%02d', %d, %d, '2026-01-02 03:04:05Z')" % (tenant, i, reason, channel) for i, (reason, channel) in enumerate(((1, 1), (3, 1), (3, 2), (4, 2))))
        after = self.program.sql("BEGIN; DELETE FROM suppression; INSERT INTO suppression (tenant_id, address_hash, reason, channel, at) VALUES " + rows +
                                 "; SET LOCAL ROLE varde_owner; ALTER TABLE suppression DROP COLUMN unsubscribed_at, DROP COLUMN stopped; " + steps +
                                 "; RESET ROLE; SELECT unsubscribed_at = at, stopped FROM suppression ORDER BY address_hash; SELECT relforcerowsecurity FROM pg_class WHERE relname = 'suppression'; ROLLBACK")
        self.assertEqual(after, [["", "f"], ["t", "f"], ["t", "t"], ["", "f"], ["t"]])

    def test_the_page_speaks_the_readers_language(self):
        self.admin.request("PATCH", "/api/v1/persons/" + self.people[0], {"language": "sv"}, {"If-Match": "*"})
        leave, choices = self.links(self.to(lists=[self.group], purpose_id=self.purpose))
        guest = self.program.client()
        self.assertIn("Avanmäl mig", guest.get(leave).body.decode())
        self.assertIn("Dina val", guest.get(choices).body.decode())
        self.assertIn("Du är borttagen från listan", self.press(leave))

    def test_a_purpose_and_a_reason_exclude_each_other(self):
        refused = self.admin.post("/api/v1/campaigns", {"name": "Both", "purpose_id": self.purpose, "service_reason": "Both."})
        self.assertEqual((refused.status, refused.json["errors"][0]["pointer"]), (422, "/service_reason"))


class NumbersAlone(Staff):
    """Who has a number and no address."""

    def test_who_leaves_everything_on_a_page_is_asked_about_shifts_and_who_says_stop_is_not(self):
        gateway = Gateway()
        provider = self.admin.ok("POST", "/api/v1/providers", {"name": "gateway", "kind": "sms_http", "password": "key", "connections": 4, "default": True, "callback_secret": SECRET, "sms": http_settings(gateway)})
        self.addCleanup(lambda: self.admin.delete("/api/v1/providers/" + provider["id"]))
        phone, guest = number(970001), self.program.client()
        say = lambda text: self.assertEqual(guest.request("POST", "/p/sms/%s/reply" % provider["id"], raw=(body := json.dumps({"id": "alone-%s-%d" % (text, gateway.port), "from": phone, "text": text}).encode()), headers=sign(body)).status, 200)
        person = self.admin.ok("POST", "/api/v1/persons", {"phone": phone, "language": "en"})["id"]
        pool = self.admin.ok("POST", "/api/v1/pools", {"name": "numbers alone"})["id"]
        group = self.admin.ok("POST", "/api/v1/lists", {"name": "numbers alone"})["id"]
        self.admin.ok("PUT", "/api/v1/substitutes/" + person, {"pools": [pool]})
        self.admin.ok("PUT", "/api/v1/persons/%s/lists/%s" % (person, group), {"state": "subscribed"})
        campaign = self.admin.ok("POST", "/api/v1/campaigns", {"name": "SMS", "service_reason": "It must.", "channel": "sms", "text": "Hi {{ links.unsubscribe }}", "audience": {"lists": [group], "segments": []}})
        reached = lambda: self.admin.ok("GET", "/api/v1/campaigns/%s/review" % campaign["id"])["recipients"]
        self.admin.ok("POST", "/api/v1/campaigns/%s/send" % campaign["id"], {})
        text = varde.wait_for(lambda: gateway.of(phone), "the SMS")[0]["text"]
        leave = re.search(r"/u/\S+", text)[0]
        press = lambda body: guest.request("POST", leave, raw=body, headers=FORM).body.decode()
        self.assertIn("You get no more messages from", press(b"everything=1"))
        self.admin.ok("PUT", "/api/v1/persons/%s/lists/%s" % (person, group), {"state": "subscribed"})
        self.assertEqual(reached(), 0)
        # Shifts are what she signed up for: she is asked, and told that one is cancelled.
        first = self.shift(pool, begin=6 * DAY)
        self.asked(first, 1)
        self.assertEqual(self.offers(first)[person]["reach"], "sms")
        varde.wait_for(lambda: [m for m in gateway.of(phone) if "Can you work" in m["text"]], "the question")
        self.assertEqual(self.say(first, person, True), "booked")
        self.admin.ok("POST", "/api/v1/shifts/%s/cancel" % first["id"], {"reason": "Closed."})
        varde.wait_for(lambda: [m for m in gateway.of(phone) if "cancelled" in m["text"]], "the notice")
        self.assertIn("Send START", press(b"back=1"))
        say("START")
        varde.wait_for(lambda: reached() == 1, "START to count")
        say("STOP")
        varde.wait_for(lambda: reached() == 0, "STOP to count")
        second = self.shift(pool, begin=8 * DAY)
        self.reach(second, "unfilled")
        self.assertEqual(self.offers(second)[person]["reach"], "nothing")


class Opens(OutreachCase):
    def test_what_was_counted_is_what_the_messages_carried(self):
        sink, relay = self.provider()
        campaign = self.campaign(self.list_of("counted", 1), provider_id=relay["id"])
        report = lambda: self.admin.ok("GET", "/api/v1/campaigns/%s/report" % campaign["id"])["opens_counted"]
        self.send(campaign)
        self.assertTrue(report())
        settings = self.admin.ok("GET", "/api/v1/settings")
        self.admin.request("PATCH", "/api/v1/settings", {"open_tracking": False}, {"If-Match": "*"})
        self.addCleanup(lambda: self.admin.request("PATCH", "/api/v1/settings", {"open_tracking": settings["open_tracking"]}, {"If-Match": "*"}))
        self.assertTrue(report(), "settings of today say nothing of what was sent")
        # One of before this was kept.
        self.program.sql("UPDATE campaign SET opens_counted = NULL WHERE campaign_id = '%s'" % campaign["id"])
        self.assertTrue(report())
        short = {"version": 1, "theme": {"accent": "#0b7285"}, "blocks": [{"id": "1", "type": "text", "doc": {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Hi"}]}]}}, {"id": "2", "type": "footer", "text": "You asked for it."}]}
        self.admin.request("PATCH", "/api/v1/settings", {"open_tracking": True}, {"If-Match": "*"})
        campaign = self.campaign(self.list_of("short", 1), provider_id=relay["id"], document=short)
        self.send(campaign)
        self.assertFalse(report(), "a short mail carries no picture")


class Consents(OutreachCase):
    """What people agree to is asked for, and kept."""

    def test_a_form_that_asks_for_a_consent_says_to_what(self):
        fields = [{"key": "mail", "type": "email", "label": "E-mail", "required": True}, {"key": "yes", "type": "consent", "label": "You may write to me", "required": False}]
        form = self.admin.ok("POST", "/api/v1/forms", {"name": "Consent", "fields": fields})
        path = "/api/v1/forms/" + form["id"]
        refused = self.admin.post(path + "/publish")
        self.assertEqual((refused.status, refused.json["errors"][0]["pointer"]), (422, "/fields/1"))
        self.assertIn("You may write to me", refused.json["errors"][0]["message"])
        purpose = self.admin.ok("POST", "/api/v1/purposes", {"key": "form-consent", "label": "News"})["id"]
        form = self.admin.request("PATCH", path, {"purpose_id": purpose}, {"If-Match": "*"}).json
        self.assertEqual(self.admin.ok("POST", path + "/publish")["state"], "published")
        self.assertEqual(self.admin.request("PATCH", path, {"purpose_id": None}, {"If-Match": "*"}).status, 422, "nor is it taken away from an open form")
        self.assertEqual(self.admin.request("PATCH", path, {"purpose_id": None, "fields": fields[:1]}, {"If-Match": "*"}).status, 200)

    def test_a_clerk_has_somebody_asked_again(self):
        sink, relay = self.provider()
        self.admin.request("PATCH", "/api/v1/providers/" + relay["id"], {"default": True}, {"If-Match": "*"})
        joined = self.admin.ok("POST", "/api/v1/lists", {"name": "asked again", "double_opt_in": True})["id"]
        person = self.admin.ok("POST", "/api/v1/persons", {"email": "again@clerk.example"})["id"]
        asked = lambda: len([m for m in sink.messages if m[1] == "again@clerk.example"])
        for state, expected in (("subscribed", 1), ("pending", 2), ("subscribed", 3), ("pending", 3)):
            self.admin.ok("PUT", "/api/v1/persons/%s/lists/%s" % (person, joined), {"state": state})
            self.assertEqual(self.program.sql("SELECT count(*) FROM outbox WHERE person_id = '%s'" % person), [["%d" % expected]])
            varde.wait_for(lambda: asked() == expected, "question %d" % expected)
        self.assertEqual([l["state"] for l in self.admin.ok("GET", "/api/v1/persons/" + person)["lists"]], ["pending"])


class Users(OutreachCase):
    def test_another_invitation_does_not_change_the_role_in_silence(self):
        invite = lambda role, **more: self.admin.post("/api/v1/users/invitations", {"email": "twice@example.org", "role": role, **more})
        roles = lambda: [u["role"] for u in self.admin.ok("GET", "/api/v1/users")["items"] if u["email"] == "twice@example.org"]
        self.assertEqual(invite("privacy_officer").status, 201)
        refused = invite("editor")
        self.assertEqual((refused.status, refused.json["kind"], roles()), (409, "invited-otherwise", ["privacy_officer"]))
        self.assertIn("as privacy officer", refused.json["detail"])
        self.assertEqual((invite("privacy_officer").status, roles()), (201, ["privacy_officer"]), "the same again is a reminder")
        self.assertEqual((invite("editor", replace=True).status, roles()), (201, ["editor"]))
        token = self.program.account_link("twice@example.org", "invitation")
        # Two organisations may have one name: which it is stands by its id.
        self.assertEqual(self.program.client().ok("GET", "/api/v1/invitations/" + token)["tenant_id"], self.admin.ok("GET", "/api/v1/session")["tenant"]["id"])
        self.program.client().ok("POST", "/api/v1/invitations/accept", {"token": token, "name": "Twice", "password": "violet tractor sings at dawn"})
        refused = invite("viewer", replace=True)
        self.assertEqual((refused.status, refused.json["kind"], roles()), (409, "member-exists", ["editor"]))
        self.assertIn("as editor", refused.json["detail"])
        gone = self.program.client().get("/api/v1/invitations/" + token)
        self.assertEqual(gone.status, 404)
        self.assertIn("log in", gone.json["detail"])

    def test_whoever_needs_no_second_factor_can_have_one(self):
        client = self.program.join(self.admin, "factor@example.org", "viewer", "violet tractor sings at dawn")
        client.login("factor@example.org", "violet tractor sings at dawn")
        secret = client.ok("POST", "/api/v1/session/totp-setup")["secret"]
        self.assertTrue(secret)
        refused = client.post("/api/v1/me/totp/reset", {"password": "violet tractor sings at dawn", "code": "000000"})
        self.assertEqual((refused.status, refused.json["errors"][0]["message"]), (422, "This account has no second factor."))

    def test_a_refusal_says_what_a_right_is_called(self):
        client = self.program.join(self.admin, "refused@example.org", "requester", "violet tractor sings at dawn")
        client.login("refused@example.org", "violet tractor sings at dawn")
        refused = client.get("/api/v1/users")
        self.assertEqual(refused.status, 403)
        self.assertIn("“Manage users”", refused.json["detail"])
        self.assertNotIn("users.manage", refused.json["detail"])

    def test_mails_and_trials_name_days_in_words(self):
        self.admin.ok("POST", "/api/v1/users/invitations", {"email": "words@example.org", "role": "viewer"})
        mail = varde.wait_for(lambda: self.program.account_mails("words@example.org"), "the invitation")[0]
        self.assertRegex(mail["text"], r"valid until \d+ [A-Z][a-z]+ \d{4} at \d\d:\d\d \(")
        person = self.admin.ok("POST", "/api/v1/persons", {"email": "trial@example.org"})["id"]
        group = self.admin.ok("POST", "/api/v1/lists", {"name": "trial"})["id"]
        journey = self.admin.ok("POST", "/api/v1/journeys", {"name": "Trial", "trigger": {"kind": "list_joined", "list_id": group}, "start": "wait", "steps": [{"id": "wait", "kind": "wait", "days": 2}]})["id"]
        path = self.admin.ok("POST", "/api/v1/journeys/%s/dry-run" % journey, {"person_id": person})["path"]
        self.assertRegex(path[0]["would"], r"^continue on \d+ [A-Z][a-z]+ \d{4} at \d\d:\d\d \(")


class Shifts(Staff):
    """A booking ends by a second step, says what it was, and is paid by the clock on the wall."""

    def booked(self, name, **fields):
        pool, (person,) = self.pool(name, 1)
        shift = self.shift(pool, begin=6 * DAY, **fields)
        link, visitor = self.link(name + "-0@example.org"), self.program.client()
        post = lambda body: visitor.post(link, raw=body, headers={"Content-Type": "application/x-www-form-urlencoded"}).body.decode()
        return shift, person, post

    def test_the_answer_says_which_shift_it_was(self):
        shift, person, post = self.booked("which", note="Bring a lunch")
        page = post(b"answer=yes")
        for words in ("The shift is yours.", "North school", "Nordre gate 1", "Bring a lunch"):
            self.assertIn(words, page)

    def test_a_cancellation_is_asked_about_and_seen_by_the_office(self):
        shift, person, post = self.booked("sure")
        post(b"answer=yes")
        page = post(b"answer=no")
        for words in ("Cancel this shift?", "North school", 'name="reason"', "No, I will come"):
            self.assertIn(words, page)
        self.assertEqual(self.state(shift)["taken"], 1, "asked, and not done")
        self.program.move_clock(120)
        self.assertIn("Thank you for telling us", post(b"answer=no&sure=1&reason=Fever"))
        self.assertEqual(self.state(shift)["taken"], 0)
        offer = self.offers(shift)[person]
        self.assertEqual((offer["state"], offer["cancelled"]), ("declined", "cancelled_by_person"))
        self.assertLess(offer["booked_at"], offer["cancelled_at"])
        booking, = self.admin.ok("GET", "/api/v1/shifts/%s/bookings" % shift["id"])["items"]
        self.assertEqual((booking["state"], booking["reason"]), ("cancelled_by_person", "Fever"))
        self.assertEqual(self.program.sql("SELECT count(*) FROM booking WHERE encode(sealed, 'escape') LIKE '%Fever%'"), [["0"]], "the reason is sealed")
        notices = [n["text"] for n in self.admin.ok("GET", "/api/v1/notifications")["items"] if n["href"] == "/shifts/" + shift["id"]]
        self.assertTrue(any("A substitute has cancelled the booking" in n for n in notices), notices)
        self.assertTrue(any("and the reason that was given, stands" in n for n in notices), notices)
        self.assertFalse(any("Sure" in n for n in notices), "notices name nobody")

    def test_no_reason_is_made_up_for_whoever_gives_none(self):
        pool, (person,) = self.pool("overridden", 1)
        late = self.shift(pool, begin=5 * DAY, hours=8, strategy={"kind": "direct"})
        early = self.shift(pool, begin=5 * DAY + 14 * HOUR, hours=8, strategy={"kind": "direct"})
        self.admin.ok("POST", "/api/v1/shifts/%s/book" % late["id"], {"person_id": person})
        booked = self.admin.ok("POST", "/api/v1/shifts/%s/book" % early["id"], {"person_id": person, "override_reason": "Nobody else knows the house"})
        self.assertEqual(booked["reason"], "Nobody else knows the house")
        ended = self.admin.ok("POST", "/api/v1/bookings/%s/cancel" % booked["id"], {})
        self.assertIsNone(ended.get("reason"), "why she was booked is not why it ended")
        # Whoever says no without a word gave no reason, and the notice promises none.
        other, person, post = self.booked("wordless")
        post(b"answer=yes")
        self.program.move_clock(120)
        post(b"answer=no&sure=1")
        notice, = [n["text"] for n in self.admin.ok("GET", "/api/v1/notifications")["items"] if n["href"] == "/shifts/" + other["id"] and "has cancelled" in n["text"]]
        self.assertIn("Who it was stands with the shift.", notice)

    def test_what_is_sensitive_is_not_handed_to_payroll(self):
        key = self.admin.ok("GET", "/api/v1/attributes")
        had = [a for a in key["items"] if a["key"] == "wage_type"]
        if had:
            self.admin.delete("/api/v1/attributes/" + had[0]["id"])
        made = self.admin.ok("POST", "/api/v1/attributes", {"key": "wage_type", "label": "Wage type", "type": "text", "classification": "sensitive"})
        self.addCleanup(lambda: self.admin.delete("/api/v1/attributes/" + made["id"]))
        pool, (person,) = self.pool("sensitive", 1)
        self.admin.request("PATCH", "/api/v1/persons/" + person, {"attributes": {"wage_type": "hush"}}, {"If-Match": "*"})
        shift = self.shift(pool, begin=5 * DAY, strategy={"kind": "direct"})
        self.admin.ok("POST", "/api/v1/shifts/%s/book" % shift["id"], {"person_id": person})
        rows = self.payroll("person=%s" % person)
        self.assertEqual(len(rows), 2)
        self.assertNotIn("hush", rows[1])

    def payroll(self, query):
        return self.admin.get("/api/v1/bookings.csv?from=%s&until=%s&%s" % (self.at(-5 * DAY), self.at(30 * DAY), query)).body.decode("utf-8-sig").splitlines()

    def test_hours_are_exported_as_payroll_reads_them(self):
        there = {a["key"] for a in self.admin.ok("GET", "/api/v1/attributes")["items"]}
        for key, label in (("employee_number", "Employee number"), ("wage_type", "Wage type")):
            if key not in there:
                self.admin.ok("POST", "/api/v1/attributes", {"key": key, "label": label, "type": "text", "classification": "plain"})
        place = self.workplace("Paid; school", address="", time_zone="Europe/Oslo", code="4711")
        pool, (person,) = self.pool("paid", 1)
        self.admin.request("PATCH", "/api/v1/persons/" + person, {"attributes": {"employee_number": "0042", "wage_type": "120"}}, {"If-Match": "*"})
        shift = self.shift(pool, begin=HOUR, hours=4, workplace_id=place, break_minutes=30, strategy={"kind": "direct"})
        self.admin.ok("POST", "/api/v1/shifts/%s/book" % shift["id"], {"person_id": person})
        rows = self.payroll("person=%s&separator=tab" % person)
        read = lambda: dict(zip(*[line.split("\t") for line in self.payroll("person=%s&separator=tab" % person)]))
        row = read()
        self.assertEqual((row["employee_number"], row["workplace_code"], row["workplace"], row["wage_type"], row["time_zone"]), ("0042", "4711", "Paid; school", "120", "Europe/Oslo"))
        local = datetime.datetime.fromisoformat(shift["starts_at"]).astimezone(zoneinfo.ZoneInfo("Europe/Oslo"))
        self.assertEqual((len(rows), row["starts"], row["worked_minutes"]), (2, local.strftime("%Y-%m-%d %H:%M"), "0"), "nothing is worked before it is over")
        self.program.move_clock(6 * HOUR)
        self.log_in()
        self.assertEqual(read()["worked_minutes"], "210")
        first = lambda query: self.payroll("person=%s%s" % (person, query))[0][:20]
        self.assertEqual((first(""), first("&separator=semicolon")), ("employee_number,name", "employee_number;name"))
        settings = self.admin.ok("GET", "/api/v1/settings")
        self.admin.patch("/api/v1/settings", {"locale": "nb"}, settings["version"])
        self.addCleanup(lambda: self.admin.request("PATCH", "/api/v1/settings", {"locale": settings["locale"]}, {"If-Match": "*"}))
        self.assertEqual(first(""), "employee_number;name", "as Excel in Norwegian reads it")


class Unreached(Staff):
    def test_who_is_not_reached_is_not_waited_for(self):
        varde.allow_sending(self.admin, "sender.example")
        sink = Sink()
        relay = self.admin.ok("POST", "/api/v1/providers", {"name": "sink", "kind": "smtp", "host": "127.0.0.1", "port": sink.port, "security": "none", "connections": 1, "default": True})
        self.addCleanup(self.admin.delete, "/api/v1/providers/" + relay["id"])
        pool, people = self.pool("unreached", 2)
        for i in range(2):
            sink.answers["unreached-%d@example.org" % i] = "550 5.1.1 User unknown"
        shift = self.shift(pool, begin=6 * DAY, strategy={"kind": "one_by_one", "minutes": 600})
        self.reach(shift, "unfilled")
        self.assertEqual({o["state"] for o in self.offers(shift).values()}, {"expired"})
        self.assertEqual(len(self.offers(shift)), 2, "the second was asked at once")

    def test_a_question_ends_when_it_fails_itself_and_not_another_message(self):
        noon(self.program)
        self.log_in()
        gateway = Gateway()
        provider = self.admin.ok("POST", "/api/v1/providers", {"name": "gateway", "kind": "sms_http", "password": "key", "connections": 4, "default": True, "callback_secret": SECRET, "sms": http_settings(gateway)})
        self.addCleanup(lambda: self.admin.delete("/api/v1/providers/" + provider["id"]))
        phone = number(970002)
        person = self.admin.ok("POST", "/api/v1/persons", {"phone": phone, "language": "en"})["id"]
        pool = self.admin.ok("POST", "/api/v1/pools", {"name": "failing news"})["id"]
        self.admin.ok("PUT", "/api/v1/substitutes/" + person, {"pools": [pool]})
        shift = self.shift(pool, begin=6 * DAY)
        sent = lambda words, count=1: varde.wait_for(lambda: len(found := [m for m in gateway.of(phone) if words in m["text"]]) >= count and found[-1], words)

        def fails(message):
            body = json.dumps({"id": message["id"], "status": "failed"}).encode()
            self.assertEqual(self.program.client().request("POST", "/p/sms/%s/status" % provider["id"], raw=body, headers=sign(body)).status, 200)
        first = sent("Can you work")
        self.assertEqual(self.say(shift, person, True), "booked")
        self.program.move_clock(120)
        booked = sent("You are booked")
        booking, = self.admin.ok("GET", "/api/v1/shifts/%s/bookings" % shift["id"])["items"]
        self.admin.ok("POST", "/api/v1/bookings/%s/cancel" % booking["id"], {})
        cancelled = sent("cancelled")
        self.admin.ok("POST", "/api/v1/shifts/%s/ask-again" % shift["id"], {"person_ids": [person]})
        second = sent("an you work", 2)
        for old in (first, booked, cancelled):
            fails(old)
            self.assertEqual(self.offers(shift)[person]["state"], "open", old["text"])
        self.program.move_clock(60)
        before = self.state(shift)["updated_at"]
        fails(second)
        self.assertEqual((self.offers(shift)[person]["state"], self.offers(shift)[person]["reach"]), ("expired", "nothing"))
        self.assertGreater(self.state(shift)["updated_at"], before, "the board shows it")
        self.reach(shift, "unfilled")


if __name__ == "__main__":
    unittest.main()
