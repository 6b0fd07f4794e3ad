// What the files of this folder share.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "outreach/form/api.hpp"
#include "outreach/form/store.hpp"
#include "people/person/person.hpp"
#include "people/subject/subject.hpp"
#include "trust/package/relay.hpp"

namespace varde::outreach {

std::vector<FormField> fields_of(const store::FormRecord& record);

/// What a browser posted: names and values, a name as often as it was sent.
using Posted = std::vector<std::pair<std::string, std::string>>;
std::string first(const Posted& posted, const std::string& key);
std::vector<std::string> every(const Posted& posted, const std::string& key);

/// A form that was sent, read: what it says, what it changes of the person, what is wrong.
struct ReadForm {
  boost::json::object values;
  people::PersonChange change;
  std::optional<bool> consent;
  std::map<std::string, std::string> errors;  ///< By the field's key.
};
ReadForm read_answers(trust::Ctx& ctx, const std::vector<FormField>& fields, const Posted& posted);

struct Accepted {
  Uuid person, answer;
  bool too_many = false;
};
/// The answer and all it leads to, in one transaction. `known`: the person whom a link names.
/// nullopt: the person was erased.
std::optional<Accepted> accept(trust::Ctx& ctx, const store::FormRecord& record, ReadForm& read,
                               const std::optional<Uuid>& known, const Uuid& answer_id, int flags);

/// Opens answers; those of erased persons are empty.
boost::json::object open_answer(const std::unordered_map<Uuid, crypto::Key>& keys,
                                const store::AnswerRecord& record);
/// Calls `each` with every answer of a form, a page at a time.
void for_all_answers(
    trust::Ctx& ctx, const Uuid& form,
    const std::function<void(const store::AnswerRecord&, const boost::json::object&)>& each);
FormResults results(trust::Ctx& ctx, const store::FormRecord& record);
/// All answers of a form as CSV; false from `write` ends it.
void write_all_answers(trust::Base& base, const Uuid& tenant, const store::FormRecord& record,
                       const trust::Write& write);
void write_answers(trust::Ctx& ctx, const Uuid& person, people::SubjectWriter& out);

}  // namespace varde::outreach
