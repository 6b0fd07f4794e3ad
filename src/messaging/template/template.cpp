#include "messaging/template/template.hpp"

#include <unicode/locid.h>
#include <unicode/unistr.h>

#include <charconv>
#include <cmath>
#include <deque>
#include <optional>

#include "base/text.hpp"

namespace varde::messaging {
namespace {

enum class Code : std::uint8_t {
  text,            // append texts[a .. a+b)
  field,           // push field a
  constant,        // push constant a
  filter_default,  // b: constant
  filter_upcase,
  filter_downcase,
  filter_capitalize,
  filter_date,  // a: constant with the format
  emit,         // pop and append, escaped
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  contains,
  logical_and,
  logical_or,
  logical_not,
  jump,           // to a
  jump_if_false,  // pop; to a
};

struct Op {
  Code code;
  std::uint32_t a = 0;
  std::uint32_t b = 0;
};

using Value = TemplateValue;

bool truthy(const Value& v) {
  if (std::holds_alternative<std::monostate>(v)) return false;
  if (const auto* yes = std::get_if<bool>(&v)) return *yes;
  if (const auto* text = std::get_if<std::string_view>(&v)) return !text->empty();
  return true;
}

std::optional<double> as_number(const Value& v) {
  if (const auto* number = std::get_if<double>(&v)) return *number;
  if (const auto* text = std::get_if<std::string_view>(&v)) {
    auto t = trim(*text);
    double out = 0;
    auto [end, ec] = std::from_chars(t.data(), t.data() + t.size(), out);
    if (ec == std::errc() && end == t.data() + t.size() && std::isfinite(out)) return out;
  }
  return std::nullopt;
}

std::optional<Date> as_date(const Value& v) {
  if (const auto* date = std::get_if<Date>(&v)) return *date;
  if (const auto* text = std::get_if<std::string_view>(&v)) {
    // A date, or a time of which the day counts.
    if (text->size() >= 10 && (text->size() == 10 || (*text)[10] == 'T' || (*text)[10] == ' '))
      return parse_date(text->substr(0, 10));
  }
  return std::nullopt;
}

// −1, 0, 1, or nothing when the two cannot be compared. A number or date compares with a text that
// spells one.
std::optional<int> compare(const Value& a, const Value& b) {
  auto sign = [](const auto& x, const auto& y) { return x < y ? -1 : (y < x ? 1 : 0); };
  const auto* text_a = std::get_if<std::string_view>(&a);
  const auto* text_b = std::get_if<std::string_view>(&b);
  if (text_a && text_b) return sign(*text_a, *text_b);
  if (std::holds_alternative<double>(a) || std::holds_alternative<double>(b)) {
    auto x = as_number(a), y = as_number(b);
    return x && y ? std::optional(sign(*x, *y)) : std::nullopt;
  }
  if (std::holds_alternative<Date>(a) || std::holds_alternative<Date>(b)) {
    auto x = as_date(a), y = as_date(b);
    return x && y ? std::optional(sign(*x, *y)) : std::nullopt;
  }
  const auto* bool_a = std::get_if<bool>(&a);
  const auto* bool_b = std::get_if<bool>(&b);
  if (bool_a && bool_b) return sign(*bool_a, *bool_b);
  if (a.index() == 0 && b.index() == 0) return 0;
  return std::nullopt;
}

void append_number(std::string& out, double number) {
  char text[32];
  auto [end, ec] = std::to_chars(text, text + sizeof text, number);
  if (std::abs(number) < 1e15) {
    auto [plain_end, plain_ec] =
        std::to_chars(text, text + sizeof text, number, std::chars_format::fixed);
    if (plain_ec == std::errc()) end = plain_end;
  }
  if (ec == std::errc()) out.append(text, end);
}

// The text of a value, in `scratch` where it has to be made.
std::string_view text_of(const Value& v, std::string& scratch) {
  if (const auto* text = std::get_if<std::string_view>(&v)) return *text;
  scratch.clear();
  if (const auto* number = std::get_if<double>(&v)) append_number(scratch, *number);
  if (const auto* yes = std::get_if<bool>(&v)) scratch = *yes ? "true" : "false";
  if (const auto* date = std::get_if<Date>(&v)) scratch = to_string(*date);
  return scratch;
}

std::string change_case(std::string_view text, Code how) {
  auto unicode = icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
  if (how == Code::filter_upcase) {
    unicode.toUpper(icu::Locale::getRoot());
  } else if (how == Code::filter_downcase) {
    unicode.toLower(icu::Locale::getRoot());
  } else if (!unicode.isEmpty()) {
    auto first = unicode.moveIndex32(0, 1);
    icu::UnicodeString head(unicode, 0, first);
    unicode.replace(0, first, head.toUpper(icu::Locale::getRoot()));
  }
  std::string out;
  unicode.toUTF8String(out);
  return out;
}

std::string format_date(Date date, std::string_view format) {
  std::string out;
  auto two = [&](unsigned n, char pad) {
    out += n < 10 ? pad : static_cast<char>('0' + n / 10 % 10);
    out += static_cast<char>('0' + n % 10);
  };
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%' || i + 1 == format.size()) {
      out += format[i];
      continue;
    }
    auto year = static_cast<int>(date.year());
    switch (format[++i]) {
      case 'd':
        two(static_cast<unsigned>(date.day()), '0');
        break;
      case 'e': {
        auto day = static_cast<unsigned>(date.day());
        out += std::to_string(day);
        break;
      }
      case 'm':
        two(static_cast<unsigned>(date.month()), '0');
        break;
      case 'Y':
        out += std::to_string(year);
        break;
      case 'y':
        two(static_cast<unsigned>(std::abs(year)) % 100, '0');
        break;
      default:
        out += '%';
    }
  }
  return out;
}

