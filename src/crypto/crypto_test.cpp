#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "base/text.hpp"
#include "crypto/aead.hpp"
#include "crypto/hash.hpp"
#include "crypto/password.hpp"
#include "crypto/totp.hpp"

namespace varde::crypto {
namespace {

TEST(Aead, OpensOnlyWithItsKeyItsContextAndUnchanged) {
  EXPECT_TRUE(rc::check([](const std::string& plain, const std::string& context) {
    auto key = Key::random();
    auto sealed = seal(key, plain, context);
    RC_ASSERT(open(key, sealed, context) == plain);
    RC_ASSERT(!open(Key::random(), sealed, context));
    RC_ASSERT(!open(key, sealed, context + "x"));
    auto at = *rc::gen::inRange<std::size_t>(0, sealed.size());
    sealed[at] = static_cast<char>(sealed[at] ^ 1);
    RC_ASSERT(!open(key, sealed, context));
    RC_ASSERT(!open(key, sealed.substr(0, at), context));
  }));
}

TEST(Totp, Rfc6238Vectors) {  // appendix B, SHA-1; the last six of its eight digits
  auto at = [](std::int64_t seconds) { return Timestamp(std::chrono::seconds(seconds)); };
  const std::string secret = "12345678901234567890";
  EXPECT_EQ(totp_code(secret, at(59)), "287082");
  EXPECT_EQ(totp_code(secret, at(1111111109)), "081804");
  EXPECT_EQ(totp_code(secret, at(20000000000)), "353130");
  auto step = totp_verify(secret, "287082", at(59), 0);
  ASSERT_TRUE(step);
  EXPECT_FALSE(totp_verify(secret, "287082", at(59), *step)) << "a code must not work twice";
  EXPECT_TRUE(totp_verify(secret, "287082", at(59), *step + 1'000'000)) << "the clock was set back";
}

TEST(Hash, KnownAnswers) {
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(hmac_sha256("Jefe", "what do ya want for nothing?")),  // RFC 4231, case 2
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Password, Verifies) {
  auto encoded = hash_password("correct horse battery staple");
  EXPECT_TRUE(encoded.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
  EXPECT_TRUE(verify_password(encoded, "correct horse battery staple"));
  EXPECT_FALSE(verify_password(encoded, "correct horse battery stapler"));
}

}  // namespace
}  // namespace varde::crypto
