#include "net/stream.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <boost/asio/ip/tcp.hpp>
#include <map>
#include <mutex>
#include <vector>

#include "net/fiber_asio.hpp"
#include "net/resolver.hpp"

namespace varde::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::size_t kReadChunk = 16 * 1024;

Error broken(std::string kind, std::string message) {
  return {ErrorCode::unavailable, std::move(message), {}, std::move(kind), 0};
}
Error timeout() { return broken("timeout", "The other end did not answer in time."); }
Error closed() { return broken("closed", "The other end closed the connection."); }
Error from(const error_code& ec) {
  return broken("closed", "The connection broke: " + ec.message() + ".");
}
Error tls_error(const std::string& what) {
  char text[160] = "no details";
  if (auto code = ERR_get_error()) ERR_error_string_n(code, text, sizeof text);
  ERR_clear_error();
  return broken("tls", what + ": " + text + ".");
}

struct Free {
  void operator()(SSL_CTX* p) const { SSL_CTX_free(p); }
  void operator()(SSL* p) const { SSL_free(p); }
  void operator()(BIO* p) const { BIO_free(p); }
  void operator()(X509* p) const { X509_free(p); }
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

Owned<SSL_CTX> new_context(const SSL_METHOD* method) {
  Owned<SSL_CTX> context(SSL_CTX_new(method));
  if (!context) throw std::runtime_error("OpenSSL gave no context");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  return context;
}

// Loading the system's roots takes tens of milliseconds: one context for each set of roots.
SSL_CTX* client_context(const TlsVerify& verify) {
  static std::mutex mutex;
  static std::map<std::pair<bool, std::string>, Owned<SSL_CTX>> contexts;
  std::lock_guard lock(mutex);
  auto& slot = contexts[{verify.verify, verify.ca_file}];
  if (slot) return slot.get();
  auto context = new_context(TLS_client_method());
  if (verify.verify) {
    int ok = verify.ca_file.empty()
                 ? SSL_CTX_set_default_verify_paths(context.get())
                 : SSL_CTX_load_verify_file(context.get(), verify.ca_file.c_str());
    if (ok != 1) return nullptr;
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  }
  slot = std::move(context);
  return slot.get();
}

}  // namespace

struct TlsIdentity::Impl {
  Owned<SSL_CTX> context;
};

Result<TlsIdentity> TlsIdentity::from_pem(const std::string& chain_pem,
                                          const std::string& key_pem) {
  auto impl = std::make_shared<Impl>();
  impl->context = new_context(TLS_server_method());
  auto* context = impl->context.get();
  Owned<BIO> chain(BIO_new_mem_buf(chain_pem.data(), static_cast<int>(chain_pem.size())));
  Owned<X509> leaf(PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr));
  if (!leaf || SSL_CTX_use_certificate(context, leaf.get()) != 1) {
    ERR_clear_error();
    return bad_input("/certificate", "The certificate is not a PEM certificate.");
  }
  while (X509* above = PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr))
    SSL_CTX_add0_chain_cert(context, above);
  Owned<BIO> key_text(BIO_new_mem_buf(key_pem.data(), static_cast<int>(key_pem.size())));
  Owned<EVP_PKEY> key(PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr));
  bool fits = key && SSL_CTX_use_PrivateKey(context, key.get()) == 1;
  ERR_clear_error();
  if (!fits) return bad_input("/key", "The private key does not belong to the certificate.");
  return TlsIdentity(std::move(impl));
}

