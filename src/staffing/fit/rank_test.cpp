#include "staffing/fit/rank.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <random>

#include "staffing/fit/calendars_for_tests.hpp"

namespace varde::staffing::fit {
namespace {

using namespace tests;

Shift evening() {
  Shift out;
  auto time = span("03-04 15:00/22:00");
  out.id = id_of(77);
  out.workplace = id_of(10);
  out.start = time.start;
  out.end = time.end;
  return out;
}

Candidate person(int number, std::optional<StatementKind> said = StatementKind::available) {
  Candidate out;
  out.id = id_of(number);
  auto day = *parse_date("2026-03-04");
  if (said) out.statements = {{id_of(number), *said, day, day, 127, 0, 1440, {}}};
  return out;
}

std::vector<int> order(const Shift& shift, const std::vector<Candidate>& people,
                       const RuleSettings& rules = norwegian_rules(),
                       const RankSettings& settings = {}) {
  std::vector<int> out;
  for (const auto& ranked : rank(shift, people, rules, settings)) {
    EXPECT_EQ(ranked.id, people[ranked.index].id);
    out.push_back(ranked.id.bytes[15]);
  }
  return out;
}

TEST(Rank, GroupsAreNotCrossedByPoints) {
  auto blocked = person(1);
  blocked.bookings = {booked(span("03-04 20:00/23:00"))};
  auto anyway = person(2, StatementKind::ask_anyway), unknown = person(3, std::nullopt),
       said_no = person(4, StatementKind::unavailable), can = person(5);
  for (auto* favourite : {&blocked, &anyway, &unknown, &said_no}) favourite->favourite = true;
  can.asked_lately = 100;
  std::vector people{blocked, said_no, unknown, anyway, can};
  auto ranked = rank(evening(), people, norwegian_rules(), {});
  EXPECT_EQ(ranked[0].id, can.id);
  EXPECT_EQ(ranked[1].id, anyway.id);
  EXPECT_EQ(ranked[2].id, unknown.id);
  EXPECT_EQ(ranked[2].standing, Standing::askable);
  EXPECT_EQ(ranked[3].standing, Standing::blocked);
  EXPECT_EQ(ranked[4].standing, Standing::blocked);

  RankSettings settings;
  settings.ask_unknown = false;
  ranked = rank(evening(), people, norwegian_rules(), settings);
  EXPECT_EQ(ranked[2].id, unknown.id);
  EXPECT_EQ(ranked[2].standing, Standing::not_asked);
  EXPECT_EQ(explain(ranked[2], "Europe/Oslo", "en"), "Not asked: said nothing about this time.");

  auto rules = norwegian_rules();
  rules.unavailable.level = RuleLevel::warn;
  ranked = rank(evening(), people, rules, {});
  EXPECT_EQ(ranked[3].id, said_no.id);
  EXPECT_EQ(ranked[3].standing, Standing::askable);
}

TEST(Rank, EachWeightMovesItsOwn) {
  struct Row {
    const char* what;
    void (*better)(Candidate&);
    void (*worse)(Candidate&);
    int RankWeights::* weight;
  };
  const Row rows[] = {
      {"favourite", [](Candidate& c) { c.favourite = true; }, [](Candidate&) {},
       &RankWeights::favourite},
      {"skills", [](Candidate& c) { c.skills = {{id_of(5), 2, {}}}; },
       [](Candidate& c) { c.skills = {{id_of(5), 1, {}}}; }, &RankWeights::skills},
      {"asked", [](Candidate& c) { c.asked_lately = 2; }, [](Candidate& c) { c.asked_lately = 3; },
       &RankWeights::asked},
      {"hours", [](Candidate& c) { c.worked_lately_minutes = 600; },
       [](Candidate& c) { c.worked_lately_minutes = 1200; }, &RankWeights::hours},
      {"distance", [](Candidate& c) { c.home = Coordinates{59.92, 10.75}; },
       [](Candidate& c) { c.home = Coordinates{60.1, 10.75}; }, &RankWeights::distance},
      {"warnings", [](Candidate&) {}, [](Candidate& c) { c.percent = 90; }, &RankWeights::warnings},
  };
  auto shift = evening();
  shift.place = Coordinates{59.911, 10.752};
  shift.preferred_skills = {{id_of(5), "Driving", 2}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    RankSettings settings;
    settings.weights = {0, 0, 0, 0, 0, 0};
    settings.weights.*row.weight = 1;
    auto a = person(1), b = person(2);
    row.better(a);
    row.worse(b);
    auto rules = norwegian_rules();
    EXPECT_EQ(order(shift, {a, b}, rules, settings), (std::vector{1, 2}));
    EXPECT_EQ(order(shift, {b, a}, rules, settings), (std::vector{1, 2}));
    std::swap(a.id, b.id);
    EXPECT_EQ(order(shift, {a, b}, rules, settings), (std::vector{2, 1}));
    settings.weights.*row.weight = 0;
    auto even = rank(shift, std::vector{a, b}, rules, settings);
    EXPECT_EQ(even[0].points.total(), even[1].points.total());
  }
}

TEST(Rank, EqualsStandByWhoWaitedLongestThenByChanceOfTheShift) {
  auto never = person(1), long_ago = person(2), just_now = person(3);
  long_ago.last_asked_at = at("01-01 00:00");
  just_now.last_asked_at = at("03-03 00:00");
  EXPECT_EQ(order(evening(), {just_now, long_ago, never}), (std::vector{1, 2, 3}));

  std::vector<Candidate> equals;
  for (int i = 1; i <= 10; ++i) equals.push_back(person(i));
  std::map<int, int> first;
  for (int i = 0; i < 500; ++i) {
    auto shift = evening();
    shift.id = id_of(1000 + i);
    ++first[order(shift, equals)[0]];
  }
  // 50 each on average, with a deviation of 6.7.
  EXPECT_EQ(first.size(), 10u);
  for (auto [who, times] : first) EXPECT_TRUE(times > 20 && times < 85) << who << ": " << times;
}

TEST(Rank, SaysWhy) {
  auto shift = evening();
  shift.place = Coordinates{59.911, 10.752};
  shift.preferred_skills = {{id_of(5), "Driving", 1}, {id_of(6), "Cooking", 1}};
  auto known = person(1);
  known.favourite = true;
  known.skills = {{id_of(5), 1, {}}};
  known.home = Coordinates{59.92, 10.75};
  known.asked_lately = 2;
  known.worked_lately_minutes = 14 * 60 + 30;
  known.percent = 90;  // 36 h of 40 h, and the shift's 7
  auto booked_then = person(2);
  booked_then.bookings = {booked(span("03-04 20:00/23:00"))};
  auto ranked = rank(shift, std::vector{known, booked_then}, norwegian_rules(), {});
  EXPECT_EQ(explain(ranked[0], shift.zone, "en"),
            "Said they can work. Favourite of the workplace; 1 of 2 preferred skills; in the last "
            "28 days asked 2 times and booked for 14 h 30 min; 1.0 km away. Note: Work in the week "
            "from 2 March 2026 would be 43 h; ordinary hours end at 40 h.");
  EXPECT_EQ(explain(ranked[0], shift.zone, "nb"),
            "Har sagt at de kan jobbe. Favoritt på arbeidsstedet; 1 av 2 ønskede kompetanser; de "
            "siste 28 dagene spurt 2 ganger og booket i 14 t 30 min; 1,0 km unna. Merk: Arbeidet i "
            "uken fra 2. mars 2026 ville bli 43 t; alminnelig arbeidstid er inntil 40 t.");
  EXPECT_EQ(explain(ranked[1], shift.zone, "sv"),
            "Tillfrågas inte: Är bokad på ett annat pass under 2 tim av detta.");
}

std::vector<Candidate> any_people(const Scene& scene) {
  auto count = any_of(0, 25);
  std::vector<Candidate> out;
  for (int i = 1; i <= count; ++i) {
    Candidate c;
    c.id = id_of(i);
    auto bookings = any_of(0, 4);
    for (int b = 0; b < bookings; ++b) c.bookings.push_back(any_booking(scene.shift));
    auto day =
        Date(std::chrono::floor<std::chrono::days>(to_local(scene.shift.start, scene.shift.zone)));
    using enum StatementKind;
    if (any_of(0, 3) > 0)
      c.statements = {{id_of(i),
                       *rc::gen::element(available, unavailable, ask_anyway, pause),
                       day,
                       Date(std::chrono::local_days(day) + std::chrono::days(2)),
                       127,
                       0,
                       1440,
                       {}}};
    c.favourite = one_in(2);
    c.asked_lately = any_of(0, 4);
    c.worked_lately_minutes = 60 * any_of(0, 3);
    c.excluded_by_workplace = any_of(0, 8) == 0;
    if (one_in(2)) c.last_asked_at = at("01-01 00:00");
    out.push_back(std::move(c));
  }
  return out;
}

TEST(Rank, IsAPermutationInOrderWhateverTheOrderOfTheInput) {
  std::map<Standing, int> seen;
  EXPECT_TRUE(rc::check([&] {
    auto scene = any_scene();
    auto people = any_people(scene);
    auto rules = *rc::gen::element(norwegian_rules(), swedish_rules());
    RankSettings settings;
    settings.ask_unknown = one_in(2);
    auto ranked = rank(scene.shift, people, rules, settings);

    std::vector<bool> met(people.size(), false);
    RC_ASSERT(ranked.size() == people.size());
    for (std::size_t i = 0; i < ranked.size(); ++i) {
      const auto& r = ranked[i];
      RC_ASSERT(!met.at(r.index));
      met[r.index] = true;
      RC_ASSERT(r.id == people[r.index].id);
      ++seen[r.standing];
      // Who is blocked is not askable, and the other way round.
      auto findings = check(scene.shift, people[r.index], rules);
      RC_ASSERT(findings.size() == r.findings.size());
      RC_ASSERT((r.standing == Standing::blocked) == blocks(findings));
      RC_ASSERT((r.standing == Standing::not_asked) ==
                (!blocks(findings) && r.answer == Answer::unknown && !settings.ask_unknown));
      RC_ASSERT(!explain(r, scene.shift.zone, "sv").empty());
      if (i == 0) continue;
      const auto& p = ranked[i - 1];
      RC_ASSERT(p.standing <= r.standing);
      if (p.standing != r.standing) continue;
      RC_ASSERT(p.answer <= r.answer);
      if (p.answer == r.answer) RC_ASSERT(p.points.total() >= r.points.total());
    }

    auto shuffled = people;
    std::shuffle(shuffled.begin(), shuffled.end(), std::mt19937(*rc::gen::arbitrary<unsigned>()));
    auto again = rank(scene.shift, shuffled, rules, settings);
    for (std::size_t i = 0; i < ranked.size(); ++i) RC_ASSERT(again[i].id == ranked[i].id);

    // Whoever is taken out, the others keep their order.
    if (people.empty()) return;
    auto gone = any_of<std::size_t>(0, people.size());
    auto gone_id = people[gone].id;
    people.erase(people.begin() + static_cast<std::ptrdiff_t>(gone));
    auto fewer = rank(scene.shift, people, rules, settings);
    std::size_t at = 0;
    for (const auto& r : ranked)
      if (r.id != gone_id) RC_ASSERT(fewer[at++].id == r.id);
  }));
  EXPECT_EQ(seen.size(), 3u);
}

TEST(Rank, SettingsAreChecked) {
  EXPECT_TRUE(validate(RankSettings{}));
  RankSettings bad;
  bad.weights.asked = -1;
  bad.asked_cap = 0;
  EXPECT_EQ(validate(bad).error().fields.size(), 2u);
}

}  // namespace
}  // namespace varde::staffing::fit
