// Files that are part of the program: migrations, pages, translations, the console.
// cmake/Embed.cmake puts them there.
#pragma once

#include <string_view>
#include <vector>

namespace varde {

struct EmbeddedFile {
  std::string_view name;  ///< Path below the embedded folder, e.g. "0001_ground.sql".
  std::string_view content;
};

std::vector<EmbeddedFile> varde_migrations_files();
std::vector<EmbeddedFile> varde_locales_files();
std::vector<EmbeddedFile> varde_data_files();  ///< Lists: passwords/common.filter.
std::vector<EmbeddedFile> varde_console_files();
std::vector<EmbeddedFile> varde_facts_files();  ///< Made by the build: promises.json.

}  // namespace varde
