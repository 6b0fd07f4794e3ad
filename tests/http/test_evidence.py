"""Evidence and the programme: one signed file, checked by the program and by code that shares nothing with it; what is
tampered with is found; who may have it; and the programme as HTML and PDF."""
import base64, hashlib, io, json, os, pathlib, pwd, random, re, shutil, subprocess, tempfile, time, unittest, zipfile
import nacl.signing
import varde
from test_backup import cli, program_with_backups
from test_trail import grown, leaf, open_head, path_root


def run(*arguments):
    return subprocess.run([varde.BINARY, *arguments], capture_output=True, cwd="/", timeout=120)


def verify(data, key, *witness):
    """What `varde evidence verify` says of a file."""
    with tempfile.TemporaryDirectory() as place:
        file = pathlib.Path(place) / "evidence"
        file.write_bytes(data)
        command = ["evidence", "verify", str(file), "--key", key, "--json"]
        for i, note in enumerate(witness):
            kept = pathlib.Path(place) / ("head%d" % i)
            kept.write_text(note)
            command += ["--witness", str(kept)]
        done = run(*command)
    assert done.returncode in (0, 1), done.stderr
    said = json.loads(done.stdout)
    assert said["ok"] == (done.returncode == 0) == (not said["problem"])
    return said


def open_note(note, verifier):
    """C2SP signed-note, from the text of the standard."""
    name, id, key = verifier.split("+", 2)
    text, signature = note.rsplit("\n\n", 1)
    dash, who, value = signature.rstrip("\n").split(" ")
    raw = base64.b64decode(value)
    assert (dash, who, raw[:4].hex()) == ("\u2014", name, id)
    nacl.signing.VerifyKey(base64.b64decode(key)[1:]).verify((text + "\n").encode(), raw[4:])
    return text.split("\n")


def checked(data, key):
    """The files of a bundle, if all of it holds: verified with nothing of Varde's."""
    archive = zipfile.ZipFile(io.BytesIO(data))
    assert archive.testzip() is None
    files = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(files["manifest.json"])
    origin, digest, at = open_note(files["manifest.sig"].decode(), key)
    assert origin == key.split("+")[0] + "/evidence" and at == manifest["made_at"]
    assert base64.b64decode(digest) == hashlib.sha256(files["manifest.json"]).digest()
    assert {f["name"]: f["sha256"] for f in manifest["files"]} == {
        name: hashlib.sha256(content).hexdigest() for name, content in files.items() if not name.startswith("manifest.")}
    heads = json.loads(files["trail/heads.json"])["heads"]
    size, root = 0, None
    for head in heads:
        origin, new_size, new_root = open_head(head["note"], key)
        assert origin == manifest["origin"]
        if root is not None:
            assert grown(size, root, new_size, [base64.b64decode(h) for h in head["hashes"]]) == new_root
        size, root = new_size, new_root
    entries = {}
    for line in files["trail/entries.jsonl"].splitlines():
        entry = json.loads(line)
        assert path_root(leaf(entry["entry"].encode()), entry["index"], size, [base64.b64decode(h) for h in entry["hashes"]]) == root
        body = json.loads(entry["entry"])
        entries[body["id"]] = body
    for erasure in json.loads(files["erasures.json"]):
        assert (entries[erasure["entry"]]["action"], entries[erasure["entry"]]["person"]) == ("person.erase", erasure["person"])
    return files, manifest, entries


def rewritten(data, change):
    """The bundle with its files changed, as another program would write it."""
    archive = zipfile.ZipFile(io.BytesIO(data))
    files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in files.items():
            new.writestr(name, content)
    return out.getvalue()


