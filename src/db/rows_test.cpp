// Rows become structs: from results that are made here, without a database.
#include <gtest/gtest.h>
#include <libpq-fe.h>

#include "db/tx.hpp"

namespace varde::db {
namespace {

enum class State { open = 1, closed = 2 };
BOOST_DESCRIBE_ENUM(State, open, closed)

struct Base {
  Uuid id;
};
BOOST_DESCRIBE_STRUCT(Base, (), (id))
struct Record : Base {
  std::string name;
  std::optional<std::string> note = "not read";
  std::int64_t number = 0;
  std::optional<double> part;
  State state = State::open;
  bool yes = false;
  Timestamp at;
  std::vector<std::int64_t> numbers;
  int not_described = 7;
};
BOOST_DESCRIBE_STRUCT(Record, (Base), (name, note, number, part, state, yes, at, numbers))

/// A column of a made result: its name, its type, and its value in each row as PostgreSQL sends it.
struct Made {
  const char* name;
  Oid type;
  std::vector<std::optional<std::string>> values;
};
template <class T>
Made made(const char* name, const std::vector<std::optional<T>>& values) {
  Made out{name, Codec<T>::oid, {}};
  for (const auto& value : values) {
    out.values.emplace_back();
    if (value) Codec<T>::encode(out.values.back().emplace(), *value);
  }
  return out;
}

Rows rows_of(const std::vector<Made>& columns) {
  auto* result = PQmakeEmptyPGresult(nullptr, PGRES_TUPLES_OK);
  std::vector<PGresAttDesc> described;
  for (const auto& column : columns)
    described.push_back({const_cast<char*>(column.name), 0, 0, 1, column.type, -1, -1});
  PQsetResultAttrs(result, static_cast<int>(described.size()), described.data());
  for (std::size_t column = 0; column < columns.size(); ++column)
    for (std::size_t row = 0; row < columns[column].values.size(); ++row) {
      const auto& value = columns[column].values[row];
      PQsetvalue(result, static_cast<int>(row), static_cast<int>(column),
                 value ? const_cast<char*>(value->data()) : nullptr,
                 value ? static_cast<int>(value->size()) : -1);
    }
  return Rows(result);
}

const Uuid kFirst = *Uuid::parse("0190b5a6-7c3e-7d1f-9a2b-3c4d5e6f7a8b");
const Timestamp kAt = *parse_rfc3339("2026-03-01T12:30:00Z");

std::vector<Made> columns_of_records() {
  using Numbers = std::vector<std::int64_t>;
  return {made<std::vector<std::int64_t>>("numbers", {Numbers{1, -2}, Numbers{}}),
          made<std::int64_t>("state", {1, 2}),
          made<bool>("yes", {true, false}),
          made<std::string>("surplus", {"x", "y"}),
          made<Uuid>("id", {kFirst, Uuid::largest()}),
          made<std::string>("name", {"Anna", ""}),
          made<std::string>("note", {std::nullopt, "here"}),
          made<std::int64_t>("number", {-5, 1LL << 40}),
          made<double>("part", {0.5, std::nullopt}),
          made<Timestamp>("at", {kAt, kAt})};
}

TEST(Rows, MembersAreFoundAmongTheColumnsByName) {
  auto rows = rows_of(columns_of_records());
  auto all = rows.all<Record>();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].id, kFirst);
  EXPECT_EQ(all[0].name, "Anna");
  EXPECT_EQ(all[0].note, std::nullopt);
  EXPECT_EQ(all[0].number, -5);
  EXPECT_EQ(all[0].part, 0.5);
  EXPECT_EQ(all[0].state, State::open);
  EXPECT_TRUE(all[0].yes);
  EXPECT_EQ(all[0].at, kAt);
  EXPECT_EQ(all[0].numbers, (std::vector<std::int64_t>{1, -2}));
  EXPECT_EQ(all[0].not_described, 7);
  EXPECT_EQ(all[1].id, Uuid::largest());
  EXPECT_EQ(all[1].note, "here");
  EXPECT_EQ(all[1].number, 1LL << 40);
  EXPECT_EQ(all[1].part, std::nullopt);
  EXPECT_EQ(all[1].state, State::closed);
  EXPECT_TRUE(all[1].numbers.empty());
  EXPECT_EQ(rows.as<Record>(1).note, "here");
  EXPECT_EQ(rows.maybe<Record>()->name, "Anna");
}

TEST(Rows, APlainValueIsTheFirstColumn) {
  auto rows = rows_of({made<std::string>("a", {"x", "y"}), made<std::int64_t>("b", {1, 2})});
  EXPECT_EQ(rows.all<std::string>(), (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(rows.as<std::string>(1), "y");
  EXPECT_EQ(rows.get<int>(1, 1), 2);
  auto nulls = rows_of({made<std::int64_t>("a", {std::nullopt, 3})});
  EXPECT_EQ(nulls.all<std::optional<int>>(), (std::vector<std::optional<int>>{std::nullopt, 3}));
}

std::string thrown(const std::vector<Made>& columns) {
  try {
    rows_of(columns).all<Record>();
  } catch (const std::logic_error& error) {
    return error.what();
  }
  return "";
}

TEST(Rows, WhatDoesNotFitIsAnErrorOfTheProgram) {
  EXPECT_EQ(thrown(columns_of_records()), "");
  auto null = columns_of_records();
  null[5].values[1].reset();
  EXPECT_EQ(thrown(null), "column name is NULL where a value is expected");
  auto missing = columns_of_records();
  missing.erase(missing.begin() + 4);
  EXPECT_NE(thrown(missing), "");
  auto none = missing;
  for (auto& column : none) column.values.clear();
  EXPECT_NE(thrown(none), "");  // also when there is no row
  auto other = columns_of_records();
  other[5].type = oid::kUuid;
  EXPECT_NE(thrown(other), "");
  EXPECT_EQ(rows_of({}).maybe<std::string>(), std::nullopt);
}

}  // namespace
}  // namespace varde::db
