#include <deque>

#include "base/log.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "messaging/sms/encoding.hpp"
#include "messaging/sms/sms.hpp"
#include "outreach/campaign/store.hpp"
#include "outreach/campaign/store_sql.hpp"
#include "people/person/person.hpp"
#include "trust/audit.hpp"
#include "trust/egress.hpp"
#include "trust/tenant/tenant.hpp"

namespace varde::outreach {

using namespace store;
using trust::Ctx;
namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kChunk = 500;
constexpr int kPage = 5000;
constexpr auto kRunLease = 10s;
constexpr auto kLookAgain = 250ms;  // how often a run looks at the campaign's state
constexpr int kProducers = 3;
constexpr std::size_t kBatch = 32;  // messages made at a time, on the pool's threads

Uuid campaign_of(const jobs::Job& job) {
  return *Uuid::parse(
      std::string_view(json::parse(job.payload.text).at("campaign_id").as_string()));
}

// ---- preparing

struct AudienceRow {
  Uuid person_id;
  std::string time_zone;
  int state = 1;
  bool no_address = false, suppressed = false;
};
BOOST_DESCRIBE_STRUCT(AudienceRow, (), (person_id, time_zone, state, no_address, suppressed))

std::string audience_columns(messaging::Channel channel) {
  return std::string("SELECT p.person_id, p.time_zone, p.state, p.") +
         (channel == messaging::Channel::sms ? "phone_hash" : "email_hash") +
         " IS NULL AS no_address, " + messaging::suppressed_condition("p", channel) +
         " AS suppressed FROM person p";
}

// What a gateway knows a campaign's message to a person by: the same after a crash.
std::string sms_reference(const crypto::Key& key, const Uuid& campaign, const Uuid& person) {
  return hex(crypto::keyed_hash(key, std::string(campaign.view()) + std::string(person.view())));
}

// Those among `ids` whom the campaign may reach: see add_basis.
Result<std::set<Uuid>> consenting(Ctx& ctx, const CampaignRecord& campaign,
                                  const std::vector<Uuid>& ids) {
  if (!campaign.purpose_id && !campaign.service_reason.empty())
    return std::set<Uuid>(ids.begin(), ids.end());
  people::Query query;
  query.where("p.person_id = ANY(" + query.bind(ids) + ")");
  VARDE_CHECK(add_basis(ctx, campaign, query));
  auto found = query.run(ctx, "SELECT p.person_id FROM person p").all<Uuid>();
  return std::set<Uuid>(found.begin(), found.end());
}

Result<jobs::Outcome> fail(Ctx& ctx, const Uuid& id, const std::string& why) {
  ctx.rollback();
  ctx.tx().later(kCampaignEnd, id, CampaignState::failed, now(), why.substr(0, 500));
  ctx.commit();
  return jobs::Outcome::done();
}

// Cuts one page of the audience into chunks. True when there is more.
Result<bool> prepare_page(Ctx& ctx, const CampaignRecord& campaign, const std::string& own_zone) {
  people::Query query;
  query.where("p.state = 1");
  if (campaign.prepared_to) query.where("p.person_id > " + query.bind(*campaign.prepared_to));
  VARDE_CHECK(add_audience(ctx, audience_of(campaign), query));
  auto page = query
                  .run(ctx, audience_columns(campaign.channel),
                       " ORDER BY p.person_id LIMIT " + std::to_string(kPage))
                  .all<AudienceRow>();
  std::vector<Uuid> ids;
  for (const auto& row : page) ids.push_back(row.person_id);
  VARDE_TRY(auto consented, consenting(ctx, campaign, ids));
  std::int64_t suppressed = 0, no_consent = 0, no_address = 0, recipients = 0;
  std::map<std::string, std::vector<Uuid>> by_zone;
  std::vector<messaging::DeliveryOutcome>
      skipped;  // so that the report can say who was left out, and why
  auto skip = [&](const AudienceRow& row, std::int64_t& counter, const char* why) {
    ++counter;
    skipped.push_back(
        {row.person_id, row.person_id, 0, messaging::DeliveryState::skipped, 1, now(), why});
  };
  for (const auto& row : page) {
    if (row.no_address) {
      skip(row, no_address, kNoAddress);
    } else if (row.suppressed) {
      skip(row, suppressed, kSuppressed);
    } else if (!consented.contains(row.person_id)) {
      skip(row, no_consent, kNoConsent);
    } else {
      ++recipients;
      bool own = campaign.time_mode == TimeMode::at_once || row.time_zone.empty();
      by_zone[own ? own_zone : row.time_zone].push_back(row.person_id);
    }
  }
  auto start = campaign.scheduled_at.value_or(now());
  auto wall = to_local(start, own_zone);
  auto number = static_cast<int>(ctx.tx().one<std::int64_t>(kChunkMax, campaign.campaign_id));
  std::vector<ChunkRecord> chunks;
  for (auto& [zone, members] : by_zone) {
    auto due = campaign.time_mode == TimeMode::at_once ? start : from_local(wall, zone);
    for (std::size_t at = 0; at < members.size(); at += kChunk)
      chunks.push_back(
          {ctx.tenant,
           campaign.campaign_id,
           ++number,
           {members.begin() + static_cast<std::ptrdiff_t>(at),
            members.begin() + static_cast<std::ptrdiff_t>(std::min(at + kChunk, members.size()))},
           due});
  }
  bool more = page.size() == static_cast<std::size_t>(kPage);
  ctx.tx().insert_many("chunk", chunks);
  messaging::record_deliveries(ctx, campaign.campaign_id, skipped);
  auto to = page.empty() ? campaign.prepared_to : std::optional(page.back().person_id);
  ctx.tx().later(kCampaignPrepared, campaign.campaign_id, to, recipients, !more, now());
  ctx.tx().later(kCampaignSkips, campaign.campaign_id, suppressed, no_consent, no_address);
  if (!more) enqueue_send(ctx, campaign.campaign_id);
  return more;
}

Result<jobs::Outcome> prepare(trust::Base& base, const messaging::Environment& environment,
                              const jobs::Job& job) {
  auto id = campaign_of(job);
  Ctx ctx(base, *job.tenant_id, {trust::ActorKind::system, {}});
  auto campaign = ctx.tx().maybe<CampaignRecord>(kCampaignLock, id);
  if (!campaign) return jobs::Outcome::done();
  if (campaign->state == CampaignState::scheduled) {
    auto at = campaign->scheduled_at.value_or(now());
    if (campaign->time_mode == TimeMode::recipient_time_zone)
      at = first_in_the_world(at, trust::tenant_settings(ctx).time_zone);
    if (at > now()) return jobs::Outcome::done();  // moved: another job stands for the new time
    ctx.tx().later(kCampaignStart, id, now());
  } else if (campaign->state != CampaignState::preparing) {
    return jobs::Outcome::done();
  }
  // The links, before any message names one.
  auto mailing = messaging::Mailing::compile(ctx, environment, mailing_source(ctx, *campaign));
  if (!mailing) return fail(ctx, id, mailing.error().message);
  std::vector<LinkRecord> links;
  for (const auto& [number, target, label] : mailing->links())
    links.push_back({ctx.tenant, id, static_cast<int>(number), target, label});
  ctx.tx().insert_many("link", links, "ON CONFLICT DO NOTHING");
  ctx.tx().later(kCampaignOpensCounted, id, mailing->counts_opens());
  auto zone = trust::tenant_settings(ctx).time_zone;
  ctx.commit();
  while (!jobs::Workers::stopping()) {
    campaign = ctx.tx().maybe<CampaignRecord>(kCampaignLock, id);
    if (!campaign || campaign->state != CampaignState::preparing || campaign->prepared)
      return jobs::Outcome::done();
    auto more = prepare_page(ctx, *campaign, zone);
    if (!more) return fail(ctx, id, more.error().message);
    ctx.commit();
    if (!*more) return jobs::Outcome::done();
  }
  return jobs::Outcome::again(now());
}

// ---- sending

class Run {
 public:
  Run(trust::Base& base, const messaging::Environment& environment, const Uuid& tenant,
      const Uuid& id)
      : base_(base), environment_(environment), tenant_(tenant), id_(id), run_(Uuid::make()) {}