TlsIdentity TlsIdentity::self_signed(const std::string& name) {
  Owned<EVP_PKEY> key(EVP_EC_gen("P-256"));
  Owned<X509> certificate(X509_new());
  X509* x = certificate.get();
  X509_set_version(x, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
  X509_gmtime_adj(X509_getm_notBefore(x), -3600);
  X509_gmtime_adj(X509_getm_notAfter(x), 3650L * 86400);
  X509_set_pubkey(x, key.get());
  auto* subject = X509_get_subject_name(x);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(x, subject);
  auto alt = "DNS:" + name;
  if (auto* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, alt.c_str())) {
    X509_add_ext(x, extension, -1);
    X509_EXTENSION_free(extension);
  }
  auto impl = std::make_shared<Impl>();
  impl->context = new_context(TLS_server_method());
  if (X509_sign(x, key.get(), EVP_sha256()) == 0 ||
      SSL_CTX_use_certificate(impl->context.get(), x) != 1 ||
      SSL_CTX_use_PrivateKey(impl->context.get(), key.get()) != 1)
    throw std::runtime_error("could not make a self-signed certificate for " + name);
  return TlsIdentity(std::move(impl));
}

struct Stream::Impl {
  explicit Impl(tcp::socket s) : socket(std::move(s)) {
    error_code ec;
    socket.non_blocking(true, ec);
    socket.set_option(tcp::no_delay(true), ec);
    auto other = socket.remote_endpoint(ec);
    if (!ec) peer = Address::from(other.data())->unmapped().str();
  }

  tcp::socket socket;
  std::vector<char> in;  // [begin, end) was read ahead
  std::size_t begin = 0, end = 0;
  std::uint64_t handed_over = 0;
  std::string peer;
  Owned<SSL> ssl;
  BIO* from_net = nullptr;  // both owned by ssl
  BIO* to_net = nullptr;

  void cancel() {
    error_code ignored;
    socket.cancel(ignored);
  }

  Result<std::size_t> raw_read(char* out, std::size_t size, Deadline deadline) {
    bool timed_out = false;
    std::size_t got = 0;
    auto ec = detail::suspend_until(
        deadline, [this] { cancel(); }, timed_out,
        [&](asio::yield_context& yield) {
          error_code result;
          got = socket.async_read_some(asio::buffer(out, size), yield[result]);
          return result;
        });
    if (!ec) return got;
    if (ec == asio::error::eof) return std::size_t{0};
    if (timed_out) return timeout();
    return from(ec);
  }

  Result<void> wait_writable(Deadline deadline) {
    bool timed_out = false;
    auto ec = detail::suspend_until(
        deadline, [this] { cancel(); }, timed_out,
        [&](asio::yield_context& yield) {
          error_code result;
          socket.async_wait(tcp::socket::wait_write, yield[result]);
          return result;
        });
    if (!ec) return {};
    return timed_out ? timeout() : from(ec);
  }

  // Adds to *sent as the kernel takes bytes.
  Result<void> raw_write(std::span<const std::string_view> parts, Deadline deadline,
                         std::uint64_t* sent) {
    std::vector<asio::const_buffer> left;
    left.reserve(parts.size());
    for (auto part : parts)
      if (!part.empty()) left.emplace_back(part.data(), part.size());
    std::size_t first = 0;
    while (first < left.size()) {
      error_code ec;
      auto taken = socket.write_some(
          std::span<const asio::const_buffer>(left.data() + first, left.size() - first), ec);
      if (sent) *sent += taken;
      while (first < left.size() && taken >= left[first].size()) taken -= left[first++].size();
      if (first < left.size()) left[first] += taken;
      if (ec == asio::error::would_block) {
        VARDE_CHECK(wait_writable(deadline));
      } else if (ec) {
        return from(ec);
      }
    }
    return {};
  }

  Result<void> flush_tls(Deadline deadline) {
    char* data = nullptr;
    auto size = BIO_get_mem_data(to_net, &data);
    if (size <= 0) return {};
    // Another SSL call may not happen before this returns (one fiber), so the buffer stays put.
    std::string_view part(data, static_cast<std::size_t>(size));
    auto written = raw_write({&part, 1}, deadline, nullptr);
    BIO_reset(to_net);
    return written;
  }

