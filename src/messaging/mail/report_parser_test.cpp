#include "messaging/mail/report_parser.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "base/text.hpp"
#include "net/fiber.hpp"

namespace varde::messaging::mail {
namespace {

struct Sample {
  const char* name;
  std::string message;
  ReportKind kind;
  BounceClass bounce = BounceClass::none;
  const char* recipient = "";
  const char* status = "";
  const char* original = "";
  const char* feedback = "";
  bool delayed = false;
};

// A well-formed status notification around the fields of its recipient.
std::string dsn(const std::string& fields, const std::string& text = "It did not work.") {
  return "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.org\nTo: b-1@example.org\n"
         "Subject: Undelivered Mail Returned to Sender\nAuto-Submitted: auto-replied\n"
         "MIME-Version: 1.0\n"
         "Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n"
         "--b\nContent-Type: text/plain\n\n" +
         text +
         "\n\n--b\nContent-Type: message/delivery-status\n\n"
         "Reporting-MTA: dns; mx.example.org\nArrival-Date: Sat, 21 Nov 2026 12:00:00 +0000\n\n" +
         fields +
         "\n--b\nContent-Type: message/rfc822\n\n"
         "From: news@example.org\nTo: someone@example.org\nMessage-ID:\n <m-1@example.org>\n"
         "Subject: News\n\nbody\n--b--\n";
}

std::string without_status() {
  auto message = dsn("");
  const std::string fields =
      "Reporting-MTA: dns; mx.example.org\nArrival-Date: Sat, 21 Nov 2026 12:00:00 +0000\n";
  return message.erase(message.find(fields), fields.size());
}

std::string plain(const std::string& headers, const std::string& text) {
  return headers + "\n" + text;
}

const char* const kQmail =
    "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.org\nSubject: failure notice\n";

std::vector<Sample> samples() {
  using K = ReportKind;
  using B = BounceClass;
  return {
      {"Postfix, unknown user",
       dsn("Final-Recipient: rfc822; someone@example.org\nOriginal-Recipient: "
           "rfc822;x@example.org\n"
           "Action: failed\nStatus: 5.1.1\nRemote-MTA: dns; mx.example.net\n"
           "Diagnostic-Code: smtp; 550 5.1.1 <someone@example.org>:\n    user unknown\n"),
       K::bounce, B::hard, "someone@example.org", "5.1.1", "m-1@example.org"},
      {"mailbox full is soft although permanent",
       dsn("Final-Recipient: rfc822; someone@example.org\nAction: failed\nStatus: 5.2.2\n"
           "Diagnostic-Code: smtp; 552 5.2.2 mailbox full\n"),
       K::bounce, B::soft, "someone@example.org", "5.2.2", "m-1@example.org"},
      {"policy is blocked",
       dsn("Final-Recipient: rfc822; someone@example.org\nAction: failed\nStatus: 5.7.1\n"
           "Diagnostic-Code: smtp; 550 5.7.1 Message refused by policy\n"),
       K::bounce, B::blocked, "someone@example.org", "5.7.1", "m-1@example.org"},
      {"policy that means an unknown user is hard",
       dsn("Final-Recipient: rfc822; someone@example.org\nAction: failed\nStatus: 5.7.1\n"
           "Diagnostic-Code: smtp; 550 5.7.1 No such user here\n"),
       K::bounce, B::hard, "someone@example.org", "5.7.1", "m-1@example.org"},
      {"temporary failure given up",
       dsn("Final-Recipient: rfc822; someone@example.org\nAction: failed\nStatus: 4.4.7\n"),
       K::bounce, B::soft, "someone@example.org", "4.4.7", "m-1@example.org"},
      {"delay warning",
       dsn("Final-Recipient: rfc822; someone@example.org\nAction: delayed\nStatus: 4.4.1\n"
           "Will-Retry-Until: Sun, 22 Nov 2026 12:00:00 +0000\n"),
       K::bounce, B::soft, "someone@example.org", "4.4.1", "m-1@example.org", "", true},
      {"status 5.0.0 refined by the diagnostic",
       dsn("Final-Recipient: rfc822; someone@example.org\nAction: failed\nStatus: 5.0.0\n"
           "Diagnostic-Code: smtp; 554 delivery error: This user doesn't exist\n"),
       K::bounce, B::hard, "someone@example.org", "5.0.0", "m-1@example.org"},
      {"Exchange Online, no such recipient",
       dsn("Final-Recipient: rfc822;someone@example.org\nAction: failed\nStatus: 5.4.1\n"
           "Diagnostic-Code: smtp;550 5.4.1 Recipient address rejected: Access denied\n"),
       K::bounce, B::hard, "someone@example.org", "5.4.1", "m-1@example.org"},
      {"several recipients: the failed one counts",
       dsn("Final-Recipient: rfc822; one@example.org\nAction: delivered\nStatus: 2.0.0\n\n"
           "Final-Recipient: rfc822; two@example.org\nAction: failed\nStatus: 5.1.1\n"),
       K::bounce, B::hard, "two@example.org", "5.1.1", "m-1@example.org"},
      {"a success notice is no bounce",
       dsn("Final-Recipient: rfc822; one@example.org\nAction: delivered\nStatus: 2.0.0\n"),
       K::unknown, B::none, "one@example.org", "2.0.0", "m-1@example.org"},
      {"report without its status part",
       "Return-Path: <>\nFrom: postmaster@example.org\nSubject: Delivery Status Notification\n"
       "MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; "
       "boundary=b\n\n"
       "--b\nContent-Type: text/plain\n\nThe message to someone@example.org failed: 550 5.1.1 user "
       "unknown.\n\n--b--\n",
       K::bounce, B::hard, "someone@example.org", "5.1.1"},
      {"status part that is empty", without_status(), K::bounce, B::soft, "", "",
       "m-1@example.org"},
      {"qmail",
       plain(kQmail,
             "Hi. This is the qmail-send program at mx.example.org.\n"
             "I'm afraid I wasn't able to deliver your message to the following addresses.\n\n"
             "<someone@example.org>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n"
             "--- Below this line is a copy of the message.\n\nMessage-ID: <m-2@example.org>\n"
             "Subject: you cannot use 5.7.1 in spam\n"),
       K::bounce, B::hard, "someone@example.org", "5.1.1", "m-2@example.org"},
      {"qmail, quota without a code",
       plain(kQmail, "<someone@example.org>:\nThe user is over quota.\n"), K::bounce, B::soft,
       "someone@example.org", "5.2.2"},
      {"Exim",
       plain("Return-Path: <>\nX-Failed-Recipients: someone@example.org\nAuto-Submitted: "
             "auto-replied\n"
             "From: Mail Delivery System <Mailer-Daemon@mx.example.org>\n"
             "Subject: Mail delivery failed: returning message to sender\n",
             "This message was created automatically by mail delivery software.\n\n"
             "  someone@example.org\n    Unrouteable address\n"),
       K::bounce, B::hard, "someone@example.org", "5.1.2"},
      {"Exim, timeout",
       plain("X-Failed-Recipients: someone@example.org\nFrom: Mailer-Daemon@mx.example.org\n"
             "Subject: Mail delivery failed\n",
             "  host mx.example.net [192.0.2.5]: Connection timed out:\n    retry timeout "
             "exceeded\n"),
       K::bounce, B::soft, "someone@example.org", "4.4.1"},
      {"Exchange in words",
       plain("From: postmaster@example.org\nSubject: Undeliverable: News\n",
             "Your message to someone@example.org couldn't be delivered.\n"
             "Remote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not "
             "found'\n"),
       K::bounce, B::hard, "someone@example.org", "5.1.10"},
      {"an address is no status",
       plain(kQmail, "<someone@example.org>:\n192.0.2.5 said 5.1.1.1: blocked\n"), K::bounce,
       B::blocked, "someone@example.org", "5.7.1"},
      {"ARF complaint",
       "From: fbl@example.net\nSubject: complaint\nMIME-Version: 1.0\n"
       "Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n"
       "--b\nContent-Type: text/plain\n\nAn abuse report.\n"
       "--b\nContent-Type: message/feedback-report\n\nFeedback-Type: Abuse\nUser-Agent: x/1\n"
       "Version: 1\nOriginal-Rcpt-To: <someone@example.org>\n"
       "--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <m-3@example.org>\nTo: "
       "x@example.org\n"
       "--b--\n",
       K::complaint, B::none, "someone@example.org", "", "m-3@example.org", "abuse"},
      {"ARF that takes it out of the junk, its recipient redacted to the original's To",
       "From: fbl@example.net\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
       "--b\nContent-Type: message/feedback-report\n\nFeedback-Type: not-spam\n\n"
       "--b\nContent-Type: message/rfc822\n\nTo: <someone@example.org>\nMessage-ID: "
       "<m-4@example.org>\n\nx\n"
       "--b--\n",
       K::unknown, B::none, "someone@example.org", "", "m-4@example.org", "not-spam"},
      {"out of office by RFC 3834",
       plain("From: someone@example.org\nSubject: Re: News\nAuto-Submitted: auto-replied\n"
             "In-Reply-To: <m-5@example.org>\n",
             "I am away.\n"),
       K::auto_reply, B::none, "", "", "m-5@example.org"},
      {"out of office by its subject",
       plain("From: someone@example.org\nSubject: Automatic reply: News\n", "Away.\n"),
       K::auto_reply},
      {"who is away tells of an old address",
       plain("Return-Path: <>\nFrom: Somebody <someone@example.org>\nSubject: Automatic reply: "
             "News\nAuto-Submitted: auto-replied\n",
             "I am away. Mail to my old address gets 550 5.1.1 user unknown.\n"),
       K::auto_reply},
      {"the same in a language whose words for it are not known",
       plain("Return-Path: <>\nFrom: Somebody <someone@example.org>\nSubject: Poissa: "
             "News\nAuto-Submitted: auto-replied\n",
             "Vanha osoite: 550 5.1.1 user unknown.\n"),
       K::auto_reply},
      {"Auto-Submitted: no is a person",
       plain("From: someone@example.org\nSubject: Re: News\nAuto-Submitted: no\n"
             "References: <m-0@example.org> <m-6@example.org>\n",
             "Thanks! I got 550 spam mails.\n"),
       K::reply, B::none, "", "", "m-6@example.org"},
      {"read receipt",
       "From: someone@example.org\nMIME-Version: 1.0\n"
       "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n"
       "--b\nContent-Type: message/disposition-notification\n\nDisposition: manual-action\n--b--\n",
       K::auto_reply},
      {"something else", plain("From: someone@example.org\nSubject: Offer\n", "Buy.\n"),
       K::unknown},
      {"nothing", "", K::unknown},
      {"noise", std::string("\0\xff\r\r\n--\n\0", 8), K::unknown},
  };
}

TEST(ReportParser, Samples) {
  for (const auto& sample : samples()) {
    auto report = parse_report(sample.message);
    SCOPED_TRACE(sample.name);
    EXPECT_EQ(static_cast<int>(report.kind), static_cast<int>(sample.kind));
    EXPECT_EQ(static_cast<int>(report.bounce), static_cast<int>(sample.bounce));
    EXPECT_EQ(report.recipient.reveal(), sample.recipient);
    EXPECT_EQ(report.status, sample.status);
    EXPECT_EQ(report.original_message_id, sample.original);
    EXPECT_EQ(report.feedback_type, sample.feedback);
    EXPECT_EQ(report.delayed, sample.delayed);
  }
}

TEST(ReportParser, TheTokenOfASimulationStandsInTheOuterHeaderOnly) {
  auto body = "\n" + plain(kQmail, "Varde-Simulated: inner\n");
  EXPECT_EQ(parse_report("Varde-Simulated:  outer \nSubject: Re: Hi" + body).simulation_token,
            "outer");
  EXPECT_EQ(parse_report("Subject: Re: Hi" + body).simulation_token, "");
}

TEST(ReportParser, TheDeepestThatIsParsedFitsTheStackOfAFiber) {
  std::string deep;
  for (int i = 0; i < 63; ++i) {
    auto boundary = "b" + std::to_string(i);
    deep += "Content-Type: multipart/mixed; boundary=" + boundary + "\n\n--" + boundary + "\n";
  }
  deep += "Content-Type: message/delivery-status\n\nStatus: 5.1.1\n";
  net::run_fiber([&] {
    EXPECT_EQ(static_cast<int>(parse_report(deep).bounce), static_cast<int>(BounceClass::hard));
  });
}

TEST(ReportParser, DeepNestingEndsEarly) {
  std::string deep = "From: a@example.org\n";
  for (int i = 0; i < 20000; ++i)
    deep += "Content-Type: multipart/mixed; boundary=b" + std::to_string(i) + "\n\n--b" +
            std::to_string(i) + "\n";
  EXPECT_EQ(parse_report(deep).kind, ReportKind::unknown);
}

TEST(ReportParser, NestingIsCountedAsItIsUnfolded) {
  std::string deep = "From: a@example.org\n";
  for (int i = 0; i < 20000; ++i)
    deep += "Content-Type: multi\n part / mixed; boundary=b" + std::to_string(i) + "\n\n--b" +
            std::to_string(i) + "\n";
  EXPECT_EQ(parse_report(deep).kind, ReportKind::unknown);
  deep = "From: a@example.org\n";
  for (int i = 0; i < 20000; ++i)
    deep += "Content-Type: multipart\t/mixed; boundary=b" + std::to_string(i) + "\n\n--b" +
            std::to_string(i) + "\n";
  EXPECT_EQ(parse_report(deep).kind, ReportKind::unknown);
}

TEST(ReportParser, TheReturnedMessageByteForByte) {
  std::string returned = "Subject:  Hi \r\n\tthere\r\nX-A: =?x?=\r\n\r\nBody  with  spaces \r\n";
  std::string head =
      "From: fbl@example.org\r\nContent-Type: multipart/report; report-type=feedback-report; "
      "boundary=\"b b\"\r\n\r\n--b b\r\nContent-Type: message/feedback-report\r\n\r\n"
      "Feedback-Type: abuse\r\n\r\n--b b\r\nContent-type:\tmessage/rfc822\r\n\r\n";
  EXPECT_EQ(parse_report(head + returned + "\r\n--b b--\r\n").original, returned);
  EXPECT_EQ(parse_report("From: a@example.org\r\n\r\nHello\r\n").original, "");
}

TEST(ReportParser, Classes) {
  using B = BounceClass;
  const std::tuple<const char*, const char*, B> cases[] = {
      {"5.1.1", "", B::hard},
      {"5.1.2", "", B::hard},
      {"5.1.8", "", B::blocked},
      {"5.2.1", "", B::hard},
      {"5.2.2", "", B::soft},
      {"5.3.4", "", B::soft},
      {"5.4.4", "", B::hard},
      {"5.4.6", "", B::soft},
      {"5.6.1", "", B::blocked},
      {"5.7.26", "", B::blocked},
      {"4.1.1", "user unknown", B::soft},
      {"5.1.1", "over quota", B::soft},
      {"5.0.0", "550 no", B::soft},
      {"", "550 no", B::soft},
      {"5.1.0", "550 5.1.0 address rejected", B::soft},
      {"", "552 no", B::soft},
      {"", "", B::soft},
      {"5.5.0", "blocked, see list", B::blocked},
  };
  for (auto [status, text, expected] : cases)
    EXPECT_EQ(static_cast<int>(classify_bounce(status, text)), static_cast<int>(expected))
        << status << " " << text;
}

// tests/data/bounces.tsv: what servers say, and what it says about the mailbox.
TEST(ReportParser, WhatServersSay) {
  std::ifstream file(VARDE_SOURCE_DIR "/tests/data/bounces.tsv");
  int count = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    auto fields = split(line, '\t');
    ASSERT_EQ(fields.size(), 4U) << line;
    auto verdict = classify_bounce(fields[2], fields[3]);
    EXPECT_EQ(fields[1], verdict == BounceClass::hard      ? "gone"
                         : verdict == BounceClass::blocked ? "us"
                                                           : "later")
        << line;
    ++count;
    // The same in a report, and whatever address it names.
    std::string status = fields[2].empty() ? "5.0.0" : std::string(fields[2]);
    auto report =
        parse_report(dsn("Final-Recipient: rfc822; spam.policy@example.org\nAction: "
                         "failed\nStatus: " +
                         status + "\nDiagnostic-Code: smtp; " + std::string(fields[3]) +
                         " <spam.policy@example.org>\n"));
    EXPECT_EQ(static_cast<int>(report.bounce), static_cast<int>(verdict)) << line;
  }
  EXPECT_GE(count, 140);
}

TEST(ReportParser, OnlyThePermanentGiveAnAddressUp) {
  for (const char* words : {"user unknown", "mailbox disabled", "no such domain"})
    for (const char* status : {"4.1.1", "4.2.1", "4.4.7"})
      EXPECT_EQ(static_cast<int>(classify_bounce(status, words)),
                static_cast<int>(BounceClass::soft));
}

TEST(ReportParser, ComplaintsAreWhatIsHeldAgainstTheMessage) {
  for (auto [type, kind] : {std::pair{"abuse", ReportKind::complaint},
                            {"Fraud", ReportKind::complaint},
                            {"opt-out", ReportKind::complaint},
                            {"not-spam", ReportKind::unknown},
                            {"virus", ReportKind::unknown},
                            {"auth-failure", ReportKind::unknown},
                            {"something-new", ReportKind::unknown}}) {
    auto report = parse_report(
        "From: fbl@example.net\nMIME-Version: 1.0\nContent-Type: multipart/report; "
        "report-type=feedback-report; boundary=b\n\n--b\nContent-Type: "
        "message/feedback-report\n\nFeedback-Type: " +
        std::string(type) + "\n\n--b--\n");
    EXPECT_EQ(static_cast<int>(report.kind), static_cast<int>(kind)) << type;
  }
}

TEST(ReportParser, ANonDeliveryInAnyLanguage) {
  auto report = parse_report(
      plain("Return-Path: <>\nFrom: postmaster@firma.example\nSubject: Det g\xc3\xa5r inte: Hi\n",
            "Ditt meddelande n\xc3\xa5"
            "dde inte:\n\n  someone@example.org\n  550 5.1.1 Mottagaren "
            "finns inte.\n"));
  EXPECT_EQ(report.kind, ReportKind::bounce);
  EXPECT_EQ(static_cast<int>(report.bounce), static_cast<int>(BounceClass::hard));
  // Away, from a machine, and with a number in it.
  report = parse_report(
      plain("Return-Path: <>\nFrom: someone@example.org\nSubject: Re: Hi\nPrecedence: junk\n",
            "I am away, call 550 51 110.\n"));
  EXPECT_EQ(report.kind, ReportKind::auto_reply);
}

}  // namespace
}  // namespace varde::messaging::mail
