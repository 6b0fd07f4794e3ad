#include "operate/backup/tenant.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <thread>

#include "db/migrate.hpp"
#include "operate/backup/databases.hpp"
#include "operate/backup/drill.hpp"
#include "operate/backup/exchange.hpp"
#include "operate/backup/scratch.hpp"
#include "operate/backup/state.hpp"
#include "operate/backup/target.hpp"
#include "trust/audit.hpp"
#include "trust/tenant/tenant.hpp"
#include "trust/trail/trail.hpp"

namespace varde::operate {

namespace fs = std::filesystem;

namespace {

constexpr auto kPatience = std::chrono::minutes(1);

// The main cluster as it was, in a folder that goes with this object.
class Recovered {
 public:
  Recovered(const Installation& installation, const TenantWanted& wanted)
      : installation_(installation) {
    take_turn();
    to = wanted.to.value_or(machine_now());
    find(wanted);
    PgBackRest pgbackrest(installation);
    auto target = find_target(pgbackrest.info(Cluster::main),
                              forks_of(read_state(installation), Cluster::main), wanted.to);
    const auto& data = installation.data_directory;
    check_room(data, target.backup.database_bytes, "bringing an organisation back");
    remove_scratch(data, Scratch::one);
    folder = data + "/" + fresh_scratch(data, Scratch::one);
    // Whoever cleans up sees that it is in use.
    lock_ = ::open((folder + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock_ < 0 || ::flock(lock_, LOCK_EX | LOCK_NB) != 0)
      throw std::runtime_error("cannot write into " + folder);
    try {
      recover(target);
    } catch (...) {
      end();
      throw;
    }
  }
  ~Recovered() { end(); }
  Recovered(const Recovered&) = delete;
  Recovered& operator=(const Recovered&) = delete;

  /// The backups are read; others may work on them again.
  void release() { work_.reset(); }
  std::string address() const { return cluster_->conninfo(); }
  std::string live() const { return db::Cluster(installation_.main).conninfo(); }
  std::string keystore() const { return db::Cluster(installation_.keystore).conninfo(); }

  Uuid tenant;
  Timestamp to;
  std::string folder;
  std::int64_t erased = 0;  ///< Persons of the organisation who were there and are erased since.

 private:
  // The program looks after its backups every few minutes, mostly for a moment.
  void take_turn() {
    auto until = std::chrono::steady_clock::now() + kPatience;
    while (true) {
      work_ = std::make_unique<Lock>(installation_.place() + "/work.lock");
      if (work_->held()) return;
      if (std::chrono::steady_clock::now() > until)
        throw std::runtime_error(
            "a backup, a drill or another restore is still at work. Wait until it has ended.");
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
  }
  void find(const TenantWanted& wanted) {
    std::optional<Uuid> found;
    try {
      beside(installation_, [&](Databases& databases) {
        found = trust::find_tenant(databases.base, wanted.slug);
        if (found) archive_now(databases.super);
      });
    } catch (const std::exception& e) {
      if (std::string_view(e.what()).find("cannot connect") == std::string_view::npos) throw;
      throw std::runtime_error(
          "Varde does not run. A single organisation is brought back beside the running program: "
          "start it first. Without --tenant, `varde restore` brings back everything.");
    }
    if (!found)
      throw std::runtime_error("there is no organisation with the short name " + wanted.slug + ".");
    tenant = *found;
    if (!db::Session(live(), "varde_super")
             .rows("SELECT 1 FROM contract_end WHERE tenant_id = $1 AND state >= 3", {tenant.str()})
             .empty())
      throw std::runtime_error(
          "the contract of this organisation has ended, and it is being removed. Nothing of it is "
          "brought back.");
  }

  void recover(const Target& target) {
    std::cerr << fmt::format("Restoring backup {} beside the running program …\n",
                             target.backup.label);
    auto name = fs::path(folder).filename().string();
    cluster_ = std::make_unique<db::Cluster>(scratch_options(installation_, name));
    fetch_scratch(installation_, *cluster_, target.backup.label, target.backup.repository,
                  target.words());
    std::cerr << "Recovering …\n";
    try {
      cluster_->start();
    } catch (const std::exception&) {
      if (auto why = why_not_recovered(folder)) throw std::runtime_error(*why);
      throw;
    }
    db::migrate(address(), "main");
    auto there = persons();
    with_databases(installation_, address(), keystore(), [&](Databases& then) {
      for (const auto& again : installation_.erase_again) again(then.base, to);
    });
    erased = there - persons();
    if (db::Session(address(), "varde_super")
            .rows("SELECT 1 FROM tenant WHERE tenant_id = $1", {tenant.str()})
            .empty())
      throw std::runtime_error(fmt::format(
          "the organisation was not there yet at {}. Give a later moment.", to_rfc3339(to)));
  }

  std::int64_t persons() const {
    return std::stoll(db::Session(address(), "varde_super")
                          .one("SELECT count(*) FROM person WHERE tenant_id = $1", {tenant.str()}));
  }

  void end() {
    try {
      if (cluster_) cluster_->stop();
      cluster_.reset();
      if (lock_ >= 0) ::close(lock_);
      lock_ = -1;
      remove_scratch(installation_.data_directory, Scratch::one);
    } catch (const std::exception&) {
      // The next start removes it.
    }
  }

  const Installation& installation_;
  std::unique_ptr<Lock> work_;
  int lock_ = -1;
  std::unique_ptr<db::Cluster> cluster_;
};

}  // namespace

std::string restore_tenant(const Installation& installation, const TenantWanted& wanted) {
  Recovered then(installation, wanted);
  Exchanged done;
  {
    db::Session live(then.live(), "varde_super"), beside(then.live(), "varde_super");
    db::Session copy(then.address(), "varde_super"), keystore(then.keystore(), "varde_super");
    Exchange exchange(live, beside, copy, keystore, then.tenant, then.to, then.erased);
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
  beside(installation,
         [&](Databases& databases) { trust::seal_trail(databases.base, then.tenant); });
  return fmt::format(
      "{} is as it was at {}. It was closed for {:.1f} seconds, and everybody there signs in "
      "again.\n"
      "Rows put back: {}; taken away: {}.\n"
      "Persons who are there again: {}; made since, and gone with their keys: {}; erased since, "
      "and "
      "staying so: {}.\n"
      "What was sent since stays sent, and what was queued is not sent: campaigns stopped: {}; "
      "journeys paused: {}; shifts that are drafts again: {}; messages dropped: {}. Its "
      "administrators were told.\n",
      wanted.slug, to_rfc3339(then.to), static_cast<double>(done.closed.count()) / 1000.0,
      done.put_back, done.taken_away, done.persons_back, done.persons_away, done.persons_erased,
      done.campaigns, done.journeys, done.shifts, done.messages);
}

// ---- a copy

struct TenantCopy::Impl {
  Impl(const Installation& where, const TenantWanted& wanted)
      : installation(where), then(where, wanted) {
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
    for (const char* table : {"job", "session", "invitation", "idempotency", "portal_session",
                              "portal_code", "portal_challenge", "export_piece"})
      copy.run(std::string("DELETE FROM ") + table);
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
    beside(installation, [&](Databases& databases) {
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
