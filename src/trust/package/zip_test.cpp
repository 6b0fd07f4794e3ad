#include "trust/package/zip.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "trust/package/mapped.hpp"
#include "trust/package/unzip.hpp"

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

// Another reader, that shares nothing with libarchive and zlib's users here but the format. What it
// prints.
std::string python(const std::string& path, const std::string& script) {
  auto command = "/usr/bin/python3 -c \"import zipfile; z = zipfile.ZipFile('" + path + "'); " +
                 script + "\" 2>&1";
  auto* pipe = ::popen(command.c_str(), "re");
  std::string out(4096, '\0');
  out.resize(pipe == nullptr ? 0 : std::fread(out.data(), 1, out.size(), pipe));
  if (pipe != nullptr) ::pclose(pipe);
  return out;
}

struct Folder {
  std::string path = (std::filesystem::temp_directory_path() / "varde-zip-XXXXXX").string();
  Folder() {
    if (::mkdtemp(path.data()) == nullptr) throw std::runtime_error("no folder");
  }
  ~Folder() { std::filesystem::remove_all(path); }
};

TEST(Zip, MoreFilesThanTwoBytesCount) {
  constexpr std::size_t kFiles = 70'000;
  std::string file;
  ZipWriter zip(
      [&](std::string_view part) {
        file += part;
        return true;
      },
      now());
  for (std::size_t i = 0; i < kFiles; ++i)
    ASSERT_TRUE(zip.add(fmt::format("files/{}", i), std::to_string(i)));
  ASSERT_TRUE(zip.finish());
  auto read = ZipReader::open(file);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->entries().size(), kFiles);
  for (auto i : {0UL, 65'534UL, 65'535UL, 65'536UL, kFiles - 1})
    EXPECT_EQ(*ZipReader::read(*read->find(fmt::format("files/{}", i)), 10), std::to_string(i));
  // The directory's end says it twice, in two bytes and in eight: no byte of it can be another.
  constexpr std::size_t kEnd = 56 + 20 + 22;
  for (auto at = file.size() - kEnd; at < file.size(); ++at) {
    auto changed = file;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_FALSE(ZipReader::open(changed)) << file.size() - at;
  }
  auto without = file;
  without.erase(without.size() - kEnd, kEnd - 22);
  EXPECT_FALSE(ZipReader::open(without)) << "without what is in eight bytes";
  Folder folder;
  std::ofstream(folder.path + "/many.zip", std::ios::binary) << file;
  EXPECT_EQ(python(folder.path + "/many.zip",
                   "print(len(z.namelist()), z.read('files/69999').decode(), z.testzip())"),
            "70000 69999 None\n");
}

// Sizes and places beyond four bytes, from a real writer: half a minute, so only when asked for
// (VARDE_LARGE=1). The file is of zeros and takes some megabytes of the disk.
TEST(Zip, MoreThanFourGigabytes) {
  if (std::getenv("VARDE_LARGE") == nullptr) GTEST_SKIP() << "VARDE_LARGE=1 runs it";
  Folder folder;
  auto path = folder.path + "/large.zip";
  constexpr std::uint64_t kStreamed = (4ULL << 30) + 12'345;
  constexpr std::size_t kStored = 1400 << 20;
  {
    int out = ::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    std::uint64_t size = 0;
    ZipWriter zip(
        [&](std::string_view part) {
          if (part.find_first_not_of('\0') != std::string_view::npos &&
              ::pwrite(out, part.data(), part.size(), static_cast<off_t>(size)) < 0)
            return false;
          size += part.size();
          return true;
        },
        now());
    const std::string zeros(1 << 20, '\0');
    ASSERT_TRUE(zip.add("small", "small") && zip.begin("streamed"));
    for (auto left = kStreamed; left > 0;) {
      auto now = std::min<std::uint64_t>(left, zeros.size());
      ASSERT_TRUE(zip.write({zeros.data(), static_cast<std::size_t>(now)}));
      left -= now;
    }
    ASSERT_TRUE(zip.end());
    auto* nothing = ::mmap(nullptr, kStored, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(nothing, MAP_FAILED);
    for (int i = 0; i < 3; ++i)
      ASSERT_TRUE(
          zip.add(fmt::format("stored{}", i), {static_cast<char*>(nothing), kStored}, true));
    ::munmap(nothing, kStored);
    // Behind four gigabytes, of each kind.
    ASSERT_TRUE(zip.add("packed", "behind") && zip.add("stored", "behind", true) &&
                zip.begin("streamed too") && zip.write("behind") && zip.end() && zip.finish());
    ASSERT_EQ(::ftruncate(out, static_cast<off_t>(size)), 0);
    ::close(out);
    EXPECT_GT(size, 4ULL << 30);
  }
  // With less memory than a hundredth of it.
  rlimit before{};
  ::getrlimit(RLIMIT_DATA, &before);
  auto tight = before;
  tight.rlim_cur = 200 << 20;
  ::setrlimit(RLIMIT_DATA, &tight);
  {
    MappedFile file(path);
    auto read = ZipReader::open(file.view());
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->entries().size(), 8U);
    for (const auto& entry : read->entries()) {
      std::uint64_t size = 0;
      auto wrong = ZipReader::pour(entry, [&](std::string_view piece) { size += piece.size(); });
      EXPECT_FALSE(wrong) << wrong->message;
      EXPECT_EQ(size, entry.size);
    }
    EXPECT_EQ(read->find("streamed")->size, kStreamed);
    for (const auto* name : {"packed", "stored", "streamed too"})
      EXPECT_EQ(*ZipReader::read(*read->find(name), 10), "behind");
  }
  ::setrlimit(RLIMIT_DATA, &before);
  EXPECT_EQ(python(path,
                   "print([z.getinfo(n).file_size for n in ('small', 'streamed', 'stored2')], "
                   "[z.read(n).decode() for n in ('packed', 'stored', 'streamed too')])"),
            fmt::format("[5, {}, {}] ['behind', 'behind', 'behind']\n", kStreamed, kStored));
  // Each byte behind the entries is what it must be.
  int change = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  auto end = static_cast<off_t>(std::filesystem::file_size(path));
  std::string last(900, '\0');
  ASSERT_EQ(::pread(change, last.data(), last.size(), end - std::ssize(last)), std::ssize(last));
  auto directory = last.find("PK\1\2");
  ASSERT_NE(directory, std::string::npos);
  for (auto i = directory; i < last.size(); ++i) {
    auto at = end - std::ssize(last) + static_cast<off_t>(i);
    auto other = static_cast<char>(last[i] ^ 1);
    ASSERT_EQ(::pwrite(change, &other, 1, at), 1);
    EXPECT_FALSE(ZipReader::open(MappedFile(path).view())) << end - at;
    ASSERT_EQ(::pwrite(change, &last[i], 1, at), 1);
  }
  ::close(change);
}

}  // namespace
}  // namespace varde::trust
