// Identifiers sort as they were made, and are read from nothing but their own text.
#include "base/ids.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

namespace varde {
namespace {

TEST(Ids, AreMadeInOrderAndOnce) {
  std::set<Uuid> seen;
  Uuid before;
  for (int i = 0; i < 100000; ++i) {
    auto id = Uuid::make();
    ASSERT_LT(before, id);
    ASSERT_TRUE(seen.insert(id).second);
    before = id;
  }
}

// RFC 9562, section 5.7: 48 bits of milliseconds, version 7, variant 10.
TEST(Ids, HaveTheStandardsForm) {
  auto at = now();
  auto id = Uuid::make();
  EXPECT_EQ(id.bytes[6] >> 4, 7);
  EXPECT_EQ(id.bytes[8] >> 6, 2);
  EXPECT_LE(std::chrono::abs(id.time() - at), std::chrono::minutes(1));
  auto known = Uuid::parse("017f22e2-79b0-7cc3-98c4-dc0c0c07398f");  // the example of appendix A.6
  ASSERT_TRUE(known);
  EXPECT_EQ(to_rfc3339(known->time()), "2022-02-22T19:22:22Z");
}

TEST(Ids, BoundAnInstant) {
  auto id = Uuid::make();
  EXPECT_LE(Uuid::floor_of(id.time()), id);
  EXPECT_GT(Uuid::floor_of(id.time() + std::chrono::milliseconds(1)), id);
  EXPECT_GT(Uuid::largest(), id);
  EXPECT_TRUE(Uuid().is_nil());
}

TEST(Ids, OnlyTheirOwnTextIsRead) {
  auto text = Uuid::make().str();
  EXPECT_EQ(Uuid::parse(text)->str(), text);
  for (std::string other :
       {std::string(), text.substr(1), text + "0", "{" + text + "}", text.substr(0, 35) + "g",
        std::string("0190b5a67c3e7d1f9a2b3c4d5e6f7a8b"), std::string(36, '-')})
    EXPECT_FALSE(Uuid::parse(other)) << other;
}

RC_GTEST_PROP(IdsProperty, TextIsReadBack, (const std::array<std::uint8_t, 16>& bytes)) {
  Uuid id{bytes};
  RC_ASSERT(Uuid::parse(id.str()) == id);
}

}  // namespace
}  // namespace varde
