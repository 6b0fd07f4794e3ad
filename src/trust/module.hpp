// How a domain module hands itself to the program: what it answers, what it does in the background,
// what it knows about people. Listed once, in src/app/wiring.cpp: adding a capability is adding a
// folder and a line.
#pragma once

#include <boost/describe.hpp>
#include <functional>
#include <string>
#include <vector>

#include "jobs/queue.hpp"
#include "trust/ctx.hpp"

namespace varde::trust {

/// What a column is, in the words of the records of processing (GDPR Art. 30).
enum class Data {
  none,       ///< Nothing about a person.
  pseudonym,  ///< An id or a keyed hash: tells who, only to somebody who holds more.
  behaviour,  ///< What a person did or was sent.
  plain,   ///< About a person, readable: attributes that the tenant classed plain, language, time
           ///< zone.
  sealed,  ///< Identifying or sensitive: ciphertext under the person's (or import's, or account's)
           ///< key.
};
BOOST_DESCRIBE_ENUM(Data, none, pseudonym, behaviour, plain, sealed)

/// A table and what each of its columns is. Every column of the database must be claimed by one
/// module: tests/http/test_schema.py compares with the migrated database.
struct Claim {
  std::string table;
  std::vector<std::pair<std::string, Data>> columns;
};

/// A claim of a table that holds nothing about a person.
inline Claim nothing_personal(std::string table, const std::vector<std::string>& columns) {
  Claim claim{std::move(table), {}};
  for (const auto& column : columns) claim.columns.emplace_back(column, Data::none);
  return claim;
}

/// What the trust floor itself holds: accounts, sessions, trail, queue.
std::vector<Claim> trust_claims();

/// Something that wants somebody's attention now, for the home screen.
struct Attention {
  std::string kind, text, href;
  std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(Attention, (), (kind, text, href, count))
/// A step until the first message reaches somebody.
struct SetupStep {
  std::string id;
  bool done = false;
  std::string title;
};
BOOST_DESCRIBE_STRUCT(SetupStep, (), (id, done, title))
/// Something that moves, for live events: it is told again when `mark` has changed.
struct Moving {
  std::string type;  ///< "campaign.progress"
  Uuid id;
  std::int64_t mark = 0;
};
BOOST_DESCRIBE_STRUCT(Moving, (), (type, id, mark))

struct Module {
  std::string name;
  Right hears = Right::user;  ///< What a user needs to be told what goes on here.
  std::function<void(Api&)> routes;
  std::function<void(web::Router&)> pages;
  std::function<void(jobs::Workers&)> jobs;
  std::vector<Claim> claims;
  std::function<std::vector<Attention>(Ctx&)> attention;
  std::function<std::vector<SetupStep>(Ctx&)> setup;
  /// What moves, or came to its end since `since`.
  std::function<std::vector<Moving>(Ctx&, Timestamp since)> moving;
};

}  // namespace varde::trust
