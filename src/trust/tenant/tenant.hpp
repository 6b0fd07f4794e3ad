// Tenants: the organisations whose data this is.
#pragma once

#include <string>

#include "trust/ctx.hpp"

namespace varde::trust {

/// Of a contract's course (privacy/contract): what is kept when it has ended is kept, not used.
enum class TenantState { active = 1, storage_only = 2, ended = 3 };

struct NewTenant {
  std::string name, slug;
  bool demo = false;
  std::string time_zone = "Europe/Oslo", postal_address;
};
/// Makes the tenant's keys, then its row. Errors: conflict when the slug is taken.
Result<Uuid> create_tenant(Base& base, const NewTenant& tenant);
std::optional<Uuid> find_tenant(Base& base, std::string_view slug);
/// All of them, whatever their state, in the order in which they were made: for work that is done
/// for each in turn.
std::vector<Uuid> every_tenant(Base& base);

/// What other modules need to know of their tenant; one row.
struct TenantSettings {
  std::string name, slug, colour, time_zone, locale, postal_address;
  bool open_tracking = true, click_tracking = true, demo = false;
  std::vector<std::int64_t> totp_roles;
  std::int64_t version = 1;
  /// When nobody is disturbed, as minutes of the day; the same twice: never.
  int quiet_from = 21 * 60, quiet_to = 8 * 60;
  bool ended = false;  ///< Its contract has ended: public pages say so, and do nothing else.
};
BOOST_DESCRIBE_STRUCT(TenantSettings, (),
                      (name, slug, colour, time_zone, locale, postal_address, open_tracking,
                       click_tracking, demo, totp_roles, version, quiet_from, quiet_to, ended))
TenantSettings tenant_settings(Ctx& ctx);

/// The day it is for the tenant; nullopt: it was removed meanwhile.
std::optional<Date> tenant_today(Ctx& ctx);

/// How many users belong to the tenant.
std::int64_t count_members(Ctx& ctx);

/// The accounts of the tenant that have a right, without those that are suspended.
std::vector<Uuid> holders_of(Ctx& ctx, Right right);

void add_tenant_routes(Api& api);

}  // namespace varde::trust