class Evidence(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.witness = tempfile.mkdtemp()
        os.chmod(cls.witness, 0o777)
        cls.addClassCleanup(shutil.rmtree, cls.witness, True)
        cls.program = varde.Program(extra=["--witness", cls.witness]).start(tenant="second", admin="other@example.org")
        cls.addClassCleanup(cls.program.remove)
        cls.program.stop()
        cls.program.start()
        cls.data = str(cls.program.directory / "data")
        cls.admin = cls.program.admin()
        cls.key = cls.admin.ok("GET", "/api/v1/audit/key")["verifier"]
        cls.admin.request("PATCH", "/api/v1/settings", {"name": "Bærum Ærlige", "postal_address": "Åsgata 1, 0001 Test"}, headers={"If-Match": "*"})
        people = [cls.admin.ok("POST", "/api/v1/persons", {"email": "proof%d@example.org" % i, "first_name": "Prudence"})["id"] for i in range(12)]
        # Heads of several days, which follow one another.
        for day in range(3):
            cls.admin.ok("POST", "/api/v1/persons/erase", {"ids": people[day * 3:day * 3 + 3]})
            cls.admin.ok("POST", "/api/v1/audit/heads")
            cls.program.move_clock(86400)
            cls.admin = cls.program.admin()
        cls.erased = people[:9]
        rotated = run("keys", "rotate", "--tenant", "first", "--data", cls.data)
        assert rotated.returncode == 0, rotated.stderr
        rotated = run("keys", "rotate-root", "--data", cls.data)
        assert rotated.returncode == 0, rotated.stderr
        # Of a bundle that many tests look at.
        cls.head = cls.admin.ok("POST", "/api/v1/audit/heads")
        cls.bundle = cls.make()

    @classmethod
    def make(cls, body=None, client=None, slug="first"):
        answer = (client or cls.admin).post("/api/v1/evidence", body)
        assert answer.status == 200, answer.body
        assert answer.headers["Content-Type"] == "application/zip"
        assert re.fullmatch(r'attachment; filename="evidence-%s-\d{4}-\d\d-\d\d\.zip"' % slug, answer.headers["Content-Disposition"])
        return answer.body

    def run_beside(self, command, *arguments):
        return run(command, *arguments, "--data", self.data, "--test-clock", str(self.program.clock))

    def test_a_bundle_is_checked_by_somebody_else(self):
        files, manifest, entries = checked(self.bundle, self.key)
        said = verify(self.bundle, self.key, self.head["note"])
        self.assertEqual((said["problem"], said["kind"]), ("", "evidence"))
        self.assertEqual((said["files"], said["entries"], said["erasures"], said["left_out"]), (len(files) - 2, len(entries), 9, 0))
        self.assertGreaterEqual(said["heads"], 3)
        self.assertEqual({e["person"] for e in json.loads(files["erasures.json"])}, set(self.erased))
        self.assertEqual([d["action"] for d in json.loads(files["keys.json"])["changes"]], ["keys.rotate", "keys.rotate_root"])
        self.assertIn("evidence.make", [e["action"] for e in entries.values()], "the making is part of what is made")
        receipts = [name for name in files if name.startswith("erasures/")]
        self.assertEqual(len(receipts), 9)
        self.assertEqual(verify(files[receipts[0]], self.key)["kind"], "erasure")
        access = json.loads(files["access.json"])["users"]
        self.assertEqual([(u["role"], u["second_factor"]) for u in access], [("administrator", True)])
        settings = {s["setting"]: s["value"] for s in json.loads(files["settings.json"])}
        self.assertEqual(settings["Heads of the trail are handed to a witness each minute"], "yes")
        promises = json.loads(files["promises.json"])
        self.assertEqual(next(p["proof"] for p in promises if p["id"] == "S31"), "erasure with receipt")
        self.assertTrue(next(p for p in promises if p["id"] == "S40")["test"])
        # Nothing that says who somebody was or is.
        whole = b"".join(files.values())
        for word in (b"Prudence", b"proof1@", b"admin@example.org", str(self.program.directory).encode()):
            self.assertNotIn(word, whole)
        self.assertNotIn(b"<script", files["index.html"])

    def test_the_command_makes_the_same(self):
        # Into a place of whoever calls the command, where the program's user may not write.
        with tempfile.TemporaryDirectory() as place:
            file = pathlib.Path(place) / "evidence.zip"
            file.write_bytes(b"x" * 10_000_000)
            done = self.run_beside("evidence", "--tenant", "first", "--out", str(file))
            self.assertEqual(done.returncode, 0, done.stderr)
            files, manifest, entries = checked(file.read_bytes(), self.key)
            self.assertEqual(verify(file.read_bytes(), self.key)["problem"], "")
            self.assertEqual(os.listdir(place), ["evidence.zip"])
        settings = {s["setting"]: s["value"] for s in json.loads(files["settings.json"])}
        self.assertEqual(settings["Heads of the trail are handed to a witness each minute"], "yes", "as the running program has it")
        self.assertTrue(json.loads(files["retention.json"])["rules"])
        self.assertTrue(json.loads(files["processing.json"]))
        made = [e for e in entries.values() if e["action"] == "evidence.make"]
        self.assertEqual((made[-1]["actor"]["kind"], made[-1]["network"]), ("operations", "login " + (os.environ.get("SUDO_USER") or pwd.getpwuid(os.getuid()).pw_name)), "who ran the command")
        for arguments, why in ((("--tenant", "nobody"), b"no organisation"), ((), b"--tenant"), (("--tenant", "first", "--from", "soon"), b"not a moment"),
                               (("--tenant", "first", "--from", "2026-01-02", "--to", "2026-01-01"), b"must be before")):
            done = self.run_beside("evidence", *arguments)
            self.assertEqual((done.returncode, why in done.stderr), (1, True), done.stderr)

    def test_a_period_is_kept_to(self):
        until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.program.now() - 2.5 * 86400))
        said = verify(self.make({"until": until}), self.key)
        self.assertEqual((said["problem"], said["erasures"]), ("", 3))
        for body, pointer in (({"from": "2026-02-01T00:00:00Z", "until": "2026-01-01T00:00:00Z"}, "/from"), ({"from": "1900-01-01T00:00:00Z"}, "/from"), ({"from": "then"}, "/from")):
            answer = self.admin.post("/api/v1/evidence", body)
            self.assertEqual((answer.status, answer.json["errors"][0]["pointer"]), (422, pointer))

    def test_what_is_too_much_is_left_out_and_said(self):
        other = self.program.admin("other@example.org")
        other.import_csv("email\n" + "".join("many%d@example.org\n" % i for i in range(1_007)))
        ids, cursor = [], ""
        while cursor is not None:
            page = other.ok("GET", "/api/v1/persons?limit=200" + (cursor and "&cursor=" + cursor))
            ids, cursor = ids + [p["id"] for p in page["items"]], page.get("next")
        for some in (ids[:500], ids[500:1_000], ids[1_000:]):
            other.ok("POST", "/api/v1/persons/erase", {"ids": some})
        bundle = self.make(client=other, slug="second")
        files, manifest, _ = checked(bundle, self.key)
        said = verify(bundle, self.key)
        self.assertEqual((said["problem"], said["erasures"], said["left_out"]), ("", 1_000, 7))
        self.assertEqual(manifest["left_out"], {"erasures": 7, "entries": 0})
        self.assertIn(b"Left out: 7 older erasures", files["index.html"])

    def test_what_became_of_the_contract_is_proven(self):
        other = self.program.admin("other@example.org")
        ends = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.program.now() + 40 * 86400))
        other.ok("POST", "/api/v1/contract/end", {"wanted": "removal", "confirm": "second", "ends_at": ends})
        other.ok("DELETE", "/api/v1/contract/end")
        self.assertEqual(other.get("/api/v1/contract/export").status, 200)
        for words in (("end", "second"), ("reopen", "second")):
            done = run("tenant", *words, "--data", self.data)
            self.assertEqual(done.returncode, 0, done.stderr)
        other = self.program.admin("other@example.org")
        wanted = ["contract.announce", "contract.withdraw", "contract.export", "contract.announce", "contract.end", "contract.reopen"]
        bundle = self.make(client=other, slug="second")
        self.assertEqual(verify(bundle, self.key)["problem"], "")
        files, _, entries = checked(bundle, self.key)
        told = json.loads(files["contract.json"])
        self.assertEqual([(d["action"], entries[d["entry"]]["action"], d["at"]) for d in told], [(a, a, entries[d["entry"]]["at"]) for a, d in zip(wanted, told)])
        self.assertEqual(len(told), len(wanted))
        self.assertTrue(told[0]["fields"][0].startswith("ends at "), told)
        self.assertIn(b"the end was withdrawn", files["index.html"])

    def test_tampering_is_found(self):
        rng, found = random.Random(7), 0
        for _ in range(60):  # each byte of the file counts; the unit test turns thousands of them
            at = rng.randrange(len(self.bundle))
            data = bytearray(self.bundle)
            data[at] ^= 1 << rng.randrange(8)
            self.assertTrue(verify(bytes(data), self.key)["problem"], "byte %d of %d" % (at, len(data)))
            found += 1
        for _ in range(10):
            self.assertTrue(verify(self.bundle[:rng.randrange(len(self.bundle))], self.key)["problem"])
        self.assertTrue(verify(b"\0" + self.bundle, self.key)["problem"])
        self.assertTrue(verify(self.bundle + b"\0", self.key)["problem"])

        def drop(files): files.pop("drills.json")
        def add(files): files["erasures/more.txt"] = b"more"
        def swap(files): files["keys.json"], files["access.json"] = files["access.json"], files["keys.json"]
        for change in (drop, add, swap):
            self.assertTrue(verify(rewritten(self.bundle, change), self.key)["problem"], change.__name__)

    def test_another_key_and_a_witness(self):
        other = nacl.signing.SigningKey.generate()
        typed = b"\1" + bytes(other.verify_key)
        name = self.key.split("+")[0]
        id = hashlib.sha256(name.encode() + b"\n" + typed).digest()[:4]
        self.assertIn("key", verify(self.bundle, "%s+%s+%s" % (name, id.hex(), base64.b64encode(typed).decode()))["problem"])
        # What the witness was handed, word for word, is among the heads.
        self.admin.ok("POST", "/api/v1/persons", {"email": "seen@example.org"})
        self.program.move_clock(61)
        def handed():
            kept = "".join(p.read_text() for p in pathlib.Path(self.witness).glob("heads-*.txt"))
            sizes = re.findall(r"^%s\n(\d+)\n" % re.escape(origin), kept, re.M)
            return kept if any(int(size) > self.head["size"] for size in sizes) else None
        origin = self.admin.ok("GET", "/api/v1/audit/key")["origin"]
        kept = varde.wait_for(handed, "the witness to be handed a head")
        said = verify(self.make(), self.key, kept)
        self.assertEqual(said["problem"], "")
        self.assertGreaterEqual(said["witnessed"], 1)

    def test_the_answer_to_a_request_is_verified(self):
        person = self.admin.ok("POST", "/api/v1/persons", {"email": "asks@example.org", "first_name": "Asker"})["id"]
        answer = self.admin.post("/api/v1/persons/%s/export" % person)
        self.assertEqual(answer.status, 200)
        said = verify(answer.body, self.key)
        self.assertEqual((said["problem"], said["kind"], said["person"]), ("", "subject-export", person))
        for at in range(0, len(answer.body), max(1, len(answer.body) // 25)):
            data = bytearray(answer.body)
            data[at] ^= 0x10
            self.assertTrue(verify(bytes(data), self.key)["problem"], at)

    def test_what_an_organisation_takes_along_is_verified(self):
        answer = self.admin.get("/api/v1/contract/export")
        self.assertEqual(answer.status, 200)
        said = verify(answer.body, self.key)
        self.assertEqual((said["problem"], said["kind"], said["organisation"]), ("", "organisation-export", "Bærum Ærlige"))
        for at in range(0, len(answer.body), max(1, len(answer.body) // 25)):
            data = bytearray(answer.body)
            data[at] ^= 0x10
            self.assertTrue(verify(bytes(data), self.key)["problem"], at)

    def test_rights(self):
        viewer = self.program.admin("other@example.org")
        answer = viewer.post("/api/v1/evidence")
        self.assertEqual(answer.status, 200)
        files, manifest, entries = checked(answer.body, self.key)
        self.assertEqual(manifest["organisation"], "second", "another organisation's administrator gets her own")
        for word in self.erased + ["Bærum"]:
            self.assertNotIn(word.encode(), b"".join(files.values()))
        account = self.program.sql("SELECT account_id FROM membership m JOIN tenant t USING (tenant_id) WHERE t.slug = 'second'")[0][0]
        try:
            for role, status in ((2, 403), (3, 403), (4, 403), (5, 200)):
                self.program.sql("UPDATE membership SET role = %d WHERE account_id = '%s'" % (role, account))
                self.program.sql("NOTIFY varde_sessions")
                varde.wait_for(lambda: viewer.get("/api/v1/programme").status == status, "role %d to be %d" % (role, status))
                self.assertEqual(viewer.post("/api/v1/evidence").status, status, role)
        finally:
            self.program.sql("UPDATE membership SET role = 1 WHERE account_id = '%s'" % account)
        self.assertEqual(self.program.client().post("/api/v1/evidence").status, 401)
        trail = self.admin.ok("GET", "/api/v1/audit?action=evidence.make")["items"]
        self.assertTrue(trail and trail[-1]["actor"]["kind"] == "user")

    def test_the_programme_is_of_the_running_system(self):
        answer = self.admin.get("/api/v1/programme")
        self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "text/html; charset=utf-8"))
        page = answer.body.decode() if isinstance(answer.body, bytes) else answer.body
        for text in ("Bærum Ærlige", "Åsgata 1", "Open problems", "Argon2id", "Who has access", "suppression", "wrapping key", "E14", "test_backup.py"):
            self.assertIn(text, page)
        self.assertNotIn("<script", page)
        # It follows what is set.
        self.assertNotIn("18 months", page)
        self.admin.ok("PUT", "/api/v1/retention/form-answers", {"months": 18})
        self.assertIn("18 months", self.admin.get("/api/v1/programme?format=html").body.decode())
        self.assertEqual(self.admin.get("/api/v1/programme?format=doc").status, 422)
        entries = self.program.sql("SELECT action FROM audit_entry ORDER BY entry_id DESC LIMIT 1")
        self.assertEqual(entries, [["retention.rule"]], "reading it enters nothing")

    def test_the_programme_as_pdf(self):
        answer = self.admin.get("/api/v1/programme?format=pdf")
        self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "application/pdf"))
        with tempfile.TemporaryDirectory() as place:
            os.chmod(place, 0o777)
            file = pathlib.Path(place) / "programme.pdf"
            done = self.run_beside("programme", "--tenant", "first", "--format", "pdf", "--out", str(file))
            self.assertEqual(done.returncode, 0, done.stderr)
            for data in (answer.body, file.read_bytes()):
                self.assertTrue(data.startswith(b"%PDF-"))
                file.write_bytes(data)
                text = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True).stdout
                pages = text.count("\f")
                self.assertGreater(pages, 3)
                for words in ("Bærum Ærlige", "Åsgata 1", "Open problems", "Page 1 of %d" % pages, "Page %d of %d" % (pages, pages)):
                    self.assertIn(words, text)
                self.assertIn(b"/Outlines", data)
        done = self.run_beside("programme", "--tenant", "first")
        self.assertTrue(done.stdout.startswith(b"<!doctype html>"), done.stderr)


