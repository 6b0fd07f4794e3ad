// The statements and rows of campaigns, and what routes and jobs share; only for this folder.
#pragma once

#include "outreach/campaign/campaign.hpp"
#include "outreach/channel/channel.hpp"
#include "outreach/delivery/mailing.hpp"
#include "outreach/delivery/sender.hpp"
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
  Channel channel = Channel::mail;
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

#define VARDE_CAMPAIGN_COLUMNS                                                                \
  "campaign_id, name, state, subject, preheader, from_name, from_email, reply_to, document, " \
  "audience, purpose_id, provider_id, time_mode, track_opens, track_clicks, scheduled_at, "   \
  "started_at, finished_at, prepared_to, prepared, recipients, skipped_suppressed, "          \
  "skipped_no_consent, skipped_no_address, error, version, created_at, updated_at, channel, " \
  "text, "                                                                                    \
  "service_reason, opens_counted"

inline constexpr db::Sql kCampaigns{"campaign.all",
                                    "SELECT " VARDE_CAMPAIGN_COLUMNS
                                    " FROM campaign WHERE campaign_id < $1 AND ($3::smallint IS "
                                    "NULL OR state = $3) AND ($4::text IS NULL OR "
                                    "strpos(lower(name || ' ' || subject), lower($4)) > 0) ORDER "
                                    "BY campaign_id DESC LIMIT $2"};
inline constexpr db::Sql kRecentCampaigns{"campaign.recent",
                                          "SELECT " VARDE_CAMPAIGN_COLUMNS
                                          " FROM campaign ORDER BY updated_at DESC LIMIT $1"};
// What runs or is paused, however old; what ended, while it is news.
inline constexpr db::Sql kAttention{
    "campaign.attention",
    "SELECT a.campaign_id, a.name, a.state, a.failed FROM (SELECT c.campaign_id, c.name, c.state, "
    "c.updated_at, (SELECT coalesce(sum(k.failed), 0)::bigint FROM chunk k WHERE k.campaign_id = "
    "c.campaign_id) AS failed FROM campaign c WHERE c.state IN (4, 5) OR c.updated_at > $1) a "
    "WHERE a.state IN (5, 8) OR a.failed > 0 ORDER BY a.updated_at DESC LIMIT 20"};
struct AttentionRecord {
  Uuid campaign_id;
  std::string name;
  CampaignState state = CampaignState::draft;
  std::int64_t failed = 0;
};
BOOST_DESCRIBE_STRUCT(AttentionRecord, (), (campaign_id, name, state, failed))
inline constexpr db::Sql kMovingCampaigns{
    "campaign.moving",
    "SELECT 'campaign.progress' AS type, c.campaign_id AS id, c.state * 1000000000::bigint + "
    "(SELECT coalesce(sum(k.accepted + k.deferred + k.failed + k.skipped), 0)::bigint FROM chunk k "
    "WHERE k.campaign_id = c.campaign_id) AS mark FROM campaign c WHERE c.updated_at > $1 OR "
    "c.state IN (3, 4)"};
inline constexpr db::Sql kCampaign{
    "campaign.one", "SELECT " VARDE_CAMPAIGN_COLUMNS " FROM campaign WHERE campaign_id = $1"};
inline constexpr db::Sql kLockCampaign{"campaign.lock",
                                       "SELECT " VARDE_CAMPAIGN_COLUMNS
                                       " FROM campaign WHERE campaign_id = $1 FOR UPDATE"};
inline constexpr db::Sql kInsertCampaign{
    "campaign.insert",
    "INSERT INTO campaign (tenant_id, campaign_id, name, subject, preheader, from_name, "
    "from_email, reply_to, document, audience, purpose_id, provider_id, time_mode, track_opens, "
    "track_clicks, created_by, created_at, updated_at, channel, text, service_reason) VALUES ($1, "
    "$2, $3, $4, $5, "
    "$6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17, $18, $19, $20)"};
inline constexpr db::Sql kUpdateCampaign{
    "campaign.update",
    "UPDATE campaign SET name = $2, subject = $3, preheader = $4, from_name = $5, from_email = $6, "
    "reply_to = $7, document = $8, audience = $9, purpose_id = $10, provider_id = $11, time_mode = "
    "$12, track_opens = $13, track_clicks = $14, updated_at = $15, text = $16, service_reason = "
    "$17, version = version + "
    "1 WHERE "
    "campaign_id = $1"};
