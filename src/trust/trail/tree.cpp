// Growing the tree, and reading what a proof needs of it.
#include <algorithm>
#include <map>
#include <set>

#include "base/text.hpp"
#include "trust/trail/entry.hpp"
#include "trust/trail/proofs.hpp"
#include "trust/trail/store_sql.hpp"
#include "trust/trail/trail.hpp"

namespace varde::trust {

using namespace trail_store;
namespace merkle = crypto::merkle;

namespace {

constexpr std::int64_t kAtOnce = 5'000;
constexpr std::size_t kTile = 256;
constexpr unsigned kTierBits = 8;

std::string bytes_of(const std::vector<merkle::Digest>& hashes) {
  std::string out;
  out.reserve(hashes.size() * sizeof(merkle::Digest));
  for (const auto& hash : hashes) out += merkle::view(hash);
  return out;
}
std::vector<merkle::Digest> hashes_of(std::string_view bytes) {
  std::vector<merkle::Digest> out;
  for (std::size_t at = 0; at < bytes.size(); at += sizeof(merkle::Digest))
    out.push_back(merkle::digest(bytes.substr(at, sizeof(merkle::Digest))));
  return out;
}
std::vector<merkle::Digest> column_of_hashes(const db::Rows& rows) {
  std::vector<merkle::Digest> out;
  for (const auto& hash : rows.all<db::Bytes>()) out.push_back(merkle::digest(hash.data));
  return out;
}

// The right edge of the tree: of each tier the hashes that do not fill a tile yet.
class Edge {
 public:
  // Reads it, in one round trip.
  Edge(Ctx& ctx, std::uint64_t size) : size_(size) {
    std::vector<db::Later> answers;
    // Of a size that was, whatever has grown meanwhile.
    for (unsigned tier = 0; tier == 0 || size >> (kTierBits * tier) != 0; ++tier) {
      auto until = static_cast<std::int64_t>(size >> (kTierBits * tier));
      auto from = until / static_cast<std::int64_t>(kTile) * static_cast<std::int64_t>(kTile);
      answers.push_back(tier == 0
                            ? ctx.tx().later(store::kAuditLeafHashes, from, until)
                            : ctx.tx().later(store::kAuditTileRoots,
                                             static_cast<std::int64_t>(tier - 1), from, until));
    }
    ctx.tx().flush();
    for (std::size_t tier = 0; tier < answers.size(); ++tier) {
      tiers_.push_back(column_of_hashes(answers[tier].rows()));
      if (tiers_.back().size() != (size >> (kTierBits * tier)) % kTile)
        throw std::runtime_error("the trail's tree is not whole: hashes of its edge are missing");
    }
  }

  // Tiles that this leaf completes are added to `full`.
  void append(const merkle::Digest& leaf, const Uuid& tenant, std::vector<TileRow>& full) {
    ++size_;
    auto hash = leaf;
    for (std::size_t tier = 0;; ++tier) {
      if (tier == tiers_.size()) tiers_.emplace_back();
      auto& tile = tiers_[tier];
      tile.push_back(hash);
      if (tile.size() < kTile) return;
      merkle::Tree whole;
      for (const auto& one : tile) whole.append(one);
      hash = whole.root();
      full.push_back({tenant,
                      static_cast<std::int64_t>(tier),
                      static_cast<std::int64_t>((size_ >> (kTierBits * (tier + 1))) - 1),
                      {bytes_of(tile)},
                      {std::string(merkle::view(hash))}});
      tile.clear();
    }
  }

  std::uint64_t size() const { return size_; }
  merkle::Digest root() const {
    return merkle::root(size_, [this](const merkle::Node& node) { return at(node); });
  }
  // The hashes of an incomplete tile.
  const std::vector<merkle::Digest>& tile(std::size_t tier) const { return tiers_.at(tier); }

 private:
  merkle::Digest at(const merkle::Node& node) const {
    auto tier = node.level / kTierBits;
    auto first = (node.place << node.level % kTierBits) % kTile;
    merkle::Tree whole;
    for (std::uint64_t i = 0; i < std::uint64_t{1} << node.level % kTierBits; ++i)
      whole.append(tiers_.at(tier).at(first + i));
    return whole.root();
  }

