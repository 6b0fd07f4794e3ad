"""One mail of each kind that Varde sends, in each language, as SpamAssassin and rspamd see it (both from Debian, without the network): neither holds
a word of it against us. Which words mails have and how they are built decides that; who sends them is not tried here."""
import contextlib, email, email.policy, http.client, json, os, pathlib, re, shutil, signal, subprocess, tempfile, time, unittest, urllib.parse
import markup, outreach, varde
from sms import noon
from test_portal import HOME

MOST = 0.5  # points
# What they say of where this test's mail comes from, which is nowhere: no server took it, no domain has an address, and the clock is ahead.
OF_THE_WAY = re.compile("^(DATE_IN_|NO_RECEIVED|NO_RELAYS|RCVD_|R_SPF|SPF_|DMARC_|ARC_|R_DKIM|DKIM_|HFILTER_|RDNS_|FROMHOST_|MX_|AUTH_NA|ONCE_|BOUNCE$|T_SCC|ASN|DBL|URIBL|RBL)")


def spamassassin(messages, home):
    """Of each message: for what it gets points, and how many. All in one go, for it takes two seconds to begin."""
    box = b"".join(b"From post@sender.example Tue Dec  1 00:00:00 2026\nX-Number: %d\n%s\n\n" % (n, re.sub(b"(?m)^From ", b">From ", raw.replace(b"\r\n", b"\n"))) for n, raw in enumerate(messages))
    done = subprocess.run(["spamassassin", "-L", "-t", "-x", "--prefspath=/dev/null", "--mbox"], input=box, capture_output=True, env={**os.environ, "HOME": home, "LC_ALL": "C"})
    found = {}
    for part in re.split(r"(?m)^(?=X-Number: \d+$)", done.stdout.decode(errors="replace"))[1:]:
        number, table = int(re.match(r"X-Number: (\d+)", part)[1]), part.partition("pts rule name")[2].split("\n\n", 1)[0]
        found[number] = {rule: float(points) for points, rule in re.findall(r"^\s*(-?\d+\.\d)\s+([A-Z][A-Z0-9_]+)", table, re.M) if not OF_THE_WAY.match(rule)}
    assert sorted(found) == list(range(len(messages))), done.stderr.decode()
    return [found[n] for n in range(len(messages))]


class Rspamd:
    """One of its own, that asks nobody."""

    def __init__(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="varde-rspamd-"))
        self.port = varde.free_port()
        (self.home / "rspamd.conf").write_text('''
.include "$CONFDIR/common.conf"
options { pidfile = "%(home)s/pid"; .include "$CONFDIR/options.inc"; dns { nameserver = ["127.0.0.1:9"]; timeout = 0.05; retransmits = 1; } }
logging { type = "file"; filename = "%(home)s/log"; level = "error"; }
worker "normal" { bind_socket = "127.0.0.1:%(port)d"; count = 1; mime = true; }
''' % {"home": self.home, "port": self.port})
        places = [word for name in ("DBDIR", "RUNDIR", "LOGDIR") for word in ("--var", "%s=%s" % (name, self.home))]
        user = ["-u", "nobody", "-g", "nogroup"] if os.geteuid() == 0 else []
        if user:
            shutil.chown(self.home, "nobody", "nogroup")
        self.process = subprocess.Popen(["rspamd", "-f", *([] if user else ["-i"]), *user, "-c", str(self.home / "rspamd.conf"), *places], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        varde.wait_for(lambda: self.answers(), "rspamd", 90)

    def answers(self):
        with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
            return self.ask(b"From: a@sender.example\r\nSubject: Hi\r\n\r\nHi.\r\n", "a@sender.example", "b@example.org")
        return None

    def ask(self, raw, sender, to):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("POST", "/checkv2", raw, {"IP": "192.0.2.25", "Helo": "mail.sender.example", "Hostname": "mail.sender.example", "From": sender, "Rcpt": to})
        symbols = json.loads(connection.getresponse().read())["symbols"]
        return {name: one["score"] for name, one in symbols.items() if one["score"] != 0 and not OF_THE_WAY.match(name)}

    def end(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(30)
        shutil.rmtree(self.home, ignore_errors=True)


def short():
    return {"version": 1, "blocks": [
        {"id": "1", "type": "text", "doc": {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "The office is closed on Friday. On Monday we are there again."}]}]}},
        {"id": "2", "type": "footer", "text": ""}]}


