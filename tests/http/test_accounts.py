"""Users: invited, joining, changed, suspended, forgetful, and at home in more than one organisation."""
import unittest
import varde

PHRASE = "violet tractor sings at dawn"


class Accounts(unittest.TestCase):
    def setUp(self):
        self.program = varde.shared()
        self.program.move_clock(3700)  # what earlier tests spent of the rate limits has come back
        self.admin = self.program.admin()

    def invite(self, email, role, admin=None):
        before = {mail["id"] for mail in self.program.account_mails(email)}
        made = (admin or self.admin).ok("POST", "/api/v1/users/invitations", {"email": email, "role": role})
        varde.wait_for(lambda: [m for m in self.program.account_mails(email) if m["id"] not in before], "the invitation")
        return made, self.program.account_link(email, "invitation")

    def join(self, email, role):
        client = self.program.join(self.admin, email, role, PHRASE)
        client.login(email, PHRASE)
        return client

    def test_an_invitation_is_seen_accepted_once_and_gives_its_role_only(self):
        made, token = self.invite("editor@example.org", "editor")
        guest = self.program.client()
        seen = guest.ok("GET", "/api/v1/invitations/" + token)
        self.assertEqual((seen["email"], seen["role"], seen["account_exists"]), ("editor@example.org", "editor", False))
        self.assertEqual(guest.post("/api/v1/invitations/accept", {"token": token, "name": "Weak", "password": "password"}).status, 422)
        guest.ok("POST", "/api/v1/invitations/accept", {"token": token, "name": "Edna Editor", "password": PHRASE})
        self.assertEqual(guest.post("/api/v1/invitations/accept", {"token": token, "name": "Again", "password": PHRASE}).status, 404)
        editor = self.program.client()
        editor.login("editor@example.org", PHRASE)
        self.assertEqual(editor.post("/api/v1/tags", {"name": "made by an editor"}).status, 201)
        self.assertEqual(editor.get("/api/v1/users").status, 403)
        self.assertEqual(editor.post("/api/v1/users/invitations", {"email": "x@example.org", "role": "administrator"}).status, 403)
        users = {u["email"]: u for u in self.admin.ok("GET", "/api/v1/users")["items"]}
        self.assertEqual((users["editor@example.org"]["state"], users["editor@example.org"]["role"]), ("active", "editor"))

    def test_a_withdrawn_or_old_invitation_opens_nothing(self):
        made, token = self.invite("withdrawn@example.org", "viewer")
        self.assertEqual(self.admin.delete("/api/v1/users/invitations/" + made["id"]).status, 204)
        self.assertEqual(self.program.client().get("/api/v1/invitations/" + token).status, 404)
        made, token = self.invite("late@example.org", "viewer")
        self.program.move_clock(8 * 86400)
        self.assertEqual(self.program.client().get("/api/v1/invitations/" + token).status, 404)

    def test_a_changed_role_and_a_suspension_work_at_once(self):
        user = self.join("changed@example.org", "editor")
        other = self.program.client()
        other.login("changed@example.org", PHRASE)
        me = user.ok("GET", "/api/v1/session")["user"]["id"]
        self.assertEqual(self.admin.patch("/api/v1/users/" + me, {"role": "viewer"}).status, 204)
        self.assertEqual(user.post("/api/v1/tags", {"name": "no more"}).status, 403)
        self.assertEqual(self.admin.patch("/api/v1/users/" + me, {"suspended": True}).status, 204)
        for client in (user, other):
            self.assertIn(client.get("/api/v1/persons").status, (401, 403))
        again = self.program.client()
        state = again.ok("POST", "/api/v1/session", {"email": "changed@example.org", "password": PHRASE})
        self.assertEqual((state["state"], state["tenants"]), ("tenant_required", []))
        self.assertEqual(self.admin.patch("/api/v1/users/" + me, {"suspended": False}).status, 204)
        again.login("changed@example.org", PHRASE)
        self.assertEqual(again.get("/api/v1/persons").status, 200)

    def test_an_administrator_without_a_second_factor_gets_nothing_else(self):
        _, token = self.invite("boss@example.org", "administrator")
        self.program.client().ok("POST", "/api/v1/invitations/accept", {"token": token, "name": "Boss", "password": PHRASE})
        boss = self.program.client()
        self.assertEqual(boss.ok("POST", "/api/v1/session", {"email": "boss@example.org", "password": PHRASE})["state"], "totp_setup_required")
        self.assertEqual(boss.get("/api/v1/persons").json["kind"], "totp-setup-required")
        id = next(u["id"] for u in self.admin.ok("GET", "/api/v1/users")["items"] if u["email"] == "boss@example.org")
        self.assertEqual(self.admin.delete("/api/v1/users/" + id).status, 204)
        state = self.program.client().ok("POST", "/api/v1/session", {"email": "boss@example.org", "password": PHRASE})
        self.assertEqual((state["state"], state["tenants"]), ("terms_required", []))  # nobody's administrator any more

    def test_a_forgotten_password_is_replaced_once_and_ends_every_session(self):
        user = self.join("forgot@example.org", "viewer")
        guest = self.program.client()
        known = guest.post("/api/v1/password-reset", {"email": "forgot@example.org"})
        unknown = guest.post("/api/v1/password-reset", {"email": "stranger@example.org"})
        self.assertEqual((known.status, known.json), (unknown.status, unknown.json))
        token = self.program.account_link("forgot@example.org", "reset")
        self.assertEqual(guest.post("/api/v1/password-reset/confirm", {"token": token, "password": "password"}).status, 422)
        self.assertEqual(guest.post("/api/v1/password-reset/confirm", {"token": token, "password": "another " + PHRASE}).status, 204)
        self.assertEqual(guest.post("/api/v1/password-reset/confirm", {"token": token, "password": "third " + PHRASE}).status, 422)
        self.assertEqual(user.get("/api/v1/persons").status, 401)
        user.login("forgot@example.org", "another " + PHRASE)

    def test_one_account_in_two_organisations_sees_one_at_a_time(self):
        self.join("both@example.org", "editor")
        other = self.program.admin("other@example.org")
        _, token = self.invite("both@example.org", "viewer", other)
        seen = self.program.client().ok("GET", "/api/v1/invitations/" + token)
        self.assertTrue(seen["account_exists"])
        self.assertEqual(self.program.client().post("/api/v1/invitations/accept", {"token": token, "password": "not it " + PHRASE}).status, 422)
        self.program.client().ok("POST", "/api/v1/invitations/accept", {"token": token, "password": PHRASE})
        client = self.program.client()
        state = client.ok("POST", "/api/v1/session", {"email": "both@example.org", "password": PHRASE})
        tenants = {t["role"]: t["id"] for t in state["tenants"]}
        self.assertEqual(set(tenants), {"editor", "viewer"})
        tag = "seen by one of " + str(self.program.now())
        state = client.ok("POST", "/api/v1/session/tenant", {"tenant_id": tenants["editor"]})
        if state["state"] == "terms_required":
            client.ok("POST", "/api/v1/session/terms", {"version": state["terms"]["version"]})
        self.assertEqual(client.post("/api/v1/tags", {"name": tag}).status, 201)
        self.assertIn(tag, [t["name"] for t in client.ok("GET", "/api/v1/tags")["items"]])
        state = client.ok("POST", "/api/v1/session/tenant", {"tenant_id": tenants["viewer"]})
        self.assertNotIn(tag, [t["name"] for t in client.ok("GET", "/api/v1/tags")["items"]])
        self.assertEqual(client.post("/api/v1/tags", {"name": "x"}).status, 403)
        self.assertNotEqual(client.post("/api/v1/session/tenant", {"tenant_id": "01900000-0000-7000-8000-000000000000"}).status, 200)


if __name__ == "__main__":
    unittest.main()
