// Browsers in which an account was logged in to the end: what tells its owner from a stranger when
// secrets are guessed. Knowing one opens nothing.
#include "base/random.hpp"
#include "crypto/hash.hpp"
#include "trust/identity/internal.hpp"
#include "trust/identity/store_sql.hpp"

namespace varde::trust {

using namespace store;

namespace {

const char* name_of(const net::Request& request) {
  return request.secure ? "__Secure-varde-device" : "varde_device";
}

}  // namespace

std::string Identity::Impl::device_of(const net::Request& request) {
  auto token = request.cookie(name_of(request));
  return token.size() < 20 || token.size() > 100 ? std::string()
                                                 : crypto::sha256("device:" + std::string(token));
}

bool Identity::Impl::knows_device(db::Tx& tx, const Uuid& account, const std::string& device) {
  return !device.empty() &&
         tx.maybe<Uuid>(kIdentityKnownDevice, account, db::Bytes{device}, now() - kDeviceLife)
             .has_value();
}

std::pair<std::string, std::string> Identity::Impl::remember_device(db::Tx& tx, const Uuid& account,
                                                                    const net::Request& request) {
  auto token = random_token(24);
  tx.later(kIdentityForgetOldDevices, account, db::Bytes{device_of(request)});
  tx.later(kIdentityRememberDevice, account, db::Bytes{crypto::sha256("device:" + token)}, now());
  return {"Set-Cookie",
          fmt::format("{}={}; Path=/api/v1/session; HttpOnly; SameSite=Strict; Max-Age=31536000{}",
                      name_of(request), token, request.secure ? "; Secure" : "")};
}

Attempt Identity::Impl::attempt(db::Tx& tx, const AccountRow& account, const Ctx& ctx,
                                const net::Request& request) {
  auto device = device_of(request);
  if (!knows_device(tx, account.account_id, device)) device.clear();
  return {hex(account.email_hash.data), account.account_id, ctx.network, device,
          device.empty() || account.device_failures >= kMostFailures ? account.failures
                                                                     : account.device_failures};
}

Attempt Identity::Impl::attempt(const AccountRow& account, const Ctx& ctx) {
  return {hex(account.email_hash.data), account.account_id, ctx.network,
          "session:" + ctx.session.str(), account.device_failures};
}

}  // namespace varde::trust
