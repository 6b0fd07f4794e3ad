"""Whose an account is: mail about it is the platform's, half a login opens nothing, guessing ends, and everything is entered."""
import concurrent.futures, email, email.policy, json, re, unittest
import outreach, varde

PHRASE = "violet tractor sings at dawn"
OTHER = "purple lantern hums at noon"


class Case(unittest.TestCase):
    def setUp(self):
        self.program = varde.shared()
        self.program.move_clock(7300)  # what earlier tests spent of the rate limits has come back, and sessions are stale
        self.alpha = self.program.admin()
        self.zulu = self.program.admin("other@example.org")

    def events(self, email):
        """What the platform's own trail holds about an account, the newest first."""
        # Wrong attempts are entered by a fiber of their own, after the answer.
        return [row[0] for row in self.program.sql(
            "SELECT action FROM audit_entry WHERE tenant_id = '00000000-0000-0000-0000-000000000000' AND person_id = '%s' ORDER BY entry_id DESC" % self.account(email))]

    def account(self, email):
        """The id, by way of a login that is known to the test."""
        users = {u["email"]: u["id"] for admin in (self.alpha, self.zulu) for u in admin.ok("GET", "/api/v1/users")["items"] if u["state"] != "invited"}
        return users[email]

    def log_in(self, email, password, client=None):
        client = client or self.program.client()
        return client, client.post("/api/v1/session", {"email": email, "password": password})


