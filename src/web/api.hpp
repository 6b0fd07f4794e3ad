// Typed endpoints. A handler is a function of the context and of what it takes from the request:
//
//   api.add({"POST", "/api/v1/tags", "createTag", "Adds a tag", Right::persons_write},
//           [&](Ctx& ctx, const web::Body<TagCreate>& in) -> Result<web::Created<Tag>> { … });
//
// Its parameters say where the input comes from (Path, Query, Body, IfMatch, Bytes, RawBody,
// Origin), its
// result what goes out; the route, the parsing, the validation, the status code and the OpenAPI
// entry all follow from that signature. The context is the application's (trust::Ctx): `Gate` makes
// it from the request and the route's access, once, for every endpoint; `begin` is called when all
// inputs, a body among them, have been read; `finish` is called after a successful handler and
// commits.
//
// The order is the rule: who somebody is, then what they send, for which they take their own time,
// and only then what needs the database for longer than one question. A page gets its form in the
// same way (Router::form); no other handler can reach a body.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
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

struct RouteInfo {
  std::string method;
  std::string path;  ///< "/api/v1/persons/{id}"
  std::string id;    ///< operationId
  std::string summary;
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

/// One endpoint, erased.
struct Endpoint {
  RouteInfo info;
  std::function<net::Response(net::Request&, const std::vector<std::string>& captures)> serve;
  std::function<json::object(Schemas&)> describe;
  std::vector<std::string> segments;
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

template <class T>
struct input_of;  // what a handler parameter is
template <template <class> class Wrapper, class T>
struct input_of<Wrapper<T>> {
  using type = T;
};

template <class T>
struct is_path : std::false_type {};
template <class T>
struct is_path<Path<T>> : std::true_type {};
template <class T>
struct is_query : std::false_type {};
template <class T>
struct is_query<Query<T>> : std::true_type {};
template <class T>
struct is_body : std::false_type {};
template <class T>
struct is_body<Body<T>> : std::true_type {};
template <class T>
struct is_created : std::false_type {};
template <class T>
struct is_created<Created<T>> : std::true_type {};
template <class T>
struct is_accepted : std::false_type {};
template <class T>
struct is_accepted<Accepted<T>> : std::true_type {};

template <class T>
struct is_with_headers : std::false_type {};
template <class T>
struct is_with_headers<WithHeaders<T>> : std::true_type {};

template <class T>
concept HasVersion = requires(const T& value) { value.version; };

/// Members of a described struct from named texts (path captures, query pairs).
template <class T, class Find>
void read_named(T& out, Find find, const std::string& where, Errors& errors) {
  boost::mp11::mp_for_each<members_of<T>>([&](auto member) {
    using Member = std::remove_cvref_t<decltype(out.*member.pointer)>;
    std::optional<std::string> text = find(member.name);
    auto place = where + "/" + member.name;
    if constexpr (is_optional<Member>::value) {
      if (!text || text->empty()) return;
      (out.*member.pointer).emplace();
      auto message = read_text<typename Member::value_type>(*text, *(out.*member.pointer));
      if (!message.empty()) complain(errors, place, std::move(message));
    } else {
      if (!text) return complain(errors, place, "is required.");
      auto message = read_text<Member>(*text, out.*member.pointer);
      if (!message.empty()) complain(errors, place, std::move(message));
    }
  });
}

template <class Arg>
Result<Arg> take(net::Request& request, const RouteInfo& info,
                 const std::vector<std::string>& names, const std::vector<std::string>& captures) {
  Arg out{};
  if constexpr (std::is_same_v<Arg, RawBody>) {
    out.request = &request;
  } else if constexpr (std::is_same_v<Arg, Bytes>) {
    out.value = request.read_all(info.body_limit);
    if (!out.value && out.value.error().code != ErrorCode::too_large) return out.value.error();
  } else if constexpr (std::is_same_v<Arg, Origin>) {
    out.request = &request;
  } else if constexpr (std::is_same_v<Arg, IfMatch>) {
    out.any = trim(request.header("if-match")) == "*";
    if (!out.any) {
      VARDE_TRY(out.version, read_if_match(request));
    }
  } else if constexpr (is_path<Arg>::value) {
    Errors errors;
    read_named(
        out.value,
        [&](const char* name) -> std::optional<std::string> {
          for (std::size_t i = 0; i < names.size() && i < captures.size(); ++i)
            if (names[i] == name) return captures[i];
          return std::nullopt;
        },
        "path", errors);
    if (!errors.empty()) return not_found("There is nothing at this address.");
  } else if constexpr (is_query<Arg>::value) {
    auto pairs = net::parse_form(request.query, 100);
    if (!pairs) return make_error(ErrorCode::malformed, "The query string is not valid.");
    Errors errors;
    read_named(
        out.value,
        [&](const char* name) -> std::optional<std::string> {
          for (auto& [key, value] : *pairs)
            if (key == name) return value;
          return std::nullopt;
        },
        "query", errors);
    if (!errors.empty())
      return Error{
          ErrorCode::bad_input, "Some parameters are not right.", std::move(errors), {}, 0};
  } else {
    static_assert(
        is_body<Arg>::value,
        "a handler parameter must be Path, Query, Body, IfMatch, Bytes, RawBody or Origin");
    VARDE_TRY(auto document, read_json_body(request, info.body_limit));
    using T = typename input_of<Arg>::type;
    VARDE_TRY(out.value, read<T>(document));
  }
  return out;
}

template <class T>
json::array describe_parameters(const char* in, Schemas& schemas) {
  json::array out;
  boost::mp11::mp_for_each<members_of<T>>([&](auto member) {
    using Member = std::remove_cvref_t<decltype(std::declval<T>().*member.pointer)>;
    out.push_back(json::object{{"name", member.name},
                               {"in", in},
                               {"required", !is_optional<Member>::value},
                               {"schema", schema<Member>(schemas)}});
  });
  return out;
}

template <class Out>
net::Response respond(const Out& out) {
  if constexpr (std::is_same_v<Out, net::Response>) {
    return out;
  } else if constexpr (std::is_same_v<Out, None> || std::is_same_v<Out, Done>) {
    net::Response response;
    response.status = 204;
    return response;
  } else if constexpr (is_created<Out>::value) {
    auto response = json_response(201, write(out.value));
    if (!out.location.empty()) response.with("Location", out.location);
    return response;
  } else if constexpr (is_accepted<Out>::value) {
    return json_response(202, write(out.value));
  } else if constexpr (is_with_headers<Out>::value) {
    auto response = respond(out.value);
    for (const auto& [name, value] : out.headers) response.with(name, value);
    return response;
  } else {
    auto response = json_response(200, write(out));
    if constexpr (HasVersion<Out>)
      response.with("ETag", "\"v" + std::to_string(out.version) + "\"");
    return response;
  }
}

template <class Out>
void describe_answer(json::object& responses, Schemas& schemas) {
  auto content = [&](auto tag) {
    using T = typename decltype(tag)::type;
    return json::object{{"application/json", json::object{{"schema", schema<T>(schemas)}}}};
  };
  if constexpr (std::is_same_v<Out, net::Response>) {
    responses["200"] = json::object{{"description", "The content."}};
  } else if constexpr (std::is_same_v<Out, None> || std::is_same_v<Out, Done>) {
    responses["204"] = json::object{{"description", "Done."}};
  } else if constexpr (is_created<Out>::value) {
    responses["201"] =
        json::object{{"description", "Created."},
                     {"content", content(std::type_identity<decltype(Out::value)>{})}};
  } else if constexpr (is_accepted<Out>::value) {
    responses["202"] =
        json::object{{"description", "Accepted."},
                     {"content", content(std::type_identity<decltype(Out::value)>{})}};
  } else if constexpr (is_with_headers<Out>::value) {
    describe_answer<decltype(Out::value)>(responses, schemas);
  } else {
    responses["200"] = json::object{{"description", "The answer."},
                                    {"content", content(std::type_identity<Out>{})}};
  }
}

template <class F>
struct signature : signature<decltype(&F::operator())> {};
template <class F, class R, class Ctx, class... Args>
struct signature<R (F::*)(Ctx&, Args...) const> {
  using result = typename R::value_type;
  using context = Ctx;
  using arguments = boost::mp11::mp_list<std::remove_cvref_t<Args>...>;
};

}  // namespace detail

/// The endpoints of one application. `Ctx` is made by the gate for each request.
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
        gate_(std::move(gate)),
        begin_(std::move(begin)),
        finish_(std::move(finish)) {}

