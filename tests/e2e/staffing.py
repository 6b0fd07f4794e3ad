#!/usr/bin/env python3
"""Vacant shifts from request to booking: staffing.py BINARY [--ahead DAYS]. A workplace leader asks in the console, the office approves there
and watches, substitutes answer by SMS (through the gateway's signed callbacks), by the link of a message on a page without
scripts, or on their own pages. Each strategy, and what goes wrong: late and second answers, STOP, cancellations, rules.
Ends with 'N passed, N failed'."""
import datetime, json, re, sys, zoneinfo

from story import Browser, tell
import varde
from sms import SECRET, Gateway, http_settings, noon, number, sign

HOME, PLACE, LEADER, PASSWORD = "/p/me/first", "North school", "leader@example.org", "violet tractor sings at dawn"
YES, NO, CANCEL = "Yes, I can", "No", "Cancel my booking"


class Story:
    """Each method is a shift of its own, with a pool of its own."""

    program = browser = gateway = None

    def begin(self):
        self.program = varde.Program(extra=["--tls"]).start()
        noon(self.program)
        self.admin = self.program.admin()
        self.gateway = Gateway()
        self.provider = self.admin.ok("POST", "/api/v1/providers", {"name": "gateway", "kind": "sms_http", "password": "key", "connections": 4, "default": True, "callback_secret": SECRET, "sms": http_settings(self.gateway)})
        self.place = self.admin.ok("POST", "/api/v1/workplaces", {"name": PLACE, "address": "Nordre gate 1", "time_zone": "Europe/Oslo"})["id"]
        self.people, self.days, self.replies = {}, 3, 0
        self.program.join(self.admin, LEADER, "requester", PASSWORD, "Workplace Leader")
        self.browser = Browser("staffing.mjs", "https://localhost:%d" % self.program.port)
        self.browser.logIn(who="leader", email=LEADER, password=PASSWORD)
        self.browser.enter(who="leader")
        self.browser.logIn(who="office", email="admin@example.org", password=varde.PASSWORD)
        self.program.move_clock(31)  # a code works once
        self.browser.enter(who="office", code=varde.totp(self.program.now()))

    def end(self):
        if self.browser is not None:
            self.browser.end()
        if self.program is not None:
            self.program.remove()

    # ---- who and when

    def pool(self, name, *persons):
        """A pool of substitutes called "First NAME" …, each with a number; the fields of each may be given."""
        pool = self.admin.ok("POST", "/api/v1/pools", {"name": name})["id"]
        names = []
        for word, fields in zip(("First", "Second", "Third"), persons):
            person, phone = "%s %s" % (word, name), number(870000 + len(self.people))
            choice = fields.pop("choice", None)
            pools = [] if fields.pop("outside", False) else [pool]
            made = self.admin.ok("POST", "/api/v1/persons", {"phone": phone, "first_name": word, "last_name": name, **fields})["id"]
            self.admin.ok("PUT", "/api/v1/substitutes/" + made, {"pools": pools, "workplaces": [{"workplace_id": self.place, "kind": choice}] if choice else []})
            self.people[person] = {"id": made, "phone": phone}
            names.append(person)
        return names

    def shift(self, pool, kind, day=None, start="08:00", end="16:00", **how):
        """Asked for by the leader and approved by the office: its id."""
        self.days += day is None
        date = (datetime.datetime.fromtimestamp(self.program.now(), zoneinfo.ZoneInfo("Europe/Oslo")) + datetime.timedelta(days=self.days)).date()
        questions = lambda: sum(bool(re.search(r"(YES|JA) \d+ ", m["text"])) for m in list(self.gateway.messages))
        before = questions()
        shift = self.browser.request(place=PLACE, pool=pool, day=str(date), **{"from": start}, until=end, kind=kind, **how)
        assert questions() == before, "asked before it was approved"
        self.browser.approve(shift=shift)
        return shift

    # ---- what they say and are told

    def texts(self, name):
        return [m["text"] for m in self.gateway.of(self.people[name]["phone"])]

    def told(self, name, words):
        """The last message to somebody, once it says this."""
        return varde.wait_for(lambda: next((t for t in reversed(self.texts(name)) if words in t), None), "%s to be told %r; told: %s" % (name, words, self.texts(name)))

    def send(self, name, text):
        """An SMS from somebody, as the gateway brings it."""
        self.replies += 1
        body = json.dumps({"id": "in-%d" % self.replies, "from": self.people[name]["phone"], "text": text}).encode()
        answer = self.program.client().request("POST", "/p/sms/%s/reply" % self.provider["id"], raw=body, headers=sign(body))
        assert answer.status == 200, answer

    def say(self, name, text):
        """The same, and what is said back."""
        before = len(self.texts(name))
        self.send(name, text)
        return varde.wait_for(lambda: (t := self.texts(name)) and len(t) > before and t[before], "an answer to %s" % name)

    def link(self, name, words):
        return re.search(r"https?://[^/\s]+(/p/o/\S+)", self.told(name, words))[1]

    def offered(self, name):
        """The number of the question, and its link."""
        return re.search(r"(?:YES|JA) (\d+)", self.told(name, "/p/o/"))[1], self.link(name, "/p/o/")

    def asked(self, *names):
        for name in names:
            self.offered(name)

    def pass_time(self, minutes):
        self.program.move_clock(minutes * 60)

    def booked(self, shift):
        return [b["name"] for b in self.admin.ok("GET", "/api/v1/shifts/%s/bookings" % shift)["items"] if b["state"] == "booked"]

    # ---- each strategy, from the request to the booking

    def step_01_everyone_at_once_the_first_yes_and_the_second(self):
        one, two, three = self.pool("Broadcast", {}, {"language": "nb"}, {"language": "sv"})
        shift = self.shift("Broadcast", "Everyone at once")
        self.asked(one, two, three)
        self.browser.offers(expected={name: ["No answer yet", "by SMS"] for name in (one, two, three)})
        link = self.link(two, "Kan du jobbe")
        assert "Kan du ta denne vakten?" in self.browser.look(path=link)
        assert self.booked(shift) == [], "looking books nothing"
        assert "Du har fått vakten." in self.browser.answer(path=link, press="Ja, jeg kan")
        self.browser.offers(expected={two: ["Yes, booked", "by the link"], one: ["Others got it"], three: ["Others got it"]})
        self.browser.sees(who="office", text="All places are taken")
        assert PLACE in self.told(two, "Du har fått vakten: ")
        self.told(one, "is taken"), self.told(three, "är taget. Tack")
        # Too late by SMS; the same person once more by SMS; and nothing of it changes anything.
        assert self.say(three, "Ja %s" % self.offered(three)[0]).endswith(": Någon annan var först: passet är taget.")
        assert self.say(two, "JA").endswith(": Du har fått vakten.")
        assert self.booked(shift) == [two]
        assert sum("Du har fått vakten: " in t for t in self.texts(two)) == 1, "confirmed once"
        assert self.browser.leaderLooks(shift=shift, texts=["All places are taken", two]) == 0, "a leader does not see who was asked"

    def step_02_one_by_one_at_a_no_and_when_the_time_is_up(self):
        names = self.pool("Queue", {}, {}, {})
        shift = self.shift("Queue", "One by one", minutes=30)
        order = []
        for turn in ("no", "late", "yes"):
            name = varde.wait_for(lambda: next((n for n in names if n not in order and self.texts(n)), None), "the next one to be asked")
            order.append(name)
            assert all(not self.texts(n) for n in names if n not in order), "one at a time"
            self.browser.offers(expected={name: ["No answer yet"]})
            if turn == "no":
                assert self.say(name, "no thanks").endswith(": Thank you for telling us.")
                self.browser.offers(expected={name: ["by SMS", "No"]})
            elif turn == "late":
                self.browser.sees(who="office", text="Goes on by itself at")
                self.pass_time(31)
                self.browser.offers(expected={name: ["Time ran out"]})
            else:
                assert self.say(name, "YES %s" % self.offered(name)[0]).endswith(": The shift is yours.")
        self.browser.offers(expected={order[2]: ["Yes, booked", "by SMS"]})
        assert self.say(order[1], "yes").endswith(": Somebody else was first: the shift is taken.")
        self.told(order[2], "You are booked: ")
        assert self.booked(shift) == [order[2]]

    def step_03_in_waves_and_an_answer_on_ones_own_pages(self):
        favourite, member, other = self.pool("Waves", {"choice": "favourite"}, {}, {"outside": True})
        shift = self.shift("Waves", "In waves", waves=[30, 45, 60])
        self.asked(favourite)
        assert self.texts(member) == self.texts(other) == []
        self.browser.sees(who="office", text="Next: the pool, 1 person")
        self.pass_time(31)
        self.asked(member)
        assert self.texts(other) == []
        self.pass_time(46)
        self.asked(other)
        self.browser.askCode(home=HOME, contact=self.people[other]["phone"])
        code = re.match(r"\d{6}", self.told(other, "code"))[0]
        self.browser.enterCode(code=code)
        assert self.browser.answerThere(home=HOME, press=YES) == "The shift is yours."
        self.browser.offers(expected={other: ["Yes, booked"], member: ["Time ran out"], favourite: ["Time ran out"]})
        assert PLACE in self.browser.bookings(home=HOME)
        self.told(other, "You are booked: ")
        assert self.booked(shift) == [other]

    def step_04_by_application_and_the_office_picks(self):
        one, two, three = self.pool("Apply", {}, {}, {})
        shift = self.shift("Apply", "By application")
        self.asked(one, two, three)
        waiting = "Thank you. You will be told when somebody is chosen."
        assert self.say(one, "Yes please").endswith(": " + waiting)
        assert waiting in self.browser.answer(path=self.link(two, "/p/o/"), press=YES)
        assert self.say(one, "yes").endswith(": " + waiting), "twice is once"
        self.browser.sees(who="office", text="2 persons have applied")
        self.browser.offers(expected={one: ["Yes, applied", "by SMS"], two: ["Yes, applied", "by the link"], three: ["No answer yet"]})
        assert self.booked(shift) == []
        self.browser.pick(name=two)
        self.browser.offers(expected={two: ["Yes, booked"], one: ["Others got it"], three: ["Others got it"]})
        self.told(two, "You are booked: "), self.told(one, "is taken")
        assert self.booked(shift) == [two]

    def step_05_booked_directly(self):
        one, two = self.pool("Direct", {}, {})
        shift = self.shift("Direct", "I book somebody myself")
        self.browser.sees(who="office", text="Nobody is asked by itself.")
        self.browser.book(name=one)
        self.browser.sees(who="office", text="All places are taken")
        path = self.link(one, "You are booked: ")
        assert self.texts(two) == [], "nobody else hears of it"
        assert self.booked(shift) == [one]
        # A link of a booking that was never a question shows where one stands, or says that it is gone; it never errs.
        assert "does not work" not in self.browser.look(path=path)

    # ---- what goes otherwise

    def step_06_a_yes_after_the_time_to_answer(self):
        one, two = self.pool("Late", {}, {})
        until = datetime.datetime.fromtimestamp(self.program.now() + 3600, zoneinfo.ZoneInfo("Europe/Oslo"))
        shift = self.shift("Late", "Everyone at once", answerBy=until.strftime("%Y-%m-%dT%H:%M"))
        self.asked(one, two)
        path = self.link(two, "/p/o/")
        self.pass_time(61)
        self.browser.offers(expected={one: ["Time ran out"], two: ["Time ran out"]})
        self.browser.sees(who="office", text="nobody is left to ask")
        assert "too late" in self.say(one, "YES")
        page = self.browser.look(path=path)
        assert "The time to answer is over." in page and YES not in page, page
        assert self.booked(shift) == []
        self.browser.leaderLooks(shift=shift, texts=["nobody is left to ask"])

    def step_07_stop_and_start(self):
        before, after, third = self.pool("Stop", {}, {}, {})
        self.send(before, "STOPP")
        shift = self.shift("Stop", "Everyone at once")
        self.asked(after, third)
        path = self.link(after, "/p/o/")
        self.send(after, "Stop.")
        told = len(self.texts(after))
        # The question is still open to who follows its link; but nothing is sent to the number any more.
        assert "The shift is yours." in self.browser.answer(path=path, press=YES)
        self.browser.offers(expected={after: ["Yes, booked", "by the link"], third: ["Others got it"]})
        self.told(third, "is taken")
        assert (self.texts(before), len(self.texts(after))) == ([], told), "who said stop is left alone"
        self.browser.held(person=self.people[after]["id"], says="No SMS is sent to this number: unsubscribed")
        # START lifts it, with a word to the number, and what follows is told by SMS again.
        assert "again" in self.say(after, "Start")
        self.browser.held(person=self.people[after]["id"])
        self.browser.watch(shift=shift)
        self.browser.cancelBooking(name=after, reason="The class is away")
        self.told(after, "Your booking is cancelled")
        assert self.texts(before) == []
        actions = [e["action"] for e in self.admin.ok("GET", "/api/v1/audit?object=" + self.people[after]["id"])["items"]]
        assert [a for a in actions if a.startswith("suppression")] == ["suppression.remove", "suppression.add"], actions

    def step_08_cancelled_by_the_substitute_and_offered_to_the_next(self):
        names = self.pool("Relist", {}, {})
        shift = self.shift("Relist", "One by one", minutes=60)
        first = varde.wait_for(lambda: next((n for n in names if self.texts(n)), None), "the first to be asked")
        second = next(n for n in names if n != first)
        assert self.say(first, "ja").endswith(": The shift is yours.")
        self.browser.sees(who="office", text="All places are taken")
        path = self.link(first, "You are booked: ")
        assert "Cancel this shift?" in self.browser.answer(path=path, press=CANCEL)
        assert "Thank you for telling us." in self.browser.answer(path=path, press=CANCEL, then="Yes, cancel this shift")
        self.asked(second)
        self.browser.offers(expected={first: ["Cancelled"], second: ["No answer yet"]})
        self.browser.sees(who="office", text="Cancelled by the person")
        assert self.say(second, "YES").endswith(": The shift is yours.")
        self.browser.offers(expected={second: ["Yes, booked", "by SMS"]})
        assert self.say(first, "yes").endswith(": Somebody else was first: the shift is taken.")
        assert self.booked(shift) == [second]

    def step_09_cancelled_by_the_office(self):
        one, two = self.pool("Closed", {}, {})
        shift = self.shift("Closed", "By application")
        self.asked(one, two)
        assert self.say(one, "yes")
        self.browser.offers(expected={one: ["Yes, applied"]})
        self.browser.cancelShift(reason="The school is closed")
        self.told(one, "is not offered any more"), self.told(two, "is not offered any more")
        assert "too late" in self.say(two, "yes 1")
        assert "not offered any more" in self.browser.look(path=self.link(two, "/p/o/"))
        assert self.booked(shift) == []

    def step_10_a_rule_is_overridden_with_a_reason(self):
        one, = self.pool("Rules", {})
        self.shift("Rules", "I book somebody myself")
        self.browser.book(name=one)
        close = self.shift("Rules", "I book somebody myself", day="same", start="18:00", end="22:00")
        rule = self.browser.override(name=one, reason="Agreed with the union on 3 May")
        assert "11 h" in rule, rule
        varde.wait_for(lambda: sum("You are booked: " in t for t in self.texts(one)) == 2, "both confirmations")
        assert self.booked(close) == [one]
        trail = self.browser.trail(object=close)
        assert any("Agreed with the union on 3 May" in row for row in trail), trail
        assert self.program.sql("SELECT count(*) FROM audit_entry WHERE encode(sealed, 'escape') LIKE '%union%'") == [["0"]], "sealed"

    def step_11_nothing_was_broken(self):
        assert self.program.sql("SELECT count(*) FROM job WHERE failed_at IS NOT NULL") == [["0"]]
        errors = self.browser.errors()
        assert not errors, errors


sys.exit(tell(Story()))
