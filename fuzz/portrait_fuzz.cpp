// Photos: whatever comes, either a sentence or a JPEG without what stood around the pixels.
#include <cstdlib>

#include "staffing/paper/portrait.hpp"

using namespace varde::staffing;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  // Some of the bytes choose the square.
  Crop crop{data[0] / 128.0, data[1] / 128.0, data[2] / 128.0};
  std::string_view photo(reinterpret_cast<const char*>(data) + 3, size - 3);
  for (const auto& square : {std::optional<Crop>(), std::optional(crop)}) {
    auto made = make_portrait(photo, square);
    if (made ? !made->starts_with("\xff\xd8\xff") : made.error().message.empty()) std::abort();
  }
  return 0;
}
