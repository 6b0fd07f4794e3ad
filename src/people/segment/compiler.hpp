// A tree of conditions as SQL about persons; only for this folder.
#pragma once

#include "people/segment/segment.hpp"

namespace varde::people {

struct Compiled {
  std::string condition;  ///< About the person p.
  /// The same as a subselect of person_id, each once, without the table person; empty where there
  /// is no such thing.
  std::string set;
  /// Somewhere one of several is enough.
  bool alternatives = false;
};
/// Values become parameters of `query`. Errors: bad_input at the place in the tree.
Result<Compiled> compile(trust::Ctx& ctx, const boost::json::value& tree, Query& query);

}  // namespace varde::people
