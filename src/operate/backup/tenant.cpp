#include "operate/backup/tenant.hpp"

#include <iostream>

#include "operate/backup/databases.hpp"
#include "operate/backup/drill.hpp"
#include "operate/backup/exchange.hpp"
#include "trust/audit.hpp"
#include "trust/trail/trail.hpp"

namespace varde::operate {

namespace {

std::vector<trust::Table> declared_tables(const Installation& installation) {
  std::vector<trust::Table> out;
  with_running_program(installation, [&](Databases& databases) {
    installation.extend(databases.base);
    out = trust::tables_of(databases.base);
  });
  return out;
}

}  // namespace

std::string restore_tenant(const Installation& installation, const TenantWanted& wanted) {
  Recovered then(installation, wanted, "bringing an organisation back");
  Exchanged done;
  {
    db::Session live(then.live(), "varde_super"), beside(then.live(), "varde_super");
    db::Session copy(then.address(), "varde_super"), keystore(then.keystore(), "varde_super");
    auto tables = declared_tables(installation);
    Exchange exchange(live, beside, copy, keystore, tables, then.tenant, then.to, then.erased);
    // At most, for it may be the only one: what is copied stands beside what is there.
    check_room(installation.data_directory,
               std::stoll(copy.one("SELECT coalesce(sum(pg_table_size(oid)), 0)::bigint FROM "
                                   "pg_class WHERE relkind = 'r' AND relforcerowsecurity AND "
                                   "relname NOT LIKE 'audit\\_%'")),
               "bringing the rows over");
    std::cerr << "Bringing the rows over …\n";
    exchange.stage();
    std::cerr << "Closing the organisation and exchanging its rows …\n";
    done = exchange.run();
  }
  with_running_program(
      installation, [&](Databases& databases) { trust::seal_trail(databases.base, then.tenant); });
  return fmt::format(
      "{} is as it was at {}. It was closed for {:.1f} seconds, and everybody there signs in "
      "again.\n"
      "Rows put back: {}; taken away: {}.\n"
      "Persons who are there again: {}; made since, and gone with their keys: {}; erased since, "
      "and "
      "staying so: {}.\n"
      "What was sent since stays sent, and what was queued is not sent: {}. Its administrators "
      "were "
      "told.\n",
      wanted.slug, to_rfc3339(then.to), static_cast<double>(done.closed.count()) / 1000.0,
      done.put_back, done.taken_away, done.persons_back, done.persons_away, done.persons_erased,
      held_text(done.held));
}

// ---- a copy

struct TenantCopy::Impl {
  Impl(const Installation& where, const TenantWanted& wanted)
      : installation(where), then(where, wanted, "showing an organisation as it was") {
    then.release();
    db::Session live(then.live(), "varde_super"), keystore(then.keystore(), "varde_super");
    db::Session copy(then.address(), "varde_super");
    copy.run("BEGIN");
    copy.run("SET LOCAL session_replication_role = replica");
    leave_only_one(copy);
    leave_only_the_readable(copy, keystore);
    let_administrators_in(copy, live);
    copy.run("COMMIT");
    record("tenant.copy");
  }

  void leave_only_one(db::Session& copy) const {
    for (const auto& row : copy.rows(
             "SELECT c.oid::regclass::text, EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = "
             "c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped) FROM pg_class c WHERE "
             "c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relname NOT IN "
             "('account', 'schema_migration')"))
      if (*row[1] == "t")
        copy.run(fmt::format("DELETE FROM {} WHERE tenant_id IS DISTINCT FROM $1", *row[0]),
                 {then.tenant.str()});
      else
        copy.run("DELETE FROM " + *row[0]);
    // Nothing waits to be done, nobody is signed in, and no file lies ready.
    for (const auto& table : declared_tables(installation))
      if (!table.restored.in_copies) copy.run("DELETE FROM " + table.name);
  }

  // Whose key is gone nobody can read; their rows go as well.
  void leave_only_the_readable(db::Session& copy, db::Session& keystore) const {
    copy.run("CREATE TEMP TABLE keyed (id uuid NOT NULL) ON COMMIT DROP");
    copy.copy(keystore,
              "COPY (SELECT person_id FROM person_key WHERE tenant_id = " +
                  keystore.literal(then.tenant.str()) + ") TO STDOUT (FORMAT binary)",
              "COPY keyed FROM STDIN (FORMAT binary)");
    copy.run("ANALYZE keyed");
    copy.run(
        "CREATE TEMP TABLE gone ON COMMIT DROP AS SELECT person_id FROM person p WHERE NOT EXISTS "
        "(SELECT FROM keyed k WHERE k.id = p.person_id)");
    for (const auto& row : copy.rows(
             "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = "
             "c.oid AND a.attname = 'person_id' AND NOT a.attisdropped WHERE c.relkind = 'r' AND "
             "c.relforcerowsecurity AND c.relnamespace = 'public'::regnamespace AND c.relname NOT "
             "LIKE 'audit\\_%'"))
      copy.run(
          fmt::format("DELETE FROM {} t USING gone g WHERE t.person_id = g.person_id", *row[0]));
  }

  // Those of today, with the password and the second factor of today.
  void let_administrators_in(db::Session& copy, db::Session& live) const {
    copy.run("DELETE FROM membership");
    copy.run("DELETE FROM account");
    auto own = live.literal(then.tenant.str());
    auto which = " WHERE tenant_id = " + own + " AND role = 1 AND NOT suspended";
    auto columns = live.one(
        "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute WHERE "
        "attrelid = 'account'::regclass AND attnum > 0 AND NOT attisdropped");
    copy.copy(
        live,
        fmt::format("COPY (SELECT {} FROM account WHERE account_id IN (SELECT account_id FROM "
                    "membership{})) TO STDOUT (FORMAT binary)",
                    columns, which),
        fmt::format("COPY account ({}) FROM STDIN (FORMAT binary)", columns));
    copy.copy(live,
              "COPY (SELECT tenant_id, account_id, role, suspended, created_at FROM membership" +
                  which + ") TO STDOUT (FORMAT binary)",
              "COPY membership (tenant_id, account_id, role, suspended, created_at) FROM STDIN "
              "(FORMAT binary)");
  }

  // In the trail of the running program: that somebody could look.
  void record(const char* action) const {
    with_running_program(installation, [&](Databases& databases) {
      trust::Ctx ctx(databases.base, then.tenant, {});
      trust::AuditEntry entry{action, "tenant", then.tenant};
      entry.changes.push_back({"a read-only copy of " + to_rfc3339(then.to), {}, {}});
      trust::record(ctx, entry);
      ctx.commit();
    });
  }

  const Installation& installation;
  Recovered then;
};

TenantCopy::TenantCopy(const Installation& installation, const TenantWanted& wanted)
    : impl_(std::make_unique<Impl>(installation, wanted)) {}
TenantCopy::~TenantCopy() {
  try {
    impl_->record("tenant.copy-end");
  } catch (const std::exception&) {
    // The program was stopped meanwhile: that the copy was made, its trail says.
  }
}
std::string TenantCopy::database() const { return impl_->then.address(); }
std::string TenantCopy::keystore() const { return impl_->then.keystore(); }
std::string TenantCopy::folder() const { return impl_->then.folder + "/node"; }
Timestamp TenantCopy::to() const { return impl_->then.to; }

}  // namespace varde::operate
