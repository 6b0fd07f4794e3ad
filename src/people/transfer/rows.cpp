// Rows to changes.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/canonical.hpp"
#include "base/text.hpp"
#include "people/csv/csv_writer.hpp"
#include "people/csv/moment.hpp"
#include "people/transfer/internal.hpp"
#include "trust/tenant/tenant.hpp"

namespace varde::people {

using trust::Ctx;
namespace json = boost::json;

namespace {

constexpr std::size_t kMostTags = 50;  // of one row
constexpr std::string_view kConsent = "consent:";

// What spreadsheets show where a formula went wrong, in English and as the North sees it.
bool is_error(std::string_view text) {
  static constexpr auto kErrors = std::to_array<std::string_view>(
      {"#N/A",       "#REF!",        "#DIV/0!",  "#VALUE!",       "#NAME?", "#NUM!",
       "#NULL!",     "#SPILL!",      "#CALC!",   "#GETTING_DATA", "#I/T",   "#VERDI!",
       "#NAVN?",     "#NULL!",       "#SAKNAS!", "#VÄRDEFEL!",    "#NAMN?", "#REFERENS!",
       "#OGILTIGT!", "#DIVISION/0!", "#VÆRDI!",  "#REFERENCE!",   "#NUL!"});
  return text.starts_with('#') && std::ranges::find(kErrors, text) != kErrors.end();
}

}  // namespace

std::string with_breaks(std::string_view text) {
  constexpr std::string_view kSeparator = "\u2028";
  std::string out(text);
  for (auto at = out.find(kSeparator); at != std::string::npos; at = out.find(kSeparator, at + 1))
    out.replace(at, kSeparator.size(), "\n");
  return out;
}

std::string brief(std::string_view message) {
  constexpr std::size_t kMost = 200;
  auto shown = utf8_prefix(message, kMost);
  return shown.size() == message.size() ? std::string(shown) : std::string(shown) + "…";
}

std::string text_of(const RowNote& note) {
  return note.detail.empty() ? brief(note.message)
                             : fmt::format("{} ({})", brief(note.message), brief(note.detail));
}

std::optional<std::string> name_to_keep(std::string_view cell) {
  auto name = trim(cell);
  if (name.empty() || utf8_length(name) > 80 ||
      name.find_first_of("@0123456789") != std::string_view::npos)
    return std::nullopt;
  return std::string(name);
}

std::optional<Uuid> consent_target(std::string_view target) {
  if (!target.starts_with(kConsent)) return std::nullopt;
  return Uuid::parse(target.substr(kConsent.size()));
}

RowReader::RowReader(Ctx& ctx, std::vector<std::string> targets, const ImportOptions& options)
    : targets_(std::move(targets)),
      options_(options),
      region_(region_of(trust::tenant_settings(ctx).time_zone)) {
  for (auto& attribute : attributes(ctx)) catalogue_[attribute.key] = attribute;
  for (const auto& name : options.tags.value_or(std::vector<web::Text<60, 1>>{}))
    fixed_tags_.push_back(name.value);
  if (options.list_id)
    if (auto list = find_list(ctx, *options.list_id)) double_opt_in_ = list->double_opt_in;
  takes_consents_ = options.purpose_id || std::ranges::any_of(targets_, [](const auto& target) {
                      return consent_target(target).has_value();
                    });
}

void RowReader::set_width(std::size_t cells, bool of_header) {
  has_header_ = of_header;
  width_ = cells;
  // A first row may end before columns that others fill, and that somebody mapped.
  for (auto i = targets_.size(); !of_header && i > cells; --i)
    if (takes(i - 1)) {
      width_ = i;
      break;
    }
}

bool RowReader::takes(std::size_t column) const {
  return column < targets_.size() && !targets_[column].empty() && targets_[column] != "ignore";
}

// Something behind the last column.
std::optional<RowNote> RowReader::beyond(std::span<const std::string_view> fields) const {
  if (!width_ || fields.size() <= *width_ ||
      std::ranges::all_of(fields.subspan(*width_), [](auto cell) { return trim(cell).empty(); }))
    return std::nullopt;
  return RowNote{RowNote::kWholeRow,
                 fmt::format("The row has more cells than the {}. Is a text with the separator in "
                             "it not in quotation marks?",
                             has_header_ ? "header names" : "first row"),
                 {}};
}

int RowReader::column_of(const std::string& field) const {
  auto found = std::ranges::find(targets_, field);
  if (field.empty() || found == targets_.end()) return RowNote::kWholeRow;
  return static_cast<int>(found - targets_.begin());
}

std::optional<RowNote> RowReader::read(std::span<const std::string_view> fields,
                                       PersonChange& change, std::vector<std::string>& tags,
                                       std::vector<RowNote>& warnings) const {
  tags = fixed_tags_;
  auto surplus = beyond(fields);
  if (surplus && takes_consents_) return surplus;
  std::optional<RowNote> bad_phone;
  for (std::size_t i = 0; i < fields.size() && i < targets_.size(); ++i) {
    const auto& target = targets_[i];
    if (!takes(i)) continue;
    auto column = static_cast<int>(i);
    auto canonical = canonical_prose(with_breaks(csv::unguarded(fields[i])));
    auto note = [&](std::string message) { return RowNote{column, std::move(message), {}}; };
    if (!canonical || canonical->find("\xEF\xBF\xBD") != std::string::npos)
      return note("holds characters that cannot be read; is the file's encoding right?");
    std::string_view text = *canonical;
    if (text.empty()) continue;  // an empty cell never clears what is known
    auto consent_to = consent_target(target);
    if (is_error(text)) {
      auto wrong = note("holds an error of the spreadsheet.");
      wrong.detail = std::string(text);
      if (target == "email" || consent_to) return wrong;
      if (target == "phone") bad_phone = wrong;
      warnings.push_back(std::move(wrong));
      continue;
    }
    auto name_field = [&](std::optional<std::string>& into) {
      if (utf8_length(text) > 100)
        warnings.push_back(note("is longer than 100 characters."));
      else if (auto name = canonical_line(text))
        into = std::move(name);
      else
        warnings.push_back(note("holds characters that cannot be seen."));
    };
    if (target == "email") {
      change.email = normalise_email(text);
      if (!change.email) return note("is not an e-mail address.");
    } else if (target == "phone") {
      change.phone = normalise_phone(text, region_);
      if (!change.phone) {
        bad_phone = note("is not a phone number that can exist.");
        warnings.push_back(*bad_phone);
      }
    } else if (target == "first_name") {
      name_field(change.first_name);
    } else if (target == "last_name") {
      name_field(change.last_name);
    } else if (target == "language") {
      if (text.size() > 16)
        warnings.push_back(note("is not a language, like nb."));
      else
        change.language = ascii_lower(text);
    } else if (target == "time_zone") {
      if (is_time_zone(text))
        change.time_zone = std::string(text);
      else
        warnings.push_back(note("is not a time zone, like Europe/Oslo."));
    } else if (target == "tags") {
      if (auto wrong = read_tags(column, text, tags)) warnings.push_back(std::move(*wrong));
    } else if (consent_to) {
      if (auto wrong = consent(column, *consent_to, text, change)) return wrong;
    } else if (target.starts_with("attribute:")) {
      auto found = catalogue_.find(target.substr(10));
      if (found == catalogue_.end()) continue;
      auto said = note("");
      auto value = value_of(found->second, text, said);
      if (!value) said.message = value.error().message;
      if (!said.message.empty()) warnings.push_back(std::move(said));
      if (value && !value->is_null()) change.attributes[found->second.id] = *value;
    }
  }
  // By one of them the row is known again: the same file a second time changes nothing.
  if (!change.email && !change.phone) {
    if (bad_phone) return bad_phone;
    return RowNote{
        RowNote::kWholeRow, "The row has neither an e-mail address nor a phone number.", {}};
  }
  if (options_.list_id)
    change.lists[*options_.list_id] =
        double_opt_in_ ? MemberState::pending : MemberState::subscribed;
  if (options_.purpose_id) change.consents[*options_.purpose_id] = true;
  if (surplus && has_header_) warnings.push_back(std::move(*surplus));
  return std::nullopt;
}

// Yes is a consent, no that there is none (and ends one that was given); anything else is neither,
// and nobody's to guess.
std::optional<RowNote> RowReader::consent(int column, const Uuid& purpose, std::string_view text,
                                          PersonChange& change) const {
  Attribute yes_or_no;
  yes_or_no.type = AttributeType::boolean;
  auto value = normalise_value(yes_or_no, json::value(std::string(text)));
  if (!value || !value->is_bool())
    return RowNote{column, "is a consent and must be yes or no.", {}};
  change.consents[purpose] = value->as_bool();
  return std::nullopt;
}

std::optional<RowNote> RowReader::read_tags(int column, std::string_view text,
                                            std::vector<std::string>& tags) const {
  std::optional<RowNote> wrong;
  auto leave_out = [&](std::string why) { wrong = RowNote{column, std::move(why), {}}; };
  for (auto part : split(text, text.find(';') != std::string_view::npos ? ';' : ',')) {
    part = trim(part);
    if (part.empty()) continue;
    if (utf8_length(part) > 60) {
      leave_out("has a tag longer than 60 characters.");
    } else if (tags.size() >= kMostTags) {
      leave_out(fmt::format("has more than {} tags.", kMostTags));
    } else if (auto name = canonical_line(part)) {
      tags.push_back(std::move(*name));
    } else {
      leave_out("has a tag with characters that cannot be seen.");
    }
  }
  return wrong;
}

// What files write of a value beyond what a form takes: days with a time, days as the numbers that
// spreadsheets keep them under, percentages.
Result<json::value> RowReader::value_of(const Attribute& attribute, std::string_view text,
                                        RowNote& note) const {
  auto normal = [&](std::string_view one) {
    return normalise_value(attribute, json::value(std::string(one)));
  };
  if (attribute.type == AttributeType::date) {
    if (auto moment = csv::read_moment(text); moment && moment->date) {
      if (moment->seconds.value_or(0) != 0) {
        note.message = "has a time of day, which was left out.";
        note.detail = std::string(text);
      }
      return normal(to_string(*moment->date));
    }
    if (auto day = csv::day_of_serial(text)) {
      note.message = "is a number under which spreadsheets keep a day, and was taken as that day.";
      note.detail = fmt::format("{} was read as {}", text, to_string(*day));
      return normal(to_string(*day));
    }
  }
  if (attribute.type == AttributeType::number && text.ends_with('%'))
    return normal(trim(text.substr(0, text.size() - 1)));
  return normal(text);
}

}  // namespace varde::people