  // Runs one SSL operation to its end. The result is its return value; 0 is a clean end.
  template <class Operation>
  Result<int> drive(Operation operation, Deadline deadline, const char* what) {
    while (true) {
      ERR_clear_error();
      int result = operation(ssl.get());
      // Read before anything suspends: OpenSSL's error queue belongs to the thread.
      int why = result > 0 ? SSL_ERROR_NONE : SSL_get_error(ssl.get(), result);
      std::optional<Error> error;
      if (why == SSL_ERROR_SSL || why == SSL_ERROR_SYSCALL) error = tls_error(what);
      VARDE_CHECK(flush_tls(deadline));
      if (error) return *std::move(error);
      if (why == SSL_ERROR_NONE) return result;
      if (why == SSL_ERROR_ZERO_RETURN) return 0;
      if (why == SSL_ERROR_WANT_READ) {
        char chunk[kReadChunk];
        VARDE_TRY(auto got, raw_read(chunk, sizeof chunk, deadline));
        if (got == 0) return 0;
        BIO_write(from_net, chunk, static_cast<int>(got));
      } else if (why != SSL_ERROR_WANT_WRITE) {
        return broken("tls", std::string(what) + ": unexpected state.");
      }
    }
  }

  Result<void> handshake(SSL_CTX* context, bool server, const TlsVerify* verify,
                         Deadline deadline) {
    before_waiting_for_others("stream-tls");
    if (begin != end)
      return broken("tls", "There was plain text behind the command that starts TLS.");
    if (!context) return tls_error("The trusted certificates could not be read");
    ssl.reset(SSL_new(context));
    from_net = BIO_new(BIO_s_mem());
    to_net = BIO_new(BIO_s_mem());
    BIO_set_mem_eof_return(from_net, -1);
    SSL_set_bio(ssl.get(), from_net, to_net);
    if (server) {
      SSL_set_accept_state(ssl.get());
    } else {
      SSL_set_connect_state(ssl.get());
      error_code ec;
      asio::ip::make_address(verify->server_name, ec);
      bool is_address = !ec;
      if (!is_address && !verify->server_name.empty())
        SSL_set_tlsext_host_name(ssl.get(), verify->server_name.c_str());
      if (verify->verify) {
        auto* checks = SSL_get0_param(ssl.get());
        if (is_address)
          X509_VERIFY_PARAM_set1_ip_asc(checks, verify->server_name.c_str());
        else
          X509_VERIFY_PARAM_set1_host(checks, verify->server_name.c_str(), 0);
      }
    }
    auto done = drive(SSL_do_handshake, deadline, "The TLS handshake failed");
    if (!done) return std::move(done).error();
    if (*done == 0) return broken("tls", "The other end closed during the TLS handshake.");
    return {};
  }

  Result<std::size_t> read(char* out, std::size_t size, Deadline deadline) {
    before_waiting_for_others("stream-read");
    if (!socket.is_open()) return closed();
    if (!ssl) return raw_read(out, size, deadline);
    VARDE_TRY(int got, drive([&](SSL* s) { return SSL_read(s, out, static_cast<int>(size)); },
                             deadline, "Reading under TLS failed"));
    return static_cast<std::size_t>(got);
  }

  Result<void> write(std::span<const std::string_view> parts, Deadline deadline) {
    before_waiting_for_others("stream-write");
    if (!socket.is_open()) return closed();
    if (!ssl) return raw_write(parts, deadline, &handed_over);
    for (auto part : parts) handed_over += part.size();
    // All records go to the memory BIO first, then out with one call.
    for (auto part : parts) {
      while (!part.empty()) {
        ERR_clear_error();
        int taken = SSL_write(ssl.get(), part.data(),
                              static_cast<int>(std::min<std::size_t>(part.size(), 1 << 20)));
        if (taken > 0) {
          part.remove_prefix(static_cast<std::size_t>(taken));
          continue;
        }
        // A key update in flight: let drive() do what TLS wants, with the same arguments.
        VARDE_TRY(int driven, drive(
                                  [&](SSL* s) {
                                    return SSL_write(s, part.data(),
                                                     static_cast<int>(std::min<std::size_t>(
                                                         part.size(), 1 << 20)));
                                  },
                                  deadline, "Writing under TLS failed"));
        if (driven == 0) return closed();
        part.remove_prefix(static_cast<std::size_t>(driven));
      }
    }
    return flush_tls(deadline);
  }

