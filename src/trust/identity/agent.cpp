// What is kept of a browser's name: enough to recognise one's own session.
#include "trust/identity/identity.hpp"

namespace varde::trust {

std::string agent_of(std::string_view header) {
  auto pick = [&](std::initializer_list<std::pair<const char*, const char*>> words,
                  const char* otherwise) {
    for (auto [needle, name] : words)
      if (header.find(needle) != std::string_view::npos) return name;
    return otherwise;
  };
  const char* browser = pick({{"Edg/", "Edge"},
                              {"OPR/", "Opera"},
                              {"Firefox/", "Firefox"},
                              {"Chrom", "Chrome"},
                              {"Safari/", "Safari"},
                              {"curl/", "curl"}},
                             "Other");
  const char* system = pick({{"Windows", "Windows"},
                             {"Android", "Android"},
                             {"iPhone", "iOS"},
                             {"iPad", "iOS"},
                             {"Mac OS", "macOS"},
                             {"Linux", "Linux"}},
                            "unknown");
  return std::string(browser) + " on " + system;
}

}  // namespace varde::trust
