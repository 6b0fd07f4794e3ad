"""What scenarios of staffing share: a workplace, pools of people, shifts, and how one looks at them."""
import datetime, re, unittest
import varde
from sms import noon

HOUR, DAY = 3600, 86400


class Staff(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.program = varde.shared()
        noon(cls.program)  # at night nobody is asked about what can wait
        cls.log_in()
        cls.place = cls.workplace("North school", address="Nordre gate 1", time_zone="Europe/Oslo", latitude=59.91, longitude=10.75)

    @classmethod
    def workplace(cls, name, **more):
        there = [w["id"] for w in cls.admin.ok("GET", "/api/v1/workplaces")["items"] if w["name"] == name]
        return there[0] if there else cls.admin.ok("POST", "/api/v1/workplaces", {"name": name, **more})["id"]

    def setUp(self):
        # A session ends after two hours in which nobody was seen, and jumps of the clock add up.
        if self.program.now() - self.logged_in > HOUR / 2 or self.admin.get("/api/v1/session").json.get("state") != "ready":
            self.log_in()

    @classmethod
    def log_in(cls):
        cls.admin, cls.logged_in = cls.program.admin(), cls.program.now()

    @classmethod
    def at(cls, seconds):
        return datetime.datetime.fromtimestamp(cls.program.now() + seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")

    def pool(self, name, count):
        """A pool of its own for a test, and who is in it."""
        pool = self.admin.ok("POST", "/api/v1/pools", {"name": name})["id"]
        people = []
        for i in range(count):
            person = self.admin.ok("POST", "/api/v1/persons", {"email": "%s-%d@example.org" % (name, i), "first_name": "%s%d" % (name.title(), i)})["id"]
            self.admin.ok("PUT", "/api/v1/substitutes/" + person, {"pools": [pool]})
            people.append(person)
        return pool, people

    def shift(self, pool, begin=4 * DAY, hours=8, publish=True, **fields):
        shift = self.admin.ok("POST", "/api/v1/shifts", {"workplace_id": self.place, "starts_at": self.at(begin), "ends_at": self.at(begin + hours * HOUR), "pool_ids": [pool], **fields})
        return self.admin.ok("POST", "/api/v1/shifts/%s/publish" % shift["id"], {}) if publish else shift

    def state(self, shift):
        return self.admin.ok("GET", "/api/v1/shifts/" + shift["id"])

    def offers(self, shift):
        return {o["person_id"]: o for o in self.admin.ok("GET", "/api/v1/shifts/%s/offers" % shift["id"])["items"]}

    def asked(self, shift, count):
        """Waits until so many were asked, and says who, in their order."""
        offers = varde.wait_for(lambda: (o := self.offers(shift)) and len(o) >= count and o, "%d questions" % count)
        self.assertEqual(len(offers), count)
        return [o["person_id"] for o in sorted(offers.values(), key=lambda o: (o["asked_at"], o["rank"]))]

    def say(self, shift, person, yes):
        return self.admin.ok("POST", "/api/v1/shifts/%s/offers/%s/answer" % (shift["id"], person), {"yes": yes})["result"]

    def reach(self, shift, state):
        return varde.wait_for(lambda: (s := self.state(shift))["state"] == state and s, "the shift to be " + state)

    def link(self, email, about=""):
        def find():
            for item in self.admin.ok("GET", "/api/v1/mailbox?q=" + email)["items"]:
                mail = self.admin.ok("GET", "/api/v1/mailbox/" + item["id"])
                if about in item["subject"] and (found := re.search(r"https?://[^/\s]+(/p/o/\S+)", mail["text"])):
                    return found[1]
        return varde.wait_for(find, "a message with a link to answer")

    def answer_links(self, emails):
        """The links to answer in each one's messages."""
        out = {}
        for email in emails:
            mails = [self.admin.ok("GET", "/api/v1/mailbox/" + item["id"])["text"] for item in self.admin.ok("GET", "/api/v1/mailbox?q=" + email)["items"]]
            out[email] = {found[1] for text in mails if (found := re.search(r"https?://[^/\s]+(/p/o/\S+)", text))}
        return out

    def asking(self, **fields):
        settings = self.admin.ok("GET", "/api/v1/staffing/settings")
        self.admin.patch("/api/v1/staffing/settings", {"asking": {**settings["asking"], **fields}}, settings["version"])
        self.addCleanup(lambda: self.admin.request("PATCH", "/api/v1/staffing/settings", {"asking": settings["asking"]}, {"If-Match": "*"}))

    def leader(self, email, password="violet tractor sings at dawn"):
        """Somebody who may ask for shifts, and no more."""
        client = self.program.join(self.admin, email, "requester", password, "Workplace Leader")
        client.login(email, password)
        return client
