#include <zxcvbn.h>

#include "base/canonical.hpp"
#include "base/text.hpp"
#include "crypto/aead.hpp"
#include "crypto/hash.hpp"
#include "crypto/password.hpp"
#include "trust/audit.hpp"
#include "trust/identity/internal.hpp"
#include "trust/identity/known_passwords.hpp"
#include "trust/identity/store_sql.hpp"

namespace varde::trust {

using namespace store;

// ---- accounts
// --------------------------------------------------------------------------------------------------------------

std::string email_hash(Base& base, std::string_view email) {
  // As persons' addresses are compared: a domain in either of its spellings is one domain.
  auto canonical = canonical_email(email);
  return crypto::keyed_hash(base.keys.installation_key("account-email"),
                            canonical ? email_key(*canonical) : fold(trim(email)));
}

AccountRow read_account(Base& base, const Uuid& account) {
  return base.database.system().one<AccountRow>(kIdentityAccount, account);
}

std::string seal_account(const crypto::Key& key, const Uuid& id, const AccountIdentity& identity) {
  boost::json::object value{{"name", identity.name.reveal()}, {"email", identity.email.reveal()}};
  return crypto::seal(key, boost::json::serialize(value), "account:" + id.str());
}

std::optional<AccountIdentity> open_account(const crypto::Key& key, const Uuid& id,
                                            const db::Bytes& sealed) {
  auto text = crypto::open(key, sealed.data, "account:" + id.str());
  if (!text) return std::nullopt;
  auto value = boost::json::parse(*text);
  return AccountIdentity{Personal(std::string(value.at("name").as_string())),
                         Personal(std::string(value.at("email").as_string()))};
}

std::optional<AccountIdentity> open_account(Base& base, const Uuid& id, const db::Bytes& sealed) {
  auto key = base.keys.key(kAccounts, id);
  return key ? open_account(*key, id, sealed) : std::nullopt;
}

std::optional<AccountIdentity> account_identity(Base& base, const Uuid& id) {
  auto tx = base.database.system();
  auto row = tx.maybe<AccountRow>(kIdentityAccount, id);
  return row ? open_account(base, id, row->sealed) : std::nullopt;
}

std::unordered_map<Uuid, std::string> account_names(Base& base, const std::vector<Uuid>& ids) {
  std::unordered_map<Uuid, std::string> out;
  if (ids.empty()) return out;
  auto keys = base.keys.keys(kAccounts, ids);
  auto tx = base.database.system();
  auto rows = tx.query(kIdentitySealedOf, ids);
  for (int i = 0; i < rows.size(); ++i) {
    auto id = rows.get<Uuid>(i, 0);
    auto found = keys.find(id);
    if (found == keys.end()) continue;
    if (auto identity = open_account(found->second, id, rows.get<db::Bytes>(i, 1)))
      out[id] = identity->name.reveal();
  }
  return out;
}

std::optional<Uuid> find_account(Base& base, std::string_view email) {
  auto tx = base.database.system();
  auto row = tx.maybe<AccountRow>(kIdentityAccountByEmail, db::Bytes{email_hash(base, email)});
  return row ? std::optional(row->account_id) : std::nullopt;
}

Result<Uuid> create_account(Base& base, const NewAccount& account) {
  auto id = Uuid::make();
  auto key = base.keys.create_keys(kAccounts, {&id, 1}).front();
  auto password_hash =
      account.password.empty() ? account.password_hash : hash_in_pool(account.password);
  std::optional<db::Bytes> totp;
  if (account.totp_secret)
    totp = db::Bytes{crypto::seal(key, *account.totp_secret, "totp:" + id.str())};
  auto tx = base.database.system();
  try {
    tx.query(kIdentityInsertAccount, id, db::Bytes{email_hash(base, account.email)},
             db::Bytes{seal_account(key, id, {Personal(account.name), Personal(account.email)})},
             password_hash, totp, account.totp_secret.has_value(), account.operator_staff, now(),
             account.verified ? std::optional(now()) : std::nullopt);
    record_account(base, tx, id, "account.create", "", {});
    tx.commit();
  } catch (const db::SqlError& e) {
    if (!e.is_unique_violation()) throw;
    base.keys.destroy_keys(kAccounts, {&id, 1});
    return conflict("An account with this e-mail address exists already.", "account-exists");
  }
  return id;
}

void add_member(Base& base, const Uuid& tenant, const Uuid& account, Role role) {
  auto tx = base.database.system();
  tx.later(kIdentityInsertMember, tenant, account, role, now());
  tx.commit();
}

// ---- passwords
// -------------------------------------------------------------------------------------------------------------

net::WorkPool& password_pool() {
  // Two threads at 19 MiB each, and a short queue: a flood of logins waits in line or is told to
  // come back.
  static net::WorkPool pool(2, 64);
  return pool;
}

std::string hash_in_pool(const std::string& password) {
  if (net::Loop::current_or_null() == nullptr) return crypto::hash_password(password);
  auto out = std::make_shared<std::string>();
  if (!password_pool().run([out, password] { *out = crypto::hash_password(password); }))
    throw db::Unavailable("too many logins at once");
  return *out;
}

PasswordVerdict judge_password(std::string_view password, bool second_factor,
                               const std::vector<std::string>& about) {
  PasswordVerdict out;
  if (!is_utf8(password)) return {false, 0, "The password must be valid text."};
  auto length = utf8_length(password);
  std::size_t least = second_factor ? 8 : 15;
  if (length > 256) return {false, 0, "Use at most 256 characters."};
  std::vector<const char*> words{"varde"};
  std::vector<std::string> parts;
  for (const auto& text : about)
    for (auto& word : words_of(text)) parts.push_back(word);
  for (const auto& part : parts) words.push_back(part.c_str());
  words.push_back(nullptr);
  ZxcMatch_t* matches = nullptr;
  // zxcvbn grows faster than the length; what comes after 100 characters cannot make a password
  // weaker.
  std::string head(utf8_prefix(password, 100));
  auto entropy = ZxcvbnMatch(head.c_str(), words.data(), &matches);
  bool common = matches != nullptr && matches->Next == nullptr && matches->Type == DICTIONARY_MATCH;
  ZxcvbnFreeInfo(matches);
  out.score = entropy < 10 ? 0 : entropy < 20 ? 1 : entropy < 30 ? 2 : entropy < 40 ? 3 : 4;
  if (length < least) {
    out.hint =
        second_factor
            ? "Use at least 8 characters. Three or four unrelated words are easy to remember."
            : "Use at least 15 characters. Three or four unrelated words are easy to remember.";
  } else if (common || is_known_password(password)) {
    out.hint = "This password is on the lists that attackers try first.";
  } else if (entropy < 28) {
    out.hint =
        "This password is easy to guess. Avoid names, dates, repeats and keyboard rows; add an "
        "unrelated word.";
  } else {
    out.ok = true;
  }
  return out;
}

Result<bool> is_password(const std::string& stored, const std::string& given) {
  auto right = std::make_shared<bool>(false);
  auto work = [right, stored, given] {
    if (stored.empty()) {
      crypto::pretend_to_verify(given);
    } else {
      *right = crypto::verify_password(stored, given);
    }
  };
  if (!password_pool().run(work))
    return Error{ErrorCode::unavailable,
                 "Many people are logging in right now. Try again in a few seconds.",
                 {},
                 {},
                 5};
  return *right;
}

// ---- what happened to an account

void record_account(Base& base, db::Tx& tx, const Uuid& account, std::string action,
                    const std::string& network, const Actor& by,
                    const std::vector<FieldChange>& changes) {
  auto key = changes.empty() ? std::nullopt : base.keys.key(kAccounts, account);
  record(
      base, tx, kAccounts, by, network,
      {AuditEntry{std::move(action), "account", account, account, changes, key ? &*key : nullptr}});
}

}  // namespace varde::trust
