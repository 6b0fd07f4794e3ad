#!/usr/bin/env python3
"""Faults: fault.py BINARY NAME [--json] [--quick] [--persons N]

campaign    SIGKILL at random moments of a campaign, restart each time: what the receiving server counted
import      the same for an import
journey     the same for a journey of many persons: steps, messages, webhooks and notifications
offers      the same for what people are told of shifts: questions, confirmations, reminders by SMS
contention  everybody says yes to one shift at once, by the office, by link and by SMS, through two nodes, some killed
            on the way
restore     changes, backups and restores to random recorded moments in turn, also to moments that a restore took back: how
            many gave back anything else than what was there then (lost), and trails that did not hold (false_alarms)
restore-interrupted
            SIGKILL at random moments of a restore: how often what was there afterwards was neither the old state nor the
            restored one (lost), and trails that did not hold
interrupted SIGKILL at random moments of an erasure, of a rotation of keys, of the removal of an organisation, and of a
            restore: how often what was there afterwards was neither the state of before nor the one that was wanted (lost)
isolation   generated requests of every endpoint with another tenant's ids
tamper      random changes to exported trails, and to the trail's tables as the owner of the database: which were not found
            (undetected), and how often nothing was changed and something found (false_alarms)
forget      persons are erased while backups are made and data changes; then restores to random moments, and a search through
            every byte of both clusters and their backups: who or what was found (readable), who was not as she was (lost)
tenant-restore
            one of ten organisations is brought back, again and again, mostly killed on the way, while the other nine work: what was
            neither the old state nor the one of then (lost), requests of the nine that failed (failed_requests), rows of
            theirs that are not as they left them (changed_rows), erased persons who were back (readable), trails that did not hold

chaos       databases killed and stopped, disks filled, statements ended, outcomes and the queue refused, mail refused, clocks stepped, rows
            damaged, in random order for minutes, while users work: what was acknowledged or to be sent and is not there (lost),
            what was sent twice (repeated), lasting faults that nobody was told of (untold), what did not go on within a
            minute of a fault's end (stuck)
statements  each statement of the program fails once with an error of each class, and some for a minute (--persons: how many), during
            campaigns, imports, journeys, questions about shifts and erasures
neighbours  one organisation's campaigns to dead mail servers and names, beside another one's work: its time alone over with

journey counts what leaves the house (a message for each open connection, one webhook); journey-steps what stays within.
The first four are done once more with SIGTERM (the row NAME-sigterm), which may repeat nothing at all. A row says how
often the program was ended (runs), what never happened (lost), what happened twice (repeated), and how often that may
be (limit): what can be between its hand-over and its answer at a kill, one message for each open connection.
"""
import collections, http.client, http.server, json, random, re, socket, socketserver, sys, threading

from setup import options, show
import chaos, forget, sms, staffing, statements, tenant, varde

failed = False


def emit(**row):
    global failed
    show(row)
    failed = failed or row["lost"] > 0 or row["repeated"] > row["limit"]


class Receiver(socketserver.ThreadingTCPServer):
    """Counts messages by recipient; a message counts when its final dot was answered."""
    allow_reuse_address, daemon_threads, request_queue_size = True, True, 128

    def __init__(self):
        self.got, self.lock, self.refuses = collections.Counter(), threading.Lock(), False
        super().__init__(("127.0.0.1", 0), Session)
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def taken(self):
        with self.lock:
            return sum(self.got.values())


class Session(socketserver.BaseRequestHandler):
    def until(self, mark):
        while (at := self.read.find(mark)) < 0:
            piece = self.request.recv(65536)
            if not piece:
                raise EOFError
            self.read += piece
        head, self.read = self.read[:at], self.read[at + len(mark):]
        return head

    def handle(self):
        say = lambda text: self.request.sendall(text + b"\r\n")
        self.read = b""
        # Answers in pieces would wait for the other side's delayed acknowledgements, 40 ms each time.
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.server.refuses:
            return self.request.close()
        try:
            say(b"220 receiver")
            to = None
            while True:
                line = self.until(b"\r\n")
                verb = line[:4].upper()
                if verb == b"EHLO":
                    say(b"250-receiver\r\n250 PIPELINING")
                elif verb == b"RCPT":
                    to = re.search(rb"<([^>]*)>", line).group(1).decode()
                    say(b"250 ok")
                elif verb == b"DATA":
                    say(b"354 go")
                    self.until(b"\r\n.\r\n")
                    with self.server.lock:
                        self.server.got[to] += 1
                    say(b"250 taken")
                elif verb == b"QUIT":
                    return say(b"221 bye")
                else:
                    say(b"250 ok")
        except (OSError, EOFError):
            pass


class Hook(http.server.ThreadingHTTPServer):
    """Counts webhook calls by the person they are about."""
    daemon_threads = True

    def __init__(self):
        self.got, self.lock = collections.Counter(), threading.Lock()
        super().__init__(("127.0.0.1", 0), Call)
        self.url = "http://127.0.0.1:%d/" % self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Call(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.lock:
            self.server.got[body["data"]["person_id"]] += 1
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args):
        pass