  // Reads more behind what is held; false at the end of the stream.
  Result<bool> fill(Deadline deadline) {
    if (begin == end) begin = end = 0;
    if (in.size() - end < kReadChunk / 4) {
      if (begin > 0) {
        std::memmove(in.data(), in.data() + begin, end - begin);
        end -= begin;
        begin = 0;
      }
      if (in.size() - end < kReadChunk / 4) in.resize(std::max(in.size() * 2, kReadChunk));
    }
    VARDE_TRY(auto got, read(in.data() + end, in.size() - end, deadline));
    end += got;
    return got > 0;
  }
};

Stream::Stream(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Stream::Stream(Stream&&) noexcept = default;
Stream& Stream::operator=(Stream&&) noexcept = default;
Stream::~Stream() {
  if (impl_) close();
}

Result<Stream> Stream::connect(const Permit& permit, const std::string& host, std::uint16_t port,
                               Deadline deadline) {
  before_waiting_for_others("stream-connect");
  VARDE_TRY(auto addresses, resolve(host, deadline));
  std::erase_if(addresses,
                [&](const Address& address) { return !permit.addresses().allows(address); });
  if (addresses.empty())
    return broken("not-allowed",
                  "The host's address is not one of the public Internet, and this installation "
                  "does not allow others.");
  Error last = broken("refused", "The host has no address.");
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    tcp::socket socket(Loop::current().impl().context);
    tcp::endpoint endpoint(asio::ip::make_address(addresses[i].str()), port);
    // An address that never answers may not eat the time of those behind it.
    auto now = std::chrono::steady_clock::now();
    auto share = now + (deadline - now) / static_cast<long>(addresses.size() - i);
    bool timed_out = false;
    auto ec = detail::suspend_until(
        share,
        [&] {
          error_code ignored;
          socket.cancel(ignored);
        },
        timed_out,
        [&](asio::yield_context& yield) {
          error_code result;
          socket.async_connect(endpoint, yield[result]);
          return result;
        });
    if (!ec) return Stream(std::make_unique<Impl>(std::move(socket)));
    last = timed_out ? timeout()
                     : broken("refused", "The connection was not made: " + ec.message() + ".");
  }
  return last;
}

Result<void> Stream::start_tls(const TlsVerify& verify, Deadline deadline) {
  return impl_->handshake(client_context(verify), false, &verify, deadline);
}
Result<void> Stream::accept_tls(const TlsIdentity& identity, Deadline deadline) {
  return impl_->handshake(identity.impl().context.get(), true, nullptr, deadline);
}
bool Stream::is_tls() const { return impl_->ssl != nullptr; }

Result<std::size_t> Stream::read_some(std::span<char> out, Deadline deadline) {
  auto& s = *impl_;
  if (s.begin == s.end) return s.read(out.data(), out.size(), deadline);
  auto size = std::min(out.size(), s.end - s.begin);
  std::memcpy(out.data(), s.in.data() + s.begin, size);
  s.begin += size;
  return size;
}

Result<std::string_view> Stream::peek(Deadline deadline, bool more) {
  auto& s = *impl_;
  if (more || s.begin == s.end) {
    VARDE_TRY(bool got, s.fill(deadline));
    if (!got) return std::string_view{};
  }
  return std::string_view(s.in.data() + s.begin, s.end - s.begin);
}
void Stream::consume(std::size_t bytes) {
  impl_->begin += std::min(bytes, impl_->end - impl_->begin);
}
std::size_t Stream::buffered() const { return impl_->end - impl_->begin; }

