#include "outreach/campaign/store.hpp"
#include "outreach/campaign/store_sql.hpp"
#include "people/person/person.hpp"
#include "trust/names.hpp"
#include "trust/tenant/tenant.hpp"
#include "trust/uses.hpp"

namespace varde::outreach {

using namespace store;
using trust::Ctx;
namespace json = boost::json;

namespace {

json::object rule(std::string field, std::string op, json::value value) {
  return {{"field", std::move(field)}, {"operator", std::move(op)}, {"value", std::move(value)}};
}

// Segments become a part of the tree: a segment of a segment is a group.
Result<json::object> any_of(Ctx& ctx, const std::vector<Uuid>& lists,
                            const std::vector<Uuid>& segments) {
  json::array rules;
  for (const auto& id : lists) rules.push_back(rule("list", "has", json::value(id.str())));
  for (const auto& id : segments) {
    auto segment = people::find_segment(ctx, id);
    if (!segment) return not_found("A segment of this audience does not exist any more.");
    rules.push_back(segment->conditions);
  }
  return json::object{{"op", "or"}, {"rules", std::move(rules)}};
}

}  // namespace

Audience audience_of(const CampaignRecord& campaign) {
  auto value = json::parse(campaign.audience.text);
  if (!value.is_object() || value.get_object().empty()) return {};
  auto read = web::read<Audience>(value);
  return read ? *read : Audience{};
}

Result<void> add_audience(Ctx& ctx, const Audience& audience, people::Query& query) {
  VARDE_TRY(auto include, any_of(ctx, audience.lists, audience.segments));
  if (include["rules"].as_array().empty()) {
    query.where("false");
    return {};
  }
  VARDE_CHECK(people::add_conditions(ctx, include, query));
  VARDE_TRY(auto exclude, any_of(ctx, audience.exclude_lists.value_or(std::vector<Uuid>{}),
                                 audience.exclude_segments.value_or(std::vector<Uuid>{})));
  if (!exclude["rules"].as_array().empty()) {
    exclude["not"] = true;
    VARDE_CHECK(people::add_conditions(ctx, exclude, query));
  }
  return {};
}

Timestamp first_in_the_world(Timestamp at, std::string_view zone) {
  return Timestamp(to_local(at, zone).time_since_epoch()) - std::chrono::hours(14);
}

std::string consent_key(Ctx& ctx, const Uuid& purpose) {
  for (const auto& one : people::purposes(ctx))
    if (one.id == purpose) return one.key;
  return "";
}

std::string said_no_condition(const std::string& alias) {
  return "EXISTS (SELECT 1 FROM consent c WHERE c.tenant_id = {tenant} AND c.person_id = " + alias +
         ".person_id AND NOT c.given) OR EXISTS (SELECT 1 FROM list_member m WHERE "
         "m.tenant_id = {tenant} AND m.person_id = " +
         alias + ".person_id AND m.state = 3)";
}

Result<void> add_basis(Ctx& ctx, const CampaignRecord& campaign, people::Query& query) {
  if (!campaign.purpose_id) {
    if (campaign.service_reason.empty()) query.where("NOT (" + said_no_condition("p") + ")");
    return {};
  }
  auto key = consent_key(ctx, *campaign.purpose_id);
  if (key.empty()) {
    query.where("false");
    return {};
  }
  return people::add_conditions(ctx, rule("consent:" + key, "given", nullptr), query);
}

namespace {

// The lists that a tree asks somebody to be on. A "not" turns it round: who is in the segment is
// not on those.
void collect_lists(const json::value& node, bool negated, int depth, std::set<Uuid>& out) {
  const auto* object = node.if_object();
  if (object == nullptr || depth > 10) return;
  auto text = [&](const char* name) -> std::string_view {
    const auto* held = object->if_contains(name);
    return held != nullptr && held->is_string() ? std::string_view(held->get_string())
                                                : std::string_view();
  };
  if (text("field") == "list") {
    if ((text("operator") == "has") != negated)
      if (auto id = Uuid::parse(text("value"))) out.insert(*id);
    return;
  }
  if (const auto* flag = object->if_contains("not"); flag != nullptr && flag->is_bool())
    negated = negated != flag->get_bool();
  if (const auto* rules = object->if_contains("rules"); rules != nullptr && rules->is_array())
    for (const auto& rule : rules->get_array()) collect_lists(rule, negated, depth + 1, out);
}

}  // namespace

std::vector<Uuid> lists_behind(Ctx& ctx, const Audience& audience) {
  std::set<Uuid> out(audience.lists.begin(), audience.lists.end());
  for (const auto& id : audience.segments)
    if (auto segment = people::find_segment(ctx, id))
      collect_lists(segment->conditions, false, 0, out);
  return {out.begin(), out.end()};
}

messaging::MailingSource mailing_source(Ctx& ctx, const CampaignRecord& campaign) {
  auto tenant = trust::tenant_settings(ctx);
  messaging::MailingSource source;
  source.kind = messaging::SourceKind::campaign;
  source.source_id = campaign.campaign_id;
  source.from_name = campaign.from_name;
  source.from_email = campaign.from_email;
  source.reply_to = campaign.reply_to;
  source.subject = campaign.subject;
  source.preheader = campaign.preheader;
  source.sms = campaign.channel == messaging::Channel::sms;
  if (source.sms) {
    source.subject.clear();
    source.preheader.clear();
    source.text = campaign.text;
  } else {
    source.document = json::parse(campaign.document.text);
  }
  source.track_opens = campaign.track_opens && tenant.open_tracking && !source.sms;
  source.track_clicks = campaign.track_clicks && tenant.click_tracking;
  return source;
}

std::map<Uuid, Counts> counts_of(Ctx& ctx, const std::vector<CampaignRecord>& campaigns) {
  std::map<Uuid, Counts> out;
  std::vector<Uuid> ids;
  for (const auto& campaign : campaigns) {
    auto& counts = out[campaign.campaign_id];
    counts.recipients = campaign.recipients;
    counts.skipped_suppressed = campaign.skipped_suppressed;
    counts.skipped_no_consent = campaign.skipped_no_consent;
    counts.skipped_no_address = campaign.skipped_no_address;
    if (campaign.started_at) ids.push_back(campaign.campaign_id);
  }
  if (ids.empty()) return out;
  auto sums = ctx.tx().later(kCampaignSums, ids);
  auto bounces = ctx.tx().later(kCampaignBounces, ids);
  auto responses = ctx.tx().later(kCampaignResponses, ids);
  ctx.tx().flush();
  for (auto& sum : sums.rows().all<SumRecord>()) {
    auto& counts = out[sum.campaign_id];
    counts.sent = counts.delivered = sum.accepted;
    counts.deferred = sum.deferred;
    counts.failed = sum.failed;
    counts.queued = std::max<std::int64_t>(
        0, counts.recipients - sum.accepted - sum.deferred - sum.failed - sum.skipped);
  }
  for (auto& row : bounces.rows().all<BounceRecord>()) {
    auto& counts = out[row.source_id];
    if (row.bounce == messaging::Bounce::complaint) {
      counts.complained = row.persons;
      continue;
    }
    (row.bounce == messaging::Bounce::hard ? counts.bounced_hard : counts.bounced_soft) +=
        row.persons;
    counts.bounced += row.persons;
    counts.delivered -= row.sent;
  }
  for (auto& row : responses.rows().all<GroupRecord>()) {
    auto& counts = out[row.source_id];
    bool scanner = (row.flags & people::kScanner) != 0;
    switch (static_cast<people::ActivityKind>(row.kind)) {
      case people::ActivityKind::opened:
        (scanner ? counts.opened_scanner : counts.opened) += row.persons;
        break;
      case people::ActivityKind::clicked:
        (scanner ? counts.clicked_scanner : counts.clicked) += row.persons;
        break;
      case people::ActivityKind::unsubscribed:
        counts.unsubscribed += row.persons;
        break;
      case people::ActivityKind::submitted:
        counts.answered += row.persons;
        break;
      default:
        break;
    }
  }
  return out;
}

std::vector<CampaignRow> rows_of(Ctx& ctx, const std::vector<CampaignRecord>& campaigns) {
  auto counts = counts_of(ctx, campaigns);
  std::vector<CampaignRow> out;
  for (const auto& r : campaigns)
    out.push_back({r.campaign_id, r.name, r.state, r.subject, r.scheduled_at, r.started_at,
                   r.finished_at, r.error.empty() ? std::nullopt : std::optional(r.error),
                   counts[r.campaign_id], r.updated_at, r.channel});
  return out;
}

std::vector<CampaignRow> recent_campaigns(Ctx& ctx, int limit) {
  return rows_of(ctx, ctx.tx().all<CampaignRecord>(kCampaignRecent, limit));
}

std::vector<trust::Attention> campaigns_attention(Ctx& ctx) {
  std::vector<trust::Attention> out;
  for (const auto& row :
       ctx.tx().all<AttentionRecord>(kCampaignAttention, now() - std::chrono::days(30))) {
    auto href = "/campaigns/" + row.campaign_id.str();
    if (row.failed > 0)
      out.push_back({"campaign_failed", row.name + " has messages that could not be sent.",
                     href + "/report", row.failed});
    if (row.state == CampaignState::failed)
      out.push_back({"campaign_failed", row.name + " could not be sent.", href, 1});
    if (row.state == CampaignState::paused)
      out.push_back({"campaign_paused", row.name + " is paused.", href, 1});
  }
  return out;
}

std::vector<trust::LiveUpdate> live_campaigns(Ctx& ctx, Timestamp since) {
  return ctx.tx().all<trust::LiveUpdate>(kCampaignLive, since);
}

std::optional<CampaignNote> campaign_note(Ctx& ctx, const Uuid& id) {
  auto campaign = ctx.tx().maybe<CampaignRecord>(kCampaignOne, id);
  if (!campaign) return std::nullopt;
  auto audience = audience_of(*campaign);
  return CampaignNote{id, campaign->name, campaign->purpose_id, lists_behind(ctx, audience),
                      !audience.segments.empty()};
}

bool would_reach(Ctx& ctx, const Uuid& id, const Uuid& person) {
  auto campaign = ctx.tx().maybe<CampaignRecord>(kCampaignOne, id);
  if (!campaign) return false;
  people::Query query;
  query.where("p.person_id = " + query.bind(person));
  if (!add_audience(ctx, audience_of(*campaign), query) || !add_basis(ctx, *campaign, query))
    return true;
  return !query.run(ctx, "SELECT p.person_id FROM person p").all<Uuid>().empty();
}

void enqueue_prepare(Ctx& ctx, const Uuid& campaign, std::optional<Timestamp> at) {
  jobs::enqueue(ctx.tx(),
                {.kind = "campaign.prepare",
                 .tenant_id = ctx.tenant,
                 .payload = json::serialize(json::object{{"campaign_id", campaign.str()}}),
                 .run_at = at});
}

void enqueue_send(Ctx& ctx, const Uuid& campaign, std::optional<Timestamp> at) {
  jobs::enqueue(ctx.tx(),
                {.kind = "campaign.send",
                 .tenant_id = ctx.tenant,
                 .payload = json::serialize(json::object{{"campaign_id", campaign.str()}}),
                 .run_at = at});
}

std::map<Uuid, std::string> campaign_names(Ctx& ctx, const std::vector<Uuid>& ids) {
  return trust::names_by(ctx, kCampaignNames, ids);
}

void add_campaign_hooks(trust::Base& base) {
  trust::add_names(base, kCampaignNames);
  trust::add_uses(base, "the campaign", kCampaignUses);
}

}  // namespace varde::outreach
