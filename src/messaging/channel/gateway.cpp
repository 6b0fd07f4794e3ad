#include "messaging/channel/gateway.hpp"

#include "base/text.hpp"
#include "crypto/hash.hpp"

namespace varde::messaging::sms {
namespace json = boost::json;
namespace {

constexpr std::size_t kIdLength = 200;

template <class T>
std::string text_of(const std::optional<T>& held, const char* otherwise = "") {
  return held && !held->value.empty() ? held->value : otherwise;
}

// ---- placeholders

enum class Place { url, json, form, xml, plain, header };

std::string written(Place place, const std::string& value) {
  switch (place) {
    case Place::url:
    case Place::form:
      return percent_encode(value);
    case Place::json: {
      auto quoted = json::serialize(json::string(value));
      return quoted.substr(1, quoted.size() - 2);
    }
    case Place::xml:
      return html_escape(value);
    case Place::plain:
    case Place::header:
      return value;
  }
  return value;
}

// One pass, so that a text that holds "{to}" stays what it is.
std::string fill(const std::string& source, Place place,
                 const std::vector<std::pair<std::string_view, std::string>>& values) {
  std::string out;
  for (std::size_t at = 0; at < source.size();) {
    bool found = false;
    if (source[at] == '{')
      for (const auto& [name, value] : values)
        if (source.compare(at, name.size(), name) == 0) {
          out += written(place, value);
          at += name.size();
          found = true;
          break;
        }
    if (!found) out += source[at++];
  }
  return out;
}

Place place_of(std::string_view content_type) {
  auto type = ascii_lower(content_type);
  if (type.find("json") != std::string::npos) return Place::json;
  if (type.find("x-www-form-urlencoded") != std::string::npos) return Place::form;
  if (type.find("xml") != std::string::npos) return Place::xml;
  return Place::plain;
}

std::string basic(const Provider& provider) {
  return base64(provider.username + ":" + provider.password.reveal());
}

std::string content_type(const Provider& provider) {
  return text_of(provider.sms.content_type, "application/json");
}

std::string twilio_account(const Provider& provider) {
  auto base = text_of(provider.sms.url, "https://api.twilio.com");
  while (base.ends_with('/')) base.pop_back();
  return base + "/2010-04-01/Accounts/" + percent_encode(provider.username);
}

bool is_sender(const std::string& text) {
  if (text.empty()) return false;
  auto digits = text.substr(text[0] == '+' ? 1 : 0);
  if (!digits.empty() && digits.find_first_not_of("0123456789") == std::string::npos)
    return digits.size() <= 15;
  if (text.size() > 11) return false;
  for (char c : text)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != ' ' && c != '-') return false;
  return true;
}

bool is_address(const std::string& url) {
  return (url.starts_with("https://") || url.starts_with("http://")) && !host_of(url).empty() &&
         url.find_first_of(" \t\r\n") == std::string::npos;
}

// ---- callbacks

// A JSON document or a form, read by field.
struct Fields {
  std::optional<json::value> document;
  std::vector<std::pair<std::string, std::string>> form;

  std::string get(const std::string& field) const {
    if (field.empty()) return "";
    if (!document) {
      for (const auto& [name, value] : form)
        if (name == field) return value;
      return "";
    }
    boost::system::error_code error;
    const auto* found = field[0] == '/'         ? document->find_pointer(field, error)
                        : document->is_object() ? document->get_object().if_contains(field)
                                                : nullptr;
    if (found == nullptr) return "";
    if (found->is_string()) return std::string(found->get_string());
    if (found->is_int64() || found->is_uint64()) return json::serialize(*found);
    return "";
  }
};

std::optional<Fields> read_fields(std::string_view type, const std::string& body) {
  Fields out;
  if (ascii_lower(type).find("json") != std::string::npos) {
    boost::system::error_code error;
    auto value = json::parse(body, error);
    if (error || !value.is_object()) return std::nullopt;
    out.document = std::move(value);
    return out;
  }
  auto form = net::parse_form(body, 100);
  if (!form) return std::nullopt;
  out.form = std::move(*form);
  return out;
}

bool among(const std::optional<std::vector<web::Text<40, 1>>>& words,
           std::initializer_list<const char*> usual, const std::string& word) {
  if (words && !words->empty())
    return std::ranges::any_of(*words, [&](const auto& w) { return iequals(w.value, word); });
  return std::ranges::any_of(usual, [&](const char* w) { return iequals(w, word); });
}

std::string short_code(std::string_view text) {
  std::string out;
  for (char c : text.substr(0, 40))
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_') out += c;
  return out;
}

}  // namespace

std::string host_of(const std::string& url) {
  auto at = url.find("://");
  if (at == std::string::npos) return "";
  auto rest = std::string_view(url).substr(at + 3);
  rest = rest.substr(0, rest.find_first_of("/?#"));
  if (auto user = rest.rfind('@'); user != std::string_view::npos) rest.remove_prefix(user + 1);
  return std::string(rest);
}

