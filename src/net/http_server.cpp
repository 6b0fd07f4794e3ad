#include "net/http_server.hpp"

#include <fcntl.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/stat.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <filesystem>
#include <set>

#include "base/ids.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"
#include "base/text.hpp"
#include "net/fiber_asio.hpp"
#include "net/forwarded.hpp"

namespace varde::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

metrics::Gauge open_connections("varde_http_connections", "Open HTTP connections");
metrics::Counter refused_connections("varde_http_connections_refused_total",
                                     "HTTP connections closed at the limit");
metrics::Counter refused_requests("varde_http_requests_refused_total",
                                  "Requests refused before anybody looked at them", {"why"});
metrics::Gauge bodies_held("varde_http_bodies_bytes", "Bytes of bodies of requests under way");
metrics::Counter requests_total("varde_http_requests_total", "HTTP requests answered", {"status"});
metrics::Histogram request_seconds("varde_http_request_seconds",
                                   "Time from the end of the header to the end of the answer");

using PlainStream = tcp::socket;
using TlsStream = asio::ssl::stream<tcp::socket>;

tcp::socket& socket_of(PlainStream& stream) { return stream; }
tcp::socket& socket_of(TlsStream& stream) { return stream.next_layer(); }

Response problem(int status, const std::string& detail) {
  return text_response(
      status, "application/problem+json",
      fmt::format(R"({{"type":"about:blank","title":"{}","status":{},"detail":"{}"}})",
                  reason_phrase(status), status, detail));
}

}  // namespace

struct HttpServer::Impl : std::enable_shared_from_this<Impl> {
  struct Connection {
    std::function<void()> close_if_idle;
  };

  Impl(HttpServerOptions opts, Handler handle)
      : options(std::move(opts)), handler(std::move(handle)) {}

  HttpServerOptions options;
  Handler handler;
  std::vector<Loop*> loops;
  std::vector<std::shared_ptr<tcp::acceptor>> acceptors;
  std::optional<asio::ssl::context> tls;
  unsigned short bound_port = 0;
  std::atomic<std::size_t> connections{0};
  std::atomic<bool> draining{false};
  std::mutex mutex;
  std::map<Loop*, std::set<Connection*>> open;  // guarded by mutex; the callbacks run on their loop
  std::unordered_map<std::string, std::size_t> of_client;  // guarded by mutex
  std::atomic<std::size_t> bodies{0};                      // bytes in memory
  std::set<std::string, std::less<>> hosts;                // none: any

  void accept_on(Loop& loop, const std::shared_ptr<tcp::acceptor>& acceptor);
  template <class Stream>
  void serve(Stream& stream, const std::string& peer);
  void fill_hosts(const Address& listening);
  std::optional<Response> refuse(const http::request_parser<http::buffer_body>& parser,
                                 std::string_view path) const;
  bool let_in(const std::string& client);
};

namespace {

// Fiber wrappers of the socket operations, with deadline.
template <class Stream, class Operation>
error_code until(Stream& stream, std::optional<Deadline> deadline, Operation operation) {
  bool timed_out = false;
  auto ec = detail::suspend_until(
      deadline,
      [&] {
        error_code ignored;
        socket_of(stream).cancel(ignored);
      },
      timed_out,
      [&](asio::yield_context& yield) {
        error_code result;
        operation(yield, result);
        return result;
      });
  return timed_out ? error_code(asio::error::timed_out) : ec;
}

template <class Stream>
std::size_t read_into(Stream& stream, beast::flat_buffer& buffer, std::optional<Deadline> deadline,
                      error_code& ec) {
  auto space = buffer.prepare(16 * 1024);
  std::size_t got = 0;
  ec = until(stream, deadline, [&](asio::yield_context& yield, error_code& result) {
    got = stream.async_read_some(space, yield[result]);
  });
  buffer.commit(got);
  return got;
}

template <class Stream>
bool write_all(Stream& stream, std::string_view first, std::string_view second, Deadline deadline) {
  before_waiting_for_others("http-answer");
  std::array<asio::const_buffer, 2> buffers{asio::buffer(first.data(), first.size()),
                                            asio::buffer(second.data(), second.size())};
  return !until(stream, deadline, [&](asio::yield_context& yield, error_code& result) {
    asio::async_write(stream, buffers, yield[result]);
  });
}

constexpr std::uint64_t kDropped = 256 * 1024;  // of a body that nobody asked for

// How long the other end may be waited for. Only waiting counts: what the program does between two
// pieces is no fault of theirs.
class Patience {
 public:
  static constexpr std::uint64_t kLeastRate = 1024;          // bytes a second, on average
  static constexpr std::uint64_t kExpectedRate = 32 * 1024;  // by which the whole is given its time

