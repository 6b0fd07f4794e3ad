// The public page of a form. It works without scripts, and looking at it stores nothing.
#include <charconv>

#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "messaging/response/response.hpp"
#include "messaging/token/token.hpp"
#include "outreach/form/internal.hpp"
#include "outreach/form/store_sql.hpp"
#include "pages/frame/frame.hpp"
#include "trust/limiter.hpp"
#include "trust/tenant/tenant.hpp"

namespace varde::outreach {

using namespace store;
using trust::Ctx;
namespace json = boost::json;

namespace {

constexpr auto kFreshest = std::chrono::seconds(2);  // nobody fills a form faster
constexpr auto kOldest = std::chrono::hours(24);

// Text of the organisation: paragraphs at blank lines, nothing else.
std::string paragraphs(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    auto end = text.find("\n\n", at);
    auto part = text.substr(at, end == std::string::npos ? std::string::npos : end - at);
    out += "<p>" + html_escape(part) + "</p>";
    at = end == std::string::npos ? text.size() : end + 2;
  }
  return out;
}

std::string render_field(const FormField& field, const Posted& posted, const std::string& error) {
  auto name = "q_" + field.key.value;
  auto id = html_escape(name);
  auto value = html_escape(first(posted, name));
  std::string described;
  std::string out = fmt::format("<div class=\"field{}\">", error.empty() ? "" : " bad");
  std::string above;
  if (field.help && !field.help->value.empty()) {
    above +=
        fmt::format("<p class=\"help\" id=\"{}_h\">{}</p>", id, html_escape(field.help->value));
    described += id + "_h ";
  }
  if (!error.empty()) {
    above += fmt::format("<p class=\"error\" id=\"{}_e\">{}</p>", id, html_escape(error));
    described += id + "_e ";
  }
  auto aria =
      described.empty() ? std::string() : fmt::format(" aria-describedby=\"{}\"", trim(described));
  if (!error.empty()) aria += " aria-invalid=\"true\"";
  auto mark = field.required ? "" : " (optional)";
  auto must = field.required ? " required" : "";
  auto label = html_escape(field.label.value) + mark;
  auto input = [&](const char* type, const char* extra) {
    out += fmt::format(
        "<label class=\"q\" for=\"{0}\">{1}</label>{2}<input id=\"{0}\" name=\"{0}\" type=\"{3}\" "
        "value=\"{4}\"{5}{6}{7}>",
        id, label, above, type, value, extra, must, aria);
  };
  switch (field.type) {
    case FieldType::text:
      input("text", " maxlength=\"1000\"");
      break;
    case FieldType::email:
      input("email", " autocomplete=\"email\" maxlength=\"254\"");
      break;
    case FieldType::phone:
      input("tel", " autocomplete=\"tel\" maxlength=\"40\"");
      break;
    case FieldType::date:
      input("date", "");
      break;
    case FieldType::long_text:
      out += fmt::format(
          "<label class=\"q\" for=\"{0}\">{1}</label>{2}<textarea id=\"{0}\" name=\"{0}\" "
          "maxlength=\"10000\"{3}{4}>{5}</textarea>",
          id, label, above, must, aria, value);
      break;
    case FieldType::consent:
      out += fmt::format(
          "{2}<label class=\"choice\"><input type=\"checkbox\" name=\"{0}\" "
          "value=\"yes\"{3}{4}{5}><span>{1}</span></label>",
          id, label, above, first(posted, name) == "yes" ? " checked" : "", must, aria);
      break;
    case FieldType::choice:
    case FieldType::multiple_choice: {
      bool many = field.type == FieldType::multiple_choice;
      out += fmt::format("<fieldset{}><legend>{}</legend>{}", aria, label, above);
      auto chosen = every(posted, name);
      for (const auto& choice : field.choices.value_or(std::vector<web::Text<200, 1>>{}))
        out += fmt::format(
            "<label class=\"choice\"><input type=\"{}\" name=\"{}\" "
            "value=\"{}\"{}{}><span>{}</span></label>",
            many ? "checkbox" : "radio", id, html_escape(choice.value),
            std::ranges::find(chosen, choice.value) != chosen.end() ? " checked" : "",
            many ? "" : must, html_escape(choice.value));
      out += "</fieldset>";
      break;
    }
    case FieldType::rating: {
      out += fmt::format("<fieldset{}><legend>{}</legend>{}<div class=\"rating\">", aria, label,
                         above);
      for (int i = 1; i <= field.max.value_or(5); ++i)
        out += fmt::format(
            "<label><input type=\"radio\" name=\"{}\" value=\"{}\"{}{}><span>{}</span></label>", id,
            i, first(posted, name) == std::to_string(i) ? " checked" : "", must, i);
      out += "</div></fieldset>";
      break;
    }
  }
  return out + "</div>";
}

std::string stamp(trust::Base& base, const Uuid& form, Timestamp at, std::string_view nonce) {
  auto text = fmt::format(
      "{}.{}", std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count(),
      nonce);
  return text + "." +
         base64url(
             crypto::keyed_hash(base.keys.installation_key("form-stamp"), form.str() + text, 16));
}

net::Response render(Ctx& ctx, const FormRecord& record, const pages::PageStyle& style,
                     const Posted& posted, const std::map<std::string, std::string>& errors,
                     const std::string& token) {
  std::string body =
      fmt::format("<h1>{}</h1>{}", html_escape(record.title.empty() ? record.name : record.title),
                  paragraphs(record.intro));
  if (!errors.empty())
    body += fmt::format("<p class=\"error\" role=\"alert\">{}</p>",
                        errors.contains("")
                            ? html_escape(errors.at(""))
                            : "Some answers are missing or not right. They are marked below.");
  body += "<form method=\"post\" accept-charset=\"utf-8\">";
  for (const auto& field : fields_of(record))
    body += render_field(field, posted,
                         errors.contains(field.key.value) ? errors.at(field.key.value) : "");
  body +=
      "<div class=\"hp\" aria-hidden=\"true\"><label>Leave this empty<input name=\"website\" "
      "tabindex=\"-1\" autocomplete=\"off\"></label></div>";
  body += fmt::format(
      "<input type=\"hidden\" name=\"stamp\" value=\"{}\"><input type=\"hidden\" name=\"t\" "
      "value=\"{}\">",
      stamp(ctx.base, record.form_id, now(), random_token(12)), html_escape(token));
  body += "<button type=\"submit\">Send</button></form>";
  return pages::page(style, record.title.empty() ? record.name : record.title, body,
                     errors.empty() ? 200 : 422);
}

// Empty when the stamp is right; otherwise what to tell.
std::string check_stamp(trust::Base& base, const Uuid& form, const std::string& given,
                        std::string& nonce) {
  auto parts = split(given, '.');
  std::int64_t ms = 0;
  // Thirteen digits reach to the year 2286; more would not fit a time.
  if (parts.size() != 3 || parts[0].empty() || parts[0].size() > 13 ||
      parts[0].find_first_not_of("0123456789") != std::string_view::npos ||
      std::from_chars(parts[0].data(), parts[0].data() + parts[0].size(), ms).ec != std::errc())
    return "The page was not complete. Please send it again.";
  auto at = Timestamp(std::chrono::milliseconds(ms));
  nonce = std::string(parts[1]);
  if (!crypto::equal(stamp(base, form, at, nonce), given))
    return "The page was not complete. Please send it again.";
  if (now() - at < kFreshest)
    return "That was very fast. Please check your answers and send again.";
  if (now() - at > kOldest) return "The page was open for more than a day. Please send it again.";
  return "";
}

// The same whether the address is known here or not, so that nobody learns it.
std::string asks_to_confirm(const pages::PageStyle& style, const FormRecord& record) {
  if (!record.list_id && !record.purpose_id) return {};
  return "<p>" +
         html_escape(pages::in_language(
             style,
             {"If we need you to confirm this, you get a message at the address that we have. "
              "Nothing changes until you have followed the link in it.",
              "Må du bekrefte dette, får du en melding til adressen vi har. Ingenting endres før "
              "du "
              "har fulgt lenken i den.",
              "Behöver du bekräfta detta får du ett meddelande till adressen vi har. Ingenting "
              "ändras förrän du har följt länken i det."})) +
         "</p>";
}

struct Pages {
  explicit Pages(trust::Base& b) : base(b) {}
  trust::Base& base;
  trust::Limiter by_network{30, std::chrono::seconds(10)};
  static constexpr std::size_t kMostFields = 500;

