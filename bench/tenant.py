"""`./dev fault tenant-restore` and `./dev bench restore`: one organisation is brought back while others work."""
import os, pathlib, random, re, shutil, subprocess, sys, tempfile, threading, time

import varde
from test_backup import database_time, looked
from test_trail import verify

# What the load of the others does not touch must not change at all.
UNTOUCHED = ("attribute", "list", "purpose", "segment", "template", "form", "campaign", "journey", "workplace", "membership", "provider")


def program_of(slugs):
    """A program with these organisations, each with an administrator SLUG@example.org, and its first backups."""
    program = varde.Program(quick=False)
    for slug in slugs:
        program.start(tenant=slug, admin=slug + "@example.org")
        program.stop()
    program.extra.append("--backup")
    program.start(tenant=slugs[0], admin=slugs[0] + "@example.org")
    looked(program)
    return program


class Load(threading.Thread):
    """Somebody who works in an organisation, and knows what must be there afterwards."""

    def __init__(self, program, slug, tenant, stop):
        super().__init__(daemon=True)
        self.program, self.slug, self.tenant, self.stopped, self.chance = program, slug, tenant, stop, random.Random(slug)
        self.admin = program.admin(slug + "@example.org")
        self.persons, self.failed, self.requests, self.slowest = {}, 0, 0, 0.0

    def call(self, method, path, body=None, **kw):
        self.requests += 1
        started = time.monotonic()
        try:
            answer = self.admin.request(method, path, body, **kw)
        except Exception as e:  # a dropped connection is a failed request
            print("%s: %s %s: %r" % (self.slug, method, path, e), file=sys.stderr)
            self.failed += 1
            return None
        self.slowest = max(self.slowest, time.monotonic() - started)
        if answer.status >= 300:
            print("%s: %s %s: %d %s" % (self.slug, method, path, answer.status, answer.body[:200]), file=sys.stderr)
            self.failed += 1
            return None
        return answer

    def run(self):
        number = 0
        while not self.stopped.is_set():
            number += 1
            what = self.chance.random()
            if what < 0.4 or not self.persons:
                made = self.call("POST", "/api/v1/persons", {"email": "%s%d@example.org" % (self.slug, number), "first_name": "Load"})
                if made:
                    self.persons[made.json["id"]] = made.json["version"]
            elif what < 0.7:
                id = self.chance.choice(list(self.persons))
                changed = self.call("PATCH", "/api/v1/persons/" + id, {"first_name": "Load%d" % number}, headers={"If-Match": '"v%d"' % self.persons[id]})
                if changed:
                    self.persons[id] = changed.json["version"]
            else:
                self.call("GET", self.chance.choice(["/api/v1/persons", "/api/v1/persons/" + self.chance.choice(list(self.persons)), "/api/v1/home"]))
            self.stopped.wait(0.05)

    def untouched(self):
        return self.program.sql(" UNION ALL ".join("SELECT '%s', md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM %s t WHERE tenant_id = '%s'" % (t, t, self.tenant) for t in UNTOUCHED))

    def wrong(self):
        """How many of its persons are not as its own requests left them."""
        there = {id: int(version) for id, version in self.program.sql("SELECT person_id, version FROM person WHERE tenant_id = '%s'" % self.tenant)}
        return sum(there.get(id) != self.persons.get(id) for id in there.keys() | self.persons.keys())


