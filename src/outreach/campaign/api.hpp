// What goes over the wire of campaigns; only for this folder.
#pragma once

#include "messaging/template/shape.hpp"
#include "outreach/campaign/campaign.hpp"
#include "outreach/campaign/store.hpp"
#include "people/person/person.hpp"
#include "trust/limiter.hpp"
#include "web/resource.hpp"

namespace varde::outreach {

struct Campaign {
  Uuid id;
  std::string name;
  CampaignState state = CampaignState::draft;
  std::string subject;
  std::optional<Timestamp> scheduled_at, started_at, finished_at;
  std::optional<std::string> error;
  Counts counts;
  Timestamp updated_at;
  std::string from_name, from_email;
  std::optional<std::string> reply_to, preheader;
  messaging::DocumentJson document;
  Audience audience;
  std::optional<Uuid> purpose_id, provider_id;
  TimeMode time_mode = TimeMode::at_once;
  bool track_opens = true, track_clicks = true;
  messaging::Channel channel = messaging::Channel::mail;
  std::optional<std::string> text;  ///< Of an SMS, in place of subject and document.
  /// It is a service message, and why people get it without having agreed to a purpose.
  std::optional<std::string> service_reason;
  std::int64_t version = 1;
};
BOOST_DESCRIBE_STRUCT(Campaign, (),
                      (id, name, state, subject, scheduled_at, started_at, finished_at, error,
                       counts, updated_at, from_name, from_email, reply_to, preheader, document,
                       audience, purpose_id, provider_id, time_mode, track_opens, track_clicks,
                       channel, text, service_reason, version))

struct CampaignInput {
  std::optional<web::Text<120, 1>> name;
  std::optional<web::Text<250>> subject, from_name;
  web::Patch<web::Text<200>> preheader;
  web::Patch<web::Text<254>> from_email, reply_to;
  std::optional<messaging::DocumentJson> document;
  std::optional<Audience> audience;
  web::Patch<Uuid> purpose_id, provider_id;
  std::optional<TimeMode> time_mode;
  std::optional<bool> track_opens, track_clicks;
  std::optional<messaging::Channel> channel;  ///< Only when it is made.
  std::optional<web::Text<2000>> text;
  /// In place of a purpose: why people get it without having agreed to one.
  web::Patch<web::Text<300>> service_reason;
};
BOOST_DESCRIBE_STRUCT(CampaignInput, (),
                      (name, subject, from_name, preheader, from_email, reply_to, document,
                       audience, purpose_id, provider_id, time_mode, track_opens, track_clicks,
                       channel, text, service_reason))

struct SendRequest {
  std::optional<Timestamp> at;
};
BOOST_DESCRIBE_STRUCT(SendRequest, (), (at))
struct TestRequest {
  std::optional<std::vector<web::Email>> emails;
  std::optional<std::vector<web::Text<40, 1>>> phones;  ///< Of an SMS, in their place.
  std::optional<Uuid> person_id;                        ///< Whose values are filled in.
};
BOOST_DESCRIBE_STRUCT(TestRequest, (), (emails, phones, person_id))
struct TestAnswer {
  int sent = 0;
};
BOOST_DESCRIBE_STRUCT(TestAnswer, (), (sent))

struct CampaignsQuery {
  std::optional<std::string> cursor, q;
  std::optional<CampaignState> state;
  std::optional<int> limit;
};
BOOST_DESCRIBE_STRUCT(CampaignsQuery, (), (cursor, q, state, limit))
struct ReviewNote {
  std::string code, message, href;
  std::optional<std::string>
      pointer;  ///< What of the campaign it is about: "/document/blocks/0/text".
};
BOOST_DESCRIBE_STRUCT(ReviewNote, (), (code, message, href, pointer))
struct Excluded {
  std::int64_t suppressed = 0, no_consent = 0, no_address = 0, restricted = 0, duplicate = 0;
};
BOOST_DESCRIBE_STRUCT(Excluded, (), (suppressed, no_consent, no_address, restricted, duplicate))
struct Review {
  std::vector<ReviewNote> blockers, warnings;
  std::int64_t recipients = 0;
  /// Of the recipients: those who have left a list or withdrawn a consent, and whom only a service
  /// message reaches.
  std::int64_t said_no = 0;
  Excluded excluded;
  std::vector<people::PersonRow> sample;
  /// Of an SMS: segments of its text as it is sent (the most of a sample), and what they cost for
  /// all, where that is known.
  std::optional<std::int64_t> segments, price_minor;
  std::optional<std::string> price_currency;
};
BOOST_DESCRIBE_STRUCT(Review, (),
                      (blockers, warnings, recipients, said_no, excluded, sample, segments,
                       price_minor, price_currency))

struct Progress {
  CampaignState state = CampaignState::draft;
  Counts counts;
  double rate_per_second = 0;
  std::optional<std::int64_t> eta_seconds;
};
BOOST_DESCRIBE_STRUCT(Progress, (), (state, counts, rate_per_second, eta_seconds))

inline Error campaign_gone() { return not_found("This campaign does not exist any more."); }

Campaign view(trust::Ctx& ctx, const store::CampaignRecord& r);
/// Errors: not_found.
Result<store::CampaignRecord> find_campaign(trust::Ctx& ctx, const Uuid& id, bool lock = false);
Result<Review> review(trust::Ctx& ctx, const messaging::Environment& environment,
                      const store::CampaignRecord& campaign);

/// A change of state that somebody asks for.
struct Turn {
  std::string verb;
  std::vector<CampaignState> from;
  CampaignState to;
  const char* refusal;
};

// The operations, as routes.cpp lists them.
Result<web::Page<CampaignRow>> list_campaigns(trust::Ctx& ctx,
                                              const web::Query<CampaignsQuery>& query);
Result<web::Created<Campaign>> create_campaign(trust::Ctx& ctx, const web::Body<CampaignInput>& in);
Result<Campaign> get_campaign(trust::Ctx& ctx, const web::Path<web::IdPath>& path);
Result<Campaign> update_campaign(trust::Ctx& ctx, const web::Path<web::IdPath>& path,
                                 const web::IfMatch& match, const web::Body<CampaignInput>& in);
Result<Done> delete_campaign(trust::Ctx& ctx, const web::Path<web::IdPath>& path);
Result<web::Created<Campaign>> copy_campaign(trust::Ctx& ctx, const web::Path<web::IdPath>& path);
Result<Progress> get_campaign_progress(trust::Ctx& ctx, const web::Path<web::IdPath>& path);
Result<Review> review_campaign(trust::Ctx& ctx, const messaging::Environment& environment,
                               const web::Path<web::IdPath>& path);
Result<TestAnswer> test_campaign(trust::Ctx& ctx, const messaging::Environment& environment,
                                 trust::Limiter& sms_tests, const web::Path<web::IdPath>& path,
                                 const web::Body<TestRequest>& in);
Result<Campaign> send_campaign(trust::Ctx& ctx, const messaging::Environment& environment,
                               const web::Path<web::IdPath>& path,
                               const web::Body<SendRequest>& in);
Result<Campaign> turn_campaign(trust::Ctx& ctx, const Turn& turn,
                               const web::Path<web::IdPath>& path);

}  // namespace varde::outreach
