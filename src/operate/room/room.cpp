#include "operate/room/room.hpp"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <filesystem>
#include <map>

#include "base/alarms.hpp"
#include "base/metrics.hpp"
#include "operate/room/forecast.hpp"

namespace varde::operate {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

metrics::Gauge free_bytes("varde_disk_free_bytes", "Room for others than root", {"disk"});
metrics::Gauge waiting_log("varde_log_waiting_segments",
                           "Pieces of the log that wait for the archive", {"cluster"});

constexpr auto kEvery = 10s;
constexpr auto kAhead = 14 * 24h, kSoon = 24h;
// The reserve: a twentieth, within these.
constexpr double kShare = 0.05, kLeastReserve = 256e6, kMostReserve = 4e9;
// Of 16 MB each: what a busy minute makes is archived in the next.
constexpr std::int64_t kMuchWaits = 32;

std::string gigabytes(double bytes) { return fmt::format("{:.1f} GB", bytes / 1e9); }

class Watch {
 public:
  Watch(trust::Base& base, const Places& places) : base_(base), places_(places) {}

  void look() {
    double least = 1e18;
    // Several places may be on one disk.
    std::map<dev_t, std::vector<const Place*>> by_disk;
    for (const auto& place : places_.disks) {
      struct stat status{};
      if (::stat(place.path.c_str(), &status) == 0) by_disk[status.st_dev].push_back(&place);
    }
    for (const auto& [device, places] : by_disk) least = std::min(least, look_at(device, places));
    if (!by_disk.empty()) base_.room.set_free(static_cast<std::int64_t>(least));
    for (const auto& cluster : places_.clusters) look_at_log(cluster);
  }

 private:
  // What is free beyond the reserve.
  double look_at(dev_t device, const std::vector<const Place*>& places) {
    struct statvfs disk{};
    if (::statvfs(places.front()->path.c_str(), &disk) != 0) return 1e18;
    auto block = static_cast<double>(disk.f_frsize);
    double size = block * static_cast<double>(disk.f_blocks);
    double free = block * static_cast<double>(disk.f_bavail);
    auto reserve = std::min(std::clamp(size * kShare, kLeastReserve, kMostReserve), size / 4);
    std::string what;
    for (const auto* place : places) what += (what.empty() ? "" : " and ") + place->name;
    free_bytes.with({what}).set(static_cast<std::int64_t>(free));
    auto& forecast = forecasts_[device];
    forecast.add(Forecast::Clock::now(), free - reserve);
    tell(what, places.front()->path, free, reserve, forecast.until_full());
    return free - reserve;
  }

  static void tell(const std::string& what, const std::string& path, double free, double reserve,
                   std::optional<std::chrono::seconds> until) {
    if (free < reserve) {
      alarms::raise(
          "disk", path,
          fmt::format("The disk of {} ({}) is nearly full: {} are free. Imports, uploads, "
                      "exports and campaigns are refused until there is room.",
                      what, path, gigabytes(free)));
    } else if (until && *until < kSoon) {
      alarms::raise("disk", path,
                    fmt::format("The disk of {} ({}) will be full in {} hours as things go: {} are "
                                "free. Make room now.",
                                what, path, until->count() / 3600, gigabytes(free)));
    } else if (until && *until < kAhead) {
      alarms::raise("disk", path,
                    fmt::format("The disk of {} ({}) will be full in {} days as things go: {} are "
                                "free.",
                                what, path, until->count() / 86400, gigabytes(free)));
    } else {
      alarms::clear("disk", path);
    }
  }

  static void look_at_log(const Place& cluster) {
    std::error_code none;
    std::int64_t waits = 0;
    for (const auto& entry : fs::directory_iterator(cluster.path + "/pg_wal/archive_status", none))
      if (entry.path().extension() == ".ready") ++waits;
    waiting_log.with({cluster.name}).set(waits);
    if (waits >= kMuchWaits)
      alarms::raise(
          "archive", cluster.name,
          fmt::format("The log of the {} database is not archived: {} pieces ({}) wait, "
                      "and what waits fills the disk. varde backup status says why.",
                      cluster.name, waits, gigabytes(static_cast<double>(waits) * 16.8e6)));
    else if (waits < kMuchWaits / 2)
      alarms::clear("archive", cluster.name);
  }

  trust::Base& base_;
  Places places_;
  std::map<dev_t, Forecast> forecasts_;
};

}  // namespace

void watch_room(trust::Base& base, const Places& places) {
  Watch watch(base, places);
  while (true) {
    watch.look();
    net::sleep_for(kEvery);
  }
}

}  // namespace varde::operate