class Restored:
    """The organisation that is brought back."""

    def __init__(self, program, slug, tenant, chance):
        self.program, self.slug, self.tenant, self.chance, self.made, self.erased, self.heads = program, slug, tenant, chance, 0, set(), []
        self.sign_in()
        self.key = self.admin.ok("GET", "/api/v1/audit/key")["verifier"]

    def sign_in(self):
        self.admin = self.program.admin(self.slug + "@example.org")

    def change(self):
        for _ in range(self.chance.randrange(3, 8)):
            self.made += 1
            person = self.admin.ok("POST", "/api/v1/persons", {"email": "one%d@example.org" % self.made, "first_name": "One"})
            if self.made % 3 == 0:
                self.admin.patch("/api/v1/persons/" + person["id"], {"first_name": "Changed"}, person["version"])
            self.admin.ok("POST", "/api/v1/tags", {"name": "one %d" % self.made})

    def erase(self):
        persons = [row[0] for row in self.program.sql("SELECT person_id FROM person WHERE tenant_id = '%s' ORDER BY person_id" % self.tenant)]
        id = self.chance.choice(persons)
        assert self.admin.delete("/api/v1/persons/" + id).status == 204
        self.erased.add(id)

    def state(self):
        """All that it holds of persons and tags, by row."""
        where = " WHERE tenant_id = '%s'" % self.tenant
        return dict(self.program.sql("SELECT person_id, md5(p::text) FROM person p%s UNION ALL SELECT tag_id, md5(t::text) FROM tag t%s" % (where, where)))

    def without_erased(self, state):
        return {id: row for id, row in state.items() if id not in self.erased}

    def remember(self):
        time.sleep(0.05)
        moment = database_time(self.program), self.state()
        time.sleep(0.05)
        self.heads.append(self.admin.ok("POST", "/api/v1/audit/heads")["note"])
        return moment

    def restore(self, at, kill=None):
        """Ends it after `kill` seconds, counted from the closing when that is negative. Whether it came to its end."""
        process = subprocess.Popen([varde.BINARY, "restore", "--tenant", self.slug, "--to", at, "--data", str(self.program.directory / "data")], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if kill is not None and kill < 0:
            for line in process.stdout:
                if line.startswith("Closing"):
                    break
        try:
            process.communicate(timeout=None if kill is None else abs(kill))
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return False
        assert process.returncode == 0 or kill is not None, "the restore failed"
        return process.returncode == 0

    def trail_holds(self):
        report = verify(self.admin.get("/api/v1/audit/export").body, self.key, *self.heads)
        if not report["ok"] or report["witnessed"] != len(set(self.heads)):
            print("the trail does not hold: %s" % report, file=sys.stderr)
        return report["ok"] and report["witnessed"] == len(set(self.heads))


def tenants_of(program):
    return {slug: id for id, slug in program.sql("SELECT tenant_id, slug FROM tenant")}


def restore_fault(show, times):
    """Ten organisations; nine work, one is brought back, mostly killed on the way, and in the end not. Whether anything was wrong."""
    slugs = ["one"] + ["other%d" % i for i in range(1, 10)]
    chance, stop = random.Random(20), threading.Event()
    program = program_of(slugs)
    try:
        ids = tenants_of(program)
        one = Restored(program, "one", ids["one"], chance)
        others = [Load(program, slug, ids[slug], stop) for slug in slugs[1:]]
        before = [load.untouched() for load in others]
        for load in others:
            load.start()
        old = new = neither = broken = back = 0
        took = 6.0
        for turn in range(times + 1):
            one.change()
            at, was = one.remember()
            one.change()
            one.erase()
            now = one.state()
            started = time.monotonic()
            # Half of the kills fall anywhere, the others when the organisation is closed: shortly before, during, after.
            last = turn == times
            kill = None if last else took * 1.1 * chance.random() if turn % 2 else -0.8 * chance.random()
            ended = one.restore(at, kill)
            took = time.monotonic() - started if ended else took
            # What was killed in the midst of its commit has still to end.
            varde.wait_for(lambda: program.sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'varde-restore'") == [["0"]], "the restore's connections to end")
            one.sign_in()
            is_now, wanted = one.state(), one.without_erased(was)
            old, new, neither = old + (is_now == now), new + (is_now == wanted != now), neither + (is_now not in (now, wanted) or last and is_now != wanted)
            back += len(one.erased & set(is_now))
            broken += not one.trail_holds()
        stop.set()
        for load in others:
            load.join()
        failed, changed = sum(load.failed for load in others), sum(load.wrong() for load in others) + sum(load.untouched() != b for load, b in zip(others, before))
        show(dict(name="tenant-restore", runs=times + 1, old=old, restored=new, lost=neither, others=len(others), requests=sum(load.requests for load in others), failed_requests=failed,
                  changed_rows=changed, readable=back, repeated=0, limit=0, false_alarms=broken, slowest_request_ms=round(max(load.slowest for load in others) * 1000)))
        return bool(neither or failed or changed or back or broken)
    finally:
        stop.set()
        program.remove()


# ---- the benchmark


def bare(program, label, at):
    """What pgBackRest takes to restore the same backup into an empty folder, without anything else."""
    config = program.directory / "data/backup/main.conf"
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="varde-bare-", dir=program.directory))
    if os.geteuid() == 0:
        shutil.chown(scratch, "varde")
    started = time.monotonic()
    done = subprocess.run((["runuser", "-u", "varde", "--"] if os.geteuid() == 0 else []) + ["pgbackrest", "--config=%s" % config, "--stanza=main", "--repo=1", "--set=" + label, "--pg1-path=%s" % scratch,
                          "--archive-mode=off", "--type=time", "--target=" + at.replace("Z", "+00"), "restore"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    seconds = time.monotonic() - started
    shutil.rmtree(scratch)
    return seconds


def restore_bench(emit, megabytes):
    """An organisation of so many MB loses nearly all of it and is brought back, while another works."""
    program, stop = program_of(["one", "other"]), threading.Event()
    try:
        ids = tenants_of(program)
        admin = program.admin("one@example.org")
        people = max(500, megabytes * 20)
        rows = "\n".join("bench%d@example.org,First%d,Last%d" % (i, i, i) for i in range(people))
        assert admin.import_csv("email,first_name,last_name\n" + rows)["counts"]["created"] == people
        # What happened with them: rows of half a kilobyte that do not compress, with the indexes of a timeline.
        piece = 100000
        for at in range(0, megabytes * 1600, piece):
            program.sql("INSERT INTO activity (tenant_id, activity_id, person_id, kind, at, sealed) SELECT p.tenant_id, gen_random_uuid(), p.person_id, 8, now(), "
                        "decode(string_agg(md5(random()::text || i || k), ''), 'hex') FROM (SELECT row_number() OVER () - 1 AS n, tenant_id, person_id FROM person WHERE tenant_id = '%s') p "
                        "JOIN generate_series(%d, %d) i ON i %% %d = p.n, generate_series(1, 36) k GROUP BY p.tenant_id, p.person_id, i" % (ids["one"], at, min(at + piece, megabytes * 1600) - 1, people))
        done = subprocess.run([varde.BINARY, "backup", "run", "--full", "--data", str(program.directory / "data")], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        label = re.search(r"Backup (\S+) ", done.stdout).group(1)
        time.sleep(1.1)  # ends of backups are known by the second
        program.sql("ANALYZE")
        [[size]] = program.sql("SELECT sum(pg_column_size(t.*))::bigint FROM activity t WHERE tenant_id = '%s'" % ids["one"])
        digest = lambda: program.sql("SELECT count(*), md5(string_agg(md5(sealed), '' ORDER BY activity_id)) FROM activity WHERE tenant_id = '%s'" % ids["one"])
        was, at = digest(), database_time(program)
        program.sql("DELETE FROM activity WHERE tenant_id = '%s' AND kind = 8" % ids["one"])
        program.sql("UPDATE person SET version = version + 1 WHERE tenant_id = '%s'" % ids["one"])
        load = Load(program, "other", ids["other"], stop)
        load.start()
        base = bare(program, label, at)
        started = time.monotonic()
        done = subprocess.run([varde.BINARY, "restore", "--tenant", "one", "--to", at, "--data", str(program.directory / "data")], capture_output=True, text=True)
        seconds = time.monotonic() - started
        assert done.returncode == 0, done.stderr
        stop.set()
        load.join()
        assert digest() == was, "the rows are not those of then"
        assert load.failed == 0 and load.wrong() == 0, (load.failed, load.wrong())
        emit("restore-%dMB" % (int(size) >> 20), seconds, "s", base)
        emit("restore-closed", float(re.search(r"closed for ([\d.]+) seconds", done.stdout).group(1)), "s")
        emit("restore-slowest-request-of-the-other", load.slowest * 1000, "ms")
    finally:
        stop.set()
        program.remove()
