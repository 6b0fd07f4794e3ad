// How an organisation works: its rules of rest and hours, how it ranks, and how it asks.
#pragma once

#include <boost/describe.hpp>

#include "staffing/fit/rank.hpp"
#include "trust/ctx.hpp"
#include "trust/module.hpp"

namespace varde::staffing {

struct AskingSettings {
  int max_per_day = 3;                  ///< Questions to one person.
  bool several_open_questions = false;  ///< For shifts that overlap.
  int cancel_hours = 24;                ///< Before the shift, for the person; later: by phone.
  int reminder_hours = 24;              ///< Before the shift; 0: none.
};
BOOST_DESCRIBE_STRUCT(AskingSettings, (),
                      (max_per_day, several_open_questions, cancel_hours, reminder_hours))

struct StaffingSettings {
  fit::RuleSettings rules;
  fit::RankSettings ranking;
  AskingSettings asking;
  std::int64_t version = 0;  ///< 0: nothing was ever changed; these are the country's.
};
BOOST_DESCRIBE_STRUCT(StaffingSettings, (), (rules, ranking, asking, version))

/// The tenant's, or those of the country of its time zone.
StaffingSettings staffing_settings(trust::Ctx& ctx);

void add_setting_routes(trust::Api& api);
std::vector<trust::Table> setting_tables();

}  // namespace varde::staffing
