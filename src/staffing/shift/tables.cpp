#include "staffing/shift/shift.hpp"

#include "staffing/shift/restore_sql.hpp"

namespace varde::staffing {

using namespace trust::declare;

std::vector<trust::Table> shift_tables() {
  std::vector<trust::Table> out{
      settings("shift", {"tenant_id",     "shift_id",   "workplace_id", "starts_at",   "ends_at",
                         "break_minutes", "places",     "taken",        "state",       "skills",
                         "note",          "strategy",   "pool_ids",     "answer_by",   "step",
                         "next_at",       "series_id",  "requested_by", "approved_by", "version",
                         "created_at",    "updated_at", "published_at"},
               goes_back().with_jobs({"staffing."}).merge([](trust::Restoring& r) {
                 r.held("shifts that are drafts again", r.run(store::kRestoreDraftShifts));
               })),
  };
  return out;
}

}  // namespace varde::staffing
