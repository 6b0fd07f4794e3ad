// What evidence and programme are made of; only for this folder.
#pragma once

#include "operate/backup/status.hpp"
#include "operate/evidence/document.hpp"
#include "operate/evidence/evidence.hpp"
#include "operate/witness/witness.hpp"
#include "outreach/outgoing.hpp"
#include "privacy/request/figures.hpp"
#include "privacy/retention/retention.hpp"
#include "trust/identity/members.hpp"
#include "trust/tenant/tenant.hpp"
#include "trust/trail/proofs.hpp"

namespace varde::operate {

// What leaves the house in one file; beyond that it says how many are left out.
inline constexpr std::int64_t kMostErasures = 1'000, kMostEntries = 2'000;
inline constexpr std::size_t kMostHeads = 400;

struct AccessFact {
  Uuid account;
  std::string name, role;
  bool suspended = false, second_factor = false;
  Timestamp since;
  std::optional<std::string> last_seen;  ///< The day.
};
BOOST_DESCRIBE_STRUCT(AccessFact, (),
                      (account, name, role, suspended, second_factor, since, last_seen))
struct ErasureFact {
  Uuid person, entry;
  Timestamp at;                               ///< When the rows went.
  std::optional<Timestamp> key_destroyed_at;  ///< Absent: within a minute.
  std::optional<std::string> receipt;         ///< The file with it.
};
BOOST_DESCRIBE_STRUCT(ErasureFact, (), (person, entry, at, key_destroyed_at, receipt))
struct DrillFact {
  Uuid entry;
  Timestamp at;
  bool passed = false;
  std::optional<Timestamp> restored_to;
  std::vector<std::string>
      fields;  ///< All that the entry says: what was compared and tried, found.
};
BOOST_DESCRIBE_STRUCT(DrillFact, (), (entry, at, passed, restored_to, fields))
/// Something else that the trail has: a restore, a change of keys, of a rule, of access.
struct DeedFact {
  Uuid entry;
  Timestamp at;
  std::string action;
  std::vector<std::string> fields;
};
BOOST_DESCRIBE_STRUCT(DeedFact, (), (entry, at, action, fields))

struct ClusterFact {
  std::string name;
  std::optional<Timestamp> newest_full, newest_differential, restorable_from, restorable_until,
      last_archived_at;
  std::int64_t backups = 0, gaps = 0;
};
BOOST_DESCRIBE_STRUCT(ClusterFact, (),
                      (name, newest_full, newest_differential, restorable_from, restorable_until,
                       last_archived_at, backups, gaps))
struct ProblemFact {
  std::string what, mend;
};
BOOST_DESCRIBE_STRUCT(ProblemFact, (), (what, mend))
struct BackupFacts {
  bool made_by_varde = false, ok = false, same_disk = false, in_s3 = false;
  std::optional<Timestamp> looked_at;
  std::vector<ClusterFact> clusters;
  std::vector<Timestamp> monthly;
  std::vector<ProblemFact> problems;
  std::string kept, monthly_kept, keystore_kept;
};
BOOST_DESCRIBE_STRUCT(BackupFacts, (),
                      (made_by_varde, ok, same_disk, in_s3, looked_at, clusters, monthly, problems,
                       kept, monthly_kept, keystore_kept))
struct SettingFact {
  std::string setting, value;
};
BOOST_DESCRIBE_STRUCT(SettingFact, (), (setting, value))
struct ColumnFact {
  std::string table, column, what;
};
BOOST_DESCRIBE_STRUCT(ColumnFact, (), (table, column, what))
/// A line of the records of processing (GDPR Art. 30): a table with something about persons.
struct TableFact {
  std::string table, holds;
  std::string kept;                ///< For how long, at most.
  std::string erased;              ///< What erasing a person does with it.
  std::vector<std::string> shown;  ///< Headings of what a person gets to see.
  std::string not_shown;
};
BOOST_DESCRIBE_STRUCT(TableFact, (), (table, holds, kept, erased, shown, not_shown))
struct PromiseFact {
  std::string id, area, promise, state, code, test, open;
  std::optional<std::string> proof;  ///< What the running system last showed of it.
  std::optional<Timestamp> proof_at;
};
BOOST_DESCRIBE_STRUCT(PromiseFact, (),
                      (id, area, promise, state, code, test, open, proof, proof_at))

struct Facts {
  Uuid tenant_id;
  trust::TenantSettings tenant;
  std::string origin, verifier;
  Timestamp made_at;
  Period period;
  std::optional<trust::Head> head;
  std::vector<trust::ProvenEntry> entries;  ///< Those of erasures and of deeds.
  std::int64_t erasures_left_out = 0, entries_left_out = 0;
  std::vector<AccessFact> access;
  std::vector<ErasureFact> erasures;
  std::vector<DrillFact> drills;
  std::vector<DeedFact> restores, keys, retention_deeds, access_deeds, contract;
  std::optional<Timestamp> keys_unclean_since;
  BackupFacts backups;
  Posture posture;
  WitnessState witness;  ///< That heads are sent to, when there is one.
  bool https = false;
  std::vector<privacy::CategoryView> retention;
  std::vector<privacy::RequestFigures> requests;
  std::vector<outreach::Outgoing> outgoing;
  std::vector<SettingFact> settings;
  std::vector<ColumnFact> columns;  ///< About persons.
  std::vector<TableFact> tables;    ///< Of these columns.
  std::vector<PromiseFact> promises;
};

/// `head`: that the entries stand under; without one there are none. `proofs`: with their paths.
Facts gather(trust::Ctx& ctx, const Environment& environment, const Period& period,
             const std::optional<trust::Head>& head, bool proofs);
/// What the build knows of the promises (tools/promises).
std::vector<PromiseFact> promises();

/// Words of the documents.
std::string day_and_time(const std::optional<Timestamp>& at);
/// The programme, and the page to read of a bundle.
Document programme_of(const Facts& facts);
Document cover_of(const Facts& facts, const std::vector<trust::ProvenHead>& heads);

}  // namespace varde::operate
