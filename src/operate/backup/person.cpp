#include "operate/backup/person.hpp"

#include <filesystem>
#include <iostream>
#include <map>

#include "base/text.hpp"
#include "crypto/aead.hpp"
#include "db/session.hpp"
#include "operate/backup/databases.hpp"
#include "operate/backup/drill.hpp"
#include "operate/backup/recovered.hpp"
#include "operate/backup/store_sql.hpp"
#include "trust/audit.hpp"
#include "trust/table.hpp"

namespace varde::operate {

namespace fs = std::filesystem;
namespace json = boost::json;
using trust::SealedColumn;

namespace {

// A cluster of the keystore as it was. It holds keys of persons who were erased since, so it is
// there for as long as one key is read from it.
class OldKeys {
 public:
  OldKeys(const Installation& installation, std::optional<Timestamp> to)
      : installation_(installation) {
    auto target = find_target(PgBackRest(installation).info(Cluster::keystore),
                              forks_of(read_state(installation), Cluster::keystore), to);
    const auto& data = installation.data_directory;
    check_room(data, target.backup.database_bytes, "reading a key of then");
    folder_ = fresh_scratch(data, Scratch::one);
    try {
      cluster_ =
          std::make_unique<db::Cluster>(scratch_options(installation, folder_, Cluster::keystore));
      fetch_scratch(installation, *cluster_, target.backup.label, target.backup.repository,
                    target.words(), Cluster::keystore);
      cluster_->start();
    } catch (const std::exception&) {
      auto why = why_not_recovered(data + "/" + folder_);
      end();
      if (why) throw std::runtime_error(*why);
      throw;
    }
  }
  ~OldKeys() { end(); }
  OldKeys(const OldKeys&) = delete;
  OldKeys& operator=(const OldKeys&) = delete;
  std::string address() const { return cluster_->conninfo(); }

 private:
  void end() {
    try {
      if (cluster_) cluster_->stop();
      cluster_.reset();
      fs::remove_all(installation_.data_directory + "/" + folder_);
    } catch (const std::exception&) {
      // The next start removes it.
    }
  }
  const Installation& installation_;
  std::string folder_;
  std::unique_ptr<db::Cluster> cluster_;
};

// A table with columns that are sealed under a person's key.
struct Table {
  std::vector<const SealedColumn*> columns;
  std::vector<std::string> key;  // its primary key
};

struct Done {
  bool key = false;
  std::map<std::string, std::int64_t> rows;  // put back, by table
  std::map<std::string, std::int64_t> lost;  // that did not open then either
};

class Mending {
 public:
  Mending(const Installation& installation, const PersonWanted& wanted, const Uuid& person)
      : installation_(installation),
        wanted_(wanted),
        person_(person),
        then_(installation, {wanted.slug, wanted.to}, "bringing a person back"),
        keystore_(then_.keystore(), "varde_super") {}

  Done run() {
    check_that_she_is_there();
    mend_key();
    with_running_program(installation_, [&](Databases& databases) {
      installation_.extend(databases.base);
      auto key = databases.base.keys.key(then_.tenant, person_);
      if (!key)
        throw std::runtime_error(
            "her key of then does not open either. Nothing was changed. Give an earlier moment.");
      // What stays as it is when an organisation goes back, the trail, stays here too.
      auto columns = trust::sealed_columns(databases.base);
      std::erase_if(columns, [&](const SealedColumn& column) {
        const auto& tables = trust::tables_of(databases.base);
        auto table = std::ranges::find(tables, column.table, &trust::Table::name);
        return table->restored.fate == trust::AfterRestore::Fate::stays;
      });
      // As the superuser, for the program itself may not change what some of these tables hold.
      auto tx = databases.super.begin(std::nullopt, kLong);
      for (const auto& [name, table] : tables_of(tx, columns)) mend_table(tx, name, table, *key);
      if (done_.key || !done_.rows.empty()) record(databases.base, tx);
      tx.commit();
    });
    return done_;
  }

 private:
  std::vector<std::string> her() const { return {then_.tenant.str(), person_.str()}; }

