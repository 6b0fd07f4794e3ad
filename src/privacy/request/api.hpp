// What goes over the wire of requests; only for this folder.
#pragma once

#include "privacy/request/internal.hpp"
#include "web/api.hpp"

namespace varde::privacy {

using Reason = web::Text<2000, 1>;

enum class RequestFilter { open, unconfirmed, ended };
BOOST_DESCRIBE_ENUM(RequestFilter, open, unconfirmed, ended)
struct RequestQuery {
  std::optional<RequestFilter> show;
  std::optional<RequestKind> kind;
  std::optional<std::string> cursor;
  std::optional<int> limit;
};
BOOST_DESCRIBE_STRUCT(RequestQuery, (), (show, kind, cursor, limit))
struct RequestRow {
  Uuid id;
  std::optional<std::string> number;
  RequestKind kind = RequestKind::access;
  RequestState state = RequestState::unconfirmed;
  RequestChannel channel = RequestChannel::page;
  std::optional<Personal> name;
  Timestamp received_at;
  std::optional<Timestamp> due_at, ended_at;
  bool extended = false, overdue = false;
  std::optional<Uuid> person_id;
};
BOOST_DESCRIBE_STRUCT(RequestRow, (),
                      (id, number, kind, state, channel, name, received_at, due_at, ended_at,
                       extended, overdue, person_id))
struct RequestCounts {
  std::int64_t unconfirmed = 0, open = 0, overdue = 0, ended = 0;
};
BOOST_DESCRIBE_STRUCT(RequestCounts, (), (unconfirmed, open, overdue, ended))
struct RequestPage {
  std::vector<RequestRow> items;
  std::optional<std::string> next;
  RequestCounts counts;
  std::string public_url;
};
BOOST_DESCRIBE_STRUCT(RequestPage, (), (items, next, counts, public_url))
struct RequestEvent {
  Uuid id;
  Timestamp at;
  EventKind kind = EventKind::note;
  std::optional<std::string> by;  ///< The clerk; absent: the person, or the system.
  std::optional<Personal> text;
};
BOOST_DESCRIBE_STRUCT(RequestEvent, (), (id, at, kind, by, text))
struct RequestPackage {
  PackageState state = PackageState::none;
  std::optional<Timestamp> made_at, sent_at, until, fetched_at;
  std::int64_t bytes = 0, rows = 0, files = 0;
  std::optional<std::string> manifest_sha256;
};
BOOST_DESCRIBE_STRUCT(RequestPackage, (),
                      (state, made_at, sent_at, until, fetched_at, bytes, rows, files,
                       manifest_sha256))
namespace described {
struct SubjectRequest : RequestRow {
  std::optional<Personal> contact, words;
  std::string language;
  bool forgotten = false;  ///< What identified the person is gone.
  std::optional<people::PersonRow> person;
  std::vector<people::PersonRow> candidates;  ///< Who it may be about, while nobody is chosen.
  RequestPackage package;
  std::vector<RequestEvent> events;
  std::int64_t version = 1;
};
BOOST_DESCRIBE_STRUCT(SubjectRequest, (RequestRow),
                      (contact, words, language, forgotten, person, candidates, package, events,
                       version))
}  // namespace described
using RequestDetails = described::SubjectRequest;

struct RequestNew {
  RequestKind kind = RequestKind::access;
  RequestChannel channel = RequestChannel::letter;
  web::Text<200, 1> name;
  std::optional<web::Text<254>> contact;
  std::optional<web::Text<4000>> words;
  std::optional<Uuid> person_id;
  std::optional<Timestamp> received_at;
  std::optional<web::Language> language;
  web::Text<500, 1> identity;  ///< How it was made sure who asks.
};
BOOST_DESCRIBE_STRUCT(RequestNew, (),
                      (kind, channel, name, contact, words, person_id, received_at, language,
                       identity))
struct WithReason {
  Reason reason;
};
BOOST_DESCRIBE_STRUCT(WithReason, (), (reason))
struct WithText {
  std::optional<web::Text<2000>> text;
};
BOOST_DESCRIBE_STRUCT(WithText, (), (text))
struct WithPerson {
  Uuid person_id;
};
BOOST_DESCRIBE_STRUCT(WithPerson, (), (person_id))
struct Extension {
  int months = 2;
  Reason reason;
};
BOOST_DESCRIBE_STRUCT(Extension, (), (months, reason))
struct Holding {
  std::string section;
  std::int64_t rows = 0;
};
BOOST_DESCRIBE_STRUCT(Holding, (), (section, rows))
struct Holdings {
  std::vector<Holding> sections;
  std::int64_t rows = 0, files = 0;
};
BOOST_DESCRIBE_STRUCT(Holdings, (), (sections, rows, files))
struct RequestSettings {
  int keep_months = kKeepMonths;
};
BOOST_DESCRIBE_STRUCT(RequestSettings, (), (keep_months))

}  // namespace varde::privacy