  std::uint64_t size_;
  std::vector<std::vector<merkle::Digest>> tiers_;
};

// Runs `prove` with the subtrees it asks for, read in one statement: it is run twice, the first
// time to learn which these are.
template <class Prove>
auto with_nodes(Ctx& ctx, std::uint64_t size_now, const Prove& prove) {
  std::set<TilePlace> wanted;
  auto place_of = [](const merkle::Node& node) {
    return TilePlace{static_cast<std::int64_t>(node.level / kTierBits),
                     static_cast<std::int64_t>((node.place << node.level % kTierBits) / kTile)};
  };
  prove([&](const merkle::Node& node) {
    wanted.insert(place_of(node));
    return merkle::Digest{};
  });
  std::vector<std::int64_t> tiers, places;
  for (const auto& [tier, place] : wanted) {
    tiers.push_back(tier);
    places.push_back(place);
  }
  auto later = ctx.tx().later(store::kAuditTiles, tiers, places);
  Edge edge(ctx, size_now);
  std::map<TilePlace, std::vector<merkle::Digest>> tiles;
  for (const auto& tile : later.rows().all<TileHashes>())
    tiles[{tile.tier, tile.place}] = hashes_of(tile.hashes.data);
  return prove([&](const merkle::Node& node) {
    auto place = place_of(node);
    auto found = tiles.find(place);
    const auto& hashes =
        found != tiles.end() ? found->second : edge.tile(static_cast<std::size_t>(place.tier));
    auto first = (node.place << node.level % kTierBits) % kTile;
    merkle::Tree whole;
    for (std::uint64_t i = 0; i < std::uint64_t{1} << node.level % kTierBits; ++i)
      whole.append(hashes.at(first + i));
    return whole.root();
  });
}

std::vector<std::string> in_base64(const std::vector<merkle::Digest>& hashes) {
  std::vector<std::string> out;
  for (const auto& hash : hashes) out.push_back(base64(merkle::view(hash)));
  return out;
}

// Leaves that follow each other, as the columns they are written in.
class Leaves {
 public:
  explicit Leaves(std::size_t count) {
    entries_.reserve(count);
    hashes_.reserve(count);
  }
  void add(const Uuid& entry, const merkle::Digest& hash) {
    entries_.push_back(entry);
    hashes_.push_back({std::string(merkle::view(hash))});
  }
  void write(Ctx& ctx, std::int64_t from) {
    ctx.tx().later(store::kAuditAddLeaves, from, entries_, hashes_);
  }