  Result<jobs::Outcome> go() {
    Ctx ctx(base_, tenant_, {trust::ActorKind::system, {}});
    campaign_ = ctx.tx().maybe<CampaignRecord>(kCampaignOne, id_);
    if (!campaign_ || campaign_->state != CampaignState::sending) return jobs::Outcome::done();
    if (auto may = trust::Egress::may_send(ctx); !may)
      return may.error().kind == "storage-only" ? jobs::Outcome::again(now() + 60s)
                                                : jobs::Outcome::done();
    if (!claim(ctx)) return jobs::Outcome::again(now() + 1s);
    auto mailing = messaging::Mailing::compile(ctx, environment_, mailing_source(ctx, *campaign_));
    if (!mailing) return fail(ctx, id_, mailing.error().message);
    mailing_.emplace(std::move(*mailing));
    auto provider = messaging::load_provider(ctx, campaign_->provider_id, campaign_->channel);
    if (sms()) {
      quiet_ = messaging::quiet_settings(ctx);
      reference_key_ = base_.keys.tenant_key(tenant_, "sms-reference");
    }
    ctx.commit();
    next_look_ = std::chrono::steady_clock::now() + kLookAgain;

    messaging::Sender sender(base_, tenant_, provider, environment_.bounce_domain, id_,
                             [this](Ctx& inner, const std::vector<messaging::DeliveryOutcome>& sent,
                                    bool again) { return record(inner, sent, again); });
    sender_ = &sender;
    produce_all();
    sender.finish();
    sender_ = nullptr;
    return end(provider.id, sender);
  }

