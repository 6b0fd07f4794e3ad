#include "trust/table.hpp"

#include <ranges>

#include "web/reflect.hpp"

namespace varde::trust {

namespace json = boost::json;

namespace {

std::string filled(std::string_view rest, const Uuid& tenant, std::string_view id,
                   std::string_view id_bytes) {
  std::string out;
  while (!rest.empty()) {
    auto open = rest.find('{');
    out += rest.substr(0, open);
    if (open == std::string_view::npos) break;
    auto close = rest.find('}', open);
    auto word = rest.substr(open + 1, close - open - 1);
    if (word == "tenant") out += tenant.str();
    if (word == "id") out += id;
    if (word == "tenant.bytes") out += tenant.view();
    if (word == "id.bytes") out += id_bytes;
    rest.remove_prefix(close + 1);
  }
  return out;
}

}  // namespace

std::string Seal::context_of(const Uuid& tenant, const Uuid& row) const {
  return filled(context, tenant, row.str(), row.view());
}
std::string Seal::context_of(const Uuid& tenant, std::string_view row) const {
  auto bytes = Uuid::parse(row);
  return filled(context, tenant, row, bytes ? bytes->view() : std::string_view());
}

bool Table::about_persons() const {
  return std::ranges::any_of(columns, [](const Columns& c) { return c.is != ColumnClass::none; });
}

namespace declare {

Columns nothing_personal(std::vector<std::string> names) {
  return {ColumnClass::none, std::move(names)};
}
Columns pseudonyms(std::vector<std::string> names) {
  return {ColumnClass::pseudonym, std::move(names)};
}
Columns behaviour(std::vector<std::string> names) {
  return {ColumnClass::behaviour, std::move(names)};
}
Columns readable(std::vector<std::string> names) { return {ColumnClass::plain, std::move(names)}; }
Columns sealed(const Seal& seal, SealReader reader) {
  return {ColumnClass::sealed, {std::string(seal.column)}, &seal, std::move(reader)};
}
Columns ciphertext(std::vector<std::string> names) {
  return {ColumnClass::sealed, std::move(names)};
}
Columns file(const Seal& seal) { return {ColumnClass::none, {std::string(seal.column)}, &seal}; }

OnErasure names_nobody() { return {OnErasure::Does::nothing, ""}; }
OnErasure deletes_by(std::string column) { return {OnErasure::Does::deletes, std::move(column)}; }
OnErasure follows(std::string table) { return {OnErasure::Does::follows, std::move(table)}; }
OnErasure erases(std::string what, OnErasure::Run run) {
  return {OnErasure::Does::runs, std::move(what), std::move(run)};
}
OnErasure outlives_persons(std::string why) { return {OnErasure::Does::keeps, std::move(why)}; }

Kept until_contract_ends() { return {Kept::Until::contract_ends}; }
Kept until_person_goes() { return {Kept::Until::person_goes}; }
Kept by_rule(std::string category) { return {Kept::Until::rule, std::move(category)}; }
Kept until_column(std::string column) { return {Kept::Until::expiry, std::move(column)}; }
Kept for_days(int days) { return {Kept::Until::days, std::to_string(days)}; }

Shown under(std::vector<std::string> sections) { return {std::move(sections)}; }
Shown not_shown(std::string why) { return {{}, std::move(why)}; }

AtEnd taken_along() { return {}; }
AtEnd left_behind(std::string why) { return {std::move(why)}; }

AfterRestore goes_back() { return {AfterRestore::Fate::goes_back, ""}; }
AfterRestore stays(std::string why) { return {AfterRestore::Fate::stays, std::move(why)}; }
AfterRestore joined(std::string why) { return {AfterRestore::Fate::joined, std::move(why)}; }
AfterRestore ends(std::string why) { return {AfterRestore::Fate::ends, std::move(why)}; }
AfterRestore apart(std::string why) { return {AfterRestore::Fate::apart, std::move(why)}; }

Table settings(std::string name, std::vector<std::string> columns, AfterRestore restored) {
  return {.name = std::move(name),
          .holds = "",
          .columns = {nothing_personal(std::move(columns))},
          .erased = names_nobody(),
          .kept = until_contract_ends(),
          .shown = not_shown("it is about nobody"),
          .at_end = taken_along(),
          .restored = std::move(restored)};
}
Table bookkeeping(std::string name, std::vector<std::string> columns, std::string why,
                  AfterRestore restored) {
  auto out = settings(std::move(name), std::move(columns), std::move(restored));
  out.at_end = left_behind(std::move(why));
  return out;
}

}  // namespace declare

void add_tables(Base& base, std::vector<Table> tables) {
  for (auto& table : tables) {
    if (table.erased.does == OnErasure::Does::deletes)
      table.erased.statement = std::make_shared<const db::ComposedSql>(
          "",
          "DELETE FROM " + table.name + " WHERE tenant_id = {tenant} AND " + table.erased.what +
              " = ANY($1)",
          1);
    base.extensions.add(std::move(table));
  }
}

const std::vector<Table>& tables_of(const Base& base) { return base.extensions.all<Table>(); }

void erase_rows(Ctx& ctx, const std::vector<Uuid>& persons) {
  const auto& tables = tables_of(ctx.base);
  for (const auto& table : tables)
    if (table.erased.run) table.erased.run(ctx, persons);
  for (const auto& table : std::views::reverse(tables))
    if (table.erased.statement) ctx.tx().later(*table.erased.statement, persons);
}

std::string SealedColumn::context(const Uuid& tenant, const json::object& row) const {
  return seal->context_of(tenant, std::string_view(row.at(seal->id).as_string()));
}

std::vector<SealedColumn> sealed_columns(const Base& base) {
  std::vector<SealedColumn> out;
  for (const auto& table : tables_of(base))
    for (const auto& columns : table.columns)
      if (columns.seal != nullptr) out.push_back({table.name, columns.seal, columns.reader});
  return out;
}

namespace {

std::string_view word(OnErasure::Does does) {
  constexpr std::string_view kWords[] = {"nothing", "deletes", "follows", "runs", "keeps"};
  return kWords[static_cast<int>(does)];
}
std::string_view word(Kept::Until until) {
  constexpr std::string_view kWords[] = {"contract", "person", "rule", "column", "days"};
  return kWords[static_cast<int>(until)];
}
std::string_view word(AfterRestore::Fate fate) {
  constexpr std::string_view kWords[] = {"goes back", "stays", "joined", "ends", "apart"};
  return kWords[static_cast<int>(fate)];
}

}  // namespace

json::array describe_tables(const Base& base) {
  json::array out;
  for (const auto& table : tables_of(base)) {
    json::object columns;
    json::array sealed;
    for (const auto& some : table.columns) {
      for (const auto& name : some.names) columns[name] = web::enum_word(some.is);
      if (some.seal != nullptr && !some.seal->context.empty())
        sealed.emplace_back(some.seal->column);
    }
    out.push_back(json::object{
        {"table", table.name},
        {"holds", table.holds},
        {"columns", columns},
        {"opened", sealed},
        {"erased", {{"does", word(table.erased.does)}, {"what", table.erased.what}}},
        {"kept", {{"until", word(table.kept.until)}, {"what", table.kept.what}}},
        {"shown", json::value_from(table.shown.sections)},
        {"not_shown", table.shown.why_not},
        {"left_behind", table.at_end.why_not},
        {"restored", {{"fate", word(table.restored.fate)}, {"why", table.restored.why}}}});
  }
  return out;
}

}  // namespace varde::trust
