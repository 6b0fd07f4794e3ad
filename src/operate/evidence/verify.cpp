#include "operate/evidence/verify.hpp"

#include <boost/json.hpp>
#include <map>
#include <set>

#include "base/text.hpp"
#include "crypto/merkle.hpp"
#include "operate/evidence/evidence.hpp"
#include "people/subject/package.hpp"
#include "privacy/contract/certificate.hpp"
#include "privacy/contract/package.hpp"
#include "privacy/erasure/receipt.hpp"
#include "trust/package/signed.hpp"

namespace varde::operate {

namespace json = boost::json;
namespace merkle = crypto::merkle;

namespace {

constexpr std::string_view kCertificate = "Varde certificate of removal";

// Thrown where something does not hold, and caught once; what it says is for whoever checks.
struct Broken {
  std::string why;
};
[[noreturn]] void broken(std::string why) { throw Broken{std::move(why)}; }

const json::value& at(const json::object& object, std::string_view key, std::string_view where) {
  const auto* value = object.if_contains(key);
  if (value == nullptr) broken(fmt::format("{} is damaged: \"{}\" is missing.", where, key));
  return *value;
}
std::string text_at(const json::object& object, std::string_view key, std::string_view where) {
  const auto& value = at(object, key, where);
  if (!value.is_string()) broken(fmt::format("{} is damaged: \"{}\" is no text.", where, key));
  return std::string(value.as_string());
}
std::uint64_t number_at(const json::object& object, std::string_view key, std::string_view where) {
  const auto& value = at(object, key, where);
  boost::system::error_code problem;
  auto number = value.to_number<std::uint64_t>(problem);
  if (problem) broken(fmt::format("{} is damaged: \"{}\" is no number.", where, key));
  return number;
}
const json::array& list_at(const json::object& object, std::string_view key,
                           std::string_view where) {
  const auto& value = at(object, key, where);
  if (!value.is_array()) broken(fmt::format("{} is damaged: \"{}\" is no list.", where, key));
  return value.as_array();
}
const json::object& object_of(const json::value& value, std::string_view where) {
  if (!value.is_object()) broken(fmt::format("{} is damaged.", where));
  return value.as_object();
}
std::vector<merkle::Digest> hashes_at(const json::object& object, std::string_view where) {
  std::vector<merkle::Digest> out;
  for (const auto& item : list_at(object, "hashes", where)) {
    auto raw = item.is_string() ? unbase64(std::string_view(item.as_string())) : std::nullopt;
    if (!raw || raw->size() != sizeof(merkle::Digest))
      broken(fmt::format("{} is damaged: a hash of a proof is none.", where));
    out.push_back(merkle::digest(*raw));
  }
  return out;
}

class Bundle {
 public:
  Bundle(const trust::OpenPackage& package, std::string_view verifier,
         const std::vector<std::string>& witnessed, EvidenceReport& report)
      : package_(package), verifier_(verifier), witnessed_(witnessed), report_(report) {}

  void verify() {
    const auto& manifest = package_.manifest();
    tenant_ = text_at(manifest, "tenant", "manifest.json");
    origin_ = text_at(manifest, "origin", "manifest.json");
    if (!origin_.ends_with("/" + tenant_))
      broken("manifest.json names another organisation's trail.");
    const auto& left_out = object_of(at(manifest, "left_out", "manifest.json"), "manifest.json");
    report_.left_out = static_cast<std::int64_t>(number_at(left_out, "erasures", "manifest.json") +
                                                 number_at(left_out, "entries", "manifest.json"));
    read_heads();
    compare_with_witness();
    read_entries();
    check_erasures();
    check_deeds("drills.json", "", {"system.drill"});
    check_deeds("restores.json", "", {"system.restore", "tenant."});
    check_deeds("keys.json", "changes", {"keys."});
    check_deeds("retention.json", "changes", {"retention."});
    check_deeds("access.json", "changes", {"user.", "settings.", "audit.mail"});
    // Bundles of before this list was made have none, and no entries that it would tell of.
    auto names = package_.names();
    if (std::ranges::find(names, "contract.json") != names.end())
      check_deeds("contract.json", "", {"contract."});
    for (const auto& [id, entry] : entries_)
      if (!entry.told && entry.action != "evidence.make")
        broken(fmt::format("trail/entries.jsonl has the entry {} ({}), of which no list tells.", id,
                           entry.action));
  }

