// The statements and rows of the trail; only for this folder and for the one function that writes
// entries (audit.cpp).
#pragma once

#include "trust/ctx.hpp"

namespace varde::trust::trail_store {

struct EntryRow {
  Uuid tenant_id, entry_id;
  Timestamp at;
  ActorKind actor_kind = ActorKind::system;
  std::optional<Uuid> actor_id;
  std::string network, action, object_kind;
  std::optional<Uuid> object_id, person_id;
  std::vector<std::string> fields;
  std::optional<db::Bytes> sealed, commitment;
  std::optional<Uuid> instruction_id;
};
BOOST_DESCRIBE_STRUCT(EntryRow, (),
                      (tenant_id, entry_id, at, actor_kind, actor_id, network, action, object_kind,
                       object_id, person_id, fields, sealed, commitment, instruction_id))
#define VARDE_ENTRY_COLUMNS_WITH(sealed)                                                          \
  "e.tenant_id, e.entry_id, e.at, e.actor_kind, e.actor_id, e.network, e.action, e.object_kind, " \
  "e.object_id, e.person_id, e.fields, " sealed ", e.commitment, e.instruction_id"
#define VARDE_ENTRY_COLUMNS VARDE_ENTRY_COLUMNS_WITH("e.sealed")

inline constexpr db::Sql kPage{
    "audit.page", "SELECT " VARDE_ENTRY_COLUMNS
                  " FROM audit_entry e WHERE e.entry_id < $1 "
                  "AND ($2::uuid IS NULL OR e.actor_id = $2) AND ($3::uuid IS NULL OR e.object_id "
                  "= $3 OR e.person_id = $3) AND ($4::text IS NULL OR starts_with(e.action, $4)) "
                  "AND ($5::timestamptz IS NULL OR e.at >= $5) AND ($6::timestamptz IS NULL OR "
                  "e.at < $6) ORDER BY e.entry_id DESC LIMIT $7"};
// Two indexes (audit_entry_object, audit_entry_about), a page of each.
inline constexpr db::Sql kAbout{
    "audit.about",
    "SELECT " VARDE_ENTRY_COLUMNS
    " FROM ((SELECT * FROM audit_entry WHERE object_id = $1 AND entry_id < $2 ORDER BY entry_id "
    "DESC LIMIT $3) UNION ALL (SELECT * FROM audit_entry WHERE person_id = $1 AND person_id IS NOT "
    "NULL AND object_id IS DISTINCT FROM person_id AND entry_id < $2 ORDER BY entry_id DESC LIMIT "
    "$3)) e ORDER BY e.entry_id DESC LIMIT $3"};
inline constexpr db::Sql kEntry{
    "audit.one", "SELECT " VARDE_ENTRY_COLUMNS " FROM audit_entry e WHERE e.entry_id = $1"};

struct ErasureRow {
  Uuid entry_id, person_id;
  Timestamp at;
  ActorKind actor_kind = ActorKind::system;
  std::optional<Uuid> actor_id;
};
BOOST_DESCRIBE_STRUCT(ErasureRow, (), (entry_id, person_id, at, actor_kind, actor_id))
#define VARDE_ERASURE                                                      \
  "SELECT entry_id, person_id, at, actor_kind, actor_id FROM audit_entry " \
  "WHERE action = 'person.erase' AND "
inline constexpr db::Sql kErasures{"audit.erasures",
                                   VARDE_ERASURE "entry_id < $1 ORDER BY entry_id DESC LIMIT $2"};
// The first: a restore erases again.
inline constexpr db::Sql kErasureOf{"audit.erasure_of",
                                    VARDE_ERASURE "person_id = $1 ORDER BY entry_id LIMIT 1"};
#undef VARDE_ERASURE

// ---- as evidence

struct ProvableRow : EntryRow {
  std::int64_t leaf_index = 0;
};
BOOST_DESCRIBE_STRUCT(ProvableRow, (EntryRow), (leaf_index))
// The condition on the action is that of the index audit_entry_evidence.
#define VARDE_EVIDENCE                                                                        \
  "e.action IN ('person.erase', 'system.drill', 'system.restore', 'system.restore-keys', "    \
  "'keys.rotate', 'keys.rotate_root', 'retention.rule', 'retention.run', 'settings.update', " \
  "'user.join', 'user.update', 'user.remove', 'evidence.make', 'audit.mail', "                \
  "'contract.announce', 'contract.withdraw', 'contract.end', 'contract.reopen', "             \
  "'contract.export', 'tenant.restore', 'tenant.copy', 'tenant.copy-end') AND e.action = "    \
  "ANY($1) AND e.at >= $2 AND e.at < $3"
inline constexpr db::Sql kProvable{
    "audit.provable",
    "SELECT " VARDE_ENTRY_COLUMNS
    ", l.leaf_index FROM audit_entry e JOIN audit_leaf l ON l.entry_id = "
    "e.entry_id WHERE " VARDE_EVIDENCE " AND l.leaf_index < $4 ORDER BY e.entry_id DESC LIMIT $5"};
inline constexpr db::Sql kCountProvable{"audit.count_provable",
                                        "SELECT count(*) FROM audit_entry e WHERE " VARDE_EVIDENCE};
#undef VARDE_EVIDENCE

// ---- growing

struct TreeRow {
  std::int64_t size = 0, xid = 0;
  Uuid entry_id;
};
BOOST_DESCRIBE_STRUCT(TreeRow, (), (size, xid, entry_id))
inline constexpr db::Sql kPlant{"audit.plant",
                                "INSERT INTO audit_tree (tenant_id, size, xid, entry_id) VALUES "
                                "($1, 0, 0, $2) ON CONFLICT DO NOTHING"};
inline constexpr db::Sql kTree{"audit.tree", "SELECT size, xid, entry_id FROM audit_tree"};
inline constexpr db::Sql kLockTree{"audit.lock_tree",
                                   "SELECT size, xid, entry_id FROM audit_tree FOR UPDATE"};
inline constexpr db::Sql kGrown{"audit.grown",
                                "UPDATE audit_tree SET size = $1, xid = $2, entry_id = $3"};

// Entries that were brought in have this transaction's number, and so are none that wait.
inline constexpr db::Sql kCarried{
    "audit.carried",
    "UPDATE audit_tree SET size = $1, xid = pg_current_xact_id()::text::bigint, entry_id = $2"};

struct PendingRow : EntryRow {
  std::int64_t xid = 0;
};
BOOST_DESCRIBE_STRUCT(PendingRow, (EntryRow), (xid))
// Transactions below the snapshot's xmin are over: nothing can still come before these.
#define VARDE_PENDING                                                     \
  " FROM audit_entry e WHERE (e.xid, e.entry_id) > ($1, $2) AND e.xid < " \
  "pg_snapshot_xmin(pg_current_snapshot())::text::bigint "
// Of the values the leaf has their commitment alone: what is sealed stays where it is.
inline constexpr db::Sql kPending{
    "audit.pending",
    "SELECT " VARDE_ENTRY_COLUMNS_WITH(
        "NULL::bytea AS sealed") ", e.xid" VARDE_PENDING "ORDER BY e.xid, e.entry_id LIMIT $3"};
inline constexpr db::Sql kAnyPending{"audit.any_pending",
                                     "SELECT 1::bigint" VARDE_PENDING "LIMIT 1"};
#undef VARDE_PENDING
inline constexpr db::Sql kAnyOutside{
    "audit.any_outside",
    "SELECT 1::bigint FROM audit_entry e WHERE (e.xid, e.entry_id) > ($1, $2) LIMIT 1"};

// As many leaves as there are, from $2 on, in one statement of four parameters.
inline constexpr db::Sql kAddLeaves{
    "audit.add_leaves",
    "INSERT INTO audit_leaf (tenant_id, leaf_index, entry_id, hash) SELECT $1, $2 + n - 1, id, h "
    "FROM unnest($3::uuid[], $4::bytea[]) WITH ORDINALITY AS a (id, h, n)"};
inline constexpr db::Sql kLeafHashes{
    "audit.leaf_hashes",
    "SELECT hash FROM audit_leaf WHERE leaf_index >= $1 AND leaf_index < $2 ORDER BY leaf_index"};
inline constexpr db::Sql kLeafOf{"audit.leaf_of",
                                 "SELECT leaf_index FROM audit_leaf WHERE entry_id = $1"};

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
// The roots that are part of an incomplete tile of the tier above ($1 + 1).
inline constexpr db::Sql kTileRoots{
    "audit.tile_roots",
    "SELECT root FROM audit_tile WHERE tier = $1 AND place >= $2 AND place < $3 ORDER BY place"};
struct TileHashes {
  std::int64_t tier = 0, place = 0;
  db::Bytes hashes;
};
BOOST_DESCRIBE_STRUCT(TileHashes, (), (tier, place, hashes))
inline constexpr db::Sql kTiles{
    "audit.tiles",
    "SELECT t.tier, t.place, t.hashes FROM unnest($1::bigint[], $2::bigint[]) AS a (tier, place) "
    "JOIN audit_tile t ON t.tier = a.tier AND t.place = a.place"};

// ---- heads

struct HeadRow {
  Uuid tenant_id;
  std::int64_t size = 0;
  Timestamp at;
  std::string note;
};
BOOST_DESCRIBE_STRUCT(HeadRow, (), (tenant_id, size, at, note))
#define VARDE_HEAD "SELECT tenant_id, size, at, note FROM audit_head "
inline constexpr db::Sql kLastHead{"audit.last_head",
                                   VARDE_HEAD "ORDER BY size DESC, at DESC LIMIT 1"};
inline constexpr db::Sql kHeads{
    "audit.heads", VARDE_HEAD "WHERE (size, at) < ($1, $2) ORDER BY size DESC, at DESC LIMIT $3"};
// The last one of each day, and the newest.
inline constexpr db::Sql kDailyHeads{
    "audit.daily_heads",
    "SELECT DISTINCT ON (date_trunc('day', at, 'UTC')) tenant_id, size, at, note FROM audit_head "
    "ORDER BY date_trunc('day', at, 'UTC'), size DESC, at DESC"};
inline constexpr db::Sql kHeadsFrom{"audit.heads_from",
                                    VARDE_HEAD "WHERE size >= $1 ORDER BY size, at"};
#undef VARDE_HEAD

// ---- reading it all

struct LeafEntry : EntryRow {
  std::int64_t leaf_index = 0;
  db::Bytes hash;
};
BOOST_DESCRIBE_STRUCT(LeafEntry, (EntryRow), (leaf_index, hash))
inline constexpr db::Sql kLeaves{
    "audit.leaves", "SELECT " VARDE_ENTRY_COLUMNS
                    ", l.leaf_index, l.hash FROM audit_leaf l JOIN audit_entry e ON e.entry_id = "
                    "l.entry_id WHERE l.leaf_index >= $1 AND l.leaf_index < $2 ORDER BY "
                    "l.leaf_index"};

}  // namespace varde::trust::trail_store
