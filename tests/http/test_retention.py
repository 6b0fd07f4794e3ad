"""Rules say how long each category of data is kept: what they would remove is shown before, and goes by night."""
import datetime, unittest
import varde

MONTH = 31 * 86400


class Retention(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.program = varde.Program().start()
        cls.addClassCleanup(cls.program.remove)
        cls.admin = cls.program.admin()

    def setUp(self):
        self.admin = self.program.admin()

    def tenant(self):
        return self.program.sql("SELECT tenant_id FROM tenant WHERE slug = 'first'")[0][0]

    def category(self, key):
        return next(c for c in self.admin.ok("GET", "/api/v1/retention")["items"] if c["category"] == key)

    def preview(self, key, months):
        return self.admin.ok("GET", "/api/v1/retention/%s/preview?months=%d" % (key, months))

    def night(self):
        """Until the nightly run is over."""
        before = int(self.program.sql("SELECT count(*) FROM retention_run")[0][0])
        self.program.move_clock(86400 + 60)
        varde.wait_for(lambda: int(self.program.sql("SELECT count(*) FROM retention_run")[0][0]) > before, "the nightly run")
        varde.wait_for(lambda: self.program.sql("SELECT count(*) FROM job WHERE kind = 'retention.run' AND lease_until IS NOT NULL")[0][0] == "0", "its end")
        self.admin = self.program.admin()

    def age(self, table, column, months, where="true"):
        self.program.sql("UPDATE %s SET %s = %s - interval '%d months' WHERE %s" % (table, column, column, months, where))

    def test_every_category_can_be_counted_and_removed(self):
        """Each statement runs, also where there is nothing."""
        for category in self.admin.ok("GET", "/api/v1/retention")["items"]:
            with self.subTest(category["category"]):
                self.assertGreater(len(category["what"]), 20)
                self.assertGreaterEqual(self.preview(category["category"], 1200)["would_remove"], 0)
                self.admin.ok("PUT", "/api/v1/retention/" + category["category"], {"months": 1200})
        self.night()
        for category in self.admin.ok("GET", "/api/v1/retention")["items"]:
            with self.subTest(category["category"]):
                self.assertEqual(category["last_removed"], 0)
                self.assertIsNone(self.admin.ok("PUT", "/api/v1/retention/" + category["category"], {"months": None}).get("months"))
                self.assertIsNone(self.category(category["category"]).get("months"))

    def test_old_answers_go_and_the_person_stays(self):
        form = self.admin.ok("POST", "/api/v1/forms", {"name": "Old answers", "slug": "old-answers", "title": "Tell us", "fields": [{"key": "email", "type": "email", "label": "E-mail", "required": True}]})["id"]
        people = [self.admin.ok("POST", "/api/v1/persons", {"email": "answers%d@example.org" % i})["id"] for i in range(4)]
        for i, person in enumerate(people):
            self.program.sql("INSERT INTO form_answer (tenant_id, answer_id, form_id, person_id, at, sealed) VALUES ('%s', gen_random_uuid(), '%s', '%s', now() - interval '%d months', '')" % (self.tenant(), form, person, 10 * i))
        shown = self.preview("form-answers", 15)
        self.assertEqual(shown["would_remove"], 2)
        self.assertLess(shown["oldest"], shown["older_than"])
        self.assertEqual(self.program.sql("SELECT count(*) FROM form_answer")[0][0], "4")
        self.admin.ok("PUT", "/api/v1/retention/form-answers", {"months": 15})
        self.night()
        self.assertEqual(self.program.sql("SELECT count(*) FROM form_answer")[0][0], "2")
        rule = self.category("form-answers")
        self.assertEqual((rule["months"], rule["last_removed"]), (15, 2))
        self.assertEqual([self.admin.get("/api/v1/persons/" + p).status for p in people], [200] * 4)
        trail = [e for e in self.admin.ok("GET", "/api/v1/audit?action=retention")["items"] if "form-answers" in [c["field"] for c in e["fields"]]]
        self.assertEqual([e["action"] for e in trail][:2], ["retention.run", "retention.rule"])
        self.admin.ok("PUT", "/api/v1/retention/form-answers", {"months": None})

    def test_people_nobody_has_heard_of_are_erased(self):
        silent, active, booked = [self.admin.ok("POST", "/api/v1/persons", {"email": name + "@example.org"})["id"] for name in ("silent", "active", "booked")]
        ids = "person_id IN ('%s', '%s', '%s')" % (silent, active, booked)
        self.age("person", "updated_at", 30, ids)
        self.age("activity", "at", 30, ids)
        self.program.sql("INSERT INTO activity (tenant_id, activity_id, person_id, kind, at, flags) VALUES ('%s', gen_random_uuid(), '%s', 10, now(), 0)" % (self.tenant(), active))
        place = self.admin.ok("POST", "/api/v1/workplaces", {"name": "Far ahead", "time_zone": "Europe/Oslo"})["id"]
        self.program.sql("INSERT INTO shift (tenant_id, shift_id, workplace_id, starts_at, ends_at, places, taken, state, strategy, created_at, updated_at) VALUES ('%s', gen_random_uuid(), '%s', now() + interval '9 months', now() + interval '9 months 8 hours', 1, 1, 3, '{\"kind\": \"direct\"}', now(), now())" % (self.tenant(), place))
        self.program.sql("INSERT INTO substitute (tenant_id, person_id, created_at) VALUES ('%s', '%s', now())" % (self.tenant(), booked))
        self.program.sql("INSERT INTO booking (tenant_id, booking_id, shift_id, person_id, workplace_id, starts_at, ends_at, booked_at) SELECT tenant_id, gen_random_uuid(), shift_id, '%s', workplace_id, starts_at, ends_at, now() - interval '29 months' FROM shift WHERE workplace_id = '%s'" % (booked, place))
        self.assertEqual(self.preview("silent-persons", 24)["would_remove"], 1)
        self.admin.ok("PUT", "/api/v1/retention/silent-persons", {"months": 24})
        self.night()
        self.assertEqual([self.admin.get("/api/v1/persons/" + p).status for p in (silent, active, booked)], [404, 200, 200])
        self.assertEqual(self.program.sql("SELECT count(*) FROM erasure WHERE person_id = '%s'" % silent, "keystore")[0][0], "1")
        self.assertEqual(next(e for e in self.admin.ok("GET", "/api/v1/erasures")["items"] if e["person_id"] == silent)["by_kind"], "system")
        self.admin.ok("PUT", "/api/v1/retention/silent-persons", {"months": None})

    def test_shifts_go_with_bookings_and_offers(self):
        place = self.admin.ok("POST", "/api/v1/workplaces", {"name": "Long ago", "time_zone": "Europe/Oslo"})["id"]
        person = self.admin.ok("POST", "/api/v1/persons", {"email": "worked@example.org"})["id"]
        self.program.sql("INSERT INTO substitute (tenant_id, person_id, created_at) VALUES ('%s', '%s', now())" % (self.tenant(), person))
        for years in (1, 6):
            self.program.sql("INSERT INTO shift (tenant_id, shift_id, workplace_id, starts_at, ends_at, places, taken, state, strategy, created_at, updated_at) VALUES ('%s', gen_random_uuid(), '%s', now() - interval '%d years', now() - interval '%d years' + interval '8 hours', 1, 1, 3, '{\"kind\": \"direct\"}', now(), now())" % (self.tenant(), place, years, years))
        self.program.sql("INSERT INTO booking (tenant_id, booking_id, shift_id, person_id, workplace_id, starts_at, ends_at, booked_at) SELECT tenant_id, gen_random_uuid(), shift_id, '%s', workplace_id, starts_at, ends_at, starts_at FROM shift WHERE workplace_id = '%s'" % (person, place))
        self.program.sql("INSERT INTO offer (tenant_id, shift_id, person_id, number, asked_at) SELECT tenant_id, shift_id, '%s', 1, starts_at FROM shift WHERE workplace_id = '%s'" % (person, place))
        self.assertEqual(self.preview("shifts", 60)["would_remove"], 1)
        self.admin.ok("PUT", "/api/v1/retention/shifts", {"months": 60})
        self.night()
        for table in ("shift", "booking"):
            self.assertEqual(self.program.sql("SELECT count(*) FROM %s WHERE workplace_id = '%s'" % (table, place))[0][0], "1", table)
        self.assertEqual(self.program.sql("SELECT count(*) FROM offer WHERE person_id = '%s'" % person)[0][0], "1")
        self.admin.ok("PUT", "/api/v1/retention/shifts", {"months": None})

    def test_what_cannot_be_a_rule_is_refused(self):
        self.assertEqual(self.admin.put("/api/v1/retention/nothing", {"months": 3}).status, 404)
        for months in (0, -1, 1201):
            answer = self.admin.put("/api/v1/retention/sms", {"months": months})
            self.assertEqual((answer.status, answer.json["errors"][0]["pointer"]), (422, "/months"), months)
            self.assertEqual(self.admin.get("/api/v1/retention/sms/preview?months=%d" % months).status, 422)


if __name__ == "__main__":
    unittest.main()