  Patience(std::chrono::seconds grace, std::chrono::seconds whole) : grace_(grace), whole_(whole) {}
  /// Until when the next piece may take, of a whole that has `size` bytes or more.
  Deadline next(std::chrono::seconds piece, std::uint64_t size) const {
    using std::chrono::milliseconds;
    auto by_rate = std::max<milliseconds>(grace_, milliseconds(moved_ * 1000 / kLeastRate));
    auto by_size = whole_ + milliseconds(std::max(size, moved_) * 1000 / kExpectedRate);
    return in(std::min<std::chrono::steady_clock::duration>(
        piece, std::min<std::chrono::steady_clock::duration>(by_rate, by_size) - waited_));
  }
  void waited(std::chrono::steady_clock::time_point since, std::uint64_t bytes) {
    waited_ += std::chrono::steady_clock::now() - since;
    moved_ += bytes;
  }

 private:
  std::chrono::milliseconds grace_, whole_;
  std::chrono::steady_clock::duration waited_{0};
  std::uint64_t moved_ = 0;
};

template <class Stream>
class Reader : public BodyReader {
 public:
  Reader(Stream& stream, beast::flat_buffer& buffer,
         http::request_parser<http::buffer_body>& parser, const HttpServerOptions& options,
         std::atomic<std::size_t>& bodies, bool expects_continue)
      : stream_(stream),
        buffer_(buffer),
        parser_(parser),
        timeout_(options.body_timeout),
        patience_(options.rate_grace, options.body_deadline),
        bodies_(bodies),
        most_(options.max_bodies),
        send_continue_(expects_continue) {}
  ~Reader() override {
    bodies_ -= kept_;
    bodies_held.add(-static_cast<std::int64_t>(kept_));
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  Result<std::string> read_some(std::size_t max) override {
    before_waiting_for_others("http-body");
    if (too_slow_) return slow();
    if (failed_) return make_error(ErrorCode::malformed, "The request's body could not be read.");
    std::string piece(max, '\0');
    if (send_continue_) {
      send_continue_ = false;
      if (!write_all(stream_, "HTTP/1.1 100 Continue\r\n\r\n", "", in(timeout_))) return gone();
    }
    while (!parser_.is_done()) {
      auto& body = parser_.get().body();
      body.data = piece.data();
      body.size = piece.size();
      body.more = true;
      error_code ec;
      auto used = parser_.put(buffer_.data(), ec);
      buffer_.consume(used);
      auto filled = piece.size() - body.size;
      if (ec == http::error::need_buffer) ec = {};
      bool needs_more = ec == http::error::need_more;
      if (ec && !needs_more) return gone();
      if (filled > 0) {
        piece.resize(filled);
        return piece;
      }
      // The head of a chunk was taken: what it holds may be here already.
      if (parser_.is_done() || (!needs_more && used > 0)) continue;
      error_code read_error;
      auto since = std::chrono::steady_clock::now();
      auto until = patience_.next(timeout_, parser_.content_length().value_or(0));
      auto got = read_into(stream_, buffer_, until, read_error);
      patience_.waited(since, got);
      if (read_error == asio::error::timed_out) return slow();
      if (read_error || got == 0) return gone();
    }
    return std::string();
  }

  std::optional<std::uint64_t> declared_size() const override {
    auto length = parser_.content_length();
    return length ? std::optional<std::uint64_t>(*length) : std::nullopt;
  }
  bool keep(std::size_t bytes) override {
    if (bodies_.fetch_add(bytes) + bytes > most_) {
      bodies_ -= bytes;
      refused_requests.with({"bodies"}).add();
      return false;
    }
    kept_ += bytes;
    bodies_held.add(static_cast<std::int64_t>(bytes));
    return true;
  }
  bool failed() const { return failed_; }
  /// Whether what is left is known to be at most `limit`.
  bool rest_is_within(std::uint64_t limit) const {
    auto rest = parser_.content_length_remaining();
    return rest && *rest <= limit;
  }
  /// Reads away what is left, up to `limit`, waiting at most `patience` for each piece.
  void drop_rest(std::uint64_t limit, std::chrono::seconds patience) {
    timeout_ = patience;
    for (std::uint64_t dropped = 0; !parser_.is_done() && !failed_ && dropped < limit;) {
      auto piece = read_some(32 * 1024);
      if (!piece || piece->empty()) return;
      dropped += piece->size();
    }
  }
  bool waits_for_continue() const { return send_continue_; }

 private:
  Error gone() {
    failed_ = true;
    return make_error(ErrorCode::malformed, "The request's body ended before it was complete.");
  }
  Error slow() {
    failed_ = too_slow_ = true;
    return make_error(ErrorCode::too_slow, "The request's body came too slowly.");
  }
  Stream& stream_;
  beast::flat_buffer& buffer_;
  http::request_parser<http::buffer_body>& parser_;
  std::chrono::seconds timeout_;
  Patience patience_;
  std::atomic<std::size_t>& bodies_;
  std::size_t most_, kept_ = 0;
  bool send_continue_;
  bool failed_ = false, too_slow_ = false;
};

template <class Stream>
class ChunkWriter : public BodyWriter {
 public:
  ChunkWriter(Stream& stream, const HttpServerOptions& options, const std::atomic<bool>& draining)
      : stream_(stream),
        timeout_(options.write_timeout),
        // A stream has no size that its whole could be measured by.
        patience_(std::max(options.rate_grace, options.write_timeout), std::chrono::hours(24)),
        draining_(draining) {}
  bool write(std::string_view bytes) override {
    before_waiting_for_others("http-answer");
    if (bytes.empty() || !ok_) return ok_;
    auto head = fmt::format("{:x}\r\n", bytes.size());
    std::string body(bytes);
    body += "\r\n";
    auto since = std::chrono::steady_clock::now();
    ok_ = write_all(stream_, head, body, patience_.next(timeout_, 0));
    patience_.waited(since, bytes.size());
    return ok_;
  }
  bool alive() const override { return ok_ && !draining_; }
  void finish() {
    if (ok_) ok_ = write_all(stream_, "0\r\n\r\n", "", in(timeout_));
  }
  bool ok() const { return ok_; }

