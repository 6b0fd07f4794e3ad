#include "staffing/shift/table.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <charconv>
#include <span>

#include "base/text.hpp"
#include "people/csv/csv_reader.hpp"
#include "people/csv/moment.hpp"
#include "people/csv/sniff.hpp"
#include "people/sheet/workbook.hpp"

namespace varde::staffing {

namespace {

constexpr std::size_t kMostText = 16 << 20;  // that a workbook may unpack to
constexpr int kMostTitles = 20;

using std::chrono::days;
using std::chrono::floor;
using std::chrono::local_days;

enum Column { workplace, date, start, end, places, pause, skills, pools, note, columns };
// What a column may be called, folded.
constexpr std::array<std::array<std::string_view, 6>, columns> kNames = {{
    {"workplace", "arbeidssted", "arbetsplats", "sted", "place"},
    {"date", "dato", "datum", "day", "dag"},
    {"start", "from", "fra", "från", "begin"},
    {"end", "to", "til", "till", "slutt", "slut"},
    {"places", "plasser", "platser", "antall", "antal", "persons"},
    {"break", "pause", "rast", "break_minutes"},
    {"skills", "skill", "kompetanse", "kompetens"},
    {"pools", "pool"},
    {"note", "merknad", "notat", "anteckning"},
}};

std::optional<int> number(std::string_view text) {
  int value = 0;
  auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || at != text.data() + text.size()) return std::nullopt;
  return value;
}

// A cell that begins or ends a shift: a time, or a day with one.
struct Clock {
  std::optional<Date> date;
  int minute = 0;
};
std::optional<Clock> clock(std::string_view text) {
  auto moment = people::csv::read_moment(text);
  if (!moment || !moment->seconds || *moment->seconds % 60 != 0) return std::nullopt;
  return Clock{moment->date, *moment->seconds / 60};
}

using Where = std::array<std::optional<std::size_t>, columns>;
Where columns_in(std::span<const std::string_view> header) {
  Where where;
  for (std::size_t i = 0; i < header.size(); ++i)
    for (std::size_t c = 0; c < columns; ++c)
      for (auto name : kNames[c])
        if (!name.empty() && !where[c] && fold(trim(header[i])) == name) where[c] = i;
  return where;
}

std::vector<std::string> several(std::string_view text) {
  std::vector<std::string> out;
  for (auto part : split(text, '|'))
    if (auto one = trim(part); !one.empty()) out.emplace_back(one);
  return out;
}

std::string read_row(const std::array<std::string, columns>& field, TableRow& row) {
  row.workplace = field[workplace];
  row.note = field[note];
  row.skills = several(field[skills]);
  row.pools = several(field[pools]);
  if (row.workplace.empty()) return "The workplace is missing.";
  if (row.note.size() > 2000) return "The note is longer than 2,000 characters.";
  auto from = clock(field[start]), until = clock(field[end]);
  if (!from || from->minute == 24 * 60) return "The start is not a time like 07:30.";
  if (!until) return "The end is not a time like 15:00.";
  auto when = from->date;
  if (!field[date].empty() || !when) {
    auto said = people::csv::read_moment(field[date]);
    auto serial = people::csv::day_of_serial(field[date]);
    if (said && said->date && said->seconds.value_or(0) == 0) {
      when = said->date;
    } else if (serial) {
      when = serial;
      row.warning = fmt::format("{} was read as the day {}: spreadsheets keep days under numbers.",
                                field[date], to_string(*serial));
    } else {
      return "The date is not a day like 2026-03-01 or 01.03.2026.";
    }
    if (from->date && *from->date != *when)
      return "The start is on another day than the date says.";
  }
  auto next = Date(std::chrono::sys_days(*when) + days(1));
  bool ends_next_day = until->minute <= from->minute;
  if (until->date) {
    // A day in the cell settles what the clock leaves open; 24:00 is the end of the day it names.
    if (*until->date != *when && *until->date != next)
      return "The end is neither on the day of the shift nor on the next.";
    if (*until->date == *when && ends_next_day) return "The shift ends before it begins.";
    if (*until->date == next && !ends_next_day) return "The shift is longer than a day.";
  } else if (until->minute == from->minute) {
    return "The shift has no length: it ends when it begins. A whole day ends at 24:00, or on the "
           "next day with the date in the cell, like 2026-03-02 08:00.";
  }
  auto persons = field[places].empty() ? std::optional(1) : number(field[places]);
  if (!persons || *persons < 1 || *persons > 200) return "The places are not a number up to 200.";
  auto minutes = field[pause].empty() ? std::optional(0) : number(field[pause]);
  auto length = until->minute - from->minute + (ends_next_day ? 24 * 60 : 0);
  if (!minutes || *minutes < 0 || *minutes >= length)
    return "The break is not a number of minutes shorter than the shift.";
  row.date = *when;
  row.start_minute = from->minute;
  row.end_minute = until->minute;
  row.places = *persons;
  row.break_minutes = *minutes;
  return {};
}

// The time that really goes by: a night in which the clocks go forward has an hour less of it.
Result<Times> with_break(const Times& times, int break_minutes) {
  auto length = times.ends_at - times.starts_at;
  if (std::chrono::minutes(break_minutes) < length) return times;
  return bad_input(
      "/break_minutes",
      fmt::format("The clocks change in this shift, which lasts {} minutes: a break of "
                  "{} is too long for it. Shorten the break.",
                  floor<std::chrono::minutes>(length).count(), break_minutes));
}

}  // namespace

