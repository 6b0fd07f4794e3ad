#!/usr/bin/env python3
"""The demo organisation: fills it through the public API, then simulates its recipients.

A process of its own, beside the program, that uses nothing but HTTP, and SMTP for what comes back by mail: what it can
do, any client and any mail server can. Every person is made up and lives at example.org; every request and every bounce
of a simulated recipient carries the demo's token, and the program labels what it causes as simulated.

    demo.py DATA_DIRECTORY URL     fills (once), prints how to log in, simulates until it is stopped
"""
import datetime, http.client, json, pathlib, random, re, smtplib, sys, time, urllib.parse, zlib, zoneinfo

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tools"))
from api_client import Client, Refused, totp  # noqa: E402

PERSONS, SUBSTITUTES = 10000, 300
OSLO = zoneinfo.ZoneInfo("Europe/Oslo")
FIRST = "Aksel Alma Amanda Anders Anna Astrid Bjørn Elias Ella Emil Emma Eva Filip Frida Hanna Henrik Ida Ingrid Iver Jakob Jon Kari Lars Lea Liv Maja Marius Mona Nils Nora Ola Olav Oskar Per Sara Selma Sofie Stian Tiril Tuva Ulrik Vilde Åse Øyvind".split()
LAST = "Bakke Berg Dahl Demo Eide Fjell Haug Hansen Holm Hagen Lie Lund Moen Nes Nygård Prøve Ruud Sand Solberg Strand Sunde Test Vik Ødegård Ås".split()
CITIES = ["Oslo", "Bergen", "Trondheim", "Stavanger", "Tromsø", "Bodø"]


# Of a thousand addresses, so many do not exist, and so many of the others are full.
UNKNOWN, FULL = 15, 5
COMPLAIN = {"demo00123@example.org", "demo04711@example.org"}


def connect_to(url):
    parts = urllib.parse.urlsplit(url)
    return Client(lambda timeout: http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout))


def log_in(client, login):
    def codes():  # a code works once; the next one comes within half a minute
        yield totp(login["totp_secret"], time.time())
        time.sleep(30 - time.time() % 30)
        yield totp(login["totp_secret"], time.time())
    client.login(login["email"], login["password"], codes())


# A letter of a page, as news are: in a short one no picture counts opens.
LETTER = """The year so far: we have been to forty-one places, put up three new benches by the lake, and counted more members than in any year before. The ice lay until the middle of April, so the boats went out late, and the first evening walk had to turn back at the bridge. The second one did not. Whoever wants to lead a walk of their own finds the calendar at the house, and a key hangs behind the door of the kitchen.
The house itself has a new roof over the porch. It was paid for by the flea market of last autumn, which brought in more than the three before it together, and was put up by eleven people on two Saturdays. Paint is what is missing now. We have chosen the same red as before, after an evening of talk on which more was said about colours than anybody had thought possible, and we paint on the second Saturday of next month, if it is dry. Brushes are there; old clothes are not.
For children there is something new on Wednesdays: from four to six the workshop is open, with somebody in it who knows how to hold a saw. Last week four boats and a house for hedgehogs were made. The boats float. It costs nothing, and nobody has to say beforehand that they come, but whoever is under seven brings an adult, who may also be taught how to hold a saw.
The library of things has grown. Besides the tent, the cider press and the long ladder one can now borrow a sewing machine, a projector with its screen, and a set of forty plates that were left over from a wedding. What is borrowed on a Thursday comes back the Thursday after. The ladder comes back the same day, for the fire brigade says so, and it was right about the wasps.
A word about money. Membership costs what it has cost for six years, and we would like it to stay so. That works as long as the hall is let on at least two weekends a month; in spring it was one and a half. If you know somebody who looks for a place for a christening, a choir or a chess tournament: there is room for eighty, the kitchen has two ovens, and the piano was tuned in February.
The annual meeting has chosen a new board. Three have gone on, two are new, and nobody had to be persuaded for long. The minutes lie at the house and on our page, together with the accounts, which were read by two people who do it for a living and found nothing but a coffee that had been paid for twice. The board meets on the first Monday of each month, and whoever wants to listen is welcome to.
The garden behind the house has been dug over by the school's fifth form, who were promised the strawberries for it. There are rows for beans, potatoes and flowers for bees, and one that is nobody's yet. Whoever takes it gets a key to the shed and the advice of everybody who walks by. Water comes from the barrels by the gutter as long as it rains, and afterwards from the tap, which is opened with the red handle and, please, closed with it too. What grows too well is put on the table by the gate on Fridays, for everybody.
Last, what is lost and found: a blue mitten with a white star, a thermos with soup in it (the soup is gone), and a bicycle that has stood by the wall since the harvest festival and that somebody must be missing. It has a basket. Ask at the house, or answer this letter: it is read by people, and they answer."""


