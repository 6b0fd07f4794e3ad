// What is sealed in a column of a table, and where it belongs: its ciphertext is bound to the
// organisation and the row, so that one that was moved elsewhere does not open.
//
// A seal is written down once, as a constant beside the record of the table; the record's member is
// a Sealed of it, and the table's declaration (trust/table.hpp) names it. Whoever writes, reads or
// hands out the column has the same context, because there is no other.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "crypto/aead.hpp"
#include "db/value.hpp"

namespace varde::trust {

struct Seal {
  enum class Holds { text, json, file };
  std::string_view column;  ///< Where it stands: "sealed".
  /// What the ciphertext is bound to: "booking:{id}". {tenant} and {id} stand for the ids as text,
  /// {tenant.bytes} and {id.bytes} for their 16 bytes. Empty: a file that is no secret.
  std::string_view context;
  std::string_view id;  ///< The column of {id}.
  /// The column with the id under whose key it is sealed; empty: under the organisation's own.
  std::string_view owner = "person_id";
  /// The purpose of the organisation's key for rows without an owner; empty: there are none.
  std::string_view purpose = {};
  Holds holds = Holds::json;

  std::string context_of(const Uuid& tenant, const Uuid& row) const;
  /// For rows whose {id} is text.
  std::string context_of(const Uuid& tenant, std::string_view row) const;
};

/// The bytes of a sealed column.
template <const Seal& kSeal>
struct Sealed {
  std::string data;

  template <class Id>
  static Sealed of(const crypto::Key& key, std::string_view plain, const Uuid& tenant,
                   const Id& id) {
    return {crypto::seal(key, plain, kSeal.context_of(tenant, id))};
  }
  /// nullopt: under another key, of another row, or damaged.
  template <class Id>
  std::optional<std::string> open(const crypto::Key& key, const Uuid& tenant, const Id& id) const {
    return crypto::open(key, data, kSeal.context_of(tenant, id));
  }
  bool operator==(const Sealed&) const = default;
};

}  // namespace varde::trust

namespace varde::db {

template <const trust::Seal& kSeal>
struct Codec<trust::Sealed<kSeal>> {
  static constexpr Oid oid = oid::kBytea, array_oid = oid::kByteaArray;
  static void encode(std::string& out, const trust::Sealed<kSeal>& value) { out += value.data; }
  static trust::Sealed<kSeal> decode(Oid type, const char* data, int size) {
    return {Codec<Bytes>::decode(type, data, size).data};
  }
};

}  // namespace varde::db