LocalTimes local_times(const Times& times, std::string_view zone) {
  LocalTimes out{to_local(times.starts_at, zone), to_local(times.ends_at, zone)};
  // Within the hour that clocks show twice a shift may end before it began, by the clock.
  if (out.end <= out.start) out.end = out.start + (times.ends_at - times.starts_at);
  return out;
}

Result<Times> times_at(const LocalTimes& local, std::string_view zone, int break_minutes) {
  Times out{from_local(local.start, zone), from_local(local.end, zone)};
  for (auto [wall, at] : {std::pair(local.start, out.starts_at), std::pair(local.end, out.ends_at)})
    if (to_local(at, zone) != wall) {
      auto midnight = floor<days>(wall);
      auto clock = floor<std::chrono::minutes>(wall - midnight).count();
      return bad_input("/starts_at",
                       fmt::format("The clocks go forward on {}: there is no {:02}:{:02} on that "
                                   "day. Choose another time.",
                                   to_string(Date(midnight)), clock / 60, clock % 60));
    }
  return with_break(out, break_minutes);
}

Result<Times> copy_at(Timestamp start, const Times& first, std::string_view zone,
                      int break_minutes) {
  auto like = local_times(first, zone);
  auto begin = to_local(start, zone);
  VARDE_TRY(auto out, times_at({begin, begin + (like.end - like.start)}, zone, break_minutes));
  out.starts_at = start;
  // Between the two times of the hour that clocks show twice: its length is all that it can keep.
  if (out.ends_at <= start) out.ends_at = start + (first.ends_at - first.starts_at);
  return with_break(out, break_minutes);
}

Result<Repeated> repeat(const Times& first, int break_minutes, std::string_view zone,
                        const Repetition& repetition, std::size_t most) {
  auto local = local_times(first, zone);
  auto first_day = floor<days>(local.start);
  auto wanted = repetition.weekdays;
  std::chrono::weekday weekday(first_day);
  if (wanted.empty()) wanted.push_back(static_cast<int>(weekday.iso_encoding()));
  auto monday = first_day - (weekday - std::chrono::Monday);
  Repeated out;
  for (auto at = first_day + days(1); at <= local_days(repetition.until); at += days(1)) {
    auto iso = static_cast<int>(std::chrono::weekday(at).iso_encoding());
    if ((at - monday) / days(7) % repetition.every_weeks != 0) continue;
    if (std::ranges::find(wanted, iso) == wanted.end()) continue;
    if (out.times.size() == most)
      return bad_input("/until", fmt::format("That is more than {} shifts. End earlier.", most));
    auto later = at - first_day;
    auto times = times_at({local.start + later, local.end + later}, zone, break_minutes);
    if (times)
      out.times.push_back(*times);
    else
      out.left_out.push_back({Date(at), times.error().message});
  }
  if (!out.times.empty()) return out;
  if (!out.left_out.empty()) return bad_input("/until", out.left_out.front().reason);
  return bad_input("/until", "No day until then is one of the weekdays.");
}

Result<std::vector<TableRow>> read_table(std::string_view bytes, std::size_t most,
                                         const std::function<void()>& pause) {
  VARDE_TRY(auto sheet, people::sheet::small_to_csv(bytes, kMostText, pause));
  std::string text;
  char delimiter = ',';
  if (sheet) {
    text = std::move(*sheet);
  } else {
    auto sniffed = people::csv::sniff(bytes.substr(0, 64 * 1024));
    VARDE_TRY(auto converter, people::csv::Utf8Converter::create(sniffed.encoding));
    converter.convert(bytes, true, text);
    delimiter = sniffed.delimiter;
  }
  std::vector<TableRow> rows;
  Where where;
  bool header = true;
  int above = 0;
  people::csv::Reader reader(delimiter, [&](const people::csv::Row& read) {
    if (header) {
      // A title and the like may stand above it.
      auto found = columns_in(read.fields);
      auto named = std::ranges::count_if(found, [](const auto& at) { return at.has_value(); });
      if (above == 0 || named > 1) where = found;
      header = named < 2 && ++above < kMostTitles;
      return;
    }
    if (rows.size() > most || people::csv::is_blank(read)) return;
    auto& row = rows.emplace_back();
    row.line = read.line;
    std::array<std::string, columns> field;
    for (std::size_t c = 0; c < columns; ++c)
      if (where[c] && *where[c] < read.fields.size())
        field[c] = std::string(trim(read.fields[*where[c]]));
    row.problem = read.problem != nullptr ? read.problem : read_row(field, row);
  });
  reader.push(text);
  reader.finish();
  // Where the starts have their day with them, no column of days is needed; a row without says so.
  for (auto needed : {workplace, start, end})
    if (!where[needed])
      return bad_input("body", fmt::format("The first line names the columns; \"{}\" is missing.",
                                           kNames[needed][0]));
  if (rows.size() > most)
    return bad_input("body", fmt::format("There are more than {} rows. Split the file.", most));
  return rows;
}

}  // namespace varde::staffing
