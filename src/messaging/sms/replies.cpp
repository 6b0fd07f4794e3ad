// What gateways tell us: what became of a message, and what somebody replied. Public addresses, so
// nothing is believed that the provider's secret has not signed, and nothing is done twice: a
// report moves a state that only moves on, a reply is taken by the gateway's id of it. That makes a
// replayed callback harmless, which is why none needs a time stamp.
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "messaging/channel/gateway.hpp"
#include "messaging/delivery/delivery.hpp"
#include "messaging/delivery/undelivered.hpp"
#include "messaging/response/response.hpp"
#include "messaging/sms/store.hpp"
#include "messaging/sms/store_sql.hpp"
#include "people/person/person.hpp"
#include "trust/audit.hpp"
#include "trust/tenant/tenant.hpp"

namespace varde::messaging {

using namespace sms::store;
using people::ActivityKind;
using trust::Ctx;

namespace {

metrics::Counter callbacks("varde_sms_callbacks_total", "Callbacks of SMS gateways",
                           {"what", "outcome"});

constexpr std::size_t kBody = 64 * 1024;
constexpr std::size_t kReplyLength = 2000;

net::Response plain(int status, const char* text) {
  return net::text_response(status, "text/plain", text);
}

// False: there is no such message (yet: the report may have overtaken the answer, and a gateway
// that is told so asks again).
bool take_status(Ctx& ctx, const Provider& provider, const sms::Callback& in) {
  std::optional<ReportedRecord> row;
  if (!in.external_id.empty())
    row = ctx.tx().maybe<ReportedRecord>(store::kSmsByExternal, provider.id, in.external_id);
  if (!row && !in.reference.empty())
    row = ctx.tx().maybe<ReportedRecord>(store::kSmsByReference, in.reference);
  if (!row) return false;
  if (in.report == sms::Report::none) return true;  // queued, sent: known already
  bool failed = in.report == sms::Report::failed;
  auto at = now();
  auto moved =
      ctx.tx()
          .query(store::kSmsReported, row->sms_id, failed ? SmsState::failed : SmsState::delivered,
                 in.code.substr(0, 60), at)
          .affected() > 0;
  if (moved && failed && row->kind == SmsKind::campaign && row->person_id)
    ctx.tx().later(store::kSmsBounced, row->ref_id, *row->person_id, Bounce::hard, at,
                   in.code.substr(0, 40));
  if (moved && failed && row->kind == SmsKind::offer && row->person_id)
    tell_undelivered(
        ctx, {{SourceKind::shift, row->ref_id, *row->person_id, row->sms_id, row->reference}});
  return true;
}

void leave(Ctx& ctx, const std::string& number, const std::vector<Uuid>& persons,
           const std::map<Uuid, SmsSent>& last, int flags) {
  suppress(ctx, people::phone_hash(ctx, number), SuppressionReason::unsubscribe, Channel::sms);
  if (persons.empty())
    return trust::record(ctx, trust::AuditEntry{"suppression.add", "suppression", std::nullopt});
  for (const auto& person : persons) {
    trust::record(ctx, trust::AuditEntry{"suppression.add", "suppression", std::nullopt, person});
    auto sent = last.find(person);
    bool of_campaign = sent != last.end() && sent->second.kind == SmsKind::campaign;
    if (of_campaign)
      count_response(ctx, sent->second.ref_id, ActivityKind::unsubscribed, person, 0, flags);
    people::Activity activity;
    activity.person_id = person;
    activity.kind = ActivityKind::unsubscribed;
    if (of_campaign) activity.ref_id = sent->second.ref_id;
    activity.flags = flags;
    activity.text = "SMS";
    people::record_activity(ctx, {activity});
  }
}

constexpr const char* kBack[] = {"You get SMS from {} again. Answer STOP to end them.",
                                 "Du får SMS fra {} igjen. Svar STOPP for å slippe.",
                                 "Du får sms från {} igen. Svara STOPP för att slippa."};

// A START ends what a STOP began. False: there was none.
bool come_back(Ctx& ctx, const std::string& number, const std::vector<Uuid>& persons, int flags) {
  auto taken = wants_again(ctx, people::phone_hash(ctx, number));
  if (taken == TakenBack::nothing) return false;
  if (taken == TakenBack::held_still) {
    // It gets nothing still, so it is not told that it does.
    trust::record(ctx, trust::AuditEntry{"suppression.remove", "suppression", std::nullopt});
    return true;
  }
  if (persons.empty()) {
    trust::record(ctx, trust::AuditEntry{"suppression.remove", "suppression", std::nullopt});
    return true;
  }
  note_unsuppressed(ctx, persons, "SMS", flags);
  auto settings = trust::tenant_settings(ctx);
  auto loaded = people::load(ctx, {persons.front()}, false);
  auto language =
      loaded.empty() || loaded.front().language.empty() ? settings.locale : loaded.front().language;
  auto two = language.substr(0, 2);
  auto text = kBack[two == "nb" || two == "nn" || two == "no" ? 1 : two == "sv" ? 2 : 0];
  SmsMessage message;
  message.person_id = persons.front();
  message.text = fmt::format(fmt::runtime(text), settings.name);
  message.ref_id = ctx.tenant;
  message.urgent = true;  // somebody waits for it
  send_sms(ctx, {message});
  return true;
}

// Whose number it is. Where it can be read in two ways, the one that a person has.
struct Sender {
  std::optional<std::string> number;
  std::vector<Uuid> persons;
};
Sender sender_of(Ctx& ctx, const std::string& from) {
  Sender out;
  auto region = people::region_of(trust::tenant_settings(ctx).time_zone);
  for (auto& number : people::sender_phones(from, region)) {
    auto persons = people::persons_by_phone(ctx, number);
    if (!persons.empty()) return {std::move(number), std::move(persons)};
    if (!out.number) out.number = std::move(number);
  }
  return out;
}

}  // namespace

bool take_reply(Ctx& ctx, const Uuid& provider, const std::string& from, const std::string& said,
                const std::string& external_id, int flags) {
  if (ctx.tx().query(store::kSmsTakeReply, provider, external_id, now()).affected() == 0)
    return false;
  auto [number, persons] = sender_of(ctx, from);
  if (!number) return true;  // a short code, a name: nobody's
  std::map<Uuid, SmsSent> last;
  SmsReply reply;
  reply.reply_id = Uuid::make();
  reply.person_ids = persons;
  reply.at = now();
  reply.flags = flags;
  if (!persons.empty())
    for (const auto& row : ctx.tx().all<AnsweringRecord>(store::kSmsAnswering, persons)) {
      SmsSent sent{*row.person_id, row.kind, row.ref_id, row.reference, row.at};
      last.emplace(sent.person_id, sent);
      reply.answering.push_back(std::move(sent));
    }
  // Of who was last written to about a shift, "cancel" is about the shift.
  bool of_campaigns = !last.empty() && std::ranges::all_of(last, [](const auto& sent) {
    return sent.second.kind == SmsKind::campaign;
  });
  if (is_stop_word(said) || (of_campaigns && is_end_word(said))) {
    leave(ctx, *number, persons, last, flags);
    return true;
  }
  if (is_start_word(said) && come_back(ctx, *number, persons, flags)) return true;
  if (persons.empty()) return true;
  auto text = std::string(utf8_prefix(said, kReplyLength));
  std::vector<people::Activity> activities;
  for (const auto& person : persons) {
    people::Activity activity;
    activity.person_id = person;
    activity.kind = ActivityKind::replied;
    if (auto sent = last.find(person); sent != last.end()) activity.ref_id = sent->second.ref_id;
    activity.flags = flags;
    activity.text = text;
    activities.push_back(std::move(activity));
  }
  people::record_activity(ctx, activities);
  reply.text = Personal(std::move(text));
  for (const auto& hook : ctx.base.extensions.all<SmsReplyHook>())
    if (hook.run(ctx, reply)) return true;
  for (const auto& [person, sent] : last)
    if (sent.kind == SmsKind::campaign)
      count_response(ctx, sent.ref_id, ActivityKind::replied, person, 0, flags);
  return true;
}

namespace {

net::Response serve(trust::Base& base, net::Request& request, const std::string& id_text,
                    const std::string& what, const Result<std::string>& body) {
  auto outcome = [&](const char* word) { callbacks.with({what, word}).add(); };
  auto id = Uuid::parse(id_text);
  auto tenant = id ? tenant_of_provider(base, *id) : std::nullopt;
  if (!tenant) {
    outcome("unknown");
    return plain(404, "There is no such provider.\n");
  }
  if (!body) {
    outcome("refused");
    return plain(413, "A callback has at most 64 kB.\n");
  }
  Ctx ctx(base, *tenant, {trust::ActorKind::system, {}});
  auto provider = load_provider(ctx, id, Channel::sms);
  if (provider.id != *id) return plain(404, "There is no such provider.\n");
  auto url = base.public_url + sms::callback_path(*id, what.c_str()) +
             (request.query.empty() ? "" : "?" + request.query);
  if (!sms::is_signed(provider, request, url, *body)) {
    outcome("unsigned");
    return plain(403, "The signature is missing or wrong. Check the provider's secret.\n");
  }
  auto in = sms::read_callback(provider, request.header("content-type"), *body);
  if (!in) {
    outcome("malformed");
    return plain(400, (in.error().message + "\n").c_str());
  }
  if (provider.kind == ProviderKind::sms_twilio)
    for (const auto& [name, value] :
         net::parse_form(request.query, 20)
             .value_or(std::vector<std::pair<std::string, std::string>>{}))
      if (name == "reference") in->reference = value;
  bool known = true;
  if (what == "status") {
    known = take_status(ctx, provider, *in);
  } else {
    if (in->from.empty()) return plain(400, "The sender's number is missing.\n");
    auto external = in->external_id.empty() ? hex(crypto::sha256(*body)) : in->external_id;
    take_reply(ctx, provider.id, in->from, in->text, external, 0);
  }
  ctx.commit();
  outcome(known ? "taken" : "not-found");
  if (!known) return plain(404, "There is no such message.\n");
  if (provider.kind == ProviderKind::sms_twilio)
    return net::text_response(200, "text/xml", "<Response/>");
  return plain(200, "Taken.\n");
}

}  // namespace

void add_sms_pages(trust::Base& base, web::Router& router) {
  for (const char* what : {"status", "reply"})
    router.post(std::string("/p/sms/{provider}/") + what, kBody,
                [&base, what](net::Request& request, const std::vector<std::string>& captures,
                              const Result<std::string>& body) {
                  return serve(base, request, captures[0], what, body);
                });
}

}  // namespace varde::messaging
