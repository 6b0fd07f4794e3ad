// What came back of a message: opened, clicked, answered, bounced, unsubscribed.
#pragma once

#include "people/person/person.hpp"
#include "trust/module.hpp"

namespace varde::messaging {

/// Counts a response and, the first time, adds it to the person's timeline. Nothing when the person
/// has been erased. Returns whether it was the first of its kind.
bool record_response(trust::Ctx& ctx, const Uuid& source, people::ActivityKind kind,
                     const Uuid& person, std::uint32_t number = 0, int flags = 0);
/// The same for several persons, in one packet however many; each counts as new.
void record_responses(trust::Ctx& ctx, const Uuid& source, people::ActivityKind kind,
                      const std::vector<Uuid>& persons);
/// The same without the timeline, where what was done stands already (an answer to a form).
bool count_response(trust::Ctx& ctx, const Uuid& source, people::ActivityKind kind,
                    const Uuid& person, std::uint32_t number = 0, int flags = 0);

std::vector<trust::Table> response_tables();
/// The rule of retention for what came back.
void add_response_hooks(trust::Base& base);

}  // namespace varde::messaging
