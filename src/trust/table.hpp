// A table is declared once: what each column is, what is sealed and how, and what happens to its
// rows when somebody is erased, when they are old, when a person asks what is stored, when the
// contract ends and when the organisation is brought back to an earlier moment.
//
// Each module's tables.cpp declares its own (and adds them to the program's extensions). From these
// come the erasure of persons, the opening of sealed columns, the export about a person and of the
// whole organisation, the exchange of a restore, the records of processing (GDPR Art. 30) and the
// checks of tests/http/test_schema.py, which also holds every column of the migrated database
// against them.
//
// There are no defaults: a table without its answers does not compile.
#pragma once

#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "trust/ctx.hpp"
#include "trust/restoring.hpp"
#include "trust/seal.hpp"

namespace varde::trust {

/// What a column is, in the words of the records of processing.
enum class ColumnClass {
  none,       ///< Nothing about a person.
  pseudonym,  ///< An id or a keyed hash: tells who, only to somebody who holds more.
  behaviour,  ///< What a person did or was sent.
  plain,   ///< About a person, readable: attributes that the tenant classed plain, language, time
           ///< zone.
  sealed,  ///< Identifying or sensitive: ciphertext under the person's (or import's, or account's)
           ///< key.
};
BOOST_DESCRIBE_ENUM(ColumnClass, none, pseudonym, behaviour, plain, sealed)

/// Brings opened values of a column into words that others understand; made once for a table.
using SealReader =
    std::function<std::function<boost::json::value(const boost::json::value&)>(Ctx&)>;

/// Columns of one class.
struct Columns {
  ColumnClass is;
  std::vector<std::string> names;
  const Seal* seal = nullptr;  ///< How the one column is opened.
  SealReader reader = nullptr;
};

/// What erasing persons does with the rows.
struct OnErasure {
  enum class Does { nothing, deletes, follows, runs, keeps };
  using Run = std::function<void(Ctx&, const std::vector<Uuid>&)>;
  Does does;
  std::string what;  ///< The person's column, the table it follows, what is done, or why it stays.
  Run run = nullptr;
  std::shared_ptr<const db::ComposedSql> statement = nullptr;  ///< Of what deletes.
};

/// For how long rows are kept, at most.
struct Kept {
  enum class Until { contract_ends, person_goes, rule, expiry, days };
  Until until;
  std::string what = {};  ///< The category of the rule, the column of the expiry, the days.
};

/// Under which headings a person gets to see it (people/subject), or why not.
struct Shown {
  std::vector<std::string> sections;
  std::string why_not = {};
};

/// Whether an organisation takes it along when its contract ends.
struct AtEnd {
  std::string why_not = {};  ///< Empty: it does.
};

/// What bringing an organisation back does with the rows.
class AfterRestore {
 public:
  enum class Fate {
    goes_back,  ///< What was then, and nothing else.
    stays,      ///< As it is now.
    joined,     ///< As it is now, and what it lacks of then.
    ends,       ///< Nothing.
    apart,      ///< No organisation's, or not by its rows: jobs, accounts.
  };
  using Run = std::function<void(Restoring&)>;

  AfterRestore(Fate is, std::string why) : fate(is), why(std::move(why)) {}

  // What is to be done beside, in the order of the exchange.
  AfterRestore sift(Run run) && { return std::move(*this).at(sifts, std::move(run)); }
  AfterRestore merge(Run run) && { return std::move(*this).at(merges, std::move(run)); }
  AfterRestore settle(Run run) && { return std::move(*this).at(settles, std::move(run)); }
  AfterRestore finish(Run run) && { return std::move(*this).at(finishes, std::move(run)); }
  /// Rows are brought over from then, to be looked at, whatever the fate.
  AfterRestore staged(std::string where = "true") && {
    stage_where = std::move(where);
    return std::move(*this);
  }
  /// A read-only copy of an earlier moment has none of it: it opens doors, or is work to be done.
  AfterRestore not_in_copies() && {
    in_copies = false;
    return std::move(*this);
  }

