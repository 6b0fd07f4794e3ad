// The newest head by mail, each day, to whom the organisation names.
#include "base/text.hpp"
#include "crypto/aead.hpp"
#include "jobs/each.hpp"
#include "messaging/channel/channel.hpp"
#include "messaging/delivery/delivery.hpp"
#include "operate/witness/store.hpp"
#include "operate/witness/store_sql.hpp"
#include "operate/witness/witness.hpp"
#include "trust/audit.hpp"
#include "trust/egress.hpp"
#include "trust/identity/identity.hpp"
#include "trust/table.hpp"
#include "trust/tenant/tenant.hpp"
#include "trust/trail/trail.hpp"
#include "web/resource.hpp"

namespace varde::operate {

using namespace witness_store;
using trust::Ctx;
using trust::Right;

namespace {

constexpr auto kLook = std::chrono::minutes(10);
// A day, less the time between two looks, so that the hour does not wander.
constexpr auto kEvery = std::chrono::hours(24) - kLook;

struct HeadMail {
  std::optional<Personal> address;  ///< Absent: nobody gets it.
  std::optional<Timestamp> set_at, sent_at;
  std::optional<std::string> set_by;
  std::optional<std::int64_t> sent_size;  ///< Entries under the head that was sent last.
};
BOOST_DESCRIBE_STRUCT(HeadMail, (), (address, set_at, sent_at, set_by, sent_size))
struct HeadMailNew {
  web::Email address;
  web::Text<254> confirm;  ///< The same, typed again.
};
BOOST_DESCRIBE_STRUCT(HeadMailNew, (), (address, confirm))

std::optional<std::string> address_of(Ctx& ctx, const HeadMailRow& row) {
  return row.sealed.open(ctx.base.keys.tenant_key(ctx.tenant, kHeadMailAddress.purpose), ctx.tenant,
                         ctx.tenant);
}

HeadMail view(Ctx& ctx) {
  HeadMail out;
  auto row = ctx.tx().maybe<HeadMailRow>(store::kWitnessHeadMail);
  if (!row) return out;
  if (auto address = address_of(ctx, *row)) out.address = Personal(*address);
  out.set_at = row->set_at;
  out.sent_at = row->sent_at;
  out.sent_size = row->sent_size;
  if (row->set_by) {
    auto names = trust::account_names(ctx.base, {*row->set_by});
    if (auto name = names.find(*row->set_by); name != names.end()) out.set_by = name->second;
  }
  return out;
}

// The head comes first, so that the text of the mail as it is can be given to the verifier.
std::string text_of(const std::string& organisation, const trust::Head& head) {
  return fmt::format(
      "{}\nThis is the newest signed head of the audit trail of {}: {} entries until {} UTC.\n\n"
      "Keep this mail where whoever runs the installation cannot change it. One is enough to find "
      "out later whether anything was changed in the trail that was entered before. Save this "
      "text as a file, have the trail downloaded (Administration > Audit trail), and run:\n\n"
      "varde audit verify trail.jsonl --key KEY --witness FILE\n\n"
      "KEY is the public key that the console shows beside the trail. Get it in another way than "
      "by mail, and compare it with the one that you had the first time.\n",
      head.note, organisation, head.size,
      to_rfc3339(head.at).substr(0, 10) + " " + to_rfc3339(head.at).substr(11, 5));
}

void send_head(trust::Base& base, const Uuid& tenant) {
  {
    Ctx asking(base, tenant, {});
    // Storage only, or ended: like all that an organisation wants sent, it waits.
    if (!trust::Egress::may_send(asking)) return;
  }
  auto head = trust::seal_trail(base, tenant);
  Ctx ctx(base, tenant, {});
  auto row = ctx.tx().maybe<HeadMailRow>(store::kWitnessLockHeadMail, now() - kEvery);
  auto address = row ? address_of(ctx, *row) : std::nullopt;
  if (!address) return;
  auto organisation = trust::tenant_settings(ctx).name;
  messaging::OutboxMessage mail;
  mail.to = Personal(*address);
  mail.source_kind = messaging::SourceKind::system;
  mail.source_id = tenant;
  mail.subject = "{{ links.subject }}";
  mail.text = "{{ links.text }}";
  mail.links = {{"subject",
                 fmt::format("Head of the audit trail of {}, {} entries", organisation, head.size)},
                {"text", text_of(organisation, head)}};
  mail.transactional = true;
  mail.track = false;
  messaging::enqueue_message(ctx, mail);
  ctx.tx().later(store::kWitnessMailed, now(), head.size);
  ctx.commit();
}

}  // namespace

Result<jobs::Outcome> send_heads(trust::Base& base) {
  std::vector<Uuid> due;
  {
    auto tx = base.database.system();
    due = tx.all<Uuid>(store::kWitnessDue, now() - kEvery);
  }
  return jobs::for_each_tenant("witness.mail", due,
                               [&](const Uuid& tenant) { send_head(base, tenant); });
}

void add_head_mail_jobs(trust::Base& base, jobs::Workers& workers) {
  // What is scheduled comes back by itself; what somebody waits for is a job of another kind.
  for (const char* kind : {"witness.mail", "witness.mail-now"})
    workers.handle(kind, [&base](const jobs::Job&) { return send_heads(base); });
  workers.schedule({"witness.mail", kLook});
}

namespace {

Result<HeadMail> get_head_mail(Ctx& ctx) { return view(ctx); }

Result<HeadMail> set_head_mail(Ctx& ctx, const web::Body<HeadMailNew>& in) {
  if (ascii_lower(std::string(trim(in->confirm.value))) != ascii_lower(in->address.value))
    return bad_input("/confirm", "must be the same address, typed again.");
  if (auto may = trust::Egress::may_send(ctx); !may) return may.error();
  auto sealed = trust::Sealed<kHeadMailAddress>::of(
      ctx.base.keys.tenant_key(ctx.tenant, kHeadMailAddress.purpose), in->address.value, ctx.tenant,
      ctx.tenant);
  ctx.tx().later(store::kWitnessSetHeadMail, sealed, ctx.actor.id, now());
  trust::record(ctx, trust::AuditEntry{"audit.mail", "tenant", ctx.tenant, {}, {{"set", {}, {}}}});
  jobs::enqueue(ctx.tx(), {.kind = "witness.mail-now", .unique_key = "witness.mail-now"});
  return view(ctx);
}

Result<HeadMail> stop_head_mail(Ctx& ctx) {
  if (ctx.tx().query(store::kWitnessDropHeadMail).affected() > 0)
    trust::record(ctx,
                  trust::AuditEntry{"audit.mail", "tenant", ctx.tenant, {}, {{"ended", {}, {}}}});
  return HeadMail{};
}

}  // namespace

void add_head_mail_routes(trust::Api& api) {
  auto access = static_cast<int>(Right::settings_manage);
  api.add({"GET", "/api/v1/audit/mail", "getHeadMail",
           "Who gets the newest head of the trail by mail each day", access},
          get_head_mail);
  api.add(
      web::fresh({"PUT", "/api/v1/audit/mail", "setHeadMail",
                  "Has the newest signed head of the trail sent to an address, now and each day",
                  access}),
      set_head_mail);
  api.add({"DELETE", "/api/v1/audit/mail", "stopHeadMail", "Nobody gets the heads by mail any more",
           access},
          stop_head_mail);
}

}  // namespace varde::operate
