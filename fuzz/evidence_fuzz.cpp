// Files that somebody gives to `varde evidence verify`: as they come, and with the ZIP taken for
// granted: the first bytes choose a file of a bundle that the rest takes the place of, signed with
// our key, so that the readers of heads, entries and lists are reached. Nothing but the bundle
// itself may hold.
#include <cstdlib>
#include <map>

#include "base/text.hpp"
#include "operate/evidence/evidence.hpp"
#include "operate/evidence/verify.hpp"
#include "trust/package/signed.hpp"

using namespace varde;

namespace {

constexpr std::string_view kTenant = "0190f3a0-0000-7000-8000-000000000001";

struct World {
  crypto::Signer signer{"example.org", crypto::Key::from(std::string(32, 'k')).value()};
  std::string origin = fmt::format("example.org/trail/{}", kTenant);
  std::map<std::string, std::string> files;

  World() {
    auto entry = fmt::format(
        R"({{"tenant":"{}","id":"0190f3a0-0000-7000-8000-000000000002","at":"2026-03-01T12:00:00Z","action":"system.drill","fields":["passed"]}})",
        kTenant);
    crypto::merkle::Tree tree;
    tree.append(crypto::merkle::leaf_hash(entry));
    auto at = *parse_rfc3339("2026-03-02T12:00:00Z");
    auto note = signer.sign(to_text(crypto::Checkpoint{origin, 1, tree.root(), at}));
    namespace json = boost::json;
    files["trail/heads.json"] = json::serialize(json::object{
        {"origin", origin},
        {"heads",
         json::array{json::object{
             {"size", 1}, {"at", to_rfc3339(at)}, {"note", note}, {"hashes", json::array()}}}}});
    files["trail/entries.jsonl"] =
        json::serialize(json::object{{"entry", entry}, {"index", 0}, {"hashes", json::array()}}) +
        "\n";
    files["drills.json"] =
        R"([{"entry":"0190f3a0-0000-7000-8000-000000000002","at":"2026-03-01T12:00:00Z","passed":true}])";
    files["erasures.json"] = files["restores.json"] = "[]";
    files["keys.json"] = files["retention.json"] = files["access.json"] = R"({"changes":[]})";
  }

  std::string package(const std::map<std::string, std::string>& of) const {
    std::string out;
    trust::SignedPackage zip(signer, *parse_rfc3339("2026-03-21T08:00:00Z"),
                             [&](std::string_view bytes) {
                               out += bytes;
                               return true;
                             });
    for (const auto& [name, text] : of) zip.add(name, text, true);
    zip.finish({{"format", operate::kEvidenceFormat},
                {"tenant", kTenant},
                {"organisation", "Test"},
                {"origin", origin},
                {"left_out", {{"erasures", 0}, {"entries", 0}}}});
    return out;
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto& world = *new World;
  static const auto whole = world.package(world.files);
  static const bool holds = operate::verify_evidence(whole, world.signer.verifier()).ok();
  if (!holds) std::abort();
  if (size < 2) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  auto verifier = world.signer.verifier();
  // As it comes: nobody but us can sign it. A change within the bundle, too, is found.
  if (operate::verify_evidence(bytes, verifier).ok() && bytes != whole) std::abort();
  auto rest = bytes.substr(2);
  auto changed = whole;
  auto at = static_cast<std::size_t>(data[0] << 8 | data[1]) % whole.size();
  changed.replace(at, std::min(rest.size(), whole.size() - at), rest.substr(0, whole.size() - at));
  if (changed != whole && operate::verify_evidence(changed, verifier).ok()) std::abort();
  // A file of it, signed anew: whatever it says, it ends in a report.
  auto files = world.files;
  auto chosen = std::next(files.begin(), data[0] % static_cast<std::ptrdiff_t>(files.size()));
  chosen->second = rest;
  operate::verify_evidence(world.package(files), verifier, {std::string(rest)});
  return 0;
}