 private:
  Stream& stream_;
  std::chrono::seconds timeout_;
  Patience patience_;
  const std::atomic<bool>& draining_;
  bool ok_ = true;
};

// Percent-decodes a path and refuses what a file system or a router could misread.
std::optional<std::string> clean_path(std::string_view raw) {
  auto path = percent_decode(raw);
  if (!path || path->empty() || path->front() != '/' || !is_utf8(*path)) return std::nullopt;
  for (char c : *path)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '\\') return std::nullopt;
  for (auto part : split(*path, '/'))
    if (part == ".." || part == ".") return std::nullopt;
  return path;
}

std::string head_of(const Response& response, const std::string& request_id, bool keep_alive,
                    bool chunked) {
  std::string head;
  head.reserve(512);
  fmt::format_to(std::back_inserter(head), "HTTP/1.1 {} {}\r\n", response.status,
                 reason_phrase(response.status));
  for (const auto& [name, value] : response.headers) {
    if (value.find_first_of("\r\n") != std::string::npos) continue;  // never ours to send
    fmt::format_to(std::back_inserter(head), "{}: {}\r\n", name, value);
  }
  fmt::format_to(std::back_inserter(head), "X-Request-Id: {}\r\n", request_id);
  if (chunked) {
    head += "Transfer-Encoding: chunked\r\n";
  } else if (response.status != 204 && response.status != 304) {
    fmt::format_to(std::back_inserter(head), "Content-Length: {}\r\n", response.body.size());
  }
  if (!keep_alive) head += "Connection: close\r\n";
  head += "\r\n";
  return head;
}

}  // namespace

// What the header Host may say: a name with the ports that it may be written with.
void HttpServer::Impl::fill_hosts(const Address& listening) {
  if (options.hosts.empty()) return;
  auto add = [&](const std::string& name) {
    hosts.insert(name);
    hosts.insert(fmt::format("{}:{}", name, bound_port));
  };
  for (const auto& host : options.hosts) {
    bool with_port = host.rfind(':') != std::string::npos && !host.ends_with(']');
    if (with_port) {
      hosts.insert(host);
      continue;
    }
    add(host);
    hosts.insert(host + ":443");
    hosts.insert(host + ":80");
  }
  if (listening.is_loopback())
    for (const char* name : {"localhost", "127.0.0.1", "[::1]"}) add(name);
}

