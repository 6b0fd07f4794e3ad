#include "staffing/paper/portrait.hpp"

#include <gdk-pixbuf/gdk-pixbuf.h>

#include <memory>

namespace varde::staffing {

namespace {

// What a JPEG may have; it is made smaller while it is read. A PNG is read whole.
constexpr std::int64_t kMostPixels = 60'000'000, kMostPngPixels = 16'000'000;
constexpr int kRoughSide = 1024;  // the shorter one, before cropping

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};
using Pixbuf = std::unique_ptr<GdkPixbuf, Unref>;
using Loader = std::unique_ptr<GdkPixbufLoader, Unref>;

const char* type_of(std::string_view bytes) {
  if (bytes.starts_with("\xff\xd8\xff")) return "jpeg";
  if (bytes.starts_with("\x89PNG\r\n\x1a\n")) return "png";
  return nullptr;
}

struct Size {
  std::int64_t most = 0;
  bool too_large = false;
};
void size_known(GdkPixbufLoader* loader, int width, int height, gpointer data) {
  auto& size = *static_cast<Size*>(data);
  if (std::int64_t{width} * height > size.most) {
    size.too_large = true;
    gdk_pixbuf_loader_set_size(loader, 0, 0);  // reads no pixel
    return;
  }
  auto shorter = std::min(width, height);
  if (shorter <= kRoughSide) return;
  auto scale = static_cast<double>(kRoughSide) / shorter;
  gdk_pixbuf_loader_set_size(loader, std::max(1, static_cast<int>(width * scale)),
                             std::max(1, static_cast<int>(height * scale)));
}

Error damaged() {
  return bad_input("body", "The picture cannot be read. Save it once more as JPEG or PNG.");
}

Result<Pixbuf> read(std::string_view photo) {
  const auto* type = type_of(photo);
  if (type == nullptr) return bad_input("body", "The picture is neither JPEG nor PNG.");
  Loader loader(gdk_pixbuf_loader_new_with_type(type, nullptr));
  if (!loader) return damaged();
  Size size{std::string_view(type) == "png" ? kMostPngPixels : kMostPixels};
  g_signal_connect(loader.get(), "size-prepared", G_CALLBACK(size_known), &size);
  bool read = true;
  // In pieces, so that what is too large stops before it is read.
  for (std::size_t at = 0; read && !size.too_large && at < photo.size(); at += 65536) {
    auto piece = photo.substr(at, 65536);
    read = gdk_pixbuf_loader_write(loader.get(), reinterpret_cast<const guchar*>(piece.data()),
                                   piece.size(), nullptr) != 0;
  }
  bool whole = gdk_pixbuf_loader_close(loader.get(), nullptr) != 0;
  if (size.too_large)
    return bad_input("body", "The picture has too many pixels. Make it smaller and send it again.");
  auto* pixels = gdk_pixbuf_loader_get_pixbuf(loader.get());
  if (!read || !whole || pixels == nullptr) return damaged();
  Pixbuf upright(gdk_pixbuf_apply_embedded_orientation(pixels));
  if (!upright) return damaged();
  return upright;
}

}  // namespace

Result<std::string> make_portrait(std::string_view photo, const std::optional<Crop>& crop) {
  if (photo.size() > kMostPhotoBytes)
    return bad_input("body", "A picture has 15 MB at most. Make it smaller and send it again.");
  VARDE_TRY(auto upright, read(photo));
  auto width = gdk_pixbuf_get_width(upright.get()), height = gdk_pixbuf_get_height(upright.get());
  auto side = std::min(width, height);
  int x = (width - side) / 2, y = (height - side) / 2;
  if (crop) {
    // Written so that what is no number is refused too.
    if (!(crop->x >= 0 && crop->y >= 0 && crop->size > 0 && crop->x + crop->size <= 1.0001 &&
          crop->y * height + crop->size * width <= height * 1.0001 + 1))
      return bad_input("query/size", "The square does not lie within the picture.");
    side = std::clamp(static_cast<int>(crop->size * width), 1, side);
    x = std::clamp(static_cast<int>(crop->x * width), 0, width - side);
    y = std::clamp(static_cast<int>(crop->y * height), 0, height - side);
  }
  Pixbuf square(gdk_pixbuf_new_subpixbuf(upright.get(), x, y, side, side));
  Pixbuf small(square ? gdk_pixbuf_scale_simple(square.get(), kPortraitSide, kPortraitSide,
                                                GDK_INTERP_BILINEAR)
                      : nullptr);
  // Where a PNG is transparent: white, as on paper.
  Pixbuf opaque(small && gdk_pixbuf_get_has_alpha(small.get()) != 0
                    ? gdk_pixbuf_composite_color_simple(small.get(), kPortraitSide, kPortraitSide,
                                                        GDK_INTERP_NEAREST, 255, 16, 0xffffff,
                                                        0xffffff)
                    : nullptr);
  gchar* bytes = nullptr;
  gsize count = 0;
  if (!small || gdk_pixbuf_save_to_buffer((opaque ? opaque : small).get(), &bytes, &count, "jpeg",
                                          nullptr, "quality", "85", nullptr) == 0)
    return damaged();
  std::string out(bytes, count);
  g_free(bytes);
  return out;
}

}  // namespace varde::staffing
