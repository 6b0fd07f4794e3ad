// Invitations: made by an administrator, answered by whoever reads the mail.
//
// The mail is the platform's own, so its link proves that the address is the invited person's. An
// account of that address which nobody has proven to own (verified_at) may be somebody else's work:
// then the invited person makes it hers. Password, second factor, sessions and devices begin anew,
// and the organisations that it belonged to are told.
#include "crypto/aead.hpp"
#include "crypto/hash.hpp"
#include "jobs/queue.hpp"
#include "trust/audit.hpp"
#include "trust/identity/internal.hpp"
#include "trust/identity/store_sql.hpp"
#include "trust/notice.hpp"
#include "trust/words.hpp"
#include "web/resource.hpp"

namespace varde::trust {

using namespace store;
using namespace wire;

namespace {

Error gone() {
  return not_found(
      "This invitation was used already, was withdrawn, or has expired. If you have accepted it, "
      "log in. Otherwise ask whoever invited you for a new one.");
}

bool is_proven(const std::optional<AccountRow>& account) {
  return account && account->verified_at.has_value();
}

Result<InvitationView> look(Identity::Impl& impl, Ctx& ctx, const std::string& token) {
  if (int wait = impl.tokens.take(ctx.network); wait > 0)
    return limited("Too many attempts. Wait a little.", wait);
  auto id = read_mail_token(impl.base, "invitation", token);
  auto tx = impl.base.database.system();
  auto row = id ? tx.maybe<InvitationRow>(kIdentityInvitation, *id, now()) : std::nullopt;
  if (!row) return gone();
  auto email = open_invitation(impl.base, *row);
  auto account = tx.maybe<AccountRow>(kIdentityAccountByEmail, row->email_hash);
  return InvitationView{row->tenant_id, row->tenant_name, Personal(email), row->role,
                        is_proven(account)};
}

// The account of the address becomes that of whoever was invited. In the transaction of the
// acceptance; returns which other organisations are to be told.
std::vector<Uuid> claim(Identity::Impl& impl, db::Tx& tx, const AccountRow& account,
                        const std::string& name, const std::string& email,
                        const std::string& password_hash, const std::string& network) {
  auto id = account.account_id;
  auto key = impl.base.keys.key(kAccounts, id);
  if (!key) throw std::runtime_error("an account has no key");
  tx.later(kIdentityProfile, id,
           db::Bytes{seal_account(*key, id, {Personal(name), Personal(email)})}, account.locale,
           account.time_zone);
  tx.later(kIdentitySetPassword, id, password_hash, now());
  tx.later(kIdentityForgetTotp, id);
  tx.later(kIdentityAcceptTerms, id, std::string(), now());
  tx.later(kIdentityForgetDevices, id);
  tx.later(kIdentityUseReset, id);
  tx.later(kIdentityEndOtherSessions, id, Uuid{});
  tx.later(kIdentityNotifyForget);
  tx.later(kIdentityVerified, id, now());
  Guesses::proven(tx, id);
  record_account(impl.base, tx, id, "account.claim", network, {ActorKind::user, id});
  return tx.all<Uuid>(kIdentityMembershipsOf, id);
}

// Their administrators hear that an account they let in has changed hands.
void tell_organisations(Base& base, const std::vector<Uuid>& tenants, const Uuid& account) {
  for (const auto& tenant : tenants) {
    std::vector<Uuid> administrators;
    {
      auto tx = base.database.system();
      administrators = tx.all<Uuid>(kIdentityAdministratorsOf, tenant);
    }
    Ctx ctx(base, tenant, {});
    std::vector<trust::Notice> notices;
    for (const auto& one : administrators)
      if (one != account)
        notices.push_back({one,
                           "A user of yours had never confirmed the e-mail address of the login. "
                           "The owner of the address has now done so and made the login hers: "
                           "whoever used it before is out. Check whether the user should stay.",
                           "/users", true});
    notify(ctx, notices);
    record(ctx, AuditEntry{"user.claimed", "user", account});
    ctx.commit();
  }
}

Result<Done> accept(Identity::Impl& impl, Ctx& ctx, const InvitationAccept& in) {
  if (int wait = impl.tokens.take(ctx.network); wait > 0)
    return limited("Too many attempts. Wait a little.", wait);
  auto id = read_mail_token(impl.base, "invitation", in.token.value);
  std::optional<InvitationRow> row;
  std::optional<AccountRow> account;
  {
    auto tx = impl.base.database.system();
    if (id) row = tx.maybe<InvitationRow>(kIdentityInvitation, *id, now());
    if (!row) return gone();
    account = tx.maybe<AccountRow>(kIdentityAccountByEmail, row->email_hash);
    tx.commit();
  }
  auto email = open_invitation(impl.base, *row);
  std::string password_hash;
  if (is_proven(account)) {
    Attempt attempt{
        hex(account->email_hash.data), account->account_id, ctx.network, {}, account->failures};
    VARDE_TRY(auto right, impl.guesses.look(attempt, "login.failed", [&] {
      return is_password(account->password_hash, in.password.value);
    }));
    if (!right)
      return bad_input("/password", "An account with this address exists; enter its password.");
  } else {
    if (!in.name) return bad_input("/name", "is required.");
    auto verdict = judge_password(in.password.value, row->role == Role::administrator,
                                  {in.name->value, email});
    if (!verdict.ok) return bad_input("/password", verdict.hint);
    password_hash = hash_in_pool(in.password.value);
  }
  Uuid account_id;
  std::vector<Uuid> others;
  if (!account) {
    VARDE_TRY(account_id, create_account(impl.base, {.name = in.name->value,
                                                     .email = email,
                                                     .password_hash = password_hash,
                                                     .verified = true}));
  } else {
    account_id = account->account_id;
  }
  auto tx = impl.base.database.system();
  if (account) {
    account = tx.one<AccountRow>(kIdentityAccountForUpdate, account_id);
    // Somebody may have proven it meanwhile: her password stays.
    if (is_proven(account) && !password_hash.empty()) return gone();
    if (!is_proven(account))
      others = claim(impl, tx, *account, in.name->value, email, password_hash, ctx.network);
  }
  // Of two who accept at once one finds it used.
  if (tx.query(kIdentityDeleteInvitation, row->tenant_id, row->invitation_id).affected() == 0)
    return gone();
  tx.later(kIdentityInsertMember, row->tenant_id, account_id, row->role, now());
  Actor by{ActorKind::user, account_id};
  record(impl.base, tx, row->tenant_id, by, ctx.network,
         {AuditEntry{"user.join",
                     "user",
                     account_id,
                     std::nullopt,
                     {{"role", std::nullopt, web::enum_word(row->role)}}}});
  tx.commit();
  if (!others.empty()) {
    impl.forget();
    tell_organisations(impl.base, others, account_id);
  }
  return Done{};
}

Result<web::Created<User>> invite(Identity::Impl& impl, Ctx& ctx, const InviteRequest& in) {
  if (in.role == Role::administrator) VARDE_CHECK(demand_fresh(ctx));
  if (int wait = impl.invitations.take("invite:" + ctx.tenant.str()); wait > 0)
    return limited("Too many invitations at once. Wait a little.", wait);
  VARDE_CHECK(ctx.base.quotas.take(ctx, Quota::users, 1));
  auto id = Uuid::make();
  auto hash = db::Bytes{email_hash(impl.base, in.email.value)};
  auto tx = impl.base.database.system();
  if (auto account = tx.maybe<AccountRow>(kIdentityAccountByEmail, hash))
    if (auto member = tx.maybe<MemberRow>(kIdentityMember, ctx.tenant, account->account_id))
      return conflict(
          fmt::format("A user with this address belongs to the organisation already, as {}. Change "
                      "the role on the user's page.",
                      in_words(member->role)),
          "member-exists");
  // The same again is a reminder; another role is a decision, which is not made by a second dialog
  // that stands at its default.
  if (auto invited = tx.maybe<Role>(kIdentityInvitedAs, ctx.tenant, hash, now());
      invited && *invited != in.role && !in.replace.value_or(false))
    return conflict(fmt::format("This address is invited already, as {}. Its invitation ends when "
                                "it is invited as {} instead.",
                                in_words(*invited), in_words(in.role)),
                    "invited-otherwise");
  auto key = crypto::derive(impl.base.keys.installation_key("invitation"), id.view());
  tx.later(kIdentityDeleteInvitationOf, ctx.tenant, hash);
  tx.later(kIdentityInsertInvitation, id, ctx.tenant, db::Bytes{crypto::sha256(id.view())},
           db::Bytes{crypto::seal(key, in.email.value, "invitation")}, hash, in.role, ctx.actor.id,
           now(), now() + std::chrono::days(7));
  jobs::enqueue(tx, {.kind = "mail.system",
                     .payload = boost::json::serialize(
                         boost::json::object{{"kind", "invitation"}, {"id", id.str()}})});
  record(impl.base, tx, ctx.tenant, ctx.actor, ctx.network,
         {AuditEntry{"user.invite",
                     "invitation",
                     id,
                     std::nullopt,
                     {{"role", std::nullopt, web::enum_word(in.role)}}}});
  if (in.role == Role::administrator)
    tell_owner(tx, ctx.actor.id, "Somebody was invited as an administrator");
  tx.commit();
  return web::Created<User>{{id, Personal(""), Personal(in.email.value), in.role,
                             UserState::invited, false, std::nullopt, now()},
                            ""};
}

Result<Done> withdraw(Identity::Impl& impl, Ctx& ctx, const Uuid& invitation) {
  auto tx = impl.base.database.system();
  if (tx.query(kIdentityDeleteInvitation, ctx.tenant, invitation).affected() == 0)
    return not_found("This invitation does not exist any more.");
  record(impl.base, tx, ctx.tenant, ctx.actor, ctx.network,
         {AuditEntry{"user.withdraw_invitation", "invitation", invitation}});
  tx.commit();
  return Done{};
}

}  // namespace

void add_invitation_routes(Identity::Impl& impl, Api& api) {
  api.add(
      {"GET", "/api/v1/invitations/{token}", "getInvitation", "What an invitation is about",
       access(Right::anonymous)},
      [&impl](Ctx& ctx, const web::Path<TokenPath>& path) { return look(impl, ctx, path->token); });
  api.add({"POST", "/api/v1/invitations/accept", "acceptInvitation",
           "Joins the organisation, with a new account or the one that exists",
           access(Right::anonymous)},
          [&impl](Ctx& ctx, const web::Body<InvitationAccept>& in) {
            return accept(impl, ctx, in.value);
          });
  api.add({"POST", "/api/v1/users/invitations", "inviteUser",
           "Sends an invitation, valid for seven days; replaces an open one",
           access(Right::users_manage)},
          [&impl](Ctx& ctx, const web::Body<InviteRequest>& in) {
            return invite(impl, ctx, in.value);
          });
  api.add({"DELETE", "/api/v1/users/invitations/{id}", "withdrawInvitation",
           "Withdraws an invitation", access(Right::users_manage)},
          [&impl](Ctx& ctx, const web::Path<web::IdPath>& path) {
            return withdraw(impl, ctx, path->id);
          });
}

}  // namespace varde::trust
