// Heads of trails leave the house. A trail proves something to whoever holds a head that the
// owner of the database cannot reach any more (trust/trail/trail.hpp):
//
//   mail   an organisation names an address; each day it gets the newest head, to be kept as it is
//   post   the installation names an address (witness_url); each minute it gets what is new of all
//          organisations, in the lines of the witness' files
//
// Neither says anything about a person: a head is a name, a number, a hash and a signature. The
// address is somebody's: it is kept sealed, and the trail says only that one was set.
//
// What the witness does not take is sent again, from where it was last reached: each minute at
// first, at least each quarter of an hour; nothing waits for it. When it has not been reached for
// an hour, the home screen says so. A witness at another address begins with the newest head of
// each organisation.
#pragma once

#include "jobs/queue.hpp"
#include "trust/ctx.hpp"
#include "trust/module.hpp"

namespace varde::operate {

/// Endpoints: who gets the newest head each day.
void add_head_mail_routes(trust::Api& api);
/// `witness_url`: empty for none.
void add_witness_jobs(trust::Base& base, const std::string& witness_url, jobs::Workers& workers);
/// What is kept of the address, for it may hold a secret: its SHA-256, or nothing for none.
std::string witness_address(const std::string& witness_url);
/// How it stands with the witness at an address; neither: nothing was sent there yet.
struct WitnessState {
  std::optional<Timestamp> reached_at, failing_since;
};
WitnessState witness_state(trust::Base& base, const std::string& address);
std::vector<trust::Attention> witness_attention(trust::Ctx& ctx, const std::string& witness_url);
std::vector<trust::Table> witness_tables();

}  // namespace varde::operate
