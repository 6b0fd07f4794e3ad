// A document as PDF, with Pango and Cairo (why these: document.hpp).
//
// It is laid out twice: the first time to know how many pages there are.
#include <cairo-pdf.h>
#include <fmt/format.h>
#include <pango/pangocairo.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <stdexcept>

#include "base/text.hpp"
#include "base/time.hpp"
#include "operate/evidence/document.hpp"

namespace varde::operate {
namespace {

// Points: 72 an inch.
constexpr double kWidth = 595.28, kHeight = 841.89, kMargin = 50, kFoot = 34;
constexpr double kInner = kWidth - 2 * kMargin, kBottom = kHeight - kMargin - 10;
constexpr double kPad = 4;
constexpr const char* kFamily = "DejaVu Sans";
constexpr const char* kFixed = "DejaVu Sans Mono";
// A cell must fit on a page.
constexpr std::size_t kMostOfCell = 1'500;

struct Colour {
  double r, g, b;
};
constexpr Colour kInk{0.11, 0.13, 0.16}, kGrey{0.29, 0.32, 0.38}, kLine{0.77, 0.79, 0.83},
    kShade{0.957, 0.961, 0.969};

Colour colour_of(Tone tone) {
  switch (tone) {
    case Tone::good:
      return {0.17, 0.54, 0.24};
    case Tone::warn:
      return {0.70, 0.36, 0};
    case Tone::bad:
      return {0.79, 0.16, 0.16};
    case Tone::plain:
      break;
  }
  return kGrey;
}

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};
struct FreeFont {
  void operator()(PangoFontDescription* font) const { pango_font_description_free(font); }
};
struct FreeAttributes {
  void operator()(PangoAttrList* list) const { pango_attr_list_unref(list); }
};
using Layout = std::unique_ptr<PangoLayout, Unref>;

struct Destroy {
  void operator()(cairo_t* c) const { cairo_destroy(c); }
  void operator()(cairo_surface_t* s) const { cairo_surface_destroy(s); }
  void operator()(cairo_font_options_t* o) const { cairo_font_options_destroy(o); }
};

struct Style {
  double size = 9;
  bool bold = false, code = false;
  Colour colour = kInk;
};

class Writer {
 public:
  // `pages`: how many there will be; 0 when that is not known yet.
  Writer(const Document& document, int pages) : document_(document), pages_(pages) {
    fonts_.reset(pango_cairo_font_map_new());
    check_fonts();
    surface_.reset(cairo_pdf_surface_create_for_stream(take, &out_, kWidth, kHeight));
    cairo_pdf_surface_set_metadata(surface_.get(), CAIRO_PDF_METADATA_TITLE,
                                   document.title.c_str());
    cairo_pdf_surface_set_metadata(surface_.get(), CAIRO_PDF_METADATA_CREATOR, "Varde");
    auto at = to_rfc3339(now()).substr(0, 19) + "Z";
    cairo_pdf_surface_set_metadata(surface_.get(), CAIRO_PDF_METADATA_CREATE_DATE, at.c_str());
    cairo_.reset(cairo_create(surface_.get()));
    context_.reset(pango_font_map_create_context(fonts_.get()));
    pango_cairo_update_context(cairo_.get(), context_.get());
    // On paper no letter stands on a grid of pixels.
    pango_context_set_round_glyph_positions(context_.get(), FALSE);
    std::unique_ptr<cairo_font_options_t, Destroy> options(cairo_font_options_create());
    cairo_font_options_set_hint_style(options.get(), CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options.get(), CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(context_.get(), options.get());
  }

  int run() {
    y_ = kMargin;
    put(document_.title, {.size = 20, .bold = true}, kMargin, kInner, 4);
    put(document_.lead, {.size = 10, .colour = kGrey}, kMargin, kInner, 8);
    for (const auto& block : document_.blocks()) write(block);
    end_page();
    cairo_surface_finish(surface_.get());
    auto status = cairo_surface_status(surface_.get());
    if (status != CAIRO_STATUS_SUCCESS || cairo_status(cairo_.get()) != CAIRO_STATUS_SUCCESS)
      throw std::runtime_error(std::string("the PDF cannot be written: ") +
                               cairo_status_to_string(status));
    return page_;
  }
  std::string& bytes() { return out_; }

 private:
  static cairo_status_t take(void* out, const unsigned char* bytes, unsigned int size) {
    try {
      static_cast<std::string*>(out)->append(reinterpret_cast<const char*>(bytes), size);
      return CAIRO_STATUS_SUCCESS;
    } catch (const std::exception&) {
      return CAIRO_STATUS_NO_MEMORY;
    }
  }

  // Pango ends the program when there is no font at all.
  void check_fonts() {
    PangoFontFamily** families = nullptr;
    int count = 0;
    pango_font_map_list_families(fonts_.get(), &families, &count);
    bool found = std::any_of(families, families + count, [](PangoFontFamily* family) {
      return std::string_view(pango_font_family_get_name(family)) == kFamily;
    });
    g_free(families);
    if (!found)
      throw std::runtime_error(
          "the font DejaVu Sans is missing, without which no PDF can be written. Install Debian's "
          "package fonts-dejavu-core.");
  }

  Layout layout(const std::string& text, const Style& style, double width) {
    Layout out(pango_layout_new(context_.get()));
    std::unique_ptr<PangoFontDescription, FreeFont> font(pango_font_description_new());
    pango_font_description_set_family(font.get(), style.code ? kFixed : kFamily);
    pango_font_description_set_absolute_size(
        font.get(), (style.code ? style.size - 1 : style.size) * PANGO_SCALE);
    if (style.bold) pango_font_description_set_weight(font.get(), PANGO_WEIGHT_BOLD);
    pango_layout_set_font_description(out.get(), font.get());
    pango_layout_set_wrap(out.get(), PANGO_WRAP_WORD_CHAR);
    pango_layout_set_line_spacing(out.get(), 1.15F);
    if (width > 0) pango_layout_set_width(out.get(), static_cast<int>(width * PANGO_SCALE));
    pango_layout_set_text(out.get(), text.data(), static_cast<int>(text.size()));
    // A key that is broken over two lines must not get a hyphen.
    std::unique_ptr<PangoAttrList, FreeAttributes> attributes(pango_attr_list_new());
    pango_attr_list_insert(attributes.get(), pango_attr_insert_hyphens_new(FALSE));
    pango_layout_set_attributes(out.get(), attributes.get());
    return out;
  }
  static double height_of(const Layout& l) {
    int height = 0;
    pango_layout_get_size(l.get(), nullptr, &height);
    return static_cast<double>(height) / PANGO_SCALE;
  }
  double natural_width(const std::string& text, const Style& style) {
    int width = 0;
    pango_layout_get_size(layout(text, style, 0).get(), &width, nullptr);
    return static_cast<double>(width) / PANGO_SCALE;
  }

  void ink(Colour c) { cairo_set_source_rgb(cairo_.get(), c.r, c.g, c.b); }
  void draw(const Layout& l, double x, double y, Colour colour) {
    ink(colour);
    cairo_move_to(cairo_.get(), x, y);
    pango_cairo_show_layout(cairo_.get(), l.get());
  }

  void end_page() {
    ++page_;
    auto of = pages_ > 0 ? fmt::format("Page {} of {}", page_, pages_) : std::string("Page");
    Style small{.size = 7.5, .colour = kGrey};
    draw(layout(document_.footer, small, kInner - 90), kMargin, kHeight - kFoot, kGrey);
    auto width = natural_width(of, small);
    draw(layout(of, small, 0), kWidth - kMargin - width, kHeight - kFoot, kGrey);
    cairo_show_page(cairo_.get());
    y_ = kMargin;
  }
  void need(double height) {
    if (y_ + height > kBottom && y_ > kMargin) end_page();
  }

  void put(const std::string& text, const Style& style, double x, double width, double after) {
    auto l = layout(text, style, width);
    // Long paragraphs go over pages line by line.
    auto height = height_of(l);
    if (height <= kBottom - kMargin) {
      need(height);
      draw(l, x, y_, style.colour);
      y_ += height + after;
      return;
    }
    put(std::string(cut_text(text, text.size() / 2)), style, x, width, 0);
    put(text.substr(cut_text(text, text.size() / 2).size()), style, x, width, after);
  }
  // The beginning, not cut within a letter.
  static std::string_view cut_text(std::string_view text, std::size_t most) {
    if (text.size() <= most) return text;
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
    return text.substr(0, most);
  }

  void heading(const std::string& text, bool section) {
    need(section ? 80 : 60);
    y_ += section ? 14 : 8;
    auto attributes = fmt::format("page={} pos=[{:.0f} {:.0f}]", page_ + 1, kMargin, y_);
    auto parent = section ? CAIRO_PDF_OUTLINE_ROOT : section_;
    int item =
        cairo_pdf_surface_add_outline(surface_.get(), parent, text.c_str(), attributes.c_str(),
                                      static_cast<cairo_pdf_outline_flags_t>(0));
    if (section) section_ = item;
    put(text, {.size = section ? 14.0 : 10.5, .bold = true}, kMargin, kInner, section ? 5 : 3);
  }

  void note(const Block& block) {
    auto l = layout(block.text, {}, kInner - 16);
    auto height = height_of(l) + 2 * kPad;
    need(height);
    ink(kShade);
    cairo_rectangle(cairo_.get(), kMargin, y_, kInner, height);
    cairo_fill(cairo_.get());
    ink(colour_of(block.tone));
    cairo_rectangle(cairo_.get(), kMargin, y_, 3, height);
    cairo_fill(cairo_.get());
    draw(l, kMargin + 10, y_ + kPad, kInk);
    y_ += height + 6;
  }

  static Style cell_style(const Cell& cell, bool head) {
    return {.size = 8, .bold = head, .code = cell.code};
  }
  static std::string shown(const Cell& cell) {
    auto text = cut_text(cell.text, kMostOfCell);
    return std::string(text) + (text.size() < cell.text.size() ? " …" : "");
  }

  // As wide as their contents where that fits; else each at least its longest word, and what is
  // left by how much more it wants.
  std::vector<double> widths(const Block& block) {
    auto columns = block.head.size();
    std::vector<double> least(columns, 0), wish(columns, 0);
    auto look = [&](std::size_t i, const Cell& cell, bool head) {
      auto text = shown(cell);
      auto style = cell_style(cell, head);
      wish[i] = std::max(wish[i], std::min(natural_width(text, style), 320.0) + 2 * kPad);
      for (auto word : split(text, ' '))
        if (word.size() * style.size > least[i])
          least[i] = std::max(
              least[i], std::min(natural_width(std::string(word), style), 110.0) + 2 * kPad + 1);
    };
    for (std::size_t i = 0; i < columns; ++i) look(i, {block.head[i], false}, true);
    for (std::size_t r = 0; r < std::min<std::size_t>(block.rows.size(), 300); ++r)
      for (std::size_t i = 0; i < columns; ++i) look(i, block.rows[r][i], false);
    auto wished = std::accumulate(wish.begin(), wish.end(), 0.0);
    auto needed = std::accumulate(least.begin(), least.end(), 0.0);
    std::vector<double> out(columns);
    for (std::size_t i = 0; i < columns; ++i) {
      if (wished <= kInner || needed >= kInner) {
        out[i] = wished <= kInner ? wish[i] : least[i] * kInner / needed;
      } else {
        out[i] = least[i] + (kInner - needed) * (wish[i] - least[i]) / (wished - needed);
      }
    }
    // The last one takes what is left.
    out.back() += kInner - std::accumulate(out.begin(), out.end(), 0.0);
    return out;
  }

  double row(const std::vector<Cell>& cells, const std::vector<double>& columns, bool head,
             bool only_measure) {
    std::vector<Layout> layouts;
    double height = 0;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      layouts.push_back(layout(shown(cells[i]), cell_style(cells[i], head), columns[i] - 2 * kPad));
      height = std::max(height, height_of(layouts.back()));
    }
    height += kPad + 1;
    if (only_measure) return height;
    if (head) {
      ink(kShade);
      cairo_rectangle(cairo_.get(), kMargin, y_, kInner, height);
      cairo_fill(cairo_.get());
    }
    double x = kMargin;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      draw(layouts[i], x + kPad, y_ + kPad / 2, kInk);
      x += columns[i];
    }
    ink(kLine);
    cairo_set_line_width(cairo_.get(), 0.5);
    cairo_move_to(cairo_.get(), kMargin, y_ + height);
    cairo_line_to(cairo_.get(), kMargin + kInner, y_ + height);
    cairo_stroke(cairo_.get());
    y_ += height;
    return height;
  }