def document(heading, text, label, href, letter=""):
    paragraph = lambda t: {"type": "paragraph", "content": [{"type": "text", "text": t}]}
    return {"version": 1, "theme": {"background": "#f4f5f7", "surface": "#ffffff", "text": "#1d2129", "accent": "#0b7285", "font": "sans"}, "preheader": text,
            "blocks": [{"id": "a", "type": "heading", "level": 1, "text": heading},
                       {"id": "b", "type": "text", "doc": {"type": "doc", "content": [paragraph("Hello {{ person.first_name | default: \"there\" }},"), paragraph(text),
                                                                                      *map(paragraph, letter.splitlines()),
                                                                                      paragraph("{% if person.city == \"Oslo\" %}In Oslo we meet at the library.{% else %}We come to {{ person.city | default: \"you\" }} in spring.{% endif %}")]}},
                       {"id": "c", "type": "button", "label": label, "href": href},
                       {"id": "d", "type": "text", "doc": {"type": "doc", "content": [{"type": "paragraph", "content": [
                           {"type": "text", "text": "Read more on our page", "marks": [{"type": "link", "attrs": {"href": "https://example.org/more"}}]}]}]}},
                       {"id": "e", "type": "footer"}]}


def fill(client):
    """What the organisation has: people, a list, segments, a form, a journey, two campaigns."""
    rng = random.Random(7)
    client.ok("PATCH", "/api/v1/settings", {"colour": "#0b7285", "postal_address": "Demo Street 1, 0001 Demo"}, headers={"If-Match": '"v1"'})
    for key, label, kind in (("city", "City", "text"), ("age", "Age", "number"), ("member_since", "Member since", "date"), ("volunteer", "Volunteer", "boolean")):
        client.ok("POST", "/api/v1/attributes", {"key": key, "label": label, "type": kind, "classification": "plain"})
    purpose = client.ok("POST", "/api/v1/purposes", {"key": "newsletter", "label": "Newsletter", "description": "News and events by e-mail"})
    news = client.ok("POST", "/api/v1/lists", {"name": "Newsletter", "description": "Everybody who wants our news"})
    rows = ["email,phone,first_name,last_name,language,City,Age,Member since,Volunteer"]
    for i in range(PERSONS):
        # Two of three substitutes have a number; 555-0100 to 555-0199 are kept for fiction, so that nobody has it.
        phone = "+1%d55501%02d" % ((202, 212, 305)[i // 100], i % 100) if i < SUBSTITUTES and i % 3 else ""
        rows.append("demo%05d@example.org,%s,%s,%s,%s,%s,%d,%d-%02d-%02d,%s" % (i, phone, rng.choice(FIRST), rng.choice(LAST), rng.choice(["nb", "nb", "sv", "en"]), rng.choice(CITIES), rng.randint(16, 90),
                                                                       rng.randint(2005, 2026), rng.randint(1, 12), rng.randint(1, 28), rng.choice(["yes", "no", "no"])))
    for name, part, tags in (("demo-substitutes.csv", rows[:1 + SUBSTITUTES], ["demo", "substitute"]), ("demo-persons.csv", rows[:1] + rows[1 + SUBSTITUTES:], ["demo"])):
        if len(part) == 1:
            continue
        made = client.ok("POST", "/api/v1/imports?filename=" + name, raw="\n".join(part).encode())
        client.ok("POST", "/api/v1/imports/%s/start" % made["id"], {"encoding": made["encoding"], "delimiter": made["delimiter"], "header": True,
                  "mapping": [{"column": c["index"], "target": c.get("suggestion", "ignore")} for c in made["columns"]],
                  "options": {"list_id": news["id"], "purpose_id": purpose["id"], "consent_source": "made up for the demo", "tags": tags}})
        while client.ok("GET", "/api/v1/imports/" + made["id"])["state"] in ("queued", "running"):
            time.sleep(0.2)
    rule = lambda *rules: {"op": "and", "rules": list(rules)}
    oslo = client.ok("POST", "/api/v1/segments", {"name": "Oslo, 40 and older", "conditions": rule({"field": "attribute:city", "operator": "is", "value": "Oslo"}, {"field": "attribute:age", "operator": "gte", "value": 40})})
    client.ok("POST", "/api/v1/segments", {"name": "Volunteers", "conditions": rule({"field": "attribute:volunteer", "operator": "is", "value": True})})
    form = client.ok("POST", "/api/v1/forms", {"name": "Summer party", "title": "Are you coming to the summer party?", "intro": "Three quick questions. This is a demo: nobody waits for your answer.",
                     "thanks_text": "Thank you! We look forward to it.", "fields": [
                         {"key": "coming", "type": "choice", "label": "Are you coming?", "required": True, "choices": ["Yes", "No", "Maybe"]},
                         {"key": "food", "type": "multiple_choice", "label": "What do you eat?", "required": False, "choices": ["Everything", "Vegetarian", "Vegan", "No gluten"]},
                         {"key": "last_year", "type": "rating", "label": "How was last year's party?", "required": False, "max": 5}]})
    form = client.ok("POST", "/api/v1/forms/%s/publish" % form["id"])
    journey = client.ok("POST", "/api/v1/journeys", {"name": "After the summer party form", "trigger": {"kind": "form_submitted", "form_id": form["id"]}, "start": "thanks", "steps": [
        {"id": "thanks", "kind": "tag", "add": ["answered"], "next": "wait", "x": 0, "y": 0},
        {"id": "wait", "kind": "wait", "minutes": 1, "next": "send", "x": 0, "y": 120},
        {"id": "send", "kind": "send", "subject": "Thank you for your answer", "document": document("Thank you!", "We have your answer and will be back with details.", "Our page", "https://example.org/party"), "x": 0, "y": 240}]})
    client.ok("POST", "/api/v1/journeys/%s/start" % journey["id"])
    for name, subject, doc, audience in (
            ("Summer party", "{{ person.first_name | default: \"Hello\" }}, are you coming to the summer party?", document("Summer party", "We meet in June, and we hope that you come.", "Tell us if you come", form["public_url"], LETTER), {"lists": [news["id"]]}),
            ("Oslo meeting", "An evening in Oslo", document("An evening in Oslo", "For those of us who live in Oslo: an evening about the year ahead.", "See the programme", "https://example.org/oslo", LETTER), {"segments": [oslo["id"]]})):
        campaign = client.ok("POST", "/api/v1/campaigns", {"name": name, "subject": subject, "from_name": "Demo organisation", "from_email": "news@example.org", "document": doc, "purpose_id": purpose["id"],
                             "audience": {"lists": audience.get("lists", []), "segments": audience.get("segments", []), "exclude_lists": [], "exclude_segments": []}})
        client.ok("POST", "/api/v1/campaigns/%s/send" % campaign["id"], {})


def staff(client):
    """The other job: four workplaces, a pool of substitutes, and a fortnight of shifts, some of which are looked for already."""
    rng = random.Random(5)
    settings = client.request("GET", "/api/v1/settings")
    # A demo is looked at in the evening too.
    client.ok("PATCH", "/api/v1/settings", {"quiet_from": "00:00", "quiet_to": "00:00"}, headers={"If-Match": settings.headers["ETag"]})
    places = [client.ok("POST", "/api/v1/workplaces", {"name": name, "address": "Demo Street %d, Oslo" % n, "time_zone": "Europe/Oslo", "latitude": 59.9 + n * 0.02, "longitude": 10.7 + n * 0.03})["id"]
              for n, name in enumerate(("Demo: North school", "Demo: Harbour kindergarten", "Demo: Hillside care home", "Demo: Swimming hall"))]
    skills = [client.ok("POST", "/api/v1/skills", {"name": name})["id"] for name in ("Teacher", "Kindergarten assistant", "Nurse", "Lifeguard")]
    pools = [client.ok("POST", "/api/v1/pools", {"name": name})["id"] for name in ("Schools and kindergartens", "Care", "On call")]
    tag = next(t["id"] for t in client.ok("GET", "/api/v1/tags")["items"] if t["name"] == "substitute")
    found, cursor = [], ""
    while cursor is not None:
        page = client.ok("GET", "/api/v1/persons?limit=200&tag=" + tag + ("&cursor=" + urllib.parse.quote(cursor) if cursor else ""))
        found += page["items"]
        cursor = page.get("next")
    client.ok("POST", "/api/v1/substitutes", {"person_ids": [p["id"] for p in found]})
    today = datetime.datetime.now(OSLO).replace(hour=0, minute=0, second=0, microsecond=0)
    for i, person in enumerate(found):
        mine = {n for n in range(4) if rng.random() < 0.3} or {i % 4}
        client.ok("PUT", "/api/v1/substitutes/" + person["id"], {"pools": [pools[0]] * bool(mine & {0, 1}) + [pools[1]] * bool(mine & {2}) + [pools[2]] * (3 in mine or i % 5 == 0),
                  "skills": [{"skill_id": skills[n], "level": rng.randint(1, 3)} for n in mine], "latitude": 59.85 + rng.random() * 0.2, "longitude": 10.6 + rng.random() * 0.3,
                  "workplaces": [{"workplace_id": places[n], "kind": "favourite"} for n in mine if rng.random() < 0.1]})
        if rng.random() < 0.5:
            days = [n for n in range(1, 8) if rng.random() < 0.6]
            client.ok("POST", "/api/v1/substitutes/%s/availability" % person["id"], {"kind": "available", "from_date": today.strftime("%Y-%m-%d"), "until_date": (today + datetime.timedelta(days=120)).strftime("%Y-%m-%d"), "weekdays": days or [1]})
    at = lambda day, hour, minute: (today + datetime.timedelta(days=day)).replace(hour=hour, minute=minute).astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    hours = [((7, 45), (15, 15)), ((7, 0), (15, 0)), ((14, 30), (22, 0)), ((10, 0), (17, 30))]
    strategies = [{"kind": "broadcast"}, {"kind": "waves", "waves": [{"who": "favourites", "minutes": 2}, {"who": "pool", "minutes": 10}]}, {"kind": "one_by_one", "minutes": 2}, {"kind": "candidates"}]
    for day in range(1, 13):
        for n in range(4):
            if rng.random() < 0.45:
                continue
            (begin, end), strategy = hours[n], rng.choice(strategies)
            shift = client.ok("POST", "/api/v1/shifts", {"workplace_id": places[n], "starts_at": at(day, *begin), "ends_at": at(day, *end), "break_minutes": 30, "places": rng.choice([1, 1, 1, 2]), "pool_ids": [pools[(0, 0, 1, 2)[n]]],
                                    "skills": [{"skill_id": skills[n], "level": 1, "required": n != 0}], "note": "Demo: nobody waits for you.", "strategy": strategy})
            if day < 9 and rng.random() < 0.7:
                client.ok("POST", "/api/v1/shifts/%s/publish" % shift["id"], {})


def fate(address):
    """What becomes of mail to an address, always the same: None (it arrives), "unknown", "full" or "complaint"."""
    if address in COMPLAIN:
        return "complaint"
    number = zlib.crc32(address.encode()) % 1000
    return "unknown" if number < UNKNOWN else "full" if number < UNKNOWN + FULL else None


def report(message, kind, text, fields, token):
    """A multipart/report about a captured message (RFC 6522): a delivery status (RFC 3464) or a complaint (RFC 5965)."""
    return """From: MAILER-DAEMON@mx.example.org
To: <%s>
Subject: %s
Auto-Submitted: auto-replied
Varde-Simulated: %s
MIME-Version: 1.0
Content-Type: multipart/report; report-type=%s; boundary=part

--part
Content-Type: text/plain

%s
--part
Content-Type: message/%s

%s
--part
Content-Type: text/rfc822-headers

Message-ID: %s
--part--
""" % (message["return_path"], text, token, kind, text, kind, fields, next(h["value"] for h in message["headers"] if h["name"].lower() == "message-id"))


def returned(message, why, token):
    """What the mail server of a recipient writes to the message's return path."""
    if why == "complaint":
        return report(message, "feedback-report", "A user says that this is spam", "Feedback-Type: abuse\nUser-Agent: Demo/1\nVersion: 1\nOriginal-Rcpt-To: <%s>\n" % message["to"], token)
    status, reply = {"unknown": ("5.1.1", "550 5.1.1 no such user"), "full": ("4.2.2", "452 4.2.2 mailbox is full")}[why]
    return report(message, "delivery-status", "Undelivered Mail Returned to Sender",
                  "Reporting-MTA: dns; mx.example.org\n\nFinal-Recipient: rfc822; %s\nAction: failed\nStatus: %s\nDiagnostic-Code: smtp; %s\n" % (message["to"], status, reply), token)


class Recipients:
    """Read the captured mailbox and behave like people: some open, some click, some answer, a few leave; and a few
    have no such address, or complain. `directory` is the program's, which says there where bounces are received."""

    def __init__(self, client, token, directory):
        self.client, self.token, self.directory = client, token, directory
        self.rng, self.seen, self.later = random.Random(11), set(), []
        self.mark = directory / "demo" / "read"  # the newest message that was read, for the next start
        self.read_to = self.mark.read_text() if self.mark.exists() else ""
        self.sms_mark = directory / "demo" / "read-sms"
        self.sms_read_to = self.sms_mark.read_text() if self.sms_mark.exists() else ""
        self.visitor = Client(client.connect)
        self.headers = {"Varde-Simulated": token, "User-Agent": "Mozilla/5.0 (demo recipient)"}

    def visit(self, url, method="GET", raw=None):
        """The answer to a recipient who follows a link of ours; None for links that lead elsewhere."""
        parts = urllib.parse.urlsplit(url)
        if not parts.path.startswith(("/t/", "/p/", "/u/")):
            return None
        headers = dict(self.headers)
        if raw is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.visitor.cookies.clear()  # each is somebody else
        return self.visitor.request(method, parts.path + ("?" + parts.query if parts.query else ""), raw=raw, headers=headers)

    def fill_in(self, url):
        """Opens a form and chooses; it is sent some seconds later, as a person would (the program refuses the hasty)."""
        page = self.visit(url)
        if page is None or page.status != 200:
            return
        fields, choices = [], {}
        for kind, name, value in re.findall(r'<input type="(hidden|radio|checkbox)" name="([^"]+)"\s+value="([^"]*)"', page.body.decode()):
            if kind == "hidden":
                fields.append((name, value))
            else:
                choices.setdefault(name, []).append(value)
        fields += [(name, self.rng.choice(values)) for name, values in choices.items()]
        self.in_seconds(8, lambda: self.visit(url, "POST", urllib.parse.urlencode(fields).encode()))

    def in_seconds(self, seconds, do):
        self.later.append((time.monotonic() + seconds, do))

    def do_what_is_due(self):
        now = time.monotonic()
        due = [do for at, do in self.later if at <= now]
        self.later = [one for one in self.later if one[0] > now]
        for do in due:
            do()

    def make_up_a_mind(self):
        """Yes, no, or nothing at all, to a question about a shift."""
        number = self.rng.random()
        return "yes" if number < 0.2 else "no" if number < 0.65 else None

    def answer_shift(self, url):
        if mind := self.make_up_a_mind():
            self.in_seconds(self.rng.uniform(3, 45), lambda: self.visit(url, "POST", b"answer=" + mind.encode()))

    def read_sms(self):
        """Answers the questions about shifts that came by SMS since the last time, by SMS."""
        newest, cursor, reading = self.sms_read_to, "", True
        while reading:
            page = self.client.ok("GET", "/api/v1/mailbox/sms?limit=200" + ("&cursor=" + urllib.parse.quote(cursor) if cursor else ""))
            unread = [row for row in page["items"] if row["id"] > self.sms_read_to]
            for row in unread:
                newest = max(newest, row["id"])
                question = re.search(r"(?:YES|JA) (\d+) ", row["text"])
                mind = self.make_up_a_mind() if question else None
                if mind:
                    text = "%s %s" % (mind, question.group(1))
                    self.in_seconds(self.rng.uniform(3, 45), lambda id=row["id"], text=text: self.client.request("POST", "/api/v1/mailbox/sms/%s/reply" % id, {"text": text}, headers=self.headers))
            cursor = page.get("next")
            reading = bool(cursor and unread)
        self.sms_read_to = newest
        self.sms_mark.write_text(newest)

    def read(self, message):
        question = re.search(r"https?://\S+/p/o/\S+", message.get("text") or "")
        if question and not message["subject"].startswith(("Booked", "Reminder", "Vakt bekreftet", "Passet är ditt", "Påminnelse")):
            self.answer_shift(question.group(0))
        html = message.get("html") or ""
        links = re.findall(r'href="([^"]+)"', html)
        pixel = re.search(r'src="([^"]*/t/o/[^"]+)"', html)
        if self.rng.random() < 0.55 and pixel:
            self.visit(pixel.group(1).replace("&amp;", "&"))
        clicks = [l.replace("&amp;", "&") for l in links if "/t/c/" in l]
        if self.rng.random() < 0.25 and clicks:
            clicked = self.visit(clicks[0])
            leads_to = clicked.headers.get("Location", "") if clicked else ""
            if "/p/f/" in leads_to and self.rng.random() < 0.6:
                self.fill_in(leads_to)
        leave = [l.replace("&amp;", "&") for l in links if "/u/" in l]
        if self.rng.random() < 0.01 and leave:
            self.visit(leave[0], "POST", b"List-Unsubscribe=One-Click")

    def bounce(self, message, why):
        place = self.directory / "bounce-address"
        if not place.exists():  # another program has the port: this one receives no bounces
            return
        host, port = place.read_text().strip().rsplit(":", 1)
        with smtplib.SMTP(host, int(port), timeout=60) as smtp:
            smtp.sendmail("", [message["return_path"]], returned(message, why, self.token))

    def read_new(self):
        """Reads what came since the last time, newest first."""
        newest, cursor, reading = self.read_to, "", True
        while reading:
            page = self.client.ok("GET", "/api/v1/mailbox?limit=200" + ("&cursor=" + urllib.parse.quote(cursor) if cursor else ""))
            # Two campaigns write at once, so that an older message may come after a newer one: not only the newest is remembered.
            unread = [row for row in page["items"] if row["id"] > self.read_to and row["id"] not in self.seen]
            for row in unread:
                self.seen.add(row["id"])
                newest = max(newest, row["id"])
                why = fate(row["to"])
                if why or self.rng.random() < 0.3 or row["subject"].startswith(("Can you work", "Kan du jobb")):
                    answer = self.client.request("GET", "/api/v1/mailbox/" + row["id"])
                    if answer.status == 404:  # the mailbox was emptied, the person erased
                        continue
                    self.bounce(answer.json, why) if why else self.read(answer.json)
            self.do_what_is_due()
            cursor = page.get("next")
            reading = bool(cursor and unread)
        self.mark.write_text(newest)

    def follow(self):
        """Reads whenever the live events tell of captured mail, until the server ends the line."""
        with self.client.stream("/api/v1/events") as line:
            self.read_new()  # what came before the line stood
            self.read_sms()
            for told in line:  # something every fifteen seconds at least, so that answers are sent too
                if told.startswith(b"event: mailbox.message"):
                    self.read_new()
                    self.read_sms()
                self.do_what_is_due()

    def run(self, log_in):
        """Follows until the program has ended: it takes its address away, or has not answered for half a minute."""
        pause, known = 1, True
        while pause < 32 and (self.directory / "address").exists():
            began = time.monotonic()
            try:
                if not known:
                    log_in()
                    known = True
                self.follow()
                pause = 1
            except (OSError, http.client.HTTPException, Refused) as trouble:
                known = known and not (isinstance(trouble, Refused) and trouble.answer.status == 401)
                if time.monotonic() - began > 60:
                    pause = 1
                time.sleep(pause)
                pause *= 2


def main():
    directory, url = pathlib.Path(sys.argv[1]), sys.argv[2]
    login = json.loads((directory / "demo" / "login.json").read_text())
    client = connect_to(url)
    log_in(client, login)
    filled = directory / "demo" / "filled"
    if not filled.exists():
        if not client.ok("GET", "/api/v1/campaigns")["items"]:
            print("  Filling the demo organisation with %d made-up persons and two campaigns …" % PERSONS, flush=True)
            fill(client)
        if not client.ok("GET", "/api/v1/workplaces")["items"]:
            print("  Filling the register with %d made-up substitutes, four workplaces and a fortnight of shifts …" % SUBSTITUTES, flush=True)
            staff(client)
        filled.touch()
    print("""
  Address   %s
  Login     %s
  Password  %s
  Code      %s now; the secret for an authenticator app is %s
            (another code: ./dev code)

  Four things to try
   1. Open the campaign "Summer party" and click a number of its report: the people behind it.
   2. Make a segment (People, Segments) and watch the count change with every condition.
   3. Answer the form of the campaign yourself (Captured mail, any message, the button), and see the answer on the
      person's page; a minute later the journey writes back.
   4. Publish a shift (Shifts, any draft) and watch it fill: who was asked, through what, and what they said.

  Everybody in the demo organisation is made up. Opens, clicks, answers and bounces come from a process beside the
  program and are labelled as simulated. Nothing leaves this machine: mail and SMS are captured.
""" % (url, login["email"], login["password"], totp(login["totp_secret"], time.time()), login["totp_secret"].upper()), flush=True)
    Recipients(client, login["simulation_token"], directory).run(lambda: log_in(client, login))


if __name__ == "__main__":
    main()
