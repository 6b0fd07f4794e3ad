// Before a campaign is sent: what stands in the way, who would get it, and messages to try it.
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
namespace json = boost::json;

namespace {

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

}  // namespace

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

namespace {

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

}  // namespace

Result<Review> review_campaign(Ctx& ctx, const messaging::Environment& environment,
                               const web::Path<web::IdPath>& path) {
  VARDE_TRY(auto r, find_campaign(ctx, path->id));
  return review(ctx, environment, r);
}

Result<TestAnswer> test_campaign(Ctx& ctx, const messaging::Environment& environment,
                                 trust::Limiter& sms_tests, const web::Path<web::IdPath>& path,
                                 const web::Body<TestRequest>& in) {
  VARDE_TRY(auto r, find_campaign(ctx, path->id));
  if (r.channel == messaging::Channel::sms)
    return test_sms(ctx, environment, sms_tests, r, in.value);
  if (in->phones) return bad_input("/phones", "is for SMS; this campaign is a mail.");
  if (!in->emails || in->emails->empty() || in->emails->size() > kMostTests)
    return bad_input("/emails", "must be 1 to 20 addresses.");
  VARDE_TRY(auto mailing, messaging::Mailing::compile(ctx, environment, mailing_source(ctx, r)));
  (void)mailing;
  if (in->person_id) VARDE_CHECK(messaging::person_to_show(ctx, in->person_id));
  std::vector<std::string> to;
  for (const auto& email : *in->emails) to.push_back(email.value);
  if (auto strangers = messaging::not_for_tests(ctx, to, in->person_id); !strangers.empty())
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
    message.document = messaging::complete_document(ctx, json::parse(r.document.text), r.preheader);
    message.provider_id = r.provider_id;
    message.transactional = true;
    message.track = false;
    messages.push_back(std::move(message));
  }
  messaging::enqueue_messages(ctx, messages);
  record(ctx, AuditEntry{"campaign.test", "campaign", path->id});
  return TestAnswer{static_cast<int>(messages.size())};
}

}  // namespace varde::outreach
