// Addresses, numbers and values in the one spelling in which they are kept and compared.
#include <phonenumbers/phonenumberutil.h>

#include <charconv>

#include "base/canonical.hpp"
#include "base/text.hpp"
#include "people/person/identity.hpp"

namespace varde::people {

using namespace store;
using trust::Ctx;
namespace json = boost::json;

std::optional<std::string> normalise_email(std::string_view text) { return canonical_email(text); }

std::string region_of(const std::string& time_zone) {
  static const std::map<std::string_view, const char*> kRegions = {
      {"Europe/Oslo", "NO"},     {"Europe/Stockholm", "SE"}, {"Europe/Copenhagen", "DK"},
      {"Europe/Helsinki", "FI"}, {"Europe/Berlin", "DE"},    {"Europe/London", "GB"},
      {"Europe/Paris", "FR"},    {"Europe/Amsterdam", "NL"}, {"Atlantic/Reykjavik", "IS"},
      {"Europe/Madrid", "ES"},   {"Europe/Rome", "IT"},      {"Europe/Dublin", "IE"}};
  auto found = kRegions.find(time_zone);
  return found == kRegions.end() ? "NO" : found->second;
}

std::optional<std::string> normalise_phone(std::string_view text, const std::string& region) {
  using i18n::phonenumbers::PhoneNumberUtil;
  // Bidirectional marks and spaces of all kinds come with numbers that were copied.
  auto plain = canonical_symbols(text);
  if (!plain || plain->empty() || plain->size() > 40) return std::nullopt;
  auto* util = PhoneNumberUtil::GetInstance();
  i18n::phonenumbers::PhoneNumber number;
  if (util->Parse(*plain, region, &number) != PhoneNumberUtil::NO_PARSING_ERROR ||
      !util->IsValidNumber(number))
    return std::nullopt;
  std::string out;
  util->Format(number, PhoneNumberUtil::E164, &out);
  return out;
}

bool takes_sms(const std::string& number) {
  using i18n::phonenumbers::PhoneNumberUtil;
  auto* util = PhoneNumberUtil::GetInstance();
  i18n::phonenumbers::PhoneNumber parsed;
  if (util->Parse(number, "ZZ", &parsed) != PhoneNumberUtil::NO_PARSING_ERROR) return false;
  switch (util->GetNumberType(parsed)) {
    case PhoneNumberUtil::FIXED_LINE:
    case PhoneNumberUtil::TOLL_FREE:
    case PhoneNumberUtil::PREMIUM_RATE:
    case PhoneNumberUtil::SHARED_COST:
    case PhoneNumberUtil::UAN:
    case PhoneNumberUtil::VOICEMAIL:
      return false;
    default:
      return true;
  }
}

std::vector<std::string> sender_phones(std::string_view text, const std::string& region) {
  std::vector<std::string> out;
  auto add = [&](const std::string& number) {
    if (auto full = normalise_phone(number, region);
        full && std::ranges::find(out, *full) == out.end())
      out.push_back(std::move(*full));
  };
  auto plain = canonical_symbols(text);
  if (!plain) return out;
  add(*plain);
  std::string digits;
  for (char c : *plain)
    if (std::isdigit(static_cast<unsigned char>(c)) != 0) digits += c;
  if (plain->find_first_not_of("0123456789 -()") != std::string::npos) return out;
  // What begins with a zero is national, or dialled with the prefix of another country.
  auto country = digits.find_first_not_of('0');
  if (country == 0 || (country == 2 && out.empty())) add("+" + digits.substr(country));
  return out;
}

namespace {

// As many as fit a sentence: "a, b, c and 97 more".
std::string some_of(const std::vector<std::string>& choices) {
  constexpr std::size_t kMost = 120, kMostOfOne = 60;
  std::string out;
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (!out.empty() && out.size() + choices[i].size() > kMost)
      return fmt::format("{} and {} more", out, choices.size() - i);
    auto shown = utf8_prefix(choices[i], kMostOfOne);
    out += out.empty() ? "" : ", ";
    out += shown;
    if (shown.size() < choices[i].size()) out += "…";
  }
  return out;
}

}  // namespace

