#include "staffing/fit/rank.hpp"

#include <algorithm>
#include <tuple>

#include "staffing/fit/prepared.hpp"

namespace varde::staffing::fit {
namespace {

/// A thousandth of what is left of `cap` when `used` is taken off it.
int left_of(double used, double cap) {
  if (cap <= 0) return 0;
  return static_cast<int>(1000 * std::clamp(1 - used / cap, 0.0, 1.0));
}

/// The finalizer of SplitMix64 (Steele, Lea, Flood 2014), by which every bit of the ids counts.
std::uint64_t mixed(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
  x = (x ^ x >> 27) * 0x94d049bb133111eb;
  return x ^ x >> 31;
}
std::uint64_t hash(const Uuid& shift, const Uuid& person) {
  std::uint64_t out = 0;
  for (const auto* id : {&shift, &person})
    for (std::size_t half = 0; half < 16; half += 8) {
      std::uint64_t part = 0;
      for (std::size_t i = 0; i < 8; ++i) part = part << 8 | id->bytes[half + i];
      out = mixed(out ^ part);
    }
  return out;
}

int preferred_skills_of(const PreparedShift& prepared, const Candidate& candidate) {
  return static_cast<int>(std::count_if(
      prepared.shift.preferred_skills.begin(), prepared.shift.preferred_skills.end(),
      [&](const RequiredSkill& wanted) {
        return std::any_of(
            candidate.skills.begin(), candidate.skills.end(), [&](const HeldSkill& held) {
              return held.skill == wanted.skill && held.level >= wanted.min_level &&
                     (!held.expires_on ||
                      std::chrono::local_days(*held.expires_on) >= prepared.last_day);
            });
      }));
}

Ranked placed(const PreparedShift& prepared, const Candidate& candidate, const RuleSettings& rules,
              const RankSettings& settings) {
  Ranked out;
  out.id = candidate.id;
  auto said = availability(candidate.statements, prepared.time, prepared.zone);
  out.answer = said.answer;
  out.findings = check(prepared, candidate, rules, said);
  out.standing = blocks(out.findings)                                     ? Standing::blocked
                 : out.answer == Answer::unknown && !settings.ask_unknown ? Standing::not_asked
                                                                          : Standing::askable;
  out.favourite = candidate.favourite;
  out.preferred_skills = preferred_skills_of(prepared, candidate);
  out.preferred_skills_of = static_cast<int>(prepared.shift.preferred_skills.size());
  out.asked_lately = candidate.asked_lately;
  out.worked_lately_minutes = candidate.worked_lately_minutes;
  out.lately_days = settings.lately_days;
  if (candidate.home && prepared.shift.place)
    out.kilometres = kilometres_between(*candidate.home, *prepared.shift.place);
  if (out.standing == Standing::blocked) return out;

  const auto& weights = settings.weights;
  auto& points = out.points;
  points.favourite = out.favourite ? 1000 * weights.favourite : 0;
  if (out.preferred_skills_of > 0)
    points.skills = 1000 * out.preferred_skills / out.preferred_skills_of * weights.skills;
  points.asked = left_of(out.asked_lately, settings.asked_cap) * weights.asked;
  points.hours = left_of(out.worked_lately_minutes, settings.hours_cap_minutes) * weights.hours;
  points.distance =
      (out.kilometres ? left_of(*out.kilometres, settings.distance_cap_kilometres) : 500) *
      weights.distance;
  // Whoever is not blocked has warnings only.
  points.warnings =
      -1000 * static_cast<int>(std::min<std::size_t>(out.findings.size(), 3)) * weights.warnings;
  return out;
}

/// What the order goes by; the smaller stands first.
struct Place {
  Standing standing;
  Answer answer;
  int minus_points;
  Timestamp last_asked;
  std::uint64_t hash;
  Uuid id;
  std::size_t at;

  auto key() const { return std::tie(standing, answer, minus_points, last_asked, hash, id); }
  bool operator<(const Place& other) const { return key() < other.key(); }
};

}  // namespace

std::vector<Ranked> rank(const Shift& shift, std::span<const Candidate> candidates,
                         const RuleSettings& rules, const RankSettings& settings) {
  PreparedShift prepared(shift);
  std::vector<Ranked> unordered;
  std::vector<Place> places;
  unordered.reserve(candidates.size());
  places.reserve(candidates.size());
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const auto& candidate = candidates[i];
    auto& ranked = unordered.emplace_back(placed(prepared, candidate, rules, settings));
    ranked.index = i;
    places.push_back({ranked.standing, ranked.answer, -ranked.points.total(),
                      candidate.last_asked_at.value_or(Timestamp::min()),
                      hash(shift.id, candidate.id), candidate.id, i});
  }
  std::sort(places.begin(), places.end());
  std::vector<Ranked> out;
  out.reserve(places.size());
  for (const auto& place : places) out.push_back(std::move(unordered[place.at]));
  return out;
}

Result<void> validate(const RankSettings& settings) {
  Error error{ErrorCode::bad_input, "Some numbers of the ranking cannot be.", {}, {}, 0};
  auto within = [&](const char* pointer, int value, int least, int most) {
    if (value < least || value > most)
      error.fields.push_back({pointer, fmt::format("must be from {} to {}.", least, most)});
  };
  within("/weights/favourite", settings.weights.favourite, 0, 1000);
  within("/weights/skills", settings.weights.skills, 0, 1000);
  within("/weights/asked", settings.weights.asked, 0, 1000);
  within("/weights/hours", settings.weights.hours, 0, 1000);
  within("/weights/distance", settings.weights.distance, 0, 1000);
  within("/weights/warnings", settings.weights.warnings, 0, 1000);
  within("/lately_days", settings.lately_days, 1, 366);
  within("/asked_cap", settings.asked_cap, 1, 10000);
  within("/hours_cap_minutes", settings.hours_cap_minutes, 1, 1000000);
  within("/distance_cap_kilometres", settings.distance_cap_kilometres, 1, 20000);
  if (error.fields.empty()) return {};
  return error;
}

}  // namespace varde::staffing::fit
