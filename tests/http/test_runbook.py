"""docs/runbook.md, line by line: each alarm is raised by what it tells of, what the line says to type is typed, and it is over;
each sentence at start-up is said by an installation that is broken so."""
import contextlib, os, pathlib, re, shlex, signal, socket, subprocess, unittest
import varde
from outreach import OutreachCase
from test_backup import looked
from test_survival import postmaster

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUNBOOK = (ROOT / "docs/runbook.md").read_text()
# What a line says to type, and a test of another file does: a data directory is needed that can be thrown away.
ELSEWHERE = {
    "varde restore": "test_backup.Restore.test_3_a_damaged_cluster_is_restored_and_its_trail_comes_from_the_archive",
    "varde restore --tenant SHORT-NAME --person ID --to TIME": "test_tenant_restore.TenantRestore.test_1_what_is_damaged_of_a_person_is_brought_back",
    "varde restore --keystore --data DATA": "test_backup.Restore.test_4_the_keystore_is_restored_only_after_a_loss",
    "varde restore --to latest --data DATA": "test_backup.Restore.test_3_a_damaged_cluster_is_restored_and_its_trail_comes_from_the_archive",
}


def rows(title):
    """The cells of a table of the runbook, without its head."""
    section = RUNBOOK.split("\n## " + title, 1)[1].split("\n## ", 1)[0]
    return [[cell.strip() for cell in line.strip().strip("|").split(" | ")] for line in section.splitlines() if line.startswith("| ")][2:]


ALARMS = {cells[0].strip("`"): cells[-1] for cells in rows("Alarms")}


