#include "messaging/template/blocks.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/json.hpp>
#include <functional>
#include <optional>

#include "base/text.hpp"
#include "messaging/template/template.hpp"

namespace varde::messaging {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxBlocks = 200;
constexpr std::size_t kMaxText = 20000;
constexpr std::size_t kMaxErrors = 50;
constexpr int kWidth = 600;
constexpr int kMaxListDepth = 4;

struct Theme {
  std::string background = "#f2f3f5", surface = "#ffffff", text = "#1f2328", link = "#0b57d0",
              button = "#0b57d0", button_text = "#ffffff";
  std::string font = "Arial,Helvetica,sans-serif";
};

// The end of the tag that begins at `at` ("{{" or "{%"), minding quotes; npos when it has none.
std::size_t end_of_tag(std::string_view text, std::size_t at) {
  auto closer = text[at + 1] == '{' ? std::string_view("}}") : std::string_view("%}");
  char quote = 0;
  for (auto i = at + 2; i < text.size(); ++i) {
    if (quote) {
      if (text[i] == quote) quote = 0;
    } else if (text[i] == '"' || text[i] == '\'') {
      quote = text[i];
    } else if (text.substr(i).starts_with(closer)) {
      return i + 2;
    }
  }
  return std::string_view::npos;
}

std::size_t find_tag(std::string_view text, std::size_t from) {
  for (auto at = text.find('{', from); at != std::string_view::npos; at = text.find('{', at + 1))
    if (at + 1 < text.size() && (text[at + 1] == '{' || text[at + 1] == '%')) return at;
  return std::string_view::npos;
}

// Escapes all but template tags. A tag that does not end is left for the template compiler.
std::string escape_around_tags(std::string_view text) {
  std::string out;
  while (true) {
    auto at = find_tag(text, 0);
    out += html_escape(text.substr(0, at));
    if (at == std::string_view::npos) return out;
    auto end = end_of_tag(text, at);
    out += text.substr(at, end == std::string_view::npos ? end : end - at);
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end);
  }
}

bool is_color(std::string_view text) {
  if (text.size() != 7 || text[0] != '#') return false;
  for (char c : text.substr(1))
    if (hex_digit(c) < 0) return false;
  return true;
}

// Exactly one {{ … }} and nothing else.
bool is_variable(std::string_view href) {
  return href.starts_with("{{") && end_of_tag(href, 0) == href.size();
}
bool is_own_link(std::string_view href) {
  return is_variable(href) && trim(href.substr(2)).starts_with("links.");
}

// Why a URL cannot be used, or null. Template tags may stand behind the host.
const char* objection_to_url(std::string_view url,
                             std::initializer_list<std::string_view> schemes) {
  auto colon = url.find(':');
  auto scheme = colon == std::string_view::npos ? "" : ascii_lower(url.substr(0, colon));
  bool known = false;
  for (auto allowed : schemes) known |= scheme == allowed;
  if (!known) return nullptr;  // the caller says which are allowed
  std::size_t at = 0;
  while (at < url.size()) {
    if (find_tag(url, at) == at) {
      auto end = end_of_tag(url, at);
      if (url[at + 1] == '%') return "An address may hold {{ fields }} but no {% conditions %}.";
      if (end == std::string_view::npos) return "The template tag in this address is not closed.";
      at = end;
      continue;
    }
    auto b = static_cast<unsigned char>(url[at]);
    if (b <= 32 || b == 127 || std::string_view("<>\"'`\\").find(url[at]) != std::string_view::npos)
      return "The address holds a space or a character that has no place in it.";
    ++at;
  }
  if (scheme == "http" || scheme == "https") {
    auto rest = url.substr(colon + 1);
    if (!rest.starts_with("//") || rest.size() < 3 || rest[2] == '{' || rest[2] == '/' ||
        rest[2] == '?' || rest[2] == '#')
      return "The address has no host; write https://example.org/page.";
    // user:password@ would let a link look like another's; tags may not reach into the host.
    auto host = rest.substr(2, rest.substr(2).find_first_of("/?#"));
    if (host.find('@') != std::string_view::npos || host.find('{') != std::string_view::npos)
      return "The host of an address must be plain, without user names or template fields.";
  } else if (url.size() == colon + 1) {
    return "The address is empty.";
  }
  return "";
}

