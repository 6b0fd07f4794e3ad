"""Keys change while the program runs, and nothing that was sealed is lost; stopped at any moment, it is whole."""
import os, random, shutil, signal, subprocess, threading, time, unittest
import varde


def keys(program, *arguments, **kw):
    command = [varde.BINARY, "keys", *arguments, "--data", str(program.directory / "data")]
    return subprocess.run(command, capture_output=True, text=True, cwd="/", timeout=60, **kw)


class Keys(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.program = varde.Program().start()
        cls.addClassCleanup(cls.program.remove)
        cls.admin = cls.program.admin()
        cls.admin.import_csv("email,first_name\n" + "\n".join("key%d@example.org,Key%d" % (i, i) for i in range(500)))

    def readable(self, admin=None):
        """How many persons the program can open."""
        admin, seen, cursor = admin or self.admin, 0, ""
        while cursor is not None:
            page = admin.ok("GET", "/api/v1/persons?limit=200" + cursor)
            seen += sum(1 for p in page["items"] if p["email"])
            cursor = "&cursor=" + page["next"] if page.get("next") else None
        return seen

    def root(self):
        return (self.program.directory / "data" / "root.key").read_bytes()

    def refusal(self):
        """What the program says when it does not start."""
        self.program.start(wait=False)
        self.assertEqual(self.program.process.wait(60), 1)
        return self.program.tail()[-400:]

    def test_wrapping_keys_change_while_people_work(self):
        versions = "SELECT tenant_id, version FROM tenant_key WHERE purpose = 1 ORDER BY 1"
        first = self.program.sql(versions, "keystore")
        before = {row[0]: row[1:] for row in self.program.sql("SELECT person_id, version, wrapped FROM person_key", "keystore")}
        stop, made, failed = threading.Event(), [], []

        def work():
            admin = self.program.admin()
            while not stop.is_set():
                try:
                    made.append(admin.ok("POST", "/api/v1/persons", {"email": "during%d@example.org" % len(made)})["id"])
                    admin.ok("GET", "/api/v1/persons/" + random.choice(made))
                except Exception as e:
                    failed.append(e)
        worker = threading.Thread(target=work)
        worker.start()
        try:
            for _ in range(3):
                done = keys(self.program, "rotate")
                self.assertEqual(done.returncode, 0, done.stderr)
        finally:
            stop.set()
            worker.join()
        self.assertEqual(failed, [])
        after = {row[0]: row[1:] for row in self.program.sql("SELECT person_id, version, wrapped FROM person_key", "keystore")}
        self.assertFalse([id for id in before if after[id] == before[id]])
        self.assertEqual(self.program.sql(versions, "keystore"), [[tenant, str(int(version) + 3)] for tenant, version in first], "the old ones are gone")
        self.assertEqual(self.program.sql("SELECT DISTINCT tenant_id, version FROM person_key ORDER BY 1", "keystore"), self.program.sql(versions, "keystore"))
        self.program.stop()
        self.program.start()
        admin = self.program.admin()
        self.assertEqual(self.readable(admin), len(after) - 1, "each person, and not the administrator's account")
        self.assertIn("keys.rotate", [e["action"] for e in admin.ok("GET", "/api/v1/audit?limit=200&action=keys.")["items"]])
        type(self).admin = admin

    def test_the_root_key_changes_while_people_work(self):
        before, verifier = self.root(), self.admin.ok("GET", "/api/v1/audit/key")
        wrapped = self.program.sql("SELECT wrapped FROM tenant_key UNION SELECT wrapped FROM installation_key", "keystore")
        done = keys(self.program, "rotate-root")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotEqual(self.root(), before)
        self.assertEqual((self.program.directory / "data" / "root.key").stat().st_mode & 0o777, 0o600)
        self.assertFalse((self.program.directory / "data" / "root.key.next").exists())
        now = self.program.sql("SELECT wrapped FROM tenant_key UNION SELECT wrapped FROM installation_key", "keystore")
        self.assertFalse(set(map(tuple, wrapped)) & set(map(tuple, now)))
        # The program that runs has never heard of it: a new organisation's keys must be wrapped under the new one.
        self.assertEqual(self.admin.ok("POST", "/api/v1/persons", {"email": "after-root@example.org"})["email"], "after-root@example.org")
        readable = self.readable()
        self.program.kill()
        self.program.start()
        type(self).admin = self.program.admin()
        self.assertEqual(self.readable(), readable)
        self.assertEqual(self.admin.ok("GET", "/api/v1/audit/key"), verifier, "the installation signs as before")

    def test_the_wrong_root_key_is_refused_with_a_sentence(self):
        path = self.program.directory / "data" / "root.key"
        right = path.read_bytes()
        self.program.stop()
        try:
            path.write_bytes(os.urandom(32))
            self.assertIn("Is root.key the one that belongs to it?", self.refusal())
            path.write_bytes(b"short")
            self.assertIn("exactly 32 bytes", self.refusal())
            path.chmod(0o644)
            self.assertIn("chmod 600", self.refusal())
            path.unlink()
            self.assertIn("Restore the file", self.refusal())
        finally:
            path.write_bytes(right)
            path.chmod(0o600)
            if os.geteuid() == 0:
                shutil.chown(path, "varde", "varde")
            self.program.start()
            type(self).admin = self.program.admin()

    def test_stopped_at_any_moment_it_is_whole(self):
        readable = self.readable()
        chance = random.Random(3)
        for what in ["rotate-root", "rotate"] * 6:
            command = [varde.BINARY, "keys", what, "--data", str(self.program.directory / "data")]
            with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/") as running:
                time.sleep(chance.random() * 0.08)
                running.send_signal(signal.SIGKILL)
            self.program.kill()
            self.program.start()
            type(self).admin = self.program.admin()
            self.assertEqual(self.readable(), readable, what)
        done = keys(self.program, "rotate")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.program.sql("SELECT count(*) FROM tenant_key WHERE purpose = 1 GROUP BY tenant_id", "keystore"), [["1"]] * 2)
        self.assertEqual(self.readable(), readable)

    def test_what_is_said_when_nothing_runs(self):
        self.program.stop()
        try:
            done = keys(self.program, "rotate-root")
            self.assertEqual(done.returncode, 1)
            self.assertIn("Varde must be running", done.stderr)
        finally:
            self.program.start()
            type(self).admin = self.program.admin()


if __name__ == "__main__":
    unittest.main()
