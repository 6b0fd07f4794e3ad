// The floor that looks after the running installation.
#pragma once

#include <memory>

#include "operate/backup/settings.hpp"
#include "trust/module.hpp"

namespace varde::operate {

struct Environment {
  /// nullptr: the clusters are somebody else's, and so are their backups; or they are switched off.
  std::shared_ptr<const Installation> backups;
  std::vector<std::string> more_arguments;  ///< For this program's command `backup`, beside --data.
};
trust::Module make_module(trust::Base& base, const Environment& environment);

}  // namespace varde::operate