 private:
  bool sms() const { return campaign_->channel == messaging::Channel::sms; }

  bool claim(Ctx& ctx) {
    claimed_ = std::chrono::steady_clock::now();
    return ctx.tx()
               .query(kCampaignClaimRun, id_, run_,
                      std::chrono::duration<double>(kRunLease).count(), environment_.alone)
               .affected() > 0;
  }

  // Several producers, so that the connections do not starve while one waits for the database.
  void produce_all() {
    struct Shared {
      net::Event done;
      int running = kProducers;
      std::exception_ptr broken;
    };
    auto shared = std::make_shared<Shared>();
    for (int i = 0; i < kProducers; ++i)
      net::Loop::current().spawn([this, shared] {
        try {
          produce();
        } catch (...) {
          shared->broken = std::current_exception();
          sender_->stop();
        }
        if (--shared->running == 0) shared->done.wake();
      });
    while (shared->running > 0) {
      shared->done.wait(net::in(kLookAgain));
      sender_->lend_while_idle();
      if (jobs::Workers::stopping()) sender_->stop();
      if (!sender_->stopped()) look();
    }
    if (shared->broken) {
      sender_->finish();
      std::rethrow_exception(shared->broken);
    }
  }

  // Pause and cancel take effect even while no outcome comes in.
  void look() {
    if (std::chrono::steady_clock::now() < next_look_) return;
    next_look_ = std::chrono::steady_clock::now() + kLookAgain;
    Ctx ctx(base_, tenant_, {trust::ActorKind::system, {}});
    if (!still_ours(ctx)) sender_->stop();
    ctx.commit();
  }

  bool still_ours(Ctx& ctx) {
    if (std::chrono::steady_clock::now() - claimed_ > kRunLease / 3) return claim(ctx);
    return ctx.tx().maybe<int>(kCampaignState, id_) == static_cast<int>(CampaignState::sending);
  }

