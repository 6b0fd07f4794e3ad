// Typed endpoints. A handler is a function of the context and of what it takes from the request:
//
//   api.add({"POST", "/api/v1/tags", "createTag", "Adds a tag", Right::persons_write},
//           [&](Ctx& ctx, const web::Body<TagCreate>& in) -> Result<web::Created<Tag>> { … });
//
// Its parameters say where the input comes from (Path, Query, Body, IfMatch, Bytes, RawBody,
// Origin), its result what goes out; the route, the parsing, the validation, the status code and
// the OpenAPI entry all follow from that signature. The context is the application's (trust::Ctx):
// `Gate` makes it from the request and the route's access, once, for every endpoint; `begin` is
// called when all inputs, a body among them, have been read; `finish` is called after a successful
// handler and commits.
//
// The order is the rule: who somebody is, then what they send, for which they take their own time,
// and only then what needs the database for longer than one question. A page gets its form in the
// same way (Router::form); no other handler can reach a body.
//
// There are hundreds of endpoints, so what is made for each of them is kept small: one function
// that makes room for the handler's inputs, calls the handler and hands on its result. What the
// inputs and the result are is data (Input, Answer); everything else is compiled once, in api.cpp.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "net/http.hpp"
#include "web/reflect.hpp"

namespace varde::web {

template <class T>
struct Path {
  T value;
  const T* operator->() const { return &value; }
};
template <class T>
struct Query {
  T value;
  const T* operator->() const { return &value; }
};
template <class T>
struct Body {
  T value;
  const T* operator->() const { return &value; }
};
/// The version that If-Match names. The endpoint answers 428 when the header is missing.
struct IfMatch {
  std::int64_t version = 0;
  bool any = false;  ///< "If-Match: *": whatever the version is now (RFC 9110 section 13.1.1).
  std::int64_t or_current(std::int64_t current) const { return any ? current : version; }
};
/// The whole body as it came. The only error is too_large, beyond RouteInfo::body_limit, which the
/// handler has better words for.
struct Bytes {
  Result<std::string> value = std::string();
};
/// The request itself, with a body that the handler reads piece by piece, with no transaction open
/// while it waits for one; for what is too large for Bytes.
struct RawBody {
  net::Request* request = nullptr;
};
/// The request for handlers that need headers or the peer's address.
struct Origin {
  const net::Request* request = nullptr;
};

/// The texts are the caller's; adding the endpoint copies them.
struct RouteInfo {
  std::string_view method;
  std::string_view path;  ///< "/api/v1/persons/{id}"
  std::string_view id;    ///< operationId
  std::string_view summary;
  int access = 0;  ///< The application's access word (trust::Right); the web floor only carries it.
  std::size_t body_limit = 256 * 1024;
  bool fresh = false;  ///< Sensitive: the user must have proven a short while ago who she is.
};

/// An endpoint for what is sensitive.
inline RouteInfo fresh(RouteInfo info) {
  info.fresh = true;
  return info;
}

/// An answer with headers of its own (a cookie, say).
template <class T>
struct WithHeaders {
  T value;
  net::Headers headers;
};

/// What one parameter of a handler takes from the request.
struct Input {
  enum class From : std::uint8_t { path, query, body, if_match, bytes, raw_body, origin };
  From from;
  const Type* type = nullptr;              ///< Of a body.
  const StructType* parameters = nullptr;  ///< Of a path or a query.
};

/// What goes out when all went well.
struct Answer {
  enum class Kind : std::uint8_t { content, created, accepted, nothing, response };
  Kind kind;
  const Type* type = nullptr;  ///< Of the first three.
};

namespace detail {
class Exchange;

/// The context of a request, which only the application knows the type of.
using ErasedCtx = std::unique_ptr<void, void (*)(void*)>;
/// What the application does around every endpoint.
class Surroundings {
 public:
  virtual ~Surroundings() = default;
  virtual Result<ErasedCtx> gate(net::Request& request, const RouteInfo& info) = 0;
  /// The answer that was given before, if there is one.
  virtual Result<std::optional<net::Response>> begin(void* ctx, const RouteInfo& info) = 0;
  virtual Result<void> finish(void* ctx, const RouteInfo& info, net::Response& response) = 0;
};

/// A handler, and the function that knows its type and calls it.
struct Handler {
  std::unique_ptr<const void, void (*)(const void*)> handler;
  void (*call)(const void* handler, Exchange& exchange);
  std::span<const Input> inputs;
  Answer answer;
};
}  // namespace detail

/// One endpoint, erased.
struct Endpoint {
  RouteInfo info;
  std::function<net::Response(net::Request&, const std::vector<std::string>& captures)> serve;
  std::span<const Input> inputs;
  Answer answer;
};

net::Response error_response(const Error& error, const std::string& request_id);
net::Response json_response(int status, const json::value& value);
/// "\"v12\"" to 12. Errors: precondition_missing, precondition (something else than one of our
/// tags).
Result<std::int64_t> read_if_match(const net::Request& request);
Result<json::value> read_json_body(net::Request& request, std::size_t limit);

/// Routes by method and path; also serves plain handlers for pages.
class Router {
 public:
  using Handler =
      std::function<net::Response(net::Request&, const std::vector<std::string>& captures)>;
  void add(Endpoint endpoint);
  /// A handler without a typed description. `path` may end in "/*" to take everything below (the
  /// rest is the last capture).
  void page(const std::string& method, const std::string& path, Handler handler);
  /// A handler of POSTs that takes the body as text, or as the fields of a form. The body was read
  /// before, so that nobody waits for it while holding anything; one that does not come is answered
  /// here. The error is too_large, or malformed for what is no form.
  template <class T>
  using TakesBody = std::function<net::Response(
      net::Request&, const std::vector<std::string>& captures, const Result<T>& body)>;
  using Form = std::vector<std::pair<std::string, std::string>>;
  void post(const std::string& path, std::size_t limit, TakesBody<std::string> handler);
  void form(const std::string& path, std::size_t limit, std::size_t most_fields,
            TakesBody<Form> handler);
  net::Response route(net::Request& request) const;
  /// OpenAPI 3.1.
  json::object openapi(std::string_view title, std::string_view version) const;
  const std::vector<Endpoint>& endpoints() const { return endpoints_; }

