"""The substitutes' own pages: signing in, offers, bookings, availability, profile, calendar, what is stored; and who tries to break in."""
import datetime, io, json, re, statistics, time, unittest, urllib.parse, zipfile
import varde
from sms import noon, number

HOUR, DAY = 3600, 86400
HOME = "/p/me/first"


class Visitor(varde.Client):
    """Somebody's browser on the pages. `token` is what their forms carry."""
    token = ""

    def page(self, path="", status=200):
        answer = self.get(HOME + path)
        assert answer.status == status, (path, answer)
        text = answer.body.decode()
        if found := re.search(r'name="token" value="([^"]+)"', text):
            self.token = found[1]
        return text

    def send(self, path, fields=None, headers=None, **more):
        fields = list({"token": self.token, **(fields or {}), **more}.items())
        pairs = [(k, v) for k, values in fields for v in (values if isinstance(values, list) else [values])]
        return self.post(HOME + path, raw=urllib.parse.urlencode(pairs).encode(), headers={"Content-Type": "application/x-www-form-urlencoded", **(headers or {})})

    def done(self, path, fields=None, **more):
        """Sends a form that must lead on, and says where to."""
        answer = self.send(path, fields, **more)
        assert answer.status == 303, answer
        return answer.headers["Location"]


class Portal(unittest.TestCase):
    used = 0

    @classmethod
    def setUpClass(cls):
        cls.program = varde.shared()

    def setUp(self):
        noon(self.program)  # a new day: limits are full again, no quiet hours, sessions of users anew
        self.admin = self.program.admin()
        self.place = self.workplace("Portal school")

    def workplace(self, name, **more):
        for place in self.admin.ok("GET", "/api/v1/workplaces")["items"]:
            if place["name"] == name:
                return place["id"]
        return self.admin.ok("POST", "/api/v1/workplaces", {"name": name, "address": "Portveien 1", "time_zone": "Europe/Oslo", "latitude": 59.91, "longitude": 10.75, **more})["id"]

    def substitute(self, pools=(), phone=True, **more):
        Portal.used += 1
        n = Portal.used
        person = {"email": "portal-%d@example.org" % n, "first_name": "Portal%d" % n, **more}
        if phone:
            person["phone"] = number(700000 + n)
        person["id"] = self.admin.ok("POST", "/api/v1/persons", person)["id"]
        self.admin.ok("PUT", "/api/v1/substitutes/" + person["id"], {"pools": list(pools)})
        return person

    def pool(self):
        Portal.used += 1
        return self.admin.ok("POST", "/api/v1/pools", {"name": "portal pool %d" % Portal.used})["id"]

    def at(self, seconds):
        return datetime.datetime.fromtimestamp(self.program.now() + seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")

    def shift(self, pool, begin=4 * DAY, hours=8, publish=True, **fields):
        made = self.admin.ok("POST", "/api/v1/shifts", {"workplace_id": self.place, "starts_at": self.at(begin), "ends_at": self.at(begin + hours * HOUR), "pool_ids": [pool], **fields})
        return self.admin.ok("POST", "/api/v1/shifts/%s/publish" % made["id"], {}) if publish else made

    def asked(self, shift, person):
        varde.wait_for(lambda: any(o["person_id"] == person["id"] for o in self.admin.ok("GET", "/api/v1/shifts/%s/offers" % shift["id"])["items"]), "the question")

    def book(self, person, begin=4 * DAY, hours=8):
        shift = self.shift(self.pool(), begin, hours, strategy={"kind": "direct"})
        return self.admin.ok("POST", "/api/v1/shifts/%s/book" % shift["id"], {"person_id": person["id"]})["id"], shift

    def visitor(self):
        return Visitor(self.program)

    def texts(self, phone):
        """Codes sent to a number, newest first."""
        items = self.admin.ok("GET", "/api/v1/mailbox/sms?limit=200")["items"]
        return [m[1] for item in items if item["to"] == phone and (m := re.match(r"(\d{6}) ", item["text"]))]

    def mails(self, email):
        items = self.admin.ok("GET", "/api/v1/mailbox?q=" + email)["items"]
        return [m[1] for item in items if (m := re.match(r"(\d{6}) ", item["subject"]))]

    def settled(self):
        """Waits until no code is on its way."""
        varde.wait_for(lambda: self.program.sql("SELECT count(*) FROM job WHERE kind IN ('portal.code', 'sms.send', 'outreach.outbox') AND failed_at IS NULL AND run_at <= to_timestamp(%f)" % self.program.now()) == [["0"]], "codes to be sent")

    def ask(self, visitor, contact):
        before = len(self.texts(contact) if contact.startswith("+") else self.mails(contact))
        self.assertEqual(visitor.done("/code", contact=contact), HOME + "/code")
        sent = varde.wait_for(lambda: (c := self.texts(contact) if contact.startswith("+") else self.mails(contact)) and len(c) > before and c, "a code")
        return sent[0]

    def signed_in(self, person, contact=None, visitor=None):
        visitor = visitor or self.visitor()
        code = self.ask(visitor, contact or person.get("phone") or person["email"])
        self.assertEqual(visitor.done("/sign-in", code=code), HOME)
        visitor.page("/profile")
        return visitor

    def trail(self, person):
        return [e["action"] for e in self.admin.ok("GET", "/api/v1/audit?object=" + person["id"])["items"]]

    # ---- signing in

    def test_a_code_by_sms_or_mail_opens_the_pages(self):
        person = self.substitute(language="nb")
        for contact in (person["phone"], person["email"]):
            visitor = self.visitor()
            page = visitor.page()
            self.assertIn("Phone number or e-mail", page)
            code = self.ask(visitor, contact)
            self.assertIn("one-time-code", visitor.page("/code"))
            answer = visitor.send("/sign-in", code=code[:3] + " " + code[3:])
            self.assertEqual((answer.status, answer.headers["Location"]), (303, HOME))
            home = visitor.page()
            self.assertIn('lang="nb"', home)
            self.assertIn("Kan du jobbe?", home)
        sent = [item for item in self.admin.ok("GET", "/api/v1/mailbox/sms?limit=200")["items"] if item["to"] == person["phone"]]
        self.assertIn("er koden din hos", sent[0]["text"])
        self.assertEqual(self.trail(person).count("portal.sign_in"), 2)
        self.assertEqual(self.program.sql("SELECT fields::text, sealed FROM audit_entry WHERE action = 'portal.sign_in' AND person_id = '%s'" % person["id"]), [["{}", ""]] * 2)

    def test_cookies_are_out_of_reach_and_sessions_stored_as_hashes(self):
        person = self.substitute()
        visitor = self.signed_in(person)
        again = self.visitor()
        code = self.ask(again, person["phone"])
        answer = again.send("/sign-in", code=code)
        # http.client joins equal headers only in getheaders(): ask for one more page and look at what a client keeps.
        self.assertEqual(sorted(again.cookies), ["varde_me", "varde_me_device"])
        (stored,), = self.program.sql("SELECT count(*) FROM portal_session WHERE encode(token_hash, 'escape') LIKE '%%%s%%'" % visitor.cookies["varde_me"][:10])
        self.assertEqual(stored, "0")
        raw = self.program.connect(10)
        raw.request("POST", HOME + "/code", b"contact=nobody%40example.org", {"Content-Type": "application/x-www-form-urlencoded"})
        response = raw.getresponse()
        cookie = response.headers["Set-Cookie"]
        for part in ("HttpOnly", "SameSite=Lax", "Path=" + HOME):
            self.assertIn(part, cookie)
        self.assertNotIn("Secure", cookie, "plain HTTP on this machine")

    def test_nobody_learns_who_is_registered(self):
        known, plain = self.substitute(), self.admin.ok("POST", "/api/v1/persons", {"email": "only-a-person@example.org"})
        seen = set()
        for contact in (known["phone"], known["email"], number(799999), "nobody@example.org", "only-a-person@example.org"):
            visitor = self.visitor()
            answer = visitor.send("/code", contact=contact)
            self.settled()
            shown = visitor.page("/code")
            wrong = visitor.send("/sign-in", code="000000")
            clean = lambda body: re.sub(r'nonce="[^"]+"', "", body if isinstance(body, str) else body.decode())
            seen.add((answer.status, answer.headers["Location"], answer.body, clean(shown), wrong.status, clean(wrong.body)))
        self.assertEqual(len(seen), 1)
        self.assertEqual(self.mails("only-a-person@example.org"), [], "a person who is no substitute")
        # The same statements for known and unknown: the request does not look.
        times = {contact: [] for contact in (known["email"], "nobody@example.org")}
        for i in range(12):
            for contact in times:
                self.program.move_clock(60)
                start = time.perf_counter()
                self.visitor().send("/code", contact=contact)
                times[contact].append(time.perf_counter() - start)
        one, other = (statistics.median(t) for t in times.values())
        self.assertLess(max(one, other) / min(one, other), 3, times)

    def test_a_code_is_guessed_five_times_at_most_used_once_and_soon_too_old(self):
        person = self.substitute()
        visitor = self.visitor()
        code = self.ask(visitor, person["phone"])
        wrong = "%06d" % ((int(code) + 1) % 1000000)
        for _ in range(5):
            self.assertEqual(visitor.send("/sign-in", code=wrong).status, 422)
        self.assertEqual(visitor.send("/sign-in", code=code).status, 422, "the right one comes too late")
        code = self.ask(visitor, person["phone"])
        replay = dict(visitor.cookies)
        visitor.done("/sign-in", code=code)
        thief = self.visitor()
        thief.cookies = replay
        self.assertEqual(thief.send("/sign-in", code=code).status, 422, "used once")
        code = self.ask(thief, person["phone"])
        self.program.move_clock(601)
        self.assertEqual(thief.send("/sign-in", code=code).status, 422, "ten minutes are over")
        self.assertEqual(self.program.sql("SELECT count(*) FROM portal_code WHERE code_hash = sha256('%s')" % code), [["0"]])

    def test_a_code_belongs_to_the_browser_that_asked(self):
        person = self.substitute()
        owner, thief = self.visitor(), self.visitor()
        code = self.ask(owner, person["phone"])
        self.assertEqual(thief.send("/sign-in", code=code).status, 422)
        thief.send("/code", contact="nobody@example.org")
        self.settled()
        for _ in range(6):  # guesses of somebody else use up none of the owner's
            self.assertEqual(thief.send("/sign-in", code=code).status, 422)
        self.assertEqual(owner.done("/sign-in", code=code), HOME)

    def test_one_code_is_active(self):
        person = self.substitute()
        first, second = self.visitor(), self.visitor()
        old = self.ask(first, person["phone"])
        new = self.ask(second, person["email"])
        self.assertEqual(first.send("/sign-in", code=old).status, 422, "the newer one replaced it")
        self.assertEqual(second.done("/sign-in", code=new), HOME)

    def test_nobody_is_flooded_and_nobody_locked_out(self):
        person = self.substitute()
        owner = self.signed_in(person)
        owner.done("/sign-out")
        attacker = self.visitor()
        for _ in range(25):
            attacker.send("/code", contact=person["phone"])
        self.settled()
        flood = len(self.texts(person["phone"])) - 1
        self.assertLessEqual(flood, 3)
        # Her own browser has a bucket that a stranger does not reach, and a stranger takes no code of it away.
        code = self.ask(owner, person["phone"])
        attacker.send("/code", contact=person["phone"])
        self.settled()
        self.assertEqual(owner.done("/sign-in", code=code), HOME)
        # From a new device there is the other way.
        self.assertEqual(self.signed_in(person, person["email"]).page("/bookings").count("<h1>"), 1)
        before = len(self.texts(person["phone"]))
        for _ in range(24 * 3):
            self.program.move_clock(HOUR / 3)
            attacker.send("/code", contact=person["phone"])
            self.settled()
        self.admin = self.program.admin()
        self.assertLessEqual(len(self.texts(person["phone"])) - before, 10 + 12, "in a day of asking every twenty minutes")

    def test_a_stranger_takes_no_code_away(self):
        person = self.substitute()
        owner = self.signed_in(person)
        owner.done("/sign-out")
        code = self.ask(owner, person["phone"])
        sent = len(self.texts(person["phone"]))
        self.visitor().send("/code", contact=person["phone"])  # well within what a stranger may
        self.settled()
        self.assertEqual(len(self.texts(person["phone"])), sent, "while she waits for hers, nobody has another sent")
        self.assertEqual(owner.done("/sign-in", code=code), HOME)
        # A stranger's own is sent when she waits for none.
        self.visitor().send("/code", contact=person["phone"])
        self.settled()
        self.assertEqual(len(self.texts(person["phone"])), sent + 1)

    def test_a_network_that_tries_everybody_is_slowed_down(self):
        person = self.substitute()
        owner = self.signed_in(person)
        owner.done("/sign-out")
        visitor = self.visitor()
        answers = [visitor.send("/code", contact="somebody-%d@example.org" % i).status for i in range(40)]
        self.assertEqual((answers[0], answers[-1]), (303, 429))
        self.assertEqual(visitor.send("/sign-in", code="123456").status, 429)
        # Who shares the network and was here before is not kept out; a made-up mark of that counts for nothing.
        self.assertEqual(owner.done("/sign-in", code=self.ask(owner, person["phone"])), HOME)
        mark = owner.cookies["varde_me_device"]
        for made_up in ("A" * 54, mark[:30] + ("B" if mark[30] == "A" else "A") + mark[31:], "x"):
            visitor.cookies["varde_me_device"] = made_up
            self.assertEqual(visitor.send("/code", contact="somebody@example.org").status, 429)
        self.program.move_clock(600)
        self.assertEqual(visitor.send("/code", contact="somebody@example.org").status, 303)

    def test_no_session_is_planted_or_carried_over(self):
        person, other = self.substitute(), self.substitute()
        visitor = self.visitor()
        visitor.cookies["varde_me"] = "A" * 43
        code = self.ask(visitor, person["phone"])
        visitor.done("/sign-in", code=code)
        first = visitor.cookies["varde_me"]
        self.assertNotEqual(first, "A" * 43)
        code = None
        stale = dict(visitor.cookies)
        visitor.page("/profile")
        visitor.done("/sign-out")
        self.assertNotIn("varde_me", visitor.cookies)
        ghost = self.visitor()
        ghost.cookies = stale
        self.assertIn("Phone number or e-mail", ghost.page(), "signed out is signed out")
        self.signed_in(other, visitor=visitor)
        self.assertEqual(self.program.sql("SELECT count(*) FROM portal_session WHERE person_id = '%s'" % person["id"]), [["0"]])

    def test_another_organisation_is_another_house(self):
        person = self.substitute()
        visitor = self.signed_in(person)
        (second,), = self.program.sql("SELECT slug FROM tenant WHERE slug = 'second'")
        for path in ("", "/profile", "/bookings"):
            answer = visitor.get("/p/me/%s%s" % (second, path))
            self.assertNotIn(person["email"].encode(), answer.body)
            self.assertNotIn(b"<nav", answer.body)
        stranger = self.visitor()
        stranger.post("/p/me/second/code", raw=urllib.parse.urlencode({"contact": person["phone"]}).encode(), headers={"Content-Type": "application/x-www-form-urlencoded"})
        self.settled()
        self.assertEqual(len(self.texts(person["phone"])), 1, "the first organisation's substitute is nobody in the second")
        self.assertEqual(self.visitor().get("/p/me/nowhere").status, 404)
        self.assertEqual(self.visitor().get("/p/me/" + "x" * 300).status, 404)

    def test_forms_of_other_sites_do_nothing(self):
        person = self.substitute()
        visitor = self.signed_in(person)
        fields = {"action": "add", "kind": "available", "from_date": self.at(DAY)[:10]}
        for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
            self.assertEqual(visitor.send("/availability", fields, headers=headers).status, 403)
        for token in ("", "x", visitor.token[:-1]):
            self.assertEqual(visitor.send("/availability", fields, token=token).status, 403)
        other = self.signed_in(self.substitute())
        self.assertEqual(visitor.send("/availability", fields, token=other.token).status, 403, "somebody else's token")
        self.assertEqual(self.visitor().send("/availability", fields).status, 403, "without a session")
        self.assertEqual(self.program.sql("SELECT count(*) FROM availability WHERE person_id = '%s'" % person["id"]), [["0"]])
        self.assertIn("saved", visitor.done("/availability", fields, headers={"Origin": "http://127.0.0.1:%d" % self.program.port}))

    def test_forms_have_a_size(self):
        visitor = self.signed_in(self.substitute())
        self.assertEqual(visitor.send("/availability", x="y" * 20000).status, 413)
        self.assertEqual(visitor.send("/availability", weekday=["1"] * 100).status, 400)
        self.assertEqual(self.visitor().send("/code", contact="a" * 300).status, 422)
        self.assertEqual(self.visitor().send("/code", contact="").status, 422)
        bad = visitor.post(HOME + "/availability", raw=b"token=%ff%00", headers={"Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual(bad.status, 400)

    def test_sessions_end_by_time_removal_restriction_and_erasure(self):
        person = self.substitute()
        visitor, phone = self.signed_in(person), self.signed_in(person, person["email"])
        self.assertIn("This device", visitor.page("/profile"))
        other = re.search(r'name="id" value="([0-9a-f-]{36})"><button class="plain" name="action" value="end_session"', visitor.page("/profile"))[1]
        visitor.done("/profile", action="end_session", id=other)
        self.assertIn("Phone number or e-mail", phone.page())
        phone = self.signed_in(person, person["email"])
        visitor.done("/profile", action="end_others")
        self.assertIn("Phone number or e-mail", phone.page())
        self.program.move_clock(29 * DAY)
        self.assertIn("<nav", visitor.page())
        self.program.move_clock(29 * DAY)
        self.assertIn("<nav", visitor.page(), "seen within 30 days")
        self.program.move_clock(31 * DAY)
        self.assertIn("Phone number or e-mail", visitor.page())
        visitor = self.signed_in(person)
        self.admin = self.program.admin()
        self.admin.ok("DELETE", "/api/v1/substitutes/" + person["id"])
        self.assertIn("Phone number or e-mail", visitor.page())
        again = self.visitor()
        again.send("/code", contact=person["email"])
        self.settled()
        self.assertEqual(again.send("/sign-in", code="123456").status, 422)
        erased = self.substitute()
        visitor = self.signed_in(erased)
        self.admin.delete("/api/v1/persons/" + erased["id"])
        self.assertIn("Phone number or e-mail", visitor.page())
        self.assertEqual(self.program.sql("SELECT (SELECT count(*) FROM portal_session WHERE person_id = '%s') + (SELECT count(*) FROM portal_code WHERE person_id = '%s')" % (erased["id"], erased["id"])), [["0"]])

    def test_who_shares_a_number_signs_in_by_mail(self):
        one, other = self.substitute(), self.substitute(phone=False)
        self.admin.patch("/api/v1/persons/" + other["id"], {"phone": one["phone"]}, self.admin.ok("GET", "/api/v1/persons/" + other["id"])["version"])
        visitor = self.visitor()
        visitor.send("/code", contact=one["phone"])
        self.settled()
        self.assertEqual(self.texts(one["phone"]), [])
        self.signed_in(other, other["email"])

    # ---- pages

    def test_an_offer_is_looked_at_answered_and_cancelled(self):
        pool = self.pool()
        person = self.substitute([pool])
        visitor = self.signed_in(person)
        shift = self.shift(pool, note="Bring <b>shoes</b>")
        self.asked(shift, person)
        home = visitor.page()
        self.assertIn("Portal school", home)
        path = re.search(r'href="%s(/offers/[0-9a-f-]+)"' % HOME, home)[1]
        page = visitor.page(path)
        self.assertIn("Bring &lt;b&gt;shoes", page)
        self.assertEqual(self.admin.ok("GET", "/api/v1/shifts/" + shift["id"])["taken"], 0, "looking books nothing")
        self.assertIn(b"The shift is yours", visitor.send(path, answer="yes").body)
        self.assertIn(b"The shift is yours", visitor.send(path, answer="yes").body, "twice is once")
        self.assertIn("You are booked", visitor.page(path))
        booking = re.search(r'href="%s(/bookings/[0-9a-f-]+)"' % HOME, visitor.page("/bookings"))[1]
        page = visitor.page(booking)
        self.assertIn("until 24 hours before", page)
        self.assertIn(booking + "?cancel=1", page)
        self.assertNotIn('value="cancel"', page, "a thumb that slips cancels nothing")
        page = visitor.page(booking + "?cancel=1")
        for words in ("Cancel this shift?", "Portal school", 'name="reason"', 'value="cancel"', "No, I will come"):
            self.assertIn(words, page)
        self.assertIn("Cancel this shift?", visitor.send(path, answer="no").body.decode(), "an old page asks, too")
        self.assertIn("done=cancelled", visitor.done(booking, action="cancel", reason="No train goes"))
        stored, = self.admin.ok("GET", "/api/v1/shifts/%s/bookings" % shift["id"])["items"]
        self.assertEqual((stored["state"], stored["reason"]), ("cancelled_by_person", "No train goes"))
        self.assertIn("You cancelled", visitor.page(booking))
        self.assertEqual(visitor.send(booking, action="cancel").status, 409)
        self.assertEqual(self.admin.ok("GET", "/api/v1/shifts/" + shift["id"])["taken"], 0)

    def test_too_late_to_cancel_is_a_call(self):
        person = self.substitute()
        visitor = self.signed_in(person)
        booking, shift = self.book(person, begin=10 * HOUR)
        self.assertIn("less than 24 hours", visitor.page("/bookings/" + booking))
        self.assertEqual(visitor.send("/bookings/" + booking, action="cancel").status, 409)
        self.assertEqual(self.admin.ok("GET", "/api/v1/shifts/" + shift["id"])["taken"], 1)
        early, shift = self.book(person, begin=5 * DAY)
        visitor.done("/bookings/" + early, action="cancel")
        self.assertEqual(self.admin.ok("GET", "/api/v1/shifts/" + shift["id"])["taken"], 0, "booked without a question, and cancelled by the same rule")

    def hours(self, booking):
        (row,) = self.program.sql("SELECT worked_from, worked_until, person_confirmed_at IS NOT NULL, office_confirmed_at IS NOT NULL FROM booking WHERE booking_id = '%s'" % booking)
        return row

    def test_hours_are_confirmed_and_reported(self):
        person = self.substitute()
        booking, shift = self.book(person, begin=2 * HOUR, hours=4)
        visitor = self.signed_in(person)
        path = "/bookings/" + booking
        self.assertNotIn("Hours worked", visitor.page(path))
        self.assertEqual(visitor.send(path, action="confirm", seen_from=shift["starts_at"], seen_until=shift["ends_at"]).status, 409, "before it is over")
        self.program.move_clock(7 * HOUR)
        self.assertIn("How long did you work?", visitor.page())
        page = visitor.page(path)
        seen = dict(re.findall(r'name="(seen_\w+)" value="([^"]+)"', page))
        self.assertIn("done=hours", visitor.done(path, action="confirm", **seen))
        self.assertEqual(self.hours(booking)[2:], ["t", "f"])
        self.assertNotIn("How long did you work?", visitor.page())
        # The office confirms; then the person says otherwise, and the office's word is gone.
        self.admin = self.program.admin()
        self.admin.ok("POST", "/api/v1/bookings/%s/hours" % booking, {"from": shift["starts_at"], "until": shift["ends_at"]})
        local = re.findall(r'type="datetime-local" id="\w+" name="\w+" value="([^"]+)"', page)
        later = (datetime.datetime.fromisoformat(local[1]) + datetime.timedelta(minutes=30)).strftime("%Y-%m-%dT%H:%M")
        visitor.done(path, **{"action": "report", "from": local[0], "until": later}, **seen)
        self.assertEqual(self.hours(booking)[2:], ["t", "f"])
        # The office says otherwise again, and now the person's word is gone, until they confirm what the office said.
        shorter = (datetime.datetime.fromisoformat(shift["ends_at"].replace("Z", "+00:00")) - datetime.timedelta(minutes=15)).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.admin.ok("POST", "/api/v1/bookings/%s/hours" % booking, {"from": shift["starts_at"], "until": shorter})
        self.assertEqual(self.hours(booking)[2:], ["f", "t"])
        self.assertIn("How long did you work?", visitor.page())
        now_seen = dict(re.findall(r'name="(seen_\w+)" value="([^"]+)"', visitor.page(path)))
        visitor.done(path, action="confirm", **now_seen)
        self.assertEqual(self.hours(booking)[2:], ["t", "t"])
        # What was seen is not there any more.
        self.assertEqual(visitor.send(path, action="confirm", **seen).status, 409)
        seen = dict(re.findall(r'name="(seen_\w+)" value="([^"]+)"', visitor.page(path)))
        for fields in ({"from": "x", "until": later}, {"from": later, "until": local[0]}, {"from": "2020-01-01T08:00", "until": "2020-01-01T12:00"}, {"from": local[0], "until": "2090-01-01T00:00"}):
            self.assertEqual(visitor.send(path, action="report", **fields, **seen).status, 422, fields)
        self.assertIn("booking.hours", [e["action"] for e in self.admin.ok("GET", "/api/v1/audit?object=" + shift["id"])["items"]])

    def test_availability_is_said_seen_and_taken_back(self):
        person = self.substitute()
        visitor = self.signed_in(person)
        day = lambda n: self.at(n * DAY)[:10]
        def add(**fields):
            return visitor.send("/availability", action="add", **fields)
        self.assertEqual(add(kind="available", from_date=day(3)).status, 303)
        self.assertEqual(add(kind="available", from_date=day(4), from_time="08:00", until_time="12:30").status, 303)
        self.assertEqual(add(kind="available", from_date=day(1), weekday=["1", "2"], from_time="22:00", until_time="07:00").status, 303)
        self.assertEqual(add(kind="pause", from_date=day(20), until_date=day(30)).status, 303)
        self.assertEqual(add(kind="ask_anyway", from_date=day(5)).status, 303)
        rows = self.program.sql("SELECT kind, until_date - from_date, weekdays, from_minute, until_minute FROM availability WHERE person_id = '%s' ORDER BY created_at" % person["id"])
        self.assertEqual(rows, [["1", "0", "127", "0", "1440"], ["1", "0", "127", "480", "750"], ["1", "1098", "3", "1320", "420"], ["4", "10", "127", "0", "1440"], ["3", "0", "127", "0", "1440"]])
        page = visitor.page("/availability?month=" + day(3)[:7])
        for text in ("✓", "can work", "08:00–12:30", "Monday, Tuesday", "until further notice", "Pause"):
            self.assertIn(text, page)
        self.assertIn('value="%s"' % day(9), visitor.page("/availability?day=" + day(9)))
        for wrong in ({"kind": "maybe", "from_date": day(1)}, {"kind": "available", "from_date": "soon"}, {"kind": "available", "from_date": day(-3)}, {"kind": "available", "from_date": day(4), "until_date": day(2)},
                      {"kind": "available", "from_date": day(4), "from_time": "08:00"}, {"kind": "available", "from_date": day(4), "from_time": "08:00", "until_time": "08:00"},
                      {"kind": "available", "from_date": day(4), "weekday": "9"}, {"kind": "available", "from_date": day(1), "until_date": "2099-01-01"}, {"kind": "available", "from_date": "2090-01-01"}):
            answer = add(**wrong)
            self.assertEqual((answer.status, b'role="alert"' in answer.body), (422, True), wrong)
        id = re.search(r'name="remove" value="([0-9a-f-]+)"', visitor.page("/availability"))[1]
        self.assertIn("removed", visitor.done("/availability", remove=id))
        self.assertEqual(visitor.send("/availability", remove=id).status, 404)
        self.assertEqual(len(self.admin.ok("GET", "/api/v1/substitutes/%s/availability" % person["id"])["items"]), 4)
        # As long as a page gets, in the month that makes it longest: each day marked, each statement with all its words.
        self.assertEqual(add(kind="unavailable", from_date=day(2), until_date=day(700), weekday=list("1234567"), from_time="08:00", until_time="12:30").status, 303)
        self.program.sql("INSERT INTO availability SELECT tenant_id, gen_random_uuid(), person_id, kind, from_date, until_date, 63, from_minute, until_minute, created_at FROM availability, generate_series(1, 500) WHERE person_id = '%s' AND until_date - from_date = 698" % person["id"])
        self.assertEqual(add(kind="available", from_date=day(3)).status, 409)
        for month in range(14):
            answer = visitor.get(HOME + "/availability?month=" + day(31 * month)[:7])
            self.assertLess(len(answer.body), 15000, month)

    def test_a_new_number_counts_when_its_code_was_typed(self):
        person = self.substitute()
        visitor = self.signed_in(person)
        new = number(790000 + Portal.used)
        self.assertEqual(visitor.send("/profile", action="phone", phone="12").status, 422)
        answer = visitor.send("/profile", action="phone", phone=new)
        self.assertIn(b"Enter the code", answer.body)
        code = varde.wait_for(lambda: self.texts(new), "the code at the new number")[0]
        stored = lambda: self.admin.ok("GET", "/api/v1/persons/" + person["id"])
        self.assertEqual(stored()["phone"], person["phone"], "not before")
        self.assertEqual(visitor.send("/profile", action="code", purpose="email", code=code).status, 422, "another purpose")
        self.assertEqual(visitor.send("/sign-in", code=code).status, 303, "signed in already: nothing to do with it")
        thief = self.signed_in(self.substitute())
        thief.cookies["varde_me_ask"] = visitor.cookies["varde_me_ask"]
        self.assertEqual(thief.send("/profile", action="code", purpose="phone", code=code).status, 422, "somebody else's")
        answer = visitor.send("/profile", action="phone", phone=new)
        code = varde.wait_for(lambda: len(c := self.texts(new)) > 1 and c, "another code")[0]
        visitor.done("/profile", action="code", purpose="phone", code=code)
        self.assertEqual(stored()["phone"], new)
        varde.wait_for(lambda: any("was changed" in item["text"] for item in self.admin.ok("GET", "/api/v1/mailbox/sms?limit=50")["items"] if item["to"] == person["phone"]), "a word to the old number")
        mail = "portal-new-%d@example.org" % Portal.used
        visitor.send("/profile", action="email", email=mail)
        code = varde.wait_for(lambda: self.mails(mail), "the code at the new address")[0]
        visitor.done("/profile", action="code", purpose="email", code=code)
        self.assertEqual(stored()["email"], mail)
        other = self.substitute()
        visitor.send("/profile", action="email", email=other["email"])
        answers = [visitor.send("/profile", action="phone", phone=new).status for _ in range(4)]
        self.assertEqual(answers[-1], 429, "nobody's number is written to again and again")

    def test_the_profile(self):
        person = self.substitute()
        visitor = self.signed_in(person)
        visitor.done("/profile", action="name", first_name="Kari <x>", last_name="Nordmann", language="sv")
        page = visitor.page("/profile")
        self.assertIn('lang="sv"', page)
        self.assertIn("Kari &lt;x&gt;", page)
        self.assertEqual(visitor.send("/profile", action="name", first_name="", last_name="").status, 422)
        self.assertEqual(visitor.send("/profile", action="name", first_name="a" * 101).status, 422)
        self.assertEqual(visitor.send("/profile", action="name", first_name="a", language="xx").status, 422)
        visitor.done("/profile", action="place", place="59.91387, 10.75225")
        own = lambda: self.admin.ok("GET", "/api/v1/substitutes/" + person["id"])
        self.assertEqual((own()["latitude"], own()["longitude"]), (59.91, 10.75), "to a kilometre")
        self.assertEqual(visitor.send("/profile", action="place", place="somewhere").status, 422)
        visitor.done("/profile", action="place", place="")
        self.assertNotIn("latitude", own())
        found = visitor.page("/profile?workplace=portal+SCH")
        self.assertIn("Portal school", found)
        visitor.done("/profile", action="avoid", id=self.place)
        self.assertEqual(own()["workplaces"], [{"workplace_id": self.place, "kind": "excluded_by_person"}])
        visitor.done("/profile", action="want", id=self.place)
        self.assertEqual(own()["workplaces"], [])
        # A workplace's own choice is neither shown nor changed.
        self.admin.ok("PUT", "/api/v1/substitutes/" + person["id"], {"workplaces": [{"workplace_id": self.place, "kind": "excluded_by_workplace"}]})
        self.assertNotIn("Portal school", visitor.page("/profile"))
        visitor.done("/profile", action="avoid", id=self.place)
        both = [{"workplace_id": self.place, "kind": kind} for kind in ("excluded_by_workplace", "excluded_by_person")]
        self.assertEqual(own()["workplaces"], both, "each stands for itself")
        self.assertIn("Portal school", visitor.page("/profile"))
        visitor.done("/profile", action="want", id=self.place)
        self.assertEqual(own()["workplaces"], both[:1])

    def test_why_was_i_not_asked(self):
        pool = self.pool()
        person, other = self.substitute([pool]), self.substitute([pool])
        visitor = self.signed_in(person)
        self.assertIn("you were asked about all", visitor.page("/why"))
        # Booked at that time.
        self.book(person, begin=6 * DAY, hours=8)
        shift = self.shift(pool, begin=6 * DAY + HOUR, hours=4)
        self.asked(shift, other)
        self.assertIn("because you are booked at that time", visitor.page("/why"))
        # Said no to the day.
        day = self.at(9 * DAY)[:10]
        visitor.page("/availability")
        visitor.done("/availability", action="add", kind="unavailable", from_date=day)
        noon_there = datetime.datetime.fromisoformat(day + "T10:00:00+00:00").timestamp() - self.program.now()
        self.asked(self.shift(pool, begin=noon_there, hours=4), other)
        page = visitor.page("/why")
        self.assertEqual(page.count('class="item"'), 2)
        # What is said afterwards is no reason.
        for item in re.findall(r'name="remove" value="([0-9a-f-]+)"', visitor.page("/availability")):
            visitor.done("/availability", remove=item)
        # A workplace's choice is not told: others were asked.
        secret = self.workplace("Portal secret school")
        self.admin.ok("PUT", "/api/v1/substitutes/" + person["id"], {"workplaces": [{"workplace_id": secret, "kind": "excluded_by_workplace"}]})
        keep, self.place = self.place, secret
        self.asked(self.shift(pool, begin=12 * DAY), other)
        self.place = keep
        page = visitor.page("/why")
        secret_item = next(item for item in page.split('class="item"') if "Portal secret school" in item)
        self.assertIn("Others have been asked so far", secret_item)
        self.assertNotIn(other["first_name"], page)
        # Another pool's shifts are nobody's business; a shift that one was asked about is no question.
        self.asked(self.shift(pool, begin=15 * DAY), person)
        self.shift(self.pool(), begin=16 * DAY)
        self.assertEqual(visitor.page("/why").count('class="item"'), 3)
        self.program.move_clock(15 * DAY)
        self.assertIn("you were asked about all", visitor.page("/why"))

    def test_what_is_stored_is_shown_and_taken_along(self):
        pool = self.pool()
        person, other = self.substitute([pool]), self.substitute([pool])
        visitor = self.signed_in(person)
        shift = self.shift(pool)
        self.asked(shift, person)
        self.book(person, begin=8 * DAY)
        page = visitor.page("/stored")
        for text in (person["email"], person["phone"], person["first_name"], "Encrypted under a key of your own", "Times you were asked", "stored.zip"):
            self.assertIn(text, page)
        answer = visitor.get(HOME + "/stored.json")
        self.assertEqual(answer.headers["Content-Type"], "application/json")
        out = answer.json
        stored = out["sections"]
        self.assertEqual((stored["identity"][0]["email"], stored["identity"][0]["phone"], len(stored["offers"]), len(stored["bookings"])), (person["email"], person["phone"], 1, 1))
        self.assertIn("booked", [entry["kind"] for entry in stored["timeline"]])
        with zipfile.ZipFile(io.BytesIO(visitor.get(HOME + "/stored.zip").body)) as package:
            self.assertEqual(json.loads(package.read("data.json"))["sections"]["bookings"], stored["bookings"], "the same gathering")
        for secret in (other["email"], other["id"], visitor.cookies["varde_me"]):
            self.assertNotIn(secret, answer.body.decode())

    def test_papers_are_shown_taken_along_and_a_reason(self):
        kind = self.admin.ok("POST", "/api/v1/document-kinds", {"name": "Portal certificate"})["id"]
        pool = self.pool()
        person, other = self.substitute([pool]), self.substitute([pool])
        papers = "/api/v1/substitutes/%s/documents"
        seen = self.admin.ok("POST", papers % other["id"], {"kind_id": kind, "seen": True, "valid_until": self.at(300 * DAY)[:10]})
        visitor, others = self.signed_in(person), self.signed_in(other)
        keep, self.place = self.place, self.workplace("Portal strict school", required_documents=[kind])
        self.asked(self.shift(pool), other)
        self.place = keep
        self.assertIn("Portal certificate", visitor.page("/why"))
        self.assertEqual(visitor.page("/why").count('class="item"'), 1)
        pdf = b"%PDF-1.4 " + b"x" * 500
        self.assertLess(self.admin.request("PUT", papers % other["id"] + "/%s/file" % seen["id"], raw=pdf, headers={"Content-Type": "application/pdf"}).status, 300)
        page = others.page("/stored")
        self.assertIn("Portal certificate", page)
        path = re.search(r'href="%s(/papers/[0-9a-f-]+)"' % HOME, page)[1]
        mine = others.get(HOME + path)
        self.assertEqual((mine.status, mine.body, mine.headers["Content-Type"]), (200, pdf, "application/pdf"))
        self.assertEqual(visitor.get(HOME + path).status, 404, "somebody else's paper")
        self.assertEqual([d["kind"] for d in others.get(HOME + "/stored.json").json["sections"]["documents"]], ["Portal certificate"])
        self.assertEqual(others.get(HOME + "/picture").status, 404)

    # ---- calendar

    def test_a_calendar_reads_bookings_at_an_address_of_its_own(self):
        person = self.substitute()
        visitor = self.signed_in(person)
        booking, _ = self.book(person, begin=5 * DAY)
        page = visitor.send("/profile", action="feed").body.decode()
        path = re.search(r"<code>http://[^/]+(/p/me/calendar/[\w-]+\.ics)</code>", page)[1]
        reader = self.program.client()
        feed = reader.get(path)
        self.assertEqual((feed.status, feed.headers["Content-Type"]), (200, "text/calendar; charset=utf-8"))
        unfolded = feed.body.decode().replace("\r\n ", "")
        for line in ("BEGIN:VEVENT", "UID:%s@varde" % booking, "SEQUENCE:0", "STATUS:CONFIRMED", "SUMMARY:Shift: Portal school", "LOCATION:Portveien 1"):
            self.assertIn(line + "\r\n", unfolded)
        self.assertEqual(visitor.get(HOME + "/bookings/%s.ics" % booking).body.decode().count("BEGIN:VEVENT"), 1)
        visitor.done("/bookings/" + booking, action="cancel")
        unfolded = reader.get(path).body.decode().replace("\r\n ", "")
        for line in ("UID:%s@varde" % booking, "SEQUENCE:1", "STATUS:CANCELLED"):
            self.assertIn(line + "\r\n", unfolded)
        token = path.rsplit("/", 1)[1]
        self.assertEqual(self.program.sql("SELECT count(*) FROM calendar_feed WHERE encode(token_hash, 'escape') LIKE '%%%s%%'" % token[:20]), [["0"]])
        self.assertNotIn(token, visitor.page("/profile"), "shown once")
        new = re.search(r"<code>http://[^/]+(\S+)</code>", visitor.send("/profile", action="feed").body.decode())[1]
        self.assertEqual((reader.get(path).status, reader.get(new).status), (404, 200), "rotated")
        visitor.done("/profile", action="end_feed")
        self.assertEqual(reader.get(new).status, 404)
        for bad in ("x.ics", "A" * 54 + ".ics", "A" * 500 + ".ics"):
            self.assertEqual(reader.get("/p/me/calendar/" + bad).status, 404)

    def test_the_answer_page_speaks_the_persons_language_and_gives_the_booking_to_a_calendar(self):
        pool = self.pool()
        person = self.substitute([pool], phone=False, language="sv")
        shift = self.shift(pool)
        self.asked(shift, person)
        def link():
            for item in self.admin.ok("GET", "/api/v1/mailbox?q=" + person["email"])["items"]:
                if found := re.search(r"https?://[^/\s]+(/p/o/\S+)", self.admin.ok("GET", "/api/v1/mailbox/" + item["id"])["text"]):
                    return found[1]
        path, visitor = varde.wait_for(link, "the question"), self.program.client()
        page = visitor.get(path).body.decode()
        self.assertIn('lang="sv"', page)
        self.assertIn("Kan du ta det här passet?", page)
        self.assertIn('href="%s"' % HOME, page)
        self.assertEqual(visitor.get(path + ".ics").status, 404, "not booked")
        answered = visitor.post(path, raw=b"answer=yes", headers={"Content-Type": "application/x-www-form-urlencoded"})
        self.assertIn("Du har fått passet".encode(), answered.body)
        self.assertIn(b'href="%s.ics"' % path.encode(), answered.body)
        self.assertIn('href="%s.ics"' % path, visitor.get(path).body.decode())
        event = visitor.get(path + ".ics")
        self.assertEqual((event.status, b"SUMMARY:Pass: Portal school" in event.body), (200, True))

    # ---- other people's things

    def test_nobody_reaches_anothers_offers_bookings_and_devices(self):
        pool = self.pool()
        victim, thief_person = self.substitute([pool]), self.substitute()
        victims = self.signed_in(victim)
        shift = self.shift(pool)
        self.asked(shift, victim)
        booking, booked = self.book(victim, begin=10 * DAY)
        victims.page("/availability")
        victims.done("/availability", action="add", kind="available", from_date=self.at(2 * DAY)[:10])
        (statement,), = self.program.sql("SELECT availability_id FROM availability WHERE person_id = '%s'" % victim["id"])
        (session,), = self.program.sql("SELECT session_id FROM portal_session WHERE person_id = '%s'" % victim["id"])
        thief = self.signed_in(thief_person)
        tables = ("offer", "booking", "availability", "portal_session", "portal_code", "portal_passkey", "calendar_feed", "substitute", "workplace_choice", "person")
        state = lambda: [self.program.sql("SELECT count(*), md5(string_agg(t::text, '' ORDER BY t::text)) FROM %s t WHERE person_id = '%s'" % (table, victim["id"])) for table in tables]
        before = state()
        for path in ("/offers/" + shift["id"], "/bookings/" + booking, "/bookings/%s.ics" % booking, "/offers/" + booked["id"]):
            self.assertEqual(thief.get(HOME + path).status, 404, path)
        for path, fields in (("/offers/" + shift["id"], {"answer": "yes"}), ("/offers/" + shift["id"], {"answer": "no"}), ("/bookings/" + booking, {"action": "cancel"}),
                             ("/bookings/" + booking, {"action": "confirm", "seen_from": booked["starts_at"], "seen_until": booked["ends_at"]}),
                             ("/availability", {"remove": statement}), ("/profile", {"action": "end_session", "id": session}), ("/passkey", {"action": "remove", "id": session})):
            self.assertEqual(thief.send(path, fields).status, 404, path)
        for path in ("", "/bookings", "/availability", "/profile", "/why", "/stored", "/stored.json"):
            page = thief.get(HOME + path).body.decode()
            for secret in (victim["email"], victim["phone"], victim["id"], booking, statement, session):
                self.assertNotIn(secret, page, path)
        self.assertEqual(state(), before)

    def test_long_lists_have_parts_and_stay_small(self):
        settings = self.admin.ok("GET", "/api/v1/staffing/settings")
        self.admin.patch("/api/v1/staffing/settings", {"asking": {**settings["asking"], "max_per_day": 50}}, settings["version"])
        self.addCleanup(lambda: self.admin.request("PATCH", "/api/v1/staffing/settings", {"asking": settings["asking"]}, {"If-Match": "*"}))
        pool = self.pool()
        person = self.substitute([pool], language="nb")
        every_other = [day * DAY for day in range(1, 21, 2)]  # or the rules of rest forbid it
        for begin in every_other:
            self.book(person, begin)
        self.program.move_clock(22 * DAY)
        noon(self.program)
        self.admin = self.program.admin()
        held = [self.book(person, 30 * DAY + begin)[0] for begin in every_other]
        shifts = [self.shift(pool, begin) for begin in every_other]
        for shift in shifts:
            self.asked(shift, person)
        visitor = self.signed_in(person)

        def listed(path, pattern):
            answer = visitor.get(HOME + path)
            self.assertLess(len(answer.body), 15000, path)
            return re.findall(pattern + "([0-9a-f-]{36})\"", answer.body.decode()), re.search(r'href="/p/me/first([^"]*skip=[^"]*)"', answer.body.decode())

        self.assertEqual(visitor.page().count(HOME + '/bookings">'), 2 + 1, "the menu, and where there is more: hours and what comes")
        for path, pattern, wanted in (("", "/offers/", [s["id"] for s in shifts]), ("/bookings", "/bookings/", held)):
            first, more = listed(path, pattern)
            second, end = listed(more[1], pattern)
            self.assertEqual([id for id in first + second if id in wanted], wanted, path)
            self.assertIsNone(end, path)
        self.assertEqual([visitor.get(HOME + path).status for path in ("?skip=99", "/bookings?skip=99", "/availability?skip=99")], [303, 303, 200], "beyond the end is the beginning")

    def test_pages_are_small_and_run_nothing(self):
        pool = self.pool()
        person = self.substitute([pool], language="nb")
        visitor = self.signed_in(person)
        for begin in (4, 8, 12):
            self.asked(self.shift(pool, begin=begin * DAY), person)
            self.book(person, begin=(begin + 20) * DAY)
        sizes = {}
        for path in ("", "/bookings", "/availability", "/profile", "/why", "/stored"):
            answer = visitor.get(HOME + path)
            sizes[path] = len(answer.body)
            self.assertEqual((answer.status, b"<script" in answer.body), (200, False), path)
            policy = answer.headers["Content-Security-Policy"]
            self.assertNotIn("script-src", policy)
            self.assertIn("default-src 'none'", policy)
            self.assertEqual(answer.headers["Referrer-Policy"], "same-origin")
            self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertLess(max(sizes.values()), 15000, sizes)
        # Of the person: the queue may still be telling what was booked.
        done = lambda: self.program.sql("SELECT count(*) FROM audit_entry WHERE actor_kind = 3")
        before = done()
        for path in ("", "/bookings?skip=8", "/availability?month=2026-12", "/profile?workplace=a", "/why", "/stored", "/stored.json", "/code"):
            visitor.get(HOME + path)
        self.assertEqual(done(), before, "a GET changes nothing")


if __name__ == "__main__":
    unittest.main()
