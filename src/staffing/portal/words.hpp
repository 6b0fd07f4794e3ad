// The words of the pages that substitutes see (locales/pages/staffing). Sentences about rules are
// fit/messages.cpp's, and those of messages offer/tell.cpp's.
#pragma once

#include "web/words.hpp"

namespace varde::staffing {

class Words : public web::Words {
 public:
  explicit Words(std::string_view tag = "en") : web::Words("staffing", tag) {}
};

/// The languages that there are texts in.
inline const std::vector<std::string>& page_languages() {
  static const auto kAll = web::page_languages("staffing");
  return kAll;
}
/// The first of them that a header Accept-Language names, in its order; empty when it names none.
inline std::string accepted_language(std::string_view header) {
  return web::accepted_language("staffing", header);
}

}  // namespace varde::staffing
