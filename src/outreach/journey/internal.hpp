// What the files of this folder share.
#pragma once

#include "jobs/queue.hpp"
#include "outreach/journey/journey.hpp"
#include "outreach/journey/plan.hpp"
#include "people/subject/subject.hpp"

namespace varde::outreach {

/// How many runs move, and how many persons are let in, in one transaction.
inline constexpr int kJourneyBatch = 500;

/// A run of a person on a journey, not stored yet. `occasion`: what it entered by; the same one
/// again is none.
store::NewRun new_run(trust::Ctx& ctx, const Plan& plan, const Uuid& person,
                      const std::string& occasion, int flags, const std::string& zone);
/// The engine looks for runs that are due.
void wake(trust::Ctx& ctx);
/// Lets persons in, and wakes the engine.
void enter(trust::Ctx& ctx, const std::vector<store::NewRun>& runs);

Result<jobs::Outcome> run_journeys(trust::Base& base, const Uuid& tenant);
Result<jobs::Outcome> call_webhooks(trust::Base& base, const Uuid& tenant);
/// Segments and dates: who meets them now and has not entered.
void scan_tenant(trust::Base& base, const Uuid& tenant);
void write_journeys(trust::Ctx& ctx, const Uuid& person, people::SubjectWriter& out);

}  // namespace varde::outreach
