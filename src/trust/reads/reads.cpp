#include "trust/reads/reads.hpp"

#include <algorithm>
#include <set>

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "trust/audit.hpp"
#include "trust/reads/store.hpp"
#include "trust/reads/store_sql.hpp"
#include "trust/tenant/tenant.hpp"

namespace varde::trust {

namespace {

metrics::Gauge waiting("varde_persons_read_waiting", "Readings that are not entered yet");
metrics::Counter entered("varde_persons_read_total", "Persons that users were shown");

constexpr std::size_t kOfEntry = 1000;           // ids in one entry
constexpr std::size_t kMostWaiting = 2'000'000;  // when the database takes none for a long time

// Each once, in lines of so many that an entry stays small.
std::vector<AuditEntry> entries_of(const Actor& by, std::vector<Uuid> persons) {
  std::vector<AuditEntry> out;
  for (std::size_t from = 0; from < persons.size(); from += kOfEntry) {
    auto until = std::min(persons.size(), from + kOfEntry);
    std::string ids;
    for (auto i = from; i < until; ++i) ids += (ids.empty() ? "" : " ") + persons[i].str();
    AuditEntry entry{"persons.shown",
                     "persons",
                     std::nullopt,
                     std::nullopt,
                     {{"persons", std::nullopt, std::move(ids)}}};
    entry.by = by;
    out.push_back(std::move(entry));
  }
  return out;
}

}  // namespace

void Reads::note(const Ctx& ctx, std::span<const Uuid> persons) {
  if (ctx.actor.kind != ActorKind::user || persons.empty()) return;
  std::lock_guard lock(mutex_);
  if (!begun_) return;
  auto& seen = gathered_[{ctx.tenant, ctx.actor.id, ctx.network}];
  seen.persons.insert(seen.persons.end(), persons.begin(), persons.end());
  ++seen.requests;
  waiting.add(1);
}

void Reads::enter(Base& base, const Uuid& tenant, const Gathered& gathered) {
  Ctx ctx(base, tenant, {});
  auto day = tenant_today(ctx);
  if (!day) return;  // removed meanwhile, its trail with it
  for (const auto& [reader, seen] : gathered) {
    std::set<Uuid> once(seen.persons.begin(), seen.persons.end());
    Actor by{ActorKind::user, reader.account};
    record(base, ctx.tx(), tenant, by, reader.network, entries_of(by, {once.begin(), once.end()}));
    ctx.tx().later(store::kReadsCount, reader.account, *day, static_cast<std::int64_t>(once.size()),
                   seen.requests);
    entered.add(static_cast<double>(once.size()));
  }
  ctx.commit();
}

void Reads::flush(Base& base) {
  Gathered all;
  {
    std::lock_guard lock(mutex_);
    all.swap(gathered_);
  }
  while (!all.empty()) {
    auto tenant = all.begin()->first.tenant;
    Gathered some;
    while (!all.empty() && all.begin()->first.tenant == tenant)
      some.insert(all.extract(all.begin()));
    try {
      enter(base, tenant, some);
      for (const auto& [reader, seen] : some) waiting.add(-static_cast<double>(seen.requests));
    } catch (const net::Stopped&) {
      throw;
    } catch (const std::exception& e) {
      log::warning("Readings could not be entered yet", {{"what", e.what()}});
      std::lock_guard lock(mutex_);
      for (auto& [reader, seen] : some) {
        auto& kept = gathered_[reader];
        if (kept.persons.size() + seen.persons.size() > kMostWaiting) continue;
        kept.persons.insert(kept.persons.end(), seen.persons.begin(), seen.persons.end());
        kept.requests += seen.requests;
      }
    }
  }
}

}  // namespace varde::trust
