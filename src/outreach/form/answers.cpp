// What somebody sent is read, and accepted.
#include <charconv>

#include "base/canonical.hpp"
#include "base/text.hpp"
#include "outreach/form/internal.hpp"
#include "outreach/form/store_sql.hpp"
#include "trust/audit.hpp"
#include "trust/tenant/tenant.hpp"

namespace varde::outreach {

using namespace store;
using trust::Ctx;
namespace json = boost::json;

std::string first(const Posted& posted, const std::string& key) {
  for (const auto& [name, value] : posted)
    if (name == key) return value;
  return {};
}
std::vector<std::string> every(const Posted& posted, const std::string& key) {
  std::vector<std::string> out;
  for (const auto& [name, value] : posted)
    if (name == key) out.push_back(value);
  return out;
}

ReadForm read_answers(Ctx& ctx, const std::vector<FormField>& fields, const Posted& posted) {
  ReadForm out;
  auto catalogue = people::attributes(ctx);
  auto region = people::region_of(trust::tenant_settings(ctx).time_zone);
  for (const auto& field : fields) {
    auto name = "q_" + field.key.value;
    auto canonical = canonical_prose(first(posted, name));
    auto text = canonical.value_or("");
    auto wrong = [&](std::string message) { out.errors[field.key.value] = std::move(message); };
    json::value value;
    if (field.type == FieldType::multiple_choice) {
      json::array chosen;
      for (const auto& item : every(posted, name)) {
        if (std::ranges::none_of(field.choices.value_or(std::vector<web::Text<200, 1>>{}),
                                 [&](const auto& c) { return c.value == item; })) {
          wrong("Choose among the answers given.");
          break;
        }
        chosen.push_back(json::value(item));
      }
      if (chosen.empty() && field.required) wrong("Choose at least one.");
      if (!chosen.empty()) value = chosen;
    } else if (field.type == FieldType::consent) {
      if (text != "yes" && field.required) wrong("This must be agreed to.");
      value = text == "yes";
      out.consent = text == "yes";
    } else if (!canonical) {
      wrong("The answer holds characters that cannot be read.");
    } else if (text.empty()) {
      if (field.required) wrong("This question needs an answer.");
      continue;
    } else {
      switch (field.type) {
        case FieldType::email: {
          auto address = people::normalise_email(text);
          if (!address) wrong("This is not an e-mail address. Write it like name@example.org.");
          if (address) {
            value = *address;
            out.change.email = *address;
          }
          break;
        }
        case FieldType::phone: {
          auto number = people::normalise_phone(text, region);
          if (!number)
            wrong(
                "This is not a phone number that can exist. Write it with the country code, like "
                "+47 912 34 567.");
          if (number) {
            value = *number;
            out.change.phone = *number;
          }
          break;
        }
        case FieldType::date:
          if (!parse_date(text)) wrong("This is not a date. Write it like 2026-03-01.");
          value = text;
          break;
        case FieldType::choice:
          if (std::ranges::none_of(field.choices.value_or(std::vector<web::Text<200, 1>>{}),
                                   [&](const auto& c) { return c.value == text; }))
            wrong("Choose among the answers given.");
          value = text;
          break;
        case FieldType::rating: {
          int number = 0;
          auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
          if (ec != std::errc() || end != text.data() + text.size() || number < 1 ||
              number > field.max.value_or(5))
            wrong("Choose one of the numbers.");
          value = number;
          break;
        }
        default:
          // Counted as the browser counts (HTML, 4.10.11: the API value), which sends CR LF.
          std::erase(text, '\r');
          if (utf8_length(text) > (field.type == FieldType::text ? 1000U : 10000U))
            wrong("This answer is too long.");
          value = text;
      }
    }
    if (!value.is_null()) out.values[field.key.value] = value;
    if (field.attribute && !field.attribute->value.empty() && !value.is_null() &&
        !out.errors.contains(field.key.value)) {
      if (field.attribute->value == "first_name" || field.attribute->value == "last_name") {
        auto line = canonical_line(text);
        if (!line) wrong("The answer holds characters that cannot be seen.");
        (field.attribute->value == "first_name" ? out.change.first_name : out.change.last_name) =
            std::string(utf8_prefix(line.value_or(""), 100));
      } else if (auto attribute =
                     std::ranges::find(catalogue, field.attribute->value, &people::Attribute::key);
                 attribute != catalogue.end()) {
        auto normalised =
            people::normalise_value(*attribute, value.is_array() ? json::value(text) : value);
        if (normalised) out.change.attributes[attribute->id] = *normalised;
      }
    }
  }
  return out;
}

namespace {

// Of one person in a day, to all forms: whoever knows an address adds no more to its timeline.
constexpr std::int64_t kMostAnswers = 20;

// Whoever writes another address than that of the person whom the link names is somebody else: mail
// is forwarded.
bool is_same_person(Ctx& ctx, const Uuid& id, const people::PersonChange& change) {
  if (!change.email && !change.phone) return true;
  auto persons = people::load(ctx, {id}, false);
  if (persons.empty()) return true;  // erased: save() says so
  const auto& person = persons.front();
  return change.email ? email_key(*change.email) == email_key(person.email.reveal())
                      : *change.phone == person.phone.reveal();
}

}  // namespace

std::optional<Accepted> accept(Ctx& ctx, const FormRecord& record, ReadForm& read,
                               const std::optional<Uuid>& known, const Uuid& answer_id, int flags) {
  people::SaveOptions options{.proof = people::Proof::nobody(),
                              .source = "form " + record.name,
                              .created_as = people::ActivityKind::created,
                              .ref_id = record.form_id,
                              .flags = flags};
  bool double_opt_in = true;
  if (record.list_id)
    if (auto list = people::find_list(ctx, *record.list_id)) double_opt_in = list->double_opt_in;
  auto change = read.change;
  if (known && is_same_person(ctx, *known, change)) change.person_id = known;
  if (record.list_id)
    change.lists[*record.list_id] =
        double_opt_in ? people::MemberState::pending : people::MemberState::subscribed;
  change.add_tags = record.tag_ids;
  if (record.purpose_id && read.consent.value_or(false)) change.consents[*record.purpose_id] = true;
  auto outcome = people::save(ctx, {change}, options).front();
  if (outcome.what == people::Saved::rejected) return std::nullopt;
  if (ctx.tx().one<std::int64_t>(kFormRecentAnswers, outcome.person_id,
                                 now() - std::chrono::hours(24)) >= kMostAnswers)
    return Accepted{outcome.person_id, answer_id, true};
  auto key = ctx.base.keys.key(ctx.tenant, outcome.person_id);
  if (!key) return std::nullopt;
  ctx.tx().insert_many(
      "form_answer",
      std::vector<AnswerRecord>{
          {ctx.tenant, answer_id, record.form_id, outcome.person_id, now(), flags,
           trust::Sealed<kAnswer>::of(*key, json::serialize(read.values), ctx.tenant, answer_id)}});
  people::record_activity(ctx, {{outcome.person_id, people::ActivityKind::submitted, record.form_id,
                                 std::nullopt, flags, std::nullopt, std::nullopt}});
  trust::record(ctx, trust::AuditEntry{"form.answer", "form_answer", answer_id, outcome.person_id});
  for (const auto& hook : ctx.base.extensions.all<SubmittedHook>())
    hook.run(ctx, record.form_id, outcome.person_id, answer_id, flags);
  return Accepted{outcome.person_id, answer_id};
}

}  // namespace varde::outreach
