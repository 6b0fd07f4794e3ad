#include "operate/evidence/verify.hpp"

#include <gtest/gtest.h>

#include <random>

#include "base/text.hpp"
#include "operate/evidence/facts.hpp"
#include "privacy/contract/certificate.hpp"
#include "privacy/contract/package.hpp"
#include "privacy/erasure/receipt.hpp"
#include "trust/package/signed.hpp"
#include "web/reflect.hpp"

namespace varde::operate {
namespace {

namespace json = boost::json;
namespace merkle = crypto::merkle;

constexpr std::string_view kTenant = "0190f3a0-0000-7000-8000-000000000001";

std::string id_of(int number) { return fmt::format("0190f3a0-0000-7000-8000-{:012}", number); }
std::string time_of(int day) { return fmt::format("2026-03-{:02}T12:00:00Z", day); }

// A bundle as the program writes one, of a trail that is small enough to hold; every part can be
// changed before it is signed, as somebody who has the key could.
struct Made {
  crypto::Signer signer{"example.org", crypto::Key::from(std::string(32, 'k')).value()};
  std::string origin = fmt::format("example.org/trail/{}", kTenant);
  std::vector<std::string> leaves;
  std::vector<std::uint64_t> head_sizes{5, 9, 12};
  std::map<std::string, std::string> files;

  Made() {
    for (int i = 0; i < 12; ++i) leaves.push_back(entry(i));
    write();
  }

  // Every third entry is an erasure, every fourth a drill.
  static std::string entry(int i) {
    json::object out{{"tenant", kTenant},
                     {"id", id_of(100 + i)},
                     {"at", time_of(1 + i)},
                     {"action", i % 3 == 0   ? "person.erase"
                                : i % 4 == 1 ? "system.drill"
                                             : "person.update"}};
    if (i % 3 == 0) out["person"] = id_of(500 + i);
    if (i % 3 != 0 && i % 4 == 1) out["fields"] = json::array{"passed"};
    return json::serialize(out);
  }
  merkle::Nodes nodes() const {
    return [this](const merkle::Node& node) {
      merkle::Tree tree;
      for (auto i = node.place << node.level; i < (node.place + 1) << node.level; ++i)
        tree.append(merkle::leaf_hash(leaves[i]));
      return tree.root();
    };
  }
  static json::array texts(const std::vector<merkle::Digest>& hashes) {
    json::array out;
    for (const auto& hash : hashes) out.emplace_back(base64(merkle::view(hash)));
    return out;
  }
  std::string note(std::uint64_t size, int day) const {
    return signer.sign(to_text(crypto::Checkpoint{origin, size, merkle::root(size, nodes()),
                                                  *parse_rfc3339(time_of(day))}));
  }
  std::vector<std::string> path(std::uint64_t i) const {
    std::vector<std::string> out;
    for (const auto& hash : merkle::inclusion_proof(i, leaves.size(), nodes()))
      out.push_back(base64(merkle::view(hash)));
    return out;
  }

