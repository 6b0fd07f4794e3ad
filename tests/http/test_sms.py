"""SMS end to end: gateways of both kinds, retries, callbacks, replies, STOP, quiet hours, a crash."""
import json, time, unittest
import varde
from outreach import BROWSER
from sms import SECRET, Gateway, http_settings, noon, number, sign, twilio_sign

DEVICE = {"Content-Type": "application/json"}


class Sms(unittest.TestCase):
    used = 0

    @classmethod
    def setUpClass(cls):
        cls.program = varde.shared()
        cls.guest = varde.Client(cls.program)

    def setUp(self):
        noon(self.program)
        self.admin = self.program.admin()  # each anew: the clock's jumps end sessions

    def gateway(self, **settings):
        gateway = Gateway()
        made = self.admin.ok("POST", "/api/v1/providers", {
            "name": "gateway", "kind": "sms_http", "password": "key", "connections": 4, "default": True, "callback_secret": SECRET, "sms": http_settings(gateway, **settings)})
        self.addCleanup(self.admin.delete, "/api/v1/providers/" + made["id"])
        return gateway, made

    def numbers(self, count):
        """Numbers that nobody has."""
        first = Sms.used
        Sms.used += count
        return [number(n) for n in range(first, first + count)]

    def people(self, name, count, **more):
        """A list and its persons' numbers."""
        numbers = self.numbers(count)
        list_id = self.admin.ok("POST", "/api/v1/lists", {"name": "sms to " + name})["id"]
        if more or count < 5:
            for i, n in enumerate(numbers):
                self.admin.ok("POST", "/api/v1/persons", {"phone": n, "first_name": "%s%d" % (name, i), "lists": [list_id], **more})
        else:
            rows = "".join("%s%d@sms.example,%s%d,%s\n" % (name, i, name, i, n) for i, n in enumerate(numbers))
            done = self.admin.import_csv("email,first name,phone\n" + rows, options={"list_id": list_id})
            self.assertEqual(done["counts"]["created"], count, done)
        return list_id, numbers

    def person_with(self, phone):
        found = self.admin.ok("GET", "/api/v1/persons?q=" + phone.replace("+", "%2B"))["items"]
        self.assertEqual(len(found), 1, found)
        return found[0]

    def timeline(self, phone):
        return self.admin.ok("GET", "/api/v1/persons/%s/timeline" % self.person_with(phone)["id"])["items"]

    def journey(self, name, list_id, text, **more):
        """A journey that sends an SMS to whoever joins the list."""
        made = self.admin.ok("POST", "/api/v1/journeys", {
            "name": name, "trigger": {"kind": "list_joined", "list_id": list_id}, "start": "a", "steps": [{"id": "a", "kind": "sms", "text": text, **more}]})
        self.admin.ok("POST", "/api/v1/journeys/%s/start" % made["id"], {})
        self.addCleanup(self.admin.post, "/api/v1/journeys/%s/pause" % made["id"])
        return made

    def campaign(self, list_id, text, **more):
        return self.admin.ok("POST", "/api/v1/campaigns", {"name": "SMS", "service_reason": "They asked for it.", "channel": "sms", "text": text, "audience": {"lists": [list_id], "segments": []}, **more})

    def reach(self, campaign, until=("sent",), seconds=60):
        def check():
            state = self.admin.ok("GET", "/api/v1/campaigns/%s/progress" % campaign["id"])
            return state if state["state"] in until else None
        return varde.wait_for(check, "the campaign to be %s" % (until,), seconds)

    def call(self, provider, what, fields, headers=None):
        body = json.dumps(fields).encode()
        return self.guest.request("POST", "/p/sms/%s/%s" % (provider["id"], what), raw=body, headers=sign(body) if headers is None else headers).status

    def states(self, numbers=None):
        return dict(self.program.sql("SELECT state, count(*) FROM sms GROUP BY 1"))

    # ---- sending

    def test_journey_message_through_a_gateway(self):
        gateway, provider = self.gateway()
        self.assertNotIn("key", json.dumps(self.admin.ok("GET", "/api/v1/providers/" + provider["id"])["sms"]))
        self.assertTrue(self.admin.ok("POST", "/api/v1/providers/%s/check" % provider["id"], {})["ok"])
        tried = self.admin.ok("POST", "/api/v1/providers/%s/test" % provider["id"], {"phone": "912 34 567", "text": "Prøve"})
        self.assertTrue(tried["ok"], tried)
        self.assertEqual([(m["to"], m["text"]) for m in gateway.messages], [("+4791234567", "Prøve")])
        list_id = self.admin.ok("POST", "/api/v1/lists", {"name": "sms welcome"})["id"]
        self.journey("sms welcome", list_id, 'Hei {{ person.first_name }}: "velkommen"\nÆØÅ €')
        one, two = self.numbers(2)
        for phone, name in ((one, "Kari"), (two, "Ola")):
            self.admin.ok("POST", "/api/v1/persons", {"phone": phone, "first_name": name, "lists": [list_id]})
        varde.wait_for(lambda: len(gateway.messages) == 3, "both messages")
        sent = gateway.of(one)[0]
        self.assertEqual((sent["text"], sent["from"]), ('Hei Kari: "velkommen"\nÆØÅ €', "Varde"))
        self.assertEqual(gateway.requests[-1][2]["authorization"], "Bearer key")
        references = [m["reference"] for m in gateway.messages]
        self.assertEqual(len(set(references)), 3)
        varde.wait_for(lambda: any(i["kind"] == "sent" for i in self.timeline(one)), "the timeline")
        # What was handed over is not kept.
        self.assertEqual(self.program.sql("SELECT count(*) FROM sms WHERE state = 3 AND sealed <> '' AND NOT captured"), [["0"]])

        # Reports: unsigned ones and strangers' change nothing; delivered is delivered.
        state = lambda: self.program.sql("SELECT state, reason FROM sms WHERE reference = '%s'" % sent["reference"])
        report = {"id": sent["id"], "status": "DELIVRD"}
        self.assertEqual(self.call(provider, "status", report, headers=DEVICE), 403)
        self.assertEqual(self.call(provider, "status", report, headers={**DEVICE, "X-Signature": "00" * 32}), 403)
        self.assertEqual(self.call({"id": "0190b5a6-7c3e-7d1f-9a2b-3c4d5e6f7a8b"}, "status", report), 404)
        self.assertEqual(self.call({"id": "nonsense"}, "status", report), 404)
        self.assertEqual(self.call(provider, "status", {**report, "id": "never seen"}), 404)
        big = b'{"id": "%s"}' % (b"x" * 70000)
        self.assertEqual(self.guest.request("POST", "/p/sms/%s/status" % provider["id"], raw=big, headers=sign(big)).status, 413)
        self.assertEqual(self.guest.request("GET", "/p/sms/%s/status" % provider["id"]).status, 405)
        self.assertEqual(state(), [["3", ""]])
        self.assertEqual(self.call(provider, "status", report), 200)
        self.assertEqual(state(), [["4", ""]])
        self.assertEqual(self.call(provider, "status", {**report, "status": "failed"}), 200)
        self.assertEqual(state(), [["4", ""]], "delivered stays delivered")
        other = gateway.of(two)[0]
        self.assertEqual(self.call(provider, "status", {"reference": other["reference"], "status": "expired"}), 200)
        self.assertEqual(self.program.sql("SELECT state, reason FROM sms WHERE reference = '%s'" % other["reference"]), [["5", "expired"]])

    def test_twilio(self):
        gateway = Gateway()
        made = self.admin.ok("POST", "/api/v1/providers", {
            "name": "twilio", "kind": "sms_twilio", "username": "AC123", "password": "token", "default": True,
            "sms": {"sender": "+4759440000", "url": "http://127.0.0.1:%d" % gateway.port, "price_minor": 55, "price_currency": "NOK"}})
        self.addCleanup(self.admin.delete, "/api/v1/providers/" + made["id"])
        self.assertTrue(self.admin.ok("POST", "/api/v1/providers/%s/check" % made["id"], {})["ok"])
        list_id, (phone,) = self.people("twilio", 1)
        campaign = self.campaign(list_id, "Hei {{ person.first_name }}")
        review = self.admin.ok("GET", "/api/v1/campaigns/%s/review" % campaign["id"])
        self.assertEqual((review["blockers"], review["recipients"], review["segments"], review["price_minor"]), ([], 1, 1, 55))
        self.admin.ok("POST", "/api/v1/campaigns/%s/send" % campaign["id"], {})
        self.reach(campaign)
        method, path, headers, body = gateway.requests[-1]
        self.assertEqual((method, path, headers["authorization"]), ("POST", "/2010-04-01/Accounts/AC123/Messages.json", "Basic QUMxMjM6dG9rZW4="))
        sent = gateway.messages[0]
        self.assertEqual((sent["to"], sent["from"], sent["text"]), (phone, "+4759440000", "Hei twilio0"))
        # It calls back to the address that it was given.
        url = sent["statuscallback"]
        path = url[url.index("/p/sms/"):]
        report = b"MessageSid=%s&MessageStatus=undelivered&ErrorCode=30005" % sent["id"].encode()
        call = lambda headers: self.guest.request("POST", path, raw=report, headers=headers).status
        self.assertEqual(call(twilio_sign("wrong", url, report)), 403)
        self.assertEqual(call(twilio_sign("token", url + "x", report)), 403)
        self.assertEqual(call(twilio_sign("token", url, report)), 200)
        self.assertEqual(self.program.sql("SELECT state, reason FROM sms WHERE external_id = '%s'" % sent["id"]), [["5", "undelivered 30005"]])
        counts = self.admin.ok("GET", "/api/v1/campaigns/%s/progress" % campaign["id"])["counts"]
        self.assertEqual((counts["sent"], counts["delivered"], counts["bounced_hard"]), (1, 0, 1))
        reply = b"MessageSid=SMreply&From=%s&To=%%2B4759440000&Body=Ja+takk" % phone.replace("+", "%2B").encode()
        url = url.split("/status")[0] + "/reply"
        answer = self.guest.request("POST", url[url.index("/p/sms/"):], raw=reply, headers=twilio_sign("token", url, reply))
        self.assertEqual((answer.status, answer.body), (200, b"<Response/>"))
        self.assertEqual([i["detail"] for i in self.timeline(phone) if i["kind"] == "replied"], ["Ja takk"])

    def test_retries_and_giving_up(self):
        gateway, provider = self.gateway()
        list_id, (good, busy, broken) = self.people("retry", 3)
        gateway.answers[busy] = (503, None)
        gateway.answers[broken] = (400, None)
        journey_list = self.admin.ok("POST", "/api/v1/lists", {"name": "sms retry journey"})["id"]
        self.journey("sms retry", journey_list, "Hei")
        lone, never = self.numbers(2)
        gateway.answers[lone] = gateway.answers[never] = (429, None)
        for phone in (lone, never):
            self.admin.ok("POST", "/api/v1/persons", {"phone": phone, "lists": [journey_list]})
        campaign = self.campaign(list_id, "Hei")
        self.admin.ok("POST", "/api/v1/campaigns/%s/send" % campaign["id"], {})

        def counted():
            counts = self.admin.ok("GET", "/api/v1/campaigns/%s/progress" % campaign["id"])["counts"]
            return counts if counts["sent"] + counts["deferred"] + counts["failed"] == 3 else None
        counts = varde.wait_for(counted, "an outcome of each")
        self.assertEqual((counts["sent"], counts["deferred"], counts["failed"]), (1, 1, 1))
        ids = {phone: self.person_with(phone)["id"] for phone in (busy, broken, lone, never)}
        state = lambda phone: self.program.sql("SELECT state, reason, attempts FROM sms WHERE person_id = '%s'" % ids[phone])
        varde.wait_for(lambda: state(lone) == [["2", "429", "1"]] and state(never) == [["2", "429", "1"]], "the journey's to be deferred")
        del gateway.answers[busy], gateway.answers[lone]
        self.program.move_clock(130)
        self.reach(campaign)
        varde.wait_for(lambda: state(lone) == [["3", "", "2"]], "the journey's second attempt")
        self.assertEqual(state(busy), [["3", "", "2"]])
        self.assertEqual(state(broken), [["5", "400", "1"]])
        for attempt in (3, 4):
            self.program.move_clock(3700)
            varde.wait_for(lambda: int(state(never)[0][2]) >= attempt, "attempt %d" % attempt)
        self.program.move_clock(4 * 3600 + 60)
        varde.wait_for(lambda: state(never) == [["5", "429", "5"]], "giving up")
        self.admin = self.program.admin()

    def test_a_gateway_that_refuses_or_is_away_loses_nothing(self):
        gateway, provider = self.gateway()
        list_id = self.admin.ok("POST", "/api/v1/lists", {"name": "sms refused"})["id"]
        self.journey("sms refused", list_id, "Hei")
        phone, = self.numbers(1)
        gateway.answers[phone] = (401, None)
        self.admin.ok("POST", "/api/v1/persons", {"phone": phone, "lists": [list_id]})
        trouble = lambda: self.admin.ok("GET", "/api/v1/providers/" + provider["id"]).get("last_error", "")
        varde.wait_for(lambda: "401" in trouble(), "the provider's error")
        self.assertEqual(gateway.of(phone), [])
        del gateway.answers[phone]
        self.program.move_clock(31)
        varde.wait_for(lambda: len(gateway.of(phone)) == 1, "the message")
        varde.wait_for(lambda: trouble() == "", "the error to go")

    def test_who_is_left_alone(self):
        gateway, provider = self.gateway()
        list_id = self.admin.ok("POST", "/api/v1/lists", {"name": "sms alone"})["id"]
        self.journey("sms alone", list_id, "Hei")
        held, gone = self.numbers(2)
        self.admin.ok("POST", "/api/v1/suppressions", {"phone": held})
        self.assertTrue(self.admin.ok("POST", "/api/v1/suppressions/check", {"phone": held})["suppressed"])
        self.assertFalse(self.admin.ok("POST", "/api/v1/suppressions/check", {"phone": gone})["suppressed"])
        for body in ({}, {"phone": held, "email": "both@sms.example"}, {"phone": "12"}):
            self.assertEqual(self.admin.post("/api/v1/suppressions", body).status, 422)
        self.admin.ok("POST", "/api/v1/persons", {"phone": held, "lists": [list_id]})
        nobody = self.admin.ok("POST", "/api/v1/persons", {"email": "nophone@sms.example", "lists": [list_id]})["id"]
        reason = lambda person: self.program.sql("SELECT state, reason FROM sms WHERE person_id = '%s'" % person)
        varde.wait_for(lambda: reason(nobody) == [["6", "no-phone"]], "no number")
        varde.wait_for(lambda: reason(self.person_with(held)["id"]) == [["6", "suppressed"]], "suppressed")
        # Storage only: it waits until there are instructions again.
        (tenant,), = self.program.sql("SELECT tenant_id FROM tenant WHERE slug = 'first'")
        self.program.sql("UPDATE tenant SET state = 2 WHERE tenant_id = '%s'" % tenant)
        self.addCleanup(self.program.sql, "UPDATE tenant SET state = 1 WHERE tenant_id = '%s'" % tenant)
        made = self.admin.ok("POST", "/api/v1/persons", {"phone": gone, "lists": [list_id]})["id"]
        varde.wait_for(lambda: self.program.sql("SELECT count(*) FROM job WHERE kind = 'sms.send' AND run_at > to_timestamp(%f) AND lease_until IS NULL" % self.program.now()) == [["1"]], "the job to wait")
        self.assertEqual((reason(made), gateway.messages), ([["1", ""]], []))
        self.program.sql("UPDATE tenant SET state = 1 WHERE tenant_id = '%s'" % tenant)
        self.program.move_clock(61)
        varde.wait_for(lambda: len(gateway.of(gone)) == 1, "the message")

    # ---- incoming

    def test_replies_and_stop(self):
        gateway, provider = self.gateway()
        list_id, (one, two) = self.people("reply", 2)
        campaign = self.campaign(list_id, "Kommer du?")
        self.admin.ok("POST", "/api/v1/campaigns/%s/send" % campaign["id"], {})
        self.reach(campaign)
        replied = lambda phone: [i for i in self.timeline(phone) if i["kind"] == "replied"]
        ja = {"id": "in-1-%d" % gateway.port, "from": one, "text": "Ja, gjerne!"}
        self.assertEqual(self.call(provider, "reply", ja, headers=DEVICE), 403)
        self.assertEqual(replied(one), [])
        for _ in range(3):  # gateways repeat themselves
            self.assertEqual(self.call(provider, "reply", ja), 200)
        self.assertEqual([(i["detail"], i["title"]) for i in replied(one)], [("Ja, gjerne!", "Replied to SMS")])
        self.assertEqual(self.call(provider, "reply", {**ja, "id": "in-2-%d" % gateway.port, "text": "don't stop"}), 200)
        self.assertEqual(len(replied(one)), 2)
        # Nobody's number, and no number: taken, and nothing comes of it.
        self.assertEqual(self.call(provider, "reply", {**ja, "id": "in-3-%d" % gateway.port, "from": "+4799999999"}), 200)
        self.assertEqual(self.call(provider, "reply", {**ja, "id": "in-4-%d" % gateway.port, "from": "1999"}), 200)
        self.assertEqual(self.call(provider, "reply", {"id": "x"}), 400)
        counts = self.admin.ok("GET", "/api/v1/campaigns/%s/progress" % campaign["id"])["counts"]
        self.assertEqual((counts["answered"], counts["unsubscribed"]), (1, 0))
        # A STOP from a number as people write it, in any case.
        self.assertEqual(self.call(provider, "reply", {"id": "in-5-%d" % gateway.port, "from": two, "text": " Stopp. "}), 200)
        self.assertEqual([i["kind"] for i in self.timeline(two) if i["kind"] in ("replied", "unsubscribed")], ["unsubscribed"])
        self.assertTrue(self.admin.ok("POST", "/api/v1/suppressions/check", {"phone": two})["suppressed"])
        again = self.admin.ok("POST", "/api/v1/campaigns/%s/copy" % campaign["id"], {})
        self.assertEqual((again["channel"], again["text"]), ("sms", "Kommer du?"))
        review = self.admin.ok("GET", "/api/v1/campaigns/%s/review" % again["id"])
        self.assertEqual((review["recipients"], review["excluded"]["suppressed"]), (1, 1))
        counts = self.admin.ok("GET", "/api/v1/campaigns/%s/progress" % campaign["id"])["counts"]
        self.assertEqual((counts["answered"], counts["unsubscribed"]), (1, 1))
        self.assertNotIn(one, self.program.tail())
        self.assertNotIn(one[3:], (self.program.directory / "log").read_text(errors="replace"))
        # Words that elsewhere may be about a shift: after a campaign they are not.
        self.assertEqual(self.call(provider, "reply", {**ja, "id": "in-6-%d" % gateway.port, "text": "Cancel, please"}), 200)
        self.assertTrue(self.admin.ok("POST", "/api/v1/suppressions/check", {"phone": one})["suppressed"])

    def test_start_lifts_what_a_stop_began(self):
        gateway, provider = self.gateway()
        list_id = self.admin.ok("POST", "/api/v1/lists", {"name": "sms back"})["id"]
        english, norwegian, swedish, manual, nobody = self.numbers(5)
        for phone, language in ((english, "en"), (norwegian, "nb"), (swedish, "sv"), (manual, "en")):
            self.admin.ok("POST", "/api/v1/persons", {"phone": phone, "language": language, "lists": [list_id]})
        calls = 0

        def say(phone, text):
            nonlocal calls
            calls += 1
            self.assertEqual(self.call(provider, "reply", {"id": "back-%d-%d" % (calls, gateway.port), "from": phone, "text": text}), 200)
        held = lambda phone: self.admin.ok("POST", "/api/v1/suppressions/check", {"phone": phone})["suppressed"]
        for phone, start, answer in ((english, "START", "again. Answer STOP to end them."), (norwegian, "Meld p\u00e5!", "igjen. Svar STOPP"), (swedish, "Starta", "igen. Svara STOPP")):
            say(phone, start)
            self.assertEqual((held(phone), gateway.of(phone)), (False, []), "a START that ends no STOP is a reply like another")
            say(phone, "Stop")
            self.assertTrue(held(phone))
            say(phone, "yes")
            self.assertTrue(held(phone), "a yes answers a question; it lifts nothing")
            say(phone, start)
            self.assertFalse(held(phone))
            varde.wait_for(lambda: gateway.of(phone), "the confirmation")
            self.assertIn(answer, gateway.of(phone)[0]["text"])
            person = self.person_with(phone)["id"]
            trail = [e["action"] for e in self.admin.ok("GET", "/api/v1/audit?object=" + person)["items"] if e["action"].startswith("suppression")]
            self.assertEqual(trail, ["suppression.remove", "suppression.add"])
            kinds = [(i["kind"], i.get("detail")) for i in self.timeline(phone) if i["kind"] in ("unsubscribed", "unsuppressed")]
            self.assertEqual(kinds, [("unsuppressed", "SMS"), ("unsubscribed", "SMS")])
        # Who STOPs, comes back, is written to again: by whoever writes to the list.
        campaign = self.campaign(list_id, "Hei igjen")
        self.assertEqual(self.admin.ok("GET", "/api/v1/campaigns/%s/review" % campaign["id"])["recipients"], 4)
        # What the office held, only the office lets go; and a stranger's START finds nothing.
        self.admin.ok("POST", "/api/v1/suppressions", {"phone": manual})
        say(manual, "Start")
        self.assertTrue(held(manual))
        say(nobody, "Stop")
        say(nobody, "Start")
        self.assertEqual((held(nobody), gateway.of(nobody), gateway.of(manual)), (False, [], []))

    def test_the_person_page_shows_and_lifts_what_is_held(self):
        phone, other = self.numbers(2)
        made = self.admin.ok("POST", "/api/v1/persons", {"phone": phone, "email": "held@sms.example"})
        person = lambda: self.admin.ok("GET", "/api/v1/persons/" + made["id"])
        path = "/api/v1/persons/%s/suppressions/" % made["id"]
        self.assertEqual([person().get(k) for k in ("suppressed", "sms_suppressed")], [None, None])
        self.assertEqual(self.admin.delete(path + "sms").status, 404)
        self.admin.ok("POST", "/api/v1/suppressions", {"phone": phone, "reason": "unsubscribe"})
        self.assertEqual((person().get("suppressed"), person()["sms_suppressed"]["reason"]), (None, "unsubscribe"))
        self.admin.ok("POST", "/api/v1/suppressions", {"email": "held@sms.example", "reason": "bounce"})
        self.assertEqual((person()["suppressed"]["reason"], person()["sms_suppressed"]["reason"]), ("bounce", "unsubscribe"))
        self.assertEqual(self.admin.delete(path + "pigeon").status, 404)
        self.admin.ok("DELETE", path + "sms")
        self.assertEqual((person()["suppressed"]["reason"], person().get("sms_suppressed")), ("bounce", None))
        self.admin.ok("DELETE", path + "mail")
        self.assertEqual([person().get(k) for k in ("suppressed", "sms_suppressed")], [None, None])
        trail = [e["action"] for e in self.admin.ok("GET", "/api/v1/audit?object=" + made["id"])["items"]]
        self.assertEqual(trail[:2], ["suppression.remove"] * 2)
        self.assertEqual(self.timeline(phone)[0]["kind"], "unsuppressed")
        # Another tenant's person is nobody.
        stranger = self.program.admin("other@example.org")
        self.admin.ok("POST", "/api/v1/suppressions", {"phone": phone})
        self.assertEqual(stranger.delete(path + "sms").status, 404)
        self.assertEqual(person()["sms_suppressed"]["reason"], "manual")
        nobody = self.admin.ok("POST", "/api/v1/persons", {"email": "nonumber@sms.example"})["id"]
        self.assertEqual(self.admin.delete("/api/v1/persons/%s/suppressions/sms" % nobody).status, 404)

    def test_replies_are_forgotten_after_thirty_days(self):
        gateway, provider = self.gateway()
        list_id, (phone,) = self.people("memory", 1)
        reply = lambda n: self.call(provider, "reply", {"id": "memory-%d-%d" % (n, gateway.port), "from": phone, "text": "Hei %d" % n})
        kept = lambda: self.program.sql("SELECT count(*) FROM sms_reply WHERE external_id LIKE 'memory-%%-%d'" % gateway.port)[0][0]
        swept = lambda: self.program.sql("SELECT run_at > to_timestamp(%f) AND lease_until IS NULL FROM job WHERE kind = 'sms.sweep'" % self.program.now()) == [["t"]]
        self.assertEqual(reply(1), 200)
        # More at once than one statement takes.
        self.program.sql("INSERT INTO sms_reply (tenant_id, provider_id, external_id, at) SELECT tenant_id, provider_id, replace(external_id, 'memory-1', 'memory-' || n), at "
                         "FROM sms_reply, generate_series(100, 5200) n WHERE external_id = 'memory-1-%d'" % gateway.port)
        self.program.move_clock(29 * 86400)
        varde.wait_for(swept, "the sweep of the day")
        self.assertEqual((kept(), reply(2)), ("5102", 200))
        self.program.move_clock(2 * 86400)
        varde.wait_for(lambda: kept() == "1", "the old ones to be forgotten")
        self.assertEqual(reply(2), 200)
        noon(self.program)
        self.admin = self.program.admin()
        self.assertEqual(len([i for i in self.timeline(phone) if i["kind"] == "replied"]), 2, "what was said stays on the timeline, once each")

    def test_a_campaign_is_tried_on_numbers_of_ones_own(self):
        gateway, provider = self.gateway()
        other = Gateway()
        second = self.admin.ok("POST", "/api/v1/providers", {"name": "other", "kind": "sms_http", "password": "key", "callback_secret": SECRET, "sms": http_settings(other)})
        self.addCleanup(self.admin.delete, "/api/v1/providers/" + second["id"])
        list_id, (phone,) = self.people("tried", 1)
        mine, held, also = self.numbers(3)
        campaign = self.campaign(list_id, "Hei {{ person.first_name }}! https://example.org/a")
        path = "/api/v1/campaigns/%s/test" % campaign["id"]
        noon(self.program)
        self.program.move_clock(11 * 3600)  # at night: somebody waits for it
        self.assertEqual(self.admin.ok("POST", path, {"phones": [mine.replace("+47", ""), also]})["sent"], 2)
        varde.wait_for(lambda: gateway.of(mine) and gateway.of(also), "the test")
        self.assertEqual(gateway.of(mine)[0]["text"], "Hei Ola! https://example.org/a", "a made-up person's values, and no link that counts")
        # A real person's values go to her alone.
        shown = self.person_with(phone)["id"]
        answer = self.admin.post(path, {"phones": [phone, mine], "person_id": shown})
        self.assertEqual((answer.status, answer.json["errors"][0]["pointer"]), (422, "/phones/1"), answer)
        self.admin.ok("POST", path, {"phones": [phone], "person_id": shown})
        varde.wait_for(lambda: len(gateway.of(phone)) == 1, "the other test")
        self.assertEqual(gateway.of(phone)[0]["text"], "Hei tried0! https://example.org/a")
        # Through the campaign's own provider.
        campaign = self.admin.patch("/api/v1/campaigns/" + campaign["id"], {"provider_id": second["id"]}, campaign["version"]).json
        self.admin.ok("POST", path, {"phones": [mine]})
        varde.wait_for(lambda: len(other.of(mine)) == 1, "the test through the other gateway")
        self.assertEqual(len(gateway.of(mine)), 1)
        # Nobody is held up, counted or kept.
        self.assertEqual(self.admin.ok("GET", "/api/v1/campaigns/%s/progress" % campaign["id"])["counts"]["sent"], 0)
        self.assertEqual(self.program.sql("SELECT DISTINCT state, person_id, sealed FROM sms WHERE kind = 5 AND ref_id = '%s'" % campaign["id"]), [["3", "", "\\x"]])
        self.assertIn("campaign.test", [e["action"] for e in self.admin.ok("GET", "/api/v1/audit?object=" + campaign["id"])["items"]])
        # Mistakes.
        self.admin.ok("POST", "/api/v1/suppressions", {"phone": held})
        long = self.campaign(list_id, "a" * 1600)
        mail = self.admin.ok("POST", "/api/v1/campaigns", {"name": "mail", "service_reason": "They asked for it.", "subject": "Hello", "audience": {"lists": [list_id], "segments": []}})
        for at, body, pointer in ((campaign, {}, "/phones"), (campaign, {"phones": []}, "/phones"), (campaign, {"phones": [mine] * 21}, "/phones"), (campaign, {"phones": [mine, "12"]}, "/phones/1"),
                                  (campaign, {"phones": [held]}, "/phones/0"), (campaign, {"phones": [mine], "emails": ["a@example.org"]}, "/emails"), (campaign, {"phones": [mine], "person_id": campaign["id"]}, "/person_id"),
                                  (long, {"phones": [mine]}, "/text"), (mail, {"phones": [mine]}, "/phones"), (mail, {}, "/emails")):
            answer = self.admin.post("/api/v1/campaigns/%s/test" % at["id"], body)
            self.assertEqual((answer.status, answer.json.get("errors", [{}])[0].get("pointer")), (422, pointer), (body, answer))
        self.assertEqual((len(gateway.of(mine)), gateway.of(held)), (1, []))
        noon(self.program)
        self.admin = self.program.admin()  # the clock's jump has ended the session
        # Without a gateway it is in the built-in mailbox, of nobody.
        for one in (provider, second):
            self.admin.delete("/api/v1/providers/" + one["id"])
        self.admin.ok("POST", path, {"phones": [mine]})
        found = varde.wait_for(lambda: self.admin.ok("GET", "/api/v1/mailbox/sms?q=" + mine[1:])["items"], "the test in the mailbox")
        self.assertEqual((found[0]["text"], found[0].get("person_id"), found[0]["kind"]), ("Hei Ola! https://example.org/a", None, "test"))

    def test_captured_messages_and_the_demos_replies(self):
        self.admin.ok("DELETE", "/api/v1/mailbox/sms")
        list_id, numbers = self.people("boxed", 6)
        link = "https://example.org/program?a=1"
        campaign = self.campaign(list_id, "Hei {{ person.first_name }}, se %s." % link)
        self.admin.ok("POST", "/api/v1/campaigns/%s/send" % campaign["id"], {})
        self.assertEqual(self.reach(campaign)["counts"]["sent"], 6)
        page = self.admin.ok("GET", "/api/v1/mailbox/sms?limit=4")
        self.assertEqual((len(page["items"]), "next" in page), (4, True))
        rest = self.admin.ok("GET", "/api/v1/mailbox/sms?limit=4&cursor=" + page["next"])
        self.assertEqual((len(rest["items"]), rest.get("next")), (2, None))
        found, = self.admin.ok("GET", "/api/v1/mailbox/sms?q=boxed3")["items"]
        self.assertEqual((found["to"], found["campaign_id"]), (numbers[3], campaign["id"]))
        self.assertNotIn(found["text"].encode().hex(), self.program.sql("SELECT string_agg(sealed::text, '') FROM sms")[0][0])
        # Its link is ours, and leads on.
        self.assertTrue(found["text"].startswith("Hei boxed3, se http") and found["text"].endswith("."), found["text"])
        path = found["text"][found["text"].index("/t/c/"):-1]
        self.program.move_clock(60)
        answer = self.guest.get(path, headers=BROWSER)
        self.assertEqual((answer.status, answer.headers["Location"]), (302, link))
        self.assertEqual(self.admin.ok("GET", "/api/v1/campaigns/%s/progress" % campaign["id"])["counts"]["clicked"], 1)
        one = self.admin.ok("GET", "/api/v1/mailbox/sms/" + found["id"])
        self.assertEqual(one, found)
        answer = self.admin.post("/api/v1/mailbox/sms/%s/reply" % found["id"], {"text": "ja"})
        self.assertEqual(answer.status, 403, "only the demo speaks for others")
        self.admin.ok("DELETE", "/api/v1/mailbox/sms")
        self.assertEqual(self.admin.ok("GET", "/api/v1/mailbox/sms")["items"], [])

    # ---- when

    def test_quiet_hours(self):
        gateway, provider = self.gateway()
        noon(self.program)
        self.program.move_clock(10 * 3600)  # ten in the evening in Oslo
        joined = self.admin.ok("POST", "/api/v1/lists", {"name": "sms quiet"})["id"]
        urgent = self.admin.ok("POST", "/api/v1/lists", {"name": "sms urgent"})["id"]
        self.journey("sms quiet", joined, "Hei")
        self.journey("sms urgent", urgent, "Nå", urgent=True)
        here, far, now_ = self.numbers(3)
        self.admin.ok("POST", "/api/v1/persons", {"phone": here, "lists": [joined]})
        self.admin.ok("POST", "/api/v1/persons", {"phone": far, "lists": [joined], "time_zone": "America/New_York"})
        self.admin.ok("POST", "/api/v1/persons", {"phone": now_, "lists": [urgent]})
        varde.wait_for(lambda: gateway.of(far) and gateway.of(now_), "those who are awake, and the urgent one")
        varde.wait_for(lambda: self.program.sql("SELECT state, reason FROM sms WHERE person_id = '%s'" % self.person_with(here)["id"]) == [["1", "quiet-hours"]], "the other to wait")
        # A campaign waits for those who sleep as well.
        list_id, (early, sleeper) = self.people("night", 2)
        self.admin.patch("/api/v1/persons/" + self.person_with(early)["id"], {"time_zone": "America/New_York"}, 1)
        campaign = self.campaign(list_id, "Hei")
        self.admin.ok("POST", "/api/v1/campaigns/%s/send" % campaign["id"], {})
        varde.wait_for(lambda: gateway.of(early), "who is awake")
        varde.wait_for(lambda: self.admin.ok("GET", "/api/v1/campaigns/%s/progress" % campaign["id"])["counts"]["deferred"] == 1, "who is not")
        self.assertEqual((gateway.of(here), gateway.of(sleeper)), ([], []))
        self.program.move_clock(9 * 3600 + 3540)  # a minute to eight
        self.assertEqual((gateway.of(here), gateway.of(sleeper)), ([], []))
        self.program.move_clock(120)
        varde.wait_for(lambda: gateway.of(here) and gateway.of(sleeper), "the morning")
        self.reach(campaign)
        # No quiet hours where the organisation wants none.
        settings = self.admin.ok("GET", "/api/v1/settings")
        self.assertEqual((settings["quiet_from"], settings["quiet_to"]), ("21:00", "08:00"))
        self.assertEqual(self.admin.patch("/api/v1/settings", {"quiet_from": "25:00"}, settings["version"]).status, 422)
        changed = self.admin.patch("/api/v1/settings", {"quiet_from": "00:00", "quiet_to": "00:00"}, settings["version"]).json
        self.addCleanup(lambda: self.admin.patch("/api/v1/settings", {"quiet_from": "21:00", "quiet_to": "08:00"}, changed["version"]))
        self.program.move_clock(14 * 3600)
        late, = self.numbers(1)
        self.admin.ok("POST", "/api/v1/persons", {"phone": late, "lists": [joined]})
        varde.wait_for(lambda: gateway.of(late), "a message in the night")
        noon(self.program)

    # ---- in numbers

    def test_a_crash_loses_none_and_repeats_at_most_one_per_request(self):
        gateway, provider = self.gateway()
        self.admin.patch("/api/v1/providers/" + provider["id"], {"per_second": 150}, provider["version"])
        list_id, numbers = self.people("crash", 300)
        start = self.admin.ok("POST", "/api/v1/lists", {"name": "sms crash journey"})["id"]
        self.journey("sms crash", start, "Hei {{ person.first_name }}")
        campaign = self.campaign(list_id, "Hei")
        self.admin.ok("POST", "/api/v1/campaigns/%s/send" % campaign["id"], {})
        self.crash_after(gateway, 100)
        self.reach(campaign)
        self.assertEqual({m["to"] for m in gateway.messages}, set(numbers))
        self.assertLessEqual(len(gateway.messages), 304)
        by_number = {}
        for message in gateway.messages:
            self.assertEqual(by_number.setdefault(message["to"], message["reference"]), message["reference"], "a repetition has its reference")
        # The same for what waits in the queue.
        gateway.messages.clear()
        numbers = self.numbers(300)
        rows = "".join("queued%d@sms.example,%s\n" % (i, n) for i, n in enumerate(numbers))
        self.admin.import_csv("email,phone\n" + rows, options={"list_id": start})
        self.crash_after(gateway, 100)
        varde.wait_for(lambda: len({m["to"] for m in gateway.messages}) == 300, "all of them", 60)
        varde.wait_for(lambda: self.program.sql("SELECT count(*) FROM sms WHERE state <= 2") == [["0"]], "the queue to be empty")
        self.assertEqual({m["to"] for m in gateway.messages}, set(numbers))
        self.assertLessEqual(len(gateway.messages), 304)
        self.assertEqual(len({m["reference"] for m in gateway.messages}), 300)
        self.assertLessEqual(gateway.most, 4)

    def test_no_call_begins_before_the_last_outcome_is_durable(self):
        gateway, provider = self.gateway()
        list_id, numbers = self.people("durable", 100)
        campaign = self.campaign(list_id, "Hei")
        with self.program.locked("sms"):  # outcomes can be heard, and not be written
            self.admin.ok("POST", "/api/v1/campaigns/%s/send" % campaign["id"], {})
            varde.wait_for(lambda: len(gateway.messages) >= 4, "a message for each connection")
            varde.wait_for(lambda: self.program.sql("SELECT count(*) > 0 FROM pg_locks WHERE NOT granted AND relation = 'sms'::regclass") == [["t"]], "the writer to wait")
            self.assertEqual((len(gateway.messages), gateway.open), (4, 0))
            self.program.kill()
        self.program.start(tenant="second", admin="other@example.org")
        self.reach(campaign)
        self.assertEqual({m["to"] for m in gateway.messages}, set(numbers))
        self.assertLessEqual(len(gateway.messages), 104)

    def crash_after(self, gateway, count):
        varde.wait_for(lambda: len(gateway.messages) > count, "the first messages")
        self.program.kill()
        self.assertLess(len(gateway.messages), 300)
        self.program.start(tenant="second", admin="other@example.org")

    def test_a_thousand_messages_in_two_seconds(self):
        gateway, provider = self.gateway()
        self.admin.patch("/api/v1/providers/" + provider["id"], {"connections": 16}, provider["version"])
        list_id, numbers = self.people("fast", 1000)
        campaign = self.campaign(list_id, "Hei {{ person.first_name }}")
        begin = time.monotonic()
        self.admin.ok("POST", "/api/v1/campaigns/%s/send" % campaign["id"], {})
        varde.wait_for(lambda: len(gateway.messages) >= 1000, "all")
        taken = time.monotonic() - begin
        self.reach(campaign)
        self.assertEqual(len(gateway.messages), 1000)
        # Connections are kept: one each for what is under way, not one a message.
        self.assertLessEqual(gateway.connections, 20)
        print("1000 SMS in %.2f s" % taken)
        self.assertLess(taken, 10)  # a shared machine; alone it takes less than two

    # ---- around

    def test_measure(self):
        ask = lambda text: self.admin.ok("POST", "/api/v1/sms/measure", {"text": text})
        self.assertEqual({k: ask("Hei {€}")[k] for k in ("encoding", "characters", "units", "segments", "left")},
                         {"encoding": "gsm7", "characters": 7, "units": 10, "segments": 1, "left": 150})
        self.assertEqual({k: ask("👍" * 36)[k] for k in ("encoding", "characters", "segments")}, {"encoding": "ucs2", "characters": 36, "segments": 2})
        self.assertNotIn("price_minor", ask("a"))
        gateway, provider = self.gateway(price_minor=49, price_currency="NOK")
        self.assertEqual((ask("a" * 161)["price_minor"], ask("a" * 161)["price_currency"]), (98, "NOK"))

    def test_mistakes_are_named(self):
        good = {"name": "g", "kind": "sms_http", "sms": http_settings(Gateway())}
        for change, pointer in (({"sms": {}}, "/sms/sender"), ({"sms": {"sender": "Varde"}}, "/sms/url"),
                                ({"sms": {**good["sms"], "body": "{to}"}}, "/sms/body"), ({"sms": {**good["sms"], "body": '{"t":{text},"o":{to}}'}}, "/sms/body"),
                                ({"sms": {**good["sms"], "price_minor": 5}}, "/sms/price_currency"), ({"kind": "sms_twilio", "sms": {"sender": "Varde"}}, "/username"),
                                ({"kind": "sms_twilio", "username": "AC1", "sms": {"sender": "Varde"}}, "/password")):
            answer = self.admin.post("/api/v1/providers", {**good, **change})
            self.assertEqual((answer.status, answer.json.get("errors", [{}])[0].get("pointer")), (422, pointer), answer)
        answer = self.admin.post("/api/v1/providers/%s/test" % self.admin.ok("POST", "/api/v1/providers", {"kind": "captured", "channel": "sms", "name": "box"})["id"], {"phone": "91234567"})
        self.assertEqual(answer.status, 422)
        for row in self.admin.ok("GET", "/api/v1/providers")["items"]:
            if row["name"] == "box":
                self.assertEqual(row["channel"], "sms")
                self.admin.delete("/api/v1/providers/" + row["id"])
        list_id = self.admin.ok("POST", "/api/v1/lists", {"name": "sms mistakes"})["id"]
        journey = self.admin.ok("POST", "/api/v1/journeys", {"name": "m", "trigger": {"kind": "list_joined", "list_id": list_id}, "start": "a",
                                                            "steps": [{"id": "a", "kind": "sms", "text": "Hei {{ person.nobody }}"}]})
        answer = self.admin.post("/api/v1/journeys/%s/start" % journey["id"])
        self.assertEqual(answer.json["errors"][0]["pointer"], "/steps/0/text", answer)
        campaign = self.campaign(list_id, "a" * 1600)
        codes = [b["code"] for b in self.admin.ok("GET", "/api/v1/campaigns/%s/review" % campaign["id"])["blockers"]]
        self.assertEqual(sorted(codes), ["empty-audience", "too-long"])


if __name__ == "__main__":
    unittest.main()
