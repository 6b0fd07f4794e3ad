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

std::string segment(int marker, const std::string& payload) {
  auto length = payload.size() + 2;
  return "\xff"s + static_cast<char>(marker) + static_cast<char>(length >> 8) +
         static_cast<char>(length & 255) + payload;
}

// A camera's picture: which way is up, who made it, a comment, a preview behind the end.
std::string camera_jpeg(char up) {
  auto exif = "Exif\0\0MM\0*\0\0\0\x08\0\x02\x01\x12\0\x03\0\0\0\x01\0"s + up +
              "\0\0\x01\x0f\0\x02\0\0\0\x04SECR\0\0\0\0"s;
  return "\xff\xd8"s + segment(0xe0, "JFIF\0\x01\x01\0\0\x01\0\x01\0\0"s) + segment(0xe1, exif) +
         segment(0xe2, "ICC_PROFILE\0"s) + segment(0xe2, "MPF\0SECRET"s) +
         segment(0xed, "Photoshop SECRET") + segment(0xfe, "SECRET") +
         segment(0xc0, "\x08\0\x10\0\x20\x01\x01\x11\0"s) + segment(0xda, "\x01\x01\0\0\x3f\0"s) +
         "\x12\xff\0\x34\xff\xd0\x56\xff\xd9"s + "\xff\xd8 SECRET";
}

TEST(Image, LosesWhatACameraWroteAndKeepsWhichWayIsUp) {
  auto clean = without_metadata(camera_jpeg(6));
  ASSERT_TRUE(clean);
  EXPECT_EQ(clean->find("SECR"), std::string::npos);
  EXPECT_NE(clean->find("ICC_PROFILE"), std::string::npos);
  EXPECT_NE(clean->find("\x12\xff\0\x34\xff\xd0\x56\xff\xd9"s), std::string::npos);
  auto up = clean->find("\x01\x12\0\x03\0\0\0\x01\0"s);
  ASSERT_NE(up, std::string::npos);
  EXPECT_EQ((*clean)[up + 9], 6);
  EXPECT_EQ(sniff_image(*clean)->width, 32);
  EXPECT_EQ(without_metadata(*clean), clean);
  // Nothing is written where up is up, or where it is nonsense.
  for (char none : {1, 0, 9})
    EXPECT_EQ(without_metadata(camera_jpeg(none))->find("Exif"), std::string::npos);
}

TEST(Image, LosesTextsOfOtherKinds) {
  auto chunk = [](const std::string& type, const std::string& data) {
    return "\0\0\0"s + static_cast<char>(data.size()) + type + data + "CRC.";
  };
  auto png = "\x89PNG\r\n\x1a\n"s + chunk("IHDR", "\0\0\0\2\0\0\0\2\x08\2\0\0\0"s) +
             chunk("tEXt", "SECRET") + chunk("eXIf", "SECRET") + chunk("iCCP", "profile") +
             chunk("IDAT", "pixels") + chunk("IEND", "");
  auto gif = "GIF89a\x02\0\x02\0\x80\0\0abcdef"s + "!\xfe\x06SECRET\0"s +
             "!\xff\x0bXMP DataXMP\x06SECRET\0"s + "!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"s +
             ",\0\0\0\0\x02\0\x02\0\0\x02\x02\x84\x51\0;"s;
  auto piece = [](const std::string& type, const std::string& data) {
    return type + static_cast<char>(data.size()) + "\0\0\0"s + data +
           (data.size() % 2 ? "\0"s : ""s);
  };
  auto body = "WEBP" + piece("VP8X", "\x1c\0\0\0\x01\0\0\x01\0\0"s) + piece("VP8L", "pixels") +
              piece("EXIF", "SECRETS") + piece("XMP ", "SECRET");
  auto webp = "RIFF"s + static_cast<char>(body.size()) + "\0\0\0"s + body;
  for (const auto& [picture, kept] :
       {std::pair(png, "iCCP"s), std::pair(gif, "NETSCAPE2.0"s), std::pair(webp, "pixels"s)}) {
    auto clean = without_metadata(picture + "SECRET behind the end");
    ASSERT_TRUE(clean) << kept;
    EXPECT_EQ(clean->find("SECRET"), std::string::npos) << kept;
    EXPECT_NE(clean->find(kept), std::string::npos);
    EXPECT_EQ(without_metadata(*clean), clean);
  }
  EXPECT_EQ(without_metadata(webp)->at(20), 0x10) << "it says that there is none";
  EXPECT_EQ(static_cast<std::size_t>(without_metadata(webp)->at(4)) + 8,
            without_metadata(webp)->size());
  for (const auto& cut : {png.substr(0, 60), gif.substr(0, 30), webp.substr(0, 50)})
    EXPECT_FALSE(without_metadata(cut));
}

}  // namespace
}  // namespace varde::outreach
