// The trail as a tree: one Merkle tree for each tenant (RFC 9162), whose heads are signed.
//
// An entry is written in the transaction of the change (trust/audit.hpp). It becomes a leaf
// afterwards: grow() appends what was committed, in the order of the transactions. Were leaves
// numbered in the transaction of the change, all changes of a tenant would wait for one another
// through each other's commit; and it would prove no more, for what nobody has signed yet, the
// owner of the database can rewrite either way. So a head is signed every minute, and whenever
// somebody asks for one. None of it is missed: grow() takes only entries of transactions older
// than the oldest that still runs, and these are all there are of their time.
//
// What makes a rewriting seen is that heads leave the house: to the witness (Settings::witness), to
// tenants who ask for them, and in every export. Whoever holds one old head needs only the public
// key and an export to know that what stood under it still does.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "crypto/merkle.hpp"
#include "crypto/note.hpp"
#include "jobs/queue.hpp"
#include "trust/audit.hpp"
#include "trust/ctx.hpp"

namespace varde::trust {

/// Appends what was committed to the tree, in transactions of its own. Returns how many entries.
std::size_t grow(Base& base, const Uuid& tenant);

/// A signed head, as a note that others can verify.
struct Head {
  std::int64_t size = 0;
  Timestamp at;
  std::string note;
};
BOOST_DESCRIBE_STRUCT(Head, (), (size, at, note))
/// Grows the tree, and signs its head if there is anything new under it (or it was never signed).
Head seal_trail(Base& base, const Uuid& tenant);
std::optional<Head> last_head(Ctx& ctx);

/// That an entry is in the tree of a head.
struct EntryProof {
  std::string entry;  ///< The line that is hashed.
  std::int64_t index = 0;
  std::vector<std::string> hashes;  ///< Base64, from the leaf up.
  Head head;
};
BOOST_DESCRIBE_STRUCT(EntryProof, (), (entry, index, hashes, head))
/// Errors: not_found; conflict when no head has been signed over it yet.
Result<EntryProof> prove_entry(Ctx& ctx, const Uuid& entry);
/// That the tree of `size` leaves begins with that of `before`: hashes in base64. Errors:
/// bad_input.
Result<std::vector<std::string>> prove_growth(Ctx& ctx, std::int64_t before, std::int64_t size);

/// An entry about a person, with the values opened while the person's key exists.
struct EntryAbout {
  Uuid id;
  Timestamp at;
  ActorKind actor = ActorKind::system;
  std::string network, action;
  std::vector<FieldChange> changes;
};
/// At most `limit` entries before `before`, newest first: those whose object is the person, and
/// those that are about her.
std::vector<EntryAbout> entries_about(Ctx& ctx, const Uuid& person, const Uuid& before, int limit);

/// That a person was erased, as the trail has it.
struct ErasureEntry {
  Uuid entry_id, person_id;
  Timestamp at;  ///< When the rows went.
  Actor by;
};
/// Newest first, at most `limit` before that entry.
std::vector<ErasureEntry> erasures(Ctx& ctx, const Uuid& before, int limit);
std::optional<ErasureEntry> erasure_of(Ctx& ctx, const Uuid& person);
/// Grows the tree until no entry is left outside; for a database that nobody else writes to. Throws
/// when some transaction holds one back for half a minute.
void grow_whole(Base& base, const Uuid& tenant);
/// Brings leaves, entries and heads of a tenant that `from` has and `to` does not have yet over to
/// `to`, an earlier state of the same database: a trail never goes back, for its heads are in other
/// hands. `from` must be grown whole, and nobody else may write to `to` meanwhile. Returns how
/// many entries were brought. Throws when one is not the beginning of the other.
std::int64_t carry_trail(Base& from, Base& to, const Uuid& tenant);
/// Whether the leaves of a tenant are those that a signed head stands over, and the entries those
/// of the leaves: a sentence that says what is wrong, or nothing.
std::optional<std::string> recheck_trail(Base& base, const Uuid& tenant, const std::string& note);

/// What a tenant's trail is called in its heads.
std::string trail_origin(Base& base, const Uuid& tenant);

void add_trail_routes(Api& api);
/// Seals every tenant's trail each minute and hands the heads to the witness.
void add_trail_jobs(Base& base, jobs::Workers& workers);

}  // namespace varde::trust
