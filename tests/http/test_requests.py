"""What persons ask about their own data: the public page, the desk, the file that answers, and who tries to learn what."""
import base64, csv, datetime, hashlib, io, json, re, unittest, urllib.parse, zipfile
import nacl.signing
import varde
from sms import noon, number

DAY = 86400
PAGE = "/p/requests/first"


def verify_note(note, verifier):
    """C2SP signed-note, written anew from the text: the note's text, when the verifier signed it."""
    name, key_id, key = verifier.split("+", 2)
    raw = base64.b64decode(key)
    assert raw[0] == 1 and hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4].hex() == key_id
    text, _, signatures = note.partition("\n\n")
    for line in signatures.splitlines():
        dash, who, signature = line.split(" ")
        if dash == "\u2014" and who == name:
            signature = base64.b64decode(signature)
            assert signature[:4].hex() == key_id
            nacl.signing.VerifyKey(raw[1:]).verify((text + "\n").encode(), signature[4:])
            return text
    raise AssertionError("not signed by " + name)


class Visitor(varde.Client):
    """Somebody's browser on the page; no cookies, no script."""

    def ask(self, kind="access", contact="nobody@example.org", name="Somebody", words="", language="en", age=5, **more):
        page = self.get(PAGE, headers={"Accept-Language": language}).body.decode()
        stamp = re.search(r'name="stamp" value="([^"]+)"', page)[1]
        self.program.move_clock(age)
        return self.send("", {"kind": kind, "contact": contact, "name": name, "words": words, "stamp": stamp, **more}, {"Accept-Language": language})

    def send(self, path, fields, headers=None):
        return self.post(PAGE + path, raw=urllib.parse.urlencode(fields).encode(), headers={"Content-Type": "application/x-www-form-urlencoded", **(headers or {})})


