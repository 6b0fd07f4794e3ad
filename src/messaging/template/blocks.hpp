// From the composer's document (JSON blocks) to HTML that mail programs show, and its text part.
//
// Mail programs agree on little beyond tables and inline styles: Outlook renders with Word's
// engine, Gmail drops what it does not know, dark modes repaint. So there is no HTML from users and
// no general layout: a few block types, each written the way that is known to work (a table of
// 600 px, role="presentation", VML buttons for Outlook, alt texts, a preheader, colours that dark
// mode may turn). MJML was rejected: it is a Node program and takes markup, which would have to be
// sanitised; a document of blocks needs only escaping.
//
// Text in blocks may hold template tags (template.hpp). They pass through; everything else is
// escaped; the result is compiled as a template, once, with TemplateEscape::html for `html` and
// ::text for `text`. A link to be tracked becomes {{ links.n1 }}, {{ links.n2 }}, …: a field like
// any other, so that rendering for one recipient is one pass over one program.
//
//   {"lang": "nb", "preheader": "…", "theme": {…}, "blocks": [
//     {"type": "heading", "level": 1, "text": "…"},
//     {"type": "text", "content": {"type": "doc", "content": […]}},        (TipTap/ProseMirror)
//     {"type": "image", "src": "https://…", "alt": "…", "width": 300, "href": "…"},
//     {"type": "button", "label": "…", "href": "…", "align": "center"},
//     {"type": "columns", "columns": [[block, …], [block, …]]},
//     {"type": "divider"}, {"type": "spacer", "height": 24},
//     {"type": "footer", "organisation": "…", "address": "…", "reason": "…",
//      "unsubscribe": "Unsubscribe", "preferences": "Your choices"}]}
//
// theme: background, surface, text, link, button, button_text (#rrggbb), font (sans, serif, mono),
// logo {src, alt, width}. The footer is compulsory, the last block, and links to
// {{ links.unsubscribe }} and {{ links.preferences }}.
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace varde::messaging {

struct RenderedBlocks {
  std::string html;  ///< Template source for TemplateEscape::html.
  std::string text;  ///< Template source for TemplateEscape::text.
  struct Link {
    /// Itself a template (TemplateEscape::url for its tags). One that is nothing but a tag has no
    /// scheme until it is rendered: the sender must check that it is http or https then.
    std::string target;
    std::string
        label;  ///< What the reader sees: the button's words, the linked text, the alt text.
    bool operator==(const Link&) const = default;
  };
  /// Link n at place n − 1. mailto:, tel: and {{ links.… }} are not numbered.
  std::vector<Link> links;
};

/// bad_input with everything that is wrong with the document at once; the pointers are JSON
/// Pointers (RFC 6901) into it. `title` becomes the title of the HTML; it may hold tags.
Result<RenderedBlocks> render_blocks(const boost::json::value& document,
                                     std::string_view title = {});

}  // namespace varde::messaging