class OfBackups(unittest.TestCase):
    def test_backups_and_drills_are_told(self):
        program = program_with_backups()
        self.addCleanup(program.remove)
        admin = program.admin()
        cli(program, "backup", "record")
        cli(program, "backup", "drill")
        cli(program, "backup", "due")
        with tempfile.TemporaryDirectory() as place:
            os.chmod(place, 0o777)
            file = pathlib.Path(place) / "evidence.zip"
            cli(program, "evidence", "--tenant", "first", "--out", str(file))
            by_command = file.read_bytes()
        key = admin.ok("GET", "/api/v1/audit/key")["verifier"]
        for data in (admin.post("/api/v1/evidence").body, by_command):
            files, _, entries = checked(data, key)
            self.assertEqual(verify(data, key)["problem"], "")
            backups = json.loads(files["backups.json"])
            self.assertEqual((backups["made_by_varde"], backups["ok"], backups["problems"], len(backups["monthly"])), (True, True, [], 1))
            self.assertEqual([(c["name"], c["gaps"]) for c in backups["clusters"]], [("main", 0), ("keystore", 0)])
            [drill] = json.loads(files["drills.json"])
            self.assertTrue(drill["passed"] and drill["restored_to"] < drill["at"])
            self.assertEqual(entries[drill["entry"]]["fields"][0], "passed")
            self.assertEqual(drill["fields"], entries[drill["entry"]]["fields"])
            self.assertTrue(any("the contents of" in f for f in drill["fields"]) and any("persons opened" in f for f in drill["fields"]), drill)
            self.assertNotIn(str(program.directory).encode(), b"".join(files.values()))
        page = admin.get("/api/v1/programme").body.decode()
        self.assertIn("everything as it was recorded", page)
        self.assertIn("drill passed", page, "what was last shown of the promise E14")
        self.assertIn("on the disk of the data itself", page, "an open problem")


if __name__ == "__main__":
    unittest.main()
