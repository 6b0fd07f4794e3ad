// Whether this node can do its work: whether both databases answer a real query, asked at most once
// a second however many ask for it, on connections of its own, so that a busy program is not taken
// for a broken one.
#pragma once

#include <atomic>
#include <chrono>
#include <string>

#include "db/tx.hpp"
#include "net/fiber.hpp"

namespace varde::app {

class Health {
 public:
  Health(const std::string& main, const std::string& keystore);

  /// Asks both databases each second, raises and clears the alarms ("database") until the loop
  /// ends; on a fiber of its own. owned: db::Cluster tells of postmasters that have ended.
  void watch(bool owned);
  /// What a balancer is told: empty when all is well, else a sentence. Does not wait.
  std::string trouble() const;

 private:
  struct One {
    const char* name;
    db::Pool pool;
    std::atomic<bool> answers{true};
    int missed = 0;  // in a row
  };
  void ask(One& one, bool owned);
  One main_, keystore_;
  std::atomic<std::chrono::steady_clock::rep> asked_at_{0};
};

}  // namespace varde::app
