"""Every page of the public, in each language, is right HTML (the mails: test_spam)."""
import re, unittest, urllib.parse
import markup, varde
from outreach import OutreachCase
from sms import noon
from test_portal import DAY, HOME, Portal

LANGUAGES = ("en", "nb", "sv")


class Kept:
    """Pages that are kept under their names, and judged together."""

    def visit(self, name, path, language, visitor=None, fields=None):
        """Keeps the page under its name, and returns it."""
        visitor = visitor or self.program.client()
        headers = {"Accept-Language": language}
        path = re.sub("^https?://[^/]+", "", path)
        answer = visitor.get(path, headers=headers) if fields is None else visitor.post(path, raw=urllib.parse.urlencode(fields, doseq=True).encode(), headers={**headers, "Content-Type": "application/x-www-form-urlencoded"})
        text = answer.body if isinstance(answer.body, str) else answer.body.decode()
        if text.startswith("<!"):
            self.documents["%s (%s)" % (name, language)] = text
        return text

    def judged(self, least):
        self.assertGreaterEqual(len(self.documents), least)
        for name, text in self.documents.items():
            self.assertRegex(text, r"<html[^>]* lang=\"(en|nb|sv)\"", name)
        self.assertEqual(markup.complaints(self.documents), [])


class Pages(OutreachCase, Kept):
    @classmethod
    def setUpClass(cls):
        cls.program = varde.Program(extra=["--no-backup"])
        cls.program.start()
        cls.addClassCleanup(cls.program.remove)
        noon(cls.program)
        cls.admin = cls.program.admin()
        cls.admin.request("PATCH", "/api/v1/settings", {"postal_address": "Storgata 1, 0155 Oslo"}, headers={"If-Match": "*"})

    def setUp(self):
        Pages.admin = self.admin = self.program.admin()
        self.documents = {}

    def links(self, to, pattern, about=""):
        def find():
            for item in self.admin.ok("GET", "/api/v1/mailbox?q=" + to)["items"]:
                if about in item["subject"] and (found := re.findall(pattern, self.admin.ok("GET", "/api/v1/mailbox/" + item["id"])["text"])):
                    return found
        return varde.wait_for(find, "a mail with a link")

    def test_pages_of_forms_and_messages(self):
        asked = self.admin.ok("POST", "/api/v1/lists", {"name": "Asked", "double_opt_in": True})["id"]
        more = [{"key": "words", "type": "long_text", "help": "As many as you like"}, {"key": "one", "type": "choice", "choices": ["A & B", "C < D"]}, {"key": "several", "type": "multiple_choice", "choices": ["x", "y"]},
                {"key": "stars", "type": "rating", "max": 5}, {"key": "day", "type": "date"}, {"key": "number", "type": "phone"}]
        fields = [{"key": "mail", "type": "email", "label": "E-mail", "required": True}] + [{"label": "Question <%s>" % one["key"], "required": False, **one} for one in more]
        form = self.admin.ok("POST", "/api/v1/forms", {"name": "Kinds", "title": "All kinds & more", "intro": "Two\nlines", "list_id": asked, "fields": fields})
        address = self.admin.ok("POST", "/api/v1/forms/%s/publish" % form["id"])["public_url"]
        recipients = self.list_of("markup", 3)
        self.send(self.campaign(recipients))
        for n, language in enumerate(LANGUAGES):
            visitor, who = self.program.client(), "markup%d@example.org" % n
            page = self.visit("form", address, language, visitor)
            stamp = re.search(r'name="stamp" value="([^"]+)"', page)[1]
            self.program.move_clock(30)
            self.visit("form, wrong", address, language, visitor, {"stamp": stamp, "website": "", "q_mail": "nobody"})
            self.visit("form, thanks", address, language, visitor, {"stamp": stamp, "website": "", "q_mail": "joins-%s@example.org" % language})
            [confirm, *_] = self.links("joins-%s@example.org" % language, r"https?://\S+")
            self.visit("confirmation", confirm, language, visitor)
            self.visit("confirmation, done", confirm, language, visitor, {})
            unsubscribe = self.links(who, r"https?://\S+/u/\S+")[0]
            preferences = self.links(who, r"https?://\S+/p/preferences/\S+")[0]
            self.visit("preferences", preferences, language, visitor)
            self.visit("unsubscribing", unsubscribe, language, visitor)
            self.visit("unsubscribing, done", unsubscribe, language, visitor, {})
            self.visit("preferences, after", preferences, language, visitor)
            self.visit("a link that is none", "/u/nothing", language, visitor)
            self.visit("own data", "/p/requests/first", language, visitor)
            self.visit("no such page", "/p/me/nowhere", language, visitor)
        self.visit("console", "/", "en")
        self.judged(25)


class OwnPages(Portal, Kept):
    """What a substitute sees; signing in and shifts are test_portal's, and so are its own tests."""

    locals().update({name: None for name in dir(Portal) if name.startswith("test_")})

    @classmethod
    def setUpClass(cls):
        cls.program = varde.Program(extra=["--no-backup"])
        cls.program.start()
        cls.addClassCleanup(cls.program.remove)

    def setUp(self):
        super().setUp()
        self.documents = {}

    def test_pages_of_substitutes(self):
        for language in LANGUAGES:
            pool = self.pool()
            person = self.substitute([pool], phone=False, first_name="Åse & <b>", language=language)
            self.book(person)
            shift = self.shift(pool, begin=8 * DAY, note="By the back door & up")
            self.asked(shift, person)
            offer = varde.wait_for(lambda: [link for item in self.admin.ok("GET", "/api/v1/mailbox?q=" + person["email"])["items"] for link in re.findall(r"https?://\S+(/p/o/\S+)", self.admin.ok("GET", "/api/v1/mailbox/" + item["id"])["text"])], "the question")[0]
            visitor = self.visitor()
            self.visit("question", offer, language, visitor)
            self.visit("own pages, before signing in", HOME, language, visitor)
            self.ask(visitor, person["email"])
            self.visit("own pages, code", HOME + "/code", language, visitor)
            self.visit("own pages, wrong code", HOME + "/sign-in", language, visitor, {"token": visitor.token, "code": "000000"})
            self.program.move_clock(3600)
            self.admin = self.program.admin()
            self.signed_in(person, visitor=visitor)
            seen = set()
            wanted = [HOME]
            while wanted:  # every page that one is led to
                path = wanted.pop()
                if path in seen or path.endswith((".ics", ".zip", ".json")):
                    continue
                seen.add(path)
                text = self.visit("own page " + path.removeprefix(HOME).split("?")[0], path, language, visitor)
                wanted += [link for link in re.findall(r'href="(%s[^"#]*)"' % HOME, text) if "sign-out" not in link and len(seen) < 40]
            self.assertGreater(len(seen), 5, seen)
            self.visit("question, answered", offer, language, visitor, {"answer": "no"})
        self.judged(30)


del Portal  # of which the loader would run the tests here, too

if __name__ == "__main__":
    unittest.main()
