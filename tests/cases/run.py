#!/usr/bin/env python3
"""Cases: run.py BINARY [PATH …] [--json] [--jobs N] [--only WORDS] [--show]

A case is a small file (.toml) that says what to do and what must come out; docs/cases.md has its format. Each is tried through
the real program, with databases and an organisation of its own, so a case may move the clock and leave behind what it likes.
A file of input for which no case is written (a report as a mail server sends it, a table) is tried as what it looks like, and
what came out is printed: it fails only if the program does.
"""
import argparse, concurrent.futures, contextlib, datetime, json, os, pathlib, re, shutil, smtplib, subprocess, sys, tempfile, threading, time, tomllib, traceback, urllib.parse, zoneinfo

HERE = pathlib.Path(__file__).resolve().parent
OURS = HERE
INPUTS = {".eml", ".csv", ".tsv", ".xlsx", ".tab"}

arguments = argparse.ArgumentParser()
arguments.add_argument("binary", type=pathlib.Path)
arguments.add_argument("paths", nargs="*", type=pathlib.Path)
arguments.add_argument("--json", action="store_true", help="a line of JSON for each: name, tried, failed")
arguments.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
arguments.add_argument("--only", default="", help="those whose name holds these words")
arguments.add_argument("--ahead", default="0", help="days by which the programs' clocks are ahead: finds what holds today alone")
arguments.add_argument("--show", action="store_true", help="says what came out, also where it is right")
given = arguments.parse_args()
os.environ.update(VARDE_BINARY=str(given.binary.resolve()), VARDE_TEST_AHEAD=given.ahead)
sys.path.insert(0, str(HERE.parent / "http"))
import varde  # noqa: E402
from outreach import Sink, document  # noqa: E402
from sms import SECRET, Gateway, http_settings, noon, number, sign  # noqa: E402


class Wrong(Exception):
    """Something else came out than must."""


# ---- what must come out

def fits(wanted, got, where=""):
    """Raises Wrong unless what came out is what was wanted: of a table those keys that are named, of a list each in its order, "~…" for
    a text that holds what the regular expression describes, anything else as it is."""
    if isinstance(wanted, dict):
        if not isinstance(got, dict):
            raise Wrong("%s: %r is no table" % (where or "what came out", got))
        for key, value in wanted.items():
            if key not in got and value != "":
                raise Wrong("%s is not there (there are %s)" % ((where + "." + key).lstrip("."), ", ".join(got) or "none"))
            fits(value, got.get(key, ""), (where + "." + key).lstrip("."))
    elif isinstance(wanted, list):
        if not isinstance(got, list) or len(got) != len(wanted):
            raise Wrong("%s: %s in place of %s" % (where, json.dumps(got, ensure_ascii=False), json.dumps(wanted, ensure_ascii=False)))
        for i, (one, other) in enumerate(zip(wanted, got)):
            fits(one, other, "%s[%d]" % (where, i))
    elif isinstance(wanted, str) and wanted.startswith("~"):
        if not re.search(wanted[1:], got if isinstance(got, str) else json.dumps(got, ensure_ascii=False), re.S):
            raise Wrong("%s: %r does not hold %s" % (where, got, wanted))
    elif isinstance(wanted, str) and wanted.startswith("!~"):
        if re.search(wanted[2:], got if isinstance(got, str) else json.dumps(got, ensure_ascii=False), re.S):
            raise Wrong("%s: %r holds what it must not: %s" % (where, got, wanted))
    elif wanted != got or isinstance(wanted, bool) != isinstance(got, bool):
        raise Wrong("%s: %s in place of %s" % (where, json.dumps(got, ensure_ascii=False), json.dumps(wanted, ensure_ascii=False)))


# ---- what is done