  template <class Handler>
  void add(RouteInfo info, Handler handler) {
    using Signature = detail::signature<Handler>;
    add_typed<typename Signature::result>(std::move(info), std::move(handler),
                                          typename Signature::arguments{});
  }
  Router& router() { return router_; }

 private:
  template <class Out, class Handler, class... Args>
  void add_typed(RouteInfo info, Handler handler, boost::mp11::mp_list<Args...>) {
    Endpoint endpoint;
    endpoint.info = info;
    std::vector<std::string> names;
    for (auto part : split(info.path, '/'))
      if (part.starts_with("{")) names.emplace_back(part.substr(1, part.size() - 2));
    endpoint.serve = [info, names, handler = std::move(handler), gate = &gate_, begin = &begin_,
                      finish = &finish_](
                         net::Request& request,
                         const std::vector<std::string>& captures) -> net::Response {
      auto ctx = (*gate)(request, info);
      if (!ctx) return error_response(ctx.error(), request.id);
      // Braces fix the order: path and query are read before a body is waited for, in the handler's
      // own order.
      std::tuple<Result<Args>...> inputs{detail::take<Args>(request, info, names, captures)...};
      const Error* wrong = nullptr;
      std::apply(
          [&](const auto&... input) {
            ((wrong == nullptr && !input ? void(wrong = &input.error()) : void()), ...);
          },
          inputs);
      if (wrong != nullptr) return error_response(*wrong, request.id);
      if constexpr (!(std::is_same_v<Args, RawBody> || ...)) request.body = nullptr;
      if (auto begun = (*begin)(**ctx, info); !begun)
        return error_response(begun.error(), request.id);
      if ((*ctx)->replay) return std::move(*(*ctx)->replay);
      auto result =
          std::apply([&](const auto&... input) { return handler(**ctx, *input...); }, inputs);
      if (!result) return error_response(result.error(), request.id);
      auto response = detail::respond<Out>(*result);
      if (auto finished = (*finish)(**ctx, info, response); !finished)
        return error_response(finished.error(), request.id);
      return response;
    };
    endpoint.describe = [info](Schemas& schemas) {
      json::object out{{"operationId", info.id}, {"summary", info.summary}};
      if (info.fresh)
        out["description"] =
            "Sensitive: answers 403 with the kind factor-again when the second factor (or, without "
            "one, the password) was given more than a quarter of an hour ago. Give it again "
            "(POST /api/v1/session/again) and repeat the request.";
      json::array parameters;
      [[maybe_unused]] auto each = [&](auto tag) {
        using Arg = typename decltype(tag)::type;
        if constexpr (detail::is_path<Arg>::value) {
          for (auto& p :
               detail::describe_parameters<typename detail::input_of<Arg>::type>("path", schemas))
            parameters.push_back(p);
        } else if constexpr (detail::is_query<Arg>::value) {
          for (auto& p :
               detail::describe_parameters<typename detail::input_of<Arg>::type>("query", schemas))
            parameters.push_back(p);
        } else if constexpr (detail::is_body<Arg>::value) {
          out["requestBody"] = json::object{
              {"required", true},
              {"content",
               json::object{{"application/json",
                             json::object{{"schema", schema<typename detail::input_of<Arg>::type>(
                                                         schemas)}}}}}};
        } else if constexpr (std::is_same_v<Arg, RawBody> || std::is_same_v<Arg, Bytes>) {
          out["requestBody"] = json::object{
              {"required", true},
              {"content",
               json::object{{"application/octet-stream",
                             json::object{{"schema", json::object{{"type", "string"},
                                                                  {"format", "binary"}}}}}}}};
        } else if constexpr (std::is_same_v<Arg, IfMatch>) {
          parameters.push_back(json::object{{"name", "If-Match"},
                                            {"in", "header"},
                                            {"required", true},
                                            {"schema", json::object{{"type", "string"}}}});
        }
      };
      (each(std::type_identity<Args>{}), ...);
      if (info.method == "POST")
        parameters.push_back(
            json::object{{"name", "Idempotency-Key"},
                         {"in", "header"},
                         {"required", false},
                         {"schema", json::object{{"type", "string"}, {"maxLength", 255}}}});
      if (!parameters.empty()) out["parameters"] = parameters;
      json::object responses;
      detail::describe_answer<Out>(responses, schemas);
      responses["default"] = json::object{
          {"description", "A problem (RFC 9457)."},
          {"content",
           json::object{{"application/problem+json",
                         json::object{{"schema",
                                       json::object{{"$ref", "#/components/schemas/Problem"}}}}}}}};
      out["responses"] = responses;
      return out;
    };
    router_.add(std::move(endpoint));
  }

  Router& router_;
  Gate gate_;
  Begin begin_;
  Finish finish_;
};

}  // namespace varde::web
