"""Each statement that the program was seen to send fails in PostgreSQL, once with an error of each class and then for a while, during
campaigns, imports, journeys, questions about shifts and erasures. Called by fault.py (statements); see statement_faults.c."""
import collections, contextlib, http.client, mmap, os, pathlib, random, struct, subprocess, sys, threading, time, uuid

import sms, staffing, varde
import api_client

# One error of each class that a server can answer any statement with. Those that state a fact about rows (a unique or foreign key's
# violation) are left out: they would be a lie, which a program may believe.
CLASSES = ["08006", "0A000", "22003", "23514", "25006", "40001", "40P01", "42501", "53100", "53200", "53300", "54000", "55P03", "57014", "57P01", "58030", "XX000", "XX001"]
SENTENCES = {"Can you work": 4, "You are booked": 1}  # by SMS, for each shift


class Faults:
    """The mapped file that statement_faults.c reads: left, fired, name, state, how many were seen, and their names."""
    NAME, SEEN = 80, 2048

    def __init__(self, directory):
        self.path, self.library = directory / "faults", directory / "faults.so"
        source = pathlib.Path(__file__).with_name("statement_faults.c")
        subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", str(self.library), str(source), "-ldl"], check=True)
        self.path.write_bytes(bytes(100 + self.NAME * self.SEEN))
        self.path.chmod(0o666)
        with open(self.path, "r+b") as f:
            self.map = mmap.mmap(f.fileno(), 0)

    @contextlib.contextmanager
    def loaded(self):
        os.environ.update(LD_PRELOAD=str(self.library), VARDE_FAULTS=str(self.path))
        try:
            yield
        finally:
            del os.environ["LD_PRELOAD"], os.environ["VARDE_FAULTS"]

    def arm(self, name, state, times):
        self.disarm()
        self.map[8:88] = name.ljust(self.NAME, b"\0")
        self.map[88:96] = state.encode().ljust(8, b"\0")
        self.map[0:4] = struct.pack("=i", times)

    def disarm(self):
        self.map[0:4] = bytes(4)

    def fired(self):
        return struct.unpack("=I", self.map[4:8])[0]

    def forget(self):
        """What was seen while the program started and was set up."""
        self.map[96:100] = bytes(4)

    def seen(self):
        count = struct.unpack("=I", self.map[96:100])[0]
        return [self.map[100 + i * self.NAME:100 + (i + 1) * self.NAME].rstrip(b"\0") for i in range(count)]


class Stuck(Exception):
    pass


class Work:
    """Units of work of one kind, one after the other, as a patient client does them: what is refused is asked for again, under the same key."""
    SECONDS = 90  # within which a unit is done, counted from its begin or the last fault's end

    def __init__(self, trial):
        self.trial, self.done, self.stuck, self.gave_up = trial, 0, [], 0
        self.client = trial.program.admin()
        self.begun = time.monotonic()

    def patient(self):
        if time.monotonic() > max(self.begun, self.trial.calm_since) + self.SECONDS and not self.trial.breaking:
            raise Stuck
        time.sleep(0.1)

    def insist(self, method, path, body=None, raw=None):
        headers = {"Idempotency-Key": str(uuid.uuid4())} if method == "POST" else {}
        while True:
            with contextlib.suppress(OSError, ValueError, AssertionError, api_client.Refused, http.client.HTTPException):
                answer = self.client.request(method, path, body, headers=dict(headers), raw=raw)
                if 200 <= answer.status < 300:
                    return answer.json if answer.body else None
                self.trial.refusals[answer.status] += 1
                if answer.status == 401:  # the clock's jumps end sessions
                    self.client = self.trial.program.admin()
                self.last = "%s %s: %d %s" % (method, path, answer.status, answer.body[:200])
            self.patient()

    def until(self, path, good):
        while not good(answer := self.insist("GET", path)):
            self.last = "%s is %s" % (path, str(answer)[:300])
            self.patient()
        return answer

    def imported(self, rows, list_id):
        made = self.insist("POST", "/api/v1/imports?filename=a.csv", raw=("email\n" + "\n".join(rows)).encode())
        self.insist("POST", "/api/v1/imports/%s/start" % made["id"], {"encoding": made["encoding"], "delimiter": made["delimiter"], "header": True, "mapping": [{"column": 0, "target": "email"}], "options": {"list_id": list_id}})
        done = self.until("/api/v1/imports/" + made["id"], lambda i: i["state"] in ("done", "failed"))
        if done["state"] == "failed" or done["counts"]["created"] + done["counts"]["updated"] != len(rows):
            self.gave_up += done["state"] == "failed"
            raise Stuck("an import ended as %s" % done)

    def run(self):
        number = 0
        while not self.trial.ended:
            self.begun, self.last = time.monotonic(), ""
            try:
                self.unit(number)
                self.done += 1
            except Exception as e:  # noqa: BLE001 - whatever it is, the work did not go on
                self.stuck.append("%s: %s %s" % (type(self).__name__, e, self.last))
                print(self.stuck[-1], file=sys.stderr, flush=True)
            number += 1