// Whether the message ends where every reader would say it does, and is meant for us; otherwise
// what to answer before the connection is closed.
std::optional<Response> HttpServer::Impl::refuse(
    const http::request_parser<http::buffer_body>& parser, std::string_view path) const {
  std::size_t codings = 0, lengths = 0, host_lines = 0;
  std::string coding, host;
  const auto& message = parser.get();
  for (const auto& field : message) {
    std::string value(field.value());
    if (field.name() == http::field::transfer_encoding) {
      ++codings;
      coding = ascii_lower(trim(value));
    } else if (field.name() == http::field::content_length) {
      ++lengths;
      // "30, 30" is one length to some readers and none to others.
      if (value.empty() || !std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; }))
        ++lengths;
    } else if (field.name() == http::field::host) {
      ++host_lines;
      host = ascii_lower(trim(value));
    }
  }
  auto refused = [](const char* why, int status, const std::string& detail) {
    refused_requests.with({why}).add();
    return problem(status, detail);
  };
  if (lengths > 1 || codings > 1 || (codings > 0 && lengths > 0) ||
      (codings > 0 && message.version() < 11))
    return refused("framing", 400,
                   "The request says in more than one way where its body ends, or in one that "
                   "its version of HTTP does not have.");
  if (codings > 0 && coding != "chunked")
    return refused("framing", 501, "The only transfer coding that is understood here is chunked.");
  if (host_lines > 1) return refused("host", 400, "The request has more than one header Host.");
  if (std::ranges::find(options.any_host_paths, path) != options.any_host_paths.end()) return {};
  if (host.empty()) return refused("host", 400, "The request does not say which host it is for.");
  if (!hosts.empty() && !hosts.contains(host))
    return refused("host", 421,
                   "This host name is not served here. The operator names those that are with "
                   "public_url and hosts.");
  return {};
}

// Whether a connection of this client may be opened; it counts if so.
bool HttpServer::Impl::let_in(const std::string& client) {
  std::lock_guard lock(mutex);
  auto& count = of_client[client];
  if (count >= options.max_connections_per_client) return false;
  ++count;
  return true;
}

