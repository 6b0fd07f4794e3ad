#include "messaging/delivery/sender.hpp"

#include <deque>
#include <mutex>

#include "base/alarms.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "base/text.hpp"
#include "crypto/aead.hpp"
#include "jobs/queue.hpp"
#include "messaging/channel/channel.hpp"
#include "messaging/channel/gateway.hpp"
#include "messaging/delivery/store_sql.hpp"
#include "messaging/mail/report_parser.hpp"
#include "messaging/response/response.hpp"
#include "net/http_client.hpp"
#include "people/person/person.hpp"
#include "trust/audit.hpp"
#include "trust/egress.hpp"

namespace varde::messaging {

using trust::Ctx;
using Clock = std::chrono::steady_clock;

namespace {

metrics::Counter answered("varde_messages_total", "Messages by what became of them", {"state"});
metrics::Gauge open_connections("varde_smtp_connections", "Open connections to providers");

constexpr std::size_t kWaiting = 256;  // parcels ahead of the connections
constexpr int kConnectAttempts = 4;    // in a row, with no connection standing
constexpr int kLosses = 3;
constexpr auto kIdle = std::chrono::seconds(1);  // without a connection: the run waits
constexpr auto kLinger = std::chrono::milliseconds(5);
// Between attempts to write down what was sent.
constexpr std::chrono::milliseconds kFirstPause{250}, kLongestPause{30'000};

struct DeliveryRecord {
  Uuid tenant_id, source_id, recipient_id, person_id;
  int state = 1, chunk = 0, attempts = 1;
  Timestamp at;
  std::optional<Timestamp> retry_at;
  std::string code;
};
BOOST_DESCRIBE_STRUCT(DeliveryRecord, (),
                      (tenant_id, source_id, recipient_id, person_id, state, chunk, attempts, at,
                       retry_at, code))

struct CapturedRecord {
  Uuid tenant_id, message_id;
  Timestamp at;
  std::optional<Uuid> person_id, source_id;
  int size = 0;
  trust::Sealed<kCapturedHead> sealed_head;
  trust::Sealed<kCapturedMessage> sealed;
};
BOOST_DESCRIBE_STRUCT(CapturedRecord, (),
                      (tenant_id, message_id, at, person_id, source_id, size, sealed_head, sealed))

// A provider's pace, shared by everything on this node that sends through it.
class Throttle {
 public:
  // Takes a place. Zero: go; otherwise how long until it is worth asking again.
  Duration take(const Provider& provider) {
    if (!provider.per_second && !provider.per_window) return Duration(0);
    std::lock_guard lock(mutex_);
    auto& pace = paces_[provider.id];
    auto at = Clock::now();
    if (provider.per_window && provider.window_seconds) {
      auto length = std::chrono::seconds(*provider.window_seconds);
      if (at - pace.window >= length) {
        pace.window = at;
        pace.count = 0;
      }
      if (pace.count >= *provider.per_window)
        return std::chrono::duration_cast<Duration>(pace.window + length - at) + Duration(1000);
    }
    if (provider.per_second && *provider.per_second > 0) {
      double burst = std::max(1.0, *provider.per_second / 10);
      double seconds = std::chrono::duration<double>(at - pace.at).count();
      pace.tokens = std::min(burst, pace.tokens + seconds * *provider.per_second);
      pace.at = at;
      if (pace.tokens < 1)
        return Duration(static_cast<std::int64_t>((1 - pace.tokens) / *provider.per_second * 1e6) +
                        100);
      pace.tokens -= 1;
    }
    ++pace.count;
    return Duration(0);
  }

 private:
  struct Pace {
    double tokens = 1;
    Clock::time_point at = Clock::now(), window{};
    int count = 0;
  };
  std::mutex mutex_;
  std::map<Uuid, Pace> paces_;
};
Throttle& throttle() {
  static Throttle one;
  return one;
}

// Circuit breakers: a provider that cannot be used is left alone for half a minute, then for longer
// and longer, ten minutes at most; then one run tries it, and the others wait for what comes of it.
class Circuits {
 public:
  /// Why it is left alone; empty: `who` may try it.
  std::string open(const Uuid& provider, const void* who) {
    std::lock_guard lock(mutex_);
    auto found = broken_.find(provider);
    if (found == broken_.end()) return {};
    auto& one = found->second;
    if (one.rests() || (one.tries != nullptr && one.tries != who)) return one.why;
    one.tries = who;
    return {};
  }
  void failed(const Provider& provider, const Uuid& tenant, const std::string& why) {
    {
      std::lock_guard lock(mutex_);
      auto& one = broken_[provider.id];
      if (one.rests()) return;  // another connection of the same run
      one.until = now() + std::min(kRest * (1 << std::min(one.times++, 5)), kLongestRest);
      one.tries = nullptr;
      one.why = why;
    }
    alarms::raise("provider", provider.id.str(),
                  fmt::format("Nothing leaves through {}. {}", provider.name, why), tenant,
                  "/sending/providers");
  }
  void closed(const Uuid& provider, const Uuid& tenant) {
    {
      std::lock_guard lock(mutex_);
      if (broken_.erase(provider) == 0) return;
    }
    alarms::clear("provider", provider.str(), tenant);
  }
  /// Whoever tried it has ended without a word.
  void left(const void* who) {
    std::lock_guard lock(mutex_);
    for (auto& [id, one] : broken_)
      if (one.tries == who) one.tries = nullptr;
  }

 private:
  static constexpr std::chrono::seconds kRest{20}, kLongestRest{600};
  struct Broken {
    Timestamp until{};
    // A clock that was set back makes no rest longer.
    bool rests() const { return now() < until && until - now() <= kLongestRest; }
    int times = 0;
    const void* tries = nullptr;
    std::string why;
  };
  std::mutex mutex_;
  std::map<Uuid, Broken> broken_;
};
Circuits& circuits() {
  static Circuits one;
  return one;
}

// Fibers of one loop that wait for the same thing.
class Signal {
 public:
  bool wait(net::Deadline deadline) {
    net::Event event;
    struct Place {
      std::vector<net::Event*>& all;
      net::Event* mine;
      ~Place() { std::erase(all, mine); }
    } place{waiting_, &event};
    waiting_.push_back(&event);
    return event.wait(deadline);
  }
  void wake_one() {
    if (waiting_.empty()) return;
    auto* first = waiting_.front();
    waiting_.erase(waiting_.begin());  // the next call wakes another
    first->wake();
  }
  void wake_all() {
    for (auto* event : waiting_) event->wake();
  }

 private:
  std::vector<net::Event*> waiting_;
};

std::string code_of(const net::SmtpReply& reply) {
  if (reply.code == 0) return "";
  return std::to_string(reply.code) + (reply.enhanced.empty() ? "" : " " + reply.enhanced);
}

}  // namespace

std::optional<Duration> retry_pause(int attempts) {
  static constexpr std::chrono::minutes kPauses[] = {
      std::chrono::minutes(2), std::chrono::minutes(15), std::chrono::minutes(60),
      std::chrono::minutes(240)};
  if (attempts < 1 || attempts > static_cast<int>(std::size(kPauses))) return std::nullopt;
  return kPauses[attempts - 1];
}

// What a server says at once it would have said in a report an hour later: the same follows.
static void record_gone(Ctx& ctx, const Uuid& source, const std::vector<DeliveryOutcome>& sent) {
  std::vector<Uuid> recipients, persons;
  std::vector<trust::AuditEntry> trail;
  for (const auto& one : sent) {
    if (!one.gone) continue;
    recipients.push_back(one.recipient_id);
    suppress(ctx, people::email_hash(ctx, one.to), SuppressionReason::bounce);
    if (one.person_id.is_nil()) continue;
    persons.push_back(one.person_id);
    trail.push_back({"suppression.add", "suppression", std::nullopt, one.person_id});
  }
  if (recipients.empty()) return;
  ctx.tx().later(store::kDeliveryGone, source, recipients, now());
  trust::record(ctx, trail);
  record_responses(ctx, source, people::ActivityKind::bounced, persons);
}

void record_deliveries(Ctx& ctx, const Uuid& source, const std::vector<DeliveryOutcome>& sent) {
  std::vector<DeliveryRecord> records;
  records.reserve(sent.size());
  for (const auto& one : sent) {
    std::optional<Timestamp> retry;
    if (one.state == DeliveryState::deferred)
      retry =
          one.retry_at.value_or(one.at + retry_pause(one.attempts).value_or(std::chrono::hours(4)));
    records.push_back({ctx.tenant, source, one.recipient_id, one.person_id,
                       static_cast<int>(one.state), one.chunk, one.attempts, one.at, retry,
                       one.code});
  }
  ctx.tx().insert_many("delivery", records,
                       "ON CONFLICT (tenant_id, source_id, recipient_id) DO UPDATE SET state = "
                       "EXCLUDED.state, attempts = EXCLUDED.attempts, at = EXCLUDED.at, retry_at = "
                       "EXCLUDED.retry_at, code = EXCLUDED.code");
  record_gone(ctx, source, sent);
}

bool is_recorded(Ctx& ctx, const Uuid& source, const DeliveryOutcome& sent) {
  return !ctx.tx()
              .query(store::kDeliveryRecorded, source, sent.recipient_id, sent.attempts, sent.at)
              .empty();
}

struct Sender::Impl : std::enable_shared_from_this<Sender::Impl> {
  Impl(trust::Base& b, const Uuid& t, Provider p, std::string h, const Uuid& s, Record r,
       const SenderOptions& o)
      : base(b),
        tenant(t),
        provider(std::move(p)),
        hello(std::move(h)),
        source(s),
        record(std::move(r)),
        options(o) {}

