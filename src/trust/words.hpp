// What stands in sentences for somebody to read: moments, roles and rights.
#pragma once

#include <string>

#include "base/time.hpp"
#include "trust/access.hpp"

namespace varde::trust {

/// "30 November 2026 at 08:00 (Europe/Oslo)"
std::string in_words(Timestamp at, const std::string& zone);
/// What a right is called: "See persons".
std::string in_words(Right right);
/// "privacy officer"
std::string in_words(Role role);

}  // namespace varde::trust
