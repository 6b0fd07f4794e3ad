// Campaigns: one message to an audience.
//
//   draft → (scheduled) → preparing → sending ⇄ paused → sent | cancelled | failed
//
// Preparing cuts the audience into chunks of about 500 persons, page by page in the order of their
// ids, never the whole in memory; how far it has come commits with each page. Sending walks the
// chunks that are due. What became of each message is a row of delivery, written in the same
// transaction as its chunk's counters; so a restart of either goes on where it stood.
#pragma once

#include <boost/describe.hpp>
#include <string>
#include <vector>

#include "jobs/queue.hpp"
#include "messaging/channel/channel.hpp"
#include "messaging/delivery/delivery.hpp"
#include "trust/module.hpp"

namespace varde::outreach {

enum class CampaignState {
  draft = 1,
  scheduled = 2,
  preparing = 3,
  sending = 4,
  paused = 5,
  sent = 6,
  cancelled = 7,
  failed = 8
};
BOOST_DESCRIBE_ENUM(CampaignState, draft, scheduled, preparing, sending, paused, sent, cancelled,
                    failed)
enum class TimeMode { at_once = 1, recipient_time_zone = 2 };
BOOST_DESCRIBE_ENUM(TimeMode, at_once, recipient_time_zone)

struct Counts {
  /// Persons each. Of those sent, `delivered` did not come back; `bounced` is hard and soft.
  std::int64_t recipients = 0, queued = 0, sent = 0, delivered = 0, deferred = 0, failed = 0,
               bounced = 0, bounced_hard = 0, bounced_soft = 0, complained = 0, opened = 0,
               opened_scanner = 0, clicked = 0, clicked_scanner = 0, unsubscribed = 0, answered = 0,
               skipped_suppressed = 0, skipped_no_consent = 0, skipped_no_address = 0;
  bool operator==(const Counts&) const = default;
};
BOOST_DESCRIBE_STRUCT(Counts, (),
                      (recipients, queued, sent, delivered, deferred, failed, bounced, bounced_hard,
                       bounced_soft, complained, opened, opened_scanner, clicked, clicked_scanner,
                       unsubscribed, answered, skipped_suppressed, skipped_no_consent,
                       skipped_no_address))

/// A campaign in a list.
struct CampaignRow {
  Uuid id;
  std::string name;
  CampaignState state = CampaignState::draft;
  std::string subject;
  std::optional<Timestamp> scheduled_at, started_at, finished_at;
  std::optional<std::string> error;
  Counts counts;
  Timestamp updated_at;
  messaging::Channel channel = messaging::Channel::mail;
};
BOOST_DESCRIBE_STRUCT(CampaignRow, (),
                      (id, name, state, subject, scheduled_at, started_at, finished_at, error,
                       counts, updated_at, channel))
/// The campaigns that changed last, newest first.
std::vector<CampaignRow> recent_campaigns(trust::Ctx& ctx, int limit);
/// Where somebody has to act: campaigns that are paused, and those that run or ended within a month
/// and have messages that failed. At most 20, those that changed last first.
std::vector<trust::Attention> campaigns_attention(trust::Ctx& ctx);
std::vector<trust::LiveUpdate> live_campaigns(trust::Ctx& ctx, Timestamp since);

/// What tracking and the preference centre need of a campaign.
struct CampaignNote {
  Uuid id;
  std::string name;
  std::optional<Uuid> purpose_id;
  std::vector<Uuid> lists;  ///< Those behind its segments, too.
  bool by_segment = false;  ///< Some are reached by more than being on a list.
};
std::optional<CampaignNote> campaign_note(trust::Ctx& ctx, const Uuid& id);
/// Whether the campaign, sent now, would go to this person, but for what holds the address. Also
/// true when that cannot be told (a segment of it asks for what is not there any more).
bool would_reach(trust::Ctx& ctx, const Uuid& campaign, const Uuid& person);
/// The names of those among `ids` that are campaigns.
std::map<Uuid, std::string> campaign_names(trust::Ctx& ctx, const std::vector<Uuid>& ids);

void add_campaign_routes(trust::Api& api, const messaging::Environment& environment);
/// The people behind the numbers of a report.
void add_campaign_people_routes(trust::Api& api);
void add_campaign_jobs(trust::Base& base, const messaging::Environment& environment,
                       jobs::Workers& workers);
std::vector<trust::Table> campaign_tables();
void add_campaign_hooks(trust::Base& base);
/// Timelines, the segment field "received", what is planned.
void add_campaign_people_hooks(trust::Base& base);

}  // namespace varde::outreach
