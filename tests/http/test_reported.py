"""What public bug reports of other products were about, tried on Varde: who is written to, and what files and texts mean."""
import datetime, re, subprocess, unittest, urllib.parse, zoneinfo
import contract, varde
from test_security_bounces import BounceCase


class Bounces(BounceCase):
    """Outcomes belong to the address that was written to, and only what is about the mailbox gives it up."""

    def test_a_bounce_of_the_old_address_leaves_the_new_one_alone(self):
        sent, _ = self.sent("moved", 2)
        path, raw = sent["moved0@example.org"]
        person = self.admin.ok("GET", "/api/v1/persons?q=moved0@example.org")["items"][0]
        self.assertEqual(self.admin.request("PATCH", "/api/v1/persons/" + person["id"], {"email": "moved-since@example.org"}, {"If-Match": "*"}).status, 200)
        self.deliver(self.program, path, self.failure(path, "moved0@example.org", self.headers(raw)))
        self.assertTrue(self.suppressed("moved0@example.org"))
        self.assertFalse(self.suppressed("moved-since@example.org"))

    def test_who_takes_a_message_out_of_the_junk_does_not_complain(self):
        sent, _ = self.sent("notspam", 1)
        path, raw = sent["notspam0@example.org"]
        self.deliver(self.program, path, self.complaint(path, raw).replace(b"Feedback-Type: abuse", b"Feedback-Type: not-spam"))
        self.assertFalse(self.suppressed("notspam0@example.org"))
        self.deliver(self.program, path, self.complaint(path, raw))
        self.assertTrue(self.suppressed("notspam0@example.org"))

    def test_what_is_about_us_suppresses_nobody(self):
        sent, _ = self.sent("us", 1)
        path, raw = sent["us0@example.org"]
        report = self.failure(path, "us0@example.org", self.headers(raw))
        for words in (b"550 5.7.1 part of their network is on our block list", b"550 Sender verify failed", b"550 Reverse DNS lookup failed", b"550 5.2.1 receiving mail at a rate that prevents"):
            self.deliver(self.program, path, report.replace(b"550 5.1.1 no such user", words).replace(b"Status: 5.1.1", b"Status: 5.0.0"))
            self.assertFalse(self.suppressed("us0@example.org"), words)

    def test_a_mailbox_that_is_refused_at_once_is_not_tried_again(self):
        sink, provider = self.provider()
        recipients = self.list_of("refused", 3)
        sink.answers["refused1@example.org"] = "550 5.1.1 <refused1@example.org>: Recipient address rejected: User unknown"
        sink.answers["refused2@example.org"] = "550 5.7.1 Sender address rejected: not owned by user"
        first = self.campaign(recipients, provider_id=provider["id"])
        counts = self.send(first)["counts"]
        self.assertEqual((counts["sent"], counts["failed"], counts["bounced_hard"]), (1, 2, 1), counts)
        self.assertTrue(self.suppressed("refused1@example.org"))
        self.assertFalse(self.suppressed("refused2@example.org"))
        del sink.answers["refused1@example.org"], sink.answers["refused2@example.org"]
        self.send(self.campaign(recipients, provider_id=provider["id"]))
        tried = [to for _, to, _ in sink.messages][1:]
        self.assertEqual(sorted(tried), ["refused0@example.org", "refused2@example.org"])


