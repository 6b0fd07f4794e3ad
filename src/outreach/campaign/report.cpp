// What became of a campaign, in numbers.
#include "outreach/campaign/store.hpp"
#include "outreach/campaign/store_sql.hpp"
#include "web/resource.hpp"

namespace varde::outreach {

using namespace store;
using trust::Ctx;
using trust::Right;

namespace {

struct ReportLink {
  int no = 0;
  std::string url, label;
  std::int64_t clicks = 0, people = 0;
};
BOOST_DESCRIBE_STRUCT(ReportLink, (), (no, url, label, clicks, people))
struct ReportHour {
  Timestamp at;
  std::int64_t opened = 0, clicked = 0;
};
BOOST_DESCRIBE_STRUCT(ReportHour, (), (at, opened, clicked))
struct CampaignReport {
  Counts counts;
  std::vector<ReportLink> links;
  std::vector<ReportHour> by_hour;
  bool opens_counted = false;  ///< Not in an SMS, where it was not wished, or in a short mail.
};
BOOST_DESCRIBE_STRUCT(CampaignReport, (), (counts, links, by_hour, opens_counted))

Result<CampaignReport> get_campaign_report(Ctx& ctx, const web::Path<web::IdPath>& path) {
  auto campaign = ctx.tx().maybe<CampaignRecord>(kCampaignOne, path->id);
  if (!campaign) return not_found("This campaign does not exist any more.");
  CampaignReport out;
  out.counts = counts_of(ctx, {*campaign})[path->id];
  out.links = ctx.tx().all<ReportLink>(kReportLinks, path->id);
  out.by_hour = ctx.tx().all<ReportHour>(kReportHours, path->id);
  out.opens_counted = campaign->channel == messaging::Channel::mail &&
                      campaign->opens_counted.value_or(campaign->track_opens);
  return out;
}

}  // namespace

void add_report_routes(trust::Api& api) {
  api.add({"GET", "/api/v1/campaigns/{id}/report", "getCampaignReport", "What became of it",
           static_cast<int>(Right::campaigns_read)},
          get_campaign_report);
}

}  // namespace varde::outreach
