"""Faults underneath: what the program stands on breaks, in random order, against a model that knows what was acknowledged; and one
organisation's dead mail servers beside another one's work. Called by fault.py (chaos, neighbours)."""
import contextlib, json, os, random, re, signal, socket, subprocess, threading, time

import varde


class Silent:
    """A mail server that takes connections and says nothing; a name server that is asked and does not answer."""

    def __init__(self):
        self.tcp = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        self.port, self.dns = self.tcp.getsockname()[1], self.udp.getsockname()[1]
        self.held = []
        threading.Thread(target=self.hold, daemon=True).start()
        threading.Thread(target=self.answer, daemon=True).start()

    def hold(self):
        with contextlib.suppress(OSError):
            while True:
                self.held.append(self.tcp.accept()[0])

    def answer(self):
        """Names that begin with "bad" are never answered; all others are 127.0.0.1."""
        with contextlib.suppress(OSError):
            while True:
                packet, who = self.udp.recvfrom(512)
                name_end = packet.index(b"\0", 12) + 5
                if b"bad" in packet[12:name_end]:
                    continue
                v4 = packet[name_end - 3] == 1
                reply = packet[:2] + b"\x81\x80\0\1\0" + (b"\1" if v4 else b"\0") + bytes(4) + packet[12:name_end]
                self.udp.sendto(reply + (b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x7f\0\0\1" if v4 else b""), who)

    def close(self):
        self.tcp.close(), self.udp.close()
        for s in self.held:
            s.close()


def campaign(admin, name, emails, document, **fields):
    group = admin.ok("POST", "/api/v1/lists", {"name": name})["id"]
    admin.import_csv("email\n" + "\n".join(emails), options={"list_id": group})
    return admin.ok("POST", "/api/v1/campaigns", {"name": name, "service_reason": "They asked for it.", "subject": name, "from_name": "x", "from_email": "news@example.org", "document": document,
                                                  "audience": {"lists": [group], "segments": [], "exclude_lists": [], "exclude_segments": []}, **fields})["id"]


def neighbours(show, receiver_class, document, quick):
    """One organisation has 40 campaigns to servers that are silent, or whose names nobody answers; how long an import and a campaign of
    another one take, alone and beside that. `ratio`: alone over with, of the slower of the two."""
    count, silent, receiver = 5000 if quick else 20000, Silent(), receiver_class()
    program = varde.Program(quick=False, extra=["--no-backup", "--name-server", "127.0.0.1:%d" % silent.dns])
    worst = 9.0
    try:
        program.start(tenant="second", admin="other@example.org")
        program.stop()
        program.start()
        bad, good = program.admin(), program.admin("other@example.org")
        for admin in (bad, good):
            varde.allow_sending(admin, "example.org")
        good.ok("POST", "/api/v1/providers", {"name": "good", "kind": "smtp", "host": "good.test", "port": receiver.port, "security": "none", "connections": 4, "per_second": 100000, "default": True})

        def work(name):
            began = time.monotonic()
            good.import_csv("email\n" + "\n".join("i-%s-%d@example.org" % (name, i) for i in range(count)))
            imported = time.monotonic() - began
            id = campaign(good, name, ["c-%s-%d@example.org" % (name, i) for i in range(count)], document)
            began = time.monotonic()
            good.ok("POST", "/api/v1/campaigns/%s/send" % id, {})
            varde.wait_for(lambda: good.ok("GET", "/api/v1/campaigns/%s/progress" % id)["state"] == "sent", "the campaign", 600)
            return imported, time.monotonic() - began
        work("warm")
        alone = [work("alone%d" % i) for i in range(3)]
        for kind, host in (("silent", "127.0.0.1"), ("nameless", "bad%d.test")):
            for i in range(40 if kind == "silent" else 8):
                provider = bad.ok("POST", "/api/v1/providers", {"name": "%s %d" % (kind, i), "kind": "smtp", "host": host % i if "%" in host else host, "port": silent.port, "security": "none", "connections": 10})["id"]
                id = campaign(bad, "%s %d" % (kind, i), ["b-%s-%d-%d@example.org" % (kind, i, n) for n in range(20)], document, provider_id=provider)
                bad.ok("POST", "/api/v1/campaigns/%s/send" % id, {})
            time.sleep(2)  # for them to have begun
            beside = [work("%s%d" % (kind, i)) for i in range(3)]
            for n, what in enumerate(("import", "campaign")):
                before, after = sorted(a[n] for a in alone)[1], sorted(b[n] for b in beside)[1]
                worst = min(worst, before / after)
                show({"name": "neighbours-%s-%s" % (kind, what), "value": round(after, 2), "unit": "s", "alone": round(before, 2), "ratio": round(before / after, 2)})
        told = False
        with contextlib.suppress(AssertionError):
            told = varde.wait_for(lambda: any("Nothing leaves through" in a["text"] for a in bad.ok("GET", "/api/v1/home")["attention"]), "home to tell", 90)
        show({"name": "neighbours", "ratio": round(worst, 2), "told": told})
        return worst < 0.67 or not told
    finally:
        program.remove()
        receiver.shutdown()
        silent.close()


class Chaos:
    """A program with what its users have done and been promised, and the ways to break what it stands on."""

    CONNECTIONS, OF_CAMPAIGN = 4, 150

    def __init__(self, receiver, document, seed):
        self.receiver, self.document, self.chance = receiver, document, random.Random(seed)
        self.disk = varde.SmallDisk("6g") if os.geteuid() == 0 else None
        where = {"directory": self.disk.folder / "program"} if self.disk else {}
        self.program = varde.Program(quick=False, extra=["--no-backup"], **where).start()
        self.admin = self.program.admin()
        self.admin.ok("POST", "/api/v1/providers", {"name": "receiver", "kind": "smtp", "host": "127.0.0.1", "port": receiver.port, "security": "none", "connections": self.CONNECTIONS, "default": True})
        varde.allow_sending(self.admin, "example.org")
        self.acknowledged, self.campaigns, self.expected = [], [], set()
        self.not_begun, self.begun, self.damaged = [], 0, []
        self.number, self.untold, self.stuck, self.faults, self.refused = 0, [], [], 0, 0
        self.ending = False
        self.lock = threading.Lock()

    # ---- what users do meanwhile

    def write(self):
        mine = self.program.client()  # a connection of its own: the other thread's has its own answers on it
        while not self.ending:
            mine.cookies = self.admin.cookies
            self.number += 1
            email = "ack%d@example.org" % self.number
            with contextlib.suppress(Exception):  # refused, or no answer: nothing was promised
                if mine.post("/api/v1/persons", {"email": email}).status == 201:
                    self.acknowledged.append(email)
                else:
                    self.refused += 1
            time.sleep(0.05)

    def begin_campaign(self):
        self.begun += 1
        emails = ["c%d-%d@example.org" % (self.begun, i) for i in range(self.OF_CAMPAIGN)]
        try:
            id = campaign(self.admin, "c%d" % self.begun, emails, self.document)
            self.admin.ok("POST", "/api/v1/campaigns/%s/send" % id, {})
        except Exception as e:  # noqa: BLE001 - a pause of the last fault may last yet: nothing was promised
            self.not_begun.append(repr(e)[:200])
            return False
        self.campaigns.append(id)
        self.expected |= set(emails)
        return True

    # ---- what breaks: each returns how it is mended

    def postmaster(self, cluster):
        return int((self.program.directory / "data" / cluster / "data" / "postmaster.pid").read_text().split()[0])

    def kill_database(self):
        os.kill(self.postmaster(self.chance.choice(("main", "keystore"))), signal.SIGKILL)
        return None

    def stop_database(self):
        pid = self.postmaster(self.chance.choice(("main", "keystore")))
        family = [pid] + [int(p) for p in subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split()]
        for process in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGSTOP)

        def mend():
            for process in family:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGCONT)
        return mend

    def end_statements(self):
        verb = self.chance.choice(("pg_cancel_backend", "pg_terminate_backend"))
        for _ in range(20):
            with contextlib.suppress(AssertionError):
                self.program.sql("SELECT count(%s(pid)) FROM pg_stat_activity WHERE usename IN ('varde_app', 'varde_system') AND random() < 0.5" % verb)
            time.sleep(0.1)
        return None

    def break_outcomes(self):
        self.program.sql("ALTER TABLE delivery ADD CONSTRAINT broken CHECK (state <> 1) NOT VALID")
        return lambda: self.program.sql("ALTER TABLE delivery DROP CONSTRAINT broken")

    def refuse_queue(self):
        self.program.sql("REVOKE UPDATE ON job FROM varde_system")
        return lambda: self.program.sql("GRANT UPDATE ON job TO varde_system")

    def refuse_mail(self):
        self.receiver.refuses = True
        return lambda: setattr(self.receiver, "refuses", False)

    def step_clock(self):
        seconds = self.chance.choice((3600, -3600, 60, -60))
        self.program.move_clock(seconds)
        return None

    def damage(self):
        with contextlib.suppress(AssertionError):
            self.damaged += self.program.sql("UPDATE person SET sealed = set_byte(sealed, 40, get_byte(sealed, 40) # 1) WHERE person_id = (SELECT person_id FROM person p WHERE NOT EXISTS (SELECT FROM list_member m WHERE m.person_id = p.person_id) ORDER BY random() LIMIT 1) RETURNING person_id")
        return None

    def fill_disk(self):
        if not self.disk:
            return None  # only root can have a disk of its own
        self.disk.fill(0)
        return self.disk.free

    # ---- and what must be seen

    def told(self):
        """Whether readiness, home or the log says that something is wrong; home may not answer, and is not waited for."""
        if any(level in self.log_since for level in ('"level":"error"', '"level":"warning"')):
            return True
        with contextlib.suppress(Exception):
            if self.program.client().get("/readyz").status != 200:
                return True
        with contextlib.suppress(Exception):
            connection = self.program.connect(1)
            connection.request("GET", "/api/v1/home", headers={"Cookie": "; ".join("%s=%s" % item for item in self.admin.cookies.items())})
            return any(a["kind"].startswith("alarm_") for a in json.loads(connection.getresponse().read())["attention"])
        return False

    @property
    def log_since(self):
        with open(self.program.directory / "log", errors="replace") as log:
            log.seek(self.log_at)
            return log.read()

    def goes_on(self, what):
        """Within a minute of the fault's end everything works: readiness, a write, a job of the queue."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            with contextlib.suppress(Exception):
                self.admin = self.program.admin()
                if self.program.client().get("/readyz").status == 200 and self.admin.post("/api/v1/tags", {"name": "t%d" % self.chance.randrange(10**9)}).status == 201:
                    made = self.admin.upload("on.csv", b"email\non%d@example.org\n" % self.chance.randrange(10**9))
                    self.admin.ok("POST", "/api/v1/imports/%s/start" % made["id"], {"encoding": made["encoding"], "delimiter": made["delimiter"], "header": True, "mapping": [{"column": 0, "target": "email"}], "options": {}})
                    if self.admin.finished_import(made["id"], max(1, int(end - time.monotonic())))["state"] == "done":
                        return
            time.sleep(0.2)
        self.stuck.append(what)

    def run(self, minutes):
        writer = threading.Thread(target=self.write, daemon=True)
        writer.start()
        until = time.monotonic() + minutes * 60
        kinds = [self.kill_database, self.stop_database, self.end_statements, self.break_outcomes, self.refuse_queue, self.refuse_mail, self.step_clock, self.damage, self.fill_disk]
        order = []
        while time.monotonic() < until:
            if not order:
                order = self.chance.sample(kinds, len(kinds))
            fault = order.pop()
            # What only sending meets has something to send; of the others, what is being sent is interrupted.
            of_sending = fault in (self.break_outcomes, self.refuse_mail)
            if not of_sending:
                self.begin_campaign()
                time.sleep(self.chance.uniform(0, 1))
            self.log_at = (self.program.directory / "log").stat().st_size
            mend = fault()
            self.faults += 1
            shows = not of_sending or self.begin_campaign()
            if mend:
                lasts, told = time.monotonic() + self.chance.uniform(8, 15), False
                while time.monotonic() < lasts:
                    told = told or self.told()
                    time.sleep(0.2)
                mend()
                if shows and not told:
                    self.untold.append(fault.__name__)
            self.goes_on(fault.__name__)
        self.ending = True
        writer.join(60)
        return self.judge()

    def judge(self):
        self.admin = self.program.admin()
        self.program.move_clock(700)  # for pauses of providers
        for id in self.campaigns:
            def done():
                state = self.admin.ok("GET", "/api/v1/campaigns/%s/progress" % id)["state"]
                if state == "failed":
                    self.admin.post("/api/v1/campaigns/%s/resume" % id, {})
                return state == "sent"
            try:
                varde.wait_for(done, "campaign %s" % id, 120)
            except AssertionError:
                self.stuck.append("campaign")
        got = self.receiver.got
        known = {r[0] for r in self.program.sql("SELECT count(*) FROM person")}
        there = int(known.pop())
        lost = [e for e in self.expected if got[e] == 0]
        # Everybody who was acknowledged is there: found by what they are found by, or said to be damaged, if we damaged them.
        answers = {e: self.admin.post("/api/v1/persons", {"email": e}) for e in self.acknowledged}
        unread = [e for e, a in answers.items() if a.status == 404 and "damaged on the disk" in a.json["detail"]]
        missing = [e for e, a in answers.items() if a.status != 409 and e not in unread]
        if len(unread) > len(self.damaged):
            missing += unread
        repeated = sum(got[e] - 1 for e in self.expected if got[e] > 1)
        return {"name": "chaos", "faults": self.faults, "acknowledged": len(self.acknowledged), "refused": self.refused, "persons": there, "damaged": len(self.damaged), "said": len(unread), "messages": len(self.expected),
                "not_begun": len(self.not_begun), "lost": len(lost) + len(missing), "repeated": repeated, "limit": 0, "untold": len(self.untold), "stuck": len(self.stuck),
                "which": sorted(set(self.untold + self.stuck)) + self.not_begun[:2] + ["%s: %d" % (e, answers[e].status) for e in missing[:3]]}


def chaos(show, receiver, document, minutes, seed):
    trial = Chaos(receiver, document, seed)
    try:
        row = trial.run(minutes)
        show(row)
        if row["untold"] or row["stuck"] or row["lost"] or row["repeated"]:
            print(trial.program.complaints()[-6000:], flush=True)
        return row["lost"] > 0 or row["repeated"] > row["limit"] or row["untold"] > 0 or row["stuck"] > 0
    finally:
        trial.program.remove()
        if trial.disk:
            trial.disk.remove()
        receiver.shutdown()