class KeptOut(BounceCase):
    """Who was kept out stays out, and who wants back in comes in."""

    def test_a_list_that_keeps_people_out_is_deleted(self):
        everybody, reserved = self.list_of("kept", 4), self.list_of("reserved", 1)
        for i in (1, 2):
            person = self.admin.ok("GET", "/api/v1/persons?q=kept%d@example.org" % i)["items"][0]["id"]
            self.admin.request("PUT", "/api/v1/persons/%s/lists/%s" % (person, reserved), {"state": "subscribed"})
        sink, provider = self.provider()
        campaign = self.campaign(everybody, provider_id=provider["id"], audience={"lists": [everybody], "segments": [], "exclude_lists": [reserved]})
        path = "/api/v1/campaigns/" + campaign["id"]
        tag = self.admin.ok("POST", "/api/v1/tags", {"name": "apart"})["id"]
        rules = {"op": "and", "rules": [{"field": "list", "operator": "has", "value": everybody}, {"field": "tag", "operator": "has_not", "value": tag}]}
        segment = self.admin.ok("POST", "/api/v1/segments", {"name": "not apart", "conditions": rules})
        for kept, named in (("/api/v1/lists/" + reserved, "the campaign “Spring”"), ("/api/v1/tags/" + tag, "the segment “not apart”"), ("/api/v1/lists/" + everybody, "the segment “not apart”")):
            refused = self.admin.delete(kept)
            self.assertEqual((refused.status, refused.json["kind"]), (409, "in-use"), refused)
            self.assertIn(named, refused.json["detail"])
        # However it came to be gone: who was kept out does not come in.
        self.program.sql("DELETE FROM list WHERE list_id = '%s'" % reserved)
        self.program.sql("DELETE FROM tag WHERE tag_id = '%s'" % tag)
        refused = self.admin.post(path + "/send", {})
        if refused.status == 200:  # then it fails by itself, and says why
            self.assertEqual(self.reach(campaign, ("failed", "sent"))["state"], "failed")
        self.assertEqual(sink.messages, [])
        self.assertEqual(self.admin.post("/api/v1/segments/preview", {"conditions": rules}).status, 422)
        self.assertEqual(self.admin.delete("/api/v1/segments/" + segment["id"]).status, 204)

    def test_a_confirmation_that_was_lost_is_asked_for_again(self):
        joined = self.admin.ok("POST", "/api/v1/lists", {"name": "lost confirmation", "double_opt_in": True})["id"]
        form = self.admin.ok("POST", "/api/v1/forms", {"name": "Join", "list_id": joined, "fields": [{"key": "mail", "type": "email", "label": "E-mail", "required": True}]})
        path = urllib.parse.urlsplit(self.admin.ok("POST", "/api/v1/forms/%s/publish" % form["id"])["public_url"]).path
        sink, provider = self.provider()

        def sign_up():
            visitor = self.program.client()
            stamp = re.search(r'name="stamp" value="([^"]+)"', visitor.get(path).body.decode())[1]
            self.program.move_clock(30)
            body = urllib.parse.urlencode({"stamp": stamp, "website": "", "q_mail": "lost@confirm.example"}).encode()
            self.assertEqual(visitor.request("POST", path, raw=body, headers={"Content-Type": "application/x-www-form-urlencoded"}).status, 200)
        asked = lambda: [m for m in sink.messages if m[1] == "lost@confirm.example" and b"/p/c" in m[2]]
        sign_up()
        varde.wait_for(lambda: len(asked()) == 1, "the question")
        self.program.move_clock(3 * 86400)
        self.admin = self.program.admin()
        sign_up()
        varde.wait_for(lambda: len(asked()) == 2, "the question once more")

    def test_who_left_everything_confirms_that_she_wants_it_again(self):
        # By segment: the message is about no list that she could leave, so she leaves everything.
        sink, provider = self.provider()
        group = self.list_of("back", 1)
        person = self.admin.ok("GET", "/api/v1/persons?q=back0@example.org")["items"][0]["id"]
        self.admin.ok("POST", "/api/v1/persons/%s/tags" % person, {"add": ["back"]})
        rules = {"op": "and", "rules": [{"field": "tag", "operator": "has", "value": "back"}]}
        segment = self.admin.ok("POST", "/api/v1/segments", {"name": "back", "conditions": rules})["id"]
        self.send(self.campaign(group, provider_id=provider["id"], audience={"lists": [], "segments": [segment]}))
        raw = sink.messages[0][2]
        link = re.search(r"(/u/\S+)", self.text_of(raw))[1]
        visitor = self.program.client()
        self.assertEqual(visitor.request("POST", link, raw=b"List-Unsubscribe=One-Click", headers={"Content-Type": "application/x-www-form-urlencoded"}).status, 200)
        self.assertTrue(self.suppressed("back0@example.org"))
        wanted = self.admin.ok("POST", "/api/v1/lists", {"name": "wanted again", "double_opt_in": True})["id"]
        person = self.admin.ok("GET", "/api/v1/persons?q=back0@example.org")["items"][0]["id"]
        self.admin.ok("PUT", "/api/v1/persons/%s/lists/%s" % (person, wanted), {"state": "pending"})

        def confirmation():
            for _, to, raw in sink.messages:
                if found := re.search(r"/p/confirm/\S+", self.text_of(raw)):
                    return found[0]
        link = varde.wait_for(confirmation, "the confirmation")
        self.assertEqual(visitor.get(link).status, 200)
        self.assertTrue(self.suppressed("back0@example.org"), "a GET changes nothing")
        self.assertEqual(visitor.request("POST", link, raw=b"", headers={"Content-Type": "application/x-www-form-urlencoded"}).status, 200)
        self.assertFalse(self.suppressed("back0@example.org"))
        self.admin.request("PUT", "/api/v1/persons/%s/lists/%s" % (person, wanted), {"state": "unsubscribed"})
        late = visitor.request("POST", link, raw=b"", headers={"Content-Type": "application/x-www-form-urlencoded"})
        self.assertEqual(late.status, 410)
        self.assertIn(b"You have left this list since", late.body)


