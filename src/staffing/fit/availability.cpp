#include "staffing/fit/availability.hpp"

#include <boost/container/small_vector.hpp>
#include <tuple>

namespace varde::staffing::fit {
namespace {

using std::chrono::days;
using std::chrono::local_days;
using std::chrono::minutes;

/// A statement on one of its days, as far as it lies in the span.
struct Piece {
  Interval time;
  const Statement* by;
  int order;  // of the list in the header; smaller decides
};

bool can_hold(const Statement& s) {
  return s.from_date.ok() && s.until_date.ok() && s.from_minute >= 0 && s.from_minute < 1440 &&
         s.until_minute >= 0 && s.until_minute <= 1440;
}

int order_of(const Statement& s) {
  if (s.kind == StatementKind::pause) return 1;
  auto length = local_days(s.until_date) - local_days(s.from_date) + days(1);
  return length == days(1) ? 2 : length <= days(kPeriodDays) ? 3 : 4;
}

/// What an instant comes to, from best to worst.
enum class Verdict { available, ask_anyway, unknown, unavailable, pause };
Verdict verdict_of(StatementKind kind) {
  switch (kind) {
    case StatementKind::available:
      return Verdict::available;
    case StatementKind::ask_anyway:
      return Verdict::ask_anyway;
    case StatementKind::unavailable:
      return Verdict::unavailable;
    case StatementKind::pause:
      return Verdict::pause;
  }
  return Verdict::unknown;
}
Answer answer_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::available:
      return Answer::available;
    case Verdict::ask_anyway:
      return Answer::ask_anyway;
    case Verdict::unknown:
      return Answer::unknown;
    case Verdict::unavailable:
    case Verdict::pause:
      return Answer::unavailable;
  }
  return Answer::unknown;
}

/// The worst verdict so far and where it is first met.
class Worst {
 public:
  void add(Verdict verdict, Timestamp at, const Statement* by) {
    if (any_ && (verdict < verdict_ || (verdict == verdict_ && at >= at_))) return;
    any_ = true;
    verdict_ = verdict;
    at_ = at;
    by_ = by;
  }
  Availability result() const {
    Availability out{answer_of(verdict_), verdict_ == Verdict::pause, {}};
    if (by_ != nullptr) out.decided_by = by_->id;
    return out;
  }

 private:
  bool any_ = false;
  Verdict verdict_ = Verdict::unknown;
  Timestamp at_;
  const Statement* by_ = nullptr;
};

}  // namespace

Availability availability(std::span<const Statement> statements, Interval span,
                          const ZoneWindow& zone) {
  if (span.empty()) return {};
  // What begins on the day before may reach over midnight; nothing lasts longer than a day.
  auto first = zone.day_of(span.start) - days(1), last = zone.day_of(span.end - Duration(1));
  boost::container::small_vector<Piece, 16> pieces;
  for (const auto& s : statements) {
    if (!can_hold(s)) continue;
    auto until = std::min(last, local_days(s.until_date));
    for (auto day = std::max(first, local_days(s.from_date)); day <= until; day += days(1)) {
      auto weekday = std::chrono::weekday(day).iso_encoding() - 1;
      if ((s.weekdays >> weekday & 1) == 0) continue;
      auto end = (s.until_minute > s.from_minute ? day : day + days(1)) + minutes(s.until_minute);
      Interval time{zone.from_local(day + minutes(s.from_minute)), zone.from_local(end)};
      if (intersect(time, span)) pieces.push_back({common(time, span), &s, order_of(s)});
    }
  }
  std::sort(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) {
    return std::tie(a.order, b.by->stated_at, b.by->id) <
           std::tie(b.order, a.by->stated_at, a.by->id);
  });
  // Each takes what those before it have left.
  Worst worst;
  boost::container::small_vector<Interval, 16> left{span}, rest;
  for (const auto& piece : pieces) {
    rest.clear();
    for (const auto& open : left) {
      auto taken = common(open, piece.time);
      if (taken.empty()) {
        rest.push_back(open);
        continue;
      }
      worst.add(verdict_of(piece.by->kind), taken.start, piece.by);
      if (open.start < taken.start) rest.push_back({open.start, taken.start});
      if (taken.end < open.end) rest.push_back({taken.end, open.end});
    }
    left.swap(rest);
    if (left.empty()) break;
  }
  for (const auto& open : left) worst.add(Verdict::unknown, open.start, nullptr);
  return worst.result();
}

Availability availability(std::span<const Statement> statements, Interval span,
                          std::string_view zone) {
  return availability(statements, span, ZoneWindow(zone, span.start - days(2), span.end + days(2)));
}

}  // namespace varde::staffing::fit
