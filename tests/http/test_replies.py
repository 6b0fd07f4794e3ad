"""What people really send: an answer is given to the question that was asked, and what is not understood is asked back."""
import json, re, time, unittest
import varde
from sms import SECRET, Gateway, http_settings, noon, number, sign
from staff import DAY, Staff


class Replies(Staff):
    used, told = 930000, 0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gateway = Gateway()
        cls.provider = cls.admin.ok("POST", "/api/v1/providers", {"name": "gateway", "kind": "sms_http", "password": "key", "connections": 4, "default": True, "callback_secret": SECRET, "sms": http_settings(cls.gateway)})

    def setUp(self):
        noon(self.program)
        self.log_in()
        self.asking(several_open_questions=True, max_per_day=50)

    def crew(self, name, count=1, language="nb", phone=None):
        """A pool, its persons and their numbers."""
        pool = self.admin.ok("POST", "/api/v1/pools", {"name": name})["id"]
        people, phones = [], []
        for i in range(count):
            Replies.used += 1
            phones.append(phone or number(Replies.used))
            people.append(self.admin.ok("POST", "/api/v1/persons", {"phone": phones[-1], "first_name": "%s%d" % (name.title(), i), "language": language})["id"])
            self.admin.ok("PUT", "/api/v1/substitutes/" + people[-1], {"pools": [pool]})
        return pool, people, phones

    def share(self, person, phone):
        """Gives somebody a number that another one has."""
        answer = self.admin.patch("/api/v1/persons/" + person, {"phone": phone}, self.admin.ok("GET", "/api/v1/persons/" + person)["version"])
        self.assertEqual(answer.status, 200, answer.body)

    def texts(self, phone):
        return [m["text"] for m in self.gateway.of(phone)]

    def hears(self, phone, words, after=0):
        """Waits for a message to a number."""
        return varde.wait_for(lambda: next((t for t in self.texts(phone)[after:] if words in t), None), "%r to be said to %s; said: %s" % (words, phone, self.texts(phone)))

    def send(self, phone, text, written=None):
        Replies.told += 1
        body = json.dumps({"id": "in-%d-%d" % (self.gateway.port, Replies.told), "from": written or phone, "text": text}).encode()
        self.assertEqual(self.program.client().request("POST", "/p/sms/%s/reply" % self.provider["id"], raw=body, headers=sign(body)).status, 200)

    def answers(self, phone, text, written=None):
        """Says something and returns what is said back. (The notice of a booking is told later, and is none.)"""
        said = lambda: [t for t in self.texts(phone) if not t.startswith(("Du har f\u00e5tt vakten: ", "You are booked: "))]
        before = len(said())
        self.send(phone, text, written)
        return varde.wait_for(lambda: said()[before:], "an answer to %r" % text)[0]

    def silence(self, phone, text):
        before = len(self.texts(phone))
        self.send(phone, text)
        time.sleep(1.5)
        self.assertEqual(self.texts(phone)[before:], [], text)

    def question(self, pool, phone, begin, **fields):
        """A shift, once its question has come, and the question's number."""
        before = len(self.texts(phone))
        shift = self.shift(pool, begin=begin, **fields)
        return shift, int(re.search(r"(?:JA|YES) (\d+)", self.hears(phone, "/p/o/", before))[1])

    def direct(self, pool, person, phone, begin):
        """A booking by the office, once it is confirmed."""
        shift = self.shift(pool, begin=begin, strategy={"kind": "direct"})
        before = len(self.texts(phone))
        self.admin.ok("POST", "/api/v1/shifts/%s/book" % shift["id"], {"person_id": person})
        self.hears(phone, "Du har f\u00e5tt vakten: ", before)
        return shift

    def offer(self, shift, person):
        return self.offers(shift)[person]["state"]

    def booked(self, shift):
        return [b["person_id"] for b in self.admin.ok("GET", "/api/v1/shifts/%s/bookings" % shift["id"])["items"] if b["state"] == "booked"]

    def day(self, shift):
        return "%s.%s." % (shift["starts_at"][8:10], shift["starts_at"][5:7])

    # ---- what is said

    def test_a_refusal_is_one_whatever_it_begins_with(self):
        said = {"Ok, men kan ikke den dagen": "declined", "Ja desverre kan jeg ikke": "declined", "ok sorry can't": "declined", "Kan dessverre ikke": "declined",
                "No problem!": "booked", "Hei! Ja, jeg kan.": "booked", "JA1": "booked", "Ja, jeg kan 24.12": "booked", "\U0001f44d": "booked",
                "Ja\nMvh Kari Nordmann, sykepleier, avdeling fire, Solbakken sykehjem, telefon 912 34 567": "booked",
                "Ja. Med venlig hilsen Mette": "booked", "Eg kan diverre ikkje": "declined", "Ja ELLER nei?": "open", "Ja, hvis jeg f\u00e5r barnevakt": "open", "Kan jeg svare i morgen?": "open"}
        pool, people, phones = self.crew("sayings", len(said))
        shift = self.shift(pool, begin=6 * DAY, places=len(said))
        self.asked(shift, len(said))
        for phone in phones:
            self.hears(phone, "/p/o/")
        for phone, text in zip(phones, said):
            self.assertIn("North school", self.answers(phone, text), text)
        offers = self.offers(shift)
        self.assertEqual({text: offers[person]["state"] for person, text in zip(people, said)}, said)

    def test_each_reply_names_its_shift(self):
        pool, people, phones = self.crew("naming", 1)
        shift, n = self.question(pool, phones[0], 6 * DAY)
        title = self.texts(phones[0])[0].split("jobbe ")[1].split("?")[0]
        self.assertEqual(self.answers(phones[0], "Nei"), title + ": Takk for beskjeden.")
        self.assertEqual(self.answers(phones[0], "Ja likevel, ja"), title + ": Du har f\u00e5tt vakten.")

    def test_what_is_not_understood_is_asked_back_once_and_the_office_is_told(self):
        pool, people, phones = self.crew("unclear", 1)
        shift, n = self.question(pool, phones[0], 6 * DAY)
        back = self.answers(phones[0], "Kan jeg svare i morgen?")
        self.assertRegex(back, r"^Vi forstod ikke svaret ditt\. Kan du jobbe .*North school\? Svar JA %d eller NEI %d\.$" % (n, n))
        self.silence(phones[0], "Hva med tirsdag?")
        self.silence(phones[0], "Automatisk svar: Jeg er p\u00e5 ferie. Ja, jeg leser dette senere.")
        self.assertEqual(self.offer(shift, people[0]), "open")
        notices = [n for n in self.admin.ok("GET", "/api/v1/notifications")["items"] if n["href"] == "/persons/" + people[0]]
        self.assertEqual(len(notices), 1, notices)
        self.assertIn("was not understood", notices[0]["text"])
        self.assertNotIn("Unclear0", notices[0]["text"], "a notice names nobody")
        said = [i["detail"] for i in self.admin.ok("GET", "/api/v1/persons/%s/timeline" % people[0])["items"] if i["kind"] == "replied"]
        self.assertEqual(len(said), 3)
        self.program.move_clock(61 * 60)
        self.assertIn("Vi forstod ikke", self.answers(phones[0], "Hva med tirsdag?"))
        self.assertIn("Du har f\u00e5tt vakten.", self.answers(phones[0], "ja"))

    def test_who_wants_no_more_is_told_the_word(self):
        pool, people, phones = self.crew("nomore", 1, "sv")
        self.question(pool, phones[0], 6 * DAY)
        self.assertEqual(self.answers(phones[0], "Sluta skicka sms"), "Svara bara STOPP f\u00f6r att slippa fler sms.")
        self.send(phones[0], "STOPP")
        self.assertTrue(self.admin.ok("POST", "/api/v1/suppressions/check", {"phone": phones[0]})["suppressed"])

    def test_a_machine_that_answers_is_met_with_silence(self):
        pool, people, phones = self.crew("machine", 1)
        self.question(pool, phones[0], 6 * DAY)
        for _ in range(10):
            self.assertIn("Takk for beskjeden.", self.answers(phones[0], "Nei"))
        self.silence(phones[0], "Nei")

    # ---- which shift

    def test_two_questions_and_a_number_alone(self):
        pool, people, phones = self.crew("two", 1)
        (first, one), (second, two) = self.question(pool, phones[0], 6 * DAY), self.question(pool, phones[0], 9 * DAY)
        back = self.answers(phones[0], "ja")
        self.assertTrue(back.startswith("Hvilken? Svar med nummeret: "), back)
        for shift, n in ((first, one), (second, two)):
            self.assertIn("%d: %s" % (n, self.day(shift)), back)
        said = self.answers(phones[0], "%d" % two)
        self.assertTrue(said.startswith(self.day(second)) and said.endswith("Du har f\u00e5tt vakten."), said)
        self.assertEqual((self.booked(first), self.booked(second)), ([], people))
        # The same for a no, and as people write a number.
        third, three = self.question(pool, phones[0], 12 * DAY)
        self.hears(phones[0], "Du har f\u00e5tt vakten: ")
        self.assertIn("Hvilken?", self.answers(phones[0], "Nei, det g\u00e5r ikke"))
        self.assertIn("Takk for beskjeden.", self.answers(phones[0], "nr %d" % one))
        self.assertEqual((self.offer(first, people[0]), self.offer(third, people[0]), self.booked(second)), ("declined", "open", people))

    def test_a_number_alone_answers_nothing_that_was_not_asked(self):
        pool, people, phones = self.crew("alone", 1)
        shift, n = self.question(pool, phones[0], 6 * DAY)
        self.assertIn("Svar JA %d eller NEI %d" % (n, n), self.answers(phones[0], str(n)))
        self.assertEqual(self.offer(shift, people[0]), "open")

    def test_thanks_for_a_booking_books_nothing_else(self):
        pool, people, phones = self.crew("thanks", 1)
        open_one, n = self.question(pool, phones[0], 6 * DAY)
        self.direct(pool, people[0], phones[0], 9 * DAY)
        for text in ("ok takk", "Takk!", "\U0001f44d"):
            self.silence(phones[0], text)
        self.assertEqual(self.offer(open_one, people[0]), "open")
        # A plain yes may be about it: asked.
        self.assertRegex(self.answers(phones[0], "Ja"), r"^Mener du %s.*\? Svar i s\u00e5 fall JA %d\.$" % (re.escape(self.day(open_one)), n))
        self.assertEqual(self.booked(open_one), [])
        self.answers(phones[0], "JA %d" % n)
        self.assertEqual(self.booked(open_one), people)

    def test_a_no_to_a_booking_by_the_office_is_about_that_booking(self):
        pool, people, phones = self.crew("office", 1)
        mine, n = self.question(pool, phones[0], 6 * DAY)
        self.answers(phones[0], "JA %d" % n)
        self.hears(phones[0], "Du har f\u00e5tt vakten: ")
        theirs = self.direct(pool, people[0], phones[0], 10 * DAY)
        said = self.answers(phones[0], "Nei, det passer ikke")
        self.assertTrue(said.startswith(self.day(theirs)) and said.endswith("Takk for beskjeden."), said)
        self.assertEqual((self.booked(mine), self.booked(theirs)), (people, []))

    def test_a_no_that_may_be_about_a_booking_or_a_question_is_asked_about(self):
        pool, people, phones = self.crew("either", 1)
        open_one, n = self.question(pool, phones[0], 6 * DAY)
        theirs = self.direct(pool, people[0], phones[0], 10 * DAY)
        back = self.answers(phones[0], "Nei")
        self.assertIn("0: " + self.day(theirs), back)
        self.assertIn("%d: %s" % (n, self.day(open_one)), back)
        self.assertEqual((self.offer(open_one, people[0]), self.booked(theirs)), ("open", people))
        self.assertTrue(self.answers(phones[0], "0").startswith(self.day(theirs)))
        self.assertEqual((self.offer(open_one, people[0]), self.booked(theirs)), ("open", []))

    def test_a_reply_to_a_campaign_is_about_no_shift(self):
        pool, people, phones = self.crew("campaign", 1)
        booked, n = self.question(pool, phones[0], 6 * DAY)
        self.answers(phones[0], "JA %d" % n)
        self.hears(phones[0], "Du har f\u00e5tt vakten: ")
        group = self.admin.ok("POST", "/api/v1/lists", {"name": "party"})["id"]
        self.admin.ok("PUT", "/api/v1/persons/%s/lists/%s" % (people[0], group), {"state": "subscribed"})
        campaign = self.admin.ok("POST", "/api/v1/campaigns", {"name": "Party", "service_reason": "They asked for it.", "channel": "sms", "text": "Kommer du p\u00e5 festen?", "audience": {"lists": [group], "segments": []}})
        self.admin.ok("POST", "/api/v1/campaigns/%s/send" % campaign["id"], {})
        self.hears(phones[0], "festen")
        self.silence(phones[0], "Nei")
        self.assertEqual(self.booked(booked), people)
        self.assertEqual(self.admin.ok("GET", "/api/v1/campaigns/%s/progress" % campaign["id"])["counts"]["answered"], 1)

    def test_a_number_means_its_shift_for_as_long_as_it_is_ahead(self):
        pool, people, phones = self.crew("ahead", 1)
        asked, one = self.question(pool, phones[0], 25 * DAY)
        booked, two = self.question(pool, phones[0], 28 * DAY)
        self.answers(phones[0], "JA %d" % two)
        self.program.move_clock(15 * DAY)
        noon(self.program)
        self.log_in()
        self.assertIn("Du har f\u00e5tt vakten.", self.answers(phones[0], "JA %d" % one))
        self.assertIn("Takk for beskjeden.", self.answers(phones[0], "NEI %d" % two))
        self.assertEqual((self.booked(asked), self.booked(booked)), (people, []))

    # ---- whose

    def test_two_persons_with_one_telephone(self):
        (pool, (kari,), (phone,)), (other, (ola,), _) = self.crew("kari"), self.crew("ola")
        self.share(ola, phone)
        (hers, one), (his, two) = self.question(pool, phone, 6 * DAY), self.question(other, phone, 9 * DAY)
        self.assertNotEqual(one, two)
        back = self.answers(phone, "ja")
        self.assertIn("%d: Kari0, %s" % (one, self.day(hers)), back)
        self.assertIn("%d: Ola0, %s" % (two, self.day(his)), back)
        self.assertEqual((self.booked(hers), self.booked(his)), ([], []))
        self.assertTrue(self.answers(phone, "JA %d" % two).startswith("Ola0, " + self.day(his)))
        self.assertEqual((self.booked(hers), self.booked(his)), ([], [ola]))
        # Asked about one shift, both at once.
        both = self.shift(pool, begin=12 * DAY, pool_ids=[pool, other], places=2)
        offers = self.asked(both, 2) and self.offers(both)
        self.assertEqual(len({o["number"] for o in offers.values()} | {one, two}), 4)
        varde.wait_for(lambda: len([t for t in self.texts(phone) if self.day(both) in t and "/p/o/" in t]) == 2, "both questions")
        self.assertTrue(self.answers(phone, "JA %d" % offers[kari]["number"]).startswith("Kari0, "))
        self.assertEqual(self.booked(both), [kari])

    def test_a_number_that_both_had_before_they_shared_the_telephone_means_neither(self):
        (pool, (kari,), (phone,)), (other, (ola,), (his_own,)) = self.crew("anne"), self.crew("lars")
        (hers, one), (his, two) = self.question(pool, phone, 6 * DAY), self.question(other, his_own, 9 * DAY)
        self.assertEqual(one, two)
        self.share(ola, phone)
        back = self.answers(phone, "JA %d" % one)
        self.assertIn("Hvilken?", back)
        numbers = {name: int(n) for n, name in re.findall(r"(\d+): (\w+),", back)}
        self.assertEqual((set(numbers), len(set(numbers.values()) - {one})), ({"Anne0", "Lars0"}, 2), back)
        self.assertEqual((self.booked(hers), self.booked(his)), ([], []))
        self.answers(phone, str(numbers["Lars0"]))
        self.assertEqual((self.booked(hers), self.booked(his)), ([], [ola]))

    def test_a_sender_is_known_however_the_gateway_writes_it(self):
        writings = [lambda p: p[1:], lambda p: int(p[1:]), lambda p: "00" + p[1:], lambda p: p, lambda p: p[:3] + " " + p[3:6] + " " + p[6:]]
        for i, write in enumerate(writings):
            phone = "+467012493%02d" % (70 + i)
            pool, people, _ = self.crew("swede%d" % i, language="sv", phone=phone)
            shift, n = self.question(pool, phone, (6 + i) * DAY)
            self.assertIn("Du har f\u00e5tt passet.", self.answers(phone, "JA %d" % n, write(phone)))
            self.assertEqual(self.booked(shift), people)
            self.send(phone, "STOPP", write(phone))
            self.assertTrue(self.admin.ok("POST", "/api/v1/suppressions/check", {"phone": phone})["suppressed"], str(write(phone)))
        # National numbers mean what they meant, and a short code nobody.
        pool, people, phones = self.crew("national")
        shift, n = self.question(pool, phones[0], 20 * DAY)
        self.assertIn("Du har f\u00e5tt vakten.", self.answers(phones[0], "Ja", phones[0][3:]))
        self.send(phones[0], "STOPP", "1999")
        self.assertFalse(self.admin.ok("POST", "/api/v1/suppressions/check", {"phone": phones[0]})["suppressed"])
        # Nobody's number: a STOP holds it all the same.
        self.send("", "STOPP", "46701249399")
        self.assertTrue(self.admin.ok("POST", "/api/v1/suppressions/check", {"phone": "+46701249399"})["suppressed"])


if __name__ == "__main__":
    unittest.main()
