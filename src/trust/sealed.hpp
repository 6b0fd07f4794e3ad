// How what is sealed in a table's column is opened, for whoever hands out whole tables (all of an
// organisation's data at the end of a contract). Each module that seals a column adds one; a test
// holds these against the claims.
#pragma once

#include <boost/json.hpp>
#include <functional>
#include <string>

#include "trust/ctx.hpp"

namespace varde::trust {

/// Extension: a sealed column.
struct SealedColumn {
  enum class Holds { text, json, file };
  std::string table, column;
  /// The column with the id under whose key it is sealed (person_id).
  std::string owner;
  /// The purpose of the tenant's key that seals rows without an owner; empty: there are none.
  std::string purpose;
  /// The AEAD's context of a row; nullptr: the column is not sealed (a file that is no secret).
  std::function<std::string(const Uuid& tenant, const boost::json::object& row)> context;
  Holds holds = Holds::json;
  /// What brings opened values into words that others understand, made once for a table; nullptr:
  /// they are in such.
  std::function<std::function<boost::json::value(const boost::json::value&)>(Ctx&)> reader =
      nullptr;
};

/// A context that is a prefix and the row's id in text, with the tenant's before it or without.
inline auto sealed_under(std::string prefix, std::string id, bool with_tenant,
                         std::string between = "") {
  return [=](const Uuid& tenant, const boost::json::object& row) {
    return prefix + (with_tenant ? tenant.str() + between : std::string()) +
           std::string(row.at(id).as_string());
  };
}

}  // namespace varde::trust
