#include <gtest/gtest.h>

#include "outreach/composer/composer.hpp"

namespace varde::outreach {
namespace {

using namespace std::string_literals;

TEST(Image, IsKnownByItsBytes) {
  auto png = "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\x02\0\0\0\x03"s + "\x08\x06\0\0\0\0\0\0\0"s;
  auto gif = "GIF89a\x05\0\x06\0\0\0\0"s;
  auto jpeg = "\xff\xd8\xff\xe0\0\x04"s + "ab" + "\xff\xc0\0\x11\x08\0\x10\0\x20"s + "\x03rest"s;
  ASSERT_TRUE(sniff_image(png));
  EXPECT_EQ(sniff_image(png)->width, 258);
  EXPECT_EQ(sniff_image(png)->height, 3);
  ASSERT_TRUE(sniff_image(gif));
  EXPECT_EQ(sniff_image(gif)->height, 6);
  ASSERT_TRUE(sniff_image(jpeg));
  EXPECT_EQ(sniff_image(jpeg)->width, 32);
  EXPECT_EQ(sniff_image(jpeg)->height, 16);
  for (const auto& bad : {""s, "<svg>"s, png.substr(0, 20), "GIF89a"s, "\xff\xd8\xff"s,
                          "\xff\xd8\xff\xe0\0\0\0\0\0\0\0\0"s, "RIFF1234WEBPVP8 "s})
    EXPECT_FALSE(sniff_image(bad)) << bad;
}

}  // namespace
}  // namespace varde::outreach
