#include "trust/access.hpp"

#include "web/reflect.hpp"

namespace varde::trust {

std::string word(Right right) {
  auto name = web::enum_word(right);
  if (auto at = name.find('_'); at != std::string::npos) name[at] = '.';
  return name;
}

bool may(Role role, Right right) {
  switch (right) {
    case Right::anonymous:
    case Right::login_begun:
    case Right::factor_setup:
    case Right::account:
    case Right::user:
      return true;
    case Right::shifts_read:
      return role != Role::auditor;
    case Right::persons_read:
    case Right::campaigns_read:
      return role != Role::requester && role != Role::auditor;
    case Right::persons_write:
      return role == Role::administrator || role == Role::editor || role == Role::privacy_officer;
    case Right::segments_write:
    case Right::campaigns_write:
    case Right::campaigns_send:
    case Right::forms_write:
    case Right::journeys_write:
    case Right::shifts_write:
    case Right::staffing_manage:
    case Right::rules_override:
      return role == Role::administrator || role == Role::editor;
    case Right::shifts_request:
      return role == Role::administrator || role == Role::editor || role == Role::requester;
    case Right::persons_export:
    case Right::audit_read:
    case Right::requests_handle:
      return role == Role::administrator || role == Role::privacy_officer;
    case Right::evidence_read:
      return role == Role::administrator || role == Role::privacy_officer || role == Role::auditor;
    case Right::channels_manage:
    case Right::users_manage:
    case Right::settings_manage:
    case Right::contract_end:
      return role == Role::administrator;
  }
  return false;
}

bool may_after_end(Role role, Right right) {
  return role == Role::administrator &&
         (right == Right::contract_end || right == Right::requests_handle);
}

const std::vector<Right>& all_rights() {
  static const std::vector<Right> all = [] {
    std::vector<Right> out;
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<Right>>([&](auto d) {
      if (d.value > Right::user) out.push_back(d.value);
    });
    return out;
  }();
  return all;
}

std::vector<Right> rights_of(Role role) {
  std::vector<Right> out;
  for (auto right : all_rights())
    if (may(role, right)) out.push_back(right);
  return out;
}

}  // namespace varde::trust
