#include "crypto/note.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <charconv>

#include "base/text.hpp"
#include "crypto/hash.hpp"

namespace varde::crypto {
namespace {

constexpr char kEd25519 = '\1';  // C2SP signed-note's number for the algorithm
constexpr std::string_view kDash = "\u2014 ";
constexpr std::size_t kIdBytes = 4;

const unsigned char* raw(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* raw(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

// SHA-256(name ‖ LF ‖ algorithm ‖ public key), cut to four bytes.
std::string id_of(std::string_view name, std::string_view typed_key) {
  return sha256(fmt::format("{}\n{}", name, typed_key)).substr(0, kIdBytes);
}

struct Verifier {
  std::string name, id, key;
};

std::optional<Verifier> read_verifier(std::string_view text) {
  // The key may hold "+" as base64: only the first two part the fields.
  auto first = text.find('+');
  auto second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  auto id = unhex(text.substr(first + 1, second - first - 1));
  auto key = unbase64(text.substr(second + 1));
  if (!id || !key || key->size() != 1 + crypto_sign_PUBLICKEYBYTES || key->front() != kEd25519)
    return std::nullopt;
  std::string name(text.substr(0, first));
  if (name.empty() || id_of(name, *key) != *id) return std::nullopt;
  return Verifier{name, *id, key->substr(1)};
}

bool verify(const std::string& key, std::string_view bytes, std::string_view signature) {
  return signature.size() == crypto_sign_BYTES &&
         crypto_sign_verify_detached(raw(signature), raw(bytes), bytes.size(), raw(key)) == 0;
}

}  // namespace

Signer::Signer(std::string name, const Key& seed)
    : name_(std::move(name)), secret_(crypto_sign_SECRETKEYBYTES, '\0') {
  std::string key(crypto_sign_PUBLICKEYBYTES, '\0');
  crypto_sign_seed_keypair(raw(key), raw(secret_), seed.data());
  auto typed = kEd25519 + key;
  id_ = id_of(name_, typed);
  verifier_ = fmt::format("{}+{}+{}", name_, hex(id_), base64(typed));
}

std::string Signer::sign_bare(std::string_view bytes) const {
  std::string out(crypto_sign_BYTES, '\0');
  crypto_sign_detached(raw(out), nullptr, raw(bytes), bytes.size(), raw(secret_));
  return out;
}

std::string Signer::sign(std::string_view text) const {
  return fmt::format("{}\n{}{} {}\n", text, kDash, name_, base64(id_ + sign_bare(text)));
}

std::optional<std::string> open_note(std::string_view note, std::string_view verifier) {
  auto who = read_verifier(verifier);
  auto end = note.rfind("\n\n");
  if (!who || end == std::string_view::npos || !is_utf8(note) || !note.ends_with('\n'))
    return std::nullopt;
  auto text = note.substr(0, end + 1);
  auto start = fmt::format("{}{} ", kDash, who->name);
  for (auto line : split(note.substr(end + 2), '\n')) {
    if (!line.starts_with(start)) continue;
    auto bytes = unbase64(line.substr(start.size()));
    // One spelling only: else a note could be changed and still be the same.
    if (bytes && base64(*bytes) == line.substr(start.size()) && bytes->starts_with(who->id) &&
        verify(who->key, text, bytes->substr(kIdBytes)))
      return std::string(text);
  }
  return std::nullopt;
}

bool signed_by(std::string_view verifier, std::string_view bytes, std::string_view signature) {
  auto who = read_verifier(verifier);
  return who && verify(who->key, bytes, signature);
}

std::string to_text(const Checkpoint& checkpoint) {
  return fmt::format("{}\n{}\n{}\n{}\n", checkpoint.origin, checkpoint.size,
                     base64(merkle::view(checkpoint.root)), to_rfc3339(checkpoint.at));
}

std::optional<Checkpoint> read_checkpoint(std::string_view text) {
  auto lines = split(text, '\n');
  if (lines.size() != 5 || lines[0].empty() || !lines[4].empty()) return std::nullopt;
  Checkpoint out;
  out.origin = lines[0];
  auto [end, error] = std::from_chars(lines[1].data(), lines[1].data() + lines[1].size(), out.size);
  auto root = unbase64(lines[2]);
  auto at = parse_rfc3339(lines[3]);
  // One way to write a number, or two texts would be one checkpoint.
  if (error != std::errc() || std::to_string(out.size) != lines[1] || !root ||
      root->size() != out.root.size() || !at)
    return std::nullopt;
  out.root = merkle::digest(*root);
  out.at = *at;
  return out;
}

}  // namespace varde::crypto
