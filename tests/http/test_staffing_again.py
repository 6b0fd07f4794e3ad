"""Asking again, many published at once, what a workplace and a person each chose, and pictures in lists."""
import json, unittest
import varde
from sms import SECRET, Gateway, http_settings, noon, number, sign
from staff import DAY, HOUR, Staff
from pictures import png


class Again(Staff):
    def setUp(self):
        noon(self.program)  # a new day: nobody has had enough questions, nobody sleeps
        self.log_in()

    def again(self, shift, status=200, **which):
        answer = self.admin.post("/api/v1/shifts/%s/ask-again" % shift["id"], which)
        self.assertEqual(answer.status, status, answer)
        return answer.json

    def round(self, shift, person, wanted):
        return varde.wait_for(lambda: (o := self.offers(shift)[person]) and 1 + len(o["earlier"]) == wanted and o, "round %d" % wanted)

    def form(self, link, answer):
        return self.program.client().post(link, raw=b"answer=" + answer, headers={"Content-Type": "application/x-www-form-urlencoded"}).body

    def actions(self, shift):
        return [e["action"] for e in self.admin.ok("GET", "/api/v1/audit?limit=200&object=" + shift["id"])["items"]]

    def test_who_said_no_is_asked_again_and_the_old_link_still_answers(self):
        pool, people = self.pool("anew", 3)
        shift = self.shift(pool)
        self.asked(shift, 3)
        link = self.link("anew-0@example.org")
        for person in people[:2]:
            self.assertEqual(self.say(shift, person, False), "declined")
        first = self.offers(shift)
        self.assertEqual([first[p]["repeatable"] for p in people], [True, True, False])
        self.assertEqual(self.again(shift, states=["declined"]), {"count": 2, "left_out_count": 0, "left_out": []})
        now = self.round(shift, people[0], 2)
        self.round(shift, people[1], 2)
        self.assertEqual((now["state"], now["number"], now.get("answered_at"), now["again"]), ("open", first[people[0]]["number"], None, False))
        before, = now["earlier"]
        self.assertEqual({k: before[k] for k in ("state", "channel", "reach", "asked_at", "answered_at")},
                         {"state": "declined", "channel": "user", "reach": "mail", "asked_at": first[people[0]]["asked_at"], "answered_at": first[people[0]]["answered_at"]})
        self.assertGreater(now["asked_at"], before["answered_at"])
        self.assertEqual(len(self.offers(shift)[people[2]]["earlier"]), 0, "whose question is open is not asked again")
        self.assertTrue(self.link("anew-0@example.org", "Still free"))
        self.assertIn(b"The shift is yours", self.form(link, b"yes"))
        self.reach(shift, "filled")
        actions = self.actions(shift)
        self.assertEqual((actions.count("offer.ask_again"), actions.count("offer.repeat"), actions.count("offer.create")), (2, 2, 3))
        self.assertIn("taken", self.again(shift, 409, states=["declined"])["detail"])

    def test_nobody_left_and_asked_again_by_name_one_by_one(self):
        pool, people = self.pool("named", 3)
        shift = self.shift(pool, strategy={"kind": "one_by_one", "minutes": 60})
        order = []
        for i in range(3):
            order = self.asked(shift, i + 1)
            self.say(shift, order[-1], False)
        self.reach(shift, "unfilled")
        self.again(shift, person_ids=order[1:])
        self.round(shift, order[1], 2)
        self.assertEqual(self.state(shift)["state"], "open")
        waits = self.offers(shift)[order[2]]
        self.assertEqual((waits["state"], waits["again"]), ("declined", True), "one by one, in the order of the ranking")
        self.assertEqual(len(self.offers(shift)[order[0]]["earlier"]), 0)
        self.say(shift, order[1], False)
        self.round(shift, order[2], 2)
        self.assertEqual(self.say(shift, order[2], True), "booked")

    def test_a_rule_and_the_limits_of_a_day_hold_for_the_second_question_too(self):
        pool, people = self.pool("limited", 2)
        shift = self.shift(pool, begin=8 * DAY)
        self.asked(shift, 2)
        for person in people:
            self.say(shift, person, False)
        self.reach(shift, "unfilled")
        other = self.shift(pool, begin=8 * DAY + 9 * HOUR, strategy={"kind": "direct"})
        self.admin.ok("POST", "/api/v1/shifts/%s/book" % other["id"], {"person_id": people[0]})
        refused = self.again(shift, 409, person_ids=people[:1])
        self.assertEqual((refused["kind"], "11 h" in refused["detail"]), ("rule", True))
        self.assertEqual(self.state(shift)["state"], "unfilled", "nothing half-done stays")
        self.asking(max_per_day=1)
        said = self.again(shift, person_ids=people)
        self.assertEqual((said["count"], said["left_out_count"]), (1, 1))
        self.assertEqual((said["left_out"][0]["person_id"], said["left_out"][0]["name"]), (people[0], "Limited0"))
        varde.wait_for(lambda: self.state(shift).get("next_at"), "it to wait for tomorrow")
        self.assertEqual((self.offers(shift)[people[1]]["again"], self.state(shift)["state"]), (True, "open"))
        self.program.move_clock(DAY)
        self.log_in()
        self.round(shift, people[1], 2)
        # Two questions of two days: the third would be the second of today.
        self.say(shift, people[1], False)
        self.again(shift, person_ids=people[1:])
        varde.wait_for(lambda: self.state(shift).get("next_at"), "it to wait once more")
        self.assertEqual(len(self.offers(shift)[people[1]]["earlier"]), 1)

    def test_at_night_it_waits_and_an_answer_takes_it_back(self):
        pool, people = self.pool("dark", 2)
        shift = self.shift(pool, begin=6 * DAY)
        self.asked(shift, 2)
        for person in people:
            self.say(shift, person, False)
        self.reach(shift, "unfilled")
        self.program.move_clock(10 * HOUR + 1800)
        self.log_in()
        said = self.again(shift, states=["declined", "expired"])
        self.assertEqual((said["count"], said["not_before"][11:16] in ("06:00", "07:00")), (2, True))
        varde.wait_for(lambda: self.state(shift).get("next_at") == said["not_before"], "it to wait for the morning")
        self.say(shift, people[0], False)
        self.assertEqual([self.offers(shift)[p]["again"] for p in people], [False, True])
        self.program.move_clock(11 * HOUR)
        self.log_in()
        self.round(shift, people[1], 2)
        self.assertEqual(self.offers(shift)[people[0]]["earlier"], [])

    def test_who_was_told_taken_is_asked_again_when_a_place_is_free(self):
        pool, people = self.pool("relist", 4)
        place = self.workplace("Relisting school")
        shift = self.shift(pool, workplace_id=place, strategy={"kind": "waves", "waves": [{"who": "favourites", "minutes": 60}, {"who": "pool", "minutes": 60}]})
        self.asked(shift, 4)
        self.say(shift, people[1], False)
        self.say(shift, people[0], True)
        self.reach(shift, "filled")
        varde.wait_for(lambda: [self.offers(shift)[p]["state"] for p in people[2:]] == ["taken", "taken"], "the others to be told")
        self.admin.ok("PUT", "/api/v1/substitutes/" + people[2], {"pools": [pool], "workplaces": [{"workplace_id": place, "kind": "favourite"}]})
        booking, = self.admin.ok("GET", "/api/v1/shifts/%s/bookings" % shift["id"])["items"]
        self.admin.ok("POST", "/api/v1/bookings/%s/cancel" % booking["id"], {"reason": "Ill"})
        self.round(shift, people[2], 2)
        offers = self.offers(shift)
        self.assertEqual([offers[p]["state"] for p in people], ["withdrawn", "declined", "open", "taken"], "the favourite first, as the waves say")
        self.assertTrue(self.link("relist-2@example.org", "Free again"))
        self.say(shift, people[2], False)
        self.round(shift, people[3], 2)
        self.assertEqual([len(self.offers(shift)[p]["earlier"]) for p in people[:2]], [0, 0], "who said no, or had it, is not asked by itself")
        self.say(shift, people[3], False)
        self.reach(shift, "unfilled")

    def test_asking_again_is_checked(self):
        pool, people = self.pool("checked", 1)
        draft = self.shift(pool, publish=False)
        self.again(draft, 409, states=["declined"])
        direct = self.shift(pool, strategy={"kind": "direct"})
        self.assertIn("somebody books", self.again(direct, 409, states=["declined"])["detail"])
        shift = self.shift(pool, begin=9 * DAY)
        self.asked(shift, 1)
        self.assertIn("Has not answered", self.again(shift, 409, person_ids=people)["detail"])
        self.assertIn("not asked", self.again(shift, 409, person_ids=["01a20000-0000-7000-8000-000000000000"])["detail"])
        self.assertIn("Nobody answered so", self.again(shift, 409, states=["declined"])["detail"])
        for which, pointer in (({}, "/states"), ({"states": ["declined"], "person_ids": people}, "/states"), ({"states": ["booked"]}, "/states"), ({"states": []}, "/states"), ({"person_ids": []}, "/person_ids")):
            self.assertEqual(self.again(shift, 422, **which)["errors"][0]["pointer"], pointer, which)
        self.admin.patch("/api/v1/shifts/" + shift["id"], {"answer_by": self.at(60)}, self.state(shift)["version"])
        self.program.move_clock(3600)
        self.assertIn("Give more time", self.again(shift, 409, states=["expired"])["detail"])
        # Ten questions about one shift are enough.
        self.program.sql("UPDATE offer SET round = 10 WHERE shift_id = '%s'" % shift["id"])
        self.admin.patch("/api/v1/shifts/" + shift["id"], {"answer_by": None}, self.state(shift)["version"])
        self.say(shift, people[0], False)
        self.assertIn("10 times", self.again(shift, 409, person_ids=people)["detail"])
        self.assertEqual(self.program.client().post("/api/v1/shifts/%s/ask-again" % shift["id"], {"states": ["declined"]}).status, 401)

    def test_what_a_question_went_out_by_is_kept(self):
        gateway = Gateway()
        provider = self.admin.ok("POST", "/api/v1/providers", {"name": "again gateway", "kind": "sms_http", "password": "key", "connections": 4, "default": True, "callback_secret": SECRET, "sms": http_settings(gateway)})
        self.addCleanup(lambda: self.admin.delete("/api/v1/providers/" + provider["id"]))
        pool, people = self.pool("ways", 3)
        for i in (1, 2):
            self.admin.patch("/api/v1/persons/" + people[i], {"phone": number(910000 + i)}, self.admin.ok("GET", "/api/v1/persons/" + people[i])["version"])
        self.admin.ok("POST", "/api/v1/suppressions", {"phone": number(910002), "reason": "manual"})
        shift = self.shift(pool)
        self.asked(shift, 3)
        self.admin.patch("/api/v1/persons/" + people[0], {"phone": number(910000)}, self.admin.ok("GET", "/api/v1/persons/" + people[0])["version"])
        self.assertEqual([self.offers(shift)[p]["reach"] for p in people], ["mail", "sms", "mail"], "a number that said STOP is not written to")
        self.assertTrue(self.link("ways-2@example.org"))
        # The number that the first question named still means this shift when it is asked again.
        def reply(text):
            before = len(gateway.of(number(910001)))
            body = json.dumps({"id": "again-%d" % before, "from": number(910001), "text": text}).encode()
            self.assertEqual(self.program.client().request("POST", "/p/sms/%s/reply" % provider["id"], raw=body, headers=sign(body)).status, 200)
            return varde.wait_for(lambda: len(gateway.of(number(910001))) > before and gateway.of(number(910001))[before]["text"], "an answer by SMS")
        asked = self.offers(shift)[people[1]]["number"]
        varde.wait_for(lambda: gateway.of(number(910001)), "the question at the gateway")
        self.assertIn("Thank you", reply("NO %d" % asked))
        self.again(shift, person_ids=people[1:2])
        text = varde.wait_for(lambda: next((m["text"] for m in gateway.of(number(910001)) if m["text"].startswith("Still free")), None), "the second question")
        self.assertIn("Answer YES %d or NO %d." % (asked, asked), text)
        self.assertTrue(reply("yes %d" % asked).endswith(": The shift is yours."))
        self.assertEqual([(r["state"], r["channel"]) for r in self.offers(shift)[people[1]]["earlier"]], [("declined", "sms")])

    def test_many_are_published_at_once_and_each_is_told(self):
        pool, people = self.pool("many", 1)
        good = [self.shift(pool, begin=(3 + 3 * i) * DAY, publish=False) for i in range(3)]
        over, cancelled = self.shift(pool, begin=60, hours=1, publish=False), self.shift(pool, begin=20 * DAY, strategy={"kind": "direct"})  # asks nobody: a question would count
        self.admin.ok("POST", "/api/v1/shifts/%s/cancel" % cancelled["id"], {})
        self.program.move_clock(120)
        missing = "01a20000-0000-7000-8000-000000000000"
        ids = [s["id"] for s in [*good, over, cancelled]] + [missing]
        said = {o["id"]: o for o in self.admin.ok("POST", "/api/v1/shifts/publish", {"shift_ids": ids + ids[:1]})["items"]}
        self.assertEqual(len(said), 6)
        for shift in good:
            self.assertEqual((said[shift["id"]]["state"], said[shift["id"]].get("problem")), ("open", None))
        self.assertIn("begun", said[over["id"]]["problem"])
        self.assertIn("cancelled", said[cancelled["id"]]["problem"])
        self.assertEqual((said[missing].get("state"), "not exist" in said[missing]["problem"]), (None, True))
        self.assertEqual([self.state(s)["state"] for s in (over, cancelled)], ["draft", "cancelled"])
        for shift in good:
            self.asked(shift, 1)
            self.assertEqual(self.actions(shift).count("shift.publish"), 1)
        for wrong in ([], ["01a20000-0000-7000-8000-%012d" % i for i in range(201)]):
            self.assertEqual(self.admin.post("/api/v1/shifts/publish", {"shift_ids": wrong}).json["errors"][0]["pointer"], "/shift_ids")

    def test_a_leader_asks_for_many_and_finds_the_own_ones(self):
        pool, people = self.pool("mine", 1)
        leader = self.leader("asks-many@example.org")
        place = self.workplace("Asks many")
        fields = lambda i: {"workplace_id": place, "starts_at": self.at((30 + i) * DAY), "ends_at": self.at((30 + i) * DAY + HOUR), "pool_ids": [pool]}
        own = [leader.ok("POST", "/api/v1/shifts", fields(i)) for i in range(2)]
        foreign = self.admin.ok("POST", "/api/v1/shifts", fields(2))
        said = {o["id"]: o for o in leader.ok("POST", "/api/v1/shifts/publish", {"shift_ids": [s["id"] for s in [*own, foreign]]})["items"]}
        self.assertEqual([said[s["id"]]["state"] for s in own], ["requested"] * 2)
        self.assertIn("somebody else's", said[foreign["id"]]["problem"])
        self.assertEqual(self.state(foreign)["state"], "draft")
        week = "/api/v1/shifts?workplace=%s&from=%s&until=%s" % (place, self.at(29 * DAY), self.at(34 * DAY))
        listed = lambda client, more: {s["id"] for s in client.ok("GET", week + more)["items"]}
        self.assertEqual(listed(leader, "&mine=true"), {s["id"] for s in own})
        self.assertEqual(listed(self.admin, "&mine=true"), {foreign["id"]})
        self.assertEqual(listed(leader, ""), {s["id"] for s in [*own, foreign]})

    def test_a_workplace_and_a_person_each_choose_for_themselves(self):
        pool, people = self.pool("choice", 1)
        path, place = "/api/v1/substitutes/" + people[0], self.workplace("Chosen school")
        choose = lambda *kinds: self.admin.put(path, {"workplaces": [{"workplace_id": place, "kind": k} for k in kinds]})
        for kinds in (("favourite", "excluded_by_person"), ("excluded_by_workplace", "excluded_by_person"), ("excluded_by_person",), ()):
            self.assertEqual([c["kind"] for c in choose(*kinds).json["workplaces"]], list(kinds))
        self.assertEqual(choose("favourite", "excluded_by_workplace").json["errors"][0]["pointer"], "/workplaces")
        choose("favourite", "excluded_by_person")
        shift = self.shift(pool, workplace_id=place, strategy={"kind": "direct"})
        candidate, = self.admin.ok("GET", "/api/v1/shifts/%s/candidates" % shift["id"])["items"]
        self.assertEqual((candidate["favourite"], candidate["askable"]), (True, False))

    def test_lists_say_who_has_a_picture_to_those_who_may_see_it(self):
        pool, people = self.pool("face", 2)
        leader = self.leader("sees-faces@example.org")
        shift = self.shift(pool)
        self.asked(shift, 2)
        picture = "/api/v1/substitutes/%s/picture" % people[0]
        put = lambda: self.admin.request("PUT", picture, raw=png(60, 60), headers={"Content-Type": "image/png"})
        self.assertEqual(put().status, 204)

        def known():
            one = self.admin.ok("GET", "/api/v1/substitutes/" + people[0])
            listed = {s["id"]: s for s in self.admin.ok("GET", "/api/v1/substitutes?pool=" + pool)["items"]}
            candidates = {c["person_id"]: c for c in self.admin.ok("GET", "/api/v1/shifts/%s/candidates" % shift["id"])["items"]}
            for all in (listed, candidates, self.offers(shift)):
                self.assertNotIn("picture_at", all[people[1]])
                self.assertEqual(all[people[0]].get("picture_at"), one.get("picture_at"))
            return one.get("picture_at")
        first = known()
        self.assertTrue(first)
        self.program.move_clock(5)
        put()
        self.assertGreater(known(), first, "another picture has another time")
        self.say(shift, people[0], True)
        bookings = "/api/v1/shifts/%s/bookings" % shift["id"]
        self.assertIn("picture_at", self.admin.ok("GET", bookings)["items"][0])
        seen, = leader.ok("GET", bookings)["items"]
        self.assertEqual((seen["name"], seen.get("picture_at"), leader.get(picture).status), ("Face0", None, 403))
        self.admin.delete(picture)
        self.assertIsNone(known())


if __name__ == "__main__":
    unittest.main()
