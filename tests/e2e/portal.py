#!/usr/bin/env python3
"""The substitutes' pages in a real browser: portal.py BINARY [--ahead DAYS]. At 360 px and without scripts, looked at with axe in light and
dark, and with a passkey in Chromium's virtual authenticator. Ends with 'N passed, N failed'."""
import datetime, json, re, sys, urllib.parse

from story import Browser, tell
import varde
from sms import noon, number

HOME, DAY = "/p/me/first", 86400


class Story:
    """Each method is a step; they share what they find in self."""

    program = browser = None

    def begin(self):
        self.program = varde.Program(extra=["--tls"]).start()
        noon(self.program)
        self.admin = self.program.admin()
        self.browser = Browser("portal.mjs", "https://localhost:%d" % self.program.port)
        self.phone = number(880001)
        place = self.admin.ok("POST", "/api/v1/workplaces", {"name": "North school with quite a long name", "address": "Nordre gate 1", "time_zone": "Europe/Oslo"})["id"]
        pool = self.admin.ok("POST", "/api/v1/pools", {"name": "Teachers"})["id"]
        self.person = self.admin.ok("POST", "/api/v1/persons", {"phone": self.phone, "email": "kari@example.org", "first_name": "Kari"})["id"]
        self.admin.ok("PUT", "/api/v1/substitutes/" + self.person, {"pools": [pool]})
        at = lambda s: datetime.datetime.fromtimestamp(self.program.now() + s, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        def shift(days, **more):
            made = self.admin.ok("POST", "/api/v1/shifts", {"workplace_id": place, "starts_at": at(days * DAY), "ends_at": at(days * DAY + 8 * 3600), "pool_ids": [pool], **more})
            return self.admin.ok("POST", "/api/v1/shifts/%s/publish" % made["id"], {})
        self.offered = shift(4, note="Bring indoor shoes.")
        booked = shift(8, strategy={"kind": "direct"})
        self.booking = self.admin.ok("POST", "/api/v1/shifts/%s/book" % booked["id"], {"person_id": self.person})["id"]
        varde.wait_for(lambda: self.admin.ok("GET", "/api/v1/shifts/%s/offers" % self.offered["id"])["items"], "the question")

    def end(self):
        if self.browser is not None:
            self.browser.end()
        if self.program is not None:
            self.program.remove()

    def step_1_a_code_opens_the_pages_without_a_script(self):
        self.browser.ask(home=HOME, contact=self.phone)
        def code():
            for item in self.admin.ok("GET", "/api/v1/mailbox/sms?limit=50")["items"]:
                if found := re.match(r"(\d{6}) ", item["text"]):
                    return found[1]
        cookies = self.browser.enter(code=varde.wait_for(code, "the code"))
        assert {c["name"] for c in cookies} == {"__Secure-varde_me", "__Secure-varde_me_device"}, cookies
        for c in cookies:
            assert (c["path"], c["secure"], c["httpOnly"], c["sameSite"]) == (HOME, True, True, "Lax"), c

    def step_2_every_page_can_be_used_at_360_px(self):
        found = {}
        for path in ("", "/offers/" + self.offered["id"], "/bookings", "/bookings/" + self.booking, "/availability", "/profile", "/profile?workplace=north", "/why", "/stored", "/passkey"):
            if wrong := self.browser.look(path=HOME + path):
                found[path] = wrong
        assert not found, json.dumps(found, indent=1)

    def step_3_offers_bookings_and_availability_work_without_a_script(self):
        assert self.browser.say_yes(home=HOME) == "The shift is yours."
        assert self.browser.say_when(home=HOME) >= 1
        assert "cancelled" in self.browser.cancel(home=HOME)
        taken = self.admin.ok("GET", "/api/v1/shifts/" + self.offered["id"])["taken"]
        assert taken == 0, taken

    def step_4_without_a_script_the_passkey_page_says_so(self):
        assert self.browser.no_script_passkey(home=HOME) == [True, False]

    def step_5_a_passkey_is_made_and_opens_the_pages(self):
        self.browser.plug_in()
        assert self.browser.add_passkey(home=HOME) == 1
        (alg, size, counter), = self.program.sql("SELECT algorithm, length(public_key), counter FROM portal_passkey")
        assert (alg, size) == ("-7", "64"), (alg, size)
        self.browser.sign_out(home=HOME)
        wrong = self.browser.passkey_violations(home=HOME)
        assert not wrong, wrong
        assert self.browser.passkey(home=HOME) == "in"
        (after,), = self.program.sql("SELECT counter FROM portal_passkey")
        assert int(after) > int(counter), (counter, after)
        actions = [e["action"] for e in self.admin.ok("GET", "/api/v1/audit?object=" + self.person)["items"]]
        assert "portal.passkey_add" in actions and "portal.sign_in_passkey" in actions, actions

    def step_6_what_was_signed_once_is_not_taken_again(self):
        seen = self.browser.assertion()
        replay = self.program.client().post(HOME + "/passkey", raw=urllib.parse.urlencode(seen["fields"]).encode(), headers={"Content-Type": "application/x-www-form-urlencoded", "Cookie": seen["cookie"]})
        assert (replay.status, b"not accepted" in replay.body) == (403, True), replay

    def step_7_what_is_spoiled_is_refused(self):
        self.browser.sign_out(home=HOME)
        for field in ("signature", "authenticator_data", "client_data", "id"):
            said = self.browser.passkey(home=HOME, change=field)
            assert "not accepted" in said, (field, said)
        assert "That did not work" in self.browser.unverified(home=HOME)

    def step_8_a_copied_passkey_is_refused_and_noted(self):
        self.program.sql("UPDATE portal_passkey SET counter = 100000")
        assert "not accepted" in self.browser.passkey(home=HOME)
        self.program.move_clock(31)
        actions = [e["action"] for e in self.admin.ok("GET", "/api/v1/audit?object=" + self.person)["items"]]
        assert "portal.passkey_copied" in actions, actions
        self.program.sql("UPDATE portal_passkey SET counter = 0")
        assert self.browser.passkey(home=HOME) == "in"

    def step_9_nothing_was_blocked_or_broken(self):
        errors = self.browser.errors()
        assert not errors, errors


sys.exit(tell(Story()))