Result<std::string_view> Stream::read_line(std::size_t limit, Deadline deadline) {
  auto& s = *impl_;
  std::size_t seen = 0;
  while (true) {
    const char* start = s.in.data() + s.begin;
    std::size_t held = s.end - s.begin;
    if (held > seen) {
      if (const auto* lf = static_cast<const char*>(std::memchr(start + seen, '\n', held - seen))) {
        auto size = static_cast<std::size_t>(lf - start) + 1;
        if (size > limit) return broken("too-long", "The other end sent a line that is too long.");
        s.begin += size;
        return std::string_view(start, size);
      }
      seen = held;
    }
    if (held >= limit) return broken("too-long", "The other end sent a line that is too long.");
    VARDE_TRY(bool got, s.fill(deadline));
    if (!got) return closed();
  }
}

Result<void> Stream::write(std::string_view data, Deadline deadline) {
  return impl_->write({&data, 1}, deadline);
}
Result<void> Stream::write(std::span<const std::string_view> parts, Deadline deadline) {
  return impl_->write(parts, deadline);
}
std::uint64_t Stream::handed_over() const { return impl_->handed_over; }

void Stream::close() {
  auto& s = *impl_;
  if (!s.socket.is_open()) return;
  error_code ignored;
  if (s.ssl && SSL_is_init_finished(s.ssl.get())) {
    SSL_shutdown(s.ssl.get());
    char* data = nullptr;
    auto size = BIO_get_mem_data(s.to_net, &data);
    if (size > 0) s.socket.write_some(asio::buffer(data, static_cast<std::size_t>(size)), ignored);
    ERR_clear_error();
  }
  s.socket.shutdown(tcp::socket::shutdown_both, ignored);
  s.socket.close(ignored);
}
bool Stream::is_open() const { return impl_ && impl_->socket.is_open(); }
const std::string& Stream::peer() const { return impl_->peer; }

struct Listener::Impl {
  explicit Impl(asio::io_context& context) : acceptor(context) {}
  tcp::acceptor acceptor;
};
Listener::Listener(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Listener::Listener(Listener&&) noexcept = default;
Listener& Listener::operator=(Listener&&) noexcept = default;
Listener::~Listener() = default;

Result<Listener> Listener::open(const std::string& address, std::uint16_t port) {
  error_code ec;
  auto where = asio::ip::make_address(address, ec);
  if (ec) return bad_input("/address", "The address to listen on is not an IP address.");
  auto impl = std::make_unique<Impl>(Loop::current().impl().context);
  tcp::endpoint end(where, port);
  if (!ec) impl->acceptor.open(end.protocol(), ec);
  if (!ec) impl->acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec) impl->acceptor.bind(end, ec);
  if (!ec) impl->acceptor.listen(asio::socket_base::max_listen_connections, ec);
  if (ec) return broken("refused", "The port cannot be listened on: " + ec.message() + ".");
  return Listener(std::move(impl));
}

std::uint16_t Listener::port() const {
  error_code ec;
  return impl_->acceptor.local_endpoint(ec).port();
}

Result<Stream> Listener::accept(std::optional<Deadline> deadline) {
  tcp::socket socket(Loop::current().impl().context);
  bool timed_out = false;
  auto ec = detail::suspend_until(
      deadline,
      [&] {
        error_code ignored;
        impl_->acceptor.cancel(ignored);
      },
      timed_out,
      [&](asio::yield_context& yield) {
        error_code result;
        impl_->acceptor.async_accept(socket, yield[result]);
        return result;
      });
  if (!ec) return Stream(std::make_unique<Stream::Impl>(std::move(socket)));
  if (timed_out) return timeout();
  return from(ec);
}

void Listener::close() {
  error_code ignored;
  impl_->acceptor.close(ignored);
}

}  // namespace varde::net
