// The export: pages of persons → CSV or JSON → sealed pieces.
#include "people/csv/csv_writer.hpp"
#include "people/segment/segment.hpp"
#include "people/transfer/internal.hpp"
#include "people/transfer/store_sql.hpp"
#include "trust/audit.hpp"

namespace varde::people {

using namespace store;
using trust::Ctx;
namespace json = boost::json;

namespace {
constexpr int kPage = 1000;
}

Result<jobs::Outcome> run_export(trust::Base& base, const jobs::Job& job) {
  auto payload = json::parse(job.payload.text);
  auto id = *Uuid::parse(std::string_view(payload.at("export_id").as_string()));
  auto tenant = *job.tenant_id;
  Ctx ctx(base, tenant, {});
  auto record = ctx.tx().maybe<ExportRecord>(kExportOne, id);
  auto key = base.keys.key(tenant, id);
  if (!record || record->state > 2 || !key) return jobs::Outcome::done();
  // A run that was cut short begins anew: nothing of it was shown.
  ctx.tx().later(kExportClear, id);
  ctx.tx().later(kExportState, id, 2, std::int64_t{0}, std::string(), std::optional<Timestamp>());
  ctx.commit();

  auto settings = json::parse(record->settings.text);
  PersonFilter filter;
  for (const char* name : {"segment_id", "list_id"})
    if (const auto* value = settings.as_object().if_contains(name);
        value != nullptr && value->is_string())
      (std::string_view(name) == "list_id" ? filter.list : filter.segment) =
          Uuid::parse(std::string_view(value->as_string()));
  auto catalogue = attributes(ctx);
  auto csv = record->format == 1;
  csv::Writer table;
  std::string list = "[";
  if (csv) {
    std::vector<std::string> head{"id",       "email",     "phone", "first_name", "last_name",
                                  "language", "time_zone", "tags",  "created_at"};
    for (const auto& attribute : catalogue) head.push_back(attribute.key);
    table.row(head);
  }
  std::int64_t rows_written = 0, number = 0;
  auto before = Uuid::largest();
  while (true) {
    if (jobs::Workers::stopping()) return jobs::Outcome::again(now());
    auto ids = search(ctx, filter, before, kPage);
    if (!ids) {
      ctx.tx().later(kExportState, id, 4, rows_written, ids.error().message, std::optional(now()));
      ctx.commit();
      return jobs::Outcome::done();
    }
    if (!ids->empty()) before = ids->back();
    auto persons = load(ctx, *ids);
    auto brief = rows(ctx, *ids);
    std::unordered_map<Uuid, std::vector<std::string>> tags;
    for (auto& row : brief) tags[row.id] = std::move(row.tags);
    for (const auto& person : persons) {
      if (person.state == PersonState::restricted) continue;
      if (csv) {
        std::vector<std::string> cells{person.id.str(),
                                       person.email.reveal(),
                                       person.phone.reveal(),
                                       person.first_name.reveal(),
                                       person.last_name.reveal(),
                                       person.language,
                                       person.time_zone,
                                       fmt::format("{}", fmt::join(tags[person.id], ";")),
                                       to_rfc3339(person.created_at)};
        for (const auto& attribute : catalogue) {
          auto value = person.attributes.find(attribute.id);
          cells.push_back(value == person.attributes.end() ? "" : csv::cell_of(value->second));
        }
        table.row(cells);
      } else {
        json::object out{{"id", person.id.str()},
                         {"email", person.email.reveal()},
                         {"phone", person.phone.reveal()},
                         {"first_name", person.first_name.reveal()},
                         {"last_name", person.last_name.reveal()},
                         {"language", person.language},
                         {"time_zone", person.time_zone},
                         {"tags", json::value_from(tags[person.id])},
                         {"created_at", to_rfc3339(person.created_at)}};
        json::object values;
        for (const auto& attribute : catalogue)
          if (auto value = person.attributes.find(attribute.id); value != person.attributes.end())
            values[attribute.key] = value->second;
        out["attributes"] = std::move(values);
        list += rows_written == 0 ? "\n" : ",\n";
        list += json::serialize(out);
      }
      ++rows_written;
    }
    bool last = static_cast<int>(ids->size()) < kPage;
    if (last) list += "\n]\n";
    auto piece = csv ? table.take() : std::exchange(list, {});
    ctx.tx().insert_many(
        "export_piece",
        std::vector<ExportPieceRecord>{
            {tenant, id, number, {crypto::seal(*key, piece, piece_context(id, 3, number))}, *ids}});
    ++number;
    if (ctx.tx()
            .query(kExportGoesOn, id, last ? 3 : 2, rows_written,
                   last ? std::optional(now()) : std::nullopt)
            .empty())
      return jobs::Outcome::done();  // somebody in it was erased: it ends unwritten
    ctx.commit();
    if (last) return jobs::Outcome::done();
  }
}

}  // namespace varde::people
