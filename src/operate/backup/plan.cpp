#include "operate/backup/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <map>
#include <set>
#include <stdexcept>

namespace varde::operate {

namespace json = boost::json;

namespace {

constexpr std::uint64_t kSegment = 16 << 20;
constexpr std::uint64_t kSegmentsPerLog = (1ULL << 32) / kSegment;
constexpr std::size_t kWalName = 24;

Timestamp at_second(const json::value& seconds) {
  return Timestamp(std::chrono::seconds(seconds.to_number<std::int64_t>()));
}

std::uint64_t from_hex(std::string_view text) {
  std::uint64_t out = 0;
  auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out, 16);
  return failed == std::errc() && end == text.data() + text.size() ? out : 0;
}

std::int64_t timeline_of(std::string_view wal) {
  return static_cast<std::int64_t>(from_hex(wal.substr(0, 8)));
}
std::uint64_t number_of(std::string_view wal) {
  return from_hex(wal.substr(8, 8)) * kSegmentsPerLog + from_hex(wal.substr(16, 8));
}
std::string name_of(std::int64_t timeline, std::uint64_t number) {
  return fmt::format("{:08X}{:08X}{:08X}", timeline, number / kSegmentsPerLog,
                     number % kSegmentsPerLog);
}

// Where the way to `timeline` leaves another one; the largest number on `timeline` itself, nothing
// for those that it does not pass.
std::map<std::int64_t, std::uint64_t> way_to(const std::vector<Fork>& forks,
                                             std::int64_t timeline) {
  std::map<std::int64_t, std::uint64_t> out{{timeline, UINT64_MAX}};
  auto until = UINT64_MAX;
  for (auto at = timeline;;) {
    auto fork = std::ranges::find(forks, at, &Fork::timeline);
    if (fork == forks.end() || out.contains(fork->parent)) return out;
    until = std::min(until, parse_lsn(fork->lsn));
    out[fork->parent] = until;
    at = fork->parent;
  }
}

}  // namespace

std::uint64_t parse_lsn(std::string_view text) {
  auto slash = text.find('/');
  if (slash == std::string_view::npos) return 0;
  return (from_hex(text.substr(0, slash)) << 32) + from_hex(text.substr(slash + 1));
}

Info read_info(std::string_view text, std::string_view stanza) {
  Info out;
  try {
    auto document = json::parse(json::string_view(text.data(), text.size()));
    for (const auto& entry : document.as_array()) {
      if (std::string_view(entry.at("name").as_string()) != stanza) continue;
      for (const auto& repository : entry.at("repo").as_array()) {
        auto key = static_cast<std::size_t>(repository.at("key").to_number<int>());
        out.repositories.resize(std::max(out.repositories.size(), key));
        out.repositories[key - 1] = {
            repository.at("status").at("code").to_number<int>(),
            std::string(repository.at("status").at("message").as_string())};
      }
      for (const auto& database : entry.at("db").as_array())
        out.system_id = std::to_string(database.at("system-id").to_number<std::uint64_t>());
      for (const auto& one : entry.at("backup").as_array()) {
        const auto& o = one.as_object();
        Backup backup;
        backup.label = std::string(o.at("label").as_string());
        backup.full = backup.label.substr(0, backup.label.find('_'));
        auto type = std::string_view(o.at("type").as_string());
        backup.kind = type == "full"   ? Kind::full
                      : type == "diff" ? Kind::differential
                                       : Kind::incremental;
        backup.repository = o.at("database").at("repo-key").to_number<int>();
        backup.start = at_second(o.at("timestamp").at("start"));
        backup.stop = at_second(o.at("timestamp").at("stop"));
        backup.stop_lsn = parse_lsn(std::string_view(o.at("lsn").at("stop").as_string()));
        backup.first_wal = std::string(o.at("archive").at("start").as_string());
        backup.last_wal = std::string(o.at("archive").at("stop").as_string());
        backup.timeline = timeline_of(backup.first_wal);
        backup.database_bytes = o.at("info").at("size").to_number<std::int64_t>();
        backup.repository_bytes =
            o.at("info").at("repository").at("delta").to_number<std::int64_t>();
        backup.damaged = o.at("error").is_bool() && o.at("error").as_bool();
        if (const auto* notes = o.if_contains("annotation"); notes != nullptr && notes->is_object())
          if (const auto* lives = notes->get_object().if_contains(kLives))
            backup.lives = std::string(lives->as_string());
        out.backups.push_back(std::move(backup));
      }
    }
  } catch (const std::exception& e) {
    throw std::runtime_error(std::string("pgBackRest's report cannot be read: ") + e.what());
  }
  std::ranges::stable_sort(out.backups, {}, &Backup::stop);
  return out;
}