 private:
  struct Node {
    std::map<std::string, std::unique_ptr<Node>, std::less<>> children;
    std::unique_ptr<Node> capture;
    std::map<std::string, Handler> methods;
    std::map<std::string, Handler> rest;
  };
  void insert(const std::string& method, const std::string& path, Handler handler);
  Node root_;
  std::vector<Endpoint> endpoints_;
};

namespace detail {

/// One request on its way through a typed endpoint.
class Exchange {
 public:
  Exchange(net::Request& request, const std::vector<std::string>& captures, const RouteInfo& info,
           const Handler& handler, Surroundings& around, void* ctx)
      : request_(request),
        captures_(captures),
        info_(info),
        handler_(handler),
        around_(around),
        ctx_(ctx) {}

  /// Reads the handler's inputs into `places`, in its own order: path and query before a body is
  /// waited for. False when there is an answer already: something is wrong, or the same request was
  /// answered before.
  bool take(void* const* places);
  void* ctx() const { return ctx_; }
  void refuse(const Error& error);
  /// A value of the answer's type.
  void answer(const void* value);
  void answer(net::Response response) { response_ = std::move(response); }
  void with(std::string name, std::string value) {
    response_.with(std::move(name), std::move(value));
  }
  void version(std::int64_t version);
  void headers(const net::Headers& headers);
  /// The handler is done; its answer may still become another.
  void finish();
  net::Response& response() { return response_; }

