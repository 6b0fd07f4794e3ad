// `varde passwords import`: the operator's own list of passwords that nobody may choose.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iostream>

#include "app/program.hpp"
#include "trust/identity/known_passwords.hpp"

namespace varde::app {

void import_passwords(const Settings& settings, const std::string& list, std::uint64_t least,
                      const std::string& out) {
  std::ifstream file;
  if (list != "-") {
    file.open(list, std::ios::binary);
    if (!file) throw std::runtime_error("cannot read " + list);
  }
  // What is named is written by whoever calls; what is the program's, by the program's user.
  if (out.empty()) drop_root(settings);
  auto path = out.empty() ? settings.data_directory + "/passwords.filter" : out;
  // It takes the place of an older one when it is whole.
  auto fresh = path + ".new";
  int made = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (made < 0) throw std::runtime_error("cannot write " + fresh);
  auto failed = [&] {
    ::close(made);
    ::unlink(fresh.c_str());
    return std::runtime_error("cannot write " + fresh + ". Is there room?");
  };
  trust::ImportedPasswords imported;
  try {
    imported = trust::make_password_filter(
        list == "-" ? std::cin : file, least, [&](std::uint64_t place, std::string_view bytes) {
          while (!bytes.empty()) {
            auto written = ::pwrite(made, bytes.data(), bytes.size(), static_cast<off_t>(place));
            if (written <= 0) throw failed();
            place += static_cast<std::uint64_t>(written);
            bytes.remove_prefix(static_cast<std::size_t>(written));
          }
        });
  } catch (const std::runtime_error& e) {
    ::unlink(fresh.c_str());
    throw std::runtime_error(list + ": " + e.what());
  }
  // An embedded one is part of the source, for everybody to read.
  if ((!out.empty() && ::fchmod(made, 0644) != 0) || ::fsync(made) != 0) throw failed();
  ::close(made);
  std::filesystem::rename(fresh, path);
  std::cout << fmt::format("{}: {} of {} lines. The running program uses it from now on.\n", path,
                           imported.kept, imported.read);
}

}  // namespace varde::app
