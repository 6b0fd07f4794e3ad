// The personalisation language: a small, strict subset of Liquid.
//
//   Hello {{ person.first_name | default: "friend" }},
//   {% if person.city == "Oslo" and person.age >= 18 %}…{% elsif … %}…{% else %}…{% endif %}
//
// A template is compiled once, when a campaign is saved, so that every mistake is found there, with
// its place and a hint how to mend it; and rendered millions of times, by one loop over a flat list
// of operations that appends to the caller's buffer. Inja and Mustache were considered: both look
// fields up by name in a JSON tree built for each recipient, and neither can say "unknown field"
// before sending. There are no loops and no way to call anything, so rendering always ends.
//
// Missing values are no errors: {{ x }} prints nothing, comparisons with nothing are false (except
// != and == nil). Nothing, false and the empty text count as false in a condition.
//
// Operators: == != < <= > >= contains, and, or, not, parentheses; `and` binds tighter than `or`.
// Filters: default, upcase, downcase, capitalize, date: "%d.%m.%Y" (%d %e %m %Y %y %%).
// {{- -}} and {%- -%} drop the white space beside them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace varde::messaging {

/// A field's value; a text must outlive the rendering.
using TemplateValue = std::variant<std::monostate, std::string_view, double, bool, Date>;

/// Where values come from. `index` is the field's place in Template::fields(), so that a caller who
/// renders many can look names up once.
class TemplateLookup {
 public:
  virtual ~TemplateLookup() = default;
  virtual TemplateValue value(std::size_t index, std::string_view name) const = 0;
};

/// How {{ }} writes into what surrounds it.
enum class TemplateEscape {
  html,    ///< & < > " ' as entities.
  text,    ///< As it is.
  header,  ///< Control characters, line breaks among them, become spaces.
  url,     ///< Percent-encoded (RFC 3986).
};

struct TemplateError {
  std::size_t line = 0;    ///< From 1.
  std::size_t column = 0;  ///< From 1, in characters.
  std::string message;     ///< What is wrong and how to mend it.
};

struct TemplateLimits {
  std::size_t source_bytes = 512 * 1024;
  std::size_t nesting = 16;
  std::size_t fields = 200;
};

class Template {
 public:
  /// bad_input with "Line 3, column 7: …" in the message; `where`, if given, holds the same in
  /// parts. `source` must be UTF-8.
  static Result<Template> compile(std::string_view source, TemplateEscape escape,
                                  TemplateError* where = nullptr,
                                  const TemplateLimits& limits = {});
  Template(Template&&) noexcept;
  Template& operator=(Template&&) noexcept;
  ~Template();

  /// Appends the text for one recipient. too_large when more than `max_output` bytes would be
  /// appended; `out` is then as before. Thread-safe.
  Result<void> render(std::string& out, const TemplateLookup& values,
                      std::size_t max_output = 2 << 20) const;
  /// The names referred to, each once, in order of appearance, e.g. "person.first_name".
  const std::vector<std::string>& fields() const;

  struct Impl;

 private:
  explicit Template(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace varde::messaging
