// What an organisation does with messages: campaigns, forms, journeys, the composer, the pages
// behind a message's links, and what comes back of them.
#pragma once

#include "messaging/messaging.hpp"

namespace varde::outreach {

trust::Module make_module(trust::Base& base, const messaging::Environment& environment);

}  // namespace varde::outreach
