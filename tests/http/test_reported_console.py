"""What people met who tried the console and the public pages for the first time."""
import datetime, re, unittest, urllib.parse
import varde
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
        self.program.move_clock(60)
        varde.wait_for(lambda: len(found()) == 3, "the questions of a day")

    def test_what_was_left_by_mistake_comes_back_by_the_mailbox(self):
        leave, _ = self.links(self.to(segments=[self.by_list], purpose_id=self.purpose))
        self.press(leave)
        self.press(leave, b"back=1")
        self.assertEqual(self.state(), {"list": ["unsubscribed"], "consent": ["withdrawn"], "nothing": None})
        found = lambda: [m[0] for _, to, raw in self.sink.messages if to == self.address and (m := re.search(r"/p/confirm/\S+", self.text_of(raw)))]
        link, = varde.wait_for(found, "the question")
        self.press(link)
        self.assertEqual(self.state(), {"list": ["subscribed"], "consent": ["given"], "nothing": None})

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


if __name__ == "__main__":
    unittest.main()
