// Who was shown what identifies whom: the record of reading.
//
// It is made where identifying fields are opened (people::load), for whatever a user asks: a page
// of a list, one person, a candidate, a run of a journey. So nothing that shows persons can forget
// it. What a breach may have shown, and to whom, is computed from it.
//
// A request for a person takes a tenth of a millisecond, and a commit many times as long. So
// readings are gathered in memory and entered into the trail each second, one entry for each user,
// network and organisation, with the ids sealed under the organisation's key. A program that is
// killed loses the readings of its last second; one that is stopped loses none.
#pragma once

#include <map>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"

namespace varde::trust {

class Ctx;
struct Base;

class Reads {
 public:
  /// From here on readings are kept, for somebody calls flush(). Before, and in commands, they are
  /// not: what a command reads is entered by itself.
  void begin() { begun_ = true; }
  /// That the context's user was shown these persons; nothing for what works by itself.
  void note(const Ctx& ctx, std::span<const Uuid> persons);
  /// Enters what was gathered, a transaction for each organisation. What cannot be entered now is
  /// kept for the next time.
  void flush(Base& base);

 private:
  struct Reader {
    Uuid tenant, account;
    std::string network;
    auto operator<=>(const Reader&) const = default;
  };
  struct Seen {
    std::vector<Uuid> persons;
    std::int64_t requests = 0;
  };
  using Gathered = std::map<Reader, Seen>;
  static void enter(Base& base, const Uuid& tenant, const Gathered& gathered);

  std::mutex mutex_;  // never held across a wait
  bool begun_ = false;
  Gathered gathered_;
};

}  // namespace varde::trust
