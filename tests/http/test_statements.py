"""Every statement of the program against the migrated database: that it can be prepared, that its columns fit the record they are
read into, and that each scan of a tenant's table is bound by the tenant, whether or not row-level security stands behind it.

The statements come from tools/statements, which also writes the program's constants. Plans are asked for as the superuser, whom no
policy binds: what is seen is what the statement itself says.
"""
import importlib.machinery, importlib.util, json, pathlib, re, subprocess, sys, unittest
import varde

ROOT = pathlib.Path(__file__).resolve().parents[2]
# What a member of a record takes (db/value.hpp).
TAKES = {"int": {"bigint", "integer", "smallint"}, "bool": {"boolean"}, "double": {"double precision", "bigint", "integer", "smallint"},
         "text": {"text", "character varying", "name", '"char"'}, "bytea": {"bytea"}, "json": {"json", "jsonb"}, "uuid": {"uuid"},
         "timestamptz": {"timestamp with time zone"}, "date": {"date"}}


def scans(plan):
    """Every scan of a table in a plan: its name and its conditions."""
    if plan["Node Type"].endswith("Scan") and "Relation Name" in plan:
        conditions = [plan.get(k, "") for k in ("Index Cond", "Filter", "Recheck Cond", "TID Cond")]
        yield plan["Relation Name"], " ".join(str(c) for c in conditions)
    for child in plan.get("Plans", ()):
        yield from scans(child)


class Database:
    """Asks much in one session of psql: a statement each, its answer between marks."""

    def __init__(self, program, cluster):
        self.command = program.psql(cluster)

    def answers(self, questions, before=""):
        script = ["\\set ON_ERROR_STOP 0", "\\pset format unaligned", "\\pset tuples_only on", before]
        for number, question in enumerate(questions):
            script += ["\\echo @@%d" % number, question]
        out = subprocess.run(self.command + ["-f", "-"], input="\n".join(script) + "\n", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd="/").stdout
        found = dict(re.findall(r"^@@(\d+)\n((?:(?!@@\d+$).*\n?)*)", out, re.M))
        return [found[str(n)].strip() for n in range(len(questions))]


def parameters(text):
    return max([int(n) for n in re.findall(r"\$(\d+)", text)], default=0)


def plan_of(text):
    nulls = ", ".join(["NULL"] * parameters(text))
    return "PREPARE asked AS %s;\nEXPLAIN (FORMAT JSON, COSTS OFF) EXECUTE asked%s;\nDEALLOCATE asked;" % (text, "(%s)" % nulls if nulls else "")


# EXPLAIN of PostgreSQL 15 does not show a subselect of a recursive term's columns: what is taken out of it is not seen.
HIDDEN = {"segment.values"}


class Bound:
    """Which scans of tenants' tables in a plan do not name the tenant. (Of no plan was told before.)"""

    def __init__(self, program):
        self.tables = {r[0] for r in program.sql(
            "SELECT relname FROM pg_class WHERE relforcerowsecurity AND relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace")}
        # A partition is its table.
        self.parents = dict(program.sql("SELECT inhrelid::regclass::text, inhparent::regclass::text FROM pg_inherits"))

    def __call__(self, plan):
        return plan and [(table, condition) for table, condition in scans(plan)
                         if self.parents.get(table, table) in self.tables and not re.search(r"\btenant_id\)? (=|IS NOT DISTINCT FROM) ", condition)]


GENERIC = "SET plan_cache_mode = force_generic_plan;"


