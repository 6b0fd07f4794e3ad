// Growing the tree, and reading what a proof needs of it.
#include <map>
#include <set>

#include "base/text.hpp"
#include "trust/trail/entry.hpp"
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
      answers.push_back(
          tier == 0 ? ctx.tx().later(kLeafHashes, from, until)
                    : ctx.tx().later(kTileRoots, static_cast<std::int64_t>(tier - 1), from, until));
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
  auto later = ctx.tx().later(kTiles, tiers, places);
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

// One transaction of growing.
std::size_t grow_some(Ctx& ctx) {
  auto tree = ctx.tx().maybe<TreeRow>(kLockTree);
  if (!tree) {
    ctx.tx().later(kPlant, ctx.tenant, Uuid());
    ctx.commit();
    tree = ctx.tx().one<TreeRow>(kLockTree);
  }
  auto pending = ctx.tx().later(kPending, tree->xid, tree->entry_id, kAtOnce);
  Edge edge(ctx, static_cast<std::uint64_t>(tree->size));
  auto entries = pending.rows().all<PendingRow>();
  if (entries.empty()) return 0;
  std::vector<LeafRow> leaves;
  std::vector<TileRow> tiles;
  leaves.reserve(entries.size());
  for (const auto& entry : entries) {
    auto hash = merkle::leaf_hash(entry_text(entry));
    leaves.push_back({ctx.tenant,
                      static_cast<std::int64_t>(edge.size()),
                      entry.entry_id,
                      {std::string(merkle::view(hash))}});
    edge.append(hash, ctx.tenant, tiles);
  }
  ctx.tx().insert_many("audit_leaf", leaves);
  ctx.tx().insert_many("audit_tile", tiles);
  ctx.tx().later(kGrown, static_cast<std::int64_t>(edge.size()), entries.back().xid,
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

std::string trail_origin(Base& base, const Uuid& tenant) {
  return base.keys.signer().name() + "/trail/" + tenant.str();
}

std::optional<Head> last_head(Ctx& ctx) {
  auto row = ctx.tx().maybe<HeadRow>(kLastHead);
  return row ? std::optional(Head{row->size, row->at, row->note}) : std::nullopt;
}

Head seal_trail(Base& base, const Uuid& tenant) {
  {  // Most tenants have nothing new most minutes.
    Ctx ctx(base, tenant, {});
    auto tree = ctx.tx().maybe<TreeRow>(kTree);
    auto head = last_head(ctx);
    if (tree && head && head->size == tree->size &&
        ctx.tx().query(kAnyPending, tree->xid, tree->entry_id).empty())
      return *head;
  }
  grow(base, tenant);
  Ctx ctx(base, tenant, {});
  auto tree = ctx.tx().one<TreeRow>(kLockTree);
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
  auto row = ctx.tx().maybe<EntryRow>(kEntry, entry);
  if (!row) return not_found("The trail has no such entry.");
  auto index = ctx.tx().maybe<std::int64_t>(kLeafOf, entry);
  auto head = last_head(ctx);
  if (!index || !head || *index >= head->size)
    return conflict(
        "No head has been signed over this entry yet. That happens every minute, or at once by "
        "POST /api/v1/audit/heads.",
        "entry-not-sealed");
  auto size = ctx.tx().one<TreeRow>(kTree).size;
  auto hashes = with_nodes(ctx, static_cast<std::uint64_t>(size), [&](const merkle::Nodes& nodes) {
    return merkle::inclusion_proof(static_cast<std::uint64_t>(*index),
                                   static_cast<std::uint64_t>(head->size), nodes);
  });
  return EntryProof{entry_text(*row), *index, in_base64(hashes), *head};
}

Result<std::vector<std::string>> prove_growth(Ctx& ctx, std::int64_t before, std::int64_t size) {
  auto tree = ctx.tx().maybe<TreeRow>(kTree);
  if (!tree || size > tree->size) return bad_input("/size", "must not be larger than the tree is.");
  if (before < 1 || before > size) return bad_input("/before", "must be from 1 to size.");
  return in_base64(
      with_nodes(ctx, static_cast<std::uint64_t>(tree->size), [&](const merkle::Nodes& nodes) {
        return merkle::consistency_proof(static_cast<std::uint64_t>(before),
                                         static_cast<std::uint64_t>(size), nodes);
      }));
}

namespace {
ErasureEntry erasure_entry(const ErasureRow& row) {
  return {row.entry_id, row.person_id, row.at, {row.actor_kind, row.actor_id.value_or(Uuid{})}};
}
}  // namespace

std::vector<ErasureEntry> erasures(Ctx& ctx, const Uuid& before, int limit) {
  std::vector<ErasureEntry> out;
  for (const auto& row : ctx.tx().all<ErasureRow>(kErasures, before, limit))
    out.push_back(erasure_entry(row));
  return out;
}

std::optional<ErasureEntry> erasure_of(Ctx& ctx, const Uuid& person) {
  auto row = ctx.tx().maybe<ErasureRow>(kErasureOf, person);
  return row ? std::optional(erasure_entry(*row)) : std::nullopt;
}

}  // namespace varde::trust
