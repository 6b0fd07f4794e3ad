// Addresses that take test messages, besides the user's own: those whose owners have said yes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "trust/module.hpp"

namespace varde::messaging {

/// Who of `to` may not be sent a test by this user: everybody but the user, the person whose values
/// the message shows, and addresses whose owners have said yes (RFC 5321 addresses, canonical).
/// Restriction is not asked here.
std::vector<std::string> not_for_tests(trust::Ctx& ctx, const std::vector<std::string>& to,
                                       const std::optional<Uuid>& person);
void add_test_address_routes(trust::Api& api);
void add_test_address_pages(trust::Base& base, web::Router& router);
inline constexpr trust::Seal kTestAddress{.column = "sealed",
                                          .context = "test-address:{tenant}{id}",
                                          .id = "address_id",
                                          .owner = {},
                                          .purpose = "test-address",
                                          .holds = trust::Seal::Holds::text};
std::vector<trust::Table> test_address_tables();

}  // namespace varde::messaging