  // `sent`: what a POST brought; of a GET there is none.
  net::Response serve(net::Request& request, const std::string& tenant_slug,
                      const std::string& slug, const Result<web::Router::Form>* sent) {
    pages::PageStyle plain{"Varde"};
    auto tenant = trust::find_tenant(base, tenant_slug);
    if (!tenant) return pages::message_page(plain, "Not found", "There is no such form.", 404);
    Ctx ctx(base, *tenant, {trust::ActorKind::person, {}});
    ctx.network = trust::network_of(request.peer);
    auto style = pages::page_style(ctx);
    if (style.ended) return pages::ended_page(style);
    auto record = ctx.tx().maybe<FormRecord>(kFormBySlug, slug);
    if (!record || record->state == FormState::draft)
      return pages::message_page(style, "Not found", "There is no such form.", 404);
    if (record->state == FormState::closed)
      return pages::message_page(style, "This form is closed", "It takes no more answers.", 410);

    bool posting = sent != nullptr;
    if (posting && !*sent && sent->error().code == ErrorCode::too_large)
      return pages::message_page(style, "Too long", "The answers are too long.", 413);
    auto posted = !posting ? net::parse_form(request.query, kMostFields)
                  : *sent  ? std::optional(**sent)
                           : std::nullopt;
    if (!posted)
      return pages::message_page(
          style, "Not readable",
          "The answers could not be read. Please go back and send them again.", 400);
    // The message whose link led here. A token that is too old or another form's says nothing; the
    // form is open to everybody all the same.
    auto token_text = first(*posted, "t");
    auto by = token_text.empty()
                  ? std::nullopt
                  : messaging::read_token(base, messaging::TokenKind::form, token_text);
    if (by && (by->tenant != ctx.tenant || by->number != form_number(record->form_id)))
      by = std::nullopt;
    if (!by) token_text.clear();
    if (!posting) return render(ctx, *record, style, {}, {}, token_text);

    auto read = read_answers(ctx, fields_of(*record), *posted);
    std::string nonce;
    auto problem = check_stamp(base, record->form_id, first(*posted, "stamp"), nonce);
    if (!problem.empty()) read.errors[""] = problem;
    if (!read.errors.empty()) return render(ctx, *record, style, *posted, read.errors, token_text);
    auto thanks = [&] {
      return pages::page(style, "Thank you",
                         "<h1>Thank you</h1>" +
                             (record->thanks_text.empty() ? "<p>Your answer has been received.</p>"
                                                          : paragraphs(record->thanks_text)) +
                             asks_to_confirm(style, *record));
    };
    // A robot that fills every field is thanked like everybody else, and nothing is stored.
    if (!first(*posted, "website").empty()) return thanks();
    if (int wait = base.is_simulated(request) ? 0 : by_network.take(ctx.network); wait > 0) {
      auto response = pages::message_page(
          style, "Too many answers",
          "Many answers came from your network. Please try again in a minute.", 429);
      return response.with("Retry-After", std::to_string(wait));
    }
    // The stamp gives the answer its id: sent twice, it is stored once.
    Uuid answer = Uuid::floor_of(now());
    auto hash = crypto::keyed_hash(base.keys.installation_key("form-answer"),
                                   record->form_id.str() + nonce, 16);
    std::copy(hash.begin(), hash.begin() + 16, answer.bytes.begin());
    auto floor = Uuid::floor_of(Timestamp(
        std::chrono::milliseconds(std::strtoll(first(*posted, "stamp").c_str(), nullptr, 10))));
    std::copy(floor.bytes.begin(), floor.bytes.begin() + 6, answer.bytes.begin());
    answer.bytes[6] = static_cast<std::uint8_t>(0x70 | (answer.bytes[6] & 0x0f));
    answer.bytes[8] = static_cast<std::uint8_t>(0x80 | (answer.bytes[8] & 0x3f));
    for (int attempt = 0;; ++attempt) {
      try {
        auto flags = base.is_simulated(request) ? people::kSimulated : 0;
        auto accepted = accept(ctx, *record, read, by ? std::optional(by->subject) : std::nullopt,
                               answer, flags);
        if (!accepted)
          return pages::message_page(style, "This link is not valid any more",
                                     "The details behind this link were erased.", 410);
        if (accepted->too_many) {
          ctx.rollback();
          return pages::message_page(
              style, "Too many answers",
              "Many answers were sent for this address today. Please try again "
              "tomorrow.",
              429);
        }
        if (by && accepted->person == by->subject)
          messaging::count_response(ctx, by->source_id, people::ActivityKind::submitted,
                                    by->subject, 0, flags);
        ctx.commit();
        return thanks();
      } catch (const db::SqlError& e) {
        ctx.rollback();
        if (e.is_unique_violation() && e.constraint == "form_answer_pkey") return thanks();
        if (!e.is_unique_violation() || attempt >= 3) throw;
      }
    }
  }
};

}  // namespace

