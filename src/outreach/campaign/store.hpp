// The statements and rows of campaigns, and what routes and jobs share; only for this folder.
#pragma once

#include "messaging/channel/channel.hpp"
#include "messaging/delivery/mailing.hpp"
#include "messaging/delivery/sender.hpp"
#include "outreach/campaign/campaign.hpp"
#include "people/segment/segment.hpp"

namespace varde::outreach {

struct Audience {
  std::vector<Uuid> lists, segments;
  std::optional<std::vector<Uuid>> exclude_lists, exclude_segments;
};
BOOST_DESCRIBE_STRUCT(Audience, (), (lists, segments, exclude_lists, exclude_segments))

namespace store {

// Why somebody was left out: the code of a skipped delivery.
inline constexpr char kSuppressed[] = "suppressed", kNoConsent[] = "no-consent",
                      kNoAddress[] = "no-address";

struct CampaignRecord {
  Uuid campaign_id;
  std::string name;
  CampaignState state = CampaignState::draft;
  std::string subject, preheader, from_name, from_email, reply_to;
  db::Json document, audience;
  std::optional<Uuid> purpose_id, provider_id;
  TimeMode time_mode = TimeMode::at_once;
  bool track_opens = true, track_clicks = true;
  std::optional<Timestamp> scheduled_at, started_at, finished_at;
  std::optional<Uuid> prepared_to;
  bool prepared = false;
  std::int64_t recipients = 0, skipped_suppressed = 0, skipped_no_consent = 0,
               skipped_no_address = 0;
  std::string error;
  std::int64_t version = 1;
  Timestamp created_at, updated_at;
  messaging::Channel channel = messaging::Channel::mail;
  std::string text;  ///< Of an SMS.
  /// Why it goes to people without asking for a consent; empty: it asks for one.
  std::string service_reason;
  std::optional<bool> opens_counted;  ///< As its messages were made; not kept of old ones.
};
BOOST_DESCRIBE_STRUCT(CampaignRecord, (),
                      (campaign_id, name, state, subject, preheader, from_name, from_email,
                       reply_to, document, audience, purpose_id, provider_id, time_mode,
                       track_opens, track_clicks, scheduled_at, started_at, finished_at,
                       prepared_to, prepared, recipients, skipped_suppressed, skipped_no_consent,
                       skipped_no_address, error, version, created_at, updated_at, channel, text,
                       service_reason, opens_counted))

struct AttentionRecord {
  Uuid campaign_id;
  std::string name;
  CampaignState state = CampaignState::draft;
  std::int64_t failed = 0;
};
BOOST_DESCRIBE_STRUCT(AttentionRecord, (), (campaign_id, name, state, failed))

struct ChunkRecord {
  Uuid tenant_id, campaign_id;
  int number = 0;
  std::vector<Uuid> person_ids;
  Timestamp due_at;
};
BOOST_DESCRIBE_STRUCT(ChunkRecord, (), (tenant_id, campaign_id, number, person_ids, due_at))
struct NextChunk {
  int number = 0;
  std::vector<Uuid> person_ids;
  bool begun = false;  ///< Some have their outcome already: their delivery rows tell which.
};
BOOST_DESCRIBE_STRUCT(NextChunk, (), (number, person_ids, begun))

struct RetryRecord {
  Uuid recipient_id;
  int chunk = 0, attempts = 1;
};
BOOST_DESCRIBE_STRUCT(RetryRecord, (), (recipient_id, chunk, attempts))

struct SumRecord {
  Uuid campaign_id;
  std::int64_t accepted = 0, deferred = 0, failed = 0, skipped = 0;
};
BOOST_DESCRIBE_STRUCT(SumRecord, (), (campaign_id, accepted, deferred, failed, skipped))
struct GroupRecord {
  Uuid source_id;
  int kind = 0, flags = 0;
  std::int64_t persons = 0;
};
BOOST_DESCRIBE_STRUCT(GroupRecord, (), (source_id, kind, flags, persons))
struct BounceRecord {
  Uuid source_id;
  messaging::Bounce bounce = messaging::Bounce::none;
  std::int64_t persons = 0, sent = 0;
};
BOOST_DESCRIBE_STRUCT(BounceRecord, (), (source_id, bounce, persons, sent))

struct LinkRecord {
  Uuid tenant_id, source_id;
  int number = 0;
  std::string url, label;
};
BOOST_DESCRIBE_STRUCT(LinkRecord, (), (tenant_id, source_id, number, url, label))

}  // namespace store

/// What a campaign sends.
messaging::MailingSource mailing_source(trust::Ctx& ctx, const store::CampaignRecord& campaign);
Audience audience_of(const store::CampaignRecord& campaign);
/// Conditions over `person p`: in the audience, not excluded. Without those on suppression,
/// consent, address and state.
Result<void> add_audience(trust::Ctx& ctx, const Audience& audience, people::Query& query);
/// The key of a purpose; empty when there is no such purpose.
std::string consent_key(trust::Ctx& ctx, const Uuid& purpose);
/// When the first clocks of the world (UTC+14) show what those of `zone` show at `at`.
Timestamp first_in_the_world(Timestamp at, std::string_view zone);
/// Whom a campaign may reach at all, over `person p`. With a purpose: who has given that consent.
/// A service message: everybody. Neither, as drafts were before one had to choose: nobody who has
/// ever said no.
Result<void> add_basis(trust::Ctx& ctx, const store::CampaignRecord& campaign,
                       people::Query& query);
/// SQL that is true of a `person` who left a list or withdrew a consent.
std::string said_no_condition(const std::string& alias);
/// The lists that somebody is on who gets this campaign: those it is sent to, and those that its
/// segments ask for.
std::vector<Uuid> lists_behind(trust::Ctx& ctx, const Audience& audience);
/// Counts of several campaigns, in a fixed number of queries.
std::map<Uuid, Counts> counts_of(trust::Ctx& ctx,
                                 const std::vector<store::CampaignRecord>& campaigns);
std::vector<CampaignRow> rows_of(trust::Ctx& ctx,
                                 const std::vector<store::CampaignRecord>& campaigns);
void enqueue_prepare(trust::Ctx& ctx, const Uuid& campaign, std::optional<Timestamp> at = {});
void enqueue_send(trust::Ctx& ctx, const Uuid& campaign, std::optional<Timestamp> at = {});

}  // namespace varde::outreach
