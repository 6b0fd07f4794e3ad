"""Who: logins, second factor, roles, invitations, limits."""
import unittest
import varde


class Identity(unittest.TestCase):
    def setUp(self):
        self.program = varde.shared()
        self.program.move_clock(1800)  # what earlier tests spent of the rate limits has come back

    def test_a_login_passes_through_its_states(self):
        client = self.program.client()
        self.assertEqual(client.get("/api/v1/session").json["state"], "anonymous")
        self.assertEqual(client.get("/api/v1/persons").status, 401)
        state = client.ok("POST", "/api/v1/session", {"email": "admin@example.org", "password": varde.PASSWORD})
        self.assertEqual(state["state"], "totp_required")
        self.assertNotIn("user", state, "a password alone shows nothing about the account")
        before = client.cookies["varde_session"]
        self.assertEqual(client.get("/api/v1/persons").json["kind"], "totp-required")
        self.assertEqual(client.post("/api/v1/session/totp", {"code": "000000"}).status, 422)
        self.program.move_clock(31)
        code = varde.totp(self.program.now())
        client.ok("POST", "/api/v1/session/totp", {"code": code})
        self.assertNotEqual(client.cookies["varde_session"], before, "the token changes with the state")
        other = self.program.client()
        other.ok("POST", "/api/v1/session", {"email": "admin@example.org", "password": varde.PASSWORD})
        self.assertEqual(other.post("/api/v1/session/totp", {"code": code}).status, 422, "a code works once")

    def test_wrong_password_and_unknown_account_look_the_same(self):
        client = self.program.client()
        known = client.post("/api/v1/session", {"email": "admin@example.org", "password": "x"})
        unknown = client.post("/api/v1/session", {"email": "nobody@example.org", "password": "x"})
        self.assertEqual((known.status, known.json["detail"]), (unknown.status, unknown.json["detail"]))

    def test_guessing_is_slowed_and_the_owner_gets_in(self):
        owner = self.program.admin()
        owner.ok("POST", "/api/v1/users/invitations", {"email": "guessed@example.org", "role": "viewer"})
        guesser = self.program.client()
        statuses = [guesser.post("/api/v1/session", {"email": "guessed@example.org", "password": "wrong"}).status for _ in range(14)]
        self.assertIn(429, statuses)
        # The admin's browser has logged in before: what others try at her address does not lock her out.
        for _ in range(12):
            guesser.post("/api/v1/session", {"email": "admin@example.org", "password": "wrong"})
        self.assertEqual(guesser.post("/api/v1/session", {"email": "admin@example.org", "password": "wrong"}).status, 429)
        self.assertEqual(owner.post("/api/v1/session", {"email": "admin@example.org", "password": varde.PASSWORD}).status, 200)

    def test_sessions_can_be_listed_and_ended(self):
        one, two = self.program.admin(), self.program.admin()
        sessions = one.ok("GET", "/api/v1/me/sessions")["items"]
        current = [s for s in sessions if s["current"]]
        self.assertEqual(len(current), 1)
        mine = two.ok("GET", "/api/v1/me/sessions")["items"]
        target = next(s for s in mine if s["current"])
        self.assertEqual(one.delete("/api/v1/me/sessions/" + target["id"]).status, 204)
        self.assertEqual(two.get("/api/v1/persons").status, 401)
        self.assertEqual(one.get("/api/v1/persons").status, 200)

    def test_the_last_administrator_cannot_lock_the_tenant_out(self):
        admin = self.program.admin()
        me = admin.ok("GET", "/api/v1/session")["user"]["id"]
        for change in ({"role": "viewer"}, {"suspended": True}):
            self.assertEqual(admin.patch("/api/v1/users/" + me, change).json["kind"], "last-administrator")
        self.assertEqual(admin.delete("/api/v1/users/" + me).json["kind"], "last-administrator")

    def test_passwords(self):
        client = self.program.client()
        table = [("short", False, False), ("password12345678", False, False), ("aaaaaaaaaaaaaaaaaaaa", False, False), ("qwertyuiopasdfgh", False, False),
                 ("violet tractor sings", False, True), ("tr4ct0r!9x", True, True), ("tr4ct0r!9x", False, False), ("x" * 65 + " violet tractor", False, True)]
        for password, second, expected in table:
            answer = client.ok("POST", "/api/v1/password-check", {"password": password, "second_factor": second})
            self.assertEqual(answer["ok"], expected, (password, second, answer))

    def test_a_request_from_another_site_is_refused(self):
        admin = self.program.admin()
        for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
            answer = admin.request("POST", "/api/v1/tags", {"name": "x"}, headers=headers)
            self.assertEqual(answer.status, 403, headers)

    def test_idempotency_key(self):
        admin = self.program.admin()
        key = {"Idempotency-Key": "once"}
        first = admin.request("POST", "/api/v1/tags", {"name": "only once"}, headers=key)
        again = admin.request("POST", "/api/v1/tags", {"name": "only once"}, headers=key)
        self.assertEqual((first.status, first.json), (again.status, again.json))
        self.assertEqual(again.headers.get("Idempotency-Replayed"), "true")
        self.assertEqual(admin.post("/api/v1/tags", {"name": "only once"}).status, 409)


if __name__ == "__main__":
    unittest.main()