 private:
  struct Entry {
    std::string action, at, person;
    std::vector<std::string> fields;
    bool told = false;
  };

  json::value parse(const char* name) {
    auto text = package_.read(name);
    if (!text) broken(text.error().message);
    boost::system::error_code problem;
    auto value = json::parse(*text, problem);
    if (problem) broken(fmt::format("{} is damaged.", name));
    return value;
  }

  crypto::Checkpoint open_head(const std::string& note, std::string_view where) {
    auto text = crypto::open_note(note, verifier_);
    auto checkpoint = text ? crypto::read_checkpoint(*text) : std::nullopt;
    if (!checkpoint)
      broken(fmt::format("{} was not signed with this key, or it was changed.", where));
    if (checkpoint->origin != origin_) broken(fmt::format("{} is of another trail.", where));
    return *checkpoint;
  }

  void read_heads() {
    constexpr const char* kFile = "trail/heads.json";
    auto document = parse(kFile);
    const auto& object = object_of(document, kFile);
    if (text_at(object, "origin", kFile) != origin_)
      broken("trail/heads.json is of another trail.");
    for (const auto& item : list_at(object, "heads", kFile)) {
      const auto& head = object_of(item, kFile);
      auto where = fmt::format("Head {} in trail/heads.json", heads_.size() + 1);
      auto checkpoint = open_head(text_at(head, "note", kFile), where);
      if (checkpoint.size != number_at(head, "size", kFile) ||
          to_rfc3339(checkpoint.at) != text_at(head, "at", kFile))
        broken(fmt::format("{} says something else than its signed note.", where));
      if (heads_.empty()) {
        if (!hashes_at(head, kFile).empty())
          broken("The first head has a proof, and nothing before it that it could be about.");
      } else {
        const auto& before = heads_.back();
        // By their sizes: clocks of two machines may differ.
        if (checkpoint.size < before.size)
          broken(fmt::format("{} has fewer entries than the one before it.", where));
        if (!merkle::consistent(before.size, before.root, checkpoint.size, checkpoint.root,
                                hashes_at(head, kFile)))
          broken(fmt::format(
              "The trail of {} ({} entries) does not begin with that of {} ({} "
              "entries): something was rewritten between the two.",
              to_rfc3339(checkpoint.at), checkpoint.size, to_rfc3339(before.at), before.size));
      }
      heads_.push_back(checkpoint);
    }
    report_.heads = heads_.size();
    if (!heads_.empty()) report_.sealed_at = heads_.back().at;
  }

  void compare_with_witness() {
    for (const auto& note : witnessed_) {
      auto text = crypto::open_note(note, verifier_);
      auto kept = text ? crypto::read_checkpoint(*text) : std::nullopt;
      if (!kept || kept->origin != origin_) continue;
      for (const auto& head : heads_) {
        if (head.size != kept->size) continue;
        if (head.root != kept->root)
          broken(
              fmt::format("A witness saw another trail of {} entries on {}: it was rewritten and "
                          "signed again.",
                          kept->size, to_rfc3339(kept->at)));
        ++report_.witnessed;
        break;
      }
      if (!heads_.empty() && kept->size > heads_.back().size && kept->at <= heads_.back().at)
        broken(fmt::format(
            "A witness saw {} entries on {}, and the last head of {} has only {}: the "
            "trail was cut.",
            kept->size, to_rfc3339(kept->at), to_rfc3339(heads_.back().at), heads_.back().size));
    }
  }

