#include "base/log.hpp"
#include "people/person/person.hpp"
#include "privacy/contract/contract.hpp"
#include "privacy/erasure/erasure.hpp"
#include "trust/audit.hpp"
#include "trust/erasure.hpp"
#include "trust/identity/identity.hpp"
#include "web/resource.hpp"

namespace varde::privacy {

using trust::Ctx;
using trust::Right;

namespace {

struct ErasedView {
  Uuid id, person_id;
  Timestamp at;                               ///< When the rows went.
  std::optional<Timestamp> key_destroyed_at;  ///< From then on no backup gives the person back.
  trust::ActorKind by_kind = trust::ActorKind::system;
  std::optional<std::string> by;
};
BOOST_DESCRIBE_STRUCT(ErasedView, (), (id, person_id, at, key_destroyed_at, by_kind, by))

struct EraseMany {
  std::vector<Uuid> ids;
};
BOOST_DESCRIBE_STRUCT(EraseMany, (), (ids))
struct ErasedCount {
  std::int64_t erased = 0;
};
BOOST_DESCRIBE_STRUCT(ErasedCount, (), (erased))

constexpr std::size_t kMostAtOnce = 1'000;

std::vector<ErasedView> views_of(Ctx& ctx, const std::vector<trust::ErasureEntry>& entries) {
  std::vector<Uuid> persons, accounts;
  for (const auto& entry : entries) {
    persons.push_back(entry.person_id);
    if (entry.by.kind == trust::ActorKind::user) accounts.push_back(entry.by.id);
  }
  auto destroyed = ctx.base.keys.forgotten(ctx.tenant, persons);
  auto names = trust::account_names(ctx.base, accounts);
  std::vector<ErasedView> out;
  for (const auto& entry : entries) {
    ErasedView view{entry.entry_id, entry.person_id, entry.at, {}, entry.by.kind, {}};
    if (auto found = destroyed.find(entry.person_id); found != destroyed.end())
      view.key_destroyed_at = found->second;
    if (auto name = names.find(entry.by.id); name != names.end()) view.by = name->second;
    out.push_back(std::move(view));
  }
  return out;
}

}  // namespace

std::size_t replay(trust::Base& base) {
  trust::adopt_ledger(base);
  std::size_t out = 0;
  trust::read_ledger(base, [&](const Uuid& tenant, const std::vector<Uuid>& persons) {
    // The nil id is the organisation as a whole.
    if (std::ranges::find(persons, Uuid()) != persons.end()) return remove_again(base, tenant);
    Ctx ctx(base, tenant, {});
    auto back = people::existing(ctx, persons);
    if (back.empty()) return;
    people::erase(ctx, back);
    out += back.size();
  });
  if (out > 0)
    log::info("Persons who had been erased before were erased again", {{"persons", out}});
  return out;
}

namespace {

Result<ErasedCount> erase_persons(Ctx& ctx, const web::Body<EraseMany>& in) {
  if (in->ids.empty() || in->ids.size() > kMostAtOnce)
    return bad_input("/ids", "must name 1 to 1,000 persons.");
  auto ids = people::existing(ctx, in->ids);
  people::erase(ctx, ids);
  return ErasedCount{std::ssize(ids)};
}

Result<web::Page<ErasedView>> list_erasures(Ctx& ctx, const web::Query<web::CursorQuery>& query) {
  auto limit = web::page_limit(query->limit);
  VARDE_TRY(auto before, web::read_before(query->cursor));
  auto entries = trust::erasures(ctx, before, limit + 1);
  web::Page<ErasedView> page;
  page.next = web::cut_page(entries, limit, &trust::ErasureEntry::entry_id);
  page.items = views_of(ctx, entries);
  return page;
}

Result<net::Response> download_erasure_receipt(Ctx& ctx, const web::Path<web::IdPath>& path) {
  auto entry = trust::erasure_of(ctx, path->id);
  if (!entry) return not_found("Nobody of this id was erased.");
  auto destroyed = ctx.base.keys.forgotten(ctx.tenant, {&path->id, 1});
  if (destroyed.empty())
    return conflict("The key is being destroyed. Try again in a minute.", "erasure-not-complete");
  VARDE_TRY(auto proof, trust::prove_entry(ctx, entry->entry_id));
  Receipt receipt{ctx.tenant,
                  path->id,
                  entry->at,
                  destroyed.begin()->second,
                  {proof.entry, proof.index, proof.hashes, proof.head.note}};
  net::Response response;
  response.body = sign_receipt(ctx.base.keys.signer(), receipt);
  response.with("Content-Type", "text/plain; charset=utf-8")
      .with("Content-Disposition",
            fmt::format("attachment; filename=\"erasure-{}.txt\"", path->id.str()))
      .with("Cache-Control", "no-store");
  return response;
}

}  // namespace

void add_erasure_routes(trust::Api& api) {
  auto access = [](Right right) { return static_cast<int>(right); };

  api.add(web::fresh({"POST", "/api/v1/persons/erase", "erasePersons",
                      "Erases up to 1,000 persons: rows and keys, in backups too",
                      access(Right::persons_write)}),
          erase_persons);

  api.add({"GET", "/api/v1/erasures", "listErasures", "Who was erased, newest first",
           access(Right::evidence_read)},
          list_erasures);

  api.add({"GET", "/api/v1/erasures/{id}/receipt", "downloadErasureReceipt",
           "The signed receipt of a person's erasure (by the person's id), for `varde evidence "
           "verify`",
           access(Right::evidence_read)},
          download_erasure_receipt);
}

}  // namespace varde::privacy
