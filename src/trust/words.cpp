#include "trust/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "web/reflect.hpp"

namespace varde::trust {

std::string in_words(Timestamp at, const std::string& zone) {
  static constexpr std::array kMonths{"January",   "February", "March",    "April",
                                      "May",       "June",     "July",     "August",
                                      "September", "October",  "November", "December"};
  auto local = to_local(at, zone);
  auto day = std::chrono::floor<std::chrono::days>(local);
  std::chrono::year_month_day date(day);
  auto minutes = std::chrono::duration_cast<std::chrono::minutes>(local - day).count();
  return fmt::format("{} {} {} at {:02}:{:02} ({})", static_cast<unsigned>(date.day()),
                     kMonths[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()), minutes / 60, minutes % 60, zone);
}

std::string in_words(Right right) {
  switch (right) {
    case Right::anonymous:
    case Right::login_begun:
    case Right::factor_setup:
    case Right::account:
    case Right::user:
      break;
    case Right::persons_read:
      return "See persons";
    case Right::persons_write:
      return "Change and import persons";
    case Right::persons_export:
      return "Export persons";
    case Right::segments_write:
      return "Change segments";
    case Right::campaigns_read:
      return "See campaigns and reports";
    case Right::campaigns_write:
      return "Change campaigns and templates";
    case Right::campaigns_send:
      return "Send campaigns";
    case Right::forms_write:
      return "Change forms";
    case Right::journeys_write:
      return "Change journeys";
    case Right::channels_manage:
      return "Manage domains and providers";
    case Right::users_manage:
      return "Manage users";
    case Right::audit_read:
      return "Read the audit trail";
    case Right::settings_manage:
      return "Change settings";
    case Right::shifts_read:
      return "See the shift board";
    case Right::shifts_request:
      return "Ask for shifts";
    case Right::shifts_write:
      return "Publish shifts, see substitutes and book them";
    case Right::staffing_manage:
      return "Change substitutes, workplaces, skills and pools";
    case Right::rules_override:
      return "Book against a rule, with a reason";
    case Right::requests_handle:
      return "Answer what persons ask about their data";
    case Right::contract_end:
      return "End the contract and take everything along";
    case Right::evidence_read:
      return "Check evidence, backups, and the trail without values";
  }
  return word(right);
}

std::string in_words(Role role) {
  auto name = web::enum_word(role);
  std::ranges::replace(name, '_', ' ');
  return name;
}

}  // namespace varde::trust
