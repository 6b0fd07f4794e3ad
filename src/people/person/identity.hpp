// How a person's identity is packed, hashed and compared; only for this folder.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/canonical.hpp"
#include "crypto/hash.hpp"
#include "people/person/store.hpp"

namespace varde::people {

/// The sealed part as it is stored: short names, attributes by id.
std::string pack(const Identity& identity);
Identity unpack(std::string_view text);
/// An alarm: what is stored of a person does not open.
void raise_damaged(const trust::Ctx& ctx, const Uuid& person);

/// Words by which a person is found, and the beginnings of them that are stored as hashes.
std::vector<std::string> search_words(const Identity& identity);
std::set<std::string> prefixes_of(const Identity& identity);
// Which prefixes of a word are findable: a search for five letters looks for four and reads the
// rest.
inline constexpr std::size_t kWordPrefixes[] = {2, 3, 4, 6, 9};
inline constexpr std::size_t kPhonePrefixes[] = {6, 9, 12};

/// The keyed hashes of one tenant.
struct Index {
  crypto::Key key;
  explicit Index(trust::Ctx& ctx) : key(ctx.base.keys.tenant_key(ctx.tenant, "blind-index")) {}
  db::Bytes email(std::string_view address) const {
    return {crypto::keyed_hash(key, "email:" + email_key(address))};
  }
  db::Bytes phone(std::string_view number) const {
    return {crypto::keyed_hash(key, "phone:" + std::string(number))};
  }
  std::int64_t prefix(std::string_view text) const {
    return crypto::keyed_hash64(key, "prefix:" + std::string(text));
  }
};

/// One spelling for each number: 12 and 12.0 are the same value.
boost::json::value number_json(double number);
std::string text_of(const boost::json::value& value);
/// A plain value as its row, and back.
store::ValueRecord record_of(const Uuid& tenant, const Uuid& person, const Attribute& attribute,
                             const boost::json::value& value);
boost::json::value value_of(const Attribute& attribute, const store::ValueRecord& record);

}  // namespace varde::people
