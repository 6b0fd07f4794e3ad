// `varde keys`: changing keys beside the running program.
#include <fmt/format.h>

#include <iostream>

#include "app/program.hpp"
#include "app/store_sql.hpp"
#include "trust/audit.hpp"
#include "trust/erasure.hpp"
#include "trust/tenant/tenant.hpp"

namespace varde::app {

namespace {

// In the trail, and so in the evidence.
void enter(trust::Base& base, const Uuid& tenant, const char* action) {
  trust::Ctx ctx(base, tenant, {});
  trust::record(ctx, trust::AuditEntry{action, "tenant", tenant});
  ctx.commit();
}

}  // namespace

void rotate_root(const Settings& settings) {
  with_running_program(settings, [](trust::Base& base) {
    base.keys.rotate_root();
    for (const auto& tenant : trust::every_tenant(base)) enter(base, tenant, "keys.rotate_root");
  });
  std::cout << "The root key was changed. Put the new one where you keep a copy of it, and destroy "
               "the copies of the old one when its backups have run out.\n";
}

void rotate_tenants(const Settings& settings, const std::string& slug) {
  with_running_program(settings, [&](trust::Base& base) {
    std::vector<Uuid> tenants;
    if (slug.empty()) {
      tenants = trust::every_tenant(base);
      tenants.push_back(trust::kAccounts);
    } else {
      auto tenant = trust::find_tenant(base, slug);
      if (!tenant) throw std::runtime_error("there is no organisation " + slug);
      tenants.push_back(*tenant);
    }
    std::size_t wrapped = 0;
    for (const auto& tenant : tenants) {
      wrapped += base.keys.rotate_tenant(tenant);
      if (tenant == trust::kAccounts) continue;
      enter(base, tenant, "keys.rotate");
    }
    std::cout << fmt::format("{} organisations have new keys; {} keys were wrapped anew.\n",
                             tenants.size(), wrapped);
  });
}

void clean_keystore(const Settings& settings) {
  with_running_program(settings, [](trust::Base& base) {
    if (!trust::clean_keystore(base, std::chrono::seconds(30)))
      throw std::runtime_error(
          "the keystore's tables were rewritten, but old WAL is still there: is it being archived? "
          "See the status of the backups, and run this again.");
  });
  std::cout << "Keys that were destroyed until now are in none of the keystore's files any more.\n";
}

}  // namespace varde::app
