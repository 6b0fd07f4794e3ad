#include "messaging/response/response.hpp"

#include "messaging/response/store_sql.hpp"
#include "trust/retention.hpp"

namespace varde::messaging {

using people::ActivityKind;
using trust::Ctx;

bool count_response(Ctx& ctx, const Uuid& source, ActivityKind kind, const Uuid& person,
                    std::uint32_t number, int flags) {
  if (person.is_nil() || !ctx.base.keys.key(ctx.tenant, person)) return false;
  return ctx.tx().one<int>(store::kResponseAdd, source, kind, number, flags, person, now()) == 1;
}

bool record_response(Ctx& ctx, const Uuid& source, ActivityKind kind, const Uuid& person,
                     std::uint32_t number, int flags) {
  if (!count_response(ctx, source, kind, person, number, flags)) return false;
  people::Activity activity;
  activity.person_id = person;
  activity.kind = kind;
  activity.ref_id = source;
  if (number != 0) activity.number = number;
  activity.flags = flags;
  people::record_activity(ctx, {activity});
  return true;
}

void record_responses(Ctx& ctx, const Uuid& source, ActivityKind kind,
                      const std::vector<Uuid>& persons) {
  std::vector<people::Activity> activities;
  for (const auto& [person, key] : ctx.base.keys.keys(ctx.tenant, persons, false)) {
    ctx.tx().later(store::kResponseAdd, source, kind, 0, 0, person, now());
    people::Activity activity;
    activity.person_id = person;
    activity.kind = kind;
    activity.ref_id = source;
    activities.push_back(std::move(activity));
  }
  if (!activities.empty()) people::record_activity(ctx, activities);
}

void add_response_hooks(trust::Base& base) {
  base.extensions.add(trust::aged_rows(
      "responses", "Opens and clicks",
      "Who opened a message or followed a link in it, and when. A campaign's numbers lose them.",
      store::kRetentionOldResponse, store::kRetentionDropResponse));
}

}  // namespace varde::messaging
