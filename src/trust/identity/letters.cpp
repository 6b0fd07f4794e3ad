// The mails of the platform about accounts, and the tokens in their links.
//
// They belong to no organisation: they leave through the platform's own provider
// (messaging/account_mail), and what they say of an organisation is its name, made harmless.
#include "base/text.hpp"
#include "crypto/aead.hpp"
#include "crypto/hash.hpp"
#include "jobs/queue.hpp"
#include "trust/identity/internal.hpp"
#include "trust/identity/store_sql.hpp"
#include "trust/notice.hpp"
#include "trust/words.hpp"

namespace varde::trust {

using namespace store;

std::string mail_token(Base& base, std::string_view purpose, const Uuid& id) {
  auto key = base.keys.installation_key("mail-token");
  return base64url(std::string(id.view()) +
                   crypto::keyed_hash(key, std::string(purpose) + std::string(id.view()), 16));
}

std::optional<Uuid> read_mail_token(Base& base, std::string_view purpose, std::string_view token) {
  auto raw = unbase64(token);
  if (!raw || raw->size() != 32) return std::nullopt;
  Uuid id;
  std::memcpy(id.bytes.data(), raw->data(), 16);
  return crypto::equal(mail_token(base, purpose, id), token) ? std::optional(id) : std::nullopt;
}

std::string reset_hash(const Uuid& id) { return crypto::sha256("reset:" + id.str()); }

std::string open_invitation(Base& base, const InvitationRow& row) {
  auto key = crypto::derive(base.keys.installation_key("invitation"), row.invitation_id.view());
  return crypto::open(key, row.sealed.data, "invitation").value_or("");
}

namespace {

// What an organisation calls itself, in a mail that is not its own: letters, digits and what a name
// needs, and nothing that a mail program would turn into a link.
std::string harmless(std::string_view name) {
  std::string out;
  for (char c : utf8_prefix(name, 60)) {
    auto u = static_cast<unsigned char>(c);
    bool plain = u >= 0x80 || std::isalnum(u) || c == ' ' || c == '-' || c == '&' || c == '\'';
    out += plain ? c : ' ';
  }
  return std::string(trim(out));
}

struct Addressee {
  Personal email;
  std::string time_zone;
};
// Whom a mail about an account goes to; nullopt when the account is gone.
std::optional<Addressee> addressee(Base& base, const Uuid& account) {
  std::optional<AccountRow> row;
  {
    auto tx = base.database.system();
    row = tx.maybe<AccountRow>(kIdentityAccount, account);
  }
  auto identity = row ? open_account(base, account, row->sealed) : std::nullopt;
  if (!identity) return std::nullopt;
  return Addressee{identity->email, row->time_zone};
}

std::optional<SystemMail> invitation_mail(Base& base, const Uuid& id) {
  std::optional<InvitationRow> row;
  {
    auto tx = base.database.system();
    row = tx.maybe<InvitationRow>(kIdentityInvitation, id, now());
  }
  if (!row) return std::nullopt;
  auto name = harmless(row->tenant_name);
  return SystemMail{
      Personal(open_invitation(base, *row)), fmt::format("You are invited to {} in Varde", name),
      fmt::format("You are invited to work with {} in Varde as {}. The invitation is valid until "
                  "{}. If you do not know what this is about, do nothing.",
                  name, in_words(row->role), in_words(row->expires_at, row->time_zone)),
      "Accept the invitation",
      Personal(base.public_url + "/invitation/" + mail_token(base, "invitation", id))};
}

std::optional<Uuid> account_of_reset(Base& base, const Uuid& id) {
  auto tx = base.database.system();
  return tx.maybe<Uuid>(kIdentityReset, db::Bytes{reset_hash(id)}, now());
}

std::optional<SystemMail> reset_mail(Base& base, const Uuid& id, bool locked) {
  auto account = account_of_reset(base, id);
  auto to = account ? addressee(base, *account) : std::nullopt;
  if (!to) return std::nullopt;
  Personal link(base.public_url + "/reset/" + mail_token(base, "password_reset", id));
  if (!locked)
    return SystemMail{to->email, "Choose a new password for Varde",
                      "Somebody, probably you, asked for a new password. The link works once, for "
                      "one hour. If it was not you, do nothing.",
                      "Choose a new password", link};
  return SystemMail{
      to->email, "Somebody is guessing at your login to Varde",
      fmt::format("There were {} wrong attempts in a row to log in with your address. Nobody can "
                  "log in from a new device any more. Where you have logged in before, you still "
                  "can. To log in elsewhere, choose a new password; the link works once, for one "
                  "hour, and you can ask for another at the login.",
                  kMostFailures),
      "Choose a new password", link};
}

std::optional<SystemMail> security_mail(Base& base, const Uuid& account, std::string_view what,
                                        Timestamp at) {
  auto to = addressee(base, account);
  if (!to) return std::nullopt;
  return SystemMail{
      to->email, "Your login to Varde",
      fmt::format("This was done to your login, or with it, on {}:\n\n{}.\n\nIf it was you, "
                  "nothing is to be done. If it was not, choose a new password at once and tell an "
                  "administrator of your organisation.",
                  in_words(at, to->time_zone), what),
      "Log in to Varde", Personal(base.public_url + "/login")};
}

}  // namespace

void tell_owner(db::Tx& tx, const Uuid& account, std::string_view what) {
  jobs::enqueue(
      tx, {.kind = "mail.system",
           .payload = boost::json::serialize(boost::json::object{{"kind", "security"},
                                                                 {"id", account.str()},
                                                                 {"what", what},
                                                                 {"at", to_rfc3339(now())}})});
}

std::optional<SystemMail> system_mail(Base& base, const std::string& payload) {
  auto value = boost::json::parse(payload).as_object();
  auto text = [&](const char* name) {
    const auto* held = value.if_contains(name);
    return held != nullptr && held->is_string() ? std::string(held->get_string()) : std::string();
  };
  auto kind = text("kind");
  auto id = Uuid::parse(text("id"));
  if (!id) return std::nullopt;
  if (kind == "invitation") return invitation_mail(base, *id);
  if (kind == "password_reset") return reset_mail(base, *id, false);
  if (kind == "locked") return reset_mail(base, *id, true);
  if (kind == "security")
    return security_mail(base, *id, text("what"), parse_rfc3339(text("at")).value_or(now()));
  if (kind != "notice") return std::nullopt;
  auto tenant = Uuid::parse(text("tenant_id"));
  return tenant ? notice_mail(base, *tenant, *id) : std::nullopt;
}

}  // namespace varde::trust
