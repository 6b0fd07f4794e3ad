// Sends what waits in the table sms: one job of a tenant at a time, which takes what is due in
// batches, looks up persons, keys and suppressions of a whole batch at once, and hands it to a
// Sender. What may not leave now is put off (quiet hours) or ended (suppressed, no number …).
#include "base/log.hpp"
#include "crypto/aead.hpp"
#include "messaging/channel/channel.hpp"
#include "messaging/delivery/sender.hpp"
#include "messaging/delivery/undelivered.hpp"
#include "messaging/sms/store.hpp"
#include "messaging/sms/store_sql.hpp"
#include "people/person/person.hpp"
#include "trust/egress.hpp"
#include "trust/tenant/tenant.hpp"

namespace varde::messaging {

using namespace sms::store;
using trust::Ctx;
namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

constexpr double kLease = 60;  // seconds
// Whoever is told so late is not helped; the gateway was away, or the organisation was.
constexpr auto kTooOld = 72h;

class SmsRun {
 public:
  SmsRun(trust::Base& base, const Environment& environment, const Uuid& tenant)
      : base_(base), environment_(environment), tenant_(tenant), run_(Uuid::make()) {}

  Result<jobs::Outcome> go() {
    while (!jobs::Workers::stopping()) {
      Ctx ctx(base_, tenant_, {trust::ActorKind::system, {}});
      auto permit = trust::Egress::permit(ctx, trust::Egress::Kind::sms, "queue");
      bool waiting = false;
      if (!permit) {
        // Nothing leaves but what persons are told who ask about their own data: no code of theirs
        // runs out meanwhile. Storage only: the rest keeps waiting. Ended: it does not leave any
        // more.
        waiting = permit.error().kind == "storage-only";
        if (!waiting && permit.error().kind != "terminated") return jobs::Outcome::done();
      }
      platform_ = !permit;
      auto kind = platform_ ? std::optional(static_cast<int>(SmsKind::request)) : std::nullopt;
      auto claimed =
          ctx.tx().all<SmsRecord>(store::kSmsClaim, run_, kLease, now(), environment_.alone, kind);
      if (claimed.empty()) {
        auto next = ctx.tx().one<std::optional<Timestamp>>(store::kSmsNextDue, kind);
        if (!next && !waiting) return jobs::Outcome::done();
        auto look = next.value_or(now() + 60s);
        if (waiting) look = std::min(look, now() + 60s);
        // Due, and not to be had: another node has them.
        return jobs::Outcome::again(look <= now() ? now() + 1s : look);
      }
      std::ranges::sort(claimed, [](const SmsRecord& a, const SmsRecord& b) {
        return std::tuple(!a.urgent, a.due_at, a.sms_id) <
               std::tuple(!b.urgent, b.due_at, b.sms_id);
      });
      // A test goes through the provider that it tests, everything else through the default one.
      std::map<std::optional<Uuid>, std::vector<SmsRecord>> groups;
      for (auto& row : claimed)
        groups[row.kind == SmsKind::test ? row.provider_id : std::nullopt].push_back(
            std::move(row));
      bool trouble = false;
      for (auto& [id, rows] : groups) {
        rows_ = std::move(rows);
        auto provider = look_up(ctx, id);
        ctx.commit();
        trouble = !send(provider).empty() || trouble;
      }
      if (trouble) return jobs::Outcome::again(now() + 30s);
    }
    return jobs::Outcome::again(now());
  }

 private:
  struct Content {
    std::string text, to;
  };

  Provider look_up(Ctx& ctx, const std::optional<Uuid>& id) {
    std::vector<Uuid> ids;
    for (const auto& row : rows_)
      if (row.person_id) ids.push_back(*row.person_id);
    keys_ = base_.keys.keys(tenant_, ids, false);
    persons_.clear();
    for (auto& person : people::load(ctx, ids, false, false))
      persons_.emplace(person.id, std::move(person));
    contents_.clear();
    std::vector<std::string> hashes;
    for (const auto& row : rows_) {
      auto content = open(row);
      if (!content) continue;
      if (!content->to.empty()) hashes.push_back(people::phone_hash(ctx, content->to));
      auto person = row.person_id ? persons_.find(*row.person_id) : persons_.end();
      if (row.kind == SmsKind::journey && person != persons_.end() && !person->second.email.empty())
        hashes.push_back(people::email_hash(ctx, person->second.email.reveal()));
      contents_.emplace(row.sms_id, std::move(*content));
    }
    held_ = find_suppressions(ctx, hashes);
    quiet_ = quiet_settings(ctx);
    auto provider = load_provider(ctx, id, Channel::sms);
    // Few messages do not open many connections.
    provider.connections =
        std::min<int>(provider.connections, static_cast<int>(rows_.size() / 5 + 1));
    return provider;
  }

  // Why a message may not be sent at all; nullptr: it may.
  const char* objection(Ctx& ctx, const SmsRecord& row, const people::Person* person,
                        const Content* content) const {
    if (content == nullptr || (row.person_id && person == nullptr)) return "erased";
    if (person != nullptr && person->state != people::PersonState::active) return "restricted";
    if (content->to.empty()) return "no-phone";
    // Who left everything on a page is told of shifts all the same, and gets the code that she logs
    // in with; a STOP, or a number that takes no messages, ends those as well.
    bool asked_for =
        row.kind == SmsKind::offer || row.kind == SmsKind::notice || row.kind == SmsKind::request;
    if (auto held = held_.find(people::phone_hash(ctx, content->to));
        held != held_.end() && !(asked_for && held->second.of_news_alone()))
      return "suppressed";
    // What she left may have been said of the e-mail address.
    if (row.kind == SmsKind::journey && person != nullptr && !person->email.empty())
      if (auto held = held_.find(people::email_hash(ctx, person->email.reveal()));
          held != held_.end() && held->second.unsubscribed_at)
        return "suppressed";
    if (now() - row.created_at > kTooOld) return "expired";
    return nullptr;
  }

