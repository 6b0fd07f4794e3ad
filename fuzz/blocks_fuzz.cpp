// The composer's documents: any JSON is refused with places, or becomes sources that compile and
// hold no script.
#include <cstdlib>

#include "messaging/template/blocks.hpp"
#include "messaging/template/template.hpp"
#include "web/reflect.hpp"

using namespace varde;
using namespace varde::messaging;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto document = web::parse_json({reinterpret_cast<const char*>(data), size});
  if (!document) return 0;
  auto rendered = render_blocks(*document);
  if (!rendered) {
    if (rendered.error().fields.empty()) std::abort();
    return 0;
  }
  if (rendered->html.find("<script") != std::string::npos) std::abort();
  TemplateError where;
  // Tags inside the text are the writer's and may be wrong; they are what is wrong then.
  for (auto escape : {TemplateEscape::html, TemplateEscape::text}) {
    const auto& source = escape == TemplateEscape::html ? rendered->html : rendered->text;
    if (!Template::compile(source, escape, &where) &&
        std::string_view(reinterpret_cast<const char*>(data), size).find('{', 1) ==
            std::string_view::npos)
      std::abort();
  }
  return 0;
}