void append_escaped(std::string& out, std::string_view text, TemplateEscape how) {
  switch (how) {
    case TemplateEscape::text:
      out += text;
      return;
    case TemplateEscape::url:
      out += percent_encode(text);
      return;
    case TemplateEscape::header:
      for (char c : text) {
        auto b = static_cast<unsigned char>(c);
        out += b < 32 || b == 127 ? ' ' : c;
      }
      return;
    case TemplateEscape::html:
      if (text.find_first_of("&<>\"'") == std::string_view::npos)
        out += text;
      else
        out += html_escape(text);
  }
}

// Constants own their text.
using Constant = std::variant<std::monostate, std::string, double, bool>;

}  // namespace

struct Template::Impl {
  TemplateEscape escape = TemplateEscape::html;
  std::string texts;
  std::vector<Op> program;
  std::vector<Constant> constants;
  std::vector<std::string> fields;
  std::size_t depth = 0;  // the stack that a program needs

  Value constant(std::uint32_t i) const {
    return std::visit(
        [](const auto& c) -> Value {
          if constexpr (std::is_same_v<std::decay_t<decltype(c)>, std::string>)
            return std::string_view(c);
          else
            return c;
        },
        constants[i]);
  }
};

namespace {

// Reads the source from front to back and writes operations as it goes.
class Compiler {
 public:
  Compiler(std::string_view source, Template::Impl& out, const TemplateLimits& limits)
      : source_(source), out_(out), limits_(limits) {}

  // Throws Mistake.
  struct Mistake {
    std::size_t at;
    std::string message;
  };

  void run() {
    if (source_.size() > limits_.source_bytes)
      fail(0, "The template is too long; shorten it to " + std::to_string(limits_.source_bytes) +
                  " bytes.");
    if (!is_utf8(source_)) fail(0, "The template must be UTF-8 text.");
    while (at_ < source_.size()) {
      auto open = next_open();
      text(source_.substr(at_, open - at_), open);
      at_ = open;
      if (at_ < source_.size()) tag();
    }
    if (!branches_.empty())
      fail(branches_.back().opened_at, "This {% if %} is never closed; add {% endif %}.");
  }

 private:
  struct Token {
    enum class Kind { end, word, string, number, symbol } kind = Kind::end;
    std::string_view text;
    std::string string;
    double number = 0;
    std::size_t at = 0;
  };
  struct Branch {
    std::size_t opened_at;
    std::optional<std::size_t> skip;  // the jump over the branch in hand, to be aimed
    std::vector<std::size_t> exits;   // jumps to the end
    bool had_else = false;
  };

  [[noreturn]] static void fail(std::size_t at, std::string message) {
    throw Mistake{at, std::move(message)};
  }

  std::size_t next_open() const {
    for (auto at = source_.find('{', at_); at != std::string_view::npos;
         at = source_.find('{', at + 1))
      if (at + 1 < source_.size() && (source_[at + 1] == '{' || source_[at + 1] == '%')) return at;
    return source_.size();
  }