  /// Jobs that go when the rows do: a kind ("people.import"), or the beginning of some
  /// ("campaign."). All others (erasures, requests, mail of the platform) go on.
  AfterRestore with_jobs(std::vector<std::string> kinds) && {
    jobs = std::move(kinds);
    return std::move(*this);
  }

  Fate fate;
  std::string why;
  Run sifts;     ///< Who of then does not come back.
  Run merges;    ///< What of now counts in the rows of then.
  Run settles;   ///< Once rows are exchanged: what must not go on by itself.
  Run finishes;  ///< Once what refers to nothing is gone: what is told, and to be done.
  std::string stage_where;
  std::vector<std::string> jobs;
  bool in_copies = true;

 private:
  AfterRestore at(Run& place, Run run) && {
    place = std::move(run);
    return std::move(*this);
  }
};

/// Extension: a table.
struct Table {
  std::string name;
  std::string holds;  ///< For the records of processing: "Who was asked about a shift".
  std::vector<Columns> columns;
  OnErasure erased;
  Kept kept;
  Shown shown;
  AtEnd at_end;
  AfterRestore restored;

  bool about_persons() const;
};

/// The words of declarations, for tables.cpp: `using namespace trust::declare;`
namespace declare {

Columns nothing_personal(std::vector<std::string> names);
Columns pseudonyms(std::vector<std::string> names);
Columns behaviour(std::vector<std::string> names);
Columns readable(std::vector<std::string> names);
/// Ciphertext that is opened for whoever may have it, as the seal says.
Columns sealed(const Seal& seal, SealReader reader = nullptr);
/// Ciphertext, or what stands for it, that is never handed out opened.
Columns ciphertext(std::vector<std::string> names);
/// A file that is no secret.
Columns file(const Seal& seal);

OnErasure names_nobody();
/// Rows whose `column` is the person go.
OnErasure deletes_by(std::string column);
/// They go with the row of another table, by its foreign key (ON DELETE CASCADE).
OnErasure follows(std::string table);
OnErasure erases(std::string what, OnErasure::Run run);
OnErasure outlives_persons(std::string why);

Kept until_contract_ends();
Kept until_person_goes();
/// As the organisation rules for a category (trust/retention.hpp), at most until the person goes.
Kept by_rule(std::string category);
Kept until_column(std::string column);
Kept for_days(int days);

Shown under(std::vector<std::string> sections);
Shown not_shown(std::string why);

AtEnd taken_along();
AtEnd left_behind(std::string why);

AfterRestore goes_back();
AfterRestore stays(std::string why);
AfterRestore joined(std::string why);
AfterRestore ends(std::string why);
/// No organisation's, or the restore does not work by its rows.
AfterRestore apart(std::string why);

/// What an organisation has set up: nothing of it is about a person.
Table settings(std::string name, std::vector<std::string> columns, AfterRestore restored);
/// The same, for the program's own use: an organisation has nothing of it.
Table bookkeeping(std::string name, std::vector<std::string> columns, std::string why,
                  AfterRestore restored);

}  // namespace declare

/// Adds tables to the program's.
void add_tables(Base& base, std::vector<Table> tables);
const std::vector<Table>& tables_of(const Base& base);
/// What the trust floor itself holds: accounts, sessions, trail, queue.
std::vector<Table> trust_tables();

/// Erases persons' rows everywhere, in the context's transaction: first what tables run, then what
/// they delete, the upper floors' first.
void erase_rows(Ctx& ctx, const std::vector<Uuid>& persons);

/// A sealed column and its table, for whoever opens whole tables.
struct SealedColumn {
  std::string table;
  const Seal* seal;
  SealReader reader;
  /// The AEAD's context of a row, from its columns as JSON.
  std::string context(const Uuid& tenant, const boost::json::object& row) const;
};
std::vector<SealedColumn> sealed_columns(const Base& base);

/// All declarations, for tests and records: a table each, with its answers in words.
boost::json::array describe_tables(const Base& base);

}  // namespace varde::trust