def csv(count):
    return "\n".join(["email,first_name"] + ["fault%d@example.org,First%d" % (i, i) for i in range(count)])


def document():
    text = {"id": "a", "type": "text", "doc": {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Hello {{ person.first_name }}"}]}]}}
    return {"version": 1, "blocks": [text, {"id": "f", "type": "footer"}]}


def send_through(admin, receiver, connections):
    admin.ok("POST", "/api/v1/providers", {"name": "receiver", "kind": "smtp", "host": "127.0.0.1", "port": receiver.port, "security": "none", "connections": connections, "default": True})
    varde.allow_sending(admin, "example.org")


def interrupt(program, gently, times, seed, total, progress, ended=lambda: False):
    """Ends the program and starts it again `times` times, each at a random moment of its share of the work. Returns how often."""
    rng, done = random.Random(seed), 0
    for i in range(times):
        target = min(total - 1, int(total * (i + rng.random()) / times))
        varde.wait_for(lambda: progress() >= target or ended(), "the work to come to %d of %d" % (target, total), 180)
        if ended():
            break
        assert program.stop() == 0 if gently else program.kill() is None
        done += 1
        program.start()
    return done


def twice(counter):
    return sum(counter.values()) - len(counter)


def fault_campaign(name, count, times, gently, connections=10):
    receiver = Receiver()
    program = varde.Program(quick=False).start()
    try:
        admin = program.admin()
        group = admin.ok("POST", "/api/v1/lists", {"name": "Fault"})
        admin.import_csv(csv(count), options={"list_id": group["id"]})
        program.sql("ANALYZE")
        send_through(admin, receiver, connections)
        campaign = admin.ok("POST", "/api/v1/campaigns", {"name": "Fault", "service_reason": "They asked for it.", "subject": "Hello", "from_name": "Fault", "from_email": "news@example.org", "document": document(), "audience": {"lists": [group["id"]], "segments": [], "exclude_lists": [], "exclude_segments": []}})
        admin.ok("POST", "/api/v1/campaigns/%s/send" % campaign["id"], {})
        runs = interrupt(program, gently, times, 3, count, lambda: receiver.taken)
        state = varde.wait_for(lambda: (lambda s: s if s["state"] == "sent" else None)(admin.ok("GET", "/api/v1/campaigns/%s/progress" % campaign["id"])), "the campaign to end", 600)
        assert state["counts"]["sent"] == count, (state, count)
        emit(name=name, runs=runs, lost=count - len(receiver.got), repeated=twice(receiver.got), limit=0 if gently else runs * connections)
    finally:
        program.remove()
        receiver.shutdown()


def fault_import(name, count, times, gently):
    program = varde.Program(quick=False).start()
    try:
        admin = program.admin()
        made = admin.upload("fault.csv", csv(count).encode())
        mapping = [{"column": c["index"], "target": c.get("suggestion", "ignore")} for c in made["columns"]]
        admin.ok("POST", "/api/v1/imports/%s/start" % made["id"], {"encoding": made["encoding"], "delimiter": made["delimiter"], "header": True, "mapping": mapping, "options": {}})
        state = lambda: admin.ok("GET", "/api/v1/imports/" + made["id"])
        runs = interrupt(program, gently, times, 5, count, lambda: state()["counts"]["read"], lambda: state()["state"] == "done")
        done = admin.finished_import(made["id"], 600)
        (persons,), = program.sql("SELECT count(*) FROM person")
        emit(name=name, runs=runs, lost=count - int(persons), repeated=abs(done["counts"]["created"] - count), limit=0)
    finally:
        program.remove()


def fault_journey(name, count, times, gently, connections=10):
    """Everybody waits a day; then half go the way of yes, the others of no, and the program is ended meanwhile."""
    receiver, hook = Receiver(), Hook()
    program = varde.Program(quick=False).start()
    try:
        admin = program.admin()
        me = admin.ok("GET", "/api/v1/session")["user"]["id"]
        admin.ok("POST", "/api/v1/attributes", {"key": "stage", "label": "Stage", "type": "text", "classification": "plain"})
        send_through(admin, receiver, connections)
        group = admin.ok("POST", "/api/v1/lists", {"name": "Fault"})
        message = lambda: {"kind": "send", "subject": "Hello", "document": document(), "from_name": "Fault", "from_email": "news@example.org"}
        steps = [{"id": "wait", "kind": "wait", "days": 1, "next": "branch"},
                 {"id": "branch", "kind": "branch", "conditions": {"field": "language", "operator": "is", "value": "nb"}, "yes": "tag", "no": "other"},
                 {"id": "tag", "kind": "tag", "add": ["yes"], "next": "stage"},
                 {"id": "stage", "kind": "set_attribute", "attribute": "stage", "value": "reached", "next": "write"},
                 {"id": "write", **message(), "next": "hook"},
                 {"id": "hook", "kind": "webhook", "url": hook.url, "next": "tell"},
                 {"id": "tell", "kind": "notify", "user_id": me, "text": "Reached"},
                 {"id": "other", "kind": "tag", "add": ["no"], "next": "write_other"},
                 {"id": "write_other", **message()}]
        journey = admin.ok("POST", "/api/v1/journeys", {"name": "Fault", "trigger": {"kind": "list_joined", "list_id": group["id"]}, "steps": steps, "start": "wait"})
        admin.ok("POST", "/api/v1/journeys/%s/start" % journey["id"])
        rows = "".join("fault%d@example.org,%s\n" % (i, "nb" if i % 2 else "en") for i in range(count))
        admin.import_csv("email,language\n" + rows, options={"list_id": group["id"]})
        yes, no = count // 2, count - count // 2
        expected = {"wait": count, "branch": count, "tag": yes, "stage": yes, "write": yes, "hook": yes, "tell": yes, "other": no, "write_other": no}
        program.sql("ANALYZE")
        program.move_clock(86400)
        number = lambda query: int(program.sql("SELECT count(*) FROM " + query)[0][0])
        runs = interrupt(program, gently, times, 7, sum(expected.values()) + count + yes,
                         lambda: number("journey_step_done") + receiver.taken + sum(hook.got.values()))
        admin = program.admin()  # moves the clock past the leases of what runs: nothing may be done twice for that
        found = lambda: admin.ok("GET", "/api/v1/journeys/" + journey["id"])["counts"]
        varde.wait_for(lambda: found()["active"] == 0, "all runs to end", 300)
        varde.wait_for(lambda: number("outbox WHERE state = 1") + number("webhook_call WHERE state = 1") == 0, "messages and webhooks to leave", 300)
        assert found() == {"entered": count, "active": 0, "finished": count, "failed": 0}, found()
        done = {s["id"]: s["done"] for s in admin.ok("GET", "/api/v1/journeys/%s/steps" % journey["id"])["steps"]}
        assert done == expected, (done, expected)
        # What the steps did is counted where they left their marks, not where the journey keeps its books.
        lost = repeated = 0
        for marks, by, persons in (("activity WHERE kind = 8", "person_id", count),  # tagged
                                   ("activity WHERE kind = 3", "person_id", yes),    # stage changed
                                   ("notification", "href", yes)):
            (total, distinct), = program.sql("SELECT count(*), count(DISTINCT %s) FROM %s" % (by, marks))
            lost, repeated = lost + persons - int(distinct), repeated + int(total) - int(distinct)
        lost += yes - number("person_attribute WHERE text_value = 'reached'")
        emit(name=name + "-steps", runs=runs, lost=lost, repeated=repeated, limit=0)
        mails, calls = count - len(receiver.got), yes - len(hook.got)
        emit(name=name, runs=runs, lost=lost + mails + calls, repeated=repeated + twice(receiver.got) + twice(hook.got), limit=0 if gently else runs * (connections + 1))
    finally:
        program.remove()
        receiver.shutdown()
        hook.shutdown()


def fault_isolation(rounds):
    import test_isolation
    program = varde.shared()
    try:
        test_isolation.prepare(program)
        requests, leaks, changes = test_isolation.attack(program, rounds)
        emit(name="isolation", runs=requests, lost=len(changes), repeated=len(leaks), limit=0)
    finally:
        varde.end_shared()


def fault_offers(name, count, times, gently, connections=4, shifts=5):
    """Five shifts at one time and a pool of `count`: everybody is asked about each, says yes to one, is told so, and reminded."""
    gateway = sms.Gateway()
    program = varde.Program(quick=False).start()
    try:
        sms.noon(program)
        admin, place, pool, _ = staffing.fill(program, count)
        admin.ok("POST", "/api/v1/providers", {"name": "gateway", "kind": "sms_http", "password": "key", "connections": connections, "default": True, "callback_secret": sms.SECRET, "sms": sms.http_settings(gateway)})
        settings = admin.ok("GET", "/api/v1/staffing/settings")
        admin.patch("/api/v1/staffing/settings", {"asking": {**settings["asking"], "several_open_questions": True, "max_per_day": 50}}, settings["version"])
        told = lambda what: collections.Counter((m["to"], m["text"]) for m in list(gateway.messages) if what in m["text"])
        runs, third = 0, max(1, times // 3)

        def until(what, total, seed):
            nonlocal runs
            runs += interrupt(program, gently, third, seed, total, lambda: len(told(what)))
            varde.wait_for(lambda: len(told(what)) >= total, "all to be told: " + what, 300)
        made = [staffing.shift(admin, program, place, pool, places=count // shifts) for _ in range(shifts)]
        until("Can you work", count * shifts, 5)
        for one, group in enumerate(sorted(admin.ok("GET", "/api/v1/shifts/%s/offers" % made[0]["id"])["items"], key=lambda o: o["person_id"])[i::shifts] for i in range(shifts)):
            for offer in group:
                answer = admin.ok("POST", "/api/v1/shifts/%s/offers/%s/answer" % (made[one]["id"], offer["person_id"]), {"yes": True})
                assert answer["result"] == "booked", answer
        until("You are booked", count, 6)
        program.move_clock(4 * 86400 + 3600)
        until("A reminder", count, 7)
        varde.wait_for(lambda: program.sql("SELECT count(*) FROM sms WHERE state IN (1, 2)") == [["0"]], "the queue to be empty", 60)
        rows = [told("Can you work"), told("You are booked"), told("A reminder")]
        lost = count * shifts + 2 * count - sum(len(row) for row in rows)
        asked = program.sql("SELECT count(*), count(DISTINCT (shift_id, person_id)) FROM offer")
        assert asked == [[str(count * shifts)] * 2], asked
        emit(name=name, runs=runs, lost=lost, repeated=sum(twice(row) for row in rows), limit=0 if gently else runs * connections)
    finally:
        program.remove()
        gateway.server.shutdown()


SAID = {"The shift is yours.": "booked", "Somebody else was first: the shift is taken.": "taken"}
NOTICES = {"You are booked: ": "booked", "Thank you for being asked: the shift ": "taken"}


def fault_contention(count, places=3):
    """Everybody says yes at once, through two nodes, some killed on the way: a third by the office, a third by the link of the
    question, a third by SMS through the gateway's signed callback. Who is booked, and who was told what: answers, sentences by
    SMS, confirmations and notices together."""
    gateway = sms.Gateway()
    owner = varde.Program().start()
    nodes = []
    try:
        sms.noon(owner)
        admin, place, pool, _ = staffing.fill(owner, count)
        provider = admin.ok("POST", "/api/v1/providers", {"name": "gateway", "kind": "sms_http", "password": "key", "connections": 16, "default": True, "callback_secret": sms.SECRET, "sms": sms.http_settings(gateway)})
        shift = staffing.shift(admin, owner, place, pool, places=places)
        path = "/api/v1/shifts/%s" % shift["id"]
        offers = varde.wait_for(lambda: (o := admin.ok("GET", path + "/offers")["items"]) and len(o) == count and o, "the questions", 300)
        varde.wait_for(lambda: len(gateway.messages) >= count, "the questions by SMS", 300)
        people = [o["person_id"] for o in offers]
        # staffing.fill gives the n-th substitute the n-th number.
        numbers = {o["person_id"]: "+47%d" % (40000000 + int(re.match(r"Sub(\d+) ", o["name"])[1])) for o in offers}
        persons = {phone: person for person, phone in numbers.items()}
        links = {persons[m["to"]]: re.search(r"https?://[^/\s]+(/p/o/\S+)", m["text"])[1] for m in list(gateway.messages)}
        nodes = [varde.Node(owner).start() for _ in range(2)]
        told, lock, done = collections.defaultdict(list), threading.Lock(), [0]

        def by_office(client, person, turn):
            answer = client.request("POST", path + "/offers/%s/answer" % person, {"yes": True})
            return answer.json["result"] if answer.status == 200 else None

        def by_link(client, person, turn):
            answer = client.request("POST", links[person], raw=b"answer=yes", headers={"Content-Type": "application/x-www-form-urlencoded"})
            return next((word for text, word in SAID.items() if text.encode() in answer.body), None) if answer.status == 200 else None

        def by_sms(client, person, turn):  # a gateway repeats a callback until it is taken
            body = json.dumps({"id": "yes-%s-%d" % (person, turn), "from": numbers[person], "text": "Yes"}).encode()
            answer = client.request("POST", "/p/sms/%s/reply" % provider["id"], raw=body, headers=sms.sign(body))
            return "by SMS" if answer.status == 200 else None

        def work(index):
            client = varde.Client(nodes[index % 2])
            client.cookies = dict(admin.cookies)
            for place_of in range(index, count, 64):
                person, ask, turn = people[place_of], (by_office, by_link, by_sms)[place_of % 3], 0
                while True:  # until somebody answers; a retry must hear the same
                    try:
                        answer = ask(client, person, turn)
                    except (OSError, http.client.HTTPException):
                        answer = None
                    if answer is None:
                        continue
                    if answer in ("booked", "taken"):
                        with lock:
                            told[person].append(answer)
                    turn += 1
                    if turn == 1 and (answer == "booked" or random.random() < 0.1):
                        continue  # asks again
                    break
                with lock:
                    done[0] += 1
        threads = [threading.Thread(target=work, args=(i,)) for i in range(64)]
        [t.start() for t in threads]
        kills, at = 0, 0
        times = 3 if options.quick else 10
        while kills < times and any(t.is_alive() for t in threads):
            at += count // (times + 2)
            while done[0] < at and any(t.is_alive() for t in threads):
                threads[0].join(0.002)
            nodes[kills % 2].kill()
            nodes[kills % 2].start()
            kills += 1
        [t.join() for t in threads]
        varde.wait_for(lambda: owner.sql("SELECT count(*) FROM job WHERE kind LIKE 'staffing.%%' AND run_at <= to_timestamp(%f)" % owner.now()) == [["0"]], "what follows a booking", 300)
        varde.wait_for(lambda: owner.sql("SELECT count(*) FROM sms WHERE state IN (1, 2)") == [["0"]], "all to be told", 300)
        by_gateway = collections.Counter()
        for message in list(gateway.messages):
            person = persons[message["to"]]
            if word := next((word for text, word in SAID.items() if message["text"].endswith(": " + text)), None):
                by_gateway[person] += 1
                told[person].append(word)
            told[person] += [word for text, word in NOTICES.items() if message["text"].startswith(text)]
        unanswered = sum(by_gateway[person] == 0 for place_of, person in enumerate(people) if place_of % 3 == 2)
        booked = {b["person_id"] for b in admin.ok("GET", path + "/bookings")["items"] if b["state"] == "booked"}
        said = {p for p, results in told.items() if "booked" in results}
        two_things = sum(len(set(results)) > 1 for results in told.values())
        # lost: places not given, people booked who never heard of it, answers without an answer; repeated: places given twice,
        # people told two things.
        emit(name="contention", runs=kills, lost=max(0, places - len(booked)) + len(booked - said) + (count - len(told)) + unanswered, repeated=max(0, len(booked) - places) + len(said - booked) + two_things, limit=0)
    finally:
        for node in nodes:
            node.stop()
        owner.remove()
        gateway.server.shutdown()


def fault_tamper(times):
    """A fifth of it in the tables, the rest in files. A head that was kept from before stands for the witness."""
    import test_trail
    program = varde.Program(quick=True).start()
    chance = random.Random(7)
    undetected, false_alarms = [], 0
    try:
        admin = program.admin()
        for i in range(40):
            person = admin.ok("POST", "/api/v1/persons", {"email": "tamper%d@example.org" % i, "first_name": "Tamper"})
            if i % 4 == 0:
                admin.delete("/api/v1/persons/" + person["id"])
            if i % 10 == 0:
                admin.ok("POST", "/api/v1/audit/heads")
        key = admin.ok("GET", "/api/v1/audit/key")["verifier"]
        witness = admin.ok("POST", "/api/v1/audit/heads")["note"]
        lines = admin.get("/api/v1/audit/export").body.splitlines()
        for i in range(times * 4 // 5):
            changed, what = test_trail.tampered(lines, chance)
            if test_trail.verify(changed, key, witness)["ok"]:
                undetected.append(what)
            if i % 20 == 0 and not test_trail.verify(lines, key, witness)["ok"]:
                false_alarms += 1
        tenant = program.sql("SELECT tenant_id FROM tenant")[0][0]
        tables = ["audit_entry", "audit_leaf", "audit_tile", "audit_tree", "audit_head"]
        program.sql("".join("CREATE TABLE kept_%s AS SELECT * FROM %s; " % (t, t) for t in tables))
        size = int(witness.split("\n")[1])
        for i in range(times // 5):
            what, statement = tampering(chance, tenant, size)
            program.sql(statement)
            try:
                answer = admin.request("GET", "/api/v1/audit/export").body
            except (http.client.HTTPException, OSError):
                answer = b""  # the program itself stumbles over it
            if test_trail.verify(answer or b"{}\n", key, witness)["ok"]:
                undetected.append(what)
            program.sql("".join("TRUNCATE %s; INSERT INTO %s SELECT * FROM kept_%s; " % (t, t, t) for t in tables))
            if i % 20 == 0 and not test_trail.verify(admin.get("/api/v1/audit/export").body, key, witness)["ok"]:
                false_alarms += 1
            program.sql("".join("TRUNCATE %s; INSERT INTO %s SELECT * FROM kept_%s; " % (t, t, t) for t in tables))
    finally:
        program.remove()
    emit(name="tamper", runs=times, lost=0, repeated=len(undetected) + false_alarms, limit=0, undetected=len(undetected), false_alarms=false_alarms)
    for what in sorted(set(undetected)):
        print("undetected: %s (%d times)" % (what, undetected.count(what)), file=sys.stderr)


class Lives:
    """A program whose state is remembered at many moments, and can be compared with."""

    def __init__(self):
        import test_backup
        self.backup, self.chance = test_backup, random.Random(11)
        self.program = test_backup.program_with_backups()
        self.admin = self.program.admin()
        self.key = self.admin.ok("GET", "/api/v1/audit/key")["verifier"]
        self.moments, self.heads, self.made, self.broken = [], [], 0, 0

    def state(self):
        """All that people can see of it, in one word."""
        return self.program.sql("SELECT md5(coalesce((SELECT string_agg(p::text, ',' ORDER BY person_id) FROM person p), '') || "
                                "coalesce((SELECT string_agg(t::text, ',' ORDER BY tag_id) FROM tag t), ''))")[0][0]

    def change(self):
        for _ in range(self.chance.randrange(1, 6)):
            self.made += 1
            person = self.admin.ok("POST", "/api/v1/persons", {"email": "life%d@example.org" % self.made, "first_name": "Life"})
            if self.made % 3 == 0:
                self.admin.patch("/api/v1/persons/" + person["id"], {"first_name": "Changed"}, person["version"])
            self.admin.ok("POST", "/api/v1/tags", {"name": "life %d" % self.made})

    def remember(self):
        self.moments.append((self.backup.database_time(self.program), self.state()))
        self.heads.append(self.admin.ok("POST", "/api/v1/audit/heads")["note"])

    def live(self, times):
        for _ in range(times):
            self.change()
            self.remember()
            if self.chance.random() < 0.2:
                self.backup.cli(self.program, "backup", "run", self.chance.choice(["--full", "--differential"]))
        self.change()

    def back(self):
        """Started again; whether the trail holds with every head there ever was."""
        self.program.start()
        self.admin = self.program.admin()
        report = self.backup.verify(self.admin.get("/api/v1/audit/export").body, self.key, *self.heads)
        if not report["ok"] or report["witnessed"] != len(set(self.heads)):
            print("the trail does not hold: %s" % report, file=sys.stderr)
            self.broken += 1

    def quiet(self):
        """No backup is at work: a look begins with each start."""
        varde.wait_for(lambda: self.program.sql("SELECT count(*) FROM job WHERE kind = 'backups.look' AND lease_until > clock_timestamp()") == [["0"]], "the look at the backups", 120)


def fault_restore(times):
    lives, wrong = Lives(), 0
    try:
        for _ in range(times):
            lives.quiet()
            lives.live(3)
            at, was = lives.chance.choice(lives.moments)
            lives.program.stop()
            lives.backup.cli(lives.program, "restore", "--to", at)
            lives.backup.cli(lives.program, "restore", "--discard-old")
            lives.back()
            wrong += lives.state() != was
    finally:
        lives.program.remove()
    emit(name="restore", runs=times, lost=wrong, repeated=lives.broken, limit=0, false_alarms=lives.broken)


def fault_restore_interrupted(times):
    import subprocess, time
    lives, neither, old, new, took = Lives(), 0, 0, 0, None
    try:
        for _ in range(times + 1):  # the first is let be, and says how long one takes here
            lives.quiet()
            lives.live(1)
            now = lives.state()
            at, was = lives.chance.choice(lives.moments)
            lives.program.stop()
            process = subprocess.Popen([options.binary, "restore", "--to", at, "--data", str(lives.program.directory / "data")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            started = time.monotonic()
            try:
                process.wait(took and took * lives.chance.random() * 1.4)
                took = time.monotonic() - started
                assert process.returncode == 0, "a restore that nobody stopped failed: %d" % process.returncode
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            lives.back()
            is_now = lives.state()
            old, new, neither = old + (is_now == now), new + (is_now == was != now), neither + (is_now not in (now, was))
            lives.backup.shutil.rmtree(next((lives.program.directory / "data/main").glob("data.before-*"), "none"), ignore_errors=True)
    finally:
        lives.program.remove()
    emit(name="restore-interrupted", runs=times + 1, old=old, restored=new, lost=neither, repeated=lives.broken, limit=0, false_alarms=lives.broken)


def killed_within(chance, seconds, process, others=()):
    """Whether the process was killed before it ended by itself; those named go with it."""
    import subprocess
    try:
        process.wait(seconds * chance.random())
        return False
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        for other in others:
            other.kill()
        return True


class Kept:
    """A program with persons who must stay readable, each with a name of her own."""

    def __init__(self, count):
        self.program, self.chance = varde.Program(quick=False).start(), random.Random(12)
        self.admin = self.program.admin()
        self.made = 0
        self.names = self.add(count)

    def add(self, count):
        rows = "".join("kept%d@example.org,Name%d\n" % (self.made + i, self.made + i) for i in range(count))
        before = self.made
        self.made += count
        self.admin.import_csv("email,first name\n" + rows)
        ids = {r[0] for r in self.program.sql("SELECT person_id FROM person")}
        known = set(getattr(self, "names", {}))
        return {id: None for id in ids - known} if before else self.readable()

    def readable(self):
        """Everybody who can be read, with her name."""
        out, cursor = {}, ""
        while cursor is not None:
            page = self.admin.ok("GET", "/api/v1/persons?limit=200" + ("&cursor=" + cursor if cursor else ""))
            out.update({p["id"]: p.get("first_name", "") for p in page["items"]})
            cursor = page.get("next")
        return out

    def back(self):
        self.program.start()
        self.admin = self.program.admin()


def fault_interrupted_erasure(times, at_once=100):
    """One call erases many; the program is killed meanwhile, its databases with it."""
    import time
    kept, neither, erased, stayed = Kept(200), 0, 0, 0
    try:
        first = list(kept.add(at_once))
        started = time.monotonic()
        kept.admin.ok("POST", "/api/v1/persons/erase", {"ids": first})
        took = time.monotonic() - started
        for _ in range(times):
            chosen = list(kept.add(at_once))
            thread = threading.Thread(target=lambda: wait_quietly(lambda: kept.admin.post("/api/v1/persons/erase", {"ids": chosen})))
            thread.start()
            thread.join(1.2 * took * kept.chance.random())
            kept.program.kill()
            thread.join()
            kept.back()
            rows = int(kept.program.sql("SELECT count(*) FROM person WHERE person_id = ANY('{%s}')" % ",".join(chosen))[0][0])
            kept.program.move_clock(90)  # what carries it through runs half a minute later
            keys = lambda: int(kept.program.sql("SELECT count(*) FROM person_key WHERE person_id = ANY('{%s}')" % ",".join(chosen), cluster="keystore")[0][0])
            ledger = lambda: int(kept.program.sql("SELECT count(*) FROM erasure WHERE person_id = ANY('{%s}')" % ",".join(chosen), cluster="keystore")[0][0])
            if rows == 0:
                erased += 1
                wait_quietly(lambda: varde.wait_for(lambda: keys() == 0 and ledger() == at_once, "the keys", 60))
                neither += (keys(), ledger()) != (0, at_once)
            else:
                stayed += 1
                neither += (rows, keys(), ledger()) != (at_once, at_once, 0)
                kept.admin.ok("POST", "/api/v1/persons/erase", {"ids": chosen})
            neither += {k: v for k, v in kept.readable().items() if k in kept.names} != kept.names
    finally:
        kept.program.remove()
    emit(name="interrupted-erasure", runs=times, old=stayed, erased=erased, lost=neither, repeated=0, limit=0)


def wait_quietly(work):
    try:
        return work()
    except (OSError, AssertionError, http.client.HTTPException):
        return None


def fault_interrupted_rotation(times, count=2000):
    """Root and wrapping keys change in turn; the command is killed, half of the times the program with it."""
    import subprocess, time
    kept, lost, done, took = Kept(count), 0, 0, {}
    rotate = lambda verb: [options.binary, "keys", verb, "--data", str(kept.program.directory / "data")]
    try:
        for verb in ("rotate-root", "rotate"):
            started = time.monotonic()
            subprocess.run(rotate(verb), check=True, capture_output=True)
            took[verb] = time.monotonic() - started
        for i in range(times):
            verb = ("rotate-root", "rotate")[i % 2]
            process = subprocess.Popen(rotate(verb), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            if not killed_within(kept.chance, took[verb], process, [kept.program] if i % 4 > 1 else []):
                done += 1
            elif i % 4 > 1:
                kept.back()
            kept.program.stop()  # nothing is remembered
            kept.back()
            lost += kept.readable() != kept.names
        for verb in ("rotate-root", "rotate"):
            subprocess.run(rotate(verb), check=True, capture_output=True)
        kept.program.stop()
        kept.back()
        lost += kept.readable() != kept.names
    finally:
        kept.program.remove()
    emit(name="interrupted-rotation", runs=times, ended=done, lost=lost, repeated=0, limit=0)


def fault_interrupted_removal(times, count=2000):
    """An organisation is removed; the program is killed meanwhile. Afterwards it is gone whole, and certified once."""
    kept, lost, before, within = Kept(50), 0, 0, 0
    try:
        for i in range(times):
            slug, email = "leaving%d" % i, "leaving%d@example.org" % i
            kept.program.stop()
            kept.program.start(tenant=slug, admin=email)
            leaving = kept.program.client()
            leaving.login(email)
            leaving.import_csv("email,first name\n" + "".join("l%d@example.org,L%d\n" % (n, n) for n in range(count)))
            tenant = leaving.ok("GET", "/api/v1/session")["tenant"]["id"]
            leaving.ok("POST", "/api/v1/contract/end", {"wanted": "removal", "confirm": slug})
            varde.wait_for(lambda: kept.program.sql("SELECT state FROM contract_end WHERE tenant_id = '%s'" % tenant) == [["2"]], "the end")
            kept.program.move_clock(31 * 86400)
            threading.Event().wait(1.5 * kept.chance.random())  # the queue looks each second
            kept.program.kill()
            kept.back()
            row = lambda: kept.program.sql("SELECT state, cardinality(members), certificate <> '' FROM contract_end WHERE tenant_id = '%s'" % tenant)[0]
            before, within = before + (row()[0] == "2"), within + (row()[0] == "3")
            kept.program.move_clock(1200)
            wait_quietly(lambda: varde.wait_for(lambda: row() == ["4", "0", "t"], "the removal to be complete", 60))
            left = sum(int(kept.program.sql("SELECT count(*) FROM %s WHERE tenant_id = '%s'" % (t, tenant))[0][0]) for (t,) in kept.program.sql(
                "SELECT c.oid::regclass FROM pg_class c JOIN pg_attribute a ON attrelid = c.oid AND attname = 'tenant_id' WHERE relkind IN ('r', 'p') AND relname <> 'contract_end' AND relnamespace = 'public'::regnamespace"))
            keys = int(kept.program.sql("SELECT (SELECT count(*) FROM person_key WHERE tenant_id = '%s') + (SELECT count(*) FROM tenant_key WHERE tenant_id = '%s')" % (tenant, tenant), cluster="keystore")[0][0])
            kept.admin = kept.program.admin()
            lost += row() != ["4", "0", "t"] or left + keys > 0 or kept.readable() != kept.names
    finally:
        kept.program.remove()
    emit(name="interrupted-removal", runs=times, before=before, within=within, lost=lost, repeated=0, limit=0)


def tampering(chance, tenant, size):
    """One change that the owner of the database makes to the trail: what it is, and its statements."""
    at = chance.randrange(size)
    entry = "(SELECT entry_id FROM audit_leaf WHERE tenant_id = '%s' AND leaf_index = %d)" % (tenant, at)
    elsewhere = (at + 1 + chance.randrange(size - 1)) % size
    other = entry.replace("leaf_index = %d" % at, "leaf_index = %d" % elsewhere)
    grown_anew = "DELETE FROM audit_leaf; DELETE FROM audit_tile; DELETE FROM audit_tree; DELETE FROM audit_head"
    changes = {
        "another action": "UPDATE audit_entry SET action = 'person.read' WHERE entry_id = %s" % entry,
        "another time": "UPDATE audit_entry SET at = at + interval '1 microsecond' WHERE entry_id = %s" % entry,
        "another actor": "UPDATE audit_entry SET actor_id = gen_random_uuid() WHERE entry_id = %s" % entry,
        "another network": "UPDATE audit_entry SET network = network || '0' WHERE entry_id = %s" % entry,
        "another object": "UPDATE audit_entry SET object_id = gen_random_uuid() WHERE entry_id = %s" % entry,
        "other fields": "UPDATE audit_entry SET fields = fields || '{x}' WHERE entry_id = %s" % entry,
        "another commitment": "UPDATE audit_entry SET commitment = sha256('x') WHERE entry_id = %s" % entry,
        "an entry is gone": "DELETE FROM audit_entry WHERE entry_id = %s" % entry,
        "a leaf is gone": "DELETE FROM audit_leaf WHERE leaf_index = %d" % at,
        "two entries are changed": "UPDATE audit_entry SET at = at + interval '1 day' WHERE entry_id IN (%s, %s)" % (entry, other),
        "two leaves are swapped": "UPDATE audit_leaf SET leaf_index = -1 WHERE leaf_index = %d; UPDATE audit_leaf SET leaf_index = %d WHERE leaf_index = %d; UPDATE audit_leaf SET leaf_index = %d WHERE leaf_index = -1" % (at, at, elsewhere, elsewhere),
        "an entry is gone, and the tree grown anew": "DELETE FROM audit_entry WHERE entry_id = %s; %s" % (entry, grown_anew),
        "an entry is changed, and the tree grown anew": "UPDATE audit_entry SET action = 'person.read' WHERE entry_id = %s; %s" % (entry, grown_anew),
        "the end is cut, and the tree grown anew": "DELETE FROM audit_entry WHERE entry_id IN (SELECT entry_id FROM audit_leaf WHERE leaf_index >= %d); %s" % (at, grown_anew),
        "an entry is added before others, and the tree grown anew": "INSERT INTO audit_entry (tenant_id, entry_id, at, actor_kind, action, object_kind, xid) VALUES ('%s', gen_random_uuid(), now(), 1, 'person.read', 'person', 1); %s" % (tenant, grown_anew),
        "everything is gone": "DELETE FROM audit_entry; %s" % grown_anew,
    }
    what = chance.choice(list(changes))
    return what, "BEGIN; %s; COMMIT" % changes[what]


interrupted = {"campaign": (fault_campaign, 2000, 20000), "import": (fault_import, 4000, 20000), "journey": (fault_journey, 500, 5000), "offers": (fault_offers, 100, 1000)}
if options.name in interrupted:
    fault, quick, full = interrupted[options.name]
    size, times = options.persons or (quick if options.quick else full), 4 if options.quick else 20
    fault(options.name, size, times, False)
    fault(options.name + "-sigterm", size, times // 2, True)
elif options.name == "contention":
    fault_contention(options.persons or (1000 if options.quick else 10000))
elif options.name == "isolation":
    fault_isolation(2 if options.quick else 20)
elif options.name == "restore":
    fault_restore(options.persons or (4 if options.quick else 20))
elif options.name == "restore-interrupted":
    fault_restore_interrupted(options.persons or (5 if options.quick else 20))
elif options.name == "interrupted":
    for fault in (fault_interrupted_erasure, fault_interrupted_rotation, fault_interrupted_removal, fault_restore_interrupted):
        fault(options.persons or (4 if options.quick else 20))
elif options.name == "tamper":
    fault_tamper(options.persons or (300 if options.quick else 10000))
elif options.name == "forget":
    count = options.persons or (600 if options.quick else 10000)
    failed = forget.forget(show, count, count // 10, 5 if options.quick else 20, 60 if options.quick else 240)
elif options.name == "chaos":
    failed = chaos.chaos(show, Receiver(), document(), options.persons or (3 if options.quick else 60), random.randrange(10**6))
elif options.name == "neighbours":
    failed = chaos.neighbours(show, Receiver, document(), options.quick)
elif options.name == "statements":
    failed = statements.statements(show, Receiver(), document(), options.quick, options.persons)
elif options.name == "tenant-restore":
    failed = tenant.restore_fault(show, options.persons or (2 if options.quick else 10))
else:
    sys.exit("no fault test %r; there are: %s" % (options.name, ", ".join([*interrupted, "isolation", "contention", "restore", "restore-interrupted", "interrupted", "tamper", "forget", "tenant-restore", "chaos", "neighbours", "statements"])))
sys.exit(failed)
