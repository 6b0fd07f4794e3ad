#include "privacy/request/figures.hpp"

#include "privacy/request/store.hpp"

namespace varde::privacy {

std::vector<RequestFigures> request_figures(trust::Ctx& ctx, Timestamp from, Timestamp until) {
  return ctx.tx().all<RequestFigures>(store::kFigures, from, until, now());
}

}  // namespace varde::privacy
