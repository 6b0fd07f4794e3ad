#include "operate/room/forecast.hpp"

#include <gtest/gtest.h>

namespace varde::operate {
namespace {

using namespace std::chrono_literals;

Forecast::Clock::time_point minute(int n) { return Forecast::Clock::time_point(n * 1min); }

TEST(Forecast, SaysWhenADiskWillBeFull) {
  Forecast forecast;
  for (int i = 0; i <= 60; ++i) forecast.add(minute(i), 1e9 - i * 1e6);  // a megabyte a minute
  ASSERT_TRUE(forecast.until_full());
  EXPECT_NEAR(static_cast<double>(forecast.until_full()->count()), 940 * 60, 60);
}

TEST(Forecast, TheLastHourCountsWhereItIsSteeper) {
  Forecast forecast;
  for (int i = 0; i <= 600; ++i) forecast.add(minute(i), 1e9);
  for (int i = 601; i <= 660; ++i) forecast.add(minute(i), 1e9 - (i - 600) * 1e7);
  EXPECT_NEAR(static_cast<double>(forecast.until_full()->count()), 40 * 60, 120);
}

TEST(Forecast, KnowsWhenItKnowsNothing) {
  Forecast forecast;
  EXPECT_FALSE(forecast.until_full());
  for (int i = 0; i < 10; ++i) forecast.add(minute(i), 1e9 - i * 1e8);
  EXPECT_FALSE(forecast.until_full()) << "ten minutes are too few";
  Forecast grows;
  for (int i = 0; i < 100; ++i) grows.add(minute(i), 1e9 + i);
  EXPECT_FALSE(grows.until_full());
}

TEST(Forecast, IsFullWhenTheReserveIsReached) {
  Forecast forecast;
  for (int i = 0; i <= 60; ++i) forecast.add(minute(i), 1e6 - i * 1e6);
  EXPECT_EQ(forecast.until_full()->count(), 0);
}

}  // namespace
}  // namespace varde::operate
