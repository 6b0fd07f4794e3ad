// In which order people are asked.
//
// First come those who can be asked, then those who are not asked because nothing is known of when
// they can work (when the organisation wants it so), then those whom a rule blocks. Those who can
// be asked stand in groups: who said that they can, who said "ask me anyway", who said nothing, and
// (where the rules about pauses and unavailability do not block) who said that they cannot. A group
// is never crossed by points.
//
// Within a group points decide. Each is a share of 1 (a thousandth is the smallest step, so that
// the order is the same on every machine) times its weight:
//
//   favourite      1 for favourites of the workplace
//   skills         the share of the preferred skills that the person has
//   asked          1 for who was not asked lately, falling to 0 at `asked_cap` times
//   hours          1 for who did not work lately, falling to 0 at `hours_cap_minutes`
//   distance       1 next door, falling to 0 at `distance_cap_kilometres`; ½ when it is not known
//   warnings       minus 1 for each warning of the rules, at most 3
//
// The shares are absolute, not relative to the others: whether A stands before B does not depend on
// who else is in the pool. Equal points go to whoever was asked longest ago (never counts as
// longest), then by a hash of the shift's and the person's ids: fixed for one shift, so that asking
// again gives the same order, and another for the next, so that nobody is always first.
#pragma once

#include <boost/describe.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "staffing/fit/rules.hpp"

namespace varde::staffing::fit {

/// Weights are 0 to 1000.
struct RankWeights {
  int favourite = 40, skills = 25, asked = 20, hours = 15, distance = 10, warnings = 15;
};
BOOST_DESCRIBE_STRUCT(RankWeights, (), (favourite, skills, asked, hours, distance, warnings))

struct RankSettings {
  bool ask_unknown = true;  ///< Whether people are asked who said nothing about the time.
  RankWeights weights;
  int lately_days = 28;  ///< How far back the caller counts Candidate::*_lately.
  int asked_cap = 10;
  int hours_cap_minutes = 160 * 60;
  int distance_cap_kilometres = 50;
};
BOOST_DESCRIBE_STRUCT(RankSettings, (),
                      (ask_unknown, weights, lately_days, asked_cap, hours_cap_minutes,
                       distance_cap_kilometres))
/// Errors: bad_input with a pointer to each number that is out of range.
Result<void> validate(const RankSettings& settings);

enum class Standing { askable, not_asked, blocked };
BOOST_DESCRIBE_ENUM(Standing, askable, not_asked, blocked)

/// Points by what they are for, in thousandths times weight.
struct Points {
  int favourite = 0, skills = 0, asked = 0, hours = 0, distance = 0, warnings = 0;
  int total() const { return favourite + skills + asked + hours + distance + warnings; }
};

struct Ranked {
  Uuid id;
  std::size_t index = 0;  ///< Into the candidates that were given.
  Standing standing = Standing::askable;
  Answer answer = Answer::unknown;
  Points points;  ///< All 0 for who is blocked.
  /// What the points came from, for the sentence.
  bool favourite = false;
  int preferred_skills = 0, preferred_skills_of = 0;
  int asked_lately = 0, worked_lately_minutes = 0, lately_days = 0;
  std::optional<double> kilometres;  ///< From home to the workplace, a straight line.
  std::vector<Finding> findings;     ///< All that check() found, blocking or not.
};

/// Everybody who was given, best first; the order of `candidates` plays no part. Preconditions: the
/// three validate() hold, ids are unique, and each candidate has what load_window() names.
std::vector<Ranked> rank(const Shift& shift, std::span<const Candidate> candidates,
                         const RuleSettings& rules, const RankSettings& settings);

/// Why somebody stands where they stand, for the scheduler: "Said they can work. Favourite of the
/// workplace; 2 of 3 preferred skills; asked twice and 14 h booked in 28 days; 3 km away." `zone`
/// is the shift's; `language` as in rules.hpp.
std::string explain(const Ranked& ranked, std::string_view zone, std::string_view language);

}  // namespace varde::staffing::fit
