#include "operate/evidence/document.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace varde::operate {
namespace {

constexpr std::string_view kCss = R"css(
*{box-sizing:border-box}body{margin:0 auto;max-width:1040px;padding:24px 16px 64px;font:16px/1.5 system-ui,sans-serif;color:#1d2129;background:#fff}
h1{font-size:28px;line-height:1.25;margin:0 0 8px;overflow-wrap:anywhere}h2{font-size:20px;margin:40px 0 8px;padding-top:16px;border-top:1px solid #c4c9d4;break-after:avoid}h3{font-size:16px;margin:24px 0 4px;break-after:avoid}
p,ul,dl{margin:8px 0}.lead{font-size:17px;color:#4a5160}nav ul{columns:2;column-gap:32px;padding-left:20px}li{overflow-wrap:anywhere}
.wide{overflow-x:auto;margin:8px 0}table{border-collapse:collapse;width:100%;font-size:14px;line-height:1.4}th,td{border:1px solid #c4c9d4;padding:4px 8px;text-align:left;vertical-align:top;overflow-wrap:break-word;min-width:72px}
th{background:#f4f5f7}dl{display:grid;grid-template-columns:minmax(120px,240px) 1fr;gap:4px 16px}dt{font-weight:600}dd{margin:0;overflow-wrap:anywhere}
code{font-size:.9em;overflow-wrap:anywhere}.note{border-left:4px solid #4a5160;background:#f4f5f7;padding:8px 12px}.good{border-color:#2b8a3e}.warn{border-color:#b35c00}.bad{border-color:#c92a2a}
a{color:inherit}:focus-visible{outline:3px solid #1d2129;outline-offset:2px}
@media (max-width:600px){nav ul{columns:1}dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:8px}}
@media (prefers-color-scheme:dark){@media screen{body{background:#14171c;color:#e8eaee}.lead{color:#b3bac7}h2,th,td{border-color:#4b5363}th,.note{background:#1f242c}:focus-visible{outline-color:#fff}}}
@media print{body{max-width:none;padding:0;font-size:10pt}table{font-size:8.5pt}.wide{overflow:visible}tr{break-inside:avoid}nav{display:none}})css";

std::string cell_html(const Cell& cell) {
  auto text = html_escape(cell.text);
  return cell.code && !text.empty() ? "<code>" + text + "</code>" : text;
}

void write_table(std::string& out, const Block& block) {
  out += "<div class=\"wide\" tabindex=\"0\"><table><thead><tr>";
  for (const auto& name : block.head) out += "<th scope=\"col\">" + html_escape(name) + "</th>";
  out += "</tr></thead><tbody>\n";
  for (const auto& row : block.rows) {
    out += "<tr>";
    for (const auto& cell : row) out += "<td>" + cell_html(cell) + "</td>";
    out += "</tr>\n";
  }
  out += "</tbody></table></div>\n";
}

const char* class_of(Tone tone) {
  switch (tone) {
    case Tone::good:
      return "note good";
    case Tone::warn:
      return "note warn";
    case Tone::bad:
      return "note bad";
    case Tone::plain:
      break;
  }
  return "note";
}

void write_block(std::string& out, const Block& block, int number) {
  switch (block.kind) {
    case Block::Kind::section:
      out += fmt::format("<h2 id=\"s{}\">{}</h2>\n", number, html_escape(block.text));
      return;
    case Block::Kind::subsection:
      out += "<h3>" + html_escape(block.text) + "</h3>\n";
      return;
    case Block::Kind::text:
      out += "<p>" + html_escape(block.text) + "</p>\n";
      return;
    case Block::Kind::note:
      out += fmt::format("<p class=\"{}\">{}</p>\n", class_of(block.tone), html_escape(block.text));
      return;
    case Block::Kind::list:
      out += "<ul>\n";
      for (const auto& item : block.head) out += "<li>" + html_escape(item) + "</li>\n";
      out += "</ul>\n";
      return;
    case Block::Kind::facts:
      out += "<dl>\n";
      for (const auto& row : block.rows)
        out += fmt::format("<dt>{}</dt><dd>{}</dd>\n", cell_html(row[0]), cell_html(row[1]));
      out += "</dl>\n";
      return;
    case Block::Kind::table:
      write_table(out, block);
  }
}

}  // namespace

void Document::section(std::string heading) {
  blocks_.push_back({Block::Kind::section, std::move(heading), {}, {}, {}});
}
void Document::subsection(std::string heading) {
  blocks_.push_back({Block::Kind::subsection, std::move(heading), {}, {}, {}});
}
void Document::text(std::string paragraph) {
  blocks_.push_back({Block::Kind::text, std::move(paragraph), {}, {}, {}});
}
void Document::note(Tone tone, std::string sentence) {
  blocks_.push_back({Block::Kind::note, std::move(sentence), tone, {}, {}});
}
void Document::list(std::vector<std::string> items) {
  if (!items.empty()) blocks_.push_back({Block::Kind::list, {}, {}, std::move(items), {}});
}
void Document::facts(std::vector<std::pair<std::string, std::string>> items) {
  Block block{Block::Kind::facts, {}, {}, {}, {}};
  for (auto& [name, value] : items)
    block.rows.push_back({{std::move(name), false}, {std::move(value), false}});
  blocks_.push_back(std::move(block));
}
void Document::table(std::vector<std::string> head, std::vector<std::vector<Cell>> rows,
                     const std::string& none) {
  if (rows.empty()) return text(none);
  blocks_.push_back({Block::Kind::table, {}, {}, std::move(head), std::move(rows)});
}

std::string as_html(const Document& document) {
  std::string contents, body;
  int number = 0;
  for (const auto& block : document.blocks()) {
    if (block.kind == Block::Kind::section) {
      ++number;
      contents +=
          fmt::format("<li><a href=\"#s{}\">{}</a></li>\n", number, html_escape(block.text));
    }
    write_block(body, block, number);
  }
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width,initial-scale=1\"><meta name=\"color-scheme\" content=\"light "
      "dark\"><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'\"><title>{0}</title><style>{1}</style></head><body><main><h1>{0}</h1><p "
      "class=\"lead\">{2}</p>\n<nav aria-label=\"Contents\"><ul>\n{3}</ul></nav>\n{4}</main></body>"
      "</html>\n",
      html_escape(document.title), kCss, html_escape(document.lead), contents, body);
}

}  // namespace varde::operate
