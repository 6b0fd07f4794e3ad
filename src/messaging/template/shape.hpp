// What the composer's document looks like, for the OpenAPI document and whoever writes one. The
// rules (what each type of block needs, how long things may be) are render_blocks's in blocks.hpp,
// which reads the JSON itself; a document that is only kept may be unfinished, so nothing is
// required.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "web/types.hpp"

namespace varde::messaging {

enum class BlockType { heading, text, image, button, columns, divider, spacer, footer };
BOOST_DESCRIBE_ENUM(BlockType, heading, text, image, button, columns, divider, spacer, footer)
enum class BlockAlign { left, center, right };
BOOST_DESCRIBE_ENUM(BlockAlign, left, center, right)
struct Block;
struct Column {
  std::optional<std::vector<Block>> blocks;
};
/// Which members count depends on the type.
struct Block {
  std::optional<std::string> id;
  std::optional<BlockType> type;
  std::optional<int> level;         // heading: 1 to 3
  std::optional<std::string> text;  // heading, footer
  std::optional<web::Any> doc;      // text: a TipTap document
  std::optional<Uuid> image_id;     // image: one of the tenant's own, or …
  std::optional<std::string> src;   // … an address
  std::optional<std::string> alt;
  std::optional<int> width;
  std::optional<std::string> label;  // button
  std::optional<std::string> href;   // button, image
  std::optional<BlockAlign> align;
  std::optional<std::vector<Column>> columns;  // columns: two or three
  std::optional<int> height;                   // spacer
};
BOOST_DESCRIBE_STRUCT(Column, (), (blocks))
BOOST_DESCRIBE_STRUCT(Block, (),
                      (id, type, level, text, doc, image_id, src, alt, width, label, href, align,
                       columns, height))
struct Theme {
  std::optional<std::string> background, surface, text, accent, font, logo_url;
};
BOOST_DESCRIBE_STRUCT(Theme, (), (background, surface, text, accent, font, logo_url))
/// An empty one is a message that is not begun.
struct Document {
  std::optional<int> version;
  std::optional<Theme> theme;
  std::optional<std::string> preheader;
  std::optional<std::vector<Block>> blocks;
};
BOOST_DESCRIBE_STRUCT(Document, (), (version, theme, preheader, blocks))
using DocumentJson = web::Shaped<Document>;

}  // namespace varde::messaging