@unittest.skipUnless(os.geteuid() == 0, "mounts a small disk")
class Alarms(OutreachCase):
    """An installation with one organisation, whose administrator is the operator. Each test is named after the alarm that it raises."""

    @classmethod
    def setUpClass(cls):
        cls.disk = varde.SmallDisk("2500m")
        cls.addClassCleanup(cls.disk.remove)
        cls.program = varde.Program(directory=cls.disk.folder / "program", extra=["--backup"])
        cls.program.start()
        cls.addClassCleanup(cls.program.remove)
        looked(cls.program)
        cls.admin = cls.program.admin()
        cls.admin.request("PATCH", "/api/v1/settings", {"postal_address": "Storgata 1, 0155 Oslo"}, headers={"If-Match": "*"})

    def setUp(self):
        Alarms.admin = self.admin = self.program.admin()
        self.kind = self._testMethodName.removeprefix("test_")
        self.typed_words = set()

    def tearDown(self):
        """Every command that the line gives was typed here, or by the test that is named above."""
        said = {words for words in re.findall(r"`([^`]+)`", ALARMS.get(self.kind, "")) if words.startswith(("varde ", "du ", "SELECT "))}
        self.assertEqual(said - self.typed_words - set(ELSEWHERE), set())

    def typed(self, words, **values):
        """Types a command of the alarm's line, with values in place of its words in capitals. Returns what it printed."""
        self.assertIn("`%s`" % words, ALARMS[self.kind])
        self.typed_words.add(words)
        values["DATA"] = self.program.directory / "data"
        filled = re.sub(r"\b[A-Z]{2,}\b|\bN\b", lambda word: str(values.get(word[0], word[0])), words)
        if words.startswith("SELECT "):
            return self.program.sql(re.sub(r"\b[A-Z]{2,}\b|\bN\b", lambda word: word[0], words))
        command = shlex.split(filled)
        if command[0] == "varde":
            command = [varde.BINARY, *command[1:], "--data", str(values["DATA"])]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return done.stdout + done.stderr

    def home(self, kind=None):
        return " ".join(a["text"] for a in self.admin.ok("GET", "/api/v1/home")["attention"] if a["kind"] == "alarm_" + (kind or self.kind))

    def stands(self):
        return re.search(r'varde_alarms\{kind="%s"\} [1-9]' % self.kind, self.program.metrics()) is not None

    def raised(self, words, patience=60):
        """Waits until the gauge, home and the log tell of it."""
        varde.wait_for(self.stands, "the alarm " + self.kind, patience)
        varde.wait_for(lambda: words in self.home(), "home to say: " + words)
        self.assertIn("An alarm stands", self.program.complaints())

    def over(self):
        varde.wait_for(lambda: not self.home() and not self.stands(), "that %s is over" % self.kind, 90)

    def test_database(self):
        pid = postmaster(self.program)
        children = [int(p) for p in subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split()]
        for process in [pid, *children]:
            os.kill(process, signal.SIGSTOP)
        try:
            varde.wait_for(lambda: self.program.client().get("/readyz").status == 503, "not to be ready")
            varde.wait_for(self.stands, "the alarm")
            self.assertIn("An alarm stands", self.program.complaints())
        finally:
            for process in [*children, pid]:
                os.kill(process, signal.SIGCONT)
        self.over()
        for path in re.findall(r"`DATA/([^`]+)`", ALARMS["database"]):
            self.assertTrue((self.program.directory / "data" / path).stat().st_size > 0, path)

    def test_queue(self):
        self.program.sql("REVOKE UPDATE ON job FROM varde_system")
        try:
            self.admin.upload("refused.csv", b"email\nx@runbook.example\n")
            self.raised("Work in the background does not go on")
            self.assertIn("The queue stumbled", self.program.complaints())
        finally:
            self.program.sql("GRANT UPDATE ON job TO varde_system")
        self.over()
        with self.program.locked("job"):
            self.admin.upload("waits.csv", b"email\ny@runbook.example\n")
            varde.wait_for(lambda: any("job" in " ".join(row) for row in self.typed("SELECT * FROM pg_stat_activity WHERE wait_event_type = 'Lock'")), "who waits for the lock")
        self.over()

    def test_outcomes(self):
        sink, provider = self.provider()
        campaign = self.campaign(self.list_of("unwritten", 20), provider_id=provider["id"])
        self.program.sql("ALTER TABLE delivery ADD CONSTRAINT broken CHECK (state <> 1) NOT VALID")
        try:
            self.admin.ok("POST", "/api/v1/campaigns/%s/send" % campaign["id"], {})
            self.raised("cannot be written down")
            self.assertIn("Outcomes could not be written", self.program.complaints())
        finally:
            self.program.sql("ALTER TABLE delivery DROP CONSTRAINT broken")
        self.assertEqual(self.reach(campaign, ("sent",))["counts"]["sent"], 20)
        self.assertEqual(len(sink.messages), 20)
        self.over()

    def test_jobs(self):
        tenant = self.admin.ok("GET", "/api/v1/session")["tenant"]["id"]
        ids = [row[0] for row in self.program.sql("INSERT INTO job (job_id, kind, tenant_id, payload, run_at, attempts, failed_at, error, created_at) SELECT gen_random_uuid(), 'person.claims', '%s', '{}', now(), 10, now(), 'broken', now() FROM generate_series(1, 2) RETURNING job_id" % tenant)]
        self.raised("given up")
        listed = self.typed("varde jobs list")
        for one in ids:
            self.assertIn(one, listed)
        self.assertIn("broken", listed)
        self.typed("varde jobs retry ID", ID=ids[0])
        self.typed("varde jobs drop ID", ID=ids[1])
        self.over()

    def test_provider(self):
        sink, provider = self.provider()
        change = lambda port: self.admin.patch("/api/v1/providers/" + provider["id"], {"port": port}, self.admin.ok("GET", "/api/v1/providers/" + provider["id"])["version"])
        self.assertEqual(change(varde.free_port()).status, 200)
        campaign = self.campaign(self.list_of("rested", 3), provider_id=provider["id"])
        self.admin.ok("POST", "/api/v1/campaigns/%s/send" % campaign["id"], {})
        self.raised("Nothing leaves through sink")
        self.assertEqual(change(provider["port"]).status, 200)  # "a change is tried at once"
        self.assertEqual(self.reach(campaign, ("sent",))["counts"]["sent"], 3)
        self.over()

    def test_damaged(self):
        person = self.admin.ok("POST", "/api/v1/persons", {"email": "damaged@runbook.example"})["id"]
        self.program.sql("UPDATE person SET sealed = set_byte(sealed, 40, get_byte(sealed, 40) # 1) WHERE person_id = '%s'" % person)
        self.program.stop()
        self.program.start()
        Alarms.admin = self.admin = self.program.admin()
        self.assertEqual(self.admin.get("/api/v1/persons/" + person).status, 409)
        self.raised(person)
        self.assertEqual(self.admin.delete("/api/v1/persons/" + person).status, 204, "she can be erased")
        self.over()

    def test_disk(self):
        self.disk.fill(150_000_000)
        try:
            self.raised("is nearly full")
            self.assertEqual(self.admin.request("POST", "/api/v1/imports?filename=a.csv", raw=b"email\na@b.example\n").status, 503)
            self.assertIn("/data/main", self.typed("du -x --max-depth=3 DATA"))
        finally:
            self.disk.free()
        self.over()
        self.assertIn("--backup-repository", subprocess.run([varde.BINARY, "up", "--help"], capture_output=True, text=True).stdout)

    def test_archive(self):
        place = self.program.directory / "data/backup/repository"
        away = place.with_name("away")
        place.rename(away)
        try:
            for _ in range(34):
                self.program.sql("SELECT pg_logical_emit_message(true, 'varde', 'a line'); SELECT pg_switch_wal()")
            self.raised("is not archived")
            self.assertIn("not in order", self.typed("varde backup status"))
        finally:
            away.rename(place)
        self.over()

    def test_quota(self):
        told = lambda: [a["text"] for a in self.admin.ok("GET", "/api/v1/home")["attention"] if a["kind"] == "quota" and "persons" in a["text"]]
        used = next(q["used"] for q in self.admin.ok("GET", "/api/v1/quotas")["items"] if q["quota"] == "persons")
        self.assertIn("persons", self.typed("varde tenant quota TENANT", TENANT="first"))
        self.typed("varde tenant quota TENANT --persons N", TENANT="first", N=used + 1)
        self.again()
        self.admin.ok("POST", "/api/v1/persons", {"email": "last@runbook.example"})
        varde.wait_for(told, "home to tell")
        self.typed("varde tenant quota TENANT --persons N", TENANT="first", N=used + 100)
        self.again()
        self.admin.ok("POST", "/api/v1/persons", {"email": "after@runbook.example"})
        self.assertEqual(told(), [])

    def test_the_log_of_a_database_is_kept_small(self):
        log = self.program.directory / "data/main/log/postgres.log"
        with open(log, "ab") as f:
            f.truncate(33 << 20)
        varde.wait_for(lambda: log.stat().st_size < 1 << 20, "the log to be cut off")
        self.assertGreater((log.parent / "postgres.log.1").stat().st_size, 32 << 20)
        with contextlib.suppress(AssertionError):
            self.program.sql("SELECT 1 / 0")
        varde.wait_for(lambda: "division by zero" in log.read_text(), "it to be written to as before")

    def again(self):
        """A node remembers for a minute what it counted."""
        self.program.stop()
        self.program.start()
        Alarms.admin = self.admin = self.program.admin()


