#include "staffing/setting/setting.hpp"

#include "people/person/person.hpp"
#include "staffing/setting/store_sql.hpp"
#include "trust/audit.hpp"
#include "trust/tenant/tenant.hpp"
#include "web/resource.hpp"

namespace varde::staffing {

using trust::Ctx;
using trust::Right;
namespace json = boost::json;

namespace {

struct SettingsRecord {
  db::Json rules, ranking, asking;
  std::int64_t version = 1;
};
BOOST_DESCRIBE_STRUCT(SettingsRecord, (), (rules, ranking, asking, version))
struct SettingsInput {
  std::optional<fit::RuleSettings> rules;
  std::optional<fit::RankSettings> ranking;
  std::optional<AskingSettings> asking;
};
BOOST_DESCRIBE_STRUCT(SettingsInput, (), (rules, ranking, asking))
/// What one can go back to.
struct StaffingDefaults {
  fit::RuleSettings norwegian = fit::norwegian_rules(), swedish = fit::swedish_rules();
  fit::RankSettings ranking;
  AskingSettings asking;
};
BOOST_DESCRIBE_STRUCT(StaffingDefaults, (), (norwegian, swedish, ranking, asking))

template <class T>
void read_into(const db::Json& text, T& out) {
  if (auto read = web::read<T>(json::parse(text.text))) out = *read;
}
template <class T>
db::Json json_of(const T& value) {
  return {json::serialize(web::write(value))};
}

// Pointers of a part, under the part's name.
void complain(const Result<void>& checked, const std::string& part, web::Errors& errors) {
  if (checked) return;
  for (auto field : checked.error().fields) {
    field.pointer = part + field.pointer;
    errors.push_back(std::move(field));
  }
}

}  // namespace

StaffingSettings staffing_settings(Ctx& ctx) {
  StaffingSettings out;
  auto record = ctx.tx().maybe<SettingsRecord>(store::kStaffingSettings);
  if (!record) {
    auto sweden = people::region_of(trust::tenant_settings(ctx).time_zone) == "SE";
    out.rules = sweden ? fit::swedish_rules() : fit::norwegian_rules();
  } else {
    read_into(record->rules, out.rules);
    read_into(record->ranking, out.ranking);
    read_into(record->asking, out.asking);
    out.version = record->version;
  }
  return out;
}

namespace {

Result<StaffingSettings> get_staffing_settings(Ctx& ctx) { return staffing_settings(ctx); }

Result<StaffingDefaults> get_staffing_defaults(Ctx&) { return StaffingDefaults{}; }

Result<StaffingSettings> update_staffing_settings(Ctx& ctx, const web::IfMatch& match,
                                                  const web::Body<SettingsInput>& in) {
  auto settings = staffing_settings(ctx);
  if (in->rules) settings.rules = *in->rules;
  if (in->ranking) settings.ranking = *in->ranking;
  if (in->asking) settings.asking = *in->asking;
  web::Errors errors;
  complain(fit::validate(settings.rules), "/rules", errors);
  complain(fit::validate(settings.ranking), "/ranking", errors);
  auto within = [&](const char* name, int value, int least, int most) {
    if (value < least || value > most)
      errors.push_back(
          {std::string("/asking/") + name, fmt::format("must be from {} to {}.", least, most)});
  };
  within("max_per_day", settings.asking.max_per_day, 1, 50);
  within("cancel_hours", settings.asking.cancel_hours, 0, 720);
  within("reminder_hours", settings.asking.reminder_hours, 0, 168);
  if (!errors.empty()) return web::wrong_fields(std::move(errors));
  auto version = match.or_current(settings.version);
  auto done = settings.version == 0 && version == 0
                  ? ctx.tx().query(store::kStaffingInsertSettings, json_of(settings.rules),
                                   json_of(settings.ranking), json_of(settings.asking), now())
                  : ctx.tx().query(store::kStaffingUpdateSettings, version, json_of(settings.rules),
                                   json_of(settings.ranking), json_of(settings.asking), now());
  if (done.affected() == 0) return web::changed_meanwhile("the rules");
  trust::record(ctx, trust::AuditEntry{"staffing.settings", "tenant", ctx.tenant});
  return staffing_settings(ctx);
}

}  // namespace

void add_setting_routes(trust::Api& api) {
  api.add({"GET", "/api/v1/staffing/settings", "getStaffingSettings",
           "Rules of rest and hours, ranking, and how people are asked",
           static_cast<int>(Right::shifts_read)},
          get_staffing_settings);
  api.add({"GET", "/api/v1/staffing/defaults", "getStaffingDefaults",
           "The rules of Norway and Sweden without any agreement, the usual ranking and asking",
           static_cast<int>(Right::shifts_read)},
          get_staffing_defaults);
  api.add({"PATCH", "/api/v1/staffing/settings", "updateStaffingSettings",
           "Changes them; a part that is given replaces the whole part",
           static_cast<int>(Right::settings_manage)},
          update_staffing_settings);
}

}  // namespace varde::staffing
