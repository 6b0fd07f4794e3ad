#include "crypto/fuse_filter.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "base/random.hpp"

namespace varde::crypto {
namespace {

std::uint64_t spread(std::uint64_t i) { return (i + 1) * 0x9e3779b97f4a7c15ULL; }

TEST(FuseFilter, ContainsWhatWasPutIntoIt) {
  for (std::size_t size : {0, 1, 2, 3, 10, 100, 5'000, 200'000}) {
    std::vector<std::uint64_t> keys;
    for (std::size_t i = 0; i < size; ++i) keys.push_back(spread(i));
    auto bytes = FuseFilter::build(keys);
    FuseFilter filter(bytes);
    ASSERT_TRUE(filter.valid());
    for (auto key : keys) ASSERT_TRUE(filter.contains(key)) << size;
  }
}

TEST(FuseFilter, SeldomContainsWhatWasNot) {
  std::vector<std::uint64_t> keys;
  for (std::size_t i = 0; i < 100'000; ++i) keys.push_back(spread(i));
  auto bytes = FuseFilter::build(keys);
  EXPECT_LT(bytes.size(), 100'000 * 2.6);
  FuseFilter filter(bytes);
  int wrong = 0;
  for (std::size_t i = 0; i < 1'000'000; ++i) wrong += filter.contains(spread(1'000'000 + i));
  EXPECT_LT(wrong, 40);  // 15 are expected
}

TEST(FuseFilter, KeysThatStandTwiceCountOnce) {
  rc::check("any keys", [](const std::vector<std::uint64_t>& keys) {
    auto twice = keys;
    twice.insert(twice.end(), keys.begin(), keys.end());
    auto bytes = FuseFilter::build(twice);
    FuseFilter filter(bytes);
    for (auto key : keys) RC_ASSERT(filter.contains(key));
  });
}

TEST(FuseFilter, BytesOfSomethingElseContainNothing) {
  auto bytes = FuseFilter::build({1, 2, 3});
  EXPECT_FALSE(FuseFilter("").valid());
  EXPECT_FALSE(FuseFilter(bytes.substr(0, bytes.size() - 1)).valid());
  EXPECT_FALSE(FuseFilter(bytes + "x").valid());
  auto other = bytes;
  other[12] = 3;  // a length that is no power of two
  EXPECT_FALSE(FuseFilter(other).valid());
  rc::check("any bytes", [](const std::string& any) {
    FuseFilter filter(any);
    if (!filter.valid()) RC_ASSERT(!filter.contains(1));
  });
}

}  // namespace
}  // namespace varde::crypto
