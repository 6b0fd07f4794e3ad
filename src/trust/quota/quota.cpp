#include "trust/quota/quota.hpp"

#include <algorithm>
#include <set>

#include "base/log.hpp"
#include "trust/quota/store.hpp"
#include "trust/quota/store_sql.hpp"
#include "trust/tenant/tenant.hpp"

namespace varde::trust {

using namespace quota_store;

namespace {

constexpr auto kRemembered = std::chrono::minutes(1);
constexpr auto kFresh = std::chrono::seconds(1);
constexpr auto kDaysKept = std::chrono::days(90);

bool is_daily(Quota what) { return what == Quota::mails_per_day || what == Quota::sms_per_day; }

// 1,234,567
std::string grouped(std::int64_t number) {
  auto digits = std::to_string(number);
  for (int at = static_cast<int>(digits.size()) - 3; at > (number < 0 ? 1 : 0); at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

std::int64_t own_or_default(Ctx& ctx, Quota what) {
  return ctx.tx()
      .maybe<std::int64_t>(store::kQuotaOwn, what)
      .value_or(ctx.base.quotas.defaults[what]);
}

std::int64_t counted(Ctx& ctx, Quota what) {
  if (is_daily(what)) {
    auto today = tenant_today(ctx);
    return today ? ctx.tx().maybe<std::int64_t>(store::kQuotaSent, what, *today).value_or(0) : 0;
  }
  if (what == Quota::users)
    return count_members(ctx) +
           ctx.base.database.system().one<std::int64_t>(store::kQuotaInvited, ctx.tenant);
  std::int64_t used = 0;
  for (const auto& counter : ctx.base.extensions.all<QuotaCount>())
    if (counter.what == what) used += counter.count(ctx);
  return used;
}

std::string held_sentence(Quota what, std::int64_t most) {
  return fmt::format(
      "The organisation may have {}, and that is used up. Whoever runs this installation can allow "
      "more.",
      quota_text(what, most));
}

}  // namespace

std::string quota_text(Quota what, std::int64_t most) {
  switch (what) {
    case Quota::users:
      return grouped(most) + " users";
    case Quota::persons:
      return grouped(most) + " persons";
    case Quota::file_bytes:
      return most >= 1'000'000'000
                 ? fmt::format("{:.4g} GB of files", static_cast<double>(most) / 1e9)
                 : fmt::format("{:.4g} MB of files", static_cast<double>(most) / 1e6);
    case Quota::mails_per_day:
      return grouped(most) + " e-mails a day";
    case Quota::sms_per_day:
      return grouped(most) + " SMS a day";
  }
  return {};
}

Quotas::Held Quotas::count(Ctx& ctx, Quota what) {
  Held held{counted(ctx, what), own_or_default(ctx, what), std::chrono::steady_clock::now()};
  std::lock_guard lock(mutex_);
  return held_[{ctx.tenant, what}] = held;
}

std::int64_t Quotas::room(Ctx& ctx, Quota what, std::int64_t wanted) {
  Held held;
  {
    std::lock_guard lock(mutex_);
    held = held_[{ctx.tenant, what}];
  }
  auto age = std::chrono::steady_clock::now() - held.counted;
  bool fits = held.most - held.used >= wanted;
  if (age > kRemembered || (!fits && age > kFresh)) held = count(ctx, what);
  return held.most - held.used;
}

void Quotas::took(const Uuid& tenant, Quota what, std::int64_t more) {
  std::lock_guard lock(mutex_);
  held_[{tenant, what}].used += more;
}

Result<void> Quotas::take(Ctx& ctx, Quota what, std::int64_t more) {
  if (room(ctx, what, more) < more) return conflict(sentence(ctx, what), "quota-used-up");
  took(ctx.tenant, what, more);
  return {};
}

std::string Quotas::sentence(Ctx& ctx, Quota what) {
  return held_sentence(what, own_or_default(ctx, what));
}

bool Quotas::take_message(Base& base, const Uuid& tenant, Quota what) {
  for (bool looked_up : {false, true}) {
    {
      std::lock_guard lock(mutex_);
      auto& day = days_[{tenant, what}];
      if (day.known || looked_up) {
        if (day.known && day.sent + day.pending >= day.most) {
          day.asked = true;
          return false;
        }
        ++day.pending;
        return true;
      }
    }
    if (looked_up) break;
    try {
      learn(base, tenant, what);
    } catch (const db::Unavailable& e) {  // sending has other ways to find that out
      log::warning("How much was sent today is not known", {{"what", e.what()}});
    }
  }
  return true;
}

std::string Quotas::message_sentence(const Uuid& tenant, Quota what) {
  std::lock_guard lock(mutex_);
  return fmt::format(
      "The organisation may send {}, and that is used up. It goes on tomorrow, or when whoever "
      "runs "
      "this installation allows more.",
      quota_text(what, days_[{tenant, what}].most));
}

std::vector<QuotaState> Quotas::nearly_used(const Uuid& tenant) {
  std::vector<QuotaState> out;
  std::lock_guard lock(mutex_);
  for (auto what : kQuotas) {
    auto held = held_.find({tenant, what});
    auto day = days_.find({tenant, what});
    QuotaState state{what, 0, 0, false};
    if (held != held_.end()) {
      state.used = held->second.used;
      state.most = held->second.most;
    } else if (day != days_.end() && day->second.known) {
      state.used = day->second.sent + day->second.pending;
      state.most = day->second.most;
    }
    if (state.used > 0 && state.used >= state.most / 10 * 9) out.push_back(state);
  }
  return out;
}

void Quotas::learn(Base& base, const Uuid& tenant, Quota what) {
  std::int64_t written = 0;
  {
    std::lock_guard lock(mutex_);
    auto& day = days_[{tenant, what}];
    written = day.pending;
    day.asked = false;
  }
  Ctx ctx(base, tenant, {});
  auto today = tenant_today(ctx);
  if (!today) {  // removed meanwhile
    std::lock_guard lock(mutex_);
    days_.erase({tenant, what});
    return;
  }
  ctx.tx().later(store::kQuotaForget, Date(std::chrono::sys_days(*today) - kDaysKept));
  auto row = ctx.tx().one<SentRow>(store::kQuotaAdd, ctx.tenant, what, *today, written);
  ctx.commit();
  std::lock_guard lock(mutex_);
  auto& day = days_[{tenant, what}];
  day.sent = row.sent;
  day.most = row.most.value_or(defaults[what]);
  day.pending -= written;
  day.known = true;
}

void Quotas::flush(Base& base) {
  std::vector<Key> due;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [key, day] : days_)
      if (day.pending > 0 || day.asked) due.push_back(key);
  }
  for (const auto& [tenant, what] : due) {
    try {
      learn(base, tenant, what);
    } catch (const net::Stopped&) {
      throw;
    } catch (const std::exception& e) {
      log::warning("What was sent could not be added up yet", {{"what", e.what()}});
    }
  }
}

void count_quota(Base& base, Quota what, const db::Sql& statement) {
  base.extensions.add(
      QuotaCount{what, [statement](Ctx& ctx) { return ctx.tx().one<std::int64_t>(statement); }});
}

std::vector<QuotaState> quota_states(Ctx& ctx) {
  std::vector<QuotaState> out;
  for (auto what : kQuotas) {
    auto own = ctx.tx().maybe<std::int64_t>(store::kQuotaOwn, what);
    out.push_back(
        {what, counted(ctx, what), own.value_or(ctx.base.quotas.defaults[what]), own.has_value()});
  }
  return out;
}

void set_quota(Base& base, const Uuid& tenant, Quota what, std::optional<std::int64_t> most) {
  auto tx = base.database.system();
  if (most)
    tx.later(store::kQuotaSet, tenant, what, *most);
  else
    tx.later(store::kQuotaClear, tenant, what);
  tx.commit();
}

}  // namespace varde::trust
