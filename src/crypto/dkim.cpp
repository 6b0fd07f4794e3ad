#include "crypto/dkim.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <sodium.h>

#include <atomic>
#include <cstring>
#include <stdexcept>
#include <vector>

#include "base/text.hpp"

namespace varde::crypto::dkim {
namespace {

struct Free {
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
  void operator()(EVP_PKEY_CTX* p) const { EVP_PKEY_CTX_free(p); }
  void operator()(EVP_MD_CTX* p) const { EVP_MD_CTX_free(p); }
  void operator()(BIO* p) const { BIO_free(p); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;
using Hash = std::array<std::uint8_t, 32>;

// What is signed when it is there, in this order (RFC 6376 section 5.4.1, RFC 8058 section 4).
// A `sealed` field is listed once more than it occurs.
struct Signed {
  std::string_view name;
  bool sealed;
};
constexpr Signed kSigned[] = {{"from", true},
                              {"to", true},
                              {"cc", true},
                              {"subject", true},
                              {"date", true},
                              {"reply-to", true},
                              {"message-id", false},
                              {"in-reply-to", false},
                              {"references", false},
                              {"mime-version", false},
                              {"content-type", false},
                              {"content-transfer-encoding", false},
                              {"list-id", false},
                              {"list-unsubscribe", false},
                              {"list-unsubscribe-post", false},
                              {"feedback-id", false},
                              {"auto-submitted", false}};

void must(bool ok, const char* what) {
  if (ok) return;
  ERR_clear_error();
  throw std::runtime_error(std::string("OpenSSL failed to ") + what);
}

const EVP_MD* sha256() {
  static const EVP_MD* md = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return md;
}

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new()) {
    must(EVP_DigestInit_ex(context_.get(), sha256(), nullptr) == 1, "start SHA-256");
  }
  void add(std::string_view bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }
  Hash finish() {
    Hash out;
    EVP_DigestFinal_ex(context_.get(), out.data(), nullptr);
    return out;
  }

 private:
  Owned<EVP_MD_CTX> context_;
};

bool is_wsp(char c) { return c == ' ' || c == '\t'; }

// Whether a line (without its end) is its own canonical form.
bool is_canonical(std::string_view line) {
  if (line.empty()) return true;
  if (is_wsp(line.back())) return false;
  if (std::memchr(line.data(), '\t', line.size())) return false;
  const char* at = line.data();
  const char* end = at + line.size();
  while (
      (at = static_cast<const char*>(std::memchr(at, ' ', static_cast<std::size_t>(end - at))))) {
    if (*++at == ' ') return false;  // never past the end: the last character is no space
  }
  return true;
}

// Runs of white space become one space; white space at the end goes.
void append_squeezed(std::string& out, std::string_view line) {
  std::size_t i = 0;
  while (i < line.size()) {
    if (!is_wsp(line[i])) {
      out += line[i++];
      continue;
    }
    while (i < line.size() && is_wsp(line[i])) ++i;
    if (i < line.size()) out += ' ';
  }
}

Owned<EVP_PKEY> parse_key(const std::string& pem) {
  Owned<BIO> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  // The callback keeps OpenSSL from asking the terminal for a passphrase.
  Owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(
      bio.get(), nullptr, [](char*, int, int, void*) { return 0; }, nullptr));
  ERR_clear_error();
  if (!key) return nullptr;
  int type = EVP_PKEY_get_base_id(key.get());
  int bits = EVP_PKEY_get_bits(key.get());
  bool usable = type == EVP_PKEY_ED25519 || (type == EVP_PKEY_RSA && bits >= 1024 && bits <= 8192);
  return usable ? std::move(key) : nullptr;
}

Error key_error() {
  return bad_input("/key",
                   "The key must be an RSA key of 1024 to 8192 bits, or an Ed25519 key, as PEM "
                   "without a passphrase.");
}

std::string dns_record_of(EVP_PKEY* key) {
  if (EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519) {
    unsigned char raw[32];
    std::size_t size = sizeof raw;
    must(EVP_PKEY_get_raw_public_key(key, raw, &size) == 1, "read the public key");
    return "v=DKIM1; k=ed25519; p=" + base64({reinterpret_cast<char*>(raw), size});
  }
  unsigned char* der = nullptr;
  int size = i2d_PUBKEY(key, &der);
  must(size > 0, "encode the public key");
  std::string bytes(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return "v=DKIM1; k=rsa; p=" + base64(bytes);
}

bool is_dns_name(std::string_view name) {
  if (name.empty() || name.size() > 253) return false;
  for (auto label : split(name, '.')) {
    if (label.empty() || label.size() > 63) return false;
    for (char c : label)
      if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
            c == '-' || c == '_'))
        return false;
  }
  return true;
}

