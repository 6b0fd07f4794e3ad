#include "people/transfer/internal.hpp"
#include "people/transfer/store_sql.hpp"
#include "trust/erasure.hpp"
#include "trust/names.hpp"
#include "trust/tenant/tenant.hpp"

namespace varde::people {

using namespace store;
using trust::Ctx;
namespace json = boost::json;

namespace {

constexpr auto kExportKept = std::chrono::hours(72);
constexpr auto kUploadKept = std::chrono::hours(7 * 24);
constexpr auto kRejectsKept = std::chrono::hours(30 * 24);

// Takes files back: nobody can read them any more, in no backup either.
void take_back(Ctx& ctx, const std::vector<Uuid>& exports, const std::string& why) {
  if (exports.empty()) return;
  ctx.tx().later(kExportVoid, exports, ExportState::expired, why);
  ctx.tx().later(kExportClearMany, exports);
  trust::destroy_keys(ctx, exports);
}

Result<jobs::Outcome> sweep_files(trust::Base& base) {
  for (const auto& tenant : trust::every_tenant(base)) {
    Ctx ctx(base, tenant, {});
    take_back(ctx, ctx.tx().all<Uuid>(kExportOld, now() - kExportKept),
              "The file was kept for three days. Make it anew.");
    auto imports = ctx.tx().all<Uuid>(kImportOld, now() - kUploadKept, now() - kRejectsKept);
    if (!imports.empty()) {
      ctx.tx().later(kImportClear, imports);
      trust::destroy_keys(ctx, imports);
    }
    ctx.commit();
  }
  return jobs::Outcome::done();
}

}  // namespace

void add_transfer_hooks(trust::Base& base) {
  trust::add_names(base, kImportNames);
  trust::count_quota(base, trust::Quota::file_bytes, kTransferFileBytes);
}

void take_back_files_with(Ctx& ctx, const std::vector<Uuid>& persons) {
  take_back(ctx, ctx.tx().all<Uuid>(kExportOf, persons),
            "Somebody who was in the file has been erased. Make it anew.");
}

namespace {
Uuid id_in(const jobs::Job& job, const char* name) {
  auto payload = json::parse(job.payload.text);
  return Uuid::parse(std::string_view(payload.at(name).as_string())).value_or(Uuid());
}
}  // namespace

void add_transfer_jobs(trust::Base& base, jobs::Workers& workers) {
  workers.handle("people.import", [&base](const jobs::Job& job) { return run_import(base, job); });
  workers.handle("people.export", [&base](const jobs::Job& job) { return run_export(base, job); });
  workers.when_given_up("people.import", [&base](const jobs::Job& job, const std::string&) {
    Ctx ctx(base, *job.tenant_id, {});
    auto id = id_in(job, "import_id");
    ctx.tx().later(kImportGiveUp, id, ImportState::failed, std::string(jobs::kGivenUp), now());
    ctx.commit();
  });
  workers.when_given_up("people.export", [&base](const jobs::Job& job, const std::string&) {
    Ctx ctx(base, *job.tenant_id, {});
    auto id = id_in(job, "export_id");
    ctx.tx().later(kExportState, id, ExportState::failed, std::int64_t{0},
                   std::string(jobs::kGivenUp), std::optional(now()));
    ctx.commit();
  });
  workers.handle("people.sweep_files", [&base](const jobs::Job&) { return sweep_files(base); });
  workers.schedule({"people.sweep_files", std::chrono::hours(6)});
}

}  // namespace varde::people
