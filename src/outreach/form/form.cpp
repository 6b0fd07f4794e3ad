#include "outreach/form/form.hpp"
#include "outreach/form/api.hpp"

#include <charconv>

#include "base/canonical.hpp"
#include "base/text.hpp"
#include "crypto/aead.hpp"
#include "crypto/hash.hpp"
#include "messaging/response/response.hpp"
#include "outreach/form/store.hpp"
#include "outreach/form/store_sql.hpp"
#include "pages/frame/frame.hpp"
#include "people/csv/csv_writer.hpp"
#include "people/person/person.hpp"
#include "people/subject/subject.hpp"
#include "trust/audit.hpp"
#include "trust/limiter.hpp"
#include "trust/names.hpp"
#include "trust/package/relay.hpp"
#include "trust/retention.hpp"
#include "trust/table.hpp"
#include "trust/tenant/tenant.hpp"
#include "trust/uses.hpp"
#include "web/resource.hpp"

namespace varde::outreach {

using namespace store;
using trust::Ctx;
using trust::Right;
namespace json = boost::json;

namespace {

constexpr std::size_t kMaxFields = 60;
constexpr auto kFreshest = std::chrono::seconds(2);  // nobody fills a form faster
constexpr auto kOldest = std::chrono::hours(24);

// ---- what goes in and out
// ------------------------------------------------------------------------

std::vector<FormField> fields_of(const FormRecord& record) {
  auto fields = web::read<std::vector<FormField>>(json::parse(record.fields.text));
  return fields ? *fields : std::vector<FormField>{};
}

Form view(Ctx& ctx, const FormRecord& record) {
  auto settings = trust::tenant_settings(ctx);
  return {record.form_id,    record.name,
          record.slug,       record.state,
          record.title,      record.intro,
          fields_of(record), record.thanks_text,
          record.list_id,    record.tag_ids,
          record.purpose_id, ctx.base.public_url + "/p/f/" + settings.slug + "/" + record.slug,
          record.answers,    record.version,
          record.updated_at};
}

Result<FormRecord> find_form(Ctx& ctx, const Uuid& id) {
  auto record = ctx.tx().maybe<FormRecord>(kFormOne, id);
  if (!record) return not_found("This form does not exist any more.");
  return *record;
}

Result<void> check_fields(Ctx& ctx, const std::vector<FormField>& fields) {
  web::Errors errors;
  std::set<std::string> keys;
  auto known = people::attributes(ctx);
  if (fields.size() > kMaxFields)
    errors.push_back({"/fields", fmt::format("At most {} questions.", kMaxFields)});
  for (std::size_t i = 0; i < fields.size() && i < kMaxFields; ++i) {
    const auto& field = fields[i];
    auto at = fmt::format("/fields/{}", i);
    if (!keys.insert(field.key.value).second)
      errors.push_back({at + "/key", "is used by another question."});
    bool chooses = field.type == FieldType::choice || field.type == FieldType::multiple_choice;
    if (chooses && (!field.choices || field.choices->empty()))
      errors.push_back({at + "/choices", "Give at least one choice."});
    if (field.type == FieldType::rating &&
        (field.max.value_or(5) < 2 || field.max.value_or(5) > 10))
      errors.push_back({at + "/max", "must be from 2 to 10."});
    if (field.attribute && !field.attribute->value.empty() &&
        field.attribute->value != "first_name" && field.attribute->value != "last_name" &&
        std::ranges::none_of(known, [&](const auto& a) { return a.key == field.attribute->value; }))
      errors.push_back({at + "/attribute", "is not an attribute of this organisation."});
  }
  if (errors.empty()) return {};
  return Error{ErrorCode::bad_input, "Some questions are not right.", std::move(errors), {}, 0};
}

// A yes to nothing is lost: a form that asks for a consent has to say to what, before anybody
// answers.
Result<void> check_consents(Ctx& ctx, const FormRecord& record) {
  auto known = people::purposes(ctx);
  bool named = record.purpose_id &&
               std::ranges::find(known, *record.purpose_id, &people::Purpose::id) != known.end();
  if (named) return {};
  auto fields = fields_of(record);
  for (std::size_t i = 0; i < fields.size(); ++i)
    if (fields[i].type == FieldType::consent)
      return bad_input(
          fmt::format("/fields/{}", i),
          fmt::format("The question “{}” asks for a consent, but not to what: choose a "
                      "purpose for it, or take the question out.",
                      fields[i].label.value));
  return {};
}

json::object open_answer(const std::unordered_map<Uuid, crypto::Key>& keys,
                         const AnswerRecord& record) {
  auto key = keys.find(record.person_id);
  if (key == keys.end()) return {};
  auto text = record.sealed.open(key->second, record.tenant_id, record.answer_id);
  return text ? json::parse(*text).as_object() : json::object();
}

// Calls `each` with every answer, a page at a time.
template <class Each>
void for_all_answers(Ctx& ctx, const Uuid& form, Each each) {
  auto before = Uuid::largest();
  while (true) {
    auto records = ctx.tx().all<AnswerRecord>(kFormAnswers, form, before, 1000);
    if (records.empty()) return;
    before = records.back().answer_id;
    std::vector<Uuid> persons;
    for (const auto& record : records) persons.push_back(record.person_id);
    auto keys = ctx.base.keys.keys(ctx.tenant, persons, false);
    for (const auto& record : records) each(record, open_answer(keys, record));
    if (records.size() < 1000) return;
  }
}

FormResults results(Ctx& ctx, const FormRecord& record) {
  FormResults out;
  auto fields = fields_of(record);
  std::map<std::string, std::map<std::string, std::int64_t>> counts;
  std::map<std::string, std::pair<double, std::int64_t>> sums;
  std::map<std::string, std::int64_t> texts;
  for_all_answers(ctx, record.form_id, [&](const AnswerRecord&, const json::object& values) {
    ++out.answers;
    for (const auto& field : fields) {
      const auto* value = values.if_contains(field.key.value);
      if (value == nullptr || value->is_null()) continue;
      switch (field.type) {
        case FieldType::choice:
          ++counts[field.key.value][std::string(value->as_string())];
          break;
        case FieldType::multiple_choice:
          for (const auto& item : value->as_array())
            ++counts[field.key.value][std::string(item.as_string())];
          break;
        case FieldType::rating:
          ++counts[field.key.value][std::to_string(value->to_number<int>())];
          sums[field.key.value].first += value->to_number<double>();
          ++sums[field.key.value].second;
          break;
        case FieldType::consent:
          ++counts[field.key.value][value->as_bool() ? "yes" : "no"];
          break;
        default:
          ++texts[field.key.value];
      }
    }
  });
  for (const auto& field : fields) {
    FieldResult result{field.key.value, field.label.value, field.type, {}, {}, {}};
    if (auto sum = sums.find(field.key.value); sum != sums.end())
      result.average = sum->second.first / static_cast<double>(sum->second.second);
    std::vector<std::string> order;
    if (field.choices)
      for (const auto& choice : *field.choices) order.push_back(choice.value);
    if (field.type == FieldType::rating)
      for (int i = 1; i <= field.max.value_or(5); ++i) order.push_back(std::to_string(i));
    if (field.type == FieldType::consent) order = {"yes", "no"};
    if (!order.empty()) {
      result.counts.emplace();
      for (const auto& value : order)
        result.counts->push_back({value, counts[field.key.value][value]});
      for (const auto& [value, count] : counts[field.key.value])  // choices that were removed since
        if (std::ranges::find(order, value) == order.end())
          result.counts->push_back({value, count});
    } else {
      result.texts = texts[field.key.value];
    }
    out.fields.push_back(std::move(result));
  }
  return out;
}

// ---- the page
// ------------------------------------------------------------------------------------

using Posted = std::vector<std::pair<std::string, std::string>>;
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

struct Read {
  json::object values;
  people::PersonChange change;
  std::optional<bool> consent;
  std::map<std::string, std::string> errors;
};

Read read_answers(Ctx& ctx, const std::vector<FormField>& fields, const Posted& posted) {
  Read out;
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

// Of one person in a day, to all forms: whoever knows an address adds no more to its timeline.
constexpr std::int64_t kMostAnswers = 20;

struct Accepted {
  Uuid person, answer;
  bool too_many = false;
};

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

// The answer and all it leads to, in one transaction.
std::optional<Accepted> accept(Ctx& ctx, const FormRecord& record, Read& read,
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

namespace {

struct SubjectAnswer {
  Timestamp at;
  std::string form, question, answer;
};
BOOST_DESCRIBE_STRUCT(SubjectAnswer, (), (at, form, question, answer))

void write_answers(Ctx& ctx, const Uuid& person, people::SubjectWriter& out) {
  out.section("form_answers", people::subject_columns<SubjectAnswer>());
  auto answers = ctx.tx().all<AnswerRecord>(kFormAnswersOf, person);
  std::set<Uuid> ids;
  for (const auto& answer : answers) ids.insert(answer.form_id);
  struct Known {
    std::string name;
    std::map<std::string, std::string> questions;
  };
  std::map<Uuid, Known> forms;
  if (!ids.empty())
    for (const auto& record :
         ctx.tx().all<FormRecord>(kFormByIds, std::vector<Uuid>(ids.begin(), ids.end()))) {
      auto& known = forms[record.form_id];
      known.name = record.name;
      for (const auto& field : fields_of(record)) known.questions[field.key.value] = field.label;
    }
  auto keys = ctx.base.keys.keys(ctx.tenant, std::vector<Uuid>{person}, false);
  for (const auto& answer : answers)
    for (const auto& [key, value] : open_answer(keys, answer)) {
      const auto& known = forms[answer.form_id];
      auto question = known.questions.find(std::string(key));
      out.add(SubjectAnswer{answer.at, known.name,
                            question == known.questions.end() ? std::string(key) : question->second,
                            people::csv::cell_of(value)});
    }
}

// All answers of a form as CSV; false from `write` ends it.
void write_all_answers(trust::Base& base, const Uuid& tenant, const FormRecord& record,
                       const trust::Write& write) {
  Ctx own(base, tenant, {});
  auto fields = fields_of(record);
  people::csv::Writer table;
  std::vector<std::string> cells{"answer_id", "at", "person_id"};
  for (const auto& field : fields) cells.push_back(field.label.value);
  table.row(cells);
  bool wanted = true;
  for_all_answers(own, record.form_id, [&](const AnswerRecord& answer, const json::object& values) {
    if (!wanted) return;
    cells = {answer.answer_id.str(), to_rfc3339(answer.at), answer.person_id.str()};
    for (const auto& field : fields) {
      const auto* value = values.if_contains(field.key.value);
      cells.push_back(value == nullptr ? "" : people::csv::cell_of(*value));
    }
    table.row(cells);
    if (table.size() > 64 * 1024) wanted = write(table.take());
  });
  if (wanted) write(table.take());
}

}  // namespace

void add_form_hooks(trust::Base& base) {
  base.extensions.add(people::SubjectHook{write_answers});
  base.extensions.add(trust::aged_rows(
      "form-answers", "Answers to forms",
      "What people wrote into forms and surveys, and the numbers made of it. Who they are stays.",
      kRetentionOldFormAnswer, kRetentionDropFormAnswer));
  trust::add_names(base, kFormNames);
  trust::add_uses(base, "the form", kFormUses);
}

namespace {

Result<web::Page<Form>> list_forms(Ctx& ctx) {
  web::Page<Form> page;
  for (const auto& record : ctx.tx().all<FormRecord>(kFormAll))
    page.items.push_back(view(ctx, record));
  return page;
}

Result<web::Created<Form>> create_form(Ctx& ctx, const web::Body<FormInput>& in) {
  if (!in->name) return bad_input("/name", "is required.");
  auto fields = in->fields.value_or(std::vector<FormField>{});
  VARDE_CHECK(check_fields(ctx, fields));
  std::string slug = in->slug ? in->slug->value : "";
  if (slug.empty()) {
    for (const auto& word : words(fold(in->name->value)))
      for (char c : word)
        if (std::isalnum(static_cast<unsigned char>(c)) && slug.size() < 40) slug += c;
    slug = "f" + slug.substr(0, 30) + "-" + base32(Uuid::make().view().substr(10)).substr(0, 6);
  }
  auto id = Uuid::make();
  if (ctx.tx()
          .query(kFormInsert, id, in->name->value, slug, in->title ? in->title->value : "",
                 in->intro ? in->intro->value : "", db::Json{json::serialize(web::write(fields))},
                 in->thanks_text ? in->thanks_text->value : "", in->list_id.value,
                 in->tags.value_or(std::vector<Uuid>{}), in->purpose_id.value, now())
          .affected() == 0)
    return Error{ErrorCode::conflict,
                 "A form with this address exists already.",
                 {{"/slug", "is taken."}},
                 {},
                 0};
  trust::record(ctx, trust::AuditEntry{"form.create", "form", id});
  VARDE_TRY(auto record, find_form(ctx, id));
  return web::Created<Form>{view(ctx, record), "/api/v1/forms/" + id.str()};
}

Result<Form> get_form(Ctx& ctx, const web::Path<web::IdPath>& path) {
  VARDE_TRY(auto record, find_form(ctx, path->id));
  return view(ctx, record);
}

Result<Form> update_form(Ctx& ctx, const web::Path<web::IdPath>& path, const web::IfMatch& match,
                         const web::Body<FormInput>& in) {
  VARDE_TRY(auto record, find_form(ctx, path->id));
  if (in->name) record.name = in->name->value;
  if (in->title) record.title = in->title->value;
  if (in->intro) record.intro = in->intro->value;
  if (in->thanks_text) record.thanks_text = in->thanks_text->value;
  if (in->list_id.present) record.list_id = in->list_id.value;
  if (in->purpose_id.present) record.purpose_id = in->purpose_id.value;
  if (in->tags) record.tag_ids = *in->tags;
  if (in->fields) {
    VARDE_CHECK(check_fields(ctx, *in->fields));
    record.fields = {json::serialize(web::write(*in->fields))};
  }
  if (record.state == FormState::published) VARDE_CHECK(check_consents(ctx, record));
  if (ctx.tx()
          .query(kFormUpdate, path->id, match.or_current(record.version), record.name, record.title,
                 record.intro, record.fields, record.thanks_text, record.list_id, record.tag_ids,
                 record.purpose_id, now())
          .affected() == 0)
    return web::changed_meanwhile("this form");
  trust::record(ctx, trust::AuditEntry{"form.update", "form", path->id});
  VARDE_TRY(record, find_form(ctx, path->id));
  return view(ctx, record);
}

Result<Done> delete_form(Ctx& ctx, const web::Path<web::IdPath>& path) {
  if (ctx.tx().query(kFormDelete, path->id).affected() == 0)
    return not_found("This form does not exist any more.");
  trust::record(ctx, trust::AuditEntry{"form.delete", "form", path->id});
  return Done{};
}

Result<FormResults> get_form_results(Ctx& ctx, const web::Path<web::IdPath>& path) {
  VARDE_TRY(auto record, find_form(ctx, path->id));
  return results(ctx, record);
}

Result<web::Page<FormAnswer>> list_form_answers(Ctx& ctx, const web::Path<web::IdPath>& path,
                                                const web::Query<web::CursorQuery>& query) {
  VARDE_TRY(auto record, find_form(ctx, path->id));
  auto limit = web::page_limit(query->limit);
  VARDE_TRY(auto before, web::read_before(query->cursor));
  auto records = ctx.tx().all<AnswerRecord>(kFormAnswers, path->id, before, limit + 1);
  web::Page<FormAnswer> page;
  page.total = record.answers;
  page.next = web::cut_page(records, limit, &AnswerRecord::answer_id);
  std::vector<Uuid> persons;
  for (const auto& answer : records) persons.push_back(answer.person_id);
  auto keys = ctx.base.keys.keys(ctx.tenant, persons);
  std::unordered_map<Uuid, std::string> names;
  for (const auto& person : people::load(ctx, persons, false))
    names[person.id] = people::display_name(person);
  for (const auto& answer : records) {
    FormAnswer item{answer.answer_id, answer.at, {}, {}, (answer.flags & people::kSimulated) != 0};
    if (auto name = names.find(answer.person_id); name != names.end())
      item.person = AnswerPerson{answer.person_id, Personal(name->second)};
    for (const auto& [key, value] : open_answer(keys, answer))
      item.values[std::string(key)] = value;
    page.items.push_back(std::move(item));
  }
  trust::record_bulk_read(ctx, page.items.size(), "form", path->id);
  return page;
}

Result<net::Response> download_form_answers(Ctx& ctx, const web::Path<web::IdPath>& path) {
  VARDE_TRY(auto record, find_form(ctx, path->id));
  trust::record(ctx, trust::AuditEntry{"form.export", "form", path->id});
  net::Response response;
  response.with("Content-Type", "text/csv; charset=utf-8")
      .with("Content-Disposition", "attachment; filename=\"answers-" + record.slug + ".csv\"")
      .with("Cache-Control", "no-store");
  response.stream = trust::relayed(
      ctx.base, [&base = ctx.base, tenant = ctx.tenant, record](const trust::Write& write) {
        write_all_answers(base, tenant, record, write);
      });
  return response;
}

}  // namespace

void add_form_routes(trust::Api& api) {
  auto access = [](Right right) { return static_cast<int>(right); };
  api.add({"GET", "/api/v1/forms", "listForms", "Forms with their number of answers",
           access(Right::campaigns_read)},
          list_forms);
  api.add({"POST", "/api/v1/forms", "createForm", "Adds a form, as a draft",
           access(Right::forms_write)},
          create_form);
  api.add({"GET", "/api/v1/forms/{id}", "getForm", "One form", access(Right::campaigns_read)},
          get_form);
  api.add({"PATCH", "/api/v1/forms/{id}", "updateForm", "Changes a form; answers that exist stay",
           access(Right::forms_write)},
          update_form);
  api.add({"DELETE", "/api/v1/forms/{id}", "deleteForm", "Removes a form and its answers",
           access(Right::forms_write)},
          delete_form);
  auto set_state = [](Ctx& ctx, const Uuid& id, FormState state,
                      const char* action) -> Result<Form> {
    VARDE_TRY(auto record, find_form(ctx, id));
    if (state == FormState::published && fields_of(record).empty())
      return conflict("Add at least one question before you publish.", "no-fields");
    if (state == FormState::published) VARDE_CHECK(check_consents(ctx, record));
    ctx.tx().later(kFormState, id, state, now());
    trust::record(ctx, trust::AuditEntry{action, "form", id});
    VARDE_TRY(record, find_form(ctx, id));
    return view(ctx, record);
  };
  api.add({"POST", "/api/v1/forms/{id}/publish", "publishForm", "Opens the form to the public",
           access(Right::forms_write)},
          [set_state](Ctx& ctx, const web::Path<web::IdPath>& path) -> Result<Form> {
            return set_state(ctx, path->id, FormState::published, "form.publish");
          });
  api.add({"POST", "/api/v1/forms/{id}/close", "closeForm", "Takes no more answers",
           access(Right::forms_write)},
          [set_state](Ctx& ctx, const web::Path<web::IdPath>& path) -> Result<Form> {
            return set_state(ctx, path->id, FormState::closed, "form.close");
          });
  api.add({"GET", "/api/v1/forms/{id}/results", "getFormResults",
           "Answers counted, question by question", access(Right::campaigns_read)},
          get_form_results);
  api.add({"GET", "/api/v1/forms/{id}/answers", "listFormAnswers", "Single answers, newest first",
           access(Right::persons_read)},
          list_form_answers);
  api.add({"GET", "/api/v1/forms/{id}/answers.csv", "downloadFormAnswers", "All answers as CSV",
           access(Right::persons_export)},
          download_form_answers);
}

}  // namespace varde::outreach