class Campaigns(Work):
    def unit(self, n):
        emails = ["c%d-%d@example.org" % (n, i) for i in range(10)]
        group = self.insist("POST", "/api/v1/lists", {"name": "c%d" % n})["id"]
        self.imported(emails, group)
        made = self.insist("POST", "/api/v1/campaigns", {"name": "c%d" % n, "service_reason": "They asked for it.", "subject": "Hello", "from_name": "x", "from_email": "news@example.org", "document": self.trial.document,
                                                         "audience": {"lists": [group], "segments": [], "exclude_lists": [], "exclude_segments": []}})
        path = "/api/v1/campaigns/" + made["id"]
        self.insist("POST", path + "/send", {})
        self.trial.expected.update(emails)
        if self.until(path + "/progress", lambda p: p["state"] in ("sent", "failed"))["state"] == "failed":
            self.gave_up += 1
            self.insist("POST", path + "/resume", {})
            self.until(path + "/progress", lambda p: p["state"] == "sent")


class Journeys(Work):
    def __init__(self, trial):
        super().__init__(trial)
        self.group = self.client.ok("POST", "/api/v1/lists", {"name": "journey"})["id"]
        steps = [{"id": "tag", "kind": "tag", "add": ["reached"], "next": "write"},
                 {"id": "write", "kind": "send", "subject": "Hello", "document": trial.document, "from_name": "x", "from_email": "news@example.org"}]
        self.journey = self.client.ok("POST", "/api/v1/journeys", {"name": "Journey", "trigger": {"kind": "list_joined", "list_id": self.group}, "steps": steps, "start": "tag"})["id"]
        self.client.ok("POST", "/api/v1/journeys/%s/start" % self.journey)

    def unit(self, n):
        emails = ["j%d-%d@example.org" % (n, i) for i in range(5)]
        self.imported(emails, self.group)
        self.trial.expected.update(emails)
        while not all(self.trial.receiver.got[e] for e in emails):
            self.last = "messages of a journey: %s" % [self.trial.receiver.got[e] for e in emails]
            self.patient()


