#include "crypto/webauthn.hpp"

#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <memory>

#include "crypto/hash.hpp"
#include "crypto/key.hpp"

namespace varde::crypto::webauthn {
namespace {

using Pkey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

constexpr const char* kRp = "varde.example.org";
constexpr char kUp = 0x01, kUv = 0x04, kAt = 0x40;

std::string number(const EVP_PKEY* key, const char* name, std::size_t size) {
  BIGNUM* value = nullptr;
  EXPECT_EQ(EVP_PKEY_get_bn_param(key, name, &value), 1);
  std::string out(size, '\0');
  EXPECT_EQ(
      BN_bn2binpad(value, reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(size)),
      static_cast<int>(size));
  BN_free(value);
  return out;
}

std::string cbor_bytes(const std::string& bytes) {
  if (bytes.size() < 256) return std::string("\x58") + static_cast<char>(bytes.size()) + bytes;
  return std::string("\x59") + static_cast<char>(bytes.size() >> 8) +
         static_cast<char>(bytes.size() & 255) + bytes;
}

// An authenticator: a key of one of the three kinds, and what it would send.
struct Device {
  explicit Device(int kind) : algorithm(kind), key(nullptr, EVP_PKEY_free) {
    initialise();
    if (kind == kEs256) {
      key.reset(EVP_EC_gen("P-256"));
      cose = std::string("\xa5\x01\x02\x03\x26\x20\x01\x21", 8) +
             cbor_bytes(number(key.get(), OSSL_PKEY_PARAM_EC_PUB_X, 32)) + "\x22" +
             cbor_bytes(number(key.get(), OSSL_PKEY_PARAM_EC_PUB_Y, 32));
    } else if (kind == kEdDsa) {
      key.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
      std::string raw(32, '\0');
      std::size_t size = raw.size();
      EXPECT_EQ(EVP_PKEY_get_raw_public_key(key.get(), reinterpret_cast<unsigned char*>(raw.data()),
                                            &size),
                1);
      cose = std::string("\xa4\x01\x01\x03\x27\x20\x06\x21", 8) + cbor_bytes(raw);
    } else {
      key.reset(EVP_RSA_gen(2048));
      cose = std::string("\xa4\x01\x03\x03\x39\x01\x00\x20", 8) +
             cbor_bytes(number(key.get(), OSSL_PKEY_PARAM_RSA_N, 256)) +
             std::string("\x21\x43\x01\x00\x01", 5);
    }
  }

