// The clusters as the commands beside the program reach them.
#pragma once

#include <functional>

#include "operate/backup/pgbackrest.hpp"
#include "trust/ctx.hpp"

namespace varde::operate {

struct Databases {
  trust::Base& base;
  db::Pool& super;           ///< The main cluster's superuser.
  db::Pool& super_keystore;  ///< The keystore's.
};
/// Runs `work` on a fiber, with connections to the clusters that run at these addresses. Throws
/// what `work` throws, and a sentence when they are not to be reached.
void with_databases(const Installation& installation, const std::string& main,
                    const std::string& keystore, const std::function<void(Databases&)>& work);
/// With those of the program that runs.
void with_running_program(const Installation& installation,
                          const std::function<void(Databases&)>& work);

/// Ends the current piece of the log and waits until the archive has it. Throws when it does not
/// get there within a minute.
void archive_now(db::Pool& super);

/// Long enough for counting large tables.
inline constexpr auto kLong = std::chrono::hours(1);

}  // namespace varde::operate
