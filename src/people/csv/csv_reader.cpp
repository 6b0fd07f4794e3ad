#include "people/csv/csv_reader.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace varde::people::csv {
namespace {

constexpr const char* kStrayQuote =
    "A quotation mark stands inside a field that does not begin with one.";
constexpr const char* kAfterQuote = "Something follows the closing quotation mark of a field.";
constexpr const char* kUnclosed = "A quotation mark is never closed.";
constexpr const char* kLongField = "A field is too long.";
constexpr const char* kLongRow = "The row is too long.";
constexpr const char* kManyColumns = "The row has too many columns.";

}  // namespace

Reader::Reader(char delimiter, OnRow on_row, Limits limits)
    : delimiter_(delimiter), on_row_(std::move(on_row)), limits_(limits) {}

void Reader::push(std::string_view chunk) {
  if (begun_) {
    remember(chunk);
    return run(chunk);
  }
  head_ += chunk;
  begin(false);
}

bool is_blank(const Row& row) {
  return row.problem == nullptr &&
         std::ranges::all_of(row.fields, [](auto field) { return trim(field).empty(); });
}

void Reader::finish() {
  if (!begun_) begin(true);
  while (state_ == State::quoted) run(give_up_quote());
  if (any_ || state_ != State::field_start) end_row();
}

// Looks at the first bytes: a byte order mark, then perhaps "sep=;" on a line of its own.
void Reader::begin(bool at_end) {
  constexpr std::string_view kMark = "\xef\xbb\xbf";
  if (head_.size() < 12 && !at_end) return;
  begun_ = true;
  std::string_view rest = head_;
  if (rest.starts_with(kMark)) rest.remove_prefix(kMark.size());
  // Some programs write it as a cell, in quotes.
  bool quoted = rest.starts_with('"');
  auto named = rest.substr(quoted ? 1 : 0);
  auto ends = [&](std::size_t at) {
    return named.size() == at || named[at] == '\r' || named[at] == '\n';
  };
  if (named.size() >= 5 &&
      (named.starts_with("sep=") || named.starts_with("SEP=") || named.starts_with("Sep=")) &&
      named[4] != '\r' && named[4] != '\n' &&
      (quoted ? named.size() > 5 && named[5] == '"' && ends(6) : ends(5))) {
    delimiter_ = named[4];
    rest.remove_prefix(quoted ? 7 : 5);
  }
  offset_ = head_.size() - rest.size();
  row_offset_ = offset_;
  auto first = std::string(rest);
  head_.clear();
  raw_offset_ = offset_;
  remember(first);
  run(first);
}

void Reader::remember(std::string_view chunk) {
  auto done =
      std::min<std::uint64_t>(row_offset_ - std::min(row_offset_, raw_offset_), raw_.size());
  if (raw_.size() - done > limits_.row_bytes) done = raw_.size();
  raw_.erase(0, done);
  raw_offset_ += done;
  raw_ += chunk;
}

// The fields of a bad row, for whoever is to mend it.
void Reader::cut_as_it_came() {
  if (row_offset_ < raw_offset_) return;
  auto end = state_ == State::quoted && keeping_ ? kept_offset_ : offset_;
  auto line = std::string_view(raw_).substr(row_offset_ - raw_offset_, end - row_offset_);
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  views_.clear();
  for (auto at = line.find(delimiter_);
       at != std::string_view::npos && views_.size() + 1 < limits_.columns;
       at = line.find(delimiter_)) {
    views_.push_back(line.substr(0, at));
    line.remove_prefix(at + 1);
  }
  views_.push_back(line);
}

void Reader::run(std::string_view chunk) {
  std::string rest;
  consume(chunk, rest);
  while (!rest.empty()) {
    std::string again = std::move(rest);
    rest.clear();
    consume(again, rest);
  }
}

