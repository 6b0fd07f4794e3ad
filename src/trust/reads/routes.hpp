// The endpoint over readings.
#pragma once

#include "trust/ctx.hpp"

namespace varde::trust {

void add_reads_routes(Api& api);

}  // namespace varde::trust
