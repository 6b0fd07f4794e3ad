// What waits for the person's own word: see Proof.
#include "crypto/aead.hpp"
#include "people/person/store.hpp"
#include "people/person/store_sql.hpp"

namespace varde::people {

using namespace store;
using trust::Ctx;
namespace json = boost::json;

namespace {

constexpr auto kDay = std::chrono::hours(24);

json::array ids_json(const std::vector<Uuid>& ids) {
  json::array out;
  for (const auto& id : ids) out.emplace_back(id.str());
  return out;
}

json::object pack(const PersonClaim& claim) {
  const auto& change = claim.change;
  json::object out{{"source", claim.source}};
  auto text = [&](const char* name, const std::optional<std::string>& value) {
    if (value) out[name] = *value;
  };
  text("first_name", change.first_name);
  text("last_name", change.last_name);
  text("language", change.language);
  text("time_zone", change.time_zone);
  json::object attributes, consents;
  for (const auto& [id, value] : change.attributes) attributes[id.str()] = value;
  for (const auto& [id, given] : change.consents) consents[id.str()] = given;
  std::vector<Uuid> lists;
  for (const auto& [id, state] : change.lists) lists.push_back(id);
  if (!attributes.empty()) out["attributes"] = std::move(attributes);
  if (!consents.empty()) out["consents"] = std::move(consents);
  if (!lists.empty()) out["lists"] = ids_json(lists);
  if (!change.add_tags.empty()) out["tags"] = ids_json(change.add_tags);
  return out;
}

template <class Each>
void each_id(const json::object& in, const char* name, Each each) {
  const auto* held = in.if_contains(name);
  if (held == nullptr) return;
  if (const auto* ids = held->if_array())
    for (const auto& id : *ids)
      if (auto parsed = Uuid::parse(std::string_view(id.as_string()))) each(*parsed, id);
  if (const auto* values = held->if_object())
    for (const auto& [id, value] : *values)
      if (auto parsed = Uuid::parse(std::string_view(id))) each(*parsed, value);
}

}  // namespace

std::optional<PersonClaim> store::open_claim(Ctx& ctx, const ClaimRecord& record,
                                             const crypto::Key& key) {
  auto text = record.sealed.open(key, ctx.tenant, record.claim_id);
  if (!text) return std::nullopt;
  auto in = json::parse(*text).as_object();
  PersonClaim out{record.claim_id, record.person_id, record.ref_id, {}, {}, record.created_at};
  out.source = std::string(in.at("source").as_string());
  auto read = [&](const char* name) -> std::optional<std::string> {
    const auto* held = in.if_contains(name);
    return held == nullptr ? std::nullopt : std::optional(std::string(held->as_string()));
  };
  out.change.person_id = record.person_id;
  out.change.first_name = read("first_name");
  out.change.last_name = read("last_name");
  out.change.language = read("language");
  out.change.time_zone = read("time_zone");
  each_id(in, "attributes",
          [&](const Uuid& id, const json::value& value) { out.change.attributes[id] = value; });
  each_id(in, "consents", [&](const Uuid& id, const json::value& value) {
    out.change.consents[id] = value.as_bool();
  });
  each_id(in, "lists", [&](const Uuid& id, const json::value&) {
    out.change.lists[id] = MemberState::subscribed;
  });
  each_id(in, "tags",
          [&](const Uuid& id, const json::value&) { out.change.add_tags.push_back(id); });
  return out;
}

void store::write_claims(Ctx& ctx, std::vector<std::pair<PersonClaim, crypto::Key>> claims) {
  if (claims.empty()) return;
  auto at = now();
  std::vector<Uuid> persons;
  for (const auto& [claim, key] : claims) persons.push_back(claim.person_id);
  std::map<Uuid, int> asked;
  for (const auto& person : ctx.tx().all<Uuid>(kPersonRecentClaims, persons, at - kDay))
    ++asked[person];
  std::vector<ClaimRecord> records;
  std::vector<PersonClaim> told;
  for (auto& [claim, key] : claims) {
    if (asked[claim.person_id]++ >= kMostClaims) continue;
    claim.id = Uuid::make();
    claim.created_at = at;
    records.push_back(
        {ctx.tenant, claim.id, claim.person_id, claim.ref_id,
         trust::Sealed<kClaimed>::of(key, json::serialize(pack(claim)), ctx.tenant, claim.id), at,
         at + kClaimLife});
    told.push_back(std::move(claim));
  }
  if (records.empty()) return;
  ctx.tx().insert_many("person_claim", records);
  jobs::enqueue(ctx.tx(), {.kind = "person.claims",
                           .tenant_id = ctx.tenant,
                           .unique_key = "claims:" + ctx.tenant.str(),
                           .run_at = at + kClaimLife});
  for (const auto& hook : ctx.base.extensions.all<ClaimHook>()) hook.run(ctx, told);
}

std::optional<PersonClaim> find_claim(Ctx& ctx, const Uuid& id) {
  auto record = ctx.tx().maybe<ClaimRecord>(kPersonClaim, id, now());
  if (!record) return std::nullopt;
  auto key = ctx.base.keys.key(ctx.tenant, record->person_id);
  return key ? open_claim(ctx, *record, *key) : std::nullopt;
}

void confirm_claim(Ctx& ctx, const PersonClaim& claim) {
  save(ctx, {claim.change},
       {.proof = Proof::person(), .source = claim.source + ", confirmed", .ref_id = claim.ref_id});
  ctx.tx().later(kPersonEndClaim, claim.id);
}

Result<jobs::Outcome> store::drop_claims(trust::Base& base, const jobs::Job& job) {
  Ctx ctx(base, *job.tenant_id, {});
  ctx.tx().later(kPersonDropClaims, now());
  auto next = ctx.tx().maybe<Timestamp>(kPersonNextClaim);
  ctx.commit();
  return next ? jobs::Outcome::again(*next) : jobs::Outcome::done();
}

}  // namespace varde::people