 private:
  std::vector<Uuid> entries_;
  std::vector<db::Bytes> hashes_;
};

// One transaction of growing.
std::size_t grow_some(Ctx& ctx) {
  auto tree = ctx.tx().maybe<TreeRow>(store::kAuditLockTree);
  if (!tree) {
    ctx.tx().later(store::kAuditPlant, Uuid());
    ctx.commit();
    tree = ctx.tx().one<TreeRow>(store::kAuditLockTree);
  }
  auto pending = ctx.tx().later(store::kAuditPending, tree->xid, tree->entry_id, kAtOnce);
  Edge edge(ctx, static_cast<std::uint64_t>(tree->size));
  auto entries = pending.rows().all<PendingRow>();
  if (entries.empty()) return 0;
  Leaves leaves(entries.size());
  std::vector<TileRow> tiles;
  for (const auto& entry : entries) {
    auto hash = merkle::leaf_hash(entry_text(entry));
    leaves.add(entry.entry_id, hash);
    edge.append(hash, ctx.tenant, tiles);
  }
  leaves.write(ctx, tree->size);
  ctx.tx().insert_many("audit_tile", tiles);
  ctx.tx().later(store::kAuditGrown, static_cast<std::int64_t>(edge.size()), entries.back().xid,
                 entries.back().entry_id);
  ctx.commit();
  return entries.size();
}

}  // namespace

std::size_t grow(Base& base, const Uuid& tenant) {
  Ctx ctx(base, tenant, {});
  std::size_t out = 0;
  while (auto some = grow_some(ctx)) {
    out += some;
    if (some < static_cast<std::size_t>(kAtOnce)) break;
  }
  return out;
}

void grow_whole(Base& base, const Uuid& tenant) {
  auto until = net::in(std::chrono::seconds(30));
  while (true) {
    grow(base, tenant);
    Ctx ctx(base, tenant, {});
    auto tree = ctx.tx().one<TreeRow>(store::kAuditTree);
    if (ctx.tx().query(store::kAuditAnyOutside, tree.xid, tree.entry_id).empty()) return;
    if (std::chrono::steady_clock::now() > until)
      throw std::runtime_error("a transaction that does not end holds entries of the trail back");
    net::sleep_for(std::chrono::milliseconds(50));
  }
}

std::int64_t carry_trail(Base& from, Base& to, const Uuid& tenant) {
  auto cannot = [&](const char* why) {
    return std::runtime_error(
        fmt::format("the trail of {} cannot be carried over: {}", tenant.str(), why));
  };
  Ctx source(from, tenant, {});
  auto whole = source.tx().maybe<TreeRow>(store::kAuditTree);
  if (!whole) return 0;
  if (!source.tx().query(store::kAuditAnyOutside, whole->xid, whole->entry_id).empty())
    throw cannot("entries are not leaves yet");
  Ctx target(to, tenant, {});
  auto tree = target.tx().maybe<TreeRow>(store::kAuditLockTree).value_or(TreeRow{});
  target.tx().later(store::kAuditPlant, Uuid());
  if (tree.size > whole->size) throw cannot("the restored one is longer");
  if (tree.size > 0 &&
      column_of_hashes(source.tx().query(store::kAuditLeafHashes, tree.size - 1, tree.size)) !=
          column_of_hashes(target.tx().query(store::kAuditLeafHashes, tree.size - 1, tree.size)))
    throw cannot("they differ in what both have");
  Edge edge(target, static_cast<std::uint64_t>(tree.size));
  for (auto at = tree.size; at < whole->size;) {
    auto until = std::min(whole->size, at + kAtOnce);
    auto rows = source.tx().all<LeafEntry>(store::kAuditLeaves, at, until);
    source.rollback();
    if (static_cast<std::int64_t>(rows.size()) != until - at) throw cannot("leaves are missing");
    Leaves leaves(rows.size());
    std::vector<TileRow> tiles;
    for (const auto& row : rows) {
      auto hash = merkle::digest(row.hash.data);
      leaves.add(row.entry_id, hash);
      edge.append(hash, tenant, tiles);
    }
    target.tx().insert_many("audit_entry", std::vector<EntryRow>(rows.begin(), rows.end()),
                            "ON CONFLICT DO NOTHING");
    leaves.write(target, at);
    target.tx().insert_many("audit_tile", tiles);
    target.tx().later(store::kAuditCarried, until, Uuid::largest());
    target.commit();
    at = until;
  }
  auto known = last_head(target);
  target.tx().insert_many("audit_head",
                          source.tx().all<HeadRow>(store::kAuditHeadsFrom, known ? known->size : 0),
                          "ON CONFLICT DO NOTHING");
  target.commit();
  return whole->size - tree.size;
}

std::optional<std::string> recheck_trail(Base& base, const Uuid& tenant, const std::string& note) {
  auto text = crypto::open_note(note, base.keys.signer().verifier());
  auto checkpoint = text ? crypto::read_checkpoint(*text) : std::nullopt;
  if (!checkpoint) return "a head of the trail is not signed by this installation";
  auto size = static_cast<std::int64_t>(checkpoint->size);
  merkle::Tree tree;
  for (std::int64_t at = 0; at < size; at += kAtOnce) {
    Ctx ctx(base, tenant, {});
    auto until = std::min(size, at + kAtOnce);
    auto rows = ctx.tx().all<LeafEntry>(store::kAuditLeaves, at, until);
    if (static_cast<std::int64_t>(rows.size()) != until - at)
      return fmt::format("of the entries {} to {} of the trail some are missing", at, until - 1);
    for (const auto& row : rows) {
      auto hash = merkle::leaf_hash(entry_text(row));
      if (merkle::view(hash) != row.hash.data)
        return fmt::format("entry {} of the trail is not the one that was entered", row.leaf_index);
      tree.append(hash);
    }
  }
  if (tree.root() != checkpoint->root) return "the trail is another one than that of its head";
  return std::nullopt;
}

std::string trail_origin(Base& base, const Uuid& tenant) {
  return base.keys.signer().name() + "/trail/" + tenant.str();
}

std::optional<Head> last_head(Ctx& ctx) {
  auto row = ctx.tx().maybe<HeadRow>(store::kAuditLastHead);
  return row ? std::optional(Head{row->size, row->at, row->note}) : std::nullopt;
}

Head seal_trail(Base& base, const Uuid& tenant) {
  {  // Most tenants have nothing new most minutes.
    Ctx ctx(base, tenant, {});
    auto tree = ctx.tx().maybe<TreeRow>(store::kAuditTree);
    auto head = last_head(ctx);
    if (tree && head && head->size == tree->size &&
        ctx.tx().query(store::kAuditAnyPending, tree->xid, tree->entry_id).empty())
      return *head;
  }
  grow(base, tenant);
  Ctx ctx(base, tenant, {});
  auto tree = ctx.tx().one<TreeRow>(store::kAuditLockTree);
  auto head = last_head(ctx);
  if (head && head->size == tree.size) return *head;
  Edge edge(ctx, static_cast<std::uint64_t>(tree.size));
  crypto::Checkpoint checkpoint{trail_origin(base, tenant), edge.size(), edge.root(), now()};
  Head out{tree.size, checkpoint.at, base.keys.signer().sign(to_text(checkpoint))};
  ctx.tx().insert_many("audit_head", std::vector{HeadRow{tenant, out.size, out.at, out.note}});
  ctx.commit();
  return out;
}

Result<EntryProof> prove_entry(Ctx& ctx, const Uuid& entry) {
  auto row = ctx.tx().maybe<EntryRow>(store::kAuditOne, entry);
  if (!row) return not_found("The trail has no such entry.");
  auto index = ctx.tx().maybe<std::int64_t>(store::kAuditLeafOf, entry);
  auto head = last_head(ctx);
  if (!index || !head || *index >= head->size)
    return conflict(
        "No head has been signed over this entry yet. That happens every minute, or at once by "
        "POST /api/v1/audit/heads.",
        "entry-not-sealed");
  auto size = ctx.tx().one<TreeRow>(store::kAuditTree).size;
  auto hashes = with_nodes(ctx, static_cast<std::uint64_t>(size), [&](const merkle::Nodes& nodes) {
    return merkle::inclusion_proof(static_cast<std::uint64_t>(*index),
                                   static_cast<std::uint64_t>(head->size), nodes);
  });
  return EntryProof{entry_text(*row), *index, in_base64(hashes), *head};
}

Result<std::vector<std::string>> prove_growth(Ctx& ctx, std::int64_t before, std::int64_t size) {
  auto tree = ctx.tx().maybe<TreeRow>(store::kAuditTree);
  if (!tree || size > tree->size) return bad_input("/size", "must not be larger than the tree is.");
  if (before < 1 || before > size) return bad_input("/before", "must be from 1 to size.");
  return in_base64(
      with_nodes(ctx, static_cast<std::uint64_t>(tree->size), [&](const merkle::Nodes& nodes) {
        return merkle::consistency_proof(static_cast<std::uint64_t>(before),
                                         static_cast<std::uint64_t>(size), nodes);
      }));
}

namespace {

// The fields of entries are named in the row, their values stay sealed.
ProvenEntry proven(const ProvableRow& row) {
  return {row.entry_id,
          row.at,
          row.action,
          {row.actor_kind, row.actor_id.value_or(Uuid{})},
          row.person_id,
          row.fields,
          entry_text(row),
          row.leaf_index,
          {}};
}

}  // namespace

std::vector<ProvenEntry> proven_entries(Ctx& ctx, const Head& head, const EntriesWanted& wanted) {
  std::vector<ProvenEntry> out;
  auto size = ctx.tx().one<TreeRow>(store::kAuditTree).size;
  auto rows = ctx.tx().all<ProvableRow>(store::kAuditProvable, wanted.actions, wanted.from,
                                        wanted.until, head.size, wanted.most);
  for (const auto& row : rows) out.push_back(proven(row));
  // So many at a time that the loop is not held for long.
  constexpr std::size_t kProvenAtOnce = 100;
  for (std::size_t from = 0; wanted.proofs && from < out.size(); from += kProvenAtOnce) {
    auto until = std::min(out.size(), from + kProvenAtOnce);
    auto hashes =
        with_nodes(ctx, static_cast<std::uint64_t>(size), [&](const merkle::Nodes& nodes) {
          std::vector<std::vector<merkle::Digest>> paths;
          for (auto i = from; i < until; ++i)
            paths.push_back(merkle::inclusion_proof(static_cast<std::uint64_t>(out[i].index),
                                                    static_cast<std::uint64_t>(head.size), nodes));
          return paths;
        });
    for (auto i = from; i < until; ++i) out[i].hashes = in_base64(hashes[i - from]);
    net::sleep_for(std::chrono::milliseconds(0));
  }
  std::ranges::sort(out, {}, &ProvenEntry::index);
  return out;
}

std::int64_t count_entries(Ctx& ctx, const EntriesWanted& wanted) {
  return ctx.tx().one<std::int64_t>(store::kAuditCountProvable, wanted.actions, wanted.from,
                                    wanted.until);
}

std::vector<ProvenHead> proven_heads(Ctx& ctx, const Head& last, Timestamp from, std::size_t most) {
  constexpr std::int64_t kNewest = 100;
  auto newest = ctx.tx().later(store::kAuditHeads, last.size, last.at, kNewest);
  auto rows = ctx.tx().all<HeadRow>(store::kAuditDailyHeads);
  for (auto& row : newest.rows().all<HeadRow>()) rows.push_back(std::move(row));
  std::erase_if(rows, [&](const HeadRow& row) { return row.at < from || row.size >= last.size; });
  std::ranges::sort(rows, {}, [](const HeadRow& row) { return std::pair(row.size, row.at); });
  auto again = std::ranges::unique(rows, {}, &HeadRow::note);
  rows.erase(again.begin(), again.end());
  if (rows.size() >= most)
    rows.erase(rows.begin(), rows.end() - static_cast<std::ptrdiff_t>(most) + 1);
  rows.push_back({ctx.tenant, last.size, last.at, last.note});
  // Of an empty trail nothing is proven.
  std::erase_if(rows, [](const HeadRow& row) { return row.size == 0; });
  auto size = ctx.tx().one<TreeRow>(store::kAuditTree).size;
  auto proofs = with_nodes(ctx, static_cast<std::uint64_t>(size), [&](const merkle::Nodes& nodes) {
    std::vector<std::vector<merkle::Digest>> out;
    for (std::size_t i = 1; i < rows.size(); ++i)
      out.push_back(merkle::consistency_proof(static_cast<std::uint64_t>(rows[i - 1].size),
                                              static_cast<std::uint64_t>(rows[i].size), nodes));
    return out;
  });
  std::vector<ProvenHead> out;
  for (std::size_t i = 0; i < rows.size(); ++i)
    out.push_back({rows[i].size, rows[i].at, rows[i].note,
                   i == 0 ? std::vector<std::string>() : in_base64(proofs[i - 1])});
  return out;
}

namespace {
ErasureEntry erasure_entry(const ErasureRow& row) {
  return {row.entry_id, row.person_id, row.at, {row.actor_kind, row.actor_id.value_or(Uuid{})}};
}
}  // namespace

std::vector<ErasureEntry> erasures(Ctx& ctx, const Uuid& before, int limit) {
  std::vector<ErasureEntry> out;
  for (const auto& row : ctx.tx().all<ErasureRow>(store::kAuditErasures, before, limit))
    out.push_back(erasure_entry(row));
  return out;
}

std::optional<ErasureEntry> erasure_of(Ctx& ctx, const Uuid& person) {
  auto row = ctx.tx().maybe<ErasureRow>(store::kAuditErasureOf, person);
  return row ? std::optional(erasure_entry(*row)) : std::nullopt;
}

}  // namespace varde::trust
