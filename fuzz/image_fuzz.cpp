// Pictures for messages: whatever comes, either nothing or the same kind and size of picture, from
// which there is nothing more to take.
#include <cstdlib>

#include "outreach/composer/composer.hpp"

using namespace varde::outreach;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  auto before = sniff_image(bytes);
  auto clean = without_metadata(bytes);
  if (!clean) return 0;
  if (!before || without_metadata(*clean) != clean) std::abort();
  auto after = sniff_image(*clean);
  if (!after || after->type != before->type || after->width != before->width ||
      after->height != before->height)
    std::abort();
  return 0;
}
