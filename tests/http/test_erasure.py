"""Whoever is erased is gone everywhere: rows, files that lie ready, keys, and the keystore's own files; with a receipt that
somebody else can check, and a ledger that no restore takes back."""
import json, os, pathlib, re, shutil, signal, subprocess, tempfile, time, unittest
import varde

LINE = re.compile(r"^\S+Z ([0-9a-f-]{36}) ([0-9a-f-]{36})$", re.M)


def run(program, *arguments):
    return subprocess.run([varde.BINARY, *arguments], capture_output=True, text=True, cwd="/", timeout=120)


def keys(program, what):
    return run(program, "keys", what, "--data", str(program.directory / "data"))


def bytes_of(directory):
    """Every file below, as one."""
    out = b""
    for path in sorted(pathlib.Path(directory).rglob("*")):
        if path.is_file() and not path.is_symlink():
            out += path.read_bytes()
    return out


class Erasure(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.extra = tempfile.mkdtemp()
        os.chmod(cls.extra, 0o777)
        cls.addClassCleanup(shutil.rmtree, cls.extra, True)
        cls.program = varde.Program(extra=["--ledger", cls.extra]).start()
        cls.addClassCleanup(cls.program.remove)
        cls.admin = cls.program.admin()
        cls.verifier = cls.admin.ok("GET", "/api/v1/audit/key")["verifier"]

    def person(self, email, **fields):
        return self.admin.ok("POST", "/api/v1/persons", {"email": email, **fields})["id"]

    def wrapped(self, *persons):
        rows = self.program.sql("SELECT encode(wrapped, 'hex') FROM person_key WHERE person_id = ANY('{%s}')" % ",".join(persons), "keystore")
        return [bytes.fromhex(row[0]) for row in rows]

    def ledger(self, directory):
        return {person for file in pathlib.Path(directory).glob("erasures-*.txt") for _, person in LINE.findall(file.read_text())}

    def verify(self, receipt, key=None):
        with tempfile.TemporaryDirectory() as place:
            file = pathlib.Path(place) / "receipt.txt"
            file.write_text(receipt)
            done = run(self.program, "evidence", "verify", str(file), "--key", key or self.verifier, "--json")
        said = json.loads(done.stdout)
        self.assertEqual(done.returncode == 0, said["ok"], done.stderr)
        return said

    def test_the_ledger_stands_outside_of_the_main_database(self):
        ids = [self.person("ledger%d@example.org" % i) for i in range(3)]
        self.assertEqual(self.admin.ok("POST", "/api/v1/persons/erase", {"ids": ids[:2] + ["0190a000-0000-7000-8000-000000000000"]}), {"erased": 2})
        self.assertEqual(self.admin.delete("/api/v1/persons/" + ids[2]).status, 204)
        inside = {row[0] for row in self.program.sql("SELECT person_id FROM erasure", "keystore")}
        self.assertTrue(set(ids) <= inside)
        for directory in (self.program.directory / "data/ledger", self.extra):
            self.assertTrue(set(ids) <= self.ledger(directory), directory)
        self.assertEqual(self.wrapped(*ids), [])
        self.assertEqual(self.admin.get("/api/v1/persons/" + ids[0]).status, 404)

    def test_too_many_and_nobody_are_refused(self):
        for ids in ([], ["0190a000-0000-7000-8000-%012d" % i for i in range(1001)]):
            answer = self.admin.post("/api/v1/persons/erase", {"ids": ids})
            self.assertEqual((answer.status, answer.json["errors"][0]["pointer"]), (422, "/ids"))

    def test_a_receipt_is_checked_by_somebody_else(self):
        one, other = self.person("receipt@example.org", first_name="Receiptia"), self.person("stays@example.org")
        self.admin.delete("/api/v1/persons/" + one)
        path = "/api/v1/erasures/%s/receipt" % one
        early = self.admin.get(path)
        self.assertIn(early.status, (200, 409))
        self.admin.ok("POST", "/api/v1/audit/heads")
        receipt = self.admin.get(path).body.decode()
        said = self.verify(receipt)
        self.assertEqual((said["ok"], said["person"]), (True, one))
        self.assertNotIn("receipt@", receipt)
        self.assertNotIn("Receiptia", receipt)
        self.assertEqual(self.admin.get("/api/v1/erasures/%s/receipt" % other).status, 404)
        listed = next(e for e in self.admin.ok("GET", "/api/v1/erasures")["items"] if e["person_id"] == one)
        self.assertEqual((listed["by_kind"], listed["by"]), ("user", "admin"))
        self.assertGreaterEqual(listed["key_destroyed_at"], listed["at"])
        # Whatever is changed in it, it does not hold any more; nor under another key.
        self.assertFalse(self.verify(receipt.replace(one, other))["ok"])
        self.assertFalse(self.verify(receipt.replace("was destroyed", "was not destroyed"))["ok"])
        self.assertFalse(self.verify(receipt[:-40] + "A" * 38 + "\n")["ok"])
        self.assertFalse(self.verify(receipt, self.verifier[:-4] + "AAAA")["ok"])

    def test_files_that_lie_ready_go_with_who_is_in_them(self):
        inside = self.person("inside@example.org")
        group = self.admin.ok("POST", "/api/v1/lists", {"name": "In the file"})["id"]
        self.admin.ok("PUT", "/api/v1/persons/%s/lists/%s" % (inside, group), {"state": "subscribed"})
        files = {}
        for name, wanted in (("with", {"list_id": group}), ("without", {"list_id": self.admin.ok("POST", "/api/v1/lists", {"name": "Empty"})["id"]})):
            id = self.admin.ok("POST", "/api/v1/exports", {"what": "persons", "format": "csv", **wanted})["id"]
            varde.wait_for(lambda: self.admin.ok("GET", "/api/v1/exports/" + id)["state"] == "done", "the export")
            files[name] = id
        self.assertIn(b"inside@example.org", self.admin.get("/api/v1/exports/%s/file" % files["with"]).body)
        had_key = self.wrapped(files["with"])
        self.assertEqual(len(had_key), 1)
        self.admin.delete("/api/v1/persons/" + inside)
        gone = self.admin.ok("GET", "/api/v1/exports/" + files["with"])
        self.assertEqual(gone["state"], "expired")
        self.assertIn("has been erased", gone["error"])
        self.assertEqual(self.admin.get("/api/v1/exports/%s/file" % files["with"]).status, 404)
        self.assertEqual(self.program.sql("SELECT count(*) FROM export_piece WHERE export_id = '%s'" % files["with"])[0][0], "0")
        varde.wait_for(lambda: not self.wrapped(files["with"]), "the file's key to be destroyed")
        self.assertEqual(self.admin.ok("GET", "/api/v1/exports/" + files["without"])["state"], "done")

    def test_what_comes_late_goes_too(self):
        """A transaction that had begun writes about the erased: the second round takes it."""
        id = self.person("late@example.org")
        self.admin.delete("/api/v1/persons/" + id)
        tenant = self.program.sql("SELECT tenant_id FROM tenant WHERE slug = 'first'")[0][0]
        self.program.sql("INSERT INTO activity (tenant_id, activity_id, person_id, kind, at, flags) VALUES ('%s', gen_random_uuid(), '%s', 10, now(), 0)" % (tenant, id))
        self.program.move_clock(60)
        varde.wait_for(lambda: self.program.sql("SELECT count(*) FROM activity WHERE person_id = '%s'" % id)[0][0] == "0", "the late row to go")

    def test_destroyed_keys_leave_the_keystores_files(self):
        gone, stays = [self.person("gone%d@example.org" % i) for i in range(5)], self.person("kept@example.org")
        before, kept = self.wrapped(*gone), self.wrapped(stays)[0]
        place = self.program.directory / "data/keystore/data"
        self.program.sql("CHECKPOINT", "keystore")
        files = bytes_of(place)
        self.assertTrue(all(key in files for key in before), "where else are keys?")
        self.admin.ok("POST", "/api/v1/persons/erase", {"ids": gone})
        self.program.sql("CHECKPOINT", "keystore")
        self.assertTrue(any(key in bytes_of(place) for key in before), "PostgreSQL leaves them in its files")
        done = keys(self.program, "clean")
        self.assertEqual(done.returncode, 0, done.stderr)
        files = bytes_of(place)
        self.assertEqual([key.hex() for key in before if key in files], [])
        self.assertIn(kept, files)
        self.assertTrue(self.admin.ok("GET", "/api/v1/persons/" + stays)["email"])

    def test_it_happens_by_itself(self):
        id = self.person("itself@example.org")
        key = self.wrapped(id)[0]
        self.admin.delete("/api/v1/persons/" + id)
        self.program.move_clock(13 * 3600)
        varde.wait_for(lambda: key not in bytes_of(self.program.directory / "data/keystore/data"), "the files to be rewritten")
        self.admin = type(self).admin = self.program.admin()

    def test_killed_at_any_moment_it_is_carried_through(self):
        program = varde.Program().start()
        try:
            admin = program.admin()
            for round in range(6):
                ids = [admin.ok("POST", "/api/v1/persons", {"email": "kill%d-%d@example.org" % (round, i)})["id"] for i in range(8)]
                process = subprocess.Popen(["python3", "-c", "import time, os, signal; time.sleep(%f); os.kill(%d, signal.SIGKILL)" % (0.004 * round, program.process.pid)])
                try:
                    admin.post("/api/v1/persons/erase", {"ids": ids})
                except Exception:
                    pass
                process.wait(10)
                program.kill()
                program.start()
                program.move_clock(60)
                admin = program.admin()
                def settled():
                    rows = int(program.sql("SELECT count(*) FROM person WHERE person_id = ANY('{%s}')" % ",".join(ids))[0][0])
                    held = int(program.sql("SELECT count(*) FROM person_key WHERE person_id = ANY('{%s}')" % ",".join(ids), "keystore")[0][0])
                    noted = int(program.sql("SELECT count(*) FROM erasure WHERE person_id = ANY('{%s}')" % ",".join(ids), "keystore")[0][0])
                    return (rows, held, noted) in ((8, 8, 0), (0, 0, 8))
                varde.wait_for(settled, "one of the two good states")
        finally:
            program.remove()


if __name__ == "__main__":
    unittest.main()