struct Field {
  std::string_view text;  // the whole field, folded, without its last line end
  std::string_view name;
};

struct Split {
  std::vector<Field> fields;
  std::string_view body;
};

Split split_message(std::string_view message) {
  Split out;
  out.fields.reserve(24);
  std::size_t at = 0;
  while (at < message.size()) {
    auto lf = message.find('\n', at);
    auto next = lf == std::string_view::npos ? message.size() : lf + 1;
    auto line = message.substr(at, (lf == std::string_view::npos ? next : lf) - at);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    at = next;
    if (line.empty()) {
      out.body = message.substr(next);
      break;
    }
    if (is_wsp(line[0]) && !out.fields.empty()) {
      auto& text = out.fields.back().text;
      text = {text.data(), static_cast<std::size_t>(line.data() + line.size() - text.data())};
    } else {
      out.fields.push_back({line, trim(line.substr(0, line.find(':')))});
    }
  }
  return out;
}

}  // namespace

Hash relaxed_body_hash(std::string_view body) {
  Sha256 hash;
  // [run, run_end) is canonical as it stands and not yet hashed. run_end follows the last line that
  // is not empty: empty lines inside get in when the run grows over them, those at the end never.
  const char* run = body.data();
  const char* run_end = run;
  bool growing = true;    // the bytes behind run_end up to here are canonical too
  std::size_t empty = 0;  // empty lines behind run_end
  std::string scratch;
  auto put_empty_lines = [&] {
    for (; empty > 0; --empty) hash.add("\r\n");
  };
  std::size_t at = 0;
  while (at < body.size()) {
    const auto* lf =
        static_cast<const char*>(std::memchr(body.data() + at, '\n', body.size() - at));
    auto next = lf ? static_cast<std::size_t>(lf - body.data()) + 1 : body.size();
    bool crlf = lf && next - at >= 2 && body[next - 2] == '\r';
    auto line = body.substr(at, next - at - (crlf ? 2 : (lf ? 1 : 0)));
    if (crlf && line.empty()) {
      ++empty;
    } else if (crlf && is_canonical(line)) {
      if (growing) {
        empty = 0;
      } else {
        put_empty_lines();
        run = body.data() + at;
        growing = true;
      }
      run_end = body.data() + next;
    } else {
      hash.add({run, static_cast<std::size_t>(run_end - run)});
      run = run_end;
      growing = false;
      scratch.clear();
      append_squeezed(scratch, line);
      if (scratch.empty()) {
        ++empty;
      } else {
        put_empty_lines();
        scratch += "\r\n";
        hash.add(scratch);
      }
    }
    at = next;
  }
  hash.add({run, static_cast<std::size_t>(run_end - run)});
  return hash.finish();
}

void append_relaxed_header(std::string& out, std::string_view field) {
  auto colon = field.find(':');
  for (char c : trim(field.substr(0, colon)))
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  out += ':';
  if (colon == std::string_view::npos) return;
  bool space = false, any = false;
  for (char c : field.substr(colon + 1)) {
    if (c == '\r' || c == '\n') continue;  // unfolding: the white space behind it stays
    if (is_wsp(c)) {
      space = true;
      continue;
    }
    if (space && any) out += ' ';
    space = false;
    any = true;
    out += c;
  }
}

Key generate_key(Algorithm algorithm) {
  Owned<EVP_PKEY> key(algorithm == Algorithm::rsa_sha256
                          ? EVP_RSA_gen(2048)
                          : EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  must(key != nullptr, "make a key");
  Owned<BIO> bio(BIO_new(BIO_s_mem()));
  must(PEM_write_bio_PKCS8PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) ==
           1,
       "write the key");
  char* data = nullptr;
  auto size = BIO_get_mem_data(bio.get(), &data);
  Key out{std::string(data, static_cast<std::size_t>(size)), dns_record_of(key.get())};
  sodium_memzero(data, static_cast<std::size_t>(size));
  return out;
}

