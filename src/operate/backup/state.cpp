#include "operate/backup/state.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>

#include "operate/backup/pgbackrest.hpp"
#include "web/reflect.hpp"

namespace varde::operate {

namespace {

// A copy beside the backups: after the loss of the data directory a restore must know which lives
// there were. On a disk it is a file. pgBackRest has no command for putting one into S3 (repo-put
// is there, "for internal use only"); but it writes annotations on backups, which
// are kept with them, encrypted as they are, and come with `info`. A backup has its time, so
// they are on the newest.
std::optional<std::string> copy_path(const Installation& installation) {
  if (installation.backup.in_s3()) return std::nullopt;
  return installation.repository() + "/varde-state.json";
}

// What a command's argument can hold, with room to spare.
constexpr std::size_t kMostLives = 200;

struct Lives {
  std::vector<Fork> forks;
};
BOOST_DESCRIBE_STRUCT(Lives, (), (forks))

std::string lives_text(const State& state) {
  Lives lives;
  auto skip = state.forks.size() - std::min(state.forks.size(), kMostLives);
  lives.forks.assign(state.forks.begin() + static_cast<std::ptrdiff_t>(skip), state.forks.end());
  return boost::json::serialize(web::write(lives));
}

State state_from_s3(const Installation& installation) {
  State out;
  // Without it there was never a backup, or none that could be read.
  if (!std::filesystem::exists(installation.place() + "/repository.key")) return out;
  PgBackRest pgbackrest(installation);
  pgbackrest.write_configuration();
  for (const auto& backup : pgbackrest.info(Cluster::main).backups) {
    if (backup.lives.empty()) continue;
    auto json = web::parse_json(backup.lives);
    auto lives = json ? web::read<Lives>(*json) : Result<Lives>(json.error());
    if (!lives)
      throw std::runtime_error("what backup " + backup.label + " says of restores cannot be read.");
    for (auto& fork : lives->forks)
      if (std::ranges::none_of(out.forks, [&](const Fork& known) {
            return known.cluster == fork.cluster && known.at == fork.at;
          }))
        out.forks.push_back(std::move(fork));
  }
  std::ranges::sort(out.forks, {}, &Fork::at);
  return out;
}

}  // namespace

State read_state(const Installation& installation) {
  auto path = installation.place() + "/state.json";
  auto text = read_file(path);
  if (auto copy = copy_path(installation); !text && copy) {
    path = *copy;
    text = read_file(path);
  }
  if (!text) return installation.backup.in_s3() ? state_from_s3(installation) : State();
  auto json = web::parse_json(*text);
  auto state = json ? web::read<State>(*json) : Result<State>(json.error());
  if (!state)
    throw std::runtime_error(path +
                             " cannot be read. Move it away: what it knows of restores and "
                             "drills is then forgotten, and the next backup is a full one.");
  return *state;
}

void keep_state(const Installation& installation, const State& state) {
  auto text = boost::json::serialize(web::write(state)) + "\n";
  replace_file(installation.place() + "/state.json", text);
  // Not where the repository's disk is not mounted.
  auto copy = copy_path(installation);
  if (!copy || !std::filesystem::exists(installation.repository() + "/recent")) return;
  State lives;
  lives.forks = state.forks;
  replace_file(*copy, boost::json::serialize(web::write(lives)) + "\n");
}

void keep_lives(const Installation& installation, const State& state) {
  if (!installation.backup.in_s3() || state.forks.empty()) return;
  PgBackRest pgbackrest(installation);
  auto info = pgbackrest.info(Cluster::main);
  const auto* backup = newest(info, kRecent, std::nullopt);
  auto text = lives_text(state);
  if (backup == nullptr || backup->lives == text) return;
  pgbackrest.run(Cluster::main,
                 {fmt::format("--repo={}", kRecent), "--set=" + backup->label,
                  fmt::format("--annotation={}={}", kLives, text), "annotate"},
                 within(std::chrono::seconds(60)));
}

Lock::Lock(const std::string& path)
    : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
  if (file_ < 0) throw std::runtime_error("cannot write " + path);
  held_ = ::flock(file_, LOCK_EX | LOCK_NB) == 0;
}

Lock::~Lock() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace varde::operate
