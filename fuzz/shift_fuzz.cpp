// What people send about shifts: tables of them.
#include <cstdlib>

#include "staffing/shift/table.hpp"

using namespace varde;
using namespace varde::staffing;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  if (auto rows = read_table(text, 100))
    for (const auto& row : *rows)
      if (row.problem.empty() &&
          (row.workplace.empty() || !row.date.ok() || row.places < 1 || row.start_minute < 0 ||
           row.start_minute >= 24 * 60 || row.end_minute < 0 || row.end_minute > 24 * 60))
        std::abort();
  return 0;
}
