// What became of a campaign, in numbers, and the people behind each of them.
#include "outreach/campaign/store.hpp"
#include "people/person/person.hpp"

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
struct ReportDomain {
  std::string domain;
  std::int64_t sent = 0, bounced = 0;
};
BOOST_DESCRIBE_STRUCT(ReportDomain, (), (domain, sent, bounced))
struct CampaignReport {
  Counts counts;
  std::vector<ReportLink> links;
  std::vector<ReportHour> by_hour;
  std::vector<ReportDomain> domains;  ///< Empty: addresses are sealed, so none are grouped.
};
BOOST_DESCRIBE_STRUCT(CampaignReport, (), (counts, links, by_hour, domains))
struct IdPath {
  Uuid id;
};
BOOST_DESCRIBE_STRUCT(IdPath, (), (id))

enum class What {
  sent,
  deferred,
  failed,
  bounced,
  complained,
  opened,
  clicked,
  unsubscribed,
  answered,
  skipped
};
BOOST_DESCRIBE_ENUM(What, sent, deferred, failed, bounced, complained, opened, clicked,
                    unsubscribed, answered, skipped)
struct PeopleQuery {
  What what = What::sent;
  std::optional<int> link, limit;
  std::optional<std::string> cursor;
};
BOOST_DESCRIBE_STRUCT(PeopleQuery, (), (what, link, limit, cursor))
struct ReportPerson {
  people::PersonRow person;
  Timestamp at;
  std::optional<std::string> detail;
  bool scanner = false, simulated = false;
};
BOOST_DESCRIBE_STRUCT(ReportPerson, (), (person, at, detail, scanner, simulated))
struct Behind {
  Uuid person_id;
  Timestamp at;
  std::string detail;
  int flags = 0;
};
BOOST_DESCRIBE_STRUCT(Behind, (), (person_id, at, detail, flags))

#define VARDE_DELIVERED                                                                           \
  " FROM delivery WHERE source_id = $1 AND ($2 = 0 OR state = $2) AND bounce BETWEEN $3 AND $4 "
constexpr db::Sql kDelivered{
    "report.delivered",
    "SELECT person_id, CASE WHEN $2 = 0 THEN coalesce(bounced_at, at) ELSE at END AS at, code AS "
    "detail, 0 AS flags" VARDE_DELIVERED
    "AND recipient_id > $5 ORDER BY recipient_id LIMIT $6"};
constexpr db::Sql kDeliveredTotal{"report.delivered_total", "SELECT count(*)" VARDE_DELIVERED};
#define VARDE_RESPONDED                                                                            \
  " FROM response WHERE source_id = $1 AND kind IN ($2, $3) AND ($4 < 0 OR number = $4) AND flags" \
  " < 2 "
constexpr db::Sql kResponded{
    "report.responded",
    "SELECT person_id, min(first_at) AS at, '' AS detail, max(flags) AS flags" VARDE_RESPONDED
    "AND person_id > $5 GROUP BY person_id ORDER BY person_id LIMIT $6"};
constexpr db::Sql kRespondedTotal{"report.responded_total",
                                  "SELECT count(DISTINCT person_id)" VARDE_RESPONDED};

/// One page of the people, and how many there are in all.
std::pair<std::vector<Behind>, std::int64_t> people_behind(Ctx& ctx, const Uuid& campaign,
                                                           What what, int link, const Uuid& after,
                                                           int limit) {
  using people::ActivityKind;
  auto delivered = [&](int state, int from, int to) {
    return std::pair{
        ctx.tx().all<Behind>(kDelivered, campaign, state, from, to, after, limit),
        ctx.tx().one<std::int64_t>(kDeliveredTotal, campaign, state, from, to)};
  };
  auto responded = [&](ActivityKind kind, ActivityKind other) {
    return std::pair{
        ctx.tx().all<Behind>(kResponded, campaign, kind, other, link, after, limit),
        ctx.tx().one<std::int64_t>(kRespondedTotal, campaign, kind, other, link)};
  };
  switch (what) {
    case What::sent:
      return delivered(1, 0, 4);
    case What::deferred:
      return delivered(2, 0, 4);
    case What::failed:
      return delivered(3, 0, 4);
    case What::skipped:
      return delivered(4, 0, 4);
    case What::bounced:
      return delivered(0, 1, 3);
    case What::complained:
      return delivered(0, 4, 4);
    case What::opened:
      return responded(ActivityKind::opened, ActivityKind::opened);
    case What::clicked:
      return responded(ActivityKind::clicked, ActivityKind::clicked);
    case What::unsubscribed:
      return responded(ActivityKind::unsubscribed, ActivityKind::unsubscribed);
    case What::answered:
      return responded(ActivityKind::submitted, ActivityKind::replied);
  }
  return {};
}

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
          [](Ctx& ctx, const web::Path<IdPath>& path) -> Result<CampaignReport> {
            auto campaign = ctx.tx().maybe<CampaignRecord>(kCampaign, path->id);
            if (!campaign) return not_found("This campaign does not exist any more.");
            CampaignReport out;
            out.counts = counts_of(ctx, {*campaign})[path->id];
            out.links = ctx.tx().all<ReportLink>(kReportLinks, path->id);
            out.by_hour = ctx.tx().all<ReportHour>(kReportHours, path->id);
            return out;
          });
  api.add({"GET", "/api/v1/campaigns/{id}/people", "listCampaignPeople",
           "The people behind a number of the report", static_cast<int>(Right::campaigns_read)},
          [](Ctx& ctx, const web::Path<IdPath>& path,
             const web::Query<PeopleQuery>& query) -> Result<web::Page<ReportPerson>> {
            if (!trust::may(ctx.role, Right::persons_read))
              return forbidden("You may not see persons here.");
            if (!ctx.tx().maybe<CampaignRecord>(kCampaign, path->id))
              return not_found("This campaign does not exist any more.");
            Uuid after;
            if (query->cursor) {
              auto parsed = Uuid::parse(*query->cursor);
              if (!parsed) return bad_input("query/cursor", "is not a cursor of this list.");
              after = *parsed;
            }
            auto limit = std::clamp(query->limit.value_or(50), 1, 200);
            auto [behind, total] = people_behind(ctx, path->id, query->what,
                                                 query->link.value_or(-1), after, limit + 1);
            web::Page<ReportPerson> page;
            page.total = total;
            if (behind.size() > static_cast<std::size_t>(limit)) {
              behind.pop_back();
              page.next = behind.back().person_id.str();
            }
            std::vector<Uuid> ids;
            for (const auto& one : behind) ids.push_back(one.person_id);
            std::map<Uuid, people::PersonRow> rows;
            for (auto& row : people::rows(ctx, ids)) rows.emplace(row.id, std::move(row));
            for (auto& one : behind) {
              auto row = rows.find(one.person_id);
              if (row == rows.end()) continue;  // erased meanwhile
              ReportPerson person{row->second, one.at, std::nullopt,
                                  (one.flags & people::kScanner) != 0,
                                  (one.flags & people::kSimulated) != 0};
              if (!one.detail.empty()) person.detail = one.detail;
              page.items.push_back(std::move(person));
            }
            return page;
          });
}

}  // namespace varde::outreach
