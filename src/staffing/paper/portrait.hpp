// Portraits: what becomes of a photo before it is kept.
//
// Upright, square, small, and without what a camera writes into a file (place, time, device): only
// pixels pass. GDK-PixBuf reads and writes; its JPEG and PNG loaders are the only ones that are
// asked, by what the bytes begin with, so that no rarer format is ever parsed.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace varde::staffing {

inline constexpr int kPortraitSide = 320;  ///< Pixels.
inline constexpr std::size_t kMostPhotoBytes = 15 << 20;

/// The square to keep, as parts of the upright photo's width (x, size) and height (y).
struct Crop {
  double x = 0, y = 0, size = 1;
};
/// A JPEG of kPortraitSide by kPortraitSide pixels. Without `crop` the largest square around the
/// middle. CPU-bound: for a work pool. Errors: bad_input (no JPEG or PNG, damaged, too large, the
/// crop is not within the photo).
Result<std::string> make_portrait(std::string_view photo, const std::optional<Crop>& crop);

}  // namespace varde::staffing