class Statements(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.program = varde.shared()
        cls.all = json.loads(subprocess.run([sys.executable, ROOT / "tools" / "statements", "--json"], capture_output=True, text=True, check=True).stdout)
        cls.main = [s for s in cls.all if s["database"] == "main"]
        cls.planned = [s for s in cls.main if re.match("SELECT|WITH|INSERT|UPDATE|DELETE", s["text"])]
        cls.keystore = [s for s in cls.all if s["database"] == "keystore"]
        cls.restore = [s for s in cls.all if s["database"] == "restore"]
        cls.db = {"main": Database(cls.program, "main"), "keystore": Database(cls.program, "keystore")}
        cls.unbound = staticmethod(Bound(cls.program))
        # What the statements of a restore find beside the tables: the rows of then (trust/restoring.hpp).
        cls.stages = " ".join("CREATE TEMP TABLE stage_%s (LIKE %s);" % (t, t) for (t,) in cls.program.sql(
            "SELECT relname FROM pg_class c JOIN pg_attribute a ON attrelid = c.oid AND attname = 'tenant_id' WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"))
        cls.stages += " CREATE TEMP TABLE keyed (id uuid); CREATE TEMP TABLE doomed (id uuid); CREATE TEMP TABLE gone (person_id uuid); CREATE TEMP TABLE vanished (person_id uuid);"

    def test_no_code_is_without_its_statement_and_no_statement_without_code(self):
        checked = subprocess.run([sys.executable, ROOT / "tools" / "statements", "--check"], capture_output=True, text=True)
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)

    def test_columns_fit_the_records_they_are_read_into(self):
        self.assertGreater(len(self.restore), 20)
        for where, statements, before in (("main", self.main, ""), ("keystore", self.keystore, ""), ("main", self.restore, self.stages)):
            # psql's \gdesc prepares without executing, and says the columns.
            for statement, answer in zip(statements, self.db[where].answers([s["text"] + " \\gdesc" for s in statements], before)):
                with self.subTest(statement["name"], file=statement["file"]):
                    self.assertNotIn("ERROR", answer)
                    rows = {} if answer.startswith("The command has no result") or not answer else dict(line.split("\x1f" if "\x1f" in line else "|") for line in answer.splitlines())
                    if not statement["columns"]:
                        continue
                    types = list(rows.values())
                    for name, takes in statement["columns"]:
                        got = types[0] if name is None else rows.get(name)
                        self.assertIsNotNone(got, "%s is no column of it, but %s" % (name, ", ".join(rows)))
                        takes = takes.rstrip("?")
                        if takes.endswith("[]"):
                            self.assertTrue(got.endswith("[]"), (name, got))
                            takes, got = takes[:-2], got[:-2]
                        self.assertIn(got, TAKES[takes], name)

    def plans(self, texts, before=GENERIC):
        out = []
        for text, answer in zip(texts, self.db["main"].answers([plan_of(t) for t in texts], before)):
            with self.subTest(text):
                out.append(None)
                self.assertIn("[", answer)
                out[-1] = json.loads(answer[answer.index("["):answer.rindex("]") + 1])[0]["Plan"]
        return out

    def test_every_scan_of_a_tenants_table_is_bound_by_the_tenant(self):
        for statement, plan in zip(self.planned, self.plans([s["text"] for s in self.planned])):
            with self.subTest(statement["name"], file=statement["file"]):
                unbound = self.unbound(plan)
                if statement["across"]:
                    self.assertEqual(statement["tenant"], 0, "it works across tenants and names one")
                    self.assertTrue(unbound, "it names its tenants: nothing of it works across them")
                else:
                    self.assertEqual(unbound, [], statement["text"])

    def test_a_restore_is_about_its_tenant_alone(self):
        planned = [s for s in self.restore if "pg_notify" not in s["text"]]
        for statement, plan in zip(planned, self.plans([s["text"] for s in planned], self.stages + GENERIC)):
            with self.subTest(statement["name"], file=statement["file"]):
                self.assertEqual(self.unbound(plan), [], statement["text"])

    def mutants(self):
        """Each statement without one of its conditions on the tenant: (statement, mutant)."""
        for s in self.main:
            if s["tenant"]:
                for m in re.finditer(r"(?:\w+\.)?tenant_id = \$%d\b" % s["tenant"], s["text"]):
                    yield s, s["text"][:m.start()] + "($%d::uuid IS NULL OR true)" % s["tenant"] + s["text"][m.end():]

    def test_without_one_of_its_conditions_a_statement_is_caught(self):
        """Each condition is needed: without it, a scan is not bound any more. Under row-level security it still is."""
        mutants = list(self.mutants())
        self.assertGreater(len(mutants), 500)
        for (statement, text), plan in zip(mutants, self.plans([t for _, t in mutants])):
            with self.subTest(statement["name"], file=statement["file"]):
                # Where tables are joined by their tenants as well, one condition may do for both, if the planner sees it.
                joined = re.search(r"USING \(tenant_id|\w+\.tenant_id = \w+\.tenant_id", text)
                self.assertTrue(self.unbound(plan) or joined or statement["name"] in HIDDEN, "bound without this condition too: %s" % text)
        role = "SET varde.tenant = '018f0000-0000-7000-8000-000000000001'; SET ROLE varde_app; " + GENERIC
        guarded = 0
        for (statement, text), answer in zip(mutants, self.db["main"].answers([plan_of(t) for _, t in mutants], role)):
            with self.subTest("under row-level security: " + statement["name"]):
                if "permission denied" in answer:  # what the program may not do at all
                    continue
                self.assertIn("[", answer)
                self.assertEqual(self.unbound(json.loads(answer[answer.index("["):answer.rindex("]") + 1])[0]["Plan"]), [], text)
                guarded += 1
        self.assertGreater(guarded, 0.95 * len(mutants), "most of them are the program's")

    def test_without_its_condition_a_statement_finds_others_rows_only_where_no_policy_stands(self):
        """Executed: the statements that take the tenant and nothing else, with and without it, as the superuser and as the program."""
        for kind in ("tag", "skill", "pool", "document_kind"):
            self.program.sql("INSERT INTO %s (tenant_id, %s_id, name, created_at) SELECT tenant_id, gen_random_uuid(), 'of ' || slug, now() FROM tenant" % (kind, kind.replace("document_", "")))
        self.program.sql("INSERT INTO purpose (tenant_id, purpose_id, key, label, created_at) SELECT tenant_id, gen_random_uuid(), 'of-' || slug, slug, now() FROM tenant")
        one, = self.program.sql("SELECT tenant_id FROM tenant ORDER BY slug LIMIT 1")
        asked = [(s, t) for s, t in self.mutants() if s["tenant"] == 1 and s["text"].startswith("SELECT") and "count(" not in s["text"]]
        self.assertGreater(len(asked), 20)
        count = lambda text: "PREPARE asked AS SELECT count(*) FROM (%s) x;\nEXECUTE asked('%s');\nDEALLOCATE asked;" % (re.sub(r" FOR (UPDATE|SHARE|NO KEY UPDATE).*$", "", text), one[0])

        def ask(texts, before=""):
            answers = self.db["main"].answers([count(t) for t in texts], before)
            self.assertEqual([a for a in answers if not re.fullmatch(r"\d+", a)], [])
            return [int(a) for a in answers]

        own, without = ask([s["text"] for s, _ in asked]), ask([t for _, t in asked])
        guarded = ask([t for _, t in asked], "SET varde.tenant = '%s'; SET ROLE varde_app;" % one[0])
        self.assertEqual([(s["name"], a, b) for (s, _), a, b in zip(asked, own, guarded) if a != b], [])
        self.assertGreater(sum(b > a for a, b in zip(own, without)), 5, "the mutants find nothing: is there but one organisation?")


