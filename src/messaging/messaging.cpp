#include "messaging/messaging.hpp"

#include "messaging/bounce/bounce.hpp"
#include "messaging/channel/channel.hpp"
#include "messaging/delivery/delivery.hpp"
#include "messaging/response/response.hpp"
#include "messaging/sms/sms.hpp"
#include "messaging/test_address/test_address.hpp"

namespace varde::messaging {

void add_delivery_subject_hooks(trust::Base& base);  // delivery/subject.cpp

trust::Module make_module(trust::Base& base, const Environment& environment) {
  trust::Module module;
  module.name = "messaging";
  module.hears = trust::Right::campaigns_read;
  for (auto& tables : {channel_tables(), delivery_tables(), response_tables(),
                       account_mail_tables(), sms_tables(), test_address_tables()})
    trust::add_tables(base, tables);
  add_channel_hooks(base);
  add_outbox_hooks(base);
  add_sender_hooks(base);
  add_mailbox_hooks(base);
  add_delivery_subject_hooks(base);
  add_response_hooks(base);
  add_sms_hooks(base);
  module.routes = [environment](trust::Api& api) {
    add_channel_routes(api);
    add_domain_routes(api, environment.bounce_domain);
    add_mailbox_routes(api);
    add_sms_routes(api);
    add_test_address_routes(api);
  };
  module.pages = [&base](web::Router& router) {
    add_sms_pages(base, router);
    add_test_address_pages(base, router);
  };
  module.jobs = [&base, environment](jobs::Workers& workers) {
    add_delivery_jobs(base, environment, workers);
    add_account_mail_jobs(base, environment.account_mail, workers);
    start_receiver(base, environment);
    add_sms_jobs(base, environment, workers);
  };
  module.attention = [nobody_carries_mail =
                          environment.account_mail.host.empty()](trust::Ctx& ctx) {
    std::vector<trust::Attention> out;
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
  module.live_updates = [](trust::Ctx& ctx, Timestamp since) {
    auto out = captured_since(ctx, since);
    auto sms = sms_captured_since(ctx, since);
    out.insert(out.end(), sms.begin(), sms.end());
    return out;
  };
  return module;
}

}  // namespace varde::messaging
