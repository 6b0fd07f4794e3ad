#include "outreach/outreach.hpp"

#include "outreach/bounce/bounce.hpp"
#include "outreach/campaign/campaign.hpp"
#include "outreach/channel/channel.hpp"
#include "outreach/composer/composer.hpp"
#include "outreach/delivery/delivery.hpp"
#include "outreach/form/form.hpp"
#include "outreach/journey/journey.hpp"
#include "outreach/sms/sms.hpp"
#include "outreach/tracking/tracking.hpp"

namespace varde::outreach {

void add_report_routes(trust::Api& api);             // campaign/report.cpp
void add_delivery_subject_hooks(trust::Base& base);  // delivery/subject.cpp

trust::Module make_module(trust::Base& base, const Environment& environment) {
  trust::Module module;
  module.name = "outreach";
  module.hears = trust::Right::campaigns_read;
  for (auto& tables : {channel_tables(), composer_tables(), campaign_tables(), delivery_tables(),
                       account_mail_tables(), form_tables(), journey_tables(), sms_tables()})
    trust::add_tables(base, tables);
  add_channel_hooks(base);
  add_campaign_hooks(base);
  add_composer_hooks(base);
  add_tracking_hooks(base);
  add_delivery_hooks(base);
  add_outbox_hooks(base);
  add_mailbox_hooks(base);
  add_delivery_subject_hooks(base);
  add_form_hooks(base);
  add_journey_hooks(base);
  add_sms_hooks(base);
  module.routes = [environment](trust::Api& api) {
    add_channel_routes(api);
    add_domain_routes(api, environment.bounce_domain);
    add_mailbox_routes(api);
    add_campaign_routes(api, environment);
    add_report_routes(api);
    add_composer_routes(api, environment);
    add_campaign_people_routes(api);
    add_form_routes(api);
    add_journey_routes(api);
    add_sms_routes(api);
    add_test_address_routes(api);
  };
  module.pages = [&base](web::Router& router) {
    add_tracking_pages(base, router);
    add_composer_pages(base, router);
    add_form_pages(base, router);
    add_sms_pages(base, router);
    add_test_address_pages(base, router);
  };
  module.jobs = [&base, environment](jobs::Workers& workers) {
    add_delivery_jobs(base, environment, workers);
    add_account_mail_jobs(base, environment.account_mail, workers);
    add_campaign_jobs(base, environment, workers);
    start_receiver(base, environment);
    add_journey_jobs(base, workers);
    add_sms_jobs(base, environment, workers);
  };
  module.attention = [nobody_carries_mail =
                          environment.account_mail.host.empty()](trust::Ctx& ctx) {
    auto out = campaigns_attention(ctx);
    for (auto& item : journeys_attention(ctx)) out.push_back(std::move(item));
    if (nobody_carries_mail && trust::may(ctx.role, trust::Right::users_manage))
      out.push_back(
          {"account_mail",
           "Invitations and new passwords reach nobody yet: whoever runs Varde has set no "
           "mail server for them, and reads them with `varde mail`.",
           "/users", 0});
    return out;
  };
  module.setup = [](trust::Ctx& ctx) {
    auto facts = channel_facts(ctx);
    return std::vector<trust::SetupStep>{
        {"sending_domain", facts.domain, "Verify a sending domain"},
        {"provider", facts.provider, "Set a provider for outgoing mail"},
        {"test_send", any_sent(ctx), "Send a test message"}};
  };
  module.moving = [](trust::Ctx& ctx, Timestamp since) {
    auto out = moving_campaigns(ctx, since);
    for (auto more :
         {captured_since(ctx, since), sms_captured_since(ctx, since), moving_journeys(ctx, since)})
      out.insert(out.end(), more.begin(), more.end());
    return out;
  };
  return module;
}

}  // namespace varde::outreach
