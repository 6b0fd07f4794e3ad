// The oracles: dkimpy (python3-dkim), which shares no code with this, and the example of RFC 8463.
#include "crypto/dkim.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <rapidcheck/gtest.h>
#include <unistd.h>

#include <fstream>

#include "base/text.hpp"

namespace varde::crypto::dkim {
namespace {

std::string reference_hash(std::string_view bytes) {
  unsigned char out[32];
  EVP_Digest(bytes.data(), bytes.size(), out, nullptr, EVP_sha256(), nullptr);
  return hex({reinterpret_cast<char*>(out), 32});
}
std::string body_hash(std::string_view body) {
  auto out = relaxed_body_hash(body);
  return hex({reinterpret_cast<const char*>(out.data()), out.size()});
}

TEST(Dkim, BodiesInRelaxedForm) {
  const std::pair<const char*, const char*> cases[] = {
      {"", ""},
      {"\r\n\r\n", ""},
      {"  \r\n\t\r\n", ""},
      {"a\r\n", "a\r\n"},
      {"a", "a\r\n"},
      {"a  b\t c \r\n", "a b c\r\n"},
      {" C \r\nD \t E\r\n\r\n\r\n", " C\r\nD E\r\n"},  // RFC 6376 section 3.4.5
      {"a\r\n\r\n\r\nb\r\n\r\n", "a\r\n\r\n\r\nb\r\n"},
      {"a \r\n\r\nb\r\n\r\nc\r\n", "a\r\n\r\nb\r\n\r\nc\r\n"},
      {"a\r\n \r\nb\r\n", "a\r\n\r\nb\r\n"},
      {"a\r\n\r\n \r\nb", "a\r\n\r\n\r\nb\r\n"},
      {"\r\n\r\na\r\n", "\r\n\r\na\r\n"},
  };
  for (auto [body, canonical] : cases)
    EXPECT_EQ(body_hash(body), reference_hash(canonical)) << testing::PrintToString(body);
}

RC_GTEST_PROP(Dkim, OnePassEqualsTheRuleByRule, ()) {
  auto body =
      *rc::gen::container<std::string>(rc::gen::element('a', ' ', '\t', '\r', '\n')).as("body");
  std::string crlf;
  for (char c : body) {
    if (c == '\r') continue;
    if (c == '\n') crlf += '\r';
    crlf += c;
  }
  // Section 3.4.4, literally: white space at line ends, runs of it, empty lines at the end.
  std::vector<std::string> lines;
  for (auto line : split(crlf, '\n')) {
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    std::string out;
    for (char c : line) {
      if (c == '\t') c = ' ';
      if (c == ' ' && !out.empty() && out.back() == ' ') continue;
      out += c;
    }
    while (!out.empty() && out.back() == ' ') out.pop_back();
    lines.push_back(out);
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  std::string canonical;
  for (const auto& line : lines) canonical += line + "\r\n";
  RC_ASSERT(body_hash(crlf) == reference_hash(canonical));
}

TEST(Dkim, HeadersInRelaxedForm) {
  std::string out;
  append_relaxed_header(out, "SubJect : A \t b\r\n\tc  \r\n");
  EXPECT_EQ(out, "subject:A b c");
}

TEST(Dkim, Rfc8463Example) {
  // The private key of appendix A.2 as PKCS #8.
  std::string der = *unhex("302e020100300506032b657004220420") +
                    *unbase64("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=");
  std::string pem = "-----BEGIN PRIVATE KEY-----\n" + base64(der) + "\n-----END PRIVATE KEY-----\n";
  EXPECT_EQ(*dns_record(pem), "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
  auto signer = Signer::create("football.example.com", "brisbane", pem);
  ASSERT_TRUE(signer);

  std::string_view body = "Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n";
  auto hash = relaxed_body_hash(body);
  EXPECT_EQ(base64({reinterpret_cast<const char*>(hash.data()), hash.size()}),
            "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=");
  const char* fields[] = {
      "From: Joe SixPack <joe@football.example.com>",
      "To: Suzie Q <suzie@shopping.example.net>",
      "Subject: Is dinner ready?",
      "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)",
      "Message-ID: <20030712040037.46341.5F8J@football.example.com>",
  };
  std::string canonical;
  for (const auto* field : fields) {
    append_relaxed_header(canonical, field);
    canonical += "\r\n";
  }
  append_relaxed_header(canonical,
                        "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
                        " d=football.example.com; i=@football.example.com;\r\n"
                        " q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n"
                        " subject : date : message-id : from : subject : date;\r\n"
                        " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
                        " b=");
  EXPECT_EQ(base64(signer->sign_bytes(canonical)),
            "/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11BusFa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw"
            "==");
}

class DkimOracle : public testing::TestWithParam<Algorithm> {
 protected:
  void SetUp() override {
    if (std::system("/usr/bin/python3 -c 'import dkim, nacl' 2>/dev/null") != 0)
      FAIL() << "python3-dkim and python3-nacl are not installed";
  }
  // Whether dkimpy finds the signature good.
  static bool verify(const std::string& message, const std::string& txt) {
    char path[] = "/tmp/varde-dkim-XXXXXX";
    close(mkstemp(path));
    std::ofstream(path, std::ios::binary) << message;
    auto command = "/usr/bin/python3 -c 'import dkim,sys; sys.exit(0 if dkim.verify(open(\"" +
                   std::string(path) + "\",\"rb\").read(), dnsfunc=lambda *a, **k: b\"" + txt +
                   "\") else 1)'";
    int result = std::system(command.c_str());
    unlink(path);
    return result == 0;
  }
};

TEST_P(DkimOracle, DkimpyVerifiesWhatWasSigned) {
  auto key = generate_key(GetParam());
  auto signer = Signer::create("news.example.org", "v1", key.private_pem);
  ASSERT_TRUE(signer);
  std::string message =
      "From: =?utf-8?q?Bl=C3=A5b=C3=A6r?= <news@news.example.org>\r\n"
      "To: someone@example.org\r\n"
      "Subject:  Two  spaces\r\n\tand a fold \r\n"
      "Date: Sat, 21 Nov 2026 12:00:00 +0000\r\n"
      "Message-ID: <1@news.example.org>\r\n"
      "List-Unsubscribe: <https://news.example.org/u/1>\r\n"
      "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
      "X-Other: not signed\r\n"
      "MIME-Version: 1.0\r\n"
      "Content-Type: text/plain; charset=utf-8\r\n"
      "\r\n"
      "Hello  there, \t friend. \r\n\r\n\r\nLast line\r\n\r\n\r\n";
  for (int i = 0; i < 2; ++i) {  // the second signature comes from the warm context
    auto header = signer->sign(message);
    for (auto line : split(header, '\n')) EXPECT_LE(line.size(), 79U);
    EXPECT_TRUE(verify(header + message, key.dns_txt));
    EXPECT_TRUE(verify(header + "X-Added: later\r\n" + message, key.dns_txt));
    EXPECT_FALSE(verify(header + "Subject: another\r\n" + message, key.dns_txt));
    auto changed = message;
    changed.replace(changed.find("Last"), 4, "last");
    EXPECT_FALSE(verify(header + changed, key.dns_txt));
  }
}

INSTANTIATE_TEST_SUITE_P(Both, DkimOracle,
                         testing::Values(Algorithm::rsa_sha256, Algorithm::ed25519_sha256));

TEST(Dkim, KnowsItsOwnSignatures) {
  const std::string message =
      "From: Org <post@example.org>\r\nTo: kari@example.net\r\nSubject: Hi\r\n"
      "Message-ID: <one@example.org>\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\n\r\nHello\r\n";
  for (auto algorithm : {Algorithm::rsa_sha256, Algorithm::ed25519_sha256}) {
    auto key = generate_key(algorithm), other = generate_key(algorithm);
    auto signer = Signer::create("example.org", "sel", key.private_pem);
    auto stranger = Signer::create("example.org", "sel", other.private_pem);
    auto elsewhere = Signer::create("example.com", "sel", key.private_pem);
    ASSERT_TRUE(signer && stranger && elsewhere);
    auto whole = signer->sign(message) + message;
    auto headers = whole.substr(0, whole.find("\r\n\r\n") + 2);
    EXPECT_TRUE(signer->has_signed_headers(whole));
    EXPECT_TRUE(signer->has_signed_headers(headers)) << "the body is not asked for";
    EXPECT_TRUE(signer->has_signed_headers("Received: by somebody\r\n" + whole));
    std::string lf;
    for (char c : whole)
      if (c != '\r') lf += c;
    EXPECT_TRUE(signer->has_signed_headers(lf));
    EXPECT_FALSE(signer->has_signed_headers(message));
    EXPECT_FALSE(stranger->has_signed_headers(whole));
    EXPECT_FALSE(elsewhere->has_signed_headers(whole));
    for (auto [from, to] :
         {std::pair{"one@example.org>", "two@example.org>"},
          std::pair{"Subject: Hi", "Subject: Ho"}, std::pair{"To: kari", "To: kara"},
          std::pair{"d=example.org", "d=example.net"}}) {
      auto changed = whole;
      changed.replace(changed.find(from), std::string_view(from).size(), to);
      EXPECT_FALSE(signer->has_signed_headers(changed)) << to;
    }
    // Another Message-ID below or above the signed one: nobody can tell which is meant.
    for (const char* place : {"Date:", "From:"}) {
      auto second = whole;
      second.insert(second.find(place), "Message-ID: <two@example.org>\r\n");
      EXPECT_FALSE(signer->has_signed_headers(second)) << place;
    }
  }
}

TEST(Dkim, RefusesWhatIsNoKeyOrName) {
  auto key = generate_key(Algorithm::ed25519_sha256);
  EXPECT_EQ(Signer::create("a b", "s", key.private_pem).error().fields[0].pointer, "/domain");
  EXPECT_EQ(Signer::create("example.org", "s;", key.private_pem).error().fields[0].pointer,
            "/selector");
  EXPECT_EQ(Signer::create("example.org", "s", "no key").error().fields[0].pointer, "/key");
}

}  // namespace
}  // namespace varde::crypto::dkim