  void list(const Block& block) {
    for (const auto& item : block.head) {
      need(20);
      auto page = page_;
      auto y = y_;
      put(item, {}, kMargin + 16, kInner - 16, 2);
      draw(layout("•", {}, 0), kMargin + 5, page == page_ ? y : kMargin, kInk);
    }
    y_ += 4;
  }

  void table(const Block& block) {
    auto columns = widths(block);
    std::vector<Cell> head;
    for (const auto& name : block.head) head.push_back({name, false});
    auto head_height = row(head, columns, true, true);
    auto first = row(block.rows.front(), columns, false, true);
    need(head_height + first);
    row(head, columns, true, false);
    for (const auto& cells : block.rows) {
      if (y_ + row(cells, columns, false, true) > kBottom) {
        end_page();
        row(head, columns, true, false);
      }
      row(cells, columns, false, false);
    }
    y_ += 8;
  }

  void facts(const Block& block) {
    for (const auto& pair : block.rows) {
      auto name = layout(pair[0].text, {.bold = true}, 150);
      auto value = layout(shown(pair[1]), {.code = pair[1].code}, kInner - 160);
      auto height = std::max(height_of(name), height_of(value));
      need(height);
      draw(name, kMargin, y_, kInk);
      draw(value, kMargin + 160, y_, kInk);
      y_ += height + 2;
    }
    y_ += 6;
  }

  void write(const Block& block) {
    switch (block.kind) {
      case Block::Kind::section:
      case Block::Kind::subsection:
        return heading(block.text, block.kind == Block::Kind::section);
      case Block::Kind::text:
        return put(block.text, {}, kMargin, kInner, 6);
      case Block::Kind::note:
        return note(block);
      case Block::Kind::list:
        return list(block);
      case Block::Kind::facts:
        return facts(block);
      case Block::Kind::table:
        return table(block);
    }
  }

  const Document& document_;
  int pages_, page_ = 0, section_ = CAIRO_PDF_OUTLINE_ROOT;
  double y_ = kMargin;
  std::string out_;
  std::unique_ptr<PangoFontMap, Unref> fonts_;
  std::unique_ptr<cairo_surface_t, Destroy> surface_;
  std::unique_ptr<cairo_t, Destroy> cairo_;
  std::unique_ptr<PangoContext, Unref> context_;
};

}  // namespace

std::string as_pdf(const Document& document) {
  int pages = Writer(document, 0).run();
  Writer writer(document, pages);
  writer.run();
  return std::move(writer.bytes());
}

}  // namespace varde::operate
