// Requests of persons about their own data: access, rectification, restriction, erasure,
// portability, objection (GDPR Art. 12 and 15 to 21).
//
//   page /p/requests/SLUG → unconfirmed → (code to the address on record) → confirmed, a case
//   clerk, from a letter or a call ────────────────────────────────────────→ confirmed
//                                     confirmed → working → done or refused
//
// The page never tells whether an address is known: it writes down what was sent and answers; a job
// looks and sends a code. Known and unknown are the same work and the same answer. What nobody
// confirmed stays apart and is swept after two weeks.
//
// The person's own words and address are sealed under a key of the request. It is destroyed when
// the person is erased, and when the request has been over for as long as the organisation keeps
// it: then kind, dates and outcome are left, which say nothing about anybody, and the trail.
//
// A link to a case is its id with a MAC: nothing of it is stored, and it opens no data. What was
// gathered is handed out only against a code that went to the address on record.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/personal.hpp"
#include "jobs/queue.hpp"
#include "trust/ctx.hpp"
#include "trust/module.hpp"

namespace varde::privacy {

enum class RequestKind {
  access = 1,
  rectification = 2,
  restriction = 3,
  erasure = 4,
  portability = 5,
  objection = 6
};
BOOST_DESCRIBE_ENUM(RequestKind, access, rectification, restriction, erasure, portability,
                    objection)
enum class RequestState { unconfirmed = 1, confirmed = 2, working = 3, done = 4, refused = 5 };
BOOST_DESCRIBE_ENUM(RequestState, unconfirmed, confirmed, working, done, refused)
enum class RequestChannel { page = 1, letter = 2, phone = 3, mail = 4, in_person = 5 };
BOOST_DESCRIBE_ENUM(RequestChannel, page, letter, phone, mail, in_person)
enum class PackageState { none = 0, gathering = 1, ready = 2, failed = 3, gone = 4 };
BOOST_DESCRIBE_ENUM(PackageState, none, gathering, ready, failed, gone)
enum class EventKind {
  received = 1,
  confirmed = 2,
  person_chosen = 3,
  note = 4,
  started = 5,
  extended = 6,
  gathered = 7,
  sent = 8,
  fetched = 9,
  downloaded = 10,
  restricted = 11,
  lifted = 12,
  objected = 13,
  erased = 14,
  done = 15,
  refused = 16,
};
BOOST_DESCRIBE_ENUM(EventKind, received, confirmed, person_chosen, note, started, extended,
                    gathered, sent, fetched, downloaded, restricted, lifted, objected, erased, done,
                    refused)

/// What was asked, opened. Empty when it is gone.
struct Asked {
  Personal name, contact, words;
};

struct NewRequest {
  Uuid id = Uuid::make();
  RequestKind kind = RequestKind::access;
  RequestChannel channel = RequestChannel::page;
  std::string language = "en";
  Asked asked;
  Timestamp received_at = now();
};

/// Until when a request has to be answered: a month (`months`: 3 when extended) after it came, at
/// the end of that day where the organisation is (Art. 12(3)).
Timestamp due_date(Timestamp received, int months, const std::string& zone);

/// "2026-0007"
std::string case_number(std::int64_t number, Timestamp confirmed_at);

/// The persons on record under an address or number exactly; restricted ones too; at most 20.
std::vector<Uuid> persons_with(trust::Ctx& ctx, const std::string& contact);

/// Writes an unconfirmed request down, and lets a job look whom it is about. False: it was there
/// already (sent twice).
bool receive(trust::Ctx& ctx, const NewRequest& request);
/// Makes it a case: number, deadline, notices, and a word to the person.
void confirm(trust::Ctx& ctx, const Uuid& request, const std::string& how);

void add_request_routes(trust::Api& api);
void add_request_pages(trust::Base& base, web::Router& router);
void add_request_jobs(trust::Base& base, jobs::Workers& workers);
void add_request_hooks(trust::Base& base);
std::vector<trust::Attention> requests_attention(trust::Ctx& ctx);
std::vector<trust::Table> request_tables();

}  // namespace varde::privacy
