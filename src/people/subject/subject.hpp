// What is stored about one person, handed out whole: GDPR Art. 15 (access) and 20 (portability).
//
// Every module that stores something about persons adds a SubjectHook, which writes it as named
// sections of rows, and as files. Which table stands under which of them its declaration says
// (trust/table.hpp), and a test holds the two against each other. gather() goes through all of
// them. There is one gathering: what a substitute sees about herself, what a clerk hands out and
// what answers a request are the same document, shown in different ways (document.hpp,
// package.hpp).
//
// Rows are read a page at a time. Files are named while the rows are read, and opened one after the
// other when they are written.
#pragma once

#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "trust/ctx.hpp"
#include "web/reflect.hpp"

namespace varde::people {

/// `choice`: one of the program's own words, which readers are told in their language.
enum class ColumnType { text, choice, number, yes_no, date, time };
BOOST_DESCRIBE_ENUM(ColumnType, text, choice, number, yes_no, date, time)

struct SubjectColumn {
  std::string key;
  ColumnType type = ColumnType::text;
};

/// The bytes of a file, when they are wanted; nullopt when it is gone by then.
using FileSource = std::function<std::optional<std::string>(trust::Ctx&)>;

/// The members of a described struct as columns, and their values.
std::vector<SubjectColumn> subject_columns(const web::StructType& type);
std::vector<boost::json::value> subject_cells(const web::StructType& type, const void* row);
template <class Row>
std::vector<SubjectColumn> subject_columns() {
  return subject_columns(web::Described<Row>::type);
}

/// Takes what the modules hand out.
class SubjectWriter {
 public:
  virtual ~SubjectWriter() = default;
  /// Begins a section. `key` is a word, "bookings"; titles are the reader's
  /// (locales/pages/subject: section.bookings, column.starts_at).
  virtual void section(std::string_view key, std::vector<SubjectColumn> columns) = 0;
  /// A row of it: as many values as it has columns.
  virtual void row(std::vector<boost::json::value> cells) = 0;
  /// `name` is ASCII without a folder: "picture.jpg".
  virtual void file(std::string name, FileSource bytes) = 0;

  /// A row from a described struct, whose members are the columns.
  template <class Row>
  void add(const Row& one) {
    row(subject_cells(web::Described<Row>::type, &one));
  }
  /// A whole section.
  template <class Row>
  void table(std::string_view key, const std::vector<Row>& rows) {
    section(key, subject_columns<Row>());
    for (const auto& one : rows) add(one);
  }
};

/// How many rows are read at once.
inline constexpr int kSubjectPage = 1000;

/// Extension: what a module hands out about a person.
struct SubjectHook {
  std::function<void(trust::Ctx&, const Uuid& person, SubjectWriter&)> run;
};

/// Hands everything that is stored about the person to `out`, in the context's transaction.
void gather(trust::Ctx& ctx, const Uuid& person, SubjectWriter& out);

/// Adds what people/ itself holds.
void add_subject_hooks(trust::Base& base);

}  // namespace varde::people
