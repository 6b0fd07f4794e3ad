"""Backups, restores and drills, with the real pgBackRest. Ages and moments are by the machine's clock, as PostgreSQL's are."""
import contextlib, json, os, pathlib, shutil, signal, subprocess, tempfile, threading, time, unittest
import s3, varde
from test_trail import verify


def cli(program, *words, ok=True):
    """`varde WORDS --data …`: what it printed."""
    done = subprocess.run([varde.BINARY, *words, "--data", str(program.directory / "data")], capture_output=True, text=True, timeout=300)
    if ok is not None:
        assert (done.returncode == 0) == ok, (done.returncode, done.stdout, done.stderr)
    return done.stdout + done.stderr


def status(program, ok=None):
    done = subprocess.run([varde.BINARY, "backup", "status", "--json", "--data", str(program.directory / "data")], capture_output=True, text=True, timeout=120)
    assert done.returncode in (0, 1), done.stderr
    told = json.loads(done.stdout)
    assert told["ok"] == (done.returncode == 0), told
    if ok is not None:
        assert told["ok"] == ok, told
    return told


def program_with_backups(settings="", extra=()):
    """A program whose first backups are made."""
    program = varde.Program(extra=["--backup", *extra])
    if settings:
        path = program.directory / "backup.toml"
        path.write_text("[backup]\n" + settings)
        path.chmod(0o644)
        program.extra += ["--backup-settings", str(path)]
    program.start()
    looked(program)
    return program


def looked(program):
    """The look at what is due, with which a program starts, is over."""
    at = program.process_started = getattr(program, "process_started", 0)
    path = program.directory / "data/backup/status.json"
    varde.wait_for(lambda: path.exists() and path.stat().st_mtime > at, "the first look at the backups: " + program.tail(), 120)


def database_time(program):
    return program.sql("SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")[0][0]


def workers(data):
    """The processes of pgBackRest that write a restore's files below `data`."""
    out = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            words = path.read_bytes().decode(errors="replace").split("\0")
            if "restore:local" in words and any(w.startswith("--pg1-path=%s/" % data) for w in words):
                out.append(int(path.parent.name))
    return out


def ended(process):
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


def repository_files(program, part):
    return [p for p in (program.directory / "data/backup/repository" / part).rglob("*") if p.is_file()]


