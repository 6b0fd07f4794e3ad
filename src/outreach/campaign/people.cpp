// The people behind the numbers of a report, and deliveries where people/ shows them: on the
// person's page and in segments.
#include "base/text.hpp"
#include "messaging/response/response.hpp"
#include "outreach/campaign/store.hpp"
#include "outreach/campaign/store_sql.hpp"
#include "people/person/person.hpp"
#include "people/subject/subject.hpp"
#include "web/resource.hpp"

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
  messaging::DeliveryState state = messaging::DeliveryState::sent;
  Timestamp at;
  std::string code;
};
BOOST_DESCRIBE_STRUCT(SentRecord, (), (source_id, recipient_id, state, at, code))

// Each number of Counts has its people.
enum class What {
  recipients,
  queued,
  sent,
  delivered,
  deferred,
  failed,
  bounced,
  bounced_hard,
  bounced_soft,
  complained,
  opened,
  opened_scanner,
  clicked,
  clicked_scanner,
  unsubscribed,
  answered,
  skipped_suppressed,
  skipped_no_consent,
  skipped_no_address
};
BOOST_DESCRIBE_ENUM(What, recipients, queued, sent, delivered, deferred, failed, bounced,
                    bounced_hard, bounced_soft, complained, opened, opened_scanner, clicked,
                    clicked_scanner, unsubscribed, answered, skipped_suppressed, skipped_no_consent,
                    skipped_no_address)

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

std::int64_t number_of(const Counts& counts, What what) {
  std::int64_t out = 0;
  boost::mp11::mp_for_each<boost::describe::describe_members<Counts, boost::describe::mod_public>>(
      [&](auto member) {
        if (web::enum_word(what) == member.name) out = counts.*member.pointer;
      });
  return out;
}

std::vector<BehindRecord> behind(Ctx& ctx, const Uuid& campaign, const BehindQuery& query,
                                 const Uuid& after, int limit) {
  using people::ActivityKind;
  auto& tx = ctx.tx();
  auto state = [&](messaging::DeliveryState of) {
    return tx.all<BehindRecord>(kCampaignPeopleByState, campaign, after, limit, of);
  };
  auto skipped = [&](const char* why) {
    return tx.all<BehindRecord>(kCampaignPeopleBySkip, campaign, after, limit, std::string(why));
  };
  auto bounced = [&](const std::vector<messaging::Bounce>& kinds) {
    return tx.all<BehindRecord>(kCampaignPeopleByBounce, campaign, after, limit, kinds);
  };
  auto responded = [&](const std::vector<ActivityKind>& kinds, int scanner = 0) {
    return tx.all<BehindRecord>(kCampaignPeopleByResponse, campaign, after, limit, kinds, scanner,
                                query.link);
  };
  switch (query.what) {
    case What::recipients:
      return tx.all<BehindRecord>(kCampaignPeopleRecipients, campaign, after, limit);
    case What::queued:
      return tx.all<BehindRecord>(kCampaignPeopleQueued, campaign, after, limit);
    case What::sent:
      return state(messaging::DeliveryState::sent);
    case What::delivered:
      return tx.all<BehindRecord>(kCampaignPeopleDelivered, campaign, after, limit);
    case What::deferred:
      return state(messaging::DeliveryState::deferred);
    case What::failed:
      return state(messaging::DeliveryState::failed);
    case What::bounced:
      return bounced(
          {messaging::Bounce::hard, messaging::Bounce::soft, messaging::Bounce::blocked});
    case What::bounced_hard:
      return bounced({messaging::Bounce::hard});
    case What::bounced_soft:
      return bounced({messaging::Bounce::soft, messaging::Bounce::blocked});
    case What::complained:
      return bounced({messaging::Bounce::complaint});
    case What::opened:
      return responded({ActivityKind::opened});
    case What::opened_scanner:
      return responded({ActivityKind::opened}, people::kScanner);
    case What::clicked:
      return responded({ActivityKind::clicked});
    case What::clicked_scanner:
      return responded({ActivityKind::clicked}, people::kScanner);
    case What::unsubscribed:
      return responded({ActivityKind::unsubscribed});
    case What::answered:
      return responded({ActivityKind::submitted, ActivityKind::replied});
    case What::skipped_suppressed:
      return skipped(kSuppressed);
    case What::skipped_no_consent:
      return skipped(kNoConsent);
    case What::skipped_no_address:
      return skipped(kNoAddress);
  }
  return {};
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

// Campaigns that are on their way to a person.
struct ChunkOf {
  Uuid campaign_id;
  Timestamp due_at;
};
BOOST_DESCRIBE_STRUCT(ChunkOf, (), (campaign_id, due_at))
struct SubjectPlanned {
  std::string message;
  Timestamp due_at;
};
BOOST_DESCRIBE_STRUCT(SubjectPlanned, (), (message, due_at))

void write_planned(Ctx& ctx, const Uuid& person, people::SubjectWriter& out) {
  out.section("planned", people::subject_columns<SubjectPlanned>());
  auto rows = ctx.tx().all<ChunkOf>(kChunkOfSubject, person);
  std::vector<Uuid> ids;
  for (const auto& r : rows) ids.push_back(r.campaign_id);
  auto names = campaign_names(ctx, ids);
  for (const auto& r : rows) out.add(SubjectPlanned{names[r.campaign_id], r.due_at});
}

Result<web::Page<CampaignPerson>> list_campaign_people(Ctx& ctx, const web::Path<web::IdPath>& path,
                                                       const web::Query<BehindQuery>& query) {
  auto limit = web::page_limit(query->limit);
  VARDE_TRY(auto after, web::read_after(query->cursor));
  auto campaign = ctx.tx().maybe<CampaignRecord>(kCampaignOne, path->id);
  if (!campaign) return not_found("This campaign does not exist any more.");
  web::Page<CampaignPerson> page;
  page.total = number_of(counts_of(ctx, {*campaign})[path->id], query->what);
  auto records = behind(ctx, path->id, query.value, after, limit + 1);
  page.next = web::cut_page(records, limit, &BehindRecord::person_id);
  std::vector<Uuid> ids;
  for (const auto& record : records) ids.push_back(record.person_id);
  std::unordered_map<Uuid, people::PersonRow> rows;
  for (auto& row : people::rows(ctx, ids)) rows.emplace(row.id, std::move(row));
  for (const auto& record : records)
    if (auto row = rows.find(record.person_id); row != rows.end())
      page.items.push_back({row->second, record.at,
                            record.detail.empty() ? std::nullopt : std::optional(record.detail),
                            (record.flags & people::kScanner) != 0,
                            (record.flags & people::kSimulated) != 0});
  return page;
}

}  // namespace