class Lines(unittest.TestCase):
    def test_each_alarm_has_a_line_and_a_test(self):
        kinds = {kind for file in (ROOT / "src").rglob("*.cpp") for kind in re.findall(r'alarms::raise\(\s*"(\w+)"', file.read_text())} | {"quota"}
        self.assertGreater(len(kinds), 5)
        self.assertEqual(set(ALARMS), kinds)
        self.assertEqual(kinds - {name.removeprefix("test_") for name in dir(Alarms)}, set())

    def test_what_is_typed_elsewhere_is(self):
        for words, test in ELSEWHERE.items():
            self.assertIn(words.split(" --data")[0], RUNBOOK)
            module, _, name = test.split(".")
            self.assertIn("def %s(" % name, (ROOT / "tests/http" / (module + ".py")).read_text())


SENTENCES = [cells[0] for cells in rows("What it says when it does not start")]


def says(sentence, said):
    """Whether what was said is the line of the runbook: … stands for anything."""
    return re.search(r".+".join(re.escape(part) for part in sentence.split("…")).removeprefix(r".+"), said) is not None


@unittest.skipUnless(os.geteuid() == 0, "takes files away from their owner, and mounts")
class StartUp(unittest.TestCase):
    """Each installation that cannot start says which file, what is wrong, and what to type; nothing is made anew in silence."""

    @classmethod
    def setUpClass(cls):
        cls.disk = varde.SmallDisk("700m")
        cls.addClassCleanup(cls.disk.remove)
        cls.program = varde.Program(directory=cls.disk.folder / "program", extra=["--no-backup"])
        cls.program.start()
        cls.addClassCleanup(cls.program.remove)
        cls.admin = cls.program.admin()
        cls.person = cls.admin.ok("POST", "/api/v1/persons", {"email": "stays@example.org"})["id"]
        cls.program.stop()
        cls.data = cls.program.directory / "data"
        cls.said = []

    def refused(self, *extra, without=None, environment=()):
        """The last line of what a start says. without: a path that is not there for it."""
        usual = {"--data": self.data, "--port": self.program.port, "--bounce-port": self.program.bounce_port, "--quick-database": None, "--no-backup": None}
        command = ["timeout", "60"]
        if without:
            command += ["unshare", "-m", "sh", "-c", 'mount --bind "$0" "$1" && shift && exec "$@"', "/dev/null" if os.path.isfile(without) else str(self.empty()), str(without)]
        command += [varde.BINARY, "serve" if "--config" in extra else "up", *extra]
        for name, value in usual.items():
            if "--config" not in extra and name not in extra and not (name == "--no-backup" and "--backup" in extra):
                command += [name] if value is None else [name, str(value)]
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, env={**os.environ, **dict(environment)})
        self.assertEqual(done.returncode, 1, (done.returncode, done.stdout[-500:], done.stderr[-500:]))
        said = (done.stdout + done.stderr).strip().splitlines()[-1].removeprefix("varde: ")
        self.said.append(said)
        return said

    def empty(self):
        folder = self.disk.folder / "empty"
        folder.mkdir(exist_ok=True)
        return folder

    def file(self, name, text):
        path = self.disk.folder / name
        path.write_text(text)
        path.chmod(0o644)
        return str(path)

    def test_broken_installations(self):
        data, moved = self.data, self.data.parent / "moved"

        def away(path):
            return lambda: path.rename(moved), lambda: moved.rename(path)

        def content(path, text, mode=None):
            def break_it():
                self.kept = path.read_bytes(), path.stat().st_mode
                path.write_bytes(text)
                if mode is not None:
                    path.chmod(mode)

            def mend():
                path.write_bytes(self.kept[0])
                path.chmod(self.kept[1])
            return break_it, mend

        def mode(path, bits):
            def break_it():
                self.kept_mode = path.stat().st_mode
                path.chmod(bits)
            return break_it, lambda: path.chmod(self.kept_mode)

        def owner(path, uid):
            def break_it():
                self.kept_owner = path.stat()
                os.chown(path, uid, -1)
            return break_it, lambda: os.chown(path, self.kept_owner.st_uid, self.kept_owner.st_gid)
        nothing = (lambda: None, lambda: None)
        key = data / "root.key"
        fresh = self.disk.folder / "fresh"
        certificates = [str(self.disk.folder / name) for name in ("a.pem", "a.key", "b.pem", "b.key")]
        for certificate, private in (certificates[:2], certificates[2:]):
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost", "-keyout", private, "-out", certificate], check=True, capture_output=True)
            os.chmod(private, 0o644)
        taken = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(taken.close)
        full = (lambda: self.disk.fill(0), self.disk.free)
        read_only = varde.SmallDisk("1m")
        self.addCleanup(read_only.remove)
        subprocess.run(["mount", "-o", "remount,ro", str(read_only.folder)], check=True)
        broken = [
            ("keystore moved away", away(data / "keystore"), [], "varde restore --keystore"),
            ("keystore's data moved away", away(data / "keystore" / "data"), [], "varde restore --keystore"),
            ("main moved away", away(data / "main"), [], "varde restore --to latest"),
            ("main's data moved away", away(data / "main" / "data"), [], "varde restore --to latest"),
            ("format missing", away(data / "format"), [], "no format file"),
            ("format of another version", content(data / "format", b"99\n"), [], "Start the newer version"),
            ("format of nothing", content(data / "format", b"\n"), [], "holds no number"),
            ("format cut off", content(data / "format", b""), [], "holds no number"),
            ("root key missing", away(key), [], "root key"),
            ("root key too short", content(key, b"short"), [], "exactly 32 bytes"),
            ("root key too long", content(key, b"x" * 33), [], "exactly 32 bytes"),
            ("root key empty", content(key, b""), [], "exactly 32 bytes"),
            ("another root key", content(key, b"y" * 32), [], "root.key"),
            ("root key for all to read", mode(key, 0o644), [], "chmod 600"),
            ("root key of a group", mode(key, 0o640), [], "chmod 600"),
            ("root key of another user", owner(key, 0), [], "chown"),
            ("PG_VERSION missing", away(data / "main" / "data" / "PG_VERSION"), [], "PG_VERSION cannot be read"),
            ("another PostgreSQL", content(data / "main" / "data" / "PG_VERSION", b"14\n"), [], "belongs to PostgreSQL 14"),
            ("keystore of another PostgreSQL", content(data / "keystore" / "data" / "PG_VERSION", b"16\n"), [], "belongs to PostgreSQL 16"),
            ("pg_control missing", away(data / "main" / "data" / "global" / "pg_control"), [], "postgres.log"),
            ("pg_control cut off", content(data / "main" / "data" / "global" / "pg_control", b"x" * 100), [], "postgres.log"),
            ("keystore's pg_control missing", away(data / "keystore" / "data" / "global" / "pg_control"), [], "postgres.log"),
            ("a data directory for all", mode(data / "main" / "data", 0o777), [], "postgres.log"),
            ("no room", full, [], "postgres.log"),
            ("a first start without room", full, ["--data", str(fresh)], "room on the disk"),
            ("a first start on a disk for reading", nothing, ["--data", str(read_only.folder / "program")], "mounted for writing"),
            ("PostgreSQL is missing", nothing, [], "apt install postgresql-15", "/usr/lib/postgresql"),
            ("pgBackRest is missing", nothing, ["--backup"], "apt install pgbackrest", "/usr/bin/pgbackrest"),
            ("a misspelt setting", nothing, ["--config", self.file("misspelt.toml", "port = 8080\nadress = '::1'\n")], "line 2"),
            ("a setting of another kind", nothing, ["--config", self.file("kind.toml", "address = 8080\n")], "must be text in quotes"),
            ("settings that were cut off", nothing, ["--config", self.file("cut.toml", "address = '127.0.0.1'\npublic_url = 'htt")], "line 2"),
            ("the port is taken", nothing, ["--port", str(taken.getsockname()[1])], "Is another program using it?"),
            ("another machine's address", nothing, ["--tls", "--address", "203.0.113.7"], "this machine has no such address"),
            ("not an address", nothing, ["--address", "nowhere"], "is not one of a machine"),
            ("a name for an address", nothing, ["--address", "localhost"], "127.0.0.1"),
            ("the key of another certificate", nothing, ["--tls", "--certificate", certificates[0], "--key", certificates[3]], "belong to the certificate"),
            ("plain HTTP for the world", nothing, ["--address", "0.0.0.0"], "plain HTTP is for this machine only"),
            ("https without a proxy", nothing, ["--public-url", "https://varde.example.org"], "a proxy must stand before it"),
            ("a proxy that is none", nothing, ["--trusted-proxy", "somebody"], "trusted proxy"),
            ("a network that is none", nothing, ["--allow-network", "everything"], "--allow-network"),
            ("a metrics address that is none", nothing, ["--metrics-address", "here"], "127.0.0.1:9464"),
            ("a certificate that is not there", nothing, ["--tls", "--certificate", "/nowhere.pem", "--key", "/nowhere.key"], "/nowhere"),
            ("a witness without a scheme", nothing, ["--witness-url", "witness.example.org"], "witness"),
            ("mail from nobody", nothing, ["--mail-host", "mail.example.org", "--mail-from", "nobody"], "e-mail address"),
            ("a password for no server", nothing, ["--mail-user", "varde"], "host is missing"),
            ("a name server that is none", nothing, ["--name-server", "dns"], "name server"),
            ("a user that is not there", nothing, ["--user", "nobody-such"], "useradd"),
        ]
        self.assertGreaterEqual(len(broken), 30)
        for name, (break_it, mend), extra, words, *without in broken:
            with self.subTest(name):
                break_it()
                try:
                    said = self.refused(*extra, without=without[0] if without else None)
                    self.assertIn(words, said)
                    self.assertTrue(any(says(line, said) for line in SENTENCES), "the runbook has no line for: " + said)
                finally:
                    mend()
        with self.subTest("the language of the shell is not installed"):
            self.assertIn("is not a setting", self.refused("--config", self.file("locale.toml", "adress = 1\n"), environment={"LC_ALL": "xx_XX.UTF-8", "LANG": "xx_XX.UTF-8"}.items()))
        os.environ["LC_ALL"] = "xx_XX.UTF-8"
        self.addCleanup(os.environ.pop, "LC_ALL")
        self.program.start()
        admin = self.program.admin()
        self.assertEqual(admin.get("/api/v1/persons/" + self.person).status, 200, "nothing was lost by trying")
        # Beside the running one.
        self.assertIn("another Varde is running on", self.refused())
        self.assertEqual([line for line in SENTENCES if not any(says(line, said) for said in self.said)], [], "lines that nothing says")
        other = varde.Program(extra=["--no-backup"])
        other.port = self.program.port
        self.addCleanup(other.remove)
        with self.assertRaises(AssertionError) as refused:
            other.start()
        self.assertIn("Is another program using it?", str(refused.exception))
        self.assertEqual(admin.get("/api/v1/persons/" + self.person).status, 200)
        self.program.stop()


if __name__ == "__main__":
    unittest.main()