 private:
  std::optional<Error> read(const Input& input, void* out);
  net::Request& request_;
  const std::vector<std::string>& captures_;
  const RouteInfo& info_;
  const Handler& handler_;
  Surroundings& around_;
  void* ctx_;
  net::Response response_;
};

/// Makes the endpoint.
void add_endpoint(Router& router, const RouteInfo& info, Handler handler, Surroundings& around);

template <class Arg>
struct InputOf;  // a handler parameter must be Path, Query, Body, IfMatch, Bytes, RawBody or Origin
template <class T>
struct InputOf<Path<T>> {
  static constexpr Input input{Input::From::path, nullptr, &Described<T>::type};
  static void* place(Path<T>& in) { return &in.value; }
};
template <class T>
struct InputOf<Query<T>> {
  static constexpr Input input{Input::From::query, nullptr, &Described<T>::type};
  static void* place(Query<T>& in) { return &in.value; }
};
template <class T>
struct InputOf<Body<T>> {
  static constexpr Input input{Input::From::body, &Described<T>::type, nullptr};
  static void* place(Body<T>& in) { return &in.value; }
};
template <>
struct InputOf<IfMatch> {
  static constexpr Input input{Input::From::if_match};
  static void* place(IfMatch& in) { return &in; }
};
template <>
struct InputOf<Bytes> {
  static constexpr Input input{Input::From::bytes};
  static void* place(Bytes& in) { return &in; }
};
template <>
struct InputOf<RawBody> {
  static constexpr Input input{Input::From::raw_body};
  static void* place(RawBody& in) { return &in; }
};
template <>
struct InputOf<Origin> {
  static constexpr Input input{Input::From::origin};
  static void* place(Origin& in) { return &in; }
};

template <class T>
concept HasVersion = requires(const T& value) { value.version; };

template <class Out>
struct AnswerOf {
  static constexpr Answer answer{Answer::Kind::content, &Described<Out>::type};
  static void give(Exchange& exchange, Out& out) {
    exchange.answer(&out);
    if constexpr (HasVersion<Out>) exchange.version(out.version);
  }
};
template <class T>
struct AnswerOf<Created<T>> {
  static constexpr Answer answer{Answer::Kind::created, &Described<T>::type};
  static void give(Exchange& exchange, Created<T>& out) {
    exchange.answer(&out.value);
    if (!out.location.empty()) exchange.with("Location", std::move(out.location));
  }
};
template <class T>
struct AnswerOf<Accepted<T>> {
  static constexpr Answer answer{Answer::Kind::accepted, &Described<T>::type};
  static void give(Exchange& exchange, Accepted<T>& out) { exchange.answer(&out.value); }
};
template <class T>
struct AnswerOf<WithHeaders<T>> {
  static constexpr Answer answer = AnswerOf<T>::answer;
  static void give(Exchange& exchange, WithHeaders<T>& out) {
    AnswerOf<T>::give(exchange, out.value);
    exchange.headers(out.headers);
  }
};
struct NoContent {
  static constexpr Answer answer{Answer::Kind::nothing};
  static void give(Exchange& exchange, auto&) { exchange.answer(nullptr); }
};
template <>
struct AnswerOf<None> : NoContent {};
template <>
struct AnswerOf<Done> : NoContent {};
template <>
struct AnswerOf<net::Response> {
  static constexpr Answer answer{Answer::Kind::response};
  static void give(Exchange& exchange, net::Response& out) { exchange.answer(std::move(out)); }
};

/// How a handler is called: a function, or something with operator().
template <class Function, class Out, class Ctx, class... Args>
struct Call {
  static constexpr std::array<Input, sizeof...(Args)> inputs{InputOf<Args>::input...};
  static constexpr Answer answer = AnswerOf<typename Out::value_type>::answer;
  static void call(const void* handler, Exchange& exchange) {
    run(*static_cast<const Function*>(handler), exchange, Args{}...);
  }
  static void run(const Function& handler, Exchange& exchange, Args&&... taken) {
    void* const places[] = {InputOf<Args>::place(taken)..., nullptr};
    if (!exchange.take(places)) return;
    auto out = handler(*static_cast<Ctx*>(exchange.ctx()), std::as_const(taken)...);
    if (!out) return exchange.refuse(out.error());
    AnswerOf<typename Out::value_type>::give(exchange, *out);
    exchange.finish();
  }
};
template <class Function, class Call = decltype(&Function::operator())>
struct CallOf;
template <class Function, class Out, class Ctx, class... Args>
struct CallOf<Function, Out (Function::*)(Ctx&, Args...) const>
    : Call<Function, Out, Ctx, std::remove_cvref_t<Args>...> {};

template <class Function>
struct Signature : CallOf<Function> {};
template <class Out, class Ctx, class... Args>
struct Signature<Out (*)(Ctx&, Args...)>
    : Call<Out (*)(Ctx&, Args...), Out, Ctx, std::remove_cvref_t<Args>...> {};

}  // namespace detail

/// The endpoints of one application. `Ctx` is made by the gate for each request; it outlives no
/// request, and the Api all of them.
template <class Ctx>
class Api {
 public:
  using Gate = std::function<Result<std::unique_ptr<Ctx>>(net::Request&, const RouteInfo&)>;
  /// Called when the inputs have been read; may find the answer that was given before
  /// (Ctx::replay).
  using Begin = std::function<Result<void>(Ctx&, const RouteInfo&)>;
  /// Called with the handler's answer before it goes out; commits, or turns the answer into another
  /// (idempotent replay).
  using Finish = std::function<Result<void>(Ctx&, const RouteInfo&, net::Response&)>;

  Api(Router& router, Gate gate, Begin begin, Finish finish)
      : router_(router),
        around_(std::make_unique<Around>(std::move(gate), std::move(begin), std::move(finish))) {}

  template <class Function>
  void add(const RouteInfo& info, Function function) {
    using Signature = detail::Signature<Function>;
    detail::add_endpoint(router_, info,
                         {{new Function(std::move(function)),
                           [](const void* erased) { delete static_cast<const Function*>(erased); }},
                          &Signature::call,
                          Signature::inputs,
                          Signature::answer},
                         *around_);
  }
  Router& router() { return router_; }

 private:
  class Around final : public detail::Surroundings {
   public:
    Around(Gate gate, Begin begin, Finish finish)
        : gate_(std::move(gate)), begin_(std::move(begin)), finish_(std::move(finish)) {}
    Result<detail::ErasedCtx> gate(net::Request& request, const RouteInfo& info) override {
      VARDE_TRY(auto ctx, gate_(request, info));
      return detail::ErasedCtx(ctx.release(),
                               [](void* erased) { delete static_cast<Ctx*>(erased); });
    }
    Result<std::optional<net::Response>> begin(void* erased, const RouteInfo& info) override {
      auto& ctx = *static_cast<Ctx*>(erased);
      VARDE_CHECK(begin_(ctx, info));
      return std::move(ctx.replay);
    }
    Result<void> finish(void* ctx, const RouteInfo& info, net::Response& response) override {
      return finish_(*static_cast<Ctx*>(ctx), info, response);
    }

   private:
    Gate gate_;
    Begin begin_;
    Finish finish_;
  };
  Router& router_;
  std::unique_ptr<Around> around_;
};

}  // namespace varde::web
