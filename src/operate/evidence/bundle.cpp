// Writing the bundle.
#include "base/text.hpp"
#include "operate/evidence/facts.hpp"
#include "privacy/erasure/receipt.hpp"
#include "trust/audit.hpp"
#include "trust/package/signed.hpp"
#include "web/reflect.hpp"

namespace varde::operate {

using trust::Ctx;
namespace json = boost::json;

namespace {

std::string text_of(const json::value& value) { return json::serialize(value) + "\n"; }

std::string entries_text(const Facts& facts) {
  std::string out;
  for (const auto& entry : facts.entries)
    out += text_of(json::object{
        {"entry", entry.text}, {"index", entry.index}, {"hashes", web::write(entry.hashes)}});
  return out;
}

std::string receipt_text(const crypto::Signer& signer, const Facts& facts,
                         const ErasureFact& erasure) {
  auto entry = std::ranges::find(facts.entries, erasure.entry, &trust::ProvenEntry::id);
  return privacy::sign_receipt(signer,
                               {facts.tenant_id,
                                erasure.person,
                                erasure.at,
                                *erasure.key_destroyed_at,
                                {entry->text, entry->index, entry->hashes, facts.head->note}});
}

json::object manifest_of(const Facts& facts) {
  return {
      {"format", kEvidenceFormat},
      {"tenant", facts.tenant_id.str()},
      {"organisation", facts.tenant.name},
      {"origin", facts.origin},
      {"version", VARDE_VERSION},
      {"from", to_rfc3339(facts.period.from)},
      {"until", to_rfc3339(facts.period.until)},
      {"left_out", {{"erasures", facts.erasures_left_out}, {"entries", facts.entries_left_out}}}};
}

}  // namespace

void record_evidence(Ctx& ctx, const Period& period) {
  trust::record(ctx, trust::AuditEntry{"evidence.make",
                                       "tenant",
                                       ctx.tenant,
                                       std::nullopt,
                                       {{"from " + to_rfc3339(period.from), {}, {}},
                                        {"until " + to_rfc3339(period.until), {}, {}}}});
}

bool write_evidence(trust::Base& base, const Uuid& tenant, const Environment& environment,
                    const Period& period, const std::function<bool(std::string_view)>& write) {
  auto head = trust::seal_trail(base, tenant);
  Ctx ctx(base, tenant, {});
  auto facts = gather(ctx, environment, period, head, true);
  auto heads = trust::proven_heads(ctx, head, period.from, kMostHeads);
  ctx.rollback();
  for (auto& erasure : facts.erasures)
    if (erasure.key_destroyed_at)
      erasure.receipt = fmt::format("erasures/{}.txt", erasure.entry.str());

  trust::SignedPackage package(base.keys.signer(), facts.made_at, write);
  auto add = [&](const char* name, const json::value& value) {
    return package.add(name, text_of(value));
  };
  bool alive =
      package.add("index.html", as_html(cover_of(facts, heads))) &&
      package.add("programme.html", as_html(programme_of(facts))) &&
      add("trail/heads.json",
          json::object{{"origin", facts.origin}, {"heads", web::write(heads)}}) &&
      package.add("trail/entries.jsonl", entries_text(facts)) &&
      add("erasures.json", web::write(facts.erasures)) &&
      add("drills.json", web::write(facts.drills)) &&
      add("restores.json", web::write(facts.restores)) &&
      add("keys.json",
          json::object{{"changes", web::write(facts.keys)},
                       {"destroyed_keys_in_files_since", web::write(facts.keys_unclean_since)}}) &&
      add("backups.json", web::write(facts.backups)) &&
      add("access.json", json::object{{"users", web::write(facts.access)},
                                      {"changes", web::write(facts.access_deeds)}}) &&
      add("retention.json", json::object{{"rules", web::write(facts.retention)},
                                         {"changes", web::write(facts.retention_deeds)}}) &&
      add("contract.json", web::write(facts.contract)) &&
      add("requests.json", web::write(facts.requests)) &&
      add("outgoing.json", web::write(facts.outgoing)) &&
      add("settings.json", web::write(facts.settings)) &&
      add("processing.json", web::write(facts.columns)) &&
      add("records.json", web::write(facts.tables)) &&
      add("promises.json", web::write(facts.promises));
  for (const auto& erasure : facts.erasures)
    alive =
        alive && (!erasure.receipt ||
                  package.add(*erasure.receipt, receipt_text(base.keys.signer(), facts, erasure)));
  return alive && package.finish(manifest_of(facts));
}

std::string evidence_name(Ctx& ctx) {
  return fmt::format("evidence-{}-{}.zip", trust::tenant_settings(ctx).slug,
                     to_rfc3339(now()).substr(0, 10));
}

}  // namespace varde::operate
