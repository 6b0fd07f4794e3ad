#include "base/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace varde::metrics {
namespace {
struct Registry {
  std::mutex mutex;
  std::map<std::string, const Metric*> metrics;
};
Registry& registry() {
  static Registry* one = new Registry;  // outlives every metric
  return *one;
}
std::string escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}
}  // namespace

Metric::Metric(std::string name, std::string help, const char* type,
               std::vector<std::string> labels)
    : name_(std::move(name)), help_(std::move(help)), type_(type), labels_(std::move(labels)) {
  std::lock_guard lock(registry().mutex);
  registry().metrics[name_] = this;
}
Metric::~Metric() {
  std::lock_guard lock(registry().mutex);
  registry().metrics.erase(name_);
}

Cell& Family::with(std::initializer_list<std::string_view> values) {
  std::vector<std::string> key(values.begin(), values.end());
  std::lock_guard lock(mutex_);
  auto& cell = cells_[std::move(key)];
  if (!cell) cell = std::make_unique<Cell>();
  return *cell;
}

void Family::render(std::string& out) const {
  out += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name_, help_, name_, type_);
  std::lock_guard lock(mutex_);
  for (const auto& [values, cell] : cells_) {
    out += name_;
    for (std::size_t i = 0; i < values.size() && i < labels_.size(); ++i)
      out += fmt::format("{}{}=\"{}\"", i == 0 ? "{" : ",", labels_[i], escaped(values[i]));
    out += fmt::format("{} {}\n", values.empty() ? "" : "}", cell->value());
  }
}

Histogram::Histogram(std::string name, std::string help)
    : Metric(std::move(name), std::move(help), "histogram", {}) {}

void Histogram::observe(double seconds) {
  auto at = std::lower_bound(std::begin(kBounds), std::end(kBounds), seconds) - std::begin(kBounds);
  buckets_[at].fetch_add(1, std::memory_order_relaxed);
  sum_us_.fetch_add(static_cast<std::uint64_t>(seconds * 1e6), std::memory_order_relaxed);
}

void Histogram::render(std::string& out) const {
  out += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name_, help_, name_, type_);
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < std::size(kBounds); ++i) {
    total += buckets_[i].load(std::memory_order_relaxed);
    out += fmt::format("{}_bucket{{le=\"{}\"}} {}\n", name_, kBounds[i], total);
  }
  total += buckets_[std::size(kBounds)].load(std::memory_order_relaxed);
  out += fmt::format("{0}_bucket{{le=\"+Inf\"}} {1}\n{0}_sum {2}\n{0}_count {1}\n", name_, total,
                     static_cast<double>(sum_us_.load(std::memory_order_relaxed)) / 1e6);
}

std::string render_all() {
  std::string out;
  std::lock_guard lock(registry().mutex);
  for (const auto& [name, metric] : registry().metrics) metric->render(out);
  return out;
}

}  // namespace varde::metrics