  void check_that_she_is_there() {
    bool row = !db::Session(then_.live(), "varde_super")
                    .rows("SELECT 1 FROM person WHERE tenant_id = $1 AND person_id = $2", her())
                    .empty();
    bool key =
        !keystore_.rows("SELECT 1 FROM person_key WHERE tenant_id = $1 AND person_id = $2", her())
             .empty();
    if (!row || !key)
      throw std::runtime_error(fmt::format(
          "{} has no person {}: erased, or never there. Whoever was erased is not brought back.",
          wanted_.slug, person_.str()));
  }

  bool key_opens() const {
    bool out = false;
    with_running_program(installation_, [&](Databases& databases) {
      out = databases.base.keys.key(then_.tenant, person_).has_value();
    });
    return out;
  }

  void mend_key() {
    if (key_opens()) return;
    std::cerr << "Her key is damaged: reading the one of then …\n";
    with_running_program(installation_,
                         [](Databases& databases) { archive_now(databases.super_keystore); });
    auto read = [&](db::Session& from) {
      return from.rows(
          "SELECT encode(wrapped, 'hex'), version::text FROM person_key WHERE tenant_id = $1 AND "
          "person_id = $2",
          her());
    };
    auto write = [&](const db::Session::Row& row) {
      return keystore_.run(
          "UPDATE person_key SET wrapped = decode($3, 'hex'), version = $4 WHERE tenant_id = $1 "
          "AND person_id = $2",
          {then_.tenant.str(), person_.str(), *row[0], *row[1]});
    };
    std::vector<db::Session::Row> old;
    {
      OldKeys keys(installation_, wanted_.to);
      db::Session session(keys.address(), "varde_super");
      old = read(session);
    }
    auto today = read(keystore_);
    if (old.empty() || today.empty())
      throw std::runtime_error(
          "the keystore of then has no key of hers. Nothing was changed. Give a later moment.");
    // Whoever is erased meanwhile has no row to write to.
    write(old.front());
    if (!key_opens()) {
      write(today.front());
      throw std::runtime_error(
          "her key of then does not open either: it was damaged before, or the organisation's key "
          "was changed since and the old one destroyed. Nothing was changed. Try another moment.");
    }
    done_.key = true;
  }

  // What `read` reads of the recovered cluster.
  template <class Read>
  auto of_then(Read read) const {
    db::Pool copy({.conninfo = then_.address(), .user = "varde_super", .connections_per_loop = 1});
    auto tx = copy.begin();
    auto out = read(tx);
    tx.commit();
    copy.close_idle();
    return out;
  }

  // Which tables, and the columns of their primary keys.
  static std::map<std::string, Table> tables_of(db::Tx& tx,
                                                const std::vector<SealedColumn>& columns) {
    std::map<std::string, Table> out;
    for (const auto& column : columns)
      if (column.seal->owner == "person_id" && !column.seal->context.empty())
        out[column.table].columns.push_back(&column);
    for (auto& [name, table] : out) table.key = tx.all<std::string>(store::kRestorePersonKey, name);
    return out;
  }

  // As they stand in a row's JSON.
  static std::vector<json::object> rows_of(db::Tx& tx, const Uuid& tenant, const std::string& name,
                                           const Uuid& person) {
    auto text = fmt::format(
        "SELECT to_jsonb(t)::text FROM {} t WHERE tenant_id = $1 AND person_id = $2", name);
    std::vector<json::object> out;
    for (const auto& row : tx.all<std::string>(db::Sql{"", text}, tenant, person))
      out.push_back(json::parse(row).as_object());
    return out;
  }

  // The bytes of a column in hexadecimal; nullopt: it is null.
  static std::optional<std::string> hex_of(const std::string& column, const json::object& row) {
    const auto* value = row.if_contains(column);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return std::string(std::string_view(value->get_string()).substr(2));  // after \\x
  }
  bool opens(const SealedColumn& column, const json::object& row, const crypto::Key& key) const {
    auto text = hex_of(std::string(column.seal->column), row);
    if (!text) return true;
    auto bytes = unhex(*text);
    return bytes && crypto::open(key, *bytes, column.context(then_.tenant, row)).has_value();
  }

