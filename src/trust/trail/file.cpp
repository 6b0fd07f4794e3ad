#include "trust/trail/file.hpp"

#include <map>
#include <unordered_set>

#include "base/text.hpp"
#include "trust/trail/entry.hpp"
#include "trust/trail/store_sql.hpp"
#include "trust/trail/trail.hpp"

namespace varde::trust {

using namespace trail_store;
namespace json = boost::json;
namespace merkle = crypto::merkle;

namespace {

constexpr std::string_view kFormat = "varde-trail/1";
constexpr std::int64_t kBatch = 2'000;
constexpr std::size_t kLongestLine = 4 << 20;
// The action by which a person's values are gone for good.
constexpr std::string_view kErased = "\"action\":\"person.erase\"";

std::string line_of(const json::object& object) { return json::serialize(object) + "\n"; }

class Verification {
 public:
  Verification(std::string_view verifier, const std::vector<std::string>& witnessed)
      : verifier_(verifier), witnessed_(witnessed) {}

  TrailReport run(std::istream& file) {
    std::string line;
    try {
      while (report_.ok() && std::getline(file, line)) read(line);
      if (report_.ok()) finish();
    } catch (const std::exception&) {
      fail("the file is damaged there");
    }
    return std::move(report_);
  }

 private:
  void fail(const std::string& what) { report_.problem = fmt::format("Line {}: {}.", line_, what); }

  void read(const std::string& line) {
    ++line_;
    if (line.size() > kLongestLine) return fail("it is too long to be of a trail");
    if (line_ == 1) return begin(line);
    if (line.starts_with("{\"tenant\":")) return entry(line);
    if (line.starts_with("{\"salt\":")) return values(line);
    if (line.starts_with("{\"head\":"))
      return head(std::string(json::parse(line).at("head").as_string()), false);
    fail("it is neither an entry, nor values, nor a head");
  }

  void begin(const std::string& line) {
    auto header = json::parse(line).as_object();
    if (header.at("format").as_string() != kFormat)
      return fail("this is not a trail, or one of another version of Varde");
    report_.origin = header.at("origin").as_string();
    if (header.at("verifier").as_string() != verifier_)
      return fail("this trail says that it was signed with another key than yours");
    for (const auto& note : witnessed_) head(note, true);
  }

  // Whether an entry that hides values was followed by them, or its person is known to be erased
  // in the end.
  void close_entry() {
    if (!awaits_values_) return;
    awaits_values_ = false;
    auto object = json::parse(last_).as_object();
    const auto* person = object.if_contains("person");
    ++report_.erased;
    missing_.try_emplace(person != nullptr ? std::string(person->as_string()) : std::string(),
                         line_ - 1);
  }

  void entry(const std::string& line) {
    close_entry();
    // Only what may matter later is kept of an entry.
    awaits_values_ = line.find("\"values\":") != std::string::npos;
    if (awaits_values_) last_ = line;
    if (line.find(kErased) != std::string::npos) {
      auto object = json::parse(line).as_object();
      if (object.at("action").as_string() == "person.erase")
        if (const auto* person = object.if_contains("person"))
          erased_.insert(std::string(person->as_string()));
    }
    tree_.append(merkle::leaf_hash(line));
    ++report_.entries;
    compare();
  }

  void values(const std::string& line) {
    if (!awaits_values_) return fail("values stand where no entry has any");
    awaits_values_ = false;
    auto shown = json::parse(line).as_object();
    std::string spelled(shown.at("salt").as_string());
    auto salt = unbase64(spelled);
    auto entered = json::parse(last_).as_object();
    if (!salt || base64(commitment_of({*salt, std::string(shown.at("text").as_string())})) !=
                     std::string(entered.at("values").as_string()))
      return fail("these are not the values that were entered");
    ++report_.values;
  }

  void head(const std::string& note, bool witnessed) {
    auto text = crypto::open_note(note, verifier_);
    auto checkpoint = text ? crypto::read_checkpoint(*text) : std::nullopt;
    if (!checkpoint) {
      // A witness may keep what others signed.
      if (!witnessed) fail("this head was not signed with your key, or it was changed");
      return;
    }
    if (checkpoint->origin != report_.origin) {
      if (!witnessed) fail("this head is of another trail");
      return;
    }
    if (checkpoint->size < report_.entries)
      return fail("this head is of an earlier time than the entries above it");
    auto& known = awaited_[checkpoint->size];
    known.push_back({checkpoint->root, checkpoint->at, witnessed});
    if (checkpoint->size == report_.entries) compare();
  }

  void compare() {
    auto here = awaited_.find(report_.entries);
    if (here == awaited_.end()) return;
    for (const auto& expected : here->second) {
      if (expected.root != tree_.root()) {
        report_.problem =
            expected.witnessed
                ? fmt::format(
                      "The first {} entries are not those that a witness saw on {}: the trail was "
                      "rewritten and signed again.",
                      report_.entries, to_rfc3339(expected.at))
                : fmt::format(
                      "Something was changed, dropped, added or moved between entry {} and entry "
                      "{}: they do not agree with the head that was signed on {}.",
                      agreed_ + 1, report_.entries, to_rfc3339(expected.at));
        return;
      }
      ++report_.heads;
      if (expected.witnessed) ++report_.witnessed;
      report_.sealed_at = std::max(report_.sealed_at, expected.at);
      if (!expected.witnessed) sealed_ = report_.entries;
    }
    agreed_ = report_.entries;
    awaited_.erase(here);
  }

