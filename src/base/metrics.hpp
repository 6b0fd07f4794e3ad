// Metrics in the Prometheus text format 0.0.4. A metric is a namespace-scope object that registers
// itself:
//
// clang-format off
//   metrics::Counter sent("varde_messages_sent_total", "Messages a server accepted");
//   sent.add();
//   metrics::Counter requests("varde_http_requests_total", "Requests answered", {"route", "status"});
//   requests.with({"/api/v1/persons", "200"}).add();
// clang-format on
#pragma once

#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace varde::metrics {

class Metric {
 public:
  Metric(std::string name, std::string help, const char* type, std::vector<std::string> labels);
  virtual ~Metric();
  Metric(const Metric&) = delete;
  Metric& operator=(const Metric&) = delete;
  virtual void render(std::string& out) const = 0;

 protected:
  std::string name_, help_;
  const char* type_;
  std::vector<std::string> labels_;
};

class Cell {
 public:
  void add(std::int64_t by = 1) { value_.fetch_add(by, std::memory_order_relaxed); }
  void set(std::int64_t to) { value_.store(to, std::memory_order_relaxed); }
  std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

/// A counter (only add) or a gauge (also set), by its type.
class Family : public Metric {
 public:
  using Metric::Metric;
  Cell& with(std::initializer_list<std::string_view> values);
  void add(std::int64_t by = 1) { with({}).add(by); }
  void set(std::int64_t to) { with({}).set(to); }
  void render(std::string& out) const override;

 private:
  mutable std::mutex mutex_;
  std::map<std::vector<std::string>, std::unique_ptr<Cell>> cells_;
};

class Counter : public Family {
 public:
  Counter(std::string name, std::string help, std::vector<std::string> labels = {})
      : Family(std::move(name), std::move(help), "counter", std::move(labels)) {}
};

class Gauge : public Family {
 public:
  Gauge(std::string name, std::string help, std::vector<std::string> labels = {})
      : Family(std::move(name), std::move(help), "gauge", std::move(labels)) {}
};

/// Seconds in fixed buckets from 1 ms to 10 s.
class Histogram : public Metric {
 public:
  Histogram(std::string name, std::string help);
  void observe(double seconds);
  void render(std::string& out) const override;

 private:
  static constexpr double kBounds[] = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                       0.25,  0.5,    1,     2.5,  5,     10};
  std::atomic<std::uint64_t> buckets_[std::size(kBounds) + 1]{};
  std::atomic<std::uint64_t> sum_us_{0};
};

/// Every registered metric, in the order of their names.
std::string render_all();

}  // namespace varde::metrics
