"""`./dev fault forget`: persons are erased at random moments while backups are made and data changes; afterwards no restore gives
one of them back, and no byte of any backup, any log or any live file of both clusters holds what identified them, or a key.

What is looked for: names, addresses and numbers are of a shape of their own, so that one look at a byte finds any of them,
of anybody; of keys, the very bytes that the keystore held, before and after a rotation. A person's fields open under her key
alone, which nothing else holds: without its bytes they stay closed."""
import bisect, json, pathlib, random, re, shutil, subprocess, tempfile, threading, time

import varde
from test_trail import verify

MARK = "zqxvjwkp"  # nothing else has it
CONTROL = b"qzcontrolwv"  # the name of a list, which stands readable: where the search must find it, it would find more
NUMBER = re.compile(rb"\+474\d{7}")
SETTINGS = """[backup]
keystore_every = "15s"
keystore_keep = "45s"
full_every = "40s"
differential_every = "20s"
monthly_every = "40s"
record_every = "1h"
drill_every = "365d"
look_every = "5s"
"""


def cli(program, *words):
    while True:
        done = subprocess.run([varde.BINARY, *words, "--data", str(program.directory / "data")], capture_output=True, text=True, timeout=600)
        if "at work already" not in done.stderr:  # the program's own
            break
        time.sleep(0.5)
    assert done.returncode == 0, (words, done.stdout, done.stderr)
    return done.stdout


class Keys:
    """Looks for thousands of keys at once, with grep: Python's alternatives take minutes a gigabyte. A line feed ends a pattern
    for grep, so a piece of each key without one stands for it."""

    def __init__(self, keys):
        pieces = (re.search(rb"[^\n\0]{10}", key) for key in keys)
        self.patterns = tempfile.NamedTemporaryFile(prefix="varde-keys-")
        self.patterns.write(b"\n".join(found.group() for found in pieces if found))
        self.patterns.flush()
        self.waiting, self.size, self.names = [], 0, []

    def look(self, name, data):
        self.waiting.append((name, data))
        self.size += len(data)
        if self.size > 1 << 25:
            self.search()

    def search(self):
        many = b"\n".join(data for _, data in self.waiting)
        out = subprocess.run(["grep", "-F", "-a", "-b", "-o", "-f", self.patterns.name], input=many, capture_output=True, env={"LC_ALL": "C"})
        assert out.returncode < 2, out.stderr
        ends, at = [], 0
        for name, data in self.waiting:
            at += len(data) + 1
            ends.append((at, name))
        self.names += [ends[bisect.bisect(ends, (int(line.split(b":")[0]), "~"))][1] for line in out.stdout.splitlines() if line.split(b":")[0].isdigit()]
        self.waiting, self.size = [], 0

    def found(self):
        self.search()
        return self.names


