"""Text from outside is brought into its canonical form, then checked, then stored: by whatever way it comes."""
import re, unittest, urllib.parse
import varde

INVISIBLE = "email,first name\r\n%s\u00a0,nbsp behind\r\n\ufeff%s,mark before\r\nin\u200b%s,space within\r\n"


class Text(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.program = varde.shared()
        cls.admin = cls.program.admin()

    def stored(self, address):
        answer = self.admin.post("/api/v1/persons", {"email": address})
        return answer.json["email"] if answer.status == 201 else answer.status

    def test_what_is_checked_is_what_is_stored(self):
        for address in ("a@＜b＞.example", "x@evil.example＠bank.example", "a@b／c.example", "a．．b@example.org", "a@exa mple.org", "kari\u200b@text.example", "kari@te\u00adxt.example"):
            self.assertEqual(self.stored(address), 422, address)

    def test_a_domain_is_its_own(self):
        self.assertEqual(self.stored("Ola@Straße.example"), "Ola@xn--strae-oqa.example")
        self.assertEqual(self.stored("ola@strasse.example"), "ola@strasse.example", "somebody else's domain")
        self.assertEqual(self.stored("ola@STRAßE.example"), 409)
        self.assertEqual(self.stored("kari@BLÅBÆR.example"), "kari@xn--blbr-roah.example")
        self.assertEqual(self.stored("kari@bla\u030abær.example"), 409, "the same letters in other code points")

    def test_twins_that_look_alike_are_one_person(self):
        self.assertEqual(self.stored("twin@text.example"), "twin@text.example")
        for twin in ("twin@text.example\u00a0", "\ufefftwin@text.example", "\u2003twin@text.example\u200b", "ｔｗｉｎ@text.example", "twin@TEXT．example"):
            self.assertEqual(self.stored(twin), 409, repr(twin))
        self.admin.ok("POST", "/api/v1/suppressions", {"email": "twin@text.example\u00a0"})
        self.assertTrue(self.admin.ok("POST", "/api/v1/suppressions/check", {"email": "twin@text.example"})["suppressed"])

    def test_a_file_with_what_nobody_sees(self):
        address = "file@text.example"
        done = self.admin.import_csv(INVISIBLE % ((address,) * 3))
        self.assertEqual((done["counts"]["created"], done["counts"]["rejected"]), (1, 1), done["counts"])
        found = [p for p in self.admin.ok("GET", "/api/v1/persons?q=file")["items"] if p.get("email", "").endswith("text.example")]
        self.assertEqual([p["email"] for p in found], [address])

    def test_names_keep_what_writing_needs_and_nothing_else(self):
        named = lambda i, name: self.admin.post("/api/v1/persons", {"email": "name%d@text.example" % i, "first_name": name})
        good = {"Kari\u00a0": "Kari", "Kari\u00a0Anne": "Kari Anne", "A\u030asa": "Åsa", "نامه\u200cای": "نامه\u200cای", "👩\u200d💻": "👩\u200d💻", "\ufeffKari\u200b": "Kari"}
        for i, (written, kept) in enumerate(good.items()):
            answer = named(i, written)
            self.assertEqual((answer.status, answer.json.get("first_name")), (201, kept), repr(written))
        for i, bad in enumerate(("Ka\u200bri", "Ka\u202eri", "Ka\u2060ri")):
            answer = named(100 + i, bad)
            self.assertEqual((answer.status, answer.json["errors"][0]["pointer"]), (422, "/first_name"), repr(bad))

    def test_a_form_and_a_number(self):
        form = self.admin.ok("POST", "/api/v1/forms", {"name": "Text", "fields": [{"key": "mail", "type": "email", "label": "E-mail", "required": True}, {"key": "tel", "type": "phone", "label": "Phone", "required": False}]})
        path = urllib.parse.urlsplit(self.admin.ok("POST", "/api/v1/forms/%s/publish" % form["id"])["public_url"]).path
        visitor = self.program.client()

        def post(mail, tel):
            stamp = re.search(r'name="stamp" value="([^"]+)"', visitor.get(path).body.decode())[1]
            self.program.move_clock(5)
            return visitor.request("POST", path, raw=urllib.parse.urlencode({"stamp": stamp, "website": "", "q_mail": mail, "q_tel": tel}).encode(), headers={"Content-Type": "application/x-www-form-urlencoded"}).status
        self.assertEqual(post("\ufeffform@text.example\u00a0", "\u202a+47\u00a0912 00 999\u202c"), 200)
        person, = self.admin.ok("GET", "/api/v1/persons?q=form@text.example")["items"]
        self.assertEqual((person["email"], person["phone"]), ("form@text.example", "+4791200999"))
        self.assertEqual(post("fo\u200brm@text.example", ""), 422)
        self.assertEqual(post("x@evil.example＠bank.example", ""), 422)

    def test_domains_and_servers(self):
        answer = self.admin.post("/api/v1/domains", {"domain": "Blåbær.example"})
        self.assertEqual((answer.status, answer.json["domain"]), (201, "xn--blbr-roah.example"))
        self.admin.delete("/api/v1/domains/" + answer.json["id"])
        for host, code in (("mail.example.org＠evil.example", 422), ("mail\u200b.example.org", 422), ("MAIL.example.org", 201)):
            answer = self.admin.post("/api/v1/providers", {"name": "text " + host, "kind": "smtp", "host": host, "port": 25, "security": "none"})
            self.assertEqual(answer.status, code, host)
            if code == 201:
                self.assertEqual(answer.json["host"], "mail.example.org")
                self.admin.delete("/api/v1/providers/" + answer.json["id"])


if __name__ == "__main__":
    unittest.main()