class AccountMailIsThePlatforms(Case):
    def captured(self, admin, needle):
        texts = [admin.ok("GET", "/api/v1/mailbox/" + item["id"])["text"] for item in admin.ok("GET", "/api/v1/mailbox?limit=100")["items"]]
        return [text for text in texts if needle in text]

    def test_no_organisation_sees_the_link_that_opens_an_account(self):
        self.program.join(self.alpha, "shared@example.org", "viewer", PHRASE)
        self.zulu.ok("POST", "/api/v1/users/invitations", {"email": "shared@example.org", "role": "editor"})
        self.program.client().ok("POST", "/api/v1/invitations/accept", {"token": self.program.account_link("shared@example.org", "invitation"), "password": PHRASE})
        self.assertEqual(self.program.client().post("/api/v1/password-reset", {"email": "shared@example.org"}).status, 202)
        token = self.program.account_link("shared@example.org", "reset")
        self.assertTrue(token)
        for admin in (self.alpha, self.zulu):
            self.assertEqual(self.captured(admin, "/reset/") + self.captured(admin, "/invitation/"), [])

    def test_no_organisations_suppression_keeps_it_from_a_user(self):
        self.program.join(self.alpha, "suppressed@example.org", "viewer", PHRASE)
        self.alpha.ok("POST", "/api/v1/suppressions", {"email": "suppressed@example.org", "reason": "manual"})
        self.program.client().post("/api/v1/password-reset", {"email": "suppressed@example.org"})
        self.assertTrue(self.program.account_link("suppressed@example.org", "reset"))

    def test_no_organisations_provider_carries_it(self):
        # A provider that nobody answers at: what it carried would never arrive.
        made = self.alpha.ok("POST", "/api/v1/providers", {"name": "mine", "kind": "smtp", "host": "127.0.0.1", "port": varde.free_port(), "security": "none", "connections": 1, "default": True})
        self.addCleanup(self.alpha.delete, "/api/v1/providers/" + made["id"])
        self.alpha.ok("POST", "/api/v1/users/invitations", {"email": "by-nobody@example.org", "role": "viewer"})
        self.assertTrue(self.program.account_link("by-nobody@example.org", "invitation"))

    def test_who_is_invited_to_an_account_that_nobody_proved_makes_it_hers(self):
        # As it was before mails were the platform's: somebody made an account of another's address, with a second factor.
        client = self.program.join(self.alpha, "victim@example.org", "viewer", PHRASE, "Not the Owner")
        client.login("victim@example.org", PHRASE)
        secret = client.ok("POST", "/api/v1/session/totp-setup")["secret"]
        self.program.move_clock(31)
        self.assertEqual(client.post("/api/v1/session/totp-confirm", {"code": varde.api_client.totp(secret, self.program.now())}).status, 200)
        account = self.account("victim@example.org")
        self.program.sql("UPDATE account SET verified_at = NULL WHERE account_id = '%s'" % account)

        self.zulu.ok("POST", "/api/v1/users/invitations", {"email": "victim@example.org", "role": "administrator"})
        token = self.program.account_link("victim@example.org", "invitation")
        guest = self.program.client()
        self.assertFalse(guest.ok("GET", "/api/v1/invitations/" + token)["account_exists"])
        guest.ok("POST", "/api/v1/invitations/accept", {"token": token, "name": "The Owner", "password": OTHER})

        self.assertEqual(client.get("/api/v1/persons").status, 401, "sessions begin anew")
        self.assertEqual(self.log_in("victim@example.org", PHRASE)[1].status, 401, "the password begins anew")
        owner, state = self.log_in("victim@example.org", OTHER)
        self.assertEqual((state.json["state"], state.json["user"]["totp"]), ("terms_required", False), "the second factor and the terms begin anew")
        self.assertEqual(state.json["user"]["name"], "The Owner")
        self.assertEqual({t["role"] for t in state.json["tenants"]}, {"viewer", "administrator"})
        told = [n["text"] for n in self.alpha.ok("GET", "/api/v1/notifications")["items"]]
        self.assertTrue([t for t in told if "made the login hers" in t], told)
        self.assertIn("account.claim", self.events("victim@example.org"))
        self.assertTrue([e for e in self.alpha.ok("GET", "/api/v1/audit?action=user.claimed")["items"]])

    def test_an_account_that_was_proven_is_not_taken_by_an_invitation(self):
        self.program.join(self.alpha, "proven@example.org", "viewer", PHRASE)
        self.zulu.ok("POST", "/api/v1/users/invitations", {"email": "proven@example.org", "role": "administrator"})
        token = self.program.account_link("proven@example.org", "invitation")
        guest = self.program.client()
        self.assertTrue(guest.ok("GET", "/api/v1/invitations/" + token)["account_exists"])
        self.assertEqual(guest.post("/api/v1/invitations/accept", {"token": token, "name": "Other", "password": OTHER}).status, 422)
        self.assertEqual(self.log_in("proven@example.org", PHRASE)[1].status, 200)

    def test_an_organisations_name_is_no_link_in_the_platforms_mail(self):
        settings = self.alpha.ok("GET", "/api/v1/settings")
        self.addCleanup(lambda: self.alpha.request("PATCH", "/api/v1/settings", {"name": settings["name"]}, {"If-Match": "*"}))
        self.alpha.patch("/api/v1/settings", {"name": "Win at https://evil.example/x now"}, settings["version"])
        self.alpha.ok("POST", "/api/v1/users/invitations", {"email": "named@example.org", "role": "viewer"})
        self.program.account_link("named@example.org", "invitation")
        mail = self.program.account_mails("named@example.org")[0]
        self.assertNotIn("evil.example", mail["subject"] + mail["text"])
        self.assertIn("Win at", mail["text"])


class TheOperatorsServer(unittest.TestCase):
    """Where a mail server is named for the platform, it carries the mail, and nothing is kept."""

    def test_mail_goes_through_it_and_waits_while_it_is_away(self):
        sink = outreach.Sink()
        program = varde.Program(extra=["--mail-host", "127.0.0.1", "--mail-port", str(sink.port), "--mail-security", "none", "--mail-from", "varde@platform.example"]).start()
        self.addCleanup(program.remove)
        admin = program.admin()
        admin.ok("POST", "/api/v1/users/invitations", {"email": "carried@example.org", "role": "viewer"})
        sender, to, raw = varde.wait_for(lambda: [m for m in sink.messages if m[1] == "carried@example.org"], "the invitation")[0]
        message = email.message_from_bytes(raw, policy=email.policy.default)
        self.assertEqual((sender, message["From"]), ("varde@platform.example", "Varde <varde@platform.example>"))
        self.assertEqual(message["Auto-Submitted"], "auto-generated")
        token = re.search(r"/invitation/([A-Za-z0-9_-]{20,})", message.get_content())[1]
        program.client().ok("POST", "/api/v1/invitations/accept", {"token": token, "name": "Carried", "password": PHRASE})
        self.assertEqual(program.account_mails("carried@example.org"), [])
        self.assertNotIn("carried@example.org", (program.directory / "log").read_text())

        sink.server.shutdown()
        sink.server.server_close()
        program.client().post("/api/v1/password-reset", {"email": "carried@example.org"})
        varde.wait_for(lambda: "mail server cannot be used" in (program.directory / "log").read_text(), "the first attempt")
        sink.listen_again()
        program.move_clock(61)
        varde.wait_for(lambda: [m for m in sink.messages if b"/reset/" in m[2]], "the link, when the server is back")


