#include "trust/trail/file.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <sstream>

#include "base/text.hpp"
#include "trust/trail/entry.hpp"

namespace varde::trust {
namespace {

using trail_store::EntryRow;

EntryRow entry_of(int number) {
  EntryRow out;
  out.tenant_id = *Uuid::parse("0190f3a0-0000-7000-8000-000000000001");
  out.entry_id = *Uuid::parse(fmt::format("0190f3a0-0000-7000-8000-{:012}", 100 + number));
  out.at = *parse_rfc3339("2026-03-01T12:30:00.000001Z");
  out.action = "person.update";
  out.object_kind = "person";
  return out;
}

// A trail as the program writes one.
struct File {
  crypto::Signer signer{"example.org", crypto::Key::random()};
  crypto::merkle::Tree tree;
  std::vector<std::string> lines;

  File() {
    lines.push_back(boost::json::serialize(boost::json::object{{"format", "varde-trail/1"},
                                                               {"origin", "example.org/trail/x"},
                                                               {"verifier", signer.verifier()}}));
  }
  void add(const EntryRow& entry) {
    lines.push_back(entry_text(entry));
    tree.append(crypto::merkle::leaf_hash(lines.back()));
  }
  void add_values(const OpenValues& open) {
    lines.push_back(boost::json::serialize(
        boost::json::object{{"salt", base64(open.salt)}, {"text", open.values}}));
  }
  std::string note(const char* at = "2026-03-02T00:00:00Z") const {
    return signer.sign(to_text(
        crypto::Checkpoint{"example.org/trail/x", tree.size(), tree.root(), *parse_rfc3339(at)}));
  }
  void head() { lines.push_back(boost::json::serialize(boost::json::object{{"head", note()}})); }
  TrailReport verify(const std::vector<std::string>& witnessed = {}) const {
    std::string text;
    for (const auto& line : lines) text += line + "\n";
    std::istringstream in(text);
    return verify_trail(in, signer.verifier(), witnessed);
  }
};

// The text is what is hashed: it must never change for entries that exist.
TEST(TrailFile, TheTextOfAnEntryIsFixed) {
  auto entry = entry_of(1);
  EXPECT_EQ(entry_text(entry),
            R"({"tenant":"0190f3a0-0000-7000-8000-000000000001",)"
            R"("id":"0190f3a0-0000-7000-8000-000000000101","at":"2026-03-01T12:30:00.000001Z",)"
            R"("actor":{"kind":"system"},"action":"person.update","object":{"kind":"person"}})");
  entry.actor_kind = ActorKind::user;
  entry.actor_id = entry.object_id = entry.person_id = entry.instruction_id = entry.tenant_id;
  entry.network = "192.0.2.0/24";
  entry.fields = {"email", "a \"b\""};
  entry.commitment = db::Bytes{std::string(32, '\1')};
  EXPECT_EQ(entry_text(entry),
            R"({"tenant":"0190f3a0-0000-7000-8000-000000000001",)"
            R"("id":"0190f3a0-0000-7000-8000-000000000101","at":"2026-03-01T12:30:00.000001Z",)"
            R"("actor":{"kind":"user","id":"0190f3a0-0000-7000-8000-000000000001"},)"
            R"("network":"192.0.2.0/24","action":"person.update",)"
            R"("object":{"kind":"person","id":"0190f3a0-0000-7000-8000-000000000001"},)"
            R"("person":"0190f3a0-0000-7000-8000-000000000001","fields":["email","a \"b\""],)"
            R"("values":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=",)"
            R"("instruction":"0190f3a0-0000-7000-8000-000000000001"})");
}

// Strings are written by hand where nothing needs escaping, and must be what Boost.JSON writes.
RC_GTEST_PROP(TrailFile, TextsAreQuotedAsTheyAlwaysWere, ()) {
  auto text = [] {
    auto piece = rc::gen::oneOf(
        rc::gen::element<std::string>("\"", "\\", "/", "\x7f", "å", "日本", "😀", "plain"),
        rc::gen::map(rc::gen::inRange(0, 128),
                     [](int c) { return std::string(1, static_cast<char>(c)); }));
    std::string out;
    for (const auto& one : *rc::gen::container<std::vector<std::string>>(piece)) out += one;
    return out;
  };
  auto maybe = [&] { return *rc::gen::arbitrary<bool>() ? std::optional(text()) : std::nullopt; };
  auto entry = entry_of(1);
  boost::json::array values;
  std::vector<FieldChange> changes;
  for (int i = *rc::gen::inRange(1, 5); i > 0; --i) {
    changes.push_back({text(), maybe(), maybe()});
    const auto& change = changes.back();
    entry.fields.push_back(change.field);
    boost::json::object value{{"field", change.field}};
    if (change.before) value["old"] = *change.before;
    if (change.after) value["new"] = *change.after;
    values.push_back(std::move(value));
  }
  RC_ASSERT(values_text(changes) == boost::json::serialize(values));
  auto fields = boost::json::serialize(boost::json::value_from(entry.fields));
  RC_ASSERT(entry_text(entry).find(",\"fields\":" + fields + "}") != std::string::npos);
}

