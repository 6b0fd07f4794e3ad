"""What never bends, read from the live database's catalogue."""
import json, pathlib, re, subprocess, unittest
import varde

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Tables outside of any tenant, and why.
GLOBAL = {
    "account": "logins stand outside of tenants", "session": "found by its token before the tenant is known",
    "invitation": "found by its token", "password_reset": "found by its token", "job": "the queue spans tenants",
    "source_ref": "leads from a link to its tenant", "schema_migration": "the schema's own",
    "restore_point": "a moment of all organisations", "drill": "the same",
    "tenant_rest": "whose jobs the queue leaves alone, and the queue spans tenants",
    "account_device": "of an account", "account_mail": "the platform's own mail, which no organisation may read",
    "head_post_state": "whether the installation's witness can be reached",
}
# Tenant tables that the system role reaches too, and why.
SYSTEM = {"tenant", "membership", "idempotency", "image", "provider",  # provider: whose it is, of SMS gateways alone
          "restore_point_state",  # drills compare all organisations at once
          "audit_entry",  # what happens to users is entered with it; insert-only
          "tenant_quota",  # the operator sets it
          "contract_end",  # outlives its organisation
          "head_mail", "head_post", "audit_head"}  # who is due, what the witness has, and what is new: of all organisations at once


# What is claimed as personal and not handed out to the persons themselves, and why.
class Schema(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.program = varde.shared()
        cls.tables = [row[0] for row in cls.program.sql(
            "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'public' AND relkind IN ('r', 'p') ORDER BY 1")]
        cls.declared = json.loads(subprocess.run([varde.BINARY, "tables"], capture_output=True, check=True).stdout)

    def test_every_table_is_either_protected_or_listed(self):
        self.assertGreater(len(self.tables), 20)
        for table in self.tables:
            columns = [r[0] for r in self.program.sql("SELECT attname FROM pg_attribute WHERE attrelid = '%s'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum" % table)]
            if table in GLOBAL:
                continue
            with self.subTest(table):
                self.assertEqual(columns[0], "tenant_id")
                (enabled, forced), = self.program.sql("SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = '%s'::regclass" % table)
                self.assertEqual((enabled, forced), ("t", "t"))
                policies = self.program.sql("SELECT polname, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid) FROM pg_policy WHERE polrelid = '%s'::regclass ORDER BY 1" % table)
                own = [p for p in policies if p[0] == "own_rows"]
                self.assertEqual(len(own), 1)
                for expression in own[0][1:]:
                    self.assertIn("current_setting('varde.tenant'", expression)
                    self.assertNotIn("SELECT", expression)
                # The owner reaches the rows of the organisation that it removes.
                removed = [p for p in policies if p[0] == "removed_rows"]
                self.assertEqual(len(removed), 1)
                self.assertIn("current_setting('varde.removing'", removed[0][1])
                self.assertEqual(len(policies) == 3, table in SYSTEM)
                # tenant_id first in every key, so that the schema distributes over Citus as it stands.
                for name, kind, first in self.program.sql(
                        "SELECT conname, contype, (SELECT attname FROM pg_attribute WHERE attrelid = conrelid AND attnum = conkey[1]) "
                        "FROM pg_constraint WHERE conrelid = '%s'::regclass AND contype IN ('p', 'u', 'f')" % table):
                    if (table, name) in {("tenant", "tenant_slug_key"), ("membership", "membership_account_id_fkey")}:
                        continue
                    self.assertEqual(first, "tenant_id", name)

    def test_tenant_tables_could_be_distributed(self):
        """By tenant_id over several servers (Citus): what stands in the way of that does not exist. `tenant` and the tables outside of
        any tenant would be everywhere (reference tables)."""
        self.assertEqual(self.program.sql("SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE NOT tgisinternal"), [])
        unique = self.program.sql(
            "SELECT indrelid::regclass, indexrelid::regclass, 'tenant_id' = ANY (SELECT attname FROM pg_attribute WHERE attrelid = indrelid AND attnum = ANY (indkey)) "
            "FROM pg_index JOIN pg_class c ON c.oid = indrelid WHERE indisunique AND c.relforcerowsecurity AND c.relnamespace = 'public'::regnamespace")
        self.assertGreater(len(unique), 60)
        self.assertEqual([index for table, index, has in unique if has != "t" and table != "tenant"], [])

    def test_the_program_owns_nothing_and_cannot_bypass(self):
        for role, bypass, is_super in self.program.sql("SELECT rolname, rolbypassrls, rolsuper FROM pg_roles WHERE rolname IN ('varde_app', 'varde_system')"):
            self.assertEqual((bypass, is_super), ("f", "f"), role)
        self.assertEqual(self.program.sql("SELECT relname FROM pg_class WHERE relowner IN ('varde_app'::regrole, 'varde_system'::regrole)"), [])

    def test_the_trail_is_insert_only(self):
        for role in ("varde_app", "varde_system"):
            for privilege in ("UPDATE", "DELETE", "TRUNCATE"):
                self.assertEqual(self.program.sql("SELECT has_table_privilege('%s', 'audit_entry', '%s')" % (role, privilege)), [["f"]])

    def test_every_column_is_declared_and_classified(self):
        declared = {}
        for table in self.declared:
            for column, what in table["columns"].items():
                self.assertNotIn((table["table"], column), declared, "declared twice")
                declared[(table["table"], column)] = what
        actual = {(t, c) for t in self.tables for (c,) in self.program.sql("SELECT attname FROM pg_attribute WHERE attrelid = '%s'::regclass AND attnum > 0 AND NOT attisdropped" % t)}
        self.assertEqual(sorted(actual - set(declared)), [], "columns that no module declares")
        self.assertEqual(sorted(set(declared) - actual), [], "declarations of columns that do not exist")

    def test_whatever_is_stored_about_persons_is_handed_out(self):
        """GDPR Art. 15: a table that holds something about somebody stands under a heading that the gathering writes, or says why not."""
        written = set(re.findall(r'\b(?:section|table)\("(\w+)"', "\n".join(f.read_text() for f in (ROOT / "src").rglob("*.cpp") if "SubjectWriter" in f.read_text()))) | {"files"}
        named = set()
        for table in self.declared:
            with self.subTest(table["table"]):
                about = set(table["columns"].values()) != {"none"}
                self.assertEqual(bool(table["shown"]), not table["not_shown"])
                self.assertTrue(about or not table["shown"], "it is about nobody, and is shown")
                self.assertEqual(set(table["shown"]) - written, set(), "no module writes this heading")
                named |= set(table["shown"])
        self.assertEqual(written - named, set(), "no table stands under this heading")

    def test_whoever_is_erased_goes_everywhere(self):
        """Of each table that names persons the declaration says what becomes of its rows; and what it says is so in the database."""
        cascades = {tuple(r) for r in self.program.sql("SELECT conrelid::regclass, confrelid::regclass FROM pg_constraint WHERE contype = 'f' AND confdeltype = 'c'")}
        by_name = {t["table"]: t for t in self.declared}
        for table in self.declared:
            with self.subTest(table["table"]):
                does, what = table["erased"]["does"], table["erased"]["what"]
                if does == "deletes":
                    self.assertIn(what, table["columns"])
                elif does == "follows":
                    self.assertTrue((table["table"], what) in cascades or (what in by_name and by_name[what]["erased"]["does"] == "runs"), "nothing takes its rows along with those of " + what)
                elif does == "nothing":
                    self.assertEqual(set(table["columns"].values()), {"none"}, "it says something about somebody")
                else:
                    self.assertTrue(what, "why it stays, or what is done")
                if "person_id" in table["columns"]:
                    self.assertNotEqual(does, "nothing")

    def test_how_long_something_is_kept_is_there_to_be_ruled(self):
        admin = self.program.admin()
        rules = {c["category"] for c in admin.ok("GET", "/api/v1/retention")["items"]}
        used = set()
        for table in self.declared:
            with self.subTest(table["table"]):
                until, what = table["kept"]["until"], table["kept"]["what"]
                if until == "rule":
                    self.assertIn(what, rules)
                    used.add(what)
                if until == "column":
                    self.assertIn(what, table["columns"])
        self.assertEqual(rules - used, set(), "no table is kept by this rule")

    def test_what_a_restore_does_has_a_reason(self):
        bound = {t for (t,) in self.program.sql("SELECT relname FROM pg_class WHERE relforcerowsecurity AND relnamespace = 'public'::regnamespace")}
        for table in self.declared:
            with self.subTest(table["table"]):
                fate, why = table["restored"]["fate"], table["restored"]["why"]
                self.assertTrue(why or fate == "goes back")
                self.assertEqual(fate == "apart", table["table"] not in bound, "organisations' rows have a fate of their own")

    def test_what_is_sealed_is_opened_or_left_behind(self):
        for table in self.declared:
            shut = [c for c, what in table["columns"].items() if what == "sealed" and c not in table["opened"]]
            with self.subTest(table["table"]):
                if shut and table["table"] not in GLOBAL:
                    self.assertTrue(table["left_behind"] or set(shut) <= {"commitment"}, "nobody can open %s at the end of the contract" % shut)

    def test_a_tenant_without_a_setting_sees_nothing(self):
        rows = self.program.sql("SELECT count(*) FROM tenant", user="varde_app")
        self.assertEqual(rows, [["0"]])


if __name__ == "__main__":
    unittest.main()