  void produce() {
    messaging::MailScratch scratch;
    while (!sender_->stopped()) {
      std::map<Uuid, RetryRecord> work;
      std::vector<Uuid> ids;
      int chunk = 0;
      mutex_.lock();
      struct Unlock {
        net::Mutex& mutex;
        ~Unlock() { mutex.unlock(); }
      };
      {
        Unlock unlock{mutex_};
        Ctx ctx(base_, tenant_, {trust::ActorKind::system, {}});
        if (auto next = ctx.tx().maybe<NextChunk>(kChunkNext, id_, last_chunk_, now())) {
          last_chunk_ = chunk = next->number;
          std::set<Uuid> delivered;
          if (next->begun)
            for (const auto& had : ctx.tx().all<Uuid>(kChunkDeliveredOf, id_, next->person_ids))
              delivered.insert(had);
          for (const auto& id : next->person_ids)
            if (!delivered.contains(id)) {
              ids.push_back(id);
              work[id] = {id, chunk, 0};
            }
          if (ids.empty()) {
            ctx.tx().later(kChunkDone, id_, chunk);
            ctx.commit();
            continue;
          }
          remaining_[chunk] = static_cast<int>(ids.size());
        } else if (!retried_) {
          retried_ = true;
          for (auto& row : ctx.tx().all<RetryRecord>(kCampaignRetries, id_, now())) {
            ids.push_back(row.recipient_id);
            work[row.recipient_id] = row;
          }
          if (ids.empty()) return;
        } else {
          return;
        }
      }
      deliver(ids, work, scratch);
    }
  }

  void deliver(const std::vector<Uuid>& ids, std::map<Uuid, RetryRecord>& work,
               messaging::MailScratch& scratch) {
    Ctx ctx(base_, tenant_, {trust::ActorKind::system, {}});
    // As things stand at this moment: whoever left since the audience was cut is left alone.
    people::Query query;
    query.where("p.person_id = ANY(" + query.bind(ids) + ")");
    auto rows = query.run(ctx, audience_columns(campaign_->channel)).all<AudienceRow>();
    auto consented = consenting(ctx, *campaign_, ids);
    std::map<Uuid, const char*> skip;
    for (const auto& id : ids) skip[id] = "erased";
    for (const auto& row : rows)
      skip[row.person_id] = row.state != 1                                      ? "restricted"
                            : row.no_address                                    ? kNoAddress
                            : row.suppressed                                    ? kSuppressed
                            : !consented || !consented->contains(row.person_id) ? kNoConsent
                                                                                : nullptr;
    std::vector<Uuid> wanted;
    for (const auto& id : ids) {
      if (skip[id] == nullptr) {
        wanted.push_back(id);
      } else {
        note(work[id], messaging::DeliveryState::skipped, skip[id]);
      }
    }
    auto persons = people::load(ctx, wanted, mailing_->needs_plain(), false);
    ctx.commit();
    std::set<Uuid> loaded;
    for (const auto& person : persons) loaded.insert(person.id);
    if (sms()) put_off_for_quiet_hours(persons, work);
    std::vector<std::optional<messaging::OutboundMessage>> parcels;
    for (std::size_t at = 0; at < persons.size(); at += kBatch) {
      auto batch = std::span(persons).subspan(at, std::min(kBatch, persons.size() - at));
      parcels.assign(batch.size(), std::nullopt);
      messaging::on_mail_pool([&] {
        for (std::size_t i = 0; i < batch.size(); ++i) parcels[i] = make(batch[i], scratch);
      });
      for (std::size_t i = 0; i < batch.size(); ++i) {
        auto& item = work[batch[i].id];
        if (!parcels[i]) {
          note(item, messaging::DeliveryState::failed, "not-renderable");
          continue;
        }
        mail_size_ = std::max(mail_size_.load(), parcels[i]->mail.size() + 512);
        parcels[i]->chunk = item.chunk;
        parcels[i]->attempts = item.attempts;
        if (!sender_->push(std::move(*parcels[i]))) return;
      }
    }
    for (const auto& id : wanted)
      if (!loaded.contains(id)) note(work[id], messaging::DeliveryState::skipped, "erased");
  }

