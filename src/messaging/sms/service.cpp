#include <set>
#include <stdexcept>

#include "base/text.hpp"
#include "crypto/aead.hpp"
#include "messaging/channel/channel.hpp"
#include "messaging/delivery/sender.hpp"
#include "messaging/delivery/undelivered.hpp"
#include "messaging/sms/encoding.hpp"
#include "messaging/sms/store.hpp"
#include "messaging/sms/store_sql.hpp"
#include "people/person/person.hpp"
#include "people/subject/subject.hpp"
#include "trust/names.hpp"
#include "trust/retention.hpp"
#include "trust/table.hpp"
#include "trust/tenant/tenant.hpp"

namespace varde::messaging {

using namespace sms::store;
using trust::Ctx;
namespace json = boost::json;

namespace {

std::optional<Uuid> some(const Uuid& id) { return id.is_nil() ? std::nullopt : std::optional(id); }

bool is_reference(const std::string& text) {
  return text.size() <= 64 &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

}  // namespace

void send_sms(Ctx& ctx, const std::vector<SmsMessage>& messages) {
  if (messages.empty()) return;
  std::vector<Uuid> persons;
  for (const auto& m : messages)
    if (!m.person_id.is_nil()) persons.push_back(m.person_id);
  auto keys = persons.empty() ? std::unordered_map<Uuid, crypto::Key>()
                              : ctx.base.keys.keys(ctx.tenant, persons);
  auto at = now();
  std::vector<SmsRecord> rows;
  for (const auto& m : messages) {
    if (!is_reference(m.reference))
      throw std::invalid_argument("an SMS reference is 1 to 64 printable ASCII characters");
    if (m.person_id.is_nil() && !m.to) throw std::invalid_argument("an SMS to nobody");
    auto key = keys.find(m.person_id);
    if (!m.person_id.is_nil() && key == keys.end()) continue;
    SmsRecord row;
    row.tenant_id = ctx.tenant;
    row.sms_id = Uuid::make();
    row.person_id = some(m.person_id);
    row.kind = m.kind;
    row.ref_id = m.ref_id;
    row.reference = m.reference.empty() ? row.sms_id.str() : m.reference;
    row.urgent = m.urgent;
    row.provider_id = m.provider_id;
    row.due_at = row.at = row.created_at = at;
    auto measured = sms::measure(is_utf8(m.text) ? m.text : std::string());
    row.segments = static_cast<int>(measured.segments);
    if (measured.segments == 0 || measured.segments > sms::kMaxSegments) {
      row.state = SmsState::failed;
      row.reason = measured.segments == 0 ? "empty" : "too-long";
    } else {
      json::object content{{"text", m.text}};
      if (m.to) content["to"] = m.to->reveal();
      row.sealed = trust::Sealed<kSmsText>::of(
          row.person_id ? key->second : number_key(ctx.base, ctx.tenant), json::serialize(content),
          ctx.tenant, row.reference);
    }
    rows.push_back(std::move(row));
  }
  ctx.tx().insert_many("sms", rows, kQueueOnce);
  jobs::enqueue(
      ctx.tx(),
      {.kind = "sms.send", .tenant_id = ctx.tenant, .unique_key = "sms:" + ctx.tenant.str()});
}

std::map<std::string, SmsOutcome> sms_outcomes(Ctx& ctx,
                                               const std::vector<std::string>& references) {
  std::map<std::string, SmsOutcome> out;
  if (references.empty()) return out;
  auto rows = ctx.tx().query(store::kSmsOutcomes, references);
  for (int i = 0; i < rows.size(); ++i)
    out[rows.get<std::string>(i, 0)] = {rows.get<SmsState>(i, 1), rows.get<std::string>(i, 2),
                                        rows.get<Timestamp>(i, 3)};
  return out;
}

namespace {

void record_sms(Ctx& ctx, const Provider& provider, const std::vector<DeliveryOutcome>& sent) {
  std::vector<Uuid> persons;
  bool captured = provider.kind == ProviderKind::captured;
  for (const auto& one : sent)
    if (one.sms && captured && !one.person_id.is_nil()) persons.push_back(one.person_id);
  auto keys = persons.empty() ? std::unordered_map<Uuid, crypto::Key>()
                              : ctx.base.keys.keys(ctx.tenant, persons, false);
  std::vector<SmsRecord> rows;
  std::vector<Undelivered> undelivered;
  for (const auto& one : sent) {
    if (!one.sms) continue;
    SmsRecord row;
    row.tenant_id = ctx.tenant;
    row.sms_id = Uuid::make();
    row.person_id = some(one.person_id);
    row.kind = one.sms->kind;
    row.ref_id = one.sms->ref_id;
    row.reference = one.sms->reference;
    row.urgent = one.sms->urgent;
    row.state = one.state == DeliveryState::sent       ? SmsState::sent
                : one.state == DeliveryState::deferred ? SmsState::deferred
                                                       : SmsState::failed;
    row.reason = one.state == DeliveryState::sent ? "" : one.code;
    row.attempts = one.attempts;
    row.segments = static_cast<int>(sms::measure(one.sms->text).segments);
    if (!provider.id.is_nil() && !captured) row.provider_id = provider.id;
    row.external_id = one.sms->external_id;
    row.at = row.created_at = row.due_at = one.at;
    if (one.state == DeliveryState::deferred)
      row.due_at = one.at + retry_pause(one.attempts).value_or(std::chrono::hours(4));
    if (captured) {
      auto key = keys.find(one.person_id);
      if (row.person_id && key == keys.end()) continue;  // erased this moment
      row.captured = true;
      auto sender = provider.sms.sender ? provider.sms.sender->value : std::string();
      row.sealed = trust::Sealed<kSmsText>::of(
          row.person_id ? key->second : number_key(ctx.base, ctx.tenant),
          json::serialize(json::object{{"text", one.sms->text}, {"to", one.to}, {"from", sender}}),
          ctx.tenant, row.reference);
    }
    if (row.kind == SmsKind::offer && row.state == SmsState::failed && row.person_id)
      undelivered.push_back(
          {SourceKind::shift, row.ref_id, *row.person_id, one.recipient_id, row.reference});
    rows.push_back(std::move(row));
  }
  ctx.tx().insert_many("sms", rows, kUpsert);
  tell_undelivered(ctx, undelivered);
}

}  // namespace

std::optional<Timestamp> quiet_until(Timestamp at, const std::string& zone,
                                     const QuietHours& hours) {
  if (hours.from == hours.to) return std::nullopt;
  auto local = to_local(at, zone);
  auto day = std::chrono::floor<std::chrono::days>(local);
  auto minute = static_cast<int>(std::chrono::floor<std::chrono::minutes>(local - day).count());
  bool over_midnight = hours.from > hours.to;
  bool quiet = over_midnight ? minute >= hours.from || minute < hours.to
                             : minute >= hours.from && minute < hours.to;
  if (!quiet) return std::nullopt;
  if (over_midnight && minute >= hours.from) day += std::chrono::days(1);
  return from_local(
      std::chrono::local_time<Duration>(day.time_since_epoch()) + std::chrono::minutes(hours.to),
      zone);
}

QuietSettings quiet_settings(Ctx& ctx) {
  auto settings = trust::tenant_settings(ctx);
  return {{settings.quiet_from, settings.quiet_to}, settings.time_zone};
}

namespace {

// Whether a whole text is one of the words, whatever its case, punctuation and courtesy.
bool is_one_of(const std::set<std::string>& known, std::string_view text) {
  static const std::set<std::string> kCourtesy = {"takk", "tack",   "tak",    "please",
                                                  "pls",  "thanks", "kiitos", "vennligst"};
  if (text.size() > 100 || !is_utf8(text)) return false;
  std::string joined;
  for (const auto& word : words(fold(text)))
    if (!kCourtesy.contains(word)) joined += (joined.empty() ? "" : " ") + word;
  return known.contains(joined);
}

}  // namespace

bool is_stop_word(std::string_view text) {
  static const std::set<std::string> kWords = {
      "stop",          "stopp",       "stoppa",       "stopall", "stop all",
      "avslutt",       "avsluta",     "afslut",       "avmeld",  "meld av",
      "meld meg av",   "afmeld",      "avregistrera", "frameld", "lopeta",
      "lopeta kaikki", "unsubscribe", "unsub",        "opt out", "optout"};
  return is_one_of(kWords, text);
}

bool is_end_word(std::string_view text) {
  static const std::set<std::string> kWords = {"end", "cancel", "quit"};
  return is_one_of(kWords, text);
}

bool is_start_word(std::string_view text) {
  static const std::set<std::string> kWords = {"start",     "unstop",    "start all", "starta",
                                               "begynn",    "börja",     "påmeld",    "meld på",
                                               "tilmeld",   "aloita",    "anmäl",     "meld meg på",
                                               "anmäl mig", "subscribe", "opt in",    "optin"};
  return is_one_of(kWords, text);
}

std::vector<trust::LiveUpdate> sms_captured_since(Ctx& ctx, Timestamp since) {
  return ctx.tx().all<trust::LiveUpdate>(store::kSmsNewest, Uuid::floor_of(since));
}

namespace {

struct SubjectSms {
  Timestamp created_at;
  SmsKind kind = SmsKind::notice;
  std::string about;
  SmsState state = SmsState::queued;
  std::string reason;
  Timestamp at;
  int segments = 0;
  std::optional<std::string> text;  ///< While it is kept.
};
BOOST_DESCRIBE_STRUCT(SubjectSms, (), (created_at, kind, about, state, reason, at, segments, text))

void write_sms(Ctx& ctx, const Uuid& person, people::SubjectWriter& out) {
  out.section("sms", people::subject_columns<SubjectSms>());
  auto key = ctx.base.keys.key(ctx.tenant, person);
  for (auto before = Uuid::largest();;) {
    auto rows =
        ctx.tx().all<SmsRecord>(store::kSmsAllOfPerson, person, before, people::kSubjectPage);
    std::set<Uuid> refs;
    for (const auto& row : rows) refs.insert(row.ref_id);
    auto names = refs.empty() ? std::map<Uuid, std::string>()
                              : trust::names_of(ctx, {refs.begin(), refs.end()});
    for (const auto& row : rows) {
      SubjectSms sms{row.created_at, row.kind, names[row.ref_id], row.state,
                     row.reason,     row.at,   row.segments,      std::nullopt};
      if (auto content = key && !row.sealed.data.empty()
                             ? row.sealed.open(*key, ctx.tenant, row.reference)
                             : std::nullopt)
        sms.text = std::string(json::parse(*content).at("text").as_string());
      out.add(sms);
    }
    if (static_cast<int>(rows.size()) < people::kSubjectPage) return;
    before = rows.back().sms_id;
  }
}

}  // namespace

void add_sms_hooks(trust::Base& base) {
  base.extensions.add(people::SubjectHook{write_sms});
  base.extensions.add(SmsRecorder{record_sms});
  base.extensions.add(trust::aged_rows("sms", "SMS", "SMS that were sent, with their text.",
                                       store::kRetentionOldSms, store::kRetentionDropSms));
  // Campaigns' are among the deliveries already.
  base.extensions.add(
      people::TimelineSource{[](Ctx& ctx, const Uuid& person, const Uuid& before, int limit) {
        std::vector<people::TimelineItem> out;
        auto rows = ctx.tx().all<SmsRecord>(store::kSmsOfPerson, person, before, limit);
        std::vector<Uuid> refs;
        for (const auto& row : rows) refs.push_back(row.ref_id);
        auto names = trust::names_of(ctx, refs);
        for (const auto& row : rows) {
          auto name = names.find(row.ref_id);
          auto of = name == names.end() ? std::string() : " of " + name->second;
          people::TimelineItem item{row.sms_id, row.created_at, "", "", {}, {}, false, false};
          switch (row.state) {
            case SmsState::queued:
            case SmsState::deferred:
              item.kind = "deferred", item.title = "Not delivered yet: an SMS" + of;
              break;
            case SmsState::sent:
            case SmsState::delivered:
              item.kind = "sent", item.title = "Was sent an SMS" + of;
              break;
            case SmsState::failed:
              item.kind = "failed", item.title = "Could not be delivered: an SMS" + of;
              break;
            case SmsState::skipped:
              item.kind = "skipped", item.title = "Was not sent an SMS" + of;
              break;
          }
          if (row.state == SmsState::delivered) item.detail = "delivered";
          if (!row.reason.empty()) item.detail = row.reason;
          out.push_back(std::move(item));
        }
        return out;
      }});
}

}  // namespace varde::messaging