std::string callback_path(const Uuid& provider, const char* what) {
  return "/p/sms/" + provider.str() + "/" + what;
}

Result<void> check_settings(const Provider& provider) {
  const auto& s = provider.sms;
  if (!is_sender(text_of(s.sender)))
    return bad_input("/sms/sender",
                     "must be the number or name that messages come from: digits, or up to 11 "
                     "letters and digits.");
  if (s.price_minor && (*s.price_minor < 0 || *s.price_minor > 1000000))
    return bad_input("/sms/price_minor", "must be from 0 to 1000000.");
  auto currency = text_of(s.price_currency);
  if (s.price_minor.has_value() == currency.empty())
    return bad_input("/sms/price_currency", "and price_minor belong together.");
  if (!currency.empty() &&
      (currency.size() != 3 ||
       currency.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") != std::string::npos))
    return bad_input("/sms/price_currency", "must be a currency of three letters, like NOK.");
  auto url = text_of(s.url);
  if (provider.kind == ProviderKind::sms_twilio) {
    if (!url.empty() && !is_address(url))
      return bad_input("/sms/url", "must be an address that begins with https://.");
    if (provider.username.empty() || provider.username.find_first_of(" /?#:") != std::string::npos)
      return bad_input("/username", "is required: the account's SID.");
    return {};
  }
  if (!is_address(url))
    return bad_input("/sms/url", "must be an address that begins with https://.");
  // Credentials and persons belong behind the host, or the permit would be for another.
  if (host_of(url).find('{') != std::string::npos)
    return bad_input("/sms/url", "must name its host without placeholders.");
  for (const auto& header : s.headers.value_or(std::vector<HeaderTemplate>{}))
    if (header.name.value.find_first_not_of(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") !=
            std::string::npos ||
        header.value.value.find('\n') != std::string::npos)
      return bad_input("/sms/headers", "must be names of letters, digits and dashes, on one line.");
  if (s.headers && s.headers->size() > 20) return bad_input("/sms/headers", "must be at most 20.");
  auto type = content_type(provider);
  if (type.find_first_of("\r\n") != std::string::npos)
    return bad_input("/sms/content_type", "must be a media type, like application/json.");
  auto body = text_of(s.body);
  auto both = url + body;
  for (const char* needed : {"{to}", "{text}"})
    if (both.find(needed) == std::string::npos)
      return bad_input("/sms/body", std::string("must say where ") + needed + " goes.");
  if (place_of(type) == Place::json && !body.empty() &&
      s.method.value_or(HttpMethod::POST) != HttpMethod::GET) {
    auto sample = make_call(provider, {"+4740000000", "\"quoted\"\n\\ text", "reference"}, "");
    boost::system::error_code error;
    json::parse(sample.body, error);
    if (error)
      return bad_input("/sms/body",
                       "is not JSON when it is filled in. Write placeholders inside quotes, like "
                       "\"{text}\".");
  }
  auto pointer = text_of(s.id_pointer);
  if (!pointer.empty() && pointer[0] != '/')
    return bad_input("/sms/id_pointer", "must be a JSON Pointer, like /messages/0/id.");
  return {};
}

net::HttpCall make_call(const Provider& provider, const Outgoing& message,
                        const std::string& public_url) {
  const auto& s = provider.sms;
  net::HttpCall out;
  auto sender = text_of(s.sender);
  if (provider.kind == ProviderKind::sms_twilio) {
    out.url = twilio_account(provider) + "/Messages.json";
    out.headers = {{"Authorization", "Basic " + basic(provider)},
                   {"Content-Type", "application/x-www-form-urlencoded"}};
    out.body = "To=" + percent_encode(message.to) + "&From=" + percent_encode(sender) +
               "&Body=" + percent_encode(message.text);
    // The reference is a part of what Twilio signs: a report finds its message before the id that
    // the answer names has been written down.
    out.body +=
        "&StatusCallback=" + percent_encode(public_url + callback_path(provider.id, "status") +
                                            "?reference=" + percent_encode(message.reference));
    return out;
  }
  std::vector<std::pair<std::string_view, std::string>> values = {
      {"{to}", message.to},
      {"{from}", sender},
      {"{text}", message.text},
      {"{reference}", message.reference},
      {"{username}", provider.username},
      {"{password}", provider.password.reveal()}};
  auto type = content_type(provider);
  out.method = web::enum_word(s.method.value_or(HttpMethod::POST));
  out.url = fill(text_of(s.url), Place::url, values);
  if (out.method != "GET") {
    out.body = fill(text_of(s.body), place_of(type), values);
    out.headers.emplace_back("Content-Type", type);
  }
  // Headers are for credentials: what is personal stays out of them, and out of proxies' logs.
  std::vector<std::pair<std::string_view, std::string>> secrets = {
      values[3], values[4], values[5], {"{basic}", basic(provider)}};
  for (const auto& header : s.headers.value_or(std::vector<HeaderTemplate>{}))
    out.headers.emplace_back(header.name.value, fill(header.value.value, Place::header, secrets));
  return out;
}

net::HttpCall make_probe(const Provider& provider) {
  net::HttpCall out;
  out.method = "GET";
  out.timeout = std::chrono::seconds(10);
  if (provider.kind == ProviderKind::sms_twilio) {
    out.url = twilio_account(provider) + ".json";
    out.headers = {{"Authorization", "Basic " + basic(provider)}};
    return out;
  }
  auto url = text_of(provider.sms.url);
  auto host = url.find("://");
  out.url = url.substr(0, url.find_first_of("/?#", host == std::string::npos ? 0 : host + 3)) + "/";
  return out;
}

Answer read_answer(const Provider& provider, const net::HttpAnswer& answer) {
  Answer out;
  out.code = std::to_string(answer.status);
  bool twilio = provider.kind == ProviderKind::sms_twilio;
  auto fields = read_fields("json", answer.body);
  if (answer.status >= 200 && answer.status < 300) {
    out.verdict = Verdict::accepted;
    auto pointer = twilio ? std::string("/sid") : text_of(provider.sms.id_pointer);
    if (fields) out.external_id = fields->get(pointer).substr(0, kIdLength);
    // What the database does not take as text is no id: the message has been taken all the same.
    if (!is_utf8(out.external_id) || out.external_id.find('\0') != std::string::npos)
      out.external_id.clear();
    return out;
  }
  if (answer.status == 429 || answer.status == 408 || answer.status >= 500) return out;
  bool settings = answer.status == 401 || answer.status == 403 || answer.status == 404 ||
                  answer.status == 405 || answer.status < 200 ||
                  (answer.status >= 300 && answer.status < 400);
  out.verdict = settings ? Verdict::refused : Verdict::failed;
  if (twilio && fields)
    if (auto code = short_code(fields->get("code")); !code.empty()) out.code += " " + code;
  return out;
}

bool is_signed(const Provider& provider, const net::Request& request, const std::string& url,
               const std::string& body) {
  if (provider.kind == ProviderKind::sms_twilio) {
    const auto& token = provider.password.reveal();
    if (token.empty()) return false;
    auto form = net::parse_form(body, 100);
    if (!form) return false;
    std::ranges::sort(*form);
    auto base = url;
    for (const auto& [name, value] : *form) base += name + value;
    return crypto::equal(request.header("x-twilio-signature"),
                         base64(crypto::hmac_sha1(token, base)));
  }
  const auto& secret = provider.callback_secret.reveal();
  if (provider.kind != ProviderKind::sms_http || secret.empty()) return false;
  auto fields = provider.sms.callback.value_or(CallbackFields{});
  auto given = trim(request.header(ascii_lower(text_of(fields.signature_header, "x-signature"))));
  if (given.starts_with("sha256=")) given.remove_prefix(7);
  auto mac = crypto::hmac_sha256(secret, body);
  return crypto::equal(ascii_lower(given), hex(mac)) || crypto::equal(given, base64(mac));
}

Result<Callback> read_callback(const Provider& provider, std::string_view content_type,
                               const std::string& body) {
  bool twilio = provider.kind == ProviderKind::sms_twilio;
  auto fields = read_fields(twilio ? "form" : content_type, body);
  if (!fields)
    return make_error(ErrorCode::malformed, "The body is neither a JSON object nor a form.");
  auto names = provider.sms.callback.value_or(CallbackFields{});
  Callback out;
  auto status = fields->get(twilio ? "MessageStatus" : text_of(names.status, "status"));
  out.external_id = fields->get(twilio ? "MessageSid" : text_of(names.message_id, "id"));
  out.reference = twilio ? "" : fields->get(text_of(names.reference, "reference"));
  out.from = fields->get(twilio ? "From" : text_of(names.from, "from"));
  out.text = fields->get(twilio ? "Body" : text_of(names.text, "text"));
  for (const auto* part : {&out.external_id, &out.reference, &out.from, &out.text})
    if (!is_utf8(*part) || part->find('\0') != std::string::npos)
      return make_error(ErrorCode::malformed, "The body is not UTF-8 text.");
  if (out.external_id.size() > kIdLength || out.reference.size() > kIdLength)
    return make_error(ErrorCode::malformed, "The message's id is too long.");
  if (among(names.delivered, {"delivered", "delivrd"}, status)) out.report = Report::delivered;
  if (among(names.failed, {"failed", "undelivered", "undeliv", "rejected", "rejectd", "expired"},
            status)) {
    out.report = Report::failed;
    out.code = short_code(status);
    if (twilio)
      if (auto code = short_code(fields->get("ErrorCode")); !code.empty()) out.code += " " + code;
  }
  return out;
}

}  // namespace varde::messaging::sms
