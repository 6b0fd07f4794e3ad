#include "net/permit.hpp"

#include <gtest/gtest.h>

namespace varde::net {
namespace {

TEST(AddressPolicy, SaysWhatTheInstallationAllows) {
  auto allows = [](const AddressPolicy& policy, const char* text) {
    return policy.allows(*Address::parse(text));
  };
  AddressPolicy strict;
  EXPECT_TRUE(allows(strict, "1.1.1.1"));
  EXPECT_FALSE(allows(strict, "10.1.2.3"));
  EXPECT_FALSE(strict.has_exceptions());
  auto some = *AddressPolicy::parse({"10.1.0.0/16", "fd00::/8"});
  EXPECT_TRUE(allows(some, "10.1.2.3"));
  EXPECT_TRUE(allows(some, "::ffff:10.1.2.3"));
  EXPECT_TRUE(allows(some, "fd00::1"));
  EXPECT_FALSE(allows(some, "10.2.0.1"));
  EXPECT_FALSE(allows(some, "127.0.0.1"));
  EXPECT_TRUE(some.has_exceptions());
  auto house = *AddressPolicy::parse({"private"});
  EXPECT_TRUE(allows(house, "127.0.0.1"));
  EXPECT_TRUE(allows(house, "64:ff9b::7f00:1"));
  EXPECT_FALSE(AddressPolicy::parse({"10.0.0.0/40"}));
  EXPECT_FALSE(AddressPolicy::parse({"example.org"}));
}

}  // namespace
}  // namespace varde::net
