#include "trust/package/signed.hpp"

#include <set>

#include "base/text.hpp"
#include "crypto/hash.hpp"

namespace varde::trust {
namespace json = boost::json;

namespace {

constexpr std::string_view kManifest = "manifest.json", kSignature = "manifest.sig";
constexpr std::size_t kMostOfManifest = 256 << 20, kMostOfFile = 2'000'000'000;

Error broken(std::string why) { return make_error(ErrorCode::malformed, std::move(why)); }

// "varde-evidence/1" is signed as "NAME/evidence".
std::string purpose_of(std::string_view format) {
  constexpr std::string_view kBegin = "varde-", kEnd = "/1";
  if (!format.starts_with(kBegin) || !format.ends_with(kEnd) ||
      format.size() <= kBegin.size() + kEnd.size())
    return {};
  return std::string(format.substr(kBegin.size(), format.size() - kBegin.size() - kEnd.size()));
}

std::string text_at(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
}

// What the signature is over.
std::string signed_text(std::string_view name, std::string_view purpose, std::string_view hash,
                        std::string_view at) {
  return fmt::format("{}/{}\n{}\n{}\n", name, purpose, base64(hash), at);
}

// Whether the files are those of the list, each once and no other.
std::optional<Error> check_files(const ZipReader& zip, const json::array& listed) {
  std::set<std::string, std::less<>> seen;
  for (const auto& item : listed) {
    const auto* object = item.if_object();
    auto name = object != nullptr ? text_at(*object, "name") : std::string();
    if (name.empty() || name == kManifest || name == kSignature || !seen.insert(name).second)
      return broken("The list of files in manifest.json is not right.");
    const auto* entry = zip.find(name);
    if (entry == nullptr) return broken(name + " is missing: it was taken out of the file.");
    crypto::Sha256 hash;
    if (auto wrong = ZipReader::pour(*entry, [&](std::string_view piece) { hash.add(piece); }))
      return wrong;
    const auto* size = object->if_contains("bytes");
    if (size == nullptr || !size->is_number() || size->to_number<std::uint64_t>() != entry->size ||
        hex(hash.finish()) != text_at(*object, "sha256"))
      return broken(name + " was changed: it is not what manifest.json lists.");
  }
  for (const auto& entry : zip.entries())
    if (entry.name != kManifest && entry.name != kSignature && !seen.contains(entry.name))
      return broken(entry.name + " was added by somebody else: manifest.json does not list it.");
  return std::nullopt;
}

}  // namespace

SignedPackage::SignedPackage(const crypto::Signer& signer, Timestamp at,
                             std::function<bool(std::string_view)> out)
    : signer_(signer),
      at_(at),
      zip_(
          [this, out = std::move(out)](std::string_view bytes) {
            bytes_ += static_cast<std::int64_t>(bytes.size());
            return out(bytes);
          },
          at) {}

bool SignedPackage::add(const std::string& name, std::string_view bytes, bool packed) {
  listed_.push_back(
      {{"name", name}, {"bytes", bytes.size()}, {"sha256", hex(crypto::sha256(bytes))}});
  return zip_.add(name, bytes, packed);
}

bool SignedPackage::begin(const std::string& name) {
  entry_ = name;
  entry_bytes_ = 0;
  entry_hash_.emplace();
  return zip_.begin(name);
}

bool SignedPackage::write(std::string_view bytes) {
  entry_hash_->add(bytes);
  entry_bytes_ += bytes.size();
  return zip_.write(bytes);
}

bool SignedPackage::end() {
  listed_.push_back(
      {{"name", entry_}, {"bytes", entry_bytes_}, {"sha256", hex(entry_hash_->finish())}});
  return zip_.end();
}

std::optional<std::string> SignedPackage::finish(json::object manifest) {
  auto purpose = purpose_of(text_at(manifest, "format"));
  if (purpose.empty()) throw std::logic_error("a package without a format");
  manifest["made_at"] = to_rfc3339(at_);
  manifest["verifier"] = signer_.verifier();
  manifest["files"] = std::move(listed_);
  auto text = json::serialize(manifest) + "\n";
  auto hash = crypto::sha256(text);
  auto note = signer_.sign(signed_text(signer_.name(), purpose, hash, to_rfc3339(at_)));
  if (!zip_.add(std::string(kManifest), text) || !zip_.add(std::string(kSignature), note) ||
      !zip_.finish())
    return std::nullopt;
  return hash;
}

Result<OpenPackage> OpenPackage::open(std::string_view file, std::string_view verifier) {
  OpenPackage out;
  VARDE_TRY(out.zip_, ZipReader::open(file));
  const auto* manifest = out.zip_.find(kManifest);
  const auto* signature = out.zip_.find(kSignature);
  if (manifest == nullptr || signature == nullptr)
    return broken("The file has no manifest.json with its signature, manifest.sig.");
  VARDE_TRY(auto text, ZipReader::read(*manifest, kMostOfManifest));
  VARDE_TRY(auto note, ZipReader::read(*signature, 4096));
  auto body = crypto::open_note(note, verifier);
  if (!body) return broken("manifest.sig was not signed with this key, or it was changed.");
  boost::system::error_code problem;
  auto parsed = json::parse(text, problem);
  if (problem || !parsed.is_object()) return broken("manifest.json is damaged.");
  out.manifest_ = std::move(parsed.as_object());
  out.format_ = text_at(out.manifest_, "format");
  auto at = parse_rfc3339(text_at(out.manifest_, "made_at"));
  auto purpose = purpose_of(out.format_);
  if (!at || purpose.empty()) return broken("manifest.json is of no kind that this program knows.");
  out.made_at_ = *at;
  auto name = verifier.substr(0, verifier.find('+'));
  if (*body != signed_text(name, purpose, crypto::sha256(text), to_rfc3339(*at)))
    return broken("manifest.json was changed: it is not what was signed.");
  if (text_at(out.manifest_, "verifier") != verifier)
    return broken("manifest.json names another key than yours.");
  auto seconds = std::chrono::floor<std::chrono::seconds>(*at).time_since_epoch().count();
  if (out.zip_.made_at() != seconds)
    return broken("The ZIP file's times were changed: they are not that of the manifest.");
  const auto* files = out.manifest_.if_contains("files");
  if (files == nullptr || !files->is_array()) return broken("manifest.json lists no files.");
  if (auto wrong = check_files(out.zip_, files->as_array())) return *wrong;
  return out;
}

std::vector<std::string> OpenPackage::names() const {
  std::vector<std::string> out;
  for (const auto& entry : zip_.entries()) out.push_back(entry.name);
  return out;
}

Result<std::string> OpenPackage::read(std::string_view name) const {
  const auto* entry = zip_.find(name);
  if (entry == nullptr) return broken(fmt::format("{} is missing.", name));
  return ZipReader::read(*entry, kMostOfFile);
}

}  // namespace varde::trust
