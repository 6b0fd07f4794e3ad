#include "staffing/register/register.hpp"

#include "staffing/register/restore_sql.hpp"

namespace varde::staffing {

using namespace trust::declare;

std::vector<trust::Table> register_tables() {
  std::vector<trust::Table> out{
      settings("workplace",
               {"tenant_id", "workplace_id", "name", "address", "time_zone", "latitude",
                "longitude", "required_documents", "code", "version", "created_at"},
               goes_back()),
      settings("skill", {"tenant_id", "skill_id", "name", "created_at"}, goes_back()),
      settings("pool", {"tenant_id", "pool_id", "name", "created_at"}, goes_back()),
      {.name = "substitute",
       .holds = "Who is a substitute",
       .columns = {nothing_personal({"tenant_id", "version"}), pseudonyms({"person_id"}),
                   behaviour({"last_asked_at", "offer_number", "created_at"}),
                   readable({"percent", "latitude", "longitude"})},
       .erased = deletes_by("person_id"),
       .kept = until_person_goes(),
       .shown = under({"substitute"}),
       .at_end = taken_along(),
       .restored =
           goes_back().merge([](trust::Restoring& r) { r.run(store::kRestoreKeepOfferNumbers); })},
      {.name = "pool_member",
       .holds = "Pools of a substitute",
       .columns = {nothing_personal({"tenant_id"}), pseudonyms({"person_id"}),
                   readable({"pool_id"})},
       .erased = follows("substitute"),
       .kept = until_person_goes(),
       .shown = under({"pools"}),
       .at_end = taken_along(),
       .restored = goes_back()},
      {.name = "substitute_skill",
       .holds = "Skills of a substitute",
       .columns = {nothing_personal({"tenant_id"}), pseudonyms({"person_id"}),
                   readable({"skill_id", "level", "expires_on"})},
       .erased = follows("substitute"),
       .kept = until_person_goes(),
       .shown = under({"skills"}),
       .at_end = taken_along(),
       .restored = goes_back()},
      {.name = "workplace_choice",
       .holds = "Where a substitute is wanted or not",
       .columns = {nothing_personal({"tenant_id"}), pseudonyms({"person_id"}),
                   readable({"workplace_id", "kind"})},
       .erased = follows("substitute"),
       .kept = until_person_goes(),
       .shown = under({"workplaces"}),
       .at_end = taken_along(),
       .restored = goes_back()},
      {.name = "availability",
       .holds = "When a substitute can work",
       .columns = {nothing_personal({"tenant_id", "availability_id"}), pseudonyms({"person_id"}),
                   behaviour({"kind", "from_date", "until_date", "weekdays", "from_minute",
                              "until_minute", "created_at"})},
       .erased = follows("substitute"),
       .kept = until_person_goes(),
       .shown = under({"availability"}),
       .at_end = taken_along(),
       .restored = goes_back()},
  };
  return out;
}

}  // namespace varde::staffing