  // Whoever sleeps is told later: deferred until the end of the quiet hours.
  void put_off_for_quiet_hours(std::vector<people::Person>& persons,
                               std::map<Uuid, RetryRecord>& work) {
    std::erase_if(persons, [&](const people::Person& person) {
      auto zone = person.time_zone.empty() ? quiet_.zone : person.time_zone;
      auto until = messaging::quiet_until(now(), zone, quiet_.hours);
      if (!until) return false;
      const auto& item = work[person.id];
      messaging::DeliveryOutcome sent{
          person.id,         person.id, item.chunk,   messaging::DeliveryState::deferred,
          item.attempts + 1, now(),     "quiet-hours"};
      sent.retry_at = until;
      sender_->note(std::move(sent));
      return true;
    });
  }

  // Rendered and signed; nullopt when the text cannot be made for this person. On any thread.
  std::optional<messaging::OutboundMessage> make(const people::Person& person,
                                                 messaging::MailScratch& scratch) const {
    messaging::OutboundMessage parcel;
    parcel.recipient_id = parcel.person_id = person.id;
    if (sms()) {
      if (!mailing_->render(scratch, person)) return std::nullopt;
      auto segments = messaging::sms::measure(scratch.text).segments;
      if (segments == 0 || segments > messaging::sms::kMaxSegments) return std::nullopt;
      parcel.to = person.phone.reveal();
      parcel.sms = messaging::OutboundSms{messaging::SmsKind::campaign,
                                          id_,
                                          sms_reference(reference_key_, id_, person.id),
                                          scratch.text,
                                          false,
                                          ""};
      return parcel;
    }
    parcel.to = person.email.reveal();
    parcel.mail.reserve(mail_size_);
    if (!mailing_->append(scratch, parcel.dkim, parcel.mail, person, parcel.to, person.id))
      return std::nullopt;
    parcel.from = mailing_->return_path(person.id);
    parcel.subject = scratch.subject;
    parcel.from_header = campaign_->from_email;
    return parcel;
  }

  void note(const RetryRecord& item, messaging::DeliveryState state, const char* code) {
    sender_->note(
        {item.recipient_id, item.recipient_id, item.chunk, state, item.attempts + 1, now(), code});
  }

  // In the sender's transaction: the rows, the counters, and whether to go on.
  bool record(Ctx& ctx, const std::vector<messaging::DeliveryOutcome>& sent, bool again) {
    // What is added up is added once: the transaction before may have been committed.
    if (again && messaging::is_recorded(ctx, id_, sent.front())) return true;
    if (again)
      for (const auto& [chunk, count] : taken_) remaining_[chunk] += count;
    taken_.clear();
    messaging::record_deliveries(ctx, id_, sent);
    struct Change {
      int accepted = 0, deferred = 0, failed = 0, skipped = 0;
    };
    std::map<int, Change> changes;
    std::int64_t suppressed = 0, no_consent = 0, no_address = 0;
    for (const auto& one : sent) {
      auto& change = changes[one.chunk];
      if (one.attempts > 1) --change.deferred;
      switch (one.state) {
        case messaging::DeliveryState::sent:
          ++change.accepted;
          break;
        case messaging::DeliveryState::deferred:
          ++change.deferred;
          break;
        case messaging::DeliveryState::failed:
          ++change.failed;
          break;
        case messaging::DeliveryState::skipped:
          ++change.skipped;
          suppressed += one.code == kSuppressed ? 1 : 0;
          no_consent += one.code == kNoConsent ? 1 : 0;
          no_address += one.code == kNoAddress ? 1 : 0;
          break;
      }
      auto left = remaining_.find(one.chunk);
      if (left == remaining_.end() || one.attempts != 1) continue;
      ++taken_[one.chunk];
      if (--left->second == 0) {
        ctx.tx().later(kChunkDone, id_, one.chunk);
        remaining_.erase(left);
      }
    }
    for (const auto& [chunk, change] : changes)
      ctx.tx().later(kChunkCounts, id_, chunk, change.accepted, change.deferred, change.failed,
                     change.skipped);
    if (suppressed + no_consent + no_address > 0)
      ctx.tx().later(kCampaignSkips, id_, suppressed, no_consent, no_address);
    if (std::chrono::steady_clock::now() < next_look_) return true;
    next_look_ = std::chrono::steady_clock::now() + kLookAgain;
    return still_ours(ctx);
  }