TEST(TrailFile, ValuesOpenOnlyUnderThePersonsKeyAndAreThoseCommittedTo) {
  auto key = crypto::Key::random();
  auto entry = entry_of(1);
  seal_values(entry, key, R"([{"field":"email"}])");
  auto open = open_values(entry, key);
  ASSERT_TRUE(open);
  EXPECT_EQ(open->values, R"([{"field":"email"}])");
  EXPECT_EQ(commitment_of(*open), entry.commitment->data);
  EXPECT_FALSE(open_values(entry, crypto::Key::random()));
  auto again = entry_of(1);
  seal_values(again, key, R"([{"field":"email"}])");
  EXPECT_NE(again.commitment->data, entry.commitment->data) << "the same values, another salt";
}

TEST(TrailFile, HoldsOrSaysWhatDoesNot) {
  auto key = crypto::Key::random();
  File file;
  auto early = file.note();
  for (int i = 0; i < 5; ++i) {
    auto entry = entry_of(i);
    entry.person_id = *Uuid::parse(fmt::format("0190f3a0-0000-7000-8000-{:012}", 900 + i));
    seal_values(entry, key, fmt::format(R"([{{"field":"f{}"}}])", i));
    file.add(entry);
    if (i != 3) file.add_values(*open_values(entry, key));
    if (i == 1) early = file.note("2026-03-01T00:00:00Z");
  }
  auto erasure = entry_of(50);
  erasure.action = "person.erase";
  erasure.person_id = *Uuid::parse("0190f3a0-0000-7000-8000-000000000903");
  auto unerased = file;
  file.add(erasure);
  file.head();
  unerased.head();
  auto report = file.verify({early});
  EXPECT_EQ(report.problem, "");
  EXPECT_EQ(report.entries, 6U);
  EXPECT_EQ(report.values, 4U);
  EXPECT_EQ(report.erased, 1U);
  EXPECT_EQ(report.heads, 2U);
  EXPECT_EQ(report.witnessed, 1U);
  EXPECT_NE(unerased.verify().problem.find("were left out"), std::string::npos);

  struct Case {
    const char* what;
    std::function<void(std::vector<std::string>&)> change;
    const char* said;
  };
  const Case cases[] = {
      {"nothing", [](auto& lines) { lines.clear(); }, "empty"},
      {"no header", [](auto& lines) { lines.erase(lines.begin()); }, "damaged"},
      {"dropped", [](auto& lines) { lines.erase(lines.begin() + 1, lines.begin() + 3); }, "cut"},
      {"swapped", [](auto& lines) { std::swap(lines[1], lines[3]); }, "not the values"},
      {"changed", [](auto& lines) { lines[1].replace(lines[1].find("update"), 6, "delete"); },
       "between entry"},
      {"no head", [](auto& lines) { lines.pop_back(); }, "no signed head"},
      {"values elsewhere", [](auto& lines) { std::swap(lines[2], lines[4]); }, "not the values"},
      {"values twice", [](auto& lines) { lines.insert(lines.begin() + 3, lines[2]); },
       "no entry has"},
      {"something else", [](auto& lines) { lines.insert(lines.begin() + 1, "{}"); }, "neither"},
      {"more at the end", [](auto& lines) { lines.push_back(lines[1]); }, "no signed head"},
  };
  for (const auto& one : cases) {
    auto broken = file;
    one.change(broken.lines);
    EXPECT_NE(broken.verify().problem.find(one.said), std::string::npos)
        << one.what << ": " << broken.verify().problem;
  }
  // A whole other trail, well signed: only who kept a head sees it.
  File forged;
  forged.signer = file.signer;
  forged.lines.front() = file.lines.front();
  for (int i = 10; i < 20; ++i) forged.add(entry_of(i));
  forged.head();
  EXPECT_TRUE(forged.verify().ok());
  EXPECT_NE(forged.verify({early}).problem.find("a witness saw"), std::string::npos);
}

TEST(TrailFile, ReadsManyNotes) {
  crypto::Signer signer("example.org", crypto::Key::random());
  auto one = signer.sign("a\n1\n"), two = signer.sign("b\n2\n");
  EXPECT_EQ(notes_of(one + two), (std::vector{one, two}));
  EXPECT_EQ(notes_of(one + "\n" + two), (std::vector{one, two}));
  EXPECT_EQ(notes_of(""), std::vector<std::string>{});
  EXPECT_EQ(notes_of("rubbish"), std::vector<std::string>{});
}

}  // namespace
}  // namespace varde::trust
