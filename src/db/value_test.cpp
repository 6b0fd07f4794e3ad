// PostgreSQL's binary formats: bytes as its server sends them, and properties over all values.
#include "db/value.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/text.hpp"
#include "db/sql.hpp"

namespace varde::db {
namespace {

template <class T>
std::string encoded(const T& value) {
  std::string out;
  Codec<T>::encode(out, value);
  return out;
}
template <class T>
T decoded(const std::string& bytes, Oid type = Codec<T>::oid) {
  return Codec<T>::decode(type, bytes.data(), static_cast<int>(bytes.size()));
}

// As `SELECT encode(int8send(…), 'hex')` and its like of PostgreSQL 15 say them.
TEST(Value, BytesOfTheServer) {
  EXPECT_EQ(hex(encoded(std::int64_t{-2})), "fffffffffffffffe");
  EXPECT_EQ(hex(encoded(true)), "01");
  EXPECT_EQ(hex(encoded(1.5)), "3ff8000000000000");
  EXPECT_EQ(hex(encoded(Timestamp())), "fffca2fec4c82000") << "1970-01-01";
  EXPECT_EQ(hex(encoded(std::vector<std::int64_t>{})), "000000000000000000000014");
  EXPECT_EQ(hex(encoded(std::vector<std::string>{"a", ""})),
            "000000010000000000000019000000020000000100000001"
            "61"
            "00000000");
  EXPECT_EQ(encoded(Json{"{}"}), "\1{}");
}

TEST(Value, SmallerNumbersAreReadAsLargerOnes) {
  EXPECT_EQ(decoded<std::int64_t>(std::string("\xff\xfe", 2), oid::kInt2), -2);
  EXPECT_EQ(decoded<std::int64_t>(std::string("\0\0\0\7", 4), oid::kInt4), 7);
  EXPECT_EQ(decoded<double>(std::string("\0\0\0\7", 4), oid::kInt4), 7.0);
}

TEST(Value, AnotherTypeIsAnError) {
  EXPECT_THROW(decoded<std::int64_t>("x", oid::kText), std::logic_error);
  EXPECT_THROW(decoded<std::string>("x", oid::kBytea), std::logic_error);
  EXPECT_THROW(decoded<Uuid>(std::string(16, 'x'), oid::kText), std::logic_error);
  EXPECT_THROW(decoded<bool>("x", oid::kInt2), std::logic_error);
  EXPECT_THROW(decoded<Timestamp>(std::string(8, 'x'), oid::kDate), std::logic_error);
}

template <class T>
void there_and_back(const T& value) {
  RC_ASSERT(decoded<T>(encoded(value)) == value);
}
RC_GTEST_PROP(ValueProperty, WhatIsWrittenIsRead,
              (std::int64_t number, const std::string& text, bool yes, double real,
               const std::vector<std::int64_t>& numbers, const std::vector<std::string>& texts)) {
  there_and_back(number);
  there_and_back(text);
  there_and_back(yes);
  there_and_back(real);
  there_and_back(numbers);
  there_and_back(texts);
  there_and_back(Bytes{text});
  there_and_back(Json{text});
  // PostgreSQL's times reach from 4713 BC to 294276: what lies outside is nobody's.
  there_and_back(Timestamp(Duration(number / 64)));
}

TEST(Value, ParametersKeepWhatIsNullApartFromWhatIsEmpty) {
  auto all = params(std::string(), std::optional<std::string>(), std::int64_t{1}, "text");
  EXPECT_EQ(all.types(), (std::vector<Oid>{oid::kText, oid::kText, oid::kInt8, oid::kText}));
  std::vector<const char*> values;
  std::vector<int> lengths, formats;
  all.arrays(values, lengths, formats);
  EXPECT_NE(values[0], nullptr);
  EXPECT_EQ(values[1], nullptr);
  EXPECT_EQ(lengths, (std::vector<int>{0, 0, 8, 4}));
  EXPECT_EQ(formats, (std::vector<int>{1, 1, 1, 1}));
}

TEST(Value, AComposedStatementNamesItsTenantOnceForAll) {
  ComposedSql both("x", "SELECT a WHERE t.tenant_id = {tenant} AND s.tenant_id = {tenant}", 3);
  Sql sql = both;
  EXPECT_EQ(sql.text, "SELECT a WHERE t.tenant_id = $4 AND s.tenant_id = $4");
  EXPECT_EQ(sql.tenant, 4);
  ComposedSql none("", "SELECT 1", 0);
  EXPECT_EQ(static_cast<Sql>(none).tenant, 0);
  EXPECT_EQ(static_cast<Sql>(none).text, "SELECT 1");
}

}  // namespace
}  // namespace varde::db
