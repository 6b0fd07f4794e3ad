"""Staffing: a vacant shift is offered to a pool of substitutes, and exactly one person per place gets it."""
import datetime, json, threading, unittest
import varde
from sms import SECRET, Gateway, http_settings, noon, number, sign
from staff import DAY, HOUR, Staff


class Staffing(Staff):
    def test_everyone_is_asked_at_once_and_the_first_yes_wins(self):
        pool, people = self.pool("broadcast", 3)
        shift = self.shift(pool, note="Bring <indoor> shoes")
        self.assertEqual(set(self.asked(shift, 3)), set(people))
        link, visitor = self.link("broadcast-1@example.org"), self.program.client()
        page = visitor.get(link)
        self.assertEqual((page.status, b"<script" in page.body, b"Bring &lt;indoor&gt; shoes" in page.body), (200, False, True))
        self.assertEqual(self.state(shift)["taken"], 0, "looking books nothing")
        form = lambda answer: visitor.post(link, raw=b"answer=" + answer, headers={"Content-Type": "application/x-www-form-urlencoded"})
        self.assertIn(b"The shift is yours", form(b"yes").body)
        self.assertIn(b"The shift is yours", form(b"yes").body, "the same answer gives the same reply")
        done = self.state(shift)
        self.assertEqual((done["state"], done["taken"]), ("filled", 1))
        self.assertEqual(self.say(shift, people[0], True), "taken")
        self.link("broadcast-1@example.org", "Booked")
        varde.wait_for(lambda: self.offers(shift)[people[2]]["state"] == "taken", "the last one to be told")
        self.assertEqual(len(self.admin.ok("GET", "/api/v1/shifts/%s/bookings" % shift["id"])["items"]), 1)
        self.assertEqual(visitor.get("/p/o/" + "A" * 40).status, 404)

    def test_one_by_one_goes_on_at_a_no_and_when_time_is_up(self):
        pool, people = self.pool("queue", 3)
        shift = self.shift(pool, strategy={"kind": "one_by_one", "minutes": 30})
        first = self.asked(shift, 1)[0]
        self.assertEqual(self.say(shift, first, False), "declined")
        second = self.asked(shift, 2)[1]
        self.program.move_clock(31 * 60)
        third = self.asked(shift, 3)[2]
        self.assertEqual({first, second, third}, set(people))
        self.assertEqual(self.offers(shift)[second]["state"], "expired")
        self.assertEqual(self.say(shift, second, True), "booked", "late, but the place is free")
        self.assertEqual(self.say(shift, third, True), "taken")

    def test_waves_begin_with_the_favourites(self):
        pool, people = self.pool("wave", 3)
        self.admin.ok("PUT", "/api/v1/substitutes/" + people[1], {"workplaces": [{"workplace_id": self.place, "kind": "favourite"}]})
        shift = self.shift(pool, strategy={"kind": "waves", "waves": [{"who": "favourites", "minutes": 60}, {"who": "pool", "minutes": 60}]})
        self.assertEqual(self.asked(shift, 1), [people[1]])
        self.program.move_clock(61 * 60)
        self.assertEqual(set(self.asked(shift, 3)), set(people))

    def test_candidates_apply_and_somebody_picks(self):
        pool, people = self.pool("apply", 3)
        shift = self.shift(pool, strategy={"kind": "candidates"})
        self.asked(shift, 3)
        visitor = self.program.client()
        for i in (0, 1):
            page = visitor.post(self.link("apply-%d@example.org" % i), raw=b"answer=yes", headers={"Content-Type": "application/x-www-form-urlencoded"})
            self.assertIn(b"when somebody is chosen", page.body)
        self.assertEqual((self.state(shift)["taken"], self.offers(shift)[people[0]]["state"]), (0, "waiting"))
        self.admin.ok("POST", "/api/v1/shifts/%s/book" % shift["id"], {"person_id": people[1]})
        self.reach(shift, "filled")
        varde.wait_for(lambda: self.offers(shift)[people[0]]["state"] == "taken", "the other one to be told")

    def test_a_rule_forbids_says_why_and_is_overridden_with_a_reason(self):
        pool, people = self.pool("rest", 1)
        late = self.shift(pool, begin=5 * DAY, hours=8, strategy={"kind": "direct"})
        early = self.shift(pool, begin=5 * DAY + 14 * HOUR, hours=8, strategy={"kind": "direct"})
        self.admin.ok("POST", "/api/v1/shifts/%s/book" % late["id"], {"person_id": people[0]})
        candidate, = self.admin.ok("GET", "/api/v1/shifts/%s/candidates" % early["id"])["items"]
        self.assertEqual(candidate["askable"], False)
        self.assertIn("11 h", candidate["explanation"])
        refused = self.admin.post("/api/v1/shifts/%s/book" % early["id"], {"person_id": people[0]})
        self.assertEqual((refused.status, "11 h" in refused.json["detail"]), (409, True))
        self.assertEqual(self.state(early)["taken"], 0, "nothing half-done stays")
        made = self.admin.ok("POST", "/api/v1/shifts/%s/book" % early["id"], {"person_id": people[0], "override_reason": "Agreed with the union"})
        self.assertEqual(made["overridden"], True)
        actions = [e["action"] for e in self.admin.ok("GET", "/api/v1/audit?object=" + early["id"])["items"]]
        self.assertIn("booking.override", actions)
        self.assertEqual(self.program.sql("SELECT count(*) FROM booking WHERE encode(sealed, 'escape') LIKE '%union%'"), [["0"]], "the reason is sealed")

    def test_nobody_is_booked_twice_for_the_same_time(self):
        pool, people = self.pool("twice", 1)
        one, other = (self.shift(pool, begin=6 * DAY, strategy={"kind": "direct"}) for _ in range(2))
        self.admin.ok("POST", "/api/v1/shifts/%s/book" % one["id"], {"person_id": people[0]})
        self.assertEqual(self.admin.post("/api/v1/shifts/%s/book" % other["id"], {"person_id": people[0]}).status, 409)
        self.assertEqual(self.admin.post("/api/v1/shifts/%s/book" % one["id"], {"person_id": people[0]}).status, 409)

    def test_a_cancelled_booking_is_offered_to_those_not_asked_yet(self):
        pool, people = self.pool("again", 2)
        shift = self.shift(pool, strategy={"kind": "one_by_one", "minutes": 60})
        first = self.asked(shift, 1)[0]
        self.assertEqual(self.say(shift, first, True), "booked")
        booking, = self.admin.ok("GET", "/api/v1/shifts/%s/bookings" % shift["id"])["items"]
        self.admin.ok("POST", "/api/v1/bookings/%s/cancel" % booking["id"], {"reason": "Ill"})
        second = self.asked(shift, 2)[1]
        self.assertNotEqual(first, second)
        self.assertEqual(self.say(shift, first, True), "too_late", "the office took the question back")
        self.assertEqual(self.say(shift, second, True), "booked")
        email = "again-%d@example.org" % people.index(second)
        page = self.program.client().post(self.link(email, "Booked"), raw=b"answer=no&sure=1", headers={"Content-Type": "application/x-www-form-urlencoded"})
        self.assertIn(b"Thank you for telling us", page.body)
        self.reach(shift, "unfilled")

    def test_a_person_cancels_in_time_and_calls_when_it_is_late(self):
        pool, people = self.pool("cutoff", 1)
        shift = self.shift(pool, begin=10 * HOUR)
        self.asked(shift, 1)
        link, visitor = self.link("cutoff-0@example.org"), self.program.client()
        form = lambda answer: visitor.post(link, raw=b"answer=" + answer, headers={"Content-Type": "application/x-www-form-urlencoded"}).body
        self.assertIn(b"The shift is yours", form(b"yes"))
        self.assertIn(b"less than 24 hours", form(b"no"))
        self.assertEqual(self.state(shift)["taken"], 1)

    def test_all_said_no_is_known_at_once(self):
        pool, people = self.pool("nobody", 2)
        shift = self.shift(pool, begin=2 * DAY)
        for person in self.asked(shift, 2):
            self.say(shift, person, False)
        self.reach(shift, "unfilled")
        self.assertIn("shift_open", [a["kind"] for a in self.admin.ok("GET", "/api/v1/home")["attention"]])
        wider, extra = self.pool("wider", 1)
        self.admin.patch("/api/v1/shifts/" + shift["id"], {"pool_ids": [pool, wider]}, self.state(shift)["version"])
        self.assertEqual(self.asked(shift, 3)[2], extra[0])

    def test_a_cancelled_shift_tells_everybody(self):
        pool, people = self.pool("gone", 2)
        shift = self.shift(pool)
        self.asked(shift, 2)
        link = self.link("gone-1@example.org")
        self.admin.ok("POST", "/api/v1/shifts/%s/cancel" % shift["id"], {"reason": "Closed"})
        self.assertEqual({o["state"] for o in self.offers(shift).values()}, {"withdrawn"})
        page = self.program.client().post(link, raw=b"answer=yes", headers={"Content-Type": "application/x-www-form-urlencoded"})
        self.assertIn(b"too late", page.body)

    def test_asked_and_answered_by_sms(self):
        noon(self.program)
        admin = type(self).admin = self.program.admin()  # the clock's jump may have ended the session
        gateway = Gateway()
        provider = admin.ok("POST", "/api/v1/providers", {"name": "gateway", "kind": "sms_http", "password": "key", "connections": 4, "default": True, "callback_secret": SECRET, "sms": http_settings(gateway)})
        self.addCleanup(admin.delete, "/api/v1/providers/" + provider["id"])
        pool = admin.ok("POST", "/api/v1/pools", {"name": "sms"})["id"]
        numbers = [number(900000 + i) for i in range(3)]
        for i, phone in enumerate(numbers):
            person = admin.ok("POST", "/api/v1/persons", {"phone": phone, "first_name": "Sms%d" % i, "language": ["nb", "sv", "en"][i]})["id"]
            admin.ok("PUT", "/api/v1/substitutes/" + person, {"pools": [pool]})

        def reply(phone, text):
            """Says something and returns what is said back."""
            before = len(gateway.of(phone))
            body = json.dumps({"id": "in-%s-%d" % (phone, before), "from": phone, "text": text}).encode()
            self.assertEqual(self.program.client().request("POST", "/p/sms/%s/reply" % provider["id"], raw=body, headers=sign(body)).status, 200)
            return varde.wait_for(lambda: len(gateway.of(phone)) > before and gateway.of(phone)[before]["text"], "an answer by SMS")
        shift = self.shift(pool, begin=3 * DAY)
        self.asked(shift, 3)
        varde.wait_for(lambda: len(gateway.messages) == 3, "three questions")
        self.assertIn("Svar JA 1 eller NEI 1", gateway.of(numbers[0])[0]["text"])
        self.assertIn("Svara JA 1 eller NEJ 1", gateway.of(numbers[1])[0]["text"])
        self.assertEqual(self.state(shift)["taken"], 0)
        self.assertTrue(reply(numbers[1], "Nej tack").endswith("North school: Tack för beskedet."))
        self.assertTrue(reply(numbers[0], "Ja 1").endswith("North school: Du har fått vakten."))
        self.assertIn("taken", reply(numbers[2], "yes").lower())
        self.reach(shift, "filled")

        # Two open questions and no number: asked which; with the number it is clear.
        settings = admin.ok("GET", "/api/v1/staffing/settings")
        admin.patch("/api/v1/staffing/settings", {"asking": {**settings["asking"], "several_open_questions": True, "max_per_day": 9}}, settings["version"])
        self.addCleanup(admin.request, "PATCH", "/api/v1/staffing/settings", {"asking": settings["asking"]}, {"If-Match": "*"})
        two = [self.shift(pool, begin=days * DAY) for days in (12, 15)]
        for one in two:
            self.asked(one, 3)
        varde.wait_for(lambda: len([m for m in gateway.of(numbers[2]) if "Answer YES" in m["text"]]) == 3, "two more questions")
        self.assertIn("Which one?", reply(numbers[2], "yes"))
        offers = [self.offers(one) for one in two]
        me = next(p for p, o in offers[1].items() if p in offers[0] and admin.ok("GET", "/api/v1/persons/" + p)["phone"] == numbers[2])
        self.assertTrue(reply(numbers[2], "YES %d" % offers[1][me]["number"]).endswith("North school: The shift is yours."))
        self.assertEqual([self.state(one)["taken"] for one in two], [0, 1])

    def test_limits_of_asking(self):
        pool, people = self.pool("limits", 1)
        first = self.shift(pool, begin=8 * DAY)
        self.asked(first, 1)
        overlapping = self.shift(pool, begin=8 * DAY + HOUR)
        varde.wait_for(lambda: self.state(overlapping).get("next_at"), "it to wait")
        self.assertEqual(self.offers(overlapping), {}, "two open questions for one time")
        self.say(first, people[0], False)
        self.program.move_clock(31 * 60)
        self.asked(overlapping, 1)

    def test_nobody_is_asked_more_often_a_day_than_wanted(self):
        self.asking(max_per_day=1)
        pool, people = self.pool("daily", 2)
        first = self.shift(pool, begin=8 * DAY)
        self.asked(first, 2)
        second = self.shift(pool, begin=11 * DAY, strategy={"kind": "one_by_one"})
        varde.wait_for(lambda: self.state(second).get("next_at"), "it to wait")
        self.assertEqual((self.offers(second), self.state(second)["state"]), ({}, "open"))
        noon(self.program)
        self.log_in()
        self.asked(second, 1)

    def test_two_questions_at_once_have_two_numbers(self):
        pool, people = self.pool("numbers", 1)
        self.asking(max_per_day=20)
        shifts = [self.shift(pool, begin=(20 + 2 * i) * DAY, publish=False) for i in range(8)]
        start = threading.Barrier(len(shifts))

        def publish(shift):
            client = self.program.client()
            client.cookies = dict(self.admin.cookies)
            start.wait()
            client.ok("POST", "/api/v1/shifts/%s/publish" % shift["id"], {})
        threads = [threading.Thread(target=publish, args=(s,)) for s in shifts]
        [t.start() for t in threads], [t.join() for t in threads]
        for shift in shifts:
            self.asked(shift, 1)
        self.assertEqual(sorted(self.offers(s)[people[0]]["number"] for s in shifts), list(range(1, 9)))

    def test_the_time_to_answer_ends_and_who_asked_is_told(self):
        pool, people = self.pool("until", 2)
        shift = self.shift(pool, answer_by=self.at(HOUR))
        self.asked(shift, 2)
        self.program.move_clock(61 * 60)
        self.reach(shift, "unfilled")
        self.assertEqual({o["state"] for o in self.offers(shift).values()}, {"expired"})
        self.assertEqual(self.say(shift, people[0], True), "too_late")
        notice = next(n for n in self.admin.ok("GET", "/api/v1/notifications")["items"] if n["href"] == "/shifts/" + shift["id"])
        self.assertIn("Nobody is left to ask for", notice["text"])
        varde.wait_for(lambda: [m for m in self.program.account_mails("admin@example.org") if "Nobody is left to ask for" in m["subject"]], "the mail to who asked")

    def test_a_shift_that_begins_is_over(self):
        pool, people = self.pool("begun", 1)
        shift = self.shift(pool, begin=HOUR, strategy={"kind": "candidates"})
        self.asked(shift, 1)
        self.program.client().post(self.link("begun-0@example.org"), raw=b"answer=yes", headers={"Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual(self.offers(shift)[people[0]]["state"], "waiting")
        self.program.move_clock(61 * 60)
        self.reach(shift, "unfilled")
        self.assertEqual(self.offers(shift)[people[0]]["state"], "expired")

    def test_the_strategy_changes_while_it_runs(self):
        pool, people = self.pool("change", 3)
        shift = self.shift(pool, strategy={"kind": "one_by_one", "minutes": 60})
        self.asked(shift, 1)
        self.admin.patch("/api/v1/shifts/" + shift["id"], {"strategy": {"kind": "broadcast"}}, self.state(shift)["version"])
        self.asked(shift, 3)

    def test_at_night_only_what_cannot_wait_is_asked(self):
        pool, people = self.pool("night", 1)
        noon(self.program)
        self.program.move_clock(11 * HOUR)
        shift = self.shift(pool, begin=3 * DAY)
        morning = varde.wait_for(lambda: self.state(shift).get("next_at"), "the morning to be waited for")
        self.assertEqual(self.offers(shift), {})
        self.asking(several_open_questions=True)
        urgent = self.shift(pool, begin=6 * HOUR)
        self.asked(urgent, 1)
        self.program.move_clock(10 * HOUR)
        self.log_in()
        self.asked(shift, 1)
        self.assertGreaterEqual(self.offers(shift)[people[0]]["asked_at"], morning)
        noon(self.program)
        self.log_in()

    def test_a_reminder_once_and_none_for_what_was_cancelled(self):
        pool, people = self.pool("remind", 2)
        shift = self.shift(pool, begin=3 * DAY, places=2, strategy={"kind": "direct"})
        for person in people:
            self.admin.ok("POST", "/api/v1/shifts/%s/book" % shift["id"], {"person_id": person})
        self.link("remind-0@example.org", "Booked"), self.link("remind-1@example.org", "Booked")
        booking = next(b for b in self.admin.ok("GET", "/api/v1/shifts/%s/bookings" % shift["id"])["items"] if b["person_id"] == people[1])
        self.admin.ok("POST", "/api/v1/bookings/%s/cancel" % booking["id"], {})
        self.program.move_clock(2 * DAY + HOUR)
        self.log_in()
        self.link("remind-0@example.org", "Reminder")
        self.program.move_clock(HOUR)
        varde.wait_for(lambda: self.program.sql("SELECT count(*) FROM job WHERE kind = 'staffing.remind' AND run_at <= '%s'" % self.at(0)) == [["0"]], "all reminders to be done")
        subjects = [i["subject"] for i in self.admin.ok("GET", "/api/v1/mailbox?q=remind-0@example.org")["items"]] + [i["subject"] for i in self.admin.ok("GET", "/api/v1/mailbox?q=remind-1@example.org")["items"]]
        self.assertEqual(len([s for s in subjects if s.startswith("Reminder")]), 1)

    def test_hours_are_said_and_come_out_for_payroll(self):
        pool, people = self.pool("hours", 1)
        shift = self.shift(pool, begin=HOUR, hours=8, break_minutes=30, strategy={"kind": "direct"})
        booking = self.admin.ok("POST", "/api/v1/shifts/%s/book" % shift["id"], {"person_id": people[0]})
        say = lambda begin, end: self.admin.post("/api/v1/bookings/%s/hours" % booking["id"], {"from": self.at(begin), "until": self.at(end)})
        self.assertEqual(say(HOUR, 9 * HOUR).status, 422, "not before it is over")
        begin = self.program.now() + HOUR
        self.program.move_clock(10 * HOUR)
        self.log_in()
        begin -= self.program.now()
        self.assertEqual(say(begin - 40 * HOUR, begin - 30 * HOUR).status, 422, "far from the shift")
        worked = say(begin, begin + 9 * HOUR).json
        self.assertEqual((bool(worked["office_confirmed_at"]), worked.get("person_confirmed_at")), (True, None))
        table = self.admin.get("/api/v1/bookings.csv?from=%s&until=%s&person=%s" % (self.at(-2 * DAY), self.at(DAY), people[0]))
        header, row = [line.split(",") for line in table.body.decode("utf-8-sig").strip().splitlines()]
        self.assertEqual(dict(zip(header, row))["worked_minutes"], str(9 * 60 - 30))
        noon(self.program)
        self.log_in()

    def test_hours_are_confirmed_many_at_once(self):
        pool, people = self.pool("month", 3)
        shifts = [self.shift(pool, begin=begin, hours=8, strategy={"kind": "direct"}) for begin in (HOUR, HOUR, 30 * DAY)]
        bookings = [self.admin.ok("POST", "/api/v1/shifts/%s/book" % shift["id"], {"person_id": person})["id"] for shift, person in zip(shifts, people)]
        self.program.move_clock(10 * HOUR)
        self.log_in()
        self.program.sql("UPDATE booking SET worked_from = starts_at, worked_until = ends_at - interval '1 hour', person_confirmed_at = ends_at WHERE booking_id = '%s'" % bookings[0])
        seen = [{"id": b["id"], "from": b.get("worked_from") or b["starts_at"], "until": b.get("worked_until") or b["ends_at"]}
                for shift in shifts for b in self.admin.ok("GET", "/api/v1/shifts/%s/bookings" % shift["id"])["items"]]
        confirm = lambda: self.admin.ok("POST", "/api/v1/bookings/hours", {"bookings": seen + seen[:1]})["confirmed"]
        self.program.sql("UPDATE booking SET worked_from = starts_at, worked_until = ends_at - interval '2 hours' WHERE booking_id = '%s'" % bookings[0])
        self.assertEqual(confirm(), 1, "what was changed since it was looked at is left out")
        self.program.sql("UPDATE booking SET worked_until = ends_at - interval '1 hour' WHERE booking_id = '%s'" % bookings[0])
        self.assertEqual((confirm(), confirm()), (1, 0), "what is over, once")
        rows = self.program.sql("SELECT person_confirmed_at IS NOT NULL, office_confirmed_at IS NOT NULL, extract(epoch FROM ends_at - worked_until) FROM booking WHERE booking_id IN ('%s', '%s') ORDER BY 1 DESC" % tuple(bookings[:2]))
        self.assertEqual([row[:2] + [float(row[2])] for row in rows], [["t", "t", 3600.0], ["f", "t", 0.0]], "as said, or as planned; what the person said stays")
        self.assertEqual(self.program.sql("SELECT count(*) FROM audit_entry WHERE action = 'booking.hours' AND object_id IN ('%s', '%s')" % (shifts[0]["id"], shifts[1]["id"])), [["2"]])
        for wrong in ([], seen * 334):
            self.assertEqual(self.admin.post("/api/v1/bookings/hours", {"bookings": wrong}).status, 422)
        noon(self.program)
        self.log_in()

    def test_a_series_keeps_its_local_times(self):
        pool, people = self.pool("series", 1)
        first = self.admin.ok("POST", "/api/v1/shifts", {"workplace_id": self.place, "starts_at": "2027-03-22T06:30:00Z", "ends_at": "2027-03-22T14:00:00Z", "pool_ids": [pool]})
        made = self.admin.ok("POST", "/api/v1/shifts/%s/series" % first["id"], {"weekdays": [1, 3], "until": "2027-04-05"})["items"]
        self.assertEqual([(s["starts_at"], s["ends_at"]) for s in made], [("2027-%sT%s:30:00Z" % (d, h), "2027-%sT%s:00:00Z" % (d, e)) for d, h, e in (("03-24", "06", "14"), ("03-29", "05", "13"), ("03-31", "05", "13"), ("04-05", "05", "13"))], "07:30 in Oslo before and after the clock change")
        self.assertEqual({s["state"] for s in made} | {s["series_id"] for s in made}, {"draft", self.state(first)["series_id"]})
        for wrong, pointer in (({"until": "2027-03-22"}, "/until"), ({"until": "2027-04-05", "weekdays": [8]}, "/weekdays"), ({"until": "2029-01-01"}, "/until"), ({"until": "2027-04-05", "every_weeks": 0}, "/every_weeks")):
            answer = self.admin.post("/api/v1/shifts/%s/series" % first["id"], wrong)
            self.assertEqual((answer.status, pointer in json.dumps(answer.json)), (422, True), wrong)

    def test_a_table_of_shifts(self):
        skill = self.admin.ok("POST", "/api/v1/skills", {"name": "Lifeguard"})["id"]
        self.pool("table", 1)
        text = "Arbeidssted;Dato;Fra;Til;Plasser;Kompetanse;Pool;Merknad\r\nnorth SCHOOL;01.02.2031;7.30;15;2;lifeguard;table;Husk n\u00f8kkel\r\nNorth school;02.02.2031;22:00;07:00;;;;\r\nSouth school;02.02.2031;22:00;07:00;;;;\r\nNorth school;31.02.2031;8;9;;;;\r\nNorth school;03.02.2031;8;9;;piano;;\r\n"
        send = lambda check: self.admin.request("POST", "/api/v1/shifts/import?check=" + check, raw=text.encode("windows-1252"), headers={"Content-Type": "text/csv"})
        month = "/api/v1/shifts?from=2031-02-01T00:00:00Z&until=2031-03-01T00:00:00Z"
        looked = send("true").json
        self.assertEqual((looked["rows"], looked["created"], looked["bad_rows"], self.admin.ok("GET", month)["items"]), (5, 2, 3, []), "looking makes nothing")
        self.assertEqual([(b["row"], b["reason"]) for b in looked["bad"]], [(4, 'There is no workplace called "South school".'), (5, "The date is not a day like 2026-03-01 or 01.03.2026."), (6, 'There is no skill called "piano".')])
        self.assertEqual(send("false").json["created"], 2)
        again = send("false").json
        self.assertEqual((again["created"], again["skipped"]), (0, 2), "the same table again makes nothing twice")
        day, night = self.admin.ok("GET", month)["items"]
        self.assertEqual((day["starts_at"], day["ends_at"], day["places"], day["note"], day["skills"][0]["skill_id"]), ("2031-02-01T06:30:00Z", "2031-02-01T14:00:00Z", 2, "Husk n\u00f8kkel", skill))
        self.assertEqual((night["starts_at"], night["ends_at"]), ("2031-02-02T21:00:00Z", "2031-02-03T06:00:00Z"))
        self.assertEqual(self.admin.request("POST", "/api/v1/shifts/import", raw=b"a,b\n1,2\n", headers={"Content-Type": "text/csv"}).status, 422)

    def test_what_is_said_of_the_time_counts(self):
        pool, people = self.pool("avail", 2)
        day = self.at(9 * DAY)[:10]
        self.admin.ok("POST", "/api/v1/substitutes/%s/availability" % people[0], {"kind": "unavailable", "from_date": day, "until_date": day})
        noon = datetime.datetime.fromisoformat(day + "T10:00:00+00:00").timestamp() - self.program.now()
        shift = self.shift(pool, begin=noon, hours=4)
        self.assertEqual(self.asked(shift, 1), [people[1]])

    def test_a_workplace_asks_and_the_office_approves(self):
        pool, people = self.pool("leader", 1)
        leader = self.leader("leader@example.org")
        shift = leader.ok("POST", "/api/v1/shifts", {"workplace_id": self.place, "starts_at": self.at(2 * DAY), "ends_at": self.at(2 * DAY + 8 * HOUR), "pool_ids": [pool]})
        self.assertEqual(leader.ok("POST", "/api/v1/shifts/%s/publish" % shift["id"], {})["state"], "requested")
        self.assertEqual(self.offers(shift), {}, "nobody is asked before it is approved")
        self.assertEqual(self.state(shift)["requested_by_name"], "Workplace Leader")
        self.assertIn("shift_requested", [a["kind"] for a in leader.ok("GET", "/api/v1/home")["attention"]])
        for path in ("/api/v1/persons", "/api/v1/campaigns", "/api/v1/shifts/%s/offers" % shift["id"], "/api/v1/substitutes"):
            self.assertEqual(leader.get(path).status, 403, path)
        self.assertEqual(leader.post("/api/v1/shifts/%s/book" % shift["id"], {"person_id": people[0]}).status, 403)
        self.admin.ok("POST", "/api/v1/shifts/%s/publish" % shift["id"], {})
        self.asked(shift, 1)
        self.assertEqual(leader.patch("/api/v1/shifts/" + shift["id"], {"places": 5}, self.state(shift)["version"]).status, 403)

    def test_input_is_checked(self):
        ask = lambda **fields: self.admin.post("/api/v1/shifts", {"workplace_id": self.place, "starts_at": self.at(DAY), "ends_at": self.at(DAY + HOUR), **fields})
        table = [({"ends_at": self.at(0)}, "/ends_at"), ({"ends_at": self.at(5 * DAY)}, "/ends_at"), ({"places": 0}, "/places"), ({"break_minutes": 60}, "/break_minutes"),
                 ({"pool_ids": [self.place]}, "/pool_ids"), ({"skills": [{"skill_id": self.place}]}, "/skills"), ({"answer_by": self.at(2 * DAY)}, "/answer_by"),
                 ({"strategy": {"kind": "one_by_one", "minutes": 0}}, "/strategy/minutes"), ({"workplace_id": "01a20000-0000-7000-8000-000000000000"}, "/workplace_id")]
        for fields, pointer in table:
            answer = ask(**fields)
            self.assertEqual((answer.status, answer.json["errors"][0]["pointer"]), (422, pointer), fields)

    def test_many_at_once_three_get_it(self):
        pool, people = self.pool("rush", 40)
        shift = self.shift(pool, places=3)
        self.asked(shift, 40)
        said, start = {}, threading.Barrier(len(people))

        def answer(person):
            client = self.program.client()
            client.cookies = dict(self.admin.cookies)
            start.wait()
            said[person] = client.ok("POST", "/api/v1/shifts/%s/offers/%s/answer" % (shift["id"], person), {"yes": True})["result"]
        threads = [threading.Thread(target=answer, args=(p,)) for p in people]
        [t.start() for t in threads], [t.join() for t in threads]
        self.assertEqual(sorted(said.values()), ["booked"] * 3 + ["taken"] * 37)
        booked = {b["person_id"] for b in self.admin.ok("GET", "/api/v1/shifts/%s/bookings" % shift["id"])["items"]}
        self.assertEqual(booked, {p for p, result in said.items() if result == "booked"})

    def answer_at_once(self, links):
        """Presses yes behind every link at the same moment; what each page says first."""
        pages, start = {}, threading.Barrier(len(links))

        def press(key, link):
            client = self.program.client()
            start.wait()
            pages[key] = client.post(link, raw=b"answer=yes", headers={"Content-Type": "application/x-www-form-urlencoded"}).body.decode()
        threads = [threading.Thread(target=press, args=item) for item in links.items()]
        [t.start() for t in threads], [t.join() for t in threads]
        sentences = {"The shift is yours": "booked", "the shift is taken": "taken", "You cannot have this shift because you are booked at that time": "forbidden"}
        return {key: next((word for sentence, word in sentences.items() if sentence in page), page) for key, page in pages.items()}

    def test_links_of_many_shifts_pressed_at_once(self):
        self.asking(several_open_questions=True, max_per_day=20)
        pool, people = self.pool("crowd", 8)
        shifts = [self.shift(pool, begin=(4 + 2 * i) * DAY, places=2) for i in range(4)]
        # Two more, at the time of the first: who wins one of these cannot have another.
        shifts += [self.shift(pool, begin=4 * DAY, places=3) for _ in range(2)]
        for shift in shifts:
            self.asked(shift, 8)
        names = {person: "crowd-%d@example.org" % i for i, person in enumerate(people)}
        tokens = varde.wait_for(lambda: (found := self.answer_links(names.values())) and all(len(v) == 6 for v in found.values()) and found, "all questions")
        said = self.answer_at_once({(person, link): link for person, name in names.items() for link in tokens[name]})
        self.assertEqual(set(said.values()), {"booked", "taken", "forbidden"})
        bookings = [(b["person_id"], b["shift_id"], b["starts_at"], b["ends_at"]) for shift in shifts for b in self.admin.ok("GET", "/api/v1/shifts/%s/bookings" % shift["id"])["items"]]
        self.assertEqual(sorted(p for (p, _), word in said.items() if word == "booked"), sorted(b[0] for b in bookings), "told what is so")
        for shift in shifts:
            taken = [b for b in bookings if b[1] == shift["id"]]
            self.assertEqual(len(taken), self.state(shift)["taken"])
            self.assertLessEqual(len(taken), shift["places"])
        for shift in shifts[1:4]:
            self.assertEqual(self.state(shift)["state"], "filled", "nothing forbade these")
        self.assertEqual(len({(b[0], b[2]) for b in bookings}), len(bookings), "nobody is in two places at once")
        by = self.program.sql("SELECT DISTINCT actor_kind, actor_id = person_id FROM audit_entry WHERE action = 'booking.create' AND object_id IN (%s)" % ", ".join("'%s'" % s["id"] for s in shifts))
        self.assertEqual(by, [["3", "t"]], "each answered for herself")

    def test_one_link_pressed_many_times_at_once(self):
        self.asking(max_per_day=20)
        pool, people = self.pool("press", 1)
        seen = set()
        for i in range(6):
            shift = self.shift(pool, begin=(4 + 2 * i) * DAY)
            self.asked(shift, 1)
            link = varde.wait_for(lambda: next(iter(self.answer_links(["press-0@example.org"])["press-0@example.org"] - seen), None), "the question")
            seen.add(link)
            self.assertEqual(set(self.answer_at_once({n: link for n in range(12)}).values()), {"booked"}, "the shift is hers, however often she says so")

    def test_who_is_restricted_is_booked_by_nobody(self):
        pool, people = self.pool("held", 1)
        shift = self.shift(pool)
        self.asked(shift, 1)
        link = self.link("held-0@example.org")
        self.admin.ok("POST", "/api/v1/persons/%s/restrict" % people[0], {"reason": "asked for it by letter"})
        self.assertIn("restricted", next(iter(self.answer_at_once({1: link}).values())))
        self.assertEqual(self.offers(shift)[people[0]]["state"], "refused")
        for more in ({}, {"override_reason": "We need her"}):
            refused = self.admin.post("/api/v1/shifts/%s/book" % shift["id"], {"person_id": people[0], **more})
            self.assertEqual((refused.status, "restricted" in refused.json["detail"]), (409, True))
        self.assertEqual(self.state(shift)["taken"], 0)
        self.admin.ok("POST", "/api/v1/persons/%s/lift-restriction" % people[0], {"reason": "settled"})
        self.admin.ok("POST", "/api/v1/shifts/%s/book" % shift["id"], {"person_id": people[0]})


if __name__ == "__main__":
    unittest.main()