template <class Stream>
void HttpServer::Impl::serve(Stream& stream, const std::string& peer) {
  beast::flat_buffer buffer(options.max_header_bytes + 64 * 1024);
  bool idle = true;
  Connection entry{[&] {
    if (!idle) return;
    error_code ignored;
    socket_of(stream).cancel(ignored);
  }};
  auto* loop = &Loop::current();
  {
    std::lock_guard lock(mutex);
    open[loop].insert(&entry);
  }
  struct Leave {
    Impl& impl;
    Loop* loop;
    Connection* entry;
    ~Leave() {
      std::lock_guard lock(impl.mutex);
      impl.open[loop].erase(entry);
    }
  } leave{*this, loop, &entry};

  for (bool first = true; !draining; first = false) {
    http::request_parser<http::buffer_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(options.max_header_bytes));
    parser.body_limit(boost::none);
    parser.eager(false);
    error_code ec;
    idle = true;
    auto deadline = in(first ? options.header_timeout : options.idle_timeout);
    while (!parser.is_header_done()) {
      if (buffer.size() > 0) {
        auto used = parser.put(buffer.data(), ec);
        buffer.consume(used);
        if (ec == http::error::need_more) ec = {};
        if (ec || parser.is_header_done()) break;
      }
      auto got = read_into(stream, buffer, deadline, ec);
      if (ec || got == 0) return;
      if (idle) {
        idle = false;
        deadline = in(options.header_timeout);
      }
    }
    idle = false;
    auto started = std::chrono::steady_clock::now();
    Response response;
    bool keep_alive = !ec && parser.is_header_done() && parser.keep_alive();
    bool head_only = false, misread = false;
    auto id = Uuid::make().str();
    std::optional<Reader<Stream>> body;
    if (ec || !parser.is_header_done()) {
      bool too_big = ec == http::error::header_limit;
      response = problem(too_big ? 431 : 400, too_big ? "The request's header is too large."
                                                      : "This is not an HTTP/1.1 request.");
      keep_alive = false;
    } else {
      const auto& message = parser.get();
      Request request;
      request.id = id;
      request.method = std::string(message.method_string());
      head_only = request.method == "HEAD";
      if (head_only) request.method = "GET";
      std::string_view target(message.target().data(), message.target().size());
      auto mark = target.find('?');
      if (mark != std::string_view::npos) request.query = std::string(target.substr(mark + 1));
      std::size_t count = 0;
      for (const auto& field : message) {
        if (++count > 100) break;
        request.headers.emplace_back(
            ascii_lower({field.name_string().data(), field.name_string().size()}),
            std::string(field.value()));
      }
      request.secure = options.secure || std::is_same_v<Stream, TlsStream>;
      request.peer = client_of(peer, request.headers, options.trusted_proxies);
      body.emplace(stream, buffer, parser, options, bodies,
                   iequals(request.header("expect"), "100-continue"));
      request.body = &*body;
      if (auto refused = refuse(parser, target.substr(0, mark))) {
        // Where its body ends is not known, or it went astray: nothing behind it is read.
        response = std::move(*refused);
        request.body = nullptr;
        body.reset();
        keep_alive = false;
        misread = true;
      } else if (auto path = clean_path(target.substr(0, mark)); !path) {
        response = problem(400, "The path is not valid.");
      } else if (count > 100) {
        response = problem(431, "The request has more than 100 header fields.");
      } else {
        request.path = std::move(*path);
        set_stranger(true);
        set_asker([fd = socket_of(stream).native_handle()] {
          pollfd one{fd, POLLRDHUP, 0};
          return ::poll(&one, 1, 0) == 1;
        });
        try {
          response = handler(request);
        } catch (const Stopped&) {
          return;
        } catch (const std::exception& e) {
          log::error("A request ended with an exception", {{"request_id", id}, {"what", e.what()}});
          response =
              problem(500, "Something went wrong on our side. The request id finds it in the log.");
        }
      }
      // What the handler left of a small body is read away: the next request begins after it. A
      // large one is answered before it has come.
      if (body && !body->waits_for_continue() && body->rest_is_within(kDropped))
        body->drop_rest(kDropped, options.body_timeout);
      if (!parser.is_done() || (body && body->failed())) keep_alive = false;
    }
    if (draining) keep_alive = false;
    // The rate that is expected of a whole answer, and a while for the network to begin with.
    auto deadline_write =
        in(options.write_timeout +
           std::chrono::milliseconds(response.body.size() * 1000 / Patience::kExpectedRate));
    if (response.stream && !head_only) {
      auto head = head_of(response, id, keep_alive, true);
      if (!write_all(stream, head, "", deadline_write)) return;
      ChunkWriter<Stream> writer(stream, options, draining);
      response.stream(writer);
      writer.finish();
      keep_alive = keep_alive && writer.ok();
    } else {
      auto head = head_of(response, id, keep_alive, false);
      if (!write_all(stream, head, head_only ? std::string_view() : std::string_view(response.body),
                     deadline_write))
        return;
    }
    // Whoever still sends would find the connection reset before the answer was read.
    for (std::size_t left = 16; misread && left > 0; --left) {
      buffer.consume(buffer.size());
      if (read_into(stream, buffer, in(std::chrono::milliseconds(200)), ec) == 0 || ec) break;
    }
    if (body && !parser.is_done() && !body->waits_for_continue())
      body->drop_rest(4 * kDropped, std::chrono::seconds(2));
    requests_total.with({std::to_string(response.status)}).add();
    request_seconds.observe(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count());
    if (!keep_alive) return;
  }
}