class Backups(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.program = program_with_backups()
        cls.addClassCleanup(cls.program.remove)
        cls.admin = cls.program.admin()
        cls.admin.ok("POST", "/api/v1/tags", {"name": "before the backup"})
        cls.person = cls.admin.ok("POST", "/api/v1/persons", {"email": "kari@example.org", "first_name": "Kari"})["id"]

    def test_1_the_first_start_makes_backups_and_says_so(self):
        told = status(self.program, ok=True)
        main, keystore = told["clusters"]
        self.assertEqual((main["name"], keystore["name"]), ("main", "keystore"))
        self.assertGreater(main["newest_full"]["bytes"], 10_000_000)
        self.assertGreater(keystore["newest_full"]["repository_bytes"], 100_000)
        self.assertEqual((main["gaps"], keystore["gaps"], main["failed"]), ([], [], 0))
        self.assertLess(main["restorable_from"], main["restorable_until"])
        self.assertEqual(len(told["monthly"]), 1)
        self.assertTrue(told["repository"]["same_disk"])
        self.assertIn("on the disk of the data itself", " ".join(told["hints"]))
        self.assertIn("The backups are in order.", cli(self.program, "backup", "status"))
        seen = self.admin.ok("GET", "/api/v1/backups")
        self.assertEqual((seen["enabled"], seen["ok"], seen["problems"], len(seen["monthly"])), (True, True, [], 1))
        self.assertEqual(seen["clusters"][0]["newest_full"], main["newest_full"]["at"])
        self.assertNotIn("backups", [a["kind"] for a in self.admin.ok("GET", "/api/v1/home")["attention"]])

    def test_2_what_is_kept_is_sealed_and_its_owners_alone(self):
        files = [p for p in repository_files(self.program, "") if p.name != "varde-state.json"]
        self.assertGreater(len(files), 10)
        for path in files:
            content = path.read_bytes()
            for word in (b"varde_owner", b"audit_entry", b"before the backup", b"pg_data/"):
                self.assertNotIn(word, content, path)
            if path.name not in ("archive.info", "archive.info.copy", "backup.info", "backup.info.copy"):
                self.assertTrue(content.startswith(b"Salted__") or b"\x00" in content or len(content) == 0, path)
        for name in ("repository.key", "main.conf", "archive-main.conf", "keystore.conf", "archive-keystore.conf", "state.json", "settings.json"):
            self.assertEqual((self.program.directory / "data/backup" / name).stat().st_mode & 0o777, 0o600, name)

    def test_3_the_next_ones_are_asked_for(self):
        self.assertIn("the main cluster", cli(self.program, "backup", "run", "--differential"))
        self.assertIn("the keystore cluster", cli(self.program, "backup", "run", "--keystore"))
        # A monthly set is whole by itself, and the log is not kept twice between two of them.
        cli(self.program, "backup", "run", "--monthly")
        pieces = lambda part: sum(p.name.endswith(".zst") and len(p.name) > 64 for p in repository_files(self.program, part + "/archive"))
        before = pieces("monthly"), pieces("recent")
        for _ in range(3):
            self.program.sql("SELECT pg_current_xact_id(); ")
            self.program.sql("SELECT pg_switch_wal()")
        varde.wait_for(lambda: pieces("recent") >= before[1] + 3, "the log to reach the archive")
        self.assertEqual(pieces("monthly"), before[0])
        told = status(self.program, ok=True)
        self.assertEqual(len(told["monthly"]), 2)
        self.assertIsNotNone(told["clusters"][0]["newest_differential"])

    def test_4_a_drill_passes(self):
        self.program.sql("DELETE FROM restore_point_state; DELETE FROM restore_point")
        cli(self.program, "backup", "record")
        self.admin.ok("POST", "/api/v1/tags", {"name": "after the moment"})
        said = cli(self.program, "backup", "drill")
        self.assertIn("all as recorded", said)
        told = status(self.program, ok=True)["drill"]
        self.assertTrue(told["passed"])
        self.assertGreater(told["tables"], 20)
        self.assertGreater(told["entries"], 0)
        self.assertFalse(list((self.program.directory / "data").glob("try.*")))
        # Nearly all rows by their contents (an installation that works has tables that change all the time); the keystore as well.
        self.assertEqual(told["contents"], told["rows"])
        self.assertGreater(told["contents"], 10)
        self.assertGreaterEqual(told["keys"], 1)
        self.assertEqual(told["opened"], 1)
        self.assertIn("keys of %s: %d counted, 1 persons opened" % (told["keys_at"], told["keys"]), cli(self.program, "backup", "status"))
        [entry, *_] = self.admin.ok("GET", "/api/v1/audit?action=system.drill")["items"]
        fields = [f["field"] for f in entry["fields"]]
        self.assertEqual(fields[0], "passed")
        self.assertEqual(fields[2], "%d rows counted, the contents of %d compared" % (told["rows"], told["contents"]))
        self.assertEqual(fields[3], "keys restored to %s: %d counted, 1 persons opened" % (told["keys_at"], told["keys"]))
        self.assertEqual(self.program.sql("SELECT passed, findings, contents, keys, opened FROM drill ORDER BY ended_at DESC LIMIT 1"),
                         [["t", "{}", str(told["contents"]), str(told["keys"]), "1"]])
        seen = self.admin.ok("GET", "/api/v1/backups")["drill"]
        self.assertEqual((seen["findings"], seen["compared"]), ([], fields[2:4]))
        self.assertEqual((entry["actor"]["kind"], entry["network"].split()[0]), ("operations", "login"), "who ran the command")
        cli(self.program, "backup", "drill", "--by-itself")
        self.assertEqual(self.admin.ok("GET", "/api/v1/audit?action=system.drill")["items"][0]["actor"]["kind"], "system", "as the program does it")

    def test_4_trails_go_on_while_contents_are_read(self):
        """What is written after a transaction with a number becomes no leaf while that one runs: the long one that reads has none."""
        self.program.sql("INSERT INTO idempotency (tenant_id, key_hash, sealed, created_at) SELECT tenant_id, sha256(n::text::bytea), 'many', now() FROM tag, generate_series(1, 400000) n WHERE name = 'before the backup'")
        seen, said = set(), []
        try:
            recording = threading.Thread(target=lambda: said.append(cli(self.program, "backup", "record", ok=None)))
            recording.start()
            while recording.is_alive():
                seen |= {number for [number] in self.program.sql("SELECT coalesce(backend_xid::text, 'none') FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() AND query LIKE '%record_send%'")}
                recording.join(0.02)
        finally:
            recording.join()
            self.program.sql("DELETE FROM idempotency WHERE sealed = 'many'")
        self.assertEqual(seen, {"none"}, said)
        self.again()

    def digest(self, change="SELECT 1"):
        """That of the tags at the last moment, by the formula of docs/backups.md, in another order; after `change`, which is taken back."""
        rows = self.program.sql("BEGIN; %s; SET LOCAL DateStyle = 'German'; SET LOCAL bytea_output = 'escape'; "
                                "SELECT sum(('x' || left(encode(sha256(p.salt || record_send(ROW(t.created_at, t.name, t.tag_id, t.tenant_id))), 'hex'), 16))::bit(64)::bigint) "
                                "FROM restore_point p, (SELECT * FROM tag ORDER BY random()) t GROUP BY p.point_id" % change)
        return rows[-1][0]

    def drilled(self, ok):
        said = cli(self.program, "backup", "drill", ok=ok)
        told = status(self.program, ok=ok)["drill"]
        self.assertEqual(told["passed"], ok)
        return said, told

    def again(self):
        self.program.sql("DELETE FROM restore_point_state; DELETE FROM restore_point")
        cli(self.program, "backup", "record")

    def test_4a_contents_are_compared_whatever_their_order_and_the_settings(self):
        self.assertEqual(self.program.sql("SELECT string_agg(attname, ',' ORDER BY attname) FROM pg_attribute WHERE attrelid = 'tag'::regclass AND attnum > 0"), [["created_at,name,tag_id,tenant_id"]])
        self.admin.ok("POST", "/api/v1/tags", {"name": "one more"})
        self.again()
        at = "digests[array_position(tables, 'tag')]"
        own = "tenant_id = (SELECT tenant_id FROM tag LIMIT 1)"
        [[recorded]] = self.program.sql("SELECT %s FROM restore_point_state WHERE %s" % (at, own))
        self.assertEqual(recorded, self.digest())
        other = self.digest("UPDATE tag SET name = name || '!' WHERE name = 'one more'")
        self.assertNotEqual(recorded, other)
        self.assertEqual(recorded, self.digest(), "the change was taken back")
        self.drilled(True)
        # As if one letter of one row were another in what is restored.
        self.program.sql("UPDATE restore_point_state SET %s = '%s' WHERE %s" % (at, other, own))
        said, told = self.drilled(False)
        self.assertIn("the contents of tag are not those that were recorded", said)
        self.assertEqual([f.split(": ", 1)[1].split(" (")[0] for f in told["findings"]], ["the contents of tag are not those that were recorded"])
        self.assertIn("the contents of tag", cli(self.program, "backup", "status", ok=False))
        fields = [f["field"] for f in self.admin.ok("GET", "/api/v1/audit?action=system.drill")["items"][0]["fields"]]
        self.assertEqual(fields[0], "failed")
        self.assertTrue(any("the contents of tag" in f for f in fields), fields)
        self.assertTrue(any("the contents of tag" in f for f in self.admin.ok("GET", "/api/v1/backups")["drill"]["findings"]))
        # A table whose columns are others than were recorded.
        self.again()
        self.program.sql("UPDATE restore_point SET columns[array_position(tables, 'tag')] = 'name, tag_id'")
        said, told = self.drilled(False)
        self.assertEqual(told["findings"], ["tag has other columns than were recorded"])
        self.again()
        self.drilled(True)

    def test_4b_keys_are_counted_and_tried(self):
        self.again()
        # As if a key were missing, or another.
        self.program.sql("UPDATE restore_point_state SET least[array_position(tables, 'keystore.person_key')] = 99, most[array_position(tables, 'keystore.person_key')] = 99 "
                         "WHERE tenant_id IN (SELECT tenant_id FROM tenant)")
        said, told = self.drilled(False)
        self.assertIn("keystore.person_key has", said)
        self.again()
        self.program.sql("UPDATE restore_point_state SET digests[array_position(tables, 'keystore.person_key')] = '7' WHERE tenant_id = '00000000-0000-0000-0000-000000000000'")
        said, told = self.drilled(False)
        self.assertEqual([f.split(" (")[0] for f in told["findings"]], ["accounts: the contents of keystore.person_key are not those that were recorded"])
        self.assertIn("what was found concerns all organisations", [f["field"] for f in self.admin.ok("GET", "/api/v1/audit?action=system.drill")["items"][0]["fields"]])
        # A person who was sealed under no key that anybody has.
        [[sealed]] = self.program.sql("SELECT encode(sealed, 'hex') FROM person WHERE person_id = '%s'" % self.person)
        try:
            self.program.sql("UPDATE person SET sealed = set_byte(sealed, 40, 255 - get_byte(sealed, 40)) WHERE person_id = '%s'" % self.person)
            self.again()
            said, told = self.drilled(False)
            self.assertIn("the restored keys do not open the restored persons", said)
            self.assertEqual(told["opened"], 0)
        finally:
            self.program.sql("UPDATE person SET sealed = '\\x%s' WHERE person_id = '%s'" % (sealed, self.person))
        # A person whose key is gone, and who was not forgotten.
        lost = self.admin.ok("POST", "/api/v1/persons", {"email": "lost@example.org", "first_name": "Lost"})["id"]
        self.program.sql("DELETE FROM person_key WHERE person_id = '%s'" % lost, cluster="keystore")
        self.again()
        self.assertIn("of 2 persons 1 have no key in the restored keystore", self.drilled(False)[0])
        self.assertEqual(self.admin.delete("/api/v1/persons/" + lost).status, 204)
        # Whoever is forgotten since is not opened, though a backup has the key.
        gone = self.admin.ok("POST", "/api/v1/persons", {"email": "gone@example.org", "first_name": "Gone"})["id"]
        self.again()
        self.assertEqual(self.admin.delete("/api/v1/persons/" + gone).status, 204)
        self.assertEqual(self.drilled(True)[1]["opened"], 1)
        # Under another root key the moments of before open for nobody; the next ones do.
        cli(self.program, "keys", "rotate-root")
        self.assertIn("the keystore was not tried", self.drilled(True)[0])
        self.again()
        self.assertEqual(self.drilled(True)[1]["opened"], 1)

    def test_4c_digests_take_the_time_they_may_and_tables_have_their_turns(self):
        path = self.program.directory / "data/backup/settings.json"
        kept = path.read_text()
        try:
            path.write_text(kept.replace('"digest_time":60', '"digest_time":0'))
            self.again()
            seen = []
            for _ in range(3):
                cli(self.program, "backup", "record")
            for (digested,) in self.program.sql("SELECT digested FROM restore_point ORDER BY at"):
                seen += digested.strip("{}").split(",")
            self.assertEqual(len(seen), 8, "of each cluster one table each time")
            self.assertEqual(len({s for s in seen if not s.startswith("keystore.")}), 4, seen)
            self.assertEqual(len({s for s in seen if s.startswith("keystore.")}), 3, "there are no more")
            told = self.drilled(True)[1]
            self.assertLess(told["contents"], told["rows"])
            # A settings file from before there was the word.
            path.write_text(kept.replace('"digest_time":60,', ""))
            self.again()
        finally:
            path.write_text(kept)
        self.drilled(True)

    def test_4d_where_somebody_always_writes_rows_are_counted_as_a_span(self):
        writing = threading.Thread(target=lambda: self.program.sql("BEGIN; INSERT INTO tag SELECT tenant_id, gen_random_uuid(), 'while it is recorded', now() FROM tag LIMIT 1; SELECT pg_sleep(15); COMMIT"))
        writing.start()
        varde.wait_for(lambda: self.program.sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") == [["1"]], "the writer")
        self.again()
        writing.join()
        self.assertEqual(self.program.sql("SELECT digested FROM restore_point"), [["{keystore.erasure,keystore.person_key,keystore.tenant_key}"]])
        [[least, most]] = self.program.sql("SELECT least[array_position(tables, 'tag')], most[array_position(tables, 'tag')] FROM restore_point_state WHERE tenant_id IN (SELECT tenant_id FROM tenant)")
        self.assertGreater(int(most), int(least))
        told = self.drilled(True)[1]
        self.assertLess(told["contents"], told["rows"] / 2, "of the keystore alone")
        self.assertEqual(told["opened"], 1)
        self.again()
        self.drilled(True)

    def test_5_a_drill_finds_a_row_more_and_a_trail_that_is_another(self):
        self.program.sql("DELETE FROM restore_point_state; DELETE FROM restore_point")
        cli(self.program, "backup", "record")
        try:
            # As if a row of then were missing in what is restored.
            self.program.sql("UPDATE restore_point_state SET least = array_replace(least, least[array_position(tables, 'tag')], 7), most[array_position(tables, 'tag')] = 7 WHERE 'tag' = ANY(tables)")
            said = cli(self.program, "backup", "drill", ok=False)
            self.assertIn("tag has", said)
            self.assertIn("7 were recorded", said)
            told = status(self.program, ok=False)
            self.assertIn("drill", told["problems"][0]["what"])
            self.assertTrue(any("tag has" in f["field"] for f in self.admin.ok("GET", "/api/v1/audit?action=system.drill")["items"][0]["fields"]))
            self.assertTrue(any("tag has" in f for f in self.admin.ok("GET", "/api/v1/backups")["drill"]["findings"]))
            self.assertIn("backups", [a["kind"] for a in self.admin.ok("GET", "/api/v1/home")["attention"]])
            # And a trail that was rewritten before the moment.
            self.program.sql("DELETE FROM restore_point_state; DELETE FROM restore_point")
            self.program.sql("UPDATE audit_entry SET action = 'tag.forged' WHERE action = 'tag.create'")
            cli(self.program, "backup", "record")
            self.assertIn("is not the one that was entered", cli(self.program, "backup", "drill", ok=False))
        finally:
            self.program.sql("UPDATE audit_entry SET action = 'tag.create' WHERE action = 'tag.forged'")
            self.program.sql("DELETE FROM restore_point_state; DELETE FROM restore_point")
        cli(self.program, "backup", "record")
        cli(self.program, "backup", "drill")
        status(self.program, ok=True)

    def test_6_what_a_killed_drill_left_goes_with_the_next(self):
        process = subprocess.Popen([varde.BINARY, "backup", "drill", "--data", str(self.program.directory / "data")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        data = self.program.directory / "data"
        varde.wait_for(lambda: list(data.glob("try.*/data/PG_VERSION")), "the scratch cluster")
        process.kill()
        process.wait()
        self.assertTrue(list(data.glob("try.*")))
        cli(self.program, "backup", "drill")
        self.assertFalse(list(data.glob("try.*")))
        # Both clusters: keys that were destroyed since would stay in the keystore's; the next look takes it, within ten minutes.
        process = subprocess.Popen([varde.BINARY, "backup", "drill", "--data", str(data)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        varde.wait_for(lambda: len(list(data.glob("try.*/data/postmaster.pid"))) == 2 or process.poll() is not None, "both scratch clusters", 90)
        self.assertIsNone(process.poll())
        process.kill()
        process.wait()
        self.assertEqual(len(list(data.glob("try.*"))), 2)
        cli(self.program, "backup", "sweep")
        self.assertFalse(list(data.glob("try.*")))

    def test_7_a_missing_piece_of_the_log_is_named(self):
        pieces = sorted(p for p in repository_files(self.program, "recent/archive") if p.name.endswith(".zst") and len(p.name) > 64)
        lost = pieces[-2]
        kept = lost.with_name("kept")
        lost.rename(kept)
        try:
            told = status(self.program, ok=False)
            self.assertIn(lost.name[:24], told["clusters"][0]["gaps"])
            [problem] = told["problems"]
            self.assertIn("missing in the archive", problem["what"])
            self.assertIn("varde backup run --full", problem["mend"])
        finally:
            kept.rename(lost)
        status(self.program, ok=True)

    def test_8_a_repository_that_is_gone_is_not_made_anew_unseen(self):
        place = self.program.directory / "data/backup/repository"
        away = place.with_name("away")
        place.rename(away)
        try:
            told = status(self.program, ok=False)
            self.assertTrue(any("not in order" in p["what"] and "mounted" in p["mend"] for p in told["problems"]), told)
            cli(self.program, "backup", "due", ok=False)
            self.assertFalse((place / "recent/backup").exists())
            # The log does not reach it either.
            self.program.sql("SELECT pg_current_xact_id()")
            self.program.sql("SELECT pg_switch_wal()")
            varde.wait_for(lambda: int(self.program.sql("SELECT failed_count FROM pg_stat_archiver")[0][0]) > 0, "an attempt to fail")
            self.assertTrue(any("does not reach the archive" in p["what"] for p in status(self.program, ok=False)["problems"]))
            self.assertIn("backups", [a["kind"] for a in self.admin.ok("GET", "/api/v1/home")["attention"]])
        finally:
            shutil.rmtree(place, ignore_errors=True)
            away.rename(place)
        cli(self.program, "backup", "due")


class Retention(unittest.TestCase):
    def test_what_had_its_time_is_gone(self):
        program = program_with_backups('keystore_every = "1s"\nkeystore_keep = "12s"\nfull_every = "1s"\nkeep = "6s"\nmonthly_every = "30d"\nmonthly_keep = "8s"\ndrill_every = "1d"\ndigest_time = "30s"\n')
        self.addCleanup(program.remove)
        first = {part: {p.name for p in repository_files(program, part) if p.suffix == ".zst" or p.name == "backup.manifest"} for part in ("recent", "keystore", "monthly")}
        labels = lambda part: sorted(p.name for p in (program.directory / "data/backup/repository" / part / "backup" / ("keystore" if part == "keystore" else "main")).iterdir() if p.name.endswith("F"))
        begun = {part: labels(part) for part in first}
        self.assertEqual([len(v) for v in begun.values()], [1, 1, 1])

        def aged():
            cli(program, "backup", "run", "--full")
            cli(program, "backup", "run", "--keystore")
            cli(program, "backup", "run", "--monthly")
            return not any(set(begun[part]) & set(labels(part)) for part in begun)
        varde.wait_for(aged, "the first backups to have had their time", 120)
        # With the first backup went the log of its time.
        for part in first:
            pieces = sorted(p.name[:24] for p in repository_files(program, part + "/archive") if p.name.endswith(".zst") and len(p.name) > 64)
            self.assertGreater(pieces[0], "000000010000000000000002", part)
        # Nothing of the keystore is older than what is said, even when no new backup comes.
        kept = labels("keystore")
        (program.directory / "data/backup/settings.json").write_text((program.directory / "data/backup/settings.json").read_text().replace('"keystore_keep":12', '"keystore_keep":3'))
        varde.wait_for(lambda: "too old to be kept" in cli(program, "backup", "sweep") or not set(kept) & set(labels("keystore")), "the last ones of the keystore to go", 30)
        self.assertFalse(set(kept) & set(labels("keystore")))
        self.assertGreaterEqual(len(labels("keystore")), 1, "a new one is made at once")


class Bucket(unittest.TestCase):
    def test_a_repository_in_a_bucket(self):
        place = pathlib.Path(tempfile.mkdtemp(prefix="varde-s3-"))
        self.addCleanup(shutil.rmtree, place, True)
        place.chmod(0o755)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", place / "key.pem", "-out", place / "ca.pem", "-days", "2",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
        (place / "both.pem").write_bytes((place / "key.pem").read_bytes() + (place / "ca.pem").read_bytes())
        for name in ("access", "secret"):
            (place / name).write_text(name + "\n")
        for name in ("access", "secret", "ca.pem"):
            (place / name).chmod(0o644)
        (place / "objects").mkdir()
        bucket = s3.Server(place / "objects", place / "both.pem")
        self.addCleanup(bucket.shutdown)
        program = program_with_backups('s3_bucket = "varde"\ns3_endpoint = "localhost:%d"\ns3_region = "here"\ns3_key_file = "%s/access"\n'
                                       's3_secret_file = "%s/secret"\ns3_ca_file = "%s/ca.pem"\ns3_path_style = true\n' % (bucket.port, place, place, place))
        self.addCleanup(program.remove)
        told = status(program, ok=True)
        self.assertEqual(told["repository"]["place"], "bucket varde at localhost:%d" % bucket.port)
        self.assertEqual(len(told["monthly"]), 1)
        self.assertIn("all as recorded", cli(program, "backup", "drill"))
        self.assertFalse((program.directory / "data/backup/repository").exists())
        self.everything_is_lost_but_the_bucket(program)
        bucket.shutdown()
        bucket.server_close()
        told = status(program, ok=False)
        self.assertTrue(any("not in order" in p["what"] or "cannot be read" in p["what"] for p in told["problems"]), told)


    def test_a_bucket_that_is_not_there_from_the_first_start_on(self):
        place = pathlib.Path(tempfile.mkdtemp(prefix="varde-s3-"))
        self.addCleanup(shutil.rmtree, place, True)
        place.chmod(0o755)
        for name in ("access", "secret"):
            (place / name).write_text(name + "\n")
            (place / name).chmod(0o644)
        program = program_with_backups('s3_bucket = "varde"\ns3_endpoint = "localhost:1"\ns3_region = "here"\ns3_key_file = "%s/access"\n'
                                       's3_secret_file = "%s/secret"\n' % (place, place))
        self.addCleanup(program.remove)
        self.assertFalse((program.directory / "data/backup/state.json").exists(), "nothing is forgotten that the bucket may know")
        seen = program.admin().ok("GET", "/api/v1/backups")
        self.assertEqual((seen["ok"], [p["what"] for p in seen["problems"]]), (False, ["What the repository knows of restores cannot be read."]))
        self.assertIn("tries now", seen["problems"][0]["mend"])

    def everything_is_lost_but_the_bucket(self, program):
        """What is known of restores is in the bucket as well: a moment of the life after one is found there, and not another life's."""
        data = program.directory / "data"
        admin = program.admin()
        admin.ok("POST", "/api/v1/tags", {"name": "of both lives"})
        at = database_time(program)
        admin.ok("POST", "/api/v1/tags", {"name": "of the first life"})
        program.stop()
        settings = ["--backup-settings", str(program.directory / "backup.toml")]
        cli(program, "restore", "--to", at)
        program.process_started = time.time()
        program.start()
        admin = program.admin()
        admin.ok("POST", "/api/v1/tags", {"name": "of the second life"})
        second = database_time(program)
        admin.ok("POST", "/api/v1/tags", {"name": "too late"})
        looked(program)
        told = status(program, ok=True)
        self.assertGreater(told["clusters"][0]["newest_full"]["at"], second[:19], "the backup of the second life is younger than its moment")
        for cluster in ("main", "keystore"):
            program.sql("SELECT pg_current_xact_id()", cluster=cluster)
            program.sql("SELECT pg_switch_wal()", cluster=cluster)
            varde.wait_for(lambda: program.sql("SELECT count(*) FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'", cluster=cluster) == [["0"]], "the log in the archive")
        program.stop()
        forks = json.loads((data / "backup/state.json").read_text())["forks"]
        self.assertEqual(len(forks), 1)
        keys = {name: (data / name).read_bytes() for name in ("root.key", "backup/repository.key")}
        shutil.rmtree(data)
        (data / "backup").mkdir(parents=True)
        for name, content in keys.items():
            (data / name).write_bytes(content)
            (data / name).chmod(0o600)
        if os.geteuid() == 0:
            subprocess.run(["chown", "-R", "varde", str(data)], check=True)
        cli(program, "restore", "--keystore", *settings)
        cli(program, "restore", "--to", second, *settings)
        known = json.loads((data / "backup/state.json").read_text())["forks"]
        self.assertEqual(known[0], forks[0])
        self.assertEqual([f["cluster"] for f in known], ["main", "keystore", "main"])
        program.process_started = time.time()
        program.start()
        tags = {t["name"] for t in program.admin().ok("GET", "/api/v1/tags")["items"]}
        self.assertEqual(tags, {"of both lives", "of the second life"})
        looked(program)
        status(program, ok=True)


class Restore(unittest.TestCase):
    """One organisation, restored again and again."""
    left = []  # workers of pgBackRest whose restore was killed

    @classmethod
    def setUpClass(cls):
        cls.program = program_with_backups()
        cls.addClassCleanup(cls.program.remove)

    def setUp(self):
        self.data = self.program.directory / "data"
        self.admin = self.program.admin()
        self.verifier = self.admin.ok("GET", "/api/v1/audit/key")["verifier"]

    def tags(self):
        return {t["name"] for t in self.admin.ok("GET", "/api/v1/tags")["items"]}

    def moment(self):
        """A moment with changes on both sides of it."""
        self.admin.ok("POST", "/api/v1/tags", {"name": "before %s" % self._testMethodName.split("_")[1]})
        at = database_time(self.program)
        self.admin.ok("POST", "/api/v1/tags", {"name": "after %s" % self._testMethodName.split("_")[1]})
        return at

    def back(self):
        self.program.process_started = time.time()
        self.program.start()
        self.admin = self.program.admin()

    def holds(self, *heads):
        exported = self.admin.get("/api/v1/audit/export").body
        report = verify(exported, self.verifier, *heads)
        self.assertTrue(report["ok"], report)
        self.assertEqual(report["witnessed"], len(heads))
        return exported

    def test_1_between_two_changes(self):
        early = self.admin.ok("POST", "/api/v1/audit/heads")["note"]
        gone, stays = (self.admin.ok("POST", "/api/v1/persons", {"email": name + "@example.org", "first_name": name})["id"] for name in ("gone", "stays"))
        at = self.moment()
        self.assertEqual(self.admin.delete("/api/v1/persons/" + gone).status, 204)
        witnessed = self.admin.ok("POST", "/api/v1/audit/heads")["note"]
        self.admin.ok("POST", "/api/v1/tags", {"name": "not under a head yet"})
        self.assertIn("is running", cli(self.program, "restore", "--to", at, ok=False))
        self.program.stop()
        for wrong, why in (("2020-01-01T00:00:00Z", "out of reach. Any moment from"), ("2999-01-01T00:00:00Z", "still to come"), ("yesterday", "is not a moment")):
            self.assertIn(why, cli(self.program, "restore", "--to", wrong, ok=False))
        said = cli(self.program, "restore", "--to", at)
        self.assertIn("--discard-old", said)
        self.back()
        self.assertIn("before 1", self.tags())
        self.assertFalse({"after 1", "not under a head yet"} & self.tags())
        # Whoever was erased after the moment is erased again.
        self.assertEqual(self.admin.get("/api/v1/persons/" + gone).status, 404)
        self.assertEqual(self.program.sql("SELECT count(*) FROM person WHERE person_id = '%s'" % gone), [["0"]])
        self.assertEqual(self.admin.ok("GET", "/api/v1/persons/" + stays)["first_name"], "stays")
        # The trail did not go back: what others hold of it still holds.
        exported = self.holds(early, witnessed)
        actions = [json.loads(line)["action"] for line in exported.splitlines() if line.startswith(b'{"tenant":')]
        self.assertEqual(actions.count("system.restore"), 1)
        self.assertGreaterEqual(actions.count("tag.create"), 3)
        [entry] = self.admin.ok("GET", "/api/v1/audit?action=system.restore")["items"]
        self.assertTrue(entry["fields"][0]["field"].startswith("restored to " + at[:19]), entry)
        self.assertEqual(self.admin.ok("GET", "/api/v1/backups")["last_restore"]["restored_to"][:19], at[:19])
        # It goes on from there, and each entry is a leaf once.
        self.admin.ok("POST", "/api/v1/tags", {"name": "goes on"})
        self.holds(early, witnessed, self.admin.ok("POST", "/api/v1/audit/heads")["note"])
        [[leaves, entries]] = self.program.sql("SELECT count(*), count(DISTINCT entry_id) FROM audit_leaf")
        self.assertEqual(leaves, entries)
        # What was committed is a leaf as soon as a head was made of it; readings are entered each second.
        seen = self.program.sql("SELECT max(entry_id::text) FROM audit_entry WHERE tenant_id IN (SELECT tenant_id FROM tenant)")[0][0]

        def all_leaves():
            self.admin.ok("POST", "/api/v1/audit/heads")
            return self.program.sql("SELECT count(*) FROM audit_entry e WHERE tenant_id IN (SELECT tenant_id FROM tenant) AND entry_id <= '%s' AND NOT EXISTS (SELECT FROM audit_leaf l WHERE l.entry_id = e.entry_id)" % seen) == [["0"]]
        varde.wait_for(all_leaves, "every entry to be a leaf")
        [old] = self.data.glob("main/data.before-*")
        self.assertTrue((old / "PG_VERSION").exists())
        looked(self.program)
        # What the restore took back can be had as well: both lives are in the archive.
        Restore.taken_back, Restore.first_life = witnessed, database_time(self.program)
        self.program.stop()
        self.assertIn("is removed", cli(self.program, "restore", "--discard-old"))
        self.assertFalse(list(self.data.glob("main/data.before-*")))
        self.back()

    def test_2_killed_at_any_moment_it_is_the_old_state_or_the_new_one(self):
        at = self.moment()
        witnessed = self.admin.ok("POST", "/api/v1/audit/heads")["note"]
        self.program.stop()
        for reached in ("restore.json", "new.*/data/PG_VERSION", "new.*/data/postmaster.pid"):
            process = subprocess.Popen([varde.BINARY, "restore", "--to", at, "--data", str(self.data)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            varde.wait_for(lambda: list(self.data.glob(reached)), reached, 60)
            # pgBackRest's own workers outlive the kill: as if they were slow, they go on in the restore of the keystore.
            for worker in workers(self.data) if reached.endswith("PG_VERSION") else ():
                os.kill(worker, signal.SIGSTOP)
                Restore.left.append(worker)
                self.addClassCleanup(ended, worker)
            process.kill()
            process.wait()
            with self.subTest(reached):
                self.back()
                self.assertLessEqual({"before 2", "after 2"}, self.tags(), "nothing has happened to the old state")
                self.assertFalse((self.data / "restore.json").exists())
                self.holds(witnessed)
                self.program.stop()
        self.assertTrue(Restore.left, "a worker that outlives its restore")
        cli(self.program, "restore", "--to", at)
        self.assertFalse(list(self.data.glob("new.*")))
        # As if it had been killed between the two renames.
        step = {"swapping": True, "folder": "new.kill", "aside": "data.before-kill", "fork": json.loads((self.data / "backup/state.json").read_text())["forks"][-1]}
        folder = self.data / step["folder"]
        folder.mkdir()
        shutil.chown(folder, "varde") if os.geteuid() == 0 else None
        (self.data / "main/data").rename(folder / "data")
        (self.data / "restore.json").write_text(json.dumps(step))
        self.back()
        self.assertIn("before 2", self.tags())
        self.assertNotIn("after 2", self.tags())
        self.holds(witnessed)
        self.program.stop()
        cli(self.program, "restore", "--discard-old")
        self.back()

    def test_3_a_damaged_cluster_is_restored_and_its_trail_comes_from_the_archive(self):
        at = self.moment()
        witnessed = self.admin.ok("POST", "/api/v1/audit/heads")["note"]
        self.program.sql("SELECT pg_switch_wal()")
        self.program.stop()
        (self.data / "main/data/global/pg_control").unlink()
        said = cli(self.program, "restore", "--to", at)
        self.assertIn("taken from the archive", said)
        self.back()
        self.assertIn("before 3", self.tags())
        self.assertNotIn("after 3", self.tags())
        self.holds(witnessed)
        self.program.stop()
        cli(self.program, "restore", "--discard-old")
        self.back()

    def test_4_the_keystore_is_restored_only_after_a_loss(self):
        person = self.admin.ok("POST", "/api/v1/persons", {"email": "kept@example.org", "first_name": "Kept"})
        self.program.sql("SELECT pg_switch_wal()", cluster="keystore")
        varde.wait_for(lambda: self.program.sql("SELECT count(*) FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'", cluster="keystore") == [["0"]], "the keystore's log in the archive")
        self.program.stop()
        self.assertIn("is intact", cli(self.program, "restore", "--keystore", ok=False))
        self.assertIn("Leave --to out", cli(self.program, "restore", "--keystore", "--to", "2026-01-01T00:00:00Z", ok=False))
        shutil.rmtree(self.data / "keystore/data")
        process = subprocess.Popen([varde.BINARY, "restore", "--keystore", "--data", str(self.data)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        varde.wait_for(lambda: list(self.data.glob("new.*/data/postmaster.pid")) or process.poll() is not None, "the restored keystore", 60)
        for worker in Restore.left:
            os.kill(worker, signal.SIGCONT)
        said = process.communicate(timeout=120)[0]
        self.assertEqual(process.returncode, 0, said)
        self.back()
        self.assertEqual(self.admin.ok("GET", "/api/v1/persons/" + person["id"])["first_name"], "Kept")
        self.assertEqual(self.admin.ok("GET", "/api/v1/audit?action=system.restore-keys")["items"][0]["object"]["kind"], "tenant")

    def test_5_a_monthly_set_and_the_life_that_was_taken_back(self):
        looked(self.program)
        told = status(self.program)
        self.program.stop()
        said = cli(self.program, "restore", "--to", told["monthly"][0]["at"])
        self.assertIn("is restored", said)
        self.back()
        self.assertFalse(self.tags())
        self.holds(Restore.taken_back)
        looked(self.program)
        self.program.stop()
        cli(self.program, "restore", "--to", Restore.first_life)
        self.back()
        self.assertIn("goes on", self.tags())
        self.assertNotIn("before 2", self.tags())
        self.holds(Restore.taken_back)

    def test_6_everything_is_lost_but_the_repository_and_two_keys(self):
        at = self.moment()
        witnessed = self.admin.ok("POST", "/api/v1/audit/heads")["note"]
        self.program.stop()
        # One more life, of which no backup was made.
        cli(self.program, "restore", "--to", "latest")
        self.program.start()
        self.admin = self.program.admin()
        self.admin.ok("POST", "/api/v1/tags", {"name": "of the last life"})
        for cluster in ("main", "keystore"):
            self.program.sql("SELECT pg_current_xact_id()", cluster=cluster)
            self.program.sql("SELECT pg_switch_wal()", cluster=cluster)
            varde.wait_for(lambda: self.program.sql("SELECT count(*) FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'", cluster=cluster) == [["0"]], "the log in the archive")
        self.program.stop()
        safe = self.program.directory / "safe"
        (self.data / "backup/repository").rename(safe)
        keys = {name: (self.data / name).read_bytes() for name in ("root.key", "backup/repository.key")}
        shutil.rmtree(self.data)
        (self.data / "backup").mkdir(parents=True)
        for name, content in keys.items():
            (self.data / name).write_bytes(content)
            (self.data / name).chmod(0o600)
        if os.geteuid() == 0:
            subprocess.run(["chown", "-R", "varde", str(self.data)], check=True)
        self.assertIn("--backup-repository", cli(self.program, "restore", "--to", "latest", ok=False))
        cli(self.program, "restore", "--keystore", "--backup-repository", str(safe))
        cli(self.program, "restore", "--to", "latest", "--backup-repository", str(safe))
        self.program.extra += ["--backup-repository", str(safe)]
        self.back()
        self.assertLessEqual({"before 6", "after 6", "of the last life"}, self.tags())
        self.holds(witnessed)
        looked(self.program)
        status(self.program, ok=True)


if __name__ == "__main__":
    unittest.main()
