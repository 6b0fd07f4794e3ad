// The statements and rows of the trail; only for this folder and for the one function that writes
// entries (audit.cpp).
#pragma once

#include "trust/ctx.hpp"
#include "trust/seal.hpp"

namespace varde::trust::trail_store {

inline constexpr Seal kEntryValues{.column = "sealed",
                                   .context = "audit:{tenant}:{id}",
                                   .id = "entry_id",
                                   .purpose = "trail-values",
                                   .holds = Seal::Holds::text};

struct EntryRow {
  Uuid tenant_id, entry_id;
  Timestamp at;
  ActorKind actor_kind = ActorKind::system;
  std::optional<Uuid> actor_id;
  std::string network, action, object_kind;
  std::optional<Uuid> object_id, person_id;
  std::vector<std::string> fields;
  std::optional<Sealed<kEntryValues>> sealed;
  std::optional<db::Bytes> commitment;
  std::optional<Uuid> instruction_id;
};
BOOST_DESCRIBE_STRUCT(EntryRow, (),
                      (tenant_id, entry_id, at, actor_kind, actor_id, network, action, object_kind,
                       object_id, person_id, fields, sealed, commitment, instruction_id))

struct ErasureRow {
  Uuid entry_id, person_id;
  Timestamp at;
  ActorKind actor_kind = ActorKind::system;
  std::optional<Uuid> actor_id;
};
BOOST_DESCRIBE_STRUCT(ErasureRow, (), (entry_id, person_id, at, actor_kind, actor_id))

// ---- as evidence

struct ProvableRow : EntryRow {
  std::int64_t leaf_index = 0;
};
BOOST_DESCRIBE_STRUCT(ProvableRow, (EntryRow), (leaf_index))

// ---- growing

struct TreeRow {
  std::int64_t size = 0, xid = 0;
  Uuid entry_id;
};
BOOST_DESCRIBE_STRUCT(TreeRow, (), (size, xid, entry_id))

struct PendingRow : EntryRow {
  std::int64_t xid = 0;
};
BOOST_DESCRIBE_STRUCT(PendingRow, (EntryRow), (xid))

struct TileRow {
  Uuid tenant_id;
  std::int64_t tier = 0, place = 0;
  db::Bytes hashes, root;
};
BOOST_DESCRIBE_STRUCT(TileRow, (), (tenant_id, tier, place, hashes, root))
struct TilePlace {
  std::int64_t tier = 0, place = 0;
  auto operator<=>(const TilePlace&) const = default;
};
struct TileHashes {
  std::int64_t tier = 0, place = 0;
  db::Bytes hashes;
};
BOOST_DESCRIBE_STRUCT(TileHashes, (), (tier, place, hashes))

// ---- heads

struct HeadRow {
  Uuid tenant_id;
  std::int64_t size = 0;
  Timestamp at;
  std::string note;
};
BOOST_DESCRIBE_STRUCT(HeadRow, (), (tenant_id, size, at, note))

// ---- reading it all

struct LeafEntry : EntryRow {
  std::int64_t leaf_index = 0;
  db::Bytes hash;
};
BOOST_DESCRIBE_STRUCT(LeafEntry, (EntryRow), (leaf_index, hash))

}  // namespace varde::trust::trail_store