class Requests(unittest.TestCase):
    used = 0

    @classmethod
    def setUpClass(cls):
        cls.program = varde.shared()

    def setUp(self):
        noon(self.program)
        self.admin = self.program.admin()

    def person(self, phone=False, **more):
        Requests.used += 1
        n = Requests.used
        fields = {"email": "subject-%d@example.org" % n, "first_name": "Subject%d" % n, "last_name": "Nordmann", **more}
        if phone:
            fields["phone"] = number(640000 + n)
        return {**fields, "id": self.admin.ok("POST", "/api/v1/persons", fields)["id"]}

    def mails(self, email):
        return [self.admin.ok("GET", "/api/v1/mailbox/" + item["id"]) for item in self.admin.ok("GET", "/api/v1/mailbox?q=" + email)["items"]]

    def codes(self, contact):
        if contact.startswith("+"):
            texts = [i["text"] for i in self.admin.ok("GET", "/api/v1/mailbox/sms?limit=200")["items"] if i["to"] == contact]
        else:
            texts = [m["subject"] for m in self.mails(contact)]
        return [m[0] for text in texts if (m := re.search(r"\b\d{6}\b", text))]

    def settled(self):
        varde.wait_for(lambda: self.program.sql("SELECT count(*) FROM job WHERE kind IN ('privacy.code', 'privacy.gather', 'privacy.forget', 'sms.send', 'mail.system', 'outreach.outbox') "
                                                "AND failed_at IS NULL AND run_at <= to_timestamp(%f)" % self.program.now()) == [["0"]], "jobs to be done")

    def confirmed(self, person, kind="access", contact=None, **more):
        """A request from the page, confirmed by its code; its link and the desk's view of it."""
        visitor, contact = Visitor(self.program), contact or person["email"]
        before = len(self.codes(contact))
        answer = visitor.ask(kind, contact, person["first_name"], **more)
        self.assertEqual(answer.status, 303, answer)
        link = answer.headers["Location"][len(PAGE):]
        code = varde.wait_for(lambda: (c := self.codes(contact)) and len(c) > before and c, "the code")[0]
        self.assertEqual(visitor.send(link, {"action": "confirm", "code": code}).status, 303)
        newest = max(self.admin.ok("GET", "/api/v1/requests?limit=200")["items"], key=lambda r: r["number"])
        return visitor, link, self.admin.ok("GET", "/api/v1/requests/" + newest["id"])

    def act(self, request, what, body=None):
        return self.admin.ok("POST", "/api/v1/requests/%s/%s" % (request["id"], what), body or {})

    def gathered(self, request):
        self.act(request, "package")
        return varde.wait_for(lambda: (r := self.admin.ok("GET", "/api/v1/requests/" + request["id"]))["package"]["state"] == "ready" and r, "the package")

    def opened(self, body):
        """The files of a package whose receipt, manifest and hashes hold."""
        package = zipfile.ZipFile(io.BytesIO(body))
        self.assertIsNone(package.testzip())
        files = {name: package.read(name) for name in package.namelist()}
        verifier = self.admin.ok("GET", "/api/v1/audit/key")["verifier"]
        origin, digest, at = verify_note(files["manifest.sig"].decode(), verifier).split("\n")
        self.assertTrue(origin.endswith("/subject-export"))
        self.assertEqual(base64.b64decode(digest), hashlib.sha256(files["manifest.json"]).digest())
        manifest = json.loads(files["manifest.json"])
        self.assertEqual((manifest["format"], manifest["made_at"], manifest["verifier"]), ("varde-subject-export/1", at, verifier))
        self.assertEqual({f["name"] for f in manifest["files"]} | {"manifest.json", "manifest.sig"}, set(files))
        for f in manifest["files"]:
            self.assertEqual((f["bytes"], f["sha256"]), (len(files[f["name"]]), hashlib.sha256(files[f["name"]]).hexdigest()))
        return files

    def trail(self, id):
        return [e["action"] for e in self.admin.ok("GET", "/api/v1/audit?limit=200&object=" + id)["items"]]

    # ---- the page

    def test_codes_leave_in_storage_only(self):
        """What a person is told who asks is not the organisation's message: by SMS as by mail."""
        person = self.person(phone=True)
        self.program.sql("UPDATE tenant SET state = 2 WHERE slug = 'first'")
        self.addCleanup(self.program.sql, "UPDATE tenant SET state = 1 WHERE slug = 'first'")
        for contact in (person["phone"], person["email"]):
            with self.subTest(contact):
                _, _, request = self.confirmed(person, contact=contact)
                self.assertEqual(request["state"], "confirmed")

    def test_from_the_page_to_the_answer(self):
        person = self.person(language="nb")
        other = self.person()
        visitor, link, request = self.confirmed(person, words="Hva har dere om meg? <b>", language="nb")
        self.assertEqual((request["state"], request["kind"], request["channel"], request["person"]["id"]), ("confirmed", "access", "page", person["id"]))
        self.assertEqual((request["name"], request["contact"], request["words"]), (person["first_name"], person["email"], "Hva har dere om meg? <b>"))
        received, due = (datetime.datetime.fromisoformat(request[k].replace("Z", "+00:00")) for k in ("received_at", "due_at"))
        self.assertTrue(27 < (due - received).days < 32)
        self.settled()
        subjects = [m["subject"] for m in self.mails(person["email"])]
        self.assertTrue(any(request["number"] in s and "har fått henvendelsen din" in s for s in subjects), subjects)
        # Told at once: the home screen, and by mail who handles requests.
        home = self.admin.ok("GET", "/api/v1/home")
        self.assertTrue(any(a["kind"] == "requests" for a in home["attention"]), home)
        varde.wait_for(lambda: any(request["number"] in m["text"] for m in self.program.account_mails("admin@example.org")), "the mail to who handles requests")
        page = visitor.get(PAGE + link).body.decode()
        self.assertIn(request["number"], page)
        self.assertNotIn(person["email"], page)

        request = self.gathered(request)
        self.assertEqual(request["state"], "working")
        look = self.admin.post("/api/v1/requests/%s/package/download" % request["id"])
        files = self.opened(look.body)
        self.assertEqual(hashlib.sha256(files["manifest.json"]).hexdigest(), request["package"]["manifest_sha256"])
        data = json.loads(files["data.json"])["sections"]
        self.assertEqual(data["identity"][0]["email"], person["email"])
        self.assertEqual([r["kind"] for r in data["requests"]], ["access"])
        self.assertIn("person.create", [e["action"] for e in data["trail"]])
        rows = list(csv.reader(io.StringIO(files["identity.csv"].decode("utf-8-sig"))))
        self.assertEqual(rows[1][rows[0].index("email")], person["email"])
        index = files["index.html"].decode()
        self.assertIn('lang="nb"', index)
        self.assertIn("Hva som er lagret om deg", index)
        self.assertIn("&lt;b&gt;", index)
        self.assertNotIn("<script", index)
        for secret in (other["email"], other["id"]):
            self.assertNotIn(secret.encode(), b"".join(files.values()))

        self.act(request, "package/send")
        self.settled()
        mail = next(m for m in self.mails(person["email"]) if "klare" in m["subject"])
        sent = re.search(r"https?://[^/\s]+%s(/\S+)" % PAGE, mail["text"])[1]
        self.assertEqual(sent, link)
        stranger = Visitor(self.program)
        wrong = stranger.send(link, {"action": "fetch", "code": "123456"})
        self.assertEqual((wrong.status, wrong.body[:9].lower()), (422, b"<!doctype"))
        old = self.codes(person["email"])
        stranger.send(link, {"action": "again"})
        code = varde.wait_for(lambda: (c := self.codes(person["email"])) and len(c) > len(old) and c, "a code")[0]
        for used in old:
            if used != code:
                self.assertEqual(stranger.send(link, {"action": "fetch", "code": used}).status, 422)
        answer = stranger.send(link, {"action": "fetch", "code": code})
        self.assertEqual((answer.status, answer.headers["Content-Type"], answer.body), (200, "application/zip", look.body))
        self.assertEqual(stranger.send(link, {"action": "fetch", "code": code}).status, 422, "once")
        request = self.admin.ok("GET", "/api/v1/requests/" + request["id"])
        self.assertEqual(request["state"], "done")
        self.assertIn("fetched_at", request["package"])
        self.assertEqual([e["kind"] for e in request["events"]], ["received", "confirmed", "started", "gathered", "downloaded", "sent", "done", "fetched"])
        self.assertEqual(self.trail(request["id"])[::-1], ["request.receive", "request.confirm", "request.start", "request.gather", "request.download", "request.send", "request.finish", "request.fetch"])
        # Nothing of it stands readable in the database.
        dump = str(self.program.sql("SELECT * FROM subject_request")) + str(self.program.sql("SELECT * FROM subject_request_event"))
        for secret in (person["email"], person["first_name"], "Hva har dere"):
            self.assertNotIn(secret, dump)

    def test_nobody_learns_who_is_registered(self):
        known, seen = self.person(), set()
        for contact in (known["email"], "nobody-at-all@example.org", number(649999)):
            visitor = Visitor(self.program)
            answer = visitor.ask(contact=contact)
            self.settled()
            link = answer.headers["Location"][len(PAGE):]
            clean = lambda a: re.sub(r'nonce="[^"]+"', "", a.body.decode()).replace(link, "")
            wrong = visitor.send(link, {"action": "confirm", "code": "000000"})
            again = visitor.send(link, {"action": "again"})
            seen.add((answer.status, clean(visitor.get(PAGE + link)), wrong.status, clean(wrong), again.status))
            self.program.move_clock(600)
        self.assertEqual(len(seen), 1)
        self.assertEqual(self.mails("nobody-at-all@example.org"), [])
        # What a robot sent looks the same as well, and is not stored.
        before = self.program.sql("SELECT count(*) FROM subject_request")
        visitor = Visitor(self.program)
        answer = visitor.ask(contact=known["email"], website="http://example.org")
        link = answer.headers["Location"][len(PAGE):]
        self.assertEqual((answer.status, re.sub(r'nonce="[^"]+"', "", visitor.get(PAGE + link).body.decode()).replace(link, "")), list(seen)[0][:2])
        self.assertEqual(self.program.sql("SELECT count(*) FROM subject_request"), before)

    def test_what_the_page_refuses(self):
        visitor = Visitor(self.program)
        for fields in ({"kind": "everything"}, {"contact": "neither"}, {"contact": ""}, {"name": ""}, {"name": "a" * 201}, {"words": "a" * 4001}, {"stamp": "1.2.3"}, {"age": 0}, {"age": DAY + 60}):
            answer = visitor.ask(**fields)
            self.assertEqual(answer.status, 422, fields)
            self.assertIn(b'role="alert"', answer.body, fields)
            self.assertNotIn(b"<script", answer.body)
            self.program.move_clock(60)
        self.assertEqual(visitor.ask(words="a" * 70000).status, 413)
        self.assertEqual(visitor.get("/p/requests/none-such").status, 404)
        for link in ("/x", "/" + "A" * 43, "/" + "A" * 43 + "/more"):
            self.assertEqual(visitor.get(PAGE + link).status, 404)
        self.assertEqual(visitor.send("", {"kind": "access"}, {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}).status, 403)
        answers = [visitor.ask(contact="flood@example.org", age=3).status for _ in range(14)]
        self.assertEqual((answers[0], answers[-1]), (303, 429))
        page = visitor.get(PAGE)
        self.assertIn("default-src 'none'", page.headers["Content-Security-Policy"])
        self.assertNotIn("script-src", page.headers["Content-Security-Policy"])
        self.assertNotIn("Set-Cookie", page.headers)
        self.assertLess(len(page.body), 15000)
        for language, words in (("nb", "Dine opplysninger"), ("sv", "Dina uppgifter"), ("nn", "Dine opplysninger"), ("en", "Your data")):
            self.assertIn(words, visitor.get(PAGE, headers={"Accept-Language": language}).body.decode())

    def test_each_request_has_a_code_of_its_own(self):
        person, codes = self.person(), []
        for i in range(3):
            link = Visitor(self.program).ask(contact=person["email"]).headers["Location"][len(PAGE):]
            codes = varde.wait_for(lambda: len(c := self.codes(person["email"])) > i and c, "code %d" % i)
        self.assertEqual(Visitor(self.program).send(link, {"action": "confirm", "code": codes[1]}).status, 422)
        self.assertEqual(Visitor(self.program).send(link, {"action": "confirm", "code": codes[0]}).status, 303)

    def test_a_request_sent_twice_is_one(self):
        visitor, person = Visitor(self.program), self.person()
        page = visitor.get(PAGE).body.decode()
        fields = {"kind": "access", "contact": person["email"], "name": "Twice", "words": "", "stamp": re.search(r'name="stamp" value="([^"]+)"', page)[1]}
        self.program.move_clock(5)
        before = int(self.program.sql("SELECT count(*) FROM subject_request")[0][0])
        links = {visitor.send("", fields).headers["Location"] for _ in range(3)}
        self.assertEqual((len(links), int(self.program.sql("SELECT count(*) FROM subject_request")[0][0])), (1, before + 1))

    def test_a_code_is_guessed_five_times_at_most_and_soon_too_old(self):
        person = self.person(phone=True)
        visitor = Visitor(self.program)
        link = visitor.ask(contact=person["phone"]).headers["Location"][len(PAGE):]
        code = varde.wait_for(lambda: self.codes(person["phone"]), "the code by SMS")[0]
        wrong = "%06d" % ((int(code) + 1) % 1000000)
        for _ in range(5):
            self.assertEqual(visitor.send(link, {"action": "confirm", "code": wrong}).status, 422)
        self.assertEqual(visitor.send(link, {"action": "confirm", "code": code}).status, 422, "the right one comes too late")
        self.program.move_clock(1300)
        visitor.send(link, {"action": "again"})
        code = varde.wait_for(lambda: len(c := self.codes(person["phone"])) > 1 and c, "another code")[0]
        self.program.move_clock(1900)
        self.assertEqual(visitor.send(link, {"action": "confirm", "code": code}).status, 422, "too old")
        self.assertEqual(self.admin.ok("GET", "/api/v1/requests?show=unconfirmed")["items"][0]["state"], "unconfirmed")

    # ---- the desk

    def test_erasure_takes_the_person_and_what_the_request_said(self):
        person = self.person()
        visitor, link, request = self.confirmed(person, "erasure", words="Please forget me")
        holdings = self.admin.ok("GET", "/api/v1/requests/%s/holdings" % request["id"])
        self.assertIn({"section": "identity", "rows": 1}, holdings["sections"])
        self.act(request, "notes", {"reason": "Called her, she is sure"})
        request = self.gathered(request)
        request = self.act(request, "erase")
        self.assertEqual((request["state"], request["forgotten"]), ("done", True))
        for gone in ("name", "contact", "words", "person", "person_id"):
            self.assertNotIn(gone, request)
        self.assertEqual([e.get("text") for e in request["events"] if e["kind"] == "note"], [None])
        self.assertEqual(self.admin.get("/api/v1/persons/" + person["id"]).status, 404)
        self.settled()
        self.assertEqual(self.program.sql("SELECT count(*) FROM subject_package_piece WHERE request_id = '%s'" % request["id"]), [["0"]])
        self.assertEqual(self.program.sql("SELECT length(sealed) FROM subject_request WHERE request_id = '%s'" % request["id"]), [["0"]])
        varde.wait_for(lambda: self.program.sql("SELECT count(*) FROM person_key WHERE person_id = '%s'" % request["id"], cluster="keystore") == [["0"]], "the request's key to go")
        self.assertTrue(any("erased" in m["subject"] for m in self.mails(person["email"])), "told before the address was forgotten")
        page = visitor.get(PAGE + link).body.decode()
        self.assertIn("done", page)
        self.assertEqual(self.admin.post("/api/v1/requests/%s/package/download" % request["id"]).status, 409)
        self.assertIn("request.finish", self.trail(request["id"]))

    def test_restriction_and_lifting_it(self):
        person = self.person()
        _, _, request = self.confirmed(person, "restriction")
        request = self.act(request, "restrict", {"reason": "The address is disputed"})
        state = lambda: self.admin.ok("GET", "/api/v1/persons/" + person["id"])["state"]
        self.assertEqual((request["person"]["state"], state()), ("restricted", "restricted"))
        self.assertEqual(self.admin.post("/api/v1/persons/%s/restrict" % person["id"], {"reason": "again"}).status, 409)
        # Restricted persons ask too.
        visitor, _, again = self.confirmed(person, "access")
        self.assertEqual(again["person"]["id"], person["id"])
        self.assertEqual(self.admin.post("/api/v1/persons/%s/lift-restriction" % person["id"], {}).status, 422, "a reason is needed")
        self.admin.ok("POST", "/api/v1/persons/%s/lift-restriction" % person["id"], {"reason": "Settled"})
        self.assertEqual(state(), "active")
        entries = self.admin.ok("GET", "/api/v1/audit?action=person.&object=" + person["id"])["items"]
        said = {e["action"]: {f["field"]: (f.get("old"), f.get("new")) for f in e["fields"]} for e in entries}
        self.assertEqual(said["person.restrict"], {"state": ("active", "restricted"), "reason": (None, "The address is disputed")})
        self.assertEqual(said["person.lift_restriction"]["reason"], (None, "Settled"))

    def test_an_objection_takes_consents_lists_and_address(self):
        person = self.person(phone=True)
        purpose = self.admin.ok("POST", "/api/v1/purposes", {"key": "news-%d" % Requests.used, "label": "News"})["id"]
        lists = self.admin.ok("POST", "/api/v1/lists", {"name": "objection %d" % Requests.used, "double_opt_in": False})["id"]
        path = "/api/v1/persons/" + person["id"]
        self.admin.ok("PUT", path + "/consents/" + purpose, {"state": "given", "source": "a meeting"})
        self.admin.ok("PUT", path + "/lists/" + lists, {"state": "subscribed"})
        _, _, request = self.confirmed(person, "objection")
        self.act(request, "object")
        self.act(request, "finish", {"text": "Nothing more is sent to you."})
        stored = self.admin.ok("GET", path)
        self.assertEqual((stored["consents"][0]["state"], stored["lists"][0]["state"]), ("withdrawn", "unsubscribed"))
        self.assertEqual((stored["suppressed"]["reason"], stored["sms_suppressed"]["reason"]), ("unsubscribe", "unsubscribe"))
        self.settled()
        self.assertTrue(any("Nothing more is sent to you." in m["text"] for m in self.mails(person["email"])))

    def test_deadlines_extension_and_refusal(self):
        person = self.person()
        _, _, request = self.confirmed(person, "rectification", words="My name is spelt wrong")
        later = self.act(request, "extend", {"months": 2, "reason": "The archive is on paper"})
        self.assertTrue(later["extended"])
        self.assertTrue(80 < (datetime.datetime.fromisoformat(later["due_at"][:19]) - datetime.datetime.fromisoformat(later["received_at"][:19])).days < 93)
        self.assertEqual(self.admin.post("/api/v1/requests/%s/extend" % request["id"], {"months": 2, "reason": "more"}).status, 409)
        refused = self.act(request, "refuse", {"reason": "We have checked: it is as in the register."})
        self.assertEqual(refused["state"], "refused")
        self.settled()
        texts = "\n".join(m["text"] for m in self.mails(person["email"]))
        for said in ("The archive is on paper", "as in the register", "You may complain to your data protection authority"):
            self.assertIn(said, texts)
        for what in ("start", "extend", "refuse", "finish", "erase"):
            body = {"months": 1, "reason": "too late"} if what == "extend" else {"reason": "too late"} if what == "refuse" else {}
            self.assertEqual(self.admin.post("/api/v1/requests/%s/%s" % (request["id"], what), body).status, 409, what)

    def test_the_clerk_enters_a_letter_and_chooses_the_person(self):
        shared = number(650000 + Requests.used)
        one, two = self.person(), self.person()
        for p in (one, two):
            self.assertEqual(self.admin.request("PATCH", "/api/v1/persons/" + p["id"], {"phone": shared}, {"If-Match": "*"}).status, 200)
        long_ago = datetime.datetime.fromtimestamp(self.program.now() - 40 * DAY, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        made = self.admin.ok("POST", "/api/v1/requests", {"kind": "portability", "channel": "letter", "name": "Subject", "contact": shared, "received_at": long_ago, "identity": "Passport seen"})
        self.assertEqual({c["id"] for c in made["candidates"]}, {one["id"], two["id"]})
        self.assertTrue(made["overdue"])
        first = self.admin.ok("GET", "/api/v1/requests?limit=200")
        dues = [r["due_at"] for r in first["items"]]
        self.assertEqual(dues, sorted(dues), "by deadline")
        self.assertIn(made["id"], [r["id"] for r in first["items"]])
        self.assertGreaterEqual(first["counts"]["overdue"], 1)
        self.assertEqual(self.admin.post("/api/v1/requests/%s/package" % made["id"]).status, 409, "about whom?")
        chosen = self.act(made, "person", {"person_id": two["id"]})
        self.assertEqual(chosen["person"]["id"], two["id"])
        self.gathered(made)
        chosen = self.act(made, "person", {"person_id": one["id"]})
        self.assertEqual(chosen["package"]["state"], "none", "what was gathered was about another person")
        for bad in ({"channel": "page"}, {"contact": "neither"}, {"received_at": "2030-01-01T00:00:00Z"}, {"received_at": "2001-01-01T00:00:00Z"}, {"identity": ""}, {"person_id": made["id"]}):
            body = {"kind": "access", "channel": "phone", "name": "Somebody", "identity": "Called back", **bad}
            self.assertEqual(self.admin.post("/api/v1/requests", body).status, 422, bad)

    def test_pages_of_the_list(self):
        made = [self.admin.ok("POST", "/api/v1/requests", {"kind": "access", "channel": "phone", "name": "Page %d" % i, "identity": "Called back"})["id"] for i in range(5)]
        found, cursor = [], ""
        while cursor is not None:
            page = self.admin.ok("GET", "/api/v1/requests?kind=access&limit=2" + (cursor and "&cursor=" + cursor))
            self.assertLessEqual(len(page["items"]), 2)
            found += [r["id"] for r in page["items"]]
            cursor = page.get("next")
        self.assertEqual(len(found), len(set(found)))
        self.assertTrue(set(made) <= set(found))
        self.assertEqual(self.admin.get("/api/v1/requests?cursor=nonsense").status, 422)

    def test_sweeping(self):
        person = self.person()
        visitor = Visitor(self.program)
        visitor.ask(contact="never-confirmed@example.org")
        _, _, request = self.confirmed(person)
        self.gathered(request)
        self.act(request, "finish", {})
        self.assertEqual(self.admin.put("/api/v1/request-settings", {"keep_months": 0}).status, 422)
        self.admin.ok("PUT", "/api/v1/request-settings", {"keep_months": 2})
        self.program.move_clock(32 * DAY)
        look = lambda: self.program.sql("SELECT (SELECT count(*) FROM subject_request WHERE state = 1 AND received_at < to_timestamp(%f)), "
                                        "(SELECT package_state FROM subject_request WHERE request_id = '%s'), "
                                        "(SELECT length(sealed) > 0 FROM subject_request WHERE request_id = '%s')" % (self.program.now() - 14 * DAY, request["id"], request["id"]))
        varde.wait_for(lambda: look() == [["0", "4", "t"]], "what nobody confirmed or fetched to go: %s" % look())
        self.program.move_clock(40 * DAY)
        varde.wait_for(lambda: look() == [["0", "4", "f"]], "what is over to be forgotten")
        self.admin = self.program.admin()
        self.assertTrue(self.admin.ok("GET", "/api/v1/requests/" + request["id"])["forgotten"])
        self.assertEqual(self.admin.get("/api/v1/persons/" + person["id"]).status, 200, "the person is not the request")

    def test_rights(self):
        person = self.person()
        _, _, request = self.confirmed(person)
        clients = {}
        for email, role in (("officer@example.org", "privacy_officer"), ("desk-editor@example.org", "editor")):
            password = "violet tractor sings at dawn"
            clients[email] = self.program.join(self.admin, email, role, password)
            clients[email].login(email, password)
        officer, editor = clients["officer@example.org"], clients["desk-editor@example.org"]
        self.assertEqual(officer.get("/api/v1/requests").status, 200)
        self.assertEqual(officer.post("/api/v1/persons/%s/export" % person["id"]).status, 200)
        for path in ("/api/v1/campaigns",):
            self.assertEqual(officer.get(path).status, 200)
        self.assertEqual(officer.post("/api/v1/lists", {"name": "not for me"}).status, officer.post("/api/v1/lists", {"name": "not for me 2"}).status)
        for method, path in (("GET", "/api/v1/requests"), ("GET", "/api/v1/requests/" + request["id"]), ("POST", "/api/v1/requests/%s/package" % request["id"]), ("POST", "/api/v1/requests/%s/erase" % request["id"]),
                             ("POST", "/api/v1/persons/%s/export" % person["id"])):
            self.assertEqual(editor.request(method, path, {} if method == "POST" else None).status, 403, path)
        self.assertEqual(self.program.client().get("/api/v1/requests").status, 401)

    # ---- the gathering

    def test_one_click_for_a_person_with_20000_events(self):
        person = self.person(phone=True, attributes={}, tags=["gathered"])
        tenant = self.program.sql("SELECT tenant_id FROM person WHERE person_id = '%s'" % person["id"])[0][0]
        self.program.sql("INSERT INTO activity (tenant_id, activity_id, person_id, kind, at, flags) SELECT '%s', gen_random_uuid(), '%s', 20, now() - i * interval '1 minute', 0 FROM generate_series(1, 20000) i" % (tenant, person["id"]))
        answer = self.admin.post("/api/v1/persons/%s/export" % person["id"])
        self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "application/zip"))
        files = self.opened(answer.body)
        data = json.loads(files["data.json"])["sections"]
        self.assertGreaterEqual(len(data["timeline"]), 20001)
        self.assertEqual([row["name"] for row in data["tags"]], ["gathered"])
        self.assertEqual(len(files["timeline.csv"].decode("utf-8-sig").splitlines()), len(data["timeline"]) + 1)
        self.assertIn("person.export", self.trail(person["id"]))
        self.assertLess(len(files["index.html"]), 1000000, "the page to read shows a part")
        self.assertEqual(self.admin.post("/api/v1/persons/%s/export" % tenant).status, 404)

    def test_a_changed_package_is_found(self):
        person = self.person()
        body = self.admin.post("/api/v1/persons/%s/export" % person["id"]).body
        files = self.opened(body)
        with self.assertRaises(Exception):
            verify_note(files["manifest.sig"].decode().replace("Z\n", "Y\n", 1), self.admin.ok("GET", "/api/v1/audit/key")["verifier"])
        forged = io.BytesIO()
        with zipfile.ZipFile(forged, "w") as out:
            for name, content in files.items():
                out.writestr(name, content.replace(person["first_name"].encode(), b"Somebody") if name == "data.json" else content)
        with self.assertRaises(AssertionError):
            self.opened(forged.getvalue())


if __name__ == "__main__":
    unittest.main()
