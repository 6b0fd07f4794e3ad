#include "operate/room/forecast.hpp"

#include <algorithm>
#include <cstdint>

namespace varde::operate {

namespace {

using namespace std::chrono_literals;
constexpr auto kKept = 24h;
constexpr auto kLeast = 15min;

}  // namespace

void Forecast::add(Clock::time_point at, double free) {
  samples_.push_back({at, free});
  while (at - samples_.front().at > kKept) samples_.pop_front();
}

// The slope of the least squares' line: a vacuum or a backup that comes and goes bends it little.
std::optional<double> Forecast::shrinks(std::chrono::seconds over) const {
  if (samples_.empty()) return std::nullopt;
  auto last = samples_.back().at;
  double n = 0, sum_t = 0, sum_f = 0, sum_tt = 0, sum_tf = 0, span = 0;
  for (const auto& sample : samples_) {
    if (last - sample.at > over) continue;
    double t = std::chrono::duration<double>(sample.at - last).count();
    span = std::max(span, -t);
    n += 1;
    sum_t += t;
    sum_f += sample.free;
    sum_tt += t * t;
    sum_tf += t * sample.free;
  }
  double spread = n * sum_tt - sum_t * sum_t;
  if (span < std::chrono::duration<double>(kLeast).count() || spread <= 0) return std::nullopt;
  double slope = (n * sum_tf - sum_t * sum_f) / spread;
  return slope < 0 ? std::optional(-slope) : std::nullopt;
}

std::optional<std::chrono::seconds> Forecast::until_full() const {
  auto lately = shrinks(1h), in_all = shrinks(kKept);
  auto steepest = std::max(lately.value_or(0), in_all.value_or(0));
  if (steepest <= 0) return std::nullopt;
  auto seconds = std::max(samples_.back().free, 0.0) / steepest;
  if (seconds > 366.0 * 86400) return std::nullopt;
  return std::chrono::seconds(static_cast<std::int64_t>(seconds));
}

}  // namespace varde::operate
