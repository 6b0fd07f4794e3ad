#include <gtest/gtest.h>

#include "people/person/person.hpp"

namespace varde::people {
namespace {

using Numbers = std::vector<std::string>;

TEST(Sender, IsReadHoweverAGatewayWritesIt) {
  for (const char* text : {"+46701249373", "46701249373", "0046701249373", " +46 70 124 93 73"})
    EXPECT_EQ(sender_phones(text, "NO"), Numbers{"+46701249373"}) << text;
  for (const char* text : {"+4791234567", "4791234567", "004791234567", "91234567", "912 34 567"})
    EXPECT_EQ(sender_phones(text, "NO"), Numbers{"+4791234567"}) << text;
  EXPECT_EQ(sender_phones("0701249373", "SE"), Numbers{"+46701249373"});
  EXPECT_EQ(sender_phones("447400123456", "NO"), Numbers{"+447400123456"});
}

TEST(Sender, MayBeNobody) {
  for (const char* text :
       {"", "1999", "Varde", "12", "0", "000", "+", "99999999999999999999", "STOPP 46701249373"})
    EXPECT_EQ(sender_phones(text, "NO"), Numbers{}) << text;
}

}  // namespace
}  // namespace varde::people
