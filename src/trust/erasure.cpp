#include "trust/erasure.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/log.hpp"
#include "base/text.hpp"

namespace varde::trust {
namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kBatch = 1'000;
const std::string kPrefix = "erasures-";

std::vector<std::string> directories(const Base& base) {
  std::vector<std::string> out{base.data_directory + "/ledger"};
  if (!base.ledger.empty()) out.push_back(base.ledger);
  return out;
}

// Appends to the file of the month, and knows that it is on the disk.
void append(const std::string& directory, const std::string& lines) {
  fs::create_directories(directory);
  auto path = fmt::format("{}/{}{}.txt", directory, kPrefix, to_rfc3339(now()).substr(0, 7));
  int fd = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  bool ok = fd >= 0 &&
            ::write(fd, lines.data(), lines.size()) == static_cast<ssize_t>(lines.size()) &&
            ::fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  if (!ok) throw std::runtime_error("the ledger of erasures cannot be written: " + path);
}

// "2026-03-01T12:30:00Z TENANT PERSON"; anything else is the torn end of a file whose machine
// failed, and was not acknowledged.
std::optional<Erasure> read_line(std::string_view line) {
  auto words = split(line, ' ');
  if (words.size() != 3) return std::nullopt;
  auto at = parse_rfc3339(words[0]);
  auto tenant = Uuid::parse(words[1]), person = Uuid::parse(words[2]);
  if (!at || !tenant || !person) return std::nullopt;
  return Erasure{0, *tenant, *person, *at};
}

net::WorkPool& cleaning_pool() {
  static net::WorkPool pool(1, 1);
  return pool;
}

// What blocks, on a thread of its own.
bool aside(const std::function<bool()>& work) {
  bool out = false;
  if (!cleaning_pool().run([&] { out = work(); }))
    throw std::runtime_error("the keystore's files are being rewritten already");
  return out;
}

Result<jobs::Outcome> clean_when_needed(Base& base) {
  auto since = base.keys.unclean_since();
  if (!since) return jobs::Outcome::done();
  if (!clean_keystore(base, std::chrono::minutes(5)))
    return make_error(ErrorCode::unavailable,
                      "old WAL of the keystore is still there: is it being archived?");
  log::info("The keystore's files were rewritten without the keys that were destroyed",
            {{"first_destroyed", to_rfc3339(*since)}});
  return jobs::Outcome::done();
}

Result<jobs::Outcome> destroy(Base& base, const jobs::Job& job) {
  auto ids = ids_of(job);
  try {
    base.keys.destroy_keys(*job.tenant_id, ids);
  } catch (const std::exception& e) {
    return try_again(e);
  }
  return jobs::Outcome::done();
}

Result<jobs::Outcome> prune(Base& base) {
  auto before = now() - kLedgerKept;
  base.keys.prune_ledger(before);
  // A file of a month goes when the whole month is that old.
  auto month = to_rfc3339(before).substr(0, 7);
  for (const auto& directory : directories(base)) {
    if (!fs::exists(directory)) continue;
    for (const auto& file : fs::directory_iterator(directory)) {
      auto name = file.path().filename().string();
      if (name.starts_with(kPrefix) && name.substr(kPrefix.size(), 7) < month)
        fs::remove(file.path());
    }
  }
  return jobs::Outcome::done();
}

}  // namespace

std::string ids_payload(const std::vector<Uuid>& ids) {
  boost::json::array out;
  for (const auto& id : ids) out.emplace_back(id.str());
  return boost::json::serialize(boost::json::object{{"ids", out}});
}
std::vector<Uuid> ids_of(const jobs::Job& job) {
  std::vector<Uuid> out;
  const auto payload = boost::json::parse(job.payload.text);
  for (const auto& id : payload.at("ids").as_array())
    out.push_back(*Uuid::parse(std::string_view(id.as_string())));
  return out;
}
jobs::Outcome try_again(const std::exception& what) {
  log::error("An erasure is not complete and is tried again", {{"what", what.what()}});
  return jobs::Outcome::again(now() + std::chrono::seconds(30));
}

void destroy_keys(Ctx& ctx, const std::vector<Uuid>& ids) {
  if (ids.empty()) return;
  jobs::enqueue(ctx.tx(),
                {.kind = "keys.destroy", .tenant_id = ctx.tenant, .payload = ids_payload(ids)});
}

void forget(Base& base, const Uuid& tenant, const std::vector<Uuid>& persons) {
  if (persons.empty()) return;
  auto at = now();
  base.keys.forget(tenant, persons, std::vector(persons.size(), at));
  std::string lines;
  for (const auto& person : persons)
    lines += fmt::format("{} {} {}\n", to_rfc3339(at), tenant.str(), person.str());
  for (const auto& directory : directories(base)) append(directory, lines);
}

std::size_t adopt_ledger(Base& base) {
  struct Lines {
    std::vector<Uuid> persons;
    std::vector<Timestamp> at;
  };
  std::size_t out = 0;
  std::map<Uuid, Lines> of;
  auto take = [&](const Uuid& tenant, Lines& lines) {
    base.keys.forget(tenant, lines.persons, lines.at);
    if (std::ranges::find(lines.persons, Uuid()) != lines.persons.end())
      base.keys.destroy_tenant(tenant);
    out += lines.persons.size();
    lines = {};
  };
  for (const auto& directory : directories(base)) {
    if (!fs::exists(directory)) continue;
    for (const auto& file : fs::directory_iterator(directory)) {
      if (!file.path().filename().string().starts_with(kPrefix)) continue;
      std::ifstream in(file.path());
      for (std::string line; std::getline(in, line);) {
        auto erasure = read_line(line);
        if (!erasure) continue;
        auto& lines = of[erasure->tenant_id];
        lines.persons.push_back(erasure->person_id);
        lines.at.push_back(erasure->erased_at);
        if (std::ssize(lines.persons) >= kBatch) take(erasure->tenant_id, lines);
      }
    }
  }
  for (auto& [tenant, lines] : of) take(tenant, lines);
  return out;
}

void read_ledger(Base& base,
                 const std::function<void(const Uuid&, const std::vector<Uuid>&)>& batch) {
  for (std::int64_t after = 0;;) {
    auto lines = base.keys.erasures(after, kBatch);
    if (lines.empty()) return;
    after = lines.back().number;
    std::map<Uuid, std::vector<Uuid>> of;
    for (const auto& line : lines) of[line.tenant_id].push_back(line.person_id);
    for (const auto& [tenant, persons] : of) batch(tenant, persons);
  }
}

bool clean_keystore(Base& base, std::chrono::seconds patience) {
  auto until = net::in(patience);
  bool gone = aside([&] { return base.keys.clean(); });
  while (!gone && std::chrono::steady_clock::now() < until) {
    net::sleep_for(std::chrono::milliseconds(500));  // until it is archived
    gone = aside([&] { return base.keys.drop_old_wal(); });
  }
  return gone;
}

void add_erasure_jobs(Base& base, jobs::Workers& workers) {
  workers.handle("keystore.clean", [&base](const jobs::Job&) { return clean_when_needed(base); });
  workers.schedule({"keystore.clean", kCleanEvery});
  workers.handle("keys.destroy", [&base](const jobs::Job& job) { return destroy(base, job); });
  workers.handle("erasure.prune", [&base](const jobs::Job&) { return prune(base); });
  workers.schedule({"erasure.prune", std::chrono::hours(24)});
}

}  // namespace varde::trust
