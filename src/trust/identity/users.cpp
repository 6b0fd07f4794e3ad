// The users of an organisation: who they are, what they may, and who goes.
#include "trust/audit.hpp"
#include "trust/identity/internal.hpp"
#include "trust/identity/store_sql.hpp"
#include "web/resource.hpp"

namespace varde::trust {

using namespace store;
using namespace wire;

namespace {

Result<web::Page<User>> list(Identity::Impl& impl, Ctx& ctx) {
  auto tx = impl.base.database.system();
  auto invitations = tx.later(kIdentityInvitations, ctx.tenant, now());
  auto members = tx.all<MemberRow>(kIdentityMembers, ctx.tenant);
  web::Page<User> page;
  for (auto& row : members) {
    auto identity = open_account(impl.base, row.account_id, row.sealed).value_or(AccountIdentity{});
    page.items.push_back({row.account_id, identity.name, identity.email, row.role,
                          row.suspended ? UserState::suspended : UserState::active,
                          row.totp_confirmed, row.last_seen_at, row.created_at});
  }
  for (auto& row : invitations.rows().all<InvitationRow>())
    page.items.push_back({row.invitation_id, Personal(""),
                          Personal(open_invitation(impl.base, row)), row.role, UserState::invited,
                          false, std::nullopt, row.created_at});
  return page;
}

struct Change {
  std::optional<Role> role;
  std::optional<bool> suspended;
  bool remove = false;
};

Result<Done> change(Identity::Impl& impl, Ctx& ctx, const Uuid& id, const Change& wanted) {
  auto tx = impl.base.database.system();
  auto administrators = tx.all<Uuid>(kIdentityAdministrators, ctx.tenant);
  auto member = tx.maybe<MemberRow>(kIdentityMember, ctx.tenant, id);
  if (!member) return not_found("This user does not belong to the organisation.");
  auto role = wanted.role.value_or(member->role);
  auto suspended = wanted.suspended.value_or(member->suspended);
  bool stays_administrator = !wanted.remove && role == Role::administrator && !suspended;
  bool was_administrator = std::ranges::find(administrators, id) != administrators.end();
  if (was_administrator && !stays_administrator && administrators.size() == 1)
    return conflict("This is the last administrator. Make somebody else an administrator first.",
                    "last-administrator");
  if (wanted.remove) {
    tx.later(kIdentityRemoveMember, ctx.tenant, id);
  } else {
    tx.later(kIdentityChangeMember, ctx.tenant, id, role, suspended);
  }
  if (wanted.remove || suspended) tx.later(kIdentityEndTenantSessions, ctx.tenant, id);
  tx.later(kIdentityNotifyForget);
  std::vector<FieldChange> changes;
  if (role != member->role)
    changes.push_back({"role", web::enum_word(member->role), web::enum_word(role)});
  if (suspended != member->suspended)
    changes.push_back(
        {"suspended", member->suspended ? "true" : "false", suspended ? "true" : "false"});
  record(impl.base, tx, ctx.tenant, ctx.actor, ctx.network,
         {AuditEntry{wanted.remove ? "user.remove" : "user.update", "user", id, std::nullopt,
                     changes}});
  if (role != member->role && id != ctx.actor.id)
    tell_owner(tx, id, "An administrator has changed what you may do in an organisation");
  tx.commit();
  impl.forget();
  return Done{};
}

Result<UserRights> rights(Identity::Impl& impl, Ctx& ctx, const Uuid& id) {
  auto tx = impl.base.database.system();
  auto member = tx.maybe<MemberRow>(kIdentityMember, ctx.tenant, id);
  if (!member) return not_found("This user does not belong to the organisation.");
  UserRights out{member->role, {}};
  for (auto right : all_rights()) {
    bool granted = !member->suspended && may(member->role, right);
    out.rights.push_back({word(right), granted,
                          member->suspended
                              ? "The user is suspended."
                              : fmt::format("The role {} {} it.", web::enum_word(member->role),
                                            granted ? "includes" : "does not include")});
  }
  return out;
}

}  // namespace

void add_user_routes(Identity::Impl& impl, Api& api) {
  api.add({"GET", "/api/v1/users", "listUsers", "Users and open invitations of the organisation",
           access(Right::users_manage)},
          [&impl](Ctx& ctx) { return list(impl, ctx); });
  api.add(web::fresh({"PATCH", "/api/v1/users/{id}", "updateUser",
                      "Changes role, suspends or lets in again", access(Right::users_manage)}),
          [&impl](Ctx& ctx, const web::Path<web::IdPath>& path, const web::Body<UserUpdate>& in) {
            return change(impl, ctx, path->id, {in->role, in->suspended});
          });
  api.add(web::fresh({"DELETE", "/api/v1/users/{id}", "deleteUser",
                      "Takes a user out of the organisation", access(Right::users_manage)}),
          [&impl](Ctx& ctx, const web::Path<web::IdPath>& path) {
            return change(impl, ctx, path->id, {.remove = true});
          });
  api.add({"GET", "/api/v1/users/{id}/rights", "getUserRights",
           "Effective rights of a user, and why", access(Right::users_manage)},
          [&impl](Ctx& ctx, const web::Path<web::IdPath>& path) {
            return rights(impl, ctx, path->id);
          });
}

}  // namespace varde::trust
