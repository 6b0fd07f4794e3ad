#include "trust/names.hpp"

namespace varde::trust {

std::map<Uuid, std::string> names_by(Ctx& ctx, const db::Sql& statement,
                                     const std::vector<Uuid>& ids) {
  std::map<Uuid, std::string> out;
  auto rows = ctx.tx().query(statement, ids);
  for (int i = 0; i < rows.size(); ++i) out[rows.get<Uuid>(i, 0)] = rows.get<std::string>(i, 1);
  return out;
}

void add_names(Base& base, const db::Sql& statement) {
  base.extensions.add(NameSource{[statement](Ctx& ctx, const std::vector<Uuid>& ids) {
    return names_by(ctx, statement, ids);
  }});
}

std::map<Uuid, std::string> names_of(Ctx& ctx, const std::vector<Uuid>& ids) {
  std::map<Uuid, std::string> out;
  if (!ids.empty())
    for (const auto& source : ctx.base.extensions.all<NameSource>())
      out.merge(source.names_of(ctx, ids));
  return out;
}

}  // namespace varde::trust
