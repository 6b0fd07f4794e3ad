// Sessions: found by their token, remembered for five seconds, forgotten when told.
#include "crypto/hash.hpp"
#include "trust/copy.hpp"
#include "trust/identity/internal.hpp"
#include "trust/identity/store_sql.hpp"

namespace varde::trust {

using namespace store;
using namespace std::chrono_literals;

namespace {

constexpr auto kRemember = 5s;
constexpr auto kSeenEvery = 60s;

const char* kTermsHtml =
    "<p>By using Varde you agree to use it only for what your organisation has instructed, to keep "
    "your login to yourself, and to "
    "report what looks like misuse. Varde stores your name, e-mail address, login times and what "
    "you change, because your "
    "organisation must be able to show who did what. It stores one strictly necessary cookie for "
    "your session, one that knows this browser when you log in again, and your choice of "
    "theme and language in this browser.</p>";

}  // namespace

SessionState Login::state() const {
  if (totp_confirmed && !totp_passed) return SessionState::totp_required;
  if (totp_demanded && !totp_confirmed) return SessionState::totp_setup_required;
  if (terms_version != kTermsVersion) return SessionState::terms_required;
  if (!tenant_id || !role) return SessionState::tenant_required;
  return SessionState::ready;
}

std::string Identity::Impl::cookie_name(const net::Request& request) const {
  return std::string(request.secure ? "__Host-varde" : "varde_session") +
         (base.extensions.all<ReadOnlyCopy>().empty() ? "" : "_copy");
}

std::pair<std::string, std::string> Identity::Impl::cookie(const net::Request& request,
                                                           const std::string& token,
                                                           bool end) const {
  return {"Set-Cookie",
          fmt::format("{}={}; Path=/; HttpOnly; SameSite=Lax{}{}", cookie_name(request), token,
                      request.secure ? "; Secure" : "", end ? "; Max-Age=0" : "")};
}

void Identity::Impl::forget(const Uuid* session) {
  std::lock_guard lock(mutex);
  ++forgotten;
  if (session == nullptr) {
    known.clear();
  } else {
    std::erase_if(known,
                  [&](const auto& entry) { return entry.second.login.session_id == *session; });
  }
}

std::optional<Login> Identity::Impl::find_login(std::string_view token, bool used) {
  if (token.size() < 20 || token.size() > 100) return std::nullopt;
  auto hash = crypto::sha256(token);
  std::uint64_t before = 0;
  {
    std::lock_guard lock(mutex);
    before = forgotten;
    auto found = known.find(hash);
    if (found != known.end() && found->second.until > std::chrono::steady_clock::now()) {
      const auto& login = found->second.login;
      auto idle = now() - login.last_seen_at;
      idle = idle < -Duration(kSeenEvery) ? Duration::max() : idle;  // set back: read anew
      // Somebody is there who was let in seconds ago, whatever the clock did meanwhile.
      if (used ? idle < kSeenEvery || idle >= kSessionIdle : idle < kSessionIdle) return login;
    }
  }
  auto tx = base.database.system();
  auto row = tx.maybe<LoginRow>(kIdentityLogin, db::Bytes{hash});
  auto at = now();
  if (!row || row->expires_at <= at || row->last_seen_at + kSessionIdle <= at) return std::nullopt;
  Login login;
  login.session_id = row->session_id;
  login.account_id = row->account_id;
  login.tenant_id = row->tenant_id;
  login.totp_passed = row->totp_passed;
  login.totp_confirmed = row->totp_confirmed;
  login.terms_version = row->terms_version;
  login.proved_at = row->proved_at;
  login.last_seen_at = row->last_seen_at;
  login.expires_at = row->expires_at;
  if (row->role && row->suspended == false && row->totp_roles) {
    login.role = row->role;
    login.ended = row->tenant_state == 3;
    login.totp_demanded =
        *row->role == Role::administrator ||
        std::ranges::count(*row->totp_roles, static_cast<std::int64_t>(*row->role)) > 0;
  }
  if (row->last_seen_at - at > kSeenEvery) {
    tx.later(kIdentitySetBack, row->session_id, at, at + kSessionLife);
    login.last_seen_at = at;
    login.proved_at = std::min(login.proved_at, at);
    login.expires_at = std::min(login.expires_at, at + kSessionLife);
  }
  if (used && at - row->last_seen_at > kSeenEvery) {
    tx.later(kIdentitySeen, row->session_id, at);
    login.last_seen_at = at;
  }
  tx.commit();
  std::lock_guard lock(mutex);
  if (before != forgotten) return login;  // it may have been read before what was forgotten
  if (known.size() > 50000) known.clear();
  known[hash] = {login, net::in(kRemember)};
  return login;
}

wire::SessionView Identity::Impl::view(const Login* login) {
  wire::SessionView out;
  for (const auto& copy : base.extensions.all<ReadOnlyCopy>())
    out.notices.push_back({"copy", "Read-only copy of " + to_rfc3339(copy.of), {}, {}});
  if (login == nullptr) return out;
  out.state = login->state();
  if (out.state == SessionState::totp_required)
    return out;  // a password alone shows nothing about the account
  auto tx = base.database.system();
  auto memberships = tx.later(kIdentityMemberships, login->account_id);
  auto account = tx.one<AccountRow>(kIdentityAccount, login->account_id);
  if (auto identity = open_account(base, account.account_id, account.sealed))
    out.user = wire::UserView{account.account_id, identity->name,    identity->email,
                              account.locale,     account.time_zone, account.totp_confirmed};
  for (auto& row : memberships.rows().all<MembershipRow>())
    out.tenants.push_back({row.tenant_id, row.name, row.role});
  if (out.state == SessionState::terms_required) out.terms = wire::Terms{kTermsVersion, kTermsHtml};
  if (out.state == SessionState::ready) {
    auto tenant = tx.one<TenantRow>(kIdentityTenant, *login->tenant_id);
    out.tenant = wire::TenantHead{tenant.tenant_id, tenant.name,   tenant.slug, tenant.colour,
                                  tenant.time_zone, tenant.locale, tenant.demo, login->ended};
    out.role = login->role;
    out.fresh = is_fresh(login->proved_at);
    for (auto right : rights_of(*login->role))
      if (!login->ended || may_after_end(*login->role, right)) out.rights.push_back(word(right));
  }
  return out;
}

wire::SessionView Identity::Impl::view_of(const net::Request& request) {
  auto login = login_of(request);
  return view(login ? &*login : nullptr);
}

}  // namespace varde::trust
