// What people reply by SMS: any bytes come to something, the same each time, and a question is
// never a yes.
#include <cstdlib>
#include <string>

#include "staffing/offer/understand.hpp"

using namespace varde::staffing;

static void check(bool holds) {
  if (!holds) std::abort();
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  auto said = understand(text);
  check(!said.number || (*said.number >= 0 && *said.number <= 999));
  check((said.meaning == Meaning::number) <= said.number.has_value());
  check(!said.number || said.meaning == Meaning::yes || said.meaning == Meaning::no ||
        said.meaning == Meaning::number);
  check(understand(text) == said);
  auto asked = understand(text + "\n?").meaning;
  check(asked != Meaning::yes && asked != Meaning::agreed && asked != Meaning::number);
  return 0;
}