  void text(std::string_view piece, std::size_t open) {
    if (trim_next_) {
      auto first = piece.find_first_not_of(" \t\r\n");
      piece = first == std::string_view::npos ? std::string_view{} : piece.substr(first);
    }
    trim_next_ = false;
    if (open + 2 < source_.size() && source_[open + 2] == '-') {
      auto last = piece.find_last_not_of(" \t\r\n");
      piece = last == std::string_view::npos ? std::string_view{} : piece.substr(0, last + 1);
    }
    if (piece.empty()) return;
    auto begin = static_cast<std::uint32_t>(out_.texts.size());
    out_.texts += piece;
    add(Code::text, begin, static_cast<std::uint32_t>(piece.size()));
  }

  void tag() {
    opened_ = at_;
    bool output = source_[at_ + 1] == '{';
    at_ += 2;
    if (at_ < source_.size() && source_[at_] == '-') ++at_;
    closer_ = output ? "}}" : "%}";
    advance();
    if (output) {
      if (token_.kind == Token::Kind::end)
        fail(opened_,
             "There is nothing between {{ and }}; write a field such as {{ person.first_name }}.");
      expression();
      add(Code::emit);
    } else {
      statement();
    }
    if (token_.kind != Token::Kind::end) unexpected("before " + std::string(closer_));
    // advance() left at_ behind the closer.
  }

  void statement() {
    if (token_.kind != Token::Kind::word)
      fail(token_.at, "A tag begins with if, elsif, else or endif.");
    auto word = token_.text;
    auto at = token_.at;
    advance();
    if (word == "if") {
      if (branches_.size() >= limits_.nesting)
        fail(at, "Conditions are nested too deeply; " + std::to_string(limits_.nesting) +
                     " levels are allowed.");
      branches_.push_back({opened_, std::nullopt, {}, false});
      condition_branch();
    } else if (word == "elsif") {
      next_branch(at, "elsif");
      condition_branch();
    } else if (word == "else") {
      if (token_.kind == Token::Kind::word && token_.text == "if")
        fail(at, "Write {% elsif … %} instead of {% else if … %}.");
      next_branch(at, "else");
      branches_.back().had_else = true;
    } else if (word == "endif") {
      if (branches_.empty())
        fail(at, "This {% endif %} closes nothing; remove it or add {% if %}.");
      auto& branch = branches_.back();
      if (branch.skip) aim(*branch.skip);
      for (auto exit : branch.exits) aim(exit);
      branches_.pop_back();
    } else {
      fail(at, word == "elseif" || word == "elif"
                   ? "Write {% elsif … %}."
                   : "Unknown tag \"" + std::string(word.substr(0, 40)) +
                         "\"; known are if, elsif, else and endif.");
    }
  }

  void condition_branch() {
    disjunction(0);
    branches_.back().skip = out_.program.size();
    add(Code::jump_if_false);
  }

  void next_branch(std::size_t at, const char* word) {
    if (branches_.empty())
      fail(at, std::string("{% ") + word + " %} stands outside of any {% if %}.");
    auto& branch = branches_.back();
    if (branch.had_else)
      fail(at, std::string("{% ") + word + " %} comes after {% else %}; {% else %} must be last.");
    branch.exits.push_back(out_.program.size());
    add(Code::jump);
    aim(*branch.skip);
    branch.skip.reset();
  }

  void aim(std::size_t jump) {
    out_.program[jump].a = static_cast<std::uint32_t>(out_.program.size());
  }

  // operand { "|" filter [":" argument] }
  void expression() {
    operand();
    while (is_symbol("|")) {
      advance();
      if (token_.kind != Token::Kind::word) fail(token_.at, "A filter's name must follow |.");
      auto name = token_.text;
      auto at = token_.at;
      advance();
      std::optional<Constant> argument;
      auto argument_at = token_.at;
      if (is_symbol(":")) {
        advance();
        argument_at = token_.at;
        argument = literal();
        if (!argument)
          fail(token_.at, "A filter takes a value in quotes or a number after the colon.");
        advance();
      }
      filter(name, at, std::move(argument), argument_at);
    }
  }

