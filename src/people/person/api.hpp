// What goes over the wire of persons; only for this folder.
#pragma once

#include "people/person/person.hpp"
#include "web/api.hpp"

namespace varde::people {

struct ListState {
  Uuid id;
  std::string name;
  MemberState state = MemberState::subscribed;
  Timestamp since;
};
BOOST_DESCRIBE_STRUCT(ListState, (), (id, name, state, since))
enum class ConsentState { given, withdrawn };
BOOST_DESCRIBE_ENUM(ConsentState, given, withdrawn)
struct ConsentView {
  Uuid purpose_id;
  std::string purpose;
  ConsentState state = ConsentState::given;
  std::string source;
  Timestamp at;
};
BOOST_DESCRIBE_STRUCT(ConsentView, (), (purpose_id, purpose, state, source, at))
namespace described {
struct Person {
  Uuid id;
  std::optional<Personal> email, phone, first_name, last_name;
  std::optional<std::string> language, time_zone;
  PersonState state = PersonState::active;
  std::vector<std::string> tags;
  std::map<std::string, web::Scalar> attributes;
  std::vector<ListState> lists;
  std::vector<ConsentView> consents;
  std::optional<SuppressionNote> suppressed;      ///< The address.
  std::optional<SuppressionNote> sms_suppressed;  ///< The number.
  std::int64_t version = 1;
  Timestamp created_at, updated_at;
};
BOOST_DESCRIBE_STRUCT(Person, (),
                      (id, email, phone, first_name, last_name, language, time_zone, state, tags,
                       attributes, lists, consents, suppressed, sms_suppressed, version, created_at,
                       updated_at))
}  // namespace described
using PersonDetails = described::Person;  // "Person" in the API; people::Person is the service's

struct PersonNew {
  std::optional<web::Email> email;
  std::optional<web::Text<40>> phone;
  std::optional<web::Text<100>> first_name, last_name;
  std::optional<web::Language> language;
  std::optional<web::TimeZone> time_zone;
  std::optional<std::map<std::string, web::Scalar>> attributes;
  std::optional<std::vector<web::Text<60, 1>>> tags;
  std::optional<std::vector<Uuid>> lists;
};
BOOST_DESCRIBE_STRUCT(PersonNew, (),
                      (email, phone, first_name, last_name, language, time_zone, attributes, tags,
                       lists))
struct PersonUpdate {
  web::Patch<web::Email> email;
  web::Patch<web::Text<40>> phone;
  web::Patch<web::Text<100>> first_name, last_name;
  web::Patch<web::Language> language;
  web::Patch<web::TimeZone> time_zone;
  std::optional<std::map<std::string, web::Scalar>> attributes;
};
BOOST_DESCRIBE_STRUCT(PersonUpdate, (),
                      (email, phone, first_name, last_name, language, time_zone, attributes))
struct PersonQuery {
  std::optional<std::string> q, cursor;
  std::optional<Uuid> list, tag, segment;
  std::optional<Uuid> imported;  ///< Whom this import made or changed.
  std::optional<int> limit;
};
BOOST_DESCRIBE_STRUCT(PersonQuery, (), (q, cursor, list, tag, segment, imported, limit))
struct ListPath {
  Uuid id, list_id;
};
BOOST_DESCRIBE_STRUCT(ListPath, (), (id, list_id))
struct PurposePath {
  Uuid id, purpose_id;
};
BOOST_DESCRIBE_STRUCT(PurposePath, (), (id, purpose_id))
struct TagChange {
  std::optional<std::vector<web::Text<60, 1>>> add, remove;
};
BOOST_DESCRIBE_STRUCT(TagChange, (), (add, remove))
struct MemberChange {
  MemberState state = MemberState::subscribed;
};
BOOST_DESCRIBE_STRUCT(MemberChange, (), (state))
struct ConsentChange {
  ConsentState state = ConsentState::given;
  std::optional<web::Text<120>> source;
};
BOOST_DESCRIBE_STRUCT(ConsentChange, (), (state, source))
struct NoteCreate {
  web::Text<2000, 1> text;
};
BOOST_DESCRIBE_STRUCT(NoteCreate, (), (text))

}  // namespace varde::people
