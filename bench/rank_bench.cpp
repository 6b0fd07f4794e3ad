// How long it takes to rank 10,000 substitutes for one shift, and to check one of them.
//
//   rank_bench [candidates] [runs]
//
// Wall-clock times, and the median of processor time, which tells more on a busy machine.
// Each candidate has 10 bookings in the days around the shift, 6 statements of availability, 3
// skills, a document and a home; the shift lies beside the night in which clocks go back, and all
// of the Norwegian rules are on, with weekly rest over rolling weeks as a second case.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>

#include "staffing/fit/rank.hpp"

using namespace varde;
using namespace varde::staffing::fit;

namespace {

Uuid id_of(std::uint64_t number) {
  Uuid out;
  for (std::size_t i = 0; i < 8; ++i) out.bytes[15 - i] = std::uint8_t(number >> (8 * i));
  return out;
}

std::vector<Candidate> candidates_for(const Shift& shift, std::size_t count) {
  std::mt19937 random(1);  // NOLINT: the same people in every run
  auto below = [&](int n) { return static_cast<int>(random() % unsigned(n)); };
  auto day = std::chrono::floor<std::chrono::days>(to_local(shift.start, shift.zone));
  std::vector<Candidate> out(count);
  for (std::size_t i = 0; i < count; ++i) {
    auto& c = out[i];
    c.id = id_of(i + 1);
    for (int b = 0; b < 10; ++b) {
      auto start =
          shift.start + std::chrono::days(below(17) - 8) + std::chrono::minutes(below(480));
      c.bookings.push_back({start, start + std::chrono::hours(4 + below(5)), 30,
                            id_of(std::uint64_t(below(5))),
                            Coordinates{59.9 + below(100) / 1000.0, 10.7 + below(100) / 1000.0}});
    }
    for (int s = 0; s < 6; ++s) {
      auto from = Date(day - std::chrono::days(below(300)));
      c.statements.push_back({id_of(std::uint64_t(s + 1)),
                              below(5) == 0 ? StatementKind::unavailable : StatementKind::available,
                              from, Date(std::chrono::local_days(from) + std::chrono::days(365)),
                              1 + below(127), 60 * below(24), 60 * below(25), shift.start});
    }
    for (int s = 0; s < 3; ++s)
      c.skills.push_back({id_of(std::uint64_t(below(6))), 1 + below(3), {}});
    c.documents = {{id_of(9), {}, {}}};
    c.home = Coordinates{59.9 + below(100) / 1000.0, 10.7 + below(100) / 1000.0};
    c.asked_lately = below(10);
    c.worked_lately_minutes = 60 * below(160);
    c.favourite = below(10) == 0;
  }
  return out;
}

void measure(const char* name, const Shift& shift, const std::vector<Candidate>& people,
             const RuleSettings& rules, int runs) {
  std::vector<double> times, processor;
  std::size_t askable = 0;
  for (int i = 0; i < runs; ++i) {
    auto begin = std::chrono::steady_clock::now();
    auto clock = std::clock();
    auto ranked = rank(shift, people, rules, {});
    std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    times.push_back(took.count());
    processor.push_back(1000.0 * double(std::clock() - clock) / CLOCKS_PER_SEC);
    askable = std::size_t(std::count_if(ranked.begin(), ranked.end(), [](const Ranked& r) {
      return r.standing == Standing::askable;
    }));
  }
  std::sort(times.begin(), times.end());
  std::sort(processor.begin(), processor.end());
  std::printf(
      "%-28s %zu candidates, %zu askable: median %.2f ms, best %.2f ms, worst %.2f ms; of the "
      "processor %.2f ms\n",
      name, people.size(), askable, times[times.size() / 2], times.front(), times.back(),
      processor[processor.size() / 2]);
}

}  // namespace

int main(int argc, char** argv) {
  auto count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 10000;
  auto runs = argc > 2 ? std::max(1, std::atoi(argv[2])) : 51;
  Shift shift;
  shift.id = id_of(1);
  shift.workplace = id_of(1);
  shift.start = *parse_rfc3339("2026-10-24T20:00:00Z");
  shift.end = shift.start + std::chrono::hours(8);
  shift.break_minutes = 30;
  shift.place = Coordinates{59.911, 10.752};
  shift.required_skills = {{id_of(1), "Medicines", 1}};
  shift.preferred_skills = {{id_of(2), "Driving", 1}, {id_of(3), "Cooking", 1}};
  shift.required_documents = {{id_of(9), "Police certificate"}};
  auto people = candidates_for(shift, count);

  auto rules = norwegian_rules();
  measure("rank, Monday to Monday", shift, people, rules, runs);
  rules.weekly_rest.window = WeekWindow::rolling;
  measure("rank, rolling weeks", shift, people, rules, runs);
  auto begin = std::chrono::steady_clock::now();
  std::size_t findings = 0;
  for (const auto& person : people) findings += check(shift, person, rules).size();
  std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begin;
  std::printf("%-28s %.2f µs each, %zu findings\n", "check, one by one",
              took.count() / double(people.size()), findings);
}
