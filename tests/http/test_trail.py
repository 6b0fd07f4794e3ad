"""The trail as a tree: what is entered is proven, verified by code that shares nothing with the program, and what is tampered
with is found."""
import base64, hashlib, json, pathlib, random, subprocess, tempfile, unittest
import nacl.signing
import varde


# RFC 9162 and C2SP signed-note, written anew from the texts.

def leaf(line):
    return hashlib.sha256(b"\0" + line).digest()


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def root_of(leaves):
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node(root_of(leaves[:k]), root_of(leaves[k:]))


def path_root(hash, index, size, path):
    """RFC 9162, 2.1.3.2."""
    fn, sn = index, size - 1
    for p in path:
        assert sn > 0
        if fn & 1 or fn == sn:
            hash = node(p, hash)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            hash = node(hash, p)
        fn, sn = fn >> 1, sn >> 1
    assert sn == 0
    return hash


def grown(before, old_root, size, path):
    """RFC 9162, 2.1.4.2: the root of the larger tree, if the smaller one is part of it."""
    path = list(path)
    if before == size:
        return old_root
    fr = sr = old_root if before & (before - 1) == 0 else path.pop(0)
    fn, sn = before - 1, size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    for c in path:
        if fn & 1 or fn == sn:
            fr, sr = node(c, fr), node(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node(sr, c)
        fn, sn = fn >> 1, sn >> 1
    assert fr == old_root and sn == 0
    return sr


def open_head(note, verifier):
    """Origin, size and root of a head whose signature holds."""
    name, id, key = verifier.split("+", 2)
    typed = base64.b64decode(key)
    assert typed[0] == 1 and hashlib.sha256(name.encode() + b"\n" + typed).digest()[:4].hex() == id
    text, signature = note.split("\n\n")
    dash, who, value = signature.rstrip("\n").split(" ")
    assert dash == "\u2014" and who == name
    raw = base64.b64decode(value)
    assert raw[:4].hex() == id
    nacl.signing.VerifyKey(typed[1:]).verify((text + "\n").encode(), raw[4:])
    origin, size, root, _ = text.split("\n")
    return origin, int(size), base64.b64decode(root)


def verify(lines, key, *witness, program=varde.BINARY):
    """What `varde audit verify` says of a trail."""
    with tempfile.TemporaryDirectory() as place:
        path = pathlib.Path(place) / "trail.jsonl"
        path.write_bytes(lines if isinstance(lines, bytes) else b"".join(line + b"\n" for line in lines))
        command = [program, "audit", "verify", str(path), "--key", key, "--json"]
        for i, note in enumerate(witness):
            kept = pathlib.Path(place) / ("head%d" % i)
            kept.write_text(note)
            command += ["--witness", str(kept)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode in (0, 1), done.stderr
        report = json.loads(done.stdout)
        assert report["ok"] == (done.returncode == 0)
        return report


class Trail(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.program = varde.Program().start()
        cls.addClassCleanup(cls.program.remove)
        cls.admin = cls.program.admin()
        cls.verifier = cls.admin.ok("GET", "/api/v1/audit/key")["verifier"]
        cls.people = [cls.admin.ok("POST", "/api/v1/persons", {"email": "trail%d@example.org" % i, "first_name": "Before"}) for i in range(30)]
        for person in cls.people:
            cls.admin.patch("/api/v1/persons/" + person["id"], {"first_name": "After"}, person["version"])

    def export(self):
        answer = self.admin.get("/api/v1/audit/export")
        self.assertEqual(answer.status, 200)
        return answer.body if isinstance(answer.body, bytes) else answer.body.encode()

    def entries(self, **query):
        path = "/api/v1/audit?limit=200" + "".join("&%s=%s" % pair for pair in query.items())
        return self.admin.ok("GET", path)["items"]

    def test_every_entry_is_proven_to_whoever_has_the_public_key(self):
        self.admin.ok("POST", "/api/v1/audit/heads")
        for entry in self.entries()[:40]:
            proof = self.admin.ok("GET", "/api/v1/audit/entries/%s/proof" % entry["id"])
            origin, size, root = open_head(proof["head"]["note"], self.verifier)
            line = json.loads(proof["entry"])
            self.assertEqual((line["id"], line["action"]), (entry["id"], entry["action"]))
            self.assertTrue(origin.endswith("/trail/" + line["tenant"]))
            path = [base64.b64decode(h) for h in proof["hashes"]]
            self.assertEqual(path_root(leaf(proof["entry"].encode()), proof["index"], size, path), root)

    def test_whoever_reads_in_bulk_is_entered(self):
        def reads():
            return [e["fields"][0]["field"] for e in self.entries(action="persons.read")]
        before = reads()
        self.admin.ok("GET", "/api/v1/persons?limit=25")
        self.assertEqual(reads(), before, "a page that somebody looks through to find a person")
        shown = len(self.admin.ok("GET", "/api/v1/persons?limit=29")["items"])
        self.assertEqual(reads(), ["%d persons" % shown] + before)
        self.assertEqual(self.entries(action="persons.read")[0]["actor"]["kind"], "user")

    def test_an_entry_is_provable_once_a_head_stands_over_it(self):
        person = self.admin.ok("POST", "/api/v1/persons", {"email": "early@example.org"})
        entry = self.entries(object=person["id"])[0]
        refused = self.admin.get("/api/v1/audit/entries/%s/proof" % entry["id"])
        self.assertEqual((refused.status, refused.json["title"]), (409, "Conflict"))
        self.assertIn("every minute", refused.json["detail"])
        self.program.readings_entered()  # what another test was shown would come between the two heads
        head = self.admin.ok("POST", "/api/v1/audit/heads")
        self.assertEqual(self.admin.ok("POST", "/api/v1/audit/heads"), head, "nothing new: the same head")
        self.assertEqual(self.admin.ok("GET", "/api/v1/audit/entries/%s/proof" % entry["id"])["head"], head)
        self.assertEqual(self.admin.get("/api/v1/audit/entries/%s/proof" % person["id"]).status, 404)

    def test_each_head_begins_with_those_before(self):
        for i in range(3):
            self.admin.ok("POST", "/api/v1/tags", {"name": "grown %d" % i})
            self.admin.ok("POST", "/api/v1/audit/heads")
        heads, cursor = [], ""
        while cursor is not None:
            page = self.admin.ok("GET", "/api/v1/audit/heads?limit=2" + cursor)
            heads += page["items"]
            cursor = "&cursor=" + page["next"] if page.get("next") else None
        self.assertGreater(len(heads), 3)
        known = [open_head(head["note"], self.verifier)[1:] for head in heads]
        for i, (size, root) in enumerate(known):
            for before, old_root in known[i:]:
                if before == 0:
                    continue
                hashes = self.admin.ok("GET", "/api/v1/audit/growth?before=%d&size=%d" % (before, size))["hashes"]
                self.assertEqual(grown(before, old_root, size, [base64.b64decode(h) for h in hashes]), root)
        self.assertEqual(self.admin.get("/api/v1/audit/growth?before=5&size=100000").status, 422)
        self.assertEqual(self.admin.get("/api/v1/audit/growth?before=0&size=1").status, 422)

    def test_an_export_holds_everything_and_verifies(self):
        lines = self.export().splitlines()
        header = json.loads(lines[0])
        self.assertEqual(header["verifier"], self.verifier)
        entries = [line for line in lines if line.startswith(b'{"tenant":')]
        _, size, root = open_head(json.loads(lines[-1])["head"], self.verifier)
        self.assertEqual(size, len(entries))
        self.assertEqual(root_of([leaf(line) for line in entries]), root)
        self.assertEqual(json.loads(entries[-1])["action"], "audit.export", "the export itself is entered, and proven in it")
        report = verify(lines, self.verifier)
        self.assertTrue(report["ok"], report)
        self.assertEqual(report["entries"], len(entries))
        self.assertGreaterEqual(report["values"], 30)
        shown = [json.loads(line)["text"] for line in lines if line.startswith(b'{"salt":')]
        self.assertTrue(any('"old":"Before","new":"After"' in text for text in shown), shown[:3])

    def test_what_was_erased_is_proven_and_says_nothing(self):
        person = self.admin.ok("POST", "/api/v1/persons", {"email": "gone@example.org", "first_name": "Gone"})
        self.admin.patch("/api/v1/persons/" + person["id"], {"first_name": "Nobody"}, person["version"])
        self.assertEqual(self.admin.delete("/api/v1/persons/" + person["id"]).status, 204)
        exported = self.export()
        self.assertNotIn(b"Nobody", exported)
        self.assertNotIn(b"gone@example.org", exported)
        report = verify(exported, self.verifier)
        self.assertTrue(report["ok"], report)
        self.assertGreaterEqual(report["erased"], 1)

    def test_another_key_does_not_sign_for_us(self):
        exported = self.export()
        forger = nacl.signing.SigningKey.generate()
        name = self.verifier.split("+")[0]
        typed = b"\1" + bytes(forger.verify_key)
        forged = "%s+%s+%s" % (name, hashlib.sha256(name.encode() + b"\n" + typed).digest()[:4].hex(), base64.b64encode(typed).decode())
        self.assertIn("another key", verify(exported, forged)["problem"])
        claimed = exported.replace(self.verifier.encode(), forged.encode())
        self.assertIn("not signed with your key", verify(claimed, forged)["problem"])
        self.assertIn("another key", verify(claimed, self.verifier)["problem"])

    def test_a_cut_that_is_signed_again_is_seen_by_whoever_kept_a_head(self):
        kept = self.admin.ok("POST", "/api/v1/audit/heads")["note"]
        program = self.program
        tenant = program.sql("SELECT tenant_id FROM tenant WHERE slug = 'first'")[0][0]
        before = {table: program.sql("SELECT count(*) FROM %s WHERE tenant_id = '%s'" % (table, tenant)) for table in ("audit_entry", "audit_leaf")}
        self.assertTrue(verify(self.export(), self.verifier, kept)["ok"])
        # As the owner of the database: one entry is gone, and the tree is grown anew from what is left.
        program.sql("BEGIN; CREATE TABLE kept_entry AS SELECT * FROM audit_entry; CREATE TABLE kept_leaf AS SELECT * FROM audit_leaf; CREATE TABLE kept_tile AS SELECT * FROM audit_tile; "
                    "CREATE TABLE kept_tree AS SELECT * FROM audit_tree; CREATE TABLE kept_head AS SELECT * FROM audit_head; COMMIT")
        try:
            program.sql("DELETE FROM audit_entry WHERE entry_id = (SELECT entry_id FROM audit_leaf WHERE tenant_id = '%s' AND leaf_index = 7)" % tenant)
            for table in ("leaf", "tile", "tree", "head"):
                program.sql("DELETE FROM audit_%s WHERE tenant_id = '%s'" % (table, tenant))
            exported = self.export()
            self.assertTrue(verify(exported, self.verifier)["ok"], "by itself it is a trail like any other")
            self.assertIn("a witness saw", verify(exported, self.verifier, kept)["problem"])
        finally:
            for table in ("entry", "leaf", "tile", "tree", "head"):
                program.sql("DELETE FROM audit_%s; INSERT INTO audit_%s SELECT * FROM kept_%s; DROP TABLE kept_%s" % (table, table, table, table))
        self.assertEqual(before["audit_leaf"] <= program.sql("SELECT count(*) FROM audit_leaf WHERE tenant_id = '%s'" % tenant), True)
        self.assertTrue(verify(self.export(), self.verifier, kept)["ok"])

    def test_no_role_of_the_program_changes_the_past(self):
        for role in ("varde_app", "varde_system"):
            for table in ("audit_entry", "audit_leaf", "audit_tile", "audit_head"):
                for privilege in ("UPDATE", "DELETE", "TRUNCATE"):
                    self.assertEqual(self.program.sql("SELECT has_table_privilege('%s', '%s', '%s')" % (role, table, privilege)), [["f"]], (role, table, privilege))

    def test_entries_that_commit_late_are_not_missed(self):
        """A transaction that began before others and commits after them."""
        program = self.program
        tenant = program.sql("SELECT tenant_id FROM tenant WHERE slug = 'first'")[0][0]
        program.readings_entered()
        head = self.admin.ok("POST", "/api/v1/audit/heads")
        with subprocess.Popen(program.psql(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/") as late:
            def say(statements, until):
                late.stdin.write("%s; SELECT '%s';\n" % (statements, until))
                late.stdin.flush()
                self.assertEqual(late.stdout.readline().strip(), until)
            say("BEGIN; INSERT INTO audit_entry (tenant_id, entry_id, at, actor_kind, action, object_kind) VALUES ('%s', '00000000-0000-7000-8000-000000000001', now(), 1, 'late.entry', 'tenant')" % tenant, "waits")
            self.admin.ok("POST", "/api/v1/tags", {"name": "while another waits"})
            self.assertEqual(self.admin.ok("POST", "/api/v1/audit/heads"), head, "what came after waits for its order to be final")
            say("COMMIT", "done")
        self.assertEqual(self.admin.ok("POST", "/api/v1/audit/heads")["size"], head["size"] + 2)
        actions = [json.loads(line)["action"] for line in self.export().splitlines() if line.startswith(b'{"tenant":')]
        self.assertEqual(actions[head["size"]:head["size"] + 2], ["late.entry", "tag.create"])

    def test_heads_are_handed_to_the_witness(self):
        with tempfile.TemporaryDirectory() as place:
            pathlib.Path(place).chmod(0o777)
            program = varde.Program(extra=["--witness", place]).start()
            try:
                admin = program.admin()
                admin.ok("POST", "/api/v1/tags", {"name": "seen"})
                verifier = admin.ok("GET", "/api/v1/audit/key")["verifier"]
                program.move_clock(61)
                tenant = admin.ok("GET", "/api/v1/session")["tenant"]["id"]
                kept = varde.wait_for(lambda: (all := "".join(p.read_text() for p in pathlib.Path(place).iterdir())) and tenant in all and all, "a head at the witness")
                self.assertTrue(verify(admin.get("/api/v1/audit/export").body, verifier, kept)["witnessed"] >= 1)
            finally:
                program.remove()


class Tampering(unittest.TestCase):
    """A few hundred of what `./dev fault tamper` does ten thousand times."""

    @classmethod
    def setUpClass(cls):
        cls.program = varde.shared()
        admin = cls.program.admin()
        for i in range(20):
            admin.ok("POST", "/api/v1/persons", {"email": "tamper%d@example.org" % i, "first_name": "Tamper"})
        cls.verifier = admin.ok("GET", "/api/v1/audit/key")["verifier"]
        cls.lines = admin.get("/api/v1/audit/export").body.splitlines()

    def test_every_tampering_is_found(self):
        self.assertTrue(verify(self.lines, self.verifier)["ok"])
        chance = random.Random(1)
        for i in range(150):
            changed, what = tampered(self.lines, chance)
            with self.subTest(what, number=i):
                report = verify(changed, self.verifier)
                self.assertFalse(report["ok"], what)
                self.assertTrue(report["problem"].endswith("."), report)


def tampered(lines, chance):
    """The lines with one random thing wrong about them, and what that is."""
    lines = list(lines)
    entries = [i for i, line in enumerate(lines) if line.startswith(b'{"tenant":')]
    values = [i for i, line in enumerate(lines) if line.startswith(b'{"salt":')]
    what = chance.choice(["bit", "field", "drop", "swap", "cut", "twice", "insert", "value", "hide", "head", "move value"])
    at = chance.choice(entries)
    if what == "bit":
        at = chance.randrange(1, len(lines))
        line = bytearray(lines[at])
        where = chance.randrange(len(line))
        line[where] ^= 1 << chance.randrange(8)
        lines[at] = bytes(line)
    elif what == "field":
        entry = json.loads(lines[at])
        key = chance.choice(list(entry))
        entry[key] = chance.choice(["x", None, 1, {}])
        lines[at] = json.dumps(entry).encode()
    elif what == "drop":
        del lines[at]
    elif what == "swap":
        other = chance.choice([i for i in entries if lines[i] != lines[at]])
        lines[at], lines[other] = lines[other], lines[at]
    elif what == "cut":
        # Not right after a head: that is the trail of then, and only who kept a later head can tell (docs/life-of-an-entry.md).
        at += chance.randrange(2)
        lines = lines[:at + 1 if lines[at - 1].startswith(b'{"head":') else at]
    elif what == "twice":
        lines.insert(at, lines[at])
    elif what == "insert":
        lines.insert(at, lines[at].replace(b'"id":"0', b'"id":"1', 1))
    elif what == "value":
        at = chance.choice(values)
        shown = json.loads(lines[at])
        shown["text"] = shown["text"].replace('"', '" ', 1) if chance.random() < 0.5 else '[{"field":"email","new":"other@example.org"}]'
        lines[at] = json.dumps(shown, separators=(",", ":")).encode()
    elif what == "hide":
        del lines[chance.choice(values)]
    elif what == "move value":
        at = chance.choice(values)
        lines.insert(chance.choice([i for i in range(1, len(lines)) if i not in (at, at + 1)]), lines.pop(at))
    elif what == "head":
        at = len(lines) - 1
        head = json.loads(lines[at])["head"]
        lines[at] = json.dumps({"head": head.replace("\n%d\n" % len(entries), "\n%d\n" % (len(entries) - 1))}, ensure_ascii=False, separators=(",", ":")).encode()
    return lines, what


if __name__ == "__main__":
    unittest.main()