  void write() {
    json::array heads, erasures, drills;
    for (std::size_t i = 0; i < head_sizes.size(); ++i) {
      auto size = head_sizes[i];
      auto day = 10 + static_cast<int>(i) * 5;
      heads.push_back({{"size", size},
                       {"at", time_of(day)},
                       {"note", note(size, day)},
                       {"hashes", i == 0 ? json::array()
                                         : texts(merkle::consistency_proof(head_sizes[i - 1], size,
                                                                           nodes()))}});
    }
    files["trail/heads.json"] =
        json::serialize(json::object{{"origin", origin}, {"heads", std::move(heads)}});
    auto& lines = files["trail/entries.jsonl"];
    lines.clear();
    for (std::size_t i = 0; i < leaves.size(); ++i) {
      const auto object = json::parse(leaves[i]).as_object();
      auto action = std::string(object.at("action").as_string());
      if (action == "person.update") continue;
      lines += json::serialize(json::object{
                   {"entry", leaves[i]}, {"index", i}, {"hashes", web::write(path(i))}}) +
               "\n";
      json::object fact{{"entry", object.at("id")}, {"at", object.at("at")}};
      if (action == "system.drill") {
        fact["passed"] = true;
        fact["fields"] = json::array{"passed"};
        drills.push_back(fact);
        continue;
      }
      auto name = fmt::format("erasures/{}.txt", std::string(object.at("id").as_string()));
      fact["person"] = object.at("person");
      fact["key_destroyed_at"] = time_of(20);
      fact["receipt"] = name;
      erasures.push_back(fact);
      files[name] = privacy::sign_receipt(
          signer, {*Uuid::parse(kTenant),
                   *Uuid::parse(object.at("person").as_string()),
                   *parse_rfc3339(object.at("at").as_string()),
                   *parse_rfc3339(time_of(20)),
                   {leaves[i], static_cast<std::int64_t>(i), path(i), note(leaves.size(), 20)}});
    }
    files["erasures.json"] = json::serialize(erasures);
    files["drills.json"] = json::serialize(drills);
    files["restores.json"] = "[]";
    files["keys.json"] = files["retention.json"] = files["access.json"] = R"({"changes":[]})";
    files["index.html"] = "<!doctype html><p>" + std::string(3'000, 'x');
  }

  std::string package() const { return package(signer); }
  std::string package(const crypto::Signer& by) const {
    std::string out;
    trust::SignedPackage zip(by, *parse_rfc3339("2026-03-21T08:00:00.5Z"),
                             [&](std::string_view bytes) {
                               out += bytes;
                               return true;
                             });
    for (const auto& [name, text] : files) zip.add(name, text);
    zip.finish({{"format", kEvidenceFormat},
                {"tenant", kTenant},
                {"organisation", "Test"},
                {"origin", origin},
                {"left_out", {{"erasures", 0}, {"entries", 0}}}});
    return out;
  }
  std::string problem(const std::vector<std::string>& witnessed = {}) const {
    return verify_evidence(package(), signer.verifier(), witnessed).problem;
  }
};

TEST(Evidence, WhatIsMadeHolds) {
  Made made;
  auto report = verify_evidence(made.package(), made.signer.verifier(), {made.note(9, 15)});
  EXPECT_EQ(report.problem, "");
  EXPECT_EQ(report.kind, "evidence");
  EXPECT_EQ(report.heads, 3u);
  EXPECT_EQ(report.entries, 6u);
  EXPECT_EQ(report.erasures, 4u);
  EXPECT_EQ(report.witnessed, 1u);
}

std::map<std::string, std::string> contents(std::string_view file) {
  std::map<std::string, std::string> out;
  auto zip = trust::ZipReader::open(file);
  for (const auto& entry : zip->entries())
    out[entry.name] = *trust::ZipReader::read(entry, 1 << 20);
  return out;
}

// Every single byte of the file, in a random bit. What is found in no way must be no change: a run
// of one letter, or a text that repeats itself, can be packed in more ways than one.
TEST(Evidence, EveryChangedByteIsFound) {
  Made made;
  const auto whole = made.package();
  std::mt19937 random(11);
  std::size_t found = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    auto changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ (1 << random() % 8));
    if (verify_evidence(changed, made.signer.verifier()).ok()) {
      EXPECT_EQ(contents(changed), contents(whole)) << "byte " << at << " of " << whole.size();
    } else {
      ++found;
    }
  }
  EXPECT_GE(found + 4, whole.size());
}

// All times of the entries alike, so that they agree with one another.
TEST(Evidence, AnotherTimeIsFound) {
  Made made;
  auto file = made.package();
  constexpr std::string_view kTimes("UT\5\0\1", 5);
  for (auto at = file.find(kTimes); at != std::string::npos; at = file.find(kTimes, at + 1))
    file[at + kTimes.size()] = static_cast<char>(file[at + kTimes.size()] ^ 1);
  EXPECT_NE(verify_evidence(file, made.signer.verifier()).problem.find("times"), std::string::npos);
}

TEST(Evidence, WhatIsCutMovedOrDoubledIsFound) {
  Made made;
  const auto whole = made.package();
  std::mt19937 random(12);
  for (int i = 0; i < 2'000; ++i) {
    auto at = random() % whole.size();
    auto size = 1 + random() % std::min<std::size_t>(whole.size() - at, 400);
    auto changed = whole;
    auto piece = whole.substr(at, size);
    switch (i % 4) {
      case 0:
        changed.erase(at, size);
        break;
      case 1:
        changed.insert(random() % whole.size(), piece);
        break;
      case 2:
        changed.resize(at);
        break;
      case 3:
        changed.replace(random() % (whole.size() - size + 1), size, piece);
        break;
    }
    if (changed == whole) continue;
    EXPECT_NE(verify_evidence(changed, made.signer.verifier()).problem, "") << i;
  }
}

TEST(Evidence, AnotherKeyIsFound) {
  Made made;
  crypto::Signer other("example.org", crypto::Key::random());
  EXPECT_NE(verify_evidence(made.package(other), made.signer.verifier()).problem, "");
  EXPECT_NE(verify_evidence(made.package(), other.verifier()).problem, "");
  EXPECT_NE(verify_evidence(made.package(), "nonsense").problem, "");
}

// Whoever has the key can sign anything, and is found by what the trail proves.
TEST(Evidence, WhatIsSignedAgainIsFound) {
  auto replaced = [](std::string& text, std::string_view from, std::string_view to) {
    auto at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
  };
  struct Case {
    const char* what;
    std::function<void(Made&)> change;
    const char* found;
  };
  const std::vector<Case> cases = {
      {"an erasure is left out", [](Made& made) { made.files["erasures.json"] = "[]"; },
       "receipt of which"},
      {"an erasure and its receipts are left out",
       [](Made& made) {
         made.files["erasures.json"] = "[]";
         std::erase_if(made.files,
                       [](const auto& file) { return file.first.starts_with("erasures/"); });
       },
       "of which no list tells"},
      {"a drill is said to have failed",
       [&](Made& made) { replaced(made.files["drills.json"], "true", "false"); }, "does not say"},
      {"a drill is said to have compared more",
       [&](Made& made) {
         replaced(made.files["drills.json"], "[\"passed\"]", "[\"passed\",\"9 rows\"]");
       },
       "says something else"},
      {"a drill is told at another time",
       [&](Made& made) { replaced(made.files["drills.json"], time_of(2), time_of(3)); },
       "another time"},
      {"a drill is told twice",
       [](Made& made) {
         auto list = json::parse(made.files["drills.json"]).as_array();
         list.push_back(list[0]);
         made.files["drills.json"] = json::serialize(list);
       },
       "again"},
      {"an erasure is another person's",
       [&](Made& made) { replaced(made.files["erasures.json"], id_of(500), id_of(501)); },
       "not that of the erasure"},
      {"an entry is invented",
       [&](Made& made) { replaced(made.files["trail/entries.jsonl"], id_of(501 - 1), id_of(777)); },
       "not in the trail"},
      {"two heads are swapped",
       [](Made& made) {
         auto document = json::parse(made.files["trail/heads.json"]);
         auto& heads = document.at("heads").as_array();
         std::swap(heads[1], heads[2]);
         made.files["trail/heads.json"] = json::serialize(document);
       },
       "does not begin with"},
      {"two heads are swapped, without proofs",
       [](Made& made) {
         auto document = json::parse(made.files["trail/heads.json"]);
         auto& heads = document.at("heads").as_array();
         heads.erase(heads.begin() + 1);
         std::swap(heads[0], heads[1]);
         heads[0].at("hashes") = json::array();
         made.files["trail/heads.json"] = json::serialize(document);
       },
       "fewer entries"},
      {"a head is of another trail",
       [](Made& made) {
         auto origin = std::exchange(made.origin, "example.org/trail/other");
         auto note = made.note(9, 15);
         made.origin = origin;
         auto document = json::parse(made.files["trail/heads.json"]);
         document.at("heads").as_array()[1].at("note") = note;
         made.files["trail/heads.json"] = json::serialize(document);
       },
       "of another trail"},
      {"the trail was rewritten between two heads",
       [](Made& made) {
         auto old = made.note(5, 10);
         made.leaves[2] = Made::entry(2 + 4 * 3 + 3);
         made.files.clear();
         made.write();
         auto document = json::parse(made.files["trail/heads.json"]);
         document.at("heads").as_array()[0].at("note") = old;
         made.files["trail/heads.json"] = json::serialize(document);
       },
       "does not begin with"},
      {"a drill is told as a step of the contract",
       [](Made& made) {
         made.files["contract.json"] = made.files["drills.json"];
         made.files["drills.json"] = "[]";
       },
       "no such deed"},
      {"a step of the contract is told that is in no trail",
       [](Made& made) {
         made.files["contract.json"] =
             R"([{"entry":"01900000-0000-7000-8000-00000000ffff","at":"2026-03-21T08:00:00Z"}])";
       },
       "not proven"},
      {"a file is missing", [](Made& made) { made.files.erase("drills.json"); }, "missing"},
      {"a file is no JSON", [](Made& made) { made.files["keys.json"] = "{"; }, "damaged"},
  };
  for (const auto& one : cases) {
    Made made;
    one.change(made);
    auto problem = made.problem();
    EXPECT_NE(problem.find(one.found), std::string::npos) << one.what << ": " << problem;
  }
}

TEST(Evidence, AWitnessFindsWhatTheKeyHides) {
  Made before;
  auto kept = before.note(9, 15);
  Made after;
  after.leaves[2] = Made::entry(17);
  after.files.clear();
  after.write();
  EXPECT_EQ(after.problem(), "") << "rewritten and signed again, it holds in itself";
  EXPECT_NE(after.problem({kept}).find("witness"), std::string::npos);
  EXPECT_EQ(before.problem({kept}), "");

  Made cut;
  cut.leaves.resize(9);
  cut.head_sizes = {5, 9};
  cut.files.clear();
  cut.write();
  EXPECT_EQ(cut.problem({before.note(12, 20)}), "") << "of after the last head";
  EXPECT_NE(cut.problem({before.note(12, 14)}).find("cut"), std::string::npos);
}

TEST(Evidence, ReceiptsAndCertificatesAreOfTheirKind) {
  Made made;
  const auto& receipt = std::ranges::find_if(made.files, [](const auto& file) {
                          return file.first.starts_with("erasures/");
                        })->second;
  auto certificate = privacy::sign_certificate(
      made.signer, {.tenant = *Uuid::parse(kTenant), .name = "Test", .removed_at = now()});
  for (const auto& [text, kind] : std::vector<std::pair<std::string, const char*>>{
           {receipt, "erasure"}, {certificate, "removal"}}) {
    auto report = verify_evidence(text, made.signer.verifier());
    EXPECT_EQ(report.problem, "");
    EXPECT_EQ(report.kind, kind);
    for (std::size_t at = 0; at < text.size(); ++at) {
      auto changed = text;
      changed[at] = static_cast<char>(changed[at] ^ 1);
      EXPECT_NE(verify_evidence(changed, made.signer.verifier()).problem, "") << kind << " " << at;
    }
  }
}

// All that an organisation takes along may be more files than the old ZIP format counts.
TEST(Evidence, AFileOfMoreThan65535FilesIsVerified) {
  Made made;
  auto package = [&](std::string_view last) {
    std::string out;
    trust::SignedPackage zip(made.signer, *parse_rfc3339("2026-03-21T08:00:00.5Z"),
                             [&](std::string_view part) {
                               out += part;
                               return true;
                             });
    for (int i = 0; i < 66'000; ++i)
      EXPECT_TRUE(zip.add(fmt::format("files/{}.txt", i), std::to_string(i), true));
    EXPECT_TRUE(zip.begin("last.txt") && zip.write(last) && zip.end());
    EXPECT_TRUE(zip.finish({{"format", privacy::kOrganisationFormat}, {"tenant", "t"}}));
    return out;
  };
  auto file = package("the last one");
  auto report = verify_evidence(file, made.signer.verifier());
  EXPECT_EQ(report.problem, "");
  EXPECT_EQ(report.kind, "organisation-export");
  EXPECT_EQ(report.files, 66'001u);
  // Stored as it is, with its checksum in both places: a number behind the 65,535th.
  auto at = file.find("65999", file.find("files/65999.txt") + 20);
  file[at] = '7';
  EXPECT_NE(verify_evidence(file, made.signer.verifier()).problem.find("files/65999.txt"),
            std::string::npos);
}

// Bytes that no reader shows, and two readers that are shown different things.
TEST(Zip, OnlyWhatTheWriterWritesIsRead) {
  std::string file;
  trust::ZipWriter zip(
      [&](std::string_view part) {
        file += part;
        return true;
      },
      now());
  EXPECT_TRUE(zip.add("a.txt", std::string(5'000, 'a')));
  EXPECT_TRUE(zip.add("b.bin", "stored", true));
  EXPECT_TRUE(zip.add("empty", ""));
  EXPECT_TRUE(zip.begin("streamed") && zip.write("a piece, ") && zip.write("another") && zip.end());
  EXPECT_TRUE(zip.finish());
  auto read = trust::ZipReader::open(file);
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->entries().size(), 4u);
  EXPECT_EQ(*trust::ZipReader::read(*read->find("streamed"), 100), "a piece, another");
  EXPECT_EQ(*trust::ZipReader::read(*read->find("a.txt"), 5'000), std::string(5'000, 'a'));
  EXPECT_FALSE(trust::ZipReader::read(*read->find("a.txt"), 4'999)) << "more than wanted";
  EXPECT_EQ(*trust::ZipReader::read(*read->find("b.bin"), 100), "stored");
  EXPECT_EQ(*trust::ZipReader::read(*read->find("empty"), 0), "");
  EXPECT_EQ(read->find("c"), nullptr);
  EXPECT_FALSE(trust::ZipReader::open("x" + file));
  EXPECT_FALSE(trust::ZipReader::open(file + "x"));
  EXPECT_FALSE(trust::ZipReader::open(file.substr(0, file.size() - 1)));
  EXPECT_FALSE(trust::ZipReader::open(""));
  auto hidden = file;
  hidden.insert(hidden.find("PK\1\2"), "hidden");
  EXPECT_FALSE(trust::ZipReader::open(hidden));
}

TEST(Document, HtmlSaysTheSameAndRunsNothing) {
  Document document;
  document.title = "A <b> & \"c\"";
  document.section("One & two");
  document.table({"<h>"}, {{{"<script>alert(1)</script>"}}}, "");
  document.facts({{"Åse", "Ørn"}});
  auto html = as_html(document);
  EXPECT_EQ(html.find("<script"), std::string::npos);
  EXPECT_NE(html.find("Åse"), std::string::npos);
  EXPECT_NE(html.find("One &amp; two"), std::string::npos);
}

TEST(Document, PdfOfAnySize) {
  Document document;
  document.title = "Protection åøä";
  document.footer = "foot";
  document.section("A");
  for (int i = 0; i < 40; ++i) document.text(std::string(400, 'x') + " words that go on");
  document.text(std::string(6'000, 'y'));
  std::vector<std::vector<Cell>> rows;
  for (int i = 0; i < 60; ++i)
    rows.push_back(
        {{std::string(i * 10, 'z')}, {"0190f3a0-0000-7000-8000-000000000001", true}, {""}});
  document.table({"One", "Two", "Three"}, rows, "");
  document.note(Tone::bad, "Wrong: æ");
  document.list({"a", "b"});
  document.facts({{"name", "value"}});
  auto pdf = as_pdf(document);
  EXPECT_TRUE(pdf.starts_with("%PDF-"));
  EXPECT_NE(pdf.find("/Outlines"), std::string::npos);
}

TEST(Promises, AreCarriedByTheProgram) {
  auto all = promises();
  EXPECT_GT(all.size(), 40u);
  auto kept = std::ranges::find(all, "S40", &PromiseFact::id);
  ASSERT_NE(kept, all.end());
  EXPECT_NE(kept->test.find("test_evidence.py"), std::string::npos);
  EXPECT_FALSE(kept->promise.empty());
}

}  // namespace
}  // namespace varde::operate