  static std::string head(const char* rp, char flags, int counter) {
    return sha256(rp) + flags + std::string("\0\0\0", 3) + static_cast<char>(counter);
  }
  std::string made(const char* rp = kRp, char flags = kUp | kUv | kAt) const {
    return head(rp, flags, 1) + std::string(16, 'g') + std::string("\0\x04", 2) + "id-1" + cose;
  }
  std::string sign(const std::string& data, const std::string& client) const {
    auto message = data + sha256(client);
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> ctx(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    const auto* digest = algorithm == kEdDsa ? nullptr : EVP_sha256();
    EXPECT_EQ(EVP_DigestSignInit(ctx.get(), nullptr, digest, nullptr, key.get()), 1);
    std::string out(1024, '\0');
    std::size_t size = out.size();
    EXPECT_EQ(
        EVP_DigestSign(ctx.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                       reinterpret_cast<const unsigned char*>(message.data()), message.size()),
        1);
    out.resize(size);
    return out;
  }

  int algorithm;
  Pkey key;
  std::string cose;
};

class Webauthn : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Algorithms, Webauthn, testing::Values(kEs256, kEdDsa, kRs256));

TEST_P(Webauthn, WhatWasMadeSignsAndNothingElseDoes) {
  Device device(GetParam());
  auto made = read_credential(kRp, device.algorithm, device.made());
  ASSERT_TRUE(made);
  EXPECT_EQ(made->id, "id-1");
  EXPECT_EQ(made->algorithm, device.algorithm);
  EXPECT_EQ(made->counter, 1U);
  auto data = Device::head(kRp, kUp | kUv, 7);
  std::string client = R"({"type":"webauthn.get"})";
  auto signature = device.sign(data, client);
  EXPECT_EQ(verify(kRp, *made, data, client, signature), 7U);
  EXPECT_FALSE(verify("evil.example", *made, data, client, signature));
  EXPECT_FALSE(verify(kRp, *made, data, client + " ", signature));
  EXPECT_FALSE(verify(kRp, *made, Device::head(kRp, kUp | kUv, 8), client, signature));
  auto spoiled = signature;
  spoiled[spoiled.size() / 2] = static_cast<char>(spoiled[spoiled.size() / 2] ^ 1);
  EXPECT_FALSE(verify(kRp, *made, data, client, spoiled));
  EXPECT_FALSE(verify(kRp, *made, data, client, ""));
  Device other(GetParam());
  EXPECT_FALSE(verify(kRp, *made, data, client, other.sign(data, client)));
}

TEST_P(Webauthn, TheUserMustBeThereAndVerified) {
  Device device(GetParam());
  auto made = read_credential(kRp, device.algorithm, device.made());
  ASSERT_TRUE(made);
  for (char flags : {char{0}, kUp, kUv}) {
    EXPECT_FALSE(
        read_credential(kRp, device.algorithm, device.made(kRp, static_cast<char>(flags | kAt))));
    auto data = Device::head(kRp, flags, 2);
    EXPECT_FALSE(verify(kRp, *made, data, "{}", device.sign(data, "{}")));
  }
}

TEST_P(Webauthn, ACredentialIsForOnePlaceAndOfTheKindItSays) {
  Device device(GetParam());
  EXPECT_FALSE(read_credential("evil.example", device.algorithm, device.made()));
  for (int kind : {kEs256, kEdDsa, kRs256, 0, -35, 5})
    if (kind != device.algorithm) {
      EXPECT_FALSE(read_credential(kRp, kind, device.made())) << kind;
    }
  auto data = device.made();
  for (std::size_t size = 0; size < data.size(); ++size)
    EXPECT_FALSE(read_credential(kRp, device.algorithm, data.substr(0, size))) << size;
  EXPECT_FALSE(read_credential(kRp, device.algorithm, data + std::string(9000, 'x')));
}

TEST_P(Webauthn, WhatFollowsIsCborThatIsThere) {
  Device device(GetParam());
  constexpr char kExtended = '\x80';
  auto with = [&](const std::string& more) {
    return read_credential(kRp, device.algorithm,
                           device.made(kRp, static_cast<char>(kUp | kUv | kAt | kExtended)) + more)
        .has_value();
  };
  EXPECT_TRUE(
      with("\xa1\x6b"
           "credProtect\x02"));
  for (const char* more :
       {"\xa1\x6b"
        "credProtect",  // a value is missing
        "\xa2\x6b"
        "credProtect\x02",                       // and a second pair
        "\x9b\x04\xd5\x01\x01\x01\x01\x01\x01",  // an array of a few hundred quadrillion
        "\xbb\x04\xd5\x01\x01\x01\x01\x01\x01",  // a map of them
        "\x81\x81\x81\x81\x81\x81\x81\x81\x81\x01", "\x9f\x01\xff", "\xa1\x61"})
    EXPECT_FALSE(with(more)) << more;
  // A credential in what should be signed by one is none.
  auto made = read_credential(kRp, device.algorithm, device.made());
  ASSERT_TRUE(made);
  auto data = device.made();
  EXPECT_FALSE(verify(kRp, *made, data, "{}", device.sign(data, "{}")));
}

TEST(WebauthnClientData, IsReadAndNothingElseIs) {
  auto read = read_client_data(
      R"({"type":"webauthn.get","challenge":"YWJj","origin":"https://varde.example.org","crossOrigin":false})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->type, "webauthn.get");
  EXPECT_EQ(read->challenge, "YWJj");
  EXPECT_EQ(read->origin, "https://varde.example.org");
  EXPECT_FALSE(read->cross_origin);
  EXPECT_TRUE(read_client_data(R"({"type":"a","challenge":"b","origin":"c","crossOrigin":true})")
                  ->cross_origin);
  EXPECT_TRUE(read_client_data(R"({"type":"a","challenge":"b","origin":"c","crossOrigin":0})")
                  ->cross_origin);
  for (const char* text :
       {"", "{}", "[]", "null", R"({"type":1,"challenge":"b","origin":"c"})",
        R"({"type":"a","challenge":"b"})", "{", R"({"type":"a","challenge":"b","origin":["c"]})"})
    EXPECT_FALSE(read_client_data(text)) << text;
  EXPECT_FALSE(read_client_data(std::string(5000, '[')));
}

}  // namespace
}  // namespace varde::crypto::webauthn
