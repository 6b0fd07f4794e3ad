#include "trust/identity/known_passwords.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "base/text.hpp"
#include "crypto/sha1.hpp"

namespace varde::trust {
namespace {

std::string made_of(const std::string& list, std::uint64_t least = 1) {
  std::istringstream in(list);
  std::string out;
  make_password_filter(in, least, [&](std::uint64_t place, std::string_view bytes) {
    if (out.size() < place + bytes.size()) out.resize(place + bytes.size());
    out.replace(place, bytes.size(), bytes);
  });
  return out;
}

// A file of the operator's, in force while it lives.
class OwnList {
 public:
  explicit OwnList(const std::string& bytes)
      : path_(std::filesystem::temp_directory_path() /
              ("varde-passwords-" + std::to_string(::getpid()))) {
    std::ofstream(path_, std::ios::binary) << bytes;
    use_password_filter(path_);
  }
  ~OwnList() {
    use_password_filter("");
    std::filesystem::remove(path_);
  }

 private:
  std::string path_;
};

TEST(KnownPasswords, ThoseThatAreUsedMostAreShippedWithTheProgram) {
  for (const char* known : {"password1", "iloveyou2", "qwertyuiop123", "Password1", "ILOVEYOU2"})
    EXPECT_TRUE(is_known_password(known)) << known;
  for (const char* unknown : {"violet tractor sings at dawn", "tr4ct0r!9x", "", "Ærlig ørn på ås"})
    EXPECT_FALSE(is_known_password(unknown)) << unknown;
}

TEST(KnownPasswords, AnOperatorsListCounts) {
  std::string passwords = "walrus fence 11\r\nblåbær og fløte\n\nlast one of them";
  ASSERT_FALSE(is_known_password("walrus fence 11"));
  OwnList own(made_of(passwords));
  for (const char* known :
       {"walrus fence 11", "WALRUS fence 11", "blåbær og fløte", "last one of them"})
    EXPECT_TRUE(is_known_password(known)) << known;
  EXPECT_FALSE(is_known_password("walrus fence 12"));
}

TEST(KnownPasswords, PwnedPasswordsAreTakenAsTheyCome) {
  std::set<std::string> lines;
  for (int i = 0; i < 5000; ++i) {
    auto line = hex(crypto::sha1("pwned number " + std::to_string(i))) + ":" + std::to_string(i);
    for (char& c : line) c = static_cast<char>(std::toupper(c));
    lines.insert(line);
  }
  std::string list;
  for (const auto& line : lines) list += line + "\r\n";
  OwnList own(made_of(list, 100));
  for (int i = 100; i < 5000; ++i)
    ASSERT_TRUE(is_known_password("pwned number " + std::to_string(i))) << i;
  int rare = 0;
  for (int i = 0; i < 100; ++i) rare += is_known_password("pwned number " + std::to_string(i));
  EXPECT_LT(rare, 3);
}

TEST(KnownPasswords, AListThatIsNoneSaysWhere) {
  auto problem = [](const std::string& list) -> std::string {
    try {
      made_of(list);
    } catch (const std::runtime_error& e) {
      return e.what();
    }
    return "";
  };
  auto a = std::string(40, 'A'), f = std::string(40, 'F');
  EXPECT_EQ(problem(a + ":1\n" + f + ":x\n"), "line 2: a number is expected after the hash");
  EXPECT_EQ(problem(f + ":1\n" + a + ":1\n"),
            "line 2: the hashes are not in order; take the list that is ordered by hash");
  EXPECT_EQ(problem(a + ":1\npassword\n"), "line 2: hashes and passwords stand in one file");
  EXPECT_EQ(problem(std::string(1001, 'x')), "line 1: this is too long for a password");
}

TEST(KnownPasswords, AFileOfSomethingElseContainsNothing) {
  for (const std::string& bytes : {std::string(), std::string("VPW1"), std::string(3000, 'V')}) {
    OwnList own(bytes);
    EXPECT_FALSE(is_known_password("violet tractor sings at dawn"));
  }
}

}  // namespace
}  // namespace varde::trust
