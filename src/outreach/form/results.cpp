// What came of a form: its numbers, and its answers for whoever may have them.
#include "outreach/form/internal.hpp"
#include "outreach/form/store_sql.hpp"
#include "people/csv/csv_writer.hpp"
#include "trust/names.hpp"

namespace varde::outreach {

using namespace store;
using trust::Ctx;
namespace json = boost::json;

json::object open_answer(const std::unordered_map<Uuid, crypto::Key>& keys,
                         const AnswerRecord& record) {
  auto key = keys.find(record.person_id);
  if (key == keys.end()) return {};
  auto text = record.sealed.open(key->second, record.tenant_id, record.answer_id);
  return text ? json::parse(*text).as_object() : json::object();
}

void for_all_answers(Ctx& ctx, const Uuid& form,
                     const std::function<void(const AnswerRecord&, const json::object&)>& each) {
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

namespace {

struct SubjectAnswer {
  Timestamp at;
  std::string form, question, answer;
};
BOOST_DESCRIBE_STRUCT(SubjectAnswer, (), (at, form, question, answer))

}  // namespace

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

}  // namespace varde::outreach