void add_campaign_people_routes(trust::Api& api) {
  api.add({"GET", "/api/v1/campaigns/{id}/people", "listCampaignPeople",
           "The people behind a number of the report", static_cast<int>(Right::persons_read)},
          list_campaign_people);
}

void add_campaign_people_hooks(trust::Base& base) {
  base.extensions.add(people::SubjectHook{write_planned});
  base.extensions.add(
      people::TimelineSource{[](Ctx& ctx, const Uuid& person, const Uuid& before, int limit) {
        std::vector<people::TimelineItem> out;
        bool first = before.bytes[0] == 0xff;
        auto records = ctx.tx().all<SentRecord>(
            kCampaignSentTo, person,
            first ? now() + std::chrono::hours(24) : before.time() + std::chrono::milliseconds(1),
            limit);
        std::vector<Uuid> sources;
        for (const auto& record : records) sources.push_back(record.source_id);
        auto names = campaign_names(ctx, sources);
        for (const auto& record : records) {
          auto id = timeline_id(record);
          if (!(id < before)) continue;
          auto campaign = names.find(record.source_id);
          auto name = campaign != names.end() ? campaign->second : std::string("a message");
          people::TimelineItem item{id, record.at, "", "", {}, {}, false, false};
          switch (record.state) {
            case messaging::DeliveryState::sent:
              item.kind = "sent", item.title = "Was sent " + name;
              break;
            case messaging::DeliveryState::deferred:
              item.kind = "deferred", item.title = "Not delivered yet: " + name;
              break;
            case messaging::DeliveryState::failed:
              item.kind = "failed", item.title = "Could not be delivered: " + name;
              break;
            case messaging::DeliveryState::skipped:
              item.kind = "skipped", item.title = "Was not sent " + name;
              break;
          }
          if (!record.code.empty()) item.detail = record.code;
          if (campaign != names.end()) item.href = "/campaigns/" + campaign->first.str();
          out.push_back(std::move(item));
        }
        return out;
      }});
  base.extensions.add(people::SegmentField{
      "received", "Received",
      [](Ctx&, const boost::json::value& value, people::Query& query) -> Result<std::string> {
        std::string out = "SELECT 1 FROM delivery x WHERE x.tenant_id = {tenant} AND x.state = 1";
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
      }});
}

}  // namespace varde::outreach
