// The people behind the numbers of a report, and deliveries where people/ shows them: on the
// person's page and in segments.
#include "base/text.hpp"
#include "outreach/campaign/store.hpp"
#include "outreach/tracking/tracking.hpp"
#include "people/person/person.hpp"

namespace varde::outreach {

using namespace store;
using trust::Ctx;
using trust::Right;

namespace {

struct BehindRecord {
  Uuid person_id;
  Timestamp at;
  std::string detail;
  int flags = 0;
};
BOOST_DESCRIBE_STRUCT(BehindRecord, (), (person_id, at, detail, flags))
struct SentRecord {
  Uuid source_id, recipient_id;
  DeliveryState state = DeliveryState::sent;
  Timestamp at;
  std::string code;
};
BOOST_DESCRIBE_STRUCT(SentRecord, (), (source_id, recipient_id, state, at, code))

// Person ids ascend: a page begins behind the last one of the page before.
constexpr db::Sql kByState{"campaign.people_by_state",
                           "SELECT person_id, at, code AS detail, 0 AS flags FROM delivery WHERE "
                           "source_id = $1 AND state = $2 "
                           "AND recipient_id > $3 ORDER BY recipient_id LIMIT $4"};
constexpr db::Sql kByBounce{
    "campaign.people_by_bounce",
    "SELECT person_id, bounced_at AS at, code AS detail, 0 AS flags FROM delivery WHERE source_id "
    "= $1 "
    "AND bounce = ANY($2) AND recipient_id > $3 ORDER BY recipient_id LIMIT $4"};
constexpr db::Sql kByResponse{"campaign.people_by_response",
                              "SELECT person_id, min(first_at) AS at, '' AS detail, "
                              "max(flags)::bigint AS flags FROM response "
                              "WHERE source_id = $1 AND kind = $2 AND ($5::bigint IS NULL OR "
                              "number = $5) AND (flags & 2) = 0 "
                              "AND person_id > $3 GROUP BY person_id ORDER BY person_id LIMIT $4"};
constexpr db::Sql kCountState{"campaign.count_state",
                              "SELECT count(*) FROM delivery WHERE source_id = $1 AND state = $2"};
constexpr db::Sql kCountBounce{
    "campaign.count_bounce",
    "SELECT count(*) FROM delivery WHERE source_id = $1 AND bounce = ANY($2)"};
constexpr db::Sql kCountResponse{
    "campaign.count_response",
    "SELECT count(DISTINCT person_id) FROM response WHERE source_id = $1 AND kind = $2 "
    "AND ($3::bigint IS NULL OR number = $3) AND (flags & 2) = 0"};
constexpr db::Sql kSentTo{"campaign.sent_to",
                          "SELECT source_id, recipient_id, state, at, code FROM delivery WHERE "
                          "person_id = $1 AND at <= $2 ORDER BY at DESC LIMIT $3"};

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

struct CampaignPerson {
  people::PersonRow person;
  Timestamp at;
  std::optional<std::string> detail;
  bool scanner = false, simulated = false;
};
BOOST_DESCRIBE_STRUCT(CampaignPerson, (), (person, at, detail, scanner, simulated))
struct BehindQuery {
  What what = What::sent;
  std::optional<int> link, limit;
  std::optional<std::string> cursor;
};
BOOST_DESCRIBE_STRUCT(BehindQuery, (), (what, link, limit, cursor))
struct IdPath {
  Uuid id;
};
BOOST_DESCRIBE_STRUCT(IdPath, (), (id))

std::optional<DeliveryState> state_of(What what) {
  switch (what) {
    case What::sent:
      return DeliveryState::sent;
    case What::deferred:
      return DeliveryState::deferred;
    case What::failed:
      return DeliveryState::failed;
    case What::skipped:
      return DeliveryState::skipped;
    default:
      return std::nullopt;
  }
}

// A delivery has no version 7 id of its own: one is made of its time and its recipient, so that it
// falls into the timeline's order and the cursor finds it again.
Uuid timeline_id(const SentRecord& record) {
  auto id = Uuid::floor_of(record.at);
  std::copy(record.recipient_id.bytes.begin() + 9, record.recipient_id.bytes.end(),
            id.bytes.begin() + 9);
  id.bytes[7] = record.source_id.bytes[15];
  return id;
}

}  // namespace

void add_campaign_people_routes(trust::Api& api) {
  api.add(
      {"GET", "/api/v1/campaigns/{id}/people", "listCampaignPeople",
       "The people behind a number of the report", static_cast<int>(Right::persons_read)},
      [](Ctx& ctx, const web::Path<IdPath>& path,
         const web::Query<BehindQuery>& query) -> Result<web::Page<CampaignPerson>> {
        auto limit = std::clamp(query->limit.value_or(50), 1, 200);
        Uuid after;
        if (query->cursor && !query->cursor->empty()) {
          auto parts = web::read_cursor(*query->cursor, 1);
          auto id = parts ? Uuid::parse((*parts)[0]) : std::nullopt;
          if (!id) return bad_input("query/cursor", "The cursor is not one of this list.");
          after = *id;
        }
        if (!campaign_note(ctx, path->id))
          return not_found("This campaign does not exist any more.");
        auto& tx = ctx.tx();
        std::vector<BehindRecord> records;
        web::Page<CampaignPerson> page;
        if (auto state = state_of(query->what)) {
          records = tx.all<BehindRecord>(kByState, path->id, *state, after, limit + 1);
          page.total = tx.one<std::int64_t>(kCountState, path->id, *state);
        } else if (query->what == What::bounced || query->what == What::complained) {
          auto kinds = query->what == What::bounced ? std::vector<std::int64_t>{1, 2, 3}
                                                    : std::vector<std::int64_t>{4};
          records = tx.all<BehindRecord>(kByBounce, path->id, kinds, after, limit + 1);
          page.total = tx.one<std::int64_t>(kCountBounce, path->id, kinds);
        } else {
          auto kind = query->what == What::opened         ? people::ActivityKind::opened
                      : query->what == What::clicked      ? people::ActivityKind::clicked
                      : query->what == What::unsubscribed ? people::ActivityKind::unsubscribed
                                                          : people::ActivityKind::submitted;
          auto number =
              query->link ? std::optional(static_cast<std::int64_t>(*query->link)) : std::nullopt;
          records = tx.all<BehindRecord>(kByResponse, path->id, kind, after, limit + 1, number);
          page.total = tx.one<std::int64_t>(kCountResponse, path->id, kind, number);
        }
        if (static_cast<int>(records.size()) > limit) {
          records.resize(static_cast<std::size_t>(limit));
          page.next = web::make_cursor({records.back().person_id.str()});
        }
        std::vector<Uuid> ids;
        for (const auto& record : records) ids.push_back(record.person_id);
        std::unordered_map<Uuid, people::PersonRow> rows;
        for (auto& row : people::rows(ctx, ids)) rows.emplace(row.id, std::move(row));
        for (const auto& record : records)
          if (auto row = rows.find(record.person_id); row != rows.end())
            page.items.push_back(
                {row->second, record.at,
                 record.detail.empty() ? std::nullopt : std::optional(record.detail),
                 (record.flags & people::kScanner) != 0, (record.flags & people::kSimulated) != 0});
        return page;
      });
}

void add_delivery_hooks() {
  people::add_timeline_source([](Ctx& ctx, const Uuid& person, const Uuid& before, int limit) {
    std::vector<people::TimelineItem> out;
    bool first = before.bytes[0] == 0xff;
    auto records = ctx.tx().all<SentRecord>(
        kSentTo, person,
        first ? now() + std::chrono::hours(24) : before.time() + std::chrono::milliseconds(1),
        limit);
    for (const auto& record : records) {
      auto id = timeline_id(record);
      if (!(id < before)) continue;
      auto campaign = campaign_note(ctx, record.source_id);
      auto name = campaign ? campaign->name : std::string("a message");
      people::TimelineItem item{id, record.at, "", "", {}, {}, false, false};
      switch (record.state) {
        case DeliveryState::sent:
          item.kind = "sent", item.title = "Was sent " + name;
          break;
        case DeliveryState::deferred:
          item.kind = "deferred", item.title = "Not delivered yet: " + name;
          break;
        case DeliveryState::failed:
          item.kind = "failed", item.title = "Could not be delivered: " + name;
          break;
        case DeliveryState::skipped:
          item.kind = "skipped", item.title = "Was not sent " + name;
          break;
      }
      if (!record.code.empty()) item.detail = record.code;
      if (campaign) item.href = "/campaigns/" + campaign->id.str();
      out.push_back(std::move(item));
    }
    return out;
  });
  people::add_segment_field(
      "received", "Received",
      [](Ctx&, const boost::json::value& value, people::Query& query) -> Result<std::string> {
        std::string out = "SELECT 1 FROM delivery x WHERE x.state = 1";
        if (const auto* details = value.if_object()) {
          if (const auto* ref = details->if_contains("campaign_id");
              ref != nullptr && ref->is_string() && !ref->as_string().empty()) {
            auto id = Uuid::parse(std::string_view(ref->as_string()));
            if (!id) return bad_input("/conditions", "The campaign is not an id.");
            out += " AND x.source_id = " + query.bind(*id);
          }
          if (const auto* days = details->if_contains("within_days");
              days != nullptr && days->is_number())
            out += " AND x.at >= " +
                   query.bind(now() - std::chrono::hours(
                                          24 * std::clamp<long>(
                                                   static_cast<long>(days->to_number<double>()), 0,
                                                   36500)));
        }
        return out;
      });
}

}  // namespace varde::outreach
