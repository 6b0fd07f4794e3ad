#include "messaging/token/token.hpp"

#include <mutex>
#include <unordered_map>

#include "base/text.hpp"
#include "base/time.hpp"
#include "crypto/hash.hpp"
#include "messaging/token/store_sql.hpp"

namespace varde::messaging {
namespace {

constexpr std::size_t kMac = 8;
constexpr std::size_t kRemembered = 20000;

struct Source {
  Uuid tenant_id;
  int source_kind = 0;
  Uuid source_id;
  auto operator<=>(const Source&) const = default;
};
BOOST_DESCRIBE_STRUCT(Source, (), (tenant_id, source_kind, source_id))

// Refs never change, so they are remembered for good, within bounds.
struct Memory {
  std::mutex mutex;
  std::map<Source, std::int64_t> refs;
  std::unordered_map<std::int64_t, Source> sources;
  void remember(const Source& source, std::int64_t ref) {
    std::lock_guard lock(mutex);
    if (refs.size() > kRemembered) {
      refs.clear();
      sources.clear();
    }
    refs[source] = ref;
    sources[ref] = source;
  }
};
Memory& memory() {
  static Memory all;
  return all;
}

void append_number(std::string& out, std::uint64_t value) {
  while (value >= 128) {
    out += static_cast<char>(value | 128);
    value >>= 7;
  }
  out += static_cast<char>(value);
}

std::optional<std::uint64_t> take_number(std::string_view& in) {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 63 && !in.empty(); shift += 7) {
    auto byte = static_cast<unsigned char>(in.front());
    in.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 127) << shift;
    if (byte < 128) return value;
  }
  return std::nullopt;
}

// Tokens with a day in them have this bit in their kind.
constexpr unsigned char kDated = 0x40;

std::uint64_t today() {
  return static_cast<std::uint64_t>(
      std::chrono::floor<std::chrono::days>(now()).time_since_epoch().count());
}

crypto::Key link_key(trust::Base& base) { return base.keys.installation_key("links"); }

}  // namespace

std::int64_t source_ref(trust::Base& base, const Uuid& tenant, SourceKind kind, const Uuid& id) {
  Source source{tenant, static_cast<int>(kind), id};
  {
    std::lock_guard lock(memory().mutex);
    if (auto found = memory().refs.find(source); found != memory().refs.end()) return found->second;
  }
  auto tx = base.database.system();
  auto ref = tx.maybe<std::int64_t>(store::kTokenFindRef, tenant, kind, id);
  if (!ref) {
    tx.later(store::kTokenInsertRef, tenant, kind, id);
    ref = tx.one<std::int64_t>(store::kTokenFindRef, tenant, kind, id);
  }
  tx.commit();
  memory().remember(source, *ref);
  return *ref;
}

TokenMaker::TokenMaker(trust::Base& base, const Uuid& tenant, SourceKind kind, const Uuid& source)
    : key_(link_key(base)), ref_(source_ref(base, tenant, kind, source)) {}

void TokenMaker::append(std::string& out, TokenKind kind, const Uuid& subject,
                        std::uint32_t number) const {
  std::string bytes;
  bytes.reserve(48);
  bytes += static_cast<char>(static_cast<unsigned char>(kind) | kDated);
  append_number(bytes, static_cast<std::uint64_t>(ref_));
  bytes += subject.view();
  append_number(bytes, number);
  append_number(bytes, today());
  bytes += std::string_view(crypto::keyed_hash(key_, bytes)).substr(0, kMac);
  out += kind == TokenKind::bounce ? base32(bytes) : base64url(bytes);
}

std::string make_token(trust::Base& base, const Token& token) {
  std::string out;
  TokenMaker(base, token.tenant, token.source_kind, token.source_id)
      .append(out, token.kind, token.subject, token.number);
  return out;
}

// Counted in days that have begun, the one it was made in among them.
std::chrono::days life_of(TokenKind kind) {
  using std::chrono::days;
  switch (kind) {
    case TokenKind::unsubscribe:
      return days(730);
    case TokenKind::bounce:
    case TokenKind::claim:
    case TokenKind::test_address:
      return days(15);
    case TokenKind::confirm:
      return days(30);
    case TokenKind::form:
      return days(2);
    case TokenKind::click:
    case TokenKind::open:
    case TokenKind::preferences:
    case TokenKind::offer:
      return days(90);
  }
  return days(0);
}

std::optional<Token> read_token(trust::Base& base, TokenKind kind, std::string_view text,
                                std::optional<Token>* expired) {
  if (text.size() > 100) return std::nullopt;
  auto bytes = kind == TokenKind::bounce ? unbase32(text) : unbase64(text);
  if (!bytes || bytes->size() < 1 + 1 + 16 + 1 + kMac) return std::nullopt;
  auto body = std::string_view(*bytes).substr(0, bytes->size() - kMac);
  auto mac = std::string_view(*bytes).substr(body.size());
  auto first = static_cast<unsigned char>(body[0]);
  bool dated = (first & kDated) != 0;
  if (static_cast<TokenKind>(first & ~kDated) != kind) return std::nullopt;
  if (!crypto::equal(std::string_view(crypto::keyed_hash(link_key(base), body)).substr(0, kMac),
                     mac))
    return std::nullopt;
  body.remove_prefix(1);
  auto ref = take_number(body);
  if (!ref || body.size() < 17) return std::nullopt;
  Token token;
  token.kind = kind;
  std::copy(body.begin(), body.begin() + 16, token.subject.bytes.begin());
  body.remove_prefix(16);
  auto number = take_number(body);
  if (!number || *number > UINT32_MAX) return std::nullopt;
  token.number = static_cast<std::uint32_t>(*number);
  if (!dated) token.age = std::chrono::days(36500);
  bool old = !dated && kind != TokenKind::unsubscribe;
  if (dated) {
    auto day = take_number(body);
    if (!day) return std::nullopt;
    auto life = static_cast<std::uint64_t>(life_of(kind).count());
    token.age = std::chrono::days(today() - std::min(*day, today()));
    old = *day > today() + 1 || *day + life <= today();
  }
  if (!body.empty()) return std::nullopt;
  auto answer = [&]() -> std::optional<Token> {
    if (!old) return token;
    if (expired != nullptr) *expired = token;
    return std::nullopt;
  };
  auto fill = [&](const Source& source) {
    token.tenant = source.tenant_id;
    token.source_kind = static_cast<SourceKind>(source.source_kind);
    token.source_id = source.source_id;
  };
  auto id = static_cast<std::int64_t>(*ref);
  {
    std::lock_guard lock(memory().mutex);
    if (auto found = memory().sources.find(id); found != memory().sources.end()) {
      fill(found->second);
      return answer();
    }
  }
  auto tx = base.database.system();
  auto source = tx.maybe<Source>(store::kTokenFindSource, id);
  if (!source) return std::nullopt;
  memory().remember(*source, id);
  fill(*source);
  return answer();
}

}  // namespace varde::messaging
