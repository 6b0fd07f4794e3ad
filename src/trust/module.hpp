// How a domain module hands itself to the program: what it answers and what it does in the
// background. Listed once, in src/app/wiring.cpp: adding a capability is adding a folder and a
// line.
#pragma once

#include <boost/describe.hpp>
#include <functional>
#include <string>
#include <vector>

#include "jobs/queue.hpp"
#include "trust/table.hpp"

namespace varde::trust {

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
struct LiveUpdate {
  std::string type;  ///< "campaign.progress"
  Uuid id;
  std::int64_t mark = 0;
};
BOOST_DESCRIBE_STRUCT(LiveUpdate, (), (type, id, mark))

struct Module {
  std::string name;
  Right hears = Right::user;  ///< What a user needs to be told what goes on here.
  std::function<void(Api&)> routes;
  std::function<void(web::Router&)> pages;
  std::function<void(jobs::Workers&)> jobs;
  std::function<std::vector<Attention>(Ctx&)> attention;
  std::function<std::vector<SetupStep>(Ctx&)> setup;
  /// What moves, or came to its end since `since`.
  std::function<std::vector<LiveUpdate>(Ctx&, Timestamp since)> live_updates;
};

}  // namespace varde::trust
