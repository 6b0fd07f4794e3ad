"""How long a session lives, what keeps it alive, and what is left of it afterwards."""
import unittest
import varde

HOUR = 3600


class Sessions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.program = varde.Program()
        cls.program.start(tenant="second", admin="other@example.org")
        cls.addClassCleanup(cls.program.remove)
        cls.program.stop()
        cls.program.start()

    def goes_on(self, client, headers, minutes):
        """Asks every half hour for so long; the last status."""
        for _ in range(minutes // 30):
            self.program.move_clock(1800)
            status = client.get("/api/v1/notifications", headers=headers).status
        return status

    def test_what_a_window_asks_by_itself_keeps_no_session_alive(self):
        for headers, status in (({}, 200), ({"Varde-Background": "1"}, 401)):
            client = self.program.admin()
            self.assertEqual(self.goes_on(client, headers, 150), status, headers)
        # Nor does a line of live events that is opened anew.
        client = self.program.admin()
        for _ in range(5):
            self.program.move_clock(1800)
            connection = client.program.connect(10)
            connection.request("GET", "/api/v1/events", headers={"Accept": "text/event-stream", "Cookie": "; ".join("%s=%s" % c for c in client.cookies.items())})
            status = connection.getresponse().status
            connection.close()
        self.assertEqual(status, 401)

    def test_twelve_hours_are_the_end_however_busy(self):
        client = self.program.admin()
        self.assertEqual(self.goes_on(client, {}, 11 * 60), 200)
        self.assertEqual(self.goes_on(client, {}, 90), 401)

    def test_what_has_ended_is_swept(self):
        admin = self.program.admin()
        admin.ok("POST", "/api/v1/users/invitations", {"email": "late@example.org", "role": "viewer"})
        admin.ok("POST", "/api/v1/tags", {"name": "kept answer"}, headers={"Idempotency-Key": "sweep"})
        self.program.client().post("/api/v1/password-reset", {"email": "other@example.org"})
        self.program.move_clock(120)
        admin.get("/api/v1/notifications")
        seen = self.program.now()
        tables = ("session", "idempotency", "password_reset", "invitation", "account_device")
        count = lambda table: int(self.program.sql("SELECT count(*) FROM " + table)[0][0])
        self.assertTrue(all(count(table) for table in tables), [count(table) for table in tables])
        self.program.move_clock(3 * HOUR)
        varde.wait_for(lambda: count("session") == 0 and count("password_reset") == 0, "sessions and links to go")
        self.assertTrue(count("idempotency") and count("invitation"))
        self.program.move_clock(24 * HOUR)
        varde.wait_for(lambda: count("idempotency") == 0, "kept answers to go")
        self.assertTrue(count("account_device"))
        self.program.move_clock(370 * 24 * HOUR)
        varde.wait_for(lambda: count("invitation") == 0 and count("account_device") == 0, "invitations and devices to go")
        # When somebody last worked here is known still, and is told of this organisation alone.
        last = {slug: float(at or 0) for slug, at in self.program.sql("SELECT slug, extract(epoch FROM max(last_seen_at)) FROM membership m JOIN tenant t USING (tenant_id) GROUP BY 1")}
        self.assertLess(abs(last["first"] - seen), 60)
        self.assertLess(last["second"], seen - 60)

    def test_the_last_use_is_this_organisations(self):
        admin, other = self.program.admin(), self.program.client()
        other.login("other@example.org")
        admin.ok("POST", "/api/v1/users/invitations", {"email": "other@example.org", "role": "viewer"})
        token = self.program.account_link("other@example.org", "invitation")
        other.request("POST", "/api/v1/invitations/accept", {"token": token, "name": "Other", "password": varde.PASSWORD})
        users = {u["email"]: u for u in admin.ok("GET", "/api/v1/users")["items"]}
        self.assertIsNotNone(users["admin@example.org"].get("last_seen_at"))
        self.assertIsNone(users["other@example.org"].get("last_seen_at"), "when she works for others is not told here")

    def test_logging_out_has_the_browser_forget(self):
        client = self.program.admin()
        answer = client.delete("/api/v1/session")
        self.assertEqual((answer.status, answer.headers["Clear-Site-Data"]), (204, '"cache"'))
        self.assertEqual(client.get("/api/v1/notifications").status, 401)

    def test_a_recovery_code_works_once_and_is_beyond_guessing(self):
        email = "recovers@example.org"
        client = self.program.join(self.program.admin(), email, "viewer", "violet tractor sings at dawn")
        client.login(email, "violet tractor sings at dawn")
        secret = client.ok("POST", "/api/v1/session/totp-setup")["secret"]
        codes = client.ok("POST", "/api/v1/session/totp-confirm", {"code": varde.api_client.totp(secret, self.program.now())})["recovery_codes"]
        self.assertEqual(len(set(codes)), 10)
        for code in codes:  # 24 letters of five bits
            self.assertRegex(code, "^([a-z2-7]{4}-){5}[a-z2-7]{4}$")
        for status in (200, 422):
            again = self.program.client()
            again.ok("POST", "/api/v1/session", {"email": email, "password": "violet tractor sings at dawn"})
            self.assertEqual(again.post("/api/v1/session/totp", {"code": codes[0].upper().replace("-", " ")}).status, status)


if __name__ == "__main__":
    unittest.main()
