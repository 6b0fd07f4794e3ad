#include "privacy/erasure/receipt.hpp"

#include "base/text.hpp"
#include "web/reflect.hpp"

namespace varde::privacy {
namespace json = boost::json;
namespace merkle = crypto::merkle;

namespace {

constexpr std::string_view kTitle = "Varde erasure receipt 1";

std::string sentence(const Receipt& receipt) {
  return fmt::format(
      "The rows of person {} of organisation {} were erased at {}, and the key without which no "
      "backup gives her back was destroyed at {}.",
      receipt.person.str(), receipt.tenant.str(), to_rfc3339(receipt.rows_erased_at),
      to_rfc3339(receipt.key_destroyed_at));
}

std::string text_at(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
}

// What the entry says must be what the receipt says.
bool tells_of(const json::value& entry, const Receipt& receipt) {
  if (!entry.is_object()) return false;
  const auto& object = entry.as_object();
  return text_at(object, "action") == "person.erase" &&
         text_at(object, "person") == receipt.person.str() &&
         text_at(object, "tenant") == receipt.tenant.str() &&
         text_at(object, "at") == to_rfc3339(receipt.rows_erased_at);
}

Error broken(std::string why) { return make_error(ErrorCode::malformed, std::move(why)); }

}  // namespace

std::string sign_receipt(const crypto::Signer& signer, const Receipt& receipt) {
  return signer.sign(
      fmt::format("{}\n{}\n{}\n", kTitle, sentence(receipt), json::serialize(web::write(receipt))));
}

Result<Receipt> verify_receipt(std::string_view text, std::string_view verifier) {
  auto body = crypto::open_note(text, verifier);
  if (!body) return broken("The signature is not that of this key, or the file was changed.");
  auto lines = split(*body, '\n');
  if (lines.size() != 4 || lines[0] != kTitle) return broken("This is no receipt of an erasure.");
  boost::system::error_code problem;
  auto parsed = json::parse(lines[2], problem);
  if (problem) return broken("The receipt is damaged.");
  auto receipt = web::read<Receipt>(parsed);
  if (!receipt) return broken("The receipt is damaged: " + receipt.error().message);
  if (lines[1] != sentence(*receipt)) return broken("Its sentence and its data differ.");
  const auto& proof = receipt->proof;
  if (!tells_of(json::parse(proof.entry, problem), *receipt))
    return broken("The entry of the trail is not that of this erasure.");
  auto head = crypto::open_note(proof.head, verifier);
  auto checkpoint = head ? crypto::read_checkpoint(*head) : std::nullopt;
  if (!checkpoint) return broken("The head of the trail is not signed by this key.");
  if (!checkpoint->origin.ends_with(receipt->tenant.str()))
    return broken("The head is that of another organisation's trail.");
  std::vector<merkle::Digest> hashes;
  for (const auto& text_of_hash : proof.hashes) {
    auto raw = unbase64(text_of_hash);
    if (!raw || raw->size() != sizeof(merkle::Digest)) return broken("The proof is damaged.");
    hashes.push_back(merkle::digest(*raw));
  }
  if (proof.index < 0 ||
      !merkle::included(merkle::leaf_hash(proof.entry), static_cast<std::uint64_t>(proof.index),
                        checkpoint->size, hashes, checkpoint->root))
    return broken("The entry is not in the trail under this head.");
  return std::move(*receipt);
}

}  // namespace varde::privacy