inline constexpr db::Sql kSetState{
    "campaign.set_state",
    "UPDATE campaign SET state = $2, updated_at = $3, version = version + 1, finished_at = CASE "
    "WHEN state = 8 THEN NULL ELSE finished_at END, error = CASE WHEN state = 8 THEN '' ELSE error "
    "END WHERE campaign_id = $1"};
inline constexpr db::Sql kSchedule{
    "campaign.schedule",
    "UPDATE campaign SET state = $2, scheduled_at = $3, updated_at = $4, version = version + 1 "
    "WHERE campaign_id = $1"};
inline constexpr db::Sql kStart{
    "campaign.start",
    "UPDATE campaign SET state = 3, started_at = coalesce(started_at, $2), error = '', updated_at "
    "= $2, version = version + 1 WHERE campaign_id = $1"};
inline constexpr db::Sql kEnd{
    "campaign.end",
    "UPDATE campaign SET state = $2, finished_at = $3, error = $4, updated_at = $3, version = "
    "version + 1 WHERE campaign_id = $1"};
inline constexpr db::Sql kTrouble{
    "campaign.trouble", "UPDATE campaign SET error = $2 WHERE campaign_id = $1 AND error <> $2"};
inline constexpr db::Sql kPrepared{
    "campaign.prepared",
    "UPDATE campaign SET prepared_to = $2, recipients = recipients + $3, prepared = $4, updated_at "
    "= $5, state = CASE WHEN $4 AND state = 3 THEN 4 ELSE state END WHERE campaign_id = $1"};
inline constexpr db::Sql kOpensCounted{
    "campaign.opens_counted", "UPDATE campaign SET opens_counted = $2 WHERE campaign_id = $1"};
inline constexpr db::Sql kSkips{
    "campaign.skips",
    "UPDATE campaign SET skipped_suppressed = skipped_suppressed + $2, skipped_no_consent = "
    "skipped_no_consent + $3, skipped_no_address = skipped_no_address + $4 WHERE campaign_id = $1"};
inline constexpr db::Sql kDeleteCampaign{"campaign.delete",
                                         "DELETE FROM campaign WHERE campaign_id = $1"};
inline constexpr db::Sql kState{"campaign.state",
                                "SELECT state FROM campaign WHERE campaign_id = $1"};

// Only one run sends a campaign at a time, on whatever node; the lease is measured by the
// database's clock. $4: there is no other node, and so whoever held it is dead (one node runs a job
// once).
inline constexpr db::Sql kClaimRun{
    "campaign.claim_run",
    "UPDATE campaign SET runner = $2, runner_until = clock_timestamp() + make_interval(secs => $3) "
    "WHERE campaign_id = $1 AND state = 4 AND (runner IS NULL OR runner = $2 OR runner_until < "
    "clock_timestamp() OR $4)"};
inline constexpr db::Sql kLeaveRun{
    "campaign.leave_run",
    "UPDATE campaign SET runner = NULL WHERE campaign_id = $1 AND runner = $2"};

struct ChunkRecord {
  Uuid tenant_id, campaign_id;
  int number = 0;
  std::vector<Uuid> person_ids;
  Timestamp due_at;
};
BOOST_DESCRIBE_STRUCT(ChunkRecord, (), (tenant_id, campaign_id, number, person_ids, due_at))
inline constexpr db::Sql kMaxChunk{
    "chunk.max", "SELECT coalesce(max(number), 0)::bigint FROM chunk WHERE campaign_id = $1"};
struct NextChunk {
  int number = 0;
  std::vector<Uuid> person_ids;
  bool begun = false;  ///< Some have their outcome already: their delivery rows tell which.
};
BOOST_DESCRIBE_STRUCT(NextChunk, (), (number, person_ids, begun))
inline constexpr db::Sql kNextChunk{
    "chunk.next",
    "SELECT number, person_ids, accepted + deferred + failed + skipped > 0 AS begun FROM chunk "
    "WHERE campaign_id = $1 AND number > $2 AND NOT done AND due_at <= $3 ORDER BY number LIMIT "
    "1"};
inline constexpr db::Sql kNextDue{
    "chunk.next_due", "SELECT min(due_at) FROM chunk WHERE campaign_id = $1 AND NOT done"};