Result<std::string> dns_record(const std::string& private_pem) {
  auto key = parse_key(private_pem);
  if (!key) return key_error();
  return dns_record_of(key.get());
}

struct Signer::Impl {
  std::string domain, selector;
  Algorithm algorithm = Algorithm::rsa_sha256;
  Owned<EVP_PKEY> key;
  std::array<std::uint8_t, crypto_sign_SECRETKEYBYTES> ed25519{};
  Owned<EVP_PKEY_CTX> prototype;
  // A warm context waits here for whoever comes first; another thread at that moment makes a copy.
  mutable std::atomic<EVP_PKEY_CTX*> warm{nullptr};

  ~Impl() {
    EVP_PKEY_CTX_free(warm.load());
    sodium_memzero(ed25519.data(), ed25519.size());
  }

  std::string sign_hash(const Hash& hash) const {
    if (algorithm == Algorithm::ed25519_sha256) {
      std::string out(crypto_sign_BYTES, '\0');
      crypto_sign_detached(reinterpret_cast<unsigned char*>(out.data()), nullptr, hash.data(),
                           hash.size(), ed25519.data());
      return out;
    }
    Owned<EVP_PKEY_CTX> context(warm.exchange(nullptr));
    if (!context) context.reset(EVP_PKEY_CTX_dup(prototype.get()));
    must(context != nullptr, "copy a signing context");
    unsigned char out[1024];
    std::size_t size = sizeof out;
    must(EVP_PKEY_sign(context.get(), out, &size, hash.data(), hash.size()) == 1, "sign");
    context.reset(warm.exchange(context.release()));
    return {reinterpret_cast<char*>(out), size};
  }
};

Signer::Signer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Signer::Signer(Signer&&) noexcept = default;
Signer& Signer::operator=(Signer&&) noexcept = default;
Signer::~Signer() = default;
Algorithm Signer::algorithm() const { return impl_->algorithm; }
const std::string& Signer::domain() const { return impl_->domain; }

Result<Signer> Signer::create(std::string domain, std::string selector,
                              const std::string& private_pem) {
  if (!is_dns_name(domain)) return bad_input("/domain", "The domain is not a DNS name.");
  if (!is_dns_name(selector)) return bad_input("/selector", "The selector is not a DNS name.");
  auto impl = std::make_unique<Impl>();
  impl->domain = std::move(domain);
  impl->selector = std::move(selector);
  impl->key = parse_key(private_pem);
  if (!impl->key) return key_error();
  if (EVP_PKEY_get_base_id(impl->key.get()) == EVP_PKEY_ED25519) {
    impl->algorithm = Algorithm::ed25519_sha256;
    must(sodium_init() >= 0, "start libsodium");
    unsigned char seed[32], public_key[32];
    std::size_t size = sizeof seed;
    must(EVP_PKEY_get_raw_private_key(impl->key.get(), seed, &size) == 1, "read the key");
    crypto_sign_seed_keypair(public_key, impl->ed25519.data(), seed);
    sodium_memzero(seed, sizeof seed);
  } else {
    impl->prototype.reset(EVP_PKEY_CTX_new(impl->key.get(), nullptr));
    auto* context = impl->prototype.get();
    must(context && EVP_PKEY_sign_init(context) == 1 &&
             EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
             EVP_PKEY_CTX_set_signature_md(context, sha256()) == 1,
         "prepare a signing context");
  }
  return Signer(std::move(impl));
}

std::string Signer::sign_bytes(std::string_view data) const {
  Sha256 hash;
  hash.add(data);
  return impl_->sign_hash(hash.finish());
}