class Spam(outreach.OutreachCase):
    @classmethod
    def setUpClass(cls):
        cls.rspamd = Rspamd()
        cls.addClassCleanup(cls.rspamd.end)
        cls.home = tempfile.mkdtemp(prefix="varde-spamassassin-")
        cls.addClassCleanup(shutil.rmtree, cls.home, True)
        cls.sink = outreach.Sink()
        cls.program = varde.Program(extra=["--no-backup", "--public-url", "https://news.sender.example", "--trusted-proxy", "127.0.0.1", "--mail-host", "127.0.0.1", "--mail-port", str(cls.sink.port), "--mail-security", "none", "--mail-from", "varde@platform.example"])
        cls.program.start()
        cls.addClassCleanup(cls.program.remove)
        noon(cls.program)
        cls.admin = cls.program.admin()
        varde.allow_sending(cls.admin, "sender.example")
        cls.admin.ok("POST", "/api/v1/providers", {"name": "sink", "kind": "smtp", "host": "127.0.0.1", "port": cls.sink.port, "security": "none", "connections": 2, "default": True})
        cls.admin.request("PATCH", "/api/v1/settings", {"name": "Nordby kommune"}, headers={"If-Match": "*"})
        cls.place = cls.admin.ok("POST", "/api/v1/workplaces", {"name": "North school", "time_zone": "Europe/Oslo"})["id"]

    def got(self, to, about=b""):
        """The newest message to an address, as it left."""
        return varde.wait_for(lambda: next((m for m in reversed(self.sink.messages) if m[1] == to and about in m[2]), None), "a mail to " + to)

    def sent(self, to, document, list_id, **fields):
        campaign = self.campaign(list_id, name="News", subject="News of the spring", from_name="Nordby kommune", document=document, **fields)
        self.send(campaign)
        return self.got(to)

    def mails(self, language):
        """One of each kind: its name, and the message."""
        who = "reader-%s@example.org" % language
        recipients = self.admin.ok("POST", "/api/v1/lists", {"name": "news " + language})["id"]
        person = self.admin.ok("POST", "/api/v1/persons", {"email": who, "first_name": "Kari", "language": language})["id"]
        self.admin.ok("PUT", "/api/v1/persons/%s/lists/%s" % (person, recipients), {"state": "subscribed"})
        yield "campaign, long", self.sent(who, outreach.document(), recipients)
        yield "campaign, short", self.sent(who, short(), recipients)

        joined = self.admin.ok("POST", "/api/v1/lists", {"name": "journey " + language})["id"]
        journey = self.admin.ok("POST", "/api/v1/journeys", {"name": "Welcome " + language, "trigger": {"kind": "list_joined", "list_id": joined}, "start": "a", "steps": [
            {"id": "a", "kind": "send", "subject": "Welcome to us", "from_name": "Nordby kommune", "from_email": "post@sender.example", "document": short()}]})
        self.admin.ok("POST", "/api/v1/journeys/%s/start" % journey["id"])
        self.admin.ok("PUT", "/api/v1/persons/%s/lists/%s" % (person, joined), {"state": "subscribed"})
        yield "journey", self.got(who, b"Subject: Welcome to us")

        asked = self.admin.ok("POST", "/api/v1/lists", {"name": "asked " + language, "double_opt_in": True})["id"]
        form = self.admin.ok("POST", "/api/v1/forms", {"name": "Sign up " + language, "list_id": asked, "fields": [{"key": "mail", "type": "email", "label": "E-mail", "required": True}]})
        page = urllib.parse.urlsplit(self.admin.ok("POST", "/api/v1/forms/%s/publish" % form["id"])["public_url"]).path
        visitor = self.visitor()
        stamp = re.search(r'name="stamp" value="([^"]+)"', visitor.get(page, headers={"Accept-Language": language}).body.decode())[1]
        self.program.move_clock(30)
        before = len(self.sink.messages)
        self.post(visitor, page, {"stamp": stamp, "website": "", "q_mail": who}, language)
        yield "confirmation", varde.wait_for(lambda: next((m for m in self.sink.messages[before:] if m[1] == who), None), "the confirmation")

        pool = self.admin.ok("POST", "/api/v1/pools", {"name": "pool " + language})["id"]
        self.admin.ok("PUT", "/api/v1/substitutes/" + person, {"pools": [pool]})
        at = lambda hours: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.program.now() + hours * 3600))
        before = len(self.sink.messages)
        shift = self.admin.ok("POST", "/api/v1/shifts", {"workplace_id": self.place, "starts_at": at(100), "ends_at": at(108), "pool_ids": [pool]})["id"]
        self.admin.ok("POST", "/api/v1/shifts/%s/publish" % shift, {})
        yield "offer", varde.wait_for(lambda: next((m for m in self.sink.messages[before:] if m[1] == who), None), "the question")
        before = len(self.sink.messages)
        self.admin.ok("POST", "/api/v1/shifts/%s/offers/%s/answer" % (shift, person), {"yes": True})
        yield "answer", varde.wait_for(lambda: next((m for m in self.sink.messages[before:] if m[1] == who), None), "the confirmation of the shift")

        before = len(self.sink.messages)
        self.post(visitor, HOME + "/code", {"contact": who}, language)
        yield "code", varde.wait_for(lambda: next((m for m in self.sink.messages[before:] if m[1] == who), None), "the code")

        user = "user-%s@example.org" % language
        self.admin.ok("POST", "/api/v1/users/invitations", {"email": user, "role": "viewer"})
        invitation = self.got(user)
        yield "invitation", invitation
        token = re.search(r"/invitation/([A-Za-z0-9_-]{20,})", self.text_of(invitation[2]))[1]
        self.visitor().ok("POST", "/api/v1/invitations/accept", {"token": token, "name": "Kari", "password": varde.PASSWORD})
        self.visitor().post("/api/v1/password-reset", {"email": user})
        yield "reset", self.got(user, b"/reset/")

    def visitor(self):
        return self.program.client()

    def post(self, visitor, path, fields, language):
        answer = visitor.post(path, raw=urllib.parse.urlencode(fields).encode(), headers={"Content-Type": "application/x-www-form-urlencoded", "Accept-Language": language})
        self.assertLess(answer.status, 400, answer.body)

    def every_mail(self):
        """One of each kind in each language; made once for both tests."""
        if not hasattr(Spam, "made"):
            Spam.made = [(kind, language, *message) for language in ("en", "nb", "sv") for kind, message in self.mails(language)]
        return Spam.made

    def test_every_mail_is_right_html(self):
        documents = {}
        for kind, language, _, _, raw in self.every_mail():
            if html := email.message_from_bytes(raw, policy=email.policy.default).get_body(("html",)):
                documents["%s (%s)" % (kind, language)] = html.get_content()
                self.assertRegex(documents["%s (%s)" % (kind, language)], "<title>[^<]+</title>")
        self.assertGreaterEqual(len(documents), 6)
        self.assertEqual(markup.complaints(documents, markup.MAIL), [])

    def test_nothing_is_held_against_any_kind_of_mail(self):
        mails = self.every_mail()
        points = spamassassin([raw for *_, raw in mails], self.home)
        for (kind, language, sender, to, raw), first in zip(mails, points):
            with self.subTest(kind=kind, language=language):
                for judge, found in (("SpamAssassin", first), ("rspamd", self.rspamd.ask(raw, sender, to))):
                    self.assertLess(sum(found.values()), MOST, "%s: %s" % (judge, found))
                # Only where a picture may be is one.
                self.assertEqual(b'width="1"' in raw.replace(b"=\r\n", b"").replace(b"=3D", b"="), kind == "campaign, long", "the picture that counts opens")
        self.assertEqual(len({kind for kind, *_ in mails}), 9)


if __name__ == "__main__":
    unittest.main()