  void filter(std::string_view name, std::size_t at, std::optional<Constant> argument,
              std::size_t argument_at) {
    if (name == "default") {
      if (!argument) fail(at, "default needs a value, e.g. default: \"friend\".");
      add(Code::filter_default, constant(*std::move(argument)));
    } else if (name == "date") {
      const auto* format = argument ? std::get_if<std::string>(&*argument) : nullptr;
      if (!format) fail(at, "date needs a format, e.g. date: \"%d.%m.%Y\".");
      for (std::size_t i = 0; i < format->size(); ++i) {
        if ((*format)[i] != '%') continue;
        if (++i == format->size() ||
            std::string_view("demYy%").find((*format)[i]) == std::string_view::npos)
          fail(argument_at, "Dates know %d %e %m %Y %y and %%.");
      }
      add(Code::filter_date, constant(*std::move(argument)));
    } else {
      Code code;
      if (name == "upcase")
        code = Code::filter_upcase;
      else if (name == "downcase")
        code = Code::filter_downcase;
      else if (name == "capitalize")
        code = Code::filter_capitalize;
      else
        fail(at, "Unknown filter \"" + std::string(name.substr(0, 40)) +
                     "\"; known are default, upcase, downcase, capitalize and date.");
      if (argument) fail(argument_at, std::string(name) + " takes no value.");
      add(code);
    }
  }

  void disjunction(std::size_t depth) {
    conjunction(depth);
    while (is_word("or")) {
      advance();
      conjunction(depth);
      add(Code::logical_or);
    }
  }
  void conjunction(std::size_t depth) {
    negation(depth);
    while (is_word("and")) {
      advance();
      negation(depth);
      add(Code::logical_and);
    }
  }
  void negation(std::size_t depth) {
    if (depth > limits_.nesting) fail(token_.at, "The condition is nested too deeply.");
    if (is_word("not")) {
      advance();
      negation(depth + 1);
      add(Code::logical_not);
    } else if (is_symbol("(")) {
      advance();
      disjunction(depth + 1);
      if (!is_symbol(")")) unexpected("; a ) is missing");
      advance();
    } else {
      comparison();
    }
  }
  void comparison() {
    operand();
    Code code;
    if (is_symbol("=="))
      code = Code::equal;
    else if (is_symbol("!="))
      code = Code::not_equal;
    else if (is_symbol("<"))
      code = Code::less;
    else if (is_symbol("<="))
      code = Code::less_equal;
    else if (is_symbol(">"))
      code = Code::greater;
    else if (is_symbol(">="))
      code = Code::greater_equal;
    else if (is_word("contains"))
      code = Code::contains;
    else if (is_symbol("="))
      fail(token_.at, "Compare with == instead of =.");
    else
      return;
    advance();
    operand();
    add(code);
  }

  void operand() {
    if (auto value = literal()) {
      add(Code::constant, constant(*std::move(value)));
    } else if (token_.kind == Token::Kind::word) {
      if (token_.text == "and" || token_.text == "or" || token_.text == "contains" ||
          token_.text == "not")
        fail(token_.at, "A field or value is missing before \"" + std::string(token_.text) + "\".");
      add(Code::field, field(token_.text));
    } else if (token_.kind == Token::Kind::end) {
      fail(token_.at, "A field or value is missing here.");
    } else {
      unexpected("where a field or value is needed");
    }
    advance();
  }

  // The token in hand as a constant; it is not consumed.
  std::optional<Constant> literal() const {
    if (token_.kind == Token::Kind::string) return Constant(token_.string);
    if (token_.kind == Token::Kind::number) return Constant(token_.number);
    if (is_word("true")) return Constant(true);
    if (is_word("false")) return Constant(false);
    if (is_word("nil")) return Constant();
    return std::nullopt;
  }

  std::uint32_t constant(Constant value) {
    out_.constants.push_back(std::move(value));
    return static_cast<std::uint32_t>(out_.constants.size() - 1);
  }
  std::uint32_t field(std::string_view name) {
    for (std::size_t i = 0; i < out_.fields.size(); ++i)
      if (out_.fields[i] == name) return static_cast<std::uint32_t>(i);
    if (out_.fields.size() >= limits_.fields)
      fail(token_.at, "The template refers to too many fields; " + std::to_string(limits_.fields) +
                          " are allowed.");
    out_.fields.emplace_back(name);
    return static_cast<std::uint32_t>(out_.fields.size() - 1);
  }

  void add(Code code, std::uint32_t a = 0, std::uint32_t b = 0) {
    out_.program.push_back({code, a, b});
    if (code == Code::field || code == Code::constant) {
      out_.depth = std::max(out_.depth, ++stack_);
    } else if (code == Code::emit || code == Code::jump_if_false ||
               (code >= Code::equal && code <= Code::logical_or)) {
      --stack_;
    }
  }

