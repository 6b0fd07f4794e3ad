"""What the screens of staffing ask for beside the shifts themselves: finding substitutes, defaults, where attention leads."""
import datetime, unittest
import varde

HOUR, DAY = 3600, 86400


class StaffingConsole(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.program = varde.shared()
        cls.admin = cls.program.admin()
        cls.place = cls.admin.ok("POST", "/api/v1/workplaces", {"name": "Console school", "time_zone": "Europe/Oslo"})["id"]

    def substitute(self, **person):
        pools, skills = person.pop("pools", []), person.pop("skills", [])
        made = self.admin.ok("POST", "/api/v1/persons", person)["id"]
        self.admin.ok("PUT", "/api/v1/substitutes/" + made, {"pools": pools, "skills": [{"skill_id": s} for s in skills]})
        return made

    def at(self, seconds):
        return datetime.datetime.fromtimestamp(self.program.now() + seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")

    def find(self, query):
        return {s["id"] for s in self.admin.ok("GET", "/api/v1/substitutes?" + query)["items"]}

    def test_substitutes_are_found_by_name_number_pool_and_skill(self):
        pool = self.admin.ok("POST", "/api/v1/pools", {"name": "console"})["id"]
        skill = self.admin.ok("POST", "/api/v1/skills", {"name": "console"})["id"]
        one = self.substitute(first_name="Quimby", last_name="Console", email="quimby@example.org", phone="+4791234811", pools=[pool])
        two = self.substitute(first_name="Quimona", email="quimona@example.org", skills=[skill])
        other = self.admin.ok("POST", "/api/v1/persons", {"first_name": "Quimby", "email": "quimby-2@example.org"})["id"]
        for query, wanted in (("q=quim", {one, two}), ("q=Quimby", {one}), ("q=quimona%40example.org", {two}), ("q=%2B4791234811", {one}), ("q=quim&pool=" + pool, {one}),
                              ("q=quim&skill=" + skill, {two}), ("skill=" + skill, {two}), ("pool=" + pool, {one}), ("q=nobodyhere", set()), ("person=" + one, {one}), ("person=" + other, set())):
            self.assertEqual(self.find(query), wanted, query)

    def test_a_found_list_goes_on_where_it_stopped(self):
        made = {self.substitute(first_name="Zacharias%d" % i, email="zacharias%d@example.org" % i) for i in range(3)}
        first = self.admin.ok("GET", "/api/v1/substitutes?q=zacharias&limit=2")
        rest = self.admin.ok("GET", "/api/v1/substitutes?q=zacharias&limit=2&cursor=" + first["next"])
        self.assertEqual((len(first["items"]), {s["id"] for s in first["items"] + rest["items"]}, rest.get("next")), (2, made, None))

    def test_the_countries_defaults_are_there_to_go_back_to(self):
        defaults = self.admin.ok("GET", "/api/v1/staffing/defaults")
        self.assertEqual([defaults[c]["weekly_rest"]["minutes"] for c in ("norwegian", "swedish")], [35 * 60, 36 * 60])
        self.assertEqual(defaults["asking"]["max_per_day"], 3)

    def test_attention_leads_to_the_week_it_is_about(self):
        shift = self.admin.ok("POST", "/api/v1/shifts", {"workplace_id": self.place, "starts_at": self.at(30 * HOUR), "ends_at": self.at(34 * HOUR), "strategy": {"kind": "direct"}})
        self.admin.ok("POST", "/api/v1/shifts/%s/publish" % shift["id"], {})
        attention = next(a for a in self.admin.ok("GET", "/api/v1/home")["attention"] if a["kind"] == "shift_open")
        self.assertRegex(attention["href"], r"^/shifts\?week=\d{4}-\d\d-\d\d$")
        self.admin.ok("POST", "/api/v1/shifts/%s/cancel" % shift["id"], {})

    def test_an_offer_says_what_the_person_is_reached_by(self):
        pool = self.admin.ok("POST", "/api/v1/pools", {"name": "reach"})["id"]
        wanted = {self.substitute(first_name="ByMail", email="bymail@example.org", pools=[pool]): "mail",
                  self.substitute(first_name="BySms", email="bysms@example.org", phone="+4791234812", pools=[pool]): "sms"}
        settings = self.admin.ok("GET", "/api/v1/settings")
        self.admin.request("PATCH", "/api/v1/settings", {"quiet_from": "00:00", "quiet_to": "00:00"}, {"If-Match": "*"})
        self.addCleanup(self.admin.request, "PATCH", "/api/v1/settings", {k: settings[k] for k in ("quiet_from", "quiet_to")}, {"If-Match": "*"})
        shift = self.admin.ok("POST", "/api/v1/shifts", {"workplace_id": self.place, "starts_at": self.at(4 * DAY), "ends_at": self.at(4 * DAY + HOUR), "pool_ids": [pool]})
        self.admin.ok("POST", "/api/v1/shifts/%s/publish" % shift["id"], {})
        offers = varde.wait_for(lambda: (o := self.admin.ok("GET", "/api/v1/shifts/%s/offers" % shift["id"])["items"]) and len(o) == 2 and o, "two questions")
        self.assertEqual({o["person_id"]: o["reach"] for o in offers}, wanted)
        self.admin.ok("POST", "/api/v1/shifts/%s/cancel" % shift["id"], {})
