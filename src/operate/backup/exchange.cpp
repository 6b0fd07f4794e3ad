#include "operate/backup/exchange.hpp"

#include <map>
#include <thread>

#include "db/closed.hpp"

namespace varde::operate {

using namespace std::chrono_literals;

using trust::AfterRestore;
using Fate = AfterRestore::Fate;

namespace {

constexpr auto kPatience = 60s;

}  // namespace

std::string held_text(const std::vector<Held>& held) {
  std::string out;
  for (const auto& one : held)
    out += fmt::format("{}{}: {}", out.empty() ? "" : "; ", one.what, one.count);
  return out;
}

Exchange::Exchange(db::Session& live, db::Session& beside, db::Session& copy, db::Session& keystore,
                   const std::vector<trust::Table>& tables, const Uuid& tenant, Timestamp to,
                   std::int64_t erased)
    : declared_(tables),
      live_(live),
      beside_(beside),
      copy_(copy),
      keystore_(keystore),
      tenant_(tenant.str()),
      lock_(db::tenant_lock(tenant)),
      to_(to_rfc3339(to)),
      note_("The organisation was brought back to " + to_.substr(0, 19) + "Z.") {
  out_.persons_erased = erased;
}

// Every statement of an exchange is about the one tenant: $1, which the server is told to be a uuid
// by its use.
std::int64_t Exchange::about_tenant(const std::string& sql) { return live_.run(sql, {tenant_}); }

// ---- what the tables' own statements are given (trust/restoring.hpp)

std::vector<std::string> Exchange::with_tenant(const db::Sql& sql,
                                               std::vector<std::string> values) const {
  if (sql.tenant != 0) values.push_back(tenant_);
  return values;
}
std::int64_t Exchange::run(const db::Sql& sql, const std::vector<std::string>& values) {
  return live_.run(std::string(sql.text), with_tenant(sql, values));
}
std::int64_t Exchange::count(const db::Sql& sql) {
  return std::stoll(live_.one(std::string(sql.text), with_tenant(sql, {})));
}
void Exchange::persons(std::int64_t back, std::int64_t away, std::int64_t erased) {
  out_.persons_back = back;
  out_.persons_away = away;
  out_.persons_erased += erased;
}
void Exchange::held(const std::string& what, std::int64_t count) {
  auto known = std::ranges::find(out_.held, what, &Held::what);
  if (known == out_.held.end()) known = out_.held.insert(known, {what, 0});
  known->count += count;
}

std::vector<std::string> Exchange::jobs() const {
  std::vector<std::string> out;
  for (const auto& table : declared_)
    out.insert(out.end(), table.restored.jobs.begin(), table.restored.jobs.end());
  return out;
}
std::vector<std::string> Exchange::lines() const {
  auto count = [](const std::string& what, std::int64_t n) {
    return fmt::format("{}: {}", what, n);
  };
  std::vector<std::string> out{"restored to " + to_,
                               "at " + to_rfc3339(now()),
                               "by the operator, beside the running program",
                               count("rows put back", out_.put_back),
                               count("rows taken away", out_.taken_away),
                               count("persons there again", out_.persons_back),
                               count("persons made since and gone", out_.persons_away),
                               count("persons erased since", out_.persons_erased)};
  for (const auto& one : out_.held) out.push_back(count(one.what, one.count));
  return out;
}
std::string Exchange::sentence() const {
  return fmt::format("What was sent since stays sent, and what was queued waits for you: {}.",
                     held_text(out_.held));
}

// ---- the rows of then

void Exchange::find_tables() {
  std::map<std::string, const trust::Table*> declared;
  for (const auto& one : declared_) declared[one.name] = &one;
  for (const auto& row : live_.rows(
           "SELECT c.relname, c.oid::regclass::text, quote_ident('stage_' || c.relname), "
           "(SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FROM pg_attribute a "
           "WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = "
           "''), "
           "(SELECT string_agg(format('s.%1$I = t.%1$I', a.attname), ' AND ') FROM pg_index i JOIN "
           "pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY(i.indkey) WHERE i.indrelid = "
           "c.oid AND i.indisprimary), "
           "EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = "
           "'person_id' AND NOT a.attisdropped) "
           "FROM pg_class c JOIN pg_attribute o ON o.attrelid = c.oid AND o.attname = 'tenant_id' "
           "WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY 1")) {
    auto found = declared.find(*row[0]);
    if (found == declared.end())
      throw std::runtime_error("the table " + *row[1] +
                               " is not declared by any part of the program. This is a fault of "
                               "Varde: report it.");
    if (!row[4]) throw std::runtime_error("the table " + *row[1] + " has no primary key.");
    tables_.push_back(
        {*row[1], *row[2], *row[3], *row[4], &found->second->restored, *row[5] == "t"});
  }
}

void Exchange::stage() {
  for (const char* setting :
       {"SET work_mem = '64MB'", "SET temp_buffers = '32MB'", "SET synchronous_commit = on"})
    live_.run(setting);
  find_tables();
  auto own = live_.literal(tenant_);
  for (const auto& table : tables_) {
    // What is derived is derived here as well: it is not copied, and rows are compared as a whole.
    live_.run(
        fmt::format("CREATE TEMP TABLE {} (LIKE {} INCLUDING GENERATED)", table.stage, table.name));
    auto where = table.restored->stage_where;
    if (table.restored->fate == Fate::goes_back || table.restored->fate == Fate::joined)
      where = "true";
    if (where.empty()) continue;
    live_.copy(copy_,
               fmt::format("COPY (SELECT {} FROM {} WHERE tenant_id = {} AND ({})) TO STDOUT "
                           "(FORMAT binary)",
                           table.columns, table.name, own, where),
               fmt::format("COPY {} ({}) FROM STDIN (FORMAT binary)", table.stage, table.columns));
    live_.run("ANALYZE " + table.stage);
  }
  live_.run("CREATE TEMP TABLE keyed (id uuid NOT NULL)");
  live_.run("CREATE TEMP TABLE gone (person_id uuid NOT NULL)");
  live_.run("CREATE TEMP TABLE vanished (person_id uuid NOT NULL)");
  live_.run("CREATE TEMP TABLE doomed (id uuid NOT NULL)");
}

// In the order in which the tables are declared.
void Exchange::each(AfterRestore::Run AfterRestore::* what) {
  for (const auto& table : declared_)
    if (table.restored.*what) (table.restored.*what)(*this);
}

// ---- closing

void Exchange::rest() {
  beside_.run(
      "INSERT INTO tenant_rest (tenant_id, until) VALUES ($1, clock_timestamp() + interval '90 "
      "seconds') ON CONFLICT (tenant_id) DO UPDATE SET until = EXCLUDED.until",
      {tenant_});
  beside_.run("SELECT pg_notify('varde_rest', '')");
}

// What runs ends at its next step; what a server has taken is written down first.
void Exchange::wait_for_rest() {
  auto until = std::chrono::steady_clock::now() + kPatience;
  // Twice: what was being claimed when the rest began is seen only once its lease is committed.
  for (int quiet = 0; quiet < 2;) {
    auto busy = beside_.one(
        "SELECT coalesce(string_agg(DISTINCT kind, ', '), '') FROM job WHERE tenant_id = $1 AND "
        "lease_until > clock_timestamp()",
        {tenant_});
    quiet = busy.empty() ? quiet + 1 : 0;
    if (!busy.empty() && std::chrono::steady_clock::now() > until)
      throw std::runtime_error(
          fmt::format("the organisation's work does not come to rest ({}). Nothing was changed. "
                      "Try again when it has ended.",
                      busy));
    std::this_thread::sleep_for(100ms);
  }
}

void Exchange::close() {
  live_.run("SET lock_timeout = '30s'");
  try {
    live_.run(fmt::format("SELECT pg_advisory_lock({})", lock_));
  } catch (const db::SqlError& e) {
    if (e.state != "55P03") throw;
    throw std::runtime_error(
        "a request of the organisation did not end within 30 seconds. Nothing was changed. Try "
        "again.");
  }
}

// ---- what is to come, in the light of what is

void Exchange::leave_out_the_erased() {
  live_.copy(keystore_,
             "COPY (SELECT person_id FROM person_key WHERE tenant_id = " +
                 keystore_.literal(tenant_) + ") TO STDOUT (FORMAT binary)",
             "COPY keyed FROM STDIN (FORMAT binary)");
  live_.run("ANALYZE keyed");
  each(&AfterRestore::sifts);
  for (const auto& table : tables_)
    if (table.of_persons)
      live_.run(fmt::format("DELETE FROM {} s USING gone g WHERE s.person_id = g.person_id",
                            table.stage));
}

// ---- the exchange

void Exchange::put(const Table& t) {
  switch (t.restored->fate) {
    case Fate::stays:
    case Fate::apart:
      return;
    case Fate::ends:
      about_tenant(fmt::format("DELETE FROM {} WHERE tenant_id = $1", t.name));
      return;
    case Fate::goes_back:
      out_.taken_away += about_tenant(fmt::format(
          "DELETE FROM {} t WHERE t.tenant_id = $1 AND NOT EXISTS (SELECT FROM {} s WHERE {} AND "
          "s *= t)",
          t.name, t.stage, t.key));
      out_.put_back += about_tenant(fmt::format(
          "INSERT INTO {0} ({1}) SELECT {1} FROM {2} s WHERE NOT EXISTS (SELECT FROM {0} t WHERE "
          "t.tenant_id = $1 AND {3})",
          t.name, t.columns, t.stage, t.key));
      return;
    case Fate::joined:
      if (t.of_persons)
        out_.taken_away += about_tenant(fmt::format(
            "DELETE FROM {} t USING vanished v WHERE t.tenant_id = $1 AND t.person_id = "
            "v.person_id",
            t.name));
      out_.put_back +=
          live_.run(fmt::format("INSERT INTO {0} ({1}) SELECT {1} FROM {2} ON CONFLICT DO NOTHING",
                                t.name, t.columns, t.stage));
      return;
  }
}

// What stayed and refers to what is not there any more.
void Exchange::drop_orphans() {
  auto keys = live_.rows(
      "SELECT k.conrelid::regclass::text, k.confrelid::regclass::text, k.confdeltype = 'c', "
      "(SELECT string_agg(format('p.%I = c.%I', fa.attname, ca.attname), ' AND ') FROM "
      "unnest(k.conkey, k.confkey) AS x (c, f) JOIN pg_attribute ca ON ca.attrelid = k.conrelid "
      "AND "
      "ca.attnum = x.c JOIN pg_attribute fa ON fa.attrelid = k.confrelid AND fa.attnum = x.f), "
      "(SELECT string_agg(format('c.%I IS NOT NULL', ca.attname), ' AND ') FROM unnest(k.conkey) "
      "AS "
      "x (c) JOIN pg_attribute ca ON ca.attrelid = k.conrelid AND ca.attnum = x.c) "
      "FROM pg_constraint k JOIN pg_attribute o ON o.attrelid = k.conrelid AND o.attname = "
      "'tenant_id' JOIN pg_class r ON r.oid = k.conrelid WHERE k.contype = 'f' AND "
      "r.relforcerowsecurity AND k.connamespace = 'public'::regnamespace");
  for (std::int64_t dropped = 1; dropped > 0;) {
    dropped = 0;
    for (const auto& key : keys) {
      auto which = fmt::format(
          "FROM {} c WHERE c.tenant_id = $1 AND {} AND NOT EXISTS (SELECT FROM {} p WHERE {})",
          *key[0], *key[4], *key[1], *key[3]);
      if (*key[2] == "t") {
        dropped += about_tenant("DELETE " + which);
      } else if (live_.one("SELECT count(*) " + which, {tenant_}) != "0") {
        throw std::runtime_error(fmt::format(
            "rows of {} would refer to rows of {} that are not there. Nothing was changed. This is "
            "a fault of Varde: report it.",
            *key[0], *key[1]));
      }
    }
    out_.taken_away += dropped;
  }
}

Exchanged Exchange::run() {
  struct Wake {
    db::Session& beside;
    const std::string& tenant;
    ~Wake() {
      try {
        beside.run("DELETE FROM tenant_rest WHERE tenant_id = $1", {tenant});
        beside.run("SELECT pg_notify('varde_rest', ''), pg_notify('varde_jobs', '')");
      } catch (const std::exception&) {
        // It runs out by itself.
      }
    }
  } wake{beside_, tenant_};
  rest();
  wait_for_rest();
  auto closed = std::chrono::steady_clock::now();
  close();
  live_.run("BEGIN");
  // No trigger, no check of what refers to what: the rows of then fit together, and the rest is
  // looked at below.
  live_.run("SET LOCAL session_replication_role = replica");
  leave_out_the_erased();
  each(&AfterRestore::merges);
  for (const auto& table : tables_) put(table);
  each(&AfterRestore::settles);
  drop_orphans();
  each(&AfterRestore::finishes);
  live_.run("COMMIT");
  live_.run(fmt::format("SELECT pg_advisory_unlock({})", lock_));
  out_.closed = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - closed);
  return out_;
}

}  // namespace varde::operate
