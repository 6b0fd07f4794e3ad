#include "staffing/portal/form.hpp"

#include <fmt/format.h>
#include <charconv>
#include <cmath>

#include "base/text.hpp"
#include "net/http.hpp"

namespace varde::staffing {
namespace {

// All of `text` as digits; nullopt for signs, spaces and more than `most` digits.
std::optional<int> digits(std::string_view text, std::size_t most) {
  int value = 0;
  if (text.empty() || text.size() > most || text[0] < '0' || text[0] > '9') return std::nullopt;
  auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> degrees(std::string text, double most) {
  std::replace(text.begin(), text.end(), ',', '.');
  double value = 0;
  auto [end, ec] =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (text.empty() || ec != std::errc() || end != text.data() + text.size() ||
      !(std::abs(value) <= most))
    return std::nullopt;
  return value;
}

}  // namespace

std::optional<Form> Form::read(std::string_view text) {
  auto fields = net::parse_form(text, kMostFields);
  if (!fields) return std::nullopt;
  return Form(std::move(*fields));
}

std::string Form::raw(std::string_view name) const {
  for (const auto& [key, value] : fields_)
    if (key == name) return value;
  return {};
}

std::string Form::get(std::string_view name) const { return std::string(trim(raw(name))); }

std::vector<std::string> Form::all(std::string_view name) const {
  std::vector<std::string> out;
  for (const auto& [key, value] : fields_)
    if (key == name) out.push_back(value);
  return out;
}

std::optional<int> read_clock(std::string_view text) {
  if (text.size() < 5 || text[2] != ':' || (text.size() > 5 && text[5] != ':') || text.size() > 8)
    return std::nullopt;
  auto hour = digits(text.substr(0, 2), 2), minute = digits(text.substr(3, 2), 2);
  if (!hour || !minute || *hour > 23 || *minute > 59) return std::nullopt;
  return *hour * 60 + *minute;
}

std::optional<std::chrono::local_time<Duration>> read_local(std::string_view text) {
  if (text.size() < 16 || (text[10] != 'T' && text[10] != ' ')) return std::nullopt;
  auto date = parse_date(text.substr(0, 10));
  auto minutes = read_clock(text.substr(11));
  if (!date || !minutes) return std::nullopt;
  return std::chrono::local_days(*date) + std::chrono::minutes(*minutes);
}

std::string local_value(Timestamp at, std::string_view zone) {
  auto local = to_local(at, zone);
  auto day = std::chrono::floor<std::chrono::days>(local);
  auto minute = static_cast<int>(std::chrono::floor<std::chrono::minutes>(local - day).count());
  return fmt::format("{}T{:02}:{:02}", to_string(Date(day)), minute / 60, minute % 60);
}

std::optional<Timestamp> read_local_at(std::string_view text, std::optional<Timestamp> seen,
                                       std::string_view zone) {
  auto local = read_local(text);
  if (!local) return std::nullopt;
  if (seen && local == read_local(local_value(*seen, zone))) return seen;
  return from_local(*local, zone);
}

std::optional<std::chrono::year_month> read_month(std::string_view text) {
  if (text.size() != 7) return std::nullopt;
  auto first = parse_date(std::string(text) + "-01");
  if (!first) return std::nullopt;
  return first->year() / first->month();
}

std::optional<fit::Coordinates> read_place(std::string_view text) {
  text = trim(text);
  if (text.size() > 60) return std::nullopt;
  // A semicolon parts the two, or a comma with a space, or the only comma, or a space.
  auto at = text.find(';');
  if (at == std::string_view::npos) at = text.find(", ");
  if (at == std::string_view::npos && text.find(',') == text.rfind(',')) at = text.find(',');
  if (at == std::string_view::npos) at = text.find(' ');
  if (at == std::string_view::npos) return std::nullopt;
  auto latitude = degrees(std::string(trim(text.substr(0, at))), 90),
       longitude = degrees(std::string(trim(text.substr(at + 1))), 180);
  if (!latitude || !longitude) return std::nullopt;
  return fit::Coordinates{*latitude, *longitude};
}

std::optional<std::string> read_code(std::string_view text) {
  std::string out;
  for (char c : text.substr(0, 40)) {
    if (c == ' ' || c == '-') continue;
    if (c < '0' || c > '9') return std::nullopt;
    out += c;
  }
  return out.size() == 6 && text.size() <= 40 ? std::optional(out) : std::nullopt;
}

}  // namespace varde::staffing