class Offers(Work):
    A_DAY = 50  # the most that one is asked

    def __init__(self, trial):
        super().__init__(trial)
        self.shifts = 0

    def unit(self, n):
        if n % self.A_DAY == self.A_DAY - 1:
            self.trial.program.move_clock(86400)
        starts = staffing.at(self.trial.program, (5 + 2 * n) * 86400)
        ends = staffing.at(self.trial.program, (5 + 2 * n) * 86400 + 6 * 3600)
        made = self.insist("POST", "/api/v1/shifts", {"workplace_id": self.trial.place, "starts_at": starts, "ends_at": ends, "pool_ids": [self.trial.pool]})
        path = "/api/v1/shifts/" + made["id"]
        self.insist("POST", path + "/publish", {})
        offers = self.until(path + "/offers", lambda o: len(o["items"]) == SENTENCES["Can you work"])["items"]
        self.trial.shifts += 1
        answer = self.insist("POST", path + "/offers/%s/answer" % offers[n % 4]["person_id"], {"yes": True})
        if answer["result"] != "booked":
            raise Stuck("an answer was %s" % answer)
        self.until(path + "/bookings", lambda b: [x["state"] for x in b["items"]] == ["booked"])
        while any(sum(words in m["text"] for m in list(self.trial.gateway.messages)) < times * self.trial.shifts for words, times in SENTENCES.items()):
            self.last = "messages about a shift"
            self.patient()


class Erasures(Work):
    def unit(self, n):
        person = self.insist("POST", "/api/v1/persons", {"email": "e%d@example.org" % n})["id"]
        self.erase(person)
        self.trial.erased.append(person)
        time.sleep(0.2)  # or they would be most of all that happens
        self.until("/api/v1/persons?q=e%d@example.org" % n, lambda p: not p["items"])

    def erase(self, person):
        while (status := self.client.request("DELETE", "/api/v1/persons/" + person).status) not in (204, 404):
            self.trial.refusals[status] += 1
            self.last = "DELETE: %d" % status
            self.patient()


