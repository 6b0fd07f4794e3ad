#include <mutex>
#include <set>

#include "base/log.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "privacy/contract/contract.hpp"
#include "privacy/contract/package.hpp"
#include "privacy/contract/store.hpp"
#include "privacy/contract/store_sql.hpp"
#include "trust/audit.hpp"
#include "trust/identity/identity.hpp"
#include "trust/package/relay.hpp"
#include "trust/tenant/tenant.hpp"
#include "web/resource.hpp"

namespace varde::privacy {

using namespace contract_store;
using trust::Ctx;
using trust::Right;

namespace {

struct ContractView {
  std::string name, slug;
  ContractState state = ContractState::active;
  std::optional<ContractWanted> wanted;
  std::optional<std::string> reason, announced_by;
  std::optional<Timestamp> announced_at, ends_at, remove_at, exported_at;
  std::optional<std::string> certificate_link;  ///< Where the proof of the removal will be.
};
BOOST_DESCRIBE_STRUCT(ContractView, (),
                      (name, slug, state, wanted, reason, announced_by, announced_at, ends_at,
                       remove_at, exported_at, certificate_link))
struct EndIn {
  ContractWanted wanted = ContractWanted::return_and_removal;
  std::optional<Timestamp> ends_at;  ///< None: at once.
  std::optional<web::Text<500>> reason;
  web::Text<120> confirm;  ///< The organisation's short name.
};
BOOST_DESCRIBE_STRUCT(EndIn, (), (wanted, ends_at, reason, confirm))

ContractView view_of(Ctx& ctx) {
  auto settings = trust::tenant_settings(ctx);
  ContractView view{
      settings.name, settings.slug, ContractState::active, {}, {}, {}, {}, {}, {}, {}, {}};
  auto record = contract_of(ctx);
  if (!record) return view;
  view.state = record->state;
  view.wanted = record->wanted;
  view.reason = record->reason;
  if (record->announced_by) {
    auto names = trust::account_names(ctx.base, {*record->announced_by});
    view.announced_by = names[*record->announced_by];
  }
  view.announced_at = record->announced_at;
  view.ends_at = record->ends_at;
  view.remove_at = record->remove_at;
  view.exported_at = record->exported_at;
  view.certificate_link = certificate_link(ctx.base, ctx.tenant);
  return view;
}

// It reads every row: one at a time for an organisation, and few in all, so that no organisation
// keeps another from taking its data along for long.
class Turn {
 public:
  explicit Turn(const Uuid& tenant) : tenant_(tenant) {
    std::lock_guard lock(all().mutex);
    mine_ = all().writing.size() < kAtOnce && all().writing.insert(tenant).second;
  }
  ~Turn() {
    if (!mine_) return;
    std::lock_guard lock(all().mutex);
    all().writing.erase(tenant_);
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  bool mine() const { return mine_; }

 private:
  static constexpr std::size_t kAtOnce = 4;
  struct All {
    std::mutex mutex;
    std::set<Uuid> writing;
  };
  static All& all() {
    static All one;
    return one;
  }
  Uuid tenant_;
  bool mine_ = false;
};

std::string token_of(const trust::Base& base, const Uuid& tenant) {
  auto key = base.keys.installation_key("certificate");
  return tenant.str() + "." + base64url(crypto::keyed_hash(key, tenant.view(), 16));
}

net::Response text_page(int status, std::string text) {
  net::Response response;
  response.status = status;
  response.body = std::move(text);
  response.with("Content-Type", "text/plain; charset=utf-8")
      .with("Cache-Control", "no-store")
      .with("X-Robots-Tag", "noindex");
  return response;
}

net::Response certificate_page(trust::Base& base, const std::string& token) {
  auto tenant = Uuid::parse(std::string_view(token).substr(0, 36));
  if (!tenant || !crypto::equal(token, token_of(base, *tenant)))
    return text_page(404, "There is no certificate here. Check the link.\n");
  auto tx = base.database.system();
  auto record = tx.maybe<ContractRecord>(store::kContractOne, *tenant);
  if (!record || record->certificate.empty())
    return text_page(404, "The data of this organisation was not removed yet.\n");
  return text_page(200, record->certificate);
}

}  // namespace

std::string certificate_link(const trust::Base& base, const Uuid& tenant) {
  return base.public_url + "/p/certificate/" + token_of(base, tenant);
}

namespace {

Result<ContractView> get_contract(Ctx& ctx) { return view_of(ctx); }

Result<ContractView> end_contract(Ctx& ctx, const web::Body<EndIn>& in) {
  if (in->confirm.value != trust::tenant_settings(ctx).slug)
    return bad_input("/confirm", "must be the organisation's short name.");
  VARDE_TRY(auto record, announce_end(ctx, {in->wanted, in->ends_at.value_or(now()),
                                            in->reason ? in->reason->value : std::string()}));
  if (record.ends_at <= now())
    jobs::enqueue(ctx.tx(), {.kind = "contract.settle-now", .unique_key = "contract.settle-now"});
  return view_of(ctx);
}

Result<ContractView> withdraw_contract_end(Ctx& ctx) {
  if (auto done = withdraw_end(ctx); !done) return done.error();
  return view_of(ctx);
}

Result<net::Response> export_organisation(Ctx& ctx) {
  auto turn = std::make_shared<Turn>(ctx.tenant);
  if (!turn->mine())
    return limited("Such a file is being written already. Try again in a minute.", 60);
  trust::record(ctx, trust::AuditEntry{"contract.export", "tenant", ctx.tenant});
  net::Response response;
  auto slug = trust::tenant_settings(ctx).slug;
  response.with("Content-Type", "application/zip")
      .with("Content-Disposition", fmt::format("attachment; filename=\"{}-{}.zip\"", slug,
                                               to_rfc3339(now()).substr(0, 10)))
      .with("Cache-Control", "no-store");
  auto receipt = std::make_shared<std::optional<OrganisationReceipt>>();
  response.stream = trust::relayed(
      ctx.base,
      [&base = ctx.base, tenant = ctx.tenant, turn, receipt](const trust::Write& write) {
        *receipt = write_organisation(base, tenant, write);
      },
      [&base = ctx.base, tenant = ctx.tenant, receipt] {
        if (!*receipt) return;
        Ctx own(base, tenant, {});
        own.tx().later(store::kContractExported, now(), db::Bytes{(*receipt)->manifest_sha256});
        own.commit();
      });
  return response;
}

}  // namespace

void add_contract_routes(trust::Api& api) {
  auto access = [](Right right) { return static_cast<int>(right); };

  api.add({"GET", "/api/v1/contract", "getContract", "How the contract stands, and when it ends",
           access(Right::contract_end)},
          get_contract);

  api.add(
      web::fresh(
          {"POST", "/api/v1/contract/end", "endContract",
           "Announces the end of the contract: logins close, and 30 days later all data is removed",
           access(Right::contract_end)}),
      end_contract);

  api.add({"DELETE", "/api/v1/contract/end", "withdrawContractEnd",
           "Withdraws the end that was announced", access(Right::contract_end)},
          withdraw_contract_end);

  api.add(web::fresh({"GET", "/api/v1/contract/export", "exportOrganisation",
                      "Everything that the organisation has here, as one ZIP file",
                      access(Right::contract_end)}),
          export_organisation);
}

void add_contract_pages(trust::Base& base, web::Router& router) {
  router.page("GET", "/p/certificate/{token}",
              [&base](net::Request&, const std::vector<std::string>& captures) {
                return certificate_page(base, captures.back());
              });
}

}  // namespace varde::privacy