  bool is_symbol(std::string_view s) const {
    return token_.kind == Token::Kind::symbol && token_.text == s;
  }
  bool is_word(std::string_view s) const {
    return token_.kind == Token::Kind::word && token_.text == s;
  }
  [[noreturn]] void unexpected(const std::string& where) const {
    auto shown = token_.kind == Token::Kind::end ? std::string(closer_)
                                                 : std::string(utf8_prefix(token_.text, 20));
    fail(token_.at, "Unexpected \"" + shown + "\" " + where + ".");
  }

  // Reads the next token of the tag; `end` at its closer, which is consumed.
  void advance() {
    // White space of every kind: editors and Word put spaces that do not break between words.
    for (bool more = true; more && at_ < source_.size();) {
      more = false;
      for (std::string_view space :
           {" ", "\t", "\r", "\n", "\u00a0", "\u202f", "\u2009", "\u200b", "\ufeff"})
        if (source_.substr(at_).starts_with(space)) {
          at_ += space.size();
          more = true;
          break;
        }
    }
    token_ = Token{};
    token_.at = at_;
    if (at_ >= source_.size())
      fail(opened_, std::string("This tag is not closed; add ") + std::string(closer_) + ".");
    auto rest = source_.substr(at_);
    bool trims = rest[0] == '-' && rest.substr(1).starts_with(closer_);
    if (trims || rest.starts_with(closer_)) {
      at_ += trims ? 3 : 2;
      trim_next_ = trims;
      return;
    }
    char c = rest[0];
    auto is_letter = [](char x) {
      return (x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z') || x == '_';
    };
    auto is_digit = [](char x) { return x >= '0' && x <= '9'; };
    if (is_letter(c)) {
      std::size_t size = 1;
      while (size < rest.size() &&
             (is_letter(rest[size]) || is_digit(rest[size]) ||
              (rest[size] == '.' && size + 1 < rest.size() && is_letter(rest[size + 1]))))
        ++size;
      if (size > 100) fail(at_, "This name is too long.");
      token_.kind = Token::Kind::word;
      token_.text = rest.substr(0, size);
    } else if (is_digit(c) || (c == '-' && rest.size() > 1 && is_digit(rest[1]))) {
      std::size_t size = 1;
      while (size < rest.size() && (is_digit(rest[size]) || rest[size] == '.')) ++size;
      token_.kind = Token::Kind::number;
      token_.text = rest.substr(0, size);
      auto [end, ec] = std::from_chars(rest.data(), rest.data() + size, token_.number);
      if (ec != std::errc() || end != rest.data() + size) fail(at_, "This is not a number.");
    } else if (c == '"' || c == '\'') {
      auto close = rest.find(c, 1);
      if (close == std::string_view::npos)
        fail(at_, std::string("This text is not closed; add ") + c + ".");
      token_.kind = Token::Kind::string;
      token_.text = rest.substr(0, close + 1);
      token_.string = rest.substr(1, close - 1);
    } else {
      std::size_t size = 1;
      while (size < rest.size() && (static_cast<unsigned char>(rest[size]) & 0xc0) == 0x80) ++size;
      for (std::string_view two : {"==", "!=", "<=", ">="})
        if (rest.starts_with(two)) size = 2;
      token_.kind = Token::Kind::symbol;
      token_.text = rest.substr(0, size);
      // Editors and word processors turn quotes around.
      if (token_.text == "“" || token_.text == "”" || token_.text == "„" || token_.text == "’")
        fail(at_, "Use straight quotes (\") instead of typographic ones.");
      if (token_.text == "&" || token_.text == "!") fail(at_, "Write and, or, not as words.");
    }
    at_ += token_.text.size();
  }

  std::string_view source_;
  Template::Impl& out_;
  const TemplateLimits& limits_;
  std::size_t at_ = 0, opened_ = 0, stack_ = 0;
  std::string_view closer_;
  Token token_;
  bool trim_next_ = false;
  std::vector<Branch> branches_;
};

}  // namespace

Template::Template(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Template::Template(Template&&) noexcept = default;
Template& Template::operator=(Template&&) noexcept = default;
Template::~Template() = default;
const std::vector<std::string>& Template::fields() const { return impl_->fields; }

Result<Template> Template::compile(std::string_view source, TemplateEscape escape,
                                   TemplateError* where, const TemplateLimits& limits) {
  auto impl = std::make_unique<Impl>();
  impl->escape = escape;
  try {
    Compiler(source, *impl, limits).run();
  } catch (const Compiler::Mistake& mistake) {
    auto before = source.substr(0, std::min(mistake.at, source.size()));
    TemplateError error;
    error.line = 1;
    for (char c : before) error.line += c == '\n';
    auto line_start = before.rfind('\n');
    error.column =
        1 +
        utf8_length(line_start == std::string_view::npos ? before : before.substr(line_start + 1));
    error.message = mistake.message;
    if (where) *where = error;
    return make_error(ErrorCode::bad_input, "Line " + std::to_string(error.line) + ", column " +
                                                std::to_string(error.column) + ": " +
                                                error.message);
  }
  impl->texts.shrink_to_fit();
  return Template(std::move(impl));
}

Result<void> Template::render(std::string& out, const TemplateLookup& values,
                              std::size_t max_output) const {
  const auto& t = *impl_;
  auto begin = out.size();
  std::vector<Value> stack;
  stack.reserve(t.depth);
  std::deque<std::string> made;  // texts that filters made; pointers into it stay valid
  std::string scratch;
  auto pop = [&] {
    auto value = stack.back();
    stack.pop_back();
    return value;
  };
  for (std::size_t i = 0; i < t.program.size(); ++i) {
    const auto& op = t.program[i];
    switch (op.code) {
      case Code::text:
        out.append(t.texts, op.a, op.b);
        break;
      case Code::field:
        stack.push_back(values.value(op.a, t.fields[op.a]));
        break;
      case Code::constant:
        stack.push_back(t.constant(op.a));
        break;
      case Code::filter_default: {
        auto& top = stack.back();
        const auto* text = std::get_if<std::string_view>(&top);
        if (top.index() == 0 || (text && trim(*text).empty())) top = t.constant(op.a);
        break;
      }
      case Code::filter_upcase:
      case Code::filter_downcase:
      case Code::filter_capitalize: {
        auto& top = stack.back();
        if (top.index() == 0) break;
        made.push_back(change_case(text_of(top, scratch), op.code));
        top = std::string_view(made.back());
        break;
      }
      case Code::filter_date: {
        auto& top = stack.back();
        if (auto date = as_date(top)) {
          made.push_back(format_date(*date, std::get<std::string_view>(t.constant(op.a))));
          top = std::string_view(made.back());
        }
        break;
      }
      case Code::emit: {
        auto value = pop();
        append_escaped(out, text_of(value, scratch), t.escape);
        break;
      }
      case Code::equal:
      case Code::not_equal:
      case Code::less:
      case Code::less_equal:
      case Code::greater:
      case Code::greater_equal: {
        auto right = pop();
        auto order = compare(stack.back(), right);
        bool yes = false;
        if (op.code == Code::not_equal) {
          yes = !order || *order != 0;
        } else if (order) {
          yes = op.code == Code::equal        ? *order == 0
                : op.code == Code::less       ? *order < 0
                : op.code == Code::less_equal ? *order <= 0
                : op.code == Code::greater    ? *order > 0
                                              : *order >= 0;
        }
        stack.back() = yes;
        break;
      }
      case Code::contains: {
        auto right = pop();
        const auto* text = std::get_if<std::string_view>(&stack.back());
        const auto* part = std::get_if<std::string_view>(&right);
        stack.back() = text && part && text->find(*part) != std::string_view::npos;
        break;
      }
      case Code::logical_and: {
        auto right = pop();
        stack.back() = truthy(stack.back()) && truthy(right);
        break;
      }
      case Code::logical_or: {
        auto right = pop();
        stack.back() = truthy(stack.back()) || truthy(right);
        break;
      }
      case Code::logical_not:
        stack.back() = !truthy(stack.back());
        break;
      case Code::jump:
        i = op.a - 1;
        break;
      case Code::jump_if_false:
        if (!truthy(pop())) i = op.a - 1;
        break;
    }
    if (out.size() - begin > max_output) {
      out.resize(begin);
      return make_error(ErrorCode::too_large, "The rendered text is larger than " +
                                                  std::to_string(max_output) + " bytes.");
    }
  }
  return {};
}

}  // namespace varde::messaging
