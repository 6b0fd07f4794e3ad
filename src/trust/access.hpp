// Who may do what: roles, rights, and the one table that joins them.
#pragma once

#include <boost/describe.hpp>
#include <string>
#include <vector>

namespace varde::trust {

enum class Role {
  administrator = 1,
  editor = 2,
  viewer = 3,
  requester = 4,        ///< A workplace's leader: asks for shifts and sees how they are filled.
  privacy_officer = 5,  ///< The data protection officer (GDPR Art. 37): requests, trail, persons.
  auditor = 6           ///< Checks how the data is looked after, and sees none of it.
};
BOOST_DESCRIBE_ENUM(Role, administrator, editor, viewer, requester, privacy_officer, auditor)

/// What an endpoint asks for. The first five are how far a login must have come, each further than
/// the one before; the others are rights of a role within a tenant, for complete logins.
enum class Right {
  anonymous,     ///< Anybody; the handler must need no tenant.
  login_begun,   ///< The password was right. Only what finishes the login or abandons it.
  factor_setup,  ///< Nothing is missing but the second factor that the role demands and that was
                 ///< never set up. Only what sets it up, or leads to where it is not demanded.
  account,       ///< Whose login it is is proven; terms or a tenant may be missing.
  user,          ///< A complete login in a tenant, whatever the role.
  persons_read,
  persons_write,
  persons_export,
  segments_write,
  campaigns_read,
  campaigns_write,
  campaigns_send,
  forms_write,
  journeys_write,
  channels_manage,
  users_manage,
  audit_read,
  settings_manage,
  shifts_read,
  shifts_request,   ///< Ask for a shift; where the tenant wants that, somebody else approves it.
  shifts_write,     ///< Approve, publish, book and cancel.
  staffing_manage,  ///< Workplaces, skills, pools, substitutes.
  rules_override,   ///< Book against a rule, with a reason.
  requests_handle,  ///< What persons ask about their own data: see, answer, carry out.
  contract_end,     ///< End the contract; when it has ended, take everything along.
  /// What proves that the data is looked after, without any of it: evidence, programme, backups,
  /// rules of retention, receipts of erasures, and the trail without values and names of things.
  evidence_read,
};
BOOST_DESCRIBE_ENUM(Right, anonymous, login_begun, factor_setup, account, user, persons_read,
                    persons_write, persons_export, segments_write, campaigns_read, campaigns_write,
                    campaigns_send, forms_write, journeys_write, channels_manage, users_manage,
                    audit_read, settings_manage, shifts_read, shifts_request, shifts_write,
                    staffing_manage, rules_override, requests_handle, contract_end, evidence_read)

/// "persons.read"
std::string word(Right right);
bool may(Role role, Right right);
/// What is left when the organisation's contract has ended: administrators take everything along,
/// and answer what persons ask about their own data until it is removed.
bool may_after_end(Role role, Right right);
std::vector<Right> rights_of(Role role);
/// Every right of a tenant, for lists.
const std::vector<Right>& all_rights();

}  // namespace varde::trust