  void finish() {
    if (line_ == 0) return fail("the file is empty");
    close_entry();
    for (const auto& [size, all] : awaited_)
      for (const auto& expected : all) {
        // What a witness saw after this file was made is not missing in it.
        if (expected.witnessed && expected.at > report_.sealed_at) continue;
        report_.problem = fmt::format(
            "The trail was cut: it ends after {} entries, and {} on {} there were {}.",
            report_.entries, expected.witnessed ? "a witness saw that" : "it was signed that",
            to_rfc3339(expected.at), size);
        return;
      }
    if (sealed_ != report_.entries || report_.heads == 0) {
      report_.problem =
          fmt::format("The last {} entries stand under no signed head.", report_.entries - sealed_);
      return;
    }
    for (const auto& [person, line] : missing_)
      if (!erased_.contains(person)) {
        report_.problem = fmt::format(
            "Line {}: the values of this entry were left out, and the trail does not say that the "
            "person was erased.",
            line);
        return;
      }
  }

  struct Expected {
    merkle::Digest root;
    Timestamp at;
    bool witnessed;
  };

  std::string verifier_;
  const std::vector<std::string>& witnessed_;
  TrailReport report_;
  merkle::Tree tree_;
  std::uint64_t line_ = 0, agreed_ = 0, sealed_ = 0;
  bool awaits_values_ = false;
  std::string last_;
  std::map<std::uint64_t, std::vector<Expected>> awaited_;
  std::map<std::string, std::uint64_t> missing_;  // the person and the first line without values
  std::unordered_set<std::string> erased_;
};

// The entries from `from` until `until`, each with its values if they can be opened. False when
// nobody reads any more; persons without a key are added to `gone`.
bool write_entries(Base& base, const Uuid& tenant, std::int64_t from, std::int64_t until,
                   std::unordered_set<Uuid>& gone,
                   const std::function<bool(std::string_view)>& write) {
  for (; from < until; from += kBatch) {
    Ctx ctx(base, tenant, {});
    auto rows = ctx.tx().all<LeafEntry>(store::kAuditLeaves, from, std::min(from + kBatch, until));
    std::vector<Uuid> persons;
    for (const auto& row : rows)
      if (row.commitment && row.person_id) persons.push_back(*row.person_id);
    auto keys = base.keys.keys(tenant, persons, false);
    auto own = values_key(base, tenant);
    std::string out;
    for (const auto& row : rows) {
      out += entry_text(row) + "\n";
      if (!row.commitment) continue;
      auto key = row.person_id ? keys.find(*row.person_id) : keys.end();
      auto open = !row.person_id      ? open_values(row, own)
                  : key == keys.end() ? std::nullopt
                                      : open_values(row, key->second);
      if (open) {
        out += line_of({{"salt", base64(open->salt)}, {"text", open->values}});
      } else if (row.person_id) {
        gone.insert(*row.person_id);
      }
    }
    if (!write(out)) return false;
  }
  return true;
}

}  // namespace

void write_trail(Base& base, const Uuid& tenant,
                 const std::function<bool(std::string_view)>& write) {
  auto head = seal_trail(base, tenant);
  auto note_line = [](const std::string& note) { return line_of({{"head", note}}); };
  {
    Ctx ctx(base, tenant, {});
    auto out = line_of({{"format", kFormat},
                        {"origin", trail_origin(base, tenant)},
                        {"verifier", base.keys.signer().verifier()}});
    for (const auto& earlier : ctx.tx().all<HeadRow>(store::kAuditDailyHeads))
      if (earlier.size < head.size) out += note_line(earlier.note);
    if (!write(out)) return;
  }
  std::int64_t from = 0;
  // Whoever is erased while this runs must be found erased at its end: then it goes on until there.
  while (true) {
    std::unordered_set<Uuid> gone;
    if (!write_entries(base, tenant, from, head.size, gone, write)) return;
    if (!write(note_line(head.note))) return;
    from = head.size;
    if (gone.empty()) return;
    auto later = seal_trail(base, tenant);
    if (later.size == head.size) return;
    head = later;
  }
}

TrailReport verify_trail(std::istream& file, std::string_view verifier,
                         const std::vector<std::string>& witnessed) {
  return Verification(verifier, witnessed).run(file);
}

std::vector<std::string> notes_of(std::string_view text) {
  // A note is text, an empty line, and signatures; the next one begins after the last of these.
  std::vector<std::string> out;
  std::string note;
  bool signatures = false;
  for (auto line : split(text, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);  // saved from a mail
    bool is_signature = line.starts_with("\u2014 ");
    if (signatures && !is_signature) {
      out.push_back(std::move(note));
      note.clear();
      signatures = false;
    }
    if (note.empty() && line.empty()) continue;
    note += line;
    note += '\n';
    signatures = signatures || is_signature;
  }
  if (signatures) out.push_back(std::move(note));
  return out;
}

}  // namespace varde::trust
