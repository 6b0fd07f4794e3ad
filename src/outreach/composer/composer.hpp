// The composer's side of the program: templates, pictures, and what a document will look like.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "messaging/delivery/delivery.hpp"
#include "trust/module.hpp"

namespace varde::outreach {

struct ImageInfo {
  std::string type;  ///< "image/png" …
  int width = 0, height = 0;
};
/// Reads type and size from the first bytes; nullopt when it is no PNG, JPEG, WebP or GIF, or
/// beyond 10,000 pixels a side.
std::optional<ImageInfo> sniff_image(std::string_view bytes);

/// The same picture without what a camera or a program wrote beside it (metadata.cpp); nullopt when
/// it is none, or damaged.
std::optional<std::string> without_metadata(std::string_view bytes);

/// A template's document; nullopt when it does not exist any more.
std::optional<boost::json::value> template_document(trust::Ctx& ctx, const Uuid& id);

void add_composer_routes(trust::Api& api, const messaging::Environment& environment);
std::vector<trust::Table> composer_tables();
void add_composer_hooks(trust::Base& base);
/// Pictures, for everybody.
void add_composer_pages(trust::Base& base, web::Router& router);

}  // namespace varde::outreach
