// The template compiler and the renderer: any source either has a mistake with a place in it, or
// renders within the limit; text that is not ours never gets markup through.
#include <cstdlib>
#include <string>

#include "messaging/template/template.hpp"

using namespace varde::messaging;

struct Values : TemplateLookup {
  TemplateValue value(std::size_t, std::string_view name) const override {
    switch (name.size() % 5) {
      case 0:
        return std::string_view("<script>");
      case 1:
        return 3.5;
      case 2:
        return true;
      case 3:
        return varde::Date{std::chrono::year{2026}, std::chrono::month{2}, std::chrono::day{3}};
      default:
        return {};
    }
  }
};

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  std::string_view source(reinterpret_cast<const char*>(data) + 1, size - 1);
  TemplateError where;
  auto compiled = Template::compile(source, static_cast<TemplateEscape>(data[0] % 4), &where);
  if (!compiled) {
    if (where.line == 0 || where.column == 0 || where.message.empty()) std::abort();
    return 0;
  }
  std::string out;
  (void)compiled->render(out, Values(), 1 << 16);
  if (out.size() > 1 << 16) std::abort();
  if (data[0] % 4 == 0 && source.find("<script>") == std::string_view::npos &&
      out.find("<script>") != std::string::npos && source.find('<') == std::string_view::npos)
    std::abort();
  return 0;
}
