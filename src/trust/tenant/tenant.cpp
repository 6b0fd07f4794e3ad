#include "trust/tenant/tenant.hpp"

#include "trust/audit.hpp"
#include "trust/identity/identity.hpp"
#include "trust/tenant/store_sql.hpp"
#include "web/resource.hpp"

namespace varde::trust {
namespace {

struct SettingsView {
  std::string name, slug, colour, time_zone, locale, postal_address;
  bool open_tracking = true, click_tracking = true, demo = false;
  std::vector<Role> require_totp_roles;
  std::string quiet_from, quiet_to;  ///< "21:00": no SMS leave from then to then.
  std::int64_t version = 1;
};
BOOST_DESCRIBE_STRUCT(SettingsView, (),
                      (name, slug, colour, time_zone, locale, postal_address, open_tracking,
                       click_tracking, demo, require_totp_roles, quiet_from, quiet_to, version))
struct SettingsUpdate {
  std::optional<web::Text<120, 1>> name;
  std::optional<web::Colour> colour;
  std::optional<web::TimeZone> time_zone;
  std::optional<web::Language> locale;
  std::optional<web::Text<300>> postal_address;
  std::optional<bool> open_tracking, click_tracking;
  std::optional<std::vector<Role>> require_totp_roles;
  std::optional<web::Text<5>> quiet_from, quiet_to;
};
BOOST_DESCRIBE_STRUCT(SettingsUpdate, (),
                      (name, colour, time_zone, locale, postal_address, open_tracking,
                       click_tracking, require_totp_roles, quiet_from, quiet_to))

std::string clock_of(int minutes) { return fmt::format("{:02}:{:02}", minutes / 60, minutes % 60); }

// "21:00" as minutes of the day; nullopt when it is no time of a day.
std::optional<int> minutes_of(const std::string& text) {
  auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9' ? text[i] - '0' : 99; };
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  int hour = digit(0) * 10 + digit(1), minute = digit(3) * 10 + digit(4);
  return hour < 24 && minute < 60 ? std::optional(hour * 60 + minute) : std::nullopt;
}

SettingsView view(const TenantSettings& s) {
  SettingsView out{s.name,
                   s.slug,
                   s.colour,
                   s.time_zone,
                   s.locale,
                   s.postal_address,
                   s.open_tracking,
                   s.click_tracking,
                   s.demo,
                   {},
                   clock_of(s.quiet_from),
                   clock_of(s.quiet_to),
                   s.version};
  for (auto role : s.totp_roles) out.require_totp_roles.push_back(static_cast<Role>(role));
  return out;
}

}  // namespace

Result<Uuid> create_tenant(Base& base, const NewTenant& tenant) {
  auto id = Uuid::make();
  base.keys.create_tenant(id);
  auto tx = base.database.system();
  try {
    tx.query(store::kTenantInsert, id, tenant.name, tenant.slug, tenant.demo, tenant.time_zone,
             tenant.postal_address, now());
    tx.commit();
  } catch (const db::SqlError& e) {
    if (!e.is_unique_violation()) throw;
    return conflict("An organisation with this short name exists already.", "tenant-exists");
  }
  return id;
}

std::optional<Uuid> find_tenant(Base& base, std::string_view slug) {
  auto tx = base.database.system();
  return tx.maybe<Uuid>(store::kTenantFind, slug);
}

std::vector<Uuid> every_tenant(Base& base) {
  auto tx = base.database.system();
  return tx.all<Uuid>(store::kTenantEvery);
}

TenantSettings tenant_settings(Ctx& ctx) {
  return ctx.tx().one<TenantSettings>(store::kTenantSettings);
}

std::optional<Date> tenant_today(Ctx& ctx) {
  auto zone = ctx.tx().maybe<std::string>(store::kTenantZone);
  if (!zone) return std::nullopt;
  return Date(std::chrono::floor<std::chrono::days>(to_local(now(), *zone)));
}

std::int64_t count_members(Ctx& ctx) { return ctx.tx().one<std::int64_t>(store::kTenantMembers); }

std::vector<Uuid> holders_of(Ctx& ctx, Right right) {
  std::vector<std::int64_t> roles;
  for (auto role : {Role::administrator, Role::editor, Role::viewer, Role::requester,
                    Role::privacy_officer, Role::auditor})
    if (may(role, right)) roles.push_back(static_cast<std::int64_t>(role));
  return ctx.tx().all<Uuid>(store::kTenantHolders, roles);
}

namespace {
// "administrator, editor"
std::string words_of_roles(const std::vector<std::int64_t>& roles) {
  std::string out;
  for (auto role : roles)
    out += (out.empty() ? "" : ", ") + web::enum_word(static_cast<Role>(role));
  return out;
}

Result<SettingsView> get_settings(Ctx& ctx) { return view(tenant_settings(ctx)); }

Result<SettingsView> update_settings(Ctx& ctx, const web::IfMatch& match,
                                     const web::Body<SettingsUpdate>& in) {
  auto before = tenant_settings(ctx);
  auto after = before;
  std::vector<FieldChange> changes;
  auto apply = [&](const char* name, auto& field, const auto& value) {
    if (!value) return;
    if (field != value->value) changes.push_back({name, field, value->value});
    field = value->value;
  };
  auto apply_flag = [&](const char* name, bool& field, const std::optional<bool>& value) {
    if (!value) return;
    if (field != *value)
      changes.push_back({name, field ? "true" : "false", *value ? "true" : "false"});
    field = *value;
  };
  apply("name", after.name, in->name);
  apply("colour", after.colour, in->colour);
  apply("time_zone", after.time_zone, in->time_zone);
  apply("locale", after.locale, in->locale);
  apply("postal_address", after.postal_address, in->postal_address);
  apply_flag("open_tracking", after.open_tracking, in->open_tracking);
  apply_flag("click_tracking", after.click_tracking, in->click_tracking);
  if (in->require_totp_roles) {
    after.totp_roles = {
        static_cast<std::int64_t>(Role::administrator)};  // compulsory for administrators
    for (auto role : *in->require_totp_roles)
      if (role != Role::administrator) after.totp_roles.push_back(static_cast<std::int64_t>(role));
    if (after.totp_roles != before.totp_roles) {
      VARDE_CHECK(demand_fresh(ctx));
      changes.push_back({"require_totp_roles", words_of_roles(before.totp_roles),
                         words_of_roles(after.totp_roles)});
    }
  }
  for (auto [name, given, field] : {std::tuple{"quiet_from", &in->quiet_from, &after.quiet_from},
                                    std::tuple{"quiet_to", &in->quiet_to, &after.quiet_to}}) {
    if (!*given) continue;
    auto minutes = minutes_of((*given)->value);
    if (!minutes) return bad_input(std::string("/") + name, "must be a time of day, like 21:00.");
    if (*field != *minutes) changes.push_back({name, clock_of(*field), (*given)->value});
    *field = *minutes;
  }
  auto updated = ctx.tx().query(store::kTenantUpdate, match.or_current(before.version), after.name,
                                after.colour, after.time_zone, after.locale, after.postal_address,
                                after.open_tracking, after.click_tracking, after.totp_roles,
                                after.quiet_from, after.quiet_to);
  if (updated.affected() == 0) return web::changed_meanwhile("the settings");
  record(ctx, AuditEntry{"settings.update", "tenant", ctx.tenant, std::nullopt, changes});
  after.version = match.or_current(before.version) + 1;
  return view(after);
}

}  // namespace

void add_tenant_routes(Api& api) {
  api.add({"GET", "/api/v1/settings", "getSettings", "The organisation's settings",
           static_cast<int>(Right::user)},
          get_settings);
  api.add({"PATCH", "/api/v1/settings", "updateSettings", "Changes the organisation's settings",
           static_cast<int>(Right::settings_manage)},
          update_settings);
}

}  // namespace varde::trust
