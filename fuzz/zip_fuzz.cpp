// ZIP files of anybody, before their signature is looked at: also those that say of themselves that
// they are larger than four gigabytes.
#include <cstdlib>

#include "trust/package/unzip.hpp"

using namespace varde::trust;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kMost = 4 << 20;
  auto zip = ZipReader::open({reinterpret_cast<const char*>(data), size});
  if (!zip) return 0;
  for (const auto& entry : zip->entries()) {
    auto text = ZipReader::read(entry, kMost);
    if (text && text->size() != entry.size) std::abort();
    if (zip->find(entry.name) == nullptr) std::abort();
  }
  return 0;
}