class Trial:
    def __init__(self, receiver, document):
        self.receiver, self.document, self.gateway = receiver, document, sms.Gateway()
        self.program = varde.Program(quick=False, extra=["--no-backup"])
        self.faults = Faults(self.program.directory)
        with self.faults.loaded():
            self.program.start()
        sms.noon(self.program)
        self.admin, self.place, self.pool, _ = staffing.fill(self.program, SENTENCES["Can you work"])
        self.program.sql("UPDATE availability SET weekdays = 127 WHERE kind = 1; DELETE FROM availability WHERE kind = 2")
        self.admin.ok("POST", "/api/v1/providers", {"name": "receiver", "kind": "smtp", "host": "127.0.0.1", "port": receiver.port, "security": "none", "connections": 4, "default": True})
        varde.allow_sending(self.admin, "example.org")
        self.admin.ok("POST", "/api/v1/providers", {"name": "gateway", "kind": "sms_http", "password": "key", "connections": 4, "default": True, "callback_secret": sms.SECRET, "sms": sms.http_settings(self.gateway)})
        settings = self.admin.ok("GET", "/api/v1/staffing/settings")
        changed = self.admin.patch("/api/v1/staffing/settings", {"asking": {**settings["asking"], "several_open_questions": True, "max_per_day": Offers.A_DAY}}, settings["version"])
        assert changed.status == 200, changed
        self.expected, self.erased, self.shifts, self.refusals = set(), [], 0, collections.Counter()
        self.ended, self.breaking, self.calm_since = False, False, time.monotonic()
        self.works = [kind(self) for kind in (Campaigns, Journeys, Offers, Erasures)]
        self.threads = [threading.Thread(target=w.run, daemon=True) for w in self.works]
        self.faults.forget()
        self.fired = self.unmet = 0
        self.began = time.monotonic()
        self.untold = []

    def once(self, chance, classes, seconds):
        """Each statement fails once with each class; those that are not sent meanwhile are passed by."""
        pairs = [(name, state) for name in self.faults.seen() for state in chance.sample(CLASSES, classes)]
        chance.shuffle(pairs)
        until = time.monotonic() + seconds
        self.breaking = True
        for name, state in pairs:
            if time.monotonic() > until:
                break
            before, end = self.faults.fired(), time.monotonic() + 1
            self.faults.arm(name, state, 1)
            while self.faults.fired() == before and time.monotonic() < end:
                time.sleep(0.005)
            self.fired += self.faults.fired() != before
            self.unmet += self.faults.fired() == before
        self.calm()

    def lasting(self, chance, count, seconds):
        """Statements that fail for a while, in turn; each time the work must go on afterwards."""
        for name in chance.sample(self.faults.seen(), min(count, len(self.faults.seen()))):
            before = self.faults.fired()
            length = (self.program.directory / "log").stat().st_size
            self.breaking = True
            self.faults.arm(name, chance.choice(CLASSES), 1 << 30)
            time.sleep(seconds)
            self.calm()
            if self.faults.fired() == before:
                self.unmet += 1
                continue
            self.fired += 1
            with open(self.program.directory / "log", "rb") as log:
                log.seek(length)
                if b'"level":"error"' not in (said := log.read()) and b'"level":"warn' not in said:
                    self.untold.append(name.decode())
            self.go_on()
            self.say("after %s failed for %d s" % (name.decode(), seconds))

    def calm(self):
        self.faults.disarm()
        self.program.move_clock(65)  # the pause that comes after a minute of failures
        self.calm_since = time.monotonic()
        self.breaking = False

    def say(self, what):
        print("%4d s  %s; units %s, stuck %s, refused %s" % (time.monotonic() - self.began, what, [w.done for w in self.works], [len(w.stuck) for w in self.works], dict(self.refusals)), file=sys.stderr, flush=True)

    def go_on(self):
        """Every kind of work does a unit to its end; what does not is found by its own deadline."""
        for work in self.works:
            had = work.done + len(work.stuck)
            while work.done + len(work.stuck) < had + 1:
                time.sleep(0.05)

    def judge(self):
        self.calm()
        self.go_on()
        self.ended = True
        for thread in self.threads:
            thread.join()
        with contextlib.suppress(AssertionError):
            varde.wait_for(lambda: self.program.sql("SELECT (SELECT count(*) FROM outbox WHERE state = 1) + (SELECT count(*) FROM sms WHERE state IN (1, 2))") == [["0"]], "queues", 90)
        got, said = self.receiver.got, collections.Counter((m["to"], m["text"]) for m in self.gateway.messages)
        told = {words: sum(times for (_, text), times in said.items() if words in text) for words in SENTENCES}
        with_keys = {r[0] for r in self.program.sql("SELECT person_id FROM person_key", cluster="keystore")}
        lost = [e for e in self.expected if not got[e]] + [p for p in self.erased if p in with_keys]
        lost += [words for words, times in SENTENCES.items() for _ in range(times * self.shifts - told[words])]
        repeated = sum(got[e] - 1 for e in self.expected if got[e] > 1) + sum(times - 1 for times in said.values())
        return {"name": "statements", "statements": len(self.faults.seen()), "faults": self.fired, "not_sent": self.unmet, "units": sum(w.done for w in self.works), "refusals": sum(self.refusals.values()),
                "lost": len(lost), "repeated": repeated, "limit": 0, "untold": len(self.untold), "stuck": sum(len(w.stuck) for w in self.works), "gave_up": sum(w.gave_up for w in self.works),
                "which": self.untold + [s for w in self.works for s in w.stuck][:10] + lost[:5]}


def statements(show, receiver, document, quick, count):
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    trial = Trial(receiver, document)
    try:
        for thread in trial.threads:
            thread.start()
        trial.go_on()  # so that its statements are known
        trial.go_on()
        trial.say("without faults")
        trial.once(chance, 3 if quick else len(CLASSES), 90 if quick else 1800)
        trial.go_on()
        trial.say("after each failed once")
        trial.lasting(chance, count or (4 if quick else 40), 10 if quick else 60)
        row = {**trial.judge(), "seed": seed}
        show(row)
        bad = row["lost"] + row["untold"] + row["stuck"] > 0 or row["repeated"] > row["limit"]
        if bad:
            print(trial.program.complaints()[-6000:], flush=True)
        return bad
    finally:
        trial.ended = True
        trial.program.remove()
        trial.gateway.server.shutdown()
        receiver.shutdown()