def with_original(report, message, quoted):
    """The report, with our message where it has one to show: in the part for it, or behind the words of a report that is nothing but
    words. Only who shows it has seen it, and is believed that a mailbox is gone."""
    headers = message.split(b"\r\n\r\n")[0] + b"\r\n"
    boundary = re.search(rb'(?i)boundary="?([^"\r\n;]+)', report)
    if boundary:
        def shown(part):
            if not quoted:
                return part[1] + b"\r\n"
            return part[1] + (message if b"message/rfc822" in part[1].lower() else headers) + b"\r\n"
        return re.sub(rb"(?is)(Content-Type: (?:text/rfc822-headers|message/rfc822)[^\r]*\r\n(?:[\w-]+:[^\r]*\r\n)*\r\n).*?(?=--" + re.escape(boundary[1]) + rb")", shown, report)
    if quoted:
        return report.rstrip() + b"\r\n\r\n------ This is a copy of the message, including all the headers. ------\r\n\r\n" + headers
    return report


class World:
    """An organisation of its own, and what a case does with it."""

    template, lock = None, threading.Lock()

    @classmethod
    def made(cls):
        """Databases with an organisation in them, which each case gets a copy of: making them takes longer than a case."""
        with cls.lock:
            if cls.template is None:
                program = varde.Program(extra=["--no-backup"])
                program.start()
                admin = program.admin()
                admin.request("PATCH", "/api/v1/settings", {"postal_address": "Storgata 1, 0155 Oslo"}, headers={"If-Match": "*"})
                program.stop()
                cls.template = program
        return cls.template

    def __init__(self, case, folder):
        self.case, self.folder, self.names, self.count = case, folder, {}, 0
        self._admin = self._provider = self._gateway = self._pool = None
        template = self.made()
        directory = tempfile.mkdtemp(prefix="varde-case-")
        shutil.rmtree(directory)
        subprocess.run(["cp", "-a", str(template.directory), directory], check=True)
        self.program = varde.Program(directory=directory, extra=["--no-backup", *case.get("with", [])])
        self.program.start()
        settings = {key: value for key, value in case.get("organisation", {}).items()}
        if "now" in case:
            self.clock(case["now"])
        if settings:
            self.admin.request("PATCH", "/api/v1/settings", settings, headers={"If-Match": "*"})

    def close(self):
        self.program.remove()

    @property
    def admin(self):
        """Logged in; a clock that moved may have ended the session."""
        if self._admin is None or self._admin.get("/api/v1/session").json.get("state") != "ready":
            self._admin = self.program.admin()
        return self._admin

    def fill(self, value):
        """Puts in what earlier steps have kept: ${name}."""
        if isinstance(value, str):
            return re.sub(r"\$\{([\w.-]+)\}", lambda name: str(self.names[name[1]]), value)
        if isinstance(value, dict):
            return {key: self.fill(one) for key, one in value.items()}
        return [self.fill(one) for one in value] if isinstance(value, list) else value

    def input(self, step, name):
        """The bytes that a step names: a file beside the case, or what stands in it."""
        if "rows" in step:
            return step["rows"].encode(step.get("written_in", "utf-8"))
        return (self.folder / step[name]).read_bytes()

    # Each returns what came out, as a table.

    def call(self, step):
        method, path = self.fill(step["call"]).split(" ", 1)
        raw = self.fill(step["text"]).encode() if "text" in step else (self.folder / step["file"]).read_bytes() if "file" in step else None
        headers = {"Content-Type": step["type"]} if "type" in step else {}
        if method == "PATCH":
            headers["If-Match"] = "*"
        client = self.program.client() if step.get("who") == "nobody" else self.admin
        answer = client.request(method, path, self.fill(step.get("body")), headers, raw)
        text = answer.body if isinstance(answer.body, str) else answer.body.decode(errors="replace")
        out = {"status": answer.status, "text": text}
        with contextlib.suppress(ValueError, TypeError):
            out["body"] = json.loads(text)
        return out

    def page(self, step):
        """A page of the public, as a browser without scripts: GET, or a form with what its page has hidden in it."""
        method, path = self.fill(step["page"]).split(" ", 1)
        path = re.sub(r"^https?://[^/]+", "", path)
        visitor = self.program.client()
        if method == "GET":
            answer = visitor.get(path)
        else:
            shown = visitor.get(path).body
            shown = shown if isinstance(shown, str) else shown.decode()
            hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', shown)) | dict((n, v) for n, v in re.findall(r'name="(stamp)" value="([^"]+)"', shown))
            self.program.move_clock(30)  # nobody fills in a form in a moment
            fields = {**hidden, **({"website": ""} if "stamp" in hidden else {}), **self.fill(step.get("fields", {}))}
            answer = visitor.request("POST", path, raw=urllib.parse.urlencode(fields, doseq=True).encode(), headers={"Content-Type": "application/x-www-form-urlencoded"})
        text = answer.body if isinstance(answer.body, str) else answer.body.decode()
        return {"status": answer.status, "text": re.sub(r"\s+", " ", re.sub(r"(?s)<style.*?</style>|<[^>]+>", " ", text)), "html": text}

    def import_(self, step):
        data = self.input(step, "import")
        answer = self.admin.request("POST", "/api/v1/imports?filename=" + urllib.parse.quote(step.get("import", "table.csv")), raw=data)
        if answer.status >= 400:
            return {"state": "refused", "reason": answer.json.get("detail", "")}
        made = answer.json
        columns = {c["name"]: c.get("suggestion", "ignore") for c in made["columns"]}
        columns |= step.get("columns", {})
        start = self.admin.post("/api/v1/imports/%s/start" % made["id"], {
            "encoding": made["encoding"], "delimiter": made["delimiter"], "header": made["header"], "options": self.fill(step.get("options", {})),
            "mapping": [{"column": c["index"], "target": columns[c["name"]]} for c in made["columns"]]})
        if start.status >= 400:
            return {"state": "refused", "reason": start.json.get("detail", "") + json.dumps(start.json.get("errors", []), ensure_ascii=False), "encoding": made["encoding"], "delimiter": made["delimiter"]}
        done = self.admin.finished_import(made["id"])
        out = {"state": done["state"], "reason": done.get("error", ""), "encoding": made["encoding"], "delimiter": made["delimiter"], "header": made["header"], "columns": columns, **done["counts"]}
        rejects = self.admin.get("/api/v1/imports/%s/rejects" % made["id"])
        out["rejects"] = (rejects.body if isinstance(rejects.body, str) else rejects.body.decode("utf-8-sig")) if rejects.status == 200 else ""
        out["persons"] = [self.person(one) for one in step.get("comes", {}).get("persons", [])]
        return out

    def person(self, wanted):
        """The one with the address or the number that is wanted."""
        for key in ("email", "phone", "last_name", "first_name"):
            if key in wanted and not wanted[key].startswith("~"):
                found = self.admin.ok("GET", "/api/v1/persons?q=" + urllib.parse.quote(wanted[key]))["items"]
                one = next((p for p in found if p.get(key, "").casefold() == wanted[key].casefold()), None)
                return self.admin.ok("GET", "/api/v1/persons/" + one["id"]) if one else {"nobody has": wanted[key]}
        raise Wrong("a person is named by email, phone, or name")

    def sent(self, address):
        """A message that left for an address: its return path and its bytes."""
        if self._provider is None:
            self._sink = Sink()
            varde.allow_sending(self.admin, "sender.example")
            self._provider = self.admin.ok("POST", "/api/v1/providers", {"name": "sink", "kind": "smtp", "host": "127.0.0.1", "port": self._sink.port, "security": "none", "connections": 2})
        self.count += 1
        recipients = self.admin.ok("POST", "/api/v1/lists", {"name": "case %d" % self.count})["id"]
        self.admin.import_csv("email\n%s\n" % address, options={"list_id": recipients})
        campaign = {"name": "Case", "subject": "News", "from_name": "Org", "from_email": "post@sender.example", "document": document(), "audience": {"lists": [recipients], "segments": []}, "provider_id": self._provider["id"]}
        campaign = self.admin.ok("POST", "/api/v1/campaigns", {**campaign, **CAMPAIGN})
        self.admin.ok("POST", "/api/v1/campaigns/%s/send" % campaign["id"], {})
        varde.wait_for(lambda: self.admin.ok("GET", "/api/v1/campaigns/%s/progress" % campaign["id"])["state"] == "sent", "the campaign", 60)
        path, _, raw = next(m for m in reversed(self._sink.messages) if m[1] == address)
        return campaign["id"], path, raw

    def bounce(self, step):
        address = step.get("to", "reader%d@example.org" % self.count)
        campaign, path, message = self.sent(address)
        report = re.sub(rb"\r?\n", b"\r\n", self.input(step, "bounce")).replace(b"RETURN-PATH@bounces.example", path.encode()).replace(b"kari@example.org", address.encode())
        report = with_original(report, message, step.get("original", True))
        sender = re.search(rb"(?mi)^Return-Path: *<([^>]*)>", report)
        with smtplib.SMTP("127.0.0.1", self.program.bounce_port) as smtp:
            smtp.sendmail(sender[1].decode() if sender else "", [path], report)
        counts = self.admin.ok("GET", "/api/v1/campaigns/%s/progress" % campaign)["counts"]
        person = self.person({"email": address})
        told = self.admin.ok("GET", "/api/v1/persons/%s/timeline" % person["id"])["items"]
        outcome = next((kind for kind in ("complained", "bounced_hard", "bounced_soft") if counts.get(kind)), "none")
        return {"outcome": outcome, "suppressed": self.admin.ok("POST", "/api/v1/suppressions/check", {"email": address})["suppressed"], "told": [t["kind"] for t in told]}

    def shifts(self, step):
        answer = self.admin.request("POST", "/api/v1/shifts/import?check=" + str(step.get("check", False)).lower(), raw=self.input(step, "shifts"), headers={"Content-Type": "text/csv"})
        if answer.status != 200:
            return {"state": "refused", "reason": answer.json.get("detail", ""), "status": answer.status}
        found = [] if step.get("check") else self.board()
        zone = zoneinfo.ZoneInfo(self.case.get("organisation", {}).get("time_zone", "Europe/Oslo"))
        local = lambda at: datetime.datetime.fromisoformat(at).astimezone(zone).strftime("%Y-%m-%d %H:%M")
        made = [{"starts": local(s["starts_at"]), "ends": local(s["ends_at"]), "break": s["break_minutes"], "places": s["places"]} for s in sorted(found, key=lambda s: s["starts_at"])]
        return {"state": "read", **answer.json, "shifts": made}

    def board(self):
        """All shifts of the organisation; a look at the board is of 93 days at most."""
        found, day = {}, datetime.date.fromtimestamp(self.program.now())
        for part in range(8):
            since, until = (day + datetime.timedelta(days=90 * n - 30) for n in (part, part + 1))
            for shift in self.admin.ok("GET", "/api/v1/shifts?from=%sT00:00:00Z&until=%sT00:00:00Z" % (since, until))["items"]:
                found[shift["id"]] = shift
        return found.values()

    def reply(self, step):
        """A substitute is asked by SMS for a shift, and says something."""
        if self._gateway is None:
            noon(self.program)
            self._gateway = Gateway()
            made = self.admin.ok("POST", "/api/v1/providers", {"name": "gateway", "kind": "sms_http", "password": "key", "connections": 4, "default": True, "callback_secret": SECRET, "sms": http_settings(self._gateway)})
            self._sms = made["id"]
            self._place = self.admin.ok("POST", "/api/v1/workplaces", {"name": "North school", "time_zone": "Europe/Oslo"})["id"]
        self.count += 1
        phone = number(700000 + self.count)
        pool = self.admin.ok("POST", "/api/v1/pools", {"name": "pool %d" % self.count})["id"]
        person = self.admin.ok("POST", "/api/v1/persons", {"phone": phone, "first_name": "Case", "language": step.get("language", "nb")})["id"]
        self.admin.ok("PUT", "/api/v1/substitutes/" + person, {"pools": [pool]})
        at = lambda seconds: datetime.datetime.fromtimestamp(self.program.now() + seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        shift = self.admin.ok("POST", "/api/v1/shifts", {"workplace_id": self._place, "starts_at": at(4 * 86400), "ends_at": at(4 * 86400 + 28800), "pool_ids": [pool]})["id"]
        self.admin.ok("POST", "/api/v1/shifts/%s/publish" % shift, {})
        question = varde.wait_for(lambda: self._gateway.of(phone), "the question")[0]["text"]
        found = re.search(r"\b(?:JA|YES) (\d+)", question)
        text = step["reply"].replace("{number}", found[1] if found else "1").replace("{question}", question)
        body = json.dumps({"id": "in-%d" % self.count, "from": phone, "text": text}).encode()
        taken = self.program.client().request("POST", "/p/sms/%s/reply" % self._sms, raw=body, headers=sign(body))
        said = varde.wait_for(lambda: len(self._gateway.of(phone)) > 1 and self._gateway.of(phone)[1]["text"], "what is said back") if step.get("answered", True) else ""
        offer = self.admin.ok("GET", "/api/v1/shifts/%s/offers" % shift)["items"][0]
        means = {"accepted": "yes", "yes": "yes", "booked": "yes", "declined": "no", "no": "no"}.get(offer["state"], "unclear")
        return {"status": taken.status, "means": means, "said": said, "question": question}

    def mail(self, step):
        """What was written to an address, the newest first, as the embedded mailbox has it."""
        address = self.fill(step["mail"])

        def look():
            items = self.admin.ok("GET", "/api/v1/mailbox?q=" + urllib.parse.quote(address))["items"]
            return [self.admin.ok("GET", "/api/v1/mailbox/" + item["id"]) for item in items if item["subject"].startswith(step.get("about", ""))]
        found = varde.wait_for(look, "a mail to " + address)
        return {**found[0], "links": re.findall(r"https?://[^\s<>\"]+", found[0]["text"])}

    def clock(self, to):
        if to.startswith("+"):
            units = {"m": 60, "h": 3600, "d": 86400}
            seconds = sum(int(n) * units[unit] for n, unit in re.findall(r"(\d+)([mhd])", to))
        else:
            seconds = datetime.datetime.fromisoformat(to).timestamp() - self.program.now()
        self.program.move_clock(seconds)
        self._admin = None
        return {}


# What every campaign of these says beside its contents.
CAMPAIGN = {"service_reason": "What the case sends."}
DOES = {"call": World.call, "page": World.page, "import": World.import_, "bounce": World.bounce, "shifts": World.shifts, "reply": World.reply, "mail": World.mail,
        "clock": lambda world, step: world.clock(step["clock"])}


def run_step(world, step):
    """Does it, and holds what came out against what must. Returns what came out."""
    [does] = [name for name in DOES if name in step] or [None]
    if does is None:
        raise Wrong("a step does one of %s" % ", ".join(DOES))
    wanted = step.get("comes", {})
    if does in ("call", "page") and "status" not in wanted:
        wanted = {"status": 200, **wanted} if does == "page" else wanted
    end = time.monotonic() + 20
    while True:
        got = DOES[does](world, step)
        try:
            if does == "call" and "status" not in wanted and not 200 <= got["status"] < 300:
                raise Wrong("status %d: %s" % (got["status"], got["text"][:300]))
            fits(world.fill(wanted), got)
            break
        except Wrong:
            # What happens in the background comes in its time.
            if not step.get("until") or time.monotonic() > end:
                raise
            time.sleep(0.1)
    for name, path in step.get("keep", {}).items():
        value = got
        for part in path.split("."):
            value = value[int(part)] if isinstance(value, list) else value[part]
        world.names[name] = value
    return got


def steps_of(one):
    """What is done, in order. An action whose value is a list is done for each of it."""
    out = []
    for step in one.get("step", [one]):
        name = next((n for n in DOES if n in step), "call")
        values = step.get(name)
        out += [{**step, name: value} for value in values] if isinstance(values, list) else [step]
    return out


def label(one, n):
    """What a case of a file with several is called: its name, its input, or its number."""
    value = next((one[name] for name in DOES if isinstance(one.get(name), str)), "")
    return one.get("name") or (pathlib.PurePath(value).stem if pathlib.PurePath(value).suffix in INPUTS else str(n + 1))


class File:
    """A file with one case, or with several that share an organisation: [[case]]."""

    def __init__(self, name, folder, content, written=True):
        self.name, self.folder, self.content, self.written = name, folder, content, written
        self.cases = [(name + "/" + label(one, n), one) for n, one in enumerate(content["case"])] if "case" in content else [(name, content)]

    def inputs(self):
        return {(self.folder / step[name]).resolve() for _, one in self.cases for step in steps_of(one) for name in (*DOES, "file") if isinstance(step.get(name), str)}

    def run(self):
        """Of each case: its name, what it is about, how many steps were tried, what went wrong, and what came out."""
        cases = [(name, one) for name, one in self.cases if given.only in name]
        try:
            world = World(self.content, self.folder)
        except Exception as e:  # noqa: BLE001
            return [(name, one.get("what"), len(steps_of(one)), ["it did not start: %s" % e], []) for name, one in cases]
        out = []
        try:
            for name, one in cases:
                out.append((name, one.get("what"), *self.tried(world, one)))
        finally:
            try:
                world.close()
            except AssertionError as e:
                out[-1][3].append(str(e)[:1500])
        return out

    def tried(self, world, one):
        steps, wrong, came = steps_of(one), [], []
        for step in steps:
            words = next((str(step[name]) for name in DOES if name in step), "?")
            try:
                came.append((words, run_step(world, step)))
                if not self.written and came[-1][1].get("status", 200) >= 500:
                    raise Wrong("status %d" % came[-1][1]["status"])
            except Wrong as e:
                wrong.append("%s: %s" % (words, e))
                if "keep" in json.dumps(steps):
                    break  # what follows needs what was to be kept
            except Exception as e:  # noqa: BLE001
                wrong.append("%s: %s" % (words, "".join(traceback.format_exception_only(e)).strip()[:1500]))
                break
        return len(steps), wrong, came


def guess(path):
    """What to do with an input that nobody has written a case for."""
    if path.suffix == ".eml":
        return {"bounce": path.name}
    head = path.read_bytes()[:2000].decode("utf-8", "replace").splitlines()[:1]
    shifts = re.search(r"(?i)workplace|arbeidssted|arbetsplats|arbejdssted", head[0] if head else "")
    return {"shifts": path.name, "check": True} if shifts else {"import": path.name}


def files_below(root):
    """Those that are written, and a guess for each input that none of them reads."""
    only = root if root.is_file() else None
    root = root.parent if only else root
    out = []
    for path in sorted(root.rglob("*.toml")):
        out.append((path, File(str(path.relative_to(root).with_suffix("")), path.parent, tomllib.loads(path.read_text()))))
    read = {path for _, file in out for path in file.inputs()}
    known = {} if root == OURS else {(path.name, path.read_bytes()): one for _, file in files_below(OURS) for _, one in file.cases for path in file.inputs() if path.is_file() and any(one.get(n, "").__class__ is str and pathlib.PurePath(one.get(n, "")).name == path.name for n in DOES)}
    for path in sorted(root.rglob("*")):
        if path.suffix.lower() in INPUTS and path.resolve() not in read:
            # One that lies here too has its case here.
            case = known.get((path.name, path.read_bytes()))
            content = {**case, **{n: path.name for n in DOES if n in case}} if case else guess(path)
            out.append((path, File(str(path.relative_to(root).with_suffix("")), path.parent, content, written=case is not None)))
    return [(path, file) for path, file in out if only is None or path == only]


def main():
    roots = given.paths or [OURS]
    files = [file for root in roots for _, file in files_below(root.resolve()) if any(given.only in name for name, _ in file.cases)]
    if not files:
        sys.exit("there is no case in " + " ".join(map(str, roots)))
    World.made()
    tried = failed = 0
    try:
        with concurrent.futures.ThreadPoolExecutor(given.jobs) as pool:
            for file, done in zip(files, pool.map(File.run, files)):
                for name, what, steps, wrong, came in done:
                    tried, failed = tried + 1, failed + bool(wrong)
                    if given.json:
                        print(json.dumps({"name": name, "tried": steps, "failed": len(wrong), **({"why": wrong} if wrong else {})}, ensure_ascii=False), flush=True)
                        continue
                    print("%s %s%s" % ("FAILED" if wrong else "passed" if file.written else "tried ", name, ": " + what if what else ""), flush=True)
                    for line in wrong:
                        print("    " + line)
                    if given.show or not file.written:
                        for words, got in came:
                            print("    %s → %s" % (words[:80], json.dumps({k: v for k, v in got.items() if k not in ("html", "text", "persons") and v not in ("", [])}, ensure_ascii=False)[:600]))
    finally:
        World.template.remove()
    print(json.dumps({"name": "all", "tried": tried, "failed": failed}) if given.json else "%d tried, %d failed" % (tried, failed))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