  // What a row says and to which number: its own, or the person's.
  std::optional<Content> open(const SmsRecord& row) const {
    auto key = row.person_id ? keys_.find(*row.person_id) : keys_.end();
    if (row.person_id && key == keys_.end()) return std::nullopt;
    auto plain = row.sealed.open(row.person_id ? key->second : number_key(base_, tenant_), tenant_,
                                 row.reference);
    if (!plain) return std::nullopt;
    auto value = json::parse(*plain).as_object();
    Content out{std::string(value.at("text").as_string()), ""};
    if (const auto* to = value.if_contains("to")) {
      out.to = std::string(to->as_string());
    } else if (row.person_id) {
      auto person = persons_.find(*row.person_id);
      if (person != persons_.end()) out.to = person->second.phone.reveal();
    }
    return out;
  }

  std::string send(const Provider& provider) {
    Sender sender(base_, tenant_, provider, "", Uuid{},
                  [this](Ctx& ctx, const std::vector<DeliveryOutcome>& sent, bool) {
                    std::vector<Undelivered> undelivered;
                    // What was offered to the gateway, the Sender writes.
                    for (const auto& one : sent)
                      if (!one.sms) {
                        ctx.tx().later(store::kSmsEnd, one.recipient_id,
                                       one.state == DeliveryState::failed ? SmsState::failed
                                                                          : SmsState::skipped,
                                       one.code, one.at);
                        auto row = std::ranges::find(rows_, one.recipient_id, &SmsRecord::sms_id);
                        if (row != rows_.end() && row->kind == SmsKind::offer && row->person_id)
                          undelivered.push_back({SourceKind::shift, row->ref_id, *row->person_id,
                                                 row->sms_id, row->reference});
                      }
                    tell_undelivered(ctx, undelivered);
                    return !jobs::Workers::stopping();
                  },
                  {.platform = platform_});
    std::map<Timestamp, std::vector<Uuid>> put_off;
    Ctx ctx(base_, tenant_, {trust::ActorKind::system, {}});
    for (const auto& row : rows_) {
      auto found = row.person_id ? persons_.find(*row.person_id) : persons_.end();
      const auto* person = found == persons_.end() ? nullptr : &found->second;
      auto end = [&](DeliveryState state, const char* code) {
        sender.note(
            {row.sms_id, row.person_id.value_or(Uuid{}), 0, state, row.attempts + 1, now(), code});
      };
      auto opened = contents_.find(row.sms_id);
      const auto* content = opened == contents_.end() ? nullptr : &opened->second;
      if (const auto* why = objection(ctx, row, person, content)) {
        end(std::string_view(why) == "expired" ? DeliveryState::failed : DeliveryState::skipped,
            why);
        continue;
      }
      auto zone = person == nullptr || person->time_zone.empty() ? quiet_.zone : person->time_zone;
      if (!row.urgent)
        if (auto until = quiet_until(now(), zone, quiet_.hours)) {
          put_off[*until].push_back(row.sms_id);
          continue;
        }
      OutboundMessage parcel;
      parcel.recipient_id = row.sms_id;
      parcel.person_id = row.person_id.value_or(Uuid{});
      parcel.attempts = row.attempts;
      parcel.to = content->to;
      parcel.sms = OutboundSms{row.kind, row.ref_id, row.reference, content->text, row.urgent, ""};
      if (!sender.push(std::move(parcel))) break;
    }
    for (const auto& [until, ids] : put_off)
      ctx.tx().later(store::kSmsPutOff, ids, until, std::string("quiet-hours"));
    ctx.commit();
    sender.finish();
    note_provider_error(ctx, provider.id, sender.trouble());
    ctx.commit();
    return sender.trouble();
  }

  trust::Base& base_;
  const Environment& environment_;
  Uuid tenant_, run_;
  bool platform_ = false;  // the organisation itself may not send
  std::vector<SmsRecord> rows_;
  std::unordered_map<Uuid, crypto::Key> keys_;
  std::map<Uuid, people::Person> persons_;
  std::map<Uuid, Content> contents_;  // by row
  std::map<std::string, Suppression> held_;
  QuietSettings quiet_;
};

// Every tenant's, whether it still sends or not.
void forget_replies(trust::Base& base) {
  for (const auto& tenant : trust::every_tenant(base))
    for (int gone = kSweepAtOnce; gone == kSweepAtOnce && !jobs::Workers::stopping();) {
      Ctx ctx(base, tenant, {trust::ActorKind::system, {}});
      gone = static_cast<int>(
          ctx.tx().query(store::kSmsForgetReplies, now() - kReplyMemory, kSweepAtOnce).affected());
      ctx.commit();
    }
}

}  // namespace

void add_sms_jobs(trust::Base& base, const Environment& environment, jobs::Workers& workers) {
  workers.handle("sms.send", [&base, environment](const jobs::Job& job) {
    return SmsRun(base, environment, *job.tenant_id).go();
  });
  workers.handle("sms.sweep", [&base](const jobs::Job&) {
    forget_replies(base);
    return jobs::Outcome::done();
  });
  workers.schedule({"sms.sweep", 24h});
}

}  // namespace varde::messaging