class Story:
    def __init__(self, count, erased, moments, seconds, seed=1):
        self.count, self.chance, self.seconds = count, random.Random(seed), seconds
        self.many, self.wanted = erased, moments
        self.gone, self.moments, self.wrapped = {}, [], set()
        self.writing = threading.Lock()
        self.readable = self.lost = self.trails = 0

    # ---- what happens

    def begin(self):
        self.program = varde.Program(quick=False, extra=["--backup"])
        path = self.program.directory / "backup.toml"
        path.write_text(SETTINGS)
        path.chmod(0o644)
        self.program.extra += ["--backup-settings", str(path)]
        self.program.start()
        # Compressed pages would hide from the search what is in them.
        self.program.sql("ALTER SYSTEM SET wal_compression = off")
        self.program.sql("SELECT pg_reload_conf()")
        self.admin = self.program.admin()
        lines = ["email,phone,first_name,last_name"]
        lines += ["%s%d@example.org,+47%d,%sfirst%d,%slast%d" % (MARK, i, 40000000 + i, MARK, i, MARK, i) for i in range(self.count)]
        self.admin.import_csv("\n".join(lines))
        self.admin.ok("POST", "/api/v1/lists", {"name": CONTROL.decode()})
        self.ids = sorted(row[0] for row in self.program.sql("SELECT person_id FROM person"))
        assert len(self.ids) == self.count
        self.to_erase = self.chance.sample(self.ids, self.many)
        self.to_stay = sorted(set(self.ids) - set(self.to_erase))
        self.note_keys()

    def note_keys(self):
        rows = self.program.sql("SELECT encode(wrapped, 'hex') FROM person_key WHERE person_id IN (SELECT unnest('{%s}'::uuid[]))" % ",".join(self.to_erase), "keystore")
        self.wrapped |= {bytes.fromhex(row[0]) for row in rows}

    def state(self):
        """What the database holds of those who stay, and whom it holds at all."""
        [[digest, rows]] = self.program.sql("SELECT md5(string_agg(md5(person_id::text || encode(sealed, 'hex') || version), '' ORDER BY person_id)), count(*) FROM person WHERE person_id NOT IN (SELECT unnest('{%s}'::uuid[]))" % ",".join(self.to_erase))
        return digest, int(rows)

    def remember(self, at=None):
        """The state of this moment; nobody writes meanwhile."""
        with self.writing:
            time.sleep(0.01)
            at = at() if at else self.program.sql("SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")[0][0]
            self.moments.append((at, self.state()))
            time.sleep(0.01)

    def monthly(self):
        cli(self.program, "backup", "run", "--monthly")
        return json.loads(subprocess.run([varde.BINARY, "backup", "status", "--json", "--data", str(self.program.directory / "data")], capture_output=True, text=True).stdout)["monthly"][-1]["at"]

    def change(self, stop):
        admin, number = self.program.admin(), 0
        while not stop.is_set():
            number += 1
            with self.writing:
                admin.request("PATCH", "/api/v1/persons/" + self.chance.choice(self.to_stay), {"last_name": "%schanged%d" % (MARK, number)}, headers={"If-Match": "*"})
            time.sleep(0.02)

    def live(self):
        """Erasing, changing, backing up; and moments to come back to."""
        stop = threading.Event()
        changer = threading.Thread(target=self.change, args=(stop,))
        changer.start()
        admin, left = self.program.admin(), list(self.to_erase)
        ends, remembered, rotated = time.monotonic() + self.seconds, 0, False
        try:
            while left:
                share = max(0.0, 1 - (ends - time.monotonic()) / self.seconds)
                due = min(200, int(self.many * min(1, share)) - (self.many - len(left)))
                if due > 0:
                    batch, left = left[:due], left[due:]
                    with self.writing:
                        admin.ok("POST", "/api/v1/persons/erase", {"ids": batch})
                if share > 0.4 and not rotated:
                    cli(self.program, "keys", "rotate")
                    rotated = True
                    self.note_keys()
                if share * self.wanted > remembered + 1 and remembered < self.wanted:
                    remembered += 1
                    self.remember(self.monthly if remembered % 5 == 3 else None)
                time.sleep(self.chance.random() * 0.2)
            while len(self.moments) < self.wanted:
                self.remember()
        finally:
            stop.set()
            changer.join()

    # ---- what is found afterwards

    def wait_for_the_bound(self):
        """Live files: what the nightly run does. Backups of the keystore: until the last one with a key has had its time."""
        ended = time.time()
        cli(self.program, "keys", "clean")
        varde.wait_for(lambda: time.time() > ended + 50, "the time that the keystore is kept", 120)
        cli(self.program, "backup", "run", "--keystore")
        cli(self.program, "backup", "sweep")
        cli(self.program, "keys", "clean")

    def everything(self):
        """(name, bytes) of every file of both clusters: live, of every backup as it is restored, and of every piece of log."""
        data = self.program.directory / "data"
        for place in ("main/data", "keystore/data", "ledger"):
            for file in sorted((data / place).rglob("*")):
                if file.is_file() and not file.is_symlink():
                    yield place + "/" + file.name, file.read_bytes()
        for part in ("recent", "monthly", "keystore"):
            stanza = "keystore" if part == "keystore" else "main"
            place = data / "backup/repository" / part
            for backup in sorted((place / "backup" / stanza).iterdir()):
                if re.fullmatch(r"\d{8}-\d{6}F(_\d{8}-\d{6}[DI])?", backup.name):
                    yield from self.restored(part, stanza, backup.name)
            for file in sorted((place / "archive").rglob("*")):
                if file.is_file() and not file.is_symlink():
                    yield part + "/" + file.name, self.opened(part, stanza, file)

    def pgbackrest(self, part, stanza, *words):
        config = self.program.directory / "data/backup" / (stanza + ".conf")
        number = next(n for n, path in re.findall(r"repo(\d)-path=(\S+)", config.read_text()) if path.endswith(part))
        return subprocess.run(["runuser", "-u", "varde", "--", "pgbackrest", "--config=%s" % config, "--stanza=" + stanza, "--repo=" + number, *words], capture_output=True, timeout=120)

    def restored(self, part, stanza, label):
        """A backup's files as they were when it was made."""
        scratch = pathlib.Path(tempfile.mkdtemp(prefix="varde-forget-"))
        try:
            shutil.chown(scratch, "varde")
            done = self.pgbackrest(part, stanza, "--set=" + label, "--pg1-path=%s" % scratch, "--type=none", "--archive-mode=off", "restore")
            assert done.returncode == 0, done.stderr
            for file in sorted(scratch.rglob("*")):
                if file.is_file() and not file.is_symlink():
                    yield "%s/%s/%s" % (part, label, file.name), file.read_bytes()
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def opened(self, part, stanza, file):
        """A piece of the log without its encryption and compression."""
        inside = str(file.relative_to(self.program.directory / "data/backup/repository" / part))
        got = self.pgbackrest(part, stanza, "repo-get", inside)
        assert got.returncode == 0, got.stderr
        return subprocess.run(["zstd", "-dcq"], input=got.stdout, capture_output=True, check=True).stdout if file.suffix == ".zst" else got.stdout

    def search(self):
        """While nothing runs: what is swept meanwhile would be missing where it is looked for."""
        self.program.stop()
        marks, looked, size, controls, keys = [], 0, 0, set(), Keys(self.wrapped)
        for name, data in self.everything():
            looked, size = looked + 1, size + len(data)
            if MARK.encode() in data.lower() or NUMBER.search(data):
                marks.append(name)
            if CONTROL in data:
                controls.add(name.split("/")[0])
            if name.startswith("keystore"):
                keys.look(name, data)
        assert controls >= {"main", "recent", "monthly"}, controls
        self.program.start()
        return marks, keys.found(), looked, size

    def restore(self, at):
        """How many of the erased can be read, and whether everybody else is as she was at that moment."""
        self.program.stop()
        cli(self.program, "restore", "--to", at)
        cli(self.program, "restore", "--discard-old")
        self.program.start()
        self.program.sql("SELECT pg_reload_conf()")
        admin = self.program.admin()
        there = {row[0] for row in self.program.sql("SELECT person_id FROM person")}
        back = there & set(self.to_erase)
        self.readable += len(back)
        for person in self.chance.sample(self.to_erase, 20):
            self.readable += admin.get("/api/v1/persons/" + person).status != 404
        self.readable += len(self.program.sql("SELECT person_id FROM person_key WHERE person_id IN (SELECT unnest('{%s}'::uuid[]))" % ",".join(self.to_erase), "keystore"))
        for person in self.chance.sample(self.to_stay, 20):
            self.lost += not admin.ok("GET", "/api/v1/persons/" + person)["email"].startswith(MARK)
        exported = admin.get("/api/v1/audit/export").body
        said = verify(exported, admin.ok("GET", "/api/v1/audit/key")["verifier"])
        self.trails += not said["ok"]
        return back


def forget(show, count, erased, moments, seconds):
    story = Story(count, erased, moments, seconds)
    begun = time.monotonic()
    try:
        story.begin()
        story.live()
        marks, keys, _, _ = story.search()
        assert keys and not marks, "until then the keys are in the keystore's files: %d, and no name anywhere: %s" % (len(keys), marks[:5])
        story.wait_for_the_bound()
        marks, keys, looked, size = story.search()
        for at, state in sorted(story.moments, key=lambda _: story.chance.random()):
            story.restore(at)
            if story.state() != state:
                story.lost += 1
                print("not as it was:", at, flush=True)
        for where in sorted(set(marks))[:5] + sorted(set(keys))[:5]:
            print("found in", where, flush=True)
        show(dict(name="forget", persons=count, erased=erased, restores=len(story.moments), readable=story.readable + len(marks) + len(keys),
             lost=story.lost, trails_that_do_not_hold=story.trails, files=looked, megabytes=round(size / 1e6), seconds=round(time.monotonic() - begun)))
        return bool(story.readable or marks or keys or story.lost or story.trails)
    finally:
        story.program.remove()