class HalfALogin(Case):
    """The state between password and second factor reaches only what finishes the login or abandons it."""
    FINISHES = {"giveTotp", "logOut"}

    def endpoints(self):
        document = json.loads(varde.subprocess.run([varde.BINARY, "openapi"], capture_output=True, text=True, check=True).stdout)
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                yield method.upper(), re.sub(r"\{[^}]*\}", "01900000-0000-7000-8000-000000000000", path), operation["operationId"]

    def test_a_password_alone_opens_nothing(self):
        client, state = self.log_in("admin@example.org", varde.PASSWORD)
        self.assertEqual(state.json["state"], "totp_required")
        open_to_all = set()
        stranger = self.program.client()
        for method, path, id in self.endpoints():
            if id in self.FINISHES or id == "logIn":
                continue
            with self.subTest(id):
                anonymous = varde.api_client.Client.request(stranger, method, path, {} if method != "GET" else None)
                half = varde.api_client.Client.request(client, method, path, {} if method != "GET" else None)
                if anonymous.status != 401:
                    open_to_all.add(id)
                    self.assertEqual(half.status // 100, anonymous.status // 100, "no more than a stranger gets")
                else:
                    self.assertEqual((half.status, (half.json or {}).get("kind")), (401, "totp-required"))
        self.assertGreater(len(open_to_all), 3)
        self.assertLess(len(open_to_all), 12, open_to_all)

    def test_with_it_neither_password_nor_name_nor_sessions_change(self):
        owner = self.alpha
        client, _ = self.log_in("admin@example.org", varde.PASSWORD)
        for method, path, body in (("POST", "/api/v1/me/password", {"current": varde.PASSWORD, "password": OTHER}), ("PATCH", "/api/v1/me", {"name": "Mallory"}),
                                   ("GET", "/api/v1/me/sessions", None), ("POST", "/api/v1/me/totp/reset", {"password": varde.PASSWORD, "code": "000000"}),
                                   ("POST", "/api/v1/session/totp-setup", {}), ("POST", "/api/v1/session/again", {"password": varde.PASSWORD}),
                                   ("POST", "/api/v1/session/terms", {"version": "2026-11"})):
            answer = client.request(method, path, body)
            self.assertEqual((answer.status, answer.json["kind"]), (401, "totp-required"), path)
        mine = [s for s in owner.ok("GET", "/api/v1/me/sessions")["items"] if not s["current"]]
        self.assertEqual(client.delete("/api/v1/me/sessions/" + mine[0]["id"]).status, 401)
        self.assertNotEqual(owner.ok("GET", "/api/v1/session")["user"]["name"], "Mallory")
        self.assertEqual(client.delete("/api/v1/session").status, 204, "abandoning it works")

    def test_a_role_that_demands_a_factor_opens_nothing_before_there_is_one(self):
        client = self.program.join(self.alpha, "new-boss@example.org", "administrator", PHRASE)
        _, state = self.log_in("new-boss@example.org", PHRASE, client)
        self.assertEqual(state.json["state"], "totp_setup_required")
        for method, path, body in (("POST", "/api/v1/me/password", {"current": PHRASE, "password": OTHER}), ("PATCH", "/api/v1/me", {"name": "X"}), ("GET", "/api/v1/me/sessions", None)):
            answer = client.request(method, path, body)
            self.assertEqual((answer.status, answer.json["kind"]), (403, "totp-setup-required"), path)
        self.assertEqual(client.post("/api/v1/session/totp-setup").status, 200)


class SensitiveActs(Case):
    def test_they_ask_for_the_factor_again_after_a_quarter_of_an_hour(self):
        self.program.join(self.alpha, "colleague@example.org", "viewer", PHRASE)
        colleague = self.account("colleague@example.org")
        admin = self.program.admin()
        admin.proves = False
        calls = [("PATCH", "/api/v1/users/" + colleague, {"role": "editor"}), ("DELETE", "/api/v1/users/01900000-0000-7000-8000-000000000000", None),
                 ("POST", "/api/v1/users/invitations", {"email": "second-boss@example.org", "role": "administrator"}),
                 ("POST", "/api/v1/providers", {"name": "p", "kind": "smtp", "host": "127.0.0.1", "port": 25, "security": "none", "connections": 1}),
                 ("POST", "/api/v1/me/password", {"current": varde.PASSWORD, "password": OTHER}),
                 ("GET", "/api/v1/contract/export", None), ("POST", "/api/v1/contract/end", {"wanted": "removal"}), ("POST", "/api/v1/persons/erase", {"ids": ["01900000-0000-7000-8000-000000000000"]})]
        self.program.move_clock(16 * 60)
        for method, path, body in calls:
            answer = admin.request(method, path, body)
            self.assertEqual((answer.status, answer.json["kind"]), (403, "factor-again"), path)
        self.assertFalse(admin.ok("GET", "/api/v1/session")["fresh"])
        self.assertEqual(admin.post("/api/v1/users/invitations", {"email": "harmless@example.org", "role": "viewer"}).status, 201)
        self.assertEqual(admin.get("/api/v1/persons").status, 200)
        self.assertEqual(admin.post("/api/v1/session/again", {"password": varde.PASSWORD}).status, 422, "the password is not the factor")
        self.assertEqual(admin.post("/api/v1/session/again", {"code": "000000"}).status, 422)
        admin.prove_again()
        self.assertTrue(admin.ok("GET", "/api/v1/session")["fresh"])
        self.assertEqual(admin.request(*calls[0]).status, 204)
        self.program.move_clock(14 * 60)
        self.assertEqual(admin.request("PATCH", "/api/v1/users/" + colleague, {"role": "viewer"}).status, 204)

    def test_the_owner_is_told_by_mail(self):
        client = self.program.join(self.alpha, "told@example.org", "viewer", PHRASE)
        client.login("told@example.org", PHRASE)
        self.assertEqual(client.post("/api/v1/me/password", {"current": PHRASE, "password": OTHER}).status, 204)
        self.alpha.patch("/api/v1/users/" + self.account("told@example.org"), {"role": "editor"})

        def said():
            texts = [mail["text"] for mail in self.program.account_mails("told@example.org")]
            return [t for t in texts if "The password was changed" in t] and [t for t in texts if "what you may do" in t]
        varde.wait_for(said, "the mails")

    def test_a_short_password_never_stands_alone(self):
        client = self.program.join(self.alpha, "short@example.org", "viewer", PHRASE)
        client.login("short@example.org", PHRASE)
        secret = client.ok("POST", "/api/v1/session/totp-setup")["secret"]
        code = lambda: (self.program.move_clock(31), varde.api_client.totp(secret, self.program.now()))[1]
        client.ok("POST", "/api/v1/session/totp-confirm", {"code": code()})
        self.assertEqual(client.post("/api/v1/me/password", {"current": PHRASE, "password": "tr4ct0r!9x"}).status, 204)
        answer = client.post("/api/v1/me/totp/reset", {"password": "tr4ct0r!9x", "code": code()})
        self.assertEqual((answer.status, answer.json["kind"]), (409, "password-too-weak-alone"))


class GuessingEnds(Case):
    def at_once(self, count, call):
        with concurrent.futures.ThreadPoolExecutor(count) as pool:
            return list(pool.map(call, range(count)))

    def test_sixty_guesses_at_once_are_ten(self):
        self.program.join(self.alpha, "at-once@example.org", "viewer", PHRASE)
        statuses = self.at_once(60, lambda i: self.log_in("at-once@example.org", "wrong %d" % i)[1].status)
        self.assertLessEqual(statuses.count(401), 10, statuses)
        self.assertGreaterEqual(statuses.count(429), 50)

    def test_right_logins_use_up_nothing(self):
        self.program.join(self.alpha, "right@example.org", "viewer", PHRASE)
        self.assertEqual([self.log_in("right@example.org", PHRASE)[1].status for _ in range(25)], [200] * 25)

    def test_an_account_has_the_same_tries_whatever_the_endpoint(self):
        self.program.join(self.alpha, "oracle@example.org", "viewer", PHRASE)
        self.zulu.ok("POST", "/api/v1/users/invitations", {"email": "oracle@example.org", "role": "viewer"})
        token = self.program.account_link("oracle@example.org", "invitation")
        statuses = [self.program.client().post("/api/v1/invitations/accept", {"token": token, "password": "wrong %d" % i}).status for i in range(14)]
        self.assertEqual(statuses, [422] * 10 + [429] * 4)
        self.assertEqual(self.log_in("oracle@example.org", "wrong")[1].status, 429)

    def test_strangers_lock_nobody_out(self):
        client = self.program.join(self.alpha, "known@example.org", "viewer", PHRASE)
        client.login("known@example.org", PHRASE)
        for _ in range(14):
            stranger, last = self.log_in("known@example.org", "wrong")
        self.assertEqual(last.status, 429)
        self.assertEqual(self.log_in("known@example.org", PHRASE)[1].status, 429, "a stranger with the right password waits as well")
        self.assertEqual(self.log_in("known@example.org", PHRASE, client)[1].status, 200, "the owner's own browser does not")

    def test_wrong_codes_lock_nobody_out(self):
        owner = self.program.admin()
        thief = self.log_in("admin@example.org", varde.PASSWORD)[0]
        statuses = [thief.post("/api/v1/session/totp", {"code": "%06d" % i}).status for i in range(14)]
        self.assertIn(429, statuses)
        self.log_in("admin@example.org", varde.PASSWORD, owner)
        # A code of the next half minute is taken too: no time goes by that would give tries back.
        self.assertEqual(owner.post("/api/v1/session/totp", {"code": varde.totp(self.program.now() + 30)}).status, 200)

    def test_slow_guessing_ends_and_the_owner_gets_in_by_mail(self):
        self.program.join(self.alpha, "slowly@example.org", "viewer", PHRASE)
        tries = lambda: [self.log_in("slowly@example.org", "wrong")[1].status for _ in range(10)]
        for _ in range(10):
            self.program.move_clock(3700)
            self.assertEqual(tries(), [401] * 10)
        token = self.program.account_link("slowly@example.org", "reset")  # before the clock moves on: it is valid for an hour
        self.program.move_clock(3700)
        self.assertEqual(tries(), [429] * 10)
        self.program.move_clock(86400)
        stranger, answer = self.log_in("slowly@example.org", PHRASE)
        self.assertEqual(answer.status, 429, "not even the right password helps a stranger")
        self.program.client().post("/api/v1/password-reset", {"email": "slowly@example.org"})  # the first link was valid for an hour
        varde.wait_for(lambda: self.program.account_link("slowly@example.org", "reset") != token, "a new link")
        token = self.program.account_link("slowly@example.org", "reset")
        self.assertEqual(stranger.post("/api/v1/password-reset/confirm", {"token": token, "password": OTHER}).status, 204)
        self.assertEqual(self.log_in("slowly@example.org", OTHER)[1].status, 200)

    def test_an_unknown_address_ends_like_a_known_one(self):
        for _ in range(20):
            self.program.move_clock(3700)
            for _ in range(10):
                last = self.log_in("nobody-there@example.org", "wrong")[1]
        self.assertEqual(last.status, 429)
        self.assertIn("too many wrong attempts", last.json["detail"])

    def test_the_cookie_of_a_device_is_a_new_secret_each_time(self):
        client = self.program.join(self.alpha, "device@example.org", "viewer", PHRASE)
        client.login("device@example.org", PHRASE)
        first = client.cookies["varde_device"]
        client.login("device@example.org", PHRASE)
        self.assertNotEqual(client.cookies["varde_device"], first)
        half, _ = self.log_in("admin@example.org", varde.PASSWORD)
        self.assertNotIn("varde_device", half.cookies, "a password alone makes no device of the owner's")


class KnownPasswords(Case):
    def test_those_that_attackers_try_first_are_refused(self):
        client = self.program.client()
        for password in ("1qaz2wsx3edc4rfv", "zaq12wsxcde34rfv", "Qwertyuiop1234567890"):
            self.assertFalse(client.ok("POST", "/api/v1/password-check", {"password": password, "second_factor": True})["ok"], password)

    def test_an_operators_own_list_is_in_force_at_once(self):
        client, mine = self.program.client(), "walrus paints 14 fences"
        accepted = lambda: client.ok("POST", "/api/v1/password-check", {"password": mine})["ok"]
        self.assertTrue(accepted())
        done = varde.subprocess.run([varde.BINARY, "passwords", "import", "-", "--data", str(self.program.directory / "data")], input=mine + "\nanother of them\n", capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertFalse(accepted())
        self.assertTrue(client.ok("POST", "/api/v1/password-check", {"password": "walrus paints 15 fences"})["ok"])


class TheTrailSeesSecurity(Case):
    def test_what_happens_to_an_account_is_entered_and_shown_to_its_owner(self):
        client = self.program.join(self.alpha, "seen@example.org", "viewer", PHRASE)
        self.log_in("seen@example.org", "wrong")
        client.login("seen@example.org", PHRASE)
        client.ok("POST", "/api/v1/me/password", {"current": PHRASE, "password": OTHER})
        varde.wait_for(lambda: "login.failed" in self.events("seen@example.org"), "the failure to be entered")
        expected = {"account.create", "login.failed", "login.password", "terms.accept", "password.change"}
        self.assertLessEqual(expected, set(self.events("seen@example.org")))
        shown = client.ok("GET", "/api/v1/me/events")["items"]
        self.assertLessEqual(expected, {e["what"] for e in shown})
        self.assertTrue(all(e["network"].endswith("/24") for e in shown if e["what"].startswith("login")), shown)

    def test_roles_and_settings_are_entered_with_their_values(self):
        self.program.join(self.alpha, "raised@example.org", "viewer", PHRASE)
        self.alpha.patch("/api/v1/users/" + self.account("raised@example.org"), {"role": "editor"})
        entry = self.alpha.ok("GET", "/api/v1/audit?action=user.update")["items"][0]
        self.assertEqual([(c["field"], c["old"], c["new"]) for c in entry["fields"]], [("role", "viewer", "editor")])
        settings = self.alpha.ok("GET", "/api/v1/settings")
        self.alpha.patch("/api/v1/settings", {"postal_address": "Somewhere %d" % self.program.now()}, settings["version"])
        entry = self.alpha.ok("GET", "/api/v1/audit?action=settings.update")["items"][0]
        self.assertIn("Somewhere", entry["fields"][0]["new"])
        self.assertNotIn(b"Somewhere", json.dumps(self.program.sql("SELECT encode(sealed, 'escape') FROM audit_entry WHERE action = 'settings.update'")).encode())

    def test_a_refusal_is_entered(self):
        client = self.program.join(self.alpha, "curious@example.org", "viewer", PHRASE)
        client.login("curious@example.org", PHRASE)
        for _ in range(3):
            self.assertEqual(client.get("/api/v1/users").status, 403)
        entries = [e for e in self.alpha.ok("GET", "/api/v1/audit?action=access.refused")["items"] if e["actor"]["name"] == "Invited Person"]
        self.assertEqual([e["fields"][0]["field"] for e in entries[:1]], ["listUsers"])

    def test_the_accounts_trail_is_sealed_like_the_others(self):
        self.program.move_clock(61)
        varde.wait_for(lambda: self.program.sql("SELECT 1 FROM audit_head WHERE tenant_id = '00000000-0000-0000-0000-000000000000'"), "a signed head")


if __name__ == "__main__":
    unittest.main()