  void read_entries() {
    constexpr std::string_view kFile = "trail/entries.jsonl";
    auto text = package_.read(kFile);
    if (!text) broken(text.error().message);
    if (!text->empty() && heads_.empty()) broken("There are entries and no head to prove them to.");
    std::int64_t last = -1;
    std::size_t line = 0;
    for (auto one : split(*text, '\n')) {
      if (one.empty() && line == report_.entries) continue;  // after the last line break
      ++line;
      auto where = fmt::format("Line {} of {}", line, kFile);
      boost::system::error_code problem;
      auto value = json::parse(one, problem);
      if (problem) broken(where + " is damaged.");
      const auto& object = object_of(value, where);
      auto entry = text_at(object, "entry", where);
      auto index = number_at(object, "index", where);
      const auto& head = heads_.back();
      if (index >= head.size || !merkle::included(merkle::leaf_hash(entry), index, head.size,
                                                  hashes_at(object, where), head.root))
        broken(where + ": this entry is not in the trail under the last head.");
      if (static_cast<std::int64_t>(index) <= last)
        broken(where + ": the entries are not in the order of the trail.");
      last = static_cast<std::int64_t>(index);
      remember(entry, where);
      report_.entries = line;
    }
  }

  void remember(const std::string& text, const std::string& where) {
    boost::system::error_code problem;
    auto value = json::parse(text, problem);
    if (problem) broken(where + ": the entry is damaged.");
    const auto& object = object_of(value, where);
    if (text_at(object, "tenant", where) != tenant_)
      broken(where + ": the entry is another organisation's.");
    Entry entry{text_at(object, "action", where), text_at(object, "at", where), {}, {}, false};
    if (object.contains("person")) entry.person = text_at(object, "person", where);
    if (object.contains("fields"))
      for (const auto& field : list_at(object, "fields", where))
        if (field.is_string()) entry.fields.emplace_back(field.as_string());
    if (!entries_.emplace(text_at(object, "id", where), std::move(entry)).second)
      broken(where + ": this entry is there twice.");
  }

  // What a list says of an entry must be what the entry says.
  Entry& told(const json::object& item, std::string_view where) {
    auto id = text_at(item, "entry", where);
    auto found = entries_.find(id);
    if (found == entries_.end())
      broken(fmt::format("{} tells of the entry {}, which is not proven.", where, id));
    if (found->second.told) broken(fmt::format("{} tells of the entry {} again.", where, id));
    if (text_at(item, "at", where) != found->second.at)
      broken(fmt::format("{} gives another time than the entry {}.", where, id));
    found->second.told = true;
    return found->second;
  }

  void check_erasures() {
    constexpr const char* kFile = "erasures.json";
    auto document = parse(kFile);
    if (!document.is_array()) broken("erasures.json is damaged.");
    std::set<std::string> receipts;
    for (const auto& value : document.as_array()) {
      const auto& item = object_of(value, kFile);
      const auto& entry = told(item, kFile);
      auto person = text_at(item, "person", kFile);
      if (entry.action != "person.erase" || entry.person != person)
        broken(fmt::format("erasures.json: the entry is not that of the erasure of {}.", person));
      if (item.contains("receipt")) {
        auto name = text_at(item, "receipt", kFile);
        check_receipt(name, item, person);
        receipts.insert(name);
      }
      ++report_.erasures;
    }
    for (const auto& name : package_.names())
      if (name.starts_with("erasures/") && !receipts.contains(name))
        broken(name + " is a receipt of which erasures.json does not tell.");
  }

  void check_receipt(const std::string& name, const json::object& item, const std::string& person) {
    auto text = package_.read(name);
    if (!text) broken(text.error().message);
    auto receipt = privacy::verify_receipt(*text, verifier_);
    if (!receipt) broken(fmt::format("{}: {}", name, receipt.error().message));
    if (receipt->tenant.str() != tenant_ || receipt->person.str() != person ||
        to_rfc3339(receipt->key_destroyed_at) != text_at(item, "key_destroyed_at", "erasures.json"))
      broken(name + " is the receipt of something else than erasures.json says.");
  }