class Addresses(BounceCase):
    def test_a_domain_beyond_ascii_needs_nothing_of_the_server(self):
        sink, provider = self.provider()
        group = self.admin.ok("POST", "/api/v1/lists", {"name": "idn"})["id"]
        self.admin.ok("POST", "/api/v1/persons", {"email": "kari@blåbær.example", "lists": [group]})
        self.send(self.campaign(group, provider_id=provider["id"]))
        self.assertEqual([m[1] for m in sink.messages], ["kari@xn--blbr-roah.example"])

    def test_names_of_one_letter_are_found(self):
        self.admin.ok("POST", "/api/v1/persons", {"email": "letter@one.example", "first_name": "Ø", "last_name": "Quist"})
        self.assertEqual([p["email"] for p in self.admin.ok("GET", "/api/v1/persons?q=%C3%98")["items"]], ["letter@one.example"])


class Scanners(BounceCase):
    def test_all_clicks_of_a_scanner_are_the_scanners(self):
        sink, provider = self.provider()
        group = self.list_of("scan", 2)
        campaign = self.campaign(group, provider_id=provider["id"], track_opens=True, track_clicks=True)
        steps = [{"id": "tag", "kind": "tag", "add": ["clicked it"]}]
        journey = self.admin.ok("POST", "/api/v1/journeys", {"name": "Clicked", "trigger": {"kind": "link_clicked", "campaign_id": campaign["id"]}, "steps": steps, "start": "tag"})
        self.admin.ok("POST", "/api/v1/journeys/%s/start" % journey["id"])
        self.send(campaign)
        self.program.move_clock(20)
        visitor, headers = self.program.client(), {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"}
        pages = {m[1].split("@")[0]: self.parts(m[2])[1] for m in sink.messages}
        links = re.findall(r'(?:href|src)="https?://[^/"]+(/t/[co]/[^"]+)"', pages["scan0"])
        self.assertGreater(len(links), 3)
        for link in links:  # the hidden one comes last but one
            visitor.get(link, headers=headers)
        visitor.get(re.findall(r'href="https?://[^/"]+(/t/c/[^"]+)"', pages["scan1"])[0], headers=headers)
        counts = self.admin.ok("GET", "/api/v1/campaigns/%s/progress" % campaign["id"])["counts"]
        self.assertEqual((counts["opened"], counts["clicked"]), (0, 1), counts)
        self.program.move_clock(90)
        tags = lambda name: self.admin.ok("GET", "/api/v1/persons?q=%s@example.org" % name)["items"][0]["tags"]
        varde.wait_for(lambda: tags("scan1") == ["clicked it"], "the journey of who clicked")
        self.assertEqual(tags("scan0"), [])
        self.assertEqual(self.admin.ok("GET", "/api/v1/journeys/" + journey["id"])["counts"]["entered"], 1)


class Days(BounceCase):
    """Days are those of the organisation's calendar."""

    def persons(self, *names, **fields):
        return [self.admin.ok("POST", "/api/v1/persons", {"email": n + "@days.example", **fields})["id"] for n in names]

    def count(self, *rules):
        return self.admin.ok("POST", "/api/v1/segments/preview", {"conditions": {"op": "and", "rules": list(rules)}})["count"]

    def at_local(self, hour, minute):
        """Moves the clock to the next such time in Oslo. Returns the day there."""
        oslo = zoneinfo.ZoneInfo("Europe/Oslo")
        here = datetime.datetime.fromtimestamp(self.program.now(), oslo)
        then = (here + datetime.timedelta(days=1)).replace(hour=hour, minute=minute, second=0, microsecond=0)
        self.program.move_clock(then.timestamp() - self.program.now())
        self.admin = self.program.admin()
        return then.date()

    def test_today_is_the_organisations(self):
        self.admin.request("PATCH", "/api/v1/settings", {"time_zone": "Europe/Oslo"}, {"If-Match": "*"})
        self.admin.ok("POST", "/api/v1/attributes", {"key": "day_rep", "label": "Day", "type": "date", "classification": "plain"})
        today = self.at_local(0, 20)  # in UTC it is yesterday
        yesterday = today - datetime.timedelta(days=1)
        self.persons("today", attributes={"day_rep": today.isoformat()})
        self.persons("yesterday", attributes={"day_rep": yesterday.isoformat()})
        rule = lambda operator, value: self.count({"field": "attribute:day_rep", "operator": operator, "value": value})
        self.assertEqual((rule("in_last_days", 0), rule("in_last_days", 1), rule("before_days", 0)), (1, 2, 1))
        since = lambda operator, day: self.count({"field": "attribute:day_rep", "operator": "is_set"}, {"field": "created_at", "operator": operator, "value": day.isoformat()})
        self.assertEqual((since("gte", today), since("gt", today), since("lt", today), since("lte", today)), (2, 0, 0, 2))
        self.admin.ok("GET", "/api/v1/persons?q=today@days.example")
        self.program.readings_entered()
        self.assertIn(today.isoformat(), [r["day"] for r in self.admin.ok("GET", "/api/v1/audit/reads")["items"]])

    def test_a_day_that_passed_while_the_program_was_away_is_not_missed(self):
        self.admin.ok("POST", "/api/v1/attributes", {"key": "party_rep", "label": "Party", "type": "date", "classification": "plain"})
        day = self.at_local(9, 0)
        after = lambda days: (day + datetime.timedelta(days=days)).isoformat()
        self.persons("gone", attributes={"party_rep": after(-1)})
        self.persons("soon", attributes={"party_rep": after(1)})
        self.persons("later", attributes={"party_rep": after(3)})
        journey = self.admin.ok("POST", "/api/v1/journeys", {"name": "Party", "reentry": True, "trigger": {"kind": "date", "attribute": "party_rep"}, "steps": [{"id": "tag", "kind": "tag", "add": ["party"]}], "start": "tag"})
        self.admin.ok("POST", "/api/v1/journeys/%s/start" % journey["id"])
        entered = lambda: self.admin.ok("GET", "/api/v1/journeys/" + journey["id"])["counts"]["entered"]
        self.scanned()
        self.assertEqual(entered(), 0)
        self.program.stop()
        self.program.move_clock(3 * 86400)
        self.program.start()
        self.admin = self.program.admin()
        varde.wait_for(lambda: entered() == 2, "both whose day came")
        self.scanned()
        person = self.admin.ok("GET", "/api/v1/persons?q=soon@days.example")["items"][0]["id"]
        told = [i for i in self.admin.ok("GET", "/api/v1/persons/%s/timeline" % person)["items"] if i["kind"] == "journey"]
        self.assertEqual((entered(), len(told)), (2, 1))

    def scanned(self):
        """Waits until the journeys' days and segments have been looked at once more."""
        when = lambda: self.program.sql("SELECT run_at FROM job WHERE kind = 'journey.scan' AND failed_at IS NULL")
        for _ in range(2):
            before = when()
            self.program.move_clock(31)
            varde.wait_for(lambda: when() != before, "the next look")

    def test_who_comes_into_a_segment_again_enters_again(self):
        tag = self.admin.ok("POST", "/api/v1/tags", {"name": "again_rep"})["id"]
        segment = self.admin.ok("POST", "/api/v1/segments", {"name": "again", "conditions": {"op": "and", "rules": [{"field": "tag", "operator": "has", "value": tag}]}})["id"]
        person, = self.persons("again")
        journeys = [self.admin.ok("POST", "/api/v1/journeys", {"name": "Again %s" % again, "reentry": again, "trigger": {"kind": "segment_entered", "segment_id": segment}, "steps": [{"id": "tag", "kind": "tag", "add": ["was in"]}], "start": "tag"})["id"] for again in (True, False)]
        for journey in journeys:
            self.admin.ok("POST", "/api/v1/journeys/%s/start" % journey)
        entered = lambda: [self.admin.ok("GET", "/api/v1/journeys/" + j)["counts"]["entered"] for j in journeys]
        put = lambda **change: self.admin.ok("POST", "/api/v1/persons/%s/tags" % person, change)
        put(add=["again_rep"])
        self.scanned()
        self.assertEqual(entered(), [1, 1])
        self.scanned()
        self.assertEqual(entered(), [1, 1])
        put(remove=["again_rep"])
        self.scanned()
        put(add=["again_rep"])
        self.scanned()
        self.assertEqual(entered(), [2, 1])


class Sizes(BounceCase):
    def test_a_review_measures_what_is_sent(self):
        group = self.list_of("long", 1)
        text = "\n".join("%02d https://example.org/program/%02d" % (i, i) for i in range(24))
        gateway = self.admin.ok("POST", "/api/v1/providers", {"name": "sms", "kind": "captured", "channel": "sms"})
        made = self.admin.ok("POST", "/api/v1/campaigns", {"name": "Long", "service_reason": "They asked for it.", "channel": "sms", "text": text, "provider_id": gateway["id"], "track_clicks": True, "audience": {"lists": [group], "segments": []}})
        review = self.admin.ok("GET", "/api/v1/campaigns/%s/review" % made["id"])
        self.assertIn("too-long", [b["code"] for b in review["blockers"]])
        self.assertGreater(review["segments"], 10)
        plain = self.admin.ok("PATCH", "/api/v1/campaigns/" + made["id"], {"track_clicks": False}, headers={"If-Match": "*"})
        review = self.admin.ok("GET", "/api/v1/campaigns/%s/review" % plain["id"])
        self.assertNotIn("too-long", [b["code"] for b in review["blockers"]])
        self.assertEqual(review["segments"], 6)


class PublicAddress(unittest.TestCase):
    def test_it_is_written_as_browsers_write_it(self):
        program = varde.Program(extra=["--no-backup", "--public-url", "https://Vikar.Example.org:443/", "--trusted-proxy", "127.0.0.1"])
        self.addCleanup(program.remove)
        program.start()
        admin = program.admin()
        form = admin.ok("POST", "/api/v1/forms", {"name": "Where", "fields": [{"key": "mail", "type": "email", "label": "E-mail", "required": True}]})
        self.assertTrue(admin.ok("POST", "/api/v1/forms/%s/publish" % form["id"])["public_url"].startswith("https://vikar.example.org/"))

    def test_what_is_none_is_refused(self):
        for wrong in ("vikar.example.org", "ftp://vikar.example.org", "https://vikar.example.org/path", "https://a:b@vikar.example.org", "https://", "https://x:99999", "https://vikar example.org"):
            done = subprocess.run([varde.BINARY, "up", "--data", "/nonexistent", "--public-url", wrong], capture_output=True, text=True, timeout=30)
            self.assertEqual(done.returncode, 1, wrong)
            self.assertIn("--public-url must be what the addresses of your pages begin with", done.stdout + done.stderr)


class Files(BounceCase):
    """Files as offices have them."""

    def imported(self, text, encoding="utf-8"):
        data = text.encode(encoding)
        made = self.admin.upload("people.csv", data)
        mapping = [{"column": c["index"], "target": c.get("suggestion", "ignore")} for c in made["columns"]]
        started = self.admin.post("/api/v1/imports/%s/start" % made["id"], {"encoding": made["encoding"], "delimiter": made["delimiter"], "header": made["header"], "mapping": mapping, "options": {}})
        self.assertEqual(started.status, 200, started)
        return made, self.admin.finished_import(made["id"])

    def person(self, email):
        return self.admin.ok("GET", "/api/v1/persons?q=" + urllib.parse.quote(email))["items"][0]

    def test_tabs(self):
        made, done = self.imported("email\tfirst name\ntab@files.example\tKari\n")
        self.assertEqual((made["delimiter"], done["counts"]["created"]), ("\t", 1))
        for wrong in ("", "ab", '"', "\n", "é"):
            made = self.admin.upload("people.csv", b"email\nx@files.example\n")
            answer = self.admin.post("/api/v1/imports/%s/start" % made["id"], {"encoding": "utf-8", "delimiter": wrong, "header": True, "mapping": [{"column": 0, "target": "email"}], "options": {}})
            self.assertEqual((answer.status, answer.json["errors"][0]["pointer"]), (422, "/delimiter"), wrong)

    def test_apostrophes_of_windows(self):
        made, done = self.imported("email;fornavn;etternavn\napo@files.example;Sinéad;O’Brien\n", "cp1252")
        self.assertEqual(made["encoding"], "windows-1252")
        person = self.person("apo@files.example")
        self.assertEqual((person["first_name"], person["last_name"]), ("Sinéad", "O’Brien"))

    def test_columns_that_were_once_used(self):
        made, done = self.imported("E-post;Fornavn;;;;;\nempty@files.example;Kari;;;;;\n")
        self.assertTrue(made["header"])
        self.assertEqual(self.person("empty@files.example")["first_name"], "Kari")

    def test_a_space_before_the_quotation_mark(self):
        made, done = self.imported('"email", "first name"\n"space@files.example", "Kari, the one"\n')
        self.assertEqual(self.person("space@files.example")["first_name"], "Kari, the one")

    def test_what_was_exported_comes_back(self):
        made = self.admin.ok("POST", "/api/v1/persons", {"email": "dash@files.example", "first_name": "-", "last_name": "'=x"})
        _, done = self.imported("email,first name,last name\ndash@files.example,'-,''=x\n")
        self.assertEqual(done["counts"]["updated"], 0, done)
        self.assertEqual((self.person("dash@files.example")["first_name"], self.person("dash@files.example")["last_name"]), ("-", "'=x"), made)

    def test_a_rejected_row_comes_back_as_it_was(self):
        made, done = self.imported('email,first name\nstray@files.example,Kari "the" One\ngood@files.example,Kari\n')
        self.assertEqual(done["counts"]["rejected"], 1)
        rejects = self.admin.get("/api/v1/imports/%s/rejects" % made["id"]).body.decode()
        self.assertIn('stray@files.example,"Kari ""the"" One"', rejects)

    def test_numbers_and_yes_as_spreadsheets_write_them(self):
        for key, kind in (("amount_rep", "number"), ("member_rep", "boolean")):
            self.admin.ok("POST", "/api/v1/attributes", {"key": key, "label": key, "type": kind, "classification": "plain"})
        rows = "nb@files.example;1\u00a0234,50;SANN\nsv@files.example;1\u202f234,50;FALSKT\nda@files.example;\u22121234,5;SAND\n"
        data = ("email;amount;member\n" + rows).encode()
        made = self.admin.upload("people.csv", data)
        mapping = [{"column": 0, "target": "email"}, {"column": 1, "target": "attribute:amount_rep"}, {"column": 2, "target": "attribute:member_rep"}]
        self.admin.ok("POST", "/api/v1/imports/%s/start" % made["id"], {"encoding": "utf-8", "delimiter": ";", "header": True, "mapping": mapping, "options": {}})
        self.assertEqual(self.admin.finished_import(made["id"])["counts"]["created"], 3)
        for email, amount, member in (("nb", 1234.5, True), ("sv", 1234.5, False), ("da", -1234.5, True)):
            attributes = self.admin.ok("GET", "/api/v1/persons/" + self.person(email + "@files.example")["id"])["attributes"]
            self.assertEqual((attributes["amount_rep"], attributes["member_rep"]), (amount, member))


class Document(unittest.TestCase):
    """The OpenAPI document says what is taken."""

    def test_null_is_said_where_it_is_taken(self):
        document = contract.document(varde.BINARY)
        self.assertEqual(document["servers"], [{"url": "/"}])
        named = lambda schema: document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema
        takes_null = lambda schema: "null" in schema.get("type", []) or any(one.get("type") == "null" for one in schema.get("anyOf", [])) or schema == {}
        looked_at = 0
        for methods in document["paths"].values():
            for operation in methods.values():
                for content in operation.get("requestBody", {}).get("content", {}).values():
                    body = named(content["schema"])
                    for field, schema in body.get("properties", {}).items():
                        self.assertNotEqual(field in body.get("required", []), takes_null(schema), (operation["operationId"], field))
                        looked_at += 1
        self.assertGreater(looked_at, 200)
        admin = varde.shared().admin()
        self.assertEqual(admin.post("/api/v1/suppressions/check", {"email": "null@example.org", "phone": None}).status, 200)
        self.assertEqual(admin.post("/api/v1/persons", {"email": "null@example.org", "first_name": None, "lists": None}).status, 201)
        self.assertEqual(admin.post("/api/v1/tags", {"name": None}).status, 422)


if __name__ == "__main__":
    unittest.main()
