// Tokens of links and return addresses. As it comes: none is accepted, because nobody can sign one.
// Signed with our key: read to its end or refused, until its source is asked of the database, which
// is away.
#include <cstdlib>
#include <future>

#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "messaging/token/token.hpp"

using namespace varde;
using namespace varde::messaging;

namespace {

struct World {
  db::Database database{"host=/nonexistent", 1};
  trust::Keystore keys{"host=/nonexistent", trust::RootKey{}, 1};
  trust::Base base{database, keys, "", "", ""};
  net::Loop loop{"fuzz"};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  static auto& world = *new World;
  std::string bytes(reinterpret_cast<const char*>(data), size);
  auto kind = static_cast<TokenKind>(data[0]);
  auto signature = crypto::keyed_hash(world.keys.installation_key("links"), bytes).substr(0, 8);
  std::promise<void> done;
  world.loop.spawn([&] {
    if (read_token(world.base, kind, bytes) || read_token(world.base, kind, base64url(bytes)))
      std::abort();
    try {
      read_token(world.base, kind, base64url(bytes + signature));
    } catch (const db::Unavailable&) {
    }
    done.set_value();
  });
  done.get_future().wait();
  return 0;
}
