"""What never bends, read from the live database's catalogue."""
import json, subprocess, unittest
import varde

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
NOT_HANDED_OUT = {
    "account": "users of the console, not persons", "membership": "users", "invitation": "users", "session": "users", "password_reset": "users",
    "read_count": "how much users were shown", "account_device": "users", "account_mail": "users",
    "notification": "what users were told; names no person", "contract_end": "which users ended the contract, and belonged to it", "import_piece": "a file as it came: what it said of a person is the person's row",
    "export_piece": "a copy of what is stored elsewhere, for days", "sms_reply": "that a callback was taken: no person, no text",
    "test_address": "colleagues of the users who take test messages",
    "head_mail": "to whom an organisation has heads of its trail sent: a user or somebody outside",
}


class Schema(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.program = varde.shared()
        cls.tables = [row[0] for row in cls.program.sql(
            "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = 'public' AND relkind IN ('r', 'p') ORDER BY 1")]

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

    def test_every_column_is_claimed_and_classified(self):
        claims = json.loads(subprocess.run([varde.BINARY, "claims"], capture_output=True, check=True).stdout)
        claimed = {}
        for claim in claims:
            for column, what in claim["columns"].items():
                self.assertNotIn((claim["table"], column), claimed, "claimed twice")
                claimed[(claim["table"], column)] = what
        actual = {(t, c) for t in self.tables for (c,) in self.program.sql("SELECT attname FROM pg_attribute WHERE attrelid = '%s'::regclass AND attnum > 0 AND NOT attisdropped" % t)}
        self.assertEqual(sorted(actual - set(claimed)), [], "columns that nobody claims")
        self.assertEqual(sorted(set(claimed) - actual), [], "claims of columns that do not exist")

    def test_whatever_is_stored_about_persons_is_handed_out(self):
        """GDPR Art. 15: a table that holds something about persons, and that no module hands out, fails here."""
        claims = json.loads(subprocess.run([varde.BINARY, "claims"], capture_output=True, check=True).stdout)
        kept = {claim["table"] for claim in claims if not claim["handed_out"] and set(claim["columns"].values()) != {"none"}}
        self.assertEqual(sorted(kept), sorted(NOT_HANDED_OUT))
        tables = {claim["table"] for claim in claims}
        self.assertTrue(set(self.tables) <= tables)

    def test_a_tenant_without_a_setting_sees_nothing(self):
        rows = self.program.sql("SELECT count(*) FROM tenant", user="varde_app")
        self.assertEqual(rows, [["0"]])


if __name__ == "__main__":
    unittest.main()
