#include "base/alarms.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <tuple>

#include "base/log.hpp"
#include "base/metrics.hpp"

namespace varde::alarms {
namespace {

metrics::Gauge standing_now("varde_alarms", "What is wrong now, and lasts", {"kind"});

using Name = std::tuple<std::string, std::string, std::optional<Uuid>>;
std::mutex mutex;
std::map<Name, Alarm>& alarms() {
  static std::map<Name, Alarm> all;
  return all;
}

template <class Wanted>
std::vector<Alarm> some(Wanted wanted) {
  std::vector<Alarm> out;
  {
    std::lock_guard lock(mutex);
    for (const auto& [name, alarm] : alarms())
      if (wanted(alarm)) out.push_back(alarm);
  }
  std::ranges::stable_sort(out, {}, &Alarm::since);
  return out;
}

}  // namespace

void raise(std::string kind, std::string about, std::string text, std::optional<Uuid> tenant,
           std::string href) {
  {
    std::lock_guard lock(mutex);
    auto [place, added] = alarms().try_emplace(Name{kind, about, tenant});
    if (!added) {
      place->second.text = std::move(text);
      place->second.href = std::move(href);
      return;
    }
    place->second = {kind, about, tenant, text, std::move(href), now()};
  }
  standing_now.with({kind}).add();
  log::error("An alarm stands", {{"kind", kind},
                                 {"about", about},
                                 {"tenant", tenant ? tenant->str() : std::string()},
                                 {"what", text}});
}

void clear(const std::string& kind, const std::string& about, std::optional<Uuid> tenant) {
  {
    std::lock_guard lock(mutex);
    if (alarms().erase(Name{kind, about, tenant}) == 0) return;
  }
  standing_now.with({kind}).add(-1);
  log::info("An alarm is over", {{"kind", kind}, {"about", about}});
}

std::vector<Alarm> standing(std::optional<Uuid> tenant) {
  return some([&](const Alarm& alarm) { return alarm.tenant == tenant; });
}

std::vector<Alarm> all() {
  return some([](const Alarm&) { return true; });
}

}  // namespace varde::alarms