  // A list of deeds in a file, or under a key of it; each of an action that begins in such a way.
  void check_deeds(const char* file, std::string_view key,
                   std::initializer_list<std::string_view> actions) {
    auto document = parse(file);
    const json::array* list = nullptr;
    if (key.empty()) {
      list = document.if_array();
    } else if (document.is_object()) {
      list = &list_at(document.as_object(), key, file);
    }
    if (list == nullptr) broken(fmt::format("{} is damaged.", file));
    for (const auto& value : *list) {
      const auto& item = object_of(value, file);
      const auto& entry = told(item, file);
      if (std::ranges::none_of(actions,
                               [&](auto begin) { return entry.action.starts_with(begin); }))
        broken(fmt::format("{} tells of an entry that is no such deed ({}).", file, entry.action));
      auto passed = std::ranges::find(entry.fields, "passed") != entry.fields.end();
      if (const auto* said = item.if_contains("passed");
          said != nullptr && (!said->is_bool() || said->as_bool() != passed))
        broken(fmt::format("{} says of a drill what its entry does not say.", file));
      if (item.contains("fields")) check_fields(item, entry, file);
    }
  }

  static void check_fields(const json::object& item, const Entry& entry, std::string_view file) {
    std::vector<std::string> said;
    for (const auto& field : list_at(item, "fields", file))
      if (field.is_string()) said.emplace_back(field.as_string());
    if (said != entry.fields) broken(fmt::format("{} says something else than its entry.", file));
  }

  const trust::OpenPackage& package_;
  std::string_view verifier_;
  const std::vector<std::string>& witnessed_;
  EvidenceReport& report_;
  std::string tenant_, origin_;
  std::vector<crypto::Checkpoint> heads_;
  std::map<std::string, Entry> entries_;
};

void verify_package(std::string_view file, std::string_view verifier,
                    const std::vector<std::string>& witnessed, EvidenceReport& report) {
  auto package = trust::OpenPackage::open(file, verifier);
  if (!package) broken(package.error().message);
  const auto& manifest = package->manifest();
  report.files = package->files();
  report.made_at = package->made_at();
  report.tenant = text_at(manifest, "tenant", "manifest.json");
  if (manifest.contains("organisation"))
    report.organisation = text_at(manifest, "organisation", "manifest.json");
  if (package->format() == people::kPackageFormat) {
    report.kind = "subject-export";
    report.person = text_at(manifest, "person", "manifest.json");
  } else if (package->format() == privacy::kOrganisationFormat) {
    report.kind = "organisation-export";
  } else if (package->format() == kEvidenceFormat) {
    report.kind = "evidence";
    Bundle(*package, verifier, witnessed, report).verify();
  } else {
    broken("This is a file of a kind that this version of Varde does not know.");
  }
}

void verify_text(std::string_view file, std::string_view verifier, EvidenceReport& report) {
  if (file.starts_with(kCertificate)) {
    auto certificate = privacy::verify_certificate(file, verifier);
    if (!certificate) broken(certificate.error().message);
    report.kind = "removal";
    report.tenant = certificate->tenant.str();
    report.organisation = certificate->name;
    report.made_at = certificate->removed_at;
    return;
  }
  auto receipt = privacy::verify_receipt(file, verifier);
  if (!receipt) broken(receipt.error().message);
  report.kind = "erasure";
  report.tenant = receipt->tenant.str();
  report.person = receipt->person.str();
  report.made_at = receipt->key_destroyed_at;
  report.rows_erased_at = receipt->rows_erased_at;
  report.index = receipt->proof.index;
}

}  // namespace

EvidenceReport verify_evidence(std::string_view file, std::string_view verifier,
                               const std::vector<std::string>& witnessed) {
  EvidenceReport report;
  try {
    if (file.starts_with("PK")) {
      verify_package(file, verifier, witnessed, report);
    } else if (file.starts_with("Varde ")) {
      verify_text(file, verifier, report);
    } else {
      broken(
          "This is neither a bundle of evidence, nor the file that answers a request, nor a "
          "receipt of an erasure; or its beginning was changed.");
    }
  } catch (const Broken& e) {
    report.problem = e.why;
  } catch (const std::exception&) {
    report.problem = "The file is damaged.";
  }
  return report;
}

}  // namespace varde::operate
