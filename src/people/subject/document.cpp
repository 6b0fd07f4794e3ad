#include "people/subject/document.hpp"

#include "base/text.hpp"
#include "people/csv/csv_writer.hpp"

namespace varde::people {

namespace json = boost::json;

void SubjectDocument::section(std::string_view key, std::vector<SubjectColumn> columns) {
  sections_.push_back({std::string(key), std::move(columns), {}});
}

void SubjectDocument::row(std::vector<json::value> cells) {
  if (sections_.empty() || cells.size() != sections_.back().columns.size())
    throw std::logic_error("a row that does not fit its section");
  sections_.back().rows.push_back(std::move(cells));
}

void SubjectDocument::file(std::string name, FileSource bytes) {
  files_.push_back({std::move(name), std::move(bytes)});
}

const SubjectDocument::Section* SubjectDocument::find(std::string_view key) const {
  auto found = std::ranges::find(sections_, key, &Section::key);
  return found == sections_.end() ? nullptr : &*found;
}

json::object SubjectDocument::json() const {
  json::object all;
  for (const auto& section : sections_) {
    json::array rows;
    rows.reserve(section.rows.size());
    for (const auto& row : section.rows) {
      json::object out;
      for (std::size_t i = 0; i < row.size(); ++i) out[section.columns[i].key] = row[i];
      rows.push_back(std::move(out));
    }
    all[section.key] = std::move(rows);
  }
  json::array names;
  for (const auto& file : files_) names.emplace_back(file.name);
  return {{"sections", std::move(all)}, {"files", std::move(names)}};
}

web::Words subject_words(std::string_view language) { return {"subject", language}; }

namespace {

std::string titled(const web::Words& words, const char* kind, std::string_view key) {
  auto full = std::string(kind) + std::string(key);
  return words.has(full) ? words.plain(full) : std::string(key);
}

std::string shown(const SubjectStyle& style, const SubjectColumn& column, const json::value& cell) {
  if (cell.is_null()) return {};
  if (column.type == ColumnType::yes_no && cell.is_bool())
    return style.words.plain(cell.as_bool() ? "yes" : "no");
  if (column.type == ColumnType::time && cell.is_string())
    if (auto at = parse_rfc3339(std::string_view(cell.as_string()))) {
      auto local = to_local(*at, style.zone);
      auto day = std::chrono::floor<std::chrono::days>(local);
      auto minutes = std::chrono::floor<std::chrono::minutes>(local - day).count();
      return to_string(Date(day)) + " " + web::Words::clock(static_cast<int>(minutes));
    }
  if (column.type == ColumnType::choice && cell.is_string())
    if (auto word = "value." + std::string(cell.as_string()); style.words.has(word))
      return style.words.plain(word);
  return csv::cell_of(cell);
}

}  // namespace

std::string section_title(const web::Words& words, std::string_view key) {
  return titled(words, "section.", key);
}

std::string sections_html(const SubjectDocument& document, const SubjectStyle& style,
                          std::size_t most) {
  std::string out;
  for (const auto& section : document.sections()) {
    if (section.rows.empty()) continue;
    auto title = html_escape(section_title(style.words, section.key));
    out += fmt::format("<section><h2 id=\"{0}\">{1}</h2>", html_escape(section.key), title);
    if (auto why = "section." + section.key + ".why"; style.words.has(why))
      out += fmt::format("<p>{}</p>", style.words(why));
    // One row reads better downwards.
    if (section.rows.size() == 1) {
      out += "<dl>";
      for (std::size_t i = 0; i < section.columns.size(); ++i)
        if (auto text = shown(style, section.columns[i], section.rows.front()[i]); !text.empty())
          out += fmt::format("<dt>{}</dt><dd>{}</dd>",
                             html_escape(titled(style.words, "column.", section.columns[i].key)),
                             html_escape(text));
      out += "</dl></section>";
      continue;
    }
    // Columns in which nothing stands, or "no" throughout, are left out.
    auto count = std::min(most, section.rows.size());
    std::vector<std::size_t> used;
    for (std::size_t i = 0; i < section.columns.size(); ++i)
      for (std::size_t r = 0; r < count; ++r) {
        const auto& cell = section.rows[r][i];
        if ((cell.is_bool() && !cell.as_bool()) || shown(style, section.columns[i], cell).empty())
          continue;
        used.push_back(i);
        break;
      }
    out += fmt::format(
        "<div class=\"wide\" role=\"region\" aria-labelledby=\"{}\" tabindex=\"0\"><table><thead>"
        "<tr>",
        html_escape(section.key));
    for (auto i : used)
      out += fmt::format("<th scope=\"col\">{}</th>",
                         html_escape(titled(style.words, "column.", section.columns[i].key)));
    out += "</tr></thead><tbody>";
    for (std::size_t r = 0; r < count; ++r) {
      out += "<tr>";
      for (auto i : used)
        out += "<td>" + html_escape(shown(style, section.columns[i], section.rows[r][i])) + "</td>";
      out += "</tr>";
    }
    out += "</tbody></table></div>";
    if (section.rows.size() > count)
      out += fmt::format(
          "<p>{}</p>", style.words("more", {{"count", std::to_string(section.rows.size() - count)},
                                            {"file", section.key + ".csv"}}));
    out += "</section>";
  }
  return out;
}

std::string section_csv(const SubjectDocument::Section& section) {
  csv::Writer table;
  std::vector<std::string> cells;
  for (const auto& column : section.columns) cells.push_back(column.key);
  table.row(cells);
  for (const auto& row : section.rows) {
    cells.clear();
    for (const auto& cell : row) cells.push_back(csv::cell_of(cell));
    table.row(cells);
  }
  return table.take();
}

}  // namespace varde::people
