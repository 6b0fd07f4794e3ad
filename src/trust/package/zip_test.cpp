#include "trust/package/zip.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>

#include <map>

namespace varde::trust {
namespace {

// Read by the library's own reader, which checks sizes and checksums.
std::map<std::string, std::string> read(const std::string& bytes) {
  std::map<std::string, std::string> out;
  auto* archive = archive_read_new();
  archive_read_support_format_zip(archive);
  EXPECT_EQ(archive_read_open_memory(archive, bytes.data(), bytes.size()), ARCHIVE_OK);
  archive_entry* entry = nullptr;
  while (archive_read_next_header(archive, &entry) == ARCHIVE_OK) {
    auto& text = out[archive_entry_pathname(entry)];
    char buffer[4096];
    la_ssize_t size = 0;
    while ((size = archive_read_data(archive, buffer, sizeof buffer)) > 0)
      text.append(buffer, static_cast<std::size_t>(size));
    EXPECT_EQ(size, 0) << archive_error_string(archive);
  }
  archive_read_free(archive);
  return out;
}

TEST(Zip, WhatIsWrittenIsRead) {
  std::map<std::string, std::string> files = {{"empty.csv", ""},
                                              {"files/picture.jpg", std::string(300'000, '\xff')},
                                              {"large.json", std::string(3'000'000, 'a')}};
  std::string bytes;
  ZipWriter zip(
      [&](std::string_view part) {
        bytes += part;
        return true;
      },
      now());
  for (const auto& [name, text] : files) EXPECT_TRUE(zip.add(name, text, name.ends_with("jpg")));
  EXPECT_TRUE(zip.finish());
  EXPECT_EQ(read(bytes), files);
  EXPECT_LT(bytes.size(), 400'000u) << "packed";
  EXPECT_GT(bytes.size(), 300'000u) << "what is packed already is stored as it is";
}

TEST(Zip, AReaderWhoGoesEndsIt) {
  std::size_t taken = 0;
  ZipWriter zip(
      [&](std::string_view part) {
        taken += part.size();
        return taken < 1000;
      },
      now());
  bool goes_on = true;
  for (int i = 0; i < 10 && goes_on; ++i)
    goes_on = zip.add("part", std::string(100'000, 'x'), true);
  EXPECT_FALSE(goes_on);
}

TEST(Zip, WhatTheTakerThrowsArrives) {
  ZipWriter zip([](std::string_view) -> bool { throw std::domain_error("full"); }, now());
  EXPECT_THROW(
      {
        for (int i = 0; i < 10; ++i) zip.add("part", std::string(100'000, 'x'), true);
      },
      std::domain_error);
}

}  // namespace
}  // namespace varde::trust
