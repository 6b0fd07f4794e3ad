// The substitutes' own pages, at /p/me/SLUG: what they are asked, when they work, when they can,
// and what is stored about them.
//
// Substitutes are persons, not users. They sign in with a code that goes to the number or address
// that is registered, or with a passkey, and have a session of their own kind: under their tenant,
// so that row-level security holds for whoever opens it. The pages run no script (but one, for
// passkeys) and change nothing when they are looked at.
//
// Who asks for a code learns nothing about who is registered: the request writes down what was
// asked and answers; a job looks whether anybody is known and sends. Known and unknown are the same
// work and the same answer by construction. A code belongs to the browser that asked for it: nobody
// else can use it, nor use up its tries.
#pragma once

#include "jobs/queue.hpp"
#include "trust/ctx.hpp"
#include "trust/module.hpp"

namespace varde::staffing {

/// The booking of the context's person for a shift as a calendar entry; 404 when there is none.
net::Response offer_calendar(trust::Ctx& ctx, const std::string& language, const Uuid& shift);

void add_portal_pages(trust::Base& base, web::Router& router);
void add_portal_jobs(trust::Base& base, jobs::Workers& workers);
/// What staffing hands out about a person.
void add_staffing_subject_hooks(trust::Base& base);
/// Erasure.
void add_portal_hooks(trust::Base& base);
std::vector<trust::Table> portal_tables();

}  // namespace varde::staffing
