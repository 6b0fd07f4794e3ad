#include "privacy/request/figures.hpp"

#include "privacy/request/store.hpp"
#include "privacy/request/store_sql.hpp"

namespace varde::privacy {

std::vector<RequestFigures> request_figures(trust::Ctx& ctx, Timestamp from, Timestamp until) {
  return ctx.tx().all<RequestFigures>(store::kRequestFigures, from, until, now());
}

}  // namespace varde::privacy