void HttpServer::Impl::accept_on(Loop& loop, const std::shared_ptr<tcp::acceptor>& acceptor) {
  while (!draining) {
    auto socket = std::make_shared<tcp::socket>(loop.impl().context);
    bool timed_out = false;
    auto ec = detail::suspend_until(
        std::nullopt,
        [&] {
          error_code ignored;
          acceptor->cancel(ignored);
        },
        timed_out,
        [&](asio::yield_context& yield) {
          error_code result;
          acceptor->async_accept(*socket, yield[result]);
          return result;
        });
    if (ec == asio::error::operation_aborted || ec == asio::error::bad_descriptor) return;
    if (ec) {
      log::warning("Accepting a connection failed", {{"error", ec.message()}});
      sleep_for(std::chrono::milliseconds(50));  // out of descriptors: do not spin
      continue;
    }
    if (connections >= options.max_connections) {
      refused_connections.add();
      continue;
    }
    error_code unknown;
    auto endpoint = socket->remote_endpoint(unknown);
    auto address = unknown ? std::nullopt : Address::from(endpoint.data());
    if (!address) continue;  // gone already
    auto peer = address->unmapped().str();
    // A proxy is many clients.
    auto client = is_trusted(options.trusted_proxies, peer) ? std::string() : client_key(peer);
    if (!client.empty() && !let_in(client)) {
      refused_connections.add();
      continue;
    }
    ++connections;
    open_connections.add();
    loop.spawn([self = shared_from_this(), socket, peer, client] {
      struct Count {
        Impl& impl;
        const std::string& client;
        ~Count() {
          --impl.connections;
          open_connections.add(-1);
          if (client.empty()) return;
          std::lock_guard lock(impl.mutex);
          auto found = impl.of_client.find(client);
          if (--found->second == 0) impl.of_client.erase(found);
        }
      } count{*self, client};
      error_code ignored;
      socket->set_option(tcp::no_delay(true), ignored);
      if (!self->tls) {
        self->serve(*socket, peer);
        socket->shutdown(tcp::socket::shutdown_both, ignored);
        return;
      }
      TlsStream stream(std::move(*socket), *self->tls);
      auto failed = until(stream, in(self->options.header_timeout),
                          [&](asio::yield_context& yield, error_code& result) {
                            stream.async_handshake(asio::ssl::stream_base::server, yield[result]);
                          });
      if (failed) return;
      self->serve(stream, peer);
      until(stream, in(std::chrono::seconds(2)),
            [&](asio::yield_context& yield, error_code& result) {
              stream.async_shutdown(yield[result]);
            });
    });
  }
}

HttpServer::HttpServer(HttpServerOptions options, Handler handler)
    : impl_(std::make_shared<Impl>(std::move(options), std::move(handler))) {}
HttpServer::~HttpServer() = default;
unsigned short HttpServer::port() const { return impl_->bound_port; }

void HttpServer::start(const std::vector<Loop*>& loops) {
  auto& impl = *impl_;
  impl.loops = loops;
  if (impl.options.tls) {
    impl.tls.emplace(asio::ssl::context::tls_server);
    impl.tls->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
                          asio::ssl::context::no_tlsv1_1 | asio::ssl::context::single_dh_use);
    SSL_CTX_set_min_proto_version(impl.tls->native_handle(), TLS1_2_VERSION);
    // Of TLS 1.2 only what has forward secrecy and authenticates what it encrypts; ours first, but
    // for phones without AES in hardware.
    SSL_CTX_set_options(impl.tls->native_handle(),
                        SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    SSL_CTX_set_cipher_list(impl.tls->native_handle(), "ECDHE+AESGCM:ECDHE+CHACHA20");
    error_code wrong;
    impl.tls->use_certificate_chain_file(impl.options.tls->certificate, wrong);
    if (wrong)
      throw std::runtime_error(fmt::format("the certificate {} cannot be used: {}",
                                           impl.options.tls->certificate, wrong.message()));
    impl.tls->use_private_key_file(impl.options.tls->key, asio::ssl::context::pem, wrong);
    if (wrong)
      throw std::runtime_error(fmt::format(
          "the key {} cannot be used: {}. It must be PEM, belong to the certificate, and be "
          "readable by the user of Varde.",
          impl.options.tls->key, wrong.message()));
  }
  error_code ec;
  auto address = asio::ip::make_address(impl.options.address, ec);
  if (ec) throw std::runtime_error("not an address to listen on: " + impl.options.address);
  impl.bound_port = impl.options.port;
  auto refuse_taken = [&] {
    if (ec == boost::system::errc::address_not_available ||
        ec == boost::system::errc::address_family_not_supported)
      throw std::runtime_error(
          fmt::format("cannot listen on {} port {}: this machine has no such address. Choose "
                      "another with --address.",
                      impl.options.address, impl.bound_port));
    if (ec)
      throw std::runtime_error(
          fmt::format("cannot listen on {} port {}: {}. Is another program using it? Choose "
                      "another with --port.",
                      impl.options.address, impl.bound_port, ec.message()));
  };
  if (impl.bound_port != 0) {  // one that the kernel chooses is nobody's
    // The listeners below would share the port with another program of the same user that shares it
    // too, and each would get some of the requests: so first one that shares with nobody.
    tcp::acceptor alone(loops.front()->impl().context);
    tcp::endpoint endpoint(address, impl.bound_port);
    alone.open(endpoint.protocol());
    alone.set_option(tcp::acceptor::reuse_address(true));
    alone.bind(endpoint, ec);
    if (!ec) alone.listen(1, ec);
    refuse_taken();
  }
  for (auto* loop : loops) {
    auto acceptor = std::make_shared<tcp::acceptor>(loop->impl().context);
    tcp::endpoint endpoint(address, impl.bound_port);
    acceptor->open(endpoint.protocol());
    ::fcntl(acceptor->native_handle(), F_SETFD, FD_CLOEXEC);
    acceptor->set_option(tcp::acceptor::reuse_address(true));
    // Each loop accepts for itself; the kernel spreads connections over them.
    using reuse_port = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
    acceptor->set_option(reuse_port(true));
    acceptor->bind(endpoint, ec);
    refuse_taken();
    acceptor->listen(1024);
    impl.bound_port = acceptor->local_endpoint().port();
    impl.acceptors.push_back(acceptor);
  }
  impl.fill_hosts(*Address::from(tcp::endpoint(address, 0).data()));
  for (std::size_t i = 0; i < loops.size(); ++i)
    loops[i]->spawn([self = impl_, loop = loops[i], acceptor = impl.acceptors[i]] {
      self->accept_on(*loop, acceptor);
    });
}

