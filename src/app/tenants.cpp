// `varde tenant`: what the operator does with organisations, beside the running program.
#include <fmt/format.h>

#include <charconv>
#include <iostream>

#include "app/output.hpp"
#include "app/program.hpp"
#include "app/store_sql.hpp"
#include "base/text.hpp"
#include "privacy/contract/contract.hpp"
#include "privacy/contract/package.hpp"
#include "trust/audit.hpp"
#include "trust/tenant/tenant.hpp"
#include "web/reflect.hpp"

namespace varde::app {
namespace {

struct TenantRow {
  Uuid tenant_id;
  std::string name, slug;
  int state = 1;
  Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(TenantRow, (), (tenant_id, name, slug, state, created_at))

Uuid tenant_called(trust::Base& base, const std::string& slug) {
  auto found = trust::find_tenant(base, slug);
  if (!found) throw std::runtime_error("there is no organisation " + slug);
  return *found;
}

void list(trust::Base& base) {
  auto ends = privacy::contracts(base);
  auto told = [&](const Uuid& tenant) -> std::string {
    for (const auto& end : ends)
      if (end.tenant_id == tenant)
        return fmt::format("{}, ends {}, is removed {}", web::enum_word(end.state),
                           to_rfc3339(end.ends_at), to_rfc3339(end.remove_at));
    return "active";
  };
  auto tx = base.database.system();
  for (const auto& row : tx.all<TenantRow>(store::kTenantsList))
    std::cout << fmt::format("{}  {}  {}: {}\n", row.tenant_id.str(), row.slug, row.name,
                             told(row.tenant_id));
  for (const auto& end : ends)
    if (end.state == privacy::ContractState::removed)
      std::cout << fmt::format("{}  {}  {}: removed {}\n", end.tenant_id.str(), end.slug, end.name,
                               to_rfc3339(*end.removed_at));
}

void end(trust::Base& base, const TenantOptions& options) {
  auto at = options.at.empty() ? std::optional(now()) : parse_rfc3339(options.at);
  if (!at)
    throw std::runtime_error(options.at + " is not a moment. Write it like 2026-12-31T22:00:00Z.");
  trust::Ctx ctx(base, tenant_called(base, options.slug), {});
  auto record = privacy::announce_end(
      ctx, {options.without_return ? privacy::ContractWanted::removal
                                   : privacy::ContractWanted::return_and_removal,
            *at, options.reason});
  if (!record) throw std::runtime_error(record.error().message);
  ctx.commit();
  privacy::settle_contracts(base);
  std::cout << fmt::format(
      "The contract of {} ends at {}; all its data is removed at {}. The proof of that will be at "
      "{}\n",
      record->name, to_rfc3339(record->ends_at), to_rfc3339(record->remove_at),
      privacy::certificate_link(base, record->tenant_id));
}

void certificate(trust::Base& base, const std::string& which) {
  for (const auto& end : privacy::contracts(base))
    if ((end.slug == which || end.tenant_id.str() == which) && !end.certificate.empty()) {
      std::cout << end.certificate;
      return;
    }
  throw std::runtime_error("no organisation " + which + " was removed");
}

void export_all(trust::Base& base, const TenantOptions& options, Output& file) {
  auto tenant = tenant_called(base, options.slug);
  extend(base);
  // Entered first: nothing leaves without an entry.
  trust::Ctx ctx(base, tenant, {});
  trust::record(ctx, trust::AuditEntry{"contract.export", "tenant", tenant});
  ctx.commit();
  auto receipt = privacy::write_organisation(
      base, tenant, [&](std::string_view bytes) { return file.write(bytes); });
  if (!receipt) throw std::runtime_error(options.out + " cannot be written. Is there room?");
  file.keep();
  std::cout << fmt::format("{}: {} rows and {} files, {} bytes.\n", options.out, receipt->rows,
                           receipt->files, receipt->bytes);
}

// "default" is no number of its own.
void quota(trust::Base& base, const TenantOptions& options) {
  auto tenant = tenant_called(base, options.slug);
  extend(base);
  for (const auto& [what, text] : options.quotas) {
    std::optional<std::int64_t> most;
    if (text != "default") {
      std::int64_t number = 0;
      auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
      if (error != std::errc() || end != text.data() + text.size() || number < 0 ||
          number > 1'000'000'000)
        throw std::runtime_error(
            text + " is no quota. Write a whole number up to 1000000000, or default.");
      most = what == trust::Quota::file_bytes ? number * 1'000'000'000 : number;
    }
    trust::set_quota(base, tenant, what, most);
    trust::Ctx ctx(base, tenant, {});
    trust::record(ctx, {"quota.set",
                        "tenant",
                        tenant,
                        std::nullopt,
                        {{web::enum_word(what), std::nullopt,
                          most ? std::to_string(*most) : std::string("default")}}});
    ctx.commit();
  }
  trust::Ctx ctx(base, tenant, {});
  for (const auto& state : trust::quota_states(ctx))
    std::cout << fmt::format("{:<14} {} of {}{}\n", web::enum_word(state.quota),
                             trust::quota_text(state.quota, state.used),
                             trust::quota_text(state.quota, state.most),
                             state.own ? "" : " (the installation's)");
}

}  // namespace

void work_on_tenants(const Settings& settings, std::string_view verb,
                     const TenantOptions& options) {
  std::optional<Output> file;
  if (verb == "export") file.emplace(options.out, Output::Existing::refused);
  with_running_program(settings, [&](trust::Base& base) {
    if (verb == "list") list(base);
    if (verb == "end") end(base, options);
    if (verb == "certificate") certificate(base, options.slug);
    if (verb == "export") export_all(base, options, *file);
    if (verb == "quota") quota(base, options);
    if (verb == "reopen") {
      auto done = privacy::reopen(base, tenant_called(base, options.slug));
      if (!done) throw std::runtime_error(done.error().message);
      std::cout << "The contract goes on.\n";
    }
  });
}

}  // namespace varde::app
