// Campaigns as their editors see them.
#include "base/text.hpp"
#include "outreach/campaign/api.hpp"
#include "outreach/campaign/store.hpp"
#include "outreach/campaign/store_sql.hpp"
#include "trust/audit.hpp"
#include "web/resource.hpp"

namespace varde::outreach {

using namespace store;
using trust::AuditEntry;
using trust::Ctx;
namespace json = boost::json;

namespace {

std::optional<std::string> some(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

}  // namespace

Campaign view(Ctx& ctx, const CampaignRecord& r) {
  auto counts = counts_of(ctx, {r})[r.campaign_id];
  return {r.campaign_id,
          r.name,
          r.state,
          r.subject,
          r.scheduled_at,
          r.started_at,
          r.finished_at,
          some(r.error),
          counts,
          r.updated_at,
          r.from_name,
          r.from_email,
          some(r.reply_to),
          some(r.preheader),
          json::parse(r.document.text),
          audience_of(r),
          r.purpose_id,
          r.provider_id,
          r.time_mode,
          r.track_opens,
          r.track_clicks,
          r.channel,
          some(r.text),
          some(r.service_reason),
          r.version};
}

Result<CampaignRecord> find_campaign(Ctx& ctx, const Uuid& id, bool lock) {
  auto record = ctx.tx().maybe<CampaignRecord>(lock ? kCampaignLock : kCampaignOne, id);
  if (!record) return campaign_gone();
  return std::move(*record);
}

namespace {

Result<void> apply(CampaignRecord& r, const CampaignInput& in) {
  auto patch_text = [](const auto& from, std::string& to) {
    if (from.present) to = from.value ? from.value->value : "";
  };
  if (in.name) r.name = in.name->value;
  if (in.subject) r.subject = in.subject->value;
  if (in.from_name) r.from_name = in.from_name->value;
  patch_text(in.preheader, r.preheader);
  patch_text(in.from_email, r.from_email);
  patch_text(in.reply_to, r.reply_to);
  for (auto [field, value] : {std::pair("/from_email", &r.from_email), {"/reply_to", &r.reply_to}})
    if (!value->empty() && !web::Email::parse(*value))
      return bad_input(field, "is not an e-mail address. Write it like name@example.org.");
  if (in.document) {
    if (!in.document->is_object()) return bad_input("/document", "must be an object with blocks.");
    auto text = json::serialize(*in.document);
    if (text.size() > 1 << 20) return bad_input("/document", "is larger than 1 MB.");
    r.document.text = std::move(text);
  }
  if (in.audience) r.audience.text = json::serialize(web::write(*in.audience));
  if (in.purpose_id.present) r.purpose_id = in.purpose_id.value;
  patch_text(in.service_reason, r.service_reason);
  if (r.purpose_id && !r.service_reason.empty())
    return bad_input("/service_reason",
                     "is for a message without a purpose. Leave one of the two out.");
  if (in.provider_id.present) r.provider_id = in.provider_id.value;
  if (in.time_mode) r.time_mode = *in.time_mode;
  if (in.track_opens) r.track_opens = *in.track_opens;
  if (in.track_clicks) r.track_clicks = *in.track_clicks;
  if (in.text) r.text = in.text->value;
  return {};
}

void insert(Ctx& ctx, const CampaignRecord& r) {
  ctx.tx().later(kCampaignInsert, r.campaign_id, r.name, r.subject, r.preheader, r.from_name,
                 r.from_email, r.reply_to, r.document, r.audience, r.purpose_id, r.provider_id,
                 r.time_mode, r.track_opens, r.track_clicks, ctx.actor.id, now(), r.channel, r.text,
                 r.service_reason);
  record(ctx, AuditEntry{"campaign.create", "campaign", r.campaign_id});
}

}  // namespace

Result<web::Page<CampaignRow>> list_campaigns(Ctx& ctx, const web::Query<CampaignsQuery>& query) {
  VARDE_TRY(auto before, web::read_before(query->cursor));
  auto limit = web::page_limit(query->limit);
  auto records =
      ctx.tx().all<CampaignRecord>(kCampaignAll, before, limit + 1, query->state, query->q);
  web::Page<CampaignRow> page;
  page.next = web::cut_page(records, limit, &CampaignRecord::campaign_id);
  page.items = rows_of(ctx, records);
  return page;
}

Result<web::Created<Campaign>> create_campaign(Ctx& ctx, const web::Body<CampaignInput>& in) {
  CampaignRecord r;
  r.campaign_id = Uuid::make();
  r.name = "Untitled campaign";
  r.document.text = r.audience.text = "{}";
  r.channel = in->channel.value_or(messaging::Channel::mail);
  VARDE_CHECK(apply(r, in.value));
  insert(ctx, r);
  VARDE_TRY(r, find_campaign(ctx, r.campaign_id));
  return web::Created<Campaign>{view(ctx, r), "/api/v1/campaigns/" + r.campaign_id.str()};
}

Result<Campaign> get_campaign(Ctx& ctx, const web::Path<web::IdPath>& path) {
  VARDE_TRY(auto r, find_campaign(ctx, path->id));
  return view(ctx, r);
}

Result<Campaign> update_campaign(Ctx& ctx, const web::Path<web::IdPath>& path,
                                 const web::IfMatch& match, const web::Body<CampaignInput>& in) {
  VARDE_TRY(auto r, find_campaign(ctx, path->id, true));
  if (r.version != match.or_current(r.version)) return web::changed_meanwhile("this campaign");
  if (r.state != CampaignState::draft && r.state != CampaignState::scheduled)
    return conflict("This campaign has started and cannot be changed. Copy it instead.",
                    "campaign-started");
  VARDE_CHECK(apply(r, in.value));
  ctx.tx().later(kCampaignUpdate, r.campaign_id, r.name, r.subject, r.preheader, r.from_name,
                 r.from_email, r.reply_to, r.document, r.audience, r.purpose_id, r.provider_id,
                 r.time_mode, r.track_opens, r.track_clicks, now(), r.text, r.service_reason);
  record(ctx, AuditEntry{"campaign.update", "campaign", r.campaign_id});
  VARDE_TRY(r, find_campaign(ctx, path->id));
  return view(ctx, r);
}

Result<Done> delete_campaign(Ctx& ctx, const web::Path<web::IdPath>& path) {
  VARDE_TRY(auto r, find_campaign(ctx, path->id, true));
  if (r.state != CampaignState::draft)
    return conflict("Only drafts can be removed: what was sent must stay provable.",
                    "campaign-started");
  ctx.tx().later(kCampaignDelete, path->id);
  record(ctx, AuditEntry{"campaign.delete", "campaign", path->id});
  return Done{};
}

Result<web::Created<Campaign>> copy_campaign(Ctx& ctx, const web::Path<web::IdPath>& path) {
  VARDE_TRY(auto r, find_campaign(ctx, path->id));
  r.campaign_id = Uuid::make();
  r.name = std::string(utf8_prefix(r.name + " (copy)", 120));
  insert(ctx, r);
  VARDE_TRY(r, find_campaign(ctx, r.campaign_id));
  return web::Created<Campaign>{view(ctx, r), "/api/v1/campaigns/" + r.campaign_id.str()};
}

Result<Progress> get_campaign_progress(Ctx& ctx, const web::Path<web::IdPath>& path) {
  VARDE_TRY(auto r, find_campaign(ctx, path->id));
  Progress out;
  out.state = r.state;
  out.counts = counts_of(ctx, {r})[r.campaign_id];
  auto done = out.counts.sent + out.counts.failed + out.counts.deferred;
  if (r.started_at && done > 0) {
    auto seconds =
        std::chrono::duration<double>(r.finished_at.value_or(now()) - *r.started_at).count();
    out.rate_per_second = static_cast<double>(done) / std::max(seconds, 0.001);
    if (r.state == CampaignState::sending)
      out.eta_seconds =
          static_cast<std::int64_t>(static_cast<double>(out.counts.queued) / out.rate_per_second);
  }
  return out;
}

}  // namespace varde::outreach
