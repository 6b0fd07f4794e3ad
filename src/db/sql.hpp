// A statement and its name. Statements stand in store.sql of each module, from which
// tools/statements writes these constants; whoever composes SQL at run time makes one here.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace varde::db {

/// A statement with a name, by which it is prepared and found in PostgreSQL's statistics; both must
/// outlive the program. With an empty name it is not prepared: for statements composed at run time
/// (from the program's own pieces only; values are always parameters).
struct Sql {
  std::string_view name;
  std::string_view text;
  /// The number of the parameter that is the transaction's tenant, the last one, which Tx gives by
  /// itself; 0: the statement names no tenant.
  int tenant = 0;
};

/// A statement that is composed at run time, from the program's own pieces only. It names its
/// tenant as store.sql does, {tenant}, which becomes the parameter after its `arguments` others.
class ComposedSql {
 public:
  ComposedSql(std::string_view name, std::string_view text, std::size_t arguments)
      : name_(name), tenant_(static_cast<int>(arguments) + 1) {
    constexpr std::string_view kHole = "{tenant}";
    for (std::size_t at = 0; at <= text.size();) {
      auto hole = std::min(text.find(kHole, at), text.size());
      text_.append(text, at, hole - at);
      if (hole < text.size()) {
        text_ += '$';
        text_ += std::to_string(tenant_);
        named_ = true;
      }
      at = hole + kHole.size();
    }
  }
  /// Good as long as this is.
  operator Sql() const { return {name_, text_, named_ ? tenant_ : 0}; }

 private:
  std::string_view name_;
  std::string text_;
  int tenant_;
  bool named_ = false;
};

}  // namespace varde::db