std::uint32_t form_number(const Uuid& form) {
  std::uint32_t out = 0;
  std::memcpy(&out, form.bytes.data() + 12, 4);  // the end is random
  return out;
}

std::optional<Uuid> form_of_url(Ctx& ctx, std::string_view url) {
  auto place = ctx.base.public_url + "/p/f/";
  if (!url.starts_with(place)) return std::nullopt;
  auto path = url.substr(place.size(), url.find_first_of("?#", place.size()) - place.size());
  auto parts = split(path, '/');
  if (parts.size() != 2 || parts[0] != trust::tenant_settings(ctx).slug) return std::nullopt;
  auto record = ctx.tx().maybe<FormRecord>(kFormBySlug, std::string(parts[1]));
  if (!record || record->state != FormState::published) return std::nullopt;
  return record->form_id;
}

void add_form_pages(trust::Base& base, web::Router& router) {
  auto pages = std::make_shared<Pages>(base);
  router.page("GET", "/p/f/{tenant}/{form}",
              [pages](net::Request& request, const std::vector<std::string>& captures) {
                return pages->serve(request, captures[0], captures[1], nullptr);
              });
  router.form("/p/f/{tenant}/{form}", 256 * 1024, Pages::kMostFields,
              [pages](net::Request& request, const std::vector<std::string>& captures,
                      const Result<web::Router::Form>& sent) {
                return pages->serve(request, captures[0], captures[1], &sent);
              });
}

}  // namespace varde::outreach
