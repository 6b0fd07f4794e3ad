// The statements of readings; only for this folder.
#pragma once

#include "trust/ctx.hpp"

namespace varde::trust::reads_store {

struct CountRow {
  Uuid account_id;
  Date day;
  std::int64_t persons = 0, requests = 0;
};
BOOST_DESCRIBE_STRUCT(CountRow, (), (account_id, day, persons, requests))

}  // namespace varde::trust::reads_store