void HttpServer::drain(std::chrono::milliseconds patience) {
  impl_->draining = true;
  // Fewer than loops when start() was refused a port.
  for (std::size_t i = 0; i < impl_->acceptors.size(); ++i)
    impl_->loops[i]->post([acceptor = impl_->acceptors[i]] {
      error_code ignored;
      acceptor->close(ignored);
    });
  auto until = std::chrono::steady_clock::now() + patience;
  while (impl_->connections > 0 && std::chrono::steady_clock::now() < until) {
    for (auto* loop : impl_->loops)
      loop->post([self = impl_, loop] {
        std::lock_guard lock(self->mutex);
        for (auto* connection : self->open[loop]) connection->close_if_idle();
      });
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

void ensure_local_certificate(const TlsFiles& files) {
  namespace fs = std::filesystem;
  if (fs::exists(files.certificate) && fs::exists(files.key)) {
    std::unique_ptr<BIO, decltype(&BIO_free)> in(BIO_new_file(files.certificate.c_str(), "r"),
                                                 BIO_free);
    std::unique_ptr<X509, decltype(&X509_free)> known(
        in ? PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr) : nullptr, X509_free);
    auto soon = ::time(nullptr) + 30L * 86400;
    if (known && X509_cmp_time(X509_get0_notAfter(known.get()), &soon) > 0) return;
  }
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  std::unique_ptr<X509, decltype(&X509_free)> cert(X509_new(), X509_free);
  if (!key || !cert) throw std::runtime_error("OpenSSL could not make a key for localhost");
  X509_set_version(cert.get(), 2);
  std::unique_ptr<BIGNUM, decltype(&BN_free)> serial(BN_new(), BN_free);
  BN_rand(serial.get(), 120, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY);
  BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(cert.get()));
  X509_gmtime_adj(X509_getm_notBefore(cert.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(cert.get()), 366L * 86400);
  X509_set_pubkey(cert.get(), key.get());
  auto* name = X509_get_subject_name(cert.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
  X509_set_issuer_name(cert.get(), name);
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, cert.get(), cert.get(), nullptr, nullptr, 0);
  for (auto [nid, value] : {std::pair{NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1"},
                            std::pair{NID_basic_constraints, "critical,CA:FALSE"},
                            std::pair{NID_ext_key_usage, "serverAuth"}}) {
    auto* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
    X509_add_ext(cert.get(), extension, -1);
    X509_EXTENSION_free(extension);
  }
  if (X509_sign(cert.get(), key.get(), EVP_sha256()) == 0)
    throw std::runtime_error("OpenSSL could not sign the certificate for localhost");
  auto write = [](const std::string& path, auto&& body) {
    auto fresh = path + ".new";
    auto old = ::umask(0077);
    std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new_file(fresh.c_str(), "w"), BIO_free);
    ::umask(old);
    if (!out || !body(out.get())) throw std::runtime_error("cannot write " + path);
    out.reset();
    fs::rename(fresh, path);
  };
  write(files.key, [&](BIO* out) {
    return PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1;
  });
  write(files.certificate, [&](BIO* out) { return PEM_write_bio_X509(out, cert.get()) == 1; });
}

}  // namespace varde::net
