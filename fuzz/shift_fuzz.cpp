// What people send about shifts: tables of them, and what they say by SMS.
#include <cstdlib>

#include "staffing/offer/offer.hpp"
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
  if (auto said = read_answer(text); said && said->number && *said->number < 1) std::abort();
  return 0;
}