class Renderer {
 public:
  Result<RenderedBlocks> run(const json::value& document, std::string_view title) {
    const auto* root = document.if_object();
    if (!root) {
      fail("", "The document must be an object with blocks.");
      return finish();
    }
    auto lang = string(*root, "lang", "", 35, false).value_or("en");
    for (char c : lang)
      if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-') {
        fail("/lang", "The language must be a tag such as \"nb\" or \"en-GB\".");
        lang = "en";
        break;
      }
    auto preheader = string(*root, "preheader", "", 200, false).value_or("");
    theme(*root);
    std::string inner;
    std::swap(html_, inner);
    logo(*root);
    const auto* blocks = array(*root, "blocks", "");
    if (blocks) {
      if (blocks->size() > kMaxBlocks)
        fail("/blocks", fmt::format("There are too many blocks; {} are allowed.", kMaxBlocks));
      else
        for (std::size_t i = 0; i < blocks->size(); ++i)
          block((*blocks)[i], fmt::format("/blocks/{}", i), kWidth, false, i + 1 == blocks->size());
      if (footers_ == 0)
        fail("/blocks", "The footer is missing; a message must say who sends it and how to leave.");
    }
    std::swap(html_, inner);
    frame(lang, title, preheader, inner);
    return finish();
  }

 private:
  using Text = std::optional<std::string>;

  void fail(std::string pointer, std::string message) {
    if (errors_.size() < kMaxErrors) errors_.push_back({std::move(pointer), std::move(message)});
  }

  Result<RenderedBlocks> finish() {
    if (errors_.empty()) compile();
    if (!errors_.empty()) {
      Error error{ErrorCode::bad_input, "The message cannot be shown as it is.", {}, {}, 0};
      error.fields = std::move(errors_);
      return error;
    }
    return RenderedBlocks{std::move(html_), std::move(text_), std::move(links_)};
  }

  // The whole must be a template. Conditions may reach over several texts, so only the whole can be
  // judged; a mistake is then shown at the first text that makes it alone.
  void compile() {
    for (auto [source, escape] :
         {std::pair(&html_, TemplateEscape::html), std::pair(&text_, TemplateEscape::text)}) {
      TemplateError error;
      if (Template::compile(*source, escape, &error)) continue;
      // First whoever makes the same mistake alone, then whoever makes one that is not about an
      // {% if %} which another text may open or close.
      for (bool same : {true, false}) {
        for (const auto& [pointer, text] : texts_) {
          TemplateError own;
          if (Template::compile(text, TemplateEscape::text, &own)) continue;
          bool across = own.message.find(" %}") != std::string::npos;
          if (same ? own.message != error.message : across) continue;
          return fail(pointer,
                      fmt::format("Line {}, column {}: {}", own.line, own.column, own.message));
        }
      }
      return fail("/blocks", error.message);
    }
    for (std::size_t i = 0; i < links_.size(); ++i) {
      TemplateError error;
      if (!Template::compile(links_[i].target, TemplateEscape::url, &error))
        fail(link_pointers_[i], error.message);
    }
  }

  // A string member; fails when it is missing (and required), no string, too long or not UTF-8.
  Text string(const json::object& object, std::string_view key, const std::string& pointer,
              std::size_t limit, bool required) {
    const auto* value = object.if_contains(key);
    auto where = pointer + "/" + std::string(key);
    if (!value || value->is_null()) {
      if (required) fail(where, "This is missing.");
      return std::nullopt;
    }
    const auto* text = value->if_string();
    if (!text) {
      fail(where, "This must be a text.");
      return std::nullopt;
    }
    std::string_view view(text->data(), text->size());
    if (!is_utf8(view) || utf8_length(view) > limit) {
      fail(where, fmt::format("This must be a text of at most {} characters.", limit));
      return std::nullopt;
    }
    for (char c : view) {
      auto b = static_cast<unsigned char>(c);
      if ((b < 32 && c != '\n' && c != '\t') || b == 127) {
        fail(where, "This holds control characters.");
        return std::nullopt;
      }
    }
    if (required && trim(view).empty()) {
      fail(where, "This must not be empty.");
      return std::nullopt;
    }
    if (find_tag(view, 0) != std::string_view::npos) texts_.emplace_back(where, view);
    return std::string(view);
  }

  int number(const json::object& object, std::string_view key, const std::string& pointer, int low,
             int high, int otherwise) {
    const auto* value = object.if_contains(key);
    if (!value || value->is_null()) return otherwise;
    if (value->is_int64() && value->get_int64() >= low && value->get_int64() <= high)
      return static_cast<int>(value->get_int64());
    fail(pointer + "/" + std::string(key),
         fmt::format("This must be a whole number from {} to {}.", low, high));
    return otherwise;
  }

  const json::array* array(const json::object& object, std::string_view key,
                           const std::string& pointer) {
    const auto* value = object.if_contains(key);
    if (value && value->is_array()) return &value->get_array();
    fail(pointer + "/" + std::string(key), "This must be a list.");
    return nullptr;
  }

  std::string choice(const json::object& object, std::string_view key, const std::string& pointer,
                     std::initializer_list<std::string_view> allowed) {
    auto text = string(object, key, pointer, 40, false);
    if (!text) return std::string(*allowed.begin());
    for (auto word : allowed)
      if (*text == word) return *text;
    fail(pointer + "/" + std::string(key),
         fmt::format("This must be one of {}.", fmt::join(allowed, ", ")));
    return std::string(*allowed.begin());
  }

  void theme(const json::object& root) {
    const auto* value = root.if_contains("theme");
    if (!value || value->is_null()) return;
    const auto* object = value->if_object();
    if (!object) return fail("/theme", "The theme must be an object.");
    // An accent stands for links and buttons where they have no colour of their own.
    for (auto [key, slot] : {std::pair("accent", &theme_.link),
                             {"accent", &theme_.button},
                             {"background", &theme_.background},
                             {"surface", &theme_.surface},
                             {"text", &theme_.text},
                             {"link", &theme_.link},
                             {"button", &theme_.button},
                             {"button_text", &theme_.button_text}}) {
      auto color = string(*object, key, "/theme", 20, false);
      if (!color) continue;
      if (is_color(*color))
        *slot = *color;
      else
        fail(std::string("/theme/") + key, "A colour is written #rrggbb.");
    }
    auto font = string(*object, "font", "/theme", 200, false).value_or("sans");
    if (font.find("serif") != std::string::npos && font.find("sans") == std::string::npos)
      font = "serif";
    if (font.find("Georgia") != std::string::npos) font = "serif";
    if (font.find("mono") != std::string::npos) font = "mono";
    if (font == "serif") theme_.font = "Georgia,'Times New Roman',serif";
    if (font == "mono") theme_.font = "'Courier New',Courier,monospace";
  }

  void logo(const json::object& root) {
    const auto* value = root.if_contains("theme");
    const auto* object = value ? value->if_object() : nullptr;
    const auto* logo = object ? object->if_contains("logo") : nullptr;
    if (object && (!logo || logo->is_null()) && object->contains("logo_url")) {
      auto url = string(*object, "logo_url", "/theme", 2000, false);
      if (url && !url->empty())
        image({{"src", *url}, {"alt", "Logo"}, {"width", 200}}, "/theme/logo_url", kWidth);
      return;
    }
    if (!logo || logo->is_null()) return;
    if (!logo->is_object()) return fail("/theme/logo", "The logo must be an object.");
    image(logo->get_object(), "/theme/logo", kWidth);
  }

  void block(const json::value& value, const std::string& pointer, int width, bool in_column,
             bool last) {
    const auto* object = value.if_object();
    if (!object) return fail(pointer, "A block must be an object.");
    auto type = string(*object, "type", pointer, 40, true);
    if (!type) return;
    if (*type == "heading") return heading(*object, pointer);
    if (*type == "text") return rich_text(*object, pointer);
    if (*type == "image") return image(*object, pointer, width);
    if (*type == "button") return button(*object, pointer);
    if (*type == "divider") {
      row(R"(<div style="border-top:1px solid #9aa0a6;font-size:1px;line-height:1px">&nbsp;</div>)");
      text_ += "----\n\n";
      return;
    }
    if (*type == "spacer") {
      auto height = number(*object, "height", pointer, 4, 120, 24);
      html_ += fmt::format(
          R"(<tr><td height="{0}" style="height:{0}px;font-size:1px;line-height:1px">&nbsp;</td></tr>)",
          height);
      return;
    }
    if (*type == "columns" && !in_column) return columns(*object, pointer, width);
    if (*type == "footer" && !in_column) {
      if (++footers_ > 1) return fail(pointer, "There must be one footer only.");
      if (!last) fail(pointer, "The footer must be the last block.");
      return footer(*object, pointer);
    }
    fail(pointer + "/type",
         in_column ? "A column may hold heading, text, image, button, divider and spacer."
                   : "Unknown block; known are heading, text, image, button, columns, divider, "
                     "spacer and footer.");
  }

  void row(std::string_view content, std::string_view align = "left") {
    html_ += fmt::format(R"(<tr><td align="{}" style="padding:8px 24px">)", align);
    html_ += content;
    html_ += "</td></tr>\n";
  }

  void heading(const json::object& object, const std::string& pointer) {
    auto level = number(object, "level", pointer, 1, 3, 1);
    auto text = string(object, "text", pointer, 500, true);
    if (!text) return;
    constexpr std::array<int, 4> kSizes{0, 28, 22, 18};
    row(fmt::format(
        R"(<h{0} class="v-text" style="margin:0;font-family:{1};font-size:{2}px;line-height:1.25;color:{3}">{4}</h{0}>)",
        level, theme_.font, kSizes[static_cast<std::size_t>(level)], theme_.text,
        escape_around_tags(*text)));
    text_ += *text + "\n";
    if (level == 1) text_ += std::string(std::min<std::size_t>(utf8_length(*text), 60), '=') + "\n";
    text_ += "\n";
  }

  // Checks a link's target and returns what stands in the message for it.
  Text link(const std::string& href_text, const std::string& pointer, const std::string& label) {
    std::string href(trim(href_text));
    if (is_own_link(href)) return href;
    // A whole address that stands in a field would lead wherever whoever filled that field wants.
    const auto* objection = objection_to_url(href, {"http", "https", "mailto", "tel"});
    if (!objection || *objection) {
      fail(pointer, objection
                        ? objection
                        : "The address must begin with https:, http:, mailto: or tel:. A "
                          "field may stand behind the host: https://example.org/{{ field }}.");
      return std::nullopt;
    }
    auto scheme = ascii_lower(href.substr(0, href.find(':')));
    if (scheme == "mailto" || scheme == "tel") return href;
    links_.push_back({href, std::string(utf8_prefix(trim(label), 100))});
    link_pointers_.push_back(pointer);
    return fmt::format("{{{{ links.n{} }}}}", links_.size());
  }
  Text link_member(const json::object& object, const std::string& pointer, bool required,
                   const Text& label) {
    auto href = string(object, "href", pointer, 2000, required);
    return href ? link(*href, pointer + "/href", label.value_or("")) : std::nullopt;
  }

  void image(const json::object& object, const std::string& pointer, int available) {
    auto src = string(object, "src", pointer, 2000, true);
    auto alt = string(object, "alt", pointer, 300, false);
    if (!object.contains("alt"))
      fail(pointer + "/alt", "Describe the picture, or leave the text empty if it is decoration.");
    auto width =
        std::min(number(object, "width", pointer, 1, kWidth, available - 48), available - 48);
    if (src) {
      const auto* objection = objection_to_url(*src, {"http", "https"});
      if (!objection || *objection) {
        fail(pointer + "/src",
             objection ? objection : "A picture's address must begin with https: or http:.");
        return;
      }
    }
    auto href = link_member(object, pointer, false, alt);
    if (!src || !alt) return;
    auto picture = fmt::format(
        R"(<img src="{}" alt="{}" width="{}" border="0" style="display:block;width:100%;max-width:{}px;height:auto;font-family:{};color:{}">)",
        escape_around_tags(*src), escape_around_tags(*alt), width, width, theme_.font, theme_.text);
    if (href)
      picture =
          fmt::format(R"(<a href="{}" target="_blank">{}</a>)", escape_around_tags(*href), picture);
    row(picture);
    if (!trim(*alt).empty()) text_ += "[" + *alt + "]" + (href ? " " + *href : "") + "\n\n";
  }

  void button(const json::object& object, const std::string& pointer) {
    auto label = string(object, "label", pointer, 100, true);
    auto href = link_member(object, pointer, true, label);
    auto align = choice(object, "align", pointer, {"left", "center", "right"});
    if (!label || !href) return;
    auto shown = escape_around_tags(*label);
    auto target = escape_around_tags(*href);
    auto width = std::min<std::size_t>(48 + utf8_length(*label) * 10, kWidth - 48);
    // Word's engine pads no links: it gets a shape of its own, and the others do not see it.
    row(fmt::format(
            R"(<!--[if mso]><v:roundrect xmlns:v="urn:schemas-microsoft-com:vml" xmlns:w="urn:schemas-microsoft-com:office:word" href="{0}" style="height:46px;v-text-anchor:middle;width:{1}px" arcsize="13%" stroke="f" fillcolor="{2}"><w:anchorlock/><center style="color:{3};font-family:{4};font-size:16px;font-weight:bold">{5}</center></v:roundrect><![endif]--><!--[if !mso]><!--><a href="{0}" target="_blank" style="display:inline-block;padding:13px 24px;border-radius:6px;background-color:{2};color:{3};font-family:{4};font-size:16px;line-height:20px;font-weight:bold;text-decoration:none">{5}</a><!--<![endif]-->)",
            target, width, theme_.button, theme_.button_text, theme_.font, shown),
        align);
    text_ += *label + ": " + *href + "\n\n";
  }

  void columns(const json::object& object, const std::string& pointer, int width) {
    const auto* list = array(object, "columns", pointer);
    if (!list) return;
    if (list->size() < 2 || list->size() > 3)
      return fail(pointer + "/columns", "There must be two or three columns.");
    auto each = width / static_cast<int>(list->size());
    html_ +=
        R"(<tr><td style="padding:0"><table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr>)";
    for (std::size_t i = 0; i < list->size(); ++i) {
      auto where = fmt::format("{}/columns/{}", pointer, i);
      const auto* blocks = (*list)[i].if_array();
      if (const auto* column = (*list)[i].if_object())
        if (const auto* inner = column->if_contains("blocks")) {
          blocks = inner->if_array();
          where += "/blocks";
        }
      if (!blocks || blocks->size() > 20) {
        fail(where, "A column must be a list of at most 20 blocks.");
        continue;
      }
      html_ += fmt::format(
          R"(<td class="v-col" width="{0}" valign="top" style="width:{0}px"><table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">)",
          each);
      for (std::size_t k = 0; k < blocks->size(); ++k)
        block((*blocks)[k], fmt::format("{}/{}", where, k), each, true, false);
      html_ += "</table></td>";
    }
    html_ += "</tr></table></td></tr>\n";
  }

  void footer(const json::object& object, const std::string& pointer) {
    auto organisation = string(object, "organisation", pointer, 200, true);
    auto address = string(object, "address", pointer, 300, true);
    auto reason = string(object, "reason", pointer, 500, false);
    auto unsubscribe = string(object, "unsubscribe", pointer, 100, true);
    auto preferences = string(object, "preferences", pointer, 100, true);
    if (!organisation || !address || !unsubscribe || !preferences) return;
    auto anchor = [&](const char* target, const std::string& label) {
      return fmt::format(
          R"(<a href="{{{{ links.{} }}}}" target="_blank" style="color:#5f6368;text-decoration:underline">{}</a>)",
          target, escape_around_tags(label));
    };
    std::string content = R"(<p class="v-muted" style="margin:16px 0 0 0;font-family:)" +
                          theme_.font + R"(;font-size:13px;line-height:1.5;color:#5f6368">)";
    if (reason) content += escape_around_tags(*reason) + "<br>";
    content += "<strong>" + escape_around_tags(*organisation) + "</strong><br>" +
               with_breaks(escape_around_tags(*address)) + "<br>" +
               anchor("unsubscribe", *unsubscribe) + " &nbsp;&middot;&nbsp; " +
               anchor("preferences", *preferences) + "</p>";
    row(content);
    text_ += "-- \n";
    if (reason) text_ += *reason + "\n";
    text_ += *organisation + "\n" + *address + "\n" + *unsubscribe + ": {{ links.unsubscribe }}\n" +
             *preferences + ": {{ links.preferences }}\n";
  }

  static std::string with_breaks(std::string_view html) {
    std::string out;
    for (char c : html) {
      if (c == '\n') out += "<br>";
      out += c;
    }
    return out;
  }

  void rich_text(const json::object& object, const std::string& pointer) {
    // The composer says "doc"; "content" is the older word.
    const char* key = object.contains("doc") ? "doc" : "content";
    const auto* content = object.if_contains(key);
    auto where = pointer + "/" + key;
    if (!content || !content->is_object())
      return fail(where, "The text must be a document of paragraphs and lists.");
    const auto& doc = content->get_object();
    const auto* type = doc.if_contains("type");
    if (!type || !type->is_string() || type->get_string() != "doc")
      return fail(where + "/type", "The outermost node must be doc.");
    std::string html;
    children(doc, where, [&](const json::object& node, std::string_view kind, const std::string& at) {
      if (kind == "paragraph") {
        html += fmt::format(
            R"(<p class="v-text" style="margin:0 0 12px 0;font-family:{};font-size:16px;line-height:1.5;color:{}">)",
            theme_.font, theme_.text);
        inline_content(node, at, html);
        html += "</p>";
        text_ += "\n\n";
      } else if (kind == "bulletList" || kind == "orderedList") {
        list(node, kind == "orderedList", at, html, 0);
        text_ += "\n";
      } else {
        fail(at + "/type", "Known here are paragraph, bulletList and orderedList.");
      }
    });
    row(html);
  }

  // Calls `visit(node, type, pointer)` for each child; an absent list means none.
  template <class Visit>
  void children(const json::object& node, const std::string& pointer, Visit visit) {
    const auto* content = node.if_contains("content");
    if (!content || content->is_null()) return;
    const auto* list = content->if_array();
    if (!list || list->size() > 1000)
      return fail(pointer + "/content", "This must be a list of at most 1000 nodes.");
    for (std::size_t i = 0; i < list->size(); ++i) {
      auto at = fmt::format("{}/content/{}", pointer, i);
      const auto* child = (*list)[i].if_object();
      const auto* type = child ? child->if_contains("type") : nullptr;
      if (!type || !type->is_string())
        fail(at, "A node must be an object with a type.");
      else
        visit(*child, std::string_view(type->get_string().data(), type->get_string().size()), at);
    }
  }

  void list(const json::object& node, bool ordered, const std::string& pointer, std::string& html,
            int depth) {
    if (depth >= kMaxListDepth) return fail(pointer, "Lists are nested too deeply.");
    html +=
        fmt::format(R"(<{} style="margin:0 0 12px 0;padding:0 0 0 24px">)", ordered ? "ol" : "ul");
    int item = 0;
    children(
        node, pointer,
        [&](const json::object& child, std::string_view kind, const std::string& at) {
          if (kind != "listItem") return fail(at + "/type", "A list holds listItem nodes.");
          html += fmt::format(
              R"(<li class="v-text" style="margin:0 0 4px 0;font-family:{};font-size:16px;line-height:1.5;color:{}">)",
              theme_.font, theme_.text);
          text_ += std::string(static_cast<std::size_t>(depth) * 2, ' ') +
                   (ordered ? std::to_string(++item) + ". " : "- ");
          bool first = true;
          children(child, at,
                   [&](const json::object& inner, std::string_view inner_kind,
                       const std::string& inner_at) {
                     if (inner_kind == "paragraph") {
                       if (!first) html += "<br>";
                       inline_content(inner, inner_at, html);
                       text_ += "\n";
                     } else if (inner_kind == "bulletList" || inner_kind == "orderedList") {
                       list(inner, inner_kind == "orderedList", inner_at, html, depth + 1);
                     } else {
                       fail(inner_at + "/type", "A list item holds paragraphs and lists.");
                     }
                     first = false;
                   });
          html += "</li>";
        });
    html += ordered ? "</ol>" : "</ul>";
  }

  void inline_content(const json::object& node, const std::string& pointer, std::string& html) {
    children(node, pointer,
             [&](const json::object& child, std::string_view kind, const std::string& at) {
               if (kind == "hardBreak") {
                 html += "<br>";
                 text_ += "\n";
               } else if (kind == "text") {
                 marked_text(child, at, html);
               } else {
                 fail(at + "/type", "A paragraph holds text and hardBreak nodes.");
               }
             });
  }

  void marked_text(const json::object& node, const std::string& pointer, std::string& html) {
    auto text = string(node, "text", pointer, kMaxText, false);
    if (!text) return;
    std::string open, close;
    Text target;
    if (const auto* marks = node.if_contains("marks"); marks && !marks->is_null()) {
      const auto* list = marks->if_array();
      if (!list || list->size() > 5)
        return fail(pointer + "/marks", "This must be a list of at most 5 marks.");
      for (std::size_t i = 0; i < list->size(); ++i) {
        auto at = fmt::format("{}/marks/{}", pointer, i);
        const auto* mark = (*list)[i].if_object();
        auto type = mark ? string(*mark, "type", at, 40, true) : Text();
        if (!mark) fail(at, "A mark must be an object.");
        if (!type) continue;
        if (*type == "bold") {
          open += "<strong>";
          close = "</strong>" + close;
        } else if (*type == "italic") {
          open += "<em>";
          close = "</em>" + close;
        } else if (*type == "link") {
          const auto* attrs = mark->if_contains("attrs");
          if (!attrs || !attrs->is_object()) {
            fail(at + "/attrs", "A link needs a target.");
            continue;
          }
          target = link_member(attrs->get_object(), at + "/attrs", true, text);
          if (!target) continue;
          open += fmt::format(
              R"(<a href="{}" target="_blank" style="color:{};text-decoration:underline">)",
              escape_around_tags(*target), theme_.link);
          close = "</a>" + close;
        } else {
          fail(at + "/type", "Known marks are bold, italic and link.");
        }
      }
    }
    html += open + escape_around_tags(*text) + close;
    text_ += *text;
    if (target) text_ += " (" + *target + ")";
  }

  void frame(const std::string& lang, std::string_view title, const std::string& preheader,
             const std::string& rows) {
    auto preview = preheader.empty()
                       ? ""
                       : "<div style=\"display:none;max-height:0;overflow:hidden;mso-hide:all\">" +
                             escape_around_tags(preheader) + "</div>\n";
    html_ = fmt::format(
        R"(<!DOCTYPE html>
<html lang="{0}" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no">
<title>{4}</title>
<!--[if mso]><xml><o:OfficeDocumentSettings><o:PixelsPerInch>96</o:PixelsPerInch></o:OfficeDocumentSettings></xml><![endif]-->
<style>
@media (max-width:620px){{.v-col{{display:block!important;width:100%!important}}}}
@media (prefers-color-scheme:dark){{.v-page{{background-color:#121314!important}}.v-surface{{background-color:#1e1f20!important}}.v-text{{color:#e8eaed!important}}.v-muted{{color:#bdc1c6!important}}}}
</style>
</head>
<body class="v-page" style="margin:0;padding:0;background-color:{1}">
{2}<table role="presentation" class="v-page" width="100%" cellpadding="0" cellspacing="0" border="0" style="background-color:{1}"><tr><td align="center" style="padding:16px 0">
<!--[if mso]><table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->
<table role="presentation" class="v-surface" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px;background-color:{3};padding:16px 0">
)",
        lang, theme_.background, preview, theme_.surface, escape_around_tags(title));
    html_ += rows;
    html_ +=
        "</table>\n<!--[if "
        "mso]></td></tr></table><![endif]-->\n</td></tr></table>\n</body>\n</html>\n";
  }

  Theme theme_;
  std::string html_, text_;
  std::vector<RenderedBlocks::Link> links_;
  std::vector<std::string> link_pointers_;
  std::vector<std::pair<std::string, std::string>> texts_;  // pointer and text with tags
  std::vector<FieldError> errors_;
  int footers_ = 0;
};

}  // namespace

Result<RenderedBlocks> render_blocks(const boost::json::value& document, std::string_view title) {
  return Renderer().run(document, title);
}

}  // namespace varde::messaging
