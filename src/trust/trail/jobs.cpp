// Seals every tenant's trail each minute, and hands the heads to the witness.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.hpp"
#include "jobs/each.hpp"
#include "trust/tenant/tenant.hpp"
#include "trust/trail/store_sql.hpp"
#include "trust/trail/trail.hpp"

namespace varde::trust {
namespace {

constexpr auto kEvery = std::chrono::minutes(1);

// Appends to the file of the day, and knows that it is on the disk. Throws with what to do.
void hand_over(const std::string& directory, const std::string& notes) {
  auto path = fmt::format("{}/heads-{}.txt", directory, to_rfc3339(now()).substr(0, 10));
  int fd = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  // Heads are public, and a witness may be another user.
  if (fd >= 0 && ::fchmod(fd, 0644) != 0)
    log::warning("Who may read the heads at the witness stays as it is", {{"path", path}});
  bool ok = fd >= 0 &&
            ::write(fd, notes.data(), notes.size()) == static_cast<ssize_t>(notes.size()) &&
            ::fsync(fd) == 0;
  if (fd >= 0) ::close(fd);
  if (!ok)
    throw std::runtime_error("the heads of the trails cannot be handed to the witness: " + path +
                             " cannot be written");
}

Result<jobs::Outcome> seal_all(Base& base) {
  auto started = now();
  auto tenants = every_tenant(base);
  tenants.push_back(kAccounts);  // the platform's own: what happened to accounts
  std::string fresh;
  auto outcome = jobs::for_each_tenant("trail.seal", tenants, [&](const Uuid& tenant) {
    auto head = seal_trail(base, tenant);
    if (head.at >= started) fresh += head.note + "\n";
  });
  if (!base.witness.empty() && !fresh.empty()) hand_over(base.witness, fresh);
  return outcome;
}

}  // namespace

void add_trail_jobs(Base& base, jobs::Workers& workers) {
  workers.handle("trail.seal", [&base](const jobs::Job&) { return seal_all(base); });
  workers.schedule({"trail.seal", kEvery});
}

}  // namespace varde::trust