  trust::Base& base;
  Uuid tenant;
  Provider provider;
  std::string hello;
  Uuid source;
  Record record;
  SenderOptions options;

  std::deque<OutboundMessage> waiting;
  Signal room, work;  // producers wait for room, connections for work
  bool closed = false, stopped = false, ended = false;
  std::string trouble;
  Uuid job = jobs::Workers::current();
  jobs::Workers::Lend lend;
  Clock::time_point idle_since = Clock::now();
  int connections = 0, standing = 0, failures = 0;

  std::vector<DeliveryOutcome> outcomes;
  std::vector<net::Event*> waiters;  // connections whose outcome is among `outcomes`
  net::Event flush, end;
  bool durable = true;     // whether the last flush was written
  bool lingering = false;  // the flusher waits for company before it writes

  void start();
  void connection();
  void gateway();
  bool within_quota();
  void pace();
  void flusher();
  bool write_down();
  std::optional<bool> write_until_written(const std::vector<DeliveryOutcome>& batch);
  void record_sms(Ctx& ctx, const std::vector<DeliveryOutcome>& batch) const;
  bool write_captured();
  // A commit is worth its price when half of the connections share it.
  bool enough() const { return outcomes.size() * 2 >= static_cast<std::size_t>(standing); }
  std::optional<OutboundMessage> take(bool wait);
  void give_back(OutboundMessage parcel) {
    waiting.push_front(std::move(parcel));
    work.wake_one();
  }
  bool commit_outcome(DeliveryOutcome sent, net::Event& done);
  /// A run that only waits for its provider leaves its slot to others.
  void lend_while_idle() {
    lend.set(provider.kind != ProviderKind::captured && !ended && standing == 0 &&
             Clock::now() - idle_since > kIdle);
  }
  // Stops, and leaves the provider alone for a while.
  void give_rest(const std::string& why) {
    circuits().failed(provider, tenant, why);
    halt(why);
  }
  void halt(std::string why = {}) {
    stopped = true;
    if (trouble.empty()) trouble = std::move(why);
    room.wake_all();
    work.wake_all();
    flush.wake();
  }
};

void Sender::Impl::start() {
  auto self = shared_from_this();
  if (provider.kind != ProviderKind::captured) {
    connections = std::clamp(provider.connections, 1, 500);
    for (int i = 0; i < connections; ++i)
      net::Loop::current().spawn([self] {
        struct Leave {
          Impl& impl;
          ~Leave() {
            --impl.connections;
            impl.flush.wake();
          }
        } leave{*self};
        self->provider.channel == Channel::sms ? self->gateway() : self->connection();
      });
  }
  net::Loop::current().spawn([self] {
    struct Leave {
      Impl& impl;
      ~Leave() {
        impl.ended = true;
        impl.stopped = true;
        impl.room.wake_all();
        impl.work.wake_all();
        for (auto* waiter : impl.waiters) waiter->wake();
        impl.end.wake();
      }
    } leave{*self};
    self->flusher();
  });
}

std::optional<OutboundMessage> Sender::Impl::take(bool wait) {
  while (true) {
    if (stopped) return std::nullopt;
    if (!waiting.empty()) {
      auto parcel = std::move(waiting.front());
      waiting.pop_front();
      if (waiting.size() < kWaiting / 2) room.wake_all();
      return parcel;
    }
    if (!wait || closed) return std::nullopt;
    work.wait(net::in(std::chrono::seconds(30)));
  }
}

// Hands an outcome to the flusher and waits until it is durable.
bool Sender::Impl::commit_outcome(DeliveryOutcome sent, net::Event& done) {
  if (ended || !durable) return false;
  answered.with({web::enum_word(sent.state)}).add();
  outcomes.push_back(std::move(sent));
  waiters.push_back(&done);
  if (!lingering || enough()) flush.wake();
  done.wait();
  return durable && !ended;
}

void Sender::Impl::connection() {
  Result<net::Permit> permit = [&] {
    Ctx ctx(base, tenant, {trust::ActorKind::system, {}});
    return options.platform
               ? trust::Egress::permit_platform(ctx, trust::Egress::Kind::smtp, provider.host)
               : trust::Egress::permit(ctx, trust::Egress::Kind::smtp, provider.host);
  }();
  if (!permit) return halt(permit.error().message);
  if (auto why = circuits().open(provider.id, this); !why.empty()) return halt(why);
  auto target = target_of(provider, hello);
  std::optional<net::SmtpClient> client;
  std::optional<OutboundMessage> next;
  net::Event done;
  struct Standing {
    Impl& impl;
    bool on = false;
    void set(bool to) {
      if (to != on) {
        impl.standing += to ? 1 : -1;
        impl.idle_since = Clock::now();
        open_connections.add(to ? 1 : -1);
      }
      on = to;
    }
    ~Standing() { set(false); }
  } stands{*this};

  while (!stopped) {
    if (!next) next = take(true);
    if (!next) break;
    if (!client || !client->usable()) {
      if (client) client->quit();
      client.reset();
      stands.set(false);
      auto made = net::SmtpClient::connect(*permit, target);
      if (!made) {
        give_back(std::move(*next));
        next.reset();
        // A server that takes fewer connections than were asked for is no trouble: the others go
        // on.
        if (standing > 0) return;
        if (++failures >= kConnectAttempts)
          return give_rest("The mail server cannot be used: " + made.error().message);
        work.wait(net::in(std::chrono::milliseconds(250 << std::min(failures, 5))));
        net::sleep_for(std::chrono::milliseconds(100));
        continue;
      }
      failures = 0;
      circuits().closed(provider.id, tenant);
      client.emplace(std::move(*made));
      stands.set(true);
    }
    pace();
    if (stopped) break;

    auto current = std::move(*next);
    next = take(false);
    net::Envelope envelope{current.from, {current.to}, current.dkim.size() + current.mail.size()};
    net::Envelope following;
    if (next) following = {next->from, {next->to}, next->dkim.size() + next->mail.size()};
    std::string_view parts[] = {current.dkim, current.mail};
    auto delivery = client->send(envelope, parts, next ? &following : nullptr);

    DeliveryOutcome sent{current.recipient_id,   current.person_id,    current.chunk,
                         DeliveryState::sent,    current.attempts + 1, now(),
                         code_of(delivery.reply)};
    switch (delivery.outcome) {
      case net::SmtpOutcome::accepted:
        break;
      case net::SmtpOutcome::failed:
        sent.state = DeliveryState::failed;
        sent.gone = mail::classify_bounce(delivery.reply.enhanced,
                                          std::to_string(delivery.reply.code) + " " +
                                              delivery.reply.text) == mail::BounceClass::hard;
        if (sent.gone) sent.to = current.to;
        break;
      case net::SmtpOutcome::lost:
        if (++current.losses < kLosses) {
          give_back(std::move(current));
          continue;
        }
        sent.state = DeliveryState::deferred;
        break;
      case net::SmtpOutcome::in_doubt:
        // Nobody knows whether it was taken. Rather twice than never, but no more than that.
        if (++current.doubts < 2) {
          give_back(std::move(current));
          continue;
        }
        sent.state = DeliveryState::deferred;
        break;
      case net::SmtpOutcome::deferred:
        sent.state = DeliveryState::deferred;
        break;
    }
    if (sent.state == DeliveryState::deferred && !retry_pause(sent.attempts))
      sent.state = DeliveryState::failed;
    if (!commit_outcome(std::move(sent), done)) break;
  }
  // What was taken and not sent waits for the next run.
  if (next) give_back(std::move(*next));
  if (client) client->quit();
}

// Takes a message of the organisation's day; stops the sender when it is used up.
bool Sender::Impl::within_quota() {
  auto what =
      provider.channel == Channel::sms ? trust::Quota::sms_per_day : trust::Quota::mails_per_day;
  if (options.platform || base.quotas.take_message(base, tenant, what)) return true;
  halt(base.quotas.message_sentence(tenant, what));
  return false;
}

// Waits for a place in the provider's pace, and takes it.
void Sender::Impl::pace() {
  if (!within_quota()) return;
  while (!stopped) {
    auto pause = throttle().take(provider);
    if (pause.count() == 0) break;
    net::sleep_for(std::min<Duration>(pause, std::chrono::milliseconds(500)));
  }
}

// One call at a time: as many of these as the provider has connections, so that a crash repeats at
// most one message for each, under the same reference.
void Sender::Impl::gateway() {
  Result<net::Permit> permit = [&] {
    Ctx ctx(base, tenant, {trust::ActorKind::system, {}});
    auto call = sms::make_call(provider, {}, "");
    auto host = sms::host_of(call.url);
    return options.platform ? trust::Egress::permit_platform(ctx, trust::Egress::Kind::sms, host)
                            : trust::Egress::permit(ctx, trust::Egress::Kind::sms, host);
  }();
  if (!permit) return halt(permit.error().message);
  if (auto why = circuits().open(provider.id, this); !why.empty()) return halt(why);
  net::Event done;
  ++standing;
  struct Standing {
    int& count;
    ~Standing() { --count; }
  } stands{standing};
  while (!stopped) {
    auto next = take(true);
    if (!next) break;
    pace();
    if (stopped) return give_back(std::move(*next));
    auto current = std::move(*next);
    auto answer = net::call(
        *permit, sms::make_call(provider, {current.to, current.sms->text, current.sms->reference},
                                base.public_url));
    DeliveryOutcome sent{current.recipient_id, current.person_id,
                         current.chunk,        DeliveryState::deferred,
                         current.attempts + 1, now(),
                         "no-answer"};
    if (answer) {
      failures = 0;
      circuits().closed(provider.id, tenant);
      auto read = sms::read_answer(provider, *answer);
      sent.code = read.code;
      switch (read.verdict) {
        case sms::Verdict::refused:
          give_back(std::move(current));
          return give_rest("The SMS gateway refuses what we send: it answers " + read.code + ".");
        case sms::Verdict::accepted:
          sent.state = DeliveryState::sent;
          current.sms->external_id = std::move(read.external_id);
          break;
        case sms::Verdict::failed:
          sent.state = DeliveryState::failed;
          break;
        case sms::Verdict::deferred:
          break;
      }
    } else if (answer.error().kind != "no-answer") {
      give_back(std::move(current));
      if (++failures >= kConnectAttempts)
        return give_rest("The SMS gateway cannot be reached: " + answer.error().message);
      net::sleep_for(std::chrono::milliseconds(250 << std::min(failures, 5)));
      continue;
    }
    if (sent.state == DeliveryState::deferred && !retry_pause(sent.attempts))
      sent.state = DeliveryState::failed;
    sent.sms = std::move(current.sms);
    sent.to = std::move(current.to);
    if (!commit_outcome(std::move(sent), done)) break;
  }
}

// One transaction for what came together. False: nothing more may be sent.
bool Sender::Impl::write_down() {
  auto batch = std::move(outcomes);
  outcomes.clear();
  auto waking = std::move(waiters);
  waiters.clear();
  struct Wake {
    std::vector<net::Event*>& all;
    ~Wake() {
      for (auto* waiter : all) waiter->wake();
    }
  } wake{waking};
  // Meanwhile others may add theirs, which are written next.
  std::optional<bool> go_on;
  try {
    go_on = write_until_written(batch);
  } catch (...) {
    durable = false;
    throw;
  }
  durable = go_on.has_value();
  if (!go_on) return false;
  if (!*go_on) halt();
  return *go_on;
}

void Sender::Impl::record_sms(Ctx& ctx, const std::vector<DeliveryOutcome>& batch) const {
  for (const auto& recorder : base.extensions.all<SmsRecorder>())
    recorder.run(ctx, provider, batch);
}

// What record() said; nullopt when the program stops before it could be written: then the next one
// repeats what these connections sent last.
std::optional<bool> Sender::Impl::write_until_written(const std::vector<DeliveryOutcome>& batch) {
  auto pause = kFirstPause;
  for (bool again = false;; again = true) {
    try {
      Ctx ctx(base, tenant, {trust::ActorKind::system, {}});
      bool go_on = record(ctx, batch, again);
      if (provider.channel == Channel::sms) record_sms(ctx, batch);
      ctx.commit();
      if (again) alarms::clear("outcomes", source.str(), tenant);
      jobs::Workers::progressed(job);
      return go_on;
    } catch (const net::Stopped&) {
      throw;
    } catch (const std::exception& e) {
      log::error("Outcomes could not be written; sending waits",
                 {{"source", source}, {"what", e.what()}});
    }
    alarms::raise("outcomes", source.str(),
                  "What became of messages cannot be written down, so sending waits. Whoever runs "
                  "this installation finds the reason in the log.",
                  tenant);
    for (auto until = net::in(pause); std::chrono::steady_clock::now() < until;) {
      if (jobs::Workers::stopping()) {
        alarms::clear("outcomes", source.str(), tenant);
        halt("The database was away while outcomes were written.");
        return std::nullopt;
      }
      net::sleep_for(std::chrono::milliseconds(100));
    }
    pause = std::min(pause * 2, kLongestPause);
  }
}

// The captured provider: the messages themselves, and their outcomes, in one transaction.
bool Sender::Impl::write_captured() {
  std::vector<CapturedRecord> rows;
  std::vector<DeliveryOutcome> batch = std::move(outcomes);
  outcomes.clear();
  std::vector<Uuid> persons;
  auto count = std::min<std::size_t>(waiting.size(), 200);
  for (std::size_t i = 0; i < count; ++i)
    if (!waiting[i].person_id.is_nil()) persons.push_back(waiting[i].person_id);
  auto keys = persons.empty() ? std::unordered_map<Uuid, crypto::Key>()
                              : base.keys.keys(tenant, persons, false);
  auto own = base.keys.tenant_key(tenant, "captured");
  for (std::size_t i = 0; i < count && within_quota(); ++i) {
    auto parcel = std::move(waiting.front());
    waiting.pop_front();
    if (parcel.sms) {
      DeliveryOutcome sent{parcel.recipient_id,
                           parcel.person_id,
                           parcel.chunk,
                           DeliveryState::sent,
                           parcel.attempts + 1,
                           now(),
                           ""};
      sent.sms = std::move(parcel.sms);
      sent.to = std::move(parcel.to);
      batch.push_back(std::move(sent));
      continue;
    }
    auto id = Uuid::make();
    auto key = keys.find(parcel.person_id);
    bool of_person = key != keys.end();
    const auto& seal_key = of_person ? key->second : own;
    auto head = boost::json::serialize(boost::json::object{{"from", parcel.from_header},
                                                           {"to", parcel.to},
                                                           {"subject", parcel.subject},
                                                           {"return_path", parcel.from}});
    auto at = now();
    rows.push_back(
        {tenant, id, at, of_person ? std::optional(parcel.person_id) : std::nullopt,
         source.is_nil() ? std::nullopt : std::optional(source),
         static_cast<int>(parcel.dkim.size() + parcel.mail.size()),
         trust::Sealed<kCapturedHead>::of(seal_key, head, tenant, id),
         trust::Sealed<kCapturedMessage>::of(seal_key, parcel.dkim + parcel.mail, tenant, id)});
    batch.push_back({parcel.recipient_id, parcel.person_id, parcel.chunk, DeliveryState::sent,
                     parcel.attempts + 1, at, "250 2.0.0"});
  }
  room.wake_all();
  answered.with({"sent"}).add(std::ssize(batch));
  Ctx ctx(base, tenant, {trust::ActorKind::system, {}});
  ctx.tx().insert_many("captured_message", rows);
  bool go_on = record(ctx, batch, false);
  if (provider.channel == Channel::sms) record_sms(ctx, batch);
  ctx.commit();
  if (!go_on) halt();
  return go_on;
}

void Sender::Impl::flusher() {
  bool captured = provider.kind == ProviderKind::captured;
  while (true) {
    if (captured && !stopped && (!waiting.empty() || !outcomes.empty())) {
      try {
        if (!write_captured()) return;
      } catch (const net::Stopped&) {
        throw;
      } catch (const std::exception& e) {
        log::error("Captured messages could not be written",
                   {{"source", source}, {"what", e.what()}});
        return halt("The database was away while messages were written.");
      }
      continue;
    }
    if (!outcomes.empty()) {
      if (!enough() && !stopped) {
        lingering = true;
        flush.wait(net::in(kLinger));
        lingering = false;
      }
      write_down();
      if (!durable) return;
      continue;
    }
    if ((stopped || (closed && waiting.empty())) && connections == 0) return;
    flush.wait(net::in(std::chrono::seconds(1)));
  }
}

Sender::Sender(trust::Base& base, const Uuid& tenant, Provider provider, std::string hello,
               const Uuid& source, Record record, const SenderOptions& options)
    : impl_(std::make_shared<Impl>(base, tenant, std::move(provider), std::move(hello), source,
                                   std::move(record), options)) {
  impl_->start();
}

Sender::~Sender() {
  impl_->lend.set(false);
  impl_->halt();
  while (!impl_->ended) {
    try {
      impl_->end.wait(net::in(std::chrono::seconds(1)));
    } catch (const net::Stopped&) {
      break;
    }
  }
  circuits().left(impl_.get());
}

void add_sender_hooks(trust::Base& base) {
  // The next run tries it at once.
  base.extensions.add(ProviderChanged{
      [](const Uuid& tenant, const Uuid& provider) { circuits().closed(provider, tenant); }});
}

bool Sender::push(OutboundMessage parcel) {
  net::before_waiting_for_others("sender");
  while (!impl_->stopped && impl_->waiting.size() >= kWaiting) {
    impl_->room.wait(net::in(std::chrono::seconds(1)));
    impl_->lend_while_idle();
  }
  if (impl_->stopped) return false;
  impl_->waiting.push_back(std::move(parcel));
  if (impl_->provider.kind == ProviderKind::captured) {
    impl_->flush.wake();
  } else {
    impl_->work.wake_one();
  }
  return true;
}

void Sender::note(DeliveryOutcome sent) {
  answered.with({web::enum_word(sent.state)}).add();
  impl_->outcomes.push_back(std::move(sent));
  impl_->flush.wake();
}

void Sender::finish() {
  net::before_waiting_for_others("sender");
  impl_->closed = true;
  impl_->work.wake_all();
  impl_->flush.wake();
  while (!impl_->ended) {
    impl_->end.wait(net::in(std::chrono::milliseconds(250)));
    impl_->lend_while_idle();
    // A provider with a slow pace is not waited for; what was handed over is written down.
    if (jobs::Workers::stopping()) impl_->halt();
  }
}

void Sender::lend_while_idle() { impl_->lend_while_idle(); }
bool Sender::stopped() const { return impl_->stopped; }
void Sender::stop() { impl_->halt(); }
const std::string& Sender::trouble() const { return impl_->trouble; }

}  // namespace varde::messaging