// Reads `chunk` to its end, or up to a quote that was given up: then `rest` is what is to be read
// next.
void Reader::consume(std::string_view chunk, std::string& rest) {
  std::size_t i = 0;
  auto bytes_left = [&] { return chunk.size() - i; };
  while (i < chunk.size()) {
    char c = chunk[i];
    if (std::exchange(last_cr_, false)) {
      bool second_half = c == '\n';
      if (second_half) {
        ++i;
        ++offset_;
      }
      if (state_ == State::quoted) {
        if (second_half) {
          bytes_ += c;
          if (keeping_) kept_ += c;
        }
        if (!std::exchange(keeping_, true)) kept_offset_ = offset_;
      } else if (second_half) {
        row_offset_ = offset_;
      }
      if (second_half) continue;
    }
    switch (state_) {
      case State::field_start:
        if (c == '"') {
          any_ = true;
          state_ = State::quoted;
          ++i;
          ++offset_;
          break;
        }
        state_ = State::plain;
        [[fallthrough]];
      case State::plain: {
        auto run_end = i;
        while (run_end < chunk.size() && chunk[run_end] != delimiter_ && chunk[run_end] != '\n' &&
               chunk[run_end] != '\r' && chunk[run_end] != '"')
          ++run_end;
        auto size = run_end - i;
        auto field_size = bytes_.size() - (ends_.empty() ? 0 : ends_.back());
        any_ |= size > 0;
        offset_ += size;
        if (field_size + size > limits_.field_bytes || bytes_.size() + size > limits_.row_bytes) {
          i = run_end;
          spoil(field_size + size > limits_.field_bytes ? kLongField : kLongRow, State::skipping);
          break;
        }
        bytes_.append(chunk.substr(i, size));
        i = run_end;
        if (i == chunk.size()) break;
        c = chunk[i++];
        ++offset_;
        if (c == delimiter_) {
          any_ = true;
          end_field();
        } else if (c == '"') {
          any_ = true;
          // `"a", "b"`, as people and some programs write it: the space is none of the field's.
          auto begin = ends_.empty() ? 0 : ends_.back();
          if (bytes_.find_first_not_of(" \t", begin) == std::string::npos) {
            bytes_.resize(begin);
            state_ = State::quoted;
          } else {
            spoil(kStrayQuote, State::skipping);
          }
        } else {
          count_line_end(c);
          end_row();
        }
        break;
      }
      case State::quoted: {
        auto run_end = i;
        while (run_end < chunk.size() && chunk[run_end] != '"' && chunk[run_end] != '\n' &&
               chunk[run_end] != '\r')
          ++run_end;
        if (run_end < chunk.size() && chunk[run_end] != '"')
          ++run_end;  // the line end belongs here
        auto size = run_end - i;
        auto piece = chunk.substr(i, size);
        auto field_size = bytes_.size() - (ends_.empty() ? 0 : ends_.back());
        if (field_size + size > limits_.field_bytes || bytes_.size() + size > limits_.row_bytes) {
          if (!keeping_) {  // all on one line: there is nothing behind it to read again
            spoil(kLongField, State::skipping);
            break;
          }
          rest = give_up_quote();
          rest += chunk.substr(i, bytes_left());
          return;
        }
        bytes_ += piece;
        offset_ += size;
        i = run_end;
        if (keeping_) kept_ += piece;
        if (size > 0 && (piece.back() == '\n' || piece.back() == '\r')) {
          count_line_end(piece.back());
          // Behind a CR the next byte decides where the line ends (above).
          if (!keeping_ && piece.back() == '\n') {
            keeping_ = true;
            kept_offset_ = offset_;
          }
        } else if (i < chunk.size()) {
          if (keeping_) kept_ += chunk[i];
          ++i;
          ++offset_;
          state_ = State::quote_seen;
        }
        break;
      }
      case State::quote_seen:
      case State::after_quote:
        if (c == '"' && state_ == State::quote_seen) {
          if (keeping_) kept_ += c;
          bytes_ += c;
          state_ = State::quoted;
        } else if (c == delimiter_) {
          end_field();
        } else if (c == '\n' || c == '\r') {
          ++i;
          ++offset_;
          count_line_end(c);
          end_row();
          break;
        } else if (c == ' ' || c == '\t') {
          if (keeping_) kept_ += c;
          state_ = State::after_quote;
        } else {
          spoil(kAfterQuote, State::skipping);
          break;
        }
        ++i;
        ++offset_;
        break;
      case State::skipping: {
        auto at = chunk.find_first_of("\r\n", i);
        auto end = at == std::string_view::npos ? chunk.size() : at;
        offset_ += end - i;
        i = end;
        if (i == chunk.size()) break;
        c = chunk[i++];
        ++offset_;
        count_line_end(c);
        end_row();
        break;
      }
    }
  }
}

void Reader::count_line_end(char c) {
  ++line_;
  last_cr_ = c == '\r';
}

void Reader::end_field() {
  ends_.push_back(bytes_.size());
  state_ = State::field_start;
  keeping_ = false;
  kept_.clear();
  if (ends_.size() >= limits_.columns) spoil(kManyColumns, State::skipping);
}

void Reader::spoil(const char* problem, State then) {
  if (!problem_) problem_ = problem;
  any_ = true;
  state_ = then;
}

void Reader::end_row() {
  if (any_) {
    if (!problem_) ends_.push_back(bytes_.size());
    views_.clear();
    std::size_t begin = 0;
    for (auto end : ends_) {
      views_.push_back(std::string_view(bytes_).substr(begin, end - begin));
      begin = end;
    }
    if (problem_) cut_as_it_came();
    on_row_({row_line_, row_offset_, views_, problem_});
  }
  state_ = State::field_start;
  bytes_.clear();
  ends_.clear();
  problem_ = nullptr;
  any_ = false;
  keeping_ = false;
  kept_.clear();
  row_line_ = line_;
  row_offset_ = offset_;
}

// Reports the row whose quote does not close and returns what lies behind its first line.
std::string Reader::give_up_quote() {
  std::string again = std::move(kept_);
  auto offset = keeping_ ? kept_offset_ : offset_;
  auto line = line_;
  for (std::size_t i = 0; i < again.size(); ++i) {
    bool first_half = again[i] == '\r' && i + 1 < again.size() && again[i + 1] == '\n';
    line -= (again[i] == '\n' || again[i] == '\r') && !first_half;
  }
  spoil(kUnclosed, State::quoted);
  end_row();
  line_ = row_line_ = line;
  offset_ = row_offset_ = offset;
  last_cr_ = false;
  return again;
}

}  // namespace varde::people::csv