std::string Signer::sign(std::string_view message, Timestamp at) const {
  auto parts = split_message(message);
  auto body_hash = relaxed_body_hash(parts.body);

  std::string canonical, names;
  canonical.reserve(2048);
  names.reserve(320);
  auto add_name = [&names, column = std::size_t{2}](std::string_view name) mutable {
    if (!names.empty()) names += ':';
    if (column + name.size() > 74) {
      names += "\r\n\t ";
      column = 2;
    }
    names += name;
    column += name.size() + 1;
  };
  for (const auto& wanted : kSigned) {
    // The last occurrence first (section 5.4.2).
    for (auto field = parts.fields.rbegin(); field != parts.fields.rend(); ++field) {
      if (!iequals(field->name, wanted.name)) continue;
      append_relaxed_header(canonical, field->text);
      canonical += "\r\n";
      add_name(wanted.name);
    }
    if (wanted.sealed) add_name(wanted.name);
  }

  auto seconds = std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
  std::string header;
  header.reserve(1024);
  header += "DKIM-Signature: v=1; a=";
  header += impl_->algorithm == Algorithm::rsa_sha256 ? "rsa-sha256" : "ed25519-sha256";
  header += "; c=relaxed/relaxed;\r\n\td=" + impl_->domain + "; s=" + impl_->selector +
            ";\r\n\tt=" + std::to_string(seconds) + "; h=\r\n\t " + names + ";\r\n\tbh=" +
            base64({reinterpret_cast<const char*>(body_hash.data()), body_hash.size()}) +
            ";\r\n\tb=";
  append_relaxed_header(canonical, header);
  auto signature = base64(sign_bytes(canonical));
  for (std::size_t i = 0; i < signature.size(); i += 72) {
    if (i > 0) header += "\r\n\t ";
    header.append(signature, i, 72);
  }
  header += "\r\n";
  return header;
}

namespace {

// "a=rsa-sha256; d=example.org; …", unfolded and without white space.
std::string_view tag(std::string_view value, std::string_view name) {
  for (auto part : varde::split(value, ';')) {
    auto equals = part.find('=');
    if (equals != std::string_view::npos && part.substr(0, equals) == name)
      return part.substr(equals + 1);
  }
  return {};
}

// The field with an empty b=, as it was signed (RFC 6376 section 3.7). Nothing stands behind b= in
// what we write.
std::string without_signature(std::string_view field) {
  for (auto at = field.find("b="); at != std::string_view::npos; at = field.find("b=", at + 1)) {
    auto before = trim(field.substr(0, at));
    if (before.ends_with(';')) return std::string(field.substr(0, at + 2));
  }
  return std::string(field);
}

}  // namespace

bool Signer::has_signed_headers(std::string_view message) const {
  auto parts = split_message(message);
  if (parts.fields.size() > 300) return false;
  // With two of them it could be the other one that was signed.
  if (std::ranges::count_if(
          parts.fields, [](const Field& field) { return iequals(field.name, "message-id"); }) != 1)
    return false;
  int tried = 0;
  for (const auto& field : parts.fields) {
    if (!iequals(field.name, "dkim-signature")) continue;
    if (++tried > 8 || field.text.size() > 8192) return false;
    std::string value;
    for (char c : field.text.substr(std::min(field.text.find(':') + 1, field.text.size())))
      if (!is_wsp(c) && c != '\r' && c != '\n') value += c;
    if (!iequals(tag(value, "d"), impl_->domain) || tag(value, "s") != impl_->selector ||
        tag(value, "c") != "relaxed/relaxed")
      continue;
    bool names_message = false;
    std::string canonical;
    std::map<std::string, std::size_t> used;
    auto names = varde::split(tag(value, "h"), ':');
    if (names.size() > 100) continue;
    for (auto name : names) {
      auto wanted = ascii_lower(name);
      names_message = names_message || wanted == "message-id";
      // The last occurrence first; one that is not there is signed as nothing (section 5.4.2).
      auto skip = used[wanted]++;
      for (auto held = parts.fields.rbegin(); held != parts.fields.rend(); ++held) {
        if (!iequals(held->name, wanted) || skip-- > 0) continue;
        append_relaxed_header(canonical, held->text);
        canonical += "\r\n";
        break;
      }
    }
    if (!names_message) continue;
    append_relaxed_header(canonical, without_signature(field.text));
    auto made = base64(sign_bytes(canonical));
    if (made == tag(value, "b")) return true;
  }
  return false;
}

}  // namespace varde::crypto::dkim
