// The file that answers a request: gathered by a job, kept in sealed pieces until it was fetched.
// What a clerk looked at is what the person gets.
#include "people/subject/package.hpp"

#include "crypto/aead.hpp"
#include "privacy/request/internal.hpp"
#include "privacy/request/store_sql.hpp"
#include "trust/audit.hpp"

namespace varde::privacy {

using namespace store;
using trust::Ctx;
namespace json = boost::json;

namespace {

constexpr std::size_t kPieceBytes = 1 << 20;

std::string piece_context(const Uuid& request, int number) {
  return fmt::format("request-package:{}:{}", request.str(), number);
}

}  // namespace

void gather_package(Ctx& ctx, const RequestRecord& record) {
  ctx.tx().later(kRequestClearPieces, record.request_id);
  ctx.tx().later(kRequestPackageState, record.request_id, PackageState::gathering,
                 std::optional<Timestamp>());
  note_in_trail(ctx, "request.gather", record);
  jobs::enqueue(ctx.tx(),
                {.kind = "privacy.gather",
                 .tenant_id = ctx.tenant,
                 .payload = json::serialize(json::object{{"request_id", record.request_id.str()}}),
                 .unique_key = "request-gather:" + record.request_id.str()});
}

// A run that was cut short begins anew: nothing of it was shown.
Result<jobs::Outcome> run_gather(trust::Base& base, const jobs::Job& job) {
  auto payload = json::parse(job.payload.text);
  auto id = Uuid::parse(std::string_view(payload.at("request_id").as_string())).value_or(Uuid());
  Ctx ctx(base, *job.tenant_id, {});
  auto record = ctx.tx().maybe<RequestRecord>(kRequestOne, id);
  auto key = base.keys.key(ctx.tenant, id);
  if (!record || !key || !record->person_id || record->package_state != PackageState::gathering)
    return jobs::Outcome::done();
  ctx.tx().later(kRequestClearPieces, id);
  ctx.commit();
  auto number = record->number ? case_number(*record->number, record->confirmed_at.value_or(now()))
                               : std::string();
  auto writer = people::make_package(ctx, {*record->person_id, record->language, number});
  if (!writer) {
    ctx.tx().later(kRequestPackageState, id, PackageState::failed, std::optional<Timestamp>());
    ctx.commit();
    return jobs::Outcome::done();
  }
  std::string piece;
  int count = 0;
  auto put = [&] {
    ctx.tx().insert_many(
        "subject_package_piece",
        std::vector<PieceRecord>{
            {ctx.tenant, id, count, {crypto::seal(*key, piece, piece_context(id, count))}}});
    ctx.commit();
    ++count;
    piece.clear();
  };
  auto receipt = (*writer)([&](std::string_view bytes) {
    while (!bytes.empty()) {
      auto room = std::min(bytes.size(), kPieceBytes - piece.size());
      piece += bytes.substr(0, room);
      bytes.remove_prefix(room);
      if (piece.size() == kPieceBytes) put();
    }
    return !jobs::Workers::stopping();
  });
  if (!receipt) return jobs::Outcome::again(now());
  if (!piece.empty()) put();
  // Should the person have been erased meanwhile, nothing is ready and the pieces go.
  auto at = now();
  if (ctx.tx()
          .query(kRequestPackageReady, id, at, receipt->bytes, receipt->rows, receipt->files,
                 db::Bytes{receipt->manifest_sha256}, at + kPackageLife)
          .affected() == 0) {
    ctx.tx().later(kRequestClearPieces, id);
  } else {
    add_event(ctx, id, EventKind::gathered);
  }
  ctx.commit();
  return jobs::Outcome::done();
}

net::Response package_answer(Ctx& ctx, const RequestRecord& record) {
  net::Response response;
  response.with("Content-Type", "application/zip")
      .with("Content-Disposition", "attachment; filename=\"" + people::package_name() + "\"")
      .with("Cache-Control", "no-store");
  response.stream = [&base = ctx.base, tenant = ctx.tenant,
                     id = record.request_id](net::BodyWriter& out) {
    Ctx own(base, tenant, {});
    auto key = base.keys.key(tenant, id);
    for (int number = 0; key; ++number) {
      auto piece = own.tx().maybe<PieceRecord>(kRequestPiece, id, number);
      own.rollback();
      auto bytes =
          piece ? crypto::open(*key, piece->sealed.data, piece_context(id, number)) : std::nullopt;
      if (!bytes || !out.write(*bytes)) return;
    }
  };
  return response;
}

}  // namespace varde::privacy
