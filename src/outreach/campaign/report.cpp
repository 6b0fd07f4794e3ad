// What became of a campaign, in numbers.
#include "outreach/campaign/store.hpp"
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

constexpr db::Sql kReportLinks{
    "report.links",
    "SELECT l.number AS no, l.url, l.label, coalesce(sum(r.times), 0)::bigint AS clicks, "
    "count(r.person_id) AS people FROM link l LEFT JOIN response r ON r.tenant_id = l.tenant_id "
    "AND r.source_id = l.source_id AND r.kind = 21 AND r.number = l.number AND r.flags < 2 WHERE "
    "l.source_id = $1 GROUP BY l.number, l.url, l.label ORDER BY l.number"};
constexpr db::Sql kReportHours{
    "report.hours",
    "SELECT date_trunc('hour', first_at, 'UTC') AS at, count(*) FILTER (WHERE kind = 20) AS "
    "opened, count(*) FILTER (WHERE kind = 21) AS clicked FROM response WHERE source_id = $1 AND "
    "kind IN (20, 21) AND flags < 2 GROUP BY 1 ORDER BY 1 LIMIT 1000"};

}  // namespace

void add_report_routes(trust::Api& api) {
  api.add({"GET", "/api/v1/campaigns/{id}/report", "getCampaignReport", "What became of it",
           static_cast<int>(Right::campaigns_read)},
          [](Ctx& ctx, const web::Path<web::IdPath>& path) -> Result<CampaignReport> {
            auto campaign = ctx.tx().maybe<CampaignRecord>(kCampaign, path->id);
            if (!campaign) return not_found("This campaign does not exist any more.");
            CampaignReport out;
            out.counts = counts_of(ctx, {*campaign})[path->id];
            out.links = ctx.tx().all<ReportLink>(kReportLinks, path->id);
            out.by_hour = ctx.tx().all<ReportHour>(kReportHours, path->id);
            out.opens_counted = campaign->channel == Channel::mail &&
                                campaign->opens_counted.value_or(campaign->track_opens);
            return out;
          });
}

}  // namespace varde::outreach
