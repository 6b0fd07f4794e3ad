#include "trust/uses.hpp"

#include <fmt/format.h>

#include <vector>

namespace varde::trust {
namespace {

constexpr std::size_t kMostNamed = 5;

struct UseSource {
  const char* kind;
  db::Sql statement;
};

}  // namespace

void add_uses(Base& base, const char* kind, const db::Sql& statement) {
  base.extensions.add(UseSource{kind, statement});
}

Result<void> is_unused(Ctx& ctx, const Uuid& thing, std::string_view what) {
  std::vector<std::string> uses;
  for (const auto& source : ctx.base.extensions.all<UseSource>())
    for (const auto& name : ctx.tx().all<std::string>(source.statement, thing))
      uses.push_back(fmt::format("{} “{}”", source.kind, name));
  if (uses.empty()) return {};
  std::string named;
  for (std::size_t i = 0; i < uses.size() && i < kMostNamed; ++i)
    named += (i == 0 ? "" : ", ") + uses[i];
  if (uses.size() > kMostNamed) named += fmt::format(" and {} more", uses.size() - kMostNamed);
  return Error{ErrorCode::conflict,
               fmt::format("{} is in use: {}. Take it out there first.", what, named),
               {},
               "in-use",
               0};
}

}  // namespace varde::trust
