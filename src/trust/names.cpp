#include "trust/names.hpp"

namespace varde::trust {
namespace {

std::vector<NameSource>& sources() {
  static std::vector<NameSource> all;
  return all;
}

}  // namespace

void add_names(NameSource source) { sources().push_back(std::move(source)); }

void add_names(const db::Sql& statement) {
  add_names([statement](Ctx& ctx, const std::vector<Uuid>& ids) {
    std::map<Uuid, std::string> out;
    auto rows = ctx.tx().query(statement, ids);
    for (int i = 0; i < rows.size(); ++i) out[rows.get<Uuid>(i, 0)] = rows.get<std::string>(i, 1);
    return out;
  });
}

std::map<Uuid, std::string> names_of(Ctx& ctx, const std::vector<Uuid>& ids) {
  std::map<Uuid, std::string> out;
  if (!ids.empty())
    for (const auto& source : sources()) out.merge(source(ctx, ids));
  return out;
}

}  // namespace varde::trust
