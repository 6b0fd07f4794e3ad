// A document to read and print: headings, text, facts, tables. One model, written as HTML without
// script (as_html) and as PDF (as_pdf), so that both say the same.
//
// PDF: Pango and Cairo lay it out. libharu was tried: it has no line breaking, no shaping, and
// takes one byte a letter unless a font is loaded and an encoding named for each text. PoDoFo
// writes PDF but does not lay out; Debian's wkhtmltopdf is an unpatched browser of 2016, and a
// Chromium beside the server is a second program to keep safe. Cairo embeds the font's glyphs with
// their letters, so that text is found and copied, writes bookmarks, and Pango breaks lines in any
// script.
#pragma once

#include <string>
#include <vector>

namespace varde::operate {

enum class Tone { plain, good, warn, bad };

struct Cell {
  std::string text;
  bool code = false;  ///< Ids, hashes: fixed width.
};

struct Block {
  enum class Kind { section, subsection, text, note, list, facts, table };
  Kind kind = Kind::text;
  std::string text;  ///< Heading, paragraph or note.
  Tone tone = Tone::plain;
  std::vector<std::string> head;        ///< Of a table; a list's items.
  std::vector<std::vector<Cell>> rows;  ///< Of a table or, two cells each, of facts.
};

class Document {
 public:
  std::string title, lead;  ///< `lead`: a sentence below the title.
  std::string footer;       ///< On every page of the PDF.

  void section(std::string heading);
  void subsection(std::string heading);
  void text(std::string paragraph);
  /// A sentence that stands out; its tone is said in words as well.
  void note(Tone tone, std::string sentence);
  void list(std::vector<std::string> items);
  void facts(std::vector<std::pair<std::string, std::string>> items);
  /// A row has as many cells as `head`. Without rows nothing is written but `none`.
  void table(std::vector<std::string> head, std::vector<std::vector<Cell>> rows,
             const std::string& none);
  const std::vector<Block>& blocks() const { return blocks_; }

 private:
  std::vector<Block> blocks_;
};

std::string as_html(const Document& document);
/// A4 with bookmarks and page numbers. Takes some tenths of a second and more stack than a fiber
/// has: call it on a WorkPool. Throws with what to do when the machine has no font.
std::string as_pdf(const Document& document);

}  // namespace varde::operate