  Result<jobs::Outcome> end(const Uuid& provider, const messaging::Sender& sender) {
    Ctx ctx(base_, tenant_, {trust::ActorKind::system, {}});
    ctx.tx().later(kCampaignLeaveRun, id_, run_);
    if (!sender.trouble().empty()) {
      messaging::note_provider_error(ctx, provider, sender.trouble());
      ctx.tx().later(kCampaignTrouble, id_, sender.trouble().substr(0, 300));
      ctx.commit();
      log::warning("A campaign waits for its provider", {{"campaign_id", id_}});
      return jobs::Outcome::again(now() + 30s);
    }
    messaging::note_provider_error(ctx, provider, "");
    ctx.tx().later(kCampaignTrouble, id_, std::string());
    auto campaign = ctx.tx().maybe<CampaignRecord>(kCampaignLock, id_);
    if (!campaign || campaign->state != CampaignState::sending) {
      ctx.commit();
      return jobs::Outcome::done();
    }
    auto due = ctx.tx().one<std::optional<Timestamp>>(kChunkNextDue, id_);
    auto retry = ctx.tx().one<std::optional<Timestamp>>(kCampaignNextRetry, id_);
    if (due || retry) {
      ctx.commit();
      auto at = std::min(due.value_or(Timestamp::max()), retry.value_or(Timestamp::max()));
      if (jobs::Workers::stopping() || at <= now()) return jobs::Outcome::again(now());
      return jobs::Outcome::again(at);
    }
    ctx.tx().later(kCampaignEnd, id_, CampaignState::sent, now(), std::string());
    trust::record(ctx, trust::AuditEntry{"campaign.sent", "campaign", id_});
    ctx.commit();
    return jobs::Outcome::done();
  }

  trust::Base& base_;
  const messaging::Environment& environment_;
  Uuid tenant_, id_, run_;
  std::optional<CampaignRecord> campaign_;
  std::optional<messaging::Mailing> mailing_;
  messaging::QuietSettings quiet_;
  crypto::Key reference_key_;
  messaging::Sender* sender_ = nullptr;
  net::Mutex mutex_;
  int last_chunk_ = 0;
  bool retried_ = false;
  std::map<int, int> remaining_;  // outcomes that a chunk waits for
  std::map<int, int> taken_;      // off them by the last record()
  std::atomic<std::size_t> mail_size_ = 4096;
  std::chrono::steady_clock::time_point claimed_, next_look_;
};

}  // namespace

void add_campaign_jobs(trust::Base& base, const messaging::Environment& environment,
                       jobs::Workers& workers) {
  workers.handle("campaign.prepare", [&base, environment](const jobs::Job& job) {
    return prepare(base, environment, job);
  });
  workers.handle("campaign.send",
                 [&base, environment](const jobs::Job& job) -> Result<jobs::Outcome> {
                   return Run(base, environment, *job.tenant_id, campaign_of(job)).go();
                 });
  for (const char* kind : {"campaign.prepare", "campaign.send"})
    workers.when_given_up(kind, [&base](const jobs::Job& job, const std::string&) {
      Ctx ctx(base, *job.tenant_id, {trust::ActorKind::system, {}});
      auto id = campaign_of(job);
      auto campaign = ctx.tx().maybe<CampaignRecord>(kCampaignLock, id);
      if (!campaign || (campaign->state != CampaignState::sending &&
                        campaign->state != CampaignState::preparing))
        return;
      ctx.tx().later(kCampaignEnd, id, CampaignState::failed, now(), std::string(jobs::kGivenUp));
      trust::record(ctx, trust::AuditEntry{"campaign.give_up", "campaign", id});
      ctx.commit();
    });
}

}  // namespace varde::outreach