std::optional<std::int64_t> timeline_at(const std::vector<Fork>& forks, Timestamp at) {
  const Fork* last = nullptr;
  const Fork* first = nullptr;
  for (const auto& fork : forks) {
    if (first == nullptr || fork.at < first->at) first = &fork;
    if (fork.at <= at && (last == nullptr || fork.at > last->at)) last = &fork;
  }
  if (last != nullptr) return last->timeline;
  return first != nullptr ? std::optional(first->parent) : std::nullopt;
}

const Backup* backup_for(const Info& info, const std::vector<Fork>& forks, int repository,
                         Timestamp at) {
  auto timeline = timeline_at(forks, at);
  auto way = timeline ? way_to(forks, *timeline) : std::map<std::int64_t, std::uint64_t>{};
  const Backup* best = nullptr;
  for (const auto& backup : info.backups) {
    // Ends are known by the second.
    if (backup.repository != repository || backup.damaged ||
        backup.stop + std::chrono::seconds(1) > at)
      continue;
    if (timeline) {
      auto passed = way.find(backup.timeline);
      if (passed == way.end() || backup.stop_lsn > passed->second) continue;
    }
    best = &backup;
  }
  return best;
}

const Backup* backup_for_lsn(const Info& info, const std::vector<Fork>& forks, int repository,
                             std::int64_t timeline, std::uint64_t lsn) {
  auto way = way_to(forks, timeline);
  const Backup* best = nullptr;
  for (const auto& backup : info.backups) {
    auto passed = way.find(backup.timeline);
    if (backup.repository != repository || backup.damaged || passed == way.end() ||
        backup.stop_lsn > std::min(lsn, passed->second))
      continue;
    best = &backup;
  }
  return best;
}

std::optional<Timestamp> oldest_moment(const Info& info) {
  for (const auto& backup : info.backups)
    if (backup.repository == 1 && !backup.damaged) return backup.stop + std::chrono::seconds(1);
  return std::nullopt;
}

std::vector<std::string> outlived(const Info& info, int repository, Timestamp now,
                                  std::int64_t keep, bool strict) {
  std::vector<const Backup*> old;
  for (const auto& backup : info.backups)
    if (backup.repository == repository && backup.kind == Kind::full &&
        (strict ? backup.start : backup.stop) <= now - std::chrono::seconds(keep))
      old.push_back(&backup);
  if (!strict && !old.empty()) old.pop_back();
  std::vector<std::string> out;
  for (const auto* backup : old) out.push_back(backup->label);
  return out;
}

std::int64_t count_full(const Info& info, int repository) {
  return std::ranges::count_if(info.backups, [&](const Backup& b) {
    return b.repository == repository && b.kind == Kind::full;
  });
}

const Backup* newest(const Info& info, int repository, std::optional<Kind> kind) {
  const Backup* out = nullptr;
  for (const auto& backup : info.backups)
    if (backup.repository == repository && !backup.damaged && (!kind || backup.kind == *kind))
      out = &backup;
  return out;
}

std::vector<std::string> gaps(const std::vector<std::string>& names,
                              std::string_view first_needed) {
  constexpr std::size_t kMost = 20;
  auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); };
  std::map<std::int64_t, std::set<std::uint64_t>> there;
  for (const auto& path : names) {
    auto name = std::string_view(path).substr(path.rfind('/') + 1);
    // "000000010000000000000003-ab90….zst"; partial ones and those of other kinds are no pieces.
    if (name.size() <= kWalName || name[kWalName] != '-' ||
        !std::ranges::all_of(name.substr(0, kWalName), is_hex))
      continue;
    there[timeline_of(name)].insert(number_of(name));
  }
  std::vector<std::string> out;
  if (first_needed.size() == kWalName) {
    auto first = number_of(first_needed);
    // Of timelines before the oldest backup's nothing is needed.
    std::erase_if(there, [&](const auto& one) { return one.first < timeline_of(first_needed); });
    for (auto& [timeline, numbers] : there)
      numbers.erase(numbers.begin(), numbers.lower_bound(first));
    auto& own = there[timeline_of(first_needed)];
    if (own.empty()) out.emplace_back(first_needed);
    if (!own.contains(first) && first > 0) own.insert(first - 1);
  }
  for (const auto& [timeline, numbers] : there) {
    std::optional<std::uint64_t> before;
    for (auto number : numbers) {
      if (before && number > *before + 1 && out.size() < kMost) {
        auto from = name_of(timeline, *before + 1), to = name_of(timeline, number - 1);
        out.push_back(from == to ? from : from + " to " + to);
      }
      before = number;
    }
  }
  return out;
}

}  // namespace varde::operate