inline constexpr db::Sql kDeliveredOf{
    "chunk.delivered_of",
    "SELECT d.recipient_id FROM unnest($2::uuid[]) AS wanted (id) JOIN delivery d ON d.source_id = "
    "$1 AND d.recipient_id = wanted.id"};
inline constexpr db::Sql kChunkDone{
    "chunk.done",
    // From here on the deliveries say who they were, and those are forgotten with the person.
    "UPDATE chunk SET done = true, person_ids = '{}' WHERE campaign_id = $1 AND number = $2"};
inline constexpr db::Sql kChunkCounts{
    "chunk.counts",
    "UPDATE chunk SET accepted = accepted + $3, deferred = deferred + $4, failed = failed + $5, "
    "skipped = skipped + $6 WHERE campaign_id = $1 AND number = $2"};

struct RetryRecord {
  Uuid recipient_id;
  int chunk = 0, attempts = 1;
};
BOOST_DESCRIBE_STRUCT(RetryRecord, (), (recipient_id, chunk, attempts))
inline constexpr db::Sql kRetries{
    "campaign.retries",
    "SELECT recipient_id, chunk, attempts FROM delivery WHERE source_id = $1 AND state = 2 AND "
    "retry_at <= $2 ORDER BY retry_at LIMIT 500"};
inline constexpr db::Sql kNextRetry{
    "campaign.next_retry", "SELECT min(retry_at) FROM delivery WHERE source_id = $1 AND state = 2"};
inline constexpr db::Sql kReviveFailed{
    "campaign.revive_failed",
    "UPDATE delivery SET state = 2, attempts = 1, retry_at = $2 WHERE source_id = $1 AND state = 3 "
    "AND bounce = 0"};
inline constexpr db::Sql kReviveChunks{
    "campaign.revive_chunks",
    "UPDATE chunk SET deferred = deferred + failed, failed = 0 WHERE campaign_id = $1"};

struct SumRecord {
  Uuid campaign_id;
  std::int64_t accepted = 0, deferred = 0, failed = 0, skipped = 0;
};
BOOST_DESCRIBE_STRUCT(SumRecord, (), (campaign_id, accepted, deferred, failed, skipped))
inline constexpr db::Sql kSums{
    "campaign.sums",
    "SELECT campaign_id, sum(accepted)::bigint AS accepted, sum(deferred)::bigint AS deferred, "
    "sum(failed)::bigint AS failed, sum(skipped)::bigint AS skipped FROM chunk WHERE campaign_id = "
    "ANY($1) GROUP BY campaign_id"};
struct GroupRecord {
  Uuid source_id;
  int kind = 0, flags = 0;
  std::int64_t persons = 0;
};
BOOST_DESCRIBE_STRUCT(GroupRecord, (), (source_id, kind, flags, persons))
struct BounceRecord {
  Uuid source_id;
  Bounce bounce = Bounce::none;
  std::int64_t persons = 0, sent = 0;
};
BOOST_DESCRIBE_STRUCT(BounceRecord, (), (source_id, bounce, persons, sent))
// Named one by one: of "<> 0" a planner without statistics (a campaign's first seconds) believes
// that nearly every row fits, and reads the table instead of the index.
inline constexpr db::Sql kBounces{
    "campaign.bounces",
    "SELECT source_id, bounce, count(*) AS persons, count(*) FILTER (WHERE state = 1) AS sent FROM "
    "delivery WHERE source_id = ANY($1) AND bounce IN (1, 2, 3, 4) GROUP BY source_id, bounce"};
// A form's answer (22) and a reply (26) are both answers; who gave both is one person.
inline constexpr db::Sql kResponses{
    "campaign.responses",
    "SELECT source_id, CASE kind WHEN 26 THEN 22 ELSE kind END AS kind, flags & 2 AS flags, "
    "count(DISTINCT person_id) AS persons FROM response WHERE source_id = ANY($1) GROUP BY 1, 2, "
    "3"};

struct LinkRecord {
  Uuid tenant_id, source_id;
  int number = 0;
  std::string url, label;
};
BOOST_DESCRIBE_STRUCT(LinkRecord, (), (tenant_id, source_id, number, url, label))

}  // namespace store

/// What a campaign sends.
MailingSource mailing_source(trust::Ctx& ctx, const store::CampaignRecord& campaign);
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
