#include "base/text.hpp"
#include "messaging/sms/encoding.hpp"
#include "messaging/sms/sms.hpp"
#include "messaging/template/shape.hpp"
#include "messaging/test_address/test_address.hpp"
#include "outreach/campaign/api.hpp"
#include "outreach/campaign/store.hpp"
#include "outreach/campaign/store_sql.hpp"
#include "people/person/person.hpp"
#include "trust/audit.hpp"
#include "trust/limiter.hpp"
#include "trust/tenant/tenant.hpp"
#include "web/resource.hpp"

namespace varde::outreach {

using namespace store;
using trust::AuditEntry;
using trust::Ctx;
using trust::Right;
namespace json = boost::json;

namespace {

std::optional<std::string> some(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

Campaign view(Ctx& ctx, const CampaignRecord& r) {
  auto counts = counts_of(ctx, {r})[r.campaign_id];
  return {r.campaign_id,
          r.name,
          r.state,
          r.subject,
          r.scheduled_at,
          r.started_at,
          r.finished_at,
          some(r.error),
          counts,
          r.updated_at,
          r.from_name,
          r.from_email,
          some(r.reply_to),
          some(r.preheader),
          json::parse(r.document.text),
          audience_of(r),
          r.purpose_id,
          r.provider_id,
          r.time_mode,
          r.track_opens,
          r.track_clicks,
          r.channel,
          some(r.text),
          some(r.service_reason),
          r.version};
}

Result<CampaignRecord> find(Ctx& ctx, const Uuid& id, bool lock = false) {
  auto record = ctx.tx().maybe<CampaignRecord>(lock ? kCampaignLock : kCampaignOne, id);
  if (!record) return gone();
  return std::move(*record);
}

Result<void> apply(CampaignRecord& r, const CampaignInput& in) {
  auto patch_text = [](const auto& from, std::string& to) {
    if (from.present) to = from.value ? from.value->value : "";
  };
  if (in.name) r.name = in.name->value;
  if (in.subject) r.subject = in.subject->value;
  if (in.from_name) r.from_name = in.from_name->value;
  patch_text(in.preheader, r.preheader);
  patch_text(in.from_email, r.from_email);
  patch_text(in.reply_to, r.reply_to);
  for (auto [field, value] : {std::pair("/from_email", &r.from_email), {"/reply_to", &r.reply_to}})
    if (!value->empty() && !web::Email::parse(*value))
      return bad_input(field, "is not an e-mail address. Write it like name@example.org.");
  if (in.document) {
    if (!in.document->is_object()) return bad_input("/document", "must be an object with blocks.");
    auto text = json::serialize(*in.document);
    if (text.size() > 1 << 20) return bad_input("/document", "is larger than 1 MB.");
    r.document.text = std::move(text);
  }
  if (in.audience) r.audience.text = json::serialize(web::write(*in.audience));
  if (in.purpose_id.present) r.purpose_id = in.purpose_id.value;
  patch_text(in.service_reason, r.service_reason);
  if (r.purpose_id && !r.service_reason.empty())
    return bad_input("/service_reason",
                     "is for a message without a purpose. Leave one of the two out.");
  if (in.provider_id.present) r.provider_id = in.provider_id.value;
  if (in.time_mode) r.time_mode = *in.time_mode;
  if (in.track_opens) r.track_opens = *in.track_opens;
  if (in.track_clicks) r.track_clicks = *in.track_clicks;
  if (in.text) r.text = in.text->value;
  return {};
}

void insert(Ctx& ctx, const CampaignRecord& r) {
  ctx.tx().later(kCampaignInsert, r.campaign_id, r.name, r.subject, r.preheader, r.from_name,
                 r.from_email, r.reply_to, r.document, r.audience, r.purpose_id, r.provider_id,
                 r.time_mode, r.track_opens, r.track_clicks, ctx.actor.id, now(), r.channel, r.text,
                 r.service_reason);
  record(ctx, AuditEntry{"campaign.create", "campaign", r.campaign_id});
}

struct CountRow {
  std::int64_t total = 0, restricted = 0, no_address = 0, suppressed = 0;
};
BOOST_DESCRIBE_STRUCT(CountRow, (), (total, restricted, no_address, suppressed))

struct ReachedRow {
  std::int64_t recipients = 0, said_no = 0;
};
BOOST_DESCRIBE_STRUCT(ReachedRow, (), (recipients, said_no))

// Who would get it, and who not and why; each person counts under the first reason.
Result<void> count_audience(Ctx& ctx, const CampaignRecord& campaign, Review& review) {
  auto audience = audience_of(campaign);
  people::Query query;
  VARDE_CHECK(add_audience(ctx, audience, query));
  auto sick = messaging::suppressed_condition("p", campaign.channel);
  std::string address =
      campaign.channel == messaging::Channel::sms ? "p.phone_hash" : "p.email_hash";
  auto row =
      query
          .run(ctx,
               "SELECT count(*) AS total, count(*) FILTER (WHERE p.state <> 1) AS restricted, "
               "count(*) FILTER (WHERE p.state = 1 AND " +
                   address + " IS NULL) AS no_address, count(*) FILTER (WHERE p.state = 1 AND " +
                   address + " IS NOT NULL AND " + sick + ") AS suppressed FROM person p")
          .as<CountRow>(0);
  review.excluded.restricted = row.restricted;
  review.excluded.no_address = row.no_address;
  review.excluded.suppressed = row.suppressed;
  people::Query good;
  good.where("p.state = 1 AND " + address + " IS NOT NULL AND NOT " + sick);
  VARDE_CHECK(add_audience(ctx, audience, good));
  VARDE_CHECK(add_basis(ctx, campaign, good));
  // Asked of each recipient, so only where the answer can be another than nobody.
  auto said_no = campaign.service_reason.empty() ? std::string("false") : said_no_condition("p");
  auto reached = good.run(ctx, "SELECT count(*) AS recipients, count(*) FILTER (WHERE " + said_no +
                                   ") AS said_no FROM person p")
                     .as<ReachedRow>(0);
  review.recipients = reached.recipients;
  review.said_no = reached.said_no;
  review.excluded.no_consent =
      row.total - row.restricted - row.no_address - row.suppressed - review.recipients;
  auto ids = good.run(ctx, "SELECT p.person_id FROM person p", " ORDER BY p.person_id LIMIT 10")
                 .all<Uuid>();
  review.sample = people::rows(ctx, ids);
  return {};
}

// How many messages the text takes as it will be sent, with names and counted links: the most of
// those of the sample, and of a made-up person.
std::size_t longest_text(Ctx& ctx, const messaging::Mailing& mailing,
                         const std::vector<people::PersonRow>& sample) {
  std::vector<Uuid> ids;
  for (const auto& row : sample) ids.push_back(row.id);
  auto persons = people::load(ctx, ids);
  if (auto made_up = messaging::person_to_show(ctx, std::nullopt))
    persons.push_back(std::move(*made_up));
  std::size_t out = 0;
  messaging::MailScratch scratch;
  for (const auto& person : persons)
    if (mailing.render(scratch, person))
      out = std::max(out, messaging::sms::measure(scratch.text).segments);
  return out;
}

Result<Review> review(Ctx& ctx, const messaging::Environment& environment,
                      const CampaignRecord& campaign) {
  Review out;
  auto href = "/campaigns/" + campaign.campaign_id.str();
  auto block = [&](const char* code, std::string message, const char* part) {
    out.blockers.push_back({code, std::move(message), href + part, {}});
  };
  auto warn = [&](const char* code, std::string message, std::string where) {
    out.warnings.push_back({code, std::move(message), std::move(where), {}});
  };
  auto audience = audience_of(campaign);
  if (audience.lists.empty() && audience.segments.empty()) {
    block("no-audience", "Choose at least one list or segment.", "/edit");
  } else if (auto counted = count_audience(ctx, campaign, out); !counted) {
    block("audience", counted.error().message, "/edit");
  } else if (out.recipients == 0) {
    block("empty-audience", "Nobody would get this campaign.", "/edit");
  }
  auto provider = messaging::load_provider(ctx, campaign.provider_id, campaign.channel);
  bool captured = provider.kind == messaging::ProviderKind::captured;
  bool is_sms = campaign.channel == messaging::Channel::sms;
  if (is_sms) {
    if (trim(campaign.text).empty()) block("no-text", "The text is missing.", "/edit");
  } else if (trim(campaign.subject).empty()) {
    block("no-subject", "The subject is missing.", "/edit");
  }
  if (is_sms) {
    // A gateway knows its sender; no domain stands behind it.
  } else if (campaign.from_email.empty()) {
    if (captured)
      warn("no-from", "No sender's address is given; the built-in mailbox does not mind.",
           href + "/edit");
    else
      block("no-from", "The sender's address is missing.", "/edit");
  } else {
    auto domain = campaign.from_email.substr(campaign.from_email.find('@') + 1);
    auto state = messaging::domain_state(ctx, domain);
    if (state != messaging::DomainState::verified) {
      auto message = state == messaging::DomainState::unknown
                         ? fmt::format("{} is not among your sending domains.", domain)
                         : fmt::format("The DNS records of {} are not right yet.", domain);
      if (captured)
        warn("domain", message, "/sending/domains");
      else
        out.blockers.push_back({"domain", message, "/sending/domains", {}});
    }
  }
  if (captured)
    warn("captured", "Messages go to the built-in mailbox, not to people, until a provider is set.",
         "/sending/providers");
  if (!is_sms && trust::tenant_settings(ctx).postal_address.empty())
    block("no-postal-address", "Your postal address is missing; every message must show it.", "");
  if (!out.blockers.empty() && out.blockers.back().code == "no-postal-address")
    out.blockers.back().href = "/settings";
  auto mailing = messaging::Mailing::compile(ctx, environment, mailing_source(ctx, campaign));
  if (!mailing) {
    const auto& error = mailing.error();
    if (error.fields.empty()) block("content", error.message, "/edit?tab=content");
    for (const auto& field : error.fields)
      out.blockers.push_back({"content", field.message, href + "/edit?tab=content", field.pointer});
  } else if (!is_sms) {
    if (!mailing->counts_opens() && campaign.track_opens &&
        trust::tenant_settings(ctx).open_tracking)
      warn("opens-not-counted",
           "The message is short, so opens are not counted: beside few words, the picture that "
           "counts them makes a mail look unwanted. Clicks are counted as ever.",
           href + "/edit?tab=content");
  } else {
    auto segments = longest_text(ctx, *mailing, out.sample);
    out.segments = static_cast<std::int64_t>(segments);
    if (provider.sms.price_minor && provider.sms.price_currency) {
      out.price_minor = *out.segments * *provider.sms.price_minor * out.recipients;
      out.price_currency = provider.sms.price_currency->value;
    }
    if (segments > messaging::sms::kMaxSegments)
      block("too-long",
            fmt::format("As it is sent, with links that are counted, the text takes more than {} "
                        "messages. Shorten it.",
                        messaging::sms::kMaxSegments),
            "/edit");
  }
  if (!campaign.purpose_id && campaign.service_reason.empty())
    block("no-purpose",
          "Choose the purpose that people have agreed to. If it concerns something that they have "
          "asked for already, say that it is a service message, and why.",
          "/edit");
  if (!campaign.service_reason.empty())
    warn("service-message",
         out.said_no == 0
             ? "This is a service message: no consent is asked for."
             : fmt::format("This is a service message: no consent is asked for, and it reaches {} "
                           "who once said no: they left a list or withdrew a consent.",
                           out.said_no == 1 ? std::string("one person")
                                            : fmt::format("{} people", out.said_no)),
         href + "/edit");
  return out;
}

constexpr std::size_t kMostTests = 20;

// The text as a made-up person would get it, to numbers of one's own; as a real one would, to her
// alone: nobody else is told what stands of her. Links stay as they were written: nothing of a test
// is counted.
Result<TestAnswer> test_sms(Ctx& ctx, const messaging::Environment& environment,
                            trust::Limiter& limiter, const CampaignRecord& r,
                            const TestRequest& in) {
  if (in.emails) return bad_input("/emails", "is for mail; this campaign is an SMS.");
  if (!in.phones || in.phones->empty() || in.phones->size() > kMostTests)
    return bad_input("/phones", "must be 1 to 20 numbers.");
  auto region = people::region_of(trust::tenant_settings(ctx).time_zone);
  std::vector<std::string> numbers, hashes;
  for (const auto& phone : *in.phones) {
    auto number = people::normalise_phone(phone.value, region);
    if (!number)
      return bad_input(fmt::format("/phones/{}", numbers.size()),
                       "is not a phone number that can exist. Write it with the country code, like "
                       "+47 912 34 567.");
    hashes.push_back(people::phone_hash(ctx, *number));
    numbers.push_back(std::move(*number));
  }
  auto held = messaging::find_suppressions(ctx, hashes);
  for (std::size_t i = 0; i < hashes.size(); ++i)
    if (held.contains(hashes[i]))
      return bad_input(
          fmt::format("/phones/{}", i),
          "is on the suppression list, and nothing is sent to it. Use another number.");
  auto source = mailing_source(ctx, r);
  source.track_clicks = false;
  VARDE_TRY(auto mailing, messaging::Mailing::compile(ctx, environment, std::move(source)));
  VARDE_TRY(auto person, messaging::person_to_show(ctx, in.person_id));
  if (in.person_id)
    for (std::size_t i = 0; i < numbers.size(); ++i)
      if (numbers[i] != person.phone.reveal())
        return bad_input(fmt::format("/phones/{}", i),
                         "is not the number of the person shown. What a real person would get goes "
                         "to her alone; leave her out to try it on another number.");
  messaging::MailScratch scratch;
  VARDE_CHECK(mailing.render(scratch, person));
  auto segments = messaging::sms::measure(scratch.text).segments;
  if (segments == 0) return bad_input("/text", "is empty. Write it first.");
  if (segments > messaging::sms::kMaxSegments)
    return bad_input("/text", fmt::format("takes more than {} messages. Shorten it.",
                                          messaging::sms::kMaxSegments));
  for (std::size_t i = 0; i < numbers.size(); ++i)
    if (int wait = limiter.take(ctx.tenant.str()); wait > 0)
      return limited("Too many tests by SMS at once. Wait a little.", wait);
  std::vector<messaging::SmsMessage> messages;
  for (auto& number : numbers) {
    messaging::SmsMessage message;
    message.text = scratch.text;
    message.kind = messaging::SmsKind::test;
    message.ref_id = r.campaign_id;
    message.urgent = true;  // somebody waits for it
    message.to = Personal(std::move(number));
    message.provider_id = r.provider_id;
    messages.push_back(std::move(message));
  }
  messaging::send_sms(ctx, messages);
  record(ctx, AuditEntry{"campaign.test", "campaign", r.campaign_id});
  return TestAnswer{static_cast<int>(messages.size())};
}

Result<web::Page<CampaignRow>> list_campaigns(Ctx& ctx, const web::Query<CampaignsQuery>& query) {
  VARDE_TRY(auto before, web::read_before(query->cursor));
  auto limit = web::page_limit(query->limit);
  auto records =
      ctx.tx().all<CampaignRecord>(kCampaignAll, before, limit + 1, query->state, query->q);
  web::Page<CampaignRow> page;
  page.next = web::cut_page(records, limit, &CampaignRecord::campaign_id);
  page.items = rows_of(ctx, records);
  return page;
}

Result<web::Created<Campaign>> create_campaign(Ctx& ctx, const web::Body<CampaignInput>& in) {
  CampaignRecord r;
  r.campaign_id = Uuid::make();
  r.name = "Untitled campaign";
  r.document.text = r.audience.text = "{}";
  r.channel = in->channel.value_or(messaging::Channel::mail);
  VARDE_CHECK(apply(r, in.value));
  insert(ctx, r);
  VARDE_TRY(r, find(ctx, r.campaign_id));
  return web::Created<Campaign>{view(ctx, r), "/api/v1/campaigns/" + r.campaign_id.str()};
}

Result<Campaign> get_campaign(Ctx& ctx, const web::Path<web::IdPath>& path) {
  VARDE_TRY(auto r, find(ctx, path->id));
  return view(ctx, r);
}

Result<Campaign> update_campaign(Ctx& ctx, const web::Path<web::IdPath>& path,
                                 const web::IfMatch& match, const web::Body<CampaignInput>& in) {
  VARDE_TRY(auto r, find(ctx, path->id, true));
  if (r.version != match.or_current(r.version)) return web::changed_meanwhile("this campaign");
  if (r.state != CampaignState::draft && r.state != CampaignState::scheduled)
    return conflict("This campaign has started and cannot be changed. Copy it instead.",
                    "campaign-started");
  VARDE_CHECK(apply(r, in.value));
  ctx.tx().later(kCampaignUpdate, r.campaign_id, r.name, r.subject, r.preheader, r.from_name,
                 r.from_email, r.reply_to, r.document, r.audience, r.purpose_id, r.provider_id,
                 r.time_mode, r.track_opens, r.track_clicks, now(), r.text, r.service_reason);
  record(ctx, AuditEntry{"campaign.update", "campaign", r.campaign_id});
  VARDE_TRY(r, find(ctx, path->id));
  return view(ctx, r);
}

Result<Done> delete_campaign(Ctx& ctx, const web::Path<web::IdPath>& path) {
  VARDE_TRY(auto r, find(ctx, path->id, true));
  if (r.state != CampaignState::draft)
    return conflict("Only drafts can be removed: what was sent must stay provable.",
                    "campaign-started");
  ctx.tx().later(kCampaignDelete, path->id);
  record(ctx, AuditEntry{"campaign.delete", "campaign", path->id});
  return Done{};
}

Result<web::Created<Campaign>> copy_campaign(Ctx& ctx, const web::Path<web::IdPath>& path) {
  VARDE_TRY(auto r, find(ctx, path->id));
  r.campaign_id = Uuid::make();
  r.name = std::string(utf8_prefix(r.name + " (copy)", 120));
  insert(ctx, r);
  VARDE_TRY(r, find(ctx, r.campaign_id));
  return web::Created<Campaign>{view(ctx, r), "/api/v1/campaigns/" + r.campaign_id.str()};
}

Result<Progress> get_campaign_progress(Ctx& ctx, const web::Path<web::IdPath>& path) {
  VARDE_TRY(auto r, find(ctx, path->id));
  Progress out;
  out.state = r.state;
  out.counts = counts_of(ctx, {r})[r.campaign_id];
  auto done = out.counts.sent + out.counts.failed + out.counts.deferred;
  if (r.started_at && done > 0) {
    auto seconds =
        std::chrono::duration<double>(r.finished_at.value_or(now()) - *r.started_at).count();
    out.rate_per_second = static_cast<double>(done) / std::max(seconds, 0.001);
    if (r.state == CampaignState::sending)
      out.eta_seconds =
          static_cast<std::int64_t>(static_cast<double>(out.counts.queued) / out.rate_per_second);
  }
  return out;
}

}  // namespace

void add_campaign_routes(trust::Api& api, const messaging::Environment& environment) {
  auto access = [](Right right) { return static_cast<int>(right); };

  api.add({"GET", "/api/v1/campaigns", "listCampaigns", "Campaigns, newest first",
           access(Right::campaigns_read)},
          list_campaigns);
  api.add({"POST", "/api/v1/campaigns", "createCampaign", "Adds a draft",
           access(Right::campaigns_write), 2 << 20},
          create_campaign);
  api.add({"GET", "/api/v1/campaigns/{id}", "getCampaign", "One campaign",
           access(Right::campaigns_read)},
          get_campaign);
  api.add({"PATCH", "/api/v1/campaigns/{id}", "updateCampaign", "Changes a draft",
           access(Right::campaigns_write), 2 << 20},
          update_campaign);
  api.add({"DELETE", "/api/v1/campaigns/{id}", "deleteCampaign", "Removes a draft",
           access(Right::campaigns_write)},
          delete_campaign);
  api.add({"POST", "/api/v1/campaigns/{id}/copy", "copyCampaign", "Makes a draft like this one",
           access(Right::campaigns_write)},
          copy_campaign);
  api.add({"GET", "/api/v1/campaigns/{id}/review", "reviewCampaign",
           "What stands in the way, and who exactly would get it", access(Right::campaigns_read)},
          [environment](Ctx& ctx, const web::Path<web::IdPath>& path) -> Result<Review> {
            VARDE_TRY(auto r, find(ctx, path->id));
            return review(ctx, environment, r);
          });
  // Messages of tests cost money and reach strangers: so many at once, then one a minute.
  auto sms_tests = std::make_shared<trust::Limiter>(40, std::chrono::minutes(1));
  api.add({"POST", "/api/v1/campaigns/{id}/test", "testCampaign", "Sends it to test addresses",
           access(Right::campaigns_write)},
          [environment, sms_tests](Ctx& ctx, const web::Path<web::IdPath>& path,
                                   const web::Body<TestRequest>& in) -> Result<TestAnswer> {
            VARDE_TRY(auto r, find(ctx, path->id));
            if (r.channel == messaging::Channel::sms)
              return test_sms(ctx, environment, *sms_tests, r, in.value);
            if (in->phones) return bad_input("/phones", "is for SMS; this campaign is a mail.");
            if (!in->emails || in->emails->empty() || in->emails->size() > kMostTests)
              return bad_input("/emails", "must be 1 to 20 addresses.");
            VARDE_TRY(auto mailing,
                      messaging::Mailing::compile(ctx, environment, mailing_source(ctx, r)));
            (void)mailing;
            if (in->person_id) VARDE_CHECK(messaging::person_to_show(ctx, in->person_id));
            std::vector<std::string> to;
            for (const auto& email : *in->emails) to.push_back(email.value);
            if (auto strangers = messaging::not_for_tests(ctx, to, in->person_id);
                !strangers.empty())
              return bad_input(
                  fmt::format("/emails/{}", std::ranges::find(to, strangers.front()) - to.begin()),
                  "has not agreed to test messages. They go to your own address, to the person "
                  "shown, and to addresses whose owners have said yes.");
            std::vector<messaging::OutboxMessage> messages;
            for (const auto& email : *in->emails) {
              messaging::OutboxMessage message;
              message.person_id = in->person_id;
              message.to = Personal(email.value);
              message.source_kind = messaging::SourceKind::test;
              message.source_id = r.campaign_id;
              message.from_name = r.from_name;
              message.from_email = r.from_email;
              message.reply_to = r.reply_to;
              message.subject = "[Test] " + r.subject;
              message.document =
                  messaging::complete_document(ctx, json::parse(r.document.text), r.preheader);
              message.provider_id = r.provider_id;
              message.transactional = true;
              message.track = false;
              messages.push_back(std::move(message));
            }
            messaging::enqueue_messages(ctx, messages);
            record(ctx, AuditEntry{"campaign.test", "campaign", path->id});
            return TestAnswer{static_cast<int>(messages.size())};
          });
  api.add(
      {"POST", "/api/v1/campaigns/{id}/send", "sendCampaign", "Sends it, now or at a time",
       access(Right::campaigns_send)},
      [environment](Ctx& ctx, const web::Path<web::IdPath>& path,
                    const web::Body<SendRequest>& in) -> Result<Campaign> {
        VARDE_TRY(auto r, find(ctx, path->id, true));
        if (r.state != CampaignState::draft && r.state != CampaignState::scheduled)
          return conflict("This campaign has been started already.", "campaign-started");
        VARDE_CHECK(ctx.base.room.demand(1));
        VARDE_TRY(auto judged, review(ctx, environment, r));
        if (!judged.blockers.empty()) {
          Error error{ErrorCode::conflict, "This campaign cannot be sent yet.", {}, "blocked", 0};
          for (const auto& blocker : judged.blockers)
            error.fields.push_back({"/" + blocker.code, blocker.message});
          return error;
        }
        bool zones = r.time_mode == TimeMode::recipient_time_zone;
        bool later = in->at && *in->at > now();
        if (in->at && *in->at > now() + std::chrono::days(366))
          return bad_input("/at", "is more than a year away.");
        if (later || zones) {
          auto at = in->at.value_or(now());
          ctx.tx().later(kCampaignSchedule, path->id, CampaignState::scheduled, at, now());
          auto begin = zones ? first_in_the_world(at, trust::tenant_settings(ctx).time_zone) : at;
          enqueue_prepare(ctx, path->id, std::max(begin, now()));
        } else {
          ctx.tx().later(kCampaignSchedule, path->id, CampaignState::preparing,
                         std::optional<Timestamp>(), now());
          ctx.tx().later(kCampaignStart, path->id, now());
          enqueue_prepare(ctx, path->id);
        }
        record(ctx, AuditEntry{"campaign.send", "campaign", path->id});
        VARDE_TRY(r, find(ctx, path->id));
        return view(ctx, r);
      });
  auto turn = [&api, access](const char* verb, const char* id, const char* summary,
                             std::vector<CampaignState> from, CampaignState to,
                             const char* refusal) {
    api.add({"POST", std::string("/api/v1/campaigns/{id}/") + verb, id, summary,
             access(Right::campaigns_send)},
            [verb = std::string(verb), from, to, refusal](
                Ctx& ctx, const web::Path<web::IdPath>& path) -> Result<Campaign> {
              VARDE_TRY(auto r, find(ctx, path->id, true));
              if (std::ranges::find(from, r.state) == from.end())
                return conflict(refusal, "campaign-state");
              auto next = to;
              if (verb == "cancel" && r.state == CampaignState::scheduled)
                next = CampaignState::draft;
              // Paused while it was being prepared: that goes on first.
              if (verb == "resume" && !r.prepared) next = CampaignState::preparing;
              if (next == CampaignState::cancelled) {
                ctx.tx().later(kCampaignEnd, path->id, next, now(), std::string());
              } else {
                ctx.tx().later(kCampaignSetState, path->id, next, now());
              }
              if (next == CampaignState::preparing) enqueue_prepare(ctx, path->id);
              if (next == CampaignState::sending) {
                if (verb == "retry-failed") {
                  ctx.tx().later(kCampaignReviveFailed, path->id, now());
                  ctx.tx().later(kCampaignReviveChunks, path->id);
                }
                enqueue_send(ctx, path->id);
              }
              record(ctx, AuditEntry{"campaign." + verb, "campaign", path->id});
              VARDE_TRY(r, find(ctx, path->id));
              return view(ctx, r);
            });
  };
  using S = CampaignState;
  turn("pause", "pauseCampaign", "Stops sending within a second", {S::preparing, S::sending},
       S::paused, "Only a campaign that is being sent can be paused.");
  turn("resume", "resumeCampaign", "Goes on with a campaign that is paused, or was given up",
       {S::paused, S::failed}, S::sending, "This campaign is neither paused nor given up.");
  turn("cancel", "cancelCampaign", "Ends it; what was sent stays sent",
       {S::scheduled, S::preparing, S::sending, S::paused}, S::cancelled,
       "This campaign has ended already, or has not begun.");
  turn("retry-failed", "retryFailedCampaign", "Sends again to those whom the server refused",
       {S::sent}, S::sending, "Only a campaign that has ended can be tried again.");
  api.add({"GET", "/api/v1/campaigns/{id}/progress", "getCampaignProgress", "How far it is",
           access(Right::campaigns_read)},
          get_campaign_progress);
}

}  // namespace varde::outreach
