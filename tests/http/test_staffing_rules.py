"""Whatever is tried, at once and in any order: no booking stands that the rules of rest and hours forbid."""
import datetime, random, threading, unittest, zoneinfo
import varde

UTC, OSLO = datetime.timezone.utc, zoneinfo.ZoneInfo("Europe/Oslo")
HOUR = datetime.timedelta(hours=1)


def longest_rest(booked, begin, end):
    """The longest piece of a period in which nobody works."""
    longest, free_from = 0 * HOUR, begin
    for start, stop in sorted(booked):
        if stop <= begin or start >= end:
            continue
        longest = max(longest, start - free_from)
        free_from = max(free_from, stop)
    return max(longest, end - free_from)


def broken(booked):
    """What is wrong with a person's bookings, read from the rules' words: 11 hours' rest within 24 from every start of work,
    35 hours' rest in every week from Monday, nothing twice at a time."""
    wrong = ["overlap at %s" % b[0] for a, b in zip(sorted(booked), sorted(booked)[1:]) if b[0] < a[1]]
    wrong += ["less than 11 h after %s" % start for start, _ in booked if longest_rest(booked, start, start + 24 * HOUR) < 11 * HOUR]
    for start, stop in booked:
        for at in (start, stop):
            monday = at.astimezone(OSLO).replace(hour=0, minute=0, second=0) - datetime.timedelta(days=at.astimezone(OSLO).weekday())
            week = [(monday + datetime.timedelta(days=n)).replace(tzinfo=OSLO).astimezone(UTC) for n in (0, 7)]
            if longest_rest(booked, *week) < 35 * HOUR:
                wrong.append("less than 35 h in the week of %s" % monday)
    return wrong


class Rules(unittest.TestCase):
    def test_no_booking_stands_that_the_rules_forbid(self):
        program = varde.shared()
        admin = program.admin()
        place = admin.ok("POST", "/api/v1/workplaces", {"name": "Rules", "time_zone": "Europe/Oslo"})["id"]
        pool = admin.ok("POST", "/api/v1/pools", {"name": "rules"})["id"]
        people = []
        for i in range(3):
            people.append(admin.ok("POST", "/api/v1/persons", {"email": "rules-%d@example.org" % i, "first_name": "Rules%d" % i})["id"])
            admin.ok("PUT", "/api/v1/substitutes/" + people[-1], {"pools": [pool]})
        rng = random.Random(20311026)
        shifts, attempts = [], []
        for first in (datetime.datetime(2031, 3, 24, tzinfo=UTC), datetime.datetime(2031, 10, 20, tzinfo=UTC)):  # the clocks change on the Sunday
            for _ in range(40):
                start = first + rng.randrange(14 * 24) * HOUR
                shift = {"start": start, "end": start + rng.choice([3, 4, 6, 8, 8, 10, 12]) * HOUR}
                stamp = lambda at: at.strftime("%Y-%m-%dT%H:%M:%SZ")
                made = admin.ok("POST", "/api/v1/shifts", {"workplace_id": place, "starts_at": stamp(shift["start"]), "ends_at": stamp(shift["end"]), "places": 3, "pool_ids": [pool], "strategy": {"kind": "direct"}})
                admin.ok("POST", "/api/v1/shifts/%s/publish" % made["id"], {})
                shifts.append({**shift, "id": made["id"]})
                attempts += [(made["id"], person) for person in people]
        rng.shuffle(attempts)
        # The neighbours in time at once: each alone leaves enough rest, both do not.
        attempts.sort(key=lambda a: (a[1], next(s["start"] for s in shifts if s["id"] == a[0])))
        answers, lock = [], threading.Lock()

        def work(mine):
            client = program.client()
            client.cookies = dict(admin.cookies)
            for shift, person in mine:
                answer = client.post("/api/v1/shifts/%s/book" % shift, {"person_id": person})
                with lock:
                    answers.append(answer.status)
        threads = [threading.Thread(target=work, args=(attempts[n::8],)) for n in range(8)]
        [t.start() for t in threads], [t.join() for t in threads]
        self.assertEqual(set(answers), {200, 409})
        times = {s["id"]: (s["start"], s["end"]) for s in shifts}
        booked = {person: [] for person in people}
        for shift in shifts:
            for booking in admin.ok("GET", "/api/v1/shifts/%s/bookings" % shift["id"])["items"]:
                booked[booking["person_id"]].append(times[shift["id"]])
        self.assertEqual(sum(map(len, booked.values())), answers.count(200))
        self.assertGreater(answers.count(200), 30)
        self.assertEqual({person: broken(all_of) for person, all_of in booked.items() if broken(all_of)}, {})


if __name__ == "__main__":
    unittest.main()
