// One person whose rows or key were damaged on the disk, brought back from the backups while
// everybody works.
//
// Whether something is damaged is no claim: it does not open under its key and in its place
// (trust/table.hpp). Only that is taken from then, if it opened then, and everything else stays as
// it is today. Her key is brought back where the keystore has a row for her: whoever was erased has
// none, and nothing of hers comes back.
#pragma once

#include "operate/backup/settings.hpp"

namespace varde::operate {

struct PersonWanted {
  std::string slug;  ///< Of the organisation.
  std::string person;
  std::optional<Timestamp> to;  ///< Nothing: now.
};

/// Puts back what cannot be read of a person, and returns what was done, for the operator. The
/// program must run. Throws a sentence; then nothing has changed.
std::string restore_person(const Installation& installation, const PersonWanted& wanted);

}  // namespace varde::operate
