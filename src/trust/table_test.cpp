#include "trust/table.hpp"

#include <gtest/gtest.h>

#include <type_traits>

namespace varde::trust {
namespace {

// A table that does not say what becomes of its rows does not compile.
static_assert(!std::is_default_constructible_v<AfterRestore>);
static_assert(!std::is_default_constructible_v<Table>);

const Uuid kTenant = *Uuid::parse("018f0000-0000-7000-8000-000000000001");
const Uuid kRow = *Uuid::parse("018f0000-0000-7000-8000-0000000000aa");

constexpr Seal kOfText{.column = "sealed", .context = "answer:{tenant}:{id}", .id = "answer_id"};
constexpr Seal kOfBytes{
    .column = "sealed", .context = "person:{tenant.bytes}{id.bytes}", .id = "person_id"};
constexpr Seal kOfRow{.column = "sealed", .context = "booking:{id}", .id = "booking_id"};
inline constexpr Seal kNote{.column = "sealed", .context = "note:{tenant}{id}", .id = "note_id"};

TEST(Seal, ItsContextIsWhatItAlwaysWas) {
  EXPECT_EQ(kOfText.context_of(kTenant, kRow), "answer:" + kTenant.str() + ":" + kRow.str());
  EXPECT_EQ(kOfRow.context_of(kTenant, kRow), "booking:" + kRow.str());
  EXPECT_EQ(kOfBytes.context_of(kTenant, kRow),
            "person:" + std::string(kTenant.view()) + std::string(kRow.view()));
}

TEST(Seal, OfRowsAsJsonItIsTheSame) {
  for (const auto* seal : {&kOfText, &kOfBytes, &kOfRow}) {
    SealedColumn column{"table", seal, nullptr};
    boost::json::object row{{seal->id, kRow.str()}};
    EXPECT_EQ(column.context(kTenant, row), seal->context_of(kTenant, kRow));
  }
}

TEST(Sealed, OpensInItsRowAndNowhereElse) {
  auto key = crypto::Key::random();
  auto sealed = Sealed<kNote>::of(key, "see you on Monday", kTenant, kRow);
  EXPECT_EQ(sealed.open(key, kTenant, kRow), "see you on Monday");
  EXPECT_FALSE(sealed.open(key, kTenant, kTenant));
  EXPECT_FALSE(sealed.open(key, kRow, kRow));
  EXPECT_FALSE(sealed.open(crypto::Key::random(), kTenant, kRow));
}

}  // namespace
}  // namespace varde::trust