class Generator(unittest.TestCase):
    """tools/statements itself, on files of its own."""

    @classmethod
    def setUpClass(cls):
        loader = importlib.machinery.SourceFileLoader("statements", str(ROOT / "tools" / "statements"))
        cls.tool = importlib.util.module_from_spec(importlib.util.spec_from_loader("statements", loader))
        loader.exec_module(cls.tool)
        cls.types = cls.tool.Types()

    def read(self, text):
        # Beside the offers, whose record and enum it names; nothing is written there.
        class File(type(pathlib.Path())):
            def read_text(self):
                return text
        return self.tool.read(File(ROOT / "src" / "staffing" / "offer" / "tried.sql"), self.types)

    def test_white_space_and_comments_go_and_what_is_quoted_stays(self):
        one, = self.read("-- name: a.b\n-- why\nSELECT  (\n  x, 'a  ( -- b'  )\nFROM t  -- here\nWHERE y = 'it''s  so'\n")
        self.assertEqual((one["text"], one["constant"], one["tenant"]), ("SELECT (x, 'a  ( -- b') FROM t WHERE y = 'it''s  so'", "kAB", 0))

    def test_what_stands_in_braces_is_resolved(self):
        one, two = self.read("-- part: locked\nFROM offer WHERE tenant_id = {tenant}\n\n-- name: a.one -> OfferCountRecord\nSELECT 1 {locked} AND n = $2\n\n"
                             "-- name: a.two -> MatterRecord\n-- across tenants: tried\nSELECT {m.*} {locked} AND state = {OfferState.waiting}\n")
        self.assertEqual((one["text"], one["tenant"]), ("SELECT 1 FROM offer WHERE tenant_id = $3 AND n = $2", 3))
        self.assertTrue(two["text"].startswith("SELECT m.person_id, m.shift_id, m.number, "), two["text"])
        self.assertTrue(two["text"].endswith("WHERE tenant_id = $1 AND state = 4"), two["text"])
        self.assertEqual(two["across"], "tried")

    def test_what_cannot_be_is_said_with_its_line(self):
        for text, said in (("SELECT 1\n", "SQL before the first name"), ("-- name: a.b\n", "no SQL"), ("-- name: a.b\nSELECT {OfferState.opened}\n", "OfferState has no opened; it has open, "),
                           ("-- name: a.b\nSELECT {Offers.open}\n", "there is no enum Offers"), ("-- name: a.b\nSELECT {nobody}\n", "is no part"),
                           ("-- name: a.b\nSELECT {*}\n", "needs a described struct"), ("-- name: a.b -> NoSuchRecord\nSELECT {*}\n", "needs a described struct")):
            with self.subTest(text):
                with self.assertRaisesRegex(self.tool.Wrong, "tried.sql:1: .*" + re.escape(said)):
                    self.read(text)


