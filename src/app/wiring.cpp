// The list of modules: adding a capability is adding a folder and a line.
#include "app/program.hpp"
#include "base/text.hpp"
#include "operate/operate.hpp"
#include "operate/witness/witness.hpp"
#include "outreach/outreach.hpp"
#include "people/people.hpp"
#include "privacy/erasure/erasure.hpp"
#include "privacy/privacy.hpp"
#include "staffing/staffing.hpp"

namespace varde::app {

std::vector<trust::Module> make_modules(Program& program) {
  std::vector<trust::Module> out;
  trust::add_tables(*program.base, trust::trust_tables());
  out.push_back(people::make_module(*program.base));
  messaging::Environment environment{
      .bounce_domain = program.settings.bounce_domain,
      .bounce_address = program.settings.bounce_address,
      .bounce_port = program.settings.bounce_port,
      .complaint_loops = program.settings.complaint_loops,
      .alone = program.settings.embedded,
      .loop = program.work_loops.empty() ? nullptr : program.work_loops[0].get(),
      .on_stop = &program.on_stop,
      .account_mail = program.settings.account_mail};
  out.push_back(messaging::make_module(*program.base, environment));
  out.push_back(outreach::make_module(*program.base, environment));
  out.push_back(staffing::make_module(*program.base));
  out.push_back(privacy::make_module(*program.base));
  out.push_back(operate::make_module(*program.base, environment_of(program)));
  return out;
}

operate::Environment environment_of(const Program& program) {
  const auto& settings = program.settings;
  bool backups = settings.embedded && settings.backup.enabled;
  return {
      .backups = backups ? std::make_shared<const operate::Installation>(installation_of(settings))
                         : nullptr,
      .more_arguments = settings.config.empty()
                            ? std::vector<std::string>{}
                            : std::vector<std::string>{"--config", settings.config},
      .posture = posture_of(settings),
      .witness_url = settings.witness_url,
  };
}

operate::Posture posture_of(const Settings& settings) {
  return {.embedded = settings.embedded,
          .tls = settings.tls,
          .root_key_outside = !settings.root_key_command.empty(),
          .witness = !settings.witness.empty(),
          .ledger_elsewhere = !settings.ledger.empty(),
          .private_webhooks = !settings.allowed_networks.empty(),
          .witness_address = hex(operate::witness_address(settings.witness_url)),
          .trusted_proxies = std::ssize(settings.trusted_proxies)};
}

void extend(trust::Base& base) {
  trust::add_tables(base, trust::trust_tables());
  people::make_module(base);
  messaging::make_module(base, {});
  outreach::make_module(base, {});
  staffing::make_module(base);
  privacy::make_module(base);
  trust::add_tables(base, operate::tables());
}

std::vector<operate::EraseAgain> make_erase_again() {
  return {[](trust::Base& base, Timestamp) {
    extend(base);  // each module has its part in erasing
    privacy::replay(base);
  }};
}

}  // namespace varde::app
