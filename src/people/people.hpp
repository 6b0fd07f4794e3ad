// The people module as the program sees it.
#pragma once

#include "trust/module.hpp"

namespace varde::people {

trust::Module make_module(trust::Base& base);

}  // namespace varde::people