class Composed(unittest.TestCase):
    """What is composed at run time stands in no file: it is read from the log of the database, and its plan asked for."""

    RULES = [{"field": "attribute:town", "operator": "is", "value": "Bodø"}, {"field": "attribute:town", "operator": "any_of", "value": ["Bodø", "Moss"]},
             {"field": "attribute:age", "operator": "between", "value": [10, 20]}, {"field": "attribute:age", "operator": "ne", "value": 10},
             {"field": "attribute:age", "operator": "is_not_set"}, {"field": "language", "operator": "is", "value": "sv"},
             {"field": "opened", "operator": "not_happened", "value": {}}, {"field": "received", "operator": "happened", "value": {}},
             {"op": "or", "rules": [{"field": "attribute:age", "operator": "eq", "value": 10}, {"field": "language", "operator": "is", "value": "nb"}]}]

    def test_its_scans_are_bound_by_the_tenant_too(self):
        program = varde.shared()
        admin = program.admin()
        made = lambda what, **body: admin.ok("POST", "/api/v1/" + what, body)["id"]
        made("attributes", key="town", label="Town", type="text", classification="plain")
        made("attributes", key="age", label="Age", type="number", classification="plain")
        tag, group, purpose = made("tags", name="composed"), made("lists", name="composed"), made("purposes", key="composed", label="Composed")
        rules = self.RULES + [{"field": "tag", "operator": "has", "value": tag}, {"field": "list", "operator": "has_not", "value": group},
                              {"field": "consent:composed", "operator": "given"}, {"field": "consent:composed", "operator": "unknown"}]
        log = program.directory / "data/main/log/postgres.log"
        program.sql("ALTER SYSTEM SET log_min_duration_statement = 0")
        program.sql("SELECT pg_reload_conf()")
        try:
            varde.wait_for(lambda: program.sql("SHOW log_min_duration_statement") == [["0"]], "the log to say all")
            begun = log.stat().st_size
            person = made("persons", email="composed@example.org", first_name="Composed")
            for rule in rules:
                admin.ok("POST", "/api/v1/segments/preview", {"conditions": {"op": "and", "rules": [rule]}})
            admin.ok("POST", "/api/v1/segments/preview", {"conditions": {"op": "and", "rules": rules}})
            for query in ("", "?q=composed", "?q=composed@example.org", "?list=" + group, "?tag=" + tag):
                admin.ok("GET", "/api/v1/persons" + query)
            admin.ok("GET", "/api/v1/persons/" + person)
            admin.ok("GET", "/api/v1/retention/silent-persons/preview?months=12")
            for basis in ({"purpose_id": purpose}, {"service_reason": "It is about a booking."}):
                campaign = admin.ok("POST", "/api/v1/campaigns", {"name": "Composed", "audience": {"lists": [group], "segments": []}, **basis})["id"]
                admin.ok("GET", "/api/v1/campaigns/%s/review" % campaign)
        finally:
            program.sql("ALTER SYSTEM RESET log_min_duration_statement")
            program.sql("SELECT pg_reload_conf()")
        with open(log, errors="replace") as file:
            file.seek(begun)
            # The text of a statement ends where the next line of the log begins.
            said = re.findall(r"duration: [\d.]+ ms  (?:parse|execute) (<unnamed>|person\.overview|retention\.\w+): (.*?)\n(?=\d{4}-\d\d-\d\d |\Z)", file.read(), re.S)
        texts = sorted({re.sub(r"\s+", " ", text) for _, text in said if re.match("SELECT|UPDATE", text) and "person p" in text})
        self.assertGreater(len(texts), len(rules) + 6)
        database = Database(program, "main")
        unbound = Bound(program)
        for text, answer in zip(texts, database.answers([plan_of(t) for t in texts], GENERIC)):
            with self.subTest(text):
                self.assertIn("[", answer)
                self.assertEqual(unbound(json.loads(answer[answer.index("["):answer.rindex("]") + 1])[0]["Plan"]), [])
