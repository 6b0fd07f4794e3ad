#include "staffing/paper/portrait.hpp"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <gtest/gtest.h>

#include <memory>

namespace varde::staffing {
namespace {

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};
using Pixbuf = std::unique_ptr<GdkPixbuf, Unref>;

// Red on the left, blue on the right.
std::string photo(int width, int height, const char* type) {
  Pixbuf pixels(gdk_pixbuf_new(GDK_COLORSPACE_RGB, 0, 8, width, height));
  gdk_pixbuf_fill(pixels.get(), 0xff0000ff);
  Pixbuf right(gdk_pixbuf_new_subpixbuf(pixels.get(), width / 2, 0, width - width / 2, height));
  gdk_pixbuf_fill(right.get(), 0x0000ffff);
  gchar* bytes = nullptr;
  gsize count = 0;
  EXPECT_TRUE(gdk_pixbuf_save_to_buffer(pixels.get(), &bytes, &count, type, nullptr, nullptr));
  std::string out(bytes, count);
  g_free(bytes);
  return out;
}

// The photo as a phone writes it: with an Exif segment that says how it was held, and where.
std::string with_exif(const std::string& jpeg, char orientation) {
  using namespace std::string_literals;
  auto tiff = "MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0"s + orientation + "\0\0\0\0\0\0"s +
              "59.91N 10.75E"s;
  auto segment = "Exif\0\0"s + tiff;
  auto length = segment.size() + 2;
  return jpeg.substr(0, 2) + "\xff\xe1" + static_cast<char>(length >> 8) +
         static_cast<char>(length & 255) + segment + jpeg.substr(2);
}

Pixbuf opened(const std::string& bytes) {
  std::unique_ptr<GdkPixbufLoader, Unref> loader(gdk_pixbuf_loader_new());
  EXPECT_TRUE(gdk_pixbuf_loader_write(loader.get(), reinterpret_cast<const guchar*>(bytes.data()),
                                      bytes.size(), nullptr));
  EXPECT_TRUE(gdk_pixbuf_loader_close(loader.get(), nullptr));
  return Pixbuf(GDK_PIXBUF(g_object_ref(gdk_pixbuf_loader_get_pixbuf(loader.get()))));
}

// 'R' or 'B', at parts of the side.
char colour(const Pixbuf& picture, double x, double y) {
  const auto* at =
      gdk_pixbuf_read_pixels(picture.get()) +
      static_cast<int>(y * (kPortraitSide - 1)) * gdk_pixbuf_get_rowstride(picture.get()) +
      static_cast<int>(x * (kPortraitSide - 1)) * gdk_pixbuf_get_n_channels(picture.get());
  return at[0] > at[2] ? 'R' : 'B';
}

TEST(Portrait, IsSquareSmallAndOfJpeg) {
  for (const auto* type : {"jpeg", "png"}) {
    auto made = make_portrait(photo(1600, 900, type), std::nullopt);
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_TRUE(made->starts_with("\xff\xd8\xff"));
    auto picture = opened(*made);
    EXPECT_EQ(gdk_pixbuf_get_width(picture.get()), kPortraitSide);
    EXPECT_EQ(gdk_pixbuf_get_height(picture.get()), kPortraitSide);
    EXPECT_EQ(colour(picture, 0.1, 0.5), 'R');
    EXPECT_EQ(colour(picture, 0.9, 0.5), 'B');
  }
}

TEST(Portrait, IsUprightAndForgetsWhatTheCameraWrote) {
  auto exif = with_exif(photo(400, 400, "jpeg"), 6);
  ASSERT_NE(exif.find("59.91N"), std::string::npos);
  auto made = make_portrait(exif, std::nullopt);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->find("59.91N"), std::string::npos);
  EXPECT_EQ(made->find("Exif"), std::string::npos);
  // Held so that the left side was up: turned by 90 degrees, red comes to the top.
  auto picture = opened(*made);
  EXPECT_EQ(colour(picture, 0.5, 0.1), 'R');
  EXPECT_EQ(colour(picture, 0.5, 0.9), 'B');
}

TEST(Portrait, KeepsTheSquareThatWasChosen) {
  auto jpeg = photo(1000, 500, "jpeg");
  auto left = make_portrait(jpeg, Crop{0, 0, 0.4}), right = make_portrait(jpeg, Crop{0.6, 0, 0.4});
  ASSERT_TRUE(left && right);
  EXPECT_EQ(colour(opened(*left), 0.9, 0.5), 'R');
  EXPECT_EQ(colour(opened(*right), 0.1, 0.5), 'B');
  for (auto crop : {Crop{0, 0, 0}, Crop{0.7, 0, 0.4}, Crop{0, 0.5, 0.4}, Crop{-0.1, 0, 0.2},
                    Crop{0, 0, std::numeric_limits<double>::quiet_NaN()}})
    EXPECT_FALSE(make_portrait(jpeg, crop)) << crop.x << " " << crop.y << " " << crop.size;
}

TEST(Portrait, RefusesWhatIsNoPicture) {
  auto jpeg = photo(300, 300, "jpeg");
  EXPECT_FALSE(make_portrait("", std::nullopt));
  EXPECT_FALSE(make_portrait("GIF89a\x01\x01", std::nullopt));
  EXPECT_FALSE(make_portrait("\xff\xd8\xff", std::nullopt));
  EXPECT_FALSE(make_portrait("<svg xmlns='http://www.w3.org/2000/svg'/>", std::nullopt));
  // A header that promises 60,000 by 60,000 pixels is refused before one is read.
  auto bomb = photo(300, 300, "png");
  bomb.replace(16, 8, std::string("\0\0\xea\x60\0\0\xea\x60", 8));
  EXPECT_FALSE(make_portrait(bomb, std::nullopt));
}

}  // namespace
}  // namespace varde::staffing
