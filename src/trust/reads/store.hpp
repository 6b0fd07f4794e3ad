// The statements of readings; only for this folder.
#pragma once

#include "trust/ctx.hpp"

namespace varde::trust::reads_store {

inline constexpr db::Sql kCount{
    "reads.count",
    "INSERT INTO read_count (tenant_id, account_id, day, persons, requests) VALUES ($1, $2, "
    "$3, $4, $5) ON CONFLICT (tenant_id, account_id, day) DO UPDATE SET persons = "
    "read_count.persons + EXCLUDED.persons, requests = read_count.requests + EXCLUDED.requests"};

struct CountRow {
  Uuid account_id;
  Date day;
  std::int64_t persons = 0, requests = 0;
};
BOOST_DESCRIBE_STRUCT(CountRow, (), (account_id, day, persons, requests))
inline constexpr db::Sql kCounts{
    "reads.counts",
    "SELECT account_id, day, persons, requests FROM read_count WHERE day >= "
    "$1 AND day <= $2 ORDER BY day DESC, persons DESC, account_id LIMIT "
    "1000"};

}  // namespace varde::trust::reads_store