Result<json::value> normalise_value(const Attribute& attribute, const json::value& in) {
  if (in.is_null()) return json::value(nullptr);
  auto canonical = canonical_prose(text_of(in));
  auto text = canonical.value_or("");
  if (canonical && text.empty()) return json::value(nullptr);
  auto wrong = [&](std::string message) {
    return bad_input("/attributes/" + attribute.key, std::move(message));
  };
  if (!canonical) return wrong("holds characters that cannot be kept.");
  switch (attribute.type) {
    case AttributeType::text:
      if (utf8_length(text) > 1000) return wrong("must be text of at most 1000 characters.");
      return json::value(text);
    case AttributeType::choice: {
      for (const auto& choice : attribute.choices)
        if (fold(choice) == fold(text)) return json::value(choice);
      return wrong("must be one of: " + some_of(attribute.choices) + ".");
    }
    case AttributeType::number: {
      if (in.is_number()) return number_json(in.to_number<double>());
      // Thousands are set apart by spaces of several kinds (ICU and spreadsheets of the North write
      // U+00A0 and U+202F), or by apostrophes; and a minus may be the typographer's.
      std::string digits;
      std::optional<std::size_t> group;  // where the digits behind a space began
      bool decimals = false, apart_well = true;
      auto end_group = [&] { apart_well &= !group || digits.size() - *group == 3; };
      for (std::string_view rest = text; !rest.empty();) {
        std::size_t skip = 0;
        for (std::string_view apart : {" ", "'", "\u00a0", "\u202f", "\u2009", "\u2019"})
          if (rest.starts_with(apart)) skip = apart.size();
        if (skip > 0) {
          // "1 234" is one number, "12 34" are two; and nothing is set apart behind the comma.
          end_group();
          apart_well &= !decimals && !digits.empty();
          group = digits.size();
        } else if (rest.starts_with("\u2212")) {
          digits += '-';
          skip = 3;
        } else {
          bool point = rest[0] == ',' || rest[0] == '.';
          if (point && !std::exchange(decimals, true)) {
            end_group();
            group.reset();
          }
          digits += point ? '.' : rest[0];
          skip = 1;
        }
        rest.remove_prefix(skip);
      }
      end_group();
      double number = 0;
      auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
      if (ec != std::errc() || end != digits.data() + digits.size() || !std::isfinite(number) ||
          !apart_well)
        return wrong("must be a number, like 12.5.");
      return number_json(number);
    }
    case AttributeType::boolean: {
      if (in.is_bool()) return in;
      auto word = fold(text);
      // As spreadsheets of the North, Germany, France and Spain write them, too.
      static const std::set<std::string> kYes = {"true", "yes",  "ja",   "1",
                                                 "x",    "sann", "sant", "sand",
                                                 "tosi", "wahr", "vrai", "verdadero"},
                                         kNo = {"false",   "no",     "nei",    "nej",
                                                "0",       "usann",  "falskt", "falsk",
                                                "epätosi", "falsch", "faux",   "falso"};
      if (kYes.contains(word)) return json::value(true);
      if (kNo.contains(word)) return json::value(false);
      return wrong("must be yes or no.");
    }
    case AttributeType::date: {
      auto date = parse_date(text);
      if (!date && text.size() >= 8 && text.size() <= 10) {  // 31.12.2026, as offices here write it
        auto parts = split(text, '.');
        if (parts.size() == 3 && parts[2].size() == 4) {
          auto pad = [](std::string_view part) {
            return part.size() == 1 ? "0" + std::string(part) : std::string(part);
          };
          date = parse_date(std::string(parts[2]) + "-" + pad(parts[1]) + "-" + pad(parts[0]));
        }
      }
      if (!date) return wrong("must be a date, like 2026-03-01.");
      return json::value(to_string(*date));
    }
  }
  return wrong("cannot be read.");
}

}  // namespace varde::people
