#!/usr/bin/env python3
"""Faults: fault.py BINARY NAME [--json] [--quick] [--persons N]

campaign    SIGKILL at random moments of a campaign, restart each time: what the receiving server counted
import      the same for an import
isolation   generated requests of every endpoint with another tenant's ids
"""
import argparse, collections, json, os, pathlib, random, re, socketserver, sys, threading, time

root = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(root / "tests" / "http"))
arguments = argparse.ArgumentParser()
arguments.add_argument("binary")
arguments.add_argument("name")
arguments.add_argument("--json", action="store_true")
arguments.add_argument("--quick", action="store_true")
arguments.add_argument("--persons", type=int)
options = arguments.parse_args()
os.environ["VARDE_BINARY"] = str(pathlib.Path(options.binary).resolve())
import varde  # noqa: E402


def emit(**row):
    print(json.dumps(row) if options.json else "  ".join("%s=%s" % item for item in row.items()), flush=True)
    if row.get("lost") or row.get("repeated", 0) > row.get("limit", 0):
        sys.exit(1)


class Receiver(socketserver.ThreadingTCPServer):
    """Counts messages by recipient; a message counts when its final dot was answered."""
    allow_reuse_address, daemon_threads = True, True

    def __init__(self):
        self.got, self.lock = collections.Counter(), threading.Lock()
        super().__init__(("127.0.0.1", 0), Session)


class Session(socketserver.StreamRequestHandler):
    def handle(self):
        say = lambda text: (self.wfile.write(text.encode() + b"\r\n"), self.wfile.flush())
        try:
            say("220 receiver")
            to = None
            while True:
                line = self.rfile.readline()
                if not line:
                    return
                verb = line[:4].upper()
                if verb == b"EHLO":
                    say("250-receiver\r\n250 PIPELINING")
                elif verb == b"RCPT":
                    to = re.search(rb"<([^>]*)>", line).group(1).decode()
                    say("250 ok")
                elif verb == b"DATA":
                    say("354 go")
                    while True:
                        line = self.rfile.readline()
                        if not line:
                            return
                        if line == b".\r\n":
                            break
                    with self.server.lock:
                        self.server.got[to] += 1
                    say("250 taken")
                elif verb == b"QUIT":
                    return say("221 bye")
                else:
                    say("250 ok")
        except OSError:
            pass


def csv(count):
    return "\n".join(["email,first_name"] + ["fault%d@example.org,First%d" % (i, i) for i in range(count)])


def fault_campaign(count, kills, connections=10):
    receiver = Receiver()
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    program = varde.Program(quick=False).start()
    rng = random.Random(3)
    try:
        admin = program.admin()
        group = admin.ok("POST", "/api/v1/lists", {"name": "Fault"})
        admin.import_csv(csv(count), options={"list_id": group["id"]})
        program.sql("ANALYZE")
        admin.ok("POST", "/api/v1/providers", {"name": "receiver", "kind": "smtp", "host": "127.0.0.1", "port": receiver.server_address[1], "security": "none", "connections": connections, "default": True})
        text = {"id": "a", "type": "text", "doc": {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Hello {{ person.first_name }}"}]}]}}
        campaign = admin.ok("POST", "/api/v1/campaigns", {"name": "Fault", "subject": "Hello", "from_name": "Fault", "from_email": "news@example.org", "document": {"version": 1, "blocks": [text, {"id": "f", "type": "footer"}]}, "audience": {"lists": [group["id"]], "segments": [], "exclude_lists": [], "exclude_segments": []}})
        admin.ok("POST", "/api/v1/campaigns/%s/send" % campaign["id"], {})
        done_kills = 0
        for i in range(kills):
            target = min(count - 1, int(count * (i + rng.random()) / kills))
            try:
                varde.wait_for(lambda: sum(receiver.got.values()) >= target, "the campaign to come to %d" % target, 180)
            except AssertionError:
                break
            program.kill()
            done_kills += 1
            program.start()
        admin = program.admin()
        state = varde.wait_for(lambda: (lambda s: s if s["state"] == "sent" else None)(admin.ok("GET", "/api/v1/campaigns/%s/progress" % campaign["id"])), "the campaign to end", 600)
        lost = count - len(receiver.got)
        repeated = sum(receiver.got.values()) - len(receiver.got)
        assert state["counts"]["sent"] == count, (state, count)
        emit(name="campaign", runs=done_kills, lost=lost, repeated=repeated, limit=done_kills * connections)
    finally:
        program.remove()
        receiver.shutdown()


def fault_import(count, kills):
    program = varde.Program(quick=False).start()
    rng = random.Random(5)
    try:
        admin = program.admin()
        made = admin.upload("fault.csv", csv(count).encode())
        mapping = [{"column": c["index"], "target": c.get("suggestion", "ignore")} for c in made["columns"]]
        admin.ok("POST", "/api/v1/imports/%s/start" % made["id"], {"encoding": made["encoding"], "delimiter": made["delimiter"], "header": True, "mapping": mapping, "options": {}})
        done_kills = 0
        for i in range(kills):
            target = int(count * (i + rng.random()) / kills)
            varde.wait_for(lambda: admin.ok("GET", "/api/v1/imports/" + made["id"])["counts"]["read"] >= target, "the import to come to %d" % target, 180)
            if admin.ok("GET", "/api/v1/imports/" + made["id"])["state"] == "done":
                break
            program.kill()
            done_kills += 1
            program.start()
            admin = program.admin()
        done = admin.finished_import(made["id"], 600)
        (persons,), = program.sql("SELECT count(*) FROM person")
        emit(name="import", runs=done_kills, lost=count - int(persons), repeated=abs(done["counts"]["created"] - count), limit=0)
    finally:
        program.remove()


def fault_isolation(rounds):
    import test_isolation
    program = varde.shared()
    try:
        test_isolation.prepare(program)
        requests, leaks, changes = test_isolation.attack(program, rounds)
        emit(name="isolation", runs=requests, lost=len(changes), repeated=len(leaks), limit=0)
    finally:
        varde.end_shared()


names = {"campaign": lambda: fault_campaign(options.persons or (2000 if options.quick else 20000), 4 if options.quick else 20),
         "import": lambda: fault_import(options.persons or (4000 if options.quick else 20000), 4 if options.quick else 20),
         "isolation": lambda: fault_isolation(2 if options.quick else 20)}
if options.name not in names:
    sys.exit("no fault test %r; there are: %s" % (options.name, ", ".join(names)))
names[options.name]()
