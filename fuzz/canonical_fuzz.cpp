// The canonical forms of outside text: no input may crash them, and what they return is canonical.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/canonical.hpp"
#include "base/text.hpp"

using namespace varde;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  for (auto form : {canonical_prose, canonical_line, canonical_symbols, canonical_domain,
                    canonical_host, canonical_email}) {
    auto once = form(text);
    if (!once) continue;
    if (!is_utf8(*once) || form(*once) != once) std::abort();
  }
  if (auto address = canonical_email(text))
    if (address->find('@') != address->rfind('@') || email_key(*address).empty()) std::abort();
  return 0;
}
