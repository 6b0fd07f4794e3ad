// Privacy as the program sees it: what persons ask about their own data.
#pragma once

#include "trust/module.hpp"

namespace varde::privacy {

trust::Module make_module(trust::Base& base);

}  // namespace varde::privacy