  void mend_table(db::Tx& tx, const std::string& name, const Table& table, const crypto::Key& key) {
    std::optional<std::vector<json::object>> then;
    for (const auto& row : rows_of(tx, then_.tenant, name, person_))
      for (const auto* column : table.columns) {
        if (opens(*column, row, key)) continue;
        if (!then)
          then = of_then([&](db::Tx& copy) { return rows_of(copy, then_.tenant, name, person_); });
        auto old = std::ranges::find_if(*then, [&](const auto& candidate) {
          return std::ranges::all_of(
              table.key, [&](const auto& part) { return row.at(part) == candidate.at(part); });
        });
        if (old == then->end() || !hex_of(std::string(column->seal->column), *old) ||
            !opens(*column, *old, key)) {
          ++done_.lost[name];
          continue;
        }
        put(tx, name, table, std::string(column->seal->column), row, *old);
        if (name == "person") put_index(tx, *old);
        ++done_.rows[name];
      }
  }

  // Only where nobody has written it anew meanwhile.
  void put(db::Tx& tx, const std::string& name, const Table& table, const std::string& column,
           const json::object& today, const json::object& then) const {
    auto text = fmt::format(
        "UPDATE {0} t SET {1} = decode($3, 'hex') WHERE tenant_id = $1 AND person_id = $2 AND {1} "
        "= "
        "decode($4, 'hex')",
        name, column);
    db::Params values;
    values.add(then_.tenant);
    values.add(person_);
    values.add(*hex_of(column, then));
    values.add(*hex_of(column, today));
    for (const auto& part : table.key) {
      values.add(json::serialize(today.at(part)));
      text += fmt::format(" AND to_jsonb(t.{}) = ${}::jsonb", part, values.size());
    }
    tx.query_params(db::Sql{"", text}, values);
  }

  // What she is found by belongs to what is sealed.
  void put_index(db::Tx& tx, const json::object& then) const {
    auto bytes = [&](const char* column) -> std::optional<db::Bytes> {
      auto text = hex_of(column, then);
      if (!text) return std::nullopt;
      return db::Bytes{unhex(*text).value_or("")};
    };
    auto prefixes = of_then([&](db::Tx& copy) {
      return copy.all<std::int64_t>(store::kRestorePersonPrefixes, then_.tenant, person_);
    });
    try {
      tx.query(store::kRestorePersonPutIndex, then_.tenant, person_, bytes("email_hash"),
               bytes("phone_hash"), now());
    } catch (const db::SqlError& e) {
      if (!e.is_unique_violation()) throw;
      throw std::runtime_error(
          "somebody else has her address or number of then today. Nothing was changed. Change it "
          "there, or give another moment.");
    }
    tx.query(store::kRestorePersonDropPrefixes, then_.tenant, person_);
    tx.query(store::kRestorePersonPutPrefixes, then_.tenant, person_, prefixes);
  }

  void record(trust::Base& base, db::Tx& tx) const {
    trust::AuditEntry entry{"person.restore", "person", person_, person_};
    entry.changes.push_back({"brought back from " + to_rfc3339(then_.to), {}, {}});
    if (done_.key) entry.changes.push_back({"key", {}, {}});
    for (const auto& [name, count] : done_.rows)
      entry.changes.push_back({fmt::format("{}: {}", name, count), {}, {}});
    trust::record(base, tx, then_.tenant, {trust::ActorKind::operations, {}},
                  trust::command_login(), {std::move(entry)});
  }

  const Installation& installation_;
  const PersonWanted& wanted_;
  Uuid person_;
  Recovered then_;
  db::Session keystore_;
  Done done_;
};

std::string listed(const std::map<std::string, std::int64_t>& counts) {
  std::string out;
  for (const auto& [name, count] : counts)
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", count, name);
  return out.empty() ? "none" : out;
}

}  // namespace

std::string restore_person(const Installation& installation, const PersonWanted& wanted) {
  auto person = Uuid::parse(wanted.person);
  if (!person)
    throw std::runtime_error("\"" + wanted.person +
                             "\" is not a person's id. It stands in the alarm, and in the address "
                             "of her page.");
  auto done = Mending(installation, wanted, *person).run();
  if (!done.key && done.rows.empty() && done.lost.empty())
    return "Everything of " + person->str() + " can be read. Nothing was changed.\n";
  auto out = fmt::format("Her key: {}.\nRows put back: {}.\n",
                         done.key ? "brought back" : "not damaged", listed(done.rows));
  if (!done.lost.empty())
    out += fmt::format(
        "Rows that cannot be read and were not there, or not to be read, at that moment: {}. Try "
        "an earlier one.\n",
        listed(done.lost));
  return out;
}

}  // namespace varde::operate
