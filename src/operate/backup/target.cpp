#include "operate/backup/target.hpp"

namespace varde::operate {

std::vector<Fork> forks_of(const State& state, Cluster cluster) {
  std::vector<Fork> out;
  for (const auto& fork : state.forks)
    if (fork.cluster == word(cluster)) out.push_back(fork);
  return out;
}

Target find_target(const Info& info, const std::vector<Fork>& forks, std::optional<Timestamp> to) {
  auto now = machine_now();
  if (to && *to > now)
    throw std::runtime_error(
        fmt::format("{} is still to come. Give a moment that was, or latest.", to_rfc3339(*to)));
  auto at = to.value_or(now);
  auto timeline = timeline_at(forks, at);
  if (const auto* backup = backup_for(info, forks, kRecent, at)) return {*backup, timeline, to};
  // As it was when a monthly set was made.
  for (const auto& backup : info.backups)
    if (backup.repository == kMonthly && !backup.damaged && to &&
        backup.stop == std::chrono::floor<std::chrono::seconds>(*to))
      return {backup, timeline, to};
  std::string reach;
  if (auto oldest = oldest_moment(info))
    reach = fmt::format("Any moment from {} on can be restored", to_rfc3339(*oldest));
  else
    reach = "There is no backup that could be restored";
  std::string monthly;
  for (const auto& backup : info.backups)
    if (backup.repository == kMonthly && !backup.damaged)
      monthly += (monthly.empty() ? "" : ", ") + to_rfc3339(backup.stop);
  if (!monthly.empty()) reach += ", and the moments of the monthly sets: " + monthly;
  throw std::runtime_error(
      fmt::format("{} is out of reach. {}.", to ? to_rfc3339(*to) : "the latest state", reach));
}

std::vector<std::string> Target::words() const {
  auto line = "--target-timeline=" + (timeline ? std::to_string(*timeline) : "current");
  if (backup.repository == kMonthly)
    return {"--type=immediate", "--target-action=promote", "--target-timeline=current"};
  if (!to) return {"--type=default", line};
  auto text = to_rfc3339(*to);
  text.back() = '+';
  return {"--type=time", "--target=" + text + "00", "--target-action=promote", line};
}

std::optional<std::string> why_not_recovered(const std::string& cluster_directory) {
  auto said = read_file(cluster_directory + "/log/postgres.log").value_or("");
  if (said.find("before configured recovery target was reached") == std::string::npos)
    return std::nullopt;
  return "the moment is out of reach: the archive of the log ends before it. `--to latest` "
         "restores as far as it goes.";
}

}  // namespace varde::operate
