// What was gathered about a person, as one document: JSON for programs, HTML for the person, CSV
// for spreadsheets. Rows are held in memory (20,000 events: some 15 MB); files are not.
#pragma once

#include "people/subject/subject.hpp"
#include "web/words.hpp"

namespace varde::people {

class SubjectDocument : public SubjectWriter {
 public:
  struct Section {
    std::string key;
    std::vector<SubjectColumn> columns;
    std::vector<std::vector<boost::json::value>> rows;
  };
  struct File {
    std::string name;
    FileSource bytes;
  };

  void section(std::string_view key, std::vector<SubjectColumn> columns) override;
  void row(std::vector<boost::json::value> cells) override;
  void file(std::string name, FileSource bytes) override;

  const std::vector<Section>& sections() const { return sections_; }
  const std::vector<File>& files() const { return files_; }
  const Section* find(std::string_view key) const;
  /// {"sections": {KEY: [{COLUMN: value, …}, …], …}, "files": ["picture.jpg", …]}
  boost::json::object json() const;

 private:
  std::vector<Section> sections_;
  std::vector<File> files_;
};

/// How a document is shown.
struct SubjectStyle {
  web::Words words;
  std::string zone;  ///< Of times.
};
/// The words of documents in a language; see locales/pages/subject.
web::Words subject_words(std::string_view language);
/// What a section is called.
std::string section_title(const web::Words& words, std::string_view key);
/// The sections that have rows as HTML: a heading and a table each, of at most `most` rows, and
/// below it how many more there are.
std::string sections_html(const SubjectDocument& document, const SubjectStyle& style,
                          std::size_t most);
/// A section as CSV with the columns' keys as its first line.
std::string section_csv(const SubjectDocument::Section& section);

}  // namespace varde::people
