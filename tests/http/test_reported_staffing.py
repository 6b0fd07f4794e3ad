"""What others' products got wrong with shifts, tried here: clocks that change, breaks, tables, names, and who cannot be reached."""
import datetime, unittest, zoneinfo
import varde
from sms import SECRET, Gateway, http_settings, noon, number
from staff import DAY, HOUR, Staff

# GSM 03.38, as far as our words go; one character outside of it makes an SMS three.
GSM = set("@\u00a3$\u00a5\u00e8\u00e9\u00f9\u00ec\u00f2\u00c7\n\u00d8\u00f8\r\u00c5\u00e5_\u00c6\u00e6\u00df\u00c9 !\"#\u00a4%&'()*+,-./:;<=>?\u00a1\u00c4\u00d6\u00d1\u00dc\u00a7\u00bf\u00e4\u00f6\u00f1\u00fc\u00e0{}[]~|^\\\u20ac"
          "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
# In Oslo clocks go from 02:00 to 03:00 on 30 March 2031, and from 03:00 to 02:00 on 26 October.


class Reported(Staff):
    def setUp(self):
        noon(self.program)
        self.log_in()

    def direct(self, starts, ends, **fields):
        """A shift that somebody books, at given times."""
        shift = self.admin.ok("POST", "/api/v1/shifts", {"workplace_id": self.place, "starts_at": starts, "ends_at": ends, "strategy": {"kind": "direct"}, **fields})
        self.admin.ok("POST", "/api/v1/shifts/%s/publish" % shift["id"], {})
        return shift

    def book(self, shift, person):
        return self.admin.post("/api/v1/shifts/%s/book" % shift["id"], {"person_id": person})

    def rules(self, **rules):
        settings = self.admin.ok("GET", "/api/v1/staffing/settings")
        self.admin.request("PATCH", "/api/v1/staffing/settings", {"rules": {**settings["rules"], **rules}}, {"If-Match": "*"})
        self.addCleanup(lambda: self.admin.request("PATCH", "/api/v1/staffing/settings", {"rules": settings["rules"]}, {"If-Match": "*"}))

    def table(self, text, check=False):
        answer = self.admin.request("POST", "/api/v1/shifts/import?check=" + str(check).lower(), raw=text.encode(), headers={"Content-Type": "text/csv"})
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json

    def board(self, since, until):
        return [s for s in self.admin.ok("GET", "/api/v1/shifts?from=%s&until=%s" % (since, until))["items"] if s["state"] == "draft"]

    def substitute(self, pool, **person):
        person = self.admin.ok("POST", "/api/v1/persons", person)["id"]
        self.admin.ok("PUT", "/api/v1/substitutes/" + person, {"pools": [pool]})
        return person

    def mails(self, email):
        return [self.admin.ok("GET", "/api/v1/mailbox/" + item["id"]) for item in self.admin.ok("GET", "/api/v1/mailbox?q=" + email)["items"]]

    def notices(self, shift):
        return [n["text"] for n in self.admin.ok("GET", "/api/v1/notifications")["items"] if n["href"] == "/shifts/" + shift["id"]]

    # ---- clocks that change

    def test_a_row_that_the_clocks_make_impossible_is_said_and_the_others_are_made(self):
        text = ("Workplace;Date;Start;End;Places;Break\n"
                "North school;29.03.2031;02:00;03:00;1;0\n"
                "North school;30.03.2031;02:00;03:00;1;0\n"
                "North school;30.03.2031;02:15;02:45;1;0\n"
                "North school;30.03.2031;01:00;03:00;1;90\n"
                "North school;30.03.2031;01:00;03:00;1;30\n"
                "North school;30.03.2031;22:00;02:30;1;30\n"
                "North school;29.03.2031;22:00;02:30;1;30\n")
        looked = self.table(text, check=True)
        made = self.table(text)
        self.assertEqual(looked, made, "what was promised is what happens")
        self.assertEqual((made["created"], made["bad_rows"], [b["row"] for b in made["bad"]]), (3, 4, [3, 4, 5, 8]))
        said = [b["reason"] for b in made["bad"]]
        self.assertEqual(said[0], "The clocks go forward on 2031-03-30: there is no 02:00 on that day. Choose another time.")
        self.assertIn("lasts 60 minutes: a break of 90 is too long", said[2])
        drafts = self.board("2031-03-28T22:00:00Z", "2031-04-01T00:00:00Z")
        self.assertEqual(len(drafts), 3)
        for draft in drafts:
            self.assertGreater(self.minutes(draft), draft["break_minutes"])

    @staticmethod
    def minutes(shift):
        return (datetime.datetime.fromisoformat(shift["ends_at"]) - datetime.datetime.fromisoformat(shift["starts_at"])).total_seconds() / 60

    def test_a_series_leaves_out_the_days_that_cannot_be(self):
        for begin, end, pause, why in (("01:00", "02:00", 0, "there is no 02:00"), ("00:00", "02:00", 75, "a break of 75")):
            shift = self.admin.ok("POST", "/api/v1/shifts", {"workplace_id": self.place, "starts_at": "2031-03-23T%s:00Z" % begin, "ends_at": "2031-03-23T%s:00Z" % end, "break_minutes": pause})
            made = self.admin.ok("POST", "/api/v1/shifts/%s/series" % shift["id"], {"until": "2031-04-13"})
            self.assertEqual([s["starts_at"][11:16] for s in made["items"]], 2 * ["00:00" if begin == "01:00" else "23:00"], "the same clock times")
            self.assertEqual([l["day"] for l in made["left_out"]], ["2031-03-30"])
            self.assertIn(why, made["left_out"][0]["reason"])
            only = self.admin.post("/api/v1/shifts/%s/series" % shift["id"], {"until": "2031-03-30"})
            self.assertEqual(only.status, 422)
            self.assertIn(why, only.json["detail"])

    def test_copies_keep_their_clock_times(self):
        shift = self.admin.ok("POST", "/api/v1/shifts", {"workplace_id": self.place, "starts_at": "2031-03-21T21:00:00Z", "ends_at": "2031-03-22T06:00:00Z", "break_minutes": 30})
        copy = lambda *starts: self.admin.post("/api/v1/shifts/%s/copy" % shift["id"], {"starts": list(starts)})
        copies = copy("2031-03-29T21:00:00Z", "2031-10-25T20:00:00Z", "2031-06-01T20:00:00Z").json["items"]
        self.assertEqual([c["ends_at"] for c in copies], ["2031-03-30T05:00:00Z", "2031-10-26T06:00:00Z", "2031-06-02T05:00:00Z"], "always until 07:00")
        late = self.admin.ok("POST", "/api/v1/shifts", {"workplace_id": self.place, "starts_at": "2031-03-21T21:00:00Z", "ends_at": "2031-03-22T01:30:00Z"})
        refused = self.admin.post("/api/v1/shifts/%s/copy" % late["id"], {"starts": ["2031-03-29T21:00:00Z"]})
        self.assertEqual((refused.status, refused.json["errors"][0]["pointer"]), (422, "/starts"))
        self.assertIn("there is no 02:30", refused.json["errors"][0]["message"])

    def test_long_shifts_show_on_which_day_they_end(self):
        pool, people = self.pool("longday", 1)
        self.rules(**{name: {**rule, "level": "off"} for name, rule in self.admin.ok("GET", "/api/v1/staffing/settings")["rules"].items() if isinstance(rule, dict) and name in ("daily_rest", "weekly_rest", "week_max")})
        shift = self.shift(pool, begin=5 * DAY, hours=36)
        mail = varde.wait_for(lambda: self.mails("longday-0@example.org"), "the question")[0]
        ends = datetime.datetime.fromisoformat(shift["ends_at"]).astimezone(zoneinfo.ZoneInfo("Europe/Oslo"))
        self.assertRegex(mail["subject"], r" \u2013 %02d\.%02d\. \d\d:\d\d, North school$" % (ends.day, ends.month))
        page = self.program.client().get(self.link("longday-0@example.org")).body.decode()
        self.assertRegex(page, r"\d\d:\d\d \u2013 \w+ %d \w+, \d\d:\d\d" % ends.day)

    # ---- breaks

    def test_a_month_has_the_same_hours_in_whatever_order_they_were_booked(self):
        self.rules(month_max={"level": "block", "max_minutes": 600})
        pool, (first, second, third) = self.pool("months", 3)
        # 20:00 to 06:00 over the end of January, with an hour's break: 324 minutes of it in February.
        night = {"starts": "2031-01-31T19:00:00Z", "ends": "2031-02-01T05:00:00Z", "break_minutes": 60, "places": 3}
        night, fits, over, one, more = (self.direct(**night), self.direct("2031-02-10T09:00:00Z", "2031-02-10T13:36:00Z", places=3), self.direct("2031-02-10T09:00:00Z", "2031-02-10T13:37:00Z", places=3),
                                        self.direct("2031-02-20T09:00:00Z", "2031-02-20T09:01:00Z", places=3), self.direct("2031-02-25T09:00:00Z", "2031-02-25T09:23:00Z", places=3))
        booked = lambda person, *shifts: [self.book(shift, person).status for shift in shifts]
        self.assertEqual(booked(first, night, fits, one, more), [200, 200, 409, 409])
        self.assertEqual(booked(second, fits, night, one, more), [200, 200, 409, 409])
        self.assertEqual(booked(third, over, night), [200, 409])

    def test_paid_minutes_are_never_below_zero(self):
        pool, (person,) = self.pool("sent-home", 1)
        shift = self.direct(self.at(HOUR), self.at(5 * HOUR), break_minutes=30)
        booking = self.book(shift, person).json["id"]
        self.program.move_clock(6 * HOUR)
        self.log_in()
        starts = datetime.datetime.fromisoformat(shift["starts_at"])
        for worked, paid in ((20, 0), (30, 0), (31, 1), (240, 210)):
            self.admin.ok("POST", "/api/v1/bookings/%s/hours" % booking, {"from": shift["starts_at"], "until": (starts + datetime.timedelta(minutes=worked)).strftime("%Y-%m-%dT%H:%M:%SZ")})
            self.assertEqual(self.payroll(person)["worked_minutes"], str(paid))

    def payroll(self, person):
        table = self.admin.get("/api/v1/bookings.csv?from=%s&until=%s&person=%s" % (self.at(-5 * DAY), self.at(30 * DAY), person)).body.decode("utf-8-sig").splitlines()
        return dict(zip(table[0].split(","), table[1].split(",")))

    def test_a_break_that_changes_counts_for_whoever_is_booked(self):
        self.rules(month_max={"level": "block", "max_minutes": 600})
        pool, (person,) = self.pool("pause", 1)
        shift = self.direct(self.at(3 * DAY), self.at(3 * DAY + 10 * HOUR + 1800), break_minutes=30)
        booking = self.book(shift, person).json["id"]
        change = lambda minutes: self.admin.request("PATCH", "/api/v1/shifts/" + shift["id"], {"break_minutes": minutes}, {"If-Match": "*"})
        booked = lambda: next(b["break_minutes"] for b in self.admin.ok("GET", "/api/v1/shifts/%s/bookings" % shift["id"])["items"] if b["id"] == booking)
        self.assertEqual((change(60).status, booked()), (200, 60))
        refused = change(29)
        self.assertEqual((refused.status, booked(), self.state(shift)["break_minutes"]), (409, 60, 60))
        self.assertIn("would work too long: Work in the month", refused.json["detail"])
        self.assertEqual((change(30).status, booked()), (200, 30))
        self.assertEqual((change(45).status, self.payroll(person)["worked_minutes"]), (200, "0"), "nothing is worked before it is over")
        self.program.move_clock(4 * DAY)
        self.log_in()
        self.assertEqual(self.payroll(person)["worked_minutes"], "585")
        self.assertEqual((change(40).status, booked()), (200, 40), "nobody has said yet what was worked")
        self.admin.ok("POST", "/api/v1/bookings/%s/hours" % booking, {"from": shift["starts_at"], "until": shift["ends_at"]})
        refused = change(60)
        self.assertEqual((refused.status, booked()), (409, 40))
        self.assertIn("reported already", refused.json["detail"])

    # ---- tables

    def test_every_row_of_a_table_is_a_shift_that_is_wanted(self):
        for skill in ("Nurse", "Assistant"):
            self.admin.post("/api/v1/skills", {"name": skill})
        rows = ["North school;06.12.2031;07:30;15:00;1;30;Nurse;", "North school;06.12.2031;07:30;15:00;1;30;Assistant;",
                "North school;07.12.2031;07:30;15:00;1;30;;Room 1", "North school;07.12.2031;07:30;15:00;1;30;;Room 2", "North school;08.12.2031;07:30;15:00;1;30;;", "North school;08.12.2031;07:30;15:00;1;30;;"]
        table = lambda *rows: self.table("\n".join(("Workplace;Date;Start;End;Places;Break;Skills;Note",) + rows) + "\n")
        counts = lambda made: (made["rows"], made["created"], made["skipped"])
        self.assertEqual(counts(table(*rows)), (6, 6, 0))
        self.assertEqual(counts(table(*rows)), (6, 0, 6), "the same table again makes nothing twice")
        self.assertEqual(counts(table(*rows, rows[-1], "North school;07.12.2031;07:30;15:00;1;30;;Room 3")), (8, 2, 6))
        self.assertEqual(len(self.board("2031-12-05T00:00:00Z", "2031-12-10T00:00:00Z")), 8)
        self.assertEqual(counts(table("North school;06.12.2031;07:30;15:00;2;30;Nurse;")), (1, 1, 0), "two more nurses")

    # ---- who cannot be asked any more

    def test_when_the_last_who_was_asked_is_gone_the_asker_is_told_at_once(self):
        ways = {"removed": lambda person: self.admin.delete("/api/v1/substitutes/" + person),
                "erased": lambda person: self.admin.delete("/api/v1/persons/" + person),
                "restricted": lambda person: self.admin.post("/api/v1/persons/%s/restrict" % person, {"reason": "asked for it by letter"})}
        for way, leave in ways.items():
            with self.subTest(way):
                pool, (person,) = self.pool(way, 1)
                shift = self.shift(pool, begin=6 * DAY)
                self.asked(shift, 1)
                answer = leave(person)
                self.assertLess(answer.status, 300, answer.body)
                self.reach(shift, "unfilled")
                self.assertEqual(len(varde.wait_for(lambda: self.notices(shift), "a notice")), 1)

    def test_when_one_is_gone_the_next_is_asked(self):
        pool, people = self.pool("onward", 2)
        shift = self.shift(pool, begin=6 * DAY, strategy={"kind": "one_by_one", "minutes": 600})
        first, = self.asked(shift, 1)
        self.assertLess(self.admin.delete("/api/v1/substitutes/" + first).status, 300)
        offers = varde.wait_for(lambda: (o := self.offers(shift)) and len(o) == 2 and o, "the next one")
        self.assertEqual({o["person_id"]: o["state"] for o in offers.values()}, {first: "withdrawn", next(p for p in people if p != first): "open"})

    def test_whom_nothing_reaches_is_not_waited_for(self):
        pool = self.admin.ok("POST", "/api/v1/pools", {"name": "silent"})["id"]
        landline = self.substitute(pool, first_name="Landline", phone="+4722004495")
        shift = self.shift(pool, begin=6 * DAY)
        self.reach(shift, "unfilled")
        self.assertEqual([(o["person_id"], o["reach"], o["state"]) for o in self.offers(shift).values()], [(landline, "nothing", "expired")], "in the list, for whoever calls")
        self.assertEqual(len(varde.wait_for(lambda: self.notices(shift), "a notice")), 1)
        self.assertEqual(self.say(shift, landline, True), "booked")
        # One after the other: who can be reached is asked at once.
        other = self.substitute(pool, first_name="Reached", email="silent-1@example.org")
        turn = self.shift(pool, begin=9 * DAY, strategy={"kind": "one_by_one", "minutes": 600})
        varde.wait_for(lambda: self.offers(turn).get(other, {}).get("state") == "open", "the one who can be reached to be asked")

    def test_a_landline_gets_a_mail(self):
        pool = self.admin.ok("POST", "/api/v1/pools", {"name": "landlines"})["id"]
        wanted = {self.substitute(pool, phone="+4722004494", email="landline-0@example.org"): "mail", self.substitute(pool, phone="+4681234567", email="landline-1@example.org"): "mail",
                  self.substitute(pool, phone="+4791880001", email="landline-2@example.org"): "sms", self.substitute(pool, phone="+46701249311", email="landline-3@example.org"): "sms"}
        shift = self.shift(pool, begin=6 * DAY)
        self.asked(shift, 4)
        self.assertEqual({person: o["reach"] for person, o in self.offers(shift).items()}, wanted)
        self.link("landline-0@example.org"), self.link("landline-1@example.org")

    # ---- pages

    def test_a_page_offers_what_an_answer_would_do(self):
        pool, (person,) = self.pool("button", 1)
        shift = self.shift(pool, begin=6 * DAY, strategy={"kind": "one_by_one", "minutes": 30})
        link, visitor = self.link("button-0@example.org"), self.program.client()
        look = lambda: visitor.get(link).body.decode()
        post = lambda answer: visitor.post(link, raw=b"answer=" + answer, headers={"Content-Type": "application/x-www-form-urlencoded"}).body.decode()
        self.program.move_clock(31 * 60)
        self.reach(shift, "unfilled")
        page = look()
        self.assertIn("Can you work this shift?", page)
        self.assertIn('value="yes"', page)
        post(b"no")
        page = look()
        self.assertIn("You may still change your mind.", page)
        self.assertIn('value="yes"', page)
        self.assertIn("The shift is yours.", post(b"yes"))
        for neither in (b"", b"maybe", b"Yes"):
            self.assertIn("Go back and choose an answer.", post(neither), "not a no, by which the booking would end")
        page = look()
        self.assertIn("Cancel my booking", page)
        self.assertNotIn('value="yes"', page)
        # Too late to cancel, and then over: nothing is offered that would be refused.
        self.program.move_clock(5 * DAY + 2 * HOUR)
        page = look()
        self.assertIn("less than 24 hours", page)
        self.assertNotIn("Cancel my booking", page)
        self.assertIn("less than 24 hours", post(b"no"))
        self.program.move_clock(DAY)
        page = look()
        self.assertNotIn("<button", page)
        self.assertNotIn("less than", page)

    # ---- names

    def test_names_of_workplaces_are_no_templates(self):
        keep = self.place
        self.addCleanup(lambda: setattr(self, "place", keep))
        for i, name in enumerate(("Avd {{ 3", "{{ person.first_name }} {link} {number}", "{what} {0} }}{% x", "\u00abSol\u00bb & Sky <b>")):
            with self.subTest(name):
                pool, (person,) = self.pool("braces%d" % i, 1)
                self.place = self.workplace(name, time_zone="Europe/Oslo")
                shift, email = self.shift(pool, begin=6 * DAY), "braces%d-0@example.org" % i
                link = self.link(email)
                mail = self.mails(email)[0]
                self.assertTrue(mail["subject"].endswith(", " + name), mail["subject"])
                self.assertIn(", %s? Answer here: http" % name, mail["text"])
                self.program.client().post(link, raw=b"answer=yes", headers={"Content-Type": "application/x-www-form-urlencoded"})
                self.link(email, "Booked")
                self.admin.ok("POST", "/api/v1/shifts/%s/cancel" % shift["id"], {})
                varde.wait_for(lambda: any(m["subject"].startswith("Cancelled") and m["subject"].endswith(name) for m in self.mails(email)), "the cancellation")

    def test_a_question_is_one_sms(self):
        gateway = Gateway()
        self.admin.ok("POST", "/api/v1/providers", {"name": "reported", "kind": "sms_http", "password": "key", "connections": 4, "default": True, "callback_secret": SECRET, "sms": http_settings(gateway)})
        keep = self.place
        self.addCleanup(lambda: setattr(self, "place", keep))
        pool, phone = self.admin.ok("POST", "/api/v1/pools", {"name": "septets"})["id"], number(880100)
        self.place = self.workplace("\u00abSolbakken\u00bb \u2013 {link} avd. \u00d8st", time_zone="Europe/Oslo")
        self.substitute(pool, phone=phone, language="nb", first_name="Ola")
        self.shift(pool, begin=6 * DAY)
        text = varde.wait_for(lambda: gateway.of(phone), "the question")[0]["text"]
        self.assertEqual(set(text) - GSM, set(), text)
        self.assertIn(', "Solbakken" - {link} avd. \u00d8st? Svar JA 1 eller NEI 1. http', text)
        self.assertRegex(text, r"\d\d:\d\d-\d\d:\d\d, ")

    # ---- calendars

    def test_an_entry_whose_content_changes_says_so(self):
        pool, (person,) = self.pool("stamps", 1)
        keep = self.place
        self.addCleanup(lambda: setattr(self, "place", keep))
        self.place = self.workplace("Stamp school", address="Old street 1", time_zone="Europe/Oslo")
        shift = self.shift(pool, begin=6 * DAY)
        link = self.link("stamps-0@example.org")
        self.say(shift, person, True)
        entry = lambda: dict(line.split(":", 1) for line in self.program.client().get(link + ".ics").body.decode().replace("\r\n ", "").split("\r\n") if ":" in line)
        stamps = lambda e: (int(e["SEQUENCE"]), e["DTSTAMP"], e["LAST-MODIFIED"])
        changes = ((lambda: self.admin.request("PATCH", "/api/v1/shifts/" + shift["id"], {"note": "Bring shoes"}, {"If-Match": "*"}), "DESCRIPTION", "Bring shoes"),
                   (lambda: self.admin.request("PATCH", "/api/v1/workplaces/" + self.place, {"address": "New street 2"}, {"If-Match": "*"}), "LOCATION", "New street 2"),
                   (lambda: self.admin.request("PATCH", "/api/v1/workplaces/" + self.place, {"name": "Stamp academy"}, {"If-Match": "*"}), "SUMMARY", "Shift: Stamp academy"))
        before = entry()
        self.assertEqual(int(before["SEQUENCE"]), 0)
        for change, field, value in changes:
            self.program.move_clock(60)
            self.assertEqual(stamps(entry()), stamps(before), "nothing has changed yet")
            self.assertEqual(change().status, 200)
            after = entry()
            self.assertEqual(after[field], value)
            self.assertEqual(after["UID"], before["UID"])
            for old, new in zip(stamps(before), stamps(after)):
                self.assertLess(old, new, field)
            before = after
        # What calendars do not show changes nothing.
        self.assertEqual(self.admin.request("PATCH", "/api/v1/shifts/" + shift["id"], {"places": 2}, {"If-Match": "*"}).status, 200)
        self.assertEqual(stamps(entry()), stamps(before))
        self.say(shift, person, False)
        self.assertEqual((int(entry()["SEQUENCE"]), entry()["STATUS"]), (4, "CANCELLED"))


if __name__ == "__main__":
    unittest.main()
