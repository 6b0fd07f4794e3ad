#include "operate/backup/plan.hpp"

#include <gtest/gtest.h>

#include "operate/backup/settings.hpp"

namespace varde::operate {
namespace {

Timestamp at(std::int64_t seconds) { return Timestamp(std::chrono::seconds(seconds)); }

Backup made(std::string label, Kind kind, std::int64_t stop, std::int64_t timeline,
            std::uint64_t lsn, int repository = 1) {
  Backup out;
  out.label = std::move(label);
  out.kind = kind;
  out.repository = repository;
  out.start = at(stop - 10);
  out.stop = at(stop);
  out.timeline = timeline;
  out.stop_lsn = lsn;
  return out;
}

std::string label_of(const Backup* backup) { return backup == nullptr ? "none" : backup->label; }

TEST(Plan, ReadsWhatPgBackRestSays) {
  auto info = read_info(
      R"([{"archive":[],"backup":[
        {"archive":{"start":"000000010000000000000002","stop":"000000010000000000000003"},
         "backrest":{"format":5,"version":"2.45"},"database":{"id":1,"repo-key":2},"error":false,
         "info":{"delta":23,"repository":{"delta":28,"size":29},"size":24},"label":"20261122-115013F",
         "lsn":{"start":"0/2000028","stop":"1/2000100"},"prior":null,"reference":null,
         "timestamp":{"start":1795348213,"stop":1795348219},"type":"full"}],
        "cipher":"aes-256-cbc","db":[{"id":1,"repo-key":1,"system-id":7710961856083501563,"version":"15"}],
        "name":"main","repo":[{"cipher":"aes-256-cbc","key":1,"status":{"code":2,"message":"no valid backups"}},
        {"cipher":"aes-256-cbc","key":2,"status":{"code":0,"message":"ok"}}],
        "status":{"code":0,"lock":{"backup":{"held":false}},"message":"ok"}}])",
      "main");
  ASSERT_EQ(info.backups.size(), 1U);
  const auto& backup = info.backups[0];
  EXPECT_EQ(backup.label, "20261122-115013F");
  EXPECT_EQ(backup.kind, Kind::full);
  EXPECT_EQ(backup.repository, 2);
  EXPECT_EQ(backup.stop_lsn, 0x102000100U);
  EXPECT_EQ(backup.timeline, 1);
  EXPECT_EQ(backup.database_bytes, 24);
  EXPECT_EQ(backup.repository_bytes, 28);
  EXPECT_EQ(backup.stop, at(1795348219));
  ASSERT_EQ(info.repositories.size(), 2U);
  EXPECT_EQ(info.repositories[0].code, 2);
  EXPECT_EQ(info.repositories[0].message, "no valid backups");
  EXPECT_EQ(info.system_id, "7710961856083501563");
  EXPECT_TRUE(read_info("[]", "main").backups.empty());
  EXPECT_THROW(read_info("", "main"), std::runtime_error);
  EXPECT_THROW(read_info(R"([{"name":"main"}])", "main"), std::runtime_error);
}

// Lived until 1000 on timeline 1; then restored to 500 and lived on 2; at 2000 restored to 1500
// (on 2) and lived on 3; at 3000 restored to 800, which was on 1, and lived on 4.
const std::vector<Fork> kForks = {{"main", 2, 1, "0/500", at(500), at(1000)},
                                  {"main", 3, 2, "0/1500", at(1500), at(2000)},
                                  {"main", 4, 1, "0/800", at(800), at(3000)}};

TEST(Plan, ARestoreBeginsWithABackupOnItsWay) {
  Info info;
  info.backups = {made("a", Kind::full, 100, 1, 0x100),   made("b", Kind::full, 700, 1, 0x700),
                  made("c", Kind::full, 1200, 2, 0x1200), made("d", Kind::full, 1800, 2, 0x1800),
                  made("e", Kind::full, 2500, 3, 0x2500), made("f", Kind::full, 3500, 4, 0x3500),
                  made("m", Kind::full, 300, 1, 0x300, 2)};
  struct Case {
    std::int64_t to;
    std::int64_t timeline;
    std::string backup;
  };
  for (const auto& [to, timeline, backup] :
       {Case{50, 1, "none"}, Case{100, 1, "none"}, Case{101, 1, "a"}, Case{699, 1, "a"},
        Case{900, 1, "b"},
        // Lived on 2, which left 1 before b was made.
        Case{1100, 2, "a"}, Case{1300, 2, "c"}, Case{1900, 2, "d"},
        // 3 left 2 before d.
        Case{2100, 3, "c"}, Case{2600, 3, "e"},
        // 4 left 1 after b.
        Case{3100, 4, "b"}, Case{3600, 4, "f"}}) {
    EXPECT_EQ(timeline_at(kForks, at(to)), timeline) << to;
    EXPECT_EQ(label_of(backup_for(info, kForks, 1, at(to))), backup) << to;
  }
  EXPECT_EQ(timeline_at({}, at(5)), std::nullopt);
  EXPECT_EQ(label_of(backup_for(info, {}, 1, at(2000))), "d");
  EXPECT_EQ(label_of(backup_for(info, {}, 2, at(2000))), "m");
  EXPECT_EQ(label_of(backup_for_lsn(info, kForks, 1, 2, 0x1300)), "c");
  EXPECT_EQ(label_of(backup_for_lsn(info, kForks, 1, 1, 0x6ff)), "a");
  EXPECT_EQ(label_of(backup_for_lsn(info, kForks, 1, 3, 0x2000)), "c");
  info.backups[5].damaged = true;
  EXPECT_EQ(label_of(backup_for(info, kForks, 1, at(3600))), "b");
  EXPECT_EQ(oldest_moment(info), at(101));
}

