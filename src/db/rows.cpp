// What comes back, and what is sent along: rows and parameters.
#include <libpq-fe.h>

#include "db/tx.hpp"

namespace varde::db {

void detail::wrong_type(const char* wanted, Oid got) {
  throw std::logic_error("a column of type oid " + std::to_string(got) + " was read as " + wanted);
}

void Params::add_null(Oid type) {
  types_.push_back(type);
  offsets_.push_back(kNull);
  ends_.push_back(buffer_.size());
}
void Params::add_text(std::string_view text) {
  Codec<std::string_view>::encode(begin(oid::kText), text);
  end();
}
std::string& Params::begin(Oid type) {
  types_.push_back(type);
  offsets_.push_back(buffer_.size());
  return buffer_;
}
void Params::end() { ends_.push_back(buffer_.size()); }

void Params::arrays(std::vector<const char*>& values, std::vector<int>& lengths,
                    std::vector<int>& formats) const {
  values.resize(size());
  lengths.resize(size());
  formats.assign(size(), 1);
  for (std::size_t i = 0; i < size(); ++i) {
    bool null = offsets_[i] == kNull;
    // A zero-length value needs a pointer that is not null.
    values[i] = null ? nullptr : (buffer_.empty() ? "" : buffer_.data() + offsets_[i]);
    lengths[i] = null ? 0 : static_cast<int>(ends_[i] - offsets_[i]);
  }
}

Rows::Rows(pg_result* result) : result_(result, PQclear), size_(PQntuples(result)) {}
std::int64_t Rows::affected() const {
  const char* text = result_ ? PQcmdTuples(result_.get()) : "";
  return *text ? std::strtoll(text, nullptr, 10) : 0;
}
bool Rows::is_null(int row, int column) const {
  return PQgetisnull(result_.get(), row, column) != 0;
}
std::string Rows::column_name(int column) const { return PQfname(result_.get(), column); }
void Rows::read(const Table& table, int first, int count, void* out) const {
  std::vector<int> columns;
  for (const auto& cell : table.members) columns.push_back(column(cell.name));
  for (int row = first; row < first + count; ++row) {
    for (std::size_t i = 0; i < columns.size(); ++i)
      table.members[i].read(*this, row, columns[i],
                            member_at(out, table.members[i].place, table.unmade));
    out = static_cast<char*>(out) + table.size;
  }
}
int Rows::column(const char* name) const {
  int at = PQfnumber(result_.get(), name);
  if (at < 0)
    throw std::logic_error(std::string("the statement returns no column \"") + name + '"');
  return at;
}
Oid Rows::type(int column) const { return PQftype(result_.get(), column); }
const char* Rows::data(int row, int column) const { return PQgetvalue(result_.get(), row, column); }
int Rows::length(int row, int column) const { return PQgetlength(result_.get(), row, column); }

const Rows& Later::rows() const {
  if (!state_->ready)
    throw std::logic_error("the answer of a queued statement was read before it came");
  return state_->rows;
}

}  // namespace varde::db