TEST(Plan, WhatHadItsTime) {
  Info info;
  info.backups = {made("a", Kind::full, 100, 1, 1), made("a_d", Kind::differential, 150, 1, 2),
                  made("b", Kind::full, 200, 1, 3), made("m", Kind::full, 210, 1, 3, 2),
                  made("c", Kind::full, 300, 1, 4)};
  using Labels = std::vector<std::string>;
  // The newest that is older than what is kept leads to the oldest kept moment.
  EXPECT_EQ(outlived(info, 1, at(350), 100, false), (Labels{"a"}));
  EXPECT_EQ(outlived(info, 1, at(350), 200, false), Labels{});
  EXPECT_EQ(outlived(info, 1, at(9999), 100, false), (Labels{"a", "b"}));
  EXPECT_EQ(outlived(info, 2, at(9999), 100, false), Labels{});
  // Strictly, nothing older stays, by when it was begun.
  EXPECT_EQ(outlived(info, 1, at(350), 100, true), (Labels{"a", "b"}));
  EXPECT_EQ(outlived(info, 1, at(289), 100, true), (Labels{"a"}));
  EXPECT_EQ(outlived(info, 1, at(9999), 100, true), (Labels{"a", "b", "c"}));
  EXPECT_EQ(count_full(info, 1), 3);
  EXPECT_EQ(label_of(newest(info, 1, Kind::differential)), "a_d");
  EXPECT_EQ(label_of(newest(info, 1, std::nullopt)), "c");
  EXPECT_EQ(label_of(newest(info, 3, std::nullopt)), "none");
}

TEST(Plan, MissingPiecesOfTheLog) {
  auto piece = [](const char* name) { return "15-1/0000/" + std::string(name) + "-ab.zst"; };
  using Gaps = std::vector<std::string>;
  Gaps names = {piece("0000000100000000000000FF"), piece("000000010000000100000000"),
                piece("000000010000000100000001"), "15-1/00000002.history",
                "15-1/0000/000000010000000100000001.00000028.backup"};
  EXPECT_EQ(gaps(names, ""), Gaps{});
  EXPECT_EQ(gaps(names, "0000000100000000000000FF"), Gaps{});
  EXPECT_EQ(gaps(names, "0000000100000000000000FE"), (Gaps{"0000000100000000000000FE"}));
  names.push_back(piece("000000010000000100000005"));
  EXPECT_EQ(gaps(names, "000000010000000100000000"),
            (Gaps{"000000010000000100000002 to 000000010000000100000004"}));
  // Each timeline for itself, from the first that is needed.
  names.push_back(piece("000000020000000100000005"));
  names.push_back(piece("000000020000000100000007"));
  EXPECT_EQ(gaps(names, "000000010000000100000005"), (Gaps{"000000020000000100000006"}));
  EXPECT_EQ(gaps({}, "000000010000000100000005"), (Gaps{"000000010000000100000005"}));
}

TEST(Plan, Periods) {
  EXPECT_EQ(parse_period("30d"), 30 * 86400);
  EXPECT_EQ(parse_period("12h"), 12 * 3600);
  EXPECT_EQ(parse_period("10m"), 600);
  EXPECT_EQ(parse_period("45s"), 45);
  for (const auto* wrong : {"", "d", "0d", "-1d", "30", "30x", "3.5h", "30dd", "99999999999d"})
    EXPECT_EQ(parse_period(wrong), std::nullopt) << wrong;
  EXPECT_EQ(period_text(30 * 86400), "30 days");
  EXPECT_EQ(period_text(86400), "1 day");
  EXPECT_EQ(period_text(5400), "90 minutes");
  EXPECT_EQ(period_text(1), "1 second");
  EXPECT_EQ(period_text(0), "0 seconds");
}

TEST(Plan, SettingsThatCannotBeAreRefused) {
  BackupSettings good;
  EXPECT_NO_THROW(check(good));
  auto refused = [&](auto change) {
    auto settings = good;
    change(settings);
    EXPECT_THROW(check(settings), std::runtime_error);
  };
  refused([](auto& s) { s.keystore_keep = 8 * 86400; });
  refused([](auto& s) { s.keystore_keep = s.keystore_every; });
  refused([](auto& s) { s.keep = 3600; });
  refused([](auto& s) { s.digest_time = 3600; });
  refused([](auto& s) { s.repository = "relative"; });
  refused([](auto& s) { s.repository = "/a\nrepo1-path=/b"; });
  refused([](auto& s) { s.s3_bucket = "bucket"; });
  refused([](auto& s) { s.s3_endpoint = "endpoint"; });
}

}  // namespace
}  // namespace varde::operate
